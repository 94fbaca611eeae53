"""Decompositions add up; Shapley shares are efficient and symmetric."""

from __future__ import annotations

import numpy as np
import pytest

import detente as dt
from detente.equilibrium.decompose import PARTS, decompose, shapley
from detente.errors import InputError
from economies import random_economy

PACKAGES = {
    "tariffs": [dt.Tariff(by="R1", on="R2", rate=0.3), dt.Tariff(by="R2", rate=0.2)],
    "export tax": [dt.ExportTax(by="R3", rate=0.2)],
    "cost": [dt.NonTariffCost(by="R1", cost=0.2)],
    "technology": [dt.Productivity(by="R4", cost=0.1, sectors="S2")],
    "subsidy": [dt.Subsidy(by="R5", rate=0.15, sectors="S1")],
    "control": [dt.ExportControl(by="R2", sectors="S3", withhold=0.5)],
    "promise": [dt.PurchaseCommitment(by="R1", origin="R4", sectors="S1", growth=0.5)],
}


@pytest.mark.parametrize("name", PACKAGES)
@pytest.mark.parametrize("horizon", ["medium", "long"])
def test_parts_add_up_to_the_exact_change(name: str, horizon: str) -> None:
    outcome = dt.solve(random_economy(5, 4, 12), dt.Policy(PACKAGES[name]), horizon)
    parts = decompose(outcome, steps=32)
    size = parts["exact"].abs().max()
    assert parts["left over"].abs().max() < 2e-3 * size + 1e-6
    by_sector = decompose(outcome, steps=32, by_sector=True)
    assert by_sector.groupby("region").sum()[list(PARTS)].to_numpy() == pytest.approx(
        parts[list(PARTS)].sort_index().to_numpy(), abs=1e-9
    )


def test_hours_scale_and_an_embargo() -> None:
    economy = random_economy(5, 4, 12)
    ban = dt.Policy([dt.Embargo(by="R1", on="R2")])
    outcome = dt.solve(economy, ban, labour_supply=0.4, scale=0.03)
    parts = decompose(outcome, steps=64)
    assert parts["left over"].abs().max() < 0.02 * parts["exact"].abs().max()
    assert parts["factors and scale"].abs().max() > 0


def test_from_one_policy_to_another() -> None:
    economy = random_economy(5, 4, 12)
    first = dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.3)])
    second = dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.1), dt.ExportControl(by="R2", sectors="S1", withhold=0.3)])
    outcome = dt.solve(economy, second).relative_to(dt.solve(economy, first))
    parts = outcome.decompose(32)
    assert parts["left over"].abs().max() < 2e-3 * parts["exact"].abs().max() + 1e-6


def test_a_control_made_tighter_is_one_bound_on_the_way() -> None:
    economy = random_economy(5, 4, 12)
    loose, tight = (dt.Policy([dt.ExportControl(by="R2", sectors="S1", withhold=w)]) for w in (0.2, 0.7))
    outcome = dt.solve(economy, tight).relative_to(dt.solve(economy, loose))
    parts = outcome.decompose(24)
    assert parts["left over"].abs().max() < 2e-3 * parts["exact"].abs().max() + 1e-6
    lifted = dt.solve(economy).relative_to(dt.solve(economy, tight)).decompose(24)
    assert lifted["left over"].abs().max() < 5e-3 * lifted["exact"].abs().max() + 1e-6


def test_a_large_country_tariff_gains_terms_of_trade_and_loses_volume() -> None:
    outcome = dt.solve(dt.load_world(), dt.Policy([dt.Tariff(by="USA", on="CHN", rate=0.3)]))
    parts = outcome.decompose()
    assert parts.loc["USA", "terms of trade"] > 0 > parts.loc["USA", "tariff volume"]
    assert parts.loc["CHN", "terms of trade"] < 0


def test_shapley_is_efficient_symmetric_and_gives_nothing_to_nothing() -> None:
    economy = random_economy(5, 4, 12)
    half = dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.25)])
    table = shapley(economy, {"a": half, "b": half, "control": dt.Policy(PACKAGES["control"]), "none": dt.Policy()})
    assert table[["a", "b", "control", "none"]].sum(axis=1).to_numpy() == pytest.approx(table["package"].to_numpy(), abs=1e-9)
    assert table["a"].to_numpy() == pytest.approx(table["b"].to_numpy(), abs=1e-9)
    assert table["none"].abs().max() < 1e-9
    whole = half + half + dt.Policy(PACKAGES["control"])
    assert table["package"].to_numpy() == pytest.approx(dt.solve(economy, whole).real_income.to_numpy(), abs=1e-9)


def test_sampled_shapley_is_efficient_and_repeatable() -> None:
    economy = random_economy(3, 2, 12)
    measures = {f"m{k}": dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.02 * k)]) for k in range(4)}
    one = shapley(economy, measures, permutations=5, seed=3)
    assert one.equals(shapley(economy, measures, permutations=5, seed=3))
    assert one[list(measures)].sum(axis=1).to_numpy() == pytest.approx(one["package"].to_numpy(), abs=1e-9)
    with pytest.raises(InputError, match="11 measures have 2048 combinations; give permutations="):
        shapley(economy, {f"m{k}": dt.Policy() for k in range(11)})
    assert np.isfinite(one.to_numpy()).all()
