"""Truth of state: an answer that does not belong to what is set is never shown as if it did; zeros, starts and shifts."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from page_driver import DOSSIER, PLACE, Site, Visits, complete, figures, link, module, settle

FAINT = "() => getComputedStyle(document.querySelector('#answer')).opacity === '0.4'"


def test_an_answer_that_did_not_come_is_marked_and_asked_for_again(visit: Visits, site: Site) -> None:
    page = visit()
    page.route("**/api/v1/answer", lambda r: r.abort())
    page.evaluate("window.scrollTo(0, 400)")
    page.locator(".dial input").first.fill("40")
    page.wait_for_selector("body[data-answer=old]")
    page.wait_for_function(FAINT)
    mark = page.locator("#state")
    assert mark.inner_text().startswith("Not for these settings.")
    assert "does not answer" in mark.inner_text()
    assert page.evaluate("getComputedStyle(document.querySelector('#answer')).textDecorationLine") == "line-through"
    page.unroute("**/api/v1/answer")
    page.evaluate("window.dispatchEvent(new Event('online'))")  # back: asked for without a click
    settle(page)
    assert mark.inner_text() == ""
    assert figures(page) == site.figures(scenario="pessimistic", levers={"us-threat-100": 40})
    visit.foreseen = ("Failed to load resource",)


def test_the_mark_is_in_sight_wherever_the_reader_is(visit: Visits) -> None:
    page = visit()
    page.route("**/api/v1/answer", lambda r: r.fulfill(status=500, json={"error": "Broken", "message": "Something broke."}))
    page.locator(".dial input").first.fill("40")
    page.wait_for_selector("body[data-answer=old]")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    box = page.locator("#state").bounding_box()
    assert 0 <= box["y"] < page.viewport_size["height"] - box["height"]
    assert "Something broke." in page.inner_text("#state")
    page.unroute("**/api/v1/answer")
    page.get_by_role("button", name="Try again").click()
    settle(page)
    visit.expect_refusals(500)


def test_the_table_of_economies_is_faint_until_it_is_of_what_is_set(visit: Visits) -> None:
    page = visit(link({**PLACE, "tab": "who"}))
    page.wait_for_selector("#panel-who:not(.late) .facts b")
    held: list[Any] = []
    page.route("**/api/v1/solve", lambda r: held.append(r))
    page.locator(".dial input").first.fill("40")
    settle(page)
    page.wait_for_function("() => getComputedStyle(document.querySelector('.region-page')).opacity === '0.4'")
    held[-1].continue_()
    page.unroute("**/api/v1/solve")
    page.wait_for_function("() => getComputedStyle(document.querySelector('.region-page')).opacity === '1'")


def test_nothing_has_no_bar_and_its_reason(visit: Visits, site: Site) -> None:
    page = visit(link({**PLACE, "scenario": "status-quo"}))
    assert page.locator(".bar-list li rect").count() == 0
    assert page.locator(".notes [data-kind=zero]").is_visible()
    shown = site.ask("/answer", {"dossier": DOSSIER, "scenario": "middle", "full": True})
    page.click(".scenario[data-scenario=middle]")
    complete(page)
    flat = [r["region"] for r in shown["bars"]["rows"] if r["shown"] and not r["drawn"]]
    for region in flat:
        assert page.locator(f".bar-list [data-region={region}] rect").count() == 0


def test_bars_are_as_long_as_they_say(visit: Visits) -> None:
    page = visit(settled=False)
    ends = page.evaluate(
        f"""async () => {{
            const {{ domain }} = {module("bars.js")};
            const row = (value, low, high, drawn = true) => ({{ value, low, high, drawn, sign: "gain" }});
            const sets = [[row(0.001, null, null, false)], [row(1, 0.5, 1.5), row(-2, null, null)], [row(1, -40, 90)]];
            return sets.map(domain);
        }}"""
    )
    assert ends[0] == [0, 0]
    assert ends[1] == [-2, 1.5]
    assert ends[2] == [-2.6, 2.6]  # a range far beyond the figures does not set the scale


def test_a_server_that_has_just_started_says_so(visit: Visits) -> None:
    page = visit(settled=False)
    settle(page)
    held: list[Any] = []
    page.route("**/healthz", lambda r: r.fulfill(json={"status": "ok", "ready": False}))
    page.route("**/api/v1/answer", lambda r: held.append(r))
    page.locator(".dial input").first.fill("40")
    page.wait_for_selector("#state:has-text('has only just started')")
    held[-1].continue_()
    page.unroute("**/api/v1/answer")
    settle(page)


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_answer_is_on_the_first_screen_and_nothing_jumps(visit: Visits, width: int, height: int) -> None:
    page = visit("", settled=False, viewport={"width": width, "height": height})
    page.evaluate(
        """() => {
            window.shift = 0;
            const add = (e) => { if (!e.hadRecentInput) window.shift += e.value; };
            new PerformanceObserver((list) => list.getEntries().forEach(add)).observe({ type: "layout-shift", buffered: true });
        }"""
    )
    complete(page)
    first = page.locator("#answer .figure, #answer").first.bounding_box()
    bars = page.locator(".bar-list li").nth(2).bounding_box()
    dial = page.locator(".dial").first.bounding_box()
    assert first["y"] < 150
    assert dial["y"] + dial["height"] < height
    assert bars["y"] + bars["height"] < height
    assert page.evaluate("window.shift") < 0.1


def test_five_sizes_of_type_and_targets_to_hit(visit: Visits) -> None:
    page = visit(link({**PLACE, "tab": "who"}))
    page.click("#levers-open")
    found = page.evaluate(
        """() => {
            const sizes = new Set(), small = [];
            for (const node of document.querySelectorAll("body *")) {
                if (node.closest("svg, .tile, noscript, .defs") || !node.checkVisibility()) continue;
                const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
                if (own) sizes.add(getComputedStyle(node).fontSize);
                const box = node.getBoundingClientRect();
                const hit = node.matches("button, [role=switch], input[type=range], select, summary");
                if (hit && box.height < 24) small.push(node.outerHTML.slice(0, 120));
            }
            return { sizes: [...sizes].sort(), small };
        }"""
    )
    assert set(found["sizes"]) <= {"34px", "20px", "16px", "14px", "12px"}
    assert found["small"] == [], found["small"]


def test_the_style_sheets_name_no_other_sizes(visit: Visits, site: Site) -> None:
    page = visit(settled=False)
    sheets = page.evaluate(
        """async () => Promise.all([...document.querySelectorAll("link[rel=stylesheet]:not([media=print])")]
            .map(async (x) => (await fetch(x.href)).text()))"""
    )
    for text in sheets:
        for size in re.findall(r"font(?:-size)?:([^;}]*\d(?:px|em)[^;}]*)", text):
            assert "cqw" in size or "var(--t" in size, size  # the map's squares scale with their room


def test_an_article_about_a_negotiation_that_is_here_leads_to_it(visit: Visits) -> None:
    page = visit("")
    page.click("#own-text")
    page.fill(
        "#reader-text",
        "KUALA LUMPUR, 20 October 2025 - The United States threatened an additional 100% tariff on Chinese goods from "
        "November 1. "
        "China imposed export controls on rare earths in October.",
    )
    page.click("#reader-go")
    page.wait_for_selector("#draft")
    page.wait_for_selector("#reader .known-here button")
    assert "Use this draft" in page.inner_text("#reader .actions")
    assert page.locator("#reader .actions button", has_text="Use this draft").get_attribute("class") != "primary"
    page.locator("#reader .known-here button").first.click()
    page.wait_for_function("() => !document.querySelector('#reader').open")
    settle(page)
    assert json.loads(page.evaluate(f"async () => JSON.stringify({module('state.js')}.getPlace())"))["dossier"] in {
        "kuala-lumpur-2025", "busan-2025",
    }  # fmt: skip
