"""Many policies: one compiled batch, one by one, and two processes."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import permutations
from typing import Any

import numpy as np

import detente as dt
from benchmarks.timing import Section, middle, paired, ratio
from detente.policy.instruments import Policy


def packages(count: int) -> list[Policy]:
    """Tariffs of 5 to 105 points between pairs of the shipped world, all different."""
    pairs = list(permutations(dt.load_world().regions[:8], 2))
    chosen = (pairs[k % len(pairs)] for k in range(count))
    return [Policy([dt.Tariff(by=a, on=b, rate=0.05 + k / count)]) for k, (a, b) in enumerate(chosen)]


def solve_part(part: tuple[int, int, int]) -> float:
    """Solve packages first, first + step, … of `count` one by one; seconds taken. Runs in a worker."""
    first, step, count = part
    world, chosen = dt.load_world(), packages(count)[first::step]
    begin = time.perf_counter()
    for policy in chosen:
        dt.solve(world, policy)
    return time.perf_counter() - begin


def run(quick: bool) -> Section:
    """Policies a second, each way."""
    count = 16 if quick else 64
    world, chosen = dt.load_world(), packages(count)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        ways: dict[str, Callable[[], Any]] = {
            "`solve`, one by one": lambda: [dt.solve(world, policy) for policy in chosen],
            "`solve_many`, batches of 4": lambda: dt.solve_many(world, chosen, batch=4),
            "`solve_many`, batches of 16": lambda: dt.solve_many(world, chosen, batch=16),
            "two processes, one by one in each": lambda: list(pool.map(solve_part, [(0, 2, count), (1, 2, count)])),
        }
        times = paired(list(ways.values()), rounds=3 if quick else 7, warm=2)
        one = [o.real_income.to_numpy() for o in ways["`solve`, one by one"]()]
        many = [o.real_income.to_numpy() for o in ways["`solve_many`, batches of 16"]() if not isinstance(o, dt.DetenteError)]
    apart = max(float(np.abs(a - b).max()) for a, b in zip(one, many, strict=True))
    rows = tuple(
        (name, middle(times, c), f"{count / float(np.median(times[:, c])):.0f}", f"{ratio(times, 0, c):.2f}")
        for c, name in enumerate(ways)
    )
    return Section(
        title="Many policies",
        before=(f"{count} different tariff packages on the shipped world, to 1e-11; compiled before. {os.cpu_count()} cores.",),
        header=("way", "all packages", "packages a second", "one by one ÷ this"),
        rows=rows,
        after=(
            f"The ways agree to {apart:.0e} points of real income. On few cores a batch is no faster than single solves: "
            "it runs until its slowest member is done, and all its members' arrays pass through memory at once. It saves "
            "calls, not work. Processes gain as many cores as are free.",
        ),
    )
