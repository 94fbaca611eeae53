"""Sweeps with the preconditioner against plain sweeps, by horizon and exchange rate; and what its matrices cost."""

from __future__ import annotations

from typing import Any

import numpy as np

import detente as dt
from benchmarks.timing import Section, middle, paired, ratio
from detente.equilibrium import arrays, preconditioner, system
from detente.equilibrium.parameters import horizon


def run(quick: bool) -> Section:
    """100 % tariffs both ways on the shipped world: the compiled solver alone."""
    import jax

    economy = dt.load_world().economy()
    shock = dt.Policy([dt.Tariff(by="USA", on="CHN", rate=1.0), dt.Tariff(by="CHN", on="USA", rate=1.0)]).shock(economy)
    rows = []
    for name in ("short", "medium", "long"):
        for exchange_rate in ("flexible", "pinned"):
            chosen = horizon(name, exchange_rate=exchange_rate)
            controls, values = arrays.controls(economy, shock, chosen), arrays.values(economy, chosen)
            start = np.zeros(3 * economy.output.size + len(economy.regions) + controls.log_bound.size)
            given = jax.device_put((start, arrays.base(economy, chosen), arrays.levers(shock), controls, values))

            def sweeps(blocks: Any, given: Any = given) -> Any:
                return jax.block_until_ready(system.equilibrium(*given, 1e-11, 600, blocks))

            def matrices(chosen: dt.Parameters = chosen) -> Any:
                preconditioner._kept.clear()
                return preconditioner.preconditioner(economy, chosen)

            plain, found = preconditioner.nothing(economy), matrices()
            times = paired(
                [lambda b=plain, f=sweeps: f(b), lambda b=found, f=sweeps: f(b), matrices],  # type: ignore[misc]
                rounds=5 if quick else 21,
            )
            rows.append((
                f"{name}, {exchange_rate}", str(int(sweeps(plain)[2])), str(int(sweeps(found)[2])), middle(times, 0),
                middle(times, 1), f"{ratio(times, 1, 0):.2f}", middle(times, 2),
            ))  # fmt: skip
    return Section(
        title="The preconditioner, shipped world (32 × 31)",
        before=(
            "100 % tariffs both ways to 1e-11, by horizon and exchange rate; the compiled solver alone, without labels and "
            "checks. “Matrices” is what the preconditioner costs once a table and rounded parameter set.",
        ),
        header=("case", "plain sweeps", "preconditioned", "plain", "preconditioned, time", "÷ plain", "matrices"),
        rows=tuple(rows),
    )
