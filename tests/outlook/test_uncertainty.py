"""Threats left in a tree: chances a year against closed forms, what moves them, and what they cost on the shipped world."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import detente as dt
from detente.cases.case import Case
from detente.errors import InputError, UnknownName, UnknownRegion
from detente.outlook.outlook import draw_odds
from detente.outlook.tree import Tree, grow
from detente.outlook.uncertainty import Threat, first_rise, threat_of, uncertainty
from detente.policy.stacking import policy_on
from small_future import small_future

P = 0.4
"""Chance of the clash that raises duties in the small future."""
YEARS = 364 / 365.25


def toy(change: Any = None) -> Case:
    return Case.of(small_future(change), dt.load_world("toy"), "medium", with_ranges=False)


def threat(case: Case, tree: Tree, scenario: str | None = None) -> Threat | None:
    regions, sectors = case.world.regions, case.world.sectors

    def factors(policy: dt.Policy) -> np.ndarray:
        return np.asarray(1 + policy.shock(case.economy).tariffs)

    states = {s.id: factors(policy_on(s.measures, s.day, regions, sectors)) for s in tree.states.values()}
    return threat_of(tree, states, factors(case.policy(scenario)), tree.reweighted(draw_odds(tree, 200, 1)), scenario)


def test_chance_a_year_by_hand() -> None:
    """Of the forks of talks the clash alone raises AAA's duty on BBB; BBB's rises anyway as its five points come back in May."""
    case = toy()
    found = threat(case, grow(case.dossier, talks_only=True))
    assert found is not None
    assert found.years == pytest.approx(YEARS, abs=2e-3)
    a, b = case.world.regions.index("AAA"), case.world.regions.index("BBB")
    origin, destination, _ = found.cells
    on_b = (origin == b) & (destination == a)
    on_a = (origin == a) & (destination == b)
    assert on_b.any()
    assert on_a.any()
    assert found.chance[on_b] == pytest.approx(P)
    low, centre, high = found.hazards
    assert centre[on_b] == pytest.approx(1 - (1 - P) ** (1 / found.years))
    assert (low <= centre).all()
    assert (centre <= high).all()
    assert found.chance[on_a] == pytest.approx(1.0), "five points fall due in May on every path that does not withdraw them"


def test_kept_profit_by_hand() -> None:
    case = toy()
    found = threat(case, grow(case.dossier, talks_only=True))
    assert found is not None
    b = case.world.regions.index("BBB")
    on_b = found.cells[0] == b
    before = 1 + case.policy(None).shock(case.economy).tariffs[tuple(c[on_b] for c in found.cells)]
    assert found.kept(5.0)[on_b] == pytest.approx(((before + 0.5) / before) ** -5.0)


@pytest.mark.parametrize(("low", "high"), [(0.1, 0.3), (0.3, 0.8)])
def test_monotone_in_the_odds(low: float, high: float) -> None:
    costs = []
    for chance in (low, high):
        odds = {"talks": {"calm": (1 - chance,) * 3, "clash": (chance,) * 3}}
        costs.append(uncertainty(toy(), [None], odds=odds).of(None))
    assert costs[0].hazard.value < costs[1].hazard.value
    assert costs[0].cost.value < costs[1].cost.value
    assert costs[1].effect("AAA").value != costs[0].effect("AAA").value


def test_no_threat_no_effect() -> None:
    def calm(data: dict[str, Any]) -> None:
        data["measures"] = [m for m in data["measures"] if m["id"] != "pause"]

    odds = {"talks": {"calm": (1.0, 1.0, 1.0), "clash": (0.0, 0.0, 0.0)}}
    found = uncertainty(toy(calm), [None], odds=odds)
    assert found.of(None).flows == 0
    assert (found.of(None).frame.to_numpy() == 0).all()
    assert "nothing is added" in found.explain()


def test_the_worst_leaves_nothing_to_threaten() -> None:
    """What a scenario itself levies is no threat to it."""
    case = Case.of("kuala-lumpur-2025", with_ranges=False)
    assert uncertainty(case, ["pessimistic"], odds={}).of("pessimistic").cost.high == 0


def test_a_first_rise() -> None:
    now = np.array([1.0, 1.0, 1.2])
    path = [np.array([1.0, 1.1, 1.2]), np.array([1.5, 1.3, 1.1])]
    assert first_rise(now, path) == pytest.approx([1.5, 1.1, 1.0])


def test_orders_of_magnitude_on_the_shipped_world() -> None:
    """Middle is not nothing. A trial with three to five per cent on all trade between the two gave −0.05 to −0.09 for the
    United States, −0.04 to −0.06 for China, −0.02 to −0.03 for the world; here the chance comes from the tree."""
    case = Case.of("kuala-lumpur-2025", with_ranges=False)
    row = uncertainty(case, ["middle"], odds={}).of("middle")
    assert 3 < row.cost.value < 6
    assert -0.12 < row.effect("USA").value < -0.05
    assert -0.09 < row.effect("CHN").value < -0.04
    assert -0.05 < row.effect("WORLD").value < -0.02
    for code in ("USA", "CHN", "WORLD"):
        e = row.effect(code)
        assert e.low <= e.value <= e.high < 0
    assert set(row.by_end) >= {"chance low", "chance high", "new_trade low", "demand_elasticity low", "patience high"}
    assert row.cost.low == min(row.by_end.values())
    assert row.cost.high == max(row.by_end.values())


def test_a_month_of_the_path() -> None:
    """At once no trade is up for investment; later more is."""
    costs = [uncertainty(toy(), [None], month=m, odds={}).of(None).cost.value for m in (0, 12, 24, 36)]
    assert costs[0] == 0
    assert costs == sorted(costs)
    assert uncertainty(toy(), [None], month=24, odds={}).horizon == "month 24"


def test_points_are_not_moved() -> None:
    case = toy()
    before = float(case.outcome("war").real_income["AAA"])
    uncertainty(case, odds={})
    assert float(case.outcome("war").real_income["AAA"]) == before


def test_refusals() -> None:
    case = Case.of("kuala-lumpur-2025", with_ranges=False)
    with pytest.raises(InputError, match="no path of the tree takes the scenario 'decoupling'"):
        uncertainty(case, ["decoupling"], odds={})
    assert uncertainty(case, odds={}).missing == ("lapse", "decoupling")
    with pytest.raises(UnknownName):
        uncertainty(case, ["midle"], odds={})

    def blind(data: dict[str, Any]) -> None:
        del data["prospects"]
        data["key_questions"] = []

    with pytest.raises(InputError, match="prospects"):
        uncertainty(toy(blind))
    found = uncertainty(toy(), [None], odds={})
    with pytest.raises(UnknownName):
        found.of("war")
    with pytest.raises(UnknownRegion):
        found.of(None).effect("ZZZ")


def test_record_and_frame() -> None:
    found = dt.uncertainty(toy(), odds={})
    record = found.record()
    assert [row["scenario"] for row in record["scenarios"]] == [row.scenario for row in found.rows]
    assert record["numbers"]["patience"][1] == 0.85
    frame = found.to_frame()
    assert set(frame["region"]) == {*toy().world.regions, "WORLD"}
    assert (frame["low_pct"] <= frame["high_pct"]).all()
