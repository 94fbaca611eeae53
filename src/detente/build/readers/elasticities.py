"""Published trade elasticities: Fontagné–Guimbard–Orefice (2022) by GTAP sector, Caliendo–Parro (2015) by ISIC group.

Fontagné, L., H. Guimbard and G. Orefice (2022), Tariff-based product-level trade elasticities, Journal of
International Economics,
https://sites.google.com/view/product-level-trade-elasticity — columns `gtap_sector, trade_elasticity_epsilon`.
Caliendo, L. and F. Parro (2015), Review of Economic Studies 82(1), Table 1, https://doi.org/10.1093/restud/rdu035 —
columns `sector, theta_full, se_full, theta_99, …`.

    read_gtap_elasticities(Path("sources/elasticities"))["mvh"]
    -8.98
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from detente.build.readers.files import require, require_columns

GTAP_TITLE = "Fontagné, Guimbard and Orefice (2022), trade elasticities by GTAP sector"
GTAP_ORIGIN = "https://sites.google.com/view/product-level-trade-elasticity (dataset, GTAP classification)"
GTAP_FILE = "fontagne_guimbard_orefice_gtap_sectors.csv"
CP_TITLE = "Caliendo and Parro (2015), Table 1: dispersion of productivity by sector"
CP_ORIGIN = "https://doi.org/10.1093/restud/rdu035 (Table 1 and the authors' files)"
CP_FILE = "caliendo_parro_2015_table1_theta.csv"


def read_gtap_elasticities(folder: Path) -> pd.Series[float]:
    """ε by GTAP sector (negative); sectors without an estimate are left out."""
    path = require(folder / GTAP_FILE, GTAP_TITLE, GTAP_ORIGIN)
    frame = pd.read_csv(path)
    require_columns(frame, ["gtap_sector", "trade_elasticity_epsilon"], path)
    return frame.dropna(subset=["trade_elasticity_epsilon"]).set_index("gtap_sector")["trade_elasticity_epsilon"]


def read_caliendo_parro(folder: Path) -> pd.DataFrame:
    """θ and its standard error by sector: columns `theta`, `se` (the 99 % sample)."""
    path = require(folder / CP_FILE, CP_TITLE, CP_ORIGIN)
    frame = pd.read_csv(path)
    require_columns(frame, ["sector", "theta_99", "se_99"], path)
    return frame.set_index("sector")[["theta_99", "se_99"]].rename(columns={"theta_99": "theta", "se_99": "se"})
