"""Nominal GDP and population of the default world's regions by year: what turns dollars of the table's year into those of
another.

    python -m detente.build.nominal_gdp SOURCES TARGET

writes `nominal-gdp.csv` into TARGET. A region is the sum of its economies in the base year, rolled forward by the growth of those
of them that are known in both years; `covered` is their share of the base year's sum. A year in which less than the share in
`nominal-gdp.yaml` is known is left out. The rest of the world is every economy in no other region. Taiwan is from that file.

Source: World Bank, World Development Indicators, NY.GDP.MKTP.CD and SP.POP.TOTL (CC BY 4.0).

>>> known = pd.DataFrame({2022: [6.0, 2.0], 2023: [9.0, None]}, index=["A", "B"])
>>> rolled(known, 2022, 2023)
(12.0, 0.75)
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from detente.build.classification import region_members
from detente.build.sources import data_table, require_columns, source_file, texts
from detente.errors import SourceError
from detente.files import write

TABLE, FACTS = "nominal-gdp.csv", "nominal-gdp.yaml"
GDP, PEOPLE = "NY.GDP.MKTP.CD", "SP.POP.TOTL"
ROW = "ROW"


def rolled(known: pd.DataFrame, base: int, year: int) -> tuple[float, float]:
    """Sum of the base year times the growth of what is known in both years, and the share of the base year that is."""
    first = known[base].dropna()
    both = known.loc[first.index].dropna(subset=[year])
    whole, known_then = float(first.sum()), float(both[base].sum())
    if known_then == 0:
        return float("nan"), 0.0
    return whole * float(both[year].sum()) / known_then, known_then / whole


def nominal_gdp(sources: Path) -> pd.DataFrame:
    """region, year, GDP in million USD, population, and the covered share of GDP. Raises `SourceError` for what is missing."""
    facts = data_table(FACTS)
    gdp, people = (_by_year(sources, code, facts) for code in (GDP, PEOPLE))
    gdp = gdp / 1e6
    for code, values in facts["gdp"].items():
        gdp.loc[code] = pd.Series(values)
    base, last = int(facts["base"]), int(facts["last"])
    for code, value in facts["population"].items():
        people.loc[code] = float(value)
    members = region_members()
    placed = {m for own in members.values() for m in own}
    rest = [c for c in gdp.index if c not in placed and c not in str(texts()["aggregates"]).split()]
    rows = []
    for region, own in members.items():
        economies = [m for m in (rest if region == ROW else own) if m in gdp.index]
        for year in range(base, last + 1):
            value, covered = rolled(gdp.loc[economies], base, year)
            if covered >= facts["least_covered"]:
                heads = rolled(people.loc[[m for m in economies if m in people.index]], base, year)[0]
                if heads != heads:
                    raise SourceError(f"no population of {region} in {year} ({PEOPLE})")
                rows.append((region, year, round(value), round(heads), round(covered, 3)))
    return pd.DataFrame(rows, columns=["region", "year", "gdp_musd", "population", "covered"])


def _by_year(sources: Path, indicator: str, facts: Mapping[str, Any]) -> pd.DataFrame:
    """Values of an indicator, economy × year."""
    path = source_file(sources / "macro", "wdi")
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    require_columns(frame, ["iso3", "year", "value", "indicator"], path)
    chosen = frame[(frame["indicator"] == indicator) & frame["year"].between(facts["base"], facts["last"])]
    table = chosen.pivot_table(index="iso3", columns="year", values="value", aggfunc="first")
    return table.reindex(columns=range(facts["base"], facts["last"] + 1)).astype(float)


def main(arguments: list[str]) -> int:
    """Write the table; exit code 2 when called with other than two arguments."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m detente.build.nominal_gdp SOURCES TARGET\n")
        return 2
    body = nominal_gdp(Path(arguments[0])).to_csv(index=False, float_format="%.10g", lineterminator="\n")
    write(Path(arguments[1]) / TABLE, ("".join(f"# {line}\n" for line in texts()["heads"][TABLE]) + body).encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
