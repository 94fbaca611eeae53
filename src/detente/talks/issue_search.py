"""Which package over several issues two parties would sign: the largest product of gains over all signable ones.

A package gives every issue one of its levels. With u(x) the payoffs of package x, d those without a deal and w bargaining power,

    sign   argmax Π (u[i](x) − d[i])^w[i]   over all x with u(x) > d        Nash (1950), on a list and without lotteries

A payoff costs one solve of the economy, so the search works on an approximation of all packages and solves the most promising
ones. Each solve corrects the approximation nearby (a kernel through what it missed). It ends when nothing unsolved promises
more than the best solved package and no package one step away on a single issue is better: that last part is checked by solving
them all, and `certified` says so. Then a few more are solved, the likeliest to be better if the approximation errs as it would
have at a solved package left out.

Between issues there are rates of exchange. A step of issue k costs its giver c[k] and brings the receiver g[k]: against a step
m of the other side, the giver of k needs at least c[k]/g[m] steps, and the receiver would give up to g[k]/c[m]. Steps with
c[k] ≤ 0 cost nothing: they pay by themselves and are no bargaining chips.

>>> import numpy as np
>>> grid = np.stack([a.ravel() for a in np.meshgrid(range(5), range(5), indexing="ij")], 1)   # two issues, five levels each
>>> def value(x): return 3 * np.sqrt(x[..., ::-1]) - x      # each side gains by the other's giving and loses by its own
>>> found = search(grid, value(grid), lambda x: value(np.array(x)), {}, disagreement=(0, 0))
>>> found.levels, found.certified
((2, 2), True)
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from detente.errors import InputError
from detente.types import Array, plain
from detente.words import refusal

Levels = tuple[int, ...]
PROMISING = 1e-6  # relative improvement for which an unsolved package is worth a solve
LENGTH = 0.75  # of the kernel, in spans of the most important issue


# -- search ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Found:
    """The package with the largest product of gains. `levels` is None where no solved package is better for both.

    `ranked` holds the solved packages that are better for both, the best first; `solves` how many were solved in the search,
    `certified` whether all packages one step away on one issue were solved and none is better; `missed` the largest error of
    the approximation at a package when it was solved. `within`: if it errs elsewhere by no more than it would have at any package
    of `ranked` had that one been left out, no package has a mean gain (geometric, by power) larger than the best one's by more
    than this share.
    """

    levels: Levels | None
    gains: tuple[float, ...]
    ranked: tuple[tuple[Levels, tuple[float, ...]], ...]
    solves: int
    certified: bool
    missed: float
    within: float

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return dict(plain(self))

    def to_json(self) -> str:
        """All of it, digit for digit."""
        return json.dumps(vars(self))

    @classmethod
    def from_json(cls, text: str) -> Found:
        """What `to_json` gave."""
        held = json.loads(text)
        held["levels"] = None if held["levels"] is None else tuple(held["levels"])
        held["ranked"] = tuple((tuple(levels), tuple(gains)) for levels, gains in held["ranked"])
        return cls(**held | {"gains": tuple(held["gains"])})


def log_product(gains: ArrayLike, power: ArrayLike) -> Array:
    """Σ w ln(gain), −∞ where somebody does not gain [..., party] → [...]."""
    g, w = np.asarray(gains, dtype=np.float64), np.asarray(power, dtype=np.float64)
    inside = np.asarray((g > 0).all(-1))
    safe = np.where(inside[..., None], g, 1.0)
    result: Array = np.where(inside, (w * np.log(safe)).sum(-1), -np.inf)
    return result


def search(
    grid: NDArray[np.int64],
    approximate: Array,
    exact: Callable[[Levels], ArrayLike],
    known: Mapping[Levels, ArrayLike],
    disagreement: Sequence[float],
    *,
    power: Sequence[float] | None = None,
    scale: Sequence[float] | None = None,
    budget: int = 60,
    checks: int = 12,
) -> Found:
    """Search `grid` [package, issue] with `approximate` payoffs [package, party]; `exact` solves one package.

    `known` are packages solved before, `scale` how much each issue matters (1 each), `budget` the most solves, `checks` how many
    of them may go to packages further away that an error of the approximation might hide.
    """
    d = np.asarray(disagreement, dtype=np.float64)
    w = np.ones(len(d)) if power is None else np.asarray(power, dtype=np.float64)
    if len(w) != len(d) or not (w > 0).all():
        raise InputError(refusal("talks", "bargaining_power_needs_one"))
    w = w / w.sum()
    index = {tuple(row): n for n, row in enumerate(grid.tolist())}
    top = np.maximum(grid.max(0), 1)
    place = grid / top * (np.ones(grid.shape[1]) if scale is None else np.asarray(scale, dtype=np.float64))
    solved = {index[k]: np.asarray(v, dtype=np.float64) for k, v in known.items() if k in index}
    # kernel of the solved packages, in their order, with all
    kernel = np.empty((len(solved) + max(budget, 0), len(grid)))
    for k, n in enumerate(solved):
        kernel[k] = _near(place, place[n])
    count, checked, missed, certified = 0, 0, 0.0, False

    def take(n: int, predicted: Array) -> None:
        nonlocal count, missed
        solved[n] = np.asarray(exact(tuple(int(k) for k in grid[n])), dtype=np.float64)
        kernel[len(solved) - 1] = _near(place, place[n])
        count += 1
        missed = max(missed, float(np.abs(predicted[n] - solved[n]).max()))

    def hope(predicted: Array) -> Array:
        inside = [n for n in solved if (solved[n] > d).all()]
        hoped = log_product(predicted + _left_out(kernel, solved, approximate, inside) - d, w)
        hoped[list(solved)] = -np.inf
        return hoped

    while True:
        predicted = approximate + _correction(kernel, solved, approximate)
        value = log_product(predicted - d, w)
        best = max(solved, key=lambda n: (_value(solved[n], d, w), -n), default=None)
        reached = -math.inf if best is None else _value(solved[best], d, w)
        value[list(solved)] = -np.inf
        candidate = int(np.argmax(value))
        promising = bool(value[candidate] > reached + PROMISING)
        near = []
        if best is not None and math.isfinite(reached):
            around = one_step(tuple(int(k) for k in grid[best]), top)
            near = [index[x] for x in around if x in index and index[x] not in solved]
            certified = not near and not promising
        if count >= budget:
            break
        if promising:
            take(candidate, predicted)
            continue
        if best is None or not math.isfinite(reached):
            break
        if not near:
            hoped = hope(predicted)
            doubted = int(np.argmax(hoped))
            if checked < checks and hoped[doubted] > reached + PROMISING:
                checked += 1
                take(doubted, predicted)
                continue
            break
        # the most promising neighbour first: once it is better, the others are neighbours no more
        take(max(near, key=lambda n: (value[n], -n)), predicted)
    inside = [n for n in solved if (solved[n] > d).all()]
    inside.sort(key=lambda n: (-_value(solved[n], d, w), n))
    ranked = tuple((tuple(int(k) for k in grid[n]), tuple(map(float, solved[n] - d))) for n in inside)
    if not ranked:
        return Found(None, (0.0,) * len(d), (), count, False, missed, math.inf)
    within = max(math.expm1(float(hope(predicted).max()) - _value(solved[inside[0]], d, w)), 0.0)
    return Found(ranked[0][0], ranked[0][1], ranked, count, certified, missed, within)


def best_alone(
    grid: NDArray[np.int64],
    approximate: Array,
    exact: Callable[[Levels], float],
    known: Mapping[Levels, float],
    standing: Levels,
    own: Sequence[int],
    *,
    scale: Sequence[float] | None = None,
    budget: int = 60,
) -> Found:
    """The most one party can have by moving only the issues in `own`, the others as they stand: `search` for one.

    `approximate` [package], `exact` and `known` are its payoffs. `levels` are `standing` if no step of its own pays.
    """
    others = [k for k in range(grid.shape[1]) if k not in set(own)]
    free = (grid[:, others] == np.array(standing)[others]).all(1)
    alone = {k: (v,) for k, v in known.items() if all(k[i] == standing[i] for i in others)}
    base = alone[standing][0]
    # the standing levels count as a gain of next to nothing, so that there is always a best and its neighbours are solved
    none = base - 1e-9
    found = search(
        grid[free], approximate[free][:, None], lambda levels: (exact(levels),), alone, (none,), scale=scale, budget=budget
    )
    return replace(found, gains=(max(found.gains[0] - 1e-9, 0.0),))


@dataclass(frozen=True)
class Exchange:
    """What a package brings one party, over no deal, parted so that it adds up.

    With s the levels without a deal, x those of the package, x[i] those of i's own issues and x[j] the other's:

        gain            = u(x[i], x[j]) − u(s)
        alone           = max over own levels y of u(y, s[j]) − u(s)          its best unilateral step
        from_the_other  = u(x[i], x[j]) − u(x[i], s[j])                       what the other's concessions bring it
        given_up        = alone − (u(x[i], s[j]) − u(s))                      what its own concessions cost it against that step
        over_best_unilateral = gain − alone = from_the_other − given_up       what it cannot have alone

    `given_up` is never below zero, since the package's own concessions are one of the steps it could take alone.
    """

    party: str
    gain: float
    alone: float
    from_the_other: float

    @property
    def given_up(self) -> float:
        """What its own concessions cost it against its best unilateral step."""
        return self.from_the_other - self.over_best_unilateral

    @property
    def over_best_unilateral(self) -> float:
        """Gain of the package over what it could have alone."""
        return self.gain - self.alone

    def record(self) -> dict[str, float]:
        """JSON-able."""
        return {
            "gain": self.gain, "alone": self.alone, "from_the_other": self.from_the_other, "given_up": self.given_up,
            "over_best_unilateral": self.over_best_unilateral,
        }  # fmt: skip


def one_step(levels: Levels, top: ArrayLike) -> list[Levels]:
    """Packages that differ by one step of one issue."""
    found = []
    for i, highest in enumerate(np.asarray(top)):
        for step in (-1, 1):
            if 0 <= levels[i] + step <= highest:
                found.append((*levels[:i], levels[i] + step, *levels[i + 1 :]))
    return found


def _value(payoffs: Array, d: Array, w: Array) -> float:
    return float(log_product(payoffs - d, w))


def _correction(kernel: Array, solved: Mapping[int, Array], approximate: Array) -> Array:
    """What the approximation missed at the solved packages, carried to the others by distance."""
    at = list(solved)
    if not at:
        return np.zeros_like(approximate)
    miss = np.array([solved[n] - approximate[n] for n in at])
    near = kernel[: len(at)]
    result: Array = np.linalg.solve(near[:, at] + 1e-9 * np.eye(len(at)), miss).T @ near
    return result.T


def _left_out(kernel: Array, solved: Mapping[int, Array], approximate: Array, inside: Sequence[int]) -> Array:
    """Largest error of the corrected approximation at each of the solved packages `inside`, had that one not been solved [party].

    With C the kernel among the solved and m what the approximation missed, leaving one out misses (C⁻¹m)ₙ/(C⁻¹)ₙₙ.
    """
    at = list(solved)
    inverse = np.linalg.inv(kernel[: len(at), at] + 1e-9 * np.eye(len(at)))
    errors = (inverse @ np.array([solved[n] - approximate[n] for n in at])) / np.diagonal(inverse)[:, None]
    result: Array = np.abs(errors[[at.index(n) for n in inside]]).max(0)
    return result


def _near(place: Array, point: Array) -> Array:
    result: Array = np.exp(-np.sqrt(((place - point) ** 2).sum(1)) / LENGTH)
    return result


# -- exchange ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Step:
    """One step of an issue by its giver: what it costs it and brings the other side (points; a negative cost pays by itself)."""

    issue: str
    giver: str
    receiver: str
    label: str
    cost: float
    gain: float
    """To the receiver."""

    @property
    def free(self) -> bool:
        """Whether the giver loses nothing by it."""
        return self.cost <= 0

    @property
    def idle(self) -> bool:
        """Whether it moves neither side."""
        return self.cost == 0 == self.gain

    @property
    def rate(self) -> float:
        """Gain to the receiver for each point it costs the giver; infinite where it costs nothing and brings something."""
        if self.cost > 0:
            return self.gain / self.cost
        return math.inf if self.gain > 0 else math.nan


def swaps(steps: Sequence[Step]) -> pd.DataFrame:
    """Every step of the side named first that costs it something against every such step of the other.

    `needed` is how many steps of the second a giver of the first needs to lose nothing, `worth` how many its receiver would
    give; both gain from anything in between, `trade` says whether there is anything.
    """
    chips = [s for s in steps if not s.free and s.gain > 0]
    first = steps[0].giver if steps else ""
    rows = []
    for one in (s for s in chips if s.giver == first):
        for two in chips:
            if two.giver == one.receiver:
                needed, worth = one.cost / two.gain, one.gain / two.cost
                rows.append(
                    {
                        "step": one.label, "by": one.giver, "against": two.label, "of": two.giver,
                        "needed": needed, "worth": worth, "trade": worth > needed,
                    }
                )  # fmt: skip
    columns = ["step", "by", "against", "of", "needed", "worth", "trade"]
    return pd.DataFrame(rows, columns=columns)
