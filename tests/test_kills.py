"""Killed at random moments: what was said to be kept is kept, and what was half done leaves no trace.

A few moments in the suite. `DETENTE_KILLS=10 pytest tests/test_kills.py -s` takes ten at each door and says what was found there.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import detente as dt
from detente.outlook.ensemble.ensemble import ensemble
from detente.outlook.journal import Journal
from detente.policy.instruments import Policy, Tariff

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills a process as Unix does")
KILLS = int(os.environ.get("DETENTE_KILLS", "1"))
PATIENCE = 600.0
"""Seconds for what happens within seconds on a machine at rest."""


def until(what: Callable[[], bool], process: subprocess.Popen[Any] | None = None) -> None:
    end = time.monotonic() + PATIENCE
    while not what():
        assert process is None or process.poll() is None, "it ended by itself"
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def kill_after(process: subprocess.Popen[Any], moment: float) -> bool:
    """Kill it after `moment` seconds, unless it is done before; whether it was killed."""
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


# -- an ensemble -------------------------------------------------------------------------------------------------------
ENSEMBLE = """
import sys
import detente as dt
from detente.outlook.ensemble.ensemble import ensemble
from detente.policy.instruments import Policy, Tariff
package = Policy([Tariff(by="AAA", on="BBB", rate=0.25)])
print("begun", flush=True)
ensemble(package, 2000, 3, store=sys.argv[1], world=dt.load_world("toy"), chunk=4)
"""


def test_an_ensemble(tmp_path: Path) -> None:
    """Killed again and again on one store; what is there serves, and the last one has the bytes of one never killed."""
    store, killed = tmp_path / "store", 0

    def chunks() -> int:
        return len(list(store.glob("chunks/*/*.parquet")))

    for k in range(KILLS):
        rng = random.Random(f"ensemble {k}")
        with subprocess.Popen([sys.executable, "-c", ENSEMBLE, str(store)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            before = chunks()
            until(lambda before=before, process=process: chunks() > before or process.poll() is not None)
            killed += kill_after(process, rng.uniform(0, 0.5))
    package, world = Policy([Tariff(by="AAA", on="BBB", rate=0.25)]), dt.load_world("toy")
    before = chunks()
    resumed = ensemble(package, 200, 3, store=store, world=world, chunk=4)
    fresh = ensemble(package, 200, 3, store=tmp_path / "fresh", world=world, chunk=4)
    assert resumed.path.read_bytes() == fresh.path.read_bytes()
    assert not [p for p in store.rglob("*") if p.name.endswith(".part")]
    assert before > 0
    assert resumed.reused >= min(before, 51) - KILLS  # a chunk that the index had not heard of yet is taken up too
    print(f"\nensemble: {killed} of {KILLS} killed; {before} chunks were there, {resumed.reused} served; the same bytes")


# -- the journal of `watch` --------------------------------------------------------------------------------------------
JOURNAL = """
import sys
from detente.outlook.journal import Journal
book = Journal(sys.argv[1])
for k in range(10**6):
    book.append([{"kind": "resolution", "made_on": "2025-10-20", "dossier": "d", "fork": sys.argv[2], "branch": str(k)}])
    print(k, flush=True)
"""


def test_a_journal(tmp_path: Path) -> None:
    path, said = tmp_path / "journal.jsonl", {}
    for k in range(KILLS):
        moment = random.Random(f"journal {k}").uniform(0, 0.5)
        with subprocess.Popen([sys.executable, "-c", JOURNAL, str(path), f"f{k}"], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            assert kill_after(process, moment)
            said[f"f{k}"] = 1 + len(process.stdout.read().split())
    found = Journal(path).read()
    assert found.faults == ()
    for fork, count in said.items():
        kept = [e.data["branch"] for e in found.entries if e.data["fork"] == fork]
        assert kept == [str(k) for k in range(len(kept))]
        assert count <= len(kept) <= count + 1  # at most the one it could not speak of any more
    print(f"\njournal: {KILLS} killed, {sum(said.values())} lines said to be stored, {len(found.entries)} there")
