"""Final demand by origin and destination: a published table that has it against a world that imputes it.

A world keeps shipments by pair and what each region finally uses of a good, not whose. Its final demand by origin is then

    F[i, n, k] = T[i, n, k] · F[n, k] / Σᵢ (1+τ)(1+x) T[i, n, k]

as if inputs and final goods came from the same sellers; and the shipments of the default world were themselves imputed where its
source has no final demand. A table says F itself. Compared are the regions and sectors that both have, brought to the same total
where year or currency differ; once the world, and once the table's own shipments by the formula: what the formula alone gets
wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from detente.build.tables.table import Table
from detente.build.tables.to_world import JOIN, METALS, RARE_EARTHS, groups
from detente.errors import InputError
from detente.types import Array
from detente.words import refusal
from detente.world.compare import Margin, margin
from detente.world.world import World


@dataclass(frozen=True, eq=False)
class FinalDemand:
    """How far final demand by origin is off. `margins`: of the world, then of the formula alone, each for all goods and for
    foreign ones.

    `foreign`: percent of each region's final demand that is foreign: in the table, in the world, by the formula in the table.
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    margins: tuple[Margin, ...]
    foreign: pd.DataFrame

    @property
    def largest(self) -> str:
        """The region whose foreign share is furthest off."""
        return str((self.foreign["world"] - self.foreign["table"]).abs().idxmax())

    @property
    def mean_gap(self) -> float:
        """Points by which foreign shares are off, the mean over regions."""
        return float((self.foreign["world"] - self.foreign["table"]).abs().mean())


def of_world(world: World) -> Array:
    """Final demand by the formula [origin, destination, sector], at basic prices."""
    share = np.divide(world.final_use, world.expenditure, out=np.zeros_like(world.final_use), where=world.expenditure > 0)
    return np.asarray(world.shipments * share[None])


def compare_final_demand(table: Table, world: World) -> FinalDemand:
    """The final demand of `table`, goods out of stock left out, against that of `world`.

    Raises `InputError` where they have fewer than two regions or no sector in common.
    """
    regions, sectors = groups(table.regions, table.sectors)
    if RARE_EARTHS in world.sectors and RARE_EARTHS not in sectors:
        whole = next((s for s in world.sectors if METALS in s.split(JOIN)), None)
        world = world.aggregate(sectors={whole: [whole, RARE_EARTHS]}) if whole else world
    both = tuple(r for r in world.regions if r in regions)
    goods = tuple(s for s in world.sectors if s in sectors)
    if len(both) < 2 or not goods:
        raise InputError(
            refusal("world", "nothing_common", name=table.source, other=world.name, regions=", ".join(both) or "none")
        )
    kept = [k for k, c in enumerate(table.categories) if c not in table.stock] or list(range(len(table.categories)))
    final = np.maximum(table.final[..., kept].sum(axis=3).transpose(0, 2, 1), 0.0)  # [origin, destination, product]
    sold = np.maximum(table.flows.sum(axis=3) + table.final.sum(axis=3), 0.0).transpose(0, 2, 1)
    from_table = _grouped(final, table, regions, sectors, both, goods)
    # the formula on the table's own shipments, each of its products and economies by itself
    supply = sold.sum(axis=0)
    share = np.divide(final.sum(axis=0), supply, out=np.zeros_like(supply), where=supply > 0)
    by_formula = _grouped(sold * share[None], table, regions, sectors, both, goods)
    n, s = [world.regions.index(r) for r in both], [world.sectors.index(x) for x in goods]
    imputed = of_world(world)[np.ix_(n, n, s)]
    if world.unit != table.unit or world.year != table.year:
        imputed = imputed * (from_table.sum() / imputed.sum())
    across = ~np.eye(len(both), dtype=bool)
    found = [
        margin(f"final demand by origin{what}{whose}", values[cells], from_table[cells])
        for whose, values in ((", the world", imputed), (", the formula alone", by_formula))
        for what, cells in (("", np.ones_like(across)), (", foreign", across))
    ]
    columns = {"table": from_table, "world": imputed, "formula": by_formula}
    foreign = pd.DataFrame({k: _foreign(v) for k, v in columns.items()}, index=pd.Index(both, name="region"))
    return FinalDemand(both, goods, tuple(found), foreign)


def _grouped(
    values: Array,
    table: Table,
    regions: dict[str, tuple[str, ...]],
    sectors: dict[str, tuple[str, ...]],
    both: tuple[str, ...],
    goods: tuple[str, ...],
) -> Array:
    to_region = np.array([[r in regions[code] for r in table.regions] for code in both], dtype=np.float64)
    to_sector = np.array([[s in sectors[code] for s in table.sectors] for code in goods], dtype=np.float64)
    return np.asarray(np.einsum("Ai,Bn,Ck,ink->ABC", to_region, to_region, to_sector, values, optimize=True))


def _foreign(values: Array) -> Array:
    """Percent of each destination's final demand that comes from elsewhere."""
    own = values[np.arange(len(values)), np.arange(len(values))].sum(axis=1)
    total = values.sum(axis=(0, 2))
    return 100 * (1 - np.divide(own, total, out=np.ones_like(total), where=total > 0))
