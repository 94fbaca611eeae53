"""Who pays for a duty: what buyers lose before the revenue comes back to them, the revenue, what foreigners bear, what is wasted.

The change of real income is read twice, and each reading adds up to it. With I income, R duties collected, E − S export taxes
less subsidies, P consumer prices, all of the region, hats for after over before,

    net = [ (I′−R′−E′+S′)/P̂ − (I−R−E+S) ] + [ R′/P̂ − R ] + [ (E′−S′)/P̂ − (E−S) ]
           households and firms at         duties         export taxes less
           buyers' prices, no rebate       collected      subsidies

    net = borne abroad (terms of trade) + saving + efficiency

The first is arithmetic on the two ends. The terms of trade, and where the exchange rate is pinned what saving in dear times is
worth, are those of `decompose` in few steps, each times net / (100 ln Ŵ), which turns log points into percent and keeps the
sum. Efficiency is the rest: trade that duties drove out or let in, subsidies, technology and, in the long run, capital that
left; the error of the steps is in it. `borne at home` is the revenue less what foreigners bear: buyers lose that, and the
waste, before any rebate.

What foreigners bear is the change of all border prices, the region's own exports among them, with every duty of the package,
also those of others. It is a share of the new revenue only where the region's own duties made the change. Quota rents that stay
with an importer are collected as duties, those of an exporter as export taxes, as everywhere in the model; what holders of
licences have of a good under export control is with the export taxes, being no duty. Who bears how much hangs on the closure:
with a flexible exchange rate a duty makes the currency dearer and foreigners pay about half, with a pinned one less.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.equilibrium.solve import solve
>>> paid = solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.10)])).who_pays
>>> row = paid.percent.loc["AAA"]
>>> bool(row["before rebate"] < 0 < row["duties"]), bool(abs(row[list(PAID)].sum() - row["net"]) < 1e-9)
(True, True)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from detente.equilibrium.decompose import SAVING, few_steps
from detente.errors import UnknownRegion
from detente.types import Array, plain
from detente.words import tell
from detente.words.names import region_name

if TYPE_CHECKING:
    from detente.equilibrium.levels import Equilibrium
    from detente.equilibrium.outcome import Outcome

PAID = ("before rebate", "duties", "other public")
"""Parts of the first reading, which add up to the net."""
BORNE = ("borne abroad", "saving", "efficiency")
"""Parts of the second."""
COLUMNS = (*PAID, *BORNE, "net")
NO_NEW_REVENUE = 1e-3
"""Percent of income that duties must add before a share of them means anything."""
RAISED = 1e-9
"""Share of income by which duties on the trade there was must rise before a region has raised them; less is noise."""


@dataclass(frozen=True, eq=False)
class WhoPays:
    """Parts of the change of real income, a row a region, columns `PAID`, `BORNE` and "net".

    `percent` of income before; `money` in `unit` a year, at the prices before, of the world's `year`. `pinned`: whether the
    exchange rate was. `steps_error`: what the parts of the decomposition leave over before the rest is called efficiency,
    percent of income."""

    percent: pd.DataFrame
    income: pd.Series
    unit: str
    year: int | None
    pinned: bool
    raised: pd.Series
    steps_error: float

    @property
    def world_unit(self) -> str:
        """What the world counts in, "million USD"."""
        return self.unit

    @classmethod
    def of(cls, outcome: Outcome) -> WhoPays:
        """Read off an outcome of `solve`, at the cost of three solves. Raises `InputError` for one that came from elsewhere."""
        before, after = outcome.before, outcome.after
        price = after.cpi / before.cpi

        def change(value: Any) -> Array:
            return 100 * (value(after) / price - value(before)) / before.income

        net = outcome.real_income.to_numpy()
        logs = 100 * np.log1p(net / 100)
        scale = np.divide(net, logs, out=np.ones_like(net), where=np.abs(logs) > 1e-9)
        new = ((after.duty_rates - before.duty_rates) * before.shipments).sum((0, 2))
        parts = few_steps(outcome.way, lambda e: e.income)
        abroad = parts["terms of trade"] * scale
        saving = parts[SAVING] * scale if SAVING in parts else np.zeros_like(net)
        columns = {
            "before rebate": change(lambda e: e.income - _duties(e) - _other(e)),
            "duties": change(_duties),
            "other public": change(_other),
            "borne abroad": abroad,
            "saving": saving,
            "efficiency": net - abroad - saving,
            "net": net,
        }
        index = pd.Index(outcome.regions, name="region")
        return cls(
            percent=pd.DataFrame(columns, index=index),
            income=pd.Series(before.income, index=index),
            unit=before.economy.unit,
            year=before.economy.year,
            pinned=after.pinned,
            raised=pd.Series(new > RAISED * before.income, index=index),
            steps_error=float(np.abs(sum(parts.values()) - logs).max()),
        )

    @property
    def money(self) -> pd.DataFrame:
        """The same in the table's unit a year, at the prices before."""
        return self.percent.mul(self.income / 100, axis=0)

    @property
    def share_borne_abroad(self) -> pd.Series:
        """Terms of trade over new duties, percent; NaN where a region raised none, or they bring no more than before."""
        new = self.percent["duties"].where(self.raised & (self.percent["duties"] > NO_NEW_REVENUE))
        return (100 * self.percent["borne abroad"] / new).rename("share borne abroad, %")

    def row(self, region: str) -> pd.Series:
        """The parts of a region, percent of income. Raises `UnknownRegion`."""
        if region not in self.percent.index:
            raise UnknownRegion(region, {str(r): region_name(str(r)) for r in self.percent.index})
        return pd.Series(self.percent.loc[region])

    def to_frame(self) -> pd.DataFrame:
        """One row a region: each part in percent of income and in money."""
        percent = self.percent.rename(columns=lambda c: f"{c}, % of income")
        money = self.money.rename(columns=lambda c: f"{c}, {self.unit}")
        return percent.join(money).join(self.share_borne_abroad)

    def explain(self, region: str, factor: float = 1.0, year: int | None = None, other: WhoPays | None = None) -> str:
        """Who pays in words; `factor` turns the table's money into that of `year`, `other` is the other exchange rate's.

        Raises `UnknownRegion`.
        """
        row = self.row(region)
        sums = self.money.loc[region] * factor
        share = float(self.share_borne_abroad[region])
        net = None if other is None else float(other.row(region)["net"])
        return tell(self, region=region, row=row, sums=sums, share=share, year=year or self.year, other=net)

    def record(self) -> dict[str, Any]:
        """JSON-able: percent of income and money by region, and the share of new duties borne abroad (null where none)."""
        share = self.share_borne_abroad
        names = {c: c.replace(" ", "_") for c in self.percent.columns}
        return {
            "exchange_rate": "pinned" if self.pinned else "flexible",
            "unit": f"{self.unit} a year",
            "money_of": self.year,
            "pct_of_income": plain(self.percent.rename(columns=names).to_dict("index")),
            "money": plain(self.money.rename(columns=names).to_dict("index")),
            "share_borne_abroad_pct": {str(k): None if np.isnan(v) else float(v) for k, v in share.items()},
        }


def _duties(equilibrium: Equilibrium) -> Array:
    """Duties collected, without what holders of licences have of a scarcity [region]."""
    return equilibrium.tariff_revenue - equilibrium.licence_rents


def _other(equilibrium: Equilibrium) -> Array:
    """Export taxes and rents of licences, less subsidies [region]."""
    return equilibrium.export_tax_revenue + equilibrium.licence_rents - equilibrium.subsidies
