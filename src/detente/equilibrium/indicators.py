"""What is read off an outcome, each said once: name, unit, how it is read by region, how regions are put together.

Comparisons, the page, a case's ranges and the documentation are made from this table.

>>> INDICATORS["real_income"].unit, INDICATORS["exports"].label
('%', 'exports')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from detente.equilibrium.outcome import Outcome
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


def _sum(read: Callable[[Outcome], pd.Series]) -> Together:
    return Together("sum", lambda outcome, members: float(read(outcome).loc[list(members)].sum()))


def _revenue(outcome: Outcome) -> pd.Series:
    return outcome.tariff_revenue["change"]


def _exports(outcome: Outcome) -> pd.Series:
    return 100 * outcome.exports["change"] / outcome.exports["baseline"]


def _worth(outcome: Outcome) -> pd.Series:
    return outcome.equivalent_variation


_TABLE = (
    Indicator(
        name="real_income",
        label="real income",
        unit="%",
        column="real_income_pct",
        what="income over the price of what is bought",
        read=lambda o: o.real_income,
        together=Together("weighted by income before", _real_income),
    ),
    Indicator(
        name="equivalent_variation",
        label="equivalent variation",
        unit="million USD a year",
        column="ev_musd",
        what="the money that would have brought the same change at the old prices",
        read=_worth,
        together=_sum(_worth),
    ),
    Indicator(
        name="consumer_prices",
        label="consumer prices",
        unit="%",
        column="consumer_prices_pct",
        what="price of what households buy, with the factor income of the world as measure",
        read=lambda o: o.consumer_prices,
    ),
    Indicator(
        name="real_wage",
        label="real wage",
        unit="%",
        column="real_wage_pct",
        what="mean wage over consumer prices",
        read=lambda o: o.real_wage,
    ),
    Indicator(
        name="terms_of_trade",
        label="terms of trade",
        unit="%",
        column="terms_of_trade_pct",
        what="first-order gain from export over import prices, of income",
        read=lambda o: o.terms_of_trade,
    ),
    Indicator(
        name="volume_of_trade",
        label="volume of trade",
        unit="%",
        column="volume_of_trade_pct",
        what="first-order gain from buying more of what is taxed, of income",
        read=lambda o: o.volume_of_trade,
    ),
    Indicator(
        name="tariff_revenue",
        label="tariff revenue",
        unit="million USD a year",
        column="tariff_revenue_musd",
        what="duties collected, change",
        read=_revenue,
        together=_sum(_revenue),
    ),
    Indicator(
        name="exports",
        label="exports",
        unit="%",
        column="exports_pct",
        what="value of exports of goods and services",
        read=_exports,
    ),
)
INDICATORS: Mapping[str, Indicator] = {i.name: i for i in _TABLE}


def indicator(name: str) -> Indicator:
    """The indicator of this name. Raises `UnknownName` with a suggestion."""
    if name not in INDICATORS:
        raise UnknownName(name, {k: i.label for k, i in INDICATORS.items()}, "indicator")
    return INDICATORS[name]


def table() -> str:
    """The table of indicators as Markdown, as the documentation prints it."""
    rows = ["| indicator | unit | what | several economies | in the API |", "|---|---|---|---|---|"]
    for i in INDICATORS.values():
        rows.append(f"| `{i.name}` | {i.unit} | {i.what} | {i.together.what if i.together else '–'} | `{i.column}` |")
    return "\n".join(rows) + "\n"
