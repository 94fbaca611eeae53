"""What the source table hides: the economies outside it, and rare earths inside its metals and mining.

The residual region: everything outside the 80 economies of the source table, about 4.4 tn USD of GDP.

Sales to the 80.  Goods by destination are BACI totals. Fuels and ores are read from BACI minerals; the rest follows the
2015 mix by SITC section (UNCTAD), split to industries like the sales of middle-income lenders in the source table.
Services are the members' national accounts, spread like the destinations' purchases of services abroad.

Purchases from the 80.  Column ROW of the imputed final demand (it holds inputs and final goods together).

Inside.  Input coefficients a[k, j] are the output-weighted mean of the lenders; output solves

    go = (I − A)⁻¹ (f + exports − imports),   f = final demand, Σ f = value added − net exports

with the lenders' pattern of f, raised where imports exceed what users would take, and scaled to the region's GDP.

Inputs of the 80 from here.  The source table leaves them in "output minus intermediates". They are carved out of it:
the share of product k that industries (not final buyers) take is that of the imports of k from the 80, and user j's
part follows what j buys of k.

Rare earths and magnets as a sector of their own, cut out of the metals and mining they hide in.

The sector gathers ore, separated compounds and metals, and permanent magnets. Its shipments R[i, n] are built from

    across borders   compounds and metals: BACI (HS 280530, 284610, 284690); magnets: exporters' totals spread over
                     destinations by what their industries would use
    at home          the rest of each economy's output

and its users from end-use shares: sector s of economy n wants  share[s] · output[n,s] / world output[s], and the sector
itself wants `own_use` of the world's output, by each economy's own output.

The facts are values of 2022, a year of peak prices. `chain_values` multiplies each by the change of price to 2024 of its
source; quantities stay those of 2022. Ore and compounds fell by more than magnets, so the chain's own use is less of it.

Every cell is taken out of a parent product of the same origin, destination and user, in this order: non-ferrous metals
(C24B), metal ores (B07), other mining (B08), chemicals (C20: compounds of HS 2846), metal products (C25: magnets),
electrical equipment (C27), never more than `ROOM` of what is there. Shipments, use and output of parents plus rare earths
add up to what they were; what did not fit is dropped and reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from detente.errors import NotConverged
from detente.types import Array
from detente.words import refusal

LENDERS = ("AGO", "BGD", "BLR", "CIV", "CMR", "COD", "COL", "CRI", "EGY", "JOR", "KAZ", "KHM", "LAO", "MAR", "MMR",
           "NGA", "PAK", "PER", "PHL", "SEN", "STP", "TUN", "UKR", "VNM", "ARG", "SAU", "ARE")  # fmt: skip
SECTIONS: Mapping[int, tuple[str, ...]] = {
    0: ("A01", "A03", "C10T12"),
    1: ("C10T12",),
    2: ("A01", "A02", "C16", "C17_18", "C22"),
    3: ("C19",),
    4: ("C10T12",),
    5: ("C20", "C21"),
    6: ("C13T15", "C16", "C17_18", "C22", "C23", "C24A", "C24B", "C25"),
    7: ("C26", "C27", "C28", "C29", "C301", "C302T309"),
    8: ("C13T15", "C26", "C31T33"),
    9: ("C24B",),
}
FUEL_INDUSTRIES = ("B05", "B06")
ORE_INDUSTRIES = ("B07", "B08")
SERVICE_MIX = {"H49": 0.06, "H50": 0.14, "H51": 0.20, "H52": 0.10, "I": 0.20, "G": 0.08, "J61": 0.03, "J62_63": 0.05,
               "K": 0.05, "M": 0.05, "N": 0.04}  # fmt: skip


@dataclass(frozen=True)
class RestOfWorld:
    """Flows of the residual region, K products. output, final_use, value_added [K]; use [K, K] input × user."""

    output: Array
    use: Array
    final_use: Array
    domestic: Array
    raised: float


def sales_to_table(
    goods: Array,
    fuels: Array,
    ores: Array,
    sections: pd.DataFrame,
    services: Array,
    pattern: Array,
    industries: Sequence[str],
) -> Array:
    """[C, K] sales of the rest of the world to each economy by product.

    `goods`, `fuels`, `ores`, `services` [C] million USD; `sections` economy × SITC section (any year: only the mix is
    used); `pattern[n, k]` what lenders sell to n by product, the split within a section.
    """
    codes = list(industries)
    out = np.zeros((len(goods), len(codes)))
    for n in range(len(goods)):
        mix = sections.iloc[n].to_numpy(dtype=float) + 1e-6
        mix = mix / mix.sum()
        fuel = min(fuels[n], 0.95 * goods[n])
        ore = min(ores[n], 0.95 * goods[n] - fuel)
        rest = goods[n] - fuel - ore
        by_section = mix.copy()
        # refined products are what the mix gives to fuels beyond crude, gas and coal
        by_section[3] = max(mix[3] * goods[n] - fuel, 0.05 * mix[3] * goods[n]) / max(goods[n], 1e-9)
        by_section = by_section / by_section.sum() * rest
        for section, members in SECTIONS.items():
            index = [codes.index(m) for m in members if m in codes]
            weight = pattern[n, index] + 0.02 * pattern[:, index].mean(axis=0) + 1e-9
            out[n, index] += by_section[section] * weight / weight.sum()
        for total, names in ((fuel, FUEL_INDUSTRIES), (ore, ORE_INDUSTRIES)):
            index = [codes.index(m) for m in names if m in codes]
            weight = pattern[n, index] + 1e-9
            out[n, index] += total * weight / weight.sum()
        for name, share in SERVICE_MIX.items():
            if name in codes:
                out[n, codes.index(name)] += services[n] * share
    return out


def inside(
    coefficients: Array,
    final_pattern: Array,
    exports: Array,
    imports: Array,
    gdp: Array | float,
    *,
    minimum_domestic: float = 0.1,
    rounds: int = 500,
) -> RestOfWorld:
    """Balance the residual region: output and final demand that absorb its trade and give its GDP.

    `coefficients[k, j]` inputs k a unit of output j; `final_pattern[k]`; `exports[k]`, `imports[k]` million USD. At
    least `minimum_domestic` of what is used of a product with output is made at home. Raises `NotConverged`.
    """
    k = len(exports)
    inverse = np.linalg.inv(np.eye(k) - coefficients)
    pattern = final_pattern / final_pattern.sum()
    wanted = float(gdp) - float(exports.sum() - imports.sum())
    base = wanted * pattern
    floor = np.zeros(k)
    raised = 0.0
    for _ in range(rounds):
        scale = wanted - floor.sum()
        if scale <= 0:
            break
        final = base / base.sum() * scale + floor
        output = inverse @ (final + exports - imports)
        used = coefficients @ output + final
        least = np.maximum(exports + minimum_domestic * used * (pattern > 0), 1e-3 * exports)
        short = np.maximum(least - output, 0.0) * (exports + used > 0)
        if short.max() <= 1e-9 * max(output.max(), 1.0):
            raised = float(floor.sum())
            use = coefficients * output[None, :]
            return RestOfWorld(output, use, final, output - exports, raised)
        floor = floor + 1.02 * short
    raise NotConverged(refusal("build", "the_rest_of_the"))


def split_inputs(imports: Array, input_share: Array, use: Array) -> tuple[Array, Array]:
    """Imports from the rest of the world as inputs by user and as final goods.

    `imports[n, k]`; `input_share[n, k]` share of k's other imports bought by industries; `use[n, k, j]` pattern of users.
    Returns inputs [n, k, j] and final [n, k].
    """
    total = use.sum(axis=2)
    share = np.where(total > 0, np.clip(input_share, 0, 1), 0.0)
    inputs = np.divide(imports * share, total, out=np.zeros_like(imports), where=total > 0)[:, :, None] * use
    return inputs, imports - inputs.sum(axis=2)


PARENTS = ("C24B", "B07", "B08", "C20", "C25", "C27")
ROOM = 0.45
CODE = "RER"


@dataclass(frozen=True)
class Split:
    """Flows with the new product inserted after `after`; `dropped` million USD of the target that found no room."""

    shipments: Array
    use: Array
    final: Array
    products: tuple[str, ...]
    output: Array
    dropped: float
    parents: Mapping[str, float]


@dataclass(frozen=True)
class ChainValues:
    """The sector at the prices of 2024, million USD: the world's output, that of the economies listed, magnets sold abroad.

    `trade_price` is the factor from customs values of compounds in 2022 to those prices, `own_use` the part of the output
    that the sector itself buys.
    """

    world: float
    supply: Mapping[str, float]
    magnet_exports: Mapping[str, float]
    trade_price: float
    own_use: float


def chain_values(facts: Mapping[str, Any]) -> ChainValues:
    """The facts of `rare_earths.yaml`, each value × the price of 2024 ÷ the price it was taken at.

    >>> facts = {
    ...     "price_2024": {"usgs": {"value": 0.5}, "baci": {"value": 0.6}, "market": {"value": 0.8}},
    ...     "world_output_musd": {
    ...         "parts": {"ore": 10.0, "magnets": 30.0},
    ...         "price": {"ore": "usgs", "magnets": "market"},
    ...         "bought_inside": {"ore": 1.0, "magnets": 0.0},
    ...     },
    ...     "supply_musd": {"MYS": {"value": 5.0, "source": "baci"}},
    ...     "magnet_exports_musd": {"CHN": 10.0, "sources": []},
    ... }
    >>> chain_values(facts)
    ChainValues(world=29.0, supply={'MYS': 3.0}, magnet_exports={'CHN': 8.0}, trade_price=0.6, own_use=0.1724137931034483)
    """
    price = {source: float(entry["value"]) for source, entry in facts["price_2024"].items()}
    whole = facts["world_output_musd"]
    parts = {part: float(value) * price[whole["price"][part]] for part, value in whole["parts"].items()}
    world = sum(parts.values())
    return ChainValues(
        world=world,
        supply={e: float(entry["value"]) * price[entry["source"]] for e, entry in facts["supply_musd"].items()},
        magnet_exports={
            e: float(v) * price["market"] for e, v in facts["magnet_exports_musd"].items() if isinstance(v, int | float)
        },
        trade_price=price["baci"],
        own_use=sum(value * float(whole["bought_inside"][part]) for part, value in parts.items()) / world,
    )


def end_use_weights(output: Array, product_sector: Sequence[str], shares: Mapping[str, float]) -> Array:
    """[n, j] wish of user j in n: share of its sector × its part in the sector's world output; sums to Σ shares."""
    sector_world = {s: output[:, [p == s for p in product_sector]].sum() for s in shares}
    weights = np.zeros_like(output)
    for j, s in enumerate(product_sector):
        if s in shares and sector_world[s] > 0:
            weights[:, j] = shares[s] * output[:, j] / sector_world[s]
    return weights


