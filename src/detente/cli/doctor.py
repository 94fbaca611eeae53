"""`detente doctor`: whether this installation can do its work, part by part, and what to do where it cannot."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from time import perf_counter
from typing import Annotated, Literal

import typer

from detente import __version__
from detente.cli.common import Json, emit, out, text_table
from detente.extras import EXTRAS
from detente.words import say

PACKAGES = ("jax", "jaxlib", "numpy", "scipy", "pandas", "pydantic", "typer", "vl-convert-python")
KEPT = {"USA": -0.04703388, "CHN": -0.11370936, "VNM": 0.2645186, "MYS": 0.06149579, "EU27": 0.01772771}
"""Real income, percent: 10 points of US duty on all goods of China, shipped world, medium run, as tests hold it."""
SLACK = 1e-6
ROOM = 500
"""Free disk below which a fault is seen, MB: a briefing with its kept solutions takes some tens."""

State = Literal["well", "absent", "fault"]


@dataclass(frozen=True)
class Finding:
    """One part that was looked at: `absent` is something one can do without."""

    part: str
    state: State
    text: str


def doctor(as_json: Json = False, quick: Annotated[bool, typer.Option("--quick", help="Leave out the solve.")] = False) -> None:
    """Look whether everything is in order here: versions, folders, disk, drawings, PDF, a solve against kept numbers.

    Ends with 1 where something is at fault.
    """
    found = list(findings(quick=quick))
    if as_json:
        emit([asdict(f) for f in found])
    else:
        out.print(_said("verdict", faults=[f.part for f in found if f.state == "fault"]), highlight=False, markup=False)
        out.print()
        table = text_table(("part", "", ""))
        for column in (1, 2):
            table.columns[column].justify = "left"
        table.columns[2].no_wrap, table.columns[2].overflow = False, "fold"
        for f in found:
            table.add_row(f.part, _said("state", found=f.state), f.text)
        out.print(table)
    if any(f.state == "fault" for f in found):
        raise typer.Exit(1)


def findings(*, quick: bool = False) -> Iterator[Finding]:
    """Every part in turn. What fails in an unforeseen way is a fault with its words, never an end of the whole."""
    parts: dict[str, Callable[[], tuple[State, str]]] = {
        "versions": _versions,
        "extras": _extras,
        "data folder": lambda: _folder("data"),
        "cache folder": lambda: _folder("cache"),
        "log": _log,
        "world": _world,
        "drawings": _drawings,
        "PDF": _pdf,
        "terminal": _terminal,
    }
    if not quick:
        parts["solve"] = _solve
    for part, look in parts.items():
        try:
            state, text = look()
        except Exception as error:  # noqa: BLE001  (what is looked for here is anything that breaks)
            state, text = "fault", f"{type(error).__name__}: {error}"
        yield Finding(_said("part", name=part), state, text)


def _said(part: str, **values: object) -> str:
    return say("cli/doctor", part, **values)


def _versions() -> tuple[State, str]:
    known = [f"Python {platform.python_version()}", f"detente {__version__}"]
    absent = []
    for name in PACKAGES:
        try:
            known.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            absent.append(name)
    if absent:
        return "fault", _said("packages_absent", absent=absent)
    return "well", ", ".join(known)


def _extras() -> tuple[State, str]:
    lacking = [extra for extra, packages in EXTRAS.items() if not all(find_spec(p) for p in packages)]
    return ("absent" if lacking else "well"), _said("extras", lacking=lacking, known=list(EXTRAS))


def _folder(kind: Literal["data", "cache"]) -> tuple[State, str]:
    from detente.files import cache_folder, data_folder

    place = (data_folder if kind == "data" else cache_folder)(".")
    there = next(p for p in (place, *place.parents) if p.exists())
    if not os.access(there, os.W_OK):
        return "fault", _said("not_writable", place=str(place), kind=kind)
    free = shutil.disk_usage(there).free / 1e6
    size = sum(p.stat().st_size for p in place.rglob("*") if p.is_file()) / 1e6 if place.exists() else 0.0
    return ("fault" if free < ROOM else "well"), _said("folder", place=str(place), free=free, size=size, short=free < ROOM)


def _log() -> tuple[State, str]:
    from detente.cli.logs import current, place

    kept = current.kept
    return ("fault", _said("no_log", place=str(place()))) if kept is None else ("well", str(kept))


def _world() -> tuple[State, str]:
    from detente.world import load_world

    world = load_world()
    world.check()
    return "well", _said("world", table=world)


def _drawings() -> tuple[State, str]:
    from detente.briefing.charts import engine

    return ("well" if engine.works() else "fault"), _said("drawings")


def _pdf() -> tuple[State, str]:
    from detente.briefing.printing import printer

    tool = printer()
    return ("absent" if tool is None else "well"), _said("pdf", tool="" if tool is None else tool.name)


def _terminal() -> tuple[State, str]:
    encoding = sys.stdout.encoding or "unknown"
    return "well", _said("terminal", encoding=encoding, width=out.width)


def _solve() -> tuple[State, str]:
    from detente.equilibrium.solve import solve
    from detente.policy.instruments import Policy, Tariff
    from detente.world import load_world

    begun = perf_counter()
    outcome = solve(load_world(), Policy([Tariff(by="USA", on="CHN", rate=0.1)]), horizon="medium")
    seconds = perf_counter() - begun
    worst = max(abs(float(outcome.real_income[code]) - kept) for code, kept in KEPT.items())
    return ("well" if worst < SLACK else "fault"), _said("solve", worst=worst, seconds=seconds, slack=SLACK, same=worst < SLACK)
