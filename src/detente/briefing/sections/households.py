"""Prices, purchasing power and jobs for households; input costs and rare earths for firms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from detente import words as text
from detente.briefing.charts.figures import bar_figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Cell, Figure, Heading, Para, Section, Table
from detente.briefing.sections import chokepoints
from detente.briefing.sections.economies import COLUMN_WIDE, SMALL
from detente.briefing.sections.scenarios import table_regions
from detente.briefing.tables import Col, table, texts
from detente.briefing.view import CaseView, Triple, number_at
from detente.cases.case import Case
from detente.equilibrium.outcome import Outcome
from detente.words.currency import currency
from detente.words.names import region_name, sector_name

RARE = "RER"
Known = Mapping[tuple[str, str | None], Triple]
"""A figure by region and scenario."""


def _say(part: str, **values: Any) -> str:
    return text.say("briefing/sections/households", part, **values)


def sections(case: CaseView) -> list[Section]:
    """What prices, jobs and inputs do."""
    blocks: list[Block] = [
        Para(_say("lead", case=case)),
        Heading("Households", "households"),
        Para(basket_sentence(case)),
        household_table(case),
        *(product_figure(case, code) for code in case.parties),
        Para(jobs_sentence(case)),
        Heading("Firms", "firms"),
        Para(input_sentence(case)),
        *(input_figure(case, code) for code in case.parties[:1]),
    ]
    blocks += chokepoints.blocks(case) or (rare_earths(case) if controlled(case, RARE) else [])
    return [Section("people", _say("title", case=case), tuple(blocks))]


def basket(case: CaseView, code: str, scenario: str | None) -> Triple:
    """Price of the consumer basket against the average wage, change in percent."""
    return case.triple(lambda o: float(case.basket(o)[code]), scenario)


def per_person(case: CaseView, code: str, scenario: str | None) -> Triple:
    """Real income a head, USD of `case.dollars` a year; only where the world knows its population."""
    people = case.population
    assert people is not None
    a_head = case.in_dollars(code) * 1e6 / float(people[code])
    return case.triple(lambda o: float(o.equivalent_variation[code]) * a_head, scenario)


def basket_sentence(case: CaseView) -> str:
    """Cost of the consumer basket against wages by party, worst scenario, and per person where population is known."""
    worth = []
    if case.population is not None:
        worth = [(c, _dollars(per_person(case, c, case.worst).value)) for c in case.parties]
    return _say("basket", case=case, moves=[(c, basket(case, c, case.worst)) for c in case.trio], worth=worth)


def _dollars(value: float) -> str:
    size = text.fixed(abs(text.in_two(value, 1)), 0 if abs(value) >= 9.95 else 1)
    return f"{text.MINUS if value < 0 else '+'}{currency()} {size}"


def household_table(case: CaseView) -> Table:
    """Basket against wages, real wage and worth per person, by region, worst and best scenario."""
    codes = [r for r in table_regions(case) if r in case.world.regions]

    def columns(name: str, unit: str, measure: str, data_unit: str, known: Known, places: int = 2) -> list[Col]:
        return [
            Col(
                f"{text._(name)}, {case.label(s).lower()}",
                [known[c, s].cell(places) for c in codes],
                unit,
                [[case.row(c, s, measure, data_unit, known[c, s])] for c in codes],
                number=True,
            )
            for s in case.shown
        ]

    pairs = [(c, s) for c in codes for s in case.shown]
    found = [
        Col("Economy", [Cell(text.capital(text.short_name(c)), strong=c in case.focus) for c in codes]),
        *columns(
            text.N_("Basket"),
            text.N_("% against wages"),
            _say("basket_measure", case=case),
            "%",
            {p: basket(case, *p) for p in pairs},
        ),
        *columns(text.N_("Real income"), "%", "real income", "%", {p: case.income(*p) for p in pairs}),
    ]
    if case.population is not None:
        unit = _say("person_unit", case=case)
        heads = {p: per_person(case, *p) for p in pairs}
        found += columns(text.N_("Per person"), unit, _say("person_measure", case=case), unit, heads, 0)
    told = texts(
        "households",
        "households",
        case=case,
        panels=[case.panel(s) for s in case.shown],
        people=case.population is not None,
    )
    return table(case, "households", told, found, wide=True)


def moved(case: CaseView, code: str, outcome: Outcome) -> float:
    """Share of work that changes sector, percent: half the sum of the sizes of the changes, weighted by value added."""
    made = case.world.value_added[case.i(code)]
    jobs = outcome.employment.loc[code].to_numpy(dtype=float)
    return float(0.5 * (made * abs(jobs)).sum() / made.sum())


def jobs_sentence(case: CaseView) -> str:
    """How much work changes sector in the worst scenario."""
    known = {code: case.triple(partial(moved, case, code), case.worst) for code in case.trio}
    measure = _say("jobs_measure", case=case)
    rows = [case.row(code, case.worst, measure, "% of all work", t) for code, t in known.items()]
    case.file("jobs-moved", _say("jobs_file", case=case), rows)
    floored = case.status_quo.after.labour_market is not None
    return _say("jobs", case=case, moved=[(code, t.value) for code, t in known.items()], floored=floored)


def product_figure(case: CaseView, code: str) -> Figure:
    """Buyers' prices by product group against wages, goods only, worst and best scenario."""
    n = case.i(code)
    bought = [s for s in case.goods if case.world.final_use[n, case.world.sectors.index(s)] > 0]
    known = {(s, k): buyers_price(case, code, k, s) for s in case.shown for k in bought}
    ranked = sorted(bought, key=lambda k: -abs(known[case.worst, k].value))[:14]
    ranked.sort(key=lambda k: -known[case.worst, k].value)
    told = texts("households", "prices", case=case, code=code, top=ranked[0], t=known[case.worst, ranked[0]])
    measure = _say("price_measure", case=case)
    stem = f"prices-{code.lower()}"
    csv = case.file(
        stem,
        told.file,
        [case.row(code, s, measure, "%", t, sector=k, sector_name=sector_name(k)) for (s, k), t in known.items()],
    )
    rows = [(case.panel(s), sector_name(k), known[s, k], region_colour(code)) for s in case.shown for k in ranked]
    return bar_figure(case, f"fig-{stem}", told.title, told.subtitle, rows, csv, extra=told.note, width=COLUMN_WIDE)


