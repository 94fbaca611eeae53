"""`detente mcp` as an assistant meets it: through the client of the public package, in this process."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest

from detente.verbs import VERBS

mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")

KL = {"dossier": "kuala-lumpur-2025", "scenario": "pessimistic"}


def apart(work: Callable[[], Awaitable[Any]]) -> Any:
    """Run in a thread of its own: a browser that other tests opened holds this thread's loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, work).result()


@pytest.fixture(scope="module")
def asked():
    """A tool asked by name; its reply as plain data, or the refusal in words."""
    from detente.web.assistant import server

    made = server()

    def ask(name: str | None, **arguments: Any) -> Any:
        async def work() -> Any:
            async with mcp.Client(made) as client:
                if name is None:
                    return await client.list_tools()
                return await client.call_tool(name, arguments)

        found = apart(work)
        if name is None:
            return found.tools
        text = found.content[0].text
        if found.is_error:
            return text
        assert found.structured_content == json.loads(text)
        return found.structured_content

    return ask


def test_every_tool_only_reads_and_every_question_is_one(asked):
    found = {t.name: t for t in asked(None)}
    assert set(VERBS) - {"briefing"} <= set(found)
    for tool in found.values():
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert tool.description
    assert set(found["deal"].input_schema["properties"]) == {"state", "arguments"}


def test_a_number_comes_with_where_it_is_from(asked):
    found = asked("answer", asked={**KL, "unit": "usd", "full": True})
    usa = found["numbers"]["usd.USA"]
    assert usa["low"] < usa["value"] < usa["high"] < 0
    assert "United States" in found["headline"]
    told = found["provenance"]
    assert (told["dossier"], told["as_of"], told["scenario"]) == ("kuala-lumpur-2025", "2025-10-18", "pessimistic")
    assert told["made_by"].startswith("detente ")
    assert told["against"] == "what the law does by itself"
    assert any((s["url"] or "").startswith("https://") for s in told["sources"])


def test_the_same_numbers_as_the_page(asked, client):
    page = client.post("/api/v1/why", json={**KL, "number": "usd.USA"}).json()
    here = asked("why", asked={**KL, "number": "usd.USA"})
    page["citation"].pop("url")  # where the page is; an assistant has none
    assert {k: here[k] for k in page} == page


def test_odds_are_the_one_set(asked, client):
    found = asked("odds", state={"dossier": KL["dossier"]})
    assert sum(e["percent"] for e in found["ends"].values()) == 100
    own = asked("odds", state={"dossier": KL["dossier"], "odds": {"kuala-lumpur": {"pause": 0.9}}})
    assert own["ends"] != found["ends"]
    assert own["ends"]["pessimistic"]["own"]
    none = asked("odds", state={"dossier": "phase-one-2020"})
    assert none["provenance"]["dossier"] == "phase-one-2020"


def test_what_there_is_can_be_found(asked):
    listed = asked("list_dossiers")["dossiers"]
    assert KL["dossier"] in [d["id"] for d in listed]
    view = asked("dossier", dossier=KL["dossier"])
    assert any(lever["id"] == "us-threat-100" for lever in view["levers"])
    measures = asked("measures", dossier=KL["dossier"])["measures"]
    old = next(m for m in measures if m["id"] == "us-301")
    assert old["lasts"][0]["start"] == "2018-07-06"


def test_a_question_of_the_verbs_is_answered_with_its_record(asked):
    found = asked("exposure", state={"dossier": KL["dossier"]}, arguments={"region": "VNM"})
    assert found["result"]["explained"]
    assert found["provenance"]["world"] == "world-2022"


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [("answer", {"asked": {"dossier": "nowhere"}}, "nowhere"), ("why", {"asked": {**KL, "number": "usd.XXX"}}, "XXX"),
     ("odds", {"state": {"dossier": KL["dossier"], "odds": {"never": {"x": 1}}}}, "never"),
     ("deal", {"state": {"dossier": KL["dossier"]}, "arguments": {"solves": 1}}, "20"),
     ("answer", {"asked": {**KL, "unit": "euro"}}, "unit")],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_in_words(asked, name, arguments, words):
    found = asked(name, **arguments)
    assert isinstance(found, str)
    assert words in found
    assert "Traceback" not in found


def test_it_speaks_over_standard_input_and_output(tmp_path):
    import os
    import sys

    async def work() -> list[str]:
        environment = {**os.environ, "DETENTE_DATA": str(tmp_path)}
        command = mcp.StdioServerParameters(command=sys.executable, args=["-m", "detente", "mcp"], env=environment)
        async with mcp.Client(command) as client:
            return [t.name for t in (await client.list_tools()).tools]

    assert {"answer", "why", "odds", "deal"} <= set(apart(work))
