"""A dossier: one negotiation as data — parties, dated measures, history, stances, scenarios, key questions, sources.

Everything the product says is computed from a dossier and a world. A dossier holds law, dates, positions and what
others have published; it holds no result of ours. Every measure, event and number names a source of the same file, and
every assumption of ours a number of the ledger `assumptions.yaml` (A1, A2, …).

What is law stands in ledgers: `law:` says which measures of which ledger are taken, as they were known on the dossier's day
(`policy.selection`), and `measures:` adds what is the dossier's own, threats above all. `measures` of a loaded dossier has both,
the dossier's own first; `sources` those of the file, then those cited that stand in the ledgers.

Reading is strict: an unknown key, a missing source, an id twice or a date out of order is a `BadDossier` that says
file, line and field. Whether region and sector codes exist in a given world is a question for `Dossier.check`.

>>> d = load_dossier("kuala-lumpur-2025")
>>> d.as_of.isoformat(), d.venue.region
('2025-10-18', 'MYS')
>>> [s.id for s in d.scenarios]
['status-quo', 'optimistic', 'middle', 'lapse', 'pessimistic', 'decoupling']
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from detente.checks import calendar_day
from detente.errors import BadDossier, OverlappingMeasures, UnknownName, nearest, where_counted
from detente.policy.changes import Change, apply_changes
from detente.policy.instruments import Policy
from detente.policy.measures import Base, Identifier, Measure, Strict, Text, no_bool, same_duty
from detente.policy.parts import (
    Bystander,
    Event,
    Exercise,
    Horizon,
    KeyQuestion,
    Party,
    Published,
    Reference,
    Resolution,
    Scenario,
    Source,
    Venue,
)
from detente.policy.prospects import Branch, Fork, Prospects, Signal
from detente.policy.reading import MAX_BYTES, placed, read_yaml, validate
from detente.policy.selection import Selection, select, without_loose_ends
from detente.policy.stacking import Stack, check_exclusive, codes_of, policy_on, stack_on, without_effect
from detente.policy.timing import Deadline, Span, Status, in_force, next_deadlines, status_on, timeline, turning_days
from detente.types import Array
from detente.words import refusal
from detente.words.names import group_table, region_name, region_table, sector_name, sector_table
from detente.world.economy import Economy
from detente.world.world import World

__all__ = [
    "Branch",
    "Bystander",
    "Change",
    "Dossier",
    "Event",
    "Exercise",
    "Fork",
    "KeyQuestion",
    "Party",
    "Prospects",
    "Published",
    "Scenario",
    "Signal",
    "Source",
    "dossier_json_schema",
    "list_dossiers",
    "load_dossier",
    "parse_dossier",
]
Item = TypeVar("Item")
MOST = 400
"""Entries of one list in a dossier's own file; the largest that ships has 31, and what is law stands in ledgers. Work grows with
their number times the days on which one of them turns."""


class Dossier(Strict):
    """One negotiation. See the module docstring."""

    schema_version: Annotated[Literal[1, 2], BeforeValidator(no_bool)]
    id: Identifier
    title: Text
    summary: Text
    as_of: date
    reference: Reference
    horizon: Horizon = Horizon()
    venue: Venue
    parties: Annotated[tuple[Party, ...], Field(min_length=2)]
    bystanders: tuple[Bystander, ...] = ()
    history: tuple[Event, ...] = ()
    law: Annotated[tuple[Selection, ...], Field(exclude=True)] = ()
    measures: tuple[Measure, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    key_questions: tuple[KeyQuestion, ...] = ()
    prospects: Prospects | None = None
    published: tuple[Published, ...] = ()
    exercises: tuple[Exercise, ...] = ()
    sources: tuple[Source, ...] = ()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for name in ("measures", "history", "scenarios", "sources", "key_questions", "bystanders", "published", "exercises"):
            if len(getattr(self, name)) > MOST:
                raise placed((name,), refusal("policy", "too_many", count=f"{len(getattr(self, name)):,}", most=f"{MOST:,}"))
        written = self.history
        self._take_the_law()
        for what, ids in (
            ("source", [s.id for s in self.sources]), ("measure", [m.id for m in self.measures]),
            ("scenario", [s.id for s in self.scenarios]), ("key question", [q.id for q in self.key_questions]),
            ("published number", [p.id for p in self.published]), ("party", [p.region for p in self.parties]),
            ("exercise", [e.id for e in self.exercises]),
        ):  # fmt: skip
            twice = [i for i, n in Counter(ids).items() if n > 1]
            if twice:
                raise ValueError(refusal("policy", "twice", what=what, id=repr(twice[0])))
        known = {s.id: s.title for s in self.sources}
        for place, where, cited in self._citations():
            for k, source in enumerate(cited):
                if source not in known:
                    if place[0] == "history":  # the law's events stand among those of the file
                        place = ("history", written.index(self.history[int(place[1])]))
                    raise placed((*place, "sources", k), f"{where}: source {_unknown(source, known)}")
        measures = {m.id: m.title for m in self.measures}
        for k, m in enumerate(self.measures):
            for verb, others in (("replaces", m.replaces), ("yields to", m.yields_to)):
                for other in others:
                    if other not in measures:
                        raise placed(self._place(k), f"measure {m.id!r} {verb} {_unknown(other, measures)}")
        for k, exercise in enumerate(self.exercises):
            for other in exercise.measures:
                if other not in measures:
                    told = f"exercise {exercise.id!r}: measure {_unknown(other, measures)}"
                    raise placed(("exercises", k, "measures"), told)
        scenarios = {s.id: s.title for s in self.scenarios}
        for k, q in enumerate(self.key_questions):
            for name in q.scenarios:
                if name not in scenarios:
                    told = f"key question {q.id!r}: scenario {_unknown(name, scenarios)}"
                    raise placed(("key_questions", k, "scenarios"), told)
        self._prospects_fit(scenarios)
        for k, number in enumerate(self.published):
            if number.compare_with is not None and number.compare_with not in scenarios:
                told = f"published {number.id!r}: scenario {_unknown(number.compare_with, scenarios)}"
                raise placed(("published", k, "compare_with"), told)
        for place, where, changes in self.change_lists():
            try:
                changed = apply_changes(self.measures, changes)
            except (BadDossier, UnknownName) as error:
                raise placed(place, f"{where}: {error}") from None
            for m in changed:
                for source in m.sources:
                    if source not in known:
                        raise placed(place, f"{where}: measure {m.id!r}: source {_unknown(source, known)}")
            self._no_overlap(where, changed)
        self._no_overlap("measures", self.measures)
        self._once_and_in_time()
        self._no_circle()
        self._each_duty_once()
        self._changes_count()
        return self

    def _take_the_law(self) -> None:
        """Fill `measures` and `sources` with what `law` selects and what it cites.

        A measure of the dossier's own stands in for a selected one of its id, and a source for the ledger's of its id.
        """
        found, events, shelf = select(self.law, self.as_of)
        own = {m.id for m in self.measures}
        kept = {k: (at, m) for k, (at, m) in found.items() if k not in own}
        taken = without_loose_ends((m for _, m in kept.values()), own | set(kept))
        self.__dict__["measures"] = (*self.measures, *taken)
        self.__dict__["selected"] = {k: at for k, (at, _) in kept.items()}
        told = [e for e in events if e not in self.history]
        self.__dict__["history"] = tuple(sorted((*told, *self.history), key=lambda e: e.date)) if told else self.history
        if not self.measures:
            raise placed(("measures",), refusal("policy", "dossier_without_measures"))
        cited = {source for _, _, sources in self._citations() for source in sources}
        cited |= {source for m in self._all_measures() for source in m.sources}
        cited |= {s for _, _, changes in self.change_lists() for c in changes for s in _named(c.set_fields.get("sources"))}
        given = {s.id for s in self.sources}
        self.__dict__["sources"] = (*self.sources, *(s for s in shelf if s.id in cited and s.id not in given))
        if not self.sources:
            raise placed(("sources",), refusal("policy", "dossier_without_sources"))
        self.__pydantic_fields_set__.update(("history", "measures", "sources"))

    @cached_property
    def selected(self) -> Mapping[str, int]:
        """Measures that `law` selects, by id, with the number of the entry that found them."""
        return {}  # a dossier made by hand; reading one fills it

    def _place(self, k: int) -> tuple[str | int, ...]:
        """Where in the file measure `k` comes from: its own entry, or the selection that found it."""
        at = self.selected.get(self.measures[k].id)
        return ("measures", k) if at is None else ("law", at)

    def _each_duty_once(self) -> None:
        """No duty is entered twice under two names, in the measures or by a change that adds one; see `same_duty`."""
        alike: dict[tuple[object, ...], list[int]] = {}
        for k, m in enumerate(self.measures):
            before = alike.setdefault((m.by, m.instrument, m.start, repr(m.rate_pct)), [])
            for j, other in ((j, self.measures[j]) for j in before):
                if same_duty(m, other):
                    place = self._place(k) if self._place(k)[0] == "measures" else self._place(j)
                    raise placed(place, refusal("policy", "same_duty", first=repr(other.id), second=repr(m.id)))
            before.append(k)
        for path, where, changes in self.change_lists():
            for k, change in enumerate(changes):
                if change.add is None:
                    continue
                for other in apply_changes(self.measures, changes[:k]):
                    if same_duty(change.add, other):
                        told = refusal("policy", "same_duty", first=repr(other.id), second=repr(change.add.id))
                        raise placed((*path, k, "add"), f"{where}: {told}")

    def _changes_count(self) -> None:
        """What a scenario or a stance brings into force is in force on the day it is read."""
        scenarios = [(("scenarios", k, "changes"), s.id, s.changes, s.policy_date) for k, s in enumerate(self.scenarios)]
        stances = [
            (("parties", k, "stances", j, "changes"), f"{p.region} {s.stance}", s.changes, self.stances_day)
            for k, p in enumerate(self.parties)
            for j, s in enumerate(p.stances)
        ]
        for path, name, changes, day in (*scenarios, *stances):
            kind = "scenario" if path[0] == "scenarios" else "stance"
            for k, new in too_late(self.measures, changes, day).items():
                what = {"kind": kind, "name": repr(name), "measure": repr(new.id), "start": new.start, "day": day}
                raise placed((*path, k), refusal("policy", "change_too_late", **what))

    @property
    def stances_day(self) -> datetime.date:
        """The day on which stances are read: the last that a scenario is read on, the dossier's own where that is later."""
        return max([self.as_of, *(s.policy_date for s in self.scenarios)])

    def _once_and_in_time(self) -> None:
        """Nobody is named twice, and what is past or to come lies on the right side of the dossier's date."""
        if self.reference.date > self.as_of:
            raise placed(("reference", "date"), refusal("policy", "reference_late", date=self.reference.date, as_of=self.as_of))
        seen = {p.region: "a party" for p in self.parties}
        for k, b in enumerate(self.bystanders):
            if b.region in seen:
                raise placed(
                    ("bystanders", k, "region"), refusal("policy", "bystander_already", region=b.region, role=seen[b.region])
                )
            seen[b.region] = "a bystander"
        for k, q in enumerate(self.key_questions):
            if q.by_when < self.as_of:
                raise placed(
                    ("key_questions", k, "by_when"), refusal("policy", "question_due", by_when=q.by_when, as_of=self.as_of)
                )
        for k, s in enumerate(self.prospects.signals if self.prospects else ()):
            if s.date > self.as_of:
                where = ("prospects", "signals", k, "date")
                raise placed(where, refusal("policy", "signal_late", signal=repr(s.id), date=s.date, as_of=self.as_of))

    def _no_circle(self) -> None:
        """No measure takes its own place, nor that of one that, step by step, takes its own."""
        for k, m in enumerate(self.measures):
            for name, others in (("replaces", m.replaces), ("yields_to", m.yields_to)):
                if m.id in others:
                    raise placed((*self._place(k), name), refusal("policy", "names_itself", measure=repr(m.id)))
        ahead: dict[str, list[str]] = {m.id: [] if m.base is Base.CAP else list(m.replaces) for m in self.measures}
        for m in self.measures:
            for other in m.yields_to:
                ahead[other].append(m.id)
        clear: set[str] = set()
        for k, m in enumerate(self.measures):
            trail: list[str] = []
            steps = [iter([m.id])]
            while steps:
                here = next(steps[-1], None)
                if here is None:
                    steps.pop()
                    clear |= {trail.pop()} if trail else set()
                elif here in trail:
                    circle = " → ".join([*trail[trail.index(here) :], here])
                    raise placed(self._place(k), refusal("policy", "in_a_circle", circle=circle))
                elif here not in clear:
                    trail.append(here)
                    steps.append(iter(ahead[here]))

    def _prospects_fit(self, scenarios: dict[str, str]) -> None:
        branches = {} if self.prospects is None else {b: branch.title for b, (_, branch) in self.prospects.branches.items()}
        for q in self.key_questions:
            for answer in q.answers:
                for name in answer.table():
                    if name not in branches:
                        raise ValueError(
                            refusal(
                                "policy",
                                "answer_branch",
                                question=repr(q.id),
                                answer=repr(answer.id),
                                branch=_unknown(name, branches),
                            )
                        )
        for b in self.bystanders:
            for item in b.menu:
                if item.given is not None and item.given not in branches:
                    where = f"bystander {b.region}, {item.id}"
                    raise ValueError(refusal("policy", "item_given", where=where, branch=_unknown(item.given, branches)))
        if self.prospects is None:
            return
        if self.prospects.forks[0].date < self.as_of:
            raise ValueError(refusal("policy", "fork_early", fork=repr(self.prospects.forks[0].id), as_of=self.as_of))
        for _, branch in self.prospects.branches.values():
            for counted in (branch.scenario, branch.counts_as):
                if counted is not None and counted not in scenarios:
                    raise ValueError(f"branch {branch.id!r}: scenario {_unknown(counted, scenarios)}")
            bases = [self.scenario(branch.scenario).changes] if branch.scenario else [(), *(s.changes for s in self.scenarios)]
            faults = []
            for base in bases:  # a branch may change what an earlier one added; the whole path is tried when the tree is grown
                try:
                    apply_changes(self.measures, (*base, *branch.changes))
                    break
                except (BadDossier, UnknownName) as error:
                    faults.append(str(error))
            else:
                raise ValueError(f"branch {branch.id!r}: {faults[0]}")

    def _no_overlap(self, where: str, measures: Sequence[Measure]) -> None:
        grouped = [m for m in measures if m.exclusive_group is not None and m.modelled]
        for day in sorted({d for m in grouped for d in turning_days(m)}):
            try:
                check_exclusive(in_force(grouped, day), tuple(region_table()), tuple(sector_table()))
            except OverlappingMeasures as error:
                raise ValueError(f"{where}: on {day}: {error}") from None

    def _citations(self) -> Iterator[tuple[tuple[str | int, ...], str, tuple[str, ...]]]:
        """Whatever cites sources: where it stands, what it is called, the sources."""
        yield ("reference",), "reference", self.reference.sources
        yield ("venue",), "venue", self.venue.sources
        for k, p in enumerate(self.parties):
            yield ("parties", k), f"party {p.region}", p.sources
            for j, m in enumerate(p.motives):
                yield ("parties", k, "motives", j), f"party {p.region}, motive {j + 1}", m.sources
            for j, s in enumerate(p.stances):
                yield ("parties", k, "stances", j), f"party {p.region}, stance {s.stance}", s.sources
        for k, b in enumerate(self.bystanders):
            yield ("bystanders", k), f"bystander {b.region}", b.sources
            yield from ((("bystanders", k, "menu", j), f"bystander {b.region}, {i.id}", i.sources) for j, i in enumerate(b.menu))
        yield from ((("history", k), f"event of {e.date}", e.sources) for k, e in enumerate(self.history))
        yield from ((self._place(k), f"measure {m.id!r}", m.sources) for k, m in enumerate(self.measures))
        yield from ((("scenarios", k), f"scenario {s.id!r}", s.sources) for k, s in enumerate(self.scenarios))
        yield from ((("key_questions", k), f"key question {q.id!r}", q.sources) for k, q in enumerate(self.key_questions))
        yield from (
            ((*at, "resolution"), f"resolution of {where}", r.sources) for at, where, r in self._resolutions() if r is not None
        )
        if self.prospects is not None:
            yield from ((("prospects", "forks", k), f"fork {f.id!r}", f.sources) for k, f in enumerate(self.prospects.forks))
            yield from (
                (("prospects", "signals", k), f"signal {s.id!r}", s.sources) for k, s in enumerate(self.prospects.signals)
            )
        yield from ((("published", k), f"published {n.id!r}", n.sources) for k, n in enumerate(self.published))
        yield from ((("exercises", k), f"exercise {e.id!r}", e.sources) for k, e in enumerate(self.exercises))

    def _resolutions(self) -> Iterator[tuple[tuple[str | int, ...], str, Resolution | None]]:
        yield from ((("key_questions", k), f"key question {q.id!r}", q.resolution) for k, q in enumerate(self.key_questions))
        if self.prospects is not None:
            forks = enumerate(self.prospects.forks)
            yield from ((("prospects", "forks", k), f"fork {f.id!r}", f.resolution) for k, f in forks)

    def unresolvable(self) -> list[str]:
        """Key questions and forks that do not say by which rule and source it will be settled what happened."""
        return [where for _, where, r in self._resolutions() if r is None]

    def change_lists(self) -> Iterator[tuple[tuple[str | int, ...], str, tuple[Change, ...]]]:
        """Where in the file a list of changes stands, whose it is in words, and the list."""
        yield from ((("scenarios", k, "changes"), f"scenario {s.id!r}", s.changes) for k, s in enumerate(self.scenarios))
        for k, p in enumerate(self.parties):
            for j, s in enumerate(p.stances):
                yield ("parties", k, "stances", j, "changes"), f"party {p.region}, stance {s.stance}", s.changes
        for k, b in enumerate(self.bystanders):
            for j, i in enumerate(b.menu):
                yield ("bystanders", k, "menu", j, "changes"), f"bystander {b.region}, {i.id}", i.changes
        for k, number in enumerate(self.published):
            if number.ledger is None:
                yield ("published", k, "changes"), f"published {number.id!r}", number.changes

    # -- looking things up -------------------------------------------------------------------------------------------
    def scenario(self, name: str) -> Scenario:
        """The scenario called `name`. Raises `UnknownName` with a suggestion."""
        return _pick(name, {s.id: (s, s.title) for s in self.scenarios}, "scenario")

    def measure(self, name: str) -> Measure:
        """The measure called `name`. Raises `UnknownName` with a suggestion."""
        return _pick(name, {m.id: (m, m.title) for m in self.measures}, "measure")

    def source(self, name: str) -> Source:
        """The source called `name`. Raises `UnknownName` with a suggestion."""
        return _pick(name, {s.id: (s, s.title) for s in self.sources}, "source")

    def exercise(self, name: str) -> Exercise:
        """The exercise called `name`. Raises `UnknownName` with a suggestion."""
        return _pick(name, {e.id: (e, e.title) for e in self.exercises}, "exercise")

    def party(self, region: str) -> Party:
        """The party called `region`. Raises `UnknownName` with a suggestion."""
        return _pick(region, {p.region: (p, region_name(p.region)) for p in self.parties}, "party")

    def assumption_ids(self) -> tuple[str, ...]:
        """Ledger numbers this dossier uses, ascending."""
        used = {a for m in self.measures for a in m.assumptions}
        used |= {a for s in self.scenarios for a in s.assumptions} | {a for p in self.parties for a in p.assumptions}
        used |= {a for _, _, cs in self.change_lists() for c in cs if c.add for a in c.add.assumptions}
        used |= {a for e in self.exercises for a in e.assumptions}
        if self.prospects is not None:
            used |= set(self.prospects.assumptions) | {a for f in self.prospects.forks for a in f.assumptions}
            used |= {a for s in self.prospects.signals for a in s.assumptions}
        return tuple(sorted(used, key=lambda a: int(a[1:])))

    # -- time and policy ---------------------------------------------------------------------------------------------
    def _on(self, day: date | str | None) -> date:
        """The day meant, a date or its ISO text; the dossier's own for None."""
        return self.as_of if day is None else calendar_day(day)

    def status(self, day: date | str | None = None) -> dict[str, Status]:
        """Status of every measure on `day` (default: the dossier's date)."""
        on = self._on(day)
        return {m.id: status_on(m, on) for m in self.measures}

    def deadlines(self, day: date | str | None = None, within_days: int | None = None) -> tuple[Deadline, ...]:
        """What is due after `day` (default: the dossier's date); see `timing.next_deadlines`."""
        return next_deadlines(self, self._on(day), within_days)

    def timeline(self, start: date | str, end: date | str) -> tuple[Span, ...]:
        """Spans of status of every measure; see `timing.timeline`."""
        return timeline(self.measures, calendar_day(start), calendar_day(end))

    def changes_of(self, scenario: str | None) -> tuple[tuple[Change, ...], date]:
        """Changes and policy date of a scenario; none and the dossier's date for None."""
        if scenario is None:
            return (), self.as_of
        found = self.scenario(scenario)
        return found.changes, found.policy_date

    def measures_in(self, scenario: str | None = None) -> tuple[Measure, ...]:
        """The measures of a scenario, after its changes."""
        return apply_changes(self.measures, self.changes_of(scenario)[0])

    def stack(
        self, scenario: str | None, regions: Sequence[str], sectors: Sequence[str], reference: Array | None = None
    ) -> Stack:
        """Arrays of additional duties and withheld quantities in a scenario; see `stacking.stack_on`."""
        changes, day = self.changes_of(scenario)
        return stack_on(apply_changes(self.measures, changes), day, regions, sectors, reference)

    def policy(
        self,
        scenario: str | None = None,
        regions: Sequence[str] | None = None,
        sectors: Sequence[str] | None = None,
        *,
        changes: Iterable[Change] = (),
        day: date | str | None = None,
        reference: Array | None = None,
    ) -> Policy:
        """The `Policy` of a scenario (default: the status quo on the dossier's date), plus further `changes`.

        `regions` and `sectors` are those of the world (default: all that are known by name); `reference` its duties,
        needed for duties stated as a total (see `stacking`).
        """
        own, own_day = self.changes_of(scenario)
        return policy_on(
            self, own_day if day is None else self._on(day), regions or tuple(region_table()), sectors or tuple(sector_table()),
            (*own, *changes), reference,
        )  # fmt: skip

    def without_effect(self, regions: Sequence[str], sectors: Sequence[str], scenario: str | None = None) -> dict[str, str]:
        """Why a measure in force in a scenario (None: the status quo) changes nothing in a world."""
        return without_effect(in_force(self.measures_in(scenario), self.changes_of(scenario)[1]), regions, sectors)

    def never_effective(self, regions: Sequence[str], sectors: Sequence[str]) -> dict[str, str]:
        """Why a measure of the dossier, or one that it could add, would change nothing in a world on any day."""
        return without_effect(self._all_measures(), regions, sectors)

    def must_fit(self, world: World | Economy) -> None:
        """Raise `BadDossier` where fewer than two parties are economies of `world`, where a code stands for nothing, neither here
        nor in the world that ships, or where a group acts as one.

        A measure of or on an economy that only a larger world has is no fault: it changes nothing here, and that is told. `check`
        counts it as one.
        """
        lacking = [p.region for p in self.parties if p.region not in world.regions]
        if len(self.parties) - len(lacking) < 2:
            told = " and ".join([", ".join(lacking[:-1]), lacking[-1]] if lacking[1:] else lacking)
            raise BadDossier(refusal("policy", "two_parties", dossier=self.id, world=world.name, regions=told))
        known = (*world.regions, *region_table()), (*world.sectors, *sector_table())
        for problem in (*self.check(*known), *self._groups(world.regions)):
            raise BadDossier(f"{self.id}: {problem}")

    def _groups(self, regions: Sequence[str]) -> list[str]:
        """Parties and authors of measures that are groups and no region of the world, in words."""
        acting = {f"party {p.region}": (p.region, "party") for p in self.parties}
        acting |= {f"measure {m.id!r}, by": (m.by, "measure") for m in self._all_measures()}
        found = []
        for where, (code, kind) in acting.items():
            if code in group_table() and code not in regions:
                members = ", ".join(codes_of(code, regions))
                found.append(refusal("policy", "group_acts", where=where, code=code, members=members, kind=kind))
        return found

    def _all_measures(self) -> tuple[Measure, ...]:
        """The measures, and those that scenarios, stances, menus and branches could add."""
        forks = self.prospects.branches.values() if self.prospects else ()
        lists = (*(changes for _, _, changes in self.change_lists()), *(branch.changes for _, branch in forks))
        added = [c.add for changes in lists for c in changes if c.add is not None]
        return tuple({m.id: m for m in (*self.measures, *added)}.values())

    def check(self, regions: Sequence[str], sectors: Sequence[str]) -> list[str]:
        """Problems of this dossier with a given world, in words: codes it lacks, measures that would then do nothing."""
        known = {**{r: region_name(r) for r in regions}, **{g: str(e["name"]) for g, e in group_table().items()}}
        known_sectors = {s: sector_name(s) for s in sectors}
        problems: list[str] = []

        def region(where: str, code: str) -> None:
            if code not in known:
                problems.append(f"{where}: region {_unknown(code, known)}")

        problems += self._groups(regions)
        region("venue", self.venue.region)
        for p in self.parties:
            region("party", p.region)
            for s in p.objective.employment:
                if s != "default" and s not in known_sectors:
                    problems.append(f"party {p.region}, objective: sector {_unknown(s, known_sectors)}")
        for b in self.bystanders:
            region("bystander", b.region)
        for e in self.history:
            for code in e.parties:
                region(f"event of {e.date}", code)
        for m in self._all_measures():
            for code in dict.fromkeys(m.named_regions()):
                region(f"measure {m.id!r}", code)
            for code in dict.fromkeys(m.named_sectors()):
                if code not in known_sectors:
                    problems.append(f"measure {m.id!r}: sector {_unknown(code, known_sectors)}")
        for exercise in self.exercises:
            region(f"exercise {exercise.id!r}", exercise.by)
            for code in exercise.sectors:
                if code not in known_sectors:
                    problems.append(f"exercise {exercise.id!r}: sector {_unknown(code, known_sectors)}")
        return problems


