"""Section 7: prices, purchasing power and jobs for households; input costs and rare earths for firms."""

from __future__ import annotations

from detente import words as text
from detente.briefing.charts.figures import bar_figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Cell, Column, Figure, Heading, Para, Section, Table
from detente.briefing.sections import chokepoints
from detente.briefing.sections.economies import SMALL
from detente.briefing.sections.scenarios import table_regions
from detente.briefing.view import CaseView, Triple, number_at
from detente.equilibrium.outcome import Outcome
from detente.words.names import region_name, sector_name

RARE = "RER"


def sections(case: CaseView) -> list[Section]:
    """Section 7."""
    blocks: list[Block] = [
        Para(
            "Prices are given against the average wage of the same economy: how much more or less an hour of work must "
            "buy. This is free "
            "of the choice of money; it is not a forecast of inflation."
        ),
        Heading("Households", "households"),
        Para(basket_sentence(case)),
        household_table(case),
        *(product_figure(case, code) for code in case.parties[:2]),
        Para(jobs_sentence(case)),
        Heading("Firms", "firms"),
        Para(input_sentence(case)),
        *(input_figure(case, code) for code in case.parties[:1]),
    ]
    if RARE in case.world.sectors:
        blocks += chokepoints.blocks(case) or rare_earths(case)
    return [Section("people", "What it means for households and firms", tuple(blocks))]


def basket_sentence(case: CaseView) -> str:
    """Cost of the consumer basket against wages by party, worst scenario, and per person where population is known."""
    parts = []
    for code in [*case.parties[:2], *((case.host,) if case.host else ())]:
        t = case.triple(lambda o, c=code: float(case.basket(o)[c]), case.worst)  # type: ignore[misc]
        parts.append(f"in {text.name(code)} it {text.change_phrase(t.value, t.low, t.high)}")
    out = (
        f"In “{case.label(case.worst)}” the price of the consumer basket against wages moves as follows, {case.run}, "
        f"against {case.quo}: {'; '.join(parts)}."
    )
    if case.population is not None:
        people = case.population
        o = case.outcome(case.worst)
        told = [
            f"{_dollars(float(o.equivalent_variation[c]) * 1e6 / float(people[c]))} in {text.name(c)}" for c in case.parties[:2]
        ]
        out += f" The change in real income is worth {text.join(told)} per person and year."
    return out


def _dollars(value: float) -> str:
    return f"{text.MINUS if value < 0 else '+'}USD {text.fixed(abs(float(f'{value:.2g}')), 0 if abs(value) >= 10 else 1)}"


def household_table(case: CaseView) -> Table:
    """Basket against wages, real wage and worth per person, by region, worst and best scenario."""
    shown = case.shown
    people = case.population
    columns = [Column("Economy")]
    columns += [Column(f"Basket, {case.label(s).lower()}", "% against wages", number=True) for s in shown]
    columns += [Column(f"Real income, {case.label(s).lower()}", "%", number=True) for s in shown]
    if people is not None:
        columns += [Column(f"Per person, {case.label(s).lower()}", "USD a year", number=True) for s in shown]
    rows, data = [], []
    for code in [r for r in table_regions(case) if r in case.world.regions]:
        basket = {s: case.triple(lambda o: float(case.basket(o)[code]), s) for s in shown}  # noqa: B023
        income = {s: case.income(code, s) for s in shown}
        row = [
            Cell(text.capital(text.short_name(code)), strong=code in case.focus),
            *(basket[s].cell() for s in shown),
            *(income[s].cell() for s in shown),
        ]
        data += [case.row(code, s, "consumer basket against wages", "%", basket[s]) for s in shown]
        data += [case.row(code, s, "real income", "%", income[s]) for s in shown]
        if people is not None:
            head = {s: case.triple(lambda o: float(o.equivalent_variation[code]) * 1e6 / float(people[code]), s) for s in shown}  # noqa: B023
            row += [head[s].cell(0) for s in shown]
            data += [case.row(code, s, "real income per person", "USD a year", head[s]) for s in shown]
        rows.append(tuple(row))
    csv = case.file("households", "Consumer basket, real income and worth per person", data)
    return Table(
        "tab-households",
        "What households can buy",
        "; ".join(case.panel(s) for s in shown) + f"; {case.run}; second line: range",
        tuple(columns),
        tuple(rows),
        case.note(csv, "Per person: equivalent variation over population." if people is not None else ""),
        csv,
        wide=True,
    )


