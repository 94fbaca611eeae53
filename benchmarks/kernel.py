"""One sweep against the memory floor: how fast could the arrays of a sweep be read at all?

A sweep multiplies four trade arrays [sector, destination, origin] and two input arrays [region, input, user] by vectors, and
the acceleration keeps two histories of the state. Bytes touched over the read rate measured in the same round is the floor.
The read rate is the best of two plain readers over an array as large as all of these together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.timing import Section, paired, seconds
from benchmarks.worlds import random_world
from detente.equilibrium import arrays
from detente.equilibrium.parameters import horizon
from detente.equilibrium.preconditioner import preconditioner
from detente.policy.instruments import Policy, Tariff

SIZES = ((10, 10), (32, 31), (80, 50))
FEW, MANY, MEMORY, PASSES = 4, 24, 8, 20


def war(regions: int, sectors: int) -> Policy:
    """100 % tariffs between the first two regions of a random world."""
    names = [f"S{k + 1:02d}" for k in range(sectors)]
    return Policy([Tariff(by=a, on=b, rate=1.0, sectors=names) for a, b in (("R01", "R02"), ("R02", "R01"))])


def compiled(regions: int, sectors: int, at: str = "medium") -> tuple[Callable[[int], Any], int]:
    """The compiled solver on a random world, as a function of the number of sweeps; and the length of the state."""
    import jax

    from detente.equilibrium import system

    economy, parameters = random_world(regions, sectors, seed=1).economy(), horizon(at)
    shock = war(regions, sectors).shock(economy)
    controls = arrays.controls(economy, shock, parameters)
    given = jax.device_put((arrays.base(economy, parameters), arrays.levers(shock), controls, arrays.values(economy, parameters)))
    blocks = jax.device_put(preconditioner(economy, parameters))
    start = np.zeros(3 * regions * sectors + regions + controls.log_bound.size)

    def sweeps(count: int) -> Any:
        return jax.block_until_ready(system.equilibrium(start, *given, 0.0, count, blocks, memory=MEMORY))

    return sweeps, start.size


def readers(size: int) -> list[Callable[[], Any]]:
    """Two ways to read `size` bytes: a sum once, and `PASSES` times a batch of matrix–vector products as the solver does them."""
    import jax
    import jax.numpy as jnp

    long = np.ones(size // 8)
    side = 32 if size < 10**6 else 64
    stack = jnp.ones((max(size // (8 * side * side), 1), side, side))
    vector = jnp.ones((stack.shape[0], side))

    @jax.jit
    def passes(stack: Any, vector: Any) -> Any:
        return jax.lax.fori_loop(0, PASSES, lambda _, x: jnp.einsum("jni,ji->jn", stack, x) / side, vector)

    return [long.sum, lambda: jax.block_until_ready(passes(stack, vector))]


def touched(regions: int, sectors: int, state: int) -> tuple[int, int]:
    """Bytes a sweep reads: of one trade array, and of everything."""
    trade = 8 * sectors * regions**2
    return trade, 4 * trade + 2 * 8 * regions * sectors**2 + 2 * 8 * MEMORY * state


def run(quick: bool) -> Section:
    """Cost of a sweep as the slope between a few and many sweeps, over the floor."""
    rows = []
    for regions, sectors in SIZES:
        sweeps, state = compiled(regions, sectors)
        trade, whole = touched(regions, sectors, state)
        times = paired(
            [lambda s=sweeps: s(FEW), lambda s=sweeps: s(MANY), *readers(whole)],  # type: ignore[misc]
            rounds=11 if quick else 41,
        )
        cost = float(np.median((times[:, 1] - times[:, 0]) / (MANY - FEW)))
        read = (times[:, 2:] / (1, PASSES)).min(1)
        start = float(np.median(times[:, 0])) - FEW * cost
        rows.append((
            f"{regions} × {sectors}", f"{trade / 1e6:.2f} MB", f"{whole / 1e6:.2f} MB",
            f"{whole / np.median(read) / 1e9:.0f} GB/s",
            seconds(float(np.median(read))), seconds(cost), f"{cost / float(np.median(read)):.1f}", seconds(max(start, 0.0)),
        ))  # fmt: skip
    return Section(
        title="A sweep against the memory floor",
        before=(
            "The floor is the time to read once all arrays a sweep uses: four trade arrays, two arrays of input shares, the "
            "histories of the acceleration. The cost of a sweep is the slope between "
            f"{FEW} and {MANY} sweeps of the compiled solver; “start” is what a solve costs before its first sweep.",
        ),
        header=("world", "one trade array", "read a sweep", "read rate", "floor", "sweep", "sweep ÷ floor", "start"),
        rows=tuple(rows),
        after=(
            "In large worlds most of the time goes into passes over these arrays; in small ones into the logarithms and "
            "exponentials of the nests and into starting each of about a hundred small operations. On a shared machine the read "
            "rate of the big arrays depends on who else uses the last-level cache.",
        ),
    )
