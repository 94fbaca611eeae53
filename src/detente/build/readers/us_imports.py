"""United States imports and calculated duty by origin and sector, 2024.

Columns `origin, census_code, sector, imports_2024_usd, calculated_duty_2024_usd, eff_rate_2024_pct`. Customs value;
"calculated duty" includes Section 301 and 232 duties. The European Union is one origin (Slovakia, listed besides, is
part of it). Sector `ZZ_unmapped` is goods returned and special provisions (HS 98–99).

Source: U.S. Census Bureau, USA Trade Online, via the public tradewartracker extracts. https://usatrade.census.gov

    us = read_us_imports(Path("sources/trade"))
    us.imports.loc["CHN", "ELE"], us.duty.loc["CHN", "ELE"]  # million USD
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from detente.build.readers.files import require, require_columns
from detente.errors import SourceError

TITLE = "U.S. Census Bureau, imports for consumption and calculated duty by origin and sector, 2024"
ORIGIN = "https://usatrade.census.gov (public domain), summed from HS to the 21 goods sectors"
FILE = "us_imports_2024_by_origin_and_sector.csv"
UNMAPPED = "ZZ_unmapped"

ORIGIN_CODES = {
    "ALGERIA": "DZA", "ANGOLA": "AGO", "ARGENTINA": "ARG", "AUSTRALIA": "AUS", "BANGLADESH": "BGD", "BRAZIL": "BRA",
    "CAMBODIA": "KHM", "CANADA": "CAN", "CHILE": "CHL", "CHINA": "CHN", "COLOMBIA": "COL", "COSTA RICA": "CRI",
    "DOMINICAN REPUBLIC": "DOM", "ECUADOR": "ECU", "EGYPT": "EGY", "EL SALVADOR": "SLV", "EUROPEAN UNION": "EU27",
    "GUATEMALA": "GTM", "HONDURAS": "HND", "HONG KONG": "HKG", "INDIA": "IND", "INDONESIA": "IDN", "IRAQ": "IRQ",
    "ISRAEL": "ISR", "JAPAN": "JPN", "KOREA, SOUTH": "KOR", "KUWAIT": "KWT", "MALAYSIA": "MYS", "MEXICO": "MEX",
    "NEW ZEALAND": "NZL", "NICARAGUA": "NIC", "NIGERIA": "NGA", "NORWAY": "NOR", "PAKISTAN": "PAK", "PERU": "PER",
    "PHILIPPINES": "PHL", "RUSSIA": "RUS", "SAUDI ARABIA": "SAU", "SINGAPORE": "SGP", "SOUTH AFRICA": "ZAF",
    "SRI LANKA": "LKA", "SWITZERLAND": "CHE", "TAIWAN": "TWN", "THAILAND": "THA", "TRINIDAD AND TOBAGO": "TTO",
    "TURKEY": "TUR", "UNITED ARAB EMIRATES": "ARE", "UNITED KINGDOM": "GBR", "VENEZUELA": "VEN", "VIETNAM": "VNM",
}  # fmt: skip
PART_OF_ANOTHER = ("SLOVAKIA",)


@dataclass(frozen=True)
class UsImports:
    """Imports and duty, million USD, origin (ISO alpha-3, EU27) × sector; `unmapped` by origin."""

    imports: pd.DataFrame
    duty: pd.DataFrame
    unmapped: pd.Series[float]

    @property
    def rate(self) -> pd.DataFrame:
        """Collected rate: duty over customs value; NaN where nothing is imported."""
        return self.duty / self.imports.where(self.imports > 0)


def read_us_imports(folder: Path) -> UsImports:
    """Read the file; an origin that is not in the name table raises `SourceError`."""
    path = require(folder / FILE, TITLE, ORIGIN)
    frame = pd.read_csv(path)
    require_columns(frame, ["origin", "sector", "imports_2024_usd", "calculated_duty_2024_usd"], path)
    frame = frame[~frame["origin"].isin(PART_OF_ANOTHER)]
    unknown = sorted(set(frame["origin"]) - set(ORIGIN_CODES))
    if unknown:
        raise SourceError(f"{FILE}: origins without an ISO code in the name table: {', '.join(unknown)}")
    frame = frame.assign(iso3=frame["origin"].map(ORIGIN_CODES))
    imports = frame.pivot_table(index="iso3", columns="sector", values="imports_2024_usd", aggfunc="sum").fillna(0) / 1e6
    duty = frame.pivot_table(index="iso3", columns="sector", values="calculated_duty_2024_usd", aggfunc="sum")
    duty = duty.reindex(index=imports.index, columns=imports.columns).fillna(0) / 1e6
    unmapped = imports[UNMAPPED] if UNMAPPED in imports else pd.Series(0.0, index=imports.index)
    mapped = [c for c in imports.columns if c != UNMAPPED]
    return UsImports(imports[mapped], duty[mapped], unmapped)
