"""A state as a file: results as CSV, the scenario as YAML, the same in Python, a run file that `detente rerun` repeats.

>>> from detente.web.state import PageState
>>> name, media, text = export(Engine(), "python", PageState(dossier="kuala-lumpur-2025", levers={"us-threat-100": 40}))
>>> name, "dt.load_dossier('kuala-lumpur-2025')" in text
('kuala-lumpur-2025.py', True)
"""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any, Literal

import yaml

from detente.cases.runs import Run, dossier_content
from detente.equilibrium.outcome import Outcome
from detente.errors import BadDossier
from detente.policy.dossier import parse_dossier
from detente.web.quick import Engine
from detente.web.state import OWN, PageState, Resolved, resolve

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
Kind = Literal["csv", "yaml", "python", "run"]
MEDIA = {
    "csv": "text/csv; charset=utf-8", "yaml": "application/yaml; charset=utf-8", "python": "text/x-python; charset=utf-8",
    "run": "application/json; charset=utf-8",
}  # fmt: skip


def export(engine: Engine, kind: Kind, state: PageState) -> tuple[str, str, str]:
    """File name, media type and text of a state in one of the forms."""
    case = resolve(state)
    stem = f"{case.dossier.id}{'-' + case.scenario if case.scenario else ''}"
    if kind == "csv":
        return f"{stem}.csv", MEDIA[kind], csv_text(engine.outcome(case))
    if kind == "yaml":
        return f"{stem}.yaml", MEDIA[kind], yaml_text(case)
    if kind == "python":
        return f"{stem}.py", MEDIA[kind], python_text(case)
    return f"{stem}.run.json", MEDIA[kind], run_text(case)


def csv_text(outcome: Outcome) -> str:
    """Results by region, as `Outcome.to_frame` names them."""
    target = io.StringIO()
    outcome.to_frame().to_csv(target, index_label="region", float_format="%.10g", lineterminator="\n")
    return target.getvalue()


def yaml_text(case: Resolved) -> str:
    """The dossier as YAML; moved levers are a scenario of their own at the end."""
    dossier, _ = case.as_dossier()
    content = dossier_content(dossier)
    text = _dumped(_dated(content))
    try:
        parse_dossier(text)
    except BadDossier:  # a text that looks like a day, where a text is wanted: quote all days then
        text = _dumped(content)
    return text


def _dumped(content: Any) -> str:
    return str(yaml.dump(content, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=120))


def _dated(value: Any) -> Any:
    """`value` with texts that are days as days, so that they are written without quotes."""
    if isinstance(value, dict):
        return {k: _dated(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_dated(v) for v in value]
    if isinstance(value, str) and len(value) == 10 and value[4:5] == value[7:8] == "-":
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def python_text(case: Resolved) -> str:
    """A script that gives the same numbers."""
    own = case.state.content is not None
    name = f"{case.dossier.id}.yaml" if own else case.dossier.id
    note = f"# Save the dossier beside this file as {name} first (Export, YAML).\n" if own else ""
    scenario = OWN if own and case.shift else case.scenario
    moved = {} if own else dict(sorted(case.moved.items()))
    title = f"{_comment(case.dossier.title)}: {_comment(case.scenario or 'status quo')}"
    return f'''"""{title}, {case.horizon} run, against the status quo."""

import detente as dt
from detente.policy.levers import levered_policy

{note}dossier = dt.load_dossier({name!r})
world = dt.load_world({case.world.name!r})
moved = {moved!r}

before = dt.solve(world, dossier.policy(None, world.regions, world.sectors), {case.horizon!r})
policy = levered_policy(dossier, {scenario!r}, moved, world.regions, world.sectors)
outcome = dt.solve(world, policy, {case.horizon!r}).relative_to(before)
print(outcome.real_income.sort_values().round(3))
print("world", round(outcome.world_real_income, 3), "%")
'''


def _comment(text: str) -> str:
    """Words of a dossier that cannot end the string they stand in."""
    return " ".join(text.replace("\\", " ").replace('"', "'").split())


def run_text(case: Resolved) -> str:
    """A run file."""
    dossier, scenario = case.as_dossier()
    record = Run.of_scenario(dossier, scenario, case.world, case.horizon).record()
    return json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
