"""How well a prediction did: the same handful of numbers for the model and for the simple benchmarks beside it.

For observed changes y and predicted changes p over n things, weights w (equal unless given):

    correlation   of p and y                            none where either does not vary
    slope         of y on p with an intercept: 1 is right; below 1 the prediction moves too much, above 1 too little
    rmse, mae     root mean square and mean absolute of p − y
    sign          share of the things whose change was predicted with the right sign; 0 predicted is no hit
    skill(b)      1 − mean square of p − y over that of b − y: above 0 is better than benchmark b

>>> score = fit([1.0, -2.0, 0.5], [2.0, -4.0, 1.0])
>>> round(score.correlation, 6), round(score.slope, 6), score.sign
(1.0, 0.5, 1.0)
>>> round(skill([1.0, -2.0], [0.5, -1.0], [0.0, 0.0]), 6)
0.75
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detente.errors import InputError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """The measures of the module docstring for one prediction of `count` changes; nan where one is not defined."""

    count: int
    correlation: float
    slope: float
    rmse: float
    mae: float
    sign: float


def _ready(observed: ArrayLike, predicted: ArrayLike, weights: ArrayLike | None) -> tuple[Array, Array, Array]:
    y, p = np.asarray(observed, dtype=float), np.asarray(predicted, dtype=float)
    w = np.ones_like(y) if weights is None else np.asarray(weights, dtype=float)
    if y.ndim != 1 or y.shape != p.shape or y.shape != w.shape or y.size == 0:
        raise InputError(f"observed {y.shape}, predicted {p.shape} and weights {w.shape} must be lists of one length")
    if not (np.isfinite(y).all() and np.isfinite(p).all() and np.isfinite(w).all() and (w >= 0).all() and w.sum() > 0):
        raise InputError("observed, predicted and weights must be finite numbers, weights not negative and not all zero")
    return y, p, w / w.sum()


def fit(observed: ArrayLike, predicted: ArrayLike, weights: ArrayLike | None = None) -> Fit:
    """Measures of one prediction. Raises `InputError` for lists of different length or numbers that are not finite."""
    y, p, w = _ready(observed, predicted, weights)
    dy, dp = y - w @ y, p - w @ p
    vy, vp, both = float(w @ dy**2), float(w @ dp**2), float(w @ (dy * dp))
    scale = max(float(np.abs(p).max()), 1e-300) ** 2
    varies = vp > 1e-18 * scale
    error = p - y
    return Fit(
        count=int(y.size),
        correlation=float(both / np.sqrt(vy * vp)) if varies and vy > 0 else float("nan"),
        slope=both / vp if varies else float("nan"),
        rmse=float(np.sqrt(w @ error**2)),
        mae=float(w @ np.abs(error)),
        sign=float(w @ (np.sign(y) == np.sign(p))),
    )


def skill(observed: ArrayLike, predicted: ArrayLike, benchmark: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Skill of a prediction over a benchmark; nan where the benchmark is exact."""
    y, p, w = _ready(observed, predicted, weights)
    _, b, _ = _ready(observed, benchmark, weights)
    base = float(w @ (b - y) ** 2)
    return float(1 - (w @ (p - y) ** 2) / base) if base > 0 else float("nan")


def record(score: Fit) -> dict[str, Any]:
    """JSON-able; what is not defined is None."""
    values = {k: getattr(score, k) for k in ("count", "correlation", "slope", "rmse", "mae", "sign")}
    return {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in values.items()}