def buyers_price(case: CaseView, code: str, sector: str, scenario: str | None) -> Triple:
    """Price of one sector's goods to buyers in a region against the average wage, change in percent."""
    return case.triple(lambda o: number_at(case.by_wages(o), code, sector), scenario)


def sizable(case: CaseView, code: str) -> list[str]:
    """Goods sectors that make up at least a small share of the value added of a region."""
    made = case.world.value_added[case.i(code)]
    kept = [s for s in case.goods if made[case.world.sectors.index(s)] > SMALL * made.sum()]
    return kept or list(case.goods)


def input_sentence(case: CaseView) -> str:
    """Which sector of the first party pays most more for its inputs."""
    cost = case.input_cost(case.outcome(case.worst), case.a)
    top = max(sizable(case, case.a), key=lambda k: float(cost[k]))
    return _say("inputs", case=case, top=top, cost=float(cost[top]))


def input_figure(case: CaseView, code: str) -> Figure:
    """Input cost by sector, worst and best scenario."""
    known = {s: case.input_cost(case.outcome(s), code) for s in case.shown}
    ranked = sorted(sizable(case, code), key=lambda k: -float(known[case.worst][k]))[:14]
    up = sum(float(known[case.worst][k]) >= text.TINY for k in case.goods)
    told = texts("households", "input_cost", case=case, code=code, up=up, least=100 * SMALL)
    measure = _say("input_measure", case=case)
    stem = f"input-cost-{code.lower()}"
    csv = case.file(
        stem,
        told.file,
        [
            case.row(code, s, measure, "%", float(known[s][k]), sector=k, sector_name=sector_name(k))
            for s in case.shown
            for k in case.world.sectors
        ],
    )
    rows = [
        (case.panel(s), sector_name(k), Triple(v, v, v), region_colour(code))
        for s in case.shown
        for k in ranked
        for v in [float(known[s][k])]
    ]
    return bar_figure(case, f"fig-{stem}", told.title, told.subtitle, rows, csv, extra=told.note, width=COLUMN_WIDE)


# -- rare earths -------------------------------------------------------------------------------------------------------
def controlled(case: CaseView, sector: str) -> bool:
    """Whether exports of a good are under control in the worst scenario."""
    if sector not in case.world.sectors:
        return False
    return bool(case.stack(case.worst).withheld[:, :, case.world.sectors.index(sector)].any())


