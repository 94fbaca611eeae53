"""A ledger: the measures between economies over years, each with its history, to the day it was last brought up to date.

A dossier is what was known on its day; a ledger is all that has been known, with the days on which it became known. A row is
a measure as first announced and what came of it (`policy.rows`); `measures` gives the law as known now, `as_known(day)` as it
was known on a day, which is what a dossier selects from (`policy.selection`). A ledger may *continue* another: it takes over
that one's measures, events, sources and published averages, changes single rows (the same arithmetic as a scenario's: set,
withdraw) and adds rows of its own. Two come with the package: `us-china`, and `world`, which continues it with the duties of
and on everybody else and is the one taken where none is named.

`as_of` is the day the ledger was last brought up to date, `known_to` the day of the newest fact read for it: what is said of a
later day counts on nothing having changed, and says so.

Everything a ledger knows on a day it says with the same words as a dossier: `status`, `timeline`, `deadlines`, `policy`.
On top of that it gives average tariffs under named definitions (`average_tariff`, see `policy.averages`) and the published
averages it is compared with.

>>> ledger = load_ledger("us-china")
>>> ledger.status(datetime.date(2026, 2, 20))["us-fentanyl-10-again"].value
'struck_down'
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from detente.checks import calendar_day
from detente.errors import BadDossier, OverlappingMeasures, UnknownName
from detente.policy.changes import Change, apply_changes
from detente.policy.dossier import Dossier, list_dossiers, load_dossier
from detente.policy.instruments import Policy
from detente.policy.measures import Identifier, Measure, RegionCode, Strict, Text
from detente.policy.parts import Event, Source
from detente.policy.reading import MAX_BYTES, read_yaml, validate
from detente.policy.rows import Row
from detente.policy.selection import without_loose_ends
from detente.policy.stacking import Stack, check_exclusive, policy_on, stack_on
from detente.policy.timing import (
    Deadline,
    Span,
    Status,
    StatusChange,
    as_known,
    changes_between,
    event_as_known,
    in_force,
    next_deadlines,
    status_on,
    still_unknown,
    timeline,
    turning_days,
)
from detente.types import Array
from detente.words import refusal, say
from detente.words.names import region_table, sector_table

if TYPE_CHECKING:
    import pandas as pd

    from detente.policy.averages import AverageTariff

__all__ = ["Clock", "Ledger", "PublishedAverage", "list_ledgers", "load_calendar", "load_ledger", "parse_ledger"]


DEFAULT_LEDGER = "world"
"""The ledger taken where none is named."""


class Clock(Strict):
    """The time zone of a government, and the time of day at which its measures bite unless they say otherwise."""

    zone: Annotated[str, Field(pattern=r"^[A-Za-z_]+(/[A-Za-z_+\-0-9]+)*$", max_length=60)]
    day_starts: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "00:01"


class PublishedAverage(Strict):
    """An average tariff others have published, the definition of ours nearest to theirs, and how far apart they may lie."""

    by: RegionCode
    on: RegionCode
    date: datetime.date
    pct: Annotated[float, Field(ge=0, le=1000)]
    definition: Text
    tolerance_pp: Annotated[float, Field(gt=0, le=100)]
    why: Text | None = None
    sources: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class Ledger(Strict):
    """One ledger. See the module docstring. `measures`, `history` and `sources` include those of the ledger continued."""

    schema_version: Literal[1]
    id: Identifier
    title: Text
    summary: Text
    as_of: date
    known_to: date | None = None
    tables: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,60}$")] | None = None
    clocks: dict[RegionCode, Clock] = Field(default={})
    continues: Identifier | None = None
    changes: tuple[Change, ...] = ()
    rows: tuple[Row, ...] = Field(default=(), alias="measures")
    own_history: tuple[Event, ...] = Field(default=(), alias="history")
    own_published: tuple[PublishedAverage, ...] = Field(default=(), alias="published")
    own_sources: tuple[Source, ...] = Field(default=(), alias="sources")

    @cached_property
    def base(self) -> Ledger | None:
        """The ledger this ledger continues."""
        if self.continues is None:
            return None
        if self.continues == self.id:
            raise BadDossier(refusal("policy", "ledger_continues_itself", id=self.id))
        return load_ledger(self.continues)

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """Every measure as known now: those continued after the ledger's changes, then the ledger's own."""
        return self._on(date.max)

    def as_known(self, day: date) -> tuple[Measure, ...]:
        """Every measure that was announced by `day`, as it was known then: no end, pause or rise that became known later, no
        reference to a measure announced later, and no source dated later where another one tells it."""
        if day not in self._views:
            dated = {s.id: s.date for s in self.sources}
            found = self._on(day)
            told = {m.id: tuple(s for s in m.sources if (dated.get(s) or day) <= day) or m.sources for m in found}
            found = tuple(m if told[m.id] == m.sources else m.model_copy(update={"sources": told[m.id]}) for m in found)
            self._views[day] = tuple(without_loose_ends(found, {m.id for m in found}))
        return self._views[day]

    def events_as_known(self, day: date) -> tuple[Event, ...]:
        """Every event that had come, or was expected, by `day`, without outcomes of later; by date."""
        return tuple(e for e in (event_as_known(e, day) for e in self.history) if e is not None)

    @cached_property
    def _views(self) -> dict[date, tuple[Measure, ...]]:
        """What was known on the days asked for so far."""
        return {}

    def _on(self, day: date) -> tuple[Measure, ...]:
        """Those continued as known on `day`, after the changes of what is there, then the ledger's own."""
        base = () if self.base is None else self.base.measures if day == date.max else self.base.as_known(day)
        there = {m.id for m in base}
        changes = self.changes if day == date.max else [c for c in self.changes if c.target in there]
        own = (as_known(row, day) for row in self.rows)
        return (*apply_changes(base, changes), *(m for m in own if m is not None))

    @cached_property
    def history(self) -> tuple[Event, ...]:
        """Every event, by date. What was only expected stands as it stood there."""
        return tuple(sorted((*(self.base.history if self.base else ()), *self.own_history), key=lambda e: e.date))

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Every source, those continued first."""
        return (*(self.base.sources if self.base else ()), *self.own_sources)

    @cached_property
    def published(self) -> tuple[PublishedAverage, ...]:
        """Every published average, those of a ledger continued first."""
        return (*(self.base.published if self.base else ()), *self.own_published)

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        try:
            measures = self.measures
        except (BadDossier, UnknownName) as error:
            raise ValueError(str(error)) from None
        if not measures:
            raise ValueError(refusal("policy", "ledger_empty"))
        for what, ids in (("source", [s.id for s in self.sources]), ("measure", [m.id for m in measures])):
            twice = [i for i, n in Counter(ids).items() if n > 1]
            if twice:
                raise ValueError(refusal("policy", "twice_in_ledger", what=what, id=repr(twice[0])))
        known, known_measures = {s.id: s.title for s in self.sources}, {m.id: m.title for m in measures}
        cited = [(f"measure {m.id!r}", m.sources) for m in measures] + [
            (f"event of {e.date}", e.sources) for e in self.own_history
        ]
        cited += [(f"published average of {p.date}", p.sources) for p in self.published]
        if self.known_to is not None and self.known_to > self.as_of:
            raise ValueError(refusal("policy", "known_late", known_to=self.known_to, as_of=self.as_of))
        for where, sources in cited:
            for source in sources:
                if source not in known:
                    raise ValueError(f"{where}: source {UnknownName(source, known, 'source')}")
        for m in measures:
            follows = (m.ended.by,) if m.ended is not None and m.ended.by is not None else ()
            for verb, others in (("replaces", m.replaces), ("yields to", m.yields_to), ("is replaced by", follows)):
                for other in others:
                    if other not in known_measures:
                        raise ValueError(f"measure {m.id!r} {verb} {UnknownName(other, known_measures, 'measure')}")
        self._no_overlap(measures)
        return self

    def _no_overlap(self, measures: Sequence[Measure]) -> None:
        grouped = [m for m in measures if m.exclusive_group is not None and m.modelled]
        for day in sorted({d for m in grouped for d in turning_days(m)}):
            try:
                check_exclusive(in_force(grouped, day), tuple(region_table()), tuple(sector_table()))
            except OverlappingMeasures as error:
                raise ValueError(f"on {day}: {error}") from None

    # -- looking things up -------------------------------------------------------------------------------------------
    def measure(self, name: str) -> Measure:
        """The measure called `name`. Raises `UnknownName` with a suggestion."""
        table = {m.id: m for m in self.measures}
        if name not in table:
            raise UnknownName(name, {k: m.title for k, m in table.items()}, "measure")
        return table[name]

    def source(self, name: str) -> Source:
        """The source called `name`. Raises `UnknownName` with a suggestion."""
        table = {s.id: s for s in self.sources}
        if name not in table:
            raise UnknownName(name, {k: s.title for k, s in table.items()}, "source")
        return table[name]

    # -- time --------------------------------------------------------------------------------------------------------
    def status(self, day: date | str | None = None) -> dict[str, Status]:
        """Status of every measure on `day` (default: the day the ledger was brought up to date)."""
        on = self.as_of if day is None else calendar_day(day)
        return {m.id: status_on(m, on) for m in self.measures}

    def in_force(self, day: date | str) -> tuple[Measure, ...]:
        """Measures in force on `day`."""
        return in_force(self.measures, calendar_day(day))

    def unknown(self, day: date | str) -> tuple[Measure, ...]:
        """Measures of which nothing read says whether they hold on `day`."""
        return still_unknown(self.measures, calendar_day(day))

    def beyond_knowledge(self, day: date) -> str | None:
        """What to say of `day` where it lies after the newest fact read; None where it does not."""
        if self.known_to is None or day <= self.known_to:
            return None
        return say("words/templates/Ledger", "beyond_knowledge", known_to=self.known_to, day=day, as_of=self.as_of)

    def timeline(self, start: date | str, end: date | str) -> tuple[Span, ...]:
        """Spans of status of every measure; see `timing.timeline`."""
        return timeline(self.measures, calendar_day(start), calendar_day(end))

    def diff(self, first: date | str, second: date | str) -> tuple[StatusChange, ...]:
        """Measures whose status differs between two days; see `timing.changes_between`."""
        return changes_between(self.measures, calendar_day(first), calendar_day(second))

    def deadlines(self, day: date | str | None = None, within_days: int | None = None) -> tuple[Deadline, ...]:
        """What is due after `day`; see `timing.next_deadlines`."""
        return next_deadlines(self, self.as_of if day is None else calendar_day(day), within_days)

    # -- policy and averages -----------------------------------------------------------------------------------------
    def stack(self, day: date | str, regions: Sequence[str], sectors: Sequence[str], reference: Array | None = None) -> Stack:
        """Arrays of additional duties and withheld quantities on `day`; see `stacking.stack_on`."""
        return stack_on(self.measures, calendar_day(day), regions, sectors, reference)

    def policy(self, day: date | str, regions: Sequence[str], sectors: Sequence[str], reference: Array | None = None) -> Policy:
        """The `Policy` of `day` over duties of the base years 2022–24; measures marked `in_baseline` add nothing to it."""
        return policy_on(self, calendar_day(day), tuple(regions), tuple(sectors), (), reference)

    def average_tariff(
        self, by: str, on: str, date: str | datetime.date | None = None, definition: str | None = None
    ) -> AverageTariff:
        """Average tariff of `by` on goods of `on`, percent, on `date`; see `policy.averages` for the definitions."""
        from detente.policy.averages import average_tariff

        return average_tariff(self, by, on, self.as_of if date is None else date, definition)

    def average_tariffs(
        self, by: str, on: str, start: str | datetime.date, end: str | datetime.date, definition: str | None = None
    ) -> pd.DataFrame:
        """The daily series from `start` up to and including `end`; see `averages.daily_series`."""
        from detente.policy.averages import daily_series

        return daily_series(self, by, on, start, end, definition)


def _shelf() -> Traversable:
    return files("detente").joinpath("data", "ledgers")


@cache
def list_ledgers() -> tuple[str, ...]:
    """Ids of the ledgers that come with the package."""
    return tuple(sorted(p.name[:-5] for p in _shelf().iterdir() if p.name.endswith(".yaml") and p.name != "list-contents.yaml"))


def load_ledger(name_or_path: str | Path = DEFAULT_LEDGER) -> Ledger:
    """A packaged ledger by id, or any ledger by path. Raises `BadDossier` (file, line, field) and `UnknownName`."""
    if isinstance(name_or_path, str) and name_or_path in list_ledgers():
        return _packaged(name_or_path)
    path = Path(name_or_path)
    if not path.is_file():
        if path.suffix in (".yaml", ".yml") or len(path.parts) > 1:
            raise BadDossier(f"{path}: no such file")
        raise UnknownName(str(name_or_path), list(list_ledgers()), "ledger")
    if path.stat().st_size > MAX_BYTES:
        raise BadDossier(refusal("policy", "ledger_too_large", path=path, size=f"{path.stat().st_size:,}", most=f"{MAX_BYTES:,}"))
    return parse_ledger(path.read_bytes(), str(path))


@cache
def _packaged(name: str) -> Ledger:
    return parse_ledger(_shelf().joinpath(f"{name}.yaml").read_bytes(), f"{name}.yaml")


def parse_ledger(text: str | bytes, name: str = "ledger.yaml") -> Ledger:
    """A ledger from the text of a YAML file; a measure or change without coverage takes that of the ledger's tables."""
    data, lines = read_yaml(text, name)
    if isinstance(data, dict) and isinstance(data.get("tables"), str) and isinstance(data.get("measures"), list):
        from detente.policy.averages import coverage_shares, list_tables, partner_shares

        if data["tables"] not in list_tables():
            raise BadDossier(f"{name}: tables: {UnknownName(data['tables'], list(list_tables()), 'set of tables')}")
        shares, by_partner = coverage_shares(data["tables"]), partner_shares(data["tables"])
        for entry in data["measures"]:
            if isinstance(entry, dict) and "coverage" not in entry and entry.get("id") in shares:
                entry["coverage"] = {**dict(shares[entry["id"]].share_of_trade), "default": 0.0}
            if isinstance(entry, dict) and entry.get("id") in by_partner:
                own = dict(by_partner[entry["id"]])
                if "*" in own:
                    entry.setdefault("coverage", {**own.pop("*"), "default": 0.0})
                entry["coverage_by_partner"] = {**own, **(entry.get("coverage_by_partner") or {})}
        for entry in data.get("changes") or ():
            if isinstance(entry, dict) and entry.get("measure") in shares and isinstance(entry.get("set"), dict):
                entry["set"].setdefault("coverage", dict(shares[entry["measure"]].share_of_trade))
    return validate(Ledger, data, lines, name)


def load_calendar(name_or_path: str) -> Dossier | Ledger:
    """A dossier or a ledger, by id or path: for a path, a file with `parties` is a dossier. Raises `UnknownName`."""
    known = (*list_dossiers(), *list_ledgers())
    if name_or_path in list_ledgers():
        return load_ledger(name_or_path)
    path = Path(name_or_path)
    if name_or_path in list_dossiers() or not path.is_file():
        if name_or_path not in known and not (path.suffix in (".yaml", ".yml") or len(path.parts) > 1):
            raise UnknownName(name_or_path, list(known), "dossier or ledger")
        return load_dossier(name_or_path)
    data: Any = None
    if path.stat().st_size <= MAX_BYTES:
        data, _ = read_yaml(path.read_bytes(), str(path))
    return load_ledger(path) if isinstance(data, dict) and "parties" not in data else load_dossier(path)
