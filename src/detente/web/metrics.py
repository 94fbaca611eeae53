"""Counters of the server for Prometheus, in a registry of its own.

>>> counters = Counters()
>>> counters.add("detente_requests_total", path="/healthz", status="200")
>>> counters.observe("detente_request_seconds", 0.2, path="/api/v1/solve")
>>> [line for line in counters.text().splitlines() if line.startswith("detente_requests")]
['detente_requests_total{path="/healthz",status="200"} 1.0']
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

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
