"""HEAD and OPTIONS for every route: HEAD is GET without its body, OPTIONS says which methods a path takes."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Methods:
    """ASGI middleware; `routes` of the application are asked which methods a path takes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer OPTIONS, and HEAD from GET."""
        if scope["type"] == "http" and scope["method"] == "OPTIONS":
            allowed = allowed_on(scope)
            headers = {"Allow": ", ".join(allowed)}
            await Response(status_code=204 if allowed else 404, headers=headers if allowed else None)(scope, receive, send)
            return
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def bare(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        scope["method"] = "GET"
        try:
            await self.app(scope, receive, bare)
        finally:
            scope["method"] = "HEAD"


def allowed_on(scope: Scope) -> list[str]:
    """The methods that the path of a request takes, HEAD and OPTIONS among them; none where there is nothing."""
    found: set[str] = set()
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        asked = {**scope, "method": method}
        if any(route.matches(asked)[0] is Match.FULL for route in scope["app"].routes):
            found.add(method)
    if not found:
        return []
    return sorted(found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set()))
