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
import json
import re
import secrets
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from time import monotonic, perf_counter, time
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from detente.errors import InputError, NotWritten
from detente.files import loads, too_deep, write
from detente.web import telemetry
from detente.web.replies import Refusal, told
from detente.web.settings import Settings
from detente.web.telemetry import Counters
from detente.web.turns import ASKING
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
DAYS = 30
"""How long who signed in stays so."""
CLIENTS = 10_000


class Rate:
    """A bucket a client: `rate` tokens a second, `burst` at most."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, float(burst)
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str, now: float) -> float:
        """Seconds to wait; 0 where the request may go ahead (and is counted)."""
        left = self._left(client, now)
        self._clients.pop(client, None)
        while len(self._clients) >= CLIENTS:
            self._clients.popitem(last=False)
        self._clients[client] = (left - 1 if left >= 1 else left, now)
        return 0.0 if left >= 1 else (1 - left) / self._rate

    def wait(self, client: str, now: float) -> float:
        """The same, without counting."""
        left = self._left(client, now)
        return 0.0 if left >= 1 else (1 - left) / self._rate

    def _left(self, client: str, now: float) -> float:
        left, then = self._clients.get(client, (self._burst, now))
        return min(self._burst, left + (now - then) * self._rate)


class Guard:
    """ASGI middleware; see the module docstring."""

    def __init__(self, app: ASGIApp, settings: Settings, counters: Counters, sessions: Sessions | None, tries: Rate) -> None:
        self.app, self.settings, self.counters, self.sessions = app, settings, counters, sessions
        self.rate, self.tries = Rate(settings.rate, settings.burst), tries

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
        ASKING.set(state["client"])

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
            raise Refusal(421, say("web/refusals", "other_host"))
        if (wait := self.rate.take(scope["state"]["client"], monotonic())) > 0:
            self.counters.add("detente_refused_total", why="rate")
            raise Refusal(429, say("web/refusals", "too_often"), headers={"Retry-After": str(int(wait) + 1)})
        if self.settings.token is not None and not self._open(scope["path"]) and not self._signed_in(headers, scope):
            if scope["path"] == "/" and scope["method"] == "GET":
                raise Refusal(303, say("web/refusals", "sign_in"), headers={"Location": "/login"})
            raise Refusal(401, say("web/refusals", "no_token"), headers={"WWW-Authenticate": "Bearer"})
        if scope["method"] in ("GET", "HEAD"):
            return receive
        if not same_site(headers.get("origin"), hosts[0]) or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise Refusal(403, say("web/refusals", "other_site"))
        body = await read_body(receive, headers, self.settings.body_bytes)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if scope["path"] != "/login" and body:
            if kind != "application/json":
                raise Refusal(415, say("web/refusals", "no_json"))
            deep = await asyncio.to_thread(too_deep, body) if len(body) > 50_000 else too_deep(body)
            if deep:
                raise Refusal(400, say("web/refusals", "too_deep", what="body"))
        return replayed(body, receive)

    def _signed_in(self, headers: Headers, scope: Scope) -> bool:
        """Whether the request carries the token, or a cookie that signing in has set. Raises `Refusal` for who guesses too often:
        not even the right token is then heard, so that guessing is no quicker than waiting."""
        if self.sessions is not None and self.sessions.fits(cookie_of(headers)):
            return True
        given = bearer_of(headers)
        if given is None or self.settings.token is None:
            return False
        client, now = scope["state"]["client"], monotonic()
        if (wait := self.tries.wait(client, now)) > 0:
            self.counters.add("detente_refused_total", why="guesses")
            raise Refusal(429, say("web/refusals", "wrong_tokens"), headers={"Retry-After": str(int(wait) + 1)})
        if token_fits(given, self.settings.token):
            return True
        self.tries.take(client, now)
        return False

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
class Sessions:
    """Who is signed in: cookies that only the token could have made, each for `DAYS`, until it is signed out.

    A cookie is a name of its own, the second it ends and a seal; nothing of the token can be read back from it. What was signed
    out is noted in `path` until it would have ended, and stays so when the server starts anew. Another token ends them all.

    >>> sessions = Sessions("a-long-random-word")
    >>> cookie = sessions.begin()
    >>> sessions.fits(cookie), sessions.fits(cookie + "0"), sessions.fits("")
    (True, False, False)
    >>> sessions.end(cookie)
    >>> sessions.fits(cookie)
    False
    """

    def __init__(self, token: str, path: Path | None = None) -> None:
        self._key, self._path = hashlib.sha256(b"detente sessions 2" + token.encode()).digest(), path
        self._ended: dict[str, float] = {}
        with suppress(OSError, ValueError, AttributeError, TypeError):  # none yet, or damaged
            if path is not None:
                self._ended = {str(k): float(v) for k, v in loads(path.read_bytes()).items()}

    def begin(self) -> str:
        """A new cookie."""
        name, ends = secrets.token_hex(12), int(time()) + DAYS * 86_400
        return f"{name}.{ends}.{self._seal(name, ends)}"

    def fits(self, cookie: str) -> bool:
        """Whether a cookie is one of ours, not ended and not signed out."""
        found = _COOKIE.fullmatch(cookie)
        if found is None:
            return False
        name, ends, seal = found.groups()
        return hmac.compare_digest(seal, self._seal(name, int(ends))) and time() < int(ends) and name not in self._ended

    def end(self, cookie: str) -> None:
        """Sign a cookie out; one that is not ours changes nothing."""
        if not self.fits(cookie):
            return
        name, ends, _ = cookie.split(".")
        self._ended = {k: v for k, v in self._ended.items() if v > time()} | {name: float(ends)}
        if self._path is not None:
            with suppress(NotWritten, InputError):  # a full disk: it holds until the server ends
                write(self._path, json.dumps(self._ended).encode(), private=True)

    def _seal(self, name: str, ends: int) -> str:
        return hmac.new(self._key, f"{name}.{ends}".encode(), hashlib.sha256).hexdigest()


_COOKIE = re.compile(r"([0-9a-f]{24})\.([0-9]{10,12})\.([0-9a-f]{64})", re.ASCII)


def token_fits(given: str, token: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def bearer_of(headers: Headers) -> str | None:
    """The token a request carries, None where it carries none."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else None


def cookie_of(headers: Headers) -> str:
    """The cookie of signing in, "" where there is none."""
    return cookie_parser(headers.get("cookie", "")).get(COOKIE, "")


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
                    raise Refusal(400, say("web/refusals", "body_cut"))
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > limit:
                    raise _large(limit)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise Refusal(408, say("web/refusals", "body_slow"), name="TooSlow") from None


def _large(limit: int) -> Refusal:
    return Refusal(413, say("web/refusals", "body_large", most=f"{limit:,}"), headers={"Connection": "close"})
