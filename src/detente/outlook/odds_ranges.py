"""Ranges that come from not knowing the odds: draws of every branch, and which end moves an answer most.

The odds of a branch, low, mean and high, are drawn like the judgements they come from (`pool.spread_draws`): a split log-normal
with 5 % below low and 5 % above high, the branches of a fork scaled to sum to 1, forks independent of each other. A branch whose
ends coincide is certain and keeps its odds. For the drivers one branch at a time is put at its low and its high end, the others
of its fork scaled in proportion.

>>> from detente.outlook.tree import grow
>>> from detente.policy.dossier import load_dossier
>>> tree = grow(load_dossier("kuala-lumpur-2025"))
>>> drawn = draw_odds(tree, 200, seed=1)
>>> drawn.shape, bool(abs(tree.reweighted(drawn).sum(axis=1) - 1).max() < 1e-12)
((200, 21), True)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.errors import InputError
from detente.outlook.pool import spread_draws
from detente.outlook.tree import Tree

Array = NDArray[np.float64]
ENDS = (0.05, 0.95)
"""A range is where nine draws in ten lie."""


@dataclass(frozen=True)
class OddsDriver:
    """An answer with one branch's odds at its low and its high end; `swing` = high − low."""

    fork: str
    branch: str
    low: float
    high: float

    @property
    def swing(self) -> float:
        """What the answer moves as the odds go from their low to their high end."""
        return self.high - self.low


def central_odds(tree: Tree) -> Array:
    """[branch]: mean odds, in the order of `tree.branches`."""
    return np.array([tree.odds[f.id][b][1] for b, (f, _) in tree.branches.items()])


def draw_odds(tree: Tree, draws: int = 1000, seed: int = 0) -> Array:
    """[draw, branch]: odds between their ends, summing to 1 within each fork. Raises `InputError` for draws below 1."""
    if draws < 1:
        raise InputError(f"ranges need at least one draw, not {draws}")
    rng = np.random.default_rng(seed)
    out = np.zeros((draws, len(tree.branches)))
    place = {b: k for k, b in enumerate(tree.branches)}
    for fork in tree.forks.values():
        spans = np.array([tree.odds[fork.id][b.id] for b in fork.branches], dtype=np.float64)
        drawn = spread_draws(spans, draws, rng)
        free = spans[:, 2] > spans[:, 0]
        drawn[:, ~free] = spans[~free, 1]
        room, taken = 1 - spans[~free, 1].sum(), drawn[:, free].sum(1, keepdims=True)
        drawn[:, free] = drawn[:, free] / np.where(taken > 0, taken, 1.0) * room
        out[:, [place[b.id] for b in fork.branches]] = drawn
    return out


def drivers(tree: Tree, values: Array) -> list[OddsDriver]:
    """Σ P(leaf) values[leaf] with each branch in turn at its two ends, the largest swing first."""
    found = []
    centre = central_odds(tree)
    place = {b: k for k, b in enumerate(tree.branches)}
    for name, (fork, _) in tree.branches.items():
        own = [place[b.id] for b in fork.branches]
        ends = []
        for end in (tree.odds[fork.id][name][0], tree.odds[fork.id][name][2]):
            odds = centre.copy()
            rest = 1 - centre[place[name]]
            odds[own] = centre[own] * ((1 - end) / rest) if rest > 0 else centre[own]
            odds[place[name]] = end if rest > 0 else centre[place[name]]
            ends.append(float(tree.reweighted(odds) @ values))
        found.append(OddsDriver(fork.id, name, *ends))
    return sorted(found, key=lambda d: (-abs(d.swing), d.branch))
