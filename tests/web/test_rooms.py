"""Rooms through the API: who may look and move, what is refused and how, and that nothing hidden leaves before the end."""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any

import pytest

from detente.web.settings import Settings
from tables import Seat, asked, opened, turn

KEEP = {"ten": 2, "pause": 1}
"""Both give all they can."""


@pytest.fixture(scope="module")
def house(tmp_path_factory, server_of):
    """A server of its own: rooms that are made here are nobody else's."""
    folder = tmp_path_factory.mktemp("rooms")
    with server_of(Settings(data=folder, in_process=True, solvers=2, rate=1e6, burst=10**6)) as found:
        yield found


@pytest.fixture
def seats(house) -> dict[str, Seat]:
    return opened(house)


def name_of(seats: dict[str, Seat], seat: Seat) -> str:
    return next(k for k, s in seats.items() if s is seat)


def other_of(seats: dict[str, Seat], seat: Seat) -> Seat:
    return next(s for s in seats.values() if s is not seat)


def refused(reply: Any, status: int, name: str) -> str:
    assert (reply.status_code, reply.json()["error"]) == (status, name), reply.text
    assert reply.json()["message"][-1] in ".…" or len(reply.json()["message"]) > 20
    return str(reply.json()["message"])


# -- who may look --------------------------------------------------------------------------------------------------------
def test_a_room_says_what_it_is_and_when_it_ends(house):
    reply = house.post("/api/v1/rooms", json=asked())
    made = reply.json()
    assert [s["seat"] for s in made["seats"]] == ["AAA", "BBB"]
    assert all(s["link"] == f"#/table/{made['room']}/{s['token']}" for s in made["seats"])
    assert made["expires"] > time.time() + 13 * 86_400


def test_engine_seats_have_no_token(house):
    seats = opened(house, seats={"AAA": "engine", "BBB": "person"})
    assert list(seats) == ["BBB"]


@pytest.mark.parametrize("token", ["", "x" * 22, "é" * 22])
def test_a_wrong_token_is_refused(house, seats, token):
    room = seats["AAA"].room
    for path in ("", "/events", "/debrief", "/transcript.md"):
        reply = house.get(f"/api/v1/rooms/{room}{path}", headers=[(b"Detente-Seat", token.encode())])
        assert reply.status_code in (403, 429), (path, reply.text)
    house.post(
        f"/api/v1/rooms/{room}/moves", json={"number": 0, "move": {"kind": "walk"}}, headers=[(b"Detente-Seat", b"y" * 22)]
    )
    assert not seats["AAA"].look()["view"]["over"]


def test_a_token_opens_its_own_room_alone(house, seats):
    other = opened(house)
    stray = Seat(house, other["AAA"].room, seats["AAA"].token)
    assert stray.get().status_code in (403, 429)


def test_guessing_is_slowed_and_whoever_holds_a_token_is_not(tmp_path, server_of):
    with server_of(Settings(data=tmp_path, in_process=True, solvers=1, rate=1e6, burst=10**6)) as house:
        seats = opened(house)
        seats["AAA"].look()
        found = [Seat(house, seats["AAA"].room, f"guess{k:018}").get() for k in range(12)]
        assert found[0].status_code == 403
        assert found[-1].status_code == 429
        assert int(found[-1].headers["retry-after"]) >= 1
        assert seats["AAA"].get().status_code == 200  # it was right before


def test_a_room_there_is_not(house):
    refused(Seat(house, "abcdefghjk", "x" * 22).get(), 404, "NoRoom")


def test_tokens_are_in_no_log(house, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("detente.web"), "propagate", True)
    with caplog.at_level(logging.INFO, "detente.web"):
        seats = opened(house)
        seats["AAA"].move("wait")
        seats["BBB"].look()
    text = caplog.text
    assert "/api/v1/rooms/{room}" in text
    assert not any(s.token in text or s.room in text for s in seats.values())


# -- what cannot be played -----------------------------------------------------------------------------------------------
def test_seats_must_fit_the_dossier(house):
    assert "nobody sits for" in refused(
        house.post("/api/v1/rooms", json=asked(seats={"AAA": "person", "CCC": "person"})), 422, "InputError"
    )
    three = {"dossier": "us-canada-mexico-2026", "seats": {"USA": "person", "MEX": "engine"}}
    assert "3 parties" in refused(house.post("/api/v1/rooms", json=three), 422, "InputError")
    engines = asked(seats={"AAA": "engine", "BBB": "engine"})
    refused(house.post("/api/v1/rooms", json=engines), 422, "BadInput")
    refused(house.post("/api/v1/rooms", json={"dossier": "nowhere", "seats": asked()["seats"]}), 422, "UnknownName")
    refused(house.post("/api/v1/rooms", json={"seats": asked()["seats"]}), 422, "BadInput")
    assert "world" in refused(house.post("/api/v1/rooms", json=asked(world="=1+1")), 422, "InputError")
    half = asked()
    half["content"]["title"] = half["content"]["\ud800"] = "\ud800"  # half a letter
    body = json.dumps(half).encode()
    refused(house.post("/api/v1/rooms", content=body, headers={"Content-Type": "application/json"}), 422, "InputError")


