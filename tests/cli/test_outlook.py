"""`detente outlook` on the toy world."""

from __future__ import annotations

import json
import re
from itertools import pairwise
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


def test_by_date_a_line_stands_for_each_day_on_which_a_chance_grows(dossier: str) -> None:
    told = CliRunner().invoke(app, [dossier, "--world", "toy"], env={"COLUMNS": "80"}).output
    by_date = told.split("By date:")[1].split("\n\n")[0].splitlines()[1:]
    assert by_date[0].split() == ["what", "by", "chance,", "%"]
    found = json.loads(CliRunner().invoke(app, [dossier, "--world", "toy", "--json"]).stdout)["hazard"]
    steps = [(day, round(100 * p)) for event in found for day, p in grown(event["by"])]
    printed = [(m[1], int(m[2])) for line in by_date if (m := re.search(r"(\d{4}-\d\d-\d\d) +(\d+)$", line))]
    assert printed == steps
    assert max(map(len, by_date)) <= 80


def grown(by: dict[str, float]) -> list[tuple[str, float]]:
    """The days on which a chance is another than before, in whole percent; the last where it never is."""
    days = list(by.items())
    kept = [(d, p) for (_, before), (d, p) in pairwise([("", 0.0), *days]) if round(100 * p) != round(100 * before)]
    return kept or days[-1:]


def test_json_and_region(dossier: str, tmp_path: Path) -> None:
    chart = tmp_path / "fan.svg"
    found = CliRunner().invoke(app, [dossier, "--world", "toy", "--json", "-q", "-r", "AAA", "--chart", str(chart)])
    told = json.loads(found.stdout)
    assert told["paths"] == 6
    assert told["key_questions"]["ranked_by"] == "WORLD"
    assert chart.is_file()
    wrong = CliRunner().invoke(app, [dossier, "--world", "toy", "-r", "AAB"])
    assert isinstance(wrong.exception, UnknownRegion)
