"""The answer in sentences and why its numbers are what they are: true to their numbers for any result and any dossier."""

from __future__ import annotations

import base64
import json
from datetime import date
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
    found = answer(client, unit="usd", levers={"us-threat-100": 61})
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


def test_an_economy_besides_the_parties_may_be_named(client):
    assert answer(client, region="South Korea")["headline"] == answer(client, region="KOR")["headline"]
    refused = client.post("/api/v1/answer", json={**KL, "region": "Atlantis"})
    assert (refused.status_code, refused.json()["error"]) == (422, "UnknownRegion")


def test_states_are_set_side_by_side_in_every_unit(client):
    states = [{**KL, "scenario": s} for s in ("pessimistic", "optimistic", "middle", "lapse")]
    for unit in ("percent", "usd", "household", "jobs"):
        found = client.post("/api/v1/compare", json={"states": states, "unit": unit, "ranges": unit == "percent"}).json()
        assert found["columns"][0]["title"] == "The hundred points"
        assert [r["region"] for r in found["rows"]][:3] == ["USA", "CHN", "MYS"]
        alone = client.post("/api/v1/answer", json={**KL, "unit": unit}).json()
        usa = found["rows"][0]
        assert usa["values"][0] == alone["numbers"][f"{unit}.USA"]["value"]
        assert all(len(usa[k]) == 4 for k in ("values", "low", "high", "texts"))
        assert (usa["low"][0] is None) == (unit != "percent")


def test_a_number_is_cited_with_its_address_and_release(client):
    cited = why(client, "usd.USA", levers={"us-threat-100": 60})["citation"]
    assert cited["text"].startswith("detente ")
    assert "As known on 18 October 2025" in cited["text"]
    name, _, packed = cited["url"].partition("#j=")
    assert name == "http://localhost:8000/"
    place = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    assert place["levers"] == {"us-threat-100": 60.0}
    assert (place["dossier"], place["scenario"], place["v"]) == ("kuala-lumpur-2025", "pessimistic", 1)


# -- any dossier ---------------------------------------------------------------------------------------------------------------
def test_a_dossier_of_ones_own_on_another_world_is_answered(client, toy_state):
    for scenario in [s["id"] for s in toy_state["content"]["scenarios"]]:
        for basis in ("law", "no deal", "reference", "in-force"):
            body = {**toy_state, "scenario": scenario, "basis": basis, "full": True}
            reply = client.post("/api/v1/answer", json=body)
            assert reply.status_code == 200, reply.text
            found = reply.json()
            assert set(found["units"]) <= {"percent", "usd", "household", "jobs"}
            assert len(found["dials"]) <= 3
            for dial in found["dials"]:
                assert dial["min"] <= dial["value"] <= dial["max"]
                assert {s["id"] for s in dial["scenarios"]} <= {s["id"] for s in toy_state["content"]["scenarios"]}
            if not any(b["drawn"] for b in found["bars"]["rows"]):
                assert any(n["kind"] == "zero" for n in found["notes"])
    refused = client.post("/api/v1/answer", json={**toy_state, "scenario": "war", "unit": "household"})
    assert refused.status_code == 422
    assert "how many people live where" in refused.json()["message"]
    number = client.post("/api/v1/why", json={**toy_state, "scenario": "war", "number": "usd.AAA"}).json()
    assert sum(p["value"] for p in number["measures"]) == pytest.approx(number["value"], rel=0.02)
    assert number["citation"]["permalink"] is None


def test_what_a_new_dossier_starts_with_is_answered(client):
    from detente.cases.runs import dossier_content
    from detente.outlook.starter import starter
    from detente.policy.dossier import parse_dossier

    threat = starter("brazil-2027", "USA", "BRA", "50 % from 1 August 2027", day=date(2027, 7, 1))
    content = dossier_content(parse_dossier(threat))
    scenario = next(s["id"] for s in content["scenarios"] if s["id"] != "status-quo")
    reply = client.post("/api/v1/answer", json={"content": content, "scenario": scenario, "unit": "usd", "full": True})
    assert reply.status_code == 200, reply.text
    found = reply.json()
    assert found["bars"]["title"]
    assert {d["party"] for d in found["dials"]} <= {"USA", "BRA"}


def test_own_odds_move_every_sentence(client):
    own = {"odds": {"kuala-lumpur": {"pause": 0.9}}}
    theirs, mine = answer(client, full=True), answer(client, full=True, **own)
    chance = mine["numbers"]["chance.pessimistic"]
    assert chance["value"] != theirs["numbers"]["chance.pessimistic"]["value"]
    assert "with odds of your own" in text(mine["second"])
    told = client.post("/api/v1/odds", json={**KL, **own}).json()
    assert f"{told['ends']['pessimistic']['percent']}" in chance["text"]
    assert told["own"]
    assert why(client, "chance.pessimistic", **own)["value"] == chance["value"]
    assert sum(e["percent"] for e in told["ends"].values()) == 100
