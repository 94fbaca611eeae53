"""From a Vega-Lite chart to an inline SVG that follows the page: its colours, its fonts, light and dark.

Charts are drawn in fixed colours of `COLOUR`; here each becomes a CSS variable of the page, so that one drawing serves the
light page, the dark page and paper. A region is coloured by its role in what is drawn. Ids are made unique, the size becomes a
viewBox, the alt text an aria-label.

>>> themed('<rect fill="#1f5a93"/>')
'<rect fill="var(--usa)"/>'
"""

from __future__ import annotations

import html
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, TypeVar

from detente.briefing.charts import engine
from detente.words import say
from detente.words.names import group_table, region_table

R = TypeVar("R")
F = TypeVar("F")
P = ParamSpec("P")

COLOUR = {
    "usa": "#1f5a93",
    "chn": "#b3362b",
    "mys": "#b9791a",
    "eu": "#4b6f44",
    "other": "#6b7280",
    "ink": "#1d2329",
    "muted": "#59626c",
    "rule": "#d9dde1",
    "zero": "#8a929b",
    "paper": "#fefefd",
}
# diverging steps: orange is a loss, blue a gain; t0..t4 the text on them
DIVERGING = {
    "n4": "#a8560f",
    "n3": "#e09a4f",
    "n2": "#f5c793",
    "n1": "#fbe6d2",
    "z0": "#f3f3f1",
    "p1": "#dce8f4",
    "p2": "#a9c8e7",
    "p3": "#659fd2",
    "p4": "#1f5a94",
}
TILE_TEXT = {"dark": "#1d232a", "light": "#fffffe"}
_SENTINELS = (
    {v: f"var(--{k})" for k, v in COLOUR.items()}
    | {v: f"var(--{k})" for k, v in DIVERGING.items()}
    | {v: f"var(--tile-{k})" for k, v in TILE_TEXT.items()}
)
HATCH = {"usa": "#1f5a01", "chn": "#b33601", "mys": "#b97901", "eu": "#4b6f01", "other": "#6b7201"}
"""Fill colours that stand for a hatching in the colour of the same name."""
_SENTINELS |= {v: f"url(#hatch-{k})" for k, v in HATCH.items()}
_COLOURS = re.compile("|".join(re.escape(c) for c in _SENTINELS), re.IGNORECASE)
_LONG = re.compile(r"(?<=\d)(\.\d{2})\d+")
FONT = "Liberation Sans"
"""Metric-compatible with Arial and Helvetica, which the page asks for; used to measure labels."""

CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": None,
    "padding": 2,
    "view": {"stroke": None},
    "aria": False,
    "axis": {
        "domain": False,
        "ticks": False,
        "grid": False,
        "labelColor": COLOUR["muted"],
        "labelFontSize": 12.5,
        "labelFont": FONT,
        "title": None,
        "labelPadding": 6,
    },
    "text": {"font": FONT, "fontSize": 12.5, "color": COLOUR["ink"]},
}


ROLES = {"first": "usa", "second": "chn", "host": "mys"}
"""Colour name of the party named first, of the one named second, and of the host and its group."""
_GIVEN: ContextVar[Mapping[str, str]] = ContextVar("colours by role", default=MappingProxyType({}))


def roles(parties: Sequence[str], host: str | None = None) -> dict[str, str]:
    """Colour name by region: the first two parties, then the host and the named groups it belongs to."""
    found = dict(zip(parties, (ROLES["first"], ROLES["second"]), strict=False))
    if host and host not in found:
        groups = (g for g, entry in group_table().items() if entry["members"] != "all" and host in entry["members"])
        found |= dict.fromkeys((host, *groups), ROLES["host"])
    return found


@contextmanager
def coloured(given: Mapping[str, str]) -> Iterator[None]:
    """Figures made meanwhile, in this context, take these colours: `with coloured(roles(parties, host)): …`."""
    before = _GIVEN.set(given)
    try:
        yield
    finally:
        _GIVEN.reset(before)


def by_role(draw: Callable[Concatenate[R, P], F]) -> Callable[Concatenate[R, P], F]:
    """A drawing function of a result whose colours go by the roles that the result names, unless a case has given them."""

    @wraps(draw)
    def drawn(result: R, /, *args: P.args, **more: P.kwargs) -> F:
        given = _GIVEN.get() or roles(getattr(result, "parties", ()), getattr(result, "host", None))
        with coloured(given):
            return draw(result, *args, **more)

    return drawn


def region_colour(code: str) -> str:
    """Colour name of a region: that of its role in what is drawn, else its own where no role has it, else "other".

    >>> region_colour("EU27"), region_colour("CHN"), region_colour("BRA")
    ('eu', 'chn', 'other')
    >>> with coloured(roles(["EU27", "BRA"])):
    ...     [region_colour(c) for c in ("EU27", "BRA", "CHN", "MYS")]
    ['usa', 'chn', 'other', 'mys']
    """
    given = _GIVEN.get()
    if code in given:
        return given[code]
    own = str((region_table().get(code) or group_table().get(code) or {}).get("colour", "other"))
    return "other" if own in given.values() else own


def themed(svg: str) -> str:
    """Replace the fixed colours by CSS variables and hatchings."""
    return _COLOURS.sub(lambda m: _SENTINELS[m.group(0).lower()], svg)


def finish(raw: str, alt: str, prefix: str) -> str:
    """An SVG of vl-convert made ready for the page (`prefix` keeps its ids apart from those of other charts)."""
    head = re.match(r"<svg\b[^>]*>", raw)
    if head is None:
        raise ValueError("not an SVG")
    size = dict(re.findall(r'\b(width|height)="([\d.]+)"', head.group(0)))
    body = raw[head.end() :]
    body = re.sub(r'\s(?:role|aria-[a-z]+)="[^"]*"', "", body)
    body = re.sub(r'\sfont-family="[^"]*"', "", body)
    body = re.sub(r'\bclass="[^"]*"', "", body)
    body = re.sub(r"<[^>]*>", lambda tag: _LONG.sub(r"\1", tag.group()), body)  # places, not the figures a reader sees
    body = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", body)
    width, height = size.get("width", "600"), size.get("height", "400")
    label = html.escape(alt, quote=True)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{label}">'
    )
    return opening + themed(body)


FAILED: list[str] = []
"""Figures of this process that could not be drawn. What holds one of them is not kept for later runs: the engine may have been
ended by what has passed by then, a lack of memory say."""


def render(spec: dict[str, Any], alt: str, prefix: str) -> str:
    """Draw a Vega-Lite specification and make it ready for the page.

    Where the engine will not draw it a sentence stands in its place, and a warning says why: one figure never costs a report.
    """
    try:
        raw = engine.draw({**spec, "config": CONFIG})
    except ValueError as error:
        raw = undrawn(prefix, error)
    return finish(raw, alt, prefix)


def undrawn(name: str, error: ValueError) -> str:
    """The SVG that stands in the place of a figure which the engine would not draw; a warning says why."""
    warnings.warn(f"the figure {name} could not be drawn: {error}", stacklevel=3)
    FAILED.append(name)
    return say("briefing/charts/theme", "undrawn")
