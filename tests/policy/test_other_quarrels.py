"""Dossiers of other quarrels: a price undertaking, a licence that costs the exporter, an agreement of three that may end."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

import detente as dt
from detente.policy.changes import apply_changes
from detente.policy.dossier import Dossier, load_dossier
from detente.policy.stacking import Stack, stack_on

WORLD = dt.load_world()
OTHERS = ("eu-china-evs-2024", "japan-korea-2019", "us-canada-mexico-2026")


def at(*codes: str) -> tuple[int, ...]:
    """Places of (origin, destination, sector) in the world's arrays."""
    return WORLD.regions.index(codes[0]), WORLD.regions.index(codes[1]), WORLD.sectors.index(codes[2])


def future(dossier: Dossier, name: str) -> Stack:
    scenario = next(s for s in dossier.scenarios if s.id == name)
    return stack_on(apply_changes(dossier.measures, scenario.changes), scenario.policy_date, WORLD.regions, WORLD.sectors)


@pytest.mark.parametrize("name", OTHERS)
def test_every_future_with_a_role_is_an_end_and_lasts_a_while(name: str) -> None:
    """A scenario that no fork leads to has no odds; one taken on the last day threatens nothing any more."""
    ahead = load_dossier(name).prospects
    assert ahead is not None
    taken = {b.scenario for f in ahead.forks for b in f.branches}
    assert {s.id for s in load_dossier(name).scenarios if s.role} <= taken
    assert ahead.forks[-1].date < ahead.until


@pytest.mark.parametrize("name", OTHERS)
def test_a_text_of_a_later_day_says_what_it_is_read_for(name: str) -> None:
    dossier = load_dossier(name)
    for source in dossier.sources:
        if source.date is not None and source.date > dossier.as_of:
            assert source.note or source.id == "wise-rates", source.id


def test_final_duties_take_the_place_of_provisional_ones() -> None:
    dossier = load_dossier("eu-china-evs-2024")
    cars = at("CHN", "EU27", "MVH")
    duties = next(s for s in dossier.scenarios if s.id == "duties")
    both = apply_changes(dossier.measures, duties.changes)
    provisional, final = 0.208 * 0.39, 0.207 * 0.39
    for day, duty in ((date(2024, 10, 30), provisional), (date(2024, 10, 31), final), (date(2024, 11, 5), final)):
        assert stack_on(both, day, WORLD.regions, WORLD.sectors).tariffs[cars] == pytest.approx(duty)
    lapsed = stack_on(dossier.measures, date(2024, 11, 5), WORLD.regions, WORLD.sectors)
    assert lapsed.tariffs[cars] == 0


def test_minimum_prices_leave_the_money_with_the_makers() -> None:
    """Buyers pay as under the duty, so the European Union is worse off than with the duty and China better."""
    dossier = load_dossier("eu-china-evs-2024")
    assert future(dossier, "minimum-prices").tariffs[at("CHN", "EU27", "MVH")] == 0
    prices, duties = (dt.solve(WORLD, dossier.policy(s), "medium").real_income for s in ("minimum-prices", "duties"))
    assert prices["EU27"] < duties["EU27"]
    assert prices["CHN"] > duties["CHN"]


def test_the_licence_costs_japan_and_is_no_duty() -> None:
    dossier = load_dossier("japan-korea-2019")
    stack = stack_on(dossier.measures, dossier.as_of, WORLD.regions, WORLD.sectors)
    assert stack.costs[at("JPN", "KOR", "CHM")] == pytest.approx(0.21 * 0.065)
    assert stack.costs[at("KOR", "JPN", "CHM")] == 0
    assert not np.any(stack.tariffs)
    tomorrow = stack_on(dossier.measures, dossier.as_of + timedelta(days=1), WORLD.regions, WORLD.sectors)
    assert tomorrow.costs[at("JPN", "KOR", "MCH")] == pytest.approx(0.003)  # off the list at midnight


def test_if_the_united_states_leaves_the_other_two_stay_free_and_nothing_is_charged_twice() -> None:
    dossier = load_dossier("us-canada-mexico-2026")
    assert [p.region for p in dossier.parties] == ["USA", "CAN", "MEX"]
    today, left = future(dossier, "status-quo"), future(dossier, "exit")
    for pair in (("CAN", "MEX"), ("MEX", "CAN")):
        i, n = (WORLD.regions.index(c) for c in pair)
        np.testing.assert_array_equal(left.tariffs[i, n], future(dossier, "mexico-alone").tariffs[i, n])
    for seller in ("CAN", "MEX"):
        steel, cloth = at(seller, "USA", "IRS"), at(seller, "USA", "TEX")
        assert left.tariffs[steel] - today.tariffs[steel] <= 0.13 * 0.05 + 1e-9  # all but a twentieth pays the metal duty
        assert 0 < left.tariffs[cloth] - today.tariffs[cloth] <= 0.13 * 0.88 + 1e-9
        assert left.tariffs[at("USA", seller, "TEX")] > today.tariffs[at("USA", seller, "TEX")]
