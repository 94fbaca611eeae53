"""A world of a later year: growth scales it, totals are met, the rest moves little, and what cannot be is refused by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from scipy.optimize import minimize

import detente as dt
from detente.errors import DetenteError, InputError, NotConverged, SourceError, UnknownRegion
from detente.world.update import COLUMNS, read_totals, update_world

TOY = dt.load_world("toy")


def _frame(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame([(*r, *[None] * (len(COLUMNS) - len(r))) for r in rows], columns=list(COLUMNS))


def _growth(what: str, region: str, percent: float, sector: str = "", partner: str = "") -> tuple[object, ...]:
    return what, region, partner, sector, None, percent


@settings(max_examples=20, deadline=None)
@given(st.floats(-60, 300))
def test_the_same_growth_everywhere_scales_the_table(percent: float) -> None:
    found = update_world(TOY, 2030, _frame(*(_growth("gdp", r, percent) for r in TOY.regions)))
    for name in ("shipments", "intermediate_use", "value_added", "final_use"):
        np.testing.assert_allclose(getattr(found.world, name), getattr(TOY, name) * (1 + percent / 100), rtol=1e-9)
    assert max(found.moved.values()) < 1e-9
    assert (found.world.year, found.free) == (2030, ())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-25, 40), min_size=6, max_size=6), st.floats(-40, 40))
def test_totals_are_met_and_identities_hold(percents: list[float], exports: float) -> None:
    rows = [_growth("gdp", r, g) for r, g in zip(TOY.regions, percents[:3], strict=True)]
    rows += [_growth("output", "BBB", percents[3], "MAKE"), _growth("imports", "CCC", percents[4])]
    rows += [_growth("trade", "AAA", exports, partner="BBB"), _growth("exports", "BBB", percents[5], "FARM")]
    found = update_world(TOY, 2023, _frame(*rows))
    assert found.world.check() < 1e-9
    np.testing.assert_allclose(found.totals["after"], found.totals["asked"], rtol=1e-9)
    assert ((found.world.shipments > 0) == (TOY.shipments > 0)).all()
    np.testing.assert_array_equal(found.world.tariff_rates, TOY.tariff_rates)


def test_it_is_the_least_move_by_an_independent_optimiser() -> None:
    """One total on a world of one sector: all flows by SLSQP, with the identities and the total as constraints."""
    small = TOY.aggregate(sectors={"ALL": list(TOY.sectors)}, regions={"REST": ["AAA", "BBB"]})
    found = update_world(small, 2022, _frame(_growth("exports", "CCC", 15.0))).world
    kept = [np.flatnonzero(a) for a in (small.shipments, small.intermediate_use, small.value_added, small.final_use)]
    start = np.concatenate([a.ravel()[k] for a, k in zip(_flows(small), kept, strict=True)])

    def table(z: np.ndarray) -> list[np.ndarray]:
        whole, at = [], 0
        for a, k in zip(_flows(small), kept, strict=True):
            flat = np.zeros(a.size)
            flat[k] = start[at : at + len(k)] * z[at : at + len(k)]
            whole.append(flat.reshape(a.shape))
            at += len(k)
        return whole

    def gaps(z: np.ndarray) -> np.ndarray:
        t, u, v, f = table(z)
        costs = t.sum(1) - v - u.sum(1)
        use = (small.duty_factor * t).sum(0) - u.sum(2) - f
        return np.concatenate([costs.ravel(), use.ravel(), [t[1, 0].sum() - 1.15 * small.shipments[1, 0].sum()]]) / 1e5

    solved = minimize(
        lambda z: float((start * z * (np.log(z) - 1)).sum()) / 1e5, np.ones(start.size), method="SLSQP",
        jac=lambda z: start * np.log(z) / 1e5, bounds=[(1e-3, None)] * start.size, constraints=[{"type": "eq", "fun": gaps}],
        options={"maxiter": 500, "ftol": 1e-14},
    )  # fmt: skip
    assert solved.success
    for ours, theirs in zip(_flows(found), table(solved.x), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5)


def _flows(world: dt.World) -> tuple[np.ndarray, ...]:
    return world.shipments, world.intermediate_use, world.value_added, world.final_use


def test_trade_that_ends_is_none() -> None:
    found = update_world(TOY, 2023, _frame(("trade", "AAA", "BBB", "FARM", 0.0), _growth("gdp", "CCC", 4.0)))
    assert found.world.shipments[0, 1, 0] == 0
    assert found.world.check() < 1e-9
    assert set(found.free) == {"AAA", "BBB"}


def test_the_shipped_growth_is_of_the_default_world() -> None:
    found = update_world(dt.load_world(), 2024)
    np.testing.assert_allclose(found.totals["after"], found.totals["asked"], rtol=1e-9)
    later = update_world(dt.load_world(), 2025)
    assert later.assumed == ("TWN",)
    assert later.world.card["updated"]["grown as the others together"] == ["TWN"]
    with pytest.raises(InputError, match="no growth is shipped for AAA, BBB, CCC"):
        update_world(TOY, 2024)
    with pytest.raises(InputError, match="dollars of 2040 are not known"):
        update_world(dt.load_world(), 2040)
    with pytest.raises(InputError, match="this world counts in million EUR"):
        update_world(dt.load_world().with_(unit="million EUR"), 2024)


@pytest.mark.parametrize(
    ("rows", "error", "said"),
    [
        ([("gdp", "AAA", "", "", -5.0)], InputError, "row 2: gdp of AAA cannot be negative, -5"),
        ([("gdp", "AAA", "", "", 0.0)], InputError, "gdp of AAA cannot be 0: what counts towards it is all of one sign"),
        ([("gdp", "AAB", "", "", 5.0)], UnknownRegion, "did you mean AAA"),
        ([("profits", "AAA", "", "", 5.0)], InputError, "row 2: 'profits' is no total that is known"),
        ([("gdp", "AAA", "BBB", "", 5.0)], InputError, "gdp has no partner"),
        ([("trade", "AAA", "", "", 5.0)], InputError, "trade needs a partner"),
        ([("trade", "AAA", "AAA", "", 5.0)], InputError, "AAA does not trade with itself"),
        ([("gdp", "AAA", "", "FARM", 5.0)], InputError, "gdp is of a whole region"),
        ([("gdp", "AAA")], InputError, "row 2 has neither a value nor a growth"),
        ([("gdp", "AAA", "", "", 5.0, 5.0)], InputError, "row 2 has a value and a growth"),
        ([("gdp", "AAA", "", "", "many")], InputError, "row 2: value 'many' is no number"),
        ([("gdp", "AAA", "", "", "inf")], InputError, "row 2: value 'inf' is no number"),
        ([_growth("gdp", "AAA", 1.0), _growth("gdp", "AAA", 2.0)], InputError, "row 3 gives the total of row 2 once more"),
        (
            [_growth("trade", "AAA", 1e6, "FARM", "BBB"), _growth("imports", "BBB", 0.0)], NotConverged,
            "cannot be .* together with the other totals",
        ),
        (
            [_growth(what, "AAA", g) for what, g in (("gdp", 0.0), ("final_demand", 9.0), ("exports", 0.0), ("imports", 0.0))],
            InputError, "the totals of AAA contradict each other: final demand less GDP is",
        ),
        (
            [_growth(what, r, g) for what, g in (("exports", 0.0), ("imports", 1.0)) for r in TOY.regions],
            InputError, "the totals of all regions contradict each other: exports sums to",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(rows: list[tuple[object, ...]], error: type[DetenteError], said: str) -> None:
    with pytest.raises(error, match=said):
        update_world(TOY, 2023, _frame(*rows))


def test_a_table_goes_forward_and_columns_are_known(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="brought to a later year, not back to 2019"):
        update_world(TOY, 2019, _frame(_growth("gdp", "AAA", 1.0)))
    with pytest.raises(InputError, match="not known: wat"):
        update_world(TOY, 2023, pd.DataFrame({"what": ["gdp"], "region": ["AAA"], "wat": [1]}))
    with pytest.raises(InputError, match="lacking: region"):
        update_world(TOY, 2023, pd.DataFrame({"what": ["gdp"]}))
    with pytest.raises(InputError, match="no totals are given"):
        update_world(TOY, 2023, pd.DataFrame({"what": [], "region": []}))
    with pytest.raises(SourceError, match="no file"):
        read_totals(tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(SourceError, match="is no CSV of totals"):
        read_totals(tmp_path / "empty.csv")


def test_the_public_name_takes_a_file_as_the_command_does(tmp_path: Path) -> None:
    totals = tmp_path / "macro.csv"
    totals.write_text("# from the office\nwhat,region,value,growth\ngdp,AAA,,12\n")
    found = dt.update_world(TOY, 2024, totals)
    assert isinstance(found, dt.Update)
    assert (found.world.year, found.source, found.world.card["updated"]["source"]) == (2024, "macro.csv", "macro.csv")
    same = dt.update_world(TOY, 2024, _frame(_growth("gdp", "AAA", 12.0)), source="macro.csv")
    assert same.world.fingerprint == found.world.fingerprint
    assert dt.update_world(TOY, 2024, str(totals), source="the office").source == "the office"
    with pytest.raises(SourceError, match="no file"):
        dt.update_world(TOY, 2024, tmp_path / "none.csv")
