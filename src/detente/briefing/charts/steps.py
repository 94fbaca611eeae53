"""The step chart: average duties of two governments on each other by day, what is known drawn through, what may come dashed.

Lines run in steps, for a duty holds from its day to the next change. Right of "as of" nothing is drawn through. Every end has its
label beside it, in the colour of its line; labels that would touch are moved apart.

>>> apart([10.0, 12.0, 50.0], 13.0, 0.0, 100.0)
[4.5, 17.5, 50.0]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from detente.briefing.charts.forms import Sheet, Spec, as_given, end, kept_apart, mark, name, number, ticks as ticks_of
from detente.briefing.charts.standalone import wrapped
from detente.briefing.charts.theme import COLOUR
from detente.briefing.charts.timeline import month_starts
from detente.words import clipped, month, say

HEIGHT, GAP, AXIS = 300.0, 15.0, 34.0
SIZE, LABEL_ROOM = 12.0, 0.86
"""Size of the letters in px, and the part of its room that a label measured in Arial may take."""
NEAR = 130.0
"""Pixels from the left within which "as of" is written to the right of its line."""
MONTHLY = 1100
"""Days up to which the axis names months."""


@dataclass(frozen=True)
class Line:
    """A line in steps: colour name, (day, value) ascending, whether it may come only, and what stands at its end."""

    colour: str
    points: tuple[tuple[date, float], ...]
    ahead: bool = False
    label: str = ""


@dataclass(frozen=True)
class Note:
    """A step with its words: day, value after it, text, colour name."""

    day: date
    value: float
    text: str
    colour: str = "muted"


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near to those wanted as a gap between neighbours allows, inside [low, high] where there is room."""
    order = sorted(range(len(wanted)), key=lambda k: wanted[k])
    free = kept_apart(wanted, gap)
    places = [free[k] for k in order]
    for n in range(len(places)):  # down from the top, then up from the bottom
        places[n] = max(places[n], places[n - 1] + gap if n else low)
    for n in reversed(range(len(places))):
        places[n] = min(places[n], places[n + 1] - gap if n + 1 < len(places) else high)
    found = dict(zip(order, places, strict=True))
    return [found[k] for k in range(len(wanted))]


def labels(texts: Sequence[str], width: float) -> list[list[str]]:
    """Each text in lines no wider than `width` px; where all of them together would be higher than the chart, the last line that
    fits ends in an ellipsis."""
    most = max(1, int(HEIGHT / GAP / len(texts)))
    found = []
    for text in texts:
        lines = wrapped(text, SIZE, LABEL_ROOM * width)
        found.append(
            lines if len(lines) <= most else [*lines[: most - 1], clipped(" ".join(lines[most - 1 :]), len(lines[most - 1]))]
        )
    return found


def tick(day: date, length: int, place: int) -> str:
    """What stands below the first of a month: the year, or on a short axis the month, with the year where it turns."""
    if length > MONTHLY:
        return str(day.year)
    return month(day, year=place == 0 or day.month == 1)


def draw(lines: Sequence[Line], notes: Sequence[Note], today: date, start: date, until: date, width: float) -> Spec:
    """The chart: percent over time from `start` to `until`."""
    sheet, narrow = Sheet(), width < 500
    room = 146.0 if narrow else 268.0
    inner = width - AXIS - 6
    plot = inner - room
    top = max(1.0, *(v for line in lines for _, v in line.points)) * 1.09
    length = max((until - start).days, 1)

    def at(day: date) -> float:
        return plot * (min(max(day, start), until) - start).days / length

    def down(value: float) -> float:
        return HEIGHT * (1 - value / top)

    ticks = ticks_of((0.0, top), 5)
    axis = {
        "values": ticks, "grid": False, "labelFontSize": 12, "minExtent": AXIS, "maxExtent": AXIS, "labelExpr": "datum.value",
    }  # fmt: skip
    scale_x = {"domain": [0, inner], "nice": False, "range": [0, inner]}
    scale_y = {"domain": [0, top], "nice": False, "zero": True}

    def place(x: str = "x", y: str = "y") -> Spec:
        return {"x": number(x, scale=scale_x, axis=None), "y": number(y, scale=scale_y, axis=axis)}

    grid = sheet.rows(pd.DataFrame([{"x": 0.0, "x2": plot, "y": t} for t in ticks]))
    views = [mark(grid, "rule", {"color": COLOUR["rule"]}, **place(), x2=end("x2"))]
    firsts = [d for d in month_starts(start, until) if d.month == 1 or length <= MONTHLY]
    every = -(-len(firsts) // (3 if narrow else 9)) or 1
    shown = pd.DataFrame([{"x": at(d), "y": 0.0, "text": tick(d, length, k)} for k, d in enumerate(firsts[::every])])
    style = {"align": "left", "baseline": "top", "dy": 6, "dx": 1, "color": COLOUR["muted"], "fontSize": 12}
    views.append(mark(sheet.rows(shown), "text", style, **place(), text=name("text")))
    now = sheet.rows(
        pd.DataFrame([{"x": at(today), "y": 0.0, "y2": top, "text": say("briefing/charts/steps", "now", today=today)}])
    )
    views.append(mark(now, "rule", {"color": COLOUR["ink"], "strokeWidth": 1.2}, **place(), y2=end("y2")))
    near = at(today) < NEAR
    said = {
        "align": "left" if near else "right",
        "baseline": "top",
        "dx": 5 if near else -5,
        "dy": 1,
        "fontWeight": "bold",
        "fontSize": 12,
    }
    views.append(mark(now, "text", said, **place(y="y2"), text=name("text")))
    for line in lines:
        points = [(at(d), v) for d, v in line.points]
        points.append((at(until if line.ahead else today), points[-1][1]))
        rows = sheet.rows(pd.DataFrame(points, columns=["x", "y"]))
        drawn = {"interpolate": "step-after", "color": COLOUR[line.colour], "strokeWidth": 1.6 if line.ahead else 2.3}
        drawn |= {"strokeDash": [5, 4]} if line.ahead else {}
        views.append(mark(rows, "line", drawn, **place()))
    ends = [line for line in lines if line.label]
    if ends:
        told = labels([line.label for line in ends], room - 10)
        gap = GAP * max(map(len, told))
        places = apart([down(line.points[-1][1]) for line in ends], gap, 0.0, HEIGHT)
        for line, said_, y in zip(ends, told, places, strict=True):
            first = y - GAP * (len(said_) - 1) / 2
            rows_of = [{"x": plot + 8, "y": top * (1 - (first + GAP * k) / HEIGHT), "text": t} for k, t in enumerate(said_)]
            look = {"align": "left", "baseline": "middle", "fontSize": SIZE, "color": COLOUR[line.colour]}
            views.append(mark(sheet.rows(pd.DataFrame(rows_of)), "text", look, **place(), text=name("text")))
    if notes and not narrow:
        frame = pd.DataFrame([{"x": at(n.day) - 4, "y": n.value, "text": n.text, "fill": COLOUR[n.colour]} for n in notes])
        look = {"align": "right", "baseline": "bottom", "dy": -3, "fontSize": 12}
        views.append(mark(sheet.rows(frame), "text", look, **place(), text=name("text"), color=as_given("fill")))
    return sheet.grid([sheet.layer(*views, width=inner, height=HEIGHT)], 1, 0, 0)
