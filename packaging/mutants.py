"""Would a test notice? A random sample of small changes (mutants) of some rooms, made by Cosmic Ray, each met by its tests.

    python packaging/mutants.py --rooms talks policy --sample 40 --seed 19

Works on a copy of `src` and `tests`, so that the clone is never touched. The test files of a room are first run one by one under
coverage, which tells what lines each runs and how long it takes. A mutant is then met by the doctests of its module and by those
test files of its room that run its statement, the quickest first, up to the first failure. Who meets none, or passes all, is a
survivor: the change says nothing different (equivalent), or a test is lacking. The session is Cosmic Ray's own (`cr-report`,
`cr-html`); a run that was stopped goes on where it was.

Annotations and blocks for type checkers are left out: nothing of them runs.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, WorkItem
from coverage import CoverageData

HERE = Path(__file__).resolve().parent.parent
CODE = Path("src", "detente")
TIMEOUT = "timeout"
"""What Cosmic Ray gives for the output of tests that took too long; it counts them as killed, here they are counted apart."""
PYTEST = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]


class Collected:
    """Takes what Cosmic Ray would write into a session: all mutants there are."""

    def clear(self) -> None:
        """Nothing was there."""
        self.items: list[WorkItem] = []

    def add_work_items(self, items: Iterable[WorkItem]) -> None:
        """Keep them."""
        self.items.extend(items)


def copy(folder: Path) -> None:
    """The tree as it stands, into `folder`."""
    for name in ("src", "tests", "docs", "benchmarks", "packaging"):
        shutil.copytree(HERE / name, folder / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "Makefile", "mkdocs.yml", "constraints.txt", "CHANGELOG.md"):
        shutil.copy(HERE / name, folder)


def learn(rooms: Iterable[str], known: Path) -> dict[str, float]:
    """Seconds that every test file of the rooms takes; what lines it runs goes into `known`/coverage."""
    seconds: dict[str, float] = json.loads((known / "seconds.json").read_text()) if (known / "seconds.json").exists() else {}
    for room in rooms:
        for path in sorted(Path("tests", room).rglob("test_*.py")):
            if str(path) in seconds:
                continue
            begun = time.monotonic()
            arguments = [f"--data-file={known / 'coverage'}", "--append", f"--context={path}", "--source-pkgs=detente"]
            run = subprocess.run(
                [sys.executable, "-m", "coverage", "run", *arguments, *PYTEST, str(path)], stdout=subprocess.DEVNULL
            )
            if run.returncode:
                raise SystemExit(f"{path} fails before anything is changed")
            seconds[str(path)] = time.monotonic() - begun
            (known / "seconds.json").write_text(json.dumps(seconds, indent=1))
    return seconds


def statement(tree: ast.Module, line: int) -> range:
    """The lines of the innermost statement around a line; of a compound one its head."""
    found = range(line, line + 1)
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            if line <= max(end, node.lineno):
                found = range(node.lineno, max(end, node.lineno) + 1)
    return found


def idle(tree: ast.Module) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where nothing runs: annotations, blocks for type checkers."""
    for node in ast.walk(tree):
        places: list[ast.AST | None] = []
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            places = [node.returns]
        elif isinstance(node, (ast.arg, ast.AnnAssign)):
            places = [node.annotation]
        elif isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            places = [node]
        for place in places:
            if isinstance(place, (ast.expr, ast.stmt)):
                yield (place.lineno, place.col_offset), (place.end_lineno or 0, place.end_col_offset or 0)


