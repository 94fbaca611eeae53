"""Run files reproduce themselves; comparisons add up; what changed is split exactly."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detente.cases.compare import AXES, INDICATORS, compare, what_changed
from detente.cases.runs import Run, dossier_content, parameters_from, plain, read_run, repeat
from detente.equilibrium.parameters import horizon
from detente.equilibrium.solve import solve
from detente.errors import InputError, UnknownName
from detente.policy.changes import Change
from detente.policy.dossier import load_dossier
from detente.policy.instruments import ExportControl, Policy, Tariff
from detente.world import toy_world
from detente.world.library import load_world

DOSSIER = "kuala-lumpur-2025"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    change = Change.model_validate({"measure": "us-fentanyl-20", "set": {"rate_pct": 15}})
    run = Run.of_scenario(DOSSIER, "optimistic", horizon="short", changes=[change])
    return run.save(tmp_path_factory.mktemp("runs") / "run.json")


def test_a_run_file_repeats_itself_exactly(saved: Path) -> None:
    record = read_run(saved)
    run, answer = repeat(record)
    assert answer.identical
    assert answer.same_inputs
    assert answer.largest_gap == 0
    assert run.parameters == horizon("short")
    assert run.changes[0].target == "us-fentanyl-20"
    assert run.dossier is not None
    assert dossier_content(run.dossier) == dossier_content(load_dossier(DOSSIER))


def test_a_run_does_what_solve_does(saved: Path) -> None:
    run = Run.from_record(read_run(saved))
    world = load_world()
    quo = solve(world, run.case.policies["law"], "short")
    plain_run = solve(
        world,
        run.dossier.policy("optimistic", world.regions, world.sectors, changes=run.changes),
        "short",  # type: ignore[union-attr]
    ).relative_to(quo)
    np.testing.assert_allclose(run.outcome.real_income, plain_run.real_income, atol=1e-9)


def test_a_changed_number_is_found(saved: Path) -> None:
    record = read_run(saved)
    record["result"]["real_income_pct"]["USA"] += 0.5
    _, answer = repeat(record)
    assert answer.largest_gap == pytest.approx(0.5)
    assert answer.where == "real_income_pct / USA"
    record["parameters"]["trade_elasticity_factor"] = 0.9
    _, answer = repeat(record)
    assert not answer.identical
    assert not answer.same_inputs


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda r: r["world"].update(fingerprint="0" * 16), "other numbers would come out"),
        (lambda r: r["world"].update(name="my-world"), "does not ship"),
        (lambda r: r.update(scenario="optimistc"), "did you mean optimistic"),
        (lambda r: r.pop("parameters"), "not a run file that can be repeated"),
        (lambda r: r["parameters"].update(wage=3), "not a run file that can be repeated"),
        (lambda r: r["dossier"].update(colour="red"), "colour"),
    ],
)
def test_a_spoilt_run_file_is_refused_in_words(saved: Path, spoil: object, words: str) -> None:
    record = json.loads(saved.read_text())
    spoil(record)  # type: ignore[operator]
    with pytest.raises(InputError, match=words):
        Run.from_record(record)


def test_files_that_are_no_run_files(tmp_path: Path) -> None:
    for text, words in (("[1]", "not a run file"), ("{", "not JSON"), ('{"kind": "solve", "format": 1}', "format 1")):
        path = tmp_path / "x.json"
        path.write_text(text)
        with pytest.raises(InputError, match=words):
            read_run(path)
    with pytest.raises(InputError, match="no such file"):
        read_run(tmp_path / "none.json")
    with pytest.raises(InputError, match="needs a dossier"):
        Run.of_policy("p", Policy(), toy_world()).save(tmp_path / "y.json")


def test_parameters_survive_json() -> None:
    for name in ("short", "medium", "long", "fragmentation"):
        chosen = horizon(name)
        assert parameters_from(json.loads(json.dumps(plain(chosen.record())))) == chosen
    odd = replace(horizon("medium"), trade_elasticity=[3.0, 4.0, 5.0], labour_mobility=math.inf)
    again = parameters_from(json.loads(json.dumps(plain(odd.record()))))
    assert again.trade_elasticity == [3.0, 4.0, 5.0]
    assert again.labour_mobility == math.inf


def packages() -> dict[str, Policy]:
    return {f"{r}": Policy([Tariff(by="AAA", on="BBB", rate=r / 100)]) for r in (5, 25)}


def test_comparison_holds_every_cell_and_agrees_with_solve() -> None:
    world = toy_world()
    found = compare(packages(), worlds=[world], parameters=["medium", "long"])
    frame = found.to_frame()
    assert len(frame.drop_duplicates(list(AXES))) == 4
    assert set(frame["indicator"]) == set(INDICATORS)
    direct = solve(world, packages()["25"], "long")
    cell = frame.query("package == '25' and parameters == 'long' and indicator == 'real income'").set_index("region")["value"]
    np.testing.assert_allclose(cell[list(world.regions)], direct.real_income, atol=1e-9)
    assert cell["WORLD"] == pytest.approx(direct.world_real_income, abs=1e-9)


def test_spread_is_the_mean_range_along_an_axis() -> None:
    found = compare(packages(), worlds=[toy_world()], parameters=["medium", "long"])
    values = found.frame.query("indicator == 'real income' and region == 'BBB'").set_index(["package", "parameters"])["value"]
    by_hand = np.mean([abs(values["5", p] - values["25", p]) for p in ("medium", "long")])
    row = found.spread().loc["BBB"]
    assert row["package"] == pytest.approx(by_hand)
    assert row["world"] == 0
    assert row["all"] == pytest.approx(values.max() - values.min())


def test_a_cell_that_cannot_be_solved_is_named_not_dropped() -> None:
    world = toy_world()
    wall = Policy([ExportControl(by=r, sectors="all", withhold=1.0) for r in world.regions])
    found = compare({"fine": packages()["5"], "wall": wall}, worlds=[world])
    if found.failed:
        assert list(found.failed) == [("wall", world.name, "medium")]
        assert "wall" not in set(found.frame["package"])
    assert "fine" in set(found.frame["package"])


def test_comparison_refuses_what_it_cannot_name() -> None:
    with pytest.raises(InputError, match="give a policy a name"):
        compare([packages()["5"]])
    with pytest.raises(InputError, match="two packages"):
        compare([f"{DOSSIER}:middle", f"{DOSSIER}:middle"])
    with pytest.raises(InputError, match="at least one"):
        compare({})
    with pytest.raises(UnknownName, match="did you mean middle"):
        compare([f"{DOSSIER}:midle"])
    with pytest.raises(UnknownName):
        compare(packages(), worlds=[toy_world()]).table("reel income")


def test_what_changed_splits_the_gap_exactly() -> None:
    world = load_world()
    old = Run.of_scenario(DOSSIER, "optimistic", world, "medium")
    change = Change.model_validate({"measure": "us-fentanyl-20", "set": {"rate_pct": 60}})
    new = Run.of_scenario(DOSSIER, "optimistic", world, "short", changes=[change])
    found = what_changed(old, new)
    assert found.parts == ("measures", "parameters")
    assert any("us-fentanyl-20: rate_pct" in line for line in found.inputs)
    parts = found.frame[[c for c in found.frame if c.startswith("due to")]].sum(axis=1)
    np.testing.assert_allclose(parts, found.frame["after, %"] - found.frame["before, %"], atol=1e-9)
    assert found.frame.loc["USA", "after, %"] == pytest.approx(float(new.outcome.real_income["USA"]))
    assert what_changed(old, old).explain() == "The two runs read the same: nothing changed."


def test_measures_that_only_one_run_has_are_named() -> None:
    old, new = (Run.of_scenario(DOSSIER, s) for s in ("optimistic", "pessimistic"))
    inputs = what_changed(old, new).inputs
    assert "measure chn-answer-100 is new" in inputs
    assert "measure us-threat-100 is new" in inputs  # the optimistic scenario withdraws it
