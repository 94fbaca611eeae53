"""Regions and sectors in parts: totals stay, identities hold, closed forms, a second table followed, refusals by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.errors import InputError, SourceError
from detente.world.split import read_shares, split_region, split_sector
from detente.world.world import World

TOY = dt.load_world("toy")
FLOWS = ("shipments", "intermediate_use", "value_added", "final_use")


def _same(world: World, other: World, rtol: float = 1e-9) -> None:
    for name in FLOWS:
        np.testing.assert_allclose(getattr(world, name), getattr(other, name), rtol=rtol)
    np.testing.assert_allclose(world.tariff_rates, other.tariff_rates, atol=1e-12)
    np.testing.assert_allclose(world.trade_elasticity, other.trade_elasticity)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.05, 1), min_size=6, max_size=6), st.floats(0, 1))
def test_parts_of_a_region_sum_to_it(sizes: list[float], home: float) -> None:
    output, final = (np.array(x) / sum(x) for x in (sizes[:3], sizes[3:]))
    rows = [(p, "", "output", x) for p, x in zip("XYZ", output, strict=True)]
    rows += [(p, "", "final_use", x) for p, x in zip("XYZ", final, strict=True)]
    rows += [("X", "MAKE", "output", 0.9), ("Z", "MAKE", "output", 0.1)]
    world = split_region(TOY, "BBB", pd.DataFrame(rows, columns=["part", "sector", "flow", "share"]), home=home)
    assert world.regions == ("AAA", "X", "Y", "Z", "CCC")
    assert world.check() < 1e-9
    _same(world.aggregate(regions={"BBB": ["X", "Y", "Z"]}), TOY)
    np.testing.assert_allclose(world.output[1:4, 0], output * TOY.output[1, 0])
    np.testing.assert_allclose(world.output[1:4, 1], np.array([0.9, 0.0, 0.1]) * TOY.output[1, 1])
    np.testing.assert_allclose(world.final_use[1:4], final[:, None] * TOY.final_use[1])


def test_home_sales_in_closed_form() -> None:
    even, kept = (split_region(TOY, "AAA", {"X": 0.25, "Y": 0.75}, home=h) for h in (0.0, 1.0))
    np.testing.assert_allclose(even.shipments[0, 1], 0.25 * 0.75 * TOY.shipments[0, 0])
    np.testing.assert_allclose(kept.shipments[0, 1], 0.0, atol=1e-9 * TOY.shipments[0, 0].max())
    assert even.card["split"]["AAA"]["sold within parts"] == pytest.approx(0.25**2 + 0.75**2)
    assert kept.card["split"]["AAA"]["sold within parts"] == pytest.approx(1.0)


def test_a_second_table_of_the_same_parts_gives_them_back() -> None:
    shares = pd.DataFrame({"part": list("XYXY"), "sector": ["", "", "MAKE", "MAKE"], "share": [0.3, 0.7, 0.8, 0.2]})
    truth = split_region(TOY, "AAA", shares, home=0.7)
    again = split_region(TOY, "AAA", truth, into=["X", "Y"])
    for name in FLOWS:
        np.testing.assert_allclose(getattr(again, name), getattr(truth, name), rtol=1e-5)
    assert again.check() < 1e-9
    _same(again.aggregate(regions={"AAA": ["X", "Y"]}), TOY)


def test_a_second_table_of_another_year_decides_who_trades_with_whom() -> None:
    parts = dt.load_world().aggregate(sectors={"ALL": list(dt.load_world().sectors)})
    whole = parts.aggregate(regions={"BLOC": ["MYS", "SGP", "THA"]})
    value = whole.with_(**{k: 1.3 * getattr(whole, k) for k in FLOWS}, year=2024)
    found = split_region(value, "BLOC", parts, into=["MYS", "SGP", "THA"])
    order = [parts.regions.index(r) for r in found.regions]
    np.testing.assert_allclose(found.shipments, 1.3 * parts.shipments[np.ix_(order, order)], rtol=0.15)
    _same(found.aggregate(regions={"BLOC": ["MYS", "SGP", "THA"]}), value)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.05, 0.95), st.floats(0.1, 5), st.floats(0.05, 3))
def test_parts_of_a_sector_sum_to_it(share: float, weight: float, final: float) -> None:
    rows = [("P", "", "", share), ("Q", "", "", 1 - share), ("P", "", "FARM", weight), ("P", "CCC", "FINAL", final)]
    world = split_sector(TOY, "MAKE", pd.DataFrame(rows, columns=["part", "region", "user", "share"]))
    assert world.sectors == ("FARM", "P", "Q", "SERVE")
    assert world.check() < 1e-9
    _same(world.aggregate(sectors={"MAKE": ["P", "Q"]}), TOY)
    np.testing.assert_allclose(world.output[:, 1], share * TOY.output[:, 1])


def test_without_weights_users_buy_as_is_sold_and_a_second_table_is_followed() -> None:
    rows = pd.DataFrame({"part": ["P", "Q", "P", "Q"], "region": ["", "", "CCC", "CCC"], "share": [0.4, 0.6, 0.9, 0.1]})
    world = split_sector(TOY, "MAKE", rows)
    of_p = world.intermediate_use[:, 1, 0] / TOY.intermediate_use[:, 1, 0]
    np.testing.assert_allclose(of_p, world.final_use[:, 1] / TOY.final_use[:, 1])
    again = split_sector(TOY, "MAKE", world, into=["P", "Q"])
    for name in FLOWS:
        np.testing.assert_allclose(getattr(again, name), getattr(world, name), rtol=1e-4)
    _same(again.aggregate(sectors={"MAKE": ["P", "Q"]}), TOY)


def test_jobs_and_people_are_split_with_it() -> None:
    world = dt.load_world()
    split = split_region(world, "EU27", {"DEU": 0.3, "XEU": 0.7})
    assert split.employed is not None
    assert world.employed is not None
    assert split.employed.sum() == pytest.approx(world.employed.sum())
    cut = split_sector(world, "ELE", {"CHIPS": 0.4, "BOXES": 0.6})
    assert cut.employed is not None
    assert cut.employed.sum() == pytest.approx(world.employed.sum())


def _frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    ("shares", "into", "said"),
    [
        ({"X": 0.5, "Y": 0.4}, (), "shares in output of FARM sum to 0.9, not to 1"),
        ({"X": 1.0}, (), "split into two parts or more"),
        ({"X": 0.5, "BBB": 0.5}, (), "the world has a region BBB already"),
        ({"X": 0.5, "Y": 0.5}, ("X", "Z"), "the parts named are X, Z, those with shares X, Y"),
        (_frame(part=["X", "Y"], share=["half", "0.5"]), (), "row 2: part 'X' with share 'half'"),
        (_frame(part=["X", "Y"], share=[-0.5, 1.5]), (), "row 2: part 'X' with share -0.5"),
        (_frame(part=["X", "Y"], size=[0.5, 0.5]), (), "not known: size"),
        (_frame(part=["X", "Y"]), (), "lacking: share"),
        (_frame(part=["X", "Y", "X"], share=[0.5, 0.5, 0.5]), (), "the share of X in output of all is given twice"),
        (_frame(part=["X", "Y"], sector=["COAL", "COAL"], share=[0.5, 0.5]), (), "a sector that the world has not: COAL"),
        (_frame(part=["X", "Y"], sector=["FARM", "FARM"], share=[0.5, 0.5]), (), "no share of X in output of MAKE"),
        (_frame(part=["X", "Y"], flow=["sales", "sales"], share=[0.5, 0.5]), (), "not of sales"),
        (TOY, ("AAA", "DEU"), "toy world has no region DEU"),
        (TOY.aggregate(sectors={"G": ["FARM", "MAKE"]}), ("BBB", "CCC"), "it lacks FARM, MAKE; it has besides G"),
    ],
)  # fmt: skip
def test_shares_that_do_not_fit_are_refused_by_name(shares: object, into: tuple[str, ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        split_region(TOY, "AAA", shares, into=into)  # type: ignore[arg-type]


def test_files_of_shares_and_a_part_at_home(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no file"):
        read_shares(tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(SourceError, match="is no CSV of shares"):
        read_shares(tmp_path / "empty.csv")
    with pytest.raises(InputError, match="lies between 0 and 1, not 2"):
        split_region(TOY, "AAA", {"X": 0.5, "Y": 0.5}, home=2)
    with pytest.raises(InputError, match="toy world has no sector P"):
        split_sector(TOY, "MAKE", TOY, into=["P", "Q"])


def test_weights_that_cannot_be_are_refused() -> None:
    rows = [("P", "", "", 0.5), ("Q", "", "", 0.5), *(("P", "", user, 0.0) for user in (*TOY.sectors, "FINAL"))]
    with pytest.raises(InputError, match=r"purchases of P in AAA cannot be .*: there is nothing that counts towards it"):
        split_sector(TOY, "MAKE", pd.DataFrame(rows, columns=["part", "region", "user", "share"]))


def test_the_public_names_take_a_file_as_the_command_does(tmp_path: Path) -> None:
    regions, sectors = tmp_path / "regions.csv", tmp_path / "sectors.csv"
    regions.write_text("part,share\nX,0.25\nY,0.75\n")
    sectors.write_text("part,region,share\nP,,0.5\nQ,,0.5\nP,AAA,0.1\nQ,AAA,0.9\n")
    _same(dt.split_region(TOY, "AAA", str(regions), home=0.3), split_region(TOY, "AAA", {"X": 0.25, "Y": 0.75}, home=0.3))
    cut = dt.split_sector(TOY, "MAKE", sectors)
    np.testing.assert_allclose(cut.output[0, 1:3], np.array([0.1, 0.9]) * TOY.output[0, 1])
    _same(cut.aggregate(sectors={"MAKE": ["P", "Q"]}), TOY)
    for cut_up in (dt.split_region, dt.split_sector):
        with pytest.raises(SourceError, match="no file"):
            cut_up(TOY, "AAA" if cut_up is dt.split_region else "MAKE", tmp_path / "none.csv")
