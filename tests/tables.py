"""Rooms of the exercise for tests: a dossier on the toy world, whose payoffs take a second."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import small_future
from detente.cases.runs import dossier_content


def asked(**more: Any) -> dict[str, Any]:
    """A room on the toy world: AAA and BBB are parties, CCC hosts."""
    content = dossier_content(small_future.small_future())
    content["venue"]["region"] = "CCC"
    seats = {"AAA": "person", "BBB": "person"}
    return {"content": content, "world": "toy", "seats": seats, **more}


@dataclass
class Seat:
    """A seat of a room, asked through any client of httpx's kind."""

    client: Any
    room: str
    token: str
    link: str = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Detente-Seat": self.token}

    def get(self, what: str = "", **more: Any) -> Any:
        return self.client.get(f"/api/v1/rooms/{self.room}{what}", headers=self.headers, **more)

    def post(self, what: str, body: Any) -> Any:
        return self.client.post(f"/api/v1/rooms/{self.room}{what}", headers=self.headers, json=body)

    def look(self) -> dict[str, Any]:
        reply = self.get()
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    def move(self, kind: str, number: int | None = None, key: str | None = None, **move: Any) -> Any:
        at = self.look()["number"] if number is None else number
        return self.post("/moves", {"number": at, "move": {"kind": kind, **move}, **({"idempotency": key} if key else {})})


def opened(client: Any, **more: Any) -> dict[str, Seat]:
    """The seats of a new room that people take, once it is open."""
    reply = client.post("/api/v1/rooms", json=asked(**more))
    assert reply.status_code == 201, reply.text
    made = reply.json()
    seats = {s["seat"]: Seat(client, made["room"], s["token"], s["link"]) for s in made["seats"]}
    any_seat = next(iter(seats.values()))
    end = time.monotonic() + 90
    while (found := any_seat.look())["status"] == "preparing":
        assert time.monotonic() < end, "the room did not open in time"
        time.sleep(0.05)
    assert found["status"] == "open", found
    return seats


def turn(seats: dict[str, Seat]) -> Seat:
    """The seat that moves now."""
    return next(s for s in seats.values() if s.look()["view"]["your_turn"])
