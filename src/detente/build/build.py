"""Build the default world table from source files: read, impute, close, split, tax, balance, aggregate, report.

    sources/icio  bench_cache.npz or the wheel          OECD inter-country input–output table
    sources/trade  sources/macro  sources/minerals  sources/tariffs  sources/elasticities     see docs/world.md

The result satisfies both identities of `World` to 1e-9 in every cell. The same files give the same bytes.

    >>> from pathlib import Path
    >>> world, report = build_world(Path("sources"))  # doctest: +SKIP
    >>> print(report.summary())  # doctest: +SKIP

Everything the build reads, on one footing: economies in the default world's order, million USD, one year.

The order of work: source table, national accounts (with the rest of the world as the residual), goods by pair on the
table's footing, US imports by sector, and what the rest of the world sells by product.

What stands beside a world: how well it fits, and what it is made of.

How well the imputed table meets what is known, margin by margin, with and without each margin.

For values v of the table and t of the statistic over the cells with t above a floor:

    correlation      of ln v and ln t
    median error     median |v/t − 1|
    weighted error   Σ|v − t| / Σt

>>> row = compare("pairs", "all margins", np.array([90.0, 110.0]), np.array([100.0, 100.0]), floor=1)
>>> row.n, round(row.median_error_pct, 6), round(row.weighted_error_pct, 6)
(2, 10.0, 10.0)

The provenance card: what the table is made of, on which terms, how well it fits and what was assumed.

Stored inside the world file and beside it as JSON, so that a number can be traced without the sources at hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.build import hidden, imputation as fd
from detente.build.baseline_tariffs import AppliedMean, applied_means, baseline_tariffs, read_china_tariffs, tariff_averages
from detente.build.classification import REGION_ORDER, present_members, region_members, sector_members
from detente.build.elasticities import read_caliendo_parro, read_gtap_elasticities, trade_elasticities
from detente.build.imputation import SECTION_GROUPS, group_totals
from detente.build.sources import (
    FUELS,
    RARE_EARTHS,
    IcioTable,
    UsImports,
    data_table,
    find_icio,
    read_applied_tariffs,
    read_bilateral_goods,
    read_icio,
    read_minerals,
    read_ores,
    read_sitc,
    read_us_imports,
    read_wdi,
    texts,
)
from detente.build.targets import Accounts, GoodsTargets, goods_targets, national_accounts, rest_members, scaled_to_table
from detente.types import Array, Progress
from detente.words.names import sector_table
from detente.world.world import World

VARIANTS: dict[str, tuple[str, ...]] = {
    "all margins": (),
    "without US sectors": ("US sectors",),
    "without goods pairs": ("goods pairs", "product mix"),
    "without product mix": ("product mix",),
    "without services": ("services",),
    "without home": ("home",),
    "a fifth of pairs held out": ("a fifth of goods pairs",),
    "without mix or US": ("product mix", "US sectors"),
    "prior only": ("goods pairs", "US sectors", "product mix", "services"),
}


def build_world(
    sources: Path, *, icio: Path | None = None, full: bool = False, progress: Progress | None = None
) -> tuple[World, FitReport]:
    """Build the world from `sources`; `full` keeps 80 economies and the rest of the world × 50 industries and rare earths.

    `icio` names the source table's archive or wheel when it is not in `sources`/icio. `progress` is called with a label,
    the steps done and their number. Raises `SourceError` naming a missing file and where it can be had.
    """
    steps = iter(range(len(VARIANTS) + 5))

    def tell(label: str) -> None:
        if progress is not None:
            progress(label, next(steps), len(VARIANTS) + 4)

    tell("reading sources")
    inputs = read_inputs(sources, icio)
    problem, begin, scaled_to_table_room = final_demand_problem(inputs)
    fits = {}
    for name, leave_out in VARIANTS.items():
        tell(f"imputing final demand, {name}")
        fits[name] = fd.fit_final_demand(problem, leave_out, start=begin)
    imputed = {name: fit.table for name, fit in fits.items()}
    tell("closing with the rest of the world")
    shipments, use, final, closing = close_table(inputs, imputed["all margins"])
    tell("splitting out rare earths")
    split = split_out_rare_earths(sources, inputs, shipments, use, final)
    tell("tariffs and balance")
    world, notes = assemble(sources, inputs, split, full)
    rows = report_rows(inputs, problem, imputed)
    goods = {name: goods_by_pair(inputs, table) for name, table in imputed.items()}
    pairs = pair_rows(goods, inputs.targets.customs, (*inputs.icio.economies, ROW))
    notes = {
        **notes,
        **closing,
        "rare_earths_dropped_musd": split.dropped,
        "rare_earths_from": dict(split.parents),
        "sweeps": {k: f.sweeps for k, f in fits.items()},
        "absorption_miss": fits["all margins"].residual,
        "exporters_scaled": inputs.targets.scaled,
        "importers_scaled": inputs.targets.scaled_imports,
        "exporters_scaled_to_the_table": scaled_to_table_room,
        "home_share_of_final_goods": home_shares(inputs, imputed["all margins"], begin),
        "statistical_discrepancy_musd": inputs.accounts.discrepancy,
        "accounts_filled": list(inputs.accounts.filled),
        "wdi_values_from_other_years": inputs.borrowed,
    }
    report = FitReport(rows, pairs, notes)
    world = world.with_(card=provenance_card(world.card, report, full))
    tell("done")
    return world, report


def final_demand_problem(inputs: Inputs) -> tuple[fd.FinalDemandProblem, Array, dict[str, float]]:
    """The margins of the imputation, the prior, and the factors that brought exporters' pairs to what the table can hold."""
    table, accounts = inputs.icio, inputs.accounts
    codes = list(table.economies)
    c = len(codes)
    bought = inputs.row_sales.sum(axis=1)
    absorption = np.append(
        table.residual_inputs.sum(axis=1) - accounts.net_exports[:c] - bought, bought.sum() - accounts.net_exports[-1]
    )
    groups = us_groups(inputs)
    listed = [g for g in inputs.us.imports.index if g in set(groups.values())]
    customs = inputs.us.imports.loc[listed]
    usa = codes.index("USA")
    totals = {
        g: sum(inputs.targets.target[i, usa] for i, e in enumerate(codes) if groups.get(e) == g and i != usa) for g in listed
    }
    scaled = customs.mul(pd.Series(totals) / customs.sum(axis=1), axis=0)
    problem = fd.FinalDemandProblem(
        economies=table.economies,
        intermediate=table.intermediate,
        rows=table.final_and_row,
        absorption=absorption,
        pairs=inputs.targets.target[:c],
        home=np.zeros(c),
        low=inputs.targets.low[:c],
        mix=mix_2015(inputs),
        services_exports=(accounts.exports - accounts.goods_exports)[:c],
        services_imports=accounts.imports - accounts.goods_imports,
        us=scaled,
        us_groups=groups,
        industries=table.industries,
        industry_sector=inputs.sector_of,
        goods=inputs.goods,
    )
    begin = fd.prior(problem)
    home = fd.HOME_PART * begin[np.arange(c), np.arange(c)][:, inputs.goods].sum(axis=1)
    most = table.final_and_row[:, inputs.goods].sum(axis=1) - home
    pairs, scaled_to = scaled_to_table(problem.pairs, fd.goods_inputs(problem), most, codes)
    return replace(problem, pairs=pairs, home=home), begin, scaled_to


