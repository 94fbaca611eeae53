"""A case: a dossier on a world at parameters, lazily solved, nothing solved twice.

A scenario is compared with what the law does by itself, or with another of four baselines (`baselines`). A case stands at a node
of the path (`month`: its parameters, every duty at its own age, goods under export control as chokepoints; `history`), and its
ranges are over the `readings` of the path; or at a textbook horizon, and its ranges are over both ends of the parameters'
published ranges, each alone, then all low and all high, and over both exchange-rate closures. What is solved is remembered by
the case, and on disk by content (`equilibrium.memory`), so that a later run solves nothing again. A case may be read from several
threads.

>>> case = Case.of("kuala-lumpur-2025", scenarios=["middle", "pessimistic"])
>>> case.parties, case.host, case.worst, len(case.third)
(('USA', 'CHN'), 'MYS', 'pessimistic', 30)
>>> low, value, high = case.range("real_income", "pessimistic", "MYS")
>>> bool(low <= value == case.outcome("pessimistic").real_income["MYS"] <= high)
True
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from threading import RLock
from typing import Any, Generic, NamedTuple, TypeVar, cast

import numpy as np
import pandas as pd

from detente.cases.baselines import BASELINES, IN_FORCE, LAW, NO_DEAL, REFERENCE, STATUS_QUO, Baseline, baseline
from detente.cases.history import Moment, moments, pieces, turning
from detente.cases.readings import CENTRAL, PINNED, Node, readings
from detente.checks import calendar_day
from detente.equilibrium.chokepoints import DAYS_A_MONTH, ROWS, Narrowed, Rent, narrowed
from detente.equilibrium.indicators import Indicator, indicator as named_indicator
from detente.equilibrium.inputs import chains_of
from detente.equilibrium.levels import Equilibrium
from detente.equilibrium.memory import solved_once
from detente.equilibrium.months import End, month_of
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import ExchangeRate, Parameters, at_month, horizon as named_horizon, horizon_entry
from detente.equilibrium.solve import Solver, solve, solve_shock, untouched
from detente.errors import CornerResult, InputError, NotConverged, UnknownName, UnknownRegion
from detente.files import code_digest, digest
from detente.policy.changes import Change, apply_changes
from detente.policy.dossier import Dossier, load_dossier
from detente.policy.instruments import Policy
from detente.policy.measures import Base, Measure, key_of
from detente.policy.parts import Scenario
from detente.policy.shock import Shock
from detente.policy.stacking import Stack, partners_of, policy_on, sectors_of, stack_on
from detente.policy.timing import in_force, turning_days
from detente.types import Array, Progress, Range
from detente.words import refusal
from detente.words.names import goods_sectors, group_table, region_name
from detente.world.chains import Chains
from detente.world.economy import Economy
from detente.world.library import load_world
from detente.world.world import World

__all__ = ["BASELINES", "CENTRAL", "PINNED", "STATUS_QUO", "Case", "Node", "mean_rate", "run_scenarios"]
T = TypeVar("T")
LAID_OUT = 32
"""Sets of measures in force that a case keeps laid out, about 1 MB each on the shipped world. A measure that was moved makes a
set of its own wherever it was moved to, so that there is no end to them."""


def parameter_variants(parameters: Parameters) -> dict[str, Parameters]:
    """The parameter set at the ends of its horizon's ranges: each parameter alone, then all low and all high together."""
    ranges: Mapping[str, Any] = horizon_entry(parameters.name).get("ranges", {})
    variants: dict[str, Parameters] = {}
    for key, ends in ranges.items():
        for end, value in zip(("low", "high"), ends, strict=True):
            variants[f"{key} {end}"] = named_horizon(parameters, **{key: value})
    if len(ranges) > 1:
        for position, end in enumerate(("low", "high")):
            variants[f"all {end}"] = named_horizon(parameters, **{key: ends[position] for key, ends in ranges.items()})
    return variants


class LaidOut(NamedTuple):
    """What is in force as a policy and its shock. The measures are held, so that their ids stay their own."""

    policy: Policy
    shock: Shock
    measures: tuple[Measure, ...]


