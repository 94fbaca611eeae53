"""Section 9, last part: who gives way first and whether a truce holds, from the payoff table.

The stand-off is told by the four models of `talks.contests` over the whole grid of assumptions, the truce by `talks.keeping`;
the sentences are those of `talks.telling` and `talks.truce_telling`, so that the page and the command line cannot differ. Every
chance carries its assumptions and its range.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from detente import words as text
from detente.briefing.charts.results import LABELS, odds_figure
from detente.briefing.document import Block, Cell, Column, Heading, Para, Table
from detente.briefing.sections.stances import Stances
from detente.briefing.view import CaseView
from detente.strategy import telling, truce_telling
from detente.strategy.duty_game import DutyGame, duty_game
from detente.strategy.keeping import PERIODS
from detente.strategy.payoffs import PayoffTable
from detente.strategy.table import AtTheTable, at_the_table
from detente.talks.patience import Patience
from detente.words import chance, chance_range, days, usd as money

ASSUMPTIONS = ("A40", "A47", "A48", "A49")
"""Numbers of the ledger that the section rests on."""


def seen(case: CaseView, table: PayoffTable) -> AtTheTable:
    """The case at the table, read once a case."""
    found: AtTheTable = case.once(
        "at the table", lambda: at_the_table(case.dossier, case.world, case.runs.parameters, table=table)
    )
    return found


# -- who gives way -----------------------------------------------------------------------------------------------------
def who_first(s: Stances) -> list[Block]:
    """Odds of giving way by model, what they agree on, what decides and what flips them."""
    case = seen(s.case, s.table)
    head: list[Block] = [Heading("Who gives way first", "who-first"), Para(telling.answer(case))]
    if math.isnan(case.odds().first[1]):
        return head
    csv = s.case.file("standoff", "Who gives way first, by model: at once, and if both still hold", _tidy(case))
    figure = odds_figure(case, csv=csv, note=s.case.note(csv))
    told = (
        (telling.at_once(case), "What is left out."),
        (telling.agreement(case), "Where the models agree."),
        (telling.decides(case), "By assumption."),
        (telling.breaks(case), "Where it flips."),
        (telling.deadline(case), "The clock."),
        (telling.delay(case), "What a day costs."),
        (telling.threats(case), "Public threats."),
    )
    return [
        *head,
        *([figure] if figure is not None else []),
        _models(s, case, csv),
        *(Para(body, lead) for body, lead in told if body),
    ]


def _tidy(case: AtTheTable) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    one, two = case.parties
    for model in (*case.trials.models, None):
        for still, basis in ((False, "taken at face value"), (True, "if both still hold")):
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


def _models(s: Stances, case: AtTheTable, csv: str) -> Table:
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
        "Who gives way first, in each model",
        f"At once: average chance over all combinations. The rest: if both still hold on {text.day(case.as_of)}; second line: "
        "range over the motives halved, as given and doubled, for all models alike also over models",
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
        s.case.note(csv, assumptions(case.patience)),
        csv,
        wide=True,
    )


def assumptions(p: Patience) -> str:
    """What was tried, in words."""

    def ends(key: str, scale: float = 1.0) -> str:
        return text.join((f"{scale * v:g}" for v in p.ends(key)), "or")

    rates = text.join((f"{100 * v:g}" for v in p.rate_range), "or")
    return (
        f"Tried in every combination: motives halved, as given or doubled; each side’s discount rate {rates} % a year; "
        f"{ends('collapse_risk')} collapses a year; having given way matters {ends('settlement_years')} years; a collapse lasts "
        f"{ends('collapse_years')} years; not being seen to give way is worth {ends('face')} points a year for an audience "
        f"weight of 1; a side never bends with {ends('stubborn', 100)} %; a missed deadline ends talks with "
        f"{ends('bite', 100)} %; its day is sure to within {ends('slip_days')} days. None of these is measured (A40, A47)."
    ).replace(" %", f"{text.THIN}%")


# -- truce -------------------------------------------------------------------------------------------------------------
def truce(s: Stances) -> list[Block]:
    """What keeps each side in today's truce and in a deal, renewal, transparency, and the duties a truce could hold."""
    case = seen(s.case, s.table)
    duties = duty_game(s.case.dossier, s.case.world, s.case.runs.parameters, base=s.case.runs.status_quo)
    kept = _kept(s, case)
    return [
        Heading("Would a truce hold", "truce"),
        Para(truce_telling.kept(case, "truce")),
        Para(truce_telling.kept(case, "deal")),
        kept,
        Para(truce_telling.flips(case)),
        _periods(s, case),
        Para(truce_telling.renewals(case)),
        Para(truce_telling.transparency(case)),
        Para(_duties(s, case, duties)),
    ]


def _kept(s: Stances, case: AtTheTable) -> Table:
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
                    "next year must count, no agreement": need[1], "unit": "points of real income a year",
                }
            )  # fmt: skip
    csv = s.case.file("truce", "What keeps each side in today’s truce and in a deal", data)
    return Table(
        "tab-truce",
        "What keeps each side in",
        f"Points of real income a year by the motives, {s.case.run}; breach: the harsher stance that pays best while the other "
        "keeps; reviews once a year",
        (
            Column("Party", "what is kept"),
            Column("Keeping", "points", number=True),
            Column("Breach wins", "points", number=True),
            Column("After a fight", "points", number=True),
            Column("No agreement", "points", number=True),
            Column("Next year must count", "% if fought", number=True),
            Column("Next year must count", "% without", number=True),
        ),
        tuple(rows),
        s.case.note(
            csv,
            "No agreement: what both do by themselves, so it needs no promise. Chance a year of a false alarm "
            f"{100 * case.patience.false_alarm:g}{text.THIN}%, of seeing a breach {100 * case.patience.detection:g}{text.THIN}% "
            "(A40).",
        ),
        csv,
        wide=True,
    )


def _points(value: float) -> str:
    return text.fixed(value, 4, signed=True)


def _needed(value: float) -> str:
    if value == 0:
        return "no temptation"
    return "never enough" if math.isinf(value) else text.fixed(100 * value, 0)


def _periods(s: Stances, case: AtTheTable) -> Table:
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
    csv = s.case.file("renewal", "What the time between reviews does", _rows(frame))
    return Table(
        "tab-renewal",
        "What the time between reviews does",
        f"{'Today’s truce' if what == 'truce' else 'A deal in which both ease'}, breaches fought; second line: percent of today "
        "that the next review must count for the side to keep",
        (
            Column("Reviews every"),
            Column("A breach is seen", "after, on average", number=True),
            Column("A false alarm", "after, on average", number=True),
            Column("Meetings", "USD a year, each side", number=True),
            *(Column(text.label(p), "USD a breach wins by then", number=True) for p in case.parties),
        ),
        tuple(rows),
        s.case.note(csv, f"A meeting is taken to cost each side {money(case.patience.review_million_usd)} (A49)."),
        csv,
    )


def _duties(s: Stances, case: AtTheTable, duties: DutyGame) -> str:
    s.case.file(
        "truce-duties", "Payoffs at the pairs of mean duties from which the game of duties is read", _rows(duties.to_frame())
    )
    return truce_telling.duty_words(case, duties).removesuffix(".") + " (data/truce-duties.csv)."


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]
