"""Reading a request's body within bounds: its size while it streams, and time."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import Receive

from detente.web.replies import Refusal

SECONDS = 30.0


async def read_body(receive: Receive, headers: Headers, limit: int, seconds: float = SECONDS) -> bytes:
    """The whole body. Raises `Refusal` as soon as it is too large, and when it takes too long."""
    told = headers.get("content-length", "")
    if told.isascii() and told.isdigit() and (len(told) > 15 or int(told) > limit):
        raise _large(limit)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refusal(400, "The connection ended before the body did.")
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > limit:
                    raise _large(limit)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise Refusal(408, "The body took too long to arrive.", name="TooSlow") from None


def _large(limit: int) -> Refusal:
    return Refusal(413, f"The body is larger than {limit:,} bytes.", headers={"Connection": "close"})
