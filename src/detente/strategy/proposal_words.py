"""A proposal told in plain sentences: what is signed, who gains, what trades against what, how it is kept and for how long.

Every comparative word is chosen by the numbers it stands beside. Used by the command line and the briefing alike.

>>> span(0.246)
'90 days'
"""

from __future__ import annotations

import math

from detente.strategy.proposal import Proposal, named
from detente.talks.truce import PERIODS
from detente.words import DAYS_A_YEAR, MINUS, THIN, chance, digits as number, join_or_nobody as join

TINY = 5e-5  # points that print as nothing


def span(years: float) -> str:
    """A period in days under two years, in years above."""
    return f"{round(years * DAYS_A_YEAR)} days" if years < 2 else f"{years:.2g} years"


def capital(text: str) -> str:
    """`text` with its first letter upper case."""
    return text[:1].upper() + text[1:]


def points(value: float, *, signed: bool = True) -> str:
    """Points of real income, three decimals (four under a hundredth)."""
    decimals = 3 if abs(value) >= 0.00995 or value == 0 else 4
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return "0"
    return (MINUS if value < 0 else "+" if signed else "") + text


def no_deal(deal: Proposal) -> str:
    """What follows without a deal."""
    return "both hold" if deal.disagreement == "hold" else "both escalate"


def judged(deal: Proposal) -> str:
    """By what the package was chosen."""
    return "by the motives of the dossier" if deal.judged_by == "motives" else "by real income alone"


def signed(deal: Proposal) -> str:
    """What each side does under the package."""
    if deal.status == "no deal":
        a, b = (named(p) for p in deal.parties)
        return f"No signable package leaves both {a} and {b} better off than if {no_deal(deal)}, judged {judged(deal)}."
    one, two = deal.parties
    first, second = deal.clauses(one), deal.clauses(two)
    text = f"{capital(named(one))} {join(first) if first else 'changes nothing of its own'}. "
    return text + (f"In return {named(two)} {join(second)}." if second else f"{capital(named(two))} gives nothing in return.")


def around(deal: Proposal) -> str:
    """What stays away, what stays in force, for how long it is signed and how often reviewed."""
    text = ""
    away = [m.title for m in deal.agenda.pending]
    if away:
        text += f"What is suspended or only threatened stays away on both sides ({'; '.join(away)}). "
    kept = [f"{named(p)} keeps {join(deal.kept(p))}" for p in deal.parties if deal.kept(p)]
    if kept:
        text += f"{capital('; '.join(kept))}. "
    if deal.watched is not None:
        last = "for years" if lasts(deal) else f"for {span(PERIODS[0])} at a time"
        text += f"The package is signed {last} and reviewed every {span(deal.watched.period)}."
    return text.strip()


def package(deal: Proposal) -> str:
    """The package as it would be signed."""
    return f"{signed(deal)} {around(deal)}".strip() if deal.status == "deal" else signed(deal)


def lasts(deal: Proposal) -> bool:
    """Whether a framework is worth more to both than a short truce, at every discount rate tried."""
    return all(x.preferred == "framework" for x in deal.short_or_long())


def gains(deal: Proposal) -> str:
    """Who gains what over no deal, by both measures of no deal."""
    frame = deal.to_frame()
    other = "escalate" if deal.disagreement == "hold" else "hold"
    income = deal.by_region()["real income, %"]

    def at(party: str, column: str) -> float:
        return float(frame[column].to_dict()[party])

    parts = [
        f"{named(p)} {points(at(p, f'over {deal.disagreement}, points by motives'))} points by its motives and "
        + _money(at(p, f"over {deal.disagreement}, million USD a year") / 1000, float(income[p]))
        for p in deal.parties
    ]
    text = f"Against no deal ({no_deal(deal)}): {'; '.join(parts)}. "
    if other == "hold" or deal.fought is not None:
        told = [
            f"{named(p)} {points(at(p, f'over {other}, points by motives'))} points and "
            f"{_usd(at(p, f'over {other}, million USD a year') / 1000)}"
            for p in deal.parties
        ]
        lead = "Against a breakdown (both escalate)" if other == "escalate" else "Against both holding"
        text += f"{lead} the same package is worth {join(told)} a year."
    return text.strip()


