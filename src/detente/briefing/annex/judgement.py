"""The closing judgement: a turning point or not, by where the paths of the tree leave the duties of the parties on each other.

Each path ends with some measures in force. Its level is the mean duty between the parties at the trade of the world's table, and
counts as lower or higher than today's where it differs by more than `SAME` points. The word follows from the chance of a lower
level: "yes" from `YES` percent on, "perhaps" from `PERHAPS` on, else "no".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from detente import words as text
from detente.briefing.document import Block, Cell, Column, Para, Section, Table
from detente.briefing.sections.outlook import prepared
from detente.briefing.view import CaseView
from detente.cases.case import mean_rate
from detente.outlook.outlook import Outlook
from detente.outlook.questions import KeyQuestions
from detente.outlook.tree import PathState
from detente.words import whole_percents

told = partial(text.say, "briefing/annex/judgement")

SAME = 0.5
"""Percentage points within which a level counts as today's."""
YES, PERHAPS = 60, 33
QUESTIONS = 6


@dataclass(frozen=True)
class Turn:
    """Whole percents, summing to 100, that duties between the parties end lower, as today, or higher; and of the ends."""

    lower: int
    same: int
    higher: int
    best: int
    worst: int

    @property
    def word(self) -> str:
        """ "yes", "perhaps" or "no"."""
        return "yes" if self.lower >= YES else "perhaps" if self.lower >= PERHAPS else "no"


def sections(case: CaseView) -> list[Section]:
    """One section; none without forks, for then nothing is said of what may come."""
    found = prepared(case)
    if found is None:
        return []
    turn = turn_of(case, found.look)
    known = {m.id for m in case.dossier.measures if m.by in case.parties}
    added = {m.by for s in found.look.tree.states.values() for m in s.measures if m.id in s.added and m.id not in known}
    said = told(
        "answer", case=case, turn=turn, look=found.look, wider=bool(added - set(case.parties)), yes=YES, perhaps=PERHAPS
    )  # fmt: skip
    blocks: list[Block] = [Para(said, kind="lede")]
    if found.asked.questions:
        blocks.append(table(case, found.asked))
    return [Section("judgement", told("title"), tuple(blocks))]


def turn_of(case: CaseView, look: Outlook) -> Turn:
    """Where the paths end."""
    levels = {s.id: level(case, s) for s in look.tree.states.values()}
    today = levels[look.tree.leaves[0].state_on(look.tree.start)]
    moved = np.array([levels[leaf.final] - today for leaf in look.tree.leaves])
    p = look.tree.probabilities
    shares = [float(p[moved < -SAME].sum()), float(p[np.abs(moved) <= SAME].sum()), float(p[moved > SAME].sum())]
    ends = {s: e.percent for s, e in look.odds_from_today.items()}
    lower, same, higher = whole_percents(shares)
    return Turn(lower, same, higher, best=ends.get(case.best, 0), worst=ends.get(case.worst, 0))


def level(case: CaseView, state: PathState) -> float:
    """Mean duty between the parties under a state's measures, percent, at the trade of the table."""
    rates = case.policy_of(state.measures, state.day).shock(case.economy).tariffs
    at, g = [case.i(p) for p in case.parties], case.goods_index
    pairs = [(i, n) for i in at for n in at if i != n]
    weights = np.array([case.world.shipments[i, n][g] for i, n in pairs])
    duties = np.array([rates[i, n][g] for i, n in pairs])
    return mean_rate(duties, weights)


def table(case: CaseView, asked: KeyQuestions) -> Table:
    """Each key question with its likeliest answer, the chance from today, and the day it is known."""
    shown = sorted(asked.questions, key=lambda q: q.by_when)[:QUESTIONS]
    rows = []
    for q in shown:
        best = max(q.answers, key=lambda a: a.probability.value)
        chances = [a.probability.value for a in q.answers]
        whole = text.whole_percents(chances)[q.answers.index(best)] if abs(sum(chances) - 1) < 1e-6 else None
        chance = text.chance(best.probability.value, whole)
        rows.append(
            (
                Cell(text.clipped(q.question, 72)),
                Cell(text.clipped(best.title, 48)),
                Cell(chance),
                Cell(f"{text.short_day(q.by_when)} {q.by_when.year}"),
            )
        )
    csv = case.file(
        "answers-in-short",
        told("file"),
        [
            {"question": q.id, "by": q.by_when.isoformat(), "answer": a.id, "title": a.title, "probability": a.probability.value,
             "low": a.probability.low, "high": a.probability.high, "unit": "probability from today"}
            for q in asked.questions
            for a in q.answers
        ],
    )  # fmt: skip
    heads = (Column(told("question")), Column(told("likeliest")), Column(told("chance_head"), number=True), Column(told("known")))
    rest = len(asked.questions) - len(shown)
    return Table(
        "tab-key-answers", told("table_title", questions=shown), told("table_subtitle"), heads, tuple(rows),
        told("table_note", rest=rest, csv=csv), csv, wide=True,
    )  # fmt: skip
