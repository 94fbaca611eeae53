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

`best_reply` and `nash_tariffs` find where every player's own first-order conditions hold, by one iteration. To second order a
player's objective is curved in its own rates like −½ D (u − u*)², with D ≈ 100·(E(1+θ) − θE²/X)/income: what a tariff costs is
the trade it drives out, E with duties, of what is spent on the good, X, valued at what foreign goods are worth to the player.
At its best rates that is what they cost with the duty on, with profits as without. The map u ← u + g/D, g the exact derivative,
therefore has its fixed points where g = 0 and moves nearly straight to them; Anderson mixing removes the rest. All players move
at once, so a Nash equilibrium costs about as many sweeps as a single best reply. Whether a point found is a maximum is checked
by the regret of every player. Where sectors carry political weight the objective is not that simple, and the iteration may not
settle. `climb` then maximises one player's objective outright (L-BFGS-B, exact gradients), and `in_turn` lets the players do so
one after the other.

With one rate a player slopes can be had without adjoints, `by_differences`: g ≈ (G(u + h) − G(u))/h + ½ D h, where the second
term takes out most of what the step h adds. Every player's slope costs one solve. Rates agree with those of exact gradients to a
few times the tolerance; the adjoint, which takes longer to compile than this takes to run, is the better way for more rates.

A search can be stopped and taken up again: a `Checkpoint` keeps its state after every iteration in one file (npz), with digests
of everything the answer depends on. A file of another run is refused, with what differs.

>>> from detente.world import Economy
>>> import numpy as np
>>> share = 1 / (1 + 1.3**-4)
>>> two = Economy.from_shares(
...     regions=("H", "F"), expenditure_shares=np.array([[[share], [1 - share]], [[1 - share], [share]]]),
...     input_shares=np.zeros((2, 1, 1)), value_added_shares=np.ones((2, 1)), final_shares=np.ones((2, 1)),
...     value_added=np.ones(2), trade_elasticity=4.0)
>>> nash_tariffs(two, ["H", "F"], detail="region").to_frame()["mean rate, %"].round(4).tolist()
[27.5888, 27.5888]
>>> from detente.world import toy_world
>>> one, by_adjoint = (nash_tariffs(toy_world(), detail="region", method=m) for m in ("differences", "gradient"))
>>> bool(abs(one.tariffs - by_adjoint.tariffs).max() < 1e-3)
True

>>> import tempfile, pathlib
>>> place = pathlib.Path(tempfile.mkdtemp()) / "run.npz"
>>> Checkpoint(place, {"players": "a", "detail": "b"}).save(Saved("together", 3, 1e-2, np.array([0.1, 0.2])))
>>> Checkpoint(place, {"players": "a", "detail": "b"}).load().iteration
3
>>> Checkpoint(place, {"players": "a", "detail": "c"}).load()
Traceback (most recent call last):
    ...
