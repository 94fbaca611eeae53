"""What keeps a truce or a deal: temptation, answers, renewal, transparency, motives that flip it, duties it could hold."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st

import detente as dt
from detente.equilibrium.solve import solve
from detente.errors import InputError
from detente.policy.instruments import Policy
from detente.strategy.duty_game import DutyGame, duty_game
from detente.strategy.keeping import KEPT, chances, needed, rate_for, weight_flips
from detente.strategy.objectives import Weights
from detente.strategy.table import at_the_table
from detente.talks.patience import Patience
from detente.talks.sustainable_tariffs import Taste, read_off, sustainable_pair, sustainable_tariff
from detente.talks.truce import TruceSide, deterrent
from detente.words.names import goods_sectors

DOSSIER, WORLD = dt.load_dossier("kuala-lumpur-2025"), dt.load_world()
CASE = at_the_table(DOSSIER, WORLD, "medium")


@pytest.fixture(scope="module")
def duties() -> DutyGame:
    return duty_game(DOSSIER, WORLD, "medium")


# -- patience needed ---------------------------------------------------------------------------------------------------
@given(st.floats(0.01, 2), st.floats(0.01, 3), st.floats(0, 0.5), st.floats(0, 0.5))
def test_needed_is_where_the_condition_binds(gain: float, loss: float, p0: float, more: float) -> None:
    p1 = p0 + more
    assume(p1 <= 1)
    need = needed(gain, loss, p0, p1)
    side = TruceSide("A", keep=0.0, cheat=gain, standoff=-loss)
    assume(math.isinf(need) or need < 1 - 1e-6)
    if math.isinf(need):
        assert deterrent(side, 1 - 1e-9, p0, p1, 1.0) < gain * (1 + 1e-6)
    else:
        assert deterrent(side, need, p0, p1, 1.0) == pytest.approx(gain)
        assert deterrent(side, (1 + need) / 2, p0, p1, 1.0) > gain


def test_needed_at_the_ends() -> None:
    assert needed(0.0, 1.0, 0.1, 0.6) == 0
    assert needed(1.0, 0.0, 0.1, 0.6) == math.inf
    assert rate_for(0.0, 1.0) == math.inf
    assert math.isnan(rate_for(math.inf, 1.0))
    assert math.exp(-rate_for(0.8, 2.5) * 2.5) == pytest.approx(0.8)


@given(st.floats(0.01, 5), st.floats(0.05, 0.9), st.floats(0.0, 0.9))
def test_two_half_periods_make_one(period: float, seen: float, alarm: float) -> None:
    p = Patience(false_alarm=alarm, detection=max(seen, alarm))
    half, whole = chances(period / 2, p), chances(period, p)
    for a, b in zip(half, whole, strict=True):
        assert 1 - (1 - a) ** 2 == pytest.approx(b)


# -- read off the table ------------------------------------------------------------------------------------------------
def test_easing_is_no_breach_and_the_best_one_is_taken() -> None:
    for kept, stance in KEPT.items():
        for k, s in enumerate(CASE.keepings[kept, "fight"].sides):
            harsher = {"hold": ["escalate"], "ease": ["hold", "escalate"]}[stance]
            cells = {h: (h, stance) if k == 0 else (stance, h) for h in harsher}
            paid = {h: CASE.table.payoff(*cell)[s.party] for h, cell in cells.items()}
            assert s.cheat == pytest.approx(max(paid.values()))
            assert s.stance == max(paid, key=lambda h: paid[h])
            assert s.keep == pytest.approx(CASE.table.payoff(stance, stance)[s.party])
            assert s.alone == pytest.approx(min(e.payoffs[k] for e in CASE.game.equilibria()))


def test_status_follows_from_the_sides() -> None:
    for keeping in CASE.keepings.values():
        tempted = [s for s in keeping.sides if s.tempted]
        if keeping.status == "nobody tempted":
            assert not tempted
        elif keeping.status == "never deterred":
            assert any(s.after(keeping.answer) >= s.keep - 1e-9 for s in tempted)
            assert any(math.isinf(n) for n in keeping.needs(1.0))
        assert set(keeping.frame["status"]) == {keeping.status}
        low, mid, high = keeping.life()
        assert low <= mid <= high
        json.dumps(keeping.record(), allow_nan=False)


def test_longer_periods_need_patience_of_another_kind() -> None:
    table = CASE.keepings["deal", "fight"].renewals([0.25, 1.0, 3.0])
    for _, rows in table.groupby("side"):
        assert rows["discount factor"].is_monotonic_decreasing
        assert rows["meetings, million USD a year"].is_monotonic_decreasing
        assert rows["years to see a breach"].is_monotonic_increasing
        assert rows["keeps up to a discount rate of"].dropna().is_monotonic_decreasing
    for row in table.to_dict("records"):
        keeps = row["discount factor needed"] <= row["discount factor"] + 1e-12
        assert row["keeps"] is keeps
        assert (row["share of time at peace"] > 0) is all(table[table["period, years"] == row["period, years"]]["keeps"])


def test_seeing_better_is_never_worth_less_than_nothing() -> None:
    for keeping in CASE.keepings.values():
        table = keeping.transparency()
        assert (table["points a year"] >= -1e-12).all()
        assert (table["low, million USD a year"] <= table["million USD a year"]).all()
        assert (table["million USD a year"] <= table["high, million USD a year"]).all()


def test_at_a_flip_the_temptation_is_zero() -> None:
    given = {p: Weights.of(DOSSIER, p) for p in CASE.parties}
    seen = 0
    for kept, stance in KEPT.items():
        for row in weight_flips(CASE.judging, kept).to_dict("records"):
            if row["motive"] == "jobs":
                continue
            party, k = row["side"], CASE.parties.index(row["side"])
            table = CASE.table.with_weights(given | {party: given[party].with_(**{row["motive"]: row["flips at"]})})
            cell = (row["stance"], stance) if k == 0 else (stance, row["stance"])
            assert table.payoff(*cell)[party] == pytest.approx(table.payoff(stance, stance)[party], abs=1e-9)
            seen += 1
    assert seen
    with pytest.raises(InputError, match="truce or deal"):
        weight_flips(CASE.judging, "peace")


def test_real_income_alone_is_judged_as_such() -> None:
    table = CASE.strengths[CASE.strengths["motives"] == "real income alone"]
    row = table[(table["kept"] == "deal") & (table["side"] == "CHN")].iloc[0]
    hold, ease = CASE.plain.payoff("ease", "hold")["CHN"], CASE.plain.payoff("ease", "ease")["CHN"]
    worse = CASE.plain.payoff("ease", "escalate")["CHN"]
    assert row["breach wins, points a year"] == pytest.approx(max(hold, worse) - ease)
    given = CASE.strengths[(CASE.strengths["motives"] == "as given") & (CASE.strengths["kept"] == "truce")]
    assert given["breach wins, points a year"].tolist() == pytest.approx([s.gain for s in CASE.keepings["truce", "fight"].sides])


# -- duties ------------------------------------------------------------------------------------------------------------
@given(st.floats(0.1, 1), st.floats(0.5, 3), st.floats(0.01, 0.3), st.floats(0.05, 0.95))
def test_like_sides_hold_what_the_closed_form_says(a: float, b: float, e: float, d: float) -> None:
    assume(e < a)
    taste = Taste("x", a, b, e)
    assert sustainable_pair(taste, taste, d).tariffs == pytest.approx((sustainable_tariff(a, b, e, d).tariff,) * 2)


tastes = st.builds(Taste, st.just("x"), st.floats(0.1, 1), st.floats(0.5, 3), st.floats(0.01, 0.5))


@settings(max_examples=50, deadline=None)
@given(tastes, tastes, st.floats(0.1, 0.95), st.floats(0.1, 0.95))
def test_nobody_would_cheat_and_no_lower_pair_holds(one: Taste, two: Taste, d1: float, d2: float) -> None:
    pair = sustainable_pair(one, two, [d1, d2])

    def slack(tariffs: tuple[float, float]) -> tuple[float, float]:
        made = []
        for k, (t, d) in enumerate(zip((one, two), (d1, d2), strict=True)):
            own, other = t.nash - tariffs[k], (one, two)[1 - k].nash - tariffs[1 - k]
            made.append(d * t.harm * other - 0.5 * t.wear * own**2)  # δ e D′ − g, from g ≤ δ (c − n) + δ g
        return made[0], made[1]

    assert min(slack(pair.tariffs)) >= -1e-12
    for k in range(2):  # a little lower still: not sustainable, or past what is best for both
        lower = tuple(t - 1e-4 * (m == k) for m, t in enumerate(pair.tariffs))
        at_best = pair.tariffs[k] <= pair.efficient[k] + 1e-9
        assert at_best or min(slack((lower[0], lower[1]))) < 0


def test_a_taste_is_read_off_its_ends() -> None:
    t = read_off("A", nash=0.2, gain=0.05, harm=0.3, other_nash=0.25)
    assert t.nash == pytest.approx(0.2)
    assert -0.5 * t.wear * 0.2**2 + t.own_gain * 0.2 == pytest.approx(0.05)
    assert t.harm * 0.25 == pytest.approx(0.3)
    free = read_off("A", 0.0, 0.0, 0.3, 0.25)
    assert sustainable_pair(free, t, 0.9).tariffs[0] == 0


def test_the_best_duty_is_the_best_of_solved_ones(duties: DutyGame) -> None:
    """Solving at the read-off best duty of China and beside it: none is better, by real income."""
    economy = WORLD.economy()
    horizon = dt.horizon("medium")
    policy = DOSSIER.policy(None, WORLD.regions, WORLD.sectors)
    base = solve(economy, policy, horizon)
    origin, destination = WORLD.regions.index("USA"), WORLD.regions.index("CHN")
    goods = [WORLD.sectors.index(s) for s in goods_sectors(WORLD.sectors) if s != "RER"]
    rate = base.after.tariffs[origin, destination][goods]
    best = duties.tastes["real income"][1].nash
    paid = []
    for t in (best - 0.05, best, best + 0.05):
        new = base.after.tariffs.copy()
        new[origin, destination, goods] = (1 + rate) / (1 + duties.today[1]) * (1 + t) - 1
        outcome = solve(economy, policy + Policy.from_arrays(tariffs=new), horizon).relative_to(base)
        paid.append(100 * np.log1p(outcome.real_income["CHN"] / 100))
    assert paid[1] > max(paid[0], paid[2])


def test_duties_are_told_whole(duties: DutyGame) -> None:
    frame = duties.to_frame()
    assert len(frame) == 18
    json.dumps(duties.record(), allow_nan=False)
    for by in ("motives", "real income"):
        pair = duties.sustainable([0.9, 0.9], by)
        for low, mid, high in zip(pair.efficient, pair.tariffs, pair.nash, strict=True):
            assert 0 <= low <= mid + 1e-12 <= high + 2e-12
        more = duties.sustainable([0.5, 0.5], by)
        assert all(a <= b + 1e-12 for a, b in zip(pair.tariffs, more.tariffs, strict=True))
    with pytest.raises(InputError, match="three levels"):
        duty_game(DOSSIER, WORLD, levels=(0.1, 0.2, 0.3))
