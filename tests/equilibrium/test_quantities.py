"""Instruments that fix a quantity or a value: they bind, they price, and they equal the tax that does the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.equilibrium.arrays import with_wedges
from detente.errors import NotConverged, ShockError
from economies import random_economy

HORIZONS = ("short", "medium", "long")


def delivered(outcome: dt.Outcome, i: int, n: int, j: int) -> float:
    return 1 + float(outcome.trade["volume"][i, n, j]) / 100


@given(
    seed=st.integers(0, 1000),
    withhold=st.sampled_from([0.1, 0.5, 0.9, 0.99]),
    rent=st.sampled_from(["kept", "lost"]),
    horizon=st.sampled_from(HORIZONS),
)
@settings(max_examples=15)
@pytest.mark.filterwarnings("ignore::detente.errors.LooksLikePercent")  # a wedge of some hundred percent is meant
def test_a_binding_control_equals_its_shadow_tax(seed: int, withhold: float, rent: str, horizon: str) -> None:
    economy = random_economy(5, 4, seed)
    policy = dt.Policy([dt.ExportControl(by="R2", sectors="S3", withhold=withhold, on="R4", rent=rent)])  # type: ignore[arg-type]
    outcome = dt.solve(economy, policy, horizon)
    assert delivered(outcome, 1, 3, 2) == pytest.approx(1 - withhold, rel=1e-7)
    assert outcome.shadow_prices["binding"].all()
    assert outcome.shock is not None
    wedge = outcome.shadow_prices["price wedge, %"][0] / 100
    if rent == "kept":
        assert outcome.after.export_taxes[1, 3, 2] == pytest.approx(wedge)
        direct = dt.Policy([dt.ExportTax(by="R2", on="R4", sectors="S3", rate=wedge)])
    else:
        direct = dt.Policy([dt.NonTariffCost(by="R4", on="R2", sectors="S3", cost=wedge)])
    same = dt.solve(economy, direct, horizon)
    assert same.real_income.to_numpy() == pytest.approx(outcome.real_income.to_numpy(), abs=1e-7)
    assert same.after.shipments == pytest.approx(outcome.after.shipments, rel=1e-6, abs=1e-12)


@given(seed=st.integers(0, 1000), horizon=st.sampled_from(HORIZONS))
@settings(max_examples=10)
def test_a_slack_bound_does_nothing(seed: int, horizon: str) -> None:
    economy = random_economy(5, 4, seed)
    tariff = dt.Policy([dt.Tariff(by="R1", on="R2", rate=1.0, sectors="S1")])
    plain = dt.solve(economy, tariff, horizon)
    bounded = dt.solve(economy, tariff + dt.Policy([dt.Quota(by="R1", on="R2", share=0.95, sectors="S1")]), horizon)
    table = bounded.shadow_prices
    if table["used"][0] < 0.95:
        assert not table["binding"][0]
        assert table["price wedge, %"][0] == 0
        assert bounded.real_income.to_numpy() == pytest.approx(plain.real_income.to_numpy(), abs=1e-8)
    else:
        assert delivered(bounded, 1, 0, 0) == pytest.approx(0.95, rel=1e-7)


def test_pooled_bound_is_on_the_sum_and_rent_stays_at_home() -> None:
    economy = random_economy(5, 4, 4)
    outcome = dt.solve(economy, dt.Policy([dt.ExportControl(by="R2", sectors="S3", withhold=0.6)]))
    flows = economy.shipments[1, :, 2].copy()
    flows[1] = 0
    volume = 1 + outcome.trade["volume"].to_numpy()[1, :, 2] / 100
    assert (flows * volume).sum() / flows.sum() == pytest.approx(0.4, rel=1e-7)
    paid = (outcome.after.shipments * (1 + outcome.after.export_taxes))[1, :, 2]
    rent = outcome.shadow_prices.filter(like="rent,").iloc[0, 0]
    assert rent == pytest.approx((paid - outcome.after.shipments[1, :, 2])[flows > 0].sum(), rel=1e-9)


def test_purchase_commitment_is_met_and_paid_by_the_buyers_treasury() -> None:
    economy = random_economy(5, 4, 4)
    policy = dt.Policy([dt.PurchaseCommitment(by="R1", origin="R3", sectors=["S1", "S2"], growth=1.0)])
    outcome = dt.solve(economy, policy)
    before, after = economy.shipments[2, 0, :2].sum(), outcome.after.shipments[2, 0, :2].sum()
    assert after == pytest.approx(2 * before, rel=1e-7)
    table = outcome.shadow_prices
    assert table["price wedge, %"][0] < 0
    assert table.filter(like="rent,").iloc[0, 0] < 0
    assert outcome.tariff_revenue["change"]["R1"] < 0
    assert outcome.real_income["R3"] > outcome.real_income["R1"]


def test_a_commitment_already_met_costs_nothing() -> None:
    economy = random_economy(5, 4, 4)
    met = dt.Policy([dt.PurchaseCommitment(by="R1", origin="R3", sectors="S1", value=0.5 * economy.shipments[2, 0, 0])])
    outcome = dt.solve(economy, met)
    assert outcome.real_income.abs().max() < 1e-9
    assert not outcome.shadow_prices["binding"].any()


def test_a_commitment_to_buy_what_is_never_sold_is_refused() -> None:
    economy = random_economy(3, 2, 4)
    assert economy.shipments[0, 1, 0] == 0
    with pytest.raises(ShockError, match="no such trade"):
        dt.solve(economy, dt.Policy([dt.PurchaseCommitment(by="R2", origin="R1", sectors="S1", value=1.0)]))


def test_everything_at_once() -> None:
    economy = random_economy(5, 4, 21)
    policy = dt.Policy(
        [
            dt.Tariff(by="R1", on="R2", rate=1.0),
            dt.ExportControl(by="R2", sectors=["S1", "S2"], withhold=0.9),
            dt.Quota(by="R3", on=["R1", "R4"], share=0.3, sectors="S4", rent="origin"),
            dt.PurchaseCommitment(by="R5", origin="R1", sectors="S3", growth=0.5),
            dt.Subsidy(by="R4", rate=0.2, sectors="S1"),
            dt.Embargo(by="R2", on="R5", both_ways=True),
            dt.Productivity(by="R3", cost=0.1, sectors="S2"),
        ]
    )
    for horizon in HORIZONS:
        outcome = dt.solve(economy, policy, horizon)
        table = outcome.shadow_prices
        upper = table["price wedge, %"] >= 0
        assert (table["used"][upper] <= table["bound"][upper] * (1 + 1e-7)).all()
        assert outcome.clearing_gap < 1e-8


def test_subsidy_is_paid_for() -> None:
    economy = random_economy(5, 4, 8, balanced=True)
    outcome = dt.solve(economy, dt.Policy([dt.Subsidy(by="R1", rate=0.2, sectors="S1")]))
    assert outcome.output.loc["R1", "S1"] > 0
    assert outcome.after.subsidies[0] > 0
    budget = outcome.after.value_added[0].sum() + outcome.after.tariff_revenue[0] - outcome.after.subsidies[0]
    assert outcome.after.income[0] == pytest.approx(budget + outcome.after.deficits[0], rel=1e-8)


def test_a_subsidy_cancels_a_productivity_loss_but_for_its_cost() -> None:
    """With s = 1 − 1/(1+c) unit costs are back where they were; the treasury's bill is the only change at first order."""
    economy = random_economy(5, 4, 8, balanced=True)
    hurt = dt.Policy([dt.Productivity(by="R1", cost=1e-4, sectors="S1")])
    both = hurt + dt.Policy([dt.Subsidy(by="R1", rate=1 - 1 / (1 + 1e-4), sectors="S1")])
    one, two = dt.solve(economy, hurt), dt.solve(economy, both)
    assert two.real_income["R1"] < 0
    assert abs(two.producer_prices.loc["R1", "S1"] - two.producer_prices.loc["R1", "S2"]) < abs(
        one.producer_prices.loc["R1", "S1"]
    )


