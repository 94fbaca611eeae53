"""The dated record: what it holds, what was known on a day, and the base rates it gives."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest

from detente.errors import BadDossier, InputError, UnknownName
from detente.outlook.record import list_records, load_record, parse_record
from detente.outlook.spells import Spells, frequency, frequency_draws

SMALL = """
schema_version: 1
id: small
title: A small record
as_of: 2020-12-31
rules: {talks: t, threat: t, truce: t, left_out: nothing}
talks:
  - {id: one, from: 2020-01-01, to: 2020-01-02, place: A, outcome: agreed, sources: [s]}
  - {id: two, from: 2020-01-20, to: 2020-01-21, place: B, outcome: broke, sources: [s]}
threats:
  - {id: t, by: USA, what: w, announced: 2020-02-01, due: 2020-03-01, outcome: put-off, decided: 2020-02-20, sources: [s]}
  - {id: u, by: CHN, what: w, announced: 2020-02-02, due: 2020-03-01, outcome: dropped, decided: 2020-03-01,
     answer_to: t, sources: [s]}
truces:
  - {id: p, title: P, start: 2020-01-01, end: 2020-04-10, how: broken, sources: [s]}
  - {id: q, title: Q, start: 2020-06-01, how: open, known_to: 2020-12-31, sources: [s]}
