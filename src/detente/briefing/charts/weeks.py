"""Lines over the weeks and months since a control began: a panel a sector, the centre as a line, what leaks as a band.

Weeks run to half a year on most of the width, the later months on the rest. All panels share one scale, with a zero line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from detente.briefing.charts.forms import Sheet, Spec, end, mark, name, number, ticks as ticks_of
from detente.briefing.charts.theme import COLOUR
from detente.words import DAYS_A_YEAR, say

WEEKS_A_MONTH = DAYS_A_YEAR / 12 / 7
HALF = 26.0
"""Weeks drawn to scale."""
SHARE = 0.62
"""Part of the width they have."""
AXIS = 40.0
NAMED = {"baseline": "top", "dy": 6, "color": COLOUR["muted"], "fontSize": 12}


@dataclass(frozen=True)
class Panel:
    """Title, colour name, and rows (week, low, value, high), percent; `worst`: what stands at its deepest point."""

    title: str
    colour: str
    rows: tuple[tuple[float, float, float, float], ...]
    worst: str


def place(week: float, last: float) -> float:
    """Where a week lies on an axis from 0 to 1 that ends at `last` weeks."""
    if last <= HALF:
        return week / last
    return SHARE * week / HALF if week <= HALF else SHARE + (1 - SHARE) * (week - HALF) / (last - HALF)


def draw(panels: Sequence[Panel], width: float) -> Spec:
    """The chart."""
    sheet, across = Sheet(), 1 if width < 500 else 2
    gap = 26.0
    inner = (width - gap * (across - 1)) / across - AXIS - 8
    low = min(0.0, *(r[1] for p in panels for r in p.rows))
    high = max(0.0, *(r[3] for p in panels for r in p.rows))
    room = 0.08 * (high - low) or 1.0
    domain = (low - room, high + room)
    last = max(r[0] for p in panels for r in p.rows)
    scale_x, scale_y = {"domain": [0, 1], "nice": False}, {"domain": list(domain), "nice": False, "zero": False}
    marks = [(w, say("briefing/charts/weeks", "at_week", week=round(w))) for w in (0.0, 13.0, 26.0) if w <= last]
    marks += [
        (m * WEEKS_A_MONTH, say("briefing/charts/weeks", "at_month", month=m))
        for m in (36 if last > 100 else 12,)
        if m * WEEKS_A_MONTH <= last + 1
    ]
    views = []
    for p in panels:
        axis = {
            "values": ticks_of(domain, 4), "grid": True, "gridColor": COLOUR["rule"], "labelFontSize": 12, "minExtent": AXIS,
            "maxExtent": AXIS, "labelExpr": "replace(datum.value, '-', '−')",
        }  # fmt: skip
        rows = sheet.rows(pd.DataFrame([{"x": place(w, last), "low": a, "value": v, "high": b} for w, a, v, b in p.rows]))
        x = number("x", scale=scale_x, axis=None)

        def y(field: str, axis: Spec = axis) -> Spec:
            return number(field, scale=scale_y, axis=axis)

        spots = [{"x": place(w, last), "y": domain[0], "text": t} for w, t in marks]
        first, inside, final = (sheet.rows(pd.DataFrame(part)) for part in (spots[:1], spots[1:-1], spots[-1:]))
        deep = min(p.rows, key=lambda r: r[2])
        told = sheet.rows(pd.DataFrame([{"x": place(deep[0], last), "y": deep[2], "text": p.worst}]))
        zero = sheet.rows(pd.DataFrame({"y": [0.0]}))
        left = place(deep[0], last) > 0.7
        look = {"align": "right" if left else "left", "dx": -6 if left else 7, "baseline": "top", "dy": 6, "fontWeight": "bold"}
        style = {"color": COLOUR[p.colour]}
        views.append(
            sheet.layer(
                mark(rows, "area", {**style, "opacity": 0.2}, x=x, y=y("low"), y2=end("high")),
                mark(zero, "rule", {"color": COLOUR["zero"], "strokeWidth": 1.2}, y=y("y")),
                mark(rows, "line", {**style, "strokeWidth": 2.2}, x=x, y=y("value")),
                mark(told, "text", look, x=x, y=y("y"), text=name("text")),
                *(
                    mark(names, "text", {**NAMED, "align": side}, x=x, y=y("y"), text=name("text"))
                    for side, names in (("left", first), ("center", inside), ("right", final))
                ),
                width=inner, height=130, title=p.title,
            )
        )  # fmt: skip
    return sheet.grid(views, across, gap, 22)
