"""Published inter-country input–output tables: one reader a family, told apart by what is in the file.

    table = read_table(Path("2022_SML.csv"))        # labelled and checked
    world = world_of(table)                         # grouped to the default codes; full=True keeps the table's own

What each family looks like stands in its module. A new one is a module with a test of its content and `read`, and a line in
`recognised`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from detente.build.tables import eora26, exiobase, figaro, oecd_icio, wiod
from detente.build.tables.reading import WORKBOOKS, head, members, year_in
from detente.build.tables.table import RELATIVE, Sheet, Table, checked, refused
from detente.build.tables.to_world import world_of
from detente.types import Progress

__all__ = ["READ", "Table", "read_table", "recognised", "world_of"]

READ = (
    "OECD ICIO (CSV, editions of 2018 to 2025)",
    "WIOD 2013 and 2016 (xlsx, xlsb, CSV)",
    "ADB MRIO (xlsx)",
    "FIGARO (CSV in matrix form)",
    "EXIOBASE 3 (zip or folder)",
    "Eora26 (zip or folder, basic prices)",
)
"""What is read, in words."""


class Found(NamedTuple):
    """A family of tables that a file belongs to: its name, its reader, and the year the file gives."""

    name: str
    read: Callable[[Path, int, Progress | None], Sheet]
    year: int | None


def recognised(path: Path) -> Found:
    """The family of a file, by its content. Raises `SourceError` saying what it looks like and what is read."""
    if not path.exists():
        raise refused("table_no_file", file=path)
    if exiobase.looks_so(path):
        return Found(exiobase.NAME, exiobase.read, year_in(path.name))
    eora = eora26.year_of(path)
    if eora is not None:
        return Found(eora26.NAME, eora26.read, eora)
    if path.is_dir():
        raise _unknown(path, "a folder")
    inside = members(path)
    if any(name.endswith(".npy") for name in inside):
        raise _unknown(path, "a NumPy archive: a world of `detente world build` is given as --world")
    workbook = path.suffix.lower() in WORKBOOKS or any(name.startswith("xl/") for name in inside)
    if workbook:
        top = wiod.top(path)
        layout = wiod.layout_of(top)
        if layout is None:
            raise _unknown(path, "a workbook")
        return Found(layout.source, wiod.read, wiod.year_of(path, top))
    with path.open("rb") as file:
        begin = file.read(64)
    if b"GAMSGDX" in begin:
        raise _unknown(path, "a GDX file of GAMS, such as GTAPinGAMS")
    if path.suffix.lower() == ".har" or re.match(rb"\x04\x00\x00\x00....\x04\x00\x00\x00", begin, re.DOTALL):
        raise _unknown(path, "a header array file of GTAP")
    lines = head(path, 12)
    header = [c.strip() for c in lines[0]] if lines else []
    if figaro.looks_so(header):
        return Found(figaro.NAME, figaro.read, year_in(path.name))
    if "obsValue" in header:
        raise _unknown(path, "FIGARO in flat form; its matrix form is read")
    if oecd_icio.looks_so(header):
        return Found(oecd_icio.NAME, oecd_icio.read, year_in(path.name))
    layout = wiod.layout_of([tuple(c or None for c in row) for row in lines])
    if layout is not None:
        return Found(layout.source, wiod.read, wiod.year_of(path, lines))
    if {"i", "j", "k", "v"} <= set(header):
        raise _unknown(path, "trade by product, as CEPII's BACI: no input–output table")
    if {"Reporter", "Product"} <= set(header):
        raise _unknown(path, "tariffs by product, as WITS: no input–output table")
    raise _unknown(path, f"a text file that begins {', '.join(repr(c) for c in header[:4])}" if header else "an empty file")


def _unknown(path: Path, looks: str) -> Exception:
    return refused("table_unknown", file=path.name, looks=looks, read="; ".join(READ))


def read_table(path: Path, *, year: int | None = None, tolerance: float = RELATIVE, progress: Progress | None = None) -> Table:
    """Read and check a published table.

    `year` where the file does not say it; `tolerance`, the largest gap of a total as a part of it that is taken for rounding.
    Raises `SourceError` (not read, or a label or cell that does not belong) and `UnbalancedTable` (a total), naming the place.
    """
    found = recognised(path)
    if year is None and found.year is None:
        raise refused("table_no_year", file=path.name, source=found.name)
    return checked(found.read(path, year or found.year or 0, progress), tolerance)
