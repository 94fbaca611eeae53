"""Tariffs in force in the baseline, by origin, destination and product.

United States   collected rates: calculated duty over customs value, 2024, by origin and sector (Section 301 and 232
                duties are in). Origins not in the file take the mean of the listed non-preferential ones by sector.
China           on the United States: statutory rates after retaliation (Bown–Jung–Zhang, June 2019), weighted by 2017
                imports where a sector has any; on others: the same file's most-favoured-nation rates as sector profile,
                scaled so that the trade-weighted mean is the cited one.
Others          the cited average of each customs territory, spread over sectors by a common profile and scaled so that
                the mean over goods imports (this table's, partners under an agreement at zero) is the cited average.
Free            within an economy or customs union, and under the agreements of `tariff_averages.yaml`. Services pay nothing.

No sector rate exceeds `CEILING`; what the ceiling takes off is spread over the other sectors once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.build.hs_sectors import sector_of
from detente.build.readers.china_tariffs import ChinaTariffs
from detente.build.readers.tariff_averages import TariffAverages
from detente.build.readers.us_imports import UsImports

Array = NDArray[np.float64]
CEILING = 0.60
SPECIAL = ("USA", "CHN")


@dataclass(frozen=True)
class Baseline:
    """rates [origin, destination, product]; notes say how many cells came from where."""

    rates: Array
    notes: Mapping[str, object]


def china_by_sector(tariffs: ChinaTariffs) -> tuple[pd.DataFrame, float]:
    """Sector × (united_states, others) mean rates and the share of lines with a sector.

    On the United States lines are weighted by 2017 imports (plain mean where a sector had none); on others, plainly.
    """
    lines = tariffs.lines.assign(
        sector=pd.Series([sector_of(str(c)) for c in tariffs.lines.index], tariffs.lines.index, dtype=object)
    )
    mapped = lines.dropna(subset=["sector"])
    share = len(mapped) / max(len(lines), 1)

    def weighted(group: pd.DataFrame) -> float:
        weights = group["imports_from_us"].to_numpy(dtype=float)
        values = group["united_states"].to_numpy(dtype=float)
        return float(np.average(values, weights=weights)) if weights.sum() > 0 else float(values.mean())

    frame = pd.DataFrame({
        "united_states": {str(s): weighted(g) for s, g in mapped.groupby("sector")},
        "others": mapped.groupby("sector")["others"].mean(),
    })  # fmt: skip
    return frame, share


def us_by_sector(
    us: UsImports, origins: Sequence[str], groups: Mapping[str, str | None], free: Mapping[str, bool], extra: Mapping[str, float]
) -> tuple[pd.DataFrame, list[str]]:
    """Collected US rates, origin × sector (fractions), and the origins that were not in the file.

    `groups` maps an origin to its row in the file (EU27 for members), or None; unlisted origins take the mean of the
    listed ones that have no free-trade agreement with the United States (`free`), China aside. `extra` adds sectors that
    the file lacks, the same for every origin that pays.
    """
    rate = us.rate
    listed = [o for o in rate.index if o != "CHN" and not free.get(o, False)]
    pooled = us.duty.loc[listed].sum() / us.imports.loc[listed].sum().replace(0, np.nan)
    out, missing = {}, []
    for origin in origins:
        row = groups.get(origin)
        if row is not None and row in rate.index:
            out[origin] = rate.loc[row].fillna(pooled)
        else:
            missing.append(origin)
            out[origin] = pooled * (0.0 if free.get(origin, False) else 1.0)
    frame = pd.DataFrame(out).T.fillna(0.0)
    for sector, value in extra.items():
        frame[sector] = [0.0 if free.get(o, False) else value for o in frame.index]
    return frame, missing


def spread_average(average: float, heights: Array, trade: Array) -> Array:
    """Rates proportional to `heights` whose mean over `trade` (same shape, zero where free) is `average`.

    >>> spread_average(0.10, np.array([1.0, 3.0]), np.array([50.0, 50.0])).round(3).tolist()
    [0.05, 0.15]
    """
    total = float(trade.sum())
    height = float((heights * trade).sum())
    if average <= 0 or total <= 0 or height <= 0:
        return np.zeros_like(heights)
    rates = np.asarray(heights * (average * total / height))
    capped = np.minimum(rates, CEILING)
    lost = float(((rates - capped) * trade).sum())
    room = np.where(rates < CEILING, heights, 0.0)
    left = float((room * trade).sum())
    return np.minimum(capped + room * (lost / left if left > 0 else 0.0), CEILING)


def baseline_tariffs(
    shipments: Array,
    economies: Sequence[str],
    product_sector: Sequence[str],
    goods: NDArray[np.bool_],
    averages: TariffAverages,
    us: UsImports,
    china: ChinaTariffs,
    us_groups: Mapping[str, str | None],
    us_extra: Mapping[str, float],
    blocs: Mapping[str, str] | None = None,
) -> Baseline:
    """Rates for every cell of `shipments` [origin, destination, product]; shapes as in the table.

    `blocs` (economy → group) frees trade inside a group: inside a region of an aggregated table there is no border.
    """
    codes = list(economies)
    n, k = len(codes), len(product_sector)
    rates = np.zeros((n, n, k))
    group = {c: (blocs or {}).get(c, c) for c in codes}
    left = np.array([[0.0 if group[o] == group[d] else averages.remaining(o, d) for d in codes] for o in codes])
    heights = np.array([averages.profile.get(s, 1.0) if g else 0.0 for s, g in zip(product_sector, goods, strict=True)])
    by_sector, mapped = china_by_sector(china)
    others = np.array([float(by_sector["others"].get(s, 0.0)) if g else 0.0 for s, g in zip(product_sector, goods, strict=True)])
    on_us = np.array(
        [float(by_sector["united_states"].get(s, 0.0)) if g else 0.0 for s, g in zip(product_sector, goods, strict=True)]
    )
    us_free = {o: averages.free(o, "USA") for o in codes}
    us_free["EU27"] = False
    us_rates, unlisted = us_by_sector(us, [c for c in codes if c != "USA"], us_groups, us_free, us_extra)
    us_columns = us_rates.reindex(columns=list(dict.fromkeys(product_sector))).fillna(0.0)
    uncited = []
    for d, code in enumerate(codes):
        pays = left[:, d][:, None] * goods[None, :]
        trade = shipments[:, d, :] * goods[None, :]
        trade[d] = 0.0
        if code == "USA":
            for o, origin in enumerate(codes):
                if o != d:
                    rates[o, d] = us_columns.loc[origin, list(product_sector)].to_numpy(dtype=float) * goods
            continue
        if code not in averages.average:
            uncited.append(code)
        average = averages.average.get(code, averages.average["ROW"])
        shape = np.broadcast_to(others if code == "CHN" else heights, (n, k)) * pays
        if code == "CHN":
            usa = codes.index("USA")
            without = trade.copy()
            without[usa] = 0.0
            shape = shape.copy()
            shape[usa] = 0.0
            rates[:, d] = spread_average(average, shape, without)
            rates[usa, d] = on_us
        else:
            rates[:, d] = spread_average(average, shape, trade * (pays > 0) if code in averages.on_paying else trade)
    for o in range(n):
        rates[o, o] = 0.0
    notes = {"hs_lines_mapped": round(mapped, 4), "us_origins_unlisted": unlisted, "importers_without_average": uncited}
    return Baseline(rates, notes)
