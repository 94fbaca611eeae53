"""Ledgers that ship: every number cited, sources used and placed, codes known, days in order, tables sourced and whole."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from detente.policy.assumptions import load_assumptions
from detente.policy.averages import DEFINITIONS, coverage_shares
from detente.policy.ledger import Ledger, list_ledgers, load_ledger
from detente.policy.measures import InstrumentKind
from detente.policy.reading import read_yaml
from detente.policy.timing import Status, in_force, turning_days
from detente.words.names import group_table, region_table, sector_table

SHELF = files("detente").joinpath("data", "ledgers")


@pytest.fixture(params=list_ledgers())
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """Each packaged ledger."""
    return load_ledger(request.param)


def uncited(data: Any, path: str = "", cited: bool = False) -> Iterator[str]:
    """Places in a ledger's YAML where a number or a date stands under no `sources`."""
    if isinstance(data, dict):
        here = cited or bool(data.get("sources")) or bool((data.get("set") or {}).get("sources"))
        for key, value in data.items():
            if path == "" and key in ("schema_version", "as_of", "sources"):
                continue
            yield from uncited(value, f"{path}.{key}", here)
    elif isinstance(data, list):
        for k, value in enumerate(data):
            yield from uncited(value, f"{path}[{k}]", cited)
    elif isinstance(data, int | float | datetime.date) and not isinstance(data, bool) and not cited:
        yield path


@pytest.mark.parametrize("name", list_ledgers())
def test_every_number_is_cited(name: str) -> None:
    data, _ = read_yaml(SHELF.joinpath(f"{name}.yaml").read_bytes(), name)
    assert list(uncited(data)) == []


def test_the_check_for_uncited_numbers_bites() -> None:
    data = {"measures": [{"id": "a", "rate_pct": 10, "sources": ["s"]}, {"id": "b", "coverage": {"ELE": 0.2}}]}
    assert list(uncited(data)) == [".measures[1].coverage.ELE"]
    assert list(uncited({"changes": [{"measure": "a", "set": {"expires": datetime.date(2025, 1, 1)}}]}))
    assert not list(uncited({"changes": [{"measure": "a", "set": {"expires": datetime.date(2025, 1, 1), "sources": ["s"]}}]}))


def test_measures_are_classified(ledger: Ledger) -> None:
    taken_over = {m.id for m in ledger.base.measures} if ledger.base else set()
    for m in ledger.measures:
        if m.id in taken_over:
            continue
        assert m.gta_type, f"{m.id}: no Global Trade Alert type"
        assert m.announced, f"{m.id}: no announcement date"
        assert m.authority or m.instrument in (InstrumentKind.PURCHASE, InstrumentKind.OTHER), f"{m.id}: no legal authority"
        assert m.mast or m.instrument is not InstrumentKind.EXPORT_CONTROL, f"{m.id}: no MAST chapter"


def test_sources_are_used_and_placed(ledger: Ledger) -> None:
    used = {s for m in ledger.measures for s in m.sources} | {s for e in ledger.own_history for s in e.sources}
    used |= {s for p in ledger.published for s in p.sources}
    assert {s.id for s in ledger.own_sources} <= used
    for s in ledger.own_sources:
        assert s.url, s.id
        assert s.read or s.note, f"{s.id}: neither read nor a note on why not"
        assert s.date is None or s.date <= ledger.as_of


def test_nothing_is_known_of_the_future(ledger: Ledger) -> None:
    assert all(m.announced is None or m.announced <= ledger.as_of for m in ledger.measures)
    assert all(e.date <= ledger.as_of or e.kind in ("deadline", "expected", "summit", "meeting") for e in ledger.own_history)
    assert [e.date for e in ledger.own_history] == sorted(e.date for e in ledger.own_history)
    # a suspension that has run out before the ledger's day either came back or is marked as not known
    for m in ledger.measures:
        for rest in m.suspended:
            if rest.to and rest.to <= ledger.as_of and (m.stop is None or m.stop > rest.to):
                assert m.unknown_from == rest.to, m.id


