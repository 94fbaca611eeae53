"""Counters of the server in the text format Prometheus reads, without a library.

>>> counters = Counters()
>>> counters.add("detente_requests_total", path="/healthz", status="200")
>>> counters.observe("detente_request_seconds", 0.2, path="/api/v1/solve")
>>> print(counters.text().splitlines()[1])
detente_requests_total{path="/healthz",status="200"} 1
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from threading import Lock

BOUNDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
Labels = tuple[tuple[str, str], ...]


class Counters:
    """Totals, histograms of seconds, and gauges that are read when asked for."""

    def __init__(self) -> None:
        self._totals: dict[tuple[str, Labels], float] = {}
        self._times: dict[tuple[str, Labels], tuple[list[int], float]] = {}
        self._gauges: dict[str, Callable[[], float]] = {}
        self._lock = Lock()

    def add(self, name: str, amount: float = 1.0, **labels: str) -> None:
        """Count up."""
        key = (name, tuple(sorted(labels.items())))
        with self._lock:
            self._totals[key] = self._totals.get(key, 0.0) + amount

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Add to a histogram."""
        key = (name, tuple(sorted(labels.items())))
        with self._lock:
            counts, total = self._times.setdefault(key, ([0] * (len(BOUNDS) + 1), 0.0))
            counts[bisect_left(BOUNDS, seconds)] += 1
            self._times[key] = (counts, total + seconds)

    def gauge(self, name: str, read: Callable[[], float]) -> None:
        """A number read when the counters are asked for."""
        self._gauges[name] = read

    def text(self) -> str:
        """Everything, in the exposition format 0.0.4."""
        with self._lock:
            totals, times = dict(self._totals), {k: (list(c), t) for k, (c, t) in self._times.items()}
        lines: list[str] = []
        said: set[str] = set()

        def head(name: str, kind: str) -> None:
            if name not in said:
                said.add(name)
                lines.append(f"# TYPE {name} {kind}")

        for (name, labels), value in sorted(totals.items()):
            head(name, "counter")
            lines.append(f"{name}{_labels(labels)} {value:g}")
        for (name, labels), (counts, total) in sorted(times.items()):
            head(name, "histogram")
            running = 0
            for bound, count in zip((*BOUNDS, float("inf")), counts, strict=True):
                running += count
                edge = "+Inf" if bound == float("inf") else f"{bound:g}"
                lines.append(f"{name}_bucket{_labels((*labels, ('le', edge)))} {running}")
            lines += [f"{name}_sum{_labels(labels)} {total:g}", f"{name}_count{_labels(labels)} {running}"]
        for name, read in sorted(self._gauges.items()):
            head(name, "gauge")
            lines.append(f"{name} {read():g}")
        return "\n".join(lines) + "\n"


def _labels(labels: Labels) -> str:
    escaped = (f'{k}="{v.translate(_ESCAPES)}"' for k, v in labels)
    return f"{{{','.join(escaped)}}}" if labels else ""


_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
