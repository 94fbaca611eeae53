"""Readers on made-up files: values, units, and a named error for what is missing."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from detente.build.baseline_tariffs import AppliedMean, applied_means, read_china_tariffs, tariff_averages
from detente.build.elasticities import (
    read_caliendo_parro,
    read_gtap_elasticities,
)
from detente.build.sources import (
    MEMBER,
    RARE_EARTHS,
    find_icio,
    read_applied_tariffs,
    read_bilateral_goods,
    read_icio,
    read_minerals,
    read_ores,
    read_sitc,
    read_us_imports,
    read_wdi,
)
from detente.errors import SourceError
from source_files import ECONOMIES, INDUSTRIES, icio_arrays, write_sources


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sources(tmp_path_factory.mktemp("sources") / "files")


def test_table_is_read_from_archive_and_from_wheel_alike(sources: Path, tmp_path: Path) -> None:
    archive = sources / "icio/bench_cache.npz"
    wheel = tmp_path / "sanction_simulator-0.1.4-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as out:
        out.write(archive, MEMBER)
    table, again = read_icio(archive), read_icio(wheel)
    assert table.economies == ECONOMIES
    assert table.industries == INDUSTRIES
    assert np.array_equal(table.use, again.use)
    assert np.allclose(table.intermediate.sum(1) + table.final_and_row, table.gross_output)
    assert np.allclose(table.intermediate.sum(0), table.use.sum(2))
    raw = icio_arrays()
    c = len(ECONOMIES)
    flow = raw["A"] * (raw["omb"] * raw["go"])[None, :]
    # sector-major nodes: the third product of the first economy sold to the second
    assert table.intermediate[0, 1, 2] == pytest.approx(flow[2 * c + 0, 1::c].sum())
    assert find_icio(tmp_path) == wheel


def test_missing_files_are_named_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"bench_cache\.npz.*pip download"):
        find_icio(tmp_path)
    with pytest.raises(SourceError, match=r"bilateral_goods_2023_countries\.csv.*BACI"):
        read_bilateral_goods(tmp_path)
    with pytest.raises(SourceError, match=r"wdi_2015_2025_long\.csv.*CC BY"):
        read_wdi(tmp_path, 2022)
    with pytest.raises(SourceError, match=r"us_imports_2024.*Census"):
        read_us_imports(tmp_path)
    with pytest.raises(SourceError, match="piie"):
        read_china_tariffs(tmp_path)
    with pytest.raises(SourceError, match="UNCTAD"):
        read_sitc(tmp_path)
    with pytest.raises(SourceError, match="BACI"):
        read_minerals(tmp_path, RARE_EARTHS, 2022)


def test_files_of_another_kind_are_refused(sources: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "bench_cache.npz", A=np.eye(2))
    with pytest.raises(SourceError, match="lacks the arrays omb, go"):
        read_icio(tmp_path / "bench_cache.npz")
    pd.DataFrame({"country": ["x"]}).to_csv(tmp_path / "wdi_2015_2025_long.csv", index=False)
    with pytest.raises(SourceError, match="no column iso3, year"):
        read_wdi(tmp_path, 2022)
    frame = pd.read_csv(sources / "trade/us_imports_2024_by_origin_and_sector.csv")
    frame.replace("CHINA", "ATLANTIS").to_csv(tmp_path / "us_imports_2024_by_origin_and_sector.csv", index=False)
    with pytest.raises(SourceError, match="ATLANTIS"):
        read_us_imports(tmp_path)


def test_goods_are_exporter_by_importer_in_million_usd(sources: Path) -> None:
    goods = read_bilateral_goods(sources / "trade")
    raw = pd.read_csv(sources / "trade/bilateral_goods_2023_kusd.csv")
    codes = list(goods.index)
    assert goods.loc["CHN", "USA"] == pytest.approx(raw.iloc[codes.index("CHN"), codes.index("USA")] / 1000)
    assert goods.loc["CHN", "CHN"] == 0


def test_us_imports_drop_a_member_listed_beside_the_union(sources: Path) -> None:
    us = read_us_imports(sources / "trade")
    assert sorted(us.imports.index) == ["CHN", "EU27", "MYS", "TWN", "VNM"]
    assert us.imports.loc["CHN", "AGR"] == pytest.approx(1000)
    assert us.rate.loc["MYS", "MVH"] == pytest.approx(0.02)
    assert us.unmapped["CHN"] == pytest.approx(5000)


def test_wdi_borrows_the_nearest_year_and_says_so(sources: Path) -> None:
    wdi = read_wdi(sources / "macro", 2022)
    assert wdi.table.loc["USA", "NY.GDP.MKTP.CD"] == pytest.approx(25e12)
    assert ("PAK", "NY.GDP.MKTP.CD", 2021) in wdi.borrowed


def test_china_tariffs_split_general_and_retaliatory_changes(sources: Path) -> None:
    lines = read_china_tariffs(sources / "tariffs").lines
    assert lines.loc["0101210010", ["united_states", "others"]].tolist() == pytest.approx([0.35, 0.10])
    assert lines.loc["8703230000", ["united_states", "others"]].tolist() == pytest.approx([0.15, 0.15])
    assert lines.loc["8703230000", "imports_from_us"] == pytest.approx(1000)


def test_applied_tariffs_are_the_last_known_up_to_the_year(sources: Path) -> None:
    means = read_applied_tariffs(sources / "tariffs", 2022)
    assert means.loc["CHN"].tolist() == [1.0, 2022]
    assert means.loc["MYS"].tolist() == [3.0, 2022]
    assert "KEN" not in means.index  # known of 2023 only
    assert read_applied_tariffs(sources / "tariffs", 2021).loc["MYS"].tolist() == [13.0, 2019]
    rest = applied_means(means, ["CHN", "TWN"], {"QAT": 2.0, "VNM": 6.0, "KEN": 5.0})
    assert set(rest) == {"CHN", "ROW"}  # Taiwan has none, and says so later
    assert rest["ROW"].rate_pct == pytest.approx((2 * means.loc["QAT", "rate_pct"] + 6 * means.loc["VNM", "rate_pct"]) / 8)


def test_a_missing_rate_is_refused_by_name(sources: Path, tmp_path: Path) -> None:
    name = "applied_tariff_weighted_mean_wdi_1988_latest.csv"
    text = (sources / "tariffs" / name).read_text(encoding="utf-8")
    for bad in ("-1.0", ""):
        (tmp_path / name).write_text(text + f",ZZZ,2022,{bad}\n", encoding="utf-8")
        with pytest.raises(SourceError, match=r"ZZZ in 2022 is .*, not a number of 0 or more"):
            read_applied_tariffs(tmp_path, 2022)


def test_minerals_and_sections(sources: Path) -> None:
    rare = read_minerals(sources / "minerals", RARE_EARTHS, 2022)
    assert ("CHN", "TWN") in rare.index
    assert 0 < rare[("MYS", "CHN")] < 20
    assert ("KEN", "DEU") in read_ores(sources / "minerals", 2023).index
    sections = read_sitc(sources / "trade")
    assert sections[("ROW", "CHN", 3)] > 0
    assert ("TWN", "USA", 7) in sections.index


def test_elasticities_leave_out_what_was_not_estimated(sources: Path) -> None:
    epsilon = read_gtap_elasticities(sources / "elasticities")
    assert "coa" not in epsilon.index
    assert (epsilon < 0).all()
    assert read_caliendo_parro(sources / "elasticities").loc["Auto", "se"] == pytest.approx(0.92)


def test_agreements_hubs_and_partial_cuts() -> None:
    table = {
        "averages": [
            {"economies": ["BBB"], "rate_pct": 2.0, "assumption": "W7"},
        ],
        "on_paying": [{"economies": ["AAA"], "mfn_pct": 6.0}],
        "agreements": [
            {"name": "union", "members": ["AAA", "BBB"]},
            {"name": "hub", "between": [["AAA"], ["CCC", "DDD"]]},
            {"name": "half", "members": ["BBB", "CCC"], "remaining_share": 0.5},
        ],
        "profile": {"heights": {"X": 1.0}},
    }
    rates = tariff_averages({"AAA": AppliedMean(4.0, 2022), "BBB": AppliedMean(9.0, 2021)}, table)
    assert rates.average == {"AAA": 0.04, "BBB": 0.02}
    assert rates.on_paying == {"AAA"}
    assert rates.assumed == ("BBB",)
    assert rates.remaining("AAA", "BBB") == 0
    assert rates.remaining("AAA", "CCC") == 0
    assert rates.remaining("CCC", "DDD") == 1
    assert rates.remaining("CCC", "BBB") == 0.5
