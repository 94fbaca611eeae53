"""Trade and duties by product as labelled arrays [origin, destination, sector] of a world, with a report of what was covered.

    flows = read_trade("BACI_HS92_Y2022_V202401b.csv")
    goods = trade_array(flows, world)          # million USD, of all economies of each region
    rates = duty_array(read_duties("wits.csv"), world, flows)
    world = with_duties(world, rates)

Sectors are those of the default world, or ISIC Rev.4 divisions as the OECD writes them (A01, C10T12), or any others where
`products` says which prefix of HS goes where. A region stands for its members; ROW, where the world has it, for everybody that
no region names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from detente.build.classification import sector_of
from detente.build.tables.industries import divisions
from detente.build.trade.concordance import concordance, subheadings
from detente.build.trade.economies import members
from detente.build.trade.files import Duties, Flows
from detente.errors import InputError, NoConcordance, UnknownSector
from detente.extras import need
from detente.types import Array
from detente.words import refusal
from detente.words.names import sector_table
from detente.world.world import World

if TYPE_CHECKING:
    import xarray as xr

REST = "ROW"
SHOWN = 12


@dataclass(frozen=True, eq=False)
class TradeReport:
    """How much of a file found a place in a world, by value (million USD), or by rows where the file has no values.

    `placed` + `no_sector` + `no_region` = `total`; `inside` is the part of `placed` between members of one region. `sectorless`
    and `homeless` are the products and economies left out, the largest first. `empty` are cells of goods, as a share, that
    nothing is known of: no trade for flows; for duties the world's own rate stands. `known`: of the sectors that a file of
    duties touches, the share of imports (of subheadings, where no flows are given) that it has a duty for; 1 for flows.
    """

    source: str
    year: int
    edition: str
    unit: str
    total: float
    placed: float
    inside: float
    no_sector: float
    no_region: float
    empty: float
    known: float
    known_of: str
    sectorless: tuple[str, ...]
    homeless: tuple[str, ...]
    notes: tuple[str, ...]

    def explain(self) -> str:
        """The report in words."""
        from detente.words import tell

        return tell(self)


@dataclass(frozen=True, eq=False)
class TradeArray:
    """`values` [origin, destination, sector] with labels, and the `report` of what it rests on."""

    values: xr.DataArray
    report: TradeReport


def trade_array(flows: Flows, world: World, *, products: Mapping[str, str] | None = None) -> TradeArray:
    """Trade in goods by region and sector, million USD of the file's year; the diagonal is trade inside a region of several
    members.

    `products`: prefix of HS → sector of the world, where its sectors are its own; the longest prefix wins. Raises
    `NoConcordance`, `UnknownSector`.
    """
    placed = _placed(flows.frame, world, products)
    values = np.zeros((len(world.regions), len(world.regions), len(world.sectors)))
    own = placed[placed["placed"]]
    np.add.at(values, (own["origin"], own["destination"], own["sector"]), own["value"] * own["share"])
    report = _report(flows, placed, "million USD", values == 0, world, 1.0, "imports")
    return TradeArray(_labelled(values, world, "million USD", flows.year), report)


def duty_array(
    duties: Duties, world: World, flows: Flows | None = None, *, products: Mapping[str, str] | None = None
) -> TradeArray:
    """Duties by region and sector as fractions; not a number where nothing is known.

    A cell is the mean over products and members, weighted with trade: of `flows`, else of the file itself, else every line
    alike. A rate on all (most favoured nation) stands for every exporter that has no rate of its own, and a rate of the
    European Union for its members. Raises `NoConcordance`, `UnknownSector`.
    """
    frame = _union(_everybody(_union(duties.frame), flows))
    if flows is not None:
        traded = flows.frame.groupby(["exporter", "importer", "product"], sort=False)["value"].sum().rename("traded")
        frame = frame.join(traded, on=["exporter", "importer", "product"])
        frame["value"] = frame.pop("traded").fillna(0.0)
    weighed = bool(frame["value"].notna().all()) and float(frame["value"].sum()) > 0
    if not weighed:
        frame["value"] = 1.0
    placed = _placed(frame, world, products)
    shape = (len(world.regions), len(world.regions), len(world.sectors))
    own = placed[placed["placed"]]
    place = (own["origin"].to_numpy(), own["destination"].to_numpy(), own["sector"].to_numpy())
    sums, weights, lines, plain = (np.zeros(shape) for _ in range(4))
    weight = own["value"] * own["share"]
    for array, added in (
        (sums, weight * own["rate"]),
        (weights, weight),
        (lines, own["share"]),
        (plain, own["share"] * own["rate"]),
    ):
        np.add.at(array, place, added.to_numpy())
    # where lines have duties and no trade, every line counts alike
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(weights > 0, sums / weights, plain / lines)
    values[np.arange(shape[0]), np.arange(shape[0])] = np.nan
    known = _known(duties, flows, own, world, products)
    report = _report(
        duties,
        placed,
        "million USD" if weighed else "rates",
        np.isnan(values),
        world,
        known,
        "subheadings" if flows is None else "imports",
    )
    return TradeArray(_labelled(values, world, "fraction", duties.year), report)


def with_duties(world: World, rates: xr.DataArray) -> World:
    """The world with these duties where they are numbers and its own elsewhere; shipments before duties stay as they are.

    What buyers pay changes with the duties, so every use of a good in a region is scaled with it, and the value added of a
    sector is what its inputs then leave. Raises `InputError` for other labels, and where inputs would cost more than a sector
    earns.
    """
    from detente.world.labelled import in_order, trade_axes

    given = np.broadcast_to(in_order(rates, trade_axes(world.regions, world.sectors), "rates"), world.tariff_rates.shape)
    tariffs = np.where(np.isnan(given), world.tariff_rates, given)
    paid = np.einsum("inj,inj->nj", (1 + tariffs) * (1 + world.export_tax_rates), world.shipments)
    dearer = np.divide(paid, world.expenditure, out=np.ones_like(paid), where=world.expenditure > 0)
    inputs = world.intermediate_use * dearer[:, :, None]
    value_added = world.output - inputs.sum(axis=1)
    if (value_added < 0).any():
        n, j = (int(k) for k in np.argwhere(value_added < 0)[0])
        raise InputError(refusal("build/trade", "costs_more", region=world.regions[n], sector=world.sectors[j]))
    return world.with_(tariff_rates=tariffs, intermediate_use=inputs, final_use=world.final_use * dearer, value_added=value_added)


# -- places ------------------------------------------------------------------------------------------------------------
def sector_shares(codes: pd.Index, world: World, products: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Columns `product`, `sector` (its place in the world) and `share`; a product without a sector has no row."""
    if products is not None:
        for prefix, sector in products.items():
            if sector not in world.sectors:
                raise UnknownSector(sector, list(world.sectors))
            if not (prefix.isdigit() and 2 <= len(prefix) <= 6):
                raise InputError(refusal("build/trade", "prefix", prefix=repr(prefix)))
        found = {c: {s: 1.0} for c in codes if (s := next((products[c[:n]] for n in range(6, 1, -1) if c[:n] in products), None))}
    else:
        found = _known_sectors(codes, world)
    rows = [(c, world.sectors.index(s), share) for c, to in found.items() for s, share in to.items()]
    return pd.DataFrame(rows, columns=["product", "sector", "share"])


