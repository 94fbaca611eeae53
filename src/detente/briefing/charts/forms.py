"""The chart forms of the briefing as Vega-Lite specifications: dots with ranges, sorted bars, a tile map.

Each takes a tidy frame and a width in pixels and returns one chart without title or legend; titles, units and sources stand in
the page. Colours are the sentinels of `theme.COLOUR`. Small multiples share one scale. The timeline has its own module.

>>> import pandas as pd
>>> frame = pd.DataFrame({"panel": ["a"], "label": ["China"], "value": [-1.0], "low": [-1.4], "high": [-0.8],
...                       "colour": ["chn"], "text": ["−1.0"]})
>>> dots(frame, 600)["vconcat"][0]["hconcat"][0]["width"]
468.0
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts.theme import COLOUR, DIVERGING, TILE_TEXT

Spec = dict[str, Any]


class Sheet:
    """The data of one chart, each set of rows once, and the views that draw them."""

    def __init__(self) -> None:
        self.datasets: dict[str, list[Spec]] = {}

    def rows(self, frame: pd.DataFrame) -> Spec:
        """The rows of `frame`, for views to name."""
        name = f"rows-{len(self.datasets)}"
        columns = [[_plain(v) for v in frame[c].tolist()] for c in frame.columns]
        keys = [str(c) for c in frame.columns]
        self.datasets[name] = [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]
        return {"name": name}

    def layer(self, *views: Spec, width: float, height: float, title: str = "") -> Spec:
        """Views on top of each other."""
        return {"layer": list(views), "width": width, "height": height} | (
            {"title": {**PANEL_TITLE, "text": title}} if title else {}
        )

    def grid(self, views: Sequence[Spec], across: int, gap: float, below: float) -> Spec:
        """The whole specification: views in rows of `across`, each with its own scales, and the data."""
        own = {"scale": {"x": "independent", "y": "independent"}}
        rows = [{"hconcat": list(views[k : k + across]), "spacing": gap, "resolve": own} for k in range(0, len(views), across)]
        return {"vconcat": rows, "spacing": below, "resolve": own, "datasets": self.datasets}


def mark(data: Spec, kind: str, style: Spec, **channels: Spec) -> Spec:
    """A view: a mark ("rule", "circle", "text", "bar", "rect") for every row of `data`, its place and look from the columns."""
    return {"data": data, "mark": {"type": kind, **style}, "encoding": channels}


def number(field: str, **more: Any) -> Spec:
    """A channel that reads a number from a column; `more` are Vega-Lite's options (scale, axis)."""
    return {"field": field, "type": "quantitative", **more}


def name(field: str, **more: Any) -> Spec:
    """A channel that reads a name, a text or a colour from a column."""
    return {"field": field, "type": "nominal", **more}


def end(field: str) -> Spec:
    """The other end of a bar, a rule or a rectangle."""
    return {"field": field}


def as_given(field: str) -> Spec:
    """A colour written in a column."""
    return name(field, scale=None, legend=None)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


PANEL_TITLE = {
    "anchor": "start",
    "frame": "group",
    "fontSize": 13,
    "fontWeight": "bold",
    "color": COLOUR["ink"],
    "offset": 4,
    "orient": "top",
}
LABEL_WIDTH = 128
CHARACTER = 6.7
"""Mean width of a character at 12.5 px, for room beside the ends of bars."""
ROOM = 0.93
"""Share of the width that words measured in Arial may fill: where it is not at hand, what stands in for it is wider."""


def _domain(frame: pd.DataFrame, width: float) -> tuple[float, float]:
    """Scale from the data, zero included, with room for the longest value label on the sides that need it."""
    low, high = min(0.0, float(frame["low"].min())), max(0.0, float(frame["high"].max()))
    if low == high:
        low, high = -1.0, 1.0
    letters = int(frame["text"].str.len().max()) if len(frame) else 0
    room = min(0.4, (CHARACTER * letters + 12) / max(width, 1))
    left = bool((frame["value"] < 0).any()) and "side" not in frame
    right = bool((frame["value"] >= 0).any()) or "side" in frame
    span = (high - low) / (1 - room * (left + right))
    return low - (room * span if left else 0.02 * span), high + (room * span if right else 0.02 * span)


def ticks(domain: tuple[float, float], wanted: int) -> list[float]:
    """Round values inside `domain`, about as many as wanted."""
    span = domain[1] - domain[0]
    raw = span / max(wanted, 1)
    base = 10 ** math.floor(math.log10(raw))
    step = next(base * m for m in (1, 2, 2.5, 5, 10) if base * m >= raw * 0.999)
    first, last = math.ceil(domain[0] / step - 1e-9), math.floor(domain[1] / step + 1e-9)
    return [round(k * step, 10) for k in range(first, last + 1)]


def _x(domain: tuple[float, float], width: float, field: str = "value", *, labels: bool = True) -> Spec:
    axis = {
        "orient": "top",
        "grid": True,
        "gridColor": COLOUR["rule"],
        "labels": labels,
        "values": ticks(domain, 4 if width < 360 else 6),
        "labelExpr": "replace(format(datum.value, ','), '-', '−')",
        "labelFlush": False,
        "labelFontSize": 12,
    }
    return number(field, scale={"domain": list(domain), "nice": False, "zero": False}, axis=axis)


