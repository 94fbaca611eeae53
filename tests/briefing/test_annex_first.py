"""The annex sections on the road here, the issues, the odds, goods under control, the judgement: unlike dossiers and results."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, strategies as st
from tests.briefing.conftest import toy_dossier, toy_world

from detente import words as text
from detente.briefing.annex import controls, issues, judgement, odds, road
from detente.briefing.document import Figure, Section, Table, words_in
from detente.briefing.sections.outlook import prepared
from detente.briefing.view import CaseView
from detente.cases.case import Case
from detente.equilibrium.memory import solved_once
from detente.policy.dossier import Dossier, parse_dossier
from detente.policy.ledger import load_ledger
from detente.world.world import World

BUDGETS = {road: 350, issues: 400, odds: 450, controls: 450, judgement: 240}


def view(dossier: Dossier | str, world: World | None = None) -> CaseView:
    c = Case.of(dossier, world)
    return CaseView(c.dossier, c.world, c.parameters, c.ids, others={})


@contextmanager
def toy() -> Iterator[CaseView]:
    with solved_once():
        yield view(toy_dossier(), toy_world())


def all_text(sections: list[Section]) -> str:
    """Everything a reader sees, a line a text."""
    from detente.briefing.document import _texts

    return "\n".join([s.title for s in sections] + [t for s in sections for b in s.blocks for t in _texts(b)])


def the(kind: type, sections: list[Section]) -> Any:
    return next(b for s in sections for b in s.blocks if isinstance(b, kind))


def plain(words: str) -> None:
    """What no page may hold."""
    assert "Macro" not in words
    assert "None" not in words
    assert "nan" not in words.lower().split()
    assert not re.search(r"\s[,.;]|[a-z]\.[A-Z“]|by −|falls −", words.replace("\u202f", "")), words


@pytest.mark.parametrize("part", list(BUDGETS), ids=lambda m: m.__name__.rsplit(".", 1)[1])
def test_the_toy_has_every_section_within_its_budget(part: ModuleType) -> None:
    with toy() as case:
        found = part.sections(case)
    assert found
    assert words_in(found) <= BUDGETS[part]
    plain(all_text(found))
    for s in found:
        for b in s.blocks:
            if isinstance(b, Figure):
                assert len(b.alt.split()) <= 60


BARE = """
schema_version: 1
id: bare-talks
title: Bare talks
summary: Two parties and one duty.
as_of: 2025-10-18
horizon: {default: medium}
reference: {date: 2025-01-20, label: duties of 2024, sources: [first]}
venue: {region: EU27, place: Geneva, why: A hall., sources: [first]}
parties:
  - {region: USA, motives: [{text: Jobs., weighs_on: growth, sources: [first]}], sources: [first]}
  - {region: CHN, motives: [{text: Growth., weighs_on: growth, sources: [first]}], sources: [first]}
measures:
  - {id: ten, title: Ten points, by: USA, on: CHN, instrument: tariff, rate_pct: 10, effective: 2025-04-05, sources: [first]}
scenarios:
  - {id: status-quo, title: As it is, summary: Still., narrative: None., policy_date: 2025-10-18, sources: [first]}
  - {id: lifted, title: It goes, summary: Gone., narrative: Gone., policy_date: 2025-12-02, changes: [{withdraw: ten}],
     sources: [first]}
