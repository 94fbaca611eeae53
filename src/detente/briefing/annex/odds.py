"""The odds from today: each fork, the risk by date, what signals moved, what the record says, and threats believed or not.

Every chance is the outlook's; nothing here makes another one. Events that happen on the same paths on the same days are one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts.figures import WIDE, figure
from detente.briefing.charts.steps import Line, draw
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Cell, Column, Figure, Items, Para, Section, Table
from detente.briefing.sections import strategy
from detente.briefing.sections.outlook import lent, prepared
from detente.briefing.view import STATUS_QUO, CaseView
from detente.outlook.hazard import Event
from detente.outlook.outlook import Outlook, Reached
from detente.outlook.record import load_record

told = partial(text.say, "briefing/annex/odds")

SHOWN, SEEN = 5, 0.005
"""Events drawn, and the chance below which none is."""
MOST_FORKS, MOST_WAYS = 8, 2
"""Decisions in the table, and ways on shown of each."""


@dataclass(frozen=True)
class Risk:
    """Something that may happen, in words, whose colour it has, the whole percent from today by each day, and whether it comes on
    just the paths on which the worst scenario does."""

    event: Event
    title: str
    colour: str
    by: tuple[tuple[Any, int], ...]
    worst: bool = False

    @property
    def last(self) -> int:
        """Percent in the end."""
        return self.by[-1][1]


@dataclass(frozen=True)
class Believed:
    """A threat: who makes it, what carrying it out is worth to its own motives (points a year; None: not known), the odds that
    it is carried out where it falls due by record and by judgement, pooled, and from today."""

    by: str
    own: float | None
    record: float | None
    analyst: float
    stand_off: float | None
    pooled: float
    today: int
    dates: tuple[tuple[date, int], ...] = ()


def sections(case: CaseView) -> list[Section]:
    """One section; none where the dossier says nothing of what may come."""
    found = prepared(case)
    if found is None:
        return []
    look = found.look
    blocks: list[Block] = [Para(told("lede", until=look.tree.until, ends=ends(case, look)), kind="lede")]
    drawn = risks(case, look)
    if drawn:
        blocks.append(by_date(case, look, drawn))
    items = [
        Para(body, told(f"{part}_lead"))
        for part, body in (
            ("record", record(case)),
            ("signals", signals(case, look)),
            ("threat", reconciled(case, look)),
            ("track", told("track")),
        )
        if body
    ]
    return [Section("odds-annex", told("title"), (*blocks, Items(tuple(items)), table(case, look)))]


def ends(case: CaseView, look: Outlook) -> list[tuple[str, int]]:
    """Ends by title, the likeliest first, with the whole percent."""
    titles = {s.id: s.title for s in case.dossier.scenarios}
    return [(short(titles.get(s, s)), e.percent) for s, e in look.odds_from_today.items()]


def short(title: str) -> str:
    """A title up to its first colon or bracket."""
    return title.split(":")[0].split(" (")[0]


# -- by date -----------------------------------------------------------------------------------------------------------
def risks(case: CaseView, look: Outlook) -> list[Risk]:
    """What may start or be entered, each set of paths once, the likeliest in the end first."""
    seen: dict[tuple[Any, ...], Risk] = {}
    scenarios = [s.id for s in case.dossier.scenarios]
    known = {m.id: m for s in scenarios for m in case.dossier.measures_in(s)} | {m.id: m for m in case.dossier.measures}
    worst = next((e.first for e in look.hazard if e.kind == "scenario" and e.id == case.worst), None)
    for e in (e for kind in ("starts", "scenario", "ends") for e in look.hazard if e.kind == kind):
        if e.first in seen or e.id == STATUS_QUO or look.by(e, look.tree.until).value < SEEN:
            continue
        own = known.get(e.measures[0]) if e.measures else None
        title = short(own.title) if own is not None else short(case.dossier.scenario(e.id).title)
        colour = region_colour(own.by) if own is not None else "other"
        by = tuple((d, look.percent_by(e, d)) for d in e.days)
        seen[e.first] = Risk(e, told("event", kind=e.kind, what=title), colour, by, e.first == worst)
    return sorted(seen.values(), key=lambda r: -r.last)[:SHOWN]


def by_date(case: CaseView, look: Outlook, drawn: Sequence[Risk]) -> Figure:
    """The risk by date, a line in steps an event."""
    start, until = look.tree.start, look.tree.until
    lines = [
        Line(r.colour, ((start, 0.0), *((d, float(p)) for d, p in r.by)), True, told("at_end", value=r.last, what=r.title))
        for r in drawn
    ]
    rows = [
        {"event": r.title, "kind": r.event.kind, "measures": " ".join(r.event.measures), "by": d.isoformat(),
         "probability": look.by(r.event, d).value, "low": look.by(r.event, d).low, "high": look.by(r.event, d).high,
         "percent": p, "unit": "probability from today"}
        for r in drawn
        for d, p in r.by
    ]  # fmt: skip
    csv = case.shelf.add("risk-by-date", told("hazard_file"), pd.DataFrame(rows))
    title = told("hazard_title", drawn=drawn)
    return figure(
        "fig-odds", title, told("hazard_subtitle", start=start), told("hazard_note", csv=csv),
        told("hazard_alt", message=title, drawn=drawn), csv, lambda w: draw(lines, (), start, start, until, w), width=WIDE,
    )  # fmt: skip


# -- words -------------------------------------------------------------------------------------------------------------
def record(case: CaseView) -> str:
    """How often rounds, threats and truces ended how between the two; empty without a record."""
    ahead = case.dossier.prospects
    if ahead is None or ahead.record is None:
        return ""
    known = load_record(ahead.record).as_of(case.dossier.as_of)
    spells = known.spells()
    return told(
        "record",
        talks=known.counts("talks"),
        threats=known.counts("threat"),
        spells=spells,
        years=spells.days / text.DAYS_A_YEAR,
        elsewhere=lent(ahead),
    )


def signals(case: CaseView, look: Outlook) -> str:
    """What was seen since and what it moved most; empty where nothing was."""
    moves = [
        (abs(step.points[b]), step, o.titles[b], step.points[b], step.after[b])
        for o in look.origin.values()
        if o.own is None
        for step in o.update.steps
        for b in [max(step.points, key=lambda b: (round(abs(step.points[b]), 6), step.points[b]))]
    ]
    if not moves:
        return ""
    _, step, branch, moved, after = max(moves, key=lambda m: m[0])
    known = {s.id: s for s in (case.dossier.prospects.signals if case.dossier.prospects else ())}
    seen = known.get(step.signal)
    return told("signals", many=len(moves), seen=seen, branch=branch, moved=moved, after=after)


def reconciled(case: CaseView, look: Outlook) -> str:
    """Why a threat that costs its maker is still given odds; empty where no fork is about a threat."""
    found = believed(case, look)
    return "" if found is None else told("threat", it=found)


def believed(case: CaseView, look: Outlook) -> Believed | None:
    """The first fork about a threat, and what is known of whether it is meant."""
    for fork in look.tree.forks.values():
        made = look.origin.get(fork.id)
        done = [b for b in fork.branches if case.worst in (b.scenario, b.counts_as)]
        threats = [m for m in case.dossier.measures if m.threatened and m.by in case.parties and m.modelled]
        if fork.kind != "threat" or made is None or not done or not threats:
            continue
        b = done[0].id
        event = next((e for e in look.hazard if threats[0].id in e.measures and e.kind == "starts"), None)
        today = look.odds_if_reached[fork.id].from_today[b].percent
        return Believed(
            threats[0].by, own_worth(case, threats[0].by), made.base_rate[b][1] if made.base_rate else None,
            made.analyst[b][1] / sum(s[1] for s in made.analyst.values()),
            made.stand_off[b][1] if made.stand_off else None, made.probability[b],
            look.percent_by(event, look.tree.until) if event else today,
            tuple((d, look.percent_by(event, d)) for d in event.days[:-1]) if event else (),
        )  # fmt: skip
    return None


def own_worth(case: CaseView, party: str) -> float | None:
    """What escalating alone is worth to a party by its motives over both holding, points a year; None without stances."""
    s = strategy.stances_of(case)
    if s is None or not s.has_all or party not in s.table.parties:
        return None
    k = s.table.parties.index(party)
    pair = ("escalate", "hold") if k == 0 else ("hold", "escalate")
    return float(s.cell("motives", *pair)[k] - s.cell("motives", "hold", "hold")[k])


# -- forks -------------------------------------------------------------------------------------------------------------
def table(case: CaseView, look: Outlook) -> Table:
    """Every fork with its ways on: percent from today, and if it is reached."""
    reached = sorted(look.odds_if_reached.values(), key=lambda r: r.date)
    kept = sorted(reached, key=lambda r: -r.reached.value)[:MOST_FORKS]
    rows = tuple(
        (
            Cell(text.table_day(r.date)),
            Cell(r.title, cites=look.tree.forks[r.fork].sources),
            Cell(str(r.reached.percent)),
            Cell(ways(look, r)),
        )
        for r in reached
        if r in kept
    )
    csv = case.shelf.add("forks", told("forks_file"), look.reached_frame().assign(unit="probability, 0 to 1"))
    return Table(
        "tab-forks",
        told("forks_title", reached=reached),
        told("forks_subtitle", on=look.on),
        (
            Column("Date"),
            Column("What is decided"),
            Column("Reached", "%", number=True),
            Column(told("ways_head"), told("ways_unit")),
        ),
        rows,
        told("forks_note", rest=len(reached) - len(kept), csv=csv),
        csv,
        wide=True,
    )


def ways(look: Outlook, r: Reached) -> str:
    """The branches of a fork with their percents, the likeliest first."""
    listed = sorted(r.from_today.items(), key=lambda p: -p[1].value)
    sure = r.reached.percent == 100
    listed = listed[:MOST_WAYS]
    found = [(look.tree.branches[b][1].title, c.percent, r.if_reached[b].percent) for b, c in listed]
    return told("ways", found=found, sure=sure, rest=len(r.from_today) - len(found))
