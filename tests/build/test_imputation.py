"""Iterative fitting: exact margins hold, soft ones pull, zeros stay."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from detente.build.imputation import Margin, fit_margins, spread_to_sources
from detente.errors import InputError, NotConverged


def _problem(seed: int, n: int = 4, m: int = 5) -> tuple[np.ndarray, list[Margin]]:
    rng = np.random.default_rng(seed)
    prior, truth = rng.uniform(0.5, 2, (n, m)), rng.uniform(0.5, 2, (n, m))
    i, j = np.indices((n, m))
    return prior, [Margin("rows", i, truth.sum(1)), Margin("columns", j, truth.sum(0))]


@given(seed=st.integers(0, 10_000))
def test_exact_margins_hold(seed: int) -> None:
    prior, margins = _problem(seed)
    fitted = fit_margins(prior, margins)
    assert np.allclose(fitted.table.sum(1), margins[0].target, rtol=1e-8)
    assert np.allclose(fitted.table.sum(0), margins[1].target, rtol=1e-8)
    assert fitted.residual < 1e-8


def test_fit_is_the_prior_times_margin_factors() -> None:
    prior, margins = _problem(1)
    odds = np.log(fit_margins(prior, margins).table / prior)
    interaction = odds - odds.mean(0) - odds.mean(1)[:, None] + odds.mean()
    assert np.abs(interaction).max() < 1e-8


@pytest.mark.parametrize("weight", [0.1, 1.0, 100.0])
def test_a_soft_margin_moves_part_of_the_way_by_its_weight(weight: float) -> None:
    prior = np.ones((2, 2))
    i, j = np.indices((2, 2))
    corner = np.where((i == 0) & (j == 0), 0, -1)
    margins = [
        Margin("rows", i, np.full(2, 2.0)),
        Margin("columns", j, np.full(2, 2.0)),
        Margin("corner", corner, np.array([1.5]), weight),
    ]
    x = fit_margins(prior, margins).table[0, 0]
    # first-order condition of the penalised problem: 2 ln(x/(2−x)) + weight ln(x/1.5) = 0
    assert 2 * np.log(x / (2 - x)) + weight * np.log(x / 1.5) == pytest.approx(0, abs=1e-6)
    assert 1 < x < 1.5


def test_soft_margins_alone_have_the_closed_form() -> None:
    margin = Margin("all", np.zeros((1, 3), dtype=int), np.array([12.0]), weight=3.0)
    fitted = fit_margins(np.ones((1, 3)), [margin], sweeps=200)
    assert fitted.table.sum() == pytest.approx(3 * (12 / 3) ** 0.75)


@given(seed=st.integers(0, 2_000), part=st.floats(0.5, 1.6))
def test_a_least_margin_binds_or_leaves_the_fit_alone(seed: int, part: float) -> None:
    prior, margins = _problem(seed)
    free = fit_margins(prior, margins).table
    at = np.full(prior.shape, -1)
    at[0, 0] = 0
    wanted = min(part * free[0, 0], 0.9 * min(free[0].sum(), free[:, 0].sum()))
    found = fit_margins(prior, [*margins, Margin("corner", at, np.array([wanted]), least=True)], sweeps=4000).table
    if wanted <= free[0, 0]:
        assert np.allclose(found, free, rtol=1e-6)
    else:
        assert found[0, 0] == pytest.approx(wanted, rel=1e-5)
        # the rest is the fit to the same margins with the corner as a further exact one
        exact = fit_margins(prior, [*margins, Margin("corner", at, np.array([wanted]))], sweeps=4000).table
        assert np.allclose(found, exact, rtol=1e-4)


def test_zero_cells_stay_zero_and_impossible_margins_raise() -> None:
    prior = np.array([[1.0, 0.0], [1.0, 1.0]])
    i, j = np.indices((2, 2))
    good = fit_margins(prior, [Margin("rows", i, np.array([1.0, 3.0])), Margin("columns", j, np.array([2.0, 2.0]))])
    assert good.table[0, 1] == 0
    with pytest.raises(NotConverged, match="missed by"):
        fit_margins(prior, [Margin("rows", i, np.array([3.0, 1.0])), Margin("columns", j, np.array([1.0, 3.0]))])


def test_bad_margins_are_refused() -> None:
    with pytest.raises(InputError, match="2 targets for 3 groups"):
        Margin("x", np.array([[0, 1, 2]]), np.ones(2))
    with pytest.raises(InputError, match="not negative"):
        Margin("x", np.array([[0, 0, 0]]), np.array([-1.0]))
    with pytest.raises(InputError, match="prior"):
        fit_margins(np.array([[-1.0]]), [])


def test_spending_is_found_that_explains_the_origins() -> None:
    rng = np.random.default_rng(3)
    shares = rng.uniform(size=(3, 3, 2)) + 3 * np.eye(3)[:, :, None]
    shares /= shares.sum(0)
    spending = rng.uniform(1, 5, (3, 2))
    sold = np.einsum("ink,nk->ik", shares, spending)
    flows = spread_to_sources(shares, sold, np.ones((3, 2)), steps=3000)
    assert np.allclose(flows.sum(axis=1), sold, rtol=1e-3)
    assert np.allclose(flows.sum(axis=0), spending, rtol=0.02)
