"""The server's side of the workers: it starts them, wakes them, starts another when one dies, and ends them with itself."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from contextlib import suppress
from time import time

from detente.outlook.ensemble.executors import ONE_THREAD
from detente.web import logs
from detente.web.jobs import Jobs
from detente.web.metrics import Counters
from detente.web.results import Results
from detente.web.settings import Settings


class Crew:
    """Queue, results and worker processes of one server."""

    def __init__(self, settings: Settings, counters: Counters) -> None:
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
            logs.event("jobs queued again", count=back)
        self._keepers = [asyncio.create_task(self._keep()) for _ in range(self.settings.workers)]

    async def _keep(self) -> None:
        """One worker after the other, for as long as the server runs."""
        quick = 0
        while True:
            name = f"{os.getpid()}-{secrets.token_hex(4)}"
            started = time()
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "detente.web.worker", str(self.settings.folder), str(self.settings.job_seconds),
                str(self.settings.cache_bytes), name, stdin=asyncio.subprocess.PIPE, env={**os.environ, **ONE_THREAD},
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
            back = await asyncio.to_thread(self.jobs.give_back, time(), name)
            logs.event("worker ended", code=process.returncode, jobs_queued_again=back)
            quick = quick + 1 if time() - started < 5 else 0
            await asyncio.sleep(min(30, 0.2 * 2**quick))

    def processes(self) -> list[int]:
        """Numbers of the worker processes."""
        return [p.pid for p in self._processes.values()]

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
