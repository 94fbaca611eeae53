"""The dispatch: what changed between two days in a dispute, on one page of at most 400 words.

The window is (since, until]: what turned on `until` is in it, what turned on `since` is not. A measure is told once, with every
turn it took, also one that began and ended in between. Beside the measures stand

    duties   average duty of each party on each other on either day, percent of customs value
    income   real income at the case's month, against the reference, if the measures of either day stayed for good; the change, in
             million a year, is read at one reading of the path at a time, and its range is over them
    odds     as they were recorded in a journal of forecasts by either day. Of a day before the dossier's there are no others.

After the dossier's day only what is decided already is told. A ledger has measures, events and duties, no money and no odds.

>>> found = dispatch("us-china", "2026-02-01", "2026-03-01")
>>> [s.kind for s in found.stories if s.measure == "us-fentanyl-10-again"], found.incomes
(['over'], ())
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import permutations
from typing import Any, Literal

import pandas as pd

from detente import words as text
from detente.briefing import page
from detente.briefing.annex.road import average_on
from detente.briefing.document import Cell, Column, Table
from detente.briefing.view import CaseView
from detente.cases.baselines import REFERENCE, in_words
from detente.cases.case import CENTRAL, Case
from detente.checks import calendar_day
from detente.equilibrium.memory import solved_once
from detente.equilibrium.outcome import Outcome
from detente.errors import CornerResult, InputError, NotConverged
from detente.outlook.fork_odds import branch_odds
from detente.outlook.journal import Contents, Entry
from detente.outlook.outlook import pooled_odds
from detente.outlook.tree import STATUS_QUO, grow
from detente.outlook.watching import kept_signals
from detente.policy.averages import average_tariff
from detente.policy.dossier import Dossier
from detente.policy.ledger import Ledger, load_calendar
from detente.policy.measures import InstrumentKind
from detente.policy.parts import Event
from detente.policy.prospects import Fork
from detente.policy.timing import OVER, RESTING, Deadline, Status, next_deadlines, status_on, turning_days
from detente.strategy.year import money_of
from detente.types import Progress, Range, plain
from detente.words import refusal, whole_percent
from detente.world.library import load_world
from detente.world.world import World

__all__ = [
    "WORDS",
    "Dispatch",
    "Duty",
    "Income",
    "Moved",
    "OddsByDay",
    "Story",
    "Turn",
    "dispatch",
    "stories",
    "window",
    "words_on",
]

TEMPLATE = "briefing/dispatch"
WORDS = 400
"""Words on the page at most."""
Kind = Literal["began", "passed", "over", "paused", "threatened", "announced", "unknown"]
KINDS: tuple[Kind, ...] = ("began", "passed", "over", "paused", "threatened", "announced", "unknown")
"""What became of a measure, in the order in which it is told."""
NOT_YET = (Status.NOT_YET_KNOWN, Status.ANNOUNCED, Status.ANNOUNCED_WITHOUT_ACT, Status.THREATENED)
MET = (("talks", "summit", "meeting", "call", "deal", "truce", "court"), ("deadline", "expected", "statement"))
"""Kinds of events that are told, the first before the others; what the measures say already is left out."""
DUE, PAIRS, ENDS, ROWS = 3, 4, 3, 5
"""Days ahead, average duties, ends of the talks and economies that are told at most."""
LEVELS = 0.1
"""Percent of real income below which the change alone is told."""
LEAST = 0.5
"""Million a year that print as nothing."""
FITS = (
    (8, 3, 110), (6, 3, 110), (5, 2, 110), (4, 2, 110), (3, 2, 100), (3, 1, 90), (3, 1, 70), (3, 0, 60), (2, 1, 60), (2, 0, 60),
    (1, 1, 70), (1, 0, 60), (1, 0, 40), (0, 0, 40),
)  # fmt: skip
"""Measures of a kind (of the first twice as many), events and characters of a title, tried until the page is short enough."""


def _said(part: str, **values: Any) -> str:
    return text.say(TEMPLATE, part, **values)


# -- what changed ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Turn:
    """A day on which the status of a measure changed, and from what to what."""

    day: date
    before: Status
    after: Status


@dataclass(frozen=True)
class Story:
    """A measure that turned in the window, with all its turns. `counted`: it enters the figures when it is in force; `between`:
    it is of one party on another by name; `ahead`: its last turn lies after the day to which things are known."""

    measure: str
    title: str
    by: str
    turns: tuple[Turn, ...]
    url: str = ""
    counted: bool = True
    between: bool = False
    ahead: bool = False

    @property
    def kind(self) -> Kind:
        """What became of it; "passed" is what came and went within the window."""
        first, last = self.turns[0].before, self.turns[-1].after
        if last in OVER:
            stood = any(t.after is Status.IN_FORCE or t.after in RESTING for t in self.turns)
            return "passed" if first in NOT_YET and stood else "over"
        if last in RESTING:
            return "paused"
        named: dict[Status, Kind] = {Status.IN_FORCE: "began", Status.THREATENED: "threatened", Status.NOT_YET_KNOWN: "unknown"}
        return named.get(last, "announced")

    @property
    def told(self) -> tuple[Turn, ...]:
        """The turns worth telling: the last, and those before it in which it began, paused or ended."""
        return tuple(t for t in self.turns if t is self.turns[-1] or t.after not in NOT_YET)


def stories(book: Dossier | Ledger, since: date, until: date) -> tuple[Story, ...]:
    """Every measure whose status turned in (since, until], the latest first."""
    urls = {s.id: s.url or "" for s in book.sources}
    parties = _parties(book)
    found = []
    for m in book.measures:
        steps = [(d, status_on(m, d - timedelta(days=1)), status_on(m, d)) for d in turning_days(m) if since < d <= until]
        turns = tuple(Turn(d, a, b) for d, a, b in steps if a is not b)
        if turns:
            url = next((urls[s] for s in m.sources if urls.get(s)), "")
            counted = m.modelled and not m.in_baseline
            between = m.by in parties and m.on != "all" and any(on in parties for on in m.on)
            found.append(Story(m.id, m.title, m.by, turns, url, counted, between, turns[-1].day > book.as_of))
    return tuple(sorted(found, key=lambda s: (-s.turns[-1].day.toordinal(), s.measure)))


def _parties(book: Dossier | Ledger) -> tuple[str, ...]:
    """Parties of a dossier; of a ledger the two governments with the most measures on each other by name."""
    if isinstance(book, Dossier):
        return tuple(p.region for p in book.parties)
    own = Counter(m.by for m in book.measures)
    named = [(m.by, on) for m in book.measures if m.on != "all" for on in m.on if on in own and on != m.by]
    pairs = Counter(tuple(sorted(pair)) for pair in named)
    top = max(pairs, key=lambda pair: (pairs[pair], pair), default=())
    return tuple(sorted(top, key=lambda code: -own[code]))


def window(since: str | date | None, until: str | date | None, as_of: date) -> tuple[date, date]:
    """The two days: by default the month before the dossier's own. Raises `InputError` where they hold no day."""
    last = as_of if until is None else calendar_day(until)
    first = _month_before(last) if since is None else calendar_day(since)
    if first > last:
        raise InputError(refusal("briefing", "reversed", since=first, until=last))
    if first == last:
        raise InputError(refusal("briefing", "no_day", day=last))
    return first, last


