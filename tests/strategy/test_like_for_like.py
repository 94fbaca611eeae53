"""A published figure beside ours: the right policy, the right measure, the right time, both closures, or a reason why not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import detente as dt
from detente.cases.case import Case
from detente.equilibrium.decompose import decompose
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import at_month, horizon
from detente.equilibrium.real_gdp import gdp as nominal_gdp
from detente.errors import BadDossier, NotConverged, UnknownName
from detente.policy.ledger import load_ledger
from detente.policy.parts import Published
from detente.strategy import like_for_like
from detente.strategy.blocs import blocs
from detente.strategy.like_for_like import CLOSURES, Beside, beside
from detente.words.names import goods_sectors

CASE = Case.of("kuala-lumpur-2025", with_ranges=False)
WHO = {
    "id": "x", "who": "A lab", "scenario": "Duties", "quantity": "Something", "value": -1.0, "unit": "%", "time_basis": "a year",
    "why": "other model", "sources": ["wto-apr"],
}  # fmt: skip
APRIL = {"policy_day": "2025-04-15", "horizon": "short"}


def figure(**more: Any) -> Published:
    """A figure of the United States, as a dossier gives it."""
    return Published.model_validate({**WHO, "region": "USA", **more})


def row(**more: Any) -> Beside:
    """That figure beside ours."""
    return beside(CASE, [figure(**more)])[0]


@pytest.fixture(scope="module")
def april() -> dict[str, Outcome]:
    """The measures of 15 April 2025 in the short run, by closure, solved without the room under test."""
    policy = CASE.policy(None, day=figure(measure="real_gdp", **APRIL).policy_day)
    return {c: dt.solve(CASE.world, policy, horizon("short", exchange_rate=c)) for c in CLOSURES}


def at(region: str) -> int:
    return CASE.world.regions.index(region)


# -- what is measured --------------------------------------------------------------------------------------------------
def test_real_gdp_leaves_out_terms_of_trade_and_saving(april: dict[str, Outcome]) -> None:
    for closure, outcome in april.items():
        parts = decompose(outcome, 16)
        aside = [c for c in ("terms of trade", "saving") if c in parts]
        # the other way round: all of real income less what is no output, as a part of output and not of income
        per_output = outcome.before.income / nominal_gdp(outcome.before)
        gdp = (parts["exact"] - parts[aside].sum(axis=1)) * per_output
        ours = 100 * np.log1p(outcome.real_gdp / 100)
        assert np.abs(ours - gdp).max() < 0.06
        assert abs(ours["USA"] - gdp["USA"]) < 0.02
        assert row(measure="real_gdp", **APRIL).span[closure] == pytest.approx(outcome.real_gdp["USA"], abs=1e-8)


def test_gdp_is_set_beside_gdp_and_income_beside_income() -> None:
    long = {"policy_day": "2025-10-17", "horizon": "long"}
    gdp, income = row(measure="real_gdp", **long), row(measure="real_income", **long)
    assert gdp.ours == pytest.approx(-0.84, abs=0.02)
    assert income.ours == pytest.approx(-0.43, abs=0.02)


def test_without_a_policy_real_gdp_stands_still() -> None:
    assert np.abs(dt.solve(CASE.world, dt.Policy()).real_gdp).max() < 1e-8


def test_the_worlds_gdp_is_weighted_by_value_added(april: dict[str, Outcome]) -> None:
    outcome = april["flexible"]
    found = beside(CASE, [Published.model_validate({**WHO, "measure": "real_gdp", **APRIL})])[0].ours
    added = outcome.before.value_added.sum(1)
    assert found == pytest.approx(float((outcome.real_gdp.to_numpy() * added).sum() / added.sum()), abs=1e-8)


def test_quantities_are_those_of_the_outcome(april: dict[str, Outcome]) -> None:
    """`Outcome.trade` has the volume of every flow; weighted by the values before, it gives ours."""
    goods = list(goods_sectors(CASE.world.sectors))
    for closure, outcome in april.items():
        base, volume = outcome.trade["baseline"], outcome.trade["volume"]

        def grown(origins: Any, destinations: Any, sectors: Any, base: Any = base, volume: Any = volume) -> float:
            chosen = {"origin": origins, "destination": destinations, "sector": sectors}
            weights = base.sel(chosen)
            return float((weights * volume.sel(chosen)).sum() / weights.sum())

        others, every = [r for r in outcome.regions if r != "USA"], list(outcome.sectors)
        assert row(measure="exports", **APRIL).span[closure] == pytest.approx(grown(["USA"], others, every))
        assert row(measure="imports", **APRIL).span[closure] == pytest.approx(grown(others, ["USA"], every))
        there = grown(["USA"], ["CHN"], goods)
        assert row(measure="goods_exports", partner="CHN", **APRIL).span[closure] == pytest.approx(there)
        back = row(region="CHN", measure="goods_exports", partner="USA", **APRIL).span[closure]
        both = row(measure="goods_trade", partner="CHN", **APRIL).span[closure]
        assert min(there, back) < both < max(there, back)


def test_prices_are_the_first_round_and_the_share_is_of_goods_imports(april: dict[str, Outcome]) -> None:
    prices = row(measure="consumer_prices", **APRIL)
    assert prices.ours == pytest.approx(float(april["flexible"].consumer_prices_local["USA"]))
    assert prices.low == pytest.approx(prices.high)  # nobody has changed supplier, whatever the exchange rate does
    goods = [CASE.world.sectors.index(s) for s in goods_sectors(CASE.world.sectors)]
    bought = {r: april["flexible"].after.shipments[at(r), at("USA")][goods].sum() for r in CASE.world.regions if r != "USA"}
    assert row(measure="import_share", partner="CHN", **APRIL).ours == pytest.approx(100 * bought["CHN"] / sum(bought.values()))


def test_duties_are_read_off_the_law_and_nothing_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Case, "under", lambda *_, **__: pytest.fail("solved"))
    day = {"policy_day": "2025-05-14", "partner": "CHN"}
    level, rise = row(measure="average_duty", **day), row(measure="duty_rise", **day)
    before = row(measure="average_duty", policy_day="2025-01-20", partner="CHN")
    assert level.ours is not None
    assert rise.ours is not None
    assert before.ours is not None
    assert level.ours - rise.ours == pytest.approx(before.ours)
    assert 25 < rise.ours < 31
    assert level.time == ""
    assert 10 < (row(measure="average_duty", policy_day="2025-10-17").ours or 0) < 20


# -- what is run -------------------------------------------------------------------------------------------------------
def test_the_policy_is_that_of_the_day() -> None:
    april, geneva = row(measure="real_gdp", **APRIL), row(measure="real_gdp", policy_day="2025-05-14", horizon="short")
    assert april.ours is not None
    assert geneva.ours is not None
    assert april.ours < geneva.ours < 0


def test_a_ledgers_policy_and_changes() -> None:
    withdrawn = [{"withdraw": "us-reciprocal-chn-climb-84"}]
    day = {"measure": "consumer_prices", "policy_day": "2025-04-09", "ledger": "world", "horizon": "short"}
    whole, less = row(**day), row(**day, changes=withdrawn)
    policy = load_ledger("world").policy(figure(**day).policy_day, CASE.world.regions, CASE.world.sectors)
    assert whole.ours == pytest.approx(float(dt.solve(CASE.world, policy, "short").consumer_prices_local["USA"]))
    assert less.ours is not None
    assert whole.ours is not None
    assert less.ours < whole.ours
    with pytest.raises((UnknownName, BadDossier), match="no-such"):
        row(**day, changes=[{"withdraw": "no-such"}])


def test_a_scenario_and_what_it_is_set_against() -> None:
    named, case = {"measure": "real_income", "compare_with": "pessimistic", "horizon": "medium"}, CASE.at("medium")
    for against, told in (("in-force", {"against": "status-quo"}), ("reference", {})):
        ours = float(case.outcome("pessimistic", against=against).real_income["USA"])
        assert row(**named, **told).ours == pytest.approx(ours)


def test_a_month_is_a_node_of_the_path() -> None:
    found = row(measure="real_income", policy_day="2025-10-18", month=12)
    for closure in CLOSURES:
        outcome = dt.solve(CASE.world, CASE.policy(None), at_month(12, exchange_rate=closure))
        assert found.span[closure] == pytest.approx(float(outcome.real_income["USA"]))
    assert found.time == "12 months after the decision"


def test_two_blocs_are_the_study_of_two_blocs() -> None:
    found = row(measure="real_income", two_blocs=True, against="status-quo", horizon="long")
    alone = blocs(CASE.at("long"), "long").outcomes["long"]
    assert found.ours == pytest.approx(float(alone.real_income["USA"]))


def test_what_two_figures_share_is_solved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    solve = like_for_like.solve

    def counted(*args: Any, **how: Any) -> Outcome:
        asked.append(args)
        return solve(*args, **how)

    monkeypatch.setattr(like_for_like, "solve", counted)
    beside(CASE, [figure(measure=m, **APRIL) for m in ("real_gdp", "real_income", "exports")])
    assert len(asked) == 2 * len(CLOSURES)  # the policy and the table it is compared with


# -- what is not compared ----------------------------------------------------------------------------------------------
def test_what_is_not_compared_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = {k: v for k, v in WHO.items() if k != "why"}
    silent = beside(CASE, [Published.model_validate(bare)])[0]
    given = beside(CASE, [Published.model_validate({**bare, "why_not": "a count"})])[0]
    lacking = row(measure="real_gdp", region="ZZZ", **APRIL)

    def stuck(*_: Any, **__: Any) -> Any:
        raise NotConverged("it swings")

    monkeypatch.setattr(like_for_like, "solve", stuck)
    failed = row(measure="real_gdp", **APRIL)
    told = {
        "The entry does not say what to run.": silent, "A count.": given,
        "This world has no economy of its own for ZZZ.": lacking, "It swings.": failed,
    }  # fmt: skip
    for end, found in told.items():
        assert found.reason == f"Not compared. {end}"
        assert (found.ours, found.low, found.high, found.difference, found.run) == (None, None, None, None, "")


def test_a_span_has_the_flexible_closure_in_front_and_a_difference() -> None:
    found = row(measure="exports", **APRIL)
    assert tuple(found.span) == ("flexible", "pinned")
    assert found.ours == found.span["flexible"]
    assert found.low == min(found.span.values())
    assert found.high == max(found.span.values())
    assert found.difference == pytest.approx(found.span["flexible"] + 1.0)
    assert found.run == "exports, quantity, measures of 15 April 2025, short run"


def test_a_figure_seen_while_choosing_a_parameter_is_marked() -> None:
    assert "(A39), so agreement confirms nothing" in row(measure="exports", tuned_to="A39", **APRIL).reason
    assert "confirms nothing" not in row(measure="exports", **APRIL).reason


def test_every_measure_can_be_read() -> None:
    given = set(Published.model_fields["measure"].annotation.__args__[0].__args__)  # type: ignore[union-attr]
    assert given == {"real_gdp", *like_for_like.READ, *like_for_like.OF_THE_LAW}


# -- the embargo -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["short", "medium", "long"])
@pytest.mark.parametrize("closure", CLOSURES)
def test_decoupling_stops_the_flow_and_starves_nobody(name: str, closure: Any) -> None:
    case = CASE.at(horizon(name, exchange_rate=closure))
    found = case.outcome("decoupling")
    goods = [CASE.world.sectors.index(s) for s in CASE.goods]
    usa, chn = at("USA"), at("CHN")
    assert found.after.shipments[chn, usa][goods].sum() == 0
    assert found.after.shipments[usa, chn][goods].sum() == 0
    assert found.after.shipments[at("HKG"), usa][goods].sum() == 0 if "HKG" in CASE.world.regions else True
    services = [k for k in range(len(CASE.world.sectors)) if k not in goods]
    assert found.after.shipments[chn, usa][services].sum() > 0
    assert case.mutual_trade(found) == -100
    frames = (found.to_frame(), found.sector_frame(), found.output, found.prices)
    assert all(np.isfinite(f.to_numpy()).all() for f in frames)


@pytest.mark.parametrize(("factor", "usa", "chn"), [(1.0, -0.52, -0.32), (0.5, -1.05, -0.67)])
def test_decoupling_is_worse_than_the_hundred_points_for_both(factor: float, usa: float, chn: float) -> None:
    case = CASE.at(horizon("medium", trade_elasticity_factor=factor))
    split, hundred = (case.outcome(s, against="in-force").real_income for s in ("decoupling", "pessimistic"))
    assert split["USA"] < hundred["USA"]
    assert split["CHN"] < hundred["CHN"]
    assert split["USA"] == pytest.approx(usa, abs=0.02)
    assert split["CHN"] == pytest.approx(chn, abs=0.02)


@pytest.mark.parametrize("critical", [(), ("RER",)])
@pytest.mark.parametrize("month", [24, 48, 120])
def test_decoupling_is_worse_than_the_hundred_points_from_the_second_year_on(month: float, critical: tuple[str, ...]) -> None:
    case = CASE.at(at_month(month, critical=critical))
    split, hundred = (case.outcome(s).real_income for s in ("decoupling", "pessimistic"))
    assert split["USA"] < hundred["USA"]
    assert split["CHN"] < hundred["CHN"]
