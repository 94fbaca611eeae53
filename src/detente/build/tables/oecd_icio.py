"""OECD Inter-Country Input–Output tables in CSV, editions of 2018 to 2025, small and extended.

One header line: a corner (`V1` or empty), ECONOMY_INDUSTRY for every industry, ECONOMY_CATEGORY for final use, then `OUT`
(2018 and 2021: `TOTAL`). Rows: the industries in the same order, taxes less subsidies on products (`TLS`; in 2018 and 2021
a row ECONOMY_TAXSUB for every economy that levies them), `VA` (`VALU`) and `OUT` (`OUTPUT`). Extended tables split China
(CN1, CN2) and Mexico (MX1, MX2) as makers and users of inputs, not as final users; the parts are summed into CHN and MEX here.
Million USD a year at basic prices. The year is in the file name only.

https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from detente.build.tables.reading import head, numbers
from detente.build.tables.table import Node, Sheet, in_order, refused
from detente.types import Array, Progress

NAME = "OECD ICIO"
FINAL = ("HFCE", "NPISH", "NPS", "GGFC", "GGCF", "GFCF", "INVNT", "DPABR", "DIRPA", "P33", "FD")
STOCK = ("INVNT", "DPABR", "DIRPA", "P33", "FD")
"""Categories in which a region may well buy more of others, or a negative amount."""
OUTPUT = ("OUT", "OUTPUT", "TOTAL")
VALUE_ADDED = ("VA", "VALU")
TAXES = ("TLS", "TXS", "TAXSUB")
NODE = re.compile(r"[A-Z][A-Z0-9]{1,4}_\S+")


def looks_so(header: list[str]) -> bool:
    """Whether the header line of a CSV file is one of these tables."""
    body = header[1:]
    named = sum(bool(NODE.fullmatch(c)) for c in body)
    final = sum(c.partition("_")[2] in FINAL for c in body)
    return len(body) > 1 and named >= 0.5 * len(body) and final > 0


def edition(sectors: set[str]) -> str:
    """The edition, told by its codes of industries.

    >>> edition({"A01_02", "C29"}), edition({"A01", "A02"}), edition({"01T02"}), edition({"01T03"}), edition({"AGR"})
    ('2023 edition', '2025 edition', '2021 edition', '2018 edition', 'edition unknown')
    """
    for codes, name in (({"A01_02"}, "2023"), ({"A01", "A02"}, "2025"), ({"01T02"}, "2021"), ({"01T03"}, "2018")):
        if codes <= {s.removeprefix("D") if s[:2] == "D0" else s for s in sectors}:
            return f"{name} edition"
    return "edition unknown"


def read(path: Path, year: int, progress: Progress | None = None) -> Sheet:
    """The sheet of a file. Raises `SourceError` naming a label or cell that does not belong."""
    header = [c.strip() for c in head(path)[0]]
    body = header[1:]
    names, values = numbers(path, skip=1, labels=1, columns=body, progress=progress)
    labels = [name[0].strip() for name in names]
    users = [k for k, c in enumerate(body) if c.partition("_")[2] in FINAL]
    totals = [k for k, c in enumerate(body) if c in OUTPUT]
    nodes = [k for k in range(len(body)) if k not in set(users) | set(totals)]
    if len(totals) > 1:
        raise refused("table_label_twice", file=path.name, what="column", label=body[totals[1]], place=totals[1] + 2)
    _in_blocks(path, body, [*nodes, *users, *totals])
    makers, last = len(nodes), len(nodes) + len(users)
    columns = [_node(path, "column", c, k + 2) for k, c in enumerate(body[:makers])]
    below = next((k for k, label in enumerate(labels) if _kind(label) != "node"), len(labels))
    rows = [_node(path, "row", label, k + 2) for k, label in enumerate(labels[:below])]
    primary: dict[str, tuple[Array, Array]] = {}
    added: list[str] = []
    output: int | None = None
    for k in range(below, len(labels)):
        label, kind = labels[k], _kind(labels[k])
        if kind == "node":
            raise refused("table_row_below", file=path.name, row=label, place=k + 2, last=labels[below])
        if label in primary or (kind == "output" and output is not None):
            raise refused("table_label_twice", file=path.name, what="row", label=label, place=k + 2)
        if kind == "output":
            output = k
            continue
        # what final users pay of it is empty in some editions
        primary[label] = values[k, :makers], np.nan_to_num(values[k, makers:last])
        if kind == "value added":
            added.append(label)
    if not added or output is None:
        lacking = VALUE_ADDED[0] if not added else OUTPUT[0]
        raise refused("table_no_row", file=path.name, row=lacking, found=", ".join(labels[below:]) or "none")
    kinds = [_kind(label) for label in labels[below:]]
    in_order(path.name, kinds, ("tax", "value added", "output"))
    final_total = values[output, makers:last]
    known = np.isfinite(final_total).all() and bool(np.any(final_total))
    return Sheet(
        file=path.name,
        source=f"{NAME}, {edition({s for _, s in columns})}",
        year=year,
        unit="million USD",
        rows=rows,
        columns=columns,
        users=[(body[k].partition("_")[0], body[k].partition("_")[2]) for k in range(makers, last)],
        flows=values[:below, :makers],
        final=values[:below, makers:last],
        primary=primary,
        value_added=added,
        row_total=values[:below, last] if totals else None,
        column_total=values[output, :makers],
        final_total=final_total if known else None,
        stock=STOCK,
        parts=PARTS,
    )


PARTS = {f"{part}{k}": whole for part, whole in (("CN", "CHN"), ("MX", "MEX")) for k in range(1, 5)}


def _kind(label: str) -> str:
    if label in OUTPUT:
        return "output"
    if label in VALUE_ADDED:
        return "value added"
    return "tax" if label in TAXES or label.endswith("_TAXSUB") else "node"


def _node(path: Path, what: str, label: str, place: int) -> Node:
    region, _, sector = label.partition("_")
    if not NODE.fullmatch(label):
        below = f", or {', '.join((TAXES[0], *VALUE_ADDED, *OUTPUT))}" if what == "row" else ""
        wanted = f"ECONOMY_INDUSTRY, such as CHN_C26{below}"
        raise refused("table_label", file=path.name, what=what, label=repr(label), place=place, wanted=wanted)
    return region, sector


def _in_blocks(path: Path, body: list[str], order: list[int]) -> None:
    """Columns stand as published: industries, then final users, then output."""
    for k, at in enumerate(order):
        if k != at:
            raise refused("table_moved", file=path.name, what="column", place=k + 2, label=body[k], wanted=body[at])
