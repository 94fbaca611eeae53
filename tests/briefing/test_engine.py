"""The drawing engine in its own process and without one, and the drawings kept for later runs."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest

from detente.briefing.charts import engine

SPEC = {"data": {"values": [{"x": 1, "y": 2}]}, "mark": "point", "encoding": {"x": {"field": "x"}, "y": {"field": "y"}}}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for engine."""
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    return tmp_path / "drawings"


def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the engine was asked")

    monkeypatch.setattr(engine, "_ask", refuse)
    monkeypatch.setattr(engine, "_draw", refuse)


def test_same_drawing_with_and_without_a_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    apart = engine.draw(SPEC)
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "other"))
    monkeypatch.setattr(engine, "_unusable", True)
    here = engine.draw(SPEC)
    assert apart == here
    assert apart.startswith("<svg")


def test_a_refused_specification_says_why_and_the_engine_lives_on(cache: Path) -> None:
    with pytest.raises(ValueError, match=r"."):
        engine.draw({"mark": {"type": "nonsense"}, "data": {"url": "file:///nowhere.csv"}})
    assert not engine.any_kept()
    assert engine.draw(SPEC).startswith("<svg")


def test_a_kept_drawing_is_not_drawn_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = engine.draw(SPEC)
    assert engine.any_kept()
    no_engine(monkeypatch)
    assert engine.draw(SPEC) == first
    with pytest.raises(AssertionError, match="the engine was asked"):
        engine.draw(SPEC | {"mark": "bar"})


def test_a_new_engine_draws_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    engine.draw(SPEC)
    no_engine(monkeypatch)
    monkeypatch.setattr(engine, "_engine", lambda: "another version")
    with pytest.raises(AssertionError, match="the engine was asked"):
        engine.draw(SPEC)


@pytest.mark.parametrize("damage", [b"", b"short", b"\0" * 200])
def test_a_damaged_drawing_is_drawn_again(cache: Path, damage: bytes) -> None:
    first = engine.draw(SPEC)
    (file,) = cache.iterdir()
    file.write_bytes(damage)
    assert engine.draw(SPEC) == first
    file.write_bytes(file.read_bytes()[:32] + zlib.compress(b"<svg>not mine</svg>"))
    assert engine.draw(SPEC) == first


def test_the_folder_keeps_to_its_limit_and_drops_what_is_not_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LIMIT", 10)
    for k in range(10):
        engine.keep(f"{k:02d}", f"<svg>{k}</svg>")
        os.utime(cache / f"{k:02d}", ns=(k, k))
    assert engine.find("00") == "<svg>0</svg>"  # used just now
    engine.keep("10", "<svg>10</svg>")
    assert len(list(cache.iterdir())) <= 10
    assert engine.find("00") is not None
    assert engine.find("10") is not None
    assert engine.find("01") is None


def test_a_folder_that_cannot_be_written_only_costs_the_drawing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "file"))
    assert engine.draw(SPEC).startswith("<svg")
    assert not engine.any_kept()
