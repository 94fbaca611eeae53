"""The outlook on a small tree: states valued once, averages over days, ranges, quantiles, risk — against hand results."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import detente as dt
from detente.cases.case import Case
from detente.errors import InputError, NotConverged, UnknownName, UnknownRegion
from detente.outlook.outlook import Outlook, outlook
from detente.outlook.own_odds import with_odds
from detente.outlook.path_values import PathValues, path_values, quantiles
from detente.outlook.tree import PathState, Tree, grow
from detente.policy.stacking import policy_on
from small_future import day, small_future

TOY = dt.load_world("toy")


@pytest.fixture(scope="module")
def look() -> Outlook:
    return outlook(small_future(), TOY, with_ranges=True)


def invented(tree: Tree, by_state: dict[str, float], discount: float = 0.0) -> PathValues:
    """Values of one code given by hand."""
    values = np.array([[by_state.get(s, 0.0)] for s in tree.states])
    return PathValues(tree, dt.horizon("medium"), ("AAA",), {"AAA": ("AAA",)}, np.array([1000.0]), "million USD", values,
                      discount=discount)  # fmt: skip


# -- values ------------------------------------------------------------------------------------------------------------
def test_states_are_worth_what_a_solve_says(look: Outlook) -> None:
    economy, tree, future = TOY.economy(), look.tree, small_future()
    quo = dt.solve(economy, future.policy(None, TOY.regions, TOY.sectors))
    base = dt.solve(economy, future.policy(None, TOY.regions, TOY.sectors, day=future.stances_day))  # the law by itself
    for name, state in tree.states.items():
        own = dt.solve(economy, policy_on(state.measures, state.day, TOY.regions, TOY.sectors)).relative_to(base)
        row = look.paths.to_frame().loc[name]
        assert row[list(TOY.regions)].to_numpy() == pytest.approx(own.real_income.to_numpy(), abs=1e-7)
        assert row["WORLD"] == pytest.approx(own.world_real_income, abs=1e-7)
    income = dict(zip(TOY.regions, quo.after.income, strict=True))
    assert look.paths.money("AAA", 1.0) == pytest.approx(income["AAA"] / 100)
    assert abs(look.paths.to_frame()).to_numpy()[1:].max() > 0.1  # the test would see something


def test_what_the_law_does_is_worth_nothing_against_it() -> None:
    future = small_future()
    tree, regions = grow(future), list(TOY.regions)
    case = Case.of(future, TOY, with_ranges=False)
    law, rates = path_values(tree, future, TOY), case.policy("law").shock(case.economy).tariffs

    def levied(state: PathState) -> Any:
        return policy_on(state.measures, state.day, TOY.regions, TOY.sectors).shock(case.economy).tariffs

    own = [name for name, state in tree.states.items() if np.array_equal(levied(state), rates)]
    assert own
    assert law.to_frame().loc[own].abs().to_numpy().max() < 1e-9
    assert law.to_frame().abs().to_numpy().max() > 0.1
    assert (law.against, law.base) == ("law", "what the law does by itself")
    # a change of baseline is a ratio of real incomes, for every economy and state
    held = path_values(tree, future, TOY, against="in-force").to_frame()
    assert held.iloc[0].abs().max() == 0
    step = case.outcome("law", against="in-force").real_income[regions].to_numpy()
    moved = 100 * ((1 + held[regions].to_numpy() / 100) / (1 + step / 100) - 1)
    assert law.to_frame()[regions].to_numpy() == pytest.approx(moved, abs=1e-9)
    for name in ("no-deal", "reference"):
        other = path_values(tree, future, TOY, against=name).to_frame()
        step = case.outcome("law", against=name).real_income[regions].to_numpy()
        assert other.loc[own, regions].to_numpy() == pytest.approx(np.broadcast_to(step, (len(own), len(regions))), abs=1e-9)
    assert law.income == pytest.approx(path_values(tree, future, TOY, against="reference").income)
    with pytest.raises(UnknownName):
        path_values(tree, future, TOY, against="peace")


def test_an_end_that_is_what_the_law_does_is_worth_next_to_nothing() -> None:
    """At a month of the path a state begins on its own day, the law's duties on theirs: what differs is their age."""
    look = outlook("kuala-lumpur-2025", odds={})
    asleep = {"full", "lapses", "chips-free", "duties-stay"}  # the controls start, the truce lapses, nothing else is done
    ends = [asleep <= set(leaf.path) for leaf in look.tree.leaves]
    assert any(ends)
    for code in ("USA", "CHN", "MYS", "WORLD"):
        most = np.abs(look.outcomes(code, "end")).max()
        assert abs(look.given(ends, code, "end")) < 0.03 * most


