"""The reader's calendar: the days on which something is decided, what each way would be worth to it, and how likely it is.

A way is a branch of a fork. What it is worth to the reader n, million USD a year against what the law does by itself,

    value(b) = income[n] · E[ W[n] at the path's end | b, and nothing of the forks that stand apart ]

at every reading the paths are valued at; the span is over them. A fork that stands apart (a court, a duty on others' goods) is
priced alone, each branch against what is in force without it (`strategy.year`): what the talks do beside it is left out. Without
forks the ways are the scenarios, on the day their measures are read, and there are no odds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from detente.briefing.charts.trimmed import quiet
from detente.briefing.sections import bystanders, outlook
from detente.briefing.view import CaseView
from detente.cases.baselines import LAW
from detente.outlook.outlook import Outlook
from detente.policy.prospects import Fork
from detente.strategy.year import Span, Year, money_of
from detente.words import TINY, as_solved

AHEAD = timedelta(days=275)
"""How far the calendar looks."""
MOST, OPEN, WAYS = 4, 2, 3
"""Days shown at most, those among them on which no sign is known, and ways of a day."""


@dataclass(frozen=True)
class Way:
    """One way a day may go: its chance from today (None: there are no odds), what it is worth in percent of real income, and the
    same in million USD a year."""

    title: str
    chance: float | None
    price: Span
    money: Span

    @property
    def known(self) -> bool:
        """Whether gain or loss is known."""
        return self.price.sign != "not known"


@dataclass(frozen=True)
class Entry:
    """A day on which something is decided, with its ways, the dearest first."""

    day: date
    title: str
    ways: tuple[Way, ...]

    @property
    def apart(self) -> float:
        """How far the ways whose sign is known lie apart, million USD a year; what the only one of them is worth. Days are ranked
        by it as solved: what ties stays in the order of the days."""
        values = [w.money.value for w in self.ways if w.known]
        return as_solved(max(values) - min(values) if len(values) > 1 else abs(values[0]) if values else 0.0)


def entries(case: CaseView, reader: str) -> tuple[Entry, ...]:
    """The days ahead, in order; worked out once an economy."""
    return case.once(("calendar", reader), lambda: tuple(_entries(case, reader)))


def _entries(case: CaseView, reader: str) -> Sequence[Entry]:
    found = outlook.prepared(case)
    if found is None:
        return _of_scenarios(case, reader)
    look, year = found.look, bystanders.year_of(case, reader, LAW)
    last = case.dossier.as_of + AHEAD
    forks = [f for f in look.tree.forks.values() if case.dossier.as_of <= f.date <= last]
    worth = money_of(case, reader)[1]
    made = [Entry(f.date, f.title, _ways(look, f, reader, year, worth)) for f in sorted(forks, key=lambda f: f.date)]
    return _fewest([e for e in made if e.ways], worth)


def _fewest(made: Sequence[Entry], worth: float) -> Sequence[Entry]:
    """Those with the most at stake, at most as many as fit, then the next on which no sign is known; in order of their days."""
    least = TINY / 100 * worth
    known = sorted((e for e in made if e.apart >= least), key=lambda e: (-e.apart, e.day))[:MOST]
    unknown = [e for e in made if e not in known and not all(w.known for w in e.ways)]
    kept = [*known, *unknown[: min(OPEN, MOST - len(known))]]
    return [e for e in made if any(e is k for k in kept)]


def _ways(look: Outlook, fork: Fork, reader: str, year: Year, worth: float) -> tuple[Way, ...]:
    """The ways of a fork: the dearest, the cheapest and the likeliest."""
    priced = {b: m.price for m in year.drivers for b in m.branches}
    nothing = Span(0.0, 0.0, 0.0, 0.0, 0.0)
    found = []
    for branch in fork.branches:
        chance = look.of_branch(branch.id).value
        if chance <= 0:
            continue
        price = priced.get(branch.id, nothing) if fork.independent else Span.of(_given(look, branch.id, reader))
        found.append(Way(branch.title, chance, price, price.scaled(worth / 100)))
    found.sort(key=lambda w: w.money.value)
    likeliest = max(found, key=lambda w: w.chance or 0.0, default=None)
    kept = [w for w in found if w in (found[0], found[-1], likeliest)]
    return tuple(kept[:WAYS])


def _given(look: Outlook, branch: str, reader: str) -> dict[str, float]:
    """Real income at the end of the paths with a branch, percent, by reading; forks that stand apart at their quietest."""
    tree, paths = look.tree, look.paths
    weights = tree.probabilities * tree.taken(branch) * quiet(look)
    if not weights.sum() > 0:
        weights = tree.probabilities * tree.taken(branch)
    weights = weights / weights.sum()
    column = paths.column(reader)
    readings = {"central": paths.final, **{v: paths.variant(v).final for v in paths.variants}}
    return {name: float(weights @ final[:, column]) for name, final in readings.items()}


def _of_scenarios(case: CaseView, reader: str) -> Sequence[Entry]:
    """The scenarios by day."""
    worth = money_of(case, reader)[1]
    days: dict[date, list[Way]] = {}
    for s in case.scenarios:
        income = case.income(reader, s.id)
        price = Span(income.low, income.value, income.high, income.value, math.nan)
        days.setdefault(s.policy_date, []).append(Way(s.title, None, price, price.scaled(worth / 100)))
    made = [Entry(day, "", tuple(sorted(ways, key=lambda w: w.money.value))) for day, ways in sorted(days.items())]
    return _fewest(made, worth)


__all__ = ["Entry", "Way", "entries"]
