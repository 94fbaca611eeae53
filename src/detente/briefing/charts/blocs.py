"""A waterfall: steps that add up, each from where the one before ended, then the sum, then what others have published.

>>> steps([("trade", -3.0), ("ideas", -4.0)])
[(0.0, -3.0), (-3.0, -7.0)]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts import forms
from detente.briefing.charts.theme import COLOUR


def steps(parts: Sequence[tuple[str, float]]) -> list[tuple[float, float]]:
    """Where each part starts and ends when they are added in order."""
    found, at = [], 0.0
    for _, value in parts:
        found.append((at, at + value))
        at += value
    return found


def waterfall(parts: Sequence[tuple[str, float]], sums: Sequence[tuple[str, float, str]], width: float) -> dict[str, Any]:
    """Bars of the parts in a row, and whole bars of the `sums` (label, value, colour) below; a Vega-Lite specification."""
    rows = [
        {"label": label, "value": start, "end": end, "low": min(start, end), "high": max(start, end), "colour": "other",
         "text": text.fixed(end - start, 1, signed=True)}
        for (label, _), (start, end) in zip(parts, steps(parts), strict=True)
    ]  # fmt: skip
    rows += [
        {"label": label, "value": 0.0, "end": value, "low": min(0.0, value), "high": max(0.0, value), "colour": colour,
         "text": text.fixed(value, 1, signed=True)}
        for label, value, colour in sums
    ]  # fmt: skip
    frame = pd.DataFrame(rows).assign(fill=lambda f: [COLOUR[c] for c in f["colour"]])
    sheet, label_width = forms.Sheet(), 190.0 if width > 500 else 172.0
    inner = width - label_width - 4
    low, high = float(frame["low"].min()), float(frame["high"].max())
    room = (0.16 if width > 500 else 0.34) * ((high - low) or 1.0)
    domain = (low - room if low < 0 else 0.0, high + room)
    data = sheet.rows(frame)
    shown = {"minExtent": label_width, "maxExtent": label_width, "labelLimit": label_width - 6, "labelColor": COLOUR["ink"]}
    y = forms.name("label", sort=list(frame["label"]), axis=shown)
    marks = {"orient": "top", "grid": True, "gridColor": COLOUR["rule"], "values": forms.ticks(domain, 5), "labelFlush": False}
    x = forms.number("value", scale={"domain": list(domain), "nice": False, "zero": False},
                     axis=marks | {"labelExpr": "replace(format(datum.value, ','), '-', '−')"})  # fmt: skip
    bar = forms.mark(data, "bar", {"height": {"band": 0.62}}, x=x, x2=forms.end("end"), y=y, color=forms.as_given("fill"))
    down = frame["end"] - frame["value"] < 0
    words = [
        forms.mark(
            sheet.rows(half), "text", {"align": side, "baseline": "middle", "dx": 5 * sign},
            x=forms.number("low" if sign < 0 else "high"), y=y, text=forms.name("text"),
        )
        for side, sign, half in (("right", -1, frame[down]), ("left", 1, frame[~down]))
        if len(half)
    ]  # fmt: skip
    zero = forms.mark(sheet.rows(pd.DataFrame({"value": [0.0]})), "rule", {"color": COLOUR["zero"]}, x=forms.number("value"))
    layer = sheet.layer(bar, *words, zero, width=inner, height=26.0 * len(frame))
    return sheet.grid([layer], 1, 0, 0)
