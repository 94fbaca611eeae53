"""The dossiers of the past know nothing later than their day, and their law stands near what others counted then."""

from __future__ import annotations

from datetime import date

import pytest

from detente.cases.case import Case
from detente.policy.dossier import load_dossier
from detente.policy.timing import in_force
from detente.strategy.like_for_like import OF_THE_LAW, beside

PAST = ("phase-one-2020", "geneva-2025", "busan-2025")


@pytest.mark.parametrize("name", PAST)
def test_nothing_is_over_or_put_off_that_was_not_yet(name: str) -> None:
    """Ends and pauses of measures are ones announced by the day: none begins later, but for what an order of before had set."""
    dossier = load_dossier(name)
    for m in dossier.measures:
        assert m.announced is None or m.announced <= dossier.as_of
        assert all(r.start <= dossier.as_of for r in m.suspended), m.id
        if m.ended is not None and m.ended.date > dossier.as_of:
            assert m.ended.by in {x.id for x in dossier.measures}, m.id
    assert all(p.date is None or p.date <= dossier.as_of for p in dossier.published)


def test_the_rates_of_the_day() -> None:
    geneva = {m.id: m for m in in_force(load_dossier("geneva-2025").measures, date(2025, 5, 9)) if m.modelled}
    on_china = ("us-fentanyl-20", "us-reciprocal-chn-10", "us-reciprocal-chn-24", "us-reciprocal-chn-climb-125")
    assert sum(geneva[m].rate_points("CHN") for m in on_china) == 145
    on_usa = ("chn-reciprocal-10", "chn-reciprocal-24", "chn-reciprocal-climb-125")
    assert sum(geneva[m].rate_points("USA") for m in on_usa) == 125
    busan = {m.id for m in in_force(load_dossier("busan-2025").measures, date(2025, 11, 10))}
    assert {"us-reciprocal-chn-24", "chn-reciprocal-24", "chn-rare-earths-october"} <= busan  # the law by itself
    lists = load_dossier("phase-one-2020")
    assert "us-301-list-4b" not in {m.id for m in in_force(lists.measures, lists.as_of)}
    assert "us-301-list-4b" in {m.id for m in in_force(lists.measures, date(2019, 12, 15))}


@pytest.mark.parametrize("name", PAST)
def test_duties_lie_near_what_was_published(name: str) -> None:
    """Average duties and their rises, which need no solve, within 15 % of what others counted at the time."""
    figures = [p for p in load_dossier(name).published if p.measure in OF_THE_LAW]
    assert figures
    for row in beside(Case.of(name), figures):
        assert row.ours == pytest.approx(row.theirs, rel=0.15), row.figure.id
