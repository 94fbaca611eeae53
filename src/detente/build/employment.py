"""Employment by economy and sector of the default world, and of the United States by state, in thousand persons.

    python -m detente.build.employment SOURCES TARGET [WORLD]

writes `employment-2022.csv` and `employment-us-states.csv` into TARGET; `docs/jobs.md` says how well they fit. For economy m:

    total          E[m] = labour force × (1 − unemployment), World Bank, the world's year
    three sectors  farming, industry, services: E[m] × the ILO's shares of its last common year
    industry       by column g of the 2018 file, which has 37 economies: its jobs over the ILO's industry of 2018; what is left of
                   that industry is building and utilities
    without file   industry over those columns by ln (share of jobs) = a[g] + b · ln (share of value added), fitted over the
                   regions with the file
    sectors        inside a column by value added × jobs per value added of the United States

The United States have payrolls by industry: industry is what those say, services share what is left in proportion to them. The
rest of the world is the world less the economies. A state has of every sector the share it had in 2018 of the sector's column.

Sources: Rodríguez-Clare, Ulate and Vasquez (2025), replication files; International Labour Organization; World Bank, World
Development Indicators; U.S. Bureau of Labor Statistics, Current Employment Statistics.

>>> spread(np.array([10.0]), np.array([[True, True, False]]), np.array([1.0, 3.0, 9.0])).tolist()
[2.5, 7.5, 0.0]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from detente.build.classification import present_members
from detente.build.sources import data_table, read_wdi, require_columns, source_file, texts
from detente.errors import SourceError
from detente.files import write
from detente.types import Array
from detente.words import refusal
from detente.world.library import load_world
from detente.world.world import World

FACTS = "employment.yaml"
TABLES = ("employment-2022.csv", "employment-us-states.csv")
BROAD = ("agriculture", "industry", "services")
USA, ROW = "USA", "ROW"


@dataclass(frozen=True)
class Employment:
    """Thousand persons: `regions` [region × sector], `states` [state of the United States × sector].

    `tests` holds how the rule that divides industry does where the division is known: region, error of value added alone,
    error of the rule fitted without the region (share of industry's jobs in the wrong column, percent).
    """

    regions: pd.DataFrame
    states: pd.DataFrame
    tests: pd.DataFrame


def employment(sources: Path, world: World) -> Employment:
    """The tables for `world`, whose sectors are those of the default world and whose regions some of its, the United States among
    them. Raises `SourceError` naming a file that is missing, an economy no source has, or a column nobody knows.
    """
    facts = data_table(FACTS)
    sectors, members = list(world.sectors), present_members([*facts["areas"], ROW])
    unknown = sorted({*world.regions} - {*members}) + sorted({*sectors} ^ {s for c in _columns(facts).values() for s in c})
    if unknown:
        raise SourceError(refusal("build", "employment_is_made", unknown=", ".join(unknown)))
    file = read_industry(sources / "jobs", facts)
    states = file.iloc[: _first_economy(file)].copy()
    at_home = pd.Series(world.value_added[world.region_index(USA)], sectors)
    payrolls = by_sector(read_payrolls(sources / "jobs", facts), at_home)

    columns = {**facts["industry"], "building": facts["building"]}
    masks = np.array([[s in c for s in sectors] for c in columns.values()])
    made = pd.DataFrame(masks @ world.value_added.T, list(columns), list(world.regions))
    broad, split = broad_sectors(sources, facts), industry_shares(file.iloc[len(states) :], sources, facts)
    known, others = {USA: masks @ payrolls.to_numpy(dtype=float)}, {USA: 0.0}
    for region in world.regions:
        if region != USA:
            jobs = broad["industry"].reindex([*members[region]])
            inside = jobs[jobs.index.isin(split.columns)]
            others[region] = float(jobs.sum() - inside.sum())
            if len(inside):
                known[region] = split[list(inside.index)].to_numpy() @ inside.to_numpy()
    counted = pd.DataFrame(known, list(columns))
    rule = industry_rule(counted, made)
    counted = pd.DataFrame({r: parted(counted[r], rule(made[r]), facts["together"]) for r in counted})

    services, farming = (np.array([[s in facts[part] for s in sectors]]) for part in ("services", "agriculture"))
    weights = world.value_added * intensity(payrolls, at_home).to_numpy()
    home, paid = world.region_index(USA), np.asarray(payrolls, dtype=np.float64)
    weights[home] = np.where(paid > 0, paid, weights[home])
    rows: list[Array] = []
    for region, near in zip(world.regions, weights, strict=True):
        farmed, industry, served = broad.loc[[*members[region]]].sum().to_numpy(dtype=float)
        by_column = others[region] * rule(made[region]) + counted.get(region, 0.0)
        row = spread(np.asarray(by_column, dtype=np.float64), masks, near) + spread(np.array([farmed]), farming, near)
        if region == USA:
            served += industry - counted[USA].sum()
        rows.append(row + spread(np.array([served]), services, near))
    table = pd.DataFrame(np.array(rows), list(world.regions), sectors).round(3)
    states.index = pd.Index([re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(name)) for name in states.index])
    shares, of_column = state_shares(states, facts), {s: g for g, c in _state_columns(facts).items() for s in c}
    by_state = pd.DataFrame({s: table[s][USA] * shares[of_column[s]] for s in sectors}).round(3)
    return Employment(table, by_state, rule_tests(counted, made))


# -- the pieces --------------------------------------------------------------------------------------------------------
def spread(totals: Array, masks: Any, weights: Array) -> Array:
    """Totals [G] over the sectors of their groups, `masks` [G, S], in proportion to `weights` [S]; a row [S].

    Raises `SourceError` where a total is negative (a part larger than its whole) or has no sector of any weight to go to.
    """
    if (totals < 0).any():
        raise SourceError(refusal("build", "thousand_more_jobs", value=f"{-totals.min():,.0f}"))
    shares = np.where(masks, weights, 0.0)
    sums = shares.sum(1, keepdims=True)
    if (totals[sums[:, 0] <= 0] > 0).any():
        raise SourceError(refusal("build", "jobs_in_group"))
    return totals @ np.divide(shares, sums, out=np.zeros_like(shares), where=sums > 0)


def by_sector(payrolls: pd.Series[float], value_added: pd.Series[float]) -> pd.Series[float]:
    """Payrolls by sector of the world: those of several sectors are divided among them by value added."""
    found = pd.Series(0.0, value_added.index)
    for names, count in payrolls.items():
        here = [s for s in str(names).split() if s in found.index]
        found[here] = count * value_added[here] / value_added[here].sum()
    return found


def intensity(payrolls: pd.Series[float], value_added: pd.Series[float]) -> pd.Series[float]:
    """Jobs per value added by sector in the United States; 1 where there are no payrolls.

    Coal stands with other mining in the payrolls and with oil and gas in our sectors, so both minings count as one.
    """
    found = (payrolls / value_added).where(payrolls > 0, 1.0)
    mines = [s for s in ("ENE", "MIN") if s in found.index]
    found[mines] = payrolls[mines].sum() / value_added[mines].sum()
    return found


def industry_rule(jobs: pd.DataFrame, made: pd.DataFrame) -> Callable[[pd.Series[float]], pd.Series[float]]:
    """From value added by column of industry to shares of jobs, fitted on the regions of `jobs` [column × region]:

    ln (share of jobs) = a[g] + b · ln (share of value added), least squares, a column without jobs left out.
    """
    had = jobs.to_numpy() > 0
    counted = np.log(np.where(had, jobs / jobs.sum(), np.nan))
    valued = np.log(np.where(had, made[list(jobs)] / made[list(jobs)].sum(), np.nan))
    y, x = (v - np.nanmean(v, axis=1, keepdims=True) for v in (counted, valued))
    slope = np.nansum(x * y) / np.nansum(x * x)
    level = np.nanmean(counted, axis=1) - slope * np.nanmean(valued, axis=1)

    def likely(values: pd.Series[float]) -> pd.Series[float]:
        weights = np.exp(level) * (values.to_numpy() / values.sum()) ** slope
        return pd.Series(weights / weights.sum(), values.index)

    return likely


def rule_tests(counted: pd.DataFrame, made: pd.DataFrame) -> pd.DataFrame:
    """Share of each region's industry in the wrong column, percent: by value added alone, by the rule of the other regions."""

    def miss(region: str, likely: pd.Series[float]) -> float:
        gaps = likely / likely.sum() - counted[region] / counted[region].sum()
        return 50 * float(gaps.abs().sum())

    rows = [(r, miss(r, made[r]), miss(r, industry_rule(counted.drop(columns=r), made)(made[r]))) for r in map(str, counted)]
    return pd.DataFrame(rows, columns=["region", "value added alone, %", "rule of the others, %"])


def parted(jobs: pd.Series[float], likely: pd.Series[float], together: Mapping[str, str]) -> pd.Series[float]:
    """Jobs by column, where one that has none but makes something shares those of the column it was counted with."""
    found = jobs.copy()
    for none, counted in together.items():
        if found[none] == 0 < likely[none]:
            both = found[counted]
            found[none], found[counted] = both * likely[[none, counted]] / likely[[none, counted]].sum()
    return found


def industry_shares(economies: pd.DataFrame, sources: Path, facts: Mapping[str, Any]) -> pd.DataFrame:
    """Shares of industry [column × economy]: the 2018 file's columns, and as `building` what the ILO has beyond them."""
    year, columns = int(facts["industry_year"]), list(facts["industry"])
    ilo = read_ilo(sources / "jobs", year)
    found = {}
    for economy, row in economies.drop(columns=facts["states"]["unused"]).iterrows():
        area = ilo.loc[facts["areas"][economy]]
        total = float(row.sum() * area["industry"] / area.sum())
        left = total - float(row[columns].sum())
        if left <= 0:
            raise SourceError(refusal("build", "file_of_has", year=year, economy=economy))
        found[str(economy)] = pd.concat([row[columns], pd.Series({"building": left})]) / total
    return pd.DataFrame(found)


def broad_sectors(sources: Path, facts: Mapping[str, Any]) -> pd.DataFrame:
    """Farming, industry and services by economy in the world's year, the rest of the world last."""
    ilo = read_ilo(sources / "jobs", int(facts["structure_year"]))
    missing = [a for a in facts["areas"].values() if a not in ilo.index]
    if missing:
        raise SourceError(refusal("build", "ilo_file_has", missing=", ".join(missing), structure_year=facts["structure_year"]))
    levels = ilo.loc[list(facts["areas"].values()), list(BROAD)].set_axis(list(facts["areas"]), axis=0)
    wdi = read_wdi(sources / "macro", int(facts["year"]), ["SL.TLF.TOTL.IN", "SL.UEM.TOTL.ZS"]).table
    total = wdi["SL.TLF.TOTL.IN"] * (1 - wdi["SL.UEM.TOTL.ZS"] / 100) / 1e3
    shares = levels.div(levels.sum(axis=1), axis=0)
    for economy, later in facts["shares"].items():
        shares.loc[economy] = [float(later[b]) / sum(float(later[k]) for k in BROAD) for b in BROAD]
    # an economy the World Bank does not list keeps the ILO's total
    found = shares.mul(total.reindex(shares.index).fillna(levels.sum(axis=1)), axis=0)
    found.loc[ROW] = 2 * found.loc["WLD"] - found.sum()
    return found.drop(index="WLD")


def state_shares(states: pd.DataFrame, facts: Mapping[str, Any]) -> pd.DataFrame:
    """Share of each state in the jobs of all fifty, by column of the 2018 file."""
    kept = states.drop(columns=facts["states"]["unused"])
    return kept / kept.sum()


def _columns(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Every group of sectors by name."""
    return {**facts["industry"], **{k: facts[k] for k in ("building", "agriculture", "services")}}


def _state_columns(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """Sectors by column of the 2018 file, all of it."""
    return {**facts["industry"], **{k: v for k, v in facts["states"].items() if k != "unused"}}


def _first_economy(file: pd.DataFrame) -> int:
    """Where the states end and the economies, named by three capitals, begin."""
    return int(np.argmax([len(str(name)) == 3 and str(name).isupper() for name in file.index]))


# -- readers -----------------------------------------------------------------------------------------------------------
def read_industry(folder: Path, facts: Mapping[str, Any]) -> pd.DataFrame:
    """States and economies × columns of the 2018 file; its row for the rest of the world is left out. Thousand persons."""
    path = source_file(folder, "jobs-industry")
    frame = pd.read_csv(path, index_col="region", keep_default_na=False, na_values=[""])
    wanted = [*_state_columns(facts), *facts["states"]["unused"]]
    require_columns(frame, wanted, path)
    extra = sorted({*frame.columns} - {*wanted})
    if extra:
        raise SourceError(f"{path.name}: columns without a sector: {', '.join(extra)}")
    return _counted(frame[wanted].drop(index="RoW"), path)


def read_ilo(folder: Path, year: int) -> pd.DataFrame:
    """Farming, industry and services by area in one year, thousand persons."""
    path = source_file(folder, "jobs-ilo")
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    require_columns(frame, ["area", "year", *BROAD], path)
    return _counted(frame[frame["year"] == year].set_index("area")[list(BROAD)], path)


def read_payrolls(folder: Path, facts: Mapping[str, Any]) -> pd.Series[float]:
    """Employees of the United States by sector or group of sectors ("CHM PHA"), mean of the year, thousand.

    Raises `SourceError` for a column that no sector claims.
    """
    path = source_file(folder, "jobs-payrolls")
    frame = pd.read_csv(path, index_col="date", keep_default_na=False, na_values=[""])
    claims: Mapping[str, Sequence[str]] = facts["payrolls"]
    named = {c.lstrip("-") for of_sector in claims.values() for c in of_sector} | set(facts["payrolls_unused"])
    require_columns(frame, sorted(named), path)
    extra = sorted({*frame.columns} - named)
    if extra:
        raise SourceError(f"{path.name}: columns without a sector: {', '.join(extra)}")

    def claimed(row: pd.Series[float]) -> pd.Series[float]:
        return pd.Series({k: sum(-row[c[1:]] if c[0] == "-" else row[c] for c in v) for k, v in claims.items()})

    def mean(period: str) -> pd.Series[float]:
        chosen = frame[frame.index.str.startswith(period)]
        if chosen.empty:
            raise SourceError(f"{path.name} has nothing for {period}")
        return _counted(chosen, path).mean()

    found = claimed(mean(str(facts["year"])))
    government, total = facts["payrolls_added"]["government"], facts["payrolls_added"]["total"]
    month = mean(str(total["month"]))
    logging = float(month["logging"])  # farming here, a payroll there
    banks = float(total["value"]) - float(government["value"]) - float(claimed(month).sum()) - logging
    found[government["sector"]] += float(government["value"])
    found[total["sector"]] += banks
    return found


def _counted(frame: pd.DataFrame, path: Path) -> pd.DataFrame:
    """The frame as numbers. Raises `SourceError` for what is empty, negative, no number, or a name given twice."""
    twice = frame.index[frame.index.duplicated()]
    if len(twice):
        raise SourceError(f"{path.name}: {twice[0]} stands there twice")
    numbers = frame.apply(pd.to_numeric, errors="coerce")
    bad = ~(numbers >= 0)
    if bad.to_numpy().any():
        row, column = (int(k) for k in np.argwhere(bad.to_numpy())[0])
        raise SourceError(refusal("build", "is_no_count", file=path.name, row=frame.index[row], column=frame.columns[column]))
    return numbers.astype(float)


# -- the files ---------------------------------------------------------------------------------------------------------
def main(arguments: list[str]) -> int:
    """Write the tables and print the fit; exit code 2 when called with other than two or three arguments."""
    if len(arguments) not in (2, 3):
        sys.stderr.write("usage: python -m detente.build.employment SOURCES TARGET [WORLD]\n")
        return 2
    made = employment(Path(arguments[0]), load_world(*arguments[2:]))
    for name, frame, index in zip(TABLES, (made.regions, made.states), ("region", "state"), strict=True):
        body = frame.rename_axis(index).to_csv(float_format="%.10g", lineterminator="\n")
        write(Path(arguments[1]) / name, ("".join(f"# {line}\n" for line in texts()["heads"][name]) + body).encode())
    sys.stdout.write(made.tests.round(1).to_string(index=False) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
