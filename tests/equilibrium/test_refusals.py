"""No equilibrium, no numbers: what is not solved, and what cannot be asked, is refused by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import detente as dt
from detente.equilibrium.decompose import path, shapley
from detente.equilibrium.estimates import elasticity_by_month
from detente.equilibrium.ideas import idea_weights
from detente.equilibrium.indicators import indicator
from detente.equilibrium.levels import spending_power
from detente.equilibrium.parameters import horizon
from detente.equilibrium.solve import Attempt, Solver, judged, solve_flat, solve_many, solve_shock
from detente.errors import DetenteError, InputError, NotConverged, UnknownName, UnknownRegion
from economies import random_economy

TOY = dt.load_world("toy")
ECONOMY = TOY.economy()
DUTY = dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.1)])
MEDIUM = horizon("medium")


@pytest.fixture(scope="module")
def outcome() -> dt.Outcome:
    return dt.solve(TOY, DUTY)


@pytest.mark.parametrize("size", [1e-6, 1e-3, 0.1])
def test_a_state_off_the_equilibrium_is_none_whatever_its_residual_says(outcome: dt.Outcome, size: float) -> None:
    shock = DUTY.shock(ECONOMY)
    assert outcome.flat is not None
    found, gap, _ = judged(ECONOMY, shock, MEDIUM, Attempt(outcome.flat, 0.0, 1, "made up"), "the duty")
    assert gap == outcome.clearing_gap
    assert (found.output == outcome.after.output).all()
    moved = outcome.flat + size * np.random.default_rng(1).normal(size=outcome.flat.size)
    with pytest.raises(NotConverged, match=r"the duty: .* misses by .*, so no result is given"):
        judged(ECONOMY, shock, MEDIUM, Attempt(moved, 0.0, 1, "made up"), "the duty")


def test_too_few_sweeps_are_no_result_at_any_door(outcome: dt.Outcome) -> None:
    hasty = Solver(iterations=1, persist=False)
    with pytest.raises(NotConverged, match="after 1 sweeps"):
        dt.solve(TOY, DUTY, solver=hasty)
    with pytest.raises(NotConverged, match="a step on the way left a residual"):
        solve_flat(ECONOMY, DUTY.shock(ECONOMY), MEDIUM, hasty)
    results = solve_many(TOY, [DUTY, dt.Policy()], solver=hasty)
    assert [type(r) for r in results] == [NotConverged, dt.Outcome]  # no policy needs no sweep


def frozen(outcome: dt.Outcome) -> dt.Outcome:
    """An outcome read from somewhere, without what it was solved with."""
    return replace(outcome, parameters=None, shock=None, shock_before=None, flat=None)


def bad_iceberg() -> None:
    shock = DUTY.shock(ECONOMY)
    shock.iceberg[0, 1, 0] = 0.0
    solve_shock(ECONOMY, shock, MEDIUM)


def without_people() -> None:
    economy = random_economy(3, 2, 1)
    people = {"population": np.ones(3), "gdp_usd": np.array([1.0, 0.0, 1.0])}
    idea_weights(replace(economy, extras=people), 0.5, 1.0)


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda o: frozen(o).at_exchange_rate("pinned"), InputError, "carries no solver state"),
        (lambda o: list(path(frozen(o), 4)), InputError, "carries no solver state"),
        (lambda o: list(path(o, 0)), InputError, "at least one step"),
        (lambda o: shapley(TOY, {}), InputError, "at least one measure"),
        (lambda o: solve_many(TOY, [DUTY], ["medium", "long"]), InputError, "1 policies but 2 horizons"),
        (
            lambda o: solve_many(TOY, [DUTY] * 2, ["medium", horizon("medium", critical_inputs=["MAKE"])]),
            InputError,
            "cannot mix",
        ),
        (lambda o: bad_iceberg(), InputError, "iceberg factors must be positive"),
        (lambda o: without_people(), InputError, "has no GDP per head"),
        (lambda o: horizon("medium", deficits="fxed"), UnknownName, "did you mean fixed"),
        (lambda o: horizon("medium", revenue="nowhere"), UnknownName, "use of revenue"),
        (lambda o: dt.solve(TOY, DUTY, trade_elasticity=[4.0] * 7), InputError, "one number or one a sector"),
        (lambda o: dt.solve(TOY, DUTY, trade_elasticity=math.nan), InputError, "positive and finite"),
        (lambda o: dt.solve(TOY, DUTY, scale=-0.1), InputError, "zero or more and finite"),
        (lambda o: elasticity_by_month("no such"), UnknownName, "specification"),
        (lambda o: indicator("real_incme"), UnknownName, "did you mean real_income"),
        (lambda o: indicator("real_income").of(o, "ZZZ"), UnknownRegion, "ZZZ"),
        (lambda o: indicator("real_wage").of(o, "WORLD"), InputError, "no meaning for several economies together"),
        (
            lambda o: spending_power(
                ECONOMY, replace(MEDIUM, exchange_rate="pinned", deficits="fixed"), np.zeros(1), np.zeros(1)
            ),
            InputError,
            "a tariff game needs a flexible exchange rate",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(
    outcome: dt.Outcome, ask: Callable[[dt.Outcome], Any], error: type[DetenteError], words: str
) -> None:
    with pytest.raises(error, match=words):
        ask(outcome)


def test_regions_together_are_weighted_or_summed(outcome: dt.Outcome) -> None:
    assert indicator("real_income").of(outcome, "WORLD") == outcome.world_real_income
    assert indicator("equivalent_variation").of(outcome, "WORLD") == pytest.approx(outcome.equivalent_variation.sum())
    assert indicator("equivalent_variation").of(outcome, "AAA") == outcome.equivalent_variation["AAA"]
