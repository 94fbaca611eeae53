"""Every paragraph of the article the project began with is answered somewhere in the briefing, and the list of where is true."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.main import get_command

from briefing import article
from detente.cli import app


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """Titles by place and anchor of the briefing as it comes out today."""
    folder: Path = tmp_path_factory.mktemp("article") / "out"
    return article.titles(article.written(folder))


def test_every_place_is_there(found: dict[str, dict[str, str]]) -> None:
    assert article.missing(found) == []


def test_the_page_is_not_stale(found: dict[str, dict[str, str]]) -> None:
    assert article.page(found) == article.PAGE.read_text(encoding="utf-8")


def test_all_paragraphs_are_marked_and_none_is_left_out() -> None:
    rows = article.rows()
    assert len(rows) == len({r["point"] for r in rows}) == 48
    assert all(r["mark"] in article.MARKS and r["where"] and r["says"] for r in rows)
    assert all(("lacks" in r) or r["mark"] == "full" for r in rows)  # a mark below the best says what is missing


def test_thirty_are_answered_and_none_hardly() -> None:
    marks = [r["mark"] for r in article.rows()]
    assert marks.count("full") >= 30
    assert set(marks) <= {"full", "part"}


def test_commands_exist() -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    assert {r["ask"].split()[0] for r in article.rows()} <= known
