"""Others' figures beside ours: a row a figure, a ring for theirs, a dot for ours with the span of its closures as a thin line.

Panels have scales of their own: a fall of trade by half and a fall of income by half a percent do not stand on one axis.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from detente.briefing.charts import forms
from detente.briefing.charts.theme import COLOUR

ROW, TWO_LINES, HEAD = 22.0, 36.0, 14.0


def pairs(frame: pd.DataFrame, width: float) -> dict[str, Any]:
    """A Vega-Lite specification of columns panel, label, theirs, ours, low, high (percent or points) and words (both printed)."""
    sheet, label_width = forms.Sheet(), 440.0 if width > 500 else 160.0
    inner = width - label_width - 4
    panels = []
    for title, part in frame.groupby("panel", sort=False):
        numbers = part[["theirs", "ours", "low", "high"]].to_numpy(dtype=float)
        low, high = min(0.0, float(numbers.min())), max(0.0, float(numbers.max()))
        span = (high - low) or 1.0
        domain = (low - 0.05 * span, high + (0.42 if width > 500 else 1.1) * span)
        shown = {"minExtent": label_width, "maxExtent": label_width, "labelLimit": label_width - 6, "labelColor": COLOUR["ink"]}
        broken = bool(part["label"].str.contains("\n").any())
        if broken:
            shown["labelExpr"] = "split(datum.label, '\\n')"
        y = forms.name("label", sort=list(part["label"]), axis=shown, scale={"paddingOuter": 0.15})
        marks = {"orient": "top", "grid": True, "gridColor": COLOUR["rule"], "labelFlush": False,
                 "values": forms.ticks((domain[0], high), 5 if width > 500 else 3),
                 "labelExpr": "replace(format(datum.value, ','), '-', '−')"}  # fmt: skip
        across = {"scale": {"domain": list(domain), "nice": False, "zero": False}, "axis": marks}
        x = {field: forms.number(field, **across) for field in ("value", "low", "ours", "theirs", "at")}
        data = sheet.rows(part.assign(at=high + (0.04 if width > 500 else 0.09) * span))
        ring = {"filled": False, "size": 74, "strokeWidth": 1.8, "color": COLOUR["muted"], "opacity": 1}
        dot = {"size": 60, "color": COLOUR["usa"], "opacity": 1}
        beside = {"align": "left", "baseline": "middle"}
        views = (
            forms.mark(sheet.rows(pd.DataFrame({"value": [0.0]})), "rule", {"color": COLOUR["zero"]}, x=x["value"]),
            forms.mark(data, "rule", {"color": COLOUR["usa"], "strokeWidth": 1.4}, x=x["low"], x2=forms.end("high"), y=y),
            forms.mark(data, "circle", dot, x=x["ours"], y=y),
            forms.mark(data, "point", ring, x=x["theirs"], y=y),
            forms.mark(data, "text", beside, x=x["at"], y=y, text=forms.name("words")),
        )
        panels.append(sheet.layer(*views, width=inner, height=(TWO_LINES if broken else ROW) * len(part), title=str(title)))
    return sheet.grid(panels, 1, 0, HEAD)
