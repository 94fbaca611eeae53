"""Shapley values: a worth that players make together, divided among them by their mean contribution over all orders.

    φ[k] = Σ over sets S without k of |S|! (n − |S| − 1)! / n! · (worth(S ∪ k) − worth(S)),      Σ φ = worth(all) − worth(none)

Source: Shapley, "A value for n-person games" (1953).

>>> worth = {frozenset(): 0.0, frozenset({0}): 1.0, frozenset({1}): 0.0, frozenset({0, 1}): 3.0}
>>> [float(share) for share in shapley_values({k: np.array(v) for k, v in worth.items()}, 2)]
[2.0, 1.0]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from math import factorial

import numpy as np

from detente.types import Array


def all_sets(players: int) -> Iterator[frozenset[int]]:
    """The 2ⁿ sets of players 0 … n − 1, the small ones first."""
    return (frozenset(chosen) for size in range(players + 1) for chosen in combinations(range(players), size))


def shapley_values(worth: Mapping[frozenset[int], Array], players: int) -> list[Array]:
    """The share of each of `players`, in the unit and shape of `worth`, which holds every one of the 2ⁿ sets.

    Sums run in the order of `worth`. Raises `KeyError` for a set that is missing.
    """
    shares = [np.zeros_like(worth[frozenset()], dtype=np.float64) for _ in range(players)]
    for chosen, value in worth.items():
        for k in range(players):
            if k not in chosen:
                weight = factorial(len(chosen)) * factorial(players - len(chosen) - 1) / factorial(players)
                shares[k] = shares[k] + weight * (worth[chosen | {k}] - value)
    return shares
