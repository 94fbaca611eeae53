"""Licence, tariff quota, price undertaking, secondary duty and port fee: each against the plain instruments it must equal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import detente as dt
from detente.errors import InputError, ShockError
from detente.policy.instruments import Instrument, average_duty
from economies import random_economy

TOY = dt.load_world("toy")
HORIZONS = ("short", "medium", "long")


def solved(table: Any, *instruments: Instrument, at: str = "medium") -> dt.Outcome:
    return dt.solve(table, dt.Policy(instruments), at)


def same(one: dt.Outcome, other: dt.Outcome) -> None:
    assert one.real_income.to_numpy() == pytest.approx(other.real_income.to_numpy(), abs=2e-7)
    assert one.after.shipments == pytest.approx(other.after.shipments, rel=1e-6, abs=1e-10)


# -- licence -----------------------------------------------------------------------------------------------------------
def test_a_licence_is_a_cost_on_the_flow_booked_by_the_seller() -> None:
    licence = dt.ExportLicence(by="BBB", on="AAA", cost=0.1, sectors="MAKE")
    barrier = dt.NonTariffCost(by="AAA", on="BBB", cost=0.1, sectors="MAKE")
    shock = dt.Policy([licence]).shock(TOY)
    assert np.argwhere(shock.iceberg != 1).tolist() == [[1, 0, 1]]
    assert np.array_equal(shock.iceberg, dt.Policy([barrier]).shock(TOY).iceberg)
    assert np.array_equal(shock.export_taxes, TOY.economy().export_taxes)


def test_a_licence_earns_nobody_anything_and_a_tax_of_its_size_does() -> None:
    licence = solved(TOY, dt.ExportLicence(by="BBB", on="AAA", cost=0.1, sectors="MAKE"))
    tax = solved(TOY, dt.ExportTax(by="BBB", on="AAA", rate=0.1, sectors="MAKE"))
    assert licence.after.export_taxes == pytest.approx(licence.before.export_taxes)
    assert licence.real_income["BBB"] < min(tax.real_income["BBB"], 0)
    assert licence.real_income["AAA"] < 0


# -- tariff quota ------------------------------------------------------------------------------------------------------
QUOTA: dict[str, Any] = {"by": "R1", "on": "R2", "sectors": "S1"}


@given(seed=st.integers(0, 1000), horizon=st.sampled_from(HORIZONS), within=st.sampled_from([0.0, 0.1]))
@settings(max_examples=10)
def test_a_quota_too_wide_is_the_duty_within_and_one_too_narrow_the_duty_above(seed: int, horizon: str, within: float) -> None:
    economy = random_economy(5, 4, seed)
    wide = solved(economy, dt.TariffQuota(share=50.0, within=within, above=0.6, **QUOTA), at=horizon)
    same(wide, solved(economy, dt.Tariff(rate=within, **QUOTA), at=horizon))
    assert not wide.shadow_prices["binding"].any()
    narrow = solved(economy, dt.TariffQuota(share=1e-3, within=within, above=0.6, **QUOTA), at=horizon)
    same(narrow, solved(economy, dt.Tariff(rate=0.6, **QUOTA), at=horizon))
    before = economy.tariffs[1, 0, 0]
    assert narrow.shadow_prices["price wedge, %"][0] == pytest.approx(100 * (0.6 - within) / (1 + before + within))
    assert narrow.shadow_prices["used"][0] > 1e-3


@pytest.mark.filterwarnings("ignore::detente.errors.LooksLikePercent")  # so large a size is meant
@given(seed=st.integers(0, 1000), horizon=st.sampled_from(HORIZONS))
@settings(max_examples=10)
def test_a_quota_just_used_up_is_a_quota(seed: int, horizon: str) -> None:
    economy = random_economy(5, 4, seed)
    above = solved(economy, dt.Tariff(rate=3.0, **QUOTA), at=horizon)
    least = 1 + float(above.trade["volume"][1, 0, 0]) / 100  # what the duty above leaves
    share = (1 + least) / 2
    tariff_quota = solved(economy, dt.TariffQuota(share=share, above=3.0, **QUOTA), at=horizon)
    same(tariff_quota, solved(economy, dt.Quota(share=share, **QUOTA), at=horizon))
    wedge = tariff_quota.shadow_prices["price wedge, %"][0] / 100
    assert 0 < wedge < 3.0 / (1 + economy.tariffs[1, 0, 0])
    assert tariff_quota.shadow_prices["used"][0] == pytest.approx(share)
    assert tariff_quota.shadow_prices["rent to"][0] == "importer"


@pytest.mark.parametrize("share", [0.1, 0.75, 20.0])  # passed, just used up, not used up
def test_gradients_hold_in_every_case_of_a_quota(share: float) -> None:
    economy = random_economy(5, 4, 17)
    cell, step = (2, 0, 1), 1e-4

    def at(change: float) -> dt.Outcome:
        added = np.zeros((5, 5, 4))
        added[cell] = change
        return dt.solve(
            economy, dt.Policy([dt.TariffQuota(share=share, above=0.6, **QUOTA)]) + dt.Policy.from_arrays(added_tariffs=added)
        )

    def points(outcome: dt.Outcome) -> float:
        return float(100 * np.log1p(outcome.real_income["R1"] / 100))

    slope = at(0.0).gradient("R1", "tariffs")
    assert float(slope[cell]) == pytest.approx((points(at(step)) - points(at(-step))) / (2 * step), rel=1e-5, abs=1e-6)


def test_the_dearer_the_duty_above_the_less_comes_in_down_to_the_quota() -> None:
    def used(above: float) -> float:
        return float(solved(TOY, dt.TariffQuota(by="AAA", on="BBB", share=0.5, above=above)).shadow_prices["used"].max())

    levels = [used(a) for a in (0.02, 0.1, 0.3, 5.0)]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > 0.5
    assert levels[-1] == pytest.approx(0.5)


def test_coverage_of_a_quota_scales_bound_and_duty() -> None:
    shock = dt.Policy([dt.TariffQuota(share=0.6, within=0.1, above=0.5, coverage=0.5, by="AAA", on="BBB", sectors="MAKE")]).shock(
        TOY
    )
    (control,) = shock.controls
    assert control.bound == pytest.approx(0.8)
    assert shock.tariffs[1, 0, 1] == pytest.approx(TOY.tariff_rates[1, 0, 1] + 0.05)
    assert np.exp(control.most) == pytest.approx(1 + 0.5 * 0.4 / (1 + shock.tariffs[1, 0, 1]))
    nothing = dt.Policy([dt.TariffQuota(share=0.6, above=0.5, coverage=0.0, by="AAA", on="BBB")]).shock(TOY)
    assert nothing.controls == []


@given(fill=st.floats(1.0, 20.0), within=st.floats(0.0, 0.5), more=st.floats(0.01, 2.0))
def test_duty_and_rent_of_a_quota_passed_add_up(fill: float, within: float, more: float) -> None:
    duty, rent = average_duty(fill, within, within + more)
    if fill > 1:
        assert duty + rent == pytest.approx(within + more)
        assert within <= duty <= within + more
    assert average_duty(0.3, within, within + more) == (within, 0.0)


# -- price undertaking -------------------------------------------------------------------------------------------------
@given(seed=st.integers(0, 1000), rise=st.sampled_from([0.05, 0.3]), horizon=st.sampled_from(HORIZONS))
@settings(max_examples=10)
def test_an_undertaking_is_a_restraint_whose_rent_is_the_sellers(seed: int, rise: float, horizon: str) -> None:
    economy = random_economy(5, 4, seed)
    undertaking = solved(economy, dt.PriceUndertaking(rise=rise, **QUOTA), at=horizon)
    quantity = 1 + float(undertaking.trade["volume"][1, 0, 0]) / 100
    restraint = solved(economy, dt.Quota(share=quantity, rent="origin", **QUOTA), at=horizon)
    same(undertaking, restraint)
    assert restraint.shadow_prices["price wedge, %"][0] == pytest.approx(100 * rise, rel=1e-5)


def test_an_undertaking_moves_money_from_the_treasury_to_the_seller() -> None:
    duty = solved(TOY, dt.Tariff(by="AAA", on="BBB", rate=0.2, sectors="MAKE"))
    undertaking = solved(TOY, dt.PriceUndertaking(by="AAA", on="BBB", rise=0.2, sectors="MAKE"))
    assert undertaking.real_income["AAA"] < duty.real_income["AAA"]
    assert undertaking.real_income["BBB"] > duty.real_income["BBB"]
    half = dt.Policy([dt.PriceUndertaking(by="AAA", on="BBB", rise=0.2, coverage=0.5)]).shock(TOY)
    assert half.export_taxes[1, 0] == pytest.approx((1 + TOY.economy().export_taxes[1, 0]) * 1.1 - 1)


# -- secondary duty ----------------------------------------------------------------------------------------------------
def test_a_secondary_duty_is_a_duty_on_those_who_buy() -> None:
    secondary = dt.SecondaryDuty(by="AAA", source="BBB", bought="FARM", rate=0.25)
    assert secondary.buyers(dt.Policy().shock(TOY)) == ("CCC",)
    same(solved(TOY, secondary), solved(TOY, dt.Tariff(by="AAA", on="CCC", rate=0.25)))
    gives_in = dt.SecondaryDuty(by="AAA", source="BBB", bought="FARM", rate=0.25, stopping=["CCC"])
    same(solved(TOY, gives_in), solved(TOY, dt.Embargo(by="CCC", on="BBB", sectors="FARM")))


def test_only_those_who_buy_enough_are_hit() -> None:
    economy = random_economy(6, 3, 5)
    shock = dt.Policy().shock(economy)
    share = economy.shipments[2, :, 1] / economy.shipments[:, :, 1].sum(0)
    least = float(np.median(share[[1, 3, 4, 5]]))
    hit = dt.SecondaryDuty(by="R1", source="R3", bought="S2", rate=0.1, least=least).buyers(shock)
    assert hit == tuple(f"R{n + 1}" for n in (1, 3, 4, 5) if share[n] >= least)
    assert 0 < len(hit) < 4
    one = dt.SecondaryDuty(by="R1", source="R3", bought="S2", rate=0.1, least=0.0, among="R5")
    assert one.buyers(shock) == ("R5",)


# -- port fee ----------------------------------------------------------------------------------------------------------
def test_a_port_fee_is_its_share_of_the_cargo() -> None:
    fee = dt.PortFee(by="AAA", on="BBB", fee=1.2, cargo=60.0, sea=0.5, hit=0.4)
    assert fee.rate == pytest.approx(0.004)
    same(
        solved(TOY, fee),
        solved(TOY, dt.Tariff(by="AAA", on="BBB", rate=0.004), dt.ExportTax(by="AAA", on="BBB", rate=0.004)),
    )
    inward = dt.PortFee(by="AAA", on="BBB", fee=1.2, cargo=60.0, sea=0.5, hit=0.4, direction="imports")
    same(solved(TOY, inward), solved(TOY, dt.Tariff(by="AAA", on="BBB", rate=0.004)))
    none = dt.PortFee(by="AAA", fee=1.2, cargo=60.0, sea=0.5, hit=0.0)  # every ship that would pay goes elsewhere
    assert np.array_equal(dt.Policy([none]).shock(TOY).tariffs, TOY.tariff_rates)


# -- refusals and words ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("instrument", "error", "words"),
    [
        (dt.ExportLicence("AAA", cost=-1.0), ShockError, "above −1"),
        (dt.ExportLicence("AAA", cost=float("nan")), ShockError, "above −1"),
        (dt.TariffQuota("AAA", "BBB", share=0.0, above=0.5), ShockError, "positive share"),
        (dt.TariffQuota("AAA", "BBB", share=0.5, above=0.1, within=0.1), ShockError, "higher than the one within"),
        (dt.TariffQuota("AAA", "BBB", share=0.5, above=float("inf")), ShockError, "higher than the one within"),
        (dt.TariffQuota("AAA", "BBB", share=0.5, above=0.5, coverage=1.5), InputError, "coverage"),
        (dt.PriceUndertaking("AAA", "BBB", rise=-0.1), ShockError, "fraction of 0 or more"),
        (dt.PriceUndertaking("AAA", "BBB", rise=0.1, coverage=-1), InputError, "coverage"),
        (dt.SecondaryDuty("AAA", "BBB", "FARM", rate=0.1, least=1.0), InputError, "nobody buys enough from BBB"),
        (dt.SecondaryDuty("AAA", "BBB", "FARM", rate=0.1, stopping=["AAA"]), InputError, "stopping= names AAA"),
        (dt.SecondaryDuty("AAA", "BBB", "FARM", rate=0.1, least=2.0), InputError, "least"),
        (dt.PortFee("AAA", fee=1.0, cargo=0.0, sea=0.5, hit=0.5), InputError, "above 0, not 0"),
        (dt.PortFee("AAA", fee=-1.0, cargo=10.0, sea=0.5, hit=0.5), InputError, "0 or more, not -1"),
        (dt.PortFee("AAA", fee=1.0, cargo=10.0, sea=1.5, hit=0.5), InputError, "sea"),
        (dt.PortFee("AAA", fee=1.0, cargo=10.0, sea=0.5, hit=0.5, direction="up"), InputError, "imports, exports or both"),  # type: ignore[arg-type]
    ],
)
def test_bad_input_is_refused(instrument: Instrument, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        dt.Policy([instrument]).shock(TOY)


def test_average_duty_refuses_a_fill_that_is_none() -> None:
    with pytest.raises(InputError, match="imports over the quota"):
        average_duty(-0.1, 0.0, 0.5)


def test_they_say_what_they_do() -> None:
    told = dt.Policy(
        [
            dt.ExportLicence("AAA", "BBB", 0.1),
            dt.TariffQuota("AAA", "BBB", 0.8, 0.5, sectors="MAKE", coverage=0.5),
            dt.PriceUndertaking("AAA", "BBB", 0.2),
            dt.SecondaryDuty("AAA", "BBB", "FARM", 0.25, stopping=["CCC"]),
            dt.PortFee("AAA", 1.5, 60, 0.5, 0.3, on="BBB", direction="imports"),
        ]
    ).describe()
    assert told == [
        "goods (all) that AAA sells to BBB need a licence and cost 10 % more to deliver",
        "AAA lets in 80 % of its past MAKE from BBB at 0 points of duty, and what goes beyond that at 50, on 50 % of the trade",
        "sellers of goods in BBB raise their prices to AAA by 20 % and keep what it brings",
        "AAA adds 25 points to tariffs on all goods from those who buy FARM from BBB, but not from CCC, who stop buying it",
        "ships that call at ports of AAA pay a fee worth 0.38 % of what comes from BBB (all goods)",
    ]
