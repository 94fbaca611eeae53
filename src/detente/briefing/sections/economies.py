"""Section 5: what the scenarios mean for each party, the host and its group, third countries and the world."""

from __future__ import annotations

from collections.abc import Callable

from detente import words as text
from detente.briefing.charts.figures import WIDE, bar_figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Cell, Column, Figure, Heading, Para, Section, Table
from detente.briefing.sections.situation import exposure, exposure_sentence
from detente.briefing.view import CaseView, Triple, number_at, row_of
from detente.equilibrium.outcome import Outcome
from detente.words.names import sector_name

Figureof = Callable[[Outcome], float]


def sections(case: CaseView) -> list[Section]:
    """Section 5."""
    blocks: list[Block] = []
    for code in case.parties[:2]:
        blocks += region_block(case, code)
    if case.host:
        blocks += host_block(case)
    blocks += third_block(case)
    blocks += world_block(case)
    return [Section("implications", "What it means for each economy", tuple(blocks))]


def region_block(case: CaseView, code: str) -> list[Block]:
    """Heading, sentences, indicators, sector bars and bilateral trade of one economy."""
    return [
        Heading(f"For {text.name(code)}", f"for-{code.lower()}"),
        Para(region_sentences(case, code)),
        indicators(case, code),
        sector_figure(case, code),
        partners(case, code),
    ]


def region_sentences(case: CaseView, code: str) -> str:
    """Real income by scenario, then what moves it in the worst one."""
    told: dict[str, list[str]] = {}
    for s in case.ids:
        t = case.income(code, s)
        told.setdefault(text.change_phrase(t.value, t.low, t.high), []).append(f"“{case.label(s)}”")
    parts = [f"{phrase} in {text.join(where)}" for phrase, where in told.items()]
    out = [f"Real income in {text.name(code)} {text.join(parts)}, against {case.quo}, {case.run}."]
    o = case.outcome(case.worst)
    tot, revenue, size = (
        float(o.terms_of_trade[code]),
        float(o.tariff_revenue["change"][code]),
        float(o.equivalent_variation[code]),
    )
    shown = "worth" if size >= 0 else "a loss of"
    out.append(
        f"In “{case.label(case.worst)}” the change is {shown} {text.money(abs(size))} a year; the terms of trade "
        f"{text.direction(tot, 'add', 'take', 'move it by')} {text.percent(abs(tot))} of income and duties collected "
        f"{'rise' if revenue > 0 else 'fall'} by {text.money(abs(revenue))}."
    )
    jobs = row_of(o.employment, code)
    made = case.world.value_added[case.i(code)]
    kept = [s for s, v in zip(case.world.sectors, made, strict=True) if v > SMALL * made.sum()]
    down, up = min(kept, key=lambda s: jobs[s]), max(kept, key=lambda s: jobs[s])
    if jobs[down] < -text.TINY and jobs[up] > text.TINY:
        out.append(
            f"Employment falls most in {sector_name(down)} ({text.percent(jobs[down], signed=True)}) and rises most in "
            f"{sector_name(up)} ({text.percent(jobs[up], signed=True)}); total employment is held fixed."
        )
    return " ".join(out)


def _rows(case: CaseView, code: str) -> list[tuple[str, str, int, Figureof]]:
    n = code
    other = case.b if code == case.a else case.a

    def balance(o: Outcome) -> float:
        (sold, sells), (bought, buys) = case.exports(o, code, other), case.exports(o, other, code)
        return (sells - buys - sold + bought) / 1e3

    return [
        ("Real income", "%", 2, lambda o: float(o.real_income[n])),
        ("Worth", "billion USD a year", 1, lambda o: float(o.equivalent_variation[n]) / 1e3),
        ("Terms of trade", "% of income", 2, lambda o: float(o.terms_of_trade[n])),
        ("Real wage", "%", 2, lambda o: float(o.real_wage[n])),
        ("Consumer prices against wages", "%", 2, lambda o: float(case.basket(o)[n])),
        ("Duties collected", "billion USD a year", 1, lambda o: float(o.tariff_revenue["change"][n]) / 1e3),
        (f"Goods balance with {text.name(other)}", "billion USD a year", 1, balance),
        ("Exports", "%", 1, lambda o: _growth(o.exports.loc[n, "baseline"], o.exports.loc[n, "counterfactual"])),
        ("Imports", "%", 1, lambda o: _growth(o.imports.loc[n, "baseline"], o.imports.loc[n, "counterfactual"])),
    ]


