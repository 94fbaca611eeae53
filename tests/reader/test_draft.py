"""The draft: it does not load with gaps, loads once a person fills them, and holds what the text says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from test_reader_draft_filling import fill
from tests_reader_texts import LABELLED, LIST, NOYEAR, WEB, WIRE, Labelled

from detente.errors import BadDossier
from detente.policy.dossier import Dossier, load_dossier, parse_dossier
from detente.policy.timing import Status
from detente.reader import read_article
from detente.words.names import region_table, sector_table


@pytest.mark.parametrize("labelled", LABELLED, ids=lambda t: t.name)
def test_filled_draft_loads_and_fits_the_known_labels(labelled: Labelled, tmp_path: Path) -> None:
    reading = read_article(labelled.text)
    path = tmp_path / "draft.yaml"
    path.write_text(fill(reading), encoding="utf-8")
    dossier = load_dossier(path)
    assert isinstance(dossier, Dossier)
    assert dossier.check(tuple(region_table()), tuple(sector_table())) == []
    assert len(dossier.measures) == max(1, len(reading.measures))


@pytest.mark.parametrize("labelled", LABELLED, ids=lambda t: t.name)
def test_draft_with_gaps_is_refused_by_line(labelled: Labelled) -> None:
    reading = read_article(labelled.text)
    assert reading.missing
    for gap in reading.missing:
        assert f"# MISSING ({gap.kind})" in reading.draft.split("\n")[gap.line - 1]
    with pytest.raises(BadDossier, match="line"):
        parse_dossier(reading.draft)


def test_draft_holds_what_the_wire_story_says() -> None:
    dossier = parse_dossier(fill(read_article(WIRE)))
    duty = next(m for m in dossier.measures if m.rate_pct == 25)
    assert (duty.by, duty.on, duty.sectors) == ("CAN", ("BRA",), ("IRS",))
    assert duty.effective == date(2024, 4, 2)
    assert dossier.as_of == date(2024, 3, 14)
    assert dossier.status()[duty.id] is Status.ANNOUNCED
    assert dossier.venue.place == "Geneva"
    assert {p.region for p in dossier.parties} == {"CAN", "BRA"}
    assert dossier.published[0].value == -0.4


def test_scenario_that_carries_out_a_threat_changes_its_measure() -> None:
    text = (
        "2 February 2026\n\nPeru threatened a 20% tariff on Chilean copper from 1 March.\n\nWorst"
        " case\n\n- Peru imposes the 20% tariff on 1 March.\n"
    )
    dossier = parse_dossier(fill(read_article(text)))
    (threat,) = dossier.measures
    assert threat.threatened
    assert dossier.scenario("pessimistic").policy_date == date(2026, 3, 1)
    assert not dossier.measures_in("pessimistic")[0].threatened


def test_unknown_date_is_missing_not_invented() -> None:
    reading = read_article(NOYEAR)
    assert "as_of" in {m.field for m in reading.missing}
    assert "would_take_effect" in {m.field for m in reading.missing}


def test_nothing_found_still_gives_a_draft_that_can_be_finished() -> None:
    reading = read_article("A quiet day at the museum, with rain in the afternoon.")
    assert reading.measures == ()
    assert any("no trade measure" in n for n in reading.notes)
    assert parse_dossier(fill(reading)).measures[0].id == "filled-in"


def test_hostile_words_cannot_break_the_yaml() -> None:
    title = 'Talks: "a" #b\\n - {x: [1]} & *c !tag \u2028 | > %'
    text = f"{title}\n\n3 May 2025\n\nChina imposed a 5% tariff on Japanese steel. Will it: last # {{forever}}?"
    assert parse_dossier(fill(read_article(text))).as_of == date(2025, 5, 3)


@pytest.mark.parametrize("text", [WEB, LIST])
def test_checks_explain_what_was_inferred(text: str) -> None:
    assert "# CHECK:" in read_article(text).draft
