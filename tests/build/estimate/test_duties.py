"""What the law asked, against days and rates that can be checked by hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from detente.build.estimate import duties
from detente.build.estimate.duties import china_law, metal_duty, us_law
from detente.build.estimate.flows import us_exports, us_imports
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
