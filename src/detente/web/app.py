"""`create_app`: the application, put together.

>>> import tempfile
>>> from pathlib import Path
>>> app = create_app(Settings(data=Path(tempfile.mkdtemp())))
>>> "/api/v1/solve" in app.openapi()["paths"]
True
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI

from detente import __version__
from detente.errors import DetenteError
from detente.web import api, docs_page, jobs_api, pages, replies, signin
from detente.web.answers import Answers
from detente.web.crew import Crew
from detente.web.metrics import Counters
from detente.web.replies import Refusal
from detente.web.security import Guard, Rate
from detente.web.settings import Settings


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application; its work begins with its lifespan."""
    chosen = settings or Settings()
    counters = Counters()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        crew = app.state.crew = await asyncio.to_thread(Crew, chosen, counters)
        app.state.answers = Answers(chosen, counters)
        await crew.start()
        warming = asyncio.create_task(warm(app))
        try:
            yield
        finally:
            warming.cancel()
            app.state.answers.close()
            await crew.stop()

    app = FastAPI(
        title="detente", version=__version__, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json", lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
        description="Trade measures, negotiations and what they come to. All numbers are computed on this server.",
    )  # fmt: skip
    app.state.settings, app.state.counters = chosen, counters
    app.state.ready = False
    app.state.tries = Rate(0.1, 10)
    replies.install(app)
    app.add_middleware(Guard, settings=chosen, counters=counters)
    for router in (api.router, jobs_api.router, pages.router, signin.router, docs_page.router):
        app.include_router(router)
    return app


async def warm(app: FastAPI) -> None:
    """Solve once in the background, so that the first reader does not wait for the compiler."""
    with suppress(Refusal, DetenteError):
        await app.state.answers.warm()
    app.state.ready = True