def _growth(before: float, after: float) -> float:
    return 100 * (float(after) / float(before) - 1) if before else 0.0


def indicators(case: CaseView, code: str) -> Table:
    """The main changes of one economy by scenario."""
    columns = [Column("Change in …", "unit"), Column("Status quo", f"against the {case.reference}", number=True)]
    columns += [Column(case.label(s), "against the status quo", number=True) for s in case.ids]
    rows, data = [], []
    for label, unit, decimals, figure_of in _rows(case, code):
        known = {s: case.triple(figure_of, s) for s in (None, *case.ids)}
        rows.append((Cell(label, unit), *(known[s].cell(decimals) for s in (None, *case.ids))))
        data += [case.row(code, s, label.lower(), unit, known[s]) for s in (None, *case.ids)]
    stem = f"indicators-{code.lower()}"
    csv = case.file(stem, f"Main changes for {text.name(code)}", data)
    return Table(
        f"tab-{stem}",
        f"{text.capital(text.short_name(code))}: main changes",
        f"{case.horizon}; second line: range",
        tuple(columns),
        tuple(rows),
        case.note(csv, "Values in money of constant world factor income; the total trade balance is held fixed."),
        csv,
        wide=True,
    )


def sector_figure(case: CaseView, code: str) -> Figure:
    """Employment by sector, worst and best scenario beside each other, sorted by the worst."""
    n = case.i(code)
    made = case.world.value_added[n]
    alive = [s for s, v in zip(case.world.sectors, made, strict=True) if v > 0]
    large = [s for s, v in zip(case.world.sectors, made, strict=True) if v > SMALL * made.sum()]
    worst = row_of(case.outcome(case.worst).employment, code)
    ranked = sorted(large, key=lambda s: -abs(worst[s]))[:14]
    ranked.sort(key=lambda s: worst[s])
    known = {(s, k): case.triple(lambda o, k=k: number_at(o.employment, code, k), s) for s in case.shown for k in alive}  # type: ignore[misc]
    rows = [(case.panel(s), sector_name(k), known[s, k], region_colour(code)) for s in case.shown for k in ranked]
    stem = f"employment-{code.lower()}"
    csv = case.file(
        stem,
        f"Employment by sector in {text.name(code)}",
        [
            case.row(code, s, "employment", "%", known[s, k], sector=k, sector_name=sector_name(k))
            for s in case.shown
            for k in alive
        ],
    )
    low, high = ranked[0], ranked[-1]
    title = (
        f"“{case.label(case.worst)}” moves workers in {text.name(code)} out of {sector_name(low)} "
        f"({text.percent(worst[low], signed=True)}) "
        f"and into {sector_name(high)} ({text.percent(worst[high], signed=True)})"
        if worst[low] < -text.TINY and worst[high] > text.TINY
        else f"Employment by sector in {text.name(code)}"
    )
    return bar_figure(
        case,
        f"fig-{stem}",
        title,
        f"Employment by sector, change in percent, the {len(ranked)} largest changes in “{case.label(case.worst)}”; {case.run}",
        rows,
        csv,
        extra=f"Total employment is held fixed; lines: range; sectors below {100 * SMALL:g} % of value added are in the data "
        "file only.",
        width=COLUMN_WIDE,
    )


COLUMN_WIDE = 780
SMALL = 0.002
"""Sectors below this share of value added are left out of the bars."""


