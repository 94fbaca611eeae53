"""axe-core finds nothing serious on any tab, light or dark, nor in the dialog."""

from __future__ import annotations

import pytest

from page_axe import grave
from page_driver import Visits, complete

SETTLED = (
    "() => !document.querySelector('body[data-answer=asked], body[data-answer=old], "
    "#panels .late, #panels > :not([hidden]) .reasons.waiting, #panels > :not([hidden])[aria-busy=true]')"
)
"""The tab is there, and nothing is faint because it waits for an answer."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_tab(visit: Visits, axe: str, scheme: str) -> None:
    page = visit(color_scheme=scheme, reduced_motion="reduce")
    for tab in page.locator("[role=tab]").all():
        tab.click()
        page.wait_for_timeout(300)
        page.wait_for_function(SETTLED, timeout=120_000)
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
    page = visit(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 390, "height": 844})
    page.click("#levers-open")
    for more in page.locator("details.more > summary").all():
        more.click()
    page.wait_for_function(SETTLED, timeout=120_000)
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
