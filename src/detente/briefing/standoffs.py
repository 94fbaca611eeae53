"""Section 9, last part: who gives way first and whether a truce holds, from the payoff table.

The stand-off is the steady equilibrium of `talks.standoff`, solved over all combinations of the assumptions below; every chance
carries its range over them. The truce is the grim trigger of `talks.truce`, with a check that punishing pays.
"""

from __future__ import annotations

import itertools
import math

from detente.briefing import text
from detente.briefing.document import Block, Cell, Column, Heading, Para, Table
from detente.briefing.stances import EASE, FIGHT, HOLD, Stances, points
from detente.talks.stakes import Stakes, annuity, stakes_from_table
from detente.talks.standoff import Standoff, standoff
from detente.talks.truce import critical_discount
from detente.talks.words import chance, chance_range, days

RATES, RISKS, PRIDE, YEARS = (0.03, 0.06, 0.12), (0.25, 0.5, 1.0), (0.02, 0.05, 0.1), (1.0, 2.0, 4.0)
"""Assumptions of the stand-off, central value in the middle: discount rate a year, collapses a year, points of real income a year
that being seen to win is worth, and how many years who gave way, or a collapse, matters."""


# -- who gives way -----------------------------------------------------------------------------------------------------
def stakes(s: Stances, by: str, interest: float, pride: float, years: float) -> tuple[Stakes, Stakes]:
    """Stakes from the table; being seen to win is worth `pride` points a year for `years`, giving way costs as much."""
    g = s.games[by]
    payoff = {names: s.cell(by, *names) for names in (g.names(c) for c in g.cells()) if len(names) == 2}
    first, second = stakes_from_table(
        s.table.parties,
        (interest, interest),
        payoff,
        settlement_years=years,
        collapse_years=years,
    )
    extra = pride * annuity(interest, years)
    made = [x.with_(win=x.win + extra, lose=x.lose - extra) for x in (first, second)]
    return made[0], made[1]


def contest(s: Stances, by: str, interest: float, risk: float, pride: float, years: float) -> Standoff:
    """One stand-off."""
    return standoff(*stakes(s, by, interest, pride, years), risk)


def who_first(s: Stances) -> list[Block]:
    """Odds of giving way over all combinations of the assumptions, and why the costs of one set the odds of the other."""
    one, two = s.table.parties
    literal = contest(s, "motives", RATES[1], RISKS[1], 0.0, YEARS[1])
    middle = contest(s, "motives", RATES[1], RISKS[1], PRIDE[1], YEARS[1])
    trials = [
        (by, r, x, w, y, contest(s, by, r, x, w, y)) for by, r, x, w, y in itertools.product(s.games, RATES, RISKS, PRIDE, YEARS)
    ]
    csv = s.case.file(
        "standoff",
        "Who gives way first, over all combinations of the assumptions",
        [
            {
                "judged by": by, "discount rate a year": r, "collapses a year": x, "worth of being seen to win, points a year": w,
                "years that matters": y, "status": t.status, f"{one} gives way first": t.blink[0],
                f"{two} gives way first": t.blink[1],
                "talks collapse first": t.collapse, "mean length, years": t.length, "unit": "probability",
            }
            for by, r, x, w, y, t in trials
        ],
    )  # fmt: skip
    head: list[Block] = [Heading("Who gives way first", "who-first"), Para(_literal(s, literal))]
    told = [t for *_, t in trials if not math.isnan(t.blink[0])]
    mixed = sum(t.hazards is not None for t in told)
    if middle.hazards is None:
        return [
            *head,
            Para(
                "At the middle of the assumptions tried there is no contest of waiting, so no odds are given (data/standoff.csv)."
            ),
        ]
    what = [
        (f"{text.name(one, start=True)} gives way first", middle.blink[0], [t.blink[0] for t in told]),
        (f"{text.name(two, start=True)} gives way first", middle.blink[1], [t.blink[1] for t in told]),
        ("Talks collapse first", middle.collapse, [t.collapse for t in told]),
    ]
    rows = [(Cell(label), Cell(chance(v), strong=True), Cell(chance_range(min(all_), max(all_)))) for label, v, all_ in what]
    lengths = [t.length for t in told if t.hazards is not None]
    rows.append(
        (Cell("Mean length"), Cell(days(middle.length), strong=True), Cell(f"{days(min(lengths))} to {days(max(lengths))}"))
    )
    table = Table(
        "tab-standoff",
        "Who gives way first, if being seen to win counts",
        f"Middle: motives, discount rate {100 * RATES[1]:g} %, {RISKS[1]:g} collapses a year, {PRIDE[1]:g} points of real "
        "income a year "
        f"for {YEARS[1]:g} years to who is seen to win. Range: {len(told)} of {len(trials)} combinations of the assumptions",
        (Column("What happens"), Column("Middle", number=True), Column("Range", number=True)),
        tuple(rows),
        s.case.note(csv, assumptions()),
        csv,
    )
    return [
        *head,
        Para(odds(s, middle, told, mixed)),
        table,
        Para(paradox(middle), "The paradox."),
        Para(flips(middle), "Where it flips."),
    ]


