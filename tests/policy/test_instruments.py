"""Instruments: which cells they touch, how they add up, what they refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import detente as dt
from detente.equilibrium.arrays import side_by_side, with_wedges
from detente.errors import InputError, LooksLikePercent, ShockError, UnknownRegion
from detente.policy.shock import Control

TOY = dt.load_world("toy")


@pytest.mark.parametrize(
    ("rent", "kept", "parts"), [("origin", 0.3, (0.3, 0.2)), ("importer", 0.0, (0.0, 0.5)), ("lost", 0.3, (0.5, 0.0))]
)
def test_scarcity_is_shared_by_whose_rent_it_is(rent: Any, kept: float, parts: tuple[float, float]) -> None:
    control = Control("c", np.ones((1, 1, 1), dtype=bool), 0.5, "at most", rent, seller_cap=0.3)
    assert control.cap == kept
    four = side_by_side([control, replace(control, kind="at least"), control, replace(control, most=0.1)])
    size, sellers, buyers = four.split(np.array([0.5, 0.5, -1.0, 0.5]))
    assert size.tolist() == [0.5, 0.5, 0.0, 0.1]
    assert (sellers[0], buyers[0]) == pytest.approx(parts)
    assert (sellers[1], buyers[1]) == pytest.approx(tuple(-p for p in parts))
    assert (sellers[2], buyers[2]) == (0.0, 0.0)
    assert sellers[3] + buyers[3] == pytest.approx(0.1)


def test_two_bounds_on_one_flow_add_up() -> None:
    economy, flows = TOY.economy(), np.zeros_like(TOY.shipments, dtype=bool)
    flows[0, 1, 0] = True
    shock = replace(dt.Policy().shock(economy), controls=[Control(f"c{k}", flows, 0.5, "at most", "origin") for k in range(2)])
    taxed = with_wedges(economy, shock, np.array([0.1, 0.2]))
    assert np.log1p(taxed.export_taxes - shock.export_taxes)[flows] == pytest.approx([0.3])
    assert (taxed.export_taxes == shock.export_taxes)[~flows].all()
    assert taxed.spared is not None
    assert taxed.spared[1, 0] == pytest.approx(0.3 * economy.expenditure_shares[0, 1, 0])


def test_tariff_touches_only_its_flows() -> None:
    shock = dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.25, sectors="MAKE")]).shock(TOY)
    changed = shock.tariffs != TOY.tariff_rates
    assert np.argwhere(changed).tolist() == [[1, 0, 1]]
    assert shock.tariffs[1, 0, 1] == pytest.approx(0.27)


def test_bases_and_coverage() -> None:
    def rate(**how: object) -> float:
        return float(dt.Policy([dt.Tariff(by="BBB", on="AAA", sectors="FARM", **how)]).shock(TOY).tariffs[0, 1, 0])  # type: ignore[arg-type]

    assert rate(rate=0.10) == pytest.approx(0.18)
    assert rate(rate=0.10, coverage=0.5) == pytest.approx(0.13)
    assert rate(rate=0.10, base="replaces") == pytest.approx(0.10)
    assert rate(rate=0.05, base="floor") == pytest.approx(0.08)
    assert rate(rate=0.20, base="floor", coverage=0.5) == pytest.approx(0.14)
    with pytest.raises(InputError, match="coverage"):
        rate(rate=0.1, coverage=1.5)


def test_never_on_domestic_sales() -> None:
    shock = dt.Policy([dt.Tariff(by="AAA", rate=0.5), dt.NonTariffCost(by="BBB", cost=0.1)]).shock(TOY)
    own = np.arange(3)
    assert (shock.tariffs[own, own] == 0).all()
    assert (shock.iceberg[own, own] == 1).all()


def test_policies_add_in_order_and_describe_themselves() -> None:
    first, second = (
        dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.1)]),
        dt.Policy([dt.Embargo(by="CCC", on="BBB", both_ways=True)]),
    )
    both = first + second
    assert len(both) == 2
    assert both.describe() == [
        "AAA adds 10 points to tariffs on all goods from BBB",
        "CCC buys no goods from BBB and the other way round",
    ]
    allowed = both.shock(TOY).allowed
    assert not allowed[1, 2].any()
    assert not allowed[2, 1].any()
    assert allowed[1, 0].all()


def test_bounds_are_cut_by_sector_and_buyer() -> None:
    pooled = dt.Policy([dt.ExportControl(by="BBB", sectors=["MAKE", "FARM"], withhold=0.75)]).shock(TOY).controls
    assert [c.bound for c in pooled] == [0.25, 0.25]
    assert [int(c.flows.sum()) for c in pooled] == [2, 2]
    apart = dt.Policy([dt.ExportControl(by="BBB", sectors="MAKE", withhold=0.5, on=["AAA", "CCC"], leakage=0.5)]).shock(TOY)
    assert [c.bound for c in apart.controls] == [0.75, 0.75]
    assert [int(c.flows.sum()) for c in apart.controls] == [1, 1]
    for bad in (1.0, -0.1, float("nan")):
        with pytest.raises(ShockError, match="withholds a share"):
            dt.Policy([dt.ExportControl(by="BBB", sectors="MAKE", withhold=bad)]).shock(TOY)


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.5, 0.9), (0.9, 0.5)])
def test_of_two_controls_on_the_same_flows_the_tighter_holds(shares: tuple[float, float]) -> None:
    both = dt.Policy([dt.ExportControl(by="BBB", on="AAA", sectors="MAKE", withhold=w) for w in shares]).shock(TOY)
    assert [c.bound for c in both.controls] == pytest.approx([1 - max(shares)])
    apart = dt.Policy([dt.ExportControl(by="BBB", on=on, sectors="MAKE", withhold=0.5) for on in ("AAA", "CCC")]).shock(TOY)
    assert len(apart.controls) == 2


def test_of_two_quotas_on_the_same_flows_the_tighter_holds() -> None:
    def solved(*shares: float) -> pd.Series:
        return dt.solve(TOY, dt.Policy([dt.Quota(by="AAA", on="BBB", share=s) for s in shares])).real_income

    assert solved(0.8, 0.5).to_numpy() == pytest.approx(solved(0.5).to_numpy())
    assert solved(0.5, 0.8).to_numpy() == pytest.approx(solved(0.5).to_numpy())
    within = dt.TariffQuota(by="AAA", on="BBB", share=0.8, within=0.0, above=0.5)
    both = dt.Policy([within, dt.Quota(by="AAA", on="BBB", share=0.9)]).shock(TOY)
    assert {c.most < np.inf for c in both.controls} == {True, False}  # more may come in for the duty, up to the quota


def test_purchase_commitments_need_one_target() -> None:
    shock = dt.Policy([dt.PurchaseCommitment(by="CCC", origin="AAA", sectors="FARM", growth=0.5)]).shock(TOY)
    assert shock.controls[0].bound == pytest.approx(1.5 * TOY.shipments[0, 2, 0])
    with pytest.raises(InputError, match="either value= or growth="):
        dt.Policy([dt.PurchaseCommitment(by="CCC", origin="AAA")]).shock(TOY)
    with pytest.raises(ShockError, match="positive value"):
        dt.Policy([dt.PurchaseCommitment(by="CCC", origin="AAA", value=-1.0)]).shock(TOY)


def test_quotas_and_subsidies_refuse_impossible_values() -> None:
    with pytest.raises(ShockError, match="positive share"):
        dt.Policy([dt.Quota(by="AAA", on="BBB", share=0.0)]).shock(TOY)
    with pytest.raises(ShockError, match="subsidy"):
        dt.Policy([dt.Subsidy(by="AAA", rate=1.0)]).shock(TOY)
    twice = dt.Policy([dt.Subsidy(by="AAA", rate=0.1), dt.Subsidy(by="AAA", rate=0.1)]).shock(TOY)
    assert twice.subsidies[0, 0] == pytest.approx(0.19)


def test_arrays() -> None:
    shock = dt.Policy.from_arrays(tariffs=0.1, iceberg=1.2).shock(TOY)
    assert (shock.tariffs == 0.1).all()
    assert (shock.iceberg == 1.2).all()
    with pytest.raises(InputError, match="broadcast"):
        dt.Policy.from_arrays(tariffs=np.zeros((2, 2, 2))).shock(TOY)
    with pytest.raises(ShockError, match="positive"):
        dt.Policy.from_arrays(iceberg=0.0).shock(TOY)


def test_groups_of_regions_resolve_in_the_world_at_hand() -> None:
    with pytest.raises(UnknownRegion):
        dt.Policy([dt.Tariff(by="AAA", on="ASEAM", rate=0.1)]).shock(TOY)
    nobody = dt.Policy([dt.Tariff(by="AAA", on="ASEAN", rate=0.1)]).shock(TOY)
    assert np.array_equal(nobody.tariffs, TOY.tariff_rates)


@pytest.mark.parametrize(
    "made", [lambda: dt.Tariff(by="AAA", on="BBB", rate=25), lambda: dt.NonTariffCost(by="AAA", on="BBB", cost=10)]
)
def test_percent_where_a_fraction_is_wanted_is_asked_about(made) -> None:
    with pytest.warns(
        LooksLikePercent, match=r"is a fraction: (25 is 2,500|10 is 1,000) %; if (25|10) % is meant, write 0\.(25|1)"
    ):
        made()
    dt.Tariff(by="AAA", on="BBB", rate=2.45)
