"""Adjoint gradients against central differences."""

from __future__ import annotations

import numpy as np
import pytest

import detente as dt
from detente.equilibrium.derivatives import Objective
from detente.errors import InputError, UnknownName, UnknownRegion
from economies import random_economy

CASES = [("short", {}), ("medium", {}), ("long", {"labour_supply": 0.3, "revenue": "labour tax"}), ("medium", {"scale": 0.05})]


def points(outcome: dt.Outcome, region: str) -> float:
    return float(100 * np.log1p(outcome.real_income[region] / 100))


@pytest.mark.parametrize(("horizon", "extra"), CASES)
@pytest.mark.parametrize(
    ("wrt", "cell"), [("tariffs", (2, 0, 1)), ("tariffs", (1, 3, 0)), ("export_taxes", (0, 2, 3)), ("iceberg", (3, 0, 2))]
)
def test_gradient_matches_central_differences(horizon: str, extra: dict, wrt: str, cell: tuple[int, int, int]) -> None:
    economy = random_economy(5, 4, 17)
    package = dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.3), dt.ExportControl(by="R3", sectors="S2", withhold=0.4)])

    def at(step: float) -> dt.Outcome:
        change = np.zeros((5, 5, 4))
        change[cell] = step
        if wrt == "tariffs":
            extra_policy = dt.Policy.from_arrays(added_tariffs=change)
        elif wrt == "iceberg":
            extra_policy = dt.Policy.from_arrays(iceberg=np.exp(change))
        else:
            regions, sectors = economy.regions, economy.sectors
            tax = dt.ExportTax(by=regions[cell[0]], on=regions[cell[1]], sectors=sectors[cell[2]], rate=step)
            extra_policy = dt.Policy([tax])
        return dt.solve(economy, package + extra_policy, horizon, **extra)

    step = 1e-4
    slope = at(0.0).gradient("R1", wrt)
    numeric = (points(at(step), "R1") - points(at(-step), "R1")) / (2 * step)
    assert float(slope[cell]) == pytest.approx(numeric, rel=1e-5, abs=1e-6)


def test_gradient_in_a_bound() -> None:
    economy = random_economy(5, 4, 17)

    def at(log_bound: float) -> dt.Outcome:
        return dt.solve(economy, dt.Policy([dt.ExportControl(by="R3", sectors="S2", withhold=1 - np.exp(log_bound))]))

    base, step = np.log(0.6), 1e-4
    slope = at(base).gradient({"R1": 1.0, "R3": -0.5}, "bounds")
    numeric = sum(
        weight * (points(at(base + step), region) - points(at(base - step), region)) / (2 * step)
        for region, weight in (("R1", 1.0), ("R3", -0.5))
    )
    assert float(slope[0]) == pytest.approx(numeric, rel=1e-5)


def test_gradient_of_a_richer_objective() -> None:
    economy = random_economy(5, 4, 3)
    goal = Objective(real_income={"R1": 1.0}, value_added={("R1", "S2"): 0.5}, revenue={"R1": 0.3}, prices={"R1": 0.2})

    def value(step: float) -> float:
        rate = dt.Tariff(by="R1", on="R2", rate=0.2 + step, sectors="S2")
        outcome = dt.solve(economy, dt.Policy([rate]))
        gross = economy.value_added[0].sum()
        return float(
            points(outcome, "R1")
            + 0.5 * 100 * (outcome.after.value_added[0, 1] - economy.value_added[0, 1]) / gross
            + 0.3 * 100 * (outcome.after.tariff_revenue[0] - economy.public_revenue[0]) / gross
            - 0.2 * 100 * np.log(outcome.after.cpi[0])
        )

    slope = dt.solve(economy, dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.2, sectors="S2")])).gradient(goal)
    assert slope.attrs["objective"] == pytest.approx(value(0.0), abs=1e-7)
    assert float(slope[1, 0, 1]) == pytest.approx((value(1e-4) - value(-1e-4)) / 2e-4, rel=1e-5)


def test_optimal_tariff_is_where_the_gradient_vanishes() -> None:
    from economies import two_countries

    economy = two_countries((1, 1))
    rates = np.zeros((2, 2, 1))
    rates[1, 0, 0] = 0.299472
    slope = dt.solve(economy, dt.Policy.from_arrays(tariffs=rates)).gradient("H")
    assert abs(float(slope.sel(origin="F", destination="H", sector="GOOD"))) < 1e-4


def test_refusals() -> None:
    outcome = dt.solve(dt.load_world("toy"))
    with pytest.raises(UnknownName, match="tariffs"):
        outcome.gradient("AAA", "tarifs")
    with pytest.raises(UnknownRegion):
        outcome.gradient("AAB")
    import dataclasses

    with pytest.raises(InputError, match="no solver state"):
        dataclasses.replace(outcome, flat=None).gradient("AAA")
