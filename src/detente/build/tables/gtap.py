"""GTAP: the basedata file as CSV files, one a header, in a folder or a zip archive; and what a header array file holds.

A header array file (HAR, GEMPACK) is a row of Fortran records, each with its length before and after it: four letters that name a
header, then what it is. It is told by them and not read: the reader that is kept for Python is under the GPL. What is read is one
CSV file a header, with the labels of every cell and its value last, as R's HARr or ViewHAR write them:

    COMM,ACTS,REG,Freq          VDFB.csv
    pdr,pdr,aus,12.5

    VCIF, VIWS   imports at the border [commodity, source, destination]       VMSB, VIMS   the same with duties
    VDFB, VDFM   inputs made at home [commodity, industry, region]            VMFB, VIFM   inputs from abroad
    VDPB, VDPM   households, made at home [commodity, region]                 VMPB, VIPM   from abroad
    VDGB, VDGM   government                                                   VMGB, VIGM
    VDIB         investment (before GTAP 7's model: the industry CGDS)        VMIB

at basic prices, million USD, the name of the present model before that of the one until version 9. Every cell must stand, zeros
too, in one order: the first label or the last runs fastest, labels as at the border. All imports of a good with duties must be
what its users buy from abroad. Names of files and labels in either case.

Freight and export taxes are part of what a good costs at the border, so they count as sales of the economy that it comes from.
Users' taxes are not in these headers and count as value added of the users.

https://doi.org/10.21642/JGEA.020101AF
"""

from __future__ import annotations

import csv
import re
import struct
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from detente.build.imputation import balance
from detente.build.sources import data_table
from detente.build.tables.industries import places
from detente.build.tables.reading import members, text_of
from detente.build.tables.table import ROUNDING, refused
from detente.build.tables.to_world import grouped
from detente.types import Array
from detente.world.world import World

NAME, UNIT, CAPITAL = "GTAP", "million USD", "cgds"
TRADE = {"at the border": ("VCIF", "VIWS"), "with duties": ("VMSB", "VIMS")}
INPUTS = {"home": ("VDFB", "VDFM"), "abroad": ("VMFB", "VIFM")}
FINAL = {
    "households, home": ("VDPB", "VDPM"), "households, abroad": ("VMPB", "VIPM"),
    "government, home": ("VDGB", "VDGM"), "government, abroad": ("VMGB", "VIGM"),
    "investment, home": ("VDIB",), "investment, abroad": ("VMIB",),
}  # fmt: skip
WANTED = {**TRADE, **INPUTS, **FINAL}
KINDS = (b"1CFULL", b"2IFULL", b"2RFULL", b"REFULL", b"RESPSE", b"RLFULL")
"""What a header may be: text, whole numbers, numbers with and without labels, all or those that are not zero."""
LONGEST = 1 << 31


# -- header array files ----------------------------------------------------------------------------------------------------
def is_har(path: Path) -> bool:
    """Whether a file begins as a header array file does: four letters, then a record that says what they head.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "none"
    >>> path.write_bytes(b"VDFB,1,2,3") and is_har(path)
    False
    """
    with path.open("rb") as file:
        start = file.read(26)
    return bool(re.match(rb"\x04\x00\x00\x00....\x04\x00\x00\x00....    (.{6})", start, re.DOTALL)) and start[20:26] in KINDS


def headers(path: Path) -> list[str]:
    """Names of the headers of a header array file, in order, as far as its records hold together."""
    found: list[str] = []
    with path.open("rb") as file:
        while len(size := file.read(4)) == 4:
            (length,) = struct.unpack("<i", size)
            if not 0 < length < LONGEST:
                break
            name = file.read(length) if length == 4 else b""
            file.seek(0 if length == 4 else length, 1)
            if file.read(4) != size:
                break
            if name:
                found.append(name.decode("latin-1").strip())
    return found


def har_of(path: Path) -> Exception:
    """What is said of a header array file: what it holds, why it is not read, and how to bring it."""
    found = headers(path)
    needed = [
        next((n for n in names if n in found), names[0]) for names in WANTED.values() if len(names) > 1 or names[0] in found
    ]
    held = [n for n in needed if n in found]
    return refused(
        "table_har", file=path.name, holds=", ".join(found[:12]) + (" …" if len(found) > 12 else ""), needed=", ".join(needed),
        lacks=", ".join(n for n in needed if n not in found) if held else "", basedata=bool(held) or "",
    )  # fmt: skip


# -- CSV files, one a header -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, eq=False)
class Basedata:
    """What the files hold, N regions, S commodities, million USD: `border` and `landed` [source, destination, commodity] without
    and with duties; `inputs` [region, commodity, industry], `final` [region, commodity], `home` [region, commodity] what is made
    and used at home. `gap`: the largest, of imports and what users buy from abroad, as a part."""

    file: str
    year: int
    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    border: Array
    landed: Array
    inputs: Array
    final: Array
    home: Array
    gap: float
    source: str = NAME
    unit: str = UNIT
    unchecked: tuple[str, ...] = ("what is made and used at home", "duties")
    doubts: tuple[str, ...] = ()


