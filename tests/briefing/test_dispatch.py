"""The dispatch: every turn of the window is told, on one page of 400 words, and the words follow the figures."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings, strategies as st
from tests.briefing.conftest import toy_dossier, toy_world
from tests.briefing.test_three_parties import TEXT as THREE
from typer.testing import CliRunner

import detente as dt
from contradictions import contradictions
from detente.briefing.annex.road import duties_of as drawn_duties
from detente.briefing.dispatch import KINDS, WORDS, Dispatch, Duty, Income, dispatch, stories, window, words_on
from detente.briefing.view import CaseView
from detente.cli import app
from detente.errors import InputError
from detente.outlook.fork_odds import branch_odds
from detente.outlook.journal import Contents, Journal, forecast_line
from detente.outlook.starter import starter
from detente.outlook.watching import resolution_line
from detente.policy.dossier import Dossier, list_dossiers, load_dossier, parse_dossier
from detente.policy.ledger import list_ledgers, load_ledger
from detente.policy.timing import status_on
from detente.strategy.year import money_of
from detente.types import Range
from detente.words import day as in_words

DAYS = st.dates(date(2018, 1, 1), date(2027, 3, 1))
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def toy() -> Dispatch:
    return dispatch(toy_dossier(), world=toy_world(), stand_off=False)


def texts(found: Dispatch) -> list[str]:
    """Every text of the page and of the answer."""
    body = re.sub(r"<style>.*?</style>|<title>.*?</title>", " ", found.html(), flags=re.DOTALL)
    parts = re.findall(r"<(p|li|h1|h2|span|td|th)\b[^>]*>(.*?)</\1>", body, re.DOTALL)
    return [re.sub(r"<[^>]*>", " ", p).replace("&#39;", "'").strip() for _, p in parts] + found.answer().split("\n\n")


def fresh() -> Dossier:
    """What is made of a threat alone."""
    return parse_dossier(starter("fresh", "EU27", "IND", "25 % from 1 December", day=date(2025, 10, 18)))


# -- the window --------------------------------------------------------------------------------------------------------
def test_the_month_before_is_the_window() -> None:
    assert window(None, None, date(2025, 10, 18)) == (date(2025, 9, 18), date(2025, 10, 18))
    assert window(None, "2025-03-31", date(2030, 1, 1)) == (date(2025, 2, 28), date(2025, 3, 31))
    assert window(None, "2025-01-15", date(2030, 1, 1))[0] == date(2024, 12, 15)
    assert window(None, date(1800, 1, 9), date(2030, 1, 1))[0] == date(1799, 12, 9)
    with pytest.raises(InputError, match="0001-01-09 lies outside 1800 to 2100"):
        window(None, date(1, 1, 9), date(2030, 1, 1))
    assert window("2025-10-17", "2025-10-18", date(2030, 1, 1))[1] - DAY == date(2025, 10, 17)


@pytest.mark.parametrize(
    ("since", "until", "why"),
    [
        ("2025-10-19", None, "comes after 2025-10-18"), ("2025-10-02", "2025-10-01", "comes after"),
        ("2025-10-18", "2025-10-18", "there is no day"), ("October", None, "not a day"),
    ],
)  # fmt: skip
def test_days_that_hold_no_window_are_refused(since: str, until: str | None, why: str) -> None:
    with pytest.raises(InputError, match=why):
        dispatch("kuala-lumpur-2025", since, until)


# -- measures ----------------------------------------------------------------------------------------------------------
@given(DAYS, DAYS)
@settings(max_examples=60)
def test_every_turn_of_the_window_is_told(a: date, b: date) -> None:
    book = load_ledger("us-china")
    since, until = sorted((a, b))
    found = stories(book, since, until)
    state = dict(book.status(since))
    for day, name, turn in sorted((t.day, s.measure, t) for s in found for t in s.turns):
        assert since < day <= until
        assert state[name] is turn.before
        state[name] = turn.after
    assert state == book.status(until)
    assert {c.measure for c in book.diff(since, until)} <= {s.measure for s in found}
    for story in found:
        m = book.measure(story.measure)
        assert all(status_on(m, t.day) is t.after is not status_on(m, t.day - DAY) is t.before for t in story.turns)
        assert story.kind in KINDS
        assert story.told[-1] is story.turns[-1]


def test_what_began_and_ended_is_told() -> None:
    found = dispatch(toy_dossier(), "2025-02-01", "2025-10-18", world=toy_world(), stand_off=False)
    kinds = {s.measure: s.kind for s in found.stories}
    assert kinds == {
        "ten": "began", "answer": "paused", "hundred": "threatened", "magnets": "announced", "gone": "passed",
    }  # fmt: skip
    page = found.html()
    assert "(from 1\u00a0Mar, ran out 1\u00a0Jun)" in page
    assert "(from 10\u00a0Apr, paused 14\u00a0May)" in page
    assert found.finding == "One measure began, one came and went and one was paused"


def test_days_after_the_dossiers_own_are_decided_only() -> None:
    found = dispatch(toy_dossier(), "2025-10-18", "2025-12-01", world=toy_world(), stand_off=False)
    assert all(s.ahead for s in found.stories)
    assert {s.measure: s.kind for s in found.stories} == {"answer": "began", "magnets": "began", "hundred": "unknown"}
    assert found.finding == "Two measures are to begin and one falls due with the outcome open"
    assert "To begin (2)." in found.html()
    assert "After 18 October 2025 only what was decided by then is told." in found.html()
    [usa, chn] = [next(i for i in found.incomes if i.code == c) for c in ("USA", "CHN")]
    worst = dt.Case.of(toy_dossier(), toy_world()).outcome("pessimistic", against="reference")
    assert usa.after.value != pytest.approx(worst.real_income["USA"])  # the threat is not carried out
    assert chn.moved


def test_both_sides_of_the_dossiers_day_are_kept_apart() -> None:
    found = dispatch(toy_dossier(), "2025-10-01", "2025-12-01", world=toy_world(), stand_off=False)
    assert [(kind, ahead) for kind, ahead, _ in found.groups()] == [("began", True), ("unknown", True)]
    assert "back 10\u00a0Nov" in found.html()


def test_a_window_before_everything_says_so() -> None:
    for book in (toy_dossier(), load_ledger("us-china")):
        found = dispatch(book, "1990-01-01", "1991-01-01", world=toy_world(), stand_off=False)
        assert found.finding.startswith("Nothing is on file before")
        assert not found.stories
        assert not found.incomes
        assert "odds" not in found.answer().lower().replace("no odds and no money", "")
    early = dispatch("us-china", "1990-01-01", "2018-08-01")
    assert early.first is not None
    assert f"What is on file begins on {in_words(early.first)}." in early.html()


def test_a_ledger_has_no_money_and_says_where_it_ends() -> None:
    found = dispatch("us-china")
    assert (found.incomes, found.odds) == ((), None)
    assert "Nothing read is newer than 10 October 2026" in found.answer()
    assert "holds no odds and no money" in found.html()
    past = dispatch("us-china", "2026-02-01", "2026-03-01")
    assert not past.beyond
    first = past.duties[0]
    assert (first.by, first.on) == ("USA", "CHN")
    assert first.before == pytest.approx(load_ledger("us-china").average_tariff("USA", "CHN", "2026-02-01"))


# -- numbers -----------------------------------------------------------------------------------------------------------
def test_money_is_the_difference_of_two_policies() -> None:
    """At a textbook horizon: what is in force on one day against the other, each solved by itself."""
    since, until = date(2025, 3, 1), date(2025, 10, 18)
    world, dossier = toy_world(), toy_dossier()
    found = dispatch(dossier, since, until, world=world, stand_off=False)
    case = dt.Case.of(dossier, world)
    for income in found.incomes:
        values = [
            float(dt.solve(world, dossier.policy(day=d, regions=world.regions, sectors=world.sectors)).real_income[income.code])
            for d in (since, until)
        ]
        assert (income.before.value, income.after.value) == pytest.approx(tuple(values), abs=1e-6)
        worth = money_of(case, income.code)[1] / 100
        assert income.change.value == pytest.approx(worth * (values[1] - values[0]), abs=1)
        assert income.change.low <= income.change.value <= income.change.high


def test_nothing_moves_where_nothing_changed(toy: Dispatch) -> None:
    """No measure that is counted came into force in the toy's last month."""
    assert all(max(map(abs, i.change)) < 1e-6 for i in toy.incomes)
    assert "is worth the same to" in toy.lede
    assert "<table>" not in toy.html()


