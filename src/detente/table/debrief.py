"""After the end: what each seat got and left, the zone and its frontier, the engine's reasons, and what history did.

    zone       packages better for both than nothing signed; `edge` is its frontier: those than which none is better for both
    left       what a party could have had more, at the day of the signature, with the other no worse off; where nothing was
               signed, what the fair package would have brought at the start
    fair       the package of the table with the largest equal share of both ideal gains (Kalai–Smorodinsky)
    predicted  the package of `detente deal` (Nash's solution, searched with solved packages)

Packages that are named here are solved; those of the frontier are read off the table of prices. Points count from nothing signed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.errors import DetenteError
from detente.outlook.outlook import outlook
from detente.strategy.deal import proposal
from detente.strategy.packages import Levels
from detente.table.engine import frame
from detente.table.history import Came, History, history_of
from detente.table.prices import NOTHING, Value
from detente.types import Array, Progress, plain
from detente.words.names import region_name

if TYPE_CHECKING:
    from detente.table.game import Game

SOLVES = 150
"""Packages `detente deal` may solve; the same here, so that both name the same package."""
EDGE = 400
"""Points of the frontier that are kept at most."""


@dataclass(frozen=True)
class Seat:
    """What one seat got: `value` of the end; `breakdown` and `best` at the start; `left` on the table, `late` lost by the days
    that passed before the signature (both None where nothing was)."""

    code: str
    name: str
    player: str
    party: bool
    value: Value
    breakdown: Value
    best: Value | None = None
    left: Value | None = None
    late: Value | None = None


@dataclass(frozen=True)
class Mark:
    """A package by name, with what it is worth to both parties if signed at the start (solved)."""

    what: str
    levels: Levels
    values: tuple[Value, Value]

    @property
    def points(self) -> tuple[float, float]:
        """Points of both."""
        return self.values[0].points, self.values[1].points


@dataclass(frozen=True)
class Reason:
    """A move of an engine's seat, with what it was thinking then."""

    step: int
    day: date
    seat: str
    kind: str
    number: int | None
    why: dict[str, Any]


@dataclass(frozen=True)
class Odds:
    """An end of the outlook and its chance from the dossier's day."""

    title: str
    chance: float
    percent: int


