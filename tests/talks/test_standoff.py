"""The stand-off: the vector, comparative statics, break-evens, named edge cases, deadlines, reputation."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st
from scipy.integrate import quad, trapezoid

from detente.errors import InputError
from detente.talks.attrition import audience_costs, known_stakes, private_stakes
from detente.talks.deadlines import UncertainDate, fixed_deadline, uncertain_deadline
from detente.talks.reputation import reputation, stubborn_standoff
from detente.talks.standoff import Stakes, annuity, stakes_from_flows, stakes_from_table, standoff

USA = Stakes("USA", rate=0.05, flow=-1.5, win=0.3 / 0.05, lose=-0.4 / 0.05, collapse=-2.5 / 0.05, million_usd=1000.0)
CHN = Stakes("CHN", rate=0.06, flow=-1.2, win=0.2 / 0.06, lose=-0.5 / 0.06, collapse=-3 / 0.06)

sides = st.builds(
    lambda r, f, win, lose, fall: Stakes("x", r, f, win, lose, lose - fall),
    st.floats(0.01, 0.3), st.floats(-6, -0.5), st.floats(0, 8), st.floats(-1, -0.1), st.floats(0, 30),
)  # fmt: skip
risks = st.floats(0, 2)


def pair(a: Stakes, b: Stakes) -> tuple[Stakes, Stakes]:
    return replace(a, name="A"), replace(b, name="B")


# -- constant risk -----------------------------------------------------------------------------------------------------
def test_vector() -> None:
    s = standoff(USA, CHN, 0.2)
    assert s.hazards == pytest.approx((0.774286, 0.678571), abs=5e-7)
    assert (*s.blink, s.collapse) == pytest.approx((0.4685, 0.4105, 0.1210), abs=5e-5)
    assert s.length == pytest.approx(0.605, abs=5e-4)
    assert s.likelier == "USA"


@given(sides, sides, risks)
def test_probabilities_sum_to_one(a: Stakes, b: Stakes, risk: float) -> None:
    s = standoff(*pair(a, b), risk)
    assert s.status == "mixed"
    assert sum(s.blink) + s.collapse + s.stalemate == pytest.approx(1)
    assert s.hazards is not None
    assert min(s.hazards) >= 0


@given(sides, sides, risks, st.floats(0.01, 3))
def test_own_hazard_rises_with_the_others_cost_only(a: Stakes, b: Stakes, risk: float, more: float) -> None:
    one, two = pair(a, b)
    s, hurt = standoff(one, two, risk), standoff(one, two.with_(flow=two.flow - more), risk)
    assert s.hazards is not None
    assert hurt.hazards is not None
    assert hurt.hazards[0] > s.hazards[0]
    assert hurt.hazards[1] == s.hazards[1]
    assert hurt.blink[0] > s.blink[0]
    assert hurt.length < s.length


@given(sides, sides, risks)
def test_indifference(a: Stakes, b: Stakes, risk: float) -> None:
    """Waiting for ever against the other's hazard is worth exactly what giving way is."""
    s = standoff(*pair(a, b), risk)
    assert s.hazards is not None
    for side, h in zip(s.sides, s.hazards[::-1], strict=True):
        value = (side.flow + h * side.win + risk * side.collapse) / (side.rate + h + risk)
        assert value == pytest.approx(side.lose, rel=1e-9)


@given(sides, sides, risks, st.floats(0.1, 50))
def test_units_do_not_matter(a: Stakes, b: Stakes, risk: float, scale: float) -> None:
    one, two = pair(a, b)
    big = one.with_(flow=scale * one.flow, win=scale * one.win, lose=scale * one.lose, collapse=scale * one.collapse)
    assert standoff(big, two, risk).blink == pytest.approx(standoff(one, two, risk).blink)


