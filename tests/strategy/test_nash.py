"""Best replies and Nash tariffs: closed-form vectors, two independent methods, what must hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import detente as dt
from detente.equilibrium.derivatives import Objective, TariffGradients
from detente.errors import InputError, NotConverged, UnknownName, UnknownRegion
from detente.strategy import nash
from detente.strategy.nash import Checkpoint, Saved, best_reply, climb, in_turn, nash_tariffs
from detente.strategy.tariff_space import TariffSpace
from detente.types import Array
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


def test_the_record_is_the_frame_without_what_is_no_number() -> None:
    economy = random_economy(3, 2, 3, tariffs=False)
    game = nash_tariffs(economy, ["R1", "R2"], detail="pair-sector")
    frame, rates = game.to_frame(), game.rates()
    for player in ("R1", "R2"):
        own = rates[rates["player"] == player]
        weight = own.iloc[:, -1] / own.iloc[:, -1].sum()
        assert frame.loc[player, "mean rate, %"] == pytest.approx(float((weight * own["rate, %"]).sum()))
        assert frame.loc[player, "median rate, %"] == pytest.approx(float(np.median(own["rate, %"])))
        assert frame.loc[player, "real income, %"] == game.outcome.real_income[player]
    told = json.loads(json.dumps(game.record(), allow_nan=False))
    assert told["players"] == ["R1", "R2"]
    assert told["by_player"]["R1"]["regret, points"] is None  # not asked for
    assert told["by_player"]["R2"]["mean rate, %"] == frame.loc["R2", "mean rate, %"]
    assert set(rates["player"]) == {"R1", "R2"}


# -- against plain solves ----------------------------------------------------------------------------------------------
def income(economy: dt.Economy, tariffs: Array, player: str) -> float:
    return float(dt.solve(economy, dt.Policy.from_arrays(tariffs=tariffs)).real_income[player])


def test_no_rate_of_a_fine_grid_serves_a_player_better() -> None:
    economy = two_countries((3, 1))
    game = nash_tariffs(economy, detail="region")
    for n, player in enumerate(economy.regions):
        own = game.tariffs[1 - n, n, 0]
        grid = own + np.linspace(-0.2, 0.2, 41)
        values = []
        for rate in grid:
            tariffs = game.tariffs.copy()
            tariffs[1 - n, n, 0] = rate
            values.append(income(economy, tariffs, player))
        assert int(np.argmax(values)) == 20  # the rate found itself
        assert grid[20] == own


def test_no_single_rate_of_a_larger_game_can_be_bettered() -> None:
    economy = random_economy(3, 2, 3, tariffs=False)
    game = nash_tariffs(economy, detail="pair-sector")
    for row in game.rates().itertuples(index=False):
        i, n, j = economy.regions.index(row.partner), economy.regions.index(row.player), economy.sectors.index(row.sector)
        assert row[3] == pytest.approx(100 * game.tariffs[i, n, j])
        best = income(economy, game.tariffs, row.player)
        for step in (-0.02, 0.02):
            moved = game.tariffs.copy()
            moved[i, n, j] += step
            assert income(economy, moved, row.player) < best


# -- when the first way fails ------------------------------------------------------------------------------------------
def searched(economy: dt.Economy, players: tuple[str, ...]) -> tuple[TariffGradients, TariffSpace, Array]:
    shock = dt.Policy().shock(economy)
    space = TariffSpace.make(economy, list(players), "region")
    return TariffGradients(economy, shock, dt.horizon("medium"), list(players)), space, shock.tariffs


def test_climbing_finds_the_best_reply_of_the_vector() -> None:
    evaluate, space, base = searched(two_countries((1, 1)), ("H",))
    for start in (0.0, 0.1, 0.9):
        u, value = climb(evaluate, space, np.full(1, start), base=base)
        assert np.expm1(u) == pytest.approx([0.299472], abs=1e-5)
        assert value == pytest.approx(evaluate(space.tariffs(u, base))[0][0])


def test_climbing_turns_back_where_the_world_has_no_answer() -> None:
    evaluate, space, base = searched(two_countries((1, 1)), ("H",))
    refused = []

    class Narrow:
        """The same up to a duty of 50 percent."""

        def __call__(self, tariffs: Array) -> tuple[Array, Array]:
            if tariffs.max() > 0.5:
                refused.append(tariffs.max())
                raise NotConverged("too far")
            return evaluate(tariffs)

        def __getattr__(self, name: str) -> Any:
            return getattr(evaluate, name)

    u, _ = climb(Narrow(), space, np.full(1, np.log1p(-0.3)), base=base)  # type: ignore[arg-type]
    assert refused
    assert np.expm1(u) == pytest.approx([0.299472], abs=1e-4)


def test_players_who_move_in_turn_end_at_the_same_rates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    economy = two_countries((3, 1))
    evaluate, space, base = searched(economy, economy.regions)
    seen: list[str] = []
    place = Checkpoint(tmp_path / "game.npz", {"a": "b"})
    options: dict[str, Any] = {"base": base, "tolerance": 1e-5}
    end = in_turn(evaluate, space, np.zeros(2), progress=lambda label, *_: seen.append(label), checkpoint=place, **options)
    assert 100 * np.expm1(end.u) == pytest.approx([29.387, 26.488], abs=5e-3)
    assert end.residual <= 1e-5
    assert seen[0].startswith("round 1, residual")
    assert len(seen) == end.iterations
    held = place.load()
    assert held is not None
    assert (held.phase, held.iteration) == ("in turn", end.iterations)
    assert held.u == pytest.approx(end.u)
    # a run that is taken up begins at what was held, and the other phase's state is not its own
    place.save(Saved("in turn", 40, 1.0, end.u))
    assert in_turn(evaluate, space, np.zeros(2), checkpoint=place, **options).iterations == 41
    place.save(Saved("together", 40, 1.0, end.u))
    assert in_turn(evaluate, space, end.u, checkpoint=place, **options).iterations == 1
    with pytest.raises(NotConverged, match="1 round"):
        in_turn(evaluate, space, np.zeros(2), rounds=1, **options)

    def fails(*_: Any, **__: Any) -> nash.Stationary:
        raise NotConverged("not this way")

    monkeypatch.setattr(nash, "stationary", fails)
    game = nash_tariffs(economy, detail="region")
    assert game.to_frame()["mean rate, %"].to_numpy() == pytest.approx([29.387, 26.488], abs=2e-2)
    reply = best_reply(two_countries((1, 1)), "H", detail="region", starts=(0.1, 0.5))
    assert reply.tariffs[1, 0, 0] == pytest.approx(0.299472, abs=1e-5)
    assert np.isnan(reply.residual)
    monkeypatch.setattr(nash, "climb", fails)
    with pytest.raises(NotConverged, match="not this way"):
        best_reply(two_countries((1, 1)), "H", detail="region")


def test_a_game_that_went_over_to_turns_goes_on_in_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    economy, file = two_countries((1, 1)), tmp_path / "game.npz"
    whole = nash_tariffs(economy, detail="region", checkpoint=file)
    with np.load(file) as held:
        inputs = json.loads(str(held["inputs"]))
    Checkpoint(file, inputs).save(Saved("in turn", 3, 1.0, np.log1p([0.27, 0.28])))

    def never(*_: Any, **__: Any) -> nash.Stationary:
        raise AssertionError("the game had left this way")

    monkeypatch.setattr(nash, "stationary", never)
    rounds: list[int] = []
    on = nash_tariffs(economy, detail="region", checkpoint=file, progress=lambda _, done, __: rounds.append(done))
    assert rounds[0] == 4
    assert on.tariffs == pytest.approx(whole.tariffs, abs=1e-4)


# -- where a bound begins to bind --------------------------------------------------------------------------------------
def _kinked(seen: list[Array]) -> Any:
    """Three players; the second's slope jumps from 0.02 to −0.03 where its rate passes 0.3 + 0.2·(the first's)."""
    pull = np.array([[0.0, 0.3, -0.2], [0.0, 0.0, 0.0], [0.1, -0.3, 0.0]])

    def at(u: Array) -> tuple[Array, Array, Array]:
        seen.append(u.copy())
        slope = np.array([0.2, 0.0, 0.4]) - u + pull @ u
        slope[1] = (0.02 if u[1] < 0.3 + 0.2 * u[0] else -0.03) - 0.5 * (u[1] - 0.3 - 0.2 * u[0])
        return -(u**2), slope, np.ones(3)

    return at


@pytest.mark.parametrize("tolerance", [4e-3, 1e-6])
def test_a_rate_whose_best_is_a_kink_is_found(tolerance: float) -> None:
    seen: list[Array] = []
    end = nash.settle(
        _kinked(seen), lambda u: u, np.full(3, 0.2), live=np.ones(3, dtype=bool), tolerance=tolerance, iterations=60
    )
    assert end.residual <= tolerance
    assert np.abs(np.diff(seen[-2:], axis=0)).max() <= tolerance
    assert end.u[1] == pytest.approx(0.3 + 0.2 * end.u[0], abs=2 * tolerance)
    assert end.u[0] == pytest.approx(0.2 + 0.3 * end.u[1] - 0.2 * end.u[2], abs=2 * tolerance)
    assert end.u[2] == pytest.approx(0.4 + 0.1 * end.u[0] - 0.3 * end.u[1], abs=2 * tolerance)


@pytest.mark.parametrize("rounds", [1, 9, 15, 21, 26])
def test_a_game_stopped_near_a_kink_takes_the_same_way_on(tmp_path: Path, rounds: int) -> None:
    given: dict[str, Any] = {"live": np.ones(3, dtype=bool), "tolerance": 1e-6, "iterations": 60}
    seen: list[Array] = []
    whole = nash.settle(_kinked(seen), lambda u: u, np.full(3, 0.2), **given)
    assert whole.iterations > rounds + 1
    taken: list[Array] = []

    def stop(_: str, done: int, __: int) -> None:
        if done == rounds:
            raise KeyboardInterrupt

    place = nash.Checkpoint(tmp_path / "game.npz", {"a": "1"})
    with pytest.raises(KeyboardInterrupt):
        nash.settle(_kinked(taken), lambda u: u, np.full(3, 0.2), checkpoint=place, progress=stop, **given)
    assert len(taken) == rounds
    end = nash.settle(_kinked(taken), lambda u: u, np.full(3, 0.2), checkpoint=place, **given)
    np.testing.assert_array_equal(taken, seen)
    np.testing.assert_array_equal(end.u, whole.u)
    assert end.iterations == whole.iterations


def test_a_jump_the_other_way_is_no_best_rate() -> None:
    """A slope that jumps upwards is the worst rate between two, and nothing settles there."""

    def at(u: Array) -> tuple[Array, Array, Array]:
        slope = np.where(u < 0.5, -0.4, 0.4) - 0.5 * (u - 0.5)
        return -(u**2), slope, np.ones(1)

    for start in (0.45, 0.55):
        end = nash.settle(at, lambda u: u, np.array([start]), live=np.ones(1, dtype=bool), tolerance=1e-3, iterations=200)
        assert abs(end.u[0] - 0.5) > 0.3
