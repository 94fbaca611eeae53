"""An `Outcome`: what changed between two equilibria of the same economy.

`solve` gives new against baseline, `outcome.relative_to(other)` gives new against the other's new.

Welfare is real income Ŵ = Î/P̂C, its value the equivalent variation (Ŵ−1)·I. The first-order parts are (Caliendo and Parro 2015):
terms of trade [Σ exports (ĉ own −1) − Σ imports (ĉ source −1)]/I and volume of trade Σ τ·imports·(import value − ĉ source)/I.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detente.equilibrium.levels import Equilibrium
from detente.errors import InputError, UnknownRegion
from detente.extras import need
from detente.files import table_csv, write
from detente.types import Range
from detente.words.names import region_name
from detente.words.shown import Shown

if TYPE_CHECKING:
    import xarray as xr

    from detente.equilibrium.parameters import ExchangeRate, Parameters
    from detente.equilibrium.who_pays import WhoPays
    from detente.policy.shock import Shock

Array = NDArray[np.float64]
BEYOND = 10.0
"""Percent of real income; no economy that the model was held against moved by more."""


@dataclass(frozen=True)
class Shadow:
    """A quantity or value bound at the equilibrium: how much of it is used, what a licence is worth over the price (%, the price
    wedge), the rent that earns, and the parts of it that sellers and buyers have."""

    measure: str
    bound: float
    used: float
    binding: bool
    price_wedge: float
    rent: float
    rent_to: str
    rent_of_sellers: float = 0.0
    rent_of_buyers: float = 0.0


@dataclass(frozen=True, eq=False)
class Outcome(Shown):
    """What changed between two equilibria. Percent changes by region or region × sector; money in the table's unit a year."""

    before: Equilibrium
    after: Equilibrium
    status: str
    residual: float
    clearing_gap: float
    iterations: int
    provenance: Mapping[str, Any]
    shadows: tuple[Shadow, ...] = ()
    shock: Shock | None = None
    shock_before: Shock | None = None
    parameters: Parameters | None = None
    flat: Array | None = None

    @property
    def regions(self) -> tuple[str, ...]:
        """Region codes."""
        return self.before.economy.regions

    @property
    def sectors(self) -> tuple[str, ...]:
        """Sector codes."""
        return self.before.economy.sectors

    def relative_to(self, other: Outcome) -> Outcome:
        """The same new equilibrium compared with the new equilibrium of `other` (both from the same economy)."""
        if other.before.economy.fingerprint != self.before.economy.fingerprint:
            raise InputError("outcomes of two different economies cannot be compared")
        provenance = {
            **self.provenance,
            "relative_to": other.provenance.get("inputs_hash"),
            "relative_to_policy": other.provenance.get("policy"),
        }
        return Outcome(
            before=other.after, after=self.after, status=self.status, residual=max(self.residual, other.residual),
            clearing_gap=max(self.clearing_gap, other.clearing_gap), iterations=self.iterations, provenance=provenance,
            shadows=self.shadows, shock=self.shock, shock_before=other.shock, parameters=self.parameters, flat=self.flat,
        )  # fmt: skip

    def at_exchange_rate(self, exchange_rate: ExchangeRate) -> Outcome:
        """The same two policies where the exchange rate is "flexible" or "pinned"; see `closures`."""
        from detente.equilibrium.closures import at_exchange_rate

        return at_exchange_rate(self, exchange_rate)

    # by region ------------------------------------------------------------------------------------------------------

    @cached_property
    def real_income(self) -> pd.Series:
        """Change of real income Î/P̂C, percent: the welfare measure."""
        return self._region(_percent(self.after.income / self.after.cpi, self.before.income / self.before.cpi), "real income, %")

    @cached_property
    def equivalent_variation(self) -> pd.Series:
        """Income change at the before prices that would be worth as much, in the table's unit a year."""
        gain = (self.after.income / self.after.cpi) / (self.before.income / self.before.cpi) - 1
        return self._region(gain * self.before.income, f"equivalent variation, {self.before.economy.unit}")

    @cached_property
    def consumer_prices(self) -> pd.Series:
        """Change of the consumer price index P̂C, percent, with world factor income as numeraire."""
        return self._region(_percent(self.after.cpi, self.before.cpi), "consumer prices, %")

    @cached_property
    def consumer_prices_local(self) -> pd.Series:
        """What duties add to consumer prices in local money before anybody substitutes, percent; see `local_prices`."""
        from detente.equilibrium.local_prices import first_round

        return self._region(first_round(self.before, self.after)[1], "consumer prices in local money, first round, %")

    @cached_property
    def consumer_prices_substituted(self) -> pd.Series:
        """Consumer prices in local money after buyers have changed what they buy and where, wages standing, percent.

        See `local_prices`. Costs up to two solves where the exchange rate of this outcome is flexible. Raises `InputError` where
        trade balances do something else than stand (`deficits`).
        """
        from detente.equilibrium.local_prices import after_substitution

        return self._region(after_substitution(self), "consumer prices in local money, after substitution, %")

    def prices_by_month(self, region: str) -> pd.DataFrame:
        """What of the first round had reached consumers by month, percent: low, value, high. Raises `UnknownRegion`."""
        from detente.equilibrium.local_prices import by_month

        return by_month(self, self._known(region))

    def dollars_a_person(self, region: str, year: int) -> Range:
        """What a person's consumption costs more a year in USD of `year`, by the first round; see `local_prices`.

        Raises `UnknownRegion`, and `InputError` where the year's dollars or the region's consumption are not known.
        """
        from detente.equilibrium.local_prices import dollars_a_person

        return dollars_a_person(self, self._known(region), year)

    @cached_property
    def law_and_collected(self) -> pd.DataFrame:
        """Average duty and new revenue by region, by law and as it would be collected; see `collected`."""
        from detente.equilibrium.collected import law_and_collected

        return law_and_collected(self)

    def pass_through(self, by: str, *, effects: bool = False) -> float:
        """Percent of the change of its duties that is in the prices `by` pays, by varieties; see `pass_through`."""
        from detente.equilibrium.pass_through import pass_through

        return pass_through(self, by, effects=effects)

    @cached_property
    def who_pays(self) -> WhoPays:
        """What households and firms lose before a rebate, duties, what foreigners bear, what is wasted; see `who_pays`."""
        from detente.equilibrium.who_pays import WhoPays

        return WhoPays.of(self)

    @cached_property
    def real_gdp(self) -> pd.Series:
        """Change of real GDP, percent: volumes produced, without terms of trade; see `real_gdp`. Costs three solves."""
        from detente.equilibrium.real_gdp import real_gdp

        return self._region(real_gdp(self), "real GDP, %")

    @cached_property
    def way(self) -> tuple[Equilibrium, ...]:
        """Five equilibria from the old policy to the new, both included, for readings that add up along the way."""
        from detente.equilibrium.decompose import path
        from detente.equilibrium.real_gdp import STEPS

        return tuple(path(self, STEPS))

    @cached_property
    def wage(self) -> pd.Series:
        """Change of the average nominal wage (price of value added), percent, with world factor income as numeraire.

        Where wages have a floor this is what labour earns on average, in work or out of it.
        """
        return self._region(_percent(self.after.wage_index, self.before.wage_index), "wage, %")

    @cached_property
    def real_wage(self) -> pd.Series:
        """Change of the wage over the consumer price index, percent."""
        after, before = self.after.wage_index / self.after.cpi, self.before.wage_index / self.before.cpi
        return self._region(_percent(after, before), "real wage, %")

    @cached_property
    def terms_of_trade(self) -> pd.Series:
        """First-order gain from export over import prices, percent of income (before duties)."""
        ratio = self._cost_ratio - 1
        value = self._foreign * self.before.shipments
        exports = np.einsum("inj,ij->i", value, ratio)
        imports = np.einsum("inj,ij->n", value, ratio)
        return self._region(100 * (exports - imports) / self.before.income, "terms of trade, % of income")

    @cached_property
    def volume_of_trade(self) -> pd.Series:
        """First-order gain from buying more of what is taxed, percent of income."""
        value = self._foreign * self.before.shipments
        growth = _ratio(self.after.shipments, self.before.shipments) - self._cost_ratio[:, None, :]
        gain = np.einsum("inj,inj,inj->n", self.before.tariffs, value, growth)
        return self._region(100 * gain / self.before.income, "volume of trade, % of income")

    @cached_property
    def tariff_revenue(self) -> pd.DataFrame:
        """Duties collected, without the rents of licences: baseline, counterfactual, change, in the table's unit a year."""
        return self._pair(*(e.tariff_revenue - e.licence_rents for e in (self.before, self.after)))

    @cached_property
    def licence_rents(self) -> pd.DataFrame:
        """Scarcity rents of buyers who hold a licence or contract for a good under control: baseline, counterfactual, change, in
        the table's unit a year. They are income of the buyers' economy."""
        return self._pair(self.before.licence_rents, self.after.licence_rents)

    @cached_property
    def trade_balance(self) -> pd.DataFrame:
        """Exports minus imports at basic prices plus export taxes: baseline, counterfactual, change, table's unit a year."""

        def balance(e: Equilibrium) -> Array:
            value = self._foreign * e.shipments * (1 + e.export_taxes)
            return value.sum((1, 2)) - value.sum((0, 2))

        return self._pair(balance(self.before), balance(self.after))

    @cached_property
    def exports(self) -> pd.DataFrame:
        """Exports at basic prices: baseline, counterfactual, change, in the table's unit a year."""
        return self._pair(*((self._foreign * e.shipments).sum((1, 2)) for e in (self.before, self.after)))

    @cached_property
    def imports(self) -> pd.DataFrame:
        """Imports before duties: baseline, counterfactual, change, in the table's unit a year."""
        return self._pair(*((self._foreign * e.shipments).sum((0, 2)) for e in (self.before, self.after)))

    @cached_property
    def world_real_income(self) -> float:
        """Sum of equivalent variations over world income, percent."""
        return float(100 * self.equivalent_variation.sum() / self.before.income.sum())

    def group_real_income(self, members: tuple[str, ...] | list[str]) -> float:
        """Real income of several regions together, percent: equivalent variations over their income."""
        index = [self.regions.index(m) for m in members]
        return float(100 * self.equivalent_variation.iloc[index].sum() / self.before.income[index].sum())

    @property
    def shadow_prices(self) -> pd.DataFrame:
        """One row a bound: the bound, how much of it is used, whether it binds, its price wedge, the rent it earns."""
        columns = {
            "measure": "measure",
            "bound": "bound",
            "used": "used",
            "binding": "binding",
            "price_wedge": "price wedge, %",
            "rent": f"rent, {self.before.economy.unit}",
            "rent_to": "rent to",
        }
        rows = [{name: getattr(s, key) for key, name in columns.items()} for s in self.shadows]
        return pd.DataFrame(rows, columns=list(columns.values()))

    # by region and sector -------------------------------------------------------------------------------------------

    @cached_property
    def prices(self) -> pd.DataFrame:
        """Buyers' price index by sector, with duties, percent; numeraire world factor income."""
        return self._sector(_percent(self.after.price, self.before.price))

    @cached_property
    def producer_prices(self) -> pd.DataFrame:
        """Unit cost (basic price) by sector, percent; numeraire world factor income."""
        return self._sector(_percent(self.after.unit_cost, self.before.unit_cost))

    @cached_property
    def output(self) -> pd.DataFrame:
        """Real output by sector (sales over producer price), percent; 0 where there is none."""
        after, before = self.after.output / self.after.unit_cost, self.before.output / self.before.unit_cost
        return self._sector(_percent(after, before))

    @cached_property
    def value_added(self) -> pd.DataFrame:
        """Nominal value added by sector, percent; numeraire world factor income."""
        return self._sector(_percent(self.after.value_added, self.before.value_added))

    @cached_property
    def employment(self) -> pd.DataFrame:
        """Labour used by sector in efficiency units (value added over its price), percent; what is out of work is not used."""
        after, before = self.after.value_added / self.after.wage, self.before.value_added / self.before.wage
        return self._sector(_percent(after, before))

    @cached_property
    def jobs(self) -> pd.DataFrame:
        """Change of jobs by sector, thousand persons: those who moved between sectors and, where wages have a floor, those who
        lost theirs (`unemployed_by_sector`).

        See `jobs.heads`. Raises `MissingEmployment` where the world does not say how many work where.
        """
        from detente.equilibrium.jobs import heads

        return self._sector(heads(self.after) - heads(self.before))

    @property
    def jobs_gained(self) -> pd.Series:
        """Jobs in sectors that grow, thousand persons. Raises `MissingEmployment`."""
        return self.jobs.clip(lower=0).sum(axis=1).rename("jobs gained, thousand")

    @property
    def jobs_lost(self) -> pd.Series:
        """Jobs in sectors that shrink, thousand persons, as a positive number. Raises `MissingEmployment`.

        Those who hold them move to sectors that grow, except as many as are `unemployed`.
        """
        return self.jobs.clip(upper=0).abs().sum(axis=1).rename("jobs lost, thousand")

    @cached_property
    def unemployed_by_sector(self) -> pd.DataFrame:
        """Change of persons out of work because wages stand on their floor, by the sector they are attached to, thousand.

        Zero where wages have no floor (`wage_floor` 1) or none stands on it. Raises `MissingEmployment`.
        """
        from detente.equilibrium.jobs import out_of_work

        return self._sector(out_of_work(self.after) - out_of_work(self.before))

    @property
    def unemployed(self) -> pd.Series:
        """Change of persons out of work because wages stand on their floor, thousand: jobs lost on balance where hours stand.

        Raises `MissingEmployment`.
        """
        return self.unemployed_by_sector.sum(axis=1).rename("out of work, thousand")

    @property
    def unemployment(self) -> pd.Series:
        """`unemployed` in percent of those at work before. Raises `MissingEmployment`."""
        from detente.equilibrium.jobs import heads

        return (100 * self.unemployed / heads(self.before).sum(1)).rename("out of work, % of those at work")

    @cached_property
    def real_value_added(self) -> pd.DataFrame:
        """Factor income by sector over consumer prices, percent: what owners and workers of the sector can buy."""
        after, before = (
            self.after.value_added / self.after.cpi[:, None],
            self.before.value_added / self.before.cpi[:, None],
        )
        return self._sector(_percent(after, before))

    # trade ----------------------------------------------------------------------------------------------------------

    @cached_property
    def trade(self) -> xr.Dataset:
        """Shipments before duties (origin × destination × sector), domestic included: baseline, counterfactual (table's unit a
        year) and volume, the percent change of the quantity delivered."""
        xr = need("xarray")

        dims = ("origin", "destination", "sector")
        delivered = self.after.shipments / (self.after.unit_cost[:, None, :] * self.after.iceberg)
        at_first = self.before.shipments / (self.before.unit_cost[:, None, :] * self.before.iceberg)
        unit = self.before.economy.unit
        return xr.Dataset(
            {
                "baseline": (dims, self.before.shipments, {"unit": unit}),
                "counterfactual": (dims, self.after.shipments, {"unit": unit}),
                "volume": (dims, _percent(delivered, at_first), {"unit": "% change of quantity"}),
            },
            coords={"origin": list(self.regions), "destination": list(self.regions), "sector": list(self.sectors)},
        )

    def basket(self, region: str) -> pd.DataFrame:
        """Cost of what households buy, one row a sector: share of spending before (%), price change (%), contribution (points).

        Prices are in the numeraire (world factor income) and, in the last column, against the local wage: what the item costs in
        hours of work. Local-currency prices lie between the two, depending on how far wages follow. Raises `UnknownRegion`.
        """
        n = self.regions.index(self._known(region))
        share = self.before.final[n] / self.before.final[n].sum()
        price = self.after.price[n] / self.before.price[n]
        wage = self.after.wage_index[n] / self.before.wage_index[n]
        columns = {
            "share of spending, %": 100 * share, "price, %": 100 * (price - 1),
            "contribution, points": 100 * share * np.log(price),
            "price in hours of work, %": 100 * (price / wage - 1),
        }  # fmt: skip
        return pd.DataFrame(columns, index=_labels(self.sectors, "sector")).sort_values("contribution, points", ascending=False)

    @cached_property
    def returns(self) -> pd.DataFrame:
        """Real reward of the factors tied to each sector, percent: its price of value added over consumer prices.

        With mobile labour (κ = ∞) it is the same in every sector of a region; with specific factors it is profit and rent, the
        short-run proxy for what markets would mark down.
        """
        after, before = self.after.wage / self.after.cpi[:, None], self.before.wage / self.before.cpi[:, None]
        return self._sector(np.where(self.before.output > 0, _percent(after, before), 0.0))

    def bilateral(self, sectors: tuple[str, ...] | list[str] | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Trade by pair (rows origin, columns destination) before and after, summed over `sectors` (all if None)."""
        chosen = slice(None) if sectors is None else [self.sectors.index(s) for s in sectors]
        return tuple(
            pd.DataFrame(e.shipments[:, :, chosen].sum(2), index=self.regions, columns=self.regions)
            for e in (self.before, self.after)
        )  # type: ignore[return-value]  # two of them

    def decompose(self, steps: int = 16, *, by_sector: bool = False) -> pd.DataFrame:
        """Where the change of real income comes from, in log points; see `decompose`."""
        from detente.equilibrium.decompose import decompose

        return decompose(self, steps, by_sector=by_sector)

    def gradient(self, objective: Any, wrt: Any = "tariffs") -> xr.DataArray:
        """Derivative of an objective (a region, weights by region, an `Objective`) in a family of levers; see `derivatives`."""
        from detente.equilibrium.derivatives import gradient

        return gradient(self, objective, wrt)

    # export ---------------------------------------------------------------------------------------------------------

    def to_frame(self) -> pd.DataFrame:
        """One row a region with every regional result; units in the column names."""
        unit = self.before.economy.unit
        columns = {
            s.name: s
            for s in (
                self.real_income,
                self.equivalent_variation,
                self.real_wage,
                self.wage,
                self.consumer_prices,
                self.terms_of_trade,
                self.volume_of_trade,
            )
        }
        frame = pd.DataFrame(columns)
        for name, pair in (
            ("tariff revenue", self.tariff_revenue),
            ("trade balance", self.trade_balance),
            ("exports", self.exports),
            ("imports", self.imports),
        ):
            frame[f"{name} before, {unit}"] = pair["baseline"]
            frame[f"{name} after, {unit}"] = pair["counterfactual"]
        return frame

    def sector_frame(self) -> pd.DataFrame:
        """One row a region and sector: percent changes of output, employment, prices, value added."""
        parts = {
            "output, %": self.output,
            "employment, %": self.employment,
            "buyers' prices, %": self.prices,
            "producer prices, %": self.producer_prices,
            "value added, %": self.value_added,
            "real value added, %": self.real_value_added,
        }
        index = pd.MultiIndex.from_product([self.regions, self.sectors], names=["region", "sector"])
        return pd.DataFrame({name: frame.to_numpy().ravel() for name, frame in parts.items()}, index=index)

    def to_dataset(self) -> xr.Dataset:
        """Regional and sectoral results and trade in one labelled dataset."""
        xr = need("xarray")

        regional = self.to_frame().rename_axis("region").to_xarray()
        sectoral = self.sector_frame().to_xarray()
        return xr.merge([regional, sectoral, self.trade], join="outer")

    @property
    def out_of_range(self) -> dict[str, float]:
        """Regions whose real income moves by more than `BEYOND` percent, most first: more than it was held against."""
        moves = {str(r): float(v) for r, v in self.real_income.items() if abs(float(v)) > BEYOND}
        return dict(sorted(moves.items(), key=lambda pair: -abs(pair[1])))

    def record(self) -> dict[str, Any]:
        """Status, units, regional results and provenance, ready for JSON."""
        by_region = ("real_income", "equivalent_variation", "real_wage", "wage", "consumer_prices")
        return {
            "status": self.status,
            "residual": self.residual,
            "clearing_gap": self.clearing_gap,
            "iterations": self.iterations,
            "data_year": self.before.economy.year,
            "units": {"money": f"{self.before.economy.unit} a year", "changes": "percent"},
            "world_real_income": self.world_real_income,
            **{key: getattr(self, key).to_dict() for key in by_region},
            "regions": {str(code): row for code, row in self.to_frame().to_dict(orient="index").items()},
            "shadow_prices": self.shadow_prices.to_dict(orient="records"),
            **({"out_of_range": list(self.out_of_range)} if self.out_of_range else {}),
            "provenance": dict(self.provenance),
        }

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write `to_frame()`."""
        write(path, table_csv(self.to_frame(), index_label="region"))

    # inside ---------------------------------------------------------------------------------------------------------

    @cached_property
    def _foreign(self) -> Array:
        n = len(self.regions)
        return np.broadcast_to(1.0 - np.eye(n)[:, :, None], (n, n, len(self.sectors)))

    @cached_property
    def _cost_ratio(self) -> Array:
        return self.after.unit_cost / self.before.unit_cost

    def _known(self, region: str) -> str:
        if region not in self.regions:
            raise UnknownRegion(region, {r: region_name(r) for r in self.regions})
        return region

    def _region(self, values: Array, name: str) -> pd.Series:
        return pd.Series(values, index=_labels(self.regions, "region"), name=name)

    def _sector(self, values: Array) -> pd.DataFrame:
        return pd.DataFrame(values, index=_labels(self.regions, "region"), columns=_labels(self.sectors, "sector"))

    def _pair(self, before: Array, after: Array) -> pd.DataFrame:
        columns = {"baseline": before, "counterfactual": after, "change": after - before}
        return pd.DataFrame(columns, index=_labels(self.regions, "region"))

    def __repr__(self) -> str:
        return (
            f"Outcome({self.status}, {len(self.regions)} regions × {len(self.sectors)} sectors, world real income "
            f"{self.world_real_income:+.3f} %, residual {self.residual:.0e}, {self.iterations} sweeps)"
        )


@lru_cache(maxsize=32)
def _labels(codes: tuple[str, ...], name: str) -> pd.Index:
    return pd.Index(codes, name=name)


def _ratio(top: Array, bottom: Array) -> Array:
    return np.divide(top, bottom, out=np.ones_like(top), where=bottom != 0)


def _percent(after: Array, before: Array) -> Array:
    return 100 * (_ratio(after, before) - 1)
