"""The process that does long work: `python -m detente.web.worker FOLDER SECONDS BYTES NAME SHARE`, started by the server.

It takes jobs one after the other. A line on standard input wakes it; the end of standard input, which comes when the server dies
in whatever way, ends it at once. A thread beside the work looks whether the job is to be cancelled or has run too long: the work
is asked to stop at its next report of progress, and two seconds later the process ends, and the server starts another.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic, time
from types import TracebackType
from typing import Any

from detente.files import write
from detente.interpreter import collect_rarely
from detente.outlook.ensemble.executors import settle
from detente.web.jobs import Job, Jobs

GRACE = 2.0
LOOK = 0.25
IDLE = 5.0


class Stopped(BaseException):
    """The job is to end now; not an Exception, so that no handler on the way takes it for one of its own."""

    def __init__(self, status: str, error: str | None = None) -> None:
        super().__init__(status)
        self.status, self.error = status, error


class Watch:
    """Looks after one running job from beside it, and reports its progress (a few times a second at most)."""

    def __init__(self, jobs: Jobs, job: Job, worker: str, seconds: float) -> None:
        self.jobs, self.job, self.worker, self.seconds = jobs, job, worker, seconds
        self.stop: Stopped | None = None
        self._told, self._over, self._start = 0.0, threading.Event(), monotonic()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def progress(self, label: str, done: int, total: int) -> None:
        """What the library calls as work goes on. Raises `Stopped`."""
        if self.stop is not None:
            raise self.stop
        now = monotonic()
        if now - self._told > 0.2:
            self._told = now
            with suppress(sqlite3.Error):  # a queue that is locked costs a report, not the work
                self.jobs.report(self.job.id, self.worker, min(done / max(total, 1), 0.999), label)

    def _look(self) -> None:
        while not self._over.wait(LOOK):
            with suppress(sqlite3.Error):
                if self.jobs.wants_cancel(self.job.id):
                    self.stop = Stopped("cancelled")
            if self.stop is None and monotonic() - self._start > self.seconds:
                self.stop = Stopped("failed", f"The work took longer than {self.seconds:,.0f} seconds and was ended.")
            if self.stop is not None:
                if not self._over.wait(GRACE) and self.jobs.finish(
                    self.job.id, self.worker, self.stop.status, time(), self.stop.error
                ):
                    os._exit(3)
                return


def one(jobs: Jobs, results: Any, job: Job, worker: str, seconds: float) -> None:
    """Do one job and note how it ended."""
    from detente.errors import DetenteError
    from detente.web import rooms_store, rooms_tasks
    from detente.web.kinds import arguments_of, work
    from detente.web.replies import Reply
    from detente.web.state import PageState, resolve
    from detente.web.telemetry import failed
    from detente.words import say

    if results.has(job.key):
        jobs.finish(job.id, worker, "done", time())
        return
    try:
        with Watch(jobs, job, worker, seconds) as watch, results.making(job.key) as folder:
            if job.kind in rooms_store.KINDS:
                found = rooms_tasks.work(job.kind, job.request, watch.progress, folder)
            else:
                case = resolve(PageState.model_validate(job.request["state"]))
                arguments = arguments_of(job.kind, job.request["arguments"])
                found = work(job.kind, case, arguments, watch.progress, folder)
            write(folder / "result.json", bytes(Reply(found).body))
        jobs.finish(job.id, worker, "done", time())
    except Stopped as stopped:
        jobs.finish(job.id, worker, stopped.status, time(), stopped.error)
    except DetenteError as error:
        jobs.finish(job.id, worker, "failed", time(), str(error).removeprefix(f"{type(error).__name__}: "))
    except Exception as error:  # noqa: BLE001 whatever the work raises must not end the worker, nor reach the reader
        failed(error)
        jobs.finish(job.id, worker, "failed", time(), say("web/refusals", "inside"))


def main(folder: str, seconds: str, limit: str, worker: str, share: str) -> None:
    """Work until standard input ends."""
    settle()
    collect_rarely()
    with suppress(ValueError, AttributeError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt in the terminal is for the server, which then ends this
    wake = threading.Event()

    def listen() -> None:
        while sys.stdin.buffer.readline():
            wake.set()
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    from detente.web import telemetry
    from detente.web.results import Results

    telemetry.start()
    jobs, results = Jobs(Path(folder) / "jobs.db"), Results(Path(folder) / "results", int(limit))
    while True:
        job = jobs.claim(worker, time(), int(share))
        if job is None:
            wake.wait(IDLE)
            wake.clear()
            continue
        telemetry.event("job", job=job.id[:6], kind=job.kind, attempt=job.attempts)
        one(jobs, results, job, worker, float(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:6])
