"""A quarrel seen from outside: a dossier on a world, every scenario solved, ready for the questions of a third economy.

The two parties named first are `a` and `b`. Outcomes of scenarios compare with the status quo, the status quo with the world's
table. `reference` holds the duties of the table, so that what was added since is `duties − reference`.

>>> import detente as dt
>>> case = quarrel("kuala-lumpur-2025", scenarios=["pessimistic"])
>>> case.a, case.b, case.failure, len(case.third)
('USA', 'CHN', 'pessimistic', 30)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.equilibrium.inputs import chains_of
from detente.equilibrium.levels import Array, Equilibrium
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import solve
from detente.errors import InputError, UnknownName, UnknownRegion
from detente.policy.instruments import Policy
from detente.policy.measures import Base
from detente.policy.stacking import key_of, partners_of, sectors_of
from detente.words.names import region_name
from detente.world.exposure import Chains
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier
    from detente.policy.stacking import Stack
    from detente.world.economy import Economy

STATUS_QUO = "status-quo"
SUCCESS, FAILURE = ("optimistic", "middle"), "pessimistic"
"""Ids of the scenarios in which talks succeed and fail, in the dossiers that have them (assumption A43)."""


@dataclass(frozen=True, eq=False)
class Quarrel:
    """Dossier, world, parameters and solved scenarios. `variants` holds each scenario at other parameters, for ranges; `given`
    the policies of scenarios where they are known already.
    """

    dossier: Dossier
    world: World
    parameters: Parameters
    status_quo: Outcome
    outcomes: Mapping[str, Outcome]
    variants: Mapping[Any, Mapping[str, Outcome]] = field(default_factory=dict)
    given: Mapping[Any, Policy] = field(default_factory=dict)

    @cached_property
    def parties(self) -> tuple[str, ...]:
        """Regions of the parties that this world has."""
        return tuple(p.region for p in self.dossier.parties if p.region in self.world.regions)

    @property
    def a(self) -> str:
        """The party named first."""
        return self.parties[0]

    @property
    def b(self) -> str:
        """The party named second."""
        return self.parties[1]

    @cached_property
    def third(self) -> tuple[str, ...]:
        """Everyone else."""
        return tuple(r for r in self.world.regions if r not in self.parties)

    @cached_property
    def failure(self) -> str:
        """The scenario in which talks fail: "pessimistic" where there is one, else the lowest world real income."""
        return FAILURE if FAILURE in self.outcomes else min(self.outcomes, key=lambda s: self.outcomes[s].world_real_income)

    @cached_property
    def successes(self) -> tuple[str, ...]:
        """Those in which they succeed: "optimistic" and "middle" where there are such, else the highest world real income."""
        named = tuple(s for s in SUCCESS if s in self.outcomes)
        return named or (max(self.outcomes, key=lambda s: self.outcomes[s].world_real_income),)

    def index(self, region: str) -> int:
        """Position of a region. Raises `UnknownRegion` with a suggestion."""
        if region not in self.world.regions:
            raise UnknownRegion(region, {r: region_name(r) for r in self.world.regions})
        return self.world.regions.index(region)

    def outsider(self, region: str) -> int:
        """Position of a third economy. Raises `UnknownRegion`, and `InputError` for a party."""
        n = self.index(region)
        if region in self.parties:
            raise InputError(f"{region_name(region)} sits at the table; a bystander is one of {', '.join(self.third)}")
        return n

    def scenario(self, name: str | None) -> str | None:
        """The scenario called `name`; None is the status quo. Raises `UnknownName` with a suggestion."""
        if name in (None, STATUS_QUO):
            return None
        if name not in self.outcomes:
            raise UnknownName(name, list(self.outcomes), "scenario")
        return name

    def state(self, scenario: str | None) -> Equilibrium:
        """The equilibrium in a scenario, or (None) in the status quo."""
        found = self.scenario(scenario)
        return self.status_quo.after if found is None else self.outcomes[found].after

    def added(self, scenario: str | None) -> Array:
        """Duties above those of the table [origin, destination, sector], fractions."""
        return self.state(scenario).tariffs - self.world.tariff_rates

    def chains(self, scenario: str | None) -> Chains:
        """Supply chains in a scenario, or (None) in the status quo."""
        key = self.scenario(scenario)
        if key not in self._chains:
            self._chains[key] = chains_of(self.state(key), self.parameters)
        return self._chains[key]

    @cached_property
    def _chains(self) -> dict[str | None, Chains]:
        return {}

    @cached_property
    def policies(self) -> Mapping[str | None, Policy]:
        """Policy of every scenario; None is the status quo."""
        regions, sectors = self.world.regions, self.world.sectors
        known: dict[str | None, Policy] = {
            s: self.given.get(s) or self.dossier.policy(s, regions, sectors) for s in self.outcomes
        }
        return {None: self.dossier.policy(None, regions, sectors), **known}

    def country_duty(self, scenario: str | None, region: str, toward: str) -> tuple[Array, Array]:
        """Reach of the duty `toward` levies on `region` as a country, and what it adds to the mean duty [sector], fractions.

        It is what those measures of the dossier levy that stand against all goods (a few exempt ones apart); duties on single
        sectors are not in it. Reach is the share of each sector that pays, less what other duties displace. Where the dossier
        has no such measure, all that was added since the table counts, with full reach. Raises `UnknownRegion`.
        """
        n, a = self.index(region), self.index(toward)
        regions, sectors = self.world.regions, self.world.sectors
        stack = self._stack(self.scenario(scenario))
        reach, levied, found = np.zeros(len(sectors)), np.zeros(len(sectors)), False
        for measure in self.dossier.measures_in(self.scenario(scenario)):
            general = measure.by == toward and measure.id in stack.pieces and not isinstance(measure.sectors, tuple)
            if not general or region not in partners_of(measure, regions):
                continue
            found = True
            named = sectors_of(measure, sectors)
            share = np.array([measure.share(region, s) if s in named else 0.0 for s in sectors])
            full = np.full(len(sectors), measure.rate_points(key_of(measure.rate_pct, region)) / 100)
            if measure.base is Base.FLOOR:
                full = np.maximum(full - self.world.tariff_rates[n, a], 0.0)
            piece = stack.pieces[measure.id][n, a]
            left = np.divide(piece, share * full, out=np.ones(len(sectors)), where=share * full > 0)
            reach = np.maximum(reach, np.clip(left, 0, 1) * share)
            levied = levied + piece
        if not found:
            return np.ones(len(sectors)), np.maximum(self.added(scenario)[n, a], 0.0)
        return reach, levied

    def _stack(self, scenario: str | None) -> Stack:
        if scenario not in self._stacks:
            self._stacks[scenario] = self.dossier.stack(scenario, self.world.regions, self.world.sectors, self.world.tariff_rates)
        return self._stacks[scenario]

    @cached_property
    def _stacks(self) -> dict[str | None, Stack]:
        return {}

    def solved(self, scenario: str | None, more: Policy | None = None, *, changes: Sequence[Any] = ()) -> Outcome:
        """A scenario with further instruments or changes of the dossier, against the status quo (raises `NotConverged`)."""
        key = self.scenario(scenario)
        if changes:
            policy = self.dossier.policy(key, self.world.regions, self.world.sectors, changes=changes)
        else:
            policy = self.policies[key]
        return solve(self.economy, policy + (more or Policy()), self.parameters).relative_to(self.status_quo)

    @property
    def economy(self) -> Economy:
        """The world as shares."""
        return self.status_quo.before.economy

    def real_income(self, scenario: str | None, region: str) -> float:
        """Real income of a region in a scenario, percent against the status quo; zero in the status quo itself."""
        key = self.scenario(scenario)
        return 0.0 if key is None else float(self.outcomes[key].real_income.iloc[self.index(region)])

    def income(self, region: str) -> float:
        """Income in the status quo, the table's unit a year."""
        return float(self.status_quo.after.income[self.index(region)])

    def range_of(self, region: str, weights: Mapping[str, float]) -> tuple[float, float]:
        """Lowest and highest weighted sum of real income over scenarios at the parameters tried, the central ones included."""
        names = set.intersection(*(set(self.variants.get(s, {})) for s in weights)) if weights else set()
        n = self.index(region)
        sums = [sum(w * float(self.variants[s][k].real_income.iloc[n]) for s, w in weights.items()) for k in sorted(names)]
        sums.append(sum(w * self.real_income(s, region) for s, w in weights.items()))
        return min(sums), max(sums)


