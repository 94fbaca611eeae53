"""Ensembles: the same bytes whoever solves them and however often they are killed; nothing dropped; values that are right."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

import detente as dt
from detente.cli.questions import ensemble as command
from detente.cli.shapes import named
from detente.errors import InputError, NotConverged, UnknownName
from detente.outlook.ensemble import chunks, executors
from detente.outlook.ensemble.chunks import from_bytes, solve_chunk
from detente.outlook.ensemble.ensemble import Ensemble, _duration, ensemble
from detente.outlook.ensemble.odds import odds, read_one
from detente.outlook.ensemble.plan import CENTRE, Plan
from detente.policy.instruments import ExportControl, Policy, Tariff
from detente.strategy.payoffs import payoff_table
from detente.strategy.table import at_the_table

TARIFF = Policy([Tariff(by="AAA", on="BBB", rate=0.25), ExportControl(by="BBB", sectors="MAKE", withhold=0.3, on="AAA")])
DRAWS, CHUNK = 40, 8
RUN = """
import sys
import detente as dt
from detente.outlook.ensemble.ensemble import ensemble
from tests_policy import TARIFF
ensemble(TARIFF, {draws}, seed=3, store=sys.argv[1], world=dt.load_world("toy"), chunk=4)
"""


def toy(**options: Any) -> Ensemble:
    return ensemble(TARIFF, DRAWS, **{"seed": 3, "world": dt.load_world("toy"), "chunk": CHUNK, **options})


@pytest.fixture(scope="module")
def serial() -> Ensemble:
    return toy()


# -- the same bytes --------------------------------------------------------------------------------------------------
def test_processes_give_the_same_bytes(serial: Ensemble, tmp_path: Path) -> None:
    result = toy(executor="processes", workers=2)
    assert result.path.read_bytes() == serial.path.read_bytes()
    serial.draws_csv(tmp_path / "a.csv")
    result.draws_csv(tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert result.record() == serial.record()


def test_a_dask_client_gives_the_same_bytes(serial: Ensemble) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.Client(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=None) as client:
        assert toy(executor=client).path.read_bytes() == serial.path.read_bytes()


def test_killed_and_resumed_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "tests_policy.py").write_text(
        "from detente.policy.instruments import ExportControl, Policy, Tariff\n"
        'TARIFF = Policy([Tariff(by="AAA", on="BBB", rate=0.25), '
        'ExportControl(by="BBB", sectors="MAKE", withhold=0.3, on="AAA")])\n'
    )
    store = tmp_path / "store"
    code = RUN.format(draws=4000)
    child = subprocess.Popen([sys.executable, "-c", code, str(store)], cwd=tmp_path, stderr=subprocess.PIPE)
    for _ in range(600):
        if len(list(store.glob("chunks/*/*.parquet"))) >= 5 or child.poll() is not None:
            break
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    _, problem = child.communicate()
    assert child.returncode == -signal.SIGKILL, problem.decode()
    with sqlite3.connect(store / "index.sqlite") as index:
        written = index.execute("select count(*) from files").fetchone()[0]
    assert 1 <= written < 1001
    # what the killed run solved serves a shorter one of the same design
    world = dt.load_world("toy")
    resumed = ensemble(TARIFF, 24, 3, store=store, world=world, chunk=4)
    fresh = ensemble(TARIFF, 24, 3, world=world, chunk=4)
    assert resumed.reused >= min(written, 4)
    assert fresh.reused == 0
    assert resumed.path.read_bytes() == fresh.path.read_bytes()


def test_a_longer_run_takes_up_a_shorter_one_and_damage_is_mended(tmp_path: Path, serial: Ensemble) -> None:
    short = ensemble(TARIFF, 16, 3, store=tmp_path, world=dt.load_world("toy"), chunk=CHUNK)
    assert (short.solved, short.reused) == (3, 0)  # the centre and two chunks
    chunk = next(p for p in (tmp_path / "chunks").rglob("*.parquet") if p != short.path)
    chunk.write_bytes(chunk.read_bytes()[:-1] + b"?")
    long = toy(store=tmp_path)
    assert (long.solved, long.reused) == (4, 2)
    assert any("1 damaged or missing file of the store solved again" in n for n in long.notes)
    assert long.path.read_bytes() == serial.path.read_bytes()
    again = toy(store=tmp_path)
    assert again.solved == 0
    assert not [n for n in again.notes if "damaged" in n]


def test_another_seed_world_or_policy_shares_nothing(tmp_path: Path) -> None:
    toy(store=tmp_path)
    assert toy(store=tmp_path, seed=4).reused == 0
    assert toy(store=tmp_path, horizon="short").reused == 0
    assert toy(store=tmp_path, labour_mobility=5.0).reused == 0
    assert (
        ensemble(Policy([Tariff(by="AAA", on="BBB", rate=0.26)]), DRAWS, 3, store=tmp_path, world=dt.load_world("toy")).reused
        == 0
    )


# -- right values ----------------------------------------------------------------------------------------------------
def test_a_draw_is_what_solve_gives_at_its_parameters(serial: Ensemble) -> None:
    economy = dt.load_world("toy").economy()
    for k in (0, 17, 39):
        drawn = serial.plan.at(serial.points[k])
        base, cut = economy.tariffs, chunks.Package.of("x", TARIFF, economy).cuts[0]
        assert cut == (0.3, 0.0)
        odds_of = 0.3 / 0.7 * np.exp(drawn.control_severity)
        policy = Policy.from_arrays(tariffs=base + drawn.tariff_coverage * (TARIFF.shock(economy).tariffs - base)) + Policy(
            [ExportControl(by="BBB", sectors="MAKE", withhold=odds_of / (1 + odds_of), on="AAA")]
        )
        outcome = dt.solve(economy, policy, drawn.parameters)
        for region in ("AAA", "BBB", "CCC"):
            for quantity in ("real income", "consumer prices", "real wage"):
                exact = getattr(outcome, quantity.replace(" ", "_"))
                assert serial.values(quantity, region)[k] == pytest.approx(exact[region], abs=1e-6)
        assert serial.values("real income", "WORLD")[k] == pytest.approx(outcome.world_real_income, abs=1e-6)
        assert serial.values("tariff revenue", "AAA")[k] == pytest.approx(outcome.tariff_revenue["change"]["AAA"], rel=1e-6)
        before, after = outcome.bilateral()
        trade = 100 * (after.loc["BBB", "AAA"] / before.loc["BBB", "AAA"] - 1)
        assert serial.values("mutual trade", "BBB>AAA")[k] == pytest.approx(trade, abs=1e-6)
        both = after.loc["BBB", "AAA"] + after.loc["AAA", "BBB"], before.loc["BBB", "AAA"] + before.loc["AAA", "BBB"]
        pair = next(r for r in serial.regions("mutual trade") if "-" in r)
        assert serial.values("mutual trade", pair)[k] == pytest.approx(100 * (both[0] / both[1] - 1), abs=1e-6)
        assert serial.values("worth of a licence", "BBB MAKE to AAA")[k] == pytest.approx(
            outcome.shadows[0].price_wedge, abs=1e-4
        )
        assert serial.values("rent", "BBB MAKE to AAA")[k] == pytest.approx(outcome.shadows[0].rent, rel=1e-5)


def test_a_dossier_compares_with_the_status_quo_of_the_same_draw() -> None:
    world, case = dt.load_world(), dt.load_dossier("kuala-lumpur-2025")
    result = ensemble(case, 2, 1, world=world, scenario=["status-quo", "pessimistic"])
    sets = [case.policy(s, world.regions, world.sectors) for s in (None, "pessimistic")]
    quo, bad = (dt.solve(world, p, result.horizon) for p in sets)
    table = {"status-quo": quo, "pessimistic": bad.relative_to(quo)}
    for scenario, outcome in table.items():
        for region in ("USA", "CHN", "MYS", "PAK"):
            assert result.central[f"{scenario}|real income|{region}"] == pytest.approx(outcome.real_income[region], abs=1e-6)
        members = tuple(r for r in ("MYS", "SGP", "VNM", "THA", "IDN", "PHL", "KHM", "XSE") if r in world.regions)
        assert result.central[f"{scenario}|real income|ASEAN"] == pytest.approx(outcome.group_real_income(members), abs=1e-6)
    assert result.compared_with == {"status-quo": "the table's baseline", "pessimistic": "the status quo"}
    with pytest.raises(InputError, match="name a scenario"):
        result.quantile("real income", "USA", 0.5)
    assert result.quantile("real income", "USA", 0.5, "pessimistic") < 0
    assert result.solved == 4
    assert {i.kind for i in result.inputs} == {"economy", "policy", "talks"}


def test_payoffs_at_the_centre_are_those_of_the_payoff_table() -> None:
    world, case = dt.load_world(), dt.load_dossier("kuala-lumpur-2025")
    result = ensemble(case, 1, 0, world=world, scenario="pessimistic", what=("headlines", "payoffs"), horizon="medium")
    exact = payoff_table(case, world, result.horizon)
    centre = from_bytes(solve_chunk(result.plan, "payoffs", CENTRE))
    parts = {k: float(v[0]) for k, v in centre.items() if "|" in k}
    for cell in result.plan.payoffs.combinations:  # type: ignore[union-attr]
        for party, value in exact.payoff(*cell).items():
            found = sum(v for k, v in parts.items() if k.startswith(f"{'/'.join(cell)}|{party}|"))
            assert found == pytest.approx(value, abs=1e-6)
    read = odds(result)
    assert sum(read.statuses.values()) == 1
    assert read.failed == 0
    assert "draws" in read.explain()
    # with the central values of patience and no delay the reading is that of the talks
    own = {i.id: i.centre for i in result.inputs} | {"escalation_delay": 0.0}
    mine, theirs = read_one(result.plan, parts, own), at_the_table(case, world, result.horizon, table=exact).standoff
    assert (mine.status, mine.collapse) == (theirs.status, pytest.approx(theirs.collapse, abs=1e-5))
    assert mine.blink == pytest.approx(theirs.blink, abs=1e-5)
    # a threat that bites later is less of a threat, unless the stand-off itself is worse
    late = read_one(result.plan, parts, own | {"escalation_delay": 360.0}).sides
    for side, now in zip(late, mine.sides, strict=True):
        assert side.collapse == pytest.approx(now.flow * (1 - np.exp(-now.rate * 360 / 365.25)) / now.rate
                                              + np.exp(-now.rate * 360 / 365.25) * now.collapse, rel=1e-3)  # fmt: skip


# -- nothing dropped -------------------------------------------------------------------------------------------------
def test_draws_that_fail_are_kept_counted_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    solved = chunks._Solve.__call__

    def fragile(self: Any, drawn: Any) -> Any:
        if drawn.parameters.labour_mobility > 2.7:
            raise NotConverged("no equilibrium found here")
        return solved(self, drawn)

    monkeypatch.setattr(chunks._Solve, "__call__", fragile)
    result = toy()
    mobility = result.draws_frame()["input|labour_mobility"].to_numpy()
    expected = np.flatnonzero(mobility > 2.7)
    assert 0 < len(expected) < DRAWS
    assert [f.draw for f in result.failed] == expected.tolist()
    values = result.values("real income", "BBB")
    assert np.array_equal(np.flatnonzero(np.isnan(values)), expected)
    assert result.quantile("real income", "BBB", 0.5) == pytest.approx(np.nanmedian(values))
    frame = result.quantiles()
    assert (frame["draws"] == DRAWS - len(expected)).all()
    assert f"{len(expected)} of 40 draws have no equilibrium" in " ".join(result.notes)
    assert "without an equilibrium" in result.explain()
    assert len(result.record()["failed"]) == len(expected)
    assert list(result.draws_frame()["policy|failed"][expected[:1]]) == ["NotConverged: no equilibrium found here"]
    assert result.drivers("real income", "BBB", bootstrap=0).left_out == len(expected)


def test_a_failed_start_leaves_the_draws_to_the_table(monkeypatch: pytest.MonkeyPatch, serial: Ensemble) -> None:
    monkeypatch.setattr(chunks, "SOLVER", chunks.Solver(tolerance=1e-10, iterations=3))
    result = toy()  # three sweeps never suffice: every draw goes the long way round
    assert not result.failed
    assert result.values("real income", "BBB") == pytest.approx(serial.values("real income", "BBB"), abs=1e-6)


# -- reading it ------------------------------------------------------------------------------------------------------
def test_reading(serial: Ensemble, tmp_path: Path) -> None:
    assert serial.quantities == (
        "real income",
        "consumer prices",
        "real wage",
        "tariff revenue",
        "mutual trade",
        "worth of a licence",
        "rent",
    )
    ranges = serial.ranges("real income")
    assert (ranges["low"] <= ranges["median"]).all()
    assert (ranges["median"] <= ranges["high"]).all()
    values = serial.values("real income", "BBB")
    assert serial.quantile("real income", "BBB", [0.05, 0.95]) == pytest.approx(np.quantile(values, [0.05, 0.95]))
    frame = serial.draws_frame()
    assert list(frame["draw"]) == list(range(DRAWS))
    assert "input|tariff_coverage" in frame
    serial.to_csv(tmp_path / "q.csv")
    assert (tmp_path / "q.csv").read_text().startswith("scenario,quantity,region,unit,draws,central,mean,5 %")
    serial.to_parquet(tmp_path / "d.parquet")
    assert (tmp_path / "d.parquet").read_bytes() == serial.path.read_bytes()
    assert json.loads(json.dumps(serial.record()))["draws"] == DRAWS
    assert "40 draws of 5 uncertain inputs" in serial.explain()
    assert "balanced at powers of two" in " ".join(serial.notes)
    with pytest.raises(UnknownName, match="real income"):
        serial.values("real incom", "BBB")
    with pytest.raises(UnknownName, match="BBB"):
        serial.quantile("real income", "BBC", 0.5)
    with pytest.raises(UnknownName, match="policy"):
        serial.ranges("real income", "polic")


def test_bad_input_is_named() -> None:
    world = dt.load_world("toy")
    with pytest.raises(InputError, match="at least one draw"):
        ensemble(TARIFF, 0, world=world)
    with pytest.raises(UnknownName, match="processes"):
        ensemble(TARIFF, 2, world=world, executor="proceses")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no scenario"):
        ensemble(TARIFF, 2, world=world, scenario="pessimistic")
    with pytest.raises(InputError, match="payoffs need a dossier"):
        ensemble(TARIFF, 2, world=world, what=("headlines", "payoffs"))
    with pytest.raises(UnknownName, match="part of an ensemble"):
        ensemble(TARIFF, 2, world=world, what=("everything",))
    with pytest.raises(InputError, match="does not fit"):
        ensemble("kuala-lumpur-2025", 2, world=world)
    with pytest.raises(InputError, match="kept no payoffs"):
        ensemble(TARIFF, 1, world=world).payoffs()


def test_progress_counts_draws_and_tells_the_time_left() -> None:
    told: list[tuple[str, int, int]] = []
    toy(progress=lambda words, done, total: told.append((words, done, total)))
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert told[-1][1:] == (DRAWS, DRAWS)
    assert told[0][0] == "starting"
    assert "left" in told[-1][0]
    assert [_duration(s) for s in (0.2, 40, 200, 9000)] == ["1 s", "40 s", "3 min", "2.5 h"]


def die(context: Any, task: int) -> int:
    os._exit(9)


def test_workers_that_die_are_an_error_that_says_so() -> None:
    with pytest.raises(executors.WorkersDied, match="ended early"):
        list(executors.run(die, None, range(3), "processes", 1))


def test_a_chunk_depends_on_its_number_alone(serial: Ensemble) -> None:
    plan: Plan = serial.plan
    one = solve_chunk(plan, "policy", 2)
    solve_chunk(plan, "policy", 1)
    assert solve_chunk(plan, "policy", 2) == one
    assert from_bytes(one)["draw"].tolist() == list(range(16, 24))
    assert len({plan.key("policy", c) for c in plan.chunks}) == len(plan.chunks)


def test_the_command(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(named("ensemble", command))
    runner = CliRunner()
    common = ["kuala-lumpur-2025", "-s", "pessimistic", "-n", "4", "--store", str(tmp_path / "s")]
    files = ["--csv", str(tmp_path / "q.csv"), "--draws-file", str(tmp_path / "d.csv"), "--chart", str(tmp_path / "c.svg")]
    shown = runner.invoke(app, [*common, *files])
    assert shown.exit_code == 0, shown.output
    assert "pessimistic against the status quo" in shown.output
    assert "90 of 100 draws" in shown.output
    assert all((tmp_path / name).stat().st_size > 100 for name in ("q.csv", "d.csv", "c.svg"))
    record = json.loads(runner.invoke(app, [*common, "--json"]).output)
    assert record["draws"] == 4
    assert record["odds"] is None
    assert len(record["headlines"]) > 100
    wrong = runner.invoke(app, [*common, "--draws-file", "x.xlsx"])
    assert isinstance(wrong.exception, InputError)
