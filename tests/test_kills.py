"""Killed at random moments: what was said to be kept is kept, and what was half done leaves no trace.

A few moments in the suite. `DETENTE_KILLS=10 pytest tests/test_kills.py -s` takes ten at each door and says what was found there.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

import detente as dt
import small_future
from detente.cases.runs import dossier_content
from detente.outlook.ensemble.ensemble import ensemble
from detente.outlook.journal import Journal
from detente.policy.instruments import Policy, Tariff
from detente.web.jobs import Jobs
from detente.web.rooms_store import Rooms
from small_future import TEXT
from tables import Seat, asked

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


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


# -- a briefing --------------------------------------------------------------------------------------------------------
def test_a_briefing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stood there stands as it was, or the new one whole; the next one, from what is kept, is the same."""
    dossier = tmp_path / "small.yaml"
    dossier.write_text(TEXT)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "detente", "brief", str(dossier), "--world", "toy", "--out", str(out)]
    place = {**os.environ, "DETENTE_CACHE": str(tmp_path / "cache")}

    def written(*more: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*command, *more], env=place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    start = time.monotonic()
    with written() as first:
        problem = first.communicate()[1]
    assert first.returncode == 0, problem.decode()
    whole, lasted = contents(out), time.monotonic() - start
    assert "index.html" in whole
    killed = 0
    for k in range(KILLS):
        rng = random.Random(f"briefing {k}")
        with written("--anew") as process:
            killed += kill_after(process, rng.uniform(0, lasted))
            assert process.stderr is not None
            process.stderr.close()
        assert contents(out) == whole
        assert sorted(p.name for p in tmp_path.iterdir()) == ["cache", "out", "small.yaml"]
    with written() as last:
        problem = last.communicate()[1]
    assert last.returncode == 0, problem.decode()
    assert contents(out) == whole
    print(f"\nbriefing: {killed} of {KILLS} killed within {lasted:.0f} s, the folder whole every time")


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


# -- the server: its jobs and its rooms --------------------------------------------------------------------------------
@contextmanager
def serving(folder: Path, log: Path) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    command = [sys.executable, "-m", "detente", "serve", "--port", "0", "--solvers", "1", "--data", str(folder)]
    with log.open("a") as said, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, log.read_text()
        with httpx.Client(base_url=found.group(0).rstrip("/"), timeout=PATIENCE) as client:
            try:
                yield process, client
            finally:
                process.kill()
                process.stdout.close()


def patiently(ask: Callable[[], httpx.Response], process: subprocess.Popen[str]) -> httpx.Response:
    """The reply once the server is no longer busy with its own beginning."""
    found: list[httpx.Response] = []

    def answered() -> bool:
        found.append(ask())
        return found[-1].status_code not in (503, 504)

    until(answered, process)
    return found[-1]


def test_a_server_and_its_jobs(tmp_path: Path) -> None:
    """Jobs that were taken are there after every death, and all are done in the end."""
    folder, log, taken = tmp_path / "data", tmp_path / "log", []
    state = {"content": dossier_content(small_future.small_future()), "world": "toy"}
    for k in range(KILLS):
        rng = random.Random(f"serve {k}")
        with serving(folder, log) as (process, client):
            for name in taken:
                assert client.get(f"/api/v1/jobs/{name}").json()["status"] in ("queued", "running", "done")
            body = {"kind": "ensemble", "arguments": {"draws": 16 + k, "seed": 3}, "state": state}
            reply = patiently(lambda body=body: client.post("/api/v1/jobs", json=body), process)
            assert reply.status_code == 202, reply.text
            taken.append(str(reply.json()["id"]))
            assert kill_after(process, rng.uniform(0, 6))
    queue = Jobs(folder / "jobs.db")
    assert {job.status for name in taken if (job := queue.get(name))} <= {"queued", "running", "done"}
    with serving(folder, log) as (process, client):
        until(lambda: all(client.get(f"/api/v1/jobs/{n}").json()["status"] == "done" for n in taken), process)
        draws = [client.get(f"/api/v1/jobs/{n}/result").json()["draws"] for n in taken]
    assert draws == [16 + k for k in range(KILLS)]
    assert not list((folder / "results").glob(".making-*"))
    assert "Traceback" not in log.read_text()
    print(f"\nserve: {KILLS} killed, {len(taken)} jobs taken, all done")


class Table:
    """Rooms on one server: how many moves of each were answered."""

    def __init__(self, client: httpx.Client, process: subprocess.Popen[str], moves: dict[str, int]) -> None:
        self.client, self.process, self.moves = client, process, moves

    def opened(self) -> dict[str, Seat]:
        reply = patiently(lambda: self.client.post("/api/v1/rooms", json=asked()), self.process)
        assert reply.status_code == 201, reply.text
        made = reply.json()
        seats = {s["seat"]: Seat(self.client, made["room"], s["token"]) for s in made["seats"]}
        until(lambda: patiently(seats["AAA"].get, self.process).json().get("status") == "open", self.process)
        self.moves[made["room"]] = 0
        return seats

    def play(self, key: str) -> None:
        """Move on until the server is dead, in one room after the other."""
        with suppress(httpx.HTTPError):
            seats = self.opened()
            while True:
                looks = {name: seat.look() for name, seat in seats.items()}
                mover = next((name for name, told in looks.items() if told["view"]["your_turn"]), None)
                if mover is None:
                    seats = self.opened()
                    continue
                seat, number = seats[mover], looks[mover]["number"]
                reply = seat.move("wait", number, f"{key}-{number:06}")
                assert reply.status_code == 200, reply.text
                self.moves[seat.room] = number + 1


def test_rooms(tmp_path: Path) -> None:
    """Every move that was answered is there after the server's death, once and in its order."""
    folder, log = tmp_path / "data", tmp_path / "log"
    moves: dict[str, int] = {}
    for k in range(KILLS):
        with serving(folder, log) as (process, client):
            table = Table(client, process, moves)
            table.opened()  # the server is through with its beginning
            killer = threading.Timer(random.Random(f"rooms {k}").uniform(0.05, 3), process.kill)
            killer.start()
            table.play(f"key-{k:04}")
            assert process.wait(PATIENCE) == -signal.SIGKILL
            killer.join()
        store = Rooms(folder / "rooms.db")
        for room, answered in moves.items():
            assert answered <= len(store.moves(room)) <= answered + 1, room  # at most the one that could not be answered any more
    assert "Traceback" not in log.read_text()
    print(f"\nrooms: {KILLS} killed, {sum(moves.values())} moves answered in {len(moves)} rooms, all there")
