"""The tariff lists of the United States against China by line: what share of which goods stands on which list.

    python -m detente.build.tariff_lines SOURCES TARGET [LINES]

A line of eight digits goes to its list (the first that names it: renumbered lines stand on several), to one of our sectors
(`classification`) and to a NAICS-3 industry (`ledgers/hs-naics3.csv`, condensed from Pierce and Schott, approximate). Two tables
are written:

china-cells-2024.csv   imports of the United States from China in 2024, and the duty worked out on them, by chapter,
                       industry, sector, list, review and other duty, million USD. Made only where LINES, a folder of
                       Parquet files of imports by ten-digit line, is given; else the shipped one is taken
us-china-lists.csv     by industry and by sector: share of the imports of 2017 on each list, and their value
us-china-partners.csv  by measure of 2026, partner and sector: share of the imports of 2024 that pays. Only where LINES is given

Trade by line is at hand for 2024 alone, after six years of the duties. So the cells of 2024 are only where the fit starts, and

    x[c] = cells[c] · a[chapter c] · b[industry c] · d[list c]

meets the imports of 2017 by chapter and by NAICS-3 and, each as a share of the whole, the lists' values by line of 2018
(`ledgers/list-contents.yaml`). What is guessed then is the mix inside a chapter, industry and list. No duty collected is used.

`statutory_change` turns the shares into percentage points by month: what the law added since the end of 2017, before exclusions.

>>> naics_of("8703230000"), naics_of("8517130000"), naics_of("9999950000"), naics_of("77")
('336', '334', '990', None)
>>> statutory_change("2018-10").loc[["337", "315"]].round(1).tolist()
[7.7, 0.6]
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from detente.build.classification import sector_of
from detente.build.sources import require_columns, source_file, texts
from detente.errors import InputError, SourceError, UnknownName
from detente.files import write
from detente.policy.ledger import load_ledger
from detente.policy.timing import Status, status_on
from detente.words import refusal
from detente.words.names import sector_table

LISTS = ("1", "2", "3", "4A", "4B")
NONE = "none"
KEYS = ["chapter", "naics3", "sector", "list", "review", "other"]
BY = {"naics3": "naics3", "sector": "sector"}
FIRST, LAST = datetime.date(2016, 1, 1), datetime.date(2025, 1, 1)
SWEEPS = 4000
DIGITS = "%.6g"
LINES_ORIGIN = "https://github.com/tradewartracker/trade-war-redux-2025"


# -- what a code is --------------------------------------------------------------------------------------------------------
def shipped_table(name: str) -> pd.DataFrame:
    """A table of the ledger that comes with the package, its numbers as numbers."""
    with as_file(files("detente").joinpath("data", "ledgers", name)) as path:
        return pd.read_csv(path, comment="#")


def _shipped(name: str) -> pd.DataFrame:
    with as_file(files("detente").joinpath("data", "ledgers", name)) as path:
        return pd.read_csv(path, comment="#", dtype=str, keep_default_na=False)


@cache
def contents() -> dict[str, Any]:
    """What `list-contents.yaml` says of the lists."""
    return dict(yaml.safe_load(files("detente").joinpath("data", "ledgers", "list-contents.yaml").read_text(encoding="utf-8")))


@cache
def _industries() -> dict[str, str]:
    frame = _shipped("hs-naics3.csv")
    return dict(zip(frame["prefix"], frame["naics3"], strict=True))


def naics_of(code: str) -> str | None:
    """NAICS-3 industry of an HS code of two digits or more; None where no prefix is known."""
    return next((found for n in (6, 5, 4, 2) if len(code) >= n and (found := _industries().get(code[:n]))), None)


def _prefixed(code: str, prefixes: Mapping[str, str]) -> str:
    return next((prefixes[code[:n]] for n in range(len(code), 1, -1) if code[:n] in prefixes), "")


# -- lists -------------------------------------------------------------------------------------------------------------------
def read_lists(folder: Path) -> pd.DataFrame:
    """Line of eight digits → `list` (1, 2, 3, 4A, 4B or none) and `review` (label of the four-year review, or "").

    A line on several lists keeps the first; list 4B, which never applied, only counts where no other names the line. A line of
    the review that the file puts on no list before it goes where the notice says it stood. Raises `SourceError`.
    """
    path = source_file(folder / "tariffs", "us-301-lists")
    frame = pd.read_csv(path, dtype=str)
    require_columns(frame, ("hts8", "list"), path)
    known = {**{name: rank for rank, name in enumerate(LISTS)}, "3_addl": LISTS.index("3")}
    labels = contents()["review"]
    strange = sorted(set(frame["list"]) - set(known) - set(labels) - {"cranes_301"})
    if strange:
        raise SourceError(
            refusal(
                "build",
                "unknown_list_known_are",
                file=path.name,
                strange=", ".join(strange),
                names_given=", ".join((*known, *labels)),
            )
        )
    bad = frame.index[~frame["hts8"].str.fullmatch(r"\d{8}")]
    if len(bad):
        raise SourceError(
            refusal("build", "row_is_no_code_too", file=path.name, bad=bad[0] + 2, loc=f"{frame.loc[bad[0], 'hts8']!r}")
        )
    ranked = frame[frame["list"].isin(known)].assign(rank=lambda f: f["list"].map(known))
    first = ranked.groupby("hts8")["rank"].min().map(lambda r: LISTS[r])
    review = frame[frame["list"].isin(labels)].drop_duplicates("hts8").set_index("hts8")["list"]
    review = review.drop(contents()["review_in_part"], errors="ignore")
    table = pd.DataFrame({"list": first, "review": review}).fillna({"list": NONE, "review": ""})
    raised = (table["review"] != "") & table["list"].isin((NONE, "4B"))
    table.loc[raised, "list"] = [_prefixed(code, contents()["review_before"]) or NONE for code in table.index[raised]]
    for new, old in contents()["renumbered"].items():
        if old in table.index:
            table.loc[new] = table.loc[old]
    table.index.name = "hts8"
    return table.sort_index()


def line_cells(lines: pd.DataFrame, lists: pd.DataFrame) -> pd.DataFrame:
    """Eight-digit lines, imports and duty (million USD) by cell, of `lines`: ten-digit `code`, `imports` and `duty` (USD, 2024).

    Raises `SourceError` for a code without an industry and for a value that is missing or below zero.
    """
    for column in ("imports", "duty"):
        bad = lines.index[~(lines[column] >= 0)]
        if len(bad):
            raise SourceError(f"line {lines.loc[bad[0], 'code']}: {column} of {lines.loc[bad[0], column]}")
    hts8 = lines["code"].str[:8]
    prefixes = {code: name for name, entry in contents()["other"].items() for code in entry["codes"]}
    cells = pd.DataFrame({
        "chapter": lines["code"].str[:2],
        "naics3": [naics_of(c) or "" for c in lines["code"]],
        "sector": [sector_of(c) or "" for c in lines["code"]],
        "list": hts8.map(lists["list"]).fillna(NONE),
        "review": hts8.map(lists["review"]).fillna(""),
        "other": [_prefixed(c, prefixes) for c in lines["code"]],
        "hts8": hts8,
        "musd_2024": lines["imports"] / 1e6,
        "duty_musd_2024": lines["duty"] / 1e6,
    })  # fmt: skip
    if (cells["naics3"] == "").any():
        raise SourceError(refusal("build", "code_has_no_industry", iloc=lines.loc[cells["naics3"] == "", "code"].iloc[0]))
    found = cells.groupby(KEYS)
    sums = found[["musd_2024", "duty_musd_2024"]].sum()
    return pd.concat([found["hts8"].nunique().rename("lines"), sums], axis=1).reset_index()


# -- the fit of 2017 ---------------------------------------------------------------------------------------------------------
def imports_2017(folder: Path) -> tuple[pd.Series[float], pd.Series[float]]:
    """US imports from China in 2017, million USD, by HS chapter and by NAICS-3."""
    found = []
    for name, origin, column, value in (
        ("us-imports-chapters", ("partner", "CHN"), "hs2", "value"),
        ("us-imports-monthly", ("origin", "CHINA"), "naics3", "imports"),
    ):
        path = source_file(folder / "customs", name)
        frame = pd.read_csv(path, dtype={column: str})
        require_columns(frame, (origin[0], column, "month", value), path)
        mine = frame[(frame[origin[0]] == origin[1]) & frame["month"].str.startswith("2017")]
        if mine["month"].nunique() != 12:
            raise SourceError(
                refusal("build", "months_of_for_are", file=path.name, nunique=mine["month"].nunique(), origin=origin[1])
            )
        found.append(mine.groupby(column)[value].sum() / 1e6)
    return found[0], found[1]


def list_values() -> pd.Series[float]:
    """Share of imports from China on each list, and on none, by the lines of 2018."""
    shares = pd.Series({name: float(contents()["values_bn"][name]) / float(contents()["total_bn"]) for name in LISTS})
    shares[NONE] = 1 - float(shares.sum())
    return shares


def fit_2017(
    cells: pd.DataFrame, chapters: pd.Series[float], industries: pd.Series[float], lists: pd.Series[float]
) -> pd.DataFrame:
    """`cells` with `musd_2017`, the table nearest those of 2024 that meets 2017's totals; chapters are met last, exactly.

    Industries without a cell are left out; `lists` are shares of the whole.
    """
    present = cells["chapter"].isin(chapters.index)
    x = np.where(present, cells["musd_2024"].to_numpy(dtype=float), 0.0)
    whole = float(chapters.reindex(cells["chapter"].unique()).sum())
    margins = [("list", lists * whole), ("naics3", industries), ("chapter", chapters)]
    codes = [(pd.factorize(cells[column])[0], cells[column].drop_duplicates(), totals) for column, totals in margins]
    for _ in range(SWEEPS):
        for place, names, totals in codes:
            have = np.bincount(place, x)
            want = totals.reindex(names).to_numpy(dtype=float)
            factor = np.divide(want, have, out=np.ones_like(have), where=(have > 0) & np.isfinite(want))
            x = x * factor[place]
    return cells.assign(musd_2017=x)


def list_table(cells: pd.DataFrame) -> pd.DataFrame:
    """By industry and by sector: share of 2017's imports in each combination of list, review and other duty."""
    parts = []
    for by, column in BY.items():
        value = cells[cells[column] != ""].groupby([column, "list", "review", "other"])["musd_2017"].sum().reset_index()
        value = value.rename(columns={column: "code"})
        total = value.groupby("code")["musd_2017"].transform("sum")
        value.insert(0, "by", by)
        value["share"] = np.divide(value["musd_2017"], total, out=np.zeros(len(value)), where=total > 0)
        parts.append(value[value["share"] > 5e-6])
    return pd.concat(parts, ignore_index=True)


