"""Page 2, an edition for one economy: what decides its year, what to ask for, what to watch, and what it comes to.

Every number is read off the drivers of its year (`strategy.year`, priced against what comes if nothing is signed), its asks
(`front.asks`), the tree (`front.calendar`, `front.triggers`) and the paths of the scenarios. Where nothing moves it, the page
says so in a sentence and draws nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import pandas as pd

from detente import words as text
from detente.briefing.charts.calendar import calendar_figure
from detente.briefing.charts.results import year_figure
from detente.briefing.document import Block, Cell, Column, Items, Para, Section, Table, words_in
from detente.briefing.front.asks import Advice, advice
from detente.briefing.front.calendar import entries
from detente.briefing.front.triggers import Trigger, triggers
from detente.briefing.sections import bystanders, households, outlook
from detente.briefing.view import CaseView, Triple
from detente.cases.baselines import LAW
from detente.strategy.year import Mover, Span, Year, money_of
from detente.words import TINY, say

told = partial(say, "briefing/front/what_it_means")

WORDS = 365
"""Words of the page at most."""
BARS, ROWS, FEWEST = 6, 4, 2
"""Bars of the figure, rows of the table of triggers, and the fewest of them that a full page keeps."""
STRETCHES = ("first-year", "two-to-five", "decade")
DECISIVE = ("branch", "scenario")
LARGE, INPUTS = 8, 2
"""Sectors by value added among which the inputs that move most are named, and how many are."""


def page(case: CaseView, reader: str) -> Section:
    """The page for the economy `reader`; the section's title is the page's."""
    year = bystanders.year_of(case, reader, LAW)
    asked = advice(case, reader)
    rows, bullets = ROWS, len(asked)
    figures = year_chart(case, year), calendar(case, reader)
    watch = watch_rows(case, reader, asked)
    strip_of = strip(case, reader)
    last = Para(told("people", **people(case, reader, year)))
    while True:
        section = Section(
            "means",
            told("title", year=year, parts=decided(year), reader=reader, case=case),
            (
                figures[0], Items(tuple(bullet(a) for a in asked[:bullets])), figures[1],
                watch_table(case, reader, watch, rows), strip_of, last,
            ),
        )  # fmt: skip
        if words_in([section]) <= WORDS or (rows <= FEWEST and bullets <= FEWEST):
            return section
        rows, bullets = (rows - 1, bullets) if rows > FEWEST else (rows, bullets - 1)


def bullet(one: Advice) -> Para:
    """A bullet with its verb in bold."""
    verb, rest = one.text().split(" ", 1)
    return Para(rest, verb)


# -- what decides the year ---------------------------------------------------------------------------------------------
class Parts(NamedTuple):
    """Drivers of a year: the largest whose sign is known, how many print the same as it (0: none but itself), whether one whose
    sign is not known may be larger, how many of these there are, and whether a step of the economy's own prints as more."""

    top: Mover | None
    tied: int
    larger: bool
    unknown: int
    own: bool = False


def parts_of(drivers: Sequence[Mover]) -> Parts:
    """What titles are chosen by; the drivers stand in order, the largest first."""
    known = [d for d in drivers if d.price.sign != "not known" and abs(d.price.value) >= TINY]
    unknown = [d for d in drivers if d.price.sign == "not known"]
    printed = [text.money(abs(d.money.value)) for d in known]
    alike = sum(p == printed[0] for p in printed)
    tied = alike if alike > 1 else 0
    larger = bool(known) and any(max(map(abs, d.price[:3])) > abs(known[0].price.value) for d in unknown)
    return Parts(known[0] if known else None, tied, larger, len(unknown))


def decided(year: Year) -> Parts:
    """The drivers that others, the talks or a court decide."""
    found = parts_of([d for d in year.ranked if d.kind in DECISIVE])
    steps = [d for d in year.ranked if d.kind == "step" and d.price.sign in ("gain", "loss")]
    own = found.top is not None and any(abs(d.price.value) > abs(found.top.price.value) for d in steps)
    return found._replace(own=own)


