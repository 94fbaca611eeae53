"""World Input–Output Database, releases of 2013 and 2016, and ADB's multi-regional tables, which have the layout of the first.

One sheet. Above the numbers stand, from the fifth column on, rows of industry codes (2013 and 2016), names, economies and column
codes (`c1` …; ADB: `F1` to `F5` for final use); left of them code, name, economy and row code. The corner is overlaid with a
title, so header rows are found by what they hold. Below come rows of economy `TOT`: total inputs (`r60`, `II_fob`), taxes less
subsidies, adjustments of export prices and of purchases abroad, value added, transport margins, output (`r69`, `GO`). The last
column (`TOT`) is output. Million USD a year at basic prices.

The release of 2016 is published as xlsb (read where pyxlsb is there), R and Stata; xlsx or CSV saved from it are read alike.

https://www.rug.nl/ggdc/valuechain/wiod/  https://kidb.adb.org/mrio
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detente.build.tables.reading import number, sheet_rows, year_in, years_in
from detente.build.tables.table import Node, Sheet, in_order, refused
from detente.types import Array, Progress

LEFT = 4
"""Columns of labels, and where numbers begin."""
DEEPEST = 12
"""The header ends before this row."""
WORLD = ("TOT", "ToT", "TOTAL")


@dataclass(frozen=True)
class Layout:
    """One release: which codes name its industries (`by` their own code or the column code), final users, and rows below."""

    source: str
    own_codes: bool
    final: Sequence[str]
    stock: Sequence[str]
    below: Sequence[str]
    value_added: str

    @property
    def inputs(self) -> str:
        """The row of all inputs, the first of those below the industries."""
        return self.below[0]

    @property
    def output(self) -> str:
        """The row of output, the last."""
        return self.below[-1]

    @property
    def other(self) -> list[str]:
        """The rows that are no totals and not value added."""
        return [c for c in self.below[1:-1] if c != self.value_added]


WIOD_2016 = Layout(
    "WIOD, release 2016", True, ("CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN"), ("INVEN",),
    ("II_fob", "TXSP", "EXP_adj", "PURR", "PURNR", "VA", "IntTTM", "GO"), "VA",
)  # fmt: skip
WIOD_2013 = Layout(
    "WIOD, release 2013", False, ("c37", "c38", "c39", "c41", "c42"), ("c42",),
    ("r60", "r99", "r61", "r62", "r63", "r64", "r65", "r69"), "r64",
)  # fmt: skip
ADB = Layout(
    "ADB MRIO", False, ("F1", "F2", "F3", "F4", "F5"), ("F5",),
    ("r60", "r99", "r61", "r62", "r63", "r64", "r65", "trs", "r69"), "r64",
)  # fmt: skip
RENAMED = {"ROM": "ROU"}


def top(path: Path) -> list[tuple[Any, ...]]:
    """The first rows of the sheet."""
    return [row for _, row in zip(range(DEEPEST), sheet_rows(path), strict=False)]


def layout_of(rows: Sequence[Sequence[Any]]) -> Layout | None:
    """The release, told by the codes above the numbers; None for another sheet."""
    found = _code_row(rows)
    if found is None:
        return None
    codes = {str(c) for c in rows[found][LEFT:] if c is not None}
    if "F1" in codes:
        return ADB
    if any("CONS_h" in {str(c) for c in row[LEFT:] if c is not None} for row in rows[:found]):
        return WIOD_2016
    return WIOD_2013 if "c37" in codes else None


def _code_row(rows: Sequence[Sequence[Any]]) -> int | None:
    for k, row in enumerate(rows):
        codes = [str(c) for c in row[LEFT:] if c is not None]
        if len(codes) > 2 and sum(bool(re.fullmatch(r"[cF]\d+", c)) for c in codes) >= len(codes) - 1:
            return k
    return None


def year_of(path: Path, rows: Sequence[Sequence[Any]]) -> int | None:
    """The year in the title of the sheet, else in the name of the file. Raises `SourceError` where they differ."""
    title = " ".join(str(c) for row in rows[:3] for c in row[:1] if c is not None)
    years = re.findall(r"(?:19|20)\d\d", title)
    if not years:
        return year_in(path.name)
    named = years_in(path.name)
    if named and int(years[-1]) not in named:
        raise refused("table_two_years", file=path.name, title=years[-1], name=named[0])
    return int(years[-1])


def read(path: Path, year: int, progress: Progress | None = None) -> Sheet:
    """The sheet of a file. Raises `SourceError` naming a label or cell that does not belong."""
    rows = sheet_rows(path)
    header: list[tuple[Any, ...]] = []
    for row in rows:
        header.append(row)
        if _code_row(header) is not None or len(header) > DEEPEST:
            break
    layout = layout_of(header)
    if layout is None:
        raise refused("table_no_header", file=path.name)
    at = len(header) - 1
    economies, codes = header[at - 1][LEFT:], header[at][LEFT:]
    own = _own_codes(header[:at]) if layout.own_codes else codes
    total = next((k for k, c in enumerate(economies) if str(c) in WORLD), None)
    if total is None:
        raise refused("table_no_column", file=path.name, column=WORLD[0], found=_last(economies))
    labels = [(_economy(economies[k]), _text(own[k] if k < len(own) else None)) for k in range(total)]
    first = next((k for k, (_, code) in enumerate(labels) if code in layout.final), total)
    for k, (region, code) in enumerate(labels):
        if (k >= first) != (code in layout.final) or not region or not code:
            wanted = f"{', '.join(layout.final)}" if k >= first else "an industry"
            raise refused(
                "table_label", file=path.name, what="column", label=repr(f"{region} {code}"), place=k + LEFT + 1, wanted=wanted
            )
    nodes, below, values = _body(path, rows, layout, total, at + 1, progress)
    primary: dict[str, tuple[Array, Array]] = {}
    for code in (*layout.other, layout.value_added):
        if code in below:
            paid = below[code]
            primary[code] = paid[:first], np.nan_to_num(paid[first:total])
    for code in (layout.inputs, layout.value_added, layout.output):
        if code not in below:
            raise refused("table_no_row", file=path.name, row=code, found=", ".join(below) or "none")
    in_order(path.name, list(below), layout.below)
    return Sheet(
        file=path.name,
        source=layout.source,
        year=year,
        unit="million USD",
        rows=nodes,
        columns=labels[:first],
        users=labels[first:],
        flows=values[:, :first],
        final=values[:, first:total],
        primary=primary,
        value_added=[layout.value_added],
        row_total=values[:, total],
        column_total=below[layout.output][:first],
        inputs_total=below[layout.inputs][:first],
        final_total=below[layout.inputs][first:total],
        stock=layout.stock,
        show=" ".join,
    )


def _own_codes(header: Sequence[Sequence[Any]]) -> Sequence[Any]:
    return next(row[LEFT:] for row in header if "CONS_h" in row[LEFT:])


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    # a workbook or CSV file may have made a number of a code such as 20
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _economy(cell: Any) -> str:
    return RENAMED.get(_text(cell), _text(cell))


def _last(cells: Sequence[Any]) -> str:
    return next((_text(c) for c in reversed(cells) if c is not None), "none")


def _body(
    path: Path, rows: Any, layout: Layout, total: int, above: int, progress: Progress | None
) -> tuple[list[Node], dict[str, Array], Array]:
    """Industries in rows, the rows below by code, and the numbers of the industries [R, total + 1]."""
    nodes: list[Node] = []
    below: dict[str, Array] = {}
    values: list[Array] = []
    for place, row in enumerate(rows, start=above + 1):
        left = [_text(c) for c in (*row[:LEFT], *([None] * LEFT))[:LEFT]]
        if not any(left):
            continue
        cells = np.array([number(c) for c in row[LEFT : LEFT + total + 1]])
        if layout.output in below and not np.isfinite(cells).any():
            continue  # a note below the table
        if cells.size < total + 1:
            raise refused("table_row_short", file=path.name, row=" ".join(left[2:]), cells=cells.size, wanted=total + 1)
        code = left[0] if layout.own_codes else left[3]
        if left[2] in WORLD:
            if code in below:
                raise refused("table_label_twice", file=path.name, what="row", label=code, place=place)
            if code not in layout.below:
                wanted = ", ".join(layout.below)
                raise refused("table_label", file=path.name, what="row", label=repr(code), place=place, wanted=wanted)
            below[code] = cells
            continue
        if below:
            raise refused("table_row_below", file=path.name, row=" ".join(left[2:]), place=place, last=next(iter(below)))
        if not left[2] or not code:
            raise refused(
                "table_label", file=path.name, what="row", label=repr(" ".join(left)), place=place, wanted="an industry"
            )
        nodes.append((_economy(row[2]), code))
        values.append(cells)
        if progress is not None:
            progress(f"reading {path.name}", len(nodes), max(total, len(nodes)))
    if not values:
        raise refused("table_empty", file=path.name, what="rows")
    return nodes, below, np.stack(values)
