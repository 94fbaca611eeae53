"""Goods trade by pair of economies: CEPII BACI totals, one year, a square matrix of exporters by importers.

The matrix file has one row an exporter and one column an importer, in the order of the country file, thousand USD,
FOB. Source: CEPII, BACI (Gaulier and Zignago 2010). https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37

    goods = read_bilateral_goods(Path("sources/trade"))
    goods.loc["CHN", "USA"]  # million USD
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from detente.build.readers.files import require, require_columns
from detente.errors import SourceError

TITLE = "CEPII BACI, goods trade by exporter and importer, 2023, summed over products"
ORIGIN = "https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37 (Etalab 2.0), summed over HS 6-digit products"
MATRIX = "bilateral_goods_2023_kusd.csv"
COUNTRIES = "bilateral_goods_2023_countries.csv"


def read_bilateral_goods(folder: Path) -> pd.DataFrame:
    """Exporter × importer, ISO alpha-3, million USD; missing pairs are 0."""
    countries = pd.read_csv(require(folder / COUNTRIES, TITLE + " (country list)", ORIGIN), keep_default_na=False)
    require_columns(countries, ["iso3"], folder / COUNTRIES)
    values = pd.read_csv(require(folder / MATRIX, TITLE, ORIGIN))
    codes = [str(c) for c in countries["iso3"]]
    if values.shape != (len(codes), len(codes)):
        raise SourceError(f"{MATRIX} is {values.shape[0]} × {values.shape[1]}, the country list has {len(codes)}")
    values.index = pd.Index(codes, name="exporter")
    values.columns = pd.Index(codes, name="importer")
    return values.fillna(0.0) / 1e3
