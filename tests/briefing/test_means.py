"""Page 2, an edition for one economy: words within bounds, numbers as in the data, titles true at any result, nothing advised
that the numbers do not bear."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st
from tests.briefing.conftest import DOSSIER, toy_dossier, toy_world

from detente import words as text
from detente.briefing.charts import figure
from detente.briefing.charts.calendar import calendar_figure
from detente.briefing.charts.hazard import events_of
from detente.briefing.charts.theme import coloured, roles
from detente.briefing.document import Figure, Items, Para, Section, Table, words_in
from detente.briefing.front import what_it_means
from detente.briefing.front.asks import Advice, Kind, _of_mover, advice
from detente.briefing.front.calendar import Entry, Way, entries
from detente.briefing.front.triggers import Foretold, _signs, triggers
from detente.briefing.front.what_it_means import STRETCHES, WORDS, decided, page, parts_of, told
from detente.briefing.report import solve_case
from detente.briefing.sections import bystanders, outlook
from detente.briefing.view import CaseView
from detente.briefing.worth import worths
from detente.cases.baselines import LAW
from detente.outlook.year import our_year
from detente.policy.dossier import load_dossier, parse_dossier
from detente.strategy.asks import displaced_by
from detente.strategy.year import Kind as DriverKind, Mover, Span, Year, drivers_of
from detente.types import Range
from detente.world.library import load_world

TOY = ("MYS", "USA", "CHN", "PAK", "EU27", "SGP")
KL = ("MYS", "USA", "PAK")
number = st.floats(-9, 9, allow_nan=False)


@pytest.fixture(scope="module")
def toy() -> CaseView:
    return solve_case(toy_dossier(), toy_world())


@pytest.fixture(scope="module")
def no_forks() -> CaseView:
    return solve_case(
        parse_dossier(DOSSIER.split("prospects:")[0] + "sources:" + DOSSIER.split("\nsources:")[1], "n.yaml"), toy_world()
    )


@pytest.fixture(scope="module")
def kl() -> CaseView:
    return solve_case(load_dossier("kuala-lumpur-2025"), load_world())


def written(case: CaseView, reader: str) -> tuple[Section, dict[str, pd.DataFrame]]:
    """The page of a reader with its data files by stem."""
    before = len(case.shelf.files)
    with coloured(roles(case.parties, case.host)):
        made = page(case, reader)
    return made, {f.stem: f.frame for f in case.shelf.files[before:]}


def bullets(section: Section) -> list[str]:
    return [f"{p.lead} {p.text}" for b in section.blocks if isinstance(b, Items) for p in b.items]


@pytest.fixture(scope="module")
def pages(toy: CaseView, no_forks: CaseView, kl: CaseView) -> dict[str, tuple[CaseView, str, Section, dict[str, pd.DataFrame]]]:
    asked = [("toy", toy, TOY), ("no forks", no_forks, ("MYS", "USA", "PAK")), ("kl", kl, KL)]
    return {f"{name} {r}": (case, r, *written(case, r)) for name, case, readers in asked for r in readers}


# -- the page ----------------------------------------------------------------------------------------------------------
def test_a_page_keeps_within_its_words_and_bullets(
    pages: dict[str, tuple[CaseView, str, Section, dict[str, pd.DataFrame]]],
) -> None:
    for name, (_, _, section, _) in pages.items():
        assert words_in([section]) <= WORDS, name
        assert len(section.title.split()) <= 16, section.title
        told_ = bullets(section)
        assert 1 <= len(told_) <= 6
        assert all(len(b.split()) <= 20 for b in told_), told_
        for table in (b for b in section.blocks if isinstance(b, Table)):
            assert len(table.columns) <= 4
            assert len(table.rows) <= 6
        for drawn in (b for b in section.blocks if isinstance(b, Figure)):
            assert len(drawn.alt.split()) <= 60
        everything = " ".join([section.title, *told_, *(b.text for b in section.blocks if isinstance(b, Para))])
        assert "Macro" not in everything
        assert "falls by −" not in everything
        assert "horizon" not in everything


def test_the_title_is_the_largest_driver_of_the_data(
    pages: dict[str, tuple[CaseView, str, Section, dict[str, pd.DataFrame]]],
) -> None:
    for case, reader, section, files in pages.values():
        year = bystanders.year_of(case, reader, LAW)
        top = decided(year).top
        stem = f"front-year-{reader.lower()}"
        if top is None:
            assert "not known" in section.title or "as much as 0.01" in section.title
            continue
        row = files[stem].set_index("driver").loc[top.title]
        money = next(float(row[c]) for c in row.index if str(c).startswith("price, million USD"))
        assert text.money(money, signed=True) in section.title


def test_an_exemption_is_asked_of_who_decides_with_its_price_and_day(kl: CaseView) -> None:
    first = advice(kl, "MYS")[0]
    step = bystanders.steps_of(kl, "MYS").step("chip-exemption")
    assert (first.kind, first.whom, first.day, first.given) == ("ask", ("USA",), date(2026, 3, 31), "branch")
    assert first.money == step.money
    assert text.money(step.money.value) in first.text()
    assert "if it comes" in first.text()


def test_nothing_of_unknown_sign_is_asked_for(toy: CaseView, no_forks: CaseView, kl: CaseView) -> None:
    for case, readers in ((toy, TOY), (no_forks, ("MYS", "USA", "PAK")), (kl, KL)):
        for reader in readers:
            found = advice(case, reader)
            assert any(a.kind in ("ask", "seek", "refuse", "package", "nothing") for a in found)
            assert {a.money.sign for a in found if a.kind in ("ask", "seek", "alone")} <= {"gain"}
            assert {a.money.sign for a in found if a.kind in ("avoid", "refuse")} <= {"loss"}


def test_a_party_asks_for_the_clauses_of_the_package(kl: CaseView) -> None:
    found = advice(kl, "USA")
    kinds = [a.kind for a in found]
    assert {"ask", "package", "offer", "avoid"} <= set(kinds)
    assert all(a.whom == ("CHN",) and a.clause for a in found if a.kind in ("ask", "offer"))
    worst = next(a for a in found if a.kind == "avoid")
    driver = next(d for d in bystanders.year_of(kl, "USA", LAW).ranked if d.title == worst.title)
    assert worst.money == driver.money


# -- prices against the law ----------------------------------------------------------------------------------------------
def test_against_the_law_a_branch_is_what_its_scenario_is_against_the_law(kl: CaseView) -> None:
    year = bystanders.year_of(kl, "USA", LAW)
    assert year.driver("carried-out").price.value == pytest.approx(kl.income("USA", "pessimistic").value, abs=1e-6)
    assert "The truce lapses and 24 points return on both sides" in year.unmoved or not any(
        d.id == "lapses" for d in year.drivers
    )
    apart, before = year.driver("duties-void"), bystanders.year_of(kl, "USA").driver("duties-void")
    assert apart.price == before.price
    assert year.record()["against"] == "law"


def test_in_force_is_the_default(toy: CaseView) -> None:
    assert drivers_of(toy, "MYS").against == "in-force"
    assert our_year(toy, "MYS", odds={}, with_risk=False).drivers == drivers_of(toy, "MYS").with_chances(
        {d.id: d.chance for d in our_year(toy, "MYS", odds={}, with_risk=False).drivers if d.chance}
    ).drivers  # fmt: skip


# -- calendar and triggers -----------------------------------------------------------------------------------------------
def test_the_calendar_takes_its_chances_from_today(kl: CaseView) -> None:
    found, look = entries(kl, "USA"), outlook.prepared(kl)
    assert look is not None
    assert [e.day for e in found] == sorted(e.day for e in found)
    for entry in found:
        fork = next(f for f in look.look.tree.forks.values() if f.title == entry.title)
        chances = {b.title: look.look.odds_if_reached[fork.id].from_today[b.id].value for b in fork.branches}
        assert all(w.chance == pytest.approx(chances[w.title]) for w in entry.ways)
    end = next(w for e in found for w in e.ways if w.title == "The pause breaks and the 100 points come")
    assert end.price.value == pytest.approx(kl.income("USA", "pessimistic").value, abs=2e-3)


def test_without_forks_the_calendar_shows_the_scenarios(no_forks: CaseView) -> None:
    found = entries(no_forks, "USA")
    assert {w.title for e in found for w in e.ways} == {"All lifted", "The hundred"}
    assert {w.chance for e in found for w in e.ways} == {None}


@pytest.mark.parametrize("reader", ["USA", "CHN", "MYS"])
def test_a_trigger_is_the_conditional_chance_of_a_way_on(kl: CaseView, reader: str) -> None:
    look = outlook.prepared(kl)
    assert look is not None
    tree = look.look.tree
    titles = {s.title: s.id for s in kl.dossier.scenarios}
    worth = {s: worths(kl, None if s == "status-quo" else s, (reader,))[reader] for s in tree.scenarios}
    found = [t for t in triggers(kl, reader, advice(kl, reader)) if not t.apart]
    assert found
    for t in found:
        branch = next(b for b, (f, x) in tree.branches.items() if x.title == t.seen and f.date == t.day)
        through = {leaf: leaf.probability for leaf in tree.leaves if branch in leaf.path}
        share = sum(through.values())
        after = {s: sum(p for leaf, p in through.items() if leaf.scenario == s) / share for s in tree.scenarios}
        told = titles.get(t.outcome.title, "status-quo")
        assert t.after == pytest.approx(after[told])
        assert t.before == pytest.approx(tree.scenarios[told])
        assert t.outcome.percent == tree.percents[told]
        assert abs(t.after - t.before) >= 0.05
        assert max(after.values()) < 0.99  # nothing is settled by it
        turns = {s: (after[s] - tree.scenarios[s]) * w.value * (0.5 if w.low < 0 < w.high else 1) for s, w in worth.items()}
        assert t.weight == pytest.approx(abs(sum(turns.values())))
        assert turns[told] * sum(turns.values()) > 0  # what is told turns the reader's way as all of it does
        assert abs(turns[told]) == pytest.approx(max(abs(v) for v in turns.values() if v * sum(turns.values()) > 0))


def test_what_comes_in_place_of_a_gain_is_no_bad_sign() -> None:
    """Both step back, worth as much, where a pause was likely: no sign; a break is one, and of the dearest way on."""
    branches = [SimpleNamespace(id=b, title=b) for b in ("peace", "anger")]
    fork = SimpleNamespace(id="f", date=date(2027, 1, 1), independent=False, branches=branches)
    tree = SimpleNamespace(
        forks={"f": fork},
        probabilities=np.array([0.36, 0.04, 0.3, 0.3]),
        ending=lambda s: np.array(["both", "war", "pause", "war"]) == s,
        taken=lambda b: np.array([b == "peace", b == "peace", b == "anger", b == "anger"]),
    )
    ways = {
        "both": Foretold("Both", 10.0, "gain"),
        "pause": Foretold("Pause", 10.0, "gain"),
        "war": Foretold("War", -50.0, "loss"),
    }
    found = {s.seen: s for s in _signs(tree, ways)}
    assert {name: s.outcome.title for name, s in found.items()} == {"peace": "War", "anger": "War"}
    assert found["peace"].after == pytest.approx(0.1)
    assert found["anger"].after == pytest.approx(0.5)
    even = {**ways, "war": Foretold("War", 9.5, "gain")}
    assert not list(_signs(tree, even))  # what one way on loses another brings


def test_what_a_branch_rules_out_by_itself_is_not_watched(toy: CaseView) -> None:
    look = outlook.prepared(toy)
    assert look is not None
    for reader in TOY:
        for t in triggers(toy, reader, advice(toy, reader)):
            fork = next(f for f, b in look.look.tree.branches.values() if b.title == t.seen)
            beside = {b.id for b in fork.branches} & set(t.outcome.branches)
            assert t.apart or t.after > 0 or not beside, (reader, t)


def test_one_does_not_wait_with_what_happens() -> None:
    money = span(-7400.0, 100.0, 2200.0)
    d = Mover("m", "branch", "China answers in kind", ("CHN", "USA"), span(-0.2, 0.1, 0.3), money, branches=("b",))
    for reader in ("USA", "CHN", "MYS"):
        (one,) = _of_mover(d, reader)
        assert one.text() == ("Count on nothing from “China answers in kind”: −USD\xa07.4\xa0billion to +USD\xa02.2\xa0billion.")
    (own,) = _of_mover(replace(d, by=("USA",)), "USA")
    assert own.text().startswith("Weigh “China answers in kind” before you take it: −USD")


# -- templates on any result ---------------------------------------------------------------------------------------------
KINDS: tuple[Kind, ...] = ("ask", "package", "offer", "trade", "seek", "refuse", "alone", "avoid", "siding", "unsure", "nothing")
long_title = st.lists(st.sampled_from(["a", "duty", "of", "the", "steel", "24", "licences", "on"]), min_size=1, max_size=20).map(
    " ".join
)


def span(low: float, middle: float, high: float) -> Span:
    a, b, c = sorted((low, middle, high))
    return Span(a, b, c, b, a)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(KINDS), long_title, long_title, number, number, number, number, st.booleans(), st.booleans())
def test_a_bullet_has_at_most_twenty_words(
    kind: Kind, title: str, second: str, low: float, middle: float, high: float, other: float, clause: bool, again: bool
) -> None:
    clause = clause and kind in ("ask", "offer", "unsure")
    given_ = {"ask": "passed", "siding": "failed"}.get(kind, "")
    whom = ("USA",) if kind != "siding" else ("USA", "CHN")
    one = Advice(
        kind, title, span(1e3 * low, 1e3 * middle, 1e3 * high), whom, 1e3 * abs(other), date(2026, 3, 31),
        given_, again and kind == "ask", second, clause,  # type: ignore[arg-type]
    )  # fmt: skip
    told_ = one.text()
    assert len(told_.split()) <= 20, told_
    assert "cost −" not in told_
    assert "costs −" not in told_
    assert "of…" not in told_
    assert "at least less" not in told_


def year_of(prices: list[tuple[float, float, float]], kinds: list[DriverKind], by: list[tuple[str, ...]]) -> Year:
    movers = [
        Mover(f"m{k}", kind, f"Thing {k}", who, span(*p), span(*p).scaled(1e3), chance=Range(0.1, 0.2, 0.3), branches=(f"b{k}",))
        for k, (p, kind, who) in enumerate(zip(prices, kinds, by, strict=True))
    ]
    return Year("toy", "MYS", ("USA", "CHN"), date(2025, 10, 18), "medium", 2025, tuple(movers))


BY = st.sampled_from([("USA",), ("CHN",), ("USA", "CHN"), (), ("MYS",)])
drawn_years = st.lists(st.tuples(number, number, number, BY), max_size=4)


@settings(deadline=None, max_examples=100)
@given(drawn_years)
def test_titles_follow_the_numbers(rows: list[tuple[float, float, float, tuple[str, ...]]]) -> None:
    year = year_of([r[:3] for r in rows], ["branch"] * len(rows), [r[3] for r in rows])
    parts = decided(year)
    title = told("title", year=year, parts=parts, reader="MYS", case=None)
    chart = told("year_title", year=year, parts=parts_of(year.ranked))
    known = [d for d in year.ranked if d.price.sign != "not known" and abs(d.price.value) >= text.TINY]
    assert (parts.top is None) == (not known)
    if not known:
        assert "not known" in title or "0.01" in title
    elif parts.tied:
        assert "most" not in title
        assert "most" not in chart
    else:
        assert text.money(known[0].money.value, signed=True) in title
        assert known[0].title in chart
    if known and any(d.price.sign == "not known" and abs(d.price.value) > abs(known[0].price.value) for d in year.ranked):
        assert title.startswith("Of what is known")
        assert chart.startswith("Of what is known")


@pytest.mark.parametrize(
    ("prices", "many"), [((2.0, -2.0), "two"), ((2.0, -2.0, 2.0), "three"), ((2.0, -2.0, 2.0, 1.0), "three")]
)
def test_titles_count_all_that_tie(prices: tuple[float, ...], many: str) -> None:
    year = year_of([(p - 0.1, p, p + 0.1) for p in prices], ["branch"] * len(prices), [("USA",)] * len(prices))
    assert f"the {many} largest are" in told("title", year=year, parts=decided(year), reader="MYS", case=None)
    chart = told("year_title", year=year, parts=parts_of(year.ranked))
    assert chart.startswith(f"{many.capitalize()} things would weigh the same")


@pytest.mark.parametrize(
    ("first", "later", "title"),
    [
        (0.3, 0.3, "Malaysia gains even at worst, in later years as in the first"),
        (0.4, 0.3, "Malaysia gains even at worst, most in the first year"),
        (0.3, 0.4, "Malaysia gains even at worst, more in later years than in the first"),
        (-0.3, -0.3, "At worst Malaysia’s later years are like its first"),
        (-0.4, -0.3, "At worst the first year moves Malaysia more than later ones"),
    ],
)
def test_what_is_a_gain_is_not_called_the_worst(first: float, later: float, title: str) -> None:
    known = {
        (name, "w"): span(v - 0.05, v, v + 0.05) for name, v in (("first-year", first), ("two-to-five", later), ("decade", later))
    }
    assert told("strip_title", known=known, ways=["w"], places=2, reader="MYS", flat=False, at_worst=True) == title


def test_a_gain_that_is_open_in_the_end_is_no_gain_even_at_worst() -> None:
    known = {
        ("first-year", "w"): span(0.3, 0.4, 0.5),
        ("two-to-five", "w"): span(0.2, 0.3, 0.4),
        ("decade", "w"): span(-0.1, 0.1, 0.2),
    }
    assert told("strip_title", known=known, ways=["w"], places=2, reader="MYS", flat=False, at_worst=True).startswith(
        "At worst the first year moves Malaysia more"
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(number, number, number), min_size=1, max_size=3), st.sampled_from([1.0, 1e3]))
def test_the_calendar_says_what_hangs_on_a_day_only_where_signs_are_known(
    prices: list[tuple[float, float, float]], scale: float
) -> None:
    ways = [Way(f"Way {k}", 0.3, span(*p), span(*p).scaled(scale)) for k, p in enumerate(prices)]
    entry = Entry(date(2026, 3, 31), "Is it?", tuple(sorted(ways, key=lambda w: w.money.value)))
    made = calendar_figure([entry], "MYS", dollars=2025, id="fig-c")
    slight = entry.apart < 0.005 or not any(w.known and w.price.sign != "none" for w in ways)  # prints as nothing
    if not any(w.known for w in ways) or (slight and not all(w.known for w in ways)):
        assert made.title.startswith("On no day ahead is it clear")
    elif slight:
        assert made.title.startswith("No single day ahead matters much")
    else:
        assert "31 March matters most to Malaysia" in made.title
    spec = made.spec(348)
    assert all(w.known or "sign not known" in str(spec) for w in ways)


def test_a_still_year_is_a_sentence(toy: CaseView, monkeypatch: pytest.MonkeyPatch) -> None:
    still = year_of([], [], [])
    monkeypatch.setattr(bystanders, "year_of", lambda *_: still)
    block = what_it_means.year_chart(toy, still)
    assert isinstance(block, Para)
    assert "0.01" in block.text
    assert "0.01" in told("title", year=still, parts=decided(still), reader="MYS", case=toy)


# -- risk by date --------------------------------------------------------------------------------------------------------
def test_risk_by_date_says_the_first_and_the_last_chance(kl: CaseView) -> None:
    found = outlook.prepared(kl)
    assert found is not None
    made = figure("hazard", found.look)
    assert made is not None
    first = events_of(found.look)[0]
    assert found.look.roles[first.id] == "worst"
    for day in (first.days[0], first.days[-1]):
        assert f"{found.look.percent_by(first, day)}{text.THIN}% by {text.day(day)}" in made.title
    assert len(made.alt.split()) <= 75
    keys = {tuple(found.look.percent_by(e, d) for d in found.look.hazard_days) for e in events_of(found.look)}
    assert len(keys) == len(events_of(found.look))


# -- who is displaced ----------------------------------------------------------------------------------------------------
def test_a_promise_to_buy_takes_sales_from_others(kl: CaseView) -> None:
    item = next(i for b in kl.dossier.bystanders if b.region == "MYS" for i in b.menu if i.id == "farm-purchases")
    sold = displaced_by(kl, "MYS", item.changes)
    assert "USA" not in sold.index
    assert "MYS" not in sold.index
    assert bool((sold < 0).all())
    assert list(sold) == sorted(sold)
    [sentence] = bystanders.displaced(kl, "MYS")
    assert item.title in sentence
    assert displaced_by(kl, "MYS", ()).empty
    assert not math.isnan(float(sold.sum()))


def test_what_tells_the_same_is_watched_in_one_row(kl: CaseView) -> None:
    found = triggers(kl, "USA", [])
    assert found
    one = found[0]
    same = [replace(one, seen=f"{n} is seen", day=one.day + timedelta(n)) for n in range(3)]
    other = replace(one, seen="Another is seen", after=one.before / 2 + 0.3)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(what_it_means, "triggers", lambda *_: (same[0], other, *same[1:]))
        rows, _ = what_it_means.watch_rows(replace(kl, shelf=type(kl.shelf)()), "USA", [])
    assert [row.cells[0].text for row in rows] == ["0 is seen; or 1 is seen; or 2 is seen", "Another is seen"]
    assert rows[0].cells[1].text.count(",") == 2


def test_a_row_of_next_to_nothing_is_called_so() -> None:
    known = {("first-year", "w"): None, ("two-to-five", "w"): None}
    said = told("strip_title", known=known, ways=["w"], places=2, reader="USA", flat=True, at_worst=True)
    assert said == "No stretch of years moves the United States by as much as 0.01\u202f%"


def test_the_only_way_on_that_moves_anything_is_not_called_the_worst() -> None:
    known = {(name, "w"): span(v - 0.001, v, v + 0.001) for name, v in zip(STRETCHES, (0.01, 0.05, 0.02), strict=True)}
    said = partial(told, "strip_title", known=known, ways=["w"], places=2, reader="USA", flat=False)
    assert said(at_worst=True) == "The United States gains even at worst, more in later years than in the first"
    assert said(at_worst=False) == "The United States gains, more in later years than in the first"
    falls = {k: span(-s.high, -s.value, -s.low) for k, s in known.items()}
    assert said(known=falls, at_worst=False) == "Later years move the United States more than the first"


def test_a_day_that_hardly_moves_what_is_known_does_not_matter_most() -> None:
    nothing, unsure = span(0.0, 0.0001, 0.001), span(-0.5, 0.1, 0.9)
    entry = Entry(date(2027, 1, 10), "Does it end?", (Way("x", 0.5, nothing, nothing), Way("y", 0.5, unsure, unsure)))
    made = calendar_figure([entry], "MYS", dollars=2025, id="fig-c")
    assert made.title == "On no day ahead is it clear whether Malaysia gains or loses"
