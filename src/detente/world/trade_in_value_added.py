"""Trade in value added: whose income is in the exports of an economy, and where its own income is finally earned.

For the exports e of economy n (of one sector, to one buyer), with the contents of `world.chains`:

    from b           (value added of b in a unit + duties b takes on the inputs of it) · e
    domestic         from n;                                   foreign = Σ over all others
    domestic + foreign = exports                               to rounding
    absorbed by a    v L f_a, v value added in a unit of output, f_a what a finally buys
    Σ_a absorbed by a = value added of n                       that of all a but n is "exports of value added"

Duties on inputs count as income of the economy whose user pays them. Source: Johnson and Noguera (2012),
https://doi.org/10.1016/j.jinteco.2011.10.003, and the indicators EXGR_DVA, EXGR_FVA and FFD_DVA of OECD, Guide to Trade in Value
Added Indicators, https://www.oecd.org/en/topics/sub-issues/trade-in-value-added.html.

>>> from detente.world import toy_world
>>> found = value_added_in_trade(Chains.of(toy_world()), "CCC")
>>> abs(found.domestic + found.foreign - found.exports) < 1e-9 * found.exports
True
>>> round(found.domestic_share, 1)
72.9
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from detente.world.chains import Chains, ratio
from detente.world.reliance import users


@dataclass(frozen=True, eq=False)
class ValueAddedInTrade:
    """Value added in the exports of one economy (of one sector, to one buyer), in the table's unit a year.

    `by_source`: value added in the exports by economy, duties on inputs included, sums to `exports`. `absorbed`: value added of
    the economy (of the sector) by whose final demand it ends in, sums to `value_added`.
    """

    region: str
    sector: str | None
    to: str | None
    exports: float
    by_source: pd.Series = field(repr=False)
    absorbed: pd.Series = field(repr=False)

    @property
    def domestic(self) -> float:
        """Own value added in the exports."""
        return float(self.by_source[self.region])

    @property
    def foreign(self) -> float:
        """Value added of all others in the exports."""
        return float(self.by_source.drop(self.region).sum())

    @property
    def domestic_share(self) -> float:
        """Percent of exports; not a number where there are none."""
        return 100 * self.domestic / self.exports if self.exports > 0 else float("nan")

    @property
    def value_added(self) -> float:
        """Value added of the economy (of the sector)."""
        return float(self.absorbed.sum())

    @property
    def absorbed_abroad(self) -> float:
        """Of it, what ends in the final demand of others: exports of value added."""
        return float(self.absorbed.drop(self.region).sum())

    @property
    def absorbed_share(self) -> float:
        """Percent of value added; not a number where there is none."""
        return 100 * self.absorbed_abroad / self.value_added if self.value_added > 0 else float("nan")


def value_added_in_trade(chains: Chains, region: str, sector: str | None = None, to: str | None = None) -> ValueAddedInTrade:
    """Value added in a region's exports by source, and its own by final buyer. Raises `UnknownRegion`, `UnknownSector`."""
    n, rows = chains.index(region), users(chains, sector)
    buyers = [m for m in range(len(chains.regions)) if m != n] if to is None else [m for m in [chains.index(to)] if m != n]
    exports = chains.shipments[n][np.ix_(buyers, rows)].sum(axis=0)
    source = {b: float((chains.content(b)[n, rows] + chains.levied(b)[n, rows]) @ exports) for b in chains.regions}
    per_unit = ratio(chains.value_added[n], chains.output[n])[rows]
    final = np.stack([chains.finally_bought(buyer) for buyer in chains.regions], axis=2)
    ends = per_unit @ chains.required(final)[n][rows]
    index = pd.Index(chains.regions, name="economy")
    return ValueAddedInTrade(
        region, sector, to, float(exports.sum()), pd.Series(source).rename_axis("economy"), pd.Series(ends, index=index)
    )
