"""After the end: what each seat got, what lay on the table, what the engine would have signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.table.engine import frame
from detente.types import Progress, plain

if TYPE_CHECKING:
    from detente.table.game import Game


@dataclass(frozen=True)
class Debrief:
    """`seats` what each got, `zone` how many packages were better for both."""

    how: str
    seats: dict[str, Any]
    zone: dict[str, Any]

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return dict(plain(self))


def debrief_of(game: Game, progress: Progress | None = None) -> Debrief:
    """The debrief of a game that is over."""
    assert game.end is not None
    found, prices = frame(game.board), game.board.prices
    zone = {
        "packages": len(prices.grid),
        "better_for_both": len(prices.zone),
        "ideal": dict(zip(game.parties, found.ideal, strict=True)),
    }
    return Debrief(game.end.how, {s: game._told(game.result(s)) for s in game.setup.seats}, zone)
