"""The scenario tree: every path through a dossier's forks, its probability, and the measures that hold on each of its days.

A fork is met on a path if one of the branches in its `after` was taken before (always, if `after` is empty), so

    P(path) = Π over the forks it meets of P(branch taken | fork)

The measures of a path: those of the last `scenario` taken (or the dossier's own), then the changes of every branch taken since;
branches of `independent` forks keep theirs. A `withdraw` of a measure already gone is passed over; everything else must apply,
or the path is told. Days are half-open: a branch counts from its fork's day. Between forks a path is cut wherever a measure
starts, stops or is suspended; stretches with the same modelled measures in force share one `PathState`, each solved once.

>>> from detente.policy.dossier import load_dossier
>>> tree = grow(load_dossier("kuala-lumpur-2025"))
>>> len(tree.leaves), round(sum(leaf.probability for leaf in tree.leaves), 12)
(128, 1.0)
>>> tree.leaves[0].path
('pause', 'chips-free', 'framework', 'duties-stay')
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.errors import BadDossier, DetenteError, InputError, UnknownName
from detente.policy.changes import apply_changes
from detente.policy.measures import Measure
from detente.policy.prospects import Branch, Fork, Prospects
from detente.policy.timing import in_force, turning_days
from detente.types import Array
from detente.words import refusal, tell, whole_percents
from detente.words.shown import Shown

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

Span = tuple[float, float, float]
BranchOdds = Mapping[str, Mapping[str, Span]]
"""Fork → branch → (low, mean, high); the means of a fork sum to 1."""
STATUS_QUO: Final = "status-quo"
MOST = 20_000
"""More ends than this and the tree is refused."""
_BITES = (
    "id", "by", "on", "except_on", "instrument", "rate_pct", "base", "replaces", "coverage", "coverage_by_partner", "sectors",
    "withhold_pct", "rent", "cost_pct", "growth_pct", "value_musd", "yields_to", "flow", "quota_pct", "within_pct", "revenue_to",
)  # fmt: skip


@dataclass(frozen=True)
class PathState:
    """Modelled measures in force together, as found on `day`; `added`, `gone`, `changed` against the dossier's date, by id."""

    id: str
    day: date
    measures: tuple[Measure, ...] = field(repr=False)
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Segment:
    """A stretch [start, end) of a path on which one state holds."""

    start: date
    end: date
    state: str


@dataclass(frozen=True)
class Node:
    """A fork met after the branches in `path`; `probability` of getting here, `odds` of each branch from here."""

    path: tuple[str, ...]
    fork: str
    date: datetime.date
    probability: float
    odds: Mapping[str, float]


@dataclass(frozen=True)
class Leaf:
    """One path to its end: the branches taken, in order of date, its probability and what it counts as in the end."""

    path: tuple[str, ...]
    probability: float
    scenario: str
    segments: tuple[Segment, ...]

    def state_on(self, day: date) -> str:
        """Id of the state that holds on `day`. Raises `InputError` outside the path."""
        for segment in self.segments:
            if segment.start <= day < segment.end:
                return segment.state
        raise InputError(refusal("outlook", "path_runs", start=self.segments[0].start, end=self.segments[-1].end, day=day))

    @property
    def final(self) -> str:
        """Id of the state that holds at the end."""
        return self.segments[-1].state


