"""One set of odds: wherever the ends of a tree are given a probability from today, it is the same to the digit printed.

The walk: the library's record and words, the command line's text and JSON, the API's answer (which the page draws), and of a
briefing every sentence, table, legend and data file.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import detente as dt
from detente.briefing import report
from detente.cli import app
from detente.outlook.outlook import Outlook
from detente.outlook.own_odds import with_odds
from detente.policy.dossier import Dossier, parse_dossier
from detente.words import THIN, capital, whole_percents

KL = "kuala-lumpur-2025"
OWN = {"kuala-lumpur": {"pause": 0.4321}}
PERCENT = re.compile(rf"(\d+){THIN}%")


def printed(look: Outlook) -> dict[str, int]:
    """End → the whole percent it is printed with."""
    return {s: c.percent for s, c in look.odds_from_today.items()}


def told(text: str, label: str) -> list[int]:
    """Every chance that a text gives an end: "“Label” (title), with a chance of 34 % (25 to 45 %)", "Label 34 % (25 to 45)"."""
    between = r"”?(?:\s\([^)]*\))?,?(?:\s(?:with a chance of|has a chance of|has))?"
    return [int(m[1]) for m in re.finditer(rf"{re.escape(label)}{between}\s(\d+)\s%\s\(\d+", text)]


@pytest.fixture(scope="module", params=["as pooled", "with odds of one's own"])
def case(request: pytest.FixtureRequest) -> Dossier:
    dossier = dt.load_dossier(KL)
    return dossier if request.param == "as pooled" else with_odds(dossier, OWN)


@pytest.fixture(scope="module")
def look(case: Dossier) -> Outlook:
    return dt.outlook(case)


def test_the_library_agrees_with_itself(look: Outlook) -> None:
    percents = printed(look)
    assert sum(percents.values()) == 100
    record = look.record()
    ends = record["odds_from_today"]
    assert sum(e["probability"] for e in ends.values()) == pytest.approx(1, abs=1e-12)
    assert sum(e["exact"] for e in ends.values()) == pytest.approx(1, abs=1e-12)
    assert {s: round(100 * e["probability"]) for s, e in ends.items()} == percents
    assert {row["scenario"]: row["percent"] for row in record["scenarios"]} == percents
    assert [int(x) for x in PERCENT.findall(look.explain())][: len(percents)] == list(percents.values())
    for fork in record["odds_if_reached"].values():
        assert sum(b["probability"] for b in fork["branches"].values()) == pytest.approx(1, abs=1e-12)
        met = sum(b["from_today"]["probability"] for b in fork["branches"].values())
        assert met == pytest.approx(fork["reached"]["probability"], abs=1e-12)
        for b in fork["branches"].values():
            assert b["from_today"]["exact"] == pytest.approx(b["exact"] * fork["reached"]["exact"], abs=1e-12)
    last = {h["event"]: list(h["by"].values())[-1] for h in record["hazard"] if h["kind"] == "scenario"}
    assert last["pessimistic"] == pytest.approx(ends["pessimistic"]["exact"], abs=1e-12)  # none leaves it again
    assert last["lapse"] == pytest.approx(ends["lapse"]["exact"], abs=1e-12)
    for h in record["hazard"]:
        assert list(h["by"].values()) == sorted(h["by"].values())


def test_a_horizon_moves_what_paths_are_worth_and_no_odds(case: Dossier, look: Outlook) -> None:
    other = dt.outlook(case, horizon="short")
    assert other.record()["odds_from_today"] == look.record()["odds_from_today"]
    assert other.record()["odds_if_reached"] == look.record()["odds_if_reached"]
    assert other.record()["hazard"] == look.record()["hazard"]
    assert other.expected("USA").value != look.expected("USA").value


def test_the_command_line_says_the_same(case: Dossier, look: Outlook) -> None:
    own = ["--odds", "kuala-lumpur.pause=0.4321"] if case.prospects is not None and case.prospects.own else []
    run = CliRunner().invoke(app, ["outlook", KL, *own, "--json"])
    assert run.exit_code == 0, run.output
    found = json.loads(run.stdout)
    assert found["odds_from_today"] == look.record()["odds_from_today"]
    assert found["odds_if_reached"] == look.record()["odds_if_reached"]
    assert found["hazard"] == look.record()["hazard"]
    run = CliRunner().invoke(app, ["outlook", KL, *own], env={"COLUMNS": "160"})
    assert run.exit_code == 0, run.output
    for end, percent in printed(look).items():
        row = next(line for line in run.stdout.splitlines() if line.startswith(f"{end} "))
        assert int(row.split()[1]) == percent
    assert run.stdout.index("From today") < run.stdout.index("If the fork is reached") < run.stdout.index("By date")
    assert run.stdout.index("By date") < run.stdout.index("None of them is an answer")


def test_a_baseline_moves_what_paths_are_worth_and_no_odds(case: Dossier, look: Outlook) -> None:
    other = dt.outlook(case, against="in-force")
    assert other.record()["odds_from_today"] == look.record()["odds_from_today"]
    assert (look.record()["against"], other.record()["against"]) == ("law", "in-force")
    own = ["--odds", "kuala-lumpur.pause=0.4321"] if case.prospects is not None and case.prospects.own else []
    run = CliRunner().invoke(app, ["outlook", KL, *own, "--against", "in-force", "--json"])
    assert run.exit_code == 0, run.output
    found = json.loads(run.stdout)["regions"]
    assert found["USA"]["expected, %"] == pytest.approx(other.expected("USA").value)
    assert found["USA"]["expected, %"] != pytest.approx(look.expected("USA").value)


def test_the_api_and_the_page_get_the_same(case: Dossier, look: Outlook, client: Any, wait_for: Any) -> None:
    odds = {"odds": OWN} if case.prospects is not None and case.prospects.own else {}
    job = client.post("/api/v1/jobs", json={"kind": "outlook", "state": {"dossier": KL, **odds}, "arguments": {}}).json()
    wait_for(client, job["id"])
    found = client.get(f"/api/v1/jobs/{job['id']}/result").json()
    assert found["odds_from_today"] == json.loads(json.dumps(look.record()["odds_from_today"]))
    assert {row["scenario"]: row["percent"] for row in found["scenarios"]} == printed(look)
    ends: dict[str, float] = {}
    for leaf in found["tree"]["leaves"]:
        ends[leaf["scenario"]] = ends.get(leaf["scenario"], 0.0) + leaf["probability"]
    order = [row["scenario"] for row in found["scenarios"]]
    assert dict(zip(order, whole_percents(ends[s] for s in order), strict=True)) == printed(look)


# -- a briefing --------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def pages() -> tuple[Outlook, dict[str, str]]:
    """A briefing of a small case whose three ends, a third each, would not sum to 100 if each were rounded."""
    from briefing.conftest import DOSSIER, toy_world

    data = yaml.safe_load(DOSSIER.replace(" on: ", " 'on': "))
    more = {"summary": "S.", "narrative": "N.", "policy_date": "2025-12-02", "sources": ["first"]}
    data["scenarios"].append({"id": "between", "title": "Neither", **more})
    data["prospects"]["forks"][0]["branches"] = [
        {"id": "lifted", "title": "Lifted", "scenario": "optimistic", "prior": [0.25, 1 / 3, 0.45]},
        {"id": "waits", "title": "Waits", "scenario": "between", "prior": [0.25, 1 / 3, 0.45]},
        {"id": "imposed", "title": "Imposed", "scenario": "pessimistic", "prior": [0.25, 1 / 3, 0.45]},
    ]
    dossier, world = parse_dossier(yaml.safe_dump(data), "thirds.yaml"), toy_world()
    found = report.contents_of(dossier, world)
    files = {name: body.decode() for name, body in found.items() if not name.endswith((".docx", ".png"))}
    return dt.outlook(dossier, world), files


def test_every_page_of_a_briefing_says_the_same(pages: tuple[Outlook, dict[str, str]]) -> None:
    look, files = pages
    percents = printed(look)
    assert sorted(percents.values()) == [33, 33, 34]
    for name in ("companion.md", "companion.html"):
        for end, percent in percents.items():
            given = told(files[name], capital(end))
            assert len(given) >= (2 if name.endswith("md") else 3), (name, end)  # summary, lede and, drawn, the tree's key
            assert set(given) == {percent}, (name, end, given)
    rows = list(csv.DictReader(io.StringIO(files["data/outlook-scenarios.csv"])))
    assert {r["scenario"]: int(r["from today, %"]) for r in rows} == percents
    for name in ("data/outlook-tree.csv", "data/outlook-paths.csv"):
        ends = dict.fromkeys(percents, 0.0)
        for row in csv.DictReader(io.StringIO(files[name])):
            ends[row["counts as"]] += float(row["probability"])
        assert dict(zip(ends, whole_percents(ends.values()), strict=True)) == percents
    ways = list(csv.DictReader(io.StringIO(files["data/front-ways-mys.csv"])))
    assert {r["way"]: int(r["percent"]) for r in ways} == percents
    twigs = list(csv.DictReader(io.StringIO(files["data/front-tree-mys.csv"])))
    assert sum(int(r["percent"]) for r in twigs) == 100
    front = files["front.html"]
    for end, percent in percents.items():
        key = re.findall(rf"{re.escape(look.titles[end])} (\d+){THIN}%", front)  # of the tree; and in the table's rows
        assert key
        assert set(map(int, key)) == {percent}, (end, key)
    table = files["companion.md"].split("| End | Chance (from today, %)", 1)[1]
    for end, percent in percents.items():
        row = next(line for line in table.splitlines() if line.startswith(f"| {capital(end)}"))
        assert re.match(rf"\|[^|]*\| \**{percent}\b", row), row
