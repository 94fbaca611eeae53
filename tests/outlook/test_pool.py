"""The logarithmic pool and updating: closed forms, the properties that tell a pool from an average, draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from detente.errors import InputError, UnknownName
from detente.outlook.pool import FLOOR, floored, log_pool, spread, spread_draws
from detente.outlook.signals import update

chances = st.lists(st.floats(0.02, 1.0), min_size=3, max_size=3).map(lambda x: np.array(x) / sum(x))
weight = st.floats(0.05, 1.0)
few = settings(max_examples=50, deadline=None)


@few
@given(chances, weight, weight)
def test_judgements_that_agree_are_kept(p: np.ndarray, a: float, b: float) -> None:
    np.testing.assert_allclose(log_pool([p, p], [a, b]), p, atol=1e-12)


@few
@given(chances, chances, weight, weight, chances)
def test_updating_before_or_after_pooling_is_the_same(
    p: np.ndarray, q: np.ndarray, a: float, b: float, likelihood: np.ndarray
) -> None:
    def updated(x: np.ndarray) -> np.ndarray:
        return x * likelihood / (x @ likelihood)

    later = updated(log_pool([p, q], [a, b], floor=0))
    earlier = log_pool([updated(p), updated(q)], [a, b], floor=0)
    np.testing.assert_allclose(earlier, later, rtol=1e-9)


@few
@given(chances, chances, weight)
def test_order_of_judgements_and_scale_of_weights_do_not_matter(p: np.ndarray, q: np.ndarray, a: float) -> None:
    np.testing.assert_allclose(log_pool([p, q], [a, 1.0]), log_pool([q, p], [3.0, 3 * a]), atol=1e-12)


def test_two_outcomes_pool_on_the_scale_of_log_odds() -> None:
    p = log_pool([[0.9, 0.1], [0.2, 0.8]], [0.25, 0.75])
    expected = 0.25 * math.log(9) + 0.75 * math.log(0.25)
    assert math.log(p[0] / p[1]) == pytest.approx(expected, rel=1e-12)


def test_a_zero_is_raised_to_the_floor_and_vetoes_nothing() -> None:
    p = log_pool([[0.0, 1.0], [0.5, 0.5]], [0.5, 0.5])
    assert p[0] == pytest.approx(math.sqrt(FLOOR) / (1 + math.sqrt(FLOOR)), rel=1e-12)  # odds of the floored: 0.001 to 1
    assert floored([0.0, 0.0, 1.0]).sum() == pytest.approx(1)
    assert log_pool([[0.0, 1.0], [0.5, 0.5]], [0.5, 0.5], floor=0.01)[0] > p[0]


def test_a_judgement_of_weight_zero_says_nothing() -> None:
    np.testing.assert_allclose(log_pool([[0.9, 0.1], [0.3, 0.7]], [0.0, 2.0]), [0.3, 0.7], atol=1e-12)


@pytest.mark.parametrize("weights", [[-0.1, 1.1], [0.0, 0.0], [1.0], [math.nan, 1.0]])
def test_weights_that_make_no_sense_are_refused(weights: list[float]) -> None:
    with pytest.raises(InputError):
        log_pool([[0.5, 0.5], [0.5, 0.5]], weights)


def test_draws_keep_the_stated_ends() -> None:
    ranges = [[0.05, 0.2, 0.4], [0.5, 0.6, 0.7], [0.1, 0.2, 0.3]]
    draws = spread_draws(ranges, 20_000, np.random.default_rng(1))
    np.testing.assert_allclose(draws.sum(axis=1), 1)
    # before scaling the ends are exact: with one free branch against a nearly fixed rest they nearly are after it
    lone = spread_draws([[0.01, 0.02, 0.05], [0.98, 0.98, 0.98]], 20_000, np.random.default_rng(1))
    odds = lone[:, 0] / lone[:, 1] * 0.98
    np.testing.assert_allclose(np.quantile(odds, [0.05, 0.5, 0.95]), [0.01, 0.02, 0.05], rtol=0.03)
    table = spread(draws, np.array([0.2, 0.6, 0.2]))
    assert (table[:, 0] <= table[:, 1]).all()
    assert (table[:, 1] <= table[:, 2]).all()
    with pytest.raises(InputError):
        spread_draws([[0.3, 0.2, 0.4]], 10, np.random.default_rng(0))


def test_an_update_is_the_rule_of_bayes_and_its_order_does_not_matter() -> None:
    prior = {"pause": 0.5, "time": 0.3, "break": 0.2}
    signals = {"a": {"pause": 2.0, "break": 0.5}, "b": {"time": 3.0}}
    found = update(prior, signals)
    raw = {"pause": 0.5 * 2, "time": 0.3 * 3, "break": 0.2 * 0.5}
    assert found.after == pytest.approx({k: v / sum(raw.values()) for k, v in raw.items()})
    turned = update(prior, dict(reversed(signals.items())))
    assert turned.after == pytest.approx(found.after)
    assert found.steps[0].after == found.steps[1].before
    assert sum(found.steps[0].points.values()) == pytest.approx(0, abs=1e-9)
    ratio = found.steps[0].bits["pause"] - found.steps[0].bits["break"]
    assert ratio == pytest.approx(math.log2(2.0 / 0.5))


@few
@given(chances, chances)
def test_a_signal_never_carries_negative_information(p: np.ndarray, likelihood: np.ndarray) -> None:
    names = ["x", "y", "z"]
    step = update(dict(zip(names, p, strict=True)), {"s": dict(zip(names, likelihood, strict=True))}).steps[0]
    assert step.information >= 0
    flat = update(dict(zip(names, p, strict=True)), {"s": dict.fromkeys(names, 0.4)}).steps[0]
    assert flat.information == pytest.approx(0, abs=1e-12)


def test_likelihoods_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InputError, match="above 0"):
        update({"a": 0.5, "b": 0.5}, {"s": {"a": 0.0}})
    with pytest.raises(UnknownName, match="pause"):
        update({"pause": 0.5, "b": 0.5}, {"s": {"paus": 1.0}})


def test_a_certain_branch_can_be_drawn_and_disorder_is_still_refused() -> None:
    """A pooled certainty has all three values alike but for rounding; the middle may stand a hair above the high end."""
    sure = 1 - 1e-13
    draws = spread_draws([[0.0, 0.0, 0.0], [sure, 1.0, sure]], 100, np.random.default_rng(1))
    assert np.allclose(draws.sum(axis=1), 1.0)
    assert draws[:, 1].min() > 0.99
    with pytest.raises(InputError, match="low, central, high"):
        spread_draws([[0.5, 0.4, 0.6], [0.5, 0.6, 0.7]], 10, np.random.default_rng(1))
