"""Answers under load: a bounded pool works them out, and the same question asked twice at once is worked out once.

The event loop never computes: it looks an answer up, or waits for a place and hands the question to a process of the pool (its
Python and its compiled code then run beside those of the others). Places are shared out among clients, and what is quick never
stands behind what is slow (`turns`). A question whose reader has gone by the time its turn comes is dropped; when more wait than
allowed the request is refused at once, with the time after which to try again.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from time import perf_counter
from typing import Any

from cachetools import LRUCache
from pydantic import BaseModel

from detente.outlook.ensemble.executors import ONE_THREAD
from detente.web.headline import AnswerRequest
from detente.web.replies import Refusal, Reply
from detente.web.results import RESULT, Results, result_key
from detente.web.settings import Settings
from detente.web.state import PageState, digest
from detente.web.tasks import FIRST, Done, begin, run_task
from detente.web.telemetry import Counters
from detente.web.turns import ASKING, Ended, Full, Turns
from detente.words import say

Gone = Callable[[], Awaitable[bool]]
DRAWINGS_BYTES = 32_000_000
"""Charts kept, together; one is 10 to 400 kB."""
PATIENCE = {"told": 4.0, "why": 4.0, "odds": 4.0}
"""Questions that may cost dozens of solves may take that many times as long as others."""
SLOW = {"why", "odds", "ranges", "drivers", "compare", "read", "dossier", "table_debrief"}
"""Questions of many solves or much text; `told` is one where the full answer is asked for."""
LARGE = 100_000
"""Characters of a dossier of one's own from which on whatever is asked of it is slow."""
GRACE = 8.0
"""Seconds that questions in hand have when the server ends."""
DISK_BYTES = 50_000_000
"""Answers kept between runs, together; one is about 30 kB."""


