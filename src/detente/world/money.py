"""Dollars of another year: the table's money rolled forward by published growth of nominal GDP, and households' spending.

The default world is of 2022. A share of income is of any year; the dollars of it are not. With N nominal GDP in USD,

    dollars of year t = dollars of 2022 × N[region, t] / N[region, 2022]

so that a change keeps its share of income. Exchange rates are in it: an economy whose currency fell has fewer dollars to lose.
The table (`nominal-gdp.csv`, made by `build.nominal_gdp`) ends with the last year the World Bank has; nothing is projected.

>>> round(factor("USA", 2025), 2), factor("USA", 2022)
(1.18, 1.0)
>>> factor("USA", 2031)
Traceback (most recent call last):
    ...
detente.errors.InputError: InputError: dollars of 2031 are not known for the United States; known are 2022 to 2025
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from detente.errors import InputError, UnknownRegion
from detente.words import refusal
from detente.words.currency import DOLLAR, currency
from detente.words.names import region_name

BASE = 2022
"""Year of the default world's money."""


def years(region: str) -> tuple[int, ...]:
    """Years of which the dollars of a region are known. Raises `UnknownRegion`."""
    known = _years()
    if region not in known:
        raise UnknownRegion(region, {r: region_name(r) for r in known})
    return known[region]


def listed(region: str) -> bool:
    """Whether the table has a region at all."""
    return region in _years()


def has(region: str, year: int) -> bool:
    """Whether dollars of a year are known for a region of the default world, where the world in use counts in dollars at all."""
    return currency() == DOLLAR and (region, year) in _table()


def factor(region: str, year: int, of: int = BASE) -> float:
    """What a dollar of `of` is in dollars of `year` for a region. Raises `UnknownRegion`, `InputError` for a year not known."""
    return gdp(region, year) / gdp(region, of)


def rolled(incomes: Mapping[str, float], year: int, table: int | None) -> tuple[int, dict[str, float]]:
    """The year whose dollars are told, and what turns the money of a table of year `table` into them, by region.

    `incomes` by region, in the table's money. The year is the last one up to `year` whose dollars are known of any, else the
    table's own; a region of which they are not takes the factor of the others together.

    >>> rolled({"USA": 2.0, "CHN": 1.0}, 2031, 2022)[0], rolled({"USA": 2.0, "CHN": 1.0}, 2019, 2022)
    (2025, (2022, {'USA': 1.0, 'CHN': 1.0}))
    """
    told = latest(incomes, year) if table == BASE else None
    if told is None:
        return (year if table is None else table), dict.fromkeys(incomes, 1.0)
    own = {r: factor(r, told) for r in incomes if has(r, told)}
    together = sum(f * incomes[r] for r, f in own.items()) / sum(incomes[r] for r in own)
    return told, {r: own.get(r, together) for r in incomes}


def latest(regions: Iterable[str], year: int) -> int | None:
    """The last year up to `year` whose dollars are known of any of `regions`; None where there is none."""
    return max((y for r in regions for y in _years().get(r, ()) if y <= year and has(r, y)), default=None)


def gdp(region: str, year: int) -> float:
    """Nominal GDP, million USD. Raises `UnknownRegion`, and `InputError` for a year not known."""
    return float(_row(region, year)["gdp_musd"])


def population(region: str, year: int) -> float:
    """Persons. Raises `UnknownRegion`, and `InputError` for a year not known."""
    return float(_row(region, year)["population"])


def knows_consumption(region: str) -> bool:
    """Whether the household consumption of a region is known."""
    return currency() == DOLLAR and region in _facts()["household_consumption"]["percent"]


def consumption_share(region: str) -> float:
    """Household consumption in GDP, percent (World Bank). Raises `UnknownRegion`, and `InputError` where it is not known."""
    years(region)
    if not knows_consumption(region):
        raise InputError(refusal("world", "no_consumption", region=region_name(region, article=True)))
    return float(_facts()["household_consumption"]["percent"][region]["value"])


def consumption_a_person(region: str, year: int) -> float:
    """Household consumption a person and year, USD of `year`. Raises as `gdp` and `consumption_share` do."""
    return consumption_share(region) / 100 * gdp(region, year) * 1e6 / population(region, year)


def _row(region: str, year: int) -> Mapping[Any, Any]:
    known = years(region)
    if year not in known:
        name = region_name(region, article=True)
        raise InputError(refusal("world", "no_dollars", year=year, region=name, first=known[0], last=known[-1]))
    return _table()[region, year]


@cache
def _table() -> Mapping[tuple[str, int], Mapping[Any, Any]]:
    """Rows by region and year: a look-up in a dictionary is a thousand times as fast as one in a frame, and many are made."""
    with files("detente").joinpath("data", "worlds", "nominal-gdp.csv").open(encoding="utf-8") as file:
        frame = pd.read_csv(file, comment="#", index_col=["region", "year"])
    return {(str(r), int(y)): row for (r, y), row in zip(frame.index, frame.to_dict("records"), strict=True)}


@cache
def _years() -> Mapping[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for region, year in _table():
        found[region] = (*found.get(region, ()), year)
    return found


@cache
def _facts() -> Mapping[str, Any]:
    return yaml.safe_load(files("detente").joinpath("data", "worlds", "nominal-gdp.yaml").read_text(encoding="utf-8"))
