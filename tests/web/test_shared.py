"""What is put up for others: short links, figures that any page may frame; and the methods and names of what is served."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest

from detente.web import shared
from detente.web.settings import Settings
from detente.web.shared import Shared, TooLargeToShare

KL = {"dossier": "kuala-lumpur-2025", "scenario": "pessimistic"}


def rows(reply):
    assert reply.status_code == 200, reply.text
    return list(csv.DictReader(io.StringIO(reply.text)))


# -- figures -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["answer", "income", "economies", "output", "duties", "drivers", "states", "routes", "route"])
def test_the_table_of_a_figure_says_what_it_is_of(client, name):
    reply = client.get(f"/api/v1/figures/{name}.csv", params={"state": json.dumps(KL)})
    found = rows(reply)
    assert reply.headers["content-disposition"] == f'attachment; filename="{name}.csv"'
    for row in found:
        assert row["scenario"] == "pessimistic"
        assert (row["as_of"], row["dossier"], row["horizon"]) == ("2025-10-18", "kuala-lumpur-2025", "month 36")
        assert row["time_basis"]
        assert row["relative_to"]
        assert row["source"].startswith("detente ")
        assert row["unit"]
        float(row["value"])


def test_the_table_has_the_numbers_of_the_answer(client):
    body = {"states": [KL], "unit": "usd", "ranges": True}
    by_code = {r["region"]: r for r in rows(client.post("/api/v1/figures/answer.csv", json=body))}
    told = client.post("/api/v1/answer", json={**KL, "unit": "usd", "full": True}).json()
    for bar in (*told["bars"]["rows"], told["bars"]["world"]):
        row = by_code[bar["region"]]
        assert [float(row[k]) for k in ("low", "value", "high")] == pytest.approx([bar["low"], bar["value"], bar["high"]])
    drawn = client.post("/api/v1/figures/answer.svg", json=body).text
    assert told["bars"]["title"].split(":")[0].split(" loses")[0] in " ".join(drawn.split())


# -- framed elsewhere --------------------------------------------------------------------------------------------------------
def embed(client, **figure):
    reply = client.post("/api/v1/embeds", json={"name": "answer", "figure": {"states": [KL], **figure}})
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_an_embed_may_be_framed_by_anyone_and_nothing_else_may(client):
    found = embed(client)
    reply = client.get(f"/{found['path']}", headers={"Sec-Fetch-Site": "cross-site"})
    assert reply.status_code == 200
    rules = reply.headers["content-security-policy"]
    assert "frame-ancestors *" in rules
    assert "script-src" not in rules
    assert "default-src 'none'" in rules
    assert "x-frame-options" not in reply.headers
    assert "set-cookie" not in reply.headers
    assert "<script" not in reply.text
    assert f'src="http://localhost:8000/{found["path"]}"' in found["html"]
    for ending, kind in (("png", "image/png"), ("svg", "image/svg+xml"), ("csv", "text/csv")):
        assert client.get(f"/{found['files'][ending]}").headers["content-type"].startswith(kind)
    for path in ("/", "/api/docs", "/healthz", "/static/css/plain.css", "/api/v1/catalogue"):
        reply = client.get(path)
        assert reply.headers["x-frame-options"] == "DENY", path
        assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
    assert embed(client)["id"] == found["id"]
    assert "180 days" in found["expires"]


@pytest.mark.parametrize("name", ["aaaaaaaaaaaa", "..%2fhealthz", "aaaa", "aaaaaaaaaaaa.exe", "aaaaaaaaaaaa.json"])
def test_an_embed_that_is_none_is_not_found(client, name):
    assert client.get(f"/embed/{name}").status_code == 404


def test_an_embed_needs_no_token_and_nothing_else_goes_without(server_of, tmp_path):
    folder = Shared(tmp_path / "shared")
    name = folder.put("figure", {"figure.html": b"<p>finished</p>"}, now=__import__("time").time())
    settings = Settings(data=tmp_path, token="a-long-random-word", in_process=True, workers=0)
    with server_of(settings, alive=False) as closed:
        assert closed.get(f"/embed/{name}").text == "<p>finished</p>"
        assert closed.post("/api/v1/embeds", json={}).status_code == 401
        assert closed.get("/s/aaaaaaaaaaaa").status_code == 401


# -- short links -----------------------------------------------------------------------------------------------------------
def test_a_short_link_holds_a_dossier_of_ones_own(client, toy_state):
    state = {**toy_state, "scenario": "war", "unit": "usd"}
    found = client.post("/api/v1/links", json=state).json()
    assert re.fullmatch(r"s/[a-z2-7]{12}", found["path"])
    again = client.get(f"/api/v1/links/{found['id']}").json()
    assert again["content"] == toy_state["content"]
    assert (again["scenario"], again["world"], again["unit"]) == ("war", "toy", "usd")
    page = client.get(f"/{found['path']}").text
    assert 'property="og:title"' in page
    assert f"embed/{found['id']}.png" in page
    assert f"#k={found['id']}" in page
    assert client.get(f"/embed/{found['id']}.png").content[:8] == b"\x89PNG\r\n\x1a\n"
    assert client.get("/api/v1/links/aaaaaaaaaaaa").status_code == 404
    assert client.get("/s/aaaaaaaaaaaa").status_code == 404


def test_what_a_dossier_says_is_text_on_a_shared_page(client, toy_state):
    content = json.loads(json.dumps(toy_state["content"]))
    content["scenarios"][-1]["title"] = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    state = {"content": content, "world": "toy", "scenario": content["scenarios"][-1]["id"]}
    found = client.post("/api/v1/links", json=state).json()
    page = client.get(f"/{found['path']}").text
    assert "<script" not in page
    assert "<img" not in page


def test_a_state_that_cannot_be_answered_is_not_put_up(client):
    assert client.post("/api/v1/links", json={**KL, "scenario": "never"}).status_code == 422


def test_what_is_put_up_is_bounded_and_expires(tmp_path: Path):
    kept = Shared(tmp_path, days=10, most=3)
    names = [kept.put("link", {"state.json": str(k).encode()}, now=float(k)) for k in range(5)]
    assert [kept.get("link", n, "state.json", now=5.0) is not None for n in names] == [False, False, True, True, True]
    assert kept.get("link", names[-1], "state.json", now=11 * 86_400.0) is None
    kept.put("link", {"state.json": b"new"}, now=12 * 86_400.0)
    assert len(list(tmp_path.iterdir())) == 1
    with pytest.raises(TooLargeToShare):
        kept.put("link", {"state.json": b"x" * (shared.LARGEST + 1)}, now=0.0)
    for wrong in ("../x", "A" * 12, ""):
        assert kept.get("link", wrong, "state.json", now=0.0) is None


# -- methods, names, compression ---------------------------------------------------------------------------------------------
def test_every_route_that_can_be_got_answers_head(client):
    found = embed(client)
    paths = ["/", "/healthz", "/metrics", "/api/docs", "/api/openapi.json", "/login", "/favicon.ico", "/static/css/plain.css",
             "/api/v1/catalogue", "/api/v1/dossiers/kuala-lumpur-2025", f"/{found['path']}", "/nothing",
             f"/api/v1/links/{'a' * 12}", f"/api/v1/jobs/{'a' * 24}"]  # fmt: skip
    for path in paths:
        got, head = client.get(path), client.request("HEAD", path)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers.get("content-type") == got.headers.get("content-type"), path
    assert client.request("HEAD", "/api/v1/solve").status_code == 405


def test_options_say_which_methods_there_are(client):
    told = {p: client.request("OPTIONS", p) for p in ("/api/v1/solve", "/", f"/api/v1/jobs/{'a' * 24}", "/nothing")}
    assert told["/api/v1/solve"].headers["allow"] == "OPTIONS, POST"
    assert told["/"].headers["allow"] == "GET, HEAD, OPTIONS"
    assert told[f"/api/v1/jobs/{'a' * 24}"].headers["allow"] == "DELETE, GET, HEAD, OPTIONS"
    assert told["/nothing"].status_code == 404
    assert client.request("OPTIONS", "/api/v1/solve", headers={"Origin": "http://evil.example"}).status_code == 403


def test_files_of_the_page_are_kept_for_good_under_their_edition(client):
    page = client.get("/").text
    links = re.findall(r'(?:href|src)="(static/[^"]+)"', page)
    assert len(links) > 20
    assert all(re.match(r"static/[0-9a-f]{12}/", link) for link in links)
    for link in links:
        reply = client.get(f"/{link}")
        assert reply.status_code == 200, link
        assert "immutable" in reply.headers["cache-control"]
    assert client.get("/static/000000000000/css/base.css").status_code == 404
    assert client.get("/static/css/base.css").headers["cache-control"] == "no-cache"
    assert 'property="og:title"' in page


def test_what_is_large_is_compressed_for_who_can_read_it(client):
    plain = client.get("/api/v1/dossiers/kuala-lumpur-2025", headers={"Accept-Encoding": "identity"})
    small = client.get("/api/v1/dossiers/kuala-lumpur-2025", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in small.headers["vary"].lower()
    assert int(small.headers["content-length"]) < len(plain.content) / 3
    assert small.json() == plain.json()


# -- a state as text -----------------------------------------------------------------------------------------------------------
def test_a_state_is_copied_as_a_command_that_gives_the_same(client, tmp_path, monkeypatch):
    import shlex

    from typer.testing import CliRunner

    from detente.cli import app

    monkeypatch.chdir(tmp_path)
    state = {**KL, "levers": {"us-threat-100": 40}, "horizon": "month 12"}
    told = client.post("/api/v1/export/cli", json=state).text.splitlines()
    assert "kuala-lumpur-2025.yaml" in told[0]
    (tmp_path / "kuala-lumpur-2025.yaml").write_text(client.post("/api/v1/export/yaml", json=state).text, encoding="utf-8")
    words = shlex.split(told[-1])
    run = CliRunner().invoke(app, [*words[1:], "--csv", "out.csv"])
    assert run.exit_code == 0, run.output
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        found = {r["region"]: float(r["real income, %"]) for r in csv.DictReader(file)}
    for row in client.post("/api/v1/solve", json=state).json()["headline"]:
        assert found[row["region"]] == pytest.approx(row["real_income_pct"], abs=2e-5)


def test_results_as_csv_say_what_they_are_of(client):
    found = rows(client.post("/api/v1/export/csv", json=KL))
    usa = next(r for r in found if r["region"] == "USA")
    assert float(usa["real income, low, %"]) < float(usa["real income, %"]) < float(usa["real income, high, %"])
    assert (usa["scenario"], usa["as_of"], usa["relative_to"]) == ("pessimistic", "2025-10-18", "what the law does by itself")
    assert usa["source"].startswith("detente ")
