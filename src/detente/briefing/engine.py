"""The drawing engine in a process of its own: Vega-Lite in, SVG out, one JSON line each.

The engine holds Python's lock while it draws, so in the same process nothing else would move meanwhile. Where no process can be
started the chart is drawn here, with the same result.
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


def draw(spec: dict[str, Any], version: str) -> str:
    """SVG of a Vega-Lite specification. Raises `ValueError` with the engine's words where it refuses the specification."""
    job = json.dumps({"spec": spec, "version": version})
    with _lock:
        answer = _ask(job)
    if answer is None:
        return _draw(spec, version)
    if "error" in answer:
        raise ValueError(answer["error"])
    return str(answer["svg"])


def _ask(job: str) -> dict[str, Any] | None:
    """The answer of the engine's process, started on first use; None where there is none to be had."""
    global _process, _unusable
    if _unusable or not sys.executable:
        return None
    try:
        if _process is None:
            command = [sys.executable, "-c", "from detente.briefing.engine import serve; serve()"]
            _process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
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


def _draw(spec: dict[str, Any], version: str) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(vl_spec=spec, vl_version=version))


def serve() -> None:
    """Answer jobs on standard input until it closes."""
    for line in sys.stdin:
        job = json.loads(line)
        try:
            answer = {"svg": _draw(job["spec"], job["version"])}
        except ValueError as error:
            answer = {"error": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
