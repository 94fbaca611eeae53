"""A stand-off with a deadline: an uncertain date towards which concessions crowd, or a fixed date with a last-minute choice.

**Uncertain date.** Talks collapse at a rate χ(t) that does not fall. The hazards of `standoff.py` hold with χ(t) in place of χ,
so they rise with it. `UncertainDate` makes χ(t) from a logistic date: χ(t) = χ₀ + (1/s)/(1 + e^{−(t−T)/s}), T the likely date,
s its spread. A side whose cost of waiting is still below zero is quiet. Let t[i] be the moment from which waiting costs i.
Both are quiet until the later of the two; the side j whose cost starts later then gives way with a chance q that just pays the
other for having waited,

    q (V_W[i] − V_L[i]) e^{−∫(r+χ)} = ∫ from t[i] to t[j] of cost[i](s) e^{−∫(r+χ)} ds,

and the hazards take over. If that needs q > 1 the earlier side gives way at t[i]: it cannot sit it out.

**Fixed date T.** At T each side chooses once more: hold or give way. Both hold: collapse (D). Both give way: B, half-way
between V_W and V_L unless stated. Side j gives way with the chance that leaves i indifferent,

    q[j] = (V_L[i] − D[i]) / (V_L[i] − D[i] + V_W[i] − B[i]),

an atom of concession at the deadline, worth u[i] = q[j] B[i] + (1 − q[j]) V_L[i] > V_L[i] to i: giving way just before is
worse, so it is quiet before the deadline for as long as i is ready to pay for the wait,

    w[i] = ln( (u[i] − m[i]) / (V_L[i] − m[i]) ) / (r[i] + χ),   m[i] = (f[i] + χ D[i]) / (r[i] + χ),

without limit if m[i] ≥ V_L[i].

If T is further off than one side's w, that side cannot sit it out and gives way at once. A side that prefers collapse to
giving way holds, and the other then gives way at T if it fears collapse. What follows a missed deadline may be something else
than a collapse (`after`): its value then stands for D at the deadline. Source: Hendricks, Weiss and Wilson (1988); the
logistic date is ours.

>>> from detente.talks.standoff import Stakes
>>> us = Stakes("USA", rate=0.05, flow=-1.5, win=6, lose=-8, collapse=-50)
>>> cn = Stakes("CHN", rate=0.06, flow=-1.2, win=0.2 / 0.06, lose=-0.5 / 0.06, collapse=-50)
>>> d = fixed_deadline(us, cn, when=24 / 365.25)
>>> d.status, [round(x, 3) for x in (*d.blink, d.both, d.collapse)]
('quiet, then a choice at the deadline', [0.125, 0.105, 0.752, 0.018])

**A fixed date that may be prolonged.** If both hold when it passes, talks collapse with some chance and else go on as before.
With chance β (the deadline's bite) a missed deadline ends talks; else the stand-off goes on without a date and is worth C[i] to
side i: V_L[i] in the steady mixed equilibrium, where waiting is worth giving way, and what the outcome pays where one side moves
at once. So a missed deadline is worth

    M[i] = β D[i] + (1 − β) C[i],

which takes the place of D[i] in the last-minute choice. β = 1 is the plain fixed deadline, β = 0 none at all.
Source: the choice is Hendricks, Weiss and Wilson's (1988); the bite is ours.

>>> p = prolonged_deadline(us, cn, when=24 / 365.25, bite=0.5)
>>> [round(x, 3) for x in p.by(30 / 365.25)]
[0.195, 0.164, 0.586, 0.027, 0.027]
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from detente.checks import not_negative, positive, probability
from detente.errors import InputError
from detente.talks.standoff import FIRST, MIXED, NAN, NEITHER, SECOND, STANDS, UNKNOWN, End, Stakes, Standoff, standoff
from detente.types import Array, plain
from detente.words import DAYS_A_YEAR, refusal, say, tell
from detente.words.shown import Shown

_said = cache(partial(say, "words/templates/TimedStandoff"))
STEPS, PATH = 20_001, 401
OVER = 40.0
"""Integrated hazard after which the chance that the stand-off still goes on (e^−40) is left out."""


@dataclass(frozen=True)
class UncertainDate:
    """A collapse date spread around `when` (years from now) with logistic spread `spread`, on top of a steady risk."""

    when: float
    spread: float
    background: float = 0.0

    def __post_init__(self) -> None:
        not_negative(self.when, "date")
        positive(self.spread, "spread")
        not_negative(self.background, "background risk")

    def __call__(self, t: Array) -> Array:
        """χ at times t, a year."""
        z = np.clip((np.asarray(t, dtype=np.float64) - self.when) / self.spread, -700, 700)
        return np.asarray(self.background + 1.0 / self.spread / (1.0 + np.exp(-z)))

    @property
    def horizon(self) -> float:
        """A time after which next to nothing is left to happen."""
        return self.when + 40 * self.spread


@dataclass(frozen=True, eq=False)
class TimedStandoff(Shown):
    """A stand-off with a deadline. `blink`, `both` (give way together at the deadline), `collapse`, `open` sum to one.

    `open` is what is still undecided at the end of the horizon. `atom` is the chance that (first, second) gives way at `atom_at`
    given that it comes to that, `jump` the same seen from today, with both together as a third. `missed` is the part of
    `collapse` in which the deadline passes with both holding. `path` holds, on a grid of times: collapse risk, hazards,
    survival of the stand-off.
    """

    sides: tuple[Stakes, Stakes]
    deadline: str
    when: float
    status: str
    blink: tuple[float, float]
    both: float
    collapse: float
    open: float
    length: float
    quiet_from: float
    quiet_until: float
    atom: tuple[float, float]
    atom_at: float
    path: dict[str, Array] = field(repr=False)
    jump: tuple[float, float, float] = (0.0, 0.0, 0.0)
    missed: float = 0.0

    def by(self, years: float) -> End:
        """How it has ended by a moment (years from now; `math.inf` for the end); unknown where nothing is said of who moves."""
        if math.isnan(self.blink[0]):
            return UNKNOWN
        if years < 0:
            return STANDS
        time, standing, flows = self._paths
        if years >= time[-1]:
            return End(*self.blink, self.both, self.collapse, self.open)
        k = int(np.searchsorted(time, years, side="right")) - 1  # after a jump at `years`, if there is one
        step = time[k + 1] - time[k]
        w = 0.0 if step == 0 else (years - time[k]) / step
        left = float((1 - w) * standing[k] + w * standing[k + 1])
        a, b = (float((1 - w) * f[k] + w * f[k + 1]) for f in flows)
        jump = self.jump if years >= self.atom_at else (0.0, 0.0, 0.0)
        return End(a + jump[0], b + jump[1], jump[2], max(0.0, 1 - left - a - b - sum(jump)), left)

    @cached_property
    def _paths(self) -> tuple[Array, Array, tuple[Array, Array]]:
        """Times, chance to be standing, chances that each side has given way by its hazard."""
        time, standing = self.path["time"], self.path["survival"]
        step = np.diff(time)
        flows = []
        for k, key in enumerate(("first", "second")):
            density = self.path[key] * standing
            run = np.concatenate([[0.0], np.cumsum(step * (density[1:] + density[:-1]) / 2)])
            goal = self.blink[k] - self.jump[k]  # the exact integral; the path is a little coarse
            flows.append(run * (goal / run[-1]) if run[-1] > 0 else run)
        return time, standing, (flows[0], flows[1])

    @property
    def likelier(self) -> str | None:
        """The side more likely to give way alone; None if even or unknown."""
        a, b = self.blink
        return None if math.isnan(a) or abs(a - b) < 1e-12 else self.sides[int(b > a)].name

    def to_frame(self) -> pd.DataFrame:
        """One row a way it may end."""
        one, two = (s.name for s in self.sides)
        names = [f"{one} gives way", f"{two} gives way", tell(self, "together"), "collapse", "still open"]
        values = [*self.blink, self.both, self.collapse, self.open]
        return pd.DataFrame({"probability": values}, index=pd.Index(names, name="end"))

    def timeline(self) -> pd.DataFrame:
        """Time in years, collapse risk and hazards a year, chance that the stand-off still goes on."""
        one, two = (s.name for s in self.sides)
        p = self.path
        return pd.DataFrame(
            {
                "years": p["time"],
                "collapse risk, a year": p["risk"],
                f"hazard of {one}, a year": p["first"],
                f"hazard of {two}, a year": p["second"],
                "still going on": p["survival"],
                tell(self, "density"): (p["first"] + p["second"]) * p["survival"],
            }
        )

    def record(self) -> dict[str, Any]:
        """Everything but the path, ready for JSON; the path thinned to a hundred rows."""
        thin = self.timeline().iloc[:: max(1, len(self.path["time"]) // 100)]
        data = {k: v for k, v in plain(self).items() if k != "path"}
        return data | {"likelier": self.likelier, "timeline": plain(thin.to_dict(orient="records"))}

    def explain(self) -> str:
        """The answer in plain words."""
        return tell(self)


# -- fixed date --------------------------------------------------------------------------------------------------------
def fixed_deadline(
    first: Stakes,
    second: Stakes,
    when: float,
    collapse_risk: float = 0.0,
    both: tuple[float, float] | None = None,
    *,
    after: tuple[float, float] | None = None,
    steps: int = STEPS,
) -> TimedStandoff:
    """A stand-off that collapses for certain at `when` (years from now) unless somebody gives way by then.

    `both` is what each gets if both give way at the deadline, half-way between winning and losing if not given; `after` what a
    missed deadline is worth to each, the value of a collapse if not given. `steps` sets how finely the path is drawn.
    """
    end, risk = positive(when, "deadline"), not_negative(collapse_risk, "collapse risk")
    sides = _ordinary(first, second)
    split = both or ((first.win + first.lose) / 2, (second.win + second.lose) / 2)
    for s, b in zip(sides, split, strict=True):
        if not s.lose <= b < s.win:
            raise InputError(
                refusal("talks", "giving_way_together_must", name=s.name, lose=f"{s.lose:g}", win=f"{s.win:g}", b=f"{b:g}")
            )
    missed = after or (first.collapse, second.collapse)
    fears = [s.lose > m for s, m in zip(sides, missed, strict=True)]
    # what each side's giving way at the deadline must be likely to be for the other to be indifferent
    chances = [0.0, 0.0]
    at_deadline = [s.lose for s in sides]
    if all(fears):
        for i, s in enumerate(sides):
            q = (s.lose - missed[i]) / (s.lose - missed[i] + s.win - split[i])
            chances[1 - i] = q
            at_deadline[i] = q * split[i] + (1 - q) * s.lose
    elif any(fears):
        weak = fears.index(True)
        chances[weak] = 1.0
        at_deadline[1 - weak] = sides[1 - weak].win
    else:
        at_deadline = list(missed)
    patience = [_quiet(s, u, risk) for s, u in zip(sides, at_deadline, strict=True)]
    short = min(patience)
    start = 0.0
    if end > short * (1 + 1e-9):
        even = abs(patience[0] - patience[1]) <= 1e-9 * max(1.0, short)
        if not even or not all(fears):
            return _at_once(sides, "fixed date", end, patience.index(short), 0.0, _said("short_of_patience", years=short))
        start = end - short
    grid = np.unique(np.concatenate([np.linspace(0, start, steps // 2), np.linspace(start, end, steps // 2)]))
    costs = [s.cost_of_waiting(risk) / s.prize for s in sides]
    active = (grid < start).astype(np.float64)
    hazards = (costs[1] * active, costs[0] * active)
    run = sum(costs) + risk
    kept = np.exp(-run * np.minimum(grid, start) - risk * np.maximum(grid - start, 0.0))
    busy = _lasting(run, start)
    quiet = math.exp(-run * start) * _lasting(risk, end - start)
    reach = float(kept[-1])
    a, b = chances
    blink = (costs[1] * busy + reach * a * (1 - b), costs[0] * busy + reach * b * (1 - a))
    collapse = risk * (busy + quiet) + reach * (1 - a) * (1 - b)
    status = _said("quiet" if start == 0 else "steady_then_quiet")
    if not any(fears):
        status = _said("let_collapse")
    return TimedStandoff(
        sides, "fixed date", end, status, blink, reach * a * b, collapse, 0.0, busy + quiet, start, end, (a, b), end,
        {"time": grid, "risk": np.full_like(grid, risk), "first": hazards[0], "second": hazards[1], "survival": kept},
        (reach * a * (1 - b), reach * b * (1 - a), reach * a * b), reach * (1 - a) * (1 - b),
    )  # fmt: skip


def _lasting(rate: float, years: float) -> float:
    """Mean time until an event at this rate or the end of the interval."""
    return -math.expm1(-rate * years) / rate if rate > 0 else years


def _quiet(s: Stakes, at_deadline: float, risk: float) -> float:
    """How long a side is ready to wait quietly for what the deadline is worth to it."""
    middle = (s.flow + risk * s.collapse) / (s.rate + risk)
    if middle >= s.lose:
        return math.inf
    return max(0.0, math.log((at_deadline - middle) / (s.lose - middle)) / (s.rate + risk)) if at_deadline > s.lose else 0.0


# -- uncertain date ----------------------------------------------------------------------------------------------------
def uncertain_deadline(
    first: Stakes,
    second: Stakes,
    risk: UncertainDate | Callable[[Array], Array],
    horizon: float | None = None,
    *,
    steps: int = STEPS,
) -> TimedStandoff:
    """A stand-off whose collapse risk rises with time. `risk` maps times (years) to rates a year and must not fall.

    `horizon` in years is needed for a function of your own; what is undecided then is reported as open. `steps` sets how
    finely times are laid.
    """
    sides = _ordinary(first, second)
    if horizon is None:
        if not isinstance(risk, UncertainDate):
            raise InputError(refusal("talks", "risk_function_needs_horizon"))
        horizon = risk.horizon
    end = positive(horizon, "horizon")
    when = risk.when if isinstance(risk, UncertainDate) else end
    chi = _risk(risk, np.linspace(0.0, end, steps))
    if (np.diff(chi) < -1e-12 * max(float(chi.max()), 1.0)).any():
        raise InputError(refusal("talks", "collapse_risk_must"))

    def cost(i: int, t: float) -> float:
        return sides[i].cost_of_waiting(float(_risk(risk, np.array([t]))[0]))

    for i, s in enumerate(sides):
        if s.collapse > s.lose and cost(i, end) < 0:
            other = 1 - i
            why = _said("would_rather", name=s.name)
            if sides[other].collapse <= sides[other].lose and cost(other, end) > 0:
                return _at_once(sides, "uncertain date", when, other, _begins(partial(cost, other), end), why, risk)
            if all(x.collapse > x.lose and cost(k, 0.0) <= 0 for k, x in enumerate(sides)):
                return _neither(sides, when, end, risk, steps)
            return _unknown(sides, when, why)
    starts = [_begins(partial(cost, i), end) for i in range(2)]
    early, late = (0, 1) if starts[0] <= starts[1] else (1, 0)
    atom = 0.0
    if starts[early] < starts[late]:
        atom = _reward(sides[early], risk, starts[early], starts[late], steps) if math.isfinite(starts[late]) else math.inf
        if atom > 1:
            why = _said("costs_too_little", other=sides[late].name)
            return _at_once(sides, "uncertain date", when, early, starts[early], why, risk)
    begin = min(starts[late], end)

    # quiet: only collapse can end it
    quiet = np.linspace(0.0, begin, steps)
    quiet_risk = _risk(risk, quiet)
    quiet_left = np.exp(-_running(quiet_risk, quiet))
    reach = float(quiet_left[-1])
    lasted = float(_running(quiet_left, quiet)[-1])
    ended = [0.0, 0.0]
    ended[late] = reach * atom

    # then the hazards
    def rates_at(times: Array) -> tuple[Array, list[Array]]:
        chi = _risk(risk, times)
        return chi, [np.maximum(s.cost_of_waiting() + chi * (s.lose - s.collapse), 0.0) / s.prize for s in (second, first)]

    busy = np.linspace(begin, end, steps)
    for _ in range(3):  # a finer grid where things happen: leave out what comes after
        busy_risk, rates = rates_at(busy)
        over = int(np.searchsorted(_running(busy_risk + rates[0] + rates[1], busy), OVER))
        busy = np.linspace(begin, float(busy[min(over + 1, steps - 1)]), steps)
    busy_risk, rates = rates_at(busy)
    busy_left = reach * (1 - atom) * np.exp(-_running(busy_risk + rates[0] + rates[1], busy))
    for i in range(2):
        ended[i] += float(_running(rates[i] * busy_left, busy)[-1])
    lasted += float(_running(busy_left, busy)[-1])
    left = float(busy_left[-1])
    collapse = max(0.0, 1 - left - sum(ended))
    status = _said("crowd") if begin < end else NEITHER
    path = {
        "time": np.r_[quiet, busy],
        "risk": np.r_[quiet_risk, busy_risk],
        "first": np.r_[np.zeros(steps), rates[0]],
        "second": np.r_[np.zeros(steps), rates[1]],
        "survival": np.r_[quiet_left, busy_left],
    }
    return TimedStandoff(
        sides, "uncertain date", when, status, (ended[0], ended[1]), 0.0, collapse, left, lasted, 0.0, begin,
        (atom if late == 0 else 0.0, atom if late == 1 else 0.0), begin, path,
        (reach * atom if late == 0 else 0.0, reach * atom if late == 1 else 0.0, 0.0),
    )  # fmt: skip


# -- inside ------------------------------------------------------------------------------------------------------------
def _risk(risk: Callable[[Array], Array], times: Array) -> Array:
    values = np.asarray(risk(times), dtype=np.float64)
    if values.shape != times.shape or not np.isfinite(values).all() or (values < 0).any():
        raise InputError(refusal("talks", "collapse_risk_must_too"))
    return values


def _running(values: Array, times: Array) -> Array:
    """The integral from the first of evenly spaced times to each time (parabolas through three); zero if all times are one."""
    if not times[-1] > times[0]:
        return np.zeros_like(values)
    a, b, c = values[:-2], values[1:-1], values[2:]
    parts = np.append(5 * a + 8 * b - c, 5 * c[-1] + 8 * b[-1] - a[-1])
    return np.concatenate([[0.0], np.cumsum(parts)]) * ((times[-1] - times[0]) / (len(times) - 1) / 12)


def _ordinary(first: Stakes, second: Stakes) -> tuple[Stakes, Stakes]:
    standoff(first, second)  # names
    for s in (first, second):
        if s.prize <= 0:
            raise InputError(refusal("talks", "winning_must_be_worth", name=s.name, win=f"{s.win:g}", lose=f"{s.lose:g}"))
    return first, second


def _begins(cost: Callable[[float], float], end: float) -> float:
    """The first time a cost that does not fall is zero or above; infinite if it stays below."""
    if cost(0.0) >= 0:
        return 0.0
    return float(brentq(cost, 0.0, end, xtol=1e-14)) if cost(end) > 0 else math.inf


def _reward(side: Stakes, risk: Callable[[Array], Array], start: float, stop: float, steps: int) -> float:
    """The chance that the other gives way at `stop` which just pays `side` for having waited since `start`."""
    times = np.linspace(start, stop, steps)
    chi = _risk(risk, times)
    worth = np.exp(-_running(side.rate + chi, times))
    paid = _running(np.maximum(side.cost_of_waiting() + chi * (side.lose - side.collapse), 0.0) * worth, times)[-1]
    return float(paid / (worth[-1] * side.prize)) if worth[-1] > 0 else math.inf


def _at_once(
    sides: tuple[Stakes, Stakes],
    deadline: str,
    when: float,
    weak: int,
    at: float,
    why: str,
    risk: Callable[[Array], Array] | None = None,
) -> TimedStandoff:
    """One side gives way for certain at a time; only collapse may come before."""
    times = np.linspace(0.0, at, PATH if at > 0 else 1)
    chi = _risk(risk, times) if risk is not None else np.zeros_like(times)
    kept = np.exp(-_running(chi, times)) if at > 0 else np.ones(1)
    reach = float(kept[-1])
    lasted = float(_running(kept, times)[-1]) if at > 0 else 0.0
    day = None if at == 0 else round(at * DAYS_A_YEAR)
    status = _said("gives_way", name=sides[weak].name, day=day, why=why)
    blink = (reach, 0.0) if weak == 0 else (0.0, reach)
    return TimedStandoff(
        sides, deadline, when, status, blink, 0.0, 1 - reach, 0.0, lasted, 0.0, at, (0.0, 0.0), at,
        {"time": times, "risk": chi, "first": 0 * times, "second": 0 * times, "survival": kept}, (*blink, 0.0),
    )  # fmt: skip


def _neither(sides: tuple[Stakes, Stakes], when: float, end: float, risk: Callable[[Array], Array], steps: int) -> TimedStandoff:
    """Both would rather see talks collapse than give way, and waiting costs neither anything."""
    times = np.linspace(0.0, end, steps)
    chi = _risk(risk, times)
    kept = np.exp(-_running(chi, times))
    length, left = float(_running(kept, times)[-1]), float(kept[-1])
    return TimedStandoff(
        sides, "uncertain date", when, _said("let_collapse"), (0.0, 0.0), 0.0, 1 - left, left, length,
        0.0, end, (0.0, 0.0), end, {"time": times, "risk": chi, "first": 0 * times, "second": 0 * times, "survival": kept},
    )  # fmt: skip


def _unknown(sides: tuple[Stakes, Stakes], when: float, why: str) -> TimedStandoff:
    nothing = {k: np.zeros(0) for k in ("time", "risk", "first", "second", "survival")}
    return TimedStandoff(
        sides, "uncertain date", when, why, (NAN, NAN), NAN, NAN, NAN, NAN, 0.0, 0.0, (0.0, 0.0), 0.0, nothing
    )  # fmt: skip


# -- a deadline that may be prolonged ----------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class ProlongedStandoff:
    """A stand-off with a fixed date (`timed`) and what goes on if it passes without a collapse (`after`)."""

    timed: TimedStandoff
    after: Standoff
    bite: float

    @property
    def status(self) -> str:
        """How the stand-off up to the deadline runs."""
        return self.timed.status

    @property
    def goes_on(self) -> float:
        """The chance that the deadline passes with both holding and talks go on."""
        return (1 - self.bite) * self.timed.missed

    @property
    def length(self) -> float:
        """Mean length in years."""
        return self.timed.length + (self.goes_on * self.after.length if self.goes_on > 0 else 0.0)

    def by(self, years: float) -> End:
        """How it has ended by a moment (years from now; `math.inf` for in the end)."""
        end = self.timed.by(years)
        if years < self.timed.when or not end.known or self.goes_on == 0:
            return end
        later = self.after.by(years - self.timed.when)
        left = self.goes_on
        a, b, c, d, e = (x + left * y for x, y in zip(end, later, strict=True))
        return End(a, b, c, d - left, e)


def prolonged_deadline(
    first: Stakes, second: Stakes, when: float, collapse_risk: float = 0.0, bite: float = 1.0, *, steps: int = 201
) -> ProlongedStandoff:
    """A stand-off with a deadline `when` years from now that ends talks with chance `bite` if both hold.

    Raises `InputError` where a side has nothing to win by waiting: there is then no deadline to wait for.
    """
    share = probability(bite, "bite")
    later = standoff(first, second, collapse_risk)
    worth = _worth(later)
    missed = [share * s.collapse + (1 - share) * c for s, c in zip((first, second), worth, strict=True)]
    timed = fixed_deadline(first, second, when, collapse_risk, after=(missed[0], missed[1]), steps=steps)
    return ProlongedStandoff(timed, later, share)


def _worth(s: Standoff) -> tuple[float, float]:
    """What a stand-off without a date is worth to each side."""
    one, two = s.sides
    if s.status == MIXED:
        return one.lose, two.lose
    if s.status == FIRST:
        return one.lose, two.win
    if s.status == SECOND:
        return one.win, two.lose
    if s.status == NEITHER:
        a, b = ((x.flow + s.collapse_risk * x.collapse) / (x.rate + s.collapse_risk) for x in s.sides)
        return a, b
    raise InputError(refusal("talks", "deadline_needs_contest", status=s.status))
