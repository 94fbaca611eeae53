"""Section 4: the scenarios side by side — provisions, real income by region, duties, horizons, tile maps."""

from __future__ import annotations

import pandas as pd

from detente import words as text
from detente.briefing.charts import forms as charts
from detente.briefing.charts.figures import WIDE, figure
from detente.briefing.document import Block, Cell, Column, Figure, Heading, Items, Para, Section, Table
from detente.briefing.view import CaseView
from detente.equilibrium.parameters import horizon_table
from detente.words.names import region_name, region_table


def sections(case: CaseView) -> list[Section]:
    """Section 4."""
    blocks: list[Block] = [Para(lead(case))]
    for s in case.dossier.scenarios:
        label = case.label(s.id)
        blocks.append(Heading(f"{label}: {s.title}" if s.title.lower() != label.lower() else s.title, f"scenario-{s.id}"))
        blocks.append(Para(s.summary, cites=s.sources))
        if s.narrative not in ("", s.summary):
            blocks.append(Para(s.narrative))
        inside, outside = [p for p in s.provisions if p.modelled], [p for p in s.provisions if not p.modelled]
        if inside:
            blocks += [Para("In the numbers:", kind="label"), Items(tuple(Para(text.sentence(p.text)) for p in inside))]
        if outside:
            told = tuple(Para(f"{text.sentence(p.text)} {text.sentence(p.why_not or '')}") for p in outside)
            blocks += [Para("Not in the numbers:", kind="label"), Items(told)]
    blocks += [
        Heading("Side by side", "side-by-side"),
        income_table(case),
        tile_figure(case),
        Para(spread_sentence(case)),
        duty_table(case),
        Heading("The same at other horizons", "horizons"),
        horizon_table_block(case),
    ]
    return [Section("scenarios", "Scenarios side by side", tuple(blocks))]


def lead(case: CaseView) -> str:
    """Which scenario is best and worst for whom."""
    parts = []
    for code in case.focus:
        values = {s: case.income(code, s).value for s in case.ids}
        worst, best = min(values, key=lambda s: values[s]), max(values, key=lambda s: values[s])
        parts.append(
            f"{text.name(code)} between {text.percent(values[worst], signed=True)} (“{case.label(worst)}”) and "
            f"{text.percent(values[best], signed=True)} (“{case.label(best)}”)"
        )
    return f"Against {case.quo}, real income changes as follows over the scenarios: {'; '.join(parts)}; {case.run}."


def spread_sentence(case: CaseView) -> str:
    """Who is hit hardest and who gains in the worst scenario."""
    values = dict(case.outcome(case.worst).real_income)
    return f"In the scenario “{case.label(case.worst)}”: {text.rank_sentence({str(k): float(v) for k, v in values.items()})}"


def table_regions(case: CaseView) -> list[str]:
    """Rows of the table: the headline regions, then the larger economies by income of the table."""
    income = case.world.value_added.sum(1)
    rest = sorted((r for r in case.world.regions if r not in case.focus), key=lambda r: -income[case.i(r)])
    named = [b.region for b in case.dossier.bystanders if b.region in rest]
    return [*case.focus[:-1], *dict.fromkeys([*named, *rest[:6]]), "WORLD"]


def income_table(case: CaseView) -> Table:
    """Scenario × region, real income with ranges; the status quo against the reference first."""
    columns = [Column(""), Column("Status quo", f"against the {case.reference}", number=True)]
    columns += [Column(case.label(s), "against the status quo", number=True) for s in case.ids]
    regions = table_regions(case)
    known = {(r, s): case.income(r, s) for r in regions for s in (None, *case.ids)}
    rows = tuple(
        (
            Cell(text.capital(text.short_name(r)), strong=r in case.focus),
            *(known[r, s].cell(strong=r in case.focus) for s in (None, *case.ids)),
        )
        for r in regions
    )
    csv = case.file(
        "scenario-real-income",
        "Real income by scenario and region, with ranges",
        [case.row(r, s, "real income", "%", known[r, s]) for r in regions for s in (None, *case.ids)],
    )
    return Table(
        "tab-income",
        "Real income by scenario",
        f"Change in percent, {case.horizon}; second line: range over {case.ranged}",
        tuple(columns),
        rows,
        case.note(csv, "All economies: appendix."),
        csv,
        wide=True,
    )


