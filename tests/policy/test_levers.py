"""Levers: moving none changes nothing, moving all to a scenario's values gives that scenario, and each does what it says."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, strategies as st

from detente.errors import InputError, UnknownName
from detente.policy.changes import Change, apply_changes
from detente.policy.dossier import load_dossier
from detente.policy.instruments import Policy
from detente.policy.levers import DATE, changes_for, lever_values, levers, policy_day
from detente.policy.measures import Base, InstrumentKind
from detente.policy.shock import Shock
from detente.policy.stacking import stack_on
from detente.words.names import goods_sectors
from detente.world.library import load_world

DOSSIER = load_dossier("kuala-lumpur-2025")
WORLD = load_world()
LABELS = WORLD.regions, WORLD.sectors
SCENARIOS = [None, *(s.id for s in DOSSIER.scenarios)]
LEVERS = {lever.id: lever for lever in levers(DOSSIER, WORLD)}
MEASURES = {m.id: m for m in DOSSIER.measures}


def with_levers(scenario: str | None, values: dict[str, float]) -> Policy:
    """The policy of a scenario with its levers moved."""
    day, changes = policy_day(DOSSIER, scenario, values), changes_for(DOSSIER, scenario, values)
    return DOSSIER.policy(scenario, *LABELS, changes=changes, day=day)


def same(a: Shock, b: Shock) -> bool:
    arrays = all(np.allclose(getattr(a, k), getattr(b, k), atol=1e-12) for k in ("tariffs", "iceberg", "export_taxes"))
    bounds = [(c.kind, c.rent, round(c.bound, 12), c.flows.tobytes()) for c in a.controls]
    others = [(c.kind, c.rent, round(c.bound, 12), c.flows.tobytes()) for c in b.controls]
    return arrays and np.array_equal(a.allowed, b.allowed) and sorted(bounds) == sorted(others)


def stacked(scenario: str | None, values: dict[str, float]):
    day = policy_day(DOSSIER, scenario, values)
    own = DOSSIER.changes_of(scenario)[0]
    return stack_on(apply_changes(DOSSIER.measures, (*own, *changes_for(DOSSIER, scenario, values))), day, *LABELS)


@given(st.sampled_from(SCENARIOS), st.integers(-30, 400), st.sets(st.sampled_from(sorted(LEVERS))))
def test_own_values_change_nothing(scenario, days, names):
    day = DOSSIER.as_of + timedelta(days=days)
    values = lever_values(DOSSIER, scenario, day)
    given_values = {k: values[k] for k in names} | {DATE: values[DATE]}
    assert changes_for(DOSSIER, scenario, given_values) == ()
    assert policy_day(DOSSIER, scenario, given_values) == day


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_all_own_values_leave_the_policy_as_it_is(scenario):
    economy = WORLD.economy()
    as_is = DOSSIER.policy(scenario, *LABELS)
    moved = with_levers(scenario, lever_values(DOSSIER, scenario))
    assert as_is.describe() == moved.describe()
    assert same(as_is.shock(economy), moved.shock(economy))


@pytest.mark.parametrize("scenario", SCENARIOS[1:])
@pytest.mark.parametrize("start", [None, "pessimistic"])
def test_a_scenario_is_reached_from_another_by_its_values(scenario, start):
    economy = WORLD.economy()
    reached = with_levers(start, lever_values(DOSSIER, scenario))
    assert same(reached.shock(economy), DOSSIER.policy(scenario, *LABELS).shock(economy))


@given(st.data())
def test_points_of_a_duty_are_points_on_the_flows_it_reaches(data):
    plain = [
        k for k, lever in LEVERS.items()
        if lever.group == "tariff" and k in MEASURES and MEASURES[k].base is Base.ADDITIVE and not MEASURES[k].replaces
    ]  # fmt: skip
    scenario = data.draw(st.sampled_from(SCENARIOS))
    name = data.draw(st.sampled_from(plain))
    value = data.draw(st.integers(0, 150))
    measure, was = MEASURES[name], lever_values(DOSSIER, scenario)[name]
    before, after = stacked(scenario, {}), stacked(scenario, {name: value})
    # a flow that no replacing duty takes over shows the whole of the change
    i, n = (LABELS[0].index(x) for x in (measure.on[0], measure.by))
    for sector in ("TEX", "AGR"):
        if measure.sectors != "goods" and sector not in measure.sectors:
            continue
        j = LABELS[1].index(sector)
        expected = (value - was) / 100 * measure.share(measure.on[0], sector)
        assert after.tariffs[i, n, j] - before.tariffs[i, n, j] == pytest.approx(expected, abs=1e-12)
    untouched = np.delete(np.arange(len(LABELS[0])), n)
    assert np.allclose(after.tariffs[:, untouched], before.tariffs[:, untouched], atol=1e-12)


def test_severity_scales_what_is_withheld():
    i, n, j = LABELS[0].index("CHN"), LABELS[0].index("USA"), LABELS[1].index("RER")
    april = 1 - 0.15
    for value, withheld in ((0, 0.0), (50, 0.46), (100, 0.92), (25, 0.23)):
        found = stacked(None, {"chn-rare-earths-october": value})
        assert found.withheld[i, n, j] == pytest.approx(1 - april * (1 - withheld))


def test_a_partner_of_a_list_moves_alone():
    before, after = stacked(None, {}), stacked(None, {"us-reciprocal-country.MYS": 10})
    moved = np.argwhere(~np.isclose(before.tariffs, after.tariffs, atol=1e-12))
    assert {(LABELS[0][i], LABELS[0][n]) for i, n, _ in moved} == {("MYS", "USA")}
    j = LABELS[1].index("TEX")
    i, n = LABELS[0].index("MYS"), LABELS[0].index("USA")
    assert before.tariffs[i, n, j] - after.tariffs[i, n, j] == pytest.approx(0.09)


def test_zero_takes_a_measure_out_and_a_promise_comes_in():
    taken = changes_for(DOSSIER, None, {"us-fentanyl-20": 0})
    assert [c.withdraw for c in taken] == ["us-fentanyl-20"]
    (promised,) = changes_for(DOSSIER, None, {"mys-farm-purchases": 25})
    assert promised.add is not None
    assert promised.add.growth_pct == 25
    assert "mys-farm-purchases" in stacked(None, {"mys-farm-purchases": 25}).purchases


def test_the_date_lets_the_law_run():
    quiet = lever_values(DOSSIER)
    later = lever_values(DOSSIER, None, date(2025, 11, 20))
    assert (quiet["us-reciprocal-chn-24"], later["us-reciprocal-chn-24"]) == (0, 24)
    assert (quiet["chn-rare-earths-october"], later["chn-rare-earths-october"]) == (0, 100)
    assert later["us-threat-100"] == 0  # a threat is not carried out by waiting
    held = {DATE: 33, "us-reciprocal-chn-24": 0}
    assert [c.target for c in changes_for(DOSSIER, None, held)] == ["us-reciprocal-chn-24"]


def test_changes_can_be_written_down_and_read_back():
    values = {"us-threat-100": 35, "us-reciprocal-chn-24": 12, "chn-rare-earths-october": 40, "mys-farm-purchases": 10}
    for change in changes_for(DOSSIER, "middle", values):
        dumped = change.model_dump(mode="json", by_alias=True, exclude_unset=True)
        again = Change.model_validate(dumped)
        first, second = (apply_changes(DOSSIER.measures_in("middle"), [c]) for c in (change, again))
        assert first == second


def test_what_a_lever_reaches_is_the_trade_of_the_table():
    n = LABELS[0].index("USA")
    goods = [LABELS[1].index(s) for s in goods_sectors(LABELS[1])]
    total = sum(WORLD.shipments[LABELS[0].index(r), n, goods].sum() for r in ("CHN", "HKG"))
    assert LEVERS["us-fentanyl-20"].affected.trade_musd == pytest.approx(total)
    assert LEVERS["us-reciprocal-chn-24"].affected.trade_musd < total
    assert LEVERS["chn-rare-earths-october"].affected.what == "exports of rare earths and magnets by China to everyone"
    assert all(lever.affected.trade_musd is None for lever in levers(DOSSIER))


def test_every_lever_stands_within_its_range_everywhere():
    for lever in LEVERS.values():
        for value in (lever.status_quo, *lever.by_scenario.values()):
            assert lever.min <= value <= lever.max
            assert ((value - lever.min) / lever.step) % 1 == pytest.approx(0, abs=1e-9)
    assert {lever.group for lever in LEVERS.values()} == {"tariff", "control", "purchase", "other", "date"}
    measures = [m for m in DOSSIER.measures if m.id in LEVERS]
    assert not any(m.in_baseline or not m.modelled for m in measures)
    assert {m.instrument for m in measures} == {InstrumentKind.TARIFF, InstrumentKind.EXPORT_CONTROL}


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"us-thret-100": 5}, UnknownName, "us-threat-100"),
        ({"Data": 5}, UnknownName, "Data"),
        ({"us-threat-100": 151}, InputError, "from 0 to 150"),
        ({"us-threat-100": -1}, InputError, "from 0 to 150"),
        ({"us-threat-100": float("nan")}, InputError, "finite"),
        ({"us-threat-100": True}, InputError, "finite number"),
        ({DATE: 1.5}, InputError, "whole number"),
        ({DATE: 1e9}, InputError, "whole number"),
    ],
)
def test_what_cannot_be_is_refused_in_words(values, error, words):
    with pytest.raises(error, match=words):
        changes_for(DOSSIER, None, values)
