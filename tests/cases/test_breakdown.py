"""What each group of measures does: groups are complete, shares add up, an idle group has none."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, strategies as st
from tests.briefing.conftest import toy_dossier, toy_world

from detente.cases.breakdown import changed, measure_shares
from detente.cases.case import Case
from detente.shapley_values import shapley_values

TOY = Case.of(toy_dossier(), toy_world(), with_ranges=False)


def test_groups_hold_what_the_scenario_adds_and_nothing_else() -> None:
    found = changed(TOY.dossier, "pessimistic")
    assert not found.dropped
    assert {m.id for group in found.groups for m in group.measures} == {"hundred", "magnets", "answer"}
    assert {m.id for m in found.kept} == {"ten"}
    assert {(g.by, g.kind) for g in found.groups} == {("USA", "duties"), ("CHN", "export controls"), ("CHN", "duties")}


def test_a_long_list_ends_with_the_others() -> None:
    found = changed(TOY.dossier, "pessimistic", most=2)
    assert [g.by for g in found.groups][1:] == [None]
    assert sum(len(g.measures) for g in found.groups) == 3


def test_shares_are_refused_where_a_measure_is_dropped() -> None:
    assert changed(TOY.dossier, "optimistic").dropped
    assert measure_shares(TOY, "optimistic") is None


def test_shares_add_up_to_the_scenario() -> None:
    found = measure_shares(TOY, "pessimistic")
    assert found is not None
    whole = TOY.outcome("pessimistic", against="in-force")
    assert found.shares.sum(0) == pytest.approx(found.total, abs=1e-12)
    assert found.together("USA") == float(whole.real_income["USA"])
    assert found.together("WORLD") == whole.world_real_income
    frame = found.to_frame()
    assert list(frame.index) == [*TOY.world.regions, "WORLD"]
    assert frame.drop(columns="package").sum(axis=1).to_numpy() == pytest.approx(frame["package"].to_numpy(), abs=1e-12)
    assert found.of(0, "CHN") == frame.loc["CHN"].iloc[0]
    kept = json.loads(json.dumps(found.record(), allow_nan=False))
    assert kept["package"]["USA"] == found.together("USA")


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=4), st.integers(0, 3))
def test_where_groups_do_not_touch_each_share_is_its_own_effect(effects: list[float], idle: int) -> None:
    effects = [0.0 if k == idle else v for k, v in enumerate(effects)]
    sets = [frozenset(k for k in range(len(effects)) if mask >> k & 1) for mask in range(2 ** len(effects))]
    worth = {chosen: np.full(2, sum(effects[k] for k in chosen)) for chosen in sets}
    shares = shapley_values(worth, len(effects))
    assert [s.tolist() for s in shares] == [pytest.approx([v, v], abs=1e-9) for v in effects]
