"""Domestic politics: sums, shares, a closed form, ranks with ties, and words at any result."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import detente as dt
from detente.briefing.charts.politics import places_figure, politics_figure, sectors_figure
from detente.equilibrium.jobs import heads
from detente.errors import UnknownName, UnknownRegion
from detente.strategy.politics import Home, Leaders, Politics, latest_year, leaders
from detente.world import money
from detente.world.employment import states
from detente.world.places import places
from small_future import small_future

TOY = dt.load_world("toy").with_(employed=dt.load_world("toy").value_added / 50)
LAW = {"law": "what the law does by itself"}
OPEN = re.compile(r"\{|\}|None|nan|  |\(\)|, \.|\bundefined\b")


@pytest.fixture(scope="module")
def outcome() -> dt.Outcome:
    return dt.solve(
        dt.load_world(), dt.Policy([dt.Tariff(by="USA", on="CHN", rate=0.3), dt.Tariff(by="CHN", on="USA", rate=0.2)])
    )


@pytest.fixture(scope="module")
def home(outcome: dt.Outcome) -> Home:
    return Home.of(outcome, "USA", ["CHN"], scenario="war", against="table", year=2025)


def made(changes: dict[str, float], *, rescaled: float = 0.0, unemployed: float | None = None, places: bool = True) -> Home:
    """A home of three states and three sectors with these changes by state, thousand, of 1,000 jobs each."""
    names = ["Iowa", "Ohio", "Utah"]
    table = pd.DataFrame({"code": ["IA", "OH", "UT"], "before": 1000.0}, index=pd.Index(names, name="place"))
    table = table.assign(change=[changes.get(n, 0.0) for n in names], low=math.nan, high=math.nan, behind=0.0, population=1e6)
    table = table.assign(**{"cost": 100.0, "cost substituted": 50.0})
    sectors = pd.DataFrame({"name": ["a", "b", "c"], "before": 1000.0}, index=pd.Index(["AGR", "ELE", "TEX"], name="sector"))
    sectors = sectors.assign(change=list(changes.values())[:3] + [0.0] * (3 - len(changes)), low=math.nan, high=math.nan)
    sectors = sectors.assign(**{"exports lost": 0.0, "behind": 0.0})
    bill = home_bill(1.0)
    return Home(
        party="USA", rivals=("CHN",), scenario="war", against="law", horizon="medium", sectors=sectors,
        places=table if places else None, one="state", many="states", bill=bill, people=3e6, rescaled=rescaled,
        unemployed=unemployed, wage_floor=None if unemployed is None else 0.015,
    )  # fmt: skip


def home_bill(price: float) -> dt.strategy.politics.Bill:
    return dt.strategy.politics.Bill(price, price / 2, 2025, 100 * price, 50 * price)


# -- places ------------------------------------------------------------------------------------------------------------
def test_every_place_has_a_square_of_its_own_and_the_people_are_the_census() -> None:
    known = places("USA")
    assert known is not None
    assert not known.people[["column", "row"]].duplicated().any()
    assert known.people["code"].is_unique
    assert known.people["code"].str.fullmatch("[A-Z]{2}").all()
    assert known.people["population"].sum() == 331_449_281  # the Census Bureau's resident population of 1 April 2020
    assert set(known.jobs.index) == set(states().index) == set(known.people.index) - {"District of Columbia"}
    assert known.source["link"].startswith("https://")
    assert known.job_shares(("AGR", "NOPE")) is None
    assert places("CHN") is None


# -- numbers -----------------------------------------------------------------------------------------------------------
def test_states_sum_to_the_nation(home: Home, outcome: dt.Outcome) -> None:
    assert home.places is not None
    assert home.places["change"].sum() == pytest.approx(outcome.jobs.loc["USA"].sum(), abs=1e-8)
    assert home.places["behind"].sum() == pytest.approx(home.behind)
    assert home.places["before"].sum() == pytest.approx(heads(outcome.before)[0].sum())
    assert home.places["population"].sum() == pytest.approx(money.population("USA", 2025))
    assert home.places["cost"].sum() == pytest.approx(home.cost)
    assert home.uncounted == ["District of Columbia"]
    assert (home.gained, home.lost) == pytest.approx((outcome.jobs_gained["USA"], outcome.jobs_lost["USA"]))


def test_a_state_is_its_shares_of_the_sectors(home: Home, outcome: dt.Outcome) -> None:
    table, change = states(), outcome.jobs.loc["USA"]
    assert home.places is not None
    for state in ("Michigan", "Texas", "Vermont"):
        alone = sum(table.loc[state, s] / table[s].sum() * change[s] for s in outcome.sectors)
        assert home.places.loc[state, "change"] == pytest.approx(alone)
        size = sum(table.loc[state, s] / table[s].sum() * home.sectors.loc[s, "before"] for s in outcome.sectors)
        assert home.per_thousand[state] == pytest.approx(1000 * alone / size)


def test_a_dollar_is_national_and_people_make_the_total(home: Home, outcome: dt.Outcome) -> None:
    spread = outcome.dollars_a_person("USA", 2025)
    assert home.bill.dollars == pytest.approx(spread.value)
    assert home.bill.dollars_substituted == pytest.approx(spread.low)
    assert home.places is not None
    assert (home.places["cost"] / home.places["population"] * 1e6).to_numpy() == pytest.approx(np.full(51, spread.value))
    assert home.leaders("cost", 1).names == ("California",)


def test_exports_lost_on_paper() -> None:
    """One of three goods, no inputs, an embargo: all its exports to the rival are lost, and jobs behind them are e X / Y."""
    flows = np.zeros((2, 2, 2))  # origin, destination, sector
    flows[0, :, 0] = [60.0, 40.0]
    flows[0, :, 1] = [80.0, 20.0]
    flows[1, :, 0] = [40.0, 60.0]
    flows[1, :, 1] = [20.0, 80.0]
    world = dt.World.from_flows(
        regions=["A", "B"], sectors=["X", "Y"], shipments=flows, intermediate_use=np.zeros((2, 2, 2)),
        value_added=flows.sum(1), final_use=flows.sum(0), trade_elasticity=4.0, year=2022, employed=flows.sum(1) / 10,
    )  # fmt: skip
    found = dt.solve(world, dt.Policy([dt.Embargo(by="B", on="A", sectors="X")]))
    home = Home.of(found, "A", ["B"])
    assert home.sectors.loc["X", "exports lost"] == pytest.approx(40.0, rel=1e-6)
    assert home.sectors.loc["X", "behind"] == pytest.approx(10 * 40 / 100, rel=1e-6)
    assert home.places is None
    assert home.bill.dollars is home.cost is None
    with pytest.raises(UnknownRegion):
        Home.of(found, "C", ["B"])


def test_exports_that_grow_are_no_loss_and_nothing_changes_nothing() -> None:
    home = Home.of(dt.solve(TOY, dt.Policy()), "AAA", ["BBB"])
    assert home.behind == pytest.approx(0, abs=1e-9)
    assert home.leaders("sectors", 1) == home.leaders("sectors", -1) == Leaders((), 0.0)
    assert "fewer than 50 jobs" in home.tell("explain")


def test_ranges_hold_the_centre(outcome: dt.Outcome) -> None:
    others = [outcome.at_exchange_rate("pinned")]
    found = Home.of(outcome, "USA", ["CHN"], others=others)
    for frame in (found.sectors, found.places):
        assert frame is not None
        counted = frame[frame["before"].notna()]
        assert (counted["low"] <= counted["change"]).all()
        assert (counted["change"] <= counted["high"]).all()
    ohio = Home.of(others[0], "USA", ["CHN"]).places
    assert found.places is not None
    assert ohio is not None
    ends = found.places.loc["Ohio", ["low", "high"]].to_list()
    assert min(abs(ohio.loc["Ohio", "change"] - end) for end in ends) < 1e-9
    assert 0 <= (found.sure_places or 0) <= 50
    assert "at every parameter set" in found.tell("places")


# -- who leads ---------------------------------------------------------------------------------------------------------
def test_who_is_out_of_work_is_counted_by_place_too() -> None:
    duty = dt.Policy([dt.Tariff(by="CHN", on="USA", rate=0.6)])
    found = dt.solve(dt.load_world(), duty, wage_floor=0.001)
    home = Home.of(found, "USA", ["CHN"])
    assert home.places is not None
    assert home.unemployed == pytest.approx(float(found.unemployed["USA"]))
    assert home.unemployed > 0.1
    assert home.places["out of work"].sum() == pytest.approx(home.unemployed)
    assert home.places["change"].sum() == pytest.approx(-home.unemployed, abs=1e-6)
    assert "people more are out of work" in home.tell("jobs")


def test_what_prints_alike_shares_a_rank() -> None:
    home = made({"Iowa": 0.304, "Ohio": -2.0, "Utah": 0.296})
    ranked = home.ranked("places")
    assert ranked["rank"].to_dict() == {"Iowa": 1, "Utah": 1, "Ohio": 3}
    assert home.leaders("places", 1) == Leaders(("Iowa", "Utah"), 0.3)
    assert home.leaders("places", -1) == Leaders(("Ohio",), -2.0)
    text = home.tell("places")
    assert "For their size Iowa and Utah (+0.30 each) fare best and Ohio (−2.00) worst" in text


def test_below_what_prints_nobody_leads() -> None:
    assert leaders(pd.Series({"a": 0.004, "b": math.nan}), 2) == Leaders((), 0.0)
    assert leaders(pd.Series(dtype=float), 2) == Leaders((), 0.0)


def test_a_sector_within_the_scaling_does_not_lead() -> None:
    home = made({"Iowa": 2.0, "Ohio": -0.5}, rescaled=0.1)  # 0.1 % of 1,000 thousand is 1
    assert home.leaders("sectors", 1).names == ("AGR",)
    assert home.leaders("sectors", -1).names == ()
    assert home.unsaid_sectors == 1
    assert home.signed_places == 1


@pytest.mark.parametrize("changes", [{}, {"Iowa": 1.0}, {"Ohio": -1.0}, {"Iowa": 1.0, "Ohio": 1.0, "Utah": 1.0},
                                     {"Iowa": 1.0, "Ohio": -1.0, "Utah": 0.001}])  # fmt: skip
@pytest.mark.parametrize("unemployed", [None, 0.0, 3.0, -2.0])
@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("price", [0.0, 0.4, -0.4])
def test_every_result_is_told_in_whole_words(
    changes: dict[str, float], unemployed: float | None, counted: bool, price: float
) -> None:
    home = replace(made(changes, unemployed=unemployed, places=counted), bill=home_bill(price))
    told = Politics("d", "medium", "million USD", (home, replace(home, scenario="peace", rivals=("CHN", "MEX"))), LAW)
    for text in (home.tell("explain"), told.explain(), Politics("d", "medium", "million USD", (home,), LAW).explain()):
        assert not OPEN.search(text), text
        for paragraph in text.split("\n\n"):
            assert paragraph[-1] == ".", paragraph
            assert paragraph[0].isupper() or paragraph[0].isdigit(), paragraph
    ups, downs = (any(s * v >= 0.005 for v in changes.values()) for s in (1, -1))
    said = home.tell("places")
    assert ("best" in said) == (ups and counted)
    assert ("worst" in said) == (downs and counted)
    for drawn in (sectors_figure([home]), politics_figure(told)):
        assert drawn.alt.endswith(".")
        assert not OPEN.search(drawn.title), drawn.title


# -- doors -------------------------------------------------------------------------------------------------------------
def test_of_a_case_every_scenario_and_party() -> None:
    case = dt.Case.of("kuala-lumpur-2025")
    found = dt.politics(case)
    assert found.scenarios == case.ids
    assert [h.party for h in found.homes] == ["USA", "CHN"] * len(case.ids)
    frame = found.to_frame()
    assert len(frame) == len(case.ids) * (31 + 51 + 31)
    assert {"change, thousand", "rank", "cost, million USD"} <= set(frame)
    assert found.of("CHN", "pessimistic").sectors["change"].to_numpy() == pytest.approx(
        case.outcome("pessimistic").jobs.loc["CHN"].to_numpy()
    )
    record = found.record()["homes"][0]
    assert sum(r["change_thousand"] for r in record["places"] if r["change_thousand"] is not None) == pytest.approx(
        record["gained"] - record["lost"], abs=1e-6
    )
    with pytest.raises(UnknownName, match="CHN"):
        dt.politics(case, parties=["MYS"])
    with pytest.raises(UnknownName):
        found.of("MYS")


@pytest.mark.parametrize("horizon", ["medium", "month 12"])
def test_of_a_package_against_no_deal(horizon: str) -> None:
    world = dt.load_world("toy")
    case = dt.Case.of(small_future(), world.with_(employed=world.value_added / 50), horizon, with_ranges=False)
    deal = dt.proposal(case, solves=20, disagreement="escalate")
    found = dt.strategy.politics.politics_of_deal(deal)
    assert [h.party for h in found.homes] == list(case.parties)
    assert {(h.scenario, h.against) for h in found.homes} == {("package", "escalate")}
    assert "both sides escalating" in found.explain()
    outcome = dt.strategy.politics.package_outcome(deal)
    for home in found.homes:
        assert home.sectors["change"].to_numpy() == pytest.approx(outcome.jobs.loc[home.party].to_numpy())
    if horizon == "medium":  # a snapshot: the deal's own figures are read off the same two equilibria
        gains = deal.by_region()["real income, %"]
        assert outcome.real_income.to_numpy() == pytest.approx(gains.to_numpy(), abs=1e-7)


def test_the_year_is_the_last_known() -> None:
    assert latest_year("USA", 2031) == 2025
    assert latest_year("USA", 2023) == 2023
    assert latest_year("USA", 2001) is None
    assert latest_year("ZZZ", 2031) is None


def test_the_map_has_a_square_a_counted_place(home: Home) -> None:
    drawn = places_figure([home], csv="politics.csv")
    assert drawn is not None
    assert drawn.csv == "politics.csv"
    rows = next(iter(drawn.spec(700)["datasets"].values()))
    assert len(rows) == 50
    assert drawn.svg.startswith("<svg")
    best = home.leaders("places", 1).names[0]
    assert f"{best} +" in drawn.alt
    assert "District of Columbia is not counted apart" in drawn.note
    assert places_figure([replace(home, places=None)]) is None
    both = places_figure([home, replace(home, scenario="peace")])
    assert both is not None
    assert f"War, {best} +" in both.alt
    squares = [r for data in both.spec(700)["datasets"].values() for r in data]
    assert any(r["panel"] == "Peace" and r["place"] == best and r["text"].startswith("+") for r in squares)
    assert 3 <= both.alt.count(";") + 1 <= 5
