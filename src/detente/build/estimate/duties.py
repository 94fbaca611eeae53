"""What the law asked, month by month: the duties whose changes the estimate learns from.

    python -m detente.build.estimate.duties SOURCES TARGET

writes two tables into TARGET (`data/estimates`):

us-metal-shares.csv      steel and aluminium under the duties of 2018 as shares of an origin's primary metals (NAICS 331) in 2017:
                         imports by HS chapter times the share of the chapter's lines under the duty
china-duty-by-hs2.csv    China's duty on the United States and on others by HS-2 chapter and day of change, 2018–19, percent,
                         weighted by 2017's imports from the United States (fixed)

Duties of the United States on China by industry are those of `tariff_lines.statutory_panel`; on metals of other origins
`data/estimates/metal-duties.yaml` times the shares. The safeguards of 2018 on washers and solar cells fall on nearly all
sellers alike; they are in China's column and left out for others, a few hundredths of a point of an industry.

>>> law = us_law(("CHN", "MEX"), ("315", "331"), ("2018-02", "2018-07", "2019-07"))
>>> bool(law[0, 0, 0] == 0 < law[0, 0, 2] < law[0, 1, 2]), bool(law[1, 1, 1] > 0 == law[1, 1, 2])
(True, True)
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from detente.build.sources import require_columns, source_file, texts
from detente.build.tariff_lines import contents, read_lists, statutory_panel
from detente.errors import SourceError
from detente.files import write
from detente.types import Array
from detente.words import refusal
from detente.world.panel import load_panel

METALS = ("steel", "aluminium")
CHAPTERS = {"steel": ("72", "73"), "aluminium": ("76",)}
RATES, VALUES = "China Tariff Rates", "Imports Value"
STEPS = (
    "2018-01-01", "2018-04-02", "2018-05-01", "2018-07-01", "2018-07-06", "2018-08-23", "2018-09-24", "2018-11-01", "2019-01-01",
    "2019-01-01", "2019-06-01",
)  # fmt: skip
"""Days of the columns of the sheet of rates, after code and text: the rate of the first, then changes."""
DIGITS = "%.6g"


# -- shipped ---------------------------------------------------------------------------------------------------------------
@cache
def _table(name: str) -> pd.DataFrame:
    with as_file(files("detente").joinpath("data", "estimates", name)) as path:
        return pd.read_csv(path, comment="#", dtype={"hs2": str})


@cache
def _metals() -> dict[str, Any]:
    return dict(yaml.safe_load(files("detente").joinpath("data", "estimates", "metal-duties.yaml").read_text(encoding="utf-8")))


def _mean_over(month: str, steps: Sequence[tuple[datetime.date, float]]) -> float:
    """Mean over the days of a month of what the last step up to each day set; 0 before the first.

    >>> _mean_over("2018-06", [(datetime.date(2018, 6, 16), 10.0)])
    5.0
    """
    day = datetime.date.fromisoformat(f"{month}-01")
    values = []
    while day.isoformat()[:7] == month:
        values.append(next((rate for start, rate in reversed(steps) if start <= day), 0.0))
        day += datetime.timedelta(days=1)
    return float(np.mean(values))


def metal_duty(origin: str, months: Sequence[str]) -> Array:
    """Points the duties on metals add to an origin's primary metals, by month, at the mix of 2017. Zero for China (its own)."""
    table, shares = _metals(), _table("us-metal-shares.csv").set_index("origin")
    if origin == "CHN" or origin not in shares.index:
        return np.zeros(len(months))
    group = "EU" if origin in table["groups"]["EU"] else origin
    entries = table["origins"].get(origin, table["origins"].get(group, table["all"]))
    total = np.zeros(len(months))
    for metal in METALS:
        steps = [(e["from"], float(e[metal])) for e in entries]
        total += float(shares[metal][origin]) * np.array([_mean_over(m, steps) for m in months])
    return total


def us_law(origins: Sequence[str], industries: Sequence[str], months: Sequence[str]) -> Array:
    """What the law of the United States had added since 2017, percentage points, origins × industries × months."""
    added = np.zeros((len(origins), len(industries), len(months)))
    china = statutory_panel().reindex(index=list(months), columns=list(industries)).fillna(0.0)
    for k, origin in enumerate(origins):
        if origin == "CHN":
            added[k] = china.to_numpy().T
        elif _metals()["industry"] in industries:
            added[k, list(industries).index(_metals()["industry"])] = metal_duty(origin, months)
    return added


def china_law(chapters: Sequence[str], months: Sequence[str]) -> tuple[Array, Array]:
    """China's duty on goods of the United States and of others by chapter and month, percent, each chapters × months.

    Until the first day of the table the rate is that day's. After June 2019 the table has no changes.
    """
    table = _table("china-duty-by-hs2.csv")
    found = []
    for column in ("united_states", "others"):
        rates = table.pivot_table(index="hs2", columns="from", values=column)
        rows = []
        for chapter in chapters:
            if chapter not in rates.index:
                rows.append(np.full(len(months), np.nan))
                continue
            steps = [
                (datetime.date.fromisoformat(str(d)), float(v))
                for d, v in zip(rates.columns, rates.loc[chapter].to_numpy(dtype=float), strict=True)
            ]
            steps = [(datetime.date(2000, 1, 1), steps[0][1]), *steps]
            rows.append(np.array([_mean_over(m, steps) for m in months]))
        found.append(np.array(rows))
    return found[0], found[1]


