"""Bargains over tariffs: the deal that maximises the weighted product of gains, or that shares them in proportion.

    Nash (1950)               max Π (G[n] − G⁰[n])^p[n]
    Kalai–Smorodinsky (1975)  max min (G[n] − G⁰[n]) / (G*[n] − G⁰[n]),  G* the most n can get while no other loses

over the parties' tariffs on each other, from a disagreement point: the status quo, everyone's Nash tariffs, or any policy.
Gains are in percent of the table's real income: G enters as 100·exp(G/100), so that for plain welfare a gain is Ŵ − Ŵ⁰.
Derivatives of every party's gain come from one solve and the adjoints.

>>> from detente.world import toy_world
>>> deal = bargain(toy_world(), ["AAA", "BBB"], disagreement="nash", detail="region")
>>> deal.room, bool(min(deal.gains.values()) > 0)
(True, True)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from detente.equilibrium.derivatives import Objective, TariffGradients
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import solve
from detente.errors import InputError, NotConverged, UnknownName
from detente.policy.instruments import Policy
from detente.strategy.nash import nash_tariffs
from detente.strategy.tariff_space import Detail, TariffSpace
from detente.types import Array, Progress
from detente.words import refusal
from detente.words.names import resolve_regions
from detente.world.economy import Economy
from detente.world.world import World

BOX = (np.log(0.5), np.log(6.0))  # of ln(1+t): −50 % to 500 %


@dataclass(frozen=True, eq=False)
class Bargain:
    """A deal over tariffs. Gains over the disagreement point in percent of real income; `outcome` compares the deal with that
    point, `tariffs` [origin, destination, sector] are the agreed rates."""

    parties: tuple[str, ...]
    solution: str
    disagreement: str
    detail: str
    tariffs: Array
    space: TariffSpace
    gains: Mapping[str, float]
    ideal: Mapping[str, float]
    outcome: Outcome
    slope: float
    room: bool

    def rates(self) -> pd.DataFrame:
        """One row an agreed rate: who taxes whom in what, percent at the disagreement point and in the deal."""
        economy = self.outcome.before.economy
        held = self.space.group >= 0
        index = self.space.group[held]
        weight = np.bincount(index, weights=economy.shipments[held], minlength=self.space.size)

        def mean(tariffs: Array) -> Array:
            return 100 * np.bincount(index, weights=(economy.shipments * tariffs)[held], minlength=self.space.size) / weight

        before, after = mean(self.outcome.before.tariffs), mean(self.tariffs)
        rows = [(*name, b, a) for name, b, a in zip(self.space.names, before, after, strict=True)]
        return pd.DataFrame(rows, columns=["by", "on", "sector", "rate without a deal, %", "agreed rate, %"])

    def to_frame(self) -> pd.DataFrame:
        """One row a party: gain, the most it could get, real income."""
        return pd.DataFrame(
            {
                "gain, %": pd.Series(dict(self.gains)),
                "ideal gain, %": pd.Series(dict(self.ideal)),
                "real income, %": self.outcome.real_income[list(self.parties)],
            }
        ).rename_axis("party")

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "parties": list(self.parties), "solution": self.solution, "disagreement": self.disagreement, "detail": self.detail,
            "room_for_a_deal": self.room, "gains": dict(self.gains), "ideal_gains": dict(self.ideal),
            "rates": self.rates().where(lambda f: f.notna(), None).to_dict(orient="records"),
            "real_income": self.outcome.real_income.to_dict(), "world_real_income": self.outcome.world_real_income,
        }  # fmt: skip


def bargain(
    world: World | Economy,
    parties: Sequence[str],
    disagreement: Literal["status quo", "nash"] | Policy = "status quo",
    solution: Literal["nash", "kalai-smorodinsky"] = "nash",
    *,
    detail: Detail = "pair",
    power: Mapping[str, float] | None = None,
    objective: Mapping[str, str | Mapping[str, float] | Objective] | None = None,
    policy: Policy | None = None,
    sectors: str | Sequence[str] | None = None,
    horizon: str | Parameters = "medium",
    progress: Progress | None = None,
    **parameters: Any,
) -> Bargain:
    """The deal between `parties` over their tariffs on each other.

    `policy` is what is in force (the status quo); `disagreement` what follows if talks fail: the status quo itself, the
    parties' Nash tariffs against each other, or a policy. `power` weights gains (1 each if absent). Where no change of
    tariffs makes all better off, the deal is the disagreement point and `room` is False.
    """
    if solution not in ("nash", "kalai-smorodinsky"):
        raise UnknownName(solution, ["nash", "kalai-smorodinsky"], "solution")
    t = _Table.set(
        world, parties, disagreement, detail=detail, objective=objective, policy=policy, sectors=sectors, horizon=horizon,
        progress=progress, **parameters,
    )  # fmt: skip
    names, search = t.names, t.search
    weight = np.array([(power or {}).get(p, 1.0) for p in names])
    better = search.improving()
    if better is None:
        tariffs, gains, ideal, slope, room = t.start, np.zeros(len(names)), np.zeros(len(names)), 0.0, False
    else:
        room = True
        ideal = np.array([search.most(k, better) for k in range(len(names))])
        u = search.nash(better, weight) if solution == "nash" else search.proportional(better, ideal)
        gains, slopes = search.at(u)
        slope = float(np.abs((weight / np.maximum(gains, 1e-300)) @ slopes).max()) if solution == "nash" else 0.0
        tariffs = t.tariffs(u)
    before = t.rest + Policy.from_arrays(tariffs=t.start, label="the disagreement point") if t.label == "nash" else t.rest
    deal = t.rest + Policy.from_arrays(tariffs=tariffs, label="the agreed tariffs")
    outcome = solve(t.economy, deal, t.parameters).relative_to(solve(t.economy, before, t.parameters))
    by_party = dict(zip(names, map(float, gains), strict=True))
    best = dict(zip(names, map(float, ideal), strict=True))
    return Bargain(names, solution, t.label, detail, tariffs, t.space, by_party, best, outcome, slope, room)


def pareto_frontier(
    world: World | Economy,
    parties: Sequence[str],
    points: int = 11,
    disagreement: Literal["status quo", "nash"] | Policy = "status quo",
    *,
    detail: Detail = "pair",
    progress: Progress | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Gains of two parties along their frontier: Nash deals as the power of the first runs from 0.02 to 0.98.

    `options` as in `bargain`. One row a point: power of the first party and the gains; none where nothing helps both.
    """
    if len(parties) != 2:
        raise InputError(refusal("strategy", "frontier_is_drawn"))
    if points < 2:
        raise InputError(refusal("strategy", "frontier_needs_at_least", points=points))
    t = _Table.set(world, parties, disagreement, detail=detail, progress=progress, **options)
    better = t.search.improving()
    rows = []
    for done, share in enumerate(np.linspace(0.02, 0.98, points) if better is not None else [], 1):
        assert better is not None
        better = t.search.nash(better, np.array([share, 1 - share]))
        gains, _ = t.search.at(better)
        rows.append({"power": float(share), **{f"gain of {p}, %": float(g) for p, g in zip(t.names, gains, strict=True)}})
        if progress is not None:
            progress("frontier", done, points)
    return pd.DataFrame(rows, columns=["power", *(f"gain of {p}, %" for p in t.names)])


