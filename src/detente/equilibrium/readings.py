"""Readings of an outcome that economists, households and firms ask for.

- `basket`: what a typical household's purchases cost, by product group, in world prices and in hours of local work.
- `returns`: what owners and workers tied to a sector can buy: the short-run proxy for what markets would mark down.
- `acr_gains`: the sufficient statistic of Arkolakis, Costinot and Rodríguez-Clare (2012), in the form with many sectors and
  intermediates (Costinot and Rodríguez-Clare 2014, eq. 29): Ŵ = Πₖ (π̂[n,n,k])^(−Σⱼ α[n,j] a[n,k,j] / θ[k]), a = (1 − γ)⁻¹.
  It holds for foreign cost shocks under Cobb–Douglas, one wage and no duties; elsewhere it is a comparison, not a check.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.equilibrium.solve import solve
>>> outcome = solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.25)]))
>>> table = basket(outcome, "AAA")
>>> bool(abs(table["contribution, points"].sum() - 100 * np.log1p(outcome.consumer_prices["AAA"] / 100)) < 1e-6)
True
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from detente.equilibrium.arrays import theta_of
from detente.equilibrium.levels import Array, Equilibrium
from detente.equilibrium.outcome import Outcome
from detente.errors import InputError


def basket(outcome: Outcome, region: str) -> pd.DataFrame:
    """Cost of what households buy, one row a sector: share of spending before (%), price change (%), contribution (points).

    Prices are in the numeraire (world factor income) and, in the last column, against the local wage: what the item costs in
    hours of work. Local-currency prices lie between the two, depending on how far wages follow.
    """
    n = _row(outcome, region)
    share = outcome.before.final[n] / outcome.before.final[n].sum()
    price = outcome.after.price[n] / outcome.before.price[n]
    wage = outcome.after.wage_index[n] / outcome.before.wage_index[n]
    return pd.DataFrame(
        {
            "share of spending, %": 100 * share,
            "price, %": 100 * (price - 1),
            "contribution, points": 100 * share * np.log(price),
            "price in hours of work, %": 100 * (price / wage - 1),
        },
        index=pd.Index(outcome.sectors, name="sector"),
    ).sort_values("contribution, points", ascending=False)


def returns(outcome: Outcome) -> pd.DataFrame:
    """Real reward per unit of the factors tied to each sector, percent: its price of value added over consumer prices.

    With mobile labour (κ = ∞) it is the same in every sector of a region; with specific factors it is profit and rent.
    """
    after, before = outcome.after.wage / outcome.after.cpi[:, None], outcome.before.wage / outcome.before.cpi[:, None]
    change = np.where(outcome.before.output > 0, 100 * (after / before - 1), 0.0)
    return pd.DataFrame(change, index=pd.Index(outcome.regions, name="region"), columns=pd.Index(outcome.sectors, name="sector"))


def acr_gains(outcome: Outcome) -> pd.Series:
    """The domestic-share statistic of the same change, percent, by region (formula and its limits in the module docstring)."""
    if outcome.parameters is None:
        raise InputError("this outcome carries no parameters; take the statistic of what solve() returned")
    economy = outcome.before.economy
    n, s = economy.output.shape
    own = np.arange(n)

    def share(e: Equilibrium) -> Array:
        spent = e.shipments[own, own] * (1 + e.tariffs[own, own]) * (1 + e.export_taxes[own, own])
        return np.divide(spent, e.spending, out=np.ones((n, s)), where=e.spending > 0)

    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log(share(outcome.after)) - np.log(share(outcome.before))
    log_ratio = np.where(np.isfinite(log_ratio), log_ratio, 0.0)
    theta = theta_of(economy, outcome.parameters)
    inverse = np.linalg.inv(np.eye(s) - economy.input_shares.transpose(0, 2, 1))  # [region, user, input]
    weight = np.einsum("nj,njk->nk", economy.final_shares, inverse)
    gain = 100 * np.expm1(-(weight * log_ratio / theta).sum(1))
    return pd.Series(gain, index=pd.Index(outcome.regions, name="region"), name="domestic-share statistic, %")


def _row(outcome: Outcome, region: str) -> int:
    from detente.errors import UnknownRegion
    from detente.words.names import region_name

    if region not in outcome.regions:
        raise UnknownRegion(region, {r: region_name(r) for r in outcome.regions})
    return outcome.regions.index(region)
