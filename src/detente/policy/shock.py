"""`Shock`: what a policy asks of an equilibrium, as arrays; `Control`: a bound on flows that the equilibrium must price.

Instruments (`instruments.py`) write into a shock one after the other; the equilibrium reads it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detente.types import Array
from detente.words.names import goods_sectors, resolve_regions, resolve_sectors

Names = str | Sequence[str] | None
CLOSED = 5.0  # ln of a cost at which a flow is as good as banned


@dataclass(frozen=True, eq=False)
class Control:
    """A bound on a set of flows [origin, destination, sector], met by a wedge on their price.

    kind "at most" bounds the quantity delivered at `bound` times the baseline's; "at least" with `by_value` the value at
    basic prices (the table's unit). `rent` says who gets the wedge: "origin", "importer" or "lost". Of a wedge of the origin the
    seller keeps at most `seller_cap` (ln of the multiple of the price it may charge); the rest is the buyers' who may buy at that
    price, income of the importing region. `export_control` marks a bound that a government puts on its own exports. A wedge goes
    up to `most` (a log) and no further: there more is let through against payment, and the bound gives way (a tariff quota).
    """

    label: str
    flows: NDArray[np.bool_]
    bound: float
    kind: Literal["at most", "at least"]
    rent: Literal["origin", "importer", "lost"]
    by_value: bool = False
    seller_cap: float = float("inf")
    export_control: bool = False
    most: float = float("inf")

    @property
    def cap(self) -> float:
        """ln of the multiple of the price up to which the wedge is the seller's: 0 where all of it is the importer's."""
        return 0.0 if self.rent == "importer" else self.seller_cap

    @cached_property
    def cells(self) -> tuple[NDArray[np.int64], ...]:
        """Origins, destinations and sectors of the flows, in the order of the mask: short lists where a mask is long."""
        flat = np.flatnonzero(self.flows)  # three times as quick as `nonzero` of a cube
        return np.unravel_index(flat, self.flows.shape)

    @cached_property
    def sellers(self) -> frozenset[tuple[int, int]]:
        """Positions (origin, sector) of those who sell under the bound."""
        return frozenset(zip(self.cells[0].tolist(), self.cells[2].tolist(), strict=True))

    @cached_property
    def goods(self) -> tuple[int, ...]:
        """Positions of the sectors of the flows."""
        return tuple(np.unique(self.cells[2]).tolist())

    def shared_flows(
        self, other: Control, own: NDArray[np.bool_] | None = None, others: NDArray[np.bool_] | None = None
    ) -> NDArray[np.bool_]:
        """Flows that both bound in the same way, perhaps at different levels, of `own` and `others` (default: all of each).

        A sum of values is one target and not a bound on each flow: there it is all flows of both or none.
        """
        mine, theirs = self.flows if own is None else own, other.flows if others is None else others
        alike = (self.kind, self.rent, self.by_value, self.most) == (other.kind, other.rent, other.by_value, other.most)
        if not alike or (self.by_value and not np.array_equal(mine, theirs)):
            return np.zeros_like(mine)
        return mine & theirs

    def unbounded(self, shipments: Array) -> float:
        """The bound that the table itself just meets."""
        return max(float(shipments[self.flows].sum()), 1e-300) if self.by_value else 1.0


@dataclass(eq=False)
class Shock:
    """New levels for the equilibrium; shapes [origin, destination, sector] but `unit_cost` and `subsidies` [region, sector]."""

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    tariffs: Array
    export_taxes: Array
    iceberg: Array  # d̂ ≥ 0, 1 where nothing changes
    allowed: NDArray[np.bool_]
    unit_cost: Array  # Ẑ, 1 where nothing changes
    subsidies: Array  # share of unit cost the treasury pays
    shipments: Array  # baseline flows, for bounds given as growth
    controls: list[Control] = field(default_factory=list)
    unanswered: Array | None = None
    """Part of the log wedge ln κ̂ that sourcing does not answer to yet: Σ over its pieces of (1 − f(age)/f(node))·Δ ln κ, where a
    younger piece acts with a smaller elasticity than the node's. None: every piece acts with the node's."""
    spared: Array | None = None
    """ln of what makers of a critical input are spared of its scarcity when they buy it from each other [region, sector]; set
    where controls are written as taxes. None: nothing."""
    licences: Array | None = None
    """ln of what licences and contracts for a scarce good add to what its seller charges, part of `tariffs`; set with it."""

    @property
    def controlled_goods(self) -> tuple[str, ...]:
        """Sectors some government keeps back from buyers abroad by an export control."""
        held = {j for c in self.controls if c.export_control for j in c.goods}
        return tuple(s for j, s in enumerate(self.sectors) if j in held)

    def copy(self) -> Shock:
        """A shock whose arrays can be changed without touching this one."""
        arrays = ("tariffs", "export_taxes", "iceberg", "allowed", "unit_cost", "subsidies")
        own = {key: getattr(self, key).copy() for key in arrays}
        if self.unanswered is not None:
            own["unanswered"] = self.unanswered.copy()
        return dataclasses.replace(self, controls=list(self.controls), **own)

    def blend(self, other: Shock, part: float) -> Shock:
        """`part` of the way from this shock to `other`, in logs. A flow that only `other` bans gets ever dearer on the way."""
        if part >= 1:
            return other.copy()
        result = self.copy()

        def mix(old: Array, new: Array) -> Array:
            return np.exp((1 - part) * np.log(old) + part * np.log(new))

        result.tariffs = mix(1 + self.tariffs, 1 + other.tariffs) - 1
        result.export_taxes = mix(1 + self.export_taxes, 1 + other.export_taxes) - 1
        result.iceberg = mix(self.iceberg, other.iceberg)
        result.unit_cost = mix(self.unit_cost, other.unit_cost)
        result.subsidies = 1 - mix(1 - self.subsidies, 1 - other.subsidies)
        if self.unanswered is not None or other.unanswered is not None:
            none = np.zeros_like(self.tariffs)
            first, last = (none if u is None else u for u in (self.unanswered, other.unanswered))
            result.unanswered = (1 - part) * first + part * last
        closing = self.allowed & ~other.allowed
        result.iceberg[closing] *= np.exp(part * CLOSED)
        # a flow bound in both goes from the one bound to the other; two at once would share one wedge
        left = [(old, old.flows) for old in self.controls]
        result.controls = []

        def on_the_way(new: Control, flows: NDArray[np.bool_], start: float, end: float, cap: float) -> None:
            bound = float(start ** (1 - part) * end**part)
            result.controls.append(dataclasses.replace(new, flows=flows, bound=bound, seller_cap=cap))

        for new in other.controls:
            rest = new.flows
            for k, (old, free) in enumerate(left):
                both = old.shared_flows(new, free, rest)
                if both.any():
                    on_the_way(new, both, old.bound, new.bound, _between(old.seller_cap, new.seller_cap, part))
                    left[k], rest = (old, free & ~both), rest & ~both
            if rest.any():
                fresh = dataclasses.replace(new, flows=rest)
                on_the_way(new, rest, fresh.unbounded(self.shipments), new.bound, new.seller_cap)
        for old, free in left:
            if free.any():
                remaining = dataclasses.replace(old, flows=free)
                on_the_way(old, free, old.bound, remaining.unbounded(self.shipments), old.seller_cap)
        return result

    def cells(self, origins: Names, destinations: Names, sectors: Names, *, foreign: bool = True) -> NDArray[np.bool_]:
        """Mask of flows from `origins` to `destinations` in `sectors` (None: all regions; all goods)."""
        o = np.isin(self.regions, resolve_regions(origins, self.regions))
        d = np.isin(self.regions, resolve_regions(destinations, self.regions))
        chosen = goods_sectors(self.sectors) if sectors is None else resolve_sectors(sectors, self.sectors)
        s = np.isin(self.sectors, chosen)
        mask = o[:, None, None] & d[None, :, None] & s[None, None, :]
        if foreign:
            mask &= ~np.eye(len(self.regions), dtype=bool)[:, :, None]
        return mask


def _between(old: float, new: float, part: float) -> float:
    """A seller's cap on the way from one to another; straight in the price's reciprocal, where no cap at all is a number too."""
    return old if old == new else float(-np.log((1 - part) * np.exp(-old) + part * np.exp(-new)))
