"""Signing in where a token is needed: a small form, a cookie that no script can read."""

from __future__ import annotations

import asyncio
from time import monotonic
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from detente.web.replies import Refusal
from detente.web.security import COOKIE, Rate, session_of, token_fits

router = APIRouter(include_in_schema=False)
DAYS = 30
FORM = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>detente: sign in</title><link rel="stylesheet" href="/static/css/plain.css"></head>
<body><main><h1>Sign in</h1>{note}
<form method="post" action="/login"><label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Sign in</button></form>
<p>The token is the one the server was started with.</p></main></body></html>
"""


def form(note: str = "", status: int = 200) -> Response:
    """The page with the form."""
    return HTMLResponse(FORM.format(note=f'<p role="alert">{note}</p>' if note else ""), status_code=status)


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
        raise Refusal(429, "Too many tries; wait a moment.", headers={"Retry-After": str(int(wait) + 1)})
    raw = await request.body()
    given = parse_qs(raw[:4096].decode("utf-8", "replace"), max_num_fields=4).get("token", [""])[0] if raw else ""
    if not token_fits(given, token):
        await asyncio.sleep(0.3)
        return form("That is not the token.", 401)
    reply = RedirectResponse("/", status_code=303)
    secure = request.url.scheme == "https"
    reply.set_cookie(COOKIE, session_of(token), max_age=DAYS * 86_400, httponly=True, samesite="strict", secure=secure, path="/")
    return reply


@router.post("/logout")
async def post_logout() -> Response:
    """Forget the cookie."""
    reply = RedirectResponse("/", status_code=303)
    reply.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return reply
