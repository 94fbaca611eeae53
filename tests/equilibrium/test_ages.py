"""Measures of different age: each piece of a wedge acts with the elasticity of its own age (Sato–Vartia)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.equilibrium import arrays, system
from detente.equilibrium.parameters import horizon
from detente.equilibrium.solve import Solver, equilibrium_at
from detente.errors import ShockError
from detente.policy.shock import Shock
from economies import random_economy

SHARES, THETA, COST = np.array([0.5, 0.3, 0.2]), 4.0, np.array([0.02, -0.03, 0.01])


def answered(wedge: float, unanswered: float, factor: float) -> tuple[np.ndarray, float]:
    """New shares and ln P̂ of one buyer with a wedge on the second seller, by the kernel's own functions."""
    late = np.array([0.0, unanswered, 0.0])
    effective = np.array([0.0, wedge, 0.0]) - late + COST
    weight = SHARES * np.exp(-THETA * factor * effective)
    share = weight / weight.sum()
    return share, -np.log(weight.sum()) / (THETA * factor) + float(system.unanswered_price(share, SHARES, late))


@pytest.mark.parametrize(
    ("factor", "share", "price"),
    [
        (0.2, (0.56757, 0.20357, 0.22885), 0.178452857),
        (0.5, (0.63538, 0.10533, 0.25929), 0.139809206),
        (1.0, (0.68394, 0.03133, 0.28474), 0.098313754),
    ],
)
def test_one_age_is_the_ces_system(factor: float, share: tuple[float, ...], price: float) -> None:
    found, index = answered(np.log(2), 0.0, factor)
    assert found == pytest.approx(share, abs=5e-6)
    assert index == pytest.approx(price, abs=5e-10)


def test_two_ages() -> None:
    """A piece of ln 1.3 at f = .5 and a new one of ln 2 at f = .12, costs at .5."""
    found, index = answered(np.log(2.6), (1 - 0.12 / 0.5) * np.log(2), 0.5)
    assert found == pytest.approx((0.5919, 0.1665, 0.2416), abs=5e-5)
    assert index == pytest.approx(0.22486, abs=5e-6)


def test_an_age_of_its_own_gives_the_ces_index_of_its_own_elasticity() -> None:
    """Without costs, a wedge that acts at f in a node of another factor gives the shares and the price of a node at f."""
    wedge, f, node = np.log(2), 0.2, 0.8
    late = np.array([0.0, (1 - f / node) * wedge, 0.0])
    weight = SHARES * np.exp(-THETA * node * (np.array([0.0, wedge, 0.0]) - late))
    share = weight / weight.sum()
    index = -np.log(weight.sum()) / (THETA * node) + float(system.unanswered_price(share, SHARES, late))
    own = SHARES * np.exp(-THETA * f * np.array([0.0, wedge, 0.0]))
    assert share == pytest.approx(own / own.sum(), rel=1e-12)
    assert index == pytest.approx(-np.log(own.sum()) / (THETA * f), rel=1e-12)


@given(seed=st.integers(0, 500), name=st.sampled_from(["short", "medium"]), rate=st.sampled_from([0.2, 1.0]))
@settings(max_examples=8)
def test_it_clears_and_the_independent_reading_agrees(seed: int, name: str, rate: float) -> None:
    economy = random_economy(5, 4, seed)
    by, on = economy.regions[:2]
    young = dt.solve(economy, dt.Policy([dt.Tariff(by=by, on=on, rate=rate, answered=0.3)]), name)
    assert young.clearing_gap < 1e-8
    old = dt.solve(economy, dt.Policy([dt.Tariff(by=by, on=on, rate=rate)]), name)
    same = dt.solve(economy, dt.Policy([dt.Tariff(by=by, on=on, rate=rate, answered=1.0)]), name)
    assert same.real_income.to_numpy() == pytest.approx(old.real_income.to_numpy(), abs=1e-8)
    assert same.flat == pytest.approx(old.flat, abs=1e-9)
    # what is not answered to moves trade less
    k, m = economy.regions.index(on), economy.regions.index(by)
    kept = [o.after.shipments[k, m].sum() for o in (old, young)]
    assert kept[0] <= kept[1] + 1e-9


