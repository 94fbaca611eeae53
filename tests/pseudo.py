"""A language that nobody speaks, made of the catalogue by a rule: every letter of every text is written wide (ａｂｃ).

What is still in plain letters when a briefing is made in it was not in the catalogue.
"""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from detente.words.messages import catalog

CODE = "el"
"""Numbers, dates and lists as Greek has them (CLDR), words as nobody does."""
_WIDE = {ord(c): chr(ord(c) + 0xFEE0) for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_PART = re.compile(r"(\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|\{\d*\}|%\(\w+\)[sd]|<[^>]*>|&\w+;|§[a-z-]+)", re.DOTALL)
_QUOTED = re.compile(r'"([^"\\]*)"|\'([^\'\\]*)\'')
_ASKED = re.compile(
    r"(\[|==|!=|\bis|\bin \(?|\bnot in|\battribute=|\.(?!(?:append|subtitle)\b)\w+\([^()]*|"
    r"\b(?:map|select|reject|selectattr|rejectattr|sort|groupby|indicator|say|trim|strip|attr|replace)\(?[^()]*|"
    r"%-?\s*(?:from|import))\s*$"
)
"""What stands before a quoted text that is a key and not something said."""


_TESTS = {"eq", "ne", "lt", "gt", "le", "ge", "equalto", "none", "defined"}


def wide(text: str) -> str:
    """Plain letters as wide ones."""
    return text.translate(_WIDE)


def pseudo(text: str) -> str:
    """A message in this language: what is said is written wide, what is asked of a value is left."""
    if re.match(r"\s*([\"\[]|\{[^{%\d])", text):  # a table of words, set outside macros
        return _QUOTED.sub(_said, text)
    return "".join(_inside(part) if k % 2 else wide(part) for k, part in enumerate(_PART.split(text)))


def _inside(part: str) -> str:
    return _QUOTED.sub(_said, part) if part.startswith(("{%", "{{")) else part


def _said(found: re.Match[str]) -> str:
    before, after = found.string[: found.start()], found.string[found.end() :].lstrip()
    key = after.startswith((":", "| format", "==", "!=", "in ", "not in ", ".join", ".format")) or _ASKED.search(before)
    return found[0] if key or "%" in found[0] or found[0].strip("\"'") in _TESTS else wide(found[0])


def put(folder: Path) -> None:
    """The catalogue of the language, in a folder as `DETENTE_LOCALE` names it."""
    made = Catalog()
    for message in catalog():
        if message.id:
            made.add(message.id, pseudo(str(message.id)), context=message.context)
    place = folder / CODE / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "detente.po").open("wb") as file:
        write_po(file, made)
