"""Whatever is done to a file of ours, it is read as it was, or refused by name: no traceback, no hang, no nonsense called sound.

A few dozen of each kind in the suite. `DETENTE_DAMAGE=2000 pytest tests/test_damage.py -s` draws as many of each and says how
they ended.
"""

from __future__ import annotations

import io
import json
import os
import random
import signal
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
import yaml

import detente as dt
from detente.cases.runs import Run, read_run, repeat
from detente.errors import DetenteError
from detente.outlook.ensemble.store import Store
from detente.outlook.journal import Journal
from detente.policy.dossier import Dossier, parse_dossier
from detente.policy.reading import read_yaml
from detente.world.panel import read_panel
from mutilation import mutilate
from small_future import TEXT
from tests.outlook.test_journal import forecast
from tests.world.test_panel import MONTHS, csv, published

COUNT = int(os.environ.get("DETENTE_DAMAGE", "24"))
SECONDS = 600
"""Much longer than any of them takes, on a busy machine too; what is not over by then hangs."""
TOY = dt.load_world("toy")


@contextmanager
def bounded() -> Iterator[None]:
    def late(number: int, frame: FrameType | None) -> None:
        pytest.fail("it hangs")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def ends(kind: str, trial: Callable[[random.Random], str]) -> Counter[str]:
    """How `COUNT` trials end; what is not refused by name fails the test, with its number."""
    found: Counter[str] = Counter()
    for k in range(COUNT):
        try:
            with bounded(), warnings.catch_warnings():
                warnings.simplefilter("error")
                found[trial(random.Random(f"{kind} {k}"))] += 1
        except DetenteError as error:
            found[type(error).__name__] += 1
        except Exception as error:
            raise AssertionError(f"{kind} {k} ends in {type(error).__name__}: {error}") from error
    print(f"\n{kind}: {dict(found)}")
    return found


def hurt(body: bytes, rng: random.Random) -> bytes:
    """Bytes with bits flipped, cut, doubled, put elsewhere or replaced."""
    raw = bytearray(body)
    kind = rng.choice(["flip", "flip", "flips", "cut", "double", "zeros", "swap", "junk"])
    k, n = rng.randrange(max(1, len(raw))), rng.randrange(1, 200)
    if kind.startswith("flip"):
        for _ in range(1 if kind == "flip" else 20):
            raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del raw[k:]
    elif kind == "double":
        raw[k:k] = raw[k : k + n]
    elif kind == "zeros":
        raw[k : k + n] = bytes(len(raw[k : k + n]))
    elif kind == "swap":
        raw = raw[k:] + raw[:k]
    else:
        raw = bytearray(rng.choice([b"", b"PK", b"\x93NUMPY", b"\x80\x04N.", rng.randbytes(300), b"[" * 100_000, b"null"]))
    return bytes(raw)