def target_shipments(chain: ChainValues, trade: pd.Series[float], economies: Sequence[str], wishes: Array) -> Array:
    """[origin, destination] million USD of rare earths wanted, before what fits is known.

    `trade` (exporter, importer) of compounds and metals at the prices of 2022; `wishes[n]` what economy n's users want
    (any scale).
    """
    codes = list(economies)
    n = len(codes)
    output = np.array([chain.supply.get(c, 0.0) for c in codes])
    china = codes.index("CHN")
    output[china] = chain.world - output.sum()
    flows = np.zeros((n, n))
    known = set(codes)
    for key, value in trade.items():
        pair: tuple[str, str] = key  # type: ignore[assignment]  # the index has two levels, which pandas' stubs do not tell
        o, d = (c if c in known else "ROW" for c in pair)
        if o != d:
            flows[codes.index(o), codes.index(d)] += chain.trade_price * float(value)
    for origin, total in chain.magnet_exports.items():
        if origin in known:
            i = codes.index(origin)
            pull = np.where(np.arange(n) == i, 0.0, wishes)
            flows[i] += total * pull / pull.sum()
    # exporters that the facts do not list still sell what customs saw; others never export more than they make
    sold = flows.sum(axis=1)
    output = np.maximum(output, np.where(output > 0, 0.0, 1.05 * sold))
    factor = np.where(sold > 0.95 * output, 0.95 * output / np.maximum(sold, 1e-12), 1.0)
    flows *= factor[:, None]
    flows[np.arange(n), np.arange(n)] = output - flows.sum(axis=1)
    return flows


