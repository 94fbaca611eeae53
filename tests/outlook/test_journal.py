"""The journal: nothing lost, every change seen, scores of what came true; and the command that keeps it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from detente.cli.shapes import named
from detente.cli.watch import watch
from detente.errors import DetenteError, InputError, UnknownName
from detente.outlook.journal import FIRST, Contents, Journal, digest, reckon
from detente.outlook.watching import day_of, look, new_signal, open_forks, resolution_line
from detente.policy.dossier import load_dossier

DOSSIER = load_dossier("kuala-lumpur-2025")
NOW = datetime(2025, 10, 18, 12, tzinfo=UTC)


def forecast(fork: str, day: str, base: dict[str, float] | None = None, **odds: float) -> dict[str, Any]:
    return {
        "kind": "forecast", "made_on": day, "dossier": "d", "dossier_hash": "x", "fork": fork, "due": "2025-12-31",
        "probability": odds, "ranges": {}, "base_rate": base, "signals": [], "code": "0",
    }  # fmt: skip


def outcome(fork: str, branch: str, day: str) -> dict[str, Any]:
    return {"kind": "resolution", "made_on": day, "dossier": "d", "fork": fork, "branch": branch}


@pytest.fixture
def book(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "j.jsonl")


# -- the file ----------------------------------------------------------------------------------------------------------
def test_lines_follow_from_one_another(book: Journal) -> None:
    book.append([forecast("f", "2025-10-18", a=0.5, b=0.5)], now=NOW)
    book.append([forecast("f", "2025-10-19", a=0.6, b=0.4), outcome("f", "a", "2025-10-20")], now=NOW)
    found = book.read()
    assert found.faults == ()
    assert [e.line for e in found.entries] == [1, 2, 3]
    assert found.entries[0].data["previous"] == FIRST
    assert [e.data["previous"] for e in found.entries[1:]] == [e.data["hash"] for e in found.entries[:2]]
    assert all(e.data["hash"] == digest(e.data) for e in found.entries)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda lines: [lines[0], lines[1].replace(b"0.6", b"0.9"), lines[2]], "line 2: was changed"),
        (lambda lines: [lines[0], lines[2]], "line 2: does not follow"),
        (lambda lines: [lines[1], lines[0], lines[2]], "line 1: does not follow"),
        (lambda lines: [lines[0], b"{}", lines[1], lines[2]], "line 2: cannot be read"),
        (lambda lines: [lines[0], b"\xff\xfe", lines[1], lines[2]], "line 2: cannot be read"),
        (lambda lines: [lines[0], b"[" * 5000, lines[1]], "line 2: cannot be read"),
    ],
)
def test_a_change_shows_and_nothing_is_added_to_it(book: Journal, change: Any, told: str) -> None:
    book.append(
        [forecast("f", "2025-10-18", a=0.5, b=0.5), forecast("f", "2025-10-19", a=0.6, b=0.4), outcome("f", "a", "2025-10-20")]
    )
    book.path.write_bytes(b"\n".join(change(book.path.read_bytes().splitlines())) + b"\n")
    before = book.path.read_bytes()
    assert told in book.read().faults[0]
    with pytest.raises(InputError, match="Nothing was added"):
        book.append([outcome("f", "b", "2025-10-21")])
    assert book.path.read_bytes() == before


def test_a_line_cut_short_is_set_aside(book: Journal) -> None:
    book.append([forecast("f", "2025-10-18", a=0.5, b=0.5)])
    whole = book.path.read_bytes()
    book.path.write_bytes(whole + whole[:40])
    assert (len(book.read().entries), book.read().faults) == (1, ())
    book.append([outcome("f", "a", "2025-10-20")])
    found = book.read()
    assert (len(found.entries), found.faults, found.torn) == (2, (), b"")
    assert book.path.with_name("j.jsonl.torn").read_bytes() == whole[:40] + b"\n"


def test_bad_lines_write_nothing(book: Journal, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lacks 'fork'"):
        book.append(
            [outcome("f", "a", "2025-10-20"), {"kind": "resolution", "made_on": "2025-10-20", "dossier": "d", "branch": "a"}]
        )
    with pytest.raises(InputError, match="one of forecast"):
        book.append([{"kind": "rumour"}])
    book.append([])
    assert not book.path.exists()
    with pytest.raises(InputError, match="is a directory"):
        Journal(tmp_path).append([outcome("f", "a", "2025-10-20")])
    with pytest.raises(InputError, match="no such directory"):
        Journal(tmp_path / "no" / "j").append([outcome("f", "a", "2025-10-20")])


def test_writers_at_once_lose_nothing(book: Journal) -> None:
    def write(k: int) -> None:
        for i in range(8):
            Journal(book.path).append([outcome(f"w{k}", str(i), "2025-10-20")])

    threads = [threading.Thread(target=write, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    found = book.read()
    assert found.faults == ()
    assert len(found.entries) == 32
    for k in range(4):
        assert [e.data["branch"] for e in found.entries if e.data["fork"] == f"w{k}"] == [str(i) for i in range(8)]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_kill_loses_no_line_that_was_stored(book: Journal) -> None:
    code = (
        "import sys; from detente.outlook.journal import Journal; j = Journal(sys.argv[1])\n"
        "for i in range(10**6):\n"
        "    j.append([{'kind': 'resolution', 'made_on': '2025-10-20', 'dossier': 'd', 'fork': 'f', 'branch': str(i)}])\n"
        "    print(i, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(book.path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if int(line) == 20:
                time.sleep(0.003)
                os.kill(child.pid, signal.SIGKILL)
                break
        said = 20 + len(child.stdout.read().split())
    book.append([outcome("f", "after", "2025-10-21")])
    found = book.read()
    assert found.faults == ()
    assert len(found.entries) - 1 >= said
    assert [e.data["branch"] for e in found.entries[:-1]] == [str(i) for i in range(len(found.entries) - 1)]


# -- scores ------------------------------------------------------------------------------------------------------------
def test_only_forecasts_before_the_outcome_count(book: Journal) -> None:
    base = {"a": 0.5, "b": 0.5}
    book.append(
        [
            forecast("f", "2025-10-01", base, a=0.4, b=0.6),
            forecast("f", "2025-10-11", base, a=0.8, b=0.2),
            outcome("f", "a", "2025-10-21"),
            forecast("f", "2025-10-21", base, a=1.0, b=0.0),
        ],
        now=datetime(2025, 10, 12, tzinfo=UTC),
    )
    found = reckon(book.read()).forks[0]
    assert found.last == {"a": 0.8, "b": 0.2}
    assert found.brier == pytest.approx(0.08)
    assert found.brier_average == pytest.approx((0.72 + 0.08) / 2)  # each stood ten days
    assert found.brier_base_rate == pytest.approx(0.5)
    assert found.brier_uniform == pytest.approx(0.5)
    assert (found.forecasts, found.late) == (2, 0)


def test_what_was_written_later_is_told(book: Journal) -> None:
    book.append(
        [forecast("f", "2025-10-01", None, a=0.4, b=0.6), outcome("f", "a", "2025-10-21")], now=datetime(2026, 1, 1, tzinfo=UTC)
    )
    found = reckon(book.read())
    assert found.forks[0].late == 1
    assert "Written after the outcome" in found.explain()
    assert "base rate" not in found.together()


def test_a_correction_replaces_the_outcome_and_an_unforeseen_fork_is_told(book: Journal) -> None:
    book.append([forecast("f", "2025-10-01", None, a=0.9, b=0.1), outcome("f", "b", "2025-10-20")])
    assert reckon(book.read()).forks[0].brier == pytest.approx(1.62)
    book.append([outcome("f", "a", "2025-10-20"), outcome("g", "x", "2025-10-20")])
    found = reckon(book.read())
    assert [f.brier for f in found.forks] == pytest.approx([0.02])
    assert found.unscored == ("g: no forecast before 2025-10-20",)
    assert "better than a fair guess" in found.explain()
    assert "nothing to score" in reckon(Contents((), ())).explain()


# -- watching ----------------------------------------------------------------------------------------------------------
# -- markets and crowds, and who says that nothing changes ----------------------------------------------------------------
def market(fork: str, day: str, **odds: float) -> dict[str, Any]:
    return {"kind": "market", "made_on": day, "dossier": "d", "fork": fork, "who": "A crowd", "probability": odds, "source": None}


def test_a_market_waits_until_ours_is_frozen(book: Journal) -> None:
    with pytest.raises(InputError, match="no forecast of ours"):
        book.append([market("f", "2025-10-18", a=0.7)], now=NOW)
    book.append([forecast("f", "2025-10-19", a=0.5, b=0.3, c=0.2), forecast("g", "2025-10-18", a=0.5, b=0.5)], now=NOW)
    with pytest.raises(InputError, match="no forecast of ours"):  # that of the 19th does not speak for the 18th, g is not f
        book.append([market("f", "2025-10-18", a=0.7)], now=NOW)
    (stored,) = book.append([market("f", "2025-10-19", a=0.7)], now=NOW)
    assert stored.data["ours"] == 1
    assert len(book.read().entries) == 3


def test_a_market_is_scored_beside_the_forecast_frozen_before_it(book: Journal) -> None:
    mine = forecast("f", "2025-10-18", {"a": 0.2, "b": 0.4, "c": 0.4}, a=0.5, b=0.3, c=0.2) | {"status_quo": "b"}
    later = forecast("f", "2025-10-18", a=0.9, b=0.05, c=0.05)
    book.append([mine, market("f", "2025-10-18", a=0.7), later, outcome("f", "a", "2025-10-30")], now=NOW)
    found = reckon(book.read())
    (row,) = found.markets
    assert (row.outcome, row.ours) == ("a", 1)
    assert row.scores == pytest.approx(
        {"theirs": 2 * 0.3**2, "ours": 2 * 0.5**2, "base rate": 2 * 0.8**2, "status quo": 2.0, "uniform": 2 * (2 / 3) ** 2},
        abs=0.01,
    )
    book.append([outcome("f", "c", "2025-10-30")], now=NOW)
    (row,) = reckon(book.read()).markets
    assert row.outcome == "anything else"
    assert row.scores["theirs"] == pytest.approx(2 * 0.7**2)


def test_the_status_quo_is_among_the_benchmarks(book: Journal) -> None:
    book.append([forecast("f", "2025-10-18", a=0.5, b=0.5) | {"status_quo": "a"}, outcome("f", "a", "2025-10-30")], now=NOW)
    found = reckon(book.read())
    assert found.forks[0].brier_status_quo == pytest.approx(0, abs=1e-5)
    assert {"forecast", "status quo", "uniform"} <= set(found.together())
    assert "nothing changes scores 0.00" in found.explain()
    book.append([outcome("f", "b", "2025-10-30")], now=NOW)
    assert reckon(book.read()).forks[0].brier_status_quo == pytest.approx(2, abs=0.01)


def test_a_first_look_stores_all_and_a_second_nothing(book: Journal) -> None:
    first = look(DOSSIER, book.read(), DOSSIER.as_of)
    book.append(first.lines)
    assert {line["kind"] for line in first.lines} == {"forecast"}
    assert len(first.lines) == 8
    assert look(DOSSIER, book.read(), DOSSIER.as_of).lines == ()


def test_a_signal_moves_its_fork_and_no_other(book: Journal) -> None:
    day = date(2025, 10, 22)
    seen = new_signal(DOSSIER, book.read(), "seen", "kuala-lumpur", {"pause": 2.0, "break": 0.5}, day)
    found = look(DOSSIER, book.read(), day, seen=seen, source="https://example.org")
    assert found.odds["kuala-lumpur"].probability["pause"] > found.before["kuala-lumpur"]["pause"]
    assert all(o.probability == found.before[f] for f, o in found.odds.items() if f != "kuala-lumpur")
    book.append(found.lines)
    again = look(DOSSIER, book.read(), day)
    assert again.odds["kuala-lumpur"].probability == found.odds["kuala-lumpur"].probability
    assert again.lines == ()
    assert new_signal(DOSSIER, book.read(), "x", "kuala-lumpur", {"pause": 2.0}, day).id == "seen-2"


def test_forecasts_never_go_back_in_time(book: Journal) -> None:
    book.append(look(DOSSIER, book.read(), date(2025, 10, 24)).lines)
    seen = new_signal(DOSSIER, book.read(), "late news", "kuala-lumpur", {"pause": 2.0}, date(2025, 10, 20))
    found = look(DOSSIER, book.read(), date(2025, 10, 20), seen=seen)
    assert found.made_on == date(2025, 10, 24)
    assert found.odds["kuala-lumpur"].update.steps[-1].signal == "seen-1"


def test_outcomes_close_forks(book: Journal) -> None:
    nothing = book.read()
    assert len(open_forks(DOSSIER, nothing, DOSSIER.as_of)[0]) == 8
    assert open_forks(DOSSIER, nothing, date(2025, 11, 5))[1] == ("kuala-lumpur", "hundred")
    book.append([resolution_line(DOSSIER, "kuala-lumpur", "pause", date(2025, 10, 30))])
    still, past, unmet = open_forks(DOSSIER, book.read(), date(2025, 11, 5))
    assert (still, past) == (("chips", "year", "court"), ())
    assert unmet == ("hundred", "controls", "expiry", "february")
    with pytest.raises(UnknownName, match="pause"):
        resolution_line(DOSSIER, "kuala-lumpur", "paws", date(2025, 10, 30))


def test_the_day_spoken_for() -> None:
    nothing = Contents((), ())
    assert day_of(DOSSIER, nothing, date(2026, 1, 5)) == date(2026, 1, 5)
    assert day_of(DOSSIER, nothing, date(2030, 1, 1)) == DOSSIER.as_of
    assert day_of(DOSSIER, nothing, date(2020, 1, 1)) == DOSSIER.as_of


# -- the command -------------------------------------------------------------------------------------------------------
app = typer.Typer()
app.command()(named("watch", watch))


def run(*words: str) -> str:
    found = CliRunner().invoke(app, ["kuala-lumpur-2025", "--no-stand-off", *words])
    if found.exception is not None:
        raise found.exception
    return found.output if "--json" in words else " ".join(found.output.split())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "140")
    return tmp_path


def test_the_command_from_first_forecast_to_score(here: Path) -> None:
    file = here / "kuala-lumpur-2025-journal.jsonl"
    text = run("--date", "2025-10-18", "--csv", "odds.csv")
    assert "What do the talks in Kuala Lumpur bring?" in text
    assert "8 lines stored" in text
    assert DOSSIER.prospects is not None
    assert (here / "odds.csv").read_text().count("\n") == 1 + len(DOSSIER.prospects.branches)
    text = run(
        "--add", "A list is published", "--fork", "kuala-lumpur", "--likelihood", "pause=1.4,break=0.7", "--date", "2025-10-22"
    )
    assert "before" in text
    assert "bits here" in text
    text = run("--market", "A crowd", "--fork", "kuala-lumpur", "--odds", "pause=0.4", "--date", "2025-10-22")
    assert "A crowd on 2025-10-22, kuala-lumpur: pause 40 %; set beside our line" in text
    text = run("--resolve", "kuala-lumpur=pause", "--date", "2025-10-30")
    assert "Beside markets and crowds" in text
    assert "Written after the outcome" in text
    assert "A list is published" in run("--list")
    scores = json.loads(run("--scores", "--json"))
    assert scores["forks"][0]["branch"] == "pause"
    assert scores["forks"][0]["forecasts"] == 2
    told = json.loads(run("--date", "2025-11-05", "--json"))
    assert set(told["forks"]) == {"chips", "year", "court"}
    assert Journal(file).read().faults == ()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--add", "x"), "needs --fork"),
        (("--add", " ", "--fork", "kuala-lumpur", "--likelihood", "pause=1"), "needs a text"),
        (("--add", "x", "--fork", "kuala", "--likelihood", "pause=1"), "kuala-lumpur"),
        (("--add", "x", "--fork", "kuala-lumpur", "--likelihood", "pause"), "BRANCH=NUMBER"),
        (("--add", "x", "--fork", "kuala-lumpur", "--likelihood", "pawse=1"), "did you mean pause"),
        (("--add", "x", "--fork", "kuala-lumpur", "--likelihood", "pause=0"), "above 0"),
        (("--add", "x", "--fork", "kuala-lumpur", "--likelihood", "pause=nan"), "above 0"),
        (("--add", "x", "--fork", "kuala-lumpur", "--likelihood", "pause=1,pause=2"), "twice"),
        (("--add", "x", "--fork", "kuala-lumpur", "--likelihood", "pause=1", "--source", "a page"), "web address"),
        (("--fork", "kuala-lumpur"), "go with --add"),
        (("--market", "A crowd"), "go together"),
        (("--market", "A crowd", "--fork", "kuala-lumpur", "--odds", "pawse=0.3"), "did you mean pause"),
        (("--market", "A crowd", "--fork", "kuala-lumpur", "--odds", "pause=nan"), "between 0 and 1"),
        (("--market", "A crowd", "--fork", "kuala-lumpur", "--odds", "pause=0.8,time=0.4"), "sum to 1.2"),
        (("--market", "A crowd", "--fork", "kuala-lumpur", "--odds", "pause=0.3", "--source", "a page"), "web address"),
        (("--market", "A crowd", "--fork", "kuala-lumpur", "--odds", "pause=0.3"), "no forecast of ours"),
        (("--resolve", "kuala-lumpur"), "FORK=BRANCH"),
        (("--resolve", "kuala-lumpur=pause"), "needs --date"),
        (("--resolve", "kuala-lumpur=pause", "--date", "2999-01-01"), "in the future"),
        (("--resolve", "kuala-lumpur=pause", "--list"), "cannot go together"),
    ],
)
def test_bad_input_leaves_the_journal_alone(here: Path, words: tuple[str, ...], told: str) -> None:
    with pytest.raises(DetenteError, match=told):
        run(*words)
    assert list(here.iterdir()) == []