def twisted(value: object, rng: random.Random) -> object:
    """Plain data with one value, somewhere, replaced by an odd one."""
    odd = [None, True, -1, 0, 1e308, -1e308, "", "x" * 7000, [], {}, [[]], {"a": 1}, "USA", "2025-13-45", "0001-01-01", 10**30]
    if isinstance(value, dict) and value and rng.random() < 0.93:
        key = rng.choice(list(value))
        if rng.random() < 0.05:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: twisted(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.93:
        k = rng.randrange(len(value))
        return [*value[:k], twisted(value[k], rng), *value[k + 1 :]] if rng.random() < 0.95 else [*value, value[k]]
    return rng.choice(odd)


def sound(outcome: dt.Outcome) -> str:
    """Numbers that an economist could mean: finite, no income lost whole, none that grows twentyfold."""
    frame = outcome.to_frame().select_dtypes("number").to_numpy(float)
    assert np.isfinite(frame).all()
    incomes = outcome.real_income.to_numpy()
    assert (incomes > -100).all()
    assert (incomes < 2000).all()
    return "solved"


# -- dossiers ----------------------------------------------------------------------------------------------------------
def solved(dossier: Dossier) -> str:
    return sound(dt.Case.of(dossier, TOY, "medium", with_ranges=False).outcome())


def test_dossiers_as_text() -> None:
    found = ends("a dossier's text", lambda rng: solved(parse_dossier(mutilate(TEXT, rng), "broken.yaml")))
    assert found["BadDossier"] > COUNT / 4


def test_dossiers_as_data() -> None:
    data, _ = read_yaml(TEXT, "small.yaml")

    def trial(rng: random.Random) -> str:
        return solved(parse_dossier(yaml.safe_dump(twisted(data, rng), sort_keys=False), "broken.yaml"))

    assert sum(ends("a dossier's data", trial).values()) == COUNT


# -- worlds ------------------------------------------------------------------------------------------------------------
def members(body: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return file.getvalue()


def changed_array(body: bytes, rng: random.Random) -> bytes:
    values = np.lib.format.read_array(io.BytesIO(body))
    if values.dtype.kind != "f" or not values.size:
        return hurt(body, rng)
    values = values.copy()
    cell = rng.randrange(values.size)
    kind = rng.choice(["cell", "cell", "scale", "type", "shape"])
    if kind == "cell":
        values.flat[cell] = rng.choice([np.nan, np.inf, -1.0, 0.0, 1e300, 1e-300, values.flat[cell] * 1.5])
    elif kind == "scale":
        values = values * rng.choice([0.0, -1.0, 1e-300, 1e200, 2.0])
    elif kind == "type":
        values = values.astype(rng.choice(["complex128", "S8", "float16", "int8", "bool", "M8[s]"]))
    else:
        values = rng.choice([values.ravel(), values[..., :1], values[None], np.zeros((0,))])
    file = io.BytesIO()
    np.lib.format.write_array(file, values, allow_pickle=False)
    return file.getvalue()


def test_worlds(tmp_path: Path) -> None:
    body = TOY.save(tmp_path / "whole.npz").read_bytes()
    parts = members(body)

    def trial(rng: random.Random) -> str:
        broken = hurt(body, rng)
        if rng.random() < 0.6:
            name = rng.choice(list(parts))
            change = changed_array if rng.random() < 0.8 else hurt
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what the damage itself stumbles over
                broken = packed(parts | {name: change(parts[name], rng)})
        (tmp_path / "broken.npz").write_bytes(broken)
        world = dt.World.load(tmp_path / "broken.npz")
        duty = dt.Tariff(by=world.regions[0], on=world.regions[1], rate=0.5)
        return sound(dt.solve(world, dt.Policy([duty]), "medium"))

    found = ends("a world", trial)
    assert sum(found.values()) - found["solved"] > COUNT / 4


# -- panels, journals, runs, stores ------------------------------------------------------------------------------------
def test_panels(tmp_path: Path) -> None:
    body = csv(published(MONTHS[:2]))
    path = tmp_path / "panel.csv"

    def trial(rng: random.Random) -> str:
        path.write_bytes(mutilate(body.decode(), rng).encode() if rng.random() < 0.6 else hurt(body, rng))
        return f"read, {bool(read_panel(path.read_bytes(), path.name).months)}"

    assert sum(ends("a panel", trial).values()) == COUNT


def test_journals(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    book = Journal(path)
    book.append([forecast("f", "2025-10-18", a=0.5, b=0.5), forecast("f", "2025-10-19", a=0.4, b=0.6)])
    body = path.read_bytes()

    def trial(rng: random.Random) -> str:
        path.write_bytes(hurt(body, rng))
        return f"{len(Journal(path).read().entries)} lines read"

    assert sum(ends("a journal", trial).values()) == COUNT


def test_run_files(tmp_path: Path) -> None:
    dossier = parse_dossier(TEXT, "small.yaml")
    path = tmp_path / "run.json"
    Run.of_scenario(dossier, None, TOY, "medium").save(path)
    record, body = json.loads(path.read_text()), path.read_bytes()

    def trial(rng: random.Random) -> str:
        path.write_bytes(hurt(body, rng) if rng.random() < 0.4 else json.dumps(twisted(record, rng)).encode())
        run, answer = repeat(read_run(path), TOY)
        json.dumps(run.result, allow_nan=False)
        return "the same" if answer.identical else "told to differ"

    assert sum(ends("a run file", trial).values()) == COUNT


@pytest.mark.parametrize("odd", ["", "USA", None, [], {"a": 1}, True, 10**400])
def test_a_number_of_a_run_file_that_is_none_is_told(tmp_path: Path, odd: object) -> None:
    run = Run.of_scenario(parse_dossier(TEXT, "small.yaml"), None, TOY, "medium")
    record = json.loads(json.dumps(run.record()))
    for place in ("real_income_pct", "world_real_income_pct"):
        held = record["result"][place]
        hurt_result = {**record["result"], place: {**held, "AAA": odd} if isinstance(held, dict) else odd}
        _, answer = repeat({**record, "result": hurt_result, "result_sha256": "0"}, TOY)
        assert not answer.identical
        assert answer.where.startswith(place)
    assert not repeat({**record, "result": odd, "result_sha256": "0"}, TOY)[1].identical
    if not isinstance(odd, str):
        with pytest.raises(DetenteError):
            repeat({**record, "parameters": {**record["parameters"], "name": odd}}, TOY)


def test_stores(tmp_path: Path) -> None:
    contents = {f"{k:02x}" * 20: rng_bytes for k in range(4) for rng_bytes in [random.Random(k).randbytes(500)]}

    def trial(rng: random.Random) -> str:
        folder = tmp_path / f"{rng.random()}"
        with Store(folder) as store:
            for key, body in contents.items():
                store.put(key, body, "chunk")
        path = rng.choice(sorted(p for p in folder.rglob("*") if p.is_file()))
        path.write_bytes(hurt(path.read_bytes() or b"x", rng))
        with Store(folder) as again:
            found = {key: again.get(key) for key in contents}
            assert all(body in (None, contents[key]) for key, body in found.items())
            for key, body in contents.items():
                again.put(key, body, "chunk")
            assert again.has(contents) == set(contents)
        return f"{sum(body is not None for body in found.values())} of 4 whole, mended"

    assert sum(ends("a store", trial).values()) == COUNT
