"""What hosting talks is worth: what success rather than failure brings the host, part by part.

By how much a host shifts the chance of success is not known (assumption A43). What a shift is worth is the difference between the
two ends of the talks, and it has four parts, each positive where success is the better for the host:

    diversion     mean over the scenarios of success − failure, of what the duties themselves bring it, terms of trade included
    uncertainty   the same of what duties still threatened there cost it before they fall (`outlook.uncertainty`)
    choice        having to side with a party, the less harmful one, once talks have failed
    passed        a duty on its goods judged to be passed through, once they have failed

The first two come with failure; the last two only may, and nobody has odds for them. So

    stake = diversion + uncertainty                      the part that is certain; the first alone where the second is not priced
    total = all four                                     if failure brings both harms as well; only where all are priced
    break-even(harm) = −stake / part                     chance, given failure, from which success is better in spite of the stake

Ends of sums are sums of ends. An economy to which trade is diverted does better by failure in the first part: that alone says
little, for in one closure of the exchange rate it can hardly be otherwise. Investment, confidence and standing are in none.

>>> from detente.strategy.year import Span
>>> parts = (Part("diversion", Span(-0.19, -0.14, -0.04, -0.14, -0.04)), Part("passed", Span(0.03, 0.07, 0.75, 0.07, 0.03)))
>>> stake = HostStake("MYS", parts, {"deal": 0.0}, {"war": 0.14}, income=400_000.0, dollars=2025)
>>> round(stake.stake, 2), stake.sign, stake.total, stake.unpriced, round(stake.break_even("passed"), 1)
(-0.14, 'loss', None, ('uncertainty', 'choice'), 2.0)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import pandas as pd

from detente.cases.baselines import IN_FORCE
from detente.cases.case import Case
from detente.checks import finite, not_negative
from detente.errors import InputError, UnknownName
from detente.strategy.bystanders import STAY_OUT, UNIT, side_with
from detente.strategy.transshipment import RATE
from detente.strategy.year import (
    Candidate,
    Held,
    Sign,
    Span,
    failing_candidates,
    held,
    incomes,
    money_of,
    price_of,
    readings,
    solve_states,
)
from detente.talks.menus import Hosting, Menu, hosting
from detente.types import Progress, Range, plain
from detente.words import TINY, refusal, straddles, tell
from detente.words.names import region_name
from detente.words.shown import Shown

PartName = Literal["diversion", "uncertainty", "choice", "passed"]
PARTS: tuple[PartName, ...] = get_args(PartName)
CERTAIN: tuple[PartName, ...] = ("diversion", "uncertainty")
"""Parts that come with the end of the talks; the others may."""


@dataclass(frozen=True)
class Part:
    """One part: what success rather than failure brings the host by it, percent of real income. `party` is who is sided with,
    `rate` the duty on goods passed through (fraction)."""

    name: PartName
    span: Span
    party: str = ""
    rate: float = RATE

    @property
    def certain(self) -> bool:
        """Whether failure brings it, rather than may bring it."""
        return self.name in CERTAIN

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        return tell(self, "title")


@dataclass(frozen=True)
class HostStake(Shown):
    """What success rather than failure is worth to a host. `successes` and `failures`: what each scenario brings it, percent of
    real income against what is in force, the cost of threats included where it is priced; `income` million USD of the year
    `dollars`, or in `world_unit` where a world counts in another currency."""

    host: str
    parts: tuple[Part, ...]
    successes: Mapping[str, float]
    failures: Mapping[str, float]
    income: float
    dollars: int
    world_unit: str = "million USD"

    def __post_init__(self) -> None:
        if not self.successes or not self.failures or "diversion" not in {p.name for p in self.parts}:
            raise InputError(refusal("strategy", "stake_needs_scenarios"))
        if not finite(self.income, "income") > 0:
            raise InputError(refusal("strategy", "income_must_be_above", income=f"{self.income:g}"))

    def part(self, name: str) -> Part:
        """One part. Raises `UnknownName`."""
        found: dict[str, Part] = {p.name: p for p in self.parts}
        if name not in found:
            raise UnknownName(name, {p.name: p.title for p in self.parts}, "part of the stake")
        return found[name]

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Names of parts that are not priced."""
        return tuple(name for name in PARTS if name not in {p.name for p in self.parts})

    @property
    def success(self) -> float:
        """Mean over the scenarios of success, percent."""
        return sum(self.successes.values()) / len(self.successes)

    @property
    def failure(self) -> float:
        """Mean over those of failure, percent."""
        return sum(self.failures.values()) / len(self.failures)

    @property
    def span(self) -> Range:
        """The certain parts together, percent of real income."""
        return _summed([p.span for p in self.parts if p.certain])

    @property
    def stake(self) -> float:
        """The certain parts together, central value."""
        return self.span.value

    @property
    def total(self) -> Range | None:
        """All parts, if failure brings both harms as well; None where a part is not priced."""
        return None if self.unpriced else _summed([p.span for p in self.parts])

    @property
    def sign(self) -> Sign:
        """Whether success is a gain to it at every reading of the certain parts, or a loss, or not known."""
        low, value, high = self.span
        if straddles(low, high):
            return "not known"
        return "none" if max(abs(low), abs(high)) < TINY else "gain" if value > 0 else "loss"

    @property
    def gains_from_failure(self) -> bool:
        """Whether its central stake is negative."""
        return self.stake < -TINY

    @property
    def per_point(self) -> tuple[float, float]:
        """What one point more chance of success is worth: percent of real income, and million USD a year."""
        return self.stake / 100, self.money(self.stake / 100)

    @property
    def spread(self) -> float:
        """Best less worst over all scenarios: what is uncertain for the host."""
        values = [*self.successes.values(), *self.failures.values()]
        return max(values) - min(values)

    def money(self, percent: float) -> float:
        """Percent of real income in million USD a year."""
        return percent / 100 * self.income

    def shift_needed(self, cost: float) -> float | None:
        """Shift of the chance of success at which hosting at `cost` (million USD) pays; None if none does (stake not positive).

        A result above 1 says that not even turning certain failure into certain success would pay.
        """
        cost = not_negative(cost, "cost of hosting")
        worth = self.money(self.stake)
        return cost / worth if worth > 0 else None

    def break_even(self, name: str) -> float | None:
        """Chance, given failure, of a possible part from which success is better; above 1 if never, None if always (the stake is
        not negative). Raises `UnknownName`."""
        part = self.part(name)
        if self.stake >= 0:
            return None
        return -self.stake / part.span.value if part.span.value > 0 else float("inf")

    @property
    def insured(self) -> dict[str, float]:
        """Harms that failure may be likely enough to bring, with the chance from which success is better, lowest first; only
        those that are harms at every reading."""
        harms = [p for p in self.parts if not p.certain and p.span.sign == "gain"]
        found = {p.title: x for p in harms if (x := self.break_even(p.name)) is not None and x <= 1}
        return dict(sorted(found.items(), key=lambda x: x[1]))

    def hosting(self, shift: float, cost: float = 0.0, *, before: float = 0.0) -> Hosting:
        """The value of hosting for a `shift` of the chance of success from `before`, at `cost` (percent of real income)."""
        good, bad = self.failure + self.stake, self.failure
        return hosting(good, bad, before, before + shift, cost=cost, host=region_name(self.host), unit=UNIT)

    def sides(self, menu: Menu, parties: Sequence[str]) -> str:
        """Whether staying out and hosting beats siding with any of `parties`, at which shift of the odds, in one sentence."""
        expected = menu.expected
        siding = {p: expected[side_with(p)] for p in parties if side_with(p) in expected}
        return tell(self, "sides", stays=expected[STAY_OUT], siding=siding)

    def to_frame(self) -> pd.DataFrame:
        """One row a part, then the sums: percent with both ends, million USD a year."""
        rows = {p.title: Range(p.span.low, p.span.value, p.span.high) for p in self.parts}
        rows["success rather than failure"] = self.span
        if self.total is not None:
            rows["with both harms"] = self.total
        frame = pd.DataFrame.from_dict(rows, orient="index", columns=["low, %", "real income, %", "high, %"])
        frame[f"worth, million USD of {self.dollars} a year"] = [self.money(v) for v in frame["real income, %"]]
        return frame.rename_axis(region_name(self.host))

    def record(self) -> dict[str, Any]:
        """Ready for JSON."""
        keys = ("success", "failure", "stake", "gains_from_failure", "sign", "per_point", "spread", "unpriced")
        parts = [
            {
                "name": p.name, "title": p.title, "certain": p.certain, "low": p.span.low, "central": p.span.value,
                "high": p.span.high, "flexible": p.span.flexible, "pinned": p.span.pinned, "sign": p.span.sign,
            }
            for p in self.parts
        ]  # fmt: skip
        harms = {p.title: self.failure - p.span.value for p in self.parts if not p.certain}
        return {
            "host": self.host, "successes": plain(self.successes), "failures": plain(self.failures), "income": self.income,
            "dollars": self.dollars, **{key: plain(getattr(self, key)) for key in keys}, "low": self.span.low,
            "high": self.span.high, "total": None if self.total is None else list(self.total), "parts": plain(parts),
            "harms": harms, "unit": UNIT,
            "break_even": {p.title: plain(self.break_even(p.name)) for p in self.parts if not p.certain},
        }  # fmt: skip

    def explain(self) -> str:
        """What hosting is worth part by part, and what is left out, in plain words."""
        return tell(self)


