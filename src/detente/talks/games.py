"""Games of stances: what each party does when all choose at once from short menus.

Payoffs are an array with one axis per party (its stances) and a last axis for the party paid. A cell is a pure equilibrium when
no party gains by changing its own stance alone; a mixed equilibrium makes every stance in use a best reply. A stance is strictly
dominated when some (mixed) other stance pays more against everything. A cell is efficient when no other cell is better
for somebody and worse for nobody. How equilibria are found: `talks.equilibria`. Source: Nash (1951).

>>> g = bimatrix([[-10, 4], [-4, 0]], [[-8, -3], [5, 0]], parties=("USA", "CHN"), stances=(("hold", "blink"), ("hold", "blink")))
>>> for e in g.equilibria(): print(e.kind, [[round(float(p), 4) for p in mix] for mix in e.mixes])
pure [[1.0, 0.0], [0.0, 1.0]]
pure [[0.0, 1.0], [1.0, 0.0]]
mixed [[0.5, 0.5], [0.4, 0.6]]
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog

from detente.errors import InputError, UnknownName
from detente.talks.equilibria import all_extreme, some_mixed
from detente.types import Array, plain
from detente.words import refusal, tell
from detente.words.shown import Shown

TOLERANCE = 1e-9
"""Payoff differences smaller than this share of the game's payoff span count as ties."""
REGRET = 1e-8
"""The most a party may gain by moving alone from what is called an equilibrium, as a share of the span of its payoffs."""


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """One equilibrium: a probability for each stance of each party, and what each party gets on average."""

    kind: str
    mixes: tuple[tuple[float, ...], ...]
    payoffs: tuple[float, ...]
    cell: tuple[str, ...] | None = None

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self)


@dataclass(frozen=True)
class Search:
    """What a search for equilibria found, whether it leaves none out, and whether best replies tie."""

    found: tuple[Equilibrium, ...]
    complete: bool
    degenerate: bool


@dataclass(frozen=True, eq=False)
class Dominance:
    """Stances removed by iterated strict dominance, round by round, and what is left."""

    removed: tuple[tuple[int, str, str, str], ...]
    """(round, party, stance removed, what pays more)."""
    left: Mapping[str, tuple[str, ...]]

    def to_frame(self) -> pd.DataFrame:
        """One row a removed stance."""
        return pd.DataFrame(list(self.removed), columns=["round", "party", "stance", "pays more"])

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return {"removed": self.to_frame().to_dict(orient="records"), "left": plain(self.left)}


