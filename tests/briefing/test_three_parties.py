"""A dossier of three governments: nobody is dropped, and what is of two parties says which two or that it is not computed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from detente.briefing import brief
from detente.cli import app
from detente.errors import InputError
from detente.policy.dossier import Dossier, parse_dossier
from detente.strategy.deal import proposal
from detente.words import name

PARTIES = ("USA", "CHN", "EU27")
TEXT = """
schema_version: 1
id: three-governments
title: Three governments and a host
summary: One raised duties on two others, one answered, one threatens to.
as_of: 2025-10-18
horizon: {default: medium}
reference: {date: 2025-01-20, label: duties of the winter, sources: [s]}
venue: {region: MYS, place: Kuala Lumpur, why: Nobody's own ground., sources: [s]}
parties:
  - region: USA
    interests: [Cars made at home]
    motives: [{text: Jobs., weighs_on: employment, sources: [s]}]
    objective: {growth: 1.0, employment: {MVH: 0.2, default: 0.0}, audience: 0.2}
    stances:
      - {stance: ease, title: Halves both duties, sources: [s],
         changes: [{measure: usa-chn, set: {rate_pct: 10}}, {measure: usa-eu, set: {rate_pct: 5}}]}
      - {stance: hold, title: Keeps them, sources: [s]}
      - {stance: escalate, title: Doubles them, sources: [s],
         changes: [{measure: usa-chn, set: {rate_pct: 40}}, {measure: usa-eu, set: {rate_pct: 20}}]}
    sources: [s]
  - region: CHN
    interests: [Markets abroad]
    motives: [{text: Growth., weighs_on: growth, sources: [s]}]
    stances:
      - {stance: ease, title: Ends its answer, changes: [{withdraw: chn-usa}], sources: [s]}
      - {stance: hold, title: Keeps it, sources: [s]}
    sources: [s]
  - region: EU27
    interests: [The rules]
    motives: [{text: Growth., weighs_on: growth, sources: [s]}]
    stances:
      - {stance: hold, title: Waits, sources: [s]}
      - {stance: escalate, title: Answers, changes: [{measure: eu-usa, carry_out: true}], sources: [s]}
    sources: [s]
measures:
  - {id: usa-chn, title: Twenty points, by: USA, "on": CHN, instrument: tariff, rate_pct: 20, effective: 2025-04-05, sources: [s]}
  - {id: usa-eu, title: Ten points, by: USA, "on": EU27, instrument: tariff, rate_pct: 10, effective: 2025-04-05, sources: [s]}
  - {id: chn-usa, title: Fifteen points in answer, by: CHN, "on": USA, instrument: tariff, rate_pct: 15, effective: 2025-05-01,
     sources: [s]}
  - {id: eu-usa, title: Twelve points threatened, by: EU27, "on": USA, instrument: tariff, rate_pct: 12, announced: 2025-09-01,
     threatened: true, would_take_effect: 2025-12-01, sources: [s]}
scenarios:
  - {id: peace, role: best, title: All step back, summary: S., narrative: N., policy_date: 2025-12-02,
     changes: [{withdraw: usa-chn}, {withdraw: usa-eu}, {withdraw: chn-usa}, {withdraw: eu-usa}], sources: [s]}
  - {id: war, role: worst, title: All raise, summary: S., narrative: N., policy_date: 2025-12-02,
     changes: [{measure: usa-eu, set: {rate_pct: 30}}, {measure: eu-usa, carry_out: true}], sources: [s]}
sources: [{id: s, title: A source, publisher: P}]
"""


def dossier() -> Dossier:
    """The dossier above."""
    return parse_dossier(TEXT, "three-governments.yaml")


@pytest.fixture(scope="module")
def written(run: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The briefing of the three, and the folder of its data."""
    found = brief(dossier(), run.world, out=tmp_path_factory.mktemp("three") / "out")
    return found.index.with_name("companion.md").read_text(encoding="utf-8"), found.data


def part(text: str, start: str, end: str) -> str:
    """The text from a heading to the next one named."""
    return text[text.index(start) : text.index(end, text.index(start))]


def test_every_party_is_in_the_summary(written: tuple[str, Path]) -> None:
    text, data = written
    summary = part(text, "## Summary", "## 1.")
    numbers = pd.read_csv(data / "summary-numbers.csv")
    chart = pd.read_csv(data / "summary-real-income.csv")
    for p in PARTIES:
        assert f"in {name(p)} " in summary
        assert f"{name(p)}’" in summary or f"{name(p, start=True)}’" in summary
        assert p in set(numbers["region"])
        assert p in set(chart["region"])
    assert "USA-CHN-EU27" in set(numbers["region"])


def test_every_party_is_side_by_side_and_has_its_chapter(written: tuple[str, Path]) -> None:
    text, data = written
    beside = part(text, "### Side by side", "## 5.")
    for p in PARTIES:
        assert f"### For {name(p)}" in text
        assert f"| {name(p).removeprefix('the ')} |" in beside
        assert (data / f"indicators-{p.lower()}.csv").is_file()
    duties = pd.read_csv(data / "duties.csv")
    flows = set(zip(duties["importer"], duties["exporter"], strict=True))
    assert flows >= {(a, b) for a in PARTIES for b in PARTIES if a != b}
    third = pd.read_csv(data / "third-countries.csv")
    assert not set(third["region"]) & set(PARTIES)


def test_bilateral_parts_are_there_for_every_pair_or_name_theirs(written: tuple[str, Path]) -> None:
    text, data = written
    for a in PARTIES:
        for b in PARTIES:
            if a != b:
                assert (data / f"diversion-{a.lower()}-{b.lower()}.csv").is_file()
                assert f"### Sales of {name(b)} to {name(a)}" in text
    world = part(text, "### For the world", "## 6.")
    assert world.count("Goods trade") == 3
    assert "read for one of the 3 pairs" in text
    ladder = part(text, "How far could it go", "What each side would do next")
    assert "no threatened duty" not in ladder
    assert f"{name('USA')} and {name('EU27')}, between whom the largest threatened duty stands" in ladder.replace("\n", " ")


def test_stances_of_all_three_are_played_and_what_is_of_two_is_named(written: tuple[str, Path]) -> None:
    text, data = written
    said = part(text, "What each side would do next", "## 12.").replace("\n", " ")
    assert "does not give both parties" not in said
    assert "between two parties that a package could trade" not in said
    assert "Not computed for 3 parties" in said
    rows = pd.read_csv(data / "payoffs.csv")
    assert len(rows) == 2 * 3 * 2 * 2
    assert {f"stance of {p}" for p in PARTIES} <= set(rows.columns)


def test_two_party_models_refuse_by_name(run: Any) -> None:
    with pytest.raises(InputError, match="has 3 parties; this model needs two"):
        proposal(dossier(), run.world)


def test_commands_show_all_three(run: Any, tmp_path: Path) -> None:
    file, world = tmp_path / "three.yaml", tmp_path / "toy.npz"
    file.write_text(TEXT, encoding="utf-8")
    run.world.save(world)
    runner = CliRunner()
    talks = runner.invoke(app, ["talks", str(file), "--world", str(world), "--json"])
    assert talks.exit_code == 0, talks.output
    assert json.loads(talks.stdout)["parties"] == list(PARTIES)
    shown = runner.invoke(app, ["talks", str(file), "--world", str(world)])
    assert shown.exit_code == 0, shown.output
    assert all(p in shown.stdout for p in PARTIES)
    path = runner.invoke(app, ["path", str(file), "--world", str(world), "--scenario", "war"])
    assert path.exit_code == 0, path.output
    assert all(p in path.stdout for p in PARTIES)
