"""Will a truce hold: the temptation to cheat against what cheating brings down.

c, d, n: what a side gets per period when both keep the truce, when it alone cheats, and in the stand-off that follows. δ is the
discount factor per period, p₀ the chance of a false alarm at a review, p₁ the chance that cheating is found, T the periods a
punishment lasts, x = 1 − δᵀ.

    grim trigger, cheating always seen     δ ≥ δ* = (d − c)/(d − n)                                      Friedman (1971)
    imperfect monitoring                   d − c ≤ δ (p₁ − p₀) x (c − n) / (1 − δ + δ p₀ x)              Green and Porter (1984)
    value                                  V = n/(1 − δ) + (c − n)/(1 − δ + δ p₀ x)
    long-run share of time at peace        1/(1 + p₀ T)
    shortest punishment that deters        x ≥ g (1 − δ)/(δ ((p₁ − p₀)(c − n) − g p₀)),  g = d − c
    detection needed                       p₁ ≥ p₀ + g (1 − δ + δ p₀ x)/(δ x (c − n))

The condition must hold on both sides. Raising p₁ (or lowering p₀) is what transparency buys: punishments that deter get
shorter, so false alarms cost less; with the shortest one a side gets (1 − δ) V = c − g p₀/(p₁ − p₀) a period. A punishment
nobody would carry out is no punishment: the punisher's value of punishing and then returning to peace must be at least that of
letting itself be cheated.

>>> side = TruceSide("USA", keep=1, cheat=1.8, standoff=0)
>>> t = truce(side, TruceSide("CHN", 1, 1.8, 0), 0.95, false_alarm=0.1, detection=0.6, punishment=5)
>>> round(t.worth[0], 8), round(t.deterrence[0], 4), round(t.share_at_peace, 4), t.status
(13.98781168, 1.503, 0.6667, 'holds')

**Renewal.** How often should a truce come up for renewal?

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

>>> us, cn = TruceSide("USA", keep=1, cheat=1.8, standoff=0), TruceSide("CHN", keep=1, cheat=1.8, standoff=0)
>>> plan = renewal(us, cn, 0.1, false_alarm=0.1, detection=0.6, review_cost=0.01)
>>> plan.status, plan.best
('holds', 3.0)

**Terms** of a deal that move no trade by themselves: how it is watched, how often reviewed, for how long it is signed.

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
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from detente.checks import alarms, different, finite, inside, not_negative, positive, probability, two
from detente.errors import InputError
from detente.talks.standoff import annuity
from detente.types import plain
from detente.words import refusal, say, tell
from detente.words.shown import Shown

PEACE = "share of time at peace"
_said = cache(partial(say, "words/templates/Truce"))


@dataclass(frozen=True)
class TruceSide:
    """Payoffs of one side per period: keeping, cheating, stand-off; `tolerate` is what it gets by keeping while the
    other cheats.
    """

    name: str
    keep: float
    cheat: float
    standoff: float
    tolerate: float | None = None

    def __post_init__(self) -> None:
        for what in ("keep", "cheat", "standoff"):
            finite(getattr(self, what), f"{self.name}: payoff of {what}")
        if self.tolerate is not None:
            finite(self.tolerate, f"{self.name}: payoff of tolerate")

    @property
    def temptation(self) -> float:
        """What cheating wins per period: d − c."""
        return self.cheat - self.keep


# -- formulas ----------------------------------------------------------------------------------------------------------
def critical_discount(keep: float, cheat: float, standoff: float) -> float:
    """δ* of the grim trigger: 0 if there is nothing to win by cheating, infinite if the stand-off is no worse than the truce."""
    if cheat <= keep:
        return 0.0
    return math.inf if standoff >= keep else (cheat - keep) / (cheat - standoff)


def punishment_weight(discount: float, punishment: float) -> float:
    """x = 1 − δᵀ: how much of the future a punishment of T periods takes (1 if for good)."""
    return 1.0 if math.isinf(punishment) else -math.expm1(punishment * math.log(discount))


def deterrent(side: TruceSide, discount: float, false_alarm: float, detection: float, weight: float) -> float:
    """The right-hand side of the condition: what a side expects to lose by cheating once."""
    return (
        discount
        * (detection - false_alarm)
        * weight
        * (side.keep - side.standoff)
        / (1 - discount + discount * false_alarm * weight)
    )


def truce_value(side: TruceSide, discount: float, false_alarm: float, weight: float) -> float:
    """V: present value of a truce both keep, false alarms included."""
    return side.standoff / (1 - discount) + (side.keep - side.standoff) / (1 - discount + discount * false_alarm * weight)


def weight_needed(side: TruceSide, discount: float, false_alarm: float, detection: float) -> float:
    """The smallest x that deters; above 1 (or infinite) if no punishment does."""
    gain = side.temptation
    if gain <= 0:
        return 0.0
    room = (detection - false_alarm) * (side.keep - side.standoff) - gain * false_alarm
    return math.inf if room <= 0 else gain * (1 - discount) / (discount * room)


def shortest_punishment(
    side: TruceSide, discount: float, false_alarm: float, detection: float, *, whole_periods: bool = True
) -> float:
    """The fewest periods of punishment that deter: 0 if none is needed, infinite if only for good, NaN if nothing does.

    A fraction of a period (`whole_periods=False`) is a lottery over two lengths.
    """
    need = weight_needed(side, discount, false_alarm, detection)
    if need <= 0:
        return 0.0
    if need >= 1:
        return math.inf if need <= 1 + 1e-12 else math.nan
    periods = math.log1p(-need) / math.log(discount)
    return float(math.ceil(periods - 1e-9)) if whole_periods else periods


def detection_needed(side: TruceSide, discount: float, false_alarm: float, weight: float) -> float:
    """The detection chance at which the condition just holds; above 1 if none does."""
    if side.temptation <= 0:
        return false_alarm
    loss = discount * weight * (side.keep - side.standoff)
    return math.inf if loss <= 0 else false_alarm + side.temptation * (1 - discount + discount * false_alarm * weight) / loss


# -- results -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Punishment:
    """Whether one side would carry out the punishment: values of punishing then peace, of tolerating for good, of
    forgiving at once.
    """

    name: str
    punish: float
    tolerate: float | None
    forgive: float
    verdict: str


@dataclass(frozen=True)
class Truce(Shown):
    """Whether a truce holds, what it is worth and how long it lasts.

    Per side: `critical` δ*, `temptation` d − c, `deterrence` (what cheating once costs), `worth` V, `holds`. `status` is
    "holds", "does not hold", "nothing to enforce" (nobody gains by cheating) or "stand-off preferred".
    """

    sides: tuple[TruceSide, TruceSide]
    discount: tuple[float, float]
    false_alarm: float
    detection: float
    punishment: float
    chosen: str
    status: str
    critical: tuple[float, float]
    temptation: tuple[float, float]
    deterrence: tuple[float, float]
    holds: tuple[bool, bool]
    worth: tuple[float, float]
    share_at_peace: float
    """In the long run, if both keep it."""
    life: float
    """Mean reviews until the first breakdown: 1/p₀ if kept, 1/p₁ if it does not hold and somebody cheats."""

    @property
    def weights(self) -> tuple[float, float]:
        """x = 1 − δᵀ on each side."""
        return punishment_weight(self.discount[0], self.punishment), punishment_weight(self.discount[1], self.punishment)

    def to_frame(self) -> pd.DataFrame:
        """One row a side."""
        needed = [
            detection_needed(s, d, self.false_alarm, x) for s, d, x in zip(self.sides, self.discount, self.weights, strict=True)
        ]
        return pd.DataFrame(
            {
                "discount factor": self.discount,
                "critical discount factor": self.critical,
                "temptation a period": self.temptation,
                tell(self, "cheating_once"): self.deterrence,
                "keeps": self.holds,
                tell(self, "worth"): self.worth,
                "detection needed": needed,
            },
            index=pd.Index([s.name for s in self.sides], name="side"),
        )

    def transparency(self, detection: Sequence[float] | None = None, false_alarm: Sequence[float] | None = None) -> pd.DataFrame:
        """What better monitoring buys: each level with the shortest punishment that deters there, against today's detection.

        Punishments may be fractions of a period here. Levels pair up; a missing one stays as it is. Without arguments:
        detection from now to 1 in steps of a tenth of the way.
        """
        if detection is None and false_alarm is None:
            detection = [self.detection + k * (1 - self.detection) / 10 for k in range(11)]
        found = list(detection) if detection is not None else [self.detection] * len(false_alarm or [])
        alarms = list(false_alarm) if false_alarm is not None else [self.false_alarm] * len(found)
        if len(found) != len(alarms):
            raise InputError(refusal("talks", "detections_and_false_alarms", count=len(found), count_2=len(alarms)))
        base = truce(*self.sides, self.discount, false_alarm=self.false_alarm, detection=self.detection, whole_periods=False)
        rows = []
        for p1, p0 in zip(found, alarms, strict=True):
            t = truce(*self.sides, self.discount, false_alarm=p0, detection=p1, whole_periods=False)
            kept = t.status in ("holds", "nothing to enforce")
            row: dict[str, Any] = {
                "detection": p1,
                "false alarm": p0,
                "holds": kept,
                "punishment, periods": t.punishment if kept else math.nan,
            }
            row[PEACE] = t.share_at_peace if kept else 0.0
            for side, value, now in zip(self.sides, _kept_values(t), _kept_values(base), strict=True):
                row[f"value to {side.name}"], row[f"gain of {side.name}"] = value, value - now
            rows.append(row)
        return pd.DataFrame(rows)

    def credible(self) -> tuple[Punishment, ...]:
        """Whether each side would carry out its punishment rather than let itself be cheated (needs `tolerate`)."""
        made = []
        for s, d, x, v in zip(self.sides, self.discount, self.weights, self.worth, strict=True):
            punish = s.standoff * x / (1 - d) + (1 - x) * v
            if s.tolerate is None:
                made.append(Punishment(s.name, punish, None, v, _said("unknown")))
                continue
            bear = s.tolerate / (1 - d)
            if s.standoff >= s.tolerate:
                verdict = _said("carried_out")
            elif punish >= bear:
                verdict = _said("for_peace")
            else:
                verdict = _said("empty_threat")
            made.append(Punishment(s.name, punish, bear, v, verdict))
        return tuple(made)

    def record(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return plain(self) | {
            "credible": [plain(p) for p in self.credible()],
            "by_side": plain(self.to_frame().to_dict(orient="index")),
        }

    def explain(self) -> str:
        """The answer in plain words."""
        return tell(self, inf=math.inf, empty=[p.name for p in self.credible() if p.verdict.startswith("empty")])


def truce(
    first: TruceSide,
    second: TruceSide,
    discount: float | Sequence[float],
    *,
    false_alarm: float = 0.0,
    detection: float = 1.0,
    punishment: float | None = None,
    whole_periods: bool = True,
) -> Truce:
    """Whether a truce holds on both sides. `discount` per period, one number or one a side; `punishment` in periods.

    Without `punishment` the shortest that deters both sides is used (for good if none does), in whole periods unless told not to.
    """
    different(first.name, second.name)
    sides = (first, second)
    pair = two(discount, "discount factor")
    d = (inside(pair[0], "discount factor"), inside(pair[1], "discount factor"))
    p0, p1 = alarms(false_alarm, detection)
    chosen = "given"
    if punishment is None:
        need = [shortest_punishment(s, x, p0, p1, whole_periods=whole_periods) for s, x in zip(sides, d, strict=True)]
        fails = any(math.isnan(t) for t in need)
        punishment, chosen = (math.inf, _said("for_good")) if fails else (max(need), _said("shortest"))
    elif math.isnan(punishment) or punishment < 0:
        raise InputError(refusal("talks", "punishment_must_last_periods", punishment=punishment))
    x = [punishment_weight(q, punishment) for q in d]
    costs = [deterrent(s, q, p0, p1, w) for s, q, w in zip(sides, d, x, strict=True)]
    # the shortest punishment makes the condition bind: leave room for rounding
    ok = [s.temptation <= c + 1e-12 * max(1.0, abs(c)) for s, c in zip(sides, costs, strict=True)]
    if any(s.standoff >= s.keep for s in sides) and not all(s.temptation <= 0 for s in sides):
        status = "stand-off preferred" if not all(ok) else "holds"
    elif all(s.temptation <= 0 for s in sides):
        status = "nothing to enforce"
    else:
        status = "holds" if all(ok) else "does not hold"
    alarm = p0 if all(ok) else p1
    share = 1.0 if p0 == 0 or punishment == 0 else 0.0 if math.isinf(punishment) else 1 / (1 + p0 * punishment)
    values = [truce_value(s, q, p0, w) for s, q, w in zip(sides, d, x, strict=True)]
    critical = [critical_discount(s.keep, s.cheat, s.standoff) for s in sides]
    return Truce(
        sides, d, p0, p1, float(punishment), chosen, status, (critical[0], critical[1]), (first.temptation, second.temptation),
        (costs[0], costs[1]), (ok[0], ok[1]), (values[0], values[1]), share, math.inf if alarm == 0 else 1 / alarm,
    )  # fmt: skip


def _kept_values(t: Truce) -> tuple[float, float]:
    """V where the truce holds, the stand-off for good where it does not."""
    if t.status in ("holds", "nothing to enforce"):
        return t.worth
    a, b = (s.standoff / (1 - d) for s, d in zip(t.sides, t.discount, strict=True))
    return a, b


# -- renewal -----------------------------------------------------------------------------------------------------------
GRID = tuple(m / 12 for m in (1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 60))


@dataclass(frozen=True, eq=False)
class Renewal(Shown):
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
            peace=float(self.table[PEACE].iloc[at]),
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
        raise InputError(refusal("talks", "punishment_must_last_years", punishment_years=punishment_years))
    if not len(periods):
        raise InputError(refusal("talks", "give_at_least_one"))
    rows = [
        _row(positive(p, "renewal period"), sides, r, k, p0, p1, punishment_years, evidence_years) for p in sorted(set(periods))
    ]
    table = pd.DataFrame(rows).set_index("period, years")
    good = table[table["holds"]]
    best = None
    if len(good):
        gains = [np.maximum(good[f"flow to {s.name}"].to_numpy() - s.standoff, 0.0) for s in sides]
        product, peace = gains[0] * gains[1], good[PEACE].to_numpy()
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
        PEACE: share if holds else 0.0,
        say("words/templates/Renewal", "first_alarm"): math.inf if p0 == 0 else period / p0,
    }
    for s, r, q, w, c, k in zip(sides, rates, d, x, cost, costs, strict=True):
        kept = s.standoff + (s.keep - s.standoff) * (1 - q) / (1 - q + q * p0 * w) - k * r * q / (1 - q)
        row[f"flow to {s.name}"] = kept if holds else s.standoff
        row[f"slack of {s.name}"] = c - s.temptation
    return row


# -- terms -------------------------------------------------------------------------------------------------------------
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
    short = c * annuity(r, positive(short_years, "short truce"))

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
        raise InputError(refusal("talks", "give_at_least_one_too"))
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
