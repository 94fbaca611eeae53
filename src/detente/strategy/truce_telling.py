"""What keeps a truce or a deal, in sentences, every comparison made from the numbers beside it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from detente.strategy.duty_game import DutyGame
from detente.strategy.judging import NAMES
from detente.strategy.keeping import KEPT, PERIODS, Keeping, weight_flips
from detente.strategy.telling import capital, who
from detente.words import THIN, digits as number, join_or_nobody as join, usd as money

if TYPE_CHECKING:
    from detente.strategy.table import AtTheTable

THINGS = {"truce": "a truce in which both hold", "deal": "a deal in which both ease"}
STRENGTHS = {
    "real income alone": "if real income alone counted",
    "halved": "with motives half as strong",
    "as given": "with the motives as given",
    "doubled": "with motives twice as strong",
}


def truce_words(case: AtTheTable, duties: DutyGame | None = None) -> list[str]:
    """All sentences on keeping, a paragraph an item."""
    parts = [kept(case, "truce"), kept(case, "deal"), flips(case), renewals(case), transparency(case)]
    return [*parts, *([duty_words(case, duties)] if duties is not None else [])]


def points(value: float) -> str:
    """Points of real income with a sign, two digits."""
    text = number(value)
    return text if value <= 0 else f"+{text}"


def kept(case: AtTheTable, what: str) -> str:
    """Who is tempted to leave the truce or a deal, what answers it, and under other strengths of the motives."""
    fight, alone = case.keepings[what, "fight"], case.keepings[what, "no agreement"]
    told = [_side(fight, alone, k) for k in range(2)]
    text = f"{capital(THINGS[what])}: {'; '.join(told)}."
    empty = [who(case.parties[1 - k]) for k, s in enumerate(fight.sides) if s.tempted and not s.fight_carried_out]
    if empty:
        text += (
            f" A fight in answer would cost {join(empty)} more than letting the breach pass, so the threat of one is empty; what "
            "would really follow is that both do what pays them by themselves."
        )
    ground = alone if empty or fight.status not in ("nobody tempted", "held") else fight
    low, life, high = (number(x) for x in ground.life())
    if ground.status in ("nobody tempted", "held"):
        text += f" Kept so, false alarms end it after {life} years on average (range {low} to {high})."
    else:
        text += f" If it is broken, the breach is seen after {life} years on average (range {low} to {high})."
    return f"{text} {_strengths(case, what)}"


def _side(fight: Keeping, alone: Keeping, k: int) -> str:
    side = fight.sides[k]
    name = who(side.party)
    if not side.tempted:
        return f"{name} has nothing to win by leaving it (its best breach is to {side.stance}, {points(side.gain)} points a year)"
    text = f"{name} would win {points(side.gain)} points a year by a breach ({side.stance})"
    need, credible = fight.needs(1.0)[k], alone.needs(1.0)[k]
    if not side.deterred("fight"):
        return text + ", and even a fight for good leaves it no worse off: nothing deters it, however patient it is"
    text += f"; the threat of a fight keeps it in if a year from now counts at least {_percent(need)} of today"
    if not side.deterred("no agreement"):
        return text + ", but without any agreement it is as well off or better, so short of a fight nothing deters it"
    return text + f", that of no agreement at least {_percent(credible)}"


def _percent(share: float) -> str:
    if math.isinf(share):
        return f"more than 100{THIN}%"
    return f"less than 1{THIN}%" if 0 < share < 0.005 else f"{100 * share:.0f}{THIN}%"


def _strengths(case: AtTheTable, what: str) -> str:
    table = case.strengths[case.strengths["kept"] == what]
    told = []
    for strength, words in STRENGTHS.items():
        if strength == "as given":
            continue
        rows = table[(table["motives"] == strength) & table["tempted"]]
        if not len(rows):
            told.append(f"{words} nobody is tempted")
            continue
        tempted = [
            f"{who(str(r['side']))} by {points(float(r['breach wins, points a year']))} points ({r['by']}"
            + ("" if r["a fight deters"] else ", not even deterred by a fight")
            + ")"
            for _, r in rows.iterrows()
        ]
        told.append(f"{words} {join(tempted)}")
    return f"Who is tempted otherwise: {'; '.join(told)}."


def flips(case: AtTheTable) -> str:
    """The weights nearest to today's at which a temptation begins or ends."""
    told = []
    for what in KEPT:
        table = weight_flips(case.judging, what)
        for party in case.parties:
            rows = table[table["side"] == party] if len(table) else table
            if not len(rows):
                continue
            gap = (rows["flips at"] - rows["weight now"]).abs() / rows["weight now"].clip(lower=0.05)
            r = rows.iloc[int(gap.argmin())]
            now, then = float(r["weight now"]), float(r["flips at"])
            if now > 0 and not 0.1 <= then / now <= 10:
                continue
            move = "rises" if then > now else "falls"
            change = "stops being tempted" if r["tempted now"] else f"begins to gain by a breach ({r['stance']})"
            unit = " times the dossier’s" if r["motive"] == "jobs" else ""
            told.append(
                f"{who(party)} {change} in {THINGS[what]} once its weight on {NAMES[str(r['motive'])]} {move} from "
                f"{number(now)} to {number(then)}{unit}"
            )
    if not told:
        return "No single motive, changed alone up to ten times, makes a temptation or ends one."
    return f"What would flip it: {'; '.join(told)}."


