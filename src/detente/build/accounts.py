"""What each economy buys in total, from the national accounts: the destination margin of the imputation.

For an economy n of the table, with sales and purchases at basic prices,

    final purchases from the table  F[n] = (output − table intermediates) − net exports − imports from the rest of the world

Net exports are WDI exports less imports of goods and services (shares of GDP × GDP). The world's sum is not zero in the
statistics (the world sells more than it buys), so all surpluses are scaled down by one factor: a recorded world surplus
means that imports are missed or exports counted twice somewhere. The rest of the world's goods trade is what its
partners' customs show, because its members' own reports miss imports.

Source: World Bank, WDI indicators NY.GDP.MKTP.CD, NE.EXP.GNFS.ZS, NE.IMP.GNFS.ZS, TX.VAL.MRCH.CD.WT, TM.VAL.MRCH.CD.WT.
Taiwan is not in WDI: CIA World Factbook via worldfactbook.io, exports and imports 2022.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.errors import SourceError

Array = NDArray[np.float64]
ROW = "ROW"


@dataclass(frozen=True)
class Accounts:
    """Million USD by economy of the table, the rest of the world last.

    gdp, exports, imports (goods and services), goods_exports, goods_imports (merchandise), population, employment.
    `net_exports` sums to zero. `filled` names what was not in the statistics and what was put there instead.
    """

    gdp: Array
    exports: Array
    imports: Array
    goods_exports: Array
    goods_imports: Array
    net_exports: Array
    population: Array
    employment: Array
    discrepancy: float
    filled: tuple[str, ...]


def national_accounts(
    wdi: pd.DataFrame,
    economies: Sequence[str],
    table_gdp: Array,
    supplements: Mapping[str, Mapping[str, float]],
    rest_goods: tuple[float, float] | None = None,
) -> Accounts:
    """Accounts of `economies` and of the rest of the world (world total less the economies).

    `table_gdp` (output less intermediates) stands in where GDP is missing; `supplements` gives cited figures by economy
    under the names gdp, exports, imports, goods_exports, goods_imports, population, employment (million USD, persons).
    `rest_goods` gives the rest of the world's goods exports to and imports from the economies as their customs mirror
    them, in place of what its members report.
    Where exports or imports of services are unknown, merchandise alone is used and the economy is named in `filled`.
    """
    if "WLD" not in wdi.index:
        raise SourceError("the WDI file has no world total (iso3 WLD); it is needed for the rest of the world")
    codes = list(economies)
    filled: list[str] = []

    def column(indicator: str) -> pd.Series[float]:
        if indicator not in wdi.columns:
            raise SourceError(f"the WDI file has no indicator {indicator}")
        return wdi[indicator]

    gdp_all = column("NY.GDP.MKTP.CD") / 1e6
    goods_x_all, goods_m_all = column("TX.VAL.MRCH.CD.WT") / 1e6, column("TM.VAL.MRCH.CD.WT") / 1e6
    exports_all = column("NE.EXP.GNFS.ZS") / 100 * gdp_all
    imports_all = column("NE.IMP.GNFS.ZS") / 100 * gdp_all
    labour = column("SL.TLF.TOTL.IN") * (1 - column("SL.UEM.TOTL.ZS").fillna(0) / 100)
    population_all = column("SP.POP.TOTL")
    series = {
        "gdp": gdp_all, "goods_exports": goods_x_all, "goods_imports": goods_m_all, "exports": exports_all,
        "imports": imports_all, "population": population_all, "employment": labour,
    }  # fmt: skip
    values: dict[str, Any] = {}
    for name, data in series.items():
        got = data.reindex(codes).to_numpy(dtype=float).copy()
        for k, code in enumerate(codes):
            if np.isnan(got[k]) and name in supplements.get(code, {}):
                got[k] = supplements[code][name]
                filled.append(f"{code} {name}: cited supplement")
        values[name] = got
    gap = np.isnan(values["gdp"])
    values["gdp"][gap] = table_gdp[gap]
    filled += [f"{codes[k]} gdp: output less intermediates of the table" for k in np.flatnonzero(gap)]
    for flow, goods in (("exports", "goods_exports"), ("imports", "goods_imports")):
        gap = np.isnan(values[flow])
        values[flow][gap] = values[goods][gap]
        filled += [f"{codes[k]} {flow}: merchandise only" for k in np.flatnonzero(gap)]
        still = [codes[k] for k in np.flatnonzero(np.isnan(values[flow]))]
        if still:
            raise SourceError(f"no {flow} for {', '.join(still)}; add a cited supplement")

    rest = _rest_of_world(series, values, codes)
    if rest_goods is not None:
        for flow, mirrored in zip(("exports", "imports"), rest_goods, strict=True):
            rest[flow] += mirrored - rest[f"goods_{flow}"]
            rest[f"goods_{flow}"] = mirrored
    for name in values:
        values[name] = np.append(values[name], rest[name])
    net = values["exports"] - values["imports"]
    discrepancy = float(net.sum())
    net = _remove_discrepancy(net)
    return Accounts(**{k: values[k] for k in series}, net_exports=net, discrepancy=discrepancy, filled=tuple(filled))


def _remove_discrepancy(net: Array) -> Array:
    """Net exports that sum to zero: those on the larger side are scaled down by one factor.

    >>> _remove_discrepancy(np.array([-10.0, 8.0, 8.0])).tolist()
    [-10.0, 5.0, 5.0]
    """
    above, below = net[net > 0].sum(), -net[net < 0].sum()
    side = net > 0 if above > below else net < 0
    small, large = min(above, below), max(above, below)
    return np.where(side, net * (small / large if large > 0 else 1.0), net)


def _rest_of_world(series: dict[str, pd.Series[float]], values: dict[str, Array], codes: Sequence[str]) -> dict[str, float]:
    """The rest of the world: GDP, population and employment as world less economies; trade as the sum of its members."""
    from detente.build.membership import rest_members

    members = rest_members(series["gdp"].index, codes)
    rest = {}
    for name, data in series.items():
        if name in ("gdp", "population", "employment") and "WLD" in data.index and not np.isnan(data["WLD"]):
            rest[name] = float(data["WLD"]) - float(np.nansum(values[name]))
        else:
            rest[name] = float(data.reindex(members).sum())
    for flow, goods in (("exports", "goods_exports"), ("imports", "goods_imports")):
        # members without service statistics: merchandise alone
        full, merchandise = series[flow].reindex(members), series[goods].reindex(members)
        rest[flow] = float(full.fillna(merchandise).sum())
    return rest
