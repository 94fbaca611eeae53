"""What the schemas of answers are made of: which keys are data, what counts as lost, when a version is raised."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemas
from schemas import changes, pattern, schema_of

from detente.cli import shapes

ANSWER = {
    "schema": "detente.trial/1", "dossier": "x", "on": "2025-10-18", "real_income": {"USA": -0.3, "CHN": 0.1},
    "rows": [{"region": "USA", "real income, %": -0.3, "low": None}, {"region": "CHN", "real income, %": 1, "low": 0.5}],
}  # fmt: skip


def test_a_schema_says_types_units_and_what_is_always_there() -> None:
    told = schema_of([ANSWER, {**ANSWER, "without_effect": []}])
    assert told["required"] == list(ANSWER)
    assert told["properties"]["without_effect"] == {"type": "array"}
    assert told["properties"]["on"] == {"type": "string", "format": "date"}
    assert told["properties"]["real_income"] == {"type": "object", "x-unit": "%", "additionalProperties": {"type": "number"}}
    row = told["properties"]["rows"]["items"]
    assert row["properties"]["real income, %"] == {"type": "number", "x-unit": "%"}
    assert row["properties"]["low"] == {"type": ["null", "number"]}
    assert "required" not in schema_of([{"title": "x"}, {}])


@pytest.mark.parametrize(
    ("key", "like"),
    [
        ("real_income", "real_income"),
        ("USA", None),
        ("2025-10-18", None),
        ("no key of ours at all", None),
        ("gain of USA, points", "gain of .+, points"),
        ("million USD a year", "million [A-Z]{3} a year"),
        ("exports gained to MYS, million USD", "exports gained to .+, million [A-Z]{3}"),
    ],
)
def test_a_key_is_ours_put_together_or_a_datum(key: str, like: str | None) -> None:
    assert pattern(key) == like


def test_what_the_schema_there_is_calls_a_datum_stays_one() -> None:
    """Another text in the code that happens to be a name in the data changes no shape."""
    old = schema_of([{"odds": {"USA": 0.5}}])
    new = schema_of([{"odds": {"title": 0.5}}], "", old)
    assert "properties" in schema_of([{"odds": {"title": 0.5}}])["properties"]["odds"]
    assert new == old


@pytest.mark.parametrize(
    ("answer", "missed"),
    [
        ({k: v for k, v in ANSWER.items() if k != "dossier"}, [".dossier: lost"]),
        ({("book" if k == "dossier" else k): v for k, v in ANSWER.items()}, [".dossier: lost"]),
        ({**ANSWER, "dossier": 3}, [".dossier: type string → ['integer', 'string']"]),
        ({**ANSWER, "dossier": None}, [".dossier: type string → ['null', 'string']"]),
        ({**ANSWER, "real_income": {"USA": "much"}}, [".real_income.*: type number → ['number', 'string']"]),
        ({**ANSWER, "rows": []}, [".rows: no items"]),
        ({**ANSWER, "rows": [{"region": "USA", "real income, %": "−0.3", "low": None}]}, None),
        ({**ANSWER, "on": "in October"}, [".on: format date → None"]),
        ({**ANSWER, "more": 1}, []),
        ({**ANSWER, "real_income": {"MYS": 2.5}}, []),
    ],
)
def test_what_a_reader_would_miss_is_found(answer: dict[str, Any], missed: list[str] | None) -> None:
    old = schema_of([ANSWER])
    found, _ = changes(old, schema_of([answer], "", old))
    assert found == missed if missed is not None else ".rows[].real income, %: type number → ['number', 'string']" in found


def test_a_key_that_is_not_always_there_any_more_is_missed() -> None:
    old = schema_of([ANSWER])
    less = {k: v for k, v in ANSWER.items() if k != "on"}
    assert changes(old, schema_of([ANSWER, less], "", old))[0] == [".on: no longer always there"]
    assert changes(schema_of([ANSWER, less]), old) == ([], [".on: now always there"])


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Schemas in a folder of the test; afterwards those there are count again."""
    monkeypatch.setattr(schemas, "SCHEMAS", tmp_path)
    with monkeypatch.context() as there:
        there.setattr(shapes, "_folder", lambda: tmp_path)
        yield
    shapes.versions.cache_clear()


@pytest.mark.usefixtures("elsewhere")
def test_a_version_is_raised_by_what_is_missed_and_by_nothing_else(tmp_path: Path) -> None:
    def keep(**answer: Any) -> tuple[list[str], str]:
        shapes.versions.cache_clear()
        with shapes.answering("trial"):
            marked = shapes.marked(answer)
        done = schemas.write(schemas.today({"trial": [marked]}))
        return done, shapes.shape("trial")

    assert keep(dossier="x") == (["trial: version 1"], "detente.trial/1")
    first = (tmp_path / "trial.1.json").read_bytes()
    assert keep(dossier="x") == ([], "detente.trial/1")
    assert keep(dossier="x", more=1) == (["trial: version 1"], "detente.trial/1")
    grown = (tmp_path / "trial.1.json").read_bytes()
    assert grown != first
    assert keep(dossier=3, more=1) == (["trial: version 2, as .dossier: type string → ['integer', 'string']"], "detente.trial/2")
    assert (tmp_path / "trial.1.json").read_bytes() == grown
    assert json.loads((tmp_path / "trial.2.json").read_text())["properties"]["schema"] == {"const": "detente.trial/2"}
    assert keep(dossier=3, more=1) == ([], "detente.trial/2")


def test_an_answer_that_is_no_json_is_named() -> None:
    with pytest.raises(ValueError, match="deal answers error"):
        schemas.by_shape({"deal": "error UnknownName"})
