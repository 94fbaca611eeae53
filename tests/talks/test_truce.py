"""Truces: vectors, the conditions against direct simulation of values, transparency, renewal, tariffs, promises, bystanders."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar

from detente.errors import InputError, UnknownName
from detente.talks.commitments import PHASE_ONE, loss_of_buying, purchase_promise
from detente.talks.menus import bystander_menu, hosting
from detente.talks.sustainable_tariffs import sustainable_tariff
from detente.talks.truce import (
    TruceSide,
    critical_discount,
    deterrent,
    punishment_weight,
    renewal,
    shortest_punishment,
    truce,
    truce_value,
)

A, B = TruceSide("A", 1, 1.8, 0), TruceSide("B", 1, 1.8, 0)
discounts = st.floats(0.5, 0.99)
truces = st.builds(lambda c, g, w: TruceSide("x", c, c + g, c - w), st.floats(-2, 2), st.floats(0.05, 1), st.floats(0.1, 3))


# -- enforcement -------------------------------------------------------------------------------------------------------
def test_monitoring_vector() -> None:
    t = truce(A, B, 0.95, false_alarm=0.1, detection=0.6, punishment=5)
    assert t.worth[0] == pytest.approx(13.98781168, abs=5e-9)
    assert t.deterrence[0] == pytest.approx(1.5030, abs=5e-5)
    assert t.share_at_peace == pytest.approx(1 / 1.5)
    assert t.status == "holds"
    assert t.life == pytest.approx(10)


def two_countries(labour: tuple[float, float]) -> Callable[[float, float], np.ndarray]:
    """Real income of two Armington countries under tariffs, elasticity 4, iceberg cost 1.3, no intermediates."""

    def welfare(first: float, second: float) -> np.ndarray:
        t = (first, second)

        def state(w: float) -> tuple[float, np.ndarray]:
            wage, sold, real = (w, 1.0), 0.0, np.empty(2)
            for n in range(2):
                own, imported = wage[n] ** -4.0, (wage[1 - n] * 1.3 * (1 + t[n])) ** -4.0
                share = imported / (own + imported)
                income = wage[n] * labour[n] / (1 - t[n] / (1 + t[n]) * share)
                real[n] = income * (own + imported) ** 0.25
                sold += (1 - share) * income if n == 0 else share * income / (1 + t[n])
            return sold - w * labour[0], real

        return state(float(brentq(lambda w: state(w)[0], 1e-2, 1e2, xtol=1e-13)))[1]

    return welfare


@pytest.mark.parametrize(("labour", "expected"), [((1, 1), (0.4701, 0.4701)), ((3, 1), (0.6221, 0.3485))])
def test_critical_discount_of_two_countries(labour: tuple[float, float], expected: tuple[float, float]) -> None:
    """Free trade kept, the best reply to it as cheating, Nash tariffs as the stand-off."""
    welfare = two_countries(labour)

    def best(side: int, other: float) -> float:
        found = minimize_scalar(
            lambda x: -welfare(*((x, other) if side == 0 else (other, x)))[side],
            bounds=(0, 1),
            method="bounded",
            options={"xatol": 1e-9},
        )
        return float(found.x)

    nash = [0.3, 0.3]
    for _ in range(12):
        nash = [best(0, nash[1]), best(1, nash[0])]
    keep, fight = welfare(0, 0), welfare(*nash)
    cheat = (welfare(best(0, 0), 0)[0], welfare(0, best(1, 0))[1])
    got = [critical_discount(keep[i], cheat[i], fight[i]) for i in range(2)]
    assert got == pytest.approx(expected, abs=5e-5)


@given(truces, discounts, st.floats(0, 0.3), st.floats(0.3, 1), st.integers(1, 30))
def test_formulas_against_the_recursion(s: TruceSide, d: float, p0: float, p1: float, periods: int) -> None:
    """V solves its own recursion; the condition compares keeping with cheating once."""
    x = punishment_weight(d, periods)
    v = truce_value(s, d, p0, x)
    punished = s.standoff * x / (1 - d) + (1 - x) * v
    assert v == pytest.approx(s.keep + d * ((1 - p0) * v + p0 * punished), rel=1e-9, abs=1e-9)
    keep_less_cheat = v - (s.cheat + d * ((1 - p1) * v + p1 * punished))
    assert keep_less_cheat == pytest.approx(deterrent(s, d, p0, p1, x) - s.temptation, rel=1e-6, abs=1e-8)


@given(truces, discounts)
def test_grim_trigger_is_the_limit_of_perfect_monitoring(s: TruceSide, d: float) -> None:
    critical = critical_discount(s.keep, s.cheat, s.standoff)
    assume(abs(d - critical) > 1e-6)
    other = TruceSide("y", s.keep, s.cheat, s.standoff)
    assert (truce(s, other, d, punishment=math.inf).status == "holds") == (d > critical)


@given(truces, discounts, st.floats(0, 0.3), st.floats(0.3, 1))
def test_shortest_punishment_is_shortest(s: TruceSide, d: float, p0: float, p1: float) -> None:
    t = shortest_punishment(s, d, p0, p1)
    forever = deterrent(s, d, p0, p1, 1.0)
    if math.isnan(t):
        assert forever < s.temptation
    elif math.isfinite(t):
        assert deterrent(s, d, p0, p1, punishment_weight(d, t)) >= s.temptation - 1e-9
        if t > 1:
            assert deterrent(s, d, p0, p1, punishment_weight(d, t - 1)) < s.temptation + 1e-9


@given(truces, discounts, st.floats(0.001, 0.01))
def test_patience_helps(s: TruceSide, d: float, more: float) -> None:
    other = TruceSide("y", s.keep, s.cheat, s.standoff)
    if truce(s, other, d, punishment=math.inf).status == "holds":
        assert truce(s, other, min(d + more, 0.999), punishment=math.inf).status == "holds"


def test_transparency_is_worth_something() -> None:
    t = truce(A, B, 0.95, false_alarm=0.1, detection=0.5)
    table = t.transparency()
    assert table["gain of A"].iloc[0] == pytest.approx(0)
    assert (table["gain of A"].diff().dropna() >= -1e-9).all()
    assert table["gain of A"].iloc[-1] > 1
    fewer = t.transparency(false_alarm=[0.1, 0.05, 0.0])
    assert fewer["share of time at peace"].iloc[-1] == 1
    assert fewer["value to A"].iloc[-1] == pytest.approx(20)


def test_false_alarms_cost_the_same_at_any_period() -> None:
    cost = 0.8 * 0.1 / (0.6 - 0.1)
    for d in (0.9, 0.95, 0.99):
        t = truce(A, B, d, false_alarm=0.1, detection=0.6, whole_periods=False)
        assert t.worth[0] * (1 - d) == pytest.approx(1 - cost)
        assert t.deterrence[0] == pytest.approx(t.temptation[0])
    plan = renewal(A, B, 0.1, false_alarm=0.1, detection=0.6)
    frame = plan.to_frame()
    assert frame["flow to A"][frame["holds"]].to_numpy() == pytest.approx(1 - cost)
    assert plan.best == frame.index[0]  # as good as longer ones, and longest at peace
    fixed = renewal(A, B, 0.1, false_alarm=0.1, detection=0.6, punishment_years=1.0).to_frame()
    assert fixed["flow to A"][fixed["holds"]].is_monotonic_increasing


def test_simulated_share_at_peace() -> None:
    rng = np.random.default_rng(1)
    peace, war, left = 0, 0, 0
    for u in rng.random(200_000):
        if left:
            war, left = war + 1, left - 1
        else:
            peace += 1
            left = 5 if u < 0.1 else 0
    assert peace / (peace + war) == pytest.approx(
        truce(A, B, 0.95, false_alarm=0.1, detection=0.6, punishment=5).share_at_peace, abs=0.01
    )


def test_punishments_must_be_carried_out() -> None:
    sure = truce(
        TruceSide("A", 1, 1.8, 0, tolerate=-0.5), TruceSide("B", 1, 1.8, 0, tolerate=0.9), 0.6, false_alarm=0.1, detection=0.9
    )
    first, second = sure.credible()
    assert first.verdict.startswith("carried out: the stand-off is better")
    assert second.verdict.startswith("empty")
    assert "The punishment by B is an empty threat." in sure.explain()
    patient = truce(TruceSide("A", 1, 1.2, 0, tolerate=0.2), B, 0.95, punishment=2)
    assert patient.credible()[0].verdict.startswith("carried out, but only because peace follows")
    assert truce(A, B, 0.9).credible()[0].verdict.startswith("unknown")


def test_truce_edges() -> None:
    assert truce(TruceSide("A", 1, 0.5, 0), TruceSide("B", 1, 1, 0), 0.5).status == "nothing to enforce"
    assert truce(TruceSide("A", 1, 2, 1.5), B, 0.9).status == "stand-off preferred"
    lost = truce(A, B, 0.3, false_alarm=0.2, detection=0.5)
    assert lost.status == "does not hold"
    assert lost.chosen.startswith("for good")
    for t in (lost, truce(A, B, 0.95), truce(A, B, (0.9, 0.2))):
        json.dumps(t.record(), allow_nan=False)
        assert t.explain()
    assert truce(A, B, (0.9, 0.2)).holds == (True, False)
    with pytest.raises(InputError, match="raise an alarm"):
        truce(A, B, 0.9, false_alarm=0.5, detection=0.4)
    with pytest.raises(InputError, match="discount factor"):
        truce(A, B, 1.0)
    with pytest.raises(InputError, match="different names"):
        truce(A, A, 0.9)


# -- renewal -----------------------------------------------------------------------------------------------------------
def test_renewal_agrees_with_the_truce_of_that_period() -> None:
    rate, period = 0.1, 0.5
    plan = renewal(A, B, rate, false_alarm=0.1, detection=0.6, punishment_years=2.5, periods=[period])
    t = truce(A, B, math.exp(-rate * period), false_alarm=0.1, detection=0.6, punishment=5)
    row = plan.to_frame().loc[period]
    d = math.exp(-rate * period)
    assert row["flow to A"] == pytest.approx(t.worth[0] * (1 - d))
    assert row["slack of A"] == pytest.approx(t.deterrence[0] - t.temptation[0])
    assert row["share of time at peace"] == pytest.approx(t.share_at_peace)


def test_a_longer_period_lets_more_be_seen() -> None:
    periods = [1e-6, math.log(2), 2 * math.log(2), 60.0]
    frame = renewal(A, B, 0.1, false_alarm=0.1, detection=0.6, evidence_years=1.0, periods=periods).to_frame()
    # from a false alarm's chance at once to the whole of it, half-way after ln 2 of the years that evidence takes
    assert frame["detection"].tolist() == pytest.approx([0.1, 0.35, 0.475, 0.6], abs=1e-5)
    assert (renewal(A, B, 0.1, false_alarm=0.1, detection=0.6, periods=periods).to_frame()["detection"] == 0.6).all()


def test_renewal_trades_off() -> None:
    plan = renewal(A, B, 0.1, false_alarm=0.1, detection=0.6, review_cost=0.01)
    frame = plan.to_frame()
    assert plan.status == "holds"
    assert plan.best is not None
    assert 1 / 12 < plan.best < 5
    assert not frame["holds"].iloc[-1]
    assert "Beyond" in plan.explain()
    json.dumps(plan.record(), allow_nan=False)
    slow = renewal(A, B, 0.1, false_alarm=0.1, detection=0.6, evidence_years=1.0)
    assert not slow.to_frame()["holds"].iloc[0]  # a month shows too little
    never = renewal(A, B, 0.1, false_alarm=0.4, detection=0.45)
    assert never.status == "does not hold"
    assert never.explain().startswith("No renewal period")
    clear = renewal(A, B, 0.1).to_frame()
    assert (clear["share of time at peace"][clear["holds"]] == 1).all()


# -- tariffs -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("discount", "tariff"), [(0.2, 0.28), (0.4, 0.16), (0.5, 0.10)])
def test_sustainable_tariff_vector(discount: float, tariff: float) -> None:
    assert sustainable_tariff(0.4, 1, 0.3, discount).tariff == pytest.approx(tariff, abs=1e-12)


@given(st.floats(0.05, 1), st.floats(0.2, 3), st.floats(0.01, 1), st.floats(0.01, 0.99))
def test_sustainable_tariff_is_the_lowest_nobody_leaves(a: float, b: float, e: float, d: float) -> None:
    r = sustainable_tariff(a, b, e, d)

    def gain_from_cheating(x: float) -> float:
        cheat = -0.5 * b * r.nash**2 + a * r.nash - e * x
        return (1 - d) * cheat + d * r.payoff(r.nash) - r.payoff(x)

    assert gain_from_cheating(r.tariff) <= 1e-9
    if r.tariff > r.efficient + 1e-9:
        assert gain_from_cheating(r.tariff - 1e-4 * (r.nash - r.efficient)) > 0
    assert -1e-9 <= r.cooperation <= 1 + 1e-9
    assert r.payoff(r.tariff) >= r.payoff(r.nash) - 1e-12
    assert r.explain()


# -- promises ----------------------------------------------------------------------------------------------------------
def test_phase_one_as_reported() -> None:
    assert PHASE_ONE.kept_of_total == pytest.approx(0.575, abs=5e-4)
    assert PHASE_ONE.kept_of_extra < 0


@given(st.floats(1, 100), st.floats(1, 3), st.floats(0.5, 10))
def test_loss_is_the_area_under_demand(q0: float, times: float, theta: float) -> None:
    area = quad(lambda q: 1 - (q / q0) ** (-1 / (1 + theta)), q0, times * q0)[0]
    assert loss_of_buying(q0, times * q0, theta) == pytest.approx(area, rel=1e-7, abs=1e-9)


@given(st.floats(1, 100), st.floats(1.01, 3), st.floats(0.5, 10), st.floats(0, 0.9))
def test_promise_is_kept_as_far_as_it_pays(q0: float, times: float, theta: float, penalty: float) -> None:
    p = purchase_promise(q0, times * q0, elasticity=theta, penalty=penalty)
    q = np.linspace(q0, times * q0, 300)
    total = [loss_of_buying(q0, x, theta) + penalty * (times * q0 - x) for x in q]
    assert p.loss_as_kept + penalty * (p.target - p.kept) <= min(total) + 1e-9 * q0
    assert p.loss <= p.budget
    assert 0 <= p.kept_of_extra <= 1 + 1e-12


def test_promise_words_and_records() -> None:
    p = purchase_promise(302.4, 502.4, penalty=0.05, buyer="China")
    assert "44\u202f% of the extra" in p.explain()
    json.dumps(p.record(), allow_nan=False)
    assert p.to_frame().loc["at Phase One's rate"].iloc[0] == pytest.approx(288.8)
    by = p.by_penalty([0, 0.05, 0.2])["extra kept"]
    assert by.tolist() == sorted(by)
    assert (by.iloc[0], by.iloc[-1]) == (0, 1)
    assert purchase_promise(10, 8).explain().endswith("costs nothing.")
    with pytest.raises(InputError, match="penalty"):
        purchase_promise(1, 2, penalty=1.0)


# -- bystanders --------------------------------------------------------------------------------------------------------
menus = st.tuples(st.integers(2, 4), st.integers(2, 4)).flatmap(
    lambda shape: st.tuples(
        st.lists(
            st.lists(st.integers(-9, 9).map(float), min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
        ),
        st.lists(st.integers(1, 9), min_size=shape[1], max_size=shape[1]),
    )
)


@given(menus)
def test_bystander_answers(menu: tuple[list[list[float]], list[int]]) -> None:
    payoffs, weights = menu
    m = bystander_menu(payoffs, [w / sum(weights) for w in weights])
    assert m.expected[m.best] == max(m.expected.values())
    assert (m.regret.to_numpy() >= 0).all()
    assert (m.regret.to_numpy().min(axis=0) == 0).all()
    assert m.value_of_knowing >= 0
    assert m.value_of_knowing <= m.regret.loc[m.best].max() + 1e-9
    for flip in m.flips:
        row = m.ranking(flip.scenario, [flip.threshold]).iloc[0]
        assert row[flip.option] == pytest.approx(row[m.best], abs=1e-9)
        values = [row[o] for o in m.options]
        assert row[flip.option] == pytest.approx(max(values), abs=1e-9)
    assert m.explain()
    json.dumps(m.record(), allow_nan=False)


def test_choices_that_move_nothing_are_said_to_and_equal_ones_are_not_ranked() -> None:
    def of(*payoffs: float) -> str:
        told = bystander_menu([[p] for p in payoffs], [1.0], options=("stay", "sign"), region="Malaysia", unit="% of real income")
        return told.explain()

    assert of(0.000046, 0.0000459) == "Malaysia: no choice moves it by as much as 0.01 % of real income, whatever comes."
    assert of(-0.0041, 0.0049).startswith("Malaysia: no choice")
    assert of(0.2, 0.21).startswith("Malaysia does best with “sign” (expected 0.21 % of real income), ahead of “stay” (0.20).")
    assert of(0.2101, 0.21).startswith("Malaysia does best with “stay” (expected 0.21 % of real income); “sign” is as good.")


def test_hosting_and_choosing_sides() -> None:
    m = bystander_menu(
        [[0.3, -0.4], [0.1, 0.0]],
        [0.5, 0.5],
        options=("sign with one", "stay out"),
        scenarios=("deal", "war"),
        region="Malaysia",
        unit="%",
    )
    h = hosting(0.2, -0.3, 0.4, 0.5, cost=0.01, host="Malaysia", unit="%")
    assert h.value == pytest.approx(0.04)
    assert h.shift_needed == pytest.approx(0.02)
    assert m.expected == pytest.approx({"sign with one": -0.05, "stay out": 0.05})
    assert "worth 0.50 % to Malaysia" in h.explain()
    assert m.ranking("war").loc[0.0, "best"] == "sign with one"
    assert hosting(-1, 0, 0.4, 0.5).shift_needed is None
    json.dumps(h.record(), allow_nan=False)
    with pytest.raises(InputError, match="sum to 1"):
        bystander_menu([[1, 2]], [0.5, 0.6])
    for names in ({"options": ["a", "b"]}, {"scenarios": ["deal"]}, {"scenarios": ["deal"] * 2}, {"scenarios": ["a", "b", "c"]}):
        with pytest.raises(InputError, match="different"):
            bystander_menu([[1, 2]], [0.5, 0.5], **names)
    with pytest.raises(UnknownName, match="stay out"):
        bystander_menu([[1, 2]], [0.5, 0.5], options=["stay out"], consent={"stay in": "China"})
