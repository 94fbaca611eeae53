"""Parameters that are none are refused when they are made or first used, never inside the solver."""

from __future__ import annotations

from typing import Any

import pytest

import detente as dt
from detente.equilibrium.parameters import LARGEST, Parameters
from detente.errors import InputError
from detente.world import toy_world


@pytest.mark.parametrize(
    "odd",
    [
        {"name": ("A",)},
        {"name": 3},
        {"critical_inputs": 3},
        {"critical_inputs": 0.5},
        {"critical_inputs": "RER"},
        {"critical_inputs": (1,)},
    ],
)
def test_words_that_are_none(odd: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Parameters(**odd)


@pytest.mark.parametrize("key", ["trade_elasticity", "scale"])
@pytest.mark.parametrize("odd", ["", "many", 1e308, 10**400, -1.0, float("nan"), [[1.0]], {"a": 1}, [1.0, 2.0]])
def test_elasticities_that_are_none(key: str, odd: Any) -> None:
    with pytest.raises(InputError, match=key):
        dt.solve(toy_world(), dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.1)]), "medium", **{key: odd})


def test_a_very_large_elasticity_is_still_one() -> None:
    assert Parameters(trade_elasticity=LARGEST).theta(toy_world().trade_elasticity).max() == LARGEST
