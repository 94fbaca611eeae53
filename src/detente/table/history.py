"""What came of the real talks, as far as the ledgers know it: events, and the same issues as they stood on the game's last day.

An issue is read off the measures it is made of: in force at its rate, resting or over (then what stands in its place counts).
What was promised to be bought is in no ledger, so purchases stand as without a deal. Nothing later than the ledger's own date is
told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from detente.policy.ledger import Ledger, load_ledger
from detente.policy.measures import Measure
from detente.policy.timing import Status, status_on
from detente.strategy.issues import Issue
from detente.strategy.packages import Levels
from detente.table.board import Board

Known = Literal["known", "not yet", "not here"]
AFTER = timedelta(days=30)
"""How long after the game's last day events are told."""
KINDS = ("talks", "summit", "call", "deal", "truce", "meeting", "threat")
MOST = 6


@dataclass(frozen=True)
class Came:
    """One thing that happened, and the day on which it was known."""

    day: date
    text: str


@dataclass(frozen=True)
class History:
    """`state` is "known"; "not yet", where the game ends after the newest fact; "not here", where no ledger tells of it. `levels`
    are the issues as they stood on the last day; None where that is not known."""

    state: Known
    events: tuple[Came, ...] = ()
    levels: Levels | None = None


def history_of(board: Board, told: Sequence[Came] = ()) -> History:
    """What came; `told` are outcomes known from elsewhere, which count where no ledger tells of any event."""
    last, start = board.steps[-1].day, board.steps[0].day
    ledgers = [load_ledger(s.ledger) for s in board.dossier.law]
    ledgers = list({ledger.id: ledger for ledger in ledgers}.values())
    ahead = [ledger for ledger in ledgers if _known_to(ledger) >= last]
    levels = _levels(board, ahead, last) if ahead else None
    events = {
        (e.date, e.text): Came(e.outcome_known or e.date, f"{e.text} {e.outcome}" if e.outcome else e.text)
        for ledger in ahead
        for e in ledger.history
        if start < e.date <= last + AFTER and e.kind in KINDS and set(board.parties) <= set(e.parties)
    }
    found = tuple(events[k] for k in sorted(events))[:MOST] or tuple(sorted(told, key=lambda c: c.day))
    if found or levels is not None:
        return History("known", found, levels)
    newest = max((_known_to(ledger) for ledger in ledgers), default=None)
    return History("not yet" if newest is not None and newest < last else "not here")


def _known_to(ledger: Ledger) -> date:
    return ledger.known_to or ledger.as_of


def _levels(board: Board, ledgers: Sequence[Ledger], day: date) -> Levels | None:
    """Levels of the issues on a day; None where no issue is made of measures of these ledgers."""
    known = {m.id: m for ledger in ledgers for m in ledger.measures}
    if not any(set(issue.measures) & set(known) for issue in board.prices.agenda.issues):
        return None
    return tuple(_level(board, issue, known, day) for issue in board.prices.agenda.issues)


def _level(board: Board, issue: Issue, known: dict[str, Measure], day: date) -> int:
    own = [known[m] for m in issue.measures if m in known]
    if not own or issue.kind == "purchases":
        return issue.standing
    if issue.kind == "controls":
        written = {m.id: m for m in board.dossier.measures}
        shares = [_withheld(m, known, issue.receiver, day) / (_full(written.get(m.id, m), issue.receiver) or 1.0) for m in own]
        value = max(shares)
    else:
        value = max(_points(m, known, issue, day) for m in own)
    return int(np.argmin([abs(level.value - value) for level in issue.levels]))


def _now(m: Measure, known: dict[str, Measure], day: date) -> Measure | None:
    """The measure, or what stands in its place (another rate of the same duty), where it is in force on a day."""
    if status_on(m, day) is Status.IN_FORCE:
        return m
    others = [o for o in known.values() if m.exclusive_group is not None and o.exclusive_group == m.exclusive_group]
    follows = [known[m.ended.by]] if m.ended is not None and m.ended.by is not None else []
    return next((o for o in (*follows, *others) if o.id != m.id and status_on(o, day) is Status.IN_FORCE), None)


def _points(m: Measure, known: dict[str, Measure], issue: Issue, day: date) -> float:
    """Points of an issue on a day: a dossier may count only what is above the part that its world has already."""
    now = _now(m, known, day)
    apart = max(m.rate_points(issue.receiver) - issue.levels[0].value, 0.0)
    return 0.0 if now is None else max(now.rate_points(issue.receiver) - apart, 0.0)


def _withheld(m: Measure, known: dict[str, Measure], receiver: str, day: date) -> float:
    now = _now(m, known, day)
    return 0.0 if now is None else _full(now, receiver)


def _full(m: Measure, receiver: str) -> float:
    if isinstance(m.withhold_pct, dict) and receiver not in m.withhold_pct:
        return m.withheld_pct("WORLD")
    return m.withheld_pct(receiver)
