"""An index of chokepoints: inputs that few foreigners sell, that are hard to replace, and that much at home is made with.

For input k of economy n, with π the shares of origins i in its spending on k, θ the trade elasticity of k and U its users'
spending:

    concentration   H  = Σ_{i≠n} π[i,n,k]²            Herfindahl over foreign sellers, 0 to 1; what is made at home adds nothing
    hard to replace 1 / (1 + θ_k)                     the inverse of the elasticity of substitution between origins, 0 to 1
    at stake        V  = Σⱼ (U[n,k,j] / Σⱼ U[n,k,j]) · VA[n,j] / GDP     value added of the users, by what each takes of it
    index              = 100 · H · 1/(1+θ) · V        0 to 100

H is the share of supplies lost if a seller drawn by its size stops. V takes a user to stand still without the input, however
little of it goes in: the extreme of the first weeks. `cost share`, what n's users spend on k over their output, is the other
extreme: to first order, what a dearer input costs if all else adjusts. The index ranks inputs; it is no forecast of a loss
(`detente.chokepoint` and the path solve for one). Asked for one sector j, V is its term of the sum alone, so that sectors add
up.

What it is made of follows Korniyenko, Pinat and Dew, "Assessing the fragility of global trade: the impact of localized supply
shocks using network analysis", IMF Working Paper 17/30 (2017),
https://www.imf.org/en/Publications/WP/Issues/2017/02/13/44658, who take centrality, clustering and substitutability, and the
concentration of the European Commission's strategic dependencies; the product is ours (assumption A191).

>>> from detente.world import toy_world
>>> found = chokepoints(toy_world(), "CCC")
>>> found.index[0], found["seller"].iloc[0]
('MAKE', 'BBB')
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from detente.types import Array
from detente.world.chains import Chains, ratio
from detente.world.reliance import users
from detente.world.world import World

COLUMNS = ("seller", "its share, %", "concentration", "hard to replace", "at stake, %", "cost share, %", "index")


def chokepoints(world: World, region: str, sector: str | None = None, to: str | None = None) -> pd.DataFrame:
    """Inputs of a region (of one sector) by the index, highest first, one row an input that is used.

    Columns: the largest foreign seller (empty where there is none) and its share of spending in percent, concentration and hard
    to replace (0 to 1), value added at stake in percent of GDP, cost share in percent of the users' output, the index (0 to 100).
    With `to`, the sellers are that economy alone. Raises `UnknownRegion`, `UnknownSector`.
    """
    chains = Chains.of(world)
    n, rows = chains.index(region), users(chains, sector)
    paid = ratio((chains.duty_factor * chains.shipments)[:, n], chains.spending[n][None])
    paid[n] = 0.0
    if to is not None:
        paid[[i for i in range(len(world.regions)) if i != chains.index(to)]] = 0.0
    concentration = (paid**2).sum(axis=0)
    hard = 1 / (1 + world.trade_elasticity)
    stake = at_stake(chains, region, sector)
    used = chains.input_use[n][:, rows].sum(axis=1)
    output = np.full_like(used, chains.output[n, rows].sum())
    largest = paid.argmax(axis=0)
    frame = pd.DataFrame(
        {
            "seller": [chains.regions[i] if paid[i, k] > 0 else "" for k, i in enumerate(largest)],
            "its share, %": 100 * paid.max(axis=0),
            "concentration": concentration,
            "hard to replace": hard,
            "at stake, %": 100 * stake,
            "cost share, %": 100 * ratio(used, output),
            "index": 100 * concentration * hard * stake,
        },
        index=pd.Index(chains.sectors, name="input"),
    )
    return frame[used > 0].sort_values("index", ascending=False, kind="stable")


def at_stake(chains: Chains, region: str, sector: str | None = None) -> Array:
    """Value added of the users of every input, by what each takes of it, as a share of GDP [input]. Raises `UnknownRegion`,
    `UnknownSector`.
    """
    n, rows = chains.index(region), users(chains, sector)
    use, value = chains.input_use[n], chains.value_added[n]
    taken = ratio(use, use.sum(axis=1)[:, None])
    whole = float(value.sum())
    return np.asarray(taken[:, rows] @ value[rows] / whole if whole > 0 else np.zeros(len(chains.sectors)), dtype=np.float64)
