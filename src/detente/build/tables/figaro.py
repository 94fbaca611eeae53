"""FIGARO, Eurostat's EU inter-country input–output tables, in matrix form: industry by industry and product by product.

One header line: `rowLabels`, then AREA_INDUSTRY (products: AREA_CPA_PRODUCT), then AREA_P3_S13 and so on for final use. Areas are
ISO alpha-2 codes, the rest of the world `FIGW1`. Below the industries: W2_D21X31 (taxes less subsidies on products), W2_OP_RES
and W2_OP_NRES (purchases abroad and by non-residents), W2_D1, W2_D29X39 and W2_B2A3G (value added). The file prints no totals:
what an industry sells must be what it pays; who of the final users bought it, and what it sells to itself, cannot be checked.
Million EUR a year at basic prices.

https://ec.europa.eu/eurostat/web/esa-supply-use-input-tables/database
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from detente.build.tables.reading import head, numbers
from detente.build.tables.table import Node, Sheet, in_order, refused
from detente.types import Progress

NAME = "FIGARO"
FINAL = ("P3_S13", "P3_S14", "P3_S15", "P51G", "P5M")
BELOW = ("W2_D21X31", "W2_OP_RES", "W2_OP_NRES", "W2_D1", "W2_D29X39", "W2_B2A3G")
VALUE_ADDED = ("W2_D1", "W2_D29X39", "W2_B2A3G")
NODE = re.compile(r"[A-Z][A-Z0-9]{1,5}_[A-Z]\w*")


def looks_so(header: list[str]) -> bool:
    """Whether the header line of a CSV file is one of these tables."""
    return sum(c.partition("_")[2] in FINAL for c in header[1:]) >= len(FINAL)


def read(path: Path, year: int, progress: Progress | None = None) -> Sheet:
    """The sheet of a file. Raises `SourceError` naming a label or cell that does not belong."""
    body = [c.strip() for c in head(path)[0]][1:]
    names, values = numbers(path, skip=1, labels=1, columns=body, progress=progress)
    labels = [name[0].strip() for name in names]
    first = next(k for k, c in enumerate(body) if c.partition("_")[2] in FINAL)
    for k, label in enumerate(body):
        if (label.partition("_")[2] in FINAL) != (k >= first) or not NODE.fullmatch(label):
            wanted = f"AREA_{' or '.join(FINAL)}" if k >= first else "AREA_INDUSTRY, such as DE_C26"
            raise refused("table_label", file=path.name, what="column", label=repr(label), place=k + 2, wanted=wanted)
    below = next((k for k, label in enumerate(labels) if label.startswith("W2_")), len(labels))
    for k, label in enumerate(labels):
        if (k >= below and label not in BELOW) or not NODE.fullmatch(label):
            wanted = ", ".join(BELOW) if k >= below else "AREA_INDUSTRY, such as DE_C26"
            raise refused("table_label", file=path.name, what="row", label=repr(label), place=k + 2, wanted=wanted)
        if label in labels[:k]:
            raise refused("table_label_twice", file=path.name, what="row", label=label, place=k + 2)
    found = labels[below:]
    in_order(path.name, found, BELOW)
    for row in (BELOW[0], *VALUE_ADDED):
        if row not in found:
            raise refused("table_no_row", file=path.name, row=row, found=", ".join(found) or "none")
    products = any("_CPA_" in label for label in labels[:below])
    return Sheet(
        file=path.name,
        source=f"{NAME}, {'product by product' if products else 'industry by industry'}",
        year=year,
        unit="million EUR",
        rows=[_node(label) for label in labels[:below]],
        columns=[_node(label) for label in body[:first]],
        users=[_node(label) for label in body[first:]],
        flows=values[:below, :first],
        final=values[:below, first:],
        primary={row: (values[below + k, :first], np.nan_to_num(values[below + k, first:])) for k, row in enumerate(found)},
        value_added=VALUE_ADDED,
        stock=("P5M",),
    )


def _node(label: str) -> Node:
    region, _, sector = label.partition("_")
    return region, sector
