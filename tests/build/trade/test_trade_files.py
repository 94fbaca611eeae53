"""Readers of trade and duties by product: the published layouts, and every file that must be refused, by place."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from detente.build.trade.baci import read_baci, read_countries
from detente.build.trade.comtrade import read_comtrade
from detente.build.trade.economies import iso3
from detente.build.trade.macmap import read_macmap
from detente.build.trade.recognise import kind_of, read_duties, read_trade
from detente.build.trade.wits import read_wits
from detente.errors import SourceError

Files = dict[str, Path]


def cell(frame, exporter: str, importer: str, product: str, column: str) -> float:  # type: ignore[no-untyped-def]
    row = frame[(frame["exporter"] == exporter) & (frame["importer"] == importer) & (frame["product"] == product)]
    assert len(row) == 1
    return float(row[column].iloc[0])


def test_baci(baci: Path) -> None:
    found = read_baci(baci)
    assert (found.year, found.edition, found.valuation, len(found.frame), found.notes) == (2022, "2017", "fob", 12, ())
    assert cell(found.frame, "TWN", "USA", "854231", "value") == pytest.approx(40)  # "other Asia" is Taiwan
    assert cell(found.frame, "IND", "USA", "300490", "value") == pytest.approx(8)  # a customs number, not ISO's
    assert found.frame["value"].sum() == pytest.approx(96.2378)


def test_baci_without_its_country_file_and_packed(baci: Path) -> None:
    baci.with_name("country_codes_V202401b.csv").unlink()
    packed = baci.with_name("BACI_HS17_Y2022_V202401b.csv.gz")
    packed.write_bytes(gzip.compress(baci.read_bytes()))
    assert read_baci(packed).frame.equals(read_baci(baci).frame)


def test_baci_that_lost_its_leading_zeros(baci: Path) -> None:
    text = baci.read_text(encoding="utf-8").replace("2022,156,251,610910", "2022,156,251,010121")
    baci.write_text(text.replace("010121", "10121"), encoding="utf-8")
    found = read_baci(baci)
    assert "010121" in set(found.frame["product"])
    assert "zero" in found.notes[0]
    baci.write_text(text.replace("220421", "20120"), encoding="utf-8")
    with pytest.raises(SourceError, match="row 5, column k"):
        read_baci(baci)


def test_blanks_before_numbers(baci: Path) -> None:
    head, *rows = baci.read_text(encoding="utf-8").splitlines()
    cells = [row.split(",") for row in rows]
    wide = [",".join([*c[:4], c[4].rjust(12), c[5].strip().rjust(12)]) for c in cells]
    whole = read_baci(baci).frame
    baci.write_text("\n".join([head, *wide]) + "\n", encoding="utf-8")
    assert read_baci(baci).frame.equals(whole)
    baci.write_text(("\n".join([head, *rows]) + "\n").replace(",12.300", ", 2.300"), encoding="utf-8")  # a digit was lost
    with pytest.raises(SourceError, match="row 4, column v"):
        read_baci(baci)


def test_edition_of_hs(baci: Path) -> None:
    old = baci.with_name("BACI_HS92_Y2022_V202401b.csv")
    old.write_bytes(baci.read_bytes())
    with pytest.raises(SourceError, match=r"row 3, column k: 850760 is no code of HS 1992.*HS 2017"):
        read_baci(old)
    assert read_baci(old, edition=2017).edition == "2017"
    unnamed = baci.with_name("mine.csv")
    unnamed.write_bytes(baci.read_bytes())
    found = read_baci(unnamed, countries=baci.with_name("country_codes_V202401b.csv"))
    assert found.edition == "2017"
    assert "no edition of HS is stated" in found.notes[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t[:-7], "cut off"),
        (lambda t: t[: t.index("2022,490")], "stops at row 8 with exporter 458.*842"),
        (lambda t: t.replace("t,i,j,k,v,q", "t,j,i,k,v,q"), "published are t, i, j, k, v, q"),
        (lambda t: t.replace("t,i,j,k,v,q\n", ""), "2022, 156"),
        (lambda t: t.replace(",12.300,NA", ",12.300"), "row 4 has 5 cells"),
        (lambda t: t.replace(",12.300,NA", ",12.300,NA,7"), "row 4 has 7 cells"),
        (lambda t: t.replace("12.300", "12,300"), "row 4 has 7 cells"),
        (lambda t: t.replace("12.300", "-12.300"), "row 4, column v"),
        (lambda t: t.replace("12.300", "x"), "row 4, column v: 'x'"),
        (lambda t: t.replace("12.300", "NA"), "row 4, column v"),
        (lambda t: t.replace("2022,699", "2022,356"), "row 10, column i: '356'.*country file"),
        (lambda t: t.replace("2022,699", "2021,699"), "2021, 2022"),
        (lambda t: t.replace("2022,", "2021,"), "name says 2022, row 2 says 2021"),
        (lambda t: t.replace("2022,842,156", "2022,842,842"), "trades with itself"),
        (lambda t: t.replace("870380", "8703800"), "row 4, column k"),
        (lambda t: t.replace("870380", "870388"), "870388 is no code of HS 2017"),
        (lambda t: t.replace("2022,156,842,870380", "2022,156,842,850760"), "row 4 says again what row 3 says"),
        (lambda t: t.replace("\n2022,704", "\n\n2022,704"), "row 11 has 0 cells"),
        (lambda t: "", "is empty"),
        (lambda t: "t,i,j,k,v,q\n", "no rows"),
        (lambda t: "PK\x03\x04" + t, "no text"),
    ],
)
def test_baci_refused(baci: Path, change: Callable[[str], str], said: str) -> None:
    baci.write_text(change(baci.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(SourceError, match=said):
        read_baci(baci)


def test_country_file_refused(baci: Path) -> None:
    path = baci.with_name("country_codes_V202401b.csv")
    text = path.read_text(encoding="utf-8")
    for change, said in (
        (text.replace("156,China", "842,China"), "row 8 says again"),
        (text.replace("MY,MYS", "MYS,MY"), "row 4"),
        (text.replace("VN,VNM", "MY,MYS"), "two numbers stand for MYS"),
        (text.replace("country_iso2,country_iso3", "country_iso3,country_iso2"), "published are"),
    ):
        path.write_text(change, encoding="utf-8")
        with pytest.raises(SourceError, match=said):
            read_countries(path)


def test_wits(files: Files) -> None:
    found = read_wits(files["wits"])
    assert (found.year, found.edition, found.kind, len(found.frame)) == (2022, "2017", "applied", 5)
    assert cell(found.frame, "CHN", "USA", "870380", "rate") == pytest.approx(0.275)
    assert cell(found.frame, "CHN", "EU27", "610910", "rate") == pytest.approx(0.12)
    assert cell(found.frame, "MYS", "USA", "854231", "value") == pytest.approx(4.1)
    assert cell(read_wits(files["wits"], kind="MFN").frame, "CHN", "USA", "870380", "rate") == pytest.approx(0.025)
    with pytest.raises(SourceError, match="no duties PRF; it has AHS, MFN"):
        read_wits(files["wits"], kind="PRF")


def test_a_choice_of_columns_is_taken_by_name(files: Files) -> None:
    import pandas as pd

    frame = pd.read_csv(files["wits"], dtype=str)
    kept = [
        "Partner",
        "Imports Value in 1000 USD",
        "Simple Average",
        "Reporter",
        "DutyType",
        "Tariff Year",
        "Product",
        "Native Nomen",
    ]
    moved = files["wits"].with_name("moved.csv")
    frame[kept].to_csv(moved, index=False)
    assert read_wits(moved).frame.equals(read_wits(files["wits"]).frame)
    frame[["Selected Nomen", *kept]].to_csv(moved, index=False)  # the whole layout, moved
    with pytest.raises(SourceError, match="column 2 is Partner where Native Nomen is published"):
        read_wits(moved)


def test_wits_in_bulk(files: Files) -> None:
    found = read_wits(files["bulk"])
    assert (found.kind, found.edition) == ("most favoured nation", "2017")
    assert cell(found.frame, "", "MYS", "870380", "rate") == pytest.approx(0.3)
    assert np.isnan(found.frame["value"]).all()


def test_macmap(files: Files) -> None:
    found = read_macmap(files["macmap"])
    assert (found.year, found.edition, found.kind) == (2019, "2007", "applied")
    assert cell(found.frame, "USA", "MYS", "870323", "rate") == pytest.approx(0.3)


def test_comtrade(files: Files) -> None:
    found = read_comtrade(files["comtrade"])
    assert (found.year, found.edition, found.valuation, len(found.frame)) == (2022, "2017", "cif", 4)
    assert cell(found.frame, "CHN", "MYS", "854231", "value") == pytest.approx(3.5000005)
    assert cell(found.frame, "TWN", "MYS", "854231", "value") == pytest.approx(0.9999995)
    with pytest.raises(SourceError, match="no rows of flow X; it has M"):
        read_comtrade(files["comtrade"], flow="X")


def test_comtrade_with_a_comma_at_the_end_of_every_row(files: Files) -> None:
    head, *rows = files["comtrade"].read_text(encoding="utf-8").splitlines()
    shifted = files["comtrade"].with_name("shifted.csv")
    shifted.write_text("\n".join([head, *(row + "," for row in rows)]) + "\n", encoding="utf-8")
    assert read_comtrade(shifted).frame.equals(read_comtrade(files["comtrade"]).frame)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("wits", "AHS,27.5", "AHS,0.1", "not between"),
        ("wits", "H5,H5,156", "H5,H4,156", "one edition"),
        ("wits", "AHS,12,12", "XYZ,12,12", "row 6: 'XYZ'"),
        ("wits", "2022,2022,CMT,AHS,3", "2021,2022,CMT,AHS,3", "2021, 2022"),
        ("wits", "H5,H5,918", "H5,H5,998", "row 6, column Reporter: '998'"),
        ("wits", "DutyType", "Duty", "lacks the columns DutyType"),
        ("wits", "854231", "8542", "row 4, column Product"),
        ("wits", "Product Name", "Product", "two columns"),
        ("bulk", ",7,7,7,", ",7,7,70,", "row 4, column SimpleAverage"),
        ("bulk", "H5,458,2022,220421", "H9,458,2022,220421", "H9"),
        ("macmap", "0.165\nUSA,VNM", "16.5\nUSA,VNM", None),
        ("macmap", "0.3", "35", "look like percent"),
        ("macmap", "hs6_2007", "hs6_1992", None),
        ("macmap", "importer,exporter", "exporter,importer", "published are"),
        ("macmap", "MYS,JPN", "MYS,USA", "row 6 says again"),
        ("comtrade", "3500000.5", "3500", "add up to"),
        ("comtrade", ",854231,", ",8542xx,", "column cmdCode"),
        ("comtrade", "C,A,20220101", "C,M,20220101", "row 2, column freqCode"),
        ("comtrade", "H5,HS", "S4,HS", "'S4'"),
        ("comtrade", "C00,TOTAL", "C04,TOTAL", "totals"),
        ("comtrade", "motCode", "mot", "lacks the columns motCode"),
    ],
)
def test_refused_by_place(files: Files, name: str, old: str, new: str, said: str | None) -> None:
    text = files[name].read_text(encoding="utf-8")
    assert old in text
    files[name].write_text(text.replace(old, new), encoding="utf-8")
    read = read_trade if name == "comtrade" else read_duties
    if said is None:
        read(files[name])  # a fault that cannot be seen: a number of a possible size
        return
    with pytest.raises(SourceError, match=said):
        read(files[name])


def test_fractions_where_percent_is_published(tmp_path: Path) -> None:
    from detente.build.trade.concordance import subheadings

    rows = [f"840,156,{code},2022,AHS,0.0{k % 9 + 1}\n" for k, code in enumerate(sorted(subheadings("2017"))[:60])]
    path = tmp_path / "rates.csv"
    path.write_text("Reporter,Partner,Product,Year,DutyType,Simple Average\n" + "".join(rows), encoding="utf-8")
    with pytest.raises(SourceError, match="fractions"):
        read_wits(path)


def test_recognised_from_content(files: Files, tmp_path: Path) -> None:
    kinds = {"baci": "BACI", "wits": "WITS", "bulk": "WITS", "macmap": "MAcMap-HS6", "comtrade": "UN Comtrade"}
    for name, kind in kinds.items():
        anywhere = tmp_path / f"file-{name}.txt"
        anywhere.write_bytes(files[name].read_bytes())
        assert kind_of(anywhere) == kind
    with pytest.raises(SourceError, match="holds duties"):
        read_trade(files["wits"])
    with pytest.raises(SourceError, match="holds trade"):
        read_duties(files["baci"])
    with pytest.raises(SourceError, match="list of countries"):
        read_trade(files["baci"].with_name("country_codes_V202401b.csv"))
    table = tmp_path / "2021_SML.csv"
    table.write_text("V1,CHN_A01_02,OUT\nCHN_A01_02,1,1\n", encoding="utf-8")
    with pytest.raises(SourceError, match="begins with the columns V1, CHN_A01_02, OUT; read are BACI"):
        read_trade(table)
    with pytest.raises(SourceError, match="no file"):
        read_trade(tmp_path / "none.csv")


def test_numbers_of_economies() -> None:
    for code, letters in (
        ("842", "USA"),
        ("840", "USA"),
        ("36", "AUS"),
        ("757", "CHE"),
        ("276", "DEU"),
        ("VNM", "VNM"),
        ("EUN", "EU27"),
    ):
        assert iso3(code) == letters
    assert [iso3(c) for c in ("000", "999", "899", "ZZZ", "W00", "")] == [None] * 6
