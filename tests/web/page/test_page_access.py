"""axe-core finds nothing serious on any tab, light or dark, nor in the dialog."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest

from page_driver import Visits, complete

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_tab(visit: Visits, axe: str, scheme: str) -> None:
    page = visit(color_scheme=scheme, reduced_motion="reduce")
    for tab in page.locator("[role=tab]").all():
        tab.click()
        page.wait_for_timeout(300)
        assert grave(page, axe) == [], tab.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_drawer(visit: Visits, axe: str, scheme: str) -> None:
    page = visit(color_scheme=scheme, reduced_motion="reduce")
    complete(page)
    page.click("#answer .figure")
    page.wait_for_selector("#why .why-part", timeout=120_000)
    assert grave(page, axe) == []
    for opener, name in (("#measures-open", "measures"), ("#share", "take"), ("#levers-open", "levers")):
        page.keyboard.press("Escape")
        page.click(opener)
        page.locator(f"#{name}").wait_for(state="visible")
        page.wait_for_timeout(300)
        assert grave(page, axe) == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_with_levers_open_and_in_the_dialog(visit: Visits, axe: str, scheme: str) -> None:
    page = visit(color_scheme=scheme, viewport={"width": 390, "height": 844})
    page.click("#levers-open")
    for more in page.locator("details.more > summary").all():
        more.click()
    assert grave(page, axe) == []
    page.keyboard.press("Escape")
    page.click("#more")
    page.click("#own-text")
    page.fill("#reader-text", "GENEVA, 3 March 2025 - Norway threatened a 15% tariff on Chilean copper starting April 1.")
    page.click("#reader-go")
    page.wait_for_selector("#draft")
    assert grave(page, axe) == []


def test_a_planted_fault_is_found(visit: Visits, axe: str) -> None:
    page = visit()
    page.evaluate("() => document.querySelector('footer').append(document.createElement('button'))")
    assert any("button-name" in line for line in grave(page, axe))
