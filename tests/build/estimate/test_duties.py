"""What the law asked, against days and rates that can be checked by hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from detente.build.estimate import duties
from detente.build.estimate.duties import china_law, metal_duty, us_law
from detente.build.estimate.flows import us_exports, us_imports
from detente.build.sources import published
from detente.errors import SourceError
from detente.world.panel import load_panel

MONTHS = ("2018-02", "2018-03", "2018-05", "2018-06", "2019-04", "2019-06", "2022-02", "2022-07")


def test_metal_duties_follow_exemptions_and_quotas() -> None:
    shares = duties._table("us-metal-shares.csv").set_index("origin")

    def full(origin: str) -> float:
        return float(25 * shares["steel"][origin] + 10 * shares["aluminium"][origin])

    japan, canada, germany = (metal_duty(o, MONTHS) for o in ("JPN", "CAN", "DEU"))
    assert japan[0] == canada[0] == 0
    assert japan[1] == pytest.approx(full("JPN") * 9 / 31)  # from 23 March
    assert canada[2] == germany[2] == 0
    assert canada[3] == pytest.approx(full("CAN"))
    assert canada[5] == 0
    assert germany[5] == pytest.approx(full("DEU"))
    assert germany[6] == germany[7] == 0
    assert japan[7] == pytest.approx(10 * shares["aluminium"]["JPN"])
    assert not metal_duty("AUS", MONTHS).any()
    assert metal_duty("KOR", MONTHS)[3] == pytest.approx(10 * shares["aluminium"]["KOR"])
    assert not metal_duty("CHN", MONTHS).any()  # stands in its lists


def test_shares_are_shares_and_law_is_on_china_but_for_metals() -> None:
    shares = duties._table("us-metal-shares.csv").set_index("origin")
    assert ((shares >= 0) & (shares <= 1)).all(axis=None)
    assert (shares.sum(axis=1) <= 1 + 1e-5).all()
    law = us_law(("CHN", "VNM"), ("313", "331", "334"), ("2017-06", "2018-12", "2019-12"))
    assert not law[:, :, 0].any()
    assert (law[0, :, 2] > law[0, :, 1]).all()
    assert not law[1, [0, 2]].any()
    assert law[1, 1, 1] > 0


def test_chinas_duties_rise_on_the_united_states_only() -> None:
    on_us, on_others = china_law(("12", "87", "99"), ("2017-01", "2018-08", "2018-12", "2019-02"))
    assert on_us[0, 0] == on_others[0, 0]
    assert on_us[0, 1] - on_us[0, 0] > 20  # soybeans, 25 points from 6 July 2018
    assert on_others[0, 1] <= on_others[0, 0]
    assert on_us[1, 2] > on_us[1, 3]  # cars: the answer suspended from January 2019
    assert np.isnan(on_us[2]).all()


def test_cells_are_economies_and_goods_and_begin_without_a_change() -> None:
    cells = us_imports(load_panel())
    assert not {"rest", "EU-rest", "WLD"} & set(cells.origin)
    assert not {"910", "980", "990"} & set(cells.sector)
    assert (cells.weight > 0).all()
    assert cells.collected is not None
    assert not cells.law[:, :24].any()
    assert np.nanmin(cells.collected) >= 0
    exports = us_exports()
    assert not exports.law[exports.origin != "CHN"].any()
    assert exports.law[exports.origin == "CHN"].any()
    assert exports.months[-1] == "2020-10"


SOURCES = Path(os.environ.get("DETENTE_SOURCES") or Path(__file__).parents[4] / "shared" / "data")


@pytest.mark.skipif(not (SOURCES / "customs").is_dir(), reason="the source files are not at hand (DETENTE_SOURCES)")
def test_tables_are_made_from_the_sources_to_the_byte(tmp_path: Path) -> None:
    assert duties.main([str(SOURCES), str(tmp_path)]) == 0
    shipped = Path(duties.__file__).parents[2] / "data" / "estimates"
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (shipped / path.name).read_bytes()


# -- made of files of a few rows, worked out by hand -------------------------------------------------------------------
COLUMNS = [f"{day} MFN" if day in ("2018-01-01", "2018-05-01") else f"{day} retaliation" for day in duties.STEPS]
"""China's ordinary duty on the first day, a cut for everybody on 1 May, the rest on the United States alone."""


def rates_of(code: str, changes: dict[int, float]) -> list[object]:
    return [code, "a good", *(changes.get(k) for k in range(len(COLUMNS)))]


@pytest.fixture
def sheets(tmp_path: Path) -> tuple[Path, list[list[object]]]:
    (tmp_path / "tariffs").mkdir()
    rows = [
        rates_of("1201901000", {0: 3.0, 4: 25.0}),  # two lines of one heading share its trade
        rates_of("1201902000", {0: 9.0}),
        rates_of("8703234000", {0: 25.0, 2: -10.0, 4: 25.0, 8: -5.0, 9: -20.0}),
        rates_of("870324", {0: 15.0}),  # filled up in front: of no chapter that is traded
        rates_of("7601000000", {1: 15.0}),  # no duty on the first day, so not kept
    ]
    return tmp_path / "tariffs" / published("china-tariffs").file, rows


