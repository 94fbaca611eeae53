"""Bystanders: what decides the host's year, what the quarrel brings the others at either closure, what the host can ask and do.

Everything is read off the scenarios that are solved already, but for the host: its drivers, its asks, its menu in the best and
the worst scenario and the duty on goods passed through in the worst are solved here. Nobody is assumed to be the host.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from detente import words as text
from detente.briefing.charts.results import year_figure
from detente.briefing.document import Block, Cell, Column, Figure, Heading, Para, Section, Table
from detente.briefing.sections import outlook as foresight
from detente.briefing.view import CaseView, Triple, number_at
from detente.cases.baselines import IN_FORCE, Baseline
from detente.cases.case import PINNED, mean_rate
from detente.errors import NotConverged
from detente.outlook.uncertainty import Uncertainty
from detente.outlook.year import our_year, stake_of, threats_of
from detente.strategy.asks import Asks, asks_of, displaced_by
from detente.strategy.bystanders import ANSWERED, STAY_OUT, menu_of, overview, side_with, sign_with
from detente.strategy.transshipment import PassThrough, PassThroughDuty, pass_through, pass_through_duty
from detente.strategy.year import Year, money_of
from detente.talks.menus import Menu
from detente.words import say
from detente.words.names import region_adjective
from detente.world.chains import dependence

ROWS = 12
"""Economies shown in the table; the data file has all."""

ASSUMPTIONS = ("A41", "A42", "A43")
"""Numbers of the ledger that the section rests on."""


told = partial(say, "briefing/sections/bystanders")


def threats(case: CaseView) -> Uncertainty | None:
    """What threatened duties cost in every scenario, at the briefing's odds; None without forks."""

    def work() -> Uncertainty | None:
        found = foresight.prepared(case)
        return None if found is None else threats_of(case, found.look.tree)

    return case.once("threats", work)


def year_of(case: CaseView, region: str, against: Baseline = IN_FORCE) -> Year:
    """What decides an economy's year, with the briefing's odds; worked out once."""

    def work() -> Year:
        found = foresight.prepared(case)
        return our_year(case, region, look=None if found is None else found.look, threats=threats(case), against=against)

    return case.once(("year", region, against), work)


def steps_of(case: CaseView, region: str) -> Asks:
    """What a third economy can ask and offer; worked out once."""
    return case.once(("asks", region), lambda: asks_of(case, region))


def sections(case: CaseView) -> list[Section]:
    """The section on those who are not at the table."""
    year = None if case.host is None else year_of(case, case.host)
    return [Section("neighbours", told("title", year=year), tuple(blocks(case)))]


def blocks(case: CaseView) -> list[Block]:
    """The host's year, the others, and what the host can do, where there is one."""
    routes = pass_through(case), pass_through(case, case.worst)
    host = case.host
    pair = [Para(told("one_pair", case=case))] if len(case.parties) > 2 else []
    if host is None:
        return [Para(closures(case)), *pair, Para(answer(case, routes)), table(case)]
    duty = pass_through_duty(case, host, case.worst)
    menu = menu_of(case, host, scenarios=list(dict.fromkeys((case.best, case.worst))))
    year, asks = year_of(case, host), steps_of(case, host)
    made: list[Block] = [Para(told("our_year", case=case, year=year), kind="lede")]
    if any(d.kind != "choice" for d in year.drivers):
        made.append(drivers_figure(case, year))
    made += [
        Para(closures(case)),
        *pair,
        Para(answer(case, routes)),
        table(case),
        Heading(told("host_heading", host=host), "host-menu"),
        *(Para(paragraph) for paragraph in asks.explain().split("\n\n") if paragraph),
        *([asks_table(case, asks)] if asks.steps else []),
        *(Para(t) for t in displaced(case, host)),
        Para(leaning(case, host)),
        menu_table(case, host, menu),
        Para(menu_words(case, menu)),
        Para(passing(case, duty), told("passing_lead")),
    ]
    if set(case.successes) - {case.worst}:  # with one scenario only there is nothing that failure could be set against
        stake = stake_of(case, host, threats(case))
        case.shelf.add("hosting", told("hosting_file", host=host), stake.to_frame().reset_index(names="part"))
        made.append(Para(told("hosting", case=case, stake=stake), told("hosting_lead")))
    return made


