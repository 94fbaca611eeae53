"""World Bank World Development Indicators in long form: columns `iso3, year, value, indicator`.

Where an economy has no value in the wanted year, the nearest year is taken (the earlier one on a tie) and counted.

Source: World Bank, World Development Indicators (CC BY 4.0). https://databank.worldbank.org/source/world-development-indicators

    wdi = read_wdi(Path("sources/macro"), 2022)
    wdi.table.loc["MYS", "NY.GDP.MKTP.CD"] / 1e9
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from detente.build.readers.files import require, require_columns

TITLE = "World Bank, World Development Indicators, long form (iso3, year, value, indicator)"
ORIGIN = "https://databank.worldbank.org/source/world-development-indicators (CC BY 4.0)"
FILE = "wdi_2015_2025_long.csv"


@dataclass(frozen=True)
class Wdi:
    """Economy × indicator for one year; `borrowed` lists (economy, indicator, year taken instead)."""

    year: int
    table: pd.DataFrame
    borrowed: tuple[tuple[str, str, int], ...]


def read_wdi(folder: Path, year: int, indicators: Sequence[str] | None = None, reach: int = 6) -> Wdi:
    """Values of `year`, filled from the nearest year at most `reach` years away."""
    path = require(folder / FILE, TITLE, ORIGIN)
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    require_columns(frame, ["iso3", "year", "value", "indicator"], path)
    frame = frame.dropna(subset=["value"])
    if indicators is not None:
        frame = frame[frame["indicator"].isin(list(indicators))]
    frame = frame.assign(distance=(frame["year"] - year).abs())
    frame = frame[frame["distance"] <= reach].sort_values(["iso3", "indicator", "distance", "year"])
    best = frame.drop_duplicates(["iso3", "indicator"])
    late = best[best["distance"] > 0]
    borrowed = tuple((str(a), str(b), int(c)) for a, b, c in zip(late["iso3"], late["indicator"], late["year"], strict=True))
    table = best.pivot_table(index="iso3", columns="indicator", values="value", aggfunc="first")
    return Wdi(year, table, borrowed)
