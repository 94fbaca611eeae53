"""Four models of one stand-off: ends by a moment, prolonged deadlines, stubborn sides, averages, splits, flips."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import quad

from detente.errors import InputError, UnknownName
from detente.talks.attrition import OTHER, THREATS, audience_slope
from detente.talks.contests import MODELS, Judged, Trial, contest, grid
from detente.talks.deadlines import UncertainDate, fixed_deadline, prolonged_deadline, uncertain_deadline
from detente.talks.odds import Trials, nearest_flip
from detente.talks.patience import Patience
from detente.talks.reputation import stubborn_standoff
from detente.talks.standoff import End, Stakes, fading, standoff

USA = Stakes("USA", rate=0.05, flow=-1.5, win=0.3 / 0.05, lose=-0.4 / 0.05, collapse=-2.5 / 0.05)
CHN = Stakes("CHN", rate=0.06, flow=-1.2, win=0.2 / 0.06, lose=-0.5 / 0.06, collapse=-3 / 0.06)
TWO_WEEKS = 14 / 365.25

points = st.floats(-0.5, 0.5)
tables = st.builds(
    lambda *x: Judged(
        "as given",
        ("A", "B"),
        {
            ("ease", "ease"): (x[0], x[1]), ("hold", "hold"): (x[2], x[3]), ("hold", "ease"): (x[4], x[5]),
            ("ease", "hold"): (x[6], x[7]), ("escalate", "escalate"): (x[8], x[9]),
        },
        (x[10], x[11]),
    ),
    *([points] * 10), st.floats(0, 1), st.floats(0, 1),
)  # fmt: skip
LIKE = Judged(
    "as given",
    ("A", "B"),
    {
        ("ease", "ease"): (0.1, 0.1), ("hold", "hold"): (0.0, 0.0), ("hold", "ease"): (0.1, 0.0), ("ease", "hold"): (0.0, 0.1),
        ("escalate", "escalate"): (-0.4, -0.4),
    },
    (0.5, 0.5),
)  # fmt: skip
SMALL = Patience().fixed(collapse_risk=1.0, settlement_years=2.0, collapse_years=1.0)


# -- ends by a moment --------------------------------------------------------------------------------------------------
@settings(max_examples=60, deadline=None)
@given(tables, st.sampled_from(sorted(MODELS)), st.floats(0.001, 3))
def test_ends_add_up_and_only_grow(judged: Judged, model: str, spacing: float) -> None:
    reading = contest(model, judged, Patience(), TWO_WEEKS).reading
    ends = [reading.by(t) for t in (0.0, *(spacing * k for k in range(1, 5)), math.inf)]
    if not ends[0].known:
        assert not any(e.known for e in ends)
        return
    for e in ends:
        assert e.total() == pytest.approx(1, abs=1e-6)
        assert min(e) >= -1e-9
    for before, after in itertools.pairwise(ends):
        assert after.standing <= before.standing + 1e-9
        assert all(b >= a - 1e-6 for a, b in zip(before[:4], after[:4], strict=True))
    assert reading.by(-1.0) == End(0.0, 0.0, 0.0, 0.0, 1.0) or model in ("steady", "stubborn")


def test_the_end_of_the_plain_stand_off_is_its_odds() -> None:
    s = standoff(USA, CHN, 0.2)
    assert s.by(math.inf)[:2] == pytest.approx(s.blink)
    assert s.by(math.inf).collapse == pytest.approx(s.collapse)
    assert s.by(s.length).standing == pytest.approx(math.exp(-1))
    assert fading((0.0, 0.0, 0.0), math.inf) == End(0.0, 0.0, 0.0, 0.0, 1.0)
    assert not standoff(USA.with_(win=-20.0, flow=0.0, collapse=-8.0), CHN, 0.0).by(1.0).known


def test_by_a_moment_against_direct_integration() -> None:
    date = UncertainDate(0.1, 0.03, 0.5)
    d = uncertain_deadline(USA, CHN, date)

    def rates(t: float) -> tuple[float, float, float]:
        chi = float(date(np.array(t)))
        return CHN.cost_of_waiting(chi) / CHN.prize, USA.cost_of_waiting(chi) / USA.prize, chi

    def alive(t: float) -> float:
        return math.exp(-quad(lambda s: sum(rates(s)), 0, t)[0])

    for t in (0.02, 0.09, 0.15):
        e = d.by(t)
        assert e.standing == pytest.approx(alive(t), abs=2e-6)
        for k, got in ((0, e.first), (1, e.second), (2, e.collapse)):
            assert got == pytest.approx(quad(lambda s, k=k: rates(s)[k] * alive(s), 0, t)[0], abs=2e-6)  # type: ignore[misc]
    assert d.by(math.inf)[:2] == pytest.approx(d.blink)
    coarse = uncertain_deadline(USA, CHN, date, steps=121)
    assert coarse.blink == pytest.approx(d.blink, abs=1e-4)


def test_a_stubborn_stand_off_by_a_moment() -> None:
    r = stubborn_standoff(USA, CHN, (0.1, 0.2), 0.2)
    assert r.by(0.0)[:2] == pytest.approx(r.at_once)
    assert r.by(math.inf)[:2] == pytest.approx(r.blink)
    assert r.by(math.inf).collapse == pytest.approx(r.collapse)
    half = r.until / 2
    ways = r.given_way_by(half)  # of each side if nothing else happened; survival of both and of talks is the product
    assert r.by(half).standing == pytest.approx((1 - ways[0]) * (1 - ways[1]) * math.exp(-0.2 * half))


def test_who_would_move_at_once_may_never() -> None:
    r = stubborn_standoff(USA.with_(flow=5.0), CHN, (0.1, 0.2), 0.05)
    assert r.status == "second gives way at once"
    assert r.blink == pytest.approx((0.0, 0.8))
    assert r.by(math.inf).collapse == pytest.approx(0.2)
    hopeless = stubborn_standoff(
        USA.with_(win=-9.0), CHN, (0.1, 0.2), 0.5
    )  # nothing to win: gives way; then the other if stubborn
    assert hopeless.blink == pytest.approx((0.9, 0.1 * 0.8))
    both = stubborn_standoff(USA.with_(win=-9.0), CHN.with_(win=-9.0), (0.1, 0.2), 0.5)
    assert both.both == pytest.approx(0.9 * 0.8)
    assert both.blink == pytest.approx((0.9 * 0.2, 0.1 * 0.8))
    for reading in (r, hopeless, both):
        assert reading.by(math.inf).total() == pytest.approx(1)
        assert "unless it never bends" in reading.explain()


# -- prolonged deadlines -----------------------------------------------------------------------------------------------
def test_a_deadline_that_bites_for_certain_is_the_plain_one() -> None:
    plain, sure = fixed_deadline(USA, CHN, TWO_WEEKS, 0.2), prolonged_deadline(USA, CHN, TWO_WEEKS, 0.2, 1.0)
    for t in (0.0, TWO_WEEKS / 2, TWO_WEEKS, 1.0):
        assert sure.by(t) == pytest.approx(plain.by(t), abs=1e-9)
    assert sure.length == pytest.approx(plain.length)


@settings(deadline=None, max_examples=40)
@given(st.floats(0.05, 0.95), st.floats(0, 1))
def test_at_a_prolonged_deadline_both_are_indifferent(bite: float, risk: float) -> None:
    p = prolonged_deadline(USA, CHN, TWO_WEEKS, risk, bite)
    for k, (side, q) in enumerate(zip((USA, CHN), p.timed.atom[::-1], strict=True)):
        missed = bite * side.collapse + (1 - bite) * side.lose  # going on is worth giving way
        hold = q * side.win + (1 - q) * missed
        give = q * (side.win + side.lose) / 2 + (1 - q) * side.lose
        assert hold == pytest.approx(give), k
    after = p.by(TWO_WEEKS)
    assert after.standing == pytest.approx((1 - bite) * p.timed.missed)
    assert p.by(math.inf).total() == pytest.approx(1)


def test_a_harmless_deadline_is_no_reason_to_give_way() -> None:
    p = prolonged_deadline(USA, CHN, TWO_WEEKS, 0.0, 1e-9)
    assert max(p.timed.atom) < 1e-6
    with pytest.raises(InputError, match="contest of waiting"):
        prolonged_deadline(USA.with_(win=-9.0), CHN.with_(win=-9.0), TWO_WEEKS)


# -- the grid ----------------------------------------------------------------------------------------------------------
def test_like_sides_have_like_odds() -> None:
    trials = Trials(("A", "B"), grid([LIKE], SMALL, TWO_WEEKS))
    odds = trials.odds()
    assert odds.first == pytest.approx(odds.second)
    assert trials.splits()["share"].between(0, 1).all()


def test_swapping_the_sides_swaps_the_odds() -> None:
    turned = Judged(
        "as given",
        ("A", "B"),
        {("ease", "ease"): (0.1, 0.2), ("hold", "hold"): (0.0, 0.0), ("hold", "ease"): (0.3, 0.0), ("ease", "hold"): (0.0, 0.2),
         ("escalate", "escalate"): (-0.4, -0.2)},
        (0.5, 0.2),
    )  # fmt: skip
    back = Judged("as given", ("B", "A"), {(b, a): (v, u) for (a, b), (u, v) in turned.payoff.items()}, (0.2, 0.5))
    one = Trials(("A", "B"), grid([turned], SMALL, TWO_WEEKS)).odds()
    two = Trials(("B", "A"), grid([back], SMALL, TWO_WEEKS)).odds()
    assert one.first == pytest.approx(two.second, abs=1e-6)
    assert one.collapse == pytest.approx(two.collapse, abs=1e-6)


class Told:
    """A reading with what it does at once and in the end given."""

    status, length = "made up", 1.0

    def __init__(self, start: End, final: End) -> None:
        self.start, self.final = start, final

    def by(self, years: float) -> End:
        return self.final if years > 0 else self.start


def made(model: str, motives: str, start: tuple[float, ...], final: tuple[float, ...], **setting: float) -> Trial:
    return Trial(model, motives, setting, (USA, CHN), Told(End(*start), End(*final)))


def test_a_trial_counts_by_the_chance_that_nobody_moved() -> None:
    stands, moves = (0.0, 0.0, 0.0, 0.0, 1.0), (0.8, 0.0, 0.0, 0.0, 0.2)
    trials = Trials(
        ("A", "B"),
        [made("steady", "as given", stands, (0.5, 0.3, 0.2, 0.0, 0.0)),
         made("steady", "as given", moves, (0.8, 0.2, 0.0, 0.0, 0.0)),
         made("steady", "as given", (1.0, 0.0, 0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 0.0))],
    )  # fmt: skip
    odds = trials.odds()
    # both give way together counts half to each: the first trial ends (0.6, 0.4); the second, given that it stands, (0, 1)
    assert odds.means == pytest.approx((0.6 / 1.2, (0.4 + 0.2) / 1.2, 0.0, 0.0))
    assert (odds.trials, odds.left_out) == (2, 1)
    assert trials.at_once() == (1, 0, 3)
    face = trials.odds(still=False)
    assert face.means == pytest.approx(((0.6 + 0.8 + 1) / 3, (0.4 + 0.2) / 3, 0, 0))
    # a year each, moves at once included: the second, given that it stands, five years, with a sixth of the weight
    assert trials.typical_length() == pytest.approx((1.0, 1.0, 5.0))


def test_where_somebody_moves_at_once_in_every_trial_there_are_no_odds() -> None:
    gone = (1.0, 0.0, 0.0, 0.0, 0.0)
    trials = Trials(("A", "B"), [made(model, "as given", gone, gone) for model in ("steady", "stubborn")])
    odds = trials.odds()
    for spread in (odds.first, odds.second, odds.collapse, odds.standing):
        assert len(spread) == 3
        assert np.isnan(spread).all()
    assert (odds.trials, odds.left_out) == (0, 2)
    assert len(trials.typical_length()) == 3
    assert np.isnan(trials.typical_length()).all()
    assert trials.odds(still=False).means == (1.0, 0.0, 0.0, 0.0)


def test_models_count_alike_and_ranges_are_of_averages() -> None:
    stands = (0.0, 0.0, 0.0, 0.0, 1.0)
    trials = [made("steady", m, stands, e) for m, e in (("halved", (1.0, 0, 0, 0, 0)), ("doubled", (0, 1.0, 0, 0, 0)))]
    trials += [made("stubborn", "halved", stands, (0, 0, 0, 1.0, 0)) for _ in range(10)]
    odds = Trials(("A", "B"), trials).odds()
    assert odds.means == pytest.approx((0.25, 0.25, 0.5, 0))
    assert (odds.first[0], odds.first[2]) == (0, 1)


def test_a_model_in_which_all_is_decided_at_once_does_not_speak() -> None:
    stands, gone = (0.0, 0.0, 0.0, 0.0, 1.0), (1.0, 0.0, 0.0, 0.0, 0.0)
    trials = Trials(
        ("A", "B"), [made("steady", "as given", gone, gone), made("stubborn", "as given", stands, (0.4, 0.6, 0, 0, 0))]
    )
    assert (trials.models, trials.speaking) == (("steady", "stubborn"), ("stubborn",))
    assert trials.odds().means == trials.odds(model="stubborn").means
    assert all(np.isnan(trials.odds(model=m).first[1]) != (m in trials.speaking) for m in trials.models)


def test_the_assumption_that_decides_is_found() -> None:
    stands = (0.0, 0.0, 0.0, 0.0, 1.0)
    trials = [
        made("steady", "as given", stands, (p, 0, 0, 1 - p, 0), face=face, collapse_risk=risk)
        for face, p in ((0.1, 0.9), (0.2, 0.1))
        for risk in (1.0, 3.0)
    ]
    table = Trials(("A", "B"), trials).splits()
    assert list(table["assumption"]) == ["face", "collapse_risk"]
    assert table["share"].tolist() == pytest.approx([1, 0])
    assert table["towards first"].iloc[0] == 0.1
    assert table["first there"].iloc[0] == pytest.approx(0.9)


def test_no_odds_where_no_model_gives_any() -> None:
    nothing = (math.nan,) * 5
    odds = Trials(("A", "B"), [made("steady", "as given", nothing, nothing)]).odds()
    assert math.isnan(odds.first[1])
    assert odds.left_out == 1


def test_the_nearest_flip_is_found_on_either_side() -> None:
    assert nearest_flip(lambda x: x - 3, 1.0, 0.05, 20) == pytest.approx(3, rel=1e-3)
    assert nearest_flip(lambda x: (x - 3) * (x - 0.5), 1.0, 0.05, 20) == pytest.approx(0.5, rel=1e-3)
    assert nearest_flip(lambda x: 1.0, 1.0, 0.05, 20) is None
    assert nearest_flip(lambda x: 0.0, 1.0, 0.05, 20) is None


def test_models_without_a_deadline() -> None:
    trials = Trials(("A", "B"), grid([LIKE], SMALL, None))
    assert trials.models == ("steady", "stubborn")
    with pytest.raises(UnknownName):
        contest("coin", LIKE, SMALL, None)


# -- a public threat ---------------------------------------------------------------------------------------------------
def test_a_public_threat_does_the_same_to_like_sides_and_ties_the_hands_of_who_makes_it() -> None:
    base = Trials(LIKE.parties, grid([LIKE], SMALL, TWO_WEEKS))
    moved = (replace(LIKE, audience=(0.7, 0.5)), replace(LIKE, audience=(0.5, 0.7)))
    frame = audience_slope(base, LIKE, moved, SMALL, TWO_WEEKS, 0.2)
    one, two = (frame[frame["side"] == party].set_index("model").drop(columns="side") for party in LIKE.parties)
    assert [*one.index] == [*two.index] == [*base.models, THREATS]
    assert one.to_numpy() == pytest.approx(two.to_numpy(), abs=1e-6)
    # each side's hazard is set by the other's audience: 0.5 against 0.7
    blinks = quad(lambda time: 0.5 / (1 + 0.5 * time) ** 2 / (1 + 0.7 * time), 0, math.inf)[0]
    assert one.loc[THREATS, ["change", OTHER]].tolist() == pytest.approx([blinks - 0.5, 0.5 - blinks])
    assert one.loc[THREATS, ["less likely in", "more likely in"]].tolist() == [1.0, 0.0]
    assert (one.loc[list(base.models), "combinations"] == [int(base.where(m).sum()) for m in base.models]).all()
    assert (one["less likely in"] + one["more likely in"] <= 1).all()
    assert one["change"].abs().max() > 0.01
    still = audience_slope(base, LIKE, (LIKE, LIKE), SMALL, TWO_WEEKS, 0.2)
    assert (still[["change", "low", "high", "less likely in", "more likely in", OTHER, "change of collapse"]] == 0).all(axis=None)
    silent = replace(LIKE, audience=(0.0, 0.5))
    assert THREATS not in set(audience_slope(base, silent, moved, SMALL, TWO_WEEKS, 0.2)["model"])
