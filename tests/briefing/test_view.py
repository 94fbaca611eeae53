"""The case as the sections read it: ranges, averages over the table, prices against wages, what stands in a tidy row."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from detente.briefing import report
from detente.briefing.view import CaseView, Triple, number_at, real_income, row_of
from detente.cases.readings import CENTRAL, PINNED
from detente.equilibrium.months import stretches
from detente.words import FIRM, fixed

values = st.floats(-1e3, 1e3, allow_nan=False)


@pytest.fixture(scope="module")
def case(run: Any) -> CaseView:
    return report.solve_case(run.dossier, run.world)


@given(st.lists(values, min_size=3, max_size=3).map(sorted), st.integers(0, 2))
def test_a_cell_shows_a_range_only_where_it_has_width(three: list[float], decimals: int) -> None:
    cell = Triple(*three).cell(decimals)
    low, high = fixed(three[0], decimals), fixed(three[2], decimals)
    assert cell.text == fixed(three[1], decimals, signed=True)
    assert cell.sub == ("" if low == high else f"{low}{FIRM}to{FIRM}{high}")
    assert Triple(*three).cell(decimals, strong=True).strong


def test_a_triple_is_told_with_its_range() -> None:
    assert Triple(-0.52, -0.31, -0.2).told() == "−0.31\u202f% (range −0.52 to −0.20\u202f%)"
    assert "spans zero" in Triple(-0.5, 0.1, 0.2).told()


def test_ranges_hold_the_central_value_and_every_variant(case: CaseView) -> None:
    for s in (None, *case.ids):
        for code in case.focus:
            t = case.income(code, s)
            assert t.low <= t.value <= t.high
            others = [case.outcome(s, variant=v) for v in case.answered(s)]
            seen = [real_income(o, case.members(code), code) for o in others]
            assert min([t.value, *seen]) == t.low
            assert max([t.value, *seen]) == t.high


def test_labels_say_scenario_and_baseline(case: CaseView) -> None:
    assert case.label(None) == "Status quo"
    assert case.label("a-long-way") == "A long way"
    assert case.panel(None) == f"Status quo, against the {case.reference}"
    assert case.panel("pessimistic") == "Pessimistic, against the law by itself"
    assert case.named("pessimistic") == "“Pessimistic” (The hundred)"
    assert case.against(None) == "the world with the duties of 2024"
    assert case.against("pessimistic") == "what the law does by itself"
    assert case.subtitle("percent", None) == f"percent, against {case.against(None)}; medium run"


def test_average_duties_lie_between_the_lowest_and_the_highest(case: CaseView) -> None:
    for s in (None, *case.ids):
        o = case.outcome(s)
        for after, state in ((False, o.before), (True, o.after)):
            rates = 100 * state.tariffs[case.i("CHN"), case.i("USA")][case.goods_index]
            assert rates.min() - 1e-12 <= case.duty(o, "CHN", "USA", after=after) <= rates.max() + 1e-12
    assert case.duty(case.status_quo, "CHN", "USA", after=False) == pytest.approx(3)
    assert case.duty(case.status_quo, "CHN", "USA") == pytest.approx(13)
    assert case.duty(case.outcome("pessimistic"), "CHN", "USA") == pytest.approx(113)


def test_mutual_trade_is_the_sum_of_both_ways(case: CaseView) -> None:
    o = case.outcome("pessimistic")
    (sold, sells), (bought, buys) = case.exports(o, "USA", "CHN"), case.exports(o, "CHN", "USA")
    assert case.mutual_trade(o) == pytest.approx(100 * ((sells + buys) / (sold + bought) - 1))
    assert case.mutual_trade(o) < -30


def test_prices_against_wages_do_not_depend_on_the_money(case: CaseView) -> None:
    o = case.outcome("pessimistic")
    table = case.by_wages(o)
    for r in case.world.regions:
        p, w = o.prices.loc[r].to_numpy(), float(o.wage[r])
        assert table.loc[r].to_numpy() == pytest.approx(100 * ((1 + p / 100) / (1 + w / 100) - 1))
        inflated = 100 * ((1 + p / 100) * 1.5 / ((1 + w / 100) * 1.5) - 1)
        assert table.loc[r].to_numpy() == pytest.approx(inflated)
    assert case.by_wages(o) is table


def test_input_costs_are_averages_of_input_prices(case: CaseView) -> None:
    o = case.outcome("pessimistic")
    prices, cost = case.by_wages(o).loc["USA"], case.input_cost(o, "USA")
    assert list(cost.index) == list(case.world.sectors)
    assert (cost >= prices.min() - 1e-12).all()
    assert (cost <= prices.max() + 1e-12).all()
    k = case.world.sectors.index("ELE")
    use = case.world.intermediate_use[case.i("USA"), :, k]
    assert cost["ELE"] == pytest.approx(np.average(prices.to_numpy(), weights=use))


def test_a_tidy_row_says_what_a_figure_is(case: CaseView) -> None:
    row = case.row("USA", "pessimistic", "real income", "%", Triple(-2, -1, 0), sector="ELE")
    assert list(row) == [
        "region", "region_name", "scenario", "sector", "measure", "value", "low", "high", "unit", "relative_to", "horizon",
        "table_year",
    ]  # fmt: skip
    assert (row["low"], row["value"], row["high"]) == (-2, -1, 0)
    assert row["relative_to"] == case.base
    world = case.row("WORLD", None, "real income", "%", 1.5, "long")
    assert (world["region_name"], world["scenario"], world["horizon"]) == ("world", "status-quo", "long")
    assert math.isnan(world["low"])
    assert math.isnan(world["high"])
    assert world["relative_to"] == case.against(None)


def test_income_over_a_stretch_is_that_of_the_path_at_both_closures(case: CaseView) -> None:
    found = case.path("pessimistic")
    assert list(found.readings) == [CENTRAL, PINNED]
    for key in stretches():
        low, value, high = case.income_over(key, "USA", "pessimistic")
        assert low <= value <= high
        assert value == found.over(key).loc["USA", "central"]
    assert all(math.isnan(v) for v in case.income_over("no-such-stretch", "USA", "pessimistic"))


def test_cells_of_frames_are_floats(case: CaseView) -> None:
    frame = case.outcome("pessimistic").employment
    row = row_of(frame, "USA")
    assert row == {s: number_at(frame, "USA", s) for s in case.world.sectors}
    assert all(type(v) is float for v in row.values())


def test_charts_show_the_status_quo_where_the_best_scenario_changes_nothing(case: CaseView) -> None:
    assert case.shown == ("pessimistic", "optimistic")
    assert case.shown[0] == case.worst