def test_codes_exist(ledger: Ledger) -> None:
    regions, sectors = {*region_table(), *group_table()}, set(sector_table())
    for m in ledger.measures:
        assert set(m.named_regions()) <= regions, m.id
        assert set(m.named_sectors()) <= sectors, m.id
        assert m.by in ledger.clocks or m.by not in ("USA", "CHN", "MYS")
    for code, clock in ledger.clocks.items():
        assert code in region_table()
        assert ZoneInfo(clock.zone).key == clock.zone


def test_derived_shares_name_their_assumption(ledger: Ledger) -> None:
    known = load_assumptions()
    for m in ledger.measures:
        assert set(m.assumptions) <= set(known), m.id
        if m.modelled and m.instrument is InstrumentKind.TARIFF and (m.coverage != 1.0 or m.coverage_by_partner):
            assert m.assumptions, f"{m.id}: derived shares without an assumption number"


def test_one_version_of_a_duty_at_a_time(ledger: Ledger) -> None:
    grouped = [m for m in ledger.measures if m.exclusive_group and m.on != "all" and len(m.on) <= 2]
    for day in sorted({d for m in grouped for d in turning_days(m)}):
        seen = [(m.exclusive_group, m.on) for m in in_force(grouped, day)]
        assert len(seen) == len(set(seen)), day


def test_unconfirmed_acts_say_so_in_words_too(ledger: Ledger) -> None:
    marked = [m for m in ledger.measures if not m.confirmed]
    assert marked
    for m in marked:
        assert m.note or m.why_not or m.assumptions, f"{m.id}: not confirmed, and no word on it"


def test_published_points_name_real_definitions(ledger: Ledger) -> None:
    assert len(ledger.published) >= 30
    assert {p.definition for p in ledger.published} <= set(DEFINITIONS)
    for p in ledger.published:
        assert p.tolerance_pp <= 3 or p.why, f"{p.by} on {p.on}, {p.date}: a wide tolerance without a reason"


def test_tables_carry_their_source_and_fit_the_ledger(ledger: Ledger) -> None:
    for entry in SHELF.iterdir():
        if entry.name.endswith(".csv"):
            assert entry.read_text(encoding="utf-8").startswith("# Derived by detente"), entry.name
    ids = {m.id for m in ledger.measures}
    assert ledger.tables is not None
    assert set(coverage_shares(ledger.tables)) <= ids


def test_statuses_of_today_are_sensible(ledger: Ledger) -> None:
    status = ledger.status()
    assert status["us-301-list-3-25"] is Status.IN_FORCE
    assert not [k for k, s in status.items() if s is Status.IN_FORCE and "ieepa" in k]


def test_the_page_on_the_ledger_prints_what_the_ledger_gives(ledger: Ledger) -> None:
    page = Path(__file__).parents[2] / "docs" / "ledger.md"
    rows = [
        [c.strip() for c in line.strip("|\n").split("|")]
        for line in page.read_text(encoding="utf-8").splitlines()
        if " on " in line
    ]
    told = {(r[0], r[1], r[2]): (r[3], r[4], r[5]) for r in rows if len(r) == 6}
    assert set(told) == {
        (f"{p.by} on {p.on}", p.date.isoformat(), p.definition) for name in list_ledgers() for p in load_ledger(name).published
    }
    for p in ledger.published:
        theirs, ours, gap = told[f"{p.by} on {p.on}", p.date.isoformat(), p.definition]
        value = float(ledger.average_tariff(p.by, p.on, p.date, p.definition))
        assert float(theirs) == pytest.approx(p.pct, abs=0.006)
        assert float(ours) == pytest.approx(value, abs=0.02)
        assert float(gap.replace("\u2212", "-")) == pytest.approx(value - p.pct, abs=0.02)
