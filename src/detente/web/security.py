"""Who may ask, and how: one guard in front of everything the server answers.

In this order: the host named must be this server's (else a foreign name could be pointed at it), the client must not ask too
often, a token is needed beyond this machine, a request that changes something must not come from another site and must be JSON
of bounded size and depth. Every reply carries the same strict headers, and every request leaves one line in the log.

>>> host_allowed("localhost:8000", Settings()), host_allowed("evil.example", Settings()), host_allowed("[::1]:8000", Settings())
(True, False, True)
>>> same_site("http://localhost:8000", "localhost:8000"), same_site("http://evil.example", "localhost:8000")
(True, False)
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import secrets
from collections import OrderedDict
from time import monotonic, perf_counter
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from detente.files import too_deep
from detente.web import telemetry
from detente.web.replies import Refusal, told
from detente.web.settings import Settings
from detente.web.telemetry import Counters
from detente.words import say

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
OF_THIS_SITE = ("X-Frame-Options", "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy")
"""Headers that what is meant for other sites goes without."""
OPEN = ("/healthz", "/login", "/static/", "/embed/", "/favicon.ico")
"""Paths that answer without a token: the package's own files, and finished figures that somebody with the token put up."""
COOKIE = "detente"
CLIENTS = 10_000


class Rate:
    """A bucket a client: `rate` tokens a second, `burst` at most."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, float(burst)
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, now: float) -> float:
        """Seconds to wait; 0 where the request may go ahead (and is counted)."""
        left, then = self._clients.pop(client, (self._burst, now))
        left = min(self._burst, left + (now - then) * self._rate)
        while len(self._clients) >= CLIENTS:
            self._clients.popitem(last=False)
        self._clients[client] = (left - 1 if left >= 1 else left, now)
        return 0.0 if left >= 1 else (1 - left) / self._rate

    def look(self, client: str, now: float) -> float:
        """What `take` would say, without counting."""
        left, then = self._clients.get(client, (self._burst, now))
        left = min(self._burst, left + (now - then) * self._rate)
        return 0.0 if left >= 1 else (1 - left) / self._rate


class Guard:
    """ASGI middleware; see the module docstring."""

    def __init__(self, app: ASGIApp, settings: Settings, counters: Counters) -> None:
        self.app, self.settings, self.counters = app, settings, counters
        self.rate = Rate(settings.rate, settings.burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is allowed."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no web sockets here
            await send({"type": "websocket.close", "code": 1008})
            return
        start, status = perf_counter(), 500
        state = scope.setdefault("state", {})
        state["request"] = secrets.token_hex(6)
        state["client"] = client_of(scope)

        async def reply(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                self._dress(message, scope)
            await send(message)

        try:
            await self.app(scope, await self._checked(scope, receive), reply)
        except Refusal as refusal:
            await told(refusal)(scope, receive, reply)
        finally:
            self._note(scope, status, perf_counter() - start)

    # -- checks ----------------------------------------------------------------------------------------------------------
    async def _checked(self, scope: Scope, receive: Receive) -> Receive:
        """What the application may read. Raises `Refusal`."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not host_allowed(hosts[0], self.settings):
            raise Refusal(421, "This server does not answer to that host name; give it with --name when starting it.")
        if (wait := self.rate.take(scope["state"]["client"], monotonic())) > 0:
            self.counters.add("detente_refused_total", why="rate")
            raise Refusal(429, "Too many requests; wait a moment.", headers={"Retry-After": str(int(wait) + 1)})
        if self.settings.token is not None and not self._open(scope["path"]) and not signed_in(headers, self.settings.token):
            if scope["path"] == "/" and scope["method"] == "GET":
                raise Refusal(303, "Sign in first.", headers={"Location": "/login"})
            raise Refusal(
                401, "A token is needed: send it as a Bearer token, or sign in.", headers={"WWW-Authenticate": "Bearer"}
            )
        if scope["method"] in ("GET", "HEAD"):
            return receive
        if not same_site(headers.get("origin"), hosts[0]) or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise Refusal(403, say("web/refusals", "other_site"))
        body = await read_body(receive, headers, self.settings.body_bytes)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if scope["path"] != "/login" and body:
            if kind != "application/json":
                raise Refusal(415, "The body must be JSON (Content-Type: application/json).")
            deep = await asyncio.to_thread(too_deep, body) if len(body) > 50_000 else too_deep(body)
            if deep:
                raise Refusal(400, say("web/refusals", "too_deep", what="body"))
        return replayed(body, receive)

    def _open(self, path: str) -> bool:
        return any(path == p or (p.endswith("/") and path.startswith(p)) for p in OPEN)

    # -- what goes with every reply --------------------------------------------------------------------------------------
    def _dress(self, message: Message, scope: Scope) -> None:
        headers = MutableHeaders(scope=message)
        framed = "frame-ancestors *" in headers.get("Content-Security-Policy", "")
        for key, value in HEADERS.items():
            if not framed or key not in OF_THIS_SITE:
                headers.setdefault(key, value)
        headers.setdefault("Cache-Control", "no-store")
        headers["X-Request-Id"] = scope["state"]["request"]

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("route")
        path = str(getattr(route, "path", "") or "other")
        path = getattr(getattr(route, "effective_route_context", None), "path", path)
        self.counters.add("detente_requests_total", method=known_method(scope["method"]), path=path, status=str(status))
        self.counters.observe("detente_request_seconds", seconds, path=path)
        telemetry.event(
            "request", request=scope["state"]["request"], method=known_method(scope["method"]), path=path, status=status,
            ms=round(1000 * seconds, 1), client=scope["state"]["client"],
        )  # fmt: skip


def known_method(method: str) -> str:
    """The method, or OTHER for one nobody uses (counters must stay few)."""
    return method if method in ("GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS") else "OTHER"


def client_of(scope: Scope) -> str:
    """A short name for the address a request comes from; it cannot be turned back by reading a log."""
    address = str((scope.get("client") or ("unknown", 0))[0])
    return hmac.new(_SALT, address.encode(), hashlib.sha256).hexdigest()[:12]


_SALT = secrets.token_bytes(16)


def host_allowed(host: str, settings: Settings) -> bool:
    """Whether the server answers to `host`: addresses in numbers, localhost, and the names it was given.

    A foreign page can only reach this machine under a name of its own, never under its address.
    """
    try:
        name = urlsplit(f"//{host}").hostname
        urlsplit(f"//{host}").port  # noqa: B018 a port that is none raises
    except ValueError:
        return False
    if not name or "@" in host or "/" in host:
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in {"localhost", settings.host.lower(), *(n.lower() for n in settings.names)}
    return True


def same_site(origin: str | None, host: str) -> bool:
    """Whether a request with this Origin header comes from the page of `host` itself (or from a program, which sends none)."""
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


# -- signing in --------------------------------------------------------------------------------------------------------
def session_of(token: str) -> str:
    """What the cookie holds: derived from the token, so that it cannot be read back from a browser."""
    return hmac.new(token.encode(), b"detente session 1", hashlib.sha256).hexdigest()


def token_fits(given: str, token: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def signed_in(headers: Headers, token: str) -> bool:
    """Whether the request carries the token, or the cookie that signing in sets."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token_fits(given.strip(), token):
        return True
    cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
    return token_fits(cookie, session_of(token))


def replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once and then listens on."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


# -- bodies, within bounds of size and time -------------------------------------------------------------------------------
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
