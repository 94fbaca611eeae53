"""What the readers share: a CSV file taken whole or refused, its columns checked one by one, and what they hand on.

A file is refused, with row and column, where it is cut off, has rows of another length, lacks a column, has them in another order
than published, holds what is no number or no code, or says a thing twice.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from detente.build.trade.concordance import EDITIONS, editions_of, subheadings
from detente.build.trade.economies import iso3
from detente.errors import SourceError
from detente.words import refusal

STRAY = 0.01
"""Share of a file's products that may be no code of its edition of HS; beyond it the file is taken for one of another edition."""
FIRST_YEAR, LAST_YEAR = 1962, 2100
NOTHING = ("", "NA", "N/A", "null")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
CHUNK = 1_000_000
"""Rows of a large file that are in memory as text at once."""


@dataclass(frozen=True, eq=False)
class Flows:
    """Trade by product. `frame`: exporter, importer (alpha-3), product (HS, six digits), value (million USD)."""

    frame: pd.DataFrame
    source: str
    year: int
    edition: str
    valuation: str
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class Duties:
    """Duties by product. `frame`: exporter (alpha-3, or "" for all), importer, product (HS, six digits), rate (a fraction), and
    value (imports, million USD; not a number where the file has none)."""

    frame: pd.DataFrame
    source: str
    year: int
    edition: str
    kind: str
    notes: tuple[str, ...] = field(default=())


def refuse(part: str, path: Path, **values: object) -> SourceError:
    """The error that a reader raises; `part` is its text in refusals.md.j2."""
    return SourceError(refusal("build/trade", part, file=path.name, **values))


def checked(path: str | os.PathLike[str]) -> Path:
    """The path of a file of text. Raises `SourceError` for one that is absent, empty, no text, or ends within a line."""
    place = Path(path)
    if not place.is_file():
        raise SourceError(refusal("build/trade", "no_file", file=place))
    try:
        with opened(place) as lines:
            start = lines.read(4096)
            if place.suffix == ".gz":
                end = start
                while more := lines.read(1 << 24):
                    end = more
            else:
                lines.seek(-min(place.stat().st_size, 2), os.SEEK_END)
                end = lines.read()
    except (OSError, EOFError, zlib.error) as error:
        raise refuse("unreadable", place, why=error) from error
    if not start.strip():
        raise refuse("empty", place)
    if b"\0" in start or start[:2] == b"PK":
        raise refuse("no_text", place)
    if not end.endswith((b"\n", b"\r")):
        raise refuse("cut_off", place)
    return place