def _usd(billion: float) -> str:
    return f"{MINUS if billion < 0 else '+'}USD {number(abs(billion))} billion"


def _money(billion: float, percent: float) -> str:
    sign = MINUS if percent < 0 else "+"
    return f"{sign}{number(abs(percent))}{THIN}% of real income ({_usd(billion)} a year)"


def no_chips(deal: Proposal) -> str:
    """Concessions whose first step costs the giver nothing: no bargaining chips in the model."""
    by_motives = {s.issue for s in deal.self_harming("motives")}
    bare = deal.self_harming("real income")
    if not bare and not by_motives:
        return "Every concession costs its giver something, by its motives and in real income alike."
    both = [s.label for s in bare if s.issue in by_motives]
    income_only = [s.label for s in bare if s.issue not in by_motives]
    motives_only = [s.label for s in deal.self_harming("motives") if s.issue not in {x.issue for x in bare}]
    groups = (
        ("by its motives and in real income alike", both),
        ("in real income, though not by its motives", income_only),
        ("by its motives, though not in real income", motives_only),
    )
    told = [f"{how}: {'; '.join(labels)}" for how, labels in groups if labels]
    return (
        f"Some first steps pay the side that takes them. {'. '.join(capital(t) for t in told)}. A step that pays its giver by "
        "its motives is no bargaining chip in the model, whatever is asked for it at the table; only what comes after has a "
        "price."
    )


def exchange(deal: Proposal) -> str:
    """What a further step of one side would have to be paid with."""
    table = deal.swaps()
    open_steps = _open(deal)
    table = table[table["step"].isin(open_steps) & table["against"].isin(open_steps)]
    if table.empty:
        return "At the package no further step of one side can be paid with a further step of the other."
    best = table.assign(ratio=table["worth"] / table["needed"]).sort_values("ratio", ascending=False).iloc[0]
    text = (
        f"The nearest further trade: for one more step ({best['step']}) {named(str(best['by']))} would need "
        f"{number(float(best['needed']))} steps like this one in return: {best['against']}; that step of "
        f"{named(str(best['by']))} is worth {number(float(best['worth']))} of them to {named(str(best['of']))}"
    )
    met = float(best["worth"]) > float(best["needed"])
    return text + (
        ", so a little more could be traded if steps could be cut finer."
        if met
        else ", less than it would take: there the trade ends."
    )


def _open(deal: Proposal) -> set[str]:
    """Labels of steps that are still to be taken at the package."""
    steps = deal.margins[deal.judged_by]
    issues = zip(deal.agenda.issues, deal.levels, steps, strict=True)
    return {s.label for issue, level, s in issues if level < len(issue.levels) - 1}


def bystanders(deal: Proposal) -> str:
    """Who else gains or loses."""
    frame = deal.bystanders()
    loser, winner = str(frame.index[0]), str(frame.index[-1])
    rest = float(frame["million USD a year"].sum()) / 1000
    percent, money = frame["real income, %"], frame["million USD a year"] / 1000
    hardest = str(percent.idxmin())
    text = f"Among the others together the package moves real income by {_usd(rest)} a year. "
    if money[loser] < 0:
        text += f"Most is lost by {named(loser)} ({_usd(float(money[loser]))}, {_percent(float(percent[loser]))})"
        if hardest != loser:
            text += f", most for its size by {named(hardest)} ({_percent(float(percent[hardest]))})"
        text += "; "
    if money[winner] > 0:
        text += f"most is gained by {named(winner)} ({_usd(float(money[winner]))})."
    else:
        text += "nobody else gains."
    return text