detente.errors.InputError: InputError: run.npz holds a run with other detail; give another file, or delete it to start afresh
"""

from __future__ import annotations

import io
import json
import math
import os
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize

from detente.equilibrium import system
from detente.equilibrium.arrays import theta_of, with_wedges
from detente.equilibrium.derivatives import Objective, TariffGradients
from detente.equilibrium.levels import Equilibrium, spending_power
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import Solver, solve, solve_flat
from detente.errors import InputError, NotConverged, UnknownName
from detente.files import loads, sha256, write
from detente.policy.instruments import Policy
from detente.policy.shock import Shock
from detente.strategy.tariff_space import HIGHEST, LOWEST, Detail, TariffSpace
from detente.types import Array, Progress
from detente.words import join, refusal
from detente.words.names import resolve_regions
from detente.world.economy import Economy
from detente.world.world import World

Goals = Mapping[str, str | Mapping[str, float] | Objective]
STEP = 0.5  # largest move of u in one iteration
WIDTH = 1e-4  # step of a difference
JUMP = 3.0  # a move that changes sign by as many times what the rates moved has passed a kink; without one it is about 1
FORMAT = 2  # of a checkpoint


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
            raise InputError(refusal("strategy", "formula_gives_one"))
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
            raise InputError(refusal("strategy", "differences_take_one_rate"))
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
            raise NotConverged("saved in turn")
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
    controls = [
        (c.label, c.bound, c.kind, c.rent, digest(c.flows), *(x for x in (c.seller_cap, c.most) if not np.isinf(x)))
        for c in shock.controls
    ]
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
        raise InputError(refusal("strategy", "the_formula_is_for"))
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
    raise NotConverged(refusal("strategy", "formula_still_moves", move=f"{move:.1e}", count=count))


# -- where first-order conditions hold ---------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Stationary:
    """Tariffs at which no player can gain by a small change of its own rates."""

    u: Array
    tariffs: Array
    objective: Array
    residual: float
    iterations: int


def stationary(
    evaluate: TariffGradients,
    space: TariffSpace,
    start: Array,
    *,
    base: Array | None = None,
    tolerance: float = 1e-8,
    iterations: int = 200,
    memory: int = 12,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> Stationary:
    """Iterate all players' first-order conditions from u = `start`; `base` holds the tariffs outside the space.

    The residual is the largest move g/D of a variable that carries trade to speak of in the table; the others stay put. A
    `checkpoint` is written after every iteration and, where it holds one already, read first. Raises `NotConverged`.
    """
    economy = evaluate.economy
    fixed = evaluate.shock.tariffs if base is None else base
    theta = theta_of(economy, evaluate.parameters)
    income = economy.income[[economy.regions.index(p) for p in space.players]][space.player]

    def at(u: Array) -> tuple[Array, Array, Array]:
        values, slopes = evaluate(space.tariffs(u, fixed))
        return values, space.own(slopes) * np.exp(u), 100 * space.curvature(evaluate.equilibrium().paid, theta) / income

    return settle(
        at, lambda u: space.tariffs(u, fixed), start, live=_live(economy, space, theta), tolerance=tolerance,
        iterations=iterations, memory=memory, progress=progress, checkpoint=checkpoint,
    )  # fmt: skip


def settle(
    at: Callable[[Array], tuple[Array, Array, Array]],
    tariffs: Callable[[Array], Array],
    start: Array,
    *,
    live: NDArray[np.bool_],
    tolerance: float,
    iterations: int,
    memory: int = 12,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> Stationary:
    """The iteration itself: `at` gives objectives [goal], own slopes and curvatures [variable] at u, `tariffs` the array of u.

    Only `live` variables move. Which they are must not change on the way: one that came to life late would start far off.

    Where a bound begins to bind, on a flow or on a wage, a slope may jump across zero: the best rate is the kink, and no rate has
    a slope of zero. The step of a variable that passes one is halved whenever it passes again, and grows by a fifth where it does
    not; nothing is mixed meanwhile. It is settled when its slope changes sign between two points at which no variable differs by
    more than `tolerance`.
    """
    u = np.clip(start, LOWEST, HIGHEST)
    moves: list[Array] = []
    points: list[Array] = []
    best: tuple[float, Array, Array, Array] | None = None
    shrink, first, reach = 1.0, 1, np.full(u.size, np.inf)
    saved = None if checkpoint is None else checkpoint.load()
    if saved is not None and saved.phase == "together":
        u, first, points, moves = saved.u, saved.iteration + 1, list(saved.points), list(saved.moves)
        reach = saved.reach if saved.reach.size else reach
    for count in range(first, max(iterations, first) + 1):
        try:
            values, slope, curvature = at(u)
        except NotConverged:
            if best is None:
                raise
            shrink *= 0.5
            u = best[1] + shrink * np.clip(best[2], -STEP, STEP)
            moves, points = [], []
            if shrink < 1e-3:
                raise
            continue
        move = np.where(live, slope / np.maximum(curvature, 1e-300), 0.0)
        at_bound = ((u >= HIGHEST) & (move > 0)) | ((u <= LOWEST) & (move < 0))
        move[at_bound] = 0.0
        asked = np.abs(move)
        if moves:
            gone, passed = np.abs(u - points[-1]), _passed(points[-1], moves[-1], u, move)
            if gone.max() <= tolerance:
                asked[passed] = np.minimum(asked, gone)[passed]
            reach = np.where(passed, gone / 2, np.where(1.2 * reach < np.abs(move), 1.2 * reach, np.inf))
        size = float(asked.max())
        if best is None or size < best[0]:
            best = (size, u.copy(), move.copy(), values)
        if size <= tolerance:
            if checkpoint is not None:
                checkpoint.save(Saved("together", count - 1, size, u, tuple(points), tuple(moves), reach))
            _tell(progress, size, count, iterations)
            return Stationary(u, tariffs(u), values, size, count)
        if size > 20 * best[0]:
            u, move, moves, points = best[1].copy(), best[2].copy(), [], []
            shrink *= 0.5
        points.append(u)
        moves.append(move)
        points, moves = points[-memory - 1 :], moves[-memory - 1 :]
        step = shrink * np.clip(move, -STEP, STEP)
        if np.isfinite(reach).any():  # mixing would take the kink for a slope
            step, points, moves = np.clip(step, -reach, reach), [u], [move]
        elif len(moves) > 1 and size < STEP:
            dr = np.diff(np.array(moves), axis=0)
            du = np.diff(np.array(points), axis=0)
            weights = np.linalg.lstsq(dr.T, move, rcond=1e-10)[0]
            step = np.clip(move - weights @ (du + dr), -STEP, STEP)
        u = np.clip(u + step, LOWEST, HIGHEST)
        if checkpoint is not None:
            checkpoint.save(Saved("together", count, size, u, tuple(points), tuple(moves), reach))
        _tell(progress, size, count, iterations)
    found = math.inf if best is None else best[0]
    raise NotConverged(
        refusal("strategy", "rates_still_move_by", found=f"{found:.1e}", iterations=iterations, tolerance=f"{tolerance:.0e}")
    )


def _passed(u: Array, move: Array, v: Array, then: Array) -> NDArray[np.bool_]:
    """Which variables passed a kink on the way from u to v: a move towards v became one back, by more than what the rates moved
    accounts for (those of others too, to which a slope answers as well)."""
    back: NDArray[np.bool_] = (move * then < 0) & ((v - u) * move > 0)
    return back & (np.abs(then - move) > JUMP * np.abs(v - u).max())


def _live(economy: Economy, space: TariffSpace, theta: Array) -> NDArray[np.bool_]:
    """Variables whose trade in the table is enough for their slope to be known."""
    curvature = space.curvature(economy.expenditure_shares * economy.expenditure, theta)
    curvature /= economy.income[[economy.regions.index(p) for p in space.players]][space.player]
    live: NDArray[np.bool_] = curvature > 1e-9 * curvature.max()
    return live


def _tell(progress: Progress | None, residual: float, count: int, iterations: int) -> None:
    if progress is not None:
        progress(f"residual {residual:.0e}", count, iterations)


def climb(
    evaluate: TariffGradients, space: TariffSpace, start: Array, *, base: Array, goal: int = 0, player: int | None = None,
    tolerance: float = 1e-7, iterations: int = 300,
) -> tuple[Array, float]:  # fmt: skip
    """u that maximises objective `goal` over the variables of `player` (all if None) from `start`, and its value.

    Variables are scaled by the square root of the curvature, so that rates on large and small flows move alike.
    """
    mine = np.ones(space.size, dtype=bool) if player is None else space.player == player
    u = np.clip(start, LOWEST, HIGHEST)
    evaluate(space.tariffs(u, base))
    theta = theta_of(evaluate.economy, evaluate.parameters)
    weight = space.gather(theta * evaluate.equilibrium().shipments)[mine]
    scale = 1 / np.sqrt(np.maximum(weight / weight.max(), 1e-6))

    def objective(x: Array) -> tuple[float, Array]:
        point = u.copy()
        point[mine] = x * scale
        tariffs = space.tariffs(point, base)
        try:
            values, slopes = evaluate(tariffs)
        except NotConverged:
            return 1e6, np.zeros(len(x))
        slope = space.gather(slopes[goal] * (1 + tariffs))[mine]
        return -float(values[goal]), -slope * scale

    bounds = list(zip(LOWEST / scale, HIGHEST / scale, strict=True))
    options = {"maxiter": iterations, "ftol": 1e-15, "gtol": tolerance, "maxcor": 20}
    end = minimize(objective, u[mine] / scale, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    u[mine] = end.x * scale
    return u, -float(end.fun)


def in_turn(
    evaluate: TariffGradients, space: TariffSpace, start: Array, *, base: Array, tolerance: float, rounds: int = 60,
    progress: Progress | None = None, checkpoint: Checkpoint | None = None,
) -> Stationary:  # fmt: skip
    """Players maximise one after the other until no rate on a flow that matters moves by more than `tolerance` in a round.

    A `checkpoint` is written after every round and read first.
    """
    u, first, size = start, 1, math.inf
    saved = None if checkpoint is None else checkpoint.load()
    if saved is not None and saved.phase == "in turn":
        u, first = saved.u, saved.iteration + 1
    for count in range(first, max(rounds, first) + 1):
        before = u
        for k in range(len(space.players)):
            u, _ = climb(evaluate, space, u, base=base, goal=k, player=k)
        values, _ = evaluate(space.tariffs(u, base))
        theta = theta_of(evaluate.economy, evaluate.parameters)
        weight = space.gather(theta * evaluate.equilibrium().shipments)
        size = float(np.abs(u - before)[weight > 1e-6 * weight.max()].max())
        if checkpoint is not None:
            checkpoint.save(Saved("in turn", count, size, u))
        if progress is not None:
            progress(f"round {count}, residual {size:.0e}", count, rounds)
        if size <= tolerance:
            return Stationary(u, space.tariffs(u, base), values, size, count)
    raise NotConverged(refusal("strategy", "players_still_move_rates", size=f"{size:.1e}", rounds=rounds))


def by_differences(
    economy: Economy,
    space: TariffSpace,
    shock: Shock,
    parameters: Parameters,
    start: Array,
    *,
    tolerance: float = 1e-4,
    iterations: int = 40,
    progress: Progress | None = None,
) -> Stationary:
    """Rates at which every player's slope is zero; `space` must have one variable a player. Raises `NotConverged`."""
    index = np.array([economy.regions.index(p) for p in space.players])[space.player]
    theta = theta_of(economy, parameters)
    solver = Solver(tolerance=min(1e-9, 1e-6 * tolerance))
    near: Array | None = None

    def solved(u: Array, start: Array | None) -> tuple[Shock, Array, system.State]:
        moved = replace(shock, tariffs=space.tariffs(u, shock.tariffs))
        flat = solve_flat(economy, moved, parameters, solver, start).flat
        return moved, flat, system.unpack(flat, *economy.output.shape)

    def at(u: Array) -> tuple[Array, Array, Array]:
        nonlocal near
        moved, near, state = solved(u, near)
        effective = with_wedges(economy, moved, np.asarray(state.wedge)[: len(moved.controls)])
        centre = Equilibrium.at(economy, effective, parameters, state.wage, state.price, state.sales, state.income)
        value = 100 * np.log(centre.income / centre.cpi)
        curvature = 100 * space.curvature(centre.paid, theta) / economy.income[index]
        slope = np.empty(space.size)
        for k, n in enumerate(index):
            *_, other = solved(u + WIDTH * (np.arange(space.size) == k), near)
            income, cpi = spending_power(economy, parameters, other.price, other.income)
            gain = 100 * np.log(income[n] / cpi[n]) - value[n]
            slope[k] = gain / WIDTH + 0.5 * curvature[k] * WIDTH
        return value[index], slope, curvature

    return settle(
        at, lambda u: space.tariffs(u, shock.tariffs), start, live=_live(economy, space, theta), tolerance=tolerance,
        iterations=iterations, progress=progress,
    )  # fmt: skip


