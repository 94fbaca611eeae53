"""Reliance on foreign inputs and on foreign markets: at face value, and looking through the chains of supply.

With A the inputs bought at home and abroad in a unit of every output (`world.chains`), z the output of what is asked about (a
sector of a region, or all its sectors in their proportions) and i an economy:

    inputs, face value     (A z)ᵢ / Σ A z                        who sells the inputs
    inputs, look-through   (L z − z)ᵢ / Σ (L z − z),  L = (1 − A)⁻¹   whose gross output goes into them, at all stages
    hidden                 look-through − face value, in points   what face value does not show (below zero: a stage on the way)
    through m              (L (A z)ₘ)ᵢ / Σ (L z − z)              of the reliance on i, what comes with purchases from m
    sales, face value      shipments to a / output                who buys
    sales, look-through    (L f_a) / output                       in whose final demand the output ends, f_a what a finally buys

Shares of all economies, home included, sum to one; that of all but home is the foreign input reliance (FIR) and the foreign
market reliance (FMR). A firm of an importer is taken to buy an input from the origins in the proportions of all its buyers,
final ones included, as the table does not say more (assumption A190).

Source: Baldwin and Freeman, "Risks and global supply chains: what we know and what we need to know", Annual Review of
Economics 14 (2022), https://doi.org/10.1146/annurev-economics-051420-113737; Baldwin, Freeman and Theodorakopoulos, "Hidden
exposure: measuring US supply chain reliance", Brookings Papers on Economic Activity, Fall 2023,
https://www.nber.org/papers/w31820. Sales are followed to final buyers, so that shares are of all output.

>>> from detente.world import toy_world
>>> chains = Chains.of(toy_world())
>>> input_reliance(chains, "CCC", "MAKE").round(1).loc["AAA"].to_dict()
{'face value, %': 16.0, 'look-through, %': 23.5, 'hidden, points': 7.5}
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from detente.errors import UnknownSector
from detente.types import Array
from detente.words.names import sector_name
from detente.world.chains import Chains, ratio

FACE, LOOK, HIDDEN = "face value, %", "look-through, %", "hidden, points"


def users(chains: Chains, sector: str | None) -> list[int]:
    """Positions of one sector, or of all. Raises `UnknownSector` with a suggestion."""
    if sector is None:
        return list(range(len(chains.sectors)))
    if sector not in chains.sectors:
        raise UnknownSector(sector, {s: sector_name(s) for s in chains.sectors})
    return [chains.sectors.index(sector)]


def made(chains: Chains, region: str, sector: str | None = None) -> Array:
    """Output of a region's sector, or of all its sectors [region, sector], zero elsewhere. Raises `UnknownRegion`,
    `UnknownSector`.
    """
    n, found = chains.index(region), np.zeros(chains.output.shape)
    rows = users(chains, sector)
    found[n, rows] = chains.output[n, rows]
    return found


def input_reliance(chains: Chains, region: str, sector: str | None = None) -> pd.DataFrame:
    """Whose output goes into the inputs of a region (of one sector): percent of all its inputs, one row an economy, home too.

    Columns: face value and look-through in percent, each summing to 100 (to 0 where nothing is made or bought), and their
    difference, hidden, in points. Raises `UnknownRegion`, `UnknownSector`.
    """
    wanted = made(chains, region, sector)
    face = chains.bought(wanted).sum(axis=1)
    look = (chains.required(wanted) - wanted).sum(axis=1)
    return _both(chains, _shares(face), _shares(look))


def through(chains: Chains, region: str, sector: str | None = None) -> pd.DataFrame:
    """By which first seller (columns) the output of every economy (rows) reaches the inputs of a region (of one sector).

    Percent of all inputs at all stages; a row sums to the look-through share of its economy, everything to 100. A column is what
    comes with purchases from that seller, home included. Raises `UnknownRegion`, `UnknownSector`.
    """
    sold = chains.bought(made(chains, region, sector))
    n, s = sold.shape
    first = np.zeros((n, s, n))
    first[np.arange(n), :, np.arange(n)] = sold
    found = chains.required(first).sum(axis=1)
    total = found.sum()
    return pd.DataFrame(
        100 * ratio(found, np.full_like(found, total)),
        index=pd.Index(chains.regions, name="economy"),
        columns=pd.Index(chains.regions, name="bought from"),
    )


def market_reliance(chains: Chains, region: str, sector: str | None = None) -> pd.DataFrame:
    """Who buys the output of a region (of one sector), and in whose final demand it ends: percent, one row an economy, home too.

    Columns as in `input_reliance`. Raises `UnknownRegion`, `UnknownSector`.
    """
    n, rows = chains.index(region), users(chains, sector)
    face = chains.shipments[n][:, rows].sum(axis=1)
    final = np.stack([chains.finally_bought(buyer) for buyer in chains.regions], axis=2)
    look = chains.required(final)[n][rows].sum(axis=0)
    return _both(chains, _shares(face), _shares(look))


def reliance_by_sector(chains: Chains, region: str, partner: str) -> pd.DataFrame:
    """How each sector of a region relies on one partner, percent of the sector's inputs and of its output, one row a sector.

    Columns: inputs face value, look-through and hidden (as in `input_reliance`), sales face value and look-through (as in
    `market_reliance`). A sector that makes nothing has zeros. Raises `UnknownRegion`.
    """
    n, p = chains.index(region), chains.index(partner)
    output = chains.output[n]
    bought = np.sum([chains.direct_inputs(seller)[n] for seller in chains.regions], axis=0)
    needed = np.sum([chains.gross_content(seller)[n] for seller in chains.regions], axis=0)
    ends = chains.required(chains.finally_bought(partner))[n]
    face = 100 * ratio(chains.direct_inputs(partner)[n], bought)
    look = 100 * ratio(chains.gross_content(partner)[n], needed)
    columns = {
        FACE: face, LOOK: look, HIDDEN: look - face,
        f"sales, {FACE}": 100 * ratio(chains.shipments[n, p], output), f"sales, {LOOK}": 100 * ratio(ends, output),
    }  # fmt: skip
    return pd.DataFrame(columns, index=pd.Index(chains.sectors, name="sector"))


def _shares(values: Array) -> Array:
    return 100 * ratio(values, np.full_like(values, values.sum()))


def _both(chains: Chains, face: Array, look: Array) -> pd.DataFrame:
    index = pd.Index(chains.regions, name="economy")
    return pd.DataFrame({FACE: face, LOOK: look, HIDDEN: look - face}, index=index)
