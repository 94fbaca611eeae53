"""A tariff game of all regions with profits, in solves."""

from __future__ import annotations

from typing import Any

import numpy as np

import detente as dt
from benchmarks.timing import Section, middle, paired, ratio
from detente.strategy.nash import nash_tariffs


def with_profits(regions: int, sectors: int, seed: int = 1) -> dt.Economy:
    """A random economy without inputs and with restricted entry: profits are 1/σ of sales (Ossa 2014)."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(regions), size=(regions, sectors)).transpose(2, 0, 1) + 2 * np.eye(regions)[:, :, None]
    sigma = rng.uniform(2.0, 6.0, sectors)
    return dt.Economy.from_shares(
        expenditure_shares=shares / shares.sum(0), input_shares=np.zeros((regions, sectors, sectors)),
        value_added_shares=np.ones((regions, sectors)), final_shares=rng.dirichlet(3 * np.ones(sectors), size=regions),
        value_added=rng.uniform(0.5, 2.0, regions), trade_elasticity=sigma - 1, profit_shares=1 / sigma, tolerance=np.inf,
        quiet=True,
    )  # fmt: skip


def run(quick: bool) -> Section:
    """Nash tariffs by partner and sector of all regions, over one solve."""
    rows = []
    for regions, sectors in ((3, 8),) if quick else ((3, 8), (7, 33)):
        economy = with_profits(regions, sectors)
        found: list[Any] = []

        def game(economy: dt.Economy = economy, found: list[Any] = found) -> None:
            found.append(nash_tariffs(economy, labour_mobility=np.inf))

        policy = dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.5, sectors="all")])

        def one(economy: dt.Economy = economy, policy: dt.Policy = policy) -> object:
            return dt.solve(economy, policy, labour_mobility=np.inf)

        times = paired([one, game], rounds=3 if quick else 7)
        end = found[-1]
        rows.append((
            f"{regions} × {sectors}", f"{int(end.moved.sum()):,}", middle(times, 0), middle(times, 1),
            f"{ratio(times, 1, 0):.0f}", str(end.iterations), f"{end.residual:.0e}",
        ))  # fmt: skip
    return Section(
        title="A tariff game of all regions, with profits",
        before=(
            "Random economies without inputs, profits a fixed share of sales, one rate a player, partner and sector, from 25 % "
            "everywhere to a residual of 1e-8.",
        ),
        header=("world", "rates", "one solve", "the game", "game ÷ solve", "iterations", "residual"),
        rows=tuple(rows),
    )
