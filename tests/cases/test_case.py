"""A case: what is compared with what, the ranges, what it remembers, whom it knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import detente as dt
from detente.cases.case import CENTRAL, PINNED, Lazily, parameter_variants
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.solve import Solver
from detente.errors import BadDossier, CornerResult, InputError, NotConverged, UnknownName, UnknownRegion
from small_future import small_future

TOY = dt.load_world("toy")
DOSSIER = small_future()
BASE = DOSSIER.policy(None, TOY.regions, TOY.sectors)
WAR = DOSSIER.policy("war", TOY.regions, TOY.sectors)
LAW = DOSSIER.policy(None, TOY.regions, TOY.sectors, day=date(2026, 6, 1))
"""The five points that rest are back."""


@pytest.fixture(scope="module")
def case() -> dt.Case:
    """The small dossier on the toy world."""
    return dt.Case.of(DOSSIER, TOY)


def test_everything_is_against_what_it_says() -> None:
    steps: list[tuple[str, int, int]] = []
    runs = dt.run_scenarios(DOSSIER, TOY, progress=lambda *step: steps.append(step))
    direct = dt.solve(TOY, WAR).relative_to(dt.solve(TOY, LAW))
    assert runs.outcomes["war"].real_income.to_numpy() == pytest.approx(direct.real_income.to_numpy(), abs=1e-9)
    same = runs.outcome("war", changes=(), more=dt.Policy())
    assert same.real_income.to_numpy() == pytest.approx(direct.real_income.to_numpy(), abs=1e-9)
    assert runs.under(LAW).real_income.abs().max() < 1e-9
    assert runs.under(BASE, against="in-force").real_income.abs().max() < 1e-9
    past = runs.outcome("war", against="reference")
    assert past.real_income.to_numpy() == pytest.approx(dt.solve(TOY, WAR).real_income.to_numpy())
    assert runs.status_quo.real_income.to_numpy() == pytest.approx(dt.solve(TOY, BASE).real_income.to_numpy())
    assert steps[-1][1] == steps[-1][2] == len(steps) == 3 * len(runs.parameter_sets)


def test_a_day_can_be_another_and_its_measures_can_stay() -> None:
    later = dt.Case.of(DOSSIER, TOY).on_day(date(2026, 6, 1))
    assert later.status_quo.real_income.to_numpy() == pytest.approx(dt.solve(TOY, LAW).real_income.to_numpy(), abs=1e-9)
    before = later.had_stayed(DOSSIER.as_of)
    assert before.real_income.to_numpy() == pytest.approx(dt.solve(TOY, BASE).real_income.to_numpy(), abs=1e-9)
    assert later.had_stayed(date(2026, 6, 1)).real_income.to_numpy() == pytest.approx(later.status_quo.real_income.to_numpy())
    assert later.had_stayed(date(1990, 1, 1)).real_income.abs().max() < 1e-9  # the table itself


def test_on_the_path_a_month_without_changes_moves_nothing() -> None:
    """A duty that stands on both days is of the same age in both."""
    case = dt.Case.of("kuala-lumpur-2025", with_ranges=False).on_day(date(2025, 7, 20))
    quiet = case.had_stayed(date(2025, 7, 10)).real_income - case.status_quo.real_income
    assert quiet.abs().max() == 0
    moved = case.had_stayed(date(2025, 3, 1)).real_income - case.status_quo.real_income
    assert moved.abs().max() > 0.01


def test_ranges_hold_the_central_value_and_come_from_the_named_ends(case: dt.Case) -> None:
    table = case.ranges("war")
    assert ((table["low"] <= table["central"]) & (table["central"] <= table["high"])).all()
    assert (table["low"] < table["high"]).any()
    low, central, high = case.world_range("war")
    assert low <= central <= high
    assert (low, central, high) == case.range("real_income", "war") == case.range(lambda o: o.world_real_income, "war")
    assert case.range("real_income", "war", "BBB") == pytest.approx(table.loc["BBB"].to_numpy())
    stiff = dt.solve(TOY, WAR, trade_elasticity_factor=0.4).relative_to(dt.solve(TOY, LAW, trade_elasticity_factor=0.4))
    assert case.variants["war"]["trade_elasticity_factor low"].real_income.to_numpy() == pytest.approx(
        stiff.real_income.to_numpy()
    )


def test_variants_follow_the_horizon() -> None:
    names = parameter_variants(dt.horizon("medium"))
    assert "labour_mobility low" in names
    assert names["labour_mobility low"].labour_mobility == 1.5
    assert names["all high"].trade_elasticity_factor == 1.3


def test_weighted_ranges_take_one_parameter_set_at_a_time(case: dt.Case) -> None:
    low, high = case.weighted_range("AAA", {"war": 1.0, "peace": -1.0})
    gaps = [
        float(case.outcome("war", variant=v).real_income["AAA"] - case.outcome("peace", variant=v).real_income["AAA"])
        for v in case.parameter_sets
    ]
    assert (low, high) == pytest.approx((min(gaps), max(gaps)))


def test_nothing_is_solved_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    import detente.cases.case as module

    solved: list[Any] = []
    solve = module.solve
    monkeypatch.setattr(module, "solve", lambda *given, **more: solved.append(given) or solve(*given, **more))
    case = dt.Case.of(DOSSIER, TOY, with_ranges=False)
    assert solved == []
    for _ in range(2):
        case.solve()
        case.range("real_income", "war")
        assert case.outcome("war") is case.outcomes["war"]
    assert len(solved) == 4
    long = case.at("long")
    assert long.policies["war"] is case.policies["war"]
    assert long.outcome("war").provenance["horizon"] == "long"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[int]:
    """One entry an equilibrium that is worked out, from an empty folder on."""
    solver = import_module("detente.equilibrium.solve")
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    found: list[int] = []
    run = solver._run
    monkeypatch.setattr(solver, "_run", lambda *given, **more: found.append(1) or run(*given, **more))
    return found


def test_solutions_outlive_the_process_by_content(runs: list[int], tmp_path: Path) -> None:
    first = dt.Case.of(DOSSIER, TOY, with_ranges=False).outcome("war")
    assert len(runs) == 2
    second = dt.Case.of(DOSSIER, TOY, with_ranges=False).outcome("war")
    assert len(runs) == 2
    assert (first.real_income == second.real_income).all()
    for file in (tmp_path / "solutions").iterdir():
        body = bytearray(file.read_bytes())
        body[-1] ^= 1
        file.write_bytes(body)
    third = dt.Case.of(DOSSIER, TOY, with_ranges=False).outcome("war")
    assert len(runs) == 4
    assert (first.real_income == third.real_income).all()
    dt.Case.of(DOSSIER, TOY, with_ranges=False, trade_elasticity=4).outcome("war")
    assert len(runs) == 6


@pytest.mark.parametrize("ask", ["a scenario", "any policy", "an idea path", "what had stayed", "more"])
def test_whatever_is_solved_on_a_case_outlives_the_process(ask: str, runs: list[int]) -> None:
    asked: dict[str, Callable[[dt.Case], Outcome]] = {
        "a scenario": lambda case: case.outcome("war"),
        "any policy": lambda case: case.under(case.policy("war")),
        "an idea path": lambda case: case.at("fragmentation").under(case.policy("war")),
        "what had stayed": lambda case: case.had_stayed("2025-09-01"),
        "more": lambda case: case.outcome("war", more=case.policy("peace")),
    }
    people = TOY.with_(extras={"population": np.array([3.0, 2.0, 1.0]), "gdp_usd": TOY.value_added.sum(1)})
    first = asked[ask](dt.Case.of(DOSSIER, people, with_ranges=False))
    solved = len(runs)
    assert solved
    second = asked[ask](dt.Case.of(DOSSIER, people, with_ranges=False))
    assert len(runs) == solved
    assert (first.real_income == second.real_income).all()


def test_a_case_is_another_question_by_whatever_it_depends_on() -> None:
    made = [
        dt.Case.of(DOSSIER, TOY, with_ranges=False),
        dt.Case.of(DOSSIER, TOY, with_ranges=False, scenarios=["war"]),
        dt.Case.of(DOSSIER, TOY, "short"),
        dt.Case.of(DOSSIER, TOY, trade_elasticity=4),
        dt.Case.of(DOSSIER, TOY, solver=Solver(tolerance=1e-10)),
        dt.Case.of(DOSSIER.model_copy(update={"as_of": date(2025, 10, 19)}), TOY),
        dt.Case.of(DOSSIER, TOY.with_(extras={"population": np.array([3.0, 2.0, 1.0])})),
    ]
    assert len({case.question for case in made}) == len(made)
    assert dt.Case.of(DOSSIER, TOY).question == made[0].question  # ranges change no answer
    assert dt.Case.of(DOSSIER, TOY, "short").on_day("2025-11-01").question != made[2].question
    moved = [case.on_day(day).question for case in made[:2] for day in ("2025-11-01", date(2025, 11, 1), "2025-11-02")]
    assert len(set(moved)) == 4  # whose day it is counts: which goods are scarce is its own
    assert moved[0] == moved[1]


def test_roles_are_the_dossiers(case: dt.Case) -> None:
    assert (case.worst, case.best, case.successes) == ("war", "peace", ("peace",))
    turned = small_future(lambda d: [s.update(role="worst" if s["id"] == "peace" else "good") for s in d["scenarios"]])
    other = dt.Case.of(turned, TOY, with_ranges=False)
    assert (other.worst, other.successes) == ("peace", ("war",))
    packaged = dt.Case.of("kuala-lumpur-2025")
    assert (packaged.best, packaged.successes, packaged.worst) == ("optimistic", ("optimistic", "middle"), "pessimistic")
    assert packaged.parties == ("USA", "CHN")
    assert packaged.focus == ("USA", "CHN", "MYS", "ASEAN", "WORLD")


def test_what_cannot_be_is_named(case: dt.Case) -> None:
    with pytest.raises(BadDossier, match="has no region"):
        dt.Case.of("kuala-lumpur-2025", TOY)
    with pytest.raises(UnknownName, match="war"):
        dt.Case.of(DOSSIER, TOY, scenarios=["waar"])
    with pytest.raises(UnknownName, match="war"):
        case.outcome("waar")
    with pytest.raises(UnknownName, match="central"):
        case.outcome("war", variant="centre")
    with pytest.raises(UnknownName, match="real_income"):
        case.range("real_incme", "war")
    with pytest.raises(UnknownRegion, match="AAA"):
        case.range("real_income", "war", "AAB")
    with pytest.raises(InputError, match="several economies"):
        case.range("terms_of_trade", "war", "WORLD")
    with pytest.raises(InputError, match="table"):
        case.outsider("AAA")
    with pytest.raises(InputError, match="at least one scenario"):
        _ = dt.Case.of(DOSSIER, TOY, scenarios=[]).worst


def test_that_there_is_no_equilibrium_is_found_once() -> None:
    """A month that is a corner result was solved anew for every economy of a table."""
    case, asked = dt.Case.of(DOSSIER, TOY), []

    def work(error: Exception) -> None:
        asked.append(error)
        raise error

    refused = (NotConverged("left"), CornerResult("too much"))
    for name, error in enumerate(refused):
        for _ in range(3):
            with pytest.raises(type(error), match=str(error)):
                case.once(("refused", name), partial(work, error))
    assert asked == list(refused)
    for _ in range(2):  # what may go well the next time is asked again
        with pytest.raises(OSError, match="full"):
            case.once("disk", lambda: work(OSError("full")))
    assert len(asked) == 4


def test_a_lazy_mapping_knows_its_keys() -> None:
    made: list[str] = []
    lazy = Lazily(("a", "b"), lambda key: made.append(key) or key.upper())
    assert list(lazy) == ["a", "b"]
    assert made == []
    assert dict(lazy) == {"a": "A", "b": "B"}
    with pytest.raises(KeyError):
        lazy["c"]
    assert CENTRAL in dt.Case.of(DOSSIER, TOY).parameter_sets


def test_both_closures_of_the_exchange_rate_are_in_every_range() -> None:
    case = dt.Case.of("kuala-lumpur-2025", horizon="medium", scenarios=["pessimistic"])
    assert PINNED in case.answered("pessimistic")
    assert PINNED not in case.variants["pessimistic"]
    for name in (None, "pessimistic"):
        pinned = case.outcome(name, variant=PINNED)
        assert pinned.parameters is not None
        assert pinned.parameters.exchange_rate == "pinned"
        for region in ("USA", "MYS"):
            low, _, high = case.range("real_income", name, region)
            assert low <= pinned.real_income[region] <= high
        assert (case.ranges(name)["low"] <= pinned.real_income + 1e-12).all()
    assert case.range("real_income", None, "USA").low == pytest.approx(-0.26, abs=0.02)  # flexible about nought
    assert PINNED not in dt.Case.of("kuala-lumpur-2025", horizon="medium", exchange_rate="pinned").parameter_sets
    assert PINNED not in dt.Case.of("kuala-lumpur-2025", with_ranges=False).parameter_sets


def test_a_closure_without_an_answer_is_left_out_of_the_range(case: dt.Case, monkeypatch: pytest.MonkeyPatch) -> None:
    import detente.cases.case as module

    def failing(economy: Any, policy: Any, parameters: dt.Parameters, **options: Any) -> Any:
        if parameters.exchange_rate == "pinned":
            raise NotConverged("none with the exchange rate pinned")
        return solve(economy, policy, parameters, **options)

    solve = module.solve
    monkeypatch.setattr(module, "solve", failing)
    other = dt.Case.of(case.dossier, case.world).solve()
    assert PINNED not in other.answered("war")
    assert other.ranges("war").loc["AAA", "low"] <= other.outcome("war").real_income["AAA"]
