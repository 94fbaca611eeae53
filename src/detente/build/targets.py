"""What the statistics say the table must add up to: each economy's purchases in total, and goods by pair.

What each economy buys in total, from the national accounts: the destination margin of the imputation.

For an economy n of the table, with sales and purchases at basic prices,

    final purchases from the table  F[n] = (output − table intermediates) − net exports − imports from the rest of the world

Net exports are WDI exports less imports of goods and services (shares of GDP × GDP). The world's sum is not zero in the
statistics (the world sells more than it buys), so all surpluses are scaled down by one factor: a recorded world surplus
means that imports are missed or exports counted twice somewhere. The rest of the world's goods trade is what its
partners' customs show, because its members' own reports miss imports.

Source: World Bank, WDI indicators NY.GDP.MKTP.CD, NE.EXP.GNFS.ZS, NE.IMP.GNFS.ZS, TX.VAL.MRCH.CD.WT, TM.VAL.MRCH.CD.WT.
Taiwan is not in WDI: CIA World Factbook via worldfactbook.io, exports and imports 2022.

What customs say each pair of economies traded, brought to the footing of the table.

Customs values count goods that only pass through (re-exports) or are processed on another's account; national accounts
do not. An exporter whose customs total exceeds what its national accounts leave for goods,

    room[i] = exports of goods and services (WDI) − services sold abroad as inputs in the table

is scaled down to that room. Sales to the United States and China are left as they are: their customs record the country
of origin. The two entrepôts are scaled down as importers too (Hong Kong bought goods of 258 bn USD from China in 2023,
most of them sold on), to

    room[n] = goods exports (target) + services exports − services imports − net exports.

The table holds less than that of some exporters: the Netherlands' rows are 365 bn USD of goods sold abroad if nothing stayed
at home, its customs total is 618. The rest is goods that pass through. Targets are scaled down to what the rows can hold
when a part of the final goods stays (`scaled_to_table`).

Taiwan is not in the BACI totals; its pairs are those of 2015 (UNCTAD) raised to its 2023 totals, and its sales to the
United States are those of US customs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.build.sources import texts
from detente.errors import SourceError
from detente.types import Array
from detente.words import refusal

# -- national accounts -------------------------------------------------------------------------------------------------
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
        raise SourceError(refusal("build", "wdi_file_has"))
    codes = list(economies)
    filled: list[str] = []

    def column(indicator: str) -> pd.Series[float]:
        if indicator not in wdi.columns:
            raise SourceError(refusal("build", "wdi_file_has_too", indicator=indicator))
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
            raise SourceError(refusal("build", "no_for_add_cited", flow=flow, still=", ".join(still)))

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


def rest_members(codes: Iterable[str], economies: Sequence[str]) -> list[str]:
    """Economies among `codes` that make up the residual region: neither in the table nor sums of economies.

    >>> rest_members(["MYS", "KEN", "WLD", "SSF", "QAT"], ["MYS"])
    ['KEN', 'QAT']
    """
    known = {*economies, *str(texts()["aggregates"]).split()}
    return sorted(str(c) for c in set(codes) if str(c) not in known)


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


# -- trade by pair -----------------------------------------------------------------------------------------------------
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


def scaled_to_table(pairs: Array, inputs: Array, most: Array, economies: Sequence[str]) -> tuple[Array, dict[str, float]]:
    """`pairs` [C, N] brought to what each exporter's rows of the table can hold, and the factors used.

    An exporter sells abroad the `inputs` [C, N] of the table and at `most` [C] so much of its final goods; a pair takes
    the larger of its target and its inputs. What goes beyond is goods of other origin that only pass through (the
    Netherlands, Belgium, Singapore): its targets are scaled down by one factor, those of the United States and China kept.
    """
    codes = list(economies)
    kept = [codes.index(u) for u in UNSCALED_IMPORTERS if u in codes]
    out, scaled = pairs.copy(), {}
    for i, code in enumerate(codes):
        wanted = np.maximum(np.nan_to_num(pairs[i]), inputs[i])
        wanted[i] = 0.0
        room = inputs[i].sum() - inputs[i, i] + most[i]
        total, fixed = wanted.sum(), wanted[[k for k in kept if k != i]].sum()
        if total > room and total > fixed:
            factor = float(np.clip((room - fixed) / (total - fixed), 0.3, 1.0))
            out[i] = pairs[i] * factor
            out[i, kept] = pairs[i, kept]
            scaled[code] = round(factor, 3)
    return out, scaled


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