def _files(path: Path) -> dict[str, str]:
    """Headers that are there as CSV files of a folder or zip archive → file of the folder, or member of the archive."""
    names = [str(p) for p in path.iterdir() if p.is_file()] if path.is_dir() else members(path)
    stems = {PurePosixPath(n).stem.upper(): n for n in names if n.lower().endswith(".csv")}
    return {h: stems[h] for names_ in WANTED.values() for h in names_ if h in stems}


def looks_so(path: Path) -> bool:
    """Whether a folder or archive holds trade by source, without and with duties, under GTAP's names."""
    there = _files(path) if path.is_dir() or path.suffix.lower() == ".zip" else {}
    return all(any(h in there for h in names) for names in TRADE.values())


def read(path: Path, year: int, tolerance: float) -> Basedata:
    """The files, checked. Raises `SourceError` naming file and cell that is lacking, strange or does not add up."""
    there = _files(path)
    used = {what: next((h for h in names if h in there), None) for what, names in WANTED.items()}
    lacking = [" or ".join(WANTED[w]) for w, h in used.items() if h is None and len(WANTED[w]) > 1]
    if lacking:
        raise refused("gtap_lacks", file=path.name, lacking="; ".join(lacking), found=", ".join(there))

    cubes = {what: _cube(path, h, there[h], 2 if what in FINAL else 3) for what, h in used.items() if h is not None}
    sectors, regions = _labels(cubes["at the border"], 0), _labels(cubes["at the border"], 1)
    users = (*sectors, CAPITAL) if CAPITAL in _labels(cubes["home"], 1) else sectors
    invested = {w for w in FINAL if w.startswith("investment") and w in cubes}
    if len(invested) != (0 if CAPITAL in users else 2):
        raise refused("gtap_investment", file=path.name, capital=CAPITAL.upper() if CAPITAL in users else "")
    axes = dict.fromkeys(TRADE, (sectors, regions, regions)) | dict.fromkeys(INPUTS, (sectors, users, regions))
    arrays = {what: _array(path, used[what], cells, axes.get(what, (sectors, regions))) for what, cells in cubes.items()}
    nothing = np.zeros((len(sectors), len(regions)))
    final = {side: sum((a for w, a in arrays.items() if w in FINAL and w.endswith(side)), nothing) for side in INPUTS}
    if CAPITAL in users:
        final = {side: final[side] + arrays[side][:, -1] for side in final}
    firms = {side: arrays[side][:, : len(sectors)] for side in INPUTS}  # [commodity, industry, region]
    bought = firms["abroad"].sum(axis=1) + final["abroad"]
    sold = arrays["with duties"].sum(axis=1)
    off = np.abs(sold - bought)
    gap = off / np.maximum(np.maximum(sold, bought), 1.0)
    if ((gap > tolerance) & (off > ROUNDING * len(users))).any():
        k, n = (int(x) for x in np.unravel_index((gap * (off > ROUNDING * len(users))).argmax(), gap.shape))
        raise refused(
            "gtap_total", file=path.name, sector=sectors[k], region=regions[n].upper(), header=used["with duties"],
            sold=f"{sold[k, n]:,.6g}", bought=f"{bought[k, n]:,.6g}", allowed=f"{tolerance:g}",
        )  # fmt: skip
    return Basedata(
        file=path.name,
        year=year,
        regions=tuple(r.upper() for r in regions),
        sectors=sectors,
        border=arrays["at the border"].transpose(1, 2, 0),
        landed=arrays["with duties"].transpose(1, 2, 0),
        inputs=(firms["home"] + firms["abroad"]).transpose(2, 0, 1),
        final=(final["home"] + final["abroad"]).T,
        home=(firms["home"].sum(axis=1) + final["home"]).T,
        gap=float(gap.max()),
    )


def _cube(path: Path, header: str, name: str, labels: int) -> pd.Series:
    """The cells of one file by their labels, lower case. Raises `SourceError` naming the file and the cell."""
    file = f"{path.name}, {header}"
    try:
        rows = list(_rows(path, name))
    except (UnicodeDecodeError, csv.Error, EOFError, zipfile.BadZipFile, OSError):
        raise refused("table_no_text", file=file) from None
    if len(rows) < 2 or len(rows[0]) != labels + 1:
        raise refused("gtap_columns", file=file, wanted=labels, found=", ".join(rows[0]) if rows else "nothing")
    cells: dict[tuple[str, ...], float] = {}
    for at, row in enumerate(rows[1:], start=2):
        if len(row) != labels + 1:
            raise refused("table_row_long", file=file, row=at, cells=len(row), wanted=labels + 1)
        key = tuple(c.strip().lower() for c in row[:-1])
        if not all(key):
            raise refused("table_label", file=file, what="row", place=at, label=repr(",".join(row[:-1])), wanted="labels")
        if key in cells:
            raise refused("table_label_twice", file=file, what="cell", label=", ".join(key), place=f"row {at}")
        try:
            value = float(row[-1])
        except ValueError:
            value = np.nan
        if not np.isfinite(value) or value < 0:
            raise refused("gtap_cell", file=file, row=at, cell=", ".join(key), value=repr(row[-1]))
        cells[key] = value
    return pd.Series(cells)


