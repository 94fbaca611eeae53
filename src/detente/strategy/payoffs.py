"""The payoff table: what every combination of stances is worth to every government.

Stances come from the dossier (ease, hold, escalate: which measures change). Each combination is a change of the dossier made on
its day, read on one date after the deadlines. On the path it is solved at every node of four years and its discounted mean is
compared with what the law does by itself (`strategy.over_time`); at a textbook horizon it is one equilibrium, compared with what
is in force. Audience costs are charged to a party that eases while another escalates: `audience` points of its weight times
`AUDIENCE_POINTS`.

>>> import detente as dt
>>> table = payoff_table("kuala-lumpur-2025", horizon="medium")
>>> table.parties, table.payoffs.shape
(('USA', 'CHN'), (3, 3, 2))

One payoff table under other motives: every part of every government's objective at unit weight, so that any weights are a sum.

    payoff[cell, party] = Σ over parts of weight[party, part] · unit[cell, party, part]

The unit parts are computed once from the solved table; motives can then be moved one at a time without judging again. The weight
on jobs is a factor on the dossier's pattern over sectors (every sector alike where the dossier gives none).

>>> from detente.policy.dossier import load_dossier
>>> case = load_dossier("kuala-lumpur-2025")
>>> judging = Judging.of(payoff_table(case, horizon="medium"), {p.region: Weights.of(case, p.region) for p in case.parties})
>>> same = judging.judged()
>>> judging.weight("CHN", "audience"), same.motives
(0.5, 'as given')
>>> moved = judging.judged({("CHN", "audience"): 1.0})
>>> moved.audience, bool(abs(moved.payoff["escalate", "ease"][1] - same.payoff["escalate", "ease"][1] + 0.05) < 1e-12)
((0.5, 1.0), True)
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from detente.cases.case import Case, Lazily
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters
from detente.errors import InputError, UnknownName
from detente.policy.changes import Change
from detente.strategy.objectives import PARTS, Measured, Weights, must_have_stances, two_parties
from detente.strategy.over_time import EARLY, Clock, baseline_at, each_month, mean
from detente.talks.contests import Judged
from detente.talks.patience import Patience
from detente.types import Array, Progress
from detente.words import refusal
from detente.world import money
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

AUDIENCE_POINTS = 0.1  # points of real income that easing under fire costs a government with audience weight 1


@dataclass(frozen=True, eq=False)
class PayoffTable:
    """Payoffs over all combinations of stances, in points of real income a year against `against`.

    `payoffs` [stance of the first party, of the second, …, party]; `parts` adds a last axis over `PARTS`. `clock` says when they
    are read; `outcomes` maps a combination to its equilibrium at the case's own node, `measured` to what each party's objective
    reads off it at every month, `income` to real income of all regions there [month, region] (100 ln Ŵ). `weights`: the motives;
    `rolled` turns the table's money into dollars of the dossier's year, by party.
    """

    dossier: str
    horizon: str
    date: datetime.date
    parties: tuple[str, ...]
    stances: tuple[tuple[str, ...], ...]
    titles: tuple[tuple[str, ...], ...]
    payoffs: Array
    parts: Array
    outcomes: Mapping[tuple[str, ...], Outcome]
    clock: Clock
    measured: Mapping[tuple[str, ...], Mapping[str, tuple[Measured, ...]]]
    income: Mapping[tuple[str, ...], Array]
    weights: Mapping[str, Weights]
    rolled: Mapping[str, float] = field(default_factory=dict)

    @property
    def world_unit(self) -> str:
        """What the world counts in, "million USD"."""
        return next(iter(self.outcomes.values())).before.economy.unit

    @property
    def against(self) -> str:
        """The baseline payoffs are measured from."""
        return self.clock.against

    def over(self, first: float, last: float) -> PayoffTable:
        """The same table read over other months of the path: nothing is solved again. A snapshot stays as it is."""
        return _judge(replace(self, clock=self.clock.over(first, last)), self.weights)

    def counted(self, patience: Patience) -> PayoffTable:
        """The same table at other discount rates."""
        return _judge(replace(self, clock=self.clock.at_rates(patience)), self.weights)

    @cached_property
    def early(self) -> PayoffTable:
        """The first months alone: what holding out pays while it lasts."""
        return self.over(0.0, EARLY)

    def payoff(self, *stances: str) -> dict[str, float]:
        """Payoff of each party at a combination of stances, in the order of the parties."""
        return dict(zip(self.parties, map(float, self.payoffs[self._index(stances)]), strict=True))

    def bimatrix(self) -> tuple[Array, Array]:
        """The two payoff matrices of a two-party table (rows: the first party's stances)."""
        if len(self.parties) != 2:
            raise InputError(refusal("strategy", "bimatrix_needs_two_parties", count=len(self.parties)))
        return self.payoffs[..., 0], self.payoffs[..., 1]

    def with_weights(self, weights: Mapping[str, Weights]) -> PayoffTable:
        """The same equilibria judged by other objectives: nothing is solved again."""
        return _judge(self, {p: weights.get(p, Weights()) for p in self.parties})

    def bystanders(self) -> pd.DataFrame:
        """Real income of every region, percent, one row a combination of stances."""
        regions = next(iter(self.outcomes.values())).regions
        rows = {" / ".join(key): 100 * np.expm1(mean(self.clock, income) / 100) for key, income in self.income.items()}
        return pd.DataFrame(rows, index=pd.Index(regions)).T.rename_axis(" / ".join(self.parties))

    def to_frame(self) -> pd.DataFrame:
        """One row a combination and party: stances, payoff and its parts."""
        rows = []
        for combination in itertools.product(*self.stances):
            index = self._index(combination)
            for k, party in enumerate(self.parties):
                stances = dict(zip((f"stance of {p}" for p in self.parties), combination, strict=True))
                parts = dict(zip((f"{part}, points" for part in PARTS), map(float, self.parts[index][k]), strict=True))
                rows.append({**stances, "party": party, "payoff, points": float(self.payoffs[index][k]), **parts})
        return pd.DataFrame(rows)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "dossier": self.dossier, "horizon": self.horizon, "date": self.date.isoformat(), "parties": list(self.parties),
            "stances": [list(s) for s in self.stances], "unit": "points of real income a year",
            "against": self.against, "when": self.clock.tell(),
            "rows": self.to_frame().to_dict(orient="records"),
        }  # fmt: skip

    def _index(self, stances: tuple[str, ...]) -> tuple[int, ...]:
        if len(stances) != len(self.parties):
            raise InputError(refusal("strategy", "give_one_stance_party", parties=", ".join(self.parties)))
        index = []
        for stance, menu in zip(stances, self.stances, strict=True):
            if stance not in menu:
                raise UnknownName(stance, list(menu), "stance")
            index.append(menu.index(stance))
        return tuple(index)


