"""The memory of solutions: what is asked twice is worked out once, and only inside the block that opened it."""

import importlib
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields

import numpy as np
import pytest

from detente.briefing.report import beside
from detente.equilibrium import Solver, solve
from detente.equilibrium.levels import Equilibrium, LabourMarket
from detente.equilibrium.memory import Kept, memory, solved_once
from detente.equilibrium.parameters import horizon
from detente.equilibrium.solve import solve_flat
from detente.errors import NotConverged
from detente.policy.instruments import ExportControl, Policy, Tariff
from detente.world import toy_world
from detente.world.economy import Economy

module = importlib.import_module("detente.equilibrium.solve")


@pytest.fixture
def runs(monkeypatch):
    """A list that grows with every run of the compiled fixed point."""
    made, run = [], module._run

    def counted(*args, **kwargs):
        made.append(1)
        return run(*args, **kwargs)

    monkeypatch.setattr(module, "_run", counted)
    return made


def test_the_same_question_is_solved_once_however_it_is_put(runs):
    world = toy_world()
    one, other = Policy([Tariff(by="AAA", on="BBB", rate=0.1)]), Policy([Tariff(by="AAA", on=["BBB"], rate=0.1)])
    with solved_once() as kept:
        first, second = solve(world, one), solve(world, other)
        flat = solve_flat(world.economy(), one.shock(world), horizon("medium"), Solver()).flat
    assert len(runs) == 1
    assert kept.spared == 2
    assert np.array_equal(first.flat, second.flat)
    assert np.array_equal(first.flat, flat)
    assert first.provenance["policy"] == one.describe()
    assert second.provenance["policy"] == other.describe()
    alone = solve(world, one)
    assert len(runs) == 2
    assert np.array_equal(alone.flat, first.flat)


@pytest.mark.parametrize(
    "change", [{"horizon": "short"}, {"trade_elasticity": 4.0}, {"solver": Solver(tolerance=1e-10)}, {"policy": Policy()}]
)
def test_another_question_is_solved(runs, change):
    world = toy_world()
    asked = {"policy": Policy([Tariff(by="AAA", on="BBB", rate=0.1)])}
    with solved_once() as kept:
        solve(world, **asked)
        solve(world, **{**asked, **change})
    assert len(runs) == 2
    assert len(kept) == 2
    assert kept.spared == 0


def test_a_search_from_a_state_nearby_is_not_kept(runs):
    economy, parameters = toy_world().economy(), horizon("medium")
    shock = Policy([Tariff(by="AAA", on="BBB", rate=0.1)]).shock(economy)
    with solved_once() as kept:
        near = solve_flat(economy, shock, parameters, Solver()).flat
        solve_flat(economy, shock, parameters, Solver(), near)
        solve_flat(economy, shock, parameters, Solver(), near)
    assert len(runs) == 3
    assert len(kept) == 1


def test_the_first_equilibrium_is_told_once_however_many_threads_begin_with_one():
    kept, told = Kept(), []
    meet = threading.Barrier(8)

    def slow() -> None:
        told.append(1)
        time.sleep(0.05)

    def work() -> None:
        meet.wait()
        kept.works()

    kept.begins = slow
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(told), kept.worked) == (1, 8)


def test_what_does_not_converge_raises_each_time():
    hard = Policy([Tariff(by="AAA", on="BBB", rate=0.5)])
    with solved_once():
        for _ in range(2):
            with pytest.raises(NotConverged):
                solve(toy_world(), hard, solver=Solver(iterations=1, persist=False))


def test_the_memory_ends_with_its_block_and_an_inner_block_shares_it():
    assert memory() is None
    with solved_once() as outer, solved_once() as inner:
        assert inner is outer is memory()
    assert memory() is None


def test_lanes_share_the_memory_of_their_block(runs):
    world = toy_world()
    with solved_once():
        found = beside(lambda _: solve(world).world_real_income, [1, 2, 3], lanes=3)
    assert len(runs) == 1
    assert len(set(found)) == 1
    assert beside(lambda _: memory(), [1, 2], lanes=2) == [None, None]


