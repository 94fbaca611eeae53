"""Time logic: half-open intervals, suspensions that end, right-continuity, and the statuses people will quote."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from detente.errors import InputError
from detente.policy.dossier import load_dossier
from detente.policy.measures import Measure
from detente.policy.timing import (
    Status,
    changes_between,
    in_force,
    next_deadlines,
    status_on,
    still_unknown,
    timeline,
    turning_days,
)

DAY0 = date(2025, 1, 1)


def day(n: int) -> date:
    """The n-th day of 2025."""
    return DAY0 + timedelta(days=n)


@st.composite
def measures(draw: st.DrawFn) -> Measure:
    """A measure with dates in order: announced <= effective < rest < expires or end."""
    cuts = sorted(draw(st.lists(st.integers(0, 400), min_size=6, max_size=6, unique=True)))
    threatened = draw(st.booleans())
    fields = {"id": "m", "title": "m", "by": "USA", "on": "CHN", "instrument": "tariff", "rate_pct": 1, "sources": ["s"]}
    if draw(st.booleans()):
        fields["announced"] = day(cuts[0])
    if threatened:
        fields |= {"threatened": True}
        if draw(st.booleans()):
            fields["would_take_effect"] = day(cuts[1])
    else:
        fields["effective"] = day(cuts[1])
        if draw(st.booleans()):
            fields["suspended"] = [{"from": day(cuts[2]), "to": day(cuts[3])}]
    if draw(st.booleans()):
        fields["expires"] = day(cuts[4])
    if draw(st.booleans()):
        fields["ended"] = {"date": day(cuts[5]), "how": draw(st.sampled_from(["expired", "withdrawn", "struck_down"]))}
    if not threatened and draw(st.booleans()):
        fields["unknown_from"] = day(draw(st.sampled_from(cuts[2:])))
    return Measure.model_validate(fields)


@given(measures(), st.integers(-5, 410))
def test_status_changes_only_on_turning_days(m: Measure, n: int) -> None:
    before, now = status_on(m, day(n - 1)), status_on(m, day(n))
    assert before is now or day(n) in turning_days(m)


@given(measures())
def test_half_open(m: Measure) -> None:
    for rest in m.suspended:
        assert rest.to is not None
        for inside in (rest.start, rest.to - timedelta(days=1)):
            known = m.unknown_from is None or inside < m.unknown_from
            assert status_on(m, inside) is (Status.SUSPENDED if known else Status.NOT_YET_KNOWN)
        assert status_on(m, rest.to) is not Status.SUSPENDED
    if m.effective:
        assert status_on(m, m.effective) is Status.IN_FORCE
        assert status_on(m, m.effective - timedelta(days=1)) in (Status.ANNOUNCED, Status.NOT_YET_KNOWN)
    if m.stop:
        assert status_on(m, m.stop) in (Status.EXPIRED, Status.WITHDRAWN, Status.STRUCK_DOWN)


@given(measures(), st.integers(-5, 410))
def test_a_threat_is_never_in_force(m: Measure, n: int) -> None:
    if m.threatened:
        assert status_on(m, day(n)) is not Status.IN_FORCE
    assert (m in in_force([m], day(n))) == (status_on(m, day(n)) is Status.IN_FORCE)


@given(measures(), st.integers(-5, 200), st.integers(1, 200))
def test_timeline_agrees_with_status(m: Measure, first: int, length: int) -> None:
    start, end = day(first), day(first + length)
    spans = timeline([m], start, end)
    for n in range(first, first + length, 7):
        inside = [s for s in spans if s.start <= day(n) and (s.end is None or day(n) < s.end)]
        want = status_on(m, day(n))
        assert [s.status for s in inside] == ([] if want is Status.NOT_YET_KNOWN else [want])


@given(measures(), st.integers(-5, 410), st.integers(-5, 410))
def test_changes_between(m: Measure, a: int, b: int) -> None:
    lo, hi = min(a, b), max(a, b)
    changes = changes_between([m], day(lo), day(hi))
    assert bool(changes) == (status_on(m, day(lo)) is not status_on(m, day(hi)))
    for c in changes:
        assert day(lo) < c.date <= day(hi)
        assert status_on(m, c.date) is c.after
    if lo < hi:
        with pytest.raises(InputError, match="give the earlier day first"):
            changes_between([m], day(hi), day(lo))


@given(measures(), st.integers(-5, 410))
@settings(max_examples=50)
def test_a_suspension_returns(m: Measure, n: int) -> None:
    ends = [r.to for r in m.suspended if r.to and (m.stop is None or r.to < m.stop)]
    known = [d for d in ends if m.unknown_from is None or d < m.unknown_from]
    assert all(status_on(m, d) is Status.IN_FORCE for d in known)


@given(measures(), st.integers(-5, 410))
def test_the_unknown_is_neither_in_force_nor_over(m: Measure, n: int) -> None:
    unknown = still_unknown([m], day(n))
    if unknown:
        assert status_on(m, day(n)) is Status.NOT_YET_KNOWN
        assert m.unknown_from is not None
        assert m.unknown_from <= day(n)
        assert m.stop is None or day(n) < m.stop


GOLDEN = {  # status on 18 October 2025, on 2 November 2025, on 2 December 2025 as the dossier knows them
    "us-301": ("in_force", "in_force", "in_force"),
    "us-fentanyl-10": ("expired", "expired", "expired"),
    "us-fentanyl-20": ("in_force", "in_force", "in_force"),
    "us-reciprocal-chn-10": ("in_force", "in_force", "in_force"),
    "us-reciprocal-chn-24": ("suspended", "suspended", "in_force"),
    "us-reciprocal-chn-climb-84": ("expired", "expired", "expired"),
    "us-reciprocal-chn-climb-125": ("withdrawn", "withdrawn", "withdrawn"),
    "us-threat-100": ("threatened", "not_yet_known", "not_yet_known"),
    "us-threat-software": ("threatened", "not_yet_known", "not_yet_known"),
    "us-bis-affiliates": ("in_force", "in_force", "in_force"),
    "us-port-fees": ("in_force", "in_force", "in_force"),
    "chn-reciprocal-10": ("in_force", "in_force", "in_force"),
    "chn-reciprocal-24": ("suspended", "suspended", "in_force"),
    "chn-rare-earths-april": ("in_force", "in_force", "in_force"),
    "chn-rare-earths-october": ("announced", "announced", "in_force"),
    "chn-rare-earths-abroad": ("announced", "announced", "in_force"),
    "chn-rare-earths-technology": ("in_force", "in_force", "in_force"),
    "chn-batteries-superhard": ("announced", "announced", "in_force"),
    "us-reciprocal-baseline": ("expired", "expired", "expired"),
    "us-reciprocal-country": ("in_force", "in_force", "in_force"),
    "us-232-lumber": ("in_force", "in_force", "in_force"),
    "us-232-trucks": ("announced", "in_force", "in_force"),
    "us-232-semiconductors": ("threatened", "threatened", "threatened"),
}


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_golden_status(name: str) -> None:
    m = load_dossier("kuala-lumpur-2025").measure(name)
    days = (date(2025, 10, 18), date(2025, 11, 2), date(2025, 12, 2))
    assert tuple(status_on(m, d).value for d in days) == GOLDEN[name]


def test_every_measure_has_a_sensible_status_on_the_day() -> None:
    d = load_dossier("kuala-lumpur-2025")
    statuses = d.status()
    assert set(statuses) == {m.id for m in d.measures}
    future = {m.id for m in d.measures if not m.threatened and m.effective and m.effective > d.as_of}
    assert {k for k, s in statuses.items() if s is Status.ANNOUNCED} == future


def test_deadlines_of_the_dossier() -> None:
    d = load_dossier("kuala-lumpur-2025")
    due = {(x.measure, x.kind): x.days_left for x in next_deadlines(d, d.as_of)}
    assert due["us-threat-100", "threat"] == 14
    assert due["us-reciprocal-chn-24", "suspension ends"] == 23
    assert due["chn-reciprocal-24", "suspension ends"] == 23
    assert due["chn-rare-earths-october", "takes effect"] == 21
    assert due["chn-rare-earths-abroad", "takes effect"] == 44
    listed = next_deadlines(d, d.as_of, within_days=30)
    assert [x.date for x in listed] == sorted(x.date for x in listed)
    assert all(0 < x.days_left <= 30 for x in listed)
