"""The dated record: talks, threats and truces between two governments, and what was known of them on a day.

A record is package data (`records/us-china.yaml`) or a file of yours. Each entry carries its outcome under the record's own
rules, the day that outcome was known, and its sources. `as_of(day)` forgets everything later: a round whose window is still
open has no outcome, a truce that was to break next month still stands.

    talks     agreed, time (more talks, no more), broke; known `window_days` after the last day, or when the next round begins
    threats   carried-out, put-off, dropped; known on `decided`. Answers to other threats are listed and not counted
    truces    a spell from `start` to `end`, or watched to `known_to` where no end was seen

>>> record = load_record("us-china").as_of(date(2025, 10, 18))
>>> record.counts("talks")
{'agreed': 5, 'time': 9, 'broke': 7}
>>> record.spells().record()
{'ended': 3, 'days': 2198}
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import pandas as pd
from pydantic import Field, model_validator

from detente.errors import BadDossier, UnknownName
from detente.outlook.spells import Spells
from detente.policy.measures import Identifier, RegionCode, Strict, Text
from detente.policy.parts import Cited, Source
from detente.policy.prospects import OUTCOMES
from detente.policy.reading import MAX_BYTES, read_yaml, validate
from detente.words import refusal

__all__ = ["Record", "Round", "Threat", "TruceSpell", "list_records", "load_record", "parse_record"]

Kind = Literal["talks", "threat", "truce"]
Level = Literal["presidents", "ministers", "deputies"]


class Rules(Strict):
    """What counts as what, in words, and what was left out."""

    talks: Text
    threat: Text
    truce: Text
    left_out: Text


class Round(Strict):
    """One round of talks. `outcome` is None while its window is open or where nobody knows."""

    id: Identifier
    start: date = Field(alias="from")
    end: date = Field(alias="to")
    place: Text
    level: Level = "ministers"
    outcome: Literal["agreed", "time", "broke"] | None = None
    why: Text | None = None
    sources: Cited

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError(refusal("outlook", "round_to_is_before", id=f"{self.id!r}", end=self.end, start=self.start))
        return self


class Threat(Strict):
    """A measure announced with a date. `decided` is the day it was clear what became of it."""

    id: Identifier
    by: RegionCode
    what: Text
    announced: date
    due: date
    outcome: Literal["carried-out", "put-off", "dropped"] | None = None
    decided: datetime.date | None = None
    answer_to: Identifier | None = None
    note: Text | None = None
    sources: Cited

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.due < self.announced:
            raise ValueError(
                refusal("outlook", "threat_due_is_before", id=f"{self.id!r}", due=self.due, announced=self.announced)
            )
        if (self.outcome is None) != (self.decided is None):
            raise ValueError(refusal("outlook", "threat_give_outcome", id=f"{self.id!r}"))
        if self.decided is not None and self.decided < self.announced:
            raise ValueError(
                refusal("outlook", "threat_decided_is_before", id=f"{self.id!r}", decided=self.decided, announced=self.announced)
            )
        return self


class TruceSpell(Strict):
    """A truce. `end` is the day it broke; without one, `known_to` is the last day it is known to have held."""

    id: Identifier
    title: Text
    start: date
    end: datetime.date | None = None
    how: Literal["broken", "replaced", "open"]
    known_to: datetime.date | None = None
    ended_by: Text | None = None
    note: Text | None = None
    sources: Cited

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if (self.end is None) == (self.known_to is None):
            raise ValueError(refusal("outlook", "truce_give_end_if", id=f"{self.id!r}"))
        if (self.how == "broken") != (self.end is not None):
            raise ValueError(refusal("outlook", "truce_end", id=f"{self.id!r}", how=f"{self.how!r}"))
        if self.last < self.start:
            raise ValueError(refusal("outlook", "truce_ends_before_it", id=f"{self.id!r}", last=self.last, start=self.start))
        return self

    @property
    def last(self) -> date:
        """The end, or the last day the truce is known to have held."""
        found = self.end or self.known_to
        assert found is not None
        return found


class Record(Strict):
    """A record of one pair of governments. See the module docstring.

    `between` names the two, first the one that threatens more; where it is given, cases of like pairs lend to the base rates
    (`outside`).
    """

    schema_version: Literal[1]
    id: Identifier
    title: Text
    as_of_day: date = Field(alias="as_of")
    window_days: Annotated[int, Field(ge=1, le=366)] = 30
    between: tuple[RegionCode, RegionCode] | None = None
    rules: Rules
    talks: tuple[Round, ...] = ()
    threats: tuple[Threat, ...] = ()
    truces: tuple[TruceSpell, ...] = ()
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        known = {s.id for s in self.sources}
        if len(known) != len(self.sources):
            raise ValueError(refusal("outlook", "two_sources_have_one"))
        for what, entries in (("round", self.talks), ("threat", self.threats), ("truce", self.truces)):
            ids = [e.id for e in entries]
            twice = [i for k, i in enumerate(ids) if i in ids[:k]]
            if twice:
                raise ValueError(f"{what} {twice[0]!r} is given twice")
            for entry in entries:
                strange = [s for s in entry.sources if s not in known]
                if strange:
                    raise ValueError(f"{what} {entry.id!r}: no source {strange[0]!r}")
        if [r.start for r in self.talks] != sorted(r.start for r in self.talks):
            raise ValueError(refusal("outlook", "order_the_talks_by"))
        threats = {t.id for t in self.threats}
        lost = [t for t in self.threats if t.answer_to is not None and t.answer_to not in threats]
        if lost:
            raise ValueError(refusal("outlook", "threat_answers", id=f"{lost[0].id!r}", answer_to=f"{lost[0].answer_to!r}"))
        days = [r.end for r in self.talks] + [t.decided or t.announced for t in self.threats] + [t.last for t in self.truces]
        if days and max(days) > self.as_of_day:
            raise ValueError(refusal("outlook", "an_entry_is_dated", days=max(days), as_of_day=self.as_of_day))
        return self

    @cached_property
    def settled(self) -> dict[str, date]:
        """Round → the day its outcome is known: the window's end, or the first day of the next round if that is sooner."""
        days = {}
        for k, r in enumerate(self.talks):
            close = r.end + timedelta(days=self.window_days)
            later = [n.start for n in self.talks[k + 1 :]]
            days[r.id] = min([close, *later])
        return days

    def as_of(self, day: date) -> Record:
        """The record as it stood at the end of `day`: later entries gone, later outcomes unknown, truces watched to that day."""
        if day >= self.as_of_day:
            return self
        talks = tuple(
            r if self.settled[r.id] <= day else r.model_copy(update={"outcome": None, "why": None})
            for r in self.talks
            if r.start <= day
        )
        threats = tuple(
            t
            if t.decided is not None and t.decided <= day
            else t.model_copy(update={"outcome": None, "decided": None, "note": None})
            for t in self.threats
            if t.announced <= day
        )
        truces = tuple(
            t
            if t.last <= day
            else t.model_copy(update={"end": None, "how": "open", "known_to": day, "ended_by": None, "note": None})
            for t in self.truces
            if t.start <= day
        )
        return self.model_copy(update={"as_of_day": day, "talks": talks, "threats": threats, "truces": truces})

    def entries(self, kind: Literal["talks", "threat"]) -> list[tuple[date, str]]:
        """(day known, outcome) of every entry that counts, in the order they became known."""
        found: list[tuple[date, str | None]]
        if kind == "talks":
            found = [(self.settled[r.id], r.outcome) for r in self.talks]
        else:
            found = [(t.decided or t.due, t.outcome) for t in self.threats if t.answer_to is None]
        return sorted((day, outcome) for day, outcome in found if outcome is not None)

    def counts(self, kind: Literal["talks", "threat"]) -> dict[str, int]:
        """How often each outcome was seen."""
        seen = [outcome for _, outcome in self.entries(kind)]
        return {o: seen.count(o) for o in OUTCOMES[kind]}

    def spells(self) -> Spells:
        """Truces as spells: how many broke, and how many days of truce were watched in all."""
        return Spells(sum(t.end is not None for t in self.truces), sum((t.last - t.start).days for t in self.truces))

    def to_frame(self, kind: Kind) -> pd.DataFrame:
        """One row an entry of `kind`, with dates, outcome and sources."""
        if kind == "talks":
            rows: list[Mapping[str, object]] = [
                {"id": r.id, "from": r.start, "to": r.end, "place": r.place, "level": r.level, "outcome": r.outcome,
                 "known": self.settled[r.id], "why": r.why, "sources": ", ".join(r.sources)} for r in self.talks
            ]  # fmt: skip
        elif kind == "threat":
            rows = [
                {"id": t.id, "by": t.by, "what": t.what, "announced": t.announced, "due": t.due, "outcome": t.outcome,
                 "decided": t.decided, "answer to": t.answer_to, "sources": ", ".join(t.sources)} for t in self.threats
            ]  # fmt: skip
        else:
            rows = [
                {"id": t.id, "start": t.start, "end": t.end, "how": t.how, "watched to": t.last,
                 "days": (t.last - t.start).days, "sources": ", ".join(t.sources)} for t in self.truces
            ]  # fmt: skip
        return pd.DataFrame(rows)


