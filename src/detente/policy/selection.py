"""The law of a dossier, selected from ledgers: which measures, of whom, on whom, since when, as known on the dossier's day.

A dossier names ledgers under `law:` and says which of their measures it takes. Each is taken as it was known on the dossier's
`as_of` (`Ledger.as_known`): what was announced later is not there, and neither is what became known later of a measure that is.
Entries add up; what a dossier states itself under `measures:` comes first, and takes the place of a selected measure of the
same id. A selection that finds nothing, and a name that does nothing, are refused.

    ledger        id of a shipped ledger
    by, on        whose measures, and on whose trade (one of them); economies or groups; `on: all` ones reach everybody
    ids           these and no others, instead of the keys below
    since, until  announced on or after, and on or before, these days
    over          false: without those that are over on the dossier's day
    instruments   of these kinds only
    except        not these
    set           fields of single measures that the dossier reads otherwise, by id
    events        what happened since a day, as known on the dossier's: {since, kinds, except (days)}; none unless asked for

>>> from detente.policy.ledger import load_ledger
>>> one = Selection.model_validate({"ledger": "us-china", "ids": ["us-232-steel"]})
>>> [m.id for m in one.choose(load_ledger("us-china"), date(2025, 10, 18))]
['us-232-steel']
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from detente.errors import BadDossier, UnknownName, UnknownRegion
from detente.policy.changes import Change, apply_changes, check_fields
from detente.policy.measures import Identifier, InstrumentKind, Measure, RegionCode, Strict, one_or_many
from detente.policy.parts import Event, EventKind, Source
from detente.policy.reading import placed
from detente.policy.timing import OVER, status_on
from detente.words import refusal
from detente.words.names import group_table, region_table

if TYPE_CHECKING:
    from detente.policy.ledger import Ledger

FILTERS = ("by", "on", "since", "until", "over", "instruments", "except")


class EventChoice(Strict):
    """Events of a ledger from `since` to the dossier's day, and what was expected then; of `kinds`, without the days `except`."""

    since: date
    kinds: Annotated[tuple[EventKind, ...], one_or_many(EventKind)] = ()
    left_out: Annotated[tuple[date, ...], Field(alias="except")] = ()

    def choose(self, ledger: Ledger, day: date) -> tuple[Event, ...]:
        """The events that are meant, by date. Raises a fault placed at what finds nothing."""
        found = [e for e in ledger.events_as_known(day) if e.date >= self.since and (not self.kinds or e.kind in self.kinds)]
        for idle in self.left_out:
            if idle not in {e.date for e in found}:
                raise placed(("events", "except"), refusal("policy", "events_idle", day=idle))
        found = [e for e in found if e.date not in self.left_out]
        if not found:
            told = {"ledger": ledger.id, "since": self.since, "day": day, "kinds": ", ".join(self.kinds)}
            raise placed(("events",), refusal("policy", "events_find_nothing", **told))
        return tuple(found)


class Selection(Strict):
    """Measures of one ledger. See the module docstring."""

    ledger: Identifier
    by: Annotated[tuple[RegionCode, ...], one_or_many(RegionCode)] = ()
    on: Annotated[tuple[RegionCode, ...], one_or_many(RegionCode)] = ()
    ids: Annotated[tuple[Identifier, ...], one_or_many(Identifier)] = ()
    since: date | None = None
    until: date | None = None
    over: bool = True
    instruments: Annotated[tuple[InstrumentKind, ...], one_or_many(InstrumentKind)] = ()
    left_out: Annotated[tuple[Identifier, ...], one_or_many(Identifier), Field(alias="except")] = ()
    set_fields: dict[Identifier, dict[str, Any]] = Field(default={}, alias="set")
    events: EventChoice | None = None

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        given = {type(self).model_fields[k].alias or k for k in self.model_fields_set}
        both = [k for k in FILTERS if k in given]
        if self.ids and both:
            raise placed((both[0],), refusal("policy", "ids_and_filters", key=repr(both[0])))
        for key in given - {"ledger", "over", "since", "until", "events"}:
            if not getattr(self, {"except": "left_out", "set": "set_fields"}.get(key, key)):
                raise placed((key,), refusal("policy", "selection_empty_list", key=repr(key)))
        if self.since and self.until and self.until < self.since:
            raise placed(("until",), refusal("policy", "selection_backwards", since=self.since, until=self.until))
        for key in ("by", "on"):
            for code in getattr(self, key):
                if code not in region_table() and code not in group_table():
                    raise placed((key,), str(_no_such_region(code)))
        for name, fields in self.set_fields.items():
            try:
                check_fields(fields)
            except UnknownName as error:
                raise placed(("set", name), str(error)) from None
        return self

    def choose(self, ledger: Ledger, day: date) -> tuple[Measure, ...]:
        """The measures of `ledger` that are meant, in its order, as known on `day`.

        Raises a fault placed at the key that names what is not there, or does nothing.
        """
        known = {m.id: m for m in ledger.as_known(day)}
        for key, names in (("ids", self.ids), ("except", self.left_out), ("set", tuple(self.set_fields))):
            for name in names:
                if name not in known:
                    raise placed((key,), _why_not_there(name, ledger, day))
        found = [known[i] for i in known if i in self.ids] if self.ids else list(self._filtered(known.values(), day))
        chosen = {m.id for m in found}
        for key, names in (("except", self.left_out), ("set", tuple(self.set_fields))):
            for name in names:
                if name not in chosen:
                    raise placed((key,), refusal("policy", "selection_idle", key=repr(key), measure=repr(name)))
        found = [m for m in found if m.id not in self.left_out]
        if not found:
            raise placed((), refusal("policy", "selection_finds_nothing", ledger=ledger.id, day=day, asked=self._asked()))
        changes = [Change.model_validate({"measure": k, "set": v}) for k, v in self.set_fields.items()]
        try:
            return apply_changes(found, changes)
        except BadDossier as error:
            raise placed(("set",), str(error)) from None

    def _filtered(self, measures: Iterable[Measure], day: date) -> Iterator[Measure]:
        by = _economies(self.by)
        for m in measures:
            told = m.announced or m.start
            if (
                (not self.by or m.by in by)
                and (not self.on or _reaches(m, self.on))
                and (not self.instruments or m.instrument in self.instruments)
                and (self.since is None or (told is not None and told >= self.since))
                and (self.until is None or (told is not None and told <= self.until))
                and (self.over or status_on(m, day) not in OVER)
            ):
                yield m

    def _asked(self) -> str:
        """What was asked for, as it is written in the file."""
        asked = self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"ledger", "set_fields", "events"})
        return "; ".join(f"{k}: {', '.join(map(str, v)) if isinstance(v, list) else v}" for k, v in asked.items())


