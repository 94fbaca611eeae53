"""A new dossier is finished enough for every command: check and brief accept it, and its front says nothing false."""

from __future__ import annotations

import csv
import itertools
import json
import os
import random
import re
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.briefing import brief
from detente.cases.case import Case
from detente.cli import app
from detente.outlook.starter import to_replace
from detente.policy.dossier import load_dossier
from detente.policy.threats import Threat
from detente.strategy.year import branch_candidates
from detente.words.names import goods_sectors
from detente.world.library import load_world

DAY = "2026-11-28"
REGIONS = load_world().regions
PAIRS = random.Random(16).sample(list(itertools.permutations(REGIONS, 2)), int(os.environ.get("DETENTE_PAIRS", "3")))
"""Any two of the world's economies; DETENTE_PAIRS=20 tries as many."""


def made(path: Path, *args: str) -> Path:
    found = CliRunner().invoke(app, ["new", path.stem, "--as-of", DAY, "--quick", "--out", str(path), *args])
    assert found.exit_code == 0, found.output
    return path


@pytest.mark.parametrize(("by", "on"), PAIRS)
def test_a_new_dossier_becomes_a_briefing(by: str, on: str, tmp_path: Path) -> None:
    path = made(tmp_path / "start.yaml", "--by", by, "--on", on, "--threat", "50 % from 1 February")
    assert CliRunner().invoke(app, ["dossier", "check", str(path)]).exit_code == 0
    brief(str(path), out=tmp_path / "out")
    text = re.sub(r"<[^>]+>", " ", (tmp_path / "out/front.html").read_text(encoding="utf-8"))
    carried = load_dossier(path).prospects.fork("decision").branches[1].prior[1]
    assert f"{100 * carried:.0f} %" in text.replace("\u2009", " ").replace("\u202f", " ").replace("\xa0", " ")
    assert not re.search(
        r"USD\W+0 a year|duties return|Wait with “[^”]*answers", text
    )  # no duty was there before; the reply is not its own
    for watched in (tmp_path / "out/data").glob("front-triggers-*.csv"):  # on the day of the answer the duty has come
        rows = list(csv.DictReader(watched.read_text(encoding="utf-8").splitlines()))
        assert not [
            r for r in rows if ("answer" in r["see"] or r["see"] == "Nothing is added") and r["chance of"] == "The duty comes"
        ]
    words = json.loads((tmp_path / "out/run.json").read_text())["words"]
    fronts = [n for part, n in words.items() if part.startswith("front")]
    assert fronts
    assert max(fronts) <= 710


