"""Jobs in heads: the sectors that lose and gain most, and below them the places, on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from detente import words as text
from detente.briefing.charts import forms
from detente.briefing.charts.figures import COLUMN, figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Figure
from detente.types import Range

LEAST = 0.005
"""Thousand persons that print as nothing."""
SHOWN = 5
"""Rows from either end of a panel at most."""


def ends(moved: Mapping[str, Range]) -> dict[str, Range]:
    """The first and the last `SHOWN` by heads, most gained first, without what prints as nothing.

    >>> list(ends({"a": Range(0.0, 0.001, 0.0), "b": Range(1.0, 2.0, 3.0), "c": Range(-2.0, -1.0, 0.0)}))
    ['b', 'c']
    """
    kept = {k: v for k, v in moved.items() if abs(v.value) >= LEAST}
    order = sorted(kept, key=lambda k: -kept[k].value)
    chosen = order if len(order) <= 2 * SHOWN else [*order[:SHOWN], *order[-SHOWN:]]
    return {k: kept[k] for k in chosen}


def heads_figure(
    region: str,
    panels: Sequence[tuple[str, Mapping[str, Range]]],
    told: tuple[str, str],
    *,
    id: str,
    note: str,
    csv: str,
) -> Figure | None:
    """Bars of thousand persons with ranges, a panel below the other; `told` is title and subtitle. None where nothing moves."""
    rows = [
        {
            "panel": panel, "label": text.capital(name), "value": t.value, "low": t.low, "high": t.high,
            "colour": region_colour(region), "text": text.two_digits(t.value),
        }
        for panel, moved in panels
        for name, t in ends(moved).items()
    ]  # fmt: skip
    if not rows:
        return None
    if len({r["panel"] for r in rows}) == 1:
        rows = [{**r, "panel": ""} for r in rows]
    frame = pd.DataFrame(rows)
    title, subtitle = told
    shown = {str(r["label"]): str(r["text"]) for r in rows}
    return figure(
        id, title, subtitle, note, forms.alt_text(f"{title}.", shown), csv,
        lambda w: forms.bars(frame, w, label_width=236 if w > 500 else 176, beside=False), width=COLUMN,
    )  # fmt: skip