class Law(NamedTuple):
    """What selections find: measures by id, each with the number of its entry; events by date; sources of the ledgers."""

    measures: dict[str, tuple[int, Measure]]
    events: tuple[Event, ...]
    sources: tuple[Source, ...]


def select(law: Sequence[Selection], day: date) -> Law:
    """The measures, events and sources of all selections.

    Measures come in the order of their ledger, ledgers in the order in which they are first named. A measure that a later entry
    finds again is taken once; a fault, placed in the file, where two ledgers tell it apart.
    """
    from detente.policy.ledger import load_ledger

    found: dict[str, tuple[int, Measure]] = {}
    events: dict[Event, None] = {}
    sources: dict[str, Source] = {}
    order: dict[str, int] = {}
    for k, entry in enumerate(law):
        try:
            ledger = load_ledger(entry.ledger)
        except UnknownName as error:
            raise placed(("law", k, "ledger"), str(error)) from None
        with _placed_at(k):
            for m in entry.choose(ledger, day):
                first = found.setdefault(m.id, (k, m))
                if first[1] != m:
                    told = {"measure": repr(m.id), "first": law[first[0]].ledger, "second": ledger.id}
                    raise placed((), refusal("policy", "selected_twice", **told))
            events |= dict.fromkeys(entry.events.choose(ledger, day) if entry.events else ())
        sources |= {s.id: s for s in ledger.sources if s.id not in sources}
        order |= {m.id: len(order) + n for n, m in enumerate(ledger.measures) if m.id not in order}
    measures = dict(sorted(found.items(), key=lambda item: order[item[0]]))
    return Law(measures, tuple(sorted(events, key=lambda e: e.date)), tuple(sources.values()))


@contextmanager
def _placed_at(k: int) -> Iterator[None]:
    """Faults of entry `k`, placed in the file."""
    try:
        yield
    except PydanticCustomError as error:
        context = error.context or {}
        raise placed(("law", k, *context.get("path", ())), str(context.get("told"))) from None


def without_loose_ends(measures: Iterable[Measure], kept: set[str]) -> Iterator[Measure]:
    """`measures` that take, or yield, the place of those in `kept` only."""
    for m in measures:
        ends = {name: tuple(i for i in getattr(m, name) if i in kept) for name in ("replaces", "yields_to")}
        yield m.model_copy(update=ends) if any(ends[k] != getattr(m, k) for k in ends) else m


def _why_not_there(name: str, ledger: Ledger, day: date) -> str:
    """Why a ledger has no measure called `name` on `day`: it has none at all, or it was announced later."""
    late = next((m for m in ledger.measures if m.id == name), None)
    if late is None:
        return str(UnknownName(name, {m.id: m.title for m in ledger.measures}, f"measure of the ledger {ledger.id}"))
    return refusal("policy", "selected_too_early", measure=repr(name), announced=late.announced or late.start, day=day)


def _no_such_region(code: str) -> UnknownRegion:
    return UnknownRegion(code, {k: str(v["name"]) for table in (region_table(), group_table()) for k, v in table.items()})


def _economies(codes: Iterable[str]) -> set[str]:
    """`codes`, and the members of those that are groups."""
    found: set[str] = set()
    for code in codes:
        members = group_table().get(code, {}).get("members", ())
        found |= set(region_table()) if members == "all" else {code, *members}
    return found


def _reaches(measure: Measure, codes: Iterable[str]) -> bool:
    """Whether a measure is on the trade of one of `codes`, which it may name itself or by a group."""
    on = set(region_table()) if measure.on == "all" else _economies(measure.on)
    return bool((on - {measure.by} - _economies(measure.except_on)) & _economies(codes))
