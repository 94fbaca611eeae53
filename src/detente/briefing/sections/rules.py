"""Section 9, last part: what rules are worth — the reference duties, free trade, equal treatment, no restraint.

The regimes are those of `strategy.regimes.worth_of_rules`. Central parameters only: no ranges.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from detente import words as text
from detente.briefing.charts.results import REGIMES, regimes_figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Heading, Para
from detente.briefing.view import CaseView
from detente.errors import NotConverged
from detente.strategy.regimes import REFERENCE, Regimes, worth_of_rules
from detente.words import say

told = partial(say, "briefing/sections/rules")
SOON = 24
"""Months within which buyers have turned elsewhere so little that the duties that serve best are far above later ones."""


def blocks(case: CaseView) -> list[Block]:
    """What ending cooperation would cost, and what it still holds in store."""
    head = Heading(told("heading"), "rules")
    if case.runs.parameters.idea_years:
        return []
    try:
        table = worth_of_rules(case)
    except NotConverged:
        return [head, Para(told("unsolved"))]
    rates, rows = table.mean_rates(), []
    for regime in table.outcomes:
        own = {"scenario": label(case, regime), "relative_to": case.quo}
        for code in dict.fromkeys((*case.world.regions, *case.focus)):
            percent, money = cost(case, table, code, regime)
            rows.append(case.row(code, None, "real income", "%", percent) | own)
            rows.append(case.row(code, None, "equivalent variation", f"million USD of {case.dollars} a year", money) | own)
    for regime in table.outcomes:
        own = {"scenario": label(case, regime), "relative_to": case.quo}
        rows.append(case.row("WORLD", None, told("rate_row"), "%", float(rates[regime])) | own)
    csv = case.file("regimes", told("file"), rows)
    shown = [(text.capital(text.short_name(c)), region_colour(c), None if c == "WORLD" else case.members(c)) for c in case.focus]
    drawn = replace(table, outcomes={k: o for k, o in table.outcomes.items() if k != REFERENCE})
    return [
        head,
        Para(story(case, table)),
        regimes_figure(drawn, shown, told("subtitle", case=case), note=case.note(csv), csv=csv),
        Para(reading(case, table)),
    ]


def cost(case: CaseView, table: Regimes, code: str, regime: str = "nash", against: str | None = None) -> tuple[float, float]:
    """`Regimes.cost` of a region, a group or the world: percent, and million USD of `case.dollars` a year."""
    members = case.world.regions if code == "WORLD" else case.members(code)
    percent, _ = table.cost(None if code == "WORLD" else members, regime, against)
    return percent, sum(table.cost([m], regime, against)[1] * case.in_dollars(m) for m in members)


def label(case: CaseView, regime: str) -> str:
    """A regime in words."""
    return case.reference if regime == REFERENCE else REGIMES[regime].lower()


def story(case: CaseView, table: Regimes) -> str:
    """The cost of ending cooperation, against today and against the reference; what equal treatment and free trade hold."""
    rates = table.mean_rates()
    return told(
        "story",
        case=case,
        soon=case.parameters.name == "short" if case.month is None else case.month < SOON,
        nash_rate=float(rates["nash"]),
        today_rate=table.rate_today,
        past_rate=float(rates[REFERENCE]),
        worse=cost(case, table, "WORLD"),
        from_past=cost(case, table, "WORLD", against=REFERENCE),
        lost=-table.cost(regime=REFERENCE)[0],
        over=cost(case, table, "WORLD", against="equal treatment"),
        equal=cost(case, table, "WORLD", "equal treatment"),
        free=cost(case, table, "WORLD", "free trade"),
    )


def reading(case: CaseView, table: Regimes) -> str:
    """Who would lose and gain without restraint, against today and against the reference."""
    income = {r: table.cost([r])[0] for r in case.world.regions}
    return told(
        "reading",
        case=case,
        income=income,
        better=[p for p in case.parties if income[p] > text.TINY],
        past={r: table.cost([r], against=REFERENCE)[0] for r in case.world.regions},
        past_world=table.cost(against=REFERENCE)[0],
        past_group=table.cost(case.members(case.group), against=REFERENCE)[0] if case.group else None,
    )
