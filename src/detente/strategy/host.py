"""What hosting talks is worth, from computed payoffs, when nobody knows by how much a host shifts the chance of success.

    success  S = mean payoff over the scenarios in which talks succeed,  failure F = over those in which they fail (A43)
    stake    S − F;   a point more chance of success is worth stake/100;   a cost c pays from a shift of c/stake on
    failure that also brings a harm with payoff H:  hosting pays in trade terms if p > (F − S)/(F − H) that it does

A bystander whom the quarrel serves, because trade is diverted to it, has a negative stake: hosting is then worth nothing to it
in trade, and must rest on standing or on insurance against harms the scenarios leave out. Expected values; no risk aversion.

>>> stake = HostStake("MYS", {"deal": 0.0}, {"war": 0.14}, income=400_000.0, harms={"a duty on goods passed through": -0.06})
>>> round(stake.stake, 2), stake.gains_from_failure, round(stake.break_even("a duty on goods passed through"), 2)
(-0.14, True, 0.7)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from detente.cases.case import Case
from detente.checks import finite, not_negative
from detente.errors import InputError, UnknownName
from detente.strategy.bystanders import STAY_OUT, side_with
from detente.strategy.transshipment import PassThroughDuty
from detente.talks.menus import Hosting, Menu, hosting, stands_out
from detente.types import plain
from detente.words import chance, digits as number, join_or_nobody as join
from detente.words.names import region_adjective, region_name

TINY = 0.005
"""A stake in percent of real income that prints as less than 0.01 %."""
UNIT = "% of real income"


@dataclass(frozen=True)
class HostStake:
    """Payoffs to the host by scenario, percent of real income against the status quo; `income` in million USD a year.

    `harms`: payoff if failure brings something the scenarios leave out, by name. `low`, `high`: the stake over the parameters
    tried (NaN where no others were).
    """

    host: str
    successes: Mapping[str, float]
    failures: Mapping[str, float]
    income: float
    harms: Mapping[str, float] = field(default_factory=dict)
    low: float = float("nan")
    high: float = float("nan")

    def __post_init__(self) -> None:
        if not self.successes or not self.failures:
            raise InputError("a stake needs at least one scenario of success and one of failure")
        if not finite(self.income, "income") > 0:
            raise InputError(f"income must be above 0, not {self.income:g}")

    @property
    def success(self) -> float:
        """Mean payoff where talks succeed."""
        return sum(self.successes.values()) / len(self.successes)

    @property
    def failure(self) -> float:
        """Mean payoff where they fail."""
        return sum(self.failures.values()) / len(self.failures)

    @property
    def stake(self) -> float:
        """What success rather than failure is worth, percent of real income."""
        return self.success - self.failure

    @property
    def gains_from_failure(self) -> bool:
        """Whether the host does better when talks fail."""
        return self.stake < -TINY

    @property
    def per_point(self) -> tuple[float, float]:
        """What one point more chance of success is worth: percent of real income, and million USD a year."""
        return self.stake / 100, self.money(self.stake / 100)

    @property
    def spread(self) -> float:
        """Best less worst payoff over all scenarios: what is uncertain for the host."""
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

    def break_even(self, harm: str) -> float | None:
        """Probability, given failure, of `harm` from which success is better for the host; above 1 if never, None if always."""
        if harm not in self.harms:
            raise UnknownName(harm, list(self.harms), "harm")
        if self.stake >= 0:
            return None
        lost = self.failure - self.harms[harm]
        return -self.stake / lost if lost > 0 else float("inf")

    def hosting(self, shift: float, cost: float = 0.0, *, before: float = 0.0) -> Hosting:
        """The value of hosting for a given `shift` of the chance of success from `before`, at `cost` (percent of real income)."""
        return hosting(self.success, self.failure, before, before + shift, cost=cost, host=region_name(self.host), unit=UNIT)

    def against_sides(self, menu: Menu, shift: float = 0.0) -> dict[str, float]:
        """Expected payoff of each option of `menu`, the value of hosting at `shift` added to staying out; see `stands_out`."""
        return stands_out(menu, STAY_OUT, self.hosting(shift))

    def sides(self, menu: Menu, parties: Sequence[str]) -> str:
        """Whether staying out and hosting beats siding with any of `parties`, at which shift of the odds, in one sentence."""
        expected = menu.expected
        chosen = {p: expected[side_with(p)] for p in parties if side_with(p) in expected}
        if not chosen:
            return ""
        told = join([f"siding with {region_name(p, article=True)} ({number(v)}\u202f%)" for p, v in chosen.items()])
        stays, top = expected[STAY_OUT], max(chosen.values())
        lead = f"Staying out ({number(stays)}\u202f% expected at these odds) and hosting"
        never, gap = stays + self.stake <= top, stays - top
        if gap > 0:
            limit = f"unless hosting shifts the odds by more than {100 * gap / -self.stake:.0f} points" if never else ""
            return f"{lead} beats {told}, {limit or 'however hosting shifts the odds'}."
        if not never:
            return f"{lead} beats {told} only if hosting shifts the odds by more than {100 * -gap / self.stake:.0f} points."
        return f"{lead} does not beat {told}, however hosting shifts the odds."

    def to_frame(self) -> pd.DataFrame:
        """One row a state: success, failure, the stake, a point of chance, and failure with each harm."""
        rows = {
            "talks succeed": self.success,
            "talks fail": self.failure,
            "success rather than failure": self.stake,
            "one point more chance of success": self.per_point[0],
            **{f"talks fail, with {harm}": value for harm, value in self.harms.items()},
        }
        frame = pd.DataFrame({"real income, %": rows})
        frame["million USD a year"] = [self.money(v) for v in rows.values()]
        return frame.rename_axis(region_name(self.host))

    def record(self) -> dict[str, Any]:
        """Ready for JSON."""
        keys = ("success", "failure", "stake", "gains_from_failure", "per_point", "spread")
        return plain(self) | {key: plain(getattr(self, key)) for key in keys} | {
            "break_even": {harm: plain(self.break_even(harm)) for harm in self.harms}, "unit": UNIT,
        }  # fmt: skip

    def explain(self) -> str:
        """What hosting is worth in trade terms, in plain words."""
        name = region_name(self.host)
        ends = (self.low, self.high) if self.stake > 0 else (-self.high, -self.low)
        known = ends[0] == ends[0] and number(ends[0]) != number(ends[1])
        span = f" ({number(ends[0])} to {number(ends[1])}\u202f% over the parameters tried)" if known else ""
        worth = f"{number(abs(self.stake))}\u202f% of real income{span}, USD {number(abs(self.money(self.stake)))} million a year"
        if abs(self.stake) <= TINY:
            return (
                f"{name} does as well when the talks fail as when they succeed (within 0.01\u202f% of real income), so hosting "
                "is worth nothing to it in trade."
            )
        if self.stake > 0:
            point = number(self.per_point[1])
            return (
                f"Success rather than failure is worth {worth} to {name}. Each point by which hosting raises the chance of "
                f"success is worth USD {point} million a year; a cost of USD 10 million a year pays from a shift of "
                f"{number(100 * (self.shift_needed(10.0) or 0))} points on."
            )
        text = (
            f"{name} does better when the talks fail: success rather than failure costs it {worth}, as the trade the parties "
            "lose goes to it. In trade terms hosting is worth less than nothing to it, at any shift of the odds; what it is "
            "worth must be standing, or insurance."
        )
        within = {h: p for h in self.harms if (p := self.break_even(h)) is not None and p <= 1}
        if within:
            told = [f"{h} (from a chance of {chance(p)} on)" for h, p in sorted(within.items(), key=lambda x: x[1])]
            text += (
                f" As insurance it pays if failure is likely enough to bring {join(told) if len(told) < 2 else _either(told)}."
            )
        elif self.harms:
            text += " None of the harms tried would turn that round."
        return text


def _either(told: list[str]) -> str:
    return f"{', '.join(told[:-1])} or {told[-1]}"


def harms_of(quarrel: Case, duty: PassThroughDuty, menu: Menu) -> dict[str, float]:
    """Payoffs when talks fail and failure also brings what the scenario leaves out, percent of real income: a duty on goods
    passed through (`duty`, as the order reads and with exempt goods), or having to side with a party (from `menu`).
    """
    failure = quarrel.real_income(quarrel.worst, duty.region)
    found = {}
    for case, reach in ((duty.cases[0], ""), (duty.cases[1], ", exempt goods too")):
        if case.real_income < 0:
            label = f"a {100 * duty.rate:g}\u202f% duty on {region_adjective(duty.source)} content in its exports{reach}"
            found[label] = 100 * ((1 + failure / 100) * (1 + case.real_income / 100) - 1)
    if quarrel.worst in menu.scenarios:
        column = menu.scenarios.index(quarrel.worst)
        for party in quarrel.parties:
            option = side_with(party)
            if option in menu.options:
                label = f"a forced choice for {region_name(party, article=True)}"
                found[label] = float(menu.payoffs[menu.options.index(option), column])
    return {label: value for label, value in found.items() if value < failure}


def host_stake(quarrel: Case, region: str, harms: Mapping[str, float] | None = None) -> HostStake:
    """The stake of a third economy as host, over the scenarios in which talks succeed and fail; ranges where variants are known.

    Raises `UnknownRegion`, `InputError` for a party and where no scenario of success differs from the one of failure.
    """
    quarrel.outsider(region)
    good = {s: quarrel.real_income(s, region) for s in quarrel.successes if s != quarrel.worst}
    bad = {quarrel.worst: quarrel.real_income(quarrel.worst, region)}
    if not good:
        raise InputError(f"{quarrel.dossier.id} has no scenario in which talks succeed beside {quarrel.worst!r}")
    low, high = float("nan"), float("nan")
    if quarrel.with_ranges:
        low, high = quarrel.weighted_range(region, {**dict.fromkeys(good, 1 / len(good)), quarrel.worst: -1.0})
    return HostStake(region, good, bad, quarrel.nominal_income(region), dict(harms or {}), low, high)
