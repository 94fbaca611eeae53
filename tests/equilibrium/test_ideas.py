"""Idea diffusion: the law of motion, and what decoupling costs with it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.equilibrium.ideas import idea_weights, learning
from detente.errors import InputError


def test_no_shock_no_drift() -> None:
    world = dt.load_world()
    outcome = dt.solve(world, horizon="fragmentation")
    assert outcome.real_income.abs().max() < 1e-9


@given(seed=st.integers(0, 500), b=st.floats(0.1, 0.9))
@settings(max_examples=20)
def test_learning_less_from_abroad_slows_ideas(seed: int, b: float) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.dirichlet(np.ones(4), size=4).T
    fewer = np.where(np.eye(4, dtype=bool), 1.0, rng.uniform(0, 1, (4, 4)))
    slope = learning(fewer, weights, np.zeros(4), 5.0, 0.01, b)
    assert (slope <= 1e-12).all()
    assert (slope >= -5.0 * 0.01).all()


def test_weights_favour_rich_sellers_one_buys_from() -> None:
    world = dt.load_world()
    weights = idea_weights(world.economy(), 0.6, 1.5)
    assert weights.sum(0) == pytest.approx(np.ones(len(world.regions)))
    chn, usa, pak = (world.regions.index(r) for r in ("CHN", "USA", "PAK"))
    assert weights[usa, chn] > weights[pak, chn]


def test_two_bloc_decoupling_is_of_the_published_order() -> None:
    """WTO: nearly −7 % for the world with ideas; static models give less; developing economies lose more than rich ones."""
    world = dt.load_world()
    west = ["USA", "CAN", "EU27", "GBR", "EFT", "JPN", "KOR", "TWN", "AUS", "NZL", "MEX", "SGP", "PHL"]
    east = [r for r in world.regions if r not in west]
    wall = [dt.NonTariffCost(by=a, on=b, cost=1.6, sectors="all") for a, b in ((west, east), (east, west))]
    static = dt.solve(world, dt.Policy(wall), "long")
    learning_too = dt.solve(world, dt.Policy(wall), "fragmentation")
    assert -6 < static.world_real_income < -3
    assert -11 < learning_too.world_real_income < -6
    assert learning_too.group_real_income(east) < 1.5 * learning_too.group_real_income(west) < 0


def test_worlds_without_people_are_refused() -> None:
    with pytest.raises(InputError, match="population"):
        dt.solve(dt.load_world("toy"), horizon="fragmentation")
    with pytest.raises(InputError, match="one by one"):
        dt.solve_many(dt.load_world("toy"), [dt.Policy()], "fragmentation")
