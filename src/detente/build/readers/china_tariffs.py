"""China's tariffs on the United States and on others by HS line, 2018–2019 (Bown, Jung and Zhang, PIIE).

Sheet "China Tariff Rates": HS-10 line, description, the most-favoured-nation rate of 1 January 2018, then one column a
change (percentage points). Changes of the most-favoured-nation rate apply to everyone; retaliation applies to the
United States alone. Sheet "Imports Value": China's imports from the United States in 2017 by HS-8, thousand USD.

Source: Bown, C. P., E. Jung and E. Zhang (2019), Trump has gotten China to lower its tariffs. Just toward everyone else,
PIIE Trade and Investment Policy Watch, 12 June 2019.
https://www.piie.com/blogs/trade-and-investment-policy-watch/trump-has-gotten-china-lower-its-tariffs-just-toward-everyone
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from detente.build.readers.files import require
from detente.errors import SourceError

TITLE = "Bown, Jung and Zhang (2019), China's tariffs on the United States and on others by HS-10 line"
ORIGIN = (
    "https://www.piie.com/blogs/trade-and-investment-policy-watch/"
    "trump-has-gotten-china-lower-its-tariffs-just-toward-everyone (data file)"
)
FILE = "bown_jung_zhang_2019_china_tariffs_hs10.xlsx"
RATES, VALUES = "China Tariff Rates", "Imports Value"


@dataclass(frozen=True)
class ChinaTariffs:
    """Lines indexed by HS-10 with columns `united_states`, `others` (fractions, latest date in the file) and
    `imports_from_us` (thousand USD, 2017, an HS-8 value shared by its lines); `unread` counts lines without a rate."""

    lines: pd.DataFrame
    unread: int


def read_china_tariffs(folder: Path) -> ChinaTariffs:
    """Rates after the last change in the file (June 2019), by line."""
    path = require(folder / FILE, TITLE, ORIGIN)
    try:
        rates = pd.read_excel(path, sheet_name=RATES, converters={0: str})
        values = pd.read_excel(path, sheet_name=VALUES, converters={0: str})
    except ValueError as error:
        raise SourceError(f"{FILE}: {error}") from None
    codes = rates.iloc[:, 0].astype(str).str.strip().str.zfill(10)
    numbers = rates.iloc[:, 2:].apply(pd.to_numeric, errors="coerce")
    unread = int(numbers.iloc[:, 0].isna().sum())
    general = [k for k, name in enumerate(numbers.columns) if "mfn" in str(name).lower()]
    if not general:
        raise SourceError(f"{FILE}: no column of sheet {RATES!r} names an MFN rate")
    lines = pd.DataFrame({
        "united_states": (numbers.fillna(0).sum(axis=1) / 100).clip(lower=0).to_numpy(),
        "others": (numbers.iloc[:, general].fillna(0).sum(axis=1) / 100).clip(lower=0).to_numpy(),
    }, index=pd.Index(codes, name="hs10"))  # fmt: skip
    lines = lines[numbers.iloc[:, 0].notna().to_numpy()]
    lines = lines[~lines.index.duplicated()]
    imports = pd.to_numeric(values.iloc[:, 2], errors="coerce").fillna(0)
    imports.index = pd.Index(values.iloc[:, 0].astype(str).str.strip().str.zfill(8))
    imports = imports.groupby(level=0).sum()
    hs8 = lines.index.str[:8]
    shared = pd.Series(1, index=hs8).groupby(level=0).sum()
    lines["imports_from_us"] = imports.reindex(hs8).fillna(0).to_numpy() / shared.reindex(hs8).to_numpy()
    return ChinaTariffs(lines, unread)
