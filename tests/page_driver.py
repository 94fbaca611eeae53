"""A real browser on a real server: fixtures for the tests of the page.

`site` starts `detente serve` once for the session on a free port; `visit` opens pages in fresh contexts and, at the end of each
test, holds that nothing went wrong behind the scenes: no script error, no line on the console, no request to anywhere else.
Where no Chromium or Playwright is found the tests are skipped, and say so.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import urllib.request
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from detente.words import capital

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
DOSSIER = "kuala-lumpur-2025"
PLACE = {"v": 1, "dossier": DOSSIER, "scenario": "pessimistic", "levers": {}, "world": "world-2022"}
PATIENCE = 90_000
"""Milliseconds for what takes one on a machine at rest."""


def link(place: object) -> str:
    """A share link made outside the page."""
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = squeezed.compress(json.dumps(place).encode()) + squeezed.flush()
    return "#s=" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def find_chromium() -> str | None:
    """Path of a Chromium: DETENTE_CHROMIUM, or the first found by its usual names."""
    named = os.environ.get("DETENTE_CHROMIUM")
    found = (shutil.which(name) for name in (named, "chromium", "chromium-browser", "google-chrome", "chrome") if name)
    return next((path for path in found if path), None)


class Site:
    """A running server."""

    def __init__(self, data: Path) -> None:
        command = [sys.executable, "-m", "detente", "serve", "--port", "0", "--data", str(data)]
        self.log = (data / "server.log").open("w")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True, encoding="utf-8")
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, args=(lines,), daemon=True).start()
        try:
            line = lines.get(timeout=120)
        except queue.Empty:
            self.stop()
            raise RuntimeError("the server did not say where it is") from None
        if "http://" not in line:
            self.stop()
            raise RuntimeError(f"the server did not start: {line}")
        self.address = line[line.index("http://") :].strip()

    def _listen(self, lines: queue.Queue[str]) -> None:
        stream = self.process.stdout
        assert stream is not None
        for line in stream:
            if "http://" in line:
                lines.put(line)
        lines.put("its output ended")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.log.close()

    def ask(self, path: str, body: object = None) -> Any:
        """What the API answers, without the page."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.address}api/v1{path}", data=data, headers={"Content-Type": "application/json"} if data else {}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE / 1000) as reply:
            return json.load(reply)

    def solve(self, **state: object) -> Any:
        return self.ask("/solve", {"v": 1, "dossier": DOSSIER, **state})

    def figures(self, **state: object) -> dict[str, float]:
        """The figure of each bar by what the bar is of, as the server gives it."""
        bars = self.ask("/answer", {"v": 1, "dossier": DOSSIER, **state})["bars"]
        return {capital(row["name"]): row["value"] for row in [*(r for r in bars["rows"] if r["shown"]), bars["world"]]}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if find_chromium() is None:
        pytest.skip("no Chromium here: install one (Debian: chromium) or name it in DETENTE_CHROMIUM")
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed: pip install playwright")
    pytest.importorskip("fastapi", reason="the server needs FastAPI")
    found = Site(tmp_path_factory.mktemp("served"))
    yield found
    found.stop()


@pytest.fixture(scope="module")
def chromium(site: Site) -> Iterator[Any]:
    """A browser for a file of tests: while one is open the loop that drives it counts as running in this thread, and what other
    tests do in a loop of their own would fail."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


class Visits:
    """Opens pages and keeps watch over them."""

    def __init__(self, browser: Any, site: Site) -> None:
        self.browser, self.site = browser, site
        self.contexts: list[Any] = []
        self.errors: list[str] = []
        self.foreseen: tuple[str, ...] = ()  # words of the browser's own lines that are no fault, whenever they arrive
        self.elsewhere: list[str] = []
        self.refused: list[int] = []

    def __call__(self, fragment: str = link(PLACE), *, settled: bool = True, **options: Any) -> Any:
        """A page in a context of its own, once it has loaded and (`settled`) shows its first answer: that of `DOSSIER`, or what
        `fragment` leads to."""
        context = self.browser.new_context(**{"viewport": {"width": 1280, "height": 900}, "accept_downloads": True, **options})
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: self.errors.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda e: self.errors.append(str(e)))
        page.on("request", self._requested)
        page.on("response", lambda r: self.refused.append(r.status) if r.status >= 400 else None)
        page.goto(self.site.address + fragment)
        page.wait_for_selector("body.ready")
        if settled:
            settle(page)
        return page

    def _requested(self, request: Any) -> None:
        if not request.url.startswith((self.site.address, "blob:", "data:")):
            self.elsewhere.append(request.url)

    def expect_refusals(self, *statuses: int) -> None:
        """The server said no as it should; the browser's own line about it is no fault."""
        assert set(self.refused) == set(statuses), self.refused
        self.errors = [e for e in self.errors if not e.startswith("Failed to load resource")]
        self.refused = []

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.errors = [e for e in self.errors if not any(word in e for word in self.foreseen)]


@pytest.fixture
def visit(chromium: Any, site: Site) -> Iterator[Visits]:
    visits = Visits(chromium, site)
    yield visits
    visits.close()
    assert visits.errors == [], visits.errors
    assert visits.elsewhere == []
    assert visits.refused == []


def drop(page: Any, content: str) -> None:
    """Drop a dossier's text on the page, as a file."""
    page.evaluate(
        """content => {
            const data = new DataTransfer();
            data.items.add(new File([content], "own.yaml", {type: "application/yaml"}));
            document.body.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
        }""",
        content,
    )


def settle(page: Any) -> None:
    """Wait until the answer shown is that of the settings shown."""
    page.wait_for_function("() => document.body.dataset.answer === 'current' && document.querySelector('#answer').textContent")


def complete(page: Any) -> None:
    """Wait until ranges, odds and what others find are there as well."""
    page.wait_for_function(
        "() => document.body.dataset.answer === 'current' && document.body.dataset.waits === ''", timeout=120_000
    )


def module(name: str) -> str:
    """A module of the page as it has loaded it, for code that is evaluated in it."""
    return f"(await import(new URL('{name}', document.querySelector('script[type=module]').src).href))"


def figures(page: Any) -> dict[str, float]:
    """The figure that each bar is drawn of, by what the bar is of."""
    page.click("#tab-answer")
    return {
        row.query_selector(".who").inner_text(): float(row.get_attribute("data-value"))
        for row in page.query_selector_all(".bar-list li")
    }


def lever(page: Any, name: str) -> Any:
    """The slider of a measure, in its drawer."""
    if not page.locator("#levers").is_visible():
        page.click("#levers-open")
    rest = page.locator(f".more:not([open]):has([data-lever='{name}']) > summary")
    if rest.count():
        rest.click()
    return page.locator(f"input[type=range][data-lever='{name}']")
