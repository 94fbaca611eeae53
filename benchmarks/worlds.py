"""Random balanced worlds of any size, made flow by flow, so that 80 × 50 takes a moment and not a dense solve of 4000².

Gravity with noise gives the shipments; duties and spending follow; each sector buys inputs in proportion to what its region
buys at all, with noise; what is left is final use. Nothing has to be solved for: the flows are the table.

>>> random_world(5, 4, seed=1)
World('random 5 × 4', 2022, 5 regions × 4 sectors, million USD)
"""

from __future__ import annotations

import numpy as np

from detente.world.world import World

SIZES = ((10, 10), (20, 20), (32, 31), (41, 35), (60, 45), (80, 50))


def random_world(regions: int, sectors: int, seed: int) -> World:
    """Home shares of 60 to 95 %, tariffs of 0 to 12 %, value added of 30 to 70 % of cost, elasticities of 3 to 8."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0.0, 1.0, regions)
    taste = rng.dirichlet(np.full(sectors, 3.0), regions)
    home = rng.uniform(0.60, 0.95, (regions, sectors))
    partner = size[:, None, None] * rng.lognormal(0.0, 1.0, (regions, regions, sectors))
    own = np.arange(regions)
    partner[own, own] = 0.0
    share = partner / partner.sum(0) * (1 - home)[None]
    share[own, own] = home
    shipments = 1e6 * share * (size[:, None] * taste)[None]

    tariffs = rng.uniform(0.0, 0.12, shipments.shape)
    tariffs[own, own] = 0.0
    output, spending = shipments.sum(1), ((1 + tariffs) * shipments).sum(0)

    value_added_share = rng.uniform(0.3, 0.7, (regions, sectors))
    recipe = spending[:, :, None] * rng.lognormal(0.0, 0.5, (regions, sectors, sectors))
    recipe /= recipe.sum(1, keepdims=True)
    inputs = recipe * ((1 - value_added_share) * output)[:, None, :]
    # where inputs would eat up more than nine tenths of what is bought, the region uses less of them and adds more itself
    inputs *= np.minimum(1.0, 0.9 * (spending / inputs.sum(2)).min(1))[:, None, None]
    return World.from_flows(
        regions=[f"R{k + 1:02d}" for k in range(regions)],
        sectors=[f"S{k + 1:02d}" for k in range(sectors)],
        shipments=shipments,
        intermediate_use=inputs,
        value_added=output - inputs.sum(1),
        final_use=spending - inputs.sum(2),
        tariff_rates=tariffs,
        trade_elasticity=rng.uniform(3.0, 8.0, sectors),
        year=2022,
        name=f"random {regions} × {sectors}",
        sources=("invented for benchmarks",),
    )
