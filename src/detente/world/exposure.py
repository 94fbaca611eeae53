"""The exposure of an economy, or of one of its sectors, to others: inputs, markets, value added, chokepoints, critical minerals.

One table of the world in, no equilibrium: what it buys and sells at face value and looking through the chains of supply
(`world.reliance`), whose value added is in its exports (`world.trade_in_value_added`), which inputs few foreigners sell
(`world.chokepoints`) and which critical minerals (`world.minerals`). Shares of a year's flows, not what a cut would cost: that is
`detente.chokepoint` and a case.

>>> import detente as dt
>>> found = dt.exposure(dt.load_world("toy"), region="CCC", sector="MAKE")
>>> round(found.input_reliance.face, 1), round(found.input_reliance.look, 1)
(35.5, 52.5)
>>> found.to_frame().index.tolist()
['CCC', 'BBB', 'AAA']
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from detente.errors import InputError
from detente.files import table_csv, write
from detente.types import plain
from detente.words import refusal, tell
from detente.words.currency import table_in_currency
from detente.words.names import region_name, sector_name
from detente.words.shown import Shown
from detente.world.chains import Chains
from detente.world.chokepoints import chokepoints
from detente.world.groups import grouped
from detente.world.minerals import facts, known, minerals
from detente.world.reliance import FACE, HIDDEN, LOOK, input_reliance, market_reliance, reliance_by_sector, through
from detente.world.trade_in_value_added import ValueAddedInTrade, value_added_in_trade
from detente.world.world import World


class Reliance(NamedTuple):
    """Percent at face value and looking through the chains."""

    face: float
    look: float

    @property
    def hidden(self) -> float:
        """Points that face value does not show; below zero where it shows more."""
        return self.look - self.face


@dataclass(frozen=True, eq=False)
class Exposure(Shown):
    """How a region (a sector of it) depends on others, on one partner if `to` is named.

    `inputs`, `markets` [economy: face value, look-through, hidden], percent of its inputs and of its output, home included.
    `routes` [supplier × first seller] percent of its inputs at all stages. `sectors`, with a partner: one row a sector of the
    region. `trade`: value added in its exports and where its own is absorbed. `chokepoints`, `minerals`: inputs by the index.
    """

    region: str
    sector: str | None
    to: str | None
    world: str
    year: int
    unit: str
    inputs: pd.DataFrame = field(repr=False)
    markets: pd.DataFrame = field(repr=False)
    routes: pd.DataFrame = field(repr=False)
    sectors: pd.DataFrame | None = field(repr=False)
    trade: ValueAddedInTrade = field(repr=False)
    chokepoints: pd.DataFrame = field(repr=False)
    minerals: pd.DataFrame = field(repr=False)

    @property
    def input_reliance(self) -> Reliance:
        """Foreign input reliance, or that on the partner: percent of all inputs."""
        return self._of(self.inputs)

    @property
    def market_reliance(self) -> Reliance:
        """Foreign market reliance, or that on the partner: percent of output."""
        return self._of(self.markets)

    def _of(self, frame: pd.DataFrame) -> Reliance:
        rows = frame.drop(self.region) if self.to is None else frame.loc[[self.to]]
        return Reliance(float(rows[FACE].sum()), float(rows[LOOK].sum()))

    @property
    def minerals_year(self) -> int:
        """Year of the imports of critical minerals."""
        return int(facts()["year"])

    @property
    def minerals_known(self) -> bool:
        """Whether the table of critical minerals has the region."""
        return known(self.region)

    def ranked(self, frame: pd.DataFrame) -> list[str]:
        """Foreign economies of `inputs` or `markets` by look-through, the largest first; none with nothing."""
        foreign = frame.drop(self.region)
        return [str(r) for r in foreign[foreign[LOOK] > 0].sort_values(LOOK, ascending=False, kind="stable").index]

    def routes_of(self, supplier: str) -> pd.Series:
        """By which first seller a supplier's output reaches the inputs, itself left out, largest first (percent of inputs)."""
        row: pd.Series = self.routes.T[supplier]
        return row.drop(supplier).sort_values(ascending=False, kind="stable")

    def to_frame(self) -> pd.DataFrame:
        """One row an economy (home too), or with a partner one row a sector, the largest look-through of inputs first."""
        if self.sectors is not None:
            frame = self.sectors.rename(columns={FACE: f"inputs, {FACE}", LOOK: f"inputs, {LOOK}", HIDDEN: f"inputs, {HIDDEN}"})
            frame.insert(0, "name", [sector_name(str(s)) for s in frame.index])
        else:
            parts = {"inputs": self.inputs, "sales": self.markets}
            frame = pd.concat([part.add_prefix(f"{what}, ") for what, part in parts.items()], axis=1)
            frame.insert(0, "name", [region_name(str(r)) for r in frame.index])
        return frame.sort_values(f"inputs, {LOOK}", ascending=False, kind="stable")

    def to_csv(self, path: str | os.PathLike[str]) -> Path:
        """Write the table of `to_frame`; the file appears whole or not at all."""
        write(Path(path), table_csv(table_in_currency(self.to_frame())))
        return Path(path)

    def record(self) -> dict[str, Any]:
        """Ready for JSON."""
        trade = self.trade
        return plain(
            {
                "region": self.region, "sector": self.sector, "to": self.to, "world": self.world, "year": self.year,
                "unit": self.unit,
                "input_reliance": {**self.input_reliance._asdict(), "hidden": self.input_reliance.hidden},
                "market_reliance": {**self.market_reliance._asdict(), "hidden": self.market_reliance.hidden},
                "rows": self.to_frame().reset_index().to_dict(orient="records"),
                "routes": {r: self.routes.loc[r].to_dict() for r in self.ranked(self.inputs)[:5]},
                "value_added_in_exports": {
                    "exports": trade.exports, "domestic": trade.domestic, "foreign": trade.foreign,
                    "domestic_share": trade.domestic_share, "by_source": trade.by_source.to_dict(),
                },
                "value_added_absorbed": {
                    "value_added": trade.value_added, "abroad": trade.absorbed_abroad, "abroad_share": trade.absorbed_share,
                    "by_buyer": trade.absorbed.to_dict(),
                },
                "chokepoints": self.chokepoints.reset_index().to_dict(orient="records"),
                "minerals": self.minerals.reset_index().to_dict(orient="records"),
                "minerals_year": self.minerals_year,
            }
        )  # fmt: skip

    def explain(self) -> str:
        """The exposure in plain words."""
        return tell(self)


