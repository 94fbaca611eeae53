"""Scores: closed forms, propriety, skill, calibration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from detente.errors import InputError, UnknownName
from detente.outlook.scores import brier, calibration, log_score, resampled, score, skill, uniform

chances = st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3).map(
    lambda x: dict(zip("abc", np.array(x) / sum(x), strict=True))
)


def test_closed_forms() -> None:
    assert brier({"a": 1.0, "b": 0.0}, "a") == 0
    assert brier({"a": 1.0, "b": 0.0}, "b") == 2
    assert brier(uniform("abcd"), "c") == pytest.approx(1 - 1 / 4)
    assert brier({"a": 0.7, "b": 0.2, "c": 0.1}, "b") == pytest.approx(0.49 + 0.64 + 0.01)
    assert log_score(uniform("abcd"), "c") == pytest.approx(2)
    assert log_score({"a": 0.0, "b": 1.0}, "a") == pytest.approx(math.log2(1000))


@settings(max_examples=60, deadline=None)
@given(chances, chances)
def test_both_scores_are_proper(truth: dict[str, float], stated: dict[str, float]) -> None:
    for rule in (brier, log_score):
        honest = sum(p * rule(truth, k) for k, p in truth.items())
        other = sum(p * rule(stated, k) for k, p in truth.items())
        assert honest <= other + 1e-9


def test_skill_and_its_range() -> None:
    right = [{"a": 0.8, "b": 0.2}] * 10
    fair = [uniform("ab")] * 10
    outcomes = ["a"] * 8 + ["b"] * 2
    low, value, high = skill(right, fair, outcomes)
    mine = (8 * 0.08 + 2 * 1.28) / 10
    assert value == pytest.approx(1 - mine / 0.5)
    assert low < value < high
    assert skill(fair, fair, outcomes) == (0, 0, 0)
    perfect = [{"a": 1.0, "b": 0.0}] * 2
    assert all(math.isnan(x) for x in skill(fair[:2], perfect, ["a", "a"]))


def test_the_resampled_range_is_that_of_the_mean() -> None:
    values = np.random.default_rng(0).normal(size=400)
    low, high = resampled(list(values))
    half = 1.645 * values.std() / 20
    assert low == pytest.approx(values.mean() - half, abs=0.02)
    assert high == pytest.approx(values.mean() + half, abs=0.02)
    assert resampled([0.3]) == (0.3, 0.3)
    assert resampled(list(values)) == (low, high)


def test_calibration_counts_every_statement_once() -> None:
    forecasts = [{"a": 0.9, "b": 0.1}, {"a": 0.85, "b": 0.15}, {"a": 0.5, "b": 0.5}]
    table = calibration(forecasts, ["a", "b", "a"])
    assert table["statements"].sum() == 6
    top = table.iloc[-1]
    assert (top["statements"], top["came true"]) == (2, 0.5)
    assert top["stated"] == pytest.approx(0.875)
    assert calibration([{"a": 1.0, "b": 0.0}], ["a"])["statements"].tolist() == [1, 0, 0, 0, 1]


def test_what_is_refused() -> None:
    with pytest.raises(UnknownName):
        brier({"a": 1.0, "b": 0.0}, "c")
    with pytest.raises(InputError, match="sum to"):
        brier({"a": 0.5, "b": 0.2}, "a")
    with pytest.raises(InputError):
        score("x", [], [])
    with pytest.raises(InputError):
        score("x", [uniform("ab")], ["a", "b"])
