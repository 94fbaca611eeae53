"""Trade elasticities by sector: θ in the model's sense, from tariff-based estimates.

Fontagné, Guimbard and Orefice regress trade values free of duty (CEPII BACI) on ln(1+tariff). In the model, duty-free
values fall with exponent −(θ+1) (spending with −θ, and spending is (1+τ) × value), so

    θ = −ε − 1

clipped to [`lowest`, `highest`], and then, where the table asks for it, drawn to their mean: θ + shrinkage·(mean − θ)
(`build.estimate.shrinkage`). A sector of several GTAP sectors takes their simple mean. Services take one value,
rare earths another; both are in `elasticities.yaml` with their reasons. Caliendo and Parro's θ are listed beside.

Published trade elasticities: Fontagné–Guimbard–Orefice (2022) by GTAP sector, Caliendo–Parro (2015) by ISIC group.

Fontagné, L., H. Guimbard and G. Orefice (2022), Tariff-based product-level trade elasticities, Journal of
International Economics,
https://sites.google.com/view/product-level-trade-elasticity — columns `gtap_sector, trade_elasticity_epsilon`.
Caliendo, L. and F. Parro (2015), Review of Economic Studies 82(1), Table 1, https://doi.org/10.1093/restud/rdu035 —
columns `sector, theta_full, se_full, theta_99, …`.

    read_gtap_elasticities(Path("sources/elasticities"))["mvh"]
    -8.98
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from detente.build.sources import require_columns, source_file
from detente.errors import SourceError
from detente.words import refusal


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
    """θ for `sectors` by the rules of `table` (`elasticities.yaml`). Raises `SourceError` for a shrinkage outside 0 to 1."""
    part, mean = float(table["shrinkage"]), float(table["mean"])
    if not 0 <= part <= 1:
        raise SourceError(refusal("build", "elasticities_yaml_shrinkage", part_=f"{part:g}"))
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
            raise SourceError(refusal("build", "no_elasticity_for_any", members=", ".join(members), sector=sector))
        raw[sector] = -float(np.mean(found)) - 1
        theta[sector] = min(max(raw[sector], lowest), highest)
        if theta[sector] != raw[sector]:
            clipped.append(sector)
        theta[sector] += part * (mean - theta[sector])
    for sector, name in table["caliendo_parro"].items():
        if name in published.index and sector in sectors:
            comparison[sector] = (float(published.loc[name, "theta"]), float(published.loc[name, "se"]))
    return Elasticities(theta, raw, tuple(clipped), comparison)


# -- the published estimates -------------------------------------------------------------------------------------------


def read_gtap_elasticities(folder: Path) -> pd.Series[float]:
    """ε by GTAP sector (negative); sectors without an estimate are left out."""
    path = source_file(folder, "gtap-elasticities")
    frame = pd.read_csv(path)
    require_columns(frame, ["gtap_sector", "trade_elasticity_epsilon"], path)
    return frame.dropna(subset=["trade_elasticity_epsilon"]).set_index("gtap_sector")["trade_elasticity_epsilon"]


def read_caliendo_parro(folder: Path) -> pd.DataFrame:
    """θ and its standard error by sector: columns `theta`, `se` (the 99 % sample)."""
    path = source_file(folder, "caliendo-parro")
    frame = pd.read_csv(path)
    require_columns(frame, ["sector", "theta_99", "se_99"], path)
    return frame.set_index("sector")[["theta_99", "se_99"]].rename(columns={"theta_99": "theta", "se_99": "se"})
