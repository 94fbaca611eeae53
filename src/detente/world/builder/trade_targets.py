"""What customs say each pair of economies traded, brought to the footing of the table.

Customs values count goods that only pass through (re-exports) or are processed on another's account; national accounts
do not. An exporter whose customs total exceeds what its national accounts leave for goods,

    room[i] = exports of goods and services (WDI) − services sold abroad as inputs in the table

is scaled down to that room. The two entrepôts are scaled down as importers too (Hong Kong
bought goods of 258 bn USD from China in 2023, most of them sold on), to

    room[n] = goods exports (target) + services exports − services imports − net exports.
 Sales to the United States are left as they are: US customs record the country of origin.
Taiwan is not in the BACI totals; its pairs are those of 2015 (UNCTAD) raised to its 2023 totals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
ENTREPOTS = ("HKG", "SGP")
UNSCALED_IMPORTER = "USA"
MISSING = "TWN"


@dataclass(frozen=True)
class GoodsTargets:
    """`customs` as published and `target` on the table's footing [exporter, importer], rest of the world last; own
    sales are NaN. `weight_low` marks pairs from the older source. `scaled` gives the factor of each scaled exporter."""

    customs: Array
    target: Array
    weight_low: NDArray[np.bool_]
    scaled: dict[str, float]
    scaled_imports: dict[str, float]


def goods_targets(
    bilateral: pd.DataFrame,
    older: pd.Series[float],
    economies: Sequence[str],
    room: Array,
    missing_totals: tuple[float, float],
    other_balance: Array | None = None,
) -> GoodsTargets:
    """Targets for economies of the table and the rest of the world.

    `bilateral` exporter × importer (million USD); `older` (exporter, importer, section) of an earlier year, for Taiwan;
    `room[i]` goods exports on the national-accounts footing; `missing_totals` Taiwan's goods exports and imports;
    `other_balance[n]` services balance less net exports, which with goods exports gives the importers' room.
    """
    codes = list(economies)
    rest = [c for c in bilateral.index if c not in codes]
    known = [c for c in codes if c in bilateral.index]
    frame = bilateral.reindex(index=known, columns=known)
    frame["ROW"] = bilateral.loc[known, rest].sum(axis=1)
    frame.loc["ROW"] = [*bilateral.loc[rest, known].sum(axis=0), 0.0]
    labels = [*codes, "ROW"]
    values = frame.reindex(index=labels, columns=labels).to_numpy(dtype=float).copy()
    low = np.zeros(values.shape, dtype=bool)
    if MISSING in codes:
        k = codes.index(MISSING)
        pairs = older.groupby(level=[0, 1]).sum()
        for side, total in enumerate(missing_totals):
            partner = pairs.xs(MISSING, level=side).reindex(labels).fillna(0.0).to_numpy(dtype=float).copy()
            partner[k] = 0.0
            partner *= total / max(partner.sum(), 1e-9)
            if side == 0:
                values[k, :], low[k, :] = partner, True
            else:
                values[:, k], low[:, k] = partner, True
    np.fill_diagonal(values, np.nan)
    target = values.copy()
    usa = labels.index(UNSCALED_IMPORTER) if UNSCALED_IMPORTER in labels else None
    scaled: dict[str, float] = {}
    for i, code in enumerate(codes):
        others = np.nansum(values[i]) - (values[i, usa] if usa is not None and usa != i else 0.0)
        fixed = np.nansum(values[i]) - others
        if np.nansum(values[i]) > room[i] and others > 0:
            factor = float(np.clip((room[i] - fixed) / others, 0.3, 1.0))
            kept = values[i, usa] if usa is not None else 0.0
            target[i] = values[i] * factor
            if usa is not None and usa != i:
                target[i, usa] = kept
            scaled[code] = round(factor, 3)
    scaled_imports: dict[str, float] = {}
    if other_balance is not None:
        for n, code in enumerate(codes):
            space = np.nansum(target[n]) + other_balance[n]
            total = np.nansum(target[:, n])
            if code in ENTREPOTS and total > space:
                factor = float(np.clip(space / total, 0.3, 1.0))
                target[:, n] *= factor
                scaled_imports[code] = round(factor, 3)
    return GoodsTargets(values, target, low, scaled, scaled_imports)
