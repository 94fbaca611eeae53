"""What to watch: see this by that day, and the chance of what matters to the reader goes from a to b; then do that.

What matters to a reader is what moves its year and has odds; the chance of such an outcome Z after a branch B is

    P(Z | B) = Σ over paths through B that bring Z of P(path) / Σ over paths through B of P(path)

Of every branch the outcome is told that it moves most, by |P(Z | B) − P(Z)| × what Z is worth to the reader. A fork that stands
apart tells of nothing but itself, and what it brings is told of no other. What to do is read off the reader's asks
(`front.asks`): the ask that the outcome makes worth having, else what its sign says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from detente.briefing.front.asks import Advice
from detente.briefing.sections import bystanders, outlook
from detente.briefing.view import CaseView
from detente.cases.baselines import LAW
from detente.outlook.tree import Tree
from detente.strategy.year import Mover, Year

Act = Literal["press", "offer", "hold", "relax", "gain", "less", "loss", "wait"]
MOST, WAITS = 6, 2
"""Rows, and those among them that can only say that a sign is not known."""
LEAST = 0.05
"""A chance that moves by less is not worth watching."""
RARE = 0.01
"""Branches less likely than this from today are left out."""


@dataclass(frozen=True)
class Trigger:
    """A branch seen by a day: the outcome it tells of, its chance from today and then, what to do, and how much hangs on it
    (chance × million USD a year). `apart`: it stands apart, and the outcome is what is seen."""

    seen: str
    day: date
    outcome: Mover
    before: float
    after: float
    act: Act
    ask: str
    weight: float
    apart: bool = False


def triggers(case: CaseView, reader: str, asked: Sequence[Advice]) -> tuple[Trigger, ...]:
    """At most six, by what hangs on them, in order of their days; none without forks."""
    found = outlook.prepared(case)
    if found is None:
        return ()
    year = bystanders.year_of(case, reader, LAW)
    given = {}
    if reader not in case.parties:
        given = {s.given: s.title for s in bystanders.steps_of(case, reader).of("ask") if s.given}
    offer = next((a.title for a in asked if a.kind == "offer"), "")
    made = list(_all(found.look.tree, year, reader, given, offer))
    ranked = sorted(made, key=lambda t: (-t.weight, t.day))
    waits = [t for t in ranked if t.act == "wait"][:WAITS]
    kept = [t for t in ranked if t.act != "wait" or any(t is w for w in waits)][:MOST]
    return tuple(sorted(kept, key=lambda t: (t.day, -t.weight)))


def _all(tree: Tree, year: Year, reader: str, given: dict[str, str], offer: str) -> Iterator[Trigger]:
    """The best of every branch."""
    chances = tree.probabilities
    outcomes = [(m, np.any([tree.taken(b) for b in m.branches], axis=0)) for m in year.drivers if m.branches]
    for fork in tree.forks.values():
        for branch in fork.branches:
            taken = tree.taken(branch.id)
            share = float(chances @ taken)
            if share < RARE:
                continue
            best: Trigger | None = None
            for mover, happens in outcomes:
                beside = set(mover.branches) & {b.id for b in fork.branches}
                own = beside == set(mover.branches)  # settled by this fork itself, and nothing but that
                if (branch.id in mover.branches) != fork.independent or (own and not fork.independent):
                    continue
                if beside and not fork.independent and not (happens & taken).any():
                    continue  # what comes instead of it comes no more: nobody need be told
                settled = [tree.taken(b) for b in mover.branches if tree.branches[b][0].date <= fork.date]
                if settled and np.any(settled, axis=0)[taken].all() and branch.id not in mover.branches:
                    continue  # decided by then: it tells of nothing to come
                if max(tree.branches[b][0].date for b in mover.branches) < fork.date:
                    continue
                before, after = float(chances @ happens), float(chances @ (happens & taken)) / share
                weight = abs(after - before) * abs(mover.money.value) * (0.5 if mover.price.sign == "not known" else 1.0)
                if abs(after - before) < LEAST or (best is not None and weight <= best.weight):
                    continue
                act, ask = _act(mover, after > before, reader, given, offer)
                best = Trigger(branch.title, fork.date, mover, before, after, act, ask, weight, fork.independent)
            if best is not None:
                yield best


def _act(mover: Mover, up: bool, reader: str, given: dict[str, str], offer: str) -> tuple[Act, str]:
    """What the reader does when the outcome becomes likelier (or less likely)."""
    ask = next((given[b] for b in mover.branches if b in given), "")
    match mover.price.sign:
        case "not known" | "none":
            return "wait", ""
        case "loss" if up and ask:
            return "press", ask
        case "loss" if up and offer and reader in mover.by:
            return "offer", offer
        case "loss" if up:
            return "loss", ""
        case "loss":
            return ("hold" if offer and reader in mover.by else "relax"), ""
        case _:
            return ("gain" if up else "less"), ""


__all__ = ["Trigger", "triggers"]
