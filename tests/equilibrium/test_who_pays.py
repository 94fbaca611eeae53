"""Who pays: both readings add up to the net, on random economies, at both exchange rates; orders of magnitude of 2025."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.equilibrium.collected import collection_range
from detente.equilibrium.decompose import few_steps, path
from detente.equilibrium.levels import Equilibrium
from detente.equilibrium.local_prices import reached, told
from detente.equilibrium.pass_through import evidence, published
from detente.equilibrium.real_gdp import gdp, real_gdp
from detente.equilibrium.who_pays import BORNE, PAID
from detente.errors import InputError, UnknownRegion
from economies import random_economy, two_countries

Reader = Callable[[Equilibrium], np.ndarray]
RATES = ("flexible", "pinned")
PACKAGES = {
    "duty": [dt.Tariff(by="R1", rate=0.3)],
    "war": [dt.Tariff(by="R1", on="R2", rate=0.4), dt.Tariff(by="R2", on="R1", rate=0.2)],
    "export tax": [dt.ExportTax(by="R3", rate=0.2)],
    "subsidy": [dt.Subsidy(by="R5", rate=0.1, sectors="S1"), dt.Tariff(by="R5", rate=0.1)],
    "quota": [dt.Quota(by="R1", on="R2", sectors="S2", share=0.6)],
}


@cache
def of_2025(**parameters: str | float) -> dt.Outcome:
    """The duties of 18 October 2025 against those of 2024."""
    world, dossier = dt.load_world(), dt.load_dossier("kuala-lumpur-2025")
    policy = dossier.policy(None, world.regions, world.sectors)
    horizon = str(parameters.pop("horizon", "medium"))
    return dt.solve(world, policy, horizon, **parameters)


# -- identities --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("name", PACKAGES)
def test_both_readings_add_up_exactly(name: str, rate: str) -> None:
    economy = random_economy(5, 4, 12, home=3.0)
    outcome = dt.solve(economy, dt.Policy(PACKAGES[name]), exchange_rate=rate)
    paid = outcome.who_pays
    for parts in (PAID, BORNE):
        assert paid.percent[list(parts)].sum(axis=1).to_numpy() == pytest.approx(outcome.real_income.to_numpy(), abs=1e-9)
        money = paid.money[list(parts)].sum(axis=1).to_numpy()
        assert money == pytest.approx(outcome.equivalent_variation.to_numpy(), abs=1e-11 * economy.value_added.sum())
    assert paid.pinned == (rate == "pinned")
    assert rate == "pinned" or paid.percent["saving"].abs().max() == 0


@given(seed=st.integers(0, 400), rate=st.sampled_from(RATES), points=st.sampled_from([0.05, 0.5, 1.5]))
@settings(max_examples=12)
def test_they_add_up_on_random_economies(seed: int, rate: str, points: float) -> None:
    economy = random_economy(5, 4, seed, home=3.0)
    first = dt.solve(economy, dt.Policy([dt.Tariff(by="R2", rate=0.1)]), exchange_rate=rate)
    paid = dt.solve(economy, dt.Policy([dt.Tariff(by="R1", rate=points)]), exchange_rate=rate).relative_to(first).who_pays
    for parts in (PAID, BORNE):
        assert paid.percent[list(parts)].sum(axis=1).to_numpy() == pytest.approx(paid.percent["net"].to_numpy(), abs=1e-9)
    # what buyers lose is the duty they bear themselves and the waste, where there is no other public money and no saving
    if rate == "flexible":
        lost = paid.percent["efficiency"] - (paid.percent["duties"] - paid.percent["borne abroad"])
        assert paid.percent["before rebate"].to_numpy() == pytest.approx(lost.to_numpy(), abs=1e-9)


def test_nothing_changed_is_paid_by_nobody() -> None:
    paid = dt.solve(random_economy(5, 4, 12), dt.Policy()).who_pays
    assert paid.percent.abs().to_numpy().max() < 1e-7
    assert paid.share_borne_abroad.isna().all()


@pytest.mark.parametrize("rate", RATES)
def test_few_steps_are_as_good_as_many(rate: str) -> None:
    outcome = dt.solve(random_economy(5, 4, 12, home=3.0), dt.Policy(PACKAGES["war"]), exchange_rate=rate)
    exact = outcome.decompose(256)
    few = few_steps(outcome.way, lambda e: e.income)
    trapezoid = outcome.decompose(4)
    for part, values in few.items():
        assert values == pytest.approx(exact[part].to_numpy(), abs=2e-3)
        assert np.abs(values - exact[part]).max() <= np.abs(trapezoid[part] - exact[part]).max() + 1e-6
    assert outcome.who_pays.steps_error < 2e-3


def test_a_bound_that_begins_to_bind_leaves_a_small_error() -> None:
    control = dt.Policy([dt.ExportControl(by="R2", sectors="S1", withhold=0.5), dt.Tariff(by="R1", rate=0.2)])
    outcome = dt.solve(random_economy(5, 4, 12), control)
    assert outcome.who_pays.steps_error < 0.02 * np.abs(outcome.real_income).max()


# -- closed form -------------------------------------------------------------------------------------------------------
def test_an_economy_that_moves_no_price_abroad_pays_its_duty_itself() -> None:
    """As a small open economy, or any of one good with wages standing: π bought at home, t from free trade, X spending,

    duties R = (1−π′) t/(1+t) X, prices P̂ = (π + (1−π)(1+t)^−θ)^(−1/θ), net = (1+R)/P̂ − 1, foreigners' part nil.
    """
    economy, theta, t = two_countries((1, 3)), 4.0, 0.2
    outcome = dt.solve(economy, dt.Policy([dt.Tariff(by="H", on="F", rate=t)]), exchange_rate="pinned")
    home = float(economy.expenditure_shares[0, 0, 0])
    weight = home + (1 - home) * (1 + t) ** -theta
    price, abroad = weight ** (-1 / theta), (1 - home) * (1 + t) ** -theta / weight
    spent = outcome.after.final[0].sum() / economy.income[0]  # the balance gives where the exchange rate does not
    duties = abroad * t / (1 + t) * spent
    row = outcome.who_pays.row("H")
    assert row["duties"] == pytest.approx(100 * duties / price, abs=1e-6)
    assert row["before rebate"] == pytest.approx(100 * (1 / price - 1), abs=1e-6)
    assert row["net"] == pytest.approx(100 * ((1 + duties) / price - 1), abs=1e-6)
    assert row["borne abroad"] == pytest.approx(0, abs=1e-6)
    assert outcome.consumer_prices_substituted["H"] == pytest.approx(100 * (price - 1), abs=1e-6)


def test_with_one_good_a_large_country_makes_foreigners_pay_when_wages_move() -> None:
    economy = two_countries((3, 1))
    flexible = dt.solve(economy, dt.Policy([dt.Tariff(by="H", on="F", rate=0.1)]))
    pinned = flexible.at_exchange_rate("pinned")
    assert flexible.who_pays.row("H")["borne abroad"] > 0
    assert pinned.who_pays.row("H")["borne abroad"] == pytest.approx(0, abs=1e-9)
    assert pinned.real_income["H"] == pytest.approx(
        dt.solve(economy, dt.Policy([dt.Tariff(by="H", on="F", rate=0.1)]), exchange_rate="pinned").real_income["H"], abs=1e-9
    )


# -- real GDP ----------------------------------------------------------------------------------------------------------
def expenditure_side(states: list[Equilibrium]) -> np.ndarray:
    """Real GDP from what is bought: final uses, exports and imports at constant prices, chained."""
    total = 0.0
    n = states[0].output.shape[0]
    foreign = (1 - np.eye(n))[:, :, None]
    for old, new in pairwise(states):

        def mean(value: Reader, old: Equilibrium = old, new: Equilibrium = new) -> np.ndarray:
            return (value(old) + value(new)) / 2

        def growth(value: Reader, old: Equilibrium = old, new: Equilibrium = new) -> np.ndarray:
            a, b = value(old), value(new)
            both = (a > 0) & (b > 0)
            return np.log(np.where(both, b, 1) / np.where(both, a, 1))

        used = (mean(lambda e: e.final) * growth(lambda e: e.final / e.price)).sum(1)
        traded = mean(lambda e: foreign * e.shipments * (1 + e.export_taxes)) * growth(
            lambda e: e.shipments / e.unit_cost[:, None, :]
        )
        total = total + 100 * (used + traded.sum((1, 2)) - traded.sum((0, 2))) / mean(gdp)
    return np.asarray(total)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("name", ["duty", "war", "export tax", "subsidy"])
def test_real_gdp_is_what_the_expenditure_side_says(name: str, rate: str) -> None:
    """Parts of welfare less the terms of trade, and volumes of what is used and traded: two countings of one thing."""
    outcome = dt.solve(random_economy(5, 4, 12, home=3.0), dt.Policy(PACKAGES[name]), exchange_rate=rate)
    counted = expenditure_side(list(path(outcome, 64)))
    assert 100 * np.log1p(outcome.real_gdp.to_numpy() / 100) == pytest.approx(counted, abs=2e-3)


def test_real_gdp_in_few_steps() -> None:
    outcome = dt.solve(random_economy(5, 4, 12), dt.Policy(PACKAGES["war"]), "long")
    assert outcome.real_gdp.to_numpy() == pytest.approx(real_gdp(outcome, 32), abs=1e-3)
    with pytest.raises(InputError, match="even number"):
        real_gdp(outcome, 3)
    together = dt.INDICATORS["real_gdp"].together
    assert together is not None
    made = gdp(outcome.before)
    world = float((outcome.real_gdp.to_numpy() * made).sum() / made.sum())
    assert together.rule(outcome, list(outcome.regions)) == pytest.approx(world)


# -- customs and shops -------------------------------------------------------------------------------------------------
def test_pass_through_is_the_slope_over_varieties() -> None:
    """Worked out again from a frame, with dummies, by another route."""
    outcome = dt.solve(random_economy(5, 4, 12), dt.Policy([dt.Tariff(by="R1", on=["R2", "R3"], rate=0.3)]))
    rows = []
    for i in range(1, 5):
        for j in range(4):
            bought = outcome.before.shipments[i, 0, j]
            if bought > 0:
                duty = np.log((1 + outcome.after.tariffs[i, 0, j]) / (1 + outcome.before.tariffs[i, 0, j]))
                rows.append((i, j, bought, duty, np.log(outcome.after.unit_cost[i, j])))
    frame = pd.DataFrame(rows, columns=["origin", "sector", "weight", "duty", "price"])
    slope = np.polyfit(frame["duty"], frame["price"], 1, w=np.sqrt(frame["weight"]))[0]
    assert outcome.pass_through("R1") == pytest.approx(100 * (1 + slope), rel=1e-9)
    assert np.isnan(outcome.pass_through("R4"))  # raised nothing
    bare = dt.solve(random_economy(5, 4, 12, tariffs=False), dt.Policy([dt.Tariff(by="R1", on=["R2", "R3"], rate=0.3)]))
    assert np.isnan(bare.pass_through("R1", effects=True))  # origins alone make the difference
    with pytest.raises(UnknownRegion, match="R1"):
        outcome.pass_through("R9")


def test_a_part_of_the_law_is_collected() -> None:
    low, high = collection_range()
    assert 0 < low < high == 1
    table = dt.solve(random_economy(5, 4, 12), dt.Policy([dt.Tariff(by="R1", rate=0.2)])).law_and_collected
    row = table.loc["R1"]
    assert row["law, %"] - row["law before, %"] == pytest.approx(20)
    assert row["collected at least, %"] == pytest.approx(row["law before, %"] + 20 * low)
    unit = "million USD"
    assert row[f"revenue at least, {unit}"] == pytest.approx(low * row[f"revenue by law, {unit}"])
    assert (table["collected at least, %"] <= table["collected at most, %"]).all()


def test_shares_of_a_duty_in_the_shops() -> None:
    points = evidence()["retail"]["points"]
    assert [p["month"] for p in points] == sorted(p["month"] for p in points)
    for point in points:
        share = reached(point["month"])
        assert tuple(share) == (point["low"], point["value"], point["high"])
        assert 0 <= share.low <= share.value <= share.high <= 1
    assert reached(240) == reached(24)
    assert reached(5).value == pytest.approx((reached(3).value + reached(7).value) / 2)
    with pytest.raises(InputError, match="months"):
        reached(-1)


def test_every_figure_of_others_has_a_source() -> None:
    whole = evidence()
    sources = [p["source"] for p in published()] + whole["collected"]["sources"]
    sources += [s for p in whole["retail"]["points"] if p["month"] for s in p["sources"]]
    assert all(s["title"] and s["link"].startswith("https://") for s in sources)
    assert all(0 < p["low"] <= p["high"] <= 100 for p in published())


# -- 2025 --------------------------------------------------------------------------------------------------------------
def test_the_united_states_and_the_duties_of_2025() -> None:
    paid = of_2025().who_pays
    row = paid.row("USA")
    assert row["before rebate"] == pytest.approx(-0.80, abs=0.03)
    assert row["duties"] == pytest.approx(0.80, abs=0.04)
    assert row["borne abroad"] == pytest.approx(0.40, abs=0.03)
    assert row["efficiency"] == pytest.approx(-0.40, abs=0.03)
    assert row["net"] == pytest.approx(0, abs=0.02)
    assert 45 < paid.share_borne_abroad["USA"] < 57
    assert list(paid.raised[paid.raised].index) == ["USA", "CHN"]
    pinned = of_2025(exchange_rate="pinned").who_pays
    assert pinned.row("USA")["net"] == pytest.approx(-0.26, abs=0.02)
    assert pinned.share_borne_abroad["USA"] < 0.7 * paid.share_borne_abroad["USA"]
    # Bangladesh collects more because it imports more; it raised nothing, so that foreigners bear no share of it
    assert paid.share_borne_abroad.drop(["USA", "CHN"]).isna().all()
    assert of_2025().at_exchange_rate("pinned").real_income.to_numpy() == pytest.approx(
        of_2025(exchange_rate="pinned").real_income.to_numpy(), abs=1e-8
    )


@pytest.mark.parametrize(("horizon", "published_like"), [("long", -0.80), ("short", -0.26)])
def test_real_gdp_of_the_duties_of_2025(horizon: str, published_like: float) -> None:
    outcome = of_2025(horizon=horizon)
    assert outcome.real_gdp["USA"] == pytest.approx(published_like, abs=0.05)
    assert outcome.real_gdp.to_numpy() == pytest.approx(real_gdp(outcome, 32), abs=3e-4)


def test_customs_records_of_2025_and_the_model() -> None:
    for effects in (False, True):
        assert 92 < of_2025().pass_through("USA", effects=effects) < 96
    row = of_2025().law_and_collected.loc["USA"]
    assert row["law, %"] == pytest.approx(17.1, abs=0.3)
    implemented = evidence()["collected"]["figures"]["implemented"]
    assert row["collected at least, %"] < implemented < row["collected at most, %"]


def test_consumer_prices_of_2025_in_local_money() -> None:
    outcome = of_2025(trade_elasticity_factor=0.5)
    assert 1.0 <= outcome.consumer_prices_local["USA"] <= 1.5
    assert 1.0 <= outcome.consumer_prices_substituted["USA"] < outcome.consumer_prices_local["USA"]
    shops = outcome.prices_by_month("USA")
    assert shops.loc[7, "value"] == pytest.approx(0.7, abs=0.1)
    spent = outcome.dollars_a_person("USA", 2025)
    assert 500 < spent.low < spent.high < 1000
    with pytest.raises(InputError, match="Taiwan"):
        outcome.dollars_a_person("TWN", 2024)
    with pytest.raises(InputError, match="2031"):
        outcome.dollars_a_person("USA", 2031)


def test_it_is_told_in_words() -> None:
    outcome = of_2025()
    paid = outcome.who_pays
    text = paid.explain("USA", 1.18, 2025)
    assert "before any rebate" in text
    assert "of 2025" in text
    assert "exchange rate moves" in text
    assert "exchange rate pinned" in of_2025(exchange_rate="pinned").who_pays.explain("CHN")
    half = of_2025(trade_elasticity_factor=0.5)
    assert "its sign is not known" in half.who_pays.explain("USA", other=half.at_exchange_rate("pinned").who_pays)
    assert "its sign is not known" not in paid.explain("CHN", other=of_2025(exchange_rate="pinned").who_pays)
    assert "nothing moves" in dt.solve(dt.load_world()).who_pays.explain("USA")
    assert "By law its average duty" in told(outcome, "USA", 2025)
    assert "Consumer prices in local money rise" in told(outcome, "USA", 2025)
    assert told(outcome, "JPN", 2025) == ""
    assert "fall" in told(dt.solve(dt.load_world()).relative_to(outcome), "USA", 2025)
    with pytest.raises(UnknownRegion, match="did you mean"):
        paid.explain("USB")
    record = paid.record()
    assert record["share_borne_abroad_pct"]["JPN"] is None
    assert record["pct_of_income"]["USA"]["borne_abroad"] == pytest.approx(paid.row("USA")["borne abroad"])
    assert len(paid.to_frame()) == 32
