"""A good under export control, week by week: output of those who use it, with what is in store and what leaks.

The control, its seller and its months are those of `strategy.cuts`. Until the stock of the buyer is used up nothing is lost;
from then on output follows the months solved, on straight lines between them. The band is what may leak (nothing, the centre,
much). No figure is below what is physically missing: a sector's output falls at most by what it cannot get.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from detente import words as text
from detente.briefing.charts.figures import WIDE, figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.charts.weeks import HALF, WEEKS_A_MONTH, Panel, draw
from detente.briefing.document import Block, Cell, Column, Figure, Items, Para, Section, Table, spanned
from detente.briefing.sections.chokepoints import SHOWN
from detente.briefing.view import CaseView, number_at
from detente.equilibrium import months as path
from detente.errors import MissingEmployment
from detente.strategy.cuts import Cut, chokepoint_of, study_of
from detente.strategy.year import money_of
from detente.words.names import sector_name

told = partial(text.say, "briefing/annex/controls")

LEAKS: tuple[path.End, ...] = ("low", "centre", "high")
DRAWN, ROWS = 4, 5
WHEN = (6.0, 12.0, 36.0)
"""Months told, those of them at which stocks are gone."""
SMALL = 0.5
"""Percent of a sector's output below which no loss is worth a figure or a table."""


@dataclass(frozen=True)
class User:
    """A sector that uses the good: its code, cost share (percent), and rows (week, low, centre, high) of output, percent."""

    sector: str
    share: float
    rows: tuple[tuple[float, float, float, float], ...]

    @property
    def worst(self) -> tuple[float, float, float, float]:
        """The row with the lowest centre."""
        return min(self.rows, key=lambda r: r[2])

    def at(self, month: float) -> tuple[float, float, float]:
        """Low, centre, high at a month."""
        row = min(self.rows, key=lambda r: abs(r[0] - month * WEEKS_A_MONTH))
        return row[1:]


def sections(case: CaseView) -> list[Section]:
    """One section; none where no way on adds a control."""
    cut = chokepoint_of(case, months=SHOWN)
    if cut is None:
        return []
    code = case.a if case.a != cut.by else case.b
    begins = cut.begins(code) * WEEKS_A_MONTH
    used = users(cut, code)
    if not used:
        said = told(
            "nothing",
            cut=cut,
            code=code,
            begins=None if math.isinf(begins) else begins / WEEKS_A_MONTH,
            last=SHOWN[-1],
            stock=path.value("stock_days", 0),
        )
        return [Section("controls", told("title", good=cut.sector), (Para(said, kind="lede"),))]
    when = [m for m in WHEN if m >= cut.begins(code)] or [cut.months[-1]]
    small = used[0].worst[2] > -SMALL
    income = [float(cut.at(m).real_income[code]) for m in when]
    lede = told(
        "small" if small else "lede", cut=cut, code=code, weeks=begins, stock=path.value("stock_days", 0), used=used[0],
        when=when, at=[used[0].at(m) for m in when], income=income, worth=[v / 100 * money_of(case, code)[1] for v in income],
    )  # fmt: skip
    n = cut.world.region_index(code)
    supply = told(
        "supply", cut=cut, code=code, bought=float(100 * cut.bought_from[n]), withheld=float(100 * (1 - cut.ratio[n])),
        more=[(m, path.value("other_producers", m)) for m in WHEN], leaks=[100 * path.value("leakage", 0, e) for e in LEAKS],
    )  # fmt: skip
    items = [Para(supply, told("supply_lead")), Para(told("bias", price=path.value("list_price", 0)), told("bias_lead"))]
    study = study_of(cut.by, code)
    if study is not None:
        ours = [cut.mean_real_income(code, float(study.months), e) for e in LEAKS]
        items.append(Para(told("published", cut=cut, study=study, ours=ours), told("published_lead")))
    blocks: list[Block] = [Para(lede, kind="lede"), Items(tuple(items))]
    if not small:
        blocks += [lines(case, cut, code, used), table(case, cut, code, used, when)]
    return [Section("controls", told("title", good=cut.sector), tuple(blocks))]


