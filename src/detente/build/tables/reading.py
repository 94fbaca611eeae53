"""Numbers out of text files and workbooks, a band of rows at a time, with the place of what is no number.

A text file is read in bands, so that memory is that of the table. A zip archive that holds one table is read as it is.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd

from detente.build.tables.table import refused
from detente.extras import need
from detente.types import Array, Progress

BAND = 256
"""Rows read at once."""
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb")
TEXTS = (".csv", ".txt", ".tsv")


def members(path: Path) -> list[str]:
    """Names inside a zip archive; none for any other file."""
    if path.is_file() and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return [name for name in archive.namelist() if not name.endswith("/")]
    return []


@contextmanager
def text_of(path: Path, member: str | None = None) -> Iterator[TextIO]:
    """A text file, or a `member` of a zip archive, or the only table of one, as UTF-8 with or without a mark."""
    inside = [m for m in members(path) if m.lower().endswith(TEXTS)]
    if member is None and inside:
        if len(inside) > 1:
            raise refused("table_archive", file=path.name, members=", ".join(inside[:6]), count=len(inside))
        member = inside[0]
    if member is None:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive, archive.open(member) as raw:
        yield io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")


def head(path: Path, lines: int = 1, separator: str = ",", member: str | None = None) -> list[list[str]]:
    """The first lines, cell by cell. Raises `SourceError` where the file is no text."""
    try:
        with text_of(path, member) as file:
            rows = csv.reader(file, delimiter=separator)
            return [row for _, row in zip(range(lines), rows, strict=False)]
    except (UnicodeDecodeError, csv.Error):
        raise refused("table_no_text", file=path.name) from None


def numbers(
    path: Path,
    *,
    skip: int,
    labels: int,
    columns: Sequence[str],
    separator: str = ",",
    member: str | None = None,
    progress: Progress | None = None,
) -> tuple[list[tuple[str, ...]], Array]:
    """Row labels (`labels` columns of text) and the numbers of the `columns` after them; an empty cell is NaN.

    `skip` lines come before. Raises `SourceError` naming row and column of what is no number, and a row that is too long.
    """
    width = labels + len(columns)
    kinds: dict[Any, Any] = {k: (str if k < labels else np.float64) for k in range(width)}
    empty: dict[Any, list[str]] = {k: [""] for k in range(labels, width)}
    names: list[tuple[str, ...]] = []
    bands: list[Array] = []
    try:
        with warnings.catch_warnings(), text_of(path, member) as file:
            warnings.simplefilter("error", pd.errors.ParserWarning)  # cells beyond the last column
            for _ in range(skip):
                file.readline()
            reader = pd.read_csv(
                file, sep=separator, header=None, names=range(width), index_col=False, dtype=kinds, chunksize=BAND,
                keep_default_na=False, na_values=empty, engine="c", quotechar='"',
                on_bad_lines="error", skip_blank_lines=True,
            )  # fmt: skip
            for band in reader:
                names += [tuple(str(x) for x in row) for row in band.iloc[:, :labels].itertuples(index=False, name=None)]
                bands.append(band.iloc[:, labels:].to_numpy(dtype=np.float64))
                if progress is not None:
                    progress(f"reading {path.name}", len(names), max(len(columns), len(names)))
    except pd.errors.EmptyDataError:
        raise refused("table_empty", file=path.name, what="rows") from None
    except (
        ValueError,
        pd.errors.ParserError,
        pd.errors.ParserWarning,
        UnicodeDecodeError,
        EOFError,
        zipfile.BadZipFile,
        OSError,
    ) as error:
        raise _fault(path, skip, labels, columns, separator, member, error) from None
    if not bands:
        raise refused("table_empty", file=path.name, what="rows")
    return names, np.concatenate(bands)


def _fault(
    path: Path, skip: int, labels: int, columns: Sequence[str], separator: str, member: str | None, error: Exception
) -> Exception:
    """The first row that is too long or cell that is no number, found by reading again slowly."""
    try:
        with text_of(path, member) as file:
            for _ in range(skip):
                file.readline()
            for row in csv.reader(file, delimiter=separator):
                name = " ".join(row[:labels])
                if len(row) > labels + len(columns):
                    return refused("table_row_long", file=path.name, row=name, cells=len(row), wanted=labels + len(columns))
                for column, cell in zip(columns, row[labels:], strict=False):
                    try:
                        float(cell or 0)
                    except ValueError:
                        return refused("table_cell", file=path.name, row=name, column=column, value=repr(cell), count=1)
    except (UnicodeDecodeError, csv.Error, EOFError, zipfile.BadZipFile, OSError):
        pass
    return refused("table_no_text", file=f"{path.name} ({error})")


# -- workbooks -----------------------------------------------------------------------------------------------------------
def sheet_rows(path: Path) -> Iterator[tuple[Any, ...]]:
    """Rows of the first sheet of a workbook (xlsx; xlsb where pyxlsb is there), or of a CSV file saved from one."""
    kind = path.suffix.lower()
    if kind in TEXTS:
        try:
            with text_of(path) as file:
                for row in csv.reader(file):
                    yield tuple(_typed(cell) for cell in row)
        except (UnicodeDecodeError, csv.Error):
            raise refused("table_no_text", file=path.name) from None
        return
    if "xl/workbook.bin" in members(path):
        need("pyxlsb")
        from pyxlsb import open_workbook

        with open_workbook(str(path)) as book, book.get_sheet(1) as sheet:
            for row in sheet.rows():
                yield tuple(cell.v for cell in row)
        return
    need("openpyxl")
    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise refused("table_no_workbook", file=path.name, fault=error) from None
    try:
        yield from book.worksheets[0].iter_rows(values_only=True)
    finally:
        book.close()


def _typed(cell: str) -> str | float | None:
    if cell == "":
        return None
    try:
        return float(cell)
    except ValueError:
        return cell


def number(cell: Any) -> float:
    """A cell as a number, empty as NaN; text that is none as infinity, so that the check names its place.

    >>> number(None), number("x"), number(2)
    (nan, inf, 2.0)
    """
    if cell is None or cell == "":
        return float("nan")
    try:
        return float(cell)
    except (TypeError, ValueError):
        return float("inf")


def years_in(name: str) -> list[int]:
    """The years in a file name, but for the edition of an OECD file.

    >>> years_in("ICIO2021_2018.csv"), years_in("ADB-MRIO-2024-August 2025.xlsx"), years_in("table.csv")
    ([2018], [2024, 2025], [])
    """
    return [int(y) for y in re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", name.replace("ICIO20", "ICIO "))]


def year_in(name: str) -> int | None:
    """The only year in a file name.

    >>> year_in("matrix_eu-ic-io_ind-by-ind_23ed_2021.csv"), year_in("ADB-MRIO-2024-August 2025.xlsx")
    (2021, None)
    """
    found = set(years_in(name))
    return found.pop() if len(found) == 1 else None
