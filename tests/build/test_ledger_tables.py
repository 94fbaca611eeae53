"""The builder of the ledger's tables on small inputs: fits meet their margins, lists read off lines, a whole build."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from detente.build.ledger_tables import (
    STEPS,
    build,
    cells_2017,
    china_coverage,
    china_lists,
    china_march_2025,
    china_mfn,
    china_september_2019,
    fit_margins,
    main,
    read_lines,
    us_lists,
)
from detente.errors import SourceError
from detente.words.names import goods_sectors, sector_table


@given(arrays(float, (4, 3), elements=st.floats(0.05, 1)), arrays(float, (4, 3), elements=st.floats(0.05, 1)))
def test_fit_meets_both_margins(start: np.ndarray, truth: np.ndarray) -> None:
    table = fit_margins(start, truth.sum(1), truth.sum(0))
    np.testing.assert_allclose(table.sum(1), truth.sum(1), rtol=1e-6)
    np.testing.assert_allclose(table.sum(0), truth.sum(0), rtol=1e-9)


def test_lists_of_the_united_states_meet_their_values_and_both_rates_of_a_list_are_one(folder: Path) -> None:
    shares = us_lists(cells_2017(folder)).pivot_table(index="measure", columns="sector", values="share_of_trade").fillna(0)
    assert shares.columns.isin(goods_sectors(tuple(sector_table()))).all()
    pd.testing.assert_series_equal(shares.loc["us-301-list-3-10"], shares.loc["us-301-list-3-25"], check_names=False)
    assert (
        shares.loc[["us-301-list-1", "us-301-list-2", "us-301-list-3-25", "us-301-list-4a-7", "us-301-list-4b"]].sum() < 1 + 1e-9
    ).all()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sources in small: six lines of China's tariff, imports of a few sectors, chapter files of two partners."""
    pytest.importorskip("openpyxl")
    codes = ["0101210010", "8703230010", "8703230020", "8542310000", "1201900000", "8471300000"]
    steps = np.zeros((6, len(STEPS)))
    steps[:, 0] = [5, 25, 25, 0, 3, 0]
    steps[1, 4] = steps[2, 4] = 25  # list 34
    steps[4, 4] = 25
    steps[1, 9] = -25  # cars let off
    steps[0, 6] = 10  # list 60
    steps[0, 10] = 15
    steps[1, 3] = -10  # ordinary duty on cars cut in July
    rates = pd.DataFrame({"hs10": codes, "description": "goods", **{f"step {k}": steps[:, k] for k in range(len(STEPS))}})
    values = pd.DataFrame(
        {"hs08": ["01012100", "87032300", "85423100", "12019000", "84713000"], "d": "x", "v": [10.0, 80, 30, 200, 5]}
    )
    for sub in ("tariffs/us_hs2_by_partner", "trade"):
        (tmp_path / sub).mkdir(parents=True)
    with pd.ExcelWriter(tmp_path / "tariffs/bown_jung_zhang_2019_china_tariffs_hs10.xlsx") as book:
        rates.to_excel(book, sheet_name="China Tariff Rates", index=False)
        values.to_excel(book, sheet_name="Imports Value", index=False)
    imports = pd.DataFrame({
        "origin": "CHINA", "sector": ["AGR", "MVH", "ELE"], "imports_2024_usd": [1e6, 4e6, 9e6],
        "calculated_duty_2024_usd": [1e5, 1e6, 0.0],
    })  # fmt: skip
    imports.to_csv(tmp_path / "trade/us_imports_2024_by_origin_and_sector.csv", index=False)
    chapters = pd.DataFrame({
        "HS2": ["01", "12", "84", "85", "87", "98", "72", "73", "76"],
        "2024_imports": [4e5, 6e5, 5e6, 4e6, 4e6, 2e5, 0.0, 0, 0], "2024_duty": [0, 0, 0, 0, 1e5, 0, 0, 0, 0],
    })  # fmt: skip
    for code in ("5700", "0003"):
        chapters.assign(**{"2024_imports": chapters["2024_imports"] + 1}).to_csv(
            tmp_path / f"tariffs/us_hs2_by_partner/hs2-tariff-{code}.csv", index=False
        )
    (tmp_path / "tariffs/lists").mkdir()
    (tmp_path / "tariffs/lists/twt_china-10-percent-030425.csv").write_text('1,12019011,"Soybeans, yellow"\n2,1012100,Horses\n')
    (tmp_path / "tariffs/lists/twt_china-15-percent-030425.csv").write_text("1,85423100,Chips\n")
    (tmp_path / "customs").mkdir()
    months = [f"2017-{m:02d}" for m in range(1, 13)]
    hs2 = pd.DataFrame({"partner": "CHN", "hs2": "84", "month": months, "value": 2e9, "duty": 0.0})
    pd.concat([hs2, hs2.assign(hs2="87", value=1e9)]).to_csv(
        tmp_path / "customs/us_imports_hs2_by_partner_monthly_2016_2020.csv.gz", index=False
    )
    naics = pd.DataFrame({"origin": "CHINA", "naics3": "333", "month": months, "imports": 3e9, "duty": 0.0})
    naics.to_csv(tmp_path / "customs/us_imports_duty_naics3_by_origin_monthly_2016_2024.csv.gz", index=False)
    return tmp_path


