"""Labelled arrays go by their labels, whatever their order; what no label places is refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.errors import InputError, UnknownName
from detente.world import Economy
from detente.world.labelled import in_order

TOY = dt.load_world("toy")
R, S = list(TOY.regions), list(TOY.sectors)
DIMS = {
    "shipments": ("origin", "destination", "sector"),
    "tariff_rates": ("origin", "destination", "sector"),
    "export_tax_rates": ("origin", "destination", "sector"),
    "intermediate_use": ("region", "input", "user"),
    "value_added": ("region", "sector"),
    "final_use": ("region", "sector"),
    "trade_elasticity": ("sector",),
}


def labelled(name: str) -> xr.DataArray:
    dims = DIMS[name]
    return xr.DataArray(getattr(TOY, name), dims=dims, coords={d: S if d in ("sector", "input", "user") else R for d in dims})


def flows(**changed: Any) -> dict[str, Any]:
    return {"regions": R, "sectors": S, "year": TOY.year, **{k: getattr(TOY, k) for k in DIMS}, **changed}


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_any_order_of_any_labelled_array_is_the_same_world(data: st.DataObject) -> None:
    changed: dict[str, Any] = {}
    for name in DIMS:
        array = labelled(name)
        array = array.transpose(*data.draw(st.permutations(array.dims)))
        array = array.isel({d: data.draw(st.permutations(range(3))) for d in array.dims})
        kind = data.draw(st.sampled_from(("xarray", "series", "frame")))
        if kind == "xarray":
            changed[name] = array
        elif array.ndim == 1 or kind == "series":
            changed[name] = array.to_series()
        else:
            changed[name] = array.to_series().unstack(array.dims[-1])  # noqa: PD010
    world = dt.World.from_flows(**flows(**changed))
    assert world.fingerprint == TOY.fingerprint


def test_without_names_of_levels_labels_find_their_axis() -> None:
    frame = pd.DataFrame(TOY.value_added, index=R, columns=S)
    for table in (frame.iloc[::-1], frame.T, frame[["SERVE", "FARM", "MAKE"]]):
        assert dt.World.from_flows(**flows(value_added=table)).fingerprint == TOY.fingerprint
    rows = pd.MultiIndex.from_product([S, R])  # sector before origin, as a table by row has it
    wide = pd.DataFrame(TOY.shipments.transpose(2, 0, 1).reshape(9, 3), index=rows, columns=R)
    assert dt.World.from_flows(**flows(shipments=wide)).fingerprint == TOY.fingerprint


def test_elasticities_by_label() -> None:
    theta = pd.Series([3.0, 9.0, 5.0], index=["SERVE", "FARM", "MAKE"])
    for given_ in (theta, theta.to_dict(), theta.rename_axis("sector").to_xarray()):
        world = dt.World.from_flows(**flows(trade_elasticity=given_))
        assert dict(zip(world.sectors, world.trade_elasticity.tolist(), strict=True)) == theta.to_dict()
        assert list(world.sectors) == S


def test_numbers_without_labels_go_by_position() -> None:
    assert dt.World.from_flows(**flows(value_added=pd.DataFrame(TOY.value_added))).fingerprint == TOY.fingerprint
    with pytest.raises(UnknownName, match="sector of value_added"):
        dt.World.from_flows(**flows(value_added=pd.DataFrame(TOY.value_added, index=R)[[2, 0, 1]]))


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        (labelled("value_added").rename(sector="branch"), InputError, "dimension 'branch'; its dimensions are region, sector"),
        (labelled("value_added").isel(region=[0, 1]), InputError, "value_added lacks the region CCC"),
        (labelled("value_added").isel(region=[0, 0, 1, 2]), InputError, "appear twice: AAA"),
        (labelled("value_added").assign_coords(region=["AAA", "BBB", "DDD"]), UnknownName, "DDD"),
        (labelled("value_added").to_series().iloc[1:], InputError, "AAA FARM is given nowhere"),
        (labelled("shipments").to_series(), InputError, "more rows, columns or levels than it has axes"),
    ],
)  # fmt: skip
def test_what_no_label_places_is_refused_by_name(values: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        dt.World.from_flows(**flows(value_added=values))


@pytest.mark.parametrize("order", [("destination", "sector", "origin"), ("sector", "origin", "destination")])
def test_a_duty_lands_where_its_labels_say(order: tuple[str, ...]) -> None:
    duty = xr.zeros_like(labelled("shipments")).isel(origin=[2, 0, 1], sector=[1, 2, 0]).transpose(*order)
    duty.loc[{"origin": "BBB", "destination": "AAA", "sector": "MAKE"}] = 0.5
    plain = np.zeros_like(TOY.shipments)
    plain[1, 0, 1] = 0.5
    for given_ in (duty, duty.to_series(), plain):
        moved = dt.Policy.from_arrays(added_tariffs=given_).shock(TOY).tariffs - TOY.tariff_rates
        assert np.array_equal(moved, plain)
    by_sector = xr.DataArray([0.1, 0.0, 0.0], dims="sector", coords={"sector": ["SERVE", "MAKE", "FARM"]})
    moved = dt.Policy.from_arrays(added_tariffs=by_sector).shock(TOY).tariffs - TOY.tariff_rates
    assert np.allclose(moved[..., 2], 0.1)
    assert np.allclose(moved[..., :2], 0.0)
    with pytest.raises(UnknownName, match="origin of iceberg"):
        dt.Policy.from_arrays(iceberg=duty.assign_coords(origin=["X", "Y", "Z"]) + 1).shock(TOY)


def test_shares_by_label_and_refused_without_names() -> None:
    economy = TOY.economy()
    beta = pd.DataFrame(economy.value_added_shares, index=R, columns=S)
    shares: dict[str, Any] = {
        "expenditure_shares": economy.expenditure_shares, "input_shares": economy.input_shares,
        "final_shares": economy.final_shares, "value_added": pd.Series(TOY.value_added.sum(1), index=R)[::-1],
        "deficits": economy.deficits, "tariffs": economy.tariffs, "trade_elasticity": economy.trade_elasticity,
        "value_added_shares": beta.T[["CCC", "AAA", "BBB"]],
    }  # fmt: skip
    found = Economy.from_shares(**shares, regions=R, sectors=S, quiet=True)
    assert np.allclose(found.value_added, economy.value_added)
    with pytest.raises(InputError, match="value_added_shares carries labels"):
        Economy.from_shares(**{**shares, "value_added": TOY.value_added.sum(1)}, quiet=True)
    with pytest.raises(InputError, match="trade_elasticity carries labels"):
        dt.solve(TOY, dt.Policy(), trade_elasticity=pd.Series([4.0, 5.0, 6.0], index=S))


def test_a_cut_sector_by_label() -> None:
    supply = pd.Series([0.1, 0.2, 0.3], index=R)
    plain = TOY.split_sector("MAKE", "NEW", supply_share=supply.to_numpy(), use_share=0.5)
    use = pd.DataFrame(0.5, index=R[::-1], columns=["FINAL", *S[::-1]])
    assert TOY.split_sector("MAKE", "NEW", supply_share=supply[::-1], use_share=use).fingerprint == plain.fingerprint
    assert in_order(0.5, (("region", R),), "x") == 0.5


def test_inventories_that_run_down_are_netted_on_request() -> None:
    trade, final, added = TOY.shipments.copy(), TOY.final_use.copy(), TOY.value_added.copy()
    duties = TOY.duty_factor
    gone = trade[1, 0, 0] + 50.0  # sold out of stock, beyond all that was shipped
    trade[1, 0, 0] -= gone
    final[0, 0] -= duties[1, 0, 0] * gone
    added[1, 0] -= gone
    table = flows(shipments=trade, final_use=final, value_added=added)
    with pytest.raises(InputError, match=r"shipments\[1, 0, 0\] is -50.*net_inventories=True"):
        dt.World.from_flows(**table)
    world = dt.World.from_flows(**table, net_inventories=True)
    assert world.card["inventories netted"] == {"amount": pytest.approx(50.0), "unit": "million USD", "cells": 1}
    assert world.shipments[1, 0, 0] == 0
    assert world.value_added[1, 0] == pytest.approx(added[1, 0] + 50)
    assert world.check() < 1e-12
    assert dt.World.from_flows(**flows(), net_inventories=True).fingerprint == TOY.fingerprint


def test_final_use_below_zero_is_netted_too() -> None:
    trade, final, added = TOY.shipments.copy(), TOY.final_use.copy(), TOY.value_added.copy()
    short = 2 * final[2, 1]
    part = trade[:, 2, 1] / (TOY.duty_factor * trade).sum(0)[2, 1] * short
    trade[:, 2, 1] -= part
    final[2, 1] -= short
    added[:, 1] -= part
    world = dt.World.from_flows(**flows(shipments=trade, final_use=final, value_added=added), net_inventories=True)
    assert world.card["inventories netted"]["cells"] == 1
    assert world.final_use[2, 1] == 0
    assert world.check() < 1e-9
