"""Jobs derived from made-up files: totals, three sectors, industry with and without the 2018 file, states, named errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import detente as dt
from detente.build.classification import region_members
from detente.build.employment import TABLES, employment, industry_rule, main, parted, spread
from detente.build.sources import data_table, published
from detente.errors import SourceError

FACTS = data_table("employment.yaml")
ECONOMIES = [e for e in FACTS["areas"] if e != "WLD"]
GROUPS = list(FACTS["industry"])
WORLD = dt.load_world()
SEEN = ("CHN", "DEU", "FRA", "RUS")  # economies of the made-up 2018 file


def write_jobs(folder: Path, seed: int = 0) -> Path:
    """The three files on jobs and the World Bank's, with random counts; half of industry is in the columns of the 2018 file."""
    rng = np.random.default_rng(seed)
    (folder / "jobs").mkdir(parents=True)
    (folder / "macro").mkdir()
    size = {e: float(rng.uniform(5e3, 2e5)) for e in ECONOMIES} | {"WLD": 2e7}
    rows = []
    for year in (2018, 2019):
        for economy, area in FACTS["areas"].items():
            parts = size[economy] * (rng.dirichlet([2, 3, 5]) if economy != "WLD" else np.array([0.25, 0.3, 0.45]))
            rows.append((area, year, parts.sum(), *parts))
    ilo = pd.DataFrame(rows, columns=["area", "year", "total", "agriculture", "industry", "services"])
    ilo.to_csv(folder / "jobs" / published("jobs-ilo").file, index=False)

    at_first = ilo[ilo["year"] == 2018].set_index("area")
    columns = [*GROUPS, "services_construction", "agriculture_11"]
    frame = pd.DataFrame(0.0, ["Alabama", "NewYork", *SEEN, "RoW"], columns)
    for name in frame.index:
        total, made = (300.0, 60.0) if name not in SEEN else (size[name], 0.5 * float(at_first["industry"][FACTS["areas"][name]]))
        frame.loc[name, GROUPS] = made * rng.dirichlet(np.full(len(GROUPS), 4.0))
        frame.loc[name, "agriculture_11"] = 0.1 * total
        frame.loc[name, "services_construction"] = 0.9 * total - made
    frame.loc["RUS", ["plastics_rubber_326", "chemicals_325"]] = [frame.loc["RUS", GROUPS].sum() / 10, 0.0]
    frame.insert(0, "not_employed", 1.0)
    frame.to_csv(folder / "jobs" / published("jobs-industry").file, index_label="region")

    claimed = [c.lstrip("-") for claims in FACTS["payrolls"].values() for c in claims] + FACTS["payrolls_unused"]
    names = list(dict.fromkeys(claimed))
    months = [f"2022-{m:02d}-01" for m in range(1, 13)]
    pay = pd.DataFrame(rng.uniform(1000, 1800, (12, len(names))), months, names)
    pay["waste_management"] = 100.0
    pay.to_csv(folder / "jobs" / published("jobs-payrolls").file, index_label="date")

    wdi = [(e, 2022, 1e3 * v, "SL.TLF.TOTL.IN") for e, v in size.items() if e != "TWN"]
    wdi += [(e, 2022, 5.0, "SL.UEM.TOTL.ZS") for e in size if e != "TWN"]
    pd.DataFrame(wdi, columns=["iso3", "year", "value", "indicator"]).to_csv(
        folder / "macro" / published("wdi").file, index=False
    )
    return folder


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_jobs(tmp_path_factory.mktemp("jobs") / "files")


@pytest.fixture(scope="module")
def ilo(sources: Path) -> pd.DataFrame:
    frame = pd.read_csv(sources / "jobs" / published("jobs-ilo").file)
    return frame[frame["year"] == 2019].set_index("area")[["agriculture", "industry", "services"]]


@pytest.fixture(scope="module")
def payrolls(sources: Path) -> pd.Series:
    return pd.read_csv(sources / "jobs" / published("jobs-payrolls").file, index_col="date").mean()


@pytest.fixture(scope="module")
def table(sources: Path) -> pd.DataFrame:
    return employment(sources, WORLD).regions


def test_totals_are_the_labour_force_at_work(sources: Path, table: pd.DataFrame, ilo: pd.DataFrame) -> None:
    wdi = pd.read_csv(sources / "macro" / published("wdi").file).query("indicator == 'SL.TLF.TOTL.IN'").set_index("iso3")["value"]
    at_work = 0.95 * wdi / 1e3
    at_work["TWN"] = ilo.loc[FACTS["areas"]["TWN"]].sum()  # not in the World Bank's file: as the ILO counts it
    for region, members in region_members().items():
        if region != "ROW":
            assert table.loc[region].sum() == pytest.approx(at_work[list(members)].sum(), abs=0.02), region
    assert table.loc["ROW"].sum() == pytest.approx(at_work["WLD"] - at_work.drop("WLD").sum(), abs=0.02)
    assert (table >= 0).all(axis=None)


