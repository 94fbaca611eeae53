"""Sweeps with the preconditioner against plain ones, by horizon and closure and with a good under control; what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np

import detente as dt
from benchmarks.timing import Section, middle, paired, ratio
from detente.equilibrium import arrays, preconditioner, system
from detente.equilibrium.chokepoints import narrowed
from detente.equilibrium.parameters import at_month, horizon


def run(quick: bool) -> Section:
    """100 % tariffs both ways on the shipped world, and rare earths withheld with other sellers at capacity: the solver alone."""
    import jax

    economy = dt.load_world().economy()
    duties = dt.Policy([dt.Tariff(by="USA", on="CHN", rate=1.0), dt.Tariff(by="CHN", on="USA", rate=1.0)]).shock(economy)
    cut = dt.Policy([dt.ExportControl(by="CHN", sectors="RER", withhold=0.8)]).shock(economy)
    cases = [
        (f"{name}, {exchange_rate}", duties, horizon(name, exchange_rate=exchange_rate))
        for name in ("short", "medium", "long")
        for exchange_rate in ("flexible", "pinned")
    ]
    for month in (6.0, 12.0, 24.0):
        at = at_month(month, critical=("RER",))
        cases.append((f"control, month {month:g}", narrowed(economy, cut, [], month).shock, at))
    rows = []
    for label, shock, chosen in cases:
        controls, values = arrays.controls(economy, shock, chosen), arrays.values(economy, chosen)
        start = np.zeros(3 * economy.output.size + len(economy.regions) + controls.log_bound.size)
        given = jax.device_put((start, arrays.base(economy, chosen), arrays.levers(shock), controls, values))

        def sweeps(blocks: Any, given: Any = given) -> Any:
            return jax.block_until_ready(system.equilibrium(*given, 1e-11, 600, blocks))

        def matrices(chosen: dt.Parameters = chosen, controls: Any = controls) -> Any:
            preconditioner._kept.clear()
            preconditioner._markets.clear()
            return preconditioner.preconditioner(economy, chosen, controls)

        plain, found = preconditioner.nothing(economy), matrices()
        times = paired(
            [lambda b=plain, f=sweeps: f(b), lambda b=found, f=sweeps: f(b), matrices],  # type: ignore[misc]
            rounds=5 if quick else 21,
        )
        rows.append((
            label, str(int(sweeps(plain)[2])), str(int(sweeps(found)[2])), middle(times, 0),
            middle(times, 1), f"{ratio(times, 1, 0):.2f}", middle(times, 2),
        ))  # fmt: skip
    return Section(
        title="The preconditioner, shipped world (32 × 31)",
        before=(
            "100 % tariffs both ways to 1e-11, by horizon and exchange rate; the compiled solver alone, without labels and "
            "checks; below, a good under export control with every other seller's capacity bound. “Matrices” is what the "
            "preconditioner costs once a table, rounded parameter set and set of bounds.",
        ),
        header=("case", "plain sweeps", "preconditioned", "plain", "preconditioned, time", "÷ plain", "matrices"),
        rows=tuple(rows),
    )
