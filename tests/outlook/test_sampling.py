"""Points any worker can make, and what a point of the cube stands for."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.errors import InputError
from detente.outlook.ensemble.draws import balance_note, draw_parameters, draw_table, inputs_for, sobol_points
from detente.outlook.ensemble.plan import Package, harder
from detente.policy.instruments import ExportControl, Policy, Quota, Tariff


@given(first=st.integers(0, 500), count=st.integers(1, 40), dimensions=st.integers(1, 30))
@settings(max_examples=15)
def test_a_point_depends_on_its_number_alone(first: int, count: int, dimensions: int) -> None:
    whole = sobol_points(dimensions, 3, 0, first + count)
    assert np.array_equal(sobol_points(dimensions, 3, first, count), whole[first:])
    assert ((whole > 0) & (whole < 1)).all()


def test_points_fill_the_cube_evenly_and_seeds_differ() -> None:
    points = sobol_points(5, 1, 0, 256)
    for column in points.T:  # one point in each of 256 slices: what makes it a Sobol sequence
        assert np.array_equal(np.sort((column * 256).astype(int)), np.arange(256))
    assert not np.array_equal(points, sobol_points(5, 2, 0, 256))
    assert balance_note(4096) == ""
    assert "8,192 and 16,384" in balance_note(10_000)
    with pytest.raises(InputError):
        sobol_points(3, -1)


@pytest.mark.parametrize("horizon", ["short", "medium", "long", "fragmentation"])
def test_the_middle_is_the_central_parameters(horizon: str) -> None:
    world = dt.load_world()
    inputs = inputs_for(world, horizon, dt.load_dossier("kuala-lumpur-2025"))
    drawn = draw_parameters(np.full(len(inputs), 0.5), horizon, world, inputs)
    assert drawn.parameters == dt.horizon(horizon)
    assert (drawn.control_severity, drawn.tariff_coverage) == (0.0, 1.0)
    assert drawn.values["patience USA"] == 0.1
    assert drawn.values["motives CHN"] == 1.0


@given(st.lists(st.integers(1, 999).map(lambda k: k / 1000), min_size=3, max_size=9, unique=True))
def test_every_input_rises_with_its_coordinate_and_meets_its_ends(levels: list[float]) -> None:
    for i in inputs_for(dt.load_world(), "short", dt.load_dossier("kuala-lumpur-2025")):
        values = i.value(np.sort(levels))
        assert (np.diff(values) > 0).all(), i.id
        ends = (0.0, 1.0) if i.shape == "uniform" else (0.05, 0.95)
        assert i.value(np.array(ends)) == pytest.approx([i.low, i.high]), i.id
        assert i.value(0.5) == pytest.approx(i.centre), i.id


def test_standard_errors_are_those_of_the_worlds_card() -> None:
    published = dt.load_world().card["trade_elasticity_se"]
    groups = draw_table()["trade_elasticity"]["groups"]
    assert {s: [g["theta"], g["se"]] for g in groups.values() for s in g["sectors"]} == published


def test_elasticities_scatter_by_their_relative_error() -> None:
    world = dt.load_world()
    inputs = inputs_for(world, "medium")
    column = next(k for k, i in enumerate(inputs) if i.id == "theta machinery")
    machinery = world.sectors.index("MCH")
    theta = []
    for u in sobol_points(1, 0, 0, 256)[:, 0]:
        point = np.full(len(inputs), 0.5)
        point[column] = u
        found = draw_parameters(point, "medium", world).parameters.trade_elasticity
        theta.append(found[machinery])
        assert np.array_equal(np.delete(found, machinery), np.delete(world.trade_elasticity, machinery))
    error = 2.80 / world.trade_elasticity[machinery]  # θ of Caliendo and Parro, 1.45, is below ours
    assert np.std(np.log(theta)) == pytest.approx(np.sqrt(np.log1p(error**2)), rel=0.06)  # cut at 2.5 deviations
    assert np.median(theta) == pytest.approx(world.trade_elasticity[machinery], rel=0.02)


def test_what_the_caller_sets_is_not_drawn() -> None:
    world = dt.load_world("toy")
    names = [i.id for i in inputs_for(world, dt.horizon("medium", labour_mobility=5.0))]
    assert "labour_mobility" not in names
    assert "trade_elasticity_factor" in names
    names = [i.id for i in inputs_for(world, dt.horizon("medium", trade_elasticity=4.0))]
    assert not any(n.startswith("theta") or n == "trade_elasticity_factor" for n in names)
    with pytest.raises(InputError, match="5 coordinates"):
        draw_parameters([0.5], "medium", world)
    with pytest.raises(InputError, match="strictly between"):
        draw_parameters([0.5, 0.5, 0.5, 0.5, 1.0], "medium", world)


def test_a_package_moves_only_controls_and_changes_of_duties() -> None:
    economy = dt.load_world("toy").economy()
    policy = Policy(
        [
            Tariff(by="AAA", on="BBB", rate=0.2),
            ExportControl(by="BBB", sectors="MAKE", withhold=0.4, leakage=0.25),
            Quota(by="CCC", on="BBB", share=0.8, sectors="FARM"),
        ]
    )
    package = Package.of("p", policy, economy)
    assert package.labels == ("BBB MAKE to AAA, CCC", "BBB FARM to CCC")
    shock = package.shock_at(severity=0.7, coverage=0.5)
    assert shock.tariffs - economy.tariffs == pytest.approx(0.5 * (policy.shock(economy).tariffs - economy.tariffs))
    assert shock.controls[0].bound == pytest.approx(1 - 0.75 * harder(0.4, 0.7))
    assert shock.controls[1].bound == 0.8
    assert package.shock_at(0.0, 1.0).controls[0].bound == pytest.approx(1 - 0.75 * 0.4)
    assert np.array_equal(package.shock.tariffs, policy.shock(economy).tariffs), "a draw must not change the package"
    other = dataclasses.replace(package, cuts=((0.4, 0.2), None))
    assert other.digest != package.digest


@given(st.floats(0.001, 0.999), st.floats(-3, 3))
def test_severity_moves_the_odds(share: float, severity: float) -> None:
    moved = harder(share, severity)
    assert moved / (1 - moved) == pytest.approx(share / (1 - share) * np.exp(severity), rel=1e-9)
    assert harder(moved, -severity) == pytest.approx(share)