@dataclass(frozen=True, eq=False)
class Game(Shown):
    """Parties, their stances and payoffs[stance of the first, stance of the second, …, party]."""

    parties: tuple[str, ...]
    stances: tuple[tuple[str, ...], ...]
    payoffs: Array = field(repr=False)

    # -- reading -----------------------------------------------------------------------------------------------------
    def cells(self) -> list[tuple[int, ...]]:
        """All combinations of stances, as index tuples, the last party's stance running fastest."""
        return list(itertools.product(*(range(len(s)) for s in self.stances)))

    def names(self, cell: Sequence[int]) -> tuple[str, ...]:
        """The stances of a cell by name."""
        return tuple(self.stances[p][k] for p, k in enumerate(cell))

    def payoff(self, *chosen: str) -> dict[str, float]:
        """What each party gets when the parties take these stances."""
        if len(chosen) != len(self.parties):
            raise InputError(f"need {len(self.parties)} stances, not {len(chosen)}")
        cell = tuple(self._stance(p, name) for p, name in enumerate(chosen))
        return dict(zip(self.parties, map(float, self.payoffs[cell]), strict=True))

    def _stance(self, party: int, name: str) -> int:
        if name not in self.stances[party]:
            raise UnknownName(name, list(self.stances[party]), f"stance of {self.parties[party]}")
        return self.stances[party].index(name)

    def _slack(self) -> Array:
        """Differences that count as ties, one a party: its own stake sets the scale, not that of the others."""
        return TOLERANCE * np.maximum(np.ptp(self.payoffs.reshape(-1, len(self.parties)), axis=0), 1e-300)

    # -- answers -----------------------------------------------------------------------------------------------------
    def best_replies(self) -> dict[str, NDArray[np.bool_]]:
        """Party → whether its stance is a best reply, cell by cell (ties are all best)."""
        result = {}
        for p, party in enumerate(self.parties):
            own = self.payoffs[..., p]
            result[party] = own >= own.max(axis=p, keepdims=True) - self._slack()[p]
        return result

    def regret(self, mixes: Sequence[Sequence[float]]) -> float:
        """The most any party could gain by changing its own choice alone, in payoff units."""
        worst = 0.0
        for p in range(len(self.parties)):
            own = self._against(p, mixes)
            worst = max(worst, float(own.max() - own @ np.asarray(mixes[p])))
        return worst

    def _against(self, party: int, mixes: Sequence[Sequence[float]]) -> Array:
        """The party's payoff from each of its stances when the others mix."""
        values = np.moveaxis(self.payoffs[..., party], party, 0)
        for other in reversed([q for q in range(len(self.parties)) if q != party]):
            values = values @ np.asarray(mixes[other], dtype=np.float64)
        return values

    def pure_equilibria(self) -> tuple[Equilibrium, ...]:
        """Cells no party leaves alone, in the order of `cells`."""
        stays = np.logical_and.reduce(list(self.best_replies().values()))
        found = []
        for cell in self.cells():
            if stays[cell]:
                mixes = tuple(tuple(float(k == own) for k in range(len(s))) for own, s in zip(cell, self.stances, strict=True))
                found.append(Equilibrium("pure", mixes, tuple(map(float, self.payoffs[cell])), self.names(cell)))
        return tuple(found)

    def equilibria(self) -> tuple[Equilibrium, ...]:
        """Pure equilibria first, then the mixed ones, sorted by their probabilities from the first stance on.

        Two parties: all extreme equilibria, in degenerate games too; every other equilibrium is a mixture of some of them. More
        parties: all the pure ones, and those mixed ones that a search over stances in use finds. `complete` says which holds.
        Each is checked against every deviation.
        """
        return self._search.found

    @property
    def complete(self) -> bool:
        """Whether the list of `equilibria` leaves none out (in a degenerate game: has the ends of every range of them)."""
        return self._search.complete

    @property
    def degenerate(self) -> bool:
        """Whether some choice of one party leaves another more best replies than stances it mixes: equilibria may form ranges."""
        return self._search.degenerate

    @cached_property
    def _search(self) -> Search:
        search = all_extreme if len(self.parties) == 2 else some_mixed
        own = np.moveaxis(self.payoffs, -1, 0)
        low = own.reshape(len(own), -1).min(axis=1)
        span = np.maximum(own.reshape(len(own), -1).max(axis=1) - low, 1e-300)
        scaled = (self.payoffs - low) / span  # every party's payoffs from 0 to 1, so that a small stake counts like a large one
        left = [[self.stances[p].index(s) for s in kept] for p, kept in enumerate(self.dominated().left.values())]
        raw, complete, degenerate = search(scaled, left)
        mixed: list[Equilibrium] = []
        judged = Game(self.parties, self.stances, scaled)
        for mixes in raw:
            if all(max(m) > 1 - 1e-9 for m in mixes) or any(_same(mixes, e.mixes) for e in mixed):
                continue
            if judged.regret(mixes) > REGRET:
                complete = False
                continue
            paid = tuple(float(self._against(p, mixes) @ np.asarray(mixes[p])) for p in range(len(self.parties)))
            mixed.append(Equilibrium("mixed", mixes, paid))
        mixed.sort(key=lambda e: [[-round(x, 9) for x in m] for m in e.mixes])
        tied = any((best.sum(axis=p) > 1).any() for p, best in enumerate(self.best_replies().values()))
        return Search((*self.pure_equilibria(), *mixed), complete, degenerate or tied)

    def dominated(self) -> Dominance:
        """Iterated strict dominance, by single stances and by mixtures; the order of removal does not change what is left."""
        left = [list(range(len(s))) for s in self.stances]
        removed: list[tuple[int, str, str, str]] = []
        for step in itertools.count(1):
            found = []
            for p, party in enumerate(self.parties):
                own = np.moveaxis(self.payoffs[np.ix_(*left)][..., p], p, 0).reshape(len(left[p]), -1)
                for position, stance in enumerate(left[p]):
                    better = _dominator(own, position, float(self._slack()[p]))
                    if better is not None:
                        text = " or ".join(self.stances[p][left[p][k]] for k in np.flatnonzero(better > 1e-9))
                        found.append((step, party, self.stances[p][stance], text))
            if not found:
                break
            removed += found
            for _, party, name, _ in found:
                p = self.parties.index(party)
                left[p].remove(self.stances[p].index(name))
        names = {party: tuple(self.stances[p][k] for k in left[p]) for p, party in enumerate(self.parties)}
        return Dominance(tuple(removed), names)

    def efficient(self) -> tuple[tuple[str, ...], ...]:
        """Cells that no other cell beats for somebody without hurting anybody."""
        flat = self.payoffs.reshape(-1, len(self.parties))
        keep = efficient_rows(flat, self._slack())
        return tuple(self.names(cell) for cell, good in zip(self.cells(), keep, strict=True) if good)

    def security(self) -> dict[str, float]:
        """What each party can make sure of with one stance, whatever the others do (maximin, pure)."""
        others = {p: tuple(q for q in range(len(self.parties)) if q != p) for p in range(len(self.parties))}
        return {party: float(self.payoffs[..., p].min(axis=others[p]).max()) for p, party in enumerate(self.parties)}

    # -- showing -----------------------------------------------------------------------------------------------------
    def to_frame(self) -> pd.DataFrame:
        """One row a cell: stances, payoffs, who would stay, equilibrium or not, efficient or not."""
        best, efficient = self.best_replies(), set(self.efficient())
        rows = []
        for cell in self.cells():
            names = self.names(cell)
            row: dict[str, Any] = {f"stance of {p}": s for p, s in zip(self.parties, names, strict=True)}
            row |= {p: float(v) for p, v in zip(self.parties, self.payoffs[cell], strict=True)}
            stays = [p for p in self.parties if best[p][cell]]
            row |= {
                "would stay": ", ".join(stays),
                "equilibrium": len(stays) == len(self.parties),
                "efficient": names in efficient,
            }
            rows.append(row)
        return pd.DataFrame(rows)

    def record(self) -> dict[str, Any]:
        """Payoffs and answers, ready for JSON."""
        return {
            "parties": list(self.parties),
            "stances": plain(self.stances),
            "cells": plain(self.to_frame().to_dict(orient="records")),
            "equilibria": [e.record() for e in self.equilibria()],
            "degenerate": self.degenerate,
            "complete": self.complete,
            "dominated": self.dominated().record(),
            "efficient": plain(self.efficient()),
            "security": plain(self.security()),
        }

    def explain(self) -> str:
        """The answers in plain words."""
        efficient = self.efficient()
        stable = {e.cell for e in self.pure_equilibria() if e.cell is not None}
        wasted = sorted("/".join(cell) for cell in stable if cell not in efficient)
        return tell(self, found=self.equilibria(), removed=self.dominated().removed, wasted=wasted)


