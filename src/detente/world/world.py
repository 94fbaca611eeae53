"""`World`: one year of the world economy as a balanced input–output table with tariffs.

Every quantity is a flow in one currency unit a year. With τ the import tariff and x the export tax on top of which it is
levied, two identities hold in every cell to one part in 10⁹, or construction fails and names the cell:

    sales = costs       Σₙ T[i,n,j] = VA[i,j] + Σₖ U[i,k,j]
    supply = use        Σᵢ (1+τ)(1+x) T[i,n,k] = Σⱼ U[n,k,j] + F[n,k]

T shipments at basic prices, U spending on inputs and F final spending, both at purchasers' prices including duties.
Source of the layout: Dekle, Eaton and Kortum (2008); Caliendo and Parro (2015), with duties inside expenditure.

>>> from detente.world import toy_world
>>> world = toy_world()
>>> world.regions, world.sectors
(('AAA', 'BBB', 'CCC'), ('FARM', 'MAKE', 'SERVE'))
>>> bool(abs(world.deficits.sum()) < 1e-6)
True
"""

from __future__ import annotations

import dataclasses
import io
import json
import os
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from detente.errors import DetenteError, InputError, SourceError, UnbalancedTable, UnknownRegion, UnknownSector
from detente.extras import need
from detente.files import loads, sha256, whole
from detente.types import Array
from detente.words import refusal
from detente.words.currency import SCALE
from detente.words.names import region_name, sector_name
from detente.world.inventories import netted
from detente.world.labelled import in_order, trade_axes, unlabelled

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from detente.world.economy import Economy

FORMAT = 1
SMALLEST, LARGEST = 1e-60, 1e60
"""Bounds of a table's whole trade, in its unit."""
TOLERANCE = 1e-9
TABLES = (".csv", ".txt", ".tsv", ".xlsx", ".xls", ".parquet", ".har", ".gdx")
"""Endings of files that hold tables, and no world."""
FINAL = "FINAL"
"""Label of final use among users."""


