"""Bytes to readable text with a map back: decoding, refusal of what is no text, and evening out of typography.

`Page.text` is what the rules read: one kind of space, hyphen and quotation mark, no invisible or direction-changing
characters, HTML without its tags. Each of its characters knows where it came from in `Page.original`, so a finding can
quote the text exactly as given.

>>> page = page_of("A\\u00a0100\\u202f% \\u201ctariff\\u201d\\u200b")
>>> page.text
'A 100 % "tariff"'
>>> page.quote(2, 7)
'100\\u202f%'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from detente.errors import InputError
from detente.reader.html import looks_like_html, parse_html

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
                continue
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
