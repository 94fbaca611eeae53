"""The page in a real browser: when its first number stands, how long a dial takes, what comes over the wire, how it would score.

A server of its own is started on a fresh data folder; Chromium (DETENTE_CHROMIUM, or the first found by its usual names) runs on
the same machine and shares the cores with it. The score is reckoned with Lighthouse's own curves and weights for first and
largest contentful paint, blocked time and layout shift; its fifth figure, the speed index, is left out and its weight shared.
`python -m benchmarks.page [--quick]` prints the section alone.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import time
from statistics import NormalDist, median
from typing import Any

import numpy as np

from benchmarks.timing import Section
from benchmarks.web import started

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking"]
CURVES = {
    "phone": {"fcp": (1800, 3000), "lcp": (2500, 4000), "tbt": (200, 600), "cls": (0.1, 0.25)},
    "desktop": {"fcp": (934, 1600), "lcp": (1200, 2400), "tbt": (150, 350), "cls": (0.1, 0.25)},
}
"""Lighthouse's curves: the value that scores 0.9, and the one that scores 0.5."""
WEIGHTS = {"fcp": 10, "lcp": 25, "tbt": 30, "cls": 25}
SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1350, "height": 940}},
    "phone": {"viewport": {"width": 412, "height": 823}, "device_scale_factor": 1.75, "is_mobile": True, "has_touch": True},
}
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
"""The phone's line: 1.6 Mbit/s down, 150 ms there and back."""

WATCH = """
window.seen = {paints: {}, lcp: 0, tasks: [], shifts: [], first: 0};
const see = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({type, buffered: true});
see("paint", (e) => { seen.paints[e.name] = e.startTime; });
see("largest-contentful-paint", (e) => { seen.lcp = e.startTime; });
see("longtask", (e) => seen.tasks.push([e.startTime, e.duration]));
see("layout-shift", (e) => { if (!e.hadRecentInput) seen.shifts.push([e.startTime, e.value]); });
const look = () => {
  const told = document.querySelector("#answer button.figure") && document.body.dataset.answer === "current";
  if (told) seen.first = performance.now();
  else requestAnimationFrame(look);
};
look();
"""
DIALS = """() => [...document.querySelectorAll('#dials input[data-dial]')]
  .map((e) => [e.dataset.dial, Number(e.min), Number(e.max), Number(e.step)])"""
MOVE = """([dial, value]) => new Promise((done) => {
  const input = document.querySelector(`#dials input[data-dial="${dial}"]`);
  const begin = performance.now();
  const watch = new MutationObserver(() => {
    if (document.body.dataset.answer !== "current") return;
    watch.disconnect();
    requestAnimationFrame(() => done(performance.now() - begin));
  });
  watch.observe(document.querySelector("#answer"), {childList: true, characterData: true, subtree: true});
  input.value = value;
  input.dispatchEvent(new Event("input", {bubbles: true}));
})"""


