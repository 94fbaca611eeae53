"""Section 9, last part: who gives way first and whether a truce holds, from the payoff table.

The stand-off is told by the four models of `talks.contests` over the whole grid of assumptions, the truce by `talks.keeping`;
the sentences are those of `AtTheTable.tell`, so that the page and the command line cannot differ. Every
chance carries its assumptions and its range.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts.results import LABELS, odds_figure
from detente.briefing.document import Block, Cell, Heading, Para, Table
from detente.briefing.tables import Col, table, texts
from detente.briefing.view import CaseView
from detente.strategy.duty_game import DutyGame, duty_game
from detente.strategy.keeping import PERIODS
from detente.strategy.payoffs import PayoffTable
from detente.strategy.table import AtTheTable, at_the_table
from detente.talks.patience import Patience
from detente.words import chance, chance_range, days, money, say
from detente.words.currency import currency

told = partial(say, "briefing/sections/standoffs")

ASSUMPTIONS = ("A40", "A47", "A48", "A49")
"""Numbers of the ledger that the section rests on."""


def seen(case: CaseView, payoffs: PayoffTable) -> AtTheTable:
    """The case at the table, read once a case."""
    found: AtTheTable = case.once(
        "at the table", lambda: at_the_table(case.dossier, case.world, case.runs.parameters, table=payoffs)
    )
    return found


# -- who gives way -----------------------------------------------------------------------------------------------------
def who_first(view: CaseView, payoffs: PayoffTable) -> list[Block]:
    """Odds of giving way by model, what they agree on, what decides and what flips them."""
    case = seen(view, payoffs)
    head: list[Block] = [Heading(told("who_first_heading"), "who-first"), Para(case.tell("answer"))]
    if math.isnan(case.odds().first[1]):
        return head
    models = _models(view, case)
    figure = odds_figure(case, csv=models.csv, note=view.note(models.csv))
    parts = (
        (case.tell("at_once"), told("left_out")),
        (case.tell("decides"), "By assumption."),
        (case.tell("breaks"), told("flips")),
        (case.tell("deadline"), "The clock."),
        (case.tell("delay"), told("a_day")),
        (case.tell("threats"), "Public threats."),
    )
    return [
        *head,
        *([figure] if figure is not None else []),
        models,
        *(Para(body, lead) for body, lead in parts if body),
    ]


LENGTHS = tuple(f"mean length, days ({q})" for q in ("a tenth", "half", "nine tenths"))


def _models(view: CaseView, case: AtTheTable) -> Table:
    one, two = case.parties
    rows: dict[str, dict[str, Any]] = {
        str(m): {str(k): v for k, v in r.items()} for m, r in case.trials.summary().to_dict("index").items()
    }
    names = f"{text.label(one)} / {text.label(two)}"

    def column(head: str, unit: str, shown: Callable[[dict[str, Any]], str | Cell]) -> Col:
        return Col(head, [shown(r) for r in rows.values()], unit, number=True)

    def odds(key: str) -> Callable[[dict[str, Any]], Cell]:
        return lambda r: Cell(chance(float(r[key])), chance_range(float(r[f"{key}, low"]), float(r[f"{key}, high"])))

    def lasting(r: dict[str, Any]) -> Cell:
        low, middle, high = (days(float(r[q]) / text.DAYS_A_YEAR) for q in LENGTHS)
        return Cell(middle, f"{low} to {high}")

    said = texts("standoffs", "models_table", as_of=case.as_of, tried=assumptions(case.patience))
    columns = [
        Col("Model", [Cell(LABELS[m], strong=m == "all") for m in rows], data=[_tidy(case, m, r) for m, r in rows.items()]),
        column("At once", names, lambda r: f"{chance(float(r[f'{one} at once']))} / {chance(float(r[f'{two} at once']))}"),
        column(text.label(one), "eases first", odds(f"{one} eases")),
        column(text.label(two), "eases first", odds(f"{two} eases")),
        column("Collapse", "comes first", odds("talks collapse")),
        column(
            "Likelier in",
            names,
            lambda r: Cell(f"{r[f'{one} likelier in']:,} / {r[f'{two} likelier in']:,}", f"neither in {r['neither in']:,}"),
        ),
        column("Mean length", "median of combinations", lasting),
    ]
    return table(view, "standoff", said, columns, wide=True)


def _tidy(case: AtTheTable, model: str, r: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every figure of a model: at once, taken at face value, if both still hold; who is likelier; how long it lasts."""
    one, two = case.parties
    which = None if model == "all" else model
    records: list[dict[str, Any]] = []

    def note(basis: str, outcome: str, ends: Sequence[float | None], of: int, unit: str = "probability") -> None:
        low, mean, high = ends
        said = {"model": model, "basis": basis, "outcome": outcome, "low": low, "mean": mean, "high": high, "unit": unit}
        records.append({**said, "combinations": of})

    for side in (one, two):
        note(told("at_once"), f"{side} eases first", (None, r[f"{side} at once"], None), r["combinations"])
    for still, basis in ((False, told("face_value")), (True, told("still_hold"))):
        odds = case.odds(which, still=still)
        note(basis, f"{one} eases first", odds.first, odds.trials)
        note(basis, f"{two} eases first", odds.second, odds.trials)
        note(basis, "talks collapse first", odds.collapse, odds.trials)
        note(basis, "no end", odds.standing, odds.trials)
    counts = {one: r[f"{one} likelier in"], two: r[f"{two} likelier in"], "neither": r["neither in"]}
    for who, count in counts.items():
        note(told("still_hold"), f"{who} is the likelier to ease", (None, count, None), sum(counts.values()), "combinations")
    for unit, length in (("days", 1.0), ("years", text.DAYS_A_YEAR)):
        note(told("still_hold"), told("length"), [r[q] / length for q in LENGTHS], sum(counts.values()), unit)
    return records


