"""The preconditioner: its slopes against automatic differentiation, and that it changes the way and not the answer."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import detente as dt
from detente.equilibrium import arrays, system
from detente.equilibrium.months import path_table
from detente.equilibrium.parameters import at_month, horizon
from detente.equilibrium.preconditioner import at_home, home_slopes, inverse, nothing, preconditioner
from detente.equilibrium.solve import solve_shock
from economies import random_economy

SETS = [("short", {"critical_inputs": ("S2",)}), ("medium", {"labour_supply": 0.4}), ("long", {}), ("medium", {"scale": 0.05})]


@pytest.mark.parametrize(("name", "extra"), SETS)
@pytest.mark.parametrize("exchange_rate", ["flexible", "pinned"])
def test_slopes_are_those_of_a_sweep(name: str, extra: dict, exchange_rate: str) -> None:
    economy, chosen = random_economy(5, 4, 17), horizon(name, exchange_rate=exchange_rate, **extra)
    n, s = economy.output.shape
    b, p = arrays.base(economy, chosen), arrays.values(economy, chosen)
    shock = dt.Policy().shock(economy)
    v, k = arrays.levers(shock), arrays.controls(economy, shock, chosen)
    shares, cut = system.sourcing(b, v, k, p), 3 * n * s + n

    def swept(z: object) -> object:
        flat = jnp.concatenate([z, jnp.zeros(k.log_bound.size)])
        return system.pack(system.sweep(system.unpack(flat, n, s), b, v, shares, k, p))[:cut]

    whole = np.asarray(jax.jacfwd(swept)(jnp.zeros(cut)))
    slopes = home_slopes(b, p)
    # with the exchange rate pinned final expenditure is scaled to the world's income, which the slopes leave out
    rows = 3 * s + (exchange_rate == "flexible")
    for region in range(n):
        own = np.array([*(part * n * s + region * s + j for part in range(3) for j in range(s)), 3 * n * s + region])
        assert slopes[region][:rows] == pytest.approx(whole[np.ix_(own, own)][:rows], abs=1e-12)


@pytest.mark.parametrize("exchange_rate", ["flexible", "pinned"])
@pytest.mark.parametrize("name", ["short", "medium", "long"])
def test_fewer_sweeps_to_the_same_place(name: str, exchange_rate: str) -> None:
    world, chosen = dt.load_world(), horizon(name, exchange_rate=exchange_rate)
    economy = world.economy()
    shock = dt.Policy([dt.Tariff(by="USA", on="CHN", rate=1.0), dt.Tariff(by="CHN", on="USA", rate=1.0)]).shock(economy)
    given = (arrays.base(economy, chosen), arrays.levers(shock), arrays.controls(economy, shock, chosen))
    p = arrays.values(economy, chosen)
    start = np.zeros(3 * economy.output.size + len(economy.regions) + given[2].log_bound.size)
    (plain, _, many), (quick, _, few) = (
        system.equilibrium(start, *given, p, 1e-11, 600, blocks) for blocks in (nothing(economy), preconditioner(economy, chosen))
    )
    size = 3 * economy.output.size + len(economy.regions)
    assert np.asarray(quick)[:size] == pytest.approx(np.asarray(plain)[:size], abs=1e-9)
    assert int(few) < 0.6 * int(many)


@pytest.mark.parametrize("withhold", [0.05, 0.8])
def test_a_market_under_control_takes_fewer_sweeps_to_the_same_place(withhold: float) -> None:
    world, chosen = dt.load_world(), at_month(12)
    economy = world.economy()
    held = dt.ExportControl(by="CHN", on=["USA", "JPN"], sectors="RER", withhold=withhold)
    shock = dt.Policy([held, dt.Quota(by="USA", on=["AUS", "MYS", "EU27"], share=1.05, sectors="RER")]).shock(economy)
    k, p = arrays.controls(economy, shock, chosen), arrays.values(economy, chosen)
    given = (arrays.base(economy, chosen), arrays.levers(shock, arrays.late_rows([shock], room=True)), k, p)
    start = np.zeros(3 * economy.output.size + len(economy.regions) + k.log_bound.size)
    (apart, _, many), (together, _, few) = (
        system.equilibrium(start, *given, 1e-11, 200, preconditioner(economy, chosen, controls)) for controls in (None, k)
    )
    wedges = np.asarray(system.unpack(together, *economy.output.shape).wedge)[: len(shock.controls)]
    assert wedges.max() > 0
    counted = np.concatenate(
        [np.arange(start.size - k.log_bound.size), start.size - k.log_bound.size + np.flatnonzero(wedges > 0)]
    )
    assert np.asarray(together)[counted] == pytest.approx(np.asarray(apart)[counted], abs=1e-8)
    assert int(few) <= int(many)


def test_of_many_goods_under_control_as_many_as_have_room_are_a_market() -> None:
    economy, chosen = dt.load_world().economy(), at_month(12)
    for goods, room in ((("RER",), 1), (("RER", "ELE"), 2), (("RER", "ELE", "MCH"), 2)):
        held = dt.Policy([dt.ExportControl(by="CHN", on="USA", sectors=good, withhold=0.3) for good in goods])
        found = preconditioner(economy, chosen, arrays.controls(economy, held.shock(economy), chosen)).market
        assert (np.asarray(found.place) < 1e9).sum() == room * 3 * len(economy.regions)  # wages, prices and sales everywhere


def test_without_bounds_or_with_too_many_no_market_is_under_control() -> None:
    economy, chosen = random_economy(5, 4, 3), horizon("medium")
    none = arrays.controls(economy, dt.Policy().shock(economy), chosen)
    assert (preconditioner(economy, chosen, none).market.place > 1e9).all()
    assert (
        preconditioner(
            economy, chosen, arrays.controls(economy, dt.Policy().shock(economy), chosen, (512, 512))
        ).market.place.size
        == 0
    )
    residual, binding = np.linspace(-1, 1, 3 * 20 + 5 + 64), np.zeros(64, dtype=bool)
    assert np.asarray(system.conditioned(nothing(economy), residual, binding, 5, 4)) == pytest.approx(residual, abs=1e-6)


def test_parameters_close_by_share_a_matrix_and_others_do_not() -> None:
    economy = random_economy(3, 2, 3)
    one, near, far = (at_home(economy, horizon("medium", trade_elasticity_factor=f)) for f in (1.0, 1.1, 0.5))
    assert one is near
    assert np.abs(one - far).max() > 1e-3


def test_an_economy_almost_closed_still_solves() -> None:
    economy = random_economy(3, 2, 3)
    shares = economy.expenditure_shares.copy()
    shares[:, 2], shares[2] = 1e-3, 1e-3
    shares[2, 2] = 1.0
    closed = dt.Economy.from_shares(
        expenditure_shares=shares / shares.sum(0), input_shares=economy.input_shares,
        value_added_shares=economy.value_added_shares, final_shares=economy.final_shares, value_added=np.ones(3),
        trade_elasticity=4.0, tolerance=np.inf, quiet=True,
    )  # fmt: skip
    assert np.abs(at_home(closed, horizon("medium"))).max() < 1e3
    outcome = dt.solve(closed, dt.Policy([dt.Tariff(by="R1", on="R2", rate=0.3, sectors="all")]))
    assert outcome.clearing_gap < 1e-8
    assert abs(outcome.real_income["R3"]) < 0.01


def test_inverse_by_halves() -> None:
    matrices = np.eye(151) + 0.02 * np.random.default_rng(1).normal(size=(3, 151, 151))
    assert inverse(matrices) @ matrices == pytest.approx(np.broadcast_to(np.eye(151), (3, 151, 151)), abs=1e-10)
    matrices[1] = 0.0
    found = inverse(matrices)
    assert np.isnan(found[1]).all()
    assert np.isfinite(found[[0, 2]]).all()


def test_economies_that_hardly_move_need_no_plain_sweeps() -> None:
    economy = dt.load_world().economy()
    rows = [name for name in path_table()["parameters"] if name != "trade_elasticity_factor"]
    shock = dt.Policy([dt.Tariff(by="USA", on="CHN", rate=1.0)]).shock(economy)
    for month in (0, 6):
        found = solve_shock(economy, shock, at_month(month, dict.fromkeys(rows, "low")))
        assert found.provenance["solver"]["how"] == "direct"
