"""Input use rebuilt from prices: it closes the accounts of every new equilibrium, also where elasticities differ from one."""

from __future__ import annotations

import numpy as np
import pytest

import detente as dt
from detente.equilibrium.inputs import chains_of, input_use
from detente.world import toy_world

POLICY = dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.6), dt.Subsidy(by="BBB", rate=0.1, sectors="MAKE")])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"input_substitution": 0.2, "value_added_substitution": 0.4, "final_substitution": 0.8},
        {"critical_inputs": ("MAKE",), "critical_substitution": 0.1, "input_substitution": 0.5},
    ],
)
def test_spending_and_costs_add_up(changes: dict[str, object]) -> None:
    outcome = dt.solve(toy_world(), POLICY, "medium", **changes)
    assert outcome.parameters is not None
    after = outcome.after
    use = input_use(after, outcome.parameters)
    np.testing.assert_allclose(use.sum(axis=2) + after.final, after.spending, rtol=1e-8)
    np.testing.assert_allclose(use.sum(axis=1) + after.value_added, after.output / (1 - after.subsidy_rate), rtol=1e-8)


def test_the_table_itself_comes_back() -> None:
    world = toy_world()
    outcome = dt.solve(world)
    assert outcome.parameters is not None
    chains = chains_of(outcome.after, outcome.parameters)
    np.testing.assert_allclose(chains.input_use, world.intermediate_use, rtol=1e-8)
    np.testing.assert_allclose(chains.spending, world.expenditure, rtol=1e-8)