def odds(s: Stances, t: Standoff, told: list[Standoff], mixed: int) -> str:
    """The odds in words, and how many of the combinations are no contest."""
    one, two = (text.name(p) for p in s.table.parties)
    body = (
        f"At the middle of the assumptions {one} gives way first with {chance(t.blink[0])} (range {_span(told, 0)}), {two} with "
        f"{chance(t.blink[1])} (range {_span(told, 1)}), and talks collapse first with {chance(t.collapse)} (range "
        f"{chance_range(min(x.collapse for x in told), max(x.collapse for x in told))})."
    )
    rest = len(told) - mixed
    if rest:
        at_once = [sum(x.hazards is None and x.blink[k] == 1 for x in told) for k in (0, 1)]
        parts = [f"in {n} {who} gives way at once" for n, who in zip(at_once, (one, two), strict=True) if n]
        stuck = rest - sum(at_once)
        parts += [f"in {stuck} neither ever does"] if stuck else []
        body += f" In {mixed} of the {len(told)} combinations both wait; {text.join(parts)}."
    width = max(x.blink[0] for x in told) - min(x.blink[0] for x in told)
    if width > 0.5:
        body += " The range is so wide that the odds are no forecast: they show what the answer hangs on."
    return body


def _span(told: list[Standoff], side: int) -> str:
    return chance_range(min(x.blink[side] for x in told), max(x.blink[side] for x in told))


def assumptions() -> str:
    """The grid in words."""

    def listed(values: tuple[float, ...], scale: float = 1.0) -> str:
        return text.join((f"{scale * v:g}" for v in values), "or")

    return (
        f"Tried: motives or real income; discount rate {listed(RATES, 100)} % a year; {listed(RISKS)} collapses a year; "
        f"{listed(PRIDE)} points "
        f"a year for {listed(YEARS)} years, after which a collapse is mended too. These are assumptions, the same for both sides."
    )


def _literal(s: Stances, t: Standoff) -> str:
    one, two = (text.name(p) for p in s.table.parties)
    words = {
        "first gives way at once": f"{one} gives way at once",
        "second gives way at once": f"{two} gives way at once",
        "both give way at once": "both want to settle at once, and the model does not say who speaks first",
        "neither gives way": "neither gives way: waiting pays each of them more than giving way",
        "no contest": "there is no contest of waiting",
        "mixed": "both wait, and either may give way",
    }
    deal, hold = s.cell("motives", EASE, EASE), s.cell("motives", HOLD, HOLD)
    body = (
        f"Against a deal in which both ease, a year of both holding is worth {points(hold[0] - deal[0])} points to {one} and "
        f"{points(hold[1] - deal[1])} to {two}. Taken literally (nothing counts but the payoff table) {words[t.status]}"
    )
    for k, side in enumerate(t.sides):
        if side.prize <= 0:
            own, other = ((EASE, HOLD), (HOLD, EASE)) if k == 0 else ((HOLD, EASE), (EASE, HOLD))
            body += (
                f": to {text.name(side.name)} easing alone is worth {points(s.cell('motives', *own)[k])}, the other’s "
                "easing alone "
                f"{points(s.cell('motives', *other)[k])}, so it has nothing to win by waiting"
            )
            break
    return (
        body + ". That leaves out what both say they care about: who is seen to give in. The odds below add a worth of that, "
        "which nobody has measured; they hold under these assumptions only and say nothing about a day."
    )


