"""How much cases elsewhere count: the strength estimated from simulated groups, its two extremes, and a second reckoning."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import betaln

from detente.errors import InputError, UnknownName
from detente.outlook.shrinkage import Groups, lent, strength_between, strength_within

MEAN = np.array([0.5, 0.3, 0.2])


def drawn(rng: np.random.Generator, strength: float, groups: int, mean: np.ndarray = MEAN) -> np.ndarray:
    sizes = rng.integers(3, 40, groups)
    chances = rng.dirichlet(strength * mean, groups)
    return np.array([rng.multinomial(n, p) for n, p in zip(sizes, chances, strict=True)], float)


@pytest.mark.parametrize("strength", [4.0, 15.0])
def test_the_strength_of_simulated_groups_is_found(strength: float) -> None:
    rng = np.random.default_rng(1)
    found = [1 / strength_within([Groups.of(drawn(rng, strength, 300))]) for _ in range(40)]
    assert 1 / np.mean(found) == pytest.approx(strength, rel=0.08)


def test_moments_and_likelihood_agree_on_the_strength() -> None:
    rng = np.random.default_rng(2)
    counts = drawn(rng, 10.0, 800, np.array([0.4, 0.6]))
    x, n = counts[:, 0], counts.sum(axis=1)
    m = x.sum() / n.sum()

    def loss(log: float) -> float:
        s = math.exp(log)
        return -float((betaln(x + s * m, n - x + s * (1 - m)) - betaln(s * m, s * (1 - m))).sum())

    likeliest = math.exp(minimize_scalar(loss, bounds=(0, 6), method="bounded").x)
    assert strength_within([Groups.of(counts)]) == pytest.approx(likeliest, rel=0.2)


def test_rates_over_time_are_found_too() -> None:
    rng = np.random.default_rng(3)
    found = []
    for _ in range(40):
        days = rng.uniform(200, 4000, 300)
        ends = rng.poisson(days * rng.gamma(3.0, 1 / 2000, 300))  # worth 2,000 days, mean .0015 a day
        found.append(1 / strength_within([Groups.of(ends[:, None], list(days))], poisson=True))
    assert 1 / np.mean(found) == pytest.approx(2000, rel=0.1)


def test_pooling_is_closer_to_the_truth_than_either_alone() -> None:
    rng = np.random.default_rng(4)
    errors = {"own": 0.0, "outside": 0.0, "pooled": 0.0}
    elsewhere = {"a": Groups.of(drawn(rng, 12.0, 150))}
    for _ in range(400):
        truth = rng.dirichlet(12.0 * MEAN)
        own = rng.multinomial(15, truth)
        prior = lent(elsewhere, "a", own)
        pooled = prior.pseudo + own
        said = {"own": own / own.sum(), "outside": prior.mean, "pooled": pooled / pooled.sum()}
        for name, p in said.items():
            errors[name] += float(((p - truth) ** 2).sum())
    assert errors["pooled"] < 0.8 * min(errors["own"], errors["outside"])


def test_no_variance_pools_every_case_as_one_sample() -> None:
    same = {"a": Groups.of([[6, 4], [12, 8], [3, 2]]), "b": Groups.of([[9, 6], [30, 20]])}
    prior = lent(same, "a", [6, 4])
    assert (prior.within, prior.classes) == (math.inf, math.inf)
    assert prior.strength == pytest.approx(100)
    pooled = prior.pseudo + np.array([6, 4])
    assert pooled / pooled.sum() == pytest.approx([0.6, 0.4])


def test_large_variance_leaves_the_record_to_itself() -> None:
    apart = {"a": Groups.of([[50, 0], [0, 50], [50, 0], [0, 50]])}
    prior = lent(apart, "a", [18, 2])
    assert prior.within < 0.5
    assert prior.strength == 1  # half a case an outcome, the least
    pooled = prior.pseudo + np.array([18, 2])
    assert pooled / pooled.sum() == pytest.approx([18.5 / 21, 2.5 / 21])
    rate = lent({"a": Groups.of([[30], [0], [40], [1]], [1000, 1000, 1000, 5000])}, "a", [3], exposure=2000)
    assert float(rate.pseudo[0]) == pytest.approx(0.5)


def test_a_record_far_from_its_class_borrows_less() -> None:
    rng = np.random.default_rng(5)
    near = {"a": Groups.of(drawn(rng, 200.0, 40, np.array([0.5, 0.5])))}
    assert lent(near, "a", [10, 10]).strength > lent(near, "a", [20, 0]).strength


def test_classes_that_differ_lend_each_other_little() -> None:
    rng = np.random.default_rng(6)

    def classes(means: list[float]) -> dict[str, Groups]:
        return {str(k): Groups.of(drawn(rng, 400.0, 60, np.array([m, 1 - m]))) for k, m in enumerate(means)}

    alike, apart = classes([0.5] * 6), classes([0.1, 0.3, 0.5, 0.7, 0.9, 0.95])
    small = Groups.of([[2, 0], [1, 1]])
    towards = lent({**alike, "x": small}, "x", [0, 0])
    assert towards.mean[0] == pytest.approx(0.5, abs=0.03)  # two pairs of its own move it little
    stays = lent({**apart, "x": small}, "x", [0, 0])
    assert stays.classes < 5
    assert stays.mean[0] > towards.mean[0]


def test_between_classes_the_strength_is_found() -> None:
    rng = np.random.default_rng(7)
    found = []
    for _ in range(60):
        means = rng.dirichlet(20.0 * MEAN, 30)
        found.append(1 / strength_between([Groups.of(drawn(rng, 50.0, 30, m)) for m in means], 50.0))
    assert 1 / np.mean(found) == pytest.approx(20, rel=0.15)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda x: sum(x) > 1), min_size=2, max_size=8),
       st.tuples(st.integers(0, 30), st.integers(0, 30)))  # fmt: skip
def test_sums_are_enough_and_the_pool_lies_between(counts: list[tuple[int, int]], own: tuple[int, int]) -> None:
    x = np.array(counts, float)
    sums = Groups.of(x[:1])
    for row in x[1:]:
        sums += Groups.of([row])
    n, p = x.sum(1), x / x.sum(1)[:, None]
    np.testing.assert_allclose([sums.size, sums.square, *sums.spread], [x.sum(), (n**2).sum(), *(x * p).sum(0)])
    assert sums.between == pytest.approx(float((n[:, None] * (p - x.sum(0) / x.sum()) ** 2).sum()), abs=1e-9)
    prior = lent({"a": sums}, "a", own)
    pooled = prior.pseudo + np.array(own, float)
    pooled /= pooled.sum()
    assert prior.mean.sum() == pytest.approx(1)
    assert 1 <= prior.strength <= max(1, sums.size) + 1e-9
    if sum(own):
        ends = sorted((prior.mean[0], own[0] / sum(own)))
        assert ends[0] - 1e-9 <= pooled[0] <= ends[1] + 1e-9


def test_bad_groups_are_refused() -> None:
    with pytest.raises(InputError, match="counts from 0"):
        Groups.of([[-1, 2]])
    with pytest.raises(InputError, match="sizes above 0"):
        Groups.of([[0, 0]])
    with pytest.raises(InputError, match="no group has two cases"):
        strength_within([Groups.of([[1, 0], [0, 1]])])
    with pytest.raises(InputError, match="no class has two groups"):
        strength_within([Groups.of([[4, 3]])])
    with pytest.raises(UnknownName, match="class"):
        lent({"a": Groups.of([[1, 2]])}, "b", [1, 1])
