"""What the API says is what the library says; states that stand for the same thing get the same answer; files lead back to it."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pytest
import yaml

import detente as dt
from detente.cases.runs import repeat
from detente.policy.dossier import parse_dossier
from detente.policy.levers import changes_for
from detente.web.state import OWN, PageState, resolve
from detente.words.names import sector_table

DOSSIER = dt.load_dossier("kuala-lumpur-2025")
WORLD = dt.load_world()
MOVED = {"us-threat-100": 35.0, "chn-rare-earths-october": 70.0}
TEXTBOOK = {"horizon": "medium", "against": "in-force"}
"""What needs no path and no baseline but the dossier's day: solved here by hand."""


def kuala(**more):
    return {"dossier": "kuala-lumpur-2025", **more}


@pytest.fixture(scope="module")
def outcome():
    before = dt.solve(WORLD, DOSSIER.policy(None, WORLD.regions, WORLD.sectors))
    policy = DOSSIER.policy("middle", WORLD.regions, WORLD.sectors, changes=changes_for(DOSSIER, "middle", MOVED))
    return dt.solve(WORLD, policy).relative_to(before)


@pytest.fixture(scope="module")
def answer(client):
    reply = client.post("/api/v1/solve", json=kuala(scenario="middle", levers=MOVED, **TEXTBOOK))
    assert reply.status_code == 200
    return reply.json()


def test_a_readers_own_levers_leave_nothing_on_disk(monkeypatch, tmp_path):
    state = resolve(PageState(**kuala(scenario="middle", levers={"us-threat-100": 41.25})))
    state.case.outcome("law", against="reference")
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    assert state.outcome().real_income["USA"] != 0
    assert not list(tmp_path.glob("solutions/*"))


def test_an_answer_is_the_librarys(answer, outcome):
    rows = {row["region"]: row for row in answer["headline"]}
    assert set(rows) == set(WORLD.regions)
    assert [row["region"] for row in answer["headline"][:3]] == ["USA", "CHN", "MYS"]
    for code, row in rows.items():
        assert row["real_income_pct"] == pytest.approx(outcome.real_income[code], abs=1e-5)
        assert row["ev_musd"] == pytest.approx(outcome.equivalent_variation[code], abs=0.1)
        assert row["consumer_prices_pct"] == pytest.approx(outcome.consumer_prices[code], abs=1e-5)
        assert row["consumer_prices_local_pct"] == pytest.approx(outcome.consumer_prices_local[code], abs=1e-5)
        assert row["tariff_revenue_musd"] == pytest.approx(outcome.tariff_revenue["change"][code], abs=0.1)
        change = outcome.exports.loc[code]
        assert row["exports_pct"] == pytest.approx(100 * (change["counterfactual"] / change["baseline"] - 1), abs=1e-5)
    assert answer["world_real_income_pct"] == pytest.approx(outcome.world_real_income, abs=1e-5)
    assert answer["moved"] == sorted(MOVED)
    assert answer["lever_values"]["us-threat-100"] == 35
    sectors = {row["sector"]: row["output_pct"] for row in answer["sectors"]["CHN"]}
    assert sectors["ELE"] == pytest.approx(outcome.output.loc["CHN", "ELE"], abs=1e-3)


def test_an_answer_stands_on_the_path_against_the_law_unless_told_otherwise(client):
    answer = client.post("/api/v1/solve", json=kuala(scenario="middle")).json()
    assert (answer["horizon"], answer["baseline"], answer["against"]) == ("month 36", "law", "what the law does by itself")
    case = dt.Case.of(DOSSIER, WORLD, "month 36", with_ranges=False)
    for named in ("law", "no-deal", "reference", "in-force"):
        told = client.post("/api/v1/solve", json=kuala(scenario="middle", against=named)).json()
        expected = case.outcome("middle", against=named)
        assert told["baseline"] == named
        for row in told["headline"]:
            assert row["real_income_pct"] == pytest.approx(expected.real_income[row["region"]], abs=1e-5)
        assert (told["headline"] == answer["headline"]) == (named == "law")
    levers = client.post("/api/v1/solve", json=kuala(levers=MOVED)).json()
    assert levers["baseline"] == "in-force"


def test_duties_and_controls_are_those_of_the_shock(answer, outcome):
    goods = [k for k, s in enumerate(WORLD.sectors) if sector_table()[s]["goods"]]
    usa, chn = (WORLD.regions.index(r) for r in ("USA", "CHN"))
    weight = WORLD.shipments[chn, usa, goods]
    for key, shock in (("mean_pct_before", outcome.shock_before), ("mean_pct_after", outcome.shock)):
        mean = 100 * np.average(shock.tariffs[chn, usa, goods], weights=weight)
        assert answer["duties"][0][key] == pytest.approx(mean, abs=0.01)
    assert answer["duties"][0]["mean_pct_after"] > answer["duties"][0]["mean_pct_before"] + 25
    withheld = {tuple(c["on"]): c["withheld_pct"] for c in answer["controls"]}
    assert withheld["USA",] == pytest.approx(100 * (1 - (1 - 0.15) * (1 - 0.92 * 0.7)), abs=0.01)


