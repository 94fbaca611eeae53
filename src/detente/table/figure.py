"""The zone of a game as a figure: the frontier, and the packages that have a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from detente.briefing.charts import forms as charts
from detente.briefing.charts.figures import COLUMN, figure
from detente.briefing.charts.theme import COLOUR, by_role
from detente.briefing.document import Figure
from detente.table.debrief import Debrief
from detente.words import fixed, join, name, say

WORDS = "table/debrief"
SHOWN = ("signed", "fair", "predicted", "history")


@by_role
def zone_figure(found: Debrief, places: int) -> Figure:
    """Gains of both parties over nothing signed, in points: the frontier as a line, named packages as dots, nothing at (0, 0)."""
    a, b = found.parties
    rows: list[dict[str, Any]] = [{"what": "none", "x": 0.0, "y": 0.0, "fill": COLOUR["other"], "size": 60}]
    for what in SHOWN:
        if what in found.marks:
            x, y = found.marks[what].points
            main = what == "signed"
            rows.append({"what": what, "x": x, "y": y, "fill": COLOUR["mys" if main else "ink"], "size": 130 if main else 60})
    frame = pd.DataFrame(rows).assign(text=[say(WORDS, "mark_name", what=r["what"]) for r in rows])
    frame = merged(frame)
    edge = pd.DataFrame(found.edge, columns=["x", "y"])
    title = zone_title(found)
    told: dict[str, str] = {}
    for text, x, y in zip(frame["text"].astype(str), frame["x"].astype(float), frame["y"].astype(float), strict=True):
        told[text] = join([f"{name(p)} {fixed(v, places, signed=True)}" for p, v in ((a, x), (b, y))])

    def draw(width: int) -> dict[str, Any]:
        sheet = charts.Sheet()
        axes = []
        for k, party in (("x", a), ("y", b)):
            values = [*frame[k], *(edge[k] if len(edge) else [])]
            low, high = min(0.0, *values), max(0.0, *values)
            room = (high - low) or 1.0
            style = {
                "title": say(WORDS, "fig_axis", party=party), "titleFontSize": 12, "titleColor": COLOUR["muted"],
                "titleFontWeight": "normal", "grid": True, "gridColor": COLOUR["rule"], "tickCount": 5,
            }  # fmt: skip
            domain = [low - 0.08 * room, high + 0.16 * room]
            axes.append(charts.number(k, scale={"domain": domain, "nice": False}, axis=style))
        across, up = axes
        zero = sheet.rows(pd.DataFrame({"x": [0.0], "y": [0.0]}))
        line = {"color": COLOUR["zero"], "strokeWidth": 1.2}
        views = [charts.mark(zero, "rule", line, x=across), charts.mark(zero, "rule", line, y=up)]
        if len(edge) > 1:
            views.append(charts.mark(sheet.rows(edge), "line", {"color": COLOUR["ink"], "strokeWidth": 1.4}, x=across, y=up))
        data = sheet.rows(frame)
        size = charts.number("size", scale=None, legend=None)
        views.append(charts.mark(data, "circle", {"opacity": 0.95}, x=across, y=up, color=charts.as_given("fill"), size=size))
        for side, style in (("right", {"align": "left", "dx": 9, "dy": 11}), ("left", {"align": "right", "dx": -9, "dy": 4})):
            if len(own := frame[frame["side"] == side]):
                views.append(charts.mark(sheet.rows(own), "text", style, x=across, y=up, text=charts.name("text")))
        return {**sheet.layer(*views, width=width - 64, height=min(330, width * 0.6)), "datasets": sheet.datasets}

    alt = charts.alt_text(f"{title}.", told)
    return figure(
        "fig-zone",
        title,
        say(WORDS, "fig_sub"),
        say(WORDS, "fig_note", errors=found.game.board.prices.missed.mean),
        alt,
        "",
        draw,
        width=COLUMN,
    )


def zone_title(found: Debrief) -> str:
    """What the figure shows, in a sentence without its stop."""
    (a, b), signed = found.parties, found.marks.get("signed")
    inside = signed is not None and min(signed.points) > 0
    return say(
        WORDS, "fig_title", a=a, b=b, better=found.better, signed=signed is not None, inside=inside,
        shares=[found.share(p) or 0.0 for p in (a, b)], loser=loser(found),
    )  # fmt: skip


def merged(frame: pd.DataFrame) -> pd.DataFrame:
    """Dots that would print on each other under one name: the label of the later one joins that of the first."""
    span = [max(float(np.ptp(frame[k])), 1e-12) for k in "xy"]
    kept: list[dict[str, Any]] = []
    for row in frame.to_dict("records"):
        near = next((r for r in kept if _apart(r, row, span) < 0.05), None)
        if near is None:
            kept.append({str(k): v for k, v in row.items()})
        else:
            near["text"] = join([near["text"], row["text"]])
            if row["what"] == "signed":
                near |= {"fill": row["fill"], "size": row["size"]}
    for placed in kept:  # of two labels that would run into each other, the one further left stands left of its dot
        gaps = [r["x"] - placed["x"] for r in kept if abs(r["y"] - placed["y"]) < 0.12 * span[1]]
        crowded = any(0 < gap < 0.3 * span[0] for gap in gaps)
        placed["side"] = "left" if crowded and placed["what"] != "none" else "right"
    return pd.DataFrame(kept)


def _apart(one: dict[str, Any], two: Any, span: Sequence[float]) -> float:
    return max(abs(one["x"] - two["x"]) / span[0], abs(one["y"] - two["y"]) / span[1])


def loser(found: Debrief) -> str:
    """The party that what was signed leaves worst off, where it leaves one worse off; else the first."""
    signed = found.marks.get("signed")
    if signed is None:
        return found.parties[0]
    return found.parties[int(np.argmin(signed.points))]
