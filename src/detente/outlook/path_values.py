"""What the paths of a tree are worth: real income of every region in every state of measures, and its average along each path.

Each state is solved once, at the case's node of the path, and compared with one baseline (`cases.baselines`; as a rule with what
the law does by itself) at the same node: v(state) = real income there / real income in the baseline − 1. It is a snapshot: the
effect the measures of a day would have if they lasted until then. Along a path the state is a step function of the day, so the
average is exact:

    V(path) = Σ over states of share(path, state) · v(state),   share ∝ ∫ e^(−rt) 1{state holds on day t} dt,   Σ share = 1

with t in years from the first day and r a discount rate a year (0: plain time-average). Spreads are quantiles over paths weighted
by their probabilities.

>>> round(quantiles(np.array([1.0, 2.0, 3.0]), np.array([0.2, 0.5, 0.3]), (0.5,))[0], 1)
2.0
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from detente.cases.baselines import LAW, REFERENCE, Baseline, baseline, in_words
from detente.cases.case import Case
from detente.cases.history import Moment
from detente.cases.readings import CENTRAL, PINNED, Node
from detente.equilibrium.chokepoints import DAYS_A_MONTH
from detente.equilibrium.levels import Equilibrium
from detente.equilibrium.parameters import Parameters
from detente.errors import CornerResult, InputError, NotConverged, OverlappingMeasures, UnknownRegion
from detente.files import code_digest, digest
from detente.outlook.tree import PathState, Tree
from detente.policy.dossier import Dossier
from detente.policy.stacking import policy_on
from detente.types import Array, Progress
from detente.words import DAYS_A_YEAR, refusal, tell
from detente.words.names import group_table, region_name
from detente.world import money
from detente.world.world import World

WHOLE = "WORLD"
READ = (CENTRAL, PINNED, "trade elasticity low", "trade elasticity high")
"""Readings of the path at which the states are solved for a range."""


@dataclass(frozen=True, eq=False)
class PathValues:
    """Real income by state and code (regions, groups, WORLD), percent against a baseline.

    `by_state` [state, code]; `variants` the same at other parameters, by name; `income` [code], that of the tree's first day, in
    `unit` of the year `dollars` a year (the dossier's year where dollars of it are known, else the table's); `discount` a year;
    `against` names the baseline, `base` is it in words, as it stands after "against".
    """

    tree: Tree
    parameters: Parameters
    codes: tuple[str, ...]
    members: Mapping[str, tuple[str, ...]]
    income: Array
    unit: str
    by_state: Array
    variants: Mapping[str, Array] = field(default_factory=dict)
    discount: float = 0.0
    against: Baseline = LAW
    base: str = ""
    dollars: int | None = None

    def column(self, code: str) -> int:
        """Position of a region, a group or WORLD. Raises `UnknownRegion`."""
        if code not in self.codes:
            raise UnknownRegion(code, {c: region_name(c) for c in self.codes})
        return self.codes.index(code)

    @cached_property
    def _row(self) -> dict[str, int]:
        return {s: k for k, s in enumerate(self.tree.states)}

    @cached_property
    def shares(self) -> Array:
        """[leaf, state]: share of the (discounted) time from the first day to `until` that a path spends in a state."""
        return self.shares_between(self.tree.start, self.tree.until)

    def shares_between(self, start: date, until: date) -> Array:
        """The same for the days [start, until). Raises `InputError` where they lie outside the tree."""
        if not self.tree.start <= start < until <= self.tree.until:
            raise InputError(
                refusal("outlook", "tree_runs", start=self.tree.start, until=self.tree.until, start_2=start, until_2=until)
            )
        out = np.zeros((len(self.tree.leaves), len(self._row)))
        for k, leaf in enumerate(self.tree.leaves):
            for s in leaf.segments:
                first, last = max(s.start, start), min(s.end, until)
                if first < last:
                    out[k, self._row[s.state]] += self._weight(first) - self._weight(last)
        return np.asarray(out / out.sum(1, keepdims=True), dtype=np.float64)

    def _weight(self, day: date) -> float:
        """Discounted time from `day` on, up to a constant; undiscounted: minus the days passed."""
        years = (day - self.tree.start).days / DAYS_A_YEAR
        return math.exp(-self.discount * years) / self.discount if self.discount > 0 else -years

    @cached_property
    def average(self) -> Array:
        """[leaf, code]: average real income along each path, percent."""
        return np.asarray(self.shares @ self.by_state, dtype=np.float64)

    @cached_property
    def final(self) -> Array:
        """[leaf, code]: real income under the measures each path ends with, percent."""
        return self.by_state[[self._row[leaf.final] for leaf in self.tree.leaves]]

    def on(self, day: date) -> Array:
        """[leaf, code]: real income under the measures of one day, percent."""
        return self.by_state[[self._row[leaf.state_on(day)] for leaf in self.tree.leaves]]

    @cached_property
    def days(self) -> tuple[date, ...]:
        """Days on which some path changes its state, the first day included, ascending."""
        return tuple(sorted({s.start for leaf in self.tree.leaves for s in leaf.segments}))

    def variant(self, name: str) -> PathValues:
        """The same paths valued at other parameters. Raises `KeyError`."""
        return replace(self, by_state=self.variants[name], variants={})

    def money(self, code: str, percent: float) -> float:
        """A percent change of real income of `code` in `unit` of the year `dollars` a year."""
        return float(percent / 100 * self.income[self.column(code)])

    def to_frame(self) -> pd.DataFrame:
        """One row a state: real income by code, percent."""
        return pd.DataFrame(self.by_state, index=pd.Index(list(self.tree.states), name="state"), columns=list(self.codes))

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "horizon": self.parameters.name,
            "unit": tell(self, "unit"),
            "against": self.against,
            "discount": self.discount,
            "values": {str(k): v for k, v in self.to_frame().to_dict(orient="index").items()},
            "variants": sorted(self.variants),
        }


def path_values(
    tree: Tree,
    dossier: Dossier,
    world: World,
    horizon: str | Parameters | None = None,
    *,
    against: str = LAW,
    with_ranges: bool = False,
    discount: float = 0.0,
    progress: Progress | None = None,
    **parameters: Any,
) -> PathValues:
    """Solve every state of the tree once, at the case's node of the path or its textbook horizon (the dossier's own if None).

    `against` names a baseline, solved at the same node; regions together weigh by their income in it. `with_ranges` solves them
    also under the other closure of the exchange rate and at both ends of the trade elasticity, or of a textbook horizon's
    parameters together. Raises `NotConverged`, `CornerResult` and `OverlappingMeasures` with the first path
    that comes through the state; `InputError` for a negative discount rate, `UnknownName` for a baseline there is not.
    """
    if not 0 <= discount < math.inf:
        raise InputError(refusal("outlook", "discount_rate_must", discount=f"{discount:g}"))
    base = baseline(against)
    without_odds = dossier.model_copy(update={"prospects": None})  # a state is worth the same at any odds: found again at others
    case = Case.of(without_odds, world, horizon, with_ranges=with_ranges, **parameters)
    nodes = case.nodes
    if with_ranges and case.month is None:
        wide = {k: n for k, n in nodes.items() if k.startswith("all ")}
        nodes = {CENTRAL: nodes[CENTRAL], **(wide or nodes)}
    elif with_ranges:
        nodes = {k: n for k, n in nodes.items() if k in READ}
    states = list(tree.states.values())
    codes, members = codes_of(world)

    def solved() -> bytes:
        return json.dumps(_solved(case, tree, states, nodes, base, progress)).encode()

    asked = _states_told(states), tuple(nodes), base, code_digest("outlook/path_values.py")
    told = json.loads(case.lasting(("paths", *asked), solved))
    found = {key: np.array(rows) for key, rows in told["found"].items()}
    income, dollars = np.array(told["income"]), told["dollars"]
    economy, central = case.economy, case.parameters
    return PathValues(
        tree=tree, parameters=central, codes=codes, members=members, income=income, unit=economy.unit,
        by_state=found.pop(CENTRAL), variants=found, discount=discount, against=base, base=in_words(base, case.dossier),
        dollars=dollars,
    )  # fmt: skip


def _states_told(states: Iterable[PathState]) -> str:
    """Digest of what holds in each state, and from which day on."""
    told: dict[int, str] = {}
    for m in (m for s in states for m in s.measures):
        if id(m) not in told:
            told[id(m)] = m.model_dump_json()
    return digest([[s.id, s.day.isoformat(), [told[id(m)] for m in s.measures]] for s in states])


def _solved(
    case: Case,
    tree: Tree,
    states: Sequence[PathState],
    nodes: Mapping[str, Node],
    base: Baseline,
    progress: Progress | None,
) -> dict[str, Any]:
    """Real income by node [state, code], income [code] and the year of its dollars."""
    world, (codes, members) = case.world, codes_of(case.world)
    histories = {}
    for state in states:
        try:
            policy = policy_on(state.measures, state.day, world.regions, world.sectors)
        except OverlappingMeasures as error:
            raise OverlappingMeasures(f"on {_where(tree, state)}: {error.args[0]}") from None
        begins = max((state.day - case.dossier.as_of).days, 0) / DAYS_A_MONTH
        now = Moment(begins, policy, policy.shock(case.economy))
        histories[state.id] = (*(m for m in case.history(None) if m.begins < begins), now)  # what was in force keeps its age
    weights = np.array([[float(r in members[c]) for c in codes] for r in world.regions])  # [region, code]
    found: dict[str, list[list[float]]] = {}
    income, dollars = np.zeros(len(codes)), case.world.year
    steps, done = len(states) * len(nodes), 0
    for key, node in nodes.items():
        rows, state = [], states[0]
        try:
            before = _level(case, base, key)
            real_before = before.income / before.cpi
            for state in states:
                after = case.solved(histories[state.id], node).after
                if key == CENTRAL and state is states[0]:
                    own = dict(zip(world.regions, map(float, after.income), strict=True))
                    dollars, rolled = money.rolled(own, case.dossier.as_of.year, case.world.year)
                    income = after.income * np.array([rolled[r] for r in world.regions]) @ weights
                moved = (after.income / after.cpi / real_before - 1) * before.income
                rows.append((100 * moved @ weights / (before.income @ weights)).tolist())
                done += 1
                if progress is not None:
                    progress("paths", done, steps)
        except (NotConverged, CornerResult) as error:
            if key != CENTRAL and case.month is not None:  # a reading without an answer adds nothing to the range
                continue
            where = refusal(
                "outlook", "at_the_horizon_on", name=case.parameters.name, tree=_where(tree, state), args=error.args[0]
            )
            raise type(error)(where) from None
        found[key] = rows
    return {"found": found, "income": income.tolist(), "dollars": dollars}


def _level(case: Case, base: Baseline, variant: str) -> Equilibrium:
    """The baseline itself at a parameter set; the reference is the table."""
    against_table = case.outcome(None if base == REFERENCE else base, variant=variant, against=REFERENCE)
    return against_table.before if base == REFERENCE else against_table.after


def codes_of(world: World) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Regions, the groups with two members or more in this world, and WORLD, each with its members."""
    members: dict[str, tuple[str, ...]] = {r: (r,) for r in world.regions}
    for group, entry in group_table().items():
        listed = entry["members"]
        own = tuple(world.regions) if listed == "all" else tuple(m for m in listed if m in world.regions)
        if len(own) > 1:
            members[group] = own
    members[WHOLE] = tuple(world.regions)
    return tuple(members), members


def _where(tree: Tree, state: PathState) -> str:
    """The first path through a state, and the day, in words."""
    for leaf in tree.leaves:
        for s in leaf.segments:
            if s.state == state.id:
                taken = [b for b in leaf.path if tree.branches[b][0].date <= s.start]
                return f"{s.start}, after “{tree.words(taken)}”"
    return str(state.day)


def quantiles(values: Array, weights: Array, at: Iterable[float]) -> list[float]:
    """Smallest value whose cumulative weight reaches each share in `at`; weights sum to 1."""
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order])
    places = [min(int(np.searchsorted(cumulative, q - 1e-12)), len(order) - 1) for q in at]
    return [float(values[order[p]]) for p in places]
