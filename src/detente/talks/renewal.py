"""How often should a truce come up for renewal?

Payoffs are flows a year. The truce is reviewed every Δ years, and cheating can be found only then:

    δ = e^{−rΔ};   condition   d − c ≤ δ (p₁ − p₀) x (c − n)/(1 − δ + δ p₀ x),   x = 1 − e^{−rL},  L years of punishment
    average flow   v = n + (c − n)(1 − δ)/(1 − δ + δ p₀ x) − k r δ/(1 − δ),   k the cost of a review
    share of time at peace 1/(1 + p₀ L/Δ),   years to the first false alarm Δ/p₀

Long periods let a cheat enjoy the fruits for longer (δ small); short ones cost meetings and, with a punishment of fixed length,
more false alarms. If evidence needs time, detection is p₁(Δ) = p₀ + (p₁ − p₀)(1 − e^{−Δ/m}), m years of evidence. Unless a
length is given, punishment is the shortest that deters both sides; then false alarms cost (d − c) p₀/(p₁ − p₀) a year at any Δ:
rare ones bring long punishments, frequent ones short. The best period on the grid has the largest product of gains over the
stand-off among those that hold; of equally good ones, the one longest at peace.

Source: the condition is Green and Porter's (1984); reviewing more often need not help, Abreu, Milgrom and Pearce
(1991).

>>> from detente.talks.truce import TruceSide
>>> us, cn = TruceSide("USA", keep=1, cheat=1.8, standoff=0), TruceSide("CHN", keep=1, cheat=1.8, standoff=0)
>>> plan = renewal(us, cn, 0.1, false_alarm=0.1, detection=0.6, review_cost=0.01)
>>> plan.status, plan.best
('holds', 3.0)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from detente.checks import alarms, different, not_negative, positive, two
from detente.errors import InputError
from detente.talks.truce import TruceSide, deterrent, weight_needed
from detente.types import plain
from detente.words import tell

GRID = tuple(m / 12 for m in (1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 60))


@dataclass(frozen=True, eq=False)
class Renewal:
    """Renewal periods compared. `status`: "holds" (at `best`, in years) or "does not hold" at any period of the grid."""

    sides: tuple[TruceSide, TruceSide]
    rates: tuple[float, float]
    status: str
    best: float | None
    table: pd.DataFrame = field(repr=False)

    def to_frame(self) -> pd.DataFrame:
        """One row a renewal period (years)."""
        return self.table.copy()

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        rows = self.table.reset_index().to_dict(orient="records")
        return plain({"status": self.status, "best_years": self.best, "rates": self.rates, "sides": self.sides, "periods": rows})

    def explain(self) -> str:
        """The answer in plain words."""
        if self.best is None:
            return tell(self)
        periods, holds = self.table.index.to_numpy(dtype=np.float64), self.table["holds"].to_numpy(dtype=bool)
        at = int(np.flatnonzero(periods == self.best)[0])
        return tell(
            self,
            peace=float(self.table["share of time at peace"].iloc[at]),
            length=float(self.table["punishment, years"].iloc[at]),
            longest=float(periods[holds].max()),
            last=float(periods.max()),
            shorter=bool((holds & (periods < self.best)).any()),
        )


def renewal(
    first: TruceSide,
    second: TruceSide,
    rates: float | Sequence[float],
    *,
    false_alarm: float = 0.0,
    detection: float = 1.0,
    punishment_years: float | None = None,
    review_cost: float | Sequence[float] = 0.0,
    evidence_years: float = 0.0,
    periods: Sequence[float] = GRID,
) -> Renewal:
    """Compare renewal periods (years). Payoffs of the sides are flows a year, `rates` discount rates a year, one or one
    a side.
    """
    different(first.name, second.name)
    sides = (first, second)
    r, k = two(rates, "discount rate"), two(review_cost, "cost of a review")
    for rate, cost in zip(r, k, strict=True):
        positive(rate, "discount rate")
        not_negative(cost, "cost of a review")
    p0, p1 = alarms(false_alarm, detection)
    not_negative(evidence_years, "years of evidence")
    if punishment_years is not None and (math.isnan(punishment_years) or punishment_years < 0):
        raise InputError(f"punishment must last 0 years or more, not {punishment_years}")
    if not len(periods):
        raise InputError("give at least one renewal period")
    rows = [
        _row(positive(p, "renewal period"), sides, r, k, p0, p1, punishment_years, evidence_years) for p in sorted(set(periods))
    ]
    table = pd.DataFrame(rows).set_index("period, years")
    good = table[table["holds"]]
    best = None
    if len(good):
        gains = [np.maximum(good[f"flow to {s.name}"].to_numpy() - s.standoff, 0.0) for s in sides]
        product, peace = gains[0] * gains[1], good["share of time at peace"].to_numpy()
        top = np.flatnonzero(product >= product.max() * (1 - 1e-9))
        best = float(good.index[top[int(np.argmax(peace[top] - 1e-12 * np.arange(len(top))))]])
    return Renewal(sides, r, "holds" if best is not None else "does not hold", best, table)


def _row(
    period: float,
    sides: tuple[TruceSide, TruceSide],
    rates: tuple[float, float],
    costs: tuple[float, float],
    p0: float,
    p1: float,
    given: float | None,
    evidence: float,
) -> dict[str, Any]:
    seen = p1 if evidence == 0 else p0 + (p1 - p0) * -math.expm1(-period / evidence)
    d = [math.exp(-r * period) for r in rates]
    needed = [weight_needed(s, q, p0, seen) for s, q in zip(sides, d, strict=True)]
    if given is not None:
        length = given
    elif max(needed) < 1:
        length = max(-math.log1p(-x) / r for x, r in zip(needed, rates, strict=True))
    else:
        length = math.inf
    x = [1.0 if math.isinf(length) else -math.expm1(-r * length) for r in rates]
    cost = [deterrent(s, q, p0, seen, w) for s, q, w in zip(sides, d, x, strict=True)]
    holds = all(s.temptation <= c + 1e-12 * max(1.0, abs(c)) for s, c in zip(sides, cost, strict=True))
    share = 1.0 if p0 == 0 or length == 0 else 0.0 if math.isinf(length) else period / (period + p0 * length)
    row: dict[str, Any] = {
        "period, years": period,
        "holds": holds,
        "detection": seen,
        "punishment, years": length,
        "share of time at peace": share if holds else 0.0,
        "years to the first false alarm": math.inf if p0 == 0 else period / p0,
    }
    for s, r, q, w, c, k in zip(sides, rates, d, x, cost, costs, strict=True):
        kept = s.standoff + (s.keep - s.standoff) * (1 - q) / (1 - q + q * p0 * w) - k * r * q / (1 - q)
        row[f"flow to {s.name}"] = kept if holds else s.standoff
        row[f"slack of {s.name}"] = c - s.temptation
    return row
