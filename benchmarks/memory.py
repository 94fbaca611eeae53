"""Memory of a server and all its processes over thousands of answers nobody asked for before, then over forty rooms.

A server of its own is started on this machine, as in `benchmarks.web`. Counted is what is resident (RSS, in /proc) of the server,
of the processes that work answers out and of the one that does long work; what they share is counted in each.
`python -m benchmarks.memory [--quick] [--answers N] [--own]` prints the section alone; with `--own` every answer is about a
dossier that the reader brought and changed.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import httpx

from benchmarks import rooms
from benchmarks.timing import Section
from benchmarks.web import LEVERS, SCENARIOS, started, warm
from detente.cases.runs import dossier_content
from detente.policy.dossier import load_dossier

ANSWERS, EVERY = 3_000, 250
DOSSIER = "kuala-lumpur-2025"
UNITS = ("percent", "usd", "household", "jobs")


def below(process: int) -> dict[int, str]:
    """Every process below `process` and itself, and what each does."""
    told: dict[int, tuple[int, str]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat, words = (entry / "stat").read_text(), (entry / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            told[int(entry.name)] = int(stat.rpartition(")")[2].split()[1]), words
    found, level = {process: "server"}, {process}
    while level:
        level = {p for p, (parent, _) in told.items() if parent in level} - set(found)
        found |= {p: "jobs" if "web.worker" in told[p][1] else "solver" if "spawn_main" in told[p][1] else "other" for p in level}
    return found


def resident(process: int) -> dict[str, float]:
    """Million bytes resident by what a process does, all of a kind together."""
    found: dict[str, float] = {}
    for number, kind in below(process).items():
        try:
            words = Path(f"/proc/{number}/status").read_text()
        except OSError:
            continue
        size = words.partition("VmRSS:")[2].split()
        found[kind] = found.get(kind, 0.0) + (int(size[0]) * 1024 / 1e6 if size else 0.0)
    return found


def asked(own: bool) -> Iterator[dict[str, object]]:
    """Bodies of questions that differ from each other; every eighth in another unit than the one before, now and then with odds
    and ranges."""
    pick, number = random.Random(19), 0
    content = dossier_content(load_dossier(DOSSIER)) if own else {}
    while True:
        levers = {name: round(pick.uniform(*LEVERS[name]), 3) for name in pick.sample(sorted(LEVERS), 1 + number % 3)}
        whose: dict[str, object] = {"content": {**content, "title": f"A dossier {number}"}} if own else {"dossier": DOSSIER}
        scenario, unit = SCENARIOS[number % len(SCENARIOS)], UNITS[number // 8 % len(UNITS)]
        yield {**whose, "scenario": scenario, "levers": levers, "unit": unit, "full": number % 50 == 49}
        number += 1


def row(label: str, process: int) -> tuple[str, ...]:
    """A row of the table: a label, then million bytes by kind and together."""
    found = resident(process)
    kinds = ("server", "solver", "jobs")
    return label, *(f"{found.get(kind, 0):,.0f}" for kind in kinds), f"{sum(found.values()):,.0f}"


def run(quick: bool, answers: int = ANSWERS, own: bool = False) -> Section:
    """Answers, then rooms. Raises `RuntimeError` where one failed."""
    count, every = (answers // 10, EVERY // 5) if quick else (answers, EVERY)
    with started() as (address, _, process), httpx.Client(base_url=address, timeout=120) as client:
        warm(address)
        rows = [row("ready", process)]
        for number, body in zip(range(1, count + 1), asked(own), strict=False):
            reply = client.post("/api/v1/answer", json=body)
            if reply.status_code != 200:
                raise RuntimeError(f"{reply.status_code} {reply.text[:160]}")
            if number % every == 0:
                rows.append(row(f"{number:,} answers", process))
                print(*rows[-1], flush=True)
        if not own:
            halls = 8 if quick else 40
            seen = asyncio.run(rooms.play(address, halls))
            if seen.faults or seen.made != seen.kept or seen.ended != halls:
                raise RuntimeError(f"{seen.ended} rooms ended, faults: {seen.faults[:3]}")
            rows.append(row(f"{halls} rooms more", process))
    return Section(
        "Memory of a server",
        (
            "Levers at values nobody asked for before, one answer in fifty with odds and ranges, then rooms of "
            "the exercise. Million bytes resident; what processes share is counted in each. `python -m benchmarks.memory`.",
        ),
        ("after", "server", "solvers", "long work", "together"),
        tuple(rows),
    )


if __name__ == "__main__":
    reader = argparse.ArgumentParser()
    reader.add_argument("--quick", action="store_true")
    reader.add_argument("--answers", type=int, default=ANSWERS)
    reader.add_argument("--own", action="store_true")
    given = reader.parse_args()
    print(run(given.quick, given.answers, given.own).markdown())