@pytest.mark.parametrize("dossier", ["phase-one-2020", "january-2027"])
def test_what_is_in_force_keeps_its_age_on_a_path_that_starts_with_it(dossier: str) -> None:
    case = Case.of(dossier, with_ranges=False)
    assert case.history(None)[-1].begins < -2  # months ago: buyers have turned since
    held = path_values(grow(case.dossier), case.dossier, case.world, against="in-force").to_frame()
    assert held.iloc[0].abs().max() < 1e-9
    assert held.abs().to_numpy().max() > 0.1


def test_averages_are_shares_of_days() -> None:
    tree = grow(small_future())
    one = next(leaf for leaf in tree.leaves if leaf.path == ("calm", "stands"))
    names = [s.state for s in one.segments]
    values = invented(tree, {names[1]: 1.0})
    row = tree.leaves.index(one)
    days = (day("2026-12-31") - day("2026-05-01")).days / (day("2026-12-31") - day("2026-01-01")).days
    assert values.average[row, 0] == pytest.approx(days)
    assert values.shares.sum(axis=1) == pytest.approx(np.ones(6))
    rate = 0.5
    later = invented(tree, {names[1]: 1.0}, rate)
    t0, t1, t2 = ((day(d) - day("2026-01-01")).days / 365.25 for d in ("2026-01-01", "2026-05-01", "2026-12-31"))
    weight = (math.exp(-rate * t1) - math.exp(-rate * t2)) / (math.exp(-rate * t0) - math.exp(-rate * t2))
    assert later.average[row, 0] == pytest.approx(weight)
    assert later.average[row, 0] < values.average[row, 0]
    assert invented(tree, {names[1]: 1.0}, 1e-9).average[row, 0] == pytest.approx(days, abs=1e-6)


def test_expectation_is_the_weighted_sum_of_leaves(look: Outlook) -> None:
    for code in ("AAA", "BBB", "WORLD"):
        for basis in ("average", "end"):
            total = sum(
                leaf.probability * v for leaf, v in zip(look.tree.leaves, look.outcomes(code, basis), strict=True)  # type: ignore[arg-type]
            )  # fmt: skip
            assert look.expected(code, basis).value == pytest.approx(total, abs=1e-12)  # type: ignore[arg-type]
    paths = [leaf.scenario == "war" for leaf in look.tree.leaves]
    rest = [not x for x in paths]
    chance = look.probability(paths).value
    assert chance * look.given(paths, "AAA") + (1 - chance) * look.given(rest, "AAA") == pytest.approx(look.expected("AAA").value)
    assert math.isnan(look.given([False] * 6, "AAA"))


def test_fan_and_months_average_to_the_expectation(look: Outlook) -> None:
    fan = look.fan("AAA")
    ends = [*fan["from"].tolist()[1:], look.tree.until]
    days = np.array([(b - a).days for a, b in zip(fan["from"], ends, strict=True)])
    assert float(days @ fan["expected"]) / days.sum() == pytest.approx(look.expected("AAA").value, abs=1e-12)
    assert (fan["q05"] <= fan["q50"]).all()
    assert (fan["q50"] <= fan["q95"]).all()
    assert fan["from"].tolist() == [day(d) for d in ("2026-01-01", "2026-03-01", "2026-05-01", "2026-07-02", "2026-09-01")]
    months = look.monthly("AAA")
    assert list(months["month"]) == [f"2026-{k:02d}" for k in range(1, 13)]
    length = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 30])
    assert float(length @ months["expected"]) / length.sum() == pytest.approx(look.expected("AAA").value, abs=1e-12)


# -- ranges ------------------------------------------------------------------------------------------------------------
def test_scenarios_and_their_ranges(look: Outlook) -> None:
    assert {s: e.value for s, e in look.scenarios.items()} == pytest.approx({"peace": 0.8, "war": 0.2})
    war = look.scenarios["war"]
    assert war.low < war.value < war.high
    assert war.low + look.scenarios["peace"].high == pytest.approx(1)
    assert 0.08 < war.low < 0.15  # half of clash, whose odds run from 0.2 to 0.5
    assert 0.22 < war.high < 0.27
    fixed = outlook(small_future(), TOY, odds={"talks": {"calm": (0.6,) * 3, "clash": (0.4,) * 3}})  # type: ignore[dict-item]
    assert fixed.scenarios["war"] == pytest.approx((0.2, 0.2, 0.2, 20))


def test_parameter_ranges_hold_the_centre(look: Outlook) -> None:
    low, high = look.parameter_range("BBB") or (math.nan, math.nan)
    assert low < look.expected("BBB").value < high
    assert outlook(small_future(), TOY).parameter_range("AAA") is None