HASHED = ({"horizon": "month 6"}, {"horizon": "medium"}, {"against": "no-deal"}, {"against": "in-force"})


def test_states_that_mean_the_same_have_one_hash(client):
    plain = client.post("/api/v1/solve", json=kuala(scenario="middle")).json()
    spelt = client.post(
        "/api/v1/solve", json=kuala(scenario="middle", horizon="month 36", against="law", levers={"us-threat-100": 0})
    ).json()
    moved = client.post("/api/v1/solve", json=kuala(scenario="middle", levers={"us-threat-100": 1})).json()
    assert plain["hash"] == spelt["hash"] != moved["hash"]
    assert plain["headline"] == spelt["headline"]
    others = [client.post("/api/v1/solve", json=kuala(scenario="middle", **more)).json()["hash"] for more in HASHED]
    assert len({plain["hash"], *others}) == 1 + len(others)


def test_the_status_quo_changes_nothing(client):
    answer = client.post("/api/v1/solve", json=kuala(scenario="status-quo")).json()
    assert max(abs(row["real_income_pct"]) for row in answer["headline"]) == 0
    assert answer["mutual_trade_pct"] == 0


def test_ranges_hold_the_centre_and_then_stand_in_the_answer(client):
    state = kuala(scenario="pessimistic")
    first = client.post("/api/v1/solve", json=state).json()
    ranges = {r["region"]: r for r in client.post("/api/v1/ranges", json=state).json()["regions"]}
    again = client.post("/api/v1/solve", json=state).json()
    assert first["headline"][0]["low"] is None
    assert again["cached"]
    for row in again["headline"]:
        found = ranges[row["region"]]
        assert row["low"] == found["low"] <= row["real_income_pct"] <= found["high"] == row["high"]
    assert any(r["low"] < r["high"] for r in ranges.values())


def test_drivers_add_up_to_the_whole(client):
    found = client.post("/api/v1/drivers", json=kuala(levers={"us-threat-100": 50, "chn-answer-100": 50})).json()
    assert [row["lever"] for row in found["drivers"]] == ["us-threat-100", "chn-answer-100"]
    for region, total in found["total"].items():
        parts = sum(row["part_pct"][region] for row in found["drivers"])
        assert parts + found["together"][region] == pytest.approx(total, abs=3e-5)
    own = {row["lever"]: row["part_pct"]["CHN"] for row in found["drivers"]}
    assert own["chn-answer-100"] < 0  # a duty far above the best one costs whoever levies it
    alone = client.post("/api/v1/drivers", json=kuala(levers={"us-threat-100": 50})).json()
    assert alone["drivers"][0]["part_pct"] == alone["total"]


def test_comparison_has_a_column_a_state(client):
    states = [kuala(scenario=s) for s in ("optimistic", "pessimistic")]
    table = client.post("/api/v1/compare", json={"states": states, "indicator": "ev_musd"}).json()
    single = client.post("/api/v1/solve", json=states[1]).json()
    assert [c["title"] for c in table["columns"]] == ["A pause that holds", "The hundred points"]
    values = {row["region"]: row["values"][1] for row in table["rows"]}
    assert values == {row["region"]: row["ev_musd"] for row in single["headline"]}


def test_lists_and_views(client):
    lists = client.get("/api/v1/catalogue").json()
    days = [d["as_of"] for d in lists["dossiers"]]
    assert days == sorted(days, reverse=True)  # the page opens the first
    assert [r["code"] for r in lists["regions"]] == list(WORLD.regions)
    assert {r["group"] for r in lists["regions"] if r["code"] in ("MYS", "VNM")} == {"ASEAN"}
    assert [h["id"] for h in lists["horizons"]] == ["month 6", "month 36", "month 120"]
    assert [b["id"] for b in lists["baselines"]] == ["law", "no-deal", "reference", "in-force"]
    assert all(entry["label"] for entry in (*lists["horizons"], *lists["baselines"]))
    view = client.get("/api/v1/dossiers/kuala-lumpur-2025").json()
    assert [s["id"] for s in view["scenarios"]] == [s.id for s in DOSSIER.scenarios]
    assert {m["id"] for m in view["measures"]} == {m.id for m in DOSSIER.measures}
    rows = {row["id"]: row["spans"] for row in view["timeline"]["rows"]}
    assert [s["status"] for s in rows["us-reciprocal-chn-24"]][:4] == ["announced", "in_force", "suspended", "in_force"]
    assert view["deadlines"] == sorted(view["deadlines"], key=lambda d: d["date"])
    short = client.get("/api/v1/dossiers/kuala-lumpur-2025?short=true")
    assert short.json() == {k: v for k, v in view.items() if k not in ("timeline", "measures", "sources", "published")}
    assert len(short.content) < len(json.dumps(view)) / 3
    missing = client.get("/api/v1/dossiers/kuala-lumpur-2026")
    assert missing.status_code == 404
    assert "kuala-lumpur-2025" in missing.json()["message"]


