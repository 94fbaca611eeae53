"""Final demand by origin: a table against a world that imputes it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import detente as dt
from detente.build.tables import read_table, world_of
from detente.build.tables.final_demand import compare_final_demand, of_world
from detente.build.tables.table import Table
from detente.errors import InputError
from published import icio_rows, small, write_csv

REGIONS, SECTORS = ("CHN", "MYS", "USA", "ROW"), ("A01", "C26", "C29")


def _read(folder: Path, alike: bool) -> Table:
    made = small(REGIONS, SECTORS)
    made.final[..., 1:] = 0.0  # one category, so that goods out of stock are none
    made.final_taxes[:, 1:] = 0.0
    if alike:  # final goods of the sellers of inputs
        from_whom = made.flows.sum(axis=3)
        made.final[..., 0] = from_whom / from_whom.sum(axis=0)[None] * made.final[..., 0].sum(axis=0)[None]
    return read_table(write_csv(folder / "2022_SML.csv", icio_rows(made)))


def test_the_formula_is_right_where_users_buy_alike(tmp_path: Path) -> None:
    table = _read(tmp_path, alike=True)
    world = world_of(table, full=True, tariffs=False, name="its own").aggregate(
        sectors={"AGR": ["A01"], "ELE": ["C26"], "MVH": ["C29"]}
    )
    found = compare_final_demand(table, world)
    assert (found.regions, found.sectors) == (REGIONS, ("AGR", "ELE", "MVH"))
    for one in found.margins:
        assert one.weighted_gap_pct == pytest.approx(0, abs=1e-5)
    np.testing.assert_allclose(of_world(world).sum(axis=0), world.final_use, rtol=1e-9)
    assert found.mean_gap == pytest.approx(0, abs=1e-5)


def test_what_the_formula_gets_wrong_is_told_apart_from_the_world(tmp_path: Path) -> None:
    table = _read(tmp_path, alike=False)
    own = world_of(table, full=True, tariffs=False, name="its own").aggregate(
        sectors={"AGR": ["A01"], "ELE": ["C26"], "MVH": ["C29"]}
    )
    found = compare_final_demand(table, own)
    assert found.margins[0].weighted_gap_pct == pytest.approx(found.margins[2].weighted_gap_pct, rel=0.02)
    shipped = compare_final_demand(table, dt.load_world())
    assert shipped.margins[2].weighted_gap_pct == pytest.approx(found.margins[2].weighted_gap_pct)
    assert shipped.margins[1].weighted_gap_pct > shipped.margins[3].weighted_gap_pct
    final = table.final.sum(axis=3)
    at = table.regions.index("MYS")
    by_hand = 100 * (1 - final[at, :, at].sum() / final[:, :, at].sum())
    assert shipped.foreign.loc["MYS", "table"] == pytest.approx(by_hand)
    assert shipped.largest in REGIONS
    with pytest.raises(InputError, match="too little in common"):
        compare_final_demand(table, dt.load_world("toy"))
