"""The cost of all derivatives of one objective, in solves."""

from __future__ import annotations

import detente as dt
from benchmarks.kernel import war
from benchmarks.timing import Section, middle, paired, ratio
from benchmarks.worlds import random_world


def run(quick: bool) -> Section:
    """Gradient of one region's real income in every tariff of the world, over the solve it starts from."""
    rows = []
    for regions, sectors in ((20, 20), (32, 31)) if quick else ((20, 20), (32, 31), (80, 50)):
        world, policy = random_world(regions, sectors, seed=1), war(regions, sectors)
        outcome = dt.solve(world, policy)

        def solve(world: dt.World = world, policy: dt.Policy = policy) -> object:
            return dt.solve(world, policy)

        def slope(outcome: dt.Outcome = outcome) -> object:
            return outcome.gradient("R01", "tariffs")

        times = paired([solve, slope], rounds=5 if quick else 15)
        cells = regions * (regions - 1) * sectors
        rows.append((
            f"{regions} × {sectors}", f"{cells:,}", middle(times, 0), middle(times, 1), f"{ratio(times, 1, 0):.1f}",
            f"{cells * ratio(times, 0, 1):,.0f}",
        ))  # fmt: skip
    return Section(
        title="Gradients",
        before=("The derivative of one region's real income in every tariff of the world, by the adjoint, to 1e-10.",),
        header=("world", "tariffs", "one solve", "all derivatives", "derivatives ÷ solve", "gain over one difference a tariff"),
        rows=tuple(rows),
        after=("The last column is how many times faster this is than solving again once for every tariff.",),
    )
