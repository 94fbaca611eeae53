"""Whether an article is about a dispute that is shipped: its parties, its measures and its days set beside each dossier's.

A dossier is proposed where two of its parties act on each other in the article and at least one measure is the same: who, on
whom, instrument, and rate or day. Among several the one that shares most, then the one nearest in time. Nothing is proposed on
the parties alone, unless the article is of the weeks around the dossier's day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from detente.policy.dossier import Dossier, list_dossiers, load_dossier
from detente.policy.measures import Measure
from detente.reader.actors import region_of
from detente.reader.sheet import Finding
from detente.words import say
from detente.words.names import group_table

NEAR = 45
"""Days around a dossier's day in which its parties alone make an article its own."""


@dataclass(frozen=True)
class Match:
    """A shipped dossier that an article is about: its id and title, the measures both have, days between the two."""

    dossier: str
    title: str
    measures: tuple[str, ...]
    days: int | None

    def to_dict(self) -> dict[str, Any]:
        """Plain data, with the sentence that says so."""
        return {
            "dossier": self.dossier, "title": self.title, "measures": list(self.measures), "days": self.days,
            "sentence": self.sentence(),
        }  # fmt: skip

    def sentence(self) -> str:
        """The proposal in words."""
        return say("reader/match", "about", dossier=self.dossier, title=self.title, shared=len(self.measures))


@cache
def _shelf() -> tuple[tuple[str, Dossier], ...]:
    return tuple((name, load_dossier(name)) for name in list_dossiers())


def match_of(measures: Sequence[Finding], today: date | None) -> Match | None:
    """The shipped dossier that the measures read are about; None where there is none."""
    pairs = {(region_of(m.fields["by"]), region_of(c)) for m in measures if m.fields["by"] for c in m.fields["on"]}
    if not pairs:
        return None
    found: list[tuple[int, int, Match]] = []
    for name, dossier in _shelf():
        parties = {p.region for p in dossier.parties}
        if not any(a in parties and b in parties for a, b in pairs):
            continue
        shared = tuple(dict.fromkeys(d.id for m in measures for d in dossier.measures if _same(m, d)))
        days = abs((today - dossier.as_of).days) if today else None
        if shared or (days is not None and days <= NEAR):
            found.append((len(shared), -(days if days is not None else 9999), Match(name, dossier.title, shared, days)))

    def rank(f: tuple[int, int, Match]) -> tuple[bool, int, int]:
        near = f[0] > 0 and f[1] >= -NEAR
        return (near, f[1], f[0]) if near else (near, f[0], f[1])

    return max(found, key=rank)[2] if found else None


def _same(read: Finding, shipped: Measure) -> bool:
    """Whether a measure read is one of a dossier: who, on whom, instrument, and its rate or its first day."""
    v = read.fields
    if v["instrument"] != shipped.instrument or v["by"] is None or region_of(v["by"]) != shipped.by:
        return False
    targets = {c for code in shipped.on for c in group_table().get(code, {}).get("members", (code,))}
    on = {region_of(c) for c in v["on"]}
    if on and targets and not on & targets and "all" not in targets:
        return False
    rate = v["rate_pct"]
    given = shipped.rate_pct
    rates = [] if given is None else [r for c, r in given.items() if not on or c in on] if isinstance(given, Mapping) else [given]
    same_rate = rate is not None and any(abs(rate - r) < 0.6 for r in rates)
    begins = v["effective"]["date"] if v["effective"] else None
    starts = shipped.effective or getattr(shipped, "would_take_effect", None)
    same_day = begins is not None and starts is not None and abs((date.fromisoformat(begins) - starts).days) <= 3
    if rate is not None and rates and not same_rate:
        return False
    return same_rate or same_day
