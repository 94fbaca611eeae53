"""Time, compilation and memory by size of the world, each size in a process of its own.

The compilation cache is a fresh folder, so that the first process of a size compiles and the second one finds its code.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.timing import Section, seconds
from benchmarks.worlds import SIZES, random_world


def measure(regions: int, sectors: int, rounds: int) -> dict[str, Any]:
    """First call, median of later calls at two tolerances, sweeps, peak memory. Meant for a fresh process."""
    import detente as dt
    from benchmarks.kernel import war

    before = time.perf_counter()
    world = random_world(regions, sectors, seed=1)
    made = time.perf_counter() - before
    policy = war(regions, sectors)
    import jax  # its import belongs to neither time

    jax.devices()
    before = time.perf_counter()
    dt.solve(world, policy)
    first = time.perf_counter() - before
    result: dict[str, Any] = {"made": made, "first": first}
    for key, solver in (("loose", dt.Solver(tolerance=1e-9)), ("tight", dt.Solver())):
        times = []
        for _ in range(rounds):
            before = time.perf_counter()
            outcome = dt.solve(world, policy, solver=solver)
            times.append(time.perf_counter() - before)
        result[key] = {"median": float(np.median(times)), "sweeps": outcome.iterations, "gap": outcome.clearing_gap}
    result["peak"] = peak_memory()
    return result


def peak_memory() -> float:
    """Most memory this process has held, in bytes. What the parent held does not count, where the system tells them apart."""
    status = Path("/proc/self/status")
    if status.exists():
        return 1024.0 * int(status.read_text().split("VmHWM:", 1)[1].split()[0])
    return 1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def apart(regions: int, sectors: int, rounds: int, cache: str) -> dict[str, Any]:
    """`measure` in a process of its own with its compilation cache in `cache`."""
    command = [sys.executable, "-m", "benchmarks.scaling", str(regions), str(sectors), str(rounds)]
    done = subprocess.run(command, env={**os.environ, "DETENTE_CACHE": cache}, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def run(quick: bool) -> Section:
    """One row a size."""
    rows = []
    for regions, sectors in SIZES[:3] if quick else SIZES:
        colds: list[dict[str, Any]] = []
        with tempfile.TemporaryDirectory() as cache:
            cold, warm = apart(regions, sectors, 3, cache), apart(regions, sectors, 5 if quick else 21, cache)
        for _ in range(0 if quick else 2):  # compilation is the noisiest figure: the median of three
            with tempfile.TemporaryDirectory() as cache:
                colds.append(apart(regions, sectors, 3, cache))
        cold = sorted([cold, *colds], key=lambda r: r["first"])[len(colds) // 2]
        loose, tight = warm["loose"], warm["tight"]
        rows.append((
            f"{regions} × {sectors}", seconds(loose["median"]), str(loose["sweeps"]), f"{loose['gap']:.0e}",
            seconds(tight["median"]), str(tight["sweeps"]),
            *(seconds(max(r["first"] - tight["median"], 0.0)) for r in (cold, warm)),
            f"{cold['peak'] / 1e9:.2f} GB",
        ))  # fmt: skip
    return Section(
        title="Scaling",
        before=(
            "Random balanced worlds, 100 % tariffs between two regions, medium horizon, a whole `solve` call. Each size "
            "ran in a process of its own. “Compiling” is what the first call took on top when nothing was cached "
            "(median of three); "
            "“loading” the same when the compiled code was in the cache of an earlier run. A tolerance of 1e-9 on the "
            "logs leaves every market within 1e-8. Memory is the peak of the whole process, the "
            "libraries (about 0.3 GB) included.",
        ),
        header=(
            "world", "solve to 1e-9", "sweeps", "market gap", "solve to 1e-11", "sweeps", "compiling", "loading", "peak memory",
        ),
        rows=tuple(rows),
        after=(
            "The targets are 50 ms for 32 × 31, and a second and 2 GB for 80 × 50. Sweeps do not grow with the size of the "
            "world, so time grows with the number of flows. The first solve of a new shape pays for compilation: "
            "that, not solving, is what a user waits for once.",
        ),
    )  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
