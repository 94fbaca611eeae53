"""The ledger of everybody else: papers of every row, what a status means, refused pairs, groups, days past the last fact."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, strategies as st

from detente.errors import BadDossier, InputError, UnknownName, UnknownRegion
from detente.policy.averages import average_tariff
from detente.policy.ledger import Ledger, list_ledgers, load_ledger, parse_ledger
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.stacking import stack_on
from detente.policy.timing import OVER, RESTING, Status, next_deadlines, status_on, turning_days
from detente.words.names import goods_sectors, group_table, region_table
from detente.world.library import load_world
from small_ledger import SMALL

WORLD = load_ledger()
BASE = load_ledger("us-china")


def test_the_shipped_default_covers_everybody() -> None:
    assert WORLD.id == "world"
    assert WORLD.base is BASE
    assert {"USA", "CHN", "CAN", "EU27", "MEX"} <= {m.by for m in WORLD.measures}
    assert set(BASE.published) < set(WORLD.published)
    changed = {c.target for c in WORLD.changes}
    for m in BASE.measures:
        assert (WORLD.measure(m.id) is m) == (m.id not in changed)


@pytest.mark.parametrize("name", list_ledgers())
def test_every_row_has_its_papers(name: str) -> None:
    ledger = load_ledger(name)
    for m in ledger.measures:
        assert m.sources, m.id
        assert m.authority or m.instrument in (InstrumentKind.PURCHASE, InstrumentKind.OTHER) or m.act, m.id
        assert m.act, f"{m.id}: neither the number of an instrument nor a word that none was found"
        assert re.search(r"\d{2}|none|not found|not numbered|not published", m.act), f"{m.id}: {m.act}"
        assert m.last_reviewed is not None, m.id
        assert (m.announced or m.effective or date.min) <= m.last_reviewed <= ledger.as_of, m.id
    assert ledger.known_to is not None
    assert ledger.known_to <= ledger.as_of


def test_the_pair_is_what_it_was() -> None:
    for p in BASE.published:
        assert float(WORLD.average_tariff(p.by, p.on, p.date, p.definition)) == pytest.approx(p.pct, abs=p.tolerance_pp)
        if {p.by, p.on} == {"USA", "CHN"}:
            same = BASE.average_tariff(p.by, p.on, p.date, p.definition)
            assert float(WORLD.average_tariff(p.by, p.on, p.date, p.definition)) == pytest.approx(float(same))


@pytest.mark.parametrize("p", WORLD.own_published, ids=lambda p: f"{p.on}-{p.date}")
def test_rates_by_partner_stay_within_tolerance(p: object) -> None:
    assert float(WORLD.average_tariff(p.by, p.on, p.date, p.definition)) == pytest.approx(p.pct, abs=p.tolerance_pp)  # type: ignore[attr-defined]


# -- statuses ------------------------------------------------------------------------------------------------------------
def duty(**fields: object) -> Measure:
    """Ten points of the United States on China from 5 April 2025."""
    start = {"announced": date(2025, 4, 2), "effective": date(2025, 4, 5)}
    return Measure.model_validate(
        {
            "id": "d",
            "title": "d",
            "by": "USA",
            "on": "CHN",
            "instrument": "tariff",
            "rate_pct": 10,
            "sources": ["s"],
            **start,
            **fields,
        }
    )


def paid(m: Measure, day: date) -> float:
    """Points paid on `day`."""
    return float(100 * stack_on([m], day, ("USA", "CHN"), ("ELE",)).tariffs[1, 0, 0])


def test_announced_without_an_act_is_never_in_force() -> None:
    m = duty(act_seen=False, expires=date(2027, 1, 10))
    assert status_on(m, date(2025, 4, 1)) is Status.NOT_YET_KNOWN
    for day in (date(2025, 4, 2), date(2025, 4, 5), date(2026, 11, 10)):
        assert status_on(m, day) is Status.ANNOUNCED_WITHOUT_ACT
        assert paid(m, day) == 0
    assert status_on(m, date(2027, 1, 10)) is Status.EXPIRED
    assert paid(duty(), date(2025, 4, 5)) == pytest.approx(10)
    undated = Measure.model_validate({**duty().model_dump(exclude={"effective"}), "act_seen": False})
    assert status_on(undated, date(2030, 1, 1)) is Status.ANNOUNCED_WITHOUT_ACT
    with pytest.raises(ValueError, match="'effective'"):
        Measure.model_validate(duty().model_dump(exclude={"effective"}))


def test_a_stay_suspends_and_a_judgment_ends() -> None:
    m = duty(suspended=[{"from": date(2025, 6, 1), "to": date(2025, 7, 1), "how": "stayed"}])
    assert status_on(m, date(2025, 5, 31)) is Status.IN_FORCE
    assert status_on(m, date(2025, 6, 1)) is Status.STAYED
    assert (paid(m, date(2025, 6, 30)), paid(m, date(2025, 7, 1))) == (0, pytest.approx(10))
    struck = duty(ended={"date": date(2025, 6, 1), "how": "struck_down"})
    assert (paid(struck, date(2025, 5, 31)), paid(struck, date(2025, 6, 1))) == (pytest.approx(10), 0)
    assert status_on(struck, date(2030, 1, 1)) is Status.STRUCK_DOWN


def test_replaced_names_what_came() -> None:
    m = duty(ended={"date": date(2025, 6, 1), "how": "replaced", "by": "e"})
    assert status_on(m, date(2025, 6, 1)) is Status.REPLACED
    assert m.model_dump(mode="json")["ended"] == {"date": "2025-06-01", "how": "replaced", "by": "e"}
    for ended in ({"date": date(2025, 6, 1), "how": "replaced"}, {"date": date(2025, 6, 1), "how": "withdrawn", "by": "e"}):
        with pytest.raises(ValueError, match="'how: replaced'"):
            duty(ended=ended)
    text = SMALL.replace("    clock:", "    ended: {date: 2026-01-01, how: replaced, by: stel}\n    clock:", 1)
    with pytest.raises(BadDossier, match=r"is replaced by .*did you mean steel"):
        parse_ledger(text)


def test_an_old_row_is_written_as_before() -> None:
    row = duty(suspended=[{"from": date(2025, 6, 1)}], ended={"date": date(2026, 1, 1), "how": "withdrawn"}).model_dump(
        mode="json"
    )
    assert row["suspended"] == [{"start": "2025-06-01", "to": None}]
    assert row["ended"] == {"date": "2026-01-01", "how": "withdrawn"}
    assert not {"act", "act_seen", "last_reviewed"} & set(row)


@given(st.dates(date(2018, 1, 1), date(2027, 6, 1)))
def test_statuses_of_the_shipped_rows_hang_together(day: date) -> None:
    for m in WORLD.measures:
        status = status_on(m, day)
        if not m.act_seen:
            assert status in (Status.NOT_YET_KNOWN, Status.ANNOUNCED_WITHOUT_ACT, *OVER)
        if status in RESTING:
            assert any(rest.contains(day) for rest in m.suspended)
        if status in (Status.STRUCK_DOWN, Status.REPLACED):
            assert m.ended is not None
            assert day >= m.ended.date
            later = [d for d in turning_days(m) if d > day]
            assert all(status_on(m, d) is status for d in later)


def test_what_replaces_is_in_force_the_day_the_other_ends() -> None:
    followed = [m for m in WORLD.measures if m.ended is not None and m.ended.by is not None]
    assert len(followed) >= 6
    for m in followed:
        assert m.ended is not None
        assert status_on(WORLD.measure(str(m.ended.by)), m.ended.date) in (Status.IN_FORCE, Status.SUSPENDED), m.id


def test_the_truce_to_january_is_said_and_not_law() -> None:
    for name in ("us-truce-to-january", "chn-truce-to-january", "us-thirty-for-thirty", "chn-thirty-for-thirty"):
        assert WORLD.status(date(2026, 10, 10))[name] is Status.ANNOUNCED_WITHOUT_ACT
        assert WORLD.status(date(2026, 11, 20))[name] is Status.ANNOUNCED_WITHOUT_ACT
    assert WORLD.status(date(2027, 1, 10))["us-truce-to-january"] is Status.EXPIRED
    due = {(d.measure, d.kind, d.date) for d in next_deadlines(WORLD, date(2026, 10, 10))}
    assert ("chn-truce-to-january", "announced to end", date(2027, 1, 10)) in due
    assert not [d for d in due if d[0] == "chn-truce-to-january" and d[1] == "takes effect"]
    # and what it would prolong is not known from the day it runs out
    assert {"chn-reciprocal-24", "us-bis-affiliates"} <= {m.id for m in WORLD.unknown(date(2026, 11, 10))}
    assert "chn-ban-46" in {m.id for m in WORLD.unknown(date(2026, 11, 27))}
    assert WORLD.status(date(2026, 10, 18))["us-russia-buyers"] is Status.NOT_YET_KNOWN


# -- pairs -----------------------------------------------------------------------------------------------------------------
def test_every_emergency_duty_fell_with_the_judgment() -> None:
    day = date(2026, 2, 20)
    for m in WORLD.measures:
        if m.instrument is InstrumentKind.TARIFF and (m.authority or "").startswith("IEEPA"):
            assert status_on(m, day) in (*OVER, Status.NOT_YET_KNOWN), m.id


@pytest.mark.parametrize("by", sorted(region_table()))
def test_no_pair_is_given_nought_for_want_of_a_row(by: str) -> None:
    for on in sorted(set(load_world().regions) - {by}):
        found, said = None, ""
        try:
            found = WORLD.average_tariff(by, on, "2026-10-01")
        except InputError as error:
            said = str(error)
        if found is None:
            assert f"({by})" in said
            assert f"({on})" in said
            continue
        assert float(found) > 0, (by, on)
        assert found.definition in ("piie-like", "added-since-2024", "ordinary")
        assert found.definition != "ordinary" or not found.pieces


def test_refused_by_name() -> None:
    for by, on, says in (
        ("JPN", "USA", r"holds no duty of Japan \(JPN\)"),
        ("CHN", "MYS", r"of China \(CHN\) on goods of Malaysia \(MYS\); China \(CHN\) has duties there on CAN, USA"),
        ("EU27", "CHN", r"holds no duty of European Union \(EU27\)"),
    ):
        with pytest.raises(InputError, match=says):
            WORLD.average_tariff(by, on, "2026-10-01", "added-since-2024")
        with pytest.raises(InputError, match="ordinary duty is --definition ordinary"):
            WORLD.average_tariffs(by, on, "2026-01-01", "2026-02-01", "added-since-2024")
    with pytest.raises(InputError, match="charge no ordinary duty on goods of United States"):
        WORLD.average_tariff("KOR", "USA", "2026-10-01")
    with pytest.raises(InputError, match="'DEU' — it is part of EU27"):
        WORLD.average_tariff("USA", "DEU", "2026-10-01")
    with pytest.raises(InputError, match="take collected-2024"):
        WORLD.average_tariff("USA", "JPN", "2026-10-01", "ordinary")
    with pytest.raises(UnknownRegion):
        WORLD.average_tariff("USA", "JAPAN", "2026-10-01")
    with pytest.raises(UnknownName):
        WORLD.average_tariff("JPN", "USA", "2026-10-01", "ordinry")


def test_the_ordinary_duty_is_the_world_s_own() -> None:
    world = load_world()
    columns = [world.sectors.index(s) for s in goods_sectors(world.sectors)]
    i, n = world.regions.index("USA"), world.regions.index("JPN")
    trade, rates = world.shipments[i, n, columns], world.tariff_rates[i, n, columns]
    found = WORLD.average_tariff("JPN", "USA", "2026-10-01")
    assert (found.definition, found.pieces) == ("ordinary", {})
    assert "ordinary duties alone" in found.meaning
    assert float(found) == pytest.approx(float(100 * trade @ rates / trade.sum())) == pytest.approx(found.base)
    # of the pair with its own tables: the schedules, by day
    of_china = WORLD.average_tariff("CHN", "USA", "2025-05-14", "ordinary")
    assert float(of_china) == pytest.approx(WORLD.average_tariff("CHN", "USA", "2025-05-14", "weighted-fixed").base)
    frame = WORLD.average_tariffs("JPN", "USA", "2026-01-01", "2026-01-05")
    assert set(frame["definition"]) == {"ordinary"}
    assert np.ptp(frame["average_pct"]) == 0


def test_before_anything_was_added_the_standing_duty_is_given() -> None:
    assert WORLD.average_tariff("MEX", "CHN", "2025-10-01").definition == "ordinary"
    assert WORLD.average_tariff("MEX", "CHN", "2026-01-01").definition == "added-since-2024"
    assert WORLD.average_tariff("USA", "JPN", "2025-01-10").definition == "collected-2024"
    assert float(WORLD.average_tariff("MEX", "CHN", "2025-10-01", "added-since-2024")) == 0


def test_duties_in_force_that_are_not_counted_are_named() -> None:
    found = WORLD.average_tariff("EU27", "USA", "2026-10-01")
    assert "eu-zero-industrial" in found.not_counted
    assert json.loads(json.dumps(found.record()))["not_counted"] == list(found.not_counted)
    assert "eu-zero-industrial" not in WORLD.average_tariff("EU27", "USA", "2026-06-30").not_counted


def test_a_group_is_the_mean_of_its_economies_by_trade() -> None:
    world = load_world()
    columns = [world.sectors.index(s) for s in goods_sectors(world.sectors)]
    n = world.regions.index("USA")
    members = group_table()["ASEAN"]["members"]
    trade = np.array([world.shipments[world.regions.index(m), n, columns].sum() for m in members])
    each = np.array([float(WORLD.average_tariff("USA", m, "2025-10-01")) for m in members])
    found = WORLD.average_tariff("USA", "ASEAN", "2025-10-01")
    assert float(found) == pytest.approx(float(trade @ each / trade.sum()))
    assert each.min() < found < each.max()
    assert float(found) == pytest.approx(found.base + sum(found.pieces.values()))
    # one economy of the group on Mexico's list is enough, the others add nothing
    assert 0 < WORLD.average_tariff("MEX", "ASEAN", "2026-10-01") < WORLD.average_tariff("MEX", "THA", "2026-10-01")
    assert WORLD.average_tariff("BRA", "ASEAN", "2026-10-01").definition == "ordinary"
    with pytest.raises(InputError, match=r"no ordinary duty on goods of ASEAN \(ASEAN\)"):
        WORLD.average_tariff("JPN", "ASEAN", "2026-10-01")
    with pytest.raises(InputError, match="ASEAN is a group"):
        WORLD.average_tariff("ASEAN", "USA", "2026-10-01")
    with pytest.raises(InputError, match="name one of MYS, SGP"):
        WORLD.average_tariffs("USA", "ASEAN", "2026-01-01", "2026-02-01")
    with pytest.raises(InputError, match="take added-since-2024"):
        WORLD.average_tariff("USA", "ASEAN", "2026-10-01", "piie-like")
    with pytest.raises(InputError, match="holds no duty of Japan"):
        WORLD.average_tariff("JPN", "ASEAN", "2026-10-01", "added-since-2024")


def test_partners_with_a_deal_pay_what_it_says() -> None:
    def rate(on: str, day: date, sector: str) -> float:
        reference = np.zeros((2, 2, 1))
        duties = [m for m in WORLD.measures if m.by == "USA" and not m.in_baseline]
        return float(100 * stack_on(duties, day, ("USA", on), (sector,), reference).tariffs[1, 0, 0])

    # textiles pay no duty by product: what is left is the country's own
    for on, day, want in (
        ("KOR", date(2025, 8, 7), 15), ("KOR", date(2025, 11, 14), 15), ("IND", date(2025, 9, 1), 50),
        ("IND", date(2026, 2, 7), 18), ("EFT", date(2025, 8, 7), 36), ("EFT", date(2025, 11, 14), 15),
        ("MEX", date(2025, 3, 5), 25), ("CAN", date(2025, 3, 5), 25), ("CAN", date(2025, 5, 1), 25 * 0.33),
        ("CAN", date(2025, 8, 1), 35 * 0.33), ("JPN", date(2026, 7, 24), 12.5), ("EU27", date(2026, 7, 24), 10),
        ("VNM", date(2026, 7, 24), 12.5), ("MYS", date(2026, 7, 24), 10), ("GBR", date(2026, 2, 20), 0),
    ):  # fmt: skip
        assert rate(on, day, "TEX") == pytest.approx(want), (on, day)


def test_the_country_rates_of_april_held_for_a_day() -> None:
    for on in ("EU27", "VNM", "MYS"):
        before, held, paused = (float(WORLD.average_tariff("USA", on, f"2025-04-{d:02d}")) for d in (8, 9, 10))
        assert held > before + 3
        assert paused == pytest.approx(before)


def test_canada_answers_and_lifts() -> None:
    def value(day: str) -> float:
        return float(WORLD.average_tariff("CAN", "USA", day, "added-since-2024"))

    assert value("2025-03-03") == 0
    assert value("2025-03-04") < value("2025-03-13") < value("2025-04-09")
    assert value("2025-09-01") < value("2025-08-31")
    assert value("2025-12-26") > value("2025-12-25") == pytest.approx(value("2025-09-01"))
    assert value("2026-09-08") > value("2026-09-07") == pytest.approx(value("2025-12-26"))


# -- past the last fact ----------------------------------------------------------------------------------------------------
def test_days_after_the_last_fact_say_so() -> None:
    assert WORLD.known_to is not None
    for by, on in (("USA", "CHN"), ("CHN", "USA"), ("USA", "JPN"), ("JPN", "USA"), ("USA", "ASEAN")):
        before, after = (WORLD.average_tariff(by, on, WORLD.known_to + timedelta(days=k)) for k in (0, 1))
        assert (before.beyond, before.record()["warning"]) == (None, None)
        assert after.beyond is not None
        assert after.beyond.startswith("Not known after 2026-10-10")
        assert after.record()["known_to"] == "2026-10-10"
        assert after.record()["warning"] == after.beyond
        assert float(after) == pytest.approx(float(before))
    assert parse_ledger(SMALL).beyond_knowledge(date(2090, 1, 1)) is None


def test_knowledge_and_continuing_are_checked() -> None:
    with pytest.raises(BadDossier, match="'known_to'"):
        parse_ledger(SMALL.replace("as_of: 2026-11-23", "as_of: 2026-11-23\nknown_to: 2026-11-24"))
    with pytest.raises(BadDossier, match="names the ledger itself"):
        parse_ledger(SMALL.replace("as_of: 2026-11-23", "as_of: 2026-11-23\ncontinues: trial"))
    carried = parse_ledger(SMALL.replace("as_of: 2026-11-23", "as_of: 2026-11-23\ncontinues: us-china"))
    assert isinstance(carried.base, Ledger)
    assert carried.measure("us-301-list-1") is BASE.measure("us-301-list-1")
    with pytest.raises(InputError, match="did you mean"):
        average_tariff(carried, "USA", "CHNA", "2026-01-01")
