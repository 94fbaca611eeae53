"""How much many like cases elsewhere should count beside a few of one's own: credibility from the variance between groups.

Groups g (pairs of governments) lie in classes c. Group g saw x[g, k] of outcome k in n[g] cases; its chances are drawn around
those of its class, those of the class around what all have in common:

    θ[g] ~ Dirichlet(s_w m[c])      m[c] ~ around m₀ with strength s_b      x[g] ~ Multinomial(n[g], θ[g])

A strength is a number of cases: Var θ[k] = m[k](1 − m[k])/(s + 1). It is not chosen but estimated by moments (Bühlmann and
Straub 1970; classes of groups: Jewell 1975), with p = x/n, N = Σ n and bars for the means of a class:

    v   = Σ n Σ_k p(1 − p) / Σ (n − 1)                                    inside groups
    a   = [Σ_c Σ_g n Σ_k (p − p̄)² − Σ_c (G − 1) v] / Σ_c (N − Σ n²/N)     between groups of a class
    s_w = v / a                                                           a ≤ 0: no variance seen, s_w infinite

and the same between classes (there s_b + 1 = v/a, v being of single cases). Cases of one group are alike, so a class with N
cases knows its mean no better than N/(1 + (Σn²/N − 1)/(s + 1)) cases drawn apart would (Kish 1965). With M[c] that number
and R the same for all other classes together,

    A    = 1/(1/s_b + 1/R)      m[c] = (A m_R + M[c] p̄[c]) / (A + M[c])      what is known of the class
    S    = 1/(1/s_w + 1/(A + M[c]))                                          what that is worth for one pair, in cases
    θ | own cases ~ Dirichlet(S m[c] + x)

Pairs that differ little (s_w large) lend each other much, pairs that differ lend little. No variance at all: everything is
one sample. Much: one's own record, under half a case for each outcome, which is the least S can be. Rates of ending over time
(`poisson`) are the same with exposure for cases, v = E/D and a Gamma for the Dirichlet.

The group whose chances are asked for counts when the variance is estimated: if it lies far from its class, that is evidence
that groups differ. It does not count in the class's mean.

>>> alike = Groups.of([[5, 5], [50, 50], [20, 20]])
>>> prior = lent({"a": alike}, "a", [6, 4])
>>> round(prior.strength), [round(float(x), 3) for x in prior.mean]
(150, [0.5, 0.5])
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.errors import InputError, UnknownName
from detente.types import Array
from detente.words import refusal


@dataclass(frozen=True)
class Groups:
    """The groups of a class as sums: how many, Σ n, Σ n², and by outcome Σ x and Σ x²/n."""

    groups: int
    size: float
    square: float
    seen: Array
    spread: Array

    @classmethod
    def of(cls, counts: Any, sizes: Sequence[float] | None = None) -> Groups:
        """From counts (group, outcome); `sizes` are the exposures of rates, the sum over outcomes if absent."""
        x = np.atleast_2d(np.asarray(counts, float))
        n = x.sum(axis=1) if sizes is None else np.asarray(sizes, float)
        if x.shape[0] != n.size or np.any(x < 0) or np.any(n <= 0) or not np.all(np.isfinite(x)):
            raise InputError(refusal("outlook", "groups_need_counts"))
        return cls(len(n), float(n.sum()), float((n**2).sum()), x.sum(axis=0), (x**2 / n[:, None]).sum(axis=0))

    def __add__(self, other: Groups) -> Groups:
        return Groups(
            self.groups + other.groups,
            self.size + other.size,
            self.square + other.square,
            self.seen + other.seen,
            self.spread + other.spread,
        )

    @property
    def rate(self) -> Array:
        """Σ x / Σ n by outcome."""
        return np.asarray(self.seen / self.size)

    @property
    def between(self) -> float:
        """Σ_g n Σ_k (p − p̄)²."""
        return float((self.spread - self.seen**2 / self.size).sum())

    @property
    def room(self) -> float:
        """N − Σ n²/N: what a unit of variance between groups adds to `between`."""
        return self.size - self.square / self.size

    def worth(self, strength: float, *, poisson: bool = False) -> float:
        """How many cases drawn apart know the class's mean as well as these do."""
        alike = self.square / self.size
        extra = alike / strength if poisson else (alike - 1) / (strength + 1)
        return self.size / (1 + max(0.0, extra))


