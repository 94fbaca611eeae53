"""Section 7, last part: a critical input is cut, month by month (`strategy.cuts`), beside what others have published."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from detente import words as text
from detente.briefing.charts.figures import bar_figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Cell, Column, Heading, Para, Table
from detente.briefing.view import CaseView, Triple, number_at
from detente.equilibrium import months as path
from detente.equilibrium.chokepoints import DAYS_A_MONTH
from detente.errors import CornerResult
from detente.strategy.cuts import Cut, chokepoint_of, study_of
from detente.words import say
from detente.words.names import sector_name

SHOWN = (1.0, 3.0, 4.0, 6.0, 9.0, 12.0, 18.0, 24.0, 36.0)
OTHERS = ("KOR", "JPN", "EU27")

told = partial(say, "briefing/sections/chokepoints")


def blocks(case: CaseView) -> list[Block]:
    """The part of the section on households and firms; empty without such controls in the worst scenario."""
    cut = chokepoint_of(case, months=SHOWN)
    if cut is None:
        return []
    code = case.a if case.a != cut.by else case.b
    codes = [
        r for r in dict.fromkeys((*case.parties[:2], *((case.host,) if case.host else ()), *OTHERS)) if r in case.world.regions
    ]
    used = cut.hurt(code)
    return [
        Heading(text.capital(sector_name(cut.sector)), "rare-earths"),
        Para(answer(case, cut, code)),
        figure(case, cut, code, codes),
        Para(why(cut, code, used[0]), told("why_lead")),
        Para(fades(cut, code), told("fades_lead")),
        income_table(case, cut, codes),
        output_table(case, cut, code, used),
        mechanism_table(case, cut, code, used[0]),
        Para(caution(cut), told("caution_lead")),
        Para(compared(case, cut, code), told("compared_lead")),
    ]


def month_name(month: float) -> str:
    """ "1 month", "24 months"."""
    return text.plural(round(month), text._("{0} month"), other=text._("{0} months")).format(round(month))


def spread(cut: Cut, month: float, code: str) -> Triple:
    """Real income of a region in a month: centre, and the ends over what leaks and who has the rent."""
    return Triple(*cut.range(month, code))


def answer(case: CaseView, cut: Cut, code: str) -> str:
    """What the cut costs, first."""
    moves = [(m, spread(cut, m, code)) for m in (6.0, 12.0, 36.0)]
    stock = path.value("stock_days", 0)
    return told(
        "answer",
        case=case,
        cut=cut,
        code=code,
        moves=moves,
        stock_days=stock,
        begins=cut.begins(code),
        missing=stock / DAYS_A_MONTH / cut.begins(code),
    )


def why(cut: Cut, code: str, sector: str) -> str:
    """Cost share, substitution and what others can add."""
    n, month = cut.world.region_index(code), cut.tightest(code)
    exact, second = cut.direct(code, sector, month)
    return told(
        "why",
        cut=cut,
        code=code,
        sector=sector,
        month=month,
        share=cut.share_of_cost(code, sector),
        substitution=path.value("critical_substitution", month),
        bought=float(100 * cut.bought_from[n]),
        withheld=float(100 * (1 - cut.ratio[n])),
        more=path.value("other_producers", month),
        exact=exact,
        second=second,
        full=number_at(cut.at(month).output, code, sector),
    )


def fades(cut: Cut, code: str) -> str:
    """Why the later months are small."""
    month, last = cut.tightest(code), SHOWN[-1]
    rows = [(m, path.value("critical_substitution", m), path.value("other_producers", m)) for m in (month, 12.0, last)]
    losses = [abs(float(cut.at(m).real_income[code])) for m in (month, last)]
    return told("fades", rows=rows, losses=losses)


def kept(cut: Cut, month: float) -> float | None:
    """Real income of the exporter if it kept all of the rent, percent; None where nobody could pay it."""
    try:
        return float(cut.at(month, rent="kept").real_income[cut.by])
    except CornerResult:
        return None


def caution(cut: Cut) -> str:
    """On what the figures hang, and whose."""
    month = cut.tightest(next(p for p in cut.case.parties if p != cut.by))
    own = {"buyers": float(cut.at(month).real_income[cut.by]), "kept": kept(cut, month)}
    found = cut.at(month).real_income
    winner = max((r for r in cut.world.regions if r != cut.by), key=lambda r: float(found[r]))
    return told(
        "caution", cut=cut, month=month, own=own, winner=winner, won=float(found[winner]), price=path.value("list_price", 0)
    )


def compared(case: CaseView, cut: Cut, code: str) -> str:
    """Published figures beside ours."""
    listed = [p for p in case.dossier.published if "rare" in p.scenario.lower() or "rare" in p.quantity.lower()]
    ours = [cut.mean_real_income(code, 18.0, leakage) for leakage in ("low", "centre", "high")]
    leaks = [100 * path.value("leakage", 0, end) for end in ("low", "centre", "high")]
    return told("compared", listed=listed, study=study_of(cut.by, code), code=code, ours=ours, leaks=leaks)


def figure(case: CaseView, cut: Cut, code: str, codes: Iterable[str]) -> Block:
    """Real income by month, the seller and the host left out: theirs is said in words, by who has the rent."""
    shown = [r for r in codes if r not in (cut.by, case.host)][:4]
    known = {(r, m): spread(cut, m, r) for r in case.world.regions for m in SHOWN}
    csv = case.file(
        "chokepoint-real-income",
        told("income_file", cut=cut),
        [
            case.row(r, case.worst, "real income, new controls alone", "%", known[r, m], "path", months=m)
            for m in SHOWN
            for r in case.world.regions
        ],
    )
    title = told("figure_title", cut=cut, code=code, half=known[code, 6.0].value, year=known[code, 12.0].value)
    rows = [(text.label(r), month_name(m), known[r, m], region_colour(r)) for r in shown for m in SHOWN]
    return bar_figure(case, "fig-rare-price", title, told("figure_subtitle", case=case), rows, csv, width=940, label_width=84)


def income_table(case: CaseView, cut: Cut, codes: list[str]) -> Table:
    """Months × regions."""
    rows = tuple(
        (Cell(month_name(m).replace(" ", text.FIRM), strong=True), *(spread(cut, m, r).cell() for r in codes)) for m in SHOWN
    )
    return Table(
        "tab-choke-income",
        told("income_title", cut=cut),
        told("income_subtitle", case=case),
        (Column("After"), *(Column(text.label(r), "%", number=True) for r in codes)),
        rows,
        case.note("chokepoint-real-income.csv", told("income_note")),
        "chokepoint-real-income.csv",
    )


def output_table(case: CaseView, cut: Cut, code: str, used: list[str]) -> Table:
    """Sectors × months."""
    shown = [m for m in SHOWN if m >= 3]

    def moved(m: float, r: str, s: str) -> Triple:
        ends = [number_at(cut.at(m, leakage).output, r, s) for leakage in ("low", "centre", "high")]
        return Triple(min(ends), ends[1], max(ends))

    rows = tuple(
        (
            Cell(text.capital(sector_name(s))),
            Cell(text.fixed(cut.share_of_cost(code, s), 3)),
            *(moved(m, code, s).cell(1) for m in shown),
        )
        for s in used
    )
    csv = case.file(
        "chokepoint-output",
        told("output_file", cut=cut),
        [
            case.row(
                r, case.worst, "real output, new controls alone", "%", moved(m, r, s), "path", months=m,
                sector=s, sector_name=sector_name(s), cost_share_pct=cut.share_of_cost(r, s),
            )
            for r in (code, *((case.host,) if case.host else ()), *(x for x in OTHERS if x in case.world.regions))
            for m in SHOWN
            for s in case.goods
            if case.world.output[case.i(r), case.world.sectors.index(s)] > 0
        ],
    )  # fmt: skip
    return Table(
        "tab-choke-output",
        told("output_title", code=code),
        told("output_subtitle", case=case, cut=cut),
        (Column("Sector"), Column("Share", "%", number=True), *(Column(month_name(m), "%", number=True) for m in shown)),
        rows,
        case.note(csv, told("output_note")),
        csv,
    )


def mechanism_table(case: CaseView, cut: Cut, code: str, sector: str) -> Table:
    """What sets the size, month by month: substitution, what others may add, exact, second-order and equilibrium loss."""
    rows, data = [], []
    for m in SHOWN:
        substitution, more = path.value("critical_substitution", m), path.value("other_producers", m)
        exact, second = cut.direct(code, sector, m)
        rows.append(
            (
                Cell(month_name(m).replace(" ", text.FIRM), strong=True),
                Cell(text.fixed(substitution, 2)),
                Cell(text.fixed(more, 0)),
                Cell(text.fixed(exact, 2, signed=True)),
                Cell(text.fixed(second, 2, signed=True)),
                Cell(text.fixed(number_at(cut.at(m).output, code, sector), 2, signed=True)),
            )
        )
        for what, unit, value in (
            ("substitution_row", "number", substitution),
            ("supply_row", "%", more),
            ("exact_row", "%", exact),
            ("second_row", "%", second),
        ):
            data.append(case.row(code, case.worst, told(what, sector=sector), unit, value, "path", months=m))
    csv = case.file("chokepoint-mechanism", told("mechanism_file"), data)
    return Table(
        "tab-choke-why",
        told("mechanism_title"),
        told("mechanism_subtitle", cut=cut, code=code, sector=sector),
        (
            Column("After"),
            Column("Substitution", "elasticity", number=True),
            Column("Others may add", "%", number=True),
            Column("Exact", "%", number=True),
            Column("Second order", "%", number=True),
            Column("Equilibrium", "%", number=True),
        ),
        tuple(rows),
        case.note(csv, told("mechanism_note")),
        csv,
    )
