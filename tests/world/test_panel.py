"""Customs panels: every dollar once, sums checked, every fault named with its row, nothing half-loaded."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import detente as dt
from detente.errors import BadPanel, UnknownName, UnknownSector
from detente.world.panel import add_panel, concordance, list_panels, own_panels, panel_table, read_panel, region_of

MONTHS = ("2025-01", "2025-02", "2025-03", "2025-04")
INDUSTRIES = ("315", "334", "336")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DETENTE_DATA", str(tmp_path / "own"))
    return tmp_path


def published(months: tuple[str, ...] = MONTHS) -> pd.DataFrame:
    """A file of the published layout with sizes near those of 2024: three origins of their own, Germany, Canada and Mexico, and
    the groups; the rest of the Union sells 2, the rest of the world 3 billion an industry."""
    bn = {"CHINA": 12.0, "VIETNAM": 4.0, "UNITED KINGDOM": 2.0, "GERMANY": 5.0, "CANADA": 10.0, "MEXICO": 14.0}
    rows = []
    for month in months:
        for k, industry in enumerate(INDUSTRIES):
            value = {o: round(v * 1e9 * (1 + 0.1 * k) + 17 * k) for o, v in bn.items()}
            duty = {o: round(0.1 * v) for o, v in value.items()}
            for cells in (value, duty):
                cells["EUROPEAN UNION"] = cells["GERMANY"] + 15_000_000_000
                cells["USMCA (NAFTA)"] = cells["CANADA"] + cells["MEXICO"]
                one = ("CHINA", "VIETNAM", "UNITED KINGDOM", "CANADA", "MEXICO", "EUROPEAN UNION")
                cells["TOTAL FOR ALL COUNTRIES"] = sum(cells[o] for o in one) + 30_000_000_000
            rows += [(o, industry, month, value[o], duty[o]) for o in value]
    return pd.DataFrame(rows, columns=["origin", "naics3", "month", "imports", "duty"])


def csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def test_shipped_panel_holds_every_dollar_once() -> None:
    panel = dt.load_panel()
    frame = panel.frame
    assert not frame.duplicated(["origin", "naics3", "month"]).any()
    assert (frame["imports"] > 0).all()
    assert (frame["duty"] >= 0).all()
    assert len(panel.months) == 108
    assert set(panel.origins) == set(panel_table()["origins"])
    assert set(panel.industries) == set(panel_table()["industries"])
    # the total row of the published file, 2016–2024
    assert int(frame["imports"].sum()) == 24_235_055_433_648
    assert 0.03 < float(panel.totals()["rest"].sum()) / 24_235_055_433_648 < 0.12
    # the United Kingdom left the published row of the Union with 2018: no jump in what is left of the Union
    rest = frame[frame["origin"] == "EU-rest"].groupby("month")["imports"].sum()
    assert 0.7 < float(rest["2018-01":"2018-06"].mean() / rest["2017-07":"2017-12"].mean()) < 1.4


def test_shipped_exports() -> None:
    panel = dt.load_panel("us-exports-hs2")
    assert panel.origins == ("USA",)
    assert panel.months[-1] == "2020-10"
    assert (panel.frame["exports"] > 0).all()
    soy = panel.frame[(panel.frame["destination"] == "CHN") & (panel.frame["hs2"] == "12")].set_index("month")["exports"]
    assert float(soy["2018-10":"2018-12"].sum()) < 0.2 * float(soy["2017-10":"2017-12"].sum())
    with pytest.raises(BadPanel, match="panel of exports"):
        panel.by_sector(dt.load_world())


def test_concordance_is_complete() -> None:
    table = concordance()
    np.testing.assert_allclose(table.groupby(["naics3", "origin"])["share"].sum(), 1, atol=1e-9)
    assert set(table["naics3"]) == set(panel_table()["industries"])
    split = table[table["origin"] != "*"]
    assert (split.groupby("naics3")["origin"].nunique() == len(panel_table()["origins"])).all()


def test_by_sector_keeps_the_total() -> None:
    panel = dt.load_panel()
    world = dt.load_world()
    by = panel.by_sector(world)
    assert float(by["imports"].sum()) == pytest.approx(float(panel.frame["imports"].sum()), rel=1e-12)
    assert float(by["duty"].sum()) == pytest.approx(float(panel.frame["duty"].sum()), rel=1e-12)
    assert set(by["region"]) <= {*world.regions, "rest"}
    assert set(by["sector"]) <= {*world.sectors, "other"}
    electronics = panel.frame[(panel.frame["naics3"] == "334") & (panel.frame["origin"] == "CHN")]["imports"].sum()
    cell = by[(by["region"] == "CHN") & (by["sector"] == "ELE")]["imports"].sum()
    assert float(cell) == pytest.approx(float(electronics))
    with pytest.raises(UnknownSector):
        panel.by_sector(dt.load_world("toy"))


def test_regions_of_origins() -> None:
    regions = dt.load_world().regions
    assert [region_of(o, regions) for o in ("CHE", "ISR", "SAU", "COL", "IRL", "rest")] == [
        "EFT", "XRX", "GLF", "XLA", "EU27", "rest",
    ]  # fmt: skip
    assert region_of("EU-rest", ("USA", "DEU")) == "rest"


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet"])
def test_a_published_file_is_read(ending: str, tmp_path: Path) -> None:
    frame = published()
    path = tmp_path / f"later{ending}"
    if ending == ".parquet":
        frame.to_parquet(path)
    else:
        path.write_bytes(gzip.compress(csv(frame)) if ending.endswith("gz") else csv(frame))
    panel = dt.load_panel(path)
    assert panel.name == "later"
    assert panel.months == MONTHS
    assert panel.notes == ()
    assert panel.partners == ("CAN", "CHN", "DEU", "GBR", "MEX", "VNM", "EU-rest", "rest")
    wide = panel.frame.pivot_table(index=["naics3", "month"], columns="origin", values="imports")
    np.testing.assert_allclose(wide["EU-rest"], 15e9)
    np.testing.assert_allclose(wide["rest"], 30e9)
    total = frame[frame["origin"].str.startswith("TOTAL")]
    assert float(panel.frame["imports"].sum()) == float(total["imports"].sum())
    assert float(panel.frame["duty"].sum()) == float(total["duty"].sum())


def test_numbers_in_scientific_notation_are_numbers() -> None:
    plain = published()
    other = plain.astype({"imports": object, "duty": object})
    other.loc[3, ["imports", "duty"]] = [f"{plain.loc[3, 'imports']:.9e}", f"{plain.loc[3, 'duty'] * 1e3:.9f}e-3"]
    pd.testing.assert_frame_equal(read_panel(csv(plain), "a.csv").frame, read_panel(csv(other), "b.csv").frame)


def test_what_was_read_can_be_read_again() -> None:
    panel = read_panel(csv(published()), "a.csv")
    again = read_panel(csv(panel.frame), "b.csv")
    pd.testing.assert_frame_equal(panel.frame, again.frame)


def test_without_totals_the_rest_is_unknown() -> None:
    frame = published()
    panel = read_panel(csv(frame[~frame["origin"].str.startswith("TOTAL")]), "a.csv")
    assert "rest" not in panel.origins
    assert "not known" in panel.notes[0]


Change = Callable[[pd.DataFrame], pd.DataFrame]


def put(row: int, column: str, value: object) -> Change:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.astype(object)
        frame.loc[row - 2, column] = value
        return frame

    return change


def scaled(by: float, **where: str) -> Change:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        hit = np.logical_and.reduce([frame[k] == v for k, v in where.items()] or [np.ones(len(frame), bool)])
        frame = frame.astype({"imports": float, "duty": float})
        frame.loc[hit, ["imports", "duty"]] *= by
        return frame

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (put(5, "origin", "GERMNY"), r"row 5: unknown origin 'GERMNY'; did you mean GERMANY"),
        (put(7, "naics3", "999"), r"row 7: unknown NAICS-3 industry '999'"),
        (put(9, "month", "2025-13"), r"row 9: '2025-13' is no month"),
        (put(9, "month", ""), r"row 9: '' is no month"),
        (put(9, "month", "Jan 2025"), r"row 9: .* is no month"),
        (put(4, "imports", -3), r"row 4: imports -3 is negative"),
        (put(4, "duty", -1), r"row 4: duty -1 is negative"),
        (put(6, "imports", ""), r"row 6: imports is empty"),
        (put(6, "duty", None), r"row 6: duty is empty"),
        (put(6, "imports", "12,5"), r"row 6: imports '12,5' is not a number"),
        (put(6, "imports", "nan"), r"row 6: imports 'nan' is not a number"),
        (put(6, "imports", "1e999"), r"row 6: imports 1e999 is too large"),
        (put(6, "duty", 1e13), r"row 6: duty .* more than three times"),
        (lambda f: pd.concat([f, f.iloc[[3]]]), r"row 110: GERMANY, 315, 2025-01 stands in row 5 already"),
        (lambda f: f[f["month"] != "2025-02"], r"no rows for 2025-02"),
        (lambda f: f[(f["month"] != "2025-04") | (f["origin"] != "VIETNAM")], r"VNM has no row for 2025-04"),
        (lambda f: f[(f["month"] != "2025-04") | (f["origin"] != "CANADA")], r"do not add up|CAN has no row"),
        (lambda f: f.rename(columns={"duty": "tariff"}), r"row 1: the header is"),
        (lambda f: f.iloc[:0], r"has no rows"),
        (scaled(1e-3), r"row \d+: .* mixed units"),
        (scaled(1e3), r"row \d+: .* mixed units"),
        (scaled(1e-15), r"row \d+: .* mixed units"),  # written 3.1e-07
        (scaled(1e-3, origin="VIETNAM"), r"row \d+: imports of VNM .* mixed units"),
        (scaled(1e-6, origin="CHINA"), r"row \d+: imports of CHN .* mixed units"),
        (scaled(1e-3, month="2025-03"), r"row \d+: .*2025-03 .* mixed units"),
        (scaled(1e-3, month="2025-03", origin="CHINA"), r"row \d+: imports of CHN in 2025-03 .* mixed units"),
        (scaled(1e-3, origin="TOTAL FOR ALL COUNTRIES"), r"row \d+: imports of WLD .* mixed units"),
        (scaled(1e3, month="2025-03", origin="CHINA", naics3="315"), r"row \d+: .* mixed units"),
        (scaled(1e-3, month="2025-03", origin="MEXICO", naics3="315"), r"row \d+: imports of USMCA .*do not add up"),
    ],
)
def test_faults_are_named_with_their_row(change: Change, told: str) -> None:
    with pytest.raises(BadPanel, match=told):
        read_panel(csv(change(published())), "later.csv")


@pytest.mark.parametrize(
    ("body", "name", "told"),
    [
        (b"", "a.csv", "cannot be read"),
        (b"origin,naics3,month,imports,duty\nCHINA,334,2025-01,1\n", "a.csv", "row 2: duty is empty"),
        (b"origin,naics3,month,imports,duty\nCHINA,334,2025-01,1,2,3\nCHINA,334,2025-01,1,2,3,4,5\n", "a.csv", "row 1|cannot"),
        (b"no gzip", "a.csv.gz", "cannot be read"),
        (b"no parquet", "a.parquet", "cannot be read"),
        (b"\xff\xfe\x00", "a.csv", "cannot be read"),
        (b"x", "a.xlsx", "a panel is a file"),
    ],
)
def test_files_that_are_none(body: bytes, name: str, told: str) -> None:
    with pytest.raises(BadPanel, match=told):
        read_panel(body, name)


def test_both_layouts_at_once_are_refused() -> None:
    frame = published()
    extra = frame[frame["origin"] == "CHINA"].assign(origin="rest")
    with pytest.raises(BadPanel, match="twice"):
        read_panel(csv(pd.concat([frame, extra])), "a.csv")


def test_adding_and_finding(own: Path) -> None:
    path = own / "us-2025.csv.gz"
    path.write_bytes(gzip.compress(csv(published())))
    panel, target = add_panel(path)
    assert panel.name == "us-2025"
    assert target.read_bytes() == path.read_bytes()
    assert list_panels() == ("us-imports-naics3", "us-exports-hs2", "us-2025")
    pd.testing.assert_frame_equal(dt.load_panel("us-2025").frame, panel.frame)
    with pytest.raises(BadPanel, match="there already"):
        add_panel(path)
    plain = own / "other.csv"
    plain.write_bytes(csv(published(MONTHS[:3])))
    add_panel(plain, "us-2025", force=True)
    assert dt.load_panel("us-2025").months == MONTHS[:3]
    assert len(own_panels()) == 1
    with pytest.raises(BadPanel, match="ships with"):
        add_panel(path, "us-imports-naics3")
    for name in ("../up", "", ".hidden", "a/b"):
        with pytest.raises(BadPanel, match="no name"):
            add_panel(path, name)


def test_nothing_is_kept_of_a_file_with_a_fault(own: Path) -> None:
    path = own / "bad.csv"
    path.write_bytes(csv(put(8, "imports", -5)(published())))
    with pytest.raises(BadPanel, match="row 8"):
        add_panel(path)
    assert not own_panels()
    with pytest.raises(BadPanel, match="cannot be read"):
        add_panel(own / "nowhere.csv")
    with pytest.raises(BadPanel, match="folder"):
        dt.load_panel(own)


def test_unknown_names() -> None:
    with pytest.raises(UnknownName, match="us-imports-naics3"):
        dt.load_panel("us-imports-naics")


def test_frame_given_out_is_a_copy() -> None:
    panel = dt.load_panel()
    mine = panel.to_frame()
    mine["imports"] = 0
    assert float(panel.frame["imports"].sum()) > 0
