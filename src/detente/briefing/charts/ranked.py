"""Ranked bars with a thin span line below each and the value at the bar's end: what decides something, the largest first."""

from __future__ import annotations

import pandas as pd

from detente import words as text
from detente.briefing.charts.forms import CHARACTER, Sheet, Spec, as_given, end, mark, name, number, ticks
from detente.briefing.charts.theme import COLOUR

ROW = 22.0


def ranked(frame: pd.DataFrame, width: float, *, label_width: float) -> Spec:
    """Columns: label, value, low, high, colour (a key of `COLOUR`), text (printed at the bar's end). A row that has no value
    (NaN) shows its span alone."""
    frame = frame.assign(fill=[COLOUR[c] for c in frame["colour"]], bar=frame["value"].fillna(0.0))
    inner, sheet = width - label_width - 6, Sheet()
    low, high = min(0.0, float(frame[["bar", "low"]].min().min())), max(0.0, float(frame[["bar", "high"]].max().max()))
    span = (high - low) or 1.0
    frame["at"] = frame["bar"]
    apart = frame["value"].isna()
    frame.loc[apart, "at"] = [max(0.0, float(h)) for h in frame.loc[apart, "high"]]
    left = (frame["bar"] < 0) & ~apart
    # what stands beside the bars must fit: the scale grows until it does
    domain = (low, high)
    for _ in range(20):
        size = (domain[1] - domain[0]) or 1.0
        room = [(CHARACTER * len(str(t)) + 10) / inner * size for t in frame["text"]]
        lows = [float(a) - r for a, r, before in zip(frame["at"], room, left, strict=True) if before]
        highs = [float(a) + r for a, r, before in zip(frame["at"], room, left, strict=True) if not before]
        domain = (min([low - 0.02 * span, *lows]), max([high + 0.02 * span, *highs]))
    frame["middle"] = [k * ROW + 8.0 for k in range(len(frame))]
    frame["top"], frame["bottom"], frame["under"] = frame["middle"] - 6.0, frame["middle"] + 6.0, frame["middle"] + 9.5
    height = ROW * len(frame)
    frame["zero"] = 0.0
    marks = ticks(domain, 3 if width < 500 else 5)
    places = max(0, *(len(f"{t:.6f}".rstrip("0").split(".")[1]) for t in marks))
    x_axis = {
        "orient": "top", "grid": True, "gridColor": COLOUR["rule"], "values": marks, "labelFlush": False, "labelFontSize": 11.5,
        "labelExpr": f"replace(format(datum.value, '.{places}f'), '-', '−')",
    }  # fmt: skip
    along = {"domain": list(domain), "nice": False, "zero": False}

    def x(field: str, axis: object = None) -> Spec:
        return number(field, scale=along, axis=axis)

    def y(field: str) -> Spec:
        return number(field, scale={"domain": [height, 0.0], "nice": False}, axis=None)

    rows = sheet.rows(frame)
    side = {"baseline": "middle", "fontSize": 12.5}
    views = [
        mark(
            rows, "bar", {"opacity": 1}, x=x("zero", x_axis), x2=end("bar"), y=y("top"), y2=end("bottom"),
            color=as_given("fill"),
        ),
        mark(
            rows, "rule", {"color": COLOUR["ink"], "strokeWidth": 1.1, "opacity": 0.7}, x=x("low"), x2=end("high"), y=y("under"),
        ),
        mark(
            sheet.rows(pd.DataFrame({"zero": [0.0], "y": [0.0], "y2": [height]})), "rule",
            {"color": COLOUR["zero"], "strokeWidth": 1.2}, x=x("zero"), y=y("y"), y2=end("y2"),
        ),
    ]  # fmt: skip
    for before, part in frame.groupby(left, sort=False):
        style = {**side, "align": "right" if before else "left", "dx": -5 if before else 5}
        views.append(mark(sheet.rows(part), "text", style, x=x("at"), y=y("middle"), text=name("text")))
    letters = int((label_width - 10) / (0.53 * 12.5))
    labels = frame.assign(label=[text.clipped(str(t), letters) for t in frame["label"]], left=float(domain[0]))
    views.append(
        mark(
            sheet.rows(labels), "text", {**side, "align": "left", "dx": -label_width, "color": COLOUR["ink"]}, x=x("left"),
            y=y("middle"), text=name("label"),
        )
    )  # fmt: skip
    layer = sheet.layer(*views, width=inner, height=height)
    return sheet.grid([layer], 1, 0, 0)


__all__ = ["ranked"]
