"""The negotiation exercise: a dossier played by two to four seats, each a person or the engine.

A game is a set-up and a list of moves; its state is always replayed from them, so a store need only append moves.

>>> from detente.table import Game, Move, Setup
>>> game = Game.replay(Setup(dossier="japan-korea-2019", seats={"JPN": "person", "KOR": "person"}), [])
>>> game = game.apply(game.turn, Move(kind="wait"))
>>> game.step, len(game.moves), game.over
(0, 1, False)
"""

from detente.table.debrief import debrief_of
from detente.table.game import Game
from detente.table.setup import Move, Setup

__all__ = ["Game", "Move", "Setup", "debrief_of"]
