"""How we got here: average duties of the parties on each other from the first dated measure to now, and each way ahead.

Where a ledger has most of the dossier's measures the averages are the ledger's, under the definition it takes for the pair;
elsewhere they are those of the dossier's measures at the trade of the world's table. Ahead, a scenario adds what its measures
change against the dossier's day, by the same definition and weights, up to the day it describes; from there its policy stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from detente import words as text
from detente.briefing.charts.figures import WIDE, figure
from detente.briefing.charts.steps import Line, Note, draw
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Cell, Column, Figure, Para, Section, Table
from detente.briefing.view import CaseView
from detente.cases.case import mean_rate
from detente.cases.history import turning
from detente.outlook.record import Record, load_record
from detente.policy.averages import average_tariff, daily_series
from detente.policy.ledger import Ledger, list_ledgers, load_ledger
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.parts import Event

told = partial(text.say, "briefing/annex/road")

SAME = 0.5
"""Percentage points within which an average duty is told as unchanged."""
NEAR = 45
"""Days after a round within which the truce it brought begins."""
MOST_ROUNDS, MOST_NOTES, MOST_ENDS = 8, 4, 4
ROUNDS = ("talks", "summit", "meeting", "truce", "deal")


@dataclass(frozen=True)
class Way:
    """Where an average duty goes if something happens: which scenarios, and (day, percent) from the dossier's day on."""

    scenarios: tuple[str, ...]
    points: tuple[tuple[date, float], ...]

    @property
    def last(self) -> float:
        """Where it ends, percent."""
        return self.points[-1][1]


@dataclass(frozen=True)
class Duty:
    """Average duty of `by` on goods of `on`: what it was by day, what may come, and what is averaged, in words."""

    by: str
    on: str
    known: tuple[tuple[date, float], ...]
    ways: tuple[Way, ...]
    meaning: str

    @property
    def now(self) -> float:
        """On the dossier's day, percent."""
        return self.known[-1][1]

    @property
    def peak(self) -> tuple[date, float]:
        """The day from which it was highest, and how high, percent."""
        return max(self.known, key=lambda p: p[1])

    @property
    def peaked(self) -> bool:
        """Whether it has been well above what it is."""
        return self.peak[1] > self.now + 10 * SAME

    @property
    def moved(self) -> float:
        """Points between its lowest and highest, known or ahead."""
        values = [v for _, v in self.known] + [w.last for w in self.ways]
        return max(values) - min(values)


def sections(case: CaseView) -> list[Section]:
    """One section; none where the parties have no duty on each other and have never met."""
    duties, rounds = duties_of(case), rounds_of(case)
    drawn = [d for d in duties if any(x.moved >= SAME for x in duties if {x.by, x.on} == {d.by, d.on})]
    if not drawn and not rounds:
        return []
    blocks: list[Block] = [Para(told("lede", case=case, drawn=drawn, others=len(case.pairs) * 2 - len(drawn)), kind="lede")]
    if drawn:
        blocks.append(steps(case, drawn))
    if rounds:
        blocks.append(table(case, rounds))
    return [Section("road", told("title"), tuple(blocks))]


# -- duties ------------------------------------------------------------------------------------------------------------
def ledger_of(case: CaseView) -> Ledger | None:
    """The ledger in which most of this dossier's measures stand, the first of several; None where none has more than half."""
    own = {m.id for m in case.dossier.measures}
    shared = {name: len(own & {m.id for m in load_ledger(name).measures}) for name in list_ledgers()}
    best = max(shared, key=lambda name: shared[name])
    return load_ledger(best) if 2 * shared[best] > len(own) else None


def duties_of(case: CaseView) -> list[Duty]:
    """Both duties of the pair whose duties move most; worked out once."""

    def work() -> list[Duty]:
        ledger = ledger_of(case)
        found = [[_duty(case, ledger, *pair) for pair in ((a, b), (b, a))] for a, b in case.pairs]
        return max(found, key=lambda pair: sum(d.moved for d in pair))

    return case.once("average duties", work)


def ahead(case: CaseView) -> list[str]:
    """Scenarios whose duties say what they do: none that stops trade instead."""
    d = case.dossier

    def stops(s: str) -> bool:
        bans = [m for m in d.measures_in(s) if m.instrument is InstrumentKind.EMBARGO and m.modelled and m.by in case.parties]
        return any(m.on == "all" or set(m.on) & set(case.parties) for m in bans)

    return [s for s in case.ids if not stops(s)]


