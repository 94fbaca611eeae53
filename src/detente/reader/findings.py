"""What the reader hands back: findings, each with its span, its quotation, a confidence and the reason for it.

A span is half-open, [start, end), and counts the characters of the text as given (after decoding, line ends untouched), so
that `text[start:end] == quote`. Confidence is a plain product of named discounts, not a probability from data.

>>> sure = Confidence()
>>> sure.discount(0.8, "the year is inferred")
>>> sure.value, sure.reason
(0.76, 'the year is inferred')
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

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
    draft: str = ""
    missing: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()

    def findings(self) -> tuple[Finding, ...]:
        """All findings in one list."""
        own = (self.venue,) if self.venue else ()
        return (
            *self.actors, *self.measures, *self.meetings, *own, *self.deadlines, *self.scenarios, *self.questions,
            *self.motives, *self.figures, *self.set_aside,
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        lists = ("measures", "meetings", "deadlines", "scenarios", "questions", "motives", "figures", "actors", "set_aside")
        missing = [{"line": m.line, "field": m.field, "type": m.kind, "what": m.what} for m in self.missing]
        return {
            "article": self.article,
            **{name: [f.to_dict() for f in getattr(self, name)] for name in lists},
            "venue": self.venue.to_dict() if self.venue else None,
            "notes": list(self.notes),
            "draft": {"yaml": self.draft, "missing": missing},
        }