def chromium() -> str:
    """Path of a Chromium. Raises `RuntimeError` where there is none."""
    names = (os.environ.get("DETENTE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "chrome")
    for name in names:
        if name and (found := shutil.which(name)):
            return found
    raise RuntimeError("no Chromium here: name one in DETENTE_CHROMIUM")


def points(kind: str, figure: str, value: float) -> float:
    """Score 0 to 1 of one figure: a log-normal curve through its two given points.

    >>> round(points("phone", "lcp", 2500), 3), round(points("phone", "lcp", 4000), 3)
    (0.9, 0.5)
    """
    good, middle = CURVES[kind][figure]
    if value <= 0:
        return 1.0
    spread = (np.log(middle) - np.log(good)) / NormalDist().inv_cdf(0.9)
    return 1 - NormalDist().cdf(float((np.log(value) - np.log(middle)) / spread))


def score(kind: str, figures: dict[str, float]) -> float:
    """Score 0 to 100 of a load."""
    return 100 * sum(WEIGHTS[k] * points(kind, k, figures[k]) for k in WEIGHTS) / sum(WEIGHTS.values())


def shifted(shifts: list[list[float]]) -> float:
    """Cumulative layout shift: the worst window of at most five seconds without a gap of one."""
    worst = total = 0.0
    begin = last = -1e9
    for at, value in shifts:
        if at - last > 1000 or at - begin > 5000:
            begin, total = at, 0.0
        last, total = at, total + value
        worst = max(worst, total)
    return worst


def load(browser: Any, address: str, kind: str, slow: bool = False) -> tuple[dict[str, float], Any]:
    """Figures of one first load, and its page: milliseconds, bytes over the wire, requests."""
    context = browser.new_context(**SCREENS[kind])
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[float] = []
    wire.on("Network.loadingFinished", lambda e: sizes.append(e["encodedDataLength"]))
    if slow:
        wire.send("Network.emulateNetworkConditions", SLOW)
        wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.add_init_script(WATCH)
    page.goto(address)
    page.wait_for_function("() => window.seen.first > 0", timeout=120_000)
    until_first = (sum(sizes), len(sizes))
    page.wait_for_function("() => document.body.dataset.waits === ''", timeout=120_000)
    page.wait_for_timeout(2000)
    seen = page.evaluate("() => window.seen")
    fcp = seen["paints"]["first-contentful-paint"]
    found = {
        "first": seen["first"], "fcp": fcp, "lcp": seen["lcp"],
        "tbt": sum(max(0.0, d - 50) for at, d in seen["tasks"] if at + d > fcp), "cls": shifted(seen["shifts"]),
        "bytes": sum(sizes), "requests": len(sizes), "bytes_first": until_first[0],
    }  # fmt: skip
    return found, page


def moves(page: Any, count: int, rested: bool) -> list[float]:
    """Milliseconds from a dial's input to its answer, of values not seen before; `rested`: ranges were complete before."""
    pick = random.Random(count + rested)
    dials = page.evaluate(DIALS)
    times: list[float] = []
    used: set[tuple[str, float]] = set()
    while len(times) < count:
        dial, low, high, step = pick.choice(dials)
        value = low + step * pick.randrange(int((high - low) / step) + 1)
        if (dial, value) in used:
            continue
        used.add((dial, value))
        if page.evaluate('(d) => document.querySelector(`#dials input[data-dial="${d}"]`).value', dial) == f"{value:g}":
            continue
        times.append(page.evaluate(MOVE, [dial, value]))
        if rested:
            page.wait_for_function("() => document.body.dataset.waits === ''", timeout=60_000)
        page.wait_for_timeout(pick.uniform(300, 600) if rested else pick.uniform(400, 500))
    return times


def run(quick: bool) -> Section:
    """All figures."""
    from playwright.sync_api import sync_playwright

    loads, count = (1, 12) if quick else (3, 60)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        with started() as (address, begin, _):
            _, page = load(browser, address, "desktop")
            cold = time.time() - (page.evaluate("() => performance.timeOrigin + window.seen.first") / 1000)
            cold = time.perf_counter() - cold - begin
            page.context.close()
            found: dict[str, list[dict[str, float]]] = {"desktop": [], "phone": []}
            for _ in range(loads):
                for kind in found:
                    figures, page = load(browser, address, kind, slow=kind == "phone")
                    found[kind].append(figures)
                    page.context.close()
            _, page = load(browser, address, "desktop")
            rested, quickly = (np.array(moves(page, count, r)) for r in (True, False))
        browser.close()
    middle = {kind: {k: median(f[k] for f in rows) for k in rows[0]} for kind, rows in found.items()}
    print(json.dumps({"middle": middle, "cold": cold}), file=sys.stderr)

    def late(times: Any) -> str:
        p50, p95 = np.quantile(times, (0.5, 0.95))
        return f"{p50:.0f} ms; 95 of 100 within {p95:.0f} ms"

    def told(kind: str) -> str:
        f = middle[kind]
        each = f"{f['fcp'] / 1000:.2f} s, {f['lcp'] / 1000:.2f} s, {f['tbt']:.0f} ms, {f['cls']:.3f}"
        return f"{score(kind, f):.0f} ({each})"

    desktop = middle["desktop"]
    rows = (
        ("first number, from the start of the server on an empty folder", f"{cold:.1f} s", "10 s"),
        ("first number, server running", f"{desktop['first'] / 1000:.2f} s", "1.5 s"),
        (f"a dial, {count} moves, ranges complete before each", late(rested), "120 ms; 200 ms"),
        (f"a dial, {count} moves half a second apart", late(quickly), "120 ms; 200 ms"),
        (
            "over the wire, first load, compressed",
            f"{desktop['bytes'] / 1000:.0f} kB in {desktop['requests']:.0f} requests",
            "150 kB",
        ),
        ("of it until the first number", f"{desktop['bytes_first'] / 1000:.0f} kB", ""),
        ("score, desktop (first paint, largest paint, blocked, shift)", told("desktop"), "95"),
        ("score, phone (the same; 4 × slower, 1.6 Mbit/s, 150 ms)", told("phone"), "85"),
    )
    return Section(
        "The page in a browser",
        (
            "Chromium and server on the same cores; every load is a first one, nothing kept. A dial is moved to values nobody "
            "asked for before; the time is from its event to the new answer drawn. The score is Lighthouse's, by its curves and "
            "weights without the speed index.",
        ),
        ("what", "measured", "target"),
        rows,
    )


if __name__ == "__main__":
    print(run("--quick" in sys.argv).markdown())