def quarrel(
    dossier: Dossier | str,
    world: World | None = None,
    horizon: str | Parameters | None = None,
    *,
    scenarios: Sequence[str] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    **parameters: Any,
) -> Quarrel:
    """Solve the status quo and `scenarios` (all if None) of a dossier, without ranges.

    Raises `InputError` where this world lacks a party or the dossier has no scenario, `UnknownName`, `NotConverged`.
    """
    from detente.policy.dossier import load_dossier
    from detente.world.library import load_world

    case = load_dossier(dossier) if isinstance(dossier, str) else dossier
    table = load_world() if world is None else world
    chosen = named_horizon(horizon or case.horizon.default, **parameters)
    for s in scenarios or ():
        case.scenario(s)
    wanted = [s.id for s in case.scenarios if s.id != STATUS_QUO and (scenarios is None or s.id in scenarios)]
    check(case, table, wanted)
    economy = table.economy()
    base = solve(economy, case.policy(None, table.regions, table.sectors), chosen)
    outcomes, given = {}, {}
    for done, name in enumerate(wanted, 1):
        policy = case.policy(name, table.regions, table.sectors)
        outcomes[name], given[name] = solve(economy, policy, chosen).relative_to(base), policy
        if progress is not None:
            progress(name, done, len(wanted))
    return Quarrel(case, table, chosen, base, outcomes, given=given)


def check(dossier: Dossier, world: World, scenarios: Sequence[str]) -> None:
    """Two parties and a scenario, or `InputError`."""
    lacking = [p.region for p in dossier.parties[:2] if p.region not in world.regions]
    if lacking:
        raise InputError(f"{dossier.id} does not fit {world.name}: it has no {' and no '.join(lacking)}")
    if not scenarios:
        raise InputError(f"{dossier.id}: name at least one scenario besides {STATUS_QUO}")


def mean_rate(rates: Array, flows: Array) -> float:
    """Rates weighted by flows, in percent; zero where nothing flows."""
    return float(100 * (rates * flows).sum() / flows.sum()) if np.asarray(flows).sum() > 0 else 0.0
