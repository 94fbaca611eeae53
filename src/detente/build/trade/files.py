"""What the readers share: a CSV file taken whole or refused, its columns checked one by one, and what they hand on.

A file is refused, with row and column, where it is cut off, has rows of another length, lacks a column, has them in another order
than published, holds what is no number or no code, or says a thing twice.
"""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from detente.build.trade.concordance import EDITIONS, editions_of, subheadings
from detente.build.trade.economies import iso3
from detente.errors import SourceError
from detente.words import refusal

STRAY = 0.01
"""Share of a file's products that may be no code of its edition of HS; beyond it the file is taken for one of another edition."""
FIRST_YEAR, LAST_YEAR = 1962, 2100


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
    """Duties by product. `frame`: exporter (alpha-3, or "" for all), importer, product (HS, six digits), rate (a fraction), and value
    (imports, million USD; not a number where the file has none)."""

    frame: pd.DataFrame
    source: str
    year: int
    edition: str
    kind: str
    notes: tuple[str, ...] = field(default=())


def refuse(part: str, path: Path, **values: object) -> SourceError:
    """The error that a reader raises; `part` is its text in refusals.md.j2."""
    return SourceError(refusal("build/trade", part, file=path.name, **values))


def opened(path: str | os.PathLike[str]) -> bytes:
    """The whole file, a .gz unpacked. Raises `SourceError` for one that is absent, empty, no text, or ends within a line."""
    place = Path(path)
    if not place.is_file():
        raise SourceError(refusal("build/trade", "no_file", file=place))
    try:
        body = gzip.decompress(place.read_bytes()) if place.suffix == ".gz" else place.read_bytes()
    except (OSError, EOFError) as error:
        raise refuse("unreadable", place, why=error) from error
    if not body.strip():
        raise refuse("empty", place)
    if b"\0" in body[:4096] or body[:2] == b"PK":
        raise refuse("no_text", place)
    if not body.endswith((b"\n", b"\r")):
        last = body.count(b"\n") + 1
        raise refuse("cut_off", place, row=last)
    return body


def header(path: str | os.PathLike[str]) -> list[str]:
    """Names of the columns, as the first line has them."""
    first = opened(path).splitlines()[0].decode("utf-8-sig", errors="replace")
    return [name.strip() for name in next(csv.reader([first]))]


def table(path: Path, columns: Sequence[str], *, exact: bool = False) -> pd.DataFrame:
    """Those columns as text, the index being the row of the file (the header is row 1).

    `exact`: the file must have these columns and no others, in this order, as it is published. A comma at the end of every row, as UN
    Comtrade writes it, is let pass. Raises `SourceError`.
    """
    body = opened(path)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", errors="replace")
    lines = csv.reader(text.splitlines())
    names = [name.strip() for name in next(lines)]
    if exact and names != list(columns):
        raise refuse("header", path, found=", ".join(names[:12]), wanted=", ".join(columns))
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise refuse("column_twice", path, columns=", ".join(twice))
    lacking = [c for c in columns if c not in names]
    if lacking:
        raise refuse("columns_lacking", path, lacking=", ".join(lacking), found=", ".join(names[:12]))
    places = [names.index(c) for c in columns]
    found: list[list[str]] = []
    for number, row in enumerate(lines, start=2):
        if len(row) == len(names) + 1 and row[-1] == "":
            row = row[:-1]
        if len(row) != len(names):
            raise refuse("row_length", path, row=number, found=len(row), wanted=len(names))
        found.append([row[k].strip() for k in places])
    if not found:
        raise refuse("no_rows", path)
    frame = pd.DataFrame(found, columns=list(columns), dtype=object)
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame


def number(frame: pd.DataFrame, column: str, path: Path, *, least: float = 0.0, most: float = np.inf, missing: bool = False) -> pd.Series[float]:
    """A column of numbers within limits; with `missing`, an empty cell or NA is not a number. Raises `SourceError` with the row."""
    text = frame[column].astype(str)
    none = text.isin(["", "NA", "N/A", "null"])
    found = pd.to_numeric(text.where(~none), errors="coerce")
    bad = frame.index[(~none & ~(np.isfinite(found) & (found >= least) & (found <= most))) | (none & (not missing))]
    if len(bad):
        limits = f"{least:g} or more" if np.isinf(most) else f"{least:g} to {most:g}"
        raise refuse("no_number", path, row=bad[0], column=column, cell=repr(text[bad[0]]), wanted=limits)
    return found.astype(float)


def one_year(frame: pd.DataFrame, column: str, path: Path) -> int:
    """The year that all rows are of."""
    years = sorted(set(frame[column]))
    bad = frame.index[~frame[column].str.fullmatch(r"\d{4}") | ~frame[column].map(lambda y: y.isdigit() and FIRST_YEAR <= int(y) < LAST_YEAR)]
    if len(bad):
        raise refuse("no_year", path, row=bad[0], column=column, cell=repr(frame.loc[bad[0], column]))
    if len(years) > 1:
        raise refuse("several_years", path, column=column, years=", ".join(years[:6]))
    return int(years[0])


def economies(frame: pd.DataFrame, column: str, path: Path, known: dict[str, str] | None = None) -> pd.Series[str]:
    """Codes of a column as alpha-3; `known` are codes of the file's own country file. Raises `SourceError` for one that is none."""
    text = frame[column].astype(str)
    codes = {c: (known[c] if known and c in known else None if known else iso3(c)) for c in text.unique()}
    strange = [c for c, found in codes.items() if found is None]
    if strange:
        row = frame.index[text == strange[0]][0]
        raise refuse("no_economy", path, row=row, column=column, code=repr(strange[0]), listed="country file" if known else "")
    return text.map(codes)


def products(frame: pd.DataFrame, column: str, path: Path) -> tuple[pd.Series[str], list[str]]:
    """Six-digit codes; where every code lost its leading zero (a spreadsheet did that) it is put back, and that is noted."""
    text = frame[column].astype(str)
    bad = frame.index[~text.str.fullmatch(r"\d{5,6}")]
    if len(bad):
        raise refuse("no_product", path, row=bad[0], column=column, cell=repr(text[bad[0]]))
    short = text.str.len() == 5
    if not short.any():
        return text, []
    if text.str.startswith("0").any():
        raise refuse("zeros_partly", path, row=frame.index[short][0], column=column, cell=repr(text[short].iloc[0]))
    return text.str.zfill(6), [refusal("build/trade", "zeros_back", rows=int(short.sum()))]


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
        row = codes.index[codes == strange[0]][0]
        raise refuse(
            "other_edition", path, row=row, column=column, code=strange[0], edition=best, strange=len(strange), total=len(unique),
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
