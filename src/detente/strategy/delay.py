"""What a day of stand-off costs each side: what a deal at once would pay it, less what holding pays, a day.

In million USD: a point of real income is 1 % of the economy's income, and the motives are valued at the same rate. Real income
alone needs no weights, so it comes first; the range of the other moves over the motives halved, as given and doubled.
"""

from __future__ import annotations

import math

import pandas as pd

from detente.strategy.judging import SCALES, Judging
from detente.talks.contests import Judged
from detente.words import DAYS_A_YEAR


def cost_of_delay(judging: Judging, lengths: tuple[float, float, float], days_left: int | None = None) -> pd.DataFrame:
    """One row a side: cost of a day in million USD (below zero: delay pays), by real income and by motives with a range, the cost
    up to the deadline, and over a stand-off of typical length (`lengths` in years: low, middle, high) by real income.
    """
    plain, given = judging.plain(), {s: judging.judged(scale=s) for s in SCALES}
    rows = {}
    for k, party in enumerate(judging.parties):
        own = [_a_day(j, k) for j in given.values()]
        day = _a_day(plain, k)
        rows[party] = {
            "real income, million USD a day": day,
            "motives, million USD a day": _a_day(given["as given"], k),
            "motives, low": min(own),
            "motives, high": max(own),
            "until the deadline, million USD": math.nan if days_left is None else day * days_left,
            "over the stand-off, million USD": day * lengths[1] * DAYS_A_YEAR,
            "over the stand-off, low": min(day * x for x in lengths) * DAYS_A_YEAR,
            "over the stand-off, high": max(day * x for x in lengths) * DAYS_A_YEAR,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("side")


def _a_day(judged: Judged, k: int) -> float:
    gap = judged.payoff["ease", "ease"][k] - judged.payoff["hold", "hold"][k]
    return gap * (judged.million_usd[k] or math.nan) / DAYS_A_YEAR
