"""Consumer prices in local money, first round: what duties add when nobody has yet changed supplier, recipe or wage.

A duty is passed on in full to the buyer and by producers at home to theirs, cost for cost. With γ[k, j] the input shares of a
region, h[k] the part of each good bought at home, and m[k] = Σ over foreign sellers of share × Δln(1+τ),

    p = (I − (γ h)ᵀ)⁻¹ γᵀ m          producers at home
    buyers' prices q[k] = m[k] + h[k] p[k],    ΔCPI = Σ final share × q

Leontief's price model; no equilibrium is needed. Export taxes and controls are not in it. Wages and the exchange rate stand, so
that this is a change in local money; what substitution takes off again is the difference to `Outcome.consumer_prices` where the
exchange rate is pinned.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.equilibrium.solve import solve
>>> prices = solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.10)])).consumer_prices_local
>>> bool(prices["AAA"] > 0), float(prices["BBB"])
(True, 0.0)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detente.types import Array

if TYPE_CHECKING:
    from detente.equilibrium.levels import Equilibrium


def first_round(before: Equilibrium, after: Equilibrium) -> tuple[Array, Array]:
    """Buyers' prices [region, sector] and consumer prices [region], percent (100 × change in logs), from the duties of `before`
    to those of `after`, at the sourcing and final shares of `before` and the recipes of the table."""
    home = np.arange(before.output.shape[0])
    paid = before.shipments * (1 + before.tariffs) * (1 + before.export_taxes)
    total = paid.sum(0)
    share = np.divide(paid, total, out=np.zeros_like(paid), where=total > 0)
    added = np.log1p(after.duty_rates) - np.log1p(before.duty_rates)
    added[home, home] = 0.0
    imported = (share * added).sum(0)
    inputs = before.economy.input_shares
    domestic = share[home, home]
    here = inputs * domestic[:, :, None]
    cost = np.linalg.solve(np.eye(here.shape[1]) - here.transpose(0, 2, 1), np.einsum("nkj,nk->nj", inputs, imported)[:, :, None])
    buyers = imported + domestic * cost[:, :, 0]
    final = before.final / before.final.sum(1, keepdims=True)
    return 100 * buyers, 100 * (final * buyers).sum(1)