def tile_figure(case: CaseView) -> Figure:
    """One map a scenario, and one for the status quo against the reference."""
    places = region_table()
    regions = [r for r in case.world.regions if "tile" in places.get(r, {})]
    rows: list[dict[str, object]] = []
    data = []
    for s in (None, *case.ids):
        income = case.outcome(s).real_income
        for r in regions or list(case.world.regions):
            value = float(income[r])
            spot = places.get(r, {}).get("tile", [case.i(r) % 8, case.i(r) // 8])
            places_shown = 1 if abs(value) >= 0.995 else 2
            rows.append(
                {
                    "panel": case.panel(s),
                    "code": r,
                    "column": spot[0],
                    "row": spot[1],
                    "value": value,
                    "text": _short(value, places_shown),
                }
            )
            data.append(case.row(r, s, "real income", "%", value))
    edges = charts.thresholds([float(str(r["value"])) for r in rows])
    rows = [{**r, "step": charts.step(float(str(r["value"])), edges)} for r in rows]
    frame = pd.DataFrame(rows)
    csv = case.file("map-real-income", "Real income by region and scenario (tile maps)", data)
    lost = {s: sum(float(case.outcome(s).real_income[r]) <= -text.TINY for r in case.world.regions) for s in case.ids}
    most = max(case.ids, key=lambda s: lost[s])
    title = f"“{case.label(most)}” lowers real income in {lost[most]} of {len(case.world.regions)} economies and groups"
    told = {f"{r['panel']}, {region_name(str(r['code']))}": str(r["text"]) for r in rows}
    steps = ", ".join(f"{e:g}" for e in edges)
    subtitle = f"Real income, change in percent, {case.run}. Orange: loss; blue: gain; stronger at {steps}{text.THIN}% and more"
    return figure(
        "fig-map",
        title,
        subtitle,
        case.note(csv, "Squares lie roughly where the regions do; codes are explained in the appendix."),
        charts.alt_text(f"{title}. {subtitle}.", told),
        csv,
        lambda w: charts.tiles(frame, w, across=2 if w > 500 else 1),
        width=WIDE,
    )


def _short(value: float, decimals: int) -> str:
    shown = text.fixed(value, decimals, signed=True)
    return shown.replace("0.", ".", 1) if shown[1:3] == "0." else shown


def duty_table(case: CaseView) -> Table:
    """Average duties on the trade of the table: reference, status quo, every scenario."""
    pairs = [(case.b, case.a), (case.a, case.b)] + ([(case.host, case.a), (case.host, case.b)] if case.host else [])
    columns = [
        Column("Duty of … on goods from …"),
        Column("Reference", case.reference, number=True),
        Column("Status quo", "", number=True),
    ]
    columns += [Column(case.label(s), "", number=True) for s in case.ids]
    rows, data = [], []
    for origin, destination in pairs:
        label = f"{text.capital(text.short_name(destination))} on {text.short_name(origin)}"
        values = [
            case.duty(case.runs.status_quo, origin, destination, after=False),
            case.duty(case.runs.status_quo, origin, destination),
        ]
        values += [case.duty(case.outcome(s), origin, destination) for s in case.ids]
        rows.append((Cell(label), *(Cell(text.fixed(v, 1)) for v in values)))
        for s, v in zip(("reference", "status-quo", *case.ids), values, strict=True):
            data.append(
                {
                    "importer": destination,
                    "exporter": origin,
                    "scenario": s,
                    "measure": "average duty on goods",
                    "value": v,
                    "unit": "% of customs value, weighted by the trade of the table",
                    "table_year": case.world.year,
                }
            )
    csv = case.file("duties", "Average duties between the parties", data)
    return Table(
        "tab-duties",
        "Average duties",
        f"Percent of customs value, goods, weighted by the trade of {case.world.year}",
        tuple(columns),
        tuple(rows),
        case.note(csv, "Export controls and embargoes come on top."),
        csv,
        wide=len(columns) > 5,
    )


def horizon_table_block(case: CaseView) -> Table:
    """Real income at every horizon, central values."""
    names = case.horizons
    columns = [Column("Economy"), Column("Horizon"), Column("Status quo", f"against the {case.reference}", number=True)]
    columns += [Column(case.label(s), "against the status quo", number=True) for s in case.ids]
    rows, data = [], []
    for code in case.focus:
        for k, h in enumerate(names):
            values = [case.income_at(h, code, s) for s in (None, *case.ids)]
            rows.append(
                (
                    Cell(text.capital(text.short_name(code)) if k == 0 else "", strong=True),
                    Cell(case.run_name(h)),
                    *(Cell(text.fixed(v, 2, signed=True)) for v in values),
                )
            )
            data += [case.row(code, s, "real income", "%", v, h) for s, v in zip((None, *case.ids), values, strict=True)]
    csv = case.file("horizons", "Real income at the short, medium and long horizon", data)
    told = "; ".join(str(horizon_table()[h]["label"]) for h in names)
    return Table(
        "tab-horizons",
        "Real income at every horizon",
        f"Change in percent, central values: {told}",
        tuple(columns),
        tuple(rows),
        case.note(csv, "A dash: not solved at that horizon." if any("–" in c.text for r in rows for c in r) else ""),
        csv,
        wide=True,
    )