def mix_2015(inputs: Inputs) -> Array:
    """[C, N, G] shares of product groups in each pair's goods trade in 2015; NaN for pairs of less than 200 million USD."""
    labels = [*inputs.icio.economies, ROW]
    out = np.full((len(labels) - 1, len(labels), len(SECTION_GROUPS)), np.nan)
    for g, (sections, _) in enumerate(SECTION_GROUPS.values()):
        chosen = inputs.sections_2015[inputs.sections_2015.index.get_level_values("section").isin(sections)]
        square = chosen.groupby(level=[0, 1]).sum().rename("value").reset_index()
        square = square.pivot_table(index="exp", columns="imp", values="value")
        out[:, :, g] = square.reindex(index=labels[:-1], columns=labels).fillna(0.0).to_numpy(dtype=float)
    total = out.sum(axis=2, keepdims=True)
    out = np.where(total >= 200, out / np.maximum(total, 1e-9), np.nan)
    out[np.arange(len(out)), np.arange(len(out))] = np.nan
    return out


def close_table(inputs: Inputs, imputed: Array) -> tuple[Array, Array, Array, dict[str, Any]]:
    """Add the rest of the world: shipments [81, 81, 50], use [81, 50, 50], final [81, 50] at basic prices."""
    table, accounts, sales = inputs.icio, inputs.accounts, inputs.row_sales
    c, k = table.gross_output.shape
    lenders = [table.economies.index(e) for e in hidden.LENDERS if e in table.economies]
    lent = table.gross_output[lenders].sum(axis=0)
    coefficients = np.divide(table.use[lenders].sum(axis=0), lent[None, :], out=np.zeros((k, k)), where=lent[None, :] > 0)
    rest = hidden.inside(
        coefficients, table.final_and_row[lenders].sum(axis=0), sales.sum(axis=0), imputed[:, c].sum(axis=0), accounts.gdp[-1]
    )
    shipments = np.zeros((c + 1, c + 1, k))
    shipments[:c, :c] = table.intermediate + imputed[:, :c]
    shipments[:c, c] = imputed[:, c]
    shipments[c, :c] = sales
    shipments[c, c] = rest.domestic
    inter = table.intermediate.sum(axis=0) - table.intermediate[np.arange(c), np.arange(c)]
    everything = inter + imputed[:, :c].sum(axis=0) - imputed[np.arange(c), np.arange(c)]
    share = np.divide(inter, everything, out=np.full_like(inter, 0.5), where=everything > 0)
    inputs_bought, final_bought = hidden.split_inputs(sales, share, table.use)
    use = np.concatenate([table.use + inputs_bought, rest.use[None]], axis=0)
    final = np.concatenate([imputed[:, :c].sum(axis=0) + final_bought, rest.final_use[None]], axis=0)
    notes = {
        "rest_of_world_gdp_musd": accounts.gdp[-1],
        "rest_of_world_final_raised_musd": rest.raised,
        "rest_of_world_sales_musd": float(sales.sum()),
        "rest_of_world_inputs_musd": float(inputs_bought.sum()),
    }
    return shipments, use, final, notes


