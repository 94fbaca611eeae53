"""Bytes to readable text with a map back: decoding, refusal of what is no text, and evening out of typography.

`Page.text` is what the rules read: one kind of space, hyphen and quotation mark, no invisible or direction-changing
characters, HTML without its tags. Each of its characters knows where it came from in `Page.original`, so a finding can
quote the text exactly as given.

>>> page = page_of("A\\u00a0100\\u202f% \\u201ctariff\\u201d\\u200b")
>>> page.text
'A 100 % "tariff"'
>>> page.quote(2, 7)
'100\\u202f%'

A web page's words, with the place of each, its title, its dates and its headings; scripts and hidden parts left out.

Uses the standard library's `html.parser`, which knows where it is in the file (lexbor and html5lib based parsers do not).
Nothing is fetched or run.

>>> page = parse_html('<h2>Duties</h2><p>A 5&nbsp;% duty</p><script>alert(1)</script>')
>>> "".join(text for _, _, text in page.pieces).split()
['Duties', 'A', '5', '%', 'duty']
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from itertools import accumulate
from pathlib import Path

from detente.errors import InputError

MAX_BYTES = 2_000_000
MAX_READABLE = 100_000


class UnreadableText(InputError):
    """The file is no text the reader can read; the message says what it is and what to try."""


@dataclass(frozen=True)
class Page:
    """A text as given and as read. `starts[k]`, `ends[k]`: where character k of `text` lies in `original`."""

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    title: str | None = None
    dates: tuple[tuple[str, str], ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    headings: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Span in the original of [start, end) of the readable text (blank ends trimmed)."""
        while start < end and self.text[start].isspace():
            start += 1
        while end > start and self.text[end - 1].isspace():
            end -= 1
        if start >= end:
            return (0, 0)
        return (self.starts[start], max(self.ends[end - 1], self.starts[start]))

    def quote(self, start: int, end: int) -> str:
        """The original words of [start, end) of the readable text."""
        a, b = self.span(start, end)
        return self.original[a:b]


