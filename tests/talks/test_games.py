"""Games of stances: the vector, every equilibrium against its definition, dominance, efficiency."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from detente.errors import InputError, UnknownName
from detente.talks.games import bimatrix, efficient_rows, game

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


def test_risk_dominance() -> None:
    stag = bimatrix([[9, 0], [8, 7]], [[9, 8], [0, 7]], stances=(("stag", "hare"), ("stag", "hare")))
    chosen = stag.risk_dominant()
    assert chosen is not None
    assert chosen.cell == ("hare", "hare")
    assert bimatrix([[1, 0], [0, 1]], [[1, 0], [0, 1]]).risk_dominant() is None


@given(payoffs)
def test_every_equilibrium_survives_every_deviation(u: np.ndarray) -> None:
    g = game(u)
    span = max(float(np.ptp(u)), 1.0)
    for e in g.equilibria():
        assert all(sum(m) == pytest.approx(1, abs=1e-9) for m in e.mixes)
        assert g.regret(e.mixes) <= 1e-8 * span
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
