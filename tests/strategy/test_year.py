"""What decides an economy's year: prices against independent solves, spans over closures, what counts as moving nothing."""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from tests.briefing.conftest import DOSSIER, toy_dossier, toy_world

from detente.cases.case import PINNED, Case
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import horizon
from detente.equilibrium.solve import solve
from detente.errors import NotConverged, UnknownName, UnknownRegion
from detente.outlook.starter import starter
from detente.policy.dossier import parse_dossier
from detente.policy.stacking import policy_on
from detente.policy.timing import in_force
from detente.strategy.bystanders import side_with, sign_with
from detente.strategy.transshipment import pass_through_duty
from detente.strategy.year import Held, Span, Year, branch_state, brought_forward, drivers_of, incomes, price_of, readings
from detente.types import Range
from detente.world.money import factor

KL = Case.of("kuala-lumpur-2025", horizon="medium", scenarios=["optimistic", "middle", "pessimistic"])
TOY = Case.of(toy_dossier(), toy_world(), "medium")
number = st.floats(-5, 5, allow_nan=False)


@given(st.lists(number, min_size=2, max_size=6), st.floats(-3, 3, allow_nan=False))
def test_a_span_holds_its_readings_and_scales(values: list[float], factor: float) -> None:
    named = {"central": values[0], PINNED: values[1], **{f"other {k}": v for k, v in enumerate(values[2:])}}
    span = Span.of(named)
    assert span.low == min(values)
    assert span.high == max(values)
    assert (span.value, span.flexible, span.pinned) == (values[0], values[0], values[1])
    turned = span.scaled(factor)
    assert turned.low <= turned.value <= turned.high
    assert turned.high - turned.low == pytest.approx(abs(factor) * (span.high - span.low))
    if span.sign == "gain":
        assert span.high > 0
    if span.sign == "loss":
        assert span.low < 0


def test_signs_in_words() -> None:
    assert Span.of({"central": 0.2, PINNED: -0.1}).sign == "not known"
    assert Span.of({"central": 0.2, PINNED: 0.1}).sign == "gain"
    assert Span.of({"central": -0.2, PINNED: 0.001}).sign == "loss"
    assert Span.of({"central": 0.001, PINNED: -0.004}).sign == "none"
    assert math.isnan(Span.of({"central": 0.2}).pinned)
    held = Span.of({"central": 0.2}, pinned=["central"])
    assert (held.pinned, math.isnan(held.flexible)) == (0.2, True)