# -- what the law added --------------------------------------------------------------------------------------------------------
@cache
def list_shares(by: str = "naics3") -> pd.DataFrame:
    """Shipped shares of 2017's imports from China: `code` × list (1, 2, 3, 4A, 4B, none, and the duties of 2018 on metals, solar
    cells and washers, which overlap with the lists). `by` is "naics3" or "sector". Raises `UnknownName`."""
    table = _table(by)
    lists = table.pivot_table(index="code", columns="list", values="share", aggfunc="sum")
    other = table[table["other"] != ""].pivot_table(index="code", columns="other", values="share", aggfunc="sum")
    return lists.join(other).fillna(0.0).reindex(columns=[*LISTS, NONE, *contents()["other"]], fill_value=0.0)


@cache
def imports_of_2017(by: str = "naics3") -> pd.Series[float]:
    """Imports from China in 2017 by code, million USD, as fitted."""
    return _table(by).groupby("code")["musd_2017"].sum()


@cache
def _table(by: str) -> pd.DataFrame:
    if by not in BY:
        raise UnknownName(by, list(BY), "breakdown")
    frame = _shipped("us-china-lists.csv")
    return frame[frame["by"] == by].astype({"share": float, "musd_2017": float})


@cache
def _timed(name: str) -> tuple[tuple[str, ...], dict[datetime.date, float]]:
    """The ledger's measures of a list, or its own rates by day."""
    if name in contents()["measures"]:
        return tuple(contents()["measures"][name]), {}
    entry = contents()["other"].get(name, {})
    return tuple(entry.get("measures", ())), dict(entry.get("rates", {}))


