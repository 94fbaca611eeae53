"""The answer in sentences and why its numbers are what they are: true to their numbers for any result and any dossier."""

from __future__ import annotations

import json
from typing import Any

import pytest

KL = {"dossier": "kuala-lumpur-2025", "scenario": "pessimistic"}


def text(parts: list[dict[str, str]]) -> str:
    return "".join(p["text"] for p in parts)


def answer(client: Any, **more: Any) -> dict[str, Any]:
    reply = client.post("/api/v1/answer", json={**KL, **more})
    assert reply.status_code == 200, reply.text
    return reply.json()


def why(client: Any, number: str, **more: Any) -> dict[str, Any]:
    reply = client.post("/api/v1/why", json={**KL, **more, "number": number})
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_every_figure_of_a_sentence_has_its_number(client):
    found = answer(client, unit="usd")
    named = [p for p in (*found["headline"], *found["second"]) if p.get("number")]
    assert {"usd.USA", "usd.CHN"} <= {p["number"] for p in named}
    for part in named:
        number = found["numbers"][part["number"]]
        assert number["text"].lstrip("+−") == part["text"]
    assert found["waits"] == ["ranges", "odds", "published"]
    assert all(n["low"] is None for n in found["numbers"].values())


def test_the_full_answer_has_ranges_odds_and_who_else(client):
    found = answer(client, full=True)
    assert found["waits"] == []
    usa = found["numbers"]["percent.USA"]
    assert usa["low"] < usa["value"] < usa["high"] < 0
    chance = found["numbers"]["chance.pessimistic"]
    assert chance["low"] <= chance["value"] <= chance["high"]
    assert chance["text"] in text(found["second"])
    assert answer(client)["waits"] == []  # known now, so the quick one has it too


def test_parts_add_up_to_the_number_in_every_unit_and_economy(client):
    for number in ("percent.USA", "usd.VNM", "household.CHN", "jobs.KHM", "usd.WORLD"):
        found = why(client, number, basis="no deal", scenario="optimistic")
        assert sum(p["value"] for p in found["measures"]) == pytest.approx(found["value"], rel=0.02, abs=1e-3)
        if not number.startswith("jobs"):
            assert sum(p["value"] for p in found["channels"]) == pytest.approx(found["value"], rel=0.05)
        if not number.endswith("WORLD"):
            assert len(found["sectors"]) > 10
            assert found["who_pays"]["text"]
        assert found["range"]["driver"]


def test_units_and_numbers_that_are_none_are_refused(client, toy_state):
    for number in ("usd.XXX", "nothing", "chance.never", "usd."):
        assert client.post("/api/v1/why", json={**KL, "number": number}).status_code == 422
    both = client.post("/api/v1/answer", json={**KL, "basis": "law", "against": "reference"})
    assert both.status_code == 422
    assert json.dumps(answer(client, basis="no deal")["against"]) == '"no deal"'
