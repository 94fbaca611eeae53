"""Everything the build reads, on one footing: economies in the default world's order, million USD, one year.

The order of work: source table, national accounts (with the rest of the world as the residual), goods by pair on the
table's footing, US imports by sector, and what the rest of the world sells by product.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.build import rest_of_world as rw
from detente.build.accounts import Accounts, national_accounts
from detente.build.aggregation import REGION_ORDER, region_members, sector_members
from detente.build.readers.bilateral_goods import read_bilateral_goods
from detente.build.readers.icio import IcioTable, find_icio, read_icio
from detente.build.readers.minerals import FUELS, read_minerals, read_ores
from detente.build.readers.sitc import read_sitc
from detente.build.readers.tariff_averages import data_table
from detente.build.readers.us_imports import UsImports, read_us_imports
from detente.build.readers.wdi import read_wdi
from detente.build.trade_targets import GoodsTargets, goods_targets
from detente.words.names import sector_table

Array = NDArray[np.float64]
YEAR, TRADE_YEAR = 2022, 2023
ROW = "ROW"


@dataclass(frozen=True)
class Inputs:
    """Everything read, on the table's economies (in the default world's order) and industries."""

    icio: IcioTable
    accounts: Accounts
    targets: GoodsTargets
    us: UsImports
    row_sales: Array
    goods: NDArray[np.bool_]
    sector_of: tuple[str, ...]
    region_of: dict[str, str]
    sections_2015: pd.Series[float]
    borrowed: int


def read_inputs(sources: Path, icio: Path | None) -> Inputs:
    """Read every source but tariffs and elasticities; order economies as in the default world."""
    table = _reorder(read_icio(find_icio(sources, icio)))
    codes = list(table.economies)
    supplements = data_table("supplements.yaml")
    wdi = read_wdi(sources / "macro", YEAR)
    bilateral = read_bilateral_goods(sources / "trade")
    inside = [e for e in codes if e in bilateral.index]
    outside = [e for e in bilateral.index if e not in codes]
    mirrored = (float(bilateral.loc[outside, inside].sum().sum()), float(bilateral.loc[inside, outside].sum().sum()))
    accounts = national_accounts(wdi.table, codes, table.residual_inputs.sum(axis=1), supplements, mirrored)
    sitc = read_sitc(sources / "trade")
    us = read_us_imports(sources / "trade")
    goods_of = {s: bool(e["goods"]) for s, e in sector_table().items()}
    sector_of_industry = {i: s for s, members in sector_members().items() for i in members}
    sector_of = tuple(sector_of_industry[i] for i in table.industries)
    goods = np.array([goods_of[s] for s in sector_of])
    region_of = {m: r for r, members in region_members().items() for m in members}
    c = len(codes)
    services_sold = table.intermediate[:, :, ~goods].sum(axis=2)
    room = accounts.exports[:c] - (services_sold.sum(axis=1) - np.diag(services_sold))
    other = accounts.exports - accounts.goods_exports - accounts.imports + accounts.goods_imports - accounts.net_exports
    twn = supplements["TWN"]
    listed = [o for o in us.imports.index if o in bilateral.index]
    to_2023 = bilateral.loc[listed, "USA"].sum() / (us.imports.loc[listed].sum().sum() + us.unmapped[listed].sum())
    known = {("TWN", "USA"): float(us.imports.loc["TWN"].sum() * to_2023)}
    targets = goods_targets(
        bilateral, sitc, codes, room, (float(twn["goods_exports_2023"]), float(twn["goods_imports_2023"])), other[:c], known
    )
    row_sales = _row_sales(sources, table, accounts, targets, sitc, goods)
    return Inputs(table, accounts, targets, us, row_sales, goods, sector_of, region_of, sitc, len(wdi.borrowed))


def _reorder(table: IcioTable) -> IcioTable:
    order = {m: (REGION_ORDER.index(r), k) for r, members in region_members().items() for k, m in enumerate(members)}
    index = sorted(range(len(table.economies)), key=lambda k: order.get(table.economies[k], (99, k)))
    return IcioTable(
        tuple(table.economies[k] for k in index), table.industries, table.gross_output[index],
        table.intermediate[np.ix_(index, index)], table.use[index], table.final_and_row[index], table.clipped,
    )  # fmt: skip


def _row_sales(
    sources: Path, table: IcioTable, accounts: Accounts, targets: GoodsTargets, sitc: pd.Series[float], goods: NDArray[np.bool_]
) -> Array:
    codes = list(table.economies)
    c = len(codes)

    def from_rest(trade: pd.Series[float]) -> Array:
        frame = trade.rename("value").reset_index()
        frame = frame[~frame["exp"].isin(codes) & frame["imp"].isin(codes)]
        return frame.groupby("imp")["value"].sum().reindex(codes).fillna(0.0).to_numpy(dtype=float)

    fuels = from_rest(read_minerals(sources / "minerals", FUELS, TRADE_YEAR))
    ores = from_rest(read_ores(sources / "minerals", TRADE_YEAR))
    sections = sitc.xs(ROW, level=0).rename("value").reset_index().pivot_table(index="imp", columns="section", values="value")
    sections = sections.reindex(index=codes, columns=range(10)).fillna(0.0)
    lenders = [codes.index(e) for e in rw.LENDERS if e in codes]
    goods_bought = table.intermediate[:, :, goods].sum(axis=2).sum(axis=0)
    pattern = table.intermediate[lenders].sum(axis=0)
    pattern = pattern + 0.3 * np.outer(goods_bought / goods_bought.sum(), table.final_and_row[lenders].sum(axis=0))
    bought = table.intermediate[:, :, ~goods].sum(axis=2)
    bought = bought.sum(axis=0) - np.diag(bought)
    # a small part of the members' services trade is among themselves
    services = 0.93 * (accounts.exports[-1] - accounts.goods_exports[-1]) * bought / bought.sum()
    sold = np.nan_to_num(targets.target[-1, :c])
    return rw.sales_to_table(sold, fuels, ores, sections, services, pattern, table.industries)


def us_groups(inputs: Inputs) -> dict[str, str]:
    """Economy → row of the US import file (EU27 for its members); economies that are not in it are left out."""
    rows = set(inputs.us.imports.index)
    out = {}
    for e in (*inputs.icio.economies, ROW):
        group = e if e in rows else inputs.region_of.get(e, e)
        if group in rows:
            out[e] = group
    return out
