"""What is said of a stand-off follows from its numbers."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from detente.words import say


@pytest.mark.parametrize(
    ("change", "low", "high", "said"),
    [
        (-0.06, 0.0, 0.0, "−6 points (all of it in 6\u202f% of the combinations; the same sign on average in every model)"),
        (-0.04, -0.63, 0.14, "−4 points (range −63 to +14; the same sign on average in every model)"),
        (0.01, 0.01, 0.01, "+1 point (range +1 to +1; the same sign on average in every model)"),
        (0.002, -0.001, 0.004, "less than a point"),
    ],
)
def test_a_threat_is_told_with_a_range_that_holds_it(change: float, low: float, high: float, said: str) -> None:
    row = {"side": "USA", "change": change, "low": low, "high": high, "agreed": True, "step": 0.5, "moves": 0.06}
    told = say("words/templates/AtTheTable", "threats", it=SimpleNamespace(threat_effects=[SimpleNamespace(**row)]))
    assert f"one by the United States moves the chance that it eases by {said}." in re.sub(
        r"\s+", " ", told.replace("\u202f", "~")
    ).replace("~", "\u202f")