def drivers_figure(case: CaseView, year: Year) -> Figure:
    """The ranked bars, and the data of all drivers."""
    csv = case.shelf.add("year-host", told("year_file", region=year.region), year.to_frame().reset_index())
    return year_figure(year, csv, note=case.note(csv, told("year_note", year=year)))


def held_fixed(case: CaseView, region: str, scenario: str) -> float:
    """Real income with the exchange rate held, percent; NaN where there is no answer."""
    if PINNED not in case.parameter_sets:
        return float("nan")
    try:
        return float(case.outcome(scenario, variant=PINNED).real_income[region])
    except NotConverged:
        return float("nan")


def closures(case: CaseView) -> str:
    """How many third economies gain and lose at either closure, and the host's figure by closure."""
    both = {r: (case.income(r, case.worst).value, held_fixed(case, r, case.worst)) for r in case.third}
    known = {r: ends for r, ends in both.items() if np.isfinite(ends[1])}
    signs = {r: (min(e), max(e)) for r, e in known.items()}
    return told(
        "closures",
        case=case,
        label=case.label(case.worst),
        gain=[r for r, (low, high) in signs.items() if low >= text.TINY],
        lose=[r for r, (low, high) in signs.items() if high <= -text.TINY],
        turn=[r for r, (low, high) in signs.items() if low <= -text.TINY and high >= text.TINY],
        many=len(known),
        host=case.host if case.host in known else None,
        ends=known.get(case.host or ""),
    )


def asks_table(case: CaseView, asks: Asks) -> Table:
    """Steps with what they bring the economy and the parties, then pairs of an ask and an offer."""
    nobody = {"consent": {"": told("nobody")}, "needs": {"": told("no_need")}}  # a blank would read as a number that is missing
    frame = asks.to_frame().replace(nobody)
    csv = case.shelf.add("asks-host", told("asks_file", region=asks.region), frame)
    rows = [
        (
            Cell(text.capital(s.title)),
            Cell(told("step_role", role=s.role, needs=s.needs)),
            Triple(*s.price[:3]).cell(),
            *(Cell(text.money(s.others_money[p], signed=True)) for p in asks.parties),
        )
        for s in sorted(asks.steps, key=lambda s: -s.price.value)
    ]
    rows += [
        (
            Cell(told("together", offer=asks.terms(p)[1].title, asked=asks.terms(p)[0].title)),
            Cell(told("exchange", mutual=p.mutual)),
            Triple(*p.price[:3]).cell(),
            *(Cell("") for _ in asks.parties),
        )
        for p in asks.exchanges
    ]
    return Table(
        "tab-asks-host",
        told("asks_title", asks=asks),
        told("asks_subtitle", case=case),
        (
            Column(told("asks_step")),
            Column(told("asks_role")),
            Column(text.label(asks.region), told("asks_unit"), number=True),
            *(Column(text.label(p), told("asks_money", dollars=asks.dollars), number=True) for p in asks.parties),
        ),
        tuple(rows),
        case.note(csv, told("asks_note")),
        csv,
        wide=True,
    )


def displaced(case: CaseView, region: str) -> list[str]:
    """A sentence for every promise to buy of an economy's menu: whose sales it takes."""
    menu = next((b.menu for b in case.dossier.bystanders if b.region == region), ())
    found = [(item.title, displaced_by(case, region, item.changes)) for item in menu if item.modelled]
    worth = money_of(case, region)[1] / case.nominal_income(region)
    return [
        told("displaced", what=title, region=region, sellers=[(str(c), -worth * float(v)) for c, v in sold.iloc[:3].items()],
             total=-worth * float(sold.sum()), dollars=money_of(case, region)[0])
        for title, sold in found
        if len(sold)
    ]  # fmt: skip


