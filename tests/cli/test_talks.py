"""`detente talks` and `detente truce` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest


def test_a_motive_moves_the_answer_on_the_command_line(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    table, chart = tmp_path / "odds.csv", tmp_path / "odds.svg"
    code, text, _ = run(
        "talks", "kuala-lumpur-2025", "--weight", "USA.prices=0.6", "--weight", "CHN.audience=1", "--discount", "USA=0.08",
        "--by", "2025-12-31", "--csv", str(table), "--chart", str(chart),
    )  # fmt: skip
    assert code == 0
    before, after = (next(line for line in text.splitlines() if line.startswith(k)).split() for k in ("before", "after"))
    assert before[1:] != after[1:]
    assert "2025-12-31" in text
    frame = pd.read_csv(table).set_index("model")
    assert {"steady", "stubborn", "fixed date", "uncertain date", "all"} == set(frame.index)
    assert "<svg" in chart.read_text()


def test_talks_as_json(run) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = run("talks", "kuala-lumpur-2025", "--collapse-risk", "0.5", "--settlement-years", "3", "--json")
    assert code == 0
    found = json.loads(text)
    odds = found["odds"]
    assert sum(odds[k][1] for k in ("first", "second", "collapse", "standing")) == pytest.approx(1)
    assert found["patience"]["collapse_risk_range"] == [0.5, 0.5]
    assert found["models"]["all"]["combinations"] == 1728 // 4


def test_truce_with_its_files(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    table = tmp_path / "truce.csv"
    code, text, _ = run("truce", "kuala-lumpur-2025", "--csv", str(table))
    assert code == 0
    assert "both hold" in text
    assert "Transparency" in text
    frame = pd.read_csv(table)
    assert set(frame["kept"]) == {"truce", "deal"}
    assert sorted(set(frame["period, years"].round(2))) == [0.25, 1.0, 3.0]
    found = json.loads(run("truce", "kuala-lumpur-2025", "--detection", "0.9", "--json")[1])
    assert found["patience"]["detection"] == 0.9
    assert set(found["duties"]["tastes"]) == {"motives", "real income"}


def test_what_cannot_be_read_is_said(run) -> None:  # type: ignore[no-untyped-def]
    for args, said in (
        (("--weight", "USA.prics=1"), "did you mean"),
        (("--weight", "MYS.prices=1"), "party"),
        (("--discount", "USA"), "NAME=NUMBER"),
        (("--discount", "MYS=0.1"), "party"),
        (("--deadline", "2025-01-01"), "after 2025-10-18"),
        (("--collapse-risk", "-1"), "collapse risk"),
    ):
        code, _, err = run("talks", "kuala-lumpur-2025", *args)
        assert code == 2
        assert said in err
