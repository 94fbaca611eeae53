"""The duties of both sides as a game, read off nine equilibria: what each wins by its own duty and what the other's costs it.

Each side has one lever, its mean duty on the other's goods (differences between goods stay as they are). Four levels of each are
solved while the other keeps today's, and both at none; today's is the fifth point. Along the path a new duty holds from the
dossier's day and its payoff is the discounted mean of four years, against what is in force (`strategy.over_time`). Payoffs are
interpolated by a polynomial in ln(1+t) through the five. From it come each side's best duty, what that wins it over none and what
it costs the other: a, b, e of `truce_tariff`. The two duties' effects are taken to add up; how far they do not is measured where
both are none. Goods that stand in fixed proportions to output (rare earths) are left out of the lever: withholding them is
another game.

>>> from detente.policy.dossier import load_dossier
>>> from detente.world.library import load_world
>>> game = duty_game(load_dossier("kuala-lumpur-2025"), load_world(), "medium")
>>> game.payoffs["motives"].shape, bool(game.tastes["real income"][0].nash > 0.05)
((2, 4, 2), True)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from detente.cases.baselines import REFERENCE
from detente.cases.case import Case
from detente.cases.history import Moment
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters
from detente.equilibrium.solve import solve
from detente.errors import InputError, UnknownRegion
from detente.policy.instruments import Policy
from detente.strategy.objectives import Measured, Weights, two_parties
from detente.strategy.over_time import Clock, each_month
from detente.talks.patience import Patience
from detente.talks.sustainable_tariffs import SustainablePair, Taste, read_off, sustainable_pair
from detente.types import Array, plain
from detente.words import refusal
from detente.words.names import goods_sectors, region_name
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier

LEVELS = (0.0, 0.12, 0.3, 0.6)
"""Mean duties solved on each side (fractions)."""


@dataclass(frozen=True, eq=False)
class DutyGame:
    """Payoffs [whose lever, level, party] in points against the status quo, and what was read off them, each by "motives" and by
    "real income". `today` are the mean duties of the status quo, `none` the payoffs where both are none, `edge` whether a side's
    best duty lies at the end of what was tried.
    """

    parties: tuple[str, str]
    levels: tuple[float, ...]
    today: tuple[float, float]
    income: tuple[float, float]
    payoffs: Mapping[str, Array]
    none: Mapping[str, tuple[float, float]]
    tastes: Mapping[str, tuple[Taste, Taste]]
    edge: Mapping[str, tuple[bool, bool]]

    def sustainable(self, discount: Sequence[float], by: str = "motives") -> SustainablePair:
        """The lowest duties both keep at these discount factors a period."""
        return sustainable_pair(*self.tastes[by], list(discount), worth=self.income)

    def lowest(self, discount: Sequence[float]) -> dict[str, list[dict[str, Any]]]:
        """By judgement, a row a side: the `lowest` mean duty both keep at these discount factors, what it would set `alone`
        (`edge`: the end of what was tried), what is `best` for both, and `today`.
        """
        found = {}
        for by in self.tastes:
            pair = self.sustainable(discount, by)
            columns = (self.parties, pair.tariffs, pair.nash, pair.efficient, self.today, self.edge[by])
            keys = ("side", "lowest", "alone", "best", "today", "edge")
            found[by] = [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]
        return found

    @property
    def worst_error(self) -> float:
        """How far the two duties' effects do not add up at most, as a share of the gain at stake where both are none."""
        return max(t.error for pair in self.tastes.values() for t in pair)

    def to_frame(self) -> pd.DataFrame:
        """One row a pair of levers and party: payoff by motives and by real income, points."""
        pairs: list[tuple[tuple[float, float], dict[str, Any]]] = []
        for k in range(2):
            for m, level in enumerate(self.levels):
                pair = (level, self.today[1]) if k == 0 else (self.today[0], level)
                pairs.append((pair, {by: v[k, m] for by, v in self.payoffs.items()}))
        pairs.append(((0.0, 0.0), dict(self.none)))
        rows = []
        for pair, paid in pairs:
            for k, party in enumerate(self.parties):
                duties = {f"mean duty of {p}": t for p, t in zip(self.parties, pair, strict=True)}
                rows.append(duties | {"party": party} | {f"payoff by {by}, points": float(v[k]) for by, v in paid.items()})
        return pd.DataFrame(rows)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return plain(self)


