"""A world in two blocs: everybody is in one, layers add up, a higher wall costs more, and its numbers stand in the ledger."""

from __future__ import annotations

import json

import pytest
from tests.briefing.conftest import toy_dossier, toy_world

import detente as dt
from detente.cases.case import Case
from detente.errors import InputError
from detente.policy.assumptions import load_assumptions
from detente.strategy.blocs import Blocs, blocs, load_blocs, members_in
from detente.words.names import region_table

TOY = Case.of(toy_dossier(), toy_world(), with_ranges=False)


@pytest.fixture(scope="module")
def split() -> Blocs:
    return dt.blocs(TOY, ["medium", "long"])


def test_the_data_names_known_regions_and_an_assumption() -> None:
    shipped = load_blocs()
    assert set(shipped.west) <= set(region_table())
    assert len(set(shipped.west)) == len(shipped.west)
    assert shipped.assumption in load_assumptions()


def test_every_region_is_in_one_bloc(split: Blocs) -> None:
    assert split.members == members_in(TOY.world) == {"west": ("USA", "EU27", "SGP"), "east": ("CHN", "MYS", "PAK")}
    assert split.cost == load_blocs().wall


def test_layers_add_up_and_trade_nearly_stops(split: Blocs) -> None:
    for members in (None, ["USA"], ["USA", "EU27"]):
        value = split.real_income(members)
        assert sum(split.layers(members)) == pytest.approx(value[-1])
        assert value[-1] < value[0] < 0
    before, after = split.outcomes["medium"].bilateral()
    west, east = map(list, split.members.values())
    crossing = [f.loc[west, east].to_numpy().sum() + f.loc[east, west].to_numpy().sum() for f in (before, after)]
    assert split.trade_across("medium") == pytest.approx(100 * (crossing[1] / crossing[0] - 1))
    assert split.trade_across("medium") < -80


def test_a_lower_wall_costs_less(split: Blocs) -> None:
    low = blocs(TOY, ["medium"], wall=0.2, at={"medium": TOY})
    assert split.real_income()[0] < low.real_income()[0] < 0
    assert low.trade_across("medium") > split.trade_across("medium")


def test_other_members_and_an_empty_bloc() -> None:
    alone = blocs(TOY, ["medium"], west=["PAK"])
    assert alone.members["west"] == ("PAK",)
    income = alone.outcomes["medium"].real_income
    assert income.idxmin() == "PAK"
    with pytest.raises(InputError, match="one bloc has no region"):
        blocs(TOY, "medium", west=["BRA"])
    with pytest.raises(InputError, match="at least one horizon"):
        blocs(TOY, [])


def test_frame_and_record_say_the_same(split: Blocs) -> None:
    frame = split.to_frame()
    assert list(frame.columns) == ["medium", "long"]
    assert frame.loc["world"].tolist() == list(split.real_income())
    kept = json.loads(json.dumps(split.record(), allow_nan=False))
    assert kept["world_real_income_pct"] == frame.loc["world"].to_dict()
    assert kept["real_income_pct"]["long"]["USA"] == frame.loc["USA", "long"]
