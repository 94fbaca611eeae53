"""Published inter-country input–output tables: one reader a family, told apart by what is in the file.

    table = read_table(Path("2022_SML.csv"))        # labelled and checked
    world = world_of(table)                         # grouped to the default codes; full=True keeps the table's own

What each family looks like stands in its module. A new one is a module with a test of its content and `read`, and a line in
`recognised`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from detente.build.tables import eora26, exiobase, figaro, gtap, oecd_icio, wiod
from detente.build.tables.gtap import Basedata
from detente.build.tables.reading import WORKBOOKS, head, members, year_in
from detente.build.tables.table import RELATIVE, Sheet, Table, checked, refused
from detente.build.tables.to_world import world_of
from detente.types import Progress
from detente.words import refusal
from detente.world.world import World

__all__ = ["READ", "Basedata", "Built", "Table", "build_table", "read_published", "read_table", "recognised", "world_of"]

READ = (
    "OECD ICIO (CSV, editions of 2018 to 2025)",
    "WIOD 2013 and 2016 (xlsx, xlsb, CSV)",
    "ADB MRIO (xlsx)",
    "FIGARO (CSV in matrix form)",
    "EXIOBASE 3 (zip or folder)",
    "Eora26 (zip or folder, basic prices)",
    "GTAP (zip or folder of CSV files, one a header)",
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
        raise _unknown(path, "folder")
    inside = members(path)
    if any(name.endswith(".npy") for name in inside):
        raise _unknown(path, "numpy")
    workbook = path.suffix.lower() in WORKBOOKS or any(name.startswith("xl/") for name in inside)
    if workbook:
        top = wiod.top(path)
        layout = wiod.layout_of(top)
        if layout is None:
            raise _unknown(path, "workbook")
        return Found(layout.source, wiod.read, wiod.year_of(path, top))
    with path.open("rb") as file:
        begin = file.read(64)
    if b"GAMSGDX" in begin:
        raise _unknown(path, "gdx")
    if path.suffix.lower() == ".har" or gtap.is_har(path):
        raise gtap.har_of(path)
    lines = head(path, 12)
    header = [c.strip() for c in lines[0]] if lines else []
    if figaro.looks_so(header):
        return Found(figaro.NAME, figaro.read, year_in(path.name))
    if "obsValue" in header:
        raise _unknown(path, "flat_figaro")
    if oecd_icio.looks_so(header):
        return Found(oecd_icio.NAME, oecd_icio.read, year_in(path.name))
    layout = wiod.layout_of([tuple(c or None for c in row) for row in lines])
    if layout is not None:
        return Found(layout.source, wiod.read, wiod.year_of(path, lines))
    if {"i", "j", "k", "v"} <= set(header):
        raise _unknown(path, "baci")
    if {"Reporter", "Product"} <= set(header):
        raise _unknown(path, "wits")
    raise _unknown(path, "text" if header else "empty", begins=", ".join(repr(c) for c in header[:4]))


def _unknown(path: Path, looks: str, begins: str = "") -> Exception:
    told = refusal("build", f"looks_{looks}", begins=begins)
    return refused("table_unknown", file=path.name, looks=told, read="; ".join(READ))


def read_table(path: Path, *, year: int | None = None, tolerance: float = RELATIVE, progress: Progress | None = None) -> Table:
    """Read and check a published table.

    `year` where the file does not say it; `tolerance`, the largest gap of a total as a part of it that is taken for rounding.
    Raises `SourceError` (not read, or a label or cell that does not belong) and `UnbalancedTable` (a total), naming the place.
    """
    found = recognised(path)
    if year is None and found.year is None:
        raise refused("table_no_year", file=path.name, source=found.name)
    return checked(found.read(path, year or found.year or 0, progress), tolerance)


def read_published(
    path: Path, *, year: int | None = None, tolerance: float = RELATIVE, progress: Progress | None = None
) -> Table | Basedata:
    """As `read_table`, GTAP's files too."""
    if not (path.exists() and gtap.looks_so(path)):
        return read_table(path, year=year, tolerance=tolerance, progress=progress)
    year = year or year_in(path.name)
    if year is None:
        raise refused("table_no_year", file=path.name, source=gtap.NAME)
    return gtap.read(path, year, tolerance)


class Built(NamedTuple):
    """A world made of published files, and what they hold."""

    world: World
    table: Table | Basedata


def build_table(
    path: Path,
    *,
    full: bool = False,
    tariffs: bool = True,
    rare_earths: bool = True,
    name: str = "",
    year: int | None = None,
    tolerance: float = RELATIVE,
    progress: Progress | None = None,
) -> Built:
    """Read, check and build: options as in `to_world.world_of` and `read_table`, GTAP's files too. Raises as they do."""
    table = read_published(path, year=year, tolerance=tolerance, progress=progress)
    if isinstance(table, Basedata):
        return Built(gtap.world_of(table, full=full, tariffs=tariffs, rare_earths=rare_earths, name=name), table)
    return Built(world_of(table, full=full, tariffs=tariffs, rare_earths=rare_earths, name=name), table)