def opened(path: Path) -> IO[bytes]:
    """The file, a .gz unpacked on the way."""
    return cast(IO[bytes], gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def header(path: str | os.PathLike[str]) -> list[str]:
    """Names of the columns, as the first line has them."""
    with opened(checked(path)) as lines:
        first = lines.readline().decode("utf-8-sig", errors="replace")
    names = [name.strip() for name in next(csv.reader([first]), [])]
    twice = sorted({n for n in names if n and names.count(n) > 1})
    if twice:
        raise refuse("column_twice", Path(path), columns=", ".join(twice))
    return names


def table(path: Path, columns: Sequence[str], *, exact: bool = False) -> pd.DataFrame:
    """Those columns as text, the index being the row of the file (the header is row 1).

    `exact`: the file must have these columns and no others, in this order, as it is published; such a file may have tens of
    millions of rows and is kept by distinct values. A comma at the end of every row, as UN Comtrade writes it, is let pass.
    Raises `SourceError`.
    """
    names = header(path)
    if exact and names != list(columns):
        raise refuse("header", path, found=", ".join(names[:12]), wanted=", ".join(columns))
    lacking = [c for c in columns if c not in names]
    if lacking:
        raise refuse("columns_lacking", path, lacking=", ".join(lacking), found=", ".join(names[:12]))
    frame = _large(path, names) if exact and _even(path, names) else _small(path, names, columns)
    if frame.empty:
        raise refuse("no_rows", path)
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame


def as_published(path: Path, names: Sequence[str], published: Sequence[str]) -> None:
    """Raises `SourceError` where the columns that are published stand in another order: names or columns were moved."""
    held = [n for n in names if n in published]
    wanted = [n for n in published if n in held]
    for found, other in zip(held, wanted, strict=False):
        if found != other:
            raise refuse("order", path, column=names.index(found) + 1, found=found, wanted=other)


def _small(path: Path, names: list[str], columns: Sequence[str]) -> pd.DataFrame:
    with opened(path) as lines:
        body = lines.read()
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", errors="replace")
    places = [names.index(c) for c in columns]
    found: list[list[str]] = []
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        next(rows)
        for number, row in enumerate(rows, start=2):
            cells = row[:-1] if len(row) == len(names) + 1 and row[-1] == "" else row
            if len(cells) != len(names):
                raise refuse("row_length", path, row=number, found=len(cells), wanted=len(names))
            found.append([cells[k] for k in places])
    except csv.Error as error:
        raise refuse("unreadable", path, why=f"row {len(found) + 2}, {error}") from error
    return pd.DataFrame(found, columns=list(columns), dtype=object)


def _even(path: Path, names: list[str]) -> bool:
    """Whether a file is plain enough to be read in large parts: no quotes, and as many commas as its rows need."""
    commas = rows = 0
    with opened(path) as lines:
        while part := lines.read(1 << 24):
            if b'"' in part:
                return False
            commas, rows = commas + part.count(b","), rows + part.count(b"\n")
    return commas == rows * (len(names) - 1)


def _large(path: Path, names: list[str]) -> pd.DataFrame:
    parts: list[pd.DataFrame] = []
    options: dict[str, Any] = {
        "names": names, "header": None, "skiprows": 1, "dtype": str, "keep_default_na": False, "na_values": [],
        "skip_blank_lines": False, "encoding_errors": "replace", "index_col": False, "chunksize": CHUNK,
    }  # fmt: skip
    try:
        for part in pd.read_csv(path, **options):
            parts.append(part.astype(object).astype("category"))
    except pd.errors.EmptyDataError:
        return pd.DataFrame(columns=names)
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise refuse("unreadable", path, why=str(error).strip()) from error
    return pd.DataFrame({c: pd.Series(union_categoricals([p[c] for p in parts])) for c in names})


def by_value(column: pd.Series[Any], read: Callable[[str], Any]) -> pd.Series[Any]:
    """`read` of every distinct cell, put in place."""
    kept = column.astype("category")
    values = np.array([read(str(c)) for c in kept.cat.categories], dtype=object)
    return pd.Series(values[kept.cat.codes.to_numpy()], index=column.index, dtype=object)


def number(
    frame: pd.DataFrame, column: str, path: Path, *, least: float = 0.0, most: float = np.inf, missing: bool = False
) -> pd.Series[float]:
    """A column of numbers within limits; with `missing`, an empty cell or NA is not a number. Raises `SourceError` with the row.

    Blanks before a number are let pass where the whole column is set to one width; else a digit may have been lost.
    """
    written = [str(c) for c in frame[column].astype("category").cat.categories]
    padded = len({len(c) for c in written if c.strip() not in NOTHING}) == 1 and len(written) > 1

    def read(cell: str) -> float | None:
        if cell.strip() in NOTHING:
            return np.nan if missing else None
        cell = cell.lstrip(" ") if padded else cell
        if not NUMBER.fullmatch(cell):
            return None
        value = float(cell)
        return value if np.isfinite(value) and least <= value <= most else None

    found = by_value(frame[column], read)
    bad = frame.index[found.map(lambda v: v is None)]
    if len(bad):
        limits = f"{least:g} or more" if np.isinf(most) else f"{least:g} to {most:g}"
        raise refuse("no_number", path, row=bad[0], column=column, cell=repr(str(frame.loc[bad[0], column])), wanted=limits)
    return found.astype(float)


def one_year(frame: pd.DataFrame, column: str, path: Path) -> int:
    """The year that all rows are of."""
    found = by_value(frame[column], lambda y: int(y) if y.isdigit() and FIRST_YEAR <= int(y) < LAST_YEAR else 0)
    bad = frame.index[found == 0]
    if len(bad):
        raise refuse("no_year", path, row=bad[0], column=column, cell=repr(str(frame.loc[bad[0], column])))
    years = sorted(set(found))
    if len(years) > 1:
        raise refuse("several_years", path, column=column, years=", ".join(map(str, years[:6])))
    return int(years[0])


def economies(frame: pd.DataFrame, column: str, path: Path, known: Mapping[str, str] | None = None) -> pd.Series[str]:
    """Codes of a column as alpha-3; `known` are codes of the file's own country file. Raises `SourceError` for one that is
    none."""
    found = by_value(frame[column], iso3 if known is None else known.get)
    bad = frame.index[found.isna()]
    if len(bad):
        code = repr(str(frame.loc[bad[0], column]))
        raise refuse("no_economy", path, row=bad[0], column=column, code=code, listed="" if known is None else "yes")
    return found


def products(frame: pd.DataFrame, column: str, path: Path) -> tuple[pd.Series[str], list[str]]:
    """Six-digit codes; where every code lost its leading zero (a spreadsheet did that) it is put back, and that is noted."""
    found = by_value(frame[column], lambda c: c if re.fullmatch(r"[0-9]{5,6}", c) else None)
    bad = frame.index[found.isna()]
    if len(bad):
        raise refuse("no_product", path, row=bad[0], column=column, cell=repr(str(frame.loc[bad[0], column])))
    short = by_value(frame[column], lambda c: len(c) == 5).astype(bool)
    if not short.any():
        return found, []
    if by_value(frame[column], lambda c: c.startswith("0")).any():
        raise refuse("zeros_partly", path, row=frame.index[short][0], column=column, cell=repr(found[short].iloc[0]))
    return by_value(found, lambda c: c.zfill(6)), [refusal("build/trade", "zeros_back", rows=int(short.sum()))]


def edition_of(codes: pd.Series[str], path: Path, stated: str | None, column: str) -> tuple[str, list[str]]:
    """The edition of HS the products are of: the one stated, checked, else the only one (or the latest) that has them all.

    Raises `SourceError` where more than `STRAY` of the products are not of the edition stated, or where no edition has them.
    """
    unique = sorted(codes.unique())
    if stated is None:
        counts = {e: sum(c in subheadings(e) for c in unique) for e in EDITIONS}
        best = max(counts, key=lambda e: (counts[e], e))
        fitting = editions_of([c for c in unique if c in subheadings(best)])
        note = [refusal("build/trade", "edition_read", editions=" or ".join(fitting))]
    else:
        best, note = stated, []
    strange = [c for c in unique if c not in subheadings(best)]
    if len(strange) > STRAY * len(unique):
        others = [e for e in EDITIONS if sum(c not in subheadings(e) for c in unique) <= STRAY * len(unique)]
        row = codes.index[codes.isin(set(strange))][0]
        raise refuse(
            "other_edition", path, row=row, column=column, code=codes[row], edition=best, strange=len(strange), total=len(unique),
            others=" or ".join(others), stated="yes" if stated else "",
        )  # fmt: skip
    if strange:
        note.append(refusal("build/trade", "stray_codes", codes=", ".join(strange[:6]), edition=best))
    return best, note


def once(frame: pd.DataFrame, keys: Sequence[str], path: Path) -> None:
    """Raises `SourceError` where two rows say the same thing."""
    again = frame.index[frame.duplicated(list(keys))]
    if len(again):
        row = frame.loc[again[0], list(keys)]
        first = frame.index[(frame[list(keys)] == row).all(axis=1)][0]
        raise refuse("row_twice", path, row=again[0], first=first, keys=", ".join(map(str, row)))
