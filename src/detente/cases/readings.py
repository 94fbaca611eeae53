"""Readings of the path: at which node, under which closure, with which rows of the table at an end of their range.

A range over the path is over both exchange-rate closures, the trade elasticity at both ends of its estimate under either, all
other rigidities low or high together, and, where goods are under export control, how much leaks and who keeps the rent.

>>> list(readings())[:2], readings()["trade elasticity low"].ends
(['central', 'exchange rate pinned'], (('trade_elasticity_factor', 'low'),))
>>> Node.of(36).month
36
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple, get_args

from detente.equilibrium.chokepoints import Rent
from detente.equilibrium.months import End, path_table
from detente.equilibrium.parameters import ExchangeRate, at_month
from detente.errors import InputError, UnknownName
from detente.words import refusal

CENTRAL = "central"
"""Name of the parameter set that is not a variant."""
PINNED = "exchange rate pinned"
"""Name of the parameter set with the other closure of the exchange rate; part of every range."""
KEPT = "exporters keep the rent"
ELASTICITY = "trade_elasticity_factor"


@dataclass(frozen=True)
class Reading:
    """Which closure, which rows at an end of their range, who has the rent of scarcity."""

    exchange_rate: ExchangeRate = "flexible"
    ends: tuple[tuple[str, End], ...] = ()
    rent: Rent = "buyers"


@cache
def readings(*, controls: bool = True) -> Mapping[str, Reading]:
    """The readings a range is over, the central one first; those of export controls only where there are `controls`."""
    others = [name for name in path_table()["parameters"] if name != ELASTICITY]
    low, high = _all_at("low", ELASTICITY), _all_at("high", ELASTICITY)
    scarce = {
        "nothing leaks": Reading(ends=_all_at("low", "leakage")),
        "much leaks": Reading(ends=_all_at("high", "leakage")),
        KEPT: Reading(rent="kept"),
    }
    return MappingProxyType({
        CENTRAL: Reading(),
        PINNED: Reading("pinned"),
        "trade elasticity low": Reading(ends=low),
        "trade elasticity high": Reading(ends=high),
        "trade elasticity low, exchange rate pinned": Reading("pinned", low),
        "trade elasticity high, exchange rate pinned": Reading("pinned", high),
        "everything else rigid": Reading(ends=_all_at("low", *others)),
        "everything else flexible": Reading(ends=_all_at("high", *others)),
        **(scarce if controls else {}),
    })  # fmt: skip


def _all_at(end: End, *names: str) -> tuple[tuple[str, End], ...]:
    return tuple((name, end) for name in names)


@lru_cache(maxsize=1024)
def _there(month: float, ends: tuple[tuple[str, End], ...]) -> None:
    """Raises what a month or a row that is not there raises; asked for every figure, so once each."""
    at_month(month, dict(ends))


class Node(NamedTuple):
    """Where a case is solved: at months since the decision (None: a parameter set of its own, the `variant`), with a closure
    (None: the node's own) and rows at an end of their range."""

    month: float | None
    exchange_rate: ExchangeRate | None = None
    ends: tuple[tuple[str, End], ...] = ()
    rent: Rent = "buyers"
    variant: str = CENTRAL

    @classmethod
    def of(
        cls,
        month: float | None,
        exchange_rate: ExchangeRate | None = None,
        ends: Mapping[str, End] | None = None,
        rent: Rent = "buyers",
        variant: str = CENTRAL,
    ) -> Node:
        """Checked. Raises `InputError`, `UnknownName`."""
        if rent not in get_args(Rent):
            raise UnknownName(rent, list(get_args(Rent)), "rent reading")
        if month is None and (ends or rent != "buyers"):
            raise InputError(refusal("cases", "ends_need_a_month"))
        if exchange_rate is not None and exchange_rate not in get_args(ExchangeRate):
            raise UnknownName(exchange_rate, list(get_args(ExchangeRate)), "exchange rate")
        rows = tuple(sorted((ends or {}).items()))
        if month is not None:
            _there(month, rows)
        return cls(month, exchange_rate, rows, rent, variant)

    @classmethod
    def read(cls, month: float, reading: Reading) -> Node:
        """A month at one of the `readings`."""
        closure = None if reading.exchange_rate == "flexible" else reading.exchange_rate
        return cls(month, closure, tuple(sorted(reading.ends)), reading.rent)
