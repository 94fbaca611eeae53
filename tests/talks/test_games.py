"""Games of stances: the vector, every equilibrium against its definition, dominance, efficiency."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from detente.errors import InputError, UnknownName
from detente.talks import equilibria as searching
from detente.talks.games import Game, bimatrix, efficient_rows, game

US, CN = [[-10, 4], [-4, 0]], [[-8, -3], [5, 0]]
MENU = (("hold", "blink"), ("hold", "blink"))
payoffs = arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 3), st.just(2)), elements=st.integers(-9, 9).map(float))


def test_vector_of_the_stand_off() -> None:
    g = bimatrix(US, CN, parties=("USA", "CHN"), stances=MENU)
    pure_a, pure_b, mixed = g.equilibria()
    assert pure_a.cell == ("hold", "blink")
    assert pure_b.cell == ("blink", "hold")
    assert mixed.mixes[0][0] == pytest.approx(1 / 2, abs=1e-12)
    assert mixed.mixes[1][0] == pytest.approx(2 / 5, abs=1e-12)
    assert not g.degenerate
    assert set(g.efficient()) == {("hold", "blink"), ("blink", "hold"), ("blink", "blink")}
    assert g.payoff("hold", "blink") == {"USA": 4.0, "CHN": -3.0}


def test_dominance_solves_the_prisoners_dilemma() -> None:
    g = bimatrix([[3, 0], [4, 1]], [[3, 4], [0, 1]], stances=(("keep", "cheat"), ("keep", "cheat")))
    result = g.dominated()
    assert result.left == {"first": ("cheat",), "second": ("cheat",)}
    assert set(result.to_frame()["stance"]) == {"keep"}
    assert "which a deal could better" in g.explain()


def test_dominance_in_rounds_and_by_a_mixture() -> None:
    first = [[4, 0], [0, 4], [1.9, 1.9]]  # the third is worse than an even mixture of the first two
    g = bimatrix(first, np.zeros((3, 2)))
    assert g.dominated().removed == ((1, "first", "stance 3", "stance 1 or stance 2"),)
    assert bimatrix([[4, 0], [0, 4], [2.1, 2.1]], np.zeros((3, 2))).dominated().removed == ()


def test_three_parties() -> None:
    u = np.zeros((2, 2, 2, 3))
    u[1, 1, 1] = 1.0  # all must move together
    u[1, 0, 0, 0] = u[0, 1, 0, 1] = u[0, 0, 1, 2] = -1.0
    g = game(u, parties=("A", "B", "C"), stances=(("hold", "ease"),) * 3)
    cells = [e.cell for e in g.equilibria()]
    assert ("hold",) * 3 in cells
    assert ("ease",) * 3 in cells
    assert g.efficient() == (("ease",) * 3,)


@given(payoffs)
def test_every_equilibrium_survives_every_deviation(u: np.ndarray) -> None:
    g = game(u)
    span = max(float(np.ptp(u)), 1.0)
    for e in g.equilibria():
        assert all(sum(m) == pytest.approx(1, abs=1e-9) for m in e.mixes)
        assert g.regret(e.mixes) <= 1e-8 * span
    assert g.complete
    assert g.equilibria()  # a game has one, degenerate or not
    if not g.degenerate:
        assert len(g.equilibria()) % 2 == 1


@given(payoffs)
def test_equilibria_use_no_dominated_stance(u: np.ndarray) -> None:
    g = game(u)
    left = g.dominated().left
    for e in g.equilibria():
        for p, party in enumerate(g.parties):
            used = {s for s, x in zip(g.stances[p], e.mixes[p], strict=True) if x > 1e-7}
            assert used <= set(left[party])


@given(payoffs, st.floats(0.1, 50), st.floats(-20, 20))
def test_rescaling_one_party_changes_no_equilibrium(u: np.ndarray, scale: float, shift: float) -> None:
    other = u.copy()
    other[..., 0] = scale * other[..., 0] + shift
    assert [e.cell for e in game(u).pure_equilibria()] == [e.cell for e in game(other).pure_equilibria()]


@given(payoffs)
def test_records_are_json_and_words_come(u: np.ndarray) -> None:
    g = game(u)
    json.dumps(g.record(), allow_nan=False)
    assert g.explain()
    assert len(g.to_frame()) == u.shape[0] * u.shape[1]


def test_efficient_rows_keeps_ties() -> None:
    assert efficient_rows([[1, 1], [1, 1], [0, 1]]).tolist() == [True, True, False]


def test_bad_games_are_refused() -> None:
    with pytest.raises(InputError, match="one axis a party"):
        game(np.zeros((2, 2)))
    with pytest.raises(InputError, match="finite"):
        bimatrix([[np.nan]], [[1]])
    with pytest.raises(InputError, match="one shape"):
        bimatrix([[1, 2]], [[1]])
    with pytest.raises(UnknownName, match="hold"):
        bimatrix(US, CN, stances=MENU).payoff("hodl", "blink")


# -- every equilibrium of two parties, and some of more ----------------------------------------------------------------
HARD = {
    "minimisers, eight": (
        [[0, 0, -6, 0, 0], [0, 0, -3, -2, -1], [-4, -3, 0, 0, -1]],
        [[-3, 0, -2, -1, 0], [0, -2, 0, 0, -4], [-4, 0, -2, -4, -4]],
        8,
    ),
    "a line": ([[-3, 3], [-3, 5]], [[2, 7], [4, 2]], 2),
    "a tie of three": ([[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]], 3),
    "all alike": (np.zeros((3, 3)), np.zeros((3, 3)), 9),
    "one stance each": ([[1.0]], [[2.0]], 1),
}
"""Degenerate games and how many extreme equilibria each has (the first three from the trackers of nashpy and QuantEcon)."""
SIX = np.array(
    [
        [0, -1, -1, -1, 1, -1],
        [1, 0, 1, -1, -1, -1],
        [1, -1, 0, -1, -1, 1],
        [1, 1, 1, 0, -1, -1],
        [-1, 1, 1, 1, 0, -1],
        [1, 1, -1, 1, 1, 0],
    ]
)
"""A game of six stances whose only equilibrium uses three, with ties outside it."""


@pytest.mark.parametrize("name", HARD)
def test_degenerate_games_have_all_their_extreme_equilibria(name: str) -> None:
    first, second, count = HARD[name]
    g = bimatrix(first, second)
    assert g.complete
    assert len(g.equilibria()) == count
    assert all(g.regret(e.mixes) <= 1e-9 for e in g.equilibria())
    assert g.degenerate == (name != "one stance each")
    assert ("ends" in g.explain()) == g.degenerate


def test_the_one_equilibrium_of_six_stances_is_found() -> None:
    (only,) = bimatrix(SIX, -SIX).equilibria()
    for mix in only.mixes:
        assert mix == pytest.approx([0, 0, 1 / 3, 0, 1 / 3, 1 / 3], abs=1e-12)


def test_a_small_stake_counts_like_a_large_one() -> None:
    g = bimatrix(1e-6 * np.array(US), 1e6 * np.array(CN), stances=MENU)
    assert [e.kind for e in g.equilibria()] == ["pure", "pure", "mixed"]
    assert g.equilibria()[-1].mixes[0] == pytest.approx((1 / 2, 1 / 2), abs=1e-12)
    assert not g.degenerate


def _some_mix(payoffs: np.ndarray, used: tuple[int, ...], best: tuple[int, ...]) -> bool:
    """Whether the other side has a mix of `used` to which every stance of `best` is a best reply: a linear programme."""
    rows, columns = payoffs.shape
    cost, level = np.zeros(columns + 1), np.r_[np.zeros(columns), 1.0]
    result = linprog(
        cost,
        A_ub=np.vstack([np.c_[payoffs, -np.ones(rows)]]),
        b_ub=np.zeros(rows),
        A_eq=np.vstack([np.r_[np.ones(columns), 0.0], *(np.r_[payoffs[i], 0.0] - level for i in best)]),
        b_eq=np.r_[1.0, np.zeros(len(best))],
        bounds=[(0, None if j in used else 0) for j in range(columns)] + [(None, None)],
    )
    return bool(result.success)


@settings(max_examples=25)
@given(payoffs)
def test_wherever_a_linear_programme_sees_an_equilibrium_one_is_listed(u: np.ndarray) -> None:
    """For every pair of sets of stances in use that can carry an equilibrium the list has one, and for no other pair."""
    g = game(u)
    subsets = [[c for k in range(1, n + 1) for c in itertools.combinations(range(n), k)] for n in u.shape[:2]]
    listed = []
    for e in g.equilibria():
        x, y = map(np.array, e.mixes)
        first, second = u[..., 0] @ y, x @ u[..., 1]
        best = [set(np.flatnonzero(v >= v.max() - 1e-9)) for v in (first, second)]
        listed.append(([set(np.flatnonzero(m > 1e-9)) for m in (x, y)], best))
    for own in subsets[0]:
        for other in subsets[1]:
            exists = _some_mix(u[..., 0], other, own) and _some_mix(u[..., 1].T, own, other)
            found = any(used[0] <= set(own) <= best[0] and used[1] <= set(other) <= best[1] for used, best in listed)
            assert exists == found


def test_a_game_too_large_for_its_corners_says_that_more_may_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_CORNERS", 5)
    g = bimatrix(US, CN, stances=MENU)
    assert not g.complete
    assert g.equilibria()
    assert "not complete" in g.explain()
    assert g.record()["complete"] is False


def _gains(g: Game, mixes: tuple[tuple[float, ...], ...]) -> float:
    """The most anybody gains by one stance alone, summed cell by cell."""
    chance = np.ones(g.payoffs.shape[:-1])
    for p, mix in enumerate(mixes):
        shape = [1] * len(mixes)
        shape[p] = len(mix)
        chance = chance * np.reshape(mix, shape)
    most = 0.0
    for p, mix in enumerate(mixes):
        now = float((chance * g.payoffs[..., p]).sum())
        for k in range(len(mix)):
            others = chance.sum(axis=p)
            most = max(most, float((others * np.take(g.payoffs[..., p], k, axis=p)).sum()) - now)
    return most


def test_three_parties_that_match_and_flee_mix_evenly() -> None:
    """The first wants the second's side, the second the third's, the third not the first's: only even odds hold (Jordan 1993)."""
    u = np.zeros((2, 2, 2, 3))
    for i, j, k in np.ndindex(2, 2, 2):
        u[i, j, k] = (i == j, j == k, k != i)
    (only,) = game(u).equilibria()
    assert only.kind == "mixed"
    assert np.allclose(only.mixes, 0.5, atol=1e-12)
    assert "not complete" in game(u).explain()


@pytest.mark.parametrize("shape", [(2, 2, 2), (2, 3, 2), (2, 2, 2, 2)])
def test_games_of_more_parties_find_an_equilibrium_and_none_that_is_not(shape: tuple[int, ...]) -> None:
    draws = np.random.default_rng(7)
    for _ in range(8):
        g = game(draws.normal(size=(*shape, len(shape))))
        assert g.equilibria()
        assert g.complete == all(len(kept) == 1 for kept in g.dominated().left.values())
        for e in g.equilibria():
            assert _gains(g, e.mixes) <= 1e-8


def test_more_parties_with_nothing_left_to_mix_are_complete() -> None:
    u = np.zeros((2, 2, 2, 3))
    for i, j, k in np.ndindex(2, 2, 2):
        u[i, j, k] = (i, j, k)
    g = game(u)
    assert g.complete
    assert [e.cell for e in g.equilibria()] == [("stance 2",) * 3]
