"""A way on: what it is called, and what it is worth in money, the same on every page.

Money is the change of real income in dollars of the dossier's year.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from detente.briefing.view import CaseView
from detente.cases.baselines import LAW, STATUS_QUO
from detente.equilibrium.outcome import Outcome
from detente.types import Range
from detente.words import say


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


def title_of(case: CaseView, scenario: str | None) -> str:
    """A scenario's title; of what is in force the dossier's own, or words for it."""
    known = next((s.title for s in case.dossier.scenarios if s.id == (scenario or STATUS_QUO)), "")
    if known and (scenario is not None or case.still(None)):
        return known
    return say("briefing/front/what_happens", "as_it_is", on=case.dossier.as_of)


__all__ = ["title_of", "worths"]
