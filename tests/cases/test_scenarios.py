"""Running packages: what is compared with what, and the ranges."""

from __future__ import annotations

import pytest

import detente as dt
from detente.cases.scenarios import parameter_variants, run_policies

TOY = dt.load_world("toy")
BASE = dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.1)])
MORE = BASE + dt.Policy([dt.Tariff(by="BBB", on="AAA", rate=0.5)])


def test_everything_is_against_what_it_says() -> None:
    steps: list[tuple[str, int, int]] = []
    runs = run_policies(TOY, BASE, {"more": MORE, "same": BASE}, progress=lambda *step: steps.append(step))
    direct = dt.solve(TOY, MORE).relative_to(dt.solve(TOY, BASE))
    assert runs.outcomes["more"].real_income.to_numpy() == pytest.approx(direct.real_income.to_numpy(), abs=1e-9)
    assert runs.outcomes["same"].real_income.abs().max() < 1e-9
    assert runs.against_baseline["more"].real_income.to_numpy() == pytest.approx(dt.solve(TOY, MORE).real_income.to_numpy())
    assert steps[-1][1] == steps[-1][2] == len(steps)


def test_ranges_hold_the_central_value_and_come_from_the_named_ends() -> None:
    runs = run_policies(TOY, BASE, {"more": MORE})
    table = runs.ranges("more")
    assert ((table["low"] <= table["central"]) & (table["central"] <= table["high"])).all()
    assert (table["low"] < table["high"]).any()
    low, central, high = runs.world_range("more")
    assert low <= central <= high
    stiff = dt.solve(TOY, MORE, trade_elasticity_factor=0.4).relative_to(dt.solve(TOY, BASE, trade_elasticity_factor=0.4))
    assert runs.variants["more"]["trade_elasticity_factor low"].real_income.to_numpy() == pytest.approx(
        stiff.real_income.to_numpy()
    )


def test_variants_follow_the_horizon() -> None:
    names = parameter_variants(dt.horizon("medium"))
    assert "labour_mobility low" in names
    assert names["labour_mobility low"].labour_mobility == 1.5
    assert names["all high"].trade_elasticity_factor == 1.3
