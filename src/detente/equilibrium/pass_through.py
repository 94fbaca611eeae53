"""Pass-through of duties to import prices, variety by variety, as it is measured at customs.

Over sellers i and sectors j of one buyer n, weighted by imports before,

    Δ ln p[i,j] = a + b · Δ ln(1 + τ[i,n,j]) + (origin effects + sector effects) + e,        p before duty, export taxes in it

and 100 (1 + b) % of a duty is passed on: the price with duty rises by 1 + b for one. It compares varieties that pay more with
varieties that pay less, so that what all foreign prices do alike, the terms of trade, is in the constant. High pass-through and a
large share of the bill borne abroad go together in a model whose exchange rate moves; a study of customs records sees the first
only. Published estimates stand in `who-pays.yaml`.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.equilibrium.solve import solve
>>> outcome = solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.10)]))
>>> round(pass_through(outcome, "AAA")), [p["who"] for p in published()][0]
(75, 'Gopinath and Neiman')
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from detente.errors import UnknownRegion
from detente.types import Array
from detente.words.names import region_name

if TYPE_CHECKING:
    from detente.equilibrium.outcome import Outcome


def pass_through(outcome: Outcome, by: str, *, effects: bool = False) -> float:
    """Percent of its duties' change that is in what `by` pays, by varieties; NaN where no variety's duty changed differently.

    `effects` adds a constant for each origin and each sector. Raises `UnknownRegion`.
    """
    if by not in outcome.regions:
        raise UnknownRegion(by, {r: region_name(r) for r in outcome.regions})
    n = outcome.regions.index(by)
    before, after = outcome.before, outcome.after
    bought = before.shipments[:, n].copy()
    bought[n] = 0.0
    origin, sector = np.nonzero(bought)
    weight = bought[origin, sector]

    def change(levels_before: Array, levels_after: Array) -> Array:
        return np.log(levels_after[origin, sector] / levels_before[origin, sector])

    price = change(before.unit_cost * (1 + before.export_taxes[:, n]), after.unit_cost * (1 + after.export_taxes[:, n]))
    duty = change(1 + before.duty_rates[:, n], 1 + after.duty_rates[:, n])
    columns = [np.ones_like(weight)]
    if effects:
        columns += [(origin == i).astype(float) for i in np.unique(origin)[1:]]
        columns += [(sector == j).astype(float) for j in np.unique(sector)[1:]]
    root = np.sqrt(weight / weight.sum())
    others = np.column_stack(columns) * root[:, None]
    fitted = np.linalg.lstsq(others, np.column_stack([duty, price]) * root[:, None], rcond=None)[0]
    own, paid = (np.column_stack([duty, price]) * root[:, None] - others @ fitted).T
    spread = float(own @ own)
    return 100 * (1 + float(own @ paid) / spread) if spread > 1e-16 else float("nan")


@cache
def evidence() -> Mapping[str, Any]:
    """What is published of who pays, as `who-pays.yaml` has it: pass-through, prices by month, duties collected."""
    return yaml.safe_load(files("detente").joinpath("data", "who-pays.yaml").read_text(encoding="utf-8"))


def published() -> list[dict[str, Any]]:
    """Published pass-through to import prices before duty: who, low, high (percent), of when, source."""
    return list(evidence()["pass_through"])