# -- moving --------------------------------------------------------------------------------------------------------------
def test_a_game_to_a_signed_deal(house, seats):
    first = turn(seats)
    other = other_of(seats, first)
    told = first.move("offer", package=KEEP, text="All of it.").json()
    assert told["view"]["record"][-1]["text"] == "All of it."
    offer = other.look()["view"]["offers"][0]
    assert offer["package"] == KEEP
    done = other.move("accept", number=None, key="signing-1")
    assert done.status_code == 200, done.text
    for seat in seats.values():
        found = seat.look()
        assert (found["status"], found["view"]["over"]["how"]) == ("over", "deal")
        assert found["view"]["over"]["package"] == KEEP
    refused(first.move("wait"), 409, "GameOver")


def test_a_game_to_collapse(house, seats):
    turn(seats).move("walk")
    assert {s.look()["view"]["over"]["how"] for s in seats.values()} == {"walked"}


def test_a_move_out_of_turn_and_one_that_cannot_be(house, seats):
    waiting = other_of(seats, turn(seats))
    assert "turn" in refused(waiting.move("wait"), 409, "NotYourTurn")
    mover = turn(seats)
    refused(mover.move("offer", package={"moon": 1}), 422, "OutsideTheIssues")
    refused(mover.move("offer", package={"ten": 99}), 422, "OutsideTheIssues")
    refused(mover.move("choose", option="1"), 422, "MoveRefused")
    refused(mover.move("dance"), 422, "BadInput")
    refused(mover.move("wait", seat="BBB"), 422, "BadInput")
    assert mover.look()["number"] == 0


def test_an_offer_that_comes_late_is_refused(house, seats):
    first = turn(seats)
    other = other_of(seats, first)
    first.move("offer", package=KEEP)
    seen = other.look()
    other.move("wait")
    # the clock has gone on: what was meant for the round before does not count any more
    late = other.post(
        "/moves", {"number": seen["number"], "move": {"kind": "accept", "number": 1, "step": seen["view"]["clock"]["step"]}}
    )
    refused(late, 409, "TooLate")
    refused(turn(seats).post("/moves", {"number": 0, "move": {"kind": "wait"}}), 409, "Stale")
    assert first.look()["number"] == 2


def test_a_message_sent_twice_counts_once_and_a_replayed_key_is_refused(house, seats):
    first = turn(seats)
    body = {"number": 0, "idempotency": "only-once-1", "move": {"kind": "offer", "package": KEEP}}
    assert [first.post("/moves", body).status_code for _ in range(3)] == [200] * 3
    assert first.look()["number"] == 1
    replayed = {**body, "move": {"kind": "offer", "package": {"ten": 1}}}
    assert "nothing was done" in refused(first.post("/moves", replayed), 409, "Replayed")
    again = {**body, "idempotency": "only-once-2"}
    assert first.post("/moves", again).status_code == 409  # the same offer under another key, at a number that has passed
    assert len(other_of(seats, first).look()["view"]["offers"]) == 1


