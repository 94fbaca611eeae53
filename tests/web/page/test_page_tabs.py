"""The parts that need long work: outlook with key questions, stand-off, package, bystanders; and what leaves the page."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from detente.words import percent, whole_percents
from page_driver import DOSSIER, Site, Visits, complete, figures, lever, module, settle

WAIT = 240_000
PLACES = {
    "outlook": ("ahead", ""), "questions": ("ahead", "fold-questions"), "talks": ("ahead", "fold-stand-off"),
    "deal": ("ahead", "fold-deal"), "bystander": ("who", "fold-bystanders"),
}  # fmt: skip
"""Where each kind of work is shown: its tab, and the fold it stands behind."""


def opened(page: Any, *kinds: str) -> Any:
    """The panel of a tab once the work of these kinds is shown on it."""
    for kind in kinds:
        name, fold = PLACES[kind]
        page.click(f"#tab-{name}")
        if fold and page.locator(f"#{fold}").get_attribute("open") is None:
            page.click(f"#{fold} > summary")
        page.wait_for_selector(f"#panel-{name} .job[data-kind={kind}] > .job-result > *", timeout=WAIT)
    return page.locator(f"#panel-{PLACES[kinds[0]][0]}")


def worked(site: Site, kind: str, arguments: dict[str, Any] | None = None, horizon: str | None = None) -> dict[str, Any]:
    """What the API says of a kind of work that the page has had done: kept, so there at once."""
    state = {"v": 1, "dossier": DOSSIER, "scenario": "pessimistic", "horizon": horizon}
    job = site.ask("/jobs", {"kind": kind, "state": state, "arguments": arguments or {}})
    assert job["cached"], kind
    found: dict[str, Any] = site.ask(f"/jobs/{job['id']}/result")
    return found


def chance(p: float) -> str:
    return f"{100 * p:.0f}\u202f%" if 0.005 <= p <= 0.995 else "under 1\u202f%" if p < 0.5 else "over 99\u202f%"


def downloaded(page: Any, selector: str) -> tuple[str, bytes]:
    with page.expect_download(timeout=60_000) as wait:
        page.click(selector)
    return wait.value.suggested_filename, Path(wait.value.path()).read_bytes()


# -- talks ---------------------------------------------------------------------------------------------------------------
def test_talks_show_payoffs_odds_the_package_and_the_truce(visit: Visits, site: Site) -> None:
    page = visit()
    panel = opened(page, "talks", "deal")
    talks, deal = worked(site, "talks"), worked(site, "deal", {"disagreement": "law", "judged_by": "motives"})
    lede = panel.locator(".job[data-kind=talks] .lede").inner_text()
    for end in ("first", "second", "collapse"):
        assert chance(talks["odds"][end][1]) in lede
    assert talks["one_set"]["text"][0] in panel.locator("#one-set").inner_text()  # which odds count, beside it
    game = talks["game"]
    cells = panel.locator(".payoffs tbody td")
    assert cells.count() == len(game["cells"]) == 9
    best = sum(len([p for p in str(c["would stay"]).split(", ") if p]) for c in game["cells"])
    assert panel.locator(".payoffs .stays").count() == best > 0
    assert panel.locator(".payoffs td.rest").count() == sum(c["equilibrium"] for c in game["cells"])
    before = panel.locator(".payoffs").inner_text()
    panel.locator("input[name=judged-game][value=income]").check(force=True)
    assert panel.locator(".payoffs").inner_text() != before
    assert panel.locator(".payoffs td.rest").count() == sum(c["equilibrium"] for c in talks["game_real_income_only"]["cells"])
    clauses = panel.locator(".clauses li").all_inner_texts()
    assert [c.lower() for c in clauses] == [c.lower() for p in deal["parties"] for c in deal["clauses"][p]]
    assert panel.locator(".keeping").first.locator("tbody tr").count() == len(talks["keeping"])


def test_packages_are_told_by_keyboard(visit: Visits) -> None:
    page = visit()
    panel = opened(page, "deal")
    panel.locator(".package-pick select").focus()
    assert panel.locator(".package-words h4").inner_text() == "The proposal"
    page.keyboard.press("ArrowDown")
    assert panel.locator(".package-words h4").inner_text() == "A package that was solved"
    page.keyboard.press("ArrowUp")
    assert panel.locator(".package-words h4").inner_text() == "The proposal"
    gains = panel.locator(".package-words .quiet").inner_text()
    for word in ("United States", "China", "USD"):
        assert word in gains


def test_other_settings_are_worked_out_and_the_old_ones_kept(visit: Visits, site: Site) -> None:
    page = visit()
    panel = opened(page, "deal")
    law = panel.locator(".gains").inner_text()
    title = panel.locator(".zone .title")
    panel.locator(".zone svg").wait_for()
    first = title.inner_text()
    panel.locator("input[name=disagreement][value=escalate]").check(force=True)
    page.wait_for_function(
        "() => document.querySelector('#panel-ahead .zone .note')?.textContent.includes('both escalate')", timeout=WAIT
    )
    other = worked(site, "deal", {"disagreement": "escalate", "judged_by": "motives"})
    assert other["disagreement"] == "escalate"
    panel.locator("input[name=disagreement][value=law]").check(force=True)
    page.wait_for_function(
        "() => document.querySelector('#panel-ahead .zone .note')?.textContent.includes('the law runs by itself')", timeout=2_000
    )
    assert (title.inner_text(), panel.locator(".gains").inner_text()) == (first, law)


# -- work that is stopped, out of date, or fails -------------------------------------------------------------------------
def test_work_can_be_cancelled_and_started_again(visit: Visits, site: Site) -> None:
    page = visit()
    page.check("input[name=horizon][value='month 6']", force=True)
    settle(page)
    with page.expect_response(lambda r: r.url.endswith("/jobs") and r.request.post_data_json["kind"] == "outlook") as started:
        page.click("#tab-ahead")
    job = started.value.json()
    work = page.locator("#panel-ahead .job[data-kind=outlook]")
    work.locator(".job-progress").wait_for(state="visible")
    assert work.locator("progress").get_attribute("aria-label")
    with page.expect_response(lambda r: r.request.method == "DELETE"):
        work.get_by_role("button", name="Cancel").click()
    work.get_by_role("button", name="Work out the outlook").wait_for(state="visible")
    for _ in range(60):
        if site.ask(f"/jobs/{job['id']}")["status"] != "running":
            break
        page.wait_for_timeout(500)
    assert site.ask(f"/jobs/{job['id']}")["status"] == "cancelled"
    assert work.locator(".job-result > *").count() == 0
    page.click("#tab-answer")
    page.click("#tab-ahead")
    assert work.locator(".job-progress").is_hidden()  # what was cancelled does not start again by itself
    for other in page.locator("#panel-ahead .job-progress:visible button").all():
        other.click()
    work.get_by_role("button", name="Work out the outlook").click()
    work.locator(".job-result > *").first.wait_for(timeout=WAIT)


def test_another_horizon_marks_what_is_shown_as_out_of_date(visit: Visits) -> None:
    page = visit()
    panel = opened(page, "talks")
    work = panel.locator(".job[data-kind=talks]")
    stale = work.locator(".stale")
    assert stale.is_hidden()
    page.locator(".dial input").first.fill("40")
    settle(page)
    assert stale.is_hidden()  # the stand-off is of the negotiation, not of what is set
    lede = work.locator(".lede").inner_text()
    page.check("input[name=horizon][value='month 120']", force=True)
    stale.wait_for(state="visible")
    assert "another horizon" in stale.inner_text()
    assert work.locator(".job-result.old").count() == 1
    assert work.locator(".lede").inner_text() == lede
    page.check("input[name=horizon][value='month 36']", force=True)
    stale.wait_for(state="hidden")
    assert work.locator(".job-result.old").count() == 0
    settle(page)


def test_what_is_set_by_hand_is_put_beside_the_ends_of_the_odds(visit: Visits, site: Site) -> None:
    page = visit()
    page.click("#tab-ahead")
    assert "does not move the odds" in page.inner_text("#yours-ahead")
    page.locator(".dial input").first.fill("40")
    settle(page)
    page.wait_for_selector("#yours-ahead:has-text('1\u00a0measure moved by hand')")
    page.wait_for_selector("#yours-ahead b")
    own = next(r for r in site.solve(scenario="pessimistic", levers={"us-threat-100": 40})["headline"] if r["region"] == "USA")
    assert page.inner_text("#yours-ahead b") == percent(own["real_income_pct"], signed=True)


def test_work_outlives_a_reload(visit: Visits) -> None:
    page = visit()
    begun = {"id": "c" * 24, "status": "running", "progress": 0.4, "files": []}
    asked: list[str] = []
    page.route("**/api/v1/jobs", lambda r: (asked.append(r.request.method), r.fulfill(status=202, json=begun))[1])
    page.route("**/api/v1/jobs/*", lambda r: r.fulfill(json=begun))
    page.click("#share")
    page.get_by_role("button", name="Write the briefing").click()
    page.locator("#take .job-progress").wait_for(state="visible")
    page.reload()
    page.wait_for_selector("body.ready")
    settle(page)
    page.click("#share")
    page.locator("#take .job-progress").wait_for(state="visible")  # without a click
    assert len(asked) == 2
    with page.expect_response(lambda r: r.request.method == "DELETE"):
        page.locator("#take .job-progress").get_by_role("button", name="Cancel").click()


def test_a_server_that_is_away_is_asked_again(visit: Visits) -> None:
    page = visit()
    begun = {"id": "d" * 24, "status": "running", "progress": 0.4, "files": []}
    ended = {**begun, "status": "done", "progress": 1, "files": ["front.html"]}
    away = {"now": True}
    page.route("**/api/v1/jobs", lambda r: r.fulfill(status=202, json=begun))
    page.route("**/api/v1/jobs/*", lambda r: r.abort() if away["now"] else r.fulfill(json=ended))
    page.route("**/api/v1/jobs/*/result", lambda r: r.fulfill(json={"headline": {"answer": "Back again."}}))
    page.click("#share")
    page.get_by_role("button", name="Write the briefing").click()
    page.get_by_text("The server does not answer; trying again").wait_for()
    away["now"] = False
    page.get_by_text("Back again.").wait_for()
    visit.foreseen = ("Failed to load resource",)


def test_work_that_fails_says_so_in_words(visit: Visits) -> None:
    page = visit()

    def refuse(route: Any) -> None:
        route.fulfill(
            status=503,
            content_type="application/json",
            body=json.dumps({"error": "Busy", "message": "Too much to do; try again."}),
        )

    page.route("**/api/v1/jobs", refuse)
    page.click("#tab-who")
    page.click("#fold-bystanders > summary")
    said = page.locator("#fold-bystanders [role=alert]")
    said.wait_for(state="visible")
    assert said.inner_text() == "Too much to do; try again."
    assert page.get_by_role("button", name="Work out the third economies").is_visible()
    visit.expect_refusals(503)


def test_text_of_a_result_is_never_markup(visit: Visits) -> None:
    page = visit()
    nasty = "<img src=x onerror=window.broken=1>"
    job = {"id": "x" * 24, "status": "done", "progress": 1, "cached": True}
    page.route("**/api/v1/jobs", lambda r: r.fulfill(json=job))
    page.route("**/api/v1/jobs/*", lambda r: r.fulfill(json=job))
    question = {
        "id": "q", "question": nasty, "indicator": nasty, "by": "2025-11-01", "knowing": {},
        "shares": {"WORLD": {"shapley": 0.5, "low": 0.4, "high": 0.6}},
        "answers": [
            {
                "id": "a", "title": nasty, "probability": {"low": 0, "value": 1, "high": 1}, "shift": {"WORLD": 0},
                "scenarios": {nasty: 1},
            }
        ],
    }  # fmt: skip
    result = {"questions": [question], "ranked_by": "WORLD", "together": {"WORLD": 0.5}, "standard_deviation": {"WORLD": 0.1}}
    page.route("**/api/v1/jobs/*/result", lambda r: r.fulfill(json=result))
    found = page.evaluate(
        f"""async () => {{
            const {{ questionsPart }} = {module("questions.js")};
            const {{ startJob }} = {module("api.js")};
            const app = {{
                place: {{}}, view: {{ key_questions: [] }}, solveState: () => ({{ dossier: "mine" }}), regionName: (c) => c,
                scenario: (id) => id,
                runJob: (kind, args, say, signal) => startJob(kind, {{}}, args, say, signal),
            }};
            const part = questionsPart(app);
            document.body.append(part.node);
            part.update();
            await new Promise((done) => setTimeout(done, 800));
            const {{ node }} = part;
            return {{ images: node.querySelectorAll("img").length, text: node.textContent, broken: window.broken ?? null }};
        }}"""
    )
    assert (found["images"], found["broken"]) == (0, None)
    assert found["text"].count(nasty) >= 3


# -- outlook -------------------------------------------------------------------------------------------------------------
def test_the_outlook_shows_the_odds_the_tree_and_the_months(visit: Visits, site: Site) -> None:
    page = visit()
    panel = opened(page, "outlook")
    result = worked(site, "outlook")
    lede = panel.locator(".lede").first.inner_text()
    assert sum(row["percent"] for row in result["scenarios"]) == 100
    for row in result["scenarios"]:
        assert f"{row['percent']}\u202f%" in lede
    ends = {tuple(b for b in leaf["path"] if not independent(result, b)) for leaf in result["tree"]["leaves"]}
    nodes = {path[:k] for path in ends for k in range(1, len(path) + 1)}
    assert panel.locator(".branch").count() == len(nodes)
    assert panel.locator(".branch[tabindex='0']").count() == 1
    panel.locator(".branch[tabindex='0']").focus()
    fork = result["tree"]["forks"][0]
    assert panel.locator(".fork h4").inner_text().startswith(fork["title"])
    assert panel.locator(".fork tbody tr").count() == len(fork["branches"])
    heads = panel.locator(".fork thead").inner_text()
    for word in ("Record", "Stand-off", "Analyst", "Pooled", "After signals", "Range"):
        assert word in heads
    origin = result["origin"][fork["id"]]
    assert chance(origin["pooled"][fork["branches"][0]["id"]]) in panel.locator(".fork tbody tr").first.inner_text()
    page.keyboard.press("ArrowDown")
    assert panel.locator(".fork tr.here").inner_text().startswith(fork["branches"][1]["title"])
    panel.locator(".still svg").nth(2).wait_for()
    told = [drawing.get_attribute("aria-label") for drawing in panel.locator(".still svg").all()]
    for told_of, name in zip(told, ("Optimistic", "Malaysia", "United States"), strict=True):
        assert name in told_of
    page.select_option("#fan-region", "MYS")
    page.wait_for_function("() => document.querySelector('.fan svg')?.getAttribute('aria-label').includes('Malaysia')")


def independent(result: dict[str, Any], branch: str) -> bool:
    return any(f["independent"] for f in result["tree"]["forks"] if any(b["id"] == branch for b in f["branches"]))


def test_own_odds_move_the_tree_and_can_be_taken_back(visit: Visits, site: Site) -> None:
    page = visit()
    panel = opened(page, "outlook")
    result = worked(site, "outlook")
    fork = result["tree"]["forks"][0]
    panel.locator(".branch").first.focus()
    key = panel.locator(".tree-figure .status-key")
    before = key.text_content()
    panel.locator(".fork tbody tr").first.locator("input[type=range]").fill("100")
    assert key.text_content() != before
    sure = fork["branches"][0]["id"]
    mass: dict[str, float] = {}
    for leaf in result["tree"]["leaves"]:
        if sure in leaf["path"]:
            mass[leaf["scenario"]] = mass.get(leaf["scenario"], 0.0) + leaf["probability"]
    whole = dict(zip(mass, whole_percents(p / sum(mass.values()) for p in mass.values()), strict=True))
    titles = {x["scenario"]: x["title"] for x in result["scenarios"]}
    for scenario, share in whole.items():
        assert f"{titles[scenario]} {share}\u202f%" in key.text_content()
    assert "with your odds" in panel.locator(".lede").first.inner_text()
    for scenario, share in whole.items():
        if share:
            assert f"“{titles[scenario]}” {share}\u202f%" in panel.locator(".lede").first.inner_text()  # the sentence moves too
    panel.get_by_text("The odds are the reader’s own").wait_for(timeout=WAIT)
    panel.get_by_role("button", name="Drop the odds of your own").click()
    page.wait_for_function("t => document.querySelector('.tree-figure .status-key').textContent === t", arg=before, timeout=WAIT)


def test_own_odds_travel_in_the_link_and_change_every_answer(visit: Visits, site: Site) -> None:
    page = visit()
    panel = opened(page, "outlook")
    panel.locator(".branch").first.focus()
    panel.locator(".fork tbody tr").first.locator("input[type=range]").fill("100")
    panel.get_by_text("The odds are the reader’s own").wait_for(timeout=WAIT)  # carried and worked out anew by themselves
    assert "Both step back” 100" in panel.get_by_text("The odds are the reader’s own").first.inner_text()
    lede, link = panel.locator(".lede").first.inner_text(), page.url
    other = visit(link[link.index("#") :])
    again = opened(other, "outlook")
    assert again.locator(".lede").first.inner_text() == lede
    complete(page)
    complete(other)
    plain = site.ask("/answer", {"dossier": DOSSIER, "scenario": "pessimistic", "full": True})
    told = "".join(x["text"] for x in plain["second"])
    assert page.text_content("#second") == other.text_content("#second") != told  # the answer's own odds moved with them


def test_the_arithmetic_of_paths_is_that_of_the_library(visit: Visits, site: Site) -> None:
    page = visit()
    opened(page, "outlook")
    result = worked(site, "outlook")
    found = page.evaluate(
        f"async (result) => {{ const p = {module('paths.js')}; return p.reckon(result, p.givenOdds(result)); }}",
        result,
    )
    for row in result["scenarios"]:
        assert found["scenarios"][row["scenario"]] == pytest.approx(row["probability"], abs=1e-9)
    for code in result["focus"]:
        assert found["expected"][code] == pytest.approx(result["regions"][code]["expected, %"], abs=1e-5)


def test_questions_are_ranked_and_ranked_anew(visit: Visits, site: Site) -> None:
    page = visit()
    panel = opened(page, "questions")
    result = worked(site, "questions")

    def ranked(code: str) -> list[str]:
        return [q["question"] for q in sorted(result["questions"], key=lambda q: -q["shares"][code]["shapley"])]

    shown = panel.locator(".questions h3")
    assert shown.all_inner_texts() == ranked("WORLD")
    top = max(result["questions"], key=lambda q: q["shares"]["WORLD"]["shapley"])
    for answer in top["answers"]:
        assert chance(answer["probability"]["value"]) in panel.locator(".questions > li").first.inner_text()
    page.select_option("#question-region", "MYS")
    assert shown.all_inner_texts() == ranked("MYS")


# -- bystanders ----------------------------------------------------------------------------------------------------------
def test_bystanders_rank_everyone_and_show_one(visit: Visits, site: Site) -> None:
    page = visit()
    panel = opened(page, "bystander")
    result = worked(site, "bystander", {"region": "MYS"})
    rows = panel.locator("#fold-bystanders table").first.locator("tbody tr")
    assert rows.count() == len(result["economies"])
    best = max(result["economies"], key=lambda r: r["real_income"][result["scenario"]])
    names = {r["code"]: r["name"] for r in site.ask("/catalogue")["regions"]}
    assert rows.first.inner_text().lower().startswith(names[best["region"]].lower())
    menu = panel.locator(".menu")
    assert menu.locator("tbody tr").count() == len(result["menu"]["options"])
    assert menu.locator("td.heat").count() == len(result["menu"]["options"]) * len(result["menu"]["scenarios"])
    top = menu.locator("tbody tr").first.inner_text().lower()
    assert top.startswith(result["menu"]["best"].lower())
    assert "What hosting is worth" in panel.inner_text()
    panel.get_by_role("button", name="Viet Nam: its menu").click()
    page.wait_for_function("() => document.querySelector('#bystander-title')?.textContent === 'Viet Nam'", timeout=WAIT)
    assert "What hosting is worth" not in panel.inner_text()
    assert "region" in page.evaluate(f"async () => Object.keys({module('state.js')}.getPlace())")


# -- export --------------------------------------------------------------------------------------------------------------
def test_the_python_shown_runs_and_gives_the_same_number(visit: Visits, site: Site, tmp_path: Path) -> None:
    page = visit()
    lever(page, "us-threat-100").fill("40")
    settle(page)
    page.click("#share")
    code = page.locator(".preview code").first
    page.wait_for_function("() => document.querySelector('#take .preview code')?.textContent.includes('40')")
    name, content = downloaded(page, "[data-download=python]")
    assert name.endswith(".py")
    assert content.decode() == code.text_content()
    script = tmp_path / name
    script.write_bytes(content)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    printed = {line.split()[0]: line.split()[1] for line in done.stdout.splitlines() if len(line.split()) >= 2}
    answer = site.solve(scenario="pessimistic", levers={"us-threat-100": 40})
    assert float(printed["world"]) == pytest.approx(answer["world_real_income_pct"], abs=6e-4)
    china = next(r for r in answer["headline"] if r["region"] == "CHN")
    assert float(printed["CHN"]) == pytest.approx(china["real_income_pct"], abs=6e-4)


def test_files_and_links_leave_as_they_should(visit: Visits, site: Site) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    page.click("#share")
    name, content = downloaded(page, "[data-download=csv]")
    rows = list(csv.reader(io.StringIO(content.decode())))
    assert name.endswith(".csv")
    assert len(rows) == 1 + len(site.ask("/catalogue")["regions"])
    name, content = downloaded(page, "[data-download=yaml]")
    view = site.ask("/dossiers", {"text": content.decode()})["view"]
    assert (name[-5:], view["id"]) == (".yaml", DOSSIER)
    name, content = downloaded(page, "[data-download=run]")
    assert name.endswith(".run.json")
    assert isinstance(json.loads(content), dict)
    page.click("#copy")
    page.get_by_text("Link copied.").wait_for()
    link = page.evaluate("() => navigator.clipboard.readText()")
    assert link == page.locator(".link-text").first.input_value() == page.url
    page.click("[data-copy=cite]")
    page.get_by_text("Copied.", exact=True).wait_for()
    cited = page.evaluate("() => navigator.clipboard.readText()")
    for part in ("Kuala Lumpur, October 2025", "The hundred points", "as known on 18\u00a0October 2025", page.url):
        assert part in cited
    page.click("[data-copy=python]")
    page.wait_for_function("async () => (await navigator.clipboard.readText()).includes('import detente as dt')")


def test_the_preview_follows_the_levers(visit: Visits) -> None:
    page = visit()
    page.click("#share")
    page.wait_for_function("() => document.querySelector('#take .preview code')?.textContent.includes('moved = {}')")
    before = page.locator(".link-text").first.input_value()
    lever(page, "us-threat-100").fill("55")
    page.wait_for_function("() => document.querySelector('#take .preview code')?.textContent.includes('55')")
    settle(page)
    assert page.locator(".link-text").first.input_value() != before


def test_the_briefing_leaves_as_files_and_goes_stale(visit: Visits) -> None:
    """The page's part; that the server leaves the files is tested in `test_briefing_job`."""
    page = visit()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as pack:
        pack.writestr("data/table.csv", "region\n")
    job = {
        "id": "b" * 24,
        "status": "done",
        "progress": 1,
        "files": [
            "annex.html",
            "briefing.docx",
            "briefing.md",
            "briefing.zip",
            "companion.html",
            "companion.md",
            "front-USA.html",
            "front.html",
            "index.html",
            "run.json",
        ],
    }
    page.route("**/api/v1/jobs", lambda r: r.fulfill(status=200, json=job))
    page.route("**/api/v1/jobs/*", lambda r: r.fulfill(json=job))
    page.route("**/api/v1/jobs/*/result", lambda r: r.fulfill(json={"headline": {"answer": "China loses more."}}))
    html = "<!doctype html><html></html>"
    page.route("**/api/v1/jobs/*/files/front.html", lambda r: r.fulfill(body=html, content_type="text/html"))
    page.route("**/api/v1/jobs/*/files/briefing.zip", lambda r: r.fulfill(body=packed.getvalue(), content_type="application/zip"))
    page.click("#share")
    page.get_by_role("button", name="Write the briefing").click()
    page.get_by_text("China loses more.").wait_for()
    offered = page.locator("#take .files button").evaluate_all("(all) => all.map((b) => b.dataset.file)")
    assert sorted(offered[1:3]) == ["front-USA.html", "front.html"]
    assert offered[:1] + offered[3:] == [
        "briefing.zip",
        "annex.html",
        "companion.html",
        "briefing.docx",
        "briefing.md",
        "run.json",
    ]  # the index stands in the folder, where its links lead somewhere
    assert downloaded(page, "[data-file='front.html']") == ("front.html", html.encode())
    assert downloaded(page, "[data-file='briefing.zip']") == ("briefing.zip", packed.getvalue())
    lever(page, "us-threat-100").fill("40")
    settle(page)
    stale = page.locator("#take .stale")
    stale.wait_for(state="visible")
    assert "levers have moved" in stale.inner_text()


