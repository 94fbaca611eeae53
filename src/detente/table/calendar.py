"""The clock of a game: the days at which it stops, and what chance does between them.

It runs from the dossier's day to the one on which the law by itself is read, over every deadline between them; where two are far
apart it stops in between, so that no step is longer than an eighth of the whole. Over a step of t years

    P(talks live) = e^{−χt}, times 1 − β where the step reaches the deadline that binds

with χ the rate a year at which talks collapse and β the chance that a missed deadline ends them (`talks.patience`, assumption
A47). What is decided by chance is drawn from the seed and the step, so it is the same at every replay.

>>> one = Step(0, date(2025, 10, 18)), Step(1, date(2025, 10, 24))
>>> round(collapse_chance(one[0], one[1], 1.0, 0.5), 3)
0.016
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from detente.policy.dossier import Dossier
from detente.policy.timing import Deadline
from detente.strategy.table import binding_deadline
from detente.words import DAYS_A_YEAR

PARTS = 8
"""No step is longer than this part of the game."""


@dataclass(frozen=True)
class Step:
    """A day at which the clock stops, with what falls due on it; `binds` where talks may end if nothing is signed by then."""

    number: int
    day: date
    due: tuple[str, ...] = ()
    binds: bool = False


def calendar(dossier: Dossier, end: date) -> tuple[Step, ...]:
    """The steps of a game from the dossier's day to `end`."""
    start = dossier.as_of
    due: dict[date, list[Deadline]] = {}
    for d in dossier.deadlines():
        if start < d.date <= end:
            due.setdefault(d.date, []).append(d)
    binding = binding_deadline(dossier)
    longest = max((end - start).days / PARTS, 1.0)
    days = [start]
    for stop in sorted({*due, end}):
        gap = (stop - days[-1]).days
        pieces = max(math.ceil(gap / longest - 1e-9), 1)
        last = days[-1]
        days += [last + timedelta(days=round(gap * k / pieces)) for k in range(1, pieces)]
        if stop > days[-1]:
            days.append(stop)
    return tuple(
        Step(k, d, tuple(dict.fromkeys(x.text for x in due.get(d, ()))), binding is not None and d == binding.date)
        for k, d in enumerate(days)
    )


def years(first: date, last: date) -> float:
    """Years between two days."""
    return (last - first).days / DAYS_A_YEAR


def collapse_chance(now: Step, then: Step, risk: float, bite: float) -> float:
    """Chance that talks collapse before the clock stops again if nothing is signed at `now`."""
    stay = math.exp(-risk * years(now.day, then.day))
    return 1 - stay * (1 - bite if then.binds else 1.0)


def drawn(seed: int, step: int, what: int) -> float:
    """A number from 0 to 1 that is always the same for a seed, a step and what it decides."""
    return float(np.random.default_rng([seed, step, what]).random())
