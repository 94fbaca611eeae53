"""What of an equilibrium need not be iterated: how each economy answers to itself, and the market of a good under control.

A sweep z → F(z) carries a change of wages, prices, sales and spending once around each economy. Most of that stays at home:
home goods go into home goods, home income buys them. With J the derivative of F among the unknowns of one economy, at the
baseline, a sweep's residual r is worth about B r = (I − J)⁻¹ r, one small matrix an economy; only what goes through trade is left
to the acceleration. This is block Jacobi (Saad 2003, Iterative Methods for Sparse Linear Systems, 2nd ed., ch. 4).

What goes through trade is slow in one place: a good whose quantities are bound. There prices clear the market of one good over
all economies, and hardly anything else moves. With C its wages, prices and sales everywhere and the wedges of its bounds, and K
the derivative of F among C across borders, B r is there worth (I − B K)⁻¹ B r: a second, overlapping block, by market and not
by economy (multiplicative Schwarz, ch. 14 there). It halves the sweeps of a month with export controls.

The fixed points are the same: where r is 0 so is what is made of it. Hence both may be rough. They are taken at the baseline, in
single precision; J at rounded parameters, so that many parameter sets share a matrix and the same parameters always get the same
one, and without export taxes, moving deficits and labour-tax cuts; K without young duties, with every bound binding.

>>> from detente.world import toy_world
>>> from detente.equilibrium.parameters import horizon
>>> preconditioner(toy_world().economy(), horizon("medium")).blocks.shape
(3, 10, 10)
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.equilibrium import arrays, system
from detente.equilibrium.parameters import Parameters
from detente.world.economy import Economy

Array = NDArray[np.float64]
LARGEST = 1e3  # an economy whose own answer is larger than this is as good as closed, and is left to the sweeps
BLOCK = 64
BEYOND = np.iinfo(np.int32).max  # no position in any state
KEPT = 32  # matrices kept, of any economy: a megabyte each for 32 × 31
MARKET = 192  # unknowns of the markets under control: one good or two among 32 economies; further goods are left out
BOUNDS = 64  # bounds at most; where there are more no market is under control
MARKETS = 128  # of them kept: a quarter of a megabyte each
_kept: dict[tuple[str, bytes], NDArray[np.float32]] = {}
_markets: dict[tuple[str, bytes], system.Market] = {}


def preconditioner(economy: Economy, parameters: Parameters, controls: system.Controls | None = None) -> system.Conditioner:
    """Both parts; without `controls` no market is under control, and bounds are as few as fit."""
    blocks, bounds = at_home(economy, parameters), BOUNDS if controls is None else len(controls.sign)
    none = _no_market(len(economy.regions), bounds)
    if controls is None or bounds > BOUNDS or not controls.sign.any():
        return system.Conditioner(blocks, none)
    held = ("sector", "destination", "origin", "owner", "weight", "rent", "sign", "by_value", "step")
    values = arrays.values(economy, parameters)
    numbers = b"".join(np.asarray(x).tobytes() for x in (*values, *(getattr(controls, name) for name in held)))
    key = (economy.fingerprint, numbers + arrays.critical_mask(economy, parameters).tobytes())
    found = _markets.get(key)
    if found is None:
        found = market(arrays.base(economy, parameters), values, controls, blocks) or none
        while len(_markets) >= MARKETS:
            _markets.pop(next(iter(_markets)), None)
        _markets[key] = found
    return system.Conditioner(blocks, found)


def at_home(economy: Economy, parameters: Parameters) -> NDArray[np.float32]:
    """(I − J)⁻¹ [region, unknown, unknown]; unknowns are wages, prices and sales by sector, then final expenditure."""
    values = rounded(arrays.values(economy, parameters), economy.trade_elasticity)
    numbers = b"".join(np.asarray(part, dtype=np.float64).tobytes() for part in values)
    key = (economy.fingerprint, numbers + arrays.critical_mask(economy, parameters).tobytes())
    found = _kept.get(key)
    if found is None:
        slopes = home_slopes(arrays.base(economy, parameters), values)
        unit = np.eye(slopes.shape[1])
        with np.errstate(invalid="ignore", over="ignore"):
            answers = inverse(unit - slopes)
        fit = np.nan_to_num(np.abs(answers).max((1, 2)), nan=np.inf) < LARGEST
        found = np.where(fit[:, None, None], answers, unit).astype(np.float32)
        while len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[key] = found
    return found


def inverse(matrices: Array) -> Array:
    """Inverses of a stack of matrices [n, k, k], by halves: small blocks keep the linear algebra on one thread, which is faster
    here and gives the same bytes on any machine. Not a number where a block is singular."""
    size = matrices.shape[-1]
    if size <= BLOCK:
        try:
            return np.asarray(np.linalg.inv(matrices))
        except np.linalg.LinAlgError:
            if len(matrices) == 1:
                return np.full_like(matrices, np.nan)
            return np.concatenate([inverse(one[None]) for one in matrices])
    cut = size // 2
    above, right, below, left = matrices[:, :cut, :cut], matrices[:, :cut, cut:], matrices[:, cut:, cut:], matrices[:, cut:, :cut]
    first = inverse(above)
    across = first @ right
    second = inverse(below - left @ across)
    down = second @ (left @ first)
    return np.concatenate(
        [np.concatenate([first + across @ down, -across @ second], axis=2), np.concatenate([-down, second], axis=2)], axis=1
    )


def nothing(economy: Economy, bounds: int = BOUNDS) -> system.Conditioner:
    """What leaves every sweep as it is, in the same shape, with so many bounds."""
    n, s = economy.output.shape
    return system.Conditioner(np.tile(np.eye(3 * s + 1, dtype=np.float32), (n, 1, 1)), _no_market(n, bounds))


@lru_cache(maxsize=8)
def _no_market(regions: int, bounds: int) -> system.Market:
    size, few = (max(MARKET, 3 * regions), bounds) if bounds <= BOUNDS else (0, 0)
    single = np.float32
    return system.Market(
        np.full(size, BEYOND), np.zeros((size, size), single), np.zeros((few, size), single), np.zeros((size, few), single),
        np.eye(few, dtype=single),
    )  # fmt: skip


def market(b: system.Base, p: system.Values, k: system.Controls, blocks: NDArray[np.float32]) -> system.Market | None:
    """I − B K among the goods with most bounds, as many as have room, and the bounds that are on them alone; None without any."""
    n, s = b.output.shape
    bounds = np.flatnonzero(k.sign != 0)
    on = np.zeros((len(k.sign), s), dtype=bool)
    flows = np.flatnonzero((k.sign != 0)[k.owner] & (k.weight > 0))
    on[k.owner[flows], k.sector[flows]] = True
    goods: list[int] = []
    for j in sorted(np.flatnonzero(on.any(0)).tolist(), key=lambda j: (-int(on[:, j].sum()), j)):
        if 3 * n * (len(goods) + 1) <= max(MARKET, 3 * n):
            goods.append(j)
    others = np.delete(np.arange(s), goods)
    bounds = np.flatnonzero(on.any(1) & ~on[:, others].any(1))
    if not len(bounds):
        return None
    region, g, w = np.arange(n), len(goods), len(bounds)
    across = np.zeros((g, 3, n, g, 3, n))
    to_wedge, of_wedge = np.zeros((w, g, 3, n)), np.zeros((g, 3, n, w))
    by_wedge = np.eye(w)
    answers = p.damping * (1 - p.capital_share) * p.iota  # of wages to sales
    for m, j in enumerate(goods):
        share = np.exp(np.maximum(b.log_shares[j], -700.0))  # [destination, origin]
        basic = share * b.spending[:, j, None] / np.exp(b.log_duties[j])
        sold = basic / np.maximum(basic.sum(0), system.FLOOR)  # of what an origin sells, to whom
        theta, made = p.theta[j], (b.bracket * b.labour)[:, j]
        bought = (b.bracket * (1 - b.labour))[:, j] * b.input_weights[:, j, j]
        unit = np.array([made + p.scale[j], bought, np.full(n, -p.scale[j])])  # of unit cost to wages, prices, sales
        use = (b.inputs[:, j] * b.output).sum(1), b.final[:, j] * b.income
        scarce = np.maximum(b.spending[:, j] - use[0] - use[1], 0.0)
        spending = np.maximum(b.spending[:, j], system.FLOOR)
        dearer = (p.r_inputs * use[0] + p.r_final * use[1] + p.r_critical * scarce) / spending
        demand = np.array([np.zeros(n), dearer, b.inputs[:, j, j] * b.output[:, j] / spending])  # of spending to the same
        rivals = theta * sold.T @ share  # [origin, other origin]
        own, f = across[m, :, :, m], flows[np.isin(k.owner[flows], bounds) & (k.sector[flows] == j)]
        abroad = 1 - np.eye(n)
        own[1] = (abroad * share)[:, None] * unit[None]
        own[2] = (abroad * rivals)[:, None] * unit[None] + (abroad * sold.T)[:, None] * demand[None]
        own[0] = answers * own[2]
        # what a bound's wedge does to prices and sales, and what they do to how far the bound is filled
        i, to, whose, sign = k.origin[f], k.destination[f], np.searchsorted(bounds, k.owner[f]), k.sign[k.owner[f]]
        by_value, rent = k.by_value[k.owner[f]], k.rent[f]
        weight = np.where(by_value > 0, basic[to, i], k.weight[f])
        np.add.at(of_wedge[m, 1], (to, whose), sign * share[to, i])
        np.add.at(of_wedge[m, 2].T, whose, (theta * sign * share[to, i])[:, None] * sold[to])
        np.add.at(of_wedge[m, 2], (i, whose), -(theta + rent) * sign * sold[to, i])
        of_wedge[m, 0] = answers * of_wedge[m, 2]
        weight = weight / np.maximum(_per_bound(k, flows, bounds, b), system.FLOOR)[whose]
        size = (sign * k.step[k.owner[f]] * weight)[:, None]
        elastic = theta + 1 - by_value
        for x in range(3):
            np.add.at(to_wedge[:, m, x], whose, size * theta * share[to] * unit[x])
            np.add.at(to_wedge[:, m, x], (whose, i), size[:, 0] * -elastic * unit[x][i])
            np.add.at(to_wedge[:, m, x], (whose, to), size[:, 0] * demand[x][to])
        np.add.at(by_wedge, (whose, whose), size[:, 0] * -(elastic + by_value * rent) * sign)
        of_price = np.zeros((n, w))
        np.add.at(of_price, (to, whose), sign * share[to, i])
        np.add.at(by_wedge, whose, size * theta * of_price[to])
    # unknowns by good, kind and economy; B joins the goods and kinds of one economy
    kinds = np.array([[x * s + j for x in range(3)] for j in goods]).ravel()
    home = blocks[:, kinds[:, None], kinds].astype(np.float64)  # [region, good and kind, the same]
    cut, size = 3 * n * g, max(MARKET, 3 * n)
    among = np.eye(cut) - np.einsum("nab,bnc->anc", home, across.reshape(3 * g, n, cut)).reshape(cut, cut)
    pushed = -np.einsum("nab,bnw->anw", home, of_wedge.reshape(3 * g, n, w)).reshape(cut, w)
    with np.errstate(invalid="ignore", over="ignore"):
        found = inverse(among[None])[0]
        moved = found @ pushed
    filled = -to_wedge.reshape(w, cut)
    left = np.eye(w) - by_wedge - filled @ moved
    if not np.nan_to_num(max(np.abs(found).max(), np.abs(left).max()), nan=np.inf) < LARGEST:
        return None
    made = system.Market(*(part.copy() for part in _no_market(n, len(k.sign))))
    made.place[:cut] = ((kinds // s)[:, None] * n * s + region * s + (kinds % s)[:, None]).ravel()
    made.inverse[:cut, :cut] = found
    made.filled[bounds, :cut] = filled
    made.moved[:cut, bounds] = moved
    made.left[np.ix_(bounds, bounds)] = left
    return made


def _per_bound(k: system.Controls, flows: NDArray[np.int64], bounds: NDArray[np.int64], b: system.Base) -> Array:
    """What a bound's flows weigh together: values where it is on value, else the weights given."""
    at = k.sector[flows], k.destination[flows], k.origin[flows]
    values = np.exp(np.maximum(b.log_shares[at], -700.0) - b.log_duties[at]) * b.spending[at[1], at[0]]
    owner = k.owner[flows]
    weights = np.where(k.by_value[owner] > 0, values, k.weight[flows])
    return np.bincount(owner, weights, len(k.sign))[bounds].astype(np.float64)