def test_averages_are_those_of_the_step_chart() -> None:
    found = dispatch("kuala-lumpur-2025", stand_off=False)
    dossier = load_dossier("kuala-lumpur-2025")
    known = dt.Case.of(dossier)
    drawn = {(d.by, d.on): d.now for d in drawn_duties(CaseView(dossier, known.world, known.parameters, known.ids))}
    assert {(d.by, d.on): d.after for d in found.duties} == pytest.approx(drawn)


# -- odds --------------------------------------------------------------------------------------------------------------
def recorded(tmp_path: Path, *, settled: bool = False) -> Contents:
    """A journal with two forecasts of the toy's meeting, 40 to 55 %."""
    dossier, book = toy_dossier(), Journal(tmp_path / "toy.jsonl")
    line = forecast_line(dossier, branch_odds(dossier)["meeting"], "test")
    for day, odds in (("2025-09-10", 0.4), ("2025-10-12", 0.55)):
        book.append([line | {"made_on": day, "probability": {"lifted": odds, "imposed": 1 - odds}}])
    if settled:
        book.append([resolution_line(dossier, "meeting", "imposed", date(2025, 10, 14))])
    return book.read()


def test_odds_that_nobody_recorded_are_not_invented(toy: Dispatch) -> None:
    assert toy.odds is not None
    assert not toy.odds.moves
    assert "No odds were recorded by 18 September 2025, so how they moved is not known." in toy.told_odds
    assert "As of 18 October 2025, how it ends" in toy.told_odds
    past = dispatch(toy_dossier(), "2025-08-01", "2025-09-01", world=toy_world(), stand_off=False)
    assert past.told_odds == "No odds were recorded by 1 August 2025, so how they moved is not known."