def drawn(year: Year) -> list[Mover]:
    """The drivers that have a bar or a span: no forced choice, nothing that would print as zero."""
    return [d for d in year.ranked if d.kind != "choice" and (d.price.sign == "not known" or abs(d.price.value) >= TINY)]


def year_chart(case: CaseView, year: Year) -> Block:
    """The ranked bars with the data of all drivers, or that nothing moves it."""
    bars = drawn(year)
    if not bars:
        return Para(told("still", year=year))
    csv = case.shelf.add(f"front-year-{year.region.lower()}", told("year_file", year=year), year.to_frame().reset_index())
    return year_figure(
        replace(year, drivers=tuple(bars)), csv, id=f"fig-front-year-{year.region.lower()}",
        title=told("year_title", year=year, parts=parts_of(bars)),
        subtitle=told("year_subtitle", case=case, odds=bool(year.by_expected)), note=told("note", csv=csv), most=BARS, width=700,
    )  # fmt: skip


# -- the days ahead ----------------------------------------------------------------------------------------------------
def calendar(case: CaseView, reader: str) -> Block:
    """The figure of the days ahead, or that none moves it."""
    found = entries(case, reader)
    if not found:
        return Para(told("no_days", reader=reader))
    rows = [
        {
            "date": e.day.isoformat(), "decided": e.title, "way": w.title,
            "probability from today": math.nan if w.chance is None else w.chance, "real income, %": w.price.value,
            "low, %": w.price.low, "high, %": w.price.high, "sign": w.price.sign,
            f"real income, million USD of {money_of(case, reader)[0]} a year": w.money.value,
        }
        for e in found
        for w in e.ways
    ]  # fmt: skip
    csv = case.shelf.add(f"front-calendar-{reader.lower()}", told("calendar_file", reader=reader), pd.DataFrame(rows))
    return calendar_figure(
        found, reader, dollars=money_of(case, reader)[0], id=f"fig-front-calendar-{reader.lower()}", csv=csv,
        note=told("note", csv=csv),
    )  # fmt: skip


# -- what to watch -----------------------------------------------------------------------------------------------------
def watch_rows(case: CaseView, reader: str, asked: tuple[Advice, ...]) -> tuple[list[Row], str]:
    """The rows of the table with the name of its file; the dearest first to be kept."""
    found = triggers(case, reader, asked)
    if not found:
        return [], ""
    data = [
        {
            "see": t.seen, "by": t.day.isoformat(), "chance of": t.outcome.title, "probability from today": t.before,
            "probability then": t.after,
            "do": told("act", it=t),
        }
        for t in found
    ]  # fmt: skip
    csv = case.shelf.add(f"front-triggers-{reader.lower()}", told("watch_file", reader=reader), pd.DataFrame(data))
    alike: dict[tuple[str, ...], list[Trigger]] = {}
    for t in found:  # what would tell the same is one row
        alike.setdefault((told("outcome", it=t), told("chances", it=t), told("act", it=t)), []).append(t)
    ranked = sorted(alike.values(), key=lambda same: -max(t.weight for t in same))
    rows = [
        Row(ranked.index(same), (Cell(told("seen", alike=same)), Cell(told("by", alike=same)), Cell(outcome, chances), Cell(act)))
        for (outcome, chances, act), same in alike.items()
    ]
    return rows, csv


class Row(NamedTuple):
    """A row of the table and its place by what hangs on it."""

    rank: int
    cells: tuple[Cell, ...]


def watch_table(case: CaseView, reader: str, found: tuple[list[Row], str], most: int) -> Block:
    """The table of what to watch, the `most` rows on which most hangs; a sentence where there are none."""
    rows, csv = found
    if not rows:
        return Para(told("no_watch", odds=case.dossier.prospects is not None, questions=case.dossier.key_questions))
    return Table(
        f"tab-front-watch-{reader.lower()}",
        told("watch_title", many=min(most, len(rows))),
        "",
        (
            Column(told("see_column")),
            Column(told("by_column")),
            Column(told("chance_column")),
            Column(told("do_column")),
        ),
        tuple(r.cells for r in rows if r.rank < most),
        told("note", csv=csv),
        csv,
    )


