"""A new dossier is finished enough for every command: check and brief accept it, and its front says nothing false."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.briefing import brief
from detente.cli import app


@pytest.mark.parametrize(("by", "on"), [("USA", "BRA"), ("EU27", "EFT"), ("IND", "PAK")])
def test_a_new_dossier_becomes_a_briefing(by: str, on: str, tmp_path: Path) -> None:
    path = tmp_path / "start.yaml"
    run = CliRunner()
    assert run.invoke(app, ["dossier", "new", "start", "--by", by, "--on", on, "--out", str(path)]).exit_code == 0
    assert run.invoke(app, ["dossier", "check", str(path)]).exit_code == 0
    brief(str(path), out=tmp_path / "out")
    text = re.sub(r"<[^>]+>", " ", (tmp_path / "out/front.html").read_text(encoding="utf-8"))
    assert "most likely" not in text.lower()
    assert "(50 %)" in text.replace("\u2009", " ").replace("\u202f", " ").replace("\xa0", " ")
    assert not re.search(r"USD\W+0 a year", text)
    words = json.loads((tmp_path / "out/run.json").read_text())["words"]
    fronts = [n for part, n in words.items() if part.startswith("front")]
    assert fronts
    assert max(fronts) <= 710


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--by", "USA", "--on", "USA"), "cannot threaten itself"),
        (("--by", "USA", "--on", "XYZ"), "XYZ"),
        (("--threat", "0"), "above 0"),
    ],
)
def test_a_dossier_of_nobody_is_refused_by_name(args: tuple[str, ...], says: str, tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["dossier", "new", "start", *args, "--out", str(tmp_path / "start.yaml")])
    assert found.exit_code != 0
    assert says in found.output + str(found.exception)
    assert not (tmp_path / "start.yaml").exists()
