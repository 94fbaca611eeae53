"""A store holds whole files or none, whatever happens to the processes that write it."""

from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from detente.errors import InputError
from detente.files import write
from detente.outlook.ensemble.store import Store

KEYS = [f"{k:02x}" * 20 for k in range(24)]


def content(key: str) -> bytes:
    return key.encode() * 1000


def fill(folder: str) -> None:
    store = Store(folder)
    for key in KEYS:
        store.put(key, content(key), "chunk")


def test_two_processes_on_one_store_do_not_hurt_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=fill, args=(str(tmp_path / "s"),)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [w.exitcode for w in workers] == [0, 0]
    store = Store(tmp_path / "s")
    assert store.has(KEYS) == set(KEYS)
    assert not store.damaged
    assert all(store.get(key) == content(key) for key in KEYS)
    assert not list((tmp_path / "s").rglob("*.part"))
    with sqlite3.connect(tmp_path / "s" / "index.sqlite") as connection:
        assert connection.execute("pragma journal_mode").fetchone()[0] == "wal"


def test_a_file_without_its_row_is_not_there(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.path(KEYS[0]).parent.mkdir()
    write(store.path(KEYS[0]), b"written, then killed before the row")
    assert store.get(KEYS[0]) is None
    assert not store.damaged
    store.put(KEYS[0], b"again", "chunk")
    assert Store(tmp_path).get(KEYS[0]) == b"again"


def test_damage_is_found_told_and_mended(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.put(KEYS[0], b"right", "chunk")
    store.put(KEYS[1], b"here", "chunk")
    store.path(KEYS[0]).write_bytes(b"wrong")
    store.path(KEYS[1]).unlink()
    assert store.has(KEYS[:2]) == set()
    assert [d.key for d in store.damaged] == KEYS[:2]
    assert store.listed() == {}
    store.put(KEYS[0], b"right", "chunk", "a note")
    assert store.get(KEYS[0]) == b"right"
    assert store.listed() == {KEYS[0]: ("chunk", "a note")}
    assert store.listed_keys(KEYS) == {KEYS[0]}


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def fails(path: Path) -> None:
        path.write_bytes(b"half")
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        store.put_file(KEYS[0], fails, "ensemble")
    assert store.get(KEYS[0]) is None
    assert not [p for p in tmp_path.rglob("*") if p.suffix in (".part", ".parquet")]
    assert store.put_file(KEYS[0], lambda p: p.write_bytes(b"whole") and None, "ensemble").read_bytes() == b"whole"
    assert store.get(KEYS[0]) == b"whole"


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        Store(tmp_path / "file")
    with pytest.raises(InputError, match="other things"):
        Store(tmp_path)
    Store(tmp_path / "s")
    with sqlite3.connect(tmp_path / "s" / "index.sqlite") as connection:
        connection.execute("pragma user_version = 99")
    with pytest.raises(InputError, match="format 99"):
        Store(tmp_path / "s")


@pytest.mark.parametrize("damage", ["gone", "no database", "cut", "empty", "hole", "swapped"])
def test_an_index_is_made_anew_from_the_files_that_are_whole(tmp_path: Path, damage: str) -> None:
    store = Store(tmp_path / "s")
    for key in KEYS:
        store.put(key, content(key), "chunk", "a note")
    listed, index = store.listed(), tmp_path / "s" / "index.sqlite"
    with closing(sqlite3.connect(index)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    body = index.read_bytes()
    for end in ("-wal", "-shm"):
        index.with_name(index.name + end).unlink(missing_ok=True)
    half = len(body) // 2
    made = {"no database": b"not a database at all" * 100, "cut": body[:half], "empty": b"", "swapped": body[half:] + body[:half],
            "hole": body[:200] + b"\xff" * (len(body) - 400) + body[-200:]}  # fmt: skip
    if damage == "gone":
        index.unlink()
    else:
        index.write_bytes(made[damage])
    store.path(KEYS[0]).write_bytes(b"damaged as well")
    store.path(KEYS[1]).unlink()
    store.path(KEYS[2]).with_suffix(".row").write_text("[")
    again = Store(tmp_path / "s")
    assert again.has(KEYS) == set(KEYS[3:])
    assert {k: told for k, told in again.listed().items() if k in KEYS[3:]} == {k: listed[k] for k in KEYS[3:]}
    assert [d.key for d in again.damaged] == KEYS[:1]
