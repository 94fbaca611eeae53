"""`detente uncertainty`, `reaction` and `exercises` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from cli.conftest import Run
from detente.verbs import VERBS

KL = "kuala-lumpur-2025"


def test_uncertainty_in_words_and_as_a_file(run: Run, tmp_path: Path) -> None:
    code, text, _ = run("uncertainty", KL, "-s", "middle", "--csv", str(tmp_path / "u.csv"))
    assert code == 0
    assert "chance a year, %" in text
    assert "are in none of them" in text
    frame = pd.read_csv(tmp_path / "u.csv")
    assert set(frame["scenario"]) == {"middle"}
    assert {"chance_a_year", "equivalent_pct", "low_pct", "central_pct", "high_pct"} <= set(frame)


def test_uncertainty_as_json_at_a_month(run: Run) -> None:
    code, text, _ = run("uncertainty", KL, "-s", "status-quo", "--month", "24", "--json")
    assert code == 0
    record = json.loads(text)
    assert (record["horizon"], record["months"]) == ("month 24", 24.0)
    assert record["scenarios"][0]["real_income_pct"]["USA"]["central"] < 0


def test_reaction(run: Run, tmp_path: Path) -> None:
    code, text, _ = run("reaction", KL, "--csv", str(tmp_path / "r.csv"))
    assert code == 0
    assert "S&P 500 (USA)" in text
    assert "Nothing of this is in the scenarios’ figures" in text
    assert set(pd.read_csv(tmp_path / "r.csv")["kind"]) == {"equity", "confidence"}
    code, text, _ = run("reaction", KL, "--json")
    assert code == 0
    assert json.loads(text)["in_point_estimates"] is False


def test_exercises(run: Run) -> None:
    code, text, _ = run("exercises", KL)
    assert code == 0
    assert "not priced" in text
    code, text, _ = run("exercises", KL, "-n", "us-denies-technology", "--json")
    assert code == 0
    assert [e["id"] for e in json.loads(text)["exercises"]] == ["us-denies-technology"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("uncertainty", KL, "-s", "midle"), "did you mean middle"),
        (("uncertainty", KL, "-s", "decoupling"), "no path of the tree takes the scenario 'decoupling'"),
        (("uncertainty", KL, "-s", "middle", "-s", "middle"), "given twice"),
        (("uncertainty", KL, "-s", "middle", "-r", "USB"), "did you mean"),
        (("exercises", KL, "-n", "us-chips"), "us-chips-support"),
    ],
)
def test_bad_input_is_one_clear_message(run: Run, args: tuple[str, ...], message: str) -> None:
    code, out, err = run(*args)
    assert code == 2
    assert out == ""
    assert message in err


def test_the_api_asks_them_too() -> None:
    assert VERBS["uncertainty"].asked({"month": 24}).month == 24
    assert VERBS["exercises"].asked({}).names is None
    assert VERBS["reaction"].asked({}) is not None
