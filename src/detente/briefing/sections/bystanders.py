"""Bystanders: what the quarrel brings the others, how far their exports rest on one party's inputs, what the host can do.

Everything is read off the scenarios that are solved already, but for the host: its menu in the best and the worst scenario and
the duty on goods passed through in the worst are solved here.
"""

from __future__ import annotations

from detente import words as text
from detente.briefing.document import Block, Cell, Column, Heading, Para, Section, Table
from detente.briefing.view import CaseView
from detente.cases.case import Case, mean_rate
from detente.strategy.bystanders import ANSWERED, STAY_OUT, menu_of, overview, sign_with
from detente.strategy.host import HostStake, harms_of, host_stake
from detente.strategy.transshipment import PassThrough, PassThroughDuty, pass_through, pass_through_duty
from detente.talks.menus import Menu
from detente.words.names import region_adjective, region_name
from detente.world.exposure import dependence

ROWS = 12
"""Economies shown in the table; the data file has all."""

ASSUMPTIONS = ("A41", "A42", "A43")
"""Numbers of the ledger that the section rests on."""


def sections(case: CaseView) -> list[Section]:
    """The section on those who are not at the table."""
    return [Section("neighbours", "What it offers and costs the bystanders", tuple(blocks(case)))]


def quarrel_of(case: CaseView) -> Case:
    """The solved scenarios of the case as the talks room reads them."""
    return case


def blocks(case: CaseView) -> list[Block]:
    """Answer, table, and the host where there is one."""
    quarrel = quarrel_of(case)
    routes = pass_through(quarrel), pass_through(quarrel, case.worst)
    menu = stake = duty = None
    if case.host is not None:
        duty = pass_through_duty(quarrel, case.host, case.worst)
        menu = menu_of(quarrel, case.host, scenarios=list(dict.fromkeys((case.best, case.worst))))
        stake = host_stake(quarrel, case.host, harms_of(quarrel, duty, menu))
    out: list[Block] = [Para(answer(case, routes, duty, stake)), table(case, quarrel)]
    if case.host is not None and menu is not None and stake is not None and duty is not None:
        out += [
            Heading(f"What {text.name(case.host)} can do", "host-menu"),
            Para(leaning(case, quarrel, case.host)),
            menu_table(case, menu),
            Para(menu_words(case, menu)),
            Para(passing(case, duty), "Goods passed through."),
            Para(hosting(case, stake), "What hosting is worth."),
        ]
    return out


def answer(case: CaseView, routes: tuple[PassThrough, PassThrough], duty: PassThroughDuty | None, stake: HostStake | None) -> str:
    """The exposure in a few sentences, and what it means for the host."""
    before, after = (float(r.content.sum()) for r in routes)
    sold = float(routes[0].exports.sum())
    gaps = [mean_rate(r.gap, r.exports) for r in routes]
    a, b = text.name(case.a), text.name(case.b)
    ranked = routes[0].to_frame()
    column = f"content, {routes[0].unit}"
    top = [str(c) for c in ranked.index[:3]]
    share = 100 * float(ranked[column].iloc[:3].sum()) / before if before > 0 else 0.0
    if before <= 0:
        return f"No third economy sells {a} goods that contain value added of {b}."
    faster = gaps[1] / max(gaps[0], 1e-9) > after / before
    out = (
        f"In the status quo third economies sell {text.money(sold)} of goods a year to {a}; {text.money(before)} of that "
        f"({text.percent(100 * before / sold)}) is value added in {b}, {text.percent(share)} of it in what "
        f"{text.join(text.name(c) for c in top)} {'sell' if len(top) > 1 else 'sells'}. In “{case.label(case.worst)}” it "
        f"{text.direction(after - before, 'grows', 'shrinks', 'stays')} to {text.money(after)}, and what passing goods through "
        f"would save {'goes' if gaps[1] > gaps[0] else 'falls'} from {gaps[0]:.0f} to {gaps[1]:.0f} points of duty: the reason "
        f"to pass through grows {'more' if faster else 'no more'} than the trade."
    )
    if duty is not None and stake is not None:
        out += f" {text.name(duty.region, start=True)} " + (
            f"gains {text.percent(duty.without)} of real income in that scenario"
            if duty.without >= text.TINY
            else f"loses {text.percent(-duty.without)} of real income in that scenario"
            if duty.without <= -text.TINY
            else f"is hardly moved by that scenario ({text.percent(0)})"
        )
        low, mid = -duty.narrow.real_income, -duty.cases[1].real_income
        if duty.without >= text.TINY and low > 0:
            size, taken = f"{100 * duty.rate:.0f}{text.THIN}%", "back" if low < duty.without else "all of it and more:"
            out += (
                f"; a {size} duty on the {region_adjective(case.b)} content of its exports would take {taken} "
                f"{text.percent(low)}, and {text.percent(mid)} if goods now exempt paid it too"
            )
        out += "."
    return out + f" {text.capital(case.run)}, against {case.quo}."


