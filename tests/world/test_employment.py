"""Jobs of a world: the shipped tables against published totals, labels, files, and how changed worlds carry them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

import detente as dt
from detente.errors import InputError, MissingEmployment, SourceError, UnknownRegion, UnknownSector
from detente.world.employment import shipped, state_shares, states

TOY = dt.load_world("toy")
COUNTED = TOY.with_(employed=np.arange(1.0, 10.0).reshape(3, 3))
FACTS = yaml.safe_load(files("detente").joinpath("data", "worlds", "employment.yaml").read_text(encoding="utf-8"))
MANUFACTURING = [
    "FOD",
    "TEX",
    "WPP",
    "PET",
    "CHM",
    "PHA",
    "RUB",
    "NMM",
    "IRS",
    "NFM",
    "FMP",
    "ELE",
    "EEQ",
    "MCH",
    "MVH",
    "OTE",
    "OMF",
]


class TestShipped:
    def test_every_region_and_sector_is_counted(self) -> None:
        world = dt.load_world()
        assert world.employment.dims == ("region", "sector")
        assert world.employment.attrs["unit"] == "thousand persons"
        assert list(shipped().index) == list(world.regions)
        assert list(shipped().columns) == list(world.sectors)
        assert (world.employment.sum("sector") > 1000).all()
        idle = (world.employed == 0) & (world.value_added > 0.01 * world.value_added.sum(1, keepdims=True))
        assert not idle.any()

    @pytest.mark.parametrize("known", FACTS["published"], ids=lambda k: k["region"])
    def test_totals_meet_what_is_published(self, known: dict) -> None:
        """Within the tolerance stated beside each figure; the sources count differently."""
        total = float(dt.load_world().employment.sel(region=known["region"]).sum())
        assert total == pytest.approx(known["value"], rel=known["within_pct"] / 100)

    def test_the_page_says_what_the_table_says(self) -> None:
        page = (Path(__file__).parents[2] / "docs" / "jobs.md").read_text(encoding="utf-8")
        for known, name in zip(FACTS["published"], ("United States", "China", "Malaysia", "Viet Nam"), strict=True):
            total = shipped().loc[known["region"]].sum() / 1e3
            gap = 100 * (1e3 * total / known["value"] - 1)
            digits = 1 if abs(gap) < 5 else 0
            told = f"{gap:+.{digits}f}".replace("-", "−")
            assert f"| {name} | {total:.1f} mn | {known['value'] / 1e3:.1f} mn, [" in page
            assert any(line.startswith(f"| {name} |") and line.endswith(f"| {told} % |") for line in page.splitlines())
            assert known["link"] in page

    def test_totals_are_those_the_world_was_built_with(self) -> None:
        """Both read the World Bank's labour force, and the ILO's figure for Taiwan, which is not in it."""
        world = dt.load_world()
        built = pd.Series(world.extras["employment"] / 1e3, world.regions)
        assert shipped().sum(axis=1)[built.index].to_numpy() == pytest.approx(built.to_numpy(), rel=1e-4)

    def test_manufacturing_of_the_united_states_is_on_payrolls(self) -> None:
        """12.8 million on average in 2022 by the Current Employment Statistics."""
        assert shipped().loc["USA", MANUFACTURING].sum() == pytest.approx(12_770, rel=0.005)

    def test_states_add_up_to_the_nation(self) -> None:
        assert states().sum().to_numpy() == pytest.approx(shipped().loc["USA"].to_numpy(), abs=0.0005 * 50)
        assert state_shares(["AGR", "ELE"]).sum().to_numpy() == pytest.approx([1, 1])
        assert states().loc[["Michigan", "Indiana", "Ohio"], "MVH"].sum() > 0.25 * states()["MVH"].sum()

    def test_tables_say_where_they_come_from(self) -> None:
        for name in ("employment-2022.csv", "employment-us-states.csv"):
            head = files("detente").joinpath("data", "worlds", name).read_text(encoding="utf-8").splitlines()[:5]
            told = " ".join(line for line in head if line.startswith("# "))
            assert "Rodríguez-Clare, Ulate and Vasquez" in told
            assert "public domain" in told
            assert "docs/jobs.md" in told


class TestCarried:
    def test_own_table_in_any_order(self, tmp_path: Path) -> None:
        table = COUNTED.employment.to_pandas()
        turned = table.iloc[::-1, [2, 0, 1]]
        turned.to_csv(tmp_path / "jobs.csv")
        for given in (turned, COUNTED.employment[::-1].T, tmp_path / "jobs.csv", str(tmp_path / "jobs.csv")):
            assert (TOY.with_employment(given).employed == COUNTED.employed).all()

    def test_groups_sum(self) -> None:
        small = COUNTED.aggregate(regions={"XY": ["AAA", "CCC"]}, sectors={"GOODS": ["FARM", "MAKE"]})
        assert small.employment.to_pandas().to_numpy().tolist() == [[1 + 2 + 7 + 8, 3 + 9], [4 + 5, 6]]
        assert TOY.aggregate(sectors={"GOODS": ["FARM", "MAKE"]}).employed is None

    def test_a_split_keeps_the_number(self) -> None:
        split = COUNTED.split_sector("MAKE", "CHIP", supply_share=[0.5, 0.25, 0.0], use_share=1.0)
        assert split.employment.sel(sector="CHIP").to_numpy().tolist() == [1.0, 1.25, 0.0]
        assert split.employed.sum() == COUNTED.employed.sum()

    def test_changed_copies_and_files_keep_it(self, tmp_path: Path) -> None:
        changed = COUNTED.with_(trade_elasticity=COUNTED.trade_elasticity * 2)
        assert (changed.employed == COUNTED.employed).all()
        again = dt.load_world(COUNTED.save(tmp_path / "counted.npz"))
        assert (again.employed == COUNTED.employed).all()
        assert dt.load_world(TOY.save(tmp_path / "toy.npz")).employed is None
        assert COUNTED.economy().employed is not None

    def test_counting_jobs_makes_no_other_equilibrium(self) -> None:
        assert COUNTED.fingerprint == TOY.fingerprint
        assert COUNTED.economy().fingerprint == TOY.economy().fingerprint


class TestRefused:
    def test_a_world_without(self) -> None:
        with pytest.raises(MissingEmployment, match="toy world does not say how many people work"):
            _ = TOY.employment

    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            (lambda t: t.rename(index={"AAA": "AAB"}), UnknownRegion, "did you mean AAA"),
            (lambda t: t.rename(columns={"FARM": "FRAM"}), UnknownSector, "did you mean FARM"),
            (lambda t: t.drop(index="CCC"), InputError, "lacks the region CCC"),
            (lambda t: t.drop(columns=["FARM", "MAKE"]), InputError, "lacks the sector FARM, MAKE"),
            (lambda t: t.rename(index={"AAA": "BBB", "BBB": "AAA"}).replace(2.0, -2.0), InputError, "BBB MAKE is -2.0"),
            (lambda t: t.replace(5.0, np.nan), InputError, "BBB MAKE is nan"),
            (lambda t: t.astype(object).replace(9.0, "many"), InputError, "CCC SERVE is many"),
            (lambda t: pd.concat([t, t.iloc[:1]]), InputError, "region labels appear twice: AAA"),
        ],
    )
    def test_tables_that_do_not_fit(self, change, error, message) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(error, match=message):
            TOY.with_employment(change(COUNTED.employment.to_pandas()))

    def test_arrays_that_do_not_fit(self) -> None:
        with pytest.raises(InputError, match=r"employed has shape \(2, 3\)"):
            TOY.with_(employed=np.ones((2, 3)))
        with pytest.raises(InputError, match="at least 0"):
            TOY.with_(employed=-np.ones((3, 3)))

    def test_files_that_are_none(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match="no table of employment at"):
            TOY.with_employment(tmp_path / "absent.csv")
        (tmp_path / "empty.csv").write_text("")
        with pytest.raises(SourceError, match="not a table of employment"):
            TOY.with_employment(tmp_path / "empty.csv")

    def test_sectors_without_states(self) -> None:
        with pytest.raises(InputError, match="which has no MAKE"):
            state_shares(["MAKE"])
