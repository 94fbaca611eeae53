"""The log file and `--verbose`: what was done, what went wrong in full, and never a token."""

from __future__ import annotations

import logging.handlers
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from detente import __version__, cli
from detente.cli import logs
from detente.cli.common import progress_bar
from detente.cli.logs import Discreet, Log, current
from detente.files import CacheFolder

Run = Callable[..., tuple[int, str, str]]
TOKEN = "a-word-of-sixteen-signs"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    return tmp_path / "logs" / "detente.log"


def fails(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let `detente dossier list` end in an error."""

    def broken() -> None:
        raise error

    (command,) = (c for c in cli.dossier.dossiers.registered_commands if c.callback and c.callback.__name__ == "dossier_list")
    monkeypatch.setattr(command, "callback", broken)


def test_a_command_leaves_its_lines(run: Run, kept: Path) -> None:
    code, _, problem = run("dossier", "list")
    assert (code, problem) == (0, "")
    text = kept.read_text()
    assert f"detente {__version__}, Python" in text
    assert "dossier list" in text
    assert "ended after" in text
    run("dossier", "show", "nowhere")
    assert "WARNING refused: UnknownName" in kept.read_text()
    if os.name == "posix":
        assert kept.parent.stat().st_mode & 0o077 == 0


def test_verbose_says_it_on_standard_error_and_leaves_the_answer_alone(run: Run, kept: Path) -> None:
    quiet = run("dossier", "list", "--json")
    code, told, problem = run("--verbose", "dossier", "list", "--json")
    assert (code, told) == (0, quiet[1])
    assert problem.splitlines()[0].endswith("--verbose dossier list --json")
    assert "ended after" in problem.splitlines()[-1]


def test_a_fault_of_ours_is_one_line_and_the_log_has_the_whole(run: Run, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTE_TOKEN", TOKEN)
    fails(monkeypatch, KeyError(f"a thing with {TOKEN}\x1b[31m inside"))
    code, _, problem = run("dossier", "list")
    assert code == 1
    assert "a fault of detente's own: KeyError" in problem
    assert str(kept) in problem
    assert "Traceback" not in problem
    text = kept.read_text()
    assert "Traceback (most recent call last)" in text
    assert "in broken" in text
    assert TOKEN not in text
    assert "\x1b" not in text


def test_where_no_log_can_be_kept_a_fault_shows_itself(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "file"))
    assert run("dossier", "list", "--json")[0] == 0  # the work does not suffer
    fails(monkeypatch, KeyError("a thing"))
    with pytest.raises(KeyError):
        run("dossier", "list")


@pytest.mark.parametrize(
    "words",
    [
        ["--token", TOKEN],
        [f"--token={TOKEN}"],
        ["serve", "--host", "0.0.0.0", "--token", TOKEN],
        [f"http://a/table#token={TOKEN}"],
    ],
)
def test_a_token_never_stands_in_it(kept: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["detente", *words])
    book = Log()
    book.begin(words)
    logs.log.warning("Authorization: Bearer %s", TOKEN)
    logs.log.info("Detente-Seat: %s", TOKEN)
    logs.log.info("said again: %s", TOKEN) if "--token" in " ".join(words) else None
    book.end()
    assert TOKEN not in kept.read_text()
    assert logs.HIDDEN in kept.read_text()


def test_stages_are_timed_and_what_was_kept_is_counted(kept: Path) -> None:
    current.begin(["trial"])
    place = CacheFolder("trial", 4)
    place.keep("a", b"found again")
    assert (place.find("a"), place.find("b")) == (b"found again", None)
    with progress_bar("work", True) as progress:
        for label, done in (("first", 1), ("first", 2), ("second", 1)):
            progress(label, done, 2)
    current.end()
    stages = [line for line in kept.read_text().splitlines() if "stage work" in line]
    assert [line.split(", ")[1].split(":")[0] for line in stages] == ["first", "second"]
    assert "kept trial: 1 of 2 found" in kept.read_text()


def test_warnings_are_noted_and_still_shown(kept: Path) -> None:
    shown = []
    before = warnings.showwarning
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda *given, **more: shown.append(given)
        book = Log()
        book.begin(["trial"])
        warnings.warn("mind this", UserWarning, stacklevel=1)
        book.end()
    assert len(shown) == 1
    assert warnings.showwarning is before
    assert "WARNING UserWarning: mind this" in kept.read_text()


def test_the_file_is_bounded(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "BYTES", 2_000)
    for _ in range(80):
        book = Log()
        book.begin(["trial"] * 20)
        book.end()
    files = sorted(kept.parent.iterdir())
    assert [f.name for f in files] == ["detente.log", *(f"detente.log.{k}" for k in range(1, logs.FILES + 1))]
    assert all(f.stat().st_size <= 2_000 for f in files)


def test_a_log_that_ended_leaves_nothing_behind(kept: Path) -> None:
    book = Log()
    book.begin(["trial"], verbose=True)
    book.end()
    book.end()
    assert book.handlers == []
    assert not [h for h in logging.getLogger("detente.cli").handlers if isinstance(h, logging.handlers.RotatingFileHandler)]
    assert book.kept is None


def test_lines_of_a_message_cannot_pass_for_lines_of_the_log() -> None:
    record = logging.makeLogRecord({"levelname": "INFO", "msg": "one\nINFO two"})
    assert Discreet("%(levelname)s %(message)s").format(record) == "INFO one\n    INFO two"


def test_doctor_names_the_file(run: Run, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(kept) in run("doctor", "--quick")[1]
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "file"))
    code, text, _ = run("doctor", "--quick")
    assert code == 1
    assert "cannot be written" in text
    with pytest.raises(typer.Exit):
        cli.doctor.doctor(quick=True)
