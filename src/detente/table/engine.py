"""The engine's seat: what it asks, what it takes, and why.

It knows its own payoffs along the path and takes the other side's to be what the dossier's motives say. With k the largest share
of their ideal gains that one package gives both at once (Kalai–Smorodinsky on the list of packages), and τ from 0 to 1 the
share of the clock that has run, a party's demand is

    a(τ) = floor + (open − floor) (1 − μ) (1 − τ)^β,    open = k + x (1 − k),   floor = y k

of its ideal gain. μ is how sure it is that the other side will never move: the prior of the stand-off with reputation, updated
by how long that side has held (Abreu and Gul 2000) up to one half, and zero once it has moved. Two things are drawn from the
seed: whether the engine is itself of the kind that never moves (then a = open throughout), and when it gives way, at the rate of
the stand-off (then a = floor from that day).

    offers    of the packages better for both that give it its demand, the one best for the other side; near-ties go to the one
              nearest to what the other side asked for
    accepts   what is worth at least its demand, or at least what going on is worth: its next demand, if talks live to see it, and
              a breakdown if they do not; never less than its walk-away: nothing signed, or a breakdown if that is better
    walks     only on the last day, where a breakdown is worth more than its demand

Strengths differ in x, y, β, the prior of being immovable (the ends and the centre of A49) and how soon they give way:

>>> {name: (s.opens, s.floor, s.immovable) for name, s in STRENGTHS.items()}
{'easy': (0.25, 0.25, 0.02), 'even': (0.6, 0.6, 0.1), 'hard': (0.9, 1.0, 0.3)}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from detente.strategy.packages import Levels
from detente.table.board import Board
from detente.table.calendar import drawn
from detente.talks.patience import Patience

_PATIENCE = Patience()
NEAR = 0.02
"""Packages this near to the best for the other side are as good as it."""
MOST_SURE = 0.5
TINY = 1e-9


@dataclass(frozen=True)
class Style:
    """x, y and β of the docstring, the prior of being immovable, how many times the stand-off's rate it gives way at, and whether
    it keeps to its floor when nothing can come after."""

    opens: float
    floor: float
    bend: float
    immovable: float
    gives_way: float
    keeps_floor: bool


STRENGTHS = {
    "easy": Style(0.25, 0.25, 2.0, _PATIENCE.stubborn_range[0], 2.0, False),
    "even": Style(0.6, 0.6, 1.0, _PATIENCE.stubborn, 1.0, False),
    "hard": Style(0.9, 1.0, 0.5, _PATIENCE.stubborn_range[1], 0.5, True),
}


@dataclass(frozen=True)
class Frame:
    """What both could hope for: ideal gains in the zone, and the Kalai–Smorodinsky share with its package (None: no zone)."""

    ideal: tuple[float, float]
    fair: float
    row: int | None


@lru_cache(maxsize=64)
def frame(board: Board) -> Frame:
    """The zone in three numbers."""
    prices = board.prices
    if not len(prices.zone):
        return Frame((0.0, 0.0), 0.0, None)
    gains = prices.gains[prices.zone]
    ideal = gains.max(0)
    shares = (gains / ideal).min(1)
    best = int(np.argmax(shares))
    return Frame((float(ideal[0]), float(ideal[1])), float(shares[best]), int(prices.zone[best]))


@dataclass(frozen=True)
class Mind:
    """What an engine's party thinks at one moment: shares of its ideal gain, points at that moment."""

    demand: float
    target: float
    need: float
    walk_away: float
    believed: float
    immovable: bool
    gave_way: bool
    open: float
    floor: float

    def record(self) -> dict[str, Any]:
        """For the debrief."""
        return {k: (round(v, 6) if isinstance(v, float) else v) for k, v in vars(self).items()}


def think(board: Board, strength: str, seed: int, party: str, step: int, moved: bool) -> Mind:
    """The state of mind of an engine's party at a step. `moved`: whether the other side has ever bettered its offer."""
    style, k = STRENGTHS[strength], board.parties.index(party)
    found, last = frame(board), len(board.steps) - 1
    opened, floor = found.fair + style.opens * (1 - found.fair), style.floor * found.fair
    floor = min(floor, opened)
    immovable = drawn(seed, 0, 100 + k) < style.immovable
    chances = board.gives_way[party]
    gave_way = not immovable and any(drawn(seed, n + 1, 10 + k) < min(1.0, style.gives_way * chances[n]) for n in range(step))
    believed = 0.0 if moved else _believed(board, board.parties[1 - k], step)

    def demand(at: int) -> float:
        if immovable:
            return opened
        if gave_way:
            return floor
        return floor + (opened - floor) * (1 - believed) * (1 - at / last) ** style.bend

    def worth(share: float, at: int) -> float:
        return share * found.ideal[k] * board.left(at, party)

    breakdown = board.stakes.collapse(party, board.elapsed(step)).points
    walk_away = max(0.0, breakdown)
    target = worth(demand(step), step)
    if step < last:
        later = board.stakes.collapse(party, board.elapsed(step + 1)).points
        risk = board.collapse[step]
        on = (1 - risk) * worth(demand(step + 1), step + 1) + risk * later
        need = target if immovable else min(target, on)
    else:
        need = target if immovable or style.keeps_floor else 0.0
    return Mind(demand(step), target, max(need, walk_away), walk_away, believed, immovable, gave_way, opened, floor)


def _believed(board: Board, other: str, step: int) -> float:
    """How likely the other side is to be one that never moves, having held to a step: z / (z + (1 − z) S), never beyond even."""
    prior = board.stakes.patience.stubborn
    holds = float(np.prod([1 - p for p in board.gives_way[other][:step]])) if step else 1.0
    return min(prior / (prior + (1 - prior) * holds), MOST_SURE)


def propose(board: Board, party: str, demand: float, asked: Levels | None) -> Levels | None:
    """The package an engine's party offers at a demand; None where no package is better for both."""
    prices, k = board.prices, board.parties.index(party)
    if not len(prices.zone):
        return None
    gains = prices.gains[prices.zone]
    ideal = frame(board).ideal
    enough = gains[:, k] >= demand * ideal[k] - TINY
    if not enough.any():
        enough = gains[:, k] >= gains[:, k].max() - TINY
    rows, theirs = prices.zone[enough], gains[enough][:, 1 - k]
    close = rows[theirs >= theirs.max() - NEAR * ideal[1 - k]]
    grid = prices.grid[close]
    wanted = np.array(asked if asked is not None else prices.agenda.standing)
    spans = np.array([max(len(issue.levels) - 1, 1) for issue in prices.agenda.issues])
    apart = (np.abs(grid - wanted) / spans).sum(1)
    order = np.lexsort((-prices.gains[close][:, k], -prices.gains[close][:, 1 - k], np.round(apart, 9)))
    return prices.levels(int(close[order[0]]))


def bettered(points: Sequence[float]) -> bool:
    """Whether any offer was worth more to who received it than the one before."""
    return any(b > a + TINY for a, b in pairwise(points))
