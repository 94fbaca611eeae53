"""Trade and duties as arrays of a world: every dollar once, closed forms of the means, what is not covered is said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import detente as dt
from detente.build.trade.arrays import duty_array, trade_array, with_duties
from detente.build.trade.recognise import read_duties, read_trade
from detente.cli import app
from detente.errors import InputError, NoConcordance, SourceError, UnknownSector
from detente.world.world import World

Files = dict[str, Path]


@pytest.fixture(scope="module")
def world() -> World:
    return dt.load_world("world-2022")


def small(regions: list[str], sectors: list[str]) -> World:
    """A world of one number a cell."""
    n, s = len(regions), len(sectors)
    return dt.World.from_flows(
        regions=regions, sectors=sectors, shipments=np.full((n, n, s), 1.0), intermediate_use=np.full((n, s, s), 0.5 * n / s),
        value_added=np.full((n, s), 0.5 * n), final_use=np.full((n, s), 0.5 * n), trade_elasticity=4.0, year=2022,
    )  # fmt: skip


def test_every_dollar_once(files: Files, world: World) -> None:
    flows = read_trade(files["baci"])
    found = trade_array(flows, world)
    assert float(found.values.sum()) == pytest.approx(flows.frame["value"].sum())
    assert found.report.placed == pytest.approx(found.report.total)
    assert found.values.sel(origin="TWN", destination="USA", sector="ELE").item() == pytest.approx(40)
    assert found.values.sel(origin="EU27", destination="CHN", sector="FOD").item() == pytest.approx(0.905)  # wine of France
    assert found.values.attrs == {"unit": "million USD", "year": 2022}
    assert "100.0 %" in found.report.explain()


def test_sectors_of_isic(files: Files) -> None:
    world = small(["CHN", "USA", "MYS", "ROW"], ["A01", "C10T12", "C13T15", "C26", "C27", "C29", "C301", "C302T309", "G"])
    found = trade_array(read_trade(files["baci"]), world)
    assert found.values.sel(origin="MYS", destination="USA", sector="C26").item() == pytest.approx(4.1)
    assert found.values.sel(origin="CHN", destination="USA", sector="C29").item() == pytest.approx(0.0123)
    assert found.values.sel(origin="ROW", destination="USA", sector="C302T309").item() == pytest.approx(7.7)  # French aircraft
    report = found.report
    assert report.sectorless == ("300490",)
    assert report.no_sector == pytest.approx(8)
    assert report.placed + report.no_sector + report.no_region == pytest.approx(report.total)
    assert "No sector: 8" in report.explain()


def test_a_world_without_a_rest_says_who_is_left_out(files: Files) -> None:
    world = small(["CHN", "USA"], ["AGR", "ELE", "EEQ", "MVH"])
    report = trade_array(read_trade(files["baci"]), world).report
    assert report.homeless[0] == "TWN"
    assert report.no_region == pytest.approx(40 + 9.1 + 4.1)
    assert "No region" in report.explain()


def test_sectors_of_the_users_own(files: Files) -> None:
    world = small(["CHN", "USA", "ROW"], ["CHIPS", "REST"])
    with pytest.raises(NoConcordance, match="CHIPS"):
        trade_array(read_trade(files["baci"]), world)
    found = trade_array(read_trade(files["baci"]), world, products={"8542": "CHIPS", "85": "REST", "87": "REST"})
    assert found.values.sel(sector="CHIPS").sum().item() == pytest.approx(53.2)
    with pytest.raises(UnknownSector, match="CHIP"):
        trade_array(read_trade(files["baci"]), world, products={"8542": "CHIP"})
    with pytest.raises(InputError, match="prefix"):
        trade_array(read_trade(files["baci"]), world, products={"8": "CHIPS"})


def test_duties_are_means_weighted_with_trade(files: Files) -> None:
    world = small(["CHN", "USA", "JPN", "MEX", "VNM", "MYS"], ["TEX", "MVH"])
    path = files["macmap"]
    text = path.read_text(encoding="utf-8") + "USA,CHN,620520,2019,0.045\n"
    path.write_text(text, encoding="utf-8")
    duties = read_duties(path)
    plain = duty_array(duties, world).values
    assert plain.sel(origin="CHN", destination="USA", sector="TEX").item() == pytest.approx((0.165 + 0.045) / 2)
    assert plain.sel(origin="MEX", destination="USA", sector="TEX").item() == 0
    assert np.isnan(plain.sel(origin="CHN", destination="JPN", sector="TEX").item())
    rows = "t,i,j,k,v,q\n2019,156,842,610910,3000,1\n2019,156,842,620520,1000,1\n2019,156,842,620530,4000,1\n"
    baci = path.with_name("BACI_HS07_Y2019_V202401b.csv")
    baci.write_text(rows, encoding="utf-8")
    baci.with_name("country_codes_V202401b.csv").unlink()
    weighed = duty_array(duties, world, read_trade(baci))
    assert weighed.values.sel(origin="CHN", destination="USA", sector="TEX").item() == pytest.approx((3 * 0.165 + 0.045) / 4)
    assert weighed.values.sel(origin="VNM", destination="USA", sector="TEX").item() == pytest.approx(
        0.165
    )  # no trade: every line alike
    assert weighed.report.known == pytest.approx(0.5)
    assert "50.0 % of the imports" in weighed.report.explain()


def test_a_rate_on_all_stands_for_every_exporter(files: Files) -> None:
    world = small(["CHN", "USA", "MYS"], ["MVH", "ELE", "FOD"])
    values = duty_array(read_duties(files["bulk"]), world).values
    assert values.sel(destination="MYS", sector="MVH").values[:2].tolist() == pytest.approx([0.3, 0.3])
    assert np.isnan(values.sel(origin="MYS", destination="MYS")).all()
    assert np.isnan(values.sel(destination="USA")).all()


def test_the_union_pays_no_duty_to_itself(files: Files) -> None:
    world = small(["DEU", "FRA", "CHN"], ["TEX", "MVH"])
    path = files["bulk"]
    path.write_text(path.read_text(encoding="utf-8").replace("H5,458,", "H5,918,"), encoding="utf-8")
    values = duty_array(read_duties(path), world).values.sel(sector="MVH")
    assert values.sel(origin="CHN").values[:2].tolist() == pytest.approx([0.3, 0.3])
    assert np.isnan(values.sel(origin="DEU", destination="FRA").item())
    assert np.isnan(values.sel(origin="FRA", destination="DEU").item())


def test_a_world_with_other_duties_is_balanced(files: Files, world: World) -> None:
    rates = duty_array(read_duties(files["wits"]), world).values
    changed = with_duties(world, rates)
    assert changed.check() < 1e-9
    at = (world.region_index("CHN"), world.region_index("USA"), world.sector_index("MVH"))
    assert changed.tariff_rates[at] == pytest.approx(0.275)
    elsewhere = np.isnan(rates.values)
    np.testing.assert_array_equal(changed.tariff_rates[elsewhere], world.tariff_rates[elsewhere])
    np.testing.assert_array_equal(changed.shipments, world.shipments)
    moved = rates.isel(origin=slice(None, None, -1), sector=slice(None, None, -1))
    np.testing.assert_allclose(with_duties(world, moved).tariff_rates, changed.tariff_rates)
    with pytest.raises(InputError, match="cost more"):
        with_duties(world, rates.fillna(40.0))
    same = with_duties(world, rates * np.nan)
    np.testing.assert_allclose(same.final_use, world.final_use, rtol=1e-9)


def test_commands(files: Files, tmp_path: Path) -> None:
    run = CliRunner()
    csv, made = tmp_path / "trade.csv", tmp_path / "mine.npz"
    told = run.invoke(app, ["world", "trade", str(files["baci"]), "--out", str(csv)])
    assert told.exit_code == 0, told.output
    assert "TWN,USA,ELE,40" in csv.read_text(encoding="utf-8")
    told = run.invoke(
        app, ["world", "duties", str(files["wits"]), "--trade", str(files["baci"]), "--world-out", str(made), "--json"]
    )
    assert told.exit_code == 0, told.output
    assert json.loads(told.output)["known_of"] == "imports"
    assert dt.World.load(made).check() < 1e-9


def test_duties_and_trade_may_be_of_other_editions_than_they_say(files: Files, tmp_path: Path) -> None:
    run, made, said = CliRunner(), tmp_path / "mine.npz", tmp_path / "BACI_HS92_Y2022_V202401b.csv"
    said.write_bytes(files["baci"].read_bytes())
    asked = ["world", "duties", str(files["wits"]), "--trade", str(said), "--world-out", str(made), "--json"]
    told = run.invoke(app, asked)
    assert isinstance(told.exception, SourceError)
    assert "no code of HS 1992, which the file is said to be of" in str(told.exception)
    for edition in ("--trade-hs", "--hs"):
        told = run.invoke(app, [*asked, edition, "2017"])
        assert told.exit_code == 0, told.output
        assert json.loads(told.output)["known_of"] == "imports"