@dataclass(frozen=True, eq=False)
class Tree(Shown):
    """All paths from `start` to the day before `until`."""

    dossier: str
    start: date
    until: date
    forks: Mapping[str, Fork]
    odds: BranchOdds
    nodes: tuple[Node, ...]
    leaves: tuple[Leaf, ...]
    states: Mapping[str, PathState]

    @cached_property
    def probabilities(self) -> Array:
        """[leaf]."""
        return np.array([leaf.probability for leaf in self.leaves])

    @cached_property
    def branches(self) -> Mapping[str, tuple[Fork, Branch]]:
        """Every branch by id, with its fork."""
        return {b.id: (f, b) for f in self.forks.values() for b in f.branches}

    @cached_property
    def choices(self) -> NDArray[np.int64]:
        """[leaf, fork]: position of the branch taken in `branches`, −1 where the fork is not met."""
        at = {b: k for k, b in enumerate(self.branches)}
        column = {f: k for k, f in enumerate(self.forks)}
        out = np.full((len(self.leaves), len(self.forks)), -1, dtype=np.int64)
        for row, leaf in enumerate(self.leaves):
            for b in leaf.path:
                out[row, column[self.branches[b][0].id]] = at[b]
        return out

    def reweighted(self, odds: Array) -> Array:
        """Probabilities of the leaves [..., leaf] under other odds [..., branch], branches as in `branches`."""
        whole = np.concatenate([np.asarray(odds, dtype=np.float64), np.ones((*np.shape(odds)[:-1], 1))], axis=-1)
        return np.asarray(whole[..., self.choices].prod(axis=-1), dtype=np.float64)

    @cached_property
    def scenarios(self) -> dict[str, float]:
        """Probability of each scenario a path may count as, the likeliest first."""
        found: dict[str, float] = {}
        for leaf in self.leaves:
            found[leaf.scenario] = found.get(leaf.scenario, 0.0) + leaf.probability
        return dict(sorted(found.items(), key=lambda p: (-p[1], p[0])))

    @cached_property
    def percents(self) -> dict[str, int]:
        """The whole percent each of these is printed with, wherever it is; they sum to 100."""
        return dict(zip(self.scenarios, whole_percents(self.scenarios.values()), strict=True))

    def expectation(self, values: Array) -> Array:
        """Σ P(leaf) · values[leaf, …]."""
        return np.asarray(np.tensordot(self.probabilities, np.asarray(values, dtype=np.float64), axes=1), dtype=np.float64)

    def taken(self, branch: str) -> NDArray[np.bool_]:
        """[leaf]: whether the branch is on the path. Raises `UnknownName`."""
        if branch not in self.branches:
            raise UnknownName(branch, {b: x.title for b, (_, x) in self.branches.items()}, "branch")
        return np.array([branch in leaf.path for leaf in self.leaves])

    def ending(self, scenario: str) -> NDArray[np.bool_]:
        """[leaf]: whether the path counts as the scenario in the end; nowhere for one it never does."""
        return np.array([leaf.scenario == scenario for leaf in self.leaves])

    def words(self, path: Sequence[str]) -> str:
        """The branches of a path by title, joined by arrows."""
        return " → ".join(self.branches[b][1].title for b in path) or "no fork met"

    def to_frame(self) -> pd.DataFrame:
        """One row a path: probability, what it counts as, its branches, its states with their first days."""
        rows = [
            {
                "path": " > ".join(leaf.path),
                "probability": leaf.probability,
                "counts as": leaf.scenario,
                "in words": self.words(leaf.path),
                "states": " ".join(f"{s.start.isoformat()}:{s.state}" for s in leaf.segments),
            }
            for leaf in self.leaves
        ]
        return pd.DataFrame(rows, columns=["path", "probability", "counts as", "in words", "states"])

    def state_frame(self) -> pd.DataFrame:
        """One row a state: what is in force that was not on the dossier's date, and what is not any more."""
        rows = [
            {
                "state": s.id,
                "found on": s.day.isoformat(),
                "in force since": " ".join(s.added),
                "changed": " ".join(s.changed),
                "no longer": " ".join(s.gone),
            }
            for s in self.states.values()
        ]
        return pd.DataFrame(rows)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "dossier": self.dossier,
            "from": self.start.isoformat(),
            "until": self.until.isoformat(),
            "odds": {f: {b: list(map(float, span)) for b, span in own.items()} for f, own in self.odds.items()},
            "nodes": [
                {
                    "path": list(n.path),
                    "fork": n.fork,
                    "date": n.date.isoformat(),
                    "probability": n.probability,
                    "odds": dict(n.odds),
                }
                for n in self.nodes
            ],
            "leaves": self.to_frame().to_dict(orient="records"),
            "states": self.state_frame().to_dict(orient="records"),
            "scenarios": dict(self.scenarios),
        }

    def explain(self) -> str:
        """How many paths there are and which are likeliest, in plain words."""
        return tell(self, likeliest=sorted(self.leaves, key=lambda leaf: (-leaf.probability, leaf.path))[:3])


