"""Calibrated weights, best controls, regimes, pairs of deals."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.briefing.conftest import toy_dossier, toy_world

import detente as dt
from detente.cases.case import Case
from detente.errors import InputError, UnknownName
from detente.strategy.nash import best_reply
from detente.strategy.objectives import Weights
from detente.strategy.regimes import REFERENCE, pairwise_bargains, regimes, worth_of_rules
from economies import random_economy


def test_weights_are_recovered_from_the_tariffs_they_led_to() -> None:
    economy = random_economy(3, 2, 8, tariffs=False)
    true = Weights(jobs={"S1": 0.25, "S2": 0.05})
    reply = best_reply(economy, "R1", detail="sector", objective=true.objective("R1", economy), starts=(0.2,))
    found = dt.calibrate_weights(economy, "R1", policy=dt.Policy.from_arrays(tariffs=reply.tariffs), ridge=1e-8)
    # two conditions, two weights: only their difference may be weakly identified
    assert found.explained > 0.999
    again = best_reply(economy, "R1", detail="sector", objective=found.as_weights().objective("R1", economy), starts=(0.2,))
    assert again.tariffs == pytest.approx(reply.tariffs, abs=1e-3)


def test_without_a_cause_no_weights() -> None:
    economy = random_economy(3, 2, 8, tariffs=False)
    reply = best_reply(economy, "R1", detail="sector", starts=(0.2,))
    found = dt.calibrate_weights(economy, "R1", policy=dt.Policy.from_arrays(tariffs=reply.tariffs))
    assert np.abs(found.weights).max() < 1e-3
    assert found.rank <= len(found.sectors)
    assert ((found.identified >= 0) & (found.identified <= 1)).all()


def test_a_large_seller_withholds_something_and_none_if_the_rent_is_lost() -> None:
    economy = random_economy(3, 2, 8, tariffs=False)
    kept = dt.best_control(economy, "R1", "S1")
    lost = dt.best_control(economy, "R1", "S1", rent="lost")
    assert 0 < kept.withhold < 0.95
    assert kept.gain > 0
    assert lost.gain <= kept.gain
    nearby = dt.solve(economy, dt.Policy([dt.ExportControl(by="R1", sectors="S1", withhold=kept.withhold * 0.8)]))
    assert nearby.real_income["R1"] <= kept.outcome.real_income["R1"] + 1e-9


def test_how_much_of_its_rare_earths_china_would_withhold() -> None:
    world = dt.load_world()
    best = dt.best_control(world, "CHN", "RER", on="USA")
    assert 0.5 < best.withhold < 0.7
    assert best.gain > 0
    assert not best.at_end
    assert "China would withhold" in best.explain()
    assert "to the United States: at the medium horizon" in best.explain()
    assert best.record()["withhold"] == best.withhold
    short = dt.best_control(world, "CHN", "RER", horizon="short")  # what cannot be replaced has no ceiling of its price
    assert short.at_end
    assert "the rest of the world, as much as was tried" in short.explain()
    lost = dt.best_control(world, "CHN", "RER", rent="lost")
    assert lost.withhold == 0
    assert "none of its exports of rare earths" in lost.explain()


def test_a_control_is_not_put_on_what_is_controlled() -> None:
    economy = random_economy(3, 2, 8)
    held = dt.Policy([dt.ExportControl(by="R1", sectors="S1", withhold=0.2, on="R2")])
    with pytest.raises(InputError, match="already"):
        dt.best_control(economy, "R1", "S1", policy=held)
    assert dt.best_control(economy, "R1", "S1", on="R3", policy=held).on == ("R3",)
    with pytest.raises(InputError, match="share"):
        dt.best_control(economy, "R1", "S1", most=1.5)


def test_what_american_duties_protect() -> None:
    case, world = dt.load_dossier("kuala-lumpur-2025"), dt.load_world()
    found = dt.calibrate_weights(world, "USA", policy=case.policy(None, world.regions, world.sectors))
    frame = found.to_frame()
    known = frame[frame["identified"] > 0.9]["weight"].sort_values()
    assert known.index[-2:].tolist() == ["IRS", "TEX"]
    assert known.index[0] == "ENE"
    assert frame.loc["RER", "identified"] < 0.9


def test_rules_are_worth_something() -> None:
    economy = random_economy(3, 2, 8)
    table = regimes(economy, sectors="all")
    frame = table.to_frame()
    assert frame.loc["world", "free trade"] > 0 > frame.loc["world", "nash"]
    assert table.mean_rates()["free trade"] == 0
    assert table.tariffs["equal treatment"][1, 0, 0] == pytest.approx(table.tariffs["equal treatment"][2, 0, 0])


def test_worth_of_rules_stands_against_today_and_holds_the_reference() -> None:
    case = Case.of(toy_dossier(), toy_world(), with_ranges=False)
    table = worth_of_rules(case)
    assert list(table.outcomes) == [REFERENCE, "free trade", "equal treatment", "nash"]
    past = dt.solve(case.world, dt.Policy(), horizon=case.parameters).relative_to(case.status_quo)
    assert table.outcomes[REFERENCE].world_real_income == pytest.approx(past.world_real_income, abs=1e-9)
    assert table.tariffs[REFERENCE] == pytest.approx(case.world.tariff_rates)
    today = case.status_quo.after.tariffs
    n = len(case.world.regions)
    trade = case.economy.shipments * (1 - np.eye(n))[:, :, None] * np.isin(case.world.sectors, case.goods)
    assert table.rate_today == pytest.approx(100 * (trade * today).sum() / trade.sum())
    rates = table.mean_rates()
    assert rates["free trade"] == 0 < rates[REFERENCE] < table.rate_today < rates["nash"]
    assert table.cost(regime="free trade")[1] > 0 > table.cost(against=REFERENCE)[1]


def test_regimes_add_up_and_players_may_be_few() -> None:
    economy = random_economy(3, 2, 8)
    table = regimes(economy, sectors="all", detail="region", method="differences", tolerance=1e-4)
    assert list(table.outcomes) == ["free trade", "equal treatment", "nash"]
    percent, money = table.cost()
    assert percent == pytest.approx(table.outcomes["nash"].world_real_income)
    assert money == pytest.approx(sum(table.cost([r])[1] for r in economy.regions))
    over = table.cost(against="equal treatment")[1]
    assert over == pytest.approx(money - table.cost(regime="equal treatment")[1])
    assert table.record()["mean_tariff_pct"]["free trade"] == 0
    assert "world real income −" in table.explain()
    few = regimes(economy, sectors="all", detail="region", players=["R1"])
    before = few.outcomes["nash"].before
    changed = few.tariffs["nash"] != before.tariffs
    assert {economy.regions[n] for n in np.argwhere(changed)[:, 1]} == {"R1"}
    assert few.outcomes["nash"].real_income["R1"] > 0
    with pytest.raises(UnknownName, match="regime"):
        few.cost(regime="autarky")


def test_pairs_settle_and_no_pair_wants_to_reopen() -> None:
    economy = random_economy(3, 2, 8)
    pairs = [("R1", "R2"), ("R1", "R3")]
    deals, outcome = pairwise_bargains(economy, pairs, detail="pair")
    assert set(deals) == set(pairs)
    assert all(min(d.gains.values()) >= 0 for d in deals.values())
    assert outcome.status == "converged"
    with pytest.raises(InputError, match="different"):
        pairwise_bargains(economy, [("R1", "R2"), ("R2", "R1")])


def test_a_government_is_not_moved_by_the_money_it_counts_in() -> None:
    # the same equilibrium told in other money: every nominal figure after the change is half as large again
    outcome = dt.solve(random_economy(3, 2, 8), dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.2, sectors="all")]))
    after = outcome.after
    nominal = ("wage", "wage_index", "price", "unit_cost", "sales", "output", "cpi", "income", "value_added", "shipments")
    nominal += ("tariff_revenue", "export_tax_revenue", "subsidies", "spending", "deficits")
    fields = {f.name for f in dataclasses.fields(after)}
    other = dataclasses.replace(after, **{key: 1.5 * getattr(after, key) for key in nominal if key in fields})
    told = dataclasses.replace(outcome, after=other)
    wanted = Weights(jobs={"default": 0.1, "S1": 0.3}, revenue=0.2, prices=0.3, dependence=0.4, rivals=("R2",))
    first, second = wanted.parts(outcome, "R1"), wanted.parts(told, "R1")
    assert all(value != 0 for value in first.values())
    assert second == pytest.approx(first, rel=1e-9)


def test_the_smooth_objective_has_the_slope_of_the_whole_one() -> None:
    economy = random_economy(3, 2, 8)
    wanted = Weights(jobs={"default": 0.1, "S1": 0.3}, revenue=0.2, prices=0.3)
    slope = dt.solve(economy).gradient(wanted.objective("R1", economy)).sel(origin="R2", destination="R1").sum()
    step = 1e-4
    moved = [dt.solve(economy, dt.Policy([dt.Tariff(by="R1", on="R2", rate=h, sectors="all")])) for h in (step, -step)]
    values = [wanted.value(outcome, "R1") for outcome in moved]
    assert (values[0] - values[1]) / (2 * step) == pytest.approx(float(slope), rel=1e-4)
