"""The command line as a user meets it: output, JSON, exit codes, messages, nothing left behind on failure."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from csv import DictReader
from pathlib import Path

import pytest

from small_dossier import small_dossier


def test_version_and_help_load_no_heavy_library() -> None:
    script = "import sys; from detente import cli; sys.argv=['detente','--help']\ntry:\n cli.main()\nexcept SystemExit: pass\n"
    check = (
        "heavy = {'jax', 'pandas', 'xarray', 'fastapi', 'scipy', 'numpy'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script + check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "brief" in done.stdout


def test_version(run) -> None:  # type: ignore[no-untyped-def]
    import detente

    code, text, _ = run("--version")
    assert (code, text.strip()) == (0, f"detente {detente.__version__}")


def test_solve_json_has_what_programs_need(run) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = run("solve", "kuala-lumpur-2025", "--scenario", "pessimistic", "--json")
    assert code == 0
    result = json.loads(text)
    assert result["status"] == "converged"
    assert result["clearing_gap"] < 1e-8
    assert result["real_income"]["USA"] < 0
    assert result["real_income"]["CHN"] < 0
    assert result["real_income"]["VNM"] > 0
    assert (result["against"], result["against_is"]) == ("law", "what the law does by itself")
    assert result["horizon"] == "month 36"
    assert result["provenance"]["world_fingerprint"]


def test_the_exchange_rate_may_be_pinned_and_the_run_repeated(run, tmp_path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "run.json"
    own = ("solve", "kuala-lumpur-2025", "--against", "reference")
    code, text, _ = run(*own, "--exchange-rate", "pinned", "--run", str(file), "--json")
    pinned, flexible = json.loads(text), json.loads(run(*own, "--json")[1])
    assert code == 0
    assert pinned["provenance"]["parameters"]["exchange_rate"] == "pinned"
    # with the dollar held, foreigners pay less of America's duties
    assert pinned["real_income"]["USA"] < flexible["real_income"]["USA"] - 0.1
    assert run("rerun", str(file))[0] == 0
    code, _, error = run("solve", "kuala-lumpur-2025", "--exchange-rate", "floating")
    assert (code != 0, "no such exchange rate; known: flexible, pinned" in " ".join(error.split())) == (True, True)


def test_solve_table_reads_worst_first_with_true_minus_signs(run) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = run("solve", "kuala-lumpur-2025", "-s", "pessimistic", "--against", "reference")
    assert code == 0
    assert "−" in text
    rows = [line for line in text.splitlines() if re.match(r"[A-Z0-9]{3,4} +[A-Za-z]", line)]
    values = [float(row.split()[-4].replace("−", "-").replace(",", "")) for row in rows]
    assert len(rows) == 32
    assert values == sorted(values)
    assert "converged" in text


def test_small_moves_are_shown_with_the_digits_they_have(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file, csv = tmp_path / "small.yaml", tmp_path / "small.csv"
    file.write_text(small_dossier("small", "A duty on little").replace("coverage: 1.0 ", "coverage: 0.01 ", 1))
    code, text, _ = run("solve", str(file), "--horizon", "medium", "--csv", str(csv))
    assert code == 0
    shown = {m[1]: m[2] for m in re.finditer(r"^([A-Z0-9]{3,4}) +[A-Za-z][^0-9−+]* ([−+]?[0-9.]+) ", text, re.MULTILINE)}
    income = {r["region"]: float(r["real income, %"]) for r in DictReader(csv.read_text().splitlines())}
    assert 0 < max(map(abs, income.values())) < 0.01
    assert {c: float(v.replace("−", "-")) for c, v in shown.items()} == {c: round(v, 4) for c, v in income.items()}


def test_world_info(run) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = run("world", "info", "--json")
    info = json.loads(text)
    assert code == 0
    assert len(info["regions"]) == 32
    assert len(info["sectors"]) == 31
    assert info["worst_gap"] < 1e-9
    assert info["sources"]
    code, text, _ = run("world", "info", "--world", "toy")
    assert code == 0
    assert "toy world" in text


@pytest.mark.parametrize(
    ("args", "message", "code"),
    [
        (("solve", "kuala-lumpr-2025"), "did you mean kuala-lumpur-2025", 2),
        (("solve", "kuala-lumpur-2025", "-s", "pesimistic"), "did you mean pessimistic", 2),
        (("solve", "kuala-lumpur-2025", "--horizon", "medum"), "did you mean medium", 2),
        (
            ("solve", "kuala-lumpur-2025", "--against", "yesterday"),
            "known: law, no-deal, reference, in-force",
            2,
        ),
        (("solve", "kuala-lumpur-2025", "--world", "world-2021"), "did you mean world-2022", 2),
        (("solve", "kuala-lumpur-2025", "--world", "absent.npz"), "no world file", 2),
        (("solve", "kuala-lumpur-2025", "--world", "toy"), "does not fit toy world", 2),
        (("dossier", "check", "absent.yaml"), "absent.yaml", 2),
        (("world", "build", "--sources", "nowhere"), "nowhere", 2),
    ],
)
def test_bad_input_is_one_clear_message(run, args, message, code) -> None:  # type: ignore[no-untyped-def]
    got, out, err = run(*args)
    assert got == code
    assert message in err
    assert "Traceback" not in err + out


def test_malformed_dossier_names_line_and_field_and_leaves_nothing(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    threat = ("--by", "USA", "--on", "CHN", "--threat", "50 %", "--quick")
    code, _, _ = run("new", "my-talks", *threat, "--out", str(tmp_path / "my-talks.yaml"))
    assert code == 0
    path = tmp_path / "my-talks.yaml"
    assert run("dossier", "check", str(path))[0] == 0
    assert run("new", "my-talks", *threat, "--out", str(path))[0] == 2
    path.write_text(path.read_text().replace("measures:", "measurs:"))
    code, _, err = run("brief", str(path), "--out", str(tmp_path / "out"))
    assert code == 2
    assert "line" in err
    assert "measures" in err
    assert not (tmp_path / "out").exists()
    path.write_text("title: [unclosed\n")
    code, _, err = run("dossier", "check", str(path))
    assert code == 2
    assert "line" in err


def test_nash_and_bargain(run) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = run("nash", "-p", "USA", "-p", "CHN", "--on-each-other", "--detail", "region", "--json")
    assert code == 0
    game = json.loads(text)
    assert 0 < game["by_player"]["USA"]["mean rate, %"] < 60
    assert game["residual"] < 1e-7
    code, text, _ = run("nash", "-p", "USA", "--detail", "region")
    assert code == 0
    assert "best reply" in text
    code, text, _ = run("bargain", "-p", "USA", "-p", "CHN", "--dossier", "kuala-lumpur-2025", "--json")
    deal = json.loads(text)
    assert code == 0
    assert deal["room_for_a_deal"]
    assert min(deal["gains"].values()) > 0
    assert run("bargain", "-p", "USA")[0] == 2
    assert "did you mean" in run("nash", "-p", "UAS", "-p", "CHN")[2]


def test_talks_truce_and_bystander(run) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = run("talks", "kuala-lumpur-2025", "--json")
    assert code == 0
    found = json.loads(text)
    assert set(found["blink_ranges"]) == {"USA", "CHN"}
    code, text, _ = run("talks", "kuala-lumpur-2025")
    assert code == 0
    assert "If both cared for real income alone" in text
    code, text, _ = run("truce", "kuala-lumpur-2025")
    assert code == 0
    code, text, _ = run("bystander", "kuala-lumpur-2025", "--region", "MYS")
    assert code == 0
    assert "Malaysia" in text
    assert "did you mean" in run("bystander", "kuala-lumpur-2025", "-r", "MSY")[2]


def test_stress_reports_endings(run) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = run("stress", "--draws", "15", "--seed", "7", "--json")
    report = json.loads(text)
    assert sum(report["endings"].values()) == report["draws"] == 15
    assert report["worst_residual"] < 1e-10
    assert report["worst_gap"] < 1e-8
    assert code == (3 if report["failures"] else 0)
    again = json.loads(run("stress", "--draws", "15", "--seed", "7", "--json")[1])
    assert again == report


def test_dossier_commands(run) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = run("dossier", "list", "--json")
    assert code == 0
    assert "kuala-lumpur-2025" in {d["id"] for d in json.loads(text)}
    code, text, _ = run("dossier", "show", "kuala-lumpur-2025")
    assert code == 0
    assert "threatened" in text
    code, text, _ = run("dossier", "schema")
    assert code == 0
    assert json.loads(text)["type"] == "object"
    code, text, _ = run("dossier", "check", "kuala-lumpur-2025", "--json")
    assert (code, json.loads(text)["problems"]) == (0, [])


# -- who pays ----------------------------------------------------------------------------------------------------------
def test_solve_says_who_pays_at_both_exchange_rates(run) -> None:  # type: ignore[no-untyped-def]
    code, text, _ = run("solve", "kuala-lumpur-2025")
    assert code == 0
    block = text[text.index("who pays, % of income") :]
    lines = text.splitlines()
    head = next(k for k, line in enumerate(lines) if "who pays" in line)
    assert [lines[k].split()[-4:] for k in (head - 1, head)] == [["USA", "USA", "CHN", "CHN"], ["flexible", "pinned"] * 2]
    parts = {
        name: [float(x.replace("−", "-")) for x in rest.split()]
        for name, rest in re.findall(r"^([a-z ]+?)  +([+−0].*)$", block, re.M)
    }
    for readings in (("before rebate", "duties"), ("borne abroad", "saving", "efficiency")):
        sums = [sum(parts[part][k] for part in readings) for k in range(4)]
        assert sums == pytest.approx(parts["net"], abs=0.021)
    assert "bn USD (2025)" in text
    assert "billion of 2025)" in block
    assert "By law its average duty" in block
    result = json.loads(run("solve", "kuala-lumpur-2025", "--json")[1])["who_pays"]
    own = result["flexible"]["pct_of_income"]["USA"]
    assert own["before_rebate"] + own["duties"] + own["other_public"] == pytest.approx(own["net"], abs=1e-9)
    assert result["dollars"]["year"] == 2025
    assert result["dollars"]["factor"]["TWN"] is None
    assert result["duties_and_prices"]["USA"]["usd_a_person"]["value"] > 100


def test_solve_says_which_exchange_rate_has_no_numbers(run, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from detente.equilibrium.outcome import Outcome
    from detente.errors import NotConverged

    def fails(self: Outcome, exchange_rate: str) -> Outcome:
        raise NotConverged("left a residual")

    monkeypatch.setattr(Outcome, "at_exchange_rate", fails)
    code, text, _ = run("solve", "kuala-lumpur-2025")
    assert code == 0
    assert "pinned: NotConverged: left a residual" in text
    assert "flexible    pinned" not in text
    assert "NotConverged" in json.loads(run("solve", "kuala-lumpur-2025", "--json")[1])["who_pays"]["missing"]
