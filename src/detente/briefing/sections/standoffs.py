"""Section 9, last part: who gives way first and whether a truce holds, from the payoff table.

The stand-off is told by the four models of `talks.contests` over the whole grid of assumptions, the truce by `talks.keeping`;
the sentences are those of `AtTheTable.tell`, so that the page and the command line cannot differ. Every
chance carries its assumptions and its range.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts.results import LABELS, odds_figure
from detente.briefing.document import Block, Cell, Column, Heading, Para, Table
from detente.briefing.view import CaseView
from detente.strategy.duty_game import DutyGame, duty_game
from detente.strategy.keeping import PERIODS
from detente.strategy.payoffs import PayoffTable
from detente.strategy.table import AtTheTable, at_the_table
from detente.talks.patience import Patience
from detente.words import chance, chance_range, days, say, usd as money

told = partial(say, "briefing/sections/standoffs")

ASSUMPTIONS = ("A40", "A47", "A48", "A49")
"""Numbers of the ledger that the section rests on."""


def seen(case: CaseView, table: PayoffTable) -> AtTheTable:
    """The case at the table, read once a case."""
    found: AtTheTable = case.once(
        "at the table", lambda: at_the_table(case.dossier, case.world, case.runs.parameters, table=table)
    )
    return found


# -- who gives way -----------------------------------------------------------------------------------------------------
def who_first(view: CaseView, table: PayoffTable) -> list[Block]:
    """Odds of giving way by model, what they agree on, what decides and what flips them."""
    case = seen(view, table)
    head: list[Block] = [Heading(told("who_first_heading"), "who-first"), Para(case.tell("answer"))]
    if math.isnan(case.odds().first[1]):
        return head
    csv = view.file("standoff", told("odds_file"), _tidy(case))
    figure = odds_figure(case, csv=csv, note=view.note(csv))
    parts = (
        (case.tell("at_once"), told("left_out")),
        (case.tell("agreement"), told("agree")),
        (case.tell("decides"), "By assumption."),
        (case.tell("breaks"), told("flips")),
        (case.tell("deadline"), "The clock."),
        (case.tell("delay"), told("a_day")),
        (case.tell("threats"), "Public threats."),
    )
    return [
        *head,
        *([figure] if figure is not None else []),
        _models(view, case, csv),
        *(Para(body, lead) for body, lead in parts if body),
    ]


def _tidy(case: AtTheTable) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    one, two = case.parties
    for model in (*case.trials.models, None):
        for still, basis in ((False, told("face_value")), (True, told("still_hold"))):
            odds = case.odds(model, still=still)
            for what, x in (
                (f"{one} eases first", odds.first), (f"{two} eases first", odds.second), ("talks collapse first", odds.collapse),
                ("no end", odds.standing),
            ):  # fmt: skip
                rows.append(
                    {
                        "model": model or "all", "basis": basis, "outcome": what, "low": x[0], "mean": x[1], "high": x[2],
                        "unit": "probability", "combinations": odds.trials,
                    }
                )  # fmt: skip
    return rows


def _models(view: CaseView, case: AtTheTable, csv: str) -> Table:
    one, two = case.parties
    rows = []
    for model, r in case.trials.summary().to_dict("index").items():

        def odds(key: str, r: Any = r) -> Cell:
            return Cell(chance(float(r[key])), chance_range(float(r[f"{key}, low"]), float(r[f"{key}, high"])))

        low, middle, high = (float(r[f"mean length, days ({q})"]) / 365.25 for q in ("a tenth", "half", "nine tenths"))
        rows.append(
            (
                Cell(LABELS[str(model)], strong=model == "all"),
                Cell(f"{chance(float(r[f'{one} at once']))} / {chance(float(r[f'{two} at once']))}"),
                odds(f"{one} eases"),
                odds(f"{two} eases"),
                odds("talks collapse"),
                Cell(f"{r[f'{one} likelier in']:,} / {r[f'{two} likelier in']:,}", f"neither in {r['neither in']:,}"),
                Cell(days(middle), f"{days(low)} to {days(high)}"),
            )
        )
    names = f"{text.label(one)} / {text.label(two)}"
    return Table(
        "tab-standoff",
        told("models_title"),
        told("models_subtitle", as_of=case.as_of),
        (
            Column("Model"),
            Column("At once", names, number=True),
            Column(text.label(one), "eases first", number=True),
            Column(text.label(two), "eases first", number=True),
            Column("Collapse", "comes first", number=True),
            Column("Likelier in", names, number=True),
            Column("Mean length", "median of combinations", number=True),
        ),
        tuple(rows),
        view.note(csv, assumptions(case.patience)),
        csv,
        wide=True,
    )


def assumptions(p: Patience) -> str:
    """What was tried, in words."""
    percents = ("stubborn", "bite")
    ends = {
        key: [f"{(100 if key in percents else 1) * v:g}" for v in p.ends(key)]
        for key in ("collapse_risk", "settlement_years", "collapse_years", "face", "slip_days", *percents)
    }
    return told("assumptions", ends=ends, rates=[f"{100 * v:g}" for v in p.rate_range])


# -- truce -------------------------------------------------------------------------------------------------------------
def truce(view: CaseView, table: PayoffTable) -> list[Block]:
    """What keeps each side in today's truce and in a deal, renewal, transparency, and the duties a truce could hold."""
    case = seen(view, table)
    duties = duty_game(view.dossier, view.world, view.runs.parameters, base=view.runs.status_quo)
    kept = _kept(view, case)
    return [
        Heading(told("truce_heading"), "truce"),
        Para(case.tell("kept_truce")),
        Para(case.tell("kept_deal")),
        kept,
        Para(case.tell("flips")),
        _periods(view, case),
        Para(case.tell("renewals")),
        Para(case.tell("transparency")),
        Para(_duties(view, case, duties)),
    ]


