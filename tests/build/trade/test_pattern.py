"""The pattern of trade of a file in a table that keeps its accounts."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.build.trade.pattern import with_trade
from detente.errors import InputError

TOY = dt.load_world("toy")


def _array(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(
        values,
        coords={"origin": list(TOY.regions), "destination": list(TOY.regions), "sector": list(TOY.sectors)},
        dims=("origin", "destination", "sector"),
    )


def test_its_own_trade_moves_nothing() -> None:
    found = with_trade(TOY, TOY.trade)
    np.testing.assert_allclose(found.world.shipments, TOY.shipments, rtol=1e-5)
    assert found.moved < 1e-5
    assert found.before == pytest.approx(found.file)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31))
def test_accounts_stay_and_the_pattern_is_the_files(seed: int) -> None:
    draw = np.random.default_rng(seed)
    values = np.array(TOY.shipments) * draw.uniform(0.3, 3.0, TOY.shipments.shape)
    values[:, :, 2] = 0.0  # services are not in it
    array = _array(values)
    found = with_trade(TOY, array.isel(origin=[2, 0, 1]) if seed % 2 else array, source="customs").world
    for name in ("output", "expenditure", "value_added", "final_use", "intermediate_use"):
        np.testing.assert_allclose(getattr(found, name), getattr(TOY, name), rtol=1e-9)
    np.testing.assert_array_equal(found.shipments[:, :, 2], TOY.shipments[:, :, 2])
    # without duties each good is the file's trade (and the table's own sales), a factor a seller and one a buyer
    free = dt.with_duties(TOY, _array(np.zeros_like(TOY.shipments)))
    found = with_trade(free, array).world
    own = np.eye(3, dtype=bool)
    start = np.where(own, TOY.shipments[:, :, 1], values[:, :, 1] * TOY.shipments[~own, 1].sum() / values[~own, 1].sum())
    factors = np.log(found.shipments[:, :, 1] / start)
    apart = factors - factors.mean(0) - factors.mean(1)[:, None] + factors.mean()
    np.testing.assert_allclose(apart, 0.0, atol=1e-4)


def test_a_piece_of_a_file_is_refused() -> None:
    with pytest.raises(InputError, match=r"customs has .* too little to say who trades with whom"):
        with_trade(TOY, _array(0.01 * TOY.shipments), source="customs")
    with pytest.raises(InputError, match="the file has 0 million USD"):
        with_trade(TOY, _array(np.zeros_like(TOY.shipments)))
    yen = TOY.with_(unit="million JPY")
    assert with_trade(yen, _array(0.01 * TOY.shipments)).moved < 1e-5
