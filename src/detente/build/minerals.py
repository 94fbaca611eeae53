"""Who sells critical minerals to every region of the default world, and who mines them.

    python -m detente.build.minerals SOURCES TARGET

writes `minerals.csv` into TARGET. For every mineral of `minerals.yaml` and every region: imports from outside it, the largest
seller, its share, and the concentration of sellers (Herfindahl, 0 to 1), by economy, in the year of that file; a last row,
WORLD, has the same of mine output in place of imports. Sellers are economies, not regions. An importer that bought next to
nothing (`least`) has no row.

Sources: CEPII BACI (Etalab 2.0); World Mining Data, Austrian Federal Ministry of Finance.

>>> largest(pd.Series({"CHN": 6.0, "AUS": 2.0, "USA": 2.0}))
('CHN', 60.0, 0.44)
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from detente.build.classification import region_members
from detente.build.sources import data_table, read_minerals, require_columns, source_file, texts
from detente.errors import SourceError
from detente.files import write

TABLE, FACTS, WORLD = "minerals.csv", "minerals.yaml", "WORLD"
TOTAL = "Total"
"""How the mining statistics call the row that sums the others."""


def largest(values: pd.Series) -> tuple[str, float, float]:
    """The largest seller (the first by code where several are alike), its share in percent, and Σ share² (0 to 1)."""
    shares = values.sort_index() / values.sum()
    return str(shares.idxmax()), round(float(100 * shares.max()), 1), round(float((shares**2).sum()), 3)


def mineral_sellers(sources: Path) -> pd.DataFrame:
    """mineral, region, imports in million USD (of mines: none), seller, its name, its share in percent, concentration.

    Raises `SourceError` naming what is missing.
    """
    facts = data_table(FACTS)
    year, names = int(facts["year"]), _names(sources)
    mined = _mined(sources, year)
    members = region_members()
    placed = {m for own in members.values() for m in own}
    rows = []
    for mineral, entry in facts["minerals"].items():
        trade = read_minerals(sources / "minerals", entry["headings"], year)
        for region, own in members.items() if entry["headings"] else ():
            exporters, importers = (trade.index.get_level_values(k) for k in (0, 1))
            at_home = set(own)
            buys = ~importers.isin(placed) if region == "ROW" else importers.isin(at_home)
            bought = trade[buys & ~exporters.isin(at_home)].groupby(level=0).sum()
            if bought.sum() >= facts["least"]:
                rows.append((mineral, region, float(bought.sum()), *_told(bought[bought > 0], names)))
        if entry["mined"] not in mined.index:
            raise SourceError(f"no mine output of {entry['mined']} in {year}")
        rows.append((mineral, WORLD, float("nan"), *_told(mined.loc[entry["mined"]], names)))
    columns = ["mineral", "region", "imports_musd", "seller", "name", "share_pct", "concentration"]
    return pd.DataFrame(rows, columns=columns)


def _told(values: pd.Series, names: dict[str, str]) -> tuple[str, str, float, float]:
    code, share, concentration = largest(values)
    return code, names.get(code, code), share, concentration


def _mined(sources: Path, year: int) -> pd.Series:
    """Mine output by (mineral, economy), tonnes or what the mineral is counted in."""
    path = source_file(sources / "minerals", "mining")
    frame = pd.read_csv(path)
    require_columns(frame, ["mineral", "Country", "Country_ISO", str(year)], path)
    found = frame[frame["Country"] != TOTAL].groupby(["mineral", "Country_ISO"])[str(year)].sum()
    return found[found > 0]


def _names(sources: Path) -> dict[str, str]:
    """Economies by code, as the trade file calls them."""
    path = source_file(sources / "trade", "goods-countries")
    frame = pd.read_csv(path, keep_default_na=False)
    require_columns(frame, ["iso3", "CountryName"], path)
    return {**dict(zip(frame["iso3"], frame["CountryName"], strict=True)), **data_table(FACTS).get("names", {})}


def main(arguments: list[str]) -> int:
    """Write the table; exit code 2 when called with other than two arguments."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m detente.build.minerals SOURCES TARGET\n")
        return 2
    frame = mineral_sellers(Path(arguments[0]))
    body = frame.to_csv(index=False, float_format="%.3g", lineterminator="\n")
    write(Path(arguments[1]) / TABLE, ("".join(f"# {line}\n" for line in texts()["heads"][TABLE]) + body).encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
