"""Data that ships: every number cited, sources used and real, codes known, dates in order, assumptions complete."""

from __future__ import annotations

import re

import pytest

from detente.policy.assumptions import load_assumptions
from detente.policy.dossier import Dossier, list_dossiers, load_dossier
from detente.policy.ledger import list_ledgers, load_ledger
from detente.words.names import group_table, region_table, sector_table


@pytest.fixture(params=list_dossiers())
def dossier(request: pytest.FixtureRequest) -> Dossier:
    """Each packaged dossier."""
    return load_dossier(request.param)


def test_every_measure_is_cited_and_classified(dossier: Dossier) -> None:
    for m in dossier.measures:
        assert m.sources, m.id
        assert m.gta_type or not m.modelled or m.in_baseline, f"{m.id}: no Global Trade Alert type"
        assert m.announced or m.in_baseline, f"{m.id}: no announcement date"


def test_every_source_is_used_and_has_a_place(dossier: Dossier) -> None:
    used = {s for _, _, cited in dossier._citations() for s in cited}
    used |= {s for _, _, cs in dossier.change_lists() for c in cs if c.add for s in c.add.sources}
    assert {s.id for s in dossier.sources} == used
    for s in dossier.sources:
        assert s.url or s.note, f"{s.id}: neither an address nor a note on why there is none"
        assert s.read is not None or s.note or s.url, s.id


def test_no_source_is_later_than_the_dossier(dossier: Dossier) -> None:
    """Of two quarrels long past some accounts are later; each says in a note what of before the day it was read for."""
    told_later = dossier.id in ("eu-china-evs-2024", "japan-korea-2019")
    late = [s.id for s in dossier.sources if s.date and s.date > dossier.as_of and not (told_later and s.note)]
    assert late == []


def test_nothing_is_known_of_the_future(dossier: Dossier) -> None:
    scheduled = ("expected", "summit", "deadline", "meeting")
    assert [e for e in dossier.history if e.date > dossier.as_of and e.kind not in scheduled] == []
    assert all(m.announced is None or m.announced <= dossier.as_of for m in dossier.measures)


def test_codes_exist(dossier: Dossier) -> None:
    assert dossier.check(tuple(region_table()), tuple(sector_table())) == []
    known = {*region_table(), *group_table()}
    for m in dossier.measures:
        assert set(m.named_regions()) <= known


def test_fields_of_history(dossier: Dossier) -> None:
    days = [e.date for e in dossier.history]
    assert days == sorted(days)


def test_assumptions_named_exist_and_are_complete(dossier: Dossier) -> None:
    ledger = load_assumptions()
    assert set(dossier.assumption_ids()) <= set(ledger)
    for a in ledger.values():
        assert all(len(text) > 10 for text in (a.statement, a.evidence, a.if_wrong)), a.id
    ids = [int(a[1:]) for a in ledger]
    assert ids == sorted(ids)


def test_assumptions_used_by_dossiers_name_real_measures() -> None:
    for a in load_assumptions().values():
        for user in a.used_by:
            name, _, measure = user.partition(":")
            if not measure:
                continue
            if name in list_ledgers():
                assert measure in {m.id for m in load_ledger(name).measures}, f"{a.id}: {user}"
                continue
            d = load_dossier(name)
            added = {c.add.id for _, _, cs in d.change_lists() for c in cs if c.add}
            ahead = d.prospects
            named = {q.id for q in d.key_questions} | ({"prospects"} if ahead else set())
            named |= {e.id for e in (*d.exercises, *d.scenarios)}
            named |= {x.id for x in (*ahead.forks, *ahead.signals)} if ahead else set()
            assert measure in {m.id for m in d.measures} | added | named, f"{a.id}: {user}"


def test_coverage_that_is_ours_names_its_assumption(dossier: Dossier) -> None:
    for m in dossier.measures:
        ours = m.modelled and not m.in_baseline and (m.coverage != 1.0 or m.coverage_by_partner or m.withhold_pct is not None)
        assert m.assumptions or not ours, f"{m.id}: derived numbers without an assumption number"


def test_key_questions_fall_due_after_the_dossier(dossier: Dossier) -> None:
    for q in dossier.key_questions:
        assert q.by_when > dossier.as_of, q.id
        assert q.scenarios or q.measures, q.id


def test_scenarios_cover_every_party_and_say_what_is_modelled(dossier: Dossier) -> None:
    for s in dossier.scenarios:
        assert s.provisions, s.id
        assert any(p.modelled for p in s.provisions), s.id
        added = {c.add.id for c in s.changes if c.add}
        for p in s.provisions:
            assert set(p.measures) <= {m.id for m in dossier.measures} | added, f"{s.id}: {p.text}"


def test_prose_has_no_copied_marks_of_the_workshop() -> None:
    banned = re.compile(r"\b(TODO|FIXME|XXX)\b")
    for name in list_dossiers():
        assert not banned.search(load_dossier(name).model_dump_json())
