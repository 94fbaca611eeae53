"""The scenarios side by side: provisions, real income by region, duties, horizons, tile maps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts import forms as charts
from detente.briefing.charts.figures import WIDE, figure
from detente.briefing.document import Block, Cell, Figure, Heading, Items, Para, Section, Table
from detente.briefing.tables import Col, by_scenario, table, texts
from detente.briefing.view import STATUS_QUO, CaseView
from detente.equilibrium.months import stretches
from detente.words.names import region_name, region_table


def _say(part: str, **values: Any) -> str:
    return text.say("briefing/sections/scenarios", part, **values)


def sections(case: CaseView) -> list[Section]:
    """What every scenario holds, then all of them beside each other."""
    blocks: list[Block] = [Para(lead(case))]
    for s in case.dossier.scenarios:
        label = case.label(s.id)
        blocks.append(Heading(f"{label}: {s.title}" if s.title.lower() != label.lower() else s.title, f"scenario-{s.id}"))
        blocks.append(Para(s.summary, cites=s.sources))
        if s.narrative not in ("", s.summary):
            blocks.append(Para(s.narrative))
        inside = tuple(Para(text.sentence(p.text)) for p in s.provisions if p.modelled)
        outside = tuple(Para(f"{text.sentence(p.text)} {text.sentence(p.why_not or '')}") for p in s.provisions if not p.modelled)
        for head, told in (("inside", inside), ("outside", outside)):
            if told:
                blocks += [Para(_say(head, case=case), kind="label"), Items(told)]
    blocks += [
        Heading("Side by side", "side-by-side"),
        income_table(case),
        tile_figure(case),
        Para(spread_sentence(case)),
        duty_table(case),
        Heading(_say("along_the_path", case=case), "path"),
        stretch_table(case),
    ]
    return [Section("scenarios", _say("title", case=case), tuple(blocks))]


def lead(case: CaseView) -> str:
    """Which scenario is best and worst for whom."""
    ends = []
    for code in case.focus:
        values = {s: case.income(code, s).value for s in case.moving}
        worst, best = min(values, key=lambda s: values[s]), max(values, key=lambda s: values[s])
        ends.append((code, case.label(worst), values[worst], case.label(best), values[best]))
    return _say("lead", case=case, ends=ends)


def spread_sentence(case: CaseView) -> str:
    """Who is hit hardest and who gains in the worst scenario."""
    values = {str(k): float(v) for k, v in case.outcome(case.worst).real_income.items()}
    return _say("spread", case=case, values=values)


def table_regions(case: CaseView) -> list[str]:
    """Rows of the table: the headline regions, then the larger economies by income of the table."""
    income = case.world.value_added.sum(1)
    rest = sorted((r for r in case.world.regions if r not in case.focus), key=lambda r: -income[case.i(r)])
    named = [b.region for b in case.dossier.bystanders if b.region in rest]
    return [*case.focus[:-1], *dict.fromkeys([*named, *rest[:6]]), "WORLD"]


def income_table(case: CaseView) -> Table:
    """Scenario × region, real income with ranges; the status quo against the reference first."""
    regions = table_regions(case)
    strong = [r in case.focus for r in regions]
    columns = [
        Col("", [Cell(text.capital(text.short_name(r)), strong=bold) for r, bold in zip(regions, strong, strict=True)]),
        *by_scenario(
            case,
            lambda s: [case.income(r, s).cell(strong=bold) for r, bold in zip(regions, strong, strict=True)],
            lambda s: [[case.row(r, s, "real income", "%", case.income(r, s))] for r in regions],
        ),
    ]
    return table(case, "scenario-real-income", texts("scenarios", "income", case=case), columns, id="income", wide=True)


def tile_figure(case: CaseView) -> Figure:
    """One map a scenario, and one for the status quo against the reference; none that is blank, or prints as another does."""
    places = region_table()
    regions = [r for r in case.world.regions if "tile" in places.get(r, {})]
    values = {(s, r): float(case.outcome(s).real_income[r]) for s in (None, *case.moving) for r in regions or case.world.regions}
    drawn = distinct({s: {r: v for (t, r), v in values.items() if t == s} for s in (None, *case.moving)})
    edges = charts.thresholds(list(values.values()))
    frame = pd.DataFrame(
        [
            {
                "panel": case.panel(s),
                "code": r,
                "column": spot[0],
                "row": spot[1],
                "value": value,
                "text": charts.tile_number(value, 1 if abs(value) >= 0.995 else 2),
                "step": charts.step(value, edges),
            }
            for (s, r), value in values.items()
            if s in drawn
            for spot in [places.get(r, {}).get("tile", [case.i(r) % 8, case.i(r) // 8])]
        ]
    )
    lost = {s: sum(float(case.outcome(s).real_income[r]) <= -text.TINY for r in case.world.regions) for s in case.moving}
    most = case.worst if case.worst in lost else max(lost, key=lambda s: lost[s])
    told = texts(
        "scenarios", "map", case=case, most=most, lost=lost[most], steps=[f"{e:g}" for e in edges],
        without=[case.label(s) for s in (None, *case.moving) if s not in drawn],
    )  # fmt: skip
    rows = [case.row(r, s, "real income", "%", value) for (s, r), value in values.items()]
    csv = case.file("map-real-income", told.file, rows)
    shown = {f"{r.panel}, {region_name(str(r.code))}": str(r.text) for r in frame.itertuples()}
    return figure(
        "fig-map",
        told.title,
        told.subtitle,
        case.note(csv, told.note),
        charts.alt_text(f"{told.title}.", shown),
        csv,
        lambda w: charts.tiles(frame, w, across=2 if w > 500 else 1),
        width=WIDE,
    )


def distinct(maps: Mapping[str | None, Mapping[str, float]]) -> list[str | None]:
    """Those to draw: neither blank nor, as printed, the same as one before; the first of all where all are blank.

    >>> distinct({"a": {"X": 0.1}, "b": {"X": 0.101}, "c": {"X": 0.001}, None: {"X": -0.2}})
    ['a', None]
    """
    seen: list[list[str]] = []
    kept: list[str | None] = []
    for name, values in maps.items():
        printed = [text.fixed(v, 2) for v in values.values()]
        if printed not in seen and any(not text.is_tiny(v) for v in values.values()):
            kept.append(name)
            seen.append(printed)
    return kept or list(maps)[:1]


def duty_table(case: CaseView) -> Table:
    """Average duties on the trade of the table: reference, status quo, every scenario."""
    pairs = [flow for one, two in case.pairs for flow in ((two, one), (one, two))]
    pairs += [(case.host, p) for p in case.parties] if case.host else []
    unit, measure = _say("duty_unit", case=case), _say("duty_measure", case=case)

    def column(scenario: str, head: str, under: str = "") -> Col:
        """One state of the duties: "reference", "status-quo" or a scenario."""
        state = case.runs.status_quo if scenario in ("reference", STATUS_QUO) else case.outcome(scenario)
        values = [case.duty(state, origin, into, after=scenario != "reference") for origin, into in pairs]
        records = [
            [
                {
                    "importer": into,
                    "exporter": origin,
                    "scenario": scenario,
                    "measure": measure,
                    "value": v,
                    "unit": unit,
                    "table_year": case.world.year,
                }
            ]
            for (origin, into), v in zip(pairs, values, strict=True)
        ]
        return Col(head, [text.fixed(v, 1) for v in values], under, records, number=True)

    columns = [
        Col(
            _say("duty_head", case=case),
            [f"{text.capital(text.short_name(into))} on {text.short_name(origin)}" for origin, into in pairs],
        ),
        column("reference", "Reference", case.reference),
        column(STATUS_QUO, case.label(None)),
        *(column(s, case.label(s)) for s in case.ids),
    ]
    return table(case, "duties", texts("scenarios", "duties", case=case), columns, wide=len(columns) > 5)


def stretch_table(case: CaseView) -> Table:
    """Real income over the stretches of the path, with both closures of the exchange rate."""
    spans = stretches()
    rows = [(code, key) for code in case.focus for key in spans]
    values = {s: [case.income_over(key, code, s) for code, key in rows] for s in (None, *case.moving)}
    columns = [
        Col(
            "Economy",
            [Cell(text.capital(text.short_name(code)) if key == next(iter(spans)) else "", strong=True) for code, key in rows],
        ),
        Col("When", [spans[key].label for _, key in rows]),
        *by_scenario(
            case,
            lambda s: [v.cell() for v in values[s]],
            lambda s: [[case.row(code, s, "real income", "%", v, key)] for (code, key), v in zip(rows, values[s], strict=True)],
        ),
    ]
    dash = any(math.isnan(v.value) for told in values.values() for v in told)
    return table(case, "path", texts("scenarios", "path", case=case, spans=spans, dash=dash), columns, wide=True)