def test_three_sectors_are_the_ilos_shares(table: pd.DataFrame, ilo: pd.DataFrame) -> None:
    made = [s for c in FACTS["industry"].values() for s in c] + FACTS["building"]
    for region in ("MYS", "VNM", "GBR"):
        shares = ilo.loc[FACTS["areas"][region]] / ilo.loc[FACTS["areas"][region]].sum()
        total = table.loc[region].sum()
        assert table.loc[region, "AGR"] / total == pytest.approx(shares["agriculture"], abs=1e-4)
        assert table.loc[region, made].sum() / total == pytest.approx(shares["industry"], abs=1e-4)
        assert table.loc[region, FACTS["services"]].sum() / total == pytest.approx(shares["services"], abs=1e-4)
    later = FACTS["shares"]["CHN"]  # China's are later and published
    assert 100 * table.loc["CHN", "AGR"] / table.loc["CHN"].sum() == pytest.approx(later["agriculture"], abs=1e-3)


def test_columns_of_the_2018_file_divide_industry(sources: Path, table: pd.DataFrame) -> None:
    file = pd.read_csv(sources / "jobs" / published("jobs-industry").file, index_col="region").loc["CHN", GROUPS]
    inside = pd.Series({g: table.loc["CHN", FACTS["industry"][g]].sum() for g in GROUPS})
    assert (inside / inside.sum()).to_numpy() == pytest.approx((file / file.sum()).to_numpy(dtype=float), abs=1e-5)
    # the file holds half of what the ILO counts as industry
    building = table.loc["CHN", FACTS["building"]].sum()
    assert building == pytest.approx(inside.sum(), rel=1e-4)


def test_what_was_counted_with_something_else_is_taken_apart(table: pd.DataFrame) -> None:
    assert table.loc["RUS", "CHM"] > 0
    assert table.loc["RUS", ["CHM", "PHA", "RUB"]].sum() > table.loc["RUS", "RUB"]
    jobs, likely = pd.Series({"a": 0.0, "b": 10.0, "c": 5.0}), pd.Series({"a": 1.0, "b": 3.0, "c": 9.0})
    assert parted(jobs, likely, {"a": "b"}).tolist() == [2.5, 7.5, 5.0]
    assert parted(jobs, likely.replace(1.0, 0.0), {"a": "b"}).tolist() == [0.0, 10.0, 5.0]


def test_the_united_states_have_their_payrolls(table: pd.DataFrame, payrolls: pd.Series) -> None:
    assert table.loc["USA", "ELE"] == pytest.approx(payrolls["computer_electronic"], abs=0.001)
    assert table.loc["USA", ["MVH", "OTE"]].sum() == pytest.approx(payrolls["motor_vehicles"], abs=0.001)
    here = WORLD.region_index("USA")
    made = dict(zip(WORLD.sectors, WORLD.value_added[here], strict=True))
    assert table.loc["USA", "MVH"] / table.loc["USA", "OTE"] == pytest.approx(made["MVH"] / made["OTE"], rel=1e-4)
    assert table.loc["USA", "TRD"] / table.loc["USA", "AFS"] == pytest.approx(
        payrolls[FACTS["payrolls"]["TRD"]].sum() / payrolls[FACTS["payrolls"]["AFS"]].sum(), rel=1e-4
    )


def test_banks_are_what_no_other_column_holds(sources: Path, table: pd.DataFrame) -> None:
    pay = pd.read_csv(sources / "jobs" / published("jobs-payrolls").file, index_col="date")
    unused = ["management_companies", "admin_support", "other_real_estate", "waste_management"]
    march = pay.loc["2022-03-01"].drop(unused).sum()
    added = FACTS["payrolls_added"]
    banks = added["total"]["value"] - added["government"]["value"] - march
    finance = pay[FACTS["payrolls"]["FIN"]].mean().sum() + banks
    trade = pay[FACTS["payrolls"]["TRD"]].mean().sum()
    assert table.loc["USA", "FIN"] / table.loc["USA", "TRD"] == pytest.approx(finance / trade, rel=1e-4)