def test_of_many_at_once_one_move_counts(house, seats):
    first = turn(seats)
    replies: list[Any] = []

    def send(k: int) -> None:
        replies.append(
            first.post("/moves", {"number": 0, "idempotency": f"at-once-{k}", "move": {"kind": "offer", "package": KEEP}})
        )

    threads = [threading.Thread(target=send, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(r.status_code for r in replies) == [200] + [409] * 7
    assert first.look()["number"] == 1


def test_worth_is_told_to_the_seat_that_asks(house, seats):
    one, two = (s.post("/worth", {"levels": KEEP}).json() for s in seats.values())
    assert one["points"] != two["points"]
    assert seats["AAA"].look()["number"] == 0
    refused(seats["AAA"].post("/worth", {"levels": {"ten": 9}}), 422, "OutsideTheIssues")


def test_the_engine_answers_at_once(house):
    seats = opened(house, seats={"AAA": "person", "BBB": "engine"}, strength="easy", seed=3)
    mine = seats["AAA"]
    for _ in range(60):
        found = mine.look()
        if found["status"] == "over":
            break
        assert found["view"]["your_turn"]
        mine.move("wait")
    assert found["status"] == "over"
    engine = [r for r in found["view"]["record"] if r["seat"] == "BBB"]
    assert engine


def test_a_bystander_chooses_and_a_party_consents(house):
    seats = opened(house, seats={"AAA": "person", "BBB": "person", "CCC": "person"})
    host = seats["CCC"]
    assert host.look()["view"]["menu"][0]["chosen"]
    for _ in range(2):
        turn({k: seats[k] for k in ("AAA", "BBB")}).move("wait")
    assert host.look()["view"]["your_turn"]
    option = host.look()["view"]["menu"][-1]
    found = host.move("choose", option=option["id"]).json()
    assert next(m for m in found["view"]["menu"] if m["chosen"])["id"] == option["id"]
    assert any(r["what"] == "choose" for r in seats["AAA"].look()["view"]["record"])


# -- leaving -------------------------------------------------------------------------------------------------------------
def test_whoever_leaves_walks_away_at_their_turn(house, seats):
    first = turn(seats)
    other = other_of(seats, first)
    left = other.post("/leave", {}).json()
    assert left["status"] == "open"
    assert left["gone"] == [name_of(seats, other)]
    ended = first.move("wait").json()
    assert ended["view"]["over"] | {"by": name_of(seats, other), "how": "walked"} == ended["view"]["over"]


# -- what is hidden ------------------------------------------------------------------------------------------------------
def keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {k for v in value.values() for k in keys(v)}
    return {k for v in value for k in keys(v)} if isinstance(value, list) else set()


def test_nothing_of_the_others_leaves_before_the_end(house):
    seats = opened(house, seats={"AAA": "person", "BBB": "engine", "CCC": "person"}, seed=4)
    mine, host = seats["AAA"], seats["CCC"]
    while not mine.look()["view"]["offers"]:
        for seat in (mine, host):
            if seat.look()["view"]["your_turn"]:
                seat.move("wait")
    told = mine.look()
    worths = [o["worth"]["points"] for o in told["view"]["offers"]]
    others = [o["worth"]["points"] for o in host.look()["view"]["offers"]]
    assert worths != others
    assert not {"why", "gains", "values", "reasons", "demand", "setup", "token", "hash"} & keys(told)
    refused(mine.get("/debrief"), 409, "NotOver")
    for ending in ("md", "json", "html"):
        refused(mine.get(f"/transcript.{ending}"), 409, "NotOver")


def test_the_debrief_comes_at_once_and_whole_a_little_later(house, seats):
    first = turn(seats)
    first.move("offer", package=KEEP)
    other_of(seats, first).move("accept")
    told = first.get("/debrief").json()
    assert told["told"]["how"] == "deal"
    assert {s["seat"] for s in told["told"]["seats"]} == {"AAA", "BBB"}
    end = time.monotonic() + 90
    while not (told := first.get("/debrief").json())["complete"]:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert told["problem"] is None
    for ending, kind in (("md", "text/markdown"), ("json", "application/json"), ("html", "text/html")):
        reply = first.get(f"/transcript.{ending}")
        assert reply.status_code == 200, reply.text
        assert reply.headers["content-type"].startswith(kind)
        assert "attachment" in reply.headers["content-disposition"]
        assert not any(s.token in reply.text for s in seats.values())
    assert json.loads(first.get("/transcript.json").text)


# -- listening -----------------------------------------------------------------------------------------------------------
def test_whoever_cannot_stream_waits_for_the_next_move(house, seats):
    first = turn(seats)
    waiting = other_of(seats, first)
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(waiting.get("?after=0&wait=20").json()))
    thread.start()
    time.sleep(0.3)
    assert name_of(seats, waiting) in first.look()["here"]
    first.move("wait")
    thread.join(20)
    assert found
    assert found[0]["number"] == 1
    assert found[0]["view"]["your_turn"]
    assert waiting.get("?after=0&wait=20").json()["number"] == 1  # there is something new already


def test_a_room_outlives_what_a_process_remembers(house, seats):
    turn(seats).move("wait")
    before = {k: s.look()["view"] for k, s in seats.items()}
    opened_now = house_of(house)
    opened_now._known.clear()
    opened_now._rooms.clear()
    from detente.web import rooms_tasks

    rooms_tasks._games.clear()
    assert {k: s.look()["view"] for k, s in seats.items()} == before


def house_of(asker: Any) -> Any:
    return asker._client._transport.app.state.house
