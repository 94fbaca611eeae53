"""Two charts of the way goods take round a quarrel: exports gained beside the content they carry, by economy or by sector.

They need no briefing: a solved quarrel is enough, so the command line draws them too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts import forms as charts
from detente.briefing.charts.figures import figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Figure
from detente.cases.case import Case
from detente.strategy.bystanders import overview
from detente.strategy.transshipment import pass_through
from detente.words.names import region_adjective, sector_name

GAINED = "Exports gained"


def economies_figure(quarrel: Case, scenario: str, csv: str, *, most: int = 14) -> Figure:
    """Exports gained beside content carried, by economy."""
    frame, unit = overview(quarrel, scenario), quarrel.world.unit
    content = f"{quarrel.b} content in {scenario}, {unit}"
    gained = f"exports gained to {quarrel.a}, {unit}"
    top = frame.sort_values(content, ascending=False, kind="stable").head(most)
    first = str(top.index[0])
    rows = [
        (panel, text.label(str(r)), float(v) / 1e3, region_colour(str(r)))
        for panel, column in ((GAINED, gained), (f"{region_adjective(quarrel.b)} content carried", content))
        for r, v in zip(top.index, top[column], strict=True)
    ]
    title = (
        f"{text.name(first, start=True)} carries most {region_adjective(quarrel.b)} content to {text.name(quarrel.a)} "
        f"({text.money(float(top[content].iloc[0]))} a year)"
    )
    return _two_panels(quarrel, scenario, f"bystanders-{scenario}", title, rows, csv, f"the {len(top)} largest routes")


def sectors_figure(quarrel: Case, region: str, scenario: str, csv: str, *, most: int = 8) -> Figure:
    """Exports of one economy to the first party: gained in a scenario, beside the content of the second, by sector."""
    routes = pass_through(quarrel, scenario)
    known = routes.by_sector(region)
    n, a = quarrel.index(region), quarrel.index(quarrel.a)
    change = quarrel.state(scenario).shipments[n, a] - quarrel.state(None).shipments[n, a]
    gained = pd.Series(change, index=pd.Index(quarrel.world.sectors))
    content = known[f"content, {routes.unit}"]
    shown = [str(s) for s in content.index[:most]]
    rows = [
        (panel, str(sector_name(s)), float(series[s]) / 1e3, colour)
        for panel, series, colour in (
            (GAINED, gained, region_colour(region)),
            (f"{region_adjective(quarrel.b)} content in exports", content, region_colour(quarrel.b)),
        )
        for s in shown
    ]
    total, held = float(gained[list(content.index)].sum()), float(content.sum())
    title = (
        f"{text.name(region, start=True)} {'gains' if total >= 0 else 'loses'} {text.money(abs(total))} of exports to "
        f"{text.name(quarrel.a)}; {text.money(held)} of what it then sells is value added in {text.name(quarrel.b)}"
    )
    return _two_panels(
        quarrel, scenario, f"bystander-{region.lower()}-{scenario}", title, rows, csv, f"the {len(shown)} largest sectors"
    )


def _two_panels(
    quarrel: Case, scenario: str, id: str, title: str, rows: Sequence[tuple[str, str, float, str]], csv: str, what: str
) -> Figure:
    places = 2 if max((abs(v) for _, _, v, _ in rows), default=0.0) < 10 else 1
    records: list[dict[str, Any]] = [
        {
            "panel": panel, "label": text.capital(label), "value": v, "low": v, "high": v, "colour": colour,
            "text": text.fixed(v, places, signed=panel == GAINED),
        }
        for panel, label, v, colour in rows
    ]  # fmt: skip
    frame = pd.DataFrame(records)
    day = text.day(quarrel.dossier.as_of)
    subtitle = (
        f"Goods exports to {text.name(quarrel.a)}, billion USD a year before duties: change in “{scenario}” against the status "
        f"quo of {day}, and value added in {text.name(quarrel.b)} inside them in “{scenario}”; {quarrel.parameters.name} run, "
        f"{what}"
    )
    made = f"Source: detente on {quarrel.world.name} ({quarrel.world.year})." + (f" Data: {csv}" if csv else "")
    told = {f"{r['panel']}, {r['label']}": str(r["text"]) for r in records}
    return figure(
        id, title, subtitle, made, charts.alt_text(f"{title}. {subtitle}.", told), csv,
        lambda w: charts.bars(frame, w, label_width=190 if w > 500 else 130, beside=w > 500), width=780,
    )  # fmt: skip
