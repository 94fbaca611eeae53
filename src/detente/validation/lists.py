"""What the model implies for single lists of goods inside its sectors: a closed form, no solve.

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

import numpy as np
import pandas as pd

from detente.policy.averages import coverage_shares
from detente.policy.measures import Measure
from detente.policy.timing import in_force, turning_days
from detente.validation.observed import china_sectors_2017

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
