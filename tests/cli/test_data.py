"""`detente data`: list, show, add, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import detente as dt

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DETENTE_DATA", str(tmp_path / "own"))
    return tmp_path


def _file(folder: Path, rows: int | None = None) -> Path:
    frame = dt.load_panel().frame
    path = folder / "later.csv"
    frame[frame["month"] >= "2024-07"].head(rows or len(frame)).to_csv(path, index=False)
    return path


def test_list_and_show(run: Run) -> None:
    code, text, _ = run("data", "list")
    assert code == 0
    assert "us-imports-naics3" in text
    assert "us-exports-hs2" in text
    code, text, _ = run("data", "show", "panel")
    assert code == 0
    assert "every dollar once" in text
    assert "2024" in text
    code, text, _ = run("data", "show", "panel", "us-exports-hs2", "--json")
    card = json.loads(text)
    assert card["flow"] == "exports"
    assert card["years"]["2020"]["months"] == 10
    assert card["years"]["2020"]["duty_pct"] is None


def test_add_then_list(run: Run, own: Path) -> None:
    path = _file(own)
    code, text, _ = run("data", "add", "panel", str(path), "--name", "half", "--json")
    assert code == 0
    assert json.loads(text)["months"] == 6
    code, text, _ = run("data", "list", "--json")
    assert [p["name"] for p in json.loads(text)] == ["us-imports-naics3", "us-exports-hs2", "half"]
    code, _, told = run("data", "add", "panel", str(path), "--name", "half")
    assert code == 2
    assert "BadPanel" in told
    code, _, _ = run("data", "add", "panel", str(path), "--name", "half", "--force")
    assert code == 0


def test_a_fault_is_one_message(run: Run, own: Path) -> None:
    path = _file(own)
    path.write_text(path.read_text(encoding="utf-8").replace("AUS,112,2024-07", "AUX,112,2024-07"), encoding="utf-8")
    code, text, told = run("data", "add", "panel", str(path))
    assert code == 2
    assert text == ""
    assert "unknown origin 'AUX'" in told
    assert not (own / "own").exists()
