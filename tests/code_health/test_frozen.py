"""Data and results do not change under a reader's hands: dataclasses of the rooms are frozen."""

from __future__ import annotations

import ast
from pathlib import Path

import detente

ROOMS = ("words", "world", "policy", "equilibrium", "cases", "talks", "strategy", "outlook", "table")
OPEN = {"Shock", "Packages"}
"""What is written on: a shock by one instrument after the other, the packages of an agenda as they are solved."""


def test_dataclasses_of_the_rooms_are_frozen() -> None:
    found = {}
    for room in ROOMS:
        for path in sorted(Path(detente.__file__).parent.joinpath(room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    for how in map(ast.unparse, node.decorator_list):
                        if how.startswith("dataclass"):
                            found[node.name] = how
    assert len(found) > 100
    assert {name for name, how in found.items() if "frozen=True" not in how and not name.startswith("_")} == OPEN
