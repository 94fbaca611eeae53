"""Every command answers first, in twelve lines and one table of eighty columns, and names a next command that exists."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from rich.console import Console
from rich.table import Table
from tests.briefing.conftest import DOSSIER as TOY, toy_world
from tests.briefing.test_three_parties import TEXT as THREE

from detente.cli import app, common
from detente.cli.reply import LINES, ROWS, Said, Voice, fitted, reply
from detente.equilibrium.memory import solved_once

KL = "kuala-lumpur-2025"
PARSER = typer.main.get_command(app)  # built once: it reads the signature of every command

COMMANDS = [
    *(
        (*words, d)
        for d in (KL, "THREE", "TOY")
        for words in (
            ("solve",), ("path", "--centre"), ("dossier", "show"), ("dossier", "check"), ("policy", "show"),
            ("policy", "timeline"), ("policy", "deadlines"),
        )
    ),
    ("solve", KL, "-s", "pessimistic"), ("jobs", KL), ("compare", "THREE"), ("politics", KL, "-s", "pessimistic"),
    ("uncertainty", KL), ("reaction", KL),
    ("outlook", KL), ("talks", KL), ("talks", "THREE"), ("truce", KL), ("bystander", KL), ("bystander", "TOY"),
    *(("dispatch", d) for d in (KL, "THREE", "TOY")), ("dispatch", "us-china", "--since", "2026-02-01", "--until", "2026-03-01"),
    ("watch", KL, "--list"), ("changed", KL, f"{KL}:middle"),
    ("policy", "diff", KL, "--from", "2025-04-01", "--to", "2025-11-15"),
    ("policy", "average", "--by", "USA", "--on", "CHN", "--date", "2025-05-14"),
    ("rates",), ("world", "info"), ("dossier", "list"), ("data", "list"), ("data", "show", "panel"), ("regimes", "-w", "toy"),
    ("stress", "-n", "2", "-w", "toy"), ("backtest", "rounds"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def as_a_person(monkeypatch: pytest.MonkeyPatch, in_full: None) -> None:
    """Eighty columns, no colour, no `--full`."""
    monkeypatch.delenv("DETENTE_FULL")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(common.out, "_width", 80)


@pytest.fixture(scope="module", autouse=True)
def once() -> Iterator[None]:
    with solved_once():
        yield


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp("dossiers")
    (folder / "three.yaml").write_text(THREE, encoding="utf-8")
    (folder / "toy.yaml").write_text(TOY, encoding="utf-8")
    toy_world().save(folder / "toy.npz")
    return {"THREE": [str(folder / "three.yaml")], "TOY": [str(folder / "toy.yaml"), "--world", str(folder / "toy.npz")]}


def told(words: tuple[str, ...], files: dict[str, list[str]], *more: str) -> str:
    """What a command prints."""
    arguments = [a for w in words for a in files.get(w, [w])]
    if words[0] == "policy" and "--world" in arguments:
        arguments = arguments[: arguments.index("--world")]
    with contextlib.redirect_stdout(io.StringIO()) as text:
        code = PARSER.main([*arguments, *more], "detente", standalone_mode=False)
    assert not code, text.getvalue()
    return text.getvalue()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_answers_first(
    words: tuple[str, ...], files: dict[str, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Table] = []

    def watched(table: Table, width: int) -> tuple[Table, list[str]]:
        made = fitted(table, width)
        seen.append(made[0])
        return made

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("detente.cli.reply.fitted", watched)
    text = told(words, files)
    lines = text.splitlines()
    assert lines
    assert len(seen) <= 1
    for line in lines:
        assert len(line) <= 80 or "/" in line, line  # a path is never broken
        assert not re.search(r"\d…(\s|$)", line), line
    last = [k for k, line in enumerate(lines) if line.startswith("Next: ")]
    if seen:
        assert seen[0].row_count <= ROWS
        drawn = io.StringIO()
        Console(file=drawn, width=80).print(seen[0])
        answer, found, _ = text.partition(drawn.getvalue())
        assert found, "the table stands in the text as it is"
        assert len(answer.rstrip().splitlines()) <= LINES
    else:
        assert len(lines[: last[0]] if last else lines) <= LINES + 2
    for k in last:
        command = shlex.split(lines[k].removeprefix("Next: detente "))
        parser = PARSER
        while hasattr(parser, "commands"):
            parser, command = parser.commands[command[0]], command[1:]
        parser.make_context(parser.name, command)


@pytest.mark.parametrize("words", [("solve", KL), ("rates",), ("policy", "deadlines", KL), ("dossier", "show", KL)], ids=" ".join)
def test_full_leaves_json_alone_and_says_more(words: tuple[str, ...], files: dict[str, list[str]]) -> None:
    assert told(words, files, "--json") == told(words, files, "--json", "--full")
    assert len(told(words, files, "--full")) >= len(told(words, files))


def spoken_of(*said: object, width: int = 80) -> str:
    out = Voice(file=io.StringIO(), width=width, markup=False, emoji=False)
    reply([s if isinstance(s, Said) else Said(s) for s in said], out, None)
    return out.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def a_table(*heads: str, rows: list[tuple[str, ...]]) -> Table:
    table = common.text_table(heads)
    for row in rows:
        table.add_row(*row)
    return table


@pytest.mark.parametrize("width", [24, 40, 60, 80, 120])
def test_a_narrow_terminal_cuts_no_figure(width: int) -> None:
    heads, row = ("model", "first at once", "collapse"), ("uncertain date", "less than 1 % (0 to 4 %)", "99 % (95 to 100 %)")
    console = Console(width=width, file=io.StringIO())
    console.print(a_table(*heads, rows=[row]))
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert all(len(line) <= width for line in lines)
    assert Counter("".join(lines).replace(" ", "")) == Counter("".join([*heads, *row]).replace(" ", ""))


def test_names_fold_before_figures_do() -> None:
    table = a_table("economy", "change", rows=[("a name of many words that need not stand on one line", "−1.2 (−3.4 to −0.5)")])
    table.columns[0].no_wrap = False
    console = Console(width=40, file=io.StringIO())
    console.print(table)
    assert "−1.2 (−3.4 to −0.5)" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_column_of_zeros_is_said_not_shown() -> None:
    text = spoken_of(a_table("economy", "gain", "loss", rows=[("A", "0.00", "−0.30"), ("B", "0", "+0.20")]))
    assert "All zero, so not shown: gain." in text
    assert "0.00" not in text


def test_the_largest_rows_stay_in_their_order() -> None:
    rows = [(f"r{k:02}", f"{(-1) ** k * k:+.1f}".replace("-", "−")) for k in range(30)]
    text = spoken_of(a_table("economy", "change", rows=rows))
    assert [line.split()[0] for line in text.splitlines()[1:-1]] == [f"r{k:02}" for k in range(10, 30)]
    assert "10 more rows: --full or --csv." in text


def test_what_has_no_room_is_named_and_no_number_is_cut() -> None:
    heads = tuple(f"measure {k}" for k in range(12))
    text = spoken_of(a_table("economy", *heads, rows=[("Elsewhere", *("−1,234,567.89",) * 12)]))
    assert "No room for measure" in text
    assert text.count("−1,234,567.89") == 4
    assert max(map(len, text.splitlines())) <= 80


def test_an_answer_ends_with_a_sentence() -> None:
    text = spoken_of(Said(" ".join(f"This is sentence number {k} of many." for k in range(90)), first=True), "heading:")
    lines = text.splitlines()
    assert lines[-2].endswith("of many.")
    assert lines[-1] == "More: --full."
    assert len(lines) <= LINES + 1


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "ascii"])
def test_any_terminal_can_print_the_signs(encoding: str) -> None:
    script = (
        "from detente.cli.common import any_terminal, out, print_json\nany_terminal()\n"
        "out.print('−0.3\\u202f% ≤ 2 “now” → then…')\nprint_json({'a': '− “b”'})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": encoding}
    )
    first, rest = done.stdout.decode(encoding).split("\n", 1)
    assert "0.3" in first
    if encoding == "ascii":
        assert first == '-0.3 % <= 2 "now" -> then...'
    assert json.loads(rest) == {"a": "− “b”"}
