"""A new dossier is finished enough for every command: check and brief accept it, and its front says nothing false."""

from __future__ import annotations

import csv
import itertools
import json
import os
import random
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.briefing import brief
from detente.cases.case import Case
from detente.cli import app
from detente.policy.dossier import load_dossier
from detente.strategy.year import branch_candidates
from detente.world.library import load_world
from printed import wrong

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
    assert wrong(tmp_path / "out") == []
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


def test_a_threatened_control_becomes_a_briefing(tmp_path: Path) -> None:
    path = made(
        tmp_path / "start.yaml", "--by", "China", "--on", "Japan", "--threat", "withholds 60 % of rare earths from 1 March"
    )
    assert CliRunner().invoke(app, ["dossier", "check", str(path)]).exit_code == 0
    brief(str(path), out=tmp_path / "out")
    assert wrong(tmp_path / "out") == []
    said = (tmp_path / "out/briefing.md").read_text(encoding="utf-8")
    assert "If China applies its new controls on rare earths and magnets in full" in said
    assert "The duty comes" not in said
    assert "the the" not in said + (tmp_path / "out/companion.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["talks", "deal", "truce", "outlook", "watch", "bystander", "path", "solve"])
def test_every_command_accepts_a_new_dossier(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # where `watch` keeps its journal
    path = made(tmp_path / "start.yaml", "--by", "IND", "--on", "PAK", "--threat", "10 points on textiles and clothing")
    found = CliRunner().invoke(app, [command, str(path)])
    assert found.exit_code == 0, found.output


def test_each_step_is_his_who_takes_it(tmp_path: Path) -> None:
    path = made(tmp_path / "start.yaml", "--by", "CHN", "--on", "JPN", "--threat", "25 % on motor vehicles")
    found = {b: c.by for c in branch_candidates(Case.of(load_dossier(path), with_ranges=False)) for b in c.branches}
    assert found == {"dropped": ("CHN",), "carried-out": ("CHN",), "unanswered": ("CHN",), "in-kind": ("JPN",)}


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--by", "USA", "--on", "USA", "--threat", "5 %"), "cannot threaten itself"),
        (("--by", "USA", "--on", "XYZ", "--threat", "5 %"), "XYZ"),
        (("--by", "USA", "--on", "CHN", "--threat", "0 %"), "above 0"),
        (("--by", "USA", "--on", "CHN", "--threat", "soon"), "names no duty"),
        (("--by", "USA", "--on", "CHN", "--threat", "5 % on moonlight"), "moonlight is no sector"),
        (("--by", "CHN", "--on", "JPN", "--threat", "forbid 50 % of rare earths"), "“forbid of rare earths” was not understood"),
        (("--by", "CHN", "--on", "JPN", "--threat", "withhold rare earths"), "does not say how much is withheld"),
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


def test_in_a_small_quarrel_a_way_on_is_nothing_only_where_it_moves_nobody(tmp_path: Path) -> None:
    path = made(tmp_path / "start.yaml", "--by", "Brazil", "--on", "USA", "--threat", "30 % on machinery from 1 March 2027")
    brief(str(path), out=tmp_path / "out")
    assert wrong(tmp_path / "out") == []
    rows = list(csv.DictReader((tmp_path / "out/data/front-ways-bra.csv").read_text(encoding="utf-8").splitlines()))
    worth = {(r["title"], r["region"]): float(r["value"]) for r in rows}
    assert worth["The duty comes and is not answered", "USA"] < -100  # million USD, as much as in the way beside it
    said = (tmp_path / "out/briefing.md").read_text(encoding="utf-8")
    shown = said.split("What each way on is worth")[1].split("Data: front-ways-bra.csv")[0]
    assert re.search(r"^\| The duty comes and is not answered .*−\d", shown, re.M)
    yardsticks = re.findall(r"\*\*(.*?) \(\d+\D*%\)\.\*\* [^*]*This is the yardstick", said)
    assert yardsticks == ["Nothing is added"]