@dataclass(frozen=True, eq=False)
class _Table:
    """What a bargain over tariffs is about: the levers, the disagreement point and everybody's gain over it."""

    economy: Economy
    parameters: Parameters
    names: tuple[str, ...]
    rest: Policy
    label: str
    space: TariffSpace
    start: Array
    spread: Array
    search: _Search

    @classmethod
    def set(
        cls,
        world: World | Economy,
        parties: Sequence[str],
        disagreement: Literal["status quo", "nash"] | Policy,
        *,
        detail: Detail,
        objective: Mapping[str, str | Mapping[str, float] | Objective] | None = None,
        policy: Policy | None = None,
        sectors: str | Sequence[str] | None = None,
        horizon: str | Parameters = "medium",
        progress: Progress | None = None,
        **parameters: Any,
    ) -> _Table:
        """Solve the disagreement point."""
        economy = world.economy()
        chosen = named_horizon(horizon, **parameters)
        names = resolve_regions(list(parties), economy.regions)
        if len(names) < 2:
            raise InputError(refusal("strategy", "bargain_needs_at_least"))
        rest = policy or Policy()
        space = TariffSpace.make(economy, names, detail, partners=names, sectors=sectors)
        shock = rest.shock(economy)
        goals = [(objective or {}).get(p, p) for p in names]
        label = "policy"
        start = shock.tariffs
        if isinstance(disagreement, Policy):
            shock = disagreement.shock(economy)
            start = shock.tariffs
            rest = disagreement
        elif disagreement == "nash":
            label = "nash"
            wanted = dict(zip(names, goals, strict=True))
            fight = nash_tariffs(
                economy, names, detail, wanted, policy=rest, partners=names, sectors=sectors, horizon=chosen, progress=progress
            )
            start = fight.tariffs
        elif disagreement == "status quo":
            label = "status quo"
        else:
            raise UnknownName(disagreement, ["status quo", "nash"], "disagreement point")

        evaluate = TariffGradients(economy, shock, chosen, goals)
        reference, _ = evaluate(start)
        first = space.start(start, economy.shipments)
        held = space.group >= 0
        # within a group rates keep their spread around its mean, so that the disagreement point itself is in the space
        spread = np.zeros_like(start)
        spread[held] = np.log1p(start[held]) - first[space.group[held]]

        def at(u: Array) -> tuple[Array, Array]:
            tariffs = start.copy()
            tariffs[held] = np.expm1(u[space.group[held]] + spread[held])
            values, slopes = evaluate(tariffs)
            level = np.exp(values / 100)
            slopes = np.array([space.gather(s * (1 + tariffs)) for s in slopes]) * level[:, None]
            return 100 * (level - np.exp(reference / 100)), slopes

        return cls(economy, chosen, names, rest, label, space, start, spread, _Search(at, first))

    def tariffs(self, u: Array) -> Array:
        """The tariff array at u."""
        held = self.space.group >= 0
        found = self.start.copy()
        found[held] = np.expm1(u[self.space.group[held]] + self.spread[held])
        return found


