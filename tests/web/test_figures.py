"""Still charts of a state: drawn here, the same bytes for the same question, nothing in them runs."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from detente.web.settings import Settings

KUALA = {"dossier": "kuala-lumpur-2025", "scenario": "middle", "levers": {"us-threat-100": 40}}
SVG = "{http://www.w3.org/2000/svg}"
TYPES = {"svg": "image/svg+xml", "png": "image/png", "html": "text/html; charset=utf-8"}


def asked(client, name, *states, **more):
    texts = [s if isinstance(s, str) else json.dumps(s) for s in states or (KUALA,)]
    return client.get(f"/api/v1/figures/{name}", params={"state": texts, **more})


def words(svg: bytes) -> tuple[str, str]:
    """Title and description of a drawing."""
    drawing = ElementTree.fromstring(svg)
    assert drawing.get("role") == "img"
    return drawing.findtext(f"{SVG}title"), drawing.findtext(f"{SVG}desc")


@pytest.mark.parametrize("name", ["income", "economies", "output", "comparison", "routes", "route"])
def test_every_figure_is_drawn_with_its_words(client, name):
    other = {"dossier": "kuala-lumpur-2025", "scenario": "optimistic"}
    reply = asked(client, f"{name}.svg", KUALA, *([other] if name == "comparison" else []))
    assert reply.status_code == 200, reply.text
    title, told = words(reply.content)
    assert len(title) > 10
    assert told.startswith(title)
    assert len(told) > len(title) + 40
    assert b"var(--" not in reply.content


def test_a_figure_comes_as_svg_png_and_html(client):
    found = {ending: asked(client, f"economies.{ending}") for ending in TYPES}
    assert {e: r.headers["content-type"] for e, r in found.items()} == TYPES
    assert found["png"].content[:8] == b"\x89PNG\r\n\x1a\n"
    page = found["html"].text
    title, _ = words(found["svg"].content)
    assert page.startswith("<!doctype html>")
    assert title in page
    assert 'aria-label="' in page
    assert "<script" not in page
    for ending, reply in found.items():
        rules = reply.headers["content-security-policy"]
        assert "default-src 'none'" in rules
        assert "script-src" not in rules
        assert "sandbox" in rules
        assert reply.headers["content-disposition"] == f'inline; filename="economies.{ending}"'
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"


def test_the_numbers_are_those_of_the_answer(client):
    rows = client.post("/api/v1/solve", json=KUALA).json()["headline"]
    top = max(rows, key=lambda r: abs(r["real_income_pct"]))
    title, _ = words(asked(client, "economies.svg").content)
    assert top["name"] in title
    assert f"{abs(top['real_income_pct']):.2f}" in title
    drawn = asked(client, "economies.svg").text
    assert "1 measure moved; after 36 months, against what the law does by itself" in " ".join(drawn.split())


def test_the_same_question_gives_the_same_bytes(client, server_of, tmp_path):
    first = asked(client, "income.svg").content
    spelt = asked(client, "income.svg", {**KUALA, "horizon": "month 36", "against": "law"}).content
    posted = client.post("/api/v1/figures/income.svg", json={"states": [KUALA]}).content
    with server_of(Settings(data=tmp_path, in_process=True, solvers=1, workers=0)) as other:
        elsewhere = asked(other, "income.svg").content
    assert first == spelt == posted == elsewhere
    assert asked(client, "income.svg", {**KUALA, "levers": {"us-threat-100": 41}}).content != first
    assert asked(client, "income.svg", {**KUALA, "horizon": "month 6"}).content != first
    assert asked(client, "income.png").content == asked(client, "income.png").content


def test_a_figure_once_drawn_is_kept(client):
    def counted(kept):
        name = f'detente_answers_total{{kept="{kept}",task="figure"}} '
        return sum(float(line.removeprefix(name)) for line in client.get("/metrics").text.splitlines() if line.startswith(name))

    state = {**KUALA, "levers": {"us-threat-100": 42}}
    before = counted("no"), counted("yes")
    assert asked(client, "economies.svg", state).content == asked(client, "economies.svg", state).content
    assert (counted("no"), counted("yes")) == (before[0] + 1, before[1] + 1)


def test_states_are_compared(client):
    states = [{"dossier": "kuala-lumpur-2025", "scenario": s} for s in ("optimistic", "pessimistic")]
    drawn = asked(client, "comparison.svg", *states)
    _, told = words(drawn.content)
    for part in ("United States, Optimistic", "United States, Pessimistic", "World, Pessimistic"):
        assert part in told
    assert "Malaysia" in drawn.text
    _, worth = words(asked(client, "comparison.svg", *states, indicator="ev_musd").content)
    assert worth.startswith("Equivalent variation")
    twice = asked(client, "comparison.svg", states[0], states[0])
    assert "Optimistic (2)" in words(twice.content)[1]


def test_a_dossier_in_the_body_is_drawn(client, toy_state):
    body = {"states": [{**toy_state, "scenario": "war"}]}
    reply = client.post("/api/v1/figures/economies.svg", json=body)
    assert reply.status_code == 200, reply.text
    title, told = words(reply.content)
    assert title.startswith("Losses are largest in")
    assert all(code in told for code in ("AAA", "BBB", "CCC"))


def test_one_economy_can_be_asked_for(client):
    assert "Viet Nam" in words(asked(client, "output.svg", region="VNM").content)[0]
    assert words(asked(client, "route.svg", region="VNM").content) != words(asked(client, "route.svg").content)
    assert asked(client, "output.svg", region="viet nam").content == asked(client, "output.svg", region="VNM").content
    reply = asked(client, "output.svg", region="Germany")
    assert (reply.status_code, reply.json()["error"]) == (422, "UnknownRegion")
    assert "EU27" in reply.json()["message"]
    reply = asked(client, "route.svg", region="USA")
    assert reply.status_code == 422
    assert "sits at the table" in reply.json()["message"]
    reply = asked(client, "output.svg", region="VNN")
    assert (reply.status_code, reply.json()["error"]) == (422, "UnknownRegion")
    assert "VNM" in reply.json()["message"]


def test_an_unknown_name_is_answered_with_suggestions(client):
    reply = asked(client, "econmies.svg")
    assert reply.status_code == 404
    assert reply.json()["where"] == "econmies"
    assert "did you mean economies" in reply.json()["message"]
    assert asked(client, "economies.gif").status_code == 422
    assert client.get("/api/v1/figures/economies").status_code == 404


@pytest.mark.parametrize(
    ("state", "status", "message"),
    [
        ("", 422, "JSON"),
        ("{", 422, "JSON"),
        ("[]", 422, "an object"),
        ("{}", 422, "either 'dossier'"),
        ('{"dossier": "kuala-lumpur-2025", "levers": {"us-threat-100": NaN}}', 422, "finite number"),
        ('{"dossier": "kuala-lumpur-2025", "scenario": "midle"}', 422, "did you mean middle"),
        ('{"dossier": "kuala-lumpur-2025", "more": 1}', 422, "Extra inputs"),
        ('{"dossier": "../../etc/passwd"}', 422, "dossier"),
        ('{"dossier": "kuala-lumpur-2025", "scenario": "status-quo"}', 422, "changes nothing"),
        ('{"content": ' + "[" * 5_000 + "}", 400, "too deep"),
        ("x" * 16_001, 422, "at most 16000"),
    ],
)
def test_a_state_that_cannot_be_used_is_refused_in_words(client, state, status, message):
    reply = asked(client, "economies.svg", state)
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/json"
    assert message in reply.json()["message"]


def test_bounds_of_a_question(client):
    assert client.get("/api/v1/figures/economies.svg").status_code == 422
    assert asked(client, "comparison.svg", *[KUALA] * 7).status_code == 422
    for wrong in (asked(client, "economies.svg", KUALA, KUALA), asked(client, "comparison.svg", KUALA)):
        assert wrong.status_code == 422
        assert "two to six states" in wrong.json()["message"]
    assert asked(client, "comparison.svg", KUALA, KUALA, indicator="exports_pct").status_code == 422


def test_another_site_cannot_have_charts_drawn(client):
    params = {"state": json.dumps(KUALA)}
    for origin in ("cross-site", "same-site"):
        reply = client.get("/api/v1/figures/economies.svg", params=params, headers={"Sec-Fetch-Site": origin})
        assert reply.status_code == 403


def test_a_token_is_needed_where_there_is_one(server_of, tmp_path):
    with server_of(Settings(data=tmp_path, token="a-long-random-word", in_process=True, workers=0), alive=False) as guarded:
        assert asked(guarded, "economies.svg").status_code == 401


# -- for the page: inline, with the words beside the drawing ------------------------------------------------------------
def inline(client, name, *states, **more):
    body = {"states": list(states or (KUALA,)), **more}
    reply = client.post(f"/api/v1/figures/{name}.json", json=body)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"].startswith("application/json")
    return reply.json()


@pytest.mark.parametrize("name", ["economies", "output", "duties", "drivers", "states"])
def test_a_figure_for_the_page_is_in_the_colours_of_the_page(client, name):
    found = inline(client, name)
    assert set(found) == {"title", "subtitle", "note", "alt", "svg"}
    drawing = ElementTree.fromstring(found["svg"])
    assert drawing.get("role") == "img"
    assert drawing.get("aria-label") == found["alt"]
    assert found["alt"].startswith(found["title"])
    assert "var(--ink)" in found["svg"]
    assert "style=" not in found["svg"]


def test_it_is_drawn_for_the_room_there_is(client):
    widths = [float(ElementTree.fromstring(inline(client, "economies", width=w)["svg"]).get("width")) for w in (320, 480, 900)]
    assert all(0.8 * room < width <= 1.05 * room for room, width in zip((320, 480, 900), widths, strict=True))
    for wrong in (100, 5_000):
        assert client.post("/api/v1/figures/economies.json", json={"states": [KUALA], "width": wrong}).status_code == 422


def test_ranges_are_those_of_the_answer(client):
    ends = {r["region"]: r for r in client.post("/api/v1/ranges", json=KUALA).json()["regions"]}
    plain, ranged = inline(client, "economies"), inline(client, "economies", ranges=True)
    assert plain["svg"] != ranged["svg"]
    assert "thin lines" in ranged["subtitle"]
    assert plain["title"] == ranged["title"]
    assert ends["USA"]["low"] < ends["USA"]["high"]


def test_drivers_and_duties_tell_the_numbers_of_the_api(client):
    told = client.post("/api/v1/drivers", json=KUALA).json()
    top = max(told["drivers"], key=lambda d: abs(d["part_pct"]["CHN"]))
    assert f"{abs(top['part_pct']['CHN']):.2f}" in inline(client, "drivers", region="CHN")["title"]
    for d in client.post("/api/v1/solve", json=KUALA).json()["duties"]:
        assert f"{d['mean_pct_after']:.1f}" in inline(client, "duties")["alt"]


def test_states_stand_side_by_side(client):
    states = [{"dossier": "kuala-lumpur-2025", "scenario": s} for s in ("optimistic", "pessimistic")]
    found = inline(client, "states", *states, KUALA)
    for told in ("United States, Optimistic", "United States, Pessimistic", "World, Yours"):
        assert told in found["alt"]
    assert inline(client, "states", states[1])["title"]
    over = client.post("/api/v1/figures/states.json", json={"states": [states[0]] * 13})
    assert over.status_code == 422


def test_colours_go_by_the_roles_of_the_dossier(client, toy_state):
    view = client.get("/api/v1/dossiers/kuala-lumpur-2025").json()
    assert [view["colours"][c] for c in ("USA", "CHN", "MYS", "ASEAN", "EU27")] == ["usa", "chn", "mys", "mys", "eu"]
    own = client.post("/api/v1/dossiers", json={"text": json.dumps(toy_state["content"])}).json()["view"]
    parties = [p["region"] for p in own["parties"]]
    assert [own["colours"][c] for c in parties[:2]] == ["usa", "chn"]
    assert "USA" not in own["colours"]


def test_a_dossier_opens_with_the_scenario_in_which_talks_fail(client, toy_state):
    assert client.get("/api/v1/dossiers/kuala-lumpur-2025").json()["opens_with"] == "pessimistic"
    content = json.loads(json.dumps(toy_state["content"]))
    for scenario in content["scenarios"]:
        scenario.pop("role", None)
    content["scenarios"][-1]["role"] = "worst"
    view = client.post("/api/v1/dossiers", json={"text": json.dumps(content)}).json()["view"]
    assert view["opens_with"] == content["scenarios"][-1]["id"]
    content["scenarios"][-1].pop("role")
    view = client.post("/api/v1/dossiers", json={"text": json.dumps(content)}).json()["view"]
    assert view["opens_with"] == next(s["id"] for s in content["scenarios"] if s["id"] != "status-quo")
