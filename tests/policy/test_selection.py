"""Law selected from ledgers: what a selection finds, as known on which day, what it refuses, what the dossier then holds."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import Any

import pytest

from detente.errors import BadDossier
from detente.policy.dossier import Dossier, load_dossier, parse_dossier
from detente.policy.ledger import Ledger, list_ledgers, load_ledger, parse_ledger
from detente.policy.rows import Row
from detente.policy.selection import Selection
from detente.policy.timing import as_known, status_on
from small_dossier import small_dossier
from small_ledger import SMALL

TEMPLATE = small_dossier("trial", "A trial")
LAW = "law:\n  - {ledger: us-china, by: [USA, CHN], on: [USA, CHN], since: 2025-01-20, over: false}\n\nmeasures:"


def with_law(law: str) -> str:
    """The small dossier with a `law:`."""
    return TEMPLATE.replace("measures:", f"law:\n  - {law}\n\nmeasures:", 1)


def refused(text: str) -> str:
    """The message with which `text` is refused."""
    with pytest.raises(BadDossier) as caught:
        parse_dossier(text, "trial.yaml")
    return str(caught.value)


def test_a_dossier_holds_its_own_measures_then_those_selected() -> None:
    d = parse_dossier(TEMPLATE.replace("measures:", LAW, 1))
    assert d.measures[0].id == "example-tariff"
    found = d.measures[1:]
    assert {m.by for m in found} <= {"USA", "CHN"}
    assert all((m.announced or m.start) and date(2025, 1, 20) <= (m.announced or m.start) <= d.as_of for m in found)  # type: ignore[operator]
    known = {m.id for m in load_ledger("us-china").as_known(d.as_of)}
    assert {m.id for m in found} < known
    assert set(d.selected) == {m.id for m in found}
    cited = {s for m in d.measures for s in m.sources}
    assert cited <= {s.id for s in d.sources}
    assert d.sources[0].id == "first-source"
    assert {s.id for s in d.sources} <= cited | {"first-source"}  # nothing of the ledger that nobody cites


def test_what_is_its_own_takes_the_place_of_what_is_selected() -> None:
    text = with_law("{ledger: us-china, ids: [us-232-steel, us-threat-100]}").replace(
        "id: example-tariff", "id: us-threat-100", 1
    )
    text = text.replace("example-tariff", "us-threat-100")
    d = parse_dossier(text)
    assert [m.id for m in d.measures] == ["us-threat-100", "us-232-steel"]
    assert d.measure("us-threat-100").rate_pct == 10
    assert dict(d.selected) == {"us-232-steel": 0}


def test_fields_are_read_otherwise_where_the_dossier_says_so() -> None:
    d = parse_dossier(with_law("{ledger: us-china, ids: [us-232-steel], set: {us-232-steel: {rate_pct.KOR: 15, coverage: 0.5}}}"))
    steel = d.measure("us-232-steel")
    assert (steel.rate_points("KOR"), steel.rate_points("JPN"), steel.share("JPN", "IRS")) == (15, 50, 0.5)


def test_entries_add_up_and_a_measure_found_twice_is_one() -> None:
    text = with_law("{ledger: world, ids: [us-232-steel]}\n  - {ledger: world, by: USA, on: CAN, since: 2025-01-20}")
    d = parse_dossier(text)
    assert [m.id for m in d.measures].count("us-232-steel") == 1
    assert d.selected["us-232-steel"] == 0
    assert d.selected["us-ieepa-can"] == 1


def test_groups_stand_for_their_members() -> None:
    ledger, day = load_ledger(), date(2025, 10, 18)

    def found(**asked: Any) -> set[str]:
        return {m.id for m in Selection.model_validate({"ledger": "world", **asked}).choose(ledger, day)}

    assert "us-india-25" in found(by="USA", on="IND") > set()
    assert "us-india-25" not in found(by="USA", on="ASEAN")
    assert found(by="USA", on="ASEAN") >= found(by="USA", on="MYS")
    assert "us-reciprocal-baseline" not in found(by="USA", on="CHN", instruments="tariff")  # China is excepted
    assert found(by="ASEAN") if any(m.by in ("VNM", "KHM") for m in ledger.as_known(day)) else True


@pytest.mark.parametrize(
    ("law", "says"),
    [
        ("{ledger: us-chna, by: USA}", r"line \d+, law\[0\]\.ledger: .*did you mean us-china"),
        ("{ledger: us-china, by: [USAA]}", r"law\[0\]\.by: .*did you mean USA"),
        ("{ledger: us-china, on: EURO}", r"law\[0\]\.on: .*EURO"),
        ("{ledger: us-china, ids: [us-232-steal]}", r"law\[0\]\.ids: .*did you mean us-232-steel"),
        ("{ledger: us-china, ids: [us-122-surcharge]}", r"law\[0\]\.ids: .*announced on 2026-02-20; the dossier"),
        ("{ledger: us-china, ids: []}", r"law\[0\]\.ids: .*is empty"),
        ("{ledger: us-china, ids: [us-232-steel], since: 2025-01-01}", r"law\[0\]\.since: 'ids' names each measure"),
        ("{ledger: us-china, by: JPN}", r"law\[0\]: selects nothing: on 2025-10-18 .* us-china has no measure with by: JPN"),
        ("{ledger: us-china, since: 2025-10-18}", r"law\[0\]: selects nothing"),
        ("{ledger: us-china, since: 2025-10-11, until: 2025-10-10}", r"law\[0\]\.until: .*before 'since'"),
        ("{ledger: us-china, by: CHN, except: [us-232-steel]}", r"law\[0\]\.except: 'us-232-steel' .* does nothing"),
        ("{ledger: us-china, by: CHN, set: {us-232-steel: {rate_pct: 5}}}", r"law\[0\]\.set: 'us-232-steel' .* does nothing"),
        ("{ledger: us-china, ids: [us-232-steel], set: {us-232-steel: {rate: 5}}}", r"law\[0\]\.set\.us-232-steel: .*rate_pct"),
        ("{ledger: us-china, ids: [us-232-steel], set: {us-232-steel: {rate_pct: five}}}", r"law\[0\]\.set: .*rate_pct"),
        ("{ledger: us-china, events: {since: 2025-10-18}}", r"law\[0\]\.events: selects no event: .* none from 2025-10-18"),
        ("{ledger: us-china, events: {since: 2025-01-01, except: [2025-01-02]}}", r"law\[0\]\.events\.except: 2025-01-02"),
        ("{ledger: us-china, events: {}}", r"law\[0\]\.events: 'since' is missing"),
        ("{ledger: us-china, ledgr: us-china}", r"unknown key 'ledgr' — did you mean 'ledger'"),
        (
            "{ledger: us-china, ids: [us-232-autos]}\n  - {ledger: world, ids: [us-232-autos]}",
            r"law\[1\]: measure 'us-232-autos' stands in us-china and, otherwise, in world",
        ),
    ],
)  # fmt: skip
def test_what_is_not_there_or_does_nothing_is_refused_by_name(law: str, says: str) -> None:
    message = refused(with_law(law))
    assert re.search(says, message), message
    assert "\n" not in message  # and no second fault that only follows
    line = int(re.search(r"line (\d+)", message).group(1))  # type: ignore[union-attr]
    assert "ledger:" in with_law(law).splitlines()[line - 1]


def test_events_come_as_they_were_known() -> None:
    d = parse_dossier(with_law("{ledger: us-china, ids: [us-232-steel], events: {since: 2025-05-01}}"))
    dates = [e.date for e in d.history]
    assert dates == sorted(dates)
    assert date(2025, 5, 10) in dates
    assert max(dates) <= d.as_of  # what came later is not there
    geneva = next(
        e for e in load_ledger("us-china").events_as_known(date(2025, 5, 20)) if e.kind == "truce" and e.date.year == 2025
    )
    assert geneva.outcome is None  # prolonged, as nobody knew in May
    assert next(e for e in d.history if e == geneva.model_copy(update={"outcome": "Prolonged in August."}))
    assert {s for e in d.history for s in e.sources} <= {s.id for s in d.sources}
    ahead = load_ledger("us-china").events_as_known(date(2026, 1, 1))
    assert [e.date for e in ahead if e.date > date(2026, 1, 1)] == [date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 27)]


def test_a_dossier_needs_law_or_measures() -> None:
    head, tail = TEMPLATE.split("measures:\n", 1)
    rest = tail[tail.index("scenarios:") :]
    message = refused(head + rest)
    assert "at least one measure" in message
    assert "\n" not in message


def test_a_dump_is_whole_and_reads_back_without_its_ledgers() -> None:
    d = parse_dossier(TEMPLATE.replace("measures:", LAW, 1))
    dumped = d.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert "law" not in dumped
    again = Dossier.model_validate(dumped)
    assert again == d.model_copy(update={"law": ()})


HISTORY = """    later:
      - {known: 2025-05-12, set: {suspended: [{from: 2025-05-14, to: 2025-08-12}], conditions: Ninety days.}, sources: [pause]}
      - {known: 2025-08-11, set: {suspended: [{from: 2025-05-14, to: 2025-11-10}], act: Order 2}, sources: [pause]}
      - {known: 2026-02-20, set: {ended: {date: 2026-02-20, how: struck_down}}, sources: [court]}
