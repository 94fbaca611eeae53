"""The exercise in real browsers: two play to a signature and to a collapse, and the server is killed in between."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from page_axe import grave
from page_driver import DOSSIER, PATIENCE, Site, Visits, settle
from tables import Seat, opened


@pytest.fixture
def asker(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.address, timeout=PATIENCE / 1000) as client:
        yield client


def sit(visit: Visits, seat: Seat, **options: Any) -> Any:
    """A browser of its own at a seat."""
    page = visit(seat.link, settled=False, **options)
    page.wait_for_selector(".table-title")
    return page


def movers(pages: list[Any]) -> tuple[Any, Any]:
    """The page whose turn it is, and the other."""
    turn = "() => document.querySelector('.lede[role=status]').textContent.startsWith('It is your turn')"
    for _ in range(100):
        for page in pages:
            if page.evaluate(turn):
                return page, next(p for p in pages if p is not page)
        time.sleep(0.1)
    raise AssertionError("it is nobody's turn")


def give_all(page: Any) -> None:
    for slider in page.locator(".table-dial input").all():
        slider.focus()
        page.keyboard.press("End")
    page.wait_for_function("() => !document.querySelector('.table-worth').classList.contains('old')")


def test_two_browsers_play_to_a_signed_deal(visit: Visits, asker: httpx.Client) -> None:
    seats = opened(asker)
    pages = [sit(visit, s) for s in seats.values()]
    bodies: dict[int, list[str]] = {}
    for k, page in enumerate(pages):
        page.on(
            "response", lambda r, k=k: bodies.setdefault(k, []).append(r.text()) if r.url.endswith(("/moves", "/worth")) else None
        )
    first, other = movers(pages)
    give_all(first)
    assert "points" in first.inner_text(".table-line")
    first.fill(".table-moves textarea", "All of it, <b>now</b>.")
    first.click("[data-move=offer]")
    other.wait_for_selector("[data-move=accept]:not(:disabled)")
    assert "All of it, <b>now</b>." in other.inner_text(".table-record")
    assert first.locator("[data-move=offer]").is_disabled()
    other.click("[data-move=accept]")
    for page in pages:
        page.wait_for_selector(".zone-chart")
        page.wait_for_selector("[data-file=md]:not(:disabled)", timeout=90_000)
        words = next(iter(seats.values())).get("/debrief").json()["told"]["words"]  # those of the terminal
        assert page.inner_text(".table-title") == words["title"]
        told = [x["text"] for part in words["sections"] if part["anchor"] != "signed" for x in part["paragraphs"]]
        shown = page.inner_text(".table-debrief")
        assert len(told) > 3
        assert all(text in shown for text in [words["lede"], words["zone"]["title"], *told])
    with first.expect_download() as wait:
        first.click("[data-file=md]")
    assert Path(wait.value.path()).read_text("utf-8").startswith("# ")
    seen = [json.loads(text) for texts in bodies.values() for text in texts]
    assert seen
    assert all(b.get("view", {}).get("over") or "values" not in json.dumps(b) for b in seen)


PAGE_OF_A_ROOM = {
    "", "/events", "/moves", "/worth", "/leave", "/debrief", "/transcript.{ending}",
}  # fmt: skip
"""Everything a room answers to; a new one must be walked below."""


def of_its_own(view: dict[str, Any]) -> set[str]:
    """What a view holds that only its seat may know: its motives, and every worth to more digits than chance would repeat."""
    figures: set[str] = {m["text"] for m in view["motives"]}

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for key, part in value.items():
                if key in ("clock", "left", "record", "issues"):  # what all at the table see
                    continue
                walk(part)
        elif isinstance(value, list):
            for part in value:
                walk(part)
        elif isinstance(value, float) and len(repr(value)) > 10:
            figures.add(repr(value))

    walk(view)
    return figures


def test_no_answer_and_no_event_tells_what_another_seat_wants(site: Site, asker: httpx.Client) -> None:
    seats = opened(asker, seats={"AAA": "person", "BBB": "person", "CCC": "person"}, seed=4)
    room = next(iter(seats.values())).room
    paths = asker.get("/api/openapi.json").json()["paths"]
    begin = "/api/v1/rooms/{room}"
    assert {p.removeprefix(begin) for p in paths if p.startswith(begin)} == PAGE_OF_A_ROOM
    package = {"ten": 2, "pause": 1}
    while not seats["AAA"].look()["view"]["offers"]:  # to a room in which something has been put forward
        for code, seat in seats.items():
            view = seat.look()["view"]
            if view["your_turn"]:
                seat.move(*(["wait"] if code == "CCC" else ["offer"]), **({} if code == "CCC" else {"package": package}))
    told: dict[str, list[str]] = {code: [] for code in seats}

    def event(seat: Seat) -> str:
        with asker.stream("GET", f"/api/v1/rooms/{room}/events", headers=seat.headers) as reply:
            return next(line for line in reply.iter_lines() if line.startswith("data: "))

    def walk() -> None:
        for code, seat in seats.items():
            at = seat.look()["number"]
            answers = [
                seat.get(), seat.get(f"?after={at - 1}&wait=1"), seat.get("/debrief"),
                *(seat.get(f"/transcript.{ending}") for ending in ("md", "json", "html")),
                seat.post("/moves", {"number": 0, "move": {"kind": "offer", "package": package}}),
                seat.post("/worth", {"levels": package}),
            ]  # fmt: skip
            told[code] += [a.text for a in answers] + [event(seat)]

    walk()
    mover = next(s for s in seats.values() if s.look()["view"]["your_turn"])
    told[next(c for c, s in seats.items() if s is mover)].append(mover.move("wait").text)
    walk()
    own = {code: of_its_own(seat.look()["view"]) for code, seat in seats.items()}
    for code, texts in told.items():  # what each found at the table before the last move counts as well
        own[code] |= of_its_own(json.loads(next(t for t in texts if t.startswith('{"room"')))["view"])
    told["CCC"].append(seats["CCC"].post("/leave", {}).text)
    assert all(len(found) > 5 for found in own.values())
    for code, texts in told.items():
        for other in set(seats) - {code}:
            hidden = own[other] - own[code]
            assert hidden
            leaked = {x for x in hidden for text in texts if x in text}
            assert not leaked, (code, other, leaked)


def test_one_walks_away_and_the_other_is_told(visit: Visits, asker: httpx.Client) -> None:
    pages = [sit(visit, s) for s in opened(asker).values()]
    first, other = movers(pages)
    first.get_by_role("button", name="Walk away").click()
    first.get_by_role("button", name="No", exact=True).click()
    assert first.locator("[data-move=offer]").is_enabled()
    first.get_by_role("button", name="Walk away").click()
    first.locator(".table-sure .primary").first.click()
    for page in pages:
        page.wait_for_selector(".zone-chart")
        assert " the table on " in page.inner_text(".table-title")
    assert other.inner_text(".table-title") == first.inner_text(".table-title")


def test_a_game_against_the_engine_by_keyboard_alone(visit: Visits, asker: httpx.Client) -> None:
    seat = opened(asker, seats={"AAA": "person", "BBB": "engine"}, strength="easy", seed=5)["AAA"]
    page = sit(visit, seat)

    def tab_to(selector: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
                return
        raise AssertionError(f"{selector} cannot be reached by Tab")

    for _ in range(12):
        page.wait_for_selector("[data-move=offer]:not(:disabled), .zone-chart")
        if page.locator(".zone-chart").count():
            break
        page.evaluate("() => document.querySelector('.table-title').focus()")
        if page.locator("[data-move=accept]:not(:disabled)").count():
            tab_to("[data-move=accept]")
        else:
            tab_to(".table-dial input")
            page.keyboard.press("ArrowRight")
            tab_to("[data-move=offer]")
        number = seat.look()["number"]
        page.keyboard.press("Enter")
        until(lambda n=number: seat.look()["number"] > n)
        page.wait_for_timeout(300)
    page.wait_for_selector(".zone-chart")


def test_a_wrong_link_says_so(visit: Visits, asker: httpx.Client) -> None:
    seat = opened(asker)["AAA"]
    page = visit(f"#/table/{seat.room}/{'A' * 22}", settled=False)
    page.wait_for_selector(".table-room .problem")
    assert "opens no seat" in page.inner_text(".table-room .problem")
    visit.expect_refusals(403)


def test_a_link_to_a_room_brings_the_page_to_its_negotiation(visit: Visits, asker: httpx.Client) -> None:
    asked = {"dossier": DOSSIER, "seats": {"USA": "person", "CHN": "person"}}
    seat = asker.post("/api/v1/rooms", json=asked).json()["seats"][0]
    page = visit(seat["link"], settled=False)
    page.wait_for_function(f"() => document.querySelector('#dossier').value === '{DOSSIER}'")
    assert page.evaluate("location.hash") == seat["link"]
    page.wait_for_selector(".table-room .job-progress, .table-title")
    page.click("#tab-answer")
    settle(page)
    assert page.input_value("#dossier") == DOSSIER


def test_from_the_start_of_the_tab_and_back(visit: Visits) -> None:
    page = visit()
    page.click("#tab-table")
    page.check("input[name=table-mode][value=hot]", force=True)
    page.click("text=Sit down")
    page.wait_for_selector(".table-cover", timeout=120_000)
    assert page.evaluate("location.hash").count(".") == 1  # two seats on one screen
    page.keyboard.press("Enter")
    page.wait_for_selector(".table-dial")
    mine = page.inner_text(".table-title")
    page.click("[data-move=wait]")
    page.wait_for_selector(".table-cover")
    assert mine.removeprefix("You sit for ") not in page.inner_text(".table-cover h3")
    page.reload()
    page.wait_for_selector(".table-cover")
    page.click("#tab-answer")
    page.wait_for_function("() => location.hash.startsWith('#s=') || location.hash.startsWith('#j=')")
    page.go_back()
    page.wait_for_selector(".table-cover")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (768, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_nothing_and_nothing_hangs_over(visit: Visits, asker: httpx.Client, axe: str, width: int, scheme: str) -> None:
    seats = opened(asker, seats={"AAA": "person", "BBB": "person", "CCC": "person"})
    options = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme, "reduced_motion": "reduce"}

    def sound(page: Any) -> None:
        page.wait_for_timeout(300)
        assert grave(page, axe) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    start = visit(settled=False, **options)
    start.click("#tab-table")
    start.wait_for_selector("text=Sit down")
    sound(start)
    pages = [sit(visit, s, **options) for s in seats.values()]
    first, other = movers(pages[:2])
    give_all(first)
    first.click("[data-move=offer]")
    other.wait_for_selector("[data-move=accept]:not(:disabled)")
    for page in pages:
        sound(page)
    other.click("[data-move=accept]")
    other.wait_for_selector(".zone-chart")
    sound(other)


# -- the server dies -------------------------------------------------------------------------------------------------------
def until(what: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def served(folder: Path, port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "detente", "serve", "--port", str(port), "--solvers", "1", "--data", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    assert re.search(r"http://\S+", process.stdout.readline())
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills a process as Unix does")
def test_the_server_is_killed_in_the_middle_and_the_game_goes_on(chromium: Any, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    address = f"http://127.0.0.1:{port}/"
    process = served(tmp_path / "data", port)
    try:
        with httpx.Client(base_url=address, timeout=PATIENCE / 1000) as client:
            seats = opened(client)
            contexts = [chromium.new_context() for _ in seats]
            pages = [c.new_page() for c in contexts]
            for page, seat in zip(pages, seats.values(), strict=True):
                page.set_default_timeout(PATIENCE)
                page.goto(address + seat.link)
                page.wait_for_selector(".table-title")
            first, other = movers(pages)
            give_all(first)
            first.click("[data-move=offer]")
            other.wait_for_selector("[data-move=accept]:not(:disabled)")
            end(process)
            other.click("[data-move=accept]")  # sent again and again until somebody answers
            other.wait_for_selector(".table-room .stale:visible")
            process = served(tmp_path / "data", port)
            for page in pages:
                page.wait_for_selector(".zone-chart", timeout=90_000)
                assert " sign on " in page.inner_text(".table-title")
            assert next(iter(seats.values())).look()["number"] == 2  # the signature counts once
            for context in contexts:
                context.close()
    finally:
        end(process)


def test_a_stream_goes_on_where_it_was(site: Site, asker: httpx.Client) -> None:
    seats = opened(asker)
    seat = seats["AAA"]

    def events(last: str | None, enough: int) -> list[tuple[str, dict[str, Any]]]:
        headers = {**seat.headers, **({} if last is None else {"Last-Event-ID": last})}
        found, name = [], ""
        with asker.stream("GET", f"/api/v1/rooms/{seat.room}/events", headers=headers) as reply:
            assert reply.headers["content-type"].startswith("text/event-stream")
            assert "content-encoding" not in reply.headers
            for line in reply.iter_lines():
                name = line.removeprefix("id: ") if line.startswith("id: ") else name
                if line.startswith("data: "):
                    found.append((name, json.loads(line.removeprefix("data: "))))
                if len(found) >= enough:
                    break
        return found

    assert events(None, 1)[0][0] == "0"
    mover = next(s for s in seats.values() if s.look()["view"]["your_turn"])
    mover.move("wait")
    assert events("0", 1)[0][1]["number"] == 1