class Answers:
    """The pool. One for each server; `close` it at the end."""

    def __init__(self, settings: Settings, counters: Counters) -> None:
        self.settings, self.counters = settings, counters
        self._kept: LRUCache[str, Any] = LRUCache(settings.answers_kept)
        self._drawings: LRUCache[str, bytes] = LRUCache(DRAWINGS_BYTES, getsizeof=len)
        self._disk = Results(settings.folder / "answers", DISK_BYTES)
        self._disk.sweep()
        places = settings.at_once + (0 if settings.in_process else 1)
        self._turns = Turns(places, max(1, settings.at_once - 1), settings.waiting)
        self._open = asyncio.Event()
        self._open.set()
        self._pool = self._made()
        self._going: dict[str, tuple[asyncio.Task[Any], list[Gone]]] = {}
        self._worked_on: set[asyncio.Future[Done]] = set()
        counters.gauge("detente_answers_in_hand", lambda: float(self._turns.in_hand))

    def _made(self) -> Executor:
        if self.settings.in_process:
            return ThreadPoolExecutor(self.settings.at_once, thread_name_prefix="answer")
        return ProcessPoolExecutor(self.settings.at_once, multiprocessing.get_context("spawn"), initializer=begin)

    # -- one task --------------------------------------------------------------------------------------------------------
    async def run(self, name: str, *given: Any, gone: Gone | None = None) -> Any:
        """The task `name` done in the pool. Raises `Refusal` where it fails, takes too long, or too much waits."""
        limit = self.settings.answer_seconds * PATIENCE.get(name, 1.0)
        try:
            with suppress(TimeoutError):  # getting ready is nobody's question, so it counts against no answer's time
                await asyncio.wait_for(self._open.wait(), limit)
            async with asyncio.timeout(limit), self._turns.place(ASKING.get(), slow=slow(name, given)):
                if gone is not None and await gone():
                    self.counters.add("detente_refused_total", why="gone")
                    raise Refusal(499, say("web/refusals", "reader_gone"), name="Gone")
                done = await self._worked(name, given)
        except Full:
            self.counters.add("detente_refused_total", why="busy")
            raise Refusal(503, say("web/refusals", "busy"), headers={"Retry-After": "2"}) from None
        except Ended:
            raise self._no_more() from None
        except TimeoutError:
            self.counters.add("detente_refused_total", why="slow")
            raise Refusal(504, say("web/refusals", "no_answer", limit=f"{limit:g}")) from None
        if done.fault is not None:
            status, kind, message, where = done.fault
            raise Refusal(status, message, name=kind, where=where)
        return done.value

    async def _worked(self, name: str, given: tuple[Any, ...]) -> Done:
        loop = asyncio.get_running_loop()
        pool = self._pool
        try:
            with one_thread_each(not self.settings.in_process):
                future = loop.run_in_executor(pool, partial(run_task, name, given))
            self._worked_on.add(future)
            future.add_done_callback(self._worked_on.discard)
            return await future
        except asyncio.CancelledError:
            if self._turns.over:
                raise self._no_more() from None
            raise
        except BrokenProcessPool:
            self.counters.add("detente_pool_broken_total")
            if pool is self._pool:
                self._pool = self._made()
            raise Refusal(503, say("web/refusals", "process_ended"), headers={"Retry-After": "2"}) from None

    def _no_more(self) -> Refusal:
        self.counters.add("detente_refused_total", why="ending")
        return Refusal(503, say("web/refusals", "ending"), headers={"Retry-After": "5"})

    def end(self) -> None:
        """Begin to end: what waits is refused at once, what is in hand after `GRACE` seconds."""
        self._turns.end()
        asyncio.get_running_loop().call_later(GRACE, lambda: [future.cancel() for future in [*self._worked_on]])

    # -- questions that are kept -----------------------------------------------------------------------------------------
    async def kept(self, name: str, *given: Any, gone: Gone | None = None) -> tuple[Any, bool]:
        """What task `name` says of what is given (a state, most often), and whether it was known."""
        key = _key(name, given)
        found = self._kept.get(key) or self._drawings.get(key)
        if found is None and _lasts(name, given):
            found = await asyncio.to_thread(self._from_disk, key)
        self.counters.add("detente_answers_total", task=name, kept="no" if found is None else "yes")
        if found is not None:
            return found, True
        listeners: list[Gone] = [] if gone is None else [gone]
        if key in self._going:
            task, others = self._going[key]
            others += listeners
        else:
            task = asyncio.create_task(self._worked_out(key, name, given, listeners))
            self._going[key] = (task, listeners)
        return await asyncio.shield(task), False

    async def _worked_out(self, key: str, name: str, given: tuple[Any, ...], listeners: list[Gone]) -> Any:
        async def all_gone() -> bool:
            return bool(listeners) and all([await gone() for gone in listeners])

        try:
            found = await self.run(name, *given, gone=all_gone)
            if _lasts(name, given):
                await asyncio.to_thread(self._to_disk, key, found)
            (self._drawings if isinstance(found, bytes) else self._kept)[key] = found
            return found
        finally:
            self._going.pop(key, None)

    def _from_disk(self, key: str) -> Any:
        body = self._disk.json(result_key("answers", [key]))
        if body is None:
            return None
        found = self._kept[key] = json.loads(body)
        return found

    def _to_disk(self, key: str, found: Any) -> None:
        with suppress(OSError), self._disk.making(result_key("answers", [key])) as folder:
            (folder / RESULT).write_bytes(Reply(found).body)

    async def answer(self, state: PageState, gone: Gone | None = None) -> dict[str, Any]:
        """The answer to a state, with the ranges if they are known, and the seconds it took."""
        start = perf_counter()
        found, known = await self.kept("answer", state, gone=gone)
        ends = self._kept.get(_key("ranges", (state,)))
        if ends is not None:
            by_region = {row["region"]: row for row in ends["regions"]}
            rows = [{**row, **{k: by_region[row["region"]][k] for k in ("low", "high")}} for row in found["headline"]]
            found = {**found, "headline": rows}
        return {**found, "cached": known, "seconds": round(perf_counter() - start, 4)}

    async def told(self, asked: AnswerRequest, gone: Gone | None = None) -> dict[str, Any]:
        """The answer in sentences; the full one where it is known already."""
        full = asked.model_copy(update={"full": True})
        key = _key("told", (full,))
        if self._kept.get(key) is not None or (_lasts("told", (full,)) and await asyncio.to_thread(self._from_disk, key)):
            asked = full
        return (await self.kept("told", asked, gone=gone))[0]

    async def warm(self) -> None:
        """Have every process of the pool ready: the first one alone, so that whoever waits for an answer waits for no other
        process to load and compile beside it; the others then find compiled what it has compiled."""
        first = (PageState(dossier=FIRST),)
        self._open.clear()
        try:
            await self._worked("answer", first)
        finally:
            self._open.set()
        await asyncio.gather(*(self.run("answer", *first) for _ in range(self.settings.at_once)))

    async def ahead(self, dossier: str, scenarios: Sequence[str]) -> None:
        """Work out the whole answers of a dossier's ways on, one after the other, so that who opens it waits for none."""
        for scenario in scenarios:
            with suppress(Refusal):
                await self.told(AnswerRequest(dossier=dossier, scenario=scenario, full=True))

    def close(self) -> None:
        """End the pool; what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _lasts(name: str, given: tuple[Any, ...]) -> bool:
    """Whether an answer is kept between runs of the server: one to a way on of a shipped dossier, nothing moved."""
    state = given[0] if given and isinstance(given[0], PageState) else None
    return name in ("told", "odds", "why") and state is not None and state.content is None and not state.levers and not state.odds


def slow(name: str, given: tuple[Any, ...]) -> bool:
    """Whether a question may take a place for long.

    >>> slow("ranges", ()), slow("answer", (PageState(dossier=FIRST),)), slow("answer", (PageState(content={"x": "y" * LARGE}),))
    (True, False, True)
    """
    if name in SLOW or (name == "told" and given[0].full):
        return True
    own = (state.content for g in given if (state := g if isinstance(g, PageState) else getattr(g, "state", None)) is not None)
    return any(content is not None and len(json.dumps(content, default=str)) > LARGE for content in own)


def _key(name: str, given: tuple[Any, ...]) -> str:
    return digest([name, *(g.model_dump() if isinstance(g, BaseModel) else g for g in given)])


class one_thread_each:  # noqa: N801 reads as a statement
    """Processes started inside use one thread each: their libraries read it from the environment as they load."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._before: dict[str, str | None] = {}

    def __enter__(self) -> None:
        import os

        if self._wanted:
            self._before = {key: os.environ.get(key) for key in ONE_THREAD}
            os.environ.update(ONE_THREAD)

    def __exit__(self, *details: object) -> None:
        import os

        for key, value in self._before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
