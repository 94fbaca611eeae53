"""Large tables: a file in the layout of the OECD's ICIO is read, checked, balanced, saved and solved, each in its own process.

    python -m benchmarks.tables [--quick] [--draws 8]

The numbers are invented and whole, so that the file balances exactly; the first codes are those of the default world, so that a
packaged dossier fits, and the largest table is also run through a Dask ensemble.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.scaling import peak_memory
from benchmarks.timing import Section, seconds

SIZES = ((80, 50), (165, 65))
FINAL = ("HFCE", "GFCF")
DOSSIER, SCENARIO = "kuala-lumpur-2025", "pessimistic"


def write_table(path: Path, regions: int, sectors: int, seed: int = 1) -> Path:
    """An ICIO file of that many economies and industries."""
    from detente.world.library import load_world

    shipped = load_world()
    codes = [*shipped.regions, *(f"X{k:03d}" for k in range(regions))][:regions]
    goods = [*shipped.sectors, *(f"S{k:02d}" for k in range(sectors))][:sectors]
    draw = np.random.default_rng(seed)
    n = regions * sectors
    home = np.repeat(np.arange(regions), sectors)
    flows = draw.integers(0, 10, (n, n), dtype=np.int16)
    for k in range(regions):
        own = slice(k * sectors, (k + 1) * sectors)
        flows[own, own] = draw.integers(20, 200, (sectors, sectors))
    final = draw.integers(1, 40, (n, regions * len(FINAL)), dtype=np.int32)
    final[np.arange(n)[:, None], home[:, None] * len(FINAL) + np.arange(len(FINAL))] = draw.integers(
        5 * n, 10 * n, (n, len(FINAL))
    )
    output = flows.sum(axis=1, dtype=np.int64) + final.sum(axis=1)
    added = output - flows.sum(axis=0, dtype=np.int64)
    labels = [f"{r}_{s}" for r in codes for s in goods]
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(["V1", *labels, *(f"{r}_{c}" for r in codes for c in FINAL), "OUT"]) + "\n")
        for k, label in enumerate(labels):
            file.write(f"{label},{','.join(map(str, [*flows[k].tolist(), *final[k].tolist()]))},{output[k]}\n")
        zeros = ",0" * (final.shape[1] + 1)
        file.write(f"TLS{',0' * n}{zeros}\n")
        file.write(f"VA,{','.join(map(str, added.tolist()))}{zeros}\n")
        totals = ",".join(map(str, [*output.tolist(), *final.sum(axis=0).tolist()]))
        file.write(f"OUT,{totals},0\n")
    return path


def measure(path: Path, target: Path) -> dict[str, Any]:
    """Seconds to read and check, to make a world of it and save, to solve; peak memory. Meant for a fresh process."""
    import detente as dt
    from detente.build.tables import read_table, world_of

    found: dict[str, Any] = {"file": path.stat().st_size}
    before = time.perf_counter()
    table = read_table(path)
    found["read"], before = time.perf_counter() - before, time.perf_counter()
    world = world_of(table, full=True)
    del table
    world.save(target)
    found["made"], before = time.perf_counter() - before, time.perf_counter()
    found["peak before solving"] = peak_memory()
    outcome = dt.solve(world, dt.Policy([dt.Tariff(by="USA", on="CHN", rate=0.25)]))
    found["solve"] = time.perf_counter() - before
    found["cpu"] = time.process_time()
    found |= {"sweeps": outcome.iterations, "gap": outcome.clearing_gap, "identities": world.check(), "peak": peak_memory()}
    return found


def apart(*arguments: str) -> dict[str, Any]:
    """A measurement in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.tables", *arguments], capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def ensemble_on(path: Path, draws: int) -> dict[str, Any]:
    """A Dask ensemble on a world file, two workers: seconds in all, draws that failed, peak memory of caller and worker."""
    import resource

    import detente as dt
    from detente.outlook.ensemble.ensemble import ensemble

    before = time.perf_counter()
    result = ensemble(DOSSIER, draws, 1, "dask", world=dt.load_world(path), scenario=SCENARIO, workers=2)
    worker = 1024.0 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"all": time.perf_counter() - before, "failed": len(result.failed), "peak": peak_memory(), "worker": worker}


def run(quick: bool, draws: int = 8) -> Section:
    """One row a size; the largest with an ensemble."""
    rows, after = [], ["Time to solve holds compilation of the shape; CPU time is of the whole process, start included."]
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as folder:
        for regions, sectors in SIZES[:1] if quick else SIZES:
            target = Path(folder) / f"{regions}x{sectors}.npz"
            path = write_table(Path(folder) / "2022_SML.csv", regions, sectors)
            one = apart("--measure", str(path), str(target))
            path.unlink()
            whole = one["read"] + one["made"] + one["solve"]
            rows.append((
                f"{regions} × {sectors}", f"{one['file'] / 1e6:,.0f} MB", seconds(one["read"]), seconds(one["made"]),
                seconds(one["solve"]), seconds(whole), seconds(one["cpu"]), f"{one['gap']:.0e}",
                f"{one['peak before solving'] / 1e9:.1f} GB", f"{one['peak'] / 1e9:.1f} GB",
            ))  # fmt: skip
            if not quick and (regions, sectors) == SIZES[-1]:
                many = apart("--ensemble", str(target), str(draws))
                after.append(
                    f"A Dask ensemble of {draws} draws (two equilibria each, to 1e-10) of a packaged dossier on the table of "
                    f"{regions} × {sectors}, two workers: {seconds(many['all'])} in all, compilation in each worker included, "
                    f"{many['failed']} failed; peak memory {many['peak'] / 1e9:.1f} GB in the caller, "
                    f"{many['worker'] / 1e9:.1f} GB in a worker."
                )
    return Section(
        title="Large tables",
        before=(
            "An invented table in the layout of the OECD's ICIO with all of its economies and industries kept: read and checked, "
            "made into a balanced world and saved, solved for 25 % on one pair.",
        ),
        header=(
            "table",
            "file",
            "read",
            "world",
            "solve",
            "in all",
            "CPU time",
            "market gap",
            "peak memory to read",
            "peak memory",
        ),
        rows=tuple(rows),
        after=tuple(after),
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tables", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the smaller table alone")
    parser.add_argument("--draws", type=int, default=8)
    parser.add_argument("--measure", nargs=2, type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--ensemble", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(measure(*chosen.measure)))
    elif chosen.ensemble:
        print(json.dumps(ensemble_on(Path(chosen.ensemble[0]), int(chosen.ensemble[1]))))
    else:
        sys.stdout.write(run(chosen.quick, chosen.draws).markdown() + "\n")


if __name__ == "__main__":
    main()