def _month_before(day: date) -> date:
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


# -- numbers -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Duty:
    """Average duty of `by` on goods of `on` on both days, percent of customs value; `added`: only what was added since 2024."""

    by: str
    on: str
    before: float
    after: float
    added: bool = False

    @property
    def moved(self) -> bool:
        """Whether it prints differently to a tenth."""
        return text.fixed(self.before, 1) != text.fixed(self.after, 1)

    @property
    def printed(self) -> tuple[str, str]:
        """Both in whole percents, to a tenth where they are small or lie less than a point apart."""
        near = self.moved and abs(self.after - self.before) < 1

        def shown(x: float) -> str:
            return text.fixed(x, 1 if near or x < 10 else 0)

        return shown(self.before), shown(self.after)


@dataclass(frozen=True)
class Income:
    """Real income of an economy where each day's measures would lead, percent, and what the change is worth, million a year."""

    code: str
    before: Range
    after: Range
    change: Range

    @property
    def moved(self) -> bool:
        """Whether the change is worth as much as a million."""
        return any(abs(x) >= LEAST for x in self.change)

    @property
    def scale(self) -> float:
        """Million in the unit in which the change is printed: 1000 where it is a billion."""
        return 1000.0 if max(abs(x) for x in self.change) >= 995 else 1.0

    @property
    def printed(self) -> Range:
        """The change as printed, in that unit: to two digits, a tenth at most."""
        return Range(*(text.in_two(x / self.scale, 1) for x in self.change))

    @property
    def sign(self) -> Literal["gain", "loss", "open", "flat"]:
        """What the printed figures say."""
        low, _, high = self.printed
        return "open" if low < 0 < high else "loss" if low < 0 else "gain" if high > 0 else "flat"


