"""Groups and blocs as one region, in the default world and in one with more economies."""

from __future__ import annotations

import numpy as np
import pytest

import detente as dt
from detente.errors import InputError, UnknownRegion
from detente.words.names import code_of
from detente.world.groups import economies_of, grouped
from detente.world.split import split_region

WORLD = dt.load_world()


def test_a_group_is_the_sum_of_its_regions() -> None:
    world, code = grouped(WORLD, "ASEAN")
    assert code == "ASEAN"
    members = [WORLD.regions.index(r) for r in ("MYS", "SGP", "VNM", "THA", "IDN", "PHL", "KHM", "XSE")]
    np.testing.assert_allclose(world.value_added[world.regions.index("ASEAN")], WORLD.value_added[members].sum(axis=0))
    assert economies_of("RCEP") == economies_of("ASEAN") | {"AUS", "CHN", "JPN", "KOR", "NZL"}  # type: ignore[operator]
    assert len(grouped(WORLD, "RCEP")[0].regions) == len(WORLD.regions) - 12


def test_a_region_of_several_is_a_group_where_its_members_are() -> None:
    parts = split_region(WORLD, "EFT", {"CHE": 0.6, "NO": 0.35, "ISL": 0.05})
    world, code = grouped(parts, "EFT")
    assert code == "EFT"
    assert [code_of(said, parts.regions) for said in ("CH", "Switzerland", "NOR")] == ["CHE", "CHE", "NO"]
    assert grouped(WORLD, "eft")[0] is WORLD
    np.testing.assert_allclose(world.shipments, WORLD.shipments, rtol=1e-9)


def test_what_cannot_be_taken_apart_is_named() -> None:
    with pytest.raises(InputError, match="G7 holds DEU, FRA, ITA, which EU27 of this world has only together with others"):
        grouped(WORLD, "G7")
    with pytest.raises(UnknownRegion):
        grouped(dt.load_world("toy"), "ASEAN")
    with pytest.raises(InputError, match="WORLD is a group of economies"):
        grouped(WORLD, "WORLD")


def test_exposure_takes_groups() -> None:
    found = dt.exposure(WORLD, region="ASEAN", to="CN")
    by_hand = dt.exposure(grouped(WORLD, "ASEAN")[0], region="ASEAN", to="CHN")
    assert (found.region, found.to) == ("ASEAN", "CHN")
    assert found.input_reliance == by_hand.input_reliance
    for region, to in (("ASEAN", "MYS"), ("MYS", "RCEP")):
        with pytest.raises(InputError, match="neither can be the partner of the other"):
            dt.exposure(WORLD, region=region, to=to)
    with pytest.raises(InputError, match="cannot be its own partner"):
        dt.exposure(WORLD, region="MYS", to="MY")