def split_out_rare_earths(sources: Path, inputs: Inputs, shipments: Array, use: Array, final: Array) -> hidden.Split:
    """The table with rare earths as a product and an industry of their own."""
    facts = data_table("rare_earths.yaml")
    labels = (*inputs.icio.economies, ROW)
    trade = read_minerals(sources / "minerals", RARE_EARTHS, YEAR)
    output = shipments.sum(axis=1)
    shares = {s: float(v) for s, v in facts["end_use_shares"].items() if isinstance(v, float)}
    wishes = hidden.end_use_weights(output, inputs.sector_of, shares)
    chain = hidden.chain_values(facts)
    target = hidden.target_shipments(chain, trade, labels, wishes.sum(axis=1))
    return hidden.split_rare_earths(shipments, use, final, inputs.icio.industries, target, wishes, chain.own_use)


def assemble(sources: Path, inputs: Inputs, split: hidden.Split, full: bool) -> tuple[World, dict[str, Any]]:
    """Tariffs, duties, exact balance, elasticities, extras; aggregated unless `full`."""
    labels = (*inputs.icio.economies, ROW)
    sector_of_industry = {i: s for s, members in sector_members().items() for i in members}
    product_sector = [sector_of_industry[p] for p in split.products]
    goods_of = {s: bool(e["goods"]) for s, e in sector_table().items()}
    goods = np.array([goods_of[s] for s in product_sector])
    facts = data_table("rare_earths.yaml")
    china = read_china_tariffs(sources / "tariffs")
    averages = tariff_averages(inputs.applied)
    groups: dict[str, str | None] = {**us_groups(inputs)}
    tariffs = baseline_tariffs(
        split.shipments, labels, product_sector, goods, averages, inputs.us, china, groups,
        {hidden.CODE: float(facts["us_tariff_pct"]["value"]) / 100}, None if full else inputs.region_of,
    )  # fmt: skip
    table = fd.balance(split.shipments, split.use, split.final, tariffs.rates)
    folder = sources / "elasticities"
    rules = data_table("elasticities.yaml")
    elastic = trade_elasticities(read_gtap_elasticities(folder), read_caliendo_parro(folder), list(sector_members()), rules)
    world = World.from_flows(
        regions=labels,
        sectors=split.products,
        shipments=table.shipments,
        intermediate_use=table.intermediate_use,
        value_added=table.value_added,
        final_use=table.final_use,
        tariff_rates=np.where(table.shipments > 0, tariffs.rates, 0.0),
        trade_elasticity=[elastic.theta[s] for s in product_sector],
        sources=[s["title"] for s in texts()["card"]["sources"]],
        year=YEAR,
        name=f"world-{YEAR}-full" if full else f"world-{YEAR}",
        extras={
            "population": inputs.accounts.population,
            "employment": inputs.accounts.employment,
            "gdp_usd": inputs.accounts.gdp,
        },
    )
    notes = {
        **tariffs.notes,
        "tariff_averages": {
            code: {"rate_pct": 100 * rate, "year": inputs.applied[code].year if code in inputs.applied else None}
            for code, rate in averages.average.items()
            if code != "USA"
        },
        "tariff_averages_read_over_paying_imports": sorted(averages.on_paying & set(labels)),
        "tariff_averages_assumed": list(averages.assumed),
        "value_added_floor_moved_musd": table.moved,
        "value_added_floor_cells": [f"{labels[n]} {split.products[j]}" for n, j in table.cells],
        "tiny_flows_dropped_musd": table.dropped,
        "trade_elasticity_raw": {s: round(v, 3) for s, v in elastic.raw.items()},
        "trade_elasticity_clipped": list(elastic.clipped),
        "trade_elasticity_caliendo_parro": {s: list(v) for s, v in elastic.comparison.items()},
    }
    if full:
        return world, notes
    small = world.aggregate(
        regions={r: m for r, m in present_members(labels).items() if m != (r,)},
        sectors={s: m for s, m in sector_members().items() if m != (s,)},
    )
    return small.with_(name=f"world-{YEAR}"), notes