def rate_on(name: str, day: datetime.date) -> float:
    """Additional duty on goods of China on list `name` (1 … 4B, none, or one of the duties of 2018) on `day`, percent."""
    measures, rates = _timed(name)
    if rates:
        begun = [d for d in rates if d <= day]
        return float(rates[max(begun)]) if begun else 0.0
    ledger = load_ledger("us-china")
    total = 0.0
    for measure in map(ledger.measure, measures):
        if status_on(measure, day) is Status.IN_FORCE:
            rate = measure.rate_pct
            total += float(rate["CHN"] if isinstance(rate, Mapping) else rate or 0.0)
    return total


def line_rate(kind: tuple[str, str, str], day: datetime.date) -> float:
    """Additional duty on `day` of a cell: its list, label of the review and other duty, percentage points."""
    name, review, other = kind
    raised = contents()["review"].get(review)
    own = float(raised["rate"]) if raised and day >= raised["from"] else rate_on(name, day)
    return own + (rate_on(other, day) if other else 0.0)


@cache
def _monthly(by: str, month: str) -> pd.Series[float]:
    start = datetime.date.fromisoformat(f"{month}-01")
    end = (start + datetime.timedelta(days=32)).replace(day=1)
    days = [start + datetime.timedelta(days=n) for n in range((end - start).days)]
    table = _table(by)
    kinds = list(zip(table["list"], table["review"], table["other"], strict=True))
    mean = {kind: float(np.mean([line_rate(kind, day) for day in days])) for kind in set(kinds)}
    points = table["share"] * np.array([mean[kind] for kind in kinds])
    return points.groupby(table["code"]).sum()