def test_risk_and_quantiles_by_hand() -> None:
    assert quantiles(np.array([3.0, 1.0, 2.0]), np.array([0.3, 0.2, 0.5]), (0.0, 0.2, 0.21, 0.7, 1.0)) == [
        1.0,
        1.0,
        2.0,
        2.0,
        3.0,
    ]
    tree = grow(small_future())
    found = Outlook(
        title="t", on=tree.start, tree=tree, paths=invented(tree, {"s05": -1.0}), titles={}, roles={},
        parties=("AAA",), host=None, drawn=np.array([[0.6, 0.4, 0.75, 0.25, 0.5, 0.5]]),
    )  # fmt: skip
    hit = [leaf.probability for leaf in tree.leaves if any(s.state == "s05" for s in leaf.segments)]
    assert 0 < sum(hit) < 1
    assert found.risk("AAA", 0.01).value == pytest.approx(sum(hit))
    assert found.risk("AAA", 1.0, "end").value == 0
    with pytest.raises(InputError, match="zero or more"):
        found.risk("AAA", -1)
    with pytest.raises(UnknownName, match="average"):
        found.expected("AAA", "mean")  # type: ignore[arg-type]


def test_who_it_is_about_and_words(look: Outlook) -> None:
    assert look.focus == ("AAA", "BBB", "WORLD")
    assert look.host is None  # the venue is a party
    told = look.explain()
    assert "80" in told
    assert "against what the law does by itself" in told
    assert not re.search(r"\d{4}-\d\d-\d\d|\. the |horizon", told)
    ends = [look.given([leaf.scenario == s for leaf in look.tree.leaves], "WORLD", "end") for s in look.ranking]
    assert ends == sorted(ends, reverse=True)
    assert json.loads(json.dumps(look.record()))["paths"] == 6
    assert look.to_frame(["AAA"]).loc["AAA", "expected, %"] == pytest.approx(look.expected("AAA").value)
    assert list(look.by_origin().columns) == ["analyst", "pooled", "after signals"]
    assert look.by_origin().sum().to_numpy() == pytest.approx(np.ones(3))
    with pytest.raises(UnknownRegion):
        look.expected("DDD")


def test_signals_move_the_odds() -> None:
    def seen(data: dict[str, Any]) -> None:
        data["prospects"]["signals"] = [
            {"id": "smile", "date": "2026-01-01", "text": "They smile.", "fork": "talks", "likelihood": {"calm": 2.0},
             "sources": ["s"]}
        ]  # fmt: skip

    moved = outlook(small_future(seen), TOY)
    odds = 2 * 0.6 / 0.4
    assert moved.of_branch("calm").value == pytest.approx(odds / (1 + odds))
    assert moved.by_origin().loc["war", "pooled"] == pytest.approx(0.2)
    assert moved.by_origin().loc["war", "after signals"] == pytest.approx(0.5 / (1 + odds))


def test_states_are_solved_once_for_all_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    asked: list[object] = []
    solved = Case.solved

    def told(case: Case, *args: Any) -> Any:
        asked.append(args)
        return solved(case, *args)

    monkeypatch.setattr(Case, "solved", told)
    future = small_future()
    tree = grow(future)
    first, count = path_values(tree, future, TOY, with_ranges=True), len(asked)
    again = path_values(tree, future, TOY, with_ranges=True)
    assert len(asked) == count > 0
    pairs = [(getattr(first, name), getattr(again, name)) for name in ("by_state", "income")]
    for one, other in [*pairs, *((first.variants[k], again.variants[k]) for k in first.variants)]:
        np.testing.assert_array_equal(one, other)
    assert (first.variants.keys(), first.dollars, first.base) == (again.variants.keys(), again.dollars, again.base)

    other = with_odds(future, {"talks": {"calm": 0.5, "clash": 0.5}})
    same = path_values(grow(other), other, TOY, with_ranges=True)
    assert len(asked) == count  # a state is worth the same at any odds
    np.testing.assert_array_equal(same.by_state, first.by_state)

    assert len(path_values(tree, future, TOY).variants) == 0  # without ranges, against something else: other questions
    assert not np.array_equal(path_values(tree, future, TOY, against="reference", with_ranges=True).by_state, first.by_state)
    measures = next(s for s in tree.states.values() if s.measures).measures
    doubled = tuple(m.model_copy(update={"rate_pct": 2.0 * m.rate_pct}) for m in measures)
    others = {k: replace(s, measures=doubled) if s.measures == measures else s for k, s in tree.states.items()}
    count = len(asked)
    moved = path_values(replace(tree, states=others), future, TOY, with_ranges=True)
    assert len(asked) > count
    assert not np.array_equal(moved.by_state, first.by_state)


def test_failures_name_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    future = small_future()
    tree = grow(future)

    def fails(*args: object, **more: object) -> None:
        raise NotConverged("left a residual")

    with pytest.raises(InputError, match="discount"):
        path_values(tree, future, TOY, discount=-0.1)
    monkeypatch.setattr(Case, "solved", fails)
    with pytest.raises(NotConverged, match=r"no fork met.*left a residual"):
        path_values(tree, future, TOY)


def test_same_inputs_give_the_same_numbers(look: Outlook) -> None:
    again = outlook(small_future(), TOY, with_ranges=True)
    assert json.dumps(again.record()) == json.dumps(look.record())
