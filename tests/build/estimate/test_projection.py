"""The estimator on simulated trade with a known answer by age of the duty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from detente.build.estimate.projection import Flows, added, by_age, factor, project, windows
from detente.build.estimate.shrinkage import shrinkage

ORIGINS, SECTORS, T = 10, 12, 84
HIT = 4
"""Origins under duty: few enough to compare, enough for errors by cell to be right."""
MONTHS = tuple(str(p) for p in pd.period_range("2016-01", periods=T, freq="M"))
FIRST, LAST = "2018-01", "2019-12"
AGES = {1: (1, 2), 3: (3, 5), 12: (6, 17), 24: (18, 10_000)}


def response(age: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 + θf by age in months: from 1.2 to 3.4, most of it in a year."""
    return np.where(age < 0, 0.0, 1.2 + 2.2 * (1 - np.exp(-age / 8)))


def simulated(
    seed: int,
    *,
    dates: tuple[int, ...] = (30,),
    noise: float = 0.04,
    collected: float = 0.8,
    answer: float = 1.0,
    path: Callable[[NDArray[np.float64]], NDArray[np.float64]] = response,
) -> Flows:
    """Trade with seasons, shocks by origin and by sector each month, and duties on the first `HIT` origins from `dates` on.

    `collected` is the part of the law that is collected, `answer` multiplies the response, `path` by age.
    """
    rng = np.random.default_rng(seed)
    n = ORIGINS * SECTORS
    origin, sector = np.repeat(np.arange(ORIGINS), SECTORS), np.tile(np.arange(SECTORS), ORIGINS)
    season = rng.normal(0, 0.3, (n, 12))
    value = rng.normal(3, 1, n)[:, None] + season[:, np.arange(T) % 12] + rng.normal(0, noise, (n, T))
    value += rng.normal(0, 0.2, (ORIGINS, T))[origin] + rng.normal(0, 0.2, (SECTORS, T))[sector]
    law = np.zeros((n, T))
    for date in dates:
        step = np.where(origin < HIT, rng.uniform(0, 0.2, n), 0.0)
        law[:, date:] += step[:, None]
        age = np.arange(T) - date
        value -= answer * collected * step[:, None] * path(age)[None, :]
    names = np.array([f"o{k}" for k in origin], dtype=object), np.array([f"s{k}" for k in sector], dtype=object)
    rate = collected * law + np.abs(rng.normal(0, 0.002, (n, T)))
    weight = np.exp(value[:, :24]).sum(axis=1)
    return Flows(names[0], names[1], MONTHS, value, law, weight, tuple(range(24)), collected=rate)


def test_projections_find_a_known_path_within_their_bands() -> None:
    held, bias = [], []
    for seed in range(10):
        flows = simulated(seed)
        for months in (1, 6, 24):
            e = project(windows(flows, months, FIRST, LAST), months)
            truth = -float(response(np.array([float(months)]))[0])
            held.append(e.low <= truth <= e.high)
            bias.append((e.coefficient - truth) / e.standard_error)
            assert e.first_stage == pytest.approx(0.8, abs=0.02)
            assert e.first_stage_f > 100
    assert np.mean(held) >= 0.8  # 90 % bands, 30 draws
    assert abs(np.mean(bias)) < 0.5


def in_steps(age: NDArray[np.float64]) -> NDArray[np.float64]:
    """A response that is the same within each of `AGES`."""
    return np.select([age < 1, age <= 2, age <= 5, age <= 17], [0.0, 1.0, 1.8, 2.6], 3.2)


def test_all_changes_by_age_find_it_too_where_duties_change_twice() -> None:
    held, off = [], []
    for seed in range(12):
        for e, truth in zip(by_age(simulated(seed, dates=(27, 36), path=in_steps), AGES), (1.0, 1.8, 2.6, 3.2), strict=True):
            held.append(e.low <= -truth <= e.high)
            off.append(e.coefficient + truth)
    assert np.mean(held) >= 0.8
    assert abs(np.mean(off)) < 0.1
    assert np.max(np.abs(off)) < 0.8


def test_without_an_effect_none_is_found_and_before_the_duty_nothing() -> None:
    held, scores = [], []
    for seed in range(10):
        none = project(windows(simulated(seed, answer=0.0), 12, FIRST, LAST), 12)
        before = project(windows(simulated(seed), -3, FIRST, LAST), -3, regressor="z", instrument=None)
        for e in (none, before):
            held.append(e.low <= 0 <= e.high)
            scores.append(e.coefficient / e.standard_error)
    assert np.mean(held) >= 0.8
    assert abs(np.mean(scores)) < 0.5


def test_the_instrument_undoes_what_is_not_collected_and_composition_does_not_matter() -> None:
    half = project(windows(simulated(3, collected=0.4, noise=0.005), 12, FIRST, LAST), 12)
    whole = project(windows(simulated(3, collected=1.0, noise=0.005), 12, FIRST, LAST), 12)
    assert half.first_stage == pytest.approx(0.4, abs=0.02)
    assert half.coefficient == pytest.approx(whole.coefficient, abs=0.25)
    law = project(windows(simulated(3, collected=0.4, noise=0.005), 12, FIRST, LAST), 12, regressor="z", instrument=None)
    assert law.coefficient == pytest.approx(0.4 * half.coefficient, abs=0.1)


