"""Shares of variance against hand results and a plain enumeration."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from detente.errors import InputError
from detente.outlook.questions import added, shares, worth_of_sets


def indicator(column: np.ndarray) -> np.ndarray:
    return np.asarray(column[:, None] == np.unique(column)[None, :], dtype=float)


def two_coins(p: float, q: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y = np.array([0.0, 0, 1, 1]), np.array([0.0, 1, 0, 1])
    weights = np.where(x == 1, p, 1 - p) * np.where(y == 1, q, 1 - q)
    return weights, x, y


def test_sum_of_two_independent_coins() -> None:
    weights, x, y = two_coins(0.3, 0.6)
    found = shares(weights, 2 * x + y, [indicator(x), indicator(y)])
    whole = 4 * 0.3 * 0.7 + 0.6 * 0.4
    expected = (4 * 0.21 / whole, 0.24 / whole)
    assert found.first == pytest.approx(expected)
    assert found.total == pytest.approx(expected)
    assert found.shapley == pytest.approx(expected)
    assert found.together == pytest.approx(1)
    assert found.variance == pytest.approx(whole)
    assert found.unexplained == pytest.approx(0)


def test_product_of_two_coins_is_shared_evenly() -> None:
    weights, x, y = two_coins(0.5, 0.5)
    found = shares(weights, x * y, [indicator(x), indicator(y)])
    assert found.first == pytest.approx((1 / 3, 1 / 3))  # Var(X/2) over 3/16
    assert found.total == pytest.approx((2 / 3, 2 / 3))
    assert found.shapley == pytest.approx((0.5, 0.5))


def test_twins_divide_what_either_knows() -> None:
    weights, x, _ = two_coins(0.3, 0.5)
    found = shares(weights, x, [indicator(x), indicator(x)])
    assert found.first == pytest.approx((1, 1))
    assert found.total == pytest.approx((0, 0))
    assert found.shapley == pytest.approx((0.5, 0.5))


def test_a_certain_answer_and_a_blind_one_explain_nothing() -> None:
    weights, x, y = two_coins(0.3, 0.6)
    certain, blind = np.ones((4, 1)), np.tile([0.2, 0.8], (4, 1))
    found = shares(weights, x + y, [certain, indicator(x), blind])
    assert found.first[0] == found.first[2] == pytest.approx(0, abs=1e-12)
    assert found.shapley[0] == pytest.approx(0, abs=1e-12)
    assert sum(found.shapley) == pytest.approx(found.together) == pytest.approx(0.21 / (0.21 + 0.24))


def test_a_noisy_answer_by_hand() -> None:
    even = np.array([0.5, 0.5])
    heard = np.array([[0.9, 0.1], [0.1, 0.9]])  # E[V | heard] is 0.1 or 0.9, so its variance 0.16 over 0.25
    assert shares(even, np.array([0.0, 1.0]), [heard]).first[0] == pytest.approx(0.64)


def test_nothing_open_is_explained_by_nothing() -> None:
    weights, x, _ = two_coins(0.3, 0.6)
    found = shares(weights, np.full(4, 0.7), [indicator(x)])
    assert (found.first, found.shapley, found.variance) == ((0.0,), (0.0,), 0.0)


@given(st.data())
def test_against_plain_enumeration(data: Any) -> None:
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    paths, sizes = data.draw(st.integers(2, 6)), data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    p, v = rng.dirichlet(np.ones(paths)), rng.normal(size=paths)
    tables = [rng.dirichlet(np.ones(k), size=paths) for k in sizes]

    def known(some: tuple[int, ...]) -> float:
        total = 0.0
        for cell in itertools.product(*(range(sizes[k]) for k in some)):
            mass = p * np.prod([tables[k][:, a] for k, a in zip(some, cell, strict=True)], axis=0)
            total += (mass @ v) ** 2 / mass.sum()
        return (total - (p @ v) ** 2) / (p @ v**2 - (p @ v) ** 2)

    n = len(sizes)
    found = shares(p, v, tables)
    everybody = tuple(range(n))
    assert found.together == pytest.approx(known(everybody), abs=1e-9)
    for k in range(n):
        others = tuple(j for j in everybody if j != k)
        assert found.first[k] == pytest.approx(known((k,)), abs=1e-9)
        assert found.total[k] == pytest.approx(known(everybody) - known(others), abs=1e-9)
        orders = list(itertools.permutations(everybody))  # the definition: the mean gain over all orders of asking
        gains = [
            known(tuple(sorted(o[: o.index(k) + 1]))) - (known(tuple(sorted(o[: o.index(k)]))) if o.index(k) else 0)
            for o in orders
        ]
        assert found.shapley[k] == pytest.approx(sum(gains) / math.factorial(n), abs=1e-9)
    assert sum(found.shapley) == pytest.approx(found.together, abs=1e-9)
    extra = rng.dirichlet(np.ones(2), size=paths)
    more = shares(p, v, [*tables, extra]).together - found.together
    assert added(p, v[:, None], tables, extra)[0] == pytest.approx(more, abs=1e-9)


def test_several_outcomes_and_weights_at_once() -> None:
    weights, x, y = two_coins(0.3, 0.6)
    other, _, _ = two_coins(0.5, 0.5)
    values = np.stack([x, x * y], axis=1)
    worth, variance = worth_of_sets(np.stack([weights, other]), values, [indicator(x), indicator(y)])
    assert worth.shape == (2, 2, 4)
    assert variance[1, 0] == pytest.approx(0.25)
    assert worth[1, 1, 1] == pytest.approx(1 / 3)


def test_bad_input_is_refused() -> None:
    weights, x, _ = two_coins(0.3, 0.6)
    with pytest.raises(InputError, match="sum to 1"):
        shares(weights, x, [np.full((4, 2), 0.6)])
    with pytest.raises(InputError, match="row of likelihoods"):
        shares(weights, x, [np.ones((3, 1))])
    with pytest.raises(InputError, match="too many to go through"):
        shares(weights, x, [np.ones((4, 1))] * 13)
