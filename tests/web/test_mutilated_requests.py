"""Whatever is done to a request, it is answered with sound numbers or refused in words: no fault, no traceback, no hang.

Some dozens in the suite. `DETENTE_DAMAGE=2000 pytest tests/web/test_mutilated_requests.py -s` sends as many and says how they
were answered.
"""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from tests.test_damage import COUNT, bounded, hurt, twisted

from asker import Asker
from detente.web.settings import Settings
from tables import Seat, asked, opened

API = "/api/v1"
WORDS = [
    "\x00", "\x1b[31m", "\u202e", "\ud800", "a\r\nb: c", "\x0c", "../../etc/passwd", "' OR 1=1 --", "{{ 7 * 7 }}", "<script>",
    "=1+1", "é" * 200, "9" * 400, "USA", "AAA", "WORLD", "month 121", "month 0", "short", "law", "2025-13-45", "0001-01-01", "",
]  # fmt: skip
NUMBERS = [
    "NaN",
    "-Infinity",
    "1e400",
    "-1e400",
    "9" * 5_000,
    "1e-320",
    "-0.0",
    "0.1e-999999999",
    "1e12",
    "-1e12",
    "5e-324",
    "1e308",
]
OTHERS = ["[" * 50_000, "[" * 90 + "]" * 90, '{"a":' * 90 + "1" + "}" * 90, '{"a": 1, "a": 2}', "[]", "{}", "null", "true", '"x"']


class Raw:
    """A place in a body where a text stands that `json` would not write."""

    def __init__(self, text: str) -> None:
        self.text = text


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in plain data, the whole first."""
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


def put(body: Any, path: tuple[Any, ...], change: Callable[[Any, Any], None]) -> Any:
    """A copy of the body after `change(parent, key)` at a place; the body itself where the place is the whole."""
    found = copy.deepcopy(body)
    if path:
        parent = found
        for key in path[:-1]:
            parent = parent[key]
        change(parent, path[-1])
    return found


def written(value: Any) -> str:
    """As JSON, raw texts as they are."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{written(v)}" for k, v in value.items()) + "}"
    return "[" + ",".join(map(written, value)) + "]" if isinstance(value, list) else json.dumps(value)


def mutilated(body: Any, rng: random.Random) -> bytes:
    """A body with one to three faults: of type, size, depth, kind of number, letters, keys; or with broken bytes."""
    if rng.random() < 0.1:
        return hurt(json.dumps(body).encode(), rng)
    for _ in range(rng.randint(1, 3)):
        shallow = [p for p in places(body) if len(p) < (3 if rng.random() < 0.6 else 12)]
        path = rng.choice(shallow)
        kind = rng.choice(["odd", "word", "number", "other", "gone", "more", "key", "again"])
        raw = Raw(rng.choice(NUMBERS if kind == "number" else OTHERS))
        word = rng.choice(WORDS)

        def change(parent: Any, key: Any, kind: str = kind, raw: Raw = raw, word: str = word) -> None:
            if kind in ("number", "other"):
                parent[key] = raw
            elif kind == "gone":
                del parent[key]
            elif kind == "more" and isinstance(parent, dict):
                parent[word] = parent[key]
            elif kind == "key" and isinstance(parent, dict):
                parent[word] = parent.pop(key)
            elif kind == "again" and isinstance(parent, list):
                parent *= 2
            elif kind == "odd":
                parent[key] = twisted(parent[key], rng) if not isinstance(parent[key], Raw) else None
            else:
                parent[key] = word

        body = put(body, path, change)
    return written(body).encode("utf-8", "surrogatepass")


def checked(value: Any) -> None:
    """Every real income that is told could be meant by an economist."""
    if isinstance(value, dict):
        told = value.get("real_income_pct")
        assert not isinstance(told, (int, float)) or -100 < told < 2000
        for inner in value.values():
            checked(inner)
    elif isinstance(value, list):
        for inner in value:
            checked(inner)


def no_number(token: str) -> float:
    raise AssertionError(f"{token} in a reply")


def judged(reply: httpx.Response) -> str:
    """Sound, or refused in words."""
    code = reply.status_code
    assert 200 <= code < 500, (code, reply.text[:300])
    assert "Traceback" not in reply.text
    assert 'File "' not in reply.text
    if code >= 400:
        told = reply.json()
        assert len(told["message"]) > 8, told
        assert told["error"].isidentifier(), told
        assert not any(ord(c) < 32 and c != "\n" for c in told["message"]), told
    elif "json" in reply.headers.get("content-type", ""):
        checked(json.loads(reply.content, parse_constant=no_number))
    return f"{code}"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, server_of: Any) -> Iterator[Asker]:
    """A server whose jobs wait, with patience for a busy machine."""
    endless = {"rate": 1e6, "burst": 10**6, "jobs_a_client": 10**6, "jobs_in_all": 10**6}
    folder = tmp_path_factory.mktemp("mutilated")
    with server_of(Settings(data=folder, in_process=True, solvers=2, answer_seconds=300.0, **endless)) as found:
        yield found


