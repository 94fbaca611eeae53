"""What customs say each pair of economies traded, brought to the footing of the table.

Customs values count goods that only pass through (re-exports) or are processed on another's account; national accounts
do not. An exporter whose customs total exceeds what its national accounts leave for goods,

    room[i] = exports of goods and services (WDI) − services sold abroad as inputs in the table

is scaled down to that room. Sales to the United States and China are left as they are: their customs record the country
of origin. The two entrepôts are scaled down as importers too (Hong Kong bought goods of 258 bn USD from China in 2023,
most of them sold on), to

    room[n] = goods exports (target) + services exports − services imports − net exports.

Taiwan is not in the BACI totals; its pairs are those of 2015 (UNCTAD) raised to its 2023 totals, and its sales to the
United States are those of US customs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
ENTREPOTS = ("HKG", "SGP")
UNSCALED_IMPORTERS = ("USA", "CHN")
MISSING = "TWN"


@dataclass(frozen=True)
class GoodsTargets:
    """`customs` as published and `target` on the table's footing [exporter, importer], rest of the world last; own
    sales are NaN. `low` marks pairs from the older source. `scaled` and `scaled_imports` give the factors used."""

    customs: Array
    target: Array
    low: NDArray[np.bool_]
    scaled: dict[str, float]
    scaled_imports: dict[str, float]


def goods_targets(
    bilateral: pd.DataFrame,
    older: pd.Series[float],
    economies: Sequence[str],
    room: Array,
    missing_totals: tuple[float, float],
    other_balance: Array,
    known_pairs: Mapping[tuple[str, str], float] | None = None,
) -> GoodsTargets:
    """Targets for economies of the table and the rest of the world.

    `bilateral` exporter × importer (million USD); `older` (exporter, importer, section) of an earlier year, for Taiwan;
    `room[i]` goods exports on the national-accounts footing; `missing_totals` Taiwan's goods exports and imports;
    `other_balance[n]` services balance less net exports, which with goods exports gives an entrepôt's room;
    `known_pairs` replace single pairs by better figures.
    """
    codes = list(economies)
    labels = [*codes, "ROW"]
    values = _with_rest(bilateral, codes)
    low = np.zeros(values.shape, dtype=bool)
    if MISSING in codes:
        _fill_missing(values, low, older, labels, missing_totals)
    np.fill_diagonal(values, np.nan)
    for (origin, destination), value in (known_pairs or {}).items():
        values[labels.index(origin), labels.index(destination)] = value
        low[labels.index(origin), labels.index(destination)] = False
    target = values.copy()
    fixed_at = [labels.index(u) for u in UNSCALED_IMPORTERS if u in labels]
    scaled: dict[str, float] = {}
    for i, code in enumerate(codes):
        total, fixed = np.nansum(values[i]), np.nansum(values[i, fixed_at])
        if total > room[i] and total > fixed:
            factor = float(np.clip((room[i] - fixed) / (total - fixed), 0.3, 1.0))
            target[i] = values[i] * factor
            target[i, fixed_at] = values[i, fixed_at]
            scaled[code] = round(factor, 3)
    scaled_imports: dict[str, float] = {}
    for n, code in enumerate(codes):
        space, total = np.nansum(target[n]) + other_balance[n], np.nansum(target[:, n])
        if code in ENTREPOTS and total > space:
            factor = float(np.clip(space / total, 0.3, 1.0))
            target[:, n] *= factor
            scaled_imports[code] = round(factor, 3)
    return GoodsTargets(values, target, low, scaled, scaled_imports)


def _with_rest(bilateral: pd.DataFrame, codes: Sequence[str]) -> Array:
    """Square matrix over `codes` and the rest of the world; economies that the file lacks are NaN."""
    rest = [c for c in bilateral.index if c not in codes]
    known = [c for c in codes if c in bilateral.index]
    frame = bilateral.reindex(index=known, columns=known)
    frame["ROW"] = bilateral.loc[known, rest].sum(axis=1)
    frame.loc["ROW"] = [*bilateral.loc[rest, known].sum(axis=0), 0.0]
    labels = [*codes, "ROW"]
    return frame.reindex(index=labels, columns=labels).to_numpy(dtype=float).copy()


def _fill_missing(
    values: Array, low: NDArray[np.bool_], older: pd.Series[float], labels: Sequence[str], totals: tuple[float, float]
) -> None:
    """Write the missing economy's row and column in place, from the older pairs raised to `totals`."""
    k = list(labels).index(MISSING)
    pairs = older.groupby(level=[0, 1]).sum()
    for side, total in enumerate(totals):
        partner = pairs.xs(MISSING, level=side).reindex(list(labels)).fillna(0.0).to_numpy(dtype=float).copy()
        partner[k] = 0.0
        partner *= total / max(partner.sum(), 1e-9)
        if side == 0:
            values[k, :], low[k, :] = partner, True
        else:
            values[:, k], low[:, k] = partner, True
