"""A game: a set-up, the moves so far, and the state that follows from them.

Rounds: the party that the seed puts first moves, then the other, then seats that are no party; then the clock goes to its next
stop, and on the way there talks may collapse (`calendar`). Each party's last offer stands until it makes another; offers made
before the deadline that binds lapse with it. The game ends with a signature, a party leaving, a collapse, or the last day.

A state is never changed: `apply` gives the next one. `view` is all that a seat may be shown; `moves` and `debrief` hold what it
may not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from detente.errors import (
    DetenteError,
    GameOver,
    InputError,
    MoveRefused,
    NotYourTurn,
    OutsideTheIssues,
    StaleOffer,
    TooLate,
    UnknownName,
)
from detente.files import loads
from detente.strategy.packages import Levels
from detente.table.board import Board, board_of
from detente.table.calendar import drawn
from detente.table.engine import Mind, bettered, propose, think
from detente.table.menus import STAY
from detente.table.prices import Value
from detente.table.setup import MOST, Move, Setup, read
from detente.types import Progress, plain
from detente.words import refusal, say
from detente.words.names import region_name

FORMAT = 1
How = Literal["deal", "walked", "collapse", "time"]
WORDS = "table/table"


@dataclass(frozen=True)
class Offer:
    """A package on the table, or one that was."""

    number: int
    by: str
    levels: Levels
    step: int


@dataclass(frozen=True)
class End:
    """How a game ended: `deal` with its package; `walked` by whom; `collapse`; `time`."""

    how: How
    step: int
    by: str = ""
    levels: Levels | None = None

    @property
    def failed(self) -> bool:
        """Whether talks broke down."""
        return self.how in ("walked", "collapse")


@dataclass(frozen=True)
class Entry:
    """A line of the record that all may read: a move without its package's worth, or what the clock did."""

    step: int
    seat: str
    what: str
    number: int | None = None
    levels: Levels | None = None
    option: str | None = None
    text: str = ""