def _kept(view: CaseView, case: AtTheTable) -> Table:
    rows, data = [], []
    for what, label in (("truce", "Both hold"), ("deal", "Both ease")):
        fight, alone = case.keepings[what, "fight"], case.keepings[what, "no agreement"]
        for k, side in enumerate(fight.sides):
            need = fight.needs(1.0)[k], alone.needs(1.0)[k]
            rows.append(
                (
                    Cell(text.capital(text.name(side.party)), label),
                    Cell(_points(side.keep)),
                    Cell(_points(side.gain), side.stance, strong=side.tempted),
                    Cell(_points(side.fight), "would be fought" if side.fight_carried_out else "an empty threat"),
                    Cell(_points(side.alone)),
                    Cell(_needed(need[0])),
                    Cell(_needed(need[1])),
                )
            )
            data.append(
                {
                    "kept": label.lower(), "party": side.party, "keeping": side.keep, "best breach": side.stance,
                    "breach wins": side.gain, "after a fight": side.fight, "with no agreement": side.alone,
                    "other side would fight": side.fight_carried_out, "next year must count, fight": need[0],
                    "next year must count, no agreement": need[1], "unit": told("unit"),
                }
            )  # fmt: skip
    csv = view.file("truce", told("kept_file"), data)
    return Table(
        "tab-truce",
        told("kept_title"),
        told("kept_subtitle", case=view),
        (
            Column("Party", "what is kept"),
            Column("Keeping", "points", number=True),
            Column("Breach wins", "points", number=True),
            Column("After a fight", "points", number=True),
            Column("No agreement", "points", number=True),
            Column(told("must_count"), "% if fought", number=True),
            Column(told("must_count"), "% without", number=True),
        ),
        tuple(rows),
        view.note(csv, told("kept_note", patience=case.patience)),
        csv,
        wide=True,
    )


def _points(value: float) -> str:
    return text.fixed(value, 4, signed=True)


def _needed(value: float) -> str:
    if value == 0:
        return "no temptation"
    return "never enough" if math.isinf(value) else text.fixed(100 * value, 0)


def _periods(view: CaseView, case: AtTheTable) -> Table:
    what = "truce" if any(x.tempted for x in case.keepings["truce", "fight"].sides) else "deal"
    found = case.keepings[what, "fight"]
    frame = found.renewals()
    rows = []
    for label, period in PERIODS.items():
        both = frame[frame["period, years"] == period].set_index("side").to_dict("index")
        first = both[case.parties[0]]
        rows.append(
            (
                Cell(text.capital(label)),
                Cell(days(float(first["years to see a breach"]))),
                Cell(days(float(first["years to a false alarm"]))),
                Cell(money(float(first["meetings, million USD a year"])).removeprefix("USD ")),
                *(
                    Cell(
                        money(float(both[p]["a breach wins by the next review, million USD"])).removeprefix("USD "),
                        f"must count {_needed(float(both[p]['discount factor needed']))}",
                    )
                    for p in case.parties
                ),
            )
        )
    csv = view.file("renewal", told("reviews_file"), _rows(frame))
    return Table(
        "tab-renewal",
        told("reviews_title"),
        told("reviews_subtitle", what=what),
        (
            Column("Reviews every"),
            Column(told("breach_seen"), "after, on average", number=True),
            Column("A false alarm", "after, on average", number=True),
            Column("Meetings", "USD a year, each side", number=True),
            *(Column(text.label(p), told("breach_wins"), number=True) for p in case.parties),
        ),
        tuple(rows),
        view.note(csv, told("reviews_note", patience=case.patience)),
        csv,
    )


def _duties(view: CaseView, case: AtTheTable, duties: DutyGame) -> str:
    view.file("truce-duties", told("duties_file"), _rows(duties.to_frame()))
    return case.tell("lowest_duties", duties=duties).removesuffix(".") + " (data/truce-duties.csv)."


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
