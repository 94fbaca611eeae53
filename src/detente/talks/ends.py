"""How a stand-off has ended by some moment: who has given way, whether talks have collapsed, or whether it still stands.

Every model of a stand-off in this room (`standoff`, `reputation`, `deadlines`) can say `by(years)`; the five numbers add up to 1.

>>> e = End(0.25, 0.5, 0.0, 0.125, 0.125)
>>> e.total(), e.shared()
(1.0, End(first=0.25, second=0.5, both=0.0, collapse=0.125, standing=0.125))
"""

from __future__ import annotations

import math
from typing import NamedTuple

NAN = float("nan")


class End(NamedTuple):
    """Probabilities that by a moment the first side alone, the second alone or both together have given way, that talks have
    collapsed, that the stand-off still stands.
    """

    first: float
    second: float
    both: float
    collapse: float
    standing: float

    @property
    def known(self) -> bool:
        """Whether the model gives odds at all."""
        return not any(map(math.isnan, self))

    def total(self) -> float:
        """The sum, 1 for a model that gives odds."""
        return float(sum(self))

    def shared(self) -> End:
        """The same with what both give way together counted half to each."""
        return End(self.first + self.both / 2, self.second + self.both / 2, 0.0, self.collapse, self.standing)

    def mixed(self, other: End, weight: float) -> End:
        """This end, with `weight` of it replaced by `other` (both add up to 1)."""
        return End(*((1 - weight) * a + weight * b for a, b in zip(self, other, strict=True)))


STANDS = End(0.0, 0.0, 0.0, 0.0, 1.0)
UNKNOWN = End(NAN, NAN, NAN, NAN, NAN)


def fading(rates: tuple[float, float, float], years: float) -> End:
    """Ends by a moment when giving way (first, second) and collapse come at steady rates a year."""
    total = sum(rates)
    if total == 0 or years <= 0:
        return STANDS
    gone = 1.0 if math.isinf(years) else -math.expm1(-total * years)
    a, b, c = (r / total * gone for r in rates)
    return End(a, b, 0.0, c, 1.0 - gone)
