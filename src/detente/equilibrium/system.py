"""One sweep of the equilibrium system in changes, for every case: tariffs, costs, nests, mobility, capital, scale.

Unknowns, all in logs of hats (new over old): ln v[n,j] price of value added, ln P[n,j] buyers' price index, ln Y[n,j] sales,
ln I[n] final expenditure. A sweep maps old to new values through

    unit cost   ĉ = Ẑ L̂^(−ψ) · CES(εᶜ; critical inputs, CES(σ; v̂, M̂)),  M̂ = CES(ε; P̂)
    prices      P̂[n,j] = ( Σᵢ π (κ̂ĉ)^(−θ) )^(−1/θ)
    sales       Y′[i,j] = Σₙ π′X′/((1+τ′)(1+x′)),   X′ = γ′Y′ + α′I′
    income      I′ = factor income′ + duties′ + D′
    factors     ln v̂[n,j] = (1−μ)(ι ln V̂A[n,j] + (1−ι) ln V̂A[n] − ln L̂[n]) + μ ln P̂C

with ι = 1/κ, ln L̂ = φ/(1+φ)·(ln V̂A[n] − ln P̂C), and world factor income as numeraire. Parameters are values, not branches:
one compilation serves every horizon, scenario and policy of the same shape. CES forms are smooth through elasticity 1,
because expm1(r d)/r and log1p(r t)/r have the Cobb–Douglas limit as r → 0.

Sources: Dekle, Eaton and Kortum (2008); Caliendo and Parro (2015); Galle, Rodríguez-Clare and Yi (2023); Baqaee and Farhi (2024).
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from detente.equilibrium.anderson import fixed_point

WAGE_DAMPING = 0.5
SMALL = 1e-12  # stands for r = 1 − elasticity at Cobb–Douglas; its error is of this order
FLOOR = 1e-300


class Constants(NamedTuple):
    """What a solve holds fixed. N regions, S sectors, C critical inputs; trade arrays are [sector, destination, origin]."""

    sourcing: Any  # A = π κ̂^−θ over its row maximum
    sourcing_peak: Any  # log of that maximum [N, S]
    net_of_duties: Any  # A / ((1+τ′)(1+x′))
    import_duty: Any  # A τ′/(1+τ′)
    export_duty: Any  # A x′/((1+x′)(1+τ′))
    inputs: Any  # γ of ordinary inputs [N, S input, S user]
    input_weights: Any  # the same summing to one over inputs
    critical: Any  # γ of critical inputs [N, C, S user]
    critical_index: Any  # their positions [C]
    bracket: Any  # 1 − Σ critical γ [N, S]
    labour: Any  # β over the bracket [N, S]
    final: Any  # α [N, S]
    output: Any  # Y [N, S]
    income: Any  # I [N]
    value_added: Any  # βY [N, S]
    deficits: Any  # D [N]
    unit_cost: Any  # ln Ẑ [N, S]


class Values(NamedTuple):
    """Parameters as numbers: r is 1 − elasticity."""

    theta: Any
    scale: Any
    r_value_added: Any
    r_inputs: Any
    r_critical: Any
    r_final: Any
    iota: Any
    labour_supply: Any
    capital_share: Any
    deficit_fixed: Any
    deficit_proportional: Any


class State(NamedTuple):
    """Logs of hats: price of value added, buyers' prices, sales [N, S], final expenditure [N]."""

    wage: Any
    price: Any
    sales: Any
    income: Any


def power(r: Any, d: Any) -> Any:
    """(e^{r d} − 1)/r, which tends to d as r → 0."""
    r = jnp.where(jnp.abs(r) < SMALL, SMALL, r)
    return jnp.expm1(r * d) / r


def root(r: Any, t: Any) -> Any:
    """ln(1 + r t)/r, which tends to t as r → 0: the inverse of `power`."""
    r = jnp.where(jnp.abs(r) < SMALL, SMALL, r)
    return jnp.log1p(jnp.maximum(r * t, -1 + 1e-15)) / r


