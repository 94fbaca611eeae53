"""Idea diffusion: productivity learns from sellers, so cutting trade also cuts what an economy learns.

With λ[n] the stock of ideas of a region and productivity λ^(1/θ), Buera and Oberfield (2020) give

    dλ[n]/dt = a[n](t) · Σᵢ π[i,n]^(1−b) λ[i]^b .

Write λ̂ for the stock over its path without a shock, and choose a[n](t) so that without a shock productivity grows by g a year
everywhere (g is growth of GDP per head times m, below). Then a drops out, and only shares at the start are needed:

    d ln λ̂[n]/dt = θ g · ( Σᵢ ω[i,n] π̂[i,n]^(1−b) λ̂[i]^b / λ̂[n] − 1 ),   ω[i,n] ∝ π[i,n]^(1−b) λ[i]^b,   Σᵢ ω = 1,

Unit costs move by λ̂^(−1/θ). Productivity here is of gross output, which GDP per head magnifies, since a cost cut feeds into
inputs and capital: ln GDP per head = ln λ^(1/θ) / m with m = β(1−μ), value added over cost times one less the capital share.
Hence λ^(1/θ) ∝ (GDP per head)^m at the start, and g = m × growth of GDP per head. The path is followed for a given number of
years, not to its steady state, which is absurd when trade stops: a closed economy would end with a fraction of its income.
Source of the use for decoupling: Góes and Bekkers (2022).

>>> import numpy as np
>>> calm = learning(np.ones((2, 2)), np.array([[0.5, 0.2], [0.5, 0.8]]), np.zeros(2), 5.0, 0.02, 0.6)
>>> bool(np.abs(calm).max() < 1e-12)
True
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.equilibrium.arrays import theta_of
from detente.errors import InputError
from detente.world.economy import Economy

Array = NDArray[np.float64]


def idea_weights(economy: Economy, diffusion: float, exponent: float) -> Array:
    """ω [origin, destination]: whose ideas an economy learns from at the start, with λ ∝ (GDP per head)^exponent.

    Raises `InputError` where the economy carries no `gdp_usd` and `population`.
    """
    if "population" not in economy.extras or "gdp_usd" not in economy.extras:
        raise InputError(f"{economy.name} has no population and GDP, which idea diffusion needs; use the long horizon instead")
    population, gdp = np.asarray(economy.extras["population"]), np.asarray(economy.extras["gdp_usd"])
    per_head = gdp / population
    if not (np.isfinite(per_head) & (per_head > 0)).all():
        missing = economy.regions[int(np.flatnonzero(~(np.isfinite(per_head) & (per_head > 0)))[0])]
        raise InputError(f"{missing} has no GDP per head in {economy.name}, which idea diffusion needs")
    log_weight = (1 - diffusion) * np.log(np.maximum(spending_shares(economy.shipments), 1e-300))
    log_weight += diffusion * exponent * np.log(per_head)[:, None]
    weight = np.exp(log_weight - log_weight.max(0))
    return weight / weight.sum(0)


def spending_shares(shipments: Array) -> Array:
    """π [origin, destination]: sources of everything a region buys, all sectors together."""
    total = shipments.sum(2)
    return total / total.sum(0)


def learning(ratio: Array, weights: Array, log_stock: Array, theta: float, growth: float, diffusion: float) -> Array:
    """d ln λ̂/dt [region] at trade ratios π̂ [origin, destination] and log stocks over the path without a shock."""
    heard = weights * ratio ** (1 - diffusion) * np.exp(diffusion * log_stock)[:, None]
    return theta * growth * (heard.sum(0) * np.exp(-log_stock) - 1)


def follow(economy: Economy, parameters: Any, solve_with: Any) -> tuple[Array, list[Array]]:
    """Unit-cost factors λ̂^(−1/θ) [region] at the end of the path, and ln λ̂ step by step.

    `solve_with(factors)` gives the shipments [origin, destination, sector] of the equilibrium under those unit-cost factors.
    Heun's rule in steps of about two years; half that moves world real income by less than 0.01 points.
    """
    theta = aggregate_elasticity(economy, parameters)
    magnified = float(economy.value_added.sum() / economy.output.sum()) * (1 - parameters.capital_share)
    weights = idea_weights(economy, parameters.idea_diffusion, theta * magnified)
    growth = parameters.idea_growth * magnified
    first = np.maximum(spending_shares(economy.shipments), 1e-300)
    log_stock = np.zeros(len(economy.regions))
    path = [log_stock]

    def slope(stock: Array) -> Array:
        ratio = spending_shares(solve_with(np.exp(-stock / theta))) / first
        return learning(ratio, weights, stock, theta, growth, parameters.idea_diffusion)

    steps = -(-int(parameters.idea_years) // 2)
    length = parameters.idea_years / steps
    for _ in range(steps):
        start = slope(log_stock)
        log_stock = log_stock + 0.5 * length * (start + slope(log_stock + length * start))
        path.append(log_stock)
    return np.exp(-log_stock / theta), path


def aggregate_elasticity(economy: Economy, parameters: Any) -> float:
    """One θ for the stock of ideas: the mean over sectors weighted by trade across borders."""
    across = economy.shipments.copy()
    n = len(economy.regions)
    across[np.arange(n), np.arange(n)] = 0
    weights = across.sum((0, 1))
    return float((weights * theta_of(economy, parameters)).sum() / weights.sum())
