"""Closed-form two-country vectors: one good each, trade elasticity 4, iceberg 1.3 both ways."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize, root

import detente as dt
from economies import two_countries


def welfare(economy: dt.Economy, home: float, foreign: float) -> np.ndarray:
    """Real income over free trade, percent, with tariffs `home` on F's good and `foreign` on H's."""
    tariffs = np.array([[0.0, foreign], [home, 0.0]])[:, :, None]
    return dt.solve(economy, dt.Policy.from_arrays(tariffs=tariffs)).real_income.to_numpy()


def slope(economy: dt.Economy, player: int, rates: tuple[float, float], step: float = 2e-3) -> float:
    """Derivative of a player's welfare in its own rate, five-point."""

    def at(k: int) -> float:
        moved = list(rates)
        moved[player] += k * step
        return welfare(economy, *moved)[player]

    return (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * step)


def best_reply(economy: dt.Economy, other: float) -> float:
    found = root(lambda t: slope(economy, 0, (float(t[0]), other)), x0=[0.3], tol=1e-10)
    return float(found.x[0])


def nash(economy: dt.Economy) -> np.ndarray:
    found = root(lambda t: [slope(economy, 0, (t[0], t[1])), slope(economy, 1, (t[0], t[1]))], x0=[0.3, 0.3], tol=1e-10)
    return found.x


@pytest.mark.parametrize(("other", "expected"), [(0.0, 0.299472), (0.3, 0.274619)])
def test_best_reply(other: float, expected: float) -> None:
    assert best_reply(two_countries((1, 1)), other) == pytest.approx(expected, abs=1e-6)


def test_symmetric_nash() -> None:
    economy = two_countries((1, 1))
    rates = nash(economy)
    assert rates == pytest.approx([0.275888, 0.275888], abs=1e-6)
    assert welfare(economy, *rates) == pytest.approx([-1.8298, -1.8298], abs=1e-4)


def test_deviation_from_free_trade() -> None:
    economy = two_countries((1, 1))
    assert welfare(economy, best_reply(economy, 0.0), 0.0) == pytest.approx([1.6230, -2.9467], abs=1e-4)


def test_asymmetric_nash_and_bargain() -> None:
    economy = two_countries((3, 1))
    rates = nash(economy)
    assert rates == pytest.approx([0.29387, 0.26488], abs=1e-5)
    disagreement = welfare(economy, *rates)
    assert disagreement == pytest.approx([-0.7452, -3.7597], abs=1e-4)

    def loss(t: np.ndarray) -> float:
        gain = welfare(economy, *t) - disagreement
        return -float(np.log(gain).sum()) if (gain > 0).all() else 1e3

    agreed = minimize(loss, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-14, "maxiter": 2000}).x
    assert (1 + agreed[0]) * (1 + agreed[1]) == pytest.approx(1.0, abs=2e-5)
    assert agreed == pytest.approx([0.02208, -0.02160], abs=1e-5)


def test_acr_sufficient_statistic() -> None:
    """Ŵ = π̂_nn^(−1/θ) for iceberg shocks with one sector, no intermediates and balanced trade."""
    economy = two_countries((3, 1))
    iceberg = np.array([[1.0, 1.25], [1.1, 1.0]])[:, :, None]
    outcome = dt.solve(economy, dt.Policy.from_arrays(iceberg=iceberg))
    own = np.arange(2)
    share = outcome.after.shipments[own, own, 0] / outcome.after.spending[:, 0]
    before = economy.expenditure_shares[own, own, 0]
    predicted = 100 * ((share / before) ** (-1 / 4) - 1)
    assert outcome.real_income.to_numpy() == pytest.approx(predicted, abs=1e-8)
