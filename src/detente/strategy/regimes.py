"""What rules are worth: the world under today's tariffs, free trade, equal treatment (MFN), and no restraint (Nash).

Every regime is one tariff array solved on the same economy: the cost of ending cooperation is Nash against what stands, the gain
still to be had is free trade against it. `pairwise` is negotiation pair by pair (Nash-in-Nash; Bagwell, Staiger and Yurukoglu
2021): each pair strikes its Nash bargain holding the others' deals fixed, round after round until no deal moves.

>>> from detente.world import toy_world
>>> table = regimes(toy_world(), sectors="all")
>>> table.outcomes["nash"].world_real_income < table.outcomes["free trade"].world_real_income
True
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import solve
from detente.errors import InputError, NotConverged
from detente.policy.instruments import Policy
from detente.strategy.bargain import Bargain, bargain
from detente.strategy.levers import Detail
from detente.strategy.nash import nash_tariffs
from detente.strategy.search import Progress
from detente.world.economy import Economy
from detente.world.labels import resolve_sectors
from detente.world.world import World

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Regimes:
    """Outcomes of tariff regimes against today's tariffs, and each regime's tariffs [origin, destination, sector]."""

    outcomes: dict[str, Outcome]
    tariffs: dict[str, Array]

    def to_frame(self) -> pd.DataFrame:
        """Real income, percent against today's tariffs: one row a region and the world, one column a regime."""
        frame = pd.DataFrame({name: o.real_income for name, o in self.outcomes.items()})
        frame.loc["world"] = [o.world_real_income for o in self.outcomes.values()]
        return frame

    def mean_rates(self) -> pd.Series:
        """Mean foreign tariff of each regime, percent, weighted by the table's trade."""
        economy = next(iter(self.outcomes.values())).before.economy
        n = len(economy.regions)
        trade = economy.shipments * (1 - np.eye(n))[:, :, None]
        return pd.Series(
            {k: 100 * float((trade * t).sum() / trade.sum()) for k, t in self.tariffs.items()}, name="mean tariff, %"
        )


def regimes(
    world: World | Economy,
    *,
    policy: Policy | None = None,
    sectors: str | Sequence[str] = "goods",
    detail: Detail = "pair",
    horizon: str | Parameters = "medium",
    progress: Progress | None = None,
    **parameters: Any,
) -> Regimes:
    """Free trade, MFN (each importer's mean rate by sector on every partner), Nash, and Nash with MFN, against `policy`."""
    economy = world.economy()
    chosen = named_horizon(horizon, **parameters)
    rest = policy or Policy()
    now = rest.shock(economy).tariffs
    moved = np.isin(economy.sectors, resolve_sectors(sectors, economy.sectors))
    n = len(economy.regions)
    foreign = ~np.eye(n, dtype=bool)
    trade = economy.shipments * foreign[:, :, None]
    mean = np.einsum("inj,inj->nj", trade, now) / np.maximum(trade.sum(0), 1e-300)
    everywhere = foreign[:, :, None] & moved[None, None, :]
    goods = [s for s, m in zip(economy.sectors, moved, strict=True) if m]

    def game(level: Detail) -> Array:
        found = nash_tariffs(economy, detail=level, sectors=goods, policy=rest, horizon=chosen, progress=progress)
        return found.tariffs

    tariffs = {
        "free trade": np.where(everywhere, 0.0, now),
        "equal treatment": np.where(everywhere, mean[None], now),
        "nash": game(detail),
        "nash, equal treatment": game("region"),
    }
    base = solve(economy, rest, chosen)
    outcomes = {
        name: solve(economy, rest + Policy.from_arrays(tariffs=t, label=name), chosen).relative_to(base)
        for name, t in tariffs.items()
    }
    return Regimes(outcomes, tariffs)


def pairwise(
    world: World | Economy,
    pairs: Sequence[tuple[str, str]],
    *,
    policy: Policy | None = None,
    tolerance: float = 1e-4,
    rounds: int = 20,
    horizon: str | Parameters = "medium",
    progress: Progress | None = None,
    **options: Any,
) -> tuple[dict[tuple[str, str], Bargain], Outcome]:
    """Nash-in-Nash: each pair's Nash bargain over its own tariffs, the others' deals held fixed, to a fixed point.

    A pair's disagreement point is its tariffs under `policy`, the other deals standing. `options` as in `bargain`.
    Gives the deals of the last round and the outcome of all of them against `policy`. Raises `NotConverged`.
    """
    if len({frozenset(p) for p in pairs}) != len(pairs) or any(a == b for a, b in pairs):
        raise InputError("pairs must be different from each other, each of two different parties")
    economy = world.economy()
    chosen = named_horizon(horizon)
    rest = policy or Policy()
    start = rest.shock(economy).tariffs
    agreed = dict.fromkeys(pairs, start)
    deals: dict[tuple[str, str], Bargain] = {}
    moved = np.inf
    for count in range(1, rounds + 1):
        before = {pair: tariffs.copy() for pair, tariffs in agreed.items()}
        for pair in pairs:
            standing = start.copy()
            for other in pairs:
                if other != pair:
                    _put(standing, agreed[other], economy, other)
            held = rest + Policy.from_arrays(tariffs=standing, label="the other deals")
            deals[pair] = bargain(economy, pair, policy=held, horizon=chosen, **options)
            agreed[pair] = deals[pair].tariffs
        moved = max(float(np.abs(_own(agreed[p], economy, p) - _own(before[p], economy, p)).max()) for p in pairs)
        if progress is not None:
            progress(f"round {count}, rates moved by {moved:.0e}", count, rounds)
        if moved <= tolerance:
            break
    else:
        raise NotConverged(f"the pairs' deals still move by {moved:.1e} after {rounds} rounds")
    everything = start.copy()
    for pair in pairs:
        _put(everything, agreed[pair], economy, pair)
    final = rest + Policy.from_arrays(tariffs=everything, label="all deals")
    return deals, solve(economy, final, chosen).relative_to(solve(economy, rest, chosen))


def _own(tariffs: Array, economy: Economy, pair: tuple[str, str]) -> Array:
    a, b = (economy.regions.index(p) for p in pair)
    return np.stack([tariffs[a, b], tariffs[b, a]])


def _put(target: Array, tariffs: Array, economy: Economy, pair: tuple[str, str]) -> None:
    a, b = (economy.regions.index(p) for p in pair)
    target[a, b], target[b, a] = tariffs[a, b], tariffs[b, a]
