"""What time and failure are worth at the table: delay, a breakdown, and how readily each side gives way.

A package signed after t years of a window of 48 months brings what is left of it: 1 − s(t) of its worth, where s is the share of
the discounted window gone (ρ a year, `cases.discounted`). Until then the law runs by itself, which is what worths count from.
A breakdown is both escalating for `collapse_years` and the law by itself after that, read over just these months of the path.
Nothing signed in the end is the law by itself: zero. Rates of giving way come from the stand-off of the same table
(`talks.contests`): the model with the deadline's date where one binds, else the steady one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detente.cases.case import Case
from detente.errors import InputError
from detente.strategy.objectives import PARTS, Weights
from detente.strategy.payoffs import Judging, payoff_table
from detente.strategy.table import binding_deadline
from detente.table.prices import NOTHING, Value
from detente.talks.contests import Reading, contest
from detente.talks.patience import Patience
from detente.types import Progress
from detente.words import DAYS_A_YEAR

WINDOW = 4.0
"""Years that payoffs are read over."""
ESCALATE = "escalate"


@dataclass(frozen=True, eq=False)
class Stakes:
    """Breakdown by seat at the start of the game, rates of giving way by party, and the assumptions both rest on.

    `reading` is None where the dossier gives no stances: then a breakdown is the law by itself, and nobody gives way by chance.
    """

    patience: Patience
    breakdown: Mapping[str, Value]
    reading: Reading | None
    parties: tuple[str, str]

    @classmethod
    def of(cls, case: Case, dollars: Mapping[str, float], progress: Progress | None = None) -> Stakes:
        """Solve the table of stances. `dollars` turns the table's money into dollars, by region."""
        patience = Patience()
        parties = case.parties[0], case.parties[1]
        own = [{s.stance for s in p.stances} for p in case.dossier.parties]
        if not all({"ease", "hold", ESCALATE} <= s for s in own):
            return cls(patience, {}, None, parties)
        table = payoff_table(case, progress=progress)
        months = 12 * patience.collapse_years
        over = table if table.clock.snapshot else table.over(0.0, months)
        weights = {p.region: Weights.of(case.dossier, p.region) for p in case.dossier.parties}
        share = 1 - left(patience.collapse_years, patience.rate)
        cell = (ESCALATE, ESCALATE)
        at = over.stances[0].index(ESCALATE), over.stances[1].index(ESCALATE)
        regions = next(iter(table.outcomes.values())).regions
        income = over.clock.weights() @ over.income[cell]
        found: dict[str, Value] = {}
        for n, region in enumerate(regions):
            percent = 100 * math.expm1(float(income[n]) / 100)
            million = percent / 100 * case.nominal_income(region) * dollars[region]
            if region in parties:
                k = parties.index(region)
                parts = dict(zip(PARTS, map(float, over.parts[at][k]), strict=True))
            else:
                parts = {PARTS[0]: percent}
            found[region] = Value(parts, million, percent).scaled(share)
        due = binding_deadline(case.dossier)
        judged = Judging.of(table, weights).judged()
        ahead = None if due is None else due.days_left / DAYS_A_YEAR
        reading = contest("steady" if ahead is None else "uncertain date", judged, patience, ahead).reading
        return cls(patience, found, reading, parties)

    def collapse(self, seat: str, elapsed: float) -> Value:
        """What a breakdown after so many years is worth to a seat."""
        return self.breakdown.get(seat, NOTHING).scaled(left(elapsed, self.patience.of(seat)))

    def gives_way(self, party: str, before: float, after: float) -> float:
        """Chance that a party gives way between two moments (years from the start), both still holding at the first."""
        if self.reading is None:
            return 0.0
        try:
            one, two = self.reading.by(before).shared(), self.reading.by(after).shared()
        except InputError:
            return 0.0
        k = self.parties.index(party)
        if not one.known or not two.known:
            return 0.0
        standing = one.standing if before > 0 else 1.0
        moved = two[k] - (one[k] if before > 0 else 0.0)
        return float(np.clip(moved / standing, 0.0, 1.0)) if standing > 1e-9 else 0.0


def left(elapsed: float, rate: float) -> float:
    """Share of the discounted window that is still ahead after `elapsed` years.

    >>> round(left(0, 0.1), 3), round(left(4, 0.1), 3), round(left(1, 0.1), 3)
    (1.0, 0.0, 0.711)
    """
    if elapsed >= WINDOW:
        return 0.0
    return (math.exp(-rate * elapsed) - math.exp(-rate * WINDOW)) / -math.expm1(-rate * WINDOW)
