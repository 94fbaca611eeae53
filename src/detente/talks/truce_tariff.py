"""The most cooperative tariff a truce can sustain.

Each side's payoff from its own tariff τ and the other's τ′ is u = −½ b τ² + a τ − e τ′: a what a first point of tariff wins, b
how fast that wears off, e what the other's tariff costs. The Nash tariff is τ_N = a/b, the efficient one τ_E = (a − e)/b. With
a grim trigger back to Nash, cheating is deterred at τ if ½ b (τ_N − τ)² ≤ δ e (τ_N − τ), so

    τ* = max{ (a − e)/b, τ_N − 2 δ e/b }

Source: Bagwell and Staiger (1990), in the linear-quadratic case. Sides with different patience: the lower δ decides.

>>> [round(sustainable_tariff(0.4, 1, 0.3, d).tariff, 6) for d in (0.2, 0.4, 0.5)]
[0.28, 0.16, 0.1]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from detente.errors import InputError
from detente.talks.words import THIN, inside, not_negative, number, plain, positive


@dataclass(frozen=True)
class SustainableTariff:
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

        def pct(x: float) -> str:
            return f"{number(100 * x)}{THIN}%"

        text = (
            f"A truce can hold tariffs at {pct(self.tariff)}, against {pct(self.nash)} without one and "
            f"{pct(self.efficient)} in the best case"
        )
        if self.tariff == self.efficient:
            return text + ": the sides are patient enough for all of it."
        return text + f"; all of it would need a discount factor of {number(self.full_from)} (now {number(self.discount)})."


def sustainable_tariff(own_gain: float, wear: float, harm: float, discount: float | Sequence[float]) -> SustainableTariff:
    """The lowest tariff both sides keep: `own_gain` a, `wear` b, `harm` e, discount factor per period (one, or one a side)."""
    a, b, e = not_negative(own_gain, "own gain a"), positive(wear, "wear b"), not_negative(harm, "harm e")
    pair = list(discount) if isinstance(discount, Sequence) else [discount]
    if not 1 <= len(pair) <= 2:
        raise InputError("discount needs one number or one a side")
    d = min(inside(x, "discount factor") for x in pair)
    nash, efficient = a / b, (a - e) / b
    return SustainableTariff(a, b, e, d, max(efficient, nash - 2 * d * e / b), nash, efficient, 0.5 if e > 0 else 0.0)
