"""Section 7, last part: a critical input is cut, month by month (`strategy.cuts`), beside what others have published."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from detente import words as text
from detente.briefing.charts.figures import bar_figure
from detente.briefing.charts.theme import region_colour
from detente.briefing.document import Block, Cell, Column, Heading, Para, Table
from detente.briefing.view import CaseView, Triple, number_at
from detente.equilibrium.chokepoints import flexibility, shortage_begins
from detente.strategy.cuts import MONTHS, Cut, chokepoint_of, study_of
from detente.words import say
from detente.words.names import sector_name

RENT_MONTH = 6.0
STOCK_DAYS = 60.0
OTHERS = ("KOR", "JPN", "EU27")

told = partial(say, "briefing/sections/chokepoints")


def blocks(case: CaseView) -> list[Block]:
    """The part of the section on households and firms; empty without such controls in the worst scenario."""
    cut = chokepoint_of(case)
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
        Para(fades(cut, code), "Why it fades."),
        income_table(case, cut, codes),
        output_table(case, cut, code, used),
        mechanism_table(case, cut, code, used[0]),
        Para(caution(cut), told("caution_lead")),
        Para(compared(case, cut, code), "Beside others."),
    ]


def month_name(month: float) -> str:
    """ "1 month", "24 months"."""
    return text.count(round(month), "month")


def answer(case: CaseView, cut: Cut, code: str) -> str:
    """What the cut costs, first."""
    begins = shortage_begins(STOCK_DAYS, float(1 - cut.left[case.i(code)]))
    moves = [(m, float(cut.at(m).real_income[code])) for m in (1.0, 6.0, 12.0, 60.0)]
    return told("answer", case=case, cut=cut, code=code, moves=moves, stock_days=STOCK_DAYS, begins=begins)


def why(cut: Cut, code: str, sector: str) -> str:
    """Cost share, substitution and what others supply."""
    n, first = cut.world.region_index(code), MONTHS[0]
    exact, second = cut.direct(code, sector, first)
    return told(
        "why",
        cut=cut,
        code=code,
        sector=sector,
        share=cut.share_of_cost(code, sector),
        substitution=flexibility(first)[0],
        bought=float(100 * cut.bought_from[n]),
        withheld=float(100 * (1 - cut.ratio[n])),
        supply=cut.trade_elasticity(first),
        exact=exact,
        second=second,
        full=number_at(cut.at(first).output, code, sector),
    )


def fades(cut: Cut, code: str) -> str:
    """Why the long run is small."""
    first, year, last = ((m, flexibility(m)[0]) for m in (MONTHS[0], 12.0, MONTHS[-1]))
    losses = [abs(float(cut.at(m).real_income[code])) for m in (MONTHS[0], MONTHS[-1])]
    stronger = flexibility(MONTHS[-1])[1] / flexibility(MONTHS[0])[1]
    return told("fades", first=first, year=year, last=last, losses=losses, stronger=stronger)


def caution(cut: Cut) -> str:
    """What pushes the figures up, and whose."""
    first = cut.at(MONTHS[0]).real_income
    winner = max((r for r in cut.world.regions if r != cut.by), key=lambda r: float(first[r]))
    kept, lost = (float(o.real_income[cut.by]) for o in (cut.at(RENT_MONTH), cut.without_rent(RENT_MONTH)))
    return told("caution", cut=cut, rent_month=RENT_MONTH, kept=kept, lost=lost, winner=winner, won=float(first[winner]))


def compared(case: CaseView, cut: Cut, code: str) -> str:
    """Published figures beside ours."""
    listed = [p for p in case.dossier.published if "rare" in p.scenario.lower() or "rare" in p.quantity.lower()]
    return told("compared", listed=listed, study=study_of(cut.by, code), code=code, ours=cut.mean_real_income(code, 18.0))


def figure(case: CaseView, cut: Cut, code: str, codes: Iterable[str]) -> Block:
    """Real income by month, the seller and the host left out: their gains have another scale and another meaning."""
    shown = [r for r in codes if r not in (cut.by, case.host)][:4]
    values = {r: {m: float(cut.at(m).real_income[r]) for m in MONTHS} for r in shown}
    csv = case.file(
        "chokepoint-real-income",
        told("income_file", cut=cut),
        [
            case.row(r, case.worst, "real income, new controls alone", "%", float(cut.at(m).real_income[r]), "short", months=m)
            for m in MONTHS
            for r in case.world.regions
        ],
    )
    title = told("figure_title", cut=cut, code=code, first=values[code][1.0], year=values[code][12.0])
    rows = [
        (text.label(r), month_name(m), Triple(values[r][m], values[r][m], values[r][m]), region_colour(r))
        for r in shown
        for m in MONTHS
    ]
    return bar_figure(case, "fig-rare-price", title, told("figure_subtitle", case=case), rows, csv, width=940, label_width=84)


def income_table(case: CaseView, cut: Cut, codes: list[str]) -> Table:
    """Months × regions."""
    rows = tuple(
        (
            Cell(month_name(m).replace(" ", text.FIRM), strong=True),
            *(Cell(text.fixed(float(cut.at(m).real_income[r]), 2, signed=True)) for r in codes),
        )
        for m in MONTHS
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
    shown = MONTHS[:-1]
    rows = tuple(
        (
            Cell(text.capital(sector_name(s))),
            Cell(text.fixed(cut.share_of_cost(code, s), 3)),
            *(Cell(text.fixed(number_at(cut.at(m).output, code, s), 1, signed=True)) for m in shown),
        )
        for s in used
    )
    csv = case.file(
        "chokepoint-output",
        told("output_file", cut=cut),
        [
            case.row(
                r, case.worst, "real output, new controls alone", "%", number_at(cut.at(m).output, r, s), "short", months=m,
                sector=s, sector_name=sector_name(s), cost_share_pct=cut.share_of_cost(r, s),
            )
            for r in (code, *((case.host,) if case.host else ()), *(x for x in OTHERS if x in case.world.regions))
            for m in MONTHS
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
    """What sets the size, month by month: substitution, others' supply, shadow price, exact and second-order loss."""
    rows, data = [], []
    for m in MONTHS:
        substitution, supply = flexibility(m)[0], cut.trade_elasticity(m)
        exact, second = cut.direct(code, sector, m)
        price = 1 + float(number_at(case.by_wages(cut.at(m)), code, cut.sector)) / 100
        rows.append(
            (
                Cell(month_name(m).replace(" ", text.FIRM), strong=True),
                Cell(text.fixed(substitution, 2)),
                Cell(text.fixed(supply, 2)),
                Cell(text.digits(float(f"{price:.2g}"))),
                Cell(text.fixed(exact, 2, signed=True)),
                Cell(text.fixed(second, 2, signed=True)),
                Cell(text.fixed(number_at(cut.at(m).output, code, sector), 2, signed=True)),
            )
        )
        for what, unit, value in (
            ("substitution_row", "number", substitution),
            ("supply_row", "number", supply),
            ("price_row", "times", price),
            ("exact_row", "%", exact),
            ("second_row", "%", second),
        ):
            data.append(case.row(code, case.worst, told(what, sector=sector), unit, value, "short", months=m))
    csv = case.file("chokepoint-mechanism", told("mechanism_file"), data)
    return Table(
        "tab-choke-why",
        told("mechanism_title"),
        told("mechanism_subtitle", cut=cut, code=code, sector=sector),
        (
            Column("After"),
            Column("Substitution", "elasticity", number=True),
            Column("Others’ supply", "elasticity", number=True),
            Column("Shadow price", "times", number=True),
            Column("Exact", "%", number=True),
            Column("Second order", "%", number=True),
            Column("Equilibrium", "%", number=True),
        ),
        tuple(rows),
        case.note(csv, told("mechanism_note")),
        csv,
    )
