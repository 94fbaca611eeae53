"""The path's parameters: one table, the estimate it leans on, and how values between its months come about."""

from __future__ import annotations

import numpy as np
import pytest

import detente as dt
from detente.equilibrium.estimates import LEAST, elasticity_by_month, factor_by_month
from detente.equilibrium.months import NAME, entry, interpolated, month_of, nodes, path_table, rows, stretches, value
from detente.equilibrium.parameters import at_month
from detente.errors import InputError, UnknownName


def test_the_trade_elasticity_is_the_estimate_to_five_years() -> None:
    row, found = path_table()["parameters"]["trade_elasticity_factor"], factor_by_month()
    for month in found.index:
        at = row["months"].index(month)
        for end in ("low", "centre", "high"):
            assert row[end][at] == pytest.approx(found.loc[month, end], abs=1e-9), (month, end)


def test_the_pooled_estimate_never_falls_and_stays_between_its_readings_where_they_agree() -> None:
    found = factor_by_month()
    for end in ("low", "centre", "high"):
        assert found[end].is_monotonic_increasing
    assert (found["low"] >= LEAST).all()
    assert (found["low"] <= found["centre"]).all()
    assert (found["centre"] <= found["high"]).all()
    told = [elasticity_by_month(s)["factor"] for s in ("main", "without-origin-effects")]
    assert min(t[60] for t in told) < found.loc[60, "centre"] < max(t[60] for t in told)


def test_every_row_has_a_source_a_scale_and_ends_around_its_centre() -> None:
    for name, row in rows().items():
        assert row["meaning"], name
        assert row["scale"] in ("linear", "log", "inverse"), name
        assert row["sources"] or row.get("note"), name
        assert len(row["months"]) == len(row["centre"]) == len(row["low"]) == len(row["high"]), name
        assert sorted(row["months"]) == row["months"], name
        low, centre, high = (np.array(row[end], dtype=float) for end in ("low", "centre", "high"))
        assert ((low <= centre) & (centre <= high)).all(), name


def test_values_between_months_stay_between_and_at_months_are_exact() -> None:
    months = np.linspace(0, 150, 301)
    for name, row in rows().items():
        given = np.array(row["centre"], dtype=float)
        found = value(name, months)
        assert (found >= given.min() - 1e-12).all(), name
        assert (found <= given.max() + 1e-12).all(), name
        assert [value(name, m) for m in row["months"]] == row["centre"], name
        if (np.diff(given) >= 0).all():
            assert (np.diff(found[np.isfinite(found)]) >= -1e-12).all(), name
        assert value(name, 500) == row["centre"][-1]


def test_capital_follows_its_formula() -> None:
    row = path_table()["parameters"]["capital_share"]
    for end, share in (("low", 0.25), ("centre", 0.35), ("high", 0.4)):
        assert row[end] == pytest.approx([share * (1 - np.exp(-m / 96)) for m in row["months"]], abs=6e-5)


def test_interpolation_on_each_scale() -> None:
    assert interpolated([0, 10], [1.0, 4.0], 5, "log") == pytest.approx(2.0)
    assert interpolated([0, 10], [1.0, np.inf], 5, "inverse") == pytest.approx(2.0)
    assert interpolated([0, 10], [1.0, 4.0], 5) == pytest.approx(2.5)
    assert interpolated([0], [3.0], [0, 7]).tolist() == [3.0, 3.0]
    table = interpolated([0, 1, 2], np.array([[0.0, 1, 4], [2, 2, 2]]), [0, 1.5])
    assert table.shape == (2, 2)
    assert table[1].tolist() == [2, 2]
    assert 1 < table[0, 1] < 4


def test_a_node_is_a_horizon_by_name() -> None:
    assert dt.horizon("month 36") == at_month(36)
    assert month_of(at_month(4.5)) == 4.5
    assert month_of("medium") is None
    assert month_of("month of May") is None
    told = entry(f"{NAME}12")
    assert told["ranges"]["trade_elasticity_factor"] == [value("trade_elasticity_factor", 12, e) for e in ("low", "high")]
    assert all(link for link in (s["link"] for s in told["sources"]))
    with pytest.raises(UnknownName):
        entry("medium")


def test_nodes_and_stretches_are_those_of_the_model() -> None:
    assert nodes() == (0, 1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 60, 84, 120)
    assert {k: (s.first, s.last) for k, s in stretches().items()} == {
        "first-year": (0, 12), "two-to-five": (24, 60), "decade": (120, 120),
    }  # fmt: skip
    assert set(path_table()["range_nodes"]) <= set(path_table()["nodes"])


@pytest.mark.parametrize("wrong", [-1, float("nan"), float("inf")])
def test_a_month_that_is_none_is_refused(wrong: float) -> None:
    with pytest.raises(InputError, match="months since a decision"):
        at_month(wrong)


def test_unknown_rows_and_ends_are_refused_by_name() -> None:
    with pytest.raises(UnknownName, match="trade_elasticity_factor"):
        value("trade_elasticity", 3)
    with pytest.raises(UnknownName, match="low"):
        value("trade_elasticity_factor", 3, "lowest")  # type: ignore[arg-type]
    with pytest.raises(UnknownName):
        at_month(3, {"nothing": "low"})


def test_the_textbook_horizons_stand() -> None:
    assert (dt.horizon("medium").trade_elasticity_factor, dt.horizon("long").trade_elasticity_factor) == (1.0, 1.0)


def test_one_month_alone_holds_everywhere() -> None:
    values = np.array([[1.0], [2.0]])
    assert interpolated([6], values, [0, 6, 9]).tolist() == [[1.0] * 3, [2.0] * 3]
    assert interpolated([6], values, 7.0).tolist() == [1.0, 2.0]
    assert interpolated([0], [60.0], 5.0) == 60