def payoff_table(
    dossier: Case | Dossier | str,
    world: World | None = None,
    horizon: str | Parameters | None = None,
    *,
    weights: Mapping[str, Weights] | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
    **parameters: Any,
) -> PayoffTable:
    """Solve every combination of the parties' stances, along the path or (at a textbook horizon) once.

    `weights` replaces the dossier's motives, by party; `patience` holds discount rates of the parties. Raises `InputError` where
    a party has no stances.
    """
    case = dossier if isinstance(dossier, Case) else Case.of(dossier, world, horizon, with_ranges=False, **parameters)
    given = case.dossier
    must_have_stances(given, ())
    clock = Clock.of(case, patience)
    parties = tuple(p.region for p in given.parties)
    menus = tuple(tuple(s.stance for s in p.stances) for p in given.parties)
    combinations: list[tuple[str, ...]] = list(itertools.product(*menus))
    regions, sectors = case.world.regions, case.world.sectors

    @cache
    def stood(combination: tuple[str, ...]) -> Callable[[float | None], Outcome]:
        changes = (c for party, name in zip(given.parties, combination, strict=True) for c in party.stance(name).changes)
        return stance_outcome(case, clock, list(changes))

    def solved() -> bytes:
        rows = []
        for done, combination in enumerate(combinations, 1):
            found = each_month(clock, stood(combination))
            read = ([*(Measured.of(o, p).numbers for p in parties), o.real_income.to_numpy(dtype=np.float64)] for o in found)
            rows.append([np.concatenate(parts) for parts in read])
            if progress is not None and done < len(combinations):
                progress("payoffs", done, len(combinations))
        return np.array(rows, dtype="<f8").tobytes()

    numbers = np.frombuffer(case.lasting(("payoffs", clock.months), solved), dtype="<f8")
    numbers = numbers.reshape(len(combinations), len(clock.months), -1)
    each = numbers[..., : -len(regions)].reshape(*numbers.shape[:2], len(parties), -1)
    measured = {
        combination: {
            p: tuple(Measured.from_numbers(regions, sectors, month[k]) for month in each[m]) for k, p in enumerate(parties)
        }
        for m, combination in enumerate(combinations)
    }
    income = dict(zip(combinations, 100 * np.log1p(numbers[..., -len(regions) :] / 100), strict=True))
    month = case.month if case.month in clock.months else clock.months[-1]
    outcomes = Lazily(combinations, cache(lambda combination: stood(combination)(month)))
    if progress is not None:
        progress("payoffs", len(combinations), len(combinations))
    shape = (*(len(m) for m in menus), len(parties))
    wanted = {p: (weights or {}).get(p) or Weights.of(given, p) for p in parties}
    empty = PayoffTable(
        dossier=given.id,
        horizon=clock.name,
        date=case.law_day,
        parties=parties,
        stances=menus,
        titles=tuple(tuple(s.title for s in p.stances) for p in given.parties),
        payoffs=np.zeros(shape),
        parts=np.zeros((*shape, len(PARTS))),
        outcomes=outcomes,
        clock=clock,
        measured=measured,
        income=income,
        weights=wanted,
        rolled=money.rolled({p: case.nominal_income(p) for p in parties}, given.as_of.year, case.world.year)[1],
    )
    return _judge(empty, wanted)