def _known_sectors(codes: pd.Index, world: World) -> dict[str, dict[str, float]]:
    ours = [s for s in world.sectors if s in sector_table()]
    if len(ours) == len(world.sectors):
        return {c: {s: 1.0} for c in codes if (s := sector_of(c)) in world.sectors and s is not None}
    held = {prefix: s for s in world.sectors for prefix in divisions([s])}
    strange = [s for s in world.sectors if not divisions([s])]
    if strange:
        raise NoConcordance(refusal("build/trade", "sectors_unknown", sectors=", ".join(strange[:SHOWN])))
    groups = concordance("HS6", "ISIC4", edition="any")
    known = set(groups.codes)
    found: dict[str, dict[str, float]] = {}
    for code in codes:
        to: dict[str, float] = {}
        for group, share in (groups.map([code])[code] if code in known else {}).items():
            sector = next((held[group[:n]] for n in range(len(group), 1, -1) if group[:n] in held), None)
            if sector is not None:
                to[sector] = to.get(sector, 0.0) + share
        if to:
            found[code] = {s: share / sum(to.values()) for s, share in to.items()}
    return found


def _homes(world: World) -> dict[str, int]:
    """Economy → place of its region; REST for all others, where the world has it."""
    homes: dict[str, int] = {}
    for place, region in enumerate(world.regions):
        if region != REST:
            homes.update(dict.fromkeys((region, *members(region)), place))
    return homes


def _placed(frame: pd.DataFrame, world: World, products: Mapping[str, str] | None) -> pd.DataFrame:
    homes = _homes(world)
    rest = world.regions.index(REST) if REST in world.regions else -1
    sectors = sector_shares(pd.Index(frame["product"].unique()), world, products)
    placed = frame.merge(sectors, on="product", how="left")
    placed["origin"] = placed["exporter"].map(homes).fillna(rest).astype(int)
    placed["destination"] = placed["importer"].map(homes).fillna(rest).astype(int)
    known = placed["sector"].notna()
    placed["no_sector"], placed["share"] = ~known, placed["share"].fillna(1.0)
    placed["sector"] = placed["sector"].fillna(0).astype(int)
    placed["placed"] = known & (placed["origin"] >= 0) & (placed["destination"] >= 0)
    return placed


