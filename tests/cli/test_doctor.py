"""`detente doctor`: well here, and each fault it looks for is found."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from detente.cli import doctor
from detente.errors import UnbalancedTable

Run = Callable[..., tuple[int, str, str]]


def states(**given: bool) -> dict[str, str]:
    return {f.part: f.state for f in doctor.findings(**given)}


def test_all_is_well_here_and_the_kept_numbers_come_out(run: Run) -> None:
    code, text, _ = run("doctor", "--json")
    found = {f["part"]: f for f in json.loads(text)}
    assert code == 0
    assert found["solve"]["state"] == found["world"]["state"] == found["drawings"]["state"] == "well"
    assert "kept numbers came out" in found["solve"]["text"]


def test_it_speaks_a_verdict_first(run: Run) -> None:
    code, text, _ = run("doctor", "--quick")
    assert code == 0
    assert text.startswith("All is in order here.")
    assert "solve" not in text


def test_other_numbers_are_a_fault(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(doctor.KEPT, "USA", -0.0471)
    code, text, _ = run("doctor")
    assert code == 1
    assert text.startswith("At fault here: solve.")


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETENTE_DATA", str(tmp_path))
    monkeypatch.setattr(doctor.os, "access", lambda place, mode: not str(place).startswith(str(tmp_path)))
    assert states(quick=True)["data folder"] == "fault"


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ROOM", 1e12)
    assert states(quick=True)["cache folder"] == "fault"


def test_an_absent_extra_can_be_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    real = doctor.find_spec
    monkeypatch.setattr(doctor, "find_spec", lambda name: None if name == "pyarrow" else real(name))
    found = next(f for f in doctor.findings(quick=True) if f.part == "extras")
    assert found.state == "absent"
    assert "'detente[ensemble" in found.text


def test_what_breaks_is_a_fault_with_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise UnbalancedTable("sales of MYS")

    monkeypatch.setattr(sys.modules["detente.world"], "load_world", broken)
    found = next(f for f in doctor.findings(quick=True) if f.part == "world")
    assert (found.state, "sales of MYS" in found.text) == ("fault", True)
