"""A slope chart: shares before and after, a line a seller, names at the right end kept apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts import forms
from detente.briefing.charts.figures import COLUMN, figure
from detente.briefing.charts.theme import COLOUR, region_colour
from detente.briefing.document import Figure

APART = 15.0
"""Pixels between two labels at least."""


def spread(at: Sequence[float], apart: float, top: float) -> list[float]:
    """Places as near as may be to `at` (pixels from below), at least `apart` from each other, none above `top`.

    >>> spread([10.0, 12.0, 50.0], 15.0, 100.0)
    [3.5, 18.5, 50.0]
    """
    found = forms.kept_apart(at, apart)
    over = max([*found, top]) - top
    return [v - over for v in found]


def slope_figure(
    shares: Mapping[str, tuple[float, float]],
    heads: tuple[str, str],
    told: tuple[str, str],
    *,
    strong: Sequence[str] = (),
    id: str,
    note: str,
    csv: str,
    places: int = 1,
) -> Figure:
    """Percent before and after by region, in colours by role; those of `strong` are drawn thicker; `heads` over both ends;
    `places` decimals."""
    title, subtitle = told
    shown = {
        text.label(r): f"{text.fixed(a, places)} to {text.fixed(b, places)}"
        for r, (a, b) in sorted(shares.items(), key=lambda item: -abs(item[1][1] - item[1][0]))
    }
    return figure(
        id, title, subtitle, note, forms.alt_text(f"{title}.", shown), csv,
        lambda w: _drawn(shares, heads, w, strong, places), width=COLUMN,
    )  # fmt: skip


def _drawn(
    shares: Mapping[str, tuple[float, float]], heads: tuple[str, str], width: float, strong: Sequence[str], places: int
) -> dict[str, Any]:
    sheet = forms.Sheet()
    height, top = 300.0, max(max(ends) for ends in shares.values()) * 1.06
    left, right = 60.0, 190.0 if width > 500 else 160.0
    names = list(shares)
    ends = {side: [shares[r][side] / top * height for r in names] for side in (0, 1)}
    placed = {side: spread(ends[side], APART, height) for side in (0, 1)}
    low = min(0.0, *placed[0], *placed[1])
    x = {"scale": {"domain": [-left, width - left - 4], "nice": False}, "axis": None}
    y = {"scale": {"domain": [low, height], "nice": False}, "axis": None}
    inner = width - left - right - 4
    across, up = forms.number("x", **x), forms.number("y", **y)
    views = []
    labels = []
    for k, r in enumerate(names):
        colour = COLOUR[region_colour(r)]
        line = pd.DataFrame({"x": [0.0, inner], "y": [ends[0][k], ends[1][k]]})
        thick = 2.6 if r in strong else 1.5
        views.append(forms.mark(sheet.rows(line), "line", {"color": colour, "strokeWidth": thick}, x=across, y=up))
        views.append(forms.mark(sheet.rows(line), "circle", {"color": colour, "size": 34, "opacity": 1}, x=across, y=up))
        labels += [
            {"x": -8.0, "y": placed[0][k], "text": text.fixed(shares[r][0], places), "side": "right", "fill": colour},
            {
                "x": inner + 8.0, "y": placed[1][k], "text": f"{text.fixed(shares[r][1], places)}  {text.label(r)}",
                "side": "left", "fill": colour,
            },
        ]  # fmt: skip
    frame = pd.DataFrame(labels)
    for side, part in frame.groupby("side", sort=False):
        style = {"align": side, "baseline": "middle", "fontSize": 12.5}
        rows = sheet.rows(part)
        views.append(forms.mark(rows, "text", style, x=across, y=up, text=forms.name("text"), color=forms.as_given("fill")))
    zero = sheet.rows(pd.DataFrame({"x": [0.0], "x2": [inner], "y": [0.0]}))
    views.append(forms.mark(zero, "rule", {"color": COLOUR["zero"], "strokeWidth": 1.0}, x=across, x2=forms.end("x2"), y=up))
    above = sheet.rows(pd.DataFrame({"x": [0.0, inner], "text": list(heads), "y": [height, height]}))
    style = {"align": "center", "baseline": "bottom", "dy": -8, "fontWeight": "bold"}
    views.append(forms.mark(above, "text", style, x=across, y=up, text=forms.name("text")))
    return {**sheet.layer(*views, width=width - 4, height=height - low), "datasets": sheet.datasets}
