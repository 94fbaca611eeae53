"""Uncertainty: what the duties that the tree still threatens cost before they fall (`equilibrium.uncertainty`).

For a scenario, the paths on which it is taken as it stands are followed from that day to the end of the tree; for the status quo
all paths from the first day. With P the chance that the duty on a flow rises above that of the scenario, and T the years left,

    γ = 1 − (1 − P)^(1/T),      ω = E[(τ′/τ)^(−σ) | it rises],  τ that of the scenario, τ′ as it first stands above

and the flow bears s · (1/U − 1) as a real cost, s the share of trade that is up for investment since (`data/path.yaml`). Only
flows whose duty a branch of the talks would raise bear it; forks marked independent (a court, a law of its own) are left out, and
so are threats to withhold goods, which have no duty. The cost is solved for on top of the scenario and compared with it, so it
never moves the scenario's own figure.

**Range.** The chance between the 5th and the 95th percentile of the draws of the odds, share, patience and elasticity between
their ends, each alone; the two that make the mean cost least and most are solved.

>>> from detente.cases.case import Case
>>> case = Case.of("kuala-lumpur-2025", scenarios=["middle", "pessimistic"])
>>> found = uncertainty(case, ["middle"], odds={})     # the analyst's priors alone
>>> bool(found.of("middle").effect("USA").value < 0)
True
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from detente.cases.baselines import REFERENCE, STATUS_QUO
from detente.cases.case import Case
from detente.equilibrium import months
from detente.equilibrium.uncertainty import entry_factor
from detente.errors import InputError, UnknownName, UnknownRegion
from detente.outlook.outlook import ENDS, draw_odds, odds_of
from detente.outlook.tree import BranchOdds, Leaf, Tree, grow, prospects_of
from detente.policy.instruments import Policy
from detente.policy.stacking import policy_on
from detente.types import Array, Progress, Range, plain
from detente.words import DAYS_A_YEAR, day, refusal, tell
from detente.words.names import region_name
from detente.words.shown import Shown

ASSUMPTIONS = ("A103", "A104", "A105")
"""Numbers of the ledger that the cost rests on."""
MONTHS = {"short": 12.0, "medium": 24.0}
"""Months since the threat was made that a named horizon stands for; any other stands for the last of the table."""
RISES = 1e-6
"""A duty factor that rises by less does not rise."""
ROWS = ("new_trade", "patience", "demand_elasticity")
CHANCE = "chance"


@dataclass(frozen=True, eq=False)
class Threat:
    """What the paths of a scenario threaten flow by flow.

    `raised` [path, cell] the duty factor as it first rises over the scenario's, 1 where not; `cells` the positions (origin,
    destination, sector) of the flows that any path raises; `weights` [path] the chances of the paths, summing to 1; `drawn`
    [draw, path] the same under draws of the odds; `years` from the day of the scenario to the end of the tree, on average.
    """

    raised: Array
    cells: tuple[Any, ...]
    weights: Array
    drawn: Array
    years: float

    @cached_property
    def chance(self) -> Array:
        """[cell]: chance that the duty rises before the tree ends."""
        return np.asarray(self.weights @ (self.raised > 1), dtype=np.float64)

    @cached_property
    def hazards(self) -> tuple[Array, Array, Array]:
        """[cell]: γ, chance a year: low, central, high over the draws of the odds; the range holds the central value."""
        chances = self.drawn @ (self.raised > 1)
        low, high = np.quantile(chances, ENDS, axis=0) if self.chance.size else (self.chance, self.chance)
        ends = np.minimum(low, self.chance), self.chance, np.maximum(high, self.chance)
        yearly = [1 - (1 - np.minimum(p, 1.0)) ** (1 / self.years) for p in ends]
        return yearly[0], yearly[1], yearly[2]

    def kept(self, elasticity: float) -> Array:
        """[cell]: ω, the part of profit that is left once the duty has risen, on average over the paths that raise it."""
        rises = self.raised > 1
        total = self.weights @ np.where(rises, self.raised**-elasticity, 0.0)
        return np.divide(total, self.chance, out=np.ones_like(total), where=self.chance > 0)

    def equivalent(self, hazard: Array, patience: float, elasticity: float) -> Array:
        """[cell]: 1/U − 1, the duty that would keep out as much new trade."""
        return 1 / entry_factor(hazard, self.kept(elasticity), patience=patience, elasticity=elasticity) - 1


@dataclass(frozen=True, eq=False)
class Threatened:
    """A scenario and the threat left in it. Chances, equivalents and costs are means over threatened flows, weighted by trade.

    `hazard` γ a year; `equivalent` on new trade and `cost` on all of it, percent; `by_end` the cost with one number at an end;
    `frame` low, central and high effect on real income, percent against the same scenario without the threat: a row a region and
    WORLD; `flows` how many flows are threatened and `value` what they are worth (the table's unit).
    """

    scenario: str
    flows: int
    value: float
    hazard: Range
    equivalent: Range
    cost: Range
    by_end: Mapping[str, float]
    frame: pd.DataFrame

    def effect(self, code: str) -> Range:
        """Low, central and high effect on real income, percent. Raises `UnknownRegion`."""
        if code not in self.frame.index:
            raise UnknownRegion(code, {str(c): region_name(str(c)) for c in self.frame.index})
        low, value, high = (float(self.frame[c].to_numpy()[self.frame.index.get_loc(code)]) for c in ("low", "central", "high"))
        return Range(low, value, high)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        rows = {str(k): v for k, v in self.frame.to_dict(orient="index").items()}
        ranges = {k: list(getattr(self, k)) for k in ("hazard", "equivalent", "cost")}
        found = {"scenario": self.scenario, "flows": self.flows, "value": self.value, **ranges}
        return dict(plain({**found, "cost_by_end": dict(self.by_end), "real_income_pct": rows}))


@dataclass(frozen=True, eq=False)
class Uncertainty(Shown):
    """What threats of duties cost in each scenario while they are threats; `missing` are scenarios that no path takes."""

    dossier: str
    focus: tuple[str, ...]
    labels: Mapping[str, str]
    horizon: str
    month: float
    numbers: Mapping[str, Range]
    rows: tuple[Threatened, ...]
    missing: tuple[str, ...]

    def of(self, scenario: str | None) -> Threatened:
        """One scenario; None and "status-quo" are the status quo. Raises `UnknownName`."""
        known = {row.scenario: row for row in self.rows}
        name = scenario or STATUS_QUO
        if name not in known:
            raise UnknownName(name, list(known), "scenario")
        return known[name]

    def to_frame(self) -> pd.DataFrame:
        """One row a scenario and region: chance a year, equivalent and cost (percent), effect on real income with its range."""
        rows = [
            {
                "scenario": row.scenario, "region": code, "chance_a_year": row.hazard.value,
                "equivalent_pct": row.equivalent.value, "cost_pct": row.cost.value,
                "low_pct": row.effect(code).low, "central_pct": row.effect(code).value, "high_pct": row.effect(code).high,
            }
            for row in self.rows for code in map(str, row.frame.index)
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "dossier": self.dossier, "horizon": self.horizon, "months": self.month,
            "numbers": {k: list(v) for k, v in self.numbers.items()}, "assumptions": list(ASSUMPTIONS),
            "scenarios": [row.record() for row in self.rows], "without_path": list(self.missing),
        }  # fmt: skip

    def explain(self) -> str:
        """In words."""
        return tell(self)


def threat_of(
    tree: Tree, factors: Mapping[str, Array], now: Array, drawn: Array, scenario: str | None = None
) -> Threat | None:  # fmt: skip
    """What the paths of a scenario (None: all paths from the first day) still threaten; None where no path takes it.

    `factors` state → duty factors 1 + t [origin, destination, sector], `now` those of the scenario; `drawn` [draw, leaf] chances
    of the leaves.
    """
    picked: list[tuple[int, date, list[str]]] = []
    for k, leaf in enumerate(tree.leaves):
        start = tree.start if scenario is None else _first_day(tree, leaf, scenario)
        if start is not None and start < tree.until and leaf.probability > 0:
            picked.append((k, start, [s.state for s in leaf.segments if s.end > start]))
    if not picked:
        return None
    at = [k for k, _, _ in picked]
    weights = tree.probabilities[at]
    years = float(weights @ [(tree.until - start).days for _, start, _ in picked] / weights.sum() / DAYS_A_YEAR)
    ways = {tuple(states): first_rise(now, [factors[s] for s in states]) for _, _, states in picked}
    cells = np.nonzero(np.any([way > 1 for way in ways.values()], axis=0))
    raised = np.array([ways[tuple(states)][cells] for _, _, states in picked])
    shares = drawn[:, at]
    total = shares.sum(1, keepdims=True)
    shares = np.divide(shares, total, out=np.tile(weights / weights.sum(), (len(shares), 1)), where=total > 0)
    return Threat(raised, cells, weights / weights.sum(), shares, years)


def first_rise(now: Array, later: Sequence[Array]) -> Array:
    """How far a duty factor has risen over what it is now when it first stands above it; 1 where it never does."""
    found = np.ones_like(now)
    for factor in later:
        ratio = factor / now
        fresh = (found == 1) & (ratio > 1 + RISES)
        found[fresh] = ratio[fresh]
    return found


def _first_day(tree: Tree, leaf: Leaf, scenario: str) -> date | None:
    """The day from which a path holds the measures of a scenario; None where it never does."""
    return next((fork.date for b in leaf.path for fork, branch in [tree.branches[b]] if branch.scenario == scenario), None)


def uncertainty(
    case: Case,
    scenarios: Sequence[str | None] | None = None,
    *,
    month: float | None = None,
    odds: BranchOdds | None = None,
    draws: int = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> Uncertainty:
    """What duties that are only threatened cost in scenarios of a case (None: the status quo; absent: it and all of them).

    `month` solves at that node of the path, else at the case's own horizon; `odds` as in `outlook` (default: pooled as there).
    Raises `InputError` where the dossier has no prospects, and what growing the tree and solving raise.
    """
    ahead = prospects_of(case.dossier)
    odds = odds_of(case, progress) if odds is None else odds
    if month is not None and months.month_of(case.parameters) != month:
        case = case.at(f"{months.NAME}{month:g}")
    own = months.month_of(case.parameters)
    since = own if own is not None else MONTHS.get(case.parameters.name, months.rows()["new_trade"]["months"][-1])
    numbers = {name: Range(*(months.value(name, since, end) for end in ("low", "centre", "high"))) for name in ROWS}
    names = {f.id for f in ahead.forks if not f.independent}
    tree = grow(case.dossier, {f: own for f, own in odds.items() if f in names}, talks_only=True)
    drawn = tree.reweighted(draw_odds(tree, draws, seed))

    def duty_factors(policy: Policy) -> Array:
        return np.asarray(1 + policy.shock(case.economy).tariffs, dtype=np.float64)

    regions, sectors = case.world.regions, case.world.sectors
    factors = {s.id: duty_factors(policy_on(s.measures, s.day, regions, sectors)) for s in tree.states.values()}
    wanted = (None, *case.ids) if scenarios is None else [case.scenario(s) for s in scenarios]
    rows, missing = [], []
    for k, name in enumerate(wanted):
        if progress is not None:
            progress(name or STATUS_QUO, k, len(wanted))
        threat = threat_of(tree, factors, duty_factors(case.policy(name)), drawn, name)
        if threat is None:
            missing.append(str(name))
        else:
            rows.append(priced(case, name, threat, numbers))
    if scenarios is not None and missing:
        raise InputError(refusal("outlook", "no_path_takes", dossier=case.dossier.id, scenario=repr(missing[0])))
    return Uncertainty(
        dossier=case.dossier.id,
        focus=tuple(c for c in case.focus if c == "WORLD" or c in case.world.regions),
        labels={s.id: s.title for s in case.dossier.scenarios} | {STATUS_QUO: f"As on {day(case.dossier.as_of)}"},
        horizon=case.parameters.name, month=float(since), numbers=numbers, rows=tuple(rows), missing=tuple(missing),
    )  # fmt: skip


def priced(case: Case, scenario: str | None, threat: Threat, numbers: Mapping[str, Range]) -> Threatened:
    """The threat as a real cost on its flows, solved on top of the scenario, with the range of the module docstring."""
    value = case.world.shipments[threat.cells]
    weights = value / value.sum() if value.sum() > 0 else value
    share, patience, elasticity = (numbers[name] for name in ROWS)
    low, centre, high = threat.hazards

    def equivalent(hazard: Array = centre, patience: float = patience.value, elasticity: float = elasticity.value) -> Array:
        return threat.equivalent(hazard, patience, elasticity)

    ends = {
        "central": share.value * equivalent(),
        f"{CHANCE} low": share.value * equivalent(low), f"{CHANCE} high": share.value * equivalent(high),
        "new_trade low": share.low * equivalent(), "new_trade high": share.high * equivalent(),
        "patience low": share.value * equivalent(patience=patience.low),
        "patience high": share.value * equivalent(patience=patience.high),
        "demand_elasticity low": share.value * equivalent(elasticity=elasticity.low),
        "demand_elasticity high": share.value * equivalent(elasticity=elasticity.high),
    }  # fmt: skip
    mean = {name: float(100 * (weights @ cost)) for name, cost in ends.items()}
    order = sorted(mean, key=lambda name: mean[name])
    effects = [effect_of(case, scenario, threat, ends[name]) for name in (order[-1], "central", order[0])]
    table = pd.DataFrame(effects).agg(["min", "max"])
    equivalents = [float(100 * (weights @ equivalent(h))) for h in threat.hazards]
    hazards = [float(weights @ h) for h in threat.hazards]
    return Threatened(
        scenario=scenario or STATUS_QUO, flows=len(value), value=float(value.sum()), hazard=Range(*hazards),
        equivalent=Range(*equivalents), cost=Range(mean[order[0]], mean["central"], mean[order[-1]]), by_end=mean,
        frame=pd.DataFrame({"low": table.loc["min"], "central": effects[1], "high": table.loc["max"]}).rename_axis("region"),
    )  # fmt: skip


def effect_of(case: Case, scenario: str | None, threat: Threat, cost: Array) -> pd.Series:
    """Real income by region and of the WORLD, percent against the scenario without the cost [cell, fraction] on its flows."""
    if not (cost > 0).any():
        return pd.Series(0.0, index=pd.Index([*case.world.regions, "WORLD"]))
    iceberg = np.ones(case.world.shipments.shape)
    iceberg[threat.cells] = 1 + cost
    more = Policy.from_arrays(iceberg=iceberg, label="duties that are threatened")
    found = case.outcome(scenario, more=more, against=REFERENCE).relative_to(case.outcome(scenario, against=REFERENCE))
    return pd.concat([found.real_income.astype(float), pd.Series({"WORLD": found.world_real_income})])