def test_a_dossier_given_as_text_is_worked_with(client, toy_state):
    for text in (yaml.safe_dump(toy_state["content"], sort_keys=False), json.dumps(toy_state["content"])):
        read = client.post("/api/v1/dossiers", json={"text": text})
        assert read.status_code == 200, read.text
        assert read.json()["view"]["id"] == "small-future"
        state = {"content": read.json()["content"], "world": "toy", "scenario": "war"}
        answer = client.post("/api/v1/solve", json=state).json()
        assert {row["region"] for row in answer["headline"]} == {"AAA", "BBB", "CCC"}
        assert answer["headline"][0]["real_income_pct"] < 0


def test_wrong_input_is_answered_in_words(client, toy_state):
    cases = [
        (kuala(scenario="midle"), "did you mean middle"),
        (kuala(levers={"us-thret-100": 5}), "did you mean us-threat-100"),
        (kuala(levers={"us-threat-100": 500}), "from 0 to 150"),
        (kuala(world="toy"), "does not fit"),
        (kuala(world="/etc/passwd"), "world-2022"),
        ({"dossier": "../../etc/passwd"}, "kuala-lumpur-2025"),
        ({**toy_state, "dossier": "kuala-lumpur-2025"}, "either"),
        ({"content": {"id": "x"}}, "missing"),
        (kuala(horizon="tomorrow"), "horizon"),
        (kuala(colour="red"), "colour"),
    ]
    for state, words in cases:
        reply = client.post("/api/v1/solve", json=state)
        assert reply.status_code == 422, state
        assert set(reply.json()) == {"error", "message", "where"}
        assert words in reply.json()["message"], (state, reply.json())


# -- files ---------------------------------------------------------------------------------------------------------------
def exported(client, kind, state):
    reply = client.post(f"/api/v1/export/{kind}", json=state)
    assert reply.status_code == 200
    assert reply.headers["content-disposition"].startswith("attachment;")
    return reply.text


def test_csv_holds_the_numbers(client, answer):
    table = pd.read_csv(
        io.StringIO(exported(client, "csv", kuala(scenario="middle", levers=MOVED, **TEXTBOOK))), index_col="region"
    )
    for row in answer["headline"]:
        assert table.loc[row["region"], "real income, %"] == pytest.approx(row["real_income_pct"], abs=1e-5)


def test_yaml_is_the_dossier_with_one_scenario_more(client, outcome):
    dossier = parse_dossier(exported(client, "yaml", kuala(scenario="middle", levers=MOVED)))
    assert [s.id for s in dossier.scenarios] == [*(s.id for s in DOSSIER.scenarios), OWN]
    shock = dossier.policy(OWN, WORLD.regions, WORLD.sectors).shock(WORLD.economy())
    assert np.allclose(shock.tariffs, outcome.shock.tariffs, atol=1e-12)
    whole = parse_dossier(exported(client, "yaml", kuala(scenario="middle")))  # law that was selected stands in the file itself
    fields = set(type(DOSSIER).model_fields) - {"law"}
    assert [k for k in sorted(fields) if getattr(whole, k) != getattr(DOSSIER, k)] == []


def test_the_script_gives_the_same_numbers(client, answer, capsys):
    script = exported(client, "python", kuala(scenario="middle", levers=MOVED, **TEXTBOOK))
    found: dict[str, object] = {}
    exec(compile(script, "script.py", "exec"), found)
    rows = {row["region"]: row["real_income_pct"] for row in answer["headline"]}
    assert found["outcome"].real_income["MYS"] == pytest.approx(rows["MYS"], abs=1e-5)
    assert "world" in capsys.readouterr().out


def test_a_hostile_title_stays_in_its_string(client, toy_state):
    content = {**toy_state["content"], "title": '"""\nimport os; os.abort()\n"""'}
    script = exported(client, "python", {**toy_state, "content": content, "scenario": "war", "levers": {"threat": 10}})
    compile(script, "script.py", "exec")
    assert "\nimport os" not in script
    assert "own-scenario" in script


def test_a_run_file_repeats_itself(client, answer):
    record = json.loads(exported(client, "run", kuala(scenario="middle", levers={**MOVED, "policy.date": 10})))
    run, again = repeat(record)
    assert again.identical
    assert run.scenario == OWN
    assert run.dossier.scenario(OWN).policy_date.isoformat() == "2025-10-28"


@pytest.mark.parametrize("scenario", ["optimistic", "middle", "pessimistic"])
@pytest.mark.parametrize("days", [1, 20])
def test_a_day_moved_before_some_changes_is_written_down_as_it_is_answered(scenario: str, days: int) -> None:
    found = resolve(PageState(**kuala(scenario=scenario, levers={"policy.date": days})))
    dossier, own = found.as_dossier()
    there = dt.Case.of(dossier, with_ranges=False).outcome(own).real_income
    assert (there - found.outcome().real_income).abs().max() < 1e-9