sources: [{id: first, title: One, publisher: P}]
"""


def test_without_forks_controls_and_rounds_things_are_left_out_or_said() -> None:
    with solved_once():
        case = view(parse_dossier(BARE, "bare.yaml"), toy_world())
        assert odds.sections(case) == []
        assert judgement.sections(case) == []
        assert controls.sections(case) == []
        assert "No good is under an export control" in all_text(issues.sections(case))
        (section,) = road.sections(case)
    assert not any(isinstance(b, Table) for b in section.blocks)
    plain(all_text([section]))


# -- the road here -----------------------------------------------------------------------------------------------------
def test_the_ledger_that_continues_the_dossier_gives_the_averages_and_nothing_after_the_day() -> None:
    case = view("kuala-lumpur-2025")
    us, china = road.duties_of(case)
    ledger, day = load_ledger("us-china"), case.dossier.as_of
    for duty in (us, china):
        assert duty.known[0][0] == date(2018, 1, 1)
        assert max(d for d, _ in duty.known) <= day
        assert duty.now == pytest.approx(float(ledger.average_tariff(duty.by, duty.on, day)), abs=1e-6)
        assert all(d >= day for w in duty.ways for d, _ in w.points)
    assert us.peak[0].year == 2025
    hundred = next(w for w in us.ways if "pessimistic" in w.scenarios)
    assert hundred.last > us.now + 100
    assert not any("decoupling" in w.scenarios for w in us.ways)  # it stops trade, and no duty says how


def test_a_scenario_moves_the_average_by_what_its_measures_add() -> None:
    with toy() as case:
        us, china = road.duties_of(case)
    hundred = next(w for w in us.ways if "pessimistic" in w.scenarios)
    assert hundred.last == pytest.approx(us.now + 100, abs=1e-6)
    lifted = next(w for w in us.ways if "optimistic" in w.scenarios)
    assert lifted.last == pytest.approx(us.now - 10, abs=1e-6)
    back = next(w for w in china.ways if "pessimistic" in w.scenarios)
    assert back.last == pytest.approx(china.now + 10, abs=1e-6)  # its suspension lapses


def test_numbers_of_the_road_equal_the_data() -> None:
    with toy() as case:
        found = road.sections(case)
        duties = road.duties_of(case)
    frame = next(f.frame for f in case.shelf.files if f.stem == "average-duties")
    known = frame[frame["known"]]
    for d in duties:
        last = known[known["by"] == d.by].iloc[-1]
        assert last["average_duty"] == pytest.approx(d.now)
        assert text.fixed(d.now, 0 if d.now >= 9.5 else 1) in all_text(found)


DAY = date(2025, 10, 18)


@given(st.floats(0, 60), st.floats(0, 60), st.floats(0, 200), st.floats(0, 200))
def test_the_title_of_the_road_is_true_at_any_result(now: float, other: float, up: float, there: float) -> None:
    def duty(by: str, on: str, now: float, last: float) -> road.Duty:
        known = ((date(2018, 1, 1), 3.0), (DAY, now))
        return road.Duty(by, on, known, (road.Way(("s",), ((DAY, last),)),), "a mean")

    drawn = [duty("USA", "CHN", now, up), duty("CHN", "USA", other, there)]
    title = text.say("briefing/annex/road", "figure_title", drawn=drawn)
    rises = [d.ways[0].last - d.now for d in drawn]
    if max(rises) > 0.5:
        assert "furthest way on leads to" in title
    elif min(rises) < -0.5:
        assert "no way on leads higher" in title
    else:
        assert "no way on changes that" in title


def test_the_record_says_how_long_what_was_agreed_lasted() -> None:
    case = view("kuala-lumpur-2025")
    met = {r.event.place: r for r in road.rounds_of(case)}
    assert met["Buenos Aires"].lasted == "to 10 May 2019"
    assert met["Washington"].lasted == "to 4 Feb 2025"
    assert met["Geneva"].lasted == "still holds"
    assert "None of the additional 200 bn" in str(met["Washington"].event.outcome)
    assert "broken" in str(met["Madrid"].event.outcome)
    assert len(met) <= road.MOST_ROUNDS


# -- the issues --------------------------------------------------------------------------------------------------------
def test_prices_of_steps_equal_the_data_and_are_sorted() -> None:
    with toy() as case:
        found = issues.priced(case)
        issues.sections(case)
    frame = next(f.frame for f in case.shelf.files if f.stem == "issues")
    assert [i.weight for i in found] == sorted((i.weight for i in found), reverse=True)
    assert frame["first_step_giver"].tolist() == pytest.approx([i.cost for i in found])
    assert frame["first_step_other"].tolist() == pytest.approx([i.gain for i in found])


@given(st.floats(-50, 50), st.floats(-50, 50), st.integers(1, 4))
def test_the_lede_of_the_issues_holds_at_any_result(cost: float, gain: float, many: int) -> None:
    one = issues.Priced("A duty", "USA", "CHN", "10 points", "lifted", "lifted", cost, gain)
    with_issues = [one] * many
    case = view(toy_dossier(), toy_world())
    said = text.say("briefing/annex/issues", "lede", case=case, issues=with_issues)
    plain(said)
    title = text.say("briefing/annex/issues", "table_title", issues=with_issues)
    assert ("about the same" in title) == (many > 1)


def test_three_parties_see_what_stands_between_them_without_a_price() -> None:
    more = """  - {region: MYS, motives: [{text: Trade., weighs_on: growth, sources: [first]}], sources: [first]}