def list_records() -> dict[str, str]:
    """Id → title of the packaged records."""
    names = sorted(f.name for f in files("detente").joinpath("data", "records").iterdir() if f.name.endswith(".yaml"))
    return {n.removesuffix(".yaml"): _packaged(n).title for n in names}


def load_record(name: str | Path | Mapping[str, Any]) -> Record:
    """A packaged record by name, one of yours by path, or what such a file holds (as a dossier has it).

    Raises `UnknownName`, or `BadDossier` with line and field.
    """
    if isinstance(name, Mapping):
        return validate(Record, name, {}, "prospects.record")
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        if not path.is_file():
            raise BadDossier(f"{path}: no such file")
        if path.stat().st_size > MAX_BYTES:
            raise BadDossier(
                refusal(
                    "outlook", "bytes_record_may_have", path=path, st_size=f"{path.stat().st_size:,}", max_bytes=f"{MAX_BYTES:,}"
                )
            )
        return parse_record(path.read_bytes(), str(path))
    known = list_records()
    if str(name) not in known:
        raise UnknownName(str(name), known, "record")
    return _packaged(f"{name}.yaml")


def parse_record(text: str | bytes, name: str = "record.yaml") -> Record:
    """A record from the text of a YAML file; `name` is what errors call the file."""
    data, lines = read_yaml(text, name)
    return validate(Record, data, lines, name)


@cache
def _packaged(name: str) -> Record:
    return parse_record(files("detente").joinpath("data", "records").joinpath(name).read_bytes(), name)