def _known(duties: Duties, flows: Flows | None, own: pd.DataFrame, world: World, products: Mapping[str, str] | None) -> float:
    """Of the sectors (and, with flows, the importers) that duties touch, the share that has one."""
    touched = set(own["sector"])
    if flows is None:
        every = sector_shares(pd.Index(sorted(subheadings(duties.edition))), world, products)
        whole = set(every.loc[every["sector"].isin(touched), "product"])
        return len(whole & set(own["product"])) / len(whole) if whole else 0.0
    placed = _placed(flows.frame[flows.frame["importer"].isin(set(own["importer"]))], world, products)
    placed = placed[placed["placed"] & placed["sector"].isin(touched) & (placed["origin"] != placed["destination"])]
    have = placed.merge(own[["exporter", "importer", "product"]].drop_duplicates(), on=["exporter", "importer", "product"])
    total = float((placed["value"] * placed["share"]).sum())
    return float((have["value"] * have["share"]).sum()) / total if total else 0.0


def _report(
    file: Flows | Duties, placed: pd.DataFrame, unit: str, unknown: Array, world: World, known: float, known_of: str
) -> TradeReport:
    weight = (placed["value"] * placed["share"]).fillna(0.0)
    homeless = ~placed["no_sector"] & ~placed["placed"]
    inside = placed["placed"] & (placed["origin"] == placed["destination"])
    homes = set(_homes(world))
    goods = np.bincount(placed.loc[placed["placed"], "sector"], minlength=len(world.sectors)) > 0
    across = ~np.eye(len(world.regions), dtype=bool)[:, :, None] & goods[None, None, :]
    lost = pd.concat(
        [weight[homeless & ~placed[side].isin(homes)].groupby(placed[side]).sum() for side in ("exporter", "importer")]
    )
    return TradeReport(
        source=file.source, year=file.year, edition=file.edition, unit=unit,
        total=float(weight.sum()), placed=float(weight[placed["placed"]].sum()), inside=float(weight[inside].sum()),
        no_sector=float(weight[placed["no_sector"]].sum()), no_region=float(weight[homeless].sum()),
        empty=float(unknown[np.broadcast_to(across, unknown.shape)].mean()) if goods.any() else 1.0,
        known=known,
        known_of=known_of, sectorless=_largest(weight[placed["no_sector"]].groupby(placed["product"]).sum()),
        homeless=_largest(lost.groupby(level=0).sum()), notes=file.notes,
    )  # fmt: skip


def _largest(sums: pd.Series[float]) -> tuple[str, ...]:
    return tuple(map(str, sums.sort_values(ascending=False).index[:SHOWN]))


def _union(frame: pd.DataFrame) -> pd.DataFrame:
    """Rates of the European Union as rates of its members, where a member has none of its own; none between members."""
    for side in ("importer", "exporter"):
        joint = frame[frame[side] == "EU27"]
        if joint.empty:
            continue
        each = pd.concat([joint.assign(**{side: m}) for m in members("EU27")])
        frame = pd.concat([frame[frame[side] != "EU27"], each]).drop_duplicates(["exporter", "importer", "product"])
    inside = frame["exporter"].isin(members("EU27")) & frame["importer"].isin(members("EU27"))
    return frame[(frame["exporter"] != frame["importer"]) & ~inside].reset_index(drop=True)


def _everybody(frame: pd.DataFrame, flows: Flows | None) -> pd.DataFrame:
    """Rates on all written out for every exporter: of the flows, else of everybody the file names or a region holds."""
    to_all = frame[frame["exporter"] == ""]
    if to_all.empty:
        return frame
    own = frame[frame["exporter"] != ""]
    if flows is not None:
        pairs = flows.frame[["exporter", "importer", "product"]].drop_duplicates()
        each = to_all.drop(columns="exporter").merge(pairs, on=["importer", "product"])
    else:
        from detente.words.names import region_table

        names = sorted({*own["exporter"], *frame["importer"], *(m for r in region_table() for m in members(r))} - {"", REST})
        each = to_all.drop(columns="exporter").merge(pd.DataFrame({"exporter": names}), how="cross")
        each = each[each["exporter"] != each["importer"]]
    return pd.concat([own, each[own.columns]]).drop_duplicates(["exporter", "importer", "product"]).reset_index(drop=True)


def _labelled(values: Array, world: World, unit: str, year: int) -> xr.DataArray:
    xr = need("xarray")

    coords = {"origin": list(world.regions), "destination": list(world.regions), "sector": list(world.sectors)}
    return xr.DataArray(values, coords=coords, dims=tuple(coords), attrs={"unit": unit, "year": year})