def _frozen(values: ArrayLike, shape: tuple[int, ...], name: str, *, minimum: float | None = 0.0) -> Array:
    """A read-only float64 copy of the right shape, finite and not below `minimum`; the error names array and place."""
    array = np.array(values, dtype=np.float64)
    if array.shape != shape:
        raise InputError(refusal("world", "array_shape", array=name, shape=array.shape, wanted=shape))
    bad = ~np.isfinite(array) if minimum is None else ~(np.isfinite(array) & (array >= minimum))
    if bad.any():
        place = tuple(int(k) for k in np.argwhere(bad)[0])
        least = "" if minimum is None else f"{minimum:g}"
        cell = {"array": name, "place": list(place), "value": array[place], "cells": int(bad.sum())}
        raise InputError(refusal("world", "array_cell", least=least, **cell))
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class World:
    """A balanced world table. Make one with `World.from_flows`, `World.load` or `load_world`.

    Shapes: N regions, S sectors. `shipments`, `tariff_rates`, `export_tax_rates` [origin, destination, sector];
    `intermediate_use` [region, input, user]; `value_added` [region, sector]; `final_use` [region, sector].
    Flows in `unit` a year (millions of a currency, "million USD"), rates as fractions, `trade_elasticity` [sector] positive.
    `employed` [region, sector] in thousand persons, None where jobs are not known (`employment` has it with labels).
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    shipments: Array
    intermediate_use: Array
    value_added: Array
    final_use: Array
    tariff_rates: Array
    export_tax_rates: Array
    trade_elasticity: Array
    year: int
    unit: str = "million USD"
    name: str = "world"
    sources: tuple[str, ...] = ()
    card: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, Array] = field(default_factory=dict)
    employed: Array | None = None

    @classmethod
    def from_flows(
        cls,
        *,
        regions: Sequence[str],
        sectors: Sequence[str],
        shipments: ArrayLike,
        intermediate_use: ArrayLike,
        value_added: ArrayLike,
        final_use: ArrayLike,
        trade_elasticity: ArrayLike,
        tariff_rates: ArrayLike | None = None,
        export_tax_rates: ArrayLike | None = None,
        year: int,
        unit: str = "million USD",
        name: str = "world",
        sources: Sequence[str] = (),
        card: Mapping[str, Any] | None = None,
        extras: Mapping[str, ArrayLike] | None = None,
        employed: ArrayLike | None = None,
        net_inventories: bool = False,
    ) -> World:
        """Build and check a table from its flows (shapes and units as in the class).

        Labelled arrays (xarray, pandas) may be in any order, see `world.labelled`. Inventories that run down make a shipment or
        final use negative, which is refused; with `net_inventories` they are netted (see `world.inventories`) and the card says
        how much. Raises `InputError` for shapes, signs and labels, `UnbalancedTable` where an identity fails (names the cell).
        """
        regions, sectors = tuple(map(str, regions)), tuple(map(str, sectors))
        for what, labels in (("region", regions), ("sector", sectors)):
            twice = sorted({x for x in labels if labels.count(x) > 1})
            if twice:
                raise InputError(refusal("world", "labels_twice", what=what, labels=", ".join(twice)))
            if not labels:
                raise InputError(refusal("world", "none_at_all", what=what))
        if not str(unit).startswith(SCALE) or not str(unit).removeprefix(SCALE).strip():
            raise InputError(refusal("world", "unit_in_millions", unit=repr(unit)))
        n, s = len(regions), len(sectors)
        flows = (n, n, s)
        trade, by_sector = trade_axes(regions, sectors), (("region", regions), ("sector", sectors))
        shipments, tariff_rates, export_tax_rates = (
            in_order(values, trade, what)
            for values, what in (
                (shipments, "shipments"), (tariff_rates, "tariff_rates"), (export_tax_rates, "export_tax_rates"),
            )
        )  # fmt: skip
        used = (("region", regions), ("input", sectors), ("user", sectors))
        intermediate_use = in_order(intermediate_use, used, "intermediate_use")
        value_added, final_use, employed = (
            in_order(values, by_sector, what)
            for values, what in ((value_added, "value_added"), (final_use, "final_use"), (employed, "employed"))
        )
        trade_elasticity = in_order(trade_elasticity, by_sector[1:], "trade_elasticity")
        theta = np.broadcast_to(np.asarray(trade_elasticity, dtype=np.float64), (s,))
        if not (np.isfinite(theta) & (theta > 0)).all():
            raise InputError(refusal("world", "elasticity"))
        card = dict(card or {})
        if net_inventories:
            rates, taxes = _rates(tariff_rates, flows, "tariff_rates"), _rates(export_tax_rates, flows, "export_tax_rates")
            found = netted(
                _frozen(shipments, flows, "shipments", minimum=None), _frozen(final_use, (n, s), "final_use", minimum=None),
                _frozen(value_added, (n, s), "value_added", minimum=None), (1 + rates) * (1 + taxes),
            )  # fmt: skip
            shipments, final_use, value_added = found.shipments, found.final_use, found.value_added
            card["inventories netted"] = {"amount": found.amount, "unit": unit, "cells": found.cells}
        world = cls(
            regions=regions,
            sectors=sectors,
            shipments=_no_stock(shipments, flows, "shipments"),
            intermediate_use=_frozen(intermediate_use, (n, s, s), "intermediate_use"),
            value_added=_frozen(value_added, (n, s), "value_added"),
            final_use=_no_stock(final_use, (n, s), "final_use"),
            tariff_rates=_rates(tariff_rates, flows, "tariff_rates"),
            export_tax_rates=_rates(export_tax_rates, flows, "export_tax_rates"),
            trade_elasticity=_frozen(theta, (s,), "trade_elasticity"),
            year=int(year),
            unit=unit,
            name=name,
            sources=tuple(sources),
            card=card,
            extras={k: _extra(v, k, regions) for k, v in (extras or {}).items()},
            employed=None if employed is None else _frozen(employed, (n, s), "employed"),
        )
        world.check()
        return world

    @classmethod
    def from_pymrio(
        cls, system: Any, *, year: int, trade_elasticity: ArrayLike, unit: str = "million USD", **options: Any
    ) -> World:
        """A world of an `IOSystem` of pymrio (its Z and Y, flows in `unit`); see `world.from_pymrio` for what is done to it.

        `trade_elasticity`: one number, or one a sector (by label, or in pymrio's order). Further options: those of `from_flows`.
        Raises `InputError` where Z and Y are not there or not of the same regions and sectors.
        """
        from detente.world.from_pymrio import flows_of

        return cls.from_flows(**flows_of(system), year=year, trade_elasticity=trade_elasticity, unit=unit, **options)

    # accounting -----------------------------------------------------------------------------------------------------

    @cached_property
    def duty_factor(self) -> Array:
        """(1+τ)(1+x) [origin, destination, sector]."""
        return (1 + self.tariff_rates) * (1 + self.export_tax_rates)

    @cached_property
    def output(self) -> Array:
        """Gross output at basic prices [region, sector], Σₙ T."""
        return self.shipments.sum(axis=1)

    @cached_property
    def expenditure(self) -> Array:
        """Spending including duties [region, sector], Σᵢ (1+τ)(1+x) T."""
        return np.einsum("inj,inj->nj", self.duty_factor, self.shipments)

    @cached_property
    def tariff_revenue(self) -> Array:
        """Import duties collected [region], Σ τ(1+x) T."""
        return np.einsum("inj,inj->n", self.tariff_rates * (1 + self.export_tax_rates), self.shipments)

    @cached_property
    def export_tax_revenue(self) -> Array:
        """Export taxes collected [region of origin], Σ x T."""
        return np.einsum("inj,inj->i", self.export_tax_rates, self.shipments)

    @cached_property
    def deficits(self) -> Array:
        """Transfers from abroad, D = final spending − factor income − duties [region]; sums to zero."""
        return self.final_use.sum(1) - self.value_added.sum(1) - self.tariff_revenue - self.export_tax_revenue

    def check(self, tolerance: float = TOLERANCE) -> float:
        """Largest relative gap of the two identities; raises `UnbalancedTable` naming the worst cell above `tolerance`, and where
        all trade together is no sum of money in any unit (so small or large that products of cells leave what numbers hold)."""
        total = float(self.shipments.sum())
        if not SMALLEST < total < LARGEST:
            raise UnbalancedTable(refusal("world", "no_sum_of_money", total=f"{total:.3g}", unit=self.unit))
        floor = 1e-15 * max(float(self.shipments.sum()), 1e-300)
        worst = 0.0
        identities = (
            ("sales", "costs", self.output, self.value_added + self.intermediate_use.sum(axis=1)),
            ("supply", "use", self.expenditure, self.intermediate_use.sum(axis=2) + self.final_use),
        )
        for left_name, right_name, left, right in identities:
            gap = np.abs(left - right) / np.maximum(np.maximum(np.abs(left), np.abs(right)), floor)
            n, j = (int(k) for k in np.unravel_index(gap.argmax(), gap.shape))
            if not gap[n, j] <= tolerance:
                raise UnbalancedTable(
                    refusal(
                        "world",
                        "unbalanced",
                        region=self.regions[n],
                        sector=self.sectors[j],
                        left=left_name,
                        left_value=f"{left[n, j]:,.6g}",
                        right=right_name,
                        right_value=f"{right[n, j]:,.6g}",
                        unit=self.unit,
                        gap=f"{gap[n, j]:.1e}",
                        allowed=f"{tolerance:.0e}",
                        cells=int((gap > tolerance).sum()),
                    )
                )
            worst = max(worst, float(gap[n, j]))
        return worst

    # labels ---------------------------------------------------------------------------------------------------------

    @property
    def trade(self) -> xr.DataArray:
        """Shipments with labels (origin × destination × sector), in `unit`, domestic sales included."""
        xr = need("xarray")

        coords = {"origin": list(self.regions), "destination": list(self.regions), "sector": list(self.sectors)}
        attributes = {"unit": self.unit, "year": self.year, "long_name": "shipments at basic prices, before duties"}
        return xr.DataArray(self.shipments, coords=coords, dims=tuple(coords), name="trade", attrs=attributes)

    @property
    def employment(self) -> xr.DataArray:
        """Persons at work with labels (region × sector), thousand. Raises `MissingEmployment` where the world does not say."""
        xr = need("xarray")

        from detente.world.employment import counted

        employed = counted(self.employed, self.name)
        coords = {"region": list(self.regions), "sector": list(self.sectors)}
        attributes = {"unit": "thousand persons", "year": self.year, "long_name": "persons at work"}
        return xr.DataArray(employed, coords=coords, dims=tuple(coords), name="employment", attrs=attributes)

    def region_index(self, code: str) -> int:
        """Position of a region; raises `UnknownRegion` with a suggestion."""
        try:
            return self.regions.index(code)
        except ValueError:
            raise UnknownRegion(code, {r: region_name(r) for r in self.regions}) from None

    def sector_index(self, code: str) -> int:
        """Position of a sector; raises `UnknownSector` with a suggestion."""
        try:
            return self.sectors.index(code)
        except ValueError:
            raise UnknownSector(code, {s: sector_name(s) for s in self.sectors}) from None

    # changes --------------------------------------------------------------------------------------------------------

    def with_(self, **changes: Any) -> World:
        """A copy with some fields replaced, checked again."""
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        unknown = sorted(set(changes) - set(fields))
        if unknown:
            raise InputError(refusal("world", "no_such_field", unknown=", ".join(unknown), fields=", ".join(fields)))
        return World.from_flows(**{**fields, **changes})

    def with_employment(self, table: pd.DataFrame | xr.DataArray | str | os.PathLike[str]) -> World:
        """A copy with jobs by region and sector, thousand persons: a labelled table (regions in rows) or a CSV file of one.

        Order does not matter. Raises `UnknownRegion`, `UnknownSector`, `InputError` for a label missing or what is no count.
        """
        from detente.world.employment import aligned

        return self.with_(employed=aligned(table, self))

    def economy(self) -> Economy:
        """The table as shares, ready to solve."""
        from detente.world.economy import Economy

        return Economy.from_world(self)

    def aggregate(
        self,
        regions: Mapping[str, Sequence[str]] | None = None,
        sectors: Mapping[str, Sequence[str]] | None = None,
    ) -> World:
        """Sum groups of regions or sectors ({new: [old, …]}); what no group names is kept as it is.

        Duties stay revenue-exact: an aggregate rate is duty paid over the value it is paid on. The trade elasticity of a
        grouped sector is the mean weighted by world trade across borders. Raises `UnknownRegion`, `UnknownSector`,
        or `InputError` when a name is used twice.
        """
        to_region, new_regions = _grouping(self.regions, regions, self.region_index)
        to_sector, new_sectors = _grouping(self.sectors, sectors, self.sector_index)
        shipments = np.einsum("Ai,Bn,Cj,inj->ABC", to_region, to_region, to_sector, self.shipments, optimize=True)

        def collapse(values: Array) -> Array:
            return np.einsum("Ai,Bn,Cj,inj->ABC", to_region, to_region, to_sector, values, optimize=True)

        export_tax = collapse(self.export_tax_rates * self.shipments)
        duty = collapse(self.tariff_rates * (1 + self.export_tax_rates) * self.shipments)
        export_rates = _ratio(export_tax, shipments)
        tariff_rates = _ratio(duty, shipments + export_tax)
        across = self.shipments.copy()
        across[np.arange(len(self.regions)), np.arange(len(self.regions)), :] = 0
        weights = across.sum((0, 1)) + 1e-12 * self.shipments.sum((0, 1)) + 1e-300
        theta = (to_sector @ (weights * self.trade_elasticity)) / (to_sector @ weights)
        return World.from_flows(
            regions=new_regions,
            sectors=new_sectors,
            shipments=shipments,
            intermediate_use=np.einsum(
                "An,Ck,Dj,nkj->ACD", to_region, to_sector, to_sector, self.intermediate_use, optimize=True
            ),
            value_added=to_region @ self.value_added @ to_sector.T,
            final_use=to_region @ self.final_use @ to_sector.T,
            trade_elasticity=theta,
            tariff_rates=tariff_rates,
            export_tax_rates=export_rates,
            year=self.year,
            unit=self.unit,
            name=f"{self.name}, aggregated",
            sources=self.sources,
            card=self.card,
            extras={k: np.tensordot(to_region, v, axes=1) for k, v in self.extras.items()},
            employed=None if self.employed is None else to_region @ self.employed @ to_sector.T,
        )

    def split_sector(
        self,
        sector: str,
        new: str,
        *,
        supply_share: ArrayLike,
        use_share: ArrayLike,
        trade_elasticity: float | None = None,
    ) -> World:
        """Cut `new` out of `sector`: `new` takes `supply_share[origin]` of every shipment of `sector` by that origin.

        `use_share[region, user]` says how intensively each user's spending on `sector` is on `new` (last column: final use,
        "FINAL"); it is scaled region by region so that spending on `new` equals its supply there. Raises `InputError` where that
        would take more than all of a user's spending.
        Production of `new` uses inputs and jobs in the proportions of `sector`. All identities keep holding.
        Shapes: supply_share [N], use_share [N, S+1], shares in [0, 1].
        """
        j, n, s = self.sector_index(sector), len(self.regions), len(self.sectors)
        if new in self.sectors:
            raise InputError(refusal("world", "sector_exists", sector=repr(new)))
        supply_share = in_order(supply_share, (("region", self.regions),), "supply_share")
        use_share = in_order(use_share, (("region", self.regions), ("user", (*self.sectors, FINAL))), "use_share")
        supply = _frozen(np.broadcast_to(supply_share, (n,)), (n,), "supply_share")
        use = _frozen(np.broadcast_to(use_share, (n, s + 1)), (n, s + 1), "use_share")
        if supply.max() > 1 or use.max() > 1:
            raise InputError(refusal("world", "shares_range"))

        def insert(values: Array, axis: int, cut: Array) -> Array:
            kept = values.copy()
            index = [slice(None)] * values.ndim
            index[axis] = j  # type: ignore[call-overload]
            kept[tuple(index)] -= cut
            return np.insert(kept, j + 1, cut, axis=axis)

        shipments = insert(self.shipments, 2, supply[:, None] * self.shipments[:, :, j])
        rates = np.insert(self.tariff_rates, j + 1, self.tariff_rates[:, :, j], axis=2)
        export_rates = np.insert(self.export_tax_rates, j + 1, self.export_tax_rates[:, :, j], axis=2)
        bought = np.einsum("in,in,in->n", 1 + rates[:, :, j + 1], 1 + export_rates[:, :, j + 1], shipments[:, :, j + 1])
        spending = np.concatenate([self.intermediate_use[:, j, :], self.final_use[:, j : j + 1]], axis=1)
        wanted = use * spending
        total = wanted.sum(1)
        if (
            np.where(total > 0, bought / np.maximum(total, 1e-300), np.where(bought > 0, np.inf, 0)) * use.max(1) > 1 + 1e-12
        ).any():
            raise InputError(refusal("world", "use_share_too_small", sector=sector, new=new))
        taken = wanted * np.divide(bought, total, out=np.zeros(n), where=total > 0)[:, None]
        use_rows = insert(self.intermediate_use, 1, taken[:, :s])
        use_all = insert(use_rows, 2, supply[:, None] * use_rows[:, :, j])
        return World.from_flows(
            regions=self.regions,
            sectors=(*self.sectors[: j + 1], new, *self.sectors[j + 1 :]),
            shipments=shipments,
            intermediate_use=use_all,
            value_added=insert(self.value_added, 1, supply * self.value_added[:, j]),
            final_use=insert(self.final_use, 1, taken[:, s]),
            trade_elasticity=np.insert(self.trade_elasticity, j + 1, trade_elasticity or self.trade_elasticity[j]),
            tariff_rates=rates,
            export_tax_rates=export_rates,
            year=self.year,
            unit=self.unit,
            name=self.name,
            sources=self.sources,
            card=self.card,
            extras=self.extras,
            employed=None if self.employed is None else insert(self.employed, 1, supply * self.employed[:, j]),
        )

    # files ----------------------------------------------------------------------------------------------------------

    @cached_property
    def fingerprint(self) -> str:
        """First 16 hex digits of a SHA-256 over labels, flows and rates: worlds with the same have the same equilibria."""
        labels = json.dumps([self.regions, self.sectors, self.year, self.unit]).encode()
        return sha256(labels, *(np.ascontiguousarray(getattr(self, key)).tobytes() for key in _ARRAYS))[:16]

    @cached_property
    def extras_digest(self) -> str:
        """SHA-256 over the arrays that are no part of an equilibrium: population, employment and the like."""
        return sha256(*(part for key, value in sorted(self.extras.items()) for part in (key.encode(), value.tobytes())))

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write one npz file (arrays and a JSON header; no pickles). The same world gives the same bytes."""
        path = Path(path)
        header = {
            "format": FORMAT, "regions": self.regions, "sectors": self.sectors, "year": self.year, "unit": self.unit,
            "name": self.name, "sources": self.sources, "card": self.card, "extras": sorted(self.extras),
        }  # fmt: skip
        arrays = {key: getattr(self, key) for key in _ARRAYS}
        arrays |= {f"extra_{key}": value for key, value in self.extras.items()}
        if self.employed is not None:
            arrays["employed"] = self.employed
        arrays["header"] = np.frombuffer(json.dumps(header, ensure_ascii=False, sort_keys=True).encode(), dtype=np.uint8)
        with whole(path) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for key in sorted(arrays):
                buffer = io.BytesIO()
                np.lib.format.write_array(buffer, np.ascontiguousarray(arrays[key]), allow_pickle=False)
                # a fixed date keeps the file the same from one build to the next
                member = zipfile.ZipInfo(f"{key}.npy", date_time=(1980, 1, 1, 0, 0, 0))
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, buffer.getvalue())
        return path

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> World:
        """Read what `save` wrote; raises `SourceError` when the file is missing or is not a world."""
        path = Path(path)
        if path.is_file() and path.suffix.lower() in TABLES:
            raise SourceError(refusal("world", "table_not_world", path=path))
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
                header = loads(data["header"].tobytes().decode())
                arrays = {key: data[key] for key in _ARRAYS}
                if odd := [key for key, values in arrays.items() if values.dtype.kind not in "fiu"]:
                    raise ValueError(f"{odd[0]} holds no numbers")
                extras = {key: data[f"extra_{key}"] for key in header["extras"]}
                employed = data.get("employed")
            if header["format"] != FORMAT:
                raise SourceError(refusal("world", "world_format", path=path, format=header["format"], known=FORMAT))
            keys = ("regions", "sectors", "year", "unit", "name", "sources", "card")
            return cls.from_flows(**{k: header[k] for k in keys}, **arrays, extras=extras, employed=employed)
        except FileNotFoundError:
            raise SourceError(refusal("world", "no_world_file", path=path)) from None
        except DetenteError:
            raise
        except _DAMAGE as error:
            raise SourceError(refusal("world", "not_a_world_file", path=path, fault=error)) from None

    def __repr__(self) -> str:
        return f"World({self.name!r}, {self.year}, {len(self.regions)} regions × {len(self.sectors)} sectors, {self.unit})"


