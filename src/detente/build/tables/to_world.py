"""A published table as a world: grouped to the default codes or as it is, balanced, with a card of all that was done to it.

What such a table does not have is taken from the default world, label by label, and the card says so: trade elasticities of the
sectors an industry belongs to (5, the handbook's for services, where its code is not known), import tariffs of the regions an
economy belongs to. Duties come on top: they raise what is spent on final use, for the table is at basic prices.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from detente.build.classification import region_members
from detente.build.imputation import Balanced, balance
from detente.build.sources import data_table
from detente.build.tables.industries import economy_of, sectors_of
from detente.build.tables.table import Table
from detente.errors import InputError
from detente.types import Array
from detente.world.interindustry import flows
from detente.world.inventories import netted
from detente.world.library import DEFAULT, load_world
from detente.world.world import World

JOIN = "+"
"""Between sectors of the default world that one industry of a table holds parts of."""


Places = Callable[[str], tuple[str, ...]]
"""Sectors of the default world that an industry holds parts of, by its code."""
Groups = dict[str, tuple[str, ...]]


def groups(regions: Sequence[str], sectors: Sequence[str], places: Places = sectors_of) -> tuple[Groups, Groups]:
    """Regions and sectors of the default world → those of a table that count as them; what has no place keeps its code."""
    homes = {member: region for region, members in region_members().items() for member in members}
    whole: dict[str, list[str]] = {}
    for code in regions:
        economy = economy_of(code)
        whole.setdefault(homes.get(economy, economy), []).append(code)
    kinds: dict[str, list[str]] = {}
    for code in sectors:
        kinds.setdefault(JOIN.join(places(code)) or code, []).append(code)
    return {k: tuple(v) for k, v in whole.items()}, {k: tuple(v) for k, v in kinds.items()}


def world_of(table: Table, *, full: bool = False, tariffs: bool = True, rare_earths: bool = True, name: str = "") -> World:
    """The world of a table; `full` keeps its economies and industries. Raises `InputError` where no world can be made of it.

    `tariffs`: levy the default world's; without them trade is free. `rare_earths`: cut them out of a grouped table's metals.
    """
    regions, _ = groups(table.regions, table.sectors)
    made = flows(table.flows, table.final.sum(axis=3))
    stock = netted(made.shipments, made.final_use, made.value_added, np.ones_like(made.shipments))
    rates = _rates(table, regions) if tariffs else np.zeros_like(stock.shipments)
    even = balance(stock.shipments, made.intermediate_use, stock.final_use, rates)
    whole = max(float(even.shipments.sum()), 1e-300)
    card: dict[str, Any] = {
        "title": table.source,
        "file": table.file,
        "unit": table.unit,
        "regions": len(table.regions),
        "sectors": len(table.sectors),
        "balance": {"largest gap of a total": table.gap, "no totals in the file for": list(table.unchecked)},
        "taxes and margins counted as value added": float(table.taxes.sum()),
        "taxes on final use left out": float(table.final_taxes.sum()),
        "negative sales to industries": {"amount": made.clipped, "cells": made.cells},
        "inventories netted": {"amount": stock.amount, "unit": table.unit, "cells": stock.cells},
        "inputs moved to final use": {"amount": even.moved, "cells": len(even.cells)},
        "tiny flows dropped": even.dropped,
        "changed, part of output": (made.clipped + stock.amount + even.moved + even.dropped) / whole,
        "doubts": list(table.doubts),
        "tariffs": DEFAULT if tariffs else "none",
    }
    return grouped(
        even, rates, table.regions, table.sectors, sectors_of, card, full=full, rare_earths=rare_earths, year=table.year,
        unit=table.unit, name=name or f"{table.source} {table.year}", source=f"{table.source}, {table.year}",
    )  # fmt: skip


def grouped(
    even: Balanced,
    rates: Array,
    economies: Sequence[str],
    industries: Sequence[str],
    places: Places,
    card: Mapping[str, Any],
    *,
    full: bool,
    rare_earths: bool,
    year: int,
    unit: str,
    name: str,
    source: str,
) -> World:
    """The world of balanced flows, grouped to the codes of the default world unless `full`; the card says how.

    Shapes as in `World`, by `economies` and `industries`; `rates` of duty as fractions. Raises `InputError`.
    """
    regions, sectors = groups(economies, industries, places)
    theta, unknown = _elasticities(industries, places)
    told = {
        "trade elasticities": DEFAULT,
        "industries without a known code": unknown,
        "grouped": None if full else {"regions": _lists(regions), "sectors": _lists(sectors)},
    }
    world = World.from_flows(
        regions=economies,
        sectors=industries,
        shipments=even.shipments,
        intermediate_use=even.intermediate_use,
        value_added=even.value_added,
        final_use=even.final_use,
        tariff_rates=np.where(even.shipments > 0, rates, 0.0),
        trade_elasticity=theta,
        year=year,
        unit=unit,
        name=name,
        sources=[source],
        card={**card, **told},
    )
    if full:
        return world
    small = world.aggregate(
        regions={k: v for k, v in regions.items() if v != (k,)}, sectors={k: v for k, v in sectors.items() if v != (k,)}
    ).with_(name=world.name)
    return with_rare_earths(small) if rare_earths else small


RARE_EARTHS, METALS = "RER", "NFM"
FLATTER = (0.0, 0.01, 0.1, 0.5, 1.0)
"""How far users are made alike, tried in turn: where a region's users buy too little metal for their shares to be held."""


