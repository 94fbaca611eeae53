"""Baskets, returns, the domestic-share statistic."""

from __future__ import annotations

import numpy as np
import pytest

import detente as dt
from detente.equilibrium.readings import acr_gains, basket, returns
from detente.errors import UnknownRegion
from economies import random_economy

TARIFF = dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.3)])


def test_basket_adds_up_to_consumer_prices() -> None:
    outcome = dt.solve(random_economy(5, 4, 1), TARIFF)
    table = basket(outcome, "R1")
    assert table["share of spending, %"].sum() == pytest.approx(100)
    assert table["contribution, points"].sum() == pytest.approx(100 * np.log1p(outcome.consumer_prices["R1"] / 100), abs=1e-9)
    with pytest.raises(UnknownRegion):
        basket(outcome, "R9")


def test_returns_are_one_number_a_region_when_labour_moves_freely() -> None:
    economy = random_economy(5, 4, 1)
    free = returns(dt.solve(economy, TARIFF, labour_mobility=float("inf")))
    assert np.ptp(free.to_numpy(), axis=1).max() < 1e-8
    stuck = returns(dt.solve(economy, TARIFF, labour_mobility=1))
    assert np.ptp(stuck.to_numpy(), axis=1).max() > 0.1


@pytest.mark.parametrize("seed", range(4))
def test_domestic_shares_are_sufficient_for_foreign_shocks(seed: int) -> None:
    """Balanced trade, no duties, Cobb–Douglas, one wage: the statistic is the welfare change, whatever the foreign shock."""
    economy = random_economy(5, 4, seed, balanced=True, tariffs=False)
    rng = np.random.default_rng(seed)
    iceberg = np.exp(rng.normal(scale=0.3, size=economy.tariffs.shape))
    iceberg[np.arange(5), np.arange(5)] = 1.0
    outcome = dt.solve(economy, dt.Policy.from_arrays(iceberg=iceberg), labour_mobility=float("inf"))
    assert acr_gains(outcome).to_numpy() == pytest.approx(outcome.real_income.to_numpy(), abs=1e-6)