@given(sides, sides, risks)
def test_symmetry_and_swap(a: Stakes, b: Stakes, risk: float) -> None:
    one, two = pair(a, b)
    assert standoff(one, two, risk).blink == standoff(two, one, risk).blink[::-1]
    even = standoff(*pair(a, a), risk)
    assert even.blink[0] == even.blink[1]
    assert even.likelier is None


@given(sides, sides, st.floats(0.05, 2))
def test_break_evens_are_where_it_flips(a: Stakes, b: Stakes, risk: float) -> None:
    s = standoff(*pair(a, b), risk)
    keys = {
        "flow during": "flow",
        "value if the other": "win",
        "value of giving": "lose",
        "value if talks": "collapse",
        "discount": "rate",
    }
    for found in s.break_evens():
        if found.break_even is None:
            assert found.note
            continue
        if found.side == "both":
            trial = standoff(*s.sides, found.break_even)
        else:
            key = next(v for k, v in keys.items() if found.quantity.startswith(k))
            trial = standoff(*(x.with_(**{key: found.break_even}) if x.name == found.side else x for x in s.sides), risk)
        assert trial.blink[0] == pytest.approx(trial.blink[1], rel=1e-6)


def test_break_even_by_hand() -> None:
    found = {(b.side, b.quantity): b.break_even for b in standoff(USA, CHN, 0.2).break_evens()}
    # h₁ falls to h₂ when China's cost of waiting falls to .678571 × 11.6667 = 7.916667, that is f = −.0833
    assert found["CHN", "flow during the stand-off (a year)"] == pytest.approx(
        -0.5 + 0.2 * (50 - 0.5 / 0.06) - 7.9166667, abs=1e-6
    )
    assert found["USA", "discount rate (a year)"] is None


def test_collapse_that_is_certain_soon() -> None:
    far = standoff(USA, CHN, 1e9)
    # hazards grow with the risk; the odds tend to their ratio
    k = ((CHN.lose - CHN.collapse) / CHN.prize, (USA.lose - USA.collapse) / USA.prize)
    assert (*far.blink, far.collapse) == pytest.approx((k[0] / (1 + sum(k)), k[1] / (1 + sum(k)), 1 / (1 + sum(k))), abs=1e-8)
    harmless = standoff(USA.with_(collapse=USA.lose), CHN.with_(collapse=CHN.lose), 1e9)
    assert harmless.collapse == pytest.approx(1, abs=1e-8)


def test_edge_cases_have_names() -> None:
    content = USA.with_(flow=5.0)
    assert standoff(content, CHN).status == "second gives way at once"
    assert standoff(content, CHN).blink == (0.0, 1.0)
    assert standoff(USA, CHN.with_(flow=5.0)).status == "first gives way at once"
    for little in (1e-6, 0.1):  # a side to which waiting costs anything less than nothing waits for ever
        assert standoff(USA.with_(flow=USA.rate * USA.lose + little), CHN).status == "second gives way at once"
        assert standoff(USA.with_(flow=USA.rate * USA.lose - little), CHN).status == "mixed"
    never = standoff(content, CHN.with_(flow=5.0))
    assert (never.status, never.stalemate, never.length) == ("neither gives way", 1.0, math.inf)
    short = standoff(content, CHN.with_(flow=9.0), 0.01)
    assert (short.status, short.collapse, short.length) == ("neither gives way", 1.0, 100.0)
    nothing = USA.with_(win=-9.0)
    assert standoff(nothing, CHN).status == "first gives way at once"
    assert standoff(nothing, CHN.with_(win=-9.0)).status == "both give way at once"
    assert standoff(nothing.with_(flow=5.0), CHN).status == "no contest"
    for s in (never, short, standoff(content, CHN), standoff(nothing.with_(flow=5.0), CHN)):
        assert s.hazards is None
        assert s.break_evens() == ()
        assert s.explain()
        json.dumps(s.record(), allow_nan=False)
    with pytest.raises(InputError, match="below 0"):
        standoff(USA, CHN, -0.1)
    with pytest.raises(InputError, match="different names"):
        standoff(USA, USA)
    with pytest.raises(InputError, match="discount rate"):
        USA.with_(rate=0.0)


