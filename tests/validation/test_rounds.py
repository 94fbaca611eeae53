"""Past rounds, threats and truces: every forecast from what was known, scored as stated, the page up to date."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from detente.outlook.outside import outside_view
from detente.outlook.record import load_record
from detente.outlook.scores import brier
from detente.validation.rounds import KINDS, dossier_round, rounds

PAGE = Path(__file__).parents[2] / "docs" / "backtests.md"
FOUND = rounds()


def test_every_settled_entry_is_a_case() -> None:
    record = load_record("us-china")
    assert [c.id for c in FOUND.of("talks")] == [r.id for r in record.talks if r.outcome]
    wanted = {t.id for t in record.threats if t.outcome and t.answer_to is None}
    assert {c.id for c in FOUND.of("threat")} == wanted
    assert {c.asked.day for c in FOUND.of("truce")} == {1}


def test_forecasts_are_probabilities() -> None:
    for c in FOUND.cases:
        for name, f in c.forecasts.items():
            assert sum(f.values()) == pytest.approx(1), (c.id, name)
            assert c.outcome in f


def test_what_is_not_yet_known_moves_no_forecast() -> None:
    """Cut the record off the day after a question was asked: the forecast must come out the same."""
    whole = load_record("us-china")
    for c in FOUND.of("talks")[::5] + FOUND.of("threat")[::5]:
        cut = whole.as_of(c.asked)
        then = {o: (n + 0.5) / (sum(cut.counts(c.kind).values()) + 1.5) for o, n in cut.counts(c.kind).items()}  # type: ignore[arg-type]
        assert c.forecasts["record"] == pytest.approx(then)
    for c in FOUND.of("truce"):
        spells = whole.as_of(c.asked).spells()
        assert c.forecasts["record"]["kept"] == pytest.approx((spells.days / (spells.days + 90)) ** (spells.ended + 0.5))


def test_truces_end_within_the_quarter_they_are_asked_about() -> None:
    ends = [t.end for t in load_record("us-china").truces if t.end]
    for c in FOUND.of("truce"):
        inside = any(c.asked < end <= c.asked + timedelta(days=90) for end in ends)
        assert (c.outcome == "ended") == inside, c.id


def test_the_first_case_knows_nothing() -> None:
    first = FOUND.of("talks")[0]
    assert all(p == pytest.approx(1 / 3) for n in ("record", "as last time", "by who meets") for p in first.forecasts[n].values())


def test_scores_are_means_of_the_cases() -> None:
    for kind in KINDS:
        cases = FOUND.of(kind)
        for name, s in FOUND.scores[kind].items():
            assert s.brier == pytest.approx(sum(brier(c.forecasts[name], c.outcome) for c in cases) / len(cases))
            assert s.brier_range[0] <= s.brier <= s.brier_range[1]
        assert FOUND.scores[kind]["in hindsight"].brier <= FOUND.scores[kind]["fair guess"].brier


def test_words_follow_the_numbers() -> None:
    lines = FOUND.explain().split("\n")
    for kind, line in zip(KINDS, lines, strict=False):
        low, _, high = FOUND.skill(kind, "record", "fair guess")
        assert ("better than a fair guess" in line) == (low > 0)
        assert ("worse than a fair guess" in line) == (high < 0)


def test_the_round_with_a_dossier() -> None:
    case = dossier_round()
    assert case is not None
    assert case.outcome == "agreed"
    assert set(case.forecasts) == {"record", "record and elsewhere", "analyst", "pool", "pool after signals"}
    assert case.forecasts["record"]["agreed"] == pytest.approx(5.5 / 22.5)
    view = outside_view(load_record("us-china").as_of(case.asked), "talks")
    assert view is not None
    assert case.forecasts["record and elsewhere"] == pytest.approx(view.rates())
    assert all(sum(f.values()) == pytest.approx(1) for f in case.forecasts.values())
    assert dossier_round(record=load_record("us-china").as_of(date(2025, 10, 20))) is None


def test_results_are_plain_data() -> None:
    assert json.loads(json.dumps(FOUND.record()))["scores"]["talks"]["record"]["cases"] == len(FOUND.of("talks"))
    frame = FOUND.to_frame()
    assert len(frame) == len(FOUND.cases)
    assert frame["record"].between(0, 1).all()
    assert FOUND.calibration()["statements"].sum() == sum(len(c.forecasts["record"]) for c in FOUND.cases)


def test_the_page_shows_what_the_code_gives() -> None:
    shown = PAGE.read_text(encoding="utf-8")
    assert FOUND.markdown().strip() in shown, "renew it: detente backtest rounds --write docs/backtests.md"
