"""What drives a figure: one parameter at a time, both ends, in words and in the page."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, strategies as st

from detente.briefing import drivers, report
from detente.briefing.drivers import ParameterDriver, Swing
from detente.briefing.sections import summary as opening
from detente.briefing.view import CaseView
from detente.equilibrium.parameters import horizon, horizon_table
from detente.equilibrium.solve import solve

values = st.floats(-50, 50, allow_nan=False)
swings = st.builds(Swing, st.sampled_from(sorted(drivers.WORDS)), st.just((0.5, 2.0)), values, values, values)


@pytest.fixture(scope="module")
def case(run: Any) -> CaseView:
    return report.solve_case(run.dossier, run.world)


@given(st.lists(swings, max_size=6))
def test_the_widest_swing_comes_first(found: list[Swing]) -> None:
    driver = ParameterDriver.of(found)
    spans = [s.span for s in driver.swings]
    assert spans == sorted(spans, reverse=True)
    assert sorted(map(repr, driver.swings)) == sorted(map(repr, found))
    assert (driver.main is None) == (not found)
    assert list(driver.to_frame()["span"]) == spans
    assert len(driver.record()["parameters"]) == len(found)


@given(swings)
def test_words_hold_the_figures_at_both_ends(swing: Swing) -> None:
    driver = ParameterDriver.of([swing])
    low, centre, high = (drivers.shown(v) for v in (swing.at_low, swing.central, swing.at_high))
    told = driver.told()
    if low == centre == high:
        assert told == f"{centre} at both ends of every parameter’s range"
        assert not driver.moves()
    else:
        assert told == f"widest with {drivers.in_words(swing.parameter)}: {low} at its low end, {high} at its high end"


def test_no_range_is_said_to_be_none() -> None:
    assert ParameterDriver.of([]).told() == "no parameter has a range at this horizon"
    assert ParameterDriver.of([]).to_frame().empty


def test_explain_names_the_rest() -> None:
    one, two = (
        Swing("trade_elasticity_factor", (0.7, 1.3), -2.0, -1.5, -1.0),
        Swing("capital_share", (0.2, 0.4), -1.6, -1.5, -1.4),
    )
    told = ParameterDriver.of([two, one]).explain()
    assert told.startswith("Widest with the trade elasticity: −2.00")
    assert "Less with the capital share (−1.60" in told


def test_against_solving_at_the_ends_by_hand(case: CaseView) -> None:
    ranges = horizon_table()["medium"]["ranges"]
    name, scenario = case.world.economy(), case.worst
    driver = case.driver(lambda o: float(o.real_income["CHN"]), scenario)
    assert {s.parameter for s in driver.swings} == set(ranges)
    for swing in driver.swings:
        for end, level in zip((swing.at_low, swing.at_high), ranges[swing.parameter], strict=True):
            basis = horizon("medium", **{swing.parameter: level})
            quo = solve(name, case.policies["law"], basis)
            there = solve(name, case.runs.policies[scenario], basis).relative_to(quo)
            assert end == pytest.approx(float(there.real_income["CHN"]), abs=1e-8)
    t = case.income("CHN", scenario)
    assert all(t.low - 1e-12 <= v <= t.high + 1e-12 for s in driver.swings for v in (s.at_low, s.central, s.at_high))


def test_every_figure_of_the_summary_has_a_range_and_a_driver(case: CaseView) -> None:
    numbers = opening.five_numbers(case).items
    figures = opening.headline_figures(case)
    assert len(numbers) == len(figures) == 5
    for h, n in zip(figures, numbers, strict=True):
        driver = case.driver(h.figure, h.scenario)
        assert driver.main is not None
        assert (f"mostly through {drivers.in_words(driver.main.parameter)}" in n.detail) == driver.moves()
        assert "range" in n.detail or not driver.moves()
    assert len(opening.headline(case)["driven_by"]) == 5


def test_the_small_table_and_its_data(case: CaseView) -> None:
    _, table = opening.driver_blocks(case)
    assert table.block == "table"
    assert [r[0].text for r in table.rows] == [h.what[:1].upper() + h.what[1:] for h in opening.headline_figures(case)]
    data: pd.DataFrame = next(f.frame for f in case.shelf.files if f.stem == "summary-drivers")
    assert len(data) == 5 * (1 + 2 * len(horizon_table()["medium"]["ranges"]))
    assert set(data["parameter_end"]) == {"low", "central", "high"}


def test_nothing_is_written_without_ranges(case: CaseView) -> None:
    assert opening.driver_blocks(dataclasses.replace(case, with_ranges=False)) == []


@pytest.mark.parametrize(
    ("mains", "words"),
    [
        ([("a", 1.0), ("a", 2.0)], "a moves every figure of the summary most"),
        ([("a", 1.0), ("b", 1.0), ("a", 1.0)], "a moves 2 of the 3 figures of the summary most and b moves 1 of the 3"),
        ([("a", 1.0), ("a", 0.0)], "a moves 1 of the 2 figures of the summary most; 1 does not move"),
        ([("a", 0.0)], "no parameter moves any"),
    ],
)
def test_the_sentence_counts(case: CaseView, mains: list[tuple[str, float]], words: str) -> None:
    listed = [ParameterDriver.of([Swing(k, (0, 1), -span, 0.0, span)]) for k, span in mains]
    assert words in opening.driver_sentence(case, listed)
