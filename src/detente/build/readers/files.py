"""Where source files are looked for, and the message a user gets when one is missing.

>>> from pathlib import Path
>>> require(Path("nowhere/wdi.csv"), "World Development Indicators", "https://databank.worldbank.org")
Traceback (most recent call last):
    ...
detente.errors.SourceError: SourceError: no file nowhere/wdi.csv — it holds: World Development Indicators. Get it from https://databank.worldbank.org
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from detente.errors import SourceError


def require(path: Path, title: str, origin: str) -> Path:
    """`path` if it is there; else `SourceError` naming the file, what it holds and where it can be had."""
    if not path.exists():
        raise SourceError(f"no file {path.as_posix()} — it holds: {title}. Get it from {origin}")
    return path


def require_columns(frame: pd.DataFrame, columns: Iterable[str], path: Path) -> None:
    """Raise `SourceError` when `frame`, read from `path`, lacks one of `columns`."""
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        raise SourceError(f"{path.name} has no column {', '.join(missing)}; it has {', '.join(map(str, frame.columns[:12]))}")
