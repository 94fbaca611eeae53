"""The ledger of the United States and China: golden days, dated changes of a dossier, unknown days, clocks, refusals."""

from __future__ import annotations

import datetime
import random
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from detente.errors import BadDossier, InputError, UnknownName
from detente.policy.dossier import load_dossier
from detente.policy.ledger import Ledger, list_ledgers, load_calendar, load_ledger, parse_ledger
from detente.policy.timing import Status, status_on
from mutilation import mutilate
from small_ledger import SMALL

# What the ledger must say on the days the story turned.
GOLDEN = {
    date(2025, 4, 9): {
        "us-fentanyl-20": "in_force", "us-reciprocal-chn-10": "in_force", "us-reciprocal-chn-24": "in_force",
        "us-reciprocal-chn-climb-84": "in_force", "us-reciprocal-chn-climb-125": "announced", "chn-reciprocal-10": "announced",
        "us-exempt-electronics": "not_yet_known", "us-301-list-3-25": "in_force", "us-232-steel-march": "in_force",
    },
    date(2025, 5, 14): {
        "us-reciprocal-chn-10": "in_force", "us-reciprocal-chn-24": "suspended", "us-reciprocal-chn-climb-125": "withdrawn",
        "chn-reciprocal-10": "in_force", "chn-reciprocal-24": "suspended", "chn-reciprocal-climb-125": "withdrawn",
        "chn-farm-15": "in_force", "chn-rare-earths-april": "in_force",
    },
    date(2025, 8, 11): {
        "us-reciprocal-chn-24": "suspended", "chn-reciprocal-24": "suspended", "us-fentanyl-20": "in_force",
        "us-reciprocal-country": "in_force", "us-232-steel": "in_force", "us-232-steel-march": "expired",
    },
    date(2025, 11, 10): {
        "us-fentanyl-20": "expired", "us-fentanyl-10-again": "in_force", "us-reciprocal-chn-24": "suspended",
        "chn-reciprocal-24": "suspended", "chn-reciprocal-10": "in_force", "chn-farm-15": "withdrawn", "chn-farm-10": "withdrawn",
        "us-bis-affiliates": "suspended", "us-port-fees": "suspended", "chn-rare-earths-october": "suspended",
        "chn-rare-earths-april": "in_force", "us-threat-100": "withdrawn", "chn-ban-46": "suspended",
    },
    date(2026, 2, 20): {
        "us-fentanyl-10-again": "struck_down", "us-reciprocal-chn-10": "struck_down", "us-reciprocal-chn-24": "struck_down",
        "us-reciprocal-country": "struck_down", "us-ieepa-can": "struck_down", "us-122-surcharge": "announced",
        "us-301-list-1": "in_force", "us-232-steel": "in_force", "chn-reciprocal-10": "in_force",
    },
    date(2026, 2, 24): {
        "us-122-surcharge": "in_force", "us-122-fifteen": "threatened", "us-reciprocal-chn-10": "struck_down",
        "us-301-list-1": "in_force", "us-232-autos": "in_force",
    },
    date(2026, 7, 24): {"us-122-surcharge": "expired", "us-301-forced-labour": "in_force", "us-122-fifteen": "expired"},
    date(2026, 11, 23): {
        "chn-reciprocal-24": "not_yet_known", "chn-rare-earths-october": "not_yet_known", "us-bis-affiliates": "not_yet_known",
        "chn-ban-46": "suspended", "us-232-polysilicon": "announced", "us-301-list-3-25": "in_force",
    },
    date(2019, 12, 16): {"us-301-list-4a-15": "in_force", "us-301-list-4b": "withdrawn", "chn-list-34-autos-25": "suspended"},
    date(2020, 2, 14): {"us-301-list-4a-15": "expired", "us-301-list-4a-7": "in_force", "chn-list-75-10": "expired"},
}  # fmt: skip


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    """The packaged ledger."""
    return load_ledger("us-china")


@pytest.mark.parametrize("day", sorted(GOLDEN), ids=str)
def test_golden_days(ledger: Ledger, day: date) -> None:
    status = ledger.status(day)
    assert {k: status[k].value for k in GOLDEN[day]} == GOLDEN[day]


