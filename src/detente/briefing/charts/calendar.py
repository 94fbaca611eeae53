"""The calendar of one economy: a day and what is decided on it, then a bar a way it may go, its worth and its chance beside it.

Bars are dashed, for nothing of it is decided; the thin line below a bar is its span. Where the ends of a span differ in sign no
bar is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from detente import words as text
from detente.briefing.charts.figures import figure
from detente.briefing.charts.forms import ROOM, Sheet, Spec, alt_text, as_given, end, mark, name, number, ticks
from detente.briefing.charts.standalone import wrapped
from detente.briefing.charts.theme import COLOUR, region_colour
from detente.briefing.document import Figure
from detente.words import say

if TYPE_CHECKING:
    from detente.briefing.front.calendar import Entry, Way

HEAD, ROW, GAP, LINE = 19.0, 17.0, 5.0, 14.0
"""Height in px of a day's first line, of a way, between days, and of every further line of words."""
SIZE = 12.5
"""Size of the letters in px."""
WORDS = "briefing/charts/calendar"


def scale_of(entries: Sequence[Entry]) -> tuple[float, int]:
    """Million USD a unit of the axis, and decimals that give the largest value two digits."""
    ways = [w for e in entries for w in e.ways]
    known = [abs(w.money.value) for w in ways if w.known]
    spans = [max(abs(w.money.low), abs(w.money.high)) for w in ways]
    largest = max(known if any(known) else spans, default=0.0)
    unit = 1e3 if largest >= 995 else 1.0
    return unit, text.decimals_for(largest / unit)


def label_of(way: Way, unit: float, places: int) -> str:
    """ "−4.7 (30 %)", to two digits of the largest."""
    value = way.money.value / unit
    return say(WORDS, "bar", way=way, value=float(f"{value:.2g}") if abs(value) >= 100 else value, places=places)


def calendar_figure(entries: Sequence[Entry], region: str, *, dollars: int, id: str, csv: str = "", note: str = "") -> Figure:
    """The figure; `dollars` is the year of the money. There must be an entry."""
    unit, places = scale_of(entries)
    top = sorted(entries, key=lambda e: -e.apart)
    known = [e for e in top if any(w.known for w in e.ways)]
    tied = len(top) > 1 and text.fixed(top[0].apart / unit, places) == text.fixed(top[1].apart / unit, places)
    told = {"region": region, "top": top[0], "second": top[1] if tied else None, "known": bool(known)}
    told["unsure"] = any(not w.known for e in top for w in e.ways)
    felt = any(w.known and w.price.sign != "none" for w in top[0].ways)
    told["slight"] = top[0].apart < 0.005 or not felt  # million USD: prints as nothing
    title = say(WORDS, "title", **told, gap=top[0].apart)
    odds = any(w.chance is not None for e in entries for w in e.ways)
    subtitle = say(WORDS, "subtitle", large=unit > 1, dollars=dollars, odds=odds)
    most = [(f"{text.short_day(e.day)}, “{text.clipped(w.title, 40)}”", label_of(w, unit, places)) for e in top for w in e.ways]
    shown = dict(most[:3])
    return figure(
        id, title, subtitle, note, alt_text(f"{title}.", shown), csv, lambda w: draw(entries, region, w), width=700
    )  # fmt: skip


