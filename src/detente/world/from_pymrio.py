"""The flows of a world out of an `IOSystem` of pymrio: the bridge for tables that pymrio reads.

Asked for are Z (sales between industries) and Y (final use), with pymrio's levels region and sector, category. Rows and columns
are put in the order of Z's rows by label. What goes out of stock, and sales below zero, are treated as for any table
(`world.inventories`, `world.interindustry`); the card says how much. Value added is what the sales of an industry leave after its
inputs. pymrio itself is not imported.

https://pymrio.readthedocs.io
"""

from __future__ import annotations

from typing import Any

import numpy as np

from detente.errors import InputError
from detente.words import refusal
from detente.world.interindustry import flows


def flows_of(system: Any) -> dict[str, Any]:
    """Arguments of `World.from_flows`. Raises `InputError` where Z or Y is lacking or their labels differ."""
    sales, final = getattr(system, "Z", None), getattr(system, "Y", None)
    if sales is None or final is None:
        raise InputError(refusal("world", "pymrio_lacks", matrix="Z" if sales is None else "Y"))
    regions = tuple(str(r) for r in sales.index.get_level_values(0).unique())
    sectors = tuple(str(s) for s in sales.index.get_level_values(1).unique())
    nodes = [(r, s) for r in sales.index.get_level_values(0).unique() for s in sales.index.get_level_values(1).unique()]
    buyers = final.columns.get_level_values(0)
    for matrix, axis, labels in (("Z", "rows", sales.index), ("Z", "columns", sales.columns), ("Y", "rows", final.index)):
        if not labels.is_unique or set(labels) != set(nodes):
            raise InputError(refusal("world", "pymrio_labels", matrix=matrix, axis=axis, n=len(regions), s=len(sectors)))
    if not set(map(str, buyers)) <= set(regions):
        raise InputError(refusal("world", "pymrio_labels", matrix="Y", axis="columns", n=len(regions), s=len(sectors)))
    n, s = len(regions), len(sectors)
    z = sales.loc[nodes, nodes].to_numpy(dtype=np.float64).reshape(n, s, n, s)
    y = final.loc[nodes].T.groupby(level=0, sort=False).sum().T
    y = y.reindex(columns=list(dict.fromkeys(r for r, _ in nodes)), fill_value=0.0).to_numpy(dtype=np.float64).reshape(n, s, n)
    made = flows(z, y)
    return {
        "regions": regions,
        "sectors": sectors,
        "shipments": made.shipments,
        "intermediate_use": made.intermediate_use,
        "value_added": made.value_added,
        "final_use": made.final_use,
        "net_inventories": True,
        "card": {"negative sales to industries": {"amount": made.clipped, "cells": made.cells}},
        "sources": (str(getattr(system, "name", None) or "pymrio"),),
    }