def test_recorded_odds_are_set_side_by_side(tmp_path: Path) -> None:
    kept = recorded(tmp_path, settled=True)
    found = dispatch(toy_dossier(), "2025-09-18", "2025-10-15", world=toy_world(), journal=kept, stand_off=False)
    assert found.odds is not None
    [moved] = found.odds.moves
    assert (moved.before_day, moved.after_day, moved.points) == (date(2025, 9, 10), date(2025, 10, 12), 15)
    assert "from 40\u202f% (10\u00a0Sep) to 55\u202f% (12\u00a0Oct)" in found.told_odds
    assert "Settled on 14\u00a0Oct: “Imposed”." in found.told_odds
    assert not found.odds.ends  # the dossier's own odds are of a later day
    once = dispatch(toy_dossier(), "2025-09-18", "2025-10-11", world=toy_world(), journal=kept, stand_off=False)
    assert "recorded once only" in once.told_odds


def test_a_later_forecast_is_todays(tmp_path: Path) -> None:
    """The ends are of the same day as the odds that moved, as long as no fork is past."""
    dossier, book = toy_dossier(), Journal(tmp_path / "toy.jsonl")
    book.append(
        [forecast_line(dossier, branch_odds(dossier, on=d)["meeting"], "test") for d in (dossier.as_of, date(2025, 10, 22))]
    )
    found = dispatch(dossier, "2025-10-18", "2025-10-25", world=toy_world(), journal=book.read(), stand_off=False)
    assert "As of 22 October 2025, how it ends" in found.told_odds
    assert "No odds moved by as much as a point." in found.told_odds
    assert found.finding == "Nothing is due to change from 18 October to 25 October 2025"
    assert "Said, done and expected" in found.html()


def test_a_changed_journal_is_refused(tmp_path: Path) -> None:
    recorded(tmp_path)
    path = tmp_path / "toy.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("0.55", "0.95"), encoding="utf-8")
    with pytest.raises(InputError, match="Odds of a changed journal are not told"):
        dispatch(toy_dossier(), world=toy_world(), journal=Journal(path).read(), stand_off=False)


def test_a_dossier_without_forks_says_so() -> None:
    bare = fresh().model_copy(update={"prospects": None})
    assert "names no forks" in dispatch(bare, stand_off=False).html()


# -- the page ----------------------------------------------------------------------------------------------------------
BOOKS = {
    **{name: lambda name=name: load_dossier(name) for name in list_dossiers()},
    **{f"ledger {name}": lambda name=name: load_ledger(name) for name in list_ledgers()},
    "three": lambda: parse_dossier(THREE),
    "fresh": fresh,
    "toy": toy_dossier,
}
WINDOWS = [(None, None), ("2018-01-01", "2027-06-01"), ("2025-01-01", "2025-04-10"), ("2025-10-17", "2025-10-18")]


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize(("since", "until"), WINDOWS)
def test_one_page_of_words_that_hold(name: str, since: str | None, until: str | None) -> None:
    book = BOOKS[name]()
    found = dispatch(book, since, until, stand_off=False)
    page = found.html()
    assert words_on(page) <= WORDS
    assert page == dispatch(book, since, until, stand_off=False).html()
    for text in texts(found):
        assert not contradictions(text), text
    loaded = re.findall(r"<(?:link|script|img|iframe)\b|@import|url\((?!#)", page)
    assert not loaded
    assert page.count("<h1>") == 1
    assert set(re.findall(r'href="([^"]*)"', page)) <= {(s.url or "").replace("&", "&amp;") for s in book.sources}
    markdown = found.markdown()
    assert markdown.startswith("# ")
    assert not re.search(r"<(?!https?:)", markdown)