def draw(entries: Sequence[Entry], region: str, width: float) -> Spec:
    """The drawing at a width in px."""
    unit, places = scale_of(entries)
    wide = width > 500
    label_width, told_width = (0.46 * width, 142.0) if wide else (0.40 * width, 122.0)
    plot = width - label_width - told_width - 8
    heads: list[Spec] = []
    names: list[Spec] = []
    rows: list[Spec] = []
    stretches, y = [], 0.0
    for entry in entries:
        head = wrapped(say(WORDS, "head", entry=entry), SIZE, ROOM * width, bold=True)
        heads += [{"y": y + HEAD / 2 + LINE * k, "x": 0.0, "text": t} for k, t in enumerate(head)]
        y += HEAD + LINE * (len(head) - 1)
        start = y
        for way in entry.ways:
            known, money = way.known, way.money.scaled(1 / unit)
            rows.append(
                {
                    "top": y + 2.5, "bottom": y + ROW - 5.5, "middle": y + ROW / 2 - 1.5, "under": y + ROW - 2.5,
                    "zero": 0.0, "value": money.value if known else 0.0, "low": money.low, "high": money.high,
                    "text": label_of(way, unit, places), "right": width - 2.0,
                }
            )  # fmt: skip
            lines = wrapped(way.title, SIZE, ROOM * (label_width - 8))
            names += [{"y": y + ROW / 2 - 1.5 + LINE * k, "x": 8.0, "text": t} for k, t in enumerate(lines)]
            y += ROW + LINE * (len(lines) - 1)
        stretches.append((start, y - 2.0))
        y += GAP
    frame = pd.DataFrame(rows)
    frame["fill"] = COLOUR[region_colour(region)]
    low, high = min(0.0, float(frame[["value", "low"]].min().min())), max(0.0, float(frame[["value", "high"]].max().max()))
    room = 0.03 * (high - low) or 1.0
    domain = (low - room, high + room)
    for column in ("zero", "value", "low", "high"):  # drawn in px, so that one sheet holds words and bars
        frame[column] = [label_width + plot * (v - domain[0]) / (domain[1] - domain[0]) for v in frame[column]]
    marks = ticks(domain, 4 if wide else 2)
    decimals = max(0, *(len(f"{t:.6f}".rstrip("0").split(".")[1]) for t in marks)) if marks else 0
    places_x = [label_width + plot * (t - domain[0]) / (domain[1] - domain[0]) for t in marks]
    axis = pd.DataFrame({"x": places_x, "text": [text.fixed(t, decimals) for t in marks], "top": -10.0})
    strokes = pd.DataFrame(
        [
            {"x": x, "y": start, "y2": stop, "colour": COLOUR["zero"] if t == 0 else COLOUR["rule"]}
            for x, t in zip(places_x, marks, strict=True)
            for start, stop in stretches
        ]
    )
    sheet = Sheet()
    at_y, at_x = {"domain": [y, 0.0], "nice": False}, {"domain": [0.0, width], "nice": False}

    def down(field: str) -> Spec:
        return number(field, scale=at_y, axis=None)

    def along(field: str) -> Spec:
        return number(field, scale=at_x, axis=None)

    data, grid, scale, headed, named = (sheet.rows(f) for f in (frame, strokes, axis, pd.DataFrame(heads), pd.DataFrame(names)))
    left = {"align": "left", "baseline": "middle", "fontSize": SIZE}
    views = [
        mark(grid, "rule", {"strokeWidth": 1}, x=along("x"), y=down("y"), y2=end("y2"), color=as_given("colour")),
        mark(scale, "text", {"fontSize": SIZE, "color": COLOUR["muted"]}, x=along("x"), y=down("top"), text=name("text")),
        mark(
            data, "bar", {"fillOpacity": 0.28, "strokeWidth": 1.2, "strokeDash": [3, 2]}, x=along("zero"), x2=end("value"),
            y=down("top"), y2=end("bottom"), color=as_given("fill"), stroke=as_given("fill"),
        ),
        mark(
            data, "rule", {"color": COLOUR["ink"], "strokeWidth": 1, "opacity": 0.7}, x=along("low"), x2=end("high"),
            y=down("under"),
        ),
        mark(named, "text", left, x=along("x"), y=down("y"), text=name("text")),
        mark(data, "text", {**left, "align": "right"}, x=along("right"), y=down("middle"), text=name("text")),
        mark(headed, "text", {**left, "fontWeight": "bold"}, x=along("x"), y=down("y"), text=name("text")),
    ]  # fmt: skip
    return sheet.grid([sheet.layer(*views, width=width - 4, height=y)], 1, 0, 0)
