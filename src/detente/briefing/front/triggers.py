"""What to watch: see this by that day, and the chance of a way on goes from a to b; then do that.

For a branch B of the talks and the ways on S in which the tree may end,

    P(S | B) = Σ over paths through B that end in S of P(path) / Σ over paths through B of P(path)
    turn of B = Σ over S of (P(S | B) − P(S)) × W(S),     W(S) what S is worth to the reader against the law by itself

(half of W where its sign is not known). Told is the way on that does most of the turn; a turn that others nearly undo is none. A
branch that settles how it ends is no sign of anything: it stands in the calendar. A branch of a fork that stands apart tells of
nothing but itself. What to do is read off the reader's asks (`front.asks`): the ask that the outcome makes worth having, else
what its sign says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np

from detente.briefing.front.asks import Advice
from detente.briefing.sections import bystanders, outlook
from detente.briefing.view import CaseView
from detente.briefing.worth import title_of, worths
from detente.cases.baselines import LAW, STATUS_QUO
from detente.outlook.outlook import Outlook
from detente.outlook.tree import Tree
from detente.strategy.year import Mover, Sign, Span, Year
from detente.words import as_solved

Act = Literal["press", "offer", "hold", "relax", "gain", "less", "loss", "wait"]
MOST, WAITS = 6, 2
"""Rows, and those among them that can only say that a sign is not known."""
LEAST = 0.05
"""A chance that moves by less is not worth watching."""
RARE = 0.01
"""Branches less likely than this from today are left out."""
SETTLED = 0.99
"""A way on as likely as this is no longer open."""
UNDONE = 0.5
"""Share of what one way on does that must be left when the others are counted."""


@dataclass(frozen=True)
class Foretold:
    """What a branch tells of: a way on, or what the branch itself brings. `money` million USD a year to the reader; `by` whose
    act it is; `branches` that bring it; `last_day` by which its chance is meant, if on several days; `percent` the whole percent
    its chance from today is printed with elsewhere."""

    title: str
    money: float
    sign: Sign
    by: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    last_day: date | None = None
    percent: int | None = None

    @classmethod
    def of(cls, mover: Mover) -> Foretold:
        """What a branch that stands apart brings."""
        return cls(mover.title, mover.money.value, mover.price.sign, mover.by, mover.branches, mover.last_day)

    @property
    def counts(self) -> float:
        """The money, half of it where its sign is not known."""
        return self.money * (0.5 if self.sign == "not known" else 1.0)


@dataclass(frozen=True)
class Trigger:
    """A branch seen by a day: the outcome it tells of, its chance from today and then, what to do, and how much hangs on it
    (chance × million USD a year). `apart`: it stands apart, and the outcome is what is seen."""

    seen: str
    day: date
    outcome: Foretold
    before: float
    after: float
    weight: float
    apart: bool = False
    act: Act = "wait"
    ask: str = ""


def triggers(case: CaseView, reader: str, asked: Sequence[Advice]) -> tuple[Trigger, ...]:
    """At most six, by what hangs on them, in order of their days; none without forks."""
    found = outlook.prepared(case)
    if found is None:
        return ()
    given = {}
    if reader not in case.parties:
        given = {s.given: s.title for s in bystanders.steps_of(case, reader).of("ask") if s.given}
    offer = next((a.title for a in asked if a.kind == "offer"), "")
    year = bystanders.year_of(case, reader, LAW)
    ways = case.once(("ways on", reader), lambda: ways_on(case, found.look, reader))  # page 1 and page 2 ask
    told = []
    for t in (*_signs(found.look.tree, ways), *_apart(found.look.tree, year)):
        act, ask = _act(t, reader, given, offer)
        told.append(replace(t, act=act, ask=ask))
    ranked = sorted(told, key=lambda t: (-as_solved(t.weight), t.day))
    waits = [t for t in ranked if t.act == "wait"][:WAITS]
    kept = [t for t in ranked if t.act != "wait" or any(t is w for w in waits)][:MOST]
    return tuple(sorted(kept, key=lambda t: (t.day, -as_solved(t.weight))))


def ways_on(case: CaseView, look: Outlook, reader: str) -> dict[str, Foretold]:
    """Every way in which the tree may end, by its id, and what it is worth to the reader."""
    tree, found = look.tree, {}
    for end, chance in look.odds_from_today.items():
        scenario = None if end == STATUS_QUO else end
        worth = worths(case, scenario, (reader,))[reader]
        span = Span(worth.low, worth.value, worth.high, worth.value, float("nan"))
        ends = tree.ending(end)
        bring = tuple(b for b in tree.branches if tree.taken(b).any() and ends[tree.taken(b)].all())
        forks = (tree.branches[b][0] for leaf in tree.leaves if leaf.scenario == end for b in leaf.path)
        last = max((f.date for f in forks if not f.independent), default=tree.until)
        found[end] = Foretold(title_of(case, scenario), worth.value, span.sign, case.parties, bring, last, chance.percent)
    return found


def _signs(tree: Tree, ways: Mapping[str, Foretold]) -> Iterator[Trigger]:
    """Every branch of the talks that turns the reader's prospects, and the way on that does most of it."""
    chances = tree.probabilities
    ends = {s: tree.ending(s) for s in ways}
    before = {s: float(chances @ end) for s, end in ends.items()}
    for fork in tree.forks.values():
        for branch in () if fork.independent else fork.branches:
            taken = tree.taken(branch.id)
            share = float(chances @ taken)
            if share < RARE:
                continue
            after = {s: float(chances @ (end & taken)) / share for s, end in ends.items()}
            if max(after.values()) > SETTLED:
                continue
            turns = {s: (after[s] - before[s]) * w.counts for s, w in ways.items()}
            turn = sum(turns.values())
            top = max(turns, key=lambda s: turns[s] * np.sign(turn))
            if abs(turn) > UNDONE * abs(turns[top]) and abs(after[top] - before[top]) >= LEAST:
                yield Trigger(branch.title, fork.date, ways[top], before[top], after[top], abs(turn))


def _apart(tree: Tree, year: Year) -> Iterator[Trigger]:
    """What forks that stand apart bring."""
    chances = tree.probabilities
    for fork in tree.forks.values():
        for branch in fork.branches if fork.independent else ():
            brought = [m for m in year.drivers if branch.id in m.branches]
            share = float(chances @ tree.taken(branch.id))
            if share < RARE or not brought:
                continue
            top = Foretold.of(max(brought, key=lambda m: abs(m.money.value)))
            before = float(chances @ np.any([tree.taken(b) for b in top.branches], axis=0))
            if 1 - before >= LEAST:
                yield Trigger(branch.title, fork.date, top, before, 1.0, (1 - before) * abs(top.counts), apart=True)


def _act(seen: Trigger, reader: str, given: Mapping[str, str], offer: str) -> tuple[Act, str]:
    """What the reader does when the outcome becomes likelier (or less likely), and what it presses then."""
    outcome, up = seen.outcome, seen.after > seen.before
    ask = next((given[b] for b in outcome.branches if b in given), "")
    match outcome.sign:
        case "not known" | "none":
            return "wait", ""
        case "loss" if up and ask:
            return "press", ask
        case "loss" if up and offer and reader in outcome.by:
            return "offer", offer
        case "loss" if up:
            return "loss", ""
        case "loss":
            return ("hold" if offer and reader in outcome.by else "relax"), ""
        case _:
            return ("gain" if up else "less"), ""


__all__ = ["Foretold", "Trigger", "triggers", "ways_on"]
