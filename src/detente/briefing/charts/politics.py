"""Figures of domestic politics: a tile map of places below the nation, and bars of jobs by sector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts import forms as charts
from detente.briefing.charts.figures import COLUMN, WIDE, figure, made_by
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Figure
from detente.strategy.politics import HEADS, PER_THOUSAND, Home, Politics
from detente.words.names import sector_name
from detente.world.places import places

SECTORS = 14
"""Sectors that bars show at most."""
NAMED = 3
"""Places that an alt text names from either end."""


def _said(part: str, **values: Any) -> str:
    return text.say("briefing/charts/politics", part, **values)


def _name(home: Home) -> str:
    return text.capital(str(home.scenario).replace("-", " "))


def places_note(homes: Sequence[Home]) -> str:
    """What a reader of the map has to know: how far signs hold, and who is not counted apart."""
    return _said("places_note", home=homes[0], scaled=max(abs(10 * h.rescaled) for h in homes))


def places_figure(
    homes: Sequence[Home],
    *,
    panels: Sequence[str] = (),
    id: str = "fig-places",
    subtitle: str = "",
    note: str = "",
    csv: str = "",
) -> Figure | None:
    """Jobs by place below the nation, per thousand of its jobs: a map an outcome, one square a place. All of one party; None
    where none of its places is counted. The alt text names the `NAMED` first and last of each map."""
    home, several = homes[0], len(homes) > 1
    if home.places is None:
        return None
    titles = panels or [_name(h) for h in homes]
    known = places(home.party)
    assert known is not None
    squares = {str(at): row for at, row in zip(known.people.index, known.people.to_dict("records"), strict=True)}
    rows: list[dict[str, Any]] = []
    for h, panel in zip(homes, titles, strict=True):
        for place, value in h.per_thousand.dropna().items():
            at = squares[str(place)]
            spot = {"code": at["code"], "column": at["column"], "row": at["row"], "place": str(place)}
            said = {"value": float(value), "text": charts.tile_number(float(value), PER_THOUSAND)}
            rows.append({"panel": panel if several else "", **spot, **said})
    edges = charts.thresholds([r["value"] for r in rows])
    frame = pd.DataFrame([{**r, "step": charts.step(r["value"], edges)} for r in rows])
    title = _said("places_title", home=home, panel=_name(home))
    subtitle = subtitle or _said("places_subtitle", home=home, steps=[f"{e:g}" for e in edges])
    told = {}
    for _, unsorted in frame.groupby("panel", sort=False):
        part = unsorted.sort_values("value", ascending=False, kind="stable")
        for r in [*part.head(NAMED).itertuples(), *part.iloc[NAMED:].tail(NAMED).itertuples()]:
            told[f"{r.panel!s}, {r.place!s}" if several else str(r.place)] = str(r.text)
    note = note or made_by(places_note(homes), csv)
    return figure(
        id, title, subtitle, note, charts.alt_text(f"{title}.", told), csv,
        lambda w: charts.tiles(frame, w, across=2 if w > 500 and several else 1),
        width=WIDE if several else COLUMN,
    )  # fmt: skip


def sectors_figure(
    homes: Sequence[Home], *, panels: Sequence[str] = (), id: str = "fig-heads", subtitle: str = "", note: str = "", csv: str = ""
) -> Figure:
    """Jobs by sector of one party, thousand persons: bars, a panel an outcome; the sectors the first one moves most, with ranges
    where they are known."""
    home, several = homes[0], len(homes) > 1
    titles = panels or [_name(h) for h in homes]
    order = home.sectors["change"].abs().sort_values(ascending=False, kind="stable").index[:SECTORS]
    order = home.sectors["change"].loc[order].sort_values(ascending=False, kind="stable").index
    rows = []
    for h, panel in zip(homes, titles, strict=True):
        for s in order:
            row, value = h.sectors.loc[s], float(h.sectors["change"][s])
            low, high = (value if pd.isna(row[end]) else float(row[end]) for end in ("low", "high"))
            rows.append(
                {
                    "panel": panel if several else "", "label": text.capital(sector_name(str(s))), "value": value, "low": low,
                    "high": high, "colour": region_colour(h.party), "text": text.fixed(value, HEADS, signed=True),
                }
            )  # fmt: skip
    title = _said("sectors_title", home=home, panel=_name(home))
    subtitle = subtitle or _said("sectors_subtitle", home=home, many=len(order), all=len(home.sectors))
    told = {f"{r['panel']}, {r['label']}" if several else str(r["label"]): str(r["text"]) for r in rows}
    frame = pd.DataFrame(rows)
    return figure(
        id, title, subtitle, note or made_by(csv=csv), charts.alt_text(f"{title}.", told), csv,
        lambda w: charts.bars(frame, w, label_width=236 if w > 500 else 150, beside=w > 500), width=WIDE if several else COLUMN,
    )  # fmt: skip


def home_figure(homes: Sequence[Home], *, csv: str = "") -> Figure:
    """The map of a party that has places, the bars of one that has none."""
    return places_figure(homes, csv=csv) or sectors_figure(homes, csv=csv)


def politics_figure(found: Politics, *, csv: str = "") -> Figure:
    """The first party that has places, else the first party."""
    party = next((h.party for h in found.homes if h.places is not None), found.homes[0].party)
    return home_figure([h for h in found.homes if h.party == party], csv=csv)
