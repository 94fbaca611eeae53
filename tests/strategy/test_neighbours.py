"""Bystanders on computed scenarios: menus, goods passed through, the duty on them, the stake of a host."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from tests.briefing.conftest import toy_dossier, toy_world

import detente as dt
from detente.cases.case import Case
from detente.equilibrium.inputs import chains_of
from detente.equilibrium.solve import solve
from detente.errors import BadDossier, InputError, UnknownName, UnknownRegion
from detente.policy.instruments import Policy
from detente.strategy.bystanders import (
    ANSWERED,
    STAY_OUT,
    best_points,
    diversion,
    diversion_of,
    menu_of,
    options_of,
    overview,
    side_with,
    sign_with,
)
from detente.strategy.nash import best_reply
from detente.strategy.transshipment import pass_through, pass_through_duty
from detente.strategy.year import money_of, rolled

TOY = Case.of(toy_dossier(), toy_world(), "medium", with_ranges=False)
KL = Case.of("kuala-lumpur-2025", horizon="medium", scenarios=["optimistic", "middle", "pessimistic"], with_ranges=False)


class TestPassThrough:
    def test_content_and_matching_follow_their_definitions(self) -> None:
        routes = pass_through(TOY, "pessimistic")
        state = TOY.state("pessimistic")
        chains = chains_of(state, TOY.parameters)
        usa, chn, mys = (TOY.index(r) for r in ("USA", "CHN", "MYS"))
        table = routes.by_sector("MYS")
        for sector in table.index:
            j = TOY.world.sectors.index(sector)
            sold, bought = state.shipments[mys, usa, j], state.shipments[chn, mys, j]
            gap = state.tariffs[chn, usa, j] - state.tariffs[mys, usa, j]
            assert table.loc[sector, "content, million USD"] == pytest.approx(sold * chains.content("CHN")[mys, j])
            assert table.loc[sector, "matched, million USD"] == pytest.approx(min(sold, bought) if gap > 0 else 0.0)
            assert table.loc[sector, "duty gap, points"] == pytest.approx(100 * gap)

    def test_a_wider_gap_and_more_diversion_raise_the_exposure(self) -> None:
        before, after = pass_through(TOY), pass_through(TOY, "pessimistic")
        assert after.of("MYS")["duty gap, points"] > before.of("MYS")["duty gap, points"] + 50
        assert after.of("MYS")["content, million USD"] > before.of("MYS")["content, million USD"]

    def test_the_other_direction_is_the_same_with_the_parties_swapped(self) -> None:
        other = pass_through(TOY, "pessimistic", toward="CHN")
        assert (other.source, other.toward) == ("USA", "CHN")
        state = TOY.state("pessimistic")
        mys, chn = TOY.index("MYS"), TOY.index("CHN")
        assert other.of("MYS")["exports, million USD"] == pytest.approx(
            sum(state.shipments[mys, chn, TOY.world.sectors.index(s)] for s in other.sectors)
        )

    def test_nothing_pays_where_the_duties_are_the_same(self) -> None:
        routes = pass_through(TOY)
        level = dataclasses.replace(routes, duty_on_source=routes.duty_on_own)
        assert level.matched.sum() == 0
        assert level.share("MYS", "matched").sum() == 0
        assert level.share("MYS").sum() == 0

    def test_records_words_and_errors(self) -> None:
        routes = pass_through(TOY, "pessimistic")
        assert json.loads(json.dumps(routes.record()))["state"] == "pessimistic"
        assert "value added in China" in routes.explain("MYS")
        assert routes.to_frame()["content, million USD"].is_monotonic_decreasing
        with pytest.raises(UnknownName):
            routes.by_sector("USA")
        with pytest.raises(UnknownName, match="basis"):
            routes.share("MYS", "guess")  # type: ignore[arg-type]
        with pytest.raises(InputError, match="give two"):
            pass_through(TOY, toward="USA", source="USA")


class TestDuty:
    def test_it_is_the_tariff_it_says_solved_anew(self) -> None:
        duty = pass_through_duty(TOY, "MYS", "pessimistic", rate=0.4)
        routes = pass_through(TOY, "pessimistic")
        mys, usa = TOY.index("MYS"), TOY.index("USA")
        goods = [TOY.world.sectors.index(s) for s in routes.sectors]
        added = np.zeros_like(TOY.world.tariff_rates)
        # no duty on Malaysia as a country stands in the toy dossier, so all 40 points fall on the content
        added[mys, usa, goods] = 0.4 * routes.share("MYS")
        policy = TOY.dossier.policy("pessimistic", TOY.world.regions, TOY.world.sectors)
        plain = solve(TOY.world, policy, TOY.parameters)
        hit = solve(TOY.world, policy + Policy.from_arrays(added_tariffs=added), TOY.parameters).relative_to(plain)
        assert duty.narrow.real_income == pytest.approx(float(hit.real_income["MYS"]), abs=1e-8)
        assert duty.narrow.real_income < 0

    def test_wider_readings_cost_more_and_a_rate_of_nothing_costs_nothing(self) -> None:
        duty = pass_through_duty(KL, "MYS", "pessimistic")
        content, exempt, matched, wide = (c.real_income for c in duty.cases)
        assert wide < matched < content < 0
        assert wide < exempt < content
        assert duty.narrow.share < duty.cases[1].share < duty.wide.share
        assert "more than that" in duty.explain()
        free = pass_through_duty(KL, "MYS", rate=0.0)
        assert all(c.real_income == 0 and c.points == 0 for c in free.cases)
        assert "nothing" in free.explain()
        with pytest.raises(InputError, match="fraction"):
            pass_through_duty(KL, "MYS", rate=40.0)

    def test_the_country_duty_is_read_from_the_dossier(self) -> None:
        reach, levied = KL.country_duty(None, "MYS", "USA")
        sectors = KL.world.sectors
        # 19 % on a quarter of electronics, on all textiles, on no rare earths
        assert reach[sectors.index("ELE")] == pytest.approx(0.25)
        assert levied[sectors.index("ELE")] == pytest.approx(0.19 * 0.25)
        assert levied[sectors.index("TEX")] == pytest.approx(0.19)
        assert levied[sectors.index("RER")] == 0


class TestMenu:
    def test_every_region_has_the_general_menu(self) -> None:
        menu = menu_of(TOY, "PAK", retaliation=0.05)
        named = {STAY_OUT, sign_with("USA"), side_with("USA"), sign_with("CHN"), side_with("CHN")}
        assert named <= set(menu.options)
        assert menu.consent[sign_with("USA")] == "USA"
        assert STAY_OUT in menu.own.options
        assert sign_with("CHN") not in menu.own.options
        assert menu.money == pytest.approx(money_of(TOY, "PAK")[1] / 100)

    def test_staying_out_is_the_scenario_itself(self) -> None:
        menu = menu_of(TOY, "MYS", retaliation=0.0)
        row = menu.payoffs[menu.options.index(STAY_OUT)]
        assert row == pytest.approx([float(TOY.outcomes[s].real_income["MYS"]) for s in menu.scenarios])

    def test_to_sign_is_what_it_says(self) -> None:
        option = next(o for o in options_of(KL, "MYS", 0.0) if o.title == sign_with("USA"))
        assert option.added is not None
        delta, mys, usa = option.added("pessimistic"), KL.index("MYS"), KL.index("USA")
        state = KL.state("pessimistic")
        goods = list(KL.chains(None).goods)
        np.testing.assert_allclose((state.tariffs + delta)[usa, mys, goods], 0.0, atol=1e-15)
        assert delta[mys, usa, KL.world.sectors.index("TEX")] == pytest.approx(-0.09)
        delta[usa, mys] = 0
        delta[mys, usa] = 0
        assert not delta.any()

    def test_to_side_adds_the_partners_duties(self) -> None:
        option = next(o for o in options_of(KL, "MYS", 0.0) if o.title == side_with("USA"))
        assert option.added is not None
        mys, chn, usa = KL.index("MYS"), KL.index("CHN"), KL.index("USA")
        goods = list(KL.chains(None).goods)
        np.testing.assert_allclose(
            option.added("pessimistic")[chn, mys, goods],
            (KL.state("pessimistic").tariffs - KL.world.tariff_rates)[chn, usa, goods],
        )

    def test_retaliation_is_the_best_reply(self) -> None:
        """Against the gradient method, where the two look for the same thing: one sector, one partner."""
        world = toy_world()
        case = Case.of(toy_dossier(), world, scenarios=["pessimistic"], with_ranges=False)
        points = best_points(case, "MYS", "USA")
        assert points > 0.01
        policy = case.dossier.policy(None, world.regions, world.sectors)
        # every good of the toy world pays the same duty in Malaysia, so one rate for all is a duty on top of it
        goods = [s for s in world.sectors if s != "TRD"]
        reply = best_reply(
            world, "MYS", detail="pair", partners="USA", sectors=goods, policy=policy, horizon=case.parameters, starts=(0.1,)
        )
        rate = float(reply.rates()["rate, %"].iloc[0]) / 100
        assert points + 0.03 == pytest.approx(rate, abs=2e-3)

    def test_an_answer_takes_back_what_retaliation_brings(self) -> None:
        menu = menu_of(KL, "MYS", scenarios=["pessimistic"])
        pay = dict(zip(menu.options, menu.payoffs[:, 0], strict=True))
        alone = next(o for o in menu.options if f"{o}, {ANSWERED}" in menu.options)
        assert pay[f"{alone}, {ANSWERED}"] < pay[STAY_OUT] < pay[alone]
        assert menu.consent["Obtain the 10 % rate"] == "USA"
        assert not any(o.startswith("Promise") for o in menu.consent)
        assert pay[side_with("USA")] < pay[STAY_OUT]
        assert pay["Obtain the 10 % rate"] > pay[STAY_OUT]

    def test_public_door_and_errors(self) -> None:
        menu = dt.bystander(toy_dossier(), "MYS", toy_world(), "medium", probabilities={"pessimistic": 1.0})
        assert menu.expected[STAY_OUT] == pytest.approx(float(TOY.outcomes["pessimistic"].real_income["MYS"]))
        with pytest.raises(UnknownRegion, match="did you mean"):
            menu_of(TOY, "MSY")
        with pytest.raises(InputError, match="no scenario"):
            menu_of(TOY, "MYS", probabilities={"war": 1.0}, retaliation=0.0)
        with pytest.raises(InputError, match="sits at the table"):
            menu_of(TOY, "USA")
        with pytest.raises(InputError, match="other than the status quo"):
            menu_of(TOY, "MYS", scenarios=["status-quo"])
        with pytest.raises(UnknownName):
            menu.only(["dance"])
        with pytest.raises(BadDossier, match="has no region"):
            Case.of(toy_dossier(), dt.load_world("toy"), with_ranges=False)


def test_diversion_is_the_change_of_trade() -> None:
    table = diversion_of(TOY, "MYS", "pessimistic")
    outcome = TOY.outcomes["pessimistic"]
    assert "MYS" not in table.index
    assert table["exports change, million USD"].sum() == pytest.approx(float(outcome.exports.loc["MYS", "change"]), rel=1e-9)
    assert table["imports change, million USD"].sum() == pytest.approx(float(outcome.imports.loc["MYS", "change"]), rel=1e-9)
    assert diversion("kuala-lumpur-2025", "VNM", "pessimistic")["exports change, million USD"].idxmax() == "USA"


def test_overview_has_every_third_economy_once_the_winner_first() -> None:
    table = overview(KL)
    assert set(table.index) == set(KL.third)
    assert table["real income in pessimistic, %"].is_monotonic_decreasing
    assert table.loc["VNM", "exports gained to USA, million USD"] > 0
    assert table.loc["MYS", "duty gap in pessimistic, points"] > table.loc["MYS", "duty gap in status quo, points"]
    routes = pass_through(KL)
    factor = rolled(KL)[1]["USA"]  # the buyer's dollars of the dossier's year
    content = factor * routes.of("THA")["content, million USD"]
    assert table.loc["THA", "CHN content in status quo, million USD"] == pytest.approx(content)
