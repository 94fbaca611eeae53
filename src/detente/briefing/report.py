"""`brief`: a dossier and a world in, one HTML page, Markdown, data files and a run record out.

All files are moved into place at the end, so a failure leaves nothing half done; what is not ours is never replaced unasked (see
`detente.files`).
The same dossier, world, parameters and code give the same bytes: no clock is read.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing import page
from detente.briefing.charts import figures
from detente.briefing.charts.theme import coloured, roles
from detente.briefing.contents import beside
from detente.briefing.document import DataFile, Section
from detente.briefing.view import CaseView
from detente.cases.case import STATUS_QUO, Case
from detente.cases.runs import FORMAT, dossier_content
from detente.equilibrium.memory import solved_once
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import horizon_table
from detente.errors import BadDossier
from detente.files import check_folder, sha256, write_folder
from detente.policy.dossier import Dossier, load_dossier
from detente.types import Progress
from detente.world.library import load_world
from detente.world.world import World

RECORD = "run.json"
NAMES = ("briefing.html", "briefing.md", RECORD, "data/README.csv")
"""What every briefing holds; the other files of the folder data depend on the dossier."""


@dataclass(frozen=True)
class Briefing:
    """Where a briefing was written, and its main results."""

    html: Path
    markdown: Path
    data: Path
    run_json: Path
    headline: dict[str, Any]


def brief(
    dossier: Dossier | str | Path,
    world: World | None = None,
    *,
    out: str | os.PathLike[str],
    horizon: str | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Briefing:
    """Solve every scenario of `dossier` on `world` (default: the shipped one) and write the briefing into `out`.

    `horizon` is "short", "medium" or "long" (default: the dossier's); the headline is also solved at the other two.
    A briefing that stands in `out` is replaced; other files of the same names only with `force`, files of other names never.
    `progress(label, done, steps)` is called as work goes on. Raises `BadDossier`, `UnknownRegion`, `NotConverged` and the like;
    then `out` is left as it was.
    """
    folder = check_folder(out, NAMES, record=RECORD, force=force)
    negotiation = dossier if isinstance(dossier, Dossier) else load_dossier(dossier)
    table = load_world() if world is None else world
    last = 1

    def watch(label: str, done: int, steps: int) -> None:
        nonlocal last
        last = steps
        if progress is not None:
            progress(label, done, steps)

    figures.warm_up()
    # half of what the sections import is loaded while the solver runs
    Thread(target=import_module, args=["detente.briefing.contents"]).start()
    with solved_once(between_runs=True):
        case = solve_case(negotiation, table, horizon, watch)
        watch("writing", last - 1, last)
        sections = write_sections(case)
    from detente.briefing.sections.summary import headline

    numbers = {s.id: k for k, s in enumerate(negotiation.sources, start=1)}
    head = {
        "title": negotiation.title,
        "summary": negotiation.summary,
        "as_of": text.day(negotiation.as_of),
        "made": text.say(
            "briefing/view",
            "colophon",
            dossier=negotiation.id,
            world=table.name,
            fingerprint=table.fingerprint,
            horizon=case.horizon,
        ),
    }
    main = headline(case)
    contents = {
        "briefing.html": page.html(sections, head, numbers).encode(),
        "briefing.md": page.markdown(sections, head, numbers).encode(),
        **{f"data/{name}": body for name, body in data_files(case.shelf.files).items()},
    }
    contents[RECORD] = run_record(case, main, contents)
    write_folder(folder, contents, record=RECORD, force=force)
    watch("writing", last, last)
    return Briefing(folder / "briefing.html", folder / "briefing.md", folder / "data", folder / RECORD, main)


def solve_case(dossier: Dossier, world: World, horizon: str | None = None, progress: Progress | None = None) -> CaseView:
    """All scenarios with ranges at one horizon, and their central values at the others."""
    case = Case.of(dossier, world, horizon)
    chosen = case.parameters.name
    if not case.ids:
        raise BadDossier(f"{dossier.id}: a briefing needs at least one scenario besides {STATUS_QUO}")
    people = {"population", "gdp_usd"} <= set(world.extras)
    paths = {h for h, entry in horizon_table().items() if entry["values"].get("idea_years")}
    names = [h for h in horizon_table() if h != chosen and (people or h not in paths)]
    # eighteen years each along a path: only what a published figure for that year is set beside
    far = [p.compare_with for p in dossier.published if p.compare_with and "2040" in p.time_basis]
    others = {h: case.at(h, scenarios=far if h in paths else None) for h in names}
    view = CaseView(dossier, world, case.parameters, case.ids, others=others)
    steps = sum((1 + len(c.ids)) * len(c.parameter_sets) for c in (view, *others.values())) + 1

    lock, compiled, solved = Lock(), Event(), 0

    def counted(label: str, *_: int) -> None:
        nonlocal solved
        compiled.set()
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
    """All sections in reading order; see `sections`."""
    from detente.briefing import contents

    with coloured(roles(case.parties, case.host)):
        return contents.write(case)


# -- data and record ---------------------------------------------------------------------------------------------------
def data_files(shelf: Sequence[DataFile]) -> dict[str, bytes]:
    """Every CSV by file name, and their index README.csv."""
    out = {f"{f.stem}.csv": csv_bytes(f.frame) for f in sorted(shelf, key=lambda f: f.stem)}
    index = pd.DataFrame(
        [
            {
                "file": f"{f.stem}.csv",
                "holds": f.title,
                "rows": len(f.frame),
                "columns": " ".join(map(str, f.frame.columns)),
                "sha256": sha256(out[f"{f.stem}.csv"]),
            }
            for f in sorted(shelf, key=lambda f: f.stem)
        ]
    )
    return {"README.csv": csv_bytes(index), **out}


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """A CSV with ten significant digits; text that a spreadsheet would run as a formula is quoted with an apostrophe."""
    words = {c: frame[c].tolist() for c in frame.columns if not pd.api.types.is_numeric_dtype(frame[c])}
    changed = {c: list(map(_harmless, values)) for c, values in words.items()}
    changed = {c: values for c, values in changed.items() if values != words[c]}
    safe = (
        frame.assign(**{str(c): pd.Series(v, index=frame.index, dtype=object) for c, v in changed.items()}) if changed else frame
    )
    return safe.to_csv(index=False, float_format="%.10g", lineterminator="\n").encode()


def _harmless(value: object) -> object:
    return "'" + value if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


def run_record(case: CaseView, main: dict[str, Any], contents: dict[str, bytes]) -> bytes:
    """What is needed to repeat and check the run, as JSON with sorted keys."""
    from detente.briefing.sections.closing import used_assumptions

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
        "assumptions": used_assumptions(case),
        "headline": main,
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
        name or STATUS_QUO: {v: told(case.outcome(name, variant=v)) for v in case.parameter_sets} for name in (None, *case.ids)
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


__all__ = ["Briefing", "brief", "solve_case"]
