"""The payoff table of a case as games: every pair of stances, judged by real income alone and by the dossier's motives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from detente import words as text
from detente.briefing.view import CaseView
from detente.strategy.objectives import Weights
from detente.strategy.payoffs import PayoffTable
from detente.talks.games import Game, game

EASE, HOLD, FIGHT = "ease", "hold", "escalate"


@dataclass(frozen=True, eq=False)
class Stances:
    """The payoff table of a case, by motives and by real income alone, as games."""

    case: CaseView
    table: PayoffTable

    @cached_property
    def plain(self) -> PayoffTable:
        """Judged by real income alone."""
        return self.table.with_weights({p: Weights() for p in self.table.parties})

    @cached_property
    def games(self) -> dict[str, Game]:
        """By how payoffs are judged."""
        named = {"real income": self.plain, "motives": self.table}
        return {k: game(t.payoffs, t.parties, t.stances) for k, t in named.items()}

    @property
    def has_all(self) -> bool:
        """Whether both parties have the three standard stances."""
        return all({EASE, HOLD, FIGHT} <= set(menu) for menu in self.table.stances)

    def cell(self, by: str, first: str, second: str) -> tuple[float, float]:
        """Payoffs of both parties at two stances."""
        found = self.games[by].payoff(first, second)
        return found[self.table.parties[0]], found[self.table.parties[1]]

    @cached_property
    def packages(self) -> tuple[list[tuple[str, ...]], np.ndarray]:
        """All combinations of stances and their payoffs by motives."""
        g = self.games["motives"]
        return [g.names(c) for c in g.cells()], np.array([g.payoffs[c] for c in g.cells()])


def points(value: float) -> str:
    """Points of real income with a sign."""
    return text.fixed(value, 3, signed=True)
