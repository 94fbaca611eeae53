"""Two charts of a negotiation: who gives way in each model of the stand-off, and how much the future must count to keep a deal.

Both read a case at the table (`talks.case`), so that the command line and the briefing draw the same.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from detente import words as text
from detente.briefing.charts import figures, forms as charts
from detente.briefing.charts.theme import COLOUR, region_colour
from detente.briefing.document import Figure
from detente.strategy.keeping import Keeping
from detente.strategy.table import AtTheTable
from detente.words import chance, chance_range

COUNTED = ("no", "one", "two", "three", "four", "five")
LABELS = {
    "steady": "No deadline, both bend",
    "stubborn": "Either may never bend",
    "fixed date": "Deadline on a known day",
    "uncertain date": "Deadline on an unsure day",
    "all": "All models alike",
}
YEARS = tuple(np.round(np.concatenate([np.linspace(0.1, 1.0, 10), np.linspace(1.25, 5.0, 16)]), 4))


# -- who gives way -----------------------------------------------------------------------------------------------------
def odds_title(case: AtTheTable) -> str:
    """What the chart of the odds shows, in a sentence."""
    one, two = case.parties
    odds = {m: case.odds(m) for m in case.trials.models}
    gap = {m: o.first[1] - o.second[1] for m, o in odds.items()}
    collapse = [m for m, o in odds.items() if o.collapse[1] > max(o.first[1], o.second[1])]
    sides = {one: sum(g > 0.005 for g in gap.values()), two: sum(g < -0.005 for g in gap.values())}
    top = max(sides, key=lambda s: sides[s])
    count = f"all {COUNTED[len(gap)]}" if sides[top] == len(gap) else f"{COUNTED[sides[top]]} of {COUNTED[len(gap)]}"
    title = f"{text.name(top, start=True)} is the likelier to ease next in {count} models"
    if sides[top] == 0:
        title = "No model tells one side from the other"
    joint = "and" if len(collapse) * 2 >= len(gap) else "but"
    if collapse:
        where = "all of them" if len(collapse) == len(gap) else COUNTED[len(collapse)]
        title += f", {joint} collapse is likelier still in {where}"
    return title


def odds_frame(case: AtTheTable) -> pd.DataFrame:
    """One row a panel and model: probability in percent with low and high."""
    rows = []
    for panel, colour, pick in (
        (f"{text.short_name(case.parties[0])} eases first", region_colour(case.parties[0]), 0),
        (f"{text.short_name(case.parties[1])} eases first", region_colour(case.parties[1]), 1),
        ("Talks collapse first", "other", 2),
    ):
        for model in (*case.trials.models, None):
            o = case.odds(model)
            low, mean, high = (o.first, o.second, o.collapse)[pick]
            rows.append(
                {
                    "panel": panel, "label": LABELS[model or "all"], "value": 100 * mean, "low": 100 * low, "high": 100 * high,
                    "colour": colour, "text": f"{chance(mean)} ({chance_range(low, high)})",
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def odds_figure(case: AtTheTable, *, id: str = "fig-standoff", csv: str = "", note: str = "") -> Figure | None:
    """Odds of who gives way first by model, with ranges; None where no model gives odds."""
    if math.isnan(case.odds().first[1]):
        return None
    frame = odds_frame(case)
    subtitle = (
        f"Probability in the end, percent, if both still hold on {text.day(case.as_of)}; dot: average over the assumptions; "
        "line: averages with the motives halved, as given and doubled (for all models: of any one model)"
    )
    told = {f"{r['panel']}, {r['label']}": str(r["text"]) for r in frame.to_dict("records")}
    title = odds_title(case)
    return figures.figure(
        id, title, subtitle, note or _note(csv), charts.alt_text(f"{title}. {subtitle}.", told), csv,
        lambda w: _within(charts.dots(frame, w, label_width=172 if w > 500 else 150, row=23)),
    )  # fmt: skip


def _within(spec: Any) -> Any:
    """The same drawing without axis marks above 100 percent."""
    if isinstance(spec, dict):
        if isinstance(spec.get("axis"), dict) and "values" in spec["axis"]:
            spec = spec | {"axis": spec["axis"] | {"values": [v for v in spec["axis"]["values"] if v <= 100]}}
        return {k: v if k == "datasets" else _within(v) for k, v in spec.items()}
    return [_within(v) for v in spec] if isinstance(spec, list) else spec


def _note(csv: str) -> str:
    return "Source: detente." + (f" Data: {csv}" if csv else "")


# -- how much the future must count ------------------------------------------------------------------------------------
def needs_frame(case: AtTheTable, kept: str = "deal") -> pd.DataFrame:
    """One row a review period, side and answer: percent that the next review must count, and what it counts."""
    rows = []
    for answer in ("fight", "no agreement"):
        found: Keeping = case.keepings[kept, answer]
        for period in YEARS:
            for k, (s, need) in enumerate(zip(found.sides, found.needs(float(period)), strict=True)):
                rate = case.patience.of(s.party)
                rows.append(
                    {
                        "years between reviews": float(period), "side": s.party, "answer": answer, "place": k,
                        "next review must count, percent": 100 * need if math.isfinite(need) else math.nan,
                        "next review counts, percent": 100 * math.exp(-rate * period), "tempted": s.tempted,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def needs_title(frame: pd.DataFrame, kept: str) -> str:
    """What the chart shows, in a sentence."""
    what = "A deal" if kept == "deal" else "The truce"
    if not frame["tempted"].any():
        return f"{what} tempts nobody with the motives as given: no patience is needed to keep it"
    fight = frame[(frame["answer"] == "fight") & frame["tempted"]]
    need, have = fight["next review must count, percent"], fight["next review counts, percent"]
    alone = frame[(frame["answer"] == "no agreement") & frame["tempted"]]
    never = [s for s, rows in alone.groupby("side", sort=False) if rows["next review must count, percent"].isna().all()]
    start = (
        f"{what} keeps at every review period tried if a breach is fought"
        if bool((need <= have).all())
        else f"{what} does not keep at every review period tried, even if a breach is fought"
    )
    return start + (f"; short of that nothing deters {text.join(text.name(str(s)) for s in never)}" if never else "")


def needs_figure(case: AtTheTable, kept: str = "deal", *, id: str = "fig-needs", csv: str = "", note: str = "") -> Figure:
    """How much the next review must count for each side to keep what was agreed, against the years between reviews."""
    frame = needs_frame(case, kept)
    title = needs_title(frame, kept)
    rates = text.join(dict.fromkeys(f"{100 * case.patience.of(p):g}{text.THIN}%" for p in case.parties))
    subtitle = (
        f"How much the next review must count, percent of today, against the years between reviews; grey: what it counts at a "
        f"discount rate of {rates} a year; motives as given"
    )
    told = {}
    for (side, answer), rows in frame[frame["tempted"]].groupby(["side", "answer"], sort=False):
        at = rows.iloc[[int((rows["years between reviews"] - y).abs().argmin()) for y in (0.25, 1.0, 3.0)]]
        values = at["next review must count, percent"]
        told[f"{text.label(str(side))}, answered by {answer}"] = (
            "nothing is enough" if values.isna().all() else text.join(f"{text.fixed(v, 0)}{text.THIN}%" for v in values)
        )
    return figures.figure(
        id, title, subtitle, note or _note(csv),
        charts.alt_text(f"{title}. {subtitle}. At a quarter, one and three years:", told or {"nobody": "is tempted"}), csv,
        lambda w: _needs(frame, w),
    )  # fmt: skip


def _needs(frame: pd.DataFrame, width: float) -> dict[str, Any]:
    sheet = charts.Sheet()
    plot, height = width - 48, 250.0
    x = charts.number(
        "x",
        scale={"domain": [0, max(YEARS) * (1.32 if width > 500 else 1.02)], "nice": False},
        axis={
            "values": [0.25, 1, 2, 3, 4, 5],
            "grid": False,
            "labelExpr": "datum.value < 1 ? '90 days' : datum.value + (datum.value == 1 ? ' year' : '')",
            "labelFlush": False,
        },
    )
    y = charts.number(
        "y", scale={"domain": [0, 100], "nice": False},
        axis={"values": [0, 25, 50, 75, 100], "grid": True, "gridColor": COLOUR["rule"], "labelExpr": "datum.value + ' %'"},
    )  # fmt: skip
    views = []
    labels: list[tuple[float, float, str, str]] = []
    have = frame[(frame["answer"] == "fight")].drop_duplicates(["years between reviews", "next review counts, percent"])
    for _, rows in have.groupby("side", sort=False):
        data = pd.DataFrame({"x": rows["years between reviews"], "y": rows["next review counts, percent"]})
        views.append(charts.mark(sheet.rows(data), "line", {"color": COLOUR["zero"], "strokeWidth": 1.6}, x=x, y=y))
        labels.append((float(data["x"].iloc[-1]), float(data["y"].iloc[-1]), "what it counts", COLOUR["muted"]))
    for (side, answer), rows in frame[frame["tempted"]].groupby(["side", "answer"], sort=False):
        kept = rows.dropna(subset=["next review must count, percent"])
        if not len(kept):
            continue
        colour = COLOUR[region_colour(str(side))]
        data = pd.DataFrame({"x": kept["years between reviews"], "y": kept["next review must count, percent"]})
        stroke: dict[str, Any] = {"color": colour, "strokeWidth": 2.2} | ({"strokeDash": [5, 3]} if answer != "fight" else {})
        views.append(charts.mark(sheet.rows(data), "line", stroke, x=x, y=y))
        labels.append((float(data["x"].iloc[-1]), float(data["y"].iloc[-1]), f"{text.label(str(side))}, {answer}", colour))
    labels.sort(key=lambda item: item[1])
    below = -10.0
    placed = []
    for at, value, words, colour in labels:
        below = max(value, below + 6.5)
        placed.append({"x": at, "y": below, "text": words, "fill": colour})
    wide = width > 500
    style = (
        {"align": "left", "baseline": "middle", "dx": 6} if wide else {"align": "right", "baseline": "bottom", "dx": -2, "dy": -3}
    )
    words_at = sheet.rows(pd.DataFrame(placed))
    views.append(
        charts.mark(words_at, "text", style | {"fontSize": 12}, x=x, y=y, text=charts.name("text"), color=charts.as_given("fill"))
    )
    return sheet.grid([sheet.layer(*views, width=plot, height=height)], 1, 0, 0)
