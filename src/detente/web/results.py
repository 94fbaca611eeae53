"""Finished work on disk, under the digest of what it depends on; the longest unused goes when the room is full.

A result is a folder: `result.json` and, for some kinds, files beside it. It is written next to its place and moved there whole,
so that a reader never sees half of one and a process killed while writing leaves nothing behind but a folder that is swept.

>>> import tempfile
>>> kept = Results(Path(tempfile.mkdtemp()), 1_000_000)
>>> with kept.making("0" * 64) as folder:
...     _ = (folder / "result.json").write_text("{}")
>>> kept.json("0" * 64), kept.files("0" * 64)
(b'{}', ())
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from detente import __version__
from detente.files import code_digest
from detente.web.state import digest

KEY = re.compile(r"[0-9a-f]{32,64}$")
RESULT = "result.json"
FIGURES = "figures.json.z"
"""Charts of the result, ready to be drawn for whoever looks at them."""


class Results:
    """The folder of results; `limit` in bytes."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        folder.mkdir(parents=True, exist_ok=True)

    def _place(self, key: str) -> Path:
        if not KEY.match(key):
            raise ValueError("not a key")
        return self.folder / key

    def has(self, key: str) -> bool:
        """Whether there is a result."""
        return (self._place(key) / RESULT).is_file()

    def json(self, key: str) -> bytes | None:
        """The result's JSON, None where it is not kept; reading it counts as use."""
        try:
            found = (self._place(key) / RESULT).read_bytes()
        except FileNotFoundError:
            return None
        with suppress(OSError):
            os.utime(self._place(key))
        return found

    def files(self, key: str) -> tuple[str, ...]:
        """Names of the files beside the result."""
        try:
            return tuple(sorted(p.name for p in self._place(key).iterdir() if p.is_file() and p.name not in (RESULT, FIGURES)))
        except FileNotFoundError:
            return ()

    def file(self, key: str, name: str) -> Path | None:
        """A file beside the result, None for any name that is not one of `files`."""
        return self._place(key) / name if name in self.files(key) else None

    def figures(self, key: str) -> Path | None:
        """The file of the result's charts, None where it has none or is no longer kept."""
        path = self._place(key) / FIGURES
        return path if path.is_file() else None

    @contextmanager
    def making(self, key: str) -> Iterator[Path]:
        """A folder to write a result into; it takes its place when the block ends well."""
        place = self._place(key)
        folder = Path(tempfile.mkdtemp(prefix=".making-", dir=self.folder))
        try:
            yield folder
            with suppress(OSError):  # made meanwhile by someone else: the same key is the same content
                folder.rename(place)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        self.shrink(keep=key)

    def shrink(self, keep: str = "") -> int:
        """Remove the results not used for longest (never `keep`) until the rest fits; how many went."""
        found = []
        for place in self.folder.iterdir():
            if KEY.match(place.name):
                with suppress(OSError):
                    found.append((place.stat().st_mtime_ns, sum(p.stat().st_size for p in place.iterdir()), place))
        total = sum(size for _, size, _ in found)
        gone = 0
        for _, size, place in sorted(found):
            if total <= self.limit:
                break
            if place.name == keep:
                continue
            shutil.rmtree(place, ignore_errors=True)
            total, gone = total - size, gone + 1
        return gone

    def sweep(self) -> None:
        """Remove what a killed process left half made; call it while nobody is making anything."""
        for place in self.folder.glob(".making-*"):
            shutil.rmtree(place, ignore_errors=True)


@cache
def code_version() -> str:
    """Version and a digest of the package's own files, so that results of other code are not taken for ours."""
    return f"{__version__}-{code_digest('')}"


def result_key(kind: str, basis: list[Any]) -> str:
    """Key of a result: its kind, what it depends on, the code."""
    return digest([kind, basis, code_version()])
