"""Asks and offers of a third economy: prices against independent solves, pairs, rules of origin, roles."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.briefing.conftest import toy_dossier, toy_world

from detente.cases.case import Case
from detente.equilibrium.solve import solve
from detente.errors import BadDossier, InputError, UnknownName
from detente.policy.dossier import Dossier, load_dossier
from detente.policy.stacking import policy_on
from detente.strategy.asks import PASSED, READINGS, Asks, asks_of
from detente.strategy.transshipment import pass_through_duty
from detente.strategy.year import Span, drivers_of

KL = Case.of("kuala-lumpur-2025", horizon="medium", scenarios=["optimistic", "middle", "pessimistic"])


@pytest.fixture(scope="module")
def asks() -> Asks:
    """Malaysia's steps."""
    return asks_of(KL, "MYS")


def with_threshold(percent: float) -> Case:
    """The case with another threshold in the rule of origin, central parameters alone."""
    dossier = load_dossier("kuala-lumpur-2025")
    (host,) = (b for b in dossier.bystanders if b.region == "MYS")
    menu = tuple(i.model_copy(update={"origin_threshold_pct": percent}) if i.origin_threshold_pct else i for i in host.menu)
    others = tuple(b for b in dossier.bystanders if b.region != "MYS")
    changed = dossier.model_copy(update={"bystanders": (host.model_copy(update={"menu": menu}), *others)})
    return Case.of(changed, horizon="medium", scenarios=["pessimistic"], with_ranges=False)


def test_a_step_has_the_price_it_has_among_the_drivers_of_the_year(asks: Asks) -> None:
    year = drivers_of(KL, "MYS")
    for name in ("rate-of-ten", "farm-purchases"):
        assert asks.step(name).price == pytest.approx(year.driver(name).price)
        assert asks.step(name).needs == year.driver(name).needs
    assert asks.siding["USA"] == pytest.approx(year.driver("side-with-USA").price)


def test_an_exemption_is_worth_what_the_duty_costs_whom_it_spares(asks: Asks) -> None:
    """Against measures written out by hand: the duty in force on all, and on all but Malaysia."""
    regions, sectors, today = KL.world.regions, KL.world.sectors, KL.dossier.as_of
    on = {"modelled": True, "why_not": None, "threatened": False, "effective": today}

    def law(**more: Any) -> list[Any]:
        return [m.model_copy(update={**on, **more}) if m.id == "us-232-semiconductors" else m for m in KL.dossier.measures]

    hit = solve(KL.world, policy_on(law(), today, regions, sectors), KL.parameters)
    spared = solve(KL.world, policy_on(law(except_on=("MYS",)), today, regions, sectors), KL.parameters).relative_to(hit)
    step = asks.step("chip-exemption")
    assert step.price.value == pytest.approx(float(spared.real_income["MYS"]), abs=1e-7)
    assert step.others["USA"].value == pytest.approx(float(spared.real_income["USA"]), abs=1e-7)
    assert step.given == "chips-hit"
    assert step.price.value > -drivers_of(KL, "MYS").driver("chips-hit").price.value  # alone exempt beats nobody paying


def test_pairs_add_up_to_singles_and_interaction_under_what_both_need(asks: Asks) -> None:
    assert len(asks.pairs) == len(asks.steps) * (len(asks.steps) - 1) / 2
    pair = next(p for p in asks.pairs if {p.first, p.second} == {"rate-of-ten", "farm-purchases"})
    alone = asks.step("rate-of-ten").price.value + asks.step("farm-purchases").price.value
    assert pair.price.value == pytest.approx(alone + pair.interaction.value, abs=1e-9)
    assert pair.needs == ("USA",)
    assert abs(pair.interaction.value) < 0.01
    # a lower country duty leaves more for the duty on goods passed through to add, which the rule then spares
    rule = next(p for p in asks.pairs if {p.first, p.second} == {"rate-of-ten", "origin-rule"})
    assert rule.interaction.value > 0.05


def test_roles_follow_from_consent_and_sign(asks: Asks) -> None:
    roles = {s.id: s.role for s in asks.steps}
    assert roles == {"rate-of-ten": "ask", "farm-purchases": "offer", "chip-exemption": "ask", "origin-rule": "ask"}
    assert all(p.price.value <= q.price.value for q, p in zip(asks.exchanges, asks.exchanges[1:], strict=False))
    assert {p.first for p in asks.exchanges} | {p.second for p in asks.exchanges} == set(roles)
    told = asks.explain()
    for part in (
        "To ask for:",
        "To offer:",
        "In exchange, “Buy half more",
        "To avoid once talks have failed: taking the side of",
    ):
        assert part in told
    record = json.loads(json.dumps(asks.record()))
    assert {s["role"] for s in record["steps"]} == {"ask", "offer"}
    assert len(asks.to_frame()) == len(asks.steps) + len(asks.pairs)
    with pytest.raises(UnknownName, match="rate"):
        asks.step("rates")


def test_where_the_sign_is_not_known_nothing_is_advised(asks: Asks) -> None:
    step = asks.step("rate-of-ten")
    both = replace(step, price=Span(-0.1, 0.2, 0.2, 0.2, -0.1))
    assert both.role == "unsure"
    told = replace(asks, steps=(both,), pairs=()).explain()
    assert "its sign is not known" in told
    assert "To ask for" not in told
    assert replace(step, needs="").role == "own"
    lost = replace(step, price=Span(-0.2, -0.1, -0.1, -0.1, -0.2))
    assert lost.role == "avoid"
    gift = replace(lost, needs="", others={"USA": Span(0.0, 0.0, 0.01, 0.0, 0.01)}, others_money={"USA": 0.5})
    assert gift.role == "avoid"  # half a million is nothing to bargain with
    assert replace(gift, others={"USA": Span(0.0, 0.001, 0.01, 0.0, 0.01)}, others_money={"USA": 400.0}).role == "offer"


def test_a_rule_of_origin_spares_what_lies_between_matching_and_content_or_all_of_it() -> None:
    tight, loose = (asks_of(with_threshold(x), "MYS").step("origin-rule") for x in (0.001, 99.0))
    assert tight.given == loose.given == PASSED
    content, _, matched, _ = (c.real_income for c in pass_through_duty(with_threshold(50.0), "MYS").cases)
    assert READINGS[0] == ("matched", False)
    assert tight.price.value == pytest.approx(100 * ((1 + content / 100) / (1 + matched / 100) - 1), abs=1e-6)
    assert loose.price.value == pytest.approx(100 * (1 / (1 + matched / 100) - 1), abs=1e-6)
    assert tight.price.value < loose.price.value


def test_an_economy_without_a_menu_may_sign_with_either_party() -> None:
    found = asks_of(Case.of(toy_dossier(), toy_world(), "medium", with_ranges=False), "EU27")
    assert [s.id for s in found.steps] == ["sign-with-USA", "sign-with-CHN"]
    assert {s.needs for s in found.steps} == {"USA", "CHN"}
    assert "Malaysia" not in found.explain()
    with pytest.raises(InputError, match="sits at the table"):
        asks_of(KL, "CHN")


def test_what_an_item_is_given_must_be_a_branch() -> None:
    raw = load_dossier("kuala-lumpur-2025").model_dump(mode="json", by_alias=True, exclude_unset=True)
    item = next(i for b in raw["bystanders"] for i in b.get("menu", ()) if i["id"] == "chip-exemption")
    item["given"] = "chips-hitt"
    with pytest.raises((BadDossier, ValueError), match="did you mean chips-hit"):
        Dossier.model_validate(raw)
