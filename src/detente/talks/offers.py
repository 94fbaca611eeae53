"""Offers and answers: alternating offers, three rounds, take it or leave it.

    Rubinstein (1982)     first mover's share (1 − δ₂)/(1 − δ₁δ₂), offers without end
    Ståhl (1972)          n rounds, the last offer is final: solved from the end
    take it or leave it   the other's cost of conflict c ~ U[0, c̄] is private, mine is c_S, I would win with chance p:
                          offer x = 1 − p − y, y = (c̄ − c_S)/2, P(conflict) = y/c̄     Fearon (1995), Banks (1990)

The pie is 1. y is kept between 0 and 1 − p, so that the offer is never negative and never more than conflict is worth.

>>> round(rubinstein(0.9, 0.8).shares[0], 6), round(stahl(0.9, 0.8, rounds=3).shares[0], 6)
(0.714286, 0.92)
>>> offer = take_it_or_leave_it(win=0.6, own_cost=0.1, highest_cost=0.5)
>>> round(offer.offer, 6), round(offer.conflict, 6)
(0.2, 0.4)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from detente.checks import inside, not_negative, positive, probability
from detente.errors import InputError
from detente.types import plain
from detente.words import join, refusal, tell
from detente.words.shown import Shown


@dataclass(frozen=True)
class Division(Shown):
    """How a pie of 1 is divided when offers alternate; the first party offers first."""

    model: str
    parties: tuple[str, str]
    patience: tuple[float, float]
    shares: tuple[float, float]
    rounds: int | None

    def to_frame(self) -> pd.DataFrame:
        """One row a party."""
        return pd.DataFrame({"patience": self.patience, "share": self.shares}, index=pd.Index(self.parties, name="party"))

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self)

    def explain(self) -> str:
        """The answer in plain words."""
        return tell(self)


@dataclass(frozen=True)
class FinalOffer(Shown):
    """One offer against a private cost of conflict. `offer` is what the other side is left with."""

    win: float
    own_cost: float
    highest_cost: float
    offer: float
    conflict: float
    value: float
    parties: tuple[str, str]

    @property
    def without_offer(self) -> float:
        """What conflict for certain is worth to the side that offers."""
        return self.win - self.own_cost

    def to_frame(self) -> pd.DataFrame:
        """One row."""
        return pd.DataFrame(
            [{"offer": self.offer, "P(conflict)": self.conflict, "value": self.value, "conflict for certain": self.without_offer}]
        )

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self) | {"without_offer": self.without_offer}

    def explain(self) -> str:
        """The answer in plain words."""
        return tell(self)


def rubinstein(first: float, second: float, parties: Sequence[str] = ("first", "second")) -> Division:
    """Shares with offers without end; `first` and `second` are discount factors per round, from 0 to below 1."""
    a, b = (_patience(x, "patience") for x in (first, second))
    share = (1 - b) / (1 - a * b)
    return Division("Rubinstein", _pair(parties), (a, b), (share, 1 - share), None)


def stahl(first: float, second: float, rounds: int = 3, parties: Sequence[str] = ("first", "second")) -> Division:
    """Shares with `rounds` alternating offers, the last of them final; discount factors from 0 to 1."""
    if rounds < 1 or rounds != int(rounds):
        raise InputError(refusal("talks", "rounds_must_be_whole", rounds=rounds))
    patience = (probability(first, "patience"), probability(second, "patience"))
    share = 1.0  # of whoever makes the final offer
    for offer in range(int(rounds) - 2, -1, -1):
        answering = (offer + 1) % 2
        share = 1 - patience[answering] * share
    return Division("Ståhl", _pair(parties), patience, (share, 1 - share), int(rounds))


def take_it_or_leave_it(
    win: float, own_cost: float, highest_cost: float, parties: Sequence[str] = ("first", "second")
) -> FinalOffer:
    """The best final offer against a cost of conflict spread evenly between 0 and `highest_cost`."""
    p, cost, top = probability(win, "chance to win"), not_negative(own_cost, "own cost"), positive(highest_cost, "highest cost")
    y = min(max((top - cost) / 2, 0.0), 1 - p, top)
    offer = 1 - p - y
    conflict = y / top
    return FinalOffer(p, cost, top, offer, conflict, (1 - offer) * (1 - conflict) + (p - cost) * conflict, _pair(parties))


def _patience(value: float, what: str) -> float:
    if value == 0:
        return 0.0
    return inside(value, what)


def _pair(parties: Sequence[str]) -> tuple[str, str]:
    if len(parties) != 2 or parties[0] == parties[1]:
        raise InputError(refusal("talks", "need_two_different_parties", value=join([str(p) for p in parties])))
    return str(parties[0]), str(parties[1])
