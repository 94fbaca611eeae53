"""What the pool does for a room: a game is replayed from its set-up and its moves, and asked one thing.

A process keeps the last games it replayed by their moves, so that the next move costs a move and not a replay. A move that the
store then refuses leaves nothing behind: its game goes by moves that no room has.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from cachetools import LRUCache

from detente.errors import InputError
from detente.files import write
from detente.table import Game, Move, Setup, papers
from detente.table.board import dossier_of
from detente.table.debrief import Debrief, debrief_of
from detente.table.setup import read
from detente.types import Progress
from detente.web.results import result_key
from detente.web.rooms_store import DEBRIEF, TABLE
from detente.web.state import digest
from detente.words import refusal
from detente.words.names import region_name

GAMES = 128
"""Replayed games that a process keeps."""
_games: LRUCache[tuple[str, str], Game] = LRUCache(GAMES)


def setup(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The set-up of what was asked for, the key of its payoffs, and the seats that people take. Raises `InputError`."""
    people = [seat for seat, player in asked["seats"].items() if player == "person"]
    mode = "solo" if len(people) == 1 else "hot seat" if asked["hot_seat"] else "room"
    text = asked["dossier"] or json.dumps(asked["content"], ensure_ascii=False, indent=0)
    given = {k: asked[k] for k in ("seats", "strength", "seed", "world", "horizon")}
    made = read(Setup, {**given, "dossier": text, "mode": mode})
    dossier = dossier_of(made.dossier)
    parties = [p.region for p in dossier.parties]
    if len(parties) != 2:
        names = ", ".join(map(region_name, parties))
        raise InputError(refusal("table", "two_parties", id=dossier.id, count=len(parties), names=names))
    if lacking := [p for p in parties if p not in made.seats]:
        raise InputError(refusal("table", "party_lacks_a_seat", party=region_name(lacking[0], article=True), code=lacking[0]))
    others = sorted(set(made.seats) - set(parties))
    basis = [made.dossier, made.world, made.horizon, others]
    return {"setup": made.model_dump(mode="json"), "key": result_key(TABLE, basis), "people": people}


def work(kind: str, request: Mapping[str, Any], progress: Progress, folder: Path) -> dict[str, Any]:
    """The long parts, for a worker: the payoffs a set-up needs (what was solved is kept on disk for every process), or the whole
    debrief of a game that is over, with what is to be taken away of it as files in `folder`."""
    if kind == DEBRIEF:
        game = Game.replay(request["setup"], request["moves"])
        found = debrief_of(game, progress=progress)
        for ending, body in takeaways(game, found).items():
            write(folder / f"game.{ending}", body)
        return told(found)
    game = Game.replay(request["setup"], [], progress)
    return {"parties": list(game.parties), "steps": len(game.board.steps), "packages": len(game.board.prices.grid)}


def told(found: Debrief) -> dict[str, Any]:
    """A debrief for the page: its numbers, and its `words` as on paper and in the terminal."""
    return {**found.record(), "words": papers.words(found)}


def takeaways(game: Game, found: Debrief) -> dict[str, bytes]:
    """The game to take away, by ending."""
    whole = {"game": json.loads(game.to_json()), "debrief": found.record()}
    return {
        "json": json.dumps(whole, ensure_ascii=False, indent=1).encode(),
        "md": papers.transcript(found).encode(),
        "html": papers.report(found).encode(),
    }


def ready(given: Mapping[str, Any]) -> None:
    """Read the payoffs that were worked out, so that no seat waits for it."""
    Game.replay(given, [])


def game_of(room: str, given: Mapping[str, Any], moves: Sequence[Mapping[str, Any]]) -> Game:
    """The game after `moves`."""
    key = (room, digest(list(moves)))
    found = _games.get(key)
    if found is None:
        found = _games[key] = Game.replay(given, moves)
    return found


def look(room: str, given: Mapping[str, Any], moves: Sequence[Mapping[str, Any]], gone: Collection[str]) -> dict[str, Any]:
    """How a room stands once the engine, if it is its turn, has moved."""
    game = game_of(room, given, moves)
    return _told(room, game, len(moves), gone)


def move(
    room: str, given: Mapping[str, Any], moves: Sequence[Mapping[str, Any]], mine: Mapping[str, Any], gone: Collection[str]
) -> dict[str, Any]:
    """The same after a seat's move. Raises what `Game.apply` raises."""
    game = game_of(room, given, moves).apply(str(mine["seat"]), mine)
    return _told(room, game, len(moves), gone)


def worth(room: str, given: Mapping[str, Any], moves: Sequence[Mapping[str, Any]], seat: str, levels: Mapping[str, int]) -> Any:
    """What a package is worth to a seat now. Raises `OutsideTheIssues`."""
    return game_of(room, given, moves).worth(seat, levels)


def debrief(room: str, given: Mapping[str, Any], moves: Sequence[Mapping[str, Any]]) -> Any:
    """What was hidden, without what takes long: no package of the engine's own search, no odds."""
    return told(debrief_of(game_of(room, given, moves), predict=False))


def debrief_key(given: Mapping[str, Any], moves: Sequence[Mapping[str, Any]]) -> str:
    """Under what the whole debrief is kept."""
    return result_key(DEBRIEF, [given, list(moves)])


def _told(room: str, game: Game, before: int, gone: Collection[str]) -> dict[str, Any]:
    """The game once everybody who is no person, or has gone, has moved; what that added, and what each person then sees."""
    while True:
        game = game.played()
        if game.over or game.turn not in gone:
            break
        game = game.apply(game.turn, Move(kind="walk" if game.turn in game.parties else "wait"))
    moves = [m.model_dump(mode="json", exclude_defaults=True) for m in game.moves]
    _games[room, digest(moves)] = game
    return {
        "moves": moves[before:],
        "over": game.over,
        "views": {seat: game.view(seat) for seat, player in game.setup.seats.items() if player == "person"},
    }  # fmt: skip
