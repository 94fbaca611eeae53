"""A published inter-country input–output table: as the file has it, what is checked in it, and as a labelled table.

A reader gives a `Sheet`: blocks of numbers with the label of every row and column, in the order of the file. `checked` then asks
of all of them alike, and names the place where an answer is no:

    labels      none twice; rows and columns the same, in one order; every region with the same sectors and users in one order
    numbers     every cell a finite number
    totals      Σ inputs + value added + taxes = output = Σ uses, and every total that the file prints

A file that was cut, whose rows were moved or whose labels were changed fails one of these. What no table of this kind can show is
a whole column of final use under another's name: `doubts` says where a region buys more of another than of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from detente.errors import SourceError, UnbalancedTable
from detente.types import Array
from detente.words import refusal

Node = tuple[str, str]
"""Region and sector, or region and category of final use."""
RELATIVE = 1e-5
"""Largest gap of a total, as a part of it, that is taken for rounding."""
ROUNDING = 1e-3
"""Rounding of one cell in the table's unit; n of them miss their sum by about √n times as much."""


DESTINATION, OWN = "who among final users bought what", "what an industry sells to itself"
"""What a file without totals of final use, or of output, cannot show to be changed."""


def written(node: Node) -> str:
    """A row or column as most files write it.

    >>> written(("CHN", "C26"))
    'CHN_C26'
    """
    return "_".join(node)


@dataclass(frozen=True, eq=False)
class Sheet:
    """What a file holds, in its own order. R rows, K columns of industries, Y columns of final users.

    `flows` [R, K], `final` [R, Y]; `primary`: what is neither an input nor a total, by name, over [K] and [Y]; `value_added`
    names those of them that are. `row_total` [R] (output), `column_total` [K] (output), `inputs_total` [K] and `final_total` [Y]
    (sums of goods and services) where the file prints them. `stock`: categories that may be negative. `parts`: regions that are
    parts of others. `show` writes a label as the file does.
    """

    file: str
    source: str
    year: int
    unit: str
    rows: Sequence[Node]
    columns: Sequence[Node]
    users: Sequence[Node]
    flows: Array
    final: Array
    primary: Mapping[str, tuple[Array, Array]]
    value_added: Sequence[str]
    row_total: Array | None = None
    column_total: Array | None = None
    inputs_total: Array | None = None
    final_total: Array | None = None
    stock: Sequence[str] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    show: Callable[[Node], str] = written


@dataclass(frozen=True, eq=False)
class Table:
    """A table whose labels and totals were checked: N regions, S sectors, C categories of final use, `unit` a year.

    `flows` [origin, product, destination, user], `final` [origin, product, destination, category], both at basic prices;
    `value_added` and `taxes` [region, sector], taxes being all else between inputs and output (on products, on transport,
    adjustments); `final_taxes` [region, category]. `stock`: the categories that may be negative, as goods leave stock. `gap`: the
    largest miss of a total as a part of it. `doubts`: what the totals allow and a reader should look at. `unchecked`: what
    the file has no totals for, so that a changed cell there would not show (`DESTINATION`, `OWN`).
    """

    file: str
    source: str
    year: int
    unit: str
    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    categories: tuple[str, ...]
    flows: Array
    final: Array
    value_added: Array
    taxes: Array
    final_taxes: Array
    stock: tuple[str, ...]
    gap: float
    doubts: tuple[str, ...]
    unchecked: tuple[str, ...]

    @property
    def output(self) -> Array:
        """[region, sector] what is sold to all users."""
        return np.asarray(self.flows.sum(axis=(2, 3)) + self.final.sum(axis=(2, 3)))


def refused(part: str, **values: object) -> SourceError:
    """The refusal of a file, in the words of `build/refusals.md.j2`."""
    return SourceError(refusal("build", part, **values))


def in_order(file: str, rows: Sequence[str], published: Sequence[str]) -> None:
    """Rows below the industries stand in the `published` order, some left out. Raises `SourceError` naming the first moved."""
    wanted = sorted(rows, key=list(published).index)
    for k, (row, other) in enumerate(zip(rows, wanted, strict=True)):
        if row != other:
            raise refused("table_moved", file=file, what="row below the industries", place=k + 1, label=row, wanted=other)


