"""Section 9, last part: what rules are worth — the reference duties, free trade, equal treatment, no restraint.

Without restraint every economy chooses one duty on all foreign goods, each best against the others (Nash); slopes come from
neighbouring solves, good to half a percentage point (`strategy.differences`). Central parameters only: no ranges.
"""

from __future__ import annotations

from dataclasses import replace

from detente import words as text
from detente.briefing.charts.results import REGIMES, regimes_figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Heading, Para
from detente.briefing.view import CaseView
from detente.equilibrium.solve import solve
from detente.errors import NotConverged
from detente.strategy.regimes import Regimes, regimes

START, TOLERANCE = 0.18, 4e-3
PAST = "before"


def found(case: CaseView) -> Regimes:
    """The regimes against the status quo, and the duties of the reference beside them."""
    parameters = case.runs.parameters
    table = regimes(
        case.world, policy=case.policy_of(case.standing), sectors=list(case.goods), detail="region", method="differences",
        start=START, tolerance=TOLERANCE, horizon=parameters, base=case.runs.status_quo,
    )  # fmt: skip
    before = solve(case.world.economy(), None, parameters)
    outcomes = {PAST: before.relative_to(case.runs.status_quo), **table.outcomes}
    return replace(table, outcomes=outcomes, tariffs={PAST: before.after.tariffs, **table.tariffs})


def blocks(case: CaseView) -> list[Block]:
    """What ending cooperation would cost, and what it still holds in store."""
    head = Heading("The precedent: what rules are worth", "rules")
    if case.runs.parameters.idea_years:
        return []
    try:
        table = found(case)
    except NotConverged:
        return [head, Para("Duties without restraint were not found for this world at this horizon, so no figure is given.")]
    rows = []
    for regime in table.outcomes:
        for code in (*case.world.regions, *(c for c in case.focus if c not in case.world.regions)):
            members = None if code == "WORLD" else case.members(code)
            percent, money = table.cost(members, regime)
            rows.append(case.row(code, None, "real income", "%", percent) | {"scenario": label(case, regime)})
            rows.append(
                case.row(code, None, "equivalent variation", "million USD a year", money) | {"scenario": label(case, regime)}
            )
    rates = table.mean_rates()
    rows += [
        case.row("WORLD", None, "mean duty on imports of goods", "%", float(rates[r])) | {"scenario": label(case, r)}
        for r in table.outcomes
    ]
    for r in rows:
        r["relative_to"] = case.quo
    csv = case.file("regimes", "The world under the reference duties, free trade, equal treatment and no restraint", rows)
    shown = [
        (text.capital(text.short_name(c)), region_colour(c), None if c == "WORLD" else case.members(c)) for c in (*case.focus,)
    ]
    drawn = replace(table, outcomes={k: o for k, o in table.outcomes.items() if k != PAST})
    return [
        head,
        Para(story(case, table)),
        regimes_figure(
            drawn, shown, f"Real income, change in percent, against {case.quo}; {case.run}", note=case.note(csv), csv=csv
        ),
        Para(reading(case, table)),
    ]


def label(case: CaseView, regime: str) -> str:
    """A regime in words."""
    return case.reference if regime == PAST else REGIMES[regime].lower()


def story(case: CaseView, table: Regimes) -> str:
    """The cost of ending cooperation, against today and against the reference; what equal treatment and free trade hold."""
    rates = table.mean_rates()
    today = 100 * float(_mean(case, table))
    worse, money = table.cost()
    from_past, past_money = table.cost(against=PAST)
    equal, _ = table.cost(regime="equal treatment")
    free, free_money = table.cost(regime="free trade")
    lost = -table.cost(regime=PAST)[0]
    over, over_money = table.cost(against="equal treatment")
    return (
        f"Were every economy to set the duty on foreign goods that serves it best against the others, the mean duty would be "
        f"{text.fixed(float(rates['nash']), 0)}{text.THIN}% (today {text.fixed(today, 1)}{text.THIN}%, with the {case.reference} "
        f"{text.fixed(float(rates[PAST]), 1)}{text.THIN}%), and world real income would change by "
        f"{text.percent(from_past, signed=True)} against the world with the {case.reference} "
        f"({text.money(past_money, signed=True)} a year, {case.run}): that is what keeping rules on duties was worth. "
        f"{text.percent(abs(lost))} of it {'is gone' if lost < 0 else 'has been gained since'} with today’s duties; from here it "
        f"would be {text.percent(worse, signed=True)} more ({text.money(money, signed=True)} a year). Against equal treatment, "
        f"the same duties for every partner, no restraint would move world income by {text.money(over_money, signed=True)} a "
        f"year ({text.percent(over, signed=True)}). What cooperation could still bring from today: equal treatment "
        f"{text.percent(equal, signed=True)}, free trade in goods {text.percent(free, signed=True)} "
        f"({text.money(free_money, signed=True)} a year)."
    )


def _mean(case: CaseView, table: Regimes) -> float:
    """Mean foreign duty today, weighted by the table's trade in goods."""
    import numpy as np

    economy = case.world.economy()
    n = len(economy.regions)
    trade = economy.shipments * (1 - np.eye(n))[:, :, None] * np.isin(economy.sectors, table.moved)
    return float((trade * case.runs.status_quo.after.tariffs).sum() / trade.sum())


def reading(case: CaseView, table: Regimes) -> str:
    """Who would lose and gain without restraint, against today and against the reference."""
    income = {r: table.cost([r])[0] for r in case.world.regions}
    past = {r: table.cost([r], against=PAST)[0] for r in case.world.regions}
    body = f"Without restraint, against today: {text.rank_sentence(income)} "
    better = [p for p in case.parties[:2] if income[p] > text.TINY]
    if better:
        who = text.join(text.name(p) for p in better)
        body += (
            f"That {who} would do better without any restraint than today says how far above its own best today’s duties between "
            "the two stand, not that rules are worth nothing: "
        )
        told = text.join(f"{text.name(p)} {text.percent(past[p], signed=True)}" for p in better)
        body += f"against the world with the {case.reference} the change is {told}. "
    if case.host:
        group = case.group
        told = f"{text.name(case.host)} {text.percent(past[case.host], signed=True)}"
        if group:
            told += f", {text.name(group)} together {text.percent(table.cost(case.members(group), against=PAST)[0], signed=True)}"
        body += (
            f"Small open economies have most at stake in rules: against the {case.reference}, {told}. "
            if past[case.host] < table.cost(against=PAST)[0]
            else f"Against the {case.reference}: {told}. "
        )
    return (
        body
        + "One duty an economy on all foreign goods, plain real income, one shot: no jobs, no retaliation ladders, no services, "
        "no ranges. Published studies with lower trade elasticities find higher duties and losses several times as large."
    )
