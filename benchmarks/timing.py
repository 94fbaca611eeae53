"""Timing in paired rounds, and what the machine is.

On a shared machine one timing says little. Candidates are therefore run in turn, round after round in one process; the time
reported is the median over the rounds, and a ratio is the median of the ratios within rounds.

>>> times = paired([lambda: sum(range(10)), lambda: sum(range(10_000))], rounds=5)
>>> times.shape, bool(ratio(times, 1, 0) > 1)
((5, 2), True)
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Section:
    """A part of the report: a heading, a table (may be empty) and sentences before and after it."""

    title: str
    before: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    after: tuple[str, ...] = ()

    def markdown(self) -> str:
        """The section as Markdown."""
        parts = [f"## {self.title}", *self.before]
        if self.rows:
            lines = [self.header, ("---",) * len(self.header), *self.rows]
            parts.append("\n".join("| " + " | ".join(line) + " |" for line in lines))
        return "\n\n".join([*parts, *self.after])


def paired(candidates: Sequence[Callable[[], Any]], rounds: int, warm: int = 1) -> Array:
    """Seconds [round, candidate]; each candidate is run `warm` times first, untimed."""
    for candidate in candidates:
        for _ in range(warm):
            candidate()
    times = np.empty((rounds, len(candidates)))
    for r in range(rounds):
        for c, candidate in enumerate(candidates):
            begin = time.perf_counter()
            candidate()
            times[r, c] = time.perf_counter() - begin
    return times


def ratio(times: Array, top: int, bottom: int) -> float:
    """Median over rounds of candidate `top` over candidate `bottom`."""
    return float(np.median(times[:, top] / times[:, bottom]))


def seconds(value: float) -> str:
    """A time with a unit that suits it.

    >>> seconds(0.0123), seconds(2.5), seconds(4.2e-5)
    ('12.3 ms', '2.50 s', '42 µs')
    """
    if value >= 1:
        return f"{value:.2f} s"
    return f"{1e3 * value:.1f} ms" if value >= 1e-3 else f"{1e6 * value:.0f} µs"


def middle(times: Array, candidate: int) -> str:
    """Median time of a candidate, with its unit."""
    return seconds(float(np.median(times[:, candidate])))


def machine() -> list[str]:
    """Processor, memory, load and versions, one sentence each."""
    model, gigabytes = platform.processor() or platform.machine(), 0.0
    cpu, memory = Path("/proc/cpuinfo"), Path("/proc/meminfo")
    if cpu.exists():
        names = [line.split(":", 1)[1].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")]
        model = names[0] if names else model
    if memory.exists():
        gigabytes = int(memory.read_text().split("MemTotal:", 1)[1].split()[0]) / 1024**2
    caches = sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"))
    levels = [f"L{(c.parent / 'level').read_text().strip()} {c.read_text().strip()}" for c in caches[1:]]
    versions = {name: importlib.metadata.version(name) for name in ("jax", "jaxlib", "numpy", "scipy")}
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return [
        f"{os.cpu_count()} cores ({model}; caches {', '.join(levels) or 'unknown'}), {gigabytes:.0f} GB of memory, "
        f"{platform.system()} {platform.machine()}.",
        f"Python {platform.python_version()}, " + ", ".join(f"{k} {v}" for k, v in versions.items()) + ".",
        f"Load average of the last minute when the run began: {load:.1f}.",
    ]
