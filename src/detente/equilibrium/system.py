"""One sweep of the equilibrium system in changes, for every case: tariffs, quotas, costs, nests, mobility, capital, scale.

Unknowns, all in logs of hats (new over old): ln v[n,j] price of value added, ln P[n,j] buyers' price index, ln Y[n,j] sales,
ln I[n] final expenditure, and one ln m[k] a quantity control. A sweep maps old to new values through

    unit cost   ĉ = Ẑ L̂^(−ψ) · CES(εᶜ; critical inputs, CES(σ; v̂, M̂)),  M̂ = CES(ε; P̂)
    prices      P̂[n,j] = ( Σᵢ π (κ̂ĉ)^(−θ) )^(−1/θ)
    sales       Y′[i,j] = Σₙ π′X′/((1+τ′)(1+x′)),   X′ = γ′Y′ + α′I′
    income      I′ = factor income′ + duties′ + D′ − subsidies′
    factors     ln x̂[n,j] = ι ln V̂A[n,j] + (1−ι) ln V̂A[n] − ln L̂[n],   Φ̂[n] = V̂A[n]/L̂[n]
                ln v̂[n,j] = (1−μ) max( ln x̂[n,j], ln Φ̂[n] + ln(1−δ) ) + μ ln P̂C
    controls    ln m ← min(max(0, ln m), m̄) ± ln(q/q̄)/(1+θ):  at the fixed point the bound binds, or m ≤ 0 and has no effect, or
                the wedge is at the most it may be (the duty above a tariff quota) and the bound is passed

with ι = 1/κ, ln L̂ = φ/(1+φ)·(ln V̂A[n] − ln P̂C), and world factor income as numeraire. x̂ is what labour attached to a sector
earns if all of it has work, Φ̂ its mean over the economy. Wages below (1−δ)Φ̂ do not form: there V̂A buys less labour than is
attached to the sector and the rest is out of work. Labour goes where it expects to earn most, so that its mean earnings, in work
and out of it, are still x̂. With the exchange rate pinned final expenditure is not what is earned but what keeps relative national
wages Φ̂ where they were, ln I′ ← ln I′ − (ln Φ̂[n] − ln Φ̂), and the trade balance takes the difference. Parameters are values, not
branches: one compilation serves every horizon, scenario and policy of the same shape. CES forms are smooth through elasticity 1,
because expm1(r d)/r and log1p(r t)/r have the Cobb–Douglas limit as r → 0.

Trade arrays are [sector, destination, origin], so that every sum over origins or destinations is a batch of matrix–vector
products. Sources: Dekle, Eaton and Kortum (2008); Caliendo and Parro (2015); Galle, Rodríguez-Clare and Yi (2023); Baqaee
and Farhi (2024); wages that fall so far only: Schmitt-Grohé and Uribe (2016), Rodríguez-Clare, Ulate and Vasquez (2026).
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from detente.equilibrium.anderson import fixed_point

SMALL = 1e-12  # stands for r = 1 − elasticity at Cobb–Douglas; its error is of this order
FLOOR = 1e-300
OFF = -1e30  # ln of a share that is zero


class Base(NamedTuple):
    """The economy. N regions, S sectors, C critical inputs (at least one column, of zeros where there are none)."""

    log_shares: Any  # ln π [S, destination, origin], OFF where zero
    log_duties: Any  # ln (1+τ)(1+x) at the baseline, same shape
    inputs: Any  # γ of ordinary inputs [N, S input, S user]
    input_weights: Any  # the same summing to one over inputs
    critical: Any  # γ of critical inputs [N, C, S user]
    critical_index: Any  # their positions [C]
    own_use: Any  # γ of a critical input in its own making, an ordinary input [N, S]
    own_weight: Any  # the same as a share of the bundle
    bracket: Any  # 1 − Σ critical γ [N, S]
    labour: Any  # β over the bracket [N, S]
    final: Any  # α [N, S]
    output: Any  # Y [N, S]
    spending: Any  # X [N, S]
    income: Any  # I [N]
    value_added: Any  # βY [N, S]
    wage_bill: Any  # βY less pure profits [N, S]
    deficits: Any  # D [N]
    public: Any  # duties collected at the baseline [N]


class Levers(NamedTuple):
    """What a policy sets; trade arrays [S, destination, origin]."""

    tariffs: Any
    export_taxes: Any
    log_iceberg: Any  # ln d̂
    open: Any  # 1, or 0 where trade is banned
    log_unit_cost: Any  # ln Ẑ [N, S]
    subsidies: Any  # production subsidy rate [N, S]
    unanswered: Any  # part of ln κ̂ that sourcing does not answer to yet; of size 0 where there is none
    late: Any  # sector · N + destination of buyers who meet any of it [R], padded with sectors · N; of size 0 where none does


class Controls(NamedTuple):
    """Quantity or value bounds: K of them over F flows; padded with flows of weight zero."""

    sector: Any  # [F]
    destination: Any  # [F]
    origin: Any  # [F]
    owner: Any  # which control a flow belongs to [F]
    weight: Any  # share of the flow in its control at the baseline; for value bounds 1 over the target [F]
    rent: Any  # 1 where the wedge is somebody's income, 0 where it is a real cost [F]
    seller_cap: Any  # ln of the price multiple up to which it is the seller's, an export tax; the rest is an import duty [F]
    log_bound: Any  # ln of the bound [K]
    sign: Any  # +1 for an upper bound, −1 for a lower one [K]
    by_value: Any  # 1 where the bound is on value at basic prices [K]
    step: Any  # 1/(1+θ) [K]
    most: Any  # ln of the largest wedge, infinite where there is no limit [K]


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
    wage_floor: Any  # ln of the lowest wage over the national mean, OFF where there is none
    deficit_fixed: Any
    deficit_proportional: Any
    pinned: Any  # 1 where relative national wages stay and trade balances move
    recycling: Any  # share of extra public revenue that pays for a labour-tax cut
    damping: Any  # share of the way wages move in a sweep


class State(NamedTuple):
    """Logs of hats: price of value added, buyers' prices, sales [N, S], final expenditure [N], control wedges [K]."""

    wage: Any
    price: Any
    sales: Any
    income: Any
    wedge: Any


