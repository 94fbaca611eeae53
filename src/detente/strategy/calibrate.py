"""Which sector weights would make a government's present tariffs its best reply (the approach of Ossa 2014).

At a best reply the derivative of G = w·100 ln Ŵ + Σⱼ ω[j]·Δ(value added j)/VA in every own rate is zero, and it is linear in
the weights: g + A ω = 0 with g[v] the derivative of real income in rate v and A[v, j] that of real value added in sector j.
With one rate a sector there are as many conditions as weights; they are solved by least squares with a small ridge, and the
singular values of A say how many weights the tariffs can tell apart at all. With one rate a sector some weights nearly
always fit: what they say is the order of sectors, not that the government thought so.

>>> from detente.world import toy_world
>>> found = calibrate_weights(toy_world(), "AAA")
>>> found.to_frame().columns.tolist()
['weight', 'identified', 'slope left, points per unit rate']
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from detente.equilibrium.derivatives import Objective, TariffGradients
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.policy.instruments import Policy
from detente.strategy.objectives import Weights
from detente.strategy.tariff_space import Detail, TariffSpace
from detente.types import Array
from detente.world.economy import Economy
from detente.world.world import World


@dataclass(frozen=True, eq=False)
class SectorWeights:
    """Weights by sector on value added that make the tariffs in force stationary, relative to weight 1 on real income.

    `identified` [sector] lies between 0 (left to the ridge) and 1 (pinned down by the tariffs); `slope` [rate] is what
    the conditions still miss, `slope_plain` what they miss with no weights at all; `rank` how many singular values of A
    exceed a thousandth of the largest.
    """

    player: str
    sectors: tuple[str, ...]
    weights: Array
    identified: Array
    slope: Array
    slope_plain: Array
    rank: int

    @property
    def explained(self) -> float:
        """Share of the sum of squared conditions that the weights account for."""
        return float(1 - (self.slope**2).sum() / max(float((self.slope_plain**2).sum()), 1e-300))

    def as_weights(self) -> Weights:
        """As the motives of a government."""
        return Weights(jobs=dict(zip(self.sectors, map(float, self.weights), strict=True)))

    def to_frame(self) -> pd.DataFrame:
        """One row a sector."""
        by_rate = self.slope if len(self.slope) == len(self.sectors) else np.full(len(self.sectors), np.nan)
        return pd.DataFrame(
            {"weight": self.weights, "identified": self.identified, "slope left, points per unit rate": by_rate},
            index=pd.Index(self.sectors, name="sector"),
        )

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "player": self.player, "rank": self.rank, "explained": self.explained,
            "weights": dict(zip(self.sectors, map(float, self.weights), strict=True)),
            "identified": dict(zip(self.sectors, map(float, self.identified), strict=True)),
        }  # fmt: skip


def calibrate_weights(
    world: World | Economy,
    player: str,
    *,
    policy: Policy | None = None,
    detail: Detail = "sector",
    sectors: str | list[str] | None = None,
    ridge: float = 1e-3,
    horizon: str | Parameters = "medium",
    **parameters: Any,
) -> SectorWeights:
    """Sector weights of `player` at the tariffs under `policy` (the table's if None).

    `ridge` is relative to the largest singular value of A: smaller trusts the tariffs more. Sectors without imports get 0.
    """
    economy = world.economy()
    chosen = named_horizon(horizon, **parameters)
    shock = (policy or Policy()).shock(economy)
    space = TariffSpace.make(economy, [player], detail, sectors=sectors)
    taxed = sorted({economy.sectors[j] for j in np.argwhere(space.group >= 0)[:, 2]}, key=economy.sectors.index)
    goals: list[Objective] = [Objective(real_income={player: 1.0})]
    worth = economy.value_added[economy.regions.index(player)]
    share = dict(zip(economy.sectors, worth / worth.sum(), strict=True))
    goals += [Objective(value_added={(player, s): 1.0}, prices={player: float(share[s])}) for s in taxed]
    _, slopes = TariffGradients(economy, shock, chosen, goals)(shock.tariffs)
    by_rate = np.array([space.gather(s) for s in slopes])
    g, a = by_rate[0], by_rate[1:].T
    # conditions are weighed by trade, or tiny flows would count as much as large ones
    trade = np.sqrt(np.maximum(space.gather(economy.shipments), 1e-12))
    left, values, right = np.linalg.svd(a / trade[:, None], full_matrices=False)
    floor = (ridge * values[0]) ** 2
    shrink = values / (values**2 + floor)
    weights = -(right.T * shrink) @ (left.T @ (g / trade))
    resolution = (right.T * (values**2 / (values**2 + floor))) @ right
    return SectorWeights(
        player,
        tuple(taxed),
        weights,
        np.clip(np.diagonal(resolution), 0, 1),
        g + a @ weights,
        g,
        int((values > 1e-3 * values[0]).sum()),
    )