def assumptions(p: Patience) -> str:
    """What was tried, in words."""
    percents = ("stubborn", "bite")
    ends = {
        key: [f"{(100 if key in percents else 1) * v:g}" for v in p.ends(key)]
        for key in ("collapse_risk", "settlement_years", "collapse_years", "face", "slip_days", *percents)
    }
    return told("assumptions", ends=ends, rates=[f"{100 * v:g}" for v in p.rate_range])


# -- truce -------------------------------------------------------------------------------------------------------------
def truce(view: CaseView, payoffs: PayoffTable) -> list[Block]:
    """What keeps each side in today's truce and in a deal, renewal, transparency, and the duties a truce could hold."""
    case = seen(view, payoffs)
    duties = duty_game(view.runs)
    kept = _kept(view, case)
    return [
        Heading(told("truce_heading"), "truce"),
        kept,
        Para(case.tell("flips")),
        _periods(view, case),
        *([Para(case.tell("transparency"))] if any(row["million USD a year"] >= 0.05 for row in case.sight) else []),
        Para(_duties(view, case, duties)),
    ]


def _kept(view: CaseView, case: AtTheTable) -> Table:
    pairs = [
        (label, side, fight, alone)
        for what, label in (("truce", "Both hold"), ("deal", "Both ease"))
        for side, fight, alone in zip(
            case.keepings[what, "fight"].sides, case.keepings[what, "fight"].needs(1.0),
            case.keepings[what, "no agreement"].needs(1.0), strict=True,
        )
    ]  # fmt: skip

    def needed(answer: str, values: Sequence[float]) -> Col:
        data = [{f"next year must count, {answer}": x if math.isfinite(x) else None, f"enough, {answer}": _enough(x)}
                for x in values]  # fmt: skip
        unit = "% if fought" if answer == "fight" else "% without"
        return Col(told("must_count"), [_needed(x) for x in values], unit, data, number=True)

    def points(head: str, field: str, values: Sequence[float]) -> Col:
        return Col(head, [_points(x) for x in values], "points", [{field: x} for x in values], number=True)

    sides = [side for _, side, _, _ in pairs]
    columns = [
        Col(
            "Party",
            [Cell(text.capital(text.name(s.party)), label) for label, s, _, _ in pairs],
            "what is kept",
            [{"kept": label.lower(), "party": s.party} for label, s, _, _ in pairs],
        ),
        points("Keeping", "keeping", [s.keep for s in sides]),
        Col(
            "Breach wins",
            [Cell(_points(s.gain), s.stance, strong=s.tempted) for s in sides],
            "points",
            [{"best breach": s.stance, "breach wins": s.gain} for s in sides],
            number=True,
        ),
        Col(
            "After a fight",
            [Cell(_points(s.fight), "would be fought" if s.fight_carried_out else "an empty threat") for s in sides],
            "points",
            [{"after a fight": s.fight, "other side would fight": s.fight_carried_out} for s in sides],
            number=True,
        ),
        points("No agreement", "with no agreement", [s.alone for s in sides]),
        needed("fight", [fight for _, _, fight, _ in pairs]),
        needed("no agreement", [alone for _, _, _, alone in pairs]),
        Col("Unit", data=[{"unit": told("unit")} for _ in pairs]),
    ]
    said = texts("standoffs", "kept_table", case=view, when=case.table.clock.tell(), patience=case.patience)
    return table(view, "truce", said, columns, wide=True)