def test_figures_leave_as_files_and_as_html_for_other_pages(visit: Visits, site: Site) -> None:
    page = visit()
    name, content = downloaded(page, ".ranked [data-take=png]")
    assert (name, content[:8]) == ("answer.png", b"\x89PNG\r\n\x1a\n")
    name, content = downloaded(page, ".ranked [data-take=svg]")
    assert (name, content[:4]) == ("answer.svg", b"<svg")
    name, content = downloaded(page, ".ranked [data-take=csv]")
    row = next(csv.DictReader(io.StringIO(content.decode())))
    assert (row["scenario"], row["as_of"]) == ("pessimistic", "2025-10-18")
    page.click(".ranked [data-take=embed]")
    page.wait_for_selector(".ranked .embed-code textarea")
    html = page.input_value(".ranked .embed-code textarea")
    assert html.startswith("<iframe src=")
    assert site.address in html
    page.click("#tab-who")
    page.wait_for_selector("#panel-who .sectors svg")
    name, content = downloaded(page, "#panel-who .sectors [data-take=svg]")
    assert (name, content[:4]) == ("output.svg", b"<svg")


def test_a_short_link_leads_back(visit: Visits, site: Site) -> None:
    page = visit()
    page.locator(".dial input").first.fill("40")
    settle(page)
    page.click("#share")
    page.click("[data-copy=short]")
    page.wait_for_selector("#take input[aria-label='Short link']:not([hidden])")
    short = page.locator("#take input[aria-label='Short link']").input_value()
    assert "/s/" in short
    assert "180 days" in page.inner_text("#take")
    other = visit(f"#k={short[-12:]}")
    assert figures(other) == site.figures(scenario="pessimistic", levers={"us-threat-100": 40})
    gone = visit("#k=aaaaaaaaaaaa")
    assert "This link cannot be shown." in gone.inner_text("#notice")
    visit.expect_refusals(404)


# -- every tab -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("width", [390, 1600])
def test_no_tab_is_wider_than_the_screen(visit: Visits, width: int) -> None:
    page = visit(viewport={"width": width, "height": 844})
    for kinds in (("outlook", "questions", "talks", "deal"), ("bystander",)):
        opened(page, *kinds)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), kinds
