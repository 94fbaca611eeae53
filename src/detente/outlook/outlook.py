"""The outlook: how likely each way on is, and what to expect for every economy, with the spread.

The tree of dated forks is the one place that answers "how likely"; the record, the stand-off model and judgement are inputs to
its odds (`fork_odds`) and no second answer. Every probability has its clock and its condition:

    from today        P(end s) = Σ over paths that count as s of P(path)             `odds_from_today`; they sum to 1
    if reached        P(branch | its fork is met), and the chance of meeting it       `odds_if_reached`
    by date           P(something has happened by t)                                  `hazard`

A horizon says how long what is decided has had to act. It moves what paths are worth and no probability.

    E[V] = Σ over paths of P(path) · V(path),   V(path) the average real income along the path (see `path_values`)

Two ranges stand apart. The *spread* says how far the paths lie from each other: quantiles of V over paths, each with its
probability. The *range* says how far the odds themselves are in doubt: where nine in ten draws of all odds between their ends
lie. Neither is a confidence interval.

**Draws of the odds.** The odds of a branch, low, mean and high, are drawn like the judgements they come from
(`pool.spread_draws`): a split log-normal with 5 % below low and 5 % above high, the branches of a fork scaled to sum to 1, forks
independent of each other. A branch whose ends coincide is certain and keeps its odds. For the drivers one branch at a time is
put at its low and its high end, the others of its fork scaled in proportion.

>>> look = outlook("kuala-lumpur-2025", odds={})  # the analyst's priors alone
>>> round(sum(p.value for p in look.scenarios.values()), 12)
1.0
>>> bool(look.expected("USA").low <= look.expected("USA").value <= look.expected("USA").high)
True
>>> from detente.outlook.tree import grow
>>> from detente.policy.dossier import load_dossier
>>> tree = grow(load_dossier("kuala-lumpur-2025"))
>>> drawn = draw_odds(tree, 200, seed=1)
>>> drawn.shape, bool(abs(tree.reweighted(drawn).sum(axis=1) - 1).max() < 1e-12)
((200, 21), True)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.cases.baselines import LAW
from detente.equilibrium.parameters import Parameters
from detente.errors import InputError, UnknownName
from detente.outlook.fork_odds import ForkOdds, StandOff, branch_odds
from detente.outlook.hazard import Event, events
from detente.outlook.path_values import WHOLE, PathValues, path_values, quantiles
from detente.outlook.pool import spread_draws
from detente.outlook.stand_off import stand_off_of
from detente.outlook.tree import STATUS_QUO, BranchOdds, Span, Tree, grow, prospects_of
from detente.types import Array, Progress
from detente.words import day, places_for, refusal, tell, whole_percent, whole_percents
from detente.words.names import region_name
from detente.words.shown import Shown
from detente.world.world import World

if TYPE_CHECKING:
    from detente.cases.case import Case
    from detente.policy.dossier import Dossier, Signal

Basis = Literal["average", "end"]
ENDS = (0.05, 0.95)
"""A range is where nine draws in ten lie."""
SPREAD = (0.05, 0.25, 0.5, 0.75, 0.95)
_NOT_MET = ""  # no branch has this name
LOSS = 0.1
"""Percent of real income whose loss is called a risk unless another is asked for."""


class Estimate(NamedTuple):
    """A figure with its range over the odds."""

    low: float
    value: float
    high: float


class Chance(NamedTuple):
    """A probability among others that sum to 1, with its range over the odds, and the whole percent it is printed with."""

    low: float
    value: float
    high: float
    percent: int

    def record(self) -> dict[str, Any]:
        """JSON-able: the probability to the digit printed, what it is exactly, and its range."""
        return {"probability": self.percent / 100, "exact": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Reached:
    """A fork: the chance from today that it is met, the odds of each branch if it is, and of each branch from today.

    From today the branches and the chance that the fork is not met sum to 1, and so do their whole percents to 100.
    """

    fork: str
    title: str
    date: date
    reached: Chance
    if_reached: Mapping[str, Chance]
    from_today: Mapping[str, Chance]


@dataclass(frozen=True, eq=False)
class Outlook(Shown):
    """How likely, and what to expect. Real income is in percent against the baseline of `paths`."""

    title: str
    on: date
    tree: Tree
    paths: PathValues
    titles: Mapping[str, str]
    roles: Mapping[str, str | None]
    parties: tuple[str, ...]
    host: str | None
    drawn: Array = field(repr=False)
    origin: Mapping[str, ForkOdds] = field(default_factory=dict)
    measures: Mapping[str, str] = field(default_factory=dict)

    # -- how likely --------------------------------------------------------------------------------------------------
    @cached_property
    def odds_from_today(self) -> dict[str, Chance]:
        """Probability from today of each end, with its range over the odds, the likeliest first; they sum to 1, and the whole
        percents to 100."""
        found = {s: self.probability(self.tree.ending(s)) for s in self.tree.scenarios}
        return {s: Chance(*e, percent=self.tree.percents[s]) for s, e in found.items()}

    @property
    def scenarios(self) -> dict[str, Chance]:
        """`odds_from_today`."""
        return self.odds_from_today

    @cached_property
    def odds_if_reached(self) -> dict[str, Reached]:
        """Fork → the odds of its branches if it is met, the chance from today that it is, and of each branch from today."""
        out = {}
        for fork in self.tree.forks.values():
            met = np.any([self.tree.taken(b.id) for b in fork.branches], axis=0)
            taken = _chances({b.id: self.of_branch(b.id) for b in fork.branches} | {_NOT_MET: self.probability(~met)})
            reached = Chance(*self.probability(met), percent=100 - taken.pop(_NOT_MET).percent)
            given = {b: Estimate(*span) for b, span in self.tree.odds[fork.id].items()}
            out[fork.id] = Reached(fork.id, fork.title, fork.date, reached, _chances(given), taken)
        return out

    @cached_property
    def hazard(self) -> tuple[Event, ...]:
        """What may happen on some path: scenarios entered, and measures that come, change or go. See `by`."""
        return events(self.tree)

    @cached_property
    def hazard_days(self) -> list[date]:
        """Every day on which one of these may happen, in order."""
        return sorted({d for e in self.hazard for d in e.days})

    def by(self, event: Event, day: date) -> Estimate:
        """Probability from today that an event has happened on or before `day`."""
        return self._estimate(event.happened(day))

    def percent_by(self, event: Event, day: date) -> int:
        """The whole percent `by` is printed with: that of the end itself once nothing more can happen to it."""
        final = event.kind == "scenario" and day >= event.days[-1]
        return self.odds_from_today[event.id].percent if final else whole_percent(self.by(event, day).value)

    def probability(self, paths: Sequence[bool] | NDArray[np.bool_]) -> Estimate:
        """Probability of a set of paths, given as one truth value a leaf."""
        return self._estimate(np.asarray(paths, dtype=np.float64))

    def chance_of(self, chances: Array) -> Estimate:
        """Probability of something that has these chances on each path."""
        return self._estimate(np.asarray(chances, dtype=np.float64))

    def of_branch(self, branch: str) -> Estimate:
        """Probability that a branch is taken at all."""
        return self.probability(self.tree.taken(branch))

    @cached_property
    def ranking(self) -> list[str]:
        """Scenarios from best to worst: by their roles in the dossier where they have one, else by world income."""
        income = {s: self.given(self.tree.ending(s), WHOLE, "end") for s in self.scenarios}
        place = {"best": -1, "worst": 1}
        return sorted(income, key=lambda s: (place.get(self.roles.get(s) or "", 0), -income[s]))

    # -- what to expect ----------------------------------------------------------------------------------------------
    def outcomes(self, code: str, basis: Basis = "average") -> Array:
        """[leaf]: real income of a region, a group or WORLD, percent: the average along the path or what it ends with."""
        if basis not in ("average", "end"):
            raise UnknownName(basis, ["average", "end"], "basis")
        table = self.paths.average if basis == "average" else self.paths.final
        return table[:, self.paths.column(code)]

    def expected(self, code: str, basis: Basis = "average") -> Estimate:
        """Expected real income with its range over the odds, percent."""
        return self._estimate(self.outcomes(code, basis))

    def parameter_range(self, code: str, basis: Basis = "average") -> tuple[float, float] | None:
        """Lowest and highest expectation over the solved parameter variants; None where none were solved."""
        if not self.paths.variants:
            return None
        found = [self.expected(code, basis).value]
        for name in self.paths.variants:
            v = self.paths.variant(name)
            table = v.average if basis == "average" else v.final
            found.append(float(self.tree.probabilities @ table[:, v.column(code)]))
        return min(found), max(found)

    def spread(self, code: str, basis: Basis = "average", at: Sequence[float] = SPREAD) -> list[float]:
        """Quantiles of real income over the paths, percent."""
        return quantiles(self.outcomes(code, basis), self.tree.probabilities, at)

    def risk(self, code: str, loss: float = LOSS, basis: Basis = "average") -> Estimate:
        """Probability that a region loses more than `loss` percent of real income."""
        if not math.isfinite(loss) or loss < 0:
            raise InputError(refusal("outlook", "give_loss_of_zero", loss=f"{loss:g}"))
        return self.probability(self.outcomes(code, basis) < -loss)

    def drivers(self, code: str, basis: Basis = "average") -> list[OddsDriver]:
        """Which branch's odds move the expectation most as they go from their low to their high end."""
        return drivers(self.tree, self.outcomes(code, basis))

    def scenario_drivers(self, scenario: str) -> list[OddsDriver]:
        """Which branch's odds move the probability of a scenario most."""
        return drivers(self.tree, self.tree.ending(scenario).astype(np.float64))

    def given(self, chances: Sequence[bool] | NDArray[Any], code: str, basis: Basis = "average") -> float:
        """Expected real income given something with these chances on each path; NaN where it has no probability."""
        weights = self.tree.probabilities * np.asarray(chances, dtype=np.float64)
        return float(weights @ self.outcomes(code, basis) / weights.sum()) if weights.sum() > 0 else math.nan

    def fan(self, code: str) -> pd.DataFrame:
        """Expected real income and its spread over paths, one row a day on which something changes; each holds until the next."""
        column = self.paths.column(code)
        return pd.DataFrame([{"from": day, **self._fanned(self.paths.on(day)[:, column])} for day in self.paths.days])

    def monthly(self, code: str) -> pd.DataFrame:
        """The same as averages of calendar months (the first and the last may be parts of one), one row a month."""
        column = self.paths.column(code)
        return pd.DataFrame([{"month": month, **self._fanned(values[:, column])} for month, values in self._by_month.items()])

    @cached_property
    def _by_month(self) -> dict[str, Array]:
        """Month → average real income [leaf, code], percent."""
        return {
            f"{first:%Y-%m}": self.paths.shares_between(first, last) @ self.paths.by_state
            for first, last in _months(self.tree.start, self.tree.until)
        }

    def _fanned(self, values: Array) -> dict[str, float]:
        """Expectation of values[leaf], its range over the odds, and quantiles over paths."""
        e, found = self._estimate(values), quantiles(values, self.tree.probabilities, SPREAD)
        named = {f"q{round(100 * q):02d}": x for q, x in zip(SPREAD, found, strict=True)}
        return {"expected": e.value, "low": e.low, "high": e.high, **named}

    # -- showing -----------------------------------------------------------------------------------------------------
    @cached_property
    def focus(self) -> tuple[str, ...]:
        """The parties, the host, its group and the world, as far as this world has them."""
        groups = [g for g, m in self.paths.members.items() if len(m) > 1 and self.host in m and g != WHOLE]
        wanted = (*self.parties, *((self.host,) if self.host else ()), *groups, WHOLE)
        return tuple(c for c in dict.fromkeys(wanted) if c in self.paths.codes)

    def scenario_frame(self) -> pd.DataFrame:
        """One row a scenario: probability and its range over the odds."""
        rows = [
            {
                "scenario": s,
                "title": self.titles.get(s, s),
                "probability": e.value,
                "percent": e.percent,
                "low": e.low,
                "high": e.high,
            }
            for s, e in self.odds_from_today.items()
        ]
        return pd.DataFrame(rows)

    def reached_frame(self) -> pd.DataFrame:
        """One row a branch: its probability from today, the chance that its fork is reached, and its odds if it is."""
        rows = [
            {
                "fork": r.fork,
                "date": r.date,
                "branch": b,
                "title": self.tree.branches[b][1].title,
                "from today": r.from_today[b].value,
                "from today, low": r.from_today[b].low,
                "from today, high": r.from_today[b].high,
                "fork reached": r.reached.value,
                "if reached": c.value,
                "if reached, low": c.low,
                "if reached, high": c.high,
            }
            for r in self.odds_if_reached.values()
            for b, c in r.if_reached.items()
        ]
        return pd.DataFrame(rows)

    def hazard_frame(self) -> pd.DataFrame:
        """One row an event and a day on which anything may happen: the chance from today that it has happened by then."""
        rows = [
            {"event": e.id, "kind": e.kind, "measures": " ".join(e.measures), "by": day, "probability": p.value, "low": p.low,
             "high": p.high}
            for e in self.hazard
            for day in self.hazard_days
            for p in [self.by(e, day)]
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["event", "kind", "measures", "by", "probability", "low", "high"])

    def by_origin(self) -> pd.DataFrame:
        """Inputs, not answers: each end's probability if one judgement alone set the odds (where a fork lacks it: the analyst).

        Columns: record, stand-off, analyst, pooled, after signals. Without odds of the pool there is the analyst alone.
        """
        counts = np.array([self.tree.ending(s) for s in self.scenarios], dtype=np.float64)
        columns: dict[str, Callable[[ForkOdds, str], float]] = {
            "analyst": lambda o, b: o.analyst[b][1] / sum(span[1] for span in o.analyst.values())
        }
        if any(o.base_rate for o in self.origin.values()):
            columns = {"record": lambda o, b: (o.base_rate or o.analyst)[b][1], **columns}
        if any(o.stand_off for o in self.origin.values()):
            columns = {"stand-off": lambda o, b: (o.stand_off or o.analyst)[b][1], **columns}
        if self.origin:
            columns |= {"pooled": lambda o, b: o.pooled[b], "after signals": lambda o, b: o.probability[b]}
        out = {}
        for name, of in columns.items():
            if self.origin:
                odds = np.array([of(self.origin[f.id], b) for b, (f, _) in self.tree.branches.items()])
            else:
                odds = central_odds(self.tree)
            out[name] = counts @ self.tree.reweighted(odds)
        return pd.DataFrame(out, index=pd.Index(list(self.scenarios), name="scenario"))

    def to_frame(self, codes: Sequence[str] | None = None, loss: float = LOSS) -> pd.DataFrame:
        """One row a region, group or the world: expectation, ranges, spread and risk; units in the column names."""
        rows = []
        for code in codes or self.paths.codes:
            e, end, risk = self.expected(code), self.expected(code, "end"), self.risk(code, loss)
            own = self.parameter_range(code)
            rows.append(
                {
                    "region": code,
                    "name": region_name(code),
                    "expected, %": e.value,
                    "low, %": e.low,
                    "high, %": e.high,
                    "lowest by parameters, %": own[0] if own else math.nan,
                    "highest by parameters, %": own[1] if own else math.nan,
                    f"expected, {self.paths.unit} a year": self.paths.money(code, e.value),
                    **{f"path quantile {round(100 * q)} %, %": x for q, x in zip(SPREAD, self.spread(code), strict=True)},
                    "expected at the end, %": end.value,
                    f"probability of losing more than {loss:g} %": risk.value,
                }
            )
        return pd.DataFrame(rows).set_index("region")

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "dossier": self.tree.dossier,
            "on": self.on.isoformat(),
            "from": self.tree.start.isoformat(),
            "until": self.tree.until.isoformat(),
            "horizon": self.paths.parameters.name,
            "unit": tell(self, "unit"),
            "against": self.paths.against,
            "range": tell(self, "odds_range", low=round(100 * ENDS[0]), high=round(100 * ENDS[1])),
            "odds_from_today": {s: {"title": self.titles.get(s, s), **e.record()} for s, e in self.odds_from_today.items()},
            "odds_if_reached": {f: self._reached(r) for f, r in self.odds_if_reached.items()},
            "hazard": [self._hazard(e) for e in self.hazard],
            "scenarios": self.scenario_frame().to_dict(orient="records"),
            "regions": {str(k): _finite(v) for k, v in self.to_frame().to_dict(orient="index").items()},
            "own_odds": {f: {b: list(s) for b, s in own.items()} for f, own in self.own.items()},
            "own_odds_in_words": self.told_own(),
            "odds": {f: {b: list(map(float, s)) for b, s in own.items()} for f, own in self.tree.odds.items()},
            "origin": {f: o.record() for f, o in self.origin.items()},
            "by_origin": self.by_origin().reset_index().to_dict(orient="records"),
            "paths": len(self.tree.leaves),
            "states": len(self.tree.states),
        }

    def _reached(self, r: Reached) -> dict[str, Any]:
        branches = {
            b: {"title": self.tree.branches[b][1].title, **c.record(), "from_today": r.from_today[b].record()}
            for b, c in r.if_reached.items()
        }
        return {"title": r.title, "date": r.date.isoformat(), "reached": r.reached.record(), "branches": branches}

    def _hazard(self, e: Event) -> dict[str, Any]:
        found = {d.isoformat(): self.by(e, d) for d in self.hazard_days}
        return {
            "event": e.id, "kind": e.kind, "title": self.event_title(e), "measures": list(e.measures),
            "by": {d: p.value for d, p in found.items()}, "range": {d: [p.low, p.high] for d, p in found.items()},
        }  # fmt: skip

    def event_title(self, event: Event) -> str:
        """What an event is, in words."""
        named = self.titles.get(event.id, event.id) if event.kind == "scenario" else ""
        return tell(self, "event", kind=event.kind, title=named, titles=[self.measures.get(m, m) for m in event.measures])

    def explain(self) -> str:
        """The answers in plain words."""
        places = places_for((self.expected(c).value for c in self.focus), 3)
        return tell(self, top=self.drivers(self.focus[0])[0], loss=LOSS, places=places)

    def averaged(self) -> str:
        """Over what time what to expect is averaged, in words."""
        return tell(self, "averaged")

    @cached_property
    def own(self) -> dict[str, Mapping[str, Span]]:
        """Forks at which odds are a reader's own, with those given."""
        return {f: o.own for f, o in self.origin.items() if o.own}

    def told_own(self) -> str:
        """Which odds are a reader's own, in plain words; empty where none are."""
        return tell(self, "own") if self.own else ""

    def notes(self) -> str:
        """What the figures are and are not."""
        return tell(self, "notes")

    def _estimate(self, values: Array) -> Estimate:
        """Expectation of values[leaf] with its range over the draws of the odds; the range holds the central value."""
        centre = float(self.tree.probabilities @ values)
        low, high = np.quantile(self._weights @ values, ENDS)
        return Estimate(min(float(low), centre), centre, max(float(high), centre))

    @cached_property
    def _weights(self) -> Array:
        """[draw, leaf]: probabilities of the paths under each draw of the odds."""
        return self.tree.reweighted(self.drawn)


