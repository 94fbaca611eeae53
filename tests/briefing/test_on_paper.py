"""The Kuala Lumpur briefing on paper: two sheets in front for host and bystander, an annex of fourteen at most, nothing set so
small that it cannot be read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from briefing.test_report import pages_of
from detente.briefing import Briefing, brief, printing
from page_driver import find_chromium

READERS = ("MYS", "EU27")
SMALLEST, WIDTH = 6.5, 210
"""Points, and mm of A4."""
LETTERS = """() => [...document.querySelectorAll('svg')].flatMap(s => {
  const scale = s.getScreenCTM(), box = s.getBoundingClientRect();
  return box.width == 0 ? [] : [...s.querySelectorAll('text')].filter(t => t.textContent.trim()).map(t =>
    [t.textContent, parseFloat(getComputedStyle(t).fontSize) * scale.a, t.getBoundingClientRect().right - box.right])
}).concat([...document.querySelectorAll('p,td,th,li,small,.cite,figcaption span')].filter(e => e.getClientRects().length
  && [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim())).map(e =>
    [e.textContent, parseFloat(getComputedStyle(e).fontSize), -1]))"""
"""Every text of a page, drawings included: its words, its size in px, and by how much it runs out of its drawing."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Briefing:
    return brief("kuala-lumpur-2025", out=tmp_path_factory.mktemp("paper") / "out", readers=READERS)


def text_of(made: Briefing, name: str) -> str:
    return made.index.with_name(name).read_text(encoding="utf-8")


@pytest.mark.skipif(printing.printer() is None, reason="nothing to print with")
@pytest.mark.parametrize("paper", printing.PAPERS)
def test_front_and_annex_keep_to_their_sheets(made: Briefing, paper: str) -> None:
    tool = printing.printer()
    assert tool is not None
    for name in ("front.html", "front-EU27.html"):
        assert pages_of(tool.pdf(text_of(made, name), 2025, paper)) == 2, name
    assert pages_of(tool.pdf(text_of(made, "annex.html"), 2025, paper)) <= 14


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium")
@pytest.mark.parametrize("name", ["front.html", "front-EU27.html", "annex.html"])
def test_no_letter_is_smaller_than_can_be_read_and_none_leaves_its_drawing(made: Briefing, name: str) -> None:
    driver = pytest.importorskip("playwright.sync_api")
    margin = 24 if name.startswith("front") else 26

    def letters() -> Any:
        with driver.sync_playwright() as started:
            browser = started.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": round((WIDTH - margin) / 25.4 * 96), "height": 1000})
            page.emulate_media(media="print")
            page.goto(Path(made.index.with_name(name)).as_uri())
            found = page.evaluate(LETTERS)
            browser.close()
        return found

    with ThreadPoolExecutor(1) as apart:  # away from the loop that tests of the server may have left running
        found = apart.submit(letters).result()
    assert found
    assert [(t, round(0.75 * size, 2)) for t, size, _ in found if 0.75 * size < SMALLEST] == []
    assert [t for t, _, over in found if over > 2] == []