def test_a_state_is_read_once_for_all_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has no answer is found again too; what fails in the middle is not."""
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    asked: list[dict[str, Any]] = []
    outcome, fails = Case.outcome, [False]

    def counted(self: Case, scenario: str | None = None, **given: Any) -> Outcome:
        asked.append(given)
        if fails[0]:
            raise NotConverged("no answer")
        return outcome(self, scenario, **given)

    monkeypatch.setattr(Case, "outcome", counted)

    def new() -> Case:
        return Case.of(toy_dossier(), toy_world(), "medium")

    name = new().ids[0]
    first, again = (incomes(new(), Held(name), PINNED) for _ in range(2))
    assert len(asked) == 1
    assert first is not None
    assert again is not None
    assert first.tolist() == again.tolist() == outcome(new(), name, variant=PINNED, against="reference").real_income.tolist()
    assert list(first.index) == list(toy_world().regions)
    fails[0] = True
    other = next(v for v in readings(new()) if v not in ("central", PINNED))
    assert [incomes(new(), Held(name), other) for _ in range(2)] == [None, None]
    assert len(asked) == 2
    for _ in range(2):
        with pytest.raises(NotConverged):
            incomes(new(), Held(name))
    assert len(asked) == 4


def test_the_court_is_the_law_without_its_measures_at_either_closure() -> None:
    """Solved apart: the measures in force, those the court strikes left out of the list by hand."""
    price = price_of(KL, "MYS", branch_state(KL, "duties-void")[0])
    assert KL.dossier.prospects is not None
    _, branch = KL.dossier.prospects.branches["duties-void"]
    struck = {c.withdraw for c in branch.changes}
    regions, sectors, today = KL.world.regions, KL.world.sectors, KL.dossier.as_of
    left = [m for m in KL.dossier.measures if m.id not in struck]
    for closure, found in (("flexible", price.flexible), ("pinned", price.pinned)):
        own = horizon(KL.parameters, exchange_rate=closure)
        now = solve(KL.world, policy_on(KL.dossier.measures, today, regions, sectors), own)
        then = solve(KL.world, policy_on(left, today, regions, sectors), own).relative_to(now)
        assert found == pytest.approx(float(then.real_income["MYS"]), abs=1e-7)
    assert 0 < price.pinned < price.flexible  # it gains under either closure, less where the exchange rate is held


def test_a_branch_touches_what_it_names_and_leaves_the_calendar_alone() -> None:
    """On the day the truce lapses the October controls have begun; they are another driver."""
    assert KL.dossier.prospects is not None
    fork, branch = KL.dossier.prospects.branches["lapses"]
    changes = brought_forward(KL, branch.changes, fork.date)
    assert {c.target for c in changes} == {"us-reciprocal-chn-24", "chn-reciprocal-24"}
    policy = KL.policy(None, changes)
    names = {m.id for m in in_force(KL.dossier.measures, KL.dossier.as_of)}
    assert "chn-rare-earths-october" not in names
    rise = (policy.shock(KL.economy).tariffs - KL.policy(None).shock(KL.economy).tariffs)[KL.index("CHN"), KL.index("USA")]
    assert rise.max() == pytest.approx(0.24, abs=0.01)
    assert brought_forward(KL, KL.dossier.prospects.branches["prolonged"][1].changes, fork.date) == ()


def test_a_branch_that_takes_a_scenario_is_that_scenario() -> None:
    state, acts = branch_state(KL, "carried-out")
    assert (state.scenario, state.changes, state.added) == ("pessimistic", (), None)
    assert any(c.carry_out for c in acts)
    price = price_of(KL, "MYS", state)
    assert price.value == pytest.approx(KL.real_income("pessimistic", "MYS", against="in-force"), abs=1e-9)
    assert price.pinned == pytest.approx(
        float(KL.outcome("pessimistic", variant=PINNED, against="in-force").real_income["MYS"]), abs=1e-9
    )
    assert price.pinned < price.value
    with pytest.raises(UnknownName, match="chips-hit"):
        branch_state(KL, "chips")


@pytest.fixture(scope="module")
def year() -> Year:
    """Malaysia's drivers."""
    return drivers_of(KL, "MYS")


class TestMalaysia:
    def test_every_kind_of_driver_is_there_and_ranked(self, year: Year) -> None:
        assert {d.kind for d in year.drivers} == {"branch", "step", "passed", "choice"}
        sizes = [abs(d.price.value) for d in year.ranked]
        assert sizes == sorted(sizes, reverse=True)
        assert set(year.ranked) == set(year.drivers)
        assert year.elsewhere
        titles = {d.title for d in year.drivers}
        assert {"Obtain the 10 % rate", sign_with("USA"), "A 100 % duty falls on chips from all countries"} <= titles
        assert "Both step back" in year.unmoved
        assert not titles & set(year.unmoved)

    def test_the_chips_cost_most_of_what_others_decide_alone(self, year: Year) -> None:
        chips = year.driver("chips-hit")
        assert chips.by == ("USA",)
        assert chips.dates == (date(2026, 3, 31),)
        assert chips.price.sign == "loss"
        assert max((d for d in year.drivers if d.kind == "branch"), key=lambda d: abs(d.price.value)) is chips
        assert year.driver("duties-void").by == ()
        assert year.driver("carried-out").branches == ("carried-out", "fails", "breaks")
        assert year.driver("rate-of-ten").needs == "USA"

    def test_money_is_the_price_in_dollars_of_the_dossiers_year(self, year: Year) -> None:
        assert year.dollars == 2025
        chips = year.driver("chips-hit")
        assert chips.money.value == pytest.approx(chips.price.value / 100 * KL.nominal_income("MYS") * factor("MYS", 2025))

    def test_the_duty_on_goods_passed_through_spans_its_readings(self, year: Year) -> None:
        duty, price = pass_through_duty(KL, "MYS", "pessimistic"), year.driver("passed-through").price
        assert price.value == pytest.approx(duty.narrow.real_income, abs=1e-6)
        assert price.low <= duty.wide.real_income + 1e-6
        assert year.driver("passed-through").given == "pessimistic"
        assert year.driver("side-with-USA").title == "having to side with the United States"
        assert side_with("USA") not in {d.title for d in year.drivers}
        assert year.driver("side-with-USA").price.sign == "loss"

    def test_words_and_records(self, year: Year) -> None:
        told = year.explain()
        assert "is not decided at the talks" in told
        record = json.loads(json.dumps(year.record()))
        assert record["against"] == "in-force"
        assert record["ranked"][0]["price_pct"]["low"] <= record["ranked"][0]["price_pct"]["central"]
        assert len(year.to_frame()) == len(year.drivers)
        with pytest.raises(UnknownName, match="weather"):
            year.driver("weather")
        chances = year.with_chances({"chips-hit": Range(0.1, 0.3, 0.5)})
        assert chances.driver("chips-hit").expected == pytest.approx(0.3 * chances.driver("chips-hit").price.value)
        assert [d.id for d in chances.by_expected] == ["chips-hit"]
        assert not year.by_expected


