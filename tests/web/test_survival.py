"""A real server in a process of its own, killed at the worst moment: nothing is lost, nothing is left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks processes up in /proc")
WORK = {"kind": "ensemble", "arguments": {"draws": 512, "seed": 3}}


def children(process: int) -> set[int]:
    """Every process below `process`."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found: set[int] = set()
    level = {process}
    while level:
        level = {child for child, parent in parents.items() if parent in level} - found
        found |= level
    return found


def alive(process: int) -> bool:
    """Whether it still runs (an ended one nobody waited for does not)."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(what: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    command = [sys.executable, "-m", "detente", "serve", "--port", "0", "--solvers", "1", "--data", str(folder)]
    said = subprocess.PIPE
    with (folder.parent / "log").open("a") as log, subprocess.Popen(command, stdout=said, stderr=log, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, (folder.parent / "log").read_text()
        with httpx.Client(base_url=found.group(0).rstrip("/"), timeout=60) as client:
            try:
                yield process, client
            finally:
                process.kill()
                process.stdout.close()


def started(client: httpx.Client, state: dict[str, object]) -> str:
    reply = client.post("/api/v1/jobs", json={**WORK, "state": state})
    assert reply.status_code == 202, reply.text
    name = str(reply.json()["id"])
    until(lambda: client.get(f"/api/v1/jobs/{name}").json()["progress"] > 0)
    assert client.get(f"/api/v1/jobs/{name}").json()["status"] == "running"
    return name


def test_killed_during_a_job_and_started_again(tmp_path, toy_state):
    folder = tmp_path / "data"
    with serving(folder) as (process, client):
        waiting = {"kind": "ensemble", "arguments": {"draws": 16}, "state": toy_state}
        name = started(client, toy_state)
        reply = client.post("/api/v1/jobs", json=waiting)
        assert reply.status_code == 202, reply.text
        queued = reply.json()["id"]
        # the worker dies: the server starts another, which takes the job again
        assert client.get("/healthz").json()["workers"] == 1  # how many, not which
        (worker,) = (p for p in children(process.pid) if b"detente.web.worker" in Path(f"/proc/{p}/cmdline").read_bytes())
        os.kill(worker, signal.SIGKILL)
        until(lambda: client.get(f"/api/v1/jobs/{name}").json()["attempts"] == 2)
        # the server dies: nothing of it goes on
        left = children(process.pid)
        assert left
        process.kill()
        until(lambda: not any(alive(p) for p in left))
    with serving(folder) as (process, client):
        until(lambda: client.get(f"/api/v1/jobs/{name}").json()["status"] not in ("queued", "running"))
        job = client.get(f"/api/v1/jobs/{name}").json()
        assert (job["status"], job["attempts"]) == ("done", 3), job
        assert client.get(f"/api/v1/jobs/{name}/result").json()["draws"] == 512
        until(lambda: client.get(f"/api/v1/jobs/{queued}").json()["status"] == "done")
        assert not list((folder / "results").glob(".making-*"))
        # a second server does not take the same data; the first one ends in order
        command = [sys.executable, "-m", "detente", "serve", "--port", "0", "--data", str(folder)]
        second = subprocess.run(command, capture_output=True, text=True, check=False)
        assert second.returncode == 2
        assert "another server uses" in second.stderr
        left = children(process.pid)
        before = len((tmp_path / "log").read_text())
        process.send_signal(signal.SIGTERM)
        assert process.wait(90) == 0
        until(lambda: not any(alive(p) for p in left))
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert "leaked" not in log[before:]  # what ends in order gives back what the system shares; what is killed cannot
    assert '"event":"jobs queued again"' in log


def test_who_waits_when_the_server_ends_is_told_so(tmp_path):
    (folder := tmp_path / "data").mkdir()
    with serving(folder) as (process, client):
        until(lambda: client.get("/healthz").json()["ready"])

        def ask(duty: int) -> httpx.Response:
            state = {"dossier": "kuala-lumpur-2025", "scenario": "middle", "levers": {"us-threat-100": duty}, "full": True}
            return client.post("/api/v1/answer", json=state)

        with ThreadPoolExecutor(30) as threads:
            asked = [threads.submit(ask, duty) for duty in range(1, 31)]
            until(lambda: float(re.findall(r"answers_in_hand ([0-9.]+)", client.get("/metrics").text)[0]) > 28)
            process.send_signal(signal.SIGTERM)
            told = [a.result() for a in asked]
        assert process.wait(90) == 0
    assert {r.status_code for r in told} <= {200, 503}
    assert sum(r.status_code == 503 and "being stopped" in r.json()["message"] for r in told) >= 15


def test_a_port_in_use_is_said(tmp_path):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "detente", "serve", "--port", str(port), "--data", str(tmp_path / "d")]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert f"port {port} is in use" in found.stderr
    assert "Traceback" not in found.stderr
