"""How far published sector elasticities should be drawn to their mean: by how little they predict.

If the elasticities θ_s of sectors mean anything here, sectors with a high θ answer a duty more. Spending on a seller, with duty,
falls by f·[θ̄ + k·(θ_s − θ̄)] per unit of ln(1+duty): k = 1 where the differences between sectors are as published, 0 where they
predict nothing. Both parts come from one regression of levels, all changes of the law at least `SETTLED` months old together:

    ln M + ln(1+collected) = −f_mean · θ̄ x − f_dev · (θ_s − θ̄) x + the effects of `projection.by_age`,      k = f_dev / f_mean

with x = ln(1+collected), and the law's changes, alone and times (θ_s − θ̄), as the two instruments. A ratio of two noisy numbers
has no useful standard error, so k is given by its posterior on [0, 1], with a flat prior and the likelihood of d = 0:

    p(k) ∝ exp(−d²/2v)/√v,   d = f_dev − k·f_mean,   v = Var f_dev − 2k·Cov + k²·Var f_mean

(Fieller 1954, Journal of the Royal Statistical Society B 16(2)). Elasticities are shrunk by 1 less the mean of the posterior.

>>> precise = np.diag([0.04**2, 0.02**2])
>>> posterior(0.0, 0.4, precise).shrinkage > 0.9 > 0.1 > posterior(0.4, 0.4, precise).shrinkage
True
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.integrate import trapezoid

from detente.build.estimate.projection import LEADS, LEVEL, Flows, added, fit

SETTLED = 3
"""Months after which a change counts as settled."""


@dataclass(frozen=True)
class Shrinkage:
    """shrinkage 0 leaves the elasticities, 1 puts their mean in their place; kept_low to kept_high holds k with 90 %.

    f_mean, f_deviation with standard errors: the answer to the mean elasticity `theta`, and to a sector's difference from it.
    `density` is the posterior of k on `GRID`.
    """

    shrinkage: float
    kept_low: float
    kept_high: float
    density: NDArray[np.float64]
    f_mean: float = math.nan
    f_mean_error: float = math.nan
    f_deviation: float = math.nan
    f_deviation_error: float = math.nan
    theta: float = math.nan
    observations: int = 0
    sectors: int = 0


GRID = np.linspace(0.0, 1.0, 2001)
"""Values of k."""


def posterior_of(density: NDArray[np.float64]) -> Shrinkage:
    """Mean and band of a density on `GRID`, of any height.

    >>> flat = posterior_of(np.ones(2001))
    >>> round(flat.shrinkage, 6), round(flat.kept_low, 6), round(flat.kept_high, 6)
    (0.5, 0.05, 0.95)
    """
    density = density / trapezoid(density, GRID)
    below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(GRID))])
    low, high = (float(np.interp(p, below, GRID)) for p in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Shrinkage(1 - float(trapezoid(density * GRID, GRID)), low, high, density)


def posterior(f_deviation: float, f_mean: float, covariance: NDArray[np.float64]) -> Shrinkage:
    """The posterior of k; `covariance` is of (f_mean, f_deviation)."""
    variance = covariance[1, 1] - 2 * GRID * covariance[0, 1] + GRID**2 * covariance[0, 0]
    score = -0.5 * (f_deviation - GRID * f_mean) ** 2 / variance - 0.5 * np.log(variance)
    found = posterior_of(np.exp(score - score.max()))
    errors = np.sqrt(np.diag(covariance))
    return replace(
        found, f_mean=f_mean, f_mean_error=float(errors[0]), f_deviation=f_deviation, f_deviation_error=float(errors[1])
    )


def shrinkage(flows: Flows, theta: Mapping[str, float]) -> Shrinkage:
    """From cells of an origin under duty and others; `theta` by sector. The mean is weighted by trade of cells whose law changed.

    Errors are clustered by sector: what is asked is a question about sectors.
    """
    collected = flows.law if flows.collected is None else flows.collected
    own = np.array([theta[s] for s in flows.sector])
    moved = np.ptp(flows.law, axis=1) > 0
    mean = float(np.average(own[moved], weights=flows.weight[moved]))
    months = np.arange(len(flows.months))
    frame = pd.DataFrame({
        "cell": np.repeat(np.arange(len(own)), len(months)), "u": np.tile(months, len(own)),
        "q": (flows.value + collected).ravel(), "x": collected.ravel(),
    })  # fmt: skip
    terms = {"z": (SETTLED, 10_000), **{f"e{k}": bounds for k, bounds in enumerate((*LEADS, (1, SETTLED - 1)))}}
    for name, bounds in terms.items():
        frame[name] = added(flows.law, *bounds).ravel()
    cell = frame["cell"].to_numpy()
    for name in ("x", *terms):
        frame[f"{name}_mean"], frame[f"{name}_dev"] = -mean * frame[name], -(own[cell] - mean) * frame[name]
    frame["weight"] = flows.weight[cell]
    frame["season"] = frame["cell"] * 12 + frame["u"] % 12
    for effect, label in (("origin_month", flows.origin), ("sector_month", flows.sector)):
        frame[effect] = pd.factorize(pd.Series(label[cell]).astype(str) + "·" + frame["u"].astype(str))[0]
    frame["sector_number"] = pd.factorize(flows.sector[cell])[0]
    frame = frame.dropna()
    parts = ["z_mean", "z_dev"]
    others = [f"{n}_{part}" for n in terms if n != "z" for part in ("mean", "dev")]
    right = " + ".join([*parts, *others]) + " | season + origin_month + sector_month"

    def told(column: str) -> NDArray[np.float64]:
        return np.asarray(fit(f"{column} ~ {right}", frame, "sector_number", True).coef()[parts], dtype=float)

    stage = np.array([told("x_mean"), told("x_dev")]).T  # instrument × regressor
    found = np.linalg.solve(stage, told("q"))
    frame["left"] = frame["q"] - found[0] * frame["x_mean"] - found[1] * frame["x_dev"]
    model = fit(f"left ~ {right}", frame, "sector_number", True)
    place = [list(model.coef().index).index(p) for p in parts]
    inverse = np.linalg.inv(stage)
    covariance = inverse @ np.asarray(model._vcov)[np.ix_(place, place)] @ inverse.T
    result = posterior(float(found[1]), float(found[0]), covariance)
    return replace(result, theta=mean, observations=int(model._N), sectors=int(frame["sector_number"].nunique()))
