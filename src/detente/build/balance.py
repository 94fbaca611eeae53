"""From basic-price flows and duties to a table that satisfies both identities exactly.

Given shipments T[i,n,k], uses U[n,k,j] and F[n,k] at basic prices with Σᵢ T = Σⱼ U + F, and rates τ:

    r[n,k] = Σᵢ (1+τ) T / Σᵢ T      every user of k in n buys the same mix of origins
    intermediate use = r U,  final use = r F,  value added = Σₙ T − Σₖ r U

so duties on inputs come out of what the source table counts as value added and taxes. Where that leaves less than a
floor of output, the user's inputs are scaled down and the difference goes to final use: totals by product stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TINY = 1e-6
VALUE_ADDED_FLOOR = 0.02


@dataclass(frozen=True)
class Balanced:
    """Flows in the layout of `World`, and what had to be moved. `moved` million USD, `cells` region–sectors."""

    shipments: Array
    intermediate_use: Array
    value_added: Array
    final_use: Array
    moved: float
    cells: tuple[tuple[int, int], ...]
    dropped: float


def balance(shipments: Array, use: Array, final: Array, tariff_rates: Array) -> Balanced:
    """Exact balance; flows below `TINY` become zero. Shapes as in `World` (use [n, k, j], final [n, k])."""
    kept = np.where(shipments < TINY, 0.0, shipments)
    dropped = float(shipments.sum() - kept.sum())
    use, final = np.maximum(use, 0.0), np.maximum(final, 0.0)
    use = np.where(use < TINY, 0.0, use)
    final = np.where(final < TINY, 0.0, final)
    supply = kept.sum(axis=0)
    spending = np.einsum("ink,ink->nk", 1 + tariff_rates, kept)
    asked = use.sum(axis=2) + final
    # a product that is shipped and that nobody asked for goes to final users
    final = np.where((asked <= 0) & (supply > 0), 1.0, final)
    asked = use.sum(axis=2) + final
    ratio = np.divide(spending, asked, out=np.zeros_like(spending), where=asked > 0)
    use, final = use * ratio[:, :, None], final * ratio
    output = kept.sum(axis=1)
    inputs = use.sum(axis=1)
    most = (1 - VALUE_ADDED_FLOOR) * output
    over = inputs > most
    factor = np.where(over, np.divide(most, inputs, out=np.zeros_like(most), where=inputs > 0), 1.0)
    cut = use * (1 - factor)[:, None, :]
    moved = float(cut.sum())
    use, final = use - cut, final + cut.sum(axis=2)
    value_added = output - use.sum(axis=1)
    cells = tuple((int(n), int(j)) for n, j in np.argwhere(over & (inputs > 1e-3)))
    return Balanced(kept, use, np.maximum(value_added, 0.0), final, moved, cells, dropped)
