"""Reliance on foreign inputs: ranked bars at face value beside those looking through supply chains."""

from __future__ import annotations

from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts import forms
from detente.briefing.charts.figures import figure
from detente.briefing.charts.theme import by_role, region_colour
from detente.briefing.document import Figure
from detente.words.names import sector_name
from detente.world.exposure import Exposure
from detente.world.reliance import FACE, LOOK

MOST = 12
"""Bars a panel shows at most."""


@by_role
def exposure_figure(found: Exposure, *, csv: str = "", id: str = "fig-exposure") -> Figure | None:
    """Bars of the economies (of the sectors, where there is a partner) that stand behind most inputs; None where none does."""

    def said(part: str, **values: Any) -> str:
        return text.say("briefing/charts/exposure", part, it=found, **values)

    if found.to is None or found.sectors is None:
        ranked, frame = found.ranked(found.inputs), found.inputs
        labels = {r: text.label(r) for r in ranked}
        colours = {r: region_colour(r) for r in ranked}
    else:
        frame = found.sectors.sort_values(LOOK, ascending=False, kind="stable")
        ranked = [str(s) for s in frame.index[frame[LOOK] > 0]]
        labels = {s: text.capital(sector_name(s)) for s in ranked}
        colours = dict.fromkeys(ranked, region_colour(found.to))
    values = {column: {str(k): float(v) for k, v in frame[column].items()} for column in (LOOK, FACE)}
    shown = ranked[:MOST]
    if not shown:
        return None
    top = shown[0]
    title = said(
        "title", code=top, label=labels[top] if found.to is None else sector_name(top), face=values[FACE][top],
        look=values[LOOK][top], second=values[LOOK][shown[1]] if len(shown) > 1 else None,
    )  # fmt: skip
    rows = [
        {
            "panel": said(panel), "label": labels[code], "value": values[column][code], "colour": colours[code],
            "text": text.digits(values[column][code]),
        }
        for panel, column in (("chains_panel", LOOK), ("direct_panel", FACE))
        for code in shown
    ]  # fmt: skip
    data = pd.DataFrame(rows)
    told = {str(r["label"]): str(r["text"]) for r in rows[: len(shown)]}
    return figure(
        id, title, said("subtitle", shown=len(shown), many=len(ranked)), said("note", csv=csv),
        forms.alt_text(f"{title}.", told), csv,
        lambda w: forms.bars(data, w, label_width=200 if w > 500 else 120, beside=w > 500), width=780,
    )  # fmt: skip
