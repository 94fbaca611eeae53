"""From a dossier or a policy to the plan of an ensemble: packages, parties whose trade is kept, stances to judge.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.outlook.ensemble.packages import Package
>>> economy = toy_world().economy()
>>> acting(Package.of("p", Policy([Tariff(by="AAA", on="BBB", rate=0.1)]), economy), economy)
('AAA', 'BBB')
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.errors import InputError, UnknownName
from detente.outlook.ensemble.chunks import Payoffs, Plan, stance_combinations
from detente.outlook.ensemble.draws import inputs_for
from detente.outlook.ensemble.packages import Package
from detente.policy.dossier import Dossier, load_dossier
from detente.policy.instruments import Policy
from detente.world.economy import Economy
from detente.world.world import World


def make_plan(
    source: Dossier | Policy | str, draws: int, seed: int, world: World | Economy | None, scenario: str | Sequence[str] | None,
    horizon: str | Parameters | None, what: Sequence[str], chunk: int, parameters: Mapping[str, Any],
) -> tuple[Plan, str, dict[str, str | None], tuple[str, ...]]:  # fmt: skip
    """The plan, a title, what each scenario is compared with (None: the table) and the parties."""
    from detente.world.library import load_world

    unknown = [w for w in what if w not in ("headlines", "payoffs")]
    if unknown:
        raise UnknownName(unknown[0], ["headlines", "payoffs"], "part of an ensemble")
    table = load_world() if world is None else world
    economy = table.economy()
    case = load_dossier(source) if isinstance(source, str) else source
    if isinstance(case, Policy):
        if scenario is not None:
            raise InputError("a policy is one scenario; give no scenario=")
        if "payoffs" in what:
            raise InputError("payoffs need a dossier, whose parties have stances")
        chosen = named_horizon(horizon or "medium", **parameters)
        packages = {"policy": Package.of("policy", case, economy)}
        parties = acting(packages["policy"], economy)
        plan = Plan(economy, chosen, inputs_for(table, chosen), seed, draws, chunk, packages, _pairs(parties))
        return plan, "; ".join(case.describe()) or "no policy", {"policy": None}, parties
    problems = case.check(economy.regions, economy.sectors)
    if problems:
        raise InputError(f"{case.id} does not fit {economy.name}: {problems[0]}")
    chosen = named_horizon(horizon or case.horizon.default, **parameters)
    names = [s.id for s in case.scenarios] if scenario is None else [scenario] if isinstance(scenario, str) else list(scenario)
    names = list(dict.fromkeys(["status-quo", *names] if scenario is None else names))
    packages = {"status-quo": Package.of("status-quo", case.policy(None, economy.regions, economy.sectors), economy)}
    for name in names:
        if name != "status-quo":
            packages[name] = Package.of(name, case.policy(name, economy.regions, economy.sectors), economy)
    parties = tuple(p.region for p in case.parties)
    payoffs = _payoffs(case, economy) if "payoffs" in what else None
    plan = Plan(
        economy, chosen, inputs_for(table, chosen, case), seed, draws, chunk, packages, _pairs(parties), "status-quo", payoffs
    )
    return plan, case.title, {n: None if n == "status-quo" else "status-quo" for n in names}, parties


def _payoffs(case: Dossier, economy: Economy) -> Payoffs:
    from detente.strategy.objectives import Weights
    from detente.strategy.payoffs import AUDIENCE_POINTS

    for party in case.parties:
        if not party.stances:
            raise InputError(f"{case.id} gives {party.region} no stances; add ease, hold and escalate to the party")
    day: datetime.date = max([s.policy_date for s in case.scenarios] or [case.as_of])
    combinations = stance_combinations([[s.stance for s in p.stances] for p in case.parties])
    packages = []
    for combination in combinations:
        changes = [c for party, name in zip(case.parties, combination, strict=True) for c in party.stance(name).changes]
        policy = case.policy(None, economy.regions, economy.sectors, changes=changes, day=day)
        packages.append(Package.of("/".join(combination), policy, economy))
    weights = {p.region: Weights.of(case, p.region) for p in case.parties}
    return Payoffs(combinations, tuple(packages), weights, AUDIENCE_POINTS)


def acting(package: Package, economy: Economy) -> tuple[str, ...]:
    """Who a policy is between: the governments that act and those they act on, the largest flows first, at most four."""
    shock, flows = package.shock, economy.shipments
    hit = (
        (shock.tariffs != economy.tariffs) | (shock.iceberg != 1) | ~shock.allowed | (shock.export_taxes != economy.export_taxes)
    )
    for control in shock.controls:
        hit = hit | control.flows
    value = np.where(hit, flows, 0.0).sum(2)
    weight = value.sum(0) + value.sum(1)
    order = np.argsort(-weight, kind="stable") if weight.any() else np.argsort(-economy.income, kind="stable")
    return tuple(economy.regions[k] for k in order[: 4 if (weight > 0).sum() > 2 else 2])


def _pairs(parties: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((a, b) for a in parties for b in parties if a != b)
