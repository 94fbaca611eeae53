"""Goods trade by pair and SITC section in 2015 (UNCTAD), about 215 economies, names run together.

Columns `exporter, importer, value_kusd, sitc1`. Used for the product mix of what the rest of the world sells, and
for Taiwan's pairs, which BACI totals leave out.

Source: UNCTAD, UNCTADstat, merchandise trade matrix by SITC. https://unctadstat.unctad.org

    read_sitc(Path("sources/trade"))  # (exporter, importer, section) → million USD
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from detente.build.readers.files import require, require_columns

TITLE = "UNCTADstat, merchandise trade matrix by SITC section, 2015"
ORIGIN = "https://unctadstat.unctad.org (free with attribution)"
FILE = "sitc1_2015/bilateral_sitc1_2015_kusd.csv.gz"
REST = "ROW"

ECONOMY_NAMES = {
    "Angola": "AGO", "UnitedArabEmirates": "ARE", "Argentina": "ARG", "Australia": "AUS", "Austria": "AUT",
    "Belgium": "BEL", "Bangladesh": "BGD", "Bulgaria": "BGR", "Belarus": "BLR", "Brazil": "BRA",
    "BruneiDarussalam": "BRN", "Canada": "CAN", "Switzerland": "CHE", "Chile": "CHL", "China": "CHN",
    "CotedIvoire": "CIV", "Cameroon": "CMR", "DemRepoftheCongo": "COD", "Colombia": "COL", "CostaRica": "CRI",
    "Cyprus": "CYP", "CzechRepublic": "CZE", "Germany": "DEU", "Denmark": "DNK", "Egypt": "EGY", "Spain": "ESP",
    "Estonia": "EST", "Finland": "FIN", "France": "FRA", "UnitedKingdom": "GBR", "Greece": "GRC",
    "ChinaHongKongSAR": "HKG", "Croatia": "HRV", "Hungary": "HUN", "Indonesia": "IDN", "India": "IND",
    "Ireland": "IRL", "Iceland": "ISL", "Israel": "ISR", "Italy": "ITA", "Jordan": "JOR", "Japan": "JPN",
    "Kazakhstan": "KAZ", "Cambodia": "KHM", "KoreaRepublicof": "KOR", "LaoPeoplesDemRep": "LAO",
    "Lithuania": "LTU", "Luxembourg": "LUX", "Latvia": "LVA", "Morocco": "MAR", "Mexico": "MEX", "Malta": "MLT",
    "Myanmar": "MMR", "Malaysia": "MYS", "Nigeria": "NGA", "Netherlands": "NLD", "Norway": "NOR",
    "NewZealand": "NZL", "Pakistan": "PAK", "Peru": "PER", "Philippines": "PHL", "Poland": "POL",
    "Portugal": "PRT", "Romania": "ROU", "RussianFederation": "RUS", "SaudiArabia": "SAU", "Senegal": "SEN",
    "Singapore": "SGP", "SaoTomeandPricipe": "STP", "Slovakia": "SVK", "Slovenia": "SVN", "Sweden": "SWE",
    "Thailand": "THA", "Tunisia": "TUN", "Turkey": "TUR", "ChinaTaiwanProvince": "TWN", "Ukraine": "UKR",
    "UnitedStates": "USA", "VietNam": "VNM", "SouthAfrica": "ZAF",
}  # fmt: skip


def read_sitc(folder: Path) -> pd.Series[float]:
    """Million USD by (exporter, importer, section digit); economies outside the name table are summed into ROW."""
    path = require(folder / FILE, TITLE, ORIGIN)
    frame = pd.read_csv(path)
    require_columns(frame, ["exporter", "importer", "value_kusd", "sitc1"], path)
    frame = frame.assign(
        exp=frame["exporter"].map(ECONOMY_NAMES).fillna(REST),
        imp=frame["importer"].map(ECONOMY_NAMES).fillna(REST),
        section=frame["sitc1"].str.extract(r"SITC(\d)", expand=False).astype(int),
    )
    return frame.groupby(["exp", "imp", "section"])["value_kusd"].sum() / 1e3
