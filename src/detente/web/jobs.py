"""The queue of long work in one SQLite file: it outlives the server, and a job is never lost, only run again.

A job is queued, running, done, failed or cancelled. A worker takes the queued job whose turn it is (clients take turns, so that
one's long list is not in the way of another's first) in one transaction and leaves its name on it; when a worker dies, or the
server starts anew, what it was running is queued again, three times at most. All times are seconds since 1970; the file is in
write-ahead mode, so that readers and the writer do not wait for one another. `Crew` is the server's side of the workers: it
starts them, wakes them, starts another when one dies, and ends them with itself.

>>> import tempfile
>>> jobs = Jobs(Path(tempfile.mkdtemp()) / "jobs.db")
>>> job = jobs.add("client", "outlook", {}, "k" * 32, now=0.0)
>>> jobs.claim("worker 1", now=1.0).id == job.id, jobs.get(job.id).status
(True, 'running')
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sqlite3
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

from filelock import FileLock, Timeout

from detente.errors import InputError
from detente.outlook.ensemble.executors import ONE_THREAD
from detente.web import telemetry
from detente.web.database import Database
from detente.web.settings import Settings
from detente.web.telemetry import Counters
from detente.words import refusal, say

ATTEMPTS = 3
KEEP_SECONDS = 30 * 86_400.0


@dataclass(frozen=True)
class Job:
    """One row of the queue."""

    id: str
    client: str
    kind: str
    request: dict[str, Any]
    key: str
    status: str
    progress: float
    message: str
    error: str | None
    attempts: int
    worker: str | None
    cancel: bool
    created: float
    started: float | None
    finished: float | None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status not in ("queued", "running")

    def eta(self, now: float) -> float | None:
        """Seconds it may still take, from what is done; None where nothing can be said."""
        if self.status != "running" or self.started is None or not 0.01 < self.progress < 1:
            return None
        return round((now - self.started) * (1 - self.progress) / self.progress, 1)

    def record(self, now: float) -> dict[str, Any]:
        """What a client sees."""
        return {
            "id": self.id, "kind": self.kind, "status": self.status, "progress": round(self.progress, 4), "message": self.message,
            "error": self.error, "eta_s": self.eta(now), "attempts": self.attempts,
        }  # fmt: skip


class TooManyJobs(Exception):
    """The queue, or a client's share of it, is full."""


class Jobs(Database):
    """The queue in `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "jobs.sql", "queue")

    # -- clients ---------------------------------------------------------------------------------------------------------
    def add(
        self,
        client: str,
        kind: str,
        request: dict[str, Any],
        key: str,
        now: float,
        *,
        done: bool = False,
        own: int = 8,
        total: int = 64,
    ) -> Job:
        """Queue a job (or note one whose result is there). Raises `TooManyJobs` beyond `own` a client or `total` in all."""
        name = secrets.token_urlsafe(18)
        with self._change() as db:
            if not done:
                mine, whole = db.execute(self.sql["waiting"], (client,)).fetchone()
                if mine >= own:
                    raise TooManyJobs(refusal("web", "jobs_own", own=own))
                if whole >= total:
                    raise TooManyJobs(refusal("web", "jobs_full"))
            db.execute(
                self.sql["add"],
                (
                    name,
                    client,
                    kind,
                    json.dumps(request),
                    key,
                    "done" if done else "queued",
                    float(done),
                    now,
                    now if done else None,
                ),
            )
            return _job(db.execute(self.sql["one"], (name,)).fetchone())

    def get(self, name: str) -> Job | None:
        """A job, None where there is none of that name."""
        with self._open() as db:
            row = db.execute(self.sql["one"], (name,)).fetchone()
        return None if row is None else _job(row)

    def cancel(self, name: str, now: float) -> Job | None:
        """Cancel: at once where it waits, as soon as the worker sees it where it runs."""
        with self._change() as db:
            db.execute(self.sql["cancel_waiting"], (now, name))
            db.execute(self.sql["cancel_running"], (name,))
        return self.get(name)

    def counts(self) -> dict[str, int]:
        """Jobs by status."""
        with self._open() as db:
            return {row[0]: int(row[1]) for row in db.execute(self.sql["counts"])}

    # -- workers ---------------------------------------------------------------------------------------------------------
    def claim(self, worker: str, now: float, share: int = 1) -> Job | None:
        """The queued job whose turn it is, now running under `worker`'s name, None where there is none.

        Nobody else works on its result, and its client has less than `share` running. Clients take turns (the fewest running,
        then the longest without a start); a client's own jobs go by age.
        """
        with self._change() as db:
            row = db.execute(self.sql["next"], {"share": share}).fetchone()
            if row is None:
                return None
            db.execute(self.sql["claim"], (worker, now, row["id"]))
            return _job(db.execute(self.sql["one"], (row["id"],)).fetchone())

    def report(self, name: str, worker: str, progress: float, message: str) -> None:
        """How far a running job is."""
        with self._change() as db:
            db.execute(self.sql["report"], (progress, message[:200], name, worker))

    def finish(self, name: str, worker: str, status: str, now: float, error: str | None = None) -> bool:
        """End a running job as done, failed or cancelled; False where it is no longer this worker's."""
        with self._change() as db:
            changed = db.execute(self.sql["finish"], (status, error, now, status, name, worker))
            return changed.rowcount == 1

    def wants_cancel(self, name: str) -> bool:
        """Whether a running job is to be cancelled."""
        with self._open() as db:
            row = db.execute(self.sql["wants_cancel"], (name,)).fetchone()
        return bool(row and row["cancel"])

    def give_back(self, now: float, worker: str | None = None) -> int:
        """Queue again what `worker` (anyone, if None) was running; how many jobs. What died three times has failed."""
        told = {"now": now, "worker": worker, "attempts": ATTEMPTS, "told": say("web/refusals", "worker_ended")}
        with self._change() as db:
            db.execute(self.sql["end_cancelled"], told)
            db.execute(self.sql["end_failed"], told)
            return db.execute(self.sql["queue_again"], told).rowcount

    def forget(self, now: float) -> int:
        """Drop rows of jobs that ended long ago; how many."""
        with self._change() as db:
            return db.execute(self.sql["forget"], (now - KEEP_SECONDS,)).rowcount


