"""Corner results: a seller of a scarce good who would earn more from it than the price it may charge allows.

Where next to nothing of a good is left and next to nothing can replace it, prices can take any size and somebody gains what
cannot be paid. Such a result is refused by name; it is never printed.
"""

from __future__ import annotations

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


def refuse_corners(shock: Shock, before: Equilibrium, after: Equilibrium, shadows: Sequence[Shadow]) -> None:
    """Raise `CornerResult` where a seller with a capped price earns more from a good than `CORNER` times what that price allows.

    What it earns is value added of the sector and the scarcity rent it keeps, against the table. Sales at the capped price, less
    sales before, are what it could earn more if nothing cost more.
    """
    economy = before.economy
    capped: dict[tuple[int, int], tuple[float, float]] = {}
    for control, shadow in zip(shock.controls, shadows, strict=True):
        if control.kind == "at most" and 0 < control.cap < np.inf and control.rent != "lost":
            for i, j in {(int(i), int(j)) for i, j in zip(control.cells[0], control.cells[2], strict=True)}:
                most, rent = capped.get((i, j), (0.0, 0.0))
                capped[i, j] = (max(most, max(control.bound, 1.0) * np.exp(control.cap) - 1), rent + shadow.rent_of_sellers)
    for (i, j), (most, rent) in capped.items():
        sales = float(before.output[i, j])
        gain = float(after.value_added[i, j] - before.value_added[i, j]) + rent
        if gain > CORNER * most * sales:
            raise CornerResult(
                say(
                    "equilibrium/refusals", "corner", region=economy.regions[i], sector=economy.sectors[j], unit=economy.unit,
                    gain=f"{gain:,.0f}", sales=f"{sales:,.0f}", price=f"{most + 1:.2g}", most=f"{CORNER * most * sales:,.0f}",
                )
            )  # fmt: skip
