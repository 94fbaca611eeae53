"""The process beside a briefing: it solves when it is told to, ends when it is not, and is never needed."""

from __future__ import annotations

import io
import pickle
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import small_future
from detente.briefing import ahead, search
from detente.briefing.sections import proposal
from detente.world.library import load_world


@pytest.mark.parametrize(("word", "asked"), [(ahead.GO, True), (b"", False)])
def test_it_solves_when_told_to_and_else_ends(word, asked, monkeypatch):
    seen = []
    monkeypatch.setattr(proposal, "propose", lambda view: seen.append(view.dossier.id))
    body = pickle.dumps((small_future.small_future(), load_world("toy"), None)) + word
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(body)))
    search.main()
    assert bool(seen) is asked


def test_what_is_not_let_go_on_ends():
    process = ahead.Ahead(small_future.small_future(), load_world("toy"), None)
    process.begin()
    process.wait()  # nobody waits for what was never let go on
    process.end()
    assert process._told is not None
    process._told.join()
    process.go()
    process.wait()


def test_none_is_started_once_it_is_settled_that_it_need_not_go_on(monkeypatch):
    """Another reader's briefing finds its scenarios on disk and solves a few things of its own later on."""
    started = []
    monkeypatch.setattr(ahead.subprocess, "Popen", lambda *args, **kwargs: started.append(args))
    process = ahead.Ahead(small_future.small_future(), load_world("toy"), None)
    process.end()
    process.begin()
    assert (started, process._told) == ([], None)


def test_without_a_process_nothing_waits(monkeypatch, tmp_path: Path):
    for found in ("", str(tmp_path / "none")):
        monkeypatch.setattr(sys, "executable", found)
        process = ahead.Ahead(small_future.small_future(), load_world("toy"), None)
        process.begin()
        process.go()
        process.wait()
        assert process._told is None


def test_one_that_dies_is_not_waited_for_for_ever(monkeypatch):
    monkeypatch.setattr(ahead, "SEARCH", "detente.no_such_module")
    process = ahead.Ahead(small_future.small_future(), load_world("toy"), None)
    process.begin()
    process.go()
    process.wait()
    assert process._told is not None
    assert not process._told.is_alive()
