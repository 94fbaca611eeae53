"""All time logic of the project: what is really in effect on a day, spans for charts, deadlines, changes between days.

Rules, on half-open days (a measure with `effective` 4 April and `expires` 10 November holds from 4 April up to and
including 9 November):

    day <  announced                         not_yet_known   (as far as this measure goes)
    threatened, day <  would_take_effect     threatened
    threatened, day >= would_take_effect     not_yet_known   (the dossier does not say whether it happened)
    day >= ended.date                        expired, withdrawn, struck_down or replaced, as `ended.how` says
    day >= expires                           expired
    act_seen false                           announced_without_act   (said in public, in no legal text found: not in force)
    announced <= day < effective             announced
    day >= unknown_from                      not_yet_known   (nothing we have read says what became of it)
    day in a suspension                      suspended, or stayed, as its `how` says
    else                                     in_force

A day is a day on the implementer's own clock: it begins in New York for a duty of the United States and in Shanghai for
one of China's.

Where no announcement date is given, the effective date stands in for it. Status is a step function of the day,
continuous from the right: it changes *on* the day named and keeps until the next.

>>> from datetime import date
>>> from detente.policy.measures import Interval, Measure
>>> m = Measure(id="t", title="24 points, paused", by="USA", on="CHN", instrument="tariff", rate_pct=24,
...             effective=date(2025, 4, 9), suspended=[{"from": date(2025, 5, 14), "to": date(2025, 11, 10)}],
...             sources=["s"])
>>> [status_on(m, date(2025, *d)).value for d in ((4, 8), (4, 9), (11, 9), (11, 10))]
['not_yet_known', 'in_force', 'suspended', 'in_force']
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from detente.checks import not_negative
from detente.errors import InputError
from detente.policy.changes import made, with_fields
from detente.policy.measures import Measure
from detente.words import N_, _, refusal, say

if TYPE_CHECKING:
    from detente.policy.parts import Event
    from detente.policy.rows import Row


class Status(StrEnum):
    """What a measure is on a given day."""

    THREATENED = "threatened"
    ANNOUNCED = "announced"
    ANNOUNCED_WITHOUT_ACT = "announced_without_act"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    STAYED = "stayed"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    STRUCK_DOWN = "struck_down"
    REPLACED = "replaced"
    NOT_YET_KNOWN = "not_yet_known"


RESTING = (Status.SUSPENDED, Status.STAYED)
"""In being and not biting."""
OVER = (Status.EXPIRED, Status.WITHDRAWN, Status.STRUCK_DOWN, Status.REPLACED)
"""Ended for good."""


@dataclass(frozen=True)
class Span:
    """A measure's status on [start, end); `end` None means beyond the horizon asked for."""

    measure: str
    status: Status
    start: date
    end: date | None


@dataclass(frozen=True)
class Deadline:
    """A day on which something is due, and how many days are left on the day of asking."""

    date: datetime.date
    kind: str
    text: str
    days_left: int
    measure: str | None = None


@dataclass(frozen=True)
class StatusChange:
    """A measure whose status differs between two days."""

    measure: str
    date: datetime.date
    before: Status
    after: Status


class _Event(Protocol):
    """What `next_deadlines` needs of an event of a dossier."""

    @property
    def date(self) -> datetime.date: ...
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...


class _HasCalendar(Protocol):
    """What `next_deadlines` needs of a dossier."""

    @property
    def measures(self) -> tuple[Measure, ...]: ...
    @property
    def history(self) -> Sequence[_Event]: ...


def status_on(measure: Measure, day: date) -> Status:
    """Status of `measure` on `day` by the rules of the module docstring."""
    start = measure.start
    known = measure.announced or start
    if known is not None and day < known:
        return Status.NOT_YET_KNOWN
    if (
        measure.ended is not None
        and day >= measure.ended.date
        and (measure.expires is None or measure.ended.date <= measure.expires)
    ):
        return Status(measure.ended.how.value)
    if measure.expires is not None and day >= measure.expires:
        return Status.EXPIRED
    if not measure.act_seen:
        return Status.ANNOUNCED_WITHOUT_ACT
    if measure.threatened:
        return Status.THREATENED if start is None or day < start else Status.NOT_YET_KNOWN
    if start is None or day < start:
        return Status.ANNOUNCED
    if measure.unknown_from is not None and day >= measure.unknown_from:
        return Status.NOT_YET_KNOWN
    for rest in measure.suspended:
        if rest.contains(day):
            return Status(rest.how.value)
    return Status.IN_FORCE


def as_known(row: Row, day: date) -> Measure | None:
    """A row of a ledger as it was known on `day`; None before it was announced.

    What became known later is left out, and so are the day from which the ledger's author knows nothing more and the day
    the row was reviewed where they lie after `day`. Raises `BadDossier` where the entries make no measure.
    """
    first = row.announced or row.start
    if first is not None and day < first:
        return None
    fields: dict[str, Any] = with_fields(row, {})
    for entry in row.later:
        if entry.known <= day:
            named = entry.set_fields.get("sources", fields["sources"])
            fields = with_fields(made(fields), entry.set_fields)
            fields["sources"] = tuple(dict.fromkeys((*named, *entry.sources)))
            plain = {k: Measure.model_fields[k].default for k in entry.set_fields if "." not in k}
            fields = {k: v for k, v in fields.items() if k not in plain or v != plain[k]}  # what is as if never said is not said
    for name in ("unknown_from", "last_reviewed"):
        known = fields.get(name)
        if isinstance(known, date) and known > day:
            del fields[name]
    return made(fields)