@dataclass(frozen=True, eq=False)
class Case:
    """A dossier on a world at parameters. `ids` are the scenarios that count, in the dossier's order, the status quo left out;
    without `with_ranges` there are no variants. Made by `Case.of`, which checks that they fit each other.
    """

    dossier: Dossier
    world: World
    parameters: Parameters
    ids: tuple[str, ...]
    with_ranges: bool = True
    solver: Solver | None = None
    _known: dict[Any, Any] = field(init=False, default_factory=dict, repr=False)
    _turns: dict[Any, RLock] = field(init=False, default_factory=dict, repr=False)
    _laid_out: dict[tuple[int, ...], LaidOut] = field(init=False, default_factory=dict, repr=False)
    _guard: RLock = field(init=False, default_factory=RLock, repr=False)

    @classmethod
    def of(
        cls,
        dossier: Dossier | str | Path,
        world: World | str | None = None,
        horizon: str | Parameters | None = None,
        *,
        scenarios: Sequence[str] | None = None,
        with_ranges: bool = True,
        solver: Solver | None = None,
        **parameters: Any,
    ) -> Case:
        """The case of a dossier (or its name or file) on a world (the shipped one) at a horizon (the dossier's own).

        Any parameter may be replaced by name. Raises `BadDossier` where fewer than two parties are in this world, `UnknownName`
        for a scenario or horizon there is not, and what reading the dossier or the world raises. Nothing is solved yet.
        """
        negotiation = dossier if isinstance(dossier, Dossier) else load_dossier(dossier)
        table = load_world(world) if isinstance(world, str) else load_world() if world is None else world
        negotiation.must_fit(table)
        for name in scenarios or ():
            negotiation.scenario(name)
        ids = [s.id for s in negotiation.scenarios if s.id != STATUS_QUO and (scenarios is None or s.id in scenarios)]
        chosen = named_horizon(horizon or negotiation.horizon.default, **parameters)
        return cls(negotiation, table, chosen, tuple(ids), with_ranges, solver)

    def at(self, horizon: str | Parameters, *, scenarios: Sequence[str] | None = None, with_ranges: bool = False) -> Case:
        """The same case at another horizon; its policies are not read again."""
        ids = self.ids if scenarios is None else tuple(s for s in self.ids if s in scenarios)
        other = Case(self.dossier, self.world, named_horizon(horizon), ids, with_ranges, self.solver)
        other.__dict__["policies"] = self.policies
        return other

    def on_day(self, day: date | str) -> Case:
        """The case as it stands on another day: what is in force then holds for good, and months count from that day."""
        other = Case(
            self.dossier.model_copy(update={"as_of": calendar_day(day)}),
            self.world,
            self.parameters,
            (),
            self.with_ranges,
            self.solver,
        )
        # the same goods are hard to replace on every day
        other.__dict__.update(
            economy=self.economy, controlled=self.controlled, question=digest([self.question, str(other.dossier.as_of)])
        )
        return other

    # -- who -------------------------------------------------------------------------------------------------------------
    @cached_property
    def parties(self) -> tuple[str, ...]:
        """Regions of the parties that this world has, in the order of the dossier; two or more."""
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
    def host(self) -> str | None:
        """The region of the venue, unless it is a party or this world lacks it."""
        region = self.dossier.venue.region
        return region if region in self.world.regions and region not in self.parties else None

    @cached_property
    def group(self) -> str | None:
        """The named group the host belongs to, when the world has at least two of its members."""
        for code, entry in group_table().items():
            if self.host and entry["members"] != "all" and self.host in entry["members"] and len(self.members(code)) > 1:
                return code
        return None

    def members(self, code: str) -> tuple[str, ...]:
        """Regions of this world in a group; a region is its own only member."""
        listed = group_table().get(code, {}).get("members", [code])
        return self.world.regions if listed == "all" else tuple(m for m in listed if m in self.world.regions)

    @property
    def trio(self) -> tuple[str, ...]:
        """Every party and the host."""
        return (*self.parties, *((self.host,) if self.host else ()))

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every pair of parties, in the order of the dossier."""
        return tuple(itertools.combinations(self.parties, 2))

    @cached_property
    def focus(self) -> tuple[str, ...]:
        """Regions and groups of a headline: every party, the host, its group, the world."""
        return (*self.trio, *((self.group,) if self.group else ()), "WORLD")

    @cached_property
    def third(self) -> tuple[str, ...]:
        """All regions that are no party."""
        return tuple(r for r in self.world.regions if r not in self.parties)

    def index(self, region: str) -> int:
        """Position of a region. Raises `UnknownRegion` with a suggestion."""
        if region not in self.world.regions:
            raise UnknownRegion(region, {r: region_name(r) for r in self.world.regions})
        return self.world.regions.index(region)

    def outsider(self, region: str) -> int:
        """Position of a third economy. Raises `UnknownRegion`, and `InputError` for a party."""
        n = self.index(region)
        if region in self.parties:
            raise InputError(refusal("cases", "sits_at_the_table", region=region_name(region), third=", ".join(self.third)))
        return n

    @cached_property
    def goods(self) -> tuple[str, ...]:
        """Goods sectors of this world."""
        return goods_sectors(self.world.sectors)

    # -- scenarios -------------------------------------------------------------------------------------------------------
    @cached_property
    def scenarios(self) -> tuple[Scenario, ...]:
        """The scenarios that count, in the order of the dossier."""
        return tuple(s for s in self.dossier.scenarios if s.id in self.ids)

    def scenario(self, name: str | None) -> str | None:
        """What is called `name`: None for what is in force ("status-quo", "in-force"), "law" for what the law does by itself, the
        worst scenario for "no-deal", else a scenario of the dossier. Raises `UnknownName` with a suggestion."""
        if name in (None, STATUS_QUO, IN_FORCE):
            return None
        if name == NO_DEAL and NO_DEAL not in self.ids:
            return self.worst
        if name != LAW and name not in self.ids:
            raise UnknownName(name, list(self.ids), "scenario")
        return name

    @cached_property
    def worst(self) -> str:
        """The scenario in which talks fail: role `worst`, else the lowest world real income. Raises `InputError`."""
        return self._role("worst", min)

    @cached_property
    def best(self) -> str:
        """The scenario in which they succeed most: role `best`, else the highest world real income. Raises `InputError`."""
        return self._role("best", max)

    @cached_property
    def successes(self) -> tuple[str, ...]:
        """Scenarios in which talks succeed: those of role `best` or `good`, else `best`."""
        return tuple(s.id for s in self.scenarios if s.role in ("best", "good")) or (self.best,)

    def must_have_scenarios(self) -> None:
        """Raise `InputError` where the dossier has no scenario beside the status quo."""
        if not self.ids:
            raise InputError(refusal("cases", "name_at_least_one", id=self.dossier.id, status_quo=STATUS_QUO))

    def _role(self, role: str, rule: Callable[..., str]) -> str:
        self.must_have_scenarios()
        named = [s.id for s in self.scenarios if s.role == role]
        return named[0] if named else rule(self.ids, key=lambda s: self.outcome(s).world_real_income)

    # -- policies --------------------------------------------------------------------------------------------------------
    @cached_property
    def law_day(self) -> date:
        """The day up to which the law by itself is read: the last that a scenario is read on, so that both see the same dates."""
        return self.dossier.stances_day

    def measures(self, scenario: str | None, changes: Sequence[Change] = ()) -> tuple[Measure, ...]:
        """The measures of a scenario after further changes."""
        name = self.scenario(scenario)
        return apply_changes(self.dossier.measures_in(None if name == LAW else name), changes)

    def day(self, scenario: str | None) -> date:
        """The day on which a scenario is read."""
        name = self.scenario(scenario)
        return self.law_day if name == LAW else self.dossier.changes_of(name)[1]

    @cached_property
    def policies(self) -> Mapping[str | None, Policy]:
        """Policy of every scenario on its day; None is the status quo on the dossier's, "law" the law by itself."""
        return Lazily((None, LAW, *self.ids), self.policy)

    def policy(self, scenario: str | None, changes: Sequence[Change] = (), day: date | str | None = None) -> Policy:
        """The policy of a scenario after further changes of the dossier, in force on `day` (its own if None)."""
        name = self.scenario(scenario)
        own, when = None if name == LAW else name, self.day(name) if day is None else calendar_day(day)

        def work() -> Policy:
            return self.dossier.policy(own, self.world.regions, self.world.sectors, changes=changes, day=when)

        return work() if changes or day is not None else self.once(("policy", name), work)

    def stack(self, scenario: str | None) -> Stack:
        """How the measures of a scenario add up."""
        name = self.scenario(scenario)
        regions, sectors, rates = self.world.regions, self.world.sectors, self.world.tariff_rates
        return self.once(("stack", name), lambda: stack_on(self.measures(name), self.day(name), regions, sectors, rates))

    def history(self, scenario: str | None, changes: Sequence[Change] = (), day: date | str | None = None) -> tuple[Moment, ...]:
        """What was in force when, up to the policy of a scenario, with further changes made on the dossier's day; `history`."""
        name = self.scenario(scenario)
        if changes or day is not None:
            return self._history(name, changes, self.day(name) if day is None else calendar_day(day))
        return self.once(("history", name), lambda: self._history(name, (), self.day(name)))

    def _history(self, name: str | None, changes: Sequence[Change], last: date) -> tuple[Moment, ...]:
        decision, measures = self.dossier.as_of, self.measures(name, changes)
        shocks: dict[int, Shock] = {}

        def policy(day: date) -> Policy:
            found, shocks[id(found)] = self._laid_out_on(measures, day)
            return found

        def shock(found: Policy) -> Shock:
            return shocks[id(found)]

        if name is None and not changes and last == decision:
            first = min((d for m in measures for d in turning_days(m)), default=decision)
            days = [d for d in turning(measures, first, decision) if d < decision]
            return moments([*days, decision], decision, policy, self.economy, (), shock)
        days = turning(measures, decision, max(last, decision))
        return moments(days, decision, policy, self.economy, self.history(None), shock)

    def _laid_out_on(self, measures: Sequence[Measure], day: date) -> tuple[Policy, Shock]:
        """The policy of a day and its shock: what is in force on many days, of many scenarios, is often the same."""
        active = in_force(measures, day)
        key = tuple(map(id, active))
        with self._guard:
            found = self._laid_out.pop(key, None)
        if found is None:
            policy = policy_on(active, day, self.world.regions, self.world.sectors)
            found = LaidOut(policy, policy.shock(self.economy), active)
        with self._guard:
            self._laid_out[key] = found  # the last one used stands last
            while len(self._laid_out) > LAID_OUT:
                del self._laid_out[next(iter(self._laid_out))]
        return found.policy, found.shock

    # -- outcomes --------------------------------------------------------------------------------------------------------
    @cached_property
    def month(self) -> float | None:
        """The month of the path at which the case stands; None at a textbook horizon."""
        return month_of(self.parameters)

    @cached_property
    def replaced(self) -> dict[str, Any]:
        """Parameters given by hand that differ from those of the case's node of the path."""
        if self.month is None:
            return {}
        given, node = self.parameters, at_month(self.month, exchange_rate=self.parameters.exchange_rate)
        own = {f.name: getattr(given, f.name) for f in fields(given)}
        return {k: v for k, v in own.items() if k != "name" and not np.array_equal(v, getattr(node, k))}

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """Where the case is solved, by the name of the parameter set: at its own, "central", and with ranges at the others."""
        if self.month is None:
            return {name: Node(None, variant=name) for name in self._textbook}
        known = readings(controls=bool(self.controlled)) if self.with_ranges else {CENTRAL: readings()[CENTRAL]}
        found = {name: Node.read(self.month, reading) for name, reading in known.items()}
        if self.parameters.exchange_rate == "pinned":
            found = {k: n._replace(exchange_rate="pinned") for k, n in found.items() if n.exchange_rate is None}
        return found

    @cached_property
    def _textbook(self) -> dict[str, Parameters]:
        sets = {CENTRAL: self.parameters}
        if self.with_ranges:
            sets |= parameter_variants(self.parameters)
            if self.parameters.exchange_rate == "flexible" and self.parameters.deficits == "fixed":
                sets[PINNED] = named_horizon(self.parameters, exchange_rate="pinned")
        return sets

    @cached_property
    def parameter_sets(self) -> dict[str, Parameters]:
        """The parameters, named "central", and with ranges the variants of them and the other closure of the exchange rate."""
        return {name: self.parameters_at(node) for name, node in self.nodes.items()}

    def parameters_at(self, node: Node) -> Parameters:
        """The parameters at a node of the path, with what was replaced by hand."""
        if node.month is None:
            chosen = self._textbook[node.variant]
            return chosen if node.exchange_rate is None else named_horizon(chosen, exchange_rate=node.exchange_rate)
        closure = node.exchange_rate or "flexible"
        at = at_month(node.month, dict(node.ends), exchange_rate=closure, critical=self._critical)
        kept = {k: v for k, v in self.replaced.items() if k not in {name for name, _ in node.ends}}
        return named_horizon(at, **kept) if kept else at

    def answered(self, scenario: str | None = None, against: str | None = None) -> tuple[str, ...]:
        """The parameter sets at which a scenario has an answer. Economies that hardly trade at home may have none with the
        exchange rate pinned, a node of the path none that can be believed; such a set is left out of the range. The central one
        raises: `NotConverged`, `CornerResult`."""
        return self._answers(self.scenario(scenario), against)

    def _answers(
        self, name: str | None, against: str | None, told: Callable[[str | None], None] = lambda _: None
    ) -> tuple[str, ...]:
        """`answered`; `told` hears of every set."""

        def work() -> tuple[str, ...]:
            found = []
            for v in self.nodes:
                try:
                    self.outcome(name, variant=v, against=against)
                    found.append(v)
                except (NotConverged, CornerResult):
                    if v == CENTRAL or (self.month is None and v != PINNED):
                        raise
                told(name)
            return tuple(found)

        return self.once(("answered", name, against), work)

    @cached_property
    def economy(self) -> Economy:
        """The world as shares."""
        return self.world.economy()

    def outcome(
        self,
        scenario: str | None = None,
        *,
        variant: str = CENTRAL,
        more: Policy | None = None,
        changes: Sequence[Change] = (),
        day: date | str | None = None,
        against: str | None = None,
        month: float | None = None,
        exchange_rate: ExchangeRate | None = None,
        ends: Mapping[str, End] | None = None,
        rent: Rent = "buyers",
    ) -> Outcome:
        """A scenario (None: what is in force, "law": the law by itself) against a baseline.

        `against` names one of `BASELINES`; None is the law for a scenario, what is in force for the law, and the reference for
        what is in force. `variant` names another parameter set of the case, or at a `month` a reading of the path; `changes`
        changes measures, read on `day` (the scenario's own if None), `more` adds instruments. With a `month` it is the outcome
        that many months after the dossier's day (default: the case's own `month`), with each duty's own age and goods under
        export control as chokepoints (`chokepoints.narrowed`; `rent` says who has what a scarce good is worth beyond its list
        price; `ends` takes rows of the path at an end of their range). `exchange_rate` replaces the closure. The baseline is
        solved at the same node. Raises `UnknownName`, `NotConverged`, `CornerResult`, `ShockError`, `InputError`.
        """
        name = self.scenario(scenario)
        day = None if day is None else calendar_day(day)
        node = self.node(variant, month, exchange_rate, ends, rent)
        base = self.compared_with(name, against)
        if more is None and not changes and day is None:
            if base == REFERENCE:
                return self._solved(name, node)
            return self.once(
                ("relative", name, base, node), lambda: self._solved(name, node).relative_to(self._baseline(base, node))
            )
        raw = self._raw(name, changes, day, more or Policy(), node)
        return raw if base == REFERENCE else raw.relative_to(self._baseline(base, node))

    def compared_with(self, scenario: str | None, against: str | None = None) -> Baseline:
        """The baseline a scenario is compared with; see `outcome`. Raises `UnknownName`."""
        if against is not None:
            return baseline(against)
        name = self.scenario(scenario)
        return REFERENCE if name is None else IN_FORCE if name == LAW else LAW

    def node(
        self,
        variant: str = CENTRAL,
        month: float | None = None,
        exchange_rate: ExchangeRate | None = None,
        ends: Mapping[str, End] | None = None,
        rent: Rent = "buyers",
    ) -> Node:
        """Where an outcome is solved; see `outcome`. Raises `UnknownName`, `InputError`."""
        at = self.month if month is None else month
        asked = Node.of(at, exchange_rate, ends, rent, variant if at is None else CENTRAL)
        if at is None and variant not in self._textbook:
            raise UnknownName(variant, list(self._textbook), "parameter set")
        if at is None or variant == CENTRAL:
            pinned = at is not None and exchange_rate is None and self.parameters.exchange_rate == "pinned"
            return asked._replace(exchange_rate="pinned") if pinned else asked
        if ends or exchange_rate or rent != "buyers":
            raise InputError(refusal("cases", "one_reading", variant=repr(variant)))
        known = readings()
        if variant not in known:
            raise UnknownName(variant, list(known), "reading of the path")
        return Node.read(at, known[variant])

    def _baseline(self, base: Baseline, node: Node) -> Outcome:
        return self._solved({LAW: LAW, NO_DEAL: self.worst if base == NO_DEAL else None}.get(base), node)

    def _solved(self, name: str | None, node: Node) -> Outcome:
        return self.once(("solved", name, node), lambda: self._raw(name, (), None, Policy(), node))

    def _raw(self, name: str | None, changes: Sequence[Change], day: date | None, more: Policy, node: Node) -> Outcome:
        """A scenario at a node against the table."""
        if node.month is not None:
            return self.after(self.history(name, changes, day), node, more)
        plain = self.policies[name] if not changes and day is None else self.policy(name, changes, day)
        return self._textbook_outcome(plain + more if more else plain, node)

    def _textbook_outcome(self, policy: Policy, node: Node) -> Outcome:
        with solved_once(between_runs=True):
            return solve(self.economy, policy, self.parameters_at(node), solver=self.solver)

    def solved(self, past: Sequence[Moment], node: Node) -> Outcome:
        """What a history leads to against the table; at a textbook horizon only its last policy counts."""
        return self._textbook_outcome(past[-1].policy, node) if node.month is None else self.after(past, node)

    def after(self, past: Sequence[Moment], node: Node, more: Policy | None = None) -> Outcome:
        """What a history leads to at a node of the path, against the table."""
        shock, policy, parameters = self.laid_out(past, node, more)
        with solved_once(between_runs=True):
            return solve_shock(self.economy, shock, parameters, policy=policy, solver=self.solver)

    def laid_out(self, history: Sequence[Moment], node: Node, more: Policy | None = None) -> tuple[Shock, Policy, Parameters]:
        """What a node of the path is solved with: the shock of what is in force by then, with duties of their age and goods under
        export control as chokepoints; the policy it is of; the parameters. `more` adds instruments of the node's own age."""
        month, ends = node.month or 0.0, dict(node.ends)
        past = [m for m in history if m.begins <= month]
        policy = past[-1].policy + more if more else past[-1].policy

        def narrow(shock: Shock) -> Narrowed:
            controls = [(m.begins, m.shock.controls) for m in past[:-1]] + [(past[-1].begins, shock.controls)]
            return narrowed(self.economy, shock, controls, month, ends, rent=node.rent)

        if more:
            held = narrow(policy.shock(self.economy))
        else:
            rows = tuple((row, end) for row, end in node.ends if row in ROWS)
            held = past[-1].once(("narrowed", month, rows, node.rent), lambda: narrow(past[-1].shock))
        shock = held.shock
        if "trade_elasticity_factor" not in self.replaced:  # given by hand it holds for duties of every age
            young = past[-1].once("pieces", lambda: pieces(untouched(self.economy), past)).unanswered(month, ends)
            if young.any():
                shock = replace(shock, unanswered=young)
        parameters = self.parameters_at(node)
        goods = tuple(s for s in self.world.sectors if s in {*held.goods, *parameters.critical_inputs})
        return shock, policy, named_horizon(parameters, critical_inputs=goods)

    @cached_property
    def controlled(self) -> frozenset[str]:
        """Goods that are under export control on any day of any scenario: every node holds them to be hard to replace, so that
        scenarios can be compared."""
        return frozenset(s for name in (None, LAW, *self.ids) for m in self.history(name) for s in m.shock.controlled_goods)

    @cached_property
    def _critical(self) -> tuple[str, ...]:
        return tuple(s for s in self.world.sectors if s in self.controlled)

    def under(self, policy: Policy, *, variant: str = CENTRAL, against: str | None = None) -> Outcome:
        """Any policy from the dossier's day on, against a baseline (the law if None); it is not remembered."""
        node, base = self.node(variant), baseline(against or LAW)
        if node.month is None:
            raw = self._textbook_outcome(policy, node)
        else:
            raw = self.after((*self.history(None), Moment(0.0, policy, policy.shock(self.economy))), node)
        return raw if base == REFERENCE else raw.relative_to(self._baseline(base, node))

    def had_stayed(self, day: date | str, variant: str = CENTRAL) -> Outcome:
        """What was in force on an earlier day, had nothing changed since, against the reference: what came in between is what the
        status quo differs from it by, duties that stand on both days being of the same age."""
        day = calendar_day(day)
        begins = (day - self.dossier.as_of).days / DAYS_A_MONTH
        past = [m for m in self.history(None) if m.begins <= begins]
        if not past:
            policy = self.policy(None, day=day)
            past = [Moment(begins, policy, policy.shock(self.economy))]
        return self.once(("had stayed", day, variant), lambda: self.solved(past, self.node(variant)))

    @property
    def status_quo(self) -> Outcome:
        """The status quo against the reference."""
        return self.outcome(None)

    @cached_property
    def outcomes(self) -> Mapping[str, Outcome]:
        """Every scenario against the law by itself, solved when it is asked for."""
        return Lazily(self.ids, self.outcome)

    @cached_property
    def variants(self) -> Mapping[str | None, Mapping[str, Outcome]]:
        """Scenario → parameter set → outcome against its baseline at the same set; without ranges there is no other set, and
        the other closure is none of them."""
        names = tuple(v for v in self.nodes if v not in (CENTRAL, PINNED))

        def of(scenario: str | None) -> Mapping[str, Outcome]:
            return Lazily(names, lambda v: self.outcome(scenario, variant=v))

        return Lazily((None, *self.ids), of)

    def solve(self, progress: Progress | None = None, order: Sequence[str | None] | None = None) -> Case:
        """Solve all of it now; `progress(scenario, done, steps)` after each."""
        packages = (None, *self.ids) if order is None else order
        steps = len(packages) * len(self.nodes)
        done = 0

        def counted(name: str | None) -> None:
            nonlocal done
            done += 1
            if progress is not None:
                progress("status quo" if name is None else name, done, steps)

        for name in packages:
            self._answers(name, None, counted)
        return self

    # -- what is read off them -------------------------------------------------------------------------------------------
    def range(
        self,
        indicator: str | Indicator | Callable[[Outcome], float],
        scenario: str | None = None,
        region: str = "WORLD",
        *,
        against: str | None = None,
    ) -> Range:
        """Lowest, central and highest value over the parameter sets, in the indicator's unit, against a baseline (`outcome`).

        `indicator` is a name of `equilibrium.indicators` (read for `region`: a region, a group or WORLD), or a function of an
        outcome. Raises `UnknownName`, `UnknownRegion`, `InputError`.
        """
        if callable(indicator):
            read = indicator
        else:
            chosen = named_indicator(indicator) if isinstance(indicator, str) else indicator

            def read(outcome: Outcome) -> float:
                return chosen.of(outcome, region)

        sets = self.answered(scenario, against)
        values = [float(read(self.outcome(scenario, variant=v, against=against))) for v in sets]
        return Range(min(values), values[0], max(values))

    def ranges(self, scenario: str | None = None, indicator: str = "real_income", *, against: str | None = None) -> pd.DataFrame:
        """Low, central and high of one indicator, a row a region, over the parameter sets."""
        read, sets = named_indicator(indicator).read, self.answered(scenario, against)
        values = pd.DataFrame({v: read(self.outcome(scenario, variant=v, against=against)) for v in sets})
        return pd.DataFrame({"low": values.min(axis=1), "central": values[CENTRAL], "high": values.max(axis=1)})

    def world_range(
        self, scenario: str | None = None, members: tuple[str, ...] | None = None, *, against: str | None = None
    ) -> Range:
        """Real income of the world, or of `members` together, percent."""

        def read(o: Outcome) -> float:
            return o.world_real_income if members is None else o.group_real_income(members)

        return self.range(read, scenario, against=against)

    def weighted_range(self, region: str, weights: Mapping[str, float], *, against: str | None = None) -> tuple[float, float]:
        """Lowest and highest weighted sum of a region's real income over scenarios, at one parameter set at a time, percent."""
        n = self.index(region)
        common = set(self.nodes).intersection(*(self.answered(s, against) for s in weights))
        sums = [
            sum(w * float(self.outcome(s, variant=v, against=against).real_income.iloc[n]) for s, w in weights.items())
            for v in sorted(common, key=lambda v: (v == CENTRAL, v))
        ]
        return min(sums), max(sums)

    def real_income(self, scenario: str | None, region: str, *, against: str = LAW) -> float:
        """Real income of a region in a scenario, percent against a baseline; zero in the baseline itself."""
        return float(self.outcome(scenario, against=against).real_income.iloc[self.index(region)])

    def nominal_income(self, region: str) -> float:
        """Income in the status quo, the table's unit a year."""
        return float(self.status_quo.after.income[self.index(region)])

    def mutual_trade(self, outcome: Outcome, parties: Sequence[str] | None = None) -> float:
        """Change of goods trade among `parties` (all if None), all ways, percent of what it was; NaN without any."""
        at = [self.index(p) for p in parties or self.parties]
        goods = [self.world.sectors.index(s) for s in self.goods]

        def total(shipments: Array) -> float:
            return sum(float(shipments[i, n, goods].sum()) for i in at for n in at if i != n)

        before = total(outcome.before.shipments)
        return 100 * (total(outcome.after.shipments) / before - 1) if before > 0 else math.nan

    def state(self, scenario: str | None) -> Equilibrium:
        """The equilibrium in a scenario, or (None) in the status quo."""
        return self.outcome(scenario).after

    def added(self, scenario: str | None) -> Array:
        """Duties above those of the table [origin, destination, sector], fractions."""
        return self.state(scenario).tariffs - self.world.tariff_rates

    def chains(self, scenario: str | None) -> Chains:
        """Supply chains in a scenario, or (None) in the status quo."""
        name = self.scenario(scenario)
        return self.once(("chains", name), lambda: chains_of(self.state(name), self.parameters))

    def country_duty(self, scenario: str | None, region: str, toward: str) -> tuple[Array, Array]:
        """Reach of the duty `toward` levies on `region` as a country, and what it adds to the mean duty [sector], fractions.

        It is what those measures of the dossier levy that stand against all goods (a few exempt ones apart); duties on single
        sectors are not in it. Reach is the share of each sector that pays, less what other duties displace. Where the dossier
        has no such measure, all that was added since the table counts, with full reach. Raises `UnknownRegion`.
        """
        n, a = self.index(region), self.index(toward)
        regions, sectors = self.world.regions, self.world.sectors
        stack = self.stack(scenario)
        reach, levied, found = np.zeros(len(sectors)), np.zeros(len(sectors)), False
        for measure in self.measures(scenario):
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

    # -- memory ----------------------------------------------------------------------------------------------------------
    def once(self, name: Any, work: Callable[[], T]) -> T:
        """What `work` gives, worked out once a case under this name; who asks meanwhile waits for it.

        That there is no equilibrium is an answer too: it is found once and raised again. Any other failure is not kept.
        """
        with self._turns.setdefault(name, RLock()):
            if name not in self._known:
                try:
                    self._known[name] = work()
                except (NotConverged, CornerResult) as error:
                    self._known[name] = _Refused(error)
            found = self._known[name]
        if isinstance(found, _Refused):
            raise found.error.with_traceback(None)
        return cast(T, found)

    def lasting(self, name: tuple[object, ...], work: Callable[[], bytes]) -> bytes:
        """What `work` gives, kept from run to run under `name` and all that a case depends on. A failure is not kept."""
        with solved_once(between_runs=True) as kept:
            return kept.lasting(repr((self.question, name)), work)

    @cached_property
    def question(self) -> str:
        """Digest of all that what follows from a case depends on, the code that works it out too."""
        code = code_digest("policy", "equilibrium", "cases", "strategy", "talks", "world", "data")
        return digest([
            self.dossier.model_dump(mode="json", by_alias=True), self.world.fingerprint, self.world.extras_digest,
            self.parameters.record(), repr(self.replaced), self.ids, repr(self.solver), code, version("jax"), version("numpy"),
        ])  # fmt: skip


