"""A web page's words, with the place of each, its title, its dates and its headings; scripts and hidden parts left out.

Uses the standard library's `html.parser`, which knows where it is in the file (lexbor and html5lib based parsers do not).
Nothing is fetched or run.

>>> page = parse_html('<h2>Duties</h2><p>A 5&nbsp;% duty</p><script>alert(1)</script>')
>>> "".join(text for _, _, text in page.pieces).split()
['Duties', 'A', '5', '%', 'duty']
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from itertools import accumulate

_LEFT_OUT = {
    "script", "style", "noscript", "template", "svg", "math", "nav", "footer", "aside", "form", "button", "iframe", "object",
    "select", "textarea", "canvas", "audio", "video", "head",
}  # fmt: skip
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_BLOCKS = {
    "p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "br", "hr", "table", "tr", "td", "th", "section", "article",
    "blockquote", "header", "main", "dd", "dt", "figcaption", "pre", "body", "figure", "time",
}  # fmt: skip
_META_DATES = {
    "article:published_time": "meta article:published_time", "og:article:published_time": "meta og:article:published_time",
    "date": "meta date", "pubdate": "meta pubdate", "publishdate": "meta publishdate", "publish-date": "meta publish-date",
    "publish_date": "meta publish_date", "dc.date": "meta dc.date", "dc.date.issued": "meta dc.date.issued",
    "dcterms.date": "meta dcterms.date", "dcterms.created": "meta dcterms.created", "datepublished": "meta datePublished",
    "parsely-pub-date": "meta parsely-pub-date", "sailthru.date": "meta sailthru.date", "article:modified_time": "meta modified",
}  # fmt: skip
_LD_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{4,40})"')
_TAG = re.compile(r"<(?:!doctype html|html|head|body|article|main|div|p|h1|meta|title|script)\b[^<>]{0,2000}>", re.IGNORECASE)
_LINE_ENDS = re.compile(r"[\r\n\t\f]")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0", re.IGNORECASE)


@dataclass
class Parsed:
    """Pieces (start, end, text) of the readable words in order; places of headings; title, dates, further facts."""

    pieces: list[tuple[int, int, str]] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    title: str | None = None
    dates: tuple[tuple[str, str], ...] = ()
    facts: dict[str, str] = field(default_factory=dict)


def looks_like_html(text: str) -> bool:
    """Whether a text is markup rather than prose with a stray angle bracket."""
    head = text[:20_000]
    found = _TAG.findall(head)
    return len(found) >= 3 or bool(found and re.match(r"\s*(?:<!--|<!doctype|<html|<\?xml)", head, re.IGNORECASE))


def parse_html(text: str) -> Parsed:
    """Readable pieces and facts of a page; broken markup is read as far as it goes."""
    reader = _Reader(_closed_only(text))
    reader.run()
    page = reader.page
    if reader.bodies:
        start, end = max(reader.bodies, key=lambda s: s[1] - s[0])
        inner = page.pieces[start:end]
        if sum(len(t) for _, _, t in inner) >= 400:
            page.pieces = inner
    page.dates = tuple(dict.fromkeys(reader.dates))
    title = page.facts.get("og:title") or " ".join(reader.title.split()) or page.facts.get("h1")
    page.title = unescape(title)[:300] if title else None
    return page


def _closed_only(text: str) -> str:
    """The text with what is opened and never closed blanked out, so that reading takes time in proportion to length."""
    last = text.rfind("-->")
    opened = text.find("<!--", last + 3 if last >= 0 else 0)
    if opened >= 0:
        text = text[:opened] + " " * (len(text) - opened)
    last = text.rfind(">")
    head, tail = text[: last + 1], text[last + 1 :]
    text = head + tail.replace("<", " ")
    return re.sub(r"<(?=[!?\[](?!--|doctype))", " ", text, flags=re.IGNORECASE)


class _Reader(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.source = text
        self.line_starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self.page = Parsed()
        self.dates: list[tuple[str, str]] = []
        self.bodies: list[tuple[int, int]] = []
        self.title = ""
        self._skip: tuple[str, int] | None = None
        self._body_from: int | None = None
        self._body_tag = ""
        self._in_title = self._in_h1 = self._in_ld = False
        self._heading = False

    def run(self) -> None:
        """Read the whole text."""
        self.feed(self.source)
        self.close()
        if self._body_from is not None:
            self.bodies.append((self._body_from, len(self.page.pieces)))

    @property
    def _at(self) -> int:
        line, column = self.getpos()
        return min(self.line_starts[min(line - 1, len(self.line_starts) - 1)] + column, len(self.source))

    def _put(self, start: int, end: int, text: str) -> None:
        if self._heading and text.strip():
            self.page.headings.append(start + len(text) - len(text.lstrip()))
            self._heading = False
        self.page.pieces.append((start, end, text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {k.lower(): v or "" for k, v in attrs}
        if tag == "meta":
            self._meta(own)
            return
        if tag == "script" and "ld+json" in own.get("type", "").lower():
            self._in_ld = True
        if tag == "title" and not self.title:
            self._in_title = True
        if self._skip:
            name, depth = self._skip
            if tag == name:
                self._skip = (name, depth + 1)
            return
        if tag == "time" and own.get("datetime"):
            first = "time datePublished" if "datepublished" in own.get("itemprop", "").lower() or "pubdate" in own else "time"
            self.dates.append((first, own["datetime"][:40]))
        hidden = "hidden" in own or own.get("aria-hidden", "").lower() == "true" or _HIDDEN.search(own.get("style", ""))
        if tag not in _VOID and tag != "html" and tag != "body" and (tag in _LEFT_OUT or hidden):
            self._skip = (tag, 1)
            return
        at = self._at
        if tag in ("article", "main"):
            if self._body_from is None:
                self._body_from = len(self.page.pieces)
            self._body_tag = tag
        if tag in _BLOCKS:
            self._put(at, at, "\n" if tag in ("br", "time") else "\n\n")
        if tag == "li":
            self._put(at, at, "• ")
        if re.fullmatch(r"h[1-6]", tag):
            self._heading = True
            self._in_h1 = tag == "h1" and "h1" not in self.page.facts

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if tag == "script":
            self._in_ld = False
        if self._skip:
            name, depth = self._skip
            if tag == name:
                self._skip = (name, depth - 1) if depth > 1 else None
            return
        at = self._at
        if tag in _BLOCKS:
            self._put(at, at, "\n" if tag in ("br", "time") else "\n\n")
        if re.fullmatch(r"h[1-6]", tag):
            self._heading = self._in_h1 = False
        if tag in ("article", "main") and self._body_from is not None and tag == self._body_tag:
            self.bodies.append((self._body_from, len(self.page.pieces)))
            self._body_from = None

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title = (self.title + data)[:500]
        if self._in_ld:
            self.dates.extend(("ld+json datePublished", found) for found in _LD_DATE.findall(data[:200_000])[:1])
        if self._skip or self._in_ld:
            return
        at = self._at
        if self._in_h1:
            self.page.facts["h1"] = (self.page.facts.get("h1", "") + data)[:300]
        self._put(at, at + len(data), _LINE_ENDS.sub(" ", data))

    def handle_entityref(self, name: str) -> None:
        self._character(f"&{name};", f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._character(f"&#{name};", f"&#{name}")

    def _character(self, written: str, bare: str) -> None:
        text = unescape(written)
        if self._in_title:
            self.title = (self.title + text)[:500]
        if self._skip:
            return
        at = self._at
        end = at + len(written if self.source.startswith(written, at) else bare)
        self._put(at, end, text if len(text) != end - at else text + "\u200b")

    def _meta(self, own: dict[str, str]) -> None:
        name = (own.get("property") or own.get("name") or own.get("itemprop") or "").lower()
        content = own.get("content", "")[:600]
        if name in _META_DATES and content:
            self.dates.append((_META_DATES[name], content[:40]))
        elif name in ("og:title", "og:url", "og:site_name", "author") and content:
            self.page.facts.setdefault(name, content)