def moved(case: CaseView, code: str, outcome: Outcome) -> float:
    """Share of work that changes sector, percent: half the sum of the sizes of the changes, weighted by value added."""
    made = case.world.value_added[case.i(code)]
    jobs = outcome.employment.loc[code].to_numpy(dtype=float)
    return float(0.5 * (made * abs(jobs)).sum() / made.sum())


def jobs_sentence(case: CaseView) -> str:
    """How much work changes sector in the worst scenario."""
    codes = [*case.parties[:2], *((case.host,) if case.host else ())]
    known = {code: case.triple(lambda o, c=code: moved(case, c, o), case.worst) for code in codes}  # type: ignore[misc]
    case.file(
        "jobs-moved",
        "Work that changes sector, percent of all work",
        [case.row(code, case.worst, "work that changes sector", "% of all work", t) for code, t in known.items()],
    )
    told = [f"{text.percent(t.value)} in {text.name(code)}" for code, t in known.items()]
    return (
        "Employment in all is held fixed, so the model shows jobs that move, not jobs lost: in "
        f"“{case.label(case.worst)}” the work that changes sector is {text.join(told)} of all work, against {case.quo} "
        "(data/jobs-moved.csv). Section §implications shows the sectors."
    )


def product_figure(case: CaseView, code: str) -> Figure:
    """Buyers' prices by product group against wages, goods only, worst and best scenario."""
    n = case.i(code)
    bought = [s for s in case.goods if case.world.final_use[n, case.world.sectors.index(s)] > 0]
    known = {(s, k): case.triple(lambda o: number_at(case.by_wages(o), code, k), s) for s in case.shown for k in bought}  # noqa: B023
    ranked = sorted(bought, key=lambda k: -abs(known[case.worst, k].value))[:14]
    ranked.sort(key=lambda k: -known[case.worst, k].value)
    stem = f"prices-{code.lower()}"
    csv = case.file(
        stem,
        f"Prices to buyers in {text.name(code)} by product group against wages",
        [
            case.row(code, s, "price to buyers against wages", "%", t, sector=k, sector_name=sector_name(k))
            for (s, k), t in known.items()
        ],
    )
    top = ranked[0]
    t = known[case.worst, top]
    title = (
        f"“{case.label(case.worst)}”: in {text.name(code)} the price of {sector_name(top)} {text.change_phrase(t.value)} "
        "against wages"
    )
    return bar_figure(
        case,
        f"fig-{stem}",
        title,
        f"Price to buyers against the average wage, goods, change in percent; {case.run}",
        [(case.panel(s), sector_name(k), known[s, k], region_colour(code)) for s in case.shown for k in ranked],
        csv,
        extra="Lines: range.",
        width=780,
    )


def sizable(case: CaseView, code: str) -> list[str]:
    """Goods sectors that make up at least a small share of the value added of a region."""
    made = case.world.value_added[case.i(code)]
    kept = [s for s in case.goods if made[case.world.sectors.index(s)] > SMALL * made.sum()]
    return kept or list(case.goods)


def input_sentence(case: CaseView) -> str:
    """Which sector of the first party pays most more for its inputs."""
    code = case.a
    cost = case.input_cost(case.outcome(case.worst), code)
    top = max(sizable(case, code), key=lambda k: float(cost[k]))
    return (
        f"In “{case.label(case.worst)}” the bundle of inputs becomes dearer against wages most for {sector_name(top)} in "
        f"{text.name(code)} "
        f"({text.percent(float(cost[top]), signed=True)})."
        if float(cost[top]) > text.TINY
        else f"In “{case.label(case.worst)}” no goods sector in {text.name(code)} pays more for its inputs against wages."
    )


