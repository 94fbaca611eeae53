"""The ways on as the annex names them: which the talks can reach, how likely each is, what each is worth in dollars."""

from __future__ import annotations

from collections.abc import Mapping

from detente import words as text
from detente.briefing.document import Cell, spanned
from detente.briefing.sections import outlook
from detente.briefing.view import STATUS_QUO, CaseView, Triple
from detente.briefing.worth import worths
from detente.outlook.outlook import Chance

MOST = 3
"""Scenarios beside each other at most."""


def chances(case: CaseView) -> Mapping[str, Chance]:
    """Chance from today of each scenario; empty without forks."""
    found = outlook.prepared(case)
    return {} if found is None else {s: c for s, c in found.look.odds_from_today.items() if s in case.ids}


def none_of_them(case: CaseView) -> Chance | None:
    """Chance from today that no scenario comes; None without forks, and where one always does."""
    found = outlook.prepared(case)
    return None if found is None else found.look.odds_from_today.get(STATUS_QUO)


def reached(case: CaseView) -> tuple[str, ...]:
    """Scenarios that the talks can lead to, the likeliest first; without forks all, as the dossier lists them. What no path
    reaches stands for scale and is left to the companion, but never the worst."""
    odds = chances(case)
    return tuple(s for s in odds if odds[s].value > 0 or s == case.worst) or case.ids


def unreached(case: CaseView) -> tuple[str, ...]:
    """The others."""
    return tuple(s for s in case.ids if s not in reached(case))


def moving(case: CaseView) -> tuple[str, ...]:
    """At most `MOST` scenarios that can be reached and move something: those in which the talks succeed most first, the worst
    last, between them the likeliest others."""
    known = [s for s in reached(case) if s not in case.idle]
    ends = [s for s in (case.best, case.worst) if s in known]
    between = [s for s in known if s not in ends][: MOST - len(ends)]
    return tuple(dict.fromkeys([*ends[:1], *between, *ends[1:]]))


def pair(case: CaseView) -> tuple[str, ...]:
    """The best and the worst of `moving`, the worst last; one where only one moves."""
    known = moving(case)
    return known if len(known) < 2 else (known[0], known[-1])


def main(case: CaseView) -> str:
    """The one that jobs, prices and trade are told of: the worst, or where that moves nothing the last of `moving`."""
    known = moving(case)
    return case.worst if case.worst in known or not known else known[-1]


def title(case: CaseView, scenario: str) -> str:
    """What happens, as the dossier calls it."""
    return case.dossier.scenario(scenario).title


# -- money -------------------------------------------------------------------------------------------------------------
def dollars(case: CaseView, code: str, scenario: str | None) -> Triple:
    """What a change of real income is worth, billion USD of `case.dollars` a year, with its range."""
    return Triple(*(v / 1e3 for v in worths(case, scenario, [code], None)[code]))


def two(value: float, *, signed: bool = True, most: int = 2) -> str:
    """Two significant digits, `most` decimals at most.

    >>> two(-133.02), two(0.1149), two(-0.0003), two(9.96)
    ('−130', '+0.11', '0', '+10')
    """
    shown = text.two_digits(value, signed=signed, most=most)
    return shown if any(c in "123456789" for c in shown) else "0"


def ranged(t: Triple, *, most: int = 2) -> Cell:
    """A cell of two digits with its range; a dash where there is no answer."""
    if t.value != t.value:
        return Cell("–")
    return Cell(two(t.value, most=most), spanned(*(two(end, signed=False, most=most) for end in (t.low, t.high))))
