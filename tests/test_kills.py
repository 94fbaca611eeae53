"""Killed at random moments: what was said to be kept is kept, and what was half done leaves no trace.

Two moments at each door in the suite. `DETENTE_KILLS=10 pytest tests/test_kills.py -s` takes ten and says what was found there.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

import detente as dt
import small_future
import tables
from detente.cases.runs import dossier_content
from detente.files import LEFT, MANIFEST, cache_folder, check_folder
from detente.outlook.ensemble.ensemble import ensemble
from detente.outlook.journal import Journal
from detente.policy.instruments import Policy, Tariff
from detente.web.rooms_store import Rooms
from tests.web.test_survival import alive, children, serving

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills a process as Unix does")
KILLS = int(os.environ.get("DETENTE_KILLS", "2"))
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


# -- a briefing --------------------------------------------------------------------------------------------------------
def small(folder: Path, title: str) -> Path:
    """A dossier of the toy world under a title, without forks and questions."""

    def change(data: dict[str, Any]) -> None:
        del data["prospects"], data["key_questions"]
        data["title"] = title

    path = folder / f"{title.lower()}.json"
    path.write_text(json.dumps(dossier_content(small_future.small_future(change))))
    return path


def briefing(dossier: Path, out: Path, cache: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "detente", "brief", str(dossier), "-w", "toy", "-o", str(out)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, stdout=quiet, stderr=subprocess.PIPE, env={**os.environ, "DETENTE_CACHE": str(cache)})


def done(process: subprocess.Popen[bytes]) -> None:
    told = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 0, told.decode()


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_briefing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed while it works and while it writes over another briefing: the folder is the old one whole, or the next run makes it
    the new one whole; what was kept for later by those that were killed changes no byte."""
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "compiled").symlink_to(cache_folder("compiled"), target_is_directory=True)  # to compile takes longer than all else
    dossiers = [small(tmp_path, title) for title in ("One", "Other")]
    whole = []
    for k, dossier in enumerate(dossiers):
        began = time.monotonic()
        done(briefing(dossier, tmp_path / f"whole-{k}", tmp_path / "cache"))
        takes = time.monotonic() - began
        whole.append(files_of(tmp_path / f"whole-{k}"))
    assert whole[0] != whole[1]
    out, killed, old, found = tmp_path / "out", 0, {}, Counter[str]()
    for k in range(KILLS):
        rng = random.Random(f"briefing {k}")
        new, working = whole[k % 2], k % 4 < 2  # two while they work, two while they write
        if working:
            for kept in ("briefings", "sections", "solutions", "images"):
                shutil.rmtree(cache / kept, ignore_errors=True)
        with briefing(dossiers[k % 2], out, cache) as process:
            if working:
                killed += kill_after(process, rng.uniform(0, takes))
            else:
                until(lambda process=process: any(out.glob(f"{LEFT}*")) or process.poll() is not None)
                killed += kill_after(process, rng.uniform(0, 0.05))
        left = files_of(out) if out.exists() else {}
        if left not in (old, new):
            found["half"] += 1
            assert any(out.glob(f"{LEFT}*"))  # or nobody could tell
        with monkeypatch.context() as patched:
            patched.setenv("DETENTE_CACHE", str(cache))
            check_folder(out, [MANIFEST])  # as the next run does first
        left = files_of(out) if out.exists() else {}
        assert left in (old, new), sorted(left)
        found["new" if left == new else "old"] += 1
        old = left
    for kept in ("briefings", "sections", "images"):
        shutil.rmtree(cache / kept, ignore_errors=True)
    for k, dossier in enumerate(dossiers):
        done(briefing(dossier, out, cache))
        assert files_of(out) == whole[k]
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]
    print(f"\nbriefing: {killed} of {KILLS} killed; {dict(found)}; the same bytes in the end")


# -- a server ----------------------------------------------------------------------------------------------------------
def end(process: subprocess.Popen[str]) -> None:
    """Kill a server; nothing of it goes on."""
    below = children(process.pid)
    process.kill()
    until(lambda: not any(alive(p) for p in below))


def outcome_of(client: httpx.Client, job: str) -> dict[str, Any]:
    """A job once nothing more happens to it."""
    until(lambda: client.get(f"/api/v1/jobs/{job}").json()["status"] not in ("queued", "running"))
    return dict(client.get(f"/api/v1/jobs/{job}").json())


