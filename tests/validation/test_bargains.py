"""The bargaining room on the eve of past rounds: nothing later gets in, scores are what they say, the page is up to date."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.small_future import TEXT

from detente.errors import BadDossier, UnknownName
from detente.policy.dossier import load_dossier, parse_dossier
from detente.policy.ledger import load_ledger
from detente.policy.measures import Ended, Measure
from detente.policy.stacking import stack_on
from detente.policy.timing import in_force
from detente.strategy.deal import Proposal, proposal
from detente.validation import tables
from detente.validation.bargains import (
    BENCHMARKS,
    BackTestedBargains,
    Bargain,
    Element,
    Eve,
    Place,
    Row,
    Tally,
    bargains,
    behind_frontier,
    compare,
    known_on,
    load_bargains,
    parse_bargains,
    table_of,
    with_levels,
    world_before_2018,
)
from detente.validation.duties import before_2018, measures_of
from detente.words import say
from detente.world import toy_world
from detente.world.library import load_world

PAGE = Path(__file__).parents[2] / "docs" / "backtests.md"
FILE = load_bargains()
BUILT = [e for e in FILE.eves if e.dossier is None]
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


# -- no hindsight ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("eve", BUILT, ids=lambda e: e.id)
def test_the_table_does_not_change_when_the_future_does(eve: Eve) -> None:
    """A ledger that stops on the eve, or one in which everything later went another way, gives the same table."""
    book = load_ledger("us-china").measures
    stops = [m for m in book if (m.announced or m.start or date.max) <= eve.day]
    other = [_otherwise(m, eve.day) for m in stops]
    for measures in (stops, other):
        assert table_of(eve, SimpleNamespace(measures=measures)) == table_of(eve)  # type: ignore[arg-type]


def _otherwise(m: Measure, day: date) -> Measure:
    """The measure with another end, and another end of the pause it is in."""
    over = m.stop is not None and m.stop <= day
    rests = [
        r.model_copy(update={"to": day + timedelta(days=999)}) if r.contains(day) else r for r in m.suspended if r.start <= day
    ]
    later = {"suspended": tuple(rests)}
    if not over:
        later |= {"expires": None, "ended": Ended(date=day + timedelta(days=1), how="expired")}  # type: ignore[dict-item, arg-type]
    return m.model_copy(update=later)


@pytest.mark.parametrize("eve", BUILT, ids=lambda e: e.id)
def test_no_day_after_the_eve_is_on_the_table_unless_it_was_announced_or_is_listed(eve: Eve) -> None:
    table = table_of(eve)
    announced = {m.start.isoformat() for m in table.measures if m.start is not None}
    listed = set(DAY.findall(json.dumps([c.model_dump(mode="json") for c in eve.known])))
    later = {d for d in DAY.findall(table.model_dump_json()) if d > eve.day.isoformat()}
    assert later <= announced | listed
    assert all((m.announced or m.start or date.max) <= eve.day for m in table.measures)
    assert table.as_of == eve.day


def test_what_was_signed_names_no_table_and_the_shipped_dossier_is_used_as_it_is() -> None:
    assert table_of(FILE.eve("busan")) is load_dossier("kuala-lumpur-2025")
    assert load_dossier("kuala-lumpur-2025").as_of < next(b for b in FILE.signed if b.id == "busan").signed
    assert not load_ledger("us-china").diff(date(2025, 10, 18), date(2025, 10, 29))  # as the eve says
    assert set(Eve.model_fields).isdisjoint({"elements", "signed", "place"})
    with pytest.raises(UnknownName, match="did you mean"):
        FILE.eve("genev")


def test_a_measure_as_it_was_known() -> None:
    m = Measure(
        id="t", title="T", by="USA", on="CHN", instrument="tariff", rate_pct=24, announced=date(2025, 4, 2),
        effective=date(2025, 4, 9), expires=date(2026, 2, 20), sources=["s"],
        suspended=[{"from": date(2025, 5, 14), "to": date(2025, 11, 10)}, {"from": date(2025, 12, 1), "to": None}],
    )  # type: ignore[arg-type]  # fmt: skip
    before, inside, after = (known_on(m, date(*d)) for d in ((2025, 5, 1), (2025, 6, 1), (2025, 11, 20)))
    assert known_on(m, date(2025, 4, 1)) is None
    assert known_on(m, date(2026, 3, 1)) is None
    assert before is not None
    assert inside is not None
    assert after is not None
    assert before.suspended == ()
    assert [(r.start, r.to) for r in inside.suspended] == [(date(2025, 5, 14), None)]
    assert [(r.start, r.to) for r in after.suspended] == [(date(2025, 5, 14), date(2025, 11, 10))]
    assert before.expires is inside.expires is after.expires is None


# -- the table ---------------------------------------------------------------------------------------------------------
def test_duties_on_the_table_are_those_of_the_ledger() -> None:
    """Points on every flow between the two, merged lists included, are what the ledger had in force on the day."""
    world = load_world()
    labels = (world.regions, world.sectors)
    book = load_ledger("us-china").measures
    pair = [world.regions.index(p) for p in ("USA", "CHN")]
    for eve in BUILT:
        mine = in_force([m for m in table_of(eve).measures if not m.in_baseline], eve.day)
        theirs = [m for m in in_force(book, eve.day) if (m.announced or m.start) >= eve.since]  # type: ignore[operator]
        theirs = [m.model_copy(update={"in_baseline": False}) for m in theirs] if eve.before_2018 else theirs
        one, two = (stack_on(ms, eve.day, *labels).tariffs[np.ix_(pair, pair)] for ms in (mine, theirs))
        np.testing.assert_allclose(one, two, atol=1e-12, err_msg=eve.id)


def test_stances_follow_the_rule() -> None:
    table = table_of(FILE.eve("prolongation"))
    (worst,) = table.scenarios
    assert worst.policy_date == date(2026, 11, 10)
    hold = {c.measure: c.set_fields for c in table.party("CHN").stance("hold").changes}
    assert hold["chn-reciprocal-24"]["suspended"][-1]["to"] is None
    assert hold["chn-rare-earths-october"]["withhold_pct"] == {"USA": 46, "WORLD": 39}
    assert table.party("CHN").stance("escalate").changes == ()  # what lapses by itself needs no change
    phase_one = table_of(FILE.eve("phase-one"))
    assert [c.measure for c in phase_one.party("USA").stance("escalate").changes] == ["us-301-list-4b"]
    assert phase_one.party("USA").objective == load_dossier("kuala-lumpur-2025").party("USA").objective


def test_the_world_before_2018_is_an_equilibrium_at_its_duties() -> None:
    found = world_before_2018()
    assert found.check() < 1e-6
    wanted, _ = before_2018(load_world().economy(), measures_of(load_ledger("us-china"), 2018, 2019))
    np.testing.assert_allclose(found.tariff_rates, wanted, atol=1e-9)
    china, usa = (found.regions.index(r) for r in ("CHN", "USA"))
    assert found.shipments[china, usa].sum() > load_world().shipments[china, usa].sum()


# -- scores ------------------------------------------------------------------------------------------------------------
def row(standing: float, model: float, signed: float | None, *, kind: str = "duties", known: bool = True) -> Row:
    left = {"model": model, "nothing": standing, "everything back": 0.0, "half of everything": standing / 2}
    moved = None if not known else True if signed is None else signed != standing
    return Row("i", "Issue", "USA", kind, standing, left, signed, moved, "text")


def test_a_tally_counts_and_averages() -> None:
    rows = [
        row(20, 15, 10),
        row(10, 0, 10),
        row(24, 24, 0),
        row(5, 5, 5),
        row(1, 0.5, 0, kind="controls"),
        row(7, 0, 7, known=False),
    ]
    mine, nothing, back, half = (Tally.of(rows, who) for who in ("model", *BENCHMARKS))
    assert (mine.hits, mine.misses, mine.false_alarms, mine.left_alone) == (2, 1, 1, 1)
    assert (mine.duties, mine.points) == (4, pytest.approx((5 + 10 + 24 + 0) / 4))
    assert mine.threat_score == pytest.approx(2 / 4)
    assert (nothing.points, back.points, half.points) == (pytest.approx(34 / 4), pytest.approx(25 / 4), pytest.approx(19.5 / 4))
    assert Tally.of([], "model").points is None
    assert Tally.of([row(5, 5, 5)], "model").threat_score is None


def test_places_on_a_line() -> None:
    """On the frontier x + y = 4 a package inside it at (1, 1) could have had one more each."""
    frontier = [(k / 10, 4 - k / 10) for k in range(41)]
    assert behind_frontier((1, 1), frontier) == pytest.approx(1)
    assert behind_frontier((1.5, 0.5), frontier) == pytest.approx(1)
    assert behind_frontier((3, 3), frontier) == 0
    inside, edge = Place((1.0, 3.0), (2.0, 0.0), 0.0), Place((1.0, 0.0004), None, 0.0)
    assert inside.in_zone
    assert inside.shares == (0.25, 0.75)
    assert not inside.beats_failure
    assert not edge.in_zone
    assert edge.shares is None


# -- a small deal ------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def deal() -> Proposal:
    return proposal(parse_dossier(TEXT, "small-future.yaml"), toy_world(), solves=30)


def _eve() -> Eve:
    return Eve(id="small", day=date(2025, 1, 1), why="A trial.", since=date(2024, 1, 1))


def _signed(deal: Proposal, left: list[float]) -> Bargain:
    """A bargain that leaves every issue at a value."""
    kinds: Any = {"duties": "duties", "controls": "controls", "purchases": "purchases"}
    elements = [
        Element(id=f"e{k}", by=i.giver, kind=kinds[i.kind], text="T", measures=i.measures, left=v, sources=("s",))
        for k, (i, v) in enumerate(zip(deal.agenda.issues, left, strict=True))
    ]
    elements.append(Element(id="forum", by=deal.parties[0], kind="other", text="A forum", why_not="No duty.", sources=("s",)))
    return Bargain(id="small", title="Small", place="There", signed=date(2025, 2, 1), elements=tuple(elements))


def test_what_was_foreseen_is_all_hits(deal: Proposal) -> None:
    left = [i.levels[k].value for i, k in zip(deal.agenda.issues, deal.levels, strict=True)]
    found = compare(_eve(), _signed(deal, left), deal)
    tally = found.tally()
    assert deal.status == "deal"
    assert tally.hits == sum(k != i.standing for i, k in zip(deal.agenda.issues, deal.levels, strict=True))
    assert tally.misses == tally.false_alarms == 0
    assert all(r.error() == 0 for r in found.rows)
    assert found.places["signed"] == found.places["model"]
    assert {r.issue for r in found.rows if r.free} == {s.issue for s in deal.self_harming("motives")}
    assert found.places["model"].gains == pytest.approx(deal.gains)
    assert found.places["nothing"].gains == pytest.approx((0, 0), abs=1e-12)
    assert [(e.id, why) for e, why in found.unpriced] == [("forum", "No duty.")]
    json.dumps(found.record())


def test_nothing_signed_is_all_false_alarms(deal: Proposal) -> None:
    left = [i.levels[i.standing].value for i in deal.agenda.issues]
    found = compare(_eve(), _signed(deal, left), deal)
    tally = found.tally()
    assert tally.hits == tally.misses == 0
    assert tally.false_alarms == sum(k != i.standing for i, k in zip(deal.agenda.issues, deal.levels, strict=True))
    assert found.tally("nothing").points in (None, 0)
    assert not found.places["signed"].in_zone
    assert found.places["signed"].behind == pytest.approx(
        max(min(deal.payoffs(w) - deal.payoffs(deal.without)) for w in deal.packages.solved.values())
    )


def test_a_size_between_two_steps_gets_a_level_of_its_own_and_changes_no_other(deal: Proposal) -> None:
    book = deal.agenda
    duty = next(k for k, i in enumerate(book.issues) if i.kind == "duties")
    top = book.issues[duty].levels[0].value
    odd = [i.levels[i.standing].value for i in book.issues]
    odd[duty] = top * 0.37
    wider, levels = with_levels(book, {"odd": odd, "standing": [i.levels[i.standing].value for i in book.issues]})
    assert levels["standing"] == book.standing
    added = wider.issues[duty].levels[levels["odd"][duty]]
    assert (added.value, added.given) == (pytest.approx(top * 0.37), pytest.approx(0.63))
    assert all(a.levels[: len(b.levels)] == b.levels for a, b in zip(wider.issues, book.issues, strict=True))
    assert book == deal.agenda


# -- the file and the page ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("signed: 2025-05-12", "signed: 2025-05-01", "signed before its eve"),
        ("left: 7.5, ", "", "points left"),
        ("    since: 2018-01-01\n", "", "since"),
        ("sources: [wh-nov1, soy-2024]", "sources: [wh-nov2]", "did you mean wh-nov1|known sources"),
        ("  - id: geneva\n    title", "  - id: basle\n    title", "same rounds"),
    ],
)
def test_a_file_that_does_not_hang_together_is_refused(old: str, new: str, told: str) -> None:
    text = (Path(__file__).parents[2] / "src/detente/validation/bargains.yaml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(BadDossier, match=told):
        parse_bargains(text.replace(old, new), "bargains.yaml")


@pytest.fixture(scope="module")
def found() -> BackTestedBargains:
    """The smallest of the rounds; all six take minutes."""
    return bargains("prolongation")


def test_every_element_is_scored_kept_away_or_named_with_its_reason(found: BackTestedBargains) -> None:
    for r in found.rounds:
        texts = {x.text for x in r.rows if x.text} | {e.text for e, _ in r.unpriced}
        away = {e.text for e in r.bargain.elements if set(e.measures) & {m for m, _ in r.kept_away}}
        assert {e.text for e in r.bargain.elements} == texts | away
        assert all(why for _, why in r.unpriced)
        tally = r.tally()
        unknown = len(r.of("not known"))
        assert tally.hits + tally.misses + tally.false_alarms + tally.left_alone + unknown == len(r.rows)
    with pytest.raises(UnknownName):
        found["yalta"]


def test_the_record_and_the_rows_say_the_same(found: BackTestedBargains) -> None:
    record = json.loads(json.dumps(found.record()))
    assert [i["verdict"] for r in record["rounds"] for i in r["issues"]] == list(found.to_frame()["verdict"])
    assert record["scores"]["model"]["hits"] == sum(r.tally().hits for r in found.rounds)


def test_the_page_has_what_the_round_says(found: BackTestedBargains) -> None:
    """Words are held; a figure in the page may be a solver's last digit away."""
    page, own = (
        re.sub(r"[+−-]?\d[\d.,]*", "#", t) for t in (tables.block_of(PAGE.read_text("utf-8"), "bargains"), found.markdown())
    )
    told = own[own.index("### ") : own.index(say("validation/bargains", "sources"))].strip()
    assert told in page, "renew it: detente backtest bargains --write docs/backtests.md"
    for bargain in FILE.signed:
        assert f"### {bargain.title}, signed" in page
