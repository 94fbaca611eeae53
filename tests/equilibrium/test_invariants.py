"""What must always hold, over random economies and packages, at every horizon."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.equilibrium.solve import untouched
from economies import SEEDS, economies, random_economy

HORIZONS = ("short", "medium", "long")


@st.composite
def shocks(draw: st.DrawFn) -> tuple[dt.Economy, dt.Policy]:
    """An economy and a package of tariffs, an export tax, costs and (sometimes) an embargo."""
    economy = draw(economies())
    n = len(economy.regions)
    rng = np.random.default_rng(draw(SEEDS))
    size = draw(st.sampled_from([0.1, 1.0, 5.0]))
    added = size * rng.uniform(0, 1, size=economy.tariffs.shape) * (rng.uniform(size=economy.tariffs.shape) < 0.4)
    added[np.arange(n), np.arange(n)] = 0
    instruments = [
        *dt.Policy.from_arrays(added_tariffs=added),
        dt.ExportTax(by=economy.regions[0], rate=0.2 * draw(st.integers(0, 3)), sectors=economy.sectors[0]),
        dt.NonTariffCost(by=economy.regions[1], cost=0.1 * draw(st.integers(0, 5))),
    ]
    if n > 2 and draw(st.booleans()):
        instruments.append(dt.Embargo(by=economy.regions[1], on=economy.regions[2], both_ways=True))
    return economy, dt.Policy(instruments)


@given(economy=economies(), horizon=st.sampled_from(HORIZONS))
def test_zero_shock_changes_nothing(economy: dt.Economy, horizon: str) -> None:
    outcome = dt.solve(economy, horizon=horizon)
    assert outcome.to_frame().filter(like="%").abs().to_numpy().max() < 1e-9
    assert outcome.sector_frame().abs().to_numpy().max() < 1e-9
    assert np.abs(outcome.after.shipments - outcome.before.shipments).max() < 1e-9 * outcome.before.shipments.max()


@given(case=shocks(), horizon=st.sampled_from(HORIZONS))
def test_markets_clear_and_money_adds_up(case: tuple[dt.Economy, dt.Policy], horizon: str) -> None:
    economy, policy = case
    outcome = dt.solve(economy, policy, horizon)
    after = outcome.after
    assert outcome.clearing_gap < 1e-8
    # Walras: what the world spends on final goods is what it earns, and what it buys in all is what it sells with duties
    assert after.final.sum() == pytest.approx(after.income.sum(), rel=1e-9)
    assert after.income.sum() == pytest.approx(
        after.value_added.sum() + after.tariff_revenue.sum() + after.export_tax_revenue.sum(), rel=1e-8
    )
    assert after.value_added.sum() == pytest.approx(economy.value_added.sum(), rel=1e-8)
    paid = after.shipments * (1 + after.tariffs) * (1 + after.export_taxes)
    shares = paid.sum(0) / np.where(after.spending > 0, after.spending, 1)
    assert np.allclose(shares[after.spending > 0], 1, atol=1e-8)
    assert after.shipments.min() >= 0
    balance = outcome.trade_balance
    assert np.allclose(balance["counterfactual"], balance["baseline"], atol=1e-7 * economy.value_added.sum())


@given(case=shocks(), scale=st.sampled_from([1e-3, 7.0, 1e6]))
@settings(max_examples=10)
def test_currency_does_not_matter(case: tuple[dt.Economy, dt.Policy], scale: float) -> None:
    economy, policy = case
    scaled = dt.Economy.from_shares(
        expenditure_shares=economy.expenditure_shares,
        input_shares=economy.input_shares,
        value_added_shares=economy.value_added_shares,
        final_shares=economy.final_shares,
        value_added=scale * economy.value_added.sum(1),
        deficits=scale * economy.deficits,
        tariffs=economy.tariffs,
        trade_elasticity=economy.trade_elasticity,
    )
    one, two = dt.solve(economy, policy), dt.solve(scaled, policy)
    assert two.real_income.to_numpy() == pytest.approx(one.real_income.to_numpy(), abs=1e-7)
    assert two.equivalent_variation.to_numpy() == pytest.approx(
        scale * one.equivalent_variation.to_numpy(), rel=1e-6, abs=1e-9 * scale
    )


@given(seed=SEEDS, horizon=st.sampled_from(HORIZONS))
@settings(max_examples=8)
def test_order_of_regions_does_not_matter(seed: int, horizon: str) -> None:
    economy = random_economy(5, 4, seed)
    order = np.random.default_rng(seed).permutation(5)
    pick = np.ix_(order, order)
    turned = dt.Economy.from_shares(
        regions=[economy.regions[k] for k in order],
        sectors=economy.sectors,
        expenditure_shares=economy.expenditure_shares[pick],
        input_shares=economy.input_shares[order],
        value_added_shares=economy.value_added_shares[order],
        final_shares=economy.final_shares[order],
        value_added=economy.value_added.sum(1)[order],
        deficits=economy.deficits[order],
        tariffs=economy.tariffs[pick],
        trade_elasticity=economy.trade_elasticity,
    )
    policy = dt.Policy([dt.Tariff(by=economy.regions[0], on=economy.regions[3], rate=0.6)])
    one, two = dt.solve(economy, policy, horizon), dt.solve(turned, policy, horizon)
    assert two.real_income[list(economy.regions)].to_numpy() == pytest.approx(one.real_income.to_numpy(), abs=1e-7)


@given(case=shocks(), horizon=st.sampled_from(HORIZONS))
@settings(max_examples=10)
def test_tariff_on_a_zero_flow_does_nothing(case: tuple[dt.Economy, dt.Policy], horizon: str) -> None:
    economy, policy = case
    nothing = economy.shipments == 0
    extra = dt.Policy.from_arrays(added_tariffs=np.where(nothing, 2.0, 0.0))
    one, two = dt.solve(economy, policy, horizon), dt.solve(economy, policy + extra, horizon)
    assert two.real_income.to_numpy() == pytest.approx(one.real_income.to_numpy(), abs=1e-8)


@pytest.mark.filterwarnings("ignore::detente.errors.LooksLikePercent")  # so large a size is meant
@given(seed=SEEDS)
@settings(max_examples=8)
def test_embargo_is_the_limit_of_costs(seed: int) -> None:
    economy = random_economy(5, 4, seed)
    a, b = economy.regions[0], economy.regions[3]
    stop = dt.solve(economy, dt.Policy([dt.Embargo(by=a, on=b)]))
    cost = dt.solve(economy, dt.Policy([dt.NonTariffCost(by=a, on=b, cost=1e9)]))
    assert cost.real_income.to_numpy() == pytest.approx(stop.real_income.to_numpy(), abs=1e-6)
    assert stop.after.shipments[3, 0].sum() == 0


@given(seed=SEEDS, rate=st.sampled_from([0.1, 0.5]))
@settings(max_examples=8)
def test_lerner_symmetry(seed: int, rate: float) -> None:
    """With balanced trade a uniform import tariff and a uniform export tax give the same real allocation."""
    economy = random_economy(5, 4, seed, balanced=True, tariffs=False)
    home = economy.regions[0]
    imports = dt.solve(economy, dt.Policy([dt.Tariff(by=home, rate=rate)]))
    exports = dt.solve(economy, dt.Policy([dt.ExportTax(by=home, rate=rate)]))
    assert exports.real_income.to_numpy() == pytest.approx(imports.real_income.to_numpy(), abs=1e-7)
    assert exports.output.to_numpy() == pytest.approx(imports.output.to_numpy(), abs=1e-5)


def test_two_identical_regions_add_up() -> None:
    world = dt.load_world("toy")
    economy = random_economy(3, 2, 5, balanced=True, tariffs=False)
    # split region 3 into two equal halves that trade with everyone alike
    half = np.array([0, 1, 2, 2])
    pi = economy.expenditure_shares[np.ix_(half, half)].copy()
    pi[2:] /= 2
    doubled = dt.Economy.from_shares(
        expenditure_shares=pi,
        input_shares=economy.input_shares[half],
        value_added_shares=economy.value_added_shares[half],
        final_shares=economy.final_shares[half],
        value_added=economy.value_added.sum(1)[half] * np.array([1, 1, 0.5, 0.5]),
        trade_elasticity=economy.trade_elasticity,
    )
    policy = dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.5)])
    one, two = dt.solve(economy, policy), dt.solve(doubled, policy)
    assert two.real_income.to_numpy() == pytest.approx(one.real_income.to_numpy()[half], abs=1e-7)
    assert world.regions == ("AAA", "BBB", "CCC")


def test_elasticities_pass_smoothly_through_one() -> None:
    economy = random_economy(5, 4, 3)
    policy = dt.Policy([dt.Tariff(by="R1", rate=0.5)])
    keys = ("value_added_substitution", "input_substitution", "final_substitution")
    at_one = dt.solve(economy, policy, **dict.fromkeys(keys, 1.0)).real_income.to_numpy()
    for near in (1 - 1e-7, 1 + 1e-7):
        close = dt.solve(economy, policy, **dict.fromkeys(keys, near)).real_income.to_numpy()
        assert close == pytest.approx(at_one, abs=1e-6)


def test_mobility_runs_from_one_wage_to_specific_factors() -> None:
    economy = random_economy(5, 4, 3)
    policy = dt.Policy([dt.Tariff(by="R1", rate=0.5)])
    one_wage = dt.solve(economy, policy, labour_mobility=float("inf"))
    assert np.ptp(one_wage.after.wage, axis=1).max() < 1e-9
    fixed = dt.solve(economy, policy, labour_mobility=1)
    assert fixed.employment.abs().to_numpy().max() < 1e-7


@pytest.mark.parametrize("closure", ["fixed", "zero", "proportional"])
def test_deficit_closures(closure: str) -> None:
    economy = random_economy(5, 4, 9)
    policy = dt.Policy([dt.Tariff(by="R2", rate=0.3)])
    outcome = dt.solve(economy, policy, deficits=closure)
    balance = outcome.trade_balance["counterfactual"].to_numpy()
    assert abs(balance.sum()) < 1e-7
    if closure == "zero":
        assert np.abs(balance).max() < 1e-7
    if closure == "fixed":
        assert balance == pytest.approx(-economy.deficits, abs=1e-7)


def test_the_shock_of_no_policy_is_made_once_and_nobody_writes_to_it() -> None:
    economy = random_economy(3, 2, 8)
    shock = untouched(economy)
    assert untouched(economy) is shock
    for array in (shock.tariffs, shock.export_taxes, shock.iceberg, shock.allowed, shock.unit_cost, shock.subsidies):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    assert dt.Policy().shock(economy).tariffs.flags.writeable  # a policy's own is


def test_failures_are_named() -> None:
    from detente.errors import InputError, NotConverged, ShockError, UnknownName, UnknownRegion, UnknownSector

    economy = dt.load_world("toy")
    with pytest.raises(UnknownRegion, match="did you mean AAA"):
        dt.solve(economy, dt.Policy([dt.Tariff(by="AAB", on="BBB", rate=0.1)]))
    with pytest.raises(UnknownSector, match="FARM"):
        dt.solve(economy, dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.1, sectors="FRM")]))
    with pytest.raises(UnknownName, match="labour_mobility"):
        dt.solve(economy, labor_mobility=2)
    with pytest.raises(UnknownName, match="medium"):
        dt.solve(economy, horizon="medum")
    with pytest.raises(InputError, match="labour_mobility must lie between"):
        dt.solve(economy, labour_mobility=0.5)
    with pytest.raises(ShockError, match="impossible"):
        dt.solve(economy, dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=-2.0)]))
    with pytest.raises(NotConverged, match="residual"):
        dt.solve(economy, dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.4)]), solver=dt.Solver(iterations=3))


def test_a_buyer_without_any_source_is_an_error() -> None:
    from detente.errors import ShockError

    pi = np.zeros((2, 2, 2))
    pi[0, 0] = pi[1, 1] = 1
    pi[:, 1, 1] = [1.0, 0.0]
    pi[:, 0, 0] = [0.5, 0.5]
    economy = dt.Economy.from_shares(
        expenditure_shares=pi,
        input_shares=np.zeros((2, 2, 2)),
        value_added_shares=np.ones((2, 2)),
        final_shares=np.full((2, 2), 0.5),
        value_added=np.ones(2),
        trade_elasticity=4.0,
        tolerance=np.inf,
        quiet=True,
    )
    with pytest.raises(ShockError, match="R2 would have no source of S2"):
        dt.solve(economy, dt.Policy([dt.Embargo(by="R2", on="R1")]))
