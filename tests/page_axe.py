"""axe-core for the tests of the page: its script, and what it finds."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest

VERSION = "4.10.3"
SHA256 = "0f2b4d7dcdf7d1219df8d1959ad68e565f51d14c3f0d88bb71cd59abeb956292"
GRAVE = ("moderate", "serious", "critical")


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's script, fetched once from npm and kept."""
    folder = Path(tempfile.gettempdir()) / f"detente-axe-core-{VERSION}"
    archive = folder / f"axe-core-{VERSION}.tgz"
    if not archive.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("no npm here: axe-core is fetched with it")
        folder.mkdir(parents=True, exist_ok=True)
        try:
            done = subprocess.run(
                [npm, "pack", f"axe-core@{VERSION}"], cwd=folder, capture_output=True, text=True, timeout=60, check=False
            )
        except subprocess.TimeoutExpired:
            pytest.skip("npm did not answer: axe-core could not be fetched")
        if done.returncode != 0 or not archive.exists():
            pytest.skip(f"npm could not fetch axe-core: {done.stderr.strip()[-200:]}")
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == SHA256
    with tarfile.open(archive) as packed:
        script = packed.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode("utf-8")


def grave(page: Any, axe: str) -> list[str]:
    """Findings that weigh, a line each."""
    page.evaluate(f"() => {{ {axe} }}")
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        f"{v['id']} ({v['impact']}): {n['target']} {n['failureSummary']}"
        for v in found if v["impact"] in GRAVE
        for n in v["nodes"]
    ]  # fmt: skip
