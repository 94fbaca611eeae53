"""The fan: expected real income by day and how far paths lie apart, a panel an economy on one scale, in steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from detente.briefing.charts.figures import figure, made_by
from detente.briefing.charts.forms import Sheet, Spec, alt_text, end, mark, name, number, ticks as ticks_of
from detente.briefing.charts.theme import COLOUR, by_role, region_colour
from detente.briefing.charts.timeline import month_starts
from detente.briefing.document import Figure
from detente.words import fixed, label, month, places_for, run_words, say

if TYPE_CHECKING:
    from detente.outlook.outlook import Outlook

SIZE = 11.5


def draw(panels: Sequence[tuple[str, str, pd.DataFrame]], start: date, until: date, width: float, decimals: int) -> Spec:
    """Spread over paths by day, a panel an economy on one scale; `decimals` of the figure at the end of each.

    `panels`: title, colour name and a frame with columns from (date), expected, q05, q25, q75, q95, in percent.
    """
    sheet, narrow = Sheet(), width < 500
    across = 1 if narrow else len(panels)
    axis_width, gap = 38.0, 16.0
    inner = (width - axis_width - gap * (across - 1) - 6 * across) / across
    low = min(0.0, *(float(f["q05"].min()) for _, _, f in panels))
    high = max(0.0, *(float(f["q95"].max()) for _, _, f in panels))
    room = 0.06 * (high - low) or 1.0
    domain = (low - room, high + room)
    length = (until - start).days
    ticks = ticks_of(domain, 5)
    places = max(0, *(len(f"{t:.6f}".rstrip("0").split(".")[1]) for t in ticks))
    scale_y = {"domain": list(domain), "nice": False, "zero": False}
    scale_x = {"domain": [0, length], "nice": False}
    months = [d for d in month_starts(start, until) if d.month % 3 == 1]
    views = []
    for k, (title, colour, frame) in enumerate(panels):
        rows = pd.concat([frame, frame.tail(1)], ignore_index=True)
        rows["x"] = [(d - start).days for d in frame["from"]] + [length]
        data = sheet.rows(rows.drop(columns="from"))
        axis = {
            "values": ticks, "grid": True, "gridColor": COLOUR["rule"], "labelFontSize": SIZE,
            "labels": k % across == 0, "minExtent": axis_width if k % across == 0 else 0, "maxExtent": axis_width,
            "labelExpr": f"replace(format(datum.value, '.{places}f'), '-', '−')",
        }  # fmt: skip
        days = {
            "values": [(d - start).days for d in months], "labelFontSize": SIZE, "labelFlush": True, "grid": False,
            "labelExpr": " : ".join(
                [f"datum.value == {(d - start).days} ? '{month(d, year=d.month == 1)}'" for d in months] + ["''"]
            ),
        }  # fmt: skip
        x = number("x", scale=scale_x, axis=days)
        style = {"interpolate": "step-after", "color": COLOUR[colour]}
        at_end = pd.DataFrame(
            [
                {
                    "x": length,
                    "y": float(frame["expected"].iloc[-1]),
                    "text": fixed(float(frame["expected"].iloc[-1]), decimals, signed=True),
                }
            ]
        )
        y = number("q05", scale=scale_y, axis=axis)
        layers = [
            mark(data, "area", {**style, "opacity": 0.2}, x=x, y=y, y2=end("q95")),
            mark(data, "area", {**style, "opacity": 0.32}, x=x, y=number("q25", scale=scale_y, axis=axis), y2=end("q75")),
            mark(
                sheet.rows(pd.DataFrame({"y": [0.0]})), "rule", {"color": COLOUR["zero"], "strokeWidth": 1.2},
                y=number("y", scale=scale_y, axis=axis),
            ),
            mark(data, "line", {**style, "strokeWidth": 2.2}, x=x, y=number("expected", scale=scale_y, axis=axis)),
            mark(
                sheet.rows(at_end), "text", {"align": "right", "baseline": "bottom", "dy": -4, "fontWeight": "bold"},
                x=x, y=number("y", scale=scale_y, axis=axis), text=name("text"),
            ),
        ]  # fmt: skip
        views.append(sheet.layer(*layers, width=inner, height=150 if narrow else 190, title=title))
    return sheet.grid(views, across, gap, 18)


@by_role
def fan_figure(
    look: Outlook, codes: Sequence[str] = (), run: str = "", note: Callable[[str], str] = made_by, csv: str = ""
) -> Figure:
    """The fan of some economies as a figure (default: the parties and the host); `run` names the horizon, `note` puts a footnote
    around a remark, `csv` names the data.
    """
    codes = codes or tuple(c for c in look.focus if c in (*look.parties, look.host))
    frames = {c: look.fan(c) for c in codes}
    last = {c: float(frame["expected"].iloc[-1]) for c, frame in frames.items()}
    worst = min(codes, key=lambda c: last[c])
    words = "briefing/charts/fan"
    places = places_for(last.values())
    title = say(words, "title", worst=worst, value=last[worst], many=len(codes), places=places)
    subtitle = say(words, "subtitle", base=look.paths.base, run=run or f"{run_words(look.paths.parameters.name)}")
    panels = [(label(c), region_colour(c), frames[c]) for c in codes]
    told = {label(c): say(words, "at_end", value=last[c], places=places) for c in codes}
    return figure(
        "fig-fan", title, subtitle, note(say(words, "remark")), alt_text(f"{title}.", told), csv,
        lambda w: draw(panels, look.tree.start, look.tree.until, w, places),
    )  # fmt: skip
