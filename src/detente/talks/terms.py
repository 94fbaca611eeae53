"""The terms of a deal that move no trade by themselves: how it is watched, how often reviewed, for how long it is signed.

Keeping brings a side c a year (points over no deal), being the only one to go back on its concessions d, being the only one to
keep b (the tables' "tolerate"), no deal 0. Breaches come at rate λ a year and are found at rate μ = −ln(1 − p₁).

    review     each period Δ as in `renewal`, with chances p(Δ) = 1 − (1 − p)^Δ from chances a year
    short      all concessions for L years, then back:          c (1 − e^{−rL})/r
    framework  kept for S years unless breached:                (c + λ b/(r + μ)) (1 − e^{−(r+λ)S})/(r + λ)

The framework is worth more as long as breaches come at less than the break-even rate λ*. Where being cheated still beats having
no deal (b ≥ 0) there may be none.

>>> terms = lasting("CHN", keep=0.04, cheated=-0.02, rate=0.1, short_years=0.25, years=4)
>>> terms.framework > terms.short, round(terms.break_even, 2)
(True, 1.32)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy.optimize import brentq

from detente.checks import finite, not_negative, positive, probability
from detente.errors import InputError
from detente.talks.renewal import renewal
from detente.talks.stakes import annuity
from detente.talks.truce import Truce, TruceSide, truce
from detente.types import plain

PERIODS = (90 / 365.25, 180 / 365.25, 365 / 365.25)
"""Lengths a truce is signed for, in years."""
FRAMEWORK_YEARS = 4.0  # A45
MOST_BREACHES = 50.0


@dataclass(frozen=True)
class Lasting:
    """Present values to one party of a short truce and of a framework, in points of one year's real income.

    `break_even`: breaches a year at which both are worth the same; infinite where the framework is always worth more, NaN
    where the short truce is even without breaches.
    """

    party: str
    rate: float
    years: float
    short_years: float
    breaches: float
    short: float
    framework: float
    break_even: float

    @property
    def preferred(self) -> str:
        """Which is worth more."""
        return "framework" if self.framework > self.short else "short truce"


def lasting(
    party: str,
    *,
    keep: float,
    cheated: float,
    rate: float,
    short_years: float,
    years: float,
    breaches: float = 0.0,
    detection: float = 0.6,
) -> Lasting:
    """A short truce against a framework. `keep` and `cheated` are points a year over no deal, `breaches` a year."""
    c, b, r = finite(keep, "payoff of keeping"), finite(cheated, "payoff when cheated"), positive(rate, "discount rate")
    found = _found(detection)
    short = c * annuity(r, positive(short_years, "length of a short truce"))

    def framework(rate_of_breach: float) -> float:
        a = r + rate_of_breach
        return (c + rate_of_breach * b / (r + found)) * -math.expm1(-a * years) / a

    positive(years, "years of a framework")
    if framework(0.0) <= short:
        edge = math.nan
    elif framework(MOST_BREACHES) > short:
        edge = math.inf
    else:
        edge = float(brentq(lambda x: framework(x) - short, 0.0, MOST_BREACHES, xtol=1e-12))
    value = framework(not_negative(breaches, "breaches a year"))
    return Lasting(party, r, years, short_years, breaches, short, value, edge)


def _found(detection: float) -> float:
    p = probability(detection, "chance of detection")
    if p >= 1:
        return math.inf
    return -math.log1p(-p)


@dataclass(frozen=True, eq=False)
class Watch:
    """How a deal is best watched: the `period` (years) among those tried, and the truce at that period.

    `table` has one row a period: whether it holds, the punishment, flows a year. `better` is the same truce with half of what
    goes unseen now seen; `gain` [party] what that adds a year, in points.
    """

    period: float
    holds: bool
    enforcement: bool
    truce: Truce
    table: pd.DataFrame
    better: Truce
    gain: tuple[float, float]

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "period_days": round(self.period * 365.25), "holds": self.holds, "needs_enforcement": self.enforcement,
            "truce": self.truce.record(), "periods": plain(self.table.reset_index().to_dict(orient="records")),
            "gain_of_better_detection": list(self.gain),
        }  # fmt: skip


def watch(
    first: TruceSide,
    second: TruceSide,
    rates: Sequence[float],
    *,
    false_alarm: float = 0.1,
    detection: float = 0.6,
    review_cost: Sequence[float] = (0.0, 0.0),
    periods: Sequence[float] = PERIODS,
) -> Watch:
    """Compare review periods (years). Chances are a year, `review_cost` points a review for each side.

    The best holds and has the largest product of gains over no deal; of equally good ones the longest.
    """
    if not periods:
        raise InputError("give at least one review period")
    sides = (first, second)
    enforcement = any(s.temptation > 0 for s in sides)
    rows: list[dict[str, Any]] = []
    for length in sorted(periods):
        p0, p1 = _within(false_alarm, length), _within(detection, length)
        table = (
            renewal(first, second, list(rates), false_alarm=p0, detection=p1, review_cost=list(review_cost), periods=(length,))
            .to_frame()
            .reset_index()
        )
        row: dict[str, Any] = {str(k): v for k, v in table.iloc[0].items()} | {"false alarm": p0}
        flows = [float(row[f"flow to {s.name}"]) - s.standoff for s in sides]
        rows.append(row | {"product": flows[0] * flows[1] if min(flows) > 0 and row["holds"] else 0.0})
    top = max(float(row["product"]) for row in rows)
    chosen = max((row for row in rows if row["product"] >= top * (1 - 1e-9)), key=lambda row: float(row["period, years"]))
    best = float(chosen["period, years"])
    now = _truce(sides, rates, best, false_alarm, detection)
    sharper = _truce(sides, rates, best, false_alarm, 1 - (1 - detection) / 2)
    flow = [_flow(t, k, rates[k], best) for t in (now, sharper) for k in (0, 1)]
    table = pd.DataFrame(rows).set_index("period, years")
    return Watch(best, bool(chosen["holds"]), enforcement, now, table, sharper, (flow[2] - flow[0], flow[3] - flow[1]))


def _within(yearly: float, years: float) -> float:
    return -math.expm1(years * math.log1p(-yearly)) if yearly < 1 else 1.0


def _truce(
    sides: tuple[TruceSide, TruceSide], rates: Sequence[float], period: float, false_alarm: float, detection: float
) -> Truce:
    discount = [math.exp(-r * period) for r in rates]
    p0, p1 = _within(false_alarm, period), _within(detection, period)
    return truce(*sides, discount, false_alarm=p0, detection=p1, whole_periods=False)


def _flow(t: Truce, side: int, rate: float, period: float) -> float:
    """Average points a year: (1 − δ) V where it holds, no deal where it does not."""
    kept = t.status in ("holds", "nothing to enforce")
    return (1 - math.exp(-rate * period)) * t.worth[side] if kept else t.sides[side].standoff