def test_states_share_the_columns_of_2018(sources: Path) -> None:
    made = employment(sources, WORLD)
    assert list(made.states.index) == ["Alabama", "New York"]
    assert made.states.sum().to_numpy() == pytest.approx(made.regions.loc["USA"].to_numpy(), abs=0.002)
    file = pd.read_csv(sources / "jobs" / published("jobs-industry").file, index_col="region")
    share = file.loc["NewYork", "chemicals_325"] / file.loc[["Alabama", "NewYork"], "chemicals_325"].sum()
    for sector in ("CHM", "PHA"):
        assert made.states.loc["New York", sector] / made.regions.loc["USA", sector] == pytest.approx(share, abs=1e-4)


def test_a_rule_that_holds_is_found_and_foretells_the_region_left_out() -> None:
    rng = np.random.default_rng(3)
    names, regions = list("abcdef"), [f"R{k}" for k in range(8)]
    made = pd.DataFrame(rng.uniform(1, 20, (6, 8)), names, regions)
    jobs = pd.DataFrame(np.exp(rng.normal(size=(6, 1))) * (made / made.sum()).to_numpy() ** 0.7, names, regions)
    jobs = 100 * jobs / jobs.sum()
    jobs.loc["b", "R2"] = 0.0  # not counted there
    likely = industry_rule(jobs.drop(columns="R5"), made)(made["R5"])
    # shares of jobs sum to one, which a rule in logs does not know: close, not exact
    assert likely.to_numpy() == pytest.approx((jobs["R5"] / 100).to_numpy(), rel=0.1)
    assert likely.sum() == pytest.approx(1)


def test_spreading_keeps_totals_and_refuses_what_has_nowhere_to_go() -> None:
    masks = np.array([[True, True, False, False], [False, False, True, False]])
    found = spread(np.array([6.0, 2.0]), masks, np.array([1.0, 2.0, 0.5, 7.0]))
    assert found.tolist() == [2.0, 4.0, 2.0, 0.0]
    with pytest.raises(SourceError, match="4 thousand more jobs in parts"):
        spread(np.array([1.0, -4.0]), masks, np.ones(4))
    with pytest.raises(SourceError, match="no value added"):
        spread(np.array([1.0, 2.0]), masks, np.array([1.0, 2.0, 0.0, 7.0]))


def test_the_same_sources_give_the_same_bytes(sources: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert main([str(sources), str(tmp_path / name)]) == 0
    assert "rule of the others" in capsys.readouterr().out
    for name in TABLES:
        text = (tmp_path / "one" / name).read_bytes()
        assert text == (tmp_path / "two" / name).read_bytes()
        assert text.startswith(b"# Thousand persons by ")
    again = pd.read_csv(tmp_path / "one" / TABLES[0], comment="#", index_col="region")
    assert WORLD.with_employment(again).employed.sum() == pytest.approx(again.to_numpy().sum())
    assert main(["one"]) == 2


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("jobs-industry", lambda f: f.drop(columns="machinery_333"), "has no column machinery_333"),
        ("jobs-industry", lambda f: f.assign(robots_999=1), "columns without a sector: robots_999"),
        ("jobs-industry", lambda f: f.replace({"region": {"FRA": "DEU"}}), "DEU stands there twice"),
        ("jobs-industry", lambda f: f.assign(machinery_333=-1), "Alabama, machinery_333 is no count"),
        (
            "jobs-industry",
            lambda f: f.assign(machinery_333=f["machinery_333"] + 1e6),
            "more jobs in industry for CHN than the ILO",
        ),
        ("jobs-ilo", lambda f: f[f["area"] != "Malaysia"], "has no Malaysia in 2019"),
        ("jobs-ilo", lambda f: f.assign(industry=None), "World|United States, industry is no count"),
        ("jobs-payrolls", lambda f: f.assign(robots=1.0), "columns without a sector: robots"),
        ("jobs-payrolls", lambda f: f.drop(columns="hospitals"), "has no column hospitals"),
        ("jobs-payrolls", lambda f: f[f["date"] != "2022-03-01"], "has nothing for 2022-03"),
    ],
)
def test_files_that_are_not_as_they_should_be(sources: Path, tmp_path: Path, file: str, change: Callable, message: str) -> None:
    for folder in ("jobs", "macro"):
        (tmp_path / folder).mkdir()
        for path in (sources / folder).iterdir():
            (tmp_path / folder / path.name).write_bytes(path.read_bytes())
    path = tmp_path / "jobs" / published(file).file
    change(pd.read_csv(path)).to_csv(path, index=False)
    with pytest.raises(SourceError, match=message):
        employment(tmp_path, WORLD)


def test_a_missing_file_and_another_world(sources: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no file .*14_sectors_2018_thousand\.csv"):
        employment(tmp_path, WORLD)
    with pytest.raises(SourceError, match="AAA, BBB, CCC"):
        employment(sources, dt.load_world("toy"))
