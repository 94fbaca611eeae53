"""A threat as somebody says it: the duty or the control, the goods, the day; what can be read in two ways is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from detente.errors import InputError
from detente.policy.measures import InstrumentKind
from detente.policy.threats import NOTICE, Threat
from detente.world.library import load_world

DAY = date(2026, 11, 28)
SECTORS = load_world().sectors


def of(text: str, day: date = DAY) -> Threat:
    return Threat.of(text, day, SECTORS)


@pytest.mark.parametrize(
    ("text", "points", "sectors", "start", "dated"),
    [
        ("50 % from 1 August", 50.0, (), date(2027, 8, 1), True),
        ("a duty of 12,5 percent on all goods from 1 December", 12.5, (), date(2026, 12, 1), True),
        ("25% on motor vehicles and IRS starting on 2027-02-01", 25.0, ("MVH", "IRS"), date(2027, 2, 1), True),
        ("100 points on coal, oil and gas by Jan 15, 2027", 100.0, ("ENE",), date(2027, 1, 15), True),
        ("an extra 7.5 pp on MVH, motor vehicles and mvh as of 3 March 2028", 7.5, ("MVH",), date(2028, 3, 3), True),
        ("10", 10.0, (), DAY + NOTICE, False),
        ("5 per cent on MVH, and IRS", 5.0, ("MVH", "IRS"), DAY + NOTICE, False),
        ("10 % on everything.", 10.0, (), DAY + NOTICE, False),
    ],
)
def test_a_threat_as_somebody_says_it(text: str, points: float, sectors: tuple[str, ...], start: date, dated: bool) -> None:
    assert of(text) == Threat(InstrumentKind.TARIFF, points, sectors, start, dated)
    assert of(f"  {text.replace(' ', '  ')} ") == of(text)


@pytest.mark.parametrize(
    ("text", "share", "sectors", "start"),
    [
        ("withholds 60 % of rare earths and magnets from 15 January 2027", 60.0, ("RER",), date(2027, 1, 15)),
        ("60 % of RER withheld by 15 January", 60.0, ("RER",), date(2027, 1, 15)),
        ("export controls on 12,5 percent of its exports of MVH and IRS", 12.5, ("MVH", "IRS"), DAY + NOTICE),
        ("an export ban on 99 % of pharmaceuticals", 99.0, ("PHA",), DAY + NOTICE),
        ("holds back 5 % of its sales of all goods", 5.0, (), DAY + NOTICE),
        ("cuts off 40 % of exports from 1 March", 40.0, (), date(2027, 3, 1)),
        ("curbs 40 pct", 40.0, (), DAY + NOTICE),
    ],
)
def test_a_control_as_somebody_says_it(text: str, share: float, sectors: tuple[str, ...], start: date) -> None:
    found = of(text)
    assert (found.kind, found.size, found.sectors, found.start) == (InstrumentKind.EXPORT_CONTROL, share, sectors, start)
    assert of(f"  {text.replace(' ', '  ')} ") == found


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_a_day_without_its_year_is_the_next_one_to_come(today: date, named: date) -> None:
    found = of(f"5 % from {named:%B} {named.day}", today).start
    assert (found.month, found.day) == (named.month, named.day)
    assert found > today
    later = (today + timedelta(days=k) for k in range(1, (found - today).days))
    assert not any((d.month, d.day) == (named.month, named.day) for d in later)


@pytest.mark.parametrize(
    ("today", "start"),
    [("2026-11-28", "2028-02-29"), ("2028-02-28", "2028-02-29"), ("2028-02-29", "2032-02-29"), ("2024-06-01", "2028-02-29")],
)
def test_the_day_that_few_years_have(today: str, start: str) -> None:
    assert of("5 % from 29 February", date.fromisoformat(today)).start == date.fromisoformat(start)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("soon", "names no duty"),
        ("withholds rare earths and magnets from 1 June", "does not say how much is withheld"),
        ("withholds 0 % of RER", "above 0 and below 100"),
        ("withholds 100 % of RER", "embargo"),
        ("withholds 60 % of moonlight", "moonlight is no sector"),
        ("0 %", "above 0"),
        ("-5 %", "above 0"),
        (f"{'9' * 400} %", "above 0"),
        ("5 % or war", "or war"),
        ("5 % on moonlight", "moonlight is no sector"),
        ("5 % from 2/1", "is no day"),
        ("5 % from March", "is no day"),
        ("5 % from March 2027", "is no day"),
        ("5 % from Monday", "is no day"),
        ("5 % from 31 June", "is no day"),
        ("5 % from 2027-02-29", "is no day"),
        ("5 % from 1 June 2026", "is not after"),
        (f"5 % from {DAY}", "is not after"),
    ],
)
def test_what_can_be_read_in_two_ways_or_none_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        of(text)


def test_goods_in_other_words_are_looked_up_and_kept_to_goods_of_the_world() -> None:
    asked: list[str] = []

    def look(words: str) -> list[str]:
        asked.append(words)
        return {"cars": ["MVH", "XYZ"], "software": ["ICT"]}.get(words, [])

    found = Threat.of("5 % on cars and motor vehicles, IRS", DAY, SECTORS, look)
    assert found.sectors == ("MVH", "IRS")
    assert asked == ["cars"]  # what is a name or a code needs no looking up
    with pytest.raises(InputError, match="software is no sector"):
        Threat.of("5 % on software", DAY, SECTORS, look)


WORDS = [
    "5",
    "%",
    "12,5",
    "on",
    "from",
    "by",
    "and",
    ",",
    "cars",
    "withholds",
    "MVH",
    "1",
    "August",
    "2027",
    "29",
    "10:61",
    "-",
    ".",
    "UTC+99",
    "é",
]


@given(st.lists(st.sampled_from(WORDS), max_size=9))
def test_words_in_any_order_are_a_threat_or_refused(words: list[str]) -> None:
    try:
        found = of(" ".join(words))
    except InputError:
        return
    assert found.size > 0
    assert found.start > DAY
