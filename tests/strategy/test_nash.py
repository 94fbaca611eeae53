"""Best replies and Nash tariffs: closed-form vectors, two independent methods, what must hold."""

from __future__ import annotations

import numpy as np
import pytest

import detente as dt
from detente.equilibrium.derivatives import Objective
from detente.errors import InputError, UnknownName, UnknownRegion
from detente.strategy.nash import best_reply, nash_tariffs
from detente.strategy.tariff_space import TariffSpace
from economies import random_economy, two_countries


def no_inputs(regions: int, sectors: int, seed: int) -> dt.Economy:
    rng = np.random.default_rng(seed)
    pi = rng.dirichlet(np.ones(regions), size=(regions, sectors)).transpose(2, 0, 1) + 1.5 * np.eye(regions)[:, :, None]
    return dt.Economy.from_shares(
        expenditure_shares=pi / pi.sum(0),
        input_shares=np.zeros((regions, sectors, sectors)),
        value_added_shares=np.ones((regions, sectors)),
        final_shares=rng.dirichlet(3 * np.ones(sectors), size=regions),
        value_added=np.ones(regions),
        trade_elasticity=rng.uniform(2, 7, sectors),
        tolerance=np.inf,
        quiet=True,
    )


@pytest.mark.parametrize("method", ["gradient", "formula"])
@pytest.mark.parametrize(
    ("labour", "rates", "welfare"),
    [((1, 1), (27.5888, 27.5888), (-1.8298, -1.8298)), ((3, 1), (29.387, 26.488), (-0.7452, -3.7597))],
)
def test_two_country_vectors(method: str, labour: tuple, rates: tuple, welfare: tuple) -> None:
    table = nash_tariffs(two_countries(labour), detail="region", method=method).to_frame()  # type: ignore[arg-type]
    assert table["mean rate, %"].to_numpy() == pytest.approx(rates, abs=1e-3)
    assert table["real income, %"].to_numpy() == pytest.approx(welfare, abs=1e-4)


@pytest.mark.parametrize(("other", "expected"), [(0.0, 0.299472), (0.3, 0.274619)])
def test_best_reply_vectors(other: float, expected: float) -> None:
    economy = two_countries((1, 1))
    policy = dt.Policy([dt.Tariff(by="F", on="H", rate=other)])
    reply = best_reply(economy, "H", detail="region", policy=policy)
    assert reply.tariffs[1, 0, 0] == pytest.approx(expected, abs=1e-6)
    assert len(reply.starts) == 3


@pytest.mark.parametrize(("sectors", "seed"), [(1, 2), (3, 1), (3, 5)])
def test_both_methods_agree_and_the_tariff_is_uniform_over_goods(sectors: int, seed: int) -> None:
    economy = no_inputs(2, sectors, seed)
    exact = nash_tariffs(economy, detail="pair-sector", labour_mobility=np.inf)
    formula = nash_tariffs(economy, detail="region", method="formula", labour_mobility=np.inf)
    for n in range(2):
        other = 1 - n
        assert np.ptp(exact.tariffs[other, n]) < 1e-6
        assert exact.tariffs[other, n, 0] == pytest.approx(formula.tariffs[other, n, 0], abs=1e-5)


def test_nobody_regrets_a_nash_tariff() -> None:
    economy = random_economy(3, 2, 3, tariffs=False)
    game = nash_tariffs(economy, detail="pair-sector", check=True)
    assert game.regret is not None
    assert max(game.regret.values()) < 1e-6
    table = game.to_frame()
    assert (table["median rate, %"] > 0).all()
    assert game.outcome.world_real_income < 0


def test_a_best_reply_cannot_be_improved_by_a_uniform_change() -> None:
    economy = random_economy(3, 2, 3, tariffs=False)
    reply = best_reply(economy, "R2", detail="pair-sector", starts=(0.2,))
    best = reply.outcome.real_income["R2"]
    for factor in (0.7, 0.95, 1.05, 1.3):
        changed = dt.solve(economy, dt.Policy.from_arrays(tariffs=reply.tariffs * factor))
        assert changed.real_income["R2"] < best


def test_detail_never_hurts_the_player() -> None:
    economy = random_economy(3, 2, 8, tariffs=False)
    gains = [
        best_reply(economy, "R1", detail=d, starts=(0.2,)).outcome.real_income["R1"] for d in ("region", "pair", "pair-sector")
    ]
    assert gains == sorted(gains)


def test_caring_for_a_sector_raises_its_tariff() -> None:
    economy = random_economy(3, 2, 8, tariffs=False)
    plain = best_reply(economy, "R1", detail="sector", starts=(0.2,))
    goal = Objective(real_income={"R1": 1.0}, value_added={("R1", "S1"): 0.3})
    moved = best_reply(economy, "R1", detail="sector", objective=goal, starts=(0.2,))
    assert moved.tariffs[1, 0, 0] > plain.tariffs[1, 0, 0]


def test_two_party_game_on_the_default_world() -> None:
    world = dt.load_world()
    game = nash_tariffs(world, ["USA", "CHN"], "pair", partners=["USA", "CHN"], sectors="goods")
    table = game.to_frame()
    assert (table["mean rate, %"] > 0).all()
    assert (table["mean rate, %"] < 60).all()
    touched = game.tariffs != world.tariff_rates
    assert set(np.argwhere(touched)[:, 1].tolist()) == {0, 1}


def test_refusals() -> None:
    economy = random_economy(3, 2, 3)
    with pytest.raises(UnknownName, match="did you mean pair"):
        nash_tariffs(economy, detail="pairs")  # type: ignore[arg-type]
    with pytest.raises(UnknownRegion):
        best_reply(economy, "R8")
    with pytest.raises(InputError, match="without intermediates"):
        nash_tariffs(economy, detail="region", method="formula")
    with pytest.raises(InputError, match="one rate a player"):
        nash_tariffs(economy, method="formula")
    with pytest.raises(UnknownName, match="method"):
        nash_tariffs(economy, method="guess")  # type: ignore[arg-type]


def test_space_round_trip() -> None:
    economy = random_economy(5, 4, 3)
    for detail in ("region", "pair", "sector", "pair-sector"):
        space = TariffSpace.make(economy, ["R1", "R3"], detail)  # type: ignore[arg-type]
        u = np.linspace(0.1, 0.5, space.size)
        tariffs = space.tariffs(u, economy.tariffs)
        assert space.start(tariffs, economy.shipments) == pytest.approx(u)
        assert (tariffs[:, 1] == economy.tariffs[:, 1]).all()
