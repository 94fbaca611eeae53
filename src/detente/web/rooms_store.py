"""Rooms in one SQLite file: who sits where, and every move in its order. What a process remembers of a game is only a copy of it.

A room has a setup (what is played and by whom), the key of the payoffs it needs (worked out once a dossier, as a job, and shared
by its rooms), seats held by tokens, and moves numbered from 1. A move goes in by one transaction, on the number it was made at:
one made at a number that has passed is refused, and the same move sent twice (same idempotency key) goes in once. Tokens have 128
random bits; only their digests are kept. The file is in write-ahead mode and every transaction is on the disk before it is
answered, so a server may be killed at any moment. Times are seconds since 1970; a room is forgotten `KEEP_SECONDS` after its last
move.

>>> import tempfile
>>> rooms = Rooms(Path(tempfile.mkdtemp()) / "rooms.db")
>>> room, tokens = rooms.make("client", {}, "key", ["AAA"], now=0.0)
>>> rooms.append(room, 0, [{"kind": "wait"}], ("first", "a"), now=1.0)
1
>>> rooms.append(room, 0, [{"kind": "wait"}], ("first", "a"), now=2.0), len(rooms.moves(room))
(1, 1)
>>> rooms.append(room, 0, [{"kind": "walk"}], ("second", "b"), now=3.0)
Traceback (most recent call last):
detente.web.rooms_store.Stale: 1
>>> rooms.holds(room, "AAA", tokens["AAA"]), rooms.holds(room, "AAA", "guessed")
(True, False)
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.web.database import Database

TABLE = "table"
"""The kind of the job that works out a dossier's payoffs."""
DEBRIEF = "table debrief"
"""The kind of the job that works out what was hidden in a game."""
KINDS = (TABLE, DEBRIEF)
KEEP_SECONDS = 14 * 86_400.0
MOST_ROOMS = 5_000
TOKEN_BYTES = 16
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Letters of a room's name: none that is taken for another."""
NAME_LENGTH = 10


Sent = tuple[str, str]
"""Idempotency key of a move as a client sent it, and a digest of it."""


class Stale(Exception):
    """A move made at a number that has passed; the argument is the number now."""


class Replayed(Exception):
    """An idempotency key that was used for another move."""


class TooManyRooms(Exception):
    """The house is full."""


@dataclass(frozen=True)
class Room:
    """One room: what is played, the key of the payoffs and the job that works them out, how many moves there are."""

    id: str
    setup: dict[str, Any]
    key: str
    job: str | None
    over: bool
    made: float
    expires: float
    number: int
    seats: tuple[str, ...]
    gone: tuple[str, ...]