def test_a_dossier_cannot_write_into_the_page(toy: Dispatch) -> None:
    assert "<script>" not in toy.html()
    assert "hundred" in toy.html()


figures = st.floats(-3000, 3000, allow_nan=False)
triples = st.tuples(figures, figures, figures).map(lambda x: Range(*sorted(x)))


@st.composite
def incomes(draw: st.DrawFn) -> tuple[Income, ...]:
    small = draw(st.sampled_from([1e-4, 0.01, 1, 100]))
    codes = draw(st.lists(st.sampled_from(["USA", "CHN", "MYS", "EU27", "XSE"]), min_size=1, max_size=5, unique=True))
    levels = triples.map(lambda r: Range(*(x / 1000 for x in r)))
    return tuple(Income(c, draw(levels), draw(levels), Range(*(small * x for x in draw(triples)))) for c in codes)


@given(incomes(), st.lists(st.floats(0, 150), min_size=2, max_size=8))
def test_words_follow_the_figures(toy: Dispatch, moved: tuple[Income, ...], rates: list[float]) -> None:
    pairs = [("USA", "CHN"), ("CHN", "USA"), ("USA", "MYS"), ("MYS", "USA")]
    duties = tuple(Duty(*p, a, b) for p, a, b in zip(pairs, rates[::2], rates[1::2], strict=False))
    found = replace(toy, incomes=moved, duties=duties)
    for text in texts(found):
        assert not contradictions(text), text
    for d in duties:
        assert d.moved == (d.printed[0] != d.printed[1])
    table = found._table()
    if table is None:
        assert not any(i.moved for i in moved)
        return
    shown = [i for i in moved if i.moved]
    assert len(table.rows) == len(shown)
    if all(i.sign == "gain" for i in shown):
        assert table.title.endswith("better off")
    if all(i.sign == "loss" for i in shown):
        assert table.title.endswith("worse off")
    if not any(i.sign in ("gain", "loss") for i in shown):
        assert table.title.endswith("is open")
    for i, row in zip(shown, table.rows, strict=True):
        assert ("open" in row[1].text) == (i.sign == "open")


# -- the command -------------------------------------------------------------------------------------------------------
RUNNER = CliRunner()


def test_the_command_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ["dispatch", "us-china", "--since", "2026-02-01", "--until", "2026-03-01"]
    for name in ("page.html", "page.md"):
        shown = RUNNER.invoke(app, [*asked, "--out", name, "--csv", "turns.csv"])
        assert shown.exit_code == 0, shown.output
    found = dispatch("us-china", "2026-02-01", "2026-03-01")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == found.html()
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == found.markdown()
    assert len((tmp_path / "turns.csv").read_text(encoding="utf-8").splitlines()) == 1 + len(found.to_frame())
    told = json.loads(RUNNER.invoke(app, [*asked, "--json"]).output)
    assert told["finding"] == found.finding
    assert len(told["changes"]) == sum(len(s.turns) for s in found.stories)
    refused = RUNNER.invoke(app, [*asked, "--out", "page.pdf"])
    assert isinstance(refused.exception, InputError)


def test_the_documentation_shows_what_comes_out() -> None:
    page = (Path(__file__).parents[2] / "docs" / "dispatch.md").read_text(encoding="utf-8")
    parser = typer.main.get_command(app)
    commands = re.findall(r"^    detente (.+)$", page, re.MULTILINE)
    assert len(commands) >= 4
    for line in commands:
        verb, *rest = shlex.split(line)
        parser.commands[verb].make_context(verb, rest)  # type: ignore[attr-defined]
    shown = page.split("<!-- answer -->\n")[1].split("<!-- end -->")[0]
    answer = dispatch("us-china", "2026-02-01", "2026-03-01").answer()
    assert " ".join(re.sub(r"^> ?", "", shown, flags=re.MULTILINE).split()) == " ".join(answer.split())
