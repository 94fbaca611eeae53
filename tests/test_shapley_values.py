"""Shapley values against games whose division is known, and against every order gone through."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from detente.shapley_values import all_sets, shapley_values


def test_the_glove_game() -> None:
    """One left glove, two right ones; a pair is worth 1 (Shapley and Shubik 1969): 2/3, 1/6, 1/6."""
    worth = {s: np.array([float(0 in s and len(s) > 1)]) for s in all_sets(3)}
    assert np.concatenate(shapley_values(worth, 3)) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


@given(st.lists(st.floats(-5, 5), min_size=16, max_size=16), st.permutations(range(16)))
def test_the_mean_contribution_over_all_orders(values: list[float], order: list[int]) -> None:
    sets = [list(all_sets(4))[k] for k in order]
    worth = {s: np.array([v, 2 * v]) for s, v in zip(sets, values, strict=True)}
    found = shapley_values(worth, 4)
    for k in range(4):
        gains = [
            worth[frozenset(o[: o.index(k) + 1])] - worth[frozenset(o[: o.index(k)])] for o in itertools.permutations(range(4))
        ]
        assert found[k] == pytest.approx(sum(gains) / math.factorial(4), abs=1e-12)
    assert sum(found) == pytest.approx(worth[frozenset(range(4))] - worth[frozenset()], abs=1e-12)


def test_nobody_gets_nothing_and_a_missing_set_is_an_error() -> None:
    assert shapley_values({frozenset(): np.array([1.0])}, 0) == []
    with pytest.raises(KeyError):
        shapley_values({frozenset(): np.array([0.0])}, 1)
