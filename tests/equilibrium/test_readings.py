"""Baskets, returns, the domestic-share statistic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import detente as dt
from detente.equilibrium import indicators
from detente.equilibrium.arrays import theta_of
from detente.equilibrium.levels import Equilibrium
from detente.errors import UnknownRegion
from detente.types import Array
from economies import random_economy

TARIFF = dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.3)])


def test_basket_adds_up_to_consumer_prices() -> None:
    outcome = dt.solve(random_economy(5, 4, 1), TARIFF)
    table = outcome.basket("R1")
    assert table["share of spending, %"].sum() == pytest.approx(100)
    assert table["contribution, points"].sum() == pytest.approx(100 * np.log1p(outcome.consumer_prices["R1"] / 100), abs=1e-9)
    with pytest.raises(UnknownRegion):
        outcome.basket("R9")


def test_returns_are_one_number_a_region_when_labour_moves_freely() -> None:
    economy = random_economy(5, 4, 1)
    free = dt.solve(economy, TARIFF, labour_mobility=float("inf")).returns
    assert np.ptp(free.to_numpy(), axis=1).max() < 1e-8
    stuck = dt.solve(economy, TARIFF, labour_mobility=1).returns
    assert np.ptp(stuck.to_numpy(), axis=1).max() > 0.1


def acr_gains(outcome: dt.Outcome) -> pd.Series:
    """The sufficient statistic of Arkolakis, Costinot and Rodríguez-Clare (2012) for the same change, percent, by region.

    In the form with many sectors and intermediates (Costinot and Rodríguez-Clare 2014, eq. 29):
    Ŵ = Πₖ (π̂[n,n,k])^(−Σⱼ α[n,j] a[n,k,j] / θ[k]), a = (1 − γ)⁻¹. It holds for foreign cost shocks under Cobb–Douglas, one
    wage and no duties.
    """
    assert outcome.parameters is not None
    economy = outcome.before.economy
    n, s = economy.output.shape
    own = np.arange(n)

    def share(e: Equilibrium) -> Array:
        spent = e.shipments[own, own] * (1 + e.tariffs[own, own]) * (1 + e.export_taxes[own, own])
        return np.divide(spent, e.spending, out=np.ones((n, s)), where=e.spending > 0)

    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log(share(outcome.after)) - np.log(share(outcome.before))
    log_ratio = np.where(np.isfinite(log_ratio), log_ratio, 0.0)
    theta = theta_of(economy, outcome.parameters)
    inverse = np.linalg.inv(np.eye(s) - economy.input_shares.transpose(0, 2, 1))  # [region, user, input]
    weight = np.einsum("nj,njk->nk", economy.final_shares, inverse)
    gain = 100 * np.expm1(-(weight * log_ratio / theta).sum(1))
    return pd.Series(gain, index=pd.Index(outcome.regions, name="region"), name="domestic-share statistic, %")


@pytest.mark.parametrize("seed", range(4))
def test_domestic_shares_are_sufficient_for_foreign_shocks(seed: int) -> None:
    """Balanced trade, no duties, Cobb–Douglas, one wage: the statistic is the welfare change, whatever the foreign shock."""
    economy = random_economy(5, 4, seed, balanced=True, tariffs=False)
    rng = np.random.default_rng(seed)
    iceberg = np.exp(rng.normal(scale=0.3, size=economy.tariffs.shape))
    iceberg[np.arange(5), np.arange(5)] = 1.0
    outcome = dt.solve(economy, dt.Policy.from_arrays(iceberg=iceberg), labour_mobility=float("inf"))
    assert acr_gains(outcome).to_numpy() == pytest.approx(outcome.real_income.to_numpy(), abs=1e-6)


def test_the_page_of_indicators_is_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "indicators.md").read_text(encoding="utf-8")
    assert page.endswith(f"\n\n{indicators.table()}"), "renew it from equilibrium.indicators.table()"


def test_every_indicator_told_is_read_for_a_region() -> None:
    outcome = dt.solve(replace(random_economy(5, 4, 1), employed=np.ones((5, 4))), TARIFF)
    assert list(dt.INDICATORS) == list(indicators._READ)
    for indicator in dt.INDICATORS.values():
        assert np.isfinite(indicator.of(outcome, "R1")), indicator.name
    assert dt.INDICATORS["equivalent_variation"].together is not None
    assert dt.INDICATORS["real_wage"].together is None