def _rows(path: Path, name: str) -> Iterator[list[str]]:
    inside = path.is_file()
    with text_of(path if inside else Path(name), name if inside else None) as file:
        text = file.read()
    if not text.endswith("\n"):
        raise refused("gtap_cut", file=f"{path.name}, {PurePosixPath(name).name}")
    yield from (row for row in csv.reader(text.splitlines()) if row)


def _labels(cells: pd.Series, level: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(x) for x in cells.index.get_level_values(level)))


def _array(path: Path, header: str | None, cells: pd.Series, axes: Sequence[Sequence[str]]) -> Array:
    """Cells in the order of the labels. Raises `SourceError` for labels that other files have not, and cells that are lacking."""
    file = f"{path.name}, {header}"
    for level, labels in enumerate(axes):
        found = _labels(cells, level)
        strange, lacking = [x for x in found if x not in labels], [x for x in labels if x not in found]
        if strange or lacking:
            told = {"strange": ", ".join(strange[:6]), "lacking": ", ".join(lacking[:6])}
            raise refused("gtap_labels", file=file, column=level + 1, **told)
    wanted, given = list(product(*axes)), list(cells.index)
    absent = set(wanted) - set(given)
    if absent:
        raise refused("gtap_no_cell", file=file, cell=", ".join(next(c for c in wanted if c in absent)), count=len(absent))
    turned = [cell[::-1] for cell in product(*axes[::-1])]  # the first label runs fastest, as R and Fortran write
    if given != turned:
        moved = next((k for k, (a, b) in enumerate(zip(given, wanted, strict=True)) if a != b), None)
        if moved is not None:
            raise refused("gtap_order", file=file, row=moved + 2, cell=", ".join(given[moved]), wanted=", ".join(wanted[moved]))
    return cells.reindex(pd.MultiIndex.from_tuples(wanted)).to_numpy(dtype=np.float64).reshape([len(a) for a in axes])


# -- the world -------------------------------------------------------------------------------------------------------------
@cache
def _places() -> dict[str, tuple[str, ...]]:
    """GTAP's sectors, lower case → sectors of the default world that they hold parts of."""
    goods = {code: (sector,) for sector, codes in data_table("elasticities.yaml")["gtap"].items() for code in codes}
    return goods | {code: tuple(held) for code, held in places()["gtap"].items()}


def sectors_of(code: str) -> tuple[str, ...]:
    """Sectors of the default world that a GTAP sector holds parts of; none where its code is not GTAP's.

    >>> sectors_of("mvh"), sectors_of("crp"), sectors_of("ros"), sectors_of("Food")
    (('MVH',), ('CHM', 'PHA', 'RUB'), ('PUB',), ())
    """
    return _places().get(code, ())


def world_of(data: Basedata, *, full: bool = False, tariffs: bool = True, rare_earths: bool = True, name: str = "") -> World:
    """The world of these files, grouped to the codes of the default world unless `full`. Duties are GTAP's own; `tariffs=False`
    levies none. Trade elasticities are the default world's, 5 for sectors it does not know. Raises `InputError`."""
    n = np.arange(len(data.regions))
    border = np.where(data.border > 0, data.border, data.landed)
    duties = data.landed - border if tariffs else np.zeros_like(border)
    shipments = border.copy()
    shipments[n, n] += data.home
    rates = np.divide(duties, shipments, out=np.zeros_like(border), where=shipments > 0)
    even = balance(shipments, data.inputs, data.final, rates)
    card: dict[str, Any] = {
        "title": NAME,
        "file": data.file,
        "unit": UNIT,
        "regions": len(data.regions),
        "sectors": len(data.sectors),
        "balance": {"largest gap of a total": data.gap, "no totals in the file for": list(data.unchecked)},
        "inputs moved to final use": {"amount": even.moved, "cells": len(even.cells)},
        "tiny flows dropped": even.dropped,
        "changed, part of output": (even.moved + even.dropped) / max(float(even.shipments.sum()), 1e-300),
        "tariffs": f"{NAME}, {data.year}" if tariffs else "none",
        "duties": float(duties.sum()),
    }
    return grouped(
        even, np.where(even.shipments > 0, rates, 0.0), data.regions, data.sectors, sectors_of, card, full=full,
        rare_earths=rare_earths, year=data.year, unit=UNIT, name=name or f"{NAME} {data.year}", source=f"{NAME}, {data.year}",
    )  # fmt: skip