def _job(row: sqlite3.Row) -> Job:
    fields = dict(row)
    return Job(**{**fields, "request": json.loads(fields["request"]), "cancel": bool(fields["cancel"])})


def private(folder: Path) -> None:
    """Make a folder for data that only its owner looks into. One that is there and ours already is closed to others as well.

    Raises `InputError` where it cannot be made.
    """
    try:
        if not folder.exists():
            folder.mkdir(parents=True, mode=0o700)
        elif any((folder / name).exists() for name in ("held.lock", "jobs.db")):
            folder.chmod(0o700)
    except OSError as error:
        raise InputError(refusal("web", "no_data_folder", folder=folder, told=error.strerror)) from None


class Held:
    """A data folder held by one server: a lock that the system lets go when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._lock = FileLock(folder / "held.lock", timeout=0.2)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout:
            raise InputError(refusal("web", "folder_held", folder=folder)) from None
        except OSError as error:
            raise InputError(refusal("web", "no_data_folder", folder=folder, told=error.strerror)) from None

    def release(self) -> None:
        """Let go."""
        self._lock.release()


# -- the server's side of the workers -------------------------------------------------------------------------------------
class Crew:
    """Queue, results and worker processes of one server."""

    def __init__(self, settings: Settings, counters: Counters) -> None:
        from detente.web.results import Results  # what a worker's process does not need at once

        self.settings, self.counters = settings, counters
        self.jobs = Jobs(settings.folder / "jobs.db")
        self.results = Results(settings.folder / "results", settings.cache_bytes)
        self._keepers: list[asyncio.Task[None]] = []
        self._processes: dict[str, asyncio.subprocess.Process] = {}

    async def start(self) -> None:
        """Queue again what an earlier server left running, and start the workers."""
        back = await asyncio.to_thread(self.jobs.give_back, time())
        await asyncio.to_thread(self.jobs.forget, time())
        await asyncio.to_thread(self.results.sweep)
        if back:
            telemetry.event("jobs queued again", count=back)
        self._keepers = [asyncio.create_task(self._keep()) for _ in range(self.settings.workers)]

    async def _keep(self) -> None:
        """One worker after the other, for as long as the server runs."""
        quick = 0
        while True:
            name = f"{os.getpid()}-{secrets.token_hex(4)}"
            started = time()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "detente.web.worker", str(self.settings.folder), str(self.settings.job_seconds),
                str(self.settings.cache_bytes), name, str(max(1, self.settings.workers - 1)),
                stdin=asyncio.subprocess.PIPE, env={**os.environ, **ONE_THREAD},
            )  # fmt: skip
            self._processes[name] = process
            try:
                await process.wait()
            finally:
                self._processes.pop(name, None)
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            self.counters.add("detente_workers_ended_total")
            back = 0
            with suppress(sqlite3.Error):  # a file that is locked or damaged: its next start gives them back
                back = await asyncio.to_thread(self.jobs.give_back, time(), name)
            telemetry.event("worker ended", code=process.returncode, jobs_queued_again=back)
            quick = quick + 1 if time() - started < 5 else 0
            await asyncio.sleep(min(30, 0.2 * 2**quick))

    @property
    def workers(self) -> int:
        """How many worker processes run."""
        return len(self._processes)

    def wake(self) -> None:
        """Tell the workers that there is something to do."""
        for process in self._processes.values():
            if process.stdin is not None:
                with suppress(OSError, RuntimeError):
                    process.stdin.write(b"\n")

    async def stop(self) -> None:
        """End the workers; what they were doing is queued again for the next server."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        await asyncio.to_thread(self.jobs.give_back, time())
