"""A state as a file: results as CSV, the scenario as YAML, the same in Python, a run file that `detente rerun` repeats, and
still charts of it as SVG, PNG or HTML, drawn as the report draws them.

>>> from detente.web.state import PageState
>>> name, media, text = export(Engine(), "python", PageState(dossier="kuala-lumpur-2025", levers={"us-threat-100": 40}))
>>> name, "dt.load_dossier('kuala-lumpur-2025')" in text
('kuala-lumpur-2025.py', True)
>>> asked = FigureRequest(states=[PageState(dossier="kuala-lumpur-2025", scenario="middle")])
>>> drawn(Engine(), "economies", "svg", asked)[:4]
b'<svg'
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import yaml
from cachetools import LRUCache, cached
from pydantic import Field

from detente.cases.case import ONE_THREAD, Case
from detente.cases.runs import Run, dossier_content
from detente.equilibrium.outcome import Outcome
from detente.errors import BadDossier, InputError, UnknownName
from detente.policy.dossier import parse_dossier
from detente.web.quick import COLUMNS, Engine, case_title
from detente.web.state import OWN, PageState, Resolved, Strict, digest, resolve
from detente.words import say

if TYPE_CHECKING:
    from detente.briefing.document import Figure

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


# -- still charts ----------------------------------------------------------------------------------------------------------
Ending = Literal["svg", "png", "html"]
DRAWINGS = {"svg": "image/svg+xml", "png": "image/png", "html": "text/html; charset=utf-8"}
"""Media type of a chart by the ending of its name."""


class FigureRequest(Strict):
    """What to draw: a state, or several for a comparison; the indicator compared; the economy of a figure about one."""

    states: Annotated[list[PageState], Field(min_length=1, max_length=6)]
    indicator: Literal["real_income_pct", "ev_musd", "consumer_prices_pct", "tariff_revenue_musd"] = "real_income_pct"
    region: Annotated[str, Field(max_length=40)] | None = None


class Subject(NamedTuple):
    """What a figure is drawn of: the engine, the states and what was asked besides."""

    engine: Engine
    cases: Sequence[Resolved]
    asked: FigureRequest

    @property
    def first(self) -> Resolved:
        """The state. Raises `InputError` where it moves nothing."""
        case = self.cases[0]
        if case.scenario is None and not case.shift:
            raise InputError("the state is the status quo, which changes nothing; give a scenario or move a measure")
        return case

    @property
    def outcome(self) -> Outcome:
        """The state's equilibrium against the status quo."""
        return self.engine.outcome(self.first)

    @property
    def note(self) -> str:
        """Which state it is, and where the numbers come from."""
        case = self.cases[0]
        run = {"horizon": case.horizon, "as_of": case.dossier.as_of, "world": case.world}
        return say("web/figures", "note", title=case_title(case), **run)


def _income(of: Subject) -> Figure:
    case, scenario = _whole(of.cases[0])
    return _figure("income", case, scenarios=() if scenario is None else [scenario], note=of.note)


def _output(of: Subject) -> Figure:
    case = of.first.case
    region = case.world.regions[case.index(of.asked.region or case.a)]
    return _figure("output", of.outcome, region, note=of.note)


def _routes(of: Subject) -> Figure:
    return _figure("routes", *_whole(of.first), "")


def _route(of: Subject) -> Figure:
    case, scenario = _whole(of.first)
    region = of.asked.region or case.host or case.third[0]
    case.outsider(region)
    return _figure("route", case, region, scenario, "")


def _comparison(of: Subject) -> Figure:
    from detente.cases.compare import compare

    runs: dict[str, Run] = {}
    for k, case in enumerate(of.cases, 1):
        dossier, scenario = case.as_dossier()
        title = f"{case.scenario or 'status quo'}{', moved' if case.shift else ''}"  # short, as it stands beside a dot
        runs[title if title not in runs else f"{title} ({k})"] = Run.of_scenario(dossier, scenario, case.world, case.horizon)
    found = compare(runs)
    indicator = COLUMNS[of.asked.indicator].label.lower()
    spread = [str(r) for r in found.spread(indicator).index]
    known = [r for r in of.cases[0].case.trio if r in spread]
    return _figure("comparison", found, indicator, [*known, *(["WORLD"] if "WORLD" in spread else [])])


FIGURES: Mapping[str, Callable[[Subject], Figure]] = {
    "income": _income,
    "economies": lambda of: _figure("economies", of.outcome, note=of.note),
    "output": _output,
    "comparison": _comparison,
    "routes": _routes,
    "route": _route,
}
"""The charts there are of a state; those of long work stand in its briefing."""


def _figure(name: str, *results: Any, **more: Any) -> Figure:
    from detente.briefing.charts import figure

    made = figure(name, *results, **more)
    assert made is not None  # only a figure of the talks may have nothing to show
    return made


def _whole(case: Resolved) -> tuple[Case, str | None]:
    """The case with moved levers as a scenario of its own, and the scenario shown."""
    dossier, scenario = case.as_dossier()
    return (Case.of(dossier, case.world, case.horizon, solver=ONE_THREAD) if case.shift else case.case), scenario


def drawn(engine: Engine, name: str, ending: Ending, asked: FigureRequest) -> bytes:
    """A chart as a file. Raises `UnknownName`, `InputError`, and what solving raises."""
    if name not in FIGURES:
        raise UnknownName(name, list(FIGURES), "figure")
    if (len(asked.states) > 1) != (name == "comparison"):
        raise InputError("a comparison is of two to six states, any other figure of one")
    return _drawn(Subject(engine, [resolve(s) for s in asked.states], asked), name, ending)


@cached(
    LRUCache(16_000_000, getsizeof=len), lock=Lock(),
    key=lambda of, name, ending: digest([name, ending, [c.key for c in of.cases], of.asked.indicator, of.asked.region]),
)  # fmt: skip
def _drawn(of: Subject, name: str, ending: Ending) -> bytes:
    from detente.briefing.charts import rendered
    from detente.briefing.charts.theme import coloured, roles

    case = of.cases[0].case
    with coloured(roles(case.parties, case.host)):
        return rendered(FIGURES[name](of), ending)
