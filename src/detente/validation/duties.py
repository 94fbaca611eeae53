"""Duties of a period as one array: what the ledger has in force, averaged over days, and the tariffs of before 2018.

    average[i,n,j] = Σ over spans between turning days of days · stacked duty / days of the period

A year's imports meet the duties of the year's days; weights by day, for imports by day are not known. The duties of 2018–19
are already in the default world (duties collected in 2024), so the back-test of 2018–19 takes two tables of tariffs instead:
*without* has the ordinary rates of January 2018 on the pair and no Section 232 of 2018, *with* adds the ledger's stack.

>>> from detente.policy.ledger import load_ledger
>>> import datetime
>>> rates = average_duty(measures_of(load_ledger("us-china"), 2018, 2019), (2019, 2020), ("USA", "CHN"), ("MCH", "TEX"))
>>> bool(rates[1, 0, 0] > rates[1, 0, 1] > 0)
True

What the model implies for single lists of goods inside its sectors: a closed form, no solve.

Two goods of one sector from two origins, one of them with a duty τ: buyers move between the origins by

    value before duty, with against without   (1 + τ)^−(1+θ_j)

so over lists l with shares c[l,j] of sector j and imports v[j] the imports under duty change, against goods without one, by

    Σ v c (1 + τ_l)^−(1+θ_j) / Σ v c − 1

What the duty does to incomes and to China's prices touches goods with and without a duty alike and cancels. τ is the mean of
the period's days for a duty that moved within it (the mean of the powers, day by day).

>>> import pandas as pd
>>> one = ListDuty("us-301-list-1", ((0.25, 1.0),))
>>> theta = pd.Series(4.0, index=china_sectors_2017().index)
>>> round(relative_fall((one,), theta), 6) == round(100 * (1.25 ** -5 - 1), 6)
True
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from detente.policy.averages import coverage_shares, weights_table
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.stacking import stack_on
from detente.policy.timing import in_force, turning_days
from detente.types import Array
from detente.validation.trade import china_ordinary_2018, china_sectors_2017
from detente.words.names import goods_sectors

if TYPE_CHECKING:
    from detente.policy.ledger import Ledger
    from detente.world.economy import Economy


SETTLED = date(2020, 2, 15)
"""The first day on which all duties of 2018–19 that lasted stood as they lasted."""


def measures_of(ledger: Ledger, first: int, last: int, by: Sequence[str] = ("USA", "CHN")) -> tuple[Measure, ...]:
    """Modelled tariffs of the ledger that began in the years `first` to `last` (and the step of February 2020 where `last` is
    2019), counted in full even where the default world has them in its duties."""
    end = SETTLED if last == 2019 else date(last + 1, 1, 1)
    found = [
        m
        for m in ledger.measures
        if m.by in by
        and m.instrument is InstrumentKind.TARIFF
        and m.modelled
        and m.start is not None
        and date(first, 1, 1) <= m.start < end
    ]
    return tuple(m.model_copy(update={"in_baseline": False}) if m.in_baseline else m for m in found)


def average_duty(
    measures: Sequence[Measure],
    years: tuple[int, int],
    regions: Sequence[str],
    sectors: Sequence[str],
    reference: Array | None = None,
) -> Array:
    """Mean additional duty, fraction, [origin, destination, sector], over the days from 1 January of `years[0]` to before that
    of `years[1]`. `reference` are duties that floors top up."""
    return mean_duties(measures, date(years[0], 1, 1), date(years[1], 1, 1), regions, sectors, reference)[0]


def mean_duties(
    measures: Sequence[Measure],
    start: date,
    end: date,
    regions: Sequence[str],
    sectors: Sequence[str],
    reference: Array | None = None,
) -> tuple[Array, dict[str, Array]]:
    """As `average_duty`, over the days from `start` to before `end`, and the part of each measure on the United States' imports,
    [origin, sector]."""
    days = sorted({start, end, *(d for m in measures for d in turning_days(m) if start < d < end)})
    total = np.zeros((len(regions), len(regions), len(sectors)))
    parts: dict[str, Array] = {}
    usa = regions.index("USA")
    for first, then in pairwise(days):
        stack = stack_on(measures, first, regions, sectors, reference)
        total += stack.tariffs * (then - first).days
        for name, piece in stack.pieces.items():
            parts[name] = parts.get(name, 0.0) + piece[:, usa] * ((then - first).days / (end - start).days)
    return total / (end - start).days, parts


def duty_on(measures: Sequence[Measure], day: date, regions: Sequence[str], sectors: Sequence[str]) -> Array:
    """Additional duty of one day, fraction, [origin, destination, sector]."""
    return stack_on(measures, day, regions, sectors).tariffs


def before_2018(economy: Economy, measures: Sequence[Measure]) -> tuple[Array, int]:
    """Tariffs of the economy as they were before the trade war, and how many cells of third countries were held at zero.

    On the pair: ordinary rates of January 2018. On third countries' metals: the table's collected duty less the duty of 2018,
    not below zero (collected duties are lower where quotas and exclusions applied).
    """
    regions, sectors = economy.regions, economy.sectors
    goods = goods_sectors(sectors)
    columns = [sectors.index(s) for s in goods]
    usa, chn = regions.index("USA"), regions.index("CHN")
    lasting = duty_on(measures, SETTLED, regions, sectors)
    tariffs = economy.tariffs.copy()
    american = weights_table("us-china")["us_mfn_pct"].reindex(list(goods)).fillna(0.0).to_numpy(dtype=float) / 100
    chinese = china_ordinary_2018().reindex(list(goods)).fillna(0.0).to_numpy(dtype=float) / 100
    tariffs[chn, usa, columns], tariffs[usa, chn, columns] = american, chinese
    others = [i for i in range(len(regions)) if i not in (usa, chn)]
    left = tariffs[others, usa] - lasting[others, usa]
    held = int(((left < 0) & (economy.shipments[others, usa] > 0)).sum())
    tariffs[others, usa] = np.maximum(left, 0.0)
    return tariffs, held


# -- single lists of goods ---------------------------------------------------------------------------------------------
LISTS_AT_25 = ("us-301-list-1", "us-301-list-2", "us-301-list-3-25")
STEPS = {
    "us-301-list-1": ("us-301-list-1",),
    "us-301-list-2": ("us-301-list-2",),
    "us-301-list-3-25": ("us-301-list-3-10", "us-301-list-3-25"),
}
"""The goods of a list (by the measure whose coverage is used) and the measures that set their duty one after the other."""


@dataclass(frozen=True)
class ListDuty:
    """Goods of one list and their duty over a period: (rate as a fraction, share of the period's days)."""

    goods: str
    rates: tuple[tuple[float, float], ...]


def steady(goods: Sequence[str], rate: float = 0.25) -> tuple[ListDuty, ...]:
    """The lists at one rate throughout."""
    return tuple(ListDuty(g, ((rate, 1.0),)) for g in goods)


def first_half_2019(measures: Sequence[Measure]) -> tuple[ListDuty, ...]:
    """Lists 1 to 3 over January to June 2019, at the rates of each day."""
    start, end = date(2019, 1, 1), date(2019, 7, 1)
    table = {m.id: m for m in measures}
    found = []
    for goods, steps in STEPS.items():
        own = [table[s] for s in steps]
        days = sorted({start, end, *(d for m in own for d in turning_days(m) if start < d < end)})
        rates = []
        for first, then in pairwise(days):
            rate = sum(m.rate_points("CHN") for m in in_force(own, first)) / 100
            rates.append((rate, (then - first).days / (end - start).days))
        found.append(ListDuty(goods, tuple(rates)))
    return tuple(found)


def relative_fall(duties: Sequence[ListDuty], theta: pd.Series[float]) -> float:
    """Percent change of imports under these duties against goods without one; `theta` by sector."""
    value = china_sectors_2017()
    covered = with_duty = 0.0
    for duty in duties:
        share = pd.Series(dict(coverage_shares("us-china")[duty.goods].share_of_trade)).reindex(value.index).fillna(0.0)
        goods = (value * share).to_numpy(dtype=float)
        power = -(1 + theta.reindex(value.index).to_numpy(dtype=float))
        covered += float(goods.sum())
        with_duty += float(sum(part * (goods * (1 + rate) ** power).sum() for rate, part in duty.rates))
    return float(np.nan if covered == 0 else 100 * (with_duty / covered - 1))
