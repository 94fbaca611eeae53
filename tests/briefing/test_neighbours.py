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
from detente.outlook.year import stake_of
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
    paragraphs = [b.text for b in section if isinstance(b, Para)]
    lead = next(p for p in paragraphs if "value added in" in p)
    before, after = pass_through(case), pass_through(case, case.worst)
    assert ("it grows to" in lead) == (after.content.sum() > before.content.sum())
    first = before.to_frame().index[0]
    assert neighbours.text.name(str(first)) in lead
    closures = next(p for p in paragraphs if "by closure of the exchange rate" in p)
    ends = sorted((case.income("MYS", case.worst).value, neighbours.held_fixed(case, "MYS", case.worst)))
    assert " and ".join(neighbours.text.fixed(x, 2, signed=True) for x in ends) in closures
    year = neighbours.year_of(case, "MYS")
    top = next(d for d in year.ranked if d.kind == "branch")
    assert top.question in paragraphs[0]
    assert neighbours.text.chance(top.chance.value if top.chance else 0.0) in paragraphs[0]


def test_the_title_says_where_the_hosts_year_is_decided(case: CaseView) -> None:
    year = neighbours.year_of(case, "MYS")
    top = replace(next(d for d in year.ranked if d.kind == "branch"), by=("USA",))
    alone = replace(year, drivers=(top,))
    assert alone.elsewhere
    assert neighbours.told("title", year=alone) == "The United States alone decides what moves Malaysia most"
    court = replace(year, drivers=(replace(top, by=()),))
    assert neighbours.told("title", year=court) == "What moves Malaysia most is decided by a court"
    talks = replace(year, drivers=(replace(top, by=("CHN", "USA")),))
    assert neighbours.told("title", year=talks) == "What the talks decide for Malaysia and for others"
    assert neighbours.told("title", year=None) == "What it offers and costs the bystanders"
    elsewhere = replace(alone, region="PAK")
    assert "Malaysia" not in neighbours.told("title", year=elsewhere) + neighbours.told("our_year", case=case, year=elsewhere)


def test_tables_are_complete_and_on_the_shelf(case: CaseView, section: tuple[object, ...]) -> None:
    tables = {b.id: b for b in section if isinstance(b, Table)}
    assert set(tables) == {"tab-bystanders", "tab-menu-host", "tab-asks-host"}
    assert all(len(t.columns) <= 7 and all(len(r) == len(t.columns) for r in t.rows) for t in tables.values())
    stems = {f.stem: f.frame for f in case.shelf.files}
    assert len(stems["bystanders"]) == len(case.third)
    assert {"year-host", "asks-host", "hosting"} <= set(stems)
    assert set(stems["hosting"].columns) >= {"part", "low, %", "real income, %", "high, %"}
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
    stake = stake_of(case, "MYS", neighbours.threats(case))
    assert {"loss": "does better when the talks fail", "not known": "is not known", "gain": "is worth", "none": "does as well"}[
        stake.sign
    ] in hosting
    assert "Part by part" in hosting
    assert "Left out of every part: investment" in hosting
    assert not re.search(r"\d-\d|nan|None", passing + hosting)


def test_without_a_host_only_the_table_stays(case: CaseView) -> None:
    dossier = case.dossier.model_copy(update={"venue": case.dossier.venue.model_copy(update={"region": "USA"})})
    alone = replace(case, dossier=dossier, shelf=type(case.shelf)())
    kinds = [type(b).__name__ for b in neighbours.blocks(alone)]
    assert kinds == ["Para", "Para", "Table"]


def test_the_bars_of_a_year_are_its_drivers_without_a_forced_choice(case: CaseView) -> None:
    year = neighbours.year_of(case, "MYS")
    figure = results.year_figure(year, "year.csv")
    shown = [d for d in year.ranked if d.kind != "choice"]
    assert figure.svg.startswith("<svg")
    for d in shown[:3]:
        known = d.price.sign != "not known"
        assert (neighbours.text.fixed(d.price.value, 2, signed=True) in figure.alt) == known
    assert ("sign not known" in figure.alt) == any(d.price.sign == "not known" for d in shown[:4])
    assert "having to side" not in figure.alt.lower()
    chances = [neighbours.text.chance(d.chance.value) for d in shown[:4] if d.chance is not None]
    assert chances
    assert all(told in figure.alt for told in chances)


def test_a_year_that_nothing_moves_says_so(case: CaseView) -> None:
    year = replace(neighbours.year_of(case, "MYS"), drivers=())
    assert "Nothing the dossier knows moves Malaysia" in year.explain()
    assert "Nothing the dossier knows moves Malaysia" in neighbours.told("our_year", case=case, year=year)
    choice = replace(next(d for d in neighbours.year_of(case, "MYS").drivers if d.kind == "choice"))
    only = replace(year, drivers=(choice,))
    assert "Nothing the dossier has odds for" in only.explain()


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
