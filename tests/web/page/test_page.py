"""The page in a real browser: what a reader does, and what must not happen."""

from __future__ import annotations

import base64
import contextlib
import csv
import io
import json
import re
import zlib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from detente.policy.dossier import Dossier, list_dossiers, load_dossier
from page_driver import DOSSIER, PLACE, Site, Visits, complete, drop, figures, lever, link, module, settle

THREAT = "us-threat-100"
TABS = ["answer", "ahead", "who"]


def packaged() -> str:
    return files("detente").joinpath("data", "dossiers", f"{DOSSIER}.yaml").read_text(encoding="utf-8")


def newest() -> Dossier:
    """What the page opens with where no link says otherwise."""
    return max(map(load_dossier, list_dossiers()), key=lambda d: d.as_of)


def downloaded(page: Any, button: str) -> list[list[str]]:
    with page.expect_download() as wait:
        page.click(button)
    return list(csv.reader(io.StringIO(Path(wait.value.path()).read_text(encoding="utf-8"))))


def test_it_opens_with_an_answer_that_says_what_it_is(visit: Visits, site: Site) -> None:
    page = visit()
    assert figures(page) == site.figures(scenario="pessimistic")
    complete(page)
    told = site.ask("/answer", {"dossier": DOSSIER, "scenario": "pessimistic", "full": True})
    assert page.text_content("#answer") == "".join(x["text"] for x in told["headline"])
    assert page.text_content("#second") == "".join(x["text"] for x in told["second"])
    assert page.locator("#answer .figure").count() == sum("number" in x for x in told["headline"]) > 0
    assert "Its chance by" in page.inner_text("#second")
    assert "three years on, against what the law does by itself" in page.inner_text(".ranked .subtitle").replace("\u00a0", " ")
    assert page.inner_text("#known").replace("\u00a0", " ") == "as known on 18 October 2025"
    ranged = [r for r in told["bars"]["rows"] if r["shown"] and r["drawn"]]
    assert page.locator(".bar-list li:not(.world) .whisker").count() == len(ranged) > 3


def test_a_range_that_says_too_little_is_told_in_words(visit: Visits, site: Site) -> None:
    page = visit()
    complete(page)
    rows = site.ask("/answer", {"dossier": DOSSIER, "scenario": "pessimistic", "full": True})["bars"]["rows"]
    assert {r["sign"] for r in rows if r["shown"]} & {"open", "wide"}
    for row in (r for r in rows if r["shown"]):
        assert page.inner_text(f".bar-list [data-region={row['region']}] .value") == row["text"]
        assert (row["text"].startswith("open: ")) == (row["sign"] == "open")


def test_it_opens_the_newest_dossier(visit: Visits) -> None:
    page = visit("")
    assert page.inner_text("#title") == newest().title
    assert len(figures(page)) >= 4


def test_a_slider_changes_the_figures(visit: Visits, site: Site) -> None:
    page = visit()
    before = figures(page)
    lever(page, THREAT).fill("30")
    settle(page)
    after = figures(page)
    assert after == site.figures(scenario="pessimistic", levers={THREAT: 30})
    assert after["China"] != before["China"]
    assert page.inner_text("#levers-moved") == "1\u00a0measure moved by hand"
    number = page.locator(f"#lever-{THREAT}-number")
    assert number.input_value() == "30"
    number.fill("100")
    number.press("Enter")
    settle(page)
    assert figures(page) == before
    assert page.inner_text("#levers-moved") == ""


def test_a_dial_moves_its_lever_and_tells_from_where(visit: Visits, site: Site) -> None:
    page = visit()
    dials = site.ask("/answer", {"dossier": DOSSIER, "scenario": "pessimistic"})["dials"]
    assert [d.get_attribute("data-dial") for d in page.locator(".dial input").all()] == [d["id"] for d in dials]
    dial = page.locator(f".dial[data-id='{THREAT}']")
    assert dial.locator("output").inner_text() == "0 → 100"
    assert "mean duty 40.9 → 156.4" in dial.inner_text()
    dial.locator("input").fill("50")
    settle(page)
    assert dial.locator("output").inner_text() == "0 → 50"
    assert figures(page) == site.figures(scenario="pessimistic", levers={THREAT: 50})
    assert lever(page, THREAT).input_value() == "50"
    page.keyboard.press("Escape")
    page.click("#levers-reset")
    assert dial.locator("input").input_value() == "100"
    settle(page)


