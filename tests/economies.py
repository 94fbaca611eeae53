"""Random and textbook economies that several tests share."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import brentq

from detente.world import Economy

SEEDS = st.sampled_from(range(10_000))
"""Of random economies. Hypothesis draws integers out of constants of the code that happens to be loaded, too: its economies would
change with every line of it, and now and then one comes up that has no equilibrium."""
SHAPES = ((3, 2), (5, 4), (8, 6))  # few shapes: each is compiled once


def random_economy(
    regions: int, sectors: int, seed: int, *, balanced: bool = False, tariffs: bool = True, home: float = 0.5
) -> Economy:
    """Shares drawn at random, some flows zero, one sector inert somewhere when there are enough of them; `home` weighs what is
    bought at home."""
    rng = np.random.default_rng(seed)
    pi = rng.dirichlet(np.full(regions, 0.6), size=(regions, sectors)).transpose(2, 0, 1)
    pi += home * np.eye(regions)[:, :, None]
    if regions > 2:
        pi[0, 1, 0] = 0.0  # a zero flow
    pi /= pi.sum(0)
    beta = rng.uniform(0.25, 0.9, size=(regions, sectors))
    gamma = rng.dirichlet(np.full(sectors, 0.8), size=(regions, sectors)).transpose(0, 2, 1) * (1 - beta)[:, None, :]
    alpha = rng.dirichlet(np.full(sectors, 2.0), size=regions)
    tau = rng.uniform(0, 0.3, size=pi.shape) * tariffs
    tau[np.arange(regions), np.arange(regions)] = 0
    deficits = rng.normal(size=regions)
    deficits = np.zeros(regions) if balanced else 0.03 * (deficits - deficits.mean())
    return Economy.from_shares(
        expenditure_shares=pi,
        input_shares=gamma,
        value_added_shares=beta,
        final_shares=alpha,
        value_added=np.ones(regions),
        deficits=deficits,
        tariffs=tau,
        trade_elasticity=rng.uniform(1.5, 9.0, size=sectors),
        tolerance=np.inf,
        quiet=True,
    )


@st.composite
def economies(draw: st.DrawFn, *, balanced: bool = False) -> Economy:
    shape = draw(st.sampled_from(SHAPES))
    return random_economy(*shape, draw(SEEDS), balanced=balanced)


def two_countries(labour: tuple[float, float], theta: float = 4.0, iceberg: float = 1.3) -> Economy:
    """One good each (Armington), symmetric technology, iceberg trade costs, no tariffs, no intermediates."""
    cost = np.array([[1.0, iceberg], [iceberg, 1.0]])
    size = np.asarray(labour)

    def shares(wage: float) -> np.ndarray:
        weight = (np.array([wage, 1.0])[:, None] * cost) ** -theta
        return weight / weight.sum(0)

    def excess(wage: float) -> float:
        pi, income = shares(wage), size * np.array([wage, 1.0])
        return float(pi[0] @ income - income[0])

    wage = brentq(excess, 0.2, 5.0, xtol=1e-15)
    return Economy.from_shares(
        regions=("H", "F"),
        sectors=("GOOD",),
        expenditure_shares=shares(wage)[:, :, None],
        input_shares=np.zeros((2, 1, 1)),
        value_added_shares=np.ones((2, 1)),
        final_shares=np.ones((2, 1)),
        value_added=size * np.array([wage, 1.0]),
        trade_elasticity=theta,
    )