def duties_of(case: CaseView, since: date, until: date) -> tuple[Duty, ...]:
    """Of every pair of parties, both ways; none for days before the averages begin."""
    found = []
    for one, other in case.pairs:
        for by, on in ((one, other), (other, one)):
            level = average_on(case, by, on)
            try:
                found.append(Duty(by, on, level(since), level(until)))
            except InputError:
                continue
    return _most(found, len(found))


def duties_in(book: Ledger, told: Sequence[Story], since: date, until: date) -> tuple[Duty, ...]:
    """Of the two governments a ledger is most about, and of whoever else its changed duties name."""
    known = {m.id: m for m in book.measures}
    pairs = own = tuple(permutations(_parties(book), 2))
    for m in (known[s.measure] for s in told if s.counted and not s.ahead):
        if m.instrument is InstrumentKind.TARIFF and m.on != "all":
            pairs += tuple((m.by, on) for on in m.on)
    found = []
    for by, on in dict.fromkeys(pairs):
        try:
            before, after = (average_tariff(book, by, on, day) for day in (since, until))
        except InputError:  # a pair without weights, or a day before the averages begin
            continue
        found.append(Duty(by, on, float(before), float(after), after.definition == "added-since-2024"))
    return _most(found, len(own))


def _most(found: Sequence[Duty], own: int) -> tuple[Duty, ...]:
    """Those that moved, the first `own` before the others, these by how far; where none moved the first `own`."""
    ranked = [*found[:own], *sorted(found[own:], key=lambda d: -abs(d.after - d.before))]
    moved = [d for d in ranked if d.moved]
    return tuple(moved[:PAIRS] or ranked[:own])


def incomes_of(case: CaseView, since: date, until: date) -> tuple[Income, ...]:
    """Every party and the host, at every reading that has an answer for both days."""
    then = case.on_day(until)
    pairs: list[tuple[Outcome, Outcome]] = []
    for variant in then.answered(None, REFERENCE):
        try:
            pairs.append((then.had_stayed(since, variant), then.outcome(None, variant=variant, against=REFERENCE)))
        except (NotConverged, CornerResult):
            if variant == CENTRAL:
                raise

    def spanned(values: Sequence[float]) -> Range:
        return Range(min(values), values[0], max(values))

    found = []
    for code in case.trio[:ROWS]:
        values = [(float(a.real_income[code]), float(b.real_income[code])) for a, b in pairs]
        worth = money_of(case, code)[1] / 100
        found.append(
            Income(
                code,
                spanned([a for a, _ in values]),
                spanned([b for _, b in values]),
                spanned([(b - a) * worth for a, b in values]),
            )
        )
    return tuple(found)


# -- odds --------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Moved:
    """The branch of a fork whose odds moved most between two forecasts, each with its day."""

    fork: str
    branch: str
    before: float
    before_day: date
    after: float
    after_day: date

    @property
    def points(self) -> int:
        """How far it moved as printed, whole percentage points."""
        return abs(whole_percent(self.after) - whole_percent(self.before))


