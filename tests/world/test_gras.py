"""Generalised RAS: closed forms, properties, an independent optimiser, and refusals by name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.optimize import minimize
from scipy.sparse import csr_array

from detente.errors import InputError, NotConverged
from detente.types import Array
from detente.world.gras import fit, gras, one_total

SIGNED = np.array([[7.0, 3.0, 5.0, -3.0], [2.0, 9.0, 8.0, 1.0], [-2.0, 0.0, 2.0, 1.0]])
"""The example of Junius and Oosterhaven (2003)."""


def _objective(z: Array, a: Array) -> float:
    kept = np.abs(a) > 0
    return float((np.abs(a)[kept] * z[kept] * (np.log(z[kept]) - 1)).sum())


def test_one_total_is_the_root_in_closed_form() -> None:
    moved = one_total([4.0, -1.0], 3.0)
    np.testing.assert_allclose(moved, [4.0, -1.0])  # as it was
    r = (5.0 + np.sqrt(25.0 + 4 * 4.0 * 1.0)) / 8.0
    np.testing.assert_allclose(one_total([4.0, -1.0], 5.0), [4.0 * r, -1.0 / r])
    np.testing.assert_allclose(one_total([4.0, -9.0], 0.0), [6.0, -6.0])
    np.testing.assert_allclose(one_total([-2.0, -2.0], -8.0), [-4.0, -4.0])
    assert one_total([1e-9, -1e9], -1e9).sum() == pytest.approx(-1e9)


def test_fit_of_one_total_is_the_closed_form() -> None:
    entries = np.array([3.0, 1.0, -2.0, -0.5])
    found = fit(entries, csr_array(np.ones((1, 4))), np.array([4.4]))
    np.testing.assert_allclose(found.cells, one_total(entries, 4.4), rtol=1e-10)


def test_without_negative_entries_it_is_ras() -> None:
    a, rows, columns = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([5.0, 9.0]), np.array([6.0, 8.0])
    ras = a.copy()
    for _ in range(500):
        ras *= (rows / ras.sum(1))[:, None]
        ras *= columns / ras.sum(0)
    np.testing.assert_allclose(gras(a, rows, columns), ras, rtol=1e-9)


def test_the_published_example_and_an_independent_optimiser_agree() -> None:
    rows, columns = np.array([15.0, 26.0, -1.0]), np.array([9.0, 16.0, 17.0, -2.0])
    found = gras(SIGNED, rows, columns)
    np.testing.assert_allclose(found.sum(1), rows, atol=1e-9)
    np.testing.assert_allclose(found.sum(0), columns, atol=1e-9)
    kept = SIGNED != 0
    a = SIGNED[kept]

    def table(z: Array) -> Array:
        whole = np.zeros_like(SIGNED)
        whole[kept] = a * z
        return whole

    solved = minimize(
        lambda z: _objective(z, a), np.ones(a.size), jac=lambda z: np.abs(a) * np.log(z), method="SLSQP",
        bounds=[(1e-6, None)] * a.size, options={"maxiter": 500, "ftol": 1e-13},
        constraints=[
            {"type": "eq", "fun": lambda z: table(z).sum(1) - rows},
            {"type": "eq", "fun": lambda z: table(z).sum(0)[:-1] - columns[:-1]},
        ],
    )  # fmt: skip
    assert solved.success
    np.testing.assert_allclose(found[kept], a * solved.x, atol=2e-5)
    assert _objective(found[kept] / a, a) <= solved.fun + 1e-9


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 6), st.integers(2, 6), st.integers(0, 2**31))
def test_totals_are_met_signs_and_zeros_kept_and_the_form_is_biproportional(n: int, m: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    a = draw.normal(1.0, 2.0, (n, m)) * (draw.uniform(size=(n, m)) < 0.85)
    r, s = np.exp(draw.normal(0, 0.4, n)), np.exp(draw.normal(0, 0.4, m))
    z = (r[:, None] * s) ** np.sign(a)
    wanted = a * z  # of the form of a solution, so it is the solution
    found = gras(a, wanted.sum(1), wanted.sum(0))
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-9 * np.abs(wanted).max())
    assert (np.sign(found) == np.sign(a)).all()


def test_what_is_met_already_does_not_move() -> None:
    np.testing.assert_array_equal(gras(SIGNED, SIGNED.sum(1), SIGNED.sum(0)), SIGNED)


@pytest.mark.parametrize(
    ("rows", "columns", "error", "said"),
    [
        ([1.0, -1.0], [0.0, 0.0], InputError, "row 2 cannot be -1: nothing that counts towards it is negative"),
        ([1.0, 1.0], [3.0, 1.0], InputError, "the rows sum to 2 and the columns to 4"),
        ([1.0, np.nan], [0.0, 1.0], InputError, "no table has both|no number"),
        ([0.0, 1.0], [0.5, 0.5], InputError, "row 1 cannot be 0: what counts towards it is all of one sign"),
        ([1.0], [1.0, 1.0], InputError, "rows has shape"),
    ],
)
def test_totals_that_signs_rule_out_are_named(rows: list[float], columns: list[float], error: type, said: str) -> None:
    with pytest.raises(error, match=said):
        gras(np.ones((2, 2)), rows, columns)


def test_totals_that_zeros_rule_out_are_named() -> None:
    with pytest.raises(NotConverged, match=r"(row|column) . cannot be"):
        gras(np.eye(2), [1.0, 2.0], [2.0, 1.0])
    with pytest.raises(InputError, match="row 1 cannot be 1: there is nothing that counts towards it"):
        gras(np.array([[0.0, 0.0], [1.0, 1.0]]), [1.0, 1.0], [1.0, 1.0])
    with pytest.raises(InputError, match="cannot be 3: what counts towards it has the other sign"):
        one_total([-1.0], 3.0)