@dataclass(frozen=True)
class _Refused:
    """Why there is no answer."""

    error: Exception


Key = TypeVar("Key")


class Lazily(Mapping[Key, T], Generic[Key, T]):
    """A mapping whose values are made when they are asked for; the keys are known, in their order."""

    def __init__(self, keys: Sequence[Key], make: Callable[[Key], T]) -> None:
        self._keys, self._make = tuple(keys), make

    def __getitem__(self, key: Key) -> T:
        if key not in self._keys:
            raise KeyError(key)
        return self._make(key)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def mean_rate(rates: Array, flows: Array) -> float:
    """Rates weighted by flows, in percent; zero where nothing flows."""
    return float(100 * (rates * flows).sum() / flows.sum()) if np.asarray(flows).sum() > 0 else 0.0


Scenarios = Case
"""The name that `run_scenarios` had for what it gives."""


def run_scenarios(
    dossier: Dossier | str | Path,
    world: World | str | None = None,
    horizon: str | Parameters | None = None,
    *,
    with_ranges: bool = True,
    progress: Progress | None = None,
    **parameters: Any,
) -> Case:
    """`Case.of`, solved whole: every scenario, with `with_ranges` at the ends of the parameter ranges too."""
    return Case.of(dossier, world, horizon, with_ranges=with_ranges, **parameters).solve(progress)
