"""Dollars of another year."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import detente as dt
from detente.build.nominal_gdp import main, nominal_gdp
from detente.errors import InputError, SourceError, UnknownRegion
from detente.world import money


def test_dollars_of_the_table_are_dollars() -> None:
    for region in dt.load_world().regions:
        assert money.factor(region, money.BASE) == 1
        assert money.factor(region, 2023, of=2024) == pytest.approx(1 / money.factor(region, 2024, of=2023))


def test_the_united_states_grew_by_a_sixth() -> None:
    assert money.factor("USA", 2025) == pytest.approx(30.77 / 26.06, abs=0.01)
    assert money.factor("JPN", 2024) < 1  # the yen


def test_money_is_rolled_to_a_year_that_is_known_the_others_with_those_that_are() -> None:
    incomes = {"USA": 2.0, "CHN": 1.0, "TWN": 0.5}
    assert not money.has("TWN", 2025)
    year, found = money.rolled(incomes, 2025, 2022)
    assert (year, found["USA"], found["CHN"]) == (2025, money.factor("USA", 2025), money.factor("CHN", 2025))
    assert found["TWN"] == pytest.approx((2 * found["USA"] + found["CHN"]) / 3)
    assert money.rolled(incomes, 2019, 2022) == (2022, dict.fromkeys(incomes, 1.0))
    assert money.rolled(incomes, 2025, 2017) == (2017, dict.fromkeys(incomes, 1.0))  # the growth is that of another table


def test_what_is_not_known_is_said() -> None:
    with pytest.raises(InputError, match="dollars of 2025 are not known for Taiwan; known are 2022 to 2024"):
        money.factor("TWN", 2025)
    with pytest.raises(UnknownRegion, match="did you mean"):
        money.factor("USB", 2025)
    with pytest.raises(InputError, match="New Zealand"):
        money.consumption_share("NZL")
    assert money.has("USA", 2025)
    assert not money.has("TWN", 2025)
    assert not money.has("USB", 2025)


def test_what_a_person_consumes() -> None:
    for region in dt.load_world().regions:
        if money.knows_consumption(region):
            assert 0 < money.consumption_share(region) < 100
            assert 500 < money.consumption_a_person(region, 2024) < 80_000
    assert money.population("CHN", 2025) == pytest.approx(1.41e9, rel=0.01)


def test_what_was_read_is_cited() -> None:
    facts = money._facts()
    spent = facts["household_consumption"]
    for source in (*facts["sources"], spent["source"], *spent["read"]):
        assert source["title"]
        assert source["link"].startswith("https://")
    assert set(spent["percent"]) <= set(dt.load_world().regions)
    assert all(2020 <= row["year"] <= 2024 for row in spent["percent"].values())


# -- made of the source ------------------------------------------------------------------------------------------------
def source(folder: Path) -> Path:
    """Two economies of the Gulf, one of them without a last year, Brazil, and one of no region."""
    rows = [
        *(("BRA", y, v, "NY.GDP.MKTP.CD") for y, v in ((2022, 2e12), (2023, 2.2e12), (2024, 2.2e12), (2025, 2.4e12))),
        *(("SAU", y, v, "NY.GDP.MKTP.CD") for y, v in ((2022, 3e11), (2023, 3e11), (2024, 3.3e11), (2025, 3.6e11))),
        *(("ARE", y, v, "NY.GDP.MKTP.CD") for y, v in ((2022, 1e11), (2023, 1.2e11))),
        *(("XKX", y, v, "NY.GDP.MKTP.CD") for y, v in ((2022, 1e9), (2023, 1e9))),
        *(("WLD", y, v, "NY.GDP.MKTP.CD") for y, v in ((2022, 9e13), (2023, 9e13))),
        *(
            (c, y, v, "SP.POP.TOTL")
            for c, v in (("BRA", 2e8), ("SAU", 3e7), ("ARE", 1e7), ("XKX", 2e6))
            for y in range(2022, 2026)
        ),
    ]
    (folder / "macro").mkdir()
    frame = pd.DataFrame(rows, columns=["iso3", "year", "value", "indicator"])
    frame.to_csv(folder / "macro" / "wdi_2015_2025_long.csv", index=False)
    return folder


def test_a_region_grows_as_those_of_it_that_are_known(tmp_path: Path) -> None:
    table = nominal_gdp(source(tmp_path)).set_index(["region", "year"])
    assert table.loc[("BRA", 2025), "gdp_musd"] == 2_400_000
    assert table.loc[("GLF", 2023), "gdp_musd"] == 420_000
    assert table.loc[("GLF", 2025), "gdp_musd"] == 480_000  # 400 × 360/300
    assert table.loc[("GLF", 2025), "covered"] == 0.75
    assert table.loc[("ROW", 2022), "gdp_musd"] == 1_000  # no sum of others
    assert ("ROW", 2024) not in table.index
    assert ("TWN", 2024) in table.index


def test_the_command_writes_what_ships_its_source_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(source(tmp_path)), str(tmp_path)]) == 0
    text = (tmp_path / "nominal-gdp.csv").read_text(encoding="utf-8")
    assert "World Bank" in text.splitlines()[1]
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
    with pytest.raises(SourceError, match="wdi"):
        nominal_gdp(tmp_path / "nowhere")
