"""Sections to HTML and Markdown: two pages in front, an annex, a companion, and an index that leads to them. Everything a dossier
says is escaped; nothing is loaded from elsewhere.

A text refers to a section by its anchor: "see section §people" prints the number that section has on this page. Where it stands
in another file of the briefing, `Beyond` says in which one, and the words become a link: "see companion, section 7".

>>> markdown_text("a <b> | c")
'a &lt;b&gt; \\\\| c'
>>> linked("Data: data/odds.csv", {"odds.csv"})
Markup('Data: <a href="data/odds.csv">data/odds.csv</a>')
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup, escape

from detente.briefing.charts.theme import HATCH
from detente.briefing.document import Block, Figure, Heading, Para, Section
from detente.words import say
from detente.words.tell import compiled
from detente.words.translation import current

COMPANION = "companion"
_DATA = re.compile(r"(?:\bdata/)?\b([a-z0-9-]+\.csv)\b")
frame = partial(say, "briefing/page")
"""The words around the sections of a page."""
_REFERENCE = re.compile(r"<[^>]*>|(?:([Ss])ection )?§([a-z][a-z0-9]*(?:-[a-z0-9]+)*)")


@dataclass(frozen=True)
class Place:
    """Where a section stands: stem of its file, its number there ("" for none)."""

    file: str
    number: str

    @property
    def words(self) -> str:
        """ "companion, section 7"."""
        return frame("place", file=self.file, number=self.number)


@dataclass(frozen=True)
class Around:
    """What a page knows of the rest of the briefing: sections of other files by anchor, the data files that exist, names of
    figures that stand in files of their own, and the file that lists the sources ("" for this one)."""

    beyond: Mapping[str, Place] = field(default_factory=dict)
    data: Collection[str] = ()
    figures: Collection[str] = ()
    sources: str = ""


ALONE = Around()


def markdown_text(value: object) -> str:
    """Plain text made safe for Markdown (no HTML, no table break)."""
    text = str(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in ("\\", "|", "*", "_", "`", "[", "]"):
        text = text.replace(mark, "\\" + mark)
    return " ".join(text.split())


def css_text(value: object) -> Markup:
    """A text as a CSS string: whatever is no letter, digit or space is told by its number.

    >>> print(css_text("a</style>"))
    "a\\3c \\2f style\\3e "
    """
    told = "".join(c if c.isalnum() or c == " " else f"\\{ord(c):x} " for c in str(value))
    return Markup(f'"{told}"')


def linked(value: object, data: Collection[str]) -> Markup:
    """Escaped text in which the names of data files that exist are links."""
    return Markup(_DATA.sub(lambda m: f'<a href="data/{m[1]}">data/{m[1]}</a>' if m[1] in data else m[0], str(escape(value))))


def _environment(around: Around = ALONE) -> jinja2.Environment:
    folder = files("detente.briefing").joinpath("templates")
    loader = jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8"))
    made = jinja2.Environment(
        loader=loader,
        autoescape=lambda name: bool(name and name.endswith(".html.j2")),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        bytecode_cache=compiled("pages"),
    )
    made.globals |= {"frame": frame, "lang": current()}
    made.filters["svg"] = Markup
    made.filters["m"] = markdown_text
    made.filters["css"] = css_text
    made.filters["linked"] = lambda value: linked(value, around.data)
    return made


def _numbered(sections: Sequence[Section], ends: bool = False) -> list[dict[str, Any]]:
    """Sections with their numbers; the first and the last have none unless `ends`."""
    last = len(sections) - 1
    return [{"section": s, "number": str(k + 1) if ends else "" if k in (0, last) else str(k)} for k, s in enumerate(sections)]


def places(file: str, sections: Sequence[Section], ends: bool = False) -> dict[str, Place]:
    """Where the anchors of a file stand, those of headings inside its sections among them."""
    found: dict[str, Place] = {}
    for item in _numbered(sections, ends):
        section: Section = item["section"]
        inside = [b.anchor for b in section.blocks if isinstance(b, Heading)]
        found |= dict.fromkeys([section.anchor, *inside], Place(file, item["number"]))
    return found


def _referred(page: str, own: Mapping[str, Place], beyond: Mapping[str, Place], ending: str) -> str:
    """The page with each §ANCHOR (of a section or of a heading inside one) replaced: by the number of the section where it stands
    on this page, else by words and a link to the file `ending` ("html", "md") that holds it; plain words inside a tag."""

    def told(found: re.Match[str], tag: bool) -> str:
        initial, anchor = found[1], found[2]
        if anchor in own:
            number = own[anchor].number
            return f"{initial}ection {number}" if initial and number else number or found[0]
        if anchor not in beyond:
            return found[0]
        there = beyond[anchor]
        words = there.words.capitalize() if initial == "S" else there.words
        if tag:
            return words
        target = f"{there.file}.{ending}#{anchor}"
        return f"[{words}]({target})" if ending == "md" else f'<a href="{target}">{words}</a>'

    def replaced(found: re.Match[str]) -> str:
        if ending == "html" and found[0].startswith("<"):
            return _REFERENCE.sub(lambda m: m[0] if m[2] is None else told(m, True), found[0][1:]).join(("<", ""))
        return found[0] if found[2] is None else told(found, False)

    return _REFERENCE.sub(replaced, page)


def _style(name: str = "style.css") -> Markup:
    return Markup(files("detente.briefing").joinpath("templates", name).read_text(encoding="utf-8"))


def _rendered(template: str, around: Around, **given: Any) -> str:
    """A page of HTML."""
    made = _environment(around).get_template(template)
    return made.render(around=around, style=_style(), hatches=sorted(HATCH), **given)


def html(sections: Sequence[Section], head: Mapping[str, Any], numbers: Mapping[str, int], around: Around = ALONE) -> str:
    """The companion. `numbers` maps source ids to their numbers in the list of sources."""
    given = {"sections": _numbered(sections), "head": head, "numbers": numbers, "print": _style("annex.css")}
    page = _rendered("page.html.j2", around, **given)
    return _referred(page, places(COMPANION, sections), around.beyond, "html")


def annex_html(sections: Sequence[Section], head: Mapping[str, Any], numbers: Mapping[str, int], around: Around) -> str:
    """The annex: its contents, and every section numbered."""
    given = {"sections": _numbered(sections, True), "head": head, "numbers": numbers, "print": _style("annex.css")}
    page = _rendered("annex.html.j2", around, **given)
    return _referred(page, places("annex", sections, True), around.beyond, "html")


def rows_of(blocks: Iterable[Block]) -> list[list[Block]]:
    """Blocks of a page in rows: two paragraphs with a lead beside each other, a list of advice beside the figure before it."""
    rows: list[list[Block]] = []
    for block in blocks:
        last = rows[-1] if rows else []
        short = isinstance(block, Para) and bool(block.lead)
        beside = len(last) == 1 and (
            (short and isinstance(last[0], Para) and bool(last[0].lead)) or (block.block == "items" and last[0].block == "figure")
        )
        if beside:
            last.append(block)
        else:
            rows.append([block])
    return rows


def front_html(pages: Sequence[Section], head: Mapping[str, Any], numbers: Mapping[str, int], around: Around) -> str:
    """The front for one reader: each section is a sheet of paper."""
    sheets = [{"section": s, "rows": rows_of(s.blocks)} for s in pages]
    page = _rendered("front.html.j2", around, sheets=sheets, head=head, numbers=numbers, print=_style("front.css"))
    return _referred(page, {}, around.beyond, "html")


def dispatch_page(template: str, **parts: Any) -> str:
    """The dispatch as HTML or Markdown: one sheet of paper, its parts in order."""
    if template.endswith(".md.j2"):
        return _environment().get_template(template).render(**parts)
    return _rendered(template, ALONE, print=_style("front.css"), more=_style("dispatch.css"), numbers={}, **parts)


def index_html(head: Mapping[str, Any], **parts: Any) -> str:
    """The page that leads to all files."""
    return _rendered("index.html.j2", ALONE, head=head, **parts)


def chart_page(figure: Figure) -> str:
    """One chart as a page of its own."""
    return _rendered("chart.html.j2", ALONE, figure=figure)


def markdown(
    sections: Sequence[Section],
    head: Mapping[str, Any],
    numbers: Mapping[str, int],
    around: Around = ALONE,
    *,
    fronts: Sequence[Section] = (),
) -> str:
    """The same in Markdown, figures as their data in words. With `fronts`: those first, then `sections` as the annex."""
    ends = bool(fronts)
    items = [{"section": s, "number": ""} for s in fronts] + _numbered(sections, ends)
    page = _environment(around).get_template("page.md.j2").render(sections=items, head=head, numbers=numbers)
    return _referred(page, places("", sections, ends), around.beyond, "md")
