"""One article laid out for the rules: its blocks, sentences and every actor, product, amount and date with its place.

>>> sheet = Sheet.of(page_of("Japan met India in Tokyo on 3 May 2025."), None)
>>> [m.code for m in sheet.actors], sheet.dates[0].start.isoformat()
(['JPN', 'IND', 'JPN'], '2025-05-03')
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, TypeVar

from detente.reader.amounts import Amount, amounts_in
from detente.reader.dates import DateMention, dates_in
from detente.reader.findings import Confidence, Finding
from detente.reader.sentences import Block, Sentence, blocks_of
from detente.reader.source import Page, page_of
from detente.reader.words import Mention, actor_mentions, organisation_mentions, product_mentions

__all__ = ["Sheet", "page_of"]


class _Placed(Protocol):
    @property
    def start(self) -> int: ...


MOST = 40
"""Mentions of one kind that are looked at within one stretch of text."""
P = TypeVar("P", bound=_Placed)


@dataclass(frozen=True)
class Sheet:
    """An article with all its mentions in order of place. `flat` is the text with single line ends as blanks."""

    page: Page
    flat: str
    today: date | None
    blocks: tuple[Block, ...]
    sentences: tuple[Sentence, ...]
    actors: tuple[Mention, ...]
    organisations: tuple[Mention, ...]
    products: tuple[Mention, ...]
    amounts: tuple[Amount, ...]
    dates: tuple[DateMention, ...]

    @classmethod
    def of(cls, page: Page, today: date | None) -> Sheet:
        """Lay out a page; `today` is the article's date, or None."""
        flat = page.text.replace("\n", " ")
        blocks = blocks_of(page.text, page.headings)
        return cls(
            page,
            flat,
            today,
            blocks,
            tuple(s for b in blocks for s in b.sentences if b.kind != "heading"),
            actor_mentions(flat),
            organisation_mentions(flat),
            product_mentions(flat),
            amounts_in(flat),
            dates_in(flat, today),
        )

    def block_of(self, sentence: Sentence) -> Block:
        """The block a sentence stands in."""
        return self.blocks[sentence.block]

    def actors_in(self, start: int, end: int) -> Sequence[Mention]:
        """Actors named within [start, end)."""
        return within(self.actors, start, end)[:MOST]

    def products_in(self, start: int, end: int) -> Sequence[Mention]:
        """Products named within [start, end)."""
        return within(self.products, start, end)[:MOST]

    def amounts_in(self, start: int, end: int) -> Sequence[Amount]:
        """Amounts within [start, end)."""
        return within(self.amounts, start, end)[:MOST]

    def dates_in(self, start: int, end: int) -> Sequence[DateMention]:
        """Dates within [start, end)."""
        low = bisect_left(self.dates, start, key=lambda d: d.at)
        return self.dates[low : bisect_left(self.dates, end, key=lambda d: d.at)][:MOST]

    def finding(
        self,
        kind: str,
        start: int,
        end: int,
        sure: Confidence,
        fields: Mapping[str, Any],
        alternatives: Sequence[Mapping[str, Any]] = (),
        evidence: Sequence[tuple[int, int]] = (),
    ) -> Finding:
        """A finding quoted from [start, end) of the readable text, with its place in the original."""
        return Finding(
            kind,
            self.page.span(start, end),
            self.page.quote(start, end),
            sure.value,
            sure.reason,
            dict(fields),
            tuple(dict(a) for a in alternatives),
            tuple(self.page.span(a, b) for a, b in evidence),
        )


def within(items: Sequence[P], start: int, end: int) -> Sequence[P]:
    """Items that start within [start, end)."""
    low = bisect_left(items, start, key=lambda m: m.start)
    return items[low : bisect_left(items, end, key=lambda m: m.start)]