def paradox(t: Standoff) -> str:
    """Why the side that suffers less is the likelier to move."""
    cost = [side.cost_of_waiting(t.collapse_risk) for side in t.sides]
    ratio = [c / side.prize for c, side in zip(cost, t.sides, strict=True)]
    names = [text.name(side.name) for side in t.sides]
    if t.likelier is None:
        return "Both are equally likely to give way."
    k = [side.name for side in t.sides].index(t.likelier)
    return (
        f"{text.capital(names[k])} is the likelier to give way here, although waiting weighs on {names[1 - k]} more, "
        "measured against what "
        f"waiting may win ({text.fixed(ratio[1 - k], 2)} against {text.fixed(ratio[k], 2)} of the prize a year). In this "
        "equilibrium each side’s "
        "pace is set by the other’s costs: the side that hurts more stays only if the other is likely enough to move. If one "
        "side "
        "may simply be stubborn, the first move falls to the weaker one instead; and that one side gives way at once is "
        "an equilibrium too. The model does not choose between them."
    )


def flips(t: Standoff) -> str:
    """The nearest break-even."""
    found = [b for b in t.break_evens() if b.change is not None and b.value]
    if not found:
        return "No single number, changed alone, makes both equally likely to give way."
    near = min(found, key=lambda b: abs((b.change or 0) / b.value))
    who = "" if near.side == "both" else f"{text.possessive(near.side)} "
    unit = "" if "(a year)" in near.quantity else " (points of real income, present value)"
    return (
        f"The nearest change of one number that makes both equally likely to give way: {who}{near.quantity} at "
        f"{text.number(near.break_even or 0.0)} instead of {text.number(near.value)}{unit}."
    )


# -- truce -------------------------------------------------------------------------------------------------------------
def truce(s: Stances) -> list[Block]:
    """How much the future must count for a truce (both hold) to be kept, under a harsh and a believable punishment."""
    parties = s.table.parties
    rows, data = [], []
    told: list[str] = []
    for by, g in s.games.items():
        best = g.best_replies()
        for k, p in enumerate(parties):
            cheat_cell = (FIGHT, HOLD) if k == 0 else (HOLD, FIGHT)
            keep, cheat = s.cell(by, HOLD, HOLD)[k], s.cell(by, *cheat_cell)[k]
            fight = s.cell(by, FIGHT, FIGHT)[k]
            punisher = parties[1 - k]
            menu = s.table.stances[1 - k]
            index = [menu.index(FIGHT), menu.index(FIGHT)]
            index[k] = s.table.stances[k].index(FIGHT)
            index[1 - k] = menu.index(FIGHT)
            believed = bool(best[punisher][tuple(index)])
            needed = critical_discount(keep, cheat, fight)
            rows.append(
                (
                    Cell(text.capital(text.name(p)), by),
                    *(Cell(points(v)) for v in (keep, cheat, fight)),
                    Cell(_needed(needed)),
                    Cell("yes" if believed else "no"),
                )
            )
            data.append(
                {
                    "party": p, "judged by": by, "both hold": keep, "escalates alone": cheat, "both escalate": fight,
                    "discount factor needed": needed, "punishment pays the punisher": believed,
                    "unit": "points of real income a year",
                }
            )  # fmt: skip
            if by == "motives":
                told.append(_truce_words(p, needed, believed, punisher))
    csv = s.case.file("truce", "How much the future must count for the truce to be kept", data)
    return [
        Heading("Would a truce hold", "truce"),
        Para(f"{text.capital('; '.join(told))}."),
        Table(
            "tab-truce",
            "What keeps each side in a truce",
            "Truce: both hold; cheating: escalating alone until noticed; punishment: both escalate. Points of real income a "
            f"year, {s.case.run}",
            (
                Column("Party", "judged by"),
                Column("Truce", "points", number=True),
                Column("Cheating", "points", number=True),
                Column("Fight", "points", number=True),
                Column("Next period must count", "% of this one", number=True),
                Column("Punishing pays", "the other side"),
            ),
            tuple(rows),
            s.case.note(csv, "A period: the time from cheating to the answer. Nothing slips through unnoticed here."),
            csv,
        ),
    ]


def _needed(value: float) -> str:
    if value == 0:
        return "no temptation"
    return "never enough" if math.isinf(value) else text.fixed(100 * value, 0)


def _truce_words(party: str, needed: float, believed: bool, punisher: str) -> str:
    who = text.name(party)
    if needed == 0:
        return f"{who} has nothing to win by breaking a truce in which both hold"
    if math.isinf(needed):
        return f"{who} loses nothing in an open fight, so nothing keeps it in the truce"
    end = (
        ""
        if believed
        else f"; but escalating in answer would cost {text.name(punisher)} more than letting it pass: a doubtful punishment"
    )
    share = f"{text.fixed(100 * needed, 0)}{text.THIN}%"
    return f"{who} would gain by escalating alone and keeps the truce if the next period counts at least {share} of this one{end}"
