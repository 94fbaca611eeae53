"""What goes out: JSON that never fails to encode, and errors as one sentence with what to try; never a traceback.

>>> Reply({"x": float("nan"), "text": "\\ud800"}).body
b'{"x":null,"text":"?"}'
"""

from __future__ import annotations

import errno
import json
import math
import shlex
import sqlite3
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from detente.errors import DetenteError, NotConverged, UnknownName
from detente.web.telemetry import failed
from detente.words import say
from detente.words.controls import escaped

if TYPE_CHECKING:
    from jinja2 import Environment

KINDS = {
    400: "BadRequest", 401: "NotSignedIn", 403: "Refused", 404: "NotFound", 405: "WrongMethod", 413: "TooLarge", 415: "WrongType",
    421: "WrongHost", 429: "TooMany", 503: "Busy", 504: "TooSlow",
}  # fmt: skip
LONGEST = 2_000


class Refusal(Exception):
    """A request that is refused: status, name, message, and headers if any."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        name: str | None = None,
        where: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.name, self.where = status, name or KINDS.get(status, "Refused"), where
        self.headers = dict(headers or {})


class Reply(JSONResponse):
    """A JSON response. Numbers that are none become null, lone surrogates a question mark, dates ISO text."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Bytes of `content`."""
        try:
            text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
        except ValueError:
            text = json.dumps(finite(content), ensure_ascii=False, separators=(",", ":"), default=_plain)
        return text.encode("utf-8", "replace")


def error(status: int, name: str, message: str, where: object = None, headers: Mapping[str, str] | None = None) -> Reply:
    """An error as the API tells it; control characters of what was sent are shown as escapes."""
    text = escaped(message if len(message) <= LONGEST else message[: LONGEST - 1] + "…")
    place = escaped(where) if isinstance(where, str) else where
    return Reply({"error": name, "message": text, "where": place}, status_code=status, headers=dict(headers or {}))


def finite(value: Any) -> Any:
    """`value` with every number that is none replaced by None."""
    if isinstance(value, Mapping):
        return {str(k): finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "item"):
        found = value.item()
        return None if isinstance(found, float) and not math.isfinite(found) else found
    return str(value)


def told(problem: BaseException) -> Reply:
    """The reply to an exception: what the library says on purpose in its words, anything else without detail."""
    if isinstance(problem, Refusal):
        return error(problem.status, problem.name, str(problem), problem.where, problem.headers)
    if isinstance(problem, RequestValidationError):
        faults = problem.errors()
        first = faults[0] if faults else {"msg": "cannot be read", "loc": ()}
        where = ".".join(str(p) for p in first["loc"] if p != "body")
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        message = str(first["msg"]).removeprefix("Value error, ")
        return error(422, "BadInput", f"{where + ': ' if where else ''}{message}{more}", where or None)
    if isinstance(problem, HTTPException):
        return error(problem.status_code, KINDS.get(problem.status_code, "Refused"), str(problem.detail), headers=problem.headers)
    if no_data(problem):
        return error(503, "NoData", say("web/refusals", "data_trouble"), headers={"Retry-After": "10"})
    return error(*fault_of(problem))


def no_data(problem: BaseException) -> bool:
    """Whether the data folder is at fault: its queue locked or damaged, its disk full or read-only."""
    of_disk = isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
    return of_disk or isinstance(problem, sqlite3.Error)


def fault_of(problem: BaseException) -> tuple[int, str, str, str | None]:
    """Status, name, message and place of an exception: the library's own in its words, anything else without detail."""
    if isinstance(problem, DetenteError):
        about = problem.name if isinstance(problem, UnknownName) else None
        return 422, type(problem).__name__, str(problem).removeprefix(f"{type(problem).__name__}: "), about
    return 500, "Fault", say("web/refusals", "inside"), None


@cache
def templates() -> Environment:
    """Pages and scripts that are served; what goes into a page is escaped."""
    from jinja2 import Environment, PackageLoader

    made = Environment(
        loader=PackageLoader("detente.web"), autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    made.filters["repr"], made.filters["shell"] = repr, shlex.quote
    return made


def install(app: FastAPI) -> None:
    """Have `app` answer every exception with `told`."""

    async def handle(request: Request, problem: Exception) -> Response:
        if not isinstance(problem, (Refusal, RequestValidationError, DetenteError, HTTPException)):
            failed(problem, request.scope)
        return told(problem)

    for kind in (Refusal, RequestValidationError, DetenteError, NotConverged, HTTPException, sqlite3.Error, OSError, Exception):
        app.add_exception_handler(kind, handle)