@pytest.fixture(scope="module")
def seats(house: Asker) -> dict[str, Seat]:
    return opened(house)


@pytest.fixture(scope="module")
def requests(toy_state: dict[str, Any]) -> list[tuple[str, Any]]:
    """A sound body for every path that takes one."""
    state = {**toy_state, "scenario": "war", "levers": {"ten": 20.0}, "horizon": "month 36", "against": "law"}
    figure = {"states": [state], "indicator": "real_income_pct", "unit": "percent", "region": "AAA", "ranges": False}
    told = {**state, "unit": "usd", "region": "CCC", "full": False}
    text = json.dumps(toy_state["content"])
    move = {"number": 0, "idempotency": "a key of mine", "move": {"kind": "offer", "package": {"ten": 1}, "text": "hello"}}
    return [
        ("/solve", state),
        ("/answer", told),
        ("/answer", {**told, "unit": "percent", "full": True}),
        ("/why", {**told, "number": "percent.AAA"}),
        ("/odds", {**state, "odds": {"talks": {"calm": 0.4, "clash": 0.6}}}),
        ("/ranges", state),
        ("/drivers", state),
        ("/compare", {"states": [state, {**state, "scenario": "peace"}], "indicator": "real_income_pct", "ranges": False}),
        ("/export/csv", state),
        ("/export/yaml", state),
        ("/export/python", state),
        ("/export/run", state),
        ("/figures/income.svg", figure),
        ("/figures/output.json", figure),
        ("/figures/answer.csv", figure),
        ("/dossiers", {"text": text}),
        ("/read", {"text": "On 1 May 2025 the United States put a duty of 25 % on steel of China.", "date": "2025-05-02"}),
        ("/jobs", {"kind": "ensemble", "state": state, "arguments": {"draws": 16, "seed": 1}}),
        ("/jobs", {"kind": "talks", "state": state, "arguments": {}}),
        ("/rooms", asked()),
        ("ROOM/moves", move),
        ("ROOM/worth", {"levels": {"ten": 1, "pause": 1}}),
    ]


def test_mutilated_requests(house: Asker, seats: dict[str, Seat], requests: list[tuple[str, Any]]) -> None:
    found: Counter[str] = Counter()
    faults: list[str] = []
    seat = seats["AAA"]
    for k in range(2 * COUNT):
        rng = random.Random(f"a request {k}")
        path, body = rng.choice(requests)
        content = mutilated(body, rng)
        headers = {**seat.headers, "Content-Type": "application/json"}
        if rng.random() < 0.03:
            headers["Content-Type"] = rng.choice(["text/plain", "application/xml", "application/json; charset=utf-16", ""])
        try:
            with bounded():
                path = path.replace("ROOM", f"/rooms/{seat.room}")
                found[judged(house.post(f"{API}{path}", content=content, headers=headers))] += 1
        except Exception as error:  # noqa: BLE001 all of them are told at the end
            faults.append(f"{k} {path}: {type(error).__name__} {error} {content[:200]!r}")
    print(f"\nrequests: {dict(found)}", flush=True)
    assert not faults, "\n".join([f"{len(faults)} faults", *faults[:20]])
    assert found["422"] > COUNT / 2
    assert found["200"] > 0


def test_mutilated_addresses(house: Asker, seats: dict[str, Seat], requests: list[tuple[str, Any]]) -> None:
    """The same of what an address carries: states of a figure, numbers of a room, names."""
    found: Counter[str] = Counter()
    faults: list[str] = []
    seat, state = seats["AAA"], requests[0][1]
    for k in range(COUNT // 2):
        rng = random.Random(f"an address {k}")
        path = rng.choice(
            ["/figures/income.svg", "/figures/WORD.json", f"/rooms/{seat.room}", "/links/WORD", "/jobs/WORD", "/dossiers/WORD"]
        )
        path = path.replace(
            "WORD", httpx.QueryParams({"": rng.choice(WORDS).encode("utf-8", "replace").decode()}).get("", "") or "x"
        )
        odd = rng.choice([*WORDS, *NUMBERS[:4]]).encode("utf-8", "replace").decode()
        params: dict[str, Any] = {"region": odd, "width": rng.choice([*NUMBERS, "700"])}
        if "figures" in path:
            params["state"] = mutilated(state, rng).decode("utf-8", "replace")[:30_000]
        elif "rooms" in path:
            params = {"after": rng.choice([*NUMBERS, "0"]), "wait": rng.choice([*NUMBERS[:9], "0"])}
        try:
            with bounded():
                found[judged(house.get(f"{API}{path}", params=params, headers=seat.headers))] += 1
        except httpx.InvalidURL:
            found["cannot be sent"] += 1
        except Exception as error:  # noqa: BLE001 all of them are told at the end
            faults.append(f"{k} {path}: {type(error).__name__} {error} {str(params)[:200]}")
    print(f"\naddresses: {dict(found)}", flush=True)
    assert not faults, "\n".join([f"{len(faults)} faults", *faults[:20]])
