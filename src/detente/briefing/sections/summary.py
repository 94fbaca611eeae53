"""The first page: five figures, one chart, and what will happen and how sure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from detente import words as text
from detente.briefing.charts.figures import dot_figure
from detente.briefing.document import Number, Numbers, Para, Section
from detente.briefing.drivers import in_words
from detente.briefing.sections import outlook
from detente.briefing.view import CaseView, Triple, real_income
from detente.equilibrium.outcome import Outcome


def sections(case: CaseView) -> list[Section]:
    """Section 0."""
    return [
        Section("summary", "Summary", (Para(answer(case), kind="lede"), five_numbers(case), income_figure(case), *how_sure(case)))
    ]


def answer(case: CaseView) -> str:
    """What is at stake, in three sentences."""
    worst, best = case.worst, case.best
    parts = [
        f"If it comes to {case.named(worst)}, real income in {text.name(case.a)} "
        f"{text.change_phrase(*_vlh(case.income(case.a, worst)))}, "
        f"in {text.name(case.b)} it {text.change_phrase(*_vlh(case.income(case.b, worst)))}; {case.run}, against {case.quo}."
    ]
    if case.host:
        parts.append(f"In {text.name(case.host)}, the host, it {text.change_phrase(*_vlh(case.income(case.host, worst)))}.")
    parts.append(f"World real income {text.change_phrase(*_vlh(case.income('WORLD', worst)))}.")
    if best != worst:
        better = case.income("WORLD", best)
        parts.append(f"In {case.named(best)} world real income {text.change_phrase(*_vlh(better))}.")
    before = case.income("WORLD", None)
    if not text.is_tiny(before.value):
        moved = "raised" if before.value > 0 else "lowered"
        parts.append(
            f"What was in force on {text.day(case.dossier.as_of)} has {moved} it by {text.percent(abs(before.value))} "
            f"{text.range_note(before.low, before.high)} against {case.against(None)}."
        )
    return " ".join(parts)


def _vlh(t: Triple) -> tuple[float, float, float]:
    return t.value, t.low, t.high


class Headline(NamedTuple):
    """One figure of the summary: whose, in which scenario (None: the measures in force), how it is read, in words, its unit."""

    code: str
    scenario: str | None
    figure: Callable[[Outcome], float]
    what: str
    unit: str


def headline_figures(case: CaseView) -> list[Headline]:
    """World under the measures in force; both parties, the host (or third countries) and mutual trade in the worst scenario."""
    worst = case.worst
    host = case.host or (case.third[0] if case.third else case.a)

    def income(code: str, scenario: str | None, what: str) -> Headline:
        return Headline(code, scenario, lambda o: real_income(o, case.members(code), code), what, "%")

    between = f"Goods trade between {text.name(case.a)} and {text.name(case.b)}"
    return [
        income("WORLD", None, "World real income, measures in force"),
        *(income(code, worst, f"{text.possessive(code)} real income") for code in (case.a, case.b, host)),
        Headline(f"{case.a}-{case.b}", worst, case.mutual_trade, between, "% of value, both ways"),
    ]


def five_numbers(case: CaseView) -> Numbers:
    """The figures of the summary, each with its range and the parameter that moves it most."""
    rows, numbers = [], []
    for h in headline_figures(case):
        t, driver = case.triple(h.figure, h.scenario), case.driver(h.figure, h.scenario)
        rows.append(case.row(h.code, h.scenario, h.what, h.unit, t))
        setting = f"in “{case.label(h.scenario)}”, " if h.scenario else ""
        most = f", mostly through {in_words(driver.main.parameter)}" if driver.main and driver.moves() else ""
        numbers.append(
            Number(
                text.percent(t.value, signed=True),
                text.capital(h.what),
                f"{setting}{text.range_note(t.low, t.high).strip('()')}{most}; {case.run}, against {case.against(h.scenario)}",
            )
        )
    case.file("summary-numbers", "The five figures of the summary", rows)
    return Numbers(tuple(numbers))


def income_figure(case: CaseView) -> Any:
    """Scenario × {parties, host, group, world}: real income."""
    rows = [(case.label(s), code, case.income(code, s)) for s in case.ids for code in case.focus]
    csv = case.file(
        "summary-real-income",
        "Real income by scenario: parties, host, group, world",
        [case.row(code, s, "real income", "%", case.income(code, s)) for s in case.ids for code in case.focus],
    )
    return dot_figure(
        case,
        "fig-summary",
        income_title(case),
        case.subtitle("Real income, change in percent"),
        rows,
        csv,
        extra=f"Thin lines: the range over {case.ranged}.",
    )


def income_title(case: CaseView) -> str:
    """Title of the summary chart: how the parties fare in the worst scenario."""
    a, b = case.income(case.a, case.worst).value, case.income(case.b, case.worst).value
    return f"In “{case.label(case.worst)}” {text.compare(case.a, a, case.b, b, start=False)[:-1]}"


def how_sure(case: CaseView) -> list[Para]:
    """What the model gives and what it does not."""
    spread = [(s, case.income("WORLD", s).value) for s in case.ids]
    low, high = min(spread, key=lambda p: p[1]), max(spread, key=lambda p: p[1])
    firm: list[str] = []
    open_: list[str] = []
    for code in case.focus:
        t = case.income(code, case.worst)
        (open_ if text.straddles(t.low, t.high) else firm).append(text.name(code))
    happen = (
        f"The dossier describes {text.count(len(case.ids), 'way')} on: {text.join(case.named(s) for s in case.ids)}. For "
        "world real income they run from "
        f"{text.percent(low[1], signed=True)} (“{case.label(low[0])}”) to {text.percent(high[1], signed=True)} "
        f"(“{case.label(high[0])}”)."
    )
    still = [s for s in case.ids if all(abs(case.income(c, s).value) < 0.02 for c in case.focus)]
    if still:
        happen += (
            f" {text.join(f'“{case.label(s)}”' for s in still)} {'changes' if len(still) == 1 else 'change'} little "
            "because the status quo counts "
            "only what is in force: it holds no threat and no lapse. What such an outcome is worth is what it avoids."
        )
    deadline = next(iter(case.dossier.deadlines()), None)
    if deadline is not None:
        happen += (
            f" The next date set is {text.day(deadline.date)}, {text.count(deadline.days_left, 'day')} on: "
            f"{_lower(deadline.text)}."
        )
    likely = outlook.how_likely(case)
    sure = likely or (
        "The briefing says what each outcome would do, not how likely it is. Where it gives odds at all, on who gives way "
        "first, they hold under the assumptions beside them."
    )
    sure += (
        " Ranges of effects show the "
        f"results with {case.ranged} at the ends of published estimates; they are not confidence intervals."
    )
    if firm:
        sure += f" In “{case.label(case.worst)}” the sign holds at every value tried for {text.join(firm)}."
    if open_:
        sure += f" It does not for {text.join(open_)}."
    limits = (
        "The figures compare two snapshots of the economy. They leave out the path between them, lost confidence and investment, "
        "and financial markets; the section on method lists the rest, and “What others "
        "have published” sets their figures beside ours."
    )
    return [Para(happen, "What will happen."), Para(sure, "How sure."), Para(limits, "What is missing.")]


def _lower(sentence: str) -> str:
    return sentence.rstrip(".")


def headline(case: CaseView) -> dict[str, Any]:
    """The main results as plain values, for the command line and the run record."""
    table = {
        code: {
            s or "status-quo": dict(zip(("low", "value", "high"), map(_rounded, case.income(code, s)), strict=True))
            for s in (None, *case.ids)
        }
        for code in case.focus
    }
    return {
        "dossier": case.dossier.id,
        "as_of": case.dossier.as_of.isoformat(),
        "horizon": case.runs.parameters.name,
        "unit": "% change of real income; scenarios against the status quo, the status quo against the reference duties",
        "real_income": table,
        "mutual_goods_trade": {
            s: dict(zip(("low", "value", "high"), map(_rounded, case.triple(case.mutual_trade, s)), strict=True))
            for s in case.ids
        },
        "driven_by": {text.capital(h.what): case.driver(h.figure, h.scenario).told() for h in headline_figures(case)},
        "answer": answer(case),
    }


def _rounded(value: float) -> float:
    return float(f"{value:.8g}")