def test_words_follow_the_numbers() -> None:
    s = standoff(USA, CHN, 0.2)
    text = s.explain()
    assert "USA is the likelier to give way because waiting costs CHN more" in text
    assert "set by the other's costs" in text
    swapped = standoff(USA.with_(collapse=-60), CHN, 0.2)
    assert swapped.likelier == "CHN"
    assert "CHN is the likelier to give way because waiting costs USA more" in swapped.explain()
    costs = s.costs()
    assert costs.loc["USA", "flow cost a day, million USD"] == pytest.approx(1500 / 365.25)
    assert math.isnan(costs.loc["CHN", "flow cost a day, million USD"])
    assert costs.loc["USA", "expected flow cost"] == pytest.approx(1.5 * s.length)
    json.dumps(s.record(), allow_nan=False)
    assert set(s.sensitivity(0.0)["P(collapse)"].round(12)) == {round(s.collapse, 12)}


def test_stakes_from_payoffs() -> None:
    assert annuity(0.05) == pytest.approx(20)
    assert annuity(0.05, 10) == pytest.approx((1 - math.exp(-0.5)) / 0.05)
    table = {
        ("ease", "ease"): (0.1, 0.2),
        ("hold", "hold"): (-1.4, -1.0),
        ("hold", "ease"): (0.4, -0.3),
        ("ease", "hold"): (-0.3, 0.4),
        ("escalate", "escalate"): (-2.4, -2.8),
    }
    usa, chn = stakes_from_table(("USA", "CHN"), (0.05, 0.06), table)
    assert usa == stakes_from_flows("USA", 0.05, deal=0.1, standoff=-1.4, win=0.4, lose=-0.3, collapse=-2.4)
    again = standoff(usa, chn, 0.2)
    assert again.hazards == pytest.approx((0.774286, 0.678571), abs=5e-7)
    with pytest.raises(InputError, match="no cell"):
        stakes_from_table(("USA", "CHN"), (0.05, 0.06), {("ease", "ease"): (0, 0)})


# -- deadlines ---------------------------------------------------------------------------------------------------------
def total(d) -> float:  # type: ignore[no-untyped-def]
    return sum(d.blink) + d.both + d.collapse + d.open


def test_steady_risk_is_the_plain_stand_off() -> None:
    d, s = uncertain_deadline(USA, CHN, lambda t: 0 * t + 0.2, horizon=40), standoff(USA, CHN, 0.2)
    assert d.blink == pytest.approx(s.blink, abs=1e-9)
    assert d.collapse == pytest.approx(s.collapse, abs=1e-9)
    assert d.length == pytest.approx(s.length, abs=1e-9)


@given(sides, sides, st.floats(0.05, 1), st.floats(0.01, 0.2))
def test_concessions_crowd_towards_the_deadline(a: Stakes, b: Stakes, when: float, spread: float) -> None:
    d = uncertain_deadline(*pair(a, b), UncertainDate(when, spread))
    assert total(d) == pytest.approx(1, abs=1e-7)
    frame = d.timeline()
    hazards = frame["hazard of A, a year"].to_numpy()
    assert (np.diff(hazards) >= -1e-9 * hazards.max()).all()
    assert (np.diff(frame["still going on"]) <= 1e-12).all()


def test_crowding_is_visible() -> None:
    calm = UncertainDate(1.0, 0.05)
    d = uncertain_deadline(USA.with_(flow=-0.41), CHN.with_(flow=-0.51), calm)
    frame = d.timeline()
    near = frame[(frame["years"] > 0.8) & (frame["years"] < 1.2)]
    assert near["density of giving way, a year"].max() > 20 * frame["density of giving way, a year"].iloc[0]
    assert d.length == pytest.approx(0.9, abs=0.1)


