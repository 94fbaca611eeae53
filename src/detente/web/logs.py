"""Logs: one line of JSON an event, on standard error. No bodies, no article text, no tokens, no query strings.

>>> line({"event": "request", "status": 200})
'{"event":"request","status":200}'
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

log = logging.getLogger("detente.web")


def line(fields: Mapping[str, Any]) -> str:
    """One event as one line."""
    return json.dumps(dict(fields), ensure_ascii=True, separators=(",", ":"), default=str)


class Lines(logging.Formatter):
    """Records as lines of JSON with time and level."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = record.msg if isinstance(record.msg, dict) else {"event": "message", "text": record.getMessage()}
        return line({"time": moment, "level": record.levelname.lower(), **fields})


def start(level: int = logging.INFO) -> None:
    """Send the server's events to standard error as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    for name in ("detente.web", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level if name == "detente.web" else logging.WARNING)


def event(name: str, **fields: Any) -> None:
    """Log an event."""
    log.info({"event": name, **fields})


def failed(problem: BaseException, scope: MutableMapping[str, Any] | None = None) -> None:
    """Log a fault: its kind and where in the code it came from, without the values in it (they may be private)."""
    frames = [f"{f.filename.rsplit('/detente/', 1)[-1]}:{f.lineno} {f.name}" for f in traceback.extract_tb(problem.__traceback__)]
    state = (scope or {}).get("state") or {}
    log.error({"event": "fault", "kind": type(problem).__name__, "request": state.get("request"), "frames": frames[-12:]})