class Late(NamedTuple):
    """The few buyers who do not answer to a part of their wedges yet: R rows of the trade arrays, as in the levers."""

    sector: Any  # [R]
    destination: Any  # [R]
    share: Any  # A [R, origin]
    base: Any  # π [R, origin]
    unanswered: Any  # [R, origin]
    row: Any  # of a controlled flow, R where its buyer is none of them [F]


class Sourcing(NamedTuple):
    """What a policy makes of the sourcing shares: fixed within a solve. Flows under a control stand apart, so that no digits are
    lost by taking a large share out of a sum again."""

    share: Any  # A = π κ̂^−θ over its row maximum, 0 where controlled
    controlled: Any  # A of the controlled flows before their wedges [F], 0 for padding
    peak: Any  # ln of that maximum [S, N]
    net: Any  # A / ((1+τ′)(1+x′))
    import_duty: Any  # A τ′/(1+τ′)
    export_duty: Any  # A x′/((1+x′)(1+τ′))
    late: Late


def power(r: Any, d: Any) -> Any:
    """(e^{r d} − 1)/r, which tends to d as r → 0."""
    r = jnp.where(jnp.abs(r) < SMALL, SMALL, r)
    return jnp.expm1(r * d) / r


def root(r: Any, t: Any) -> Any:
    """ln(1 + r t)/r, which tends to t as r → 0: the inverse of `power`."""
    r = jnp.where(jnp.abs(r) < SMALL, SMALL, r)
    return jnp.log1p(jnp.maximum(r * t, -1 + 1e-15)) / r


