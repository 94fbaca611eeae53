"""How each economy answers to itself: the part of the equilibrium that need not be iterated.

A sweep z → F(z) carries a change of wages, prices, sales and spending once around each economy. Most of that stays at home:
home goods go into home goods, home income buys them. With J the derivative of F among the unknowns of one economy, at the
baseline, a sweep's residual r is worth about (I − J)⁻¹ r, one small matrix an economy; only what goes through trade is left
to the acceleration. This is block Jacobi (Saad 2003, Iterative Methods for Sparse Linear Systems, 2nd ed., ch. 4).

The fixed points are the same: where r is 0 so is (I − J)⁻¹ r. Hence J may be rough. It is taken at rounded parameters, so that
many parameter sets share a matrix and the same parameters always get the same one; it leaves out export taxes, moving deficits
and labour-tax cuts; and it is kept in single precision.

>>> from detente.world import toy_world
>>> from detente.equilibrium.parameters import horizon
>>> preconditioner(toy_world().economy(), horizon("medium")).shape
(3, 10, 10)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.equilibrium import arrays, system
from detente.equilibrium.parameters import Parameters
from detente.world.economy import Economy

Array = NDArray[np.float64]
LARGEST = 1e3  # an economy whose own answer is larger than this is as good as closed, and is left to the sweeps
BLOCK = 64
KEPT = 32  # matrices kept, of any economy: a megabyte each for 32 × 31
_kept: dict[tuple[str, bytes], NDArray[np.float32]] = {}


def preconditioner(economy: Economy, parameters: Parameters) -> NDArray[np.float32]:
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


def nothing(economy: Economy) -> NDArray[np.float32]:
    """What leaves every sweep as it is, in the same shape."""
    n, s = economy.output.shape
    return np.tile(np.eye(3 * s + 1, dtype=np.float32), (n, 1, 1))


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