def _duty(case: CaseView, ledger: Ledger | None, by: str, on: str) -> Duty:
    d = case.dossier
    level: Callable[[Sequence[Measure], date], float]
    if ledger is not None and _held(ledger, by, on):
        known, definition, meaning = _ledgers(ledger, by, on, d.as_of)

        def level(measures: Sequence[Measure], day: date) -> float:
            return float(average_tariff(_as_ledger(ledger, measures), by, on, day, definition))
    else:
        meaning = told("table_meaning", year=case.world.year)

        def level(measures: Sequence[Measure], day: date) -> float:
            return _at_table(case, measures, day, by, on)

        own = [m for m in d.measures if m.by == by and not m.in_baseline and m.modelled and m.start and m.start <= d.as_of]
        first = min([m.start for m in own if m.start] + [d.reference.date, d.as_of])
        days = [first - timedelta(days=1), *turning(d.measures, first, d.as_of)]
        known = _steps((day, level(d.measures, day)) for day in days)
    today, now = level(d.measures, d.as_of), known[-1][1]
    ways: dict[tuple[tuple[date, float], ...], list[str]] = {}
    for s in ahead(case):
        measures = d.measures_in(s)
        days = turning(measures, d.as_of, max(d.scenario(s).policy_date, d.as_of))
        points = [(d.as_of, now), *((day, now + level(measures, day) - today) for day in days)]
        ways.setdefault(_steps((day, round(v, 9)) for day, v in points), []).append(s)
    return Duty(by, on, known, tuple(Way(tuple(s), p) for p, s in ways.items()), meaning)


def average_on(case: CaseView, by: str, on: str) -> Callable[[date], float]:
    """Average duty of `by` on goods of `on` by day, percent: as the step chart has it, and after the dossier's day what its
    measures bring by themselves."""
    d, ledger = case.dossier, ledger_of(case)
    if ledger is None or not _held(ledger, by, on):
        return lambda day: _at_table(case, d.measures, day, by, on)
    definition = average_tariff(ledger, by, on, d.as_of).definition

    def known(day: date) -> float:
        return float(average_tariff(ledger, by, on, day, definition))

    def ahead(day: date) -> float:
        own = _as_ledger(ledger, d.measures)
        return known(d.as_of) + sum(
            sign * float(average_tariff(own, by, on, at, definition)) for sign, at in ((1, day), (-1, d.as_of))
        )

    return lambda day: known(day) if day <= d.as_of else ahead(day)


def _held(ledger: Ledger, by: str, on: str) -> bool:
    return any(m.by == by and m.instrument is InstrumentKind.TARIFF and m.modelled and on in m.on for m in ledger.measures)


def _ledgers(ledger: Ledger, by: str, on: str, until: date) -> tuple[tuple[tuple[date, float], ...], str, str]:
    """The ledger's average by day, the definition and what it means."""
    probe = average_tariff(ledger, by, on, until)
    since = date(2025, 1, 1) if probe.definition == "added-since-2024" else date(2018, 1, 1)
    frame = daily_series(ledger, by, on, since, until, probe.definition)
    known = _steps(zip(frame["date"], frame["average_pct"].astype(float), strict=True))
    return known, probe.definition, probe.meaning


def _as_ledger(ledger: Ledger, measures: Sequence[Measure]) -> Ledger:
    """The ledger's tables with other measures."""
    return ledger.model_copy(update={"measures": tuple(measures), "known_to": None})


def _at_table(case: CaseView, measures: Sequence[Measure], day: date, by: str, on: str) -> float:
    """Average duty at the trade of the table, percent."""
    i, n, g = case.i(on), case.i(by), case.goods_index
    rates = case.policy_of(measures, day).shock(case.economy).tariffs[i, n][g]
    weights = case.world.shipments[i, n][g]
    return mean_rate(rates, weights)


def _steps(points: Iterable[tuple[date, float]]) -> tuple[tuple[date, float], ...]:
    """Days on which a value changes, the first one included."""
    kept: list[tuple[date, float]] = []
    for day, value in points:
        if kept and kept[-1][0] == day:
            kept[-1] = (day, value)
        elif not kept or abs(value - kept[-1][1]) > 1e-9:
            kept.append((day, value))
    return tuple(kept)


def steps(case: CaseView, drawn: Sequence[Duty]) -> Figure:
    """The step chart of both average duties."""
    d = case.dossier
    start = min(x.known[0][0] for x in drawn)
    until = max([d.prospects.until if d.prospects else d.as_of, *(d.scenario(s).policy_date for s in case.ids)])
    until = max(until, d.as_of + (d.as_of - start) / 8, d.as_of + timedelta(days=30))
    lines, records = [], []
    for x in drawn:
        colour = region_colour(x.by)
        lines.append(Line(colour, x.known))
        staying = [w for w in x.ways if abs(w.last - x.now) < SAME]
        moving = sorted((w for w in x.ways if w not in staying), key=lambda w: w.last)[-MOST_ENDS:]
        for way in moving:
            titles = [short(case, s) for s in way.scenarios]
            lines.append(Line(colour, way.points, True, told("end", value=way.last, titles=titles)))
        lines.append(Line(colour, (x.known[-1],), True, told("stays", value=x.now, code=x.by)))
        records += [_record(case, x, day, v, "") for day, v in x.known]
        records += [_record(case, x, day, v, s) for w in x.ways for s in w.scenarios for day, v in w.points]
    csv = case.file("average-duties", told("file"), records)
    parts = {"case": case, "drawn": drawn, "start": start}
    title = told("figure_title", **parts)
    return figure(
        "fig-road",
        title,
        told("figure_subtitle", **parts),
        told(
            "figure_note",
            case=case,
            meanings=list(dict.fromkeys(x.meaning for x in drawn)),
            elsewhere=at_table(case, drawn),
            csv=csv,
        ),
        told("alt", message=title, **parts),
        csv,
        lambda w: draw(lines, notes(case, drawn), d.as_of, start, until, w),
        width=WIDE,
    )