def _y(frame: pd.DataFrame, label_width: float, *, labels: bool = True) -> Spec:
    axis = {
        "labels": True,
        "minExtent": label_width,
        "maxExtent": label_width,
        "labelLimit": label_width - 6,
        "labelColor": COLOUR["ink"],
    }
    if frame["label"].str.contains("\n").any():
        axis["labelExpr"] = "split(datum.label, '\\n')"
    scale = {"paddingInner": 0.0, "paddingOuter": 0.15}
    return name("label", sort=list(frame["label"]), axis=axis if labels else None, scale=scale)


def _zero(sheet: Sheet) -> Spec:
    zero = sheet.rows(pd.DataFrame({"value": [0.0]}))
    return mark(zero, "rule", {"color": COLOUR["zero"], "strokeWidth": 1.2}, x=number("value"))


_FILL = {**COLOUR, **DIVERGING}


def _prepared(frame: pd.DataFrame) -> pd.DataFrame:
    frame = frame.copy()
    for end in ("low", "high"):
        if end not in frame:
            frame[end] = frame["value"]
    frame["fill"] = [_FILL[c] for c in frame["colour"]]
    return frame


def dots(frame: pd.DataFrame, width: float, *, label_width: float = LABEL_WIDTH, row: float = 22, across: int = 1) -> Spec:
    """Panels, `across` beside each other; a dot a row with its range as a thin line and the value in figures.

    Columns: panel, label, value, low, high, colour (a key of COLOUR), text (the printed value).
    """
    sheet, frame = Sheet(), _prepared(frame)
    frame["side"] = "right"
    gap = 22
    inner = (width - label_width - 4 - gap * (across - 1)) / across
    domain = _domain(frame, inner)
    panels = []
    for k, (title, part) in enumerate(frame.groupby("panel", sort=False)):
        height = row * len(part)
        y = _y(part, label_width, labels=k % across == 0)
        rows, colour = sheet.rows(part), as_given("fill")
        x, low = (_x(domain, inner, field, labels=k < across) for field in ("value", "low"))
        span = mark(rows, "rule", {"strokeWidth": 1.6, "opacity": 0.75}, x=low, x2=end("high"), y=y, color=colour)
        point = mark(rows, "circle", {"size": 78, "opacity": 1}, x=x, y=y, color=colour)
        text = mark(rows, "text", {"align": "left", "baseline": "middle", "dx": 9}, x=number("high"), y=y, text=name("text"))
        panels.append(sheet.layer(_zero(sheet), span, point, text, width=inner, height=height, title=str(title)))
    return sheet.grid(panels, across, gap, 14)


def bars(frame: pd.DataFrame, width: float, *, label_width: float = 190, row: float = 20, beside: bool = True) -> Spec:
    """Sorted bars from zero with the value at the end; panels beside each other (or below) on one scale.

    Columns as in `dots`; rows keep the order of the first panel's frame. Ranges, where low < high, are thin lines under the bar,
    so that the value stands where the bar ends and is not read off the end of its range.
    """
    sheet, frame = Sheet(), _prepared(frame)
    titles = list(dict.fromkeys(frame["panel"]))
    across = len(titles) if beside else 1
    gap = 18
    inner = (width - label_width - 4 - gap * (across - 1)) / across
    domain = _domain(frame, inner)
    first = frame[frame["panel"] == titles[0]]
    panels = []
    for k, title in enumerate(titles):
        part = frame[frame["panel"] == title]
        height = row * len(part)
        labels = k == 0 or not beside
        order = first if beside else part
        y = _y(order, label_width, labels=labels)
        rows, x = sheet.rows(part), _x(domain, inner)
        layers = [mark(rows, "bar", {"height": {"band": 0.62}}, x=x, y=y, color=as_given("fill"))]
        ranged = part[part["high"] - part["low"] > 1e-9]
        if len(ranged):
            line = {"color": COLOUR["muted"], "strokeWidth": 1.1, "yOffset": 0.4 * row}
            layers.append(mark(sheet.rows(ranged), "rule", line, x=number("low"), x2=end("high"), y=y))
        layers.append(_zero(sheet))
        for side, sign in (("left", 1), ("right", -1)):
            half = part[(part["value"] > -1e-9) == (sign > 0)]
            if len(half):
                style = {"align": side, "baseline": "middle", "dx": 5 * sign}
                layers.append(mark(sheet.rows(half), "text", style, x=number("value"), y=y, text=name("text")))
        panels.append(sheet.layer(*layers, width=inner, height=height, title=str(title)))
    return sheet.grid(panels, across, gap, 14)


# -- tile map ----------------------------------------------------------------------------------------------------------
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)


def thresholds(values: Sequence[float]) -> tuple[float, float, float, float]:
    """Four round steps in the ratio of the series 1, 2, 5 whose top one the largest value reaches (or nearly)."""
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    top = max((k for k, s in enumerate(STEPS) if s <= largest), default=3)
    top = max(top, 3)
    return STEPS[top - 3], STEPS[top - 2], STEPS[top - 1], STEPS[top]


