"""Economies at the command line, as somebody writes them: every option that asks for one understands the same."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest

DOSSIER = "kuala-lumpur-2025"


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("exposure", "--region", "?", "--json"), "MYS", "Malaysia"),
        (("exposure", "--region", "MYS", "--to", "?", "--json"), "CHN", "china"),
        (("path", DOSSIER, "--centre", "--month", "36", "--region", "?"), "KOR", "South Korea"),
        (("jobs", DOSSIER, "--region", "?", "--json"), "CHN", "cn"),
        (("jobs", DOSSIER, "--region", "?", "--json"), "ASEAN", "asean"),
        (("bystander", DOSSIER, "--region", "?", "--json"), "VNM", "vietnam"),
        (("outlook", DOSSIER, "--region", "?"), "EU27", "the European Union"),
        (("uncertainty", DOSSIER, "--region", "?"), "WORLD", "world"),
        (("politics", DOSSIER, "--party", "?", "--json"), "USA", "U.S."),
        (("policy", "average", "--by", "USA", "--on", "?", "--json"), "MYS", "my"),
        (("policy", "timeline", DOSSIER, "--by", "?", "--json"), "USA", "us"),
        (("table", DOSSIER, "--seat", "?", "--sheet"), "CHN", "China"),
    ],
)
def test_a_name_does_what_the_code_does(run, command: tuple[str, ...], code: str, said: str) -> None:  # type: ignore[no-untyped-def]
    by_code, by_name = (run(*(name if part == "?" else part for part in command)) for name in (code, said))
    assert by_code[0] == 0, by_code[2]
    assert by_name[:2] == by_code[:2]


@pytest.mark.parametrize(
    "command",
    [
        ("brief", DOSSIER, "--for"),
        ("exposure", "--region"),
        ("path", DOSSIER, "--region"),
        ("jobs", DOSSIER, "--region"),
        ("bystander", DOSSIER, "--region"),
        ("outlook", DOSSIER, "--region"),
        ("uncertainty", DOSSIER, "--region"),
        ("exercises", DOSSIER, "--region"),
        ("nash", "--player", "USA", "--player"),
        ("bargain", "--party", "USA", "--party"),
        ("control", DOSSIER, "--sector", "RER", "--party"),
        ("policy", "average", "--by", "USA", "--on"),
        ("table", DOSSIER, "--seat"),
        ("new", "--threat", "5 %", "--by", "USA", "--on"),
    ],
)
def test_a_name_that_is_none_is_refused_before_any_computing(  # type: ignore[no-untyped-def]
    run, command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solve = import_module("detente.equilibrium.solve")

    def never(*_: object, **__: object) -> None:
        raise AssertionError("something is solved")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(solve._Asked, "__init__", never)
    code, _, error = run(*command, "Atlantis")
    assert (code, "'Atlantis' — no such" in " ".join(error.split())) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_a_dossier_of_names_is_that_of_codes(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    told = []
    for k, (by, on) in enumerate((("USA", "KOR"), ("america", "south korea"))):
        path = tmp_path / f"{k}.yaml"
        given = ("--threat", "25 % on motor vehicles", "--as-of", "2026-11-28", "--out", str(path), "--quick", "--json")
        code, text, error = run("new", "--by", by, "--on", on, *given)
        assert code == 0, error
        assert json.loads(text)["file"] == str(path)
        told.append(path.read_text(encoding="utf-8"))
    assert told[0] == told[1]
