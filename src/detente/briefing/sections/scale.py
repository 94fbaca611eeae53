"""Section 8: how far it could go — the threatened duty in steps, a split of the world, and which measure does how much.

The duty: a threatened tariff between the parties at a quarter, half, three quarters and all of its rate on top of the status quo,
the other side not answering, and the rate each side would pick for itself. The split: a wall of real trade costs between two
blocs at three horizons, so that the loss divides into trade, capital and mobility, and ideas.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from detente import words as text
from detente.briefing.charts.figures import bar_figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Cell, Column, Heading, Para, Section, Table
from detente.briefing.sections import breakdown
from detente.briefing.view import CaseView, Triple, real_income
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.solve import solve
from detente.errors import NotConverged
from detente.policy.instruments import NonTariffCost, Policy
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.parts import Published
from detente.policy.timing import Status
from detente.strategy.rates import Choice, RateGrid
from detente.words.names import region_adjective

STEPS = (0.25, 0.5, 0.75, 1.0)
WEST = ("USA", "CAN", "EU27", "GBR", "EFT", "JPN", "KOR", "TWN", "AUS", "NZL", "MEX", "SGP", "PHL")
WALL = 1.6
LAYERS = ("medium", "long", "fragmentation")


def sections(case: CaseView) -> list[Section]:
    """Section 8."""
    blocks: list[Block] = [*ladder(case), *own_choice(case), *split(case), *breakdown.shares(case), *breakdown.channels(case)]
    return [Section("scale", "How far could it go", tuple(blocks))] if blocks else []


# -- the threatened duty -----------------------------------------------------------------------------------------------
def threat(case: CaseView) -> Measure | None:
    """A threatened tariff of one party on the other, the highest first."""
    status = case.dossier.status()
    found = [
        m
        for m in case.dossier.measures
        if status[m.id] is Status.THREATENED
        and m.modelled
        and m.instrument is InstrumentKind.TARIFF
        and m.by in case.parties[:2]
        and isinstance(m.rate_pct, (int, float))
        and (m.on == "all" or set(m.on) & (set(case.parties[:2]) - {m.by}))
    ]
    return max(found, key=lambda m: (float(m.rate_pct), m.id), default=None)  # type: ignore[arg-type]


def at_rate(case: CaseView, measure: Measure, rate: float) -> Outcome:
    """The threat carried out alone at a rate, against the status quo."""
    today = case.dossier.as_of
    live = measure.model_copy(update={"threatened": False, "would_take_effect": None, "effective": today, "rate_pct": rate})
    policy = case.policy_of([*case.standing, live])
    return solve(case.world.economy(), policy, case.runs.parameters).relative_to(case.runs.status_quo)


def a_month(outcome: Outcome, code: str) -> float:
    """Equivalent variation, million USD a month."""
    return float(outcome.equivalent_variation[code]) / 12


def ladder(case: CaseView) -> list[Block]:
    """The threat in steps."""
    measure = threat(case)
    if measure is None:
        return [Para("The dossier holds no threatened duty of one party on the other; there is no ladder to climb.")]
    full = float(measure.rate_pct)  # type: ignore[arg-type]
    rates = [full * s for s in STEPS]
    runs = {rate: at_rate(case, measure, rate) for rate in rates}
    other = case.b if measure.by == case.a else case.a
    sides = (measure.by, other)
    rows, data = [], []
    for rate, o in runs.items():
        rows.append(
            (
                Cell(f"{text.number(rate)} points", strong=True),
                *(Cell(text.fixed(a_month(o, c) / 1e3, 2, signed=True)) for c in sides),
                *(Cell(text.fixed(float(o.real_income[c]), 2, signed=True)) for c in case.trio),
                Cell(text.fixed(case.mutual_trade(o), 0, signed=True)),
            )
        )
        for c in case.world.regions:
            data.append(case.row(c, None, "real income", "%", float(o.real_income[c]), added_points=rate))
            data.append(case.row(c, None, "equivalent variation", "million USD a month", a_month(o, c), added_points=rate))
        data.append(case.row(f"{case.a}-{case.b}", None, "goods trade, both ways", "%", case.mutual_trade(o), added_points=rate))
    for row in data:
        row |= {"scenario": measure.id, "relative_to": case.quo}
    csv = case.file("threat-ladder", f"{measure.title}: cost at {len(rates)} rates", data)
    table = Table(
        "tab-ladder",
        f"“{measure.title}” in steps",
        f"Against {case.quo}; {case.run}; {text.name(other)} does not answer; cost: equivalent variation, USD billion a month",
        (
            Column("Added"),
            *(Column(f"{text.label(c)}, a month", "USD bn", number=True) for c in sides),
            *(Column(text.label(c), "% of real income", number=True) for c in case.trio),
            Column("Their goods trade", "%", number=True),
        ),
        tuple(rows),
        case.note(csv),
        csv,
        wide=True,
    )
    chart = bar_figure(
        case,
        "fig-ladder",
        ladder_title(runs[full], measure, other, full),
        f"Change of real income worth so much, USD billion a month, by points added; against {case.quo}; {case.run}",
        [
            (text.label(c), f"{text.number(rate)} points", Triple(v, v, v), region_colour(c))
            for c in sides
            for rate, o in runs.items()
            for v in [a_month(o, c) / 1e3]
        ],
        csv,
        label_width=84,
    )
    return [Heading("The threatened duty", "ladder"), Para(ladder_text(case, measure, runs, other)), chart, table]


def ladder_title(outcome: Outcome, measure: Measure, other: str, rate: float) -> str:
    """Cost to each side at the full rate."""
    told: list[str] = []
    for c in (measure.by, other):
        value = a_month(outcome, c)
        verb = "cost" if value < 0 else "bring"
        again = bool(told) and told[0].startswith(verb)
        told.append(f"{'' if again else verb + ' '}{text.name(c)} {text.money(abs(value))}")
    return f"{text.number(rate)} points more, unanswered, would {text.join(told)} a month"


def ladder_text(case: CaseView, measure: Measure, runs: Mapping[float, Outcome], other: str) -> str:
    """What each step does to the side that takes it."""
    rates = list(runs)
    own = {r: float(o.real_income[measure.by]) for r, o in runs.items()}
    first, last = rates[0], rates[-1]
    steps = [own[first], *(own[b] - own[a] for a, b in pairwise(rates))]
    who = text.name(measure.by)
    if own[first] >= text.TINY:
        opening = f"The first {text.number(first)} points would raise real income in {who} by {text.percent(own[first])}"
    elif own[first] <= -text.TINY:
        opening = f"Already the first {text.number(first)} points would cost {who} {text.percent(abs(own[first]))} of real income"
    else:
        opening = f"The first {text.number(first)} points would hardly change real income in {who}"
    fades = all(s < 0 for s in steps) and abs(steps[-1]) < abs(steps[0])
    told = f"all {text.number(last)} move it by {text.percent(own[last], signed=True)}"
    trade = f"goods trade between the two has then changed by {text.percent(case.mutual_trade(runs[last]), signed=True)}"
    tail = f"each step costs less than the one before, because ever less trade is left to tax: {trade}" if fades else trade
    answered = "“Pessimistic” and the payoff table in the next section count the answer." if "pessimistic" in case.ids else ""
    return (
        f"{opening}, {case.run}, against {case.quo}; {told}; {tail}. {text.name(other, start=True)} moves by "
        f"{text.percent(float(runs[last].real_income[other]), signed=True)} at the full rate. Nobody answers in this ladder. "
        f"{answered}"
    ).strip()


# -- what each side would choose ---------------------------------------------------------------------------------------
def rate(g: RateGrid, side: int, value: float, unit: str = f"{text.THIN}%") -> str:
    """A mean duty in words; the end of the range searched is said to be that."""
    end = f" or {'more' if value > 0 else 'less'}" if g.at_edge(side, value) else ""
    return f"{text.fixed(100 * value, 0)}{unit}{end}"


def own_choice(case: CaseView) -> list[Block]:
    """Rates each side would pick for itself, alone and with both choosing."""
    if threat(case) is None:
        return []
    g = case.rates
    alone = (g.best_reply(0), g.best_reply(1))
    rows, data = [], []
    listed: list[tuple[str, Choice]] = [
        ("Today", g.gains(*g.today)),
        (f"{text.capital(text.name(case.a))} chooses, {text.name(case.b)} stays", alone[0]),
        (f"{text.capital(text.name(case.b))} chooses, {text.name(case.a)} stays", alone[1]),
        ("Both choose, each best against the other", g.nash),
    ]
    for label, choice in listed:
        rows.append(
            (
                Cell(label),
                *(Cell(rate(g, k, t, "")) for k, t in enumerate(choice.rates)),
                *(Cell(text.fixed(choice.real_income[c], 2, signed=True)) for c in case.trio),
            )
        )
        for k, side in enumerate(g.sides):
            data.append(case.row(side, None, f"mean duty on the other: {label}", "%", 100 * choice.rates[k]))
        data += [case.row(c, None, f"real income: {label}", "%", choice.real_income[c]) for c in case.trio]
    for row in data:
        row |= {"scenario": "own choice", "relative_to": case.quo}
    csv = case.file("own-rates", "Mean duties each side would choose, and what they do", data)
    table = Table(
        "tab-own-rates",
        "The duty each side would pick for itself",
        f"Mean duty on the other’s goods, differences between goods kept, rare earths apart; real income against {case.quo}; "
        f"{case.run}",
        (
            Column("Who chooses"),
            *(Column(f"{region_adjective(c)} duty", "%", number=True) for c in g.sides),
            *(Column(text.label(c), "% of real income", number=True) for c in case.trio),
        ),
        tuple(rows),
        case.note(csv, "Plain real income: no jobs, no security, no politics."),
        csv,
    )
    told = []
    for k, side in enumerate(g.sides):
        best, now = alone[k].rates[k], g.today[k]
        where = "below" if best < now - 0.005 else "above" if best > now + 0.005 else "equal to"
        told.append(
            f"{text.name(side)} would pick {rate(g, k, best)}, {where} today’s {text.fixed(100 * now, 0)}{text.THIN}%, and "
            "change "
            f"its real income by {text.percent(alone[k].real_income[side], signed=True)}"
        )
    lower = all(alone[k].rates[k] < g.today[k] for k in (0, 1))
    verdict = (
        " Both stand above the rate that serves them best: at today’s duties, what either loses in trade outweighs what it "
        "gains in "
        "terms of trade and revenue. The threat is no sensible rate for its own sake; it is a lever."
        if lower
        else ""
    )
    return [
        Heading("The rate each side would choose", "own-rates"),
        Para(f"If only its own real income counted and the other stood still, {'; '.join(told)}, {case.run}.{verdict}"),
        table,
    ]


# -- a split of the world ----------------------------------------------------------------------------------------------
def split(case: CaseView) -> list[Block]:
    """Two blocs behind a wall, by layer; only where the world can follow ideas."""
    west = [r for r in WEST if r in case.world.regions]
    east = [r for r in case.world.regions if r not in west]
    runs = {case.runs.parameters.name: case.runs, **case.others}
    if not {"population", "gdp_usd"} <= set(case.world.extras) or not set(LAYERS) <= set(runs):
        return []
    if len({p in west for p in case.parties[:2]}) < 2:
        return []
    wall = Policy(
        [
            NonTariffCost(by=west, on=east, sectors="all", cost=WALL),
            NonTariffCost(by=east, on=west, sectors="all", cost=WALL),
        ]
    )
    policy = case.policy_of(case.standing) + wall
    try:
        outcomes = {h: solve(case.world.economy(), policy, runs[h].parameters).relative_to(runs[h].status_quo) for h in LAYERS}
    except NotConverged:
        told = "The split into two blocs does not solve at every horizon, so no figure is given."
        return [Heading("A world in two blocs", "blocs"), Para(told)]
    rows, data = [], []
    parts: dict[str, tuple[float, float, float]] = {}
    for code in case.focus:
        value = [real_income(outcomes[h], case.members(code), code) for h in LAYERS]
        parts[code] = (value[0], value[1] - value[0], value[2] - value[1])
        rows.append(
            (
                Cell(text.capital(text.short_name(code)), strong=True),
                *(Cell(text.fixed(v, 1, signed=True)) for v in parts[code]),
                Cell(text.fixed(value[2], 1, signed=True), strong=True),
            )
        )
    for code in (*case.world.regions, *(c for c in case.focus if c not in case.world.regions)):
        for h in LAYERS:
            v = real_income(outcomes[h], case.members(code), code)
            data.append(
                case.row(code, None, "real income, two blocs", "%", v, h) | {"scenario": "two blocs", "relative_to": case.quo}
            )
    csv = case.file("two-blocs", "Real income when the world splits into two blocs, by horizon", data)
    table = Table(
        "tab-blocs",
        "Where the loss of a split comes from",
        f"Real income, change in percent, against {case.quo}; points from each layer, and all together by 2040",
        (
            Column("Economy"),
            Column("Trade", "medium run", number=True),
            Column("Capital and mobility", "long run adds", number=True),
            Column("Ideas", "to 2040, adds", number=True),
            Column("Together", "%", number=True),
        ),
        tuple(rows),
        case.note(
            csv,
            f"Wall: crossing between blocs takes {100 * WALL:.0f} % more resources, goods and services. Blocs: west "
            f"{text.join(west)}; east the rest.",
        ),
        csv,
    )
    both = outcomes[LAYERS[0]].bilateral()
    west_index = [case.i(r) for r in west]
    east_index = [case.i(r) for r in east]

    def across(frame: object) -> float:
        v = np.asarray(frame)
        return float(v[np.ix_(west_index, east_index)].sum() + v[np.ix_(east_index, west_index)].sum())

    trade = 100 * (across(both[1]) / across(both[0]) - 1)
    return [
        Heading("A world in two blocs", "blocs"),
        Para(split_text(case, parts["WORLD"], trade), cites=bloc_sources(case)),
        table,
    ]


def bloc_sources(case: CaseView) -> tuple[str, ...]:
    """Sources of the published figure on a split."""
    found = _published_split(case)
    return found.sources if found else ()


def _published_split(case: CaseView) -> Published | None:
    return next((p for p in case.dossier.published if p.region is None and "bloc" in p.scenario.lower()), None)


def split_text(case: CaseView, parts: tuple[float, float, float], trade: float) -> str:
    """How much of the loss comes from which layer, beside the published figure."""
    total = sum(parts)
    share = [f"{text.number(100 * p / total)}{text.THIN}%" for p in parts] if total else ["–"] * 3
    p = _published_split(case)
    beside = (
        f" {p.who} gives {text.fixed(p.value, 0 if float(p.value).is_integer() else 1)}{text.THIN}% "
        f"({p.quantity[:1].lower()}{p.quantity[1:]}, "
        f"{p.time_basis}); our loss is {'larger' if abs(total) > abs(p.value) else 'smaller'}. "
        if p
        else " "
    )
    return (
        "If the world split into two blocs around the parties, behind a wall that cuts trade across it by "
        f"{text.percent(abs(trade))}, "
        f"world real income would change by {text.percent(total, signed=True)} by 2040, against {case.quo}: "
        f"{text.percent(parts[0], signed=True)} "
        f"from trade alone ({share[0]} of the whole), {text.percent(parts[1], signed=True)} as capital shrinks with it and "
        "work moves freely "
        f"({share[1]}), and {text.percent(parts[2], signed=True)} as fewer ideas cross ({share[2]}).{beside}"
        "Nobody has proposed such a wall, and its height is ours: it is set so that trade across it nearly stops. The part "
        "from ideas "
        "leans on one parameter (how much of what sellers know buyers learn) and is the least sure; "
        "its growth was lowered after comparing with the WTO’s figure (A39), so the likeness confirms nothing."
    )
