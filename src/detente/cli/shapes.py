"""Which shape an answer in JSON has, and the JSON Schema of every shape.

A shape is called as its command ("policy-show"), with one word more where a command answers in several ("rates-scores"), and has
a version. Its schema is a file, `data/schemas/NAME.N.json`: the highest N is what is printed today, lower ones are kept as they
were. The files are made of what the commands print (`tests/golden/schemas.py`), not by hand.

>>> shape("policy-show")
'detente.policy-show/1'
>>> schema("policy-show")["required"][:3]
['schema', 'id', 'title']
"""

from __future__ import annotations

import functools
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from detente.errors import InputError, UnknownName

KEY = "schema"
"""What an answer says its shape under; of a list every row does."""

_asked: ContextVar[str] = ContextVar("the command that is answering")


def named(name: str, command: Callable[..., Any]) -> Callable[..., Any]:
    """The command, whose answers are of the shape `name`."""

    @functools.wraps(command)
    def asked(*args: Any, **given: Any) -> Any:
        with answering(name):
            return command(*args, **given)

    return asked


@contextmanager
def answering(name: str) -> Iterator[None]:
    """What is printed inside the block is of the shape `name`."""
    before = _asked.set(name)
    try:
        yield
    finally:
        _asked.reset(before)


def marked(value: Any, part: str = "") -> Any:
    """An answer, or every row of a list, with its shape; `part` tells the answers of one command apart."""
    told = shape(f"{_asked.get()}-{part}" if part else _asked.get())
    if isinstance(value, list):
        return [{KEY: told, **row} for row in value]
    return {KEY: told, **value}


def shape(name: str) -> str:
    """The name of a shape with the version that is printed today."""
    return f"detente.{name}/{max(versions().get(name, (1,)))}"


@functools.cache
def versions() -> Mapping[str, tuple[int, ...]]:
    """Every shape by name, with the versions there have been."""
    found = defaultdict(list)
    for path in _folder().iterdir():
        name, version, _ = path.name.split(".")
        found[name].append(int(version))
    return {name: tuple(sorted(found[name])) for name in sorted(found)}


def schema(name: str, version: int | None = None) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a shape; today's version if none is given. Raises `UnknownName`, `InputError`."""
    if name not in versions():
        raise UnknownName(name, list(versions()), "shape")
    known = versions()[name]
    wanted = known[-1] if version is None else version
    if wanted not in known:
        raise InputError(f"{name} has no version {wanted}, only {', '.join(map(str, known))}")
    return json.loads(_folder().joinpath(f"{name}.{wanted}.json").read_text(encoding="utf-8"))


def _folder() -> Traversable:
    return files("detente").joinpath("data", "schemas")
