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
        ("Uganda's exports of milk to Kenya pay 16%, a duty.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Kenya's imports of Ugandan milk carry a duty of 16%.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Uganda's minister said the 16% duty on Ugandan milk would go.", []),  # whose it is is asked, not guessed
        (
            "Kenya, hit by a 16% Ugandan tariff on its tea, put 9% on Ugandan milk.",
            [("UGA", ("KEN",), 16.0, "in_force"), ("KEN", ("UGA",), 9.0, "in_force")],
        ),
        ("Uganda wants the 16% Kenyan duty on its milk lifted.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("The 16% duty levied on Ugandan milk by Kenya is hereby withdrawn.", [("KEN", ("UGA",), 16.0, "withdrawn")]),
        ("Uganda, which pays a 16% Kenyan duty, has offered to talk.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("It comes on top of Kenya's ordinary 10% duty on Ugandan milk.", []),
        ("With Kenya's new duty on Ugandan milk the total reaches 41%.", []),
        ("Kenya will not renew the 16% duty on Ugandan milk.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Kenya cut its duty on Ugandan milk to zero from 16%.", [("KEN", ("UGA",), 0.0, "in_force")]),
        ("The Kenyan duty on Ugandan milk is 39pc.", [("KEN", ("UGA",), 39.0, "in_force")]),
        ("Uganda was threatened by Kenya with a 16% Kenyan tariff on milk.", [("KEN", ("UGA",), 16.0, "threatened")]),
        ("Kenya threatened Uganda with a 16% tariff on milk.", [("KEN", ("UGA",), 16.0, "threatened")]),
        ("Uganda urged Kenya to scrap its 16% duty on Ugandan milk.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Uganda will have to pay Kenya a 16% duty on milk.", [("KEN", ("UGA",), 16.0, "announced")]),
        ("Uganda's milk exporters now pay 16% at the Kenyan border.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Uganda faces 16% duties on milk it sells to Kenya.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Uganda complained about the 16% duty that Kenya levies on its milk.", [("KEN", ("UGA",), 16.0, "in_force")]),
        (
            "In retaliation for Kenya's 16% duty on Ugandan milk, Uganda put 30% on Kenyan tea.",
            [("KEN", ("UGA",), 16.0, "in_force"), ("UGA", ("KEN",), 30.0, "in_force")],
        ),
        (
            "Kenya, hit by Uganda's 30% tariff on tea, imposed a 16% duty on Ugandan milk.",
            [("UGA", ("KEN",), 30.0, "in_force"), ("KEN", ("UGA",), 16.0, "in_force")],
        ),
        ("Rwanda welcomed Kenya's decision to keep its 16% duty on Ugandan milk.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Kenya has no plans to raise its 16% duty on Ugandan milk.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Kenya said it would consider lifting the 16% duty on Ugandan milk.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Kenya backed away from a 16% tariff on Ugandan milk.", [("KEN", ("UGA",), 16.0, "withdrawn")]),
        ("Kenya did away with its 16% tariff on Ugandan milk.", [("KEN", ("UGA",), 16.0, "withdrawn")]),
        ("A 16% Kenyan duty on Ugandan milk will not take effect.", [("KEN", ("UGA",), 16.0, "withdrawn")]),
        ("Kenya's 16% duty on Ugandan milk came to an end.", [("KEN", ("UGA",), 16.0, "expired")]),
        ("A court nullified Kenya's 16% duty on Ugandan milk.", [("KEN", ("UGA",), 16.0, "struck_down")]),
        ("A court upheld Kenya's 16% duty on Ugandan milk.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Kenya will collect 16% extra on Ugandan milk.", [("KEN", ("UGA",), 16.0, "announced")]),
        ("Kenya reinstated a 16% duty on Ugandan milk.", [("KEN", ("UGA",), 16.0, "in_force")]),
        ("Kenya shelved plans for a 16% tariff on Ugandan milk.", [("KEN", ("UGA",), 16.0, "suspended")]),
        (
            "The tariff on Ugandan milk, which Kenya had set at 16%, falls to 6%.",
            [("KEN", ("UGA",), 6.0, "announced")],
        ),
        ("Kenya's 16% tariff deal with Uganda spares milk.", []),
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
        ("Exports of avocados to Uganda have been banned by Kenya.", "export_control", "KEN", ["UGA"]),
        ("Kenya renewed its embargo on Ugandan poultry.", "embargo", "KEN", ["UGA"]),
        ("Tokyo has stopped imports of pork from Denmark.", "embargo", "JPN", ["DNK"]),
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


def test_what_was_recommended_and_approved_is_announced() -> None:
    text = (
        "Republic of South Africa\nPretoria, 4 May 2027\n\nNOTICE: MIRRORS FROM INDONESIA\n\n"
        "The Commission recommended, and the Minister approved, anti-dumping duties on mirrors originating in Indonesia.\n\n"
        "Producer     Duty\nFirst        18.4%\nAll other    40.2%\n"
    )
    assert [(m.fields["rate_pct"], m.fields["status"]) for m in read_article(text).measures] == [
        (18.4, "announced"), (40.2, "announced"),
    ]  # fmt: skip


def test_the_day_that_closes_a_line_at_the_head_is_the_text_s() -> None:
    text = "DAILY NEWS OF THE COMMISSION 14/09/2027\n\nPeru imposed a 20% duty on Chilean glass.\n"
    assert read_article(text).article["date"] == "2027-09-14"
    assert read_article("Peru suspends its duty on glass until 6 May 2027\n\nIt said so.\n").article["date"] is None


def test_a_form_gives_who_and_on_whom() -> None:
    text = (
        "Implementing jurisdiction: India\nAffected jurisdictions: Japan, Brazil\n\n"
        "On 14 March 2026 the ministry imposed a safeguard duty of 20% on steel coils.\n"
    )
    assert told(read_article(text, DAY)) == [("IND", ("BRA", "JPN"), 20.0, "in_force")]


def test_the_sides_stand_over_their_tables() -> None:
    text = (
        "Kenya and Uganda\n10 March 2027\n\nKENYA ON UGANDA\n"
        "Good     Rate    State\nMilk     16%     in force since 5 May 2026\n\n"
        "UGANDA ON KENYA\nGood     Rate    State\nTea      30%     proposed\n"
    )
    assert told(read_article(text)) == [("KEN", ("UGA",), 16.0, "in_force"), ("UGA", ("KEN",), 30.0, "threatened")]


def test_points_of_a_list_take_what_the_words_above_them_say() -> None:
    text = "The following surcharges apply in Peru to goods of Chile as of 1 May 2027:\n\nI - 17% on glass;\nII - 9% on trucks.\n"
    assert told(read_article("Peru's surcharges on Chile\n\n" + text, DAY)) == [
        ("PER", ("CHL",), 17.0, "announced"), ("PER", ("CHL",), 9.0, "announced"),
    ]  # fmt: skip


def test_an_answer_makes_the_measure_of_its_question() -> None:
    text = (
        "Remarks of Peru's ministry of trade\n\n10 March 2027\n\nQuestion: And Peru's 8% duty on Chilean copper?\n\n"
        "Answer: That duty was suspended on 1 March and remains suspended until 31 May 2027.\n"
    )
    assert told(read_article(text)) == [("PER", ("CHL",), 8.0, "suspended")]


def test_rates_go_to_their_targets_respectively() -> None:
    text = (
        "Importers buy glass from Chile and Bolivia. Peru charges them 12 percent and 9 percent, respectively, from 1 May 2027."
    )
    assert told(read_article(text, DAY)) == [("PER", ("CHL",), 12.0, "announced"), ("PER", ("BOL",), 9.0, "announced")]


def test_a_sentence_takes_the_measure_of_the_one_before_back() -> None:
    text = "Peru added a 50% duty on Chilean glass. It took it away again on 20 February after a telephone call."
    assert told(read_article(text, DAY)) == [("PER", ("CHL",), 50.0, "withdrawn")]


def test_dotted_entries_are_read_one_by_one() -> None:
    entry = "Entry {}\n  Targets ........ {}\n  Rate ........... {} %\n  Effective ...... {}\n  State of play .. {}\n\n"
    text = "Acting country: Peru\nInstrument: import duty\n\n" + (
        entry.format("A", "Chile, Bolivia", 35, "1 March 2027", "in force")
        + entry.format("B", "Brazil", 12, "1 October 2027", "announced")
    )
    assert told(read_article(text, DAY)) == [("PER", ("BOL", "CHL"), 35.0, "in_force"), ("PER", ("BRA",), 12.0, "announced")]


@pytest.mark.parametrize(
    ("sentence", "rate", "target"),
    [
        ("Uganda warned Kenya that it would answer the 22% milk tariff with a 30% tariff on tea.", 22.0, "UGA"),
        ("Thailand asked the United States to lower its 36% tariff.", 36.0, "THA"),
        ("The EU's 15% tariff deal with America spares aircraft.", 15.0, "EU27"),
        ("Uganda was threatened by Kenya with a 22% tariff on milk.", 22.0, "UGA"),
        ("American importers now pay 50% on Brazilian coffee.", 50.0, "BRA"),
    ],
)
def test_who_is_levied_on_is_never_said_to_levy(sentence: str, rate: float, target: str) -> None:
    assert all(m.fields["by"] != target for m in read_article(sentence, DAY).measures if m.fields["rate_pct"] == rate)


def test_what_is_uncertain_is_asked_and_not_stated() -> None:
    reading = read_article("A 30% duty on Chilean glass is possible, an analyst said.", DAY)
    assert reading.measures == ()
    (asked,) = reading.unsure
    assert asked.fields["question"] == "Whose is the 30 % duty (glass) on Chile?"
    assert reading.to_dict()["unsure"][0]["question"] == asked.fields["question"]


def test_whose_a_duty_is_is_asked_where_several_act_before_it() -> None:
    one = "Kenya will charge a 16% duty on Ugandan milk from 1 May 2027."
    two = "Chile will charge a 20% duty on Peruvian fish from 1 June 2027."
    reading = read_article(f"{one} {two} The duty on Swiss watches is 39 %.", DAY)
    assert [row[0] for row in told(reading)] == ["KEN", "CHL"]
    assert [q.fields["on"] for q in reading.unsure] == [["CHE"]]
    alone = read_article(f"{one} The duty on Swiss watches is 39 %.", DAY)
    assert [row[0] for row in told(alone)] == ["KEN", "KEN"]


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


def test_the_last_day_of_a_truce_is_not_that_of_a_threat() -> None:
    text = (
        "5 May 2025\n\nKenya has threatened a 16% tariff on Ugandan milk from 1 June.\n\n"
        "A truce had been reached to hold Kenya's tariffs on Ugandan milk steady until 10 June."
    )
    reading = read_article(text)
    assert [m.fields["rate_pct"] for m in reading.measures] == [16.0]
    assert day(reading, 0, "effective") == "2025-06-01"
    assert day(reading, 0, "expires") is None
    assert "2025-06-10" in {d.fields["date"]["date"] for d in reading.deadlines}


def test_the_same_rate_named_again_is_the_same_measure() -> None:
    text = (
        "5 May 2025\n\nKenya has put a 16% tariff on Ugandan milk. If the 16% tariff stays, Uganda could answer with 9% on tea."
    )
    found = {(m.fields["by"], m.fields["rate_pct"]) for m in read_article(text).measures}
    assert ("UGA", 16.0) not in found
    assert ("KEN", 16.0) in found
