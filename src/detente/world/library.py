"""The worlds that ship with the package, and worlds in files.

>>> load_world("toy").regions
('AAA', 'BBB', 'CCC')
"""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from detente.errors import UnknownName
from detente.world.toy import toy_world
from detente.world.world import World

DEFAULT = "world-2022"


def list_worlds() -> tuple[str, ...]:
    """Names that `load_world` knows."""
    return (DEFAULT, "toy")


@cache
def _default() -> World:
    with as_file(files("detente").joinpath("data", "worlds", f"{DEFAULT}.npz")) as path:
        return World.load(path)


def load_world(name_or_path: str | os.PathLike[str] = DEFAULT) -> World:
    """A shipped world by name ("world-2022", "toy") or a file written by `World.save`.

    Raises `UnknownName` with a suggestion, or `SourceError` when a file is not a world.
    """
    if name_or_path == DEFAULT:
        return _default()
    if name_or_path == "toy":
        return toy_world()
    path = Path(name_or_path)
    if path.suffix or path.exists():
        return World.load(path)
    raise UnknownName(os.fspath(name_or_path), list_worlds(), "world")
