"""Where every player's own first-order conditions hold: best replies and Nash equilibria in tariffs by one iteration.

To second order a player's objective is curved in its own rates like −½ D (u − u*)², with D ≈ 100·θ·imports/((1+t)·income): what
a tariff costs is the trade it drives out. The map u ← u + g/D, g the exact derivative, therefore has its fixed points where
g = 0 and moves nearly straight to them; Anderson mixing removes the rest. All players move at once, so a Nash equilibrium
costs about as many sweeps as a single best reply. Whether a point found is a maximum is checked by the regret of every player.

Where profits shift between countries or sectors carry political weight the objective is not that simple, and the iteration may
not settle. `climb` then maximises one player's objective outright (L-BFGS-B, exact gradients), and `in_turn` lets the players do
so one after the other until nobody moves.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from detente.equilibrium.arrays import theta_of
from detente.equilibrium.derivatives import TariffGradients
from detente.errors import NotConverged
from detente.strategy.checkpoint import Checkpoint, Saved
from detente.strategy.tariff_space import HIGHEST, LOWEST, TariffSpace

Array = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
STEP = 0.5  # largest move of u in one iteration


@dataclass(frozen=True, eq=False)
class Stationary:
    """Tariffs at which no player can gain by a small change of its own rates."""

    u: Array
    tariffs: Array
    objective: Array
    residual: float
    iterations: int


def stationary(
    evaluate: TariffGradients,
    space: TariffSpace,
    start: Array,
    *,
    base: Array | None = None,
    tolerance: float = 1e-8,
    iterations: int = 200,
    memory: int = 6,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> Stationary:
    """Iterate all players' first-order conditions from u = `start`; `base` holds the tariffs outside the space.

    The residual is the largest move g/D of a variable that carries trade. A `checkpoint` is written after every iteration and,
    where it holds one already, read first. Raises `NotConverged`.
    """
    economy = evaluate.economy
    fixed = evaluate.shock.tariffs if base is None else base
    theta = theta_of(economy, evaluate.parameters)

    def at(u: Array) -> tuple[Array, Array, Array]:
        values, slopes = evaluate(space.tariffs(u, fixed))
        income = economy.income[[economy.regions.index(p) for p in space.players]][space.player]
        return values, space.own(slopes) * np.exp(u), 100 * space.gather(theta * evaluate.shipments()) / income

    return settle(
        at, lambda u: space.tariffs(u, fixed), start, tolerance=tolerance, iterations=iterations, memory=memory,
        progress=progress, checkpoint=checkpoint,
    )  # fmt: skip


def settle(
    at: Callable[[Array], tuple[Array, Array, Array]],
    tariffs: Callable[[Array], Array],
    start: Array,
    *,
    tolerance: float,
    iterations: int,
    memory: int = 6,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> Stationary:
    """The iteration itself: `at` gives objectives [goal], own slopes and curvatures [variable] at u, `tariffs` the array of u."""
    u = np.clip(start, LOWEST, HIGHEST)
    moves: list[Array] = []
    points: list[Array] = []
    best: tuple[float, Array, Array, Array] | None = None
    shrink, first = 1.0, 1
    saved = None if checkpoint is None else checkpoint.load()
    if saved is not None and saved.phase == "together":
        u, first, points, moves = saved.u, saved.iteration + 1, list(saved.points), list(saved.moves)
    for count in range(first, max(iterations, first) + 1):
        try:
            values, slope, curvature = at(u)
        except NotConverged:
            if best is None:
                raise
            shrink *= 0.5
            u = best[1] + shrink * np.clip(best[2], -STEP, STEP)
            moves, points = [], []
            if shrink < 1e-3:
                raise
            continue
        live = curvature > 1e-9 * curvature.max()
        move = np.where(live, slope / np.maximum(curvature, 1e-300), 0.0)
        at_bound = ((u >= HIGHEST) & (move > 0)) | ((u <= LOWEST) & (move < 0))
        move[at_bound] = 0.0
        size = float(np.abs(move).max())
        if best is None or size < best[0]:
            best = (size, u.copy(), move.copy(), values)
        if size <= tolerance:
            if checkpoint is not None:
                checkpoint.save(Saved("together", count - 1, size, u, tuple(points), tuple(moves)))
            _tell(progress, size, count, iterations)
            return Stationary(u, tariffs(u), values, size, count)
        if size > 20 * best[0]:
            u, move, moves, points = best[1].copy(), best[2].copy(), [], []
            shrink *= 0.5
        points.append(u)
        moves.append(move)
        points, moves = points[-memory - 1 :], moves[-memory - 1 :]
        step = shrink * np.clip(move, -STEP, STEP)
        if len(moves) > 1 and size < STEP:
            dr = np.diff(np.array(moves), axis=0)
            du = np.diff(np.array(points), axis=0)
            weights = np.linalg.lstsq(dr.T, move, rcond=1e-10)[0]
            step = np.clip(move - weights @ (du + dr), -STEP, STEP)
        u = np.clip(u + step, LOWEST, HIGHEST)
        if checkpoint is not None:
            checkpoint.save(Saved("together", count, size, u, tuple(points), tuple(moves)))
        _tell(progress, size, count, iterations)
    found = math.inf if best is None else best[0]
    raise NotConverged(
        f"the tariffs still move by {found:.1e} (in ln(1+t)) after {iterations} iterations, wanted {tolerance:.0e}; "
        "try another start, less detail or more iterations"
    )


def _tell(progress: Progress | None, residual: float, count: int, iterations: int) -> None:
    if progress is not None:
        progress(f"residual {residual:.0e}", count, iterations)


def climb(
    evaluate: TariffGradients, space: TariffSpace, start: Array, *, base: Array, goal: int = 0, player: int | None = None,
    tolerance: float = 1e-7, iterations: int = 300,
) -> tuple[Array, float]:  # fmt: skip
    """u that maximises objective `goal` over the variables of `player` (all if None) from `start`, and its value.

    Variables are scaled by the square root of the curvature, so that rates on large and small flows move alike.
    """
    mine = np.ones(space.size, dtype=bool) if player is None else space.player == player
    u = np.clip(start, LOWEST, HIGHEST)
    evaluate(space.tariffs(u, base))
    theta = theta_of(evaluate.economy, evaluate.parameters)
    weight = space.gather(theta * evaluate.shipments())[mine]
    scale = 1 / np.sqrt(np.maximum(weight / weight.max(), 1e-6))

    def objective(x: Array) -> tuple[float, Array]:
        point = u.copy()
        point[mine] = x * scale
        tariffs = space.tariffs(point, base)
        try:
            values, slopes = evaluate(tariffs)
        except NotConverged:
            return 1e6, np.zeros(len(x))
        slope = space.gather(slopes[goal] * (1 + tariffs))[mine]
        return -float(values[goal]), -slope * scale

    bounds = list(zip(LOWEST / scale, HIGHEST / scale, strict=True))
    options = {"maxiter": iterations, "ftol": 1e-15, "gtol": tolerance, "maxcor": 20}
    end = minimize(objective, u[mine] / scale, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    u[mine] = end.x * scale
    return u, -float(end.fun)


def in_turn(
    evaluate: TariffGradients, space: TariffSpace, start: Array, *, base: Array, tolerance: float, rounds: int = 60,
    progress: Progress | None = None, checkpoint: Checkpoint | None = None,
) -> Stationary:  # fmt: skip
    """Players maximise one after the other until no rate on a flow that matters moves by more than `tolerance` in a round.

    A `checkpoint` is written after every round and read first.
    """
    u, first, size = start, 1, math.inf
    saved = None if checkpoint is None else checkpoint.load()
    if saved is not None and saved.phase == "in turn":
        u, first = saved.u, saved.iteration + 1
    for count in range(first, max(rounds, first) + 1):
        before = u
        for k in range(len(space.players)):
            u, _ = climb(evaluate, space, u, base=base, goal=k, player=k)
        values, _ = evaluate(space.tariffs(u, base))
        theta = theta_of(evaluate.economy, evaluate.parameters)
        weight = space.gather(theta * evaluate.shipments())
        size = float(np.abs(u - before)[weight > 1e-6 * weight.max()].max())
        if checkpoint is not None:
            checkpoint.save(Saved("in turn", count, size, u))
        if progress is not None:
            progress(f"round {count}, rates moved by {size:.0e}", count, rounds)
        if size <= tolerance:
            return Stationary(u, space.tariffs(u, base), values, size, count)
    raise NotConverged(f"players still move their rates by {size:.1e} (in ln(1+t)) after {rounds} rounds")
