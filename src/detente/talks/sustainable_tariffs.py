"""The most cooperative tariff a truce can sustain.

Each side's payoff from its own tariff τ and the other's τ′ is u = −½ b τ² + a τ − e τ′: a what a first point of tariff wins, b
how fast that wears off, e what the other's tariff costs. The Nash tariff is τ_N = a/b, the efficient one τ_E = (a − e)/b. With
a grim trigger back to Nash, cheating is deterred at τ if ½ b (τ_N − τ)² ≤ δ e (τ_N − τ), so

    τ* = max{ (a − e)/b, τ_N − 2 δ e/b }

Source: Bagwell and Staiger (1990), in the linear-quadratic case. Sides with different patience: the lower δ decides.

**Unlike sides.** With own a, b, e for each side let D[i] be how far i stays below its Nash tariff. Cheating wins ½ b[i] D[i]² and
loses e[i] D[j] from the next period on, so i keeps the truce while D[i]² ≤ k[i] D[j], k[i] = 2 δ[i] e[i]/b[i]. The furthest both
can go is

    D[i] = k[i]^(2/3) k[j]^(1/3),

cut where the tariff reaches what is best for both together (or zero, whichever is higher), the other then going no further than
√(k[j] D[i]). With like sides this is τ* above. `read_off` gives a, b, e from each side's best tariff, what it wins over none and
what it costs the other.

>>> [round(sustainable_tariff(0.4, 1, 0.3, d).tariff, 6) for d in (0.2, 0.4, 0.5)]
[0.28, 0.16, 0.1]
>>> like = Taste("x", 0.4, 1, 0.3)
>>> [round(sustainable_pair(like, like, d).tariffs[0], 6) for d in (0.2, 0.4, 0.5)]
[0.28, 0.16, 0.1]
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from detente.checks import finite, inside, not_negative, positive, two
from detente.errors import InputError
from detente.types import plain
from detente.words import refusal, tell
from detente.words.shown import Shown


@dataclass(frozen=True)
class SustainableTariff(Shown):
    """Tariffs as fractions: sustainable, Nash, efficient; `full_from` is the δ from which the efficient tariff holds."""

    own_gain: float
    wear: float
    harm: float
    discount: float
    tariff: float
    nash: float
    efficient: float
    full_from: float

    @property
    def cooperation(self) -> float:
        """Share of the way from Nash to the efficient tariff."""
        return 1.0 if self.nash == self.efficient else (self.nash - self.tariff) / (self.nash - self.efficient)

    def payoff(self, tariff: float) -> float:
        """Payoff a period when both set this tariff."""
        return -0.5 * self.wear * tariff**2 + (self.own_gain - self.harm) * tariff

    def to_frame(self) -> pd.DataFrame:
        """One row a tariff: level and payoff when both set it."""
        levels = {"sustainable": self.tariff, "Nash": self.nash, "efficient": self.efficient}
        return pd.DataFrame({"tariff": levels, "payoff": {k: self.payoff(v) for k, v in levels.items()}}).rename_axis("which")

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self) | {"cooperation": self.cooperation}

    def explain(self) -> str:
        """The answer in plain words."""
        return tell(self)


def sustainable_tariff(own_gain: float, wear: float, harm: float, discount: float | Sequence[float]) -> SustainableTariff:
    """The lowest tariff both sides keep: `own_gain` a, `wear` b, `harm` e, discount factor per period (one, or one a side)."""
    a, b, e = not_negative(own_gain, "own gain a"), positive(wear, "wear b"), not_negative(harm, "harm e")
    pair = list(discount) if isinstance(discount, Sequence) else [discount]
    if not 1 <= len(pair) <= 2:
        raise InputError(refusal("talks", "discount_needs_one_number"))
    d = min(inside(x, "discount factor") for x in pair)
    nash, efficient = a / b, (a - e) / b
    return SustainableTariff(a, b, e, d, max(efficient, nash - 2 * d * e / b), nash, efficient, 0.5 if e > 0 else 0.0)


# -- unlike sides ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Taste:
    """One side's payoff u = −½ b τ² + a τ − e τ′: own gain a, wear b, harm e from the other's tariff, points a unit of tariff.

    `error`: how far the payoff at no tariffs is from what the separate effects add up to, as a share of the gain.
    """

    name: str
    own_gain: float
    wear: float
    harm: float
    error: float = 0.0

    def __post_init__(self) -> None:
        positive(self.wear, f"{self.name}: wear b")

    @property
    def nash(self) -> float:
        """The tariff that serves it best by itself."""
        return self.own_gain / self.wear


@dataclass(frozen=True)
class SustainablePair(Shown):
    """The lowest tariffs two unlike sides keep (fractions), their Nash tariffs and what is best for both together."""

    tastes: tuple[Taste, Taste]
    discount: tuple[float, float]
    tariffs: tuple[float, float]
    nash: tuple[float, float]
    efficient: tuple[float, float]

    @property
    def cooperation(self) -> tuple[float, float]:
        """Each side's share of the way from its Nash tariff to the efficient one."""
        a, b = (
            1.0 if n <= e else min(1.0, (n - t) / (n - e))
            for n, e, t in zip(self.nash, self.efficient, self.tariffs, strict=True)
        )
        return a, b

    def to_frame(self) -> pd.DataFrame:
        """One row a side: sustainable, Nash and efficient tariff, share of the way."""
        return pd.DataFrame(
            {
                "sustainable": self.tariffs, "Nash": self.nash, "efficient": self.efficient,
                tell(self, "share_of_the_way"): self.cooperation,
                "discount factor": self.discount, "error": [t.error for t in self.tastes],
            },
            index=pd.Index([t.name for t in self.tastes], name="side"),
        )  # fmt: skip

    def record(self) -> dict[str, Any]:
        """The same, ready for JSON."""
        return plain(self) | {"cooperation": self.cooperation}

    def explain(self) -> str:
        """The answer in plain words."""
        return tell(self)


