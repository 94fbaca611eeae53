"""What readers put up for others: short links to a state, finished figures to be framed elsewhere. By content, bounded, expiring.

An id is the digest of what is put up, so that the same thing has one address. A figure is stored drawn: showing it computes
nothing, needs no API, no cookie and no token. What nobody looked at for `DAYS` days is forgotten, and of too many the longest
unused go first.

>>> import tempfile
>>> kept = Shared(Path(tempfile.mkdtemp()))
>>> name = kept.put("link", {"state.json": b"{}"}, now=0.0)
>>> kept.get("link", name, "state.json", now=86_400.0), kept.get("figure", name, "state.json", now=0.0)
(b'{}', None)
>>> kept.get("link", name, "state.json", now=86_400.0 * 400) is None
True
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

Kind = Literal["link", "figure"]
DAYS = 180
MOST = 5_000
"""Things kept."""
BYTES = 300_000_000
LARGEST = 3_000_000
"""Bytes of one thing."""
NAME = re.compile(r"[a-z2-7]{12}$")


class TooLargeToShare(Exception):
    """What is to be put up is larger than `LARGEST`."""


class Shared:
    """A folder of things put up, one folder each."""

    def __init__(self, folder: Path, *, days: int = DAYS, most: int = MOST, limit: int = BYTES) -> None:
        self.folder, self.days, self.most, self.limit = folder, days, most, limit

    def put(self, kind: Kind, files: Mapping[str, bytes], now: float) -> str:
        """The id of what is put up; it is kept from `now` on. Raises `TooLargeToShare`."""
        if sum(map(len, files.values())) > LARGEST:
            raise TooLargeToShare
        name = name_of(kind, files)
        place = self._place(kind, name)
        if not place.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(prefix=".making-", dir=self.folder))
            try:
                for file, content in files.items():
                    (made / file).write_bytes(content)
                with suppress(OSError):  # made meanwhile by someone else: the same name is the same content
                    made.rename(place)
            finally:
                shutil.rmtree(made, ignore_errors=True)
        os.utime(place, (now, now))
        self.shrink(now)
        return name

    def get(self, kind: Kind, name: str, file: str, now: float) -> bytes | None:
        """A file of what was put up; None where it is not there or has expired. Looking at it counts as use."""
        if not NAME.match(name) or "/" in file or file.startswith("."):
            return None
        place = self._place(kind, name)
        try:
            if self._old(place, now):
                return None
            found = (place / file).read_bytes()
            os.utime(place, (now, now))
        except OSError:
            return None
        return found

    def shrink(self, now: float) -> None:
        """Forget what has expired, and of too many or too much the longest unused."""
        found = []
        for place in self.folder.iterdir():
            with suppress(OSError):
                if place.name.startswith(".making-"):
                    if now - place.stat().st_mtime > 3600:  # of a process that was killed
                        shutil.rmtree(place, ignore_errors=True)
                    continue
                found.append((place.stat().st_mtime, sum(p.stat().st_size for p in place.iterdir()), place))
        found.sort(key=lambda f: f[0])
        size, count = sum(f[1] for f in found), len(found)
        for used, own, place in found:
            if size <= self.limit and count <= self.most and now - used <= self.days * 86_400:
                break
            shutil.rmtree(place, ignore_errors=True)
            size, count = size - own, count - 1

    def _place(self, kind: Kind, name: str) -> Path:
        return self.folder / f"{kind}-{name}"

    def _old(self, place: Path, now: float) -> bool:
        return now - place.stat().st_mtime > self.days * 86_400


def name_of(kind: Kind, files: Mapping[str, bytes]) -> str:
    """Sixty bits of the digest of what is put up, as twelve letters."""
    whole = hashlib.sha256(kind.encode())
    for file in sorted(files):
        whole.update(b"\\0" + file.encode() + b"\\0" + hashlib.sha256(files[file]).digest())
    return base64.b32encode(whole.digest())[:12].decode().lower()
