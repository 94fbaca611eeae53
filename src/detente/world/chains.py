"""Who depends on whom: value added traced through supply chains, and what an economy sells to and buys from a partner.

`Chains` holds one state of the world economy (a table, or an equilibrium) as flows. With T shipments at basic prices, X spending
including duties, U spending on inputs, Y output and v = VA/Y,

    A[(i,k),(n,j)] = T[i,n,k]/X[n,k] · U[n,k,j]/Y[n,j]          inputs of (i,k) in a unit of (n,j)
    content(b)     = v_b (1 − A)⁻¹                              value added of b in a unit of every output
    absorbed(a)    = Σⱼ v · (1 − A)⁻¹ f_a                       value added of everyone in what a finally buys

Every user of an input is taken to buy it from the origins in the same proportions. Contents of all regions and the duties paid on
the way sum to one. Source: Johnson and Noguera, "Accounting for intermediates: production sharing and trade in value added",
Journal of International Economics 86 (2012), https://doi.org/10.1016/j.jinteco.2011.10.003.

>>> from detente.world import toy_world
>>> chains = Chains.of(toy_world())
>>> whole = sum(chains.content(r) for r in chains.regions) + chains.duties_inside
>>> bool(abs(whole - 1).max() < 1e-12)
True
>>> dependence(chains, "CCC").loc["AAA"].round(1).to_dict()
{'goods exports, %': 48.3, 'value added, %': 19.2, 'inputs, %': 13.9}
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import lu_factor, lu_solve

from detente.errors import UnknownRegion
from detente.types import Array
from detente.words.names import goods_sectors, region_name
from detente.world.world import World


@dataclass(frozen=True, eq=False)
class Chains:
    """One state of the world economy as flows a year, in the table's unit.

    Shapes: `shipments` at basic prices and `duty_factor` (1+τ)(1+x) [origin, destination, sector]; `input_use` at purchasers'
    prices [region, input, user]; `value_added`, `final_use` [region, sector].
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    shipments: Array
    duty_factor: Array
    input_use: Array
    value_added: Array
    final_use: Array
    unit: str = "million USD"

    @classmethod
    def of(cls, world: World) -> Chains:
        """The flows of a table."""
        return cls(
            world.regions, world.sectors, world.shipments, world.duty_factor, world.intermediate_use, world.value_added,
            world.final_use, world.unit,
        )  # fmt: skip

    def index(self, region: str) -> int:
        """Position of a region. Raises `UnknownRegion` with a suggestion."""
        if region not in self.regions:
            raise UnknownRegion(region, {r: region_name(r) for r in self.regions})
        return self.regions.index(region)

    @cached_property
    def output(self) -> Array:
        """Gross output [region, sector], Σₙ T."""
        return self.shipments.sum(axis=1)

    @cached_property
    def spending(self) -> Array:
        """Spending including duties [region, sector], Σᵢ (1+τ)(1+x) T."""
        return (self.duty_factor * self.shipments).sum(axis=0)

    @cached_property
    def goods(self) -> tuple[int, ...]:
        """Positions of the goods sectors."""
        return tuple(self.sectors.index(s) for s in goods_sectors(self.sectors))

    @cached_property
    def _recipe(self) -> Array:
        """Spending on input k in a unit of output (n, j) [region, input, user], U/Y."""
        return ratio(self.input_use, self.output[:, None, :])

    @cached_property
    def _sources(self) -> Array:
        """What reaches an origin of a unit spent [origin, destination, sector], T/X."""
        return ratio(self.shipments, self.spending[None])

    @cached_property
    def _factors(self) -> tuple[Array, NDArray[np.int32]]:
        n, s = self.output.shape
        inputs = np.einsum("ink,nkj->iknj", self._sources, self._recipe).reshape(n * s, n * s)
        factors: tuple[Array, NDArray[np.int32]] = lu_factor(np.eye(n * s) - inputs, overwrite_a=True, check_finite=False)
        return factors

    def _traced(self, direct: Array) -> Array:
        """What is directly in a unit of each output, traced through all inputs."""
        found: Array = lu_solve(self._factors, direct.ravel(), trans=1, check_finite=False).reshape(direct.shape)
        return found

    def content(self, source: str) -> Array:
        """Value added of `source` in a unit of every output [region, sector], share. Raises `UnknownRegion`."""
        b = self.index(source)
        if source not in self._contents:
            direct = np.zeros(self.output.shape)
            direct[b] = ratio(self.value_added[b], self.output[b])
            self._contents[source] = self._traced(direct)
        return self._contents[source]

    @cached_property
    def _contents(self) -> dict[str, Array]:
        return {}

    @cached_property
    def duties_inside(self) -> Array:
        """Duties paid on the inputs of a unit of every output, at all stages, less subsidies [region, sector], share."""
        return self._traced(self._duties)

    @cached_property
    def _duties(self) -> Array:
        """Duties paid on the inputs of a unit of every output, where it is made [region, sector], share."""
        sourced = np.einsum("ink,nkj->nj", self._sources, self._recipe)
        return np.where(self.output > 0, 1 - ratio(self.value_added, self.output) - sourced, 0.0)

    def bought(self, made: Array) -> Array:
        """Inputs bought directly to make `made` [region, sector]: A · made, by who sells them [region, sector], before duties."""
        spent = np.einsum("nkj,nj->nk", self._recipe, made)
        sold: Array = np.einsum("ink,nk->ik", self._sources, spent)
        return sold

    def required(self, made: Array) -> Array:
        """Gross output of everyone that `made` takes, itself included: (1 − A)⁻¹ · made, [region, sector] as `made`, or
        [region, sector, case] for several at once.
        """
        cells = self.output.size
        wanted = made.reshape(cells, -1) if made.ndim == 3 else made.ravel()
        found: Array = lu_solve(self._factors, wanted, check_finite=False).reshape(made.shape)
        return found

    def direct_inputs(self, seller: str) -> Array:
        """Inputs bought directly from `seller` for a unit of every output [region, sector], before duties."""
        i = self.index(seller)
        return np.asarray(np.einsum("nk,nkj->nj", self._sources[i], self._recipe), dtype=np.float64)

    def gross_content(self, seller: str) -> Array:
        """Gross output of `seller` that a unit of every output takes, at all stages, less the unit itself [region, sector]."""
        i = self.index(seller)
        direct = np.zeros(self.output.shape)
        direct[i] = 1.0
        return self._traced(direct) - direct

    def levied(self, collector: str) -> Array:
        """Duties that `collector` takes on the inputs of a unit of every output, at all stages [region, sector], share.

        Those on the inputs of its own users, duties and export taxes together; over all collectors it is `duties_inside`.
        """
        b = self.index(collector)
        direct = np.zeros(self.output.shape)
        direct[b] = self._duties[b]
        return self._traced(direct)

    def absorbed(self, buyer: str) -> Array:
        """Value added of every region in what `buyer` finally buys [region], the table's unit. Raises `UnknownRegion`."""
        gained: Array = (ratio(self.value_added, self.output) * self.required(self.finally_bought(buyer))).sum(axis=1)
        return gained

    def finally_bought(self, buyer: str) -> Array:
        """What `buyer` finally buys, by who sells it [region, sector], before duties. Raises `UnknownRegion`."""
        a = self.index(buyer)
        return np.asarray(self._sources[:, a] * self.final_use[a][None], dtype=np.float64)


