"""A path with its range against as many textbook solves: what a node costs besides the sweeps, and what two workers save."""

from __future__ import annotations

import time
from itertools import count

import detente as dt
from benchmarks.timing import Section, middle, paired, ratio
from detente.cases.path import Path, path
from detente.equilibrium.solve import solve

DOSSIER, SCENARIO = "kuala-lumpur-2025", "pessimistic"
TURN = count(time.time_ns() % 10**6)
"""Another number at every asking, in every run."""


def anew(world: dt.World, *, with_ranges: bool) -> Path:
    """The path worked out again: a solver that no earlier run used finds nothing on disk."""
    solver = dt.Solver(tolerance=dt.Solver().tolerance * (1 + 1e-9 * next(TURN)))
    return path(dt.Case.of(DOSSIER, world, solver=solver), SCENARIO, with_ranges=with_ranges).solve()


def run(quick: bool) -> Section:
    """Centre alone, with its range, and the same number of solves of one policy at the medium horizon, in turn."""
    world = dt.load_world()
    found = anew(world, with_ranges=True)
    nodes = sum(len(found.nodes if reading == "central" else found.corners) for reading in found.readings)
    policy = found.case.policy(SCENARIO)

    def textbook() -> None:
        for _ in range(2 * nodes):
            solve(world, policy)

    times = paired(
        [lambda: anew(world, with_ranges=False), lambda: anew(world, with_ranges=True), textbook], rounds=3 if quick else 9
    )
    rows = [
        (f"centre, {len(found.nodes)} months", middle(times, 0), f"{ratio(times, 0, 2):.2f}"),
        (f"with its range, {len(found.readings)} readings", middle(times, 1), f"{ratio(times, 1, 2):.2f}"),
        (f"{2 * nodes} textbook solves, one after the other", middle(times, 2), "1"),
    ]
    return Section(
        title="The path of a scenario and its baseline, shipped world (32 × 31)",
        before=(
            "The pessimistic path of Kuala Lumpur with nothing kept, compiled code warm, two nodes beside each other; against "
            "as many `solve` calls of the same policy at the medium horizon. Nodes of the first year take twice the sweeps.",
        ),
        header=("what", "time", "÷ textbook solves"),
        rows=tuple(rows),
    )
