"""Trade elasticities by sector: θ in the model's sense, from tariff-based estimates.

Fontagné, Guimbard and Orefice regress trade values free of duty (CEPII BACI) on ln(1+tariff). In the model, duty-free
values fall with exponent −(θ+1) (spending with −θ, and spending is (1+τ) × value), so

    θ = −ε − 1

clipped to [`lowest`, `highest`]. A sector of several GTAP sectors takes their simple mean. Services take one value,
rare earths another; both are in `elasticities.yaml` with their reasons. Caliendo and Parro's θ are listed beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.errors import SourceError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Elasticities:
    """theta by sector; `raw` before clipping; `clipped` names; `comparison` θ and s.e. of Caliendo–Parro by sector."""

    theta: Mapping[str, float]
    raw: Mapping[str, float]
    clipped: tuple[str, ...]
    comparison: Mapping[str, tuple[float, float]]


def trade_elasticities(
    epsilon: pd.Series[float], published: pd.DataFrame, sectors: Sequence[str], table: Mapping[str, Any]
) -> Elasticities:
    """θ for `sectors` by the rules of `table` (`elasticities.yaml`)."""
    lowest, highest = float(table["bounds"]["lowest"]), float(table["bounds"]["highest"])
    theta, raw, clipped, comparison = {}, {}, [], {}
    for sector in sectors:
        members = table["gtap"].get(sector)
        if sector in table["set"]:
            raw[sector] = theta[sector] = float(table["set"][sector]["theta"])
            continue
        if members is None:
            raw[sector] = theta[sector] = float(table["services"]["theta"])
            continue
        found = [float(epsilon[m]) for m in members if m in epsilon.index]
        if not found:
            raise SourceError(f"no elasticity for any of {', '.join(members)} ({sector}) in the GTAP-sector file")
        raw[sector] = -float(np.mean(found)) - 1
        theta[sector] = min(max(raw[sector], lowest), highest)
        if theta[sector] != raw[sector]:
            clipped.append(sector)
    for sector, name in table["caliendo_parro"].items():
        if name in published.index and sector in sectors:
            comparison[sector] = (float(published.loc[name, "theta"]), float(published.loc[name, "se"]))
    return Elasticities(theta, raw, tuple(clipped), comparison)
