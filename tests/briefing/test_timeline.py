"""The timeline: where a day falls, what style tells a status, which words stand beside a deadline."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st

from detente.briefing.charts import timeline
from detente.briefing.charts.theme import COLOUR, HATCH

START, END, TODAY = date(2025, 1, 1), date(2025, 12, 31), date(2025, 10, 18)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def drawn(bars: list[timeline.Bar], talks: Any = (), due: Any = (), width: float = 900) -> list[dict[str, Any]]:
    """All rows of data on the chart."""
    spec = timeline.draw(bars, talks, due, TODAY, START, END, width)
    return [row for rows in spec["datasets"].values() for row in rows]


def bar(status: str, start: date = START, end: date = END, title: str = "A duty") -> timeline.Bar:
    return timeline.Bar("China", f"m-{status}-{title}", title, status, "chn", start, end)


def boxes(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [r for r in rows if "fill" in r and "x2" in r]


@given(days, st.integers(0, 900))
def test_months_are_first_days_in_the_window(start: date, length: int) -> None:
    end = start + timedelta(days=length)
    found = timeline.month_starts(start, end)
    assert found == sorted(set(found))
    assert all(d.day == 1 and start <= d <= end for d in found)
    assert len(found) == sum((start + timedelta(days=k)).day == 1 for k in range(length + 1))


@pytest.mark.parametrize(
    ("status", "dashed", "fill", "opacity"),
    [
        ("threatened", True, COLOUR["paper"], 1.0),
        ("announced", True, COLOUR["paper"], 1.0),
        ("in_force", False, COLOUR["chn"], 1.0),
        ("suspended", False, HATCH["chn"], 1.0),
        ("expired", False, COLOUR["chn"], 0.28),
        ("withdrawn", False, COLOUR["chn"], 0.28),
        ("struck_down", False, COLOUR["chn"], 0.28),
    ],
)
def test_the_style_tells_the_status(status: str, dashed: bool, fill: str, opacity: float) -> None:
    box = next(b for b in boxes(drawn([bar(status)])) if b["stroke"] == COLOUR["chn"])
    assert (box["dashed"], box["fill"], box["opacity"]) == (dashed, fill, opacity)


@given(st.dates(START, END), st.dates(START, END))
def test_a_bar_spans_its_days_and_never_vanishes(one: date, other: date) -> None:
    start, end = min(one, other), max(one, other)
    box = next(b for b in boxes(drawn([bar("in_force", start, end)])) if b["stroke"] == COLOUR["chn"])
    per_day = 900 / (END - START).days
    assert box["x"] == pytest.approx((start - START).days * per_day)
    assert box["x2"] - box["x"] >= 2 - 1e-9
    assert box["x2"] == pytest.approx(max((end - START).days * per_day, box["x"] + 2))


def test_days_outside_the_window_are_cut_at_its_ends() -> None:
    box = next(b for b in boxes(drawn([bar("in_force", date(2019, 1, 1), date(2030, 1, 1))])) if b["stroke"] == COLOUR["chn"])
    assert (box["x"], box["x2"]) == (0, 900)


def test_deadlines_say_the_day_and_the_days_left() -> None:
    due = [(date(2025, 10, 19), "talks"), (date(2025, 11, 1), "a duty")]
    texts = [r["text"] for r in drawn([bar("in_force")], due=due) if "text" in r]
    assert "19 Oct, 1 day left: talks" in texts
    assert "1 Nov, 14 days left: a duty" in texts
    assert "as of 18 Oct" in texts


def test_a_label_too_long_for_a_phone_is_clipped() -> None:
    title = "A very long title of a duty on everything that crosses the sea and much that does not"
    wide = [r["text"] for r in drawn([bar("in_force", title=title)]) if "text" in r]
    narrow = [r["text"] for r in drawn([bar("in_force", title=title)], width=348) if "text" in r]
    assert title in wide
    assert title not in narrow
    assert any(t.endswith("…") and title.startswith(t[:-1]) for t in narrow)


def test_rounds_to_come_are_hollow() -> None:
    talks = [timeline.Mark(date(2025, 5, 10), "Geneva", False), timeline.Mark(date(2025, 10, 25), "Kuala Lumpur", True)]
    dots = {r["text"]: r["fill"] for r in drawn([bar("in_force")], talks) if "late" in r}
    assert dots == {"Geneva": COLOUR["ink"], "Kuala Lumpur": COLOUR["paper"]}


def test_each_government_and_measure_is_named_once() -> None:
    bars = [
        timeline.Bar("China", "m", "One", "suspended", "chn", START, TODAY),
        timeline.Bar("China", "m", "One", "in_force", "chn", TODAY, END),
        timeline.Bar("United States", "n", "Two", "in_force", "usa", START, END),
    ]
    texts = [(r["text"], r["weight"]) for r in drawn(bars) if "weight" in r]
    assert [t for t, weight in texts if weight == "bold"] == ["China", "United States"]
    assert [t for t, weight in texts if weight == "normal"][:2] == ["One", "Two"]
    first, second, third = boxes(drawn(bars))[:3]
    assert first["y"] == second["y"] < third["y"]