def _summed(spans: Sequence[Span]) -> Range:
    return Range(sum(s.low for s in spans), sum(s.value for s in spans), sum(s.high for s in spans))


def host_stake(
    case: Case,
    region: str,
    risk: Mapping[str, Range] | None = None,
    *,
    rate: float = RATE,
    progress: Progress | None = None,
) -> HostStake:
    """The stake of a third economy as host. `risk`: what threats cost it in each scenario, percent (`outlook.year.risk_of`).

    Raises `UnknownRegion`, `InputError` for a party and where no scenario of success differs from the one of failure.
    """
    case.outsider(region)
    good = [s for s in case.successes if s != case.worst]
    if not good:
        raise InputError(refusal("strategy", "has_no_scenario", id=case.dossier.id, worst=f"{case.worst!r}"))
    harms = failing_candidates(case, region, rate)
    states = [Held(), *(Held(s) for s in (*good, case.worst)), *(s for c in harms for s in (c.after, c.wide) if s is not None)]
    solve_states(case, states, progress)
    parts = [Part("diversion", diversion(case, region, good))]
    known = risk or {}
    priced = all(s in known for s in (*good, case.worst))
    if priced:
        parts.append(Part("uncertainty", _uncertainty([known[s] for s in good], known[case.worst])))
    parts += _harms(case, region, harms, rate)
    dollars, income = money_of(case, region)

    def worth(scenario: str) -> float:
        return case.real_income(scenario, region, against=IN_FORCE) + (known[scenario].value if priced else 0.0)

    return HostStake(
        region, tuple(parts), {s: worth(s) for s in good}, {case.worst: worth(case.worst)}, income, dollars, case.world.unit
    )  # fmt: skip


