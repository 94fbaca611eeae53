"""A SQLite file in the data folder: opened for every call, so safe from threads and processes; written ahead, flushed to disk."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from detente.errors import InputError
from detente.files import statements
from detente.words import say

ROOM = 5_000_000
"""Bytes that must be free for the queue and a result."""


class Database:
    """The file `path`, with the tables of `script`, a file of this package, and the statements named there in `sql`.

    Raises `InputError` in the words `refused` where it is damaged or locked.
    """

    def __init__(self, path: Path, script: str, refused: str) -> None:
        self.path = path
        self.sql = statements("detente.web", script)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._open() as db:
                db.executescript(self.sql[""])
                self._look(db)
        except sqlite3.Error as error:
            raise InputError(say("web/refusals", refused, path=path, told=error)) from None

    @staticmethod
    def _look(db: sqlite3.Connection) -> None:
        """Raise `sqlite3.DatabaseError` where the file is damaged."""
        (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(str(found))

    def trouble(self) -> str | None:
        """What is wrong with the file or its folder just now, None where nothing is."""
        try:
            with self._open(patience=1.0) as db:
                self._look(db)
            if shutil.disk_usage(self.path.parent).free < ROOM:
                return "no room left on the disk"
        except (sqlite3.Error, OSError) as error:
            return str(error)
        return None

    @contextmanager
    def _open(self, patience: float = 20.0) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=patience, isolation_level=None)
        try:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA foreign_keys = ON")
            yield db
        finally:
            db.close()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