def test_a_party_has_no_menu_and_nobody_is_assumed_to_be_the_host() -> None:
    assert {d.kind for d in drivers_of(KL, "USA").drivers} == {"branch"}
    with pytest.raises(UnknownRegion, match="did you mean"):
        drivers_of(KL, "MSY")
    pakistan = drivers_of(TOY, "PAK")
    assert {d.kind for d in pakistan.drivers} <= {"branch", "step", "passed", "choice"}
    assert "Malaysia" not in pakistan.explain()


def test_without_forks_the_scenarios_are_the_drivers() -> None:
    text = DOSSIER[: DOSSIER.index("prospects:")] + DOSSIER[DOSSIER.index("published:") :]
    case = Case.of(parse_dossier(text, "toy-talks.yaml"), toy_world(), "medium", with_ranges=False)
    year = drivers_of(case, "EU27")
    assert {d.id for d in year.drivers if d.kind == "scenario"} <= {"optimistic", "pessimistic"}
    assert year.driver("pessimistic").price.value == pytest.approx(
        case.real_income("pessimistic", "EU27", against="in-force"), abs=1e-9
    )
    assert readings(case) == ("central",)
    assert not year.by_expected


def test_on_the_path_a_driver_has_its_first_year_beside_it() -> None:
    """The node of the case and month 6, both closures, as the case itself solves them."""
    case = Case.of(toy_dossier(), toy_world(), "month 36")
    driver = drivers_of(case, "PAK").driver("imposed")
    for closure, price in (("flexible", driver.price.flexible), ("pinned", driver.price.pinned)):
        held = case.outcome("pessimistic", exchange_rate=closure, against="in-force")
        assert price == pytest.approx(float(held.real_income["PAK"]), abs=1e-9)
    assert driver.first_year is not None
    early = case.outcome("pessimistic", month=6, against="in-force")
    assert driver.first_year.value == pytest.approx(float(early.real_income["PAK"]), abs=1e-9)
    assert {"trade elasticity low", "trade elasticity high, exchange rate pinned"} <= set(readings(case))
    assert readings(case, closures_only=True) == ("central", PINNED)
    assert all(d.first_year is None for d in drivers_of(TOY, "PAK").drivers)


def test_an_answer_is_priced_on_top_of_what_it_answers() -> None:
    text = starter("start", "USA", "BRA", "50 % from 1 August 2027", day=date(2026, 11, 28))
    case = Case.of(parse_dossier(text), with_ranges=False)
    nothing, comes, answered = (case.outcome(s) for s in ("nothing-added", "duty-comes", "answered"))
    for region in ("USA", "BRA"):
        year = drivers_of(case, region)
        now, duty, both = (float(o.real_income[region]) for o in (nothing, comes, answered))
        assert year.driver("carried-out").price.value == pytest.approx(100 * ((1 + duty / 100) / (1 + now / 100) - 1), abs=1e-6)
        assert year.driver("in-kind").price.value == pytest.approx(100 * ((1 + both / 100) / (1 + duty / 100) - 1), abs=1e-6)
        assert set(year.driver("carried-out").branches) == {"carried-out", "unanswered"}


def test_a_control_that_is_answered_by_little_makes_the_answer_no_driver() -> None:
    text = starter("start", "CHN", "JPN", "withholds 60 % of RER from 1 March 2027", day=date(2026, 11, 28))
    year = drivers_of(Case.of(parse_dossier(text), with_ranges=False), "JPN")
    assert [d.id for d in year.drivers] == ["carried-out"]
    assert "Japan answers in kind" in year.unmoved
