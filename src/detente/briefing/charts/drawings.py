"""Drawings kept from earlier runs: a chart whose specification has not changed is not drawn again.

A drawing is stored under the SHA-256 of its specification, the version of the drawing engine and its Vega-Lite, so that a
change of any of them asks for a new one; its text is checked against its own digest when it is read. What is kept is only the
engine's answer: a run with an empty folder gives the same bytes. The folder is `drawings` in DETENTE_CACHE (default
~/.cache/detente); it holds at most `LIMIT` drawings, the ones not used for longest go first. A folder that cannot be written
costs the drawing, nothing else.

>>> key("{}") == key("{}"), key("{}") == key("[]")
(True, False)
"""

from __future__ import annotations

import importlib.metadata
import os
import zlib
from functools import lru_cache
from pathlib import Path

from detente.errors import InputError
from detente.files import cache_folder, sha256, write

LIMIT = 2000
"""Drawings kept, about 5 kB each."""
_DIGEST = 32
_FORMAT = "1"


def folder() -> Path:
    """Where drawings are kept."""
    return cache_folder("drawings")


def key(job: str) -> str:
    """Name of the drawing of a specification given as JSON."""
    return sha256(f"{_FORMAT}|{_engine()}|{job}".encode())


def find(key: str) -> str | None:
    """The drawing kept under a key; None where there is none, or where what is there is damaged."""
    path = folder() / key
    try:
        body = path.read_bytes()
        drawn = zlib.decompress(body[_DIGEST:])
        os.utime(path)
    except (OSError, zlib.error):
        return None
    return drawn.decode("utf-8", "replace") if bytes.fromhex(sha256(drawn)) == body[:_DIGEST] else None


def keep(key: str, svg: str) -> None:
    """Store a drawing; a full disk or a folder that may not be written is no error."""
    drawn = svg.encode()
    try:
        folder().mkdir(parents=True, exist_ok=True)
        write(folder() / key, bytes.fromhex(sha256(drawn)) + zlib.compress(drawn), private=True)
        _prune()
    except (OSError, InputError):
        return


def any_kept() -> bool:
    """Whether any drawing is kept."""
    try:
        return any(not p.name.startswith(".") for p in folder().iterdir())
    except OSError:
        return False


def _prune() -> None:
    """Remove the drawings not used for longest where there are more than `LIMIT`, a tenth more than needed."""
    names = [n for n in os.listdir(folder()) if not n.startswith(".")]
    if len(names) <= LIMIT:
        return
    used = sorted((os.stat(folder() / n).st_mtime_ns, n) for n in names)
    for _, name in used[: len(names) - LIMIT + LIMIT // 10]:
        (folder() / name).unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _engine() -> str:
    from detente.briefing.charts import engine

    return f"{importlib.metadata.version('vl-convert-python')}|{engine.version()}"
