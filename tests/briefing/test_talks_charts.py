"""The two charts of a negotiation say what their tables hold."""

from __future__ import annotations

import math

import pytest

from detente.briefing.charts import results
from detente.strategy.table import AtTheTable, at_the_table


@pytest.fixture(scope="module")
def case() -> AtTheTable:
    return at_the_table("kuala-lumpur-2025", horizon="medium")


def test_the_dots_are_the_odds(case: AtTheTable) -> None:
    frame = results.odds_frame(case)
    assert len(frame) == 3 * (len(case.trials.models) + 1)
    whole = frame[frame["label"] == results.LABELS["all"]]
    odds = case.odds()
    assert whole["value"].tolist() == pytest.approx([100 * x[1] for x in (odds.first, odds.second, odds.collapse)])
    assert ((frame["low"] <= frame["value"]) & (frame["value"] <= frame["high"])).all()


def test_the_title_counts_the_models(case: AtTheTable) -> None:
    title = results.odds_title(case)
    gaps = [case.odds(m).first[1] - case.odds(m).second[1] for m in case.trials.models]
    lead = max(sum(g > 0.005 for g in gaps), sum(g < -0.005 for g in gaps))
    words = ("no", "one", "two", "three", "four")[lead]
    assert (f"in all {words}" in title) is (lead == len(gaps))
    assert words in title


@pytest.mark.parametrize("kept", ["truce", "deal"])
def test_the_curves_are_the_patience_needed(case: AtTheTable, kept: str) -> None:
    frame = results.needs_frame(case, kept)
    for row in frame.iloc[::17].to_dict("records"):
        found = case.keepings[kept, row["answer"]]
        need = found.needs(row["years between reviews"])[row["place"]]
        value = row["next review must count, percent"]
        assert math.isnan(value) if math.isinf(need) else value == pytest.approx(100 * need)
    title = results.needs_title(frame, kept)
    assert ("tempts nobody" in title) is not frame["tempted"].any()
    for width in (700, 348):
        spec = results._needs(frame, width)
        assert spec["datasets"]
