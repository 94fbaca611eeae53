"""Critical minerals: who sells them to a region, who mines them, and an index of chokepoints over them.

For mineral m and region n, with s the shares of economies in n's imports of it and k the sector of the world it belongs to:

    concentration   H = Σ s²                          over sellers by economy, 0 to 1
    index             = 100 · H · 1/(1+θ_k) · V_k     as in `world.chokepoints`

The sector stands in for the mineral where no table has it: θ is the sector's, and at stake are the sector's users (assumption
A192). What a region mines itself is not in H: imports say who is bought from, not how much is. `mined by` is whose mines give
most of the world's output; where it is not the seller, the ore was worked or passed on by a third country.

Sources: CEPII BACI (Etalab 2.0); World Mining Data, Austrian Federal Ministry of Finance; the list is the U.S. Geological
Survey's of 2022, 87 FR 10381. Table: `minerals.csv`, made by `build.minerals`.

>>> from detente.world.library import load_world
>>> minerals(load_world(), "USA").loc["graphite", ["seller", "mined by"]].tolist()
['China', 'China']
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from detente.words.names import region_name, region_table
from detente.world.chains import Chains
from detente.world.chokepoints import at_stake
from detente.world.world import World

MINES = "WORLD"


@cache
def facts() -> dict[str, Any]:
    """Year, sources, and each mineral's name, headings and sector."""
    text = files("detente").joinpath("data", "worlds", "minerals.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@cache
def _table() -> dict[str, dict[str, dict[str, Any]]]:
    """Row of the table by region and mineral."""
    path = files("detente").joinpath("data", "worlds", "minerals.csv")
    found: dict[str, dict[str, dict[str, Any]]] = {}
    with path.open(encoding="utf-8") as file:
        for row in pd.read_csv(file, comment="#").to_dict(orient="records"):
            found.setdefault(str(row["region"]), {})[str(row["mineral"])] = {str(k): v for k, v in row.items()}
    return found


def known(region: str) -> bool:
    """Whether the table has a region: those of the default world."""
    return region != MINES and region in _table()


def minerals(world: World, region: str, sector: str | None = None, to: str | None = None) -> pd.DataFrame:
    """Critical minerals that a region buys abroad, by the index, highest first; empty where the table has no such region.

    Columns: name, imports in million USD of the year of the table, the largest seller and its share in percent, concentration
    (0 to 1), who mines most and its share, hard to replace, at stake in percent of GDP and the index (0 to 100); the last three
    are not numbers where the world lacks the mineral's sector. With `sector`, at stake is what that sector makes of it; with
    `to`, only minerals of which that region (an economy of it) is the largest seller. Raises `UnknownRegion`, `UnknownSector`.
    """
    stake = at_stake(Chains.of(world), region, sector)
    columns = [
        "name", "imports, million USD", "seller", "its share, %", "concentration", "mined by", "of mine output, %",
        "hard to replace", "at stake, %", "index",
    ]  # fmt: skip
    rows = {}
    if known(region):
        mined = _table()[MINES]
        sellers = None if to is None else (to, *region_table().get(to, {}).get("members", ()))
        for mineral, row in _table()[region].items():
            if sellers is not None and row["seller"] not in sellers:
                continue
            entry, mines = facts()["minerals"][mineral], mined[mineral]
            hard = staked = float("nan")
            if entry["sector"] in world.sectors:
                k = world.sector_index(entry["sector"])
                hard, staked = float(1 / (1 + world.trade_elasticity[k])), float(100 * stake[k])
            rows[mineral] = (
                entry["name"], row["imports_musd"], seller_name(row), row["share_pct"], row["concentration"], seller_name(mines),
                mines["share_pct"], hard, staked, row["concentration"] * hard * staked,
            )  # fmt: skip
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("mineral")
    return frame.sort_values("index", ascending=False, kind="stable")


def seller_name(row: Mapping[str, Any]) -> str:
    """The name of the seller of a row: that of the region where it is one, else as the trade file has it."""
    code = str(row["seller"])
    return region_name(code) if code in region_table() else str(row["name"])
