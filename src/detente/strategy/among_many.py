"""Three or more governments at the table: every combination of stances, its equilibria, and which coalition could block which.

Payoffs are those of `strategy.payoffs`; the games are played by the dossier's motives and by real income alone. A point of payoff
is worth 1 % of a party's income where side payments are counted (`talks.coalitions`). What bargains or waits in pairs only (the
package over measures, the stand-off, whether a truce holds, a deal over duties) is of two parties and not read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from detente.cases.case import Case
from detente.errors import InputError
from detente.policy.dossier import Dossier
from detente.strategy.objectives import Weights
from detente.strategy.payoffs import PayoffTable, payoff_table
from detente.talks.coalitions import Coalitions, coalitions
from detente.talks.games import Game, game
from detente.types import Progress
from detente.words import refusal, tell

JUDGED = ("motives", "real income")


@dataclass(frozen=True, eq=False)
class AmongMany:
    """The solved table of three or more parties; `games` and `coalitions` by how payoffs are judged."""

    table: PayoffTable

    @property
    def world_unit(self) -> str:
        """What the world counts in, "million USD"."""
        return self.table.world_unit

    @property
    def parties(self) -> tuple[str, ...]:
        """Who is at the table."""
        return self.table.parties

    @cached_property
    def games(self) -> dict[str, Game]:
        """The same stances judged by the dossier's motives and by real income alone."""
        plain = self.table.with_weights({p: Weights() for p in self.parties})
        named = dict(zip(JUDGED, (self.table, plain), strict=True))
        return {by: game(t.payoffs, t.parties, t.stances) for by, t in named.items()}

    @cached_property
    def coalitions(self) -> dict[str, Coalitions]:
        """Who could block which combination; side payments in million USD a year."""
        before = next(iter(self.table.outcomes.values()))
        worth = [float(before.before.income[before.regions.index(p)]) * self.table.rolled.get(p, 1.0) / 100 for p in self.parties]
        return {by: coalitions(g, worth) for by, g in self.games.items()}

    def to_frame(self) -> pd.DataFrame:
        """One row a combination of stances and judgement: payoffs, equilibrium, efficient, in the core, who blocks it first."""
        rows = []
        for by, g in self.games.items():
            blocked = self.coalitions[by].blocks
            for row, (cell, found) in zip(g.to_frame().to_dict(orient="records"), blocked.items(), strict=True):
                first = ", ".join(found[0].members) if found else ""
                rows.append({"judged by": by, **row, "in the core": cell in self.coalitions[by].core, "blocked by": first})
        return pd.DataFrame(rows)

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return {
            "dossier": self.table.dossier,
            "horizon": self.table.horizon,
            "parties": list(self.parties),
            "payoffs": self.table.record(),
            "games": {by: g.record() for by, g in self.games.items()},
            "coalitions": {by: c.record() for by, c in self.coalitions.items()},
            "not_computed": self.tell("two_only"),
            "explained": self.tell(),
        }

    def tell(self, part: str = "explain") -> str:
        """A part in words."""
        return tell(self, part)


def three_or_more(dossier: Dossier) -> tuple[str, ...]:
    """The parties. Raises `InputError` where there are only two."""
    if len(dossier.parties) < 3:
        raise InputError(refusal("strategy", "many_need_three", dossier=dossier.id, count=len(dossier.parties)))
    return tuple(p.region for p in dossier.parties)


def among_many(case: Case, progress: Progress | None = None) -> AmongMany:
    """Solve every combination of stances of three or more parties.

    Raises `InputError` where there are only two, where a party gives no stances, or where this world lacks a party.
    """
    given = three_or_more(case.dossier)
    lacking = [p for p in given if p not in case.parties]
    if lacking:
        named = ", ".join(lacking)
        raise InputError(refusal("strategy", "party_not_in_world", dossier=case.dossier.id, world=case.world.name, lacking=named))
    return AmongMany(payoff_table(case, progress=progress))