def input_figure(case: CaseView, code: str) -> Figure:
    """Input cost by sector, worst and best scenario."""
    known = {s: case.input_cost(case.outcome(s), code) for s in case.shown}
    ranked = sorted(sizable(case, code), key=lambda k: -float(known[case.worst][k]))[:14]
    stem = f"input-cost-{code.lower()}"
    csv = case.file(
        stem,
        f"Price of the bundle of inputs by sector in {text.name(code)} against wages",
        [
            case.row(code, s, "price of inputs against wages", "%", float(known[s][k]), sector=k, sector_name=sector_name(k))
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
    up = sum(float(known[case.worst][k]) >= text.TINY for k in case.goods)
    title = (
        f"“{case.label(case.worst)}” makes inputs dearer against wages in {up} of {len(case.goods)} goods sectors in "
        f"{text.name(code)}"
    )
    return bar_figure(
        case,
        f"fig-{stem}",
        title,
        f"Price of a sector’s inputs against the average wage, change in percent; {case.run}",
        rows,
        csv,
        extra=f"Sectors below {100 * SMALL:g} % of value added are in the data file only.",
        width=780,
    )


# -- rare earths -------------------------------------------------------------------------------------------------------
def price_blocks(case: CaseView, price: dict[str, dict[str, float]], top: str, csv: str) -> list[Block]:
    """Price of rare earths to buyers at each horizon: bars, and a table where the horizons are too far apart for one scale."""
    largest = {h: max(abs(v) for v in values.values()) for h, values in price.items()}
    apart = max(largest.values()) > 10 * max(min(largest.values()), 1e-9)
    drawn = [case.runs.parameters.name] if apart else list(price)
    order = sorted(price[drawn[0]], key=lambda r: -price[drawn[0]][r])
    first = next(iter(price))
    title = (
        f"“{case.label(case.worst)}”: for buyers in {text.name(top)} rare earths and magnets {text.dearer(price[first][top])}, "
        f"{case.run_name(first)}"
    )
    subtitle = f"Price to buyers against the average wage, change in percent, against {case.quo}"
    if apart:
        title = (
            f"“{case.label(case.worst)}”: for buyers in {text.name(order[0])} rare earths and magnets "
            f"{text.dearer(price[drawn[0]][order[0]])}, {case.run_name(drawn[0])}"
        )
    rows = [
        ("" if apart else text.capital(case.run_name(h)), text.label(r), Triple(v, v, v), region_colour(r))
        for h in drawn
        for r in order
        for v in [price[h][r]]
    ]
    extra = "Prices inside one sector average many products."
    chart = bar_figure(
        case, "fig-rare-price", title, f"{subtitle}; {case.run_name(drawn[0])}" if apart else subtitle, rows, csv, extra=extra
    )
    if not apart:
        return [chart]
    columns = (Column("Buyers in"), *(Column(text.capital(case.run_name(h)), "%", number=True) for h in price))
    cells = tuple(
        (Cell(text.label(r)), *(Cell(text.fixed(values[r], 0, signed=True)) for values in price.values()))
        for r in sorted(order, key=lambda r: -price[first][r])
    )
    told = f"Price of rare earths and magnets in “{case.label(case.worst)}”, by horizon"
    return [chart, Table("tab-rare-price", told, subtitle, columns, cells, case.note(csv, extra), csv)]


def rare_earths(case: CaseView) -> list[Block]:
    """Price of rare earths to buyers, and output of the sectors that use most of them, short run where solved."""
    runs = {h: r for h, r in {"short": case.others.get("short"), case.runs.parameters.name: case.runs}.items() if r is not None}
    first = next(iter(runs))
    outcome = {h: r.outcomes[case.worst] for h, r in runs.items()}
    j = case.world.sectors.index(RARE)
    bought = case.world.expenditure[:, j]
    buyers = [r for r in sorted(case.world.regions, key=lambda r: -bought[case.i(r)]) if bought[case.i(r)] > 0][:10]
    buyers = list(dict.fromkeys([*buyers, *(r for r in (case.a, case.b, case.host) if r)]))
    price = {h: case.by_wages(o)[RARE] for h, o in outcome.items()}
    buyers.sort(key=lambda r: -float(price[first][r]))
    csv = case.file(
        "rare-earth-prices",
        "Price of rare earths and magnets to buyers against wages",
        [
            case.row(r, case.worst, "price of rare earths and magnets against wages", "%", float(price[h][r]), h, sector=RARE)
            for h in runs
            for r in case.world.regions
        ],
    )
    top = buyers[0]
    value = float(price[first][top])
    prices = price_blocks(case, {h: {r: float(p[r]) for r in buyers} for h, p in price.items()}, top, csv)

    users: list[tuple[float, str, int]] = []
    for code in dict.fromkeys([*case.parties, *((case.host,) if case.host else ()), *buyers]):
        n = case.i(code)
        share = case.world.intermediate_use[n, j] / case.world.output[n].clip(1e-12)
        users += [
            (float(share[k]), code, k) for k in range(len(case.world.sectors)) if k != j and case.world.value_added[n, k] > 0
        ]
    users.sort(key=lambda u: (-u[0], u[1], u[2]))
    seen: dict[str, int] = {}
    chosen: list[tuple[float, str, int]] = []
    for share, code, k in [*(u for u in users if u[1] == case.a), *users]:
        if code != case.b and seen.get(code, 0) < 3 and len(chosen) < 12:
            seen[code] = seen.get(code, 0) + 1
            chosen.append((share, code, k))
    table_rows, data = [], []
    for share, code, k in chosen:
        s = case.world.sectors[k]
        values = {h: number_at(o.output, code, s) for h, o in outcome.items()}
        table_rows.append(
            (
                Cell(f"{text.capital(region_name(code))}: {sector_name(s)}"),
                Cell(text.fixed(100 * share, 2)),
                *(Cell(text.fixed(v, 2, signed=True)) for v in values.values()),
            )
        )
        data += [
            case.row(
                code, case.worst, "output", "%", v, h, sector=s, sector_name=sector_name(s), rare_earth_cost_share_pct=100 * share
            )
            for h, v in values.items()
        ]
    file = case.file("rare-earth-users", "Output of the sectors that use most rare earths", data)
    table = Table(
        "tab-rare-users",
        f"Sectors that lean most on rare earths: output in “{case.label(case.worst)}”",
        f"Change in percent against {case.quo}, all measures of the scenario together; the three heaviest users in "
        f"{text.name(case.a)}, then the heaviest elsewhere outside {text.name(case.b)}",
        (
            Column("Sector"),
            Column("Rare earths in cost", "%", number=True),
            *(Column(f"Output, {case.run_name(h)}", "%", number=True) for h in runs),
        ),
        tuple(table_rows),
        case.note(file),
        file,
    )
    sold = case.world.shipments[:, :, j].sum(1)
    share = 100 * sold[case.i(case.b)] / sold.sum()
    lead = (
        f"In the table of {case.world.year} {text.name(case.b)} makes {text.percent(float(share))} of the world’s rare "
        "earths and magnets by value. A stop of a part without a substitute can halt a line that uses very little of it; a model "
        "of values and smooth substitution shows less than that, most of all after the short run."
    )
    if value >= 300:
        lead += (
            " Where the price multiplies, read a shortage: the control sets the quantity, and the price is what it would take to "
            "share it out."
        )
    return [Heading("Rare earths", "rare-earths"), Para(lead), *prices, table]