def checked(sheet: Sheet, tolerance: float = RELATIVE) -> Table:
    """The labelled table of a sheet. Raises `SourceError` (labels, cells), `UnbalancedTable` (totals); both name the place.

    `tolerance`: the largest gap of a total, as a part of it, that is taken for rounding.
    """
    regions, sectors = _blocks(sheet)
    categories = _users(sheet, regions)
    _finite(sheet)
    gap = _totals(sheet, tolerance)
    kept = tuple(dict.fromkeys(sheet.parts.get(r, r) for r in regions))
    n, s = len(regions), len(sectors)
    to = np.zeros((len(kept), n))
    for k, region in enumerate(regions):
        to[kept.index(sheet.parts.get(region, region)), k] = 1
    flows = sheet.flows.reshape(n, s, n, s)
    buyers = list(dict.fromkeys(r for r, _ in sheet.users))
    final = sheet.final.reshape(n, s, len(buyers), len(categories))
    taken = np.zeros((len(kept), len(buyers)))
    for k, region in enumerate(buyers):
        taken[kept.index(sheet.parts.get(region, region)), k] = 1
    if len(kept) < n:
        flows = _grouped(_grouped(flows, to, 0), to, 2)
        final = _grouped(final, to, 0)
    if not np.array_equal(taken, np.eye(len(kept))):
        final = _grouped(final, taken, 2)
    own, other = np.zeros((n, s)), np.zeros((n, s))
    final_taxes = np.zeros((len(buyers), len(categories)))
    for name, (over, over_final) in sheet.primary.items():
        target = own if name in sheet.value_added else other
        target += over.reshape(n, s)
        final_taxes += over_final.reshape(final_taxes.shape)
    stock = tuple(c for c in categories if c in sheet.stock)
    doubts = _doubts(kept, categories, stock, final)
    known = ((DESTINATION, sheet.final_total is not None), (OWN, sheet.row_total is not None or sheet.column_total is not None))
    unchecked = tuple(name for name, there in known if not there)
    if np.abs(other).sum() > np.abs(own).sum():
        doubts = (*doubts, " ".join(sheet.value_added))
    return Table(
        sheet.file, sheet.source, sheet.year, sheet.unit, kept, sectors, categories, flows, final, to @ own, to @ other,
        taken @ final_taxes, stock, gap, doubts, unchecked,
    )  # fmt: skip


def _grouped(values: Array, to: Array, axis: int) -> Array:
    return np.moveaxis(np.tensordot(to, values, axes=(1, axis)), 0, axis)


# -- labels --------------------------------------------------------------------------------------------------------------
def _twice(sheet: Sheet, what: str, labels: Sequence[Node]) -> None:
    seen: set[Node] = set()
    for k, node in enumerate(labels):
        if node in seen:
            raise refused("table_label_twice", file=sheet.file, what=what, label=sheet.show(node), place=k + 1)
        seen.add(node)


