"""A store of solved chunks: a directory of files named by what they hold, and an index of the files that are whole.

    DIR/index.sqlite        one row a whole file: its key, SHA-256, size, what it is
    DIR/chunks/ab/abcd….parquet
    DIR/chunks/ab/abcd….row     the same row beside the file, so that an index that is gone or damaged is made anew

A key is a hash of everything the bytes depend on, so a file is never overwritten by something else and two runs that ask for
the same thing share it. Writing is: temporary file, flush to disk, rename, flush the directory, then the row; a process
killed at any moment leaves at worst a file without a row, which the next run writes again with the same bytes. Reading checks
the hash; a damaged or missing file loses its row and counts as not there. SQLite's write-ahead log lets several processes
on one machine use a store at once (on a network file system the log does not work: give each machine its own store).

>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder, Store(folder) as store:
...     store.put("ab" * 20, b"bytes", kind="chunk", note="an example")
...     store.get("ab" * 20), store.get("cd" * 20)
(b'bytes', None)
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock

from detente.errors import InputError
from detente.files import file_sha256, loads, sha256, statements, whole, write
from detente.words import refusal

SQL = statements("detente.outlook.ensemble", "store.sql")
FORMAT = 1
WAIT_SECONDS = 60.0


@dataclass(frozen=True)
class Damaged:
    """A file that was in the index but not what it said; it is solved again."""

    key: str
    why: str


class Store:
    """A directory of files by key. Made if it is not there. Raises `InputError` for a directory that is something else."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.damaged: list[Damaged] = []
        index = self.folder / "index.sqlite"
        if self.folder.exists() and not self.folder.is_dir():
            raise InputError(refusal("outlook", "is_file_store", folder=self.folder))
        if (
            self.folder.is_dir()
            and not index.exists()
            and any(p.name[0] != "." and p.name != "chunks" for p in self.folder.iterdir())
        ):
            raise InputError(refusal("outlook", "holds_other_things_give", folder=self.folder))
        (self.folder / "chunks").mkdir(parents=True, exist_ok=True)
        self._path = index
        with FileLock(self.folder / ".index.lock"):
            anew = not index.exists() or index.stat().st_size == 0 or self._index_damaged()
            if anew:
                for path in (index, *(index.with_name(index.name + end) for end in ("-wal", "-shm"))):
                    path.unlink(missing_ok=True)
            with self._connect() as connection:
                found = connection.execute("pragma user_version").fetchone()[0]
                if found not in (0, FORMAT):
                    raise InputError(refusal("outlook", "is_of_format_this", index=index, found=found, format=FORMAT))
                connection.executescript(SQL[""])
                connection.execute(f"pragma user_version = {FORMAT}")
                if anew:
                    connection.executemany(SQL["put"], self._rows())

    def _index_damaged(self) -> bool:
        """Whether the index is no database, or one with holes; one that is only locked, or may not be read, is not."""
        try:
            with closing(sqlite3.connect(self._path, timeout=WAIT_SECONDS)) as connection:
                return bool(connection.execute("pragma quick_check(1)").fetchone()[0] != "ok")
        except sqlite3.OperationalError:
            return False
        except sqlite3.DatabaseError:
            return True

    def _rows(self) -> Iterator[tuple[str, str, int, str, str]]:
        """The rows that stand beside the files; whether a file is still what its row says is seen when it is read."""
        for path in sorted((self.folder / "chunks").glob("*/*.row")):
            with suppress(OSError, ValueError, TypeError):
                digest, size, kind, note = loads(path.read_bytes())
                if path.with_suffix(".parquet").exists():
                    yield path.stem, str(digest), int(size), str(kind), str(note)

    def _note(self, key: str, digest: str, size: int, kind: str, note: str) -> None:
        """Write the row of a file that is whole: beside it, then into the index."""
        write(self.path(key).with_suffix(".row"), json.dumps([digest, size, kind, note]).encode(), private=True, lasting=True)
        with self._connect() as connection:
            connection.execute(SQL["put"], (key, digest, size, kind, note))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        return None

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        """One connection a call: nothing is held across a fork, a thread or a kill."""
        try:
            with closing(sqlite3.connect(self._path, timeout=WAIT_SECONDS)) as connection, connection:
                connection.execute("pragma journal_mode = wal")
                connection.execute("pragma synchronous = full")
                yield connection
        except sqlite3.DatabaseError as error:
            raise InputError(refusal("outlook", "cannot_be_used_as", path=self._path, error=error)) from None

    def path(self, key: str) -> Path:
        """Where the file of a key is or would be."""
        return self.folder / "chunks" / key[:2] / f"{key}.parquet"

    def put(self, key: str, data: bytes, kind: str, note: str = "") -> None:
        """Write `data` under `key`, whole or not at all."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, data, private=True, lasting=True)
        self._note(key, sha256(data), len(data), kind, note)

    def put_file(self, key: str, fill: Callable[[Path], None], kind: str, note: str = "") -> Path:
        """As `put`, for a file too large to hold: `fill` writes a temporary path. Returns where the file is."""
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path, private=True, lasting=True) as draft:
            fill(draft)
            digest, size = file_sha256(draft), draft.stat().st_size
        self._note(key, digest, size, kind, note)
        return path

    def get(self, key: str) -> bytes | None:
        """The bytes under `key`, their hash checked; None where there are none or they are damaged (see `damaged`)."""
        with self._connect() as connection:
            row = connection.execute(SQL["digest"], (key,)).fetchone()
        if row is None:
            return None
        try:
            data = self.path(key).read_bytes()
        except FileNotFoundError:
            self._lost(key, "the file is gone")
            return None
        if sha256(data) != row[0]:
            self._lost(key, "the file is not what was written")
            return None
        return data

    def has(self, keys: Iterable[str]) -> set[str]:
        """Which of `keys` are whole, hashes checked."""
        return {key for key in keys if self.get(key) is not None}

    def listed_keys(self, keys: Iterable[str]) -> set[str]:
        """Which of `keys` the index names, files unread."""
        with self._connect() as connection:
            return {k for k in keys if connection.execute(SQL["there"], (k,)).fetchone()}

    def listed(self) -> dict[str, tuple[str, str]]:
        """Every key in the index with its kind and note."""
        with self._connect() as connection:
            return {k: (kind, note) for k, kind, note in connection.execute(SQL["listed"])}

    def _lost(self, key: str, why: str) -> None:
        self.damaged.append(Damaged(key, why))
        with self._connect() as connection:
            connection.execute(SQL["lost"], (key,))
