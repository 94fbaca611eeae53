"""What every sector spends on every input in a new equilibrium, so that it can be read as a table again.

    U′[n,k,j] = γ′[n,k,j] · cost of (n,j),   γ′ from the solved prices by the nests of the model (system.py)

Source: cost minimisation under the nested CES of `parameters`; with all elasticities one, shares stay as they were.

>>> from detente.world import toy_world
>>> from detente.equilibrium.solve import solve
>>> from detente.policy.instruments import Policy, Tariff
>>> outcome = solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.10)]))
>>> use = input_use(outcome.after, outcome.parameters)
>>> bool(abs(use.sum(axis=2) + outcome.after.final - outcome.after.spending).max() < 1e-4)
True
"""

from __future__ import annotations

import numpy as np

from detente.equilibrium.arrays import critical_mask, hard_to_replace
from detente.equilibrium.levels import Array, Equilibrium, _ces
from detente.equilibrium.parameters import Parameters
from detente.world.chains import Chains


def input_use(equilibrium: Equilibrium, parameters: Parameters) -> Array:
    """Spending on inputs including duties [region, input, user], in the table's unit a year."""
    economy = equilibrium.economy
    gamma, beta = economy.input_shares, economy.value_added_shares
    price, wage = np.log(equilibrium.price), np.log(equilibrium.wage)
    scarce = hard_to_replace(critical_mask(economy, parameters))
    plain, special = np.where(scarce, 0.0, gamma), np.where(scarce, gamma, 0.0)
    among, value_added = parameters.input_substitution, parameters.value_added_substitution
    outer_elasticity = parameters.critical_substitution
    paid = price[:, :, None] - np.eye(len(economy.sectors)) * equilibrium.spared[:, :, None]  # by makers for their own good
    bundle = _ces(plain, paid, among)
    inner = _ces(np.stack([beta, plain.sum(1)], axis=1), np.stack([wage, bundle], axis=1), value_added)
    cost = _ces(
        np.concatenate([(beta + plain.sum(1))[:, None], special], axis=1),
        np.concatenate([inner[:, None], np.broadcast_to(price[:, :, None], special.shape)], axis=1),
        outer_elasticity,
    )
    into_bundle = (1 - outer_elasticity) * (inner - cost) + (1 - value_added) * (bundle - inner)
    shares = plain * np.exp(into_bundle[:, None] + (1 - among) * (paid - bundle[:, None]))
    shares = shares + special * np.exp((1 - outer_elasticity) * (price[:, :, None] - cost[:, None]))
    use: Array = shares * (equilibrium.output / (1 - equilibrium.subsidy_rate))[:, None, :]
    return use


def chains_of(equilibrium: Equilibrium, parameters: Parameters) -> Chains:
    """The supply chains of an equilibrium, for the measures of `world.chains`."""
    economy = equilibrium.economy
    return Chains(
        economy.regions, economy.sectors, equilibrium.shipments, (1 + equilibrium.tariffs) * (1 + equilibrium.export_taxes),
        input_use(equilibrium, parameters), equilibrium.value_added, equilibrium.final, economy.unit,
    )  # fmt: skip
