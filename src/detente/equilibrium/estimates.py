"""The estimated trade elasticity by months since a duty, as it ships: coefficients, errors, and the factor on θ each means.

Written by `detente estimate` (`data/estimates/elasticity_by_month.yaml`, docs/estimates.md). `factor_by_month` pools its three
independent readings into the path's trade elasticity; the textbook horizons take nothing from it.

>>> path = elasticity_by_month()
>>> path.index.name, path.attrs["spec"], bool((path["low"] < path["coefficient"]).all())
('months', 'main', True)
>>> bool(path.loc[12, "factor"] == round((-path.loc[12, "coefficient"] - 1) / path.attrs["theta"], 4))
True
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import yaml

from detente.errors import UnknownName

READINGS = ("main", "without-origin-effects", "china-side-cumulated")
"""Specifications pooled for the path: China's industries against each other, China against other sellers, and China as buyer."""
LEAST = 0.05
"""The smallest factor the model is solved at. Estimates near or below zero mean that spending does not answer yet."""
WIDER = 1.5
"""By how much the placebo of the estimate says that its bands should be wider."""
TO_BAND = 1.6449
"""Standard errors from the centre to either end of a 90 % band."""


@cache
def estimates() -> dict[str, Any]:
    """The whole record: what was regressed on what, `specs` by name, `placebo`, `shrinkage`, `sources`."""
    text = files("detente").joinpath("data", "estimates", "elasticity_by_month.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def elasticity_by_month(spec: str = "main") -> pd.DataFrame:
    """One specification, by months since the duty (negative: before it).

    coefficient            % change of trade before duty per % change of 1 + duty
    standard_error, standard_error_by_sector, low, high    its errors by cell and by industry, and the 90 % band
    factor, factor_low, factor_high    f on θ in the model's sense, (−coefficient − 1)/θ; nothing before the duty
    observations, clusters, sectors, first_stage, first_stage_f    the sample, and the first stage where there is an instrument

    `attrs`: spec, title, sample, method, theta, unit. What could not be estimated is nan. Raises `UnknownName`.
    """
    record = estimates()
    if spec not in record["specs"]:
        raise UnknownName(spec, list(record["specs"]), "specification")
    entry = record["specs"][spec]
    frame = pd.DataFrame(entry["rows"]).set_index("months").apply(pd.to_numeric)
    frame.attrs = {"spec": spec, "unit": record["unit"], **{k: v for k, v in entry.items() if k != "rows"}}
    return frame


@cache
def factor_by_month() -> pd.DataFrame:
    """The factor on the trade elasticity by months since a duty, pooled over `READINGS`: centre, low, high, readings.

    At each month a random-effects mean (DerSimonian and Laird 1986): readings count by their precision, and what they disagree
    about beyond their errors is part of the error. Over months the least-squares fit that never falls, by precision (isotonic
    regression). The band is 90 %, `WIDER`; nothing lies below `LEAST`.

    >>> path = factor_by_month()
    >>> bool(path["centre"].is_monotonic_increasing), bool((path["low"] <= path["centre"]).all())
    (True, True)
    """
    from scipy.optimize import isotonic_regression

    tables = [elasticity_by_month(spec) for spec in READINGS]
    months = sorted({int(m) for t in tables for m in t.index if m > 0})
    rows = []
    for month in months:
        held = [t.loc[[month], ["factor", "factor_low", "factor_high"]] for t in tables if month in t.index]
        value, bottom, top = pd.concat(held).dropna().to_numpy(dtype=np.float64).T
        rows.append((*_random_effects(value, (top - bottom) / (2 * TO_BAND)), len(value)))
    mean, error, readings = (np.array(column) for column in zip(*rows, strict=True))
    centre = isotonic_regression(mean, weights=error**-2).x
    reach = WIDER * TO_BAND * error
    low = isotonic_regression(centre - reach, weights=error**-2).x
    high = isotonic_regression(centre + reach, weights=error**-2).x
    found = {"centre": np.maximum(centre, LEAST), "low": np.maximum(low, LEAST), "high": np.maximum(high, LEAST)}
    return pd.DataFrame({**found, "readings": readings}, index=pd.Index(months, name="months")).round(2)


def _random_effects(value: Any, error: Any) -> tuple[float, float]:
    """Mean and standard error of readings with standard errors of their own."""
    weight = error**-2.0
    mean = (weight * value).sum() / weight.sum()
    spread = (weight * (value - mean) ** 2).sum() - (len(value) - 1)
    scale = weight.sum() - (weight**2).sum() / weight.sum()
    between = max(0.0, spread / scale) if len(value) > 1 else 0.0
    weight = 1 / (error**2 + between)
    return float((weight * value).sum() / weight.sum()), float(weight.sum() ** -0.5)
