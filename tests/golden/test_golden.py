"""Nothing that a user sees moves by accident: see `keep`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import asked
import keep
import pytest
import schemas

from detente.cli.shapes import schema, versions
from shaped import faults

ONE = ("api", "brief", "cli", "drawings")
"""Everything but the chains, which `test_chain` asks for: another worker may do so."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], dict[str, list[Any]]]:
    """Every output, and every answer in JSON by its shape."""
    answers: dict[str, str] = {}
    outputs = asked.outputs(tmp_path_factory.mktemp("made"), ONE, answers)
    return outputs, schemas.by_shape(answers)


def test_no_output_moved(made: tuple[dict[str, str], dict[str, list[Any]]]) -> None:
    found = keep.moved(made[0], ONE)
    assert not found, keep.told(found)


def test_every_shape_is_answered_as_its_schema_says(made: tuple[dict[str, str], dict[str, list[Any]]]) -> None:
    assert sorted(made[1]) == sorted(versions())
    assert [fault for found in made[1].values() for answer in found for fault in faults(answer)] == []


def test_no_shape_changed(made: tuple[dict[str, str], dict[str, list[Any]]]) -> None:
    """A key that was lost, renamed or is of another type needs a new version, a new key a place in the schema."""
    told = {name: schemas.changes(schema(name), new) for name, new in schemas.today(made[1]).items()}
    assert {name: found for name, found in told.items() if found != ([], [])} == {}, "`make schemas` keeps it"


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("falls 0.34 %", "falls 0.34 %", True),
        ("falls 0.34 %", "falls 0.35 %", False),
        ("falls 0.34 %", "rises 0.34 %", False),
        ("x,1.00000000012", "x,1.00000000013", True),
        ("x,1e-12", "x,3e-13", True),
        ("income 25000000.0, change 0.0012", "income 25000000.0, change 0.0013", True),
        ("1 2", "1 2 3", False),
        ("income 25000000.0: see section 7", "income 25000000.0: see section 9", False),
        ("2025-10-18", "2025-10-19", False),
        ("−0.31", "0.31", False),
        ("x,-0.31", "x,0.31", False),
        ("x,-1e-17", "x,0", True),
    ],
)
def test_what_counts_as_the_same(old: str, new: str, same: bool) -> None:
    assert keep.same_numbers(old, new) is same


def test_a_change_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "ACCEPTED", tmp_path / "accepted")
    monkeypatch.setattr(keep, "HASHES", tmp_path / "hashes.json")
    first = {"a.txt": "one 1.0\n", "b.txt": "two\n", "drawings/001.svg": "<svg><path d='M 1 2'/></svg>"}
    keep.accept(first)
    assert keep.moved(first) == {}
    found = keep.moved({"a.txt": "one 1.5\n", "c.txt": "three\n", "drawings/001.svg": "<svg><rect x='1'/></svg>"})
    assert set(found) == {"a.txt", "b.txt", "c.txt", "drawings/001.svg"}
    assert "-one 1.0" in found["a.txt"]
    assert "+one 1.5" in found["a.txt"]


def test_what_is_accepted_in_part_leaves_the_rest_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep, "ACCEPTED", tmp_path / "accepted")
    monkeypatch.setattr(keep, "HASHES", tmp_path / "hashes.json")
    first = {"a/1.txt": "one\n", "a/2.txt": "two\n", "b/1.txt": "three\n", "drawings/001.svg": "<svg/>"}
    keep.accept(first)
    keep.accept({"a/1.txt": "four\n", "a/3.txt": "five\n"}, ["a/"])
    now = {"a/1.txt": "four\n", "a/3.txt": "five\n", "b/1.txt": "three\n", "drawings/001.svg": "<svg/>"}
    assert keep.moved(now) == {}
    assert sorted(p.name for p in (tmp_path / "accepted" / "a").iterdir()) == ["1.txt", "3.txt"]
    monkeypatch.setattr(keep, "version", lambda name: "0")
    with pytest.raises(ValueError, match="accept everything"):
        keep.accept({"a/1.txt": "one\n"}, ["a/"])
    keep.accept(now)
    assert keep.moved(now) == {}


def test_a_drawing_is_the_same_when_only_its_numbers_moved() -> None:
    assert keep.form('<path d="M0,109.19h8v230h-8Z"/>') == keep.form('<path d="M0,109.20h8v229.99h-8Z"/>')
    assert keep.form('<path d="M0,1h8Z"/>') != keep.form('<path d="M0,1h8v1Z"/>')
