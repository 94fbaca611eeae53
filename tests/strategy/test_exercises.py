"""Exercises beside the scenarios: sizes by hand, zero is zero, and what a dossier may not say."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

import detente as dt
from detente.cases.case import Case
from detente.errors import BadDossier, InputError, UnknownName
from detente.policy.instruments import Policy, Productivity, Subsidy
from detente.strategy.exercises import exercises, rate_of
from small_future import small_future

SUBSIDY = {"id": "aid", "title": "Aid", "kind": "subsidy", "by": "BBB", "sectors": ["MAKE"], "size": [1, 2, 4], "sources": ["s"]}


def with_exercise(**changes: Any) -> dt.Dossier:
    entry = {k: v for k, v in (SUBSIDY | changes).items() if v is not None}
    return small_future(lambda data: data.update(exercises=[entry]))


def toy(**changes: Any) -> Case:
    return Case.of(with_exercise(**changes), dt.load_world("toy"), "medium", with_ranges=False)


def test_zero_size_changes_nothing() -> None:
    for kind in ("subsidy", "unit_cost"):
        (row,) = exercises(toy(kind=kind, size=0)).rows
        assert row.frame.to_numpy() == pytest.approx(0, abs=1e-8)
        assert row.output == pytest.approx((0, 0, 0), abs=1e-8)


def test_it_is_the_instrument_on_top_of_the_status_quo() -> None:
    case = toy(kind="unit_cost", size=[2, 2, 2])
    (row,) = exercises(case).rows
    own = dt.solve(case.economy, case.policy(None) + Policy([Productivity("BBB", 0.02, "MAKE")]), case.parameters)
    expected = own.relative_to(case.status_quo).real_income
    assert row.frame["central"].drop("WORLD").to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-8)
    subsidised = toy()
    own = dt.solve(subsidised.economy, subsidised.policy(None) + Policy([Subsidy("BBB", 0.02, "MAKE")]), subsidised.parameters)
    assert exercises(subsidised).rows[0].effect("BBB").value == pytest.approx(
        float(own.relative_to(subsidised.status_quo).real_income["BBB"]), abs=1e-8
    )


def test_sums_are_spread_over_output() -> None:
    case = toy(unit="percent of GDP")
    n, j = case.index("BBB"), case.world.sectors.index("MAKE")
    made, added = case.world.output[n, j], case.world.value_added[n].sum()
    exercise = case.dossier.exercise("aid")
    assert rate_of(case, exercise, 2.0) == pytest.approx(0.02 * added / made)
    case = toy(unit="million USD a year")
    assert rate_of(case, case.dossier.exercise("aid"), 3.0) == pytest.approx(3.0 / made)


def test_more_costs_more() -> None:
    frame = exercises(toy(kind="unit_cost", size=[1, 2, 4])).rows[0].frame
    assert frame.loc["BBB", "low"] > frame.loc["BBB", "central"] > frame.loc["BBB", "high"]


def test_what_is_not_priced_says_why() -> None:
    (row,) = exercises(toy(modelled=False, why_not="Nobody counted it.", size=None, kind=None)).rows
    assert not row.priced
    assert row.record()["why_not"] == "Nobody counted it."
    with pytest.raises(InputError, match="Nobody counted it"):
        row.effect("BBB")
    found = exercises(toy(modelled=False, why_not="Nobody counted it."))
    assert "not priced. Nobody counted it." in found.explain()
    assert found.to_frame().empty


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"size": [3, 2, 1]}, "low, central and high in this order, not 3, 2, 1"),
        ({"size": None}, "needs a kind (subsidy or unit_cost), sectors and a size"),
        ({"sectors": []}, "needs a kind"),
        ({"modelled": False}, "add 'why_not'"),
        ({"kind": "unit_cost", "unit": "percent of GDP"}, "in percent of cost, not in percent of GDP"),
        ({"size": 95}, "between −90 and 90"),
        ({"kind": "gift"}, "kind"),
        ({"sources": ["x"]}, "exercise 'aid': source 'x'"),
        ({"measures": ["tenn"]}, "exercise 'aid': measure 'tenn' — did you mean ten"),
    ],
)
def test_what_a_dossier_may_not_say(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadDossier) as caught:
        with_exercise(**changes)
    assert words in str(caught.value)


def test_an_exercise_twice_and_codes_that_a_world_lacks() -> None:
    with pytest.raises(BadDossier, match="exercise 'aid' is given twice"):
        small_future(lambda data: data.update(exercises=[dict(SUBSIDY), deepcopy(SUBSIDY)]))
    world = dt.load_world("toy")
    problems = with_exercise(by="ZZZ", sectors=["GLUE"]).check(world.regions, world.sectors)
    assert [p.split(":")[0] for p in problems] == ["exercise 'aid'", "exercise 'aid'"]
    with pytest.raises(BadDossier, match="exercise 'aid': region 'ZZZ' is not known"):
        toy(by="ZZZ")
    with pytest.raises(UnknownName, match="aid"):
        exercises(toy(), ["aids"])


def test_the_shipped_ones() -> None:
    case = Case.of("kuala-lumpur-2025", with_ranges=False)
    found = {row.exercise.id: row for row in exercises(case).rows}
    assert {k for k, row in found.items() if not row.priced} == {"us-chips-at-home", "forced-transfer"}
    aid, denied = found["chn-industrial-support"], found["us-denies-technology"]
    assert aid.effect("CHN").high < 0 < aid.effect("USA").low, "who subsidises pays the buyers abroad"
    assert 1 < aid.rates[0] < aid.rates[1] < aid.rates[2] < 7
    assert denied.effect("CHN").high < 0
    assert denied.effect("WORLD").high < 0
    assert all(out < 0 for out in denied.output)
    assert {"A108", "A109"} <= set(case.dossier.assumption_ids())
    assert all(row["id"] for row in exercises(case, ["us-chips-support"]).record()["exercises"])
