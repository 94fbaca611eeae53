"""Indices on functions whose indices are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.errors import InputError
from detente.outlook.ensemble.draws import inputs_for, sobol_points
from detente.outlook.ensemble.sensitivity import Basis, drivers, fit_chaos, from_sample

NAMES = ["a", "b", "c"]
FIRST, TOTAL = [0.3139, 0.4424, 0.0], [0.5576, 0.4424, 0.2437]
SHAPLEY = [0.4357, 0.4424, 0.1218]  # the first and the third share their interaction, 0.2437, evenly


def ishigami(u: np.ndarray) -> np.ndarray:
    """sin x₁ + 7 sin² x₂ + 0.1 x₃⁴ sin x₁ on [−π, π]³."""
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_ishigami_by_a_polynomial() -> None:
    u = sobol_points(3, 1, 0, 1024)
    found = from_sample(u, ishigami(u), NAMES, degree=12, bootstrap=30)
    assert found.first == pytest.approx(FIRST, abs=5e-4)
    assert found.total == pytest.approx(TOTAL, abs=5e-4)
    assert found.shapley == pytest.approx(SHAPLEY, abs=5e-4)
    assert found.r2 > 0.999
    assert found.variance == pytest.approx(49 / 8 + 0.1 * np.pi**4 / 5 + 0.01 * np.pi**8 / 18 + 0.5, rel=1e-3)
    assert (found.low <= found.high).all()
    assert found.low[1, 0] - 0.01 < TOTAL[0] < found.high[1, 0] + 0.01
    assert list(found.to_frame().index) == ["a", "b", "c"]
    assert "a (56 %)" in found.explain()


@given(st.lists(st.floats(-5, 5).filter(lambda x: abs(x) > 0.1), min_size=2, max_size=6))
@settings(max_examples=10)
def test_shares_of_a_sum_are_the_squares(weights: list[float]) -> None:
    w = np.array(weights)
    names = [str(k) for k in range(len(w))]
    exact = w**2 / (w**2).sum()
    u = sobol_points(len(w), 5, 0, 128)
    found = from_sample(u, 3 + u @ w, names, bootstrap=0)
    for shares in (found.first, found.total, found.shapley):
        assert shares == pytest.approx(exact, abs=1e-8)
    assert np.sign(found.slopes) == pytest.approx(np.sign(w))


def test_a_pure_interaction_has_no_first_order_part() -> None:
    u = sobol_points(3, 0, 0, 256)
    found = from_sample(u, (u[:, 0] - 0.5) * (u[:, 1] - 0.5), NAMES, bootstrap=0)
    assert found.first == pytest.approx([0, 0, 0], abs=1e-9)
    assert found.total == pytest.approx([1, 1, 0], abs=1e-9)
    assert found.shapley == pytest.approx([0.5, 0.5, 0], abs=1e-9)


def test_polynomials_are_orthonormal_under_their_inputs() -> None:
    inputs = inputs_for(dt.load_world("toy"), "medium")
    assert inputs[0].shape == "log-normal"
    basis = Basis.of([i.score for i in inputs], 3)
    u = sobol_points(len(inputs), 0, 0, 2**14)
    matrix = basis.matrix(u)
    assert matrix.T @ matrix / len(u) == pytest.approx(np.eye(matrix.shape[1]), abs=0.02)


def test_noise_is_not_explained() -> None:
    generator = np.random.default_rng(0)
    u = sobol_points(4, 0, 0, 200)
    assert fit_chaos(u, generator.normal(size=200)).r2 < 0.1
    half = 4 * u[:, 0] + generator.normal(size=200) * np.std(4 * u[:, 0])
    assert fit_chaos(u, half).r2 == pytest.approx(0.5, abs=0.12)


def test_a_constant_and_bad_input() -> None:
    u = sobol_points(3, 0, 0, 64)
    still = from_sample(u, np.full(64, 7.0), NAMES, bootstrap=5)
    assert still.mean == pytest.approx(7)
    assert (still.total == 0).all()
    with pytest.raises(InputError, match="too few"):
        fit_chaos(u[:10], np.zeros(10))
    with pytest.raises(InputError, match="finite"):
        fit_chaos(u, np.where(np.arange(64) == 3, np.nan, 1.0))
    with pytest.raises(InputError, match="names"):
        from_sample(u, u[:, 0], ["a"])
    with pytest.raises(InputError, match="terms"):
        Basis.of([lambda x: x] * 60, 5)


def test_drivers_rank_and_say_which_way() -> None:
    inputs = inputs_for(dt.load_world("toy"), "medium")
    u = sobol_points(len(inputs), 0, 0, 256)
    z = inputs[0].score(u[:, 0])
    y = -2 * z + u[:, 2] * np.sqrt(12)
    y[5] = np.nan
    found = drivers(u, y, inputs, "real income of AAA", "%")
    assert (found.rows[0].label, found.rows[0].direction) == ("trade elasticity of all other sectors", "lowers")
    assert (found.rows[1].input, found.rows[1].direction) == ("labour_mobility", "raises")
    spread = 4 * float(np.var(inputs[0].score(sobol_points(1, 0, 0, 4096)[:, 0])))
    assert found.rows[0].share == pytest.approx(spread / (spread + 1), abs=0.01)
    assert found.left_out == 1
    assert found.draws == 255
    assert found.r2 > 0.99
    assert "lowers it" in found.explain()
    assert found.record()["draws_left_out"] == 1
    assert "does not move" in drivers(u, np.ones(256), inputs, "x", "%").words()
    noise = drivers(u, np.random.default_rng(1).normal(size=256), inputs, "x", "%")
    assert "not clear" in noise.words()
    assert "not clear" in noise.explain()