def test_reading_lines(folder: Path) -> None:
    lines = read_lines(folder)
    assert lines["sector"].tolist() == ["AGR", "MVH", "MVH", "ELE", "AGR", "ELE"]
    assert lines["imports"].tolist() == [10, 40, 40, 30, 200, 5]
    lists = china_lists(lines)
    assert {k: int(hit.sum()) for k, (_, hit) in lists.items()} == {
        "chn-list-34-25": 2, "chn-list-34-autos-25": 1, "chn-list-60-10": 1, "chn-raise-60-15": 1,
    }  # fmt: skip
    coverage = china_coverage(lines).set_index(["measure", "sector"])
    assert coverage.loc[("chn-list-34-25", "AGR")].tolist() == pytest.approx([200 / 210, 0.5])
    assert coverage.loc[("chn-list-34-autos-25", "MVH")].tolist() == pytest.approx([0.5, 0.5])
    mfn = china_mfn(lines).set_index(["from", "sector"])["lines_pct"]
    assert mfn[("2018-01-01", "MVH")] == 25
    assert mfn[("2018-07-01", "MVH")] == 20


def test_lists_of_march_2025_find_renumbered_lines(folder: Path) -> None:
    lines = read_lines(folder)
    found = china_march_2025(folder, lines).set_index(["measure", "sector"])
    assert found.loc[("chn-farm-10", "AGR")].tolist() == [1.0, 1.0]  # soybeans by their subheading, horses by their line
    assert found.loc[("chn-farm-15", "ELE")].tolist() == pytest.approx([30 / 35, 0.5])
    (folder / "tariffs/lists/twt_china-15-percent-030425.csv").write_text("1,85423100,Chips\n2,chips,Chips\n")
    with pytest.raises(SourceError, match="row 2: '000chips' is no code"):
        china_march_2025(folder, lines)


def test_the_list_of_september_2019_is_a_step_of_that_day(folder: Path, tmp_path: Path) -> None:
    rows = [("120190", "2019-06-01", 28.0), ("120190", "2019-09-01", 33.0), ("870323", "2019-06-01", 15.0),
            ("870323", "2019-09-01", 25.0), ("854231", "2019-06-01", 5.0), ("854231", "2019-09-01", 8.0)]  # fmt: skip
    path = tmp_path / "china.csv"
    pd.DataFrame(rows, columns=["hs6", "time_of_tariff", "tariff"]).to_csv(path, index=False)
    lines = read_lines(folder)
    found = china_september_2019(lines, path).set_index(["measure", "sector"])
    assert found.loc[("chn-list-75-5", "AGR")].tolist() == pytest.approx([200 / 210, 0.5])
    assert found.loc[("chn-list-75-10", "MVH")].tolist() == [1.0, 1.0]
    assert "ELE" not in found.index.get_level_values("sector")  # a step of 3 is neither
    pd.testing.assert_frame_equal(found.loc["chn-list-75-10"], found.loc["chn-list-75-halved-5"])
    made = build(folder, path)
    assert made["china-september-2019.csv"]["measure"].nunique() == 4
    assert "china-september-2019.csv" not in build(folder)
    pd.DataFrame({"hs6": ["120190"]}).to_csv(path, index=False)
    with pytest.raises(SourceError, match="no column time_of_tariff"):
        china_september_2019(lines, path)


def test_whole_build(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables = build(folder)
    chapters = tables["hs2-sectors.csv"]
    assert chapters.loc[chapters["chapter"] == "98", "sector"].tolist() == [""]
    assert float(tables["us-china-weights.csv"].set_index("sector").loc["ELE", "us_imports_from_china_2024_musd"]) == 9.0
    target = tmp_path / "made"
    target.mkdir()
    assert main([str(folder), str(target)]) == 0
    for name in tables:
        first, *_ = (target / name).read_text(encoding="utf-8").splitlines()
        assert first.startswith("# Derived by detente")
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_missing_sources_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        build(tmp_path)
