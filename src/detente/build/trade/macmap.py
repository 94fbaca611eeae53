"""CEPII MAcMap-HS6: duties by pair and product of a reference year, as ad valorem equivalents.

`mmhs6_2019.csv` has the columns importer, exporter, hs6_2007, year, adv: the name of the third says the edition of HS, `adv` is a
fraction. Rates are applied ones: preferences in force are in them.

Source: CEPII, MAcMap-HS6 (Guimbard, Jean, Mimouni and Pichot 2012),
https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=12.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pandas as pd

from detente.build.trade.concordance import _edition
from detente.build.trade.files import Duties, economies, edition_of, header, number, once, one_year, products, refuse, table

HEADER = re.compile(r"importer,exporter,hs6_(\d{4}),year,adv")
MOST = 30.0
"""3,000 %: the highest rates of any schedule are near it."""


def read_macmap(path: str | os.PathLike[str]) -> Duties:
    """Duties of a reference year. Raises `SourceError`, naming row and column."""
    place = Path(path)
    names = header(place)
    found = HEADER.fullmatch(",".join(names))
    if not found:
        raise refuse("header", place, found=", ".join(names[:12]), wanted="importer, exporter, hs6_2007, year, adv")
    code = names[2]
    frame = table(place, names, exact=True)
    year = one_year(frame, "year", place)
    once(frame, ["importer", "exporter", code], place)
    rate = number(frame, "adv", place)
    high = frame.index[rate > MOST]
    if len(high):
        raise refuse("percent", place, row=high[0], column="adv", rate=f"{rate[high[0]]:g}")
    exporter, importer = economies(frame, "exporter", place), economies(frame, "importer", place)
    same = frame.index[exporter == importer]
    if len(same):
        raise refuse("to_itself", place, row=same[0], code=exporter[same[0]])
    product, notes = products(frame, code, place)
    edition, more = edition_of(product, place, _edition(found[1]), code)
    duties = pd.DataFrame(
        {"exporter": exporter, "importer": importer, "product": product, "rate": rate, "value": np.full(len(frame), np.nan)}
    )
    return Duties(duties.reset_index(drop=True), "CEPII, MAcMap-HS6", year, edition, "applied", (*notes, *more))