def test_units_scale_nothing_and_weights_count() -> None:
    flows = simulated(5)
    e = project(windows(flows, 6, FIRST, LAST), 6)
    thousands = replace(flows, value=flows.value - np.log(1000), weight=flows.weight / 1000)
    again = project(windows(thousands, 6, FIRST, LAST), 6)
    assert again.coefficient == pytest.approx(e.coefficient, abs=1e-9)
    assert again.standard_error == pytest.approx(e.standard_error, abs=1e-9)
    # cells of no weight leave no trace, whatever they did
    wild = flows.value.copy()
    cell = int(np.flatnonzero(flows.origin == "o0")[0])
    wild[cell, 31:] += 5.0
    light = flows.weight.copy()
    light[cell] = 1e-12
    clean = flows.only(np.arange(len(light)) != cell)
    assert project(windows(replace(flows, value=wild, weight=light), 6, FIRST, LAST), 6).coefficient == pytest.approx(
        project(windows(clean, 6, FIRST, LAST), 6).coefficient, abs=1e-3
    )
    assert project(windows(flows, 6, FIRST, LAST), 6, weighted=False).coefficient != e.coefficient


def test_one_date_agrees_with_dummies_and_least_squares() -> None:
    """Independent: two-stage least squares by numpy, effects as dummies, one window."""
    flows = simulated(7)
    frame = windows(flows, 6, "2018-07", "2018-07")
    e = project(frame, 6)
    w = np.sqrt(frame["weight"].to_numpy())
    dummies = pd.get_dummies(frame[["origin_month", "sector_month"]].astype(str), dtype=float).to_numpy()
    sides = []
    for column in ("dy", "dx"):
        exogenous = np.column_stack([frame["z"], dummies]) * w[:, None]
        sides.append(np.linalg.lstsq(exogenous, frame[column].to_numpy() * w, rcond=None)[0][0])
    assert e.coefficient == pytest.approx(sides[0] / sides[1], rel=1e-6)
    assert e.first_stage == pytest.approx(sides[1], rel=1e-6)


def test_gaps_and_left_out_months_leave_rows_out_and_nothing_to_learn_is_said() -> None:
    flows = simulated(1)
    whole = windows(flows, 6, FIRST, LAST)
    gaps = flows.value.copy()
    gaps[0, 40] = np.nan
    short = windows(replace(flows, value=gaps), 6, FIRST, LAST)
    assert len(whole) - len(short) == 1
    out = windows(flows, 6, FIRST, LAST, without=[m for m in MONTHS if m >= "2018-12"])
    assert out["t"].max() == MONTHS.index("2018-11") - 6
    e = project(out, 6)
    assert e.observations == 0
    assert np.isnan(e.coefficient)
    flat = replace(flows, law=np.zeros_like(flows.law))
    assert np.isnan(project(windows(flat, 6, FIRST, LAST), 6).coefficient)


def test_the_base_is_the_same_calendar_month_so_seasons_cancel() -> None:
    flows = simulated(2, noise=0.0, answer=0.0)
    still = replace(flows, value=np.tile(flows.value[:, :12], 7), collected=flows.collected)
    assert windows(still, 5, FIRST, LAST)["dy"].abs().max() < 1e-9
    assert windows(still, -5, FIRST, LAST)["dy"].abs().max() < 1e-9
    assert windows(still, 5, FIRST, LAST, base="month before")["dy"].abs().max() > 0.1


def test_what_was_added_by_age_adds_up() -> None:
    law = np.cumsum(np.random.default_rng(0).normal(size=(3, 40)), axis=1)
    parts = sum(added(law, a, b) for a, b in ((0, 0), (1, 3), (4, 9), (10, 10_000)))
    assert parts == pytest.approx(law - law[:, :1])
    assert added(law, -2, -1)[:, 10] == pytest.approx(law[:, 12] - law[:, 10])


def test_factor_inverts_the_ces_rule() -> None:
    theta, f, tau = 4.5, 0.3, 0.25
    spending = (1 + tau) ** (-theta * f)
    imports = spending / (1 + tau)
    assert factor(np.log(imports) / np.log(1 + tau), theta) == pytest.approx(f)


@pytest.mark.parametrize(("kept", "least", "most"), [(1.0, 0.0, 0.35), (0.0, 0.65, 1.0)])
def test_shrinkage_tells_elasticities_that_predict_from_those_that_do_not(kept: float, least: float, most: float) -> None:
    theta = np.linspace(2, 10, SECTORS)
    mean = theta.mean()
    parts = []
    for seed in range(3):
        rng = np.random.default_rng(seed + 100)
        order = rng.permutation(theta)
        # spending with duty answers with f·(mean + kept·(θ − mean)); trade before duty with one more
        flows = simulated(seed, noise=0.01, dates=(26,), answer=0.0)
        steady = 0.3 * (mean + kept * (order - mean)) + 1
        slopes = steady[[int(s[1:]) for s in flows.sector]]
        assert flows.collected is not None
        flows = replace(flows, value=flows.value - flows.collected * slopes[:, None])
        parts.append(shrinkage(flows, {f"s{k}": float(v) for k, v in enumerate(order)}).shrinkage)
    assert least <= np.mean(parts) <= most
