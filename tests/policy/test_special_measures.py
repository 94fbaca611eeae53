"""Measures of a dossier that are more than a duty: a licence that costs the exporter, a tariff quota, a price undertaking."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

import detente as dt
from detente.policy.measures import Measure, same_duty
from detente.policy.stacking import policy_on, stack_on

TOY = dt.load_world("toy")
DAY = date(2028, 3, 1)


def measure(name: str = "m", **fields: Any) -> Measure:
    base: dict[str, Any] = {
        "id": name, "title": name, "by": "AAA", "on": "BBB", "instrument": "tariff", "sectors": ["MAKE"],
        "effective": date(2028, 1, 1), "sources": ["s"],
    }  # fmt: skip
    return Measure.model_validate(base | fields)


def solved(*measures: Measure) -> dt.Outcome:
    return dt.solve(TOY, policy_on(measures, DAY, TOY.regions, TOY.sectors), "medium")


def same(one: dt.Outcome, *instruments: Any) -> None:
    other = dt.solve(TOY, dt.Policy(instruments), "medium")
    assert one.real_income.to_numpy() == pytest.approx(other.real_income.to_numpy(), abs=1e-8)
    assert one.after.shipments == pytest.approx(other.after.shipments, rel=1e-7)


# -- licence -----------------------------------------------------------------------------------------------------------
def test_a_licence_is_booked_by_the_government_that_asks_for_it() -> None:
    licence = measure(by="BBB", on="AAA", instrument="non_tariff", cost_pct=10, flow="exports")
    stack = stack_on([licence], DAY, TOY.regions, TOY.sectors)
    assert np.argwhere(stack.costs != 0).tolist() == [[1, 0, 1]]  # what BBB sells to AAA
    same(solved(licence), dt.ExportLicence(by="BBB", on="AAA", cost=0.1, sectors="MAKE"))
    other = measure(by="BBB", on="AAA", instrument="non_tariff", cost_pct=10)
    assert np.argwhere(stack_on([other], DAY, TOY.regions, TOY.sectors).costs != 0).tolist() == [[0, 1, 1]]


def test_costs_of_both_sides_add() -> None:
    licence = measure("a", by="BBB", on="AAA", instrument="non_tariff", cost_pct=10, flow="exports", coverage=0.5)
    inspection = measure("b", instrument="non_tariff", cost_pct=2)
    assert stack_on([licence, inspection], DAY, TOY.regions, TOY.sectors).costs[1, 0, 1] == pytest.approx(0.07)
    assert not same_duty(
        measure(instrument="non_tariff", cost_pct=2), measure(instrument="non_tariff", cost_pct=2, flow="exports")
    )


# -- tariff quota ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("quota", [20.0, 80.0, 500.0])
def test_a_tariff_quota_of_a_dossier_is_the_instrument(quota: float) -> None:
    m = measure(rate_pct=40, within_pct=5, quota_pct=quota)
    same(solved(m), dt.TariffQuota(by="AAA", on="BBB", share=quota / 100, within=0.05, above=0.4, sectors="MAKE"))


def test_what_is_paid_beyond_a_quota_comes_on_top_of_the_duty_there_is() -> None:
    quota = measure("quota", rate_pct=40, within_pct=5, quota_pct=50)
    shock = policy_on([quota, measure("duty", rate_pct=25)], DAY, TOY.regions, TOY.sectors).shock(TOY)
    (control,) = shock.controls
    inside = 1 + shock.tariffs[1, 0, 1]
    assert inside == pytest.approx(1 + TOY.tariff_rates[1, 0, 1] + 0.05 + 0.25)
    assert inside * np.exp(control.most) == pytest.approx(inside + 0.35)  # the whole duty beyond the quota


def test_a_tariff_quota_shrinks_where_another_duty_takes_its_place() -> None:
    quota = measure("quota", rate_pct=40, quota_pct=50, coverage=0.8)
    cars = measure("cars", rate_pct=25, coverage=0.25, replaces=["quota"])
    stack = stack_on([quota, cars], DAY, TOY.regions, TOY.sectors)
    share, extra, reach = stack.quotas["quota"]
    assert (share, extra[1, 1], reach[1, 1]) == pytest.approx((0.5, 0.4, 0.6))
    assert stack.tariffs[1, 0, 1] == pytest.approx(0.25 * 0.25)


def test_each_partner_of_a_map_has_its_quota_and_the_others_none() -> None:
    m = measure(on=["BBB", "CCC"], rate_pct={"CCC": 30}, within_pct=2, quota_pct=90)
    policy = policy_on([m], DAY, TOY.regions, TOY.sectors)
    shock = policy.shock(TOY)
    assert [c.flows.nonzero()[0].tolist() for c in shock.controls] == [[2]]
    assert shock.tariffs[1, 0, 1] == TOY.tariff_rates[1, 0, 1]
    assert shock.tariffs[2, 0, 1] == pytest.approx(TOY.tariff_rates[2, 0, 1] + 0.02)
    assert policy.describe() == ["m", "m: 90 % of past trade enters within the quota"]


# -- price undertaking -------------------------------------------------------------------------------------------------
def test_an_undertaking_takes_the_place_of_a_duty_and_its_money_goes_to_the_seller() -> None:
    duty = measure("duty", rate_pct=20)
    undertaking = measure("undertaking", rate_pct=15, coverage=0.4, replaces=["duty"], revenue_to="exporter")
    stack = stack_on([duty, undertaking], DAY, TOY.regions, TOY.sectors)
    assert stack.tariffs[1, 0, 1] == pytest.approx(0.12)
    assert stack.markups[1, 0, 1] == pytest.approx(0.06)
    assert "undertaking" not in stack.pieces
    assert "undertaking" in stack.applied
    same(
        solved(duty, undertaking),
        dt.Tariff(by="AAA", on="BBB", rate=0.12, sectors="MAKE"),
        dt.PriceUndertaking(by="AAA", on="BBB", rise=0.06, sectors="MAKE"),
    )


# -- refusals ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rate_pct": 10, "flow": "exports"}, "'flow: exports' is for a cost"),
        ({"instrument": "export_control", "withhold_pct": 10, "flow": "exports"}, "not for export_control"),
        ({"rate_pct": 10, "base": "floor", "revenue_to": "exporter"}, "base additive"),
        ({"instrument": "embargo", "revenue_to": "exporter"}, "base additive"),
        ({"rate_pct": 10, "within_pct": 5}, "needs 'quota_pct'"),
        ({"rate_pct": 10, "quota_pct": 50, "within_pct": 10}, "must be below"),
        ({"rate_pct": 10, "quota_pct": 50, "base": "replaces"}, "base additive"),
        ({"rate_pct": 10, "quota_pct": 50, "revenue_to": "exporter"}, "cannot be modelled"),
        ({"rate_pct": 10, "quota_pct": 0}, "greater than 0"),
        ({"rate_pct": 10, "quota_pct": True}, "number"),
    ],
)
def test_what_says_nothing_of_a_measure_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        measure(**fields)


def test_a_plain_measure_is_written_as_before() -> None:
    dumped = measure(rate_pct=10).model_dump()
    assert not {"flow", "quota_pct", "within_pct", "revenue_to"} & set(dumped)
    assert measure(rate_pct=10, quota_pct=60).model_dump()["quota_pct"] == 60
