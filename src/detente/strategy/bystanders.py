"""Those who live next to a quarrel: what each third economy can do about it, and what the quarrel does to it.

Every region has the same menu, whatever the dossier says of it, beside the dossier's own items. With A, B the parties and n the
bystander, in every scenario (assumption A42):

    sign with A        τ[A→n] = 0;  A's country duty on n cut to 10 points where it is higher, its reach as it is
    side with A        sign with A, and n adds to its duties on B what A has added to its own
    retaliate          n adds x points to its duties on A's goods, x the best for its real income if nobody answers
    … answered         A adds the same x points to its duties on n's goods

Signing and siding need A's consent; the rest is in n's own hands. Payoffs are real income against the status quo. x is found for
the status quo by a search along one line (Brent) and used in every scenario; `strategy.best_reply` finds the same by gradients.

What hosting talks is worth comes from the same payoffs, when nobody knows by how much a host shifts the chance of success:

    success  S = mean payoff over the scenarios in which talks succeed,  failure F = over those in which they fail (A43)
    stake    S − F;   a point more chance of success is worth stake/100;   a cost c pays from a shift of c/stake on
    failure that also brings a harm with payoff H:  hosting pays in trade terms if p > (F − S)/(F − H) that it does

A bystander whom the quarrel serves, because trade is diverted to it, has a negative stake: hosting is then worth nothing to it
in trade, and must rest on standing or on insurance against harms the scenarios leave out. Expected values; no risk aversion.

>>> from detente.cases.case import Case
>>> case = Case.of("kuala-lumpur-2025", scenarios=["pessimistic"], with_ranges=False)
>>> menu = menu_of(case, "MYS", retaliation=0.05)
>>> menu.consent["sign with the United States"], round(float(menu.payoffs[0, 0]), 2)
('USA', 0.14)
>>> stake = HostStake("MYS", {"deal": 0.0}, {"war": 0.14}, income=400_000.0, harms={"a duty on goods passed through": -0.06})
>>> round(stake.stake, 2), stake.gains_from_failure, round(stake.break_even("a duty on goods passed through"), 2)
(-0.14, True, 0.7)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from detente.cases.case import Case, mean_rate
from detente.checks import finite, not_negative
from detente.equilibrium.parameters import Parameters
from detente.errors import InputError, UnknownName
from detente.policy.instruments import Policy
from detente.strategy.transshipment import PassThroughDuty, pass_through
from detente.talks.menus import Hosting, Menu, bystander_menu, hosting
from detente.types import Array, plain
from detente.words import TINY, join, refusal, say, tell
from detente.words.names import region_name
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

CEILING = 0.10
"""The country duty a signatory is left with at most, fraction (assumption A42)."""
HIGHEST = 0.5
"""Highest retaliation that is looked at, fraction."""
LEAST = 0.0005
UNIT = "% of real income"
STAY_OUT, ANSWERED = "stay out", "answered in kind"


def sign_with(party: str) -> str:
    """Name of the option to sign with a party."""
    return f"sign with {region_name(party, article=True)}"


def side_with(party: str) -> str:
    """Name of the option to sign with a party and follow its duties on the others."""
    return f"side with {region_name(party, article=True)}"


@dataclass(frozen=True)
class Option:
    """One thing a bystander can do: `consent` names the party that must agree, `added` gives the duties it adds in a scenario
    (fractions, [origin, destination, sector]), `changes` the dossier's measures it changes.
    """

    title: str
    added: Callable[[str | None], Array] | None = None
    changes: tuple[Any, ...] = ()
    consent: str = ""


def options_of(case: Case, region: str, retaliation: float | None = None) -> tuple[Option, ...]:
    """The menu of a third economy: the general moves, then the dossier's own items that can be modelled.

    `retaliation` is the points added in answer (fraction); the best for `region` if None. Raises `UnknownRegion`, `InputError`.
    """
    n = case.outsider(region)
    goods = list(case.chains(None).goods)

    def blank() -> Array:
        return np.zeros_like(case.world.tariff_rates)

    def sign(party: str, scenario: str | None) -> Array:
        a, delta = case.index(party), blank()
        delta[a, n, goods] = -case.state(scenario).tariffs[a, n, goods]
        reach, levied = case.country_duty(scenario, region, party)
        delta[n, a, goods] = -np.maximum(levied - CEILING * reach, 0.0)[goods]
        return delta

    def side(party: str, scenario: str | None) -> Array:
        a, delta = case.index(party), sign(party, scenario)
        for rival in case.parties:
            if rival != party:
                b = case.index(rival)
                delta[b, n, goods] += np.maximum(case.added(scenario)[b, a, goods], 0.0)
        return delta

    def strike(party: str, points: float, answered: bool, scenario: str | None) -> Array:
        a, delta = case.index(party), blank()
        delta[a, n, goods] = points
        if answered:
            delta[n, a, goods] = points
        return delta

    found = [Option(STAY_OUT)]
    for party in case.parties:
        found.append(Option(sign_with(party), partial(sign, party), consent=party))
        found.append(Option(side_with(party), partial(side, party), consent=party))
    for party in case.parties:
        a = case.index(party)
        if mean_rate(case.added(None)[n, a, goods], case.state(None).shipments[n, a, goods]) < 0.1:
            continue  # nothing to answer
        points = best_points(case, region, party) if retaliation is None else retaliation
        if points < LEAST:
            continue  # none pays, even unanswered
        title = f"put {100 * points:.1f} points more on goods of {region_name(party, article=True)}"
        found.append(Option(title, partial(strike, party, points, False)))
        found.append(Option(f"{title}, {ANSWERED}", partial(strike, party, points, True)))
    for item in next((b.menu for b in case.dossier.bystanders if b.region == region), ()):
        if item.modelled and item.changes:
            found.append(Option(item.title, changes=item.changes, consent=_owner(case, item.changes)))
    return tuple(found)


def _owner(case: Case, changes: Sequence[Any]) -> str:
    """The party whose own measure is changed, if any: then it must agree."""
    by = {m.id: m.by for m in case.dossier.measures} | {c.add.id: c.add.by for c in changes if c.add is not None}
    return next((by[c.target] for c in changes if by.get(c.target) in case.parties), "")


def best_points(case: Case, region: str, party: str, scenario: str | None = None) -> float:
    """Points (fraction) on all goods of `party` that raise real income of `region` most while nobody answers; zero if none does.

    Searched up to 50 points, to a twentieth of a point. Raises `NotConverged` where an equilibrium cannot be found.
    """
    n, a = case.outsider(region), case.index(party)
    goods = list(case.chains(None).goods)

    def loss(points: float) -> float:
        delta = np.zeros_like(case.world.tariff_rates)
        delta[a, n, goods] = points
        outcome = case.outcome(scenario, more=Policy.from_arrays(added_tariffs=delta))
        return -float(outcome.real_income.iloc[n])

    end = minimize_scalar(loss, bounds=(0.0, HIGHEST), method="bounded", options={"xatol": 5e-4})
    return float(end.x) if -end.fun > case.real_income(scenario, region) else 0.0


def menu_of(
    case: Case,
    region: str,
    *,
    scenarios: Sequence[str] | None = None,
    probabilities: Mapping[str, float] | None = None,
    retaliation: float | None = None,
) -> Menu:
    """Payoffs of every option of a third economy in `scenarios` (all solved ones if None), percent of real income.

    `probabilities` by scenario (equal if absent) serve the expectation only. Raises `InputError`, `UnknownRegion`, `UnknownName`.
    """
    n = case.outsider(region)
    names = list(case.outcomes) if scenarios is None else [case.scenario(s) or "" for s in scenarios]
    if not all(names):
        raise InputError(refusal("strategy", "menu_is_read"))
    weights = _weights(names, probabilities)
    options = options_of(case, region, retaliation)

    def payoff(option: Option, scenario: str) -> float:
        if option.added is None and not option.changes:
            return case.real_income(scenario, region)
        more = None if option.added is None else Policy.from_arrays(added_tariffs=option.added(scenario), label=option.title)
        return float(case.outcome(scenario, more=more, changes=option.changes).real_income.iloc[n])

    return bystander_menu(
        [[payoff(option, scenario) for scenario in names] for option in options],
        weights,
        options=[option.title for option in options],
        scenarios=names,
        region=region_name(region),
        unit=UNIT,
        consent={option.title: option.consent for option in options if option.consent},
        money=case.nominal_income(region) / 100,
    )


def _weights(names: Sequence[str], probabilities: Mapping[str, float] | None) -> list[float]:
    if probabilities is None:
        return [1 / len(names)] * len(names)
    unknown = [key for key in probabilities if key not in names]
    if unknown:
        raise InputError(refusal("strategy", "no_scenario_there_are", unknown=f"{unknown[0]!r}", names_=join(names)))
    return [float(probabilities.get(s, 0.0)) for s in names]


def bystander(
    dossier: Dossier | str,
    region: str,
    world: World | None = None,
    horizon: str | Parameters | None = None,
    *,
    probabilities: Mapping[str, float] | None = None,
    **parameters: Any,
) -> Menu:
    """A third economy's menu in every scenario: real income, percent against the status quo, best reply, regrets.

    Options are the general ones of this module and the dossier's own for the region that can be modelled. `probabilities` by
    scenario (equal if absent) serve the expectation only; the ranking by scenario does not need them.
    """
    return menu_of(Case.of(dossier, world, horizon, **parameters, with_ranges=False), region, probabilities=probabilities)


def diversion_of(case: Case, region: str, scenario: str) -> pd.DataFrame:
    """Trade of `region` by partner in a scenario against the status quo: exports gained, imports deflected, a year."""
    n, name = case.index(region), case.scenario(scenario)
    if name is None:
        raise UnknownName(scenario, list(case.outcomes), "scenario")
    before, after = case.state(None).shipments.sum(axis=2), case.state(name).shipments.sum(axis=2)
    unit = case.world.unit
    frame = pd.DataFrame(
        {
            f"exports before, {unit}": before[n],
            f"exports change, {unit}": after[n] - before[n],
            f"imports before, {unit}": before[:, n],
            f"imports change, {unit}": after[:, n] - before[:, n],
        },
        index=pd.Index(case.world.regions, name="partner"),
    ).drop(index=region)
    return frame.sort_values(f"exports change, {unit}", ascending=False)


def diversion(
    dossier: Dossier | str, region: str, scenario: str, world: World | None = None, horizon: str | Parameters | None = None
) -> pd.DataFrame:
    """Trade of `region` by partner in a scenario against the status quo: exports gained, imports deflected, a year."""
    return diversion_of(Case.of(dossier, world, horizon, scenarios=[scenario], with_ranges=False), region, scenario)


def overview(case: Case, scenario: str | None = None) -> pd.DataFrame:
    """One row a third economy, the largest gain in `scenario` (default: the one in which talks fail) first.

    Real income by scenario (percent against the status quo), its worth (million USD a year), goods exports gained to the first
    party and imports deflected from the second, and what of its exports to the first is content of the second, before and after.
    """
    name = case.scenario(scenario) or case.worst
    before, after = pass_through(case), pass_through(case, name)
    unit, rows = case.world.unit, [case.index(r) for r in before.via]
    a, b, goods = case.index(case.a), case.index(case.b), list(case.chains(None).goods)
    change = case.state(name).shipments - case.state(None).shipments
    frame = pd.DataFrame(
        {f"real income in {s}, %": [case.real_income(s, r) for r in before.via] for s in case.outcomes}
        | {
            f"worth in {name}, {unit}": [float(case.outcomes[name].equivalent_variation.iloc[k]) for k in rows],
            f"exports gained to {case.a}, {unit}": change[rows, a][:, goods].sum(axis=1),
            f"imports deflected from {case.b}, {unit}": change[b, rows][:, goods].sum(axis=1),
        },
        index=pd.Index(before.via, name="economy"),
    )
    for state, routes in (("status quo", before), (name, after)):
        table = routes.to_frame().loc[list(before.via)]
        frame[f"{case.b} content in {state}, {unit}"] = table[f"content, {unit}"]
        frame[f"{case.b} content in {state}, % of exports to {case.a}"] = table["content, % of exports"]
        frame[f"duty gap in {state}, points"] = table["duty gap, points"]
    return frame.sort_values(f"real income in {name}, %", ascending=False, kind="stable")


# -- what hosting is worth ---------------------------------------------------------------------------------------------
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
            raise InputError(refusal("strategy", "stake_needs_scenarios"))
        if not finite(self.income, "income") > 0:
            raise InputError(refusal("strategy", "income_must_be_above", income=f"{self.income:g}"))

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

    @property
    def insured(self) -> dict[str, float]:
        """Harms that failure may be likely enough to bring, with the probability from which success is better, lowest first."""
        found = {harm: p for harm in self.harms if (p := self.break_even(harm)) is not None and p <= 1}
        return dict(sorted(found.items(), key=lambda x: x[1]))

    def hosting(self, shift: float, cost: float = 0.0, *, before: float = 0.0) -> Hosting:
        """The value of hosting for a given `shift` of the chance of success from `before`, at `cost` (percent of real income)."""
        return hosting(self.success, self.failure, before, before + shift, cost=cost, host=region_name(self.host), unit=UNIT)

    def sides(self, menu: Menu, parties: Sequence[str]) -> str:
        """Whether staying out and hosting beats siding with any of `parties`, at which shift of the odds, in one sentence."""
        expected = menu.expected
        siding = {p: expected[side_with(p)] for p in parties if side_with(p) in expected}
        return tell(self, "sides", stays=expected[STAY_OUT], siding=siding)

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
        return tell(self)


def harms_of(quarrel: Case, duty: PassThroughDuty, menu: Menu) -> dict[str, float]:
    """Payoffs when talks fail and failure also brings what the scenario leaves out, percent of real income: a duty on goods
    passed through (`duty`, as the order reads and with exempt goods), or having to side with a party (from `menu`).
    """
    failure = quarrel.real_income(quarrel.worst, duty.region)
    found = {}
    for case in duty.cases[:2]:
        if case.real_income < 0:
            label = say("words/templates/HostStake", "duty_harm", rate=duty.rate, source=duty.source, exempt=case.exempt)
            found[label] = 100 * ((1 + failure / 100) * (1 + case.real_income / 100) - 1)
    if quarrel.worst in menu.scenarios:
        column = menu.scenarios.index(quarrel.worst)
        for party in quarrel.parties:
            option = side_with(party)
            if option in menu.options:
                found[say("words/templates/HostStake", "choice_harm", party=party)] = float(
                    menu.payoffs[menu.options.index(option), column]
                )
    return {label: value for label, value in found.items() if value < failure}


def host_stake(quarrel: Case, region: str, harms: Mapping[str, float] | None = None) -> HostStake:
    """The stake of a third economy as host, over the scenarios in which talks succeed and fail; ranges where variants are known.

    Raises `UnknownRegion`, `InputError` for a party and where no scenario of success differs from the one of failure.
    """
    quarrel.outsider(region)
    good = {s: quarrel.real_income(s, region) for s in quarrel.successes if s != quarrel.worst}
    bad = {quarrel.worst: quarrel.real_income(quarrel.worst, region)}
    if not good:
        raise InputError(refusal("strategy", "has_no_scenario", id=quarrel.dossier.id, worst=f"{quarrel.worst!r}"))
    low, high = float("nan"), float("nan")
    if quarrel.with_ranges:
        low, high = quarrel.weighted_range(region, {**dict.fromkeys(good, 1 / len(good)), quarrel.worst: -1.0})
    return HostStake(region, good, bad, quarrel.nominal_income(region), dict(harms or {}), low, high)
