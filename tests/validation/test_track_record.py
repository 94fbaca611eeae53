"""Dossiers of past negotiations as forecasts: nothing later is known, scores are what they say, the page is up to date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from detente.errors import BadDossier
from detente.outlook.record import load_record
from detente.outlook.scores import brier, log_score
from detente.policy.dossier import load_dossier
from detente.policy.reading import validate
from detente.validation.rounds import dossier_round
from detente.validation.track_record import BENCHMARKS, DOSSIERS, FREE, LATE, Outcomes, load_outcomes, track_record

PAGE = Path(__file__).parents[2] / "docs" / "track-record.md"
FOUND = track_record()


def test_every_fork_is_a_question_or_was_never_reached() -> None:
    told = {(q.dossier, q.fork) for q in FOUND.questions} | {(o.dossier, o.fork) for o in FOUND.unmet}
    forks = {(d, f.id) for d in DOSSIERS for f in load_dossier(d).prospects.forks}  # type: ignore[union-attr]
    assert told == forks
    for q in FOUND.questions:
        assert load_dossier(q.dossier).as_of == q.asked < q.known


def test_forks_are_reached_only_through_branches_that_were_taken() -> None:
    taken = {(q.dossier, q.branch) for q in FOUND.questions}
    for d in DOSSIERS:
        for fork in load_dossier(d).prospects.forks:  # type: ignore[union-attr]
            reached = not fork.after or any((d, b) in taken for b in fork.after)
            assert reached == any((q.dossier, q.fork) == (d, fork.id) for q in FOUND.questions), (d, fork.id)


def test_forecasts_are_probabilities() -> None:
    for q in FOUND.questions:
        for said, happened in ((q.branches, q.branch), (q.outcomes or {}, q.outcome)):
            for forecast in said.values():
                assert sum(forecast.values()) == pytest.approx(1)
                assert happened in forecast


def test_the_record_knows_nothing_later_than_the_day() -> None:
    """Cut off at the latest day of asking it must say the same, and on each day what its cases of that day say."""
    whole = load_record("us-china")
    last = max(q.asked for q in FOUND.questions)
    cut = track_record(whole.as_of(last))
    for q, same in zip(FOUND.questions, cut.questions, strict=True):
        assert (q.outcomes is None) == (same.outcomes is None)
        for name in FREE if q.outcomes else ():
            assert same.outcomes is not None
            assert same.outcomes[name] == pytest.approx(q.outcomes[name])  # type: ignore[index]
    for q in FOUND.spoken:
        if q.fork in ("geneva", "busan", "kuala-lumpur"):
            counts = whole.as_of(q.asked).counts("talks")
            then = {o: (n + 0.5) / (sum(counts.values()) + 1.5) for o, n in counts.items()}
            assert q.outcomes is not None
            assert q.outcomes["record"] == pytest.approx(then)


def test_hindsight_moves_nothing_that_is_free_of_it() -> None:
    """The record's odds over its own outcomes do not hang on how an analyst shares them among branches."""
    q = next(q for q in FOUND.spoken if q.fork == "busan")
    assert dossier_round("busan-2025", "busan").forecasts["record"] == pytest.approx((q.outcomes or {})["record"])  # type: ignore[union-attr]
    assert set(q.outcomes or {}) == {*FREE, *BENCHMARKS, *LATE}
    assert set(q.branches) == {*BENCHMARKS, *LATE}


def test_scores_are_means_of_the_cases() -> None:
    asked = FOUND.spoken
    for name, s in FOUND.scores.items():
        said = [((q.outcomes or {})[name], q.outcome or "") for q in asked]
        assert s.brier == pytest.approx(sum(brier(f, o) for f, o in said) / len(asked))
        assert s.log == pytest.approx(sum(log_score(f, o) for f, o in said) / len(asked))
    frame = FOUND.to_frame()
    shown = frame[(frame["over"] == "branches") & (frame["forecaster"] == "analyst")]
    assert shown["brier"].mean() == pytest.approx(FOUND.branch_scores["analyst"].brier)
    assert json.loads(json.dumps(FOUND.record()))["scores"]["record"]["cases"] == len(asked)


def test_words_follow_the_numbers() -> None:
    low, _, high = FOUND.skill("record", "fair guess")
    assert ("better than a fair guess" in FOUND.explain()) == (low > 0)
    assert ("worse than a fair guess" in FOUND.explain()) == (high < 0)


def test_a_fork_left_out_or_half_told_is_refused() -> None:
    whole = load_outcomes().model_dump(mode="json", exclude_defaults=True)
    first, *rest = whole["outcomes"]
    for broken in (rest, [first, first, *rest], [{**first, "branch": "nonsense"}, *rest], [{**first, "known": None}, *rest]):
        with pytest.raises(BadDossier):
            validate(Outcomes, {**whole, "outcomes": broken}, {}, "file")


def test_the_page_shows_what_the_code_gives() -> None:
    shown = PAGE.read_text(encoding="utf-8")
    assert FOUND.markdown().strip() in shown, "renew it: detente backtest dossiers --write docs/track-record.md"
