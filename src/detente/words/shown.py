"""How a result looks in a notebook: what it says, its chart where there is one, and its table."""

from __future__ import annotations

from html import escape
from importlib import import_module
from typing import Any

from detente.words.currency import counted_in, table_in_currency

CHARTS = {
    "AtTheTable": "odds",
    "Ensemble": "ensemble",
    "Exposure": "exposure",
    "Outcome": "economies",
    "Outlook": "ends",
    "Politics": "politics",
    "Proposal": "zone",
}
"""Class → name of the figure that draws it (`detente.figure`)."""
ROWS = 16
"""Rows of a table that a notebook shows at most; `to_frame()` has all."""


class Shown:
    """A result that a notebook shows as text, chart and table. Subclasses have `to_frame()`, most have `explain()`."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Both forms, so that the plain one is what it says and not every field of it."""
        text = _text(self) or repr(self)
        return {"text/plain": text, "text/html": self._repr_html_()}

    def _repr_html_(self) -> str:
        it: Any = self
        name = type(it).__name__
        parts = [f"<p>{escape(p)}</p>" for p in _text(it).split("\n\n") if p]
        if name in CHARTS:  # drawn by a room to the right, which only a notebook wants: imported when asked
            charts = import_module("detente.briefing.charts")
            if (figure := charts.figure(CHARTS[name], it)) is not None:
                parts.append(charts.rendered(figure, "svg").decode())
        with counted_in(getattr(it, "world_unit", None)):
            frame = table_in_currency(it.to_frame())
        parts.append(frame.head(ROWS).to_html(border=0, float_format=lambda x: f"{x:.4g}"))
        if len(frame) > ROWS:
            parts.append(f"<p>… {len(frame) - ROWS}: <code>to_frame()</code></p>")
        return f'<div class="detente">{"".join(parts)}</div>'


def _text(it: Any) -> str:
    """What the result says of itself; nothing where it has no words."""
    return str(it.explain()) if hasattr(it, "explain") else ""
