"""The timeline: measures as bars whose style tells their status, talks as dots, deadlines as lines with the days left.

Threatened or announced dashed, in force solid, suspended hatched, expired faded: the same everywhere. Right of the day the
dossier speaks about nothing is drawn through but what is in force and goes on (`ahead`). Days are counted from the
first day shown, so that no time zone enters.

>>> from datetime import date
>>> month_starts(date(2025, 1, 20), date(2025, 4, 2))
[datetime.date(2025, 2, 1), datetime.date(2025, 3, 1), datetime.date(2025, 4, 1)]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from detente.briefing.charts.forms import CHARACTER, Sheet, Spec, end as end_at, mark, name, number
from detente.briefing.charts.theme import COLOUR, HATCH
from detente.words import _, clipped, month, say

ROW, BAR, TOP_LINE = 27, 8, 16
STYLES = {
    "threatened": "dashed",
    "announced": "dashed",
    "announced_without_act": "dashed",
    "in_force": "solid",
    "suspended": "hatched",
    "stayed": "hatched",
    "expired": "faded",
    "withdrawn": "faded",
    "struck_down": "faded",
    "replaced": "faded",
}


@dataclass(frozen=True)
class Bar:
    """One stretch of a measure on the chart."""

    group: str
    measure: str
    title: str
    status: str
    colour: str
    start: date
    end: date


@dataclass(frozen=True)
class Mark:
    """A round of talks: day, place, whether it is still to come."""

    day: date
    label: str
    expected: bool


def ahead(bars: Sequence[Bar], today: date, until: date) -> list[Bar]:
    """Bars with nothing decided right of `today`: only what is in force today and goes on is drawn through.

    A stretch in force that has yet to begin is dashed like an announcement, for a decision may still keep it away; so is a threat
    beyond the day it was set for, up to `until`, for nothing has carried it out or called it off.
    """
    found: list[Bar] = []
    for bar in bars:
        if bar.status == "in_force" and bar.start > today:
            bar = replace(bar, status="announced")
        if bar.status == "threatened" and bar.start <= today and bar.end > today:
            last = max(b.end for b in bars if b.measure == bar.measure)
            bar = replace(bar, end=until if last == bar.end else bar.end)
        found.append(bar)
    return found


def month_starts(start: date, end: date) -> list[date]:
    """First days of the months in [start, end]."""
    days = []
    year, month = start.year, start.month
    while date(year, month, 1) <= end:
        if date(year, month, 1) >= start:
            days.append(date(year, month, 1))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return days


def draw(
    bars: Sequence[Bar],
    talks: Sequence[Mark],
    due: Sequence[tuple[date, str]],
    today: date,
    start: date,
    end: date,
    width: float,
) -> Spec:
    """The chart. `bars` in row order, `due` (day, what) ascending, `today` the day the dossier speaks about."""
    sheet, narrow = Sheet(), width < 500
    per_day = width / (end - start).days

    def at(day: date) -> float:
        return (min(max(day, start), end) - start).days * per_day

    levels = 3 if narrow else 2
    talks_top = 8 + TOP_LINE * (len(due) + 1)
    dots_y = talks_top + 13 * levels + 8
    y = dots_y + 18
    rects: list[dict[str, object]] = []
    labels: list[dict[str, object]] = []
    group = measure = ""
    bar_y = 0.0
    letters = int(width / (CHARACTER * 0.93))
    for bar in bars:
        if bar.group != group:
            group = bar.group
            labels.append({"x": 0.0, "y": y + 14, "text": group, "weight": "bold"})
            y += 24
        if bar.measure != measure:
            measure = bar.measure
            labels.append({"x": 0.0, "y": y + 7, "text": clipped(bar.title, letters), "weight": "normal"})
            bar_y = y + 14
            y += ROW
        x1, x2 = at(bar.start), at(bar.end)
        rects.append(_bar(x1, max(x2, x1 + 2), bar_y, bar.status, bar.colour))
    key_y = y + 12
    y += 46
    height = y

    scale_x = {"domain": [0, width], "nice": False, "range": [0, width]}
    scale_y = {"domain": [0, height], "nice": False, "range": [0, height]}

    def view(frame: pd.DataFrame, kind: str, style: Spec, channels: Spec, y: str = "y") -> Spec:
        place = {"x": number("x", scale=scale_x, axis=None), "y": number(y, scale=scale_y, axis=None)}
        return mark(sheet.rows(frame), kind, style, **place, **channels)

    def words_at(frame: pd.DataFrame, align: str, y: str = "y", **style: object) -> Spec:
        return view(frame, "text", {"align": align, "baseline": "middle", **style}, {"text": name("text")}, y)

    months = month_starts(start, end)
    every = 3 if narrow else 1 if len(months) <= 15 else 2
    grid = pd.DataFrame([{"x": at(m), "y": float(dots_y + 12), "y2": height - 46.0} for m in months])
    names = pd.DataFrame(
        [
            {"x": at(m), "y": height - 38.0, "text": month(m, year=m.month == 1 or k == 0)}
            for k, m in enumerate(months)
            if k % every == 0
        ]
    )
    down = {"y2": end_at("y2")}
    layers = [
        view(grid, "rule", {"color": COLOUR["rule"]}, down),
        words_at(names, "left", baseline="top", dx=2, color=COLOUR["muted"], fontSize=12),
    ]
    lines, due_labels = [], []
    for k, (when, what) in enumerate(due):
        line_y = 8.0 + TOP_LINE * (len(due) - 1 - k)
        left = (when - today).days
        text = say("briefing/charts/timeline", "due", when=when, left=left, what=what)
        lines.append({"x": at(when), "y": line_y - 6, "y2": height - 46.0})
        due_labels.append({"x": at(when) - 4, "y": line_y, "text": clipped(text, int((at(when) - 6) / (CHARACTER * 0.9)))})
    if lines:
        layers.append(view(pd.DataFrame(lines), "rule", {"color": COLOUR["ink"], "strokeWidth": 0.8, "strokeDash": [1, 2]}, down))
        layers.append(words_at(pd.DataFrame(due_labels), "right", fontSize=12))
    as_of = say("briefing/charts/timeline", "now", today=today)
    now = pd.DataFrame([{"x": at(today), "y": 8.0 + TOP_LINE * len(due) - 6, "y2": height - 46.0, "text": as_of}])
    layers.append(view(now, "rule", {"color": COLOUR["ink"], "strokeWidth": 1.5}, down))
    layers.append(words_at(now, "right", dx=-5, dy=6, fontWeight="bold", fontSize=12))
    rounds = pd.DataFrame(
        [
            {
                "x": at(m.day),
                "y": float(dots_y),
                "text": m.label,
                "ty": float(talks_top + 13 * (k % levels) + 6),
                "fill": COLOUR["paper"] if m.expected else COLOUR["ink"],
                "late": m.expected,
            }
            for k, m in enumerate(talks)
        ]
    )
    if len(rounds):
        stems = rounds.assign(y2=rounds["ty"] + 7)
        dot = {"size": 70, "stroke": COLOUR["ink"], "strokeWidth": 1.3, "opacity": 1}
        layers.append(view(stems, "rule", {"color": COLOUR["muted"], "strokeWidth": 0.6}, down))
        layers.append(view(rounds, "circle", dot, {"color": name("fill", scale=None)}))
        layers.append(words_at(rounds[~rounds["late"]], "right", "ty", fontSize=12, dx=3))
        layers.append(words_at(rounds[rounds["late"]], "left", "ty", fontSize=12, dx=-3))
    step, sample = width / 4, 14 if narrow else 26
    for k, (status, word) in enumerate(
        {"in_force": _("in force"), "suspended": _("suspended"), "threatened": _("threatened"), "expired": _("ended")}.items()
    ):
        rects.append(_bar(k * step, k * step + sample, key_y + 26, status, "other"))
        labels.append({"x": k * step + sample + 5, "y": key_y + 26 + BAR / 2, "text": word, "weight": "normal"})
    frame = pd.DataFrame(rects)
    for dashed in (False, True):
        part = frame[frame["dashed"] == dashed]
        if len(part):
            style = {"strokeWidth": 1.2, "strokeDash": [4, 3] if dashed else [1, 0], "cornerRadius": 1}
            looks = {"fill": name("fill", scale=None), "stroke": name("stroke", scale=None)}
            faint = {"fillOpacity": number("opacity", scale=None), "strokeOpacity": number("line", scale=None)}
            layers.append(view(part, "rect", style, {"x2": end_at("x2"), **down, **looks, **faint}))
    words = pd.DataFrame(labels)
    for weight in ("bold", "normal"):
        part = words[words["weight"] == weight]
        if len(part):
            layers.append(words_at(part, "left", fontWeight=weight, fontSize=12.5 if weight == "bold" else 12))
    return sheet.grid([sheet.layer(*layers, width=width, height=height)], 1, 0, 0)


def _bar(x1: float, x2: float, y: float, status: str, colour: str) -> dict[str, object]:
    style = STYLES.get(status, "solid")
    solid, hatch = COLOUR[colour], HATCH[colour]
    return {
        "x": x1,
        "x2": x2,
        "y": float(y),
        "y2": float(y + BAR),
        "dashed": style == "dashed",
        "stroke": solid,
        "fill": hatch if style == "hatched" else COLOUR["paper"] if style == "dashed" else solid,
        "opacity": 0.28 if style == "faded" else 1.0,
        "line": 0.0 if style == "faded" else 1.0,
    }
