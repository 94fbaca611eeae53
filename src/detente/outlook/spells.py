"""Base rates from few cases: how long truces hold, how often talks and threats end how — each with its spread.

Truces end at a constant rate; with a Jeffreys prior the rate after E ends in D days watched is Gamma(E + ½, D). A prior of
cases elsewhere (`outside`) puts e for ½ and adds its d days to D. Then

    chance to hold t days more   S(t) = (D/(D + t))^(E + ½)                the mean of exp(−rate·t) over that Gamma
    its spread                   exp(−q·t) at quantiles q of the Gamma

A constant rate makes the age of a truce irrelevant. Outcomes of talks and threats: with counts n over K outcomes, Jeffreys
prior ½ each,

    mean   (n[k] + ½)/(N + K/2)        spread   Beta(n[k] + ½, N − n[k] + (K − 1)/2)

>>> round(Spells(3, 2198).survival(90).mean, 4)
0.869
>>> rates = frequency({"agreed": 5, "time": 9, "broke": 7})
>>> {k: round(r.mean, 3) for k, r in rates.items()}
{'agreed': 0.244, 'time': 0.422, 'broke': 0.333}
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaincinv

from detente.errors import InputError
from detente.words import refusal

ENDS = (0.05, 0.95)


@dataclass(frozen=True)
class Rate:
    """A probability with the 5th and 95th percentile of what the cases allow."""

    low: float
    mean: float
    high: float

    def record(self) -> dict[str, float]:
        """JSON-able."""
        return {"low": self.low, "mean": self.mean, "high": self.high}


@dataclass(frozen=True)
class Spells:
    """Truces watched: how many ended, and for how many days they were watched in all; and the prior, in the same units."""

    ended: int
    days: int
    prior_ended: float = 0.5
    prior_days: float = 0.0

    def __post_init__(self) -> None:
        if self.ended < 0 or self.days < 0:
            raise InputError(refusal("outlook", "spells_need_counts", ended=self.ended, days=self.days))
        if self.prior_ended <= 0 or self.prior_days < 0:
            raise InputError(
                refusal(
                    "outlook", "prior_of_spells_needs", prior_ended=f"{self.prior_ended:g}", prior_days=f"{self.prior_days:g}"
                )
            )

    @property
    def rate(self) -> float:
        """Mean rate of ending a day; NaN where no day was watched."""
        watched = self.days + self.prior_days
        return (self.ended + self.prior_ended) / watched if watched > 0 else math.nan

    def survival(self, days: float) -> Rate:
        """Chance that a truce holds `days` more. With no day watched yet nothing is known: mean ½, from 0 to 1."""
        if days < 0:
            raise InputError(refusal("outlook", "truce_cannot_be_asked", days=days))
        if days == 0:
            return Rate(1.0, 1.0, 1.0)
        shape, watched = self.ended + self.prior_ended, self.days + self.prior_days
        if watched == 0:
            return Rate(0.0, 0.5, 1.0)
        mean = (watched / (watched + days)) ** shape
        slow, fast = gammaincinv(shape, ENDS) * (1 / watched)
        return Rate(math.exp(-fast * days), mean, math.exp(-slow * days))

    def draws(self, days: float, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """`n` draws of the chance to hold `days` more."""
        if days <= 0:
            return np.ones(n)
        watched = self.days + self.prior_days
        if watched == 0:
            return rng.uniform(size=n)
        return np.exp(-rng.gamma(self.ended + self.prior_ended, 1 / watched, size=n) * days)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {"ended": self.ended, "days": self.days}


def frequency(counts: Mapping[str, int], prior: float = 0.5) -> dict[str, Rate]:
    """Chance of each outcome next time, from how often each was seen; `prior` is the Dirichlet weight of each outcome."""
    if len(counts) < 2 or any(n < 0 for n in counts.values()) or prior <= 0:
        raise InputError(refusal("outlook", "frequencies_need_two"))
    total = sum(counts.values()) + prior * len(counts)
    rates = {}
    for outcome, n in counts.items():
        low, high = betaincinv(n + prior, total - n - prior, ENDS)
        rates[outcome] = Rate(float(low), (n + prior) / total, float(high))
    return rates


def frequency_draws(counts: Mapping[str, int], n: int, rng: np.random.Generator, prior: float = 0.5) -> NDArray[np.float64]:
    """`n` draws of the chances of all outcomes together, (n, outcomes); every row sums to 1."""
    return rng.dirichlet([c + prior for c in counts.values()], size=n)
