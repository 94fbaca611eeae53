"""From who sells to whom, industry by industry, to the flows of a world.

An inter-country table has sales of every industry to every industry and final user. A world keeps shipments by pair and product,
and spending by product of whatever origin: the shares of origins are then the same for all users in a region (proportionality, as
in Caliendo and Parro 2015). Sales below zero, which no share can be made of, are counted as none; their sum is told.

>>> import numpy as np
>>> sales = np.array([[[[2.0]], [[1.0]]]]).transpose(0, 2, 1, 3).reshape(1, 1, 2, 1)
>>> sales = np.concatenate([sales, np.array([0.5, 4.0]).reshape(1, 1, 2, 1)])
>>> made = flows(sales, np.array([[[7.0, 0.0]], [[1.5, 4.0]]]))
>>> made.shipments[:, :, 0].tolist(), made.value_added[:, 0].tolist(), made.clipped
([[9.0, 1.0], [2.0, 8.0]], [7.5, 5.0], 0.0)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.types import Array


@dataclass(frozen=True, eq=False)
class Flows:
    """Shapes as in `World`; `value_added` is all of output that is no input, taxes included; `clipped` in the table's unit."""

    shipments: Array
    intermediate_use: Array
    final_use: Array
    value_added: Array
    clipped: float
    cells: int


def flows(sales: Array, final: Array) -> Flows:
    """`sales` [origin, product, destination, user] to industries, `final` [origin, product, destination], at basic prices."""
    below = sales < 0
    clipped, cells = (float(-sales[below].sum()), int(below.sum())) if below.any() else (0.0, 0)
    if cells:
        sales = np.maximum(sales, 0.0)
    shipments = sales.sum(axis=3).transpose(0, 2, 1) + final.transpose(0, 2, 1)
    use = np.ascontiguousarray(sales.sum(axis=0).transpose(1, 0, 2))
    return Flows(shipments, use, final.sum(axis=0).T.copy(), shipments.sum(axis=1) - use.sum(axis=1), clipped, cells)
