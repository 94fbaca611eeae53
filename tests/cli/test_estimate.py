"""`detente estimate` at the command line: what it prints, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.build.estimate import estimates as module
from detente.cli import app
from detente.equilibrium.estimates import estimates


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped record in place of a minute's work."""

    def estimate(panel: object = None, *, only: list[str] | None = None, progress: object = None) -> dict[str, object]:
        record = estimates()
        return {**record, "specs": {k: record["specs"][k] for k in only or record["specs"]}}

    monkeypatch.setattr(module, "estimate", estimate)


@pytest.mark.usefixtures("shipped")
def test_it_prints_tables_json_and_files(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["estimate", "--out", str(tmp_path / "e.yaml"), "--chart", str(tmp_path / "e.svg")])
    assert told.exit_code == 0, told.output
    assert "without computers and electronics" in told.output
    assert "data to 2020-10" in " ".join(told.output.split())
    assert (tmp_path / "e.yaml").read_text(encoding="utf-8") == module.as_yaml(estimates())
    assert (tmp_path / "e.svg").read_text(encoding="utf-8").startswith("<svg")
    printed = CliRunner().invoke(app, ["estimate", "--json", "--spec", "main"])
    assert json.loads(printed.stdout)["specs"]["main"] == estimates()["specs"]["main"]


@pytest.mark.usefixtures("shipped")
def test_a_part_is_not_written_as_the_whole(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["estimate", "--spec", "main", "--out", str(tmp_path / "e.yaml")])
    assert told.exit_code != 0
    assert "every specification" in str(told.exception)
    assert not (tmp_path / "e.yaml").exists()


def test_unknown_names_are_refused() -> None:
    told = CliRunner().invoke(app, ["estimate", "--spec", "mian"])
    assert "mian" in str(told.exception)
    assert "main" in str(told.exception)
