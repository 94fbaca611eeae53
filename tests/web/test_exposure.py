"""Who an economy depends on, as long work of the API: it says what the library says."""

from __future__ import annotations

import pytest

import detente as dt


def test_the_job_says_what_the_library_says(client, wait_for):
    asked = {"kind": "exposure", "state": {"dossier": "kuala-lumpur-2025"}, "arguments": {"sector": "ELE", "to": "CHN"}}
    started = client.post("/api/v1/jobs", json=asked)
    assert started.status_code in (200, 202), started.text
    assert wait_for(client, started.json()["id"], 120)["status"] == "done"
    told = client.get(f"/api/v1/jobs/{started.json()['id']}/result").json()
    found = dt.exposure(dt.load_world(), region="MYS", sector="ELE", to="CHN")
    assert (told["region"], told["sector"], told["to"]) == ("MYS", "ELE", "CHN")
    assert told["input_reliance"]["look"] == pytest.approx(found.input_reliance.look)
    assert told["explained"] == found.explain()


def test_an_economy_may_be_named(client, wait_for):
    asked = {"kind": "exposure", "state": {"dossier": "kuala-lumpur-2025"}, "arguments": {"region": "Malaysia", "to": "cn"}}
    started = client.post("/api/v1/jobs", json=asked).json()["id"]
    assert wait_for(client, started, 120)["status"] == "done"
    told = client.get(f"/api/v1/jobs/{started}/result").json()
    assert (told["region"], told["to"]) == ("MYS", "CHN")


def test_a_region_that_is_none_is_refused(client, wait_for):
    asked = {"kind": "exposure", "state": {"dossier": "kuala-lumpur-2025"}, "arguments": {"region": "MLY"}}
    ended = wait_for(client, client.post("/api/v1/jobs", json=asked).json()["id"], 120)
    assert ended["status"] == "failed"
    assert "MLY" in str(ended)
