"""The section on bystanders: its words follow from its numbers, its tables have their files."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.briefing.conftest import toy_dossier, toy_world

from detente.briefing.charts import results
from detente.briefing.document import Para, Table
from detente.briefing.report import solve_case
from detente.briefing.sections import bystanders as neighbours
from detente.briefing.view import CaseView
from detente.strategy.bystanders import STAY_OUT, overview
from detente.strategy.transshipment import pass_through, pass_through_duty


@pytest.fixture(scope="module")
def case() -> CaseView:
    """The toy case, solved once."""
    return solve_case(toy_dossier(), toy_world())


@pytest.fixture(scope="module")
def section(case: CaseView) -> tuple[object, ...]:
    """The section of the toy case."""
    (found,) = neighbours.sections(case)
    return found.blocks


def test_it_says_what_it_computed(case: CaseView, section: tuple[object, ...]) -> None:
    lead = next(b for b in section if isinstance(b, Para)).text
    before, after = pass_through(case), pass_through(case, case.worst)
    assert ("it grows to" in lead) == (after.content.sum() > before.content.sum())
    first = before.to_frame().index[0]
    assert neighbours.text.name(str(first)) in lead
    gain = case.income("MYS", case.worst).value
    assert ("Malaysia gains" in lead) == (gain >= neighbours.text.TINY)


def test_tables_are_complete_and_on_the_shelf(case: CaseView, section: tuple[object, ...]) -> None:
    tables = {b.id: b for b in section if isinstance(b, Table)}
    assert set(tables) == {"tab-bystanders", "tab-menu-host"}
    assert all(len(t.columns) <= 7 and all(len(r) == len(t.columns) for r in t.rows) for t in tables.values())
    stems = {f.stem: f.frame for f in case.shelf.files}
    assert len(stems["bystanders"]) == len(case.third)
    options = [row[0].text.lower() for row in tables["tab-menu-host"].rows]
    assert STAY_OUT in options
    paid = [float(r[-1].text.replace("−", "-")) for r in tables["tab-menu-host"].rows]
    assert paid == sorted(paid, reverse=True)
    assert tables["tab-bystanders"].rows[0][0].text == "Malaysia"


def test_words_on_goods_passed_through_and_hosting(case: CaseView, section: tuple[object, ...]) -> None:
    told = {b.lead: b.text for b in section if isinstance(b, Para)}
    passing, hosting = told["Goods passed through."], told["What hosting is worth."]
    assert "Suppose" in passing  # the toy dossier has no such order
    duty = pass_through_duty(case, "MYS", case.worst)
    assert f"{neighbours.text.percent(-duty.narrow.real_income)} of real income" in passing
    gain = case.income("MYS", case.worst).value > case.income("MYS", case.best).value
    assert ("does better when the talks fail" in hosting) == gain
    assert not re.search(r"\d-\d|nan|None", passing + hosting)


def test_without_a_host_only_the_table_stays(case: CaseView) -> None:
    dossier = case.dossier.model_copy(update={"venue": case.dossier.venue.model_copy(update={"region": "USA"})})
    alone = replace(case, dossier=dossier, shelf=type(case.shelf)())
    kinds = [type(b).__name__ for b in neighbours.blocks(alone)]
    assert kinds == ["Para", "Table"]


def test_charts_show_the_same_numbers(case: CaseView) -> None:
    one = results.route_figure(case, "MYS", case.worst, "")
    many = results.routes_figure(case, case.worst, "x.csv")
    table = overview(case, case.worst)
    gained = float(table.loc["MYS", "exports gained to USA, million USD"])
    assert ("gains" in one.title) == (gained >= 0)
    assert neighbours.text.money(abs(gained)) in one.title
    assert "Data: x.csv" in many.note
    assert "Malaysia" in many.alt
    assert many.svg.startswith("<svg")
