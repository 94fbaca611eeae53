"""The stand-off: two sides wait for each other to give way while talks may collapse.

In the steady mixed equilibrium each side gives way at a rate that keeps the *other* indifferent between waiting and giving way:

    h[j] = ( r[i] V_L[i] − f[i] + χ (V_L[i] − D[i]) ) / ( V_W[i] − V_L[i] )
    P(i blinks) = h[i]/(h₁+h₂+χ),  P(collapse) = χ/(h₁+h₂+χ),  mean length 1/(h₁+h₂+χ)

The numerator is i's cost a year of waiting, the denominator what waiting may win. So each side's hazard is set by the other's
costs: the side that suffers *less* is the likelier to blink here, because the one that suffers more must be given hope to
stay. This is odd but correct for the steady equilibrium; when a side may be known to be stubborn the first move falls to
the weaker one (`reputation.py`). "One gives way at once, the other never" is also an equilibrium; the formula does not choose.

Where the formula does not apply a status says so: a side whose cost of waiting is below zero never gives way, and the other
then gives way at once. Sources: Maynard Smith (1974); Hendricks, Weiss and Wilson (1988).

>>> us = Stakes("USA", rate=0.05, flow=-1.5, win=6, lose=-8, collapse=-50)
>>> cn = Stakes("CHN", rate=0.06, flow=-1.2, win=0.2 / 0.06, lose=-0.5 / 0.06, collapse=-50)
>>> s = standoff(us, cn, 0.2)
>>> [round(x, 6) for x in s.hazards], [round(x, 4) for x in (*s.blink, s.collapse)], round(s.length, 3)
([0.774286, 0.678571], [0.4685, 0.4105, 0.121], 0.605)

**Stakes.** What each side of a stand-off has at stake, and how to read it off computed payoffs.

Everything is measured against a deal at once (flow 0). While the stand-off lasts a side gets the flow f a year; if the other
gives way it gets the value V_W, if it gives way itself V_L, if talks collapse D. Values are present values: a flow v
that lasts L years is worth v·(1 − e^{−rL})/r, and v/r if it lasts for good.

    f   = stand-off payoff − deal payoff          (a year)
    V_W = annuity · (payoff when the other eases − deal payoff),   V_L, D alike

Payoffs a year come from a table of packages (percent of a year's real income, say).

>>> usa = stakes_from_flows("USA", rate=0.05, deal=0.1, standoff=-1.4, win=0.4, lose=-0.3, collapse=-2.4)
>>> [round(x, 6) for x in (usa.flow, usa.win, usa.lose, usa.collapse)]
[-1.5, 6.0, -8.0, -50.0]

**Ends.** How a stand-off has ended by some moment: who has given way, whether talks have collapsed, or whether it still stands.

Every model of a stand-off in this room (`standoff`, `reputation`, `deadlines`) can say `by(years)`; the five numbers add up to 1.

>>> e = End(0.25, 0.5, 0.0, 0.125, 0.125)
>>> e.total(), e.shared()
(1.0, End(first=0.25, second=0.5, both=0.0, collapse=0.125, standing=0.125))
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, get_args

import pandas as pd

from detente.checks import different, finite, not_negative, positive
from detente.errors import InputError
from detente.types import plain
from detente.words import DAYS_A_YEAR, refusal, say, tell
from detente.words.shown import Shown

# -- stakes ------------------------------------------------------------------------------------------------------------
QUANTITIES = {key: say("words/templates/Stakes", key) for key in ("flow", "win", "lose", "collapse", "rate")}
"""Each number of a side's stakes in words."""