def test_units_are_switched_and_travel_in_the_link(visit: Visits, site: Site) -> None:
    page = visit()
    for unit in ("usd", "household", "jobs"):
        page.check(f"input[name=unit][value={unit}]", force=True)
        settle(page)
        assert figures(page) == site.figures(scenario="pessimistic", unit=unit)
    page.wait_for_timeout(200)
    other = visit(page.evaluate("location.hash"))
    assert other.locator("input[name=unit]:checked").get_attribute("value") == "jobs"
    assert other.inner_text("#answer") == page.inner_text("#answer")


def test_a_number_out_of_range_is_said_to_be_and_not_set(visit: Visits) -> None:
    page = visit()
    lever(page, THREAT)
    number = page.locator(f"#lever-{THREAT}-number")
    for wrong in ("900", "-3", ""):
        number.fill(wrong)
        number.press("Enter")
        page.wait_for_selector(".lever .problem:visible")
        assert page.inner_text(".lever .problem:visible") == "A number from 0 to 150, please; it stays at 100."
        assert lever(page, THREAT).input_value() == number.input_value() == "100"
    number.fill("80")
    number.press("Enter")
    assert page.locator(".lever .problem:visible").count() == 0
    assert lever(page, THREAT).input_value() == "80"
    settle(page)


def test_a_switch_takes_a_measure_out_and_back(visit: Visits) -> None:
    page = visit()
    lever(page, THREAT)
    switch = page.locator(f".lever[data-id='{THREAT}'] [role=switch]")
    assert switch.get_attribute("aria-checked") == "true"
    switch.click()
    assert (switch.get_attribute("aria-checked"), lever(page, THREAT).input_value()) == ("false", "0")
    switch.click()
    assert (switch.get_attribute("aria-checked"), lever(page, THREAT).input_value()) == ("true", "100")
    settle(page)


def test_scenarios_set_the_levers(visit: Visits, site: Site) -> None:
    page = visit()
    levers = site.ask(f"/dossiers/{DOSSIER}")["levers"]
    for scenario in ("status-quo", "middle", "decoupling", "pessimistic"):
        lever(page, THREAT).fill("5")
        page.keyboard.press("Escape")
        page.click(f".scenario[data-scenario='{scenario}']")
        settle(page)
        assert figures(page) == site.figures(scenario=scenario)
        for one in levers:
            assert float(lever(page, one["id"]).input_value()) == one["by_scenario"][scenario]
        assert page.locator(".scenario[aria-pressed=true]").get_attribute("data-scenario") == scenario
    page.keyboard.press("Escape")
    page.click(".scenario[data-scenario='status-quo']")
    settle(page)
    assert "it carries out no threat" not in page.inner_text("#panel-answer")
    assert page.locator(".notes [data-kind=zero]").is_visible()  # why nothing moves


def test_horizons_differ(visit: Visits, site: Site) -> None:
    page = visit()
    page.check("input[name=horizon][value='month 120']", force=True)
    settle(page)
    assert figures(page) == site.figures(scenario="pessimistic", horizon="month 120")
    assert "10 years on" in page.inner_text(".ranked .subtitle")


def test_no_deal_can_be_what_it_is_compared_with(visit: Visits, site: Site) -> None:
    page = visit(link(OK))
    assert page.locator("input[name=against]:checked").get_attribute("value") == "law"
    law = figures(page)
    assert "against what the law does by itself" in page.inner_text(".ranked .subtitle")
    page.check("input[name=against][value=no-deal]", force=True)
    page.wait_for_function("() => document.querySelector('.ranked .subtitle').textContent.includes('against no deal')")
    settle(page)
    shown = figures(page)
    assert shown == site.figures(scenario="middle", against="no-deal")
    assert shown["China"] != law["China"]
    other = visit(page.evaluate("location.hash"))
    assert other.locator("input[name=against]:checked").get_attribute("value") == "no-deal"
    assert "against no deal" in other.inner_text(".ranked .subtitle")
    assert figures(other) == shown


def test_answers_never_come_out_of_order(visit: Visits, site: Site) -> None:
    page = visit()
    held: list[Any] = []

    def slow(route: Any) -> None:
        if json.loads(route.request.post_data)["levers"].get(THREAT) == 10:
            held.append(route)  # the first question is answered after the second
        else:
            route.continue_()

    page.route("**/api/v1/answer", slow)
    lever(page, THREAT).fill("10")
    page.wait_for_timeout(400)
    assert len(held) == 1
    page.wait_for_function("() => getComputedStyle(document.querySelector('#answer')).opacity === '0.4'")  # not of these settings
    page.wait_for_selector("#state:has-text('Working it out')")
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "16px"
    lever(page, THREAT).fill("45")
    settle(page)
    with contextlib.suppress(Exception):  # the page has given the request up, as it should
        held[0].continue_()
    page.wait_for_timeout(500)
    assert figures(page) == site.figures(scenario="pessimistic", levers={THREAT: 45})
    page.wait_for_function("() => getComputedStyle(document.querySelector('#answer')).opacity === '1'")
    page.unroute("**/api/v1/answer")


