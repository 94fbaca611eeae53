"""One payoff table under other motives: every part of every government's objective at unit weight, so that any weights are a sum.

    payoff[cell, party] = Σ over parts of weight[party, part] · unit[cell, party, part]

The unit parts are computed once from the solved table; motives can then be moved one at a time without judging again. The weight
on jobs is a factor on the dossier's pattern over sectors (every sector alike where the dossier gives none).

>>> from detente.strategy.payoffs import payoff_table
>>> from detente.policy.dossier import load_dossier
>>> case = load_dossier("kuala-lumpur-2025")
>>> judging = Judging.of(payoff_table(case), {p.region: Weights.of(case, p.region) for p in case.parties})
>>> same = judging.judged()
>>> judging.weight("CHN", "audience"), same.motives
(0.5, 'as given')
>>> moved = judging.judged({("CHN", "audience"): 1.0})
>>> moved.audience, bool(abs(moved.payoff["escalate", "ease"][1] - same.payoff["escalate", "ease"][1] + 0.05) < 1e-12)
((0.5, 1.0), True)
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from detente.errors import UnknownName
from detente.strategy.objectives import PARTS, Weights, two_parties
from detente.strategy.payoffs import PayoffTable
from detente.talks.contests import Judged
from detente.types import Array

MOVED = tuple(p for p in PARTS if p != "real income")
"""Motives beside real income."""
SCALES = {"halved": 0.5, "as given": 1.0, "doubled": 2.0}
"""How strong the motives other than real income are taken to be."""
NAMES = {
    "real income": "real income",
    "jobs": "jobs",
    "revenue": "revenue",
    "prices": "prices",
    "dependence": "dependence on the other",
    "audience": "audience",
}


def scaled(weights: Weights, factor: float) -> Weights:
    """The same government with every motive but real income `factor` times as strong."""
    return replace(
        weights,
        jobs={sector: factor * w for sector, w in weights.jobs.items()},
        revenue=factor * weights.revenue,
        prices=factor * weights.prices,
        dependence=factor * weights.dependence,
        audience=factor * weights.audience,
    )


@dataclass(frozen=True, eq=False)
class Judging:
    """A solved table and the weights of its two parties. `unit` [stance of the first, of the second, party, part]; `weights`
    [party, part], the one on jobs a factor; `income` in million USD a year.
    """

    table: PayoffTable
    given: Mapping[str, Weights]
    unit: Array
    weights: Array
    income: tuple[float, float]

    @classmethod
    def of(cls, table: PayoffTable, weights: Mapping[str, Weights]) -> Judging:
        """Unit parts of a two-party table under the motives `weights` by party."""
        two_parties(table.dossier, table.parties)
        given = {p: weights.get(p, Weights()) for p in table.parties}
        ones = {
            p: Weights(1.0, dict(w.jobs) if any(w.jobs.values()) else {"default": 1.0}, 1.0, 1.0, 1.0, 1.0, w.rivals)
            for p, w in given.items()
        }
        factors = [
            [w.real_income, float(any(w.jobs.values())), w.revenue, w.prices, w.dependence, w.audience] for w in given.values()
        ]
        outcome = next(iter(table.outcomes.values()))
        income = [float(outcome.before.income[outcome.regions.index(p)]) for p in table.parties]
        return cls(table, given, table.with_weights(ones).parts, np.array(factors), (income[0], income[1]))

    @property
    def parties(self) -> tuple[str, str]:
        """Both parties."""
        return self.table.parties[0], self.table.parties[1]

    def weight(self, party: str, part: str) -> float:
        """A weight as given; that on jobs is a factor on the dossier's pattern."""
        return float(self.weights[self._at(party, part)])

    def per_point(self, party: str, part: str) -> Array:
        """What one more unit of a weight adds to the party's payoff in every cell."""
        k, m = self._at(party, part)
        return self.unit[..., k, m]

    def judged(self, moves: Mapping[tuple[str, str], float] | None = None, *, scale: str = "as given") -> Judged:
        """The table with all motives at a strength of `SCALES`, single weights replaced by `moves` {(party, part): weight}."""
        if scale not in SCALES:
            raise UnknownName(scale, list(SCALES), "strength of the motives")
        weights = self.weights * np.where(np.arange(len(PARTS)) == 0, 1.0, SCALES[scale])
        for (party, part), value in (moves or {}).items():
            weights[self._at(party, part)] = value
        return self._with(weights, scale)

    def plain(self) -> Judged:
        """The table if both cared for real income alone."""
        weights = np.zeros_like(self.weights)
        weights[:, 0] = 1.0
        return self._with(weights, "real income alone")

    def _with(self, weights: Array, name: str) -> Judged:
        points = np.einsum("abkp,kp->abk", self.unit, weights)
        cells = itertools.product(*self.table.stances)
        payoff = {
            (a, b): (float(points[i, j, 0]), float(points[i, j, 1]))
            for (a, b), (i, j) in zip(cells, np.ndindex(*points.shape[:2]), strict=True)
        }
        audience = weights[:, PARTS.index("audience")]
        return Judged(
            name, self.parties, payoff, (float(audience[0]), float(audience[1])), (self.income[0] / 100, self.income[1] / 100)
        )

    def _at(self, party: str, part: str) -> tuple[int, int]:
        if party not in self.parties:
            raise UnknownName(party, list(self.parties), "party")
        if part not in PARTS:
            raise UnknownName(part, list(PARTS), "motive")
        return self.parties.index(party), PARTS.index(part)
