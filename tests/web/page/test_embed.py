"""A figure in a page of somebody else, in Chromium: it shows there, and nothing else of the server does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from page_driver import PATIENCE

STATE = {"dossier": "kuala-lumpur-2025", "scenario": "pessimistic"}


class Quiet(SimpleHTTPRequestHandler):
    """A foreign site that keeps no log."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def newspaper(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A foreign site: its folder and its address, under another name than the server's."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield tmp_path, f"http://localhost:{made.server_port}"
    made.shutdown()
    made.server_close()


def test_a_foreign_page_shows_the_figure_and_nothing_else(site: Any, chromium: Any, newspaper: tuple[Path, str]) -> None:
    folder, address = newspaper
    found = site.ask("/embeds", {"name": "answer", "figure": {"states": [STATE], "unit": "usd"}})
    page = f'<!doctype html><title>A newspaper</title>{found["html"]}<iframe id="page" src="{site.address}"></iframe>'
    (folder / "index.html").write_text(page, encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1000, "height": 900})
    context.set_default_timeout(PATIENCE)
    tab = context.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.goto(address)
    figure = tab.frame_locator("iframe").first
    figure.locator("figcaption .title").wait_for()
    assert "United States" in figure.locator("figcaption .title").inner_text()
    assert figure.locator("svg rect").count() > 5
    assert figure.locator("figcaption .title").evaluate("e => getComputedStyle(e).fontWeight") in ("600", "700", "bold")
    assert context.cookies() == []
    assert tab.frame_locator("#page").locator("#title").count() == 0
    assert any("frame" in text.lower() for text in said)
    tab.screenshot(path=str(folder / "newspaper.png"))
    context.close()
