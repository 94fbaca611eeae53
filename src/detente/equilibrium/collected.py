"""Duty by law and duty collected: the policy's average beside what would arrive at the treasury.

A dossier holds the law, with the exemptions it names. Less is collected: goods in transit when it changed, preferences used
more, exclusions, low values, evasion. With φ the part of an added duty that is collected (`who-pays.yaml`: range and sources)
and weights of before, goods only,

    law = Σ τ′ T / Σ T,    collected = Σ (τ + φ (τ′ − τ)) T / Σ T,    revenue collected = R + φ (R′ − R)

as if a part φ of the goods paid in full and the rest nothing: then what pays shrinks as in the model, and so does its revenue.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.equilibrium.solve import solve
>>> row = law_and_collected(solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.10)]))).loc["AAA"]
>>> bool(row["law before, %"] < row["collected at least, %"] < row["law, %"] == row["collected at most, %"])
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from detente.equilibrium.pass_through import evidence
from detente.types import Array
from detente.words.names import goods_sectors

if TYPE_CHECKING:
    from detente.equilibrium.outcome import Outcome


def collection_range() -> tuple[float, float]:
    """Lowest and highest part of an added duty that is collected."""
    found = evidence()["collected"]
    return float(found["low"]), float(found["high"])


def law_and_collected(outcome: Outcome) -> pd.DataFrame:
    """A row a region: average duty on imports of goods at the weights of before, percent, and the change of duty revenue, in the
    table's unit a year, by law and at both ends of what is collected."""
    low, high = collection_range()
    before, after = outcome.before, outcome.after
    goods = np.isin(outcome.sectors, goods_sectors(outcome.sectors))
    weight = before.shipments * (1 + before.export_taxes) * goods
    home = np.arange(len(outcome.regions))
    weight[home, home] = 0.0
    total = weight.sum((0, 2))

    def mean(rates: Array) -> Array:
        return 100 * np.divide((rates * weight).sum((0, 2)), total, out=np.zeros_like(total), where=total > 0)

    first, last = mean(before.duty_rates), mean(after.duty_rates)
    change = after.tariff_revenue - after.licence_rents - before.tariff_revenue + before.licence_rents
    unit = before.economy.unit
    columns = {
        "law before, %": first,
        "law, %": last,
        "collected at least, %": first + np.minimum(low * (last - first), high * (last - first)),
        "collected at most, %": first + np.maximum(low * (last - first), high * (last - first)),
        f"revenue by law, {unit}": change,
        f"revenue at least, {unit}": np.minimum(low * change, high * change),
        f"revenue at most, {unit}": np.maximum(low * change, high * change),
    }
    return pd.DataFrame(columns, index=pd.Index(outcome.regions, name="region"))
