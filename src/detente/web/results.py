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

import json
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
from detente.files import code_digest, file_sha256, loads
from detente.web.state import digest

KEY = re.compile(r"[0-9a-f]{32,64}$")
RESULT = "result.json"
FIGURES = "figures.json.z"
"""Charts of the result, ready to be drawn for whoever looks at them."""
SUMS = "sums.json"
"""SHA-256 of every file of the result."""
OF_OURS = (RESULT, FIGURES, SUMS)


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
        """Whether there is a result, all of it as it was written; a damaged one is dropped, so that it is worked out anew."""
        place = self._place(key)
        if not place.exists():
            return False
        try:
            sums = loads((place / SUMS).read_bytes())
            if RESULT in sums and all(file_sha256(place / name) == told for name, told in sums.items()):
                return True
        except (OSError, ValueError, TypeError, AttributeError):
            pass  # as damaged as any other
        shutil.rmtree(place, ignore_errors=True)
        return False

    def json(self, key: str) -> bytes | None:
        """The result's JSON, None where it is not kept; reading it counts as use."""
        found = self._whole(key, RESULT)
        if found is None:
            return None
        with suppress(OSError):
            os.utime(self._place(key))
        return found.read_bytes()

    def files(self, key: str) -> tuple[str, ...]:
        """Names of the files beside the result."""
        try:
            return tuple(sorted(p.name for p in self._place(key).iterdir() if p.is_file() and p.name not in OF_OURS))
        except FileNotFoundError:
            return ()

    def file(self, key: str, name: str) -> Path | None:
        """A file beside the result, None for any name that is not one of `files`, and where it is damaged."""
        return self._whole(key, name) if name in self.files(key) else None

    def figures(self, key: str) -> Path | None:
        """The file of the result's charts, None where it has none, is no longer kept, or is damaged."""
        return self._whole(key, FIGURES)

    def _whole(self, key: str, name: str) -> Path | None:
        """A file of a result if it is as it was written; else the result is dropped."""
        place = self._place(key)
        try:
            if file_sha256(place / name) == loads((place / SUMS).read_bytes())[name]:
                return place / name
        except FileNotFoundError:
            if not (place / name).exists():  # none of this result; one without its sums is as good as damaged
                return None
        except (OSError, ValueError, LookupError, TypeError):
            pass
        shutil.rmtree(place, ignore_errors=True)
        return None

    @contextmanager
    def making(self, key: str) -> Iterator[Path]:
        """A folder to write a result into; it takes its place when the block ends well."""
        place = self._place(key)
        folder = Path(tempfile.mkdtemp(prefix=".making-", dir=self.folder))
        try:
            yield folder
            sums = {p.name: file_sha256(p) for p in folder.iterdir()}
            (folder / SUMS).write_text(json.dumps(sums))
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
                    size = sum(p.stat().st_size for p in place.iterdir() if p.name != SUMS)
                    found.append((place.stat().st_mtime_ns, size, place))
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
