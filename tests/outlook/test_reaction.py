"""Markets and confidence: moves that average to nothing, slopes by hand, and that no figure of a scenario moves."""

from __future__ import annotations

from typing import Any

import pytest

import detente as dt
from detente.cases.case import Case
from detente.errors import InputError
from detente.outlook.outlook import outlook
from detente.outlook.reaction import MarketReaction, market_reaction, reaction_table, slopes_of, surprise
from small_future import small_future


@pytest.fixture(scope="module")
def found() -> MarketReaction:
    return market_reaction(Case.of("kuala-lumpur-2025", with_ranges=False), odds={})


def test_what_is_expected_is_in_the_price(found: Any) -> None:
    chances = {s: e.value for s, e in outlook("kuala-lumpur-2025", odds={}).scenarios.items()}
    assert found.chance.value == pytest.approx(chances["pessimistic"])
    for slope in found.slopes:
        total = sum(chances.get(s, 0.0) * found.move(slope, s).value for s in found.labels)
        assert total == pytest.approx(0, abs=1e-9)


def test_signs_and_order(found: Any) -> None:
    for slope in found.slopes:
        worst, middle = found.move(slope, "pessimistic"), found.move(slope, "middle")
        assert worst.low <= worst.value <= worst.high < 0 < middle.low <= middle.value <= middle.high


def test_slopes_by_hand() -> None:
    source = {"title": "t", "link": "l"}
    table = {
        "events": [
            {"parties": ["A", "B"], "moves": [{"region": "A", "index": "I", "pct": -2.0, "slope": True, "source": source}]},
            {"parties": ["A", "B"], "moves": [{"region": "A", "index": "I", "pct": 4.0, "slope": True, "source": source},
                                              {"region": "A", "index": "J", "pct": 40.0, "slope": False, "source": source}]},
            {"parties": ["A", "C"], "moves": [{"region": "A", "index": "K", "pct": 90.0, "slope": True, "source": source}]},
        ],
        "odds_moved": {"low": 0.25, "centre": 0.5, "high": 1.0},
        "confidence": {"region": "WORLD", "estimate_pct": -1.0, "kept": {"low": 0.2, "centre": 0.5, "high": 1.0}, "sources": []},
    }  # fmt: skip
    equity, mood = slopes_of(("A", "B"), table)
    assert equity.loss == pytest.approx((2.0, 6.0, 16.0))
    assert mood.loss == pytest.approx((0.2, 0.5, 1.0))


@pytest.mark.parametrize(
    ("chance", "worst", "expected"), [(0.0, True, 1.0), (1.0, True, 0.0), (0.3, False, -0.3), (0.0, False, 0.0)]
)
def test_surprise(chance: float, worst: bool, expected: float) -> None:
    assert surprise(chance, worst=worst) == pytest.approx(expected)


def test_half_of_the_confidence_effect_is_kept_and_stands_apart(found: Any) -> None:
    mood = next(s for s in found.slopes if s.kind == "confidence")
    assert mood.loss == pytest.approx((0.16, 0.4, 0.8))
    assert found.record()["in_point_estimates"] is False
    assert "Nothing of this is in the scenarios" in found.explain()


def test_every_figure_of_the_table_has_a_source_and_a_day() -> None:
    for event in reaction_table()["events"]:
        assert event["date"].isoformat() <= "2025-10-18"
        for move in event["moves"]:
            assert move["source"]["link"].startswith("http")
            assert (move["pct"] < 0) == (event["direction"] == "worse")


def test_a_quarrel_without_an_event_on_file_has_no_index() -> None:
    found = market_reaction(Case.of(small_future(), dt.load_world("toy"), "medium", with_ranges=False), odds={})
    assert [s.kind for s in found.slopes] == ["confidence"]
    assert found.missing == ("AAA", "BBB")
    assert "No such day is on file" in found.explain()
    assert found.events == ()


def test_without_prospects_it_is_refused() -> None:
    def blind(data: dict[str, Any]) -> None:
        del data["prospects"]
        data["key_questions"] = []

    with pytest.raises(InputError, match="prospects"):
        market_reaction(Case.of(small_future(blind), dt.load_world("toy"), "medium", with_ranges=False))