# -- months and years --------------------------------------------------------------------------------------------------
def strip(case: CaseView, reader: str) -> Block:
    """First year, later years and a decade for the first two parties and the reader, in the likeliest and the worst way on."""
    ways = ways_of(case)
    if case.month is None or not ways:
        return Para(told("no_strip", month=case.month, case=case))
    codes = list(dict.fromkeys((*case.parties[:2], reader)))
    known = {(c, s, w): case.income_over(s, c, w) for c in codes for s in STRETCHES for w in ways}
    if all(abs(t.value) < TINY or math.isnan(t.value) for t in known.values()):
        return Para(told("no_strip", month=case.month, case=case))
    csv = case.file(
        f"front-years-{reader.lower()}",
        told("strip_file", reader=reader),
        [case.row(c, w, "real income", "%", t, stretch=s) for (c, s, w), t in known.items()],
    )
    odds = {} if (found := outlook.prepared(case)) is None else found.look.odds_from_today
    places = text.places_for(t.value for t in known.values())
    printed = {key: shown(t, places) for key, t in known.items()}
    rows = [
        (
            Cell(text.short_name(c), strong=c == reader),
            *(Cell(printed[c, s, ways[0]], printed[c, s, ways[1]] if len(ways) > 1 else "") for s in STRETCHES),
        )
        for c in codes
    ]
    own = {(s, w): known[reader, s, w] for s in STRETCHES for w in ways}
    nothing = told("figure", value=0.0, known=True, places=places)
    return Table(
        f"tab-front-years-{reader.lower()}",
        told(
            "strip_title",
            known=own,
            ways=ways,
            reader=reader,
            at_worst=ways[-1] == case.worst,
            flat={printed[reader, s, w] for s, w in own} == {nothing},
            places=places,
        ),
        told("strip_subtitle", ways=[(case.dossier.scenario(w).title, odds.get(w)) for w in ways]),
        (
            Column(""),
            *(Column(told("stretch", name=s), number=True) for s in STRETCHES),
        ),
        tuple(rows),
        told("note", csv=csv),
        csv,
    )


def ways_of(case: CaseView) -> list[str]:
    """The likeliest scenario (without odds the best one) and the worst, of those that move anything."""
    found = outlook.prepared(case)
    likely = case.best if found is None else next((s for s in found.look.odds_from_today if s in case.moving), case.best)
    return [s for s in dict.fromkeys((likely, case.worst)) if s in case.moving]


def shown(value: Triple, places: int) -> str:
    """A figure of the strip, or that its sign is not known."""
    return told("figure", places=places, value=value.value, known=Span(*value, math.nan, math.nan).sign != "not known")


# -- people and firms --------------------------------------------------------------------------------------------------
class Inputs(NamedTuple):
    """A sector and what its inputs cost more, percent against wages."""

    sector: str
    change: float


def people(case: CaseView, reader: str, year: Year) -> dict[str, object]:
    """What the largest driver comes to a person, and the sectors whose inputs move most in the worst way on that moves any."""
    parts = decided(year)
    top = parts.top
    heads = None if case.population is None else float(case.population[reader])
    each = None if top is None or not heads else top.money.value * 1e6 / heads
    way = next((s for s in (case.worst, case.best) if s in case.moving), None)
    found: list[Inputs] = []
    if way is not None:
        cost = case.input_cost(case.outcome(way), reader)
        made = case.world.value_added[case.i(reader)]
        large = sorted(households.sizable(case, reader), key=lambda k: -made[case.world.sectors.index(k)])[:LARGE]
        found = [Inputs(k, float(cost[k])) for k in sorted(large, key=lambda k: -abs(float(cost[k])))[:INPUTS]]
    return {
        "reader": reader, "top": top, "open": parts.unknown > 0, "each": each,
        "way": None if way is None else case.dossier.scenario(way).title,
        "inputs": [i for i in found if abs(i.change) >= TINY],
    }  # fmt: skip


__all__ = ["page"]
