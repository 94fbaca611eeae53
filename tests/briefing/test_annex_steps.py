"""The step chart and the lines by week: nothing is drawn through after the day, labels do not touch, places are in order."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, strategies as st

from detente.briefing.charts import steps, timeline, weeks

START, TODAY, END = date(2018, 1, 1), date(2025, 10, 18), date(2026, 11, 10)
LINE = steps.Line("usa", ((START, 3.0), (date(2025, 4, 9), 120.0)))
AHEAD = steps.Line("usa", ((TODAY, 120.0), (date(2025, 11, 1), 150.0)), True, "150")


def drawn_lines(spec: dict[str, Any]) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The line marks of a chart with their rows."""
    layers = spec["vconcat"][0]["hconcat"][0]["layer"]
    return [(x["mark"], spec["datasets"][x["data"]["name"]]) for x in layers if x["mark"]["type"] == "line"]


@pytest.mark.parametrize("width", [348.0, 940.0])
def test_nothing_right_of_the_day_is_drawn_through(width: float) -> None:
    spec = steps.draw([LINE, AHEAD], [], TODAY, START, END, width)
    layers = spec["vconcat"][0]["hconcat"][0]["layer"]
    now = next(
        row["x"] for x in layers if x["mark"]["type"] == "rule" for row in spec["datasets"][x["data"]["name"]] if "text" in row
    )
    (known, rows), (ahead, later) = drawn_lines(spec)
    assert "strokeDash" not in known
    assert max(r["x"] for r in rows) <= now + 1e-9
    assert ahead["strokeDash"] == [5, 4]
    assert min(r["x"] for r in later) >= now - 1e-9


@given(st.lists(st.floats(0, 300), min_size=1, max_size=9))
def test_labels_keep_apart_and_in_order(wanted: list[float]) -> None:
    found = steps.apart(wanted, 15.0, 0.0, 300.0)
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    placed = [found[k] for k in order]
    assert all(b - a >= 15.0 - 1e-9 for a, b in pairwise(placed))


def test_a_short_axis_names_months_and_a_long_one_years() -> None:
    assert steps.tick(date(2025, 11, 1), 300, 0) == "Nov 2025"
    assert steps.tick(date(2026, 3, 1), 300, 3) == "Mar"
    assert steps.tick(date(2026, 1, 1), 300, 2) == "Jan 2026"
    assert steps.tick(date(2020, 1, 1), 3000, 1) == "2020"


@given(st.floats(30, 600), st.floats(0, 1), st.floats(0, 1))
def test_weeks_lie_in_order_on_the_axis(last: float, one: float, other: float) -> None:
    a, b = sorted((one * last, other * last))
    assert 0 <= weeks.place(a, last) <= weeks.place(b, last) <= 1 + 1e-12


# -- the timeline ------------------------------------------------------------------------------------------------------
def bar(status: str, start: date, end: date, measure: str = "m") -> timeline.Bar:
    return timeline.Bar("China", measure, "A duty", status, "chn", start, end)


def test_what_has_yet_to_begin_is_dashed_and_what_goes_on_is_not() -> None:
    until = TODAY + timedelta(days=60)
    bars = [
        bar("in_force", START, until, "goes on"),
        bar("suspended", START, TODAY + timedelta(days=23), "comes back"),
        bar("in_force", TODAY + timedelta(days=23), until, "comes back"),
        bar("announced", TODAY - timedelta(days=9), TODAY + timedelta(days=21), "starts"),
        bar("in_force", TODAY + timedelta(days=21), until, "starts"),
    ]
    found = {(b.measure, b.start): b.status for b in timeline.ahead(bars, TODAY, until)}
    assert found["goes on", START] == "in_force"
    assert found["comes back", TODAY + timedelta(days=23)] == "announced"
    assert found["starts", TODAY + timedelta(days=21)] == "announced"
    styles = {timeline.STYLES[b.status] for b in timeline.ahead(bars, TODAY, until) if b.start > TODAY}
    assert styles == {"dashed"}


def test_a_threat_does_not_vanish_on_its_day() -> None:
    until = TODAY + timedelta(days=60)
    (found,) = timeline.ahead([bar("threatened", TODAY - timedelta(days=8), TODAY + timedelta(days=14))], TODAY, until)
    assert (found.status, found.end) == ("threatened", until)