def statutory_change(month: str, by: str = "naics3") -> pd.Series[float]:
    """Duty the law added on goods of China since the end of 2017, percentage points, by NAICS-3 or sector, in `month`.

    The mean over the days of the month of Section 301 lists 1 to 4A, the four-year review, the duties on metals and the
    safeguards of 2018, weighted by imports of 2017 (fixed); exclusions are not taken off. `month` is "2016-01" to "2024-12".
    Raises `InputError` and `UnknownName`.
    """
    try:
        day = datetime.date.fromisoformat(f"{month}-01")
    except ValueError:
        raise InputError(refusal("build", "is_no_month_write", month=f"{month!r}")) from None
    if not FIRST <= day < LAST:
        raise InputError(refusal("build", "statutory_duties_by_line", month=month))
    return _monthly(by, month).copy()


def statutory_panel(by: str = "naics3") -> pd.DataFrame:
    """`statutory_change` of every month from 2016-01 to 2024-12: month × code, percentage points."""
    months = [str(p) for p in pd.period_range("2016-01", "2024-12", freq="M")]
    return pd.DataFrame({m: statutory_change(m, by) for m in months}).T.rename_axis("month")


# -- building --------------------------------------------------------------------------------------------------------------------
def shipped_cells() -> pd.DataFrame:
    """The cells of 2024 that come with the package."""
    return _shipped("china-cells-2024.csv").astype({"lines": int, "musd_2024": float, "duty_musd_2024": float})


