"""Tariffs in force in the baseline, by origin, destination and product.

United States   collected rates: calculated duty over customs value, 2024, by origin and sector (Section 301 and 232
                duties are in). Origins not in the file take the mean of the listed non-preferential ones by sector.
China           on the United States: statutory rates after retaliation (Bown–Jung–Zhang, June 2019), weighted by 2017
                imports where a sector has any; on others: the same file's most-favoured-nation rates as sector profile,
                scaled so that the trade-weighted mean is the cited one.
Others          the World Bank's weighted mean of each economy, spread over sectors by a common profile and scaled so that
                the mean over goods imports (this table's, partners under an agreement at zero) is that mean.
Free            within an economy or customs union, and under the agreements of `tariff_averages.yaml`. Services pay nothing.

No sector rate exceeds `CEILING`; what the ceiling takes off is spread over the other sectors once.

`tariff_averages.yaml` holds what the World Bank's file lacks, whose mean is read over the imports that pay, the zero-tariff
agreements and the sector profile used to spread an average over products. Every number carries a source (title and link)
or the word "assumption".

>>> rates = tariff_averages({"MYS": AppliedMean(3.42, 2022)})
>>> rates.average["MYS"], rates.free("MYS", "VNM"), rates.free("MYS", "USA")
(0.0342, True, False)

China's tariffs on the United States and on others by HS line, 2018–2019 (Bown, Jung and Zhang, PIIE).

Sheet "China Tariff Rates": HS-10 line, description, the most-favoured-nation rate of 1 January 2018, then one column a
change (percentage points). Changes of the most-favoured-nation rate apply to everyone; retaliation applies to the
United States alone. Sheet "Imports Value": China's imports from the United States in 2017 by HS-8, thousand USD.

Source: Bown, C. P., E. Jung and E. Zhang (2019), Trump has gotten China to lower its tariffs. Just toward everyone else,
PIIE Trade and Investment Policy Watch, 12 June 2019.
https://www.piie.com/blogs/trade-and-investment-policy-watch/trump-has-gotten-china-lower-its-tariffs-just-toward-everyone
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.build.classification import sector_of
from detente.build.sources import UsImports, data_table, published, source_file
from detente.errors import SourceError
from detente.types import Array
from detente.words import refusal

CEILING = 0.60


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
    on_those_who_pay: dict[str, float] = {}
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
            raise SourceError(
                refusal("build", "no_mean_tariff", code=code, file=published("applied-tariffs").file, averages_file=AVERAGES_FILE)
            )
        average = averages.average[code]
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
        paid = trade * (pays > 0)
        on_those_who_pay[code] = round(100 * float((rates[:, d] * paid).sum() / max(paid.sum(), 1e-12)), 2)
    for o in range(n):
        rates[o, o] = 0.0
    notes = {"hs_lines_mapped": round(mapped, 4), "us_origins_unlisted": unlisted, "mean_on_those_who_pay_pct": on_those_who_pay}
    return Baseline(rates, notes)


# -- average tariffs and agreements ------------------------------------------------------------------------------------
AVERAGES_FILE = "tariff_averages.yaml"


@dataclass(frozen=True)
class TariffAverages:
    """average: importer → mean rate over goods imports (fraction); profile: sector → relative height.

    agreements: name → members between whom goods pass free of duty; partial: name → members and the share of the duty
    that remains; on_paying: importers whose average is over imports that pay duty (a most-favoured-nation mean) and not
    over all; assumed: importers without a cited figure.
    """

    average: Mapping[str, float]
    profile: Mapping[str, float]
    agreements: Mapping[str, frozenset[str]]
    partial: Mapping[str, tuple[frozenset[str], float]]
    on_paying: frozenset[str]
    assumed: tuple[str, ...]

    def free(self, origin: str, destination: str) -> bool:
        """Whether an agreement in the table frees trade between the two, or they are one."""
        return origin == destination or any(origin in m and destination in m for m in self.agreements.values())

    def remaining(self, origin: str, destination: str) -> float:
        """Share of the full duty that goods pay between the two: 0 when free, 1 without an agreement."""
        if self.free(origin, destination):
            return 0.0
        cuts = [left for members, left in self.partial.values() if origin in members and destination in members]
        return min(cuts, default=1.0)


class AppliedMean(NamedTuple):
    """Percent of goods imports, and the year it is of."""

    rate_pct: float
    year: int


def applied_means(means: pd.DataFrame, economies: Sequence[str], imports: Mapping[str, float]) -> dict[str, AppliedMean]:
    """The World Bank's mean (columns rate_pct, year by ISO code) of every economy that has one, and of the rest of the world.

    `imports` are the goods imports of the rest's members, the weights of their mean (ROW); members without a rate or
    imports are left out, and the year is the weighted one, rounded.

    >>> frame = pd.DataFrame({"rate_pct": [1.0, 4.0, 7.0], "year": [2022, 2022, 2020]}, index=["MYS", "KEN", "QAT"])
    >>> applied_means(frame, ["MYS", "TWN"], {"KEN": 1.0, "QAT": 3.0, "XKX": 9.0})["ROW"]
    AppliedMean(rate_pct=6.25, year=2020)
    """
    found = {e: AppliedMean(float(means["rate_pct"][e]), int(means["year"][e])) for e in economies if e in means.index}
    members = {e: w for e, w in imports.items() if e in means.index and w > 0}
    if members:
        weights = pd.Series(members)
        rate, year = (float((means[c].reindex(weights.index) * weights).sum() / weights.sum()) for c in ("rate_pct", "year"))
        found["ROW"] = AppliedMean(rate, round(year))
    return found


def tariff_averages(means: Mapping[str, AppliedMean], table: Mapping[str, Any] | None = None) -> TariffAverages:
    """`means` (see `applied_means`) read by the packaged table, or by one of the same shape."""
    table = data_table(AVERAGES_FILE) if table is None else table
    average = {code: mean.rate_pct / 100 for code, mean in means.items()}
    assumed: list[str] = []
    for entry in table["averages"]:
        for code in entry["economies"]:
            average[code] = float(entry["rate_pct"]) / 100
            if entry.get("assumption"):
                assumed.append(code)
    on_paying = {code for entry in table["on_paying"] for code in entry["economies"]}
    agreements, partial = {}, {}
    for entry in table["agreements"]:
        if "remaining_share" in entry:
            partial[entry["name"]] = (frozenset(entry["members"]), float(entry["remaining_share"]))
            continue
        sides = [frozenset(side) for side in entry["between"]] if "between" in entry else []
        if sides:
            # a hub and its partners: each partner is free with the hub, not with the other partners
            hub, partners = sides
            for partner in sorted(partners):
                agreements[f"{entry['name']} {partner}"] = hub | {partner}
        else:
            agreements[entry["name"]] = frozenset(entry["members"])
    return TariffAverages(average, dict(table["profile"]["heights"]), agreements, partial, frozenset(on_paying), tuple(assumed))


# -- China's schedule --------------------------------------------------------------------------------------------------
RATES, VALUES = "China Tariff Rates", "Imports Value"


@dataclass(frozen=True)
class ChinaTariffs:
    """Lines indexed by HS-10 with columns `united_states`, `others` (fractions, latest date in the file) and
    `imports_from_us` (thousand USD, 2017, an HS-8 value shared by its lines); `unread` counts lines without a rate."""

    lines: pd.DataFrame
    unread: int


def read_china_tariffs(folder: Path) -> ChinaTariffs:
    """Rates after the last change in the file (June 2019), by line."""
    path = source_file(folder, "china-tariffs")
    try:
        rates = pd.read_excel(path, sheet_name=RATES, converters={0: str})
        values = pd.read_excel(path, sheet_name=VALUES, converters={0: str})
    except ValueError as error:
        raise SourceError(f"{path.name}: {error}") from None
    codes = rates.iloc[:, 0].astype(str).str.strip().str.zfill(10)
    numbers = rates.iloc[:, 2:].apply(pd.to_numeric, errors="coerce")
    unread = int(numbers.iloc[:, 0].isna().sum())
    general = [k for k, name in enumerate(numbers.columns) if "mfn" in str(name).lower()]
    if not general:
        raise SourceError(refusal("build", "no_column_of_sheet", file=path.name, rates=f"{RATES!r}"))
    lines = pd.DataFrame({
        "united_states": (numbers.fillna(0).sum(axis=1) / 100).clip(lower=0).to_numpy(),
        "others": (numbers.iloc[:, general].fillna(0).sum(axis=1) / 100).clip(lower=0).to_numpy(),
    }, index=pd.Index(codes, name="hs10"))  # fmt: skip
    lines = lines[numbers.iloc[:, 0].notna().to_numpy()]
    lines = lines[~lines.index.duplicated()]
    imports = pd.to_numeric(values.iloc[:, 2], errors="coerce").fillna(0)
    imports.index = pd.Index(values.iloc[:, 0].astype(str).str.strip().str.zfill(8))
    imports = imports.groupby(level=0).sum()
    hs8 = lines.index.str[:8]
    shared = pd.Series(1, index=hs8).groupby(level=0).sum()
    lines["imports_from_us"] = imports.reindex(hs8).fillna(0).to_numpy() / shared.reindex(hs8).to_numpy()
    return ChinaTariffs(lines, unread)