def answer(case: CaseView, routes: tuple[PassThrough, PassThrough]) -> str:
    """Who carries the content of one party to the other, and how failure changes it."""
    factor = case.in_dollars(case.a)
    before, after = (float(r.content.sum()) * factor for r in routes)
    if before <= 0:
        return told("nothing", case=case)
    gaps = [mean_rate(r.gap, r.exports) for r in routes]
    ranked = routes[0].to_frame()
    return told(
        "answer",
        case=case,
        label=case.label(case.worst),
        sold=float(routes[0].exports.sum()) * factor,
        before=before,
        after=after,
        share=100 * float(ranked[f"content, {routes[0].unit}"].iloc[:3].sum()) * factor / before,
        top=[str(c) for c in ranked.index[:3]],
        gaps=gaps,
        faster=gaps[1] / max(gaps[0], 1e-9) > after / before,
    )


def table(case: CaseView) -> Table:
    """Third economies: real income in the best and worst scenario, trade gained and deflected, content; the host first."""
    frame, unit, label = overview(case, case.worst), case.world.unit, case.label(case.worst)
    content, share = f"{case.b} content in status quo, {unit}", f"{case.b} content in status quo, % of exports to {case.a}"
    ranked = [str(r) for r in frame.sort_values(content, ascending=False, kind="stable").index]
    shown = list(dict.fromkeys([*([case.host] if case.host else []), *ranked]))[:ROWS]
    columns = [f"exports gained to {case.a}, {unit}", f"imports deflected from {case.b}, {unit}"]
    after = f"{case.b} content in {case.worst}, {unit}"
    held = {str(r): held_fixed(case, str(r), case.worst) for r in frame.index}
    rows = []
    for r in shown:
        row = {str(k): float(v) for k, v in frame.loc[r].to_dict().items()}
        rows.append(
            (
                Cell(text.label(r), strong=r == case.host),
                case.income(r, case.worst).cell(),
                Cell(held_cell(held[r])),
                *(Cell(text.fixed(row[c] / 1e3, 1, signed=True)) for c in columns),
                Cell(
                    text.fixed(row[content] / 1e3, 1),
                    text._("then {0}").format(text.fixed(row[after] / 1e3, 1)).replace(" ", text.FIRM),
                ),
                Cell(text.fixed(row[share], 0)),
            )
        )
    csv = case.shelf.add(
        "bystanders",
        told("table_file", label=label),
        frame.assign(
            **{told("held_row", scenario=case.worst): pd.Series(held)},
            relative_to=told("law_label", case=case), horizon=case.runs.parameters.name, table_year=case.world.year,
        ).reset_index(),
    )  # fmt: skip
    return Table(
        "tab-bystanders",
        told("table_title", case=case, first=ranked[0]),
        told("table_subtitle", case=case),
        (
            Column("Economy"),
            Column("Real income", f"%, “{case.label(case.worst)}”", number=True),
            Column(told("held_column"), told("held_unit"), number=True),
            Column("Exports gained", f"to {text.label(case.a)}", number=True),
            Column("Imports deflected", f"from {text.label(case.b)}", number=True),
            Column(
                text._("{0} content").format(region_adjective(case.b)),
                text._("of exports to {0}").format(text.label(case.a)),
                number=True,
            ),
            Column("The same", "% of these exports", number=True),
        ),
        tuple(rows),
        case.note(csv, told("table_note", label=label, rest=len(frame) - len(shown))),
        csv,
        wide=True,
    )


def held_cell(value: float) -> str:
    """A figure with the exchange rate held, or that there is none."""
    return text.fixed(value, 2, signed=True) if np.isfinite(value) else told("no_answer")


