"""What a threatened duty costs before it falls: entry under uncertain policy (Handley and Limão 2017).

Who must sink a cost to sell abroad enters only if it pays with the threat in mind. With γ the yearly chance that the duty factor
τ = 1 + t rises to τ′, β what a year ahead counts today (discount and survival of the venture) and σ the elasticity of demand,

    U = [(1 + u ω) / (1 + u)]^(1/(σ−1)),     u = γ β / (1 − β),     ω = (τ′/τ)^(−σ)

is the factor by which the cost at which entry just pays is lower than without the threat: 1/U − 1 is the duty that would keep out
as many. It weighs on trade that is up for investment, not on what old plants and contracts carry on.

>>> [round(100 * float(tariff_equivalent(g, 1.41, 2.56))) for g in (0.05, 0.15, 0.3)]      # 41 to 156 %, σ = 5
[6, 15, 26]
>>> [round(100 * float(tariff_equivalent(g, 1.41, 2.56, elasticity=3))) for g in (0.05, 0.15, 0.3)]
[11, 27, 45]
>>> float(tariff_equivalent(0.0, 1.41, 2.56)), float(tariff_equivalent(0.3, 1.41, 1.41))
(0.0, 0.0)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from detente.errors import InputError
from detente.types import Array

PATIENCE = 0.85
ELASTICITY = 5.0


def entry_factor(
    hazard: ArrayLike, kept: ArrayLike, *, patience: float = PATIENCE, elasticity: float = ELASTICITY
) -> Array:  # fmt: skip
    """U from γ (`hazard`, a year, 0 to 1) and ω (`kept`, the part of profit that is left under the threat, 0 to 1), which
    broadcast. 1 where there is no threat. Raises `InputError` outside these bounds, for a patience outside [0, 1) and for an
    elasticity of 1 or less. Source: Handley and Limão (2017), American Economic Review 107(9).
    """
    gamma, omega = (np.asarray(x, dtype=np.float64) for x in (hazard, kept))
    for name, values in (("hazard", gamma), ("part of profit kept", omega)):
        if not (np.isfinite(values).all() and (values >= 0).all() and (values <= 1).all()):
            raise InputError(f"the {name} must lie between 0 and 1")
    if not 0 <= patience < 1:
        raise InputError(f"patience must be at least 0 and below 1, not {patience!r}")
    if not 1 < elasticity < np.inf:
        raise InputError(f"the elasticity of demand must be above 1, not {elasticity!r}")
    u = gamma * patience / (1 - patience)
    return np.asarray(((1 + u * omega) / (1 + u)) ** (1 / (elasticity - 1)), dtype=np.float64)


def tariff_equivalent(
    hazard: ArrayLike, now: ArrayLike, threatened: ArrayLike, *, patience: float = PATIENCE, elasticity: float = ELASTICITY
) -> Array:  # fmt: skip
    """1/U − 1, a fraction, from γ and the duty factors 1 + t now and threatened; 0 where the threat would not raise the duty."""
    before, after = (np.asarray(x, dtype=np.float64) for x in (now, threatened))
    if not (np.isfinite(before).all() and np.isfinite(after).all() and (before > 0).all() and (after > 0).all()):
        raise InputError("duty factors must be positive and finite")
    kept = np.minimum((after / before) ** -elasticity, 1.0)
    return np.asarray(1 / entry_factor(hazard, kept, patience=patience, elasticity=elasticity) - 1, dtype=np.float64)
