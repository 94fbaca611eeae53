"""Small files in the exact layout in which BACI, WITS, MAcMap and UN Comtrade are published."""

from __future__ import annotations

from pathlib import Path

import pytest

COUNTRIES = """country_code,country_name,country_iso2,country_iso3
156,China,CN,CHN
251,France,FR,FRA
458,Malaysia,MY,MYS
490,"Other Asia, nes",,S19
699,India,IN,IND
704,Viet Nam,VN,VNM
842,USA,US,USA
"""
BACI = """t,i,j,k,v,q
2022,156,251,610910,310.500,22.100
2022,156,842,850760,5200.000,181.000
2022,156,842,870380,12.300,NA
2022,251,156,220421,905.000,88.400
2022,251,842,880240,7700.000,3.100
2022,458,156,854231,9100.000,1.200
2022,458,842,854231,4100.000,0.800
2022,490,842,854231,40000.000,2.000
2022,699,842,300490,8000.000,         NA
2022,704,842,640399,3300.000,151.000
2022,842,156,120190,17000.000,31000.000
2022,842,458,880330,610.000,0.100
"""
WITS_HEAD = (
    "Selected Nomen,Native Nomen,Reporter,Reporter Name,Product,Product Name,Partner,Partner Name,Tariff Year,Trade Year,"
    "Trade Source,DutyType,Simple Average,Weighted Average,Standard Deviation,Minimum Rate,Maximum Rate,Nbr of Total Lines,"
    "Nbr of Domestic Peaks,Nbr of International Peaks,Imports Value in 1000 USD,Binding Coverage\n"
)
WITS = WITS_HEAD + "".join(
    f"H5,H5,{reporter},{name},{product},{what},{partner},{who},2022,2022,CMT,{kind},{mean},{mean},0.5,{low},{high},4,0,0,{value},100\n"
    for reporter, name, product, what, partner, who, kind, mean, low, high, value in (
        ("840", "United States", "870380", '"Vehicles, electric"', "156", "China", "AHS", 27.5, 27.5, 27.5, 12.3),
        ("840", "United States", "870380", '"Vehicles, electric"', "156", "China", "MFN", 2.5, 2.5, 2.5, 12.3),
        ("840", "United States", "854231", "Processors", "458", "Malaysia", "AHS", 0, 0, 0, 4100),
        ("840", "United States", "640399", "Footwear", "704", "Viet Nam", "AHS", 8.5, 0, 10, 3300),
        ("918", "European Union", "610910", "T-shirts", "156", "China", "AHS", 12, 12, 12, 310.5),
        ("156", "China", "120190", "Soya beans", "840", "United States", "AHS", 3, 3, 3, 17000),
    )
)
BULK_HEAD = (
    "NomenCode,Reporter_ISO_N,Year,ProductCode,Sum_Of_Rates,Min_Rate,Max_Rate,SimpleAverage,Nbr_NA_Lines,Nbr_Free_Lines,"
    "Nbr_AVE_Lines,Nbr_Dutiable_Lines,TotalNoOfValidLines,TotalNoOfLines,EstCode\n"
)
BULK = (
    BULK_HEAD
    + """H5,458,2022,870380,60,30,30,30,0,0,0,2,2,2,N
H5,458,2022,854231,0,0,0,0,0,3,0,0,3,3,N
H5,458,2022,220421,14,7,7,7,0,0,0,2,2,2,N
"""
)
MACMAP = """importer,exporter,hs6_2007,year,adv
USA,CHN,610910,2019,0.165
USA,VNM,610910,2019,0.165
USA,MEX,610910,2019,0
MYS,USA,870323,2019,0.3
MYS,JPN,870323,2019,0.1
"""
COMTRADE_HEAD = (
    "typeCode,freqCode,refPeriodId,refYear,refMonth,period,reporterCode,reporterISO,reporterDesc,flowCode,flowDesc,partnerCode,partnerISO,"
    "partnerDesc,partner2Code,partner2ISO,partner2Desc,classificationCode,classificationSearchCode,isOriginalClassification,cmdCode,"
    "cmdDesc,aggrLevel,isLeaf,customsCode,customsDesc,mosCode,motCode,motDesc,qtyUnitCode,qtyUnitAbbr,qty,isQtyEstimated,"
    "altQtyUnitCode,altQtyUnitAbbr,altQty,isAltQtyEstimated,netWgt,isNetWgtEstimated,grossWgt,isGrossWgtEstimated,cifvalue,fobvalue,"
    "primaryValue,legacyEstimationFlag,isReported,isAggregate\n"
)


def comtrade_row(partner: str, code: str, value: str, *, flow: str = "M", reporter: str = "458", edition: str = "H5") -> str:
    return (
        f"C,A,20220101,2022,52,2022,{reporter},MYS,Malaysia,{flow},Import,{partner},,"
        f'"Partner, named",0,W00,World,{edition},HS,true,{code},"Goods, of a kind",6,true,C00,TOTAL CPC,0,0,TOTAL MOT,5,u,'
        f"1,false,-1,N/A,0,false,1,false,0,false,{value},,{value},0,true,true\n"
    )


COMTRADE = COMTRADE_HEAD + "".join(
    comtrade_row(*row)
    for row in (
        ("0", "854231", "6000000.0"), ("156", "854231", "3500000.5"), ("842", "854231", "1500000"), ("490", "854231", "999999.5"),
        ("0", "870380", "250000"), ("276", "870380", "250000"), ("0", "TOTAL", "90000000"), ("0", "87", "300000"),
    )
)  # fmt: skip


@pytest.fixture
def baci(tmp_path: Path) -> Path:
    (tmp_path / "country_codes_V202401b.csv").write_text(COUNTRIES, encoding="utf-8")
    path = tmp_path / "BACI_HS17_Y2022_V202401b.csv"
    path.write_text(BACI, encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path, baci: Path) -> dict[str, Path]:
    """One file of each kind."""
    texts = {"wits": WITS, "bulk": BULK, "macmap": MACMAP, "comtrade": COMTRADE}
    found = {"baci": baci}
    for name, text in texts.items():
        found[name] = tmp_path / f"{'mmhs6_2019' if name == 'macmap' else name}.csv"
        found[name].write_text(text, encoding="utf-8")
    return found