def stance_outcome(case: Case, clock: Clock, changes: Sequence[Change]) -> Callable[[float | None], Outcome]:
    """By month, what changes of the dossier, made on its day, lead to against the clock's baseline."""
    past = () if clock.snapshot else case.history(None, changes, case.law_day)

    def at(month: float | None) -> Outcome:
        if month is None:
            return case.outcome(None, changes=changes, day=case.law_day, against=clock.against)
        return case.after(past, case.node(month=month)).relative_to(baseline_at(case, clock, month))

    return at


def _judge(table: PayoffTable, weights: Mapping[str, Weights]) -> PayoffTable:
    """Payoffs of the solved combinations under given objectives."""
    parts = np.zeros_like(table.parts)
    for combination, by_party in table.measured.items():
        index = tuple(menu.index(name) for menu, name in zip(table.stances, combination, strict=True))
        for k, party in enumerate(table.parties):
            own = weights[party]
            found = own.weigh(Measured.mean(by_party[party], table.clock.weights(party)))
            others = [name for m, name in enumerate(combination) if m != k]
            under_fire = combination[k] == "ease" and "escalate" in others
            found["audience"] = -AUDIENCE_POINTS * own.audience if under_fire else 0.0
            parts[index][k] = [found[part] for part in PARTS]
    return replace(table, parts=parts, payoffs=parts.sum(-1), weights=weights)


MOVED = tuple(p for p in PARTS if p != "real income")
"""Motives beside real income."""
SCALES = {"halved": 0.5, "as given": 1.0, "doubled": 2.0}
"""How strong the motives other than real income are taken to be."""
NAMES = {
    "real income": "real income",
    "jobs": "jobs",
    "revenue": "revenue",
    "prices": "prices",
    "dependence": "dependence on the other",
    "audience": "audience",
}


