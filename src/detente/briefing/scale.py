"""Section 8: how far it could go — the threatened duty in steps, a split of the world, and which measure does how much.

The duty: a threatened tariff between the parties at a quarter, half, three quarters and all of its rate on top of the status quo,
the other side not answering. The split: a wall of real trade costs between two blocs at three horizons, so that the loss divides into
trade, capital and mobility, and ideas. The package: Shapley shares of its groups of measures (mean effect over all orders of adding
them), and the exact decomposition of its effect by channel.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from functools import cache
from itertools import combinations

import numpy as np

from detente.briefing import text
from detente.briefing.case import Case, Triple, real_income
from detente.briefing.document import Block, Cell, Column, Heading, Para, Section, Table
from detente.briefing.figures import bar_figure
from detente.briefing.rates import Choice, RateGrid
from detente.briefing.svg import region_colour
from detente.equilibrium.decompose import PARTS, decompose
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.solve import solve
from detente.errors import NotConverged
from detente.policy.instruments import NonTariffCost, Policy
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.timing import Status, in_force
from detente.world.labels import region_adjective

STEPS = (0.25, 0.5, 0.75, 1.0)
WEST = ("USA", "CAN", "EU27", "GBR", "EFT", "JPN", "KOR", "TWN", "AUS", "NZL", "MEX", "SGP", "PHL")
WALL = 1.6
LAYERS = ("medium", "long", "fragmentation")
GROUPS = 6
KINDS = {
    InstrumentKind.TARIFF: "duties",
    InstrumentKind.EXPORT_CONTROL: "export controls",
    InstrumentKind.EMBARGO: "import bans",
    InstrumentKind.NON_TARIFF: "other barriers",
    InstrumentKind.PURCHASE: "purchases",
}


def sections(case: Case) -> list[Section]:
    """Section 8."""
    blocks: list[Block] = [*ladder(case), *own_choice(case), *split(case), *shares(case), *channels(case)]
    return [Section("scale", "How far could it go", tuple(blocks))] if blocks else []


def codes(case: Case) -> tuple[str, ...]:
    """The parties and the host."""
    return (case.a, case.b, *((case.host,) if case.host else ()))


# -- the threatened duty -----------------------------------------------------------------------------------------------
def threat(case: Case) -> Measure | None:
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


def at_rate(case: Case, measure: Measure, rate: float) -> Outcome:
    """The threat carried out alone at a rate, against the status quo."""
    today = case.dossier.as_of
    live = measure.model_copy(update={"threatened": False, "would_take_effect": None, "effective": today, "rate_pct": rate})
    policy = case.policy_of([*case.standing, live])
    return solve(case.world.economy(), policy, case.runs.parameters).relative_to(case.runs.status_quo)


def a_month(outcome: Outcome, code: str) -> float:
    """Equivalent variation, million USD a month."""
    return float(outcome.equivalent_variation[code]) / 12


def ladder(case: Case) -> list[Block]:
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
                *(Cell(text.fixed(float(o.real_income[c]), 2, signed=True)) for c in codes(case)),
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
            *(Column(text.label(c), "% of real income", number=True) for c in codes(case)),
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
    told = [f"{text.name(c)} {text.money(a_month(outcome, c), signed=True)}" for c in (measure.by, other)]
    return f"{text.number(rate)} points more, unanswered, would be worth {text.join(told)} a month"


def ladder_text(case: Case, measure: Measure, runs: Mapping[float, Outcome], other: str) -> str:
    """What each step does to the side that takes it."""
    rates = list(runs)
    own = {r: float(o.real_income[measure.by]) for r, o in runs.items()}
    first, last = rates[0], rates[-1]
    steps = [own[first], *(own[b] - own[a] for a, b in zip(rates, rates[1:], strict=False))]
    who = text.name(measure.by)
    if own[first] >= text.TINY:
        opening = f"The first {text.number(first)} points would raise real income in {who} by {text.percent(own[first])}"
    else:
        opening = f"Already the first {text.number(first)} points would cost {who} {text.percent(abs(own[first]))} of real income"
    shape = "less than" if abs(steps[-1]) < abs(steps[0]) else "more than"
    told = f"all {text.number(last)} move it by {text.percent(own[last], signed=True)}; the last step does {shape} the first"
    trade = case.mutual_trade(runs[last])
    return (
        f"{opening}, {case.run}, against {case.quo}; {told}, because little trade is left to tax: goods trade between the two has then "
        f"changed by {text.percent(trade, signed=True)}. {text.capital(text.name(other))} moves by "
        f"{text.percent(float(runs[last].real_income[other]), signed=True)} at the full rate. Nobody answers in this ladder; "
        "“Pessimistic” and the payoff table below count the answer."
        if "pessimistic" in case.ids
        else f"{opening}, {case.run}, against {case.quo}; {told}. Nobody answers in this ladder."
    )


# -- what each side would choose ---------------------------------------------------------------------------------------
@cache
def grid(case: Case) -> RateGrid:
    """The grid of both sides' mean duties on each other's goods, solved once a case."""
    return RateGrid.solve(
        case.world.economy(),
        case.runs.status_quo,
        case.policy_of(case.standing),
        (case.a, case.b),
        [s for s in case.goods if s != "RER"] or list(case.goods),
        codes(case),
        case.runs.parameters,
    )


def rate(g: RateGrid, side: int, value: float) -> str:
    """A mean duty in words; the end of the range searched is said to be that."""
    shown = text.fixed(100 * value, 0)
    if g.at_edge(side, value):
        return f"{shown}{text.THIN}% or {'more' if value > 0 else 'less'}"
    return f"{shown}{text.THIN}%"


def own_choice(case: Case) -> list[Block]:
    """Rates each side would pick for itself, alone and with both choosing."""
    if threat(case) is None:
        return []
    g = grid(case)
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
                *(Cell(rate(g, k, t)) for k, t in enumerate(choice.rates)),
                *(Cell(text.fixed(choice.real_income[c], 2, signed=True)) for c in codes(case)),
            )
        )
        for k, side in enumerate(g.sides):
            data.append(case.row(side, None, f"mean duty on the other: {label}", "%", 100 * choice.rates[k]))
        data += [case.row(c, None, f"real income: {label}", "%", choice.real_income[c]) for c in codes(case)]
    for row in data:
        row |= {"scenario": "own choice", "relative_to": case.quo}
    csv = case.file("own-rates", "Mean duties each side would choose, and what they do", data)
    table = Table(
        "tab-own-rates",
        "The duty each side would pick for itself",
        f"Mean duty on the other’s goods, differences between goods kept, rare earths apart; real income against {case.quo}; {case.run}",
        (
            Column("Who chooses"),
            *(Column(f"{region_adjective(c)} duty".capitalize() if c != "USA" else "US duty", "%", number=True) for c in g.sides),
            *(Column(text.label(c), "% of real income", number=True) for c in codes(case)),
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
            f"{text.name(side)} would pick {rate(g, k, best)}, {where} today’s {text.fixed(100 * now, 0)}{text.THIN}%, and change "
            f"its real income by {text.percent(alone[k].real_income[side], signed=True)}"
        )
    lower = all(alone[k].rates[k] < g.today[k] for k in (0, 1))
    verdict = (
        " Both stand above the rate that serves them best: at today’s duties, what either loses in trade outweighs what it gains in "
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
def split(case: Case) -> list[Block]:
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
        return [Heading("A world in two blocs", "blocs"), Para("The split into two blocs has no equilibrium at every horizon; no figure is given.")]
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
            data.append(case.row(code, None, "real income, two blocs", "%", v, h) | {"scenario": "two blocs", "relative_to": case.quo})
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
        case.note(csv, f"Wall: crossing between blocs takes {100 * WALL:.0f} % more resources, goods and services. Blocs: west {text.join(west)}; east the rest."),
        csv,
    )
    both = tuple(o.bilateral() for o in (outcomes["medium"],))[0]
    west_index = [case.i(r) for r in west]
    east_index = [case.i(r) for r in east]

    def across(frame: object) -> float:
        v = np.asarray(frame)
        return float(v[np.ix_(west_index, east_index)].sum() + v[np.ix_(east_index, west_index)].sum())

    trade = 100 * (across(both[1]) / across(both[0]) - 1)
    return [Heading("A world in two blocs", "blocs"), Para(split_text(case, parts["WORLD"], trade), cites=bloc_sources(case)), table]


def bloc_sources(case: Case) -> tuple[str, ...]:
    """Sources of the published figure on a split."""
    found = _published_split(case)
    return found.sources if found else ()


def _published_split(case: Case):  # type: ignore[no-untyped-def]
    return next((p for p in case.dossier.published if p.region is None and "bloc" in p.scenario.lower()), None)


def split_text(case: Case, parts: tuple[float, float, float], trade: float) -> str:
    """How much of the loss comes from which layer, beside the published figure."""
    total = sum(parts)
    share = [f"{text.number(100 * p / total)}{text.THIN}%" for p in parts] if total else ["–"] * 3
    p = _published_split(case)
    beside = (
        f" {p.who} gives {text.number(p.value)}{text.THIN}% ({p.quantity.lower()}, {p.time_basis}); ours is "
        f"{'larger' if abs(total) > abs(p.value) else 'smaller'}. "
        if p
        else " "
    )
    return (
        f"If the world split into two blocs around the parties, behind a wall that cuts trade across it by {text.percent(abs(trade))}, "
        f"world real income would change by {text.percent(total, signed=True)} by 2040, against {case.quo}: {text.percent(parts[0], signed=True)} "
        f"from trade alone ({share[0]} of the whole), {text.percent(parts[1], signed=True)} as capital shrinks with it and work moves freely "
        f"({share[1]}), and {text.percent(parts[2], signed=True)} as fewer ideas cross ({share[2]}).{beside}"
        "Nobody has proposed such a wall, and its height is ours: it is set so that trade across it nearly stops. The part from ideas "
        "leans on one parameter (how much of what sellers know buyers learn) and is the least sure."
    )


# -- which measure does how much ---------------------------------------------------------------------------------------
def groups(case: Case) -> tuple[dict[str, list[Measure]], list[Measure], list[Measure]]:
    """Measures the worst scenario adds or changes, by who and what; those it keeps; those it drops."""
    scenario = case.dossier.scenario(case.worst)
    then = [m for m in in_force(case.dossier.measures_in(case.worst), scenario.policy_date) if m.modelled]
    standing = [m for m in case.standing if m.modelled]
    kept = [m for m in then if m in standing]
    dropped = [m for m in standing if m not in then]
    found: dict[str, list[Measure]] = {}
    for m in then:
        if m not in standing:
            found.setdefault(f"{text.capital(text.possessive(m.by))} {KINDS.get(m.instrument, 'other measures')}", []).append(m)
    if len(found) > GROUPS:
        rest = list(found)[GROUPS - 1 :]
        found = {k: v for k, v in found.items() if k not in rest} | {"Other measures": [m for k in rest for m in found[k]]}
    return found, kept, dropped


def shares(case: Case) -> list[Block]:
    """Shapley shares of the groups of measures of the worst scenario."""
    found, kept, dropped = groups(case)
    if len(found) < 2 or dropped:
        return []
    day = case.dossier.scenario(case.worst).policy_date
    names = list(found)
    shown = [*codes(case), "WORLD"]
    worth: dict[frozenset[int], np.ndarray] = {}
    base = case.runs.status_quo
    for size in range(len(names) + 1):
        for chosen in combinations(range(len(names)), size):
            key = frozenset(chosen)
            if not key:
                worth[key] = np.zeros(len(shown))
                continue
            if size == len(names):
                o = case.outcome(case.worst)
            else:
                policy = case.policy_of([*kept, *(m for k in chosen for m in found[names[k]])], day)
                o = solve(case.world.economy(), policy, case.runs.parameters).relative_to(base)
            worth[key] = np.array([real_income(o, case.members(c), c) for c in shown])
    part = shapley_shares(worth, len(names))
    order = sorted(range(len(names)), key=lambda k: -abs(part[k][0]))
    total = worth[frozenset(range(len(names)))]
    rows = [(Cell(names[k]), *(Cell(text.fixed(v, 2, signed=True)) for v in part[k])) for k in order]
    rows.append((Cell("All together", strong=True), *(Cell(text.fixed(v, 2, signed=True), strong=True) for v in total)))
    csv = case.file(
        "measure-shares",
        f"Share of each group of measures in “{case.label(case.worst)}”",
        [
            case.row(c, case.worst, "contribution to real income", "points", float(part[k][n]), group=names[k],
                     measures=" ".join(m.id for m in found[names[k]]))
            for k in order
            for n, c in enumerate(shown)
        ],
    )  # fmt: skip
    told = []
    for n, c in enumerate(codes(case)):
        low = min(range(len(names)), key=lambda k: part[k][n])
        if part[low][n] <= -text.TINY:
            told.append(f"to {text.name(c)} {_mid(names[low])} ({text.percent(float(part[low][n]), signed=True)})")
    lead = f"In “{case.label(case.worst)}” the measures that cost most are {text.join(told)}." if told else "No group of measures costs a party anything."
    return [
        Heading("Which measure does how much", "shares"),
        Para(
            f"{lead} A measure’s share is its mean effect over all orders in which the package could be put together; shares add up to "
            f"the whole, {case.run}, against {case.quo}."
        ),
        Table(
            "tab-shares",
            f"“{case.label(case.worst)}” by group of measures",
            f"Contribution to real income, percentage points, against {case.quo}; {case.run}",
            (Column("Measures"), *(Column(text.capital(text.label(c)), "points", number=True) for c in shown)),
            tuple(rows),
            case.note(csv, "Rare-earth controls weigh far more in the first months: see the months after the cut."),
            csv,
        ),
    ]


def _mid(name: str) -> str:
    return name[0].lower() + name[1:] if name.startswith(("The ", "Other ")) else name


def shapley_shares(worth: Mapping[frozenset[int], np.ndarray], count: int) -> list[np.ndarray]:
    """Mean gain from adding each of `count` groups over all orders.

    >>> worth = {frozenset(): np.zeros(1), frozenset({0}): np.ones(1), frozenset({1}): np.zeros(1), frozenset({0, 1}): np.full(1, 3.0)}
    >>> [float(s[0]) for s in shapley_shares(worth, 2)]
    [2.0, 1.0]
    """
    out = [np.zeros_like(next(iter(worth.values()))) for _ in range(count)]
    for chosen, value in worth.items():
        for k in set(range(count)) - chosen:
            weight = math.factorial(len(chosen)) * math.factorial(count - len(chosen) - 1) / math.factorial(count)
            out[k] = out[k] + weight * (worth[chosen | {k}] - value)
    return out


# -- by channel --------------------------------------------------------------------------------------------------------
CHANNELS = {
    "terms of trade": "Terms of trade",
    "tariff volume": "Trade that duties drive out",
    "export volume": "Trade that export limits hold back",
    "subsidies": "Subsidised output",
    "technology and trade costs": "Technology and trade costs",
    "factors and scale": "Hours, capital and scale",
}
WORDS = {
    "terms of trade": "prices of exports against imports",
    "tariff volume": "trade that duties drive out",
    "export volume": "trade that export limits hold back",
    "subsidies": "subsidised output",
    "technology and trade costs": "technology and trade costs",
    "factors and scale": "hours, capital and scale",
}


def channels(case: Case) -> list[Block]:
    """The exact decomposition of the worst scenario."""
    outcome = case.outcome(case.worst)
    try:
        frame = decompose(one_bound_a_flow(outcome), 8)
    except NotConverged:
        return []
    shown = codes(case)
    used = [p for p in PARTS if any(abs(float(frame.loc[c, p])) >= text.TINY for c in shown)]  # type: ignore[arg-type]
    if not used:
        return []
    value = {(c, p): float(frame.loc[c, p]) for c in shown for p in (*PARTS, "exact", "left over")}  # type: ignore[arg-type]
    rows = [(Cell(CHANNELS[p]), *(Cell(text.fixed(value[c, p], 2, signed=True)) for c in shown)) for p in used]
    rows.append((Cell("Together", strong=True), *(Cell(text.fixed(value[c, "exact"], 2, signed=True), strong=True) for c in shown)))
    csv = case.file(
        "channels",
        f"Real income in “{case.label(case.worst)}” by channel",
        [
            case.row(c, case.worst, f"part of real income: {p}", "100 × log change", value[c, p])
            for c in shown
            for p in (*PARTS, "exact", "left over")
        ],
    )
    told = []
    for c in shown:
        top = max(used, key=lambda p: abs(value[c, p]))
        told.append(f"{text.name(c)} {'gains' if value[c, top] > 0 else 'loses'} most through {WORDS[top]} ({text.fixed(value[c, top], 2, signed=True)} points)")
    return [
        Heading("Through which channel", "channels"),
        Para(f"In “{case.label(case.worst)}” {'; '.join(told)}, {case.run}, against {case.quo}."),
        Table(
            "tab-channels",
            f"“{case.label(case.worst)}” by channel",
            f"Parts of the change of real income, percentage points (log), against {case.quo}; {case.run}",
            (Column("Channel"), *(Column(text.capital(text.label(c)), "points", number=True) for c in shown)),
            tuple(rows),
            case.note(csv, "Exact: summed along eight steps from the old to the new policy; the rents of export licences are in the terms of trade."),
            csv,
        ),
    ]


def one_bound_a_flow(outcome: Outcome) -> Outcome:
    """The outcome with an old bound left out on the way where a new one binds the same flows: two would leave the shares open."""
    if outcome.shock is None or outcome.shock_before is None:
        return outcome
    new = outcome.shock.controls
    kept = [c for c in outcome.shock_before.controls if not any((c.flows & n.flows).any() for n in new)]
    return dataclasses.replace(outcome, shock_before=dataclasses.replace(outcome.shock_before, controls=kept))