def priors(prospects: Prospects) -> dict[str, dict[str, Span]]:
    """The analyst's own odds of every branch: fork → branch → (low, mean, high)."""
    return {f.id: {b.id: b.prior for b in f.branches} for f in prospects.forks}


def prospects_of(dossier: Dossier) -> Prospects:
    """The forks of a dossier. Raises `InputError` where it has none."""
    if dossier.prospects is None:
        raise InputError(refusal("outlook", "has_no_prospects_add", id=dossier.id))
    return dossier.prospects


def grow(dossier: Dossier, odds: BranchOdds | None = None, *, talks_only: bool = False) -> Tree:
    """The tree of a dossier with `prospects`. `odds` (the analyst's priors if absent) as in `BranchOdds`.

    Forks missing from `odds` keep the priors. With `talks_only` the forks marked independent are left out, which sums over
    their branches. Raises `InputError` for odds that name no fork or branch, are negative, out of order or do not sum to 1,
    and `BadDossier`, with the path, where the changes of a path do not fit together.
    """
    prospects = prospects_of(dossier)
    forks = {f.id: f for f in prospects.forks if not (talks_only and f.independent)}
    chosen = checked_odds(prospects, odds)
    path = _Growing(dossier, forks)
    paths: list[tuple[tuple[str, ...], float]] = [((), 1.0)]
    nodes: list[Node] = []
    for fork in forks.values():
        further: list[tuple[tuple[str, ...], float]] = []
        for taken, probability in paths:
            if fork.after and not set(fork.after) & set(taken):
                further.append((taken, probability))
                continue
            own = chosen[fork.id]
            nodes.append(Node(taken, fork.id, fork.date, probability, {b: span[1] for b, span in own.items()}))
            for b in fork.branches:
                if own[b.id][2] > 0:
                    further.append(((*taken, b.id), probability * own[b.id][1]))
        if len(further) > MOST:
            raise InputError(refusal("outlook", "forks_make_more", id=dossier.id, most=MOST))
        paths = further
    leaves = tuple(
        Leaf(taken, probability, path.counted(taken), path.segments(taken, dossier.as_of, prospects.until))
        for taken, probability in sorted(paths, key=lambda p: path.order(p[0]))
    )
    return Tree(
        dossier=dossier.id,
        start=dossier.as_of,
        until=prospects.until,
        forks=forks,
        odds={f: chosen[f] for f in forks},
        nodes=tuple(nodes),
        leaves=leaves,
        states=path.states,
    )


def checked_odds(prospects: Prospects, odds: BranchOdds | None) -> dict[str, dict[str, Span]]:
    """The odds of every fork, priors where none are given, or an `InputError` that says what is wrong with them."""
    found = priors(prospects)
    for name, own in (odds or {}).items():
        if name not in found:
            raise UnknownName(name, {f.id: f.title for f in prospects.forks}, "fork")
        titles = {b.id: b.title for b in prospects.fork(name).branches}
        for b in own:
            if b not in titles:
                raise UnknownName(b, titles, "branch")
        lacking = [b for b in titles if b not in own]
        if lacking:
            raise InputError(refusal("outlook", "odds_of_fork_leave", name=f"{name!r}", lacking=f"{lacking[0]!r}"))
        for b, span in own.items():
            if len(span) != 3 or not 0 <= span[0] <= span[1] + 1e-12 <= span[2] + 2e-12 <= 1 + 1e-9:
                raise InputError(refusal("outlook", "odds_of_branch_must", b=f"{b!r}", span=tuple(span)))
        total = sum(span[1] for span in own.values())
        if abs(total - 1) > 1e-6:
            raise InputError(refusal("outlook", "odds_of_fork_sum", name=f"{name!r}", total=f"{total:g}"))
        found[name] = {b: (float(own[b][0]), float(own[b][1]) / total, float(own[b][2])) for b in titles}
    return found


