"""Rooms of the negotiation exercise: make one, look, move, listen, leave, and take away what came of it.

A seat is held by a token that travels in the header `Detente-Seat`, never in an address. What a seat is told is what it may know;
what the others want leaves the server only in the debrief. Events come as a stream (`text/event-stream`), each with the number of
moves as its id, so that a stream that broke goes on where it was; who cannot stream asks again with `after` and `wait`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path as InPath, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import Field, model_validator

from detente.web.replies import Refusal, Reply
from detente.web.rooms import House
from detente.web.rooms_schemas import Debrief, PackageWorth, RoomMade, RoomView
from detente.web.rooms_store import Room
from detente.web.schemas import replies
from detente.web.security import Rate
from detente.web.state import Name, Strict
from detente.words import say

router = APIRouter(prefix="/api/v1/rooms", default_response_class=Reply)
HEARTBEAT = 15.0
"""Seconds between two words of a stream on which nothing happens."""
LONGEST_WAIT = 25.0

RoomName = Annotated[str, InPath(pattern=r"^[a-z0-9]{10}$")]
Token = Annotated[str, Header(alias="Detente-Seat", max_length=64)]
Player = Literal["person", "engine"]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,5}$")]
ENDINGS = {
    "md": "text/markdown; charset=utf-8", "json": "application/json", "html": "text/html; charset=utf-8",
}  # fmt: skip
TEXT: dict[int, Any] = {
    200: {"description": say("web/api", "asked_for"), "content": {v.partition(";")[0]: {"schema": {}} for v in ENDINGS.values()}}
}
STREAM: dict[int, Any] = {200: {"description": say("web/api", "events"), "content": {"text/event-stream": {"schema": {}}}}}
MADE: dict[int, Any] = {201: {"model": RoomMade, "description": say("web/api", "asked_for")}}
SEATED = (404, 409)
REPORT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'; sandbox"
"""Policy of a report: it carries its own styles, and nothing in it runs."""


class RoomRequest(Strict):
    """What is played, and by whom: the name of a packaged dossier or a whole one, a person or the engine on each seat."""

    dossier: Name | None = None
    content: dict[str, Any] | None = None
    seats: Annotated[dict[Code, Player], Field(min_length=2, max_length=4)]
    strength: Literal["easy", "even", "hard"] = "even"
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    hot_seat: bool = False
    world: Name = "world-2022"
    horizon: Annotated[str, Field(max_length=40)] | None = None

    @model_validator(mode="after")
    def _one_dossier(self) -> RoomRequest:
        if (self.dossier is None) == (self.content is None):
            raise ValueError(say("web/refusals", "room_of_one"))
        if "person" not in self.seats.values():
            raise ValueError(say("web/refusals", "room_of_persons"))
        return self


class MoveGiven(Strict):
    """One move; see the guide of the exercise. An issue that a package leaves out stays as it stands without a deal."""

    kind: Literal["offer", "counter", "accept", "wait", "walk", "choose", "grant"]
    package: Annotated[dict[Name, Annotated[int, Field(ge=0, le=1000)]], Field(max_length=100)] | None = None
    number: Annotated[int, Field(ge=0, le=10_000)] | None = None
    step: Annotated[int, Field(ge=0, le=10_000)] | None = None
    option: Annotated[str, Field(max_length=200)] | None = None
    to: Annotated[str, Field(max_length=6)] | None = None
    text: Annotated[str, Field(max_length=280)] = ""


class MoveRequest(Strict):
    """A move, the number of moves its maker saw, and a key under which it counts once however often it is sent."""

    number: Annotated[int, Field(ge=0, le=10_000)]
    move: MoveGiven
    idempotency: Annotated[str, Field(min_length=8, max_length=80)] | None = None


class WorthRequest(Strict):
    """A package: the level of each issue by its id."""

    levels: Annotated[dict[Name, Annotated[int, Field(ge=0, le=1000)]], Field(max_length=100)]


class Nothing(Strict):
    """An empty body."""


def house_of(request: Request) -> House:
    """The rooms of this server."""
    found: House = request.app.state.house
    return found


async def _seat(request: Request, room: str, token: str) -> tuple[Room, str]:
    return await house_of(request).seat(room, token, request.state.client)


@router.post("", summary=say("web/api", "post_room"), status_code=201, responses=replies(also=MADE))
async def post_room(request: Request, body: RoomRequest) -> Response:
    """The room, and the token of every seat that a person takes: told once. The payoffs may not be worked out yet."""
    made: Rate = request.app.state.rooms_made
    if (wait := made.take(request.state.client, monotonic())) > 0:
        raise Refusal(429, say("web/rooms", "too_many_rooms"), headers={"Retry-After": str(int(wait) + 1)})
    room, tokens = await house_of(request).make(request.state.client, body.model_dump())
    links = [{"seat": seat, "token": token, "link": f"#/table/{room.id}/{token}"} for seat, token in tokens.items()]
    return Reply({"room": room.id, "seats": links, "expires": room.expires}, status_code=201)


@router.get("/{room}", summary=say("web/api", "get_room"), responses=replies(RoomView, *SEATED))
async def get_room(
    request: Request,
    room: RoomName,
    token: Token = "",
    after: Annotated[int, Query(ge=-1, le=10_000)] | None = None,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT)] = 0.0,
) -> Response:
    """What the seat may know. With `after` and `wait` the answer comes as soon as there are more moves than that, or when the
    wait is over: for those who cannot listen to a stream."""
    found, seat = await _seat(request, room, token)
    house = house_of(request)
    told = await house.told(found.id, seat)
    if after is not None and wait > 0:
        end = monotonic() + wait
        async with house.listening(found.id, seat, seen=True) as bell:
            while told["number"] <= after and (left := end - monotonic()) > 0 and not house.closed:
                opening = told["view"] is None
                try:
                    await asyncio.wait_for(bell.wait(), min(left, 0.5 if opening else left))
                except TimeoutError:
                    if not opening:
                        break
                bell.clear()
                told = await house.told(found.id, seat)
                if opening:
                    break
    return Reply(told)


@router.get("/{room}/events", summary=say("web/api", "get_events"), responses=replies(None, *SEATED, also=STREAM))
async def get_events(
    request: Request,
    room: RoomName,
    token: Token = "",
    last: Annotated[str, Header(alias="Last-Event-ID", max_length=40)] = "",
) -> Response:
    """One event whenever something has happened: what the seat is told then, under the number of moves as its id. A client that
    names the last it saw is told nothing twice."""
    found, seat = await _seat(request, room, token)
    stream = _events(house_of(request), found.id, seat, last)
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


async def _events(house: House, room: str, seat: str, last: str) -> AsyncIterator[bytes]:
    yield b": here\n\n"
    before: Any = None
    async with house.listening(room, seat, seen=True) as bell:
        while not house.closed:
            bell.clear()
            try:
                told = await house.told(room, seat)
            except Refusal as refusal:  # the room's day has come, or the pool is full
                yield _event("refused", {"error": refusal.name, "message": str(refusal), "where": refusal.where})
                return
            if told != before and not (before is None and told["view"] is not None and last == str(told["number"])):
                yield _event("view", told, str(told["number"]) if told["view"] is not None else None)
            before = told
            try:
                await asyncio.wait_for(bell.wait(), HEARTBEAT if told["view"] is not None else 0.5)
            except TimeoutError:
                yield b": here\n\n"


def _event(name: str, body: Any, number: str | None = None) -> bytes:
    head = f"event: {name}\n" + (f"id: {number}\n" if number is not None else "")
    return head.encode() + b"data: " + bytes(Reply(body).body) + b"\n\n"


@router.post("/{room}/moves", summary=say("web/api", "post_move"), responses=replies(RoomView, *SEATED))
async def post_move(request: Request, room: RoomName, body: MoveRequest, token: Token = "") -> Response:
    """What the seat is told after its move, and after what the engine answered to it."""
    found, seat = await _seat(request, room, token)
    move = body.move.model_dump(exclude_defaults=True, mode="json")
    await house_of(request).move(found, seat, body.number, move, body.idempotency)
    return Reply(await house_of(request).told(found.id, seat))


@router.post("/{room}/worth", summary=say("web/api", "post_worth"), responses=replies(PackageWorth, *SEATED))
async def post_worth(request: Request, room: RoomName, body: WorthRequest, token: Token = "") -> Response:
    """What a package would be worth to the seat that asks, signed now."""
    found, seat = await _seat(request, room, token)
    return Reply(await house_of(request).asked(found, "table_worth", seat, body.levels))


@router.post("/{room}/leave", summary=say("web/api", "post_leave"), responses=replies(RoomView, *SEATED))
async def post_leave(request: Request, room: RoomName, body: Nothing, token: Token = "") -> Response:
    """Leaving for good: a party walks away from the table when its turn comes, another says nothing any more."""
    found, seat = await _seat(request, room, token)
    await house_of(request).leave(found, seat)
    return Reply(await house_of(request).told(found.id, seat))


@router.get("/{room}/debrief", summary=say("web/api", "get_debrief"), responses=replies(Debrief, *SEATED))
async def get_debrief(request: Request, room: RoomName, token: Token = "") -> Response:
    """What was hidden, once the game is over: at once without what takes long, and whole a little later (`complete`)."""
    found, _ = await _seat(request, room, token)
    return Reply(await house_of(request).debrief(found))


@router.get("/{room}/transcript.{ending}", summary=say("web/api", "get_transcript"), responses=replies(None, *SEATED, also=TEXT))
async def get_transcript(request: Request, room: RoomName, ending: Literal["md", "json", "html"], token: Token = "") -> Response:
    """The game to take away, once it is over: as text, as data, as a report of two pages."""
    found, _ = await _seat(request, room, token)
    body = await house_of(request).takeaway(found, ending)
    headers = {"Content-Disposition": f'attachment; filename="{found.id}.{ending}"', "Content-Security-Policy": REPORT}
    return Response(body, media_type=ENDINGS[ending], headers=headers)