_ARRAYS = (
    "shipments", "intermediate_use", "value_added", "final_use", "tariff_rates", "export_tax_rates", "trade_elasticity",
)  # fmt: skip


_DAMAGE = (
    OSError, KeyError, ValueError, TypeError, AttributeError, EOFError, MemoryError, RuntimeError, SyntaxError, struct.error,
    zlib.error, zipfile.BadZipFile, tokenize.TokenError,
)  # fmt: skip
"""What reading an npz file of damaged bytes raises."""


def _no_stock(values: ArrayLike, shape: tuple[int, ...], name: str) -> Array:
    """As `_frozen`; the refusal of a negative cell says how inventories are netted."""
    array = _frozen(values, shape, name, minimum=None)
    if (array < 0).any():
        try:
            return _frozen(values, shape, name)
        except InputError as error:
            raise InputError(refusal("world", "negative_stock", told=error.args[0])) from None
    return array


def _rates(values: ArrayLike | None, shape: tuple[int, ...], name: str) -> Array:
    return _frozen(np.zeros(shape) if values is None else values, shape, name, minimum=-0.999)


def _extra(values: ArrayLike, name: str, regions: Sequence[str]) -> Array:
    n = len(regions)
    if isinstance(values, Mapping) or getattr(values, "ndim", 0) == 1:
        values = in_order(values, (("region", regions),), f"extra {name!r}")
    array = np.array(unlabelled(values, f"extra {name!r}"), dtype=np.float64)
    if array.ndim < 1 or array.shape[0] != n:
        raise InputError(refusal("world", "extra_shape", extra=repr(name), n=n, shape=array.shape))
    array.setflags(write=False)
    return array


def _ratio(top: Array, bottom: Array) -> Array:
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


def _grouping(labels: tuple[str, ...], groups: Mapping[str, Sequence[str]] | None, index: Any) -> tuple[Array, tuple[str, ...]]:
    """Indicator matrix new × old and the new labels, in the order of their first member."""
    owner: dict[int, str] = {}
    for new, members in (groups or {}).items():
        for member in [members] if isinstance(members, str) else members:
            old = index(member)
            if old in owner:
                raise InputError(refusal("world", "two_groups", member=member, first=owner[old], second=new))
            owner[old] = new
    target = [owner.get(k, label) for k, label in enumerate(labels)]
    clash = [label for k, label in enumerate(labels) if k not in owner and label in set(owner.values())]
    if clash:
        raise InputError(refusal("world", "new_name_taken", label=clash[0]))
    new_labels = tuple(dict.fromkeys(target))
    matrix = np.zeros((len(new_labels), len(labels)))
    for k, label in enumerate(target):
        matrix[new_labels.index(label), k] = 1
    return matrix, new_labels
