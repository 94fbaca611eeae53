"""Charts: colour steps, the SVG that goes into the page, the timeline."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from detente.briefing.charts import forms as charts, theme as svg, timeline


@given(st.lists(st.floats(-40, 40, allow_nan=False), min_size=1, max_size=40))
def test_colour_steps_follow_size_and_sign(values: list[float]) -> None:
    edges = charts.thresholds(values)
    assert list(edges) == sorted(set(edges))
    for value in values:
        step = charts.step(value, edges)
        assert step in svg.DIVERGING
        if step != "z0":
            assert (step[0] == "p") is (value > 0)
            assert abs(value) >= edges[int(step[1]) - 1]
        else:
            assert abs(value) < edges[0]


def frame() -> pd.DataFrame:
    rows = [
        ("A", "China", -1.0, -1.5, -0.5, "chn", "−1.00"),
        ("A", "Malaysia & co", 0.5, 0.2, 0.9, "mys", "+0.50"),
        ("B", "China", -0.2, -0.3, 0.1, "chn", "−0.20"),
        ("B", "Malaysia & co", 0.0, 0.0, 0.0, "mys", "0.00"),
    ]
    return pd.DataFrame(rows, columns=["panel", "label", "value", "low", "high", "colour", "text"])


@pytest.mark.parametrize("width", [348, 700])
def test_svg_follows_the_page(width: int) -> None:
    for draw in (charts.dots, charts.bars):
        drawn = svg.render(draw(frame(), width), 'what "it" <shows>', "fig-x")
        assert drawn.startswith("<svg")
        assert 'aria-label="what &quot;it&quot; &lt;shows&gt;"' in drawn
        assert "var(--chn)" in drawn
        assert "−1.00" in drawn
        assert "#b3362b" not in drawn
        assert "font-family" not in drawn
        assert 'id="clip' not in drawn


def test_all_zero_values_are_drawn() -> None:
    flat = frame().assign(value=0.0, low=0.0, high=0.0, text="0.00")
    for draw in (charts.dots, charts.bars):
        assert "0.00" in svg.render(draw(flat, 700), "flat", "fig-flat")


def test_timeline_styles_and_days_left() -> None:
    start, end, today = date(2025, 1, 1), date(2025, 12, 31), date(2025, 10, 18)
    bars = [
        timeline.Bar("China", "a", "In force", "in_force", "chn", start, end),
        timeline.Bar("China", "b", "Resting", "suspended", "chn", start, end),
        timeline.Bar("United States", "c", "A threat", "threatened", "usa", date(2025, 10, 10), date(2025, 11, 1)),
        timeline.Bar("United States", "d", "Gone", "expired", "usa", date(2025, 6, 1), end),
    ]
    talks = [timeline.Mark(date(2025, 5, 10), "Geneva", False), timeline.Mark(date(2025, 10, 24), "Kuala Lumpur", True)]
    spec = timeline.draw(bars, talks, [(date(2025, 11, 1), "the threat")], today, start, end, 900)
    drawn = svg.render(spec, "timeline", "fig-t")
    for needed in ("url(#hatch-chn)", "stroke-dasharray", "Geneva", "1 Nov, 14 days left: the threat", "as of 18 Oct"):
        assert needed in drawn
    assert "url(#fig-t-hatch" not in drawn
