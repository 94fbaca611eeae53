"""Who uses an assumption can be found: every name in `used_by` is a name of the code, or an entry of shipped data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.resources import files
from inspect import getmodule
from pathlib import Path
from typing import Any

import pytest
import yaml

from detente.policy.dossier import list_dossiers, load_dossier
from detente.policy.ledger import list_ledgers, load_ledger

DATA = ("assumptions.yaml", "worlds/assumptions_world.yaml")
ROOT = Path(str(files("detente")))


def used(name: str) -> Iterator[tuple[str, str]]:
    """Number of an assumption and one name that uses it."""
    for entry in yaml.safe_load((ROOT / "data" / name).read_text(encoding="utf-8"))["assumptions"]:
        yield from ((entry["id"], user) for user in entry["used_by"])


@cache
def modules() -> dict[str, list[str]]:
    """Where modules of a name stand, dotted, by their last part."""
    found: dict[str, list[str]] = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        dotted = parts[:-1] if parts[-1] == "__init__" else parts
        found.setdefault(dotted[-1], []).append(".".join(dotted))
    return found


@cache
def entries(name: str) -> str:
    """Everything a packaged dossier or ledger holds, as text."""
    whole: Any = load_dossier(name) if name in list_dossiers() else load_ledger(name) if name in list_ledgers() else None
    return "" if whole is None else json.dumps(whole.model_dump(mode="json", by_alias=True))


def is_there(user: str) -> bool:
    """Whether `module.name` (or `module.Class.name`), `Class.field` of the data's models, or `data:entry` exists."""
    data, _, entry = user.partition(":")
    if entry:
        return f'"{entry}"' in entries(data)
    first, _, name = user.partition(".")
    for dotted in modules().get(first, ()):
        module = import_module(dotted)
        target: Any = module
        for part in name.split(".") if name else ():
            target = getattr(target, part, None)
        own = getattr(target, "func", target)  # what a cached property works out
        if name and target is not None and (not callable(own) or getmodule(own) is module):
            return True
    models = import_module("detente.policy.parts")
    return name in getattr(getattr(models, first, None), "model_fields", {})


@pytest.mark.parametrize("name", DATA)
def test_who_uses_an_assumption_is_there(name: str) -> None:
    assert [f"{number}: {user}" for number, user in used(name) if not is_there(user)] == []


@pytest.mark.parametrize("gone", ["quarrel.successes", "Party.wishes", "kuala-lumpur-2025:no-such-measure", "stacking"])
def test_a_name_that_is_gone_is_found(gone: str) -> None:
    assert not is_there(gone)
    assert is_there("stacking.stack_on")
    assert is_there("Party.objective")
