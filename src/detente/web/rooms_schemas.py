"""What the replies about rooms look like, for the API's description."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from detente.web.schemas import Told
from detente.words import say


class SeatLink(Told):
    """A seat that a person takes: its token, and the part of the page's address that opens it."""

    seat: str
    token: str
    link: str


class RoomMade(Told):
    """A new room. Its tokens are told this once; `expires` is in seconds since 1970."""

    room: str
    seats: list[SeatLink]
    expires: float


class RoomView(Told):
    """A room as a seat may see it: the packaged `dossier` it is about (null: its maker brought one), `number` of moves so far,
    the seats that listen now (`here`) and those left for good (`gone`).

    `view` is null while the payoffs are worked out (`progress` from 0 to 1), and then the game as the seat sees it.
    """

    room: str
    dossier: str | None
    seat: str
    status: Literal["preparing", "open", "over", "failed"]
    progress: float
    message: str
    number: int
    expires: float
    here: list[str]
    gone: list[str]
    view: dict[str, Any] | None = Field(description=say("web/api", "seat_view"))


class PackageWorth(BaseModel):
    """What a package is worth to the seat that asked, against nothing signed."""

    points: float


class Debrief(Told):
    """What was hidden while the game went on (`told`); `complete` once the package that `detente deal` would propose and the
    odds of the outlook are in it. `problem` says what could not be worked out."""

    complete: bool
    progress: float
    problem: str | None
    told: dict[str, Any]
