"""Bargaining: axioms of each solution over random packages, frontiers against closed forms, threats, offers, several pairs."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st
from hypothesis.extra.numpy import arrays

from detente.errors import InputError
from detente.talks.bargaining import SOLUTIONS, bargain, contract_zone, threat_game, value_of_threat
from detente.talks.offers import rubinstein, stahl, take_it_or_leave_it

numbers = st.integers(-20, 20).map(float)
pairs = arrays(np.float64, st.tuples(st.integers(2, 6), st.just(2)), elements=numbers)
triples = arrays(np.float64, st.tuples(st.integers(3, 6), st.just(3)), elements=numbers)


def reachable(u: np.ndarray) -> bool:
    """Whether some mixture leaves everybody clearly better off than zero."""
    return (
        contract_zone(u, np.zeros(u.shape[1])).with_mixtures and bargain(u, np.zeros(u.shape[1]), "egalitarian").gains[0] > 1e-3
    )


@pytest.mark.parametrize("solution", SOLUTIONS)
@given(u=pairs)
def test_no_one_loses_and_nothing_is_wasted(solution: str, u: np.ndarray) -> None:
    deal = bargain(u, (0, 0), solution)  # type: ignore[arg-type]
    assert min(deal.gains) >= -1e-8
    if deal.status == "deal":
        assert sum(deal.mixture.values()) == pytest.approx(1)
        # no mixture of two packages is better for both
        for a in u:
            for b in u:
                for t in (0.0, 0.25, 0.5, 0.75):
                    point = (1 - t) * a + t * b
                    assert not (point > np.array(deal.payoffs) + 1e-6).all()


@given(triples)
def test_three_parties_nash(u: np.ndarray) -> None:
    assume(reachable(u))
    deal = bargain(u, (0, 0, 0))
    gain = np.array(deal.gains)
    assert (gain > 0).all()
    # first-order condition: no package raises the sum of proportional gains
    assert ((u @ (1 / gain)).max() - 3) <= 1e-5


@given(pairs, st.floats(0.1, 10), st.floats(-5, 5))
def test_nash_and_kalai_smorodinsky_ignore_units(u: np.ndarray, scale: float, shift: float) -> None:
    assume(reachable(u))
    other = u * [scale, 1] + [shift, 0]
    for solution in ("nash", "kalai-smorodinsky"):
        a = bargain(u, (0, 0), solution)  # type: ignore[arg-type]
        b = bargain(other, (shift, 0), solution)  # type: ignore[arg-type]
        assert b.gains == pytest.approx((scale * a.gains[0], a.gains[1]), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("solution", SOLUTIONS[:3])
@given(u=pairs)
def test_symmetric_problems_have_symmetric_answers(solution: str, u: np.ndarray) -> None:
    both = np.vstack([u, u[:, ::-1]])
    assume(reachable(both))
    deal = bargain(both, (0, 0), solution)  # type: ignore[arg-type]
    assert deal.payoffs[0] == pytest.approx(deal.payoffs[1], rel=1e-6, abs=1e-6)


@given(pairs, st.integers(0, 5))
def test_nash_is_independent_of_irrelevant_packages(u: np.ndarray, drop: int) -> None:
    assume(reachable(u))
    names = [str(k) for k in range(len(u))]
    deal = bargain(u, (0, 0), names=names)
    keep = [k for k in range(len(u)) if str(k) in deal.mixture or k != drop]
    again = bargain(u[keep], (0, 0))
    assert again.payoffs == pytest.approx(deal.payoffs, rel=1e-9, abs=1e-9)


@given(pairs, st.floats(0.5, 4), st.floats(1.05, 3))
def test_more_power_means_no_less(u: np.ndarray, power: float, more: float) -> None:
    assume(reachable(u))
    weak, strong = bargain(u, (0, 0), power=(power, 1)), bargain(u, (0, 0), power=(power * more, 1))
    assert strong.payoffs[0] >= weak.payoffs[0] - 1e-9


@given(pairs)
def test_single_packages(u: np.ndarray) -> None:
    for solution in SOLUTIONS:
        deal = bargain(u, (0, 0), solution, mixtures=False)
        allowed = u[(u >= 0).all(axis=1) & (u > 0).any(axis=1)]
        assert (deal.status == "deal") == (len(allowed) > 0)
        if deal.status == "deal":
            assert len(deal.mixture) == 1
            assert not any((row >= deal.payoffs).all() and (row > deal.payoffs).any() for row in allowed)


def test_a_party_with_nothing_to_gain_is_not_hurt() -> None:
    deal = bargain([[4, 1, 0], [1, 4, 0], [9, 9, -1]], (0, 0, 0))
    assert deal.payoffs == pytest.approx((2.5, 2.5, 0), abs=1e-5)
    assert "gains nothing" in deal.explain()
    pair = bargain([[3, 0], [5, -1]], (0, 0))
    assert pair.payoffs == pytest.approx((3, 0), abs=1e-9)


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
def test_who_gains_nothing_is_told_whatever_the_stakes_are_counted_in(size: float) -> None:
    assert "gains nothing" not in bargain(size * np.array([[1.0, 2.0], [2.0, 0.5]]), (0, 0)).explain()
    assert "CHN gains nothing" in bargain(size * np.array([[1.0, 0.0]]), (0, 0), parties=("USA", "CHN")).explain()


def test_kalai_smorodinsky_by_hand() -> None:
    # triangle with corners (4,0), (0,2): equal shares of the ideal are met at (2,1)
    assert bargain([[4, 0], [0, 2]], (0, 0), "kalai-smorodinsky").payoffs == pytest.approx((2, 1), abs=1e-8)
    assert bargain([[4, 0], [0, 2]], (0, 0), "egalitarian").payoffs == pytest.approx((4 / 3, 4 / 3), abs=1e-8)
    assert bargain([[4, 0], [0, 2]], (0, 0), "utilitarian").payoffs == pytest.approx((4, 0), abs=1e-8)


def test_no_deal_says_so_and_zone_names_who_blocks() -> None:
    deal = bargain([[1, -1], [-1, 0.5]], (0, 0))
    assert deal.status == "no deal"
    assert deal.payoffs == (0.0, 0.0)
    zone = contract_zone([[1, -1], [-1, 0.5], [2, 0]], (0, 0), parties=("USA", "CHN"))
    assert zone.exists
    assert zone.to_frame()["blocked by"].tolist() == ["CHN", "USA", ""]
    lottery = contract_zone([[3, -1], [-1, 3]], (0, 0))
    assert not lottery.exists
    assert lottery.with_mixtures
    assert "lottery" in lottery.explain()
    json.dumps([deal.record(), zone.record()], allow_nan=False)


def test_a_threat_moves_the_deal() -> None:
    line = [[0, 10], [5, 5], [10, 0]]
    threat = value_of_threat(line, (2, 2), (1, -3), parties=("USA", "CHN"))
    assert threat.change == pytest.approx((2, -2))
    assert threat.if_carried_out == (-1, -5)
    assert threat.explain() == "At the table the threat wins USA 2.0 and costs CHN 2.0. Carried out, it would hurt USA and CHN."
    json.dumps(threat.record(), allow_nan=False)
    # threatening is the better stance for both, so they end where they would without threats
    g = threat_game(line, [[[2, 2], [-3, 1]], [[1, -3], [0, 0]]], stances=(("hold", "threaten"), ("hold", "threaten")))
    assert [e.cell for e in g.pure_equilibria()] == [("threaten", "threaten")]
    assert g.payoff("threaten", "threaten")["party 1"] == pytest.approx(5)


@given(pairs, st.floats(0, 1))
def test_a_worse_outside_option_never_helps(u: np.ndarray, cut: float) -> None:
    assume(reachable(u))
    worse = value_of_threat(u, (0, 0), (-cut, 0))
    assert worse.change[0] <= 1e-9


def test_offers_vectors() -> None:
    assert rubinstein(0.9, 0.8).shares[0] == pytest.approx(0.714286, abs=5e-7)
    assert stahl(0.9, 0.8, 3).shares[0] == pytest.approx(0.92, abs=1e-12)
    offer = take_it_or_leave_it(0.6, 0.1, 0.5)
    assert (offer.offer, offer.conflict) == pytest.approx((0.2, 0.4))
    assert stahl(0.9, 0.8, 400).shares[0] == pytest.approx(rubinstein(0.9, 0.8).shares[0])
    for rounds in (0, 1.5, 2.0000001):
        with pytest.raises(InputError, match="rounds"):
            stahl(0.9, 0.8, rounds)


@given(st.floats(0.01, 0.98), st.floats(0.01, 0.99), st.floats(0.0001, 0.01))
def test_patience_pays(a: float, b: float, more: float) -> None:
    assert rubinstein(a + more, b).shares[0] > rubinstein(a, b).shares[0]
    assert sum(rubinstein(a, b).shares) == pytest.approx(1)


@given(st.floats(0.01, 1), st.floats(0.01, 1))
def test_fast_offers_limit(r1: float, r2: float) -> None:
    step = 1e-6
    fast = rubinstein(math.exp(-r1 * step), math.exp(-r2 * step)).shares[0]
    assert r2 / (r1 + r2) == pytest.approx(fast, abs=1e-5)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 2))
def test_final_offer_is_the_best_of_a_grid(win: float, own: float, top: float) -> None:
    best = take_it_or_leave_it(win, own, top)
    x = np.linspace(0, 1, 501)
    accept = np.clip(1 - (1 - win - x) / top, 0, 1)
    value = (1 - x) * accept + (win - own) * (1 - accept)
    assert best.value >= value.max() - 1e-9
    assert 0 <= best.offer <= 1
    assert 0 <= best.conflict <= 1


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="one a party"):
        bargain([[1, 2]], (0,))
    with pytest.raises(InputError, match="not known"):
        bargain([[1, 2]], (0, 0), "fair")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="power"):
        bargain([[1, 2]], (0, 0), power=(1, 0))
    with pytest.raises(InputError, match="patience"):
        rubinstein(1.0, 0.5)
    with pytest.raises(InputError, match="highest cost"):
        take_it_or_leave_it(0.5, 0.1, 0.0)
    with pytest.raises(InputError, match="two different parties"):
        rubinstein(0.9, 0.8, ("A", "A"))