class _Growing:
    """Measures, states and stretches of paths, each worked out once."""

    def __init__(self, dossier: Dossier, forks: Mapping[str, Fork]) -> None:
        self.dossier = dossier
        self.branches = {b.id: (f, b) for f in forks.values() for b in f.branches}
        self._place = {b: k for k, b in enumerate(self.branches)}
        self._measures: dict[tuple[str, ...], tuple[Measure, ...]] = {(): dossier.measures}
        self._turns: dict[int, set[date]] = {}
        self._found: dict[tuple[int, date], str] = {}
        self._stretches: dict[tuple[tuple[str, ...], date, date], tuple[Segment, ...]] = {}
        self._content: dict[int, tuple[Measure, str]] = {}
        self._by_content: dict[frozenset[str], str] = {}
        self.states: dict[str, PathState] = {}
        self._now = {m.id: self.content(m) for m in self._modelled(dossier.measures, dossier.as_of)}
        self._state(dossier.measures, dossier.as_of)

    def order(self, path: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(self._place[b] for b in path)

    def counted(self, path: tuple[str, ...]) -> str:
        found = [c for b in path if (c := self.branches[b][1].counted) is not None]
        return found[-1] if found else STATUS_QUO

    def segments(self, path: tuple[str, ...], start: date, until: date) -> tuple[Segment, ...]:
        days = [start, *(self.branches[b][0].date for b in path), until]
        pieces: list[Segment] = []
        for k, (first, last) in enumerate(pairwise(days)):
            if last <= first:
                continue
            for piece in self._stretch(path[:k], first, last):
                if pieces and pieces[-1].state == piece.state:
                    pieces[-1] = Segment(pieces[-1].start, piece.end, piece.state)
                else:
                    pieces.append(piece)
        return tuple(pieces)

    def _stretch(self, path: tuple[str, ...], first: date, last: date) -> tuple[Segment, ...]:
        key = (path, first, last)
        if key not in self._stretches:
            measures = self.measures(path)
            if id(measures) not in self._turns:  # kept alive in `_measures`
                self._turns[id(measures)] = {d for m in measures for d in turning_days(m)}
            cuts = sorted({first, last} | {d for d in self._turns[id(measures)] if first < d < last})
            self._stretches[key] = tuple(Segment(a, b, self._state(measures, a)) for a, b in pairwise(cuts))
        return self._stretches[key]

    def measures(self, path: tuple[str, ...]) -> tuple[Measure, ...]:
        """Measures after the branches of `path`, by the rule of the module docstring."""
        if path not in self._measures:
            branch = self.branches[path[-1]][1]
            if branch.scenario is None:
                kept, changes = self.measures(path[:-1]), list(branch.changes)
            else:
                kept, changes = self.dossier.measures, list(self.dossier.scenario(branch.scenario).changes)
                for b in path[:-1]:
                    fork, earlier = self.branches[b]
                    changes += earlier.changes if fork.independent else ()
                changes += branch.changes
            try:
                for change in changes:
                    if change.withdraw is None or any(m.id == change.withdraw for m in kept):
                        kept = apply_changes(kept, [change])
            except DetenteError as error:
                titles = " → ".join(self.branches[b][1].title for b in path)
                raise BadDossier(refusal("outlook", "on_the_path", id=self.dossier.id, titles=titles, error=error)) from None
            self._measures[path] = kept
        return self._measures[path]

    def _modelled(self, measures: Sequence[Measure], day: date) -> tuple[Measure, ...]:
        return tuple(m for m in in_force(measures, day) if m.modelled and not m.in_baseline)

    def content(self, measure: Measure) -> str:
        """Everything of a measure that bears on the economy, dates left out."""
        if id(measure) not in self._content:
            self._content[id(measure)] = (measure, measure.model_dump_json(include=set(_BITES)))
        return self._content[id(measure)][1]

    def _state(self, measures: Sequence[Measure], day: date) -> str:
        seen = (id(measures), day)
        if seen not in self._found:
            self._found[seen] = self._new_state(measures, day)
        return self._found[seen]

    def _new_state(self, measures: Sequence[Measure], day: date) -> str:
        active = self._modelled(measures, day)
        key = frozenset(self.content(m) for m in active)
        if key not in self._by_content:
            name = f"s{len(self._by_content):02d}"
            here = {m.id: self.content(m) for m in active}
            self._by_content[key] = name
            self.states[name] = PathState(
                id=name,
                day=day,
                measures=active,
                added=tuple(m for m in here if m not in self._now),
                gone=tuple(m for m in self._now if m not in here),
                changed=tuple(m for m in here if m in self._now and here[m] != self._now[m]),
            )
        return self._by_content[key]
