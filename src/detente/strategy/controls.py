"""How much of a critical good a government would withhold for its own good: the best reply in export controls.

One bound, searched over the share withheld with the exact derivative in the bound; the ends count too, so that "none" and
"all that may be" are answers.

>>> from detente.world import toy_world
>>> best = best_control(toy_world(), "BBB", "MAKE")
>>> 0 <= best.withhold < 1 and best.gain >= 0
True
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import solve
from detente.policy.instruments import ExportControl, Policy
from detente.strategy.objectives import Weights
from detente.world.economy import Economy
from detente.world.world import World


@dataclass(frozen=True, eq=False)
class ControlReply:
    """The share withheld that serves `by` best, its gain in points of its objective, and the curve it was read from."""

    by: str
    withhold: float
    gain: float
    outcome: Outcome
    curve: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Share withheld, objective of the controller, real income of it and of the hardest hit."""
        return self.curve


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
    """Search the share of exports of `sectors` that `by` withholds, between 0 and `most`, given `policy`."""
    economy = world.economy()
    chosen = named_horizon(horizon, **parameters)
    rest = policy or Policy()
    base = solve(economy, rest, chosen)
    wanted = weights or Weights()
    rows: dict[float, tuple[float, Outcome]] = {}

    def value(share: float) -> float:
        share = float(np.clip(share, 0.0, most))
        if share not in rows:
            control = Policy([ExportControl(by=by, sectors=sectors, withhold=share, on=on, rent=rent)]) if share > 0 else Policy()
            outcome = solve(economy, rest + control, chosen).relative_to(base)
            rows[share] = (wanted.value(outcome, by), outcome)
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
    return ControlReply(by, best, rows[best][0], rows[best][1], curve)