def with_rare_earths(world: World) -> World:
    """`world` with rare earths cut out of non-ferrous metals by the shares of the default world; as it is where it cannot be.

    Every region's shipments of metals hold the part of rare earths they have in the default world, and so does the spending of
    each user, scaled to what is shipped. The card says which sector they are cut from, or why they are not.
    """
    shipped = load_world(DEFAULT)
    parent = next((s for s in world.sectors if METALS in s.split(JOIN)), None)
    if parent is None or RARE_EARTHS in world.sectors:
        return world.with_(card={**world.card, "rare earths": "no sector of non-ferrous metals to cut them from"})
    here = [shipped.regions.index(r) if r in shipped.regions else -1 for r in world.regions]
    at = shipped.sectors.index(RARE_EARTHS)
    among = [at, *(shipped.sectors.index(s) for s in parent.split(JOIN))]
    made = _part(shipped.output[:, at], shipped.output[:, among].sum(axis=1))
    spent = np.concatenate([shipped.intermediate_use, shipped.final_use[:, :, None]], axis=2)  # [region, input, user and final]
    used = _part(spent[:, at], spent[:, among].sum(axis=1))
    users = [[shipped.sectors.index(s) for s in user.split(JOIN) if s in shipped.sectors] for user in world.sectors]
    users.append([-1])  # final use
    by_user = np.stack([used[:, u].mean(axis=1) if u else np.zeros(len(used)) for u in users], axis=1)
    supply = np.array([made[k] if k >= 0 else 0.0 for k in here])
    use = np.stack([by_user[k] if k >= 0 else np.zeros(len(users)) for k in here])
    mean = use.mean(axis=1, keepdims=True)
    mean = np.where(mean > 0, mean, 1.0)
    theta = float(shipped.trade_elasticity[at])
    for flat in FLATTER:
        shares = (1 - flat) * use + flat * mean
        try:
            split = world.split_sector(parent, RARE_EARTHS, supply_share=supply, use_share=shares, trade_elasticity=theta)
        except InputError:
            continue
        told = {"cut from": parent, "shares of": DEFAULT, "users alike, part": flat}
        return split.with_(card={**world.card, "rare earths": told})
    return world.with_(card={**world.card, "rare earths": f"{parent} cannot hold them"})


def _part(some: Array, whole: Array) -> Array:
    return np.divide(some, whole, out=np.zeros_like(whole), where=whole > 0)


def _lists(found: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    return {k: list(v) for k, v in found.items()}


def _elasticities(industries: Sequence[str], places: Places = sectors_of) -> tuple[list[float], list[str]]:
    """Trade elasticity of every industry, the mean over the sectors it holds; and the industries no sector is known for."""
    shipped = load_world(DEFAULT)
    known = dict(zip(shipped.sectors, shipped.trade_elasticity.tolist(), strict=True))
    other = float(data_table("elasticities.yaml")["services"]["theta"])
    held = {code: [known[s] for s in places(code) if s in known] for code in industries}
    theta = [float(np.mean(held[code])) if held[code] else other for code in industries]
    return theta, [code for code in industries if not held[code]]


def _rates(table: Table, regions: Mapping[str, Sequence[str]]) -> Array:
    """Import tariffs [origin, destination, sector] of the default world, by the regions and sectors that labels belong to.

    Within a region of the default world nothing is levied between different economies unless that region levies it on itself.
    """
    shipped = load_world(DEFAULT)
    home = {code: region for region, members in regions.items() for code in members}
    place = [shipped.regions.index(home[c]) if home[c] in shipped.regions else -1 for c in table.regions]
    rates = np.zeros((len(table.regions), len(table.regions), len(table.sectors)))
    pairs = np.ix_([p for p in place if p >= 0], [p for p in place if p >= 0])
    here = [k for k, p in enumerate(place) if p >= 0]
    for j, code in enumerate(table.sectors):
        held = [shipped.sectors.index(s) for s in sectors_of(code) if s in shipped.sectors]
        if held:
            worth = shipped.shipments[:, :, held]
            paid = (worth * shipped.tariff_rates[:, :, held]).sum(axis=2)
            mean = np.divide(paid, worth.sum(axis=2), out=np.zeros_like(paid), where=worth.sum(axis=2) > 0)
            rates[np.ix_(here, here, [j])] = mean[pairs][:, :, None]
    n = np.arange(len(table.regions))
    rates[n, n] = 0.0
    return rates