# -- stopped and taken up again ----------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Saved:
    """Where a search stands: `u` is the next point to look at, `points` and `moves` [iteration, variable] the mixing's memory,
    `reach` how far each variable goes next where it is at a kink (infinite: it is at none; empty: nobody asked)."""

    phase: str
    iteration: int
    residual: float
    u: Array
    points: tuple[Array, ...] = ()
    moves: tuple[Array, ...] = ()
    reach: Array = field(default_factory=lambda: np.zeros(0))


_DAMAGE = (
    OSError, ValueError, KeyError, EOFError, TypeError, RuntimeError, SyntaxError, MemoryError,
    zipfile.BadZipFile, zlib.error, tokenize.TokenError,
)  # fmt: skip
"""What reading an npz file of damaged bytes raises."""


@dataclass(frozen=True)
class Checkpoint:
    """A file for the state of one search; `inputs` maps what it depends on to digests."""

    path: Path
    inputs: Mapping[str, str]

    def load(self) -> Saved | None:
        """The state in the file; None where there is no file. Raises `InputError` for a file of another run, or no such file."""
        if not self.path.exists():
            return None
        try:
            with np.load(self.path, allow_pickle=False) as held:
                if int(held["format"]) != FORMAT:
                    raise InputError(refusal("strategy", "is_of_another_version", name=self.path.name))
                inputs = loads(str(held["inputs"]))
                state = Saved(
                    str(held["phase"]), int(held["iteration"]), float(held["residual"]), held["u"], tuple(held["points"]),
                    tuple(held["moves"]), held["reach"],
                )  # fmt: skip
        except InputError:
            raise
        except _DAMAGE as error:
            raise InputError(refusal("strategy", "is_not_the_state", name=self.path.name)) from error
        other = [name for name in {**self.inputs, **inputs} if inputs.get(name) != self.inputs.get(name)]
        if other:
            raise InputError(refusal("strategy", "is_of_another_run", name=self.path.name, other=join(other)))
        return state

    def save(self, state: Saved) -> None:
        """Write the state: all of it, or nothing."""
        body = io.BytesIO()
        np.savez(
            body, format=FORMAT, inputs=json.dumps(dict(self.inputs)), phase=state.phase, iteration=state.iteration,
            residual=state.residual, u=state.u, points=np.array(state.points), moves=np.array(state.moves), reach=state.reach,
        )  # fmt: skip
        write(self.path, body.getvalue())


def digest(*values: Any) -> str:
    """16 hex digits that stand for arrays, numbers, names and what holds them."""
    parts: list[bytes] = []
    for value in values:
        if isinstance(value, np.ndarray):
            parts += [f"{value.dtype}{value.shape}".encode(), np.ascontiguousarray(value).tobytes()]
        else:
            parts.append(json.dumps(value, sort_keys=True, default=repr).encode())
    return sha256(*parts)[:16]