def outlook(
    dossier: Dossier | str,
    world: World | None = None,
    horizon: str | Parameters | None = None,
    *,
    on: date | None = None,
    odds: BranchOdds | None = None,
    stand_off: StandOff | None = None,
    signals: Sequence[Signal] = (),
    against: str | None = None,
    with_ranges: bool = False,
    discount: float = 0.0,
    draws: int = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> Outlook:
    """What may come, how likely and what to expect, from a dossier with `prospects`.

    BranchOdds are those of `branch_odds` as of `on` (default: the dossier's day), from the record, the stand-off, the analyst and
    the signals of the dossier and in `signals`; `horizon` moves none of them. `stand_off(day)` replaces the stand-off model
    (`stand_off_of`). `odds` replaces all that (fork → branch → (low, mean, high)); forks it leaves out keep the analyst's priors.
    `against` names the baseline of real income (`cases.baselines`; what the law does by itself if None). `with_ranges` solves
    every state at both ends of the parameters too; `discount` is a rate a year. Raises `InputError` where the dossier has no
    prospects, and what `branch_odds`, `grow` and `path_values` raise.
    """
    from detente.policy.dossier import load_dossier
    from detente.world.library import load_world

    case = load_dossier(dossier) if isinstance(dossier, str) else dossier
    prospects_of(case)
    table = load_world() if world is None else world
    case.must_fit(table)
    origin: dict[str, ForkOdds] = {}
    if odds is None:
        origin = pooled_odds(case, table, on=on, stand_off=stand_off, signals=signals, seed=seed, progress=progress)
        odds = {f: o.ranges for f, o in origin.items()}
    tree = grow(case, odds)
    paths = path_values(
        tree, case, table, horizon, against=against or LAW, with_ranges=with_ranges, discount=discount, progress=progress
    )
    venue = case.venue.region
    parties = tuple(p.region for p in case.parties if p.region in table.regions)
    return Outlook(
        title=case.title,
        on=on or case.as_of,
        tree=tree,
        paths=paths,
        titles={s.id: s.title for s in case.scenarios} | {STATUS_QUO: f"As on {day(case.as_of)}"},
        roles={s.id: s.role for s in case.scenarios},
        parties=parties,
        host=venue if venue in table.regions and venue not in parties else None,
        drawn=draw_odds(tree, draws, seed),
        origin=origin,
        measures=_measure_titles(case),
    )


def pooled_odds(
    dossier: Dossier,
    world: World,
    *,
    on: date | None = None,
    stand_off: StandOff | None = None,
    signals: Sequence[Signal] = (),
    seed: int = 0,
    progress: Progress | None = None,
) -> dict[str, ForkOdds]:
    """The odds of `branch_odds` with the stand-off of `stand_off_of` where none is given. No horizon enters."""
    judged = stand_off or stand_off_of(dossier, world, progress=progress)
    return branch_odds(dossier, on=on, stand_off=judged, signals=signals, seed=seed)


def odds_of(case: Case, progress: Progress | None = None) -> BranchOdds:
    """`pooled_odds` of a case by fork and branch, pooled once a case."""
    return case.once("odds", lambda: {f: o.ranges for f, o in pooled_odds(case.dossier, case.world, progress=progress).items()})


def _measure_titles(case: Dossier) -> dict[str, str]:
    """Title of every measure of the dossier and of those its scenarios and branches add."""
    added = [c for s in case.scenarios for c in s.changes]
    added += [c for _, b in prospects_of(case).branches.values() for c in b.changes]
    found = {m.id: m.title for c in added if (m := getattr(c, "add", None)) is not None}
    return found | {m.id: m.title for m in case.measures}


def _chances(found: Mapping[str, Estimate]) -> dict[str, Chance]:
    """Probabilities that sum to 1 with the whole percents they are printed with."""
    percents = whole_percents([e.value for e in found.values()])
    return {name: Chance(*e, percent=n) for (name, e), n in zip(found.items(), percents, strict=True)}


def _months(start: date, until: date) -> list[tuple[date, date]]:
    out, first = [], start
    while first < until:
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        out.append((first, min(after, until)))
        first = after
    return out


def _finite(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(k): None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}


@dataclass(frozen=True)
class OddsDriver:
    """An answer with one branch's odds at its low and its high end; `swing` = high − low, to nine decimals: what is less is the
    noise of a processor, and would rank branches that swing alike."""

    fork: str
    branch: str
    low: float
    high: float

    @property
    def swing(self) -> float:
        """What the answer moves as the odds go from their low to their high end."""
        return round(self.high - self.low, 9) + 0.0


def central_odds(tree: Tree) -> Array:
    """[branch]: mean odds, in the order of `tree.branches`."""
    return np.array([tree.odds[f.id][b][1] for b, (f, _) in tree.branches.items()])


def draw_odds(tree: Tree, draws: int = 1000, seed: int = 0) -> Array:
    """[draw, branch]: odds between their ends, summing to 1 within each fork. Raises `InputError` for draws below 1."""
    if draws < 1:
        raise InputError(refusal("outlook", "ranges_need_at_least", draws=draws))
    rng = np.random.default_rng(seed)
    out = np.zeros((draws, len(tree.branches)))
    place = {b: k for k, b in enumerate(tree.branches)}
    for fork in tree.forks.values():
        spans = np.array([tree.odds[fork.id][b.id] for b in fork.branches], dtype=np.float64)
        drawn = spread_draws(spans, draws, rng)
        free = spans[:, 2] > spans[:, 0]
        drawn[:, ~free] = spans[~free, 1]
        room, taken = 1 - spans[~free, 1].sum(), drawn[:, free].sum(1, keepdims=True)
        drawn[:, free] = drawn[:, free] / np.where(taken > 0, taken, 1.0) * room
        out[:, [place[b.id] for b in fork.branches]] = drawn
    return out


def drivers(tree: Tree, values: Array) -> list[OddsDriver]:
    """Σ P(leaf) values[leaf] with each branch in turn at its two ends, the largest swing first."""
    found = []
    centre = central_odds(tree)
    place = {b: k for k, b in enumerate(tree.branches)}
    for name, (fork, _) in tree.branches.items():
        own = [place[b.id] for b in fork.branches]
        ends = []
        for end in (tree.odds[fork.id][name][0], tree.odds[fork.id][name][2]):
            odds = centre.copy()
            rest = 1 - centre[place[name]]
            odds[own] = centre[own] * ((1 - end) / rest) if rest > 0 else centre[own]
            odds[place[name]] = end if rest > 0 else centre[place[name]]
            ends.append(float(tree.reweighted(odds) @ values))
        found.append(OddsDriver(fork.id, name, *ends))
    return sorted(found, key=lambda d: (-abs(d.swing), d.branch))
