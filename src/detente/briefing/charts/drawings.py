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

import hashlib
import importlib.metadata
import os
import tempfile
import zlib
from functools import lru_cache
from pathlib import Path

LIMIT = 2000
"""Drawings kept, about 5 kB each."""
_DIGEST = hashlib.sha256().digest_size
_FORMAT = "1"


def folder() -> Path:
    """Where drawings are kept."""
    return Path(os.environ.get("DETENTE_CACHE") or Path.home() / ".cache" / "detente") / "drawings"


def key(job: str) -> str:
    """Name of the drawing of a specification given as JSON."""
    return hashlib.sha256(f"{_FORMAT}|{_engine()}|{job}".encode()).hexdigest()


def find(key: str) -> str | None:
    """The drawing kept under a key; None where there is none, or where what is there is damaged."""
    path = folder() / key
    try:
        body = path.read_bytes()
        drawn = zlib.decompress(body[_DIGEST:])
        os.utime(path)
    except (OSError, zlib.error):
        return None
    return drawn.decode() if hashlib.sha256(drawn).digest() == body[:_DIGEST] else None


def keep(key: str, svg: str) -> None:
    """Store a drawing; a full disk or a folder that may not be written is no error."""
    drawn = svg.encode()
    try:
        folder().mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".new-", dir=folder())
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(drawn).digest() + zlib.compress(drawn))
            Path(name).replace(folder() / key)
        finally:
            Path(name).unlink(missing_ok=True)
        _prune()
    except OSError:
        return


def any_kept() -> bool:
    """Whether any drawing is kept."""
    try:
        return any(not p.name.startswith(".") for p in folder().iterdir())
    except OSError:
        return False


def _prune() -> None:
    """Remove the drawings not used for longest where there are more than `LIMIT`, a tenth more than needed."""
    names = os.listdir(folder())
    if len(names) <= LIMIT:
        return
    used = sorted((os.stat(folder() / n).st_mtime_ns, n) for n in names)
    for _, name in used[: len(names) - LIMIT + LIMIT // 10]:
        (folder() / name).unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _engine() -> str:
    from detente.briefing.charts import engine

    return f"{importlib.metadata.version('vl-convert-python')}|{engine.version()}"
