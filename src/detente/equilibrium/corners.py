"""Corner results: a seller of a scarce good who would earn more from it than the price it may charge allows.

Where next to nothing of a good is left and next to nothing can replace it, prices can take any size and somebody gains what
cannot be paid. Such a result is refused by name; it is never printed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from detente.errors import CornerResult
from detente.policy.shock import Shock
from detente.words import say

if TYPE_CHECKING:
    from detente.equilibrium.levels import Equilibrium
    from detente.equilibrium.outcome import Shadow

CORNER = 2.0
"""How many times what its sales would bring at the capped price a seller's gain may be before it is no result but a corner."""
KEPT = 5.0
"""The same for an exporter who keeps all of the scarcity, at the price that the other sellers of the good are capped at."""


def refuse_corners(shock: Shock, before: Equilibrium, after: Equilibrium, shadows: Sequence[Shadow]) -> None:
    """Raise `CornerResult` where a seller of a good under control earns more from it than `CORNER` times what its price allows.

    What it earns is value added of the sector and the scarcity rent it keeps, against the table. What its price allows is sales
    at the capped price less sales before, with the growth its bound lets it have. Where no price is capped there is no measure,
    and nothing is refused.
    """
    economy = before.economy
    rent: dict[tuple[int, int], float] = {}
    limit: dict[tuple[int, int], float] = {}
    price: dict[int, float] = {}
    for control, shadow in zip(shock.controls, shadows, strict=True):
        if control.kind == "at most" and control.rent != "lost":
            capped = 0 < control.cap < np.inf
            dearest = math.exp(control.cap) if capped else 0.0
            for i, j in control.sellers:
                rent[i, j] = rent.get((i, j), 0.0) + shadow.rent_of_sellers
                if capped:
                    limit[i, j] = max(limit.get((i, j), 0.0), CORNER * (max(control.bound, 1.0) * dearest - 1))
                    price[j] = max(price.get(j, 0.0), dearest)
    for i, j in rent:
        if j in price and (i, j) not in limit:
            limit[i, j] = KEPT * (price[j] - 1)
    for (i, j), most in limit.items():
        sales = float(before.output[i, j])
        gain = float(after.value_added[i, j] - before.value_added[i, j]) + rent[i, j]
        if gain > most * sales:
            raise CornerResult(
                say(
                    "equilibrium/refusals", "corner", region=economy.regions[i], sector=economy.sectors[j], unit=economy.unit,
                    gain=f"{gain:,.0f}", sales=f"{sales:,.0f}", price=f"{price[j]:.2g}", most=f"{most * sales:,.0f}",
                )
            )  # fmt: skip