def test_every_tab_opens(visit: Visits) -> None:
    page = visit()
    tabs = page.locator("[role=tab]")
    ids = [t.get_attribute("id").removeprefix("tab-") for t in tabs.all()]
    assert ids[: len(TABS)] == TABS
    for name in ids:
        page.click(f"#tab-{name}")
        panel = page.locator(f"#panel-{name}")
        assert panel.is_visible()
        assert page.locator("[role=tabpanel]:visible").count() == 1
        page.wait_for_function("x => document.getElementById(x).innerText.length > 100", arg=f"panel-{name}")
    page.click("#tab-answer")
    page.click("#fold-scenarios > summary")
    page.wait_for_selector("#fold-scenarios table")
    assert page.locator("#fold-scenarios thead th").all_inner_texts()[0].startswith("Economy")
    page.wait_for_function("() => document.querySelector('#fold-scenarios table').textContent.includes(' to ')")


def test_links_of_former_tabs_lead_where_their_content_went(visit: Visits) -> None:
    page = visit(link({**PLACE, "tab": "bystanders", "region": "MYS"}))
    assert page.locator("#tab-who").get_attribute("aria-selected") == "true"
    page.evaluate("fragment => { location.hash = fragment; }", link({**PLACE, "tab": "outlook"}))
    page.wait_for_selector("#tab-ahead[aria-selected=true]")
    settle(page)


def test_settings_are_pinned_beside_the_scenarios_and_travel_in_the_link(visit: Visits, site: Site) -> None:
    page = visit(link({**PLACE, "levers": {THREAT: 40}}))
    page.click("#fold-scenarios > summary")
    page.fill("#pin-name", "Forty")
    page.click("text=Pin the settings as they are")
    page.click(".scenario[data-scenario=middle]")
    settle(page)
    page.wait_for_selector("#fold-scenarios thead th:has-text('Forty')")
    page.wait_for_timeout(200)
    other = visit(page.evaluate("location.hash"))
    other.click("#fold-scenarios > summary")
    other.wait_for_selector("#fold-scenarios thead th:has-text('Forty')")
    other.click(".pin button:has-text('Forty')")
    settle(other)
    assert figures(other) == site.figures(scenario="pessimistic", levers={THREAT: 40})
    other.click("button[aria-label='Unpin Forty']")
    assert other.locator(".pin").count() == 0


def why(page: Any, number: str) -> Any:
    """The drawer of a number's reasons, once they are there."""
    page.locator(f"#answer .figure[data-number='{number}'], .bar-list .figure[data-number='{number}']").first.click()
    page.wait_for_selector("#why .why-part", timeout=120_000)
    return page.locator("#why")


