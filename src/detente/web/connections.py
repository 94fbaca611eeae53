"""Connections that say nothing are closed, and never in the way of those that ask.

A client has `HEAD_SECONDS` to send the head of a request, from the moment it connects or begins one; a body has a bound of its
own (`security.read_body`), a connection between two requests uvicorn's `timeout_keep_alive`. Where `MOST` connections are open
and another comes, the one that has waited longest without a request in hand goes. So whoever holds connections holds nothing.
"""

from __future__ import annotations

import asyncio
from typing import cast

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""Seconds for the head of a request."""
MOST = 400
"""Connections open at once; uvicorn refuses requests beyond `limit_concurrency`, which is above this."""


class Bounded(H11Protocol):
    """uvicorn's protocol with a bound on what says nothing."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to wait; make room where there is none."""
        super().connection_made(transport)
        self._since = self.loop.time()
        self._wait()
        idle = [c for c in cast(set[Bounded], self.connections) if c.idle and c is not self]
        if len(self.connections) > MOST and idle:
            longest = min(idle, key=lambda c: c._since)
            self.connections.discard(longest)  # its end is told to it only after others may have come
            longest.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Begin to wait with the first piece of a head, end with its last."""
        super().data_received(data)
        if self.idle:
            self._wait()
        else:
            self._wait_no_more()

    def on_response_complete(self) -> None:
        """Idle again, from now on."""
        self._since = self.loop.time()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing to wait for."""
        self._wait_no_more()
        super().connection_lost(exc)

    @property
    def idle(self) -> bool:
        """Whether no request is in hand."""
        cycle = self.cycle
        return cycle is None or bool(cycle.response_complete)

    def _wait(self) -> None:
        if self._late is None and not self.transport.is_closing():
            self._late = self.loop.call_later(HEAD_SECONDS, self._too_late)

    def _wait_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _too_late(self) -> None:
        self._late = None
        if self.idle:
            self.transport.abort()
