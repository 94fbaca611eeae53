"""A stress test of the solver: random extreme packages, each of which must converge or say that it did not.

Every draw mixes tariffs to 1,000 %, embargoes, export controls and quotas to 99 %, purchase commitments, subsidies, real
trade costs and elasticities down to .05, on random regions and sectors. Draw k depends on the seed and k alone.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from detente.equilibrium.parameters import Parameters, horizon
from detente.equilibrium.solve import Solver, solve
from detente.errors import DetenteError, LooksLikePercent
from detente.policy.instruments import (
    Embargo,
    ExportControl,
    ExportTax,
    Instrument,
    NonTariffCost,
    Policy,
    PurchaseCommitment,
    Quota,
    Subsidy,
    Tariff,
)
from detente.words import refusal
from detente.world.economy import Economy
from detente.world.world import World


@dataclass(frozen=True)
class StressReport:
    """Counts by ending ("converged" or the name of the failure), worst residual and market gap of what converged, failures."""

    draws: int
    seed: int
    endings: dict[str, int]
    worst_residual: float
    worst_gap: float
    most_sweeps: int
    failures: tuple[tuple[int, str], ...]

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {**self.__dict__, "failures": [{"draw": k, "message": text} for k, text in self.failures]}


def extreme(economy: Economy, seed: int, draw: int) -> tuple[Policy, Parameters]:
    """Package and parameters of one draw."""
    rng = np.random.default_rng([seed, draw])
    regions, sectors = economy.regions, economy.sectors

    def some(labels: tuple[str, ...], most: int) -> list[str]:
        count = int(rng.integers(1, min(most, len(labels)) + 1))
        return [labels[k] for k in sorted(rng.choice(len(labels), size=count, replace=False))]

    def two() -> tuple[str, str]:
        a, b = rng.choice(len(regions), size=2, replace=False)
        return regions[a], regions[b]

    def instruments() -> Iterator[Instrument]:
        for _ in range(int(rng.integers(1, 6))):
            yield Tariff(
                by=some(regions, 4),
                on=some(regions, 8),
                rate=float(rng.choice([0.25, 1.0, 3.0, 10.0])),
                sectors=some(sectors, 12),
            )
        if rng.uniform() < 0.4:
            by, on = two()
            yield Embargo(by=by, on=on, sectors=some(sectors, 6), both_ways=bool(rng.uniform() < 0.5))
        if rng.uniform() < 0.6:
            by, on = two()
            rent: Literal["kept", "lost"] = "kept" if rng.uniform() < 0.5 else "lost"
            buyers = None if rng.uniform() < 0.5 else on
            yield ExportControl(
                by=by, sectors=some(sectors, 3), withhold=float(rng.choice([0.3, 0.8, 0.99])), on=buyers, rent=rent
            )
        if rng.uniform() < 0.4:
            by, on = two()
            yield Quota(by=by, on=on, share=float(rng.choice([0.01, 0.3, 0.9])), sectors=some(sectors, 2))
        if rng.uniform() < 0.4:
            by, on = two()
            yield PurchaseCommitment(by=by, origin=on, sectors=some(sectors, 3), growth=float(rng.choice([0.2, 1.0, 4.0])))
        if rng.uniform() < 0.3:
            yield Subsidy(by=two()[0], rate=float(rng.choice([0.1, 0.4])), sectors=some(sectors, 3))
        if rng.uniform() < 0.4:
            yield NonTariffCost(
                by=some(regions, 5), on=some(regions, 5), cost=float(rng.choice([0.1, 1.0, 5.0])), sectors=some(sectors, 12)
            )
        if rng.uniform() < 0.2:
            yield ExportTax(by=two()[0], rate=float(rng.choice([0.2, 1.0])), sectors=some(sectors, 4))

    values = {
        "value_added_substitution": float(rng.choice([0.05, 0.3, 1.0, 2.0])),
        "input_substitution": float(rng.choice([0.05, 0.2, 1.0, 3.0])),
        "final_substitution": float(rng.choice([0.3, 0.9, 1.0, 2.0])),
        "labour_mobility": float(rng.choice([1.0, 1.2, 2.0, np.inf])),
        "labour_supply": float(rng.choice([0.0, 0.5])),
        "trade_elasticity_factor": float(rng.choice([0.3, 0.5, 1.0, 1.5])),
    }
    base = str(rng.choice(["short", "medium", "long"]))
    critical: dict[str, Any] = {}
    if base == "short":
        critical = {
            "critical_inputs": tuple(s for s in ("RER",) if s in sectors),
            "critical_substitution": float(rng.choice([0.05, 0.1, 0.3])),
        }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LooksLikePercent)  # extremes are meant
        package = Policy(instruments())
    return package, horizon(base, **values, **critical)


def stress(
    world: World | Economy, draws: int, seed: int = 0, *, progress: Callable[[str, int, int], None] | None = None
) -> StressReport:
    """Solve `draws` extreme packages. Anything but an equilibrium or a named failure is a bug and propagates."""
    economy = world.economy()
    endings: Counter[str] = Counter()
    residual = gap = 0.0
    sweeps = 0
    failures: list[tuple[int, str]] = []
    for draw in range(draws):
        policy, parameters = extreme(economy, seed, draw)
        try:
            outcome = solve(economy, policy, parameters, solver=Solver())
        except DetenteError as error:
            endings[type(error).__name__] += 1
            failures.append((draw, str(error)))
        else:
            if not np.isfinite(outcome.to_frame().to_numpy()).all() or not np.isfinite(outcome.sector_frame().to_numpy()).all():
                raise AssertionError(refusal("validation", "draw_converged_to_what", draw=draw))
            endings[outcome.status] += 1
            residual, gap = max(residual, outcome.residual), max(gap, outcome.clearing_gap)
            sweeps = max(sweeps, outcome.iterations)
        if progress is not None:
            progress("packages", draw + 1, draws)
    return StressReport(draws, seed, dict(sorted(endings.items())), residual, gap, sweeps, tuple(failures))
