"""A command run as a user runs it; whatever it answers in JSON is of the shape it names."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from detente import cli
from detente.cli import common, shapes
from shaped import faults

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `detente ARGS`; gives exit code, standard output, standard error."""

    def call(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["detente", *args])
        monkeypatch.setattr(common.out, "_width", 200)
        monkeypatch.setattr(common.err, "_width", 300)
        try:
            cli.main()
            code: int | str | None = 0
        except SystemExit as end:
            code = end.code
        text = capsys.readouterr()
        return int(code or 0), text.out, text.err

    return call


@pytest.fixture(autouse=True)
def in_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer in JSON that a test asks for is as its schema says."""

    def marked(value: Any, part: str = "") -> Any:
        answer = shapes.marked(value, part)
        assert faults(answer) == []
        return answer

    monkeypatch.setattr(common, "marked", marked)