def rare_earths(case: CaseView) -> list[Block]:
    """Price of rare earths to buyers, and output of the sectors that use most of them, short run where solved."""
    solved = {"short": case.others.get("short"), case.runs.parameters.name: case.runs}
    runs = {h: r for h, r in solved.items() if r is not None}
    j = case.world.sectors.index(RARE)
    bought = case.world.expenditure[:, j]
    buyers = [r for r in sorted(case.world.regions, key=lambda r: -bought[case.i(r)]) if bought[case.i(r)] > 0][:10]
    buyers = list(dict.fromkeys([*buyers, *case.trio]))
    price = {h: case.by_wages(r.outcome(case.worst))[RARE] for h, r in runs.items()}
    measure = _say("rare_measure", case=case)
    csv = case.file(
        "rare-earth-prices",
        _say("rare_price_file", case=case),
        [case.row(r, case.worst, measure, "%", float(price[h][r]), h, sector=RARE) for h in runs for r in case.world.regions],
    )
    known = {h: {r: float(p[r]) for r in buyers} for h, p in price.items()}
    sold = case.world.shipments[:, :, j].sum(1)
    lead = _say(
        "rare_earths",
        case=case,
        share=float(100 * sold[case.i(case.b)] / sold.sum()),
        value=max(known[next(iter(runs))].values()),
    )
    users = heavy_users(case, [*case.parties, *((case.host,) if case.host else ()), *buyers])
    return [Heading("Rare earths", "rare-earths"), Para(lead), *price_blocks(case, known, csv), users_table(case, runs, users)]


def price_blocks(case: CaseView, price: Mapping[str, Mapping[str, float]], csv: str) -> list[Block]:
    """Price of rare earths to buyers at each horizon: bars, and a table where the horizons are too far apart for one scale."""
    largest = {h: max(abs(v) for v in values.values()) for h, values in price.items()}
    apart = max(largest.values()) > 10 * max(min(largest.values()), 1e-9)
    drawn = [case.runs.parameters.name] if apart else list(price)
    order = sorted(price[drawn[0]], key=lambda r: -price[drawn[0]][r])
    first = next(iter(price))
    change = price[drawn[0]][order[0]]
    told = texts("households", "rare_price", case=case, buyer=order[0], change=change, horizon=drawn[0], apart=apart)
    rows = [
        ("" if apart else text.capital(case.run_name(h)), text.label(r), Triple(v, v, v), region_colour(r))
        for h in drawn
        for r in order
        for v in [price[h][r]]
    ]
    chart = bar_figure(case, "fig-rare-price", told.title, told.subtitle, rows, csv, extra=told.note)
    if not apart:
        return [chart]
    listed = sorted(order, key=lambda r: -price[first][r])
    columns = [
        Col("Buyers in", [text.label(r) for r in listed]),
        *(
            Col(text.capital(case.run_name(h)), [text.fixed(values[r], 0, signed=True) for r in listed], "%", number=True)
            for h, values in price.items()
        ),
    ]
    return [chart, table(case, "rare-price", texts("households", "rare_price_table", case=case), columns, csv=csv)]


def heavy_users(case: CaseView, regions: list[str]) -> list[tuple[float, str, int]]:
    """Cost share, region and sector of the heaviest users: three of the first party, then three a region, never the second's."""
    j = case.world.sectors.index(RARE)
    users: list[tuple[float, str, int]] = []
    for code in dict.fromkeys(regions):
        n = case.i(code)
        share = case.world.intermediate_use[n, j] / case.world.output[n].clip(1e-12)
        users += [(float(share[k]), code, k) for k in range(len(share)) if k != j and case.world.value_added[n, k] > 0]
    users.sort(key=lambda u: (-u[0], u[1], u[2]))
    seen: dict[str, int] = {}
    chosen: list[tuple[float, str, int]] = []
    for share, code, k in [*(u for u in users if u[1] == case.a), *users]:
        if code != case.b and seen.get(code, 0) < 3 and len(chosen) < 12:
            seen[code] = seen.get(code, 0) + 1
            chosen.append((share, code, k))
    return chosen


def users_table(case: CaseView, runs: Mapping[str, Case], users: list[tuple[float, str, int]]) -> Table:
    """Output of the heaviest users of rare earths at each horizon."""
    named = [(100 * share, code, case.world.sectors[k]) for share, code, k in users]
    columns = [
        Col("Sector", [f"{text.capital(region_name(code))}: {sector_name(s)}" for _, code, s in named]),
        Col(_say("rare_cost", case=case), [text.fixed(share, 2) for share, _, _ in named], "%", number=True),
    ]
    for h, run in runs.items():
        values = [number_at(run.outcome(case.worst).output, code, s) for _, code, s in named]
        records = [
            [
                case.row(
                    code, case.worst, "output", "%", v, h, sector=s, sector_name=sector_name(s), rare_earth_cost_share_pct=share
                )
            ]
            for v, (share, code, s) in zip(values, named, strict=True)
        ]
        shown = [text.fixed(v, 2, signed=True) for v in values]
        columns.append(Col(f"Output, {case.run_name(h)}", shown, "%", records, number=True))
    told = texts("households", "rare_users", case=case)
    return table(case, "rare-earth-users", told, columns, id="rare-users")