def renewals(case: AtTheTable) -> str:
    """What 90 days, a year and three years between reviews do."""
    what = "truce" if any(s.tempted for s in case.keepings["truce", "fight"].sides) else "deal"
    found = case.keepings[what, "fight"]
    table = found.renewals()
    tempted = [s.party for s in found.sides if s.tempted]
    meetings = [
        f"{money(float(table[table['period, years'] == p]['meetings, million USD a year'].iloc[0]))} a year at {n}"
        for n, p in PERIODS.items()
    ]
    seen = [
        f"{number(float(table[table['period, years'] == p]['years to see a breach'].iloc[0]))} years at {n}"
        for n, p in PERIODS.items()
    ]
    text = (
        f"How often it comes up for renewal: meetings cost each side {join(meetings)} (an assumption); a breach is seen after "
        f"{join(seen)}, on average."
    )
    if not tempted:
        return text + " With the motives as given nobody is tempted by either, so the period hardly matters."
    parts = []
    for party in tempted:
        rows = table[table["side"] == party]
        wins = [money(float(x)) for x in rows["a breach wins by the next review, million USD"]]
        rates = [float(x) for x in rows["keeps up to a discount rate of"]]
        if min(rates) > 1:
            keeps = f"it keeps at any discount rate up to {_rate(min(rates))} a year at all three"
        else:
            keeps = f"it keeps while it discounts by less than {join([_rate(x) for x in rates])} a year"
        parts.append(f"it wins {who(party)} {join(wins)} by the next review, and under the threat of a fight {keeps}")
    given = [f"{who(p)} {100 * case.patience.of(p):.0f}{THIN}%" for p in tempted]
    text += f" A breach of {THINGS[what]}, at {join(list(PERIODS))}: {'; '.join(parts)} (assumed: {join(given)})."
    first, last = (table[table["period, years"] == p].set_index("side") for p in (min(PERIODS.values()), max(PERIODS.values())))
    key = "keeps up to a discount rate of"
    better = [float(first[key][p]) > float(last[key][p]) for p in tempted]
    if all(better):
        text += " Shorter periods bind tighter: the cheat enjoys less before it is found."
    return text


def _rate(x: float) -> str:
    return "nothing (no patience is enough)" if math.isnan(x) else "any rate" if math.isinf(x) else f"{number(100 * x)}{THIN}%"


def transparency(case: AtTheTable) -> str:
    """What seeing breaches with ten points more chance a year is worth."""
    told = []
    for what in KEPT:
        found = case.keepings[what, "fight"]
        if not any(s.tempted for s in found.sides):
            continue
        table = found.transparency().set_index("side").to_dict("index")
        for party in case.parties:
            r = table[party]
            told.append(
                f"{money(float(r['million USD a year']))} a year to {who(party)} in {THINGS[what]} (range "
                f"{money(float(r['low, million USD a year']))} to {money(float(r['high, million USD a year']))})"
            )
    p = case.patience
    start = (
        f"Transparency: seeing a breach with {100 * min(1.0, p.detection + 0.1):.0f} instead of {100 * p.detection:.0f}{THIN}% a "
        "year is worth"
    )
    if not told:
        return f"{start} nothing with the motives as given, because nobody is tempted."
    return (
        f"{start} {join(told)}, under the threat of a fight: punishments that deter get shorter, so false alarms cost less; "
        "where none deterred before, it is worth what was agreed itself."
    )


def duty_words(case: AtTheTable, duties: DutyGame) -> str:
    """The lowest duties both would keep, against what each would set alone."""
    discount = [math.exp(-case.patience.of(p)) for p in case.parties]
    told = []
    for by, words in (("motives", "by the motives"), ("real income", "by real income alone")):
        pair = duties.sustainable(discount, by)
        sides = [
            f"{who(t.name)} {_duty(x)} (alone {'at least ' if at_end else ''}{_duty(n)}, best for both {_duty(e)}, today "
            f"{_duty(d)})"
            for t, x, n, e, d, at_end in zip(
                pair.tastes, pair.tariffs, pair.nash, pair.efficient, duties.today, duties.edge[by], strict=True
            )
        ]
        told.append(f"{words} {join(sides)}")
    errors = [t.error for pair in duties.tastes.values() for t in pair]
    return (
        f"The lowest mean duties on each other that reviews once a year could hold, if a breach were answered by what each would "
        f"set alone: {'; '.join(told)}. Read off nine equilibria; the effects of the two duties are taken to add up, which they "
        f"do to within {_percent(max(errors))} of the gain at stake where both are none."
    )


def _duty(x: float) -> str:
    return f"{100 * x:.0f}{THIN}%"
