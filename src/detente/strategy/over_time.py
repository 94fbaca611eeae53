"""When payoffs count: at which nodes of the path they are read, and how much each weighs.

    u = Σ_h w(h) u(h),   w(h) ∝ e^{−ρh} over months 0 to 48, ρ = 10 % a year or the party's own rate

so that a control that bites for a year and a half, or a duty that hurts more before buyers find others, is worth what it is
worth over time. Weighted parts of an objective are averages of the same kind: they are linear in what is measured. At a textbook
horizon there is one snapshot and nothing to discount. The first months of the same path are what a stand-off pays while it lasts.

>>> from detente.cases.case import Case
>>> clock = Clock.of(Case.of("kuala-lumpur-2025", horizon="month 36", with_ranges=False))
>>> clock.months[0], clock.months[-1], round(float(clock.weights("USA").sum()), 12), clock.against
(0.0, 48.0, 1.0, 'law')
>>> early = clock.over(0, 6)
>>> [m for m, w in zip(early.months, early.weights("USA"), strict=True) if w > 0][-1]
6.0
>>> Clock.of(Case.of("kuala-lumpur-2025", horizon="medium", with_ranges=False)).months
(None,)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeVar

import numpy as np

from detente.cases.baselines import IN_FORCE, LAW, REFERENCE, Baseline
from detente.cases.case import CENTRAL, Case
from detente.cases.discounted import path_weights
from detente.equilibrium.memory import solved_once
from detente.equilibrium.outcome import Outcome
from detente.talks.patience import Patience
from detente.types import Array
from detente.words import tell

FIRST, LAST = 0.0, 48.0
"""Months that bargains and packages are read over."""
EARLY = 6.0
"""The month until which a stand-off, a deadline and a day of waiting are read."""
WORKERS = 2
"""Nodes solved beside each other; every one gives the same bytes whatever the number."""
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Clock:
    """Months payoffs are read at (one None for a snapshot at the case's textbook horizon), from `first` to `last`; discount rates
    a year by party and for everybody else; and what outcomes are compared with.
    """

    name: str
    months: tuple[float | None, ...]
    first: float
    last: float
    rate: float
    rates: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, case: Case, patience: Patience | None = None) -> Clock:
        """That of a case: the whole path where it stands at a node of it, else its horizon."""
        given = patience or Patience()
        months: tuple[float | None, ...] = (None,) if case.month is None else tuple(path_weights(FIRST, LAST))
        return cls(case.parameters.name, months, FIRST, LAST, given.rate, dict(given.rates))

    @property
    def snapshot(self) -> bool:
        """Whether there is one moment only."""
        return self.months == (None,)

    @property
    def against(self) -> Baseline:
        """What outcomes are compared with: along the path the law by itself, in a snapshot what is in force."""
        return IN_FORCE if self.snapshot else LAW

    def weights(self, region: str | None = None) -> Array:
        """What each month counts to a region [month]; they add up to 1."""
        return _weights(self.months, self.first, self.last, self.rates.get(region or "", self.rate))

    def over(self, first: float, last: float) -> Clock:
        """The same months counted over another stretch; a snapshot stays one."""
        return self if self.snapshot else replace(self, first=first, last=last)

    def at_rates(self, patience: Patience) -> Clock:
        """The same months at other discount rates."""
        return replace(self, rate=patience.rate, rates=dict(patience.rates))

    def tell(self) -> str:
        """In words: "months 0 to 48, discounted at 10 % a year"."""
        return tell(self, "when")


@lru_cache(maxsize=256)
def _weights(months: tuple[float | None, ...], first: float, last: float, rate: float) -> Array:
    if months == (None,):
        return np.ones(1)
    found = path_weights(first, last, rate)
    return np.array([found.get(month, 0.0) for month in months if month is not None])


def each_month(clock: Clock, work: Callable[[float | None], T]) -> list[T]:
    """What `work` gives at every month, two beside each other, nothing solved twice."""
    with solved_once(between_runs=True):
        if clock.snapshot:
            return [work(None)]
        with ThreadPoolExecutor(WORKERS) as pool:
            asked = [pool.submit(copy_context().run, work, month) for month in clock.months]
            return [future.result() for future in asked]


def baseline_at(case: Case, clock: Clock, month: float | None, variant: str = CENTRAL) -> Outcome:
    """What outcomes are compared with at a month, against the table."""
    name = LAW if clock.against == LAW else None
    return case.outcome(name, month=month, variant=variant, against=REFERENCE)


def mean(clock: Clock, found: Sequence[Array] | Array, region: str | None = None) -> Array:
    """The mean of arrays by month as a region counts them."""
    result: Array = np.tensordot(clock.weights(region), np.asarray(found), axes=1)
    return result