def rounded(values: system.Values, trade_elasticity: Array) -> system.Values:
    """Parameters on a coarse grid: the table's trade elasticities times one power of two, whole elasticities of substitution,
    thirds of labour mobility. Draws over parameter ranges then need a dozen matrices, and take a few sweeps more.

    Where value added is hard to replace and workers hardly move the answer is near singular: there halves, and never no move.
    """
    return values._replace(
        theta=trade_elasticity * 2.0 ** np.round(np.log2(values.theta / trade_elasticity).mean()),
        scale=np.round(10 * np.asarray(values.scale)) / 10,
        iota=np.minimum(np.round(3 * values.iota), 2) / 3,
        labour_supply=np.round(2 * values.labour_supply) / 2,
        capital_share=np.round(5 * values.capital_share) / 5,
        wage_floor=system.OFF,
        recycling=0.0,
        deficit_fixed=1.0,
        deficit_proportional=0.0,
        r_value_added=np.round(2 * values.r_value_added) / 2,
        **{name: np.round(getattr(values, name)) for name in ("r_inputs", "r_critical", "r_final")},
    )


def home_slopes(b: system.Base, p: system.Values) -> Array:
    """J: the derivative of a sweep among the unknowns of one economy, at the baseline [region, answer, cause].

    Written out from the equations in `system`, in logs; the tests take it by automatic differentiation too.
    """
    n, s = b.output.shape
    unit_vectors = np.eye(3 * s + 1)
    wage, price, sales = (np.broadcast_to(unit_vectors[k * s : (k + 1) * s], (n, s, 3 * s + 1)) for k in range(3))
    income = np.broadcast_to(unit_vectors[3 * s], (n, 3 * s + 1))
    region = np.arange(n)

    # costs
    bundle = _weighted(b.input_weights, price)
    inner = b.labour[:, :, None] * wage + (1 - b.labour[:, :, None]) * bundle
    scarce = price[:, b.critical_index]
    cost = b.bracket[:, :, None] * inner + _weighted(b.critical, scarce)
    cpi = np.einsum("nk,nkd->nd", b.final, price)
    labour_share = p.r_value_added * (wage - inner) + p.r_critical * (inner - cost)
    recipe = p.r_value_added * (bundle - inner) + p.r_critical * (inner - cost) - p.r_inputs * bundle
    unit = cost - p.scale[:, None] * (labour_share + sales - wage)

    # prices and spending
    share = np.where(b.log_shares > system.OFF / 2, np.exp(np.maximum(b.log_shares, -700.0)), 0.0)
    new_price = share[:, region, region].T[:, :, None] * unit
    output = b.output[:, :, None]
    spending = b.inputs @ (output * (sales + recipe)) + p.r_inputs * price * (b.inputs @ output)
    of_income = b.final * b.income[:, None]
    spending += of_income[:, :, None] * (p.r_final * (price - cpi[:, None]) + income[:, None])
    critical = b.critical @ (output * (sales - p.r_critical * cost)) + p.r_critical * scarce * (b.critical @ output)
    for k, j in enumerate(b.critical_index):
        spending[:, j] += critical[:, k]
    demand = _over(spending, b.spending)

    # sales at home and abroad, earnings, duties
    paid = share * b.spending.T[:, :, None]
    basic = paid / np.exp(b.log_duties)
    at_home = basic[:, region, region].T
    abroad = (basic * (1 - share)).sum(1).T - at_home * (1 - share[:, region, region].T)
    theta = p.theta[:, None]
    total = basic.sum(1).T
    new_sales = _over(at_home[:, :, None] * (demand - theta * (unit - new_price)) - abroad[:, :, None] * theta * unit, total)
    earned = labour_share + new_sales
    # world factor income, the numeraire, also moves with what sellers elsewhere earn: here in place of them, and abroad
    factors = basic * (b.labour * b.bracket).T[:, None, :]
    own = factors[:, region, region].T
    instead = np.einsum("jmi,jm->ij", share, factors.sum(2)) - (share * factors).sum(1).T
    instead -= share[:, region, region].T * (factors.sum(2).T - own)
    elsewhere = (factors.sum(2).T - own)[:, :, None] * (demand + theta * new_price) + (p.theta * instead)[:, :, None] * unit
    worldwide = np.einsum("ns,nsd->nd", b.value_added, earned) + elsewhere.sum(1)
    numeraire = worldwide[:, None] / b.value_added.sum()
    earned, new_sales = earned - numeraire, new_sales - numeraire
    duties = (paid - basic).sum(2).T[:, :, None] * (demand + theta * new_price - numeraire)
    duties -= ((paid - basic)[:, region, region].T * p.theta)[:, :, None] * unit
    new_income = (np.einsum("ns,nsd->nd", b.value_added, earned) + duties.sum(1)) / b.income[:, None]

    # factors
    bill = b.wage_bill / np.maximum(b.wage_bill.sum(1, keepdims=True), system.FLOOR)
    growth = np.einsum("ns,nsd->nd", bill, earned)
    hours = p.labour_supply / (1 + p.labour_supply) * (growth - cpi)
    by_sector = np.where(b.value_added[:, :, None] > 0, earned, growth[:, None])
    goal = (1 - p.capital_share) * (p.iota * by_sector + ((1 - p.iota) * growth - hours)[:, None])
    goal += p.capital_share * cpi[:, None]
    if p.pinned:
        new_income = income - 2 * p.damping * (growth - hours)
    new_sales = np.where(output > 0, new_sales, 0.0)
    return np.concatenate([wage + p.damping * (goal - wage), new_price, new_sales, new_income[:, None]], axis=1)


def _weighted(weights: Array, values: Array) -> Array:
    """Σₖ weights[n, k, j] values[n, k, d]."""
    return weights.transpose(0, 2, 1) @ values


def _over(values: Array, base: Array) -> Any:
    """values [n, s, d] over base [n, s]; zero where the base is."""
    return np.divide(values, base[:, :, None], out=np.zeros_like(values), where=base[:, :, None] > 0)