def split_rare_earths(
    shipments: Array, use: Array, final: Array, products: Sequence[str], target: Array, wishes: Array, own_use: float
) -> Split:
    """Insert rare earths after other mining. Shapes: shipments [i,n,k], use [n,k,j], final [n,k], target [i,n],
    wishes [n,j] over the old users. All at basic prices with Σᵢ shipments = Σⱼ use + final."""
    codes = list(products)
    parents = [codes.index(p) for p in PARENTS if p in codes]
    n, k = shipments.shape[0], len(codes)
    output = shipments.sum(axis=1)

    # 1. shipments: fill the target from the parents in turn
    taken = np.zeros((n, n, len(parents)))
    left = target.copy()
    for q, p in enumerate(parents):
        taken[:, :, q] = np.minimum(left, ROOM * shipments[:, :, p])
        left = left - taken[:, :, q]
    # users hold at most ROOM of each parent's intermediate use; scale a destination down where that is less
    for q, p in enumerate(parents):
        asked = taken[:, :, q].sum(axis=0)
        most = ROOM * use[:, p, :].sum(axis=1)
        factor = np.where(asked > most, most / np.maximum(asked, 1e-300), 1.0)
        taken[:, :, q] *= factor[None, :]

    # 2. the new column: a slice of each parent's inputs in proportion to the output taken from it
    made = taken.sum(axis=1)
    slice_ = np.divide(made, output[:, parents], out=np.zeros_like(made), where=output[:, parents] > 0)
    column = np.einsum("nq,nkq->nk", slice_, use[:, :, parents])
    wide = use.copy()
    wide[:, :, parents] -= use[:, :, parents] * slice_[:, None, :]
    wide = np.concatenate([wide, column[:, :, None]], axis=2)

    # 3. the new row: each user gives up parent products, by wish and within ROOM of what it has
    supply = taken.sum(axis=0)
    total = supply.sum(axis=1)
    own = own_use * made.sum(axis=1) / max(made.sum(), 1e-12) * total.sum()
    outside = wishes / max(wishes.sum(), 1e-12) * (1 - own_use) * total.sum()
    # what an economy gets differs from what it wants; its own rare-earth industry is served as wished, others share the rest
    served = np.minimum(own, 0.8 * total)
    rest = total - served
    others = outside.sum(axis=1)
    part = np.divide(rest, others, out=np.zeros(n), where=others > 0)
    want = np.concatenate([outside * part[:, None], served[:, None]], axis=1)
    row = np.zeros((n, k + 1))
    for q, p in enumerate(parents):
        amount = supply[:, q]
        weight = np.divide(amount, total, out=np.zeros(n), where=total > 0)
        row_q = _share_out(amount, want * weight[:, None], wide[:, p, :])
        wide[:, p, :] -= row_q
        row += row_q
    at = codes.index("B08") + 1 if "B08" in codes else max(parents[:1]) + 1
    if "B09" in codes:
        at = codes.index("B09") + 1
    new_shipments = shipments.copy()
    new_shipments[:, :, parents] -= taken
    new_shipments = np.insert(new_shipments, at, taken.sum(axis=2), axis=2)
    new_use = np.insert(wide, at, row, axis=1)
    # the new user stands last; move it to its place
    new_use = np.insert(new_use[:, :, :-1], at, new_use[:, :, -1], axis=2)
    new_final = np.insert(final, at, 0.0, axis=1)
    labels = (*codes[:at], CODE, *codes[at:])
    by_parent = {codes[p]: float(taken[:, :, q].sum()) for q, p in enumerate(parents)}
    return Split(
        np.maximum(new_shipments, 0.0), np.maximum(new_use, 0.0), new_final, labels, made.sum(axis=1),
        float(target.sum() - taken.sum()), by_parent,
    )  # fmt: skip


def _share_out(amount: Array, want: Array, available: Array) -> Array:
    """Split `amount[n]` over users by `want[n, j]`, none above `available[n, j]`; the rest goes where there is room.

    >>> _share_out(np.array([10.0]), np.array([[9.0, 1.0]]), np.array([[4.0, 20.0]])).tolist()
    [[4.0, 6.0]]
    """
    most = available
    given = np.minimum(want * np.divide(amount, want.sum(1), out=np.zeros_like(amount), where=want.sum(1) > 0)[:, None], most)
    for _ in range(60):
        short = amount - given.sum(axis=1)
        if (short <= 1e-9 * np.maximum(amount, 1e-9)).all():
            break
        open_ = most - given
        pull = np.where(open_ > 1e-12, want, 0.0)
        empty = pull.sum(axis=1) <= 0
        pull[empty] = open_[empty]
        add = pull * np.divide(short, pull.sum(1), out=np.zeros_like(short), where=pull.sum(1) > 0)[:, None]
        given = np.minimum(given + add, most)
    return np.asarray(given)
