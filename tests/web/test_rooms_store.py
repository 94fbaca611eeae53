"""The store of rooms: what is sent twice counts once, what comes late is refused, nothing said is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from detente.errors import InputError
from detente.web.rooms_store import KEEP_SECONDS, Replayed, Rooms, Stale, TooManyRooms, hashed

WAIT = {"kind": "wait", "seat": "AAA"}


@pytest.fixture
def rooms(tmp_path: Path) -> Rooms:
    return Rooms(tmp_path / "rooms.db")


def made(rooms: Rooms, now: float = 0.0) -> tuple[str, dict[str, str]]:
    return rooms.make("client", {"dossier": "x"}, "key", ["AAA", "BBB"], now)


def test_tokens_are_random_and_only_their_digests_are_kept(rooms: Rooms) -> None:
    name, tokens = made(rooms)
    other, others = made(rooms)
    assert len({*tokens.values(), *others.values()}) == 4
    assert all(len(t) >= 22 for t in tokens.values())  # 128 bits in base64url
    held = b"".join(p.read_bytes() for p in rooms.path.parent.iterdir())
    for token in (*tokens.values(), *others.values()):
        assert token.encode() not in held
        assert hashed(token) in held
    assert rooms.seat_of(name, tokens["BBB"]) == "BBB"
    assert rooms.seat_of(other, tokens["BBB"]) is None
    assert not rooms.holds(name, "AAA", tokens["BBB"])
    assert rooms.seat_of("nowhere", tokens["AAA"]) is None


def test_moves_keep_their_order_and_count_once(rooms: Rooms) -> None:
    name, _ = made(rooms)
    assert rooms.append(name, 0, [WAIT, {"kind": "walk"}], ("k" * 8, "one"), 1.0) == 2
    assert rooms.append(name, 0, [WAIT], ("k" * 8, "one"), 2.0) == 2  # sent again
    with pytest.raises(Replayed):
        rooms.append(name, 2, [{"kind": "accept"}], ("k" * 8, "other"), 3.0)
    for late in (0, 1, 3):
        with pytest.raises(Stale):
            rooms.append(name, late, [WAIT], ("l" * 8, "late"), 4.0)
    assert rooms.again(name, ("k" * 8, "one"))
    assert not rooms.again(name, ("n" * 8, "one"))
    assert [m["kind"] for m in rooms.moves(name)] == ["wait", "walk"]
    found = rooms.get(name)
    assert found is not None
    assert found.number == 2


def test_of_many_at_once_one_gets_in(rooms: Rooms) -> None:
    name, _ = made(rooms)

    def put(k: int) -> bool:
        try:
            rooms.append(name, 0, [{"kind": "wait", "text": str(k)}], (f"key-{k:05}", str(k)), 1.0)
        except Stale:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(put, range(24)))
    assert sum(won) == 1
    assert [m["text"] for m in rooms.moves(name)] == [str(won.index(True))]


def test_rooms_are_forgotten_after_their_day_and_not_before(rooms: Rooms) -> None:
    old, tokens = made(rooms, now=0.0)
    kept, _ = made(rooms, now=0.0)
    rooms.append(kept, 0, [WAIT], None, now=1000.0)
    at = KEEP_SECONDS + 1
    assert rooms.get(old, at) is None
    assert rooms.get(kept, at) is not None
    assert rooms.sweep(at) == 1
    assert rooms.counts() == {"rooms": 1, "moves": 1}
    assert rooms.seat_of(old, tokens["AAA"]) is None


def test_the_house_has_an_end(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.web.rooms_store.MOST_ROOMS", 2)
    made(rooms), made(rooms)
    with pytest.raises(TooManyRooms):
        made(rooms)
    made(rooms, now=KEEP_SECONDS + 1)  # the others have gone


def test_leaving_is_noted_once(rooms: Rooms) -> None:
    name, _ = made(rooms)
    rooms.leave(name, "BBB", 5.0)
    rooms.leave(name, "BBB", 9.0)
    found = rooms.get(name)
    assert found is not None
    assert found.gone == ("BBB",)


WRITER = """
import sys
from pathlib import Path
from detente.web.rooms_store import Rooms
rooms = Rooms(Path(sys.argv[1]))
number = 0
while True:
    number = rooms.append(sys.argv[2], number, [{"kind": "wait", "text": str(number)}], (f"key-{number:06}", "x"), 1.0)
    print(number, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills a process as Unix does")
def test_what_was_said_to_be_kept_is_kept_when_the_writer_is_killed(rooms: Rooms) -> None:
    name, _ = made(rooms)
    command = [sys.executable, "-c", WRITER, str(rooms.path), name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        said = [int(writer.stdout.readline()) for _ in range(25)][-1]
        os.kill(writer.pid, signal.SIGKILL)
        said = max([said, *(int(line) for line in writer.stdout.read().split())])
    kept = rooms.moves(name)
    assert said <= len(kept) <= said + 1  # at most the one it could not speak of any more
    assert [m["text"] for m in kept] == [str(k) for k in range(len(kept))]
    assert rooms.append(name, len(kept), [WAIT], None, 2.0) == len(kept) + 1


@pytest.mark.parametrize("damage", [b"not a database", b"SQLite format 3\x00" + b"\xff" * 4096])
def test_damaged_rooms_are_refused_by_name(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "rooms.db").write_bytes(damage)
    with pytest.raises(InputError, match=r"rooms\.db cannot be used: .* It holds the rooms of the exercise"):
        Rooms(tmp_path / "rooms.db")


def test_rooms_damaged_while_the_server_runs_are_told(tmp_path: Path) -> None:
    rooms = Rooms(tmp_path / "rooms.db")
    assert rooms.trouble() is None
    (tmp_path / "rooms.db").write_bytes(b"\xff" * 8192)
    assert rooms.trouble()