def goods_by_pair(inputs: Inputs, imputed: Array) -> Array:
    """[origin, destination] goods trade of the table, rest of the world last; own sales NaN."""
    c = len(inputs.icio.economies)
    out = np.full((c + 1, c + 1), np.nan)
    out[:c, :] = imputed[:, :, inputs.goods].sum(axis=2)
    out[:c, :c] += inputs.icio.intermediate[:, :, inputs.goods].sum(axis=2)
    out[c, :c] = inputs.row_sales[:, inputs.goods].sum(axis=1)
    np.fill_diagonal(out, np.nan)
    return out


def between_regions(pairs: Array, regions: Sequence[str]) -> Array:
    """[origin, destination] sums over the economies of each region (`regions` names the last axis; origins come first in
    it); NaN inside a region, unknown pairs count as nothing.

    >>> between_regions(np.array([[np.nan, 1.0, 2.0], [3.0, np.nan, 4.0]]), ["A", "B", "B"]).tolist()
    [[nan, 3.0], [3.0, nan]]
    """
    names = list(dict.fromkeys(regions))
    at = np.array([names.index(r) for r in regions])
    out = np.zeros((len(names), len(names)))
    np.add.at(out, (at[: len(pairs), None], at[None, :]), np.nan_to_num(pairs))
    np.fill_diagonal(out, np.nan)
    return out


