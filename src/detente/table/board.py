"""What a game is played on: everything about a dossier that its moves read, prepared once and shared by all games on it.

>>> from detente.table.setup import Setup
>>> board = board_of(Setup(dossier="japan-korea-2019", seats={"JPN": "person", "KOR": "engine"}))
>>> board.parties, board.steps[0].day.isoformat(), len(board.steps)
(('JPN', 'KOR'), '2019-08-27', 10)
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock, RLock
from typing import Any

from detente.cases.case import Case
from detente.errors import InputError, UnknownName
from detente.files import digest
from detente.policy.dossier import Dossier, list_dossiers, load_dossier, parse_dossier
from detente.table.calendar import Step, calendar, collapse_chance, years
from detente.table.menus import Choices, choices_of
from detente.table.prices import Prices
from detente.table.setup import Setup
from detente.table.stakes import Stakes, left
from detente.types import Progress
from detente.words import refusal
from detente.words.names import region_name
from detente.world.library import load_world

KEPT = 12
"""Boards held in memory; the one not used for longest goes first."""


@dataclass(frozen=True, eq=False)
class Board:
    """A dossier ready to be played."""

    case: Case
    prices: Prices
    stakes: Stakes
    steps: tuple[Step, ...]
    _menus: dict[str, Choices] = field(default_factory=dict, repr=False)
    _turn: RLock = field(default_factory=RLock, repr=False)

    @property
    def dossier(self) -> Dossier:
        """The dossier."""
        return self.case.dossier

    @property
    def parties(self) -> tuple[str, str]:
        """Both parties."""
        return self.prices.parties

    @property
    def others(self) -> tuple[str, ...]:
        """Economies that may sit at the table beside the parties: the host, then those the dossier names."""
        named = [self.case.host, *(b.region for b in self.dossier.bystanders)]
        return tuple(dict.fromkeys(r for r in named if r is not None and r in self.case.third))

    def menu(self, region: str) -> Choices:
        """What a seat that is no party can do, solved once."""
        with self._turn:
            if region not in self._menus:
                self._menus[region] = choices_of(self.case, region, self.prices.rolled)
            return self._menus[region]

    def elapsed(self, step: int) -> float:
        """Years from the start to a step."""
        return years(self.steps[0].day, self.steps[step].day)

    def left(self, step: int, seat: str) -> float:
        """Share of what is signed at the start that something signed at a step still brings a seat."""
        return left(self.elapsed(step), self.stakes.patience.of(seat))

    @cached_property
    def collapse(self) -> tuple[float, ...]:
        """Chance that talks collapse between each step and the next."""
        p = self.stakes.patience
        return tuple(collapse_chance(a, b, p.collapse_risk, p.bite) for a, b in zip(self.steps[:-1], self.steps[1:], strict=True))

    @cached_property
    def gives_way(self) -> Mapping[str, tuple[float, ...]]:
        """By party, the chance that it gives way between each step and the next."""
        return {
            p: tuple(self.stakes.gives_way(p, self.elapsed(k), self.elapsed(k + 1)) for k in range(len(self.steps) - 1))
            for p in self.parties
        }


_BOARDS: OrderedDict[str, Board] = OrderedDict()
_TURNS: dict[str, Lock] = {}
_GUARD = Lock()


def board_of(setup: Setup, progress: Progress | None = None) -> Board:
    """The board of a set-up, prepared at the first call (seconds) and shared after. Raises what `playable` raises."""
    key = digest([setup.dossier, setup.world, setup.horizon, setup.parameters])
    with _GUARD:
        turn = _TURNS.setdefault(key, Lock())
    with turn:
        with _GUARD:
            if key in _BOARDS:
                _BOARDS.move_to_end(key)
                return _BOARDS[key]
        made = _made(setup, progress)
        with _GUARD:
            _BOARDS[key] = made
            while len(_BOARDS) > KEPT:
                _TURNS.pop(_BOARDS.popitem(last=False)[0], None)
        return made


def dossier_of(text: str) -> Dossier:
    """A shipped dossier by its name, or one from its text; never a file."""
    if "\n" in text:
        return parse_dossier(text)
    if text not in list_dossiers():
        raise UnknownName(text, list(list_dossiers()), "dossier")
    return load_dossier(text)


def _made(setup: Setup, progress: Progress | None) -> Board:
    given: dict[str, Any] = dict(setup.parameters)
    case = Case.of(dossier_of(setup.dossier), load_world(setup.world), setup.horizon, with_ranges=False, **given)
    named = [p.region for p in case.dossier.parties]
    if len(named) != 2:
        raise InputError(
            refusal("table", "two_parties", id=case.dossier.id, count=len(named), names=", ".join(map(region_name, named)))
        )
    prices = Prices.of(case, progress)
    stakes = Stakes.of(case, prices.rolled, progress)
    return Board(case, prices, stakes, calendar(case.dossier, case.law_day))
