"""What a briefing holds, file by file: a dossier and a world in; front, annex, companion, data, figures and a run record out.

The same dossier, world, parameters and code give the same bytes: no clock is read.

A few threads share what has been solved (`equilibrium.memory`). A solve lets go of the interpreter, so that one lane can be put
into words while another waits for its numbers. The interpreter hands over every 5 ms as a rule, a third of a solve: a lane whose
numbers have come would stand idle that long each time. While lanes run it hands over ten times as often.

>>> beside(lambda x: x * x, [1, 2, 3], lanes=2)
[1, 4, 9]
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import replace
from importlib import import_module
from threading import Event, Lock, Thread
from types import ModuleType
from typing import Any, TypeVar

import pandas as pd

from detente import words as text
from detente.briefing import page
from detente.briefing.ahead import AHEAD, Ahead
from detente.briefing.annex import ORDER as ANNEX
from detente.briefing.charts import engine, figures, standalone
from detente.briefing.charts.theme import FAILED, coloured, roles, undrawn
from detente.briefing.document import DataFile, Figure, Para, Section, Sheet, as_data, from_data, words_in
from detente.briefing.readers import readers_of
from detente.briefing.view import CaseView
from detente.briefing.word import word_file
from detente.cases.case import STATUS_QUO, Case
from detente.cases.runs import FORMAT, dossier_content
from detente.equilibrium.memory import memory, solved_once
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import horizon_table
from detente.files import CacheFolder, sha256, table_csv
from detente.policy.dossier import Dossier
from detente.types import Progress
from detente.world.world import World

ORDER = (
    "summary", "situation", "scenarios", "outlook", "beside", "economies", "trade", "bystanders", "households", "politics",
    "scale", "strategy", "closing",
)  # fmt: skip
FRONT = ("what_happens", "what_it_means")
LANES = (
    ("strategy", "politics"),
    ("scale", "bystanders", "households", "economies", "trade",
     "outlook", "beside", "summary", "situation", "scenarios", "closing"),
)  # fmt: skip
"""Written beside each other: a lane waits while it solves, the first one for the process that works ahead (`ahead`). What quiets
a library's warnings (a setting of the whole process) stays in one lane. Where the scenarios were all found on disk nobody waits
for a solver, and lanes would only take the interpreter from each other: then one goes after the other."""


def contents_of(
    negotiation: Dossier,
    table: World,
    horizon: str | None = None,
    progress: Progress | None = None,
    *,
    readers: Sequence[str] = (),
    record: str = "run.json",
    common: str | None = None,
) -> dict[str, bytes]:
    """The files of a briefing, by name; `record` is the name of the run record. Raises what solving raises.

    The front is written for each of `readers` (see `readers.readers_of`). Companion and annex are the same for all of them: with
    `common`, a digest of all that they depend on, they are written once and found again in later runs.
    """
    last, before = 1, len(FAILED)

    def watch(label: str, done: int, steps: int) -> None:
        nonlocal last
        last = steps
        if progress is not None:
            progress(label, done, steps)

    figures.warm_up()
    chosen = readers_of(Case.of(negotiation, table, horizon), readers)  # refused before anything is solved
    written = None if common is None else _WRITTEN.find(common)
    with solved_once(between_runs=True):
        if written is None:
            case = solve_beside(negotiation, table, horizon, watch)
            watch("writing", last - 1, last)
            sections = write_sections(case)
            with coloured(roles(case.parties, case.host)):
                annex = [s for name in ANNEX for s in _part(name, "annex").sections(case)]
            sheets = list(map(sheet, case.shelf.files))
        else:
            case = solve_case(negotiation, table, horizon, watch)
            watch("writing", last - 1, last)
            sections, annex, sheets = map(list, from_data(json.loads(written)))
        shelved = len(case.shelf.files)
        with coloured(roles(case.parties, case.host)):
            fronts = {r: [_part(name, "front").page(case, r) for name in FRONT] for r in chosen}
        if written is None and common is not None:  # not before: to tell a figure is to wait until it is drawn
            data = as_data((sections, annex, sheets))
            if len(FAILED) == before:
                _WRITTEN.keep(common, json.dumps(data, ensure_ascii=False).encode())
        sheets += map(sheet, case.shelf.files[shelved:])
        sections += _part("glossary").sections([*sections, *annex, *(s for pages in fronts.values() for s in pages)])
        contents = files_of(case, sections, annex, fronts, sheets, record)
    watch("writing", last, last)
    return contents


def files_of(
    case: CaseView,
    sections: Sequence[Section],
    annex: Sequence[Section],
    fronts: Mapping[str, Sequence[Section]],
    sheets: Sequence[Sheet],
    record: str,
) -> dict[str, bytes]:
    """The files of a briefing by name, from its sections (companion, annex, and the front by reader) and its data files."""
    dossier = case.dossier
    numbers = {s.id: k for k, s in enumerate(dossier.sources, start=1)}
    made = text.say(
        "briefing/view",
        "colophon",
        dossier=dossier.id,
        world=case.world.name,
        fingerprint=case.world.fingerprint,
        horizon=case.horizon,
    )
    first = next(iter(fronts))
    finding, answer = finding_of(fronts[first])
    head = {
        "title": dossier.title,
        "short": dossier.title if len(dossier.title) <= 50 else dossier.title.split(":")[0][:50],
        "summary": dossier.summary,
        "as_of": text.day(dossier.as_of),
        "made": made,
        "finding": finding or dossier.title,
        "answer": answer,
    }
    stems = {r: "front" if r == first else f"front-{r}" for r in fronts}
    lettered = [replace(s, anchor=f"{s.anchor}-{r.lower()}") for r, pages in fronts.items() for s in pages]
    there = page.places(page.COMPANION, sections)
    behind = page.places("annex", annex, True)
    drawn = {b.id: b for s in (*lettered, *annex) for b in s.blocks if isinstance(b, Figure)}
    pictures = {name: images(figure) for name, figure in drawn.items()}
    shelf = sorted(sheets, key=lambda f: f.stem)
    data = [f"{f.stem}.csv" for f in shelf]
    outer = page.Around(there | behind, data, drawn, "companion.html")
    names = {r: text.region_name(r, article=True) for r in fronts}
    told = {anchor: p.words for anchor, p in (there | behind).items()}
    chapters = [(text.say("briefing/view", "edition", name=names[r]), pages) for r, pages in fronts.items()]
    chapters += [(text.say("briefing/view", "annex"), annex)] if annex else []
    contents = {
        **{
            f"{stems[r]}.html": page.front_html(pages, {**head, "reader": names[r]}, numbers, outer).encode()
            for r, pages in fronts.items()
        },
        "annex.html": page.annex_html(annex, head, numbers, outer).encode(),
        "companion.html": page.html(sections, head, numbers, page.Around(behind, data)).encode(),
        "companion.md": page.markdown(sections, head, numbers, page.Around(behind, data)).encode(),
        "briefing.md": page.markdown(annex, {**head, "summary": ""}, numbers, page.Around(there, data), fronts=lettered).encode(),
        "briefing.docx": word_file(
            chapters, str(head["finding"]), dossier.as_of, numbers, {name: png for name, (_, png) in pictures.items()}, told
        ),
        "index.html": page.index_html(
            head,
            editions=[{"stem": stems[r], "name": names[r]} for r in fronts],
            contents=[{"section": s, "number": k} for k, s in enumerate(annex, start=1)],
            figures=list(drawn.values()),
            data=shelf,
            record=record,
        ).encode(),
        **{f"figures/{name}.svg": svg for name, (svg, _) in pictures.items()},
        **{f"figures/{name}.png": png for name, (_, png) in pictures.items()},
        **{f"data/{name}": body for name, body in data_files(shelf).items()},
    }
    words = {f"front-{r}": words_in(pages) for r, pages in fronts.items()} | {
        "annex": words_in(annex),
        "companion": words_in(sections),
    }
    main = {**_part("summary").headline(case), "finding": head["finding"], "answer": head["answer"]}
    contents[record] = run_record(case, main, contents, list(fronts), words)
    return contents


def finding_of(pages: Sequence[Section]) -> tuple[str, str]:
    """Title of the first page, and the first sentence of its answer."""
    if not pages:
        return "", ""
    said = next((b.text for b in pages[0].blocks if isinstance(b, Para)), "")
    return pages[0].title, re.split(r"(?<=[.!?])\s+(?=[A-Z“])", said, maxsplit=1)[0]


_WRITTEN = CacheFolder("sections", 30)
"""Companion and annex as data, about 3 MB each."""
_IMAGES = CacheFolder("images", 600)


def images(figure: Figure) -> tuple[bytes, bytes]:
    """A figure as SVG and PNG files; the PNG is kept between runs under the SVG and the drawing engine."""
    svg = standalone.as_bytes(figure, "svg")
    key = engine.key(svg.decode())
    png = _IMAGES.find(key)
    if png is None:
        try:
            png = standalone.as_bytes(figure, "png")
        except ValueError as error:
            said = undrawn(figure.id, error)
            return svg, standalone.as_bytes(replace(figure, drawn=lambda: (said, said)), "png")
        _IMAGES.keep(key, png)
    return svg, png


def solve_beside(dossier: Dossier, world: World, horizon: str | None, progress: Progress) -> CaseView:
    """`solve_case`, with what can go on beside it where sections are to be written: imports, and the process that works ahead."""
    Thread(target=lambda: [_part(name) for name in ORDER]).start()  # half of what is imported, while the solver runs
    process, kept = Ahead(dossier, world, horizon), memory()
    if kept is not None and kept.solutions is not None:  # where the two meet
        kept.begins = process.begin
    try:
        return solve_case(dossier, world, horizon, progress, process)
    finally:
        process.end()  # unless it was let go on


def solve_case(
    dossier: Dossier,
    world: World,
    horizon: str | None = None,
    progress: Progress | None = None,
    process: Ahead | None = None,
) -> CaseView:
    """All scenarios with ranges at one horizon, and their central values at the others; a `process` beside this one is let go on
    where anything had to be solved."""
    case = Case.of(dossier, world, horizon)
    chosen = case.parameters.name
    case.must_have_scenarios()
    people = {"population", "gdp_usd"} <= set(world.extras)
    paths = {h for h, entry in horizon_table().items() if entry["values"].get("idea_years")}
    names = [h for h in horizon_table() if h != chosen and (people or h not in paths)]
    # eighteen years each along a path: no scenario is worth it, only the split of the world that stands on the status quo
    others = {h: case.at(h, scenarios=() if h in paths else None) for h in names}
    view = CaseView(dossier, world, case.parameters, case.ids, others=others)
    if process is not None:
        view.once(AHEAD, lambda: process)
    steps = sum((1 + len(c.ids)) * len(c.parameter_sets) for c in (view, *others.values())) + 1

    lock, compiled, solved = Lock(), Event(), 0

    def counted(label: str, *_: int) -> None:
        nonlocal solved
        compiled.set()
        kept = memory()
        if process is not None and kept is not None and kept.worked:  # what is compiled by now it loads
            process.go()
        with lock:
            solved += 1
            if progress is not None:
                progress(label, solved, steps)

    def at(one: Case) -> None:
        try:
            if one is not view:
                compiled.wait()  # the first solve compiles; two at once would compile the same thing
            one.solve(counted)
        finally:
            compiled.set()

    beside(at, [view, *others.values()], 2)
    return view


def write_sections(case: CaseView) -> list[Section]:
    """All sections in reading order."""

    def written(lane: Sequence[str]) -> dict[str, list[Section]]:
        return {name: _part(name).sections(case) for name in lane}

    kept = memory()
    lanes = 1 if kept is not None and kept.solutions is not None and not kept.worked else len(LANES)
    with coloured(roles(case.parties, case.host)):
        done = {name: found for lane in beside(written, LANES, lanes) for name, found in lane.items()}
    return [section for name in ORDER for section in done[name]]


def _part(name: str, room: str = "sections") -> ModuleType:
    return import_module(f"detente.briefing.{room}.{name}")


# -- work beside other work --------------------------------------------------------------------------------------------
T = TypeVar("T")
R = TypeVar("R")
HAND_OVER = 0.0005
"""Seconds after which a waiting thread may ask for the interpreter while lanes run."""


def beside(work: Callable[[T], R], items: Sequence[T], lanes: int) -> list[R]:
    """`work` of every item, `lanes` at a time, each in a copy of this context; results in the order of the items.

    The first failure in that order is raised when all are done.
    """
    with _nimble(), ThreadPoolExecutor(lanes, thread_name_prefix="briefing") as pool:
        waiting = [pool.submit(copy_context().run, work, item) for item in items]
        return [w.result() for w in waiting]


_GUARD = Lock()
_RUNNING: list[float] = []  # the interval found by each that is running, the first one's first


@contextmanager
def _nimble() -> Iterator[None]:
    """A setting of the whole process: the last to leave puts back what the first one found."""
    with _GUARD:
        _RUNNING.append(_RUNNING[0] if _RUNNING else sys.getswitchinterval())
        sys.setswitchinterval(min(_RUNNING[0], HAND_OVER))
    try:
        yield
    finally:
        with _GUARD:
            found = _RUNNING.pop()
            if not _RUNNING:
                sys.setswitchinterval(found)


# -- data and record ---------------------------------------------------------------------------------------------------
def sheet(file: DataFile) -> Sheet:
    """A data file as it is written."""
    return Sheet(file.stem, file.title, len(file.frame), tuple(map(str, file.frame.columns)), csv_bytes(file.frame).decode())


def data_files(sheets: Sequence[Sheet]) -> dict[str, bytes]:
    """Every CSV by file name, and their index README.csv."""
    sheets = sorted(sheets, key=lambda f: f.stem)
    out = {f"{f.stem}.csv": f.csv.encode() for f in sheets}
    index = pd.DataFrame(
        [
            {"file": name, "holds": f.title, "rows": f.rows, "columns": " ".join(f.columns), "sha256": sha256(body)}
            for f, (name, body) in zip(sheets, out.items(), strict=True)
        ]
    )
    return {"README.csv": csv_bytes(index), **out}


BLANKS = dict.fromkeys(map(ord, "\u2009\u202f\u00a0"), " ")
"""Blanks of print, which no reader of a data file expects."""


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """A CSV with ten significant digits; text that a spreadsheet would run as a formula is quoted with an apostrophe, and blanks
    of print (thin, or not to be broken) are plain."""
    words = {c: frame[c].tolist() for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])}
    changed = {c: list(map(_plain_blanks, values)) for c, values in words.items()}
    changed = {c: values for c, values in changed.items() if values != words[c]}
    safe = (
        frame.assign(**{str(c): pd.Series(v, index=frame.index, dtype=object) for c, v in changed.items()}) if changed else frame
    )
    return table_csv(safe, index=False)


def _plain_blanks(value: object) -> object:
    return value.translate(BLANKS) if isinstance(value, str) else value


def run_record(
    case: CaseView, main: dict[str, Any], contents: Mapping[str, bytes], readers: Sequence[str], words: Mapping[str, int]
) -> bytes:
    """What is needed to repeat and check the run, as JSON with sorted keys."""
    dossier_json = json.dumps(case.dossier.model_dump(mode="json", by_alias=True), sort_keys=True, ensure_ascii=False)
    record = {
        "format": FORMAT,
        "kind": "briefing",
        "dossier_content": dossier_content(case.dossier),
        "dossier": {
            "id": case.dossier.id,
            "sha256": sha256(dossier_json.encode()),
            "as_of": case.dossier.as_of.isoformat(),
            "schema_version": case.dossier.schema_version,
        },
        "world": {
            "name": case.world.name,
            "fingerprint": case.world.fingerprint,
            "year": case.world.year,
            "unit": case.world.unit,
            "regions": list(case.world.regions),
            "sectors": list(case.world.sectors),
        },
        "parameters": case.runs.parameters.record(),
        "code_version": case.runs.status_quo.provenance.get("code_version", "source"),
        "policies": {
            STATUS_QUO: case.status_quo.provenance.get("policy", []),
            **{k: p.describe() for k, p in case.policies.items() if k is not None},
        },
        "solutions": {h: solutions(r) for h, r in sorted({case.parameters.name: case, **case.others}.items())},
        "measure_status": {k: v.value for k, v in case.dossier.status().items()},
        "assumptions": _part("closing").used_assumptions(case),
        "headline": main,
        "readers": list(readers),
        "words": dict(words),
        "repeat": "detente rerun run.json",
        "files": {name: {"bytes": len(body), "sha256": sha256(body)} for name, body in sorted(contents.items())},
    }
    return (json.dumps(_json(record), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n").encode()


def solutions(case: Case) -> dict[str, Any]:
    """Status and residuals of every solution, variants included."""

    def told(o: Outcome) -> dict[str, Any]:
        return {
            "status": o.status,
            "residual": _digits(o.residual),
            "clearing_gap": _digits(o.clearing_gap),
            "iterations": o.iterations,
            "inputs_hash": o.provenance.get("inputs_hash", ""),
        }

    return {
        name or STATUS_QUO: {v: told(case.outcome(name, variant=v)) for v in case.answered(name)} for name in (None, *case.ids)
    }


def _digits(value: float) -> float:
    return float(f"{value:.1e}")


def _json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _json(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


__all__ = ["contents_of", "solve_case"]
