"""Figures: a chart drawn wide and narrow, its title made from the numbers, alt text from its data, and a CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from detente import words as text
from detente.briefing.charts import engine, forms as charts
from detente.briefing.charts.theme import region_colour, render
from detente.briefing.document import Figure
from detente.words import _

if TYPE_CHECKING:
    from detente.briefing.view import CaseView, Triple

WIDE, COLUMN, NARROW = 940, 700, 348
_AHEAD: ContextVar[bool] = ContextVar("drawn ahead", default=True)


@contextmanager
def undrawn() -> Iterator[None]:
    """Figures made meanwhile, in this context, are drawn when asked for (`drawn_at`), not beside the work that follows."""
    before = _AHEAD.set(False)
    try:
        yield
    finally:
        _AHEAD.reset(before)


def drawn_at(figure: Figure, width: int) -> str:
    """The drawing for a page with room for `width` px."""
    return render(figure.spec(width), figure.alt, figure.id)


def figure(
    id: str,
    title: str,
    subtitle: str,
    note: str,
    alt: str,
    csv: str,
    draw: Callable[[int], dict[str, Any]],
    *,
    width: int = COLUMN,
) -> Figure:
    """Draw for the page (`width` px) and for a phone, beside the work that follows: the drawing is awaited when the page is made.

    `draw(width)` gives a Vega-Lite specification as plain data.
    """

    def begin() -> Callable[[], tuple[str, str]]:
        specs = draw(width), draw(NARROW)
        both = [_desk().submit(render, spec, alt, prefix) for spec, prefix in zip(specs, (id, f"{id}-n"), strict=True)]

        def drawn() -> tuple[str, str]:
            wide, narrow = (job.result() for job in both)
            return wide, narrow

        return drawn

    drawn = begin() if _AHEAD.get() else lambda: begin()()
    told = {"title": title, "subtitle": subtitle, "note": note, "alt": alt, "csv": csv}
    return Figure(id=id, **told, wide=width > COLUMN, drawn=drawn, spec=draw)


@cache
def _desk() -> ThreadPoolExecutor:
    """Where charts wait for the drawing engine, which takes one at a time in a process of its own."""
    return ThreadPoolExecutor(1, thread_name_prefix="charts")


def warm_up() -> None:
    """Start the drawing engine beside the work before the first drawing: a reader who is new needs some, whatever is kept."""
    _desk().submit(engine.start)


def made_by(remark: str = "", csv: str = "") -> str:
    """Footnote of a figure that stands in no briefing."""
    return " ".join(part for part in (_("Source: detente."), remark, _("Data: {0}").format(csv) if csv else "") if part)


def dot_figure(
    case: CaseView,
    id: str,
    title: str,
    subtitle: str,
    rows: Sequence[tuple[str, str, Triple]],
    csv: str,
    *,
    extra: str = "",
    decimals: int = 2,
    width: int = COLUMN,
) -> Figure:
    """Dots with ranges from (panel, region, triple)."""
    frame = pd.DataFrame(
        [
            {
                "panel": panel,
                "label": text.label(region),
                "value": t.value,
                "low": t.low,
                "high": t.high,
                "colour": region_colour(region),
                "text": text.fixed(t.value, decimals, signed=True),
            }
            for panel, region, t in rows
        ]
    )
    told = {
        f"{r.panel}, {r.label}": f"{r.text!s} ({text.to(text.fixed(t.low, decimals), text.fixed(t.high, decimals))})"
        for r, (_, _, t) in zip(frame.itertuples(), rows, strict=True)
    }
    return figure(
        id,
        title,
        subtitle,
        case.note(csv, extra),
        charts.alt_text(f"{title}.", told),
        csv,
        lambda w: charts.dots(frame, w, label_width=112 if w > 500 else 104, across=2 if w > 500 else 1),
        width=width,
    )


def bar_figure(
    case: CaseView,
    id: str,
    title: str,
    subtitle: str,
    rows: Sequence[tuple[str, str, Triple, str]],
    csv: str,
    *,
    extra: str = "",
    decimals: int | None = None,
    width: int = COLUMN,
    label_width: int = 196,
) -> Figure:
    """Bars from (panel, label, triple, colour name); panels beside each other on a wide page, below on a phone.

    Without `decimals`, two where the largest value is below 10, one below 100, none above.
    """
    if decimals is None:
        largest = max((abs(t.value) for _, _, t, _ in rows), default=0.0)
        decimals = 2 if largest < 10 else 1 if largest < 100 else 0
    frame = pd.DataFrame(
        [
            {
                "panel": panel,
                "label": text.capital(label),
                "value": t.value,
                "low": t.low,
                "high": t.high,
                "colour": colour,
                "text": text.fixed(t.value, decimals, signed=True),
            }
            for panel, label, t, colour in rows
        ]
    )
    told = {(f"{r.panel!s}, {r.label!s}" if r.panel else str(r.label)): str(r.text) for r in frame.itertuples()}
    return figure(
        id,
        title,
        subtitle,
        case.note(csv, extra),
        charts.alt_text(f"{title}.", told),
        csv,
        lambda w: charts.bars(frame, w, label_width=label_width if w > 500 else 150, beside=w > 500),
        width=width,
    )
