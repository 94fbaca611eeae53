"""Consumer prices in local money, first round."""

from __future__ import annotations

import numpy as np
import pytest

import detente as dt
from detente.equilibrium.local_prices import first_round
from economies import random_economy, two_countries


def test_without_inputs_it_is_the_share_bought_abroad() -> None:
    economy = two_countries((3, 1))
    outcome = dt.solve(economy, dt.Policy([dt.Tariff(by=economy.regions[0], on=economy.regions[1], rate=0.2)]))
    bought = economy.expenditure_shares[1, 0, 0]
    assert outcome.consumer_prices_local.to_numpy() == pytest.approx([100 * bought * np.log(1.2), 0.0], abs=1e-12)


def test_it_is_the_limit_of_small_duties_where_wages_stand() -> None:
    """To first order in the duty prices move by what the equilibrium with standing wages says, substitution or not."""
    economy = random_economy(5, 4, 11, home=3.0, tariffs=False)
    small = 1e-4
    outcome = dt.solve(economy, dt.Policy([dt.Tariff(by=economy.regions[0], rate=small)]), exchange_rate="pinned")
    sectors, prices = first_round(outcome.before, outcome.after)
    first = outcome.consumer_prices_local
    assert prices == pytest.approx(first.to_numpy())
    # abroad nothing but wages in the numeraire could move: the other regions buy from the first what its inputs made dearer
    assert first.iloc[0] == pytest.approx(outcome.consumer_prices.iloc[0], rel=0.1)
    assert first.iloc[0] > 0
    assert (first.iloc[1:] == 0).all()
    assert sectors.shape == (5, 4)


def test_duties_on_inputs_reach_the_consumer() -> None:
    economy = random_economy(5, 4, 3, home=3.0)
    policy = dt.Policy([dt.Tariff(by=economy.regions[0], rate=0.25)])
    outcome = dt.solve(economy, policy)
    _, prices = first_round(outcome.before, outcome.after)
    economy_paid = outcome.before.shipments * (1 + outcome.before.tariffs)
    share = economy_paid / np.maximum(economy_paid.sum(0), 1e-300)
    added = np.log((1 + outcome.after.tariffs) / (1 + outcome.before.tariffs))
    direct = 100 * (economy.final_shares * (share * added).sum(0)).sum(1)
    assert prices[0] > direct[0] > 0
    # a chain of producers, worked out round by round
    buyers = (share * added).sum(0)[0]
    home, total = share[0, 0], buyers.copy()
    for _ in range(200):
        total = buyers + home * (economy.input_shares[0].T @ total)
    assert prices[0] == pytest.approx(100 * economy.final_shares[0] @ total, rel=1e-9)
    back = outcome.relative_to(outcome)
    assert back.consumer_prices_local.abs().max() == 0


def test_the_duties_of_2025_add_what_others_find() -> None:
    """18 October 2025 against 2024, United States: the Yale Budget Lab has 1.3 % (30 October 2025), PIIE 1.0 %."""
    world, dossier = dt.load_world(), dt.load_dossier("kuala-lumpur-2025")
    outcome = dt.solve(world, dossier.policy(None, world.regions, world.sectors))
    assert 1.0 < outcome.consumer_prices_local["USA"] < 1.5
    # after substitution, wages standing: less, but not much less
    pinned = dt.solve(
        world, dossier.policy(None, world.regions, world.sectors), exchange_rate="pinned", trade_elasticity_factor=0.5
    )
    assert 0.7 < pinned.consumer_prices["USA"] / pinned.consumer_prices_local["USA"] < 1