@dataclass(frozen=True)
class Stakes:
    """One side's stakes. Flows a year, values as present values, both against a deal at once; `rate` a year.

    `million_usd` is what one payoff unit a year is worth in million USD (1 % of income: income/100); None if not known.
    """

    name: str
    rate: float
    flow: float
    win: float
    lose: float
    collapse: float
    million_usd: float | None = None

    def __post_init__(self) -> None:
        positive(self.rate, f"{self.name}: discount rate")
        for key in ("flow", "win", "lose", "collapse"):
            finite(getattr(self, key), f"{self.name}: {QUANTITIES[key]}")
        if self.million_usd is not None:
            positive(self.million_usd, f"{self.name}: million USD a unit")

    @property
    def prize(self) -> float:
        """What it is worth that the other gives way rather than oneself: V_W − V_L."""
        return self.win - self.lose

    def cost_of_waiting(self, collapse_risk: float = 0.0) -> float:
        """Cost a year of waiting instead of giving way: r V_L − f + χ (V_L − D). Below zero, waiting pays by itself."""
        return self.rate * self.lose - self.flow + collapse_risk * (self.lose - self.collapse)

    def with_(self, **changes: float) -> Stakes:
        """A changed copy."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self)


def annuity(rate: float, years: float = math.inf) -> float:
    """What one unit a year for so many years is worth today."""
    r = positive(rate, "discount rate")
    if not years > 0:
        raise InputError(refusal("talks", "years_must_be_above", years=years))
    return -math.expm1(-r * years) / r


def stakes_from_flows(
    name: str,
    rate: float,
    *,
    deal: float,
    standoff: float,
    win: float,
    lose: float,
    collapse: float,
    settlement_years: float = math.inf,
    collapse_years: float = math.inf,
    million_usd: float | None = None,
) -> Stakes:
    """Stakes from five payoffs a year: with a deal, during the stand-off, when the other eases, when one eases alone, after a
    collapse.

    `settlement_years` is how long who gave way matters, `collapse_years` how long a collapse lasts before talks resume.
    """
    long, broken = annuity(rate, settlement_years), annuity(rate, collapse_years)
    return Stakes(name, rate, standoff - deal, long * (win - deal), long * (lose - deal), broken * (collapse - deal), million_usd)


def stakes_from_table(
    parties: Sequence[str],
    rates: Sequence[float],
    payoff: Mapping[tuple[str, str], tuple[float, float]],
    *,
    ease: str = "ease",
    hold: str = "hold",
    escalate: str = "escalate",
    standoff: tuple[str, str] | None = None,
    early: Mapping[tuple[str, str], tuple[float, float]] | None = None,
    settlement_years: float = math.inf,
    collapse_years: float = math.inf,
    million_usd: Sequence[float | None] = (None, None),
) -> tuple[Stakes, Stakes]:
    """Stakes of both sides from a table (stance of the first, stance of the second) → payoffs a year.

    Deal: both ease. Stand-off: both hold (or the cell `standoff`). Winning: hold while the other eases. Collapse: both escalate.
    `early` is the same table over the first months alone: while it lasts, a stand-off pays its difference from a deal there.
    """
    cells = {
        "deal": (ease, ease),
        "standoff": standoff or (hold, hold),
        "first wins": (hold, ease),
        "second wins": (ease, hold),
        "collapse": (escalate, escalate),
    }
    for what, cell in cells.items():
        if cell not in payoff:
            raise InputError(refusal("talks", "table_has", cell=cell, what=what, payoff=sorted(payoff)[:9]))
    if len(parties) != 2 or len(rates) != 2 or len(million_usd) != 2:
        raise InputError(refusal("talks", "need_two_parties_rates"))
    made = []
    for i in range(2):
        own, other = ("first wins", "second wins") if i == 0 else ("second wins", "first wins")
        at = {what: float(payoff[cell][i]) for what, cell in cells.items()}
        if early is not None:
            at["standoff"] = at["deal"] + float(early[cells["standoff"]][i] - early[cells["deal"]][i])
        made.append(
            stakes_from_flows(
                parties[i],
                rates[i],
                deal=at["deal"],
                standoff=at["standoff"],
                win=at[own],
                lose=at[other],
                collapse=at["collapse"],
                settlement_years=settlement_years,
                collapse_years=collapse_years,
                million_usd=million_usd[i],
            )
        )
    return made[0], made[1]


# -- ends --------------------------------------------------------------------------------------------------------------
NAN = float("nan")


class End(NamedTuple):
    """Probabilities that by a moment the first side alone, the second alone or both together have given way, that talks have
    collapsed, that the stand-off still stands.
    """

    first: float
    second: float
    both: float
    collapse: float
    standing: float

    @property
    def known(self) -> bool:
        """Whether the model gives odds at all."""
        return not any(map(math.isnan, self))

    def total(self) -> float:
        """The sum, 1 for a model that gives odds."""
        return float(sum(self))

    def shared(self) -> End:
        """The same with what both give way together counted half to each."""
        return End(self.first + self.both / 2, self.second + self.both / 2, 0.0, self.collapse, self.standing)

    def mixed(self, other: End, weight: float) -> End:
        """This end, with `weight` of it replaced by `other` (both add up to 1)."""
        return End(*((1 - weight) * a + weight * b for a, b in zip(self, other, strict=True)))


STANDS = End(0.0, 0.0, 0.0, 0.0, 1.0)
UNKNOWN = End(NAN, NAN, NAN, NAN, NAN)


def fading(rates: tuple[float, float, float], years: float) -> End:
    """Ends by a moment when giving way (first, second) and collapse come at steady rates a year."""
    total = sum(rates)
    if total == 0 or years <= 0:
        return STANDS
    gone = 1.0 if math.isinf(years) else -math.expm1(-total * years)
    a, b, c = (r / total * gone for r in rates)
    return End(a, b, 0.0, c, 1.0 - gone)


# -- stand-off ---------------------------------------------------------------------------------------------------------
Status = Literal[
    "mixed", "first gives way at once", "second gives way at once", "both give way at once", "neither gives way", "no contest"
]
_NOTES = "words/templates/BreakEven"
MIXED, FIRST, SECOND, BOTH, NEITHER, NO_CONTEST = get_args(Status)


@dataclass(frozen=True)
class BreakEven:
    """The value of one number at which both sides would be equally likely to blink; None if no possible value does it."""

    side: str
    quantity: str
    value: float
    break_even: float | None
    note: str

    @property
    def change(self) -> float | None:
        """Break-even less the value now."""
        return None if self.break_even is None else self.break_even - self.value


@dataclass(frozen=True)
class Standoff(Shown):
    """Who gives way, how soon, and what waiting costs. Times in years; probabilities sum to one with `stalemate`.

    `hazards` are rates of giving way a year, (first, second), None unless `status` is "mixed". `blink` is NaN where the
    model does not say who moves first.
    """

    sides: tuple[Stakes, Stakes]
    collapse_risk: float
    status: Status
    hazards: tuple[float, float] | None
    blink: tuple[float, float]
    collapse: float
    stalemate: float
    length: float

    # -- what follows ------------------------------------------------------------------------------------------------
    @property
    def likelier(self) -> str | None:
        """The side more likely to give way; None if even or unknown."""
        a, b = self.blink
        return None if math.isnan(a) or abs(a - b) < 1e-12 else self.sides[int(b > a)].name

    def by(self, years: float) -> End:
        """How it has ended by a moment (years from now; `math.inf` for the end); unknown where nothing is said of who moves."""
        if years < 0:
            return STANDS
        if self.status == "mixed" and self.hazards is not None:
            return fading((*self.hazards, self.collapse_risk), years)
        if self.status == "neither gives way":
            return fading((0.0, 0.0, self.collapse_risk), years)
        if self.status == BOTH:
            return End(0.0, 0.0, 1.0, 0.0, 0.0)
        if math.isnan(self.blink[0]):
            return UNKNOWN
        return End(*self.blink, 0.0, 0.0, 0.0)

    def costs(self) -> pd.DataFrame:
        """What a day of stand-off costs each side, and what the whole is expected to cost, in payoff units and million USD.

        Flow: against a deal at once. Collapse: the risk of it, valued against giving way. Whole: flow times mean length.
        """
        rows = []
        for s in self.sides:
            flow = -s.flow / DAYS_A_YEAR
            risk = self.collapse_risk * (s.lose - s.collapse) / DAYS_A_YEAR
            whole = -s.flow * self.length if self.length > 0 else 0.0
            money = NAN if s.million_usd is None else s.million_usd
            rows.append(
                {
                    "flow cost a day": flow,
                    "collapse risk a day": risk,
                    tell(self, "waiting_a_day"): s.cost_of_waiting(self.collapse_risk) / DAYS_A_YEAR,
                    "expected flow cost": whole,
                    tell(self, "flow_usd"): flow * money,
                    tell(self, "whole_usd"): whole * money,
                }
            )
        return pd.DataFrame(rows, index=pd.Index([s.name for s in self.sides], name="side"))

    def break_evens(self) -> tuple[BreakEven, ...]:
        """For each number alone: the value at which h₁ = h₂, so that the likelier blinker flips. Only where `status` is
        "mixed".
        """
        if self.hazards is None:
            return ()
        found = []
        for i, side in enumerate(self.sides):
            target = self.hazards[i]  # the other's hazard depends on side i's numbers; it must come to equal i's own
            for key in QUANTITIES:
                now = getattr(side, key)
                value = _solve(side, key, target, self.collapse_risk)
                found.append(self._check(side.name, key, now, value, i))
        found.append(self._check("both", "collapse risk (a year)", self.collapse_risk, self._collapse_break_even(), None))
        return tuple(found)

    def _collapse_break_even(self) -> float | None:
        one, two = self.sides
        # cost₂(χ)/prize₂ = cost₁(χ)/prize₁, both linear in χ
        slope = (two.lose - two.collapse) / two.prize - (one.lose - one.collapse) / one.prize
        gap = one.cost_of_waiting() / one.prize - two.cost_of_waiting() / two.prize
        return None if abs(slope) < 1e-14 else gap / slope

    def _check(self, name: str, key: str, now: float, value: float | None, side: int | None) -> BreakEven:
        label = QUANTITIES.get(key, key)
        if value is None:
            return BreakEven(name, label, now, None, say(_NOTES, "no_matter"))
        try:
            if side is None:
                trial = standoff(*self.sides, value)
            else:
                changed = self.sides[side].with_(**{key: value})
                trial = standoff(*((changed, self.sides[1]) if side == 0 else (self.sides[0], changed)), self.collapse_risk)
        except InputError:
            return BreakEven(name, label, now, None, say(_NOTES, "impossible", value=value))
        if trial.hazards is None or abs(trial.hazards[0] - trial.hazards[1]) > 1e-7 * max(trial.hazards):
            return BreakEven(name, label, now, None, say(_NOTES, "otherwise", value=value, status=trial.status))
        return BreakEven(name, label, now, value, "")

    def sensitivity(self, share: float = 0.25) -> pd.DataFrame:
        """The answer when each number in turn is `share` lower and higher (of its size), the rest as they are."""
        not_negative(share, "share")
        rows = []
        for i, side in enumerate(self.sides):
            for key in QUANTITIES:
                for end in (-1, 1):
                    now = getattr(side, key)
                    try:
                        changed = side.with_(**{key: now + end * share * abs(now)})
                        trial = standoff(*((changed, self.sides[1]) if i == 0 else (self.sides[0], changed)), self.collapse_risk)
                    except InputError:
                        continue
                    rows.append(_row(side.name, QUANTITIES[key], getattr(changed, key), trial))
        for end in (-1, 1):
            risk = self.collapse_risk * (1 + end * share)
            if risk >= 0:
                rows.append(_row("both", "collapse risk (a year)", risk, standoff(*self.sides, risk)))
        return pd.DataFrame(rows)

    # -- showing -----------------------------------------------------------------------------------------------------
    def to_frame(self) -> pd.DataFrame:
        """One row a side: hazard, probability of giving way, cost of waiting, prize."""
        hazards = self.hazards or (NAN, NAN)
        return pd.DataFrame(
            {
                tell(self, "hazard"): hazards,
                "P(gives way)": self.blink,
                tell(self, "waiting"): [s.cost_of_waiting(self.collapse_risk) for s in self.sides],
                "prize for waiting": [s.prize for s in self.sides],
            },
            index=pd.Index([s.name for s in self.sides], name="side"),
        )

    def record(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return plain(self) | {
            "likelier": self.likelier,
            "costs": plain(self.costs().to_dict(orient="index")),
            "break_evens": [plain(b) | {"change": b.change} for b in self.break_evens()],
        }

    def explain(self, share: float = 0.25) -> str:
        """The answer in plain words, with the range when each number moves by `share`."""
        if self.status != "mixed":
            return tell(self)
        one, two = (s.name for s in self.sides)
        table = self.sensitivity(share)
        mixed = table[table["status"] == "mixed"]
        columns = {"first": f"P({one} gives way)", "second": f"P({two} gives way)", "collapse": "P(collapse)"}
        small = [b for b in self.break_evens() if b.change is not None and b.break_even is not None and b.value != 0]
        return tell(
            self,
            share=share,
            ends={key: mixed[column].tolist() for key, column in columns.items()},
            other_ends=len(table) - len(mixed),
            near=min(small, key=lambda b: abs((b.change or 0.0) / b.value), default=None),
        )


def standoff(first: Stakes, second: Stakes, collapse_risk: float = 0.0) -> Standoff:
    """Concession hazards and what follows; `collapse_risk` is χ, the rate a year at which talks collapse.

    Raises `InputError` for a negative risk or two sides of one name; every other case returns a status.
    """
    risk = not_negative(finite(collapse_risk, "collapse risk"), "collapse risk")
    sides = (first, second)
    different(first.name, second.name)
    costs = [s.cost_of_waiting(risk) for s in sides]
    at_once = [s.prize <= 0 and c > 0 for s, c in zip(sides, costs, strict=True)]
    waits = [c < 0 for c in costs]

    def settled(status: Status, blink: tuple[float, float]) -> Standoff:
        return Standoff(sides, risk, status, None, blink, 0.0, 0.0, 0.0)

    if any(s.prize <= 0 and c <= 0 for s, c in zip(sides, costs, strict=True)):
        return Standoff(sides, risk, "no contest", None, (NAN, NAN), NAN, NAN, NAN)
    if all(at_once):
        return settled(BOTH, (NAN, NAN))
    if at_once[0] or (waits[1] and costs[0] > 0):
        return settled(FIRST, (1.0, 0.0))
    if at_once[1] or (waits[0] and costs[1] > 0):
        return settled(SECOND, (0.0, 1.0))
    if all(c <= 0 for c in costs):
        never = float(risk == 0)
        return Standoff(sides, risk, "neither gives way", None, (0.0, 0.0), 1 - never, never, math.inf if never else 1 / risk)
    hazards = (costs[1] / second.prize, costs[0] / first.prize)
    total = sum(hazards) + risk
    return Standoff(sides, risk, "mixed", hazards, (hazards[0] / total, hazards[1] / total), risk / total, 0.0, 1 / total)


def _solve(side: Stakes, key: str, target: float, risk: float) -> float | None:
    """The value of one of a side's numbers at which its cost of waiting is `target` times its prize."""
    r, f, win, lose, broken = side.rate, side.flow, side.win, side.lose, side.collapse
    if key == "flow":
        return r * lose + risk * (lose - broken) - target * (win - lose)
    if key == "win":
        return None if target == 0 else lose + side.cost_of_waiting(risk) / target
    if key == "lose":
        return (target * win + f + risk * broken) / (target + r + risk)
    if key == "collapse":
        return None if risk == 0 else lose - (target * (win - lose) - r * lose + f) / risk
    return None if lose == 0 else (target * (win - lose) + f - risk * (lose - broken)) / lose


def _row(side: str, quantity: str, value: float, s: Standoff) -> dict[str, Any]:
    return {
        "side": side,
        "number": quantity,
        "value": value,
        f"P({s.sides[0].name} gives way)": s.blink[0],
        f"P({s.sides[1].name} gives way)": s.blink[1],
        "P(collapse)": s.collapse,
        "mean length, years": s.length,
        "status": s.status,
    }
