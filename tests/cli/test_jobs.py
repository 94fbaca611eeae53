"""`detente jobs` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from cli.conftest import Run
from detente.verbs import VERBS

KL = "kuala-lumpur-2025"


def test_by_sector_in_words_and_as_a_file(run: Run, tmp_path: Path) -> None:
    code, text, _ = run("jobs", KL, "-s", "pessimistic", "-r", "CHN", "--horizon", "medium", "--csv", str(tmp_path / "jobs.csv"))
    assert code == 0
    assert "CHN, medium run" in text
    assert "It has no unemployment" in text
    frame = pd.read_csv(tmp_path / "jobs.csv")
    assert list(frame) == ["sector", "name", "before, thousand", "change, thousand", "change, %"]
    assert len(frame) == 31
    assert frame["change, thousand"].sum() == pytest.approx(0, abs=1e-3)
    assert text.index(frame["sector"].iloc[0]) < text.index(frame["sector"].iloc[-1])


def test_where_wages_have_a_floor_moves_and_losses_are_told_apart(run: Run, tmp_path: Path) -> None:
    code, text, _ = run(
        "jobs", KL, "-s", "pessimistic", "-r", "CHN", "--horizon", "month 12", "--csv", str(tmp_path / "jobs.csv")
    )
    assert code == 0
    assert "CHN, after 12 months; 1000 persons" in text
    assert "It has no unemployment" not in text
    plain = " ".join(text.split())
    assert "jobs move from one sector to another" in plain
    assert "people lose theirs and find no other" in plain
    frame = pd.read_csv(tmp_path / "jobs.csv")
    assert frame["change, thousand"].sum() == pytest.approx(-frame["out of work, thousand"].sum(), abs=1e-3)
    assert frame["out of work, thousand"].max() > 1


def test_by_state_as_json(run: Run) -> None:
    code, text, _ = run("jobs", KL, "--by", "state", "--horizon", "medium", "--json")
    assert code == 0
    record = json.loads(text)
    assert (record["region"], record["by"], record["scenario"], record["unit"]) == ("USA", "state", None, "thousand persons")
    assert len(record["jobs"]) == 50
    assert sum(row["change_thousand"] for row in record["jobs"]) == pytest.approx(record["net"], abs=1e-6)
    assert sum(row["before_thousand"] for row in record["jobs"]) == pytest.approx(record["employed"])
    assert record["gained"] == pytest.approx(record["lost"])
    assert record["unemployed"] is record["unemployed_pct"] is record["wage_floor"] is None


def test_by_state_at_the_dossiers_own_month(run: Run) -> None:
    code, text, _ = run("jobs", KL, "--by", "state", "--json")
    assert code == 0
    record = json.loads(text)
    assert (record["region"], record["scenario"], record["horizon"]) == ("USA", None, "month 36")
    assert len(record["jobs"]) == 50
    assert sum(row["change_thousand"] for row in record["jobs"]) == pytest.approx(record["net"], abs=1e-6)
    assert sum(row["before_thousand"] for row in record["jobs"]) == pytest.approx(record["employed"])
    # wages have a floor on the path: what is lost and not gained is out of work
    assert record["wage_floor"] > 0
    assert record["net"] == record["gained"] - record["lost"]
    assert record["lost"] - record["gained"] == pytest.approx(record["unemployed"], abs=1e-6)
    assert sum(row["out_of_work_thousand"] for row in record["jobs"]) == pytest.approx(record["unemployed"], abs=1e-6)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--by", "county"), "--by takes sector or state, not 'county'"),
        (("--by", "state", "-r", "CHN"), "known for the United States alone, not for China"),
        (("-r", "MSY"), "did you mean MYS (Malaysia)"),
        (("-s", "pesimistic"), "did you mean pessimistic"),
    ],
)
def test_bad_input_is_one_clear_message(run: Run, args: tuple[str, ...], message: str) -> None:
    code, out, err = run("jobs", KL, *args)
    assert code == 2
    assert out == ""
    assert message in err


def test_the_api_asks_it_too() -> None:
    assert VERBS["jobs"].asked({"by": "state"}).region is None
