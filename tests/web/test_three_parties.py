"""The page's answers for a dossier of three governments: nobody is dropped."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

import small_future
from detente.cases.runs import dossier_content

PARTIES = ["AAA", "BBB", "CCC"]


def _third(data: dict[str, Any]) -> None:
    data["parties"].append({
        "region": "CCC", "motives": [{"text": "Growth.", "sources": ["s"]}], "sources": ["s"],
        "stances": [{"stance": "hold", "title": "Holds", "sources": ["s"]}],
    })  # fmt: skip


@pytest.fixture(scope="module")
def state() -> dict[str, Any]:
    """Three governments on the toy world."""
    return {"content": dossier_content(small_future.small_future(_third)), "world": "toy", "scenario": "war"}


def regions_in(value: Any) -> set[str]:
    """Every code of a party that a reply holds as a key or a value."""
    if isinstance(value, dict):
        return {k for k in value if k in PARTIES}.union(*map(regions_in, value.values()))
    if isinstance(value, list):
        return set().union(*map(regions_in, value))
    return {value} & set(PARTIES) if isinstance(value, str) else set()


@pytest.mark.parametrize("path", ["solve", "ranges", "compare", "drivers"])
def test_every_party_is_in_every_answer(client: Any, state: dict[str, Any], path: str) -> None:
    body = {"states": [state, {**state, "scenario": "peace"}]} if path == "compare" else state
    reply = client.post(f"/api/v1/{path}", json=body)
    assert reply.status_code == 200, reply.text
    assert regions_in(reply.json()) == set(PARTIES)
    if path == "solve":
        found = reply.json()
        assert [row["region"] for row in found["headline"]] == PARTIES
        assert {(d["by"], d["on"]) for d in found["duties"]} == {(a, b) for a in PARTIES for b in PARTIES if a != b}
        assert list(found["sectors"]) == PARTIES


def test_the_dossier_of_the_page_lists_all(client: Any, state: dict[str, Any]) -> None:
    reply = client.post("/api/v1/dossiers", json={"text": yaml.safe_dump(state["content"])})
    assert reply.status_code == 200, reply.text
    assert [p["region"] for p in reply.json()["view"]["parties"]] == PARTIES


@pytest.mark.parametrize("kind", ["talks", "deal", "truce"])
def test_jobs_of_two_parties_say_so(client: Any, state: dict[str, Any], wait_for: Any, kind: str) -> None:
    job = wait_for(client, client.post("/api/v1/jobs", json={"kind": kind, "state": state}).json()["id"])
    assert job["status"] == "failed"
    assert "has 3 parties; this model needs two" in job["error"]


def test_the_outlook_has_all(client: Any, state: dict[str, Any], wait_for: Any) -> None:
    job = wait_for(client, client.post("/api/v1/jobs", json={"kind": "outlook", "state": state}).json()["id"])
    assert job["status"] == "done", job
    found = client.get(f"/api/v1/jobs/{job['id']}/result").json()
    assert regions_in(found) == set(PARTIES)
