"""The lock: one release of everything that is installed here, and nothing about where it came from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PINS = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def name_of(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]).lower()


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    asked += [r for extra in project["project"]["optional-dependencies"].values() for r in extra]
    missing = {name_of(r) for r in asked} - {name_of(p) for p in PINS} - {"detente"}  # an extra may name others
    assert not missing, f"run `make lock`: {missing}"


def test_pins_are_releases_and_nothing_else() -> None:
    for pin in PINS:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][a-z0-9.]*( ; [^@/]+)?", pin), pin
