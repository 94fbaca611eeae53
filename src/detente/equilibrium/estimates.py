"""The estimated trade elasticity by months since a duty, as it ships: coefficients, errors, and the factor on θ each means.

Written by `detente estimate` (`data/estimates/elasticity_by_month.yaml`, docs/estimates.md). Horizons take nothing from it by
themselves.

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

import pandas as pd
import yaml

from detente.errors import UnknownName


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