def _named(value: object) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, (list, tuple)) else ()


def _unknown(name: str, known: dict[str, str]) -> str:
    if told := where_counted(name, known):
        return f"{name!r} — {told}"
    close = nearest(name, known)
    if not close:
        return f"{name!r} is not known"
    return f"{name!r} — did you mean {' or '.join(f'{c} ({known[c]})' if known[c] else c for c in close)}?"


def _pick(name: str, table: dict[str, tuple[Item, str]], what: str) -> Item:
    if name not in table:
        raise UnknownName(name, {k: title for k, (_, title) in table.items()}, what)
    return table[name][0]


def _shelf() -> Traversable:
    return files("detente").joinpath("data", "dossiers")


# -- files -----------------------------------------------------------------------------------------------------------
@cache
def list_dossiers() -> tuple[str, ...]:
    """Ids of the dossiers that come with the package."""
    return tuple(sorted(p.name[:-5] for p in _shelf().iterdir() if p.name.endswith(".yaml")))


def too_late(measures: Sequence[Measure], changes: Sequence[Change], day: datetime.date) -> dict[int, Measure]:
    """Changes that would bring a measure into force after `day` only, by position, with the measure; one that is put off, or that
    a later change of the list brings forward, is none of them."""
    found: dict[int, Measure] = {}
    at_last = {m.id: m for m in apply_changes(measures, changes)}
    for k, change in enumerate(changes):
        before = {m.id: m for m in apply_changes(measures, changes[:k])}
        after = {m.id: m for m in apply_changes(measures, changes[: k + 1])}
        old, new = before.get(change.target), after.get(change.target)
        if new is None or new.threatened or new.start is None or new.start <= day:
            continue
        last = at_last.get(new.id)
        if last is not None and not last.threatened and last.start is not None and last.start <= day:
            continue
        if old is None or old.threatened or old.start is None or old.start >= new.start:
            found[k] = new
    return found