def read_off(name: str, nash: float, gain: float, harm: float, other_nash: float, *, error: float = 0.0) -> Taste:
    """a, b, e from the ends: the tariff that serves a side best, what it wins over none, and what the other's best one costs it.

    The parabola then has its top at `nash` and is `gain` higher there than at zero; the harm is spread evenly over the other's
    tariff. A side that is best off without a tariff has nothing to win by one. Raises `InputError` for a negative tariff or gain.
    """
    top, won = not_negative(nash, f"{name}: best tariff"), not_negative(gain, f"{name}: gain from it")
    lost, far = finite(harm, f"{name}: harm"), not_negative(other_nash, f"{name}: other's best tariff")
    slope = lost / far if far > 0 else 0.0
    if top == 0 or won == 0:
        return Taste(name, 0.0, 1.0, slope, error)
    wear = 2 * won / top**2
    return Taste(name, wear * top, wear, slope, error)


def sustainable_pair(
    first: Taste, second: Taste, discount: float | Sequence[float], *, worth: tuple[float, float] = (1.0, 1.0)
) -> SustainablePair:
    """The lowest tariffs both keep when the sides differ; `worth` weighs a point of each side in what is best for both."""
    tastes = (first, second)
    d = two(discount, "discount factor")
    d = inside(d[0], "discount factor"), inside(d[1], "discount factor")
    nash = (max(first.nash, 0.0), max(second.nash, 0.0))
    best = [
        max(0.0, (t.own_gain - max(tastes[1 - i].harm, 0.0) * worth[1 - i] / worth[i]) / t.wear) for i, t in enumerate(tastes)
    ]
    efficient = (min(best[0], nash[0]), min(best[1], nash[1]))
    k = [2 * q * max(t.harm, 0.0) / t.wear for q, t in zip(d, tastes, strict=True)]
    far = [k[i] ** (2 / 3) * k[1 - i] ** (1 / 3) for i in range(2)]
    most = [n - e for n, e in zip(nash, efficient, strict=True)]
    step = [min(f, m) for f, m in zip(far, most, strict=True)]
    for _ in range(2):  # a side that stops short of its end lets the other go less far
        step = [min(step[i], math.sqrt(k[i] * step[1 - i])) for i in range(2)]
    return SustainablePair(tastes, d, (nash[0] - step[0], nash[1] - step[1]), nash, efficient)