@dataclass(frozen=True)
class OddsByDay:
    """What is known of the odds: forks whose odds were recorded twice, those settled in the window (fork, branch, day), and the
    ends of the talks (title, probability, whole percent) as of `on`. `recorded`: anything was by the last day."""

    moves: tuple[Moved, ...] = ()
    settled: tuple[tuple[str, str, date], ...] = ()
    ends: tuple[tuple[str, float, int], ...] = ()
    on: date | None = None
    recorded: bool = False


def odds_of(
    dossier: Dossier,
    world: World,
    contents: Contents,
    since: date,
    until: date,
    progress: Progress | None,
    stand_off: bool = True,
) -> OddsByDay | None:
    """Odds by either day; None for a dossier without forks. Raises `InputError` for a journal that was changed by hand."""
    if dossier.prospects is None:
        return None
    if contents.faults:
        raise InputError(refusal("briefing", "journal_faults", fault=contents.faults[0]))
    now: dict[str, Mapping[str, float]] = {}
    ends: tuple[tuple[str, float, int], ...] = ()
    said = [e for e in contents.of("forecast", dossier.id) if e.made_on <= until]
    on = _today(dossier, said)
    if until >= dossier.as_of:
        signals = kept_signals(contents, dossier)
        if stand_off:
            found = pooled_odds(dossier, world, on=on, signals=signals, progress=progress)
        else:
            found = branch_odds(dossier, on=on, signals=signals)
        now = {f: o.probability for f, o in found.items()}
        tree = grow(dossier, {f: o.ranges for f, o in found.items()})
        titles = {s.id: s.title for s in dossier.scenarios} | {STATUS_QUO: _said("as_it_is", on=dossier.as_of)}
        ends = tuple((titles[s], p, tree.percents[s]) for s, p in tree.scenarios.items())
    moves = [m for f in dossier.prospects.forks if (m := _moved(f, said, since, now.get(f.id), on)) is not None]
    forks = {f.id: (f.title, {b.id: b.title for b in f.branches}) for f in dossier.prospects.forks}
    settled = {
        e.data["fork"]: (*_outcome(e, forks), e.made_on)
        for e in contents.of("resolution", dossier.id)
        if since < e.made_on <= until and e.data["fork"] in forks
    }
    ranked = sorted(moves, key=lambda m: -m.points)
    return OddsByDay(tuple(ranked), tuple(settled.values()), ends, on if ends else None, bool(said))


def _today(dossier: Dossier, said: Sequence[Entry]) -> date:
    """The day for which the ends are told: that of the last forecast where no fork is past by then, else the dossier's own."""
    latest = max((e.made_on for e in said), default=dossier.as_of)
    forks = dossier.prospects.forks if dossier.prospects is not None else ()
    return latest if latest > dossier.as_of and all(f.date >= latest for f in forks) else dossier.as_of


def _outcome(entry: Entry, forks: Mapping[str, tuple[str, Mapping[str, str]]]) -> tuple[str, str]:
    title, branches = forks[entry.data["fork"]]
    return title, branches.get(entry.data["branch"], str(entry.data["branch"]))


def _moved(fork: Fork, said: Sequence[Entry], since: date, now: Mapping[str, float] | None, on: date) -> Moved | None:
    """The last forecast by `since` (else the first after it) against the last one, or today's odds where they are later."""
    own = sorted((e for e in said if e.data["fork"] == fork.id), key=lambda e: (e.made_on, e.line))
    if not own:
        return None
    first = next((e for e in reversed(own) if e.made_on <= since), own[0])
    last: tuple[date, Mapping[str, float]] = own[-1].made_on, own[-1].data["probability"]
    if now is not None and last[0] < on:
        last = on, now
    if last[0] <= first.made_on:
        return None
    titles = {b.id: b.title for b in fork.branches}
    shared = [b for b in titles if b in first.data["probability"] and b in last[1]]
    if not shared:
        return None
    earlier = first.data["probability"]
    top = max(shared, key=lambda b: abs(last[1][b] - earlier[b]))
    return Moved(fork.title, titles[top], float(earlier[top]), first.made_on, float(last[1][top]), last[0])


