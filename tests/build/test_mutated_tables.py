"""A mutated file is never a silently wrong table: it reads as the whole one did, or it is refused.

Mutations: bytes cut, dropped or changed; cells emptied, scaled, negated, swapped, made text; rows and columns dropped, doubled or
moved, labels swapped or misspelt. A cell may change by less than what counts as rounding; then the table is the same to that.

A file without totals of final use cannot show that its final users changed places in a row, one without totals of output that an
industry's sales to itself changed (`Table.unchecked`, told in the card): that is left out of what is compared.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from detente.build.tables import read_table
from detente.build.tables.table import DESTINATION, OWN, Table
from detente.errors import InputError
from published import LAYOUTS

MUTATIONS = 500
"""A layout; the environment's DETENTE_MUTATIONS asks for another number."""
SEED = 20220

Rows = list[list[str]]


def _drop_row(rows: Rows, draw: random.Random) -> None:
    rows.pop(draw.randrange(len(rows)))


def _double_row(rows: Rows, draw: random.Random) -> None:
    k = draw.randrange(len(rows))
    rows.insert(draw.randrange(len(rows)), list(rows[k]))


def _move_row(rows: Rows, draw: random.Random) -> None:
    rows.insert(draw.randrange(len(rows)), rows.pop(draw.randrange(len(rows))))


def _drop_column(rows: Rows, draw: random.Random) -> None:
    k = draw.randrange(max(map(len, rows)))
    for row in rows:
        del row[k : k + 1]


def _move_column(rows: Rows, draw: random.Random) -> None:
    width = max(map(len, rows))
    a, b = draw.randrange(width), draw.randrange(width)
    for row in rows:
        if len(row) > max(a, b):
            row.insert(b, row.pop(a))


def _cut(rows: Rows, draw: random.Random) -> None:
    del rows[draw.randrange(1, len(rows)) :]


def _cut_row(rows: Rows, draw: random.Random) -> None:
    row = draw.choice(rows)
    del row[draw.randrange(max(len(row), 1)) :]


def _swap_labels(rows: Rows, draw: random.Random, across: bool) -> None:
    if across:
        row = rows[draw.randrange(min(6, len(rows)))]
        if len(row) > 6:
            a, b = draw.sample(range(1, len(row)), 2)
            row[a], row[b] = row[b], row[a]
        return
    a, b = draw.sample(range(len(rows)), 2)
    k = draw.randrange(4)
    if min(len(rows[a]), len(rows[b])) > k:
        rows[a][k], rows[b][k] = rows[b][k], rows[a][k]


def _change_cell(rows: Rows, draw: random.Random) -> None:
    row = draw.choice(rows)
    k = draw.randrange(len(row))
    try:
        value = float(row[k])
    except ValueError:
        row[k] = draw.choice(["", "x", row[k] + "X", row[k][:-1], row[k].lower(), "0"])
        return
    changed = [value * 10, value / 10, -value, value + 1, 0.0, value * 1.01, value * 1e6, np.inf, np.nan]
    row[k] = draw.choice([*map(str, changed), "", "n.a.", row[k].replace(".", ""), row[k].replace(".", ","), row[k] + " "])


def _swap_rows_of_numbers(rows: Rows, draw: random.Random) -> None:
    a, b = draw.sample(range(len(rows)), 2)
    rows[a][4:], rows[b][4:] = rows[b][4:], rows[a][4:]


def _swap_in_column(rows: Rows, draw: random.Random) -> None:
    a, b = draw.sample(range(len(rows)), 2)
    k = draw.randrange(min(len(rows[a]), len(rows[b])))
    rows[a][k], rows[b][k] = rows[b][k], rows[a][k]


def _shift_row(rows: Rows, draw: random.Random) -> None:
    row = draw.choice(rows)
    row.insert(draw.randrange(len(row) + 1), draw.choice(["", "0", "1.5"]))


ON_ROWS: list[Callable[[Rows, random.Random], None]] = [
    _drop_row, _double_row, _move_row, _drop_column, _move_column, _cut, _cut_row, partial(_swap_labels, across=True),
    partial(_swap_labels, across=False), _change_cell, _change_cell, _change_cell, _swap_rows_of_numbers, _swap_in_column,
    _shift_row,
]  # fmt: skip


def _bytes_changed(body: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(body))
    kind = draw.randrange(5)
    if kind == 0:
        return body[:at]
    if kind == 1:
        return body[:at] + body[at + draw.randrange(1, 40) :]
    if kind == 2:
        return body[:at] + bytes([draw.randrange(256)]) + body[at + 1 :]
    if kind == 3:
        return body[:at] + body[max(0, at - draw.randrange(1, 40)) : at] + body[at:]
    return body[:at] + draw.choice([b"\x00", b'"', b"\n", b",", b"\xff\xfe", b"e9"]) + body[at:]


def mutated(body: bytes, separator: str, draw: random.Random) -> bytes:
    """`body` with one thing changed."""
    if draw.random() < 0.35:
        return _bytes_changed(body, draw)
    rows = [line.split(separator) for line in body.decode("utf-8").splitlines()]
    draw.choice(ON_ROWS)(rows, draw)
    return "\n".join(separator.join(r) for r in rows).encode() + b"\n"


def _far(table: Table, whole: Table) -> str | None:
    """In what `table` differs from `whole` by more than rounding; None where it does not."""
    for name in ("source", "year", "unit", "regions", "sectors", "categories"):
        if getattr(table, name) != getattr(whole, name):
            return name
    for name in ("flows", "final", "income"):  # a world counts taxes on inputs as value added, so their sum is what matters
        a, b = (t.value_added + t.taxes if name == "income" else getattr(t, name) for t in (table, whole))
        if name == "flows" and OWN in whole.unchecked:
            own = np.eye(a.shape[0] * a.shape[1]).reshape(a.shape)
            a, b = (1 - own) * a, (1 - own) * b
        if name == "final" and DESTINATION in whole.unchecked:
            a, b = a.sum(axis=(2, 3)), b.sum(axis=(2, 3))
        if np.abs(a - b).max() > 0.02 + 2e-5 * np.abs(b).max():
            return name
    return None


def _read(path: Path) -> tuple[Table | None, str]:
    try:
        return read_table(path), ""
    except InputError as error:
        return None, str(error)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_mutated_file_is_the_same_table_or_refused(tmp_path: Path, layout: str) -> None:
    files, changeable, separator = LAYOUTS[layout](tmp_path)
    whole = read_table(files)
    draw = random.Random(SEED)
    bodies = {path: path.read_bytes() for path in changeable}
    refused = 0
    for k in range(int(os.environ.get("DETENTE_MUTATIONS", MUTATIONS))):
        path = draw.choice(changeable)
        path.write_bytes(mutated(bodies[path], separator, draw))
        table, told = _read(files)
        if table is None:
            refused += 1
            assert path.name in told or files.name in told, f"mutation {k}: {told}"
        else:
            assert not _far(table, whole) or table.doubts != whole.doubts, f"mutation {k}: {_far(table, whole)}"
        path.write_bytes(bodies[path])
    assert refused > k / 2
