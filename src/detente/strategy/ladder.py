"""The threatened duty in steps: a tariff one party threatens the other with, at shares of its rate, nobody answering.

>>> steps = ladder("kuala-lumpur-2025", steps=(1.0,))
>>> (steps.measure.by, steps.other, steps.rates, bool(steps.outcomes[0].real_income["CHN"] < 0))
('USA', 'CHN', (100.0,), True)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import solve
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.stacking import policy_on
from detente.policy.timing import Status, in_force
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

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


def threatened_duty(dossier: Dossier, world: World) -> tuple[Measure, str] | None:
    """The highest modelled tariff that one of the two parties threatens the other with, and that other; None without one."""
    parties = [p.region for p in dossier.parties if p.region in world.regions][:2]
    status = dossier.status()
    found = [
        (float(m.rate_pct), m)
        for m in dossier.measures
        if status[m.id] is Status.THREATENED
        and m.modelled
        and m.instrument is InstrumentKind.TARIFF
        and m.by in parties
        and isinstance(m.rate_pct, (int, float))
        and (m.on == "all" or set(m.on) & (set(parties) - {m.by}))
    ]
    if not found or len(parties) < 2:
        return None
    measure = max(found, key=lambda f: (f[0], f[1].id))[1]
    return measure, parties[1] if measure.by == parties[0] else parties[0]


def ladder(
    dossier: Dossier | str,
    world: World | None = None,
    horizon: str | Parameters | None = None,
    *,
    steps: Sequence[float] = STEPS,
    base: Outcome | None = None,
) -> Ladder | None:
    """The threatened duty at `steps` (shares of its rate) on top of the status quo; None where the dossier holds no such threat.

    `base` is the solved status quo, where there is one.
    """
    from detente.policy.dossier import load_dossier
    from detente.world.library import load_world

    case = load_dossier(dossier) if isinstance(dossier, str) else dossier
    table = load_world() if world is None else world
    chosen = named_horizon(horizon or case.horizon.default)
    threat = threatened_duty(case, table)
    if threat is None:
        return None
    measure, other = threat
    economy, today = table.economy(), case.as_of
    standing = in_force(case.measures, today)
    quo = base or solve(economy, policy_on(standing, today, table.regions, table.sectors), chosen)
    full = float(measure.rate_pct)  # type: ignore[arg-type]

    def at(rate: float) -> Outcome:
        live = measure.model_copy(update={"threatened": False, "would_take_effect": None, "effective": today, "rate_pct": rate})
        policy = policy_on([*standing, live], today, table.regions, table.sectors)
        return solve(economy, policy, chosen).relative_to(quo)

    rates = tuple(full * s for s in steps)
    return Ladder(measure, other, rates, tuple(at(r) for r in rates))
