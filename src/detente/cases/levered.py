"""What each measure that a scenario moves contributes, however it is moved: its rate, its reach, its dates, or that it is there.

A part is the mean of what moving a measure brings when it is moved first (alone, from what is in force) and when it is moved last
(the scenario with it as it is in force, the other way round); what is left of the whole is the interplay of the measures. Exact
for two (Shapley), an approximation in 2 n solves for more. A map of rates by partner is told by the partners whose rates move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from detente.cases.baselines import IN_FORCE
from detente.cases.case import Case
from detente.equilibrium.outcome import Outcome
from detente.policy.changes import Change
from detente.policy.measures import Measure
from detente.policy.stacking import policy_on
from detente.policy.timing import in_force, standing

MOST = 12
"""Measures told apart; of more those whose own numbers move most are."""
Reading = Mapping[str, float]
Book = dict[str, Measure]
"""Measures in force by id."""


class Parts(NamedTuple):
    """`parts` by measure (MEASURE.PARTNER for an entry of a map of rates) and by what is read; `left`, the interplay; `whole`,
    their sum."""

    parts: dict[str, dict[str, float]]
    left: dict[str, float]
    whole: dict[str, float]


class Moved(NamedTuple):
    """A measure that differs, or the one partner whose rate does."""

    measure: str
    partner: str | None = None

    @property
    def id(self) -> str:
        """As levers are called."""
        return self.measure if self.partner is None else f"{self.measure}.{self.partner}"


def parts(
    case: Case,
    scenario: str | None,
    changes: Sequence[Change],
    day: date,
    outcome: Outcome,
    read: Callable[[Outcome], Reading],
) -> Parts:
    """What each measure moved from what is in force contributes to what `read` gives of `outcome`, a scenario after further
    `changes` on `day`, which compares with what is in force."""
    as_of = case.dossier.as_of
    before, after = _book(case.measures(None), as_of, as_of), _book(case.measures(scenario, changes), day, as_of)
    moved = sorted(_moved(before, after), key=lambda m: -_size(m, before, after))[:MOST]
    order = {k: n for n, k in enumerate((*before, *after))}
    moved.sort(key=lambda m: order[m.measure])

    def at(book: Book) -> Reading:
        policy = policy_on(list(book.values()), as_of, case.world.regions, case.world.sectors)
        return read(case.under(policy, against=IN_FORCE))

    whole = dict(read(outcome))
    found = {}
    for item in moved:
        if len(moved) > 1:
            alone, without = at(_swapped(before, after, item)), at(_swapped(after, before, item))
        else:
            alone, without = whole, dict.fromkeys(whole, 0.0)
        found[item.id] = {r: (alone[r] + whole[r] - without[r]) / 2 for r in whole}
    return Parts(found, {r: whole[r] - sum(p[r] for p in found.values()) for r in whole}, whole)


def _book(measures: Sequence[Measure], day: date, shown: date) -> Book:
    """The measures in force on `day` that count, each as if it stood on `shown`."""
    return {m.id: standing(m, shown) for m in in_force(measures, day) if m.modelled and not m.in_baseline}


def _moved(before: Book, after: Book) -> Iterator[Moved]:
    for k in dict.fromkeys((*before, *after)):
        old, new = before.get(k), after.get(k)
        if old == new:
            continue
        if old is not None and new is not None and isinstance(old.rate_pct, dict) and isinstance(new.rate_pct, dict):
            a, b = old.rate_pct, new.rate_pct
            if old.model_copy(update={"rate_pct": b}) == new:
                yield from (Moved(k, p) for p in dict.fromkeys((*a, *b)) if a.get(p) != b.get(p))
                continue
        yield Moved(k)


def _swapped(book: Book, other: Book, item: Moved) -> Book:
    """`book` with one measure, or one of its rates, as in `other`."""
    new = dict(book)
    k = item.measure
    if k not in other:
        del new[k]
    elif item.partner is None:
        new[k] = other[k]
    else:
        mine, theirs = book[k].rate_pct, other[k].rate_pct
        assert isinstance(mine, dict)
        assert isinstance(theirs, dict)
        kept = {p: v for p, v in mine.items() if p != item.partner}
        rates = kept | ({item.partner: theirs[item.partner]} if item.partner in theirs else {})
        new[k] = book[k].model_copy(update={"rate_pct": rates})
    return new


def _size(item: Moved, before: Book, after: Book) -> float:
    """How far the numbers of a measure move; one that comes or goes moves by all of them."""
    old, new = before.get(item.measure), after.get(item.measure)
    return abs(_number(old, item.partner) - _number(new, item.partner))


def _number(m: Measure | None, partner: str | None) -> float:
    if m is None:
        return 0.0
    tables = (m.rate_pct, m.withhold_pct, m.cost_pct, m.growth_pct)
    values = [v for t in tables for v in ([t.get(partner, 0.0)] if partner and isinstance(t, dict) else _all(t))]
    return max(map(abs, values), default=100.0)


def _all(table: float | dict[str, float] | None) -> list[float]:
    return [] if table is None else list(table.values()) if isinstance(table, dict) else [table]
