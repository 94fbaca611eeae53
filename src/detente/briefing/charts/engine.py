"""The drawing engine in a process of its own: Vega-Lite in, SVG out, one JSON line each.

The engine holds Python's lock while it draws, so in the same process nothing else would move meanwhile. The process runs this
file alone, without the package around it (which is why the package is imported inside functions here), and is started by the
first chart that is not kept from an earlier run. Where no process can be started the chart is drawn here, with the same result.

A drawing is kept under the SHA-256 of its specification, the version of the engine and its Vega-Lite, so that a change of any of
them asks for a new one; its text is checked against its own digest when it is read. What is kept is only the engine's answer: a
run with an empty folder gives the same bytes. The folder is `drawings` in DETENTE_CACHE (default ~/.cache/detente); it holds at
most `LIMIT` drawings, the ones not used for longest go first. A folder that cannot be written costs the drawing, nothing else.

>>> key("{}") == key("{}"), key("{}") == key("[]")
(True, False)
"""

from __future__ import annotations

import atexit
import json
import re
import subprocess
import sys
import threading
import zlib
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detente.files import CacheFolder

LIMIT = 2000
"""Drawings kept, about 5 kB each."""
PATIENCE = 120.0
"""Seconds that one drawing may take."""
_FORMAT = "2"
_PROBE = '{"data":{"values":[{}]},"mark":"point"}'
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ACTS = re.compile(r"<(?:script|foreignObject|iframe|image|a|style|use)\b|\son[a-z]+\s*=|javascript:|<!|<\?", re.IGNORECASE)
"""What no drawing of the engine has, and what could act or ask for something where a drawing is shown."""

_lock = threading.Lock()
_process: subprocess.Popen[str] | None = None
_unusable = False


def draw(spec: dict[str, Any]) -> str:
    """SVG of a Vega-Lite specification. Raises `ValueError` where the engine refuses it, in its words, or ends over it.

    Characters that no SVG may hold are drawn as the replacement character: the engine ends where it meets one.
    """
    job = json.dumps(clean(spec), separators=(",", ":"))
    name = key(job)
    kept = find(name)
    if kept is not None:
        return kept
    with _lock:
        answer = _ask(job)
    if answer is None:
        drawn = _draw(json.loads(job))
    elif "error" in answer:
        raise ValueError(answer["error"])
    else:
        drawn = str(answer["svg"])
    keep(name, drawn)
    return drawn


def clean(value: Any) -> Any:
    """The same plain data without characters that XML has no place for.

    >>> clean({"a": ["x\\x0cy", 1]}) == {"a": ["x\\ufffdy", 1]}
    True
    """
    if isinstance(value, str):
        return _NOT_IN_XML.sub("\ufffd", value)
    if isinstance(value, dict):
        return {clean(k): clean(v) for k, v in value.items()}
    return [clean(v) for v in value] if isinstance(value, (list, tuple)) else value


def start() -> None:
    """Start the engine's process, and have it load what the first drawing needs."""
    with _lock:
        _started()


def _ask(job: str) -> dict[str, Any] | None:
    """The answer of the engine's process, started on first use; None where there is none to be had.

    A job over which the process ends, twice, is refused: drawn here it would end this process as well.
    """
    for _ in range(2):
        if not _started():
            return None
        if (answer := _answer(job)) is not None:
            return answer
        _stop()
    return {"error": "the drawing engine ended over it"}


def _started() -> bool:
    """Whether there is a process that draws; one is started, and tried, where there is none."""
    global _process, _unusable
    if _unusable or not sys.executable:
        return False
    if _process is None:
        try:
            _process = subprocess.Popen(
                [sys.executable, "-P", __file__],  # -P: modules beside this file do not shadow others
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        except OSError:
            _unusable = True
            return False
        atexit.register(_stop)
        if _answer(_PROBE) is None:
            _unusable = True
            _stop()
    return not _unusable


def _answer(job: str) -> dict[str, Any] | None:
    """What the process says to a job; None where it ends first, or takes too long and is ended."""
    assert _process is not None
    assert _process.stdin is not None
    assert _process.stdout is not None
    late = threading.Timer(PATIENCE, _process.kill)
    late.start()
    try:
        _process.stdin.write(job + "\n")
        _process.stdin.flush()
        return dict(json.loads(_process.stdout.readline()))
    except (OSError, ValueError):
        return None
    finally:
        late.cancel()


def _stop() -> None:
    global _process
    if _process is not None:
        for pipe in (_process.stdin, _process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not sent to a process that ended
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


# -- kept from earlier runs ---------------------------------------------------------------------------------------------
def key(job: str) -> str:
    """Name of the drawing of a specification given as JSON."""
    from detente.files import sha256

    return sha256(f"{_FORMAT}|{_engine()}|{job}".encode())


def find(key: str) -> str | None:
    """The drawing kept under a key; None where there is none, where it is damaged, or is none that the engine makes."""
    body = _kept(LIMIT).find(key)
    try:
        svg = "" if body is None else zlib.decompress(body).decode()
    except (zlib.error, UnicodeDecodeError):
        return None
    return svg if svg.startswith("<svg") and not _ACTS.search(svg) else None


def keep(key: str, svg: str) -> None:
    """Store a drawing; a full disk or a folder that may not be written is no error."""
    _kept(LIMIT).keep(key, zlib.compress(svg.encode()))


def any_kept() -> bool:
    """Whether any drawing is kept."""
    return _kept(LIMIT).any()


@lru_cache(maxsize=4)
def _kept(limit: int) -> CacheFolder:
    from detente.files import CacheFolder

    return CacheFolder("drawings", limit)


@lru_cache(maxsize=1)
def _engine() -> str:
    from importlib.metadata import version as installed

    return f"{installed('vl-convert-python')}|{version()}"


# -- the process -------------------------------------------------------------------------------------------------------
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