# -- the dispatch ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Dispatch:
    """What changed between two days. `first` is the first day of which anything is on file; `beyond` what a ledger says of days
    after the newest fact it has; `span` and `reference` when income is read and what it is compared with, in words."""

    id: str
    title: str
    since: date
    until: date
    as_of: date
    stories: tuple[Story, ...]
    events: tuple[Event, ...]
    duties: tuple[Duty, ...]
    due: tuple[Deadline, ...]
    first: date | None = None
    beyond: str = ""
    incomes: tuple[Income, ...] = ()
    odds: OddsByDay | None = None
    money: str = "USD"
    money_year: int = 0
    span: str = ""
    reference: str = ""
    made: str = ""
    ledger: bool = False
    files: Mapping[str, str] | None = None

    # -- in words --------------------------------------------------------------------------------------------------------
    def groups(self) -> list[tuple[Kind, bool, list[Story]]]:
        """Measures by what became of them: the kind, whether that is still to come, and the measures; what came first."""
        found: list[tuple[Kind, bool, list[Story]]] = [
            (kind, ahead, [s for s in self.stories if s.kind == kind and s.ahead is ahead])
            for ahead in (False, True)
            for kind in KINDS
        ]
        return [g for g in found if g[2]]

    @cached_property
    def finding(self) -> str:
        """What changed in a line."""
        talked = any(e.kind in MET[0] and e.date <= self.as_of for e in self.events)
        return _said(
            "finding", it=self, talked=talked, counts=[(kind, ahead, len(own)) for kind, ahead, own in self.groups()][:3]
        )

    @cached_property
    def lede(self) -> str:
        """Duties, then what the change is worth."""
        return _said("lede", it=self, moved=[d for d in self.duties if d.moved])

    @cached_property
    def worth(self) -> str:
        """What the change is worth to whom, where it is worth anything."""
        table = self._table()
        return "" if table is None else _said("worth", it=self, rows=[(r[0].text, r[1]) for r in table.rows])

    @cached_property
    def told_odds(self) -> str:
        """How the odds moved, or that it is not known."""
        moves = [] if self.odds is None else [m for m in self.odds.moves if m.points]
        return _said("odds", it=self, moves=moves, ends=() if self.odds is None else self.odds.ends[:ENDS], clip=60)

    def answer(self) -> str:
        """The dispatch as a person would say it, in paragraphs."""
        parts = (self.finding, self.lede, self.worth, self.told_odds, _said("next_days", it=self, clip=60), self.beyond)
        return "\n\n".join(p if p.endswith((".", "?", "!")) else f"{p}." for p in parts if p)

    # -- the page --------------------------------------------------------------------------------------------------------
    def html(self) -> str:
        """The page as one file of HTML that loads nothing."""
        return self._fitted("dispatch.html.j2")

    def markdown(self) -> str:
        """The same in Markdown."""
        return self._fitted("dispatch-page.md.j2")

    def _fitted(self, template: str) -> str:
        """The longest page of at most `WORDS` words; how much fits is decided by the HTML, so that both say the same."""
        for most, events, clip in FITS[:-1]:
            if words_on(self._page("dispatch.html.j2", most, events, clip)) <= WORDS:
                return self._page(template, most, events, clip)
        return self._page(template, *FITS[-1])

    def _page(self, template: str, most: int, events: int, clip: int) -> str:
        return page.dispatch_page(
            template,
            head={"kicker": _said("kicker", it=self), "title": self.finding, "lede": self.lede, "made": self.made},
            groups=self._told(most, clip),
            table=self._table(),
            odds=(_said("odds_lead"), self.told_odds),
            events=(
                _said("events_lead", ahead=any(e.date > self.as_of for e in self.events)),
                [self._event(e, clip) for e in self._events(events)],
            ),
            due=(_said("due_lead", it=self), [_said("due", it=d, until=self.until, clip=clip) for d in self.due]),
            notes=[n for n in (_said("note", it=self, uncounted=self._uncounted()), self.beyond) if n],
        )

    def _told(self, most: int, clip: int) -> list[dict[str, Any]]:
        """Measures by what became of them: lead, entries (title, when, address), how many more."""
        found = []
        for k, (kind, ahead, own) in enumerate(self.groups()):
            kept = sorted(own, key=lambda s: -(s.counted + s.between))[: most if k else max(1, 2 * most)]
            entries = [
                {"title": _short(s.title, clip), "when": _said("when", it=s, until=self.until), "url": s.url}
                for s in own
                if s in kept
            ]
            lead = _said("lead", kind=kind, ahead=ahead, n=len(own))
            found.append({"lead": lead, "entries": entries, "more": _said("more", n=len(own) - len(kept)) if kept else ""})
        return found

    def _events(self, most: int) -> list[Event]:
        """Those told: talks and rulings before statements, the latest of each; in order of their days."""
        ranked = sorted(self.events, key=lambda e: (e.kind not in MET[0], -e.date.toordinal()))[:most]
        return sorted(ranked, key=lambda e: e.date)

    def _event(self, event: Event, clip: int) -> dict[str, str]:
        said = _said("event", it=event, until=self.until, clip=2 * clip)
        return {"text": said, "url": (self.files or {}).get(event.sources[0], "")}

    def _uncounted(self) -> int:
        """Measures that began or ended and are in no figure."""
        return sum(not s.counted for s in self.stories if s.kind in ("began", "over", "passed", "paused"))

    def _table(self) -> Table | None:
        """What the change is worth, and where it prints differently the real income of either day; None where nobody's moves."""
        rows = [i for i in self.incomes if i.moved]
        if not rows:
            return None
        levels = any(
            _level(i.before).text != _level(i.after).text for i in rows if max(map(abs, (*i.before, *i.after))) >= LEVELS
        )
        days = (self.since, self.until) if levels else ()
        columns = (
            Column(_said("economy_head")),
            Column(_said("change_head"), _said("money_unit", it=self), number=True),
            *(Column(_said("day_head", on=d, until=self.until), _said("percent_unit"), number=True) for d in days),
        )
        cells = [(Cell(text.short_name(i.code)), _change(i), *(_level(r) for r in (i.before, i.after) if levels)) for i in rows]
        return Table(
            "dispatch-income", _said("table_title", it=self, rows=rows), _said("table_subtitle", it=self), columns, tuple(cells)
        )

    # -- for programs ----------------------------------------------------------------------------------------------------
    def to_frame(self) -> pd.DataFrame:
        """One row a turn of a measure."""
        rows = [
            {
                "day": t.day.isoformat(), "measure": s.measure, "title": s.title, "by": s.by, "before": t.before.value,
                "after": t.after.value, "became": s.kind, "counted": s.counted, "decided_only": t.day > self.as_of, "url": s.url,
            }
            for s in self.stories for t in s.turns
        ]  # fmt: skip
        heads = ("day", "measure", "title", "by", "before", "after", "became", "counted", "decided_only", "url")
        return pd.DataFrame(rows, columns=list(heads)).sort_values(["day", "measure"], ignore_index=True)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        odds = None if self.odds is None else {**plain(self.odds), "on": None if self.odds.on is None else str(self.odds.on)}
        return {
            "id": self.id, "title": self.title, "since": self.since.isoformat(), "until": self.until.isoformat(),
            "as_of": self.as_of.isoformat(), "finding": self.finding, "explained": self.answer(),
            "changes": self.to_frame().to_dict(orient="records"),
            "events": [{"date": e.date.isoformat(), "kind": e.kind, "text": e.text, "outcome": e.outcome} for e in self.events],
            "average_duties": [{**plain(d), "unit": "% of customs value"} for d in self.duties],
            "real_income": [
                {
                    "region": i.code, "before_percent": i.before._asdict(), "after_percent": i.after._asdict(),
                    "change_million": i.change._asdict(),
                }
                for i in self.incomes
            ],
            "horizon": self.span or None, "against": self.reference or None,
            "money": f"{self.money} of {self.money_year}" if self.incomes else None, "odds": odds,
            "next": [{"date": d.date.isoformat(), "kind": d.kind, "text": d.text, "measure": d.measure} for d in self.due],
            "beyond_knowledge": self.beyond or None,
        }  # fmt: skip