def test_quiet_at_first_then_an_atom_for_the_later_side() -> None:
    date = UncertainDate(0.5, 0.05)
    one, two = USA.with_(flow=2.0), CHN.with_(flow=6.0)
    d = uncertain_deadline(one, two, date)
    assert d.quiet_until > 0
    assert d.atom[0] == 0
    assert 0 < d.atom[1] < 1
    assert total(d) == pytest.approx(1, abs=1e-7)
    # just after its costs begin the early side is as well off waiting: integrate its payoff directly
    starts = [t for t in np.linspace(0, d.quiet_until, 40_001) if one.cost_of_waiting(float(date(np.array(t)))) >= 0]
    chi = quad(lambda t: float(date(np.array(t))), starts[0], d.quiet_until)[0]
    lost = quad(
        lambda t: (
            one.cost_of_waiting(float(date(np.array(t))))
            * math.exp(-one.rate * (t - starts[0]) - quad(lambda s: float(date(np.array(s))), starts[0], t)[0])
        ),
        starts[0],
        d.quiet_until,
    )[0]
    assert d.atom[1] * one.prize * math.exp(-one.rate * (d.quiet_until - starts[0]) - chi) == pytest.approx(lost, rel=1e-3)
    assert "Nothing moves until day" in d.explain()


def test_a_side_that_need_not_fear_the_deadline_wins() -> None:
    d = uncertain_deadline(USA.with_(collapse=5.0), CHN, UncertainDate(0.5, 0.05))
    assert d.blink == (0.0, 1.0)
    assert "would rather see talks collapse" in d.status
    both = uncertain_deadline(USA.with_(collapse=5.0), CHN.with_(collapse=5.0), UncertainDate(0.5, 0.05))
    assert math.isnan(both.blink[0])
    assert math.isnan(both.collapse)
    assert (both.atom, both.jump, both.missed) == ((0.0, 0.0), (0.0, 0.0, 0.0), 0.0)  # who moves is not known
    assert all(len(curve) == 0 for curve in both.path.values())
    json.dumps([d.record(), both.record()], allow_nan=False)
    stuck = uncertain_deadline(USA.with_(flow=900.0), CHN.with_(flow=900.0), UncertainDate(0.5, 0.05, 0.1))
    assert stuck.status == "neither gives way"
    assert stuck.collapse == pytest.approx(1, abs=1e-9)


def test_fixed_date_is_quiet_then_an_atom() -> None:
    d = fixed_deadline(USA, CHN, when=24 / 365.25)
    q_china = (USA.lose - USA.collapse) / (USA.lose - USA.collapse + USA.prize / 2)
    q_usa = (CHN.lose - CHN.collapse) / (CHN.lose - CHN.collapse + CHN.prize / 2)
    assert d.atom == pytest.approx((q_usa, q_china))
    assert d.quiet_until == pytest.approx(24 / 365.25)
    assert d.collapse == pytest.approx((1 - q_usa) * (1 - q_china))
    assert total(d) == pytest.approx(1)
    # indifferent at the deadline between holding and giving way
    for side, q in ((USA, q_china), (CHN, q_usa)):
        assert q * side.win + (1 - q) * side.collapse == pytest.approx(q * (side.win + side.lose) / 2 + (1 - q) * side.lose)


@given(sides, sides, st.floats(0.01, 30), risks)
def test_fixed_date_probabilities(a: Stakes, b: Stakes, when: float, risk: float) -> None:
    d = fixed_deadline(*pair(a, b), when, risk)
    assert total(d) == pytest.approx(1, abs=1e-9)
    assert d.length <= when + 1e-12
    json.dumps(d.record(), allow_nan=False)
    assert d.explain()


