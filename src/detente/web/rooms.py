"""The house: every room that is played in, who may sit where, and who is told what happens.

The store is the truth (`rooms_store`); the pool replays games and moves them (`rooms_tasks`); what is here is passing: the last
views of the rooms in use, so that a look costs nothing, the bells that wake whoever listens, and who listens. The payoffs of a
dossier are worked out once, as a job, before its first room opens. Nothing here computes, and nothing here is missed when the
server is killed.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import monotonic, time
from typing import Any
from weakref import WeakValueDictionary

from cachetools import LRUCache

from detente.policy.dossier import list_dossiers
from detente.web.answers import Answers
from detente.web.jobs import Crew, TooManyJobs
from detente.web.replies import Refusal
from detente.web.rooms_store import DEBRIEF, TABLE, Replayed, Room, Rooms, Sent, Stale, TooManyRooms, hashed
from detente.web.security import Rate
from detente.web.settings import Settings
from detente.web.state import digest
from detente.web.telemetry import Counters
from detente.words import say

ROOMS_KEPT = 256
"""Rooms whose last views are at hand."""
SLOW = 0.3
"""Seconds a wrong token costs whoever sent it."""
TRIES = 10
"""Wrong tokens at once; one more every five seconds."""
CONFLICTS = ("NotYourTurn", "StaleOffer", "TooLate", "GameOver")
"""Refusals of the game that say: not now, or not any more."""


@dataclass(frozen=True)
class Known:
    """A room as it stands after its moves: what every seat may see, and whether it is over."""

    moves: Sequence[Mapping[str, Any]]
    over: bool
    views: Mapping[str, Any]

    @property
    def number(self) -> int:
        """How many moves there were."""
        return len(self.moves)


class House:
    """Rooms of one server."""

    def __init__(self, settings: Settings, crew: Crew, answers: Answers, counters: Counters) -> None:
        self.settings, self.crew, self.answers, self.counters = settings, crew, answers, counters
        self.store = Rooms(settings.folder / "rooms.db")
        self.store.sweep(time())
        self.closed = False
        self._rooms: LRUCache[str, Room] = LRUCache(4 * ROOMS_KEPT)
        self._known: LRUCache[str, Known] = LRUCache(ROOMS_KEPT)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._bells: dict[str, set[asyncio.Event]] = {}
        self._here: dict[str, Counter[str]] = {}
        self._ready: set[str] = set()
        self._reading: dict[str, asyncio.Task[None]] = {}
        self._debriefs: LRUCache[str, str] = LRUCache(1024)
        self._quick: LRUCache[str, Any] = LRUCache(64)
        self._tries = Rate(1 / 5, TRIES)
        self._good: LRUCache[tuple[str, str, bytes], str] = LRUCache(4096)
        counters.gauge("detente_rooms_listened_to", lambda: float(len(self._bells)))

    def close(self) -> None:
        """End every stream."""
        self.closed = True
        for room in list(self._bells):
            self.ring(room)

    # -- who may sit where -----------------------------------------------------------------------------------------------
    async def room(self, name: str) -> Room:
        """A room. Raises `Refusal` (404)."""
        found = self._rooms.get(name) or await asyncio.to_thread(self.store.get, name)
        if found is not None:
            self._rooms[name] = found  # nobody else writes: a server holds its data folder
        if found is None or found.expires <= time():
            raise Refusal(404, say("web/rooms", "no_room"), name="NoRoom")
        return found

    async def seat(self, name: str, token: str, client: str) -> tuple[Room, str]:
        """The room and the seat that a token opens. Wrong ones are answered slowly, and soon not at all. Raises `Refusal`."""
        found = await self.room(name)
        mark = (client, name, hashed(token))
        if (known := self._good.get(mark)) is not None:
            return found, known
        if (wait := self._tries.wait(f"{client} {name}", monotonic())) > 0:
            self.counters.add("detente_refused_total", why="seat")
            raise Refusal(429, say("web/rooms", "too_many_tries"), headers={"Retry-After": str(int(wait) + 1)})
        seat = await asyncio.to_thread(self.store.seat_of, name, token) if token else None
        if seat is None:
            self._tries.take(f"{client} {name}", monotonic())
            await asyncio.sleep(SLOW)
            raise Refusal(403, say("web/rooms", "wrong_token"), name="WrongSeat")
        self._good[mark] = seat
        return found, seat

    # -- opening ---------------------------------------------------------------------------------------------------------
    async def make(self, client: str, asked: Any) -> tuple[Room, dict[str, str]]:
        """A new room, and the tokens of the seats that people take. Raises `Refusal`."""
        found = await self.answers.run("table_setup", asked)
        key, setup = str(found["key"]), found["setup"]
        job = None if await asyncio.to_thread(self.crew.results.has, key) else await self._job(client, key, setup)
        try:
            name, tokens = await asyncio.to_thread(self.store.make, client, setup, key, found["people"], time(), job)
        except TooManyRooms:
            raise Refusal(429, say("web/rooms", "full"), headers={"Retry-After": "600"}) from None
        self.counters.add("detente_rooms_total")
        return await self.room(name), tokens

    async def _job(self, client: str, key: str, setup: Mapping[str, Any]) -> str:
        """The job that works out these payoffs: one for all rooms that wait for them."""
        known = await asyncio.to_thread(self.store.job_of, key)
        job = None if known is None else await asyncio.to_thread(self.crew.jobs.get, known)
        if job is not None and not job.over:
            return job.id
        return await self._start(client, TABLE, {"setup": dict(setup)}, key)

    async def _start(self, client: str, kind: str, request: dict[str, Any], key: str) -> str:
        jobs, settings = self.crew.jobs, self.settings
        try:
            made = await asyncio.to_thread(
                jobs.add, client, kind, request, key, time(), own=settings.jobs_a_client, total=settings.jobs_in_all
            )
        except TooManyJobs as full:
            raise Refusal(429, f"{full}.", headers={"Retry-After": "10"}) from None
        self.crew.wake()
        return made.id

    async def opening(self, room: Room, *, wait: bool = False) -> dict[str, Any] | None:
        """How far the payoffs are: status, progress from 0 to 1 and a word; None once the room can be played in. With `wait` it
        waits where they only have to be read."""
        if room.key in self._ready:
            return None
        if await asyncio.to_thread(self.crew.results.has, room.key):
            reading = self._reading.get(room.key)
            if reading is None:
                reading = self._reading[room.key] = asyncio.create_task(self._read(room.key, room.setup))
            if wait:
                await asyncio.shield(reading)
                return None
            return _preparing(1.0, say("web/rooms", "reading"))
        job = await asyncio.to_thread(self.crew.jobs.get, room.job) if room.job else None
        if job is not None and job.status in ("failed", "cancelled"):
            return {"status": "failed", "progress": 0.0, "message": job.error or say("web/rooms", "no_payoffs")}
        if job is None or job.status == "done":  # what came of it is no longer kept
            async with self._lock(room.key):
                again = await self._job("house", room.key, room.setup)
                await asyncio.to_thread(self.store.wait_for, room.id, again)
                self._rooms.pop(room.id, None)
            return _preparing(0.0, "")
        return _preparing(round(job.progress, 3), job.message)

    async def _read(self, key: str, setup: Mapping[str, Any]) -> None:
        """Have every process of the pool read the payoffs that were worked out."""
        try:
            await asyncio.gather(*(self.answers.run("table_ready", setup) for _ in range(self.settings.at_once)))
            self._ready.add(key)
        finally:
            self._reading.pop(key, None)

    # -- looking ---------------------------------------------------------------------------------------------------------
    def _lock(self, name: str) -> asyncio.Lock:
        found = self._locks.get(name)
        if found is None:
            found = self._locks[name] = asyncio.Lock()
        return found

    async def known(self, room: Room) -> Known:
        """The room as it stands."""
        found = self._known.get(room.id)
        if found is not None:
            return found
        async with self._lock(room.id):
            return await self._replayed(room)

    async def _replayed(self, room: Room) -> Known:
        found = self._known.get(room.id)
        if found is None:
            moves = await asyncio.to_thread(self.store.moves, room.id)
            told = await self.answers.run("table_look", room.id, room.setup, moves, list(room.gone))
            found = await self._put(room.id, moves, len(moves), None, told)
        return found

    async def _put(
        self, name: str, before: Sequence[Mapping[str, Any]], number: int, sent: Sent | None, told: Mapping[str, Any]
    ) -> Known:
        """Keep what was added after `before`, by a move made at `number`. Raises `Stale` and `Replayed`."""
        added = told["moves"]
        if added:
            try:
                await asyncio.to_thread(self.store.append, name, number, added, sent, time(), bool(told["over"]))
            except BaseException:
                self._known.pop(name, None)  # whatever happened, the store knows
                raise
            finally:
                self._rooms.pop(name, None)
            self.counters.add("detente_moves_total", len(added))
        found = self._known[name] = Known([*before, *added], told["over"], told["views"])
        if added:
            self.ring(name)
        return found

    async def told(self, name: str, seat: str) -> dict[str, Any]:
        """What a seat is told when it looks."""
        room = await self.room(name)
        waiting = await self.opening(room)
        dossier = room.setup["dossier"]
        packaged = dossier if dossier in list_dossiers() else None
        common = {
            "room": name, "dossier": packaged, "seat": seat, "expires": room.expires, "here": self.here(name),
            "gone": list(room.gone),
        }  # fmt: skip
        if waiting is not None:
            return {**common, **waiting, "number": room.number, "view": None}
        known = await self.known(room)
        status = "over" if known.over else "open"
        return {
            **common, "status": status, "progress": 1.0, "message": "", "number": known.number, "view": known.views.get(seat),
        }  # fmt: skip

    # -- moving ----------------------------------------------------------------------------------------------------------
    async def move(self, room: Room, seat: str, number: int, move: Mapping[str, Any], idempotency: str | None) -> None:
        """A move of a seat, made at `number`, and what the engine answers.

        Raises `Refusal`: 409 for one that comes late, twice or out of turn, 422 for one that cannot be.
        """
        if await self.opening(room, wait=True) is not None:
            raise Refusal(409, say("web/rooms", "not_open"), name="NotOpen")
        mine = {**move, "seat": seat}
        sent = None if idempotency is None else (idempotency, digest([number, mine]))
        async with self._lock(room.id):
            try:
                if sent is not None and await asyncio.to_thread(self.store.again, room.id, sent):
                    return
                moves = (await self._replayed(room)).moves
                told = await self.answers.run("table_move", room.id, room.setup, moves, mine, list(room.gone))
                await self._put(room.id, moves, number, sent, told)  # a number that has passed is refused here
            except Refusal as refusal:
                if refusal.name in CONFLICTS:
                    raise Refusal(409, str(refusal), name=refusal.name) from None
                raise
            except Stale as stale:
                raise Refusal(409, say("web/rooms", "stale", number=stale.args[0]), name="Stale") from None
            except Replayed:
                raise Refusal(409, say("web/rooms", "replayed"), name="Replayed") from None

    async def asked(self, room: Room, what: str, *given: Any) -> Any:
        """Something else the pool knows of a room as it stands. Raises `Refusal`."""
        if await self.opening(room, wait=True) is not None:
            raise Refusal(409, say("web/rooms", "not_open"), name="NotOpen")
        return await self.answers.run(what, room.id, room.setup, (await self.known(room)).moves, *given)

    # -- afterwards ------------------------------------------------------------------------------------------------------
    async def debrief(self, room: Room) -> dict[str, Any]:
        """What was hidden, once the game is over: at once without what takes long, whole (`complete`) when a worker is done.

        Raises `Refusal` (409) before the end.
        """
        key = await self._debriefed(room)
        whole = await asyncio.to_thread(self.crew.results.json, key)
        if whole is not None:
            return {"complete": True, "progress": 1.0, "problem": None, "told": json.loads(whole)}
        job = self._debriefs.get(key)
        found = None if job is None else await asyncio.to_thread(self.crew.jobs.get, job)
        problem, progress = None, 0.0
        if found is None or found.status == "done":  # never asked for, or no longer kept
            with suppress(Refusal):  # too much to do: asked again, it starts then
                request = {"setup": room.setup, "moves": list((await self.known(room)).moves)}
                self._debriefs[key] = await self._start(f"room {room.id}", DEBRIEF, request, key)
        elif found.over:
            problem = found.error or say("web/rooms", "no_debrief")
        else:
            progress = round(found.progress, 3)
        if key not in self._quick:
            self._quick[key] = await self.asked(room, "table_debrief")
        return {"complete": problem is not None, "progress": progress, "problem": problem, "told": self._quick[key]}

    async def takeaway(self, room: Room, ending: str) -> bytes:
        """The game as a file. Raises `Refusal` (409) while it is not over or its debrief not whole."""
        key = await self._debriefed(room)
        path = await asyncio.to_thread(self.crew.results.file, key, f"game.{ending}")
        if path is None:
            await self.debrief(room)
            raise Refusal(409, say("web/rooms", "not_whole"), name="NotDone", headers={"Retry-After": "2"})
        return await asyncio.to_thread(path.read_bytes)

    async def _debriefed(self, room: Room) -> str:
        """Under what the debrief is kept. Raises `Refusal` (409) before the game is over."""
        if await self.opening(room, wait=True) is not None or not (known := await self.known(room)).over:
            raise Refusal(409, say("web/rooms", "not_over"), name="NotOver")
        return str(await self.answers.run("table_debrief_key", room.setup, known.moves))

    async def leave(self, room: Room, seat: str) -> None:
        """A seat is left for good: a party walks away when its turn comes, another says nothing any more."""
        await asyncio.to_thread(self.store.leave, room.id, seat, time())
        self._rooms.pop(room.id, None)
        left = await self.room(room.id)
        if await self.opening(left, wait=True) is None:
            async with self._lock(room.id):
                self._known.pop(room.id, None)
                await self._replayed(left)
        self.ring(room.id)

    # -- listening -------------------------------------------------------------------------------------------------------
    def here(self, room: str) -> list[str]:
        """Seats that listen now."""
        return sorted(seat for seat, n in self._here.get(room, Counter()).items() if n > 0)

    def ring(self, room: str) -> None:
        """Wake everybody who listens to a room."""
        for bell in self._bells.get(room, ()):
            bell.set()

    @asynccontextmanager
    async def listening(self, room: str, seat: str, *, seen: bool) -> AsyncIterator[asyncio.Event]:
        """A bell that rings when something happens in the room; with `seen` the others are told that the seat is there."""
        bell = asyncio.Event()
        self._bells.setdefault(room, set()).add(bell)
        if seen:
            self._here.setdefault(room, Counter())[seat] += 1
            self.ring(room)
        try:
            yield bell
        finally:
            self._bells[room].discard(bell)
            if not self._bells[room]:
                del self._bells[room]
            if seen:
                self._here[room][seat] -= 1
                if not any(self._here[room].values()):
                    del self._here[room]
                self.ring(room)


def _preparing(progress: float, message: str) -> dict[str, Any]:
    return {"status": "preparing", "progress": progress, "message": message}
