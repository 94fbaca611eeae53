"""Whose turn it is: places in the pool are shared out among clients, and what is quick never stands behind what is slow.

A freed place goes to a quick question before a slow one, and among questions of a kind to the client with the fewest in hand, of
these to the one whose last turn of that kind lies furthest back; a client's own questions keep their order. Slow ones hold at
most `slow` places together, so that one is left to what is quick; where none of them is in hand the next of them goes first, so
that nobody's slow question waits for ever. At most half of those that wait are one client's.

>>> async def shown():
...     turns, ends = Turns(1, 1, 8), []
...     async def ask(client, name):
...         async with turns.place(client, slow=False):
...             await asyncio.sleep(0)
...             ends.append(name)
...     await asyncio.gather(ask("a", "a1"), ask("a", "a2"), ask("a", "a3"), ask("b", "b1"))
...     return ends
>>> asyncio.run(shown())
['a1', 'b1', 'a2', 'a3']
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from cachetools import LRUCache

REMEMBERED = 4096
"""Clients whose last turn is remembered."""
ASKING: ContextVar[str] = ContextVar("ASKING", default="")
"""The client whose request is in hand; the server itself where there is none."""


class Full(Exception):
    """Too much waits already, of this client or of all."""


class Ended(Exception):
    """No turn is given any more."""


class Turns:
    """`places` questions in hand at once, `slow` of them slow ones at most; `waiting` more may wait."""

    def __init__(self, places: int, slow: int, waiting: int) -> None:
        self._places, self._slow, self._waiting = places, slow, waiting
        self._lines: dict[bool, dict[str, deque[asyncio.Future[None]]]] = {False: {}, True: {}}
        self._held: dict[bool, Counter[str]] = {False: Counter(), True: Counter()}
        self._wait: Counter[str] = Counter()
        self._latest: LRUCache[tuple[bool, str], int] = LRUCache(REMEMBERED)
        self._count = 0
        self.over = False
        """Whether no turn is given any more."""

    def end(self) -> None:
        """Give no turn any more: whoever waits is told so at once, whoever asks too. What has a place keeps it."""
        self.over = True
        for lines in self._lines.values():
            for turn in [t for line in lines.values() for t in line]:
                if not turn.done():
                    turn.set_exception(Ended())

    @property
    def in_hand(self) -> int:
        """Questions that have a place or wait for one."""
        return self._taken + self._wait.total()

    @property
    def _taken(self) -> int:
        return self._held[False].total() + self._held[True].total()

    @asynccontextmanager
    async def place(self, client: str, *, slow: bool) -> AsyncIterator[None]:
        """A place for one question of `client`, held until the block ends. Raises `Full`, `Ended`."""
        if self.over:
            raise Ended
        turn = self._line_up(client, slow)
        self._share_out()
        if not turn.done() and (self._wait.total() > self._waiting or self._wait[client] > max(1, self._waiting // 2)):
            self._leave(client, slow, turn)
            raise Full
        try:
            await turn
        except (asyncio.CancelledError, Ended):
            if turn.cancelled() or turn.exception():
                self._leave(client, slow, turn)
            else:  # it came in the same moment
                self._give_up(client, slow)
            raise
        try:
            yield
        finally:
            self._give_up(client, slow)

    def _line_up(self, client: str, slow: bool) -> asyncio.Future[None]:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines[slow].setdefault(client, deque()).append(turn)
        self._wait[client] += 1
        return turn

    def _leave(self, client: str, slow: bool, turn: asyncio.Future[None]) -> None:
        if turn in self._lines[slow].get(client, ()):  # else it was passed over in the same moment
            self._lines[slow][client].remove(turn)
            self._waits_no_more(client, slow)

    def _waits_no_more(self, client: str, slow: bool) -> None:
        if not self._lines[slow][client]:
            del self._lines[slow][client]
        self._wait[client] -= 1
        self._wait += Counter()  # those at nothing go

    def _give_up(self, client: str, slow: bool) -> None:
        self._held[slow][client] -= 1
        self._held[slow] += Counter()
        self._share_out()

    def _share_out(self) -> None:
        while self._taken < self._places and (kind := self._next_kind()) is not None:
            lines = self._lines[kind]
            client = min(lines, key=lambda c: (self._held[False][c] + self._held[True][c], self._latest.get((kind, c), 0)))
            turn = lines[client].popleft()
            self._waits_no_more(client, kind)
            if not turn.done():
                self._count += 1
                self._latest[kind, client] = self._count
                self._held[kind][client] += 1
                turn.set_result(None)

    def _next_kind(self) -> bool | None:
        slow, quick = self._lines[True], self._lines[False]
        if slow and (not self._held[True] or (not quick and self._held[True].total() < self._slow)):
            return True
        return False if quick else None