def event_as_known(event: Event, day: date) -> Event | None:
    """An event of a ledger as it was known on `day`, without an outcome of later; None where it was neither past nor expected."""
    if day < (event.known or event.date):
        return None
    told = event.outcome is None or day >= (event.outcome_known or event.until or event.date)
    return event.model_copy(update={"known": None, "outcome_known": None} | ({} if told else {"outcome": None}))


def still_unknown(measures: Iterable[Measure], day: date) -> tuple[Measure, ...]:
    """Those of `measures` in force or suspended before a day after which nothing is known, and which `day` has reached."""
    return tuple(
        m
        for m in measures
        if m.unknown_from is not None
        and day >= m.unknown_from
        and status_on(m, day) is Status.NOT_YET_KNOWN
        and status_on(m, m.unknown_from - timedelta(days=1)) in (Status.IN_FORCE, *RESTING)
    )


def in_force(measures: Iterable[Measure], day: date) -> tuple[Measure, ...]:
    """Those of `measures` whose status on `day` is in force, in the order given."""
    return tuple(m for m in measures if status_on(m, day) is Status.IN_FORCE)


def standing(measure: Measure, day: date) -> Measure:
    """The measure as if it were in force on `day`, without an end: what it does, whatever its dates."""
    dates = {"announced": None, "effective": day, "would_take_effect": None, "expires": None, "ended": None, "unknown_from": None}
    return measure.model_copy(update={**dates, "threatened": False, "suspended": (), "act_seen": True})


def turning_days(measure: Measure) -> tuple[date, ...]:
    """Every day on which the status of `measure` may change, ascending."""
    days = {measure.announced, measure.start, measure.expires, measure.unknown_from}
    days |= {measure.ended.date} if measure.ended else set()
    for rest in measure.suspended:
        days |= {rest.start, rest.to}
    return tuple(sorted(d for d in days if d is not None))


def timeline(measures: Iterable[Measure], start: date, end: date) -> tuple[Span, ...]:
    """Spans of constant status of each measure within [start, end), for charts; unknown stretches are left out."""
    spans: list[Span] = []
    for m in measures:
        cuts = [start, *(d for d in turning_days(m) if start < d < end)]
        own: list[Span] = []
        for begin, stop in zip(cuts, [*cuts[1:], None], strict=True):
            status = status_on(m, begin)
            if own and own[-1].status is status:
                own[-1] = Span(m.id, status, own[-1].start, stop)
            else:
                own.append(Span(m.id, status, begin, stop))
        spans.extend(s for s in own if s.status is not Status.NOT_YET_KNOWN)
    return tuple(spans)


def changes_between(measures: Iterable[Measure], first: date, second: date) -> tuple[StatusChange, ...]:
    """Measures whose status on `second` differs from that on `first`, with the last day in (first, second] it turned.

    Raises `InputError` where `second` comes before `first`.
    """
    if second < first:
        raise InputError(refusal("policy", "days_reversed", first=first, second=second))
    found: list[StatusChange] = []
    for m in measures:
        before, after = status_on(m, first), status_on(m, second)
        if before is after:
            continue
        days = [d for d in turning_days(m) if first < d <= second]
        turned = [d for d in days if status_on(m, d - timedelta(days=1)) is not status_on(m, d)]
        found.append(StatusChange(m.id, turned[-1], before, after))
    return tuple(sorted(found, key=lambda c: (c.date, c.measure)))


_SCHEDULED = ("talks", "summit", "deadline", "meeting", "expected")


def next_deadlines(dossier: _HasCalendar, day: date, within_days: int | None = None) -> tuple[Deadline, ...]:
    """What is due after `day`: measures taking effect, threats falling due, suspensions and measures ending, meetings.

    Ascending by date; `within_days` cuts the list. Events are those of the history dated after `day`. Raises `InputError` where
    `within_days` is below 0 or no number.
    """
    if within_days is not None:
        not_negative(within_days, "the number of days")
    due: list[Deadline] = []

    def add(when: date | None, kind: str, text: str, measure: str | None = None) -> None:
        if when is not None and when > day:
            due.append(Deadline(when, kind, text, (when - day).days, measure))

    for m in dossier.measures:
        status = status_on(m, day)
        if m.unknown_from is not None and status in (Status.ANNOUNCED, Status.IN_FORCE, *RESTING):
            add(m.unknown_from, N_("not known after"), say("words/templates/Measure", "unknown_after", it=m), m.id)
        if status in (*OVER, Status.NOT_YET_KNOWN):
            continue
        if not m.act_seen:
            add(m.effective, N_("announced for"), say("words/templates/Measure", "no_act", it=m), m.id)
            add(m.stop, N_("announced to end"), say("words/templates/Measure", "no_act_end", it=m), m.id)
            continue
        if m.threatened:
            add(m.would_take_effect, N_("threat"), _("{0}: would take effect").format(m.title), m.id)
            continue
        add(m.effective, N_("takes effect"), _("{0}: takes effect").format(m.title), m.id)
        for rest in m.suspended:
            if rest.start <= day:
                add(rest.to, N_("suspension ends"), _("{0}: suspension ends").format(m.title), m.id)
            else:
                add(rest.start, N_("suspension starts"), _("{0}: suspension starts").format(m.title), m.id)
        add(m.stop, N_("ends"), _("{0}: ends").format(m.title), m.id)
    for event in dossier.history:
        if event.kind in _SCHEDULED:
            add(event.date, event.kind, event.text)
    try:
        limit = None if within_days is None else day + timedelta(days=within_days)
    except OverflowError:
        limit = None  # beyond the calendar: everything
    kept = [d for d in due if limit is None or d.date <= limit]
    return tuple(sorted(kept, key=lambda d: (d.date, d.kind, d.measure or "", d.text)))
