"""One article laid out for the rules: its blocks, sentences and every actor, product, amount and date with its place.

>>> from detente.reader.source import page_of
>>> sheet = Sheet.of(page_of("Japan met India in Tokyo on 3 May 2025."), None)
>>> [m.code for m in sheet.actors], sheet.dates[0].start.isoformat()
(['JPN', 'IND', 'JPN'], '2025-05-03')

What the reader hands back: findings, each with its span, its quotation, a confidence and the reason for it.

A span is half-open, [start, end), and counts the characters of the text as given (after decoding, line ends untouched), so
that `text[start:end] == quote`. Confidence is a plain product of named discounts, not a probability from data.

>>> sure = Confidence()
>>> sure.discount(0.8, "the year is inferred")
>>> sure.value, sure.reason
(0.76, 'the year is inferred')
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

from detente.reader.actors import Mention, actor_mentions, organisation_mentions, product_mentions, region_of
from detente.reader.amounts import Amount, amounts_in
from detente.reader.clauses import Block, Sentence, blocks_of
from detente.reader.dates import DateMention, dates_in
from detente.reader.source import Page


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
            tuple(s for b in blocks for s in b.sentences if b.kind != "heading") or tuple(s for b in blocks for s in b.sentences),
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


# -- what is handed back -----------------------------------------------------------------------------------------------
START = 0.95
"""Confidence of a finding nothing speaks against: rules over words are never certain."""


class Confidence:
    """A running product of discounts with their reasons."""

    def __init__(self, value: float = START) -> None:
        self._value = value
        self._reasons: list[str] = []

    def discount(self, factor: float, reason: str) -> None:
        """Multiply by `factor` (0 to 1) because of `reason`; the same reason counts once."""
        if reason not in self._reasons:
            self._value *= factor
            self._reasons.append(reason)

    @property
    def value(self) -> float:
        """The product so far, two decimals, within [0.05, 0.95]."""
        return round(min(max(self._value, 0.05), START), 2)

    @property
    def reason(self) -> str:
        """The discounts in words; "stated in so many words" where there is none."""
        return "; ".join(self._reasons) or "stated in so many words"


@dataclass(frozen=True)
class Finding:
    """One thing read: `kind`, where it stands, the words as given, what it says, and how sure we are."""

    kind: str
    span: tuple[int, int]
    quote: str
    confidence: float
    reason: str
    fields: dict[str, Any] = field(default_factory=dict)
    alternatives: tuple[dict[str, Any], ...] = ()
    evidence: tuple[tuple[int, int], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            **self.fields,
            "span": list(self.span),
            "quote": self.quote,
            "confidence": self.confidence,
            "reason": self.reason,
            "alternatives": [dict(a) for a in self.alternatives],
            "evidence": [list(s) for s in self.evidence],
        }


@dataclass(frozen=True)
class Missing:
    """Something the draft needs and the text does not give: line of the draft, field, kind of value, what to put."""

    line: int
    field: str
    kind: str
    what: str


@dataclass(frozen=True)
class Reading:
    """Everything read from one article. `text` is the text as given; spans index it."""

    text: str
    article: dict[str, Any]
    actors: tuple[Finding, ...] = ()
    measures: tuple[Finding, ...] = ()
    meetings: tuple[Finding, ...] = ()
    venue: Finding | None = None
    deadlines: tuple[Finding, ...] = ()
    scenarios: tuple[Finding, ...] = ()
    questions: tuple[Finding, ...] = ()
    motives: tuple[Finding, ...] = ()
    figures: tuple[Finding, ...] = ()
    set_aside: tuple[Finding, ...] = ()
    unsure: tuple[Finding, ...] = ()
    about: dict[str, Any] | None = None
    draft: str = ""
    missing: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()

    def findings(self) -> tuple[Finding, ...]:
        """All findings in one list."""
        own = (self.venue,) if self.venue else ()
        return (
            *self.actors, *self.measures, *self.meetings, *own, *self.deadlines, *self.scenarios, *self.questions,
            *self.motives, *self.figures, *self.set_aside, *self.unsure,
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        lists = (
            "measures",
            "meetings",
            "deadlines",
            "scenarios",
            "questions",
            "motives",
            "figures",
            "actors",
            "set_aside",
            "unsure",
        )
        record = {name: [f.to_dict() for f in getattr(self, name)] for name in lists}
        for row in (*record["measures"], *record["unsure"], *record["set_aside"]):
            row.update(_in_regions(row))
        missing = [{"line": m.line, "field": m.field, "type": m.kind, "what": m.what} for m in self.missing]
        return {
            "article": self.article,
            **record,
            "venue": self.venue.to_dict() if self.venue else None,
            "about": self.about,
            "notes": list(self.notes),
            "draft": {"yaml": self.draft, "missing": missing},
        }


def _in_regions(row: Mapping[str, Any]) -> dict[str, Any]:
    """`by` and `on` as the codes a dossier takes; `by_named` and `on_named` keep the economies the text names."""

    def place(code: str) -> str:
        return code if region_of(code) == "ROW" else region_of(code)

    by, on = row["by"], list(row["on"])
    return {"by": place(by) if by else None, "on": list(dict.fromkeys(map(place, on))), "by_named": by, "on_named": on}
