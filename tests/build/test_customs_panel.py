"""The builder of the customs panels on small sources: every dollar once, shares by hand, the same bytes again."""

from __future__ import annotations

import gzip
import io
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

from detente.build.customs_panel import ONE, SPLIT, build, exports, imports, main, parquet, sector_shares
from detente.errors import BadPanel, SourceError
from detente.world.panel import load_panel, panel_table


def _gz(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        ("CHINA", 30e9),
        ("GERMANY", 12e9),
        ("UNITED KINGDOM", 5e9),
        ("EUROPEAN UNION", 45e9),
        ("TOTAL FOR ALL COUNTRIES", 250e9),
    ]
    text = "origin,naics3,month,imports,duty\n"
    for year, union in (("2017", 0.0), ("2018", -5e9)):
        for name, value in rows:
            value += union if name == "EUROPEAN UNION" else 0
            text += "".join(f"{name},334,{year}-{m:02d},{value:.0f},{value / 100:.0f}\n" for m in range(1, 13))
    _gz(tmp_path / "customs/us_imports_duty_naics3_by_origin_monthly_2016_2024.csv.gz", text)
    text = "partner,hs2,month,value\n" + "".join(
        f"{p},{h},2020-0{m},{v}\n" for p, v in (("CHN", 5), ("CAN", 7), ("WLD", 20)) for h in ("01", "12") for m in (1, 2)
    )
    _gz(tmp_path / "customs/us_exports_hs2_by_partner_monthly_2016_2020.csv.gz", text)
    census = [e["census"] for e in panel_table()["origins"].values() if "census" in e and "in" not in e] + ["CANADA", "MEXICO"]
    origins = [*dict.fromkeys(census), "EUROPEAN UNION", "SLOVAKIA", "PERU"]
    size = {"PERU": 3.0, "SLOVAKIA": 1000.0, "EUROPEAN UNION": 2.0}
    lines = [(o, s, 100.0 * (size.get(o, 1.0) if k % 2 else 1.0)) for o in origins
             for pair in SPLIT.values() for k, s in enumerate(pair)]  # fmt: skip
    (tmp_path / "trade").mkdir()
    frame = pd.DataFrame(lines, columns=["origin", "sector", "imports_2024_usd"])
    frame.to_csv(tmp_path / "trade/us_imports_2024_by_origin_and_sector.csv", index=False)
    return tmp_path


def test_the_united_kingdom_is_counted_once(folder: Path) -> None:
    wide = imports(folder).pivot_table(index="month", columns="origin", values="imports")
    assert list(wide.columns) == ["CHN", "DEU", "EU-rest", "GBR", "rest"]
    for month in ("2017-12", "2018-01"):
        assert wide.loc[month].tolist() == [30e9, 12e9, 28e9, 5e9, 175e9]


def test_exports_leave_the_rest(folder: Path) -> None:
    frame = exports(folder)
    assert frame.groupby("destination")["exports"].unique().map(list).to_dict() == {"CAN": [7], "CHN": [5], "rest": [8]}


def test_shares_by_hand(folder: Path) -> None:
    table = sector_shares(folder).set_index(["naics3", "origin", "sector"])["share"]
    assert table["325", "CHN", "PHA"] == 0.5
    assert table["325", "DEU", "PHA"] == table["325", "EU-rest", "PHA"] == round(2 / 3, 4)
    assert table["336", "rest", "OTE"] == 0.75  # Peru alone: Slovakia stands in the Union's row
    assert set(ONE) | set(SPLIT) == set(panel_table()["industries"])


def test_the_same_bytes_again(folder: Path, tmp_path: Path) -> None:
    first, second = build(folder), build(folder)
    assert first == second
    assert main([str(folder), str(tmp_path)]) == 0
    for name, body in first.items():
        assert (tmp_path / name).read_bytes() == body
    pd.testing.assert_frame_equal(
        pd.read_parquet(io.BytesIO(first["us-imports-naics3.parquet"])), imports(folder), check_dtype=False
    )


def test_missing_sources_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="us_imports_duty_naics3"):
        imports(tmp_path)
    with pytest.raises(SourceError, match="us_exports_hs2"):
        exports(tmp_path)


def test_faults_of_a_source_keep_their_row(folder: Path) -> None:
    path = folder / "customs/us_imports_duty_naics3_by_origin_monthly_2016_2024.csv.gz"
    text = gzip.decompress(path.read_bytes()).decode().replace("CHINA,334,2017-02,30000000000", "CHINA,334,2017-02,")
    path.write_bytes(gzip.compress(text.encode()))
    with pytest.raises(BadPanel, match="row 3: imports is empty"):
        imports(folder)


def test_shipped_tables_are_small_and_ours() -> None:
    place = files("detente").joinpath("data", "panels")
    assert sum(len(place.joinpath(f"{n}.parquet").read_bytes()) for n in ("us-imports-naics3", "us-exports-hs2")) < 3_000_000
    frame = load_panel().frame
    again = pd.read_parquet(io.BytesIO(parquet(frame)))
    assert again.astype(dict.fromkeys(again.columns[:3], str)).equals(frame)
