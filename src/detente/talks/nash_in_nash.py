"""Several pairs bargain at once: each pair's deal is best for that pair, given the deals of the others.

Pair m picks option k[m] from its menu (option 0 is no deal) to maximise the Nash product of its two parties' gains over no
deal, the other pairs' options held fixed:

    k[m] = argmax Π_{i in pair m} (u[i](k) − u[i](k with k[m] = 0))^w[i]

A combination no pair wants to change is a Nash-in-Nash outcome. Source: Horn and Wolinsky (1988); Bagwell, Staiger and
Yurukoglu (2021) for tariffs. All combinations are checked when there are few, so that several outcomes, or none, show.
Third parties take no part: what a pair's deal does to them is in the payoffs and nobody at that table weighs it.

>>> import numpy as np
>>> u = np.zeros((2, 2, 3))                  # two pairs, deal or not, three parties
>>> u[1, :, 0] += 2; u[1, :, 1] += 1         # the pair (0, 1) gains from its deal
>>> u[:, 1, 1] += 1; u[:, 1, 2] += 3         # so does (1, 2)
>>> nash_in_nash(u, pairs=[("A", "B"), ("B", "C")], parties=("A", "B", "C")).deals
('option 2', 'option 2')
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from detente.checks import positive
from detente.errors import InputError, UnknownName
from detente.types import plain
from detente.words import digits as number, join_or_nobody as join

Array = NDArray[np.float64]
LIST_ALL = 20_000
"""Combinations up to this many are all checked."""


@dataclass(frozen=True, eq=False)
class PairDeals:
    """Where simultaneous bargaining of several pairs comes to rest.

    `status`: "settled"; or "cycle" if replies run in a circle and no combination is stable (then `deals` is where it was cut
    off).
    """

    status: str
    parties: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    deals: tuple[str, ...]
    payoffs: tuple[float, ...]
    without: tuple[float, ...]
    rounds: int
    outcomes: tuple[tuple[str, ...], ...] | None
    """Every stable combination if all were checked, else None."""

    @property
    def gains(self) -> tuple[float, ...]:
        """Payoff less the payoff with no deal anywhere."""
        return tuple(a - b for a, b in zip(self.payoffs, self.without, strict=True))

    def to_frame(self) -> pd.DataFrame:
        """One row a party: payoff, with no deal anywhere, gain, at which tables it sits."""
        seats = [
            ", ".join(f"{a}–{b}: {k}" for (a, b), k in zip(self.pairs, self.deals, strict=True) if p in (a, b))
            for p in self.parties
        ]
        frame = pd.DataFrame({"payoff": self.payoffs, "no deal anywhere": self.without, "gain": self.gains, "deals": seats})
        return frame.set_index(pd.Index(self.parties, name="party"))

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self) | {"gains": list(self.gains)}

    def explain(self) -> str:
        """The answer in plain words."""
        if self.status == "cycle":
            return "The pairs' replies run in a circle: whatever is agreed, some pair wants to change its deal."
        signed = join([f"{a} and {b} on '{k}'" for (a, b), k in zip(self.pairs, self.deals, strict=True)])
        text = f"Each pair, taking the other deals as given, settles: {signed}."
        hurt = [f"{p} ({number(g)})" for p, g in zip(self.parties, self.gains, strict=True) if g < 0]
        if hurt:
            text += f" Worse off than with no deal anywhere: {join(hurt)}."
        if self.outcomes is not None and len(self.outcomes) > 1:
            text += f" It is one of {len(self.outcomes)} stable combinations."
        return text


def nash_in_nash(
    payoffs: ArrayLike,
    pairs: Sequence[tuple[str, str]],
    parties: Sequence[str],
    *,
    options: Sequence[Sequence[str]] | None = None,
    power: Mapping[str, float] | None = None,
    start: Sequence[int] | None = None,
    max_rounds: int = 200,
) -> PairDeals:
    """Nash-in-Nash over payoffs[option of pair 1, option of pair 2, …, party]; option 0 of each pair is no deal."""
    u = np.array(payoffs, dtype=np.float64)
    who = tuple(parties)
    if u.ndim != len(pairs) + 1 or u.shape[-1] != len(who) or u.size == 0 or not np.isfinite(u).all():
        raise InputError(
            f"payoffs need one axis a pair ({len(pairs)}) and a last axis over {len(who)} parties, all finite; the "
            f"shape is {u.shape}"
        )
    if len(set(who)) != len(who):
        raise InputError(f"parties must differ: {list(who)}")
    menus = (
        tuple(tuple(o) for o in options) if options else tuple(tuple(f"option {k + 1}" for k in range(n)) for n in u.shape[:-1])
    )
    if tuple(map(len, menus)) != u.shape[:-1]:
        raise InputError(f"options must match the shape {u.shape[:-1]}")
    seats = []
    for pair in pairs:
        for name in pair:
            if name not in who:
                raise UnknownName(name, list(who), "party")
        if len(pair) != 2 or pair[0] == pair[1]:
            raise InputError(f"a pair needs two different parties, not {pair}")
        seats.append((who.index(pair[0]), who.index(pair[1])))
    w = np.array([positive((power or {}).get(p, 1.0), f"power of {p}") for p in who])
    at = tuple(start) if start is not None else (0,) * len(pairs)
    if len(at) != len(pairs) or any(not 0 <= k < n for k, n in zip(at, u.shape, strict=False)):
        raise InputError("start needs one option number a pair")

    seen: set[tuple[int, ...]] = set()
    status, rounds = "cycle", 0
    while rounds < max_rounds:
        rounds += 1
        before = at
        for m in range(len(pairs)):
            at = (*at[:m], _best_option(u, at, m, seats[m], w), *at[m + 1 :])
        if at == before:
            status = "settled"
            break
        if at in seen:
            break
        seen.add(at)
    stable = None
    if int(np.prod(u.shape[:-1])) <= LIST_ALL:
        cells = itertools.product(*(range(n) for n in u.shape[:-1]))
        stable = [c for c in cells if all(_best_option(u, c, m, seats[m], w) == c[m] for m in range(len(pairs)))]
        if status == "cycle" and stable:  # replies in turn may circle past a stable combination
            status, at = "settled", stable[0]
    return PairDeals(
        status, who, tuple((str(a), str(b)) for a, b in pairs), _named(menus, at), tuple(map(float, u[at])),
        tuple(map(float, u[(0,) * len(pairs)])), rounds, None if stable is None else tuple(_named(menus, c) for c in stable),
    )  # fmt: skip


def _named(menus: tuple[tuple[str, ...], ...], cell: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(m[k] for m, k in zip(menus, cell, strict=True))


def _best_option(u: Array, at: tuple[int, ...], m: int, seats: tuple[int, int], w: Array) -> int:
    """The pair's best option; the present one stays where it ties, no deal if nothing leaves both at least as well off."""
    rows = np.stack([u[(*at[:m], k, *at[m + 1 :])] for k in range(u.shape[m])])[:, list(seats)]
    gains = rows - rows[0]
    scale = np.abs(gains).max(axis=0)
    gains = gains / np.where(scale > 0, scale, 1.0)
    allowed = (gains >= -1e-12).all(axis=1)
    with np.errstate(divide="ignore"):
        product = np.where(allowed, np.prod(np.maximum(gains, 0.0) ** w[list(seats)], axis=1), -1.0)
    if product.max() <= 0:  # nobody can strictly gain on both sides: the largest gain that hurts nobody
        product = np.where(allowed, np.maximum(gains, 0.0).sum(axis=1), -1.0)
    top = np.flatnonzero(product >= product.max() - 1e-12)
    return at[m] if at[m] in top else int(top[0])
