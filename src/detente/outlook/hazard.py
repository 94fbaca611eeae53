"""The hazard by date: how likely it is, from today, that something has happened by each day on which it may.

    H[e](t) = Σ over paths on which e happens on or before t of P(path)

An event is a scenario entered, or measures that come into force, change or end for the first time on a path. Measures that do
so on the same day of every path are one event. What is in force today and stays so is none. H never falls: a duty that comes and
goes again has come.

A scenario is entered with the first branch on the path that has it as its `scenario`; where no branch of the tree does, with the
first that counts as it. It is an event only where entering it is final (every path that does ends as it, and no other), so that
its last chance is that of the end and no end has two.

>>> from detente.outlook.tree import grow
>>> from detente.policy.dossier import load_dossier
>>> tree = grow(load_dossier("kuala-lumpur-2025"))              # the analyst's priors alone
>>> hundred = next(e for e in events(tree) if "us-threat-100" in e.measures)
>>> hundred.kind, [(d.isoformat(), round(hundred.by(tree, d), 3)) for d in hundred.days]
('starts', [('2025-11-01', 0.06), ('2026-02-08', 0.17), ('2026-04-30', 0.244)])
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np

from detente.outlook.tree import Leaf, Tree
from detente.types import Array

EventKind = Literal["scenario", "starts", "changes", "ends"]
FOUND: Mapping[EventKind, str] = {"starts": "added", "changes": "changed", "ends": "gone"}


@dataclass(frozen=True)
class Event:
    """Something that may happen: its name (of the scenario or the first measure), its kind, the measures it is about, and the
    first day it happens on each path (None: never).
    """

    id: str
    kind: EventKind
    measures: tuple[str, ...]
    first: tuple[date | None, ...]

    @cached_property
    def days(self) -> list[date]:
        """The days on which it may happen, in order."""
        return sorted({d for d in self.first if d is not None})

    def happened(self, day: date) -> Array:
        """[leaf]: 1 where it has happened on or before `day`."""
        return np.array([float(d is not None and d <= day) for d in self.first])

    def by(self, tree: Tree, day: date) -> float:
        """Probability from today that it has happened on or before `day`."""
        return float(tree.probabilities @ self.happened(day))


def events(tree: Tree) -> tuple[Event, ...]:
    """Every event of a tree: scenarios in the order of their first branches, then measures by the first day they may move."""
    entered = [Event(s, "scenario", (), tuple(_entered(tree, leaf, s) for leaf in tree.leaves)) for s in _named(tree)]
    found = [
        e
        for e in entered
        if e.days and all((d is not None) == (x.scenario == e.id) for d, x in zip(e.first, tree.leaves, strict=True))
    ]
    moved: dict[tuple[EventKind, tuple[date | None, ...]], list[str]] = {}
    for kind, field in FOUND.items():
        for measure in dict.fromkeys(m for state in tree.states.values() for m in getattr(state, field)):
            first = tuple(_moved(tree, leaf, field, measure) for leaf in tree.leaves)
            moved.setdefault((kind, first), []).append(measure)
    order = list(FOUND)
    rest = [Event(ids[0], kind, tuple(ids), first) for (kind, first), ids in moved.items()]
    return (*found, *sorted((e for e in rest if e.days), key=lambda e: (e.days[0], order.index(e.kind))))


def _named(tree: Tree) -> list[str]:
    """Scenarios that a branch is or counts as."""
    return list(dict.fromkeys(c for _, b in tree.branches.values() for c in (b.scenario, b.counted) if c is not None))


def _entered(tree: Tree, leaf: Leaf, scenario: str) -> date | None:
    """The day a path enters a scenario."""
    stands = any(b.scenario == scenario for _, b in tree.branches.values())
    for name in leaf.path:
        fork, branch = tree.branches[name]
        if (branch.scenario if stands else branch.counted) == scenario:
            return fork.date
    return None


def _moved(tree: Tree, leaf: Leaf, field: str, measure: str) -> date | None:
    """The first day of a path on which a measure is among those added, changed or gone against today."""
    return next((s.start for s in leaf.segments if measure in getattr(tree.states[s.state], field)), None)
