"""Small tables in the layouts of the publishers, written by the tests themselves: invented numbers that balance exactly.

`Small` holds the numbers; each writer puts them into a file as its publisher does, header, codes, rows below and all.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from openpyxl import Workbook

FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")


@dataclass(frozen=True, eq=False)
class Small:
    """N regions × S industries: `flows` [N, S, N, S], `final` [N, S, N, C], taxes on inputs [N, S] and on final use [N, C]."""

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    categories: tuple[str, ...]
    flows: np.ndarray
    final: np.ndarray
    taxes: np.ndarray
    final_taxes: np.ndarray

    @property
    def output(self) -> np.ndarray:
        return self.flows.sum((2, 3)) + self.final.sum((2, 3))

    @property
    def value_added(self) -> np.ndarray:
        return self.output - self.flows.sum((0, 1)) - self.taxes

    @property
    def nodes(self) -> list[tuple[str, str]]:
        return [(r, s) for r in self.regions for s in self.sectors]


def small(
    regions: Sequence[str], sectors: Sequence[str], categories: Sequence[str] = FINAL, stock: int = 4, seed: int = 0
) -> Small:
    """A table in which every region buys most of itself; of what it takes into stock (category `stock`) some is negative."""
    draw = np.random.default_rng(seed)
    n, s, c = len(regions), len(sectors), len(categories)
    near = np.where(np.eye(n, dtype=bool), 9.0, 1.0)
    flows = np.round(draw.uniform(0.5, 9.0, (n, s, n, s)) * near[:, None, :, None], 4)
    final = np.round(draw.uniform(5.0, 40.0, (n, s, n, c)) * near[:, None, :, None], 4)
    final[..., stock] = np.round(draw.uniform(-2.0, 2.0, (n, s, n)), 4)
    taxes = np.round(draw.uniform(0.1, 2.0, (n, s)), 4)
    return Small(tuple(regions), tuple(sectors), tuple(categories), flows, final, taxes, np.round(draw.uniform(0, 3, (n, c)), 4))


def icio_rows(table: Small, *, edition: int = 2023, parts: Sequence[str] = ()) -> list[list[str]]:
    """Lines of an OECD file. `parts`: regions that have industries and no final users of their own (extended tables)."""
    nodes = [f"{r}_{s}" for r, s in table.nodes]
    buyers = [k for k, r in enumerate(table.regions) if r not in parts]
    n, s = len(table.regions), len(table.sectors)
    total = "OUT" if edition >= 2023 else "TOTAL"
    rows = [
        ["V1" if edition >= 2023 else "", *nodes, *(f"{table.regions[b]}_{c}" for b in buyers for c in table.categories), total]
    ]
    flows, final = table.flows.reshape(n * s, n * s), table.final[:, :, buyers].reshape(n * s, -1)
    for k, name in enumerate(nodes):
        rows.append([name, *_cells(flows[k]), *_cells(final[k]), _cell(table.output.ravel()[k])])
    used, asked = table.final_taxes[buyers].ravel(), final.sum(0)
    if edition >= 2023:
        rows.append(["TLS", *_cells(table.taxes.ravel()), *_cells(used), ""])
        rows.append(["VA", *_cells(table.value_added.ravel()), *[""] * len(used), ""])
        rows.append(["OUT", *_cells(table.output.ravel()), *_cells(asked + used), ""])
    else:
        for k, region in enumerate(table.regions):
            own = np.zeros_like(table.taxes)
            own[k] = table.taxes[k]
            levied = np.zeros_like(table.final_taxes)
            levied[k] = table.final_taxes[k]
            rows.append([f"{region}_TAXSUB", *_cells(own.ravel()), *_cells(levied[buyers].ravel()), "0"])
        rows.append(["VALU", *_cells(table.value_added.ravel()), *["0"] * len(used), "0"])
        rows.append(["OUTPUT", *_cells(table.output.ravel()), *["0"] * len(used), "0"])
    return rows


NACE_1 = [
    "AtB",
    "C",
    "15t16",
    "17t18",
    "19",
    "20",
    "21t22",
    "23",
    "24",
    "25",
    "26",
    "27t28",
    "29",
    "30t33",
    "34t35",
    "36t37",
    "E",
    "F",
    "50",
    "51",
    "52",
    "H",
    "60",
    "61",
    "62",
    "63",
    "64",
    "J",
    "70",
    "71t74",
    "L",
    "M",
    "N",
    "O",
    "P",
]
"""The industries of WIOD 2013 by their own codes."""
WIOD_2016_FINAL = ("CONS_h", "CONS_np", "CONS_g", "GFCF", "INVEN")


def wiod_rows(table: Small, release: str) -> list[list[object]]:
    """Rows of a sheet: "2013", "2016" or "ADB"; the corner overlaid with the title as published."""
    n, s = len(table.regions), len(table.sectors)
    buyers = [(r, c) for r in table.regions for c in table.categories]
    names = {
        "2016": "Intercountry Input-Output Table",
        "2013": "World Input-Output Table 2011",
        "ADB": "Multiregional Input-Output Table 2022",
    }
    final_codes = {
        "2016": ["c57", "c58", "c59", "c60", "c61"],
        "2013": ["c37", "c38", "c39", "c41", "c42"],
        "ADB": ["F1", "F2", "F3", "F4", "F5"],
    }
    own = {"2016": list(table.sectors), "2013": NACE_1[:s], "ADB": [None] * s}[release]
    column = [f"c{k + 1}" for k in range(s)]
    final_own = list(WIOD_2016_FINAL) if release == "2016" else [None] * 5
    head = [
        [None, None, None, None, *own * n, *final_own * n, "GO" if release == "2016" else None],
        [
            None,
            None,
            None,
            None,
            *[f"industry {k + 1}" for k in range(s)] * n,
            *[f"use {k + 1}" for k in range(5)] * n,
            "Total output",
        ],
        [None, None, None, None, *(r for r, _ in table.nodes), *(r for r, _ in buyers), "ToT" if release == "ADB" else "TOT"],
        [None, None, None, None, *column * n, *final_codes[release] * n, {"2016": "c62", "2013": "c43", "ADB": None}[release]],
    ]
    corner = [names[release], "(industry-by-industry)", "(millions of US$)"]
    if release == "ADB":
        rows = [[corner[0]], ["3 economies, at current prices (industry by industry)"], ["In millions of US$"], [None], *head[1:]]
    else:
        rows = [[corner[0]], ["3 countries, in current prices"], head[0], head[1], head[2], head[3]]
        rows[2][0], rows[3][0] = corner[1], corner[2]
    flows, final = table.flows.reshape(n * s, n * s), table.final.reshape(n * s, -1)
    for k, (region, sector) in enumerate(table.nodes):
        left = (
            [sector, f"industry {k % s + 1}", region, f"r{k % s + 1}"]
            if release == "2016"
            else [own[k % s], f"industry {k % s + 1}", region, column[k % s]]
        )
        rows.append([*left, *flows[k].tolist(), *final[k].tolist(), float(table.output.ravel()[k])])
    levied = 0.75 * table.taxes.ravel()
    zero, empty = [0.0] * (n * s), [0.0] * final.shape[1]
    codes = {
        "2016": [
            ("II_fob", "r65"),
            ("TXSP", "r66"),
            ("EXP_adj", "r67"),
            ("PURR", "r68"),
            ("PURNR", "r69"),
            ("VA", "r70"),
            ("IntTTM", "r71"),
            ("GO", "r73"),
        ],
        "2013": [("", c) for c in ("r60", "r99", "r61", "r62", "r63", "r64", "r65", "r69")],
        "ADB": [("", c) for c in ("r60", "r99", "r61", "r62", "r63", "r64", "trs", "r69")],
    }[release]
    sums = [
        [*flows.sum(0).tolist(), *final.sum(0).tolist()], [*levied.tolist(), *table.final_taxes.ravel().tolist()],
        [*zero, *empty], [*zero, *empty], [*zero, *empty], [*table.value_added.ravel().tolist(), *empty],
        [*(table.taxes.ravel() * 0.25).tolist(), *empty], [*table.output.ravel().tolist(), *empty],
    ]  # fmt: skip
    for (code, row), values in zip(codes, sums, strict=True):
        rows.append([code or None, f"row {row}", "TOT", row, *values, float(np.sum(values))])
    width = max(len(r) for r in rows)
    return [[*r, *[None] * (width - len(r))] for r in rows]


def _cell(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _cells(values: np.ndarray) -> list[str]:
    return [_cell(v) for v in values]


def write_csv(path: Path, rows: Sequence[Sequence[object]], separator: str = ",", mark: bool = False) -> Path:
    with path.open("w", encoding="utf-8-sig" if mark else "utf-8", newline="") as file:
        csv.writer(file, delimiter=separator, lineterminator="\n").writerows([["" if c is None else c for c in r] for r in rows])
    return path


def write_xlsx(path: Path, rows: Sequence[Sequence[object]], sheet: str = "2014") -> Path:
    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(list(row))
    book.create_sheet("Legend").append(["Code", "Country"])
    book.save(path)
    return path


Layout = Callable[[Path], tuple[Path, list[Path], str]]
"""Writes a small table; gives what is read, the files of it that may be changed, and what stands between cells."""


YEARS = {"2016": 2014, "2013": 2011, "ADB": 2022}


def _icio(folder: Path) -> tuple[Path, list[Path], str]:
    path = write_csv(folder / "2020_SML.csv", icio_rows(small(("CHN", "MYS", "ROW"), ("A01_02", "C26"))))
    return path, [path], ","


def _sheet(release: str, regions: Sequence[str], sectors: Sequence[str], final: Sequence[str]) -> Layout:
    def written(folder: Path) -> tuple[Path, list[Path], str]:
        path = write_csv(folder / f"table_{YEARS[release]}.csv", wiod_rows(small(regions, sectors, final), release))
        return path, [path], ","

    return written


LAYOUTS: dict[str, Layout] = {
    "OECD ICIO": _icio,
    "WIOD 2016": _sheet("2016", ("AUS", "CHN", "ROW"), ("A01", "C26"), WIOD_2016_FINAL),
    "WIOD 2013": _sheet("2013", ("AUS", "CHN", "ROW"), ("c1", "c2"), ("c37", "c38", "c39", "c41", "c42")),
    "ADB": _sheet("ADB", ("AUS", "PRC", "ROW"), ("c1", "c2"), ("F1", "F2", "F3", "F4", "F5")),
}


FIGARO_FINAL = ("P3_S13", "P3_S14", "P3_S15", "P51G", "P5M")


def figaro_rows(table: Small) -> list[list[str]]:
    """Lines of a FIGARO matrix: value added in three rows, no totals."""
    n, s = len(table.regions), len(table.sectors)
    nodes = [f"{r}_{x}" for r, x in table.nodes]
    rows = [["rowLabels", *nodes, *(f"{r}_{c}" for r in table.regions for c in table.categories)]]
    flows, final = table.flows.reshape(n * s, n * s), table.final.reshape(n * s, -1)
    rows += [[name, *_cells(flows[k]), *_cells(final[k])] for k, name in enumerate(nodes)]
    taxes, added, none = table.taxes.ravel(), table.value_added.ravel(), ["0"] * final.shape[1]
    rows.append(["W2_D21X31", *_cells(taxes), *_cells(table.final_taxes.ravel())])
    rows += [["W2_OP_RES", *["0"] * (n * s), *none], ["W2_OP_NRES", *["0"] * (n * s), *none]]
    for name, part in (("W2_D1", 0.5), ("W2_D29X39", 0.125), ("W2_B2A3G", 0.375)):
        rows.append([name, *_cells(part * added), *none])
    return rows


EXIOBASE_FINAL = (
    "Final consumption expenditure by households",
    "Final consumption expenditure by non-profit organisations serving households (NPISH)",
    "Final consumption expenditure by government",
    "Gross fixed capital formation",
    "Changes in inventories",
    "Changes in valuables",
    "Exports: Total (fob)",
)
EXIOBASE_FACTORS = (
    "Taxes less subsidies on products purchased: Total",
    "Other net taxes on production",
    "Compensation of employees; wages, salaries, & employers' social contributions: Low-skilled",
    "Operating surplus: Remaining net operating surplus",
)


def exiobase_files(table: Small) -> dict[str, list[list[str]]]:
    """The files of an EXIOBASE archive, name → lines."""
    n, s = len(table.regions), len(table.sectors)
    flows, final = table.flows.reshape(n * s, n * s), table.final.reshape(n * s, -1)
    over = [r for r, _ in table.nodes], [x for _, x in table.nodes]
    buyers = [r for r in table.regions for _ in table.categories], [c for _ in table.regions for c in table.categories]

    def matrix(second: str, head: tuple[list[str], list[str]], values: np.ndarray) -> list[list[str]]:
        rows = [["region", "", *head[0]], [second, "", *head[1]], ["region", "sector", *[""] * len(head[0])]]
        return rows + [[*table.nodes[k], *_cells(values[k])] for k in range(n * s)]

    added = table.value_added.ravel()
    factors = [table.taxes.ravel(), 0.1 * added, 0.5 * added, 0.4 * added]
    satellite = [["region", *over[0]], ["sector", *over[1]], ["stressor", *[""] * (n * s)]]
    satellite += [[name, *_cells(values)] for name, values in zip(EXIOBASE_FACTORS, factors, strict=True)]
    satellite.append(["Employment: Low-skilled male", *["3"] * (n * s)])
    return {
        "Z.txt": matrix("sector", over, flows),
        "Y.txt": matrix("category", buyers, final),
        "x.txt": [
            ["region", "sector", "indout"],
            *([*node, _cell(v)] for node, v in zip(table.nodes, table.output.ravel(), strict=True)),
        ],
        "unit.txt": [["region", "sector", "unit"], *([*node, "M.EUR"] for node in table.nodes)],
        "satellite/F.txt": satellite,
    }


def write_exiobase(folder: Path, table: Small) -> Path:
    """The unpacked archive, with the file that tells pymrio what is in it."""
    folder.mkdir(parents=True)
    known = {name: {"name": f"{name}.txt", "nr_header": "2", "nr_index_col": "2"} for name in ("Z", "Y")}
    known |= {name: {"name": f"{name}.txt", "nr_header": "1", "nr_index_col": "2"} for name in ("x", "unit")}
    (folder / "file_parameters.json").write_text(json.dumps({"systemtype": "IOSystem", "files": known}))
    for name, rows in exiobase_files(table).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("\n".join("\t".join(r) for r in rows) + "\n", encoding="utf-8")
    return folder


def _figaro(folder: Path) -> tuple[Path, list[Path], str]:
    table = small(("AT", "DE", "FIGW1"), ("A01", "C26"), FIGARO_FINAL)
    path = write_csv(folder / "matrix_eu-ic-io_ind-by-ind_23ed_2021.csv", figaro_rows(table))
    return path, [path], ","


def _exiobase(folder: Path) -> tuple[Path, list[Path], str]:
    table = small(("AT", "CN", "WA"), ("Wool, silk-worm cocoons", "Electricity by coal"), EXIOBASE_FINAL)
    made = write_exiobase(folder / "IOT_2019_ixi", table)
    return made, [made / name for name in ("Z.txt", "Y.txt", "x.txt", "satellite/F.txt")], "\t"


LAYOUTS |= {"FIGARO": _figaro, "EXIOBASE": _exiobase}


EORA_FINAL = (
    "Household final consumption P.3h", "Non-profit institutions serving households P.3n", "Government final consumption P.3g",
    "Gross fixed capital formation P.51", "Changes in inventories P.52", "Acquisitions less disposals of valuables P.53",
)  # fmt: skip
EORA_ADDED = ("Compensation of employees D.1", "Taxes on production D.29", "Net operating surplus B.2n")


def write_eora(folder: Path, table: Small) -> Path:
    """An unpacked archive; the last region is the rest of the world, whose one industry is the last."""
    n, s = len(table.regions), len(table.sectors)
    keep = [*range((n - 1) * s), n * s - 1]
    flows, final = table.flows.reshape(n * s, n * s)[np.ix_(keep, keep)], table.final.reshape(n * s, -1)[keep]
    added, taxes = table.value_added.ravel()[keep], table.taxes.ravel()[keep]
    labels = [f"name of {r}\t{r}\tIndustries\t{x}\t" for r, x in table.nodes[:-s]]
    buyers = [f"name of {r}\t{r}\tFinal demand\t{c}\t" for r in table.regions for c in table.categories]
    texts = {
        "Eora26_2017_bp_T.txt": ["\t".join(_cells(1000 * r)) for r in flows],
        "Eora26_2017_bp_FD.txt": ["\t".join(_cells(1000 * r)) for r in final],
        "Eora26_2017_bp_VA.txt": ["\t".join(_cells(1000 * r)) for r in (0.6 * added, taxes, 0.4 * added)],
        "labels_T.txt": [*labels, f"Rest of World\t{table.regions[-1]}\tTOTAL\tTotal\t"],
        "labels_FD.txt": buyers,
        "labels_VA.txt": [f"Primary inputs\t{name}\t" for name in EORA_ADDED],
    }
    folder.mkdir(parents=True)
    for name, lines in texts.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def small_eora() -> Small:
    """A small table whose rest of the world has one industry only."""
    table = small(("AUS", "CHN", "ROW"), ("Agriculture", "Mining"), EORA_FINAL)
    table.flows[2, 0] = table.flows[:, :, 2, 0] = table.final[2, 0] = table.taxes[2, 0] = 0
    return table


def _eora(folder: Path) -> tuple[Path, list[Path], str]:
    made = write_eora(folder / "Eora26_2017_bp", small_eora())
    return made, sorted(made.glob("*.txt")), "\t"


LAYOUTS |= {"Eora26": _eora}
