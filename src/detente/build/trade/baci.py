"""CEPII BACI: trade by pair and product of a year, one file a year and edition of HS, with a file of the economies' numbers.

`BACI_HS92_Y2022_V202401b.csv` has the columns t, i, j, k, v, q: year, exporter, importer, product, value (thousand USD, free on
board) and quantity (tonnes, NA where not known). `country_codes_V202401b.csv` of the same version lies beside it and has
country_code, country_name, country_iso2, country_iso3.

Source: CEPII, BACI (Gaulier and Zignago 2010), https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37, Etalab 2.0.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pandas as pd

from detente.build.trade.concordance import _edition
from detente.build.trade.economies import LETTERS
from detente.build.trade.files import Flows, economies, edition_of, header, number, once, one_year, products, refuse, table

COLUMNS = ("t", "i", "j", "k", "v", "q")
COUNTRIES = ("country_code", "country_name", "country_iso2", "country_iso3")
OLDER = ("country_code", "country_name_abbreviation", "country_name_full", "iso_2digit_alpha", "iso_3digit_alpha")
"""The country file before 2023."""
NAME = re.compile(r"BACI_HS(\d\d)_Y(\d{4})_V(\w+)", re.IGNORECASE)


def read_countries(path: str | os.PathLike[str]) -> dict[str, str]:
    """Number of an economy in BACI → alpha-3 code (S19, other Asia, is TWN). Raises `SourceError`."""
    place = Path(path)
    columns = OLDER if header(place)[1:2] == ["country_name_abbreviation"] else COUNTRIES
    frame = table(place, columns, exact=True)
    code, letters = columns[0], columns[-1]
    frame = frame.astype(object)
    bad = frame.index[~frame[code].str.fullmatch(r"\d{1,3}") | ~frame[letters].str.fullmatch(r"[A-Z][A-Z0-9]{2}|N/A|NA|")]
    if len(bad):
        raise refuse("country_row", place, row=bad[0], cells=", ".join(frame.loc[bad[0]]))
    once(frame, [code], place)
    named = frame[frame[letters].str.fullmatch(r"[A-Z][A-Z0-9]{2}")]
    known = {str(k): LETTERS.get(str(v), str(v)) for k, v in zip(named[code], named[letters], strict=True)}
    repeated = sorted({v for v in known.values() if list(known.values()).count(v) > 1})
    for letter in repeated:  # an economy that was renumbered has one row a number
        if letter not in ("DEU", "SDN", "BEL", "YEM", "VNM", "PAN", "ZAF", "USA", "IND", "FRA", "CHE", "NOR"):
            raise refuse("country_twice", place, code=letter)
    return known


def read_baci(
    path: str | os.PathLike[str], *, countries: str | os.PathLike[str] | None = None, edition: str | int | None = None
) -> Flows:
    """Trade of a year. `countries` is the country file; else the one of the same version beside the file, else ISO's numbers.

    `edition` of HS goes before the one in the file's name. Raises `SourceError`, naming row and column.
    """
    place = Path(path)
    named = NAME.search(place.name)
    if countries is None and named:
        beside = place.with_name(f"country_codes_V{named[3]}.csv")
        countries = beside if beside.exists() else None
    known = None if countries is None else read_countries(countries)
    frame = table(place, COLUMNS, exact=True)
    year = one_year(frame, "t", place)
    if named and int(named[2]) != year:
        raise refuse("other_year", place, row=2, named=named[2], found=year)
    once(frame, ["i", "j", "k"], place)
    value = number(frame, "v", place)
    number(frame, "q", place, missing=True)
    exporter, importer = economies(frame, "i", place, known), economies(frame, "j", place, known)
    same = frame.index[frame["i"].astype(object) == frame["j"].astype(object)]
    if len(same):
        raise refuse("to_itself", place, row=same[0], code=frame.loc[same[0], "i"])
    product, notes = products(frame, "k", place)
    stated = _edition(edition) if edition is not None else _edition(named[1]) if named else None
    found, more = edition_of(product, place, stated, "k")
    if known:
        _whole(frame, known, place)
    flows = pd.DataFrame({"exporter": exporter, "importer": importer, "product": product, "value": value / 1e3})
    return Flows(flows.reset_index(drop=True), "CEPII, BACI", year, found, "fob", (*notes, *more))


def _whole(frame: pd.DataFrame, known: dict[str, str], path: Path) -> None:
    """BACI is sorted by exporter: where a sorted file stops before the last economies of the country file, it was cut off."""
    numbers = frame["i"].astype(object).astype(int)
    last = max(map(int, known))
    if numbers.is_monotonic_increasing and len(set(numbers)) > 1 and int(numbers.iloc[-1]) < last:
        raise refuse("stops_early", path, row=frame.index[-1], found=int(numbers.iloc[-1]), last=last)
