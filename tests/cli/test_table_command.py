"""`detente table`: scripted games to a deal and to a collapse, refusals, a game kept and gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]
PLAYED = "phase-one-2020"


def script(folder: Path, *rows: str) -> str:
    path = folder / "moves.txt"
    path.write_text("\n".join(["# a scripted game", *rows]) + "\n", encoding="utf-8")
    return str(path)


def test_a_game_to_a_deal(run: Run, tmp_path: Path) -> None:
    # both seats in one script; seed 5 keeps the talks alive over the deadline
    rows = ["offer 1=1", "offer 3=1 4=1", "undo", "offer 3=1 4=1", "look", "send We mean it.", "accept"]
    folder = tmp_path / "out"
    code, out, err = run(
        "table",
        PLAYED,
        "--against",
        "person",
        "--seed",
        "5",
        "--no-predict",
        "--moves",
        script(tmp_path, *rows),
        "-o",
        str(folder),
    )
    assert (code, err) == (0, "")
    assert "makes offer 1" in out
    assert "We mean it." in out
    assert sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")) == [
        "debrief.json", "game.json", "report.html", "transcript.md",
    ]  # fmt: skip
    record = json.loads((folder / "debrief.json").read_text(encoding="utf-8"))
    assert record["how"] == "deal"
    assert record["marks"]["signed"]["package"]["us-301-list-4b"] == 1
    assert len(record["moves"]) == 2
    code, again, _ = run("table", str(folder / "game.json"), "--no-predict", "--json")
    assert code == 0
    assert json.loads(again)["seats"] == record["seats"]


def test_a_game_to_collapse(run: Run, tmp_path: Path) -> None:
    code, out, _ = run(
        "table", PLAYED, "--seat", "CHN", "--no-predict", "--seed", "5", "--json", "--moves", script(tmp_path, "wait", "walk")
    )
    record = json.loads(out)
    assert code == 0
    assert (record["how"], record["by"]) == ("walked", "CHN")
    assert record["reasons"]
    assert record["reasons"][0]["seat"] == "USA"


def test_a_game_that_is_broken_off_is_kept_and_goes_on(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    code, out, _ = run("table", PLAYED, "--seed", "5", "--keep", str(kept), "--moves", script(tmp_path, "wait"))
    assert code == 0
    assert f"detente table {kept}" in " ".join(out.split())
    before = json.loads(kept.read_text(encoding="utf-8"))["moves"]
    code, out, _ = run("table", str(kept), "--no-predict", "--json", "--moves", script(tmp_path, "walk"))
    assert code == 0
    assert json.loads(out)["moves"][: len(before)] == before


@pytest.mark.parametrize(
    ("rows", "said"),
    [(["bribe"], "no move"), (["accept"], "StaleOffer"), (["offer 99=1"], "no issue 99"), (["offer 1=x"], "ISSUE=LEVEL"),
     (["send"], "no package"), (["undo"], "take back"), (["offer 1=9"], "no level"), (["choose 1"], "no party"),
     (["counter 1=1"], "no offer to counter")],
)  # fmt: skip
def test_a_scripted_line_that_is_refused_ends_the_play(run: Run, tmp_path: Path, rows: list[str], said: str) -> None:
    code, _, err = run("table", PLAYED, "--against", "person", "--moves", script(tmp_path, *rows))
    assert code == 2
    assert said in err


def test_what_cannot_be_played_is_refused(run: Run) -> None:
    for args, said in (
        (("us-canada-mexico-2026",), "3 parties"), ((PLAYED, "--seat", "BRX"), "did you mean"),
        ((PLAYED, "--strength", "iron"), "strength"),
        ((PLAYED, "--against", "nobody"), "opponent"), (("no-such-dossier",), "no-such-dossier"),
    ):  # fmt: skip
        code, _, err = run("table", *args)
        assert code == 2
        assert said in err