def leaning(case: CaseView, host: str) -> str:
    """How the host's value added and inputs depend on each side."""
    frame = dependence(case.chains(None), host)
    csv = case.shelf.add("dependence-host", told("leaning_file", case=case, host=host), frame.assign(region=host).reset_index())
    made, bought = ({p: number_at(frame, p, what) for p in (case.a, case.b)} for what in ("value added, %", "inputs, %"))
    buyer, supplier = (max(v, key=v.__getitem__) for v in (made, bought))
    own = any("W3" in str(a) for a in case.world.card.get("assumptions") or ())
    return told("leaning", case=case, host=host, made=made, bought=bought, buyer=buyer, supplier=supplier, csv=csv, own=own)


def menu_table(case: CaseView, host: str, menu: Menu) -> Table:
    """Options of the host with their payoffs."""
    order = sorted(menu.options, key=lambda o: -menu.payoffs[menu.options.index(o)][menu.scenarios.index(case.worst)])
    payoff = {o: dict(zip(menu.scenarios, map(float, menu.payoffs[k]), strict=True)) for k, o in enumerate(menu.options)}
    rows = [
        (
            Cell(text.capital(o), strong=o == STAY_OUT),
            Cell(text.short_name(menu.consent[o]) if menu.consent.get(o) else "nobody"),
            *(Cell(text.fixed(payoff[o][s], 2, signed=True)) for s in menu.scenarios),
        )
        for o in order
    ]
    data = [
        case.row(host, s, "real income", "%", payoff[o][s], option=o, consent=menu.consent.get(o, ""))
        for o in order
        for s in menu.scenarios
    ]
    csv = case.file("menu-host", told("menu_file", host=host), data)
    return Table(
        "tab-menu-host",
        told("menu_title", label=case.label(case.worst), best=text._(order[0]), worst=text._(order[-1])),
        told("menu_unit", case=case),
        (
            Column("Option"),
            Column(told("menu_consent")),
            *(Column(f"“{case.label(s)}”", "real income, %", number=True) for s in menu.scenarios),
        ),
        tuple(rows),
        case.note(csv, told("menu_note")),
        csv,
    )


def menu_words(case: CaseView, menu: Menu) -> str:
    """What is best with consent and without, and whether taking a side pays."""
    column = menu.scenarios.index(case.worst)
    pay = {o: float(menu.payoffs[k, column]) for k, o in enumerate(menu.options)}
    stay = pay[STAY_OUT]
    asked = [o for o, v in pay.items() if menu.consent.get(o) and v > stay + text.TINY]
    alone = [o for o in pay if not menu.consent.get(o) and o != STAY_OUT]
    answered = {o.removesuffix(f", {text._(ANSWERED)}"): o for o in alone if o.endswith(text._(ANSWERED))}
    others = [o for o in alone if o not in answered and o not in answered.values()]
    sides = {p: pay[side_with(p)] for p in case.parties[:2]}
    return told(
        "menu",
        case=case,
        label=case.label(case.worst),
        pay=pay,
        stay=stay,
        asked=max(asked, key=lambda o: pay[o], default=None),
        answered=answered,
        worse=next((o for o in others if pay[o] < stay - text.TINY), None),
        sides=sides if all(v < stay for v in sides.values()) else None,
        nothing_to_cut=abs(pay.get(sign_with(case.b), stay + 1) - stay) < text.TINY,
    )


def passing(case: CaseView, duty: PassThroughDuty) -> str:
    """The duty on goods passed through, in its four readings."""
    if duty.wide.points <= 0:
        return told("no_passing", duty=duty)
    dollars, income = money_of(case, duty.region)
    return told(
        "passing",
        case=case,
        dollars=dollars,
        scale=income / case.nominal_income(duty.region),
        label=case.label(case.worst),
        duty=duty,
        ordered=any("passed through" in (m.conditions or "") for m in case.standing),
        low=duty.narrow,
        mid=duty.cases[1],
        high=duty.wide,
    )


__all__ = ["blocks", "sections", "steps_of", "year_of"]