def table(case: CaseView, quarrel: Case) -> Table:
    """Third economies: real income in the best and worst scenario, trade gained and deflected, content; the host first."""
    frame, unit = overview(quarrel, case.worst), quarrel.world.unit
    content, share = f"{case.b} content in status quo, {unit}", f"{case.b} content in status quo, % of exports to {case.a}"
    ranked = [str(r) for r in frame.sort_values(content, ascending=False, kind="stable").index]
    shown = list(dict.fromkeys([*([case.host] if case.host else []), *ranked]))[:ROWS]
    columns = [f"exports gained to {case.a}, {unit}", f"imports deflected from {case.b}, {unit}"]
    after = f"{case.b} content in {case.worst}, {unit}"
    rows = []
    for r in shown:
        row = {str(k): float(v) for k, v in frame.loc[r].to_dict().items()}
        rows.append(
            (
                Cell(text.label(r), strong=r == case.host),
                case.income(r, case.best).cell(),
                case.income(r, case.worst).cell(),
                *(Cell(text.fixed(row[c] / 1e3, 1, signed=True)) for c in columns),
                Cell(text.fixed(row[content] / 1e3, 1), f"then{text.FIRM}{text.fixed(row[after] / 1e3, 1)}"),
                Cell(text.fixed(row[share], 0)),
            )
        )
    csv = case.shelf.add(
        "bystanders",
        f"Third economies: real income by scenario, trade gained and deflected in “{case.label(case.worst)}”, exposure",
        frame.assign(
            relative_to=case.quo, horizon=case.runs.parameters.name, table_year=case.world.year
        ).reset_index(),
    )  # fmt: skip
    rest = len(frame) - len(shown)
    note = f"Second line: range, or the content in “{case.label(case.worst)}”. "
    note += f"{text.count(rest, 'smaller route')} in the data file." if rest > 0 else ""
    return Table(
        "tab-bystanders",
        f"{text.capital(text.short_name(ranked[0]))} carries most {region_adjective(case.b)} content to {text.name(case.a)}",
        f"Change against {case.quo}, and goods trade in billion USD a year before duties; {case.run}",
        (
            Column("Economy"),
            Column("Real income", f"%, “{case.label(case.best)}”", number=True),
            Column("Real income", f"%, “{case.label(case.worst)}”", number=True),
            Column("Exports gained", f"to {text.label(case.a)}", number=True),
            Column("Imports deflected", f"from {text.label(case.b)}", number=True),
            Column(f"{region_adjective(case.b)} content", f"of exports to {text.label(case.a)}", number=True),
            Column("The same", "% of these exports", number=True),
        ),
        tuple(rows),
        case.note(csv, note.strip()),
        csv,
        wide=True,
    )


def leaning(case: CaseView, quarrel: Case, host: str) -> str:
    """How the host's value added and inputs depend on each side."""
    frame = dependence(quarrel.chains(None), host)
    csv = case.shelf.add(
        "dependence-host",
        f"How {region_name(host)} depends on every economy, percent, in {case.quo}",
        frame.assign(region=host).reset_index(),
    )
    made = {p: float(frame.loc[p, "value added, %"]) for p in (case.a, case.b)}  # type: ignore[arg-type]
    bought = {p: float(frame.loc[p, "inputs, %"]) for p in (case.a, case.b)}  # type: ignore[arg-type]
    more = {p: max(v, key=lambda k: v[k]) for p, v in (("made", made), ("bought", bought))}
    same = more["made"] == more["bought"]
    lead = (
        f"{text.name(host, start=True)} leans more on {text.name(more['made'])} than on "
        f"{text.name(case.a if more['made'] == case.b else case.b)} as a buyer and as a supplier. "
        if same
        else f"{text.name(host, start=True)} leans more on {text.name(more['made'])} as a buyer and on "
        f"{text.name(more['bought'])} as a supplier. "
    )
    return lead + (
        f"Through whatever chains, {text.percent(made[case.a])} of its value added ends in what {text.name(case.a)} finally "
        f"buys and {text.percent(made[case.b])} in what {text.name(case.b)} buys; of what its firms spend on inputs, "
        f"{text.percent(bought[case.a])} goes to {text.name(case.a)} and {text.percent(bought[case.b])} to {text.name(case.b)} "
        f"(in {case.quo}; data/{csv})."
    )