# -- building --------------------------------------------------------------------------------------------------------------
def metal_shares(folder: Path) -> pd.DataFrame:
    """origin, steel, aluminium: shares of 2017's imports of NAICS 331. Origins without a row by chapter take the mix of all that
    have none together."""
    path = source_file(folder / "customs", "us-imports-chapters")
    frame = pd.read_csv(path, dtype={"hs2": str})
    require_columns(frame, ("partner", "hs2", "month", "value"), path)
    year = frame[frame["month"].str.startswith("2017")]
    by = year.pivot_table(index="partner", columns="hs2", values="value", aggfunc="sum", fill_value=0)
    named = [p for p in by.index if p != "WLD"]
    by.loc["others"] = by.loc["WLD"] - by.loc[named].sum()
    lines = pd.Index(read_lists(folder).index)
    panel = load_panel().frame
    metals = panel[(panel["naics3"] == _metals()["industry"]) & panel["month"].str.startswith("2017")]
    whole = metals.groupby("origin")["imports"].sum()
    rest = float(whole[[o for o in whole.index if o not in named]].sum())
    rows = []
    for origin in sorted(whole.index):
        values: dict[str, Any] = {"origin": origin}
        for metal in METALS:
            total = 0.0
            for chapter in CHAPTERS[metal]:
                ours = lines[lines.str[:2] == chapter]
                under = ours.str.startswith(tuple(contents()["other"][f"s232_{metal}"]["codes"]))
                total += float(by[chapter][origin if origin in named else "others"]) * float(np.mean(under))
            values[metal] = total / (float(whole[origin]) if origin in named else rest)
        whole_share = sum(values[metal] for metal in METALS)
        rows.append(values | {metal: values[metal] / max(whole_share, 1.0) for metal in METALS})  # chapters count by lines
    return pd.DataFrame(rows)


def china_duties(folder: Path) -> pd.DataFrame:
    """hs2, from, united_states, others: China's duty, percent, weighted by 2017's imports from the United States by line."""
    path = source_file(folder / "tariffs", "china-tariffs")
    try:
        rates = pd.read_excel(path, sheet_name=RATES, converters={0: str})
        values = pd.read_excel(path, sheet_name=VALUES, converters={0: str})
    except ValueError as error:
        raise SourceError(f"{path.name}: {error}") from None
    numbers = rates.iloc[:, 2:].apply(pd.to_numeric, errors="coerce")
    if numbers.shape[1] != len(STEPS):
        raise SourceError(
            refusal("build", "columns_of_rates", file=path.name, shape=numbers.shape[1], rates=f"{RATES!r}", count=len(STEPS))
        )
    kept = numbers.iloc[:, 0].notna()
    code = rates.iloc[:, 0].astype(str).str.strip().str.zfill(10)[kept]
    numbers = numbers[kept].fillna(0.0)
    general = ["mfn" in str(name).lower() for name in numbers.columns]
    imports = pd.to_numeric(values.iloc[:, 2], errors="coerce").fillna(0.0)
    imports.index = pd.Index(values.iloc[:, 0].astype(str).str.strip().str.zfill(8))
    line = code.str[:8]
    weight = line.map(imports.groupby(level=0).sum()).fillna(0.0) / line.map(line.value_counts())
    chapter = code.str[:2]
    total = weight.groupby(chapter).sum()
    columns = {}
    for name, changes in (("united_states", numbers), ("others", numbers * np.array(general, dtype=float))):
        level = changes.cumsum(axis=1).clip(lower=0.0)
        columns[name] = level.mul(weight, axis=0).groupby(chapter).sum().div(total, axis=0)[total > 0]
    rows = []
    for k, day in enumerate(STEPS):
        if day in STEPS[k + 1 :]:
            continue  # the later column of a day holds both changes
        rows.append(pd.DataFrame({"from": day, **{name: level.iloc[:, k] for name, level in columns.items()}}))
    frame = pd.concat(rows).rename_axis("hs2").reset_index()
    return frame.sort_values(["hs2", "from"], ignore_index=True)[["hs2", "from", "united_states", "others"]]


def build(folder: Path) -> Mapping[str, pd.DataFrame]:
    """The tables by file name."""
    return {"us-metal-shares.csv": metal_shares(folder), "china-duty-by-hs2.csv": china_duties(folder)}


def main(arguments: list[str]) -> int:
    """Write the tables; exit code 2 when called with other than two paths."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python -m detente.build.estimate.duties SOURCES TARGET\n")
        return 2
    for name, frame in build(Path(arguments[0])).items():
        body = frame.to_csv(index=False, float_format=DIGITS, lineterminator="\n")
        write(Path(arguments[1]) / name, ("".join(f"# {line}\n" for line in texts()["heads"][name]) + body).encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