@pytest.mark.parametrize("asked", [{"horizon": "medium"}, {"horizon": "short"}, {"horizon": "medium", "exchange_rate": "pinned"}])
def test_what_was_judged_is_found_again_and_its_levels_when_they_are_asked_for(runs, asked, monkeypatch, tmp_path):
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    made, at = [], Equilibrium.at
    monkeypatch.setattr(Equilibrium, "at", lambda *given: made.append(1) or at(*given))
    policy = Policy([Tariff(by="AAA", on="BBB", rate=0.1), ExportControl(by="CCC", on="AAA", sectors="MAKE", withhold=0.3)])
    outcomes = []
    for _ in range(2):
        with solved_once(between_runs=True):
            outcomes.append(solve(toy_world(), policy, **asked))
    first, again = outcomes
    assert len(runs) == len(made) == 1
    assert again.clearing_gap == first.clearing_gap
    assert again.shadows == first.shadows
    assert len(again.shadows) == 1
    assert again.real_income.tolist() == first.real_income.tolist()
    assert again.relative_to(first).equivalent_variation.tolist() == [0.0] * 3
    assert len(made) == 1  # none of that needs levels
    with ThreadPoolExecutor(4) as pool:
        flows = list(pool.map(lambda _: again.after.shipments, range(8)))
    assert all(f.tobytes() == first.after.shipments.tobytes() for f in flows)
    for f in fields(Equilibrium):
        one, two = getattr(first.after, f.name), getattr(again.after, f.name)
        if isinstance(one, np.ndarray):
            assert one.tobytes() == two.tobytes(), f.name
        elif not isinstance(one, Economy | LabourMarket):
            assert one is two or one == two, f.name
    with pytest.raises(AttributeError, match="no 'shipment'"):
        _ = again.after.shipment


def test_what_is_asked_in_passing_is_found_and_not_added(runs, monkeypatch, tmp_path):
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    policy = Policy([Tariff(by="AAA", on="BBB", rate=0.1)])
    for n, how in enumerate(({"passing": True}, {"passing": True}, {"between_runs": True}), start=1):
        with solved_once(**how):
            solve(toy_world(), policy)
        assert len(runs) == n
    before = sorted(p.name for p in (tmp_path / "solutions").iterdir())
    with solved_once(passing=True):
        solve(toy_world(), policy)
    assert len(runs) == 3
    assert [p.name for p in (tmp_path / "solutions").iterdir()] == before


def test_what_is_only_known_in_part_can_be_handed_to_another_process(monkeypatch, tmp_path):
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    for _ in range(2):
        with solved_once(between_runs=True):
            outcome = solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.1)]))
    there = pickle.loads(pickle.dumps(outcome))
    assert there.after.shipments.tobytes() == outcome.after.shipments.tobytes()


def test_what_is_refused_is_refused_again_without_another_solve(runs, monkeypatch, tmp_path):
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    monkeypatch.setattr(module, "CLEARING", 0.0)
    for _ in range(2):
        for _ in range(2):
            with solved_once(between_runs=True), pytest.raises(NotConverged, match="misses"):
                solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.1)]))
    assert len(runs) == 1


def test_two_at_once_wait_for_one_answer_and_a_failure_is_asked_again():
    kept, gate, calls = Kept(), threading.Event(), []

    def slow():
        calls.append(1)
        gate.wait(5)
        return len(calls)

    threads = [threading.Thread(target=kept.answer, args=("question", slow)) for _ in range(2)]
    for t in threads:
        t.start()
    gate.set()
    for t in threads:
        t.join()
    assert calls == [1]
    assert kept.answer("question", slow) == 1
    assert kept.spared == 2
    with pytest.raises(ZeroDivisionError):
        kept.answer("bad", lambda: 1 // 0)
    assert kept.answer("bad", lambda: 7) == 7
