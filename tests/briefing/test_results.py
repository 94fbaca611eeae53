"""Charts of what governments choose, of comparisons, draws and goods passed through show the numbers they are given."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from tests.briefing.conftest import toy_dossier, toy_world

import detente as dt
from detente.briefing.charts import figure, rendered, results
from detente.briefing.document import Figure
from detente.cases.case import Case
from detente.strategy.bystanders import overview
from detente.strategy.nash import TariffSolution
from detente.strategy.regimes import Regimes
from detente.words import fixed, money
from small_future import small_future

TOY = dt.load_world("toy")


def shown(found: Figure | None) -> str:
    """What a reader who cannot see the figure is told, with true minus signs."""
    assert found is not None
    assert found.title
    assert found.alt
    return f"{found.title} {found.alt}"


def numbers(text: str) -> list[float]:
    """Numbers of a text, as numbers."""
    return [float(n.replace("−", "-").replace(",", "")) for n in re.findall(r"[−+]?\d[\d,]*\.?\d*", text)]


@pytest.fixture(scope="module")
def nash() -> TariffSolution:
    """Nash tariffs of both economies of the toy world, one rate each."""
    return dt.nash_tariffs(TOY, ["AAA", "BBB"], "region")


@pytest.fixture(scope="module")
def regimes() -> Regimes:
    """The toy world under four sets of rules."""
    return dt.regimes(TOY, players=["AAA", "BBB"], detail="region")


@pytest.fixture(scope="module")
def beside() -> Case:
    """The toy talks with their bystanders."""
    return Case.of(toy_dossier(), toy_world(), with_ranges=False)


# -- what governments choose -------------------------------------------------------------------------------------------
def test_rates_are_those_of_the_solution(nash: TariffSolution) -> None:
    told = shown(figure("rates", nash, "Percent"))
    frame = nash.to_frame()
    for code in ("AAA", "BBB"):
        assert any(abs(n - frame["mean rate, %"][code]) < 0.06 for n in numbers(told)), (code, told)
        assert code in told


def test_rates_say_who_gains_by_the_war(nash: TariffSolution) -> None:
    told = shown(figure("rates", nash, "Percent"))
    income = nash.outcome.real_income
    for code in ("AAA", "BBB"):
        assert any(abs(n - float(income[code])) < 0.006 for n in numbers(told)), (code, float(income[code]), told)


@pytest.mark.parametrize("rows", [[("World", "other", None)], [("AAA", "usa", ["AAA"]), ("World", "other", None)]])
def test_regimes_show_the_rows_they_are_given(regimes: Regimes, rows: list[Any]) -> None:
    found = figure("regimes", regimes, rows, "Percent")
    told = shown(found)
    worst = regimes.outcomes["nash"].world_real_income
    assert any(abs(n - worst) < 0.006 for n in numbers(told))
    assert ("lose" in told) == (worst < 0)
    for label, _, _ in rows:
        assert label in told


def test_a_frontier_marks_the_deal() -> None:
    options: dict[str, Any] = {"detail": "region", "sectors": "goods"}
    deal = dt.bargain(TOY, ["AAA", "BBB"], "nash", "nash", **options)
    frontier = dt.pareto_frontier(TOY, ["AAA", "BBB"], 5, "nash", **options)
    agreed = [deal.gains[p] for p in deal.parties]
    found = results.frontier_figure(frontier, deal.parties, agreed, "Percent", solution="nash")
    told = shown(found)
    for gain in agreed:
        assert any(abs(n - gain) < 0.006 for n in numbers(told)), (gain, told)
    assert found.svg.startswith("<svg")


# -- side by side, and many draws --------------------------------------------------------------------------------------
def test_a_comparison_has_a_dot_for_every_package() -> None:
    dossier = small_future()
    compared = dt.compare(dossier, worlds={"toy": TOY})
    told = shown(figure("comparison", compared, "real income", ["AAA", "BBB"]))
    part = compared.frame[(compared.frame["indicator"] == "real income") & (compared.frame["region"] == "AAA")]
    for value in part["value"]:
        assert any(abs(n - float(value)) < 0.006 for n in numbers(told)), (value, told)


def test_an_ensemble_shows_its_medians() -> None:
    found = dt.ensemble(small_future(), 16, 3, world=TOY, scenario=["war"])
    drawn = figure("ensemble", found)
    told = shown(drawn)
    middle = float(np.median(found.values("real income", "AAA", "war")))
    assert any(abs(n - middle) < 0.011 for n in numbers(told)), (middle, told)
    assert rendered(drawn, "svg").startswith(b"<svg")  # type: ignore[arg-type]


# -- goods passed through ----------------------------------------------------------------------------------------------
def test_routes_by_economy_are_those_of_the_overview(beside: Case) -> None:
    told = shown(figure("routes", beside, "pessimistic", ""))
    table = overview(beside, "pessimistic")
    gained = table["exports gained to USA, million USD"]
    first = str(gained.abs().idxmax())
    assert dt.World.__name__ not in told  # no names of the program in what people read
    assert money(abs(float(gained[first]))) in told or fixed(float(gained[first]) / 1000, 1, signed=True) in told


@pytest.mark.parametrize("scenario", ["optimistic", "pessimistic"])
def test_a_route_names_its_economy_and_scenario(beside: Case, scenario: str) -> None:
    found = figure("route", beside, "MYS", scenario, "")
    told = shown(found)
    assert "Malaysia" in told
    assert rendered(found, "html").lstrip().lower().startswith(b"<!doctype html")  # type: ignore[arg-type]
    assert not re.search(r"nan|None|\d-\d", told)
