"""EXIOBASE 3, monetary tables: industry by industry (ixi) and product by product (pxp), the zip archive or its folder.

Tab-separated text. `Z.txt` and `Y.txt` begin with two header lines (region; sector or category), a line that names the two label
columns, then rows of region, sector and numbers. `x.txt` has output by region and sector. Value added and taxes are the first
rows of `satellite/F.txt` (or `factor_inputs/F.txt`), which has one label column. `unit.txt` says M.EUR. Million EUR a year at
basic prices; the year is in the name of the archive or folder only. Final use
has no totals: sellers' totals are all there is to check.

https://doi.org/10.5281/zenodo.3583070
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TextIO

import numpy as np

from detente.build.tables.reading import head, members, number, numbers, text_of
from detente.build.tables.table import Node, Sheet, refused
from detente.types import Array, Progress

NAME = "EXIOBASE 3"
TAXES = ("Taxes less subsidies on products purchased: Total",)
VALUE_ADDED = ("Other net taxes on production", "Compensation of employees", "Operating surplus")
"""How the rows of value added begin."""
STOCK = ("Changes in inventories", "Changes in valuables", "Exports: Total (fob)")
FACTORS = ("factor_inputs/F.txt", "satellite/F.txt")


def looks_so(path: Path) -> bool:
    """Whether an archive or folder holds these tables."""
    return _file(path, "Z.txt") is not None and _file(path, "Y.txt") is not None


def _file(path: Path, name: str) -> str | None:
    """The place of a file in the archive or folder, wherever its folder lies."""
    if path.is_dir():
        found = sorted(
            str(p.relative_to(path)) for p in path.rglob(PurePosixPath(name).name) if p.as_posix().endswith("/" + name)
        )
    else:
        found = [m for m in members(path) if f"/{m}".endswith(f"/{name}")]
    return found[0] if found else None


def read(path: Path, year: int, progress: Progress | None = None) -> Sheet:
    """The sheet of an archive or folder. Raises `SourceError` naming a file, label or cell that does not belong."""
    columns, rows, flows = _matrix(path, "Z.txt", progress)
    users, sellers, final = _matrix(path, "Y.txt", progress)
    if not rows:
        raise refused("table_empty", file=f"{path.name}, Z.txt", what="rows")
    _same(path, "Y.txt", sellers, rows)
    output = _output(path, rows)
    kind = (
        "product by product"
        if "pxp" in path.name.lower()
        else "industry by industry"
        if "ixi" in path.name.lower()
        else "monetary"
    )
    primary = _factors(path, columns)
    added = [name for name in primary if name.startswith(VALUE_ADDED)]
    return Sheet(
        file=path.name,
        source=f"{NAME}, {kind}",
        year=year,
        unit=_unit(path),
        rows=rows,
        columns=columns,
        users=users,
        flows=flows,
        final=final,
        primary={name: (values, np.zeros(len(users))) for name, values in primary.items()},
        value_added=added,
        row_total=output,
        column_total=output,
        stock=STOCK,
        show=" ".join,
    )


@contextmanager
def _text(path: Path, name: str) -> Iterator[TextIO]:
    at = _file(path, name)
    if at is None:
        raise refused("table_no_member", file=path.name, member=name)
    with text_of(path / at) if path.is_dir() else text_of(path, at) as file:
        yield file


def _place(path: Path, name: str) -> tuple[Path, str | None]:
    at = _file(path, name)
    if at is None:
        raise refused("table_no_member", file=path.name, member=name)
    return (path / at, None) if path.is_dir() else (path, at)


def _matrix(path: Path, name: str, progress: Progress | None) -> tuple[list[Node], list[Node], Array]:
    file, member = _place(path, name)
    lines = head(file, 3, "\t", member)
    if len(lines) < 3 or lines[0][:1] != ["region"] or lines[2][:2] != ["region", "sector"]:
        raise refused(
            "table_no_head", file=path.name, member=name, wanted="region, then sector or category, then region and sector"
        )
    columns = list(zip(lines[0][2:], lines[1][2:], strict=False))
    if len(lines[0]) != len(lines[1]):
        raise refused("table_no_head", file=path.name, member=name, wanted=f"{len(lines[0])} cells in both lines")
    labels, values = numbers(
        file, skip=3, labels=2, columns=[" ".join(c) for c in columns], separator="\t", member=member, progress=progress
    )
    return columns, [(r, s) for r, s in labels], values


def _same(path: Path, name: str, labels: Sequence[Node], wanted: Sequence[Node]) -> None:
    for k, node in enumerate(wanted):
        if k >= len(labels) or labels[k] != node:
            has = " ".join(labels[k]) if k < len(labels) else "the end"
            raise refused("table_moved", file=f"{path.name}, {name}", what="row", place=k + 1, label=has, wanted=" ".join(node))
    if len(labels) > len(wanted):
        raise refused("table_row_below", file=f"{path.name}, {name}", row=" ".join(labels[len(wanted)]), place=len(wanted) + 1,
                      last=" ".join(wanted[-1]))  # fmt: skip


def _output(path: Path, rows: Sequence[Node]) -> Array:
    file, member = _place(path, "x.txt")
    lines = head(file, 1, "\t", member)
    if not lines or lines[0] != ["region", "sector", "indout"]:
        raise refused("table_no_head", file=path.name, member="x.txt", wanted="region, sector, indout")
    labels, values = numbers(file, skip=1, labels=2, columns=["indout"], separator="\t", member=member)
    _same(path, "x.txt", [(r, s) for r, s in labels], rows)
    return values[:, 0]


def _factors(path: Path, columns: Sequence[Node]) -> dict[str, Array]:
    """Value added and taxes by name; the satellite accounts below them are not read."""
    name = next((n for n in FACTORS if _file(path, n)), FACTORS[-1])
    found: dict[str, Array] = {}
    told = f"{path.name}, {name}"
    try:
        with _text(path, name) as file:
            regions = file.readline().rstrip("\r\n").split("\t")[1:]
            sectors = file.readline().rstrip("\r\n").split("\t")[1:]
            _same(path, name, list(zip(regions, sectors, strict=False)), columns)
            for line in file:
                label, *cells = line.rstrip("\r\n").split("\t")
                if not label.startswith((*TAXES, *VALUE_ADDED)):
                    continue
                if label in found:
                    raise refused("table_label_twice", file=told, what="row", label=label, place=len(found) + 1)
                if len(cells) != len(columns):
                    raise refused("table_row_short", file=told, row=label, cells=len(cells), wanted=len(columns))
                found[label] = np.array([number(c) for c in cells])
    except (UnicodeDecodeError, EOFError, zipfile.BadZipFile):
        raise refused("table_no_text", file=told) from None
    wanted = [*TAXES, *VALUE_ADDED]
    lacking = [w for w in wanted if not any(label.startswith(w) for label in found)]
    if lacking:
        raise refused("table_no_row", file=told, row=lacking[0], found=", ".join(found) or "none")
    return found


def _unit(path: Path) -> str:
    """The currency, from `unit.txt`; where the archive has none, that of every release."""
    if _file(path, "unit.txt") is None:
        return "million EUR"
    file, member = _place(path, "unit.txt")
    for line in head(file, 50_000, "\t", member)[1:]:
        if line[-1] != "M.EUR":
            raise refused("table_unit", file=path.name, member="unit.txt", row=" ".join(line[:-1]), unit=line[-1], wanted="M.EUR")
    return "million EUR"