@pytest.mark.parametrize("risk", [0.0, 0.3])
def test_the_curves_of_a_fixed_date_bring_what_the_odds_say(risk: float) -> None:
    one = Stakes("A", rate=0.05, flow=-1.0, win=5.0, lose=-1.0, collapse=-4.0)
    two = Stakes("B", rate=0.05, flow=-1.0, win=9.0, lose=-1.0, collapse=-4.0)
    shared = 2.0  # of the first; the second's share makes it wait quietly as long
    fear = one.lose - one.collapse
    chance = (shared - one.lose) / (fear + one.win - shared)
    both = (shared, (chance * (fear + two.win) + two.lose) / (1 + chance))
    d = fixed_deadline(one, two, 6.0, risk, both=both, steps=4000)
    assert 0 < d.quiet_from < 6.0
    for k, key in enumerate(("first", "second")):
        found = trapezoid(d.path[key] * d.path["survival"], d.path["time"])
        assert found == pytest.approx(d.blink[k] - d.jump[k], rel=2e-3)
    assert d.blink[0] != pytest.approx(d.blink[1], rel=0.05)
    assert trapezoid(d.path["risk"] * d.path["survival"], d.path["time"]) == pytest.approx(d.collapse - d.missed, rel=2e-3)
    assert trapezoid(d.path["survival"], d.path["time"]) == pytest.approx(d.length, rel=2e-3)
    assert total(d) == pytest.approx(1)


def test_fixed_date_too_far_off() -> None:
    assert fixed_deadline(USA, CHN, 20).status.startswith("USA gives way at once")
    even = fixed_deadline(USA, replace(USA, name="B"), 20)
    assert even.status.startswith("a steady stand-off")
    assert even.blink[0] == pytest.approx(even.blink[1])
    assert total(even) == pytest.approx(1)
    assert fixed_deadline(USA.with_(collapse=0.0), CHN, 0.5).blink == (0.0, 1.0)
    with pytest.raises(InputError, match="giving way together"):
        fixed_deadline(USA, CHN, 1, both=(7, 0))
    with pytest.raises(InputError, match="worth more"):
        fixed_deadline(USA.with_(win=-9), CHN, 1)
    with pytest.raises(InputError, match="must not fall"):
        uncertain_deadline(USA, CHN, lambda t: 1 / (1 + t), horizon=3)
    with pytest.raises(InputError, match="horizon"):
        uncertain_deadline(USA, CHN, lambda t: 0 * t)


# -- reputation --------------------------------------------------------------------------------------------------------
def test_reputation_vector() -> None:
    r = reputation((0.6, 0.55), (0.05, 0.08), (0.1, 0.05))
    assert r.hazards == pytest.approx((0.21333, 0.15), abs=5e-6)
    assert r.exhausted == pytest.approx((10.793, 19.972), abs=5e-4)
    assert r.at_once == pytest.approx((0, 0.7476), abs=5e-5)
    assert r.payoffs == pytest.approx((0.5621395, 0.4), abs=5e-8)


shares = st.floats(0.505, 0.95)
priors = st.floats(0.001, 0.5)


@given(shares, shares, st.floats(0.01, 0.3), st.floats(0.01, 0.3), priors, priors)
def test_reputation_accounts_for_every_end(a: float, b: float, r1: float, r2: float, z1: float, z2: float) -> None:
    r = reputation((a, b), (r1, r2), (z1, z2))
    assert sum(r.blink) + r.deadlock == pytest.approx(1)
    assert r.deadlock == pytest.approx(z1 * z2)
    assert min(r.at_once) == 0
    assert r.given_way_by(r.until) == pytest.approx((1 - z1, 1 - z2))


@given(shares, st.floats(0.02, 0.2), st.floats(1.1, 4), priors)
def test_the_impatient_side_gives_way_at_once(a: float, rate: float, times: float, z: float) -> None:
    r = reputation((a, a), (rate, times * rate), (z, z))
    assert r.at_once[0] == 0
    assert r.at_once[1] > 0
    assert r.likelier == "second"
    more = reputation((a, a), (rate, 1.1 * times * rate), (z, z))
    assert more.at_once[1] >= r.at_once[1]