def home_shares(inputs: Inputs, imputed: Array, begin: Array) -> dict[str, dict[str, float]]:
    """Part of its final goods that each economy sells at home: in the table and in the prior."""
    goods, home = inputs.goods, np.arange(len(imputed))
    rows = inputs.icio.final_and_row[:, goods].sum(axis=1)
    table, prior = (x[home, home][:, goods].sum(axis=1) / np.maximum(rows, 1e-9) for x in (imputed, begin))
    pairs = zip(inputs.icio.economies, table, prior, strict=True)
    return {e: {"table": round(float(now), 3), "prior": round(float(before), 3)} for e, now, before in pairs}


def report_rows(inputs: Inputs, problem: fd.FinalDemandProblem, fits: dict[str, Array]) -> tuple[FitRow, ...]:
    """Fit of every variant against every margin."""
    rows: list[FitRow] = []
    c = len(problem.economies)
    customs, target = inputs.targets.customs[:c], problem.pairs
    regions = [inputs.region_of.get(e, e) for e in (*problem.economies, ROW)]
    held = fd.held_out(target.shape)
    customs_of, target_of = between_regions(customs, regions), between_regions(target, regions)
    usa = problem.economies.index("USA")
    groups, sectors = list(problem.us.index), list(problem.us.columns)
    pick = [[i for i, e in enumerate(problem.economies) if problem.us_groups.get(e) == g and i != usa] for g in groups]
    hold = [[k for k, s in enumerate(problem.industry_sector) if s == name] for name in sectors]
    for variant, imputed in fits.items():
        pairs = goods_by_pair(inputs, imputed)[:c]
        rows.append(compare("goods pairs, customs 2023", variant, pairs, customs, floor=50))
        rows.append(compare("goods pairs, scaled target", variant, pairs, target, floor=50))
        rows.append(compare("goods pairs of one fifth, scaled target", variant, pairs[held], target[held], floor=50))
        shipped = between_regions(pairs, regions)
        rows.append(compare("goods between regions, customs 2023", variant, shipped, customs_of, floor=50))
        rows.append(compare("goods between regions, scaled target", variant, shipped, target_of, floor=50))
        total = problem.intermediate[:, usa] + imputed[:, usa]
        us = np.array([[total[np.ix_(i, k)].sum() for k in hold] for i in pick])
        rows.append(compare("US imports, origin × sector", variant, us, problem.us.to_numpy(dtype=float), floor=10))
        for g in ("CHN", "MYS", "VNM"):
            if g in groups:
                row = groups.index(g)
                rows.append(
                    compare(f"US imports from {g} by sector", variant, us[row], problem.us.to_numpy(dtype=float)[row], floor=1)
                )
        rows.append(compare("absorption", variant, imputed.sum(axis=(0, 2)), problem.absorption, floor=0))
        ours = group_totals(problem.intermediate + imputed[:, :c], problem.industries)
        ours = ours / np.maximum(ours.sum(axis=2, keepdims=True), 1e-9)
        rows.append(compare("product mix by pair, 2015", variant, ours, problem.mix[:, :c], floor=0.02))
        counted = fd.counted_services(problem)
        inter = problem.intermediate[:, :, counted].sum(axis=2)
        np.fill_diagonal(inter, 0.0)
        services = imputed[:, :, counted].sum(axis=2)
        services[:, :c] += inter
        services[np.arange(c), np.arange(c)] = 0.0
        asked = np.where(problem.services_exports > 1.05 * inter.sum(axis=1), problem.services_exports, np.nan)
        rows.append(compare("services exports, accounts", variant, services.sum(axis=1), asked, floor=500))
        asked = np.where(problem.services_imports > 1.05 * np.append(inter.sum(axis=0), 0.0), problem.services_imports, np.nan)
        rows.append(compare("services imports, accounts", variant, services.sum(axis=0), asked, floor=500))
    return tuple(rows)