def test_a_dossier_of_a_past_day_reads_the_ledger_of_that_day(ledger: Ledger) -> None:
    before = load_dossier("kuala-lumpur-2025")
    known = {m.id: m for m in ledger.as_known(before.as_of)}
    own = {m.id for m in before.measures if m.id not in before.selected}
    assert own == {"us-301", "chn-301-answer"}
    changed = {i for entry in before.law for i in entry.set_fields}
    for m in before.measures:
        if m.id in before.selected and m.id not in changed:
            ends = {"replaces": m.replaces, "yields_to": m.yields_to}
            assert m == known[m.id].model_copy(update=ends)
            assert all(set(v) <= set(getattr(known[m.id], k)) for k, v in ends.items())
    # what was decided later is not in it, and stands in the ledger
    assert before.measure("us-threat-100").ended is None
    assert ledger.measure("us-threat-100").ended is not None
    assert before.measure("us-reciprocal-chn-24").suspended[0].to == date(2025, 11, 10)
    assert ledger.measure("us-reciprocal-chn-24").suspended[0].to == date(2026, 11, 10)
    assert before.measure("us-reciprocal-chn-10").stop is None
    # and on every day up to its own, ledger and dossier agree
    for day in (date(2025, 2, 4), date(2025, 4, 12), date(2025, 5, 14), date(2025, 8, 12), before.as_of):
        status = ledger.status(day)
        assert all(status[m.id] is status_on(m, day) for m in before.measures if m.id in status)


def test_what_nobody_can_say_is_said(ledger: Ledger) -> None:
    day = date(2026, 11, 23)
    unknown = {m.id for m in ledger.unknown(day)}
    assert {"chn-reciprocal-24", "chn-rare-earths-october", "us-bis-affiliates", "us-port-fees"} <= unknown
    assert not ledger.unknown(date(2026, 11, 9))
    due = {(d.measure, d.kind) for d in ledger.deadlines(date(2026, 11, 1))}
    assert ("chn-reciprocal-24", "not known after") in due


def test_deadlines_today(ledger: Ledger) -> None:
    due = {(d.measure, d.kind): d.days_left for d in ledger.deadlines(date(2026, 11, 23))}
    assert due["chn-ban-46", "suspension ends"] == 4
    assert due["us-232-polysilicon", "takes effect"] == 11
    assert all(d.days_left <= 30 for d in ledger.deadlines(within_days=30))


@given(
    st.dates(date(2018, 1, 1), date(2027, 1, 1)),
    st.dates(date(2018, 1, 1), date(2027, 1, 1)),
    st.dates(date(2018, 1, 1), date(2027, 1, 1)),
)
@settings(max_examples=60, deadline=None)
def test_diff_composes(a: date, b: date, c: date) -> None:
    ledger = load_ledger("us-china")
    first, second, third = sorted((a, b, c))
    state = dict(ledger.status(first))
    for step in (ledger.diff(first, second), ledger.diff(second, third)):
        for change in step:
            assert state[change.measure] is change.before
            state[change.measure] = change.after
    assert state == ledger.status(third)
    if first < third:
        with pytest.raises(InputError, match="comes after"):
            ledger.diff(third, first)


@given(st.dates(date(2018, 1, 1), date(2027, 1, 1)))
@settings(max_examples=60, deadline=None)
def test_in_force_is_continuous_from_the_right(day: date) -> None:
    ledger = load_ledger("us-china")
    spans = ledger.timeline(day, day + datetime.timedelta(days=1))
    assert {m.id for m in ledger.in_force(day)} == {s.measure for s in spans if s.status is Status.IN_FORCE}


def test_a_suspended_measure_returns(ledger: Ledger) -> None:
    returned = 0
    for m in ledger.measures:
        for rest in m.suspended:
            if rest.to is None or (m.stop is not None and m.stop <= rest.to):
                continue
            want = Status.NOT_YET_KNOWN if m.unknown_from is not None and m.unknown_from <= rest.to else Status.IN_FORCE
            assert status_on(m, rest.to) is want
            assert status_on(m, rest.to - datetime.timedelta(days=1)) is Status.SUSPENDED
            returned += 1
    assert returned > 5