@dataclass(frozen=True)
class Prior:
    """What is known before one's own cases: chances (or a rate) and what they are worth in cases (or in exposure).

    `within` and `classes` are the strengths estimated between groups of a class and between classes; infinite where no variance
    was seen.
    """

    mean: Array
    strength: float
    within: float
    classes: float

    @property
    def pseudo(self) -> Array:
        """Parameters of the Dirichlet (or, of a rate, the shape of the Gamma)."""
        return np.asarray(self.strength * self.mean)


def strength_within(classes: Sequence[Groups], *, poisson: bool = False) -> float:
    """s_w: cases a class's mean is worth for one of its groups; infinite where groups differ no more than chance has it.

    Raises `InputError` where no group has two cases or no class two groups.
    """
    if poisson:
        inside = float(sum(float(c.seen.sum()) for c in classes) / sum(c.size for c in classes))
    else:
        free = sum(c.size - c.groups for c in classes)
        if free <= 0:
            raise InputError(refusal("outlook", "no_group_has_two"))
        inside = sum(c.size - float(c.spread.sum()) for c in classes) / free
    room = sum(c.room for c in classes)
    if room <= 0:
        raise InputError(refusal("outlook", "no_class_has_two"))
    between = (sum(c.between for c in classes) - sum(c.groups - 1 for c in classes) * inside) / room
    return inside / between if between > 0 else math.inf


def strength_between(classes: Sequence[Groups], within: float, *, poisson: bool = False) -> float:
    """s_b: cases that what all classes have in common is worth for one of them; infinite for one class alone."""
    if len(classes) < 2:
        return math.inf
    worth = np.array([c.worth(within, poisson=poisson) for c in classes])
    rates = np.array([c.rate for c in classes])
    total = float(worth.sum())
    middle = worth @ rates / total
    single = float(middle.sum()) if poisson else float(worth @ (1 - (rates**2).sum(axis=1)) / total)
    room = total - float((worth**2).sum()) / total
    between = (float(worth @ ((rates - middle) ** 2).sum(axis=1)) - (len(classes) - 1) * single) / room
    if between <= 0:
        return math.inf
    return single / between if poisson else max(0.0, single / between - 1)


def lent(
    classes: Mapping[str, Groups], name: str, own: Any, *, exposure: float | None = None, least: float | None = None
) -> Prior:
    """What classes of groups lend to one group of class `name` that saw `own` (outcome; with `exposure`, ends over that time).

    `least` is the least the prior may be worth: half a case an outcome if absent. Raises `UnknownName`, `InputError`.
    """
    if name not in classes:
        raise UnknownName(name, list(classes), "class")
    poisson = exposure is not None
    mine = np.asarray(own, float)
    whole = dict(classes)
    if (exposure or float(mine.sum())) > 0:
        whole[name] = whole[name] + Groups.of([mine], None if exposure is None else [exposure])
    within = strength_within(list(whole.values()), poisson=poisson)
    across = strength_between(list(classes.values()), within, poisson=poisson)
    here = classes[name]
    others = [c for key, c in classes.items() if key != name]
    above, elsewhere = 0.0, here.rate
    if others:
        worth = np.array([c.worth(within, poisson=poisson) for c in others])
        elsewhere = worth @ np.array([c.rate for c in others]) / worth.sum()
        alike = float((worth**2).sum() / worth.sum())
        apart = alike / across if poisson and across > 0 else (alike - 1) / (across + 1)
        above = _both(across, float(worth.sum()) / (1 + max(0.0, apart)))
    known = here.worth(within, poisson=poisson)
    mean = (above * elsewhere + known * here.rate) / (above + known)
    strength = _both(within, above + known)
    if least is None:
        # half an end is half an end's worth of time at the rate itself
        least = 0.5 / float(mean.sum()) if poisson else mean.size / 2
    return Prior(mean, max(strength, least), within, across)


def _both(a: float, b: float) -> float:
    """1/(1/a + 1/b): two variances added."""
    return 0.0 if min(a, b) <= 0 else 1 / (1 / a + 1 / b)