def sourcing(b: Base, v: Levers, k: Controls, p: Values) -> Sourcing:
    """Shares under the levers, before wages and control wedges have moved."""
    gross = (1 + v.tariffs) * (1 + v.export_taxes)
    theta = p.theta[:, None, None]
    wedge = jnp.log(gross) - b.log_duties + v.log_iceberg
    log_share = b.log_shares - theta * (wedge - v.unanswered if v.unanswered.size else wedge)
    log_share = jnp.where((b.log_shares > OFF / 2) & (v.open > 0), log_share, OFF)
    peak = jnp.max(log_share, axis=2)
    sold = peak > OFF / 2
    share = v.open * jnp.exp(log_share - jnp.where(sold, peak, 0.0)[:, :, None])
    at, live = (k.sector, k.destination, k.origin), (k.sign != 0)[k.owner]
    controlled = jnp.where(live, share[at], 0.0)
    share *= jnp.ones(share.shape).at[at].min(jnp.where(live, 0.0, 1.0))
    return Sourcing(
        share=share,
        controlled=controlled,
        peak=jnp.where(sold, peak, OFF),
        net=share / gross,
        import_duty=share * v.tariffs / (1 + v.tariffs),
        export_duty=share * v.export_taxes / gross,
        late=_late(share, b, v, k),
    )


def _late(share: Any, b: Base, v: Levers, k: Controls) -> Late:
    sectors, n = b.log_shares.shape[:2]
    rows = v.late.size
    sector, destination = v.late // n, v.late % n  # padding lies beyond the last sector: read it clipped, write it nowhere
    if not rows:
        nothing = jnp.zeros((0, n))
        return Late(sector, destination, nothing, nothing, nothing, jnp.zeros_like(k.sector))
    row = jnp.full((sectors, n), rows).at[sector, destination].set(jnp.arange(rows))
    return Late(
        sector=sector,
        destination=destination,
        share=share[sector, destination],
        base=jnp.exp(jnp.asarray(b.log_shares)[sector, destination]),
        unanswered=jnp.asarray(v.unanswered)[sector, destination],
        row=row[k.sector, k.destination],
    )


def unanswered_price(share: Any, base: Any, unanswered: Any) -> Any:
    """What buyers pay for wedges they do not answer to yet, in logs: Σ ω·unanswered over sellers (last axis).

    ω is the Sato–Vartia weight of new share and old, the mean (π′−π)/(ln π′−ln π) over its sum. With it the index is the CES
    one, to the last digit, wherever every piece acts with the same elasticity (Sato 1976; Vartia 1976).
    """
    d = jnp.log(jnp.maximum(share, FLOOR)) - jnp.log(jnp.maximum(base, FLOOR))
    near = jnp.abs(d) < 1e-5  # the mean's series: its error is d²/24
    weight = jnp.where(near, (share + base) / 2, (share - base) / jnp.where(near, 1.0, d))
    weight = jnp.where((share > 0) & (base > 0), weight, 0.0)
    return jnp.sum(weight * unanswered, axis=-1) / jnp.maximum(jnp.sum(weight, axis=-1), FLOOR)


class Accounts(NamedTuple):
    """What a state implies for every market, in the numeraire. [N, S] unless said otherwise."""

    price: Any  # ln P̂
    cpi: Any  # ln P̂C [N]
    sales: Any  # Y′
    earned: Any  # value added
    public: Any  # duties less subsidies [N]
    income: Any  # I′ [N]
    fill: Any  # ln of how much of each bound is used, over the bound [K]


def counted(state: State, k: Controls) -> Any:
    """What counts of the control wedges: from nothing to the most each may be [K]."""
    return jnp.minimum(jnp.maximum(state.wedge, 0.0), k.most)


