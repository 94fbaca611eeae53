"""Who connects and says nothing is sent away, and keeps nobody else out."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from detente.web import connections
from detente.web.connections import Bounded


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that answers yes, with short patience and little room."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(connections, "MOST", 20)
    config = uvicorn.Config(
        PlainTextResponse("yes"),
        http=Bounded,
        ws="none",
        lifespan="off",
        log_config=None,
        timeout_keep_alive=1,
        limit_concurrency=30,
    )
    server = uvicorn.Server(config)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(100)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()


def asked(port: int) -> int:
    return httpx.get(f"http://127.0.0.1:{port}/", timeout=10).status_code


def closed(connection: socket.socket) -> bool:
    connection.settimeout(10)
    try:
        return connection.recv(100_000) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "])
def test_many_who_say_nothing_or_half_keep_nobody_out_and_are_sent_away(port: int, said: bytes) -> None:
    with ExitStack() as held:
        silent = [held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10)) for _ in range(60)]
        for connection in silent:
            connection.sendall(said)
        assert [asked(port) for _ in range(5)] == [200] * 5
        assert all(closed(connection) for connection in silent)
        assert asked(port) == 200


def test_a_head_that_drips_is_late_all_the_same(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as drip:
        drip.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ")
        for _ in range(200):  # ten seconds, twenty times its patience
            try:
                drip.sendall(b"a")
            except OSError:
                return
            time.sleep(0.05)
    pytest.fail("it went on dripping")


def test_a_second_request_has_as_long_as_the_first(port: int) -> None:
    whole = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as kept:
        for _ in range(3):  # each begun within the patience of the one before
            kept.sendall(whole[:10])
            time.sleep(0.2)
            kept.sendall(whole[10:])
            said = b""
            while not said.endswith(b"yes"):
                said += kept.recv(10_000)
            assert said.startswith(b"HTTP/1.1 200 OK")
        kept.sendall(whole[:10])
        assert closed(kept)
