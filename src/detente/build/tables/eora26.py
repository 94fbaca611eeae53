"""Eora26, 189 economies × 26 industries and a rest of the world: the zip archive or its folder.

Tab-separated matrices without labels: `Eora26_YEAR_bp_T.txt` (between industries), `…_FD.txt` (final use), `…_VA.txt` (value
added and taxes), and `labels_T.txt`, `labels_FD.txt`, `labels_VA.txt` (economy, its code, kind, name a line) in their order. The
rest of the world is one industry that holds the statistical discrepancy; here it stands under the last industry. Thousand USD of
the year at basic prices (`bp`), given here in million. The files print no totals. How closely the published ones balance was not
seen here: `--tolerance` allows more.

https://worldmrio.com/eora26/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from detente.build.tables.reading import head, members, numbers
from detente.build.tables.table import Node, Sheet, refused
from detente.types import Array, Progress

NAME = "Eora26"
MATRIX = re.compile(r"Eora26_((?:19|20)\d\d)_bp_T\.txt")
REST = "ROW"
TAXES = ("Taxes on production", "Subsidies on production", "Net taxes on production")
STOCK = ("Changes in inventories P.52", "Acquisitions less disposals of valuables P.53")
LABELS = 100_000
"""More lines than any file of labels has."""


def _files(path: Path) -> dict[str, str]:
    """Name of every text file → its place in the archive or folder."""
    places = [str(p.relative_to(path)) for p in sorted(path.rglob("*.txt"))] if path.is_dir() else members(path)
    return {PurePosixPath(p).name: p for p in places}


def year_of(path: Path) -> int | None:
    """The year of the matrix at basic prices; None where the archive or folder is of another kind."""
    found = [m for m in map(MATRIX.fullmatch, _files(path)) if m]
    return int(found[0][1]) if len(found) == 1 else None


def read(path: Path, year: int, progress: Progress | None = None) -> Sheet:
    """The sheet of an archive or folder. Raises `SourceError` naming a file, label or cell that does not belong."""
    files = _files(path)
    stem = f"Eora26_{year_of(path)}_bp"
    nodes, buyers = _labels(path, files, "labels_T.txt"), _labels(path, files, "labels_FD.txt")
    added = [" ".join(node) for node in _labels(path, files, "labels_VA.txt")]
    if len(set(added)) < len(added):
        twice = next(a for a in added if added.count(a) > 1)
        raise refused(
            "table_label_twice", file=f"{path.name}, labels_VA.txt", what="row", label=twice, place=added.index(twice) + 1
        )
    flows = _matrix(path, files, f"{stem}_T.txt", nodes, nodes, progress)
    final = _matrix(path, files, f"{stem}_FD.txt", nodes, buyers, progress)
    value = _matrix(path, files, f"{stem}_VA.txt", [("", a) for a in added], nodes, progress)
    wide, at = _with_rest(nodes)
    square = np.zeros((len(wide), len(wide)))
    square[np.ix_(at, at)] = flows
    sold = np.zeros((len(wide), len(buyers)))
    sold[at] = final
    primary: dict[str, tuple[Array, Array]] = {}
    for name, row in zip(added, value, strict=True):
        over = np.zeros(len(wide))
        over[at] = row
        primary[name] = over, np.zeros(len(buyers))
    return Sheet(
        file=path.name,
        source=NAME,
        year=year,
        unit="million USD",
        rows=wide,
        columns=wide,
        users=buyers,
        flows=square,
        final=sold,
        primary=primary,
        value_added=[a for a in added if not any(t in a for t in TAXES)],
        stock=STOCK,
        show=" ".join,
    )


def _labels(path: Path, files: dict[str, str], name: str) -> list[Node]:
    file, member = _place(path, files, name)
    lines = head(file, LABELS, "\t", member)
    found = []
    for k, line in enumerate(lines):
        many = 2 if name == "labels_VA.txt" else 4
        if len(line) < many or not line[many - 1] or not line[1]:
            wanted = "kind and name" if many == 2 else "economy, code, kind and name"
            raise refused("table_label", file=f"{path.name}, {name}", what="line", label=repr(line), place=k + 1, wanted=wanted)
        found.append((line[0], line[1]) if many == 2 else (line[1], line[3]))
    if not found:
        raise refused("table_empty", file=f"{path.name}, {name}", what="labels")
    return found


def _place(path: Path, files: dict[str, str], name: str) -> tuple[Path, str | None]:
    if name not in files:
        raise refused("table_no_member", file=path.name, member=name)
    return (path / files[name], None) if path.is_dir() else (path, files[name])


def _matrix(
    path: Path, files: dict[str, str], name: str, rows: Sequence[Node], columns: Sequence[Node], progress: Progress | None
) -> Array:
    """A matrix of as many rows and columns as there are labels, in million USD."""
    file, member = _place(path, files, name)
    heads = [" ".join(c) for c in columns]
    _, values = numbers(file, skip=0, labels=0, columns=heads, separator="\t", member=member, progress=progress)
    if len(values) != len(rows):
        raise refused("table_rows", file=f"{path.name}, {name}", rows=len(values), wanted=len(rows))
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        i, j = (int(k) for k in bad[0])
        raise refused(
            "table_cell", file=f"{path.name}, {name}", row=" ".join(rows[i]), column=heads[j], value=values[i, j], count=len(bad)
        )
    return values / 1000


def _with_rest(nodes: Sequence[Node]) -> tuple[list[Node], list[int]]:
    """Labels with the rest of the world as an economy of all industries, and where the given ones stand."""
    sectors = list(dict.fromkeys(s for r, s in nodes if r != REST))
    rest = [k for k, (r, _) in enumerate(nodes) if r == REST]
    if len(rest) != 1 or rest[0] != len(nodes) - 1:
        return list(nodes), list(range(len(nodes)))
    wide = [*nodes[:-1], *((REST, s) for s in sectors)]
    return wide, [*range(len(nodes) - 1), len(wide) - 1]
