"""A server in this process, with its lifespan and one worker, asked through httpx without a socket."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from detente.web.app import create_app
from detente.web.settings import Settings

BASE = "http://localhost:8000"


class Asker:
    """Requests to an application from ordinary code; its event loop runs in a thread of its own."""

    def __init__(self, portal: BlockingPortal, client: httpx.AsyncClient) -> None:
        self._portal, self._client = portal, client
        self.cookies = client.cookies

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        content = more.get("content")
        if isinstance(content, Iterable) and not isinstance(content, (str, bytes)):
            more["content"] = _drops(content)
        return self._portal.call(lambda: self._client.request(method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)

    def delete(self, path: str, **more: Any) -> httpx.Response:
        return self.request("DELETE", path, **more)


async def _drops(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@asynccontextmanager
async def _lived(app: FastAPI, base: str, alive: bool) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=base, timeout=120) as client:
        if not alive:
            yield client
            return
        async with app.router.lifespan_context(app):
            yield client


@contextmanager
def asking(settings: Settings, base: str = BASE, *, alive: bool = True) -> Iterator[Asker]:
    """A server of `settings`; without `alive` only what needs no pool and no worker answers."""
    app = create_app(settings)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(_lived(app, base, alive)) as client:
        yield Asker(portal, client)


def wait(client: Any, name: str, seconds: float = 90) -> dict[str, Any]:
    """A job once nothing more happens to it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = client.get(f"/api/v1/jobs/{name}").json()
        if job["status"] not in ("queued", "running"):
            return job
        time.sleep(0.05)
    raise AssertionError(f"the job is still {job['status']} after {seconds} s")