def test_why_a_number_is_what_it_is(visit: Visits, site: Site) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    complete(page)
    drawer = why(page, "percent.USA")
    told = site.ask("/why", {"dossier": DOSSIER, "scenario": "pessimistic", "number": "percent.USA"})
    assert sum(p["value"] for p in told["measures"]) == pytest.approx(
        told["value"], abs=5e-3
    )  # what prints as nothing is left out
    assert sum(p["value"] for p in told["channels"]) == pytest.approx(told["value"], abs=0.02)
    lists = drawer.locator(".part-bars")
    assert [x.inner_text() for x in lists.nth(0).locator(".amount").all()][:-1] == [p["text"] for p in told["measures"]]
    assert lists.nth(1).locator("li").count() == len(told["channels"]) + 1
    words = drawer.inner_text().replace("\u00a0", " ")
    for part in (told["range"]["text"], "Who pays", "What others find", told["published"][0]["who"], "Sectors that move most"):
        assert part.replace("\u00a0", " ") in words
    table = downloaded(page, "#why [data-csv=why]")
    assert table[0][:4] == ["kind", "part", "value", "unit"]
    assert table[0][-6:] == ["negotiation", "state", "when", "against", "as_known_on", "source"]
    assert table[1][-6:][1] == "The hundred points"
    page.click("#why [data-copy=citation]")
    page.get_by_text("Copied, with the link.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == f"{told['citation']['text']} {told['citation']['url']}"
    page.keyboard.press("Escape")
    assert not drawer.is_visible()
    assert page.evaluate("document.activeElement.dataset.number") == "percent.USA"


def test_any_economy_and_the_chance_have_reasons_and_they_follow(visit: Visits, site: Site) -> None:
    page = visit()
    complete(page)
    drawer = why(page, "percent.KHM")
    assert drawer.locator(".part-bars").count() == 2
    assert "Size open" in drawer.inner_text() or "Sign open" in drawer.inner_text()
    page.click(".scenario[data-scenario=middle]")
    settle(page)
    told = site.ask("/why", {"dossier": DOSSIER, "scenario": "middle", "number": "percent.KHM"})
    page.wait_for_function("t => document.querySelector('#why').textContent.includes(t)", arg=told["text"][-1], timeout=120_000)
    page.click(".scenario[data-scenario=pessimistic]")
    complete(page)
    page.click("#second .figure[data-number^=chance]")
    page.wait_for_selector("#why:has-text('What it hangs on')", timeout=120_000)
    page.click("#why >> text=The tree of ways on")
    assert page.locator("#tab-ahead").get_attribute("aria-selected") == "true"


def test_choosing_a_region_chooses_it_everywhere(visit: Visits) -> None:
    page = visit()
    page.click("#tab-who")
    page.click("#panel-who .tile[data-region=MYS]")
    assert page.locator("#panel-who .tile[aria-pressed=true]").get_attribute("data-region") == "MYS"
    assert page.inner_text("#region-title") == "Malaysia"
    page.click("#fold-economies > summary")
    assert page.locator("#fold-economies tr.chosen").inner_text().startswith("Malaysia")
    page.click("#fold-economies button.pick[data-id=VNM]")
    assert page.inner_text("#region-title") == "Viet Nam"
    page.select_option("#region-pick", "KHM")
    assert page.locator("#panel-who .tile[aria-pressed=true]").get_attribute("data-region") == "KHM"
    settle(page)
    assert "Cambodia" in page.inner_text("#answer")  # the answer speaks of it
    page.wait_for_selector("#reason-title:has-text('Cambodia')", timeout=120_000)
    assert page.locator("#panel-who .reasons .part-bars").count() == 2
    page.wait_for_function("() => document.querySelector('.sectors .title').textContent.includes('Cambodia')")


def test_an_answer_that_comes_while_a_button_is_held_does_not_take_the_click(visit: Visits) -> None:
    page = visit()
    held: list[Any] = []
    page.route("**/api/v1/ranges", lambda route: held.append(route))
    page.click("#tab-who")
    page.click("#fold-economies > summary")
    page.locator("#fold-economies button.pick[data-id=VNM]").hover()
    while not held:
        page.wait_for_timeout(50)
    answer = held[0].fetch(timeout=120_000)
    page.evaluate("document.querySelector('#fold-economies button.pick[data-id=VNM]').dataset.mark = 'held'")
    page.mouse.down()
    with page.expect_response("**/api/v1/ranges"):
        held[0].fulfill(response=answer)
    page.wait_for_timeout(300)
    assert page.locator("[data-mark=held]").count() == 1  # not drawn anew yet
    page.mouse.up()
    assert page.inner_text("#region-title") == "Viet Nam"
    page.wait_for_function("() => !document.querySelector('[data-mark=held]')")


def test_a_press_whose_end_is_not_told_holds_no_answer_back(visit: Visits) -> None:
    """The list of a select and a scroll bar swallow the release; the answer comes all the same."""
    page = visit()
    presses = "at => document.querySelector(at).dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}))"
    off = f"async () => {{ await {module('hands.js')}.handsOff(); return true; }}"
    page.evaluate(presses, "#dossier")
    assert page.evaluate(f"async () => Promise.race([({off})(), new Promise((d) => setTimeout(d, 500, false))])")
    page.evaluate(presses, "main")
    assert not page.evaluate(f"async () => Promise.race([({off})(), new Promise((d) => setTimeout(d, 500, false))])")
    assert page.evaluate(off)


def test_tables_sort_filter_and_download(visit: Visits, site: Site) -> None:
    page = visit()
    page.click("#tab-who")
    page.click("#fold-economies > summary")
    rows = page.locator("#fold-economies tbody tr")
    page.wait_for_selector("#fold-economies tbody tr")
    answer = site.solve(scenario="pessimistic")
    worst = min(answer["headline"], key=lambda r: r["real_income_pct"])
    assert worst["region"] in rows.first.inner_text()
    page.click("#fold-economies th button:has-text('Real income')")
    best = max(answer["headline"], key=lambda r: r["real_income_pct"])
    assert best["region"] in rows.first.inner_text()
    assert page.locator("#fold-economies th[aria-sort=descending]").count() == 1
    table = downloaded(page, "[data-csv=economies]")
    assert table[0][:3] == ["region", "name", "real_income_pct"]
    assert table[0][-6:] == ["negotiation", "state", "when", "against", "as_known_on", "source"]
    assert table[1][-2] == "2025-10-18"
    assert {r[0]: float(r[2]) for r in table[1:]} == {r["region"]: r["real_income_pct"] for r in answer["headline"]}
    page.select_option("#group", "ASEAN")
    assert rows.count() == 8
    page.fill("#fold-economies input[type=search]", "viet")
    assert rows.count() == 1
    assert len(downloaded(page, "[data-csv=economies]")) == 2
    page.click("#measures-open")
    measures = downloaded(page, "[data-csv=measures]")
    assert len(measures) > 40
    assert "us-threat-100" in {r[0] for r in measures}


def test_the_timeline_tells_of_the_measure_pointed_at(visit: Visits) -> None:
    page = visit()
    page.click("#measures-open")
    row = page.locator(f".measure-row[data-id='{THREAT}']")
    row.hover()
    details = page.locator(".details")
    assert "100 points more" in details.inner_text()
    assert "Threatened on 18" in details.inner_text().replace("\u00a0", " ")
    assert details.locator("a").first.get_attribute("href").startswith("https://")
    row.focus()
    page.keyboard.press("ArrowDown")
    assert "critical software" in details.inner_text()
    assert row.locator("rect[stroke-dasharray]").count() == 1
    hatched = page.locator(".measure-row[data-id='us-reciprocal-chn-24'] rect[fill^='url(#hatch-usa']")
    assert hatched.count() == 1
    assert "after 18 October 2025" in page.inner_text("#measures .title").replace("\u00a0", " ")  # from when days are counted
    assert "14 days left" in page.locator("svg.timeline").text_content().replace("\u00a0", " ")


def test_details_have_the_days_of_the_law_and_not_of_the_drawing(visit: Visits) -> None:
    page = visit()
    page.click("#measures-open")
    page.locator(".measure-row[data-id=us-301]").focus()
    assert "In force since 6 July 2018" in page.inner_text(".details").replace("\u00a0", " ")
    assert "31 December 2025" not in page.inner_text(".details").replace("\u00a0", " ")
    table = downloaded(page, "#measures figure .note button")
    started = {row[0]: row[5] for row in table[1:]}
    assert started["us-301"] == "2018-07-06"
    box, details = page.locator("#measures .drawing").bounding_box(), page.locator(".details").bounding_box()
    assert details["x"] >= box["x"] + box["width"] or details["y"] >= box["y"] + box["height"]  # never over the figure


# -- still charts ----------------------------------------------------------------------------------------------------------
def chart(page: Any, k: int) -> Any:
    return page.locator("#panel-who .still").nth(k)


def drawn(page: Any) -> None:
    """Wait until every chart in sight is there."""
    page.wait_for_selector("[role=tabpanel]:not([hidden]) .still")
    page.wait_for_function(
        "() => [...document.querySelectorAll('[role=tabpanel]:not([hidden]) .still')].filter((x) => !x.hidden)"
        ".every((x) => x.querySelector('svg') && !x.classList.contains('waiting'))"
    )


def test_charts_come_from_the_server_and_follow_the_levers(visit: Visits, site: Site) -> None:
    page = visit(link({**PLACE, "tab": "who"}))
    drawn(page)
    state = {"dossier": DOSSIER, "scenario": "pessimistic"}
    told = site.ask("/figures/duties.json", {"states": [state]})
    assert chart(page, 1).locator(".title").inner_text() == told["title"]
    assert chart(page, 1).locator("svg").get_attribute("aria-label") == told["alt"]
    requests: list[str] = []
    page.on("request", lambda r: requests.append(r.url) if "/figures/" in r.url else None)
    page.route("**/figures/**", lambda r: (page.wait_for_timeout(400), r.continue_()))
    for value in (80, 60, 40, 30):
        lever(page, THREAT).fill(str(value))
    assert chart(page, 1).locator("svg").get_attribute("aria-label") == told["alt"]  # what was there stays
    new = site.ask("/figures/duties.json", {"states": [{**state, "levers": {THREAT: 30}}]})
    page.wait_for_function("t => document.querySelectorAll('#panel-who .still .title')[1].textContent === t", arg=new["title"])
    drawn(page)
    assert chart(page, 1).locator("svg").get_attribute("aria-label") == new["alt"]
    assert sum("/duties" in url for url in requests) <= 2  # one for the rest, at most one on the way
    before = len(requests)
    lever(page, THREAT).fill("60")
    lever(page, THREAT).fill("30")
    settle(page)
    drawn(page)
    assert sum("/duties" in url for url in requests[before:]) <= 1  # what was drawn is kept


def test_a_chart_that_cannot_be_drawn_says_so_and_can_be_asked_for_again(visit: Visits) -> None:
    page = visit(link({**PLACE, "tab": "who"}), settled=False)
    page.route("**/figures/output.json", lambda r: r.fulfill(status=503, json={"error": "Busy", "message": "Too much to do."}))
    page.wait_for_selector("#panel-who .still .problem")
    trouble = chart(page, 0).locator(".problem")
    assert "could not be drawn: Too much to do." in trouble.inner_text()
    page.unroute("**/figures/output.json")
    trouble.get_by_role("button", name="Try again").click()
    chart(page, 0).locator("svg").wait_for()
    assert chart(page, 0).locator(".problem").count() == 0
    visit.expect_refusals(503)


def test_nothing_in_a_drawing_runs(visit: Visits) -> None:
    page = visit(link({**PLACE, "tab": "who"}), settled=False)
    nasty = (
        '<svg xmlns="http://www.w3.org/2000/svg" onload="window.harm=1" width="100" height="50"><script>window.harm=1</script>'
        '<a href="javascript:alert(1)"><text>x</text></a><image href="http://elsewhere.example/x.png"/>'
        '<foreignObject><p>x</p></foreignObject><text onclick="window.harm=1">kept</text></svg>'
    )
    found = {"title": "<b>t</b>", "subtitle": "s", "note": "n", "alt": "a", "svg": nasty}
    page.route("**/figures/*.json", lambda r: r.fulfill(json=found))
    page.reload()
    page.wait_for_selector("#panel-who .still svg")
    inside = chart(page, 0).locator(".drawing").inner_html()
    assert "kept" in inside
    for word in ("script", "onload", "onclick", "href", "foreignObject", "image"):
        assert word not in inside
    assert chart(page, 0).locator(".title").inner_text() == "<b>t</b>"
    assert page.evaluate("window.harm === undefined")
    visit.foreseen = ("inline event handler",)  # the browser's own word that none may run; it may come late


def test_charts_take_the_colours_and_the_room_of_the_page(visit: Visits) -> None:
    page = visit(link({**PLACE, "tab": "who"}), color_scheme="light", viewport={"width": 1280, "height": 900})
    drawn(page)
    ink = "() => getComputedStyle(document.querySelector('#panel-who .still svg text[fill=\"var(--ink)\"]')).fill"
    light = page.evaluate(ink)
    page.click("#theme")
    assert page.evaluate(ink) != light
    wide = float(chart(page, 0).locator("svg").get_attribute("width"))
    page.set_viewport_size({"width": 390, "height": 900})
    page.wait_for_function(f"() => document.querySelectorAll('#panel-who .still svg')[0].getAttribute('width') < {wide}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_status_quo_has_nothing_to_draw(visit: Visits) -> None:
    page = visit(link({**PLACE, "tab": "who"}))
    page.click(".scenario[data-scenario=status-quo]")
    settle(page)
    page.wait_for_function("() => document.querySelector('#panel-who .still .title')?.textContent === 'Nothing has moved'")
    assert chart(page, 0).locator("svg").count() == 0


# -- the link ------------------------------------------------------------------------------------------------------------
def test_a_link_reproduces_the_state_elsewhere(visit: Visits) -> None:
    page = visit()
    page.click(".scenario[data-scenario=middle]")
    lever(page, THREAT).fill("55")
    lever(page, "policy.date").fill("60")
    page.keyboard.press("Escape")
    page.check("input[name=horizon][value='month 6']", force=True)
    page.click("#tab-who")
    page.click("#panel-who .tile[data-region=SGP]")
    settle(page)
    shown = figures(page)
    page.click("#tab-who")
    page.wait_for_function("() => location.hash.length > 40")
    page.wait_for_timeout(200)
    other = visit(page.evaluate("location.hash"))
    assert other.locator("#tab-who").get_attribute("aria-selected") == "true"
    other.wait_for_function("() => document.querySelector('#region-title')?.textContent === 'Singapore'")  # its tab loads late
    assert other.locator(".scenario[aria-pressed=true]").get_attribute("data-scenario") == "middle"
    assert lever(other, THREAT).input_value() == "55"
    assert lever(other, "policy.date").input_value() == "60"
    assert other.locator("input[name=horizon]:checked").get_attribute("value") == "month 6"
    assert figures(other) == shown


def test_reload_back_and_forward(visit: Visits) -> None:
    page = visit()
    first = figures(page)
    page.click(".scenario[data-scenario=middle]")
    settle(page)
    page.wait_for_timeout(200)
    second = figures(page)
    page.reload()
    page.wait_for_selector("body.ready")
    settle(page)
    assert figures(page) == second
    page.go_back()
    page.wait_for_selector(".scenario[data-scenario=pessimistic][aria-pressed=true]")
    settle(page)
    assert figures(page) == first
    page.go_forward()
    page.wait_for_selector(".scenario[data-scenario=middle][aria-pressed=true]")


def test_copy_link_gives_the_address(visit: Visits) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    page.click("#share")
    page.click("#copy")
    page.wait_for_selector("text=Link copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


OK = {**PLACE, "scenario": "middle"}
BOMB = "#s=" + base64.urlsafe_b64encode(zlib.compress(b"[" * 60_000_000, 9)[2:-4]).decode().rstrip("=")


BAD = {
    "#s=": "empty",
    "#s=%3Cscript%3E": "characters no link",
    "#s=AAAA": "cut off or mistyped",
    link(OK)[:-12]: "cut off or mistyped",
    link([1, 2]): "not a scenario",
    link({**OK, "v": 9}): "another version",
    link({**OK, "onload": "x"}): "does not know",
    link({**OK, "scenario": "<img src=x onerror=alert(1)>"}): "scenario is not a name",
    link({**OK, "scenario": "no-such-thing"}): "no scenario “no-such-thing”",
    link({**OK, "levers": {"us-threat-100": "100"}}): "has no number",
    link({**OK, "levers": {"no-such-lever": 1}}): "no lever “no-such-lever”",
    link({**OK, "levers": {f"x{i}": 1 for i in range(400)}}): "levers are not",
    link({**OK, "pins": [{"name": 3}]}): "pinned settings",
    link({**OK, "pins": [{"name": "x", "scenario": "no-such-thing", "levers": {}}]}): "pinned settings “x”",
    link({**OK, "unit": "elephants"}): "no unit “elephants”",
    link({**OK, "dossier": None}): "no dossier",
    link({**OK, "world": "../../etc"}): "world is not a name",
    "#j=" + base64.urlsafe_b64encode(b'{"v": 1}').decode().rstrip("="): "no dossier",
    BOMB: "more than this page accepts",
}


@pytest.mark.parametrize("fragment", [link(OK)[:-12], link({**OK, "levers": {"no-such-lever": 1}}), BOMB])
def test_a_bad_link_opens_the_page_with_a_reason(visit: Visits, fragment: str) -> None:
    page = visit(fragment)
    assert BAD[fragment] in page.inner_text("#notice")
    first = newest()
    assert page.inner_text("#title") == first.title
    worst = next(s.id for s in first.scenarios if s.role == "worst")
    assert page.locator(".scenario[aria-pressed=true]").get_attribute("data-scenario") == worst
    page.click("#notice button")
    assert page.inner_text("#notice") == ""


def test_bad_links_are_refused_with_a_reason(visit: Visits) -> None:
    page = visit()
    shown = figures(page)
    for fragment, reason in BAD.items():
        page.evaluate("fragment => { location.hash = fragment; }", fragment)
        page.wait_for_function("reason => document.querySelector('#notice').textContent.includes(reason)", arg=reason)
        assert "This link cannot be shown." in page.inner_text("#notice")
        page.click("#notice button")
    assert figures(page) == shown
    page.evaluate("fragment => { location.hash = fragment; }", link(OK))
    page.wait_for_selector(".scenario[data-scenario=middle][aria-pressed=true]")
    settle(page)


def test_a_link_to_a_dossier_that_is_not_here(visit: Visits) -> None:
    page = visit(link({**OK, "dossier": "atlantis-1999"}))
    assert "atlantis-1999" in page.inner_text("#notice")
    assert page.inner_text("#title") == newest().title
    visit.expect_refusals(404)


# -- own texts -----------------------------------------------------------------------------------------------------------
ARTICLE = (
    "GENEVA, 3 March 2025 - Norway threatened a 15% tariff on Chilean copper starting April 1. <script>window.harm = 1</script>"
    "<img src=x onerror='window.harm = 1'> Officials will meet in Geneva on 20 March."
)


def test_an_article_is_read_and_its_tags_stay_text(visit: Visits) -> None:
    page = visit()
    page.click("#own-text")
    page.fill("#reader-text", ARTICLE)
    page.click("#reader-go")
    page.wait_for_selector("#draft")
    assert "<script>window.harm = 1</script>" in page.inner_text("#reader .article")
    marks = page.locator("#reader mark[data-kind=measure]").all_inner_texts()
    assert any("Norway threatened a 15% tariff" in m for m in marks)
    assert "schema_version: 1" in page.input_value("#draft")
    assert page.locator("#reader script, #reader img").count() == 0
    assert page.evaluate("window.harm === undefined")
    page.click("text=Use this draft")
    page.wait_for_selector("#reader .problem")
    assert "line" in page.inner_text("#reader .problem")
    assert page.inner_text("#title").startswith("Kuala Lumpur")
    visit.expect_refusals(422)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("schema_version: 1\nid: [unclosed", "line"),
        ('{"schema_version": 1', "YAML or JSON"),
        ("schema_version: 1\nid: x\n", "title"),
    ],
)
def test_a_bad_dossier_is_refused_with_its_place(visit: Visits, given: str, said: str) -> None:
    page = visit()
    page.click("#own-text")
    page.fill("#reader-text", given)
    page.click("#reader-go")
    page.wait_for_selector("#reader .problem")
    assert said in page.inner_text("#reader .problem")
    page.keyboard.press("Escape")
    assert page.inner_text("#title").startswith("Kuala Lumpur")
    visit.expect_refusals(422)


def test_nothing_to_read_is_said(visit: Visits) -> None:
    page = visit()
    page.click("#own-text")
    page.click("#reader-go")
    assert "nothing to read" in page.inner_text("#reader .problem")


def test_a_dropped_dossier_is_used_shown_as_text_and_shared(visit: Visits) -> None:
    nasty = "<img src=x onerror='window.harm = 1'> own talks"
    yaml = re.sub(r'^title: ".*"$', f'title: "{nasty}"', packaged(), count=1, flags=re.M)
    page = visit()
    drop(page, yaml)
    page.wait_for_function("() => document.querySelector('#title').textContent.includes('own talks')")
    settle(page)
    assert page.inner_text("#title") == nasty
    assert page.evaluate("window.harm === undefined")
    shown = figures(page)
    page.wait_for_function("() => location.hash.length > 5000")
    other = visit(page.evaluate("location.hash"))
    assert other.inner_text("#title") == nasty
    assert figures(other) == shown


def test_csv_cells_are_not_formulas(visit: Visits) -> None:
    page = visit()
    made = page.evaluate(
        f"""async () => {{
            const {{ toCsv }} = {module("csv.js")};
            return toCsv(["a"], [["=1+1"], ["@x"], ["-2"], [-2.5], ['say "no", twice'], [null]]);
        }}"""
    )
    assert made.splitlines() == ["a", "'=1+1", "'@x", "-2", "-2.5", '"say ""no"", twice"', ""]


def test_the_keyboard_reaches_everything(visit: Visits) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "results"
    page.focus("#tab-answer")
    page.keyboard.press("ArrowRight")
    assert page.locator("#tab-ahead").get_attribute("aria-selected") == "true"
    page.keyboard.press("Home")
    assert page.evaluate("document.activeElement.id") == "tab-answer"
    page.focus(".bar-list .figure[data-number='percent.CHN']")
    page.locator(".dial input").first.evaluate("one => { one.value = 80; one.dispatchEvent(new Event('input')); }")
    complete(page)
    assert page.evaluate("document.activeElement.dataset.number") == "percent.CHN"  # new figures leave the focus where it is
    page.click("#tab-who")
    page.focus("#panel-who .tile[data-region=CHN]")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.region") == "KOR"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.region") == "HKG"
    page.keyboard.press("Enter")
    assert page.locator("#panel-who .tile[aria-pressed=true]").get_attribute("data-region") == "HKG"
    assert page.locator("#panel-who .tile[tabindex='0']").count() == 1
    before = figures(page)
    page.focus("#levers-open")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "levers-title"  # the drawer takes the focus
    lever(page, THREAT).focus()
    page.keyboard.press("Home")
    settle(page)
    assert figures(page) != before
    page.wait_for_function("() => document.querySelector('#live').textContent === document.querySelector('#answer').textContent")
    lever(page, THREAT).focus()
    page.keyboard.press("Escape")
    assert not page.locator("#levers").is_visible()
    assert page.evaluate("document.activeElement.id") == "levers-open"  # and gives it back


@pytest.mark.parametrize("width", [390, 820, 1600])
def test_nothing_runs_over_the_edge(visit: Visits, width: int) -> None:
    page = visit(viewport={"width": width, "height": 844}, color_scheme="dark")
    for name in TABS:
        page.click(f"#tab-{name}")
        page.wait_for_timeout(150)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert not page.locator("#strip").is_visible()
    assert lever(page, THREAT).is_visible()
    assert "%" in page.inner_text("#strip")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_light_and_dark(visit: Visits) -> None:
    page = visit(color_scheme="light")
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.click("#theme")
    dark = page.evaluate(colour)
    assert (light, dark) == ("rgb(254, 254, 253)", "rgb(21, 25, 29)")
    page.reload()
    assert page.evaluate(colour) == dark
    page.emulate_media(media="print")
    assert page.evaluate(colour) == "rgb(255, 255, 255)"
    assert not page.locator(".settings").is_visible()
