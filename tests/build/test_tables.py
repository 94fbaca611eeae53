"""Readers of published tables: what was written is read back, quirks and all; a file with a fault is refused with its place."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import detente as dt
from detente.build.tables import read_table, recognised, world_of
from detente.build.tables.table import Table
from detente.errors import InputError, SourceError, UnbalancedTable
from published import (
    EXIOBASE_FINAL,
    FIGARO_FINAL,
    NACE_1,
    WIOD_2016_FINAL,
    Small,
    figaro_rows,
    icio_rows,
    small,
    small_eora,
    wiod_rows,
    write_csv,
    write_eora,
    write_exiobase,
    write_xlsx,
)  # fmt: skip

ICIO = small(("CHN", "MYS", "USA", "ROW"), ("A01_02", "C24", "C26"))
FINAL_2013, FINAL_ADB = ("c37", "c38", "c39", "c41", "c42"), ("F1", "F2", "F3", "F4", "F5")
WIODS = {
    "2016": small(("AUS", "CHN", "ROW"), ("A01", "C10-C12", "C26"), WIOD_2016_FINAL),
    "2013": small(("AUS", "CHN", "ROW"), ("c1", "c2", "c3"), FINAL_2013),
    "ADB": small(("AUS", "PRC", "ROW"), ("c1", "c2", "c3"), FINAL_ADB),
}


def _same(table: Table, small: Small) -> None:
    assert table.sectors == small.sectors
    assert table.categories == small.categories
    np.testing.assert_allclose(table.flows, small.flows, atol=1e-9)
    np.testing.assert_allclose(table.final, small.final, atol=1e-9)
    np.testing.assert_allclose(table.value_added, small.value_added, atol=1e-5)
    np.testing.assert_allclose(table.taxes, small.taxes, atol=1e-5)
    np.testing.assert_allclose(table.final_taxes, small.final_taxes, atol=1e-5)
    assert table.gap < 1e-6


@pytest.mark.parametrize(
    ("sectors", "edition", "name", "year", "told"),
    [
        (("A01_02", "C24", "C26"), 2023, "2020_SML.csv", 2020, "2023 edition"),
        (("A01", "A02", "C24A"), 2025, "2022_SML.csv", 2022, "2025 edition"),
        (("01T02", "24", "26"), 2021, "ICIO2021_2018.csv", 2018, "2021 edition"),
        (("01T03", "24", "26"), 2018, "ICIO2018_2015.CSV", 2015, "2018 edition"),
    ],
)
def test_every_edition_of_icio_is_read(
    tmp_path: Path, sectors: tuple[str, ...], edition: int, name: str, year: int, told: str
) -> None:
    small_table = small(("AUS", "CHN", "ROW"), sectors)
    table = read_table(write_csv(tmp_path / name, icio_rows(small_table, edition=edition), mark=edition == 2025))
    assert (table.year, table.unit, table.source) == (year, "million USD", f"OECD ICIO, {told}")
    assert table.regions == small_table.regions
    _same(table, small_table)


def _extended() -> Small:
    table = small(("CHN", "MEX", "ROW", "MX1", "MX2", "CN1", "CN2"), ("A01_02", "C26"))
    for whole in (0, 1):  # the parts make and use; the whole only buys
        table.flows[whole] = table.flows[:, :, whole] = table.final[whole] = table.taxes[whole] = 0
    table.final[:, :, 3:] = table.final_taxes[3:] = 0
    return table


def test_parts_of_china_and_mexico_are_summed(tmp_path: Path) -> None:
    wide = _extended()
    table = read_table(write_csv(tmp_path / "2020.csv", icio_rows(wide, parts=("MX1", "MX2", "CN1", "CN2"))))
    assert table.regions == ("CHN", "MEX", "ROW")
    china, mexico = [0, 5, 6], [1, 3, 4]
    np.testing.assert_allclose(table.flows[0, :, 1], wide.flows[china][:, :, mexico].sum((0, 2)), atol=1e-9)
    np.testing.assert_allclose(table.final[1], wide.final[mexico][:, :, :3].sum(0), atol=1e-9)
    np.testing.assert_allclose(table.value_added[0], wide.value_added[china].sum(0), atol=1e-5)
    assert table.output.sum() == pytest.approx(wide.output.sum())


def test_a_whole_may_be_a_buyer_only(tmp_path: Path) -> None:
    wide = _extended()
    rows = icio_rows(wide, parts=("MX1", "MX2", "CN1", "CN2"))
    makes = [k for k, c in enumerate(rows[0]) if c.startswith(("CHN_A", "CHN_C", "MEX_A", "MEX_C"))]
    slim = [[c for k, c in enumerate(r) if k not in makes] for r in rows if not r[0].startswith(("CHN_", "MEX_"))]
    full = read_table(write_csv(tmp_path / "2020.csv", rows))
    table = read_table(write_csv(tmp_path / "2020.csv", slim))
    assert table.regions == ("ROW", "MEX", "CHN")
    at = [full.regions.index(r) for r in table.regions]
    np.testing.assert_allclose(table.flows, full.flows[at][:, :, at], atol=1e-9)
    np.testing.assert_allclose(table.final, full.final[at][:, :, at], atol=1e-9)


def test_a_note_below_a_sheet_is_no_row(tmp_path: Path) -> None:
    rows = [*wiod_rows(WIODS["ADB"], "ADB"), [None], ["Note: invented numbers."]]
    _same(read_table(write_xlsx(tmp_path / "ADB-MRIO-2022.xlsx", rows)), WIODS["ADB"])


@pytest.mark.parametrize("release", ["2016", "2013", "ADB"])
@pytest.mark.parametrize("write", [write_xlsx, write_csv])
def test_wiod_and_adb_are_read(tmp_path: Path, release: str, write: Callable[..., Path]) -> None:
    wanted = WIODS[release]
    name = {"2016": "WIOT2014_Nov16_ROW", "2013": "wiot11_row_sep12", "ADB": "ADB-MRIO-2022-August 2025"}[release]
    path = write(tmp_path / (name + (".xlsx" if write is write_xlsx else ".csv")), wiod_rows(wanted, release))
    table = read_table(path)
    assert table.regions == tuple("PRC" if r == "PRC" else r for r in wanted.regions)
    assert table.year == {"2016": 2014, "2013": 2011, "ADB": 2022}[release]
    assert table.source == {"2016": "WIOD, release 2016", "2013": "WIOD, release 2013", "ADB": "ADB MRIO"}[release]
    _same(table, wanted)


def test_a_world_of_a_table_keeps_its_flows(tmp_path: Path) -> None:
    table = read_table(write_csv(tmp_path / "2020_SML.csv", icio_rows(ICIO)))
    world = world_of(table, full=True, tariffs=False)
    assert (world.regions, world.sectors, world.year) == (ICIO.regions, ICIO.sectors, 2020)
    wanted = ICIO.flows.sum(3).transpose(0, 2, 1) + ICIO.final.sum(3).transpose(0, 2, 1)
    np.testing.assert_allclose(world.shipments, wanted, rtol=1e-9)
    np.testing.assert_allclose(world.intermediate_use, ICIO.flows.sum(0).transpose(1, 0, 2), rtol=1e-9)
    np.testing.assert_allclose(world.value_added, ICIO.value_added + ICIO.taxes, rtol=1e-9)
    assert world.card["changed, part of output"] == 0
    assert world.card["taxes on final use left out"] == pytest.approx(ICIO.final_taxes.sum(), abs=1e-4)


def test_grouped_it_has_the_codes_of_the_default_world(tmp_path: Path) -> None:
    table = read_table(write_csv(tmp_path / "2020_SML.csv", icio_rows(ICIO)))
    world, shipped = world_of(table, rare_earths=False), dt.load_world()
    assert world.sectors == ("AGR", "IRS+NFM", "ELE")
    assert world.trade_elasticity[0] == shipped.trade_elasticity[shipped.sectors.index("AGR")]
    both = [shipped.trade_elasticity[shipped.sectors.index(s)] for s in ("IRS", "NFM")]
    assert world.trade_elasticity[1] == pytest.approx(np.mean(both))
    at = shipped.regions.index("CHN"), shipped.regions.index("USA"), shipped.sectors.index("ELE")
    assert world.tariff_rates[0, 2, 2] == pytest.approx(shipped.tariff_rates[at])
    assert world.card["grouped"]["sectors"]["IRS+NFM"] == ["C24"]
    outcome = dt.solve(world, dt.Policy([dt.Tariff(by="USA", on="CHN", rate=0.25)]))
    assert outcome.real_income["USA"] != 0


def test_rare_earths_are_cut_out_of_metals_by_the_shares_of_the_default_world(tmp_path: Path) -> None:
    table = read_table(write_csv(tmp_path / "2020_SML.csv", icio_rows(ICIO)))
    world, whole, shipped = world_of(table), world_of(table, rare_earths=False), dt.load_world()
    assert world.sectors == ("AGR", "IRS+NFM", "RER", "ELE")
    assert world.card["rare earths"]["cut from"] == "IRS+NFM"
    output = {s: shipped.output[:, shipped.sectors.index(s)] for s in ("RER", "IRS", "NFM")}
    china = shipped.regions.index("CHN")
    part = output["RER"][china] / sum(output.values())[china]
    assert world.output[0, 2] == pytest.approx(part * whole.output[0, 1])
    assert world.output[:, 1:3].sum() == pytest.approx(whole.output[:, 1].sum())
    plain = read_table(write_csv(tmp_path / "2020_SML.csv", icio_rows(small(("CHN", "USA"), ("A01_02", "C26")))))
    assert world_of(plain).sectors == ("AGR", "ELE")


def test_goods_out_of_stock_are_netted_and_the_card_says_how_much(tmp_path: Path) -> None:
    table = small(("CHN", "USA"), ("A01_02", "C26"))
    table.final[0, 0, 1] = [0, 0, 0, 0, -200.0, 0]
    table.flows[0, 0, 1] = 1.0
    table.flows[0, 0, 0] += 200
    world = world_of(read_table(write_csv(tmp_path / "2020_SML.csv", icio_rows(table))), full=True)
    assert world.card["inventories netted"] == {"amount": pytest.approx(198.0), "unit": "million USD", "cells": 1}
    assert world.shipments[0, 1, 0] == 0


def test_a_negative_sale_to_an_industry_is_counted_as_none(tmp_path: Path) -> None:
    table = small(("CHN", "USA"), ("A01_02", "C26"))
    table.flows[1, 0, 0, 1] = -0.5
    world = world_of(read_table(write_csv(tmp_path / "2020_SML.csv", icio_rows(table))), full=True)
    assert world.card["negative sales to industries"] == {"amount": 0.5, "cells": 1}
    assert world.check() < 1e-9


# -- refusals ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("BACI.csv", "t,i,j,k,v,q\n2022,156,842,010121,12.3,1\n", r"BACI\.csv looks like trade by product.*Read are: OECD ICIO"),
        ("tariff.csv", "Reporter,Partner,Product,Year\n842,156,870380,2022\n", r"looks like tariffs by product, as WITS"),
        ("x.csv", "a,b\n1,2\n", r"looks like a text file that begins 'a', 'b'"),
        ("empty.csv", "", r"empty\.csv looks like an empty file"),
        ("GTAP.har", "\x04\x00\x00\x00XXCD\x04\x00\x00\x00", r"is a header array file of GEMPACK with XXCD"),
    ],
)
def test_what_is_not_read_is_told_what_it_looks_like(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="latin-1")
    with pytest.raises(SourceError, match=said):
        recognised(tmp_path / name)


def test_a_workbook_a_world_and_no_file_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="looks like a workbook"):
        recognised(write_xlsx(tmp_path / "book.xlsx", [["a", "b"], [1, 2]]))
    with pytest.raises(SourceError, match="looks like a NumPy archive"):
        recognised(dt.load_world("toy").save(tmp_path / "toy.npz"))
    with pytest.raises(SourceError, match="no file"):
        recognised(tmp_path / "absent.csv")
    with pytest.raises(SourceError, match="looks like a folder"):
        recognised(tmp_path)


def test_the_year_is_asked_for_where_no_name_says_it(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "table.csv", icio_rows(ICIO))
    with pytest.raises(SourceError, match="say it with --year"):
        read_table(path)
    assert read_table(path, year=2019).year == 2019


def _edited(edit: Callable[[list[list[str]]], object]) -> list[list[str]]:
    rows = icio_rows(ICIO)
    edit(rows)
    return rows


def _swap(rows: list[list[str]], a: int, b: int) -> None:
    rows[a], rows[b] = rows[b], rows[a]


def _swap_cells(row: list[str], a: int, b: int) -> None:
    row[a], row[b] = row[b], row[a]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda rows: rows.pop(), r"has no row OUT; below the industries stand: TLS, VA"),
        (lambda rows: rows.pop(3), r"column CHN_C26 has no row of that name"),
        (lambda rows: rows[5].__setitem__(0, "MYS_C42"), r"row MYS_C42 has no column"),
        (lambda rows: rows[5].__setitem__(0, "MYS_C26"), r"row MYS_C26 stands twice, the second time at 6"),
        (lambda rows: _swap(rows, 2, 8), r"industry 2 is USA_C24 in the rows and CHN_C24 in the columns"),
        (lambda rows: _swap_cells(rows[0], 2, 8), r"industry 2 is CHN_C24 in the rows and USA_C24 in the columns"),
        (lambda rows: _swap_cells(rows[0], 13, 19), r"column of final use .* MYS_HFCE; CHN_HFCE is expected"),
        (lambda rows: rows[4].__setitem__(6, "n.a."), r"row MYS_A01_02, column MYS_C26 is 'n\.a\.', a number is expected"),
        (lambda rows: rows[4].__setitem__(6, ""), r"row MYS_A01_02, column MYS_C26 is nan"),
        (lambda rows: rows[4].append("1"), r"row MYS_A01_02 has 39 cells, 38 are expected"),
        (
            lambda rows: rows[4].__setitem__(slice(20, None), []),
            r"row MYS_A01_02, column MYS_NPISH is nan|row MYS_A01_02, column",
        ),
        (lambda rows: rows.insert(14, rows.pop(5)), r"row 15, MYS_C24, stands below TLS|has no row of that name"),
        (lambda rows: rows[4].__setitem__(6, "999"), r"(MYS_A01_02|MYS_C26): .* add up to .*must agree"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, edit: Callable[[list[list[str]]], object], said: str) -> None:
    with pytest.raises((SourceError, UnbalancedTable), match=f"(?s){said}"):
        read_table(write_csv(tmp_path / "2020_SML.csv", _edited(edit)))


def test_rounding_is_no_fault_and_more_can_be_allowed(tmp_path: Path) -> None:
    def rounded(places: int) -> list[list[str]]:
        rows = icio_rows(ICIO)
        return [rows[0], *([r[0], *(f"{float(c):.{places}f}" if c else c for c in r[1:])] for r in rows[1:])]

    assert read_table(write_csv(tmp_path / "2020_SML.csv", rounded(3))).gap > 0
    coarse = write_csv(tmp_path / "2020_SML.csv", rounded(1))
    with pytest.raises(UnbalancedTable, match="--tolerance"):
        read_table(coarse)
    assert read_table(coarse, tolerance=0.01).gap > 1e-5


def test_a_region_that_buys_more_abroad_is_a_doubt(tmp_path: Path) -> None:
    table = small(("CHN", "USA"), ("A01_02", "C26"))
    table.final[..., 0, 0], table.final[..., 1, 0] = table.final[..., 1, 0].copy(), table.final[..., 0, 0].copy()
    assert read_table(write_csv(tmp_path / "2020_SML.csv", icio_rows(table))).doubts == ("CHN HFCE: USA", "USA HFCE: CHN")


# -- FIGARO and EXIOBASE -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sectors", [("A01", "C31_32", "B"), ("CPA_A01", "CPA_C31_32", "CPA_B")])
def test_figaro_is_read(tmp_path: Path, sectors: tuple[str, ...]) -> None:
    wanted = small(("AT", "DE", "FIGW1"), sectors, FIGARO_FINAL)
    table = read_table(write_csv(tmp_path / "matrix_eu-ic-io_ind-by-ind_23ed_2021.csv", figaro_rows(wanted)))
    assert (table.year, table.unit) == (2021, "million EUR")
    assert table.source == f"FIGARO, {'product by product' if 'CPA' in sectors[0] else 'industry by industry'}"
    _same(table, wanted)
    world = world_of(table)
    assert (world.regions, world.sectors, world.unit) == (("EU27", "ROW"), ("AGR", "OMF", "ENE+MIN"), "million EUR")


def test_figaro_in_flat_form_is_told_apart(tmp_path: Path) -> None:
    rows = [
        ["icioiRow", "icioiCol", "refArea", "rowIi", "counterpartArea", "colIi", "obsValue"],
        ["a", "b", "AT", "A01", "AT", "A01", "1"],
    ]
    with pytest.raises(SourceError, match="FIGARO in flat form; its matrix form is read"):
        recognised(write_csv(tmp_path / "flat.csv", rows))


@pytest.mark.parametrize("packed", [False, True])
def test_exiobase_is_read(tmp_path: Path, packed: bool) -> None:
    wanted = small(("AT", "CN", "WA"), ("Wool, silk-worm cocoons", "Electricity by coal"), EXIOBASE_FINAL)
    path = write_exiobase(tmp_path / "IOT_2019_pxp", wanted)
    if packed:
        with zipfile.ZipFile(tmp_path / "IOT_2019_pxp.zip", "w") as archive:
            for file in sorted(path.rglob("*.txt")):
                archive.write(file, str(file.relative_to(tmp_path)))
        path = tmp_path / "IOT_2019_pxp.zip"
    table = read_table(path)
    assert (table.year, table.unit, table.source) == (2019, "million EUR", "EXIOBASE 3, product by product")
    np.testing.assert_allclose(table.flows, wanted.flows, atol=1e-9)
    np.testing.assert_allclose(table.final, wanted.final, atol=1e-9)
    np.testing.assert_allclose(table.value_added, wanted.value_added, atol=1e-5)
    np.testing.assert_allclose(table.taxes, wanted.taxes, atol=1e-5)
    world = world_of(table)
    assert world.regions == ("EU27", "CHN", "ROW")
    assert world.card["industries without a known code"] == list(wanted.sectors)


def test_exiobase_says_what_is_lacking(tmp_path: Path) -> None:
    path = write_exiobase(tmp_path / "IOT_2019_ixi", small(("AT", "CN"), ("Wool", "Coal"), EXIOBASE_FINAL))
    (path / "unit.txt").write_text("region\tsector\tunit\nAT\tWool\tM.USD\n")
    with pytest.raises(SourceError, match=r"unit\.txt gives AT Wool in M\.USD; M\.EUR is expected"):
        read_table(path)
    (path / "unit.txt").unlink()
    (path / "x.txt").unlink()
    with pytest.raises(SourceError, match=r"IOT_2019_ixi has no x\.txt"):
        read_table(path)


# -- pymrio --------------------------------------------------------------------------------------------------------------
@dataclass
class System:
    """What the bridge asks of pymrio's IOSystem."""

    Z: pd.DataFrame | None
    Y: pd.DataFrame | None
    name: str = "a system"


