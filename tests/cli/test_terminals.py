"""Every command prints to terminals of other encodings, in eighty columns, and cuts no number."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = """check {d}
dossier list
dossier show {d}
solve {d} --scenario duty-comes
path {d}
jobs {d} --scenario duty-comes
politics {d}
talks {d}
deal {d} --solves 20
truce {d}
outlook {d}
outlook {d} --questions
watch {d} --list
uncertainty {d}
reaction {d}
exercises {d}
bystander {d}
bystander {d} --region MYS
policy show world
policy average --by USA --on CHN
policy deadlines {d}
policy timeline {d}
world info
data list
rates
changed {d}
solve nowhere.yaml
solve {d} --scenario nothing"""

ALL = """
import shlex, sys
from detente.cli import main
for line in sys.stdin.read().splitlines():
    sys.stdout.write(f"$ {line}\\n")
    sys.argv = ["detente", *shlex.split(line)]
    try:
        main()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stdout.write(f"= {end.code or 0}\\n")
"""
REFUSED = ("changed ", "solve nowhere", "--scenario nothing")


@pytest.mark.parametrize("encoding", ["cp850", "cp1252"])
def test_every_command_prints_everywhere(encoding: str, tmp_path: Path) -> None:
    place = os.environ | {"PYTHONIOENCODING": encoding, "COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    place.pop("DETENTE_FULL", None)
    threat = ["--threat", "50 % from 18 November", "--as-of", "2025-10-18", "--quick"]
    new = [sys.executable, "-m", "detente", "new", "trial", "--by", "BRA", "--on", "IND", *threat]
    subprocess.run(new, cwd=tmp_path, env=place, check=True, capture_output=True)
    asked = COMMANDS.replace("{d}", "trial.yaml")
    done = subprocess.run(
        [sys.executable, "-c", ALL], cwd=tmp_path, env=place, check=False, capture_output=True, input=asked.encode()
    )
    assert done.returncode == 0, done.stderr.decode(encoding)[-2000:]
    said = done.stdout.decode(encoding)
    assert "Traceback" not in done.stderr.decode(encoding)
    parts = dict(re.findall(r"^\$ (.*?)$(.*?)(?=^\$ |\Z)", said, re.MULTILINE | re.DOTALL))
    assert list(parts) == asked.splitlines()
    for command, text in parts.items():
        ends = re.findall(r"^= (\d+)$", text.replace("\r", ""), re.MULTILINE)
        assert ends == (["2"] if any(r in command for r in REFUSED) else ["0"]), (command, text[-500:])
        wide = [line for line in text.splitlines() if len(line) > 80 and " " in line.strip()[:80]]
        assert not wide, (command, wide)
        assert not re.search(r"\d(\.\.\.|\u2026)(?=\s)", text), (command, "a number is cut")
