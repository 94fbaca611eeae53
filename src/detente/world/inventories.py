"""Inventories that run down: negative cells of a table netted, and how much that is.

A table of one year may hold goods sold from stock as negative final use, so that a shipment or a region's final use of a good
is below zero, and no share can be made of it. Netting counts what came out of stock as made in the year: a negative shipment
becomes none, what its buyer finally uses rises by as much (duties included), and its maker's value added too. Where final use
as a whole is negative, it becomes none and its suppliers deliver more, each in proportion. Both identities of a world keep
holding. After Costinot and Rodríguez-Clare (2014, Handbook of International Economics 4, online appendix), who count them as
current output as well, there with its inputs.

>>> import numpy as np
>>> trade, final = np.array([[[10.0], [-1.0]], [[2.0], [9.0]]]), np.array([[12.0], [8.0]])
>>> found = netted(trade, final, np.array([[9.0], [11.0]]), np.ones((2, 2, 1)))
>>> found.shipments[0, 1, 0], found.final_use[1, 0], found.value_added[0, 0], found.amount, found.cells
(np.float64(0.0), np.float64(9.0), np.float64(10.0), 1.0, 1)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.types import Array


@dataclass(frozen=True, eq=False)
class Netted:
    """A table without negative inventories: `amount` of goods (in its unit, before duties) out of stock, in how many `cells`."""

    shipments: Array
    final_use: Array
    value_added: Array
    amount: float
    cells: int


def netted(shipments: Array, final_use: Array, value_added: Array, duty_factor: Array) -> Netted:
    """The flows with what came out of stock counted as made in the year.

    Shapes: `shipments` and `duty_factor` (1+τ)(1+x) [origin, destination, sector], the others [region, sector]. What is negative
    for another reason (value added, spending on inputs) is left for the world's own check to refuse.
    """
    trade, final, added = (np.array(x, dtype=np.float64) for x in (shipments, final_use, value_added))
    short = np.maximum(-trade, 0.0)
    trade += short
    final += (duty_factor * short).sum(0)
    missing = np.maximum(-final, 0.0)
    cells, amount = int((short > 0).sum() + (missing > 0).sum()), float(short.sum())
    supply = (duty_factor * trade).sum(0)
    own = np.eye(len(trade))[:, :, None]
    shares = np.divide(trade, supply[None], out=own / duty_factor, where=supply[None] > 0)
    more = shares * missing[None]
    final += missing
    return Netted(trade + more, final, added + (short + more).sum(1), amount + float(more.sum()), cells)