def game(payoffs: ArrayLike, parties: Sequence[str] | None = None, stances: Sequence[Sequence[str]] | None = None) -> Game:
    """A game from payoffs[stance of the first party, …, stance of the last, party]. Raises `InputError` on a wrong
    shape or NaN.
    """
    array = np.array(payoffs, dtype=np.float64)
    count = array.ndim - 1
    if count < 1 or array.shape[-1] != count:
        raise InputError(refusal("talks", "payoffs_need_one_axis", shape=array.shape))
    if array.size == 0 or not np.isfinite(array).all():
        raise InputError(refusal("talks", "payoffs_must_be_finite"))
    names = tuple(parties or [f"party {k + 1}" for k in range(count)])
    menus = (
        tuple(tuple(s) for s in stances)
        if stances
        else tuple(tuple(f"stance {k + 1}" for k in range(n)) for n in array.shape[:-1])
    )
    if len(names) != count or len(set(names)) != count:
        raise InputError(refusal("talks", "need_different_names_of_too_too", count=count, names_=list(names)))
    if tuple(len(m) for m in menus) != array.shape[:-1] or any(len(set(m)) != len(m) for m in menus):
        raise InputError(refusal("talks", "stances_must_differ", shape=array.shape[:-1]))
    array.setflags(write=False)
    return Game(names, menus, array)


def bimatrix(
    first: ArrayLike,
    second: ArrayLike,
    parties: Sequence[str] = ("first", "second"),
    stances: Sequence[Sequence[str]] | None = None,
) -> Game:
    """A two-party game from two matrices, rows the first party's stances, columns the second's."""
    a, b = np.array(first, dtype=np.float64), np.array(second, dtype=np.float64)
    if a.ndim != 2 or a.shape != b.shape:
        raise InputError(refusal("talks", "need_two_matrices", shape=a.shape, shape_2=b.shape))
    return game(np.stack([a, b], axis=-1), parties, stances)


def efficient_rows(points: ArrayLike, slack: float | Array = 0.0) -> NDArray[np.bool_]:
    """Which rows of points[k, party] no other row beats for somebody without hurting anybody.

    `slack` is one number or one a party.
    """
    u = np.asarray(points, dtype=np.float64)
    at_least = (u[:, None, :] >= u[None, :, :] - slack).all(axis=2)
    more = (u[:, None, :] > u[None, :, :] + slack).any(axis=2)
    return np.asarray(~(at_least & more).any(axis=0), dtype=np.bool_)


def _dominator(own: Array, position: int, slack: float) -> Array | None:
    """A mixture of the other rows that pays strictly more than `own[position]` in every column, or None."""
    others = [k for k in range(len(own)) if k != position]
    if not others:
        return None
    for k in others:  # a single stance is the plainer answer
        if (own[k] > own[position] + slack).all():
            return np.eye(len(own))[k]
    n = len(others)
    gaps = own[others] - own[position]
    span = max(float(np.abs(gaps).max()), 1e-300)
    result = linprog(
        np.r_[np.zeros(n), -1.0],
        A_ub=np.c_[-gaps.T / span, np.ones(gaps.shape[1])],
        b_ub=np.zeros(gaps.shape[1]),
        A_eq=np.r_[np.ones(n), 0.0][None, :],
        b_eq=[1.0],
        bounds=[(0, None)] * n + [(None, None)],
    )
    if not result.success or result.x[-1] <= 1e-9:
        return None
    mix = np.zeros(len(own))
    mix[others] = result.x[:-1]
    return mix


def _same(a: Sequence[Sequence[float]], b: Sequence[Sequence[float]]) -> bool:
    return all(np.allclose(x, y, atol=1e-9) for x, y in zip(a, b, strict=True))