def accounts(state: State, b: Base, v: Levers, s: Sourcing, k: Controls, p: Values) -> Accounts:
    """Costs, sourcing, spending, sales, duties and income at a state."""
    # wedges of the controls on their few flows, and what makers of a critical good are spared of them
    size = counted(state, k)[k.owner]
    kept = jnp.minimum(size, k.seller_cap)  # the seller's part
    wedge = k.sign[k.owner] * size
    at = (k.sector, k.destination, k.origin)
    scarce = jnp.exp(jnp.maximum(b.log_shares[at], -700.0)) * k.rent * jnp.maximum(wedge, 0.0)
    spared = jnp.zeros_like(state.price).at[k.destination, k.sector].add(scarce)

    # cost of the nests
    centre = jnp.mean(state.price, axis=1, keepdims=True)
    spread = state.price - centre
    dear = power(p.r_inputs, spread)
    cheaper = b.own_weight * (power(p.r_inputs, spread - spared) - dear)
    bundle = centre + root(p.r_inputs, jnp.einsum("nkj,nk->nj", b.input_weights, dear) + cheaper)
    inner = bundle + root(p.r_value_added, b.labour * power(p.r_value_added, state.wage - bundle))
    critical_price = state.price[:, b.critical_index][:, :, None]
    critical_gap = critical_price - inner[:, None, :]
    cost = inner + root(p.r_critical, jnp.sum(b.critical * power(p.r_critical, critical_gap), axis=1))
    cpi = centre[:, 0] + root(p.r_final, jnp.einsum("nk,nk->n", b.final, power(p.r_final, spread)))

    # shares over their baseline
    log_inner_share = p.r_critical * (inner - cost)
    log_labour_share = p.r_value_added * (state.wage - inner) + log_inner_share
    labour_share = jnp.exp(log_labour_share)
    # the bundle's share, and out of it the part of an input that does not depend on the input
    recipe = jnp.exp(p.r_value_added * (bundle - inner) + log_inner_share - p.r_inputs * (bundle - centre))

    factor_quantity = log_labour_share + state.sales - state.wage
    unit = v.log_unit_cost + jnp.log1p(-v.subsidies) + cost - p.scale * factor_quantity

    # sourcing, flows under a control with their wedges
    cheapest = jnp.min(unit, axis=0)
    weight = jnp.exp(-p.theta * (unit - cheapest)).T  # [S, origin]
    share = s.controlled * jnp.exp(-p.theta[k.sector] * wedge)
    seller = weight[k.sector, k.origin]
    total = jnp.einsum("jni,ji->jn", s.share, weight).at[k.sector, k.destination].add(share * seller)
    total = jnp.maximum(total, FLOOR)
    sold = s.peak > OFF / 2
    dearer: Any = 0.0
    if s.late.sector.size:
        here = s.late.sector, s.late.destination
        now = (s.late.share * weight[s.late.sector]).at[s.late.row, k.origin].add(share * seller)
        extra = unanswered_price(now / total[here][:, None], s.late.base, s.late.unanswered)
        dearer = jnp.zeros_like(total).at[here].set(extra).T
    price = jnp.where(sold.T, dearer + cheapest - (jnp.log(total.T) + s.peak.T) / p.theta, 0.0)

    # spending
    paid_out = 1 / (1 - v.subsidies)
    sales = b.output * jnp.exp(state.sales)
    users = sales * paid_out * recipe
    spending = jnp.exp(p.r_inputs * spread) * jnp.einsum("nkj,nj->nk", b.inputs, users)
    own_use = b.own_use * users * jnp.exp(p.r_inputs * (spread - spared))  # what its makers pay
    discount = own_use * jnp.expm1(spared)
    spending += discount + own_use - b.own_use * users * jnp.exp(p.r_inputs * spread)
    spending += b.final * jnp.exp(p.r_final * (state.price - cpi[:, None]) + state.income[:, None]) * b.income[:, None]
    critical_share = b.critical * jnp.exp(p.r_critical * (critical_price - cost[:, None, :]))
    spending = spending.at[:, b.critical_index].add(jnp.sum(critical_share * (sales * paid_out)[:, None, :], axis=2))

    # sales and duties
    demand = spending.T / total  # [S, destination]
    tariff, tax = v.tariffs[at], v.export_taxes[at]
    net = share / ((1 + tariff) * (1 + tax)) * jnp.exp(-k.rent * wedge)
    sellers, buyers = (jnp.exp(-k.rent * k.sign[k.owner] * part) for part in (kept, size - kept))
    import_duty = share * (1 - buyers / (1 + tariff))
    export_duty = share * (1 / (1 + tariff) * buyers) * (1 - sellers / (1 + tax))
    buyer = demand[k.sector, k.destination]
    new_sales = weight * (jnp.einsum("jni,jn->ji", s.net, demand).at[k.sector, k.origin].add(net * buyer))
    new_sales = new_sales.T
    import_duties = jnp.sum(demand * jnp.einsum("jni,ji->jn", s.import_duty, weight), axis=0)
    import_duties = import_duties.at[k.destination].add(import_duty * seller * buyer)
    export_duties = jnp.sum(weight * jnp.einsum("jni,jn->ji", s.export_duty, demand), axis=0)
    export_duties = export_duties.at[k.origin].add(export_duty * seller * buyer)

    # income, in the numeraire
    cost_of_goods = new_sales * paid_out
    earned = b.labour * b.bracket * labour_share * cost_of_goods
    numeraire = jnp.sum(earned) / jnp.sum(b.value_added)
    earned = earned / numeraire
    public = (import_duties + export_duties - jnp.sum(cost_of_goods - new_sales + discount, axis=1)) / numeraire
    base_earned = jnp.sum(b.value_added, axis=1)
    region_earned = jnp.sum(earned, axis=1)
    ratio = region_earned / jnp.maximum(base_earned, FLOOR)
    proportional = b.deficits * ratio
    proportional -= jnp.sum(proportional) * region_earned / jnp.sum(region_earned)
    transfers = p.deficit_fixed * b.deficits + p.deficit_proportional * proportional
    income = region_earned + public + transfers

    # controls: quantity delivered, or value at basic prices, over the baseline
    flow = share * seller * buyer / numeraire
    log_price = unit[k.origin, k.sector] + jnp.log1p(tariff) + jnp.log1p(tax) - b.log_duties[at] + v.log_iceberg[at] + wedge
    before = jnp.exp(jnp.maximum(b.log_shares[at], -700.0)) * b.spending[k.destination, k.sector]
    quantity = k.weight * flow / jnp.maximum(before, FLOOR) * jnp.exp(-log_price)
    value = k.weight * net * seller * buyer / numeraire
    measured = jnp.where(k.by_value[k.owner] > 0, value, quantity)
    filled = jnp.zeros_like(k.log_bound).at[k.owner].add(measured)
    return Accounts(
        price=price,
        cpi=cpi,
        sales=new_sales / numeraire,
        earned=earned,
        public=public,
        income=income,
        fill=jnp.where(filled > 0, jnp.log(jnp.maximum(filled, FLOOR)) - k.log_bound, 0.0),
    )