def sweep(state: State, e: Constants, p: Values) -> State:
    """One pass through all equations; wages move halfway."""
    centre = jnp.mean(state.price, axis=1, keepdims=True)
    spread = state.price - centre
    bundle = centre + root(p.r_inputs, jnp.einsum("nkj,nk->nj", e.input_weights, power(p.r_inputs, spread)))
    inner = bundle + root(p.r_value_added, e.labour * power(p.r_value_added, state.wage - bundle))
    critical_gap = state.price[:, e.critical_index][:, :, None] - inner[:, None, :]
    cost = inner + root(p.r_critical, jnp.sum(e.critical * power(p.r_critical, critical_gap), axis=1))

    # shares over their baseline
    inner_share = jnp.exp(p.r_critical * (inner - cost))
    labour_share = jnp.exp(p.r_value_added * (state.wage - inner)) * inner_share
    bundle_share = jnp.exp(p.r_value_added * (bundle - inner)) * inner_share
    cpi = centre[:, 0] + root(p.r_final, jnp.einsum("nk,nk->n", e.final, power(p.r_final, spread)))

    factor_quantity = jnp.log(labour_share) + state.sales - state.wage
    unit = e.unit_cost + cost - p.scale * factor_quantity

    # sourcing
    cheapest = jnp.min(unit, axis=0)
    weight = jnp.exp(-p.theta * (unit - cheapest)).T  # [S, origin]
    total = jnp.maximum(jnp.einsum("jni,ji->jn", e.sourcing, weight), FLOOR)
    price = jnp.where(jnp.isfinite(e.sourcing_peak), cheapest - (jnp.log(total.T) + e.sourcing_peak) / p.theta, 0.0)

    # spending
    sales = e.output * jnp.exp(state.sales)
    users = sales * bundle_share * jnp.exp(-p.r_inputs * (bundle - centre))
    spending = jnp.exp(p.r_inputs * spread) * jnp.einsum("nkj,nj->nk", e.inputs, users)
    spending += e.final * jnp.exp(p.r_final * (state.price - cpi[:, None])) * (e.income * jnp.exp(state.income))[:, None]
    critical_share = e.critical * jnp.exp(p.r_critical * (state.price[:, e.critical_index][:, :, None] - cost[:, None, :]))
    spending = spending.at[:, e.critical_index].add(jnp.sum(critical_share * sales[:, None, :], axis=2))

    # sales, duties, income
    demand = spending.T / total  # [S, destination]
    new_sales = (weight * jnp.einsum("jni,jn->ji", e.net_of_duties, demand)).T
    import_duties = jnp.sum(demand * jnp.einsum("jni,ji->jn", e.import_duty, weight), axis=0)
    export_duties = jnp.sum(weight * jnp.einsum("jni,jn->ji", e.export_duty, demand), axis=0)
    earned = (e.labour * e.bracket) * labour_share * new_sales
    numeraire = jnp.sum(earned) / jnp.sum(e.value_added)
    earned = earned / numeraire
    base = jnp.sum(e.value_added, axis=1)
    region_earned = jnp.sum(earned, axis=1)
    growth = region_earned / jnp.maximum(base, FLOOR)
    proportional = e.deficits * growth - jnp.sum(e.deficits * growth) * region_earned / jnp.sum(region_earned)
    transfers = p.deficit_fixed * e.deficits + p.deficit_proportional * proportional
    income = region_earned + (import_duties + export_duties) / numeraire + transfers

    log_region = jnp.log(jnp.maximum(growth, FLOOR))
    log_sector = jnp.where(
        e.value_added > 0, jnp.log(jnp.maximum(earned / jnp.maximum(e.value_added, FLOOR), FLOOR)), log_region[:, None]
    )
    hours = p.labour_supply / (1 + p.labour_supply) * (log_region - cpi)
    wage = (1 - p.capital_share) * (p.iota * log_sector + ((1 - p.iota) * log_region - hours)[:, None])
    wage += p.capital_share * cpi[:, None]
    active = e.output > 0
    return State(
        wage=state.wage + WAGE_DAMPING * (wage - state.wage),
        price=price,
        sales=jnp.where(active, jnp.log(jnp.maximum(new_sales / numeraire, FLOOR) / jnp.where(active, e.output, 1.0)), 0.0),
        income=jnp.log(jnp.maximum(income, 1e-12 * e.income) / e.income),
    )


def pack(state: State) -> Any:
    """One flat array."""
    return jnp.concatenate([jnp.ravel(part) for part in state])


def unpack(flat: Any, n: int, s: int) -> State:
    """The inverse of `pack`."""
    cut = n * s
    return State(
        wage=flat[:cut].reshape(n, s),
        price=flat[cut : 2 * cut].reshape(n, s),
        sales=flat[2 * cut : 3 * cut].reshape(n, s),
        income=flat[3 * cut :],
    )


@partial(jax.jit, static_argnames=("memory",))
def equilibrium(start: Any, e: Constants, p: Values, tolerance: Any, iterations: Any, memory: int = 8) -> tuple[Any, Any, Any]:
    """Fixed point of the sweep from a flat start: (z, residual, sweeps)."""
    n, s = e.output.shape
    return fixed_point(lambda z: pack(sweep(unpack(z, n, s), e, p)), start, tolerance, iterations, memory)