def duty_game(
    dossier: Case | Dossier | str,
    world: World | None = None,
    horizon: str | Parameters | None = None,
    *,
    weights: Mapping[str, Weights] | None = None,
    patience: Patience | None = None,
    levels: Sequence[float] = LEVELS,
) -> DutyGame:
    """Solve nine pairs of mean duties, along the path or (at a textbook horizon) once, and read both sides' tastes off them.

    `levels` start at 0. Raises `InputError` for other than two parties or fewer than three levels, `UnknownRegion` for a party
    the world lacks.
    """
    case = dossier if isinstance(dossier, Case) else Case.of(dossier, world, horizon, with_ranges=False)
    given, world, economy = case.dossier, case.world, case.economy
    parties = two_parties(given.id, [p.region for p in given.parties])
    if len(set(levels)) < 3 or levels[0] != 0 or list(levels) != sorted(levels):
        raise InputError(refusal("strategy", "give_at_least_three"))
    for party in parties:
        if party not in world.regions:
            raise UnknownRegion(party, {r: region_name(r) for r in world.regions})
    clock = Clock.of(case, patience)
    policy = case.policy(None)
    shock = policy.shock(economy)
    fixed, tariffs = shock.controlled_goods, shock.tariffs  # what is controlled is not traded by price alone
    goods = [world.sectors.index(s) for s in goods_sectors(world.sectors) if s not in fixed]
    first, second = (world.regions.index(p) for p in parties)
    mean, spread = [], []
    for origin, destination in ((second, first), (first, second)):
        trade, rate = economy.shipments[origin, destination][goods], tariffs[origin, destination][goods]
        mean.append(float((trade * rate).sum() / trade.sum()))
        spread.append(np.log1p(rate) - np.log1p(mean[-1]))
    judges = {
        "motives": {p: (weights or {}).get(p) or Weights.of(given, p) for p in parties},
        "real income": {p: Weights() for p in parties},
    }

    def paid(own: float, other: float) -> dict[str, list[float]]:
        new = tariffs.copy()
        new[second, first, goods] = np.expm1(np.log1p(own) + spread[0])
        new[first, second, goods] = np.expm1(np.log1p(other) + spread[1])
        chosen = policy + Policy.from_arrays(tariffs=new)

        def at(month: float | None) -> Outcome:
            if month is None:
                raw = solve(economy, chosen, case.parameters, solver=case.solver)
            else:
                raw = case.after((*case.history(None), Moment(0.0, chosen, chosen.shock(economy))), case.node(month=month))
            return raw.relative_to(case.outcome(None, month=month, against=REFERENCE))

        found = each_month(clock, at)
        read = {p: Measured.mean([Measured.of(o, p) for o in found], clock.weights(p)) for p in parties}
        return {by: [float(sum(judge[p].weigh(read[p]).values())) for p in parties] for by, judge in judges.items()}

    def solved() -> bytes:
        lines = [[paid(t, mean[1]) for t in levels], [paid(mean[0], t) for t in levels]]
        return json.dumps([lines, paid(0.0, 0.0)]).encode()

    lines, neither = json.loads(case.lasting(("duties", tuple(levels), repr(judges), repr(clock)), solved))
    payoffs = {by: np.array([[cell[by] for cell in line] for line in lines]) for by in judges}
    tastes, edges = {}, {}
    for by, values in payoffs.items():
        curves = [[_through(levels, values[k, :, p], mean[k]) for p in range(2)] for k in range(2)]
        best = [_top(curves[k][k], levels[-1]) for k in range(2)]
        made = []
        for k, party in enumerate(parties):
            own, other = curves[k][k], curves[1 - k][k]
            gain, harm = float(own(best[k]) - own(0.0)), float(other(0.0) - other(best[1 - k]))
            summed = float(values[0, 0, k] + values[1, 0, k])  # today is 0
            error = abs(neither[by][k] - summed) / max(abs(gain), abs(harm), 1e-12)
            made.append(read_off(party, best[k], max(gain, 0.0), harm, best[1 - k], error=error))
        tastes[by] = (made[0], made[1])
        edges[by] = (best[0] >= levels[-1] * (1 - 1e-6), best[1] >= levels[-1] * (1 - 1e-6))
    income = [case.nominal_income(p) for p in parties]
    return DutyGame(
        (parties[0], parties[1]), tuple(map(float, levels)), (mean[0], mean[1]), (income[0], income[1]), payoffs,
        {by: (v[0], v[1]) for by, v in neither.items()}, tastes, edges,
    )  # fmt: skip


def _through(levels: Sequence[float], values: Array, today: float) -> Callable[[Any], Any]:
    """The polynomial in ln(1+t) through the payoffs at the levels and 0 at today's duty (left out if a level is near)."""
    at, paid = list(levels), [float(v) for v in values]
    if min(abs(today - t) for t in levels) > 0.02:
        at, paid = [*at, today], [*paid, 0.0]
    curve = np.polynomial.Polynomial.fit(np.log1p(at), paid, len(at) - 1)
    return lambda t: curve(np.log1p(t))


def _top(curve: Callable[[Any], Any], highest: float) -> float:
    """The duty between 0 and `highest` at which a curve is highest, to a hundredth of a point."""
    fine = np.linspace(0.0, highest, round(highest * 10_000) + 1)
    return float(fine[int(np.argmax(curve(fine)))])
