"""Real GDP: what is produced, at prices that stand. A Divisia index along the way from the old policy to the new.

With N = factor income + duties + export taxes − subsidies, nominal GDP at market prices, and the parts of `decompose` in money,

    N · d ln GDP = tariff volume + export volume + subsidies + technology and trade costs + factors and scale

which is Σ final d ln q + Σ exports d ln q − Σ imports d ln q, each at market prices: volumes, as national accounts chain them.
Real income has the terms of trade on top, and what is borrowed: a duty that makes foreigners sell cheaper raises what an
economy can buy and not what it makes. Published losses of "GDP" are compared with this, losses of "real income" or "welfare"
with real income. What is lost between the border and the buyer (iceberg costs) counts as production lost at home.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.equilibrium.solve import solve
>>> outcome = solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.10)]))
>>> bool(outcome.real_gdp["AAA"] < 0 < outcome.real_income["AAA"])
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from detente.equilibrium.decompose import SAVING, few_steps, path
from detente.types import Array

if TYPE_CHECKING:
    from detente.equilibrium.levels import Equilibrium
    from detente.equilibrium.outcome import Outcome

STEPS = 4
"""Steps where none are named: three solves. The United States and the duties of 2025: .0003 points from 32 steps."""
NOT_MADE = ("terms of trade", SAVING)
"""Parts of real income that are no production."""


def gdp(equilibrium: Equilibrium) -> Array:
    """Nominal GDP at market prices [region], in the table's unit a year."""
    public = equilibrium.tariff_revenue + equilibrium.export_tax_revenue - equilibrium.subsidies
    return equilibrium.value_added.sum(1) + public


def real_gdp(outcome: Outcome, steps: int = STEPS) -> Array:
    """Change of real GDP [region], percent. Costs `steps` − 1 solves; `steps` is even.

    Raises `InputError` for an odd number of steps and for an outcome that did not come from `solve`.
    """
    states = outcome.way if steps == STEPS else tuple(path(outcome, steps))
    parts = few_steps(states, gdp)
    return 100 * np.expm1(sum(values for part, values in parts.items() if part not in NOT_MADE) / 100)