def partners(case: CaseView, code: str) -> Table:
    """Goods trade with the other party, the host, its group and the largest other partners, in the worst scenario."""
    o, n, goods = case.outcome(case.worst), case.i(code), case.goods_index
    before, after = o.before.shipments[:, :, goods].sum(2), o.after.shipments[:, :, goods].sum(2)
    size = before[n] + before[:, n]
    others = sorted((r for r in case.world.regions if r != code), key=lambda r: -size[case.i(r)])
    chosen = list(dict.fromkeys([*(r for r in (*case.parties, case.host) if r and r != code), *others[:6]]))
    rows, data = [], []
    for r in chosen:
        i = case.i(r)
        out, into = (before[n, i], after[n, i]), (before[i, n], after[i, n])
        rows.append(
            (
                Cell(text.capital(text.short_name(r))),
                *(Cell(text.fixed(v / 1e3, 1)) for v in out),
                Cell(text.fixed(_growth(*out), 0, signed=True)),
                *(Cell(text.fixed(v / 1e3, 1)) for v in into),
                Cell(text.fixed(_growth(*into), 0, signed=True)),
            )
        )
        for what, (x, y) in (("goods exports", out), ("goods imports", into)):
            data.append(
                {
                    "region": code,
                    "partner": r,
                    "scenario": case.worst,
                    "measure": what,
                    "before": x,
                    "after": y,
                    "unit": "million USD a year, before duties",
                    "change": _growth(x, y),
                    "change_unit": "%",
                    "relative_to": case.quo,
                    "horizon": case.runs.parameters.name,
                }
            )
    stem = f"partners-{code.lower()}"
    csv = case.file(stem, f"Goods trade of {text.name(code)} by partner in “{case.label(case.worst)}”", data)
    return Table(
        f"tab-{stem}",
        f"{text.capital(text.short_name(code))}: goods trade by partner in “{case.label(case.worst)}”",
        f"Billion USD a year before duties, and percent; before: {case.quo}; {case.run}",
        (
            Column("Partner"),
            Column("Exports", "before", number=True),
            Column("Exports", "after", number=True),
            Column("Exports", "%", number=True),
            Column("Imports", "before", number=True),
            Column("Imports", "after", number=True),
            Column("Imports", "%", number=True),
        ),
        tuple(rows),
        case.note(csv),
        csv,
    )


def host_block(case: CaseView) -> list[Block]:
    """The host, its exposure to both sides, and its group."""
    host, group = case.host, case.group
    assert host is not None
    where = f"{text.name(host)} and {text.name(group)}" if group else text.name(host)
    shares = exposure(case, host)
    csv = case.file(
        "exposure-host",
        f"Share of the parties in the goods trade of {text.name(host)}",
        [
            {
                "region": host,
                "partner": p,
                "measure": f"share of goods {flow}",
                "value": float(shares.loc[p, flow]),
                "unit": "%",
                "table_year": case.world.year,
            }
            for p in shares.index
            for flow in ("exports", "imports")
        ],
    )
    blocks: list[Block] = [
        Heading(f"For {where}", f"for-{host.lower()}"),
        Para(f"{exposure_sentence(case, host)} (data/{csv})"),
        Para(f"{region_sentences(case, host)} {host_caution(case, host)}".strip()),
    ]
    if group:
        members = {m: case.income(m, case.worst).value for m in case.members(group)}
        t = case.income(group, case.worst)
        blocks.append(
            Para(
                f"Real income of {text.name(group)} as a whole {text.change_phrase(t.value, t.low, t.high)} in "
                f"“{case.label(case.worst)}”. {text.rank_sentence(members)}"
            )
        )
        rows = sorted(((m, case.income(m, case.worst)) for m in members), key=lambda p: p[1].value)
        file = case.file(
            f"members-{group.lower()}",
            f"Real income of the members of {group}",
            [case.row(m, s, "real income", "%", case.income(m, s)) for m in members for s in case.ids],
        )
        up, down, _ = text.signs(members)
        title = f"“{case.label(case.worst)}”: {len(down)} of {len(members)} {group} economies lose, {len(up)} gain"
        blocks.append(
            bar_figure(
                case,
                f"fig-{group.lower()}",
                title,
                case.subtitle("Real income, change in percent"),
                [("", text.label(m), t, "mys") for m, t in rows],
                file,
                extra="Lines: range.",
            )
        )
    return [*blocks, indicators(case, host), sector_figure(case, host), partners(case, host)]