@pytest.mark.parametrize("command", ["talks", "deal", "truce", "outlook", "watch", "bystander", "path", "solve"])
def test_every_command_accepts_a_new_dossier(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # where `watch` keeps its journal
    path = made(tmp_path / "start.yaml", "--by", "IND", "--on", "PAK", "--threat", "10 points on textiles and clothing")
    found = CliRunner().invoke(app, [command, str(path)])
    assert found.exit_code == 0, found.output


def test_what_to_replace_first_is_worked_out_at_the_odds_that_stand_there(tmp_path: Path) -> None:
    path = made(tmp_path / "start.yaml", "--by", "USA", "--on", "MEX", "--threat", "25 %")
    case = Case.of(load_dossier(path), with_ranges=False)
    found = to_replace(case)
    forks = load_dossier(path).prospects.forks
    p, q = (f.branches[1].prior for f in forks)
    none, come, back = (float(case.outcome(s).real_income["MEX"]) for s in ("nothing-added", "duty-comes", "answered"))
    assert found.expected["MEX"] == pytest.approx((1 - p[1]) * none + p[1] * ((1 - q[1]) * come + q[1] * back))
    rows = {r.key: r for r in found.rows}
    assert rows["odds_of_threat"].moves["MEX"] == pytest.approx(abs((p[2] - p[0]) * ((1 - q[1]) * come + q[1] * back - none)))
    sizes = [max(r.moves.values()) for r in found.rows if r.moves]
    assert sizes == sorted(sizes, reverse=True)
    assert next(iter(found.to_frame()["default"])) in found.explain()


def test_each_step_is_his_who_takes_it(tmp_path: Path) -> None:
    path = made(tmp_path / "start.yaml", "--by", "CHN", "--on", "JPN", "--threat", "25 % on motor vehicles")
    found = {b: c.by for c in branch_candidates(Case.of(load_dossier(path), with_ranges=False)) for b in c.branches}
    assert found == {"dropped": ("CHN",), "carried-out": ("CHN",), "unanswered": ("CHN",), "in-kind": ("JPN",)}


def test_the_answer_hits_as_much_trade_as_the_threat(tmp_path: Path) -> None:
    path = made(tmp_path / "start.yaml", "--by", "EU27", "--on", "CHN", "--threat", "20 % on cars from 15 March 2027")
    threat, answer = (load_dossier(path).measure(m) for m in ("threat", "answer"))
    world = load_world()
    at = {r: k for k, r in enumerate(world.regions)}
    shipped = world.economy().shipments
    goods = [world.sectors.index(s) for s in goods_sectors(world.sectors)]
    hit = shipped[at["CHN"], at["EU27"], world.sectors.index("MVH")]
    assert threat.sectors == ("MVH",)
    assert answer.coverage * shipped[at["EU27"], at["CHN"], goods].sum() == pytest.approx(hit, rel=0.005)


def test_law_that_the_ledger_knows_is_in_it(tmp_path: Path) -> None:
    path = made(tmp_path / "start.yaml", "--by", "USA", "--on", "CAN", "--threat", "35 %")
    found = load_dossier(path).measures
    assert {m.id for m in found} > {"threat", "answer"}
    assert all(m.by in ("USA", "CAN") for m in found)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--by", "USA", "--on", "USA", "--threat", "5 %"), "cannot threaten itself"),
        (("--by", "USA", "--on", "XYZ", "--threat", "5 %"), "XYZ"),
        (("--by", "USA", "--on", "CHN", "--threat", "0 %"), "above 0"),
        (("--by", "USA", "--on", "CHN", "--threat", "soon"), "names no duty"),
        (("--by", "USA", "--on", "CHN", "--threat", "5 % on moonlight"), "moonlight is no sector"),
        (
            ("--by", "CHN", "--on", "JPN", "--threat", "withhold 50 % of rare earths"),
            "“withhold of rare earths” was not understood",
        ),
        (("--by", "USA", "--on", "CHN", "--threat", "5 % from 2/1"), "is no day"),
        (("--by", "USA", "--on", "CHN", "--threat", "5 % from March"), "is no day"),
        (("--by", "USA", "--on", "CHN", "--threat", "5 % from 1 June 2026"), "is not after"),
        (("--by", "USA", "--on", "CHN", "--threat", "5 %", "--source", "a paper"), "no address"),
        (("--by", "USA", "--on", "CHN"), "--threat is missing"),
    ],
)
def test_a_dossier_of_nobody_is_refused_by_name(args: tuple[str, ...], says: str, tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["new", "start", "--as-of", DAY, *args, "--out", str(tmp_path / "start.yaml")])
    assert found.exit_code != 0
    assert says in found.output + str(found.exception)
    assert not (tmp_path / "start.yaml").exists()


@pytest.mark.parametrize(
    ("text", "points", "sectors", "start", "dated"),
    [
        ("50 % from 1 August", 50.0, (), date(2027, 8, 1), True),
        ("a duty of 12,5 percent on all goods from 1 December", 12.5, (), date(2026, 12, 1), True),
        ("25% on motor vehicles and IRS starting on 2027-02-01", 25.0, ("MVH", "IRS"), date(2027, 2, 1), True),
        ("100 points on coal, oil and gas by Jan 15, 2027", 100.0, ("ENE",), date(2027, 1, 15), True),
        ("10", 10.0, (), date(2026, 12, 28), False),
    ],
)
def test_a_threat_as_somebody_says_it(text: str, points: float, sectors: tuple[str, ...], start: date, dated: bool) -> None:
    assert Threat.of(text, date(2026, 11, 28), load_world().sectors) == Threat(points, sectors, start, dated)
