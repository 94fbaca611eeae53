"""Entry under a threatened duty: published form, closed forms, and which way it moves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from detente.equilibrium.months import rows, value
from detente.equilibrium.uncertainty import entry_factor, tariff_equivalent
from detente.errors import InputError

part = st.floats(0.01, 0.99)


@pytest.mark.parametrize(("elasticity", "percent"), [(5.0, [6, 15, 26]), (3.0, [11, 27, 45])])
def test_vectors(elasticity: float, percent: list[int]) -> None:
    """41 to 156 %, a year ahead worth 0.85."""
    found = tariff_equivalent((0.05, 0.15, 0.3), 1.41, 2.56, elasticity=elasticity)
    assert [round(100 * x) for x in found] == percent
    omega = math.exp(-elasticity * math.log(2.56 / 1.41))
    for gamma, x in zip((0.05, 0.15, 0.3), found, strict=True):
        u = gamma * 0.85 / 0.15
        assert x == pytest.approx(((1 + u) / (1 + u * omega)) ** (1 / (elasticity - 1)) - 1, rel=1e-12)


@given(part, st.floats(1.0, 3.0), st.floats(1.01, 4.0), st.floats(0.5, 0.95), st.floats(1.5, 9.0))
def test_it_is_the_duty_that_leaves_as_much(hazard: float, now: float, rise: float, beta: float, sigma: float) -> None:
    """Profit under the threat, mixed 1 : u of the two states, is what the equivalent duty for good would leave."""
    equivalent = float(tariff_equivalent(hazard, now, now * rise, patience=beta, elasticity=sigma))
    u = hazard * beta / (1 - beta)
    assert (1 + equivalent) ** (1 - sigma) == pytest.approx((1 + u * rise**-sigma) / (1 + u), rel=1e-9)


@given(part, part, st.floats(1.01, 4.0))
def test_monotone_in_the_hazard_and_bounded(first: float, second: float, rise: float) -> None:
    low, high = sorted((first, second))
    assert tariff_equivalent(low, 1.1, 1.1 * rise) <= tariff_equivalent(high, 1.1, 1.1 * rise) + 1e-12
    assert 0 <= tariff_equivalent(high, 1.1, 1.1 * rise) < rise ** (5 / 4) - 1 + 1e-12


@given(part, st.floats(0.5, 3.0))
def test_no_threat_costs_nothing(hazard: float, now: float) -> None:
    assert tariff_equivalent(0.0, now, 3 * now) == 0
    assert tariff_equivalent(hazard, now, now) == pytest.approx(0, abs=1e-12)
    assert tariff_equivalent(hazard, now, 0.9 * now) == pytest.approx(0, abs=1e-12), "a duty that may fall is no threat"


def test_the_future_alone_makes_a_threat() -> None:
    assert entry_factor(0.5, 0.1, patience=0.0) == 1
    assert entry_factor(np.array([0.0, 1.0]), 0.2).shape == (2,)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"hazard": -0.1, "kept": 0.5}, "hazard must lie between 0 and 1"),
        ({"hazard": float("nan"), "kept": 0.5}, "hazard must lie"),
        ({"hazard": 0.1, "kept": 1.5}, "part of profit kept"),
        ({"hazard": 0.1, "kept": 0.5, "patience": 1.0}, "patience must be at least 0 and below 1"),
        ({"hazard": 0.1, "kept": 0.5, "elasticity": 1.0}, "elasticity of demand must be above 1"),
    ],
)
def test_bad_numbers_are_refused(given: dict[str, float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        entry_factor(**given)


def test_duty_factors_are_positive() -> None:
    with pytest.raises(InputError, match="duty factors"):
        tariff_equivalent(0.1, 0.0, 1.0)


def test_rows_of_the_path() -> None:
    assert value("new_trade", 0) == 0
    shares = [value("new_trade", m) for m in (6, 12, 24, 36, 72, 120)]
    assert shares == sorted(shares)
    for name in ("new_trade", "patience", "demand_elasticity"):
        low, centre, high = (np.asarray(rows()[name][end]) for end in ("low", "centre", "high"))
        assert (low <= centre).all()
        assert (centre <= high).all()
