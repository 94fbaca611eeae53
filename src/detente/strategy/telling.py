"""A stand-off in sentences, every comparison made from the numbers beside it.

Economies are named in words, chances are percent with their range in brackets, dates are written out. What a reader should hear
first comes first: the odds by the deadline, then what they leave out, what the models agree on, what decides, what flips them.
"""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.strategy.judging import NAMES
from detente.talks.attrition import THREATS
from detente.talks.contests import MODELS
from detente.talks.odds import Odds, Spread
from detente.words import THIN, chance, chance_range, days, digits as number, join_or_nobody as join, usd as money
from detente.words.names import region_name

if TYPE_CHECKING:
    from detente.strategy.table import AtTheTable

COUNTED = ("no", "one", "two", "three", "four", "five")


def who(code: str) -> str:
    """An economy in running text: "the United States", "China"."""
    return region_name(code, article=True)


def whose(code: str) -> str:
    """ "the United States’", "China’s"."""
    name = who(code)
    return name + ("’" if name.endswith("s") else "’s")


def capital(text: str) -> str:
    """`text` with its first letter upper case."""
    return text[:1].upper() + text[1:]


def on(day: date) -> str:
    """A date as 1 November 2025."""
    return f"{day.day} {day:%B %Y}"


def spread(x: Spread) -> str:
    """ "20 % (range 7 to 34 %)"."""
    return f"{chance(x[1])} (range {chance_range(x[0], x[2])})"


# -- the stand-off -----------------------------------------------------------------------------------------------------
def standoff_words(case: AtTheTable) -> list[str]:
    """All sentences on the stand-off, a paragraph an item."""
    parts = [
        answer(case),
        at_once(case),
        agreement(case),
        decides(case),
        breaks(case),
        deadline(case),
        delay(case),
        threats(case),
    ]
    return [p for p in parts if p]


def answer(case: AtTheTable) -> str:
    """The odds by the deadline and in the end, and what they are averages of."""
    final = case.odds()
    if math.isnan(final.first[1]):
        return "No model gives odds: under every assumption tried somebody moves at once, or there is no contest of waiting."
    told = []
    if case.deadline is not None:
        by = case.odds_by(case.deadline.date)
        told.append(f"By {on(case.deadline.date)} {_four(case, by)}")
    told.append(f"In the end {_four(case, final)}")
    text = ". ".join(told) + "."
    if max(final.first[2] - final.first[0], final.second[2] - final.second[0]) > 0.5:
        text += " Ranges this wide are no forecast: they show what the answer hangs on."
    return (
        f"{text} Averages over {COUNTED[len(case.trials.models)]} models, each counting alike, and {final.trials:,} combinations "
        f"of what nobody has measured, if both still hold on {on(case.as_of)}. Range: one model under one strength of the "
        f"motives; single combinations reach 0 and 100{THIN}%."
    )


def _four(case: AtTheTable, odds: Odds) -> str:
    one, two = case.parties
    parts = [
        f"{who(one)} has eased first with {spread(odds.first)}",
        f"{who(two)} with {spread(odds.second)}",
        f"talks have collapsed with {spread(odds.collapse)}",
    ]
    if odds.standing[1] > 0.005:
        parts.append(f"nothing has moved with {spread(odds.standing)}")
    return join(parts)


def at_once(case: AtTheTable) -> str:
    """Who would move at once, which does not fit with both holding, and what the odds would be if that were not used."""
    first, second, every = case.trials.at_once()
    gone = first + second
    if every == 0 or gone == 0:
        return ""
    one, two = case.parties
    parts = [f"{who(p)} in {n:,}" for p, n in ((one, first), (two, second)) if n]
    face = case.odds(still=False)
    text = (
        f"In {gone:,} of {every:,} combinations a side would ease at once: {join(parts)}. Neither has by {on(case.as_of)}, so "
        "these do not count, and the others count by the chance that nobody would have moved at once. Taken at face value they "
        f"would put it at {chance(face.first[1])} that {who(one)} eases first, {chance(face.second[1])} that {who(two)} does."
    )
    for k, side in enumerate(case.literal.sides):
        if side.prize <= 0:
            own, other = (("ease", "hold"), ("hold", "ease")) if k == 0 else (("hold", "ease"), ("ease", "hold"))
            alone, won = case.table.payoff(*own)[side.name], case.table.payoff(*other)[side.name]
            text += (
                f" By the payoff table alone {who(side.name)} has nothing to win by waiting: easing alone is worth "
                f"{number(alone)} points to it, {whose(case.parties[1 - k])} easing alone {number(won)}."
            )
    return text


