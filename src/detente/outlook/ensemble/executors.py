"""Run tasks one by one, on several processes, or on a Dask cluster: the same results through one generator.

    for number, result in run(function, context, tasks, executor="processes", workers=2): ...

`context` (large) goes to every worker once, `tasks` (small) one by one; `function(context, task)` must be importable by name.
Results come as they are done, with no more than a few tasks a worker under way, so memory does not grow with their number. New
processes are started fresh (spawned: the numerical libraries do not survive a fork) and told to use one thread each before
those libraries load. A task that raises ends the run with its error; workers that die are an error that says so.

This module loads nothing heavy: it is the first thing a worker imports.
"""

from __future__ import annotations

import os
import pickle
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeVar

from detente.errors import DetenteError, InputError, UnknownName
from detente.extras import need
from detente.words import refusal

Executor = Literal["serial", "processes", "dask"]
Task = TypeVar("Task")
NAMES = {"serial": "one after the other", "processes": "several processes", "dask": "a Dask cluster on this machine"}
ONE_THREAD = {
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(256 << 20), "MALLOC_MMAP_THRESHOLD_": str(64 << 20)}
"""For Dask's workers, whose default returns memory to the system after every array: a third of the time went on that."""
AHEAD = 2  # tasks under way for every worker
_contexts: OrderedDict[str, Any] = OrderedDict()
_lock = threading.Lock()


class WorkersDied(DetenteError):
    """Worker processes ended before their work was done."""

    exit_code = 3


def run(
    function: Callable[[Any, Task], Any],
    context: Any,
    tasks: Iterable[Task],
    executor: Executor | Any = "serial",
    workers: int | None = None,
) -> Iterator[tuple[Task, Any]]:
    """(task, result) in the order of completion. `executor` may be a `dask.distributed.Client`.

    Raises `UnknownName` for an executor that does not exist, `InputError` for Dask where it is not installed, `WorkersDied`.
    """
    if executor == "serial":
        return ((task, function(context, task)) for task in tasks)
    if executor == "processes":
        return _processes(function, context, tasks, workers or usable_cores())
    if executor == "dask" or hasattr(executor, "scatter"):
        return _dask(function, context, tasks, executor, workers or usable_cores())
    raise UnknownName(executor, NAMES, "executor")


def usable_cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def settle() -> None:
    """Tell the numerical libraries of a fresh process to use one thread; of no effect once they are loaded."""
    for key, value in ONE_THREAD.items():
        if value not in os.environ.get(key, ""):
            os.environ[key] = f"{os.environ.get(key, '')} {value}".strip() if key == "XLA_FLAGS" else value


@contextmanager
def _settled_children() -> Iterator[None]:
    """Processes started inside find the settings in their environment before anything is imported."""
    before = {key: os.environ.get(key) for key in ONE_THREAD}
    settle()
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value


def _keep(name: str, context: Any) -> None:
    """Put a context where tasks of this process find it; old ones go."""
    with _lock:
        _contexts[name] = context
        while len(_contexts) > 4:
            _contexts.popitem(last=False)


def _start(name: str, path: str) -> None:
    """First thing in a worker. The context comes in a file: a worker that dies while it is sent one would stall its parent."""
    settle()
    _keep(name, pickle.loads(Path(path).read_bytes()))


def _one(function: Callable[[Any, Task], Any], name: str, task: Task) -> tuple[Task, Any]:
    return task, function(_contexts[name], task)


def _processes(
    function: Callable[[Any, Task], Any], context: Any, tasks: Iterable[Task], workers: int
) -> Iterator[tuple[Task, Any]]:
    import multiprocessing
    from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
    from concurrent.futures.process import BrokenProcessPool

    if workers < 1:
        raise InputError(refusal("outlook", "workers_must_be_at", workers=workers))
    queue = iter(tasks)
    first = list(islice(queue, AHEAD * workers))
    if not first:
        return
    with tempfile.TemporaryDirectory(prefix="detente-context-") as folder:
        path = Path(folder) / "context"
        path.write_bytes(pickle.dumps(context, pickle.HIGHEST_PROTOCOL))
        pool = ProcessPoolExecutor(
            min(workers, len(first)), multiprocessing.get_context("spawn"), initializer=_start, initargs=("context", str(path))
        )
        try:
            with _settled_children():  # processes start when work is first handed in
                going: set[Future[tuple[Task, Any]]] = {pool.submit(_one, function, "context", task) for task in first}
            while going:
                done, going = wait(going, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
                going |= {pool.submit(_one, function, "context", task) for task in islice(queue, len(done))}
        except BrokenProcessPool:
            from detente.words import say

            raise WorkersDied(say("words/templates/WorkersDied", "explain")) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _dask(
    function: Callable[[Any, Task], Any], context: Any, tasks: Iterable[Task], executor: Any, workers: int
) -> Iterator[tuple[Task, Any]]:
    need("dask")
    need("distributed")
    import dask
    from distributed import Client, LocalCluster, as_completed

    own = executor == "dask"
    if own:
        with dask.config.set({"distributed.nanny.pre-spawn-environ": {**ONE_THREAD, **KEEP_MEMORY}}):
            cluster = LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
            )
        client = Client(cluster)
    else:
        client = executor
    try:
        held = client.scatter(context, broadcast=True, hash=False)
        queue = iter(tasks)
        ahead = AHEAD * max(sum(client.nthreads().values()), 1)

        def submit(task: Task) -> Any:
            return client.submit(_with_context, function, held, task, pure=False)

        going = as_completed([submit(task) for task in islice(queue, ahead)])
        for future in going:
            result = future.result()
            for task in islice(queue, 1):
                going.add(submit(task))
            future.release()
            yield result
    finally:
        if own:
            client.close()
            cluster.close()


def _with_context(function: Callable[[Any, Task], Any], context: Any, task: Task) -> tuple[Task, Any]:
    return task, function(context, task)