def _percent(value: float) -> str:
    return f"{MINUS if value < 0 else '+'}{number(abs(value))}{THIN}%"


def keeping(deal: Proposal) -> str:
    """Whether the package keeps itself, how it is best reviewed and what watching it better would bring."""
    w = deal.watched
    if w is None:
        return ""
    p = deal.patience
    odds = f"a breach is seen with {chance(p.detection)} and a false alarm comes with {chance(p.false_alarm)} a year"
    lead = f"If {odds} (assumptions), "
    if not w.enforcement:
        return (
            lead + "the package keeps itself: neither gains by taking back its own concessions while the other keeps its own. "
            f"Reviews are then for show; the longest of those tried, {span(w.period)}, is the cheapest."
        )
    tempted = [
        f"{named(s.name)} would gain {points(s.temptation, signed=False)} points a year by taking back its concessions while the "
        "other keeps its own"
        for s in w.truce.sides
        if s.temptation > 0
    ]
    text = f"{capital('; '.join(tempted))}. "
    if not w.holds:
        return (
            text
            + f"{capital(lead)}no review period of those tried makes the package keep itself: without more it will be broken."
        )
    length = w.truce.punishment * w.period
    answer = "a return to no deal for good" if math.isinf(length) else f"{span(length)} without concessions"
    text += (
        f"{capital(lead)}that is deterred by reviews every {span(w.period)} and {answer} after a breach; false alarms then "
        f"leave it at peace {chance(w.truce.share_at_peace)} of the time. "
    )
    if max(w.gain) < TINY:
        return text + "Seeing half of what now goes unseen would add next to nothing."
    told = join([f"{named(x)} {points(g)}" for x, g in zip(deal.parties, w.gain, strict=True)])
    return text + f"Seeing half of what now goes unseen would add {told} points a year: that is what monitoring is worth here."


def short_or_long(deal: Proposal) -> str:
    """Ninety days against years."""
    found = deal.short_or_long()
    parts = []
    for party in deal.parties:
        own = [x for x in found if x.party == party]
        middle = next(x for x in own if x.rate == deal.patience.of(party))
        edges = [x.break_even for x in own]
        edge = (
            "at any rate of breaches"
            if all(math.isinf(e) for e in edges)
            else "not even without breaches"
            if all(math.isnan(e) for e in edges)
            else f"as long as breaches come less often than {_range(edges)} times a year"
        )
        parts.append(
            f"to {named(party)} {span(middle.short_years)} of the package are worth {points(middle.short)} points of one year’s "
            f"income and a framework of {span(middle.years)} {points(middle.framework)}, the better one {edge}"
        )
    p = deal.patience
    rates = f"{100 * p.rate:g} % a year ({100 * p.rate_range[0]:g} to {100 * p.rate_range[1]:g})".replace(" %", f"{THIN}%")
    return f"At a discount rate of {rates}, {'; '.join(parts)}."


def _range(values: list[float]) -> str:
    known = [v for v in values if math.isfinite(v)]
    low, high = f"{min(known):.1f}", f"{max(known):.1f}"
    return low if low == high else f"{low} to {high}"


def search(deal: Proposal) -> str:
    """How sure it is that there is no better package."""
    found = deal.found
    told = "no package one step away is better" if found.certified else "a better one nearby is not ruled out"
    missed = points(found.missed, signed=False)
    return (
        f"{deal.agenda.size:,} packages could be signed; {len(deal.packages.solved)} were solved exactly, and {told}. The others "
        f"were ruled out by an approximation, off by at most {missed} points where it was checked."
    )


def paragraphs(deal: Proposal) -> list[str]:
    """All of it, for a terminal."""
    if deal.status == "no deal":
        return [package(deal), no_chips(deal), search(deal)]
    parts = [package(deal), gains(deal), no_chips(deal), exchange(deal), bystanders(deal), keeping(deal), short_or_long(deal)]
    return [*(p for p in parts if p), search(deal)]
