"""A table and its CSV from columns said once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from detente.briefing import report
from detente.briefing.document import Cell, Column
from detente.briefing.sections import standoffs
from detente.briefing.tables import Col, Texts, by_scenario, headed, listed, table, texts
from detente.briefing.view import STATUS_QUO, CaseView

words = st.text(st.characters(codec="ascii", min_codepoint=97, max_codepoint=122), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def case(run: Any) -> CaseView:
    return report.solve_case(run.dossier, run.world)


@given(st.lists(st.tuples(words, st.floats(-9, 9)), max_size=6))
def test_every_row_stands_in_the_table_and_in_the_data(found: list[tuple[str, float]]) -> None:
    columns = [
        Col("Name", [n for n, _ in found], data=[{"name": n} for n, _ in found]),
        Col("Value", [Cell(f"{v:.1f}", strong=True) for _, v in found], "%", [{"value": v, "unit": "%"} for _, v in found], True),
        Col("Only in the data", data=[{"note": n.upper()} for n, _ in found]),
    ]
    heads, rows = headed(columns)
    assert heads == (Column("Name"), Column("Value", "%", number=True))
    assert [(a.text, b.text, b.strong) for a, b in rows] == [(n, f"{v:.1f}", True) for n, v in found]
    assert listed(columns) == [{"name": n, "value": v, "unit": "%", "note": n.upper()} for n, v in found]


def test_records_of_their_own_come_row_by_row_after_the_fields() -> None:
    columns = [
        Col("A", ["1", "2"], data=[{"a": 1}, {"a": 2}]),
        Col("B", ["x", "y"], data=[[{"b": "x", "k": 1}, {"b": "x", "k": 2}], []]),
        Col("C", ["", ""], data=[[{"c": 1}], [{"c": 2}]]),
    ]
    assert listed(columns) == [{"a": 1}, {"b": "x", "k": 1}, {"b": "x", "k": 2}, {"c": 1}, {"a": 2}, {"c": 2}]


def test_columns_of_unlike_length_are_refused() -> None:
    short = [Col("A", ["1", "2"], data=[{"a": 1}, {"a": 2}]), Col("B", ["1"], data=[{"b": 1}])]
    with pytest.raises(ValueError, match="zip"):
        headed(short)
    with pytest.raises(ValueError, match="zip"):
        listed(short)


def test_a_table_without_rows_keeps_its_heads() -> None:
    heads, rows = headed([Col("A", []), Col("B", [], number=True)])
    assert [h.title for h in heads] == ["A", "B"]
    assert rows == ()
    assert listed([Col("A", [])]) == []


def test_texts_are_the_paragraphs_of_a_macro(case: CaseView) -> None:
    told = texts("scenarios", "duties", case=case)
    assert told.title == "Average duties"
    assert str(case.world.year) in told.subtitle
    assert told.note.endswith("come on top.")
    assert texts("economies", "world_table", case=case).note == ""


def test_a_table_goes_to_its_file_once_and_says_so(case: CaseView) -> None:
    said = Texts("Title", "percent", "What it holds", "Beware.")
    made = table(case, "test-once", said, [Col("A", ["1"], data=[{"a": 1}])])
    assert (made.id, made.csv) == ("tab-test-once", "test-once.csv")
    assert made.note == case.note("test-once.csv", "Beware.")
    kept = next(f for f in case.shelf.files if f.stem == "test-once")
    assert (kept.title, kept.frame.to_dict("records")) == ("What it holds", [{"a": 1}])
    with pytest.raises(ValueError, match="written twice"):
        table(case, "test-once", said, [Col("A", ["1"], data=[{"a": 1}])])
    again = table(case, "other", said, [Col("A", ["1"])], csv="test-once.csv", source="a survey", id="named", wide=True)
    assert (again.id, again.csv, again.wide) == ("tab-named", "test-once.csv", True)
    assert again.note == "Source: a survey. Data: data/test-once.csv"
    assert [f.stem for f in case.shelf.files].count("other") == 0


def test_scenario_columns_say_what_they_are_against(case: CaseView) -> None:
    def data(s: str | None) -> list[Mapping[str, Any]]:
        return [{"scenario": s or STATUS_QUO}]

    columns = by_scenario(case, lambda s: [case.label(s)], data)
    assert [c.head for c in columns] == ["Status quo", *map(case.label, case.moving)]
    assert columns[0].unit == f"against the {case.reference}"
    assert {c.unit for c in columns[1:]} == {"against the law by itself"}
    assert [c.cells for c in columns] == [[case.label(s)] for s in (None, *case.moving)]
    assert listed(columns) == [{"scenario": case.moving[-1]}]
    assert all(c.number for c in columns)


def test_a_column_of_zeros_stands_in_the_data_and_is_said(case: CaseView) -> None:
    still = case.moving[0]

    def shown(s: str | None) -> list[str | Cell]:
        return ["0.00", Cell("0.00", "0.00 to 0.00")] if s == still else ["+0.10", "0.00"]

    columns = by_scenario(case, shown, lambda s: [{"scenario": s or STATUS_QUO}, {"scenario": s or STATUS_QUO}])
    made = table(case, "test-still", Texts("T", "percent", "F", "Beware."), [Col("A", ["1", "2"]), *columns])
    assert [c.title for c in made.columns] == ["A", *(case.label(s) for s in (None, *case.moving) if s != still)]
    assert made.note == case.note("test-still.csv", f"Beware. {case.label(still)}: nothing moves.")
    assert len(listed(columns)) == 2
    nothing = by_scenario(case, lambda s: ["0.00", "less than 0.00"])
    assert not any(c.still for c in nothing)  # a table of which nothing moves is shown as it is


def test_no_data_file_holds_an_infinity_and_what_never_is_enough_is_said(run: Any) -> None:
    for path in sorted(Path(run.briefing.data).glob("*.csv")):
        assert not re.search(r"(^|,)-?inf(,|$)", path.read_text(encoding="utf-8"), re.M), path.name
    assert [standoffs._enough(x) for x in (0.0, 0.4, float("inf"))] == ["no temptation", "yes", "never"]
