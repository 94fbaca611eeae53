"""What stands beside the scenarios and in none of their figures: threats, markets and confidence, subsidies and technology.

The odds are those of the outlook. A dossier without prospects has no threats and no markets, one without exercises none of these,
and one with neither no such section.
"""

from __future__ import annotations

from typing import Any

from detente import words as text
from detente.briefing.document import Block, Cell, Heading, Para, Section, Table
from detente.briefing.sections import outlook
from detente.briefing.tables import Col, table, texts
from detente.briefing.view import CaseView, Triple
from detente.outlook import reaction, uncertainty
from detente.outlook.tree import STATUS_QUO
from detente.strategy.exercises import Exercises, exercises
from detente.types import Range


def _said(part: str, **values: Any) -> str:
    return text.say("briefing/sections/beside", part, **values)


def assumptions(case: CaseView) -> tuple[str, ...]:
    """Numbers of the ledger that the section rests on, besides the dossier's own."""
    return () if case.dossier.prospects is None else (*uncertainty.ASSUMPTIONS, *reaction.ASSUMPTIONS)


def sections(case: CaseView) -> list[Section]:
    """One section, or none."""
    blocks: list[Block] = []
    ahead = outlook.prepared(case)
    if ahead is not None:
        odds = ahead.look.tree.odds
        blocks += threats(case, uncertainty.uncertainty(case, odds=odds))
        blocks += markets(case, reaction_of(case, ahead))
    if case.dossier.exercises:
        blocks += exercised(case, tried(case))
    return [Section("beside", _said("title"), (Para(_said("lead")), *blocks))] if blocks else []


def reaction_of(case: CaseView, ahead: outlook.Prepared) -> reaction.MarketReaction:
    """How markets might answer, at the briefing's odds; worked out once."""
    return case.once("markets", lambda: reaction.market_reaction(case, odds=ahead.look.tree.odds))


def tried(case: CaseView) -> Exercises:
    """The exercises of the dossier, worked out once."""
    return case.once("exercises", lambda: exercises(case))


def threats(case: CaseView, found: uncertainty.Uncertainty) -> list[Block]:
    """What threatened duties cost by scenario; a sentence where nothing is threatened."""
    rows = [row for row in found.rows if row.hazard.value > 0]
    head = Heading(_said("threats_heading"), "uncertainty")
    if not rows:
        return [head, Para(_said("no_threat"))]
    names = {row: None if row.scenario == STATUS_QUO else row.scenario for row in rows}
    columns = [
        Col(_said("scenario"), [case.label(names[row]) for row in rows]),
        _measured("hazard", "a_year", [(names[row], Range(*(100 * x for x in row.hazard))) for row in rows]),
        _measured("equivalent", "new_trade", [(names[row], row.equivalent) for row in rows]),
        *(
            _column(case, code, [(names[row], row.effect(code)) for row in rows], _said("while_threatened"))
            for code in found.focus
        ),
    ]
    shown = table(case, "uncertainty", texts("beside", "threats", case=case), columns, wide=True)
    return [
        head,
        Para(_said("threatened", case=case, rows=rows, names=names, first=found.focus[0])),
        shown,
        Para(text.tell(found, "notes"), kind="note"),
    ]


def markets(case: CaseView, found: reaction.MarketReaction) -> list[Block]:
    """Moves of indices and of output by scenario."""
    labels = list(found.labels)
    columns = [
        Col(_said("scenario"), [case.label(None if s == STATUS_QUO else s) for s in labels]),
        *(
            Col(
                f"{slope.figure}, {text.short_name(slope.region)}",
                [_cell(found.move(slope, s), 2 if slope.kind == "confidence" else 1) for s in labels],
                data=[
                    [
                        {
                            "region": slope.region, "scenario": s, "figure": slope.figure, "kind": slope.kind, "unit": "%",
                            **found.move(slope, s)._asdict(),
                        }
                    ]
                    for s in labels
                ],
                number=True,
            )
            for slope in found.slopes
        ),
    ]  # fmt: skip
    told = texts("beside", "markets", case=case)
    head = Heading(_said("markets_heading"), "markets")
    titles = dict.fromkeys(title for slope in found.slopes for title, _ in slope.sources)
    source = _said("markets_source", titles=list(titles))
    return [head, table(case, "reaction", told, columns, source=source), Para(text.tell(found, "notes"), kind="note")]


def exercised(case: CaseView, found: Exercises) -> list[Block]:
    """The exercises with their figures, then those without and why."""
    blocks: list[Block] = [Heading(_said("exercises_heading"), "exercises")]
    priced = [row for row in found.rows if row.priced]
    if priced:
        blocks.append(_exercise_table(case, found))
    for row in found.rows:
        if row.priced:
            if row.exercise.note:
                blocks.append(
                    Para(row.exercise.note, lead=text.sentence(row.exercise.title), cites=row.exercise.sources, kind="note")
                )
        else:
            told = _said("not_priced", why=row.exercise.why_not)
            blocks.append(Para(told, lead=text.sentence(row.exercise.title), cites=row.exercise.sources))
    return [*blocks, Para(text.tell(found, "notes"), kind="note")] if priced else blocks


def _exercise_table(case: CaseView, found: Exercises) -> Table:
    priced = [row for row in found.rows if row.priced]
    columns = [
        Col(_said("exercise"), [Cell(text.sentence(row.exercise.title), cites=row.exercise.sources) for row in priced]),
        Col(
            _said("size"), [_cell(Range(*row.rates), 1, signed=False) for row in priced], _said("of_cost"),
            [
                [{"exercise": row.exercise.id, "measure": _said("size"), "unit": _said("of_cost"), **Range(*row.rates)._asdict()}]
                for row in priced
            ],
            number=True,
        ),
        *(
            Col(
                text.short_name(code),
                [_cell(row.effect(code)) for row in priced],
                data=[
                    [case.row(code, None, _said("real_income"), "%", Triple(*row.effect(code)), exercise=row.exercise.id)]
                    for row in priced
                ],
                number=True,
            )
            for code in found.focus
        ),
    ]  # fmt: skip
    return table(case, "exercises", texts("beside", "exercises", case=case), columns, wide=True)


def _measured(head: str, unit: str, values: list[tuple[str | None, Range]]) -> Col:
    """A column of scenarios' own figures, those of no region."""
    told, of = _said(head), _said(unit)
    data = [[{"scenario": s or STATUS_QUO, "measure": told, "unit": of, **e._asdict()}] for s, e in values]
    return Col(told, [_cell(e, 0, signed=False) for _, e in values], of, data, number=True)


def _column(case: CaseView, code: str, values: list[tuple[str | None, Range]], measure: str) -> Col:
    cells = [_cell(e) for _, e in values]
    data = [[case.row(code, s, measure, "%", Triple(*e))] for s, e in values]
    return Col(text.capital(text.short_name(code)), cells, data=data, number=True)


def _cell(e: Range, decimals: int = 2, *, signed: bool = True) -> Cell:
    return Triple(*e).cell(decimals, signed=signed)
