"""What is served besides the API: the page's own files, health, counters."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from detente import __version__
from detente.files import sha256
from detente.web.replies import Refusal, Reply

router = APIRouter(include_in_schema=False)
KINDS = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml", ".json": "application/json", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8", ".webmanifest": "application/manifest+json",
}  # fmt: skip


@dataclass(frozen=True)
class Asset:
    """A file of the page: bytes, media type, entity tag."""

    content: bytes
    media: str
    tag: str


def static_root() -> Traversable:
    """Where the page's files are."""
    return files("detente.web").joinpath("static")


def find(path: str) -> Asset:
    """The file of the page at `path`. Raises `Refusal` for anything that is not one by its plain name."""
    parts = path.split("/")
    if not path or "\\" in path or "\0" in path or any(p in ("", ".", "..") or p.startswith(".") for p in parts):
        raise Refusal(404, "No such file.")
    here = static_root()
    for part in parts:
        if part not in {child.name for child in here.iterdir()} if here.is_dir() else True:
            raise Refusal(404, "No such file.")
        here = here.joinpath(part)
    if not here.is_file():
        raise Refusal(404, "No such file.")
    return asset(here.read_bytes(), path)


def asset(content: bytes, path: str) -> Asset:
    """An asset from bytes; its kind from the ending of `path`."""
    ending = path[path.rfind(".") :] if "." in path else ""
    media = KINDS.get(ending) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    return Asset(content, media, f'"{sha256(content)[:20]}"')


def served(found: Asset, request: Request) -> Response:
    """The asset, or 304 where the reader has it."""
    headers = {"ETag": found.tag, "Cache-Control": "no-cache"}
    if found.tag in [t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=None, headers={**headers, "Content-Type": found.media})


@router.get("/")
def index(request: Request) -> Response:
    """The page."""
    return served(find("index.html"), request)


@router.get("/static/{path:path}")
def static(path: str, request: Request) -> Response:
    """A file of the page."""
    return served(find(path), request)


@router.get("/healthz")
async def healthz(request: Request) -> Response:
    """That the server is up, and what it has in hand."""
    state: Any = request.app.state
    crew = getattr(state, "crew", None)
    return Reply(
        {"status": "ok", "version": __version__, "ready": bool(state.ready), "workers": [] if crew is None else crew.processes()}
    )


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Counters in Prometheus' text format."""
    return PlainTextResponse(request.app.state.counters.text(), media_type="text/plain; version=0.0.4")