def test_revenue_recycling_raises_hours() -> None:
    economy = random_economy(5, 4, 8, balanced=True, tariffs=False)
    policy = dt.Policy([dt.Tariff(by="R1", rate=0.1)])
    kept = dt.solve(economy, policy, labour_supply=0.5)
    recycled = dt.solve(economy, policy, labour_supply=0.5, revenue="labour tax")
    assert recycled.after.labour[0] > kept.after.labour[0]
    assert recycled.clearing_gap < 1e-8


def test_restricted_entry_profits_are_income_but_clear_no_labour_market() -> None:
    sigma = 5.0
    n = 2
    cost = np.array([[1.0, 1.5], [1.5, 1.0]])
    weight = cost ** (1 - sigma)
    economy = dt.Economy.from_shares(
        expenditure_shares=(weight / weight.sum(0))[:, :, None],
        input_shares=np.zeros((n, 1, 1)),
        value_added_shares=np.ones((n, 1)),
        final_shares=np.ones((n, 1)),
        value_added=np.ones(n),
        trade_elasticity=sigma - 1,
        profit_shares=1 / sigma,
    )
    plain = dt.solve(economy, dt.Policy([dt.Tariff(by="R1", rate=0.2)]))
    # one sector: profits move with wages, so nothing changes against perfect competition
    without = dt.Economy.from_shares(
        expenditure_shares=(weight / weight.sum(0))[:, :, None],
        input_shares=np.zeros((n, 1, 1)),
        value_added_shares=np.ones((n, 1)),
        final_shares=np.ones((n, 1)),
        value_added=np.ones(n),
        trade_elasticity=sigma - 1,
    )
    same = dt.solve(without, dt.Policy([dt.Tariff(by="R1", rate=0.2)]))
    assert plain.real_income.to_numpy() == pytest.approx(same.real_income.to_numpy(), abs=1e-8)


def test_solve_many_equals_one_by_one_and_reports_failures_in_place() -> None:
    economy = random_economy(5, 4, 2)
    policies = [dt.Policy([dt.Tariff(by="R1", rate=0.1 * k)]) for k in range(5)]
    many = dt.solve_many(economy, policies, batch=2)
    for policy, outcome in zip(policies, many, strict=True):
        assert isinstance(outcome, dt.Outcome)
        assert outcome.real_income.to_numpy() == pytest.approx(dt.solve(economy, policy).real_income.to_numpy(), abs=1e-9)
    hopeless = dt.Solver(iterations=2, persist=False)
    failed = dt.solve_many(economy, policies[1:3], solver=hopeless)
    assert all(isinstance(f, NotConverged) for f in failed)


def test_wedges_replace_controls_without_touching_the_original() -> None:
    economy = random_economy(3, 2, 2)
    shock = dt.Policy([dt.ExportControl(by="R1", sectors="S2", withhold=0.5)]).shock(economy)
    taxed = with_wedges(economy, shock, np.array([np.log(1.5)]))
    assert shock.export_taxes.max() == 0
    assert taxed.export_taxes.max() == pytest.approx(0.5)
    assert not taxed.controls
