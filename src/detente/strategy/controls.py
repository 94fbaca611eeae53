"""How much of a critical good a government would withhold for its own good: the best reply in export controls.

One bound, the share withheld, searched on a grid and then by Brent's method around its best point; the ends count too, so that
"none" and "all that may be" are answers. A share at which no equilibrium can be found is left out. Nobody answers.

>>> from detente.world import toy_world
>>> best = best_control(toy_world(), "BBB", "MAKE")
>>> 0 <= best.withhold < 1 and best.gain >= 0
True
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from detente.equilibrium.chokepoints import narrowed
from detente.equilibrium.months import month_of
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import solve, solve_shock
from detente.errors import CornerResult, InputError, NotConverged
from detente.policy.instruments import ExportControl, Policy
from detente.strategy.objectives import Weights
from detente.types import plain
from detente.words import refusal, tell
from detente.words.names import resolve_regions, resolve_sectors
from detente.words.shown import Shown
from detente.world.economy import Economy
from detente.world.world import World


@dataclass(frozen=True, eq=False)
class ControlReply(Shown):
    """The share withheld that serves `by` best (a fraction of exports of `sectors` to `on`), its gain in points of its objective
    against no control, the outcome compared with that, and the curve it was read from, up to the share `most`.
    """

    by: str
    sectors: tuple[str, ...]
    on: tuple[str, ...]
    horizon: str
    most: float
    withhold: float
    gain: float
    outcome: Outcome
    curve: pd.DataFrame

    @property
    def world_unit(self) -> str:
        """What the world counts in, "million USD"."""
        return self.outcome.before.economy.unit

    @property
    def at_end(self) -> bool:
        """Whether the best share is the largest that was tried."""
        return self.withhold > 0.995 * self.most

    @property
    def everybody(self) -> bool:
        """Whether the control falls on every other region."""
        return set(self.on) | {self.by} == set(self.outcome.regions)

    def to_frame(self) -> pd.DataFrame:
        """One row a share tried: objective of the controller in points, real income of it and of the hardest hit in percent."""
        return self.curve

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "by": self.by, "sectors": list(self.sectors), "on": list(self.on), "horizon": self.horizon, "most": self.most,
            "withhold": self.withhold, "at_end": self.at_end, "gain": self.gain,
            "real_income": plain(self.outcome.real_income.to_dict()),
            "million_usd_a_year": plain(self.outcome.equivalent_variation.to_dict()),
            "curve": plain(self.curve.to_dict(orient="records")),
        }  # fmt: skip

    def explain(self) -> str:
        """The answer in plain words."""
        return tell(self)


def best_control(
    world: World | Economy,
    by: str,
    sectors: str | Sequence[str],
    *,
    on: str | Sequence[str] | None = None,
    rent: Literal["kept", "buyers", "lost"] = "kept",
    weights: Weights | None = None,
    policy: Policy | None = None,
    most: float = 0.95,
    horizon: str | Parameters = "medium",
    **parameters: Any,
) -> ControlReply:
    """The share of its exports of `sectors` to `on` (everybody if None) that `by` would withhold, between 0 and `most`.

    It wants what `weights` say (plain real income if None), given `policy` (the table's duties and no control if None); who gets
    the rent of scarcity is `rent`. At a node of the path ("month 6") the good is a chokepoint, with stocks, other producers'
    capacity and a list price (`equilibrium.chokepoints`).

    Raises `InputError` where `policy` controls these exports already, `by` is a group, nobody is
    left to withhold from, or `most` is not between 0 and 1; `UnknownRegion`, `UnknownSector`; `NotConverged` where the world
    without a control cannot be solved.
    """
    economy = world.economy()
    if not 0 < most < 1:
        raise InputError(refusal("strategy", "most_must_be_share", most=f"{most:g}"))
    goods = resolve_sectors(sectors if isinstance(sectors, str) else list(sectors), economy.sectors)
    if resolve_regions(by, economy.regions) != (by,):
        raise InputError(refusal("strategy", "one_government_withholds", by=by))
    buyers = tuple(r for r in resolve_regions(on if on is None or isinstance(on, str) else list(on), economy.regions) if r != by)
    if not buyers:
        raise InputError(refusal("strategy", "name_somebody_else_than", by=by))
    chosen = named_horizon(horizon, **parameters)
    rest = policy or Policy()
    taken = Policy([ExportControl(by=by, sectors=sectors, withhold=most, on=on, rent=rent)]).shock(economy).controls
    if any((held.flows & wanted.flows).any() for held in rest.shock(economy).controls for wanted in taken):
        raise InputError(refusal("strategy", "policy_controls_these"))
    month = month_of(chosen)

    def outcome_of(policy: Policy) -> Outcome:
        if month is None:
            return solve(economy, policy, chosen)
        shock, standing = policy.shock(economy), (-1.0, rest.shock(economy).controls)
        scarce = narrowed(economy, shock, [standing, (0.0, shock.controls)], month, rent="buyers" if rent == "buyers" else "kept")
        held = dict.fromkeys((*scarce.goods, *goods))
        critical = dataclasses.replace(chosen, critical_inputs=tuple(s for s in economy.sectors if s in held))
        return solve_shock(economy, scarce.shock, critical, policy=policy)

    base = outcome_of(rest)
    wanted_by = weights or Weights()
    rows: dict[float, tuple[float, Outcome]] = {}

    def value(share: float) -> float:
        share = float(np.clip(share, 0.0, most))
        if share not in rows:
            control = Policy([ExportControl(by=by, sectors=sectors, withhold=share, on=on, rent=rent)]) if share > 0 else Policy()
            try:
                outcome = outcome_of(rest + control).relative_to(base)
            except (NotConverged, CornerResult):
                return -np.inf
            rows[share] = (wanted_by.value(outcome, by), outcome)
        return rows[share][0]

    grid = np.linspace(0.0, most, 8)
    values = [value(x) for x in grid]
    k = int(np.argmax(values))
    low, high = grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)]
    minimize_scalar(lambda x: -value(x), bounds=(low, high), method="bounded", options={"xatol": 1e-4})
    best = max(rows, key=lambda share: rows[share][0])
    curve = pd.DataFrame(
        [
            {
                "withheld, %": 100 * share,
                "objective, points": worth,
                f"real income of {by}, %": float(outcome.real_income[by]),
                "hardest hit": str(outcome.real_income.idxmin()),
                "its real income, %": float(outcome.real_income.min()),
            }
            for share, (worth, outcome) in sorted(rows.items())
        ]
    )
    return ControlReply(by, goods, buyers, chosen.name, most, best, rows[best][0], rows[best][1], curve)
