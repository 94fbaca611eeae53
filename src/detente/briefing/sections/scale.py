"""Section 8: how far it could go — the threatened duty in steps, a split of the world, and which measure does how much.

The duty in steps is `strategy.ladder`, the rate each side would pick for itself `strategy.rates`, the split `strategy.blocs`, the
shares of measures `cases.breakdown`, the channels the exact decomposition of `equilibrium.decompose`.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from detente import words as text
from detente.briefing.charts.figures import bar_figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Cell, Column, Heading, Para, Section, Table
from detente.briefing.tables import Col, table, texts
from detente.briefing.view import CaseView, Triple, number_at
from detente.cases.breakdown import Group, measure_shares
from detente.equilibrium.decompose import PARTS, decompose
from detente.errors import NotConverged
from detente.policy.parts import Published
from detente.strategy.blocs import LAYERS, Blocs, blocs, members_in
from detente.strategy.ladder import Ladder, ladder
from detente.strategy.rates import Choice, RateGrid
from detente.words import _, say
from detente.words.names import region_adjective

told = partial(say, "briefing/sections/scale")


def sections(case: CaseView) -> list[Section]:
    """Section 8."""
    steps = ladder(case)
    climbed = [Para(told("no_ladder"))] if steps is None else [*in_steps(case, steps), *own_choice(case)]
    return [Section("scale", "How far could it go", (*climbed, *split(case), *shares(case), *channels(case)))]


# -- the threatened duty -----------------------------------------------------------------------------------------------
def in_steps(case: CaseView, steps: Ladder) -> list[Block]:
    """The threat in steps."""
    measure = steps.measure
    money = {c: a_month(case, steps, c) for c in case.world.regions}
    places = text.decimals_for(max(abs(m) / 1e3 for c in steps.sides for m in money[c]), significant=3, most=4)
    rows, data, unit = [], [], f"million USD of {case.dollars} a month"
    for k, (rate, o) in enumerate(zip(steps.rates, steps.outcomes, strict=True)):
        trade = case.mutual_trade(o, steps.sides)
        rows.append(
            (
                Cell(f"{text.digits(rate)} points", strong=True),
                *(Cell(text.fixed(money[c][k] / 1e3, places, signed=True)) for c in steps.sides),
                *(Cell(text.fixed(float(o.real_income[c]), 2, signed=True)) for c in case.trio),
                Cell(text.fixed(trade, 0, signed=True)),
            )
        )
        for c in case.world.regions:
            data.append(case.row(c, None, "real income", "%", float(o.real_income[c]), added_points=rate))
            data.append(case.row(c, None, "equivalent variation", unit, money[c][k], added_points=rate))
        data.append(
            case.row(
                "-".join(p for p in case.parties if p in steps.sides),
                None,
                "goods trade, both ways",
                "%",
                trade,
                added_points=rate,
            )
        )
    for row in data:
        row |= {"scenario": measure.id, "relative_to": case.quo}
    csv = case.file("threat-ladder", told("ladder_file", measure=measure, steps=len(steps.rates)), data)
    table = Table(
        "tab-ladder",
        _("“{0}” in steps").format(measure.title),
        told("ladder_subtitle", case=case, other=steps.other),
        (
            Column("Added"),
            *(Column(_("{0}, a month").format(text.label(c)), "USD bn", number=True) for c in steps.sides),
            *(Column(text.label(c), "% of real income", number=True) for c in case.trio),
            Column("Their goods trade", "%", number=True),
        ),
        tuple(rows),
        case.note(csv),
        csv,
        wide=True,
    )
    bars = [
        (text.label(c), f"{text.digits(rate)} points", Triple(v, v, v), region_colour(c))
        for c in steps.sides
        for rate, v in zip(steps.rates, (m / 1e3 for m in money[c]), strict=True)
    ]
    title, subtitle = ladder_title(case, steps), told("ladder_figure", case=case)
    chart = bar_figure(case, "fig-ladder", title, subtitle, bars, csv, label_width=84)
    return [Heading("The threatened duty", "ladder"), Para(ladder_text(case, steps)), chart, table]


def a_month(case: CaseView, steps: Ladder, region: str) -> list[float]:
    """Cost at each rate, million USD of `case.dollars` a month."""
    return [v * case.in_dollars(region) for v in steps.a_month(region)]


def ladder_title(case: CaseView, steps: Ladder) -> str:
    """Cost to each side at the full rate."""
    return told("ladder_title", points=steps.rates[-1], costs=[(c, a_month(case, steps, c)[-1]) for c in steps.sides])


def ladder_text(case: CaseView, steps: Ladder) -> str:
    """What each step does to the side that takes it."""
    own = steps.real_income(steps.measure.by)
    added = [own[0], *(b - a for a, b in pairwise(own))]
    return told(
        "ladder",
        case=case,
        by=steps.measure.by,
        other=steps.other,
        rates=steps.rates,
        own=own,
        others=steps.real_income(steps.other)[-1],
        trade=case.mutual_trade(steps.outcomes[-1], steps.sides),
        fades=all(s < 0 for s in added) and abs(added[-1]) < abs(added[0]),
    )


# -- what each side would choose ---------------------------------------------------------------------------------------
def rate(g: RateGrid, side: int, value: float, unit: str = f"{text.THIN}%") -> str:
    """A mean duty in words; the end of the range searched is said to be that."""
    end = f" or {'more' if value > 0 else 'less'}" if g.at_edge(side, value) else ""
    return f"{text.fixed(100 * value, 0)}{unit}{end}"


def own_choice(case: CaseView) -> list[Block]:
    """Rates each side would pick for itself, alone and with both choosing."""
    g = case.rates
    alone = (g.best_reply(0), g.best_reply(1))
    rows, data = [], []
    listed: list[tuple[str, Choice]] = [
        ("Today", g.gains(*g.today)),
        (told("alone", one=g.sides[0], two=g.sides[1]), alone[0]),
        (told("alone", one=g.sides[1], two=g.sides[0]), alone[1]),
        (told("both"), g.nash),
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
            data.append(case.row(side, None, told("own_duty_row", label=label), "%", 100 * choice.rates[k]))
        data += [case.row(c, None, f"real income: {label}", "%", choice.real_income[c]) for c in case.trio]
    for row in data:
        row |= {"scenario": "own choice", "relative_to": case.quo}
    csv = case.file("own-rates", told("own_file"), data)
    table = Table(
        "tab-own-rates",
        told("own_title"),
        told("own_subtitle", case=case),
        (
            Column("Who chooses"),
            *(Column(f"{region_adjective(c)} duty", "%", number=True) for c in g.sides),
            *(Column(text.label(c), "% of real income", number=True) for c in case.trio),
        ),
        tuple(rows),
        case.note(csv, told("own_note")),
        csv,
    )
    choices = []
    for k, side in enumerate(g.sides):
        best, now = alone[k].rates[k], g.today[k]
        where = _("below") if best < now - 0.005 else _("above") if best > now + 0.005 else _("equal to")
        choices.append((side, rate(g, k, best), where, now, alone[k].real_income[side]))
    lower = all(alone[k].rates[k] < g.today[k] for k in (0, 1))
    return [Heading(told("own_heading"), "own-rates"), Para(told("own_choice", case=case, choices=choices, lower=lower)), table]


# -- a split of the world ----------------------------------------------------------------------------------------------
ASSUMPTIONS = ("A39", "A67")
"""Numbers of the ledger that the split rests on."""


def splits(case: CaseView) -> bool:
    """Whether the world can follow ideas and the wall stands between the parties."""
    west = members_in(case.world)["west"]
    known = {"population", "gdp_usd"} <= set(case.world.extras) and set(LAYERS) <= set(case.horizons)
    return known and len({p in west for p in case.parties[:2]}) == 2


def split_world(case: CaseView) -> Blocs | None:
    """The world in two blocs, solved once; None where the case does not split so or has no answer."""

    def work() -> Blocs | None:
        try:
            return blocs(case, at=case.others) if splits(case) else None
        except NotConverged:
            return None

    found: Blocs | None = case.once("two blocs", work)
    return found


def split(case: CaseView) -> list[Block]:
    """Two blocs behind a wall, by layer; only where the case `splits` so."""
    if not splits(case):
        return []
    head = Heading(told("blocs_heading"), "blocs")
    found = split_world(case)
    if found is None:
        return [head, Para(told("unsolved"))]
    members = {c: None if c == "WORLD" else case.members(c) for c in (*case.world.regions, *case.focus)}
    rows = [
        (
            Cell(text.capital(text.short_name(c)), strong=True),
            *(Cell(text.fixed(v, 1, signed=True)) for v in found.layers(members[c])),
            Cell(text.fixed(found.real_income(members[c])[-1], 1, signed=True), strong=True),
        )
        for c in case.focus
    ]
    data = [
        case.row(c, None, "real income, two blocs", "%", v, h)
        | {"scenario": "two blocs", "relative_to": case.quo, "added by this horizon, points": added}
        for c, inside in members.items()
        for h, v, added in zip(LAYERS, found.real_income(inside), found.layers(inside), strict=True)
    ]
    csv = case.file("two-blocs", told("blocs_file"), data)
    table = Table(
        "tab-blocs",
        told("blocs_title"),
        told("blocs_subtitle", case=case),
        (
            Column("Economy"),
            Column("Trade", "medium run", number=True),
            Column("Capital and mobility", "long run adds", number=True),
            Column("Ideas", "to 2040, adds", number=True),
            Column("Together", "%", number=True),
        ),
        tuple(rows),
        case.note(csv, told("blocs_note", split=found)),
        csv,
    )
    parts, published = found.layers(), _published_split(case)
    body = told("blocs", case=case, parts=parts, total=sum(parts), trade=found.trade_across(LAYERS[0]), published=published)
    return [head, Para(body, cites=published.sources if published else ()), table]


def _published_split(case: CaseView) -> Published | None:
    return next((p for p in case.dossier.published if p.two_blocs and p.region is None), None)


# -- which measure does how much ---------------------------------------------------------------------------------------
def _named(group: Group) -> str:
    return f"{region_adjective(group.by)} {_(group.kind)}" if group.by else _("the {0}").format(_(group.kind))


def shares(case: CaseView) -> list[Block]:
    """Shapley shares of the groups of measures of the worst scenario."""
    found = measure_shares(case, case.worst)
    if found is None:
        return []
    shown, label = [*case.trio, "WORLD"], case.label(case.worst)
    order = sorted(range(len(found.groups)), key=lambda k: -abs(found.of(k, shown[0])))
    titles = [_named(g) if g.by else text.capital(_(g.kind)) for g in found.groups]
    together = _("All together")
    measures = {titles[k]: " ".join(m.id for m in found.groups[k].measures) for k in order}
    measures[together] = " ".join(measures.values())

    def column(code: str) -> Col:
        parts = {**{titles[k]: found.of(k, code) for k in order}, together: found.together(code)}
        shown = [Cell(text.fixed(v, 2, signed=True), strong=group == together) for group, v in parts.items()]
        row = partial(case.row, code, case.worst, "contribution to real income", "points")
        data = [[row(v, group=group, measures=measures[group]) | {"relative_to": case.quo}] for group, v in parts.items()]
        return Col(text.capital(text.label(code)), shown, "points", data, number=True)

    names = Col("Measures", [Cell(group, strong=group == together) for group in measures])
    losses = []
    for c in case.parties:
        low = min(range(len(found.groups)), key=lambda k: found.of(k, c))
        if found.of(low, c) <= -text.TINY:
            losses.append((c, _named(found.groups[low]), found.of(low, c)))
    said = texts("scale", "shares_table", case=case, label=label)
    return [
        Heading(told("shares_heading"), "shares"),
        Para(told("shares", case=case, label=label, told=losses)),
        table(case, "measure-shares", said, [names, *map(column, shown)], id="shares"),
    ]


# -- by channel --------------------------------------------------------------------------------------------------------
def channels(case: CaseView) -> list[Block]:
    """The exact decomposition of the worst scenario."""
    try:
        frame = decompose(case.outcome(case.worst), 8)
    except NotConverged:
        return []
    shown, label = case.trio, case.label(case.worst)
    used = [p for p in PARTS if any(abs(number_at(frame, c, p)) >= text.TINY for c in shown)]
    if not used:
        return []
    value = {(c, p): number_at(frame, c, p) for c in shown for p in (*PARTS, "exact", "left over")}
    listed = [*used, *(["left over"] if any(abs(value[c, "left over"]) >= text.TINY for c in shown) else [])]
    words = {p: told("channel", by=p) for p in listed}

    def column(code: str) -> Col:
        shown = [Cell(text.fixed(value[code, p], 2, signed=True)) for p in listed]
        shown.append(Cell(text.fixed(value[code, "exact"], 2, signed=True), strong=True))
        row = partial(case.row, code, case.worst, unit="100 × log change")
        data = {p: row(told("channels_row", by=p), value=value[code, p]) for p in (*PARTS, "exact", "left over")}
        unseen = [data[p] for p in data if p not in (*listed, "exact")]
        return Col(
            text.capital(text.label(code)), shown, "points", [*([data[p]] for p in listed), [data["exact"], *unseen]], True
        )

    names = Col("Channel", [*(text.capital(words[p]) for p in listed), Cell("Together", strong=True)])
    most = {c: max(used, key=lambda p: abs(value[c, p])) for c in shown}
    return [
        Heading("Through which channel", "channels"),
        Para(told("channels", case=case, label=label, words=words, told=[(c, p, value[c, p]) for c, p in most.items()])),
        table(case, "channels", texts("scale", "channels_table", case=case, label=label), [names, *map(column, shown)]),
    ]