_MAGIC = (
    (b"%PDF", "a PDF"), (b"PK\x03\x04", "a ZIP archive or an Office document"), (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"), (b"GIF8", "a GIF image"), (b"\x1f\x8b", "a gzip archive"), (b"\x7fELF", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"), (b"{\\rtf", "an RTF document"),
)  # fmt: skip
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9_-]{2,20})""", re.IGNORECASE)
_QUOTES = {**dict.fromkeys("‘’‚‛′", "'"), **dict.fromkeys("“”„‟«»″", '"')}
_HYPHENS = dict.fromkeys("\u2010\u2011\u2012\u2212\ufe63\uff0d", "-")
_BREAKS = set("\n\r\x0b\x0c\x85\u2028\u2029")


def decode(raw: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """Text of `raw` and notes on how it was read. Raises `UnreadableText` for anything that is not text."""
    if len(raw) > MAX_BYTES:
        raise UnreadableText(f"{name}: {len(raw):,} bytes; an article may have {MAX_BYTES:,} — give one article at a time")
    if not raw.strip():
        raise UnreadableText(f"{name}: the file is empty")
    for magic, what in _MAGIC:
        if raw.startswith(magic):
            raise UnreadableText(f"{name}: this is {what}, not text — save its text as .txt or .html first")
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if raw.startswith(mark):
            return _decoded(raw, encoding, name), (f"read as {encoding.upper()}",)
    if b"\x00" in raw:
        raise UnreadableText(f"{name}: the file holds zero bytes, so it is not text — save it as UTF-8 text")
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        where = error.start
    declared = _CHARSET.search(raw[:4000])
    guess = declared.group(1).decode("ascii") if declared else "cp1252"
    text = _decoded(raw, guess, name, where)
    return text, (f"not UTF-8 (byte {where:,}); read as {guess} — check accents and dashes",)


def _decoded(raw: bytes, encoding: str, name: str, where: int = 0) -> str:
    try:
        return raw.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        message = f"{name}: not UTF-8 text (first bad byte at {where:,}) and not {encoding} either — save it as UTF-8"
        raise UnreadableText(message) from None


def page_of(original: str, name: str = "the text", notes: Iterable[str] = (), html: bool | None = None) -> Page:
    """The readable page of a text. Raises `UnreadableText` where nothing readable is left."""
    if len(original.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise UnreadableText(f"{name}: an article may have {MAX_BYTES:,} bytes — give one article at a time")
    control = sum(c < " " and c not in "\t\n\r\x0b\x0c" for c in original[:20_000])
    if control > max(3, len(original[:20_000]) // 100):
        raise UnreadableText(f"{name}: {control} control characters in the first part, so it is not text — save it as UTF-8 text")
    said = list(notes)
    is_html = looks_like_html(original) if html is None else html
    parsed = parse_html(original) if is_html else None
    pieces = parsed.pieces if parsed else [(0, len(original), original)]
    text, starts, ends = _even_out(pieces)
    if len(text) > MAX_READABLE:
        raise UnreadableText(f"{name}: {len(text):,} readable characters; an article may have {MAX_READABLE:,}")
    letters = [c for c in text[:50_000] if c.isalpha()]
    if len(letters) < 3:
        raise UnreadableText(f"{name}: no readable words in it")
    foreign = sum(not unicodedata.name(c, "").startswith("LATIN") for c in letters)
    if foreign > len(letters) // 3:
        said.append(f"{100 * foreign // len(letters)} % of the letters are not Latin; the reader knows English only")
    if any(unicodedata.bidirectional(c) in ("RLE", "LRE", "RLO", "LRO", "RLI", "LRI", "FSI") for c in original[:200_000]):
        said.append("the text holds characters that change the direction of writing; they were left out")
    headings: frozenset[int] = frozenset()
    if parsed:
        place = {s: k for k, s in reversed(list(enumerate(starts)))}
        headings = frozenset(place[s] for s in parsed.headings if s in place)
    return Page(
        original, text, starts, ends, parsed.title if parsed else None, parsed.dates if parsed else (),
        parsed.facts if parsed else {}, headings, tuple(said),
    )  # fmt: skip


def _even_out(pieces: Iterable[tuple[int, int, str]]) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """Readable characters with their places; runs of blanks become one, and one line end is kept as it is."""
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    plain: dict[str, str] = {}
    blanks = 0
    for start, end, text in pieces:
        exact = len(text) == end - start
        for k, char in enumerate(text):
            new = plain.get(char)
            if new is None:
                new = plain[char] = _plain(char)
            if not new:
                continue
            a, b = (start + k, start + k + 1) if exact else (start, end)
            if new == "\n" and char == "\n" and out and out[-1] == "\n" and exact and k and text[k - 1] == "\r":
                ends[-1] = b
                continue
            if new == " " and out and out[-1] == " ":
                ends[-1] = b
                blanks += 1
                if blanks == 3:  # a wide gap parts columns: it stays, three blanks wide
                    out += [" ", " "]
                    starts += [a, a]
                    ends += [b, b]
                    blanks = 9
                continue
            blanks = 1 if new == " " else 0
            if char == "\t" and out and out[-1] != "\n":
                out += [" ", " "]
                starts += [a, a]
                ends += [b, b]
                blanks = 9
            out.append(new)
            starts.append(a)
            ends.append(b)
    while out and out[-1].isspace():
        out.pop(), starts.pop(), ends.pop()
    return "".join(out), tuple(starts), tuple(ends)


def _plain(char: str) -> str:
    if char in _BREAKS:
        return "\n"
    if char in _QUOTES:
        return _QUOTES[char]
    if char in _HYPHENS:
        return "-"
    category = unicodedata.category(char)
    if char == "\t" or category == "Zs":
        return " "
    if category in ("Cf", "Cc", "Cs", "Co", "Cn") or "\ufe00" <= char <= "\ufe0f":
        return ""
    if char.isascii():
        return char
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char


def load_page(path: Path) -> Page:
    """The page of a file. Raises `UnreadableText`; `OSError` where the file cannot be opened."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise UnreadableText(f"{path}: {size:,} bytes; an article may have {MAX_BYTES:,} — give one article at a time")
    return page_of_bytes(path.read_bytes(), str(path), html=True if path.suffix.lower() in (".html", ".htm") else None)


def page_of_bytes(raw: bytes, name: str, html: bool | None = None) -> Page:
    """The page of bytes, decoded."""
    text, notes = decode(raw, name)
    return page_of(text, name, notes, html)


# -- web pages ---------------------------------------------------------------------------------------------------------
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
        self._cells = 0

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
        if tag in ("td", "th"):
            self._put(at, at, " | " if self._cells else "")
            self._cells += 1
        elif tag == "tr":
            self._put(at, at, "\n")
            self._cells = 0
        elif tag in _BLOCKS:
            self._put(at, at, "\n" if tag in ("br", "time") else " " if self._cells else "\n\n")
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
        if tag in ("tr", "table"):
            self._cells = 0
        if tag in _BLOCKS and tag not in ("td", "th", "tr") and not self._cells:
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
