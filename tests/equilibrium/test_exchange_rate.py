"""The exchange rate pinned: relative national wages stand, trade balances move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.errors import InputError, UnknownName
from economies import economies, random_economy, two_countries

HORIZONS = ("short", "medium", "long")


@given(economy=economies(), horizon=st.sampled_from(HORIZONS))
def test_zero_shock_changes_nothing(economy: dt.Economy, horizon: str) -> None:
    outcome = dt.solve(economy, horizon=horizon, exchange_rate="pinned")
    assert outcome.to_frame().filter(like="%").abs().to_numpy().max() < 1e-8
    assert np.abs(outcome.after.deficits - economy.deficits).max() < 1e-9 * economy.value_added.sum()


@pytest.mark.filterwarnings("ignore::detente.errors.LooksLikePercent")  # so large a size is meant
@given(seed=st.integers(0, 1000), rate=st.sampled_from([0.1, 1.0, 4.0]), horizon=st.sampled_from(HORIZONS))
@settings(max_examples=12)
def test_wages_stand_and_money_adds_up(seed: int, rate: float, horizon: str) -> None:
    economy = random_economy(5, 4, seed, home=3.0)  # who lives by selling abroad cannot be held where it was
    by, on = economy.regions[:2]
    outcome = dt.solve(economy, dt.Policy([dt.Tariff(by=by, on=on, rate=rate)]), horizon, exchange_rate="pinned")
    after = outcome.after
    assert outcome.clearing_gap < 1e-8
    assert np.ptp(after.wage_index) < 1e-8
    assert after.deficits.sum() == pytest.approx(0, abs=1e-8 * economy.value_added.sum())
    assert -outcome.trade_balance["counterfactual"].to_numpy() == pytest.approx(
        after.deficits, abs=1e-7 * economy.value_added.sum()
    )
    earned = after.value_added.sum(1) + after.tariff_revenue + after.export_tax_revenue
    assert after.income == pytest.approx(earned + economy.deficits, rel=1e-12)
    assert after.final.sum(1) == pytest.approx(earned + after.deficits, rel=1e-8)


@pytest.mark.parametrize("size", [(1, 1), (3, 1)])
def test_one_good_is_a_closed_form(size: tuple[float, float]) -> None:
    """With wages standing, unit costs are 1: prices follow from the duties alone, and spending solves two linear equations."""
    economy, theta = two_countries(size), 4.0
    rates = np.array([[0.0, 0.3], [0.1, 0.0]])  # [origin, destination]
    outcome = dt.solve(economy, dt.Policy.from_arrays(tariffs=rates[:, :, None]), exchange_rate="pinned")
    weight = economy.expenditure_shares[:, :, 0] * (1 + rates) ** -theta
    price = weight.sum(0) ** (-1 / theta)
    share = weight / weight.sum(0)
    # sales of each country are its value added; in the world's numeraire wages are 1
    spent = np.linalg.solve(share / (1 + rates), economy.value_added[:, 0])
    duties = (share * rates / (1 + rates) * spent).sum(0)
    income = economy.value_added[:, 0] + duties + economy.deficits
    assert outcome.after.final.sum(1) == pytest.approx(spent, rel=1e-9)
    assert outcome.after.cpi == pytest.approx(price, rel=1e-9)
    assert outcome.real_income.to_numpy() == pytest.approx(100 * (income / price / economy.income - 1), abs=1e-8)


def test_own_tariffs_cost_more_when_foreigners_cannot_be_made_to_pay() -> None:
    economy = two_countries((3, 1))
    policy = dt.Policy([dt.Tariff(by=economy.regions[0], on=economy.regions[1], rate=0.1)])
    flexible, pinned = (dt.solve(economy, policy, exchange_rate=x).real_income.iloc[0] for x in ("flexible", "pinned"))
    assert flexible > 0 > pinned


def test_parts_of_the_change_add_up() -> None:
    economy = random_economy(4, 3, 5)
    policy = dt.Policy([dt.Tariff(by=economy.regions[0], rate=0.3)])
    parts = dt.solve(economy, policy, exchange_rate="pinned").decompose(32)
    assert "saving" in parts
    assert parts["left over"].abs().max() < 1e-3
    assert "saving" not in dt.solve(economy, policy).decompose(1)


def test_what_does_not_go_together_is_refused() -> None:
    economy = two_countries((1, 1))
    with pytest.raises(InputError, match="pinned exchange rate lets trade balances move"):
        dt.solve(economy, exchange_rate="pinned", deficits="zero")
    with pytest.raises(UnknownName, match="floating"):
        dt.solve(economy, exchange_rate="floating")