def written(path: Path, rows: list[list[object]], columns: list[str] = COLUMNS) -> None:
    trade = [["12019010", "", 60.0], ["12019020", "", 20.0], ["87032340", "", 8.0], ["87032340", "", 2.0], ["76010000", "", 5.0]]
    with pd.ExcelWriter(path) as book:
        pd.DataFrame(rows, columns=["code", "text", *columns]).to_excel(book, sheet_name=duties.RATES, index=False)
        pd.DataFrame(trade, columns=["code", "text", "2017"]).to_excel(book, sheet_name=duties.VALUES, index=False)


def test_chinas_duties_by_chapter_are_weighed_by_what_it_bought(sheets: tuple[Path, list[list[object]]]) -> None:
    path, rows = sheets
    written(path, rows)
    found = duties.china_duties(path.parents[1]).set_index(["hs2", "from"])
    assert set(found.index.get_level_values("hs2")) == {"12", "87"}  # no trade, no row
    assert len(found) == 2 * len(set(duties.STEPS))
    soy = found.loc["12"]
    assert soy.loc["2018-01-01"].tolist() == pytest.approx([(60 * 3 + 20 * 9) / 80] * 2)
    assert soy.loc["2018-07-06"].tolist() == pytest.approx([(60 * 28 + 20 * 9) / 80, (60 * 3 + 20 * 9) / 80])
    assert soy.loc["2019-06-01"].tolist() == soy.loc["2018-07-06"].tolist()
    cars = found.loc["87"]
    assert cars.loc["2018-05-01"].tolist() == pytest.approx([15.0, 15.0])  # for everybody
    assert cars.loc["2018-07-06"].tolist() == pytest.approx([40.0, 15.0])
    assert cars.loc["2019-01-01"].tolist() == pytest.approx([15.0, 15.0])  # both changes of the day


def test_a_sheet_of_another_shape_is_refused(sheets: tuple[Path, list[list[object]]]) -> None:
    path, rows = sheets
    written(path, [row[:-1] for row in rows], COLUMNS[:-1])
    with pytest.raises(SourceError, match="10 columns of rates"):
        duties.china_duties(path.parents[1])
    with pd.ExcelWriter(path) as book:
        pd.DataFrame(rows).to_excel(book, sheet_name="other", index=False)
    with pytest.raises(SourceError, match=duties.RATES):
        duties.china_duties(path.parents[1])


def test_metals_under_duty_are_shares_of_what_an_origin_sells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the lines of chapter 72, none of 73 and all of 76 are under the duties."""
    codes = {metal: tuple(duties.contents()["other"][f"s232_{metal}"]["codes"]) for metal in ("steel", "aluminium")}
    steel, light = (next(c for c in codes[m] if c.startswith(h)) for m, h in (("steel", "72"), ("aluminium", "76")))
    free = next(f"72{k:02d}0000" for k in range(99, 0, -1) if not f"72{k:02d}".startswith(tuple(c[:4] for c in codes["steel"])))
    lines = [steel.ljust(8, "0"), free, "73990000", light.ljust(8, "0"), "87032340"]
    monkeypatch.setattr(duties, "read_lists", lambda _: pd.DataFrame({"list": "1"}, index=lines))
    sold = [("331", "2017-03", "CAN", 60.0), ("331", "2017-04", "CAN", 40.0), ("331", "2017-03", "VNM", 30.0),
            ("331", "2017-05", "PER", 10.0), ("334", "2017-03", "CAN", 999.0), ("331", "2018-01", "CAN", 999.0)]  # fmt: skip
    panel = pd.DataFrame(sold, columns=["naics3", "month", "origin", "imports"])
    monkeypatch.setattr(duties, "load_panel", lambda: type("P", (), {"frame": panel}))
    chapters = [("WLD", 72, 100), ("CAN", 72, 60), ("WLD", 73, 50), ("CAN", 73, 10), ("WLD", 76, 90), ("CAN", 76, 40)]
    rows = pd.DataFrame([(p, str(h), "2017-03", v) for p, h, v in chapters], columns=["partner", "hs2", "month", "value"])
    late = rows.assign(month="2018-03", value=10_000)
    (tmp_path / "customs").mkdir()
    pd.concat([rows, late]).to_csv(tmp_path / "customs" / published("us-imports-chapters").file, index=False)
    found = duties.metal_shares(tmp_path).set_index("origin")
    assert found.loc["CAN"].tolist() == pytest.approx([60 / 2 / 100, 40 / 100])
    # the others together: 40 of chapter 72, 50 of chapter 76, of 40 of metals; more than all is scaled down to all
    for origin in ("PER", "VNM"):
        assert found.loc[origin].tolist() == pytest.approx([0.5 / 1.75, 1.25 / 1.75])
    monkeypatch.setattr(duties, "china_duties", lambda _: pd.DataFrame({"hs2": ["12"], "from": ["2018-01-01"]}))
    (tmp_path / "out").mkdir()
    assert duties.main([str(tmp_path), str(tmp_path / "out")]) == 0
    again = pd.read_csv(tmp_path / "out" / "us-metal-shares.csv", comment="#").set_index("origin")
    assert again.to_numpy() == pytest.approx(found.to_numpy(), rel=1e-5)
    assert (tmp_path / "out" / "china-duty-by-hs2.csv").is_file()


def test_two_paths_are_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    assert duties.main(["one"]) == 2
    assert "SOURCES TARGET" in capsys.readouterr().err