# -- what is read ------------------------------------------------------------------------------------------------------
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
    applied: dict[str, AppliedMean]


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
    bought = wdi.table["TM.VAL.MRCH.CD.WT"].reindex(rest_members(wdi.table.index, codes)).dropna()
    applied = applied_means(read_applied_tariffs(sources / "tariffs", YEAR), codes, {str(e): float(v) for e, v in bought.items()})
    return Inputs(table, accounts, targets, us, row_sales, goods, sector_of, region_of, sitc, len(wdi.borrowed), applied)


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
    lenders = [codes.index(e) for e in hidden.LENDERS if e in codes]
    goods_bought = table.intermediate[:, :, goods].sum(axis=2).sum(axis=0)
    pattern = table.intermediate[lenders].sum(axis=0)
    pattern = pattern + 0.3 * np.outer(goods_bought / goods_bought.sum(), table.final_and_row[lenders].sum(axis=0))
    bought = table.intermediate[:, :, ~goods].sum(axis=2)
    bought = bought.sum(axis=0) - np.diag(bought)
    # a small part of the members' services trade is among themselves
    services = 0.93 * (accounts.exports[-1] - accounts.goods_exports[-1]) * bought / bought.sum()
    sold = np.nan_to_num(targets.target[-1, :c])
    return hidden.sales_to_table(sold, fuels, ores, sections, services, pattern, table.industries)


def us_groups(inputs: Inputs) -> dict[str, str]:
    """Economy → row of the US import file (EU27 for its members); economies that are not in it are left out."""
    rows = set(inputs.us.imports.index)
    out = {}
    for e in (*inputs.icio.economies, ROW):
        group = e if e in rows else inputs.region_of.get(e, e)
        if group in rows:
            out[e] = group
    return out


# -- fit ---------------------------------------------------------------------------------------------------------------
NAMED_PAIRS = (
    ("CHN", "USA"), ("USA", "CHN"), ("MYS", "USA"), ("USA", "MYS"), ("MYS", "CHN"), ("CHN", "MYS"), ("VNM", "USA"),
    ("CHN", "VNM"), ("MEX", "USA"), ("CAN", "USA"), ("JPN", "USA"), ("KOR", "CHN"), ("TWN", "USA"), ("AUS", "CHN"),
    ("DEU", "USA"), ("IND", "USA"), ("CHN", "HKG"), ("USA", "MEX"), ("USA", "CAN"),
)  # fmt: skip


@dataclass(frozen=True)
class FitRow:
    """One margin under one variant; errors in percent, totals in million USD."""

    margin: str
    variant: str
    n: int
    log_correlation: float
    median_error_pct: float
    weighted_error_pct: float
    table_total: float
    target_total: float


@dataclass(frozen=True)
class PairRow:
    """Goods trade of one pair, million USD: the table (all margins), customs, and the table by what was left out."""

    origin: str
    destination: str
    table: float
    customs: float
    variants: Mapping[str, float]


