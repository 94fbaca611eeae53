"""Charts of what governments choose and agree on: rates and income by player, a frontier of deals, regimes, who gains by a deal.

Each function takes a result of `detente.strategy` or `detente.talks` and gives a figure that the briefing or a file can hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts import forms as charts
from detente.briefing.charts.figures import figure
from detente.briefing.charts.theme import COLOUR, region_colour
from detente.briefing.document import Figure
from detente.strategy.deal import Proposal
from detente.strategy.nash import TariffSolution
from detente.strategy.regimes import Regimes

REGIMES = {
    "free trade": "Free trade",
    "equal treatment": "Equal treatment",
    "nash": "No restraint",
    "nash, equal treatment": "No restraint, equal treatment",
}
"""Regimes as charts and tables call them."""


def _rows(panel: str, values: Sequence[tuple[str, float, str]], decimals: int, *, signed: bool = True) -> list[dict[str, Any]]:
    return [
        {"panel": panel, "label": label, "value": v, "colour": colour, "text": text.fixed(v, decimals, signed=signed)}
        for label, v, colour in values
    ]


def _told(title: str, subtitle: str, rows: Sequence[dict[str, Any]]) -> str:
    named = {f"{r['panel']}, {r['label']}" if r["panel"] else str(r["label"]): str(r["text"]) for r in rows}
    return charts.alt_text(f"{title}. {subtitle}.", named)


def joined(specs: Sequence[dict[str, Any]], gap: float, *, beside: bool) -> dict[str, Any]:
    """Specifications side by side or below each other, each with its own scales and data."""
    data: dict[str, Any] = {}
    views = []
    for k, spec in enumerate(specs):
        data |= {f"{k}-{name}": rows for name, rows in spec["datasets"].items()}
        views.append(_renamed({key: value for key, value in spec.items() if key != "datasets"}, k))
    own = {"scale": {"x": "independent", "y": "independent"}}
    return {"hconcat" if beside else "vconcat": views, "spacing": gap, "resolve": own, "datasets": data}


def _renamed(part: Any, k: int) -> Any:
    if isinstance(part, dict):
        return {
            key: {"name": f"{k}-{value['name']}"} if key == "data" and "name" in value else _renamed(value, k)
            for key, value in part.items()
        }
    return [_renamed(x, k) for x in part] if isinstance(part, list) else part


def rates_figure(found: TariffSolution, subtitle: str, *, note: str = "", csv: str = "") -> Figure:
    """Mean rate and change of real income by player, the highest rate first."""
    frame = found.to_frame().sort_values("mean rate, %", ascending=False)
    codes = [str(code) for code in frame.index]
    rates = [(text.label(c), float(v), region_colour(c)) for c, v in zip(codes, frame["mean rate, %"], strict=True)]
    incomes = [(text.label(c), float(v), region_colour(c)) for c, v in zip(codes, frame["real income, %"], strict=True)]
    left = _rows("Mean rate, %", rates, 1, signed=False)
    right = _rows("Real income, %", incomes, 2)
    low, high = float(frame["mean rate, %"].min()), float(frame["mean rate, %"].max())
    players = text.count(len(codes), "player")
    if len(codes) == 1:
        title = f"The rate that serves {text.name(codes[0])} best: {text.fixed(high, 1)}{text.THIN}%"
    else:
        title = f"Nobody restrained: {players} at {text.fixed(low, 0)} to {text.fixed(high, 0)}{text.THIN}%"

    def draw(width: int) -> dict[str, Any]:
        wide = width > 500
        label = 150 if wide else 116
        half = (width - 16 + label * 0.75) / 2 if wide else width
        first = charts.bars(pd.DataFrame(left), half, label_width=label)
        second = charts.bars(pd.DataFrame(right), width - 16 - half if wide else width, label_width=4 if wide else label)
        if wide:
            second = _without_labels(second)
        return joined([first, second], 16, beside=wide)

    return figure("fig-nash", title, subtitle, note, _told(title, subtitle, [*left, *right]), csv, draw)


def _without_labels(spec: Any) -> Any:
    """A copy whose vertical axes carry no labels (the chart beside it has them)."""
    if isinstance(spec, dict):
        return {
            key: {**value, "axis": None} if key == "y" and isinstance(value, dict) and "sort" in value else _without_labels(value)
            for key, value in spec.items()
        }
    return [_without_labels(x) for x in spec] if isinstance(spec, list) else spec


def regimes_figure(found: Regimes, shown: Sequence[tuple[str, str, Sequence[str] | None]], subtitle: str, *, note: str = "",
                   csv: str = "") -> Figure:  # fmt: skip
    """Real income by regime; `shown` is (label, colour, members or None for the world), one bar each a regime."""
    rows: list[dict[str, Any]] = []
    for regime in found.outcomes:
        values = [(label, found.cost(members, regime)[0], colour) for label, colour, members in shown]
        rows += _rows(REGIMES.get(regime, regime), values, 2)
    world = found.cost(regime="nash")[0]
    verb = "cost" if world < 0 else "bring"
    title = f"Without restraint on tariffs, the world would {'lose' if verb == 'cost' else 'gain'} {text.percent(abs(world))}"
    frame = pd.DataFrame(rows)
    across = frame["panel"].nunique()
    return figure(
        "fig-regimes", title, subtitle, note, _told(title, subtitle, rows), csv,
        lambda w: charts.bars(frame, w, label_width=112 if w > 500 else 104, beside=w > 500 and across < 4),
    )  # fmt: skip


def gains_figure(deal: Proposal, subtitle: str, *, others: int = 3, note: str = "", csv: str = "") -> Figure:
    """Who gains and who loses by a proposal, USD billion a year: the parties, and the bystanders it moves most."""
    frame = deal.by_region()["million USD a year"] / 1000
    away = deal.bystanders()["million USD a year"] / 1000
    losers = [str(c) for c in away.index[:others] if away[c] < 0]
    winners = [str(c) for c in away.index[::-1][:others] if away[c] > 0 and c not in losers]
    codes = [*deal.parties, *winners, *losers]
    values = [(text.label(c), float(frame[c]), region_colour(c)) for c in codes]
    rows = _rows("", values, 1)
    both = all(frame[p] > 0 for p in deal.parties)
    a, b = (f"{text.name(p)} USD {text.number(abs(float(frame[p])))} billion" for p in deal.parties)
    title = f"The deal would bring {a} and {b} a year" if both else "Who gains and who loses by the deal"
    return figure(
        "fig-deal", title, subtitle, note, _told(title, subtitle, rows), csv,
        lambda w: charts.bars(pd.DataFrame(rows), w, label_width=150 if w > 500 else 116),
    )  # fmt: skip


def frontier_figure(
    points: pd.DataFrame, parties: Sequence[str], deal: Sequence[float], subtitle: str, *, solution: str = "nash", note: str = "",
    csv: str = "",
) -> Figure:  # fmt: skip
    """Gains of two parties along their frontier, with no deal (0, 0) and the deal struck."""
    a, b = parties
    x, y = f"gain of {a}, %", f"gain of {b}, %"
    path = pd.DataFrame({"x": points[x], "y": points[y]}).sort_values("x")
    marks = pd.DataFrame(
        [
            {"x": 0.0, "y": 0.0, "fill": COLOUR["other"], "text": "no deal"},
            {"x": deal[0], "y": deal[1], "fill": COLOUR["mys"], "text": "the deal"},
        ]
    )
    title = (
        f"Between the extremes, the deal gives {text.name(a)} {text.percent(deal[0], signed=True)} and {text.name(b)} "
        f"{text.percent(deal[1], signed=True)}"
    )
    named = {f"at {text.percent(px)} for {text.name(a)}": text.percent(py) for px, py in zip(path["x"], path["y"], strict=True)}

    def draw(width: int) -> dict[str, Any]:
        sheet = charts.Sheet()
        inner, height = width - 64, min(360, width * 0.62)
        top = (1.12 * max(float(path["x"].max()), deal[0]), 1.12 * max(float(path["y"].max()), deal[1]))

        def axis(field: str, limit: float, what: str) -> dict[str, Any]:
            style = {"title": what, "titleFontSize": 12, "titleColor": COLOUR["muted"], "titleFontWeight": "normal", "grid": True,
                     "gridColor": COLOUR["rule"], "tickCount": 5}  # fmt: skip
            return charts.number(field, scale={"domain": [-0.04 * limit, limit], "nice": False}, axis=style)

        across = axis("x", top[0], f"Gain of {text.name(a)}, % of real income")
        up = axis("y", top[1], f"Gain of {text.name(b)}, % of real income")
        line = charts.mark(
            sheet.rows(path), "line", {"color": COLOUR["ink"], "strokeWidth": 1.8, "interpolate": "monotone"}, x=across, y=up
        )
        data = sheet.rows(marks)
        dot = charts.mark(data, "circle", {"size": 90, "opacity": 1}, x=across, y=up, color=charts.as_given("fill"))
        label = charts.mark(data, "text", {"align": "left", "dx": 9, "dy": -9}, x=across, y=up, text=charts.name("text"))
        view = sheet.layer(line, dot, label, width=inner, height=height)
        return {**view, "datasets": sheet.datasets}

    words = f"{title}. {subtitle}."
    return figure("fig-frontier", title, subtitle, note, charts.alt_text(f"{words} {solution} solution.", named), csv, draw)
