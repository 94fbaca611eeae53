"""Run every benchmark and write the report: `python -m benchmarks.run [--quick] [--only NAME] [--out docs/performance.md]`.

A full run takes several minutes. Times are medians over rounds run in turn; nothing here passes or fails.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    batch,
    briefing,
    cases,
    ensembles,
    footprint,
    gradients,
    kernel,
    memory,
    nash,
    nested,
    page,
    path,
    peers,
    preconditioner,
    rooms,
    scaling,
    tables,
    web,
)
from benchmarks.timing import Section, machine

PARTS: dict[str, Callable[[bool], Section | list[Section]]] = {
    "scaling": scaling.run,
    "tables": tables.run,
    "cases": cases.run,
    "preconditioner": preconditioner.run,
    "kernel": kernel.run,
    "batch": batch.run,
    "gradients": gradients.run,
    "nash": nash.run,
    "nested": nested.run,
    "path": path.run,
    "peers": peers.run,
    "briefing": briefing.run,
    "ensembles": ensembles.run,
    "web": web.run,
    "page": page.run,
    "rooms": rooms.run,
    "memory": memory.run,
    "footprint": footprint.run,
}
INTRODUCTION = """# Performance

Written by `python -m benchmarks.run --out docs/performance.md`. Every figure is from one run on one machine. Times are medians
over rounds in which the candidates take turns; ratios are medians of the ratios within rounds, so that they hold better than
the times on a machine that does other work as well. They are not constants: with other work on both cores the same commands took
twice as long, and compilation and whatever keeps both cores busy with dense algebra (nested “common”, sanction-simulator in a
batch) several times as long, so that their ratios moved as much. No test asserts a time."""

CLOSING = """## Where detente is slow

- The first solve of a new shape of world compiles for seconds. The code is kept on disk, so it happens once a machine; loading
  it still takes longer than a solve.
- In small worlds most of a sweep is the cost of starting operations, and much of a call is not sweeps.
- A batch gives no speed on few cores. For many policies use processes.
- Against the memory floor there is a factor of several left; a hand-written kernel could take part of it."""


def report(names: list[str], quick: bool) -> str:
    """The report as Markdown; progress goes to the standard error stream."""
    lines = [INTRODUCTION, "## Machine", "\n".join(f"- {line}" for line in machine())]
    if quick:
        lines.append("A quick run: few rounds, small sizes.")
    for name in names:
        begin = time.perf_counter()
        found = PARTS[name](quick)
        lines += [section.markdown() for section in (found if isinstance(found, list) else [found])]
        print(f"{name}: {time.perf_counter() - begin:.0f} s", file=sys.stderr)
    return "\n\n".join([*lines, CLOSING]) + "\n"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds and small sizes")
    parser.add_argument("--only", choices=list(PARTS), action="append", help="one part; may be repeated")
    parser.add_argument("--out", type=Path, help="write the report here instead of to the standard output")
    chosen = parser.parse_args()
    text = report(chosen.only or list(PARTS), chosen.quick)
    if chosen.out is None:
        print(text, end="")
    else:
        chosen.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