def users(cut: Cut, code: str) -> list[User]:
    """The sectors of a region that lose most, with their output by week to half a year and by month after; the worst first."""
    weeks = [float(w) for w in range(int(HALF) + 1)]
    later = [m * WEEKS_A_MONTH for m in cut.months if m * WEEKS_A_MONTH > HALF + 0.5]
    solved = np.array(cut.months) * WEEKS_A_MONTH
    floor = -100 * float((1 - cut.left)[cut.world.region_index(code)])
    found = []
    for sector in cut.hurt(code):
        values = {e: np.array([number_at(cut.at(m, e).output, code, sector) for m in cut.months]) for e in LEAKS}
        rows = []
        for week in (*weeks, *later):
            at = [_by(week, solved, np.maximum(values[e], floor), cut.begins(code, e) * WEEKS_A_MONTH) for e in LEAKS]
            rows.append((week, min(at), at[1], max(at)))
        found.append(User(sector, cut.share_of_cost(code, sector), tuple(rows)))
    found = [u for u in found if u.worst[2] <= -text.TINY]
    return sorted(found, key=lambda u: (u.worst[2], u.sector))


def _by(week: float, solved: np.ndarray, values: np.ndarray, begins: float) -> float:
    """Output at a week: nothing while stocks last, then lines between the months solved."""
    if week < begins:
        return 0.0
    after = solved >= begins
    return float(np.interp(week, solved[after], values[after])) if after.any() else 0.0


def lines(case: CaseView, cut: Cut, code: str, used: Sequence[User]) -> Figure:
    """Output by week, a panel a sector."""
    drawn = used[:DRAWN]
    panels = [
        Panel(text.capital(sector_name(u.sector)), region_colour(code), u.rows, told("deepest", value=u.worst[2])) for u in drawn
    ]
    csv = case.file(
        "controls-by-week",
        told("file", cut=cut, code=code),
        [
            {"region": code, "sector": u.sector, "sector_name": sector_name(u.sector), "week": w, "output": v, "much leaks": b,
             "nothing leaks": a, "unit": "% of output", "relative_to": case.quo}
            for u in used
            for w, a, v, b in u.rows
        ],
    )  # fmt: skip
    title = told("figure_title", code=code, drawn=drawn)
    return figure(
        "fig-controls", title, told("figure_subtitle"), told("figure_note", csv=csv),
        told("alt", message=title, drawn=drawn), csv, lambda w: draw(panels, w), width=WIDE,
    )  # fmt: skip


def table(case: CaseView, cut: Cut, code: str, used: Sequence[User], when: Sequence[float]) -> Table:
    """By sector: output at the months told, jobs and value at the first of them."""
    n = cut.world.region_index(code)
    year, income = money_of(case, code)
    factor = income / case.nominal_income(code)
    try:
        jobs = cut.at(when[0]).jobs
    except MissingEmployment:
        jobs = None
    rows, records = [], []
    for u in used[:ROWS]:
        made = factor * float(cut.world.output[n, cut.world.sectors.index(u.sector)]) / 1000
        value = u.at(when[0])[1] / 100 * made
        heads = None if jobs is None else number_at(jobs, code, u.sector)
        ends = [u.at(m) for m in when]
        rows.append(
            (
                Cell(text.capital(sector_name(u.sector))),
                *(Cell(_points(c), spanned(_points(a), _points(b)) if k == 0 else "") for k, (a, c, b) in enumerate(ends)),
                *(() if jobs is None else (Cell(text.fixed(heads or 0.0, 0, signed=True)),)),
                Cell(text.fixed(value, 0 if abs(value) >= 9.95 else 1, signed=True)),
            )
        )
        records.append(
            {"region": code, "sector": u.sector, "cost_share_pct": u.share, "weeks_of_stock": cut.begins(code) * WEEKS_A_MONTH,
             **{f"output_pct_month_{m:g}": c for m, (_, c, _) in zip(when, ends, strict=True)},
             f"output_pct_month_{when[0]:g}_nothing_leaks": ends[0][0], f"output_pct_month_{when[0]:g}_much_leaks": ends[0][2],
             "jobs_thousand": heads, "value": value, "jobs_and_value_at_month": when[0],
             "value_unit": told("csv_unit", year=year), "relative_to": case.quo}
        )  # fmt: skip
    csv = case.file("controls-sectors", told("table_file", cut=cut, code=code), records)
    heads_ = (
        Column(told("sector")),
        *(Column(told("after", month=m), told("percent_unit"), number=True) for m in when),
        *(() if jobs is None else (Column(told("jobs_head"), told("jobs_unit", month=when[0]), number=True),)),
        Column(told("value_head"), told("value_unit", year=year, month=when[0]), number=True),
    )
    return Table(
        "tab-controls", told("table_title", code=code), told("table_subtitle", code=code), heads_, tuple(rows),
        told("table_note", weeks=cut.begins(code) * WEEKS_A_MONTH, csv=csv), csv, wide=True,
    )  # fmt: skip


def _points(value: float) -> str:
    """A percent in a cell: whole from ten on, else one digit."""
    return text.fixed(value, 0 if abs(value) >= 9.95 else 1, signed=True)