def play(seats: dict[str, tables.Seat], first: int, kept: list[str], sent: list[tuple[tables.Seat, dict[str, Any]]]) -> None:
    """Offers one after the other until the server is gone or the game is over; what was acknowledged is in `kept`."""
    with suppress(httpx.TransportError):
        while True:
            looks = {name: seat.look() for name, seat in seats.items()}
            turn = next((name for name, told in looks.items() if told["view"]["your_turn"]), None)
            if turn is None:
                return
            words = f"move {first + len(kept)}"
            move = {"kind": "offer", "package": {"ten": 1 + len(kept) % 2, "pause": 1}, "text": words}
            sent.append((seats[turn], {"number": looks[turn]["number"], "idempotency": f"key of {words}", "move": move}))
            reply = seats[turn].post("/moves", sent[-1][1])
            assert reply.status_code == 200, reply.text
            kept.append(words)


def texts(rooms: Rooms, room: str) -> list[str]:
    """What was said with the moves of a room that are on the disk, in their order."""
    return [move["text"] for move in rooms.moves(room) if move.get("text")]


def test_a_server(tmp_path: Path) -> None:
    """Killed with a job and a game in progress. The next server takes the job up, and its result has the bytes of one never
    killed; every move that was acknowledged is there, in its order, and none twice."""
    state = {"content": dossier_content(small_future.small_future()), "world": "toy"}

    def begun(client: httpx.Client, seed: int) -> str:
        asked = {"kind": "ensemble", "state": state, "arguments": {"draws": 128, "seed": seed}}
        reply = client.post("/api/v1/jobs", json=asked)
        assert reply.status_code in (200, 202), reply.text
        return str(reply.json()["id"])

    def told(client: httpx.Client, job: str) -> bytes:
        found = outcome_of(client, job)
        assert found["status"] == "done", found
        return client.get(f"/api/v1/jobs/{job}/result").content

    jobs: list[str] = []
    attempts: list[int] = []
    results: list[bytes] = []
    said: dict[str, list[str]] = {}
    seats: dict[str, tables.Seat] = {}
    last: tuple[tables.Seat, dict[str, Any]] | None = None
    unsaid = 0
    for k in range(KILLS + 1):
        rng = random.Random(f"server {k}")
        with serving(tmp_path / "data") as (process, client):
            client.timeout = PATIENCE
            until(lambda client=client: client.get("/healthz").json()["ready"])
            stored = Rooms(tmp_path / "data/rooms.db")
            for room, words in said.items():
                there = texts(stored, room)
                assert there[: len(words)] == words
                assert len(there) <= len(words) + 1  # the one it could not acknowledge any more
                unsaid += len(there) - len(words)
                said[room] = there
            seats = {name: tables.Seat(client, seat.room, seat.token) for name, seat in seats.items()}
            if last is not None:  # sent again it counts once
                room, body = last[0].room, last[1]
                reply = tables.Seat(client, room, last[0].token).post("/moves", body)
                assert reply.status_code == 200, reply.text
                there = texts(stored, room)
                assert there in (said[room], [*said[room], body["move"]["text"]])
                assert there[-1] == body["move"]["text"]
                said[room] = there
            if jobs:
                results.append(told(client, jobs[-1]))
                attempts.append(client.get(f"/api/v1/jobs/{jobs[-1]}").json()["attempts"])
            assert [told(client, job) for job in jobs] == results  # of all that were killed before, too
            assert not list((tmp_path / "data/results").glob(".making-*"))  # swept as it began
            if k == KILLS:
                end(process)
                break
            if not seats or all(seat.look()["status"] == "over" for seat in seats.values()):
                seats = tables.opened(client)
            room = next(iter(seats.values())).room
            before = said.setdefault(room, [])
            kept: list[str] = []
            sent: list[tuple[tables.Seat, dict[str, Any]]] = []
            jobs.append(begun(client, k))
            if rng.random() < 0.7:  # else before it is taken, or as it is
                until(lambda client=client: client.get(f"/api/v1/jobs/{jobs[-1]}").json()["status"] != "queued")
            player = threading.Thread(target=play, args=(seats, len(before), kept, sent))
            player.start()
            until(lambda player=player, kept=kept: bool(kept) or not player.is_alive())
            time.sleep(rng.uniform(0, 2))
            end(process)
            player.join()
            said[room], last = [*before, *kept], sent[-1] if sent else None
    (tmp_path / "fresh").mkdir()
    with serving(tmp_path / "fresh/data") as (process, client):
        client.timeout = PATIENCE
        until(lambda client=client: client.get("/healthz").json()["ready"])
        assert [told(client, begun(client, k)) for k in range(KILLS)] == results
        end(process)
    assert "Traceback" not in (tmp_path / "log").read_text()
    moves = sum(map(len, said.values()))
    print(f"\nserver: {KILLS} killed; attempts at their jobs {attempts}, every result there and the same bytes;")
    print(f"{moves} moves in {len(said)} rooms, {unsaid} stored and not acknowledged, none lost, none twice")