def host_caution(case: CaseView, host: str) -> str:
    """What a gain of the host leaves out."""
    if case.income(host, case.worst).value < text.TINY:
        return ""
    return (
        "The gain is diverted trade (section 6). Lost investment, uncertainty, pressure to choose a side and new duties on "
        f"{text.possessive(host)} own goods are not in it and could turn it round."
    )


def third_block(case: CaseView) -> list[Block]:
    """All other economies, sorted."""
    known = {r: case.income(r, case.worst) for r in case.third}
    ranked = sorted(known, key=lambda r: known[r].value)
    up, down, still = text.signs({r: t.value for r, t in known.items()})
    csv = case.file(
        "third-countries",
        "Real income of economies that are not parties",
        [case.row(r, s, "real income", "%", case.income(r, s)) for r in ranked for s in case.ids],
    )
    lead = (
        f"Of {len(ranked)} other economies and groups, {len(up)} gain, {len(down)} lose and {len(still)} change by less "
        f"than 0.01{text.THIN}% in “{case.label(case.worst)}”. "
    )
    title = f"“{case.label(case.worst)}”: {len(up)} third economies gain, {len(down)} lose"
    figure = bar_figure(
        case,
        "fig-third",
        title,
        case.subtitle("Real income, change in percent"),
        [("", text.label(r), known[r], region_colour(r)) for r in ranked],
        csv,
        extra="Lines: range.",
    )
    return [
        Heading("For other economies", "for-others"),
        Para(lead + text.rank_sentence({r: t.value for r, t in known.items()})),
        figure,
    ]


def world_block(case: CaseView) -> list[Block]:
    """World income and trade by scenario."""

    def trade(o: Outcome) -> float:
        return _growth(float(o.exports["baseline"].sum()), float(o.exports["counterfactual"].sum()))

    measures: list[tuple[str, str, int, Figureof]] = [
        ("World real income", "%", 2, lambda o: o.world_real_income),
        ("Worth", "billion USD a year", 0, lambda o: float(o.equivalent_variation.sum()) / 1e3),
        ("Losses of those who lose", "billion USD a year", 0, lambda o: float(o.equivalent_variation.clip(upper=0).sum()) / 1e3),
        ("Gains of those who gain", "billion USD a year", 0, lambda o: float(o.equivalent_variation.clip(lower=0).sum()) / 1e3),
        ("World trade", "% of value before duties", 1, trade),
        (f"Goods trade {text.short_name(case.a)}–{text.short_name(case.b)}", "% of value, both ways", 0, case.mutual_trade),
    ]
    columns = [Column("Change in …", "unit"), Column("Status quo", f"against the {case.reference}", number=True)]
    columns += [Column(case.label(s), "against the status quo", number=True) for s in case.ids]
    rows, data = [], []
    for label, unit, decimals, figure_of in measures:
        known: dict[str | None, Triple] = {s: case.triple(figure_of, s) for s in (None, *case.ids)}
        rows.append((Cell(label, unit), *(known[s].cell(decimals) for s in (None, *case.ids))))
        data += [case.row("WORLD", s, label, unit, known[s]) for s in (None, *case.ids)]
    csv = case.file("world", "The world by scenario", data)
    worst = case.triple(lambda o: o.world_real_income, case.worst)
    lost, won = (
        float(case.outcome(case.worst).equivalent_variation.clip(upper=u, lower=v).sum()) for u, v in ((0, None), (None, 0))
    )
    lead = (
        f"World real income {text.change_phrase(worst.value, worst.low, worst.high)} in “{case.label(case.worst)}”. Those "
        "who lose lose "
        f"{text.money(abs(lost))} a year together; those who gain gain {text.money(won)}."
    )
    table = Table(
        "tab-world",
        "The world",
        f"{case.horizon}; second line: range",
        tuple(columns),
        tuple(rows),
        case.note(csv),
        csv,
        wide=True,
    )
    return [Heading("For the world", "for-world"), Para(lead), table]


__all__ = ["WIDE", "sections"]
