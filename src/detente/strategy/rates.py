"""What two sides would choose and could agree on, if each moved all its duties on the other's goods together.

Each side has one lever: its mean duty on the other's goods; differences between goods stay as they are. The equilibrium is solved
on a small grid of both levers (Chebyshev points in ln(1+t)), log real income is interpolated by a polynomial in both, and best
replies, the Nash equilibrium and the Nash bargain are read off. That takes a few dozen solves instead of the compiled gradients
of `detente.strategy`, whose general answers it must match for this lever.

>>> nodes(0.0, 1.0, 3).round(4).tolist()
[0.933, 0.5, 0.067]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
from numpy.polynomial import chebyshev

from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters
from detente.equilibrium.solve import solve
from detente.policy.instruments import Policy
from detente.types import Array
from detente.world.economy import Economy

LOWEST, HIGHEST, POINTS, FINE = -0.12, 0.6, 6, 361


def nodes(low: float, high: float, count: int = POINTS) -> Array:
    """Chebyshev points of an interval, the highest first."""
    unit = np.cos(np.pi * (np.arange(count) + 0.5) / count)
    return low + (high - low) * (unit + 1) / 2


@dataclass(frozen=True)
class Choice:
    """Mean duties of both sides (fractions), and real income by region against the status quo, percent."""

    rates: tuple[float, float]
    real_income: dict[str, float]


@dataclass(frozen=True, eq=False)
class RateGrid:
    """Log real income of `regions` at all nodes [lever of the first, lever of the second, region]."""

    sides: tuple[str, str]
    regions: tuple[str, ...]
    today: tuple[float, float]
    ends: tuple[tuple[float, float], tuple[float, float]]
    values: Array

    @classmethod
    def solve(
        cls,
        economy: Economy,
        quo: Outcome,
        policy: Policy,
        sides: tuple[str, str],
        sectors: Sequence[str],
        regions: Sequence[str],
        parameters: Parameters,
    ) -> RateGrid:
        """Solve every node; `quo` is the solved status quo under `policy`."""
        tariffs = quo.after.tariffs
        j = [economy.sectors.index(s) for s in sectors]
        index = [economy.regions.index(r) for r in sides]
        flows = [(index[1], index[0]), (index[0], index[1])]  # (origin, destination) of what each side taxes
        mean, spread = [], []
        for origin, destination in flows:
            weight = economy.shipments[origin, destination][j]
            rate = tariffs[origin, destination][j]
            mean.append(float((weight * rate).sum() / weight.sum()) if weight.any() else 0.0)
            spread.append(np.log1p(rate) - np.log1p(mean[-1]))
        ends = [(np.log1p(LOWEST), np.log1p(max(HIGHEST, m + 0.25))) for m in mean]
        shown = [economy.regions.index(r) for r in regions]
        before = np.log(quo.after.income / quo.after.cpi)
        values = np.empty((POINTS, POINTS, len(shown)))
        for a, u in enumerate(nodes(*ends[0])):
            for b, v in enumerate(nodes(*ends[1])):
                new = tariffs.copy()
                for (origin, destination), lever, own in zip(flows, (u, v), spread, strict=True):
                    new[origin, destination, j] = np.expm1(lever + own)
                after = solve(economy, policy + Policy.from_arrays(tariffs=new), parameters).after
                values[a, b] = (np.log(after.income / after.cpi) - before)[shown]
        return cls(sides, tuple(regions), (mean[0], mean[1]), (ends[0], ends[1]), values)

    @cached_property
    def _coefficients(self) -> Array:
        unit = nodes(-1, 1)
        inverse = np.linalg.inv(chebyshev.chebvander(unit, POINTS - 1))
        return cast(Array, np.einsum("ia,jb,abr->ijr", inverse, inverse, self.values))

    def at(self, first: Array | float, second: Array | float) -> Array:
        """Log real income [region, …] at mean duties (fractions); both broadcast, outside the grid is not allowed."""
        x, y = (
            2 * (np.log1p(np.asarray(t, dtype=float)) - low) / (high - low) - 1
            for t, (low, high) in zip((first, second), self.ends, strict=True)
        )
        x, y = np.broadcast_arrays(x, y)
        return np.stack([chebyshev.chebval2d(x, y, self._coefficients[:, :, r]) for r in range(len(self.regions))])

    def gains(self, first: float, second: float) -> Choice:
        """Real income at two mean duties against today's, percent."""
        change = 100 * np.expm1(self.at(first, second) - self.at(*self.today))
        return Choice((first, second), dict(zip(self.regions, map(float, change), strict=True)))

    def lever(self, side: int) -> Array:
        """Fine grid of mean duties of a side."""
        return cast(Array, np.expm1(np.linspace(*self.ends[side], FINE)))

    def reply(self, side: int, other: float) -> float:
        """The mean duty that serves a side best against the other's."""
        own = self.lever(side)
        value = self.at(own, other) if side == 0 else self.at(other, own)
        return _peak(own, value[self.regions.index(self.sides[side])])

    def at_edge(self, side: int, rate: float) -> bool:
        """Whether a rate lies at the end of what was searched."""
        low, high = self.ends[side]
        step = (high - low) / (FINE - 1)
        return bool(np.log1p(rate) < low + step or np.log1p(rate) > high - step)

    def best_reply(self, side: int) -> Choice:
        """A side's best mean duty while the other keeps today's."""
        rate = self.reply(side, self.today[1 - side])
        return self.gains(rate, self.today[1]) if side == 0 else self.gains(self.today[0], rate)

    @cached_property
    def nash(self) -> Choice:
        """Where both reply best."""
        first, second = self.today
        for _ in range(200):
            new = self.reply(0, second)
            answer = self.reply(1, new)
            moved = max(abs(new - first), abs(answer - second))
            first, second = new, answer
            if moved < 1e-6:
                break
        return self.gains(first, second)

    @cached_property
    def deal(self) -> Choice | None:
        """The Nash bargain from today's duties with equal power; None where nothing helps both."""
        first, second = np.meshgrid(self.lever(0), self.lever(1), indexing="ij")
        gain = self.at(first, second) - self.at(*self.today)[:, None, None]
        own = [gain[self.regions.index(s)] for s in self.sides]
        product = np.where((own[0] > 0) & (own[1] > 0), own[0] * own[1], -1.0)
        a, b = np.unravel_index(int(product.argmax()), product.shape)
        return None if product[a, b] <= 0 else self.gains(float(first[a, b]), float(second[a, b]))


def _peak(at: Array, values: Array) -> float:
    """The highest of evenly spaced values (in ln(1+t)), with a parabola through it and its neighbours."""
    k = int(values.argmax())
    if k in (0, len(values) - 1):
        return float(at[k])
    left, middle, right = values[k - 1 : k + 2]
    bend = left - 2 * middle + right
    shift = 0.0 if bend == 0 else 0.5 * (left - right) / bend
    u = np.log1p(at)
    return float(np.expm1(u[k] + shift * (u[k + 1] - u[k])))