def agreement(case: AtTheTable) -> str:
    """In which models the answer agrees: who would move at once, and who is the likelier to move if both still hold."""
    table = case.trials.summary().drop(index="all")
    one, two = case.parties
    said = []
    for columns, verb in (
        ((f"{one} at once", f"{two} at once"), "would be the likelier to ease at once"),
        ((f"{one} eases", f"{two} eases"), "is the likelier to ease from then on"),
    ):
        gap = table[columns[0]].to_numpy(dtype=float) - table[columns[1]].to_numpy(dtype=float)
        sides = {
            party: [m for m, x in zip(table.index, gap, strict=True) if sign * x > 0.005] for party, sign in ((one, 1), (two, -1))
        }
        even = [m for m, x in zip(table.index, gap, strict=True) if not abs(x) > 0.005]
        for party, models in sides.items():
            if len(models) == len(table):
                said.append(f"In all {COUNTED[len(table)]} models {who(party)} {verb}.")
        if not any(len(m) == len(table) for m in (*sides.values(), even)):
            told = [f"{who(p)} {verb} in {_models(m)}" for p, m in sides.items() if m]
            told += [f"neither is in {_models(even)}"] if even else []
            said.append(f"The models do not agree: {'; '.join(told)}.")
        elif len(even) == len(table):
            said.append(f"In no model one side {verb.replace('would be', 'is')} than the other.")
    said.append(
        "In the steady model each side’s pace is set by the other’s costs: who hurts more stays only while the other is likely "
        "enough to move. Where a side may be one that never bends, the first move falls to who needs longer to be believed, as a "
        "rule who hurts more. That one side gives way at once and the other never is an equilibrium too."
    )
    return " ".join(said)


def _models(names: list[str]) -> str:
    words = [f"“{MODELS[m]}”" for m in names]
    return join(words)


def decides(case: AtTheTable) -> str:
    """The assumption that splits the answer best, with the odds at its ends."""
    table = case.trials.splits()
    if not len(table):
        return ""
    top = table.iloc[0]
    if not top["share"] > 0.01:
        return f"No single assumption decides: none explains more than 1{THIN}% of the differences between combinations."
    one, two = case.parties
    key = str(top["assumption"])
    then = [chance(float(top[f"{k} then"])) for k in ("first", "second")]
    there = [chance(float(top[f"{k} there"])) for k in ("first", "second")]
    text = (
        f"What decides most is {top['words']}: it explains {chance(float(top['share']))} of the differences. If "
        f"{phrase(key, top['towards second'])}, {who(one)} eases first with {then[0]} and {who(two)} with {then[1]}; if "
        f"{phrase(key, top['towards first'])}, with {there[0]} and {there[1]}."
    )
    rest = table.iloc[1:3]
    rest = rest[rest["share"] > 0.01]
    if len(rest):
        told = [f"{r['words']} ({chance(float(r['share']))})" for _, r in rest.iterrows()]
        text += f" Next {'come' if len(told) > 1 else 'comes'} {join(told)}."
    return text


def phrase(key: str, value: Any) -> str:
    """An assumption at a value as a clause: "a collapse lasts 0.96 years".

    >>> phrase("rate USA", 0.08), phrase("collapse_years", 1.0)
    ('the United States discounts at 8.0\u202f% a year', 'a collapse lasts 1.0 years')
    """
    if key == "model":
        return f"the right model is “{MODELS[value]}”"
    if key == "motives":
        return f"the motives are {'as the dossier has them' if value == 'as given' else value}"
    x = float(value)
    if key.startswith("rate "):
        return f"{who(key.removeprefix('rate '))} discounts at {number(100 * x)}{THIN}% a year"
    if key.startswith("stubborn of "):
        return f"{who(key.removeprefix('stubborn of '))} is one that never bends with {chance(x)}"
    if key.startswith("weight "):
        _, party, part = key.split(" ", 2)
        return f"{whose(party)} weight on {NAMES[part]} is {number(x)}"
    return {
        "collapse_risk": f"talks collapse {number(x)} times a year",
        "settlement_years": f"having given way matters for {number(x)} years",
        "collapse_years": f"a collapse lasts {number(x)} years",
        "face": f"not being seen to give way is worth {number(x)} points a year",
        "bite": f"a missed deadline ends talks with {chance(x)}",
        "slip_days": f"the day of the deadline is sure to within {number(x)} days",
    }[key]


