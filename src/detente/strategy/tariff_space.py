"""Which tariffs a search may move: one rate a player, one a partner, or one a partner and sector.

A search variable is u = ln(1+t), shared by all flows of its group. `TariffSpace` turns vectors of u into tariff arrays and
sums derivatives over groups.

>>> from detente.world import toy_world
>>> space = TariffSpace.make(toy_world().economy(), ("AAA", "BBB"), "pair")
>>> len(space.names), space.names[0]
(4, ('AAA', 'BBB', None))
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from detente.errors import InputError, UnknownName
from detente.types import Array
from detente.words import refusal
from detente.words.names import resolve_regions, resolve_sectors
from detente.world.economy import Economy

Detail = Literal["region", "pair", "sector", "pair-sector"]
LOWEST, HIGHEST = np.log(0.2), np.log(101.0)  # of u: −80 % to 10,000 %


@dataclass(frozen=True, eq=False)
class TariffSpace:
    """Groups of flows that share a rate. `group` [origin, destination, sector] holds the variable's number or −1.

    `names` gives (player, partner or None, sector or None) of each variable, `player` the position of its player.
    """

    group: NDArray[np.int64]
    names: tuple[tuple[str, str | None, str | None], ...]
    player: NDArray[np.int64]
    players: tuple[str, ...]

    @classmethod
    def make(
        cls,
        economy: Economy,
        players: Sequence[str],
        detail: Detail = "pair-sector",
        *,
        partners: str | Sequence[str] | None = None,
        sectors: str | Sequence[str] | None = None,
    ) -> TariffSpace:
        """Variables for the tariffs of `players` on `partners` (all foreign) in `sectors` (all that are traded).

        "region": one rate a player; "pair": one a partner; "sector": one a sector, the same to all (MFN); "pair-sector": all
        apart. Flows without trade belong to no variable. Raises `UnknownRegion`, `UnknownSector`, `UnknownName`.
        """
        if detail not in get_args(Detail):
            raise UnknownName(detail, list(get_args(Detail)), "level of detail")
        names = resolve_regions(list(players), economy.regions)
        if not names:
            raise InputError(refusal("strategy", "name_at_least_one_too"))
        origins = np.isin(economy.regions, resolve_regions(partners, economy.regions))
        chosen = np.isin(economy.sectors, resolve_sectors(sectors if sectors is not None else "all", economy.sectors))
        group = np.full(economy.shipments.shape, -1, dtype=np.int64)
        labels: dict[tuple[str, str | None, str | None], int] = {}
        traded = economy.shipments > 0
        for player in names:
            n = economy.regions.index(player)
            for i, j in np.argwhere(traded[:, n] & origins[:, None] & chosen[None, :]):
                if i == n:
                    continue
                partner = economy.regions[i] if detail in ("pair", "pair-sector") else None
                sector = economy.sectors[j] if detail in ("sector", "pair-sector") else None
                group[i, n, j] = labels.setdefault((player, partner, sector), len(labels))
        if not labels:
            raise InputError(refusal("strategy", "import_nothing_tariff_could", names_=", ".join(names)))
        keys = tuple(labels)
        return cls(group, keys, np.array([names.index(k[0]) for k in keys]), names)

    @property
    def size(self) -> int:
        """Number of variables."""
        return len(self.names)

    def start(self, tariffs: Array, weights: Array) -> Array:
        """u of each group: the mean of the rates that stand, weighted by trade."""
        held = self.group >= 0
        index = self.group[held]
        weight = np.bincount(index, weights=weights[held], minlength=self.size)
        total = np.bincount(index, weights=weights[held] * tariffs[held], minlength=self.size)
        return np.log1p(total / weight)

    def tariffs(self, u: Array, base: Array) -> Array:
        """Tariff array with the groups at e^u − 1 and everything else as in `base`."""
        result = base.copy()
        held = self.group >= 0
        result[held] = np.expm1(u)[self.group[held]]
        return result

    def gather(self, values: Array) -> Array:
        """Sums of an array [origin, destination, sector] over each group."""
        held = self.group >= 0
        return np.bincount(self.group[held], weights=values[held], minlength=self.size).astype(np.float64)

    def own(self, slopes: Array) -> Array:
        """From derivatives [player, origin, destination, sector]: each variable's derivative of its own player's objective."""
        by_player: Array = np.array([self.gather(s) for s in slopes])
        return by_player[self.player, np.arange(self.size)]

    def curvature(self, paid: Array, elasticity: Array) -> Array:
        """How fast a player's gain from moving each variable falls off, in units of what it pays [origin, destination, sector].

        A rate drives trade E of its group out and to the other sellers of the same good, which the buyer pays X for in all:
        Σ over sectors of (1+θ)E − θE²/X, exact for one small buyer whose spending on each good is given.
        """
        _, destination, sector = np.nonzero(self.group >= 0)
        index = self.group[self.group >= 0]
        region = np.zeros(self.size, dtype=np.int64)
        region[index] = destination
        sectors = len(elasticity)
        own = np.bincount(index * sectors + sector, weights=paid[self.group >= 0], minlength=self.size * sectors)
        own = own.reshape(self.size, sectors)
        share = own / np.maximum(paid.sum(0)[region], 1e-300)
        falling: Array = (own * (1 + elasticity * (1 - share))).sum(1)
        return falling
