"""Forty rooms of the exercise at once on one server: how long an answer takes, and whether a move is ever lost.

Every room has two seats, each listening to its stream. Whoever has the turn weighs a package three times, then makes an offer,
one move in five seconds on average; after some rounds the other signs. A room's moves are then counted against those made. A
server of its own is started on this machine; the clients run in this process and share the cores with it.
`python -m benchmarks.rooms [--quick]` prints the section alone.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from dataclasses import dataclass, field

import httpx
import numpy as np

from benchmarks.timing import Section
from benchmarks.web import server

DOSSIER = "kuala-lumpur-2025"
PARTIES = ("USA", "CHN")
OFFERS = 8
"""Offers a room makes before one is signed; the deadline may end it sooner."""
PAUSE = 5.0
"""Seconds between two moves of a room, on average."""


@dataclass
class Seen:
    """What was measured: seconds by kind of request, moves made and found, faults."""

    times: dict[str, list[float]] = field(default_factory=lambda: {"move": [], "worth": [], "told": []})
    made: int = 0
    kept: int = 0
    ended: int = 0
    faults: list[str] = field(default_factory=list)


class Seat:
    """One seat: its client, what it was told last, and the moment it was told."""

    def __init__(self, client: httpx.AsyncClient, room: str, token: str) -> None:
        self.client, self.path, self.headers = client, f"/api/v1/rooms/{room}", {"Detente-Seat": token}
        self.told: dict[str, object] | None = None
        self.heard = asyncio.Event()

    async def listen(self, moments: dict[int, float], seen: Seen) -> None:
        """Follow the stream until the room is over; `moments` is when the move of a number was sent."""
        async with self.client.stream("GET", f"{self.path}/events", headers=self.headers, timeout=None) as reply:
            async for line in reply.aiter_lines():
                if not line.startswith("data: "):
                    continue
                self.told = json.loads(line.removeprefix("data: "))
                number = int(self.told["number"])  # type: ignore[call-overload] # a number, by the schema
                if number in moments:
                    seen.times["told"].append(time.perf_counter() - moments[number])
                self.heard.set()
                if self.told["status"] == "over":
                    return

    async def post(self, what: str, body: object, seen: Seen) -> httpx.Response:
        """A request that is timed."""
        begin = time.perf_counter()
        reply = await self.client.post(self.path + what, headers=self.headers, json=body)
        seen.times["move" if what == "/moves" else "worth"].append(time.perf_counter() - begin)
        if reply.status_code != 200:
            seen.faults.append(f"{reply.status_code} {reply.text[:160]}")
        return reply


async def room(client: httpx.AsyncClient, number: int, seen: Seen) -> None:
    """One room from its making to its end."""
    pick = random.Random(number)
    asked = {"dossier": DOSSIER, "seats": dict.fromkeys(PARTIES, "person"), "seed": number}
    made = (await client.post("/api/v1/rooms", json=asked)).json()
    seats = [Seat(client, made["room"], s["token"]) for s in made["seats"]]
    moments: dict[int, float] = {}
    listeners = [asyncio.create_task(seat.listen(moments, seen)) for seat in seats]
    mine, offers = 0, 0
    try:
        while True:
            told = (await client.get(seats[0].path, headers=seats[0].headers)).json()
            if told["status"] == "preparing":
                await asyncio.sleep(0.3)
                continue
            if told["status"] == "over":
                break
            seat = seats[0] if told["view"]["your_turn"] else seats[1]
            view = (await client.get(seat.path, headers=seat.headers)).json()["view"]
            package = {i["id"]: pick.randrange(len(i["levels"])) for i in view["issues"]}
            for _ in range(3):  # the dials
                await seat.post("/worth", {"levels": package}, seen)
                await asyncio.sleep(pick.expovariate(3 / PAUSE))
            theirs = [o for o in view["offers"] if o["by"] != view["seat"]["code"]]
            move = (
                {"kind": "accept", "number": theirs[0]["number"]}
                if offers >= OFFERS and theirs
                else {"kind": "offer", "package": package}
            )
            moments[told["number"] + 1] = time.perf_counter()
            body = {"number": told["number"], "idempotency": f"room-{number}-{mine}", "move": move}
            if (await seat.post("/moves", body, seen)).status_code == 200:
                mine, offers = mine + 1, offers + 1
        seen.made += mine
        seen.kept += int(told["number"])
        seen.ended += 1
        async with asyncio.timeout(10):
            await asyncio.gather(*listeners)
    finally:
        for listener in listeners:
            listener.cancel()


async def play(address: str, rooms: int) -> Seen:
    """All rooms at once."""
    seen = Seen()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=4 * rooms)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client:
        await room(client, 10_000, Seen())  # the payoffs are worked out once
        await asyncio.gather(*(room(client, k, seen) for k in range(rooms)))
    return seen


def run(quick: bool) -> Section:
    """The rooms on a server of their own. Raises `RuntimeError` where a move or a room was lost."""
    rooms = 8 if quick else 40
    with server() as address:
        seen = asyncio.run(play(address, rooms))
    if seen.faults or seen.made != seen.kept or seen.ended != rooms:
        raise RuntimeError(f"{seen.ended} rooms ended, {seen.kept} moves of {seen.made} kept, faults: {seen.faults[:3]}")
    names = {"move": "a move, answered", "worth": "what a package is worth", "told": "a move, until each browser shows it"}
    rows = []
    for kind, name in names.items():
        median, late, worst = np.quantile(seen.times[kind], (0.5, 0.95, 1.0))
        rows.append((name, f"{len(seen.times[kind]):,}", *(f"{1000 * t:,.0f} ms" for t in (median, late, worst))))
    return Section(
        "Rooms of the exercise",
        (
            f"{rooms} rooms at once, two seats each, every seat listening to its stream: three looks at what a package is worth, "
            f"then a move, every {PAUSE:g} seconds. {seen.kept:,} moves, none lost, every room played to its end. The target: "
            "forty rooms on two cores, the median answer under 300 ms.",
        ),
        ("what", "times", "median", "95 of 100 within", "slowest"),
        tuple(rows),
    )


if __name__ == "__main__":
    print(run("--quick" in sys.argv).markdown())
