"""Lists by line: a line goes to the list in force, the fit meets its totals, and the law's points follow from shares and days."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from detente.build import tariff_lines
from detente.build.classification import sector_of
from detente.build.tariff_lines import (
    KEYS,
    LISTS,
    NONE,
    build,
    contents,
    fit_2017,
    imports_of_2017,
    line_cells,
    line_file,
    list_shares,
    list_values,
    main,
    naics_of,
    partner_table,
    rate_on,
    read_lists,
    statutory_change,
    statutory_panel,
)
from detente.errors import InputError, SourceError, UnknownName
from detente.policy.averages import partner_shares
from detente.policy.ledger import load_ledger
from detente.words.names import sector_table


def _sources(folder: Path, lists: list[tuple[str, str]]) -> Path:
    (folder / "tariffs/lists").mkdir(parents=True)
    (folder / "customs").mkdir()
    pd.DataFrame(lists, columns=["hts8", "list"]).assign(ch99_code="9903").to_csv(
        folder / "tariffs/lists/yale_s301_product_lists.csv", index=False
    )
    months = [f"2017-{m:02d}" for m in range(1, 13)]
    hs2 = pd.DataFrame([("CHN", h, m, v, 0.0) for m in months for h, v in (("84", 5e6), ("85", 9e6), ("87", 2e6))])
    hs2.columns = pd.Index(["partner", "hs2", "month", "value", "duty"])
    hs2.to_csv(folder / "customs/us_imports_hs2_by_partner_monthly_2016_2020.csv.gz", index=False)
    naics = pd.DataFrame([("CHINA", n, m, v, 0.0) for m in months for n, v in (("333", 4e6), ("334", 10e6), ("336", 2e6))])
    naics.columns = pd.Index(["origin", "naics3", "month", "imports", "duty"])
    naics.to_csv(folder / "customs/us_imports_duty_naics3_by_origin_monthly_2016_2024.csv.gz", index=False)
    return folder


@pytest.mark.parametrize(
    ("code", "industry"),
    [("0201100000", "311"), ("2709000000", "211"), ("6109100000", "315"), ("6403990000", "316"), ("8471300100", "334"),
     ("8542310000", "334"), ("8703230000", "336"), ("9403500000", "337"), ("9503000000", "339"), ("3926909985", "326"),
     ("7208100000", "331"), ("3004900000", "325"), ("9801001000", "980"), ("9999950000", "990")],
)  # fmt: skip
def test_codes_go_to_their_industry(code: str, industry: str) -> None:
    assert naics_of(code) == industry


def test_a_line_keeps_the_first_list_that_applied(tmp_path: Path) -> None:
    folder = _sources(tmp_path, [
        ("84011000", "3"), ("84011000", "1"), ("84011000", "4B"), ("85171200", "4B"), ("29319090", "3_addl"),
        ("85076000", "4B"), ("85076000", "biden_jan26"), ("72081015", "biden_25"), ("26020000", "biden_25"),
        ("87038000", "biden_100"), ("84261900", "cranes_301"),
    ])  # fmt: skip
    table = read_lists(folder)
    assert table["list"].to_dict() == {
        "84011000": "1", "85171200": "4B", "29319090": "3", "85076000": "4A", "72081015": "4A", "26020000": NONE, "87038000": "1",
        "85171300": "4B", "85171400": "4B",
    }  # fmt: skip
    assert table.loc["85076000", "review"] == "biden_jan26"
    assert table.loc["84011000", "review"] == ""


@pytest.mark.parametrize(
    ("row", "words"),
    [(("8401", "1"), "row 3.*eight digits"), (("84011000", "5C"), "unknown list 5C"), (("8401100x", "1"), "row 3")],
)
def test_a_bad_list_is_refused_by_row(tmp_path: Path, row: tuple[str, str], words: str) -> None:
    with pytest.raises(SourceError, match=words):
        read_lists(_sources(tmp_path, [("84011000", "1"), row]))


def test_a_bad_line_is_refused() -> None:
    lists = pd.DataFrame({"list": ["1"], "review": [""]}, index=pd.Index(["84011000"], name="hts8"))
    with pytest.raises(SourceError, match="8401100000: imports of -1"):
        line_cells(pd.DataFrame({"code": ["8401100000"], "imports": [-1.0], "duty": 0.0}), lists)
    with pytest.raises(SourceError, match="7700000000 has no industry"):
        line_cells(pd.DataFrame({"code": ["7700000000"], "imports": [1.0], "duty": 0.0}), lists)


def test_cells_add_up_to_the_lines() -> None:
    lines = pd.DataFrame({
        "code": ["8401100000", "8401100010", "8542310000", "7208100000", "8541430010"], "imports": [1e6, 2e6, 3e6, 4e6, 5e6],
        "duty": [1e5, 2e5, 0, 0, 0],
    })  # fmt: skip
    lists = pd.DataFrame({"list": ["1", "2"], "review": ["", "biden_50_jan25"]}, index=["84011000", "85423100"])
    cells = line_cells(lines, lists).set_index("naics3")
    assert cells["musd_2024"].sum() == 15
    assert cells.loc["332", ["list", "lines", "musd_2024", "duty_musd_2024"]].tolist() == ["1", 1, 3, pytest.approx(0.3)]
    assert cells.loc["331", ["list", "other"]].tolist() == [NONE, "s232_steel"]
    assert set(cells.loc["334", "other"]) == {"", "s201_solar"}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_fit_finds_totals_and_keeps_the_mix(seed: int) -> None:
    """A table made of the cells times factors of chapter, industry and list is found again."""
    rng = np.random.default_rng(seed)
    cells = pd.DataFrame(
        [(h, n, "", li, "", "") for h in ("84", "85") for n in ("333", "334") for li in ("1", "3", NONE)], columns=KEYS
    )
    cells["musd_2024"] = rng.uniform(1, 5, len(cells))
    truth = cells["musd_2024"]
    for column in ("chapter", "naics3", "list"):
        truth = truth * cells[column].map({v: rng.uniform(0.3, 3) for v in cells[column].unique()})
    total = {column: truth.groupby(cells[column]).sum() for column in ("chapter", "naics3", "list")}
    fitted = fit_2017(cells, total["chapter"], total["naics3"], total["list"] / truth.sum())
    np.testing.assert_allclose(fitted["musd_2017"], truth, rtol=1e-6)


def test_shipped_shares_meet_the_values_of_the_lists() -> None:
    for by in ("naics3", "sector"):
        shares, imports = list_shares(by), imports_of_2017(by)
        np.testing.assert_allclose(shares[[*LISTS, NONE]].sum(axis=1), 1, atol=2e-3)
        assert (shares >= 0).all(axis=None)
        for name in LISTS:
            # sectors leave chapters 98 and 99 out, which stand on no list
            assert float(shares[name] @ imports) / 503_652 == pytest.approx(float(list_values()[name]), rel=0.01)
    assert set(list_shares("sector").index) <= set(sector_table())


def test_shipped_shares_are_those_of_the_goods() -> None:
    shares = list_shares()
    assert shares.loc["337", "3"] > 0.75  # furniture: list 3
    assert shares.loc["315", "4A"] > 0.7  # clothing: list 4A
    assert shares.loc["339", "4B"] > 0.5  # toys: list 4B, never applied
    assert shares.loc["334", "4B"] + shares.loc["334", NONE] > 0.4  # telephones and laptops
    assert shares.loc["331", "s232_steel"] > 0.1
    assert (shares.loc[["315", "316"], "1"] == 0).all()
    assert list_shares("sector").loc["PHA", NONE] > 0.95


@pytest.mark.parametrize(
    ("name", "day", "rate"),
    [("1", "2018-07-05", 0), ("1", "2018-07-06", 25), ("2", "2018-08-23", 25), ("3", "2018-09-24", 10), ("3", "2019-05-10", 25),
     ("4A", "2019-09-01", 15), ("4A", "2020-02-14", 7.5), ("4B", "2019-12-20", 0), (NONE, "2024-01-01", 0),
     ("s232_steel", "2018-03-22", 0), ("s232_steel", "2018-03-23", 25), ("s201_solar", "2018-02-06", 0),
     ("s201_solar", "2024-03-01", 14.25)],
)  # fmt: skip
def test_rates_by_day(name: str, day: str, rate: float) -> None:
    assert rate_on(name, datetime.date.fromisoformat(day)) == rate


def test_points_of_a_month_follow_from_shares_and_days() -> None:
    shares = list_shares()
    other = shares["s232_steel"] * 25 + shares["s232_aluminium"] * 10 + shares["s201_washers"] * 20 + shares["s201_solar"] * 30
    july = 25 * shares["1"] * 26 / 31 + other
    pd.testing.assert_series_equal(statutory_change("2018-07"), july, check_names=False, atol=1e-3)
    assert (statutory_change("2017-12") == 0).all()
    assert statutory_change("2016-01").sum() == 0


def test_the_review_takes_the_place_of_the_list() -> None:
    # batteries wait for 2026, chips for 2025; steel on list 4A rises from 7.5 to 25 on 27 September 2024
    before, after = statutory_change("2024-08"), statutory_change("2024-10")
    assert (after >= before - 1e-9).all()
    assert after["331"] > before["331"] + 0.3
    assert after["335"] == pytest.approx(before["335"], abs=0.2)


def test_panel_of_months_is_step_by_step() -> None:
    panel = statutory_panel("sector")
    assert (panel.index[0], panel.index[-1], len(panel)) == ("2016-01", "2024-12", 108)
    pd.testing.assert_series_equal(panel.loc["2019-06"], statutory_change("2019-06", "sector"), check_names=False)
    assert (panel.loc["2019-06"] >= panel.loc["2019-04"] - 1e-9).all()


def test_what_is_asked_wrongly_is_said() -> None:
    with pytest.raises(InputError, match="is no month"):
        statutory_change("2018")
    with pytest.raises(InputError, match="2016-01 to 2024-12"):
        statutory_change("2025-01")
    with pytest.raises(UnknownName, match="breakdown"):
        statutory_change("2018-07", "hs2")


def test_every_list_has_measures_or_rates() -> None:
    assert set(contents()["measures"]) == set(LISTS)
    assert all(("measures" in e) != ("rates" in e) for e in contents()["other"].values())
    assert all(sector_of(c) for e in contents()["other"].values() for c in e["codes"])


def _ten_digits(folder: Path, code: str, lines: dict[str, tuple[float, float]]) -> None:
    folder.mkdir(exist_ok=True)
    rows = [(c, str(int(v)), str(int(d))) for c, (v, d) in lines.items()]
    pd.DataFrame(rows, columns=["I_COMMODITY", "CON_VAL_YR", "CAL_DUT_YR"]).to_parquet(line_file(folder, code))


def _every_partner(folder: Path) -> Path:
    for own in contents()["census_codes"].values():
        for code in own:
            _ten_digits(folder, code, {"8427100000": (4e6, 0), "8471300100": (6e6, 0), "7326200000": (1e6, 0)})
    _ten_digits(folder, "5700", {"8427100000": (1e6, 0), "8429110000": (3e6, 0), "8471300100": (6e6, 0), "8542310000": (2e6, 0)})
    return folder


def _lists_of_2026(folder: Path) -> None:
    for name, codes in (
        ("twt_section122-product-exemptions.csv", "84713001"),
        ("twt_metals-annex-IB.csv", "8427"),
        ("twt_metals-annex-III-temporary.csv", "8429110000"),
    ):
        (folder / "tariffs/lists" / name).write_text(f"code\n{codes}\n")


def test_partners_pay_by_their_own_lines(tmp_path: Path) -> None:
    folder = _sources(tmp_path / "sources", [("84011000", "1")])
    _lists_of_2026(folder)
    table = partner_table(folder, _every_partner(tmp_path / "lines")).set_index(["measure", "partner", "sector"])["share"]
    assert table["us-122-surcharge", "CHN", "ELE"] == pytest.approx(2 / 8)
    assert table["us-122-surcharge", "MYS", "ELE"] == 0
    assert table["us-122-surcharge", "CHN", "MCH"] == 1
    assert table["us-232-metals-goods", "CHN", "MCH"] == pytest.approx(1 / 4)
    assert table["us-232-metals-equipment", "CHN", "MCH"] == pytest.approx(3 / 4)
    partners = sum(map(len, contents()["census_codes"].values())) - 1
    assert table["us-232-metals-goods", "*", "MCH"] == pytest.approx((1 + 4 * partners) / (4 + 4 * partners))
    with pytest.raises(SourceError, match="imports by line of 2024 are in data/"):
        partner_table(folder, tmp_path)


def test_the_ledger_takes_shares_by_partner_from_the_table() -> None:
    ledger, shares = load_ledger("us-china"), partner_shares("us-china")
    goods, surcharge = ledger.measure("us-232-metals-goods"), ledger.measure("us-122-surcharge")
    assert goods.share("CHN", "MCH") == pytest.approx(shares["us-232-metals-goods"]["CHN"]["MCH"])
    assert goods.share("ROW", "MCH") == pytest.approx(shares["us-232-metals-goods"]["*"]["MCH"])
    assert surcharge.share("CHN", "ELE") == pytest.approx(shares["us-122-surcharge"]["CHN"]["ELE"])
    assert surcharge.share("MEX", "FMP") == 0.12  # written in the ledger
    assert all(0 <= v <= 1 for m in shares.values() for p in m.values() for v in p.values())


def test_whole_build_and_twice_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _sources(tmp_path / "sources", [("84011000", "1"), ("85423100", "3"), ("87032300", "4A"), ("85171200", "4B")])
    _lists_of_2026(folder)
    lines = _every_partner(tmp_path / "lines")
    _ten_digits(lines, "5700", {
        "8401100000": (1234567, 308642), "8407100000": (2000000, 0), "8542310000": (3333333, 833333), "8517130000": (4000000, 0),
        "8703230000": (5000000, 500000), "8429110000": (777777, 200000),
    })  # fmt: skip
    target = tmp_path / "made"
    target.mkdir()
    assert main([str(folder), str(target), str(lines)]) == 0
    first = {p.name: p.read_bytes() for p in target.iterdir()}
    assert set(first) == {"china-cells-2024.csv", "us-china-lists.csv", "us-china-partners.csv"}
    cells = pd.read_csv(target / "china-cells-2024.csv", comment="#", dtype=str, keep_default_na=False)
    monkeypatch.setattr(
        tariff_lines, "shipped_cells", lambda: cells.astype({"lines": int, "musd_2024": float, "duty_musd_2024": float})
    )
    assert main([str(folder), str(target)]) == 0
    assert (target / "us-china-lists.csv").read_bytes() == first["us-china-lists.csv"]
    with pytest.raises(SourceError, match="no file"):
        build(tmp_path)
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
