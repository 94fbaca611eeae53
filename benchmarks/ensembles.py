"""Ensembles: draws a second by executor and number of workers, and how much of a second worker arrives.

Start-up (processes, libraries, loading compiled code) is apart from the steady pace: the pace is read between the first and the
last quarter of the chunks. On a machine with other work the ratio says more than the times.

    python -m benchmarks.ensembles [--draws 10000] [--quick]
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from typing import Any

import detente as dt
from benchmarks.timing import Section
from detente.outlook.ensemble.ensemble import ensemble


def pace(executor: str, workers: int, draws: int) -> tuple[float, float, float, Any]:
    """(draws a second in the steady part, seconds to the first result, seconds in all, the ensemble)."""
    marks: list[tuple[float, int]] = []
    begin = time.perf_counter()
    result = ensemble(
        "kuala-lumpur-2025", draws, 1, executor, world=dt.load_world(), scenario="pessimistic", workers=workers,
        progress=lambda words, done, total: marks.append((time.perf_counter() - begin, done)),
    )  # fmt: skip
    steady = [m for m in marks if draws / 4 <= m[1] <= draws * 3 / 4]
    rate = (steady[-1][1] - steady[0][1]) / (steady[-1][0] - steady[0][0])
    return rate, next(t for t, done in marks if done > 0), time.perf_counter() - begin, result


def run(quick: bool, draws: int = 0) -> Section:
    """Every executor; the two Dask runs give the parallel efficiency."""
    count = draws or (1024 if quick else 4096)
    ways = [("serial", 1), ("processes", 1), ("processes", 2), ("dask", 1), ("dask", 2)]
    found = {way: pace(*way, count) for way in ways}
    same = len({f[3].path.read_bytes() for f in found.values()}) == 1
    rows = tuple(
        (
            f"{name}, {workers} worker{'s' if workers > 1 else ''}",
            f"{f[0]:.0f}",
            f"{1e3 / f[0]:.1f} ms",
            f"{f[1]:.1f} s",
            f"{f[2]:.0f} s",
        )
        for (name, workers), f in found.items()
    )
    efficiency = {name: found[name, 2][0] / found[name, 1][0] / 2 for name in ("processes", "dask")}
    failed = len(found["serial", 1][3].failed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Section(
        title="Ensembles",
        before=(
            f"{count:,} draws of the pessimistic scenario on the shipped world, medium run; a draw is two equilibria to 1e-10, "
            "each judged market by market.",
        ),
        header=("executor", "draws a second", "a draw", "first result after", "in all"),
        rows=rows,
        after=(
            "Parallel efficiency of the second worker (pace with two over twice the pace with one): "
            f"processes {efficiency['processes']:.2f}, Dask {efficiency['dask']:.2f}. "
            f"The files of draws are {'the same, byte for byte' if same else 'NOT THE SAME'}; {failed} draws failed. "
            f"Peak memory {peak:,.0f} MB in the calling process, {worker:,.0f} MB in a worker.",
        ),
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ensembles", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1,024 draws")
    parser.add_argument("--draws", type=int, default=0)
    chosen = parser.parse_args()
    sys.stdout.write(run(chosen.quick, chosen.draws).markdown() + "\n")


if __name__ == "__main__":
    main()
