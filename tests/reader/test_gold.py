"""The reader on made-up texts with right answers (`gold/`): floors for every part, and the score itself on small cases."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml
from tests_reader_gold_score import (
    Answer,
    Score,
    Text,
    answers_of,
    options,
    score_folder,
    score_found,
    score_sentences,
    score_text,
)

GOLD = Path(__file__).with_name("gold")
FLOORS = yaml.safe_load((GOLD / "floors.yaml").read_text(encoding="utf-8"))
STATUSES = {"threatened", "announced", "in_force", "suspended", "expired", "withdrawn", "struck_down"}
KINDS = {"tariff", "export_control", "embargo", "non_tariff", "purchase", "other"}
HALVES = ("open", "kept")
PARTS = tuple(p for p in FLOORS if not p.endswith("_sentences"))
APART = ("opened", "fresh")
"""Written by another hand than the rules."""
SENTENCES = GOLD / "sentences.yaml"
TURNED = GOLD / "turned.yaml"


@cache
def score_of(part: str) -> Score:
    return score_folder(GOLD / part)


def texts_of(part: str) -> list[Path]:
    return sorted(p for p in (GOLD / part).iterdir() if p.suffix in (".txt", ".html"))


@pytest.mark.parametrize("part", PARTS)
def test_precision_recall_and_actors(part: str) -> None:
    score, floor = score_of(part), FLOORS[part]
    assert score.precision >= floor["precision"]
    assert score.recall >= floor["recall"]
    assert len(score.reversed) <= floor["reversed"], sorted({name for name, _ in score.reversed})


@pytest.mark.parametrize("part", PARTS)
def test_stated_confidence_is_the_share_right(part: str) -> None:
    assert abs(score_of(part).calibration) <= FLOORS[part]["calibration"]


def test_halves_mirror_each_other() -> None:
    first, second = ([p.name[:2] for p in texts_of(half)] for half in HALVES)
    assert first == second
    assert len(first) >= 22
    wanted = [sum(len(answers_of(p)) for p in texts_of(half)) for half in HALVES]
    assert abs(wanted[0] - wanted[1]) <= 0.15 * sum(wanted)


@pytest.mark.parametrize("part", APART)
def test_texts_written_apart_are_enough_to_tell(part: str) -> None:
    assert len(texts_of(part)) >= 24
    assert sum(not a.optional for p in texts_of(part) for a in answers_of(p)) >= 60  # five points either way


@pytest.mark.parametrize("half", ["open", "held"])
def test_single_sentences(half: str) -> None:
    score, floor = score_sentences(SENTENCES, half), FLOORS[f"{half}_sentences"]
    assert score.precision >= floor["precision"]
    assert score.recall >= floor["recall"]
    assert len(score.reversed) <= floor["reversed"], sorted({name for name, _ in score.reversed})
    assert abs(score.calibration) <= floor["calibration"]


def test_sentences_in_which_who_levies_is_easily_turned() -> None:
    score, floor = score_sentences(TURNED, "all"), FLOORS["turned_sentences"]
    assert len(score.texts) >= 100
    assert score.precision >= floor["precision"]
    assert score.recall >= floor["recall"]
    assert len(score.reversed) <= floor["reversed"], sorted({name for name, _ in score.reversed})
    assert abs(score.calibration) <= floor["calibration"]


def test_sentences_are_many_and_halves_alike() -> None:
    rows = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))
    counts = Counter(row["k"] for row in rows)
    assert len(rows) >= 150
    assert len({row["say"] for row in rows}) == len(rows)
    assert sum(n % 2 for n in counts.values()) <= 2


@pytest.mark.parametrize("path", [p for part in PARTS for p in texts_of(part)], ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_answers_are_well_formed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert 8 <= len(text.splitlines()) <= 40
    for answer in answers_of(path):
        assert answer.statuses <= STATUSES
        for row in answer.rows:
            assert options(row["kind"]) <= KINDS
            assert all(w.lower() in text.lower() for w in row["words"]), row
            assert answer.by not in answer.on


def made_text(tmp_path: Path, text: str, *rows: str) -> Text:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "a.yaml").write_text("measures:\n" + "".join(f"  - {{{r}}}\n" for r in rows), encoding="utf-8")
    return score_text(tmp_path / "a.txt")


ROW = "by: PER, 'on': [CHL], kind: tariff, rate: 30, from: null, until: null, status: in_force, words: [wine]"
STORY = "5 May 2025\n\nPeru imposed a 30% tariff on Chilean wine in March."


def test_a_right_answer_counts_once(tmp_path: Path) -> None:
    text = made_text(tmp_path, STORY, ROW)
    score = Score([text])
    assert (score.precision, score.recall, score.reversed) == (1.0, 1.0, [])
    assert score.calibration == pytest.approx(text.found[0].confidence - 1)
    assert score.details()["words"] == (1, 1)
    again = [replace(f, quote="again") for f in text.found]
    assert score_found("a", [replace(a, found=[]) for a in text.answers], [*text.found, *again]).right == text.found


def test_an_optional_answer_is_never_missed(tmp_path: Path) -> None:
    other = ROW.replace("30", "12") + ", optional: true"
    assert Score([made_text(tmp_path, STORY, ROW, other)]).recall == 1.0


def test_equal_rows_are_one_answer(tmp_path: Path) -> None:
    text = made_text(tmp_path, STORY, ROW, ROW.replace("wine", "grapes"))
    assert len(text.wanted) == 1
    assert Score([text]).recall == 1.0


@pytest.mark.parametrize(
    ("row", "turned"),
    [
        (ROW, False),
        (ROW.replace("30", "20"), False),
        ("by: CHL, 'on': [PER], kind: tariff, rate: 30, from: null, until: null, status: in_force, words: []", True),
        ("by: CHL, 'on': [], kind: tariff, rate: 30, from: null, until: null, status: in_force, words: []", True),
        ("by: BOL, 'on': [PER], kind: tariff, rate: 9, from: null, until: null, status: in_force, words: []", False),
    ],
)
def test_reversed_actors_are_seen(tmp_path: Path, row: str, turned: bool) -> None:
    assert bool(Score([made_text(tmp_path, STORY, row)]).reversed) is turned


def test_an_economy_may_be_given_by_its_region(tmp_path: Path) -> None:
    text = made_text(tmp_path, "5 May 2025\n\nSwitzerland imposed a 9% tariff on Canadian beef in March.", ROW)
    answer = Answer("CHE", frozenset({"CAN"}), 9.0, frozenset({"in_force"}), False, [{}])
    (found,) = text.found
    assert answer.fits(found)
    assert answer.fits(replace(found, fields={**found.fields, "by": "EFT"}))
    assert not answer.fits(replace(found, fields={**found.fields, "by": "EU27"}))


def test_a_faulty_answer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"a\.txt"):
        made_text(tmp_path, STORY, "by: PER, rate: 3")
    with pytest.raises(FileNotFoundError, match="no text"):
        score_folder(GOLD)