@dataclass(frozen=True)
class FitReport:
    """Fit by margin and pair, and counts of what was moved or assumed (`notes`)."""

    rows: tuple[FitRow, ...]
    pairs: tuple[PairRow, ...]
    notes: dict[str, Any] = field(default_factory=dict)

    def to_frame(self) -> pd.DataFrame:
        """One row a margin and variant."""
        return pd.DataFrame([asdict(r) for r in self.rows])

    def pairs_frame(self) -> pd.DataFrame:
        """One row a named pair, billion USD and the table's error in percent."""
        frame = pd.DataFrame([{"origin": r.origin, "destination": r.destination, "table": r.table, "customs": r.customs,
                               **r.variants} for r in self.pairs])  # fmt: skip
        frame.iloc[:, 2:] /= 1e3
        frame["error_pct"] = 100 * (frame["table"] / frame["customs"] - 1)
        return frame

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, rounded, for the provenance card."""

        def tidy(value: Any) -> Any:
            if isinstance(value, dict):
                return {k: tidy(v) for k, v in value.items()}
            return float(f"{value:.5g}") if isinstance(value, float) else value

        return {"rows": [tidy(asdict(r)) for r in self.rows], "pairs": [tidy(asdict(r)) for r in self.pairs]}

    def summary(self) -> str:
        """A few lines for a terminal."""
        rows, pairs = self.to_frame(), self.pairs_frame()
        lines = ["margin                                   variant                        n  corr(ln)  median %  weighted %"]
        for r in rows.itertuples():
            lines.append(
                f"{r.margin:<40} {r.variant:<26} {r.n:>6} {r.log_correlation:>9.3f} {r.median_error_pct:>9.1f} "
                f"{r.weighted_error_pct:>11.1f}"
            )
        lines.append("")
        lines.append("goods, billion USD a year     table  customs 2023  error %")
        for p in pairs.itertuples():
            lines.append(f"{p.origin} → {p.destination:<20} {p.table:>9.1f} {p.customs:>13.1f} {p.error_pct:>8.1f}")
        return "\n".join(lines)


def compare(margin: str, variant: str, values: Array, targets: Array, *, floor: float) -> FitRow:
    """Compare table values with a statistic over cells whose statistic exceeds `floor`."""
    v, t = np.ravel(values), np.ravel(targets)
    keep = np.isfinite(t) & (t > floor)
    v, t = v[keep], t[keep]
    positive = v > 0
    if positive.sum() > 2 and np.ptp(np.log(t[positive])) > 0:
        correlation = float(np.corrcoef(np.log(v[positive]), np.log(t[positive]))[0, 1])
    else:
        correlation = float("nan")
    return FitRow(
        margin, variant, int(keep.sum()), correlation, float(100 * np.median(np.abs(v / t - 1))) if len(t) else float("nan"),
        float(100 * np.abs(v - t).sum() / t.sum()) if len(t) else float("nan"), float(v.sum()), float(t.sum()),
    )  # fmt: skip


def pair_rows(tables: Mapping[str, Array], customs: Array, labels: Sequence[str]) -> tuple[PairRow, ...]:
    """The pairs people look at, [origin, destination] arrays of goods trade in million USD by variant, all margins first."""
    codes = list(labels)
    out = []
    for o, d in NAMED_PAIRS:
        if o in codes and d in codes:
            at = codes.index(o), codes.index(d)
            if np.isfinite(customs[at]):
                table, *others = ((name, float(values[at])) for name, values in tables.items())
                out.append(PairRow(o, d, table[1], float(customs[at]), dict(others)))
    return tuple(out)


# -- the card ----------------------------------------------------------------------------------------------------------
def provenance_card(card: Mapping[str, Any], report: FitReport, full: bool) -> dict[str, Any]:
    """`card` with sources, method, fit, notes and the numbers of the assumptions used."""
    ledger, told = data_table("assumptions_world.yaml")["assumptions"], texts()["card"]
    notes = {k: _plain(v) for k, v in report.notes.items()}
    return {
        **card,
        "title": told["title"],
        "detail": told["detail"]["full" if full else "regions"],
        "unit": told["unit"],
        "method": "docs/world.md",
        "sources": [dict(s) for s in told["sources"]],
        "imputed": list(told["imputed"]),
        "fit": report.to_dict(),
        "notes": notes,
        "assumptions": [entry["id"] for entry in ledger],
        "trade_elasticity_se": notes.get("trade_elasticity_caliendo_parro", {}),
    }


def _plain(value: Any) -> Any:
    """Numbers to six significant digits, containers copied, so that the card reads the same everywhere."""
    if isinstance(value, bool) or value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return float(f"{float(value):.6g}")