def in_time(measures: Sequence[Measure], changes: Sequence[Change], day: datetime.date) -> tuple[Change, ...]:
    """`changes` without those that would count for nothing on `day`, and without what hangs on them."""
    kept = tuple(changes)
    while late := too_late(measures, kept, day):
        gone = {added.id for k in late if (added := kept[k].add) is not None}
        kept = tuple(c for k, c in enumerate(kept) if k not in late and (c.add is not None or c.target not in gone))
    return kept


def load_dossier(name_or_path: str | Path) -> Dossier:
    """A packaged dossier by id, or any dossier by path (something with a separator, a suffix, or an existing file).

    Raises `BadDossier` (file, line, field) and `UnknownName` for an id no packaged dossier has.
    """
    if isinstance(name_or_path, str) and name_or_path in list_dossiers():
        return _packaged(name_or_path)
    path = Path(name_or_path)
    if not path.is_file():
        looks_like_path = path.suffix in (".yaml", ".yml") or len(path.parts) > 1
        if looks_like_path:
            raise BadDossier(f"{path}: no such file")
        raise UnknownName(str(name_or_path), list(list_dossiers()), "dossier")
    if path.stat().st_size > MAX_BYTES:
        raise BadDossier(refusal("policy", "file_too_large", path=path, size=f"{path.stat().st_size:,}", most=f"{MAX_BYTES:,}"))
    return parse_dossier(path.read_bytes(), str(path), path.parent)


