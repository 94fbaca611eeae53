"""Sentences of the sections: their words follow from the numbers they are given."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from detente.briefing.sections.trade import leaders
from detente.briefing.view import Triple
from detente.policy.measures import Measure
from detente.words import TINY, money, percent, say, tell

CASE: Any = SimpleNamespace(
    a="USA",
    b="CHN",
    host="MYS",
    worst="pessimistic",
    best="optimistic",
    ids=("optimistic", "pessimistic"),
    run="medium run",
    quo="what was in force on 18 October 2025",
    base="what the law does by itself",
    base_means="what the law does by itself: truces lapse",
    parties=("USA", "CHN"),
    horizon="medium run (two to five years)",
    ranged="the trade elasticity",
    world=SimpleNamespace(year=2022, regions=("USA", "CHN", "MYS")),
    dollars=2025,
    goods=("AGR", "ELE"),
    dossier=SimpleNamespace(as_of=datetime.date(2025, 10, 18)),
    label=lambda s: "Status quo" if s is None else s.capitalize(),
    named=lambda s: f"“{s.capitalize()}” (Named)",
    against=lambda s: "what the law does by itself" if s else "the world before",
    subtitle=lambda unit: f"{unit}, against what the law does by itself",
    run_name=lambda h: f"{h} run",
)
figures = st.floats(-60, 60, allow_nan=False)


def t(value: float, width: float = 0.0) -> Triple:
    return Triple(value - width, value, value + width)


def summary(part: str, **values: Any) -> str:
    return say("briefing/sections/summary", part, **{"case": CASE, "lead": "pessimistic", "likely": ""} | values)


# -- summary -----------------------------------------------------------------------------------------------------------
@given(figures, figures, figures)
def test_the_answer_says_which_way_each_moves(a: float, b: float, world: float) -> None:
    told = summary("answer", sides=[("USA", t(a)), ("CHN", t(b))], host=t(0), world=t(world), better=t(1), before=t(0))
    for where, value in (("the United States", a), ("in China it", b), ("World real income", world)):
        verb = "changes by" if abs(value) < TINY else "rises" if value > 0 else "falls"
        assert f"{where} {verb} {percent(abs(value))}" in told
    assert "In Malaysia, the host, it changes by" in told
    assert "has raised" not in told
    assert "has lowered" not in told


@pytest.mark.parametrize(("before", "word"), [(0.5, "has raised it by 0.50"), (-0.5, "has lowered it by 0.50")])
def test_the_answer_says_what_is_done_already(before: float, word: str) -> None:
    told = summary("answer", sides=[("USA", t(1)), ("CHN", t(1))], host=t(1), world=t(1), better=t(1), before=t(before, 0.1))
    assert word in told
    assert told.endswith("against the world before.")


def test_the_answer_leaves_out_what_is_not_there() -> None:
    alone = SimpleNamespace(**{**vars(CASE), "host": None, "best": "pessimistic"})
    told = say(
        "briefing/sections/summary",
        "answer",
        case=alone,
        lead="pessimistic",
        likely="",
        sides=[("USA", t(1)), ("CHN", t(1))],
        host=None,
        world=t(1),
        better=t(1),
        before=t(0),
    )
    assert "host" not in told
    assert told.count("orld real income") == 1


def test_a_figure_says_its_driver_only_where_it_has_one() -> None:
    with_driver = summary("number_detail", scenario="pessimistic", t=t(1, 0.5), driver="the trade elasticity")
    assert with_driver.startswith("in “Pessimistic”, range 0.50 to 1.50")
    assert ", mostly through the trade elasticity; medium run, against what the law does by itself" in with_driver
    bare = summary("number_detail", scenario=None, t=t(1), driver="")
    assert "mostly" not in bare
    assert "in “" not in bare
    assert bare.endswith("; medium run, against the world before")


def happen(still: list[str], deadline: Any) -> str:
    return summary("happen", low=("pessimistic", -2.0), high=("optimistic", 0.4), still=still, deadline=deadline)


def test_the_likeliest_way_on_comes_first() -> None:
    said = {"sides": [("USA", t(1)), ("CHN", t(1))], "host": t(1), "world": t(1), "better": t(1), "before": t(0)}
    told = summary("answer", lead="middle", likely="“Middle” has a chance of 52.", **said)
    assert told.startswith("“Middle” has a chance of 52. If it comes to “Middle” (Named), real income in the United States rises")
    assert "“Optimistic” (Named) world real income" in told
    assert "essimistic" not in told


def test_what_will_happen_counts_ways_and_days() -> None:
    due = SimpleNamespace(date=datetime.date(2025, 11, 1), days_left=14, text="A duty starts.")
    told = happen([], due)
    assert told.startswith(
        "For world real income the 2 ways on run from −2.0\u202f% (“Pessimistic”) to +0.40\u202f% (“Optimistic”)."
    )
    assert told.endswith("The next date set is 1 November 2025, 14 days on: A duty starts.")
    assert "next to what" not in told
    assert "“Optimistic” is next to what the law does by itself" in happen(["“Optimistic”"], None)
    assert "“Optimistic” and “Middle” are next to what the law does" in happen(["“Optimistic”", "“Middle”"], None)
    assert "next date" not in happen([], None)
    one = happen([], SimpleNamespace(date=due.date, days_left=1, text="X"))
    assert "1 day on: X." in one


def test_ways_on_that_move_nothing_are_not_ranged() -> None:
    told = summary("happen", low=("pessimistic", -0.001), high=("optimistic", 0.002), still=[], deadline=None)
    assert told == "None of the 2 ways on moves world real income by as much as 0.01\u202f%."


def test_how_sure_names_whose_sign_is_open() -> None:
    told = summary("sure", foretold=False, firm=["China"], open=["Malaysia", "the world"])
    assert "not how likely it is" in told
    assert "holds at every value tried for China. It does not for Malaysia and the world." in told
    odds = summary("sure", foretold=True, firm=[], open=[])
    assert odds.startswith("Ranges of effects")
    assert odds.endswith("intervals.")


# -- economies ---------------------------------------------------------------------------------------------------------
@given(st.floats(-9e5, 9e5), figures, figures, figures)
def test_an_economy_is_told_by_its_signs(size: float, terms: float, down: float, up: float) -> None:
    jobs = {"AGR": down, "ELE": up}
    told = say(
        "briefing/sections/economies",
        "region",
        case=CASE,
        code="CHN",
        moves=[("falls 1 %", "“Pessimistic”")],
        size=size,
        terms=terms,
        revenue=-5.0,
        jobs=jobs,
        heads=False,
        least=TINY,
        down="AGR",
        up="ELE",
    )
    assert told.startswith("Real income in China falls 1 % in “Pessimistic”, against")
    assert f"{'worth' if size >= 0 else 'a loss of'} {money(abs(size))} a year" in told
    assert f"the terms of trade {'move it by' if abs(terms) < TINY else 'add' if terms > 0 else 'take'} " in told
    assert "duties collected fall by" in told
    assert ("Employment falls most in agriculture" in told) == (down <= -TINY and up >= TINY)


@pytest.mark.parametrize(
    ("moves", "joined"),
    [
        ([("rises", "A")], "rises in A, against"),
        ([("rises", "A"), ("falls", "B")], "rises in A and falls in B, against"),
        ([("rises", "A"), ("falls", "B"), ("changes", "C")], "rises in A, falls in B and changes in C, against"),
    ],
)
def test_moves_are_joined_as_a_list(moves: list[tuple[str, str]], joined: str) -> None:
    rest = {
        "size": 1.0,
        "terms": 1.0,
        "revenue": 1.0,
        "jobs": {"AGR": 0.0},
        "down": "AGR",
        "up": "AGR",
        "heads": False,
        "least": TINY,
    }
    assert joined in say("briefing/sections/economies", "region", case=CASE, code="USA", moves=moves, **rest)


def test_workers_move_only_where_some_sector_gains_and_some_loses() -> None:
    def title(low: float, high: float, heads: bool = False) -> str:
        jobs = {"AGR": low, "ELE": high}
        values = {
            "code": "USA", "jobs": jobs, "low": "AGR", "high": "ELE", "drawn": 2, "least": TINY, "share": 0.2, "heads": heads,
        }  # fmt: skip
        return say("briefing/sections/economies", "employment", case=CASE, **values).split("\n\n")[0]

    assert title(-1, 2).endswith("(−1.0\u202f%) and into computers and electronics (+2.0\u202f%)")
    assert title(-1.2, 2, heads=True).endswith("(1,200) and into computers and electronics (2,000)")
    assert title(1, 2) == title(-2, -1) == title(0, 0) == "Employment by sector in the United States"


# -- trade -------------------------------------------------------------------------------------------------------------
def market(lost: float, others: dict[str, float], home: float = 10.0) -> tuple[str, str]:
    sold = {"USA": home, "CHN": lost, **others}
    up = sorted((r for r, v in others.items() if v > 0), key=lambda r: -others[r])
    gained = sum(others[r] for r in up)
    values = {"buyer": "USA", "rival": "CHN", "sold": sold, "lost": lost, "up": up, "gained": gained, "home": home}
    values["bought"] = lost + sum(others.values())
    values["top"], values["places"] = leaders({r: others[r] for r in up})
    told, around = (say("briefing/sections/trade", part, case=CASE, **values) for part in ("market", "figure"))
    return told, around.split("\n\n")[0]


def test_diverted_trade_names_the_largest_gainers_in_order() -> None:
    told, title = market(-1000.0, {"MYS": 100.0, "VNM": 300.0, "MEX": 50.0, "JPN": 20.0, "IND": 10.0})
    assert "China sells USD\u00a01.0\u00a0billion a year less to the United States" in told
    assert "48\u202f% of what China loses: Viet Nam" in told
    assert told.index("Viet Nam") < told.index("Malaysia") < told.index("Mexico") < told.index("Japan")
    assert "India" not in told
    assert title.startswith("Viet Nam gains most in the United States; China loses")


def test_gainers_that_print_alike_are_named_together() -> None:
    told, title = market(-30.0, {"JPN": 4.12, "TWN": 4.08, "MYS": 1.0})
    assert title.startswith("Japan and Taiwan gain most in the United States; China loses")
    assert "Japan (+USD\u00a04.1\u00a0million) and Taiwan (+USD\u00a04.1\u00a0million) most, then Malaysia" in told
    assert leaders({"JPN": 4.12, "TWN": 3.4})[1] == 3  # not a figure of zeros
    assert leaders({"JPN": 12_340.0, "TWN": 12_280.0}) == (["JPN", "TWN"], 1)
    assert leaders({}) == ([], 1)
    four = market(-30.0, dict.fromkeys(("JPN", "TWN", "MYS", "KOR"), 4.0))[1]
    assert four.startswith("Four economies gain most alike in the United States")


def test_one_gainer_has_nobody_after_it() -> None:
    told, _ = market(-1000.0, {"MYS": 100.0})
    assert "most. Sales of the United States at home rise by" in told
    assert "then" not in told
    assert ", then Mexico (" in market(-1000.0, {"MYS": 100.0, "MEX": 50.0})[0]


def test_a_market_that_shrinks_is_not_called_diversion() -> None:
    told, title = market(-1000.0, {"MYS": -5.0}, home=-3.0)
    assert "Nobody else abroad gains" in told
    assert "at home fall by" in told
    assert title == "China loses USD\u00a01.0\u00a0billion a year in the United States; nobody gains"
    told, title = market(-1000.0, {"MYS": 5.0, "VNM": -9.0})
    assert "Other sellers abroad hardly gain" in told
    assert title.endswith("; others hardly gain")


def test_a_rival_that_sells_more_is_said_to() -> None:
    told, title = market(20.0, {"MYS": 5.0})
    assert told == "In “Pessimistic” China sells USD\u00a020\u00a0million a year more to the United States."
    assert title == "China sells USD\u00a020\u00a0million a year more to the United States"


# -- households --------------------------------------------------------------------------------------------------------
def household(part: str, **values: Any) -> str:
    return say("briefing/sections/households", part, case=CASE, **values)


def test_the_basket_is_worth_something_a_head_where_heads_are_known() -> None:
    moves = [("USA", t(1.2, 0.1)), ("CHN", t(-0.4, 0.1)), ("MYS", t(0))]
    told = household("basket", moves=moves, worth=[("USA", "−USD 40"), ("CHN", "+USD 3")])
    assert "in the United States it rises 1.2" in told
    assert "; in China it falls 0.40" in told
    assert "worth −USD 40 in the United States and +USD 3 in China per person and year" in told
    assert told.endswith("what governments and firms spend included.")
    assert "per person" not in household("basket", moves=moves, worth=[])
    assert household("basket", moves=moves[:1], worth=[]).endswith("%).")


def test_inputs_that_do_not_cost_more_are_said_not_to() -> None:
    assert "becomes dearer against wages most for computers and electronics" in household("inputs", top="ELE", cost=0.5)
    assert household("inputs", top="ELE", cost=-0.5) == household("inputs", top="ELE", cost=0.0)
    assert "pays more for its inputs" in household("inputs", top="ELE", cost=0.0)


def test_a_price_that_multiplies_is_read_as_a_shortage() -> None:
    assert "read a shortage" in household("rare_earths", share=90.0, value=300.0)
    assert "read a shortage" not in household("rare_earths", share=90.0, value=299.0)


def test_jobs_are_joined_and_the_sectors_pointed_to() -> None:
    told = household("jobs", moved=[("USA", 0.07), ("CHN", 0.09), ("MYS", 0.08)], floored=False)
    assert "0.07\u202f% in the United States, 0.09\u202f% in China and 0.08\u202f% in Malaysia of all work" in told
    assert told.endswith("Section §implications shows the sectors.")


# -- situation ---------------------------------------------------------------------------------------------------------
def situation(part: str, **values: Any) -> str:
    return say("briefing/sections/situation", part, today=datetime.date(2025, 10, 18), **values)


def test_the_count_of_measures_agrees_with_its_verb() -> None:
    assert "1 measure: 1 in force." in situation("lead", total=1, tally=["1 in force"], held=0)
    assert "Of those in force, 1 is not" in situation("lead", total=2, tally=["2 in force"], held=1)
    assert "Of those in force, 2 are not" in situation("lead", total=2, tally=["2 in force"], held=2)


def test_the_timeline_says_whether_a_date_is_near() -> None:
    near = situation("timeline", soon=2, start="January 2025", end="March 2026")
    assert near.startswith("2 dates within 30 days can change what is in effect\n\n")
    assert situation("timeline", soon=1, start="", end="").startswith("1 date within")
    assert situation("timeline", soon=0, start="", end="").startswith("No date set within 30 days")


def test_the_timeline_in_words_lists_measures_and_days() -> None:
    due = [(datetime.date(2025, 11, 1), "a duty"), (datetime.date(2025, 11, 10), "an end")]
    told = situation("timeline_alt", message="Two dates", shown=[("Ten", "in_force"), ("Hundred", "threatened")], due=due)
    assert told == ("Two dates. 2 measures, 1 of them in force. Due: 1 November 2025, a duty; 10 November 2025, an end.")
    assert situation("timeline_alt", message="No date", shown=[], due=[]) == "No date. 0 measures, 0 of them in force."


@pytest.mark.parametrize(("others", "word"), [(1, "1 other measure ("), (3, "3 other measures (")])
def test_what_is_left_to_the_appendix_is_counted(others: int, word: str) -> None:
    assert word in situation("status", others=others)


def test_exposure_names_each_party() -> None:
    shares = [("USA", 15.0, 8.0), ("CHN", 14.0, 25.0)]
    told = situation("exposure", year=2022, region="MYS", shares=shares, own=False)
    assert "(W3)" not in told
    assert "(W3)" in situation("exposure", year=2022, region="MYS", shares=shares, own=True)
    assert told.endswith("go to the United States and 8.0\u202f% of its goods imports come from there; 14\u202f% of its goods "
                         "exports go to China and 25\u202f% of its goods imports come from there.")  # fmt: skip


# -- measures ----------------------------------------------------------------------------------------------------------
def measure(instrument: str, **more: Any) -> Measure:
    plain = {"id": "m", "title": "M", "by": "USA", "on": ["CHN", "MYS", "SGP", "JPN"], "sources": ["s"], "threatened": True}
    return Measure.model_validate({**plain, "instrument": instrument, **more})


@pytest.mark.parametrize(
    ("made", "size"),
    [
        (measure("tariff", rate_pct=10), "10 points"),
        (measure("tariff", rate_pct=12.5), "12.5 points"),
        (measure("tariff", rate_pct=15, base="floor"), "at least 15 points"),
        (measure("tariff", rate_pct={"CHN": 50, "MYS": 25}), "50 points (China), 25 points (Malaysia)"),
        (measure("tariff", rate_pct={"CHN": 7, "MYS": 7}), "7 points"),
        (measure("tariff", rate_pct={"CHN": 1, "MYS": 2, "SGP": 3, "JPN": 4}), "1 to 4 points"),
        (measure("tariff", modelled=False, why_not="Unknown"), ""),
        (measure("export_control", withhold_pct=30), "30\u202f% withheld"),
        (measure("non_tariff", cost_pct=2.5), "2.5\u202f% of value"),
        (measure("non_tariff", cost_pct=-5), "−5\u202f% of value"),
        (measure("embargo", coverage=0.5), "50\u202f% of trade"),
        (measure("purchase", growth_pct=12.5, sectors=["AGR"]), "12.5\u202f% more"),
        (measure("purchase", value_musd=12345.6, sectors=["AGR"]), "12,346 million USD a year"),
        (measure("other", modelled=False, why_not="A fee"), ""),
    ],
)
def test_a_measure_has_one_way_of_being_written(made: Measure, size: str) -> None:
    assert tell(made, "size") == size


def test_whom_a_measure_hits() -> None:
    assert tell(measure("tariff", rate_pct=1, on="all"), "on") == "all"
    assert tell(measure("tariff", rate_pct=1, on="all", except_on=["CHN", "JPN"]), "on") == "all except CHN, JPN"
    assert tell(measure("tariff", rate_pct=1, on=["CHN", "MYS"]), "on") == "CHN, MYS"


# -- what a dossier says is never a template ---------------------------------------------------------------------------
def test_text_of_a_dossier_is_not_run() -> None:
    hostile = "{{ 7 * 7 }} {% for x in y %} {# gone? #}"
    due_then = [(datetime.date(2025, 11, 1), hostile)]
    told = situation("timeline_alt", message=hostile, shown=[(hostile, "in_force")], due=due_then)
    assert told.count(hostile) == 2
    due = SimpleNamespace(date=datetime.date(2025, 11, 1), days_left=14, text=hostile)
    assert hostile in happen([], due)