def test_small_ledger() -> None:
    small = parse_ledger(SMALL)
    assert small.status(date(2025, 6, 1))["ten"] is Status.SUSPENDED
    assert small.status(date(2025, 11, 10))["ten"] is Status.IN_FORCE
    assert small.status(date(2026, 11, 10))["ten"] is Status.NOT_YET_KNOWN
    stack = small.stack(date(2026, 1, 1), ("USA", "CHN"), ("IRS", "ELE"))
    assert stack.tariffs[1, 0].tolist() == pytest.approx([0.5, 0.02])
    assert [str(step) for step in small.policy(date(2026, 1, 1), ("USA", "CHN"), ("IRS", "ELE")).describe()]
    assert small.source("order").publisher == "The Register"
    with pytest.raises(UnknownName, match="did you mean steel"):
        small.measure("stel")
    with pytest.raises(UnknownName):
        small.source("nobody")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("sources: [order]\n  - id: steel", "sources: [ordr]\n  - id: steel", "did you mean order"),
        ("replaces: [ten]", "replaces: [tenn]", "did you mean ten"),
        ("replaces: [ten]", "yields_to: [tenn]\n    replaces: [ten]", "yields to"),
        ("unknown_from: 2026-11-10", "unknown_from: 2025-01-01", "'unknown_from'"),
        ("id: steel", "id: ten", "given twice"),
        ('clock: "00:01"', 'clock: "25:01"', "clock"),
        ('codes: ["8542"]', "codes: []", "products need"),
        (', vintage: "2022"', "", "vintage"),
        ("as_of: 2026-11-23", "as_of: 2026-11-23\ncontinues: nowhere", "nowhere"),
        ("as_of: 2026-11-23", "as_of: 2026-11-23\ntables: nowhere", "nowhere"),
        ("as_of: 2026-11-23", "as_of: 2026-11-23\nchanges: [{withdraw: nothing}]", "nothing"),
        ("tolerance_pp: 2", "tolerance_pp: 0", "tolerance_pp"),
        ("pct: 9", "pct: nine", "pct"),
        ("zone: America/New_York", "zone: 7", "zone"),
    ],
)
def test_refusals_say_where_and_what(old: str, new: str, says: str) -> None:
    assert old in SMALL
    with pytest.raises((BadDossier, InputError), match=says):
        parse_ledger(SMALL.replace(old, new, 1), "trial.yaml")


def test_a_ledger_without_measures_is_refused() -> None:
    head = SMALL.split("measures:")[0] + "sources: []\n"
    with pytest.raises(BadDossier, match="at least one measure"):
        parse_ledger(head)


def test_overlap_is_refused() -> None:
    twin = SMALL[SMALL.index("  - id: steel") : SMALL.index("history:")].replace("id: steel", "id: more-steel")
    with pytest.raises(BadDossier, match="OverlappingMeasures"):
        parse_ledger(SMALL.replace("history:", twin + "history:", 1))


def test_load_by_path_and_name(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert load_ledger(path) == load_ledger(str(path)) == parse_ledger(SMALL)
    assert isinstance(load_calendar(str(path)), Ledger)
    assert load_calendar("kuala-lumpur-2025") is load_dossier("kuala-lumpur-2025")
    assert load_calendar("us-china") is load_ledger("us-china")
    assert list_ledgers() == ("us-china", "world")
    for bad in ("us-chna", "elsewhere"):
        with pytest.raises(UnknownName):
            load_ledger(bad)
        with pytest.raises(UnknownName):
            load_calendar(bad)
    with pytest.raises(BadDossier, match="no such file"):
        load_ledger(tmp_path / "none.yaml")
    for path_like in (
        str(tmp_path / "none.yaml"),
        str(tmp_path / "none"),
        "none.yaml",
    ):  # a folder or an ending: a file was meant
        with pytest.raises(BadDossier, match="no such file"):
            load_calendar(path_like)


def test_mutilated_ledgers_are_refused_or_valid() -> None:
    rng = random.Random(20261123)
    refusals = 0
    for _ in range(420):
        said = None
        try:
            parse_ledger(mutilate(SMALL, rng), "broken.yaml")
        except (BadDossier, UnknownName) as error:  # anything else fails the test
            said = str(error)
        if said is not None:
            refusals += 1
            assert "broken.yaml" in said or said.startswith("UnknownName")
    assert refusals > 140