measures:
  - {id: five, title: Five points (list B), by: MYS, on: [USA, CHN], instrument: tariff, rate_pct: 5, announced: 2025-10-01,
     effective: 2025-11-20, sources: [first]}
"""
    with solved_once():
        case = view(parse_dossier(BARE.replace("measures:\n", more), "three.yaml"), toy_world())
        found = issues.sections(case)
    rows = [[c.text for c in row] for row in the(Table, found).rows]
    assert rows == [
        ["Five points", "Malaysia", "5 points", "announced"],
        ["Ten points", "United States", "10 points", "in force"],
    ]
    assert "With three parties" in all_text(found)
    plain(all_text(found))


# -- the odds ----------------------------------------------------------------------------------------------------------
def test_risks_by_date_are_the_outlooks_and_each_set_of_paths_is_told_once() -> None:
    with toy() as case:
        found = prepared(case)
        assert found is not None
        drawn = odds.risks(case, found.look)
        odds.sections(case)
    assert len({r.event.first for r in drawn}) == len(drawn)
    assert [r.last for r in drawn] == sorted((r.last for r in drawn), reverse=True)
    frame = next(f.frame for f in case.shelf.files if f.stem == "risk-by-date")
    assert frame["percent"].tolist() == [p for r in drawn for _, p in r.by]
    for r in drawn:
        assert [p for _, p in r.by] == sorted(p for _, p in r.by)  # a risk never falls


def believed(**more: Any) -> odds.Believed:
    return replace(odds.Believed("USA", -0.4, 0.54, 0.5, None, 0.52, 27), **more)


@pytest.mark.parametrize(
    ("own", "has", "lacks"),
    [
        (-0.4, "not believable for its own sake", "believable by itself"),
        (0.4, "believable by itself", "not believable"),
        (0.0, "neither gain nor lose", "not believable"),
        (None, "By the record", "own motives"),
    ],
)
def test_a_threat_is_reconciled_with_its_odds(own: float | None, has: str, lacks: str) -> None:
    said = text.say("briefing/annex/odds", "threat", it=believed(own=own))
    assert has in said
    assert lacks not in said
    assert f"52{text.THIN}%" in said
    assert f"27{text.THIN}% from today" in said
    plain(said)


def test_without_a_record_the_judgement_stands_alone() -> None:
    said = text.say("briefing/annex/odds", "threat", it=believed(record=None))
    assert "By the record" not in said
    plain(said)


@given(st.lists(st.integers(0, 100), min_size=1, max_size=5))
def test_the_lede_of_the_odds_calls_ties_ties(percents: list[int]) -> None:
    ends = [(f"End {chr(65 + k)}", p) for k, p in enumerate(sorted(percents, reverse=True))]
    said = text.say("briefing/annex/odds", "lede", until=DAY, ends=ends)
    tied = sum(p == ends[0][1] for _, p in ends)
    assert ("equally" in said) == (tied > 1 and len(ends) > 1)
    assert ("too close" in said) == (len(ends) > 1 and 0 < ends[0][1] - ends[1][1] <= 5)
    assert all(what in said for what, _ in ends)
    plain(said)


# -- goods under control -----------------------------------------------------------------------------------------------
def test_nothing_is_lost_while_stocks_last_and_no_more_than_is_missing() -> None:
    with solved_once():
        case = view("kuala-lumpur-2025")
        cut = controls.chokepoint_of(case, months=controls.SHOWN)
        assert cut is not None
        used = controls.users(cut, "USA")
        found = controls.sections(case)
    begins = cut.begins("USA", "low") * controls.WEEKS_A_MONTH
    missing = 100 * float((1 - cut.left)[cut.world.region_index("USA")])
    for u in used:
        assert all(v == 0 for w, *values in u.rows if w < begins for v in values)
        assert all(-missing - 1e-9 <= low <= centre + 1e-9 and centre <= high + 1e-9 for _, low, centre, high in u.rows)
    assert [u.worst[2] for u in used] == sorted(u.worst[2] for u in used)
    assert words_in(found) <= BUDGETS[controls]
    frame = next(f.frame for f in case.shelf.files if f.stem == "controls-by-week")
    for u in used:
        assert frame[frame["sector"] == u.sector]["output"].min() == pytest.approx(u.worst[2])
    table = the(Table, found)
    assert not all(re.fullmatch(r"[−+]?0(\.0+)?", row[1].text) for row in table.rows)
    plain(all_text(found))


# -- the judgement -----------------------------------------------------------------------------------------------------
def turn(lower: int, same: int, higher: int) -> judgement.Turn:
    return judgement.Turn(lower, same, higher, best=lower, worst=higher)


@pytest.mark.parametrize(("lower", "word"), [(0, "no"), (32, "no"), (33, "perhaps"), (59, "perhaps"), (60, "yes"), (100, "yes")])
def test_the_word_follows_from_the_thresholds(lower: int, word: str) -> None:
    assert turn(lower, 100 - lower, 0).word == word


@given(st.integers(0, 100), st.integers(0, 100))
def test_the_judgement_never_contradicts_its_numbers(one: int, other: int) -> None:
    lower, higher = (one, other) if one + other <= 100 else (100 - one, 100 - other)
    if lower + higher > 100:
        lower, higher = 50, 50
    found = turn(lower, 100 - lower - higher, higher)
    with toy() as case:
        p = _look(case)
        said = text.say("briefing/annex/judgement", "answer", case=case, turn=found, look=p, wider=False, yes=60, perhaps=33)
    assert ("worse is likelier" in said) == (higher > lower)
    assert ("better is likelier" in said) == (lower > higher)
    assert not re.search(rf" with 0{text.THIN}%", said)


_kept: list[Any] = []


def _look(case: CaseView) -> Any:
    if not _kept:
        found = prepared(case)
        assert found is not None
        _kept.append(found.look)
    return _kept[0]


def test_ends_of_the_tree_are_counted_by_their_duties() -> None:
    with toy() as case:
        found = prepared(case)
        assert found is not None
        counted = judgement.turn_of(case, found.look)
    # lifted takes ten points off, imposed puts a hundred on
    assert (counted.lower, counted.same, counted.higher) == (40, 0, 60)
    assert counted.word == "perhaps"


def test_levels_are_weighted_by_trade(monkeypatch: pytest.MonkeyPatch) -> None:
    with toy() as case:
        found = prepared(case)
        assert found is not None
        level: Callable[..., float] = judgement.level
        states = list(found.look.tree.states.values())
        levels = [level(case, s) for s in states]
    assert all(0 <= x <= 200 for x in levels)
    assert len({round(x, 6) for x in levels}) > 1
