"""What comes over time, discounted: how much each month of the path counts in one number.

    u = ∫ e^(−ρh) u(h) dh / ∫ e^(−ρh) dh,  months 0 to 48, ρ a year

with u(h) linear between the months solved, so that the weights of the months do not depend on what is weighted and parts of a
payoff add up.

>>> weights = path_weights()
>>> list(weights), round(sum(weights.values()), 12)
([0.0, 3.0, 6.0, 12.0, 24.0, 36.0, 48.0], 1.0)
>>> path_weights(0, 6, rate=0.0) == {0.0: 0.25, 3.0: 0.5, 6.0: 0.25}
True
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from detente.errors import InputError
from detente.words import refusal

MONTHS = (0.0, 3.0, 6.0, 12.0, 24.0, 36.0, 48.0)
"""Months at which payoffs are solved."""
RATE = 0.1
"""Discount rate a year where a party has none of its own."""


def path_weights(
    first: float = 0.0, last: float = 48.0, rate: float = RATE, months: Sequence[float] = MONTHS
) -> dict[float, float]:
    """Weight of each month in the discounted mean over [first, last]; they sum to one. Both ends are months of their own.

    `rate` is a year's. Raises `InputError` for a stretch that is empty or a rate that is no number of 0 or more.
    """
    if not 0 <= first < last < math.inf or not 0 <= rate < math.inf:
        raise InputError(refusal("cases", "discounted_needs", first=f"{first:g}", last=f"{last:g}", rate=f"{rate:g}"))
    at = [first, *(m for m in months if first < m < last), last]
    weights = dict.fromkeys(at, 0.0)
    r = rate / 12
    for a, b in pairwise(at):
        # with x from 0 to 1 between them: ∫ e^(−r(a+wx)) (1 − x) w dx and ∫ e^(−r(a+wx)) x w dx
        w, z = b - a, r * (b - a)
        near = 0.5 - z / 6 + z * z / 24 if z < 1e-3 else (z - 1 + math.exp(-z)) / z**2
        far = 0.5 - z / 3 + z * z / 8 if z < 1e-3 else (1 - (1 + z) * math.exp(-z)) / z**2
        weights[a] += math.exp(-r * a) * w * near
        weights[b] += math.exp(-r * a) * w * far
    total = sum(weights.values())
    return {m: x / total for m, x in weights.items()}
