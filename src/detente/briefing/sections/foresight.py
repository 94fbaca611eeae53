"""What the sections on the future share: the outlook of a case, its tree, its questions, worked out once; chances in words."""

from __future__ import annotations

from dataclasses import dataclass

from detente import words as text
from detente.briefing.document import Cell
from detente.briefing.sections import standoffs, strategy
from detente.briefing.view import STATUS_QUO, CaseView
from detente.outlook.outlook import Estimate, Outlook, has_stances, outlook
from detente.outlook.questions import KeyQuestions, key_questions
from detente.outlook.tree import Tree, grow
from detente.words import chance, chance_range


@dataclass(frozen=True)
class Prepared:
    """What the sections on the future share: the outlook, its tree without independent forks, the questions."""

    look: Outlook
    talks: Tree
    asked: KeyQuestions


def prepared(case: CaseView) -> Prepared | None:
    """Worked out once a case; None where the dossier has no prospects."""
    if case.dossier.prospects is None:
        return None
    found: Prepared = case.once("foresight", lambda: _prepare(case))
    return found


def _prepare(case: CaseView) -> Prepared:
    seen = strategy.stances_of(case)
    table = None if seen is None else seen.table
    stand_off = None
    if table is not None and has_stances(case.dossier, case.world):
        stand_off = standoffs.seen(case, table).odds_by
    look = outlook(case.dossier, case.world, case.runs.parameters, stand_off=stand_off, with_ranges=True)
    talks = grow(case.dossier, look.tree.odds, talks_only=True)
    asked = key_questions(case.dossier, case.world, look=look, knowing=table is not None, table=table)
    return Prepared(look, talks, asked)


def label(case: CaseView, scenario: str) -> str:
    """ "Optimistic"; "Status quo" for paths on which no branch counts as a scenario."""
    return case.label(None if scenario == STATUS_QUO else scenario)


def branch(look: Outlook, branch: str) -> str:
    """Title of a branch."""
    return look.tree.branches[branch][1].title


def odds(e: Estimate) -> str:
    """ "38 % (29 to 47 %)"."""
    return f"{chance(e.value)} ({chance_range(e.low, e.high)})"


def share(e: Estimate, *, strong: bool = False) -> Cell:
    """A share in percent with its range below."""
    ends = (f"{100 * e.low:.0f}", f"{100 * e.high:.0f}")
    below = f"{ends[0]} to {ends[1]}".replace(" ", text.FIRM) if ends[0] != ends[1] else ""
    return Cell(f"{100 * e.value:.0f}", below, strong=strong)
