"""Optimal and Nash tariffs.

`best_reply`: the tariffs that serve one player's objective best while all others stay put. `nash_tariffs`: tariffs at which
every player's are a best reply, by exact gradients at any detail, or, as an independent check, by the formula of
Lashkaripour (2021, JIE 131) for an economy without intermediates, where the Nash tariff is one rate a player:

    1/t[i] = Σ_{j≠i} ( Σₖ χ[i,j,k] ε[k] (1 − λ[i,j,k]) + χ[i,j] Σₖ ε[k] δ[j,k] λ[i,j,k] ),
    δ[j,k] = t[j] λ[j,j,k] e[j,k] / (1 + t[j] λ[j,j]),

χ[i,j,k] share of (j,k) in i's exports net of tariff, χ[i,j] its sum over k, λ expenditure shares, e spending shares, solved
together with the equilibrium. The first term is how demand for i's exports answers their price; the second is what the buyer's
tariff revenue, hence income, does to all goods alike, so it is summed over goods before it is weighted. With one sector
this is the form in which the formula is usually written. It is exact for two countries; with more it leaves
out how third countries' wages answer, and the gradient solution differs by partner where the formula has one rate.

>>> from detente.world import Economy
>>> import numpy as np
>>> share = 1 / (1 + 1.3**-4)
>>> two = Economy.from_shares(
...     regions=("H", "F"), expenditure_shares=np.array([[[share], [1 - share]], [[1 - share], [share]]]),
...     input_shares=np.zeros((2, 1, 1)), value_added_shares=np.ones((2, 1)), final_shares=np.ones((2, 1)),
...     value_added=np.ones(2), trade_elasticity=4.0)
>>> nash_tariffs(two, ["H", "F"], detail="region").to_frame()["mean rate, %"].round(4).tolist()
[27.5888, 27.5888]
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.equilibrium.derivatives import Objective, TariffGradients
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import solve
from detente.errors import InputError, NotConverged, UnknownName
from detente.policy.instruments import Policy
from detente.policy.shock import Shock
from detente.strategy.checkpoint import Checkpoint, digest
from detente.strategy.differences import by_differences
from detente.strategy.search import Progress, Stationary, climb, in_turn, stationary
from detente.strategy.tariff_space import Detail, TariffSpace
from detente.words.names import resolve_regions
from detente.world.economy import Economy
from detente.world.world import World

Array = NDArray[np.float64]
Goals = Mapping[str, str | Mapping[str, float] | Objective]


@dataclass(frozen=True, eq=False)
class TariffSolution:
    """Tariffs that solve a game or a best reply, with the outcome against `against`.

    `residual` is the largest move ln(1+t) the first-order conditions still ask for (NaN after an outright maximisation);
    `regret` by player what a fresh best reply would still gain, in points of its objective (absent where not asked for).
    """

    kind: str
    players: tuple[str, ...]
    detail: str
    method: str
    tariffs: Array
    outcome: Outcome
    residual: float
    iterations: int
    moved: NDArray[np.bool_]
    regret: Mapping[str, float] | None = None
    starts: tuple[float, ...] = ()

    def rates(self) -> pd.DataFrame:
        """One row a rate that was searched for and has trade: percent, and imports before in the table's unit."""
        economy = self.outcome.before.economy
        rows = []
        for player in self.players:
            n = economy.regions.index(player)
            for i, j in np.argwhere(economy.shipments[:, n] > 0):
                if self.moved[i, n, j]:
                    row = (
                        player,
                        economy.regions[i],
                        economy.sectors[j],
                        100 * self.tariffs[i, n, j],
                        economy.shipments[i, n, j],
                    )
                    rows.append(row)
        return pd.DataFrame(rows, columns=["player", "partner", "sector", "rate, %", f"imports, {economy.unit}"])

    def to_frame(self) -> pd.DataFrame:
        """One row a player: mean rate (by imports before), median over its flows, real income and what it costs or gains."""
        table = self.rates()
        imports = table.columns[-1]
        rows = {}
        for player, part in table.groupby("player", sort=False):
            weight = part[imports].to_numpy()
            rate = part["rate, %"].to_numpy()
            rows[player] = {
                "mean rate, %": float((weight * rate).sum() / weight.sum()),
                "median rate, %": float(np.median(rate)),
                "real income, %": float(self.outcome.real_income[player]),
                "regret, points": float("nan") if self.regret is None else self.regret[str(player)],
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("player")

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        frame = self.to_frame()
        return {
            "kind": self.kind, "players": list(self.players), "detail": self.detail, "method": self.method,
            "residual": self.residual, "iterations": self.iterations, "starts": list(self.starts),
            "by_player": {str(k): {c: None if pd.isna(v) else float(v) for c, v in row.items()} for k, row in frame.iterrows()},
            "world_real_income": self.outcome.world_real_income, "real_income": self.outcome.real_income.to_dict(),
        }  # fmt: skip


def best_reply(
    world: World | Economy,
    player: str,
    *,
    detail: Detail = "pair-sector",
    objective: str | Mapping[str, float] | Objective | None = None,
    policy: Policy | None = None,
    partners: str | Sequence[str] | None = None,
    sectors: str | Sequence[str] | None = None,
    horizon: str | Parameters = "medium",
    starts: Sequence[float] = (0.0, 0.3, 1.0),
    tolerance: float = 1e-8,
    progress: Progress | None = None,
    **parameters: Any,
) -> TariffSolution:
    """The player's best tariffs given `policy` (what everyone else does, and the player's other measures).

    Searched from several uniform `starts`, as objectives with sector weights may have several local optima; the best end
    is returned. The outcome compares with `policy`. Raises `NotConverged` if no start ends at an optimum.
    """
    economy = world.economy()
    chosen = named_horizon(horizon, **parameters)
    rest = policy or Policy()
    space = TariffSpace.make(economy, [player], detail, partners=partners, sectors=sectors)
    shock = rest.shock(economy)
    found: list[tuple[float, float, Any]] = []
    last: NotConverged | None = None
    for start in starts:
        evaluate = TariffGradients(economy, shock, chosen, [objective or space.players[0]])
        first = np.full(space.size, np.log1p(start))
        try:
            end = stationary(evaluate, space, first, tolerance=tolerance, iterations=80, progress=progress)
        except NotConverged:
            try:
                u, value = climb(evaluate, space, first, base=shock.tariffs)
            except NotConverged as error:
                last = error
                continue
            end = Stationary(u, space.tariffs(u, shock.tariffs), np.array([value]), float("nan"), 0)
        found.append((float(end.objective[0]), start, end))
    if not found:
        raise last or NotConverged("no start was given")
    _, _, end = max(found, key=lambda f: f[0])
    outcome = _at(economy, rest, end.tariffs, chosen, against=rest)
    return TariffSolution(
        "best reply", space.players, detail, "gradient", end.tariffs, outcome, end.residual, end.iterations, space.group >= 0,
        starts=tuple(float(s) for _, s, _ in found),
    )  # fmt: skip


def nash_tariffs(
    world: World | Economy,
    players: Sequence[str] | str | None = None,
    detail: Detail = "pair-sector",
    objective: Goals | None = None,
    method: Literal["gradient", "formula", "differences"] = "gradient",
    *,
    policy: Policy | None = None,
    partners: str | Sequence[str] | None = None,
    sectors: str | Sequence[str] | None = None,
    horizon: str | Parameters = "medium",
    start: float | Array = 0.25,
    tolerance: float = 1e-8,
    check: bool = False,
    progress: Progress | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    **parameters: Any,
) -> TariffSolution:
    """Tariffs at which each of `players` (all regions if None) replies best to the others; the rest keep theirs.

    `objective` maps a player to what it wants (its own real income if absent). `check` runs a fresh best reply for every
    player at the solution and reports its gain. `start` is a rate or a tariff array [origin, destination, sector].
    The outcome compares with `policy` (the table's tariffs if None). `method` "differences" takes slopes from neighbouring
    solves instead of adjoints, for one rate a player and plain real income: nothing to compile, good to a few times the
    tolerance. A `checkpoint` file is written after every iteration, and a run that finds one goes on from it; `InputError` if
    it is another run's.
    """
    if method not in ("gradient", "formula", "differences"):
        raise UnknownName(method, ["gradient", "formula", "differences"], "method")
    economy = world.economy()
    chosen = named_horizon(horizon, **parameters)
    names = resolve_regions(players, economy.regions)
    rest = policy or Policy()
    if method == "formula":
        if objective or policy or detail != "region":
            raise InputError('the formula gives one rate a player for plain real income: use detail="region" and no policy')
        tariffs, residual, count = _by_formula(economy, names, chosen, tolerance)
        moved = TariffSpace.make(economy, names, detail).group >= 0
        outcome = _at(economy, rest, tariffs, chosen, against=rest)
        return TariffSolution("nash", names, detail, method, tariffs, outcome, residual, count, moved)
    space = TariffSpace.make(economy, names, detail, partners=partners, sectors=sectors)
    shock = rest.shock(economy)
    first = np.full(space.size, np.log1p(start)) if np.ndim(start) == 0 else space.start(np.asarray(start), economy.shipments)
    place = None
    if checkpoint is not None:
        wanted = {k: repr(v) for k, v in (objective or {}).items()}
        place = Checkpoint(Path(checkpoint), _inputs(economy, shock, chosen, space, wanted, method))
    if method == "differences":
        if objective or detail != "region":
            raise InputError('method "differences" is for one rate a player and plain real income: use detail="region"')
        end = by_differences(economy, space, shock, chosen, first, tolerance=max(tolerance, 1e-4), progress=progress)
        outcome = _at(economy, rest, end.tariffs, chosen, against=rest)
        return TariffSolution(
            "nash", space.players, detail, method, end.tariffs, outcome, end.residual, end.iterations, space.group >= 0
        )
    goals = [(objective or {}).get(p, p) for p in space.players]
    evaluate = TariffGradients(economy, shock, chosen, goals)
    saved = None if place is None else place.load()
    try:
        if saved is not None and saved.phase == "in turn":
            raise NotConverged("the saved run had gone over to one player after the other")
        end = stationary(evaluate, space, first, tolerance=tolerance, iterations=120, progress=progress, checkpoint=place)
    except NotConverged:
        end = in_turn(
            evaluate, space, first, base=shock.tariffs, tolerance=max(tolerance, 1e-4), progress=progress, checkpoint=place
        )
    outcome = _at(economy, rest, end.tariffs, chosen, against=rest)
    regret = None
    if check:
        regret = {}
        for k, player in enumerate(space.players):
            # the player starts afresh from other rates, the others stay at the solution
            held = rest + Policy.from_arrays(tariffs=end.tariffs)
            reply = best_reply(
                economy, player, detail=detail, objective=goals[k], policy=held, partners=partners, sectors=sectors,
                horizon=chosen, starts=(0.1, 0.6), tolerance=1e-6,
            )  # fmt: skip
            value, _ = TariffGradients(economy, shock, chosen, [goals[k]])(reply.tariffs)
            regret[player] = float(value[0] - end.objective[k])
    return TariffSolution(
        "nash", space.players, detail, method, end.tariffs, outcome, end.residual, end.iterations, space.group >= 0, regret
    )


def _at(economy: Economy, rest: Policy, tariffs: Array, parameters: Parameters, *, against: Policy) -> Outcome:
    """The outcome at given tariffs compared with `against`."""
    after = solve(economy, rest + Policy.from_arrays(tariffs=tariffs, label="the tariffs found"), parameters)
    return after.relative_to(solve(economy, against, parameters))


def _inputs(
    economy: Economy, shock: Shock, parameters: Parameters, space: TariffSpace, objective: Mapping[str, str], method: str
) -> dict[str, str]:
    """Digests of what a game's answer depends on, by name."""
    controls = [(c.label, c.bound, c.kind, c.rent, digest(c.flows)) for c in shock.controls]
    arrays = (shock.tariffs, shock.export_taxes, shock.iceberg, shock.allowed, shock.unit_cost, shock.subsidies)
    return {
        "world": economy.fingerprint,
        "policy": digest(*arrays, controls),
        "parameters": digest(parameters.record()),
        "players": digest(list(space.players)),
        "rates (detail, partners, sectors)": digest(space.group),
        "objectives": digest(dict(objective)),
        "method": method,
    }


def _by_formula(economy: Economy, players: tuple[str, ...], parameters: Parameters, tolerance: float) -> tuple[Array, float, int]:
    """Lashkaripour's formula iterated with the equilibrium. Valid without intermediates, with one wage."""
    if economy.input_shares.any():
        raise InputError('the formula is for an economy without intermediates; use method="gradient"')
    theta = parameters.theta(economy.trade_elasticity)
    index = [economy.regions.index(p) for p in players]
    n = len(economy.regions)
    rate = np.zeros(n)
    rate[index] = 0.25
    foreign = 1 - np.eye(n)[:, :, None]
    for count in range(1, 500):
        tariffs = economy.tariffs.copy()
        for i in index:
            tariffs[:, i] = rate[i]
            tariffs[i, i] = 0.0
        after = solve(economy, Policy.from_arrays(tariffs=tariffs), parameters).after
        paid = after.shipments * (1 + after.tariffs) * (1 + after.export_taxes)
        share = np.divide(paid, after.spending, out=np.zeros_like(paid), where=after.spending > 0)  # λ[i, j, k]
        spent = after.spending / after.spending.sum(1, keepdims=True)  # e[j, k]
        own = share[np.arange(n), np.arange(n)]  # λ[j, j, k]
        overall = (own * spent).sum(1)
        delta = (rate[:, None] * own * spent) / (1 + rate * overall)[:, None]
        sold = after.shipments * foreign
        chi = sold / sold.sum((1, 2), keepdims=True)
        demand = (chi * theta * (1 - share)).sum((1, 2))
        through_income = (chi.sum(2) * (theta * delta[None] * share).sum(2)).sum(1)
        inverse = demand + through_income
        new = rate.copy()
        new[index] = 1 / inverse[index]
        move = float(np.abs(new - rate).max())
        rate = new
        if move <= tolerance:
            return tariffs, move, count
    raise NotConverged(f"the formula still moves rates by {move:.1e} after {count} iterations")
