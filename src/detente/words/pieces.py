"""A template's texts, one by one, as they are translated: each macro, and each table of words set outside macros.

A message is the source of a macro between its tags: a translator needs the order of words and the numbers that choose them, so a
translation replaces the whole text and chooses for itself. It may use the values that the original uses and every name of
`detente.words`; it runs in Jinja's sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

END = ".md.j2"
_ASKED = r"\((?:[^()]|\([^()]*\))*\)"
_MACRO = re.compile(
    r"\{%[-+]?\s*macro\s+(\w+)\s*" + _ASKED + r"\s*[-+]?%\}(?P<text>.*?)\{%[-+]?\s*endmacro\s*[-+]?%\}", re.DOTALL
)
_SET = re.compile(r"\{%[-+]?\s*set\s+(\w+)\s*=(?P<text>.*?)[-+]?%\}", re.DOTALL)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_SYNTAX = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_QUOTED = re.compile(r'"([^"]*)"|\'([^\']*)\'')
_WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True)
class Piece:
    """One text: name of its macro or table, source, where it starts in the template's source, and whether it is a macro."""

    name: str
    text: str
    start: int
    macro: bool

    @property
    def has_words(self) -> bool:
        """Whether there is something to translate: a letter outside Jinja's syntax, or inside a quoted text."""
        bare = _COMMENT.sub("", self.text)
        quoted = "".join(a + b for a, b in _QUOTED.findall("".join(_SYNTAX.findall(bare)) if self.macro else bare))
        return bool(_WORD.search((_SYNTAX.sub("", bare) if self.macro else "") + " " + quoted))


def pieces(source: str) -> list[Piece]:
    """The texts of a template in their order."""
    blank = _COMMENT.sub(lambda m: " " * len(m[0]), source)  # what a comment quotes is no macro
    found = [_piece(source, m, macro=True) for m in _MACRO.finditer(blank)]
    outside = _MACRO.sub(lambda m: " " * len(m[0]), blank)
    found += [_piece(source, m, macro=False) for m in _SET.finditer(outside)]
    return sorted(found, key=lambda p: p.start)


def _piece(source: str, found: re.Match[str], *, macro: bool) -> Piece:
    start, end = found.span("text")
    return Piece(found[1], source[start:end], start, macro)


def context(template: str, name: str) -> str:
    """Where a text stands, as a catalogue names it: "briefing/view: note"."""
    return f"{template.removesuffix(END)}: {name}"


def replaced(source: str, template: str, by: Callable[[Piece, str], str]) -> str:
    """The source of a template with every text as `by(piece, context)` has it."""
    made, at = [], 0
    for piece in pieces(source):
        made += [source[at : piece.start], by(piece, context(template, piece.name))]
        at = piece.start + len(piece.text)
    return "".join([*made, source[at:]])


def messages(source: str, template: str) -> Iterator[tuple[int, str, str]]:
    """Line, context and text of every piece that holds words."""
    for piece in pieces(source):
        if piece.has_words:
            yield source.count("\n", 0, piece.start) + 1, context(template, piece.name), piece.text
