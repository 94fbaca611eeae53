"""The drawing engine in its own process, and without one."""

from __future__ import annotations

import pytest

from detente.briefing import engine

SPEC = {"data": {"values": [{"x": 1, "y": 2}]}, "mark": "point", "encoding": {"x": {"field": "x"}, "y": {"field": "y"}}}


def test_same_drawing_with_and_without_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    apart = engine.draw(SPEC, "5.21")
    monkeypatch.setattr(engine, "_unusable", True)
    here = engine.draw(SPEC, "5.21")
    assert apart == here
    assert apart.startswith("<svg")


def test_a_refused_specification_says_why_and_the_engine_lives_on() -> None:
    with pytest.raises(ValueError, match=r"."):
        engine.draw({"mark": {"type": "nonsense"}, "data": {"url": "file:///nowhere.csv"}}, "5.21")
    assert engine.draw(SPEC, "5.21").startswith("<svg")
