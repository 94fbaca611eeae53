"""What is read off an outcome, each said once: name, unit, how it is read by region, how regions are put together.

Comparisons, the page, a case's ranges and the documentation are made from this table.

>>> indicator("real_income").unit, indicator("exports").label
('%', 'exports')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import yaml

from detente.equilibrium.outcome import Outcome
from detente.equilibrium.real_gdp import gdp
from detente.errors import InputError, UnknownName, UnknownRegion
from detente.words.names import group_table, region_name, resolve_regions


class Together(NamedTuple):
    """How regions are put together: a rule for an outcome and the regions meant."""

    what: str
    rule: Callable[[Outcome, Sequence[str]], float]


@dataclass(frozen=True)
class Indicator:
    """One result by region.

    `name` is the field of `Outcome` or its like, `label` what people read, `column` its name in the API; `read` gives a Series
    by region in `unit`; `together` puts regions together, None where that has no meaning.
    """

    name: str
    label: str
    unit: str
    column: str
    what: str
    read: Callable[[Outcome], pd.Series]
    together: Together | None = None

    def of(self, outcome: Outcome, region: str) -> float:
        """The value for a region, a group or WORLD. Raises `UnknownRegion`; `InputError` where regions do not add up."""
        if region in outcome.regions:
            return float(self.read(outcome).loc[region])
        if region not in group_table():
            raise UnknownRegion(region, {r: region_name(r) for r in (*outcome.regions, *group_table())})
        if self.together is None:
            raise InputError(f"{self.label} has no meaning for several economies together; name one")
        return self.together.rule(outcome, resolve_regions(region, outcome.regions))


def _real_income(outcome: Outcome, members: Sequence[str]) -> float:
    return outcome.world_real_income if len(members) == len(outcome.regions) else outcome.group_real_income(list(members))


def _sum_of(read: Callable[[Outcome], pd.Series]) -> tuple[Callable[[Outcome], pd.Series], Together]:
    return read, Together("sum", lambda outcome, members: float(read(outcome).loc[list(members)].sum()))


def _real_gdp(outcome: Outcome, members: Sequence[str]) -> float:
    made = pd.Series(gdp(outcome.before), index=list(outcome.regions))[list(members)]
    return float((outcome.real_gdp[list(members)] * made).sum() / made.sum())


_READ: Mapping[str, tuple[Callable[[Outcome], pd.Series], Together | None]] = {
    "real_income": (lambda o: o.real_income, Together("weighted by income before", _real_income)),
    "equivalent_variation": _sum_of(lambda o: o.equivalent_variation),
    "real_gdp": (lambda o: o.real_gdp, Together("weighted by GDP before", _real_gdp)),
    "consumer_prices": (lambda o: o.consumer_prices, None),
    "consumer_prices_local": (lambda o: o.consumer_prices_local, None),
    "real_wage": (lambda o: o.real_wage, None),
    "terms_of_trade": (lambda o: o.terms_of_trade, None),
    "volume_of_trade": (lambda o: o.volume_of_trade, None),
    "tariff_revenue": _sum_of(lambda o: o.tariff_revenue["change"]),
    "jobs_gained": _sum_of(lambda o: o.jobs_gained),
    "jobs_lost": _sum_of(lambda o: o.jobs_lost),
    "unemployed": _sum_of(lambda o: o.unemployed),
    "exports": (lambda o: 100 * o.exports["change"] / o.exports["baseline"], None),
}


@cache
def _indicators() -> Mapping[str, Indicator]:
    """What `indicators.yaml` tells of each, joined with how it is read."""
    told = yaml.safe_load(files("detente").joinpath("data", "indicators.yaml").read_bytes())
    return {name: Indicator(name, **words, read=_READ[name][0], together=_READ[name][1]) for name, words in told.items()}


if TYPE_CHECKING:
    INDICATORS: Mapping[str, Indicator]


def __getattr__(name: str) -> Mapping[str, Indicator]:
    """`INDICATORS`, read when first asked for."""
    if name == "INDICATORS":
        return _indicators()
    raise AttributeError(f"no {name!r} in {__name__!r}")


def indicator(name: str) -> Indicator:
    """The indicator of this name. Raises `UnknownName` with a suggestion."""
    known = _indicators()
    if name not in known:
        raise UnknownName(name, {k: i.label for k, i in known.items()}, "indicator")
    return known[name]


def table() -> str:
    """The table of indicators as Markdown, as `docs/indicators.md` prints it."""
    heads = ("indicator", "unit", "what", "several economies", "in the API")
    rows = [
        (f"`{i.name}`", i.unit, i.what, i.together.what if i.together else "–", f"`{i.column}`") for i in _indicators().values()
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, ("---",) * len(heads), *rows)) + "\n"
