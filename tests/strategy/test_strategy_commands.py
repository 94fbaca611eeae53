"""The commands of this room: tables, JSON, CSV and charts on a small world, errors in words."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from detente.cli import questions
from detente.cli.shapes import named
from detente.errors import DetenteError

APP = typer.Typer()
for command in (questions.nash, questions.bargain, questions.regimes, questions.deal):
    APP.command()(named(command.__name__, command))


def run(*words: str) -> str:
    result = CliRunner().invoke(APP, [*words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_nash_draws_keeps_and_goes_on(tmp_path: Path) -> None:
    state, chart, csv = tmp_path / "n.npz", tmp_path / "n.svg", tmp_path / "n.csv"
    words = ("nash", "--world", "toy", "--detail", "region", "--resume", str(state))
    found = json.loads(run(*words, "--chart", str(chart), "--csv", str(csv), "--json"))
    assert state.exists()
    assert "AAA" in chart.read_text(encoding="utf-8")
    assert set(pd.read_csv(csv)["player"]) == set(found["players"])
    again = json.loads(run(*words, "--json"))
    assert again["by_player"]["AAA"]["mean rate, %"] == pytest.approx(found["by_player"]["AAA"]["mean rate, %"], abs=1e-6)
    with pytest.raises(DetenteError, match="rates"):
        run("nash", "--world", "toy", "--detail", "pair", "--resume", str(state))
    with pytest.raises(DetenteError, match="best reply"):
        run("nash", "-p", "AAA", "--world", "toy", "--resume", str(state))


def test_bargain_draws_its_frontier(tmp_path: Path) -> None:
    chart = tmp_path / "b.svg"
    words = ("bargain", "-p", "AAA", "-p", "BBB", "--world", "toy", "--disagreement", "nash")
    found = json.loads(run(*words, "--chart", str(chart), "--json"))
    first = [row["gain of AAA, %"] for row in found["frontier"]]
    assert first == sorted(first)
    assert min(first) <= found["gains"]["AAA"] <= max(first)
    assert "no deal" in chart.read_text(encoding="utf-8")
    with pytest.raises(DetenteError, match="two parties"):
        run(*words, "-p", "CCC", "--chart", str(chart))


def test_regimes_table_and_chart(tmp_path: Path) -> None:
    chart, csv = tmp_path / "r.svg", tmp_path / "r.csv"
    told = run("regimes", "--world", "toy", "--chart", str(chart), "--csv", str(csv))
    frame = pd.read_csv(csv, index_col="region")
    assert frame.loc["world", "free trade"] > 0 > frame.loc["world", "nash"]
    assert "mean tariff" in told
    assert "No restraint" in chart.read_text(encoding="utf-8")
    assert json.loads(run("regimes", "--world", "toy", "--json"))["mean_tariff_pct"]["free trade"] == 0


def test_deal_says_what_it_found(tmp_path: Path) -> None:
    chart, csv = tmp_path / "d.svg", tmp_path / "d.csv"
    found = json.loads(run("deal", "kuala-lumpur-2025", "--solves", "80", "--chart", str(chart), "--csv", str(csv), "--json"))
    assert found["status"] == "deal"
    assert found["search"]["certified"]
    assert list(pd.read_csv(csv)["in the package"]) == [p["level"] for p in found["package"]]
    assert "billion" in chart.read_text(encoding="utf-8")
    told = run("deal", "kuala-lumpur-2025", "--solves", "80")
    joined = " ".join(told.split())
    for clauses in found["clauses"].values():
        assert all(clause in joined for clause in clauses)
    with pytest.raises(DetenteError, match="escalate"):
        run("deal", "kuala-lumpur-2025", "--disagreement", "esclate")
