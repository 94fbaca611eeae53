"""Critical inputs: closed forms, the months after a cut, stocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

import detente as dt
from detente.equilibrium.chokepoints import (
    chokepoint,
    direct_losses,
    flexibility,
    output_after_cut,
    second_order,
    shortage_begins,
)
from detente.errors import InputError, UnknownSector


def test_vectors() -> None:
    assert 100 * (output_after_cut(0.04, 0.04, 0.9) - 1) == pytest.approx(-1.57, abs=5e-3)
    assert 100 * (second_order(0.04, 0.04, 0.9) - 1) == pytest.approx(-0.93, abs=5e-3)
    assert 100 * (output_after_cut(0.012, 0.04, 0.7) - 1) == pytest.approx(-15.9, abs=5e-2)
    assert 100 * (second_order(0.012, 0.04, 0.7) - 1) == pytest.approx(-2.2, abs=5e-2)


@given(s=st.floats(1e-6, 0.5), sigma=st.floats(0.01, 5.0), x=st.floats(0.01, 1.0))
def test_output_lies_between_the_input_and_nothing_lost(s: float, sigma: float, x: float) -> None:
    y = float(output_after_cut(s, sigma, x))
    assert x * (1 - 1e-9) <= y <= 1 + 1e-12
    assert float(output_after_cut(s, sigma + 0.5, x)) >= y - 1e-12


def test_cobb_douglas_limit_and_no_overflow() -> None:
    assert output_after_cut(0.1, 1.0, 0.5) == pytest.approx(0.5**0.1)
    assert output_after_cut(0.1, 1 + 1e-7, 0.5) == pytest.approx(0.5**0.1, rel=1e-6)
    assert float(output_after_cut(1e-4, 0.001, 0.01)) == pytest.approx(0.01, rel=0.02)
    with pytest.raises(InputError):
        output_after_cut(0.1, 0.0, 0.5)


def test_flexibility_grows_and_stocks_delay() -> None:
    steps = [flexibility(m) for m in (0, 3, 9, 24, 60, 120)]
    assert steps == sorted(steps)
    assert flexibility(9) == pytest.approx((dt.horizon("short").critical_substitution, dt.horizon("short").critical_trade_factor))
    assert shortage_begins(90, 0.5) == pytest.approx(180 / (365.25 / 12))
    assert shortage_begins(90, 0.0) == float("inf")


def test_rare_earths_lose_much_at_first_and_little_later() -> None:
    """Near-total withholding for months: losses of the published order (ECB 2026: about 2 % for the United States)."""
    world = dt.load_world()
    path = chokepoint(world, "CHN", "RER", 0.93, stock_days=60, months=(1, 9, 60))
    assert path.outcomes[0] is None
    table = path.to_frame(["USA", "CHN", "KOR"])
    assert -3.0 < table.loc[9, "USA"] < -1.0
    assert -0.1 < table.loc[60, "USA"] < 0
    assert table.loc[1, "USA"] == 0
    vehicles = path.downstream(9).loc["USA", "MVH"]
    value = world.intermediate_use[0, world.sectors.index("RER"), world.sectors.index("MVH")]
    assert vehicles < -5
    assert value / world.output[0, world.sectors.index("MVH")] < 0.002
    with pytest.raises(InputError, match="stocks still last"):
        path.downstream(1)


def test_a_partial_cut_costs_about_two_tenths() -> None:
    """Most of Chinese exports withheld in the short run. The ECB has 0.3 to 0.6 %; this was 0.31 at the prices of 2022."""
    loss = dt.solve(dt.load_world(), dt.Policy([dt.ExportControl(by="CHN", sectors="RER", withhold=0.84)]), "short")
    assert loss.real_income["USA"] == pytest.approx(-0.20, abs=0.01)


def test_direct_losses_show_how_far_off_the_second_order_is() -> None:
    world = dt.load_world()
    left = np.full(len(world.regions), 0.5)
    table = direct_losses(world, "RER", list(left), 0.05)
    assert table.loc[("USA", "MVH"), "exact, %"] < 5 * table.loc[("USA", "MVH"), "second order, %"] < 0
    with pytest.raises(UnknownSector):
        direct_losses(world, "REE", list(left), 0.05)