def dependence(chains: Chains, region: str) -> pd.DataFrame:
    """How `region` depends on every partner, percent, one row a partner, itself included.

    Goods exports: share of its goods sold abroad. Value added: share of its own that ends in the partner's final demand,
    through whatever third countries. Inputs: share of what its firms spend on inputs that is bought from the partner,
    duties included. Each column but the first sums to 100. Raises `UnknownRegion`.
    """
    n = chains.index(region)
    goods = chains.shipments[n][:, list(chains.goods)].sum(axis=1)
    goods[n] = 0.0
    value = np.array([chains.absorbed(partner)[n] for partner in chains.regions])
    paid = ratio((chains.duty_factor * chains.shipments)[:, n], chains.spending[n][None])
    inputs = paid @ chains.input_use[n].sum(axis=1)
    columns = {"goods exports, %": goods, "value added, %": value, "inputs, %": inputs}
    shares = {name: 100 * ratio(part, np.asarray(part.sum())) for name, part in columns.items()}
    return pd.DataFrame(shares, index=pd.Index(chains.regions, name="partner"))


def ratio(top: Array, bottom: Array) -> Array:
    """`top` over `bottom`, zero where `bottom` is."""
    bottom = np.broadcast_to(bottom, top.shape)
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


__all__ = ["Chains", "dependence", "ratio"]