def test_many_at_once_and_alone_are_the_same() -> None:
    economy = random_economy(5, 4, 3)
    by, on = economy.regions[:2]
    packages = [dt.Policy([dt.Tariff(by=by, on=on, rate=0.3)]), dt.Policy([dt.Tariff(by=by, on=on, rate=0.3, answered=0.4)])]
    many = dt.solve_many(economy, packages)
    for found, package in zip(many, packages, strict=True):
        assert isinstance(found, dt.Outcome)
        assert found.real_income.to_numpy() == pytest.approx(dt.solve(economy, package).real_income.to_numpy(), abs=1e-8)


def test_a_damped_start_reaches_the_same_point() -> None:
    economy = random_economy(5, 4, 8)
    shock = dt.Policy([dt.Tariff(by=economy.regions[0], rate=0.5, answered=0.2)]).shock(economy)
    parameters = horizon("medium")
    state, attempt = equilibrium_at(economy, shock, parameters, Solver())
    again, _ = equilibrium_at(economy, shock, parameters, Solver(), attempt.flat)
    assert again.income == pytest.approx(state.income, rel=1e-9)
    assert arrays.levers(shock).unanswered.shape == (4, 5, 5)
    half = Shock.blend(dt.Policy().shock(economy), shock, 0.5)
    assert half.unanswered == pytest.approx(0.5 * shock.unanswered)


def test_the_part_answered_is_said_and_judged() -> None:
    economy = random_economy(5, 4, 3)
    young = dt.Tariff(by="R1", on="R2", rate=0.3, answered=0.25)
    assert young.describe().endswith("from R2, answered with 25 % of the trade elasticity")
    assert "answered" not in dt.Tariff(by="R1", on="R2", rate=0.3).describe()
    for wrong in (0.0, -1.0, float("nan")):
        with pytest.raises(ShockError, match="answered must be above 0"):
            dt.solve(economy, dt.Policy([dt.Tariff(by="R1", rate=0.3, answered=wrong)]))


def test_two_duties_of_different_age_on_one_flow() -> None:
    economy = random_economy(5, 4, 3)
    old, new = dt.Tariff(by="R1", on="R2", rate=0.3), dt.Tariff(by="R1", on="R2", rate=0.5, answered=0.25)
    late = dt.Policy([old, new]).shock(economy).unanswered
    assert late is not None
    first = economy.tariffs[1, 0]
    assert late[1, 0] == pytest.approx(0.75 * np.log((1.8 + first) / (1.3 + first)))
    late[1, 0] = 0
    assert not late.any()


def test_how_many_buyers_are_laid_out_does_not_matter() -> None:
    economy, chosen = random_economy(5, 4, 3), horizon("medium")
    policy = dt.Policy([
        dt.Tariff(by="R1", on="R2", rate=0.5, answered=0.25),
        dt.ExportControl(by="R2", sectors=economy.sectors[0], withhold=0.5),
    ])  # fmt: skip
    shock = policy.shock(economy)
    assert shock.unanswered is not None
    buyers = np.argwhere((shock.unanswered != 0).any(0))
    b, k, p = arrays.base(economy, chosen), arrays.controls(economy, shock, chosen), arrays.values(economy, chosen)
    state = system.unpack(np.linspace(-0.1, 0.1, 3 * economy.output.size + 5 + k.log_bound.size), 5, 4)
    swept = []
    for rows in (len(buyers), economy.output.size, economy.output.size + 7):
        v = arrays.levers(shock, rows)
        assert (v.late < economy.output.size).sum() == len(buyers)
        swept.append(np.asarray(system.pack(system.sweep(state, b, v, system.sourcing(b, v, k, p), k, p))))
    assert np.array_equal(swept[0], swept[1])
    assert np.array_equal(swept[0], swept[2])
    # all rows of the price index written out, controlled flows with the wedges of the state
    v = arrays.levers(shock)
    a = system.accounts(state, b, v, system.sourcing(b, v, k, p), k, p)
    answered = v._replace(late=np.zeros(0, dtype=int))
    plain = system.accounts(state, b, answered, system.sourcing(b, answered, k, p), k, p)
    moved = np.argwhere(np.asarray(a.price) != np.asarray(plain.price))
    assert moved.tolist() == buyers.tolist()