def sweep(state: State, b: Base, v: Levers, s: Sourcing, k: Controls, p: Values) -> State:
    """One pass through all equations."""
    return update(state, accounts(state, b, v, s, k, p), b, k, p)


def update(state: State, a: Accounts, b: Base, k: Controls, p: Values) -> State:
    """The next state; wages move part of the way."""
    earned, region_earned = a.earned, jnp.sum(a.earned, axis=1)
    wages = earned * b.wage_bill / jnp.maximum(b.value_added, FLOOR)
    growth = jnp.log(jnp.maximum(jnp.sum(wages, axis=1) / jnp.maximum(jnp.sum(b.wage_bill, axis=1), FLOOR), FLOOR))
    by_sector = jnp.log(jnp.maximum(earned / jnp.maximum(b.value_added, FLOOR), FLOOR))
    by_sector = jnp.where(b.value_added > 0, by_sector, growth[:, None])
    tax_cut = jnp.log1p(jnp.maximum((a.public - b.public) / jnp.maximum(region_earned, FLOOR), -0.5))
    hours = p.labour_supply / (1 + p.labour_supply) * (growth - a.cpi + p.recycling * tax_cut)
    earns = p.iota * by_sector + ((1 - p.iota) * growth - hours)[:, None]
    wage = (1 - p.capital_share) * jnp.maximum(earns, (growth - hours + p.wage_floor)[:, None])
    wage += p.capital_share * a.cpi[:, None]

    # expenditure: what is earned, or what keeps the national wages where they were to each other
    earned_income = jnp.log(jnp.maximum(a.income, 1e-12 * b.income) / b.income)
    spent = state.income - 2 * p.damping * (growth - hours)
    spent += jnp.log(jnp.sum(a.income) / jnp.sum(b.income * jnp.exp(spent)))

    active = b.output > 0
    ratio = jnp.maximum(a.sales, FLOOR) / jnp.where(active, b.output, 1.0)
    return State(
        wage=state.wage + p.damping * (wage - state.wage),
        price=a.price,
        sales=jnp.where(active, jnp.log(ratio), 0.0),
        income=jnp.where(p.pinned > 0, spent, earned_income),
        wedge=counted(state, k) + k.sign * k.step * a.fill,
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
        income=flat[3 * cut : 3 * cut + n],
        wedge=flat[3 * cut + n :],
    )