def exposure(world: World, *, region: str, sector: str | None = None, to: str | None = None) -> Exposure:
    """The exposure of a region, or of one sector of it, to all others or to one partner.

    Region and partner by their code in the world, an ISO code or a named group, whose regions then count as one (`world.groups`).
    Raises `UnknownRegion`, `UnknownSector` with a suggestion, `InputError` where the partner is the region or a part of it.
    """
    members = world
    world, region = grouped(world, region)
    if to is not None:
        world, to = _partner(members, world, region, to)
    chains = Chains.of(world)
    chains.index(region)
    if to is not None and chains.index(to) == chains.index(region):
        raise InputError(refusal("world", "own_partner", region=region))
    by_sector = None if to is None else reliance_by_sector(chains, region, to)
    return Exposure(
        region, sector, to, world.name, world.year, world.unit,
        inputs=input_reliance(chains, region, sector),
        markets=market_reliance(chains, region, sector),
        routes=through(chains, region, sector),
        sectors=by_sector if by_sector is None or sector is None else by_sector.loc[[sector]],
        trade=value_added_in_trade(chains, region, sector, to),
        chokepoints=chokepoints(world, region, sector, to),
        minerals=minerals(world, region, sector, to),
    )  # fmt: skip


def _partner(members: World, world: World, region: str, to: str) -> tuple[World, str]:
    """The partner as one region of the world in which `region` is one. Raises `InputError` where they overlap."""
    if region not in members.regions and to in members.regions and to not in world.regions:
        raise InputError(refusal("world", "own_part", region=region, part_=to))
    found, to = grouped(world, to)
    if region not in found.regions:
        raise InputError(refusal("world", "own_part", region=to, part_=region))
    return found, to


__all__ = ["Exposure", "Reliance", "exposure"]