def step(value: float, edges: Sequence[float]) -> str:
    """Name of the colour step of a value: z0 near zero, p1..p4 gains, n1..n4 losses."""
    level = sum(abs(value) >= edge for edge in edges)
    return "z0" if level == 0 else f"{'p' if value > 0 else 'n'}{level}"


def tile_number(value: float, decimals: int) -> str:
    """A signed number short enough for a square: no zero before the point.

    >>> tile_number(-0.314, 2), tile_number(1.26, 1)
    ('−.31', '+1.3')
    """
    shown = text.fixed(value, decimals, signed=True)
    return shown.replace("0.", ".", 1) if shown[1:3] == "0." else shown


def tiles(frame: pd.DataFrame, width: float, *, across: int) -> Spec:
    """One square a region at its place, code and value inside, a map a panel, all on one diverging scale.

    Columns: panel, code, column, row, value, text, step.
    """
    sheet, frame = Sheet(), frame.copy()
    frame["fill"] = [DIVERGING[s] for s in frame["step"]]
    frame["on"] = [TILE_TEXT["light" if s in ("n4", "p4") else "dark"] for s in frame["step"]]
    left, top = int(frame["column"].min()), int(frame["row"].min())
    wide, high = int(frame["column"].max()) - left + 1, int(frame["row"].max()) - top + 1
    gap = 26
    size = (width - gap * (across - 1)) / across / wide
    frame["x"], frame["y"] = (frame["column"] - left) * size, (frame["row"] - top) * size
    frame["x2"], frame["y2"] = frame["x"] + size - 2, frame["y"] + size - 2
    frame["cx"], frame["cy"] = frame["x"] + size / 2 - 1, frame["y"] + size / 2 - 1
    x_scale, y_scale = {"domain": [0, wide * size], "nice": False}, {"domain": [high * size, 0], "nice": False}

    def x(field: str) -> Spec:
        return number(field, scale=x_scale, axis=None)

    def y(field: str) -> Spec:
        return number(field, scale=y_scale, axis=None)

    letters = max(8.0, min(13.0, size * 0.27))
    maps = []
    for title, part in frame.groupby("panel", sort=False):
        rows, at = sheet.rows(part), {"x": x("cx"), "y": y("cy"), "color": name("on", scale=None)}
        frame_of = {"cornerRadius": 2, "stroke": COLOUR["rule"], "strokeWidth": 0.6}
        square = mark(rows, "rect", frame_of, x=x("x"), x2=end("x2"), y=y("y"), y2=end("y2"), color=as_given("fill"))
        above = {"fontSize": letters, "dy": -letters * 0.62, "baseline": "middle"}
        below = {"fontSize": letters + 0.5, "dy": letters * 0.66, "baseline": "middle", "fontWeight": "bold"}
        code, value = mark(rows, "text", above, text=name("code"), **at), mark(rows, "text", below, text=name("text"), **at)
        maps.append(sheet.layer(square, code, value, width=wide * size, height=high * size, title=str(title)))
    return sheet.grid(maps, across, gap, 20)


ALT_WORDS, ALT_VALUES = 60, 5
"""An alt text: a sentence and three to five values, not the whole chart, which stands in its data file."""


def kept_apart(wanted: Sequence[float], gap: float) -> list[float]:
    """Places of labels as near to those wanted as a gap between neighbours allows: those too close move about their middle.

    >>> kept_apart([10.0, 12.0, 50.0], 15.0)
    [3.5, 18.5, 50.0]
    """
    groups: list[list[int]] = []

    def middle(group: Sequence[int]) -> float:
        return sum(wanted[k] for k in group) / len(group)

    for k in sorted(range(len(wanted)), key=lambda k: (wanted[k], k)):
        groups.append([k])
        while len(groups) > 1 and middle(groups[-1]) - middle(groups[-2]) < gap * (len(groups[-1]) + len(groups[-2])) / 2:
            groups[-2:] = [[*groups[-2], *groups[-1]]]
    at = {k: middle(group) + gap * (n - (len(group) - 1) / 2) for group in groups for n, k in enumerate(group)}
    return [at[k] for k in range(len(wanted))]


def alt_text(what: str, rows: Mapping[str, str]) -> str:
    """Alt text of a chart: its message, then the first and last values, from both ends inwards, as long as they fit.

    >>> alt_text("China loses most.", {"China": "−1.0", "India": "0.0", "Malaysia": "+0.5"})
    'China loses most. China −1.0; India 0.0; Malaysia +0.5.'
    """
    told = [f"{k} {v}" for k, v in rows.items()]
    inwards = sorted(range(len(told)), key=lambda k: (min(k, len(told) - 1 - k), k))
    chosen: list[int] = []
    for k in inwards[:ALT_VALUES]:
        if len(" ".join([what, *(told[i] for i in (*chosen, k))]).split()) <= ALT_WORDS:
            chosen.append(k)
    return f"{what} " + "; ".join(told[k] for k in sorted(chosen)) + "." if chosen else what
