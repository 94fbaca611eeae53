"""Reputation: who gives way when either side may be one that never does.

**Division of a pie** (Abreu and Gul 2000). Side i demands a[i], a₁ + a₂ > 1, and is obstinate with prior z[i]. The other sides
give way at rates that keep each other indifferent; who would be found out later must give way at once with some chance:

    h[i] = r[j] (1 − a[i]) / (a₁ + a₂ − 1),   T[i] = −ln z[i] / h[i],   T⁰ = min T
    F[i](0) = 1 − z[i] e^{h[i] T⁰}        (above zero only for the side with the larger T)

After T⁰ only obstinate sides are left. Payoffs: u[i] = F[j](0) a[i] + (1 − F[j](0)) (1 − a[j]).

**Any stand-off** (`stubborn_standoff`): the same with the hazards of `standoff.py`, whose payoffs may be anything, and talks that
collapse at a rate χ. The hazards still follow the other's costs, but the first move does not: the side whose own rate is slower
needs longer to be believed, so it is the one that gives way at once. As a rule that is the side hurt more.

>>> r = reputation((0.6, 0.55), (0.05, 0.08), (0.1, 0.05))
>>> [round(x, 5) for x in r.hazards], [round(x, 3) for x in r.exhausted], round(r.at_once[1], 4), [round(x, 7) for x in r.payoffs]
([0.21333, 0.15], [10.793, 19.972], 0.7476, [0.5621395, 0.4])
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from detente.checks import inside, positive
from detente.errors import InputError
from detente.talks.standoff import BOTH, FIRST, NAN, NEITHER, NO_CONTEST, STANDS, UNKNOWN, End, Stakes, Standoff, fading, standoff
from detente.types import plain
from detente.words import refusal, say, tell
from detente.words.shown import Shown


@dataclass(frozen=True)
class Reputation(Shown):
    """Who gives way when obstinacy is possible. Times in years, rates a year.

    `status`: "contest"; "compatible" if the demands leave something over (agreement at once, nobody gives way); or the status
    of a stand-off in which the hazards do not exist. `at_once` is the chance that (first, second) gives way at time 0, `blink`
    that it gives way at all, `both` that both do at the same moment, `collapse` that talks collapse, `deadlock` that sides
    are left which never move, with no end in sight. `risk` is the rate a year at which talks collapse.
    """

    status: str
    names: tuple[str, str]
    priors: tuple[float, float]
    hazards: tuple[float, float]
    exhausted: tuple[float, float]
    at_once: tuple[float, float]
    blink: tuple[float, float]
    collapse: float
    deadlock: float
    length: float
    payoffs: tuple[float, float]
    both: float = 0.0
    risk: float = 0.0

    @property
    def until(self) -> float:
        """T⁰: after this only obstinate sides are left."""
        return min(self.exhausted)

    @property
    def likelier(self) -> str | None:
        """The side more likely to give way in the end; None if even or unknown."""
        a, b = self.blink
        return None if math.isnan(a) or abs(a - b) < 1e-12 else self.names[int(b > a)]

    def given_way_by(self, time: float) -> tuple[float, float]:
        """F(t): how likely each side is to have given way by `time` if the other has not and talks have not collapsed."""
        if self.status != "contest" or time < 0:
            return (NAN, NAN)
        t = min(time, self.until)
        a, b = (1 - (1 - at) * math.exp(-h * t) for at, h in zip(self.at_once, self.hazards, strict=True))
        return a, b

    def by(self, years: float) -> End:
        """How it has ended by a moment (years from now; `math.inf` for the end); unknown where nothing is said of who moves."""
        if years < 0:
            return STANDS
        if math.isnan(self.blink[0]):
            return UNKNOWN
        if self.status != "contest":  # whoever moves, moves at once
            rest = 1 - sum(self.blink) - self.both
            after = fading((0.0, 0.0, self.risk), years)
            return End(*self.blink, self.both, rest * after.collapse, rest * after.standing)
        stay = (1 - self.at_once[0]) * (1 - self.at_once[1])
        busy = fading((*self.hazards, self.risk), min(years, self.until))
        stubborn = stay * busy.standing
        left = fading((0.0, 0.0, self.risk), max(years - self.until, 0.0))
        return End(
            self.at_once[0] + stay * busy.first,
            self.at_once[1] + stay * busy.second,
            0.0,
            stay * busy.collapse + stubborn * left.collapse,
            stubborn * left.standing,
        )

    def to_frame(self) -> pd.DataFrame:
        """One row a side."""
        return pd.DataFrame(
            {
                "obstinate, prior": self.priors,
                tell(self, "hazard"): self.hazards,
                tell(self, "believed"): self.exhausted,
                tell(self, "at_once"): self.at_once,
                "P(gives way)": self.blink,
                "payoff": self.payoffs,
            },
            index=pd.Index(self.names, name="side"),
        )

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self) | {"until": plain(self.until), "likelier": self.likelier}

    def explain(self) -> str:
        """The answer in plain words."""
        return tell(self)


def reputation(
    demands: Sequence[float], rates: Sequence[float], priors: Sequence[float], names: Sequence[str] = ("first", "second")
) -> Reputation:
    """Abreu and Gul's war of attrition over a pie of 1: demands a, discount rates r a year, prior chances z of being
    obstinate.
    """
    if not len(demands) == len(rates) == len(priors) == len(names) == 2 or names[0] == names[1]:
        raise InputError(refusal("talks", "need_two_demands_rates"))
    a = [inside(x, "demand") for x in demands]
    r = [positive(x, "discount rate") for x in rates]
    z = (inside(priors[0], "prior"), inside(priors[1], "prior"))
    who = (str(names[0]), str(names[1]))
    excess = a[0] + a[1] - 1
    if excess <= 1e-12:
        nobody = (0.0, 0.0)
        spare = -excess / 2
        return Reputation(
            "compatible", who, z, nobody, (math.inf, math.inf), nobody, nobody, 0.0, 0.0, 0.0, (a[0] + spare, a[1] + spare)
        )
    hazards = (r[1] * (1 - a[0]) / excess, r[0] * (1 - a[1]) / excess)
    return _contest(who, hazards, z, 0.0, (a[0], a[1]), (1 - a[1], 1 - a[0]))


def stubborn_standoff(first: Stakes, second: Stakes, priors: Sequence[float], collapse_risk: float = 0.0) -> Reputation:
    """A stand-off with any payoffs in which side i is obstinate with prior z[i] and talks collapse at rate `collapse_risk`."""
    plain_case = standoff(first, second, collapse_risk)
    if len(priors) != 2:
        raise InputError("need two priors")
    z = (inside(priors[0], "prior"), inside(priors[1], "prior"))
    who = (first.name, second.name)
    if plain_case.hazards is None or min(plain_case.hazards) <= 0:
        return _settled(plain_case, who, z)
    return _contest(who, plain_case.hazards, z, collapse_risk, (first.win, second.win), (first.lose, second.lose))


def _settled(plain: Standoff, who: tuple[str, str], z: tuple[float, float]) -> Reputation:
    """A stand-off without hazards, when a side that would move may be one that never does.

    The other then sees that it never will, and gives way too if waiting costs it anything; else only collapse is left.
    """
    none, risk = (NAN, NAN), plain.collapse_risk
    if plain.hazards is not None:
        return Reputation(
            say("words/templates/Reputation", "nothing_lost"), who, z, none, none, none, none, NAN, NAN, NAN, none, risk=risk
        )
    if plain.status == NO_CONTEST:
        return Reputation(plain.status, who, z, none, none, none, none, NAN, NAN, NAN, none, risk=risk)
    both, ends = 0.0, [0.0, 0.0]
    if plain.status == BOTH:
        both = (1 - z[0]) * (1 - z[1])
        ends = [(1 - z[0]) * z[1], z[0] * (1 - z[1])]
    elif plain.status != NEITHER:
        weak = 0 if plain.status == FIRST else 1
        ends[weak] = 1 - z[weak]
        if plain.sides[1 - weak].cost_of_waiting(risk) > 0:
            ends[1 - weak] = z[weak] * (1 - z[1 - weak])
    left = 1 - both - sum(ends)
    now = (ends[0], ends[1])
    length = left / risk if risk > 0 else math.inf if left > 0 else 0.0
    return Reputation(
        plain.status, who, z, none, none, now, now, left if risk > 0 else 0.0, 0.0 if risk > 0 else left, length, none,
        both=both, risk=risk,
    )  # fmt: skip


def _contest(
    names: tuple[str, str],
    h: tuple[float, float],
    z: tuple[float, float],
    risk: float,
    win: tuple[float, float],
    lose: tuple[float, float],
) -> Reputation:
    exhausted = (-math.log(z[0]) / h[0], -math.log(z[1]) / h[1])
    until = min(exhausted)
    even = abs(exhausted[0] - exhausted[1]) <= 1e-12 * until
    now = [0.0 if even or exhausted[i] == until else -math.expm1(math.log(z[i]) + h[i] * until) for i in range(2)]
    stay = (1 - now[0]) * (1 - now[1])  # at most one of them is above zero
    total = h[0] + h[1] + risk
    busy = stay * -math.expm1(-total * until) / total
    left = stay * math.exp(-total * until)
    blink = (now[0] + h[0] * busy, now[1] + h[1] * busy)
    collapse = risk * busy + (left if risk > 0 else 0.0)
    deadlock = 0.0 if risk > 0 else left
    length = busy + (left / risk if risk > 0 else math.inf)
    paid = tuple(now[1 - i] * win[i] + (1 - now[1 - i]) * lose[i] for i in range(2))
    return Reputation(
        "contest", names, z, h, exhausted, (now[0], now[1]), blink, collapse, deadlock, length, (paid[0], paid[1]), risk=risk
    )
