"""What a way on is worth in money: the change of real income in dollars of the dossier's year, the same on every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from detente.briefing.view import CaseView
from detente.cases.baselines import LAW
from detente.equilibrium.outcome import Outcome
from detente.types import Range


def worths(case: CaseView, scenario: str | None, codes: Sequence[str], against: str | None = LAW) -> dict[str, Range]:
    """What a scenario (None: what is in force) is worth against a baseline (None: the scenario's own), million USD a year by code
    (a region, a group, WORLD), with its range.

    Each region's equivalent variation in dollars of the dossier's year, the table's where they are not known; regions add up.
    """
    factors = case.once("dollars", lambda: np.array([case.in_dollars(r) for r in case.world.regions]))

    def of(code: str) -> Callable[[Outcome], float]:
        members = case.world.regions if code == "WORLD" else case.members(code)
        weights = np.where([r in members for r in case.world.regions], factors, 0.0)
        return lambda o: float(o.equivalent_variation.to_numpy() @ weights)

    return {c: case.range(of(c), scenario, against=against) for c in codes}


__all__ = ["worths"]
