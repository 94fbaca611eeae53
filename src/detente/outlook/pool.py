"""Several judgements into one: the weighted logarithmic pool over finitely many outcomes.

With judgements p₁ … p_J over outcomes k and weights w summing to 1,

    p[k] ∝ Π_j p_j[k]^{w_j}                                         Genest and Zidek (1986), Statistical Science 1(1)

Two properties tell it from an average: judgements that agree are kept (unanimity), and updating every judgement by the same
evidence and pooling gives the same as pooling and updating (external Bayesianity). A judgement of zero is a veto; to keep one
source from silencing the others every probability is first raised to a floor (FLOOR = 0.001) and scaled back to sum to 1.

Ranges are found by drawing: every judgement is drawn from its own spread, each draw is pooled, and the 5th and 95th
percentiles of the pooled draws are reported. Judgements given as low, central, high are drawn from a split log-normal with 5
% below low and 5 % above high, then scaled to sum to 1. Judgements are drawn independently of one another.

>>> import numpy as np
>>> p = log_pool([[0.8, 0.2], [0.5, 0.5]], [0.5, 0.5])
>>> [round(float(x), 4) for x in p]                       # odds √4 to 1
[0.6667, 0.3333]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from detente.errors import InputError
from detente.types import Array
from detente.words import refusal

FLOOR = 0.001
ROUNDING = 1e-9
_Z = 1.6448536269514722


def normalised(weights: Sequence[float]) -> Array:
    """Weights scaled to sum to 1. Raises `InputError` for a negative one or if all are zero."""
    found = np.asarray(weights, float)
    if found.ndim != 1 or not np.all(np.isfinite(found)) or np.any(found < 0) or found.sum() <= 0:
        raise InputError(refusal("outlook", "weights_of_judgements_must", weights=list(weights)))
    return np.asarray(found / found.sum())


def floored(probabilities: Any, floor: float = FLOOR) -> Array:
    """Probabilities over the last axis, none below `floor` before they are scaled to sum to 1."""
    p = np.asarray(probabilities, float)
    if not np.all(np.isfinite(p)) or np.any(p < 0) or np.any(p.sum(axis=-1) <= 0):
        raise InputError(refusal("outlook", "probabilities_must"))
    p = np.maximum(p / p.sum(axis=-1, keepdims=True), floor)
    return np.asarray(p / p.sum(axis=-1, keepdims=True))


def log_pool(distributions: Any, weights: Sequence[float], *, floor: float = FLOOR) -> Array:
    """The pool of judgements (J, …, K) with weights (J,): probabilities (…, K) that sum to 1.

    Weights are scaled to sum to 1. Raises `InputError` if judgements and weights do not match.
    """
    given = np.asarray(distributions, float)
    share = normalised(weights)
    if given.ndim < 2 or given.shape[0] != share.size:
        raise InputError(refusal("outlook", "weights_for_judgements", size=share.size, shape=given.shape))
    logs = np.tensordot(share, np.log(floored(given, floor)), axes=1)
    found = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(found / found.sum(axis=-1, keepdims=True))


def spread_draws(ranges: Any, n: int, rng: np.random.Generator, *, floor: float = FLOOR) -> Array:
    """Draws (n, K) from low, central and high by outcome (K, 3): split log-normal, scaled to sum to 1."""
    low, centre, high = np.maximum(np.asarray(ranges, float), floor).T
    # A certain branch has all three at one value, and the pool's own rounding puts the middle a hair outside.
    if np.any(low > centre + ROUNDING) or np.any(centre > high + ROUNDING):
        raise InputError(refusal("outlook", "ranges_must_be_low"))
    low, high = np.minimum(low, centre), np.maximum(high, centre)
    z = rng.standard_normal((n, centre.size))
    up, down = np.log(high / centre) / _Z, np.log(centre / low) / _Z
    found = centre * np.exp(np.where(z > 0, up, down) * z)
    return np.asarray(found / found.sum(axis=-1, keepdims=True))


def spread(draws: Array, central: Array) -> Array:
    """Low, central, high (K, 3) from draws (n, K): 5th and 95th percentiles, widened where the central value lies outside."""
    low, high = np.quantile(draws, (0.05, 0.95), axis=0)
    return np.stack([np.minimum(low, central), central, np.maximum(high, central)], axis=1)
