"""Others' figures beside ours, like for like, and why each of those that differ does.

The split of the world in two stands in its own section and is not compared again. A figure agrees where both have one sign
and the smaller is at least four fifths of the larger.
"""

from __future__ import annotations

import math
from functools import partial

import pandas as pd

from detente import words as text
from detente.briefing.charts.figures import WIDE, figure
from detente.briefing.charts.forms import alt_text
from detente.briefing.charts.theirs import pairs
from detente.briefing.document import Block, Cell, Column, Figure, Para, Section, Table, words_in
from detente.briefing.sections import closing
from detente.briefing.view import CaseView
from detente.strategy.like_for_like import Beside
from detente.words import say
from detente.words.names import region_adjective, region_name

told = partial(say, "briefing/annex/theirs")

NOTHING = "\u200b"
AGREES = 0.8
"""Smaller over larger from which two figures of one sign agree."""
PANELS = {
    "income": ("real_gdp", "real_income", "consumer_prices"),
    "trade": ("exports", "imports", "goods_exports", "goods_trade", "import_share"),
    "duties": ("average_duty", "duty_rise"),
}
"""Measures that share an axis."""
MOST, ROOM = 8, 240
"""Rows of the table, and words of the section that rows may fill."""


def sections(case: CaseView) -> list[Section]:
    """One section; none where nothing published is comparable."""
    rows = [r for r in closing.compared(case) if r.ours is not None and not r.figure.two_blocs and _unit(r)]
    if not rows:
        return []
    body = told(
        "answer", case=case, rows=rows, agree=[r for r in rows if agrees(r)], opposite=[r for r in rows if opposite(r)],
        tuned=[r for r in rows if r.figure.tuned_to],
        smaller=sum(abs(float(r.ours or 0.0)) < abs(r.theirs) for r in rows if not agrees(r)),
    )  # fmt: skip
    blocks: list[Block] = [Para(body), drawn(case, rows)]
    apart = sorted((r for r in rows if not agrees(r)), key=likeness)
    for k in range(min(MOST, len(apart)), 0, -1):
        made = Section("theirs", told("title"), (*blocks, table(case, apart[:k], len(apart))))
        if words_in([made]) <= ROOM or k == 1:
            return [made]
    return [Section("theirs", told("title"), tuple(blocks))]


def likeness(row: Beside) -> float:
    """Smaller over larger figure, negative where the signs differ, 1 where both are nothing."""
    a, b = row.theirs, float(row.ours or 0.0)
    if max(abs(a), abs(b)) == 0:
        return 1.0
    return math.copysign(min(abs(a), abs(b)) / max(abs(a), abs(b)), a * b if a * b else 1.0)


def agrees(row: Beside) -> bool:
    """Whether theirs and ours are of one sign and about one size."""
    return likeness(row) >= AGREES


def opposite(row: Beside) -> bool:
    """Whether the signs differ in the digits printed."""
    return row.theirs * round(float(row.ours or 0.0), 2) < 0


def _unit(row: Beside) -> str:
    unit = row.figure.unit
    return "%" if unit.startswith("%") else "pp" if unit.startswith("percentage point") else ""


def named(row: Beside, rows: list[Beside]) -> str:
    """Who and what; with the time, and then the policy, where that alone would not tell it from another row."""
    who = row.figure.who.split(" (")[0]
    p = row.figure
    said = {region_name(p.region), region_adjective(p.region)} if p.region else set()
    where = f", {text.short_name(p.region)}" if p.region and not p.partner and not any(t in p.quantity for t in said) else ""
    label = f"{who}: {p.quantity}{where}"
    alike = [
        r for r in rows if r is not row and (r.figure.who, r.figure.quantity, r.figure.region) == (p.who, p.quantity, p.region)
    ]
    if any(r.figure.scenario != p.scenario for r in alike):
        label += f", {p.scenario}"
    if any(r.figure.scenario == p.scenario for r in alike):
        label += f", {p.time_basis}"
    return label


def drawn(case: CaseView, rows: list[Beside]) -> Figure:
    """A row a figure: theirs as a ring, ours as a dot with the span over both closures."""
    listed, data = [], []
    for panel, measures in PANELS.items():
        for row in sorted((r for r in rows if r.figure.measure in measures), key=lambda r: r.theirs):
            p = row.figure
            unit = "" if _unit(row) == "%" else f"{text.THIN}pp"
            ends = {"theirs": row.theirs, "ours": row.ours, "low": row.low, "high": row.high}
            words = f"{closing.two_digits(row.theirs)} | {ours(row)}{unit}"
            listed.append({"panel": told(f"panel_{panel}"), "label": named(row, rows), **ends, "words": words})
            data.append({"id": p.id, "who": p.who, "what": p.quantity, **ends, "unit": p.unit, "run": row.run})
    csv = case.file("annex-theirs", told("file"), data)
    frame = pd.DataFrame(listed)
    title = told("figure_title", rows=len(rows), agree=sum(map(agrees, rows)), opposite=sum(map(opposite, rows)))
    first = sorted(rows, key=likeness)[:3]
    values = {named(r, rows): told("both", theirs=closing.two_digits(r.theirs), ours=ours(r)) for r in first}
    return figure(
        "fig-theirs", title, told("subtitle"), told("note", csv=csv), alt_text(f"{title}.", values), csv,
        lambda w: pairs(clipped(frame, w), w), width=WIDE,
    )  # fmt: skip


def ours(row: Beside) -> str:
    """Ours in figures."""
    return closing.two_digits(float(row.ours or 0.0))


def clipped(frame: pd.DataFrame, width: float) -> pd.DataFrame:
    """Labels cut to the room there is, on a phone in two lines. Those alike once cut stay apart by a blank of no width."""
    if width > 500:
        cut = [text.clipped(str(x), 64) for x in frame["label"]]
    else:
        parted = [str(x).partition(": ") for x in frame["label"]]
        cut = [f"{text.clipped(who, 22)}\n{text.clipped(what, 24)}" for who, _, what in parted]
    return frame.assign(label=[x + NOTHING * cut[:k].count(x) for k, x in enumerate(cut)])


def table(case: CaseView, rows: list[Beside], all_: int) -> Table:
    """The figures that differ most, and why each does."""
    shown = tuple(
        (
            Cell(named(r, rows)),
            Cell(f"{closing.two_digits(r.theirs)}{text.THIN}{_unit(r)}", cites=r.figure.sources),
            Cell(f"{ours(r)}{text.THIN}{_unit(r)}"),
            Cell(text.sentence(r.figure.why or r.reason)),
        )
        for r in rows
    )
    heads = (Column(told("what")), Column("Theirs", number=True), Column("Ours", number=True), Column("Why"))
    title = told("table_title", shown=len(rows), apart=all_)
    return Table("tab-theirs", title, "", heads, shown, told("table_note"), "annex-theirs.csv")
