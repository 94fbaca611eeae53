"""What a worker does: solve one package for one chunk of draws and hand back the results as Parquet bytes.

A `Plan` holds all a worker needs and nothing that depends on where it runs. Each draw starts from the central solution, is
solved by code compiled for one thread, judged market by market (`equilibrium.solve.judged`), and recorded in levels, so that
the same chunk serves every comparison. A draw without an equilibrium keeps its row, with its reason and no numbers.

The bytes of a chunk depend on the plan, the package and the chunk alone: not on the executor, the number of workers, what was
solved before or how many cores there are. Another kind of processor, or another version of the numerical libraries, may
differ in the last digits; the versions are part of the key a chunk is stored under.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.equilibrium.levels import Equilibrium
from detente.equilibrium.outcome import Outcome, Shadow
from detente.equilibrium.solve import PRECONDITIONED, Attempt, Solver, _with_ideas, judged, kernel, solve_flat
from detente.errors import NotConverged
from detente.extras import need
from detente.outlook.ensemble.draws import Drawn
from detente.outlook.ensemble.plan import CENTRE, Package, Plan
from detente.strategy.objectives import PARTS
from detente.types import Array

SOLVER = Solver(tolerance=1e-10)


def solve_chunk(plan: Plan, package: str, chunk: int) -> bytes:
    """Solve every draw of a chunk; the Parquet file as bytes."""
    points = plan.points(chunk)
    columns = plan.columns(package)
    values = np.full((len(points), len(columns)), np.nan)
    sweeps, residuals, reasons = np.zeros(len(points), dtype=np.int64), np.full(len(points), np.nan), [""] * len(points)
    work = _Payoffs(plan) if package == "payoffs" else _Levels(plan, package)
    for row, point in enumerate(points):
        try:
            values[row], sweeps[row], residuals[row] = work(plan.at(point))
        except NotConverged as error:
            reasons[row] = str(error)
    first = chunk * plan.chunk if chunk != CENTRE else -1
    return to_bytes(
        {
            "draw": np.arange(first, first + len(points)),
            "reason": np.array(reasons, dtype=object),
            "sweeps": sweeps,
            "residual": residuals,
            **{name: values[:, k] for k, name in enumerate(columns)},
        }
    )


class _Solve:
    """One package, draw after draw, from the central solution."""

    def __init__(self, plan: Plan, package: Package) -> None:
        from detente.equilibrium import arrays

        self.plan, self.package = plan, package
        self.base = arrays.base(plan.economy, plan.parameters)
        centre = plan.at(np.full(len(plan.inputs), 0.5))
        self.start: Array | None = None
        try:
            self.start = self(centre)[1].flat
        except NotConverged:
            self.start = None  # then every draw starts from the table

    def __call__(self, drawn: Drawn) -> tuple[Equilibrium, Attempt, tuple[Shadow, ...]]:
        from detente.equilibrium import arrays
        from detente.equilibrium.preconditioner import preconditioner

        economy, parameters = self.plan.economy, drawn.parameters
        shock = self.package.shock_at(drawn.control_severity, drawn.tariff_coverage)
        if parameters.idea_years:
            shock = _with_ideas(economy, shock, parameters, SOLVER)
        k = arrays.controls(economy, shock, parameters)
        n, s = economy.output.shape
        size = 3 * n * s + n + k.log_bound.size
        start = self.start if self.start is not None and self.start.size == size else np.zeros(size)
        flat, residual, sweeps = kernel()(
            start, self.base, arrays.levers(shock), k, arrays.values(economy, parameters),
            SOLVER.tolerance, min(PRECONDITIONED, SOLVER.iterations), preconditioner(economy, parameters, k),
            memory=SOLVER.memory,
        )  # fmt: skip
        attempt = Attempt(np.asarray(flat), float(residual), int(sweeps), "direct")
        try:
            if not attempt.residual <= SOLVER.tolerance:
                raise NotConverged(f"{self.package.name} left a residual of {attempt.residual:.1e}")
            after, _, shadows = judged(economy, shock, parameters, attempt, self.package.name)
        except NotConverged:
            # from the table, by smaller steps and in stages, to the tighter tolerance of a single solve
            attempt = solve_flat(economy, shock, parameters, Solver())
            after, _, shadows = judged(economy, shock, parameters, attempt, self.package.name)
        return after, attempt, shadows


class _Levels:
    """What is kept of a package, in the order of `Plan.columns`."""

    def __init__(self, plan: Plan, package: str) -> None:
        self.solve = _Solve(plan, plan.packages[package])
        index = {r: k for k, r in enumerate(plan.economy.regions)}
        self.pairs = [(index[a], index[b]) for a, b in plan.pairs]

    def __call__(self, drawn: Drawn) -> tuple[Array, int, float]:
        after, attempt, shadows = self.solve(drawn)
        trade = [float(after.shipments[i, n].sum()) for i, n in self.pairs]
        levels = [after.income, after.cpi, after.wage_index, after.tariff_revenue]
        bounds = [s.price_wedge for s in shadows] + [s.rent for s in shadows]
        return np.concatenate([*levels, trade, bounds]), attempt.sweeps, attempt.residual


class _Payoffs:
    """Parts of each party's objective in every combination of stances, against the status quo of the same draw."""

    def __init__(self, plan: Plan) -> None:
        assert plan.payoffs is not None
        assert plan.status_quo is not None
        self.plan, self.wanted = plan, plan.payoffs
        self.base = _Solve(plan, plan.packages[plan.status_quo])
        self.cells = [_Solve(plan, p) for p in plan.payoffs.packages]

    def __call__(self, drawn: Drawn) -> tuple[Array, int, float]:
        before, attempt, _ = self.base(drawn)
        found, sweeps, residual = [], attempt.sweeps, attempt.residual
        for combination, cell in zip(self.wanted.combinations, self.cells, strict=True):
            after, attempt, shadows = cell(drawn)
            sweeps, residual = sweeps + attempt.sweeps, max(residual, attempt.residual)
            outcome = Outcome(before, after, "converged", attempt.residual, 0.0, attempt.sweeps, {}, shadows)
            for k, (party, weights) in enumerate(self.wanted.weights.items()):
                parts = weights.parts(outcome, party)
                others = [stance for m, stance in enumerate(combination) if m != k]
                under_fire = combination[k] == "ease" and "escalate" in others
                parts["audience"] = -self.wanted.audience_points * weights.audience if under_fire else 0.0
                found += [parts[part] for part in PARTS]
        return np.array(found), sweeps, residual


def to_bytes(columns: Mapping[str, NDArray[Any]]) -> bytes:
    """A Parquet file of these columns; the same columns give the same bytes."""
    pa = need("pyarrow")
    pq = need("pyarrow.parquet")

    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=False, write_statistics=False)
    return bytes(sink.getvalue())


def from_bytes(data: bytes, columns: Sequence[str] | None = None) -> dict[str, NDArray[Any]]:
    """Columns of a Parquet file."""
    pa = need("pyarrow")
    pq = need("pyarrow.parquet")

    table = pq.read_table(pa.BufferReader(data), columns=list(columns) if columns is not None else None)
    return {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}
