"""What shrinking the sector elasticities does to the headlines of a dossier.

>>> shrink((2.0, 8.0, 5.0), (True, True, False), 0.5, 4.0)
(3.0, 6.0, 5.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from detente.build.sources import data_table
from detente.cases.case import Case
from detente.types import Progress
from detente.world.library import load_world

DOSSIER = "kuala-lumpur-2025"


def shrink(theta: Sequence[float], drawn: Sequence[bool], part: float, mean: float) -> tuple[float, ...]:
    """θ with those marked in `drawn` moved `part` of the way to `mean`."""
    return tuple(t + part * (mean - t) * d for t, d in zip(theta, drawn, strict=True))


def headlines(parts: Sequence[float], progress: Progress | None = None) -> list[dict[str, Any]]:
    """For each shrinkage in `parts`: real income, percent, of the parties, the host and the world, and goods trade between the
    parties, percent; what is in force against the reference, and the worst scenario against the law by itself. The dossier's own
    horizon, the default world."""
    world, rules = load_world(), data_table("elasticities.yaml")
    drawn = [s in rules["gtap"] for s in world.sectors]
    found = []
    for k, part in enumerate(parts):
        if progress is not None:
            progress("headlines", k, len(parts))
        theta = shrink([float(v) for v in world.trade_elasticity], drawn, part, float(rules["mean"]))
        case = Case.of(DOSSIER, world.with_(trade_elasticity=theta), with_ranges=False)
        for scenario in (None, case.worst):
            outcome = case.outcome(scenario)
            found.append({
                "shrinkage": part,
                "scenario": "in force" if scenario is None else scenario,
                **{code: float(outcome.real_income[code]) for code in case.trio},
                "world": float(outcome.world_real_income),
                "trade": case.mutual_trade(outcome),
            })  # fmt: skip
    return found
