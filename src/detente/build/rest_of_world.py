"""The residual region: everything outside the 80 economies of the source table, about 4.4 tn USD of GDP.

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
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from detente.errors import NotConverged
from detente.types import Array

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
    raise NotConverged("the rest of the world cannot absorb its imports with the borrowed technology")


def split_inputs(imports: Array, input_share: Array, use: Array) -> tuple[Array, Array]:
    """Imports from the rest of the world as inputs by user and as final goods.

    `imports[n, k]`; `input_share[n, k]` share of k's other imports bought by industries; `use[n, k, j]` pattern of users.
    Returns inputs [n, k, j] and final [n, k].
    """
    total = use.sum(axis=2)
    share = np.where(total > 0, np.clip(input_share, 0, 1), 0.0)
    inputs = np.divide(imports * share, total, out=np.zeros_like(imports), where=total > 0)[:, :, None] * use
    return inputs, imports - inputs.sum(axis=2)