class Market(NamedTuple):
    """The markets of goods under control: U unknowns (wages, prices, sales of these goods everywhere) and the K bounds on them.
    The derivative of B (z − F(z)) among them, taken apart so that bounds that are slack can be left out. Of size 0 where bounds
    are many.
    """

    place: Any  # positions of the unknowns in the flat state [U], beyond its end where padded
    inverse: Any  # of the part among the unknowns [U, U]
    filled: Any  # what the unknowns do to the bounds [K, U]
    moved: Any  # what the wedges do to the unknowns, once these have answered to themselves [U, K]
    left: Any  # what the wedges then do to the bounds [K, K]


class Conditioner(NamedTuple):
    """What a sweep's residual is multiplied by: B, one matrix an economy, then the markets of goods under control; see
    `preconditioner`."""

    blocks: Any  # [N, 3S+1, 3S+1]
    market: Market


def conditioned(by: Conditioner, residual: Any, binding: Any, n: int, s: int) -> Any:
    """A sweep's residual as it counts once each economy, and each market under control, has answered to itself; `binding` says
    which bounds hold [K]."""
    state = unpack(residual, n, s)
    parts = jnp.concatenate([state.wage, state.price, state.sales, state.income[:, None]], axis=1)
    parts = jnp.einsum("nij,nj->ni", by.blocks, parts.astype(by.blocks.dtype)).astype(residual.dtype)
    flat = pack(State(parts[:, :s], parts[:, s : 2 * s], parts[:, 2 * s : 3 * s], parts[:, 3 * s], state.wedge))
    m = by.market
    if not m.place.size:
        return flat
    inside = m.inverse @ flat.at[m.place].get(mode="fill", fill_value=0.0).astype(m.inverse.dtype)
    rest = jnp.where(binding, state.wedge.astype(m.left.dtype) - m.filled @ inside, 0.0)
    left = jnp.where(binding[:, None] & binding[None, :], m.left, jnp.eye(len(binding), dtype=m.left.dtype))
    wedge = jnp.linalg.solve(left, rest)
    flat = flat.at[m.place].set((inside - m.moved @ wedge).astype(flat.dtype), mode="drop")
    return flat.at[3 * n * s + n :].set(jnp.where(binding, wedge.astype(flat.dtype), state.wedge))


def _equilibrium(
    start: Any, b: Base, v: Levers, k: Controls, p: Values, tolerance: Any, iterations: Any, by: Conditioner, memory: int = 8
) -> tuple[Any, Any, Any]:
    """Fixed point of the sweep from a flat start: (z, residual, sweeps)."""
    n, sectors = b.output.shape
    shares = sourcing(b, v, k, p)

    def f(z: Any) -> Any:
        state = unpack(z, n, sectors)
        residual = pack(sweep(state, b, v, shares, k, p)) - z
        binding = (jnp.maximum(state.wedge, state.wedge + unpack(residual, n, sectors).wedge) > 0) & (k.sign != 0)
        return z + conditioned(by, residual, binding, n, sectors)

    return fixed_point(f, start, tolerance, iterations, memory)


