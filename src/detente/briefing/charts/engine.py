"""The drawing engine in a process of its own: Vega-Lite in, SVG out, or SVG in, PNG out, one JSON line each.

The engine holds Python's lock while it draws, so in the same process nothing else would move meanwhile. The process runs this
file alone, without the package around it (which is why the package is imported inside functions here), and is started by the
first chart that is not kept from an earlier run. Where no process can be started the chart is drawn here, with the same result.

The engine brings its font along and is shown no other, so that a drawing is the same on machines with other fonts; a copy of that
font on the machine would also be opened anew for every word it measures. Only for letters that its font lacks is it shown those
of the machine.

A drawing is kept under the SHA-256 of its specification, the version of the engine and its Vega-Lite, so that a change of any of
them asks for a new one; its text is checked against its own digest when it is read. What is kept is only the engine's answer: a
run with an empty folder gives the same bytes. The folder is `drawings` in DETENTE_CACHE (default ~/.cache/detente); it holds at
most `LIMIT` drawings, the ones not used for longest go first. A folder that cannot be written costs the drawing, nothing else.

>>> key("{}") == key("{}"), key("{}") == key("[]")
(True, False)
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import re
import subprocess
import sys
import threading
import zlib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detente.files import CacheFolder

LIMIT = 2000
"""Drawings kept, about 5 kB each."""
PATIENCE = 120.0
"""Seconds that one drawing may take."""
FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
"""Where machines without a list of their own keep fonts; on others the engine finds them by itself."""
_FORMAT = "3"
_PROBE = '{"spec":{"data":{"values":[{}]},"mark":"point"}}'
_WORD = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>a</text></svg>'
_OTHER_LETTERS = re.compile("[^\0-\u05ff\u1e00-\u2bff]")
"""What the engine's font may lack: it has Latin, Greek, Cyrillic and Hebrew letters and the signs of print."""
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
    drawn = _done(f'{{"spec":{job}}}')
    keep(name, drawn)
    return drawn


def picture(svg: str, scale: float) -> bytes:
    """PNG of an SVG, `scale` pixels a unit. Raises as `draw` does."""
    return base64.b64decode(_done(json.dumps({"svg": svg, "scale": scale})))


def works() -> bool:
    """Whether a plain drawing can be made now; none that is kept is looked for."""
    return _done(_PROBE).startswith("<svg")


def _done(job: str) -> str:
    """What the engine makes of a job, in its own process if there is one."""
    with _lock:
        answer = _ask(job)
        if answer is None:
            return _made(json.loads(job))
    if "error" in answer:
        raise ValueError(answer["error"])
    return str(answer["made"])


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


def _made(job: dict[str, Any]) -> str:
    """A drawing, or a picture in base 64."""
    import vl_convert

    _with_its_own_font()
    if _OTHER_LETTERS.search(json.dumps(job, ensure_ascii=False)):
        _with_all_fonts()
    if "spec" in job:
        return str(vl_convert.vegalite_to_svg(vl_spec=job["spec"], vl_version=version()))
    try:
        return base64.b64encode(vl_convert.svg_to_png(job["svg"], scale=job["scale"])).decode()
    except RuntimeError as error:  # its words, without where in the engine it was
        raise ValueError(str(error).partition("\n")[0]) from None


@lru_cache(maxsize=1)
def _with_its_own_font() -> None:
    """Have the engine list its fonts, which it does once, while the machine's are out of sight."""
    import vl_convert

    name = "FONTCONFIG_FILE"
    before = os.environ.get(name)
    os.environ[name] = str(Path(__file__).with_name("fonts.conf"))
    try:
        vl_convert.svg_to_png(_WORD)
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before


@lru_cache(maxsize=1)
def _with_all_fonts() -> None:
    """Show it the machine's fonts as well, behind its own."""
    import vl_convert

    for folder in filter(os.path.isdir, map(os.path.expanduser, FONTS)):
        vl_convert.register_font_directory(folder)


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
            answer = {"made": _made(json.loads(line))}
        except ValueError as error:
            answer = {"error": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
