"""Which coalitions could block a package: the core of a game of stances, without and with side payments.

A coalition blocks a package if its members have stances that leave every one of them better off, whatever the others then do
(the cautious, or α, rule). A package that no coalition blocks, everybody's together among them, is in the core. With side
payments a coalition counts by what its members can make sure of together,

    v(S) = max over stances of S of min over stances of the others of Σ over S of worth,

and a division of the best total is in the core if every coalition gets at least v(S): a linear programme, whose least excess says
by how much it fails where there is none. Sources: Aumann and Peleg (1960), Bulletin of the AMS 66; Shapley (1967), Naval Research
Logistics Quarterly 14; Maschler, Peleg and Shapley (1979), Mathematics of Operations Research 4.

>>> from detente.talks.games import game
>>> u = np.zeros((2, 2, 2, 3))
>>> u[1, 1, 1] = 1.0  # all together or nobody
>>> found = coalitions(game(u, ("A", "B", "C"), (("hold", "ease"),) * 3))
>>> found.core
(('ease', 'ease', 'ease'),)
>>> found.total, found.nonempty
(3.0, True)
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.optimize import linprog

from detente.errors import InputError, NotConverged
from detente.talks.games import TOLERANCE, Game
from detente.types import Array, plain
from detente.words import refusal, tell


@dataclass(frozen=True)
class Block:
    """A coalition that could do better, the stances it would take, and the least each member would then gain."""

    members: tuple[str, ...]
    stances: tuple[str, ...]
    gains: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Coalitions:
    """Who could block which package, and the core with side payments.

    `blocks`: package → the coalitions that block it, the smallest first. `worth`: what a point of payoff is worth to each party
    in the unit of the side payments; `secured`: v(S) by members; `total`: that of all together; `excess`: the least amount by
    which some coalition falls short in the best division (0 or less: the core is not empty); `division`: that division, by party.
    """

    game: Game
    worth: tuple[float, ...]
    blocks: Mapping[tuple[str, ...], tuple[Block, ...]]
    secured: Mapping[tuple[str, ...], float]
    excess: float
    division: Mapping[str, float]

    @property
    def core(self) -> tuple[tuple[str, ...], ...]:
        """Packages that no coalition blocks, no side payments."""
        return tuple(cell for cell, found in self.blocks.items() if not found)

    @property
    def total(self) -> float:
        """The most all can reach together, in the unit of the side payments."""
        return self.secured[self.game.parties]

    @cached_property
    def nonempty(self) -> bool:
        """Whether some division of the best total satisfies every coalition."""
        size = max(map(abs, self.secured.values()), default=0.0)
        return self.excess <= TOLERANCE * max(size, 1e-300)

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return {
            "parties": list(self.game.parties),
            "rule": "whatever the others do",
            "packages": [
                {"stances": list(cell), "blocked_by": [plain(b) for b in found], "in_core": not found}
                for cell, found in self.blocks.items()
            ],
            "values": [{"members": list(members), "value": value} for members, value in self.secured.items()],
            "total": self.total,
            "core_with_payments": self.nonempty,
            "least_excess": self.excess,
            "division": plain(self.division),
        }

    def explain(self) -> str:
        """The answer in plain words."""
        return tell(self)


def coalitions(played: Game, worth: Sequence[float] | None = None) -> Coalitions:
    """The core of a game of two or more parties. `worth`: one number above zero a party (1 each if None).

    Raises `InputError` for a wrong `worth`.
    """
    count = len(played.parties)
    scale = np.ones(count) if worth is None else np.asarray(worth, dtype=np.float64)
    if scale.shape != (count,) or not (np.isfinite(scale).all() and (scale > 0).all()):
        raise InputError(refusal("talks", "worth_needs_one_number", count=count))
    groups = [s for k in range(1, count + 1) for s in itertools.combinations(range(count), k)]
    sure = {s: _sure(played.payoffs, s) for s in groups}
    slack = TOLERANCE * np.maximum(np.ptp(played.payoffs.reshape(-1, count), axis=0), 1e-300)
    blocks: dict[tuple[str, ...], tuple[Block, ...]] = {}
    for cell in played.cells():
        found = []
        for s in groups:
            gains = sure[s] - played.payoffs[cell][list(s)]
            better = np.flatnonzero((gains > slack[list(s)]).all(axis=1))
            if len(better):
                best = better[np.argmax(gains[better].min(axis=1))]
                taken = np.unravel_index(best, [len(played.stances[p]) for p in s])
                names = tuple(played.stances[p][int(k)] for p, k in zip(s, taken, strict=True))
                found.append(Block(_names(played, s), names, tuple(map(float, gains[best]))))
        blocks[played.names(cell)] = tuple(found)
    values = {_names(played, s): _value(played.payoffs * scale, s) for s in groups}
    excess, division = _least_core(played.parties, groups, values)
    return Coalitions(played, tuple(map(float, scale)), blocks, values, excess, division)


def _names(played: Game, members: Sequence[int]) -> tuple[str, ...]:
    return tuple(played.parties[p] for p in members)


def _lined_up(payoffs: Array, members: Sequence[int]) -> Array:
    """Payoffs [joint stance of the members, joint stance of the others, party]."""
    others = [p for p in range(payoffs.shape[-1]) if p not in members]
    moved = payoffs.transpose([*members, *others, payoffs.ndim - 1])
    own = int(np.prod([payoffs.shape[p] for p in members]))
    return moved.reshape(own, -1, payoffs.shape[-1])


def _sure(payoffs: Array, members: Sequence[int]) -> Array:
    """The least each member gets from each joint stance, whatever the others do: [joint stance, member]."""
    return _lined_up(payoffs, members)[..., list(members)].min(axis=1)


def _value(payoffs: Array, members: Sequence[int]) -> float:
    """What the members can make sure of together."""
    return float(_lined_up(payoffs, members)[..., list(members)].sum(axis=2).min(axis=1).max())


def _least_core(
    parties: Sequence[str], groups: Sequence[Sequence[int]], values: Mapping[tuple[str, ...], float]
) -> tuple[float, dict[str, float]]:
    """The division of the total with the smallest largest shortfall of a coalition, and that shortfall."""
    count = len(parties)
    part = [s for s in groups if len(s) < count]
    worth = np.array([values[tuple(parties[p] for p in s)] for s in part])
    total = values[tuple(parties)]
    unit = max(abs(total), float(np.abs(worth).max()), 1e-300)
    within = np.zeros((len(part), count + 1))
    for row, s in enumerate(part):
        within[row, list(s)] = -1.0
    within[:, -1] = -1.0
    result = linprog(
        np.r_[np.zeros(count), 1.0],
        A_ub=within,
        b_ub=-worth / unit,
        A_eq=np.r_[np.ones(count), 0.0][None, :],
        b_eq=[total / unit],
        bounds=[(None, None)] * (count + 1),
    )
    if not result.success:
        raise NotConverged(refusal("talks", "no_least_core"))
    return float(result.x[-1] * unit), {p: float(x * unit) for p, x in zip(parties, result.x[:-1], strict=True)}
