"""The table: accounting, labels, aggregation, splitting, files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.errors import (
    InputError,
    SourceError,
    UnbalancedTable,
    UnknownName,
    UnknownRegion,
    UnknownSector,
)

TOY = dt.load_world("toy")


def test_identities_hold_and_transfers_sum_to_zero() -> None:
    assert TOY.check() < 1e-12
    assert abs(TOY.deficits.sum()) < 1e-6
    assert TOY.trade.dims == ("origin", "destination", "sector")
    assert TOY.trade.attrs["unit"] == "million USD"


def test_unbalanced_cell_is_named() -> None:
    use = TOY.intermediate_use.copy()
    use[1, 0, 2] *= 1.001
    with pytest.raises(UnbalancedTable, match=r"BBB (FARM|SERVE)"):
        TOY.with_(intermediate_use=use)
    value_added = TOY.value_added.copy()
    value_added[2, 1] += 1.0
    with pytest.raises(UnbalancedTable, match=r"CCC MAKE: sales .* but costs"):
        TOY.with_(value_added=value_added)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shipments": -TOY.shipments}, "at least 0"),
        ({"shipments": TOY.shipments[:2]}, "shape"),
        ({"shipments": np.where(TOY.shipments > 0, np.nan, 0)}, "finite"),
        ({"trade_elasticity": np.zeros(3)}, "positive"),
        ({"regions": ("AAA", "AAA", "CCC")}, "appear twice: AAA"),
        ({"colour": 3}, "no field colour"),
    ],
)
def test_bad_arrays(change: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        TOY.with_(**change)


def test_arrays_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValueError, match="read-only"):
        TOY.shipments[0, 0, 0] = 1


def test_unknown_labels_get_suggestions() -> None:
    with pytest.raises(UnknownRegion, match="did you mean"):
        TOY.region_index("AAB")
    with pytest.raises(UnknownSector, match="FARM"):
        TOY.sector_index("FRAM")
    with pytest.raises(UnknownName, match="toy"):
        dt.load_world("toi")


def test_save_load_same_bytes(tmp_path: Path) -> None:
    one, two = TOY.save(tmp_path / "a.npz"), TOY.save(tmp_path / "b.npz")
    assert one.read_bytes() == two.read_bytes()
    again = dt.load_world(one)
    assert again.fingerprint == TOY.fingerprint
    assert again.sources == TOY.sources


def test_files_that_are_not_worlds(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no world file"):
        dt.load_world(tmp_path / "absent.npz")
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(SourceError, match="not a world file"):
        dt.load_world(tmp_path / "text.npz")
    np.savez(tmp_path / "other.npz", a=np.ones(3))
    with pytest.raises(SourceError, match="not a world file"):
        dt.load_world(tmp_path / "other.npz")


def test_aggregation_keeps_totals_and_revenue() -> None:
    small = TOY.aggregate(regions={"XY": ["AAA", "CCC"]}, sectors={"GOODS": ["FARM", "MAKE"]})
    assert small.regions == ("XY", "BBB")
    assert small.sectors == ("GOODS", "SERVE")
    assert small.shipments.sum() == pytest.approx(TOY.shipments.sum())
    assert small.tariff_revenue.sum() == pytest.approx(TOY.tariff_revenue.sum())
    assert small.value_added.sum() == pytest.approx(TOY.value_added.sum())
    assert small.check() < 1e-9
    with pytest.raises(InputError, match="two groups"):
        TOY.aggregate(regions={"X": ["AAA", "BBB"], "Y": ["BBB"]})
    with pytest.raises(UnknownRegion):
        TOY.aggregate(regions={"X": ["ZZZ"]})


def test_aggregating_everything_into_one_region_closes_it() -> None:
    one = TOY.aggregate(regions={"W": list(TOY.regions)})
    assert one.deficits[0] == pytest.approx(0, abs=1e-6)


@given(share=st.floats(0.0, 0.9), seed=st.integers(0, 100))
@settings(max_examples=15)
def test_split_then_merge_gives_the_table_back(share: float, seed: int) -> None:
    supply = share * np.random.default_rng(seed).uniform(0, 1, 3)
    split = TOY.split_sector("MAKE", "CHIP", supply_share=supply, use_share=1.0, trade_elasticity=2.0)
    assert split.sectors == ("FARM", "MAKE", "CHIP", "SERVE")
    assert split.check() < 1e-9
    merged = split.aggregate(sectors={"MAKE": ["MAKE", "CHIP"]})
    assert merged.shipments == pytest.approx(TOY.shipments, rel=1e-9)
    assert merged.intermediate_use == pytest.approx(TOY.intermediate_use, rel=1e-9, abs=1e-6)
    assert merged.final_use == pytest.approx(TOY.final_use, rel=1e-9)


def test_split_that_cannot_be_used_is_refused() -> None:
    with pytest.raises(InputError, match="too little spending"):
        TOY.split_sector("MAKE", "CHIP", supply_share=0.5, use_share=[1.0, 0.0, 0.0, 0.0])
    with pytest.raises(InputError, match="exists already"):
        TOY.split_sector("MAKE", "FARM", supply_share=0.1, use_share=1.0)


def test_splitting_a_sector_in_proportion_changes_no_welfare() -> None:
    """Two halves of one sector, alike in everything, answer a tariff on both as the sector did."""
    split = TOY.split_sector("MAKE", "CHIP", supply_share=0.3, use_share=1.0)
    one = dt.solve(TOY, dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.3, sectors="MAKE")]))
    two = dt.solve(split, dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.3, sectors=["MAKE", "CHIP"])]))
    assert two.real_income.to_numpy() == pytest.approx(one.real_income.to_numpy(), abs=1e-8)


class TestEconomyFromShares:
    def test_a_world_and_its_shares_are_the_same_economy(self) -> None:
        e = TOY.economy()
        again = dt.Economy.from_shares(
            regions=e.regions,
            sectors=e.sectors,
            expenditure_shares=e.expenditure_shares,
            input_shares=e.input_shares,
            value_added_shares=e.value_added_shares,
            final_shares=e.final_shares,
            value_added=e.value_added.sum(1),
            deficits=e.deficits,
            tariffs=e.tariffs,
            trade_elasticity=e.trade_elasticity,
        )
        assert again.output == pytest.approx(e.output, rel=1e-9)
        assert again.shipments == pytest.approx(e.shipments, rel=1e-9)
        assert again.income == pytest.approx(e.income, rel=1e-9)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"expenditure_shares": 0.9}, "sum to between"),
            ({"value_added_shares": 0.9}, "value_added_shares . input_shares sum to"),
            ({"final_shares": 0.5}, "must sum to 1"),
        ],
    )
    def test_shares_that_do_not_add_up(self, change: dict, message: str) -> None:
        e = TOY.economy()
        given_shares = {
            key: getattr(e, key) * change.get(key, 1.0)
            for key in ("expenditure_shares", "input_shares", "value_added_shares", "final_shares")
        }
        with pytest.raises(UnbalancedTable, match=message):
            dt.Economy.from_shares(**given_shares, value_added=e.value_added.sum(1), trade_elasticity=5.0)

    def test_deficits_must_cancel(self) -> None:
        e = TOY.economy()
        with pytest.raises(UnbalancedTable, match="sum to zero"):
            dt.Economy.from_shares(
                expenditure_shares=e.expenditure_shares,
                input_shares=e.input_shares,
                value_added_shares=e.value_added_shares,
                final_shares=e.final_shares,
                value_added=e.value_added.sum(1),
                deficits=[1000.0, 0.0, 0.0],
                trade_elasticity=5.0,
            )

    def test_value_added_that_the_shares_contradict_names_the_region(self) -> None:
        e = TOY.economy()
        with pytest.raises(UnbalancedTable, match=r"(R1|R2|R3).*imply value added"):
            dt.Economy.from_shares(
                expenditure_shares=e.expenditure_shares,
                input_shares=e.input_shares,
                value_added_shares=e.value_added_shares,
                final_shares=e.final_shares,
                value_added=e.value_added.sum(1) * np.array([1.5, 1.0, 1.0]),
                deficits=e.deficits,
                tariffs=e.tariffs,
                trade_elasticity=5.0,
            )
