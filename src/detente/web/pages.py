"""What is served besides the API: the page's own files, health, counters, the API's documentation, signing in."""

from __future__ import annotations

import asyncio
import json
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from time import monotonic, time
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from markupsafe import Markup

from detente import __version__
from detente.files import sha256
from detente.web import shared, telemetry
from detente.web.replies import Refusal, Reply, templates
from detente.web.schemas import ANYWHERE, WORDS
from detente.web.security import COOKIE, DAYS, Rate, Sessions, cookie_of, token_fits
from detente.words import say

router = APIRouter(include_in_schema=False)
KINDS = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml", ".json": "application/json", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2",
    ".csv": "text/csv; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".webmanifest": "application/manifest+json",
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


def served(found: Asset, request: Request, kept: str = "no-cache") -> Response:
    """The asset, or 304 where the reader has it."""
    headers = {"ETag": found.tag, "Cache-Control": kept}
    if found.tag in [t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(found.content, media_type=None, headers={**headers, "Content-Type": found.media})


# -- names of files that change with what they hold ------------------------------------------------------------------------
IMMUTABLE = "public, max-age=31536000, immutable"
_IMPORT = re.compile(r'^\s*(?:import|export)\b(?:[^"\'()]*\bfrom\b)?\s*["\']\./([\w.-]+\.js)["\']', re.MULTILINE)


def edition() -> str:
    """A digest of all files of the page, which stands in their addresses: scripts import each other by plain names, so that one
    name goes for all."""
    root = static_root()
    found = sorted(Path(str(root)).rglob("*")) if Path(str(root)).is_dir() else []
    stats = tuple((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in found if p.is_file())
    return _edition(stats)


@lru_cache(maxsize=2)
def _edition(stats: tuple[tuple[str, int, int], ...]) -> str:
    if not stats:  # packed into one file: it changes with the release
        return sha256(__version__.encode())[:12]
    return sha256(b"".join(sha256(Path(name).read_bytes()).encode() for name, *_ in stats))[:12]


def front(head: str = "") -> Asset:
    """The page with the addresses of its files as they are now, its scripts asked for at once, and `head` in its head."""
    return _front(edition(), head)


@lru_cache(maxsize=64)
def _front(now: str, head: str) -> Asset:
    text = find("index.html").content.decode()
    text = re.sub(r'((?:href|src)=")/?static/', rf"\g<1>static/{now}/", text)
    early = "".join(f'<link rel="modulepreload" href="static/{now}/js/{name}">\n' for name in modules("main.js"))
    text = text.replace("</head>", f"{early}{head}</head>", 1)
    return asset(text.encode(), "index.html")


def modules(first: str) -> list[str]:
    """Scripts that are loaded with `first`, itself in front, by their import lines."""
    found, wait = [], [first]
    while wait:
        name = wait.pop(0)
        try:
            text = find(f"js/{name}").content.decode()
        except Refusal:
            continue
        found.append(name)
        wait += [n for n in _IMPORT.findall(text) if n not in found and n not in wait]
    return found


@router.get("/")
def index(request: Request) -> Response:
    """The page."""
    return served(front(cards(str(request.base_url))), request)


def cards(base: str, **more: Any) -> str:
    """What other sites show of a link to the page (Open Graph): title, description, picture."""
    return templates().get_template("cards.html.j2").render(base=base.rstrip("/"), **more)


@router.get("/s/{name}")
async def shared_link(name: str, request: Request) -> Response:
    """A short link: what other sites show of it, and on to the page."""
    store, now = request.app.state.shared, time()
    found = await asyncio.to_thread(store.get, "link", name, "card.json", now)
    if found is None:
        raise Refusal(404, say("web/refusals", "no_link", days=shared.DAYS))
    card = json.loads(found)
    told = {"title": card["title"], "description": card["text"]}
    more = {"path": f"s/{name}", "picture": f"embed/{name}.png", "alt": card["text"]}
    page = templates().get_template("shared.html.j2")
    return HTMLResponse(page.render(name=name, cards=Markup(cards(str(request.base_url), **told, **more)), **told))


EMBEDDED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors *; base-uri 'none'; form-action 'none'; "
    "sandbox allow-popups"
)
"""Policy of what other pages frame: it carries its own styles, and nothing in it runs."""
FOREIGN = {"Content-Security-Policy": EMBEDDED, "Cache-Control": "public, max-age=86400", "Access-Control-Allow-Origin": "*"}
FRAMED = re.compile(r"([a-z2-7]{12})(?:\.(png|svg|csv))?$")


@router.get("/embed/{name}")
async def embed(name: str, request: Request) -> Response:
    """A figure that was put up, finished: nothing is computed, no cookie is read or set, any page may frame it."""
    match = FRAMED.match(name)
    store, now, found, ending = request.app.state.shared, time(), None, "html"
    if match is not None:
        ending = match[2] or "html"
        found = await asyncio.to_thread(store.get, "figure", match[1], f"figure.{ending}", now)
        if found is None and ending == "png":
            found = await asyncio.to_thread(store.get, "link", match[1], "card.png", now)
    if found is None:
        raise Refusal(404, say("web/refusals", "no_embed", days=shared.DAYS))
    return Response(found, media_type=None, headers={**FOREIGN, "Content-Type": KINDS[f".{ending}"]})


@router.get("/favicon.ico")
def favicon(request: Request) -> Response:
    """The mark of the page."""
    return served(find("favicon.svg"), request)


@router.get("/static/{path:path}")
def static(path: str, request: Request) -> Response:
    """A file of the page; under the name of the edition it is kept for good."""
    now, _, rest = path.partition("/")
    if rest and now == edition():
        return served(find(rest), request, IMMUTABLE)
    return served(find(path), request)


@router.get("/healthz")
async def healthz(request: Request) -> Response:
    """That the server is up, and what it has in hand."""
    state: Any = request.app.state
    crew = getattr(state, "crew", None)
    kept = [] if crew is None else [crew.jobs, *([state.house.store] if hasattr(state, "house") else [])]
    trouble = next(filter(None, [await asyncio.to_thread(one.trouble) for one in kept]), None)
    if trouble is not None:
        telemetry.event("data folder in trouble", told=trouble)
    found = {
        "status": "ok" if trouble is None else "no data", "version": __version__, "ready": bool(state.ready),
        "workers": 0 if crew is None else crew.workers,
    }  # fmt: skip
    return Reply(found, status_code=200 if trouble is None else 503)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Counters in Prometheus' text format."""
    return PlainTextResponse(request.app.state.counters.text(), media_type="text/plain; version=0.0.4")


# -- the API's own documentation: one page, nothing fetched, no scripts ---------------------------------------------------
EXAMPLE = {"dossier": "kuala-lumpur-2025", "scenario": "middle", "levers": {"us-threat-100": 40}, "horizon": "medium"}


@router.get("/api/docs")
def docs(request: Request) -> Response:
    """The page."""
    return HTMLResponse(page(request.app.openapi()))


def page(described: dict[str, Any]) -> str:
    """HTML of an OpenAPI description."""
    schemas = described.get("components", {}).get("schemas", {})
    template = templates().get_template("docs.html.j2")
    return template.render(
        described=described,
        example=json.dumps(EXAMPLE, indent=2),
        refusals={code: WORDS[code] for code in ANYWHERE},
        everywhere={str(code) for code in ANYWHERE},
        bodies={(p, m): _body(told) for p, methods in described["paths"].items() for m, told in methods.items()},
        schemas={
            name: {
                "description": s.get("description", ""),
                "text": json.dumps(s.get("properties", s), indent=2, ensure_ascii=False),
            }
            for name, s in schemas.items()
        },
    )


def _body(told: dict[str, Any]) -> str:
    """Name of the schema an operation takes, if it has one."""
    schema = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema") or {}
    return str(schema.get("$ref", "")).rpartition("/")[2]


# -- signing in: a small form, a cookie that no script can read -----------------------------------------------------------
def form(wrong: bool = False) -> Response:
    """The page with the form."""
    return HTMLResponse(templates().get_template("signin.html.j2").render(wrong=wrong), status_code=401 if wrong else 200)


@router.get("/login")
async def get_login(request: Request) -> Response:
    """The form; straight on where no token is needed."""
    return form() if request.app.state.settings.token is not None else RedirectResponse("/", status_code=303)


@router.post("/login")
async def post_login(request: Request) -> Response:
    """Check the token and set the cookie."""
    token = request.app.state.settings.token
    if token is None:
        return RedirectResponse("/", status_code=303)
    tries: Rate = request.app.state.tries
    if (wait := tries.take(request.state.client, monotonic())) > 0:
        raise Refusal(429, say("web/refusals", "too_many_tries"), headers={"Retry-After": str(int(wait) + 1)})
    raw = await request.body()
    given = parse_qs(raw[:4096].decode("utf-8", "replace"), max_num_fields=4).get("token", [""])[0] if raw else ""
    if not token_fits(given, token):
        await asyncio.sleep(0.3)
        return form(wrong=True)
    reply = RedirectResponse("/", status_code=303)
    secure = request.url.scheme == "https"
    sessions: Sessions = request.app.state.sessions
    reply.set_cookie(COOKIE, sessions.begin(), max_age=DAYS * 86_400, httponly=True, samesite="strict", secure=secure, path="/")
    return reply


@router.post("/logout")
async def post_logout(request: Request) -> Response:
    """Forget the cookie, here too: who has a copy of it is signed out as well."""
    sessions: Sessions | None = request.app.state.sessions
    if sessions is not None:
        await asyncio.to_thread(sessions.end, cookie_of(request.headers))
    reply = RedirectResponse("/", status_code=303)
    reply.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return reply
