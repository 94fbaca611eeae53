"""Results: identities between them, comparison of two policies, exports."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import detente as dt
from detente.errors import InputError
from economies import random_economy

TARIFF = dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.25)])


@pytest.mark.parametrize("balanced", [True, False])
def test_small_shock_welfare_is_terms_plus_volume_of_trade(balanced: bool) -> None:
    """To first order the exact welfare change is the two parts of the trade formula."""
    economy = random_economy(5, 4, 11, balanced=balanced)
    outcome = dt.solve(economy, dt.Policy([dt.Tariff(by="R1", on="R2", rate=1e-5)]), labour_mobility=float("inf"))
    parts = (outcome.terms_of_trade + outcome.volume_of_trade).to_numpy()
    assert outcome.real_income.to_numpy() == pytest.approx(parts, abs=2e-8)
    assert np.abs(parts).max() > 1e-5


def test_relative_to_composes() -> None:
    world = dt.load_world("toy")
    more = TARIFF + dt.Policy([dt.Tariff(by="BBB", on="AAA", rate=0.5)])
    first, second = dt.solve(world, TARIFF), dt.solve(world, more)
    step = second.relative_to(first)
    product = (1 + first.real_income / 100) * (1 + step.real_income / 100)
    assert product.to_numpy() == pytest.approx((1 + second.real_income / 100).to_numpy(), rel=1e-12)
    assert step.trade["baseline"].equals(first.trade["counterfactual"])
    assert first.relative_to(first).real_income.abs().max() == 0
    with pytest.raises(InputError, match="two different economies"):
        first.relative_to(dt.solve(random_economy(3, 2, 1)))


def test_trade_and_tables_agree() -> None:
    outcome = dt.solve(dt.load_world("toy"), TARIFF)
    trade = outcome.trade
    total = trade["counterfactual"].sum(["destination", "sector"]).to_numpy()
    own = np.array([float(trade["counterfactual"].sel(origin=r, destination=r).sum()) for r in outcome.regions])
    assert outcome.exports["counterfactual"].to_numpy() == pytest.approx(total - own)
    before, after = outcome.bilateral(["MAKE"])
    assert after.loc["BBB", "AAA"] < before.loc["BBB", "AAA"]
    assert float(trade["volume"].sel(origin="BBB", destination="AAA", sector="MAKE")) < 0
    frame = outcome.to_frame()
    assert list(frame.index) == list(outcome.regions)
    assert outcome.to_dataset().sizes["sector"] == 3
    assert outcome.equivalent_variation.sum() / outcome.before.income.sum() * 100 == pytest.approx(outcome.world_real_income)


def test_csv_round_trip(tmp_path) -> None:  # type: ignore[no-untyped-def]
    outcome = dt.solve(dt.load_world("toy"), TARIFF)
    outcome.to_csv(tmp_path / "out.csv")
    read = pd.read_csv(tmp_path / "out.csv", index_col="region")
    assert read["real income, %"].to_numpy() == pytest.approx(outcome.real_income.to_numpy(), rel=1e-8)


def test_provenance_names_inputs() -> None:
    world = dt.load_world("toy")
    one, two = dt.solve(world, TARIFF), dt.solve(world, TARIFF)
    assert one.provenance == two.provenance
    assert one.provenance["inputs_hash"] != dt.solve(world, TARIFF, "short").provenance["inputs_hash"]
    assert np.array_equal(one.real_income.to_numpy(), two.real_income.to_numpy())
    assert one.provenance["parameters"]["labour_mobility"] == 2.0


def test_export_control_keeps_or_loses_the_rent() -> None:
    world = dt.load_world("toy")
    kept = dt.solve(world, dt.Policy([dt.ExportControl(by="BBB", sectors="MAKE", withhold=0.5)]))
    lost = dt.solve(world, dt.Policy([dt.ExportControl(by="BBB", sectors="MAKE", withhold=0.5, rent="lost")]))
    assert kept.after.export_tax_revenue[1] > 0
    assert lost.after.export_tax_revenue[1] == 0
    assert kept.real_income["BBB"] > lost.real_income["BBB"]
    assert kept.real_income["AAA"] < 0
