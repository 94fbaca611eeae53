"""The summary of the companion: the likeliest way on, five figures, one chart, how sure. The front says what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from detente import words as text
from detente.briefing.charts.figures import dot_figure
from detente.briefing.document import Block, Cell, Figure, Number, Numbers, Para, Section
from detente.briefing.drivers import ParameterDriver, in_words, reach, shown
from detente.briefing.sections import outlook
from detente.briefing.tables import Col, table, texts
from detente.briefing.view import STATUS_QUO, CaseView, Triple, real_income
from detente.equilibrium.outcome import Outcome


def _say(part: str, **values: Any) -> str:
    return text.say("briefing/sections/summary", part, **values)


def sections(case: CaseView) -> list[Section]:
    """The summary."""
    lede = Para(answer(case), kind="lede")
    return [Section("summary", "Summary", (lede, five_numbers(case), income_figure(case), *how_sure(case)))]


def answer(case: CaseView) -> str:
    """How likely each way on is, the likeliest first, and what the one that is shown would mean."""
    lead = shown_first(case)
    return _say(
        "answer",
        case=case,
        lead=lead,
        likely=outlook.how_likely(case),
        sides=[(p, case.income(p, lead)) for p in case.parties],
        host=case.income(case.host, lead) if case.host else None,
        world=case.income("WORLD", lead),
        better=case.income("WORLD", case.best),
        before=case.income("WORLD", None),
    )


def shown_first(case: CaseView) -> str:
    """The likeliest scenario that moves anything against the law by itself; without odds, the worst."""
    found = outlook.prepared(case)
    ways = () if found is None else tuple(found.look.scenarios)
    return next((s for s in ways if s in case.moving), case.worst)


class Headline(NamedTuple):
    """One figure of the summary: whose, in which scenario (None: the measures in force), how it is read, in words, its unit."""

    code: str
    scenario: str | None
    figure: Callable[[Outcome], float]
    what: str
    unit: str


def headline_figures(case: CaseView) -> list[Headline]:
    """World under the measures in force; every party, the host and mutual trade in the scenario shown first.

    A dossier of two parties without a host has a third country in its place, so that somebody outside is seen.
    """
    lead = shown_first(case)
    beside = (case.host,) if case.host else case.third[:1] if len(case.parties) == 2 else ()

    def income(code: str, scenario: str | None, what: str) -> Headline:
        return Headline(code, scenario, lambda o: real_income(o, case.members(code), code), what, "%")

    return [
        income("WORLD", None, _say("in_force", case=case)),
        *(income(code, lead, _say("whose", case=case, code=code)) for code in (*case.parties, *beside)),
        Headline("-".join(case.parties), lead, case.mutual_trade, _say("mutual", case=case), _say("mutual_unit", case=case)),
    ]


def five_numbers(case: CaseView) -> Numbers:
    """The figures of the summary, each with its range and the parameter that moves it most."""
    rows, numbers = [], []
    for h in headline_figures(case):
        t, driver = case.triple(h.figure, h.scenario), case.driver(h.figure, h.scenario)
        rows.append(case.row(h.code, h.scenario, h.what, h.unit, t))
        most = in_words(driver.main.parameter) if driver.main and driver.moves() else ""
        detail = _say("number_detail", case=case, scenario=h.scenario, t=t, driver=most)
        numbers.append(Number(text.percent(t.value, signed=True), text.capital(h.what), detail))
    case.file("summary-numbers", _say("numbers_file", case=case), rows)
    return Numbers(tuple(numbers))


def income_figure(case: CaseView) -> Figure:
    """Scenario × {parties, host, group, world}: real income."""
    known = {(s, code): case.income(code, s) for s in case.moving for code in case.focus}
    lead = shown_first(case)
    told = texts("summary", "income", case=case, lead=lead, sides={p: case.income(p, lead).value for p in case.parties})
    csv = case.file(
        "summary-real-income", told.file, [case.row(code, s, "real income", "%", t) for (s, code), t in known.items()]
    )
    rows = [(case.label(s), code, t) for (s, code), t in known.items()]
    return dot_figure(case, "fig-summary", told.title, told.subtitle, rows, csv, extra=told.note)


def how_sure(case: CaseView) -> list[Para]:
    """How far the ways on lie apart, and what is known of that."""
    lead = shown_first(case)
    spread = [(s, case.income("WORLD", s).value) for s in case.ids]
    firm: list[str] = []
    unsure: list[str] = []
    for code in case.focus:
        t = case.income(code, lead)
        (unsure if text.straddles(t.low, t.high) else firm).append(text.name(code))
    happen = _say(
        "happen",
        case=case,
        low=min(spread, key=lambda p: p[1]),
        high=max(spread, key=lambda p: p[1]),
        still=[f"“{case.label(s)}”" for s in case.ids if all(abs(case.income(c, s).value) < 0.02 for c in case.focus)],
        deadline=next(iter(case.dossier.deadlines()), None),
    )
    sure = _say("sure", case=case, lead=lead, foretold=outlook.prepared(case) is not None, firm=firm, open=unsure)
    return [
        Para(happen, _say("happen_lead")),
        Para(sure, _say("sure_lead")),
    ]


def driver_blocks(case: CaseView) -> list[Block]:
    """What drives the figures of the summary: a sentence and a small table; nothing where no parameter has a range."""
    listed = [(h, case.driver(h.figure, h.scenario)) for h in headline_figures(case)]
    if not any(d.swings for _, d in listed):
        return []
    told = texts("summary", "drivers", case=case)
    columns = _driver_columns(case, listed)
    return [Para(driver_sentence(case, [d for _, d in listed])), table(case, "summary-drivers", told, columns, id="drivers")]


def _driver_columns(case: CaseView, listed: Sequence[tuple[Headline, ParameterDriver]]) -> list[Col]:
    """The widest parameter of each figure, and in the data every parameter at both ends."""
    widest = [d.main if d.moves() else None for _, d in listed]
    known = [case.triple(h.figure, h.scenario) for h, _ in listed]

    def row(h: Headline, value: Triple | float, parameter: str, end: str, level: float | str | None) -> dict[str, Any]:
        at = {"parameter": parameter, "parameter_end": end, "parameter_value": level}
        return case.row(h.code, h.scenario, h.what, h.unit, value) | at

    data = [
        [row(h, t, "all", "central", None)]
        + [
            row(h, value, s.parameter, end, level)
            for s in d.swings
            for end, level, value in (("low", s.ends[0], s.at_low), ("high", s.ends[1], s.at_high))
        ]
        for (h, d), t in zip(listed, known, strict=True)
    ]
    central = [Cell(shown(t.value), text.percent_range(t.low, t.high), strong=True) for t in known]
    named = [Cell(text.capital(in_words(s.parameter)), reach(s.parameter, s.ends)) if s else "None" for s in widest]
    low, high = (_say(f"{end}_end", case=case) for end in ("low", "high"))
    return [
        Col("Figure", [Cell(text.capital(h.what), case.label(h.scenario)) for h, _ in listed], "scenario", data),
        Col("Central", central, "range", number=True),
        Col("Widest with", named),
        Col(low, [shown(s.at_low) if s else "–" for s in widest], number=True),
        Col(high, [shown(s.at_high) if s else "–" for s in widest], number=True),
    ]


def driver_sentence(case: CaseView, drivers: Sequence[ParameterDriver]) -> str:
    """Which parameter moves how many of the figures most."""
    mains = [d.main.parameter for d in drivers if d.main is not None and d.moves()]
    counts = [(in_words(k), mains.count(k)) for k in sorted(dict.fromkeys(mains), key=lambda k: -mains.count(k))]
    return _say("driver_sentence", case=case, counts=counts, still=len(drivers) - len(mains), all=len(drivers))


def headline(case: CaseView) -> dict[str, Any]:
    """The main results as plain values, for the command line and the run record."""

    def ends(t: Triple) -> dict[str, float]:
        return {end: float(f"{v:.8g}") for end, v in zip(("low", "value", "high"), t, strict=True)}

    return {
        "dossier": case.dossier.id,
        "as_of": case.dossier.as_of.isoformat(),
        "horizon": case.runs.parameters.name,
        "unit": _say("headline_unit", case=case),
        "real_income": {code: {s or STATUS_QUO: ends(case.income(code, s)) for s in (None, *case.ids)} for code in case.focus},
        "mutual_goods_trade": {s: ends(case.triple(case.mutual_trade, s)) for s in case.ids},
        "driven_by": {text.capital(h.what): case.driver(h.figure, h.scenario).told() for h in headline_figures(case)},
        "answer": answer(case),
    }
