"""Nothing of the user's is lost, nothing is left out without a word, and every failure has a name."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from rich.table import Table

from detente.cli.reply import Escaped
from detente.errors import DetenteError, SourceError
from detente.world import toy_world
from detente.world.library import load_world
from detente.world.world import World
from small_dossier import small_dossier

Run = Callable[..., tuple[int, str, str]]
KL = "kuala-lumpur-2025"
TEXT = small_dossier("trial", "A trial")


def saved(folder: Path, old: str = "", new: str = "") -> str:
    """A small dossier in a file, with a replacement."""
    assert old in TEXT
    path = folder / "trial.yaml"
    path.write_text(TEXT.replace(old, new, 1) if old else TEXT)
    return str(path)


# -- writing -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "command",
    [
        ("solve", KL, "--csv"), ("solve", KL, "--run"), ("outlook", KL, "--chart"), ("talks", KL, "--csv"),
        ("compare", KL, "--chart"), ("changed", KL, KL, "--csv"), ("nash", "--resume"), ("ensemble", KL, "--draws-file"),
        ("backtest", "--write"), ("bystander", KL, "--csv"), ("truce", KL, "--chart"), ("watch", KL, "--csv"),
        ("policy", "timeline", KL, "--parquet"), ("policy", "deadlines", KL, "--ics"), ("new", "x", "--out"),
        ("world", "build", "--sources", ".", "--out"), ("read", "-", "--out"),
    ],
)  # fmt: skip
def test_a_file_to_write_is_checked_before_the_work(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    for name, says in (("", "empty name"), (str(tmp_path), "is a folder"), (str(tmp_path / "no" / "x.csv"), "make it first")):
        code, out, err = run(*command, name)
        assert (code, out) == (2, "")
        assert says in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command", [("brief", KL, "--out"), ("rerun", "run.json", "--out"), ("ensemble", KL, "--store"), ("serve", "--data")]
)
def test_a_folder_to_write_has_a_name(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine").write_text("x")
    (tmp_path / "run.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    code, _, err = run(*command, "")
    assert code == 2
    assert "the name of the folder is empty" in err
    assert (tmp_path / "data" / "mine").read_text() == "x"
    code, _, err = run(*command, "run.json")
    assert code == 2
    assert "run.json is a file; give a folder" in err


def test_a_briefing_does_not_take_a_users_place(run: Run, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("mine")
    code, out, err = run("brief", KL, "--out", str(tmp_path))
    assert (code, out) == (2, "")
    assert "holds run.json, which detente did not write" in err
    assert "--force" in err
    assert (tmp_path / "run.json").read_text() == "mine"


# -- what changes nothing ----------------------------------------------------------------------------------------------
def test_check_show_and_solve_say_what_is_left_out(run: Run, tmp_path: Path) -> None:
    path = saved(tmp_path, "    coverage: 1.0 ", "    coverage: 0 #")
    code, out, _ = run("dossier", "check", path)
    assert code == 0
    assert "sound" not in out
    assert "trial can be read, but 1 of its measures would change nothing in world-2022:\n" in out
    assert "  example-tariff: its coverage is 0 wherever it reaches\n" in out
    why = [{"measure": "example-tariff", "why": "its coverage is 0 wherever it reaches"}]
    for command in (("dossier", "check"), ("dossier", "show"), ("solve",)):
        code, out, _ = run(*command, path, "--json")
        assert code == 0
        assert json.loads(out)["without_effect"] == why
    assert "example-tariff: its coverage is 0" in run("dossier", "show", path)[1]
    assert "Left out, as they change nothing in world-2022:\n  example-tariff: its coverage" in run("solve", path)[1]


def test_a_sound_dossier_says_nothing_more(run: Run) -> None:
    assert "is sound" in run("dossier", "check", KL)[1]
    assert json.loads(run("dossier", "check", KL, "--json")[1]) == {
        "schema": "detente.dossier-check/1", "id": KL, "problems": [], "without_resolution": [],
    }  # fmt: skip
    assert "change nothing" not in run("dossier", "show", KL)[1]


def test_a_measure_by_a_group_is_refused(run: Run, tmp_path: Path) -> None:
    path = saved(tmp_path, "    by: USA", "    by: ASEAN")
    for command in (("dossier", "check", path), ("solve", path), ("nash", "--player", "USA", "--dossier", path)):
        code, _, err = run(*command)
        assert code == 2
        assert "ASEAN is a group (MYS, SGP, VNM" in err


@pytest.mark.parametrize(
    "command",
    [
        ("solve",), ("path",), ("jobs",), ("politics",), ("talks",), ("deal",), ("truce",), ("outlook",),
        ("uncertainty",), ("reaction",), ("exercises",), ("bystander",), ("ensemble",), ("dispatch",),
        ("brief", "--out", "b"), ("nash", "--player", "USA", "--dossier"),
    ],
)  # fmt: skip
def test_a_code_that_stands_for_nothing_is_refused_by_every_command_before_any_work(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(import_module("detente.equilibrium.solve"), "_run", None)  # a solve would be a TypeError
    path = saved(tmp_path, "    by: USA", "    by: XYZ")
    at = len(command) if command[-1] == "--dossier" else 1
    code, out, err = run(*command[:at], path, *command[at:])
    assert (code, out) == (2, "")
    assert "region 'XYZ' is not known" in err


# -- names of failures -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "command",
    [
        ("solve", KL), ("outlook", KL), ("compare", KL), ("talks", KL), ("truce", KL), ("deal", KL), ("watch", KL),
        ("politics", KL), ("ensemble", KL), ("brief", KL, "--out", "b"),
    ],
)  # fmt: skip
def test_a_world_without_the_parties_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*command, "--world", "toy")
    assert (code, out) == (2, "")
    assert "does not fit toy world, which has no region USA and CHN; two parties are needed" in err
    assert list(tmp_path.iterdir()) == []


def test_a_world_with_the_parties_is_enough(run: Run, tmp_path: Path) -> None:
    """Hosts, bystanders and targets that only a larger world has are no reason to refuse, whatever is asked."""
    world, small = load_world(), tmp_path / "small.npz"
    world.aggregate({"ROW": [r for r in world.regions if r not in ("USA", "CHN")]}).save(small)
    for command in (("solve",), ("ensemble", "--draws", "2"), ("outlook",)):
        code, out, err = run(command[0], KL, *command[1:], "--world", str(small))
        assert (code, err) == (0, ""), command
        assert "China" in out


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("policy", "timeline", KL, "--from", "0001-01-01", "--to", "9999-12-31"), "0001-01-01 lies outside 1800 to 2100"),
        (("policy", "show", KL, "--date", "9999-12-31"), "9999-12-31 lies outside 1800 to 2100"),
        (("talks", KL, "--deadline", "9999-12-31"), "9999-12-31 lies outside"),
        (
            ("new", "x", "--by", "USA", "--on", "CHN", "--threat", "20 %", "--as-of", "0999-01-01"),
            "0999-01-01 lies outside",
        ),
        (("stress", "-n", "1", "--seed", "-1"), "Invalid value for '--seed'"),
        (("outlook", KL, "--discount", "nan"), "must be a number"),
        (("nash", "-p", "USA", "-p", "USA"), "USA is given twice"),
    ],
)
def test_odd_arguments_are_named(run: Run, command: tuple[str, ...], says: str) -> None:
    code, _, err = run(*command)
    assert code == 2
    assert says in err


def test_days_beyond_the_calendar_are_all_days(run: Run) -> None:
    far, everything = run("policy", "deadlines", KL, "--within", "999999999"), run("policy", "deadlines", KL)
    assert far == everything


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[" * 100_000, "nested deeper than 60 levels"),
        ('{"format": 2, "kind": "briefing", "world": null, "dossier_content": {}}', "it has no 'world'"),
        (
            '{"format": 2, "kind": "solve", "dossier_content": {}, "world": {"name": "toy"}}',
            "not a run file that can be repeated",
        ),
    ],
)
def test_a_damaged_run_file_is_named(run: Run, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "run.json"
    path.write_text(text)
    code, _, err = run("rerun", str(path))
    assert code == 2
    assert says in err


def test_a_damaged_world_file_is_named(tmp_path: Path) -> None:
    body = toy_world().save(tmp_path / "w.npz").read_bytes()
    for k in range(0, len(body), math.ceil(len(body) / 300)):
        damaged = bytearray(body)
        damaged[k] ^= 1 << (k % 8)
        (tmp_path / "d.npz").write_bytes(damaged)
        try:
            World.load(tmp_path / "d.npz")
        except DetenteError:
            continue  # anything else fails the test
    (tmp_path / "d.npz").write_bytes(body[:-200])
    with pytest.raises(SourceError, match="damaged"):
        World.load(tmp_path / "d.npz")


def test_titles_are_printed_as_they_stand(run: Run, tmp_path: Path) -> None:
    path = saved(tmp_path, "title: Ten points on all goods", 'title: "List [/b] [suspended] :smile: \\\\[x]"')
    code, out, err = run("dossier", "show", path)
    assert (code, err) == (0, "")
    assert "List [/b] [suspended] :smile: \\[x]" in out
    assert "List [/b] [suspended] :smile: \\[x]" in run("policy", "show", path)[1]
    code, _, err = run("dossier", "check", saved(tmp_path, "rate_pct: 10 ", "rate_pct: '[/b]' #"))
    assert code == 2
    assert "'[/b]'" in err


def test_an_author_of_a_dossier_hears_of_control_characters(run: Run, tmp_path: Path) -> None:
    code, _, err = run("dossier", "check", saved(tmp_path, "title: Ten points on all goods", 'title: "Ten\\f points"'))
    assert code == 2
    assert "measures[0].title: the text holds the control character U+000C" in err


# -- control characters ------------------------------------------------------------------------------------------------
ODD = "\x1b[31m\x07\x0c\x08\x9b2J\u202e[/b][bold]"
FEW = "\x1b[31m\x0c\x9b2J\u202e[/b][bold]"  # more, and it is refused as no text at all
ARTICLE = (
    f"Washington, 4 March 2025. The United States {FEW} raised tariffs on Chinese goods by 10 percent on 4 March 2025. "
    f"Talks between the United States and China will be held in Geneva{FEW} on 10 May 2025."
)


@pytest.mark.parametrize("more", [(), ("--full",), ("--json",)])
def test_no_control_character_of_an_article_reaches_the_terminal(run: Run, tmp_path: Path, more: tuple[str, ...]) -> None:
    path = tmp_path / "article.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    code, out, err = run("read", str(path), "--date", "2025-03-05", *more)
    assert code == 0
    held = {c for c in out + err if unicodedata.category(c) == "Cc" and c != "\n"} | (set(out + err) & {"\u202e"})
    assert held <= ({"\u202e"} if more == ("--json",) else set())  # a program gets what is there, as JSON


def test_a_console_shows_what_it_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    console = Escaped(markup=False, emoji=False, width=200)
    table = Table(box=None)
    table.add_column(f"head{ODD}")
    table.add_row(f"cell{ODD}")
    for what in (f"line{ODD}", table):
        console.print(what, highlight=False)
    told = capsys.readouterr().out
    assert told.count("\\x1b[31m\\x07\\x0c\\x08\\x9b2J\\u202e[/b][bold]") == 3
    assert not {c for c in told if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"}
