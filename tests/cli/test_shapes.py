"""Every answer in JSON says which shape it has, and every shape has a schema that can be had by command."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer.main
from jsonschema import Draft202012Validator

from detente.cli import app, shapes
from shaped import faults

WITHOUT = {"dossier-migrate", "dossier-schema", "mcp", "schema", "serve"}
"""Commands that answer nothing in JSON: they write a file, run until they are stopped, or print a schema."""
CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"


def commands(command: Any, *words: str) -> dict[str, Any]:
    if not hasattr(command, "commands"):
        return {"-".join(words): command}
    return {k: v for name, c in command.commands.items() for k, v in commands(c, *words, name).items()}


ALL = commands(typer.main.get_command(app))


def test_every_command_has_a_schema_or_is_named() -> None:
    asked = {name for name, c in ALL.items() if any("--json" in p.opts for p in c.params)}
    assert {*ALL} - asked == WITHOUT
    assert asked <= {*shapes.versions()}
    others = {*shapes.versions()} - asked
    assert all(any(name.startswith(f"{a}-") for a in asked) for name in others), others


@pytest.mark.parametrize("name", shapes.versions())
def test_every_schema_is_one_and_asks_for_its_own_name(name: str) -> None:
    for version in shapes.versions()[name]:
        told = shapes.schema(name, version)
        Draft202012Validator.check_schema(told)
        row = told.get("items", told)
        assert row["properties"]["schema"] == {"const": f"detente.{name}/{version}"}
        assert row["required"][0] == "schema"
        assert len(row["properties"]) > 1


def test_a_raised_version_stands_in_the_changelog() -> None:
    raised = {f"detente.{name}/{v}" for name, found in shapes.versions().items() for v in found if v > 1}
    told = set(re.findall(r"detente\.[a-z0-9-]+/\d+", CHANGELOG.read_text(encoding="utf-8")))
    assert raised <= told


def test_the_command_prints_a_schema_and_the_list(run) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = run("schema", "policy", "show")
    assert (code, json.loads(text)) == (0, shapes.schema("policy-show"))
    assert run("schema", "policy-show", "--version", "1")[1] == text
    code, text, _ = run("schema")
    assert (code, text.split()) == (0, [shapes.shape(name) for name in shapes.versions()])
    code, _, told = run("schema", "policy", "shwo")
    assert (code, "did you mean policy-show" in told) == (2, True)
    code, _, told = run("schema", "solve", "--version", "9")
    assert (code, "solve has no version 9, only 1" in told) == (2, True)


def test_an_answer_says_its_shape_first_and_every_row_of_a_list_does(run) -> None:  # type: ignore[no-untyped-def]
    told = json.loads(run("dossier", "check", "kuala-lumpur-2025", "--json")[1])
    assert next(iter(told.items())) == ("schema", "detente.dossier-check/1")
    rows = json.loads(run("dossier", "list", "--json")[1])
    assert {row["schema"] for row in rows} == {"detente.dossier-list/1"}
    assert len(rows) > 5


def test_a_schema_refuses_what_is_lost_renamed_or_of_another_type(run) -> None:  # type: ignore[no-untyped-def]
    told = json.loads(run("policy", "deadlines", "us-china", "--on", "2025-10-20", "--json")[1])
    assert faults(told) == []
    assert faults({**told, "another": 1}) == []
    for key in told.keys() - {"schema"}:
        assert faults({k: v for k, v in told.items() if k != key}) != []
        assert faults({(f"{k}s" if k == key else k): v for k, v in told.items()}) != []
        assert faults({**told, key: 7}) != []
    assert faults({**told, "deadlines": [{**told["deadlines"][0], "days_left": "six"}]}) != []


def test_no_answer_is_printed_outside_a_command() -> None:
    with pytest.raises(LookupError):
        shapes.marked({"a": 1})
