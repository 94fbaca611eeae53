"""How far two worlds are apart, flow by flow, over the regions and sectors that both have.

For values v of the first and t of the second, over the cells where either is above a floor of a millionth of the whole:

    correlation      of ln v and ln t where both are positive
    median gap       median |v/t − 1| where t is positive
    weighted gap     Σ|v − t| / Σt

Worlds of another year or currency are compared as shares of their totals over what both have.

>>> from detente.world.library import load_world
>>> toy = load_world("toy")
>>> compare(toy, toy).frame()["weighted gap, %"].max()
np.float64(0.0)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from detente.errors import InputError
from detente.types import Array
from detente.words import refusal
from detente.world.world import World

FLOOR = 1e-6


@dataclass(frozen=True)
class Margin:
    """One kind of flow: cells compared, how close they are, and the totals of both worlds in the first one's unit."""

    name: str
    cells: int
    log_correlation: float
    median_gap_pct: float
    weighted_gap_pct: float
    total: float
    other_total: float


@dataclass(frozen=True, eq=False)
class WorldComparison:
    """Two worlds side by side. `scaled`: the second was brought to the first one's total, as year or currency differ.

    `left_out`: labels that one of them has not. `pairs`: shipments across borders by pair, [origin, destination] in both.
    """

    margins: tuple[Margin, ...]
    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    left_out: tuple[str, ...]
    scaled: bool
    unit: str
    pairs: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """One row a margin."""
        rows = [
            (m.name, m.cells, m.log_correlation, m.median_gap_pct, m.weighted_gap_pct, m.total, m.other_total)
            for m in self.margins
        ]
        heads = ["margin", "cells", "correlation of logs", "median gap, %", "weighted gap, %", "total", "other total"]
        return pd.DataFrame(rows, columns=heads)


def compare(world: World, other: World) -> WorldComparison:
    """`world` against `other`. Raises `InputError` where they have fewer than two regions or no sector in common."""
    regions = tuple(r for r in world.regions if r in other.regions)
    sectors = tuple(s for s in world.sectors if s in other.sectors)
    if len(regions) < 2 or not sectors:
        raise InputError(
            refusal("world", "nothing_common", name=world.name, other=other.name, regions=", ".join(regions) or "none")
        )
    left = (x for w in (world, other) for x in (*w.regions, *w.sectors) if x not in regions and x not in sectors)
    mine, theirs = _kept(world, regions, sectors), _kept(other, regions, sectors)
    scaled = world.unit != other.unit or world.year != other.year
    if scaled:
        factor = mine["output"].sum() / theirs["output"].sum()
        theirs = {name: values * factor for name, values in theirs.items()}
    margins = tuple(margin(name, mine[name], theirs[name]) for name in mine)
    index = pd.MultiIndex.from_product([regions, regions], names=["origin", "destination"])
    by_pair = pd.DataFrame({"value": mine["trade by pair"].ravel(), "other": theirs["trade by pair"].ravel()}, index=index)
    across = by_pair[index.get_level_values(0) != index.get_level_values(1)]
    by_size = across.sort_values("other", ascending=False)
    return WorldComparison(margins, regions, sectors, tuple(dict.fromkeys(left)), scaled, world.unit, by_size)


def _kept(world: World, regions: tuple[str, ...], sectors: tuple[str, ...]) -> dict[str, Array]:
    n, s = [world.regions.index(r) for r in regions], [world.sectors.index(x) for x in sectors]
    trade = world.shipments[np.ix_(n, n, s)].copy()
    home = trade[np.arange(len(n)), np.arange(len(n))].copy()
    trade[np.arange(len(n)), np.arange(len(n))] = 0
    return {
        "output": world.output[np.ix_(n, s)],
        "value added": world.value_added[np.ix_(n, s)],
        "final use": world.final_use[np.ix_(n, s)],
        "use of inputs": world.intermediate_use[np.ix_(n, s, s)],
        "sales at home": home,
        "trade by pair and sector": trade,
        "trade by pair": trade.sum(axis=2),
    }


def margin(name: str, mine: Array, theirs: Array) -> Margin:
    """How close two arrays of flows of one shape are."""
    v, t = np.ravel(mine), np.ravel(theirs)
    keep = np.maximum(v, t) > FLOOR * max(float(t.sum()), 1e-300)
    v, t = v[keep], t[keep]
    both = (v > 0) & (t > 0)
    logs = np.log(v[both]), np.log(t[both])
    correlation = float(np.corrcoef(*logs)[0, 1]) if both.sum() > 2 and min(np.ptp(x) for x in logs) > 0 else float("nan")
    median = float(100 * np.median(np.abs(v[t > 0] / t[t > 0] - 1))) if (t > 0).any() else float("nan")
    weighted = float(100 * np.abs(v - t).sum() / t.sum()) if t.sum() > 0 else float("nan")
    return Margin(name, len(v), correlation, median, weighted, float(v.sum()), float(t.sum()))
