"""What a threat is worth at the table, and which threat to make.

A threat changes what happens without a deal, not the deals on offer. Its value to a party is how far the bargaining outcome
moves when the disagreement point does:

    value[i] = u[i](d with the threat) − u[i](d without)

`threat_game` lets each party pick the stance it would take if talks fail: every combination of stances gives a disagreement
point, and bargaining from there gives a division (Nash 1953, variable threats). What one side gains in that game the other loses.
A threat counts only if it would be carried out: compare with the equilibria of the game of stances (`games.py`).

>>> v = value_of_threat([[0, 10], [5, 5], [10, 0]], without=(2, 2), threat=(1, -3), parties=("USA", "CHN"))
>>> [round(x, 3) for x in v.change]
[2.0, -2.0]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from detente.errors import InputError
from detente.talks.bargaining import Deal, Solution, bargain
from detente.talks.games import Game, game
from detente.types import plain
from detente.words import digits, tell


@dataclass(frozen=True, eq=False)
class Threat:
    """The deal with and without a threat."""

    without: Deal
    with_threat: Deal

    @property
    def parties(self) -> tuple[str, ...]:
        """Who bargains."""
        return self.without.parties

    @property
    def change(self) -> tuple[float, ...]:
        """What the threat moves to (or from) each party in the outcome of the talks."""
        return tuple(b - a for a, b in zip(self.without.payoffs, self.with_threat.payoffs, strict=True))

    @property
    def if_carried_out(self) -> tuple[float, ...]:
        """What each party would lose (below zero) or win if talks failed and the threat were carried out."""
        return tuple(b - a for a, b in zip(self.without.disagreement, self.with_threat.disagreement, strict=True))

    def to_frame(self) -> pd.DataFrame:
        """One row a party."""
        return pd.DataFrame(
            {
                "deal without the threat": self.without.payoffs,
                "deal with the threat": self.with_threat.payoffs,
                "value of the threat": self.change,
                "if carried out": self.if_carried_out,
            },
            index=pd.Index(self.parties, name="party"),
        )

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(
            {
                "without": self.without.record(),
                "with": self.with_threat.record(),
                "change": self.change,
                "if_carried_out": self.if_carried_out,
            }
        )

    def explain(self) -> str:
        """The answer in plain words."""
        size = max(abs(x) for x in (*self.without.payoffs, *self.with_threat.payoffs, 1e-300))
        moved = [(p, c) for p, c in zip(self.parties, self.change, strict=True) if abs(c) > 1e-9 * size]
        return tell(
            self,
            winners=[f"{p} {digits(c)}" for p, c in moved if c > 0],
            losers=[f"{p} {digits(-c)}" for p, c in moved if c < 0],
            hurt=[p for p, c in zip(self.parties, self.if_carried_out, strict=True) if c < 0],
        )


def value_of_threat(
    packages: ArrayLike,
    without: Sequence[float],
    threat: Sequence[float],
    solution: Solution = "nash",
    *,
    parties: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    power: Sequence[float] | None = None,
    mixtures: bool = True,
) -> Threat:
    """How the deal moves when the disagreement payoffs go from `without` to `threat`."""
    first, second = (
        bargain(packages, d, solution, parties=parties, names=names, power=power, mixtures=mixtures) for d in (without, threat)
    )
    return Threat(first, second)


def threat_game(
    packages: ArrayLike,
    disagreements: ArrayLike,
    solution: Solution = "nash",
    *,
    parties: Sequence[str] | None = None,
    stances: Sequence[Sequence[str]] | None = None,
    power: Sequence[float] | None = None,
) -> Game:
    """The game whose cells are threats and whose payoffs are the deals they lead to.

    `disagreements[stance of the first, …, party]` is what happens if talks fail and these stances are taken.
    """
    d = np.array(disagreements, dtype=np.float64)
    if d.ndim < 2 or d.shape[-1] != d.ndim - 1 or not np.isfinite(d).all():
        raise InputError(f"disagreements need one axis a party and a last axis over parties; the shape is {d.shape}")
    flat = d.reshape(-1, d.shape[-1])
    paid = [bargain(packages, row, solution, parties=parties, power=power).payoffs for row in flat]
    return game(np.array(paid).reshape(d.shape), parties, stances)