def breaks(case: AtTheTable) -> str:
    """The nearest value in each model at which the likelier side changes, at the centre of the assumptions."""
    table = case.flips
    if not len(table):
        return (
            "At the centre of the assumptions no number, changed alone up to twenty times, changes who is the likelier to ease."
        )
    told = []
    for model, rows in table.groupby("model", sort=False):
        r = rows.iloc[0]
        key = str(r["key"])
        scale = 100 if key.startswith(("rate ", "stubborn ")) or key == "bite" else 1
        now = f"{number(scale * float(r['now']))}{THIN}%" if scale == 100 else number(float(r["now"]))
        told.append(
            f"with {MODELS[str(model)]} it is {who(str(r['likelier now']))}, but no longer if {phrase(key, r['flips at'])} "
            f"instead of {now}"
        )
    return (
        "Who is the likelier at the centre of the assumptions, moves at once included, and the nearest number that changes it: "
        f"{'; '.join(told)}."
    )


def deadline(case: AtTheTable) -> str:
    """How concessions gather around the deadline."""
    if case.deadline is None:
        return "The dossier has no deadline ahead that binds both, so the models with a date are left out."
    table = case.around_deadline
    one, two = case.parties
    table = table.assign(eases=table[f"{one} eases"] + table[f"{two} eases"])
    told = []
    for model in ("fixed date", "uncertain date", "steady"):
        rows = table[table["model"] == model].set_index("when")
        if not len(rows) or not rows["eases"].sum() > 0:
            continue
        share = rows["eases"] / rows["eases"].sum()
        told.append(f"{chance(float(share['at the deadline']))} with {MODELS[model]}")
    if not told:
        return ""
    left = "1 day" if case.deadline.days_left == 1 else f"{case.deadline.days_left} days"
    text = (
        f"The deadline is {on(case.deadline.date)}, {left} on: {_plain(case.deadline.text)}. Of all easing, the share that falls "
        f"within three days of it: {join(told)}."
    )
    if {"fixed date", "steady"} <= set(table["model"]):
        at = {
            m: table[(table["model"] == m) & (table["when"] == "at the deadline")]["eases"].sum()
            for m in ("fixed date", "steady")
        }
        before = table[(table["model"] == "fixed date") & (table["when"] == "before")]["eases"].sum()
        if at["fixed date"] > at["steady"] and before < at["fixed date"]:
            text += " Concessions gather there: before a known day waiting for the last minute is worth more than moving."
    return text


def _plain(text: str) -> str:
    return text.removesuffix(": would take effect").removesuffix(": takes effect")


def delay(case: AtTheTable) -> str:
    """What a day costs each side."""
    table = case.delay.to_dict("index")
    told = []
    for party in case.parties:
        row = table[party]
        day, motive = float(row["real income, million USD a day"]), float(row["motives, million USD a day"])
        verb = "costs" if day >= 0 else "brings"
        ends = sorted((float(row["motives, low"]), float(row["motives, high"])))
        told.append(
            f"a day without the deal {verb} {who(party)} {money(abs(day))} of real income, {money(motive)} by its motives "
            f"(range {money(ends[0])} to {money(ends[1])})"
        )
    text = f"{capital('; '.join(told))}."
    if any(float(row["motives, low"]) < 0 for row in table.values()):
        text += " Below zero delay pays."
    if case.deadline is not None:
        until = [f"{who(p)} {money(float(table[p]['until the deadline, million USD']))}" for p in case.parties]
        text += f" To the deadline that is, in real income, {join(until)}."
    low, middle, high = case.trials.typical_length()
    return text + (
        f" If both still hold, the stand-off lasts {days(middle)} on average at the median of the combinations ({days(low)} to "
        f"{days(high)} in four fifths of them)."
    )


def threats(case: AtTheTable) -> str:
    """How much a public threat moves the odds, and whether the models agree about the sign."""
    table = case.audience
    if not len(table):
        return ""
    told = []
    for party in case.parties:
        rows = table[(table["side"] == party) & (table["model"] != THREATS)]
        if not len(rows):
            continue
        change, low, high = (float(v) for v in (rows["change"].mean(), rows["low"].min(), rows["high"].max()))
        signs = {int(np.sign(round(x, 3))) for x in rows["change"]} - {0}
        agree = "the same sign on average in every model" if len(signs) == 1 else "the models do not agree on the sign"
        told.append(
            f"one by {who(party)} moves the chance that it eases by {_points(change)} points (range {_points(low)} to "
            f"{_points(high)}; {agree})"
        )
    step = float(table["step"].iloc[0])
    return (
        f"A public threat that raises the audience weight of who makes it by {number(step)}: {'; '.join(told)}. In the steady "
        "model more to lose by giving way makes the other side slower to move; where a side may never bend it binds the one that "
        "threatened. Threats that keep a side from moving at once are counted in."
    )


def _points(value: float) -> str:
    rounded = round(100 * value)
    return "0" if rounded == 0 else f"{'+' if rounded > 0 else '−'}{abs(rounded)}"
