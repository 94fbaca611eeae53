"""`detente politics` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from cli.conftest import Run
from detente.verbs import VERBS

KL = "kuala-lumpur-2025"


def test_one_party_in_one_scenario(run: Run, tmp_path: Path) -> None:
    table, chart = tmp_path / "home.csv", tmp_path / "home.svg"
    code, text, _ = run("politics", KL, "-s", "pessimistic", "-p", "USA", "--csv", str(table), "--chart", str(chart))
    assert code == 0
    assert "Pessimistic against" in text
    assert "how anybody votes is not said" in " ".join(text.split())
    frame = pd.read_csv(table)
    assert frame.groupby("level").size().to_dict() == {"sector": 31, "state": 51}
    sums = frame.groupby("level")["change, thousand"].sum()
    assert sums["state"] == pytest.approx(sums["sector"], abs=1e-6)
    best = frame[(frame["level"] == "state") & (frame["rank"] == 1)]["name"].iloc[0]
    assert best in text
    assert chart.read_text(encoding="utf-8").startswith("<svg")


def test_every_scenario_as_json_and_in_a_table(run: Run) -> None:
    code, text, _ = run("politics", KL, "--json")
    assert code == 0
    record = json.loads(text)
    assert {h["party"] for h in record["homes"]} == {"USA", "CHN"}
    for home in record["homes"]:
        assert len(home["sectors"]) == 31
        assert len(home["places"]) == (51 if home["party"] == "USA" else 0)
        assert sum(r["change_thousand"] for r in home["sectors"]) == pytest.approx(home["gained"] - home["lost"], abs=1e-6)
    code, text, _ = run("politics", KL)
    assert code == 0
    assert text.count("pessimistic") == 2


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("-p", "MYS"), "MYS"),
        (("-s", "pesimistic"), "did you mean pessimistic"),
        (("--package", "-s", "pessimistic"), "the package has no scenario"),
    ],
)
def test_bad_input_is_one_clear_message(run: Run, args: tuple[str, ...], message: str) -> None:
    code, out, err = run("politics", KL, *args)
    assert code == 2
    assert out == ""
    assert message in err


def test_the_api_asks_it_too() -> None:
    assert VERBS["politics"].asked({"scenarios": ["pessimistic"]}).against is None
