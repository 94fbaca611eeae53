"""What hosting is worth: parts with their signs and spans, sums only where all are priced, shifts and break-even chances."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from tests.briefing.conftest import toy_dossier, toy_world

from detente.cases.case import PINNED, Case
from detente.errors import InputError, UnknownName
from detente.strategy.bystanders import menu_of
from detente.strategy.hosting import CERTAIN, PARTS, HostStake, Part, diversion, host_stake
from detente.strategy.year import Span, drivers_of
from detente.types import Range

TOY = Case.of(toy_dossier(), toy_world(), "medium")
KL = Case.of("kuala-lumpur-2025", horizon="medium", scenarios=["optimistic", "middle", "pessimistic"])
RISK = {"optimistic": Range(0.01, 0.02, 0.03), "middle": Range(0.01, 0.04, 0.05), "pessimistic": Range(-0.01, 0.0, 0.0)}
payoff = st.floats(-2, 2, allow_nan=False)


def spanned(*values: float) -> Span:
    return Span(min(values), values[0], max(values), values[0], values[-1])


@settings(max_examples=60, deadline=None)
@given(payoff, payoff, st.floats(0, 2), st.floats(0.001, 2))
def test_sums_shifts_and_break_even_are_what_they_say(moved: float, held: float, risk: float, harm: float) -> None:
    parts = (Part("diversion", spanned(moved, held)), Part("uncertainty", spanned(risk)), Part("passed", spanned(harm)))
    stake = HostStake("MYS", parts, {"deal": moved + risk}, {"war": 0.0}, 400_000.0, 2025)
    assert stake.stake == pytest.approx(moved + risk) == pytest.approx(stake.success - stake.failure)
    assert stake.span.low <= stake.stake <= stake.span.high
    assert stake.per_point[1] == pytest.approx(stake.money(stake.stake) / 100)
    assert stake.hosting(0.3).value == pytest.approx(0.3 * stake.stake)
    needed = stake.shift_needed(100.0)
    if needed is None:
        assert stake.stake <= 0
    elif needed < float("inf"):  # a stake of 1e-310 needs more than a number can hold
        assert needed * stake.money(stake.stake) == pytest.approx(100.0)
    p = stake.break_even("passed")
    if p is not None and math.isfinite(p):
        assert stake.stake + p * harm == pytest.approx(0.0, abs=1e-9)
    assert stake.total is None  # a forced choice is not priced
    assert stake.unpriced == ("choice",)
    told = stake.explain()
    assert "Not priced here, so no sum is given: a forced choice." in told
    if stake.sign == "not known":
        assert "not known" in told
    assert ". What" in told
    assert "Left out of every part" in told


def test_a_sum_is_given_only_where_all_parts_are_priced() -> None:
    parts = tuple(Part(name, spanned(0.1 * k, -0.1)) for k, name in enumerate(PARTS, 1))
    whole = HostStake("AUS", parts, {"deal": 0.3}, {"war": 0.0}, 1e6, 2022)
    assert whole.total == pytest.approx(Range(-0.4, 1.0, 1.0))
    assert not whole.unpriced
    assert [p.certain for p in whole.parts] == [name in CERTAIN for name in PARTS]
    assert "If failure brought all of it" in whole.explain()
    json.dumps(whole.record())


class TestMalaysia:
    def test_diversion_is_success_less_failure_at_either_closure(self) -> None:
        found = diversion(KL, "MYS", ["optimistic", "middle"])
        for closure, value in (("central", found.flexible), (PINNED, found.pinned)):
            ends = [
                float(KL.outcome(s, variant=closure, against="in-force").real_income["MYS"])
                for s in ("optimistic", "middle", "pessimistic")
            ]
            assert value == pytest.approx((ends[0] + ends[1]) / 2 - ends[2], abs=1e-9)
        assert found.flexible < found.pinned < 0  # how much failure diverts to it hangs on the closure

    def test_parts_are_the_drivers_of_its_year(self) -> None:
        stake, year = host_stake(KL, "MYS", RISK), drivers_of(KL, "MYS")
        assert {p.name for p in stake.parts} == set(PARTS)
        assert stake.part("passed").span == pytest.approx(year.driver("passed-through").price.scaled(-1.0))
        least = max((year.driver(f"side-with-{p}").price for p in ("USA", "CHN")), key=lambda s: s.value)
        assert stake.part("choice").span == pytest.approx(least.scaled(-1.0))
        assert stake.part("uncertainty").span[:3] == pytest.approx((0.01, 0.03, 0.05))
        assert stake.success == pytest.approx(
            np.mean([KL.real_income(s, "MYS", against="in-force") for s in ("optimistic", "middle")]) + 0.03
        )
        assert stake.gains_from_failure
        assert stake.total is not None
        assert stake.total.value > 0 > stake.stake
        with pytest.raises(UnknownName, match="choice"):
            stake.break_even("choose")

    def test_words_say_what_is_in_and_what_is_left_out(self) -> None:
        stake = host_stake(KL, "MYS")
        told = stake.explain()
        assert "Not priced here, so no sum is given: duties that are only threatened." in told
        assert "investment" in told
        assert stake.total is None
        menu = menu_of(KL, "MYS", scenarios=["pessimistic"], retaliation=0.0)
        assert "beats siding with the United States" in stake.sides(menu, KL.parties)
        assert 0 < (stake.break_even("choice") or 0) < 1
        assert stake.part("choice").title in stake.insured
        doubtful = HostStake(
            "MYS", (stake.part("diversion"), Part("choice", spanned(0.6, -0.6), party="CHN")), {"a": 0.0}, {"b": 0.1}, 1.0, 2025
        )
        assert not doubtful.insured  # a harm of a sign that is not known insures nothing


def test_a_host_that_wants_success_hears_what_a_point_is_worth() -> None:
    stake = HostStake("AUS", (Part("diversion", spanned(0.05, 0.04)),), {"deal": 0.02}, {"war": -0.03}, 1_000_000.0, 2025)
    assert stake.shift_needed(10.0) == pytest.approx(0.02)
    assert "USD\u00a05.0\u00a0million a year" in stake.explain()
    assert "Malaysia" not in stake.explain()
    with pytest.raises(InputError):
        HostStake("AUS", (), {}, {"war": 0.0}, 1.0, 2025)
    with pytest.raises(UnknownName, match="part"):
        stake.break_even("x")


def test_a_party_cannot_host_and_success_must_differ_from_failure() -> None:
    with pytest.raises(InputError, match="sits at the table"):
        host_stake(KL, "USA")
    with pytest.raises(InputError):
        host_stake(Case.of("kuala-lumpur-2025", scenarios=["pessimistic"], with_ranges=False), "MYS")
    stake = host_stake(TOY, "PAK")
    assert stake.host == "PAK"
    assert "Pakistan" in stake.explain()
