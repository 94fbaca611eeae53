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
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from detente.checks import alarms, different, finite, inside, two
from detente.errors import InputError
from detente.types import plain
from detente.words import tell


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
class Truce:
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
                "cost of cheating once": self.deterrence,
                "keeps": self.holds,
                "value of the truce": self.worth,
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
            raise InputError(f"{len(found)} levels of detection and {len(alarms)} of false alarms do not pair up")
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
            row["share of time at peace"] = t.share_at_peace if kept else 0.0
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
                made.append(Punishment(s.name, punish, None, v, "unknown: give what it gets when it alone keeps the truce"))
                continue
            bear = s.tolerate / (1 - d)
            if s.standoff >= s.tolerate:
                verdict = "carried out: the stand-off is better than being cheated even for one period"
            elif punish >= bear:
                verdict = "carried out, but only because peace follows"
            else:
                verdict = "empty: being cheated is better than punishing"
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
        punishment, chosen = (
            (math.inf, "for good: nothing shorter deters") if fails else (max(need), "the shortest that deters both")
        )
    elif math.isnan(punishment) or punishment < 0:
        raise InputError(f"punishment must last 0 periods or more, not {punishment}")
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