@given(sides, sides, risks, priors)
def test_stubborn_stand_off_sums_to_one_and_turns_the_answer(a: Stakes, b: Stakes, risk: float, z: float) -> None:
    one, two = pair(a, b)
    s, r = standoff(one, two, risk), stubborn_standoff(one, two, (z, z), risk)
    assert sum(r.blink) + r.collapse + r.deadlock == pytest.approx(1)
    if s.likelier:
        assert r.at_once["AB".index(s.likelier)] == 0  # the first move is the other's


def test_reputation_edges() -> None:
    calm = reputation((0.4, 0.5), (0.05, 0.05), (0.1, 0.1))
    assert calm.status == "compatible"
    assert sum(calm.payoffs) == pytest.approx(1)
    assert stubborn_standoff(USA.with_(flow=5), CHN, (0.1, 0.1)).status == "second gives way at once"
    even = reputation((0.6, 0.6), (0.05, 0.05), (0.1, 0.1))
    assert even.at_once == (0, 0)
    for r in (calm, even, stubborn_standoff(USA.with_(flow=5), CHN, (0.1, 0.1))):
        json.dumps(r.record(), allow_nan=False)
        assert r.explain()
    with pytest.raises(InputError, match="prior"):
        reputation((0.6, 0.6), (0.05, 0.05), (0.0, 0.1))


# -- wars of attrition -------------------------------------------------------------------------------------------------
def test_attrition_vectors() -> None:
    assert private_stakes(0.5).holds_out == pytest.approx(0.193147, abs=5e-7)
    assert audience_costs((0.5, 1.0)).standing(2.0) == pytest.approx((1 / 3, 1 / 2))
    known = known_stakes((4, 2), (1, 3))
    assert known.hazards == pytest.approx((3 / 2, 1 / 4))
    assert sum(known.blink) == pytest.approx(1)


@given(st.floats(0.01, 20), st.floats(0.01, 20))
def test_audience_costs_tie_hands(a: float, b: float) -> None:
    r = audience_costs((a, b))
    first = quad(lambda u: 1 / ((1 + u) ** 2 * (1 + a / b * u)), 0, np.inf)[0]
    assert r.blink[0] == pytest.approx(first, abs=1e-7)
    assert r.standing(r.median)[0] * r.standing(r.median)[1] == pytest.approx(0.5)
    assume(abs(a - b) > 1e-9)
    assert (r.blink[0] < r.blink[1]) == (a > b)


@given(st.floats(0.01, 0.98))
def test_private_stakes_are_an_equilibrium(v: float) -> None:
    """Holding out for b(v) is the best plan against a rival who does the same."""
    plans = np.linspace(0, 0.99, 400)

    def holds_out(x: float) -> float:
        return private_stakes(x).holds_out

    def payoff(as_if: float) -> float:
        waited = quad(holds_out, 0, as_if)[0] + (1 - as_if) * holds_out(as_if)
        return v * as_if - waited

    values = [payoff(p) for p in plans[::20]]
    assert payoff(v) >= max(values) - 1e-9


def test_private_stakes_mean_length() -> None:
    mean = quad(lambda v: 2 * (1 - v) * private_stakes(v).holds_out, 0, 1 - 1e-12)[0]
    assert private_stakes(0.5).length == pytest.approx(mean, abs=1e-9)
    assert private_stakes(0.5, 3, 2).length == pytest.approx(3 / 12)
    assert (private_stakes(0.0).wins, private_stakes(0.3).wins, private_stakes(2, 2).wins) == (0, 0.3, 1)
    assert private_stakes(1.0).holds_out == math.inf
    assert "never gives way" in private_stakes(1.0).explain()
    told = private_stakes(0.5, name="CHN")
    assert told.explain().startswith("CHN holds out for 0.19 years")
    assert told.to_frame().loc["CHN", "P(wins)"] == 0.5
    json.dumps(private_stakes(1.0).record(), allow_nan=False)
    with pytest.raises(InputError, match="above the highest"):
        private_stakes(2.0)
