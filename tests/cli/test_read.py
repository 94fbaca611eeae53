"""`detente read` as a user meets it: a summary, JSON, a draft file, standard input, messages on bad input."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from detente.cli import dossier
from detente.cli.shapes import named
from detente.errors import InputError

TEXT = "5 May 2025\n\nPeru threatened a 30% tariff on Chilean wine from 1 June. Will Santiago answer?\n"
app = typer.Typer()
read = named("read", dossier.read)
app.command()(read)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    """A short article on disk."""
    path = tmp_path / "article.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_summary(article: Path) -> None:
    done = CliRunner().invoke(app, [str(article)])
    assert done.exit_code == 0, done.output


def test_json_and_draft(article: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "draft.yaml"
    read(str(article), None, True, target)
    record = json.loads(capsys.readouterr().out)
    assert record["measures"][0]["rate_pct"] == 30
    start, end = record["measures"][0]["span"]
    assert TEXT[start:end] == record["measures"][0]["quote"]
    assert target.read_text(encoding="utf-8") == record["draft"]["yaml"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    read("-", "2025-05-06", True, None)
    assert json.loads(capsys.readouterr().out)["article"]["date"] == "2025-05-06"


def test_bad_input_is_told_in_words(article: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2025-10-18"):
        read(str(article), "yesterday", False, None)
    with pytest.raises(InputError, match="exists already"):
        read(str(article), None, False, article)
    with pytest.raises(FileNotFoundError):
        read(str(tmp_path / "none.txt"), None, False, None)
