"""The briefing from the command line to the last file: a first run on a machine, and a run after it.

Each run is a process of its own, so that imports count. CPU seconds are those of the process and of the drawing engine it
starts; they hold better than the time on the clock where other work keeps the cores busy.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.timing import Section, seconds

DOSSIER = "kuala-lumpur-2025"
STAGES = ("imports", "dossier and world", "scenarios", "sections", "page and files", "drawing, in its process")
SCRIPT = """
import json, resource, sys, time
begin = time.perf_counter()
def cpu(who=resource.RUSAGE_SELF):
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime
marks = [0.0]
from detente.briefing.charts import engine
from detente.briefing import kept, report
marks.append(cpu())
dossier, world = kept.load_dossier(sys.argv[1]), kept.load_world()
marks.append(cpu())
solve_case, write_sections = report.solve_case, report.write_sections
def solved(*a):
    out = solve_case(*a)
    marks.append(cpu())
    return out
def written(*a):
    out = write_sections(*a)
    marks.append(cpu())
    return out
report.solve_case, report.write_sections = solved, written
kept.brief(dossier, world, out=sys.argv[2], anew=True)
marks.append(cpu())
clock = time.perf_counter() - begin
engine._stop()
stages = [b - a for a, b in zip(marks, marks[1:])] + [cpu(resource.RUSAGE_CHILDREN)]
print(json.dumps({"clock": clock, "stages": stages}))
"""


def once(cache: Path, out: Path) -> tuple[float, list[float]]:
    """Seconds on the clock and CPU seconds by stage of one run with `cache` as DETENTE_CACHE."""
    environment = os.environ | {"DETENTE_CACHE": str(cache)}
    command = [sys.executable, "-c", SCRIPT, DOSSIER, str(out)]
    answer = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    told = json.loads(answer.splitlines()[-1])
    return told["clock"], told["stages"]


ASKED_AGAIN = """
import sys
from detente.briefing import brief
brief(sys.argv[1], out=sys.argv[2])
"""


def asked_again(cache: Path, out: Path) -> float:
    """Seconds on the clock of a process that asks for a briefing that is kept."""
    begin = time.perf_counter()
    environment = os.environ | {"DETENTE_CACHE": str(cache)}
    subprocess.run([sys.executable, "-c", ASKED_AGAIN, DOSSIER, str(out)], env=environment, check=True)
    return time.perf_counter() - begin


def run(quick: bool = False) -> Section:
    """A first run, one with all charts new, one that solves all anew, and one after all of them; the median of several rounds."""
    rounds = 1 if quick else 3
    names = ("nothing kept", "compiled code kept", "drawings kept too", "solutions kept too")
    runs = len(names)
    clock, again, stages = np.empty((rounds, runs)), np.empty(rounds), np.empty((rounds, runs, len(STAGES)))
    with tempfile.TemporaryDirectory() as folder:
        for r in range(rounds):
            cache = Path(folder) / f"cache-{r}"
            for k in range(runs):
                for forgotten in {1: ("drawings", "solutions"), 2: ("solutions",)}.get(k, ()):
                    shutil.rmtree(cache / forgotten)
                clock[r, k], stages[r, k] = once(cache, Path(folder) / "out")
            again[r] = asked_again(cache, Path(folder) / "out")
    told, middle = np.median(clock, axis=0), np.median(stages, axis=0)
    rows = [(name, *(seconds(middle[k, j]) for k in range(runs))) for j, name in enumerate(STAGES)]
    rows.append(("CPU in all", *(seconds(float(np.median(stages[:, k].sum(1)))) for k in range(runs))))
    rows.append(("on the clock", *(seconds(told[k]) for k in range(runs))))
    return Section(
        "The briefing",
        (
            f"`detente brief {DOSSIER}`: CPU seconds by stage, and the time on the clock. A first run compiles the solver "
            "and draws every chart; a later one loads both from the cache folder, and the solutions too. What has changed is "
            "solved and drawn again. With solutions kept a run takes "
            f"{told[3] / told[2]:.2f} of the time of one that solves; asked again for the very same briefing, "
            f"{float(np.median(again)) / told[2]:.2f}.",
        ),
        ("stage", *names),
        tuple(rows),
    )
