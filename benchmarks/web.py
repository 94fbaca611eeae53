"""Many readers at once on one server: how long an answer takes when all of them move sliders.

A server of its own is started on this machine; the readers run in this process and share the cores with it. Every reader moves
one of several levers to a value of its own, so that hardly any answer is known beforehand, waits for the answer, pauses and
moves on.
`python -m benchmarks.web [--quick]` prints the section alone.
"""

from __future__ import annotations

import asyncio
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import numpy as np

from benchmarks.timing import Section

LEVERS = {
    "us-threat-100": (0, 150), "us-reciprocal-chn-24": (0, 60), "us-fentanyl-20": (0, 40), "chn-reciprocal-24": (0, 60),
    "chn-answer-100": (0, 150), "chn-rare-earths-october": (0, 100),
}  # fmt: skip
SCENARIOS = ("status-quo", "optimistic", "middle", "pessimistic")


@contextmanager
def started() -> Iterator[tuple[str, float, int]]:
    """The address of a server on an empty data folder, the moment it was started, its process; it is not warm yet."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        command = [sys.executable, "-m", "detente", "serve", "--port", "0", "--data", folder]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            found = re.search(r"http://\S+", process.stdout.readline() if process.stdout else "")
            if found is None:
                raise RuntimeError("the server did not start")
            yield found.group(0).rstrip("/"), begin, process.pid
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def server() -> Iterator[str]:
    """The address of a server that is warm."""
    with started() as (address, _, _):
        warm(address)
        yield address


def warm(address: str) -> None:
    """Wait until it is ready, a minute at most."""
    for _ in range(600):
        time.sleep(0.1)
        with suppress(httpx.TransportError):
            if httpx.get(f"{address}/healthz").json()["ready"]:
                break


async def reader(client: httpx.AsyncClient, number: int, end: float, pause: float, times: list[float], faults: list[str]) -> None:
    """One reader until `end`: a lever, an answer, a pause of `pause` seconds on average."""
    pick = random.Random(number)
    state = {"dossier": "kuala-lumpur-2025", "scenario": SCENARIOS[number % len(SCENARIOS)], "levers": {}}
    await asyncio.sleep(pick.random() * max(pause, 0.2))
    while time.perf_counter() < end:
        name = pick.choice(sorted(LEVERS))
        low, high = LEVERS[name]
        state["levers"] = {**dict(list(state["levers"].items())[-2:]), name: round(pick.uniform(low, high), 2)}
        begin = time.perf_counter()
        try:
            reply = await client.post("/api/v1/solve", json=state)
            if reply.status_code != 200 or reply.json()["status"] != "converged":
                faults.append(f"{reply.status_code} {reply.text[:120]}")
        except httpx.HTTPError as error:
            faults.append(type(error).__name__)
        times.append(time.perf_counter() - begin)
        await asyncio.sleep(pick.expovariate(1 / pause) if pause else 0)


async def load(address: str, readers: int, seconds: float, pause: float) -> tuple[list[float], list[str]]:
    """Times of all answers, and faults."""
    times: list[float] = []
    faults: list[str] = []
    limits = httpx.Limits(max_connections=readers, max_keepalive_connections=readers)
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=limits) as client:
        end = time.perf_counter() + seconds
        await asyncio.gather(*(reader(client, k, end, pause, times, faults) for k in range(readers)))
    return times, faults


def run(quick: bool) -> Section:
    """One reader, then fifty with and without pauses."""
    seconds = 8.0 if quick else 25.0
    rows = []
    with server() as address:
        asyncio.run(load(address, 2, 3, 0))
        for label, readers, pause in (
            ("1, no pause", 1, 0.0),
            ("50, two seconds between moves", 50, 2.0),
            ("50, no pause", 50, 0.0),
        ):
            times, faults = asyncio.run(load(address, readers, seconds, pause))
            if faults:
                raise RuntimeError(f"{len(faults)} faults, for instance: {faults[0]}")
            median, late = np.quantile(times, (0.5, 0.95))
            rows.append(
                (label, f"{len(times):,}", f"{len(times) / seconds:.0f}", *(f"{1000 * t:,.0f} ms" for t in (median, late)), "0")
            )
    return Section(
        "Readers of the page",
        (
            "Each reader moves a lever to a value nobody asked for before, waits for the answer, pauses and goes on. Readers "
            "and server share the cores. The target: fifty readers on two cores, no error, the median answer under a second.",
        ),
        ("readers", "answers", "a second", "median", "95 of 100 within", "errors"),
        tuple(rows),
    )


if __name__ == "__main__":
    print(run("--quick" in sys.argv).markdown())
