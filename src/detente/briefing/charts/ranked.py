"""Ranked bars with a thin span line below each and the value at the bar's end: what decides something, the largest first."""

from __future__ import annotations

import pandas as pd

from detente.briefing.charts.forms import CHARACTER, ROOM, Sheet, Spec, as_given, end, mark, name, number
from detente.briefing.charts.standalone import wrapped
from detente.briefing.charts.theme import COLOUR

ROW, HEAD = 22.0, 15.0
SIZE = 12.5
"""Size of the letters in px."""


def ranked(frame: pd.DataFrame, width: float, *, label_width: float) -> Spec:
    """Columns: label, value, low, high, colour (a key of `COLOUR`), text (printed at the bar's end). A row that has no value
    (NaN) shows its span alone. Labels stand whole, to the left, or above where `label_width` is 0."""
    above, inner, sheet = label_width == 0, width - label_width - 6, Sheet()
    told = [wrapped(str(t), SIZE, ROOM * ((label_width or width) - 10)) for t in frame["label"]]
    words = [HEAD * len(lines) for lines in told]
    heights = [ROW + h if above else max(ROW, h + 4.0) for h in words]
    tops = [sum(heights[:k]) for k in range(len(heights))]
    frame = frame.assign(fill=[COLOUR[c] for c in frame["colour"]], bar=frame["value"].fillna(0.0), zero=0.0)
    apart = frame["value"].isna()
    frame["at"] = frame["bar"].where(~apart, frame["high"].clip(lower=0.0))
    left = (frame["bar"] < 0) & ~apart
    domain = _domain(frame, left, inner)
    frame["middle"] = [y + 8.0 + (h if above else (room - ROW) / 2) for y, h, room in zip(tops, words, heights, strict=True)]
    frame["top"], frame["bottom"], frame["under"] = frame["middle"] - 6.0, frame["middle"] + 6.0, frame["middle"] + 9.5
    height = sum(heights)

    def x(field: str) -> Spec:
        return number(field, scale={"domain": list(domain), "nice": False, "zero": False}, axis=None)

    def y(field: str) -> Spec:
        return number(field, scale={"domain": [height, 0.0], "nice": False}, axis=None)

    # the line at zero: whole, or where labels stand above the bars one piece a bar, so that it crosses no label
    pieces = {"y": frame["top"] - 2.0, "y2": frame["under"] + 2.0} if above else {"y": [0.0], "y2": [height]}
    rows, zero = sheet.rows(frame), sheet.rows(pd.DataFrame(pieces).assign(zero=0.0))
    span = {"color": COLOUR["ink"], "strokeWidth": 1.1, "opacity": 0.7}
    views = [
        mark(rows, "bar", {"opacity": 1}, x=x("zero"), x2=end("bar"), y=y("top"), y2=end("bottom"), color=as_given("fill")),
        mark(rows, "rule", span, x=x("low"), x2=end("high"), y=y("under")),
        mark(zero, "rule", {"color": COLOUR["zero"], "strokeWidth": 1.2}, x=x("zero"), y=y("y"), y2=end("y2")),
    ]
    side = {"baseline": "middle", "fontSize": SIZE}
    for before, part in frame.groupby(left, sort=False):
        style = {**side, "align": "right" if before else "left", "dx": -5 if before else 5}
        views.append(mark(sheet.rows(part), "text", style, x=x("at"), y=y("middle"), text=name("text")))
    labels = [
        {
            "left": float(domain[0]),
            "named": middle - (h - 1.0 if above else HEAD * (len(lines) - 1) / 2) + HEAD * k,
            "label": line,
        }
        for lines, h, middle in zip(told, words, frame["middle"], strict=True)
        for k, line in enumerate(lines)
    ]
    style = {**side, "align": "left", "dx": -label_width, "color": COLOUR["ink"]}
    views.append(mark(sheet.rows(pd.DataFrame(labels)), "text", style, x=x("left"), y=y("named"), text=name("label")))
    return sheet.grid([sheet.layer(*views, width=inner, height=height)], 1, 0, 0)


def _domain(frame: pd.DataFrame, left: pd.Series, inner: float) -> tuple[float, float]:
    """A scale on which every bar and span fits with its text beside it: each text asks for a share of the width, so the scale
    grows until the shares on both sides are there."""
    low, high = min(0.0, float(frame[["bar", "low"]].min().min())), max(0.0, float(frame[["bar", "high"]].max().max()))
    span = (high - low) or 1.0
    low, high = low - 0.02 * span, high + 0.02 * span
    share = [(CHARACTER * len(str(t)) + 10) / inner for t in frame["text"]]
    domain = (low, high)
    for _ in range(60):
        size = domain[1] - domain[0]
        ends = [(float(a), s * size, bool(before)) for a, s, before in zip(frame["at"], share, left, strict=True)]
        domain = (
            min([low, *(a - room for a, room, before in ends if before)]),
            max([high, *(a + room for a, room, before in ends if not before)]),
        )
    return domain


__all__ = ["ranked"]