def _short(title: str, most: int) -> str:
    """A title of at most so many characters: first without what stands in brackets at its end."""
    bare = re.sub(r" \([^()]*\)$", "", title)
    return text.clipped(title if len(title) <= most else bare, most)


def _level(r: Range) -> Cell:
    """Real income in percent with its range; a word for the figure where the ends differ in sign."""
    low, value, high = (text.fixed(x, 2, signed=True) for x in r)
    ends = "" if low == high else text.to(low, high).replace(" ", text.FIRM)
    return Cell(_said("open_sign") if text.straddles(r.low, r.high) else value, ends)


def _change(i: Income) -> Cell:
    """What a change is worth with its range; words where the ends differ in sign or tenfold as printed."""
    low, value, high = i.printed
    small, large = sorted((abs(low), abs(high)))
    shown = [text.fixed(x, text.decimals_for(x, most=1), signed=True) for x in (low, value, high)]
    unit = {"unit": _said("size", scale=i.scale)}
    ends = "" if low == high else text.to(shown[0], shown[2]).replace(" ", text.FIRM)
    if i.sign == "open":
        return Cell(_said("open_sign"), f"{ends}{text.FIRM}{unit['unit']}")
    if large and (small == 0 or large >= 10 * small):
        return Cell(_said("wide", far=shown[0] if abs(low) == large else shown[2], **unit))
    return Cell(_said("amount", value=shown[1], **unit), ends)