def menu_table(case: CaseView, menu: Menu) -> Table:
    """Options of the host with their payoffs."""
    host = case.host or ""
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
    csv = case.file("menu-host", f"What {text.name(host)} can do and what it brings", data)
    return Table(
        "tab-menu-host",
        f"In “{case.label(case.worst)}” it does best to {order[0][:1].lower() + order[0][1:]}, worst to "
        f"{order[-1][:1].lower() + order[-1][1:]}",
        case.subtitle("Real income, change in percent, if everyone else does as in the scenario"),
        (
            Column("Option"),
            Column("Needs the consent of"),
            *(Column(f"“{case.label(s)}”", "real income, %", number=True) for s in menu.scenarios),
        ),
        tuple(rows),
        case.note(
            csv,
            "To sign: no duties on the party’s goods, its country duty cut to 10 points. To side: its duties on the other too.",
        ),
        csv,
    )


def menu_words(case: CaseView, menu: Menu) -> str:
    """What is best with consent and without, and whether taking a side pays."""
    column = menu.scenarios.index(case.worst)
    pay = {o: float(menu.payoffs[k, column]) for k, o in enumerate(menu.options)}
    stay = pay[STAY_OUT]
    asked = {o: v for o, v in pay.items() if menu.consent.get(o) and v > stay + text.TINY}
    parts = []
    if asked:
        top = max(asked, key=lambda o: asked[o])
        parts.append(
            f"Most would come from a move it cannot make alone: “{top}” brings {text.percent(pay[top], signed=True)} in "
            f"“{case.label(case.worst)}”, against {text.percent(stay, signed=True)} for staying out."
        )
    alone = {o: v for o, v in pay.items() if not menu.consent.get(o) and o != STAY_OUT}
    answered = [o for o in alone if o.endswith(ANSWERED)]
    for o in answered:
        plain = o.removesuffix(f", {ANSWERED}")
        parts.append(
            f"Retaliation ({plain}) brings {text.percent(pay[plain], signed=True)} if nobody answers and "
            f"{text.percent(pay[o], signed=True)} if it is answered in kind."
        )
    others = {o: v for o, v in alone.items() if o not in answered and f"{o}, {ANSWERED}" not in alone}
    worse = [o for o, v in others.items() if v < stay - text.TINY]
    if worse:
        parts.append(f"“{worse[0]}” costs {text.percent(stay - pay[worse[0]])} against staying out.")
    sides = {p: pay[f"side with {region_name(p, article=True)}"] for p in case.parties[:2]}
    if all(v < stay for v in sides.values()):
        told = text.join(f"with {text.name(p)} {text.percent(v, signed=True)}" for p, v in sides.items())
        parts.append(f"Taking a side, tariffs on the other included, is worse than staying out: {told}.")
    signed = sign_with(case.b)
    if abs(pay.get(signed, stay + 1) - stay) < text.TINY:
        parts.append(f"Signing with {text.name(case.b)} changes next to nothing: no duties are left between the two to cut.")
    return " ".join(parts) or "No option moves its real income by as much as 0.01\u202f% against staying out."


def passing(case: CaseView, duty: PassThroughDuty) -> str:
    """The duty on goods passed through, in its four readings."""
    if duty.wide.points <= 0:
        return f"No goods of {text.name(duty.region)} would save duty by passing through, so such a duty costs it nothing."
    low, mid, high = duty.narrow, duty.cases[1], duty.wide
    size, a = f"{100 * duty.rate:.0f}{text.THIN}%", text.name(case.a)
    lead = (
        f"The order of {a} that set its country duties puts {size} on goods judged to be passed through. "
        if any("passed through" in (m.conditions or "") for m in case.standing)
        else f"Suppose {a} put {size} on goods judged to be passed through. "
    )
    return lead + (
        f"In “{case.label(case.worst)}” that would cost {text.name(duty.region)} {text.percent(-low.real_income)} of real income "
        f"({text.money(-low.money)} a year) if it fell on the {region_adjective(duty.source)} content of goods that pay the "
        f"country duty, {text.percent(-mid.real_income)} if exempt goods paid it too, and {text.percent(-high.real_income)} "
        f"({text.money(-high.money)}) if all that could at most be relabelled were caught, {text.percent(high.share)} of its "
        f"exports to {a}. How much really passes through is not known; these are ends, not an estimate."
    )


def hosting(case: CaseView, stake: HostStake) -> str:
    """What hosting is worth in trade terms, and what the figure leaves out."""
    ran = text.join(f"“{case.label(s)}”" for s in stake.successes)
    failed = text.join(f"“{case.label(s)}”" for s in stake.failures)
    return (
        f"{stake.explain()} (Success: the mean of {ran}; failure: {failed}; {case.run}, against {case.quo}.) "
        "A forced choice copies that party’s duties of that scenario. Lost investment, uncertainty and the host’s name are not "
        "in these figures."
    )


__all__ = ["blocks", "sections"]
