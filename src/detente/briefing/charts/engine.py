"""The drawing engine in a process of its own: Vega-Lite in, SVG out, one JSON line each.

The engine holds Python's lock while it draws, so in the same process nothing else would move meanwhile. The process runs this
file alone, without the package around it, and is started by the first chart that is not kept from an earlier run (`drawings`).
Where no process can be started the chart is drawn here, with the same result.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from typing import Any

_lock = threading.Lock()
_process: subprocess.Popen[str] | None = None
_unusable = False


def draw(spec: dict[str, Any]) -> str:
    """SVG of a Vega-Lite specification. Raises `ValueError` with the engine's words where it refuses the specification."""
    from detente.briefing.charts import drawings

    job = json.dumps(spec, separators=(",", ":"))
    key = drawings.key(job)
    kept = drawings.find(key)
    if kept is not None:
        return kept
    with _lock:
        answer = _ask(job)
    if answer is None:
        drawn = _draw(spec)
    elif "error" in answer:
        raise ValueError(answer["error"])
    else:
        drawn = str(answer["svg"])
    drawings.keep(key, drawn)
    return drawn


def start() -> None:
    """Start the engine's process, and have it load what the first drawing needs."""
    with _lock:
        _ask('{"data":{"values":[{}]},"mark":"point"}')


def _ask(job: str) -> dict[str, Any] | None:
    """The answer of the engine's process, started on first use; None where there is none to be had."""
    global _process, _unusable
    if _unusable or not sys.executable:
        return None
    try:
        if _process is None:
            _process = subprocess.Popen(
                [sys.executable, "-P", __file__],  # -P: modules beside this file do not shadow others
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
            atexit.register(_stop)
        assert _process.stdin is not None
        assert _process.stdout is not None
        _process.stdin.write(job + "\n")
        _process.stdin.flush()
        line = _process.stdout.readline()
        return dict(json.loads(line))
    except (OSError, ValueError):
        _unusable = True
        _stop()
        return None


def _stop() -> None:
    global _process
    if _process is not None:
        for pipe in (_process.stdin, _process.stdout):
            if pipe is not None:
                pipe.close()
        _process.terminate()
        _process.wait()
        _process = None


def _draw(spec: dict[str, Any]) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(vl_spec=spec, vl_version=version()))


def version() -> str:
    """The newest Vega-Lite of the engine that is installed, "6.4"."""
    import vl_convert

    known = (str(v).lstrip("v").split(".") for v in vl_convert.get_vegalite_versions())
    return ".".join(max(known, key=lambda parts: [int(p) for p in parts]))


def serve() -> None:
    """Answer jobs on standard input until it closes."""
    for line in sys.stdin:
        try:
            answer = {"svg": _draw(json.loads(line))}
        except ValueError as error:
            answer = {"error": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