class _Search:
    """Maximisation over u = ln(1+t) with gains and exact derivatives from `at`."""

    def __init__(self, at: Any, first: Array) -> None:
        self.first = first
        self._known: dict[bytes, tuple[Array, Array]] = {}
        self._at = at

    def at(self, u: Array) -> tuple[Array, Array]:
        key = np.ascontiguousarray(u).tobytes()
        if key not in self._known:
            if len(self._known) > 64:
                self._known.clear()
            try:
                self._known[key] = self._at(u)
            except NotConverged:
                gains = np.full(len(next(iter(self._known.values()))[0]), -1e6)
                self._known[key] = (gains, np.zeros((len(gains), len(u))))
        return self._known[key]

    def improving(self) -> Array | None:
        """A point where every party gains: raise the smallest gain until it is positive. None where it cannot be."""
        _, slopes = self.at(self.first)
        n = len(self.first)
        found: list[Array] = []

        def watch(x: Array) -> None:
            if self.at(x[:-1])[0].min() > 1e-6:
                found.append(x[:-1].copy())
                raise StopIteration

        constraint = {
            "type": "ineq",
            "fun": lambda x: self.at(x[:-1])[0] - x[-1],
            "jac": lambda x: np.column_stack([self.at(x[:-1])[1], -np.ones(len(slopes))]),
        }
        end = minimize(
            lambda x: (-x[-1], np.append(np.zeros(n), -1.0)), np.append(self.first, 0.0), jac=True, method="SLSQP",
            bounds=[BOX] * n + [(None, None)], constraints=[constraint], options={"maxiter": 100, "ftol": 1e-9}, callback=watch,
        )  # fmt: skip
        if not found and self.at(end.x[:-1])[0].min() > 1e-6:
            found.append(end.x[:-1])
        return found[0] if found else None

    def most(self, k: int, start: Array) -> float:
        """The most party k can gain while nobody loses."""
        found = minimize(
            lambda u: (-self.at(u)[0][k], -self.at(u)[1][k]), start, jac=True, method="SLSQP", bounds=[BOX] * len(start),
            constraints=[{"type": "ineq", "fun": lambda u: self.at(u)[0], "jac": lambda u: self.at(u)[1]}],
            options={"maxiter": 60, "ftol": 1e-9},
        )  # fmt: skip
        gains = self.at(found.x)[0]
        return float(gains[k] if gains.min() > -1e-6 else self.at(start)[0][k])

    def nash(self, start: Array, weight: Array) -> Array:
        """Maximise Σ p ln(gain) from a point where all gain."""

        def objective(u: Array) -> tuple[float, Array]:
            gains, slopes = self.at(u)
            if gains.min() <= 0:  # outside: a wall that slopes back
                k = int(gains.argmin())
                return 1e3 - 1e2 * float(gains[k]), -1e2 * slopes[k]
            return -float(weight @ np.log(gains)), -(weight / gains) @ slopes

        found = minimize(
            objective, start, jac=True, method="L-BFGS-B", bounds=[BOX] * len(start),
            options={"maxiter": 200, "ftol": 1e-14, "gtol": 1e-6, "maxls": 30},
        )  # fmt: skip
        return np.asarray(found.x)

    def proportional(self, start: Array, ideal: Array) -> Array:
        """Maximise the smallest share of the ideal gain."""
        n = len(start)
        first = float((self.at(start)[0] / ideal).min())
        constraint = {
            "type": "ineq",
            "fun": lambda x: self.at(x[:-1])[0] / ideal - x[-1],
            "jac": lambda x: np.column_stack([self.at(x[:-1])[1] / ideal[:, None], -np.ones(len(ideal))]),
        }
        found = minimize(
            lambda x: (-x[-1], np.append(np.zeros(n), -1.0)), np.append(start, first), jac=True, method="SLSQP",
            bounds=[BOX] * n + [(None, None)], constraints=[constraint], options={"maxiter": 100, "ftol": 1e-11},
        )  # fmt: skip
        return found.x[:-1]