def sample(room: str, count: int, seed: int) -> list[WorkItem]:
    """Mutants of a room: places drawn first, all alike, then one of the changes that can be made there."""
    paths = sorted(CODE.joinpath(room).rglob("*.py"))
    there = Collected()
    init(paths, there, {})  # type: ignore[arg-type]
    quiet = {path: list(idle(ast.parse(path.read_text(encoding="utf-8")))) for path in paths}
    places: dict[tuple[Path, tuple[int, int]], list[WorkItem]] = {}
    for item in there.items:
        (made,) = item.mutations
        if not any(first <= made.start_pos < last for first, last in quiet[made.module_path]):
            places.setdefault((made.module_path, made.start_pos), []).append(item)
    draw = random.Random(f"{seed} {room}")
    drawn = draw.sample(sorted(places), min(count, len(places)))
    print(f"{room}: {len(there.items)} mutants at {len(places)} places, {len(drawn)} drawn", flush=True)
    return [
        draw.choice(sorted(places[key], key=lambda i: (i.mutations[0].operator_name, i.mutations[0].occurrence))) for key in drawn
    ]


def tests_of(made: MutationSpec, data: CoverageData, seconds: dict[str, float]) -> list[str]:
    """The module itself, for its doctests, then the test files that run the statement, the quickest first."""
    lines = statement(ast.parse(made.module_path.read_text(encoding="utf-8")), made.start_pos[0])
    (measured,) = [f for f in data.measured_files() if Path(f).match(f"*/{made.module_path}")] or [""]
    by_line = data.contexts_by_lineno(measured) if measured else {}
    files = {context for line in lines for context in by_line.get(line, [])} & set(seconds)
    return [str(made.module_path), *sorted(files, key=lambda f: seconds[f])]


def meet(database: WorkDB, data: CoverageData, seconds: dict[str, float], limit: float, order: list[str]) -> None:
    """Run what has no result yet."""
    done = {job for job, _ in database.results}
    items = {item.job_id: item for item in database.work_items}
    for number, job in enumerate(order, 1):
        if job in done:
            continue
        (made,) = items[job].mutations
        files = tests_of(made, data, seconds)
        begun = time.monotonic()
        result = mutate_and_test(items[job].mutations, shlex.join([sys.executable, *PYTEST, *files]), limit)
        database.set_result(job, result)
        word = "timed out" if result.output == TIMEOUT else "killed" if result.is_killed else "SURVIVED"
        place = f"{made.module_path}:{made.start_pos[0]}"
        print(f"{number}/{len(order)} {word} {place} {made.operator_name} {time.monotonic() - begun:.0f} s", flush=True)
        if not result.is_killed:
            print(f"{result.diff}\nmet by {files}", flush=True)


def main() -> None:
    """Sample, meet, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", nargs="+", default=["equilibrium", "policy", "talks"])
    parser.add_argument("--sample", type=int, default=30, help="mutants a room")
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument("--limit", type=float, default=600.0, help="seconds a mutant")
    parser.add_argument(
        "--folder", type=Path, default=HERE / ".mutants", help="the copy, what is known of the tests, the session"
    )
    chosen = parser.parse_args()
    folder = chosen.folder.resolve()
    fresh = not (folder / "order.json").exists()
    if fresh:
        copy(folder)
    os.chdir(folder)
    os.environ |= {"PYTHONPATH": str(folder / "src"), "XDG_CACHE_HOME": str(folder / "cache")}
    seconds = learn(chosen.rooms, folder)
    data = CoverageData(str(folder / "coverage"))
    data.read()
    with use_db(folder / "session.sqlite") as database:
        if fresh:
            drawn = [sample(room, chosen.sample, chosen.seed) for room in chosen.rooms]
            items = [item for row in zip_longest(*drawn) for item in row if item is not None]  # a stopped run is a fair one
            database.clear()
            database.add_work_items(items)
            Path("order.json").write_text(json.dumps([item.job_id for item in items]))
        meet(database, data, seconds, chosen.limit, json.loads(Path("order.json").read_text()))
        results = [(item.mutations[0].module_path.parts[2], result) for item, result in database.completed_work_items]
    for room in chosen.rooms:
        met = [result for where, result in results if where == room]
        late = sum(result.output == TIMEOUT for result in met)
        print(f"{room}: {sum(result.is_killed for result in met) - late} of {len(met)} killed, {late} timed out")


if __name__ == "__main__":
    main()