@dataclass(frozen=True, eq=False)
class Debrief:
    """See the module docstring. `marks` by what they are: signed, fair, predicted, history. Of `packages`, `better` are better
    for both than nothing signed and `avoids` than a breakdown at the start; both could have had `more` points at once."""

    game: Game = field(repr=False)
    seats: tuple[Seat, ...]
    marks: dict[str, Mark]
    packages: int
    better: int
    avoids: int
    edge: Array
    more: float
    predicted: bool
    odds: tuple[Odds, ...]
    history: History
    reasons: tuple[Reason, ...]

    # -- the facts in short ----------------------------------------------------------------------------------------------
    @property
    def parties(self) -> tuple[str, str]:
        """Both parties."""
        return self.game.parties

    @property
    def host(self) -> str | None:
        """Who hosts the talks."""
        return self.game.board.case.host

    @property
    def how(self) -> str:
        """deal, walked, collapse or time."""
        assert self.game.end is not None
        return self.game.end.how

    @property
    def day(self) -> date:
        """The day on which it ended."""
        assert self.game.end is not None
        return self.game.board.steps[self.game.end.step].day

    def seat(self, code: str) -> Seat:
        """One seat's account."""
        return next(s for s in self.seats if s.code == code)

    def share(self, code: str) -> float | None:
        """What a party got as a share of the most the zone held for it; None without a zone."""
        found = self.seat(code)
        return None if found.best is None or found.best.points <= 0 else found.value.points / found.best.points

    @cached_property
    def immovable(self) -> tuple[str, ...]:
        """Engine's parties that chance had made unwilling to move."""
        return tuple(p for p in self._engines if self.game.mind(p).immovable)

    @cached_property
    def gave_way(self) -> dict[str, date]:
        """Engine's parties that gave way by chance, and the day on which they first acted on it."""
        found: dict[str, date] = {}
        for r in self.reasons:
            if r.why.get("gave_way"):
                found.setdefault(r.seat, r.day)
        return found

    @property
    def _engines(self) -> tuple[str, ...]:
        return tuple(p for p in self.parties if self.game.setup.seats[p] == "engine")

    @property
    def offers(self) -> list[dict[str, Any]]:
        """Every offer with its worth to both parties when it was made."""
        game = self.game
        return [
            {
                "number": o.number, "by": o.by, "day": game.board.steps[o.step].day,
                "values": tuple(game.board.prices.worth(o.levels, p).scaled(game.board.left(o.step, p)) for p in self.parties),
            }
            for o in game.made
        ]  # fmt: skip

    @property
    def turned_down(self) -> list[int]:
        """Offers never signed that were better for both than what came in the end, by number."""
        last = self.game.moves[-1] if self.game.moves else None
        signed = last.number if last is not None and last.kind == "accept" else None
        ends = [self.seat(p).value.points for p in self.parties]

        def better(offer: dict[str, Any]) -> bool:
            return all(v.points > e + 1e-9 for v, e in zip(offer["values"], ends, strict=True))

        return [o["number"] for o in self.offers if o["number"] != signed and better(o)]

    # -- showing ---------------------------------------------------------------------------------------------------------
    def record(self) -> dict[str, Any]:
        """JSON-able: everything, every seat's payoffs and the engine's reasons included."""
        game = self.game

        def value(v: Value | None) -> dict[str, Any] | None:
            return None if v is None else {"points": v.points, "parts": v.parts, "million_usd": v.money, "percent": v.percent}

        return dict(plain({
            "dossier": game.board.dossier.id, "title": game.board.dossier.title, "setup": game.setup.model_dump(mode="json"),
            "how": self.how, "by": game.end.by if game.end else "", "day": self.day, "dollars": game.board.prices.dollars,
            "seats": [
                {"seat": s.code, "name": s.name, "player": s.player, "party": s.party, "got": value(s.value),
                 "breakdown": value(s.breakdown), "best": value(s.best), "left": value(s.left), "late": value(s.late),
                 "share_of_best": self.share(s.code) if s.party else None}
                for s in self.seats
            ],
            "zone": {"packages": self.packages, "better_for_both": self.better, "better_than_breakdown": self.avoids,
                     "both_could_have_had_more": self.more,
                     "frontier": self.edge.tolist()},
            "marks": {
                k: {"package": game.board.prices.named(m.levels), "clauses": game.clauses(m.levels),
                    "worth": {p: value(v) for p, v in zip(self.parties, m.values, strict=True)}}
                for k, m in self.marks.items()
            },
            "offers": [
                {**o, "values": {p: value(v) for p, v in zip(self.parties, o["values"], strict=True)}} for o in self.offers
            ],
            "reasons": self.reasons, "immovable": self.immovable, "gave_way": self.gave_way,
            "predicted": self.predicted, "odds": self.odds,
            "history": {"state": self.history.state, "events": self.history.events},
            "approximation": game.board.prices.missed,
            "moves": [m.model_dump(mode="json", exclude_defaults=True) for m in game.moves],
        }))  # fmt: skip


def debrief_of(game: Game, came: Sequence[Came] = (), *, predict: bool = True, progress: Progress | None = None) -> Debrief:
    """The debrief of a game that is over. Without `predict` nothing is searched for: no package of the engine, no odds."""
    board, end = game.board, game.end
    assert end is not None
    prices, found = board.prices, frame(board)
    marks: dict[str, Mark] = {}

    def mark(what: str, levels: Levels) -> None:
        marks[what] = Mark(what, levels, (prices.exact(levels, game.parties[0]), prices.exact(levels, game.parties[1])))

    if end.levels is not None:
        mark("signed", end.levels)
    if found.row is not None:
        mark("fair", prices.levels(found.row))
    known = history_of(board, came)
    if known.levels is not None and known.levels != prices.agenda.standing:
        mark("history", known.levels)
    odds: tuple[Odds, ...] = ()
    if predict:
        deal = proposal(board.case, solves=SOLVES, progress=progress)
        if deal.status == "deal":
            mark("predicted", deal.levels)
        odds = _odds(game, progress)
    return Debrief(
        game=game, seats=tuple(_seat(game, s) for s in game.setup.seats), marks=marks, packages=len(prices.grid),
        better=len(prices.zone), avoids=_avoids(game),
        edge=_edge(prices.gains[prices.zone]), more=_more(game), predicted=predict, odds=odds,
        history=known,
        reasons=tuple(
            Reason(m.step or 0, board.steps[m.step or 0].day, m.seat, m.kind, m.number, m.why)
            for m in game.moves
            if m.why is not None and m.seat in game.parties and _whole(m.kind, m.why)
        ),
    )  # fmt: skip