def at_table(case: CaseView, drawn: Sequence[Duty]) -> list[float]:
    """The averages of today at the trade of the table, percent, where the chart weighs otherwise: what other pages print."""
    now = [_at_table(case, case.dossier.measures, case.dossier.as_of, x.by, x.on) for x in drawn]
    return now if any(abs(v - x.now) >= SAME for v, x in zip(now, drawn, strict=True)) else []


def _record(case: CaseView, x: Duty, day: date, value: float, scenario: str) -> dict[str, Any]:
    return {
        "by": x.by, "on": x.on, "from": day.isoformat(), "average_duty": value, "unit": "% of customs value",
        "scenario": scenario, "known": not scenario, "averaged": x.meaning,
    }  # fmt: skip


def short(case: CaseView, scenario: str) -> str:
    """A scenario by what happens: its title up to the first colon, comma or bracket."""
    title = case.dossier.scenario(scenario).title
    for stop in (":", ",", " ("):
        title = title.split(stop)[0]
    return title


def notes(case: CaseView, drawn: Sequence[Duty]) -> list[Note]:
    """The largest steps of the line that moved most, by the place of talks that brought them where there was one."""
    x = max(drawn, key=lambda x: x.moved)
    moves = [(abs(v - before), day, v) for (_, before), (day, v) in zip(x.known, x.known[1:], strict=False)]
    span = (case.dossier.as_of - x.known[0][0]).days
    first = x.known[0][0] + timedelta(days=span // 8)  # words stand left of their step
    kept: list[tuple[float, date, float]] = []
    peak = [(size, day, v) for size, day, v in moves if (day, v) == x.peak]
    for size, day, v in (*peak, *sorted((m for m in moves if m[1] >= first), reverse=True)):
        if size >= SAME and all(abs((day - other).days) > span / 10 for _, other, _ in kept) and len(kept) < MOST_NOTES:
            kept.append((size, day, v))
    return [Note(day, v, told("note", when=day, value=v), region_colour(x.by)) for _, day, v in sorted(kept, key=lambda k: k[1])]


# -- rounds ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Met:
    """A round of talks: day, place, what came of it, and how long that lasted in words."""

    event: Event
    lasted: str


def rounds_of(case: CaseView) -> list[Met]:
    """Rounds, truces and deals up to the dossier's day, the newest first, at most `MOST_ROUNDS`; a place within a week is one."""
    d = case.dossier
    record = load_record(d.prospects.record).as_of(d.as_of) if d.prospects and d.prospects.record else None
    kept: list[Event] = []
    for e in d.history:
        if e.kind not in ROUNDS or e.date > d.as_of or not (e.place or e.outcome):
            continue
        if kept and kept[-1].place == e.place and (e.date - kept[-1].date).days <= 7:
            continue
        kept.append(e)
    return [Met(e, lasted(e, record, d.as_of)) for e in kept[::-1][:MOST_ROUNDS]]


def lasted(event: Event, record: Record | None, today: date) -> str:
    """How long what was agreed lasted, from the record of truces; empty where it has none of it."""
    last = event.until or event.date
    near = [t for t in record.truces if -1 <= (t.start - last).days <= NEAR] if record else []
    if not near:
        return ""
    t = near[0]
    return told("lasted", ended=t.end, held=t.end is None and t.last >= today, last=t.last)


def table(case: CaseView, rounds: Sequence[Met]) -> Table:
    """Rounds and outcomes."""
    timed = any(r.lasted for r in rounds)
    rows = []
    for r in rounds:
        cells = [
            Cell(text.table_day(r.event.date)),
            Cell(r.event.place or "–"),
            Cell((r.event.outcome or r.event.text).rstrip("."), cites=r.event.sources),
        ]
        rows.append((*cells, Cell(r.lasted or "–")) if timed else tuple(cells))
    heads = (Column("Date"), Column("Where"), Column("What came of it"), *((Column("Lasted"),) if timed else ()))
    csv = case.file(
        "rounds-and-outcomes",
        told("rounds_file"),
        [
            {"date": r.event.date, "kind": r.event.kind, "place": r.event.place or "", "what": r.event.text,
             "outcome": r.event.outcome or "", **({"lasted": r.lasted} if timed else {}), "sources": " ".join(r.event.sources)}
            for r in rounds
        ],
    )  # fmt: skip
    parts = {"met": len(rounds), "ended": sum(bool(r.lasted) and "still" not in r.lasted for r in rounds), "timed": timed}
    return Table(
        "tab-road", told("rounds_title", **parts), told("rounds_subtitle", today=case.dossier.as_of), heads, tuple(rows),
        told("rounds_note", csv=csv), csv, wide=True,
    )  # fmt: skip
