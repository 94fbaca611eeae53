"""What an installation takes: disk by extra, and the time until the program answers.

Sizes are of the files each distribution says it installed (bytecode left out), over everything it requires, in the environment
this runs in; a distribution that is not installed here is named and counts as nothing.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
from packaging.requirements import Requirement

from benchmarks.timing import Section, paired, ratio, seconds
from detente.extras import EXTRAS

ANSWERS = {
    "python, nothing imported": ("-c", "pass"),
    "`import detente`": ("-c", "import detente"),
    "`detente --version`": ("-m", "detente", "--version"),
    "`detente --help`": ("-m", "detente", "--help"),
    "`detente check january-2027`": ("-m", "detente", "check", "january-2027"),
}


def needed(name: str, extras: frozenset[str] = frozenset(), known: set[str] | None = None) -> set[str]:
    """Names of everything a distribution brings along, itself included, absent ones too."""
    found = set() if known is None else known
    name = name.lower().replace("_", "-")
    if name in found and not extras:
        return found
    found.add(name)
    try:
        told = [Requirement(r) for r in distribution(name).requires or ()]
    except PackageNotFoundError:
        return found
    for one in told:
        if one.marker is None or any(one.marker.evaluate({"extra": e}) for e in ("", *extras)):
            needed(one.name, frozenset(one.extras), found)
    return found


def size(name: str) -> float:
    """Million bytes of the files of a distribution; NaN where it is not installed."""
    try:
        files = distribution(name).files or ()
    except PackageNotFoundError:
        return float("nan")
    places = [Path(str(f.locate())) for f in files if f.suffix != ".pyc"]
    return sum(p.stat().st_size for p in places if p.is_file()) / 1e6


def run(quick: bool = False) -> list[Section]:
    """Two sections: disk, and start."""
    base = needed("detente") - {"detente"}
    sizes = {name: size(name) for name in needed("detente", frozenset(EXTRAS)) - {"detente"}}

    def row(label: str, names: set[str]) -> tuple[str, ...]:
        taken = [sizes[n] for n in names if sizes[n] == sizes[n]]
        whole = np.nansum([sizes[n] for n in base])
        return label, str(len(taken)), f"{sum(taken):.0f} MB", f"{sum(taken) / whole:.2f}"

    rows = [row("`pip install detente`", base)]
    rows += [row(f"`[{extra}]` on top", needed("detente", frozenset({extra})) - {"detente"} - base) for extra in EXTRAS]
    rows.append(row("all of it", set(sizes)))
    absent = sorted(n for n, s in sizes.items() if s != s)
    disk = Section(
        "What an installation takes",
        ("What detente brings along, bytecode left out; its own files are 10 MB.",),
        ("", "distributions", "on disk", "times the base"),
        tuple(rows),
        (f"Not installed where this was counted: {', '.join(absent)}.",) if absent else (),
    )
    times = paired(
        [partial(subprocess.run, [sys.executable, *words], check=True, capture_output=True) for words in ANSWERS.values()],
        3 if quick else 9,
    )
    start = Section(
        "Until the program answers",
        ("A process of its own each time, the files in memory.",),
        ("", "time", "times a bare python"),
        tuple((label, seconds(float(np.median(times[:, k]))), f"{ratio(times, k, 0):.1f}") for k, label in enumerate(ANSWERS)),
    )
    return [disk, start]
