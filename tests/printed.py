"""What a page of a briefing says: the text of every block, and what is said in place of its drawings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from contradictions import contradictions

BLOCKS = {
    "p", "li", "td", "th", "h1", "h2", "h3", "h4", "figcaption", "caption", "dt", "dd", "title", "summary", "div", "section",
    "footer",
}  # fmt: skip
SILENT = {"style", "script", "svg"}
SAID = ("alt", "aria-label")
NAMES = ("NT None News", "Repeat it. detente")
"""Texts that are right as they stand: a paper, a command."""


class _Blocks(HTMLParser):
    """Gathers the texts of a page, block by block."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [value for name in SAID if (value := given.get(name))]
        self.silent += tag in SILENT
        if tag in BLOCKS or given.get("class") == "subtitle":
            self._end()

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT
        if tag in BLOCKS:
            self._end()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.text += data

    def _end(self) -> None:
        if said := re.sub(r"[ \n\t]+", " ", self.text).strip():
            self.found.append(said)
        self.text = ""


def texts(page: Path) -> Iterator[str]:
    """Every text of a page, once."""
    read = _Blocks()
    read.feed(page.read_text(encoding="utf-8"))
    yield from dict.fromkeys(read.found)


def wrong(folder: Path) -> list[str]:
    """What no text may say and a front or the annex of a briefing does."""
    pages = sorted([*folder.glob("front*.html"), folder / "annex.html"])
    said = [(page.name, text) for page in pages for text in texts(page) if not any(name in text for name in NAMES)]
    assert len(said) > 60
    return [f"{page}: {fault}" for page, text in said for fault in contradictions(text)]