def scaled(weights: Weights, factor: float) -> Weights:
    """The same government with every motive but real income `factor` times as strong."""
    return replace(
        weights,
        jobs={sector: factor * w for sector, w in weights.jobs.items()},
        revenue=factor * weights.revenue,
        prices=factor * weights.prices,
        dependence=factor * weights.dependence,
        audience=factor * weights.audience,
    )


@dataclass(frozen=True, eq=False)
class Judging:
    """A solved table and the weights of its two parties. `unit` [stance of the first, of the second, party, part], `early` the
    same over the first months alone; `weights` [party, part], the one on jobs a factor; `income` in million USD a year.
    """

    table: PayoffTable
    given: Mapping[str, Weights]
    unit: Array
    early: Array
    weights: Array
    income: tuple[float, float]

    @classmethod
    def of(cls, table: PayoffTable, weights: Mapping[str, Weights]) -> Judging:
        """Unit parts of a two-party table under the motives `weights` by party."""
        two_parties(table.dossier, table.parties)
        given = {p: weights.get(p, Weights()) for p in table.parties}
        ones = {
            p: Weights(1.0, dict(w.jobs) if any(w.jobs.values()) else {"default": 1.0}, 1.0, 1.0, 1.0, 1.0, w.rivals)
            for p, w in given.items()
        }
        factors = [
            [w.real_income, float(any(w.jobs.values())), w.revenue, w.prices, w.dependence, w.audience] for w in given.values()
        ]
        outcome = next(iter(table.outcomes.values()))
        income = [float(outcome.before.income[outcome.regions.index(p)]) * table.rolled.get(p, 1.0) for p in table.parties]
        unit, early = (t.with_weights(ones).parts for t in (table, table.early))
        return cls(table, given, unit, early, np.array(factors), (income[0], income[1]))

    @property
    def parties(self) -> tuple[str, str]:
        """Both parties."""
        return self.table.parties[0], self.table.parties[1]

    def weight(self, party: str, part: str) -> float:
        """A weight as given; that on jobs is a factor on the dossier's pattern."""
        return float(self.weights[self._at(party, part)])

    def per_point(self, party: str, part: str) -> Array:
        """What one more unit of a weight adds to the party's payoff in every cell."""
        k, m = self._at(party, part)
        return self.unit[..., k, m]

    def judged(self, moves: Mapping[tuple[str, str], float] | None = None, *, scale: str = "as given") -> Judged:
        """The table with all motives at a strength of `SCALES`, single weights replaced by `moves` {(party, part): weight}."""
        if scale not in SCALES:
            raise UnknownName(scale, list(SCALES), "strength of the motives")
        weights = self.weights * np.where(np.arange(len(PARTS)) == 0, 1.0, SCALES[scale])
        for (party, part), value in (moves or {}).items():
            weights[self._at(party, part)] = value
        return self._with(weights, scale)

    def plain(self) -> Judged:
        """The table if both cared for real income alone."""
        weights = np.zeros_like(self.weights)
        weights[:, 0] = 1.0
        return self._with(weights, "real income alone")

    def _with(self, weights: Array, name: str) -> Judged:
        def cells(unit: Array) -> dict[tuple[str, str], tuple[float, float]]:
            points = np.einsum("abkp,kp->abk", unit, weights)
            named = zip(itertools.product(*self.table.stances), np.ndindex(*points.shape[:2]), strict=True)
            return {(a, b): (float(points[i, j, 0]), float(points[i, j, 1])) for (a, b), (i, j) in named}

        audience = weights[:, PARTS.index("audience")]
        return Judged(
            name, self.parties, cells(self.unit), (float(audience[0]), float(audience[1])),
            (self.income[0] / 100, self.income[1] / 100), early=cells(self.early),
        )  # fmt: skip

    def _at(self, party: str, part: str) -> tuple[int, int]:
        if party not in self.parties:
            raise UnknownName(party, list(self.parties), "party")
        if part not in PARTS:
            raise UnknownName(part, list(PARTS), "motive")
        return self.parties.index(party), PARTS.index(part)