def _whole(kind: str, why: Mapping[str, Any]) -> bool:
    """Whether reasons hold what is told of them: a kept game may have been edited."""
    needed = {"offer": ("proposes",), "counter": ("proposes",), "accept": ("offered",)}.get(kind, ())
    return {"offered", "gave_way"} <= set(why) and all(isinstance(why.get(k), float | int) for k in ("demand", "need", *needed))


def _odds(game: Game, progress: Progress | None) -> tuple[Odds, ...]:
    """The outlook's odds; none where the dossier says nothing of what may come."""
    board = game.board
    if board.dossier.prospects is None:
        return ()
    try:
        look = outlook(board.dossier, board.case.world, board.case.parameters, progress=progress)
    except DetenteError:
        return ()
    found = [Odds(look.titles[s], c.value, c.percent) for s, c in look.odds_from_today.items() if c.value > 0]
    return tuple(sorted(found, key=lambda o: -o.chance))


def _seat(game: Game, code: str) -> Seat:
    """One seat's account."""
    board, end = game.board, game.end
    assert end is not None
    prices, party = board.prices, code in game.parties
    value, breakdown = game.result(code), board.stakes.collapse(code, 0.0)
    if not party or not len(prices.zone):
        return Seat(code, region_name(code), game.setup.seats[code], party, value, breakdown)
    k = game.parties.index(code)
    gains = prices.gains
    best = prices.zone[int(np.argmax(gains[prices.zone][:, k]))]
    left, late = None, None
    if end.levels is not None:
        row = int(np.flatnonzero((prices.grid == np.array(end.levels)).all(1))[0])
        no_worse = np.flatnonzero(gains[:, 1 - k] >= gains[row, 1 - k] - 1e-12)
        top = int(no_worse[int(np.argmax(gains[no_worse][:, k]))])
        share = board.left(end.step, code)
        signed = prices.worth(end.levels, code)
        left = prices.worth(prices.levels(top), code).plus(signed.scaled(-1.0)).scaled(share)
        late = signed.scaled(1 - share)
    elif (fair := frame(board).row) is not None:
        left = prices.worth(prices.levels(fair), code).plus(value.scaled(-1.0))
    return Seat(
        code, region_name(code), game.setup.seats[code], party, value, breakdown, prices.worth(prices.levels(int(best)), code),
        left, late if late is not None else NOTHING,
    )  # fmt: skip


def _avoids(game: Game) -> int:
    """How many packages both would rather have, signed at the start, than a breakdown."""
    worst = np.array([game.board.stakes.collapse(p, 0.0).points for p in game.parties])
    return int((game.board.prices.gains > worst + 1e-9).all(1).sum())


def _more(game: Game) -> float:
    """What both could have had more at once than what was signed, in points at the start; 0 where nothing was."""
    end, prices = game.end, game.board.prices
    if end is None or end.levels is None:
        return 0.0
    row = int(np.flatnonzero((prices.grid == np.array(end.levels)).all(1))[0])
    return float(np.maximum((prices.gains - prices.gains[row]).min(1).max(), 0.0))


def _edge(gains: Array) -> Array:
    """The frontier of points [n, 2], from the first party's best to the second's."""
    if not len(gains):
        return np.zeros((0, 2))
    order = np.lexsort((-gains[:, 1], -gains[:, 0]))
    kept, reached = [], -np.inf
    for a, b in gains[order]:
        if b > reached:
            kept.append((a, b))
            reached = b
    edge = np.array(kept)
    return edge if len(edge) <= EDGE else edge[np.linspace(0, len(edge) - 1, EDGE).round().astype(int)]
