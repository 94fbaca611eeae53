"""A command run as a user runs it."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from detente import cli
from detente.cli import common

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
