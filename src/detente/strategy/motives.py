"""Motives written as short texts, to ask how an answer moves: "USA.prices=0.6", "CHN.employment.ELE=0.5".

The names are those of a dossier's objective: growth, employment, revenue, prices, dependence, audience. An employment weight may
name a sector; without one it stands for every sector.

>>> given = {"USA": Weights(prices=0.3, jobs={"default": 0.05, "ELE": 0.2})}
>>> moved(given, ["USA.prices=0.6"])["USA"].prices
0.6
>>> moved(given, ["USA.employment.ELE=0.5"])["USA"].jobs
{'default': 0.05, 'ELE': 0.5}
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from detente.errors import InputError, UnknownName
from detente.strategy.objectives import Weights

FIELDS = {
    "growth": "real_income",
    "employment": "jobs",
    "revenue": "revenue",
    "prices": "prices",
    "dependence": "dependence",
    "audience": "audience",
}


def numbers(texts: Sequence[str], what: str) -> dict[str, float]:
    """["USA=0.08"] as a mapping. Raises `InputError` where a text is not NAME=NUMBER or a name comes twice."""
    found: dict[str, float] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not equals or not name.strip() or not math.isfinite(number):
            raise InputError(f"{what} {text!r} is not of the form NAME=NUMBER")
        if name.strip() in found:
            raise InputError(f"{what} {name.strip()!r} is given twice")
        found[name.strip()] = number
    return found


def moved(given: Mapping[str, Weights], texts: Sequence[str]) -> dict[str, Weights]:
    """The weights by party with those of `texts` replaced. Raises `InputError`, `UnknownName`."""
    weights = dict(given)
    for name, value in numbers(texts, "weight").items():
        party, _, rest = name.partition(".")
        motive, _, sector = rest.partition(".")
        if party not in weights:
            raise UnknownName(party, sorted(weights), "party")
        if motive not in FIELDS:
            raise UnknownName(motive, list(FIELDS), "motive")
        if value < 0:
            raise InputError(f"the weight {name} must not be below 0, not {value:g}")
        if motive != "employment":
            if sector:
                raise InputError(f"{name}: only employment has a weight by sector")
            weights[party] = weights[party].with_(**{FIELDS[motive]: value})
        else:
            jobs = dict(weights[party].jobs) | {sector: value} if sector else {"default": value}
            weights[party] = weights[party].with_(jobs=jobs)
    return weights