sources: [{id: s, title: S, publisher: P, url: "https://example.org"}]
"""


def refused(old: str, new: str) -> str:
    assert old in SMALL
    with pytest.raises(BadDossier) as caught:
        parse_record(SMALL.replace(old, new), "small.yaml")
    return str(caught.value)


def test_an_outcome_is_unknown_before_its_day() -> None:
    r = parse_record(SMALL)
    assert r.counts("talks") == {"agreed": 1, "time": 0, "broke": 1}
    assert r.settled == {"one": date(2020, 1, 20), "two": date(2020, 2, 20)}  # the next round; 30 days
    assert sum(r.as_of(date(2020, 1, 19)).counts("talks").values()) == 0
    assert r.as_of(date(2020, 1, 20)).counts("talks")["agreed"] == 1
    assert [x.id for x in r.as_of(date(2020, 1, 19)).talks] == ["one"]
    assert r.as_of(date(2020, 2, 19)).counts("threat")["put-off"] == 0
    assert r.as_of(date(2020, 2, 20)).counts("threat") == {"carried-out": 0, "put-off": 1, "dropped": 0}


def test_answers_are_listed_and_not_counted() -> None:
    r = parse_record(SMALL)
    assert len(r.to_frame("threat")) == 2
    assert sum(r.counts("threat").values()) == 1


def test_a_truce_that_will_break_still_stands_the_day_before() -> None:
    r = parse_record(SMALL)
    assert r.spells() == Spells(1, 100 + 213)
    assert r.as_of(date(2020, 4, 9)).spells() == Spells(0, 99)
    assert r.as_of(date(2020, 4, 10)).spells() == Spells(1, 100)
    assert r.as_of(date(2020, 6, 11)).spells() == Spells(1, 110)
    assert r.as_of(date(2019, 12, 31)).spells() == Spells(0, 0)


def test_knowing_less_twice_is_knowing_less_once() -> None:
    r = load_record("us-china")
    for day in (date(2018, 9, 1), date(2019, 6, 30), date(2025, 10, 18)):
        assert r.as_of(day + timedelta(days=300)).as_of(day) == r.as_of(day)


def test_nothing_of_the_future_is_left() -> None:
    for day in (date(2018, 6, 20), date(2019, 8, 15), date(2025, 10, 18)):
        r = load_record("us-china").as_of(day)
        assert all(x.start <= day and (x.outcome is None or r.settled[x.id] <= day) for x in r.talks)
        assert all(t.announced <= day and (t.decided is None or t.decided <= day) for t in r.threats)
        assert all(t.start <= day and t.last <= day for t in r.truces)


def test_the_packaged_record_is_cited_and_every_source_used() -> None:
    r = load_record("us-china")
    entries = [*r.talks, *r.threats, *r.truces]
    assert {s for e in entries for s in e.sources} == {s.id for s in r.sources}
    assert all(s.url and s.read for s in r.sources)
    assert all(x.why for x in r.talks)
    assert all(t.due - t.announced >= timedelta(days=2) for t in r.threats if t.answer_to is None)
    assert list(list_records()) == ["us-china"]


def test_the_packaged_record_on_the_day_of_the_dossier() -> None:
    r = load_record("us-china").as_of(date(2025, 10, 18))
    assert r.counts("talks") == {"agreed": 5, "time": 9, "broke": 7}
    assert r.counts("threat") == {"carried-out": 12, "put-off": 6, "dropped": 2}
    assert r.spells() == Spells(3, 160 + 64 + 1817 + 157)
    assert next(t for t in r.threats if t.id == "us-100-points").outcome is None


def test_what_is_refused() -> None:
    assert "no source 'nobody'" in refused("outcome: broke, sources: [s]", "outcome: broke, sources: [nobody]")
    assert "line 9" in refused("outcome: broke", "outcome: agreeed")
    assert "together" in refused("decided: 2020-02-20, ", "")
    assert "answers 'v'" in refused("answer_to: t", "answer_to: v")
    assert "after the record's own day" in refused("as_of: 2020-12-31", "as_of: 2020-05-01")
    assert "given twice" in refused("id: two", "id: one")
    assert "order the talks" in refused("from: 2020-01-20, to: 2020-01-21", "from: 2019-01-20, to: 2019-01-21")
    assert "'end' is for a truce that broke" in refused("how: broken", "how: open")
    with pytest.raises(UnknownName, match="us-china"):
        load_record("us-chna")


# -- base rates --------------------------------------------------------------------------------------------------------
def test_survival_is_the_mean_of_the_exponential_over_its_posterior() -> None:
    spells = Spells(3, 2198)
    rates = np.random.default_rng(0).gamma(3.5, 1 / 2198, size=200_000)
    found = spells.survival(90)
    values = np.exp(-90 * rates)
    assert found.mean == pytest.approx((2198 / 2288) ** 3.5, rel=1e-12)
    assert found.mean == pytest.approx(values.mean(), abs=1e-3)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(values, [0.05, 0.95])), abs=2e-3)


def test_survival_falls_with_the_days_asked_and_rises_with_those_watched() -> None:
    means = [Spells(2, 1000).survival(d).mean for d in (0, 10, 100, 1000)]
    assert means == sorted(means, reverse=True)
    assert means[0] == 1
    assert Spells(2, 2000).survival(100).mean > Spells(2, 1000).survival(100).mean > Spells(3, 1000).survival(100).mean
    nothing = Spells(0, 0).survival(30)
    assert (nothing.low, nothing.mean, nothing.high) == (0, 0.5, 1)
    with pytest.raises(InputError):
        Spells(-1, 5)
    with pytest.raises(InputError):
        Spells(1, 5).survival(-1)


def test_few_cases_have_a_wide_spread() -> None:
    few, many = Spells(1, 300).survival(90), Spells(10, 3000).survival(90)
    assert few.high - few.low > many.high - many.low


def test_frequencies_are_those_of_a_dirichlet() -> None:
    counts = {"a": 5, "b": 9, "c": 7}
    rates = frequency(counts)
    assert sum(r.mean for r in rates.values()) == pytest.approx(1)
    assert rates["a"].mean == pytest.approx(5.5 / 22.5)
    draws = frequency_draws(counts, 100_000, np.random.default_rng(3))
    for k, r in enumerate(rates.values()):
        assert r.mean == pytest.approx(draws[:, k].mean(), abs=2e-3)
        assert (r.low, r.high) == pytest.approx(tuple(np.quantile(draws[:, k], [0.05, 0.95])), abs=5e-3)
    assert all(math.isclose(r.mean, 1 / 3) for r in frequency(dict.fromkeys("abc", 0)).values())
    with pytest.raises(InputError):
        frequency({"a": 1})
