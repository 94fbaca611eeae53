"""Frames: who acts on whom, at which rate, when and with which status, for one construction at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from detente.reader import Reading, read_article

DAY = date(2027, 3, 10)
Told = tuple[str | None, tuple[str, ...], float | None, str]


def told(reading: Reading) -> list[Told]:
    """Who, on whom, rate and status of every measure stated, in order."""
    rows = [m.fields for m in reading.measures]
    return [(v["by"], tuple(sorted(v["on"])), v["rate_pct"], v["status"]) for v in rows]


def day(reading: Reading, k: int, name: str) -> Any:
    """A day of the measure number `k`."""
    found = reading.measures[k].fields[name]
    return found and found["date"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Kenya lifts the tariff on Ugandan milk from 16% to 25%.", [("KEN", ("UGA",), 25.0, "in_force")]),
        ("Kenya lifted the 16% tariff on Ugandan milk.", [("KEN", ("UGA",), 16.0, "withdrawn")]),
        ("Kenya doubled its levy on Ugandan milk to 25% and then took that back.", [("KEN", ("UGA",), 25.0, "withdrawn")]),
        ("Kenya will keep its 16% tariff on Ugandan milk.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Ugandan milk pays a 16% duty in Kenya.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Uganda faces a 16% tariff from Kenya.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Kenya taxes Uganda at 16%.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Kenya imposed a 16% Iranian oil tariff on imports from Uganda.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Kenya imposed a 16% tariff on milk from all countries except Uganda.", [("KEN", (), 16.0, "in_force")]),
        (
            "Kenya will charge a 16 per cent duty on milk from Uganda and a 9 per cent duty on Tanzanian rice.",
            [("KEN", ("UGA",), 16.0, "announced"), ("KEN", ("TZA",), 9.0, "announced")],
        ),
        (
            "Uganda pays a 16% Kenyan tariff, Rwanda and Tanzania 9%.",
            [("KEN", ("UGA",), 16.0, "in_force"), ("KEN", ("RWA", "TZA"), 9.0, "in_force")],
        ),
        (
            "Should Uganda retaliate against Kenya, Kenya would raise its duty on Ugandan milk to 40%.",
            [("KEN", ("UGA",), 40.0, "threatened")],
        ),
        (
            "Kenya will hit back against Ugandan milk duties with a 12% tariff on Ugandan maize.",
            [("KEN", ("UGA",), 12.0, "announced")],
        ),
        ("It comes on top of Kenya's ordinary 10% duty on Ugandan milk.", []),
        ("With Kenya's new duty on Ugandan milk the total reaches 41%.", []),
        ("Kenya will not renew the 16% duty on Ugandan milk.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Kenya cut its duty on Ugandan milk to zero from 16%.", [("KEN", ("UGA",), 0.0, "in_force")]),
        ("The Kenyan duty on Ugandan milk is 39pc.", [("KEN", ("UGA",), 39.0, "in_force")]),
        ("KENYA WILL IMPOSE A 25 PERCENT TARIFF ON GOODS FROM UGANDA.", [("KEN", ("UGA",), 25.0, "announced")]),
    ],
)  # fmt: skip
def test_constructions(text: str, wanted: list[Told]) -> None:
    assert told(read_article(text, DAY)) == wanted


@pytest.mark.parametrize(
    ("sentence", "kind", "by", "on"),
    [
        ("Kenya banned imports of Ugandan maize.", "embargo", "KEN", ["UGA"]),
        ("China restricts exports of gallium to Japan.", "export_control", "CHN", ["JPN"]),
        ("Japan took South Korea off its white list.", "export_control", "JPN", ["KOR"]),
        ("China agreed to buy 25 million tonnes of Brazilian soybeans.", "purchase", "CHN", ["BRA"]),
        ("Mexico set an anti-dumping duty of US$1.20 per kilogram on zinc from Peru.", "tariff", "MEX", ["PER"]),
    ],
)
def test_measures_without_a_rate(sentence: str, kind: str, by: str, on: list[str]) -> None:
    (m,) = read_article(sentence, DAY).measures
    assert (m.fields["instrument"], m.fields["by"], m.fields["on"]) == (kind, by, on)


def test_phases_keep_their_days() -> None:
    reading = read_article("Peru will charge 10% on Chilean glass from 14 October 2027 and 50% from 1 January 2029.", DAY)
    assert [(m.fields["rate_pct"], m.fields["effective"]["date"]) for m in reading.measures] == [
        (10.0, "2027-10-14"), (50.0, "2029-01-01"),
    ]  # fmt: skip


def test_a_sentence_that_carries_on_gives_the_day_and_the_status() -> None:
    reading = read_article("Peru will levy a 20% duty on Chilean glass. The duty takes effect on 1 May 2027.", DAY)
    assert day(reading, 0, "effective") == "2027-05-01"
    paused = read_article("Peru will levy a 20% duty on Chilean glass. They now stay suspended until 7 June 2027.", DAY)
    assert (paused.measures[0].fields["status"], day(paused, 0, "expires")) == ("suspended", "2027-06-07")


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("14 days after the date of this order", "2027-03-24"),
        ("on the first of April", "2027-04-01"),
        ("on 4/28/2027", "2027-04-28"),
        ("on the day following that of its publication", "2027-03-11"),
    ],
)
def test_days_in_words_and_figures(words: str, iso: str) -> None:
    reading = read_article(f"Peru imposes a 20% duty on Chilean glass. The duty takes effect {words}.", DAY)
    assert day(reading, 0, "effective") == iso


def test_a_day_that_hangs_on_a_later_event_stays_open() -> None:
    reading = read_article("Peru will levy 20% on Chilean glass. It takes effect seven days after the order appears.", DAY)
    assert reading.measures[0].fields["effective"] is None


TABLE = """<html><head><title>Norway's surcharge by country</title><meta name="date" content="2027-03-10"></head><body>
<h1>Norway's surcharge by country</h1><p>Norway set the rates of its import surcharge. They apply from 1 May 2027.</p>
<table><tr><th>Country</th><th>Until now</th><th>Surcharge</th></tr><tr><td>Chile</td><td>3%</td><td>12%</td></tr>
<tr><td>Peru</td><td>3%</td><td>8,5%</td></tr></table></body></html>"""


def test_a_table_of_countries_gives_a_measure_a_row() -> None:
    reading = read_article(TABLE)
    assert told(reading) == [("NOR", ("CHL",), 12.0, "announced"), ("NOR", ("PER",), 8.5, "announced")]
    assert day(reading, 1, "effective") == "2027-05-01"
    record = reading.to_dict()["measures"]
    assert [(m["by"], m["on"], m["on_named"]) for m in record] == [("EFT", ["XLA"], ["CHL"]), ("EFT", ["XLA"], ["PER"])]


def test_rates_of_companies_hang_on_the_words_above_them() -> None:
    text = (
        "10 March 2027\n\nThe European Commission imposes anti-dumping duties on glass from Egypt from 1 April 2027. "
        "The rates are:\n\n"
        "First Glass: 12.5%\nSecond Glass: 17.0%\nAll others: 31.0%\n"
    )
    assert told(read_article(text)) == [("EU27", ("EGY",), r, "announced") for r in (12.5, 17.0, 31.0)]


def test_a_form_gives_who_and_on_whom() -> None:
    text = (
        "Implementing jurisdiction: India\nAffected jurisdictions: Japan, Brazil\n\n"
        "On 14 March 2026 the ministry imposed a safeguard duty of 20% on steel coils.\n"
    )
    assert told(read_article(text, DAY)) == [("IND", ("BRA", "JPN"), 20.0, "in_force")]


def test_what_is_uncertain_is_asked_and_not_stated() -> None:
    reading = read_article("A 30% duty on Chilean glass is possible, an analyst said.", DAY)
    assert reading.measures == ()
    (asked,) = reading.unsure
    assert asked.fields["question"] == "Whose is the 30 % duty (glass) on Chile?"
    assert reading.to_dict()["unsure"][0]["question"] == asked.fields["question"]


def test_an_article_on_a_shipped_dispute_says_so() -> None:
    text = (
        "WASHINGTON, October 14, 2025 - The United States has threatened an additional 100% tariff on China "
        "from November 1, 2025. "
        "China's export controls on rare earths stay in place."
    )
    about = read_article(text).about
    assert about is not None
    assert about["dossier"] == "kuala-lumpur-2025"
    assert about["sentence"].startswith("This is about kuala-lumpur-2025")
    assert read_article("Peru imposed a 20% duty on Chilean glass.", DAY).about is None
