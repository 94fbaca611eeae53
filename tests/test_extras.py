"""What `pip install detente` leaves out is told by name, and nothing of the main job asks for it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from detente.errors import MissingPackage
from detente.extras import EXTRAS, OF, need

ROOT = Path(__file__).parents[1]
WITHIN = {"starlette": "fastapi"}  # comes with it and is imported by us
PROGRAM = """
import sys
for name in {absent!r}:
    sys.modules[name] = None
from detente.cli import main
sys.argv = ["detente", *{arguments!r}]
main()
"""


def without(absent: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(absent=absent, arguments=list(arguments))
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_extras_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra, packages in EXTRAS.items():
        asked = {re.split(r"[^A-Za-z0-9_-]", r, maxsplit=1)[0].replace("-", "_") for r in project["optional-dependencies"][extra]}
        assert {WITHIN.get(p, p) for p in packages} == asked - {"detente"}, extra  # an extra may hold others
    asked = project["optional-dependencies"]["all"][0]
    assert set(re.findall(r"[a-z]+", asked.partition("[")[2])) == set(EXTRAS)


def test_a_missing_package_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [m for m in sys.modules if m.split(".")[0] == "pyarrow"] + ["pyarrow"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingPackage, match=r"this needs pyarrow: python -m pip install 'detente\[ensemble\]'"):
        need("pyarrow.parquet")


def test_a_module_of_no_extra_is_a_fault_of_ours() -> None:
    with pytest.raises(ModuleNotFoundError, match="nothing_of_this_name"):
        need("nothing_of_this_name")


@pytest.mark.parametrize(
    ("package", "arguments"),
    [
        ("fastapi", ["serve", "--port", "0"]),
        ("uvicorn", ["serve", "--port", "0"]),
        ("pyarrow", ["ensemble", "kuala-lumpur-2025", "--draws", "2"]),
        ("pyarrow", ["data", "show", "panel"]),
    ],
)
def test_commands_name_the_extra(package: str, arguments: list[str]) -> None:
    ran = without([package], *arguments)
    assert ran.returncode == 2
    assert f"this needs {package}" in ran.stderr.replace("\n", " ")
    assert "Traceback" not in ran.stderr


def test_the_main_commands_need_no_extra(tmp_path: Path) -> None:
    ran = without(sorted(OF), "solve", "kuala-lumpur-2025", "--csv", str(tmp_path / "a.csv"))
    assert ran.returncode == 0, ran.stderr
