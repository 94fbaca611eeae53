"""Long work: taken once, never lost, kept by content, cancelled when asked, refused when there is too much of it."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from detente.errors import InputError
from detente.web.jobs import ATTEMPTS, Held, Jobs, TooManyJobs, private
from detente.web.kinds import arguments_of, basis
from detente.web.results import Results, result_key
from detente.web.settings import Settings
from detente.web.state import PageState, resolve

KEYS = [f"{k:032x}" for k in range(8)]


@pytest.fixture
def jobs(tmp_path):
    return Jobs(tmp_path / "jobs.db")


def added(jobs, key=KEYS[0], client="me", now=0.0, **more):
    return jobs.add(client, "outlook", {"state": {}}, key, now, **more)


# -- the queue -------------------------------------------------------------------------------------------------------------
def test_the_oldest_goes_first_and_the_same_work_is_done_once_at_a_time(jobs):
    first, second, third = added(jobs, now=1), added(jobs, now=2), added(jobs, KEYS[1], now=3)
    assert jobs.claim("a", 4).id == first.id
    assert jobs.claim("b", 4, share=9).id == third.id  # the second waits for the first: its result may serve
    assert jobs.claim("c", 4, share=9) is None
    assert jobs.finish(first.id, "a", "done", 5)
    assert jobs.claim("c", 6, share=9).id == second.id


def test_clients_take_turns(jobs):
    many = [added(jobs, f"{k:032x}", client="many", now=k).id for k in range(5)]
    late = [added(jobs, f"{k:032x}", client="late", now=k).id for k in (10, 11)]
    taken = []
    for now in range(20, 27):
        job = jobs.claim("w", now)
        taken.append(job.id)
        assert jobs.finish(job.id, "w", "done", now)
    assert taken == [many[0], late[0], many[1], late[1], *many[2:]]


def test_a_client_has_no_more_than_its_share_running(jobs):
    mine = [added(jobs, f"{k:032x}", now=k).id for k in range(4)]
    assert jobs.claim("a", 10, share=2).id == mine[0]
    assert jobs.claim("b", 10, share=2).id == mine[1]
    assert jobs.claim("c", 10, share=2) is None  # the third worker is for others
    other = added(jobs, "f" * 32, client="other", now=9)
    assert jobs.claim("c", 11, share=2).id == other.id
    assert jobs.finish(mine[0], "a", "done", 12)
    assert jobs.claim("a", 13, share=2).id == mine[2]


def test_every_job_is_taken_by_one_worker(jobs):
    names = {added(jobs, f"{k:032x}", client=str(k), now=k).id for k in range(40)}
    start = threading.Barrier(8)

    def work(worker: int) -> list[str]:
        start.wait()
        taken = []
        while (job := jobs.claim(f"w{worker}", 100)) is not None:
            taken.append(job.id)
            jobs.report(job.id, f"w{worker}", 0.5, "half")
            assert jobs.finish(job.id, f"w{worker}", "done", 101)
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = [name for part in pool.map(work, range(8)) for name in part]
    assert sorted(taken) == sorted(names)
    assert jobs.counts() == {"done": 40}


def test_what_a_dead_worker_held_is_queued_again_until_it_has_failed_thrice(jobs):
    job, other = added(jobs), added(jobs, KEYS[1], now=1)
    for attempt in range(1, ATTEMPTS + 1):
        taken = jobs.claim(f"w{attempt}", attempt)
        assert (taken.id, taken.attempts) == (job.id, attempt)
        back = jobs.give_back(9, f"w{attempt}")
        assert back == (1 if attempt < ATTEMPTS else 0)
    assert jobs.get(job.id).status == "failed"
    assert "three times" in jobs.get(job.id).error
    assert jobs.get(other.id).status == "queued"
    assert jobs.claim("x", 10).id == other.id
    assert jobs.give_back(11, "someone else") == 0
    assert jobs.give_back(11) == 1


def test_a_worker_that_lost_its_job_cannot_end_it(jobs):
    job = added(jobs)
    jobs.claim("a", 1)
    jobs.give_back(2)
    jobs.claim("b", 3)
    assert not jobs.finish(job.id, "a", "failed", 4, "late")
    jobs.report(job.id, "a", 0.9, "late")
    assert (jobs.get(job.id).status, jobs.get(job.id).progress) == ("running", 0)
    assert jobs.finish(job.id, "b", "done", 5)


def test_cancelling(jobs):
    waits, runs = added(jobs, KEYS[1], now=1), added(jobs, now=0)
    jobs.claim("a", 2)
    assert jobs.cancel(waits.id, 3).status == "cancelled"
    assert jobs.cancel(runs.id, 3).status == "running"
    assert jobs.wants_cancel(runs.id)
    jobs.give_back(4)  # its worker died before it saw: cancelled, not run again
    assert jobs.get(runs.id).status == "cancelled"
    assert jobs.claim("b", 5) is None
    assert jobs.cancel("nothing", 5) is None


def test_there_is_a_limit_for_each_and_for_all(jobs):
    for k in range(2):
        added(jobs, KEYS[k], now=k, own=2, total=3)
    with pytest.raises(TooManyJobs, match="2 of your jobs"):
        added(jobs, KEYS[2], own=2, total=3)
    added(jobs, KEYS[2], client="you", now=3, own=2, total=3)
    with pytest.raises(TooManyJobs, match="full"):
        added(jobs, KEYS[3], client="they", own=2, total=3)
    assert added(jobs, KEYS[3], own=2, total=3, done=True).status == "done"  # what is known costs nothing
    jobs.finish(jobs.claim("a", 1).id, "a", "done", 2)
    added(jobs, KEYS[4], own=2, total=3)


def test_time_left_follows_from_what_is_done(jobs):
    job = added(jobs)
    jobs.claim("a", 10)
    jobs.report(job.id, "a", 0.25, "x")
    assert jobs.get(job.id).eta(now=20) == pytest.approx(30)
    assert jobs.get(job.id).record(20)["eta_s"] == 30
    jobs.finish(job.id, "a", "done", 50)
    assert jobs.get(job.id).eta(60) is None


def test_a_queue_survives_the_one_who_opened_it(jobs):
    job = added(jobs)
    again = Jobs(jobs.path)
    assert again.get(job.id) == job
    assert again.forget(40 * 86_400) == 0
    again.finish(again.claim("a", 1).id, "a", "done", 2)
    assert again.forget(40 * 86_400) == 1


def test_a_folder_serves_one_server(tmp_path):
    held = Held(tmp_path)
    with pytest.raises(InputError, match="another server"):
        Held(tmp_path)
    held.release()
    Held(tmp_path).release()


# -- results -------------------------------------------------------------------------------------------------------------
def put(results, key, size, used):
    with results.making(key) as folder:
        (folder / "result.json").write_bytes(b"x" * size)
    os.utime(results.folder / key, (used, used))


def test_the_longest_unused_goes_when_there_is_no_room(tmp_path):
    results = Results(tmp_path, 250)
    for k in range(3):
        put(results, KEYS[k], 100, used=k)
    assert not results.has(KEYS[0])  # gone as the third came
    os.utime(tmp_path / KEYS[1], (0, 0))
    assert results.json(KEYS[1]) == b"x" * 100  # reading counts as use
    put(results, KEYS[3], 100, used=5)
    assert [results.has(k) for k in KEYS[:4]] == [False, True, False, True]


def test_half_a_result_is_none(tmp_path):
    results = Results(tmp_path, 1000)

    def fails():
        with results.making(KEYS[0]) as folder:
            (folder / "result.json").write_text("{")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert not results.has(KEYS[0])
    (tmp_path / ".making-left").mkdir()
    results.sweep()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["", "../x", "a/b", "A" * 32, "0" * 31, "0" * 65, ".making-x"])
def test_a_key_is_a_digest(tmp_path, key):
    with pytest.raises(ValueError, match="key"):
        Results(tmp_path, 10).has(key)


def test_files_of_a_result_by_their_plain_names(tmp_path):
    results = Results(tmp_path, 1000)
    (tmp_path / "secret").write_text("s")
    with results.making(KEYS[0]) as folder:
        (folder / "result.json").write_text("{}")
        (folder / "front.html").write_text("b")
    assert results.files(KEYS[0]) == ("front.html",)
    assert results.file(KEYS[0], "front.html").read_text() == "b"
    for name in ("../secret", "secret", "", ".", "..", "result.json", "front.html/", "./front.html"):
        assert results.file(KEYS[0], name) is None


def test_keys_tell_apart_what_matters():
    def key(name, arguments, **state):
        case = resolve(PageState(dossier="kuala-lumpur-2025", **state))
        return result_key(name, basis(name, case, arguments_of(name, arguments)))

    base = key("deal", {})
    assert base == key("deal", {"solves": 120}, levers={"us-threat-100": 10})  # a deal does not look at levers
    others = [key("deal", {"solves": 40}), key("deal", {}, horizon="long"), key("talks", {})]
    assert len({base, *others}) == 4
    assert key("nash", {}) != key("nash", {}, levers={"us-threat-100": 10})


# -- through the API ---------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def finished(client, toy_state, wait_for):
    reply = client.post("/api/v1/jobs", json={"kind": "questions", "state": toy_state, "arguments": {"knowing": False}})
    assert reply.status_code == 202
    assert reply.json()["status"] == "queued"
    job = wait_for(client, reply.json()["id"])
    assert job["status"] == "done", job
    return job


def test_a_job_gives_the_librarys_record(client, finished, toy_state):
    import small_future
    from detente.outlook.questions import key_questions
    from detente.world import toy_world

    found = client.get(f"/api/v1/jobs/{finished['id']}/result").json()
    direct = key_questions(small_future.small_future(), toy_world(), knowing=False)
    assert found["explained"] == direct.explain()
    assert [q["id"] for q in found["questions"]] == [q.id for q in direct.questions]
    assert found["standard_deviation"]["WORLD"] == pytest.approx(direct.record()["standard_deviation"]["WORLD"], rel=1e-6)
    assert (finished["progress"], finished["error"], finished["attempts"]) == (1, None, 1)


def test_where_a_party_hosts_the_first_bystander_is_asked_of(client, toy_state, wait_for):
    content = toy_state["content"]
    cited = content["venue"]["sources"]
    content = {**content, "bystanders": [{"region": "CCC", "position": "Sells to both.", "sources": cited}]}
    reply = client.post("/api/v1/jobs", json={"kind": "bystander", "state": {**toy_state, "content": content}, "arguments": {}})
    job = wait_for(client, reply.json()["id"])
    assert job["status"] == "done", job
    assert client.get(f"/api/v1/jobs/{job['id']}/result").json()["region"] == "CCC"


def test_the_same_work_is_there_at_once(client, finished, toy_state):
    body = {"kind": "questions", "state": {**toy_state, "levers": {}}, "arguments": {"knowing": False}}
    reply = client.post("/api/v1/jobs", json=body)
    assert reply.status_code == 200
    assert reply.json()["cached"]
    assert reply.json()["id"] != finished["id"]
    first, second = (client.get(f"/api/v1/jobs/{k}/result").content for k in (finished["id"], reply.json()["id"]))
    assert first == second


def test_many_jobs_at_once_all_end(client, toy_state, wait_for):
    started = []
    with ThreadPoolExecutor(6) as pool:
        wanted = [{"by": code, "knowing": False} for code in ("AAA", "BBB", "CCC")]
        bodies = [{"kind": "questions", "state": toy_state, "arguments": a} for a in wanted]
        for reply in pool.map(lambda body: client.post("/api/v1/jobs", json=body), bodies * 2):
            assert reply.status_code in (200, 202)
            started.append(reply.json()["id"])
    assert len(set(started)) == 6
    assert {wait_for(client, name)["status"] for name in started} == {"done"}


def test_a_running_job_ends_when_cancelled(client, toy_state, wait_for):
    body = {"kind": "ensemble", "state": toy_state, "arguments": {"draws": 4096}}
    job = client.post("/api/v1/jobs", json=body).json()
    while client.get(f"/api/v1/jobs/{job['id']}").json()["status"] == "queued":
        time.sleep(0.02)
    assert client.get(f"/api/v1/jobs/{job['id']}/result").status_code == 409
    assert client.delete(f"/api/v1/jobs/{job['id']}").status_code == 200
    assert wait_for(client, job["id"])["status"] == "cancelled"
    after = {"kind": "questions", "state": toy_state, "arguments": {"by": "BBB", "knowing": False}}
    assert wait_for(client, client.post("/api/v1/jobs", json=after).json()["id"])["status"] == "done"


def test_a_job_that_cannot_be_done_says_why(client, toy_state, wait_for):
    # three parties is more than the talks know how to read
    parties = [*toy_state["content"]["parties"], {**toy_state["content"]["parties"][0], "region": "CCC"}]
    state = {**toy_state, "content": {**toy_state["content"], "parties": parties}}
    job = wait_for(client, client.post("/api/v1/jobs", json={"kind": "talks", "state": state}).json()["id"])
    assert job["status"] == "failed"
    assert "needs two" in job["error"]
    reply = client.get(f"/api/v1/jobs/{job['id']}/result")
    assert (reply.status_code, reply.json()["error"]) == (409, "Failed")


@pytest.mark.parametrize(
    ("change", "words"),
    [({"kind": "dance"}, "kind"), ({"arguments": {"draws": 10**9}}, "draws"), ({"arguments": {"x": 1}}, "x"),
     ({"state": {"dossier": "none"}}, "kuala"), ({"arguments": {"draws": True}}, "draws")],
)  # fmt: skip
def test_wrong_requests_start_nothing(client, toy_state, change, words):
    reply = client.post("/api/v1/jobs", json={"kind": "ensemble", "state": toy_state, "arguments": {}, **change})
    assert reply.status_code == 422
    assert words in reply.json()["message"]


def test_names_of_jobs_cannot_be_guessed(client, finished):
    assert len(finished["id"]) == 24
    other = finished["id"][:-1] + ("A" if finished["id"][-1] != "A" else "B")
    assert client.get(f"/api/v1/jobs/{other}").status_code == 404
    for name in ("..", "%2e%2e", "a' OR '1'='1", "1" * 5_000):
        assert client.get(f"/api/v1/jobs/{name}").status_code in (404, 422), name
    assert client.get("/api/v1/jobs").status_code == 405


@pytest.mark.parametrize("name", ["nothing.html", "..%2f..%2fjobs.db", "result.json", "%2e%2e%2fjobs.db", "jobs.db"])
def test_only_files_of_the_job_are_given(client, finished, name):
    assert client.get(f"/api/v1/jobs/{finished['id']}/files/{name}").status_code == 404


def test_charts_of_finished_work_are_drawn_for_the_page(client, toy_state, wait_for):
    asked = {"kind": "outlook", "state": toy_state}
    job = wait_for(client, client.post("/api/v1/jobs", json=asked).json()["id"])
    assert job["files"] == []  # the charts are no files to download
    parties = [p["region"] for p in toy_state["content"]["parties"]]
    for name in ("ends", "expected", f"fan-{parties[0]}"):
        narrow, wide = (client.get(f"/api/v1/jobs/{job['id']}/figures/{name}.json?width={w}").json() for w in (360, 900))
        assert narrow["title"] == wide["title"]
        assert wide["alt"].startswith(wide["title"])
        assert narrow["svg"] != wide["svg"]
        assert "var(--ink)" in wide["svg"]
    files = {e: client.get(f"/api/v1/jobs/{job['id']}/figures/ends.{e}") for e in ("svg", "png", "html", "csv")}
    assert files["png"].content[:8] == b"\x89PNG\r\n\x1a\n"
    assert b"var(--" not in files["svg"].content
    assert "sandbox" in files["html"].headers["content-security-policy"]
    assert "source" in files["csv"].text.splitlines()[0]
    assert client.get(f"/api/v1/jobs/{job['id']}/figures/fan-{parties[0]}.csv").status_code == 422
    for name, ways in (("ends", {"png", "svg", "csv"}), (f"fan-{parties[0]}", {"png", "svg"})):
        framed = client.post("/api/v1/embeds", json={"name": name, "job": job["id"]}).json()
        assert set(framed["files"]) == ways
        assert "frame-ancestors *" in client.get(f"/{framed['path']}").headers["content-security-policy"]
    assert client.post("/api/v1/embeds", json={"name": "ends"}).status_code == 422
    ends = client.get(f"/api/v1/jobs/{job['id']}/figures/ends.json").json()
    result = client.get(f"/api/v1/jobs/{job['id']}/result").json()
    for scenario in result["scenarios"]:
        assert f"{100 * scenario['probability']:.0f}" in ends["alt"]
    unknown = client.get(f"/api/v1/jobs/{job['id']}/figures/fen-{parties[0]}.json")
    assert (unknown.status_code, unknown.json()["error"]) == (422, "UnknownName")
    assert client.get(f"/api/v1/jobs/{'x' * 24}/figures/ends.json").status_code == 404


def test_work_without_charts_says_so(client, finished):
    job = finished if isinstance(finished, str) else finished["id"]
    reply = client.get(f"/api/v1/jobs/{job}/figures/ends.json")
    assert reply.status_code in (404, 422)


# -- damage --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("hurt", ["result.json", "front.html", "sums.json"])
@pytest.mark.parametrize("damage", ["flip", "cut", "gone", "empty", "odd"])
def test_a_damaged_result_is_dropped_and_can_be_made_anew(tmp_path, hurt, damage):
    results = Results(tmp_path, 10_000)
    with results.making(KEYS[0]) as folder:
        (folder / "result.json").write_text('{"a": 1}')
        (folder / "front.html").write_text("page")
    assert (results.has(KEYS[0]), results.json(KEYS[0])) == (True, b'{"a": 1}')
    path = results.folder / KEYS[0] / hurt
    body = path.read_bytes()
    made = {"flip": bytes([body[0] ^ 1]) + body[1:], "cut": body[:-2], "empty": b"", "odd": b"[1, 2]"}
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(made[damage])
    assert not results.has(KEYS[0])
    assert results.json(KEYS[0]) is None
    with results.making(KEYS[0]) as folder:
        (folder / "result.json").write_text("{}")
    assert results.json(KEYS[0]) == b"{}"


def test_a_damaged_file_is_not_handed_out(tmp_path):
    results = Results(tmp_path, 10_000)
    with results.making(KEYS[0]) as folder:
        (folder / "result.json").write_text("{}")
        (folder / "front.html").write_text("page")
    (results.folder / KEYS[0] / "front.html").write_text("poor")
    assert results.file(KEYS[0], "front.html") is None
    assert not results.has(KEYS[0])


@pytest.mark.parametrize("damage", [b"not a database at all" * 100, os.urandom(4096), b"SQLite format 3\x00" + b"\xff" * 4080])
def test_a_damaged_queue_is_refused_by_name(tmp_path, damage):
    (tmp_path / "jobs.db").write_bytes(damage)
    with pytest.raises(InputError, match=r"jobs\.db cannot be used: .*move it away"):
        Jobs(tmp_path / "jobs.db")


def test_a_folder_in_trouble_is_told_and_passes(tmp_path, server_of, monkeypatch):
    settings = Settings(data=tmp_path / "data", in_process=True, rate=1e6, burst=1_000_000)
    ask = {"kind": "ensemble", "arguments": {"draws": 16}, "state": {"dossier": "kuala-lumpur-2025"}}
    with server_of(settings) as asked:
        assert asked.get("/healthz").json()["status"] == "ok"

        def full(*_, **__):
            raise sqlite3.OperationalError("database or disk is full")

        with monkeypatch.context() as patched:
            patched.setattr(Jobs, "_look", full)
            patched.setattr(Jobs, "add", full)
            health = asked.get("/healthz")
            assert (health.status_code, health.json()["status"]) == (503, "no data")
            reply = asked.post("/api/v1/jobs", json=ask)
            assert (reply.status_code, reply.json()["error"]) == (503, "NoData")
            assert reply.headers["retry-after"] == "10"
        assert asked.get("/healthz").json()["status"] == "ok"
        assert asked.post("/api/v1/jobs", json=ask).status_code == 202


def test_nobody_else_looks_into_the_data(tmp_path):
    new, ours, theirs = (tmp_path / name for name in ("new", "ours", "theirs"))
    for folder in (ours, theirs):
        folder.mkdir(mode=0o755)
    (ours / "jobs.db").touch()
    for folder in (new, ours, theirs):
        private(folder)
    assert [folder.stat().st_mode & 0o777 for folder in (new, ours, theirs)] == [0o700, 0o700, 0o755]  # what is not ours stays