def read_ten_digits(path: Path) -> pd.DataFrame:
    """`code`, `imports` and `duty` (USD) from the Census Bureau's imports of a year by line, a Parquet file under its names."""
    if not path.is_file():
        raise SourceError(refusal("build", "no_file_imports_by", as_posix=path.as_posix(), lines_origin=LINES_ORIGIN))
    frame = pd.read_parquet(path)
    columns = {"I_COMMODITY": "code", "CON_VAL_YR": "imports", "CAL_DUT_YR": "duty"}
    require_columns(frame, tuple(columns), path)
    named = frame[list(columns)].rename(columns=columns)
    return named.assign(code=named["code"].astype(str), **{c: pd.to_numeric(named[c]) for c in ("imports", "duty")})


def partner_table(folder: Path, lines: Path) -> pd.DataFrame:
    """Measure × partner × sector: share of the imports of 2024 that pays, by lists in `folder` and imports by line in `lines`."""
    codes = contents()["census_codes"]
    trade = {p: pd.concat([read_ten_digits(line_file(lines, c)) for c in own], ignore_index=True) for p, own in codes.items()}
    every = [read_ten_digits(p) for p in sorted(lines.glob(line_file(lines, "*").name))]
    trade["*"] = pd.concat(every, ignore_index=True)
    rows = []
    for measure, entry in contents()["partner_lists"].items():
        path = source_file(folder / "tariffs", entry["file"])
        listed = dict.fromkeys(pd.read_csv(path, dtype=str).iloc[:, 0].str.replace(".", ""), "listed")
        for partner in entry["partners"]:
            frame = trade[partner]
            frame = frame.assign(sector=[sector_of(c) or "" for c in frame["code"]])
            frame = frame[frame["sector"].isin(entry.get("sectors", sector_table()))]
            hit = np.array([bool(_prefixed(c, listed)) for c in frame["code"]], dtype=bool)
            paying = frame["imports"].where(hit ^ bool(entry["spares"]), 0.0).groupby(frame["sector"]).sum()
            whole = frame.groupby("sector")["imports"].sum()
            shares = (paying / whole)[whole > 0]
            rows += [(measure, partner, str(sector), float(share)) for sector, share in shares.items()]
    return pd.DataFrame(rows, columns=["measure", "partner", "sector", "share"])


def line_file(lines: Path, code: str) -> Path:
    """The file of a partner's imports by line, by its Census code, in a folder of them."""
    return lines / f"2024-hs10-imports{code}.parquet"


def build(folder: Path, lines: Path | None = None) -> dict[str, pd.DataFrame]:
    """The tables by file name, of the sources in `folder` and, where given, imports by line in the folder `lines`."""
    chinese = None if lines is None else read_ten_digits(line_file(lines, contents()["census_codes"]["CHN"][0]))
    cells = shipped_cells() if chinese is None else line_cells(chinese, read_lists(folder))
    for column in ("musd_2024", "duty_musd_2024"):
        cells[column] = [float(DIGITS % v) for v in cells[column]]  # as written, so that both ways fit the same numbers
    chapters, industries = imports_2017(folder)
    tables = {} if lines is None else {"china-cells-2024.csv": cells, "us-china-partners.csv": partner_table(folder, lines)}
    return {**tables, "us-china-lists.csv": list_table(fit_2017(cells, chapters, industries, list_values()))}


def main(arguments: list[str]) -> int:
    """Write the tables; exit code 2 when called with other than two or three paths."""
    if len(arguments) not in (2, 3):
        sys.stderr.write("usage: python -m detente.build.tariff_lines SOURCES TARGET [LINES]\n")
        return 2
    for name, frame in build(Path(arguments[0]), *map(Path, arguments[2:])).items():
        body = frame.to_csv(index=False, float_format=DIGITS, lineterminator="\n")
        write(Path(arguments[1]) / name, ("".join(f"# {line}\n" for line in texts()["heads"][name]) + body).encode())
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
