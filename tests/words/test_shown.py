"""What a notebook shows of a result: its words, its chart and its table."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest

import detente as dt
from detente.briefing.charts import FIGURES
from detente.words.shown import CHARTS, ROWS, Shown


@dataclass(frozen=True)
class Answer(Shown):
    rows: int

    def explain(self) -> str:
        return "Less < more.\n\nSecond."

    def to_frame(self) -> pd.DataFrame:
        return pd.DataFrame({"a <b>": range(self.rows)})


def test_text_is_escaped_and_parted() -> None:
    shown = Answer(2)._repr_html_()
    assert "<p>Less &lt; more.</p><p>Second.</p>" in shown
    assert "a &lt;b&gt;" in shown
    assert "to_frame()" not in shown


def test_the_plain_form_is_what_it_says() -> None:
    shown = Answer(2)._repr_mimebundle_()
    assert shown == {"text/plain": "Less < more.\n\nSecond.", "text/html": Answer(2)._repr_html_()}


@pytest.mark.parametrize("rows", [ROWS, ROWS + 1])
def test_long_tables_say_how_many_rows_are_left(rows: int) -> None:
    shown = Answer(rows)._repr_html_()
    assert shown.count("<tr") == 1 + min(rows, ROWS)
    assert ("… 1: <code>to_frame()</code>" in shown) == (rows > ROWS)


def test_an_outcome_has_a_chart_and_its_regions() -> None:
    world = dt.load_world("toy")
    shown = dt.solve(world, dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.1)]))._repr_html_()
    assert shown.count("<svg") == 1
    assert all(region in shown for region in world.regions)


def test_charts_are_figures_there_are() -> None:
    assert set(CHARTS.values()) <= set(FIGURES)