def _system(small_table: Small) -> System:
    nodes = pd.MultiIndex.from_tuples(small_table.nodes, names=["region", "sector"])
    buyers = pd.MultiIndex.from_product([small_table.regions, small_table.categories], names=["region", "category"])
    n = len(nodes)
    flows = pd.DataFrame(small_table.flows.reshape(n, n), index=nodes, columns=nodes)
    return System(flows, pd.DataFrame(small_table.final.reshape(n, -1), index=nodes, columns=buyers))


def test_a_system_of_pymrio_is_a_world_whatever_its_order(tmp_path: Path) -> None:
    system = _system(ICIO)
    wanted = world_of(read_table(write_csv(tmp_path / "2020_SML.csv", icio_rows(ICIO))), full=True, tariffs=False)
    draw = np.random.default_rng(1)
    moved = System(system.Z.iloc[:, draw.permutation(12)], system.Y.iloc[draw.permutation(12), draw.permutation(24)])
    world = dt.World.from_pymrio(moved, year=2020, trade_elasticity=wanted.trade_elasticity)
    for name in ("shipments", "intermediate_use", "value_added", "final_use"):
        np.testing.assert_allclose(getattr(world, name), getattr(wanted, name), rtol=1e-9)


def test_a_system_without_its_matrices_or_labels_is_refused() -> None:
    system = _system(ICIO)
    with pytest.raises(InputError, match="has no Y"):
        dt.World.from_pymrio(System(system.Z, None), year=2020, trade_elasticity=5)
    with pytest.raises(InputError, match="the columns of Z are not the 4 regions × 3 sectors"):
        dt.World.from_pymrio(System(system.Z.iloc[:, 1:], system.Y), year=2020, trade_elasticity=5)
    with pytest.raises(InputError, match="the columns of Y"):
        dt.World.from_pymrio(System(system.Z, system.Y.rename(columns={"MYS": "ABC"})), year=2020, trade_elasticity=5)