def _points(value: float) -> str:
    return text.fixed(value, text.decimals_for(value, most=4) if round(value, 4) else 0, signed=True)


def _enough(need: float) -> str:
    """Whether any weight of the future keeps a side from a breach: "no temptation", "yes" or "never"."""
    return "no temptation" if need == 0 else "never" if math.isinf(need) else "yes"


def _needed(value: float) -> str:
    return {"yes": text.fixed(100 * value, 0), "never": "never enough"}.get(_enough(value), _enough(value))


def _periods(view: CaseView, case: AtTheTable) -> Table:
    what = "truce" if any(x.tempted for x in case.keepings["truce", "fight"].sides) else "deal"
    frame = case.keepings[what, "fight"].renewals()
    by_period = {
        label: {str(row["side"]): row for row in _rows(frame[frame["period, years"] == period])}
        for label, period in PERIODS.items()
    }
    first = [both[case.parties[0]] for both in by_period.values()]
    wins, meetings, must = (
        "a breach wins by the next review, million USD", "meetings, million USD a year", "discount factor needed",
    )  # fmt: skip

    def lasting(head: str, field: str) -> Col:
        return Col(head, [days(float(row[field])) for row in first], "after, on average", number=True)

    def won(party: str) -> Col:
        shown = [
            Cell(_bare(float(both[party][wins])), f"must count {_needed(float(both[party][must]))}")
            for both in by_period.values()
        ]
        return Col(text.label(party), shown, told("breach_wins"), number=True)

    def record(label: str, row: dict[str, Any]) -> dict[str, Any]:
        need, kept = float(row[must]), "both hold" if what == "truce" else "both ease"
        in_days = {
            k.replace("years", "days"): row[k] * text.DAYS_A_YEAR for k in ("years to see a breach", "years to a false alarm")
        }
        known = {k: v if not isinstance(v, float) or math.isfinite(v) else None for k, v in (row | in_days).items()}
        return {"kept": kept, "answered by": "a fight", "reviews every": label, **known, "enough": _enough(need)}

    records = [[record(label, row) for row in both.values()] for label, both in by_period.items()]
    columns = [
        Col("Reviews every", [text.capital(label) for label in by_period], data=records),
        lasting(told("breach_seen"), "years to see a breach"),
        lasting("A false alarm", "years to a false alarm"),
        Col("Meetings", [_bare(float(row[meetings])) for row in first], "USD a year, each side", number=True),
        *map(won, case.parties),
    ]
    return table(view, "renewal", texts("standoffs", "reviews_table", what=what, patience=case.patience), columns)


def _bare(million: float) -> str:
    return money(million).removeprefix(f"{currency()}{text.FIRM}")


def _duties(view: CaseView, case: AtTheTable, duties: DutyGame) -> str:
    view.file("truce-duties", told("duties_file"), _rows(duties.to_frame()))
    return case.tell("lowest_duties", duties=duties).removesuffix(".") + " (data/truce-duties.csv)."


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