@cache
def _packaged(name: str) -> Dossier:
    return parse_dossier(_shelf().joinpath(f"{name}.yaml").read_bytes(), f"{name}.yaml")


def source_of(name_or_path: str | Path) -> bytes:
    """The text of a dossier's file, packaged or not."""
    name = str(name_or_path)
    return _shelf().joinpath(f"{name}.yaml").read_bytes() if name in list_dossiers() else Path(name).read_bytes()


def parse_dossier(text: str | bytes, name: str = "dossier.yaml", folder: Path | None = None) -> Dossier:
    """A dossier from the text of a YAML file; `name` is what errors call the file, `folder` where files that it names are looked
    for. Without a folder, as for a text from the page, it may name none."""
    data, lines = read_yaml(text, name)
    ahead = data.get("prospects") if isinstance(data, dict) else None
    record = ahead.get("record") if isinstance(ahead, dict) else None
    if folder is not None and isinstance(ahead, dict) and isinstance(record, str) and record.endswith((".yaml", ".yml")):
        path = folder / record
        if not path.is_file():
            line = lines["prospects", "record"]
            raise BadDossier(refusal("policy", "no_such_record", file=name, line=line, path=path))
        ahead["record"] = read_yaml(path.read_bytes(), str(path))[0]
    return validate(Dossier, data, lines, name)


def dossier_json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a dossier, for editors and for the web page."""
    schema = Dossier.model_json_schema(by_alias=True)
    either = [{"required": ["law"]}, {"required": ["measures"]}]  # what is read without either holds no law at all
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "anyOf": either}