def words_on(html: str) -> int:
    """Words a reader of a page sees."""
    body = re.sub(r"<style>.*?</style>|<title>.*?</title>|<!--.*?-->", " ", html, flags=re.DOTALL)
    return len(re.sub(r"<[^>]*>", " ", body).split())


def dispatch(
    target: str | Dossier | Ledger,
    since: str | date | None = None,
    until: str | date | None = None,
    *,
    world: World | None = None,
    horizon: str | None = None,
    journal: Contents | None = None,
    stand_off: bool = True,
    progress: Progress | None = None,
) -> Dispatch:
    """What changed in a dossier or ledger (or its name or file) from one day to another, by default the month before its own.

    Odds of earlier days are those of `journal`. Without `stand_off` today's odds leave that model out. Raises `InputError` for
    days in the wrong order, and what reading and solving raise.
    """
    book = load_calendar(target) if isinstance(target, str) else target
    begins = min((d for m in book.measures for d in turning_days(m)), default=None)
    first, last = window(since, until, book.as_of)
    told = stories(book, first, last)
    found = Dispatch(
        id=book.id, title=book.title, since=first, until=last, as_of=book.as_of, stories=told,
        events=tuple(e for e in book.history if first < e.date <= last and e.kind in (*MET[0], *MET[1])),
        duties=(), due=next_deadlines(book, last)[:DUE], files={s.id: s.url or "" for s in book.sources}, first=begins,
    )  # fmt: skip
    if isinstance(book, Ledger):
        made = _said("ledger_made", it=book)
        beyond = _said("beyond", known=book.known_to) if book.beyond_knowledge(last) else ""
        duties = duties_in(book, told, first, last)
        return replace(found, duties=duties, beyond=beyond, made=made, ledger=True)
    table = world or load_world()
    with solved_once(between_runs=True):
        checked = Case.of(book, table, horizon)
        case = CaseView(book, table, checked.parameters, checked.ids)
        on_file = found.first is None or last >= found.first
        incomes = incomes_of(case, first, last) if on_file else ()
        duties = duties_of(case, first, last) if on_file else ()
        before = re.split(r"[,;(]", in_words(REFERENCE, book))[0].strip()  # its first words say it
        odds = odds_of(book, table, journal or Contents((), ()), first, last, progress, stand_off) if on_file else None
        return replace(
            found, duties=duties, incomes=incomes, odds=odds, money=table.unit.split()[-1], money_year=money_of(case, case.a)[0],
            span=_said("span", month=case.month, run=case.run), reference=before,
            made=_said("made", id=book.id, world=table.name, fingerprint=table.fingerprint[:12]),
        )  # fmt: skip
