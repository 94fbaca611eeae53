"""`detente outlook` on the toy world."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from detente.cli.questions import outlook
from detente.cli.shapes import named
from detente.errors import UnknownRegion
from small_future import TEXT

app = typer.Typer()
app.command()(named("outlook", outlook))


@pytest.fixture
def dossier(tmp_path: Path) -> str:
    path = tmp_path / "small-future.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return str(path)


def test_tables_csv_and_chart(dossier: str, tmp_path: Path) -> None:
    paths, chart = tmp_path / "paths.csv", tmp_path / "tree.svg"
    found = CliRunner().invoke(app, [dossier, "--world", "toy", "--questions", "--csv", str(paths), "--chart", str(chart)])
    assert found.exit_code == 0, found.output
    for words in ("peace", "80", "WORLD", "Do they agree?", "if they lasted"):
        assert words in found.output
    assert pd.read_csv(paths)["probability"].sum() == pytest.approx(1)
    assert "They agree" in chart.read_text(encoding="utf-8")


def test_json_and_region(dossier: str, tmp_path: Path) -> None:
    chart = tmp_path / "fan.svg"
    found = CliRunner().invoke(app, [dossier, "--world", "toy", "--json", "-q", "-r", "AAA", "--chart", str(chart)])
    told = json.loads(found.stdout)
    assert told["paths"] == 6
    assert told["key_questions"]["ranked_by"] == "WORLD"
    assert chart.is_file()
    wrong = CliRunner().invoke(app, [dossier, "--world", "toy", "-r", "AAB"])
    assert isinstance(wrong.exception, UnknownRegion)