def diversion(case: Case, region: str, good: Sequence[str]) -> Span:
    """Mean over scenarios less the scenario of failure, percent of real income, over the readings that answer all of them."""
    n, found = case.index(region), {}
    for reading in readings(case):
        levels = [incomes(case, Held(s), reading) for s in (None, *good, case.worst)]
        known = [float(x.iloc[n]) for x in levels if x is not None]
        if len(known) == len(levels):
            base, *ends = (1 + x / 100 for x in known)
            changes = [100 * (x / base - 1) for x in ends]
            found[reading] = sum(changes[:-1]) / len(good) - changes[-1]
    return Span.of(found, held(case))


def _uncertainty(good: Sequence[Range], bad: Range) -> Span:
    """Mean of ranges less a range, ends taken apart."""
    mean = Range(*(sum(r[k] for r in good) / len(good) for k in range(3)))
    value = mean.value - bad.value
    return Span(mean.low - bad.high, value, mean.high - bad.low, value, float("nan"))


def _harms(case: Case, region: str, harms: Sequence[Candidate], rate: float) -> list[Part]:
    """The less harmful choice of a party, and the duty on goods passed through, as parts."""
    choices, parts = {}, []
    for c in harms:
        price = price_of(case, region, c.after, c.before)
        if c.kind == "choice":
            choices[c.by[0]] = price
        elif c.wide is not None:
            both = price.with_reading(price_of(case, region, c.wide, c.before))
            parts.append(Part("passed", both.scaled(-1.0), rate=rate))
    if choices:
        party = max(choices, key=lambda p: choices[p].value)
        parts.insert(0, Part("choice", choices[party].scaled(-1.0), party=party))
    return parts