equilibrium = jax.jit(_equilibrium, static_argnames=("memory",), compiler_options={"xla_cpu_multi_thread_eigen": False})
"""Compiled for one core: its matrices are too small to share out, and what is solved beside it wants the others. The same bytes
come out however many there are."""


@partial(jax.jit, static_argnames=("memory",))
def equilibria(
    start: Any, b: Base, v: Levers, k: Controls, p: Values, tolerance: Any, iterations: Any, by: Conditioner, memory: int = 8
) -> tuple[Any, Any, Any]:
    """Many at once: `v`, `k`, `p` and `by` have a leading axis; the economy and the start are shared."""

    def one(v: Levers, k: Controls, p: Values, by: Conditioner) -> tuple[Any, Any, Any]:
        return _equilibrium(start, b, v, k, p, tolerance, iterations, by, memory)

    return jax.vmap(one)(v, k, p, by)


class Goal(NamedTuple):
    """Weights of an objective: Σ w·(100 ln Ŵ) + Σ w·Δ(value added)/VA + Σ w·Δ(public revenue)/VA − Σ w·100 ln P̂C."""

    real_income: Any  # [N]
    value_added: Any  # [N, S]
    revenue: Any  # [N]
    prices: Any  # [N]


def goal_value(a: Accounts, b: Base, g: Goal) -> Any:
    """The objective, in points of real income."""
    region = jnp.sum(b.value_added, axis=1)
    gain = 100 * (jnp.log(a.income / b.income) - a.cpi)
    return (
        jnp.sum(g.real_income * gain)
        + jnp.sum(g.value_added * 100 * (a.earned - b.value_added) / region[:, None])
        + jnp.sum(g.revenue * 100 * (a.public - b.public) / region)
        - jnp.sum(g.prices * 100 * a.cpi)
    )


def _gradient(
    flat: Any, b: Base, v: Levers, k: Controls, p: Values, g: Goal, tolerance: Any, iterations: Any, memory: int = 8
) -> tuple[Any, Levers, Any, Any]:
    """Objective, its derivatives in every lever and in the log bounds, and the residual of the adjoint.

    At z = F(z, p): dG/dp = ∂G/∂p + λᵀ ∂F/∂p, where λ = ∂G/∂z + (∂F/∂z)ᵀ λ is itself a fixed point.
    """
    n, sectors = b.output.shape
    whose = v.late  # whole numbers have no derivative

    def both(z: Any, v: Levers, bounds: Any) -> tuple[Any, Any]:
        held, shares, state = k._replace(log_bound=bounds), sourcing(b, v._replace(late=whose), k, p), unpack(z, n, sectors)
        a = accounts(state, b, v, shares, held, p)
        return pack(update(state, a, b, held, p)), goal_value(a, b, g)

    (_, value), back = jax.vjp(both, flat, v._replace(late=jnp.zeros(0)), k.log_bound)
    one = jnp.ones_like(value)
    multiplier, residual, _ = fixed_point(lambda y: back((y, one))[0], jnp.zeros_like(flat), tolerance, iterations, memory)
    _, by_levers, by_bounds = back((multiplier, one))
    return value, by_levers, by_bounds, residual


gradient = jax.jit(_gradient, static_argnames=("memory",))


@partial(jax.jit, static_argnames=("memory",))
def tariff_gradients(
    flat: Any, b: Base, v: Levers, k: Controls, p: Values, goals: Goal, tolerance: Any, iterations: Any, memory: int = 8
) -> tuple[Any, Any, Any]:
    """Several objectives at once (`goals` has a leading axis): values, derivatives in the tariffs, residuals."""

    def one(g: Goal) -> tuple[Any, Any, Any]:
        value, levers, _, residual = _gradient(flat, b, v, k, p, g, tolerance, iterations, memory)
        return value, levers.tariffs, residual

    return jax.vmap(one)(goals)
