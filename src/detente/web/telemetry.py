"""What the server tells of itself: logs and counters.

Logs are one line of JSON an event, on standard error: no bodies, no article text, no tokens, no query strings. Counters are for
Prometheus, in a registry of their own.

>>> line({"event": "request", "status": 200})
'{"event":"request","status":200}'
>>> counters = Counters()
>>> counters.add("detente_requests_total", path="/healthz", status="200")
>>> counters.observe("detente_request_seconds", 0.2, path="/api/v1/solve")
>>> [line for line in counters.text().splitlines() if line.startswith("detente_requests")]
['detente_requests_total{path="/healthz",status="200"} 1.0']
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

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


# -- counters -------------------------------------------------------------------------------------------------------------
BOUNDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


class Counters:
    """Totals, histograms of seconds, and gauges that are read when asked for. A name always comes with the same labels."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # the library has no types for it
        self._registry = CollectorRegistry()
        self._made: dict[str, Any] = {}
        self._lock = Lock()

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Count up."""
        self._with(name, labels, lambda names: Counter(name, name, names, registry=self._registry)).inc(amount)

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Add to a histogram."""
        made = self._with(name, labels, lambda names: Histogram(name, name, names, buckets=BOUNDS, registry=self._registry))
        made.observe(seconds)

    def gauge(self, name: str, read: Callable[[], float]) -> None:
        """A number read when the counters are asked for."""
        self._with(name, {}, lambda names: Gauge(name, name, registry=self._registry)).set_function(read)

    def text(self) -> str:
        """Everything, in the exposition format 0.0.4."""
        return generate_latest(self._registry).decode()

    def _with(self, name: str, labels: dict[str, str], make: Callable[[list[str]], Any]) -> Any:
        names = sorted(labels)
        with self._lock:
            if name not in self._made:
                self._made[name] = make(names)
        return self._made[name].labels(*(labels[n] for n in names)) if names else self._made[name]