@dataclass(frozen=True, eq=False)
class Game:
    """See the module docstring. Made by `replay`."""

    setup: Setup
    board: Board = field(repr=False)
    order: tuple[str, ...]
    moves: tuple[Move, ...] = ()
    step: int = 0
    place: int = 0
    made: tuple[Offer, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    granted: frozenset[tuple[str, str]] = frozenset()
    entries: tuple[Entry, ...] = ()
    end: End | None = None

    # -- making ----------------------------------------------------------------------------------------------------------
    @classmethod
    def replay(
        cls, setup: Setup | Mapping[str, Any], moves: Iterable[Move | Mapping[str, Any]], progress: Progress | None = None
    ) -> Game:
        """The game after its moves. The board is prepared at the first game on a dossier (seconds), then shared.

        Raises `InputError` for a set-up that cannot be played, and what `apply` raises for a move that may not be made.
        """
        given = read(Setup, setup)
        board = board_of(given, progress)
        _must_sit(given, board)
        parties = board.parties if drawn(given.seed, 0, 0) < 0.5 else board.parties[::-1]
        game = cls(given, board, (*parties, *(s for s in given.seats if s not in parties)))
        for move in moves:
            known = read(Move, move)
            game = game.apply(known.seat, known)
        return game

    def to_json(self) -> str:
        """The set-up and all moves: for a store, not for a seat (an engine's reasons are in it)."""
        moves = [m.model_dump(mode="json", exclude_defaults=True) for m in self.moves]
        return json.dumps({"format": FORMAT, "setup": self.setup.model_dump(mode="json"), "moves": moves}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes, progress: Progress | None = None) -> Game:
        """The game that `to_json` wrote. Raises `InputError`."""
        try:
            found = loads(text)
            form, setup, moves = found["format"], found["setup"], list(found["moves"])
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(refusal("table", "not_a_game", why=f"{type(error).__name__}")) from error
        if form != FORMAT:
            raise InputError(refusal("table", "other_format", form=form, known=FORMAT))
        return cls.replay(setup, moves, progress)

    # -- where it stands -------------------------------------------------------------------------------------------------
    @property
    def parties(self) -> tuple[str, str]:
        """Both parties, in the order of the dossier."""
        return self.board.parties

    @property
    def over(self) -> bool:
        """Whether nothing can be moved any more."""
        return self.end is not None

    @property
    def turn(self) -> str:
        """The seat that moves now; empty when the game is over."""
        return "" if self.over else self.order[self.place]

    @property
    def count(self) -> int:
        """How many offers were made."""
        return len(self.made)

    def standing(self, by: str) -> Offer | None:
        """The offer of a party that can be signed now."""
        last = next((o for o in reversed(self.made) if o.by == by), None)
        return None if last is None or self._lapsed(last) else last

    def _lapsed(self, offer: Offer) -> bool:
        return any(s.binds for s in self.board.steps[offer.step + 1 : self.step + 1])

    # -- moving ----------------------------------------------------------------------------------------------------------
    def apply(self, seat: str, move: Move | Mapping[str, Any]) -> Game:
        """The game after a move of a seat.

        Raises `GameOver`, `NotYourTurn`, `TooLate`, `StaleOffer`, `OutsideTheIssues`, `UnknownName` for a seat there is not, and
        `MoveRefused` for what a seat of its kind cannot do. The game itself stays as it is.
        """
        given = read(Move, move)
        if seat not in self.setup.seats:
            raise UnknownName(seat, {s: region_name(s) for s in self.setup.seats}, "seat")
        if given.seat not in ("", seat):
            raise MoveRefused(refusal("table", "other_seat", seat=seat, given=given.seat))
        if self.over:
            raise GameOver(refusal("table", "over"))
        if len(self.moves) >= MOST:
            raise GameOver(refusal("table", "too_many", most=MOST))
        if given.step is not None and given.step != self.step:
            self._late(given)
        party = seat in self.parties
        if given.kind == "grant":
            return self._grant(seat, given, party)
        if seat != self.turn:
            raise NotYourTurn(
                refusal("table", "not_your_turn", seat=region_name(seat, article=True), turn=region_name(self.turn, article=True))
            )
        if party == (given.kind == "choose") and given.kind != "wait":
            raise MoveRefused(refusal("table", "not_for_a_party" if party else "for_a_party", kind=given.kind))
        moved = getattr(self, f"_{'offer' if given.kind == 'counter' else given.kind}")(seat, given)
        return moved if moved.over else moved._next()

    def _late(self, move: Move) -> None:
        assert move.step is not None
        if not 0 <= move.step < self.step:
            raise MoveRefused(refusal("table", "no_such_step", step=move.step, now=self.step))
        missed = [s for s in self.board.steps[move.step + 1 : self.step + 1] if s.binds] or [self.board.steps[move.step + 1]]
        raise TooLate(refusal("table", "too_late", day=say(WORDS, "on", day=missed[0].day)))

    def _added(self, seat: str, move: Move, what: str, **entry: Any) -> Game:
        own = {} if self.setup.seats[seat] == "engine" else {"why": None}
        kept = move.model_copy(update={"seat": seat, "step": self.step, "number": entry.get("number"), **own})
        line = Entry(self.step, seat, what, text=move.text, **entry)
        return replace(self, moves=(*self.moves, kept), entries=(*self.entries, line))

    def _offer(self, seat: str, move: Move) -> Game:
        other = self.parties[1 - self.parties.index(seat)]
        if move.package is None:
            raise OutsideTheIssues(refusal("table", "no_package"))
        if move.number is not None and move.number != self.count + 1:
            raise StaleOffer(refusal("table", "number_taken", number=move.number, next=self.count + 1))
        if move.kind == "counter" and self.standing(other) is None:
            raise StaleOffer(refusal("table", "nothing_to_counter", other=region_name(other, article=True)))
        try:
            levels = self.board.prices.package(move.package)
        except InputError as error:
            raise OutsideTheIssues(error.args[0]) from None
        if levels == self.board.prices.agenda.standing:
            raise OutsideTheIssues(refusal("table", "empty_package"))
        offer = Offer(self.count + 1, seat, levels, self.step)
        kept = move.model_copy(update={"package": self.board.prices.named(levels)})
        made = self._added(seat, kept, "counter" if self.standing(other) else "offer", number=offer.number, levels=levels)
        return replace(made, made=(*self.made, offer))

    def _accept(self, seat: str, move: Move) -> Game:
        other = self.parties[1 - self.parties.index(seat)]
        offer = self.standing(other)
        if move.number is not None and (offer is None or offer.number != move.number):
            old = next((o for o in self.made if o.number == move.number), None)
            if old is not None and old.by == other and self._lapsed(old):
                gone = next(s for s in self.board.steps[old.step + 1 : self.step + 1] if s.binds)
                raise TooLate(refusal("table", "lapsed", number=move.number, day=say(WORDS, "on", day=gone.day)))
            raise StaleOffer(refusal("table", "stale", number=move.number, now="" if offer is None else offer.number))
        if offer is None:
            raise StaleOffer(refusal("table", "nothing_to_sign", other=region_name(other, article=True)))
        made = self._added(seat, move, "accept", number=offer.number, levels=offer.levels)
        return replace(made, end=End("deal", self.step, seat, offer.levels))

    def _wait(self, seat: str, move: Move) -> Game:
        return self._added(seat, move, "wait")

    def _walk(self, seat: str, move: Move) -> Game:
        return replace(self._added(seat, move, "walk"), end=End("walked", self.step, seat))

    def _choose(self, seat: str, move: Move) -> Game:
        choice = self.board.menu(seat).of(move.option or STAY)
        made = self._added(seat, move.model_copy(update={"option": choice.id}), "choose", option=choice.id)
        return replace(made, choices={**self.choices, seat: choice.id})

    def _grant(self, seat: str, move: Move, party: bool) -> Game:
        asker = move.to or ""
        if not party or asker not in self.setup.seats or asker in self.parties:
            raise MoveRefused(refusal("table", "cannot_grant"))
        choice = self.board.menu(asker).of(move.option or self.choices.get(asker, STAY))
        if choice.consent != seat:
            raise MoveRefused(refusal("table", "not_yours_to_grant", title=choice.title))
        made = self._added(seat, move.model_copy(update={"option": choice.id}), "grant", option=choice.id)
        return replace(made, granted=self.granted | {(asker, choice.id)})

    def _next(self) -> Game:
        """After a turn: the next seat, or the clock."""
        if self.place + 1 < len(self.order):
            return replace(self, place=self.place + 1)
        if self.step + 1 >= len(self.board.steps):
            return replace(self, end=End("time", self.step), entries=(*self.entries, Entry(self.step, "", "time")))
        step = self.step + 1
        if drawn(self.setup.seed, step, 1) < self.board.collapse[self.step]:
            return replace(
                self, step=step, place=0, end=End("collapse", step), entries=(*self.entries, Entry(step, "", "collapse"))
            )
        gone = any(s.binds for s in self.board.steps[step : step + 1]) and bool(self.made)
        lines = (Entry(step, "", "lapse"),) if gone else ()
        return replace(self, step=step, place=0, entries=(*self.entries, *lines))

    # -- the engine ------------------------------------------------------------------------------------------------------
    def engine_moves(self) -> tuple[Move, ...]:
        """What the engine's seats do now, until a person is to move or the game is over; to be added in this order."""
        return self.played().moves[len(self.moves) :]

    def played(self) -> Game:
        """The game after them."""
        game = self
        while not game.over and game.setup.seats[game.turn] == "engine":
            for move in game._engine(game.turn):
                game = game.apply(move.seat, move)
        return game

    def _engine(self, seat: str) -> list[Move]:
        if seat not in self.parties:
            return [self._bystander(seat)]
        grants = [
            Move(kind="grant", seat=seat, to=asker, option=name)
            for asker, name in self.choices.items()
            if (choice := self.board.menu(asker).of(name)).consent == seat
            and (asker, name) not in self.granted
            and choice.adds(seat, False).points >= 0
        ]
        return [*grants, self._negotiates(seat)]

    def mind(self, seat: str) -> Mind:
        """What the engine thinks in the seat of a party now."""
        other = self.parties[1 - self.parties.index(seat)]
        received = [self.board.prices.worth(o.levels, seat).points for o in self.made if o.by == other]
        return think(self.board, self.setup.strength, self.setup.seed, seat, self.step, bettered(received))

    def _negotiates(self, seat: str) -> Move:
        mind, prices = self.mind(seat), self.board.prices
        other = self.parties[1 - self.parties.index(seat)]
        offer, own = self.standing(other), self.standing(seat)
        left = self.board.left(self.step, seat)
        offered = None if offer is None else prices.worth(offer.levels, seat).points * left
        why = mind.record() | {"offered": None if offered is None else round(offered, 6)}
        if offer is not None and offered is not None and offered > mind.walk_away + 1e-9 and offered >= mind.need - 1e-9:
            return Move(kind="accept", seat=seat, number=offer.number, why=why)
        breakdown = self.board.stakes.collapse(seat, self.board.elapsed(self.step)).points
        if self.step + 1 == len(self.board.steps) and breakdown > max(mind.target, 0.0) + 1e-9:
            return Move(kind="walk", seat=seat, why=why)
        levels = propose(
            self.board,
            seat,
            max(mind.demand, _share(mind.walk_away, left, self.board, seat)),
            None if offer is None else offer.levels,
        )
        if (
            levels is None
            or (own is not None and own.levels == levels)
            or prices.worth(levels, seat).points * left <= mind.walk_away
        ):
            return Move(kind="wait", seat=seat, why=why)
        why["proposes"] = round(prices.worth(levels, seat).points * left, 6)
        return Move(kind="offer", seat=seat, package=prices.named(levels), why=why)

    def _bystander(self, seat: str) -> Move:
        """The choice worth most to it where talks do not fail; what needs consent only where that costs the party nothing."""
        open_to = [c for c in self.board.menu(seat).items if not c.consent or c.adds(c.consent, False).points >= 0]
        best = max(open_to, key=lambda c: (c.adds(seat, False).points, c.id == STAY))
        if self.choices.get(seat, STAY) == best.id:
            return Move(kind="wait", seat=seat, why={"worth": round(best.adds(seat, False).points, 6)})
        return Move(kind="choose", seat=seat, option=best.id, why={"worth": round(best.adds(seat, False).points, 6)})

    # -- what things are worth -------------------------------------------------------------------------------------------
    def worth(self, seat: str, package: Mapping[str, int]) -> dict[str, Any]:
        """What a package would be worth to a seat if it were signed now; for its own eyes. Raises `OutsideTheIssues`."""
        self._sits(seat)
        try:
            levels = self.board.prices.package(package)
        except InputError as error:
            raise OutsideTheIssues(error.args[0]) from None
        return self._told(self.signed(seat, levels, self.step)) | {"clauses": self.clauses(levels)}

    def signed(self, seat: str, levels: Levels, step: int) -> Value:
        """Worth of a package signed at a step, what other seats have chosen included."""
        return self.board.prices.worth(levels, seat).scaled(self.board.left(step, seat)).plus(self.chosen(seat, False))

    def chosen(self, seat: str, failed: bool) -> Value:
        """What the choices of seats that are no party add for a seat."""
        total = Value({}, 0.0, 0.0)
        for who, name in self.choices.items():
            choice = self.board.menu(who).of(name)
            if (not choice.consent or (who, name) in self.granted) and seat in choice.signed:
                total = total.plus(choice.adds(seat, failed))
        return total

    def result(self, seat: str) -> Value:
        """What the end of the game is worth to a seat. Raises `MoveRefused` before it."""
        if self.end is None:
            raise MoveRefused(refusal("table", "not_over"))
        if self.end.levels is not None:
            return self.signed(seat, self.end.levels, self.end.step)
        if self.end.failed:
            return self.board.stakes.collapse(seat, self.board.elapsed(self.end.step)).plus(self.chosen(seat, True))
        return self.chosen(seat, False)

    def clauses(self, levels: Levels, before: Levels | None = None) -> dict[str, list[str]]:
        """What each party signs, in words: what changes from no deal, or from another package `before`."""
        book = self.board.prices.agenda
        told = list(zip(book.issues, levels, before or book.standing, strict=True))
        return {p: [i.words(k) for i, k, old in told if i.giver == p and k != old] for p in self.parties}

    def _told(self, value: Value) -> dict[str, Any]:
        return {
            "points": value.points, "parts": {k: v for k, v in value.parts.items() if abs(v) > 1e-12},
            "million_usd": value.money, "percent": value.percent,
        }  # fmt: skip

    def _sits(self, seat: str) -> None:
        if seat not in self.setup.seats:
            raise UnknownName(seat, {s: region_name(s) for s in self.setup.seats}, "seat")

    # -- what a seat sees ------------------------------------------------------------------------------------------------
    def view(self, seat: str) -> dict[str, Any]:
        """All that a seat may know, ready for JSON: never what anything is worth to another seat, nor an engine's reasons.

        Worths are {points, parts, million_usd, percent} against nothing signed, of what is signed (or breaks down) now. A seat
        that is no party reads packages only where it hosts the talks.
        """
        self._sits(seat)
        board, party = self.board, seat in self.parties
        steps, step = board.steps, self.step
        reads = party or seat == board.case.host
        dossier = board.dossier
        motives = [m.model_dump(mode="json", include={"text", "weighs_on"}) for m in dossier.party(seat).motives] if party else []
        seated = {"code": seat, "name": region_name(seat), "player": self.setup.seats[seat], "party": party}
        found: dict[str, Any] = {
            "dossier": dossier.id, "title": dossier.title, "dollars": board.prices.dollars, "seat": seated,
            "strength": self.setup.strength, "mode": self.setup.mode,
            "seats": [
                {"code": s, "name": region_name(s), "player": p, "party": s in self.parties} for s, p in self.setup.seats.items()
            ],
            "motives": motives,
            "issues": [
                {
                    "id": i.id, "title": i.title, "giver": i.giver, "receiver": i.receiver, "kind": i.kind,
                    "standing": i.standing,
                    "levels": [{"label": x.label, "given": x.given, "words": i.words(k)} for k, x in enumerate(i.levels)],
                }
                for i in board.prices.agenda.issues
            ] if reads else [],
            "moves": len(self.moves), "turn": self.turn, "your_turn": self.turn == seat, "order": list(self.order),
            "clock": self._clock(), "next_number": self.count + 1,
            "offers": [self._shown(o, seat) for p in self.parties if (o := self.standing(p)) is not None] if reads else [],
            "nothing_signed": self._told(self.chosen(seat, False)),
            "breakdown": self._told(board.stakes.collapse(seat, board.elapsed(step)).plus(self.chosen(seat, True))),
            "left": board.left(step, seat),
            "approximation": self._approximation(seat) if party else None,
            "record": [self._line(e, reads) for e in self.entries],
            "over": None,
        }  # fmt: skip
        if not party:
            found["menu"] = [
                {"id": c.id, "title": c.title, "consent": c.consent, "granted": (seat, c.id) in self.granted,
                 "chosen": self.choices.get(seat, STAY) == c.id, "signed": self._told(c.adds(seat, False)),
                 "failed": self._told(c.adds(seat, True))}
                for c in board.menu(seat).items
            ]  # fmt: skip
        else:
            asked = [(who, board.menu(who).of(name)) for who, name in self.choices.items()]
            found["asked"] = [
                {
                    "by": who,
                    "option": c.id,
                    "title": c.title,
                    "granted": (who, c.id) in self.granted,
                    "worth": self._told(c.adds(seat, False)),
                }
                for who, c in asked
                if c.consent == seat
            ]
        if "menu" in found or found.get("asked"):
            found["menu_note"] = say(WORDS, "menu_note")
        if self.end is not None:
            (a, b), on = self.parties, steps[self.end.step].day
            told = say("table/debrief", "finding", how=self.end.how, a=a, b=b, by=self.end.by or a, on=on)
            end = {"how": self.end.how, "by": self.end.by, "day": on.isoformat(), "finding": told}
            package = None if self.end.levels is None or not reads else self.board.prices.named(self.end.levels)
            clauses = None if package is None or self.end.levels is None else self.clauses(self.end.levels)
            found["over"] = end | {"package": package, "clauses": clauses, "worth": self._told(self.result(seat))}
        return dict(plain(found))

    def _clock(self) -> dict[str, Any]:
        steps, step = self.board.steps, self.step
        ahead = [s for s in steps[step + 1 :] if s.due or s.binds]
        return {
            "step": step, "steps": len(steps), "day": steps[step].day.isoformat(), "due": list(steps[step].due),
            "next_day": None if step + 1 >= len(steps) else steps[step + 1].day.isoformat(),
            "last_day": steps[-1].day.isoformat(),
            "deadlines": [
                {"day": s.day.isoformat(), "days_left": (s.day - steps[step].day).days, "due": list(s.due), "binds": s.binds}
                for s in ahead
            ],
            "chance_of_collapse": 0.0 if step + 1 >= len(steps) else self.board.collapse[step],
        }  # fmt: skip

    def _shown(self, offer: Offer, seat: str) -> dict[str, Any]:
        return {
            "number": offer.number, "by": offer.by, "step": offer.step, "package": self.board.prices.named(offer.levels),
            "clauses": self.clauses(offer.levels), "worth": self._told(self.signed(seat, offer.levels, self.step)),
        }  # fmt: skip

    def _approximation(self, seat: str) -> dict[str, float]:
        m = self.board.prices.missed
        return {"checked": m.checked, "mean": m.mean[seat], "largest": m.largest[seat], "size": m.size[seat]}

    def _line(self, entry: Entry, reads: bool) -> dict[str, Any]:
        day = self.board.steps[entry.step].day
        shown: dict[str, Any] = {
            "step": entry.step,
            "day": day.isoformat(),
            "seat": entry.seat,
            "what": entry.what,
            "text": entry.text,
        }
        if entry.number is not None:
            shown["number"] = entry.number
        if entry.levels is not None and reads:
            shown |= {"package": self.board.prices.named(entry.levels), "clauses": self.clauses(entry.levels)}
        if entry.option is not None:
            owner = entry.seat if entry.what == "choose" else next(s for s, o in self.granted if o == entry.option)
            shown["title"] = self.board.menu(owner).of(entry.option).title
        return shown


def _share(points: float, left: float, board: Board, seat: str) -> float:
    """Points at a moment as a share of a party's ideal gain."""
    from detente.table.engine import frame

    ideal = frame(board).ideal[board.parties.index(seat)] * left
    return points / ideal if ideal > 0 else 0.0


def _must_sit(setup: Setup, board: Board) -> None:
    """Both parties and, beside them, others that the dossier's table has."""
    lacking = [p for p in board.parties if p not in setup.seats]
    if lacking:
        raise InputError(refusal("table", "party_lacks_a_seat", party=region_name(lacking[0], article=True), code=lacking[0]))
    for seat in setup.seats:
        if seat not in (*board.parties, *board.others):
            known = {p: region_name(p) for p in (*board.parties, *board.others)}
            raise UnknownName(seat, known, "seat")
        if seat not in board.parties:
            try:
                board.menu(seat)
            except DetenteError as error:
                raise InputError(refusal("table", "no_menu", seat=region_name(seat, article=True), why=error.args[0])) from error
