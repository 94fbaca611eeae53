"""What loads and does nothing, or may not be meant, is asked about: each kind, at its place, and nothing where all is meant."""

from __future__ import annotations

import pytest

from detente.policy.dossier import load_dossier, parse_dossier
from detente.policy.doubts import doubts, doubts_of
from detente.policy.reading import dotted
from small_dossier import small_dossier

PLAIN = small_dossier("trial", "A trial")


def found(text: str) -> dict[str, str]:
    return {dotted(d.place): d.told for d in doubts(parse_dossier(text))}


def test_nothing_is_asked_of_a_dossier_that_means_what_it_says() -> None:
    assert found(PLAIN) == {}
    assert doubts_of("kuala-lumpur-2025") == []


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ("rate_pct: 10", "rate_pct: 0.25", "measures[0].rate_pct", "0.25 is less than one percent; if 25 % is meant, write 25"),
        ("rate_pct: 10", "rate_pct: {CHN: 0.1}", "measures[0].rate_pct.CHN", "if 10 % is meant, write 10"),
        ("rate_pct: 10", "rate_pct: 1450", "measures[0].rate_pct", "1450 of them"),
        ("rate_pct: 10", "rate_pct: 10\n    withhold_pct: 50", "measures[0].withhold_pct", "changes nothing of 'example-tariff'"),
        ("rate_pct: 10", "rate_pct: 10\n    rent: lost", "measures[0].rent", "changes nothing"),
        ("rate_pct: 10", "rate_pct: 10\n    growth_pct: 5", "measures[0].growth_pct", "changes nothing"),
        ("rate_pct: 10", "rate_pct: 10\n    except_on: [MYS]", "measures[0].except_on", "changes nothing"),
    ],
)  # fmt: skip
def test_each_kind_is_asked_about_at_its_place(old: str, new: str, place: str, says: str) -> None:
    assert old in PLAIN
    asked = found(PLAIN.replace(old, new, 1))
    assert list(asked) == [place]
    assert says in asked[place]


def test_a_share_of_goods_that_are_not_reached() -> None:
    asked = found(
        PLAIN.replace("coverage: 1.0", "coverage: {ELE: 0.5, AGR: 0.1}", 1).replace("sectors: goods", "sectors: [ELE]", 1)
    )
    assert list(asked) == ["measures[0].coverage.AGR"]
    assert "AGR is none of the goods" in asked["measures[0].coverage.AGR"]


def test_a_measure_after_the_last_day_read() -> None:
    later = """  - {id: later, title: Five points, by: CHN, on: USA, instrument: tariff, rate_pct: 5, effective: 2026-06-01,
     sources: [first-source]}

scenarios:
"""
    asked = found(PLAIN.replace("scenarios:\n", later, 1))
    assert list(asked) == ["measures[1].effective"]
    assert "'later' starts on 2026-06-01, after 2025-10-18" in asked["measures[1].effective"]


def test_what_a_change_adds_is_asked_about_too() -> None:
    d = load_dossier("kuala-lumpur-2025")
    k, scenario = next((k, s) for k, s in enumerate(d.scenarios) if any(c.add for c in s.changes))
    j, change = next((j, c) for j, c in enumerate(scenario.changes) if c.add is not None)
    assert change.add is not None
    small = change.model_copy(update={"add": change.add.model_copy(update={"rate_pct": 0.3, "cost_pct": None})})
    changes = (*scenario.changes[:j], small, *scenario.changes[j + 1 :])
    moved = d.model_copy(
        update={"scenarios": (*d.scenarios[:k], scenario.model_copy(update={"changes": changes}), *d.scenarios[k + 1 :])}
    )
    assert any(q.place[:5] == ("scenarios", k, "changes", j, "add") for q in doubts(moved))
