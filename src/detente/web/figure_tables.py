"""The numbers of a still chart as a table: one row a mark, each with its state, time basis, baseline, dates and source.

Every row tells by itself what it is, so that a file torn from its page still says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from detente import __version__
from detente.cases.case import STATUS_QUO
from detente.equilibrium.indicators import INDICATORS
from detente.errors import InputError
from detente.files import table_csv
from detente.web.effects import INDICATOR, WORLD
from detente.web.headline import Page
from detente.web.quick import COLUMNS
from detente.web.subject import Subject, whole
from detente.web.why import titles
from detente.words import run_words, say
from detente.words.names import region_name, sector_name

if TYPE_CHECKING:
    from detente.web.state import Resolved

Rows = list[dict[str, Any]]
TEXTS = "web/figures"


def csv_of(name: str, of: Subject) -> bytes:
    """The table of a chart as CSV. Raises what drawing the chart raises."""
    return _written(TABLES[name](of))


def _written(rows: Rows) -> bytes:
    return table_csv(pd.DataFrame(rows), index=False)


def csv_of_marks(spec: Mapping[str, Any], told: Mapping[str, Any]) -> bytes:
    """The values that a specification draws, one row a mark. Raises `InputError` where its marks are no labelled values."""
    kept = ("panel", "label", "value", "low", "high", "text")
    sets = [rows for rows in spec.get("datasets", {}).values() if rows and {"label", "value"} <= set(rows[0])]
    if not sets:
        raise InputError(say(TEXTS, "no_table"))
    rows: Rows = [{**{k: row[k] for k in kept if k in row}, **told} for row in max(sets, key=len)]
    return _written(rows)


def about(case: Resolved) -> dict[str, Any]:
    """What every row says of the state it is of."""
    moved = " ".join(f"{k}={v:g}" for k, v in sorted(case.moved.items()))
    return {
        "dossier": case.dossier.id, "as_of": case.dossier.as_of.isoformat(), "scenario": case.scenario or STATUS_QUO,
        "scenario_title": case.dossier.scenario(case.scenario).title if case.scenario else "", "moved": moved,
        "policy_date": case.day.isoformat(), "horizon": case.horizon, "time_basis": run_words(case.horizon),
        "relative_to": case.compared_with, "world": case.world.name, "table_year": case.world.year,
        "source": say(TEXTS, "source", version=__version__, world=case.world), "key": case.key,
    }  # fmt: skip


def _row(code: str, measure: str, unit: str, value: float, low: float | None, high: float | None, **more: Any) -> dict[str, Any]:
    name = say(TEXTS, "the_world") if code == WORLD else region_name(code)
    ends = {"low": low, "high": high}
    return {"region": code, "region_name": name, **more, "measure": measure, "value": value, **ends, "unit": unit}


def _column(code: str, column: object, value: float, **more: Any) -> dict[str, Any]:
    """A row of a cell whose column's name ends with its unit: "exports gained to USA, million USD"."""
    measure, _, unit = str(column).rpartition(", ")
    return _row(code, measure or str(column), unit, value, None, None, **more)


def _answer(of: Subject) -> Rows:
    case, unit = of.cases[0], of.asked.unit
    effects = of.engine.effects(case, unit, ranged=of.asked.ranges)
    page = Page(case, effects)
    told, indicator = about(case), INDICATORS[INDICATOR[unit]]
    rows = []
    for bar in (*page.bars["rows"], page.bars["world"]):
        label = page.numbers[bar["number"]]["label"]
        rows.append(_row(bar["region"], indicator.label, label.rpartition(", ")[2], bar["value"], bar["low"], bar["high"]) | told)
    return rows


def _economies(of: Subject) -> Rows:
    case = of.first
    chosen = COLUMNS[of.asked.indicator]
    ends = of.ends(case) if chosen.name == "real_income" else {}
    values = chosen.read(of.outcome)
    told = about(case)
    return [
        _row(str(c), chosen.label, chosen.unit, float(v), *ends.get(str(c), (None, None))) | told
        for c, v in values.sort_values(ascending=False).items()
    ]


def _states(of: Subject) -> Rows:
    rows = []
    for case in of.cases:
        outcome, ends, told = of.engine.outcome(case), of.ends(case), about(case)
        for code in (*case.world.regions, WORLD):
            value = outcome.world_real_income if code == WORLD else float(outcome.real_income[code])
            rows.append(_row(code, "real income", "%", value, *ends.get(code, (None, None))) | told)
    return rows


def _comparison(of: Subject) -> Rows:
    chosen, rows = COLUMNS[of.asked.indicator], []
    for case in of.cases:
        told = about(case)
        for code, value in chosen.read(of.engine.outcome(case)).items():
            rows.append(_row(str(code), chosen.label, chosen.unit, float(value), None, None) | told)
    return rows


def _income(of: Subject) -> Rows:
    case, scenario = whole(of.cases[0])
    rows = []
    for s in case.ids if scenario is None else [scenario]:
        told = about(of.cases[0]) | {"scenario": s, "scenario_title": case.dossier.scenario(s).title}
        for code in case.focus:
            members = None if code == WORLD else case.members(code)
            low, value, high = case.world_range(s, members)
            rows.append(_row(code, "real income", "%", value, low, high) | told)
    return rows


def _output(of: Subject) -> Rows:
    case = of.first
    region = case.world.regions[case.case.index(of.region or case.case.a)]
    told = about(case)
    series = of.outcome.output.loc[region].to_dict()
    return [
        _row(region, "output", "%", float(series[s]), None, None, sector=str(s), sector_name=sector_name(str(s))) | told
        for s in sorted(series, key=lambda s: -series[s])
    ]


def _duties(of: Subject) -> Rows:
    answer, told = of.engine.answer(of.first), about(of.first)
    return [
        _row(d["by"], "mean duty", "%", d[f"mean_pct_{when}"], None, None, on=d["on"], when=when) | told
        for d in answer["duties"]
        for when in ("before", "after")
    ]


def _drivers(of: Subject) -> Rows:
    found, labels = of.engine.drivers(of.first), titles(of.first)
    told = about(of.first) | {"relative_to": say(TEXTS, "in_force", on=of.first.dossier.as_of)}
    parts = [(d["lever"], labels(d["lever"])[0], d["part_pct"]) for d in found["drivers"]]
    parts.append(("", say("web/why", "together"), found["together"]))
    return [
        _row(c, "part of real income", "points", v, None, None, moved_measure=name, title=title) | told
        for name, title, by_code in parts
        for c, v in by_code.items()
    ]


def _routes(of: Subject) -> Rows:
    from detente.strategy.bystanders import overview

    case, scenario = whole(of.first)
    told = about(of.first)
    assert scenario is not None
    frame = overview(case, scenario)
    return [_column(str(code), column, float(v)) | told for code, row in frame.iterrows() for column, v in row.items()]


def _route(of: Subject) -> Rows:
    from detente.strategy.transshipment import pass_through

    case, scenario = whole(of.first)
    region = of.region or case.host or case.third[0]
    case.outsider(region)
    assert scenario is not None
    frame, told = pass_through(case, scenario).by_sector(region), about(of.first)
    return [
        _column(region, column, float(v), sector=str(s), sector_name=sector_name(str(s))) | told
        for s, row in frame.iterrows()
        for column, v in row.items()
    ]


TABLES: Mapping[str, Callable[[Subject], Rows]] = {
    "answer": _answer, "income": _income, "economies": _economies, "output": _output, "duties": _duties, "drivers": _drivers,
    "states": _states, "comparison": _comparison, "routes": _routes, "route": _route,
}  # fmt: skip
"""A table for every chart of a state."""
