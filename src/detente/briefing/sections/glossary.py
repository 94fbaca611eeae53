"""The words of the field that front, annex and companion use, each in a sentence; words nobody uses are left out.

>>> [t.term for t in used("Gains are equivalent variation; the core is empty.")]
['core', 'equivalent variation']
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from detente.briefing.document import Items, Para, Section, said
from detente.policy.measures import Strict, Text
from detente.policy.reading import read_yaml, validate
from detente.words import say, sentence


class Term(Strict):
    """A term, the ways a text may put it, and what it means."""

    term: Text
    found: Annotated[tuple[Text, ...], Field(min_length=1)]
    means: Text


class Glossary(Strict):
    """The whole file."""

    terms: Annotated[tuple[Term, ...], Field(min_length=1)]


@cache
def load_glossary() -> tuple[Term, ...]:
    """All terms, by name."""
    data, lines = read_yaml(files("detente").joinpath("data", "glossary.yaml").read_bytes(), "glossary.yaml")
    return tuple(sorted(validate(Glossary, data, lines, "glossary.yaml").terms, key=lambda t: t.term.lower()))


def used(text: str) -> list[Term]:
    """Terms that a text uses."""
    low = text.lower()
    return [t for t in load_glossary() if any(re.search(rf"\b{re.escape(way)}\b", low) for way in t.found)]


def sections(written: Sequence[Section]) -> list[Section]:
    """One section of the terms in what was written; none where no term is used."""
    found = used(" ".join(said(written)))
    if not found:
        return []
    items = tuple(Para(sentence(t.means), sentence(t.term)) for t in found)
    return [Section("glossary", say("briefing/sections/glossary", "title"), (Items(items),))]
