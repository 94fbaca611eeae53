"""Many policies at once on a graphics processor, where there is one: the same answers as on the cores."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from detente.equilibrium.outcome import Outcome
from detente.equilibrium.solve import solve_many
from detente.policy.instruments import Policy, Tariff
from detente.world.library import toy_world


def accelerators() -> list[jax.Device]:
    """The graphics processors that JAX finds."""
    try:
        return jax.devices("gpu")
    except RuntimeError:
        return []


@pytest.mark.skipif(not accelerators(), reason="JAX finds no graphics processor on this machine")
def test_a_batch_on_a_graphics_processor_gives_what_the_cores_give():
    world = toy_world()
    policies = [Policy([Tariff(by="AAA", on="BBB", rate=0.05 * k)]) for k in range(8)]
    found = {}
    for device in (jax.devices("cpu")[0], accelerators()[0]):
        with jax.default_device(device):
            found[device.platform] = solve_many(world, policies)
    for one, other in zip(*found.values(), strict=True):
        assert isinstance(one, Outcome)
        assert isinstance(other, Outcome)
        np.testing.assert_allclose(one.real_income, other.real_income, atol=1e-8)
