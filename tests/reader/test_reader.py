"""The reader on labelled texts: what it finds, what it sets aside, spans, dates, and how sure it says it is."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from tests_reader_texts import LABELLED, NOYEAR, TRAPS, WEB, WIRE, Labelled

from detente.reader import Finding, Reading, read_article
from detente.reader.status import STATUSES

FLOORS = {"measures": 0.85, "deadlines": 0.85, "meetings": 0.9, "figures": 0.9, "motives": 0.9}


def measure_key(f: Finding) -> tuple[Any, ...]:
    """What a label of a measure says."""
    v = f.fields
    return (v["instrument"], v["by"], frozenset(v["on"]), v["rate_pct"], v["status"])


KEYS: dict[str, Callable[[Reading], set[Any]]] = {
    "measures": lambda r: {measure_key(f) for f in r.measures},
    "deadlines": lambda r: {f.fields["date"]["date"] or f.fields["date"]["partial"] for f in r.deadlines},
    "meetings": lambda r: {(f.fields["type"], f.fields["place"]) for f in r.meetings},
    "figures": lambda r: {(f.fields["value"], f.fields["source"]) for f in r.figures if f.fields["source"]},
    "motives": lambda r: {f.fields["by"] for f in r.motives},
}


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_precision_and_recall_on_labelled_texts(kind: str) -> None:
    right = found = wanted = 0
    for labelled in LABELLED:
        got, labels = KEYS[kind](read_article(labelled.text)), getattr(labelled, kind)
        right, found, wanted = right + len(got & labels), found + len(got), wanted + len(labels)
    assert right / found >= FLOORS[kind], f"precision {right}/{found}"
    assert right / wanted >= FLOORS[kind], f"recall {right}/{wanted}"


@pytest.mark.parametrize("labelled", LABELLED, ids=lambda t: t.name)
def test_article_date_and_questions(labelled: Labelled) -> None:
    reading = read_article(labelled.text)
    assert reading.article["date"] == labelled.date
    assert len(reading.questions) == labelled.questions


@pytest.mark.parametrize("labelled", LABELLED, ids=lambda t: t.name)
def test_every_finding_quotes_its_span_and_gives_a_reason(labelled: Labelled) -> None:
    reading = read_article(labelled.text)
    assert reading.findings()
    for f in reading.findings():
        start, end = f.span
        assert 0 <= start < end <= len(labelled.text)
        assert reading.text[start:end] == labelled.text[start:end] == f.quote
        assert 0 <= f.confidence <= 1
        assert f.reason
        assert all(0 <= a < b <= len(labelled.text) for a, b in f.evidence)
    for m in reading.measures:
        assert m.fields["status"] in STATUSES


def test_output_is_plain_json_with_the_promised_keys() -> None:
    record = json.loads(json.dumps(read_article(WIRE).to_dict()))
    wanted = {"measures", "meetings", "deadlines", "scenarios", "questions", "motives", "figures", "actors", "article", "draft"}
    assert wanted <= set(record)
    assert {"date", "title", "date_found"} <= set(record["article"])
    for name in wanted - {"article", "draft"}:
        for f in record[name]:
            assert {"span", "quote", "confidence", "reason", "alternatives"} <= set(f)


def test_same_text_same_answer() -> None:
    assert read_article(WIRE).to_dict() == read_article(WIRE).to_dict()


def test_traps_are_set_aside_with_a_reason() -> None:
    aside = " | ".join(str(f.fields["why"]) for f in read_article(TRAPS).set_aside)
    for word in ("denied", "historical", "hypothetical"):
        assert word in aside
    assert not any(m.fields["rate_pct"] in (20, 40, 50, 60) for m in read_article(TRAPS).measures)


def test_web_page_reads_the_article_and_nothing_hidden() -> None:
    reading = read_article(WEB)
    assert reading.article["date_found"] == "meta article:published_time"
    assert reading.article["publisher"] == "Example Gazette"
    assert not {100.0, 500.0, 900.0, 10.0} & {m.fields["rate_pct"] for m in reading.measures}
    assert [s.fields["label"] for s in reading.scenarios] == ["optimistic", "middle", "pessimistic"]
    worst = reading.scenarios[2].fields["provisions"][0]
    assert worst["action"] == "carry_out"
    assert worst["measure"] == 0


def test_day_without_a_year_stays_open_until_the_date_is_given() -> None:
    open_day = read_article(NOYEAR).measures[0].fields["effective"]
    assert open_day["date"] is None
    assert open_day["partial"] == "--08-01"
    told = read_article(NOYEAR, date(2026, 7, 10))
    assert told.measures[0].fields["effective"]["date"] == "2026-08-01"
    assert told.article["date_found"] == "given by the user"
    talks = told.meetings[0].fields["date"]
    assert (talks["date"], talks["precision"], talks["from"]) == (None, "vague", "2026-07-10")


def test_ambiguity_is_flagged_not_guessed() -> None:
    reading = read_article(
        "3 March 2025\n\nChile put a 10-15% duty on Peruvian copper from 03/04/2025, worth $2 billion to Lima."
    )
    m = reading.measures[0]
    assert m.fields["rate_pct"] is None
    assert {a["value"] for a in m.alternatives if a["field"] == "rate_pct"} == {10.0, 15.0}
    assert {a["value"] for a in m.alternatives if a["field"] == "effective"} == {"2025-03-04", "2025-04-03"}
    money = next(f for f in reading.figures if f.fields["unit"] == "million USD")
    assert {a["value"] for a in money.alternatives if a["field"] == "currency"} >= {"CAD", "AUD"}


def test_goods_become_sectors() -> None:
    text = "5 May 2025\n\nIndia imposed a 20% tariff on Thai {} on 1 May."
    wanted = {
        "soybeans": "AGR",
        "semiconductors": "ELE",
        "steel": "IRS",
        "cars": "MVH",
        "rare-earth magnets": "RER",
        "shoes": "TEX",
    }
    found: dict[str, list[str]] = defaultdict(list)
    for word in wanted:
        found[word] = read_article(text.format(word)).measures[0].fields["sectors"]
    assert found == {word: [code] for word, code in wanted.items()}
    hs = read_article("5 May 2025\n\nIndia imposed a 20% tariff on Thai goods of HS chapter 87 on 1 May.")
    assert hs.measures[0].fields["sectors"] == ["MVH"]


@pytest.mark.parametrize(
    ("sentence", "status"),
    [
        ("Peru has threatened a 30% tariff on Chilean wine.", "threatened"),
        ("Peru will impose a 30% tariff on Chilean wine next month.", "announced"),
        ("Peru imposed a 30% tariff on Chilean wine in March.", "in_force"),
        ("Peru has suspended its 30% tariff on Chilean wine.", "suspended"),
        ("Peru's 30% tariff on Chilean wine expired on 1 April.", "expired"),
        ("Peru scrapped its 30% tariff on Chilean wine.", "withdrawn"),
        ("A court struck down Peru's 30% tariff on Chilean wine.", "struck_down"),
        ("Peru has not suspended its 30% tariff on Chilean wine.", "in_force"),
        ("Peru may lift its 30% tariff on Chilean wine.", "in_force"),
        ("Peru could impose a 30% tariff on Chilean wine.", "threatened"),
        ("If talks fail, Peru would levy a 30% tariff on Chilean wine.", "threatened"),
    ],
)
def test_status_words_with_tense_modality_and_negation(sentence: str, status: str) -> None:
    (m,) = read_article(sentence, date(2025, 5, 5)).measures
    assert m.fields["status"] == status
    assert (m.fields["by"], m.fields["on"], m.fields["rate_pct"]) == ("PER", ["CHL"], 30.0)


@pytest.mark.parametrize(
    "sentence",
    [
        "Peru has not imposed a 30% tariff on Chilean wine.", "Peru ruled out a 30% tariff on Chilean wine.",
        "Peru will never impose a 30% tariff on Chilean wine.", "Imagine a 30% tariff on Chilean wine by Peru.",
        "In 1932 Peru imposed a 30% tariff on Chilean wine.",
    ],
)  # fmt: skip
def test_what_is_no_measure_is_set_aside(sentence: str) -> None:
    reading = read_article(sentence, date(2025, 5, 5))
    assert reading.measures == ()
    assert len(reading.set_aside) == 1
