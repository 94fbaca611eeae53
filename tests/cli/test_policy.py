"""`detente policy` as a user meets it: text and JSON, files written, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from detente.cli.dossier import policies as app
from detente.errors import DetenteError, UnknownName

RUNNER = CliRunner()


def run(*args: str) -> str:
    """Output of `detente policy ARGS`; a failure raises what the command raised."""
    result = RUNNER.invoke(app, list(args), env={"COLUMNS": "160", "NO_COLOR": "1"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_average_as_others_rely_on_it() -> None:
    data = json.loads(run("average", "--by", "USA", "--on", "CHN", "--date", "2025-05-14", "--json"))
    assert data["definition"] == "piie-like"
    assert abs(data["average_pct"] - 51.1) < 3
    assert data["average_pct"] == data["all_definitions_pct"]["piie-like"]
    assert {p["pct"] for p in data["published"]} == {51.1, 27.05}
    other = json.loads(run("average", "--by", "chn", "--on", "usa", "--date", "2025-05-14", "--definition", "simple", "--json"))
    assert other["definition"] == "simple"
    assert other["all_definitions_pct"]["collected-2024"] is None


def test_average_in_words() -> None:
    text = run("average", "--by", "CHN", "--on", "USA")
    assert "2026-11-28" in text
    assert "Not known after 2026-10-10" in text
    assert "Not known whether these hold: chn-reciprocal-24" in text
    assert "US fentanyl duty" in run("average", "--by", "USA", "--on", "CHN", "--date", "2025-05-14")


def test_daily_series(tmp_path: Path) -> None:
    args = ("average", "--by", "USA", "--on", "CHN", "--from", "2025-04-01", "--to", "2025-05-20", "-d", "added-since-2024")
    path = tmp_path / "series.csv"
    assert "50 rows written" in run(*args, "--csv", str(path))
    assert len(path.read_text(encoding="utf-8").splitlines()) == 51
    assert len(json.loads(run(*args, "--json"))["days"]) == 50
    assert "2025-05-14" in run(*args)
    assert "not known" in run("average", "--by", "CHN", "--on", "USA", "--from", "2026-11-01", "--to", "2026-11-23")


def test_definitions_stand_side_by_side() -> None:
    text = run("average", "--by", "USA", "--on", "CHN", "--date", "2021-06-15", "-d", "collected")
    assert "collected: duty worked out by customs" in text
    told = {
        line.split()[0]: float(line.split()[-1])
        for line in text.splitlines()
        if line.strip().startswith(("weighted-2017", "statutory-"))
    }
    assert told["weighted-2017"] > told["statutory-additional"] > 10
    assert "added-since-2024" not in text  # begins later


def test_average_on_and_of_others() -> None:
    data = json.loads(run("average", "--by", "usa", "--on", "asean", "--date", "2026-10-01", "--json"))
    assert (data["ledger"], data["definition"], data["warning"]) == ("world", "added-since-2024", None)
    assert data["average_pct"] > 5
    assert data["all_definitions_pct"]["piie-like"] is None
    ordinary = json.loads(run("average", "--by", "JPN", "--on", "USA", "--date", "2026-10-01", "--json"))
    assert (ordinary["definition"], ordinary["by_measure_pp"]) == ("ordinary", {})
    assert ordinary["average_pct"] == ordinary["base_pct"] > 0
    assert ordinary["all_definitions_pct"]["added-since-2024"] is None
    assert "ordinary duties alone" in run("average", "--by", "JPN", "--on", "USA", "--date", "2026-10-01")
    assert "In force and not counted: eu-zero-industrial" in run("average", "--by", "EU27", "--on", "USA", "--date", "2026-10-01")
    nothing = run("average", "--by", "MEX", "--on", "CHN", "--date", "2025-10-01", "-d", "added-since-2024")
    assert "No such duty is in force on that day" in nothing
    with pytest.raises(DetenteError, match=r"holds no duty of Japan \(JPN\)"):
        run("average", "--by", "JPN", "--on", "USA", "-d", "added-since-2024")


def test_days_after_the_last_fact_are_marked() -> None:
    assert "Not known after" not in run("average", "--by", "USA", "--on", "CHN", "--date", "2026-10-10")
    assert "Not known after 2026-10-10" in run("average", "--by", "USA", "--on", "CHN", "--date", "2026-10-11")
    series = ("average", "--by", "USA", "--on", "MYS", "--from", "2026-10-01", "--to", "2026-10-20")
    assert "Not known after 2026-10-10" in run(*series)
    data = json.loads(run(*series, "--json"))
    assert data["known_to"] == "2026-10-10"
    assert data["warning"].startswith("Not known after 2026-10-10")
    for target in ("world", "us-china"):
        shown = json.loads(run("show", target, "--on", "2026-11-20", "--json"))
        assert shown["warning"].startswith("Not known after 2026-10-10")
        assert json.loads(run("show", target, "--on", "2026-10-10", "--json"))["warning"] is None
        assert all(m["act"] and m["last_reviewed"] for m in shown["measures"])
    assert "warning" not in json.loads(run("show", "kuala-lumpur-2025", "--json"))
    text = run("show", "world", "--date", "2026-11-20")
    assert "Not known after 2026-10-10" in text
    assert "announced, legal act not seen" in text
    assert "replaced (" in text


@pytest.mark.parametrize(
    "args",
    [
        ("average", "--by", "JPN", "--on", "USA", "-d", "added-since-2024"),
        ("average", "--by", "ASEAN", "--on", "USA"),
        ("average", "--by", "USA", "--on", "DEU"),
        ("average", "--by", "USA", "--on", "ASEAN", "--from", "2026-01-01", "--to", "2026-02-01"),
        ("average", "--by", "USA", "--on", "CHN", "--from", "2025-04-01"),
        ("average", "--by", "USA", "--on", "CHN", "--csv", "x.csv"),
        ("average", "--by", "USA", "--on", "CHN", "--date", "tomorrow"),
        ("average", "--by", "USA", "--on", "XXX"),
        ("average", "--by", "USA", "--on", "CHN", "-d", "guess"),
        ("average", "--by", "USA", "--on", "CHN", "--ledger", "nothing"),
        ("show", "nothing"),
        ("show", "us-china", "--by", "MARS"),
        ("timeline", "us-china", "--from", "2025-01-02", "--to", "2025-01-01"),
        ("diff", "us-china", "--from", "x", "--to", "2025-01-01"),
        ("diff", "us-china", "--from", "2025-01-02", "--to", "2025-01-01"),
    ],
)
def test_refusals_are_named(args: tuple[str, ...]) -> None:
    with pytest.raises(DetenteError):
        run(*args)


def test_show() -> None:
    for target in ("us-china", "kuala-lumpur-2025"):
        data = json.loads(run("show", target, "--on", "2025-05-14", "--json"))
        by_id = {m["id"]: m for m in data["measures"]}
        assert by_id["us-reciprocal-chn-24"]["status"] == "suspended"
        assert by_id["us-reciprocal-chn-10"]["cited"][0]["url"].startswith("https://")
        assert by_id["us-reciprocal-chn-10"]["confirmed"] is True
    text = run("show", "us-china")
    assert "not known whether they hold" in text
    assert "struck down" in text
    assert "(not confirmed)" in text
    assert "MYS" not in {m["by"] for m in json.loads(run("show", "us-china", "--by", "chn", "--json"))["measures"]}
    now = {m["id"]: m["status"] for m in json.loads(run("show", "us-china", "--json"))["measures"]}
    assert now["chn-reciprocal-24"] == "unknown"


def test_diff_and_timeline(tmp_path: Path) -> None:
    data = json.loads(run("diff", "us-china", "--from", "2026-02-19", "--to", "2026-02-24", "--json"))
    turned = {c["measure"]: c["after"] for c in data["changes"]}
    assert turned["us-fentanyl-10-again"] == "struck_down"
    assert turned["us-122-surcharge"] == "in_force"
    assert "struck down" in run("diff", "us-china", "--from", "2026-02-19", "--to", "2026-02-24")
    path = tmp_path / "panel.csv"
    spans = json.loads(run("timeline", "us-china", "--from", "2025-05-01", "--to", "2025-05-31", "--csv", str(path), "--json"))[
        "spans"
    ]
    assert any(s["measure"] == "us-reciprocal-chn-24" and s["status"] == "suspended" for s in spans)
    assert path.read_text(encoding="utf-8").startswith("date,measure,by,instrument,status\n2025-05-01,")
    assert "us-301-list-1" in run("timeline", "us-china", "--by", "usa", "--from", "2018-07-01", "--to", "2018-08-01")


def test_deadlines(tmp_path: Path) -> None:
    path = tmp_path / "due.ics"
    text = run("deadlines", "us-china", "--ics", str(path))
    assert "4" in text
    raw = path.read_bytes()
    assert raw.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"Asia/Shanghai" in raw.replace(b"\r\n ", b"")
    data = json.loads(run("deadlines", "us-china", "--on", "2025-10-20", "--within", "30", "--json"))
    assert {"2025-11-01", "2025-11-08"} <= {d["date"] for d in data["deadlines"]}
    assert "2025-11-10" in run("deadlines", "kuala-lumpur-2025")


def test_unknown_target_suggests() -> None:
    with pytest.raises(UnknownName, match="did you mean us-china"):
        run("show", "us-chna")
