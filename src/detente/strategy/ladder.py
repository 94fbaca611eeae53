"""The threatened duty in steps: a tariff one party threatens the other with, at shares of its rate, nobody answering.

>>> steps = ladder("kuala-lumpur-2025", (1.0,))
>>> (steps.measure.by, steps.other, steps.rates, bool(steps.outcomes[0].real_income["CHN"] < 0))
('USA', 'CHN', (100.0,), True)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from detente.cases.baselines import IN_FORCE
from detente.cases.case import Case
from detente.equilibrium.outcome import Outcome
from detente.errors import InputError
from detente.policy.dossier import Dossier
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.stacking import policy_on
from detente.policy.timing import Status, in_force
from detente.words import refusal

STEPS = (0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, eq=False)
class Ladder:
    """A threatened tariff, the party it is aimed at, and the outcome of each rate (points added) against the status quo."""

    measure: Measure
    other: str
    rates: tuple[float, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def sides(self) -> tuple[str, str]:
        """Who threatens and who is threatened."""
        return self.measure.by, self.other

    def a_month(self, region: str) -> tuple[float, ...]:
        """Equivalent variation at each rate, million USD a month."""
        return tuple(float(o.equivalent_variation[region]) / 12 for o in self.outcomes)

    def real_income(self, region: str) -> tuple[float, ...]:
        """Change of real income at each rate, percent."""
        return tuple(float(o.real_income[region]) for o in self.outcomes)

    def to_frame(self) -> pd.DataFrame:
        """One row a rate and region: real income, percent, and equivalent variation, million USD a month."""
        rows = [
            {"points": rate, "region": r, "real income, %": income, "million USD a month": money}
            for r in self.outcomes[0].regions
            for rate, income, money in zip(self.rates, self.real_income(r), self.a_month(r), strict=True)
        ]
        return pd.DataFrame(rows).set_index(["points", "region"]).sort_index(level=0, sort_remaining=False)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        regions = self.outcomes[0].regions
        return {
            "measure": self.measure.id, "by": self.measure.by, "on": self.other, "points": list(self.rates),
            "real_income_pct": {r: list(self.real_income(r)) for r in regions},
            "million_usd_a_month": {r: list(self.a_month(r)) for r in regions},
        }  # fmt: skip


def threatened_duty(case: Case) -> tuple[Measure, str] | None:
    """The highest modelled tariff that one party threatens another with, and that other (the first it reaches); None without."""
    parties, status = case.parties, case.dossier.status()
    found = [
        (float(m.rate_pct), m)
        for m in case.dossier.measures
        if status[m.id] is Status.THREATENED
        and m.modelled
        and m.instrument is InstrumentKind.TARIFF
        and m.by in parties
        and isinstance(m.rate_pct, (int, float))
        and (m.on == "all" or set(m.on) & (set(parties) - {m.by}))
    ]
    if not found:
        return None
    measure = max(found, key=lambda f: (f[0], f[1].id))[1]
    return measure, next(p for p in parties if p != measure.by and (measure.on == "all" or p in measure.on))


def ladder(case: Case | Dossier | str, steps: Sequence[float] = STEPS) -> Ladder | None:
    """The threatened duty at `steps` (shares of its rate) on top of the status quo; None where there is no such threat.

    Raises `InputError` for steps that are none.
    """
    if not steps or min(steps) <= 0:
        raise InputError(refusal("strategy", "give_steps_as_shares"))
    known = case if isinstance(case, Case) else Case.of(case, with_ranges=False)
    threat = threatened_duty(known)
    if threat is None:
        return None
    (measure, other), today = threat, known.dossier.as_of
    standing = in_force(known.dossier.measures, today)
    full = float(measure.rate_pct)  # type: ignore[arg-type]

    def at(rate: float) -> Outcome:
        live = measure.model_copy(update={"threatened": False, "would_take_effect": None, "effective": today, "rate_pct": rate})
        return known.under(policy_on([*standing, live], today, known.world.regions, known.world.sectors), against=IN_FORCE)

    rates = tuple(full * s for s in steps)
    return Ladder(measure, other, rates, tuple(at(r) for r in rates))
