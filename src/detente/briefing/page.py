"""Sections to one HTML file and one Markdown file. Everything a dossier says is escaped; nothing is loaded from elsewhere.

A text refers to a section by its anchor: "see section §people" prints the number that section has on this page.

>>> markdown_text("a <b> | c")
'a &lt;b&gt; \\\\| c'
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from detente.briefing.charts.theme import HATCH
from detente.briefing.document import Figure, Heading, Section


def markdown_text(value: object) -> str:
    """Plain text made safe for Markdown (no HTML, no table break)."""
    text = str(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in ("\\", "|", "*", "_", "`", "[", "]"):
        text = text.replace(mark, "\\" + mark)
    return " ".join(text.split())


def _environment() -> jinja2.Environment:
    folder = files("detente.briefing").joinpath("templates")
    loader = jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8"))
    return jinja2.Environment(
        loader=loader,
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


def _numbered(sections: Sequence[Section]) -> list[dict[str, Any]]:
    last = len(sections) - 1
    return [{"section": s, "number": "" if k in (0, last) else str(k)} for k, s in enumerate(sections)]


_REFERENCE = re.compile(r"§([a-z][a-z0-9]*(?:-[a-z0-9]+)*)")


def _referred(page: str, sections: Sequence[Section]) -> str:
    """The page with each §anchor (of a section or of a heading inside one) replaced by the number of its section."""
    at: dict[str, str] = {}
    for item in _numbered(sections):
        section: Section = item["section"]
        inside = [b.anchor for b in section.blocks if isinstance(b, Heading)]
        at |= dict.fromkeys([section.anchor, *inside], item["number"])
    return _REFERENCE.sub(lambda found: at.get(found[1]) or found[0], page)


def _style() -> Markup:
    return Markup(files("detente.briefing").joinpath("templates", "style.css").read_text(encoding="utf-8"))


def html(sections: Sequence[Section], head: Mapping[str, Any], numbers: Mapping[str, int]) -> str:
    """The page. `numbers` maps source ids to their numbers in the list of sources."""
    environment = _environment()
    environment.filters["svg"] = Markup
    page = environment.get_template("page.html.j2").render(
        sections=_numbered(sections), head=head, numbers=numbers, style=_style(), hatches=sorted(HATCH)
    )
    return _referred(page, sections)


def chart_page(figure: Figure) -> str:
    """One chart as a page of its own."""
    environment = _environment()
    environment.filters["svg"] = Markup
    return environment.get_template("chart.html.j2").render(figure=figure, style=_style(), hatches=sorted(HATCH))


def markdown(sections: Sequence[Section], head: Mapping[str, Any], numbers: Mapping[str, int]) -> str:
    """The same in Markdown, figures as their data in words."""
    environment = _environment()
    environment.filters["m"] = markdown_text
    page = environment.get_template("page.md.j2").render(sections=_numbered(sections), head=head, numbers=numbers)
    return _referred(page, sections)