def _blocks(sheet: Sheet) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Regions and sectors, once rows and columns are the same and every region has every sector in one order."""
    if not sheet.rows or not sheet.columns:
        raise refused("table_empty", file=sheet.file, what="rows" if not sheet.rows else "columns")
    _twice(sheet, "row", sheet.rows)
    _twice(sheet, "column", sheet.columns)
    for what, has, other, lacks in (
        ("row", sheet.rows, "column", set(sheet.columns)), ("column", sheet.columns, "row", set(sheet.rows)),
    ):  # fmt: skip
        alone = [node for node in has if node not in lacks]
        if alone:
            raise refused("table_alone", file=sheet.file, what=what, label=sheet.show(alone[0]), other=other, count=len(alone))
    for k, (row, column) in enumerate(zip(sheet.rows, sheet.columns, strict=True)):
        if row != column:
            raise refused("table_order", file=sheet.file, place=k + 1, row=sheet.show(row), column=sheet.show(column))
    regions = tuple(dict.fromkeys(r for r, _ in sheet.rows))
    sectors = tuple(dict.fromkeys(s for _, s in sheet.rows))
    wanted = [(r, s) for r in regions for s in sectors]
    lacking = [node for node in wanted if node not in set(sheet.rows)]
    if lacking:
        raise refused("table_lacks", file=sheet.file, what="row", label=sheet.show(lacking[0]), count=len(lacking))
    for k, (row, node) in enumerate(zip(sheet.rows, wanted, strict=True)):
        if row != node:
            raise refused("table_moved", file=sheet.file, what="row", place=k + 1, label=sheet.show(row), wanted=sheet.show(node))
    return regions, sectors


def _users(sheet: Sheet, regions: Sequence[str]) -> tuple[str, ...]:
    """Categories of final use, once every region that has any has all in one order, and regions stand as in the rows."""
    _twice(sheet, "column", sheet.users)
    if not sheet.users:
        raise refused("table_empty", file=sheet.file, what="columns of final use")
    buyers = list(dict.fromkeys(r for r, _ in sheet.users))
    wholes = {sheet.parts[r] for r in regions if r in sheet.parts}
    for buyer in buyers:
        if buyer not in regions and buyer not in wholes:
            label = next(sheet.show(u) for u in sheet.users if u[0] == buyer)
            raise refused("table_buyer", file=sheet.file, label=label, region=buyer)
    makers = iter([r for r in regions if r in buyers or r not in sheet.parts])
    # a whole whose parts alone are makers stands where it stands
    wanted_buyers = [b if b not in regions else next(makers, b) for b in buyers]
    wanted_buyers += makers
    categories = tuple(dict.fromkeys(c for _, c in sheet.users))
    wanted = [(r, c) for r in wanted_buyers for c in categories]
    lacking = [node for node in wanted if node not in set(sheet.users)]
    if lacking:
        raise refused("table_lacks", file=sheet.file, what="column", label=sheet.show(lacking[0]), count=len(lacking))
    for user, node in zip(sheet.users, wanted, strict=True):
        if user != node:
            raise refused(
                "table_moved", file=sheet.file, what="column of final use", place=list(sheet.users).index(user) + 1,
                label=sheet.show(user), wanted=sheet.show(node),
            )  # fmt: skip
    return categories


# -- numbers -------------------------------------------------------------------------------------------------------------
def _finite(sheet: Sheet) -> None:
    blocks: list[tuple[Array, Sequence[Node | str], Sequence[Node]]] = [
        (sheet.flows, sheet.rows, sheet.columns), (sheet.final, sheet.rows, sheet.users),
        *((over[None], [name], sheet.columns) for name, (over, _) in sheet.primary.items()),
        *((over[None], [name], sheet.users) for name, (_, over) in sheet.primary.items()),
    ]  # fmt: skip
    totals = (
        (sheet.row_total, sheet.rows), (sheet.column_total, sheet.columns), (sheet.inputs_total, sheet.columns),
        (sheet.final_total, sheet.users),
    )  # fmt: skip
    blocks += [(over[None], ["total"], labels) for over, labels in totals if over is not None]
    for values, rows, columns in blocks:
        good = np.isfinite(values)
        if not good.all():
            i, j = (int(k) for k in np.argwhere(~good)[0])
            at = rows[i]
            row = at if isinstance(at, str) else sheet.show(at)
            raise refused(
                "table_cell",
                file=sheet.file,
                row=row,
                column=sheet.show(columns[j]),
                value=values[i, j],
                count=int((~good).sum()),
            )


def _totals(sheet: Sheet, tolerance: float) -> float:
    """The largest gap of all totals. Raises `UnbalancedTable` naming the worst cell."""
    used = sheet.flows.sum(axis=0)
    sold = sheet.flows.sum(axis=1) + sheet.final.sum(axis=1)
    paid = used + sum((over for over, _ in sheet.primary.values()), start=np.zeros_like(used))
    asked = sheet.final.sum(axis=0)
    asked_taxes = sum((over for _, over in sheet.primary.values()), start=np.zeros_like(asked))
    size = float(np.sqrt(sum(sheet.flows.shape) + sheet.final.shape[1]))
    worst = 0.0
    tests = [
        ("uses", sold, "output", sheet.row_total, sheet.rows),
        ("inputs, value added and taxes", paid, "output", sheet.column_total, sheet.columns),
        ("uses", sold, "inputs, value added and taxes", paid, sheet.rows),
        ("uses", sold, "output", sheet.column_total, sheet.rows),
        ("inputs", used, "their total", sheet.inputs_total, sheet.columns),
        ("final use", asked, "its total", sheet.final_total, sheet.users),
    ]
    for name, values, other, totals, labels in tests:
        if totals is None:
            continue
        gap = np.abs(values - totals)
        if totals is sheet.final_total:  # some editions count taxes in
            gap = np.minimum(gap, np.abs(values + asked_taxes - totals))
        allowed = np.maximum(ROUNDING * size, tolerance * np.maximum(np.abs(values), np.abs(totals)))
        over = gap / allowed
        if over.size and over.max() > 1:
            k = int(over.argmax())
            sums = {"name": name, "value": f"{values[k]:,.6g}", "other": other, "total": f"{totals[k]:,.6g}", "unit": sheet.unit}
            place = {"file": sheet.file, "label": sheet.show(labels[k]), "cells": int((over > 1).sum())}
            raise UnbalancedTable(refusal("build", "table_total", allowed=f"{tolerance:g}", **sums, **place))
        scale = np.maximum(np.abs(values), np.abs(totals))
        worst = max(worst, float((gap / np.maximum(scale, ROUNDING * size)).max(initial=0.0)))
    return worst


def _doubts(regions: Sequence[str], categories: Sequence[str], stock: Sequence[str], final: Array) -> tuple[str, ...]:
    """Regions that buy more final goods of another than of themselves: possible, yet rather two columns changed round."""
    lasting = [k for k, c in enumerate(categories) if c not in stock]
    bought = final[..., lasting].sum(axis=1)  # [origin, destination, category]
    found = []
    for n, region in enumerate(regions):
        for c, k in enumerate(lasting):
            most = int(bought[:, n, c].argmax())
            if most != n and bought[most, n, c] > bought[n, n, c]:
                found.append(f"{region} {categories[k]}: {regions[most]}")
    return tuple(found)
