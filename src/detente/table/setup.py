"""What a game is made of: its set-up, which never changes, and the moves, which are only ever added.

Both are plain JSON. A set-up holds all that a game depends on beside the moves: whoever has both has the game.

>>> Setup.model_validate({"dossier": "kuala-lumpur-2025", "seats": {"USA": "person", "CHN": "engine"}}).strength
'even'
>>> Move(kind="offer", package={"purchases": 2}).model_dump(exclude_defaults=True)
{'kind': 'offer', 'package': {'purchases': 2}}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from detente.errors import InputError
from detente.words import refusal

Player = Literal["person", "engine"]
Strength = Literal["easy", "even", "hard"]
Mode = Literal["solo", "hot seat", "room"]
Kind = Literal["offer", "counter", "accept", "wait", "walk", "choose", "grant"]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,5}$")]
LONGEST = 280
"""Characters a seat may say with a move."""
MOST = 400
"""Moves of one game; a game of four seats has fewer than a hundred."""
T = TypeVar("T", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Setup(_Strict):
    """What is played and by whom.

    `dossier` is the name of a shipped one or the text of another, `seats` who sits for which economy: both parties and up to two
    others. `strength` is that of all engine seats; `seed` draws what chance decides; `mode` is told back and changes no rule.
    `world` is a shipped one; `horizon` and `parameters` are as everywhere else.
    """

    dossier: Annotated[str, Field(min_length=1, max_length=2_000_000)]
    seats: Annotated[dict[Code, Player], Field(min_length=2, max_length=4)]
    strength: Strength = "even"
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    mode: Mode = "solo"
    world: Literal["world-2022", "toy"] = "world-2022"
    horizon: Annotated[str, Field(max_length=40)] | None = None
    parameters: dict[str, float] = Field(default={}, max_length=20)


class Move(_Strict):
    """One move.

    offer     put `package` on the table: the level of each issue by its id; an issue left out stays as it stands without a deal
    counter   the same, in answer to an offer of the other side that still stands
    accept    sign the other side's standing offer, named by its `number`
    wait      say nothing this round
    walk      leave the table: talks collapse
    choose    for a seat that is no party: one `option` of its menu
    grant     for a party: consent to the `option` that the seat `to` has chosen; takes no turn

    `seat` is filled in by the game. `number` of an offer is the one it would bear and `step` the step of the clock the mover saw;
    both may be left out, and given they keep a message that comes twice or late from counting. `text` is said to all.
    `why` holds an engine's reasons: only the debrief may show them; a person's move has none, whatever it brings.
    """

    kind: Kind
    seat: str = ""
    package: Annotated[dict[str, int], Field(max_length=100)] | None = None
    number: int | None = None
    step: int | None = None
    option: Annotated[str, Field(max_length=200)] | None = None
    to: Annotated[str, Field(max_length=6)] | None = None
    text: Annotated[str, Field(max_length=LONGEST)] = ""
    why: Annotated[dict[str, float | bool | None], Field(max_length=20)] | None = None


def read(kind: type[T], value: T | Mapping[str, Any]) -> T:
    """A set-up or move from JSON. Raises `InputError`, which names the field."""
    if isinstance(value, kind):
        return value
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(x) for x in first["loc"]) or "the whole"
        raise InputError(refusal("table", "not_readable", what=kind.__name__.lower(), where=where, why=first["msg"])) from None
