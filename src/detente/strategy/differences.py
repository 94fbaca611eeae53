"""Nash tariffs with one rate a player from differences between neighbouring solves, without adjoints.

A player's slope is g ≈ (G(u + h) − G(u))/h + ½ D h, with D its curvature (see `search`): the second term takes out most of what
the step h adds. Every player's slope costs one solve. Rates agree with those of exact gradients to a few times the tolerance;
the adjoint, which takes longer to compile than this takes to run, is the better way for more than one rate a player.

>>> from detente.world import toy_world
>>> from detente.strategy.nash import nash_tariffs
>>> one, two = (nash_tariffs(toy_world(), detail="region", method=m) for m in ("differences", "gradient"))
>>> bool(abs(one.tariffs - two.tariffs).max() < 1e-3)
True
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detente.equilibrium import arrays, system
from detente.equilibrium.levels import Equilibrium, spending_power
from detente.equilibrium.parameters import Parameters
from detente.equilibrium.solve import Solver, solve_flat
from detente.policy.shock import Shock
from detente.strategy.search import Progress, Stationary, settle
from detente.strategy.tariff_space import TariffSpace
from detente.world.economy import Economy

Array = NDArray[np.float64]
WIDTH = 1e-4


def by_differences(
    economy: Economy,
    space: TariffSpace,
    shock: Shock,
    parameters: Parameters,
    start: Array,
    *,
    tolerance: float = 1e-4,
    iterations: int = 40,
    progress: Progress | None = None,
) -> Stationary:
    """Rates at which every player's slope is zero; `space` must have one variable a player. Raises `NotConverged`."""
    index = np.array([economy.regions.index(p) for p in space.players])[space.player]
    theta = arrays.theta_of(economy, parameters)
    solver = Solver(tolerance=min(1e-9, 1e-6 * tolerance))
    near: Array | None = None

    def solved(u: Array, start: Array | None) -> tuple[Shock, Array, system.State]:
        moved = replace(shock, tariffs=space.tariffs(u, shock.tariffs))
        flat = solve_flat(economy, moved, parameters, solver, start).flat
        return moved, flat, system.unpack(flat, *economy.output.shape)

    def at(u: Array) -> tuple[Array, Array, Array]:
        nonlocal near
        moved, near, state = solved(u, near)
        effective = arrays.with_wedges(moved, np.asarray(state.wedge)[: len(moved.controls)])
        centre = Equilibrium.at(economy, effective, parameters, state.wage, state.price, state.sales, state.income)
        value = 100 * np.log(centre.income / centre.cpi)
        curvature = 100 * space.gather(theta * centre.shipments) / economy.income[index]
        slope = np.empty(space.size)
        for k, n in enumerate(index):
            *_, other = solved(u + WIDTH * (np.arange(space.size) == k), near)
            income, cpi = spending_power(economy, parameters, other.price, other.income)
            gain = 100 * np.log(income[n] / cpi[n]) - value[n]
            slope[k] = gain / WIDTH + 0.5 * curvature[k] * WIDTH
        return value[index], slope, curvature

    return settle(
        at, lambda u: space.tariffs(u, shock.tariffs), start, tolerance=tolerance, iterations=iterations, progress=progress
    )