"""
DATED = (
    SMALL.replace("    suspended: [{from: 2025-05-14, to: 2025-11-10}]\n    unknown_from: 2026-11-10\n", HISTORY, 1)
    + "  - {id: pause, title: A pause, publisher: P, date: 2025-05-12}\n"
    + "  - {id: court, title: A judgment, publisher: C, date: 2026-02-20}\n"
)  # fmt: skip


def test_a_row_is_what_was_known_on_the_day() -> None:
    ledger = parse_ledger(DATED)
    day = date(2025, 5, 20)
    (ten,) = ledger.as_known(day)
    assert [(r.start, r.to) for r in ten.suspended] == [(date(2025, 5, 14), date(2025, 8, 12))]
    assert (ten.conditions, ten.act, ten.ended) == ("Ninety days.", None, None)
    assert ten.sources == ("order", "pause")
    ten, steel = ledger.as_known(date(2026, 1, 1))
    assert (ten.suspended[0].to, ten.act, ten.ended) == (date(2025, 11, 10), "Order 2", None)
    assert steel.replaces == ("ten",)
    assert ledger.as_known(date(2025, 4, 1)) == ()
    assert ledger.as_known(date(2025, 4, 2))[0].sources == ("order",)
    assert ledger.measure("ten").ended is not None
    assert type(ten) is type(steel) is not Row


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("known: 2025-08-11", "known: 2025-05-12", "not after the entry before it"),
        ("known: 2025-05-12", "known: 2025-03-12", "before the measure was announced"),
        ("act: Order 2", "acts: Order 2", "did you mean act"),
        ("how: struck_down", "how: struck", "ended"),
        ("sources: [court]", "sources: [cuort]", "did you mean court"),
        ("sources: [court]", "sources: []", "at least 1"),
    ],
)
def test_a_history_out_of_order_is_refused(old: str, new: str, says: str) -> None:
    assert old in DATED
    with pytest.raises(BadDossier, match=says):
        parse_ledger(DATED.replace(old, new, 1), "trial.yaml")


@pytest.mark.parametrize("name", list_ledgers())
def test_on_its_own_day_a_ledger_is_what_it_says(name: str) -> None:
    ledger = load_ledger(name)
    known = {m.id: m for m in ledger.as_known(ledger.as_of)}
    assert set(known) == {m.id for m in ledger.measures}
    for m in ledger.measures:
        assert known[m.id].model_copy(update={"sources": m.sources}) == m


ROWS = {name: load_ledger(name).rows for name in list_ledgers()}
ROWS["world"] = (*ROWS["us-china"], *ROWS["world"])
CHANGED = {name: {c.target: set(c.set_fields) for c in load_ledger(name).changes} for name in list_ledgers()}
RETROACTIVE = {"us-232-autos-eu27", "us-232-autos-eu27-before"}
"""Rows that an act of later set back to an earlier day."""
MONTHS = list(calendar.month_name)[1:]
AHEAD = {
    "us-reciprocal-chn-24", "chn-reciprocal-24", "us-de-minimis", "us-reciprocal-country", "us-232-furniture", "us-232-medicines",
    "us-301-list-3-10", "us-301-list-3-25", "us-301-exclusions", "us-301-review-batteries", "us-301-review-25",
    "us-301-review-ev", "us-301-review-syringes", "us-301-review-chips", "us-301-review-2026-batteries",
    "us-301-review-2026-magnets", "us-232-steel-march", "us-232-aluminium-march", "us-232-metals-equipment", "us-232-pharma",
    "us-232-furniture-rise", "chn-list-34-autos-25", "chn-list-16-autos-25", "chn-list-60-autos-5", "chn-raise-60-5",
    "chn-raise-60-10", "chn-raise-60-15", "chn-list-75-10", "chn-list-75-5", "chn-list-75-december", "chn-soybeans", "chn-ban-46",
    "us-301-chips-2027", "us-truce-to-january", "chn-truce-to-january", "chn-coal", "us-nicaragua", "us-338-canada-wider",
    "can-surtax-2025-1", "can-steel-aluminium-2025", "can-surtax-2026", "can-steel-quota", "eu-zero-industrial",
    "ind-steel-safeguard",
}  # fmt: skip
"""Rows whose words name a day ahead because the act itself set it then, read one by one."""
OF_THE_WORLD = {"us-chip-controls", "us-232-steel-2018", "us-301-exclusions", "us-chips-2023"}
"""Rows whose words name the years that the shipped world is built on."""


def knowledge(row: Row) -> tuple[date, ...]:
    """Days on which something became known of a row."""
    first = row.announced or row.start
    assert first is not None
    return (first, *(entry.known for entry in row.later))


def days_named(text: str) -> list[date]:
    """First days of the months and years that a text names, days of the month where it says them."""
    months = re.findall(rf"(?:(\d{{1,2}}) )?({'|'.join(MONTHS)}) (\d{{4}})", text)
    years = re.findall(r"(?<![\d/.\-])(20[12]\d)(?![\d/\-])", text)
    return [date(int(y), MONTHS.index(m) + 1, int(d or 1)) for d, m, y in months] + [date(int(y), 1, 1) for y in years]


DAYS = {name: sorted({d for row in rows for d in knowledge(row)}) for name, rows in ROWS.items()}


@pytest.mark.parametrize("name", list_ledgers())
def test_on_every_day_nothing_is_there_that_was_not_known(name: str) -> None:
    ledger, rows = load_ledger(name), {r.id: r for r in ROWS[name]}
    now = {m.id: m for m in ledger.measures}
    dated = {s.id: s.date for s in ledger.sources}
    for turn in DAYS[name]:
        for day in (turn - timedelta(days=1), turn):
            known = {m.id: m for m in ledger.as_known(day)}
            for m in known.values():
                row = rows[m.id]
                assert (m.announced or m.start or day) <= day, m.id
                assert {*m.replaces, *m.yields_to} <= set(known), m.id
                assert m.ended is None or m.ended.by is None or m.ended.by in known, m.id
                assert m.unknown_from is None or m.unknown_from <= day, m.id
                assert m.last_reviewed is None or m.last_reviewed <= day, m.id
                late = [s for s in m.sources if (dated[s] or day) > day]
                assert not late or late == list(m.sources), m.id
                # nothing that a later entry alone says is said; what it sets has the value it had before
                before = [e for e in row.later if e.known <= day]
                for entry in row.later[len(before) :]:
                    for field in {f.partition(".")[0] for f in entry.set_fields} - {"sources"}:
                        earlier = any(f.partition(".")[0] == field for e in before for f in e.set_fields)
                        if not earlier and not (m.id in CHANGED[name] and field in CHANGED[name][m.id]):
                            assert getattr(m, field) == getattr(row, field), (m.id, field, day)
                # what had come by then, came: status agrees with what is known now, on the day and before it
                if row.id not in RETROACTIVE:
                    assert status_on(m, day) is status_on(now[m.id], day), (m.id, day)


@pytest.mark.parametrize("row", ROWS["world"], ids=lambda row: row.id)
def test_a_row_says_nothing_that_it_could_not_know(row: Row) -> None:
    """An end, and a pause, that the first text did not set stand under `later`; words name no day that lies ahead of them."""
    assert row.ended is None, "an end in the row itself; when did it become known?"
    assert not row.suspended, "a pause in the row itself; when did it become known?"
    for day in knowledge(row):
        m = as_known(row, day)
        assert m is not None
        for field in ("title", "conditions", "note", "why_not", "act", "authority"):
            late = [d for d in days_named(getattr(m, field) or "") if d > day]
            assert not late or row.id in AHEAD | OF_THE_WORLD, f"{field} as of {day} names {late[0]}"


def test_every_day_of_knowledge_leaves_one_version_of_a_duty() -> None:
    for name in list_ledgers():
        ledger = load_ledger(name)
        for day in DAYS[name]:
            ledger._no_overlap(ledger.as_known(day))


@pytest.mark.parametrize("day", [date(2025, 5, 9), date(2025, 10, 18), date(2026, 11, 28)], ids=str)
def test_a_dossier_of_a_day_reads_the_ledger_of_that_day(day: date) -> None:
    text = with_law("{ledger: us-china}").replace("as_of: 2025-10-18", f"as_of: {day}", 1)
    text = text.replace("by_when: 2025-11-10", "by_when: 2026-11-30").replace("policy_date: 2025-10-18", f"policy_date: {day}")
    d = parse_dossier(text.replace("reference:\n", "reference:\n", 1))
    ledger = load_ledger("us-china")
    assert d.measures[1:] == ledger.as_known(day)
    for back in range(0, 400, 20):
        then = day - timedelta(days=back)
        assert all(d.status(then)[m.id] is status_on(m, then) for m in ledger.as_known(day))


def test_the_shipped_dossiers_state_nothing_they_could_not_know() -> None:
    d = load_dossier("kuala-lumpur-2025")
    assert all((m.announced or m.start or d.as_of) <= d.as_of for m in d.measures)


def test_helpers_are_public() -> None:
    row = next(r for r in parse_ledger(DATED).rows if r.id == "ten")
    assert as_known(row, date(2025, 4, 1)) is None
    assert isinstance(parse_ledger(DATED), Ledger)
