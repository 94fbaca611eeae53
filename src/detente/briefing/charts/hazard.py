"""Risk by date: the chance from today that something has happened by each day, in steps, a line an event, its name at its end.

Lines are dashed, for nothing of it is decided. Two events that may happen on the same days with the same chances are one line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from detente import words as text
from detente.briefing.charts.figures import COLUMN, figure, made_by
from detente.briefing.charts.forms import Sheet, Spec, alt_text, as_given, end, mark, name, number
from detente.briefing.charts.theme import COLOUR, by_role
from detente.briefing.document import Figure
from detente.outlook.tree import STATUS_QUO
from detente.words import say

if TYPE_CHECKING:
    from detente.outlook.hazard import Event
    from detente.outlook.outlook import Outlook

WORDS = "briefing/charts/hazard"
MOST = 4
LINES = (("ink", [5, 3]), ("other", [5, 3]), ("other", [2, 2]), ("other", [9, 4]))
"""Colour name and dashes of the lines, the one of the title first: no line is an economy's."""


def events_of(look: Outlook, most: int = MOST) -> list[Event]:
    """The events to draw: scenarios entered and measures that start or end, the likeliest first, each step path once."""
    seen: dict[tuple[int, ...], Event] = {}
    for event in look.hazard:
        if event.kind != "changes" and event.id != STATUS_QUO:
            key = tuple(look.percent_by(event, d) for d in look.hazard_days)
            seen.setdefault(key, event)
    ranked = sorted(seen.values(), key=lambda e: (-look.by(e, look.hazard_days[-1]).value, e.days[0], e.id))
    worst = [e for e in ranked if look.roles.get(e.id) == "worst"]
    return [*worst, *(e for e in ranked if e not in worst)][:most]


@by_role
def hazard_figure(look: Outlook, *, most: int = MOST, id: str = "fig-hazard", csv: str = "", note: str = "") -> Figure | None:
    """The figure; None where nothing may happen."""
    events = events_of(look, most)
    if not events:
        return None
    first = events[0]
    steps = [(d, look.percent_by(first, d)) for d in first.days]
    title = say(WORDS, "title", event=look.event_title(first), start=steps[0], end=steps[-1])
    subtitle = say(WORDS, "subtitle", on=look.on, until=look.tree.until)
    shown = {
        text.clipped(look.event_title(e), 60): say(WORDS, "chance_of", percent=look.percent_by(e, e.days[-1])) for e in events
    }
    return figure(
        id, title, subtitle, note or made_by(csv=csv), alt_text(f"{title}. In the end:", shown), csv,
        lambda w: draw(look, events, w), width=COLUMN,
    )  # fmt: skip


def draw(look: Outlook, events: Sequence[Event], width: float) -> Spec:
    """The drawing at a width in px."""
    wide = width > 500
    start, last = look.tree.start, max(look.hazard_days[-1], look.tree.start)
    length = max((last - start).days, 1)
    room, head = (0.40 * width, 0.0) if wide else (44.0, 20.0 * len(events))
    plot, tall = width - room - 52, 170.0

    def at(day: date) -> float:
        return (day - start).days / length

    lines: list[tuple[str, list[int], pd.DataFrame]] = []
    names: list[dict[str, Any]] = []
    for k, event in enumerate(events):
        shade, dash = LINES[k % len(LINES)]
        colour = COLOUR[shade]
        points = [(0.0, 0.0), *((at(d), float(look.percent_by(event, d))) for d in event.days)]
        points.append((1.0, points[-1][1]))
        lines.append((colour, dash, pd.DataFrame(points, columns=["x", "y"])))
        names.append({"y": points[-1][1], "colour": colour, "title": look.event_title(event), "percent": points[-1][1]})
    top = max(10.0, *(n["y"] for n in names))
    ceiling = 100.0 if top > 60 else 20.0 * -(-top // 20)
    gap, below = ceiling * 15 / tall, -ceiling
    for item in sorted(names, key=lambda n: n["y"]):
        item["at"] = below = max(float(item["y"]), below + gap)
    letters = int(((room if wide else width) - 12) / 6.3)
    for item in names:
        item["text"] = say(WORDS, "line", percent=int(item["percent"]), event=text.clipped(str(item["title"]), letters - 6))
        item["percent_text"] = say(WORDS, "chance_of", percent=int(item["percent"]))
    days = look.hazard_days
    spaced: list[date] = []
    for day in days:  # only dates that leave room for the one before
        if not spaced or (at(day) - at(spaced[-1])) * plot > 46:
            spaced.append(day)
    sheet = Sheet()
    axis_x = {
        "values": [at(d) for d in spaced], "grid": False, "labelFlush": False, "labelFontSize": 11,
        "labelExpr": " : ".join([*(f"abs(datum.value - {at(d):.9f}) < 1e-6 ? '{text.short_day(d)}'" for d in spaced), "''"]),
    }  # fmt: skip
    axis_y = {
        "values": [ceiling * k / 4 for k in range(5)],
        "grid": False,
        "labelExpr": "datum.value + ' %'",
        "labelFontSize": 11.5,
    }
    beyond = (room + 6) / plot  # the names stand inside the drawing, right of the last day
    x = number("x", scale={"domain": [0, 1 + beyond], "nice": False}, axis=axis_x)
    y = number("y", scale={"domain": [0, ceiling], "nice": False}, axis=axis_y)
    views = [
        mark(sheet.rows(f), "line", {"interpolate": "step-after", "color": c, "strokeWidth": 2, "strokeDash": d}, x=x, y=y)
        for c, d, f in lines
    ]
    table = pd.DataFrame(names).assign(x=1.0).rename(columns={"y": "value"})
    ends = sheet.rows(table)
    style = {"align": "left", "baseline": "middle", "dx": 6, "fontSize": 12}
    at_end = number("at", scale={"domain": [0, ceiling], "nice": False}, axis=axis_y)
    views.append(
        mark(ends, "text", style, x=x, y=at_end, text=name("text" if wide else "percent_text"), color=as_given("colour"))
    )
    ground = sheet.rows(pd.DataFrame({"x": 0.0, "x2": 1.0, "y": [ceiling * k / 4 for k in range(5)]}))
    views.insert(0, mark(ground, "rule", {"color": COLOUR["rule"], "strokeWidth": 1}, x=x, x2=end("x2"), y=y))
    body = sheet.layer(*views, width=plot + room + 6, height=tall)
    if wide:
        return sheet.grid([body], 1, 0, 0)
    legend = pd.DataFrame([{"x": 0.0, "y": 20.0 * k + 10, "text": n["text"], "colour": n["colour"]} for k, n in enumerate(names)])
    place = number("y", scale={"domain": [head, 0], "nice": False}, axis=None)
    across = number("x", scale={"domain": [0, 1], "nice": False}, axis=None)
    told = mark(
        sheet.rows(legend), "text", {"align": "left", "baseline": "middle", "fontSize": 12}, x=across, y=place,
        text=name("text"), color=as_given("colour"),
    )  # fmt: skip
    return sheet.grid([sheet.layer(told, width=width - 8, height=head), body], 1, 0, 6)


__all__ = ["events_of", "hazard_figure"]
