"""The application, put together (`create_app`), and a running server of it (`serve`): the socket, uvicorn, an orderly end.

>>> import tempfile
>>> from pathlib import Path
>>> app = create_app(Settings(data=Path(tempfile.mkdtemp())))
>>> "/api/v1/solve" in app.openapi()["paths"]
True
"""

from __future__ import annotations

import asyncio
import errno
import multiprocessing
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from detente import __version__, words
from detente.errors import DetenteError, InputError
from detente.web import api, pages, replies, rooms_api, telemetry, views
from detente.web.answers import GRACE, Answers
from detente.web.jobs import Crew, Held, Jobs, private
from detente.web.replies import Refusal
from detente.web.rooms import House
from detente.web.security import Guard, Rate, Sessions
from detente.web.settings import Settings
from detente.web.shared import Shared
from detente.web.telemetry import Counters
from detente.web.wire import Methods


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application; its work begins with its lifespan."""
    chosen = settings or Settings()
    counters = Counters()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        crew = app.state.crew = await asyncio.to_thread(Crew, chosen, counters)
        app.state.answers = Answers(chosen, counters)
        app.state.house = await asyncio.to_thread(House, chosen, crew, app.state.answers, counters)
        await crew.start()
        warming = asyncio.create_task(warm(app))
        try:
            yield
        finally:
            warming.cancel()
            app.state.house.close()
            app.state.answers.close()
            await crew.stop()

    app = FastAPI(
        title="detente", version=__version__, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json", lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
        description=words.say("web/api", "description"),
    )  # fmt: skip
    app.state.settings, app.state.counters = chosen, counters
    app.state.ready = False
    tries = app.state.tries = Rate(0.1, 10)
    app.state.put_ups, app.state.rooms_made = Rate(0.5, 60), Rate(0.5, 80)
    ended = chosen.folder / "signed-out.json"
    sessions = app.state.sessions = None if chosen.token is None else Sessions(chosen.token, ended)
    app.state.shared = Shared(chosen.folder / "shared")
    replies.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=800, compresslevel=6)
    app.add_middleware(Methods)
    app.add_middleware(Guard, settings=chosen, counters=counters, sessions=sessions, tries=tries)
    for router in (api.router, rooms_api.router, pages.router):
        app.include_router(router)
    return app


async def warm(app: FastAPI) -> None:
    """Solve once in the background, so that the first reader does not wait for the compiler."""
    with suppress(Refusal, DetenteError):
        await app.state.answers.warm()
    app.state.ready = True
    if not app.state.settings.in_process and app.state.settings.at_once > 1:  # else readers would wait behind it
        with suppress(Refusal, DetenteError):
            view = await asyncio.to_thread(views.newest)
            await app.state.answers.ahead(view.id, views.by_interest(view)[:1])


# -- a running server: the socket, uvicorn, and an orderly end ------------------------------------------------------------
class Server:
    """Binds at once, so that a port in use is said before anything else happens. Raises `InputError`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.socket = bound(settings.host, settings.port)
        private(settings.folder)
        self._held = Held(settings.folder)
        Jobs(settings.folder / "jobs.db")  # a queue that cannot be read is said now
        self.port = int(self.socket.getsockname()[1])

    @property
    def address(self) -> str:
        """Where to point a browser."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.settings.host, self.settings.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    def run(self) -> None:
        """Serve until interrupted; open requests have ten seconds to end."""
        import uvicorn

        from detente.web.connections import Bounded

        telemetry.start()
        app = create_app(self.settings)

        class Ending(uvicorn.Server):
            """Streams of the rooms end, and questions that wait are refused, before open requests are waited for."""

            async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
                app.state.house.close()
                app.state.answers.end()
                await super().shutdown(sockets)

        config = uvicorn.Config(
            app,
            http=Bounded,
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=self.settings.proxy,
            server_header=False,
            timeout_graceful_shutdown=int(GRACE) + 2,  # questions are refused before they are cut off
            timeout_keep_alive=20,
            h11_max_incomplete_event_size=32_768,
            limit_concurrency=512,
        )
        with suppress(ValueError):  # not the main thread: no signals there
            signal.signal(signal.SIGTERM, _ends)  # uvicorn hands the signal on once all is closed
        try:
            Ending(config).run(sockets=[self.socket])
        finally:
            for process in multiprocessing.active_children():  # what they work out nobody waits for any more
                process.terminate()


def _ends(number: int, frame: object) -> None:
    """End as at the end of a program: what the system shares is given back, exit code 0."""
    raise SystemExit(0)


def serve(settings: Settings, *, open_page: bool = False, say: Callable[[str], None] = print) -> None:
    """Serve the page and the API until interrupted; `say` is told the address. Raises `InputError`."""
    os.umask(0o077)  # what the server and its workers write is the owner's alone
    server = Server(settings)
    say(f"detente is at {server.address}")
    if open_page:
        import webbrowser

        webbrowser.open(server.address)
    server.run()


def bound(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `InputError` where the port is taken or the address is not this machine's."""
    try:
        kind, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        sock = socket.socket(kind, socket.SOCK_STREAM)
    except OSError as error:
        raise InputError(f"{host} is not an address of this machine: {error.strerror}") from None
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(where)
        sock.listen(512)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise InputError(f"port {port} is in use on {host}; choose another with --port, or --port 0 for a free one") from None
        raise InputError(f"cannot listen on {host}, port {port}: {error.strerror}") from None
    return sock
