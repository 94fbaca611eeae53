"""Bilateral trade in minerals (CEPII BACI, HS 1992 six-digit) and facts on rare-earth supply.

Columns `year, exp, imp, hs92, value_kusd, quantity_t`. Used for rare-earth compounds (284690) and metals (280530),
and for what the rest of the world sells as fuels and ores. "S19" in BACI is "other Asia", that is Taiwan.

Source: CEPII, BACI. https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37

    m = read_minerals(Path("sources/minerals"), [284690, 280530], 2022)
    m.loc[("MYS", "CHN")]  # million USD
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from detente.build.readers.files import require, require_columns

TITLE = "CEPII BACI, bilateral trade in minerals by HS six-digit product, 2017–2024"
ORIGIN = "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37 (Etalab 2.0), mineral HS codes only"
FILE = "baci_minerals_bilateral_2017_2024.csv.gz"
RARE_EARTHS = (280530, 284610, 284690)
FUELS = (270111, 270112, 270119, 270210, 270900, 271111, 271121)
CODES = {"S19": "TWN"}


def read_minerals(folder: Path, products: Sequence[int], years: Sequence[int] | int) -> pd.Series[float]:
    """Million USD by (exporter, importer), summed over `products`, averaged over `years`."""
    path = require(folder / FILE, TITLE, ORIGIN)
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    require_columns(frame, ["year", "exp", "imp", "hs92", "value_kusd"], path)
    wanted = [years] if isinstance(years, int) else list(years)
    frame = frame[frame["year"].isin(wanted) & frame["hs92"].isin(list(products))]
    frame = frame.assign(exp=frame["exp"].replace(CODES), imp=frame["imp"].replace(CODES))
    return frame.groupby(["exp", "imp"])["value_kusd"].sum() / (1e3 * len(wanted))


def read_ores(folder: Path, year: int) -> pd.Series[float]:
    """Million USD by (exporter, importer) of ores and other unworked minerals: HS chapters 25 and 26."""
    path = require(folder / FILE, TITLE, ORIGIN)
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    require_columns(frame, ["year", "exp", "imp", "hs92", "value_kusd"], path)
    products = sorted({int(h) for h in frame["hs92"] if 250000 <= int(h) < 270000})
    return read_minerals(folder, products, year)