class Rooms(Database):
    """The rooms in `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "rooms.sql", "rooms")

    # -- rooms -----------------------------------------------------------------------------------------------------------
    def make(
        self, client: str, setup: Mapping[str, Any], key: str, seats: Sequence[str], now: float, job: str | None = None
    ) -> tuple[str, dict[str, str]]:
        """A new room and the tokens of its seats, which nobody can be told again. Raises `TooManyRooms`."""
        name = "".join(secrets.choice(LETTERS) for _ in range(NAME_LENGTH))
        tokens = {seat: secrets.token_urlsafe(TOKEN_BYTES) for seat in seats}
        with self._change() as db:
            self._sweep(db, now)
            if db.execute(self.sql["counts"]).fetchone()["rooms"] >= MOST_ROOMS:
                raise TooManyRooms
            db.execute(self.sql["add"], (name, client, json.dumps(setup), key, job, now, now + KEEP_SECONDS))
            rows = [(name, seat, hashed(token)) for seat, token in tokens.items()]
            db.executemany(self.sql["seat"], rows)
        return name, tokens

    def get(self, name: str, now: float = 0.0) -> Room | None:
        """A room, None where there is none, or none any more."""
        with self._open() as db:
            row = db.execute(self.sql["one"], (name, now)).fetchone()
            if row is None:
                return None
            seats = db.execute(self.sql["seats"], (name,)).fetchall()
            number = db.execute(self.sql["number"], (name,)).fetchone()[0]
        return Room(
            row["id"], json.loads(row["setup"]), row["key"], row["job"], bool(row["over"]), row["made"], row["expires"],
            int(number), tuple(s["seat"] for s in seats), tuple(s["seat"] for s in seats if s["gone"] is not None),
        )  # fmt: skip

    def job_of(self, key: str) -> str | None:
        """The job that the newest room with these payoffs waits for, if one was started."""
        with self._open() as db:
            row = db.execute(self.sql["newest_job"], (key,)).fetchone()
        return None if row is None else str(row["job"])

    def wait_for(self, name: str, job: str) -> None:
        """The room waits for another job."""
        with self._change() as db:
            db.execute(self.sql["wait_for"], (job, name))

    def counts(self) -> dict[str, int]:
        """Rooms and moves there are."""
        with self._open() as db:
            return dict(db.execute(self.sql["counts"]).fetchone())

    def sweep(self, now: float) -> int:
        """Forget rooms past their day; how many went."""
        with self._change() as db:
            return self._sweep(db, now)

    def _sweep(self, db: sqlite3.Connection, now: float) -> int:
        return db.execute(self.sql["sweep"], (now,)).rowcount

    # -- seats -----------------------------------------------------------------------------------------------------------
    def holds(self, room: str, seat: str, token: str) -> bool:
        """Whether `token` is that of the seat; compared in constant time."""
        return self.seat_of(room, token, only=seat) is not None

    def seat_of(self, room: str, token: str, only: str | None = None) -> str | None:
        """The seat whose token it is, None where it is nobody's. Every seat is compared, each in constant time."""
        given = hashed(token)
        with self._open() as db:
            rows = db.execute(self.sql["tokens"], (room,)).fetchall()
        fits = [str(row["seat"]) for row in rows if hmac.compare_digest(given, bytes(row["hash"]))]
        return next((seat for seat in fits if only is None or seat == only), None)

    def leave(self, room: str, seat: str, now: float) -> None:
        """Note that whoever had the seat has gone for good."""
        with self._change() as db:
            db.execute(self.sql["leave"], (now, room, seat))

    # -- moves -----------------------------------------------------------------------------------------------------------
    def append(
        self, room: str, number: int, moves: Sequence[Mapping[str, Any]], sent: Sent | None, now: float, over: bool = False
    ) -> int:
        """Put `moves` behind the first `number`, all or none; the number then. Raises `Stale` and `Replayed`.

        The first of them carries what a client sent: sent again it changes nothing.
        """
        with self._change() as db:
            there = int(db.execute(self.sql["number"], (room,)).fetchone()[0])
            if sent is not None and self._again(db, room, sent, there):
                return there
            if number != there:
                raise Stale(there)
            key, digest = (None, None) if sent is None else sent
            db.executemany(
                self.sql["move"],
                [
                    (room, there + 1 + k, json.dumps(move), None if k else key, None if k else digest, now)
                    for k, move in enumerate(moves)
                ],
            )
            db.execute(self.sql["moved"], (now + KEEP_SECONDS, int(over), room))
            return there + len(moves)

    def again(self, room: str, sent: Sent) -> bool:
        """Whether the same was sent before. Raises `Replayed` where something else came with its key."""
        with self._open() as db:
            return self._again(db, room, sent, 0)

    def _again(self, db: sqlite3.Connection, room: str, sent: Sent, there: int) -> bool:
        known = db.execute(self.sql["sent"], (room, sent[0])).fetchone()
        if known is not None and known["sent"] != sent[1]:
            raise Replayed(there)
        return known is not None

    def moves(self, room: str) -> list[dict[str, Any]]:
        """Every move of a room, in order."""
        with self._open() as db:
            rows = db.execute(self.sql["moves"], (room,)).fetchall()
        return [dict(json.loads(row["move"])) for row in rows]


def hashed(token: str) -> bytes:
    """What is kept of a token: it has 128 random bits, so one round is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