def test_pymrio_reads_the_same(tmp_path: Path) -> None:
    import pymrio

    cases = [
        (
            pymrio.parse_oecd,
            write_csv(tmp_path / "ICIO2023_2020.csv", icio_rows(_extended(), parts=("MX1", "MX2", "CN1", "CN2"))),
        ),
        (
            pymrio.parse_exiobase3,
            write_exiobase(tmp_path / "IOT_2019_ixi", small(("AT", "CN"), ("Wool", "Coal"), EXIOBASE_FINAL)),
        ),
    ]
    wide = small(("AUS", "USA"), tuple(f"c{k + 1}" for k in range(35)), FINAL_2013)
    (tmp_path / "wiod").mkdir()
    cases.append((pymrio.parse_wiod, write_xlsx(tmp_path / "wiod" / "wiot11_row.xlsx", wiod_rows(wide, "2013"))))
    codes = dict(zip(NACE_1, wide.sectors, strict=True))  # pymrio names these industries by their own code
    for parse, path in cases:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # pymrio looks for accounts beside the table
            parsed = parse(path)
        system = System(parsed.Z.rename(index=codes, columns=codes), parsed.Y.rename(index=codes))
        table = read_table(path)
        nodes = [(r, s) for r in table.regions for s in table.sectors]
        users = [(r, c) for r in table.regions for c in table.categories]
        n = len(nodes)
        np.testing.assert_allclose(table.flows.reshape(n, n), system.Z.loc[nodes, nodes].to_numpy(), atol=1e-9)
        np.testing.assert_allclose(table.final.reshape(n, -1), system.Y.loc[nodes, users].to_numpy(), atol=1e-9)
        world = dt.World.from_pymrio(system, year=table.year, trade_elasticity=5, unit=table.unit)
        mine = world_of(table, full=True, tariffs=False)
        at = [world.regions.index(r) for r in mine.regions]
        by = [world.sectors.index(s) for s in mine.sectors]
        np.testing.assert_allclose(world.shipments[np.ix_(at, at, by)], mine.shipments, rtol=1e-9)


@pytest.mark.parametrize("packed", [False, True])
def test_eora26_is_read(tmp_path: Path, packed: bool) -> None:
    wanted = small_eora()
    path = write_eora(tmp_path / "Eora26_2017_bp", wanted)
    if packed:
        with zipfile.ZipFile(tmp_path / "Eora26_2017_bp.zip", "w") as archive:
            for file in sorted(path.glob("*.txt")):
                archive.write(file, file.name)
        path = tmp_path / "Eora26_2017_bp.zip"
    table = read_table(path)
    assert (table.source, table.year, table.unit, table.regions) == ("Eora26", 2017, "million USD", ("AUS", "CHN", "ROW"))
    np.testing.assert_allclose(table.flows, wanted.flows, atol=1e-9)
    np.testing.assert_allclose(table.final, wanted.final, atol=1e-9)
    np.testing.assert_allclose(table.value_added, wanted.value_added, atol=1e-8)
    np.testing.assert_allclose(table.taxes, wanted.taxes, atol=1e-8)
    assert world_of(table).check() < 1e-9
