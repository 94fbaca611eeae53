"""Those who live next to a quarrel: what each third economy can do about it, and what the quarrel does to it.

Every region has the same menu, whatever the dossier says of it, beside the dossier's own items. With A, B the parties and n the
bystander, in every scenario (assumption A42):

    sign with A        τ[A→n] = 0;  A's country duty on n cut to 10 points where it is higher, its reach as it is
    side with A        sign with A, and n adds to its duties on B what A has added to its own
    retaliate          n adds x points to its duties on A's goods, x the best for its real income if nobody answers
    … answered         A adds the same x points to its duties on n's goods

Signing and siding need A's consent; the rest is in n's own hands. Payoffs are real income against the law by itself. x is found
for what is in force by a search along one line (Brent) and used in every scenario; `strategy.best_reply` finds the same by
gradients.

>>> from detente.cases.case import Case
>>> case = Case.of("kuala-lumpur-2025", scenarios=["pessimistic"], with_ranges=False)
>>> menu = menu_of(case, "MYS", retaliation=0.05)
>>> menu.consent["sign with the United States"], round(float(menu.payoffs[0, 0]), 2)
('USA', 0.14)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from detente.cases.baselines import IN_FORCE, LAW
from detente.cases.case import Case, mean_rate
from detente.equilibrium.parameters import Parameters
from detente.errors import InputError, UnknownName
from detente.policy.instruments import Policy
from detente.strategy.transshipment import pass_through
from detente.talks.menus import Menu, bystander_menu
from detente.types import Array
from detente.words import N_, _, fixed, join, refusal
from detente.words.names import region_name
from detente.world import money
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

CEILING = 0.10
"""The country duty a signatory is left with at most, fraction (assumption A42)."""
HIGHEST = 0.5
"""Highest retaliation that is looked at, fraction."""
LEAST = 0.0005
UNIT = N_("% of real income")
STAY_OUT, ANSWERED = N_("stay out"), N_("answered in kind")


def sign_with(party: str) -> str:
    """Name of the option to sign with a party."""
    return _("sign with {0}").format(region_name(party, article=True))


def side_with(party: str) -> str:
    """Name of the option to sign with a party and follow its duties on the others."""
    return _("side with {0}").format(region_name(party, article=True))


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
        title = _("put {0} points more on goods of {1}").format(fixed(100 * points, 1), region_name(party, article=True))
        found.append(Option(title, partial(strike, party, points, False)))
        found.append(Option(f"{title}, {_(ANSWERED)}", partial(strike, party, points, True)))
    for item in next((b.menu for b in case.dossier.bystanders if b.region == region), ()):
        if item.modelled and item.changes and item.given is None:
            found.append(Option(item.title, changes=item.changes, consent=owner_of(case, item.changes)))
    return tuple(found)


def owner_of(case: Case, changes: Sequence[Any]) -> str:
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
        outcome = case.outcome(scenario, more=Policy.from_arrays(added_tariffs=delta), against=IN_FORCE)
        return -float(outcome.real_income.iloc[n])

    end = minimize_scalar(loss, bounds=(0.0, HIGHEST), method="bounded", options={"xatol": 5e-4})
    return float(end.x) if -end.fun > case.real_income(scenario, region, against=IN_FORCE) else 0.0


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
        money=case.nominal_income(region) * rolled_of(case)[region] / 100,
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
    """A third economy's menu in every scenario: real income, percent against the law by itself, best reply, regrets.

    Options are the general ones of this module and the dossier's own for the region that can be modelled. `probabilities` by
    scenario (equal if absent) serve the expectation only; the ranking by scenario does not need them.
    """
    return menu_of(Case.of(dossier, world, horizon, **parameters, with_ranges=False), region, probabilities=probabilities)


def diversion_of(case: Case, region: str, scenario: str) -> pd.DataFrame:
    """Trade of `region` by partner in a scenario against the law by itself: exports gained, imports deflected, a year."""
    n, name = case.index(region), case.scenario(scenario)
    if name is None:
        raise UnknownName(scenario, list(case.outcomes), "scenario")
    before, after = case.state(LAW).shipments.sum(axis=2), case.state(name).shipments.sum(axis=2)
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
    """Trade of `region` by partner in a scenario against the law by itself: exports gained, imports deflected, a year."""
    return diversion_of(Case.of(dossier, world, horizon, scenarios=[scenario], with_ranges=False), region, scenario)


def rolled_of(case: Case) -> dict[str, float]:
    """What turns the table's money into dollars of the dossier's year, by region; see `money.rolled`."""
    incomes = {r: case.nominal_income(r) for r in case.world.regions}
    return money.rolled(incomes, case.dossier.as_of.year, case.world.year)[1]


def overview(case: Case, scenario: str | None = None) -> pd.DataFrame:
    """One row a third economy, the largest gain in `scenario` (default: the one in which talks fail) first.

    Real income by scenario (percent against the law by itself), its worth (million USD a year), goods exports gained to the first
    party and imports deflected from the second, and what of its exports to the first is content of the second, before and after.
    Money is in dollars of the dossier's year where they are known, a flow in those of its buyer.
    """
    name = case.scenario(scenario) or case.worst
    before, after = pass_through(case), pass_through(case, name)
    unit, rows = case.world.unit, [case.index(r) for r in before.via]
    a, b, goods = case.index(case.a), case.index(case.b), list(case.chains(None).goods)
    change = case.state(name).shipments - case.state(LAW).shipments
    factors = rolled_of(case)
    of_via = np.array([factors[r] for r in before.via])
    frame = pd.DataFrame(
        {f"real income in {s}, %": [case.real_income(s, r) for r in before.via] for s in case.outcomes}
        | {
            f"worth in {name}, {unit}": [float(case.outcomes[name].equivalent_variation.iloc[k]) for k in rows] * of_via,
            f"exports gained to {case.a}, {unit}": change[rows, a][:, goods].sum(axis=1) * factors[case.a],
            f"imports deflected from {case.b}, {unit}": change[b, rows][:, goods].sum(axis=1) * of_via,
        },
        index=pd.Index(before.via, name="economy"),
    )
    for state, routes in (("status quo", before), (name, after)):
        table = routes.to_frame().loc[list(before.via)]
        frame[f"{case.b} content in {state}, {unit}"] = table[f"content, {unit}"] * factors[case.a]
        frame[f"{case.b} content in {state}, % of exports to {case.a}"] = table["content, % of exports"]
        frame[f"duty gap in {state}, points"] = table["duty gap, points"]
    return frame.sort_values(f"real income in {name}, %", ascending=False, kind="stable")
