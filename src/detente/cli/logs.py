"""What a command did, a few lines each in a log file, and on standard error with `detente --verbose COMMAND`.

The file holds the version, the command, how long its stages took, what was kept from earlier runs, warnings, refusals, and the
whole of an error that is ours. Tokens never stand in it. A place that cannot be written costs the log and nothing else.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import platform
import re
import shlex
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from detente import __version__
from detente.files import CacheFolder, cache_folder
from detente.words.controls import escaped

log = logging.getLogger("detente.cli")
BYTES, FILES = 500_000, 3
"""A file of the log, and how many older ones stay beside it."""
HIDDEN = "***"
SECRET = re.compile(r"(?i)((?:bearer|--token|detente[-_](?:token|seat)|[#?&](?:token|seat))[\s=:'\"]+)[^\s'\"&]+")
"""Words after which a token stands."""
SHORTEST = 8
"""Characters of a word that is struck out wherever it stands; a shorter one opens no server."""
_SHAPE = "%(asctime)s %(process)d %(levelname)s %(message)s"


def place() -> Path:
    """The newest file of the log."""
    return cache_folder("logs") / "detente.log"


class Discreet(logging.Formatter):
    """Lines without tokens, control characters shown as escapes; every further line of a record is indented."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as it may be kept.

        >>> record = logging.makeLogRecord({"levelname": "INFO", "msg": "serve --token 0123456789abcdef"})
        >>> Discreet("%(levelname)s %(message)s").format(record)
        'INFO serve --token ***'
        """
        text = SECRET.sub(rf"\1{HIDDEN}", super().format(record))
        for secret in secrets():
            text = text.replace(secret, HIDDEN)
        return escaped(text).replace("\n", "\n    ")


def secrets() -> Iterator[str]:
    """Tokens that this process was given."""
    given = [os.environ.get("DETENTE_TOKEN", "")]
    given += [b for a, b in zip(sys.argv, sys.argv[1:], strict=False) if a == "--token"]
    given += [a.partition("=")[2] for a in sys.argv if a.startswith("--token=")]
    return (word for word in given if len(word) >= SHORTEST)


class Log:
    """The log of one command: begun by `begin`, closed by `end`."""

    def __init__(self) -> None:
        self.handlers: list[logging.Handler] = []
        self._start = 0.0
        self._show: Callable[..., None] | None = None

    @property
    def kept(self) -> Path | None:
        """The file that is written; None where none can be."""
        return next((Path(h.baseFilename) for h in self.handlers if isinstance(h, logging.FileHandler)), None)

    def begin(self, words: Sequence[str], *, verbose: bool = False) -> None:
        """Start: a line that says which version does what."""
        self.end()
        self._start = time.perf_counter()
        if verbose:
            self.handlers.append(logging.StreamHandler())
        path = place()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.handlers.append(
                logging.handlers.RotatingFileHandler(path, maxBytes=BYTES, backupCount=FILES, encoding="utf-8", errors="replace")
            )
        except OSError:
            pass
        for handler in self.handlers:
            handler.setFormatter(Discreet(_SHAPE))
            handler.handleError = lambda record: None  # type: ignore[method-assign]  # a disk that fills costs lines, not the work
            log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False
        CacheFolder.looked.clear()
        self._show, warnings.showwarning = warnings.showwarning, self._warned
        log.info("detente %s, Python %s, %s: %s", __version__, platform.python_version(), sys.platform, shlex.join(words))

    def end(self) -> None:
        """Close: how long it took and what was kept from earlier runs."""
        if self._show is None:
            return
        warnings.showwarning, self._show = self._show, None
        for name in sorted({name for name, _ in CacheFolder.looked}):
            found, absent = CacheFolder.looked[name, True], CacheFolder.looked[name, False]
            log.info("kept %s: %d of %d found", name, found, found + absent)
        log.info("ended after %.2f s", time.perf_counter() - self._start)
        for handler in self.handlers:
            log.removeHandler(handler)
            handler.close()
        self.handlers = []

    def _warned(self, message: Warning | str, category: type[Warning], *where: Any, **how: Any) -> None:
        log.warning("%s: %s", category.__name__, message)
        if self._show is not None:
            self._show(message, category, *where, **how)


current = Log()
"""The log of the command that runs."""


@contextmanager
def stages(title: str, show: Callable[[str, int, int], None]) -> Iterator[Callable[[str, int, int], None]]:
    """What shows progress, with a line in the log for every stage that ends."""
    start = time.perf_counter()
    now: str | None = None

    def told() -> None:
        if now is not None:
            log.info("stage %s, %s: %.2f s", title, now, time.perf_counter() - start)

    def progress(label: str, done: int, total: int) -> None:
        nonlocal now, start
        if label != now:
            told()
            now, start = label, time.perf_counter()
        show(label, done, total)

    try:
        yield progress
    finally:
        told()
