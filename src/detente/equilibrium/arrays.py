"""From an economy, a shock and parameters to the arrays the compiled system takes.

Trade arrays turn from [origin, destination, sector] to [sector, destination, origin]. Controls are padded to a few fixed
sizes, so that packages with a different number of controls share compiled code.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from detente.equilibrium import system
from detente.equilibrium.parameters import Parameters
from detente.errors import ShockError, UnknownSector
from detente.policy.shock import Control, Shock
from detente.world.economy import Economy

Array = NDArray[np.float64]
DAMPING = 0.5
FLOWS = (512, 2048, 32768)  # of padded flows under control: few, as each is compiled once
BOUNDS = (64, 512, 2048, 32768)  # of padded bounds on them
LATE = (128,)  # of padded buyers who do not answer to all yet; beyond them all there are
_HANDED_OVER: WeakKeyDictionary[Economy, dict[tuple[bool, ...], system.Base]] = WeakKeyDictionary()


def base(economy: Economy, parameters: Parameters) -> system.Base:
    """The economy as the kernel takes it."""
    critical_sectors = critical_mask(economy, parameters)
    gamma = economy.input_shares
    scarce = hard_to_replace(critical_sectors)
    ordinary = np.where(scarce, 0.0, gamma)
    bundle = ordinary.sum(1)[:, None, :]
    index = np.flatnonzero(critical_sectors) if critical_sectors.any() else np.array([0])
    critical = np.where(scarce, gamma, 0.0)[:, index, :]
    bracket = 1 - critical.sum(1)
    own = np.where(critical_sectors, np.einsum("nkk->nk", gamma), 0.0)
    pi = turned(economy.expenditure_shares)
    return system.Base(
        log_shares=np.log(pi, out=np.full_like(pi, system.OFF), where=pi > 0),
        log_duties=turned(np.log(economy.duty_factor)),
        inputs=ordinary,
        input_weights=np.divide(ordinary, bundle, out=np.zeros_like(ordinary), where=bundle != 0),
        critical=critical,
        critical_index=index,
        own_use=own,
        own_weight=np.divide(own, bundle[:, 0], out=np.zeros_like(own), where=bundle[:, 0] != 0),
        bracket=bracket,
        labour=np.divide(economy.value_added_shares, bracket, out=np.ones_like(bracket), where=bracket > 0),
        final=economy.final_shares,
        output=economy.output,
        spending=economy.expenditure,
        income=economy.income,
        value_added=economy.value_added,
        wage_bill=economy.value_added * (1 - economy.profit_shares),
        deficits=economy.deficits,
        public=economy.public_revenue,
    )


def base_at_hand(economy: Economy, parameters: Parameters) -> system.Base:
    """`base` already with the compiled code, which takes it without another copy; kept as long as the economy is."""
    import jax

    kept = _HANDED_OVER.setdefault(economy, {})
    key = tuple(critical_mask(economy, parameters).tolist())
    if key not in kept:
        kept[key] = jax.device_put(base(economy, parameters))
    return kept[key]


def levers(shock: Shock, rows: int | None = None) -> system.Levers:
    """The policy as the kernel takes it; `rows` as `late_rows` counts them, where several shocks share compiled code. With rows
    there is room for young duties, whether or not there are any."""
    n, _, s = shock.tariffs.shape
    nothing = _still((s, n, n), 0.0)  # what a policy leaves alone needs no copy
    rows = late_rows([shock]) if rows is None else rows
    still = nothing if rows else _still((0,), 0.0)
    return system.Levers(
        tariffs=turned(shock.tariffs),
        export_taxes=turned(shock.export_taxes) if shock.export_taxes.any() else nothing,
        log_iceberg=turned(np.log(shock.iceberg)) if (shock.iceberg != 1).any() else nothing,
        open=_still((s, n, n), 1.0) if shock.allowed.all() else turned(shock.allowed.astype(np.float64)),
        log_unit_cost=np.log(shock.unit_cost),
        subsidies=shock.subsidies,
        unanswered=still if shock.unanswered is None else turned(shock.unanswered),
        late=_late(shock, rows),
    )


def late_rows(shocks: Sequence[Shock], *, room: bool = False) -> int:
    """Padded number of buyers [sector, destination] that holds those of every shock who do not answer to all yet: none where all
    do, unless there is to be `room` for some, so that shocks with and without them share compiled code."""
    found = [_young(shock) for shock in shocks if shock.unanswered is not None]
    if not found and not room:
        return 0
    most, everyone = max((len(late) for late in found), default=0), shocks[0].unit_cost.size
    return next((size for size in LATE if most <= size < everyone), everyone)


def _young(shock: Shock) -> NDArray[np.int64]:
    """Buyers [sector, destination], flat, who do not answer to all of a wedge yet."""
    n, late = len(shock.regions), shock.unanswered
    if late is None:
        return np.empty(0, dtype=np.int64)
    # flat positions are [origin, destination, sector]
    _, destination, sector = np.unravel_index(np.flatnonzero(late), late.shape)
    return np.unique(sector * n + destination)


def _late(shock: Shock, rows: int) -> NDArray[np.int64]:
    late, young = np.full(rows, shock.unit_cost.size), _young(shock)
    late[: len(young)] = young
    return late


@lru_cache(maxsize=16)
def _still(shape: tuple[int, ...], value: float) -> Array:
    array = np.full(shape, value)
    array.setflags(write=False)
    return array


def control_sizes(shocks: list[Shock]) -> tuple[int, int]:
    """Padded numbers of flows and of bounds that hold the controls of every one of `shocks`."""
    flows = max((sum(len(c.cells[0]) for c in shock.controls) for shock in shocks), default=0)
    return _size(flows, FLOWS), _size(max((len(shock.controls) for shock in shocks), default=0), BOUNDS)


def controls(economy: Economy, shock: Shock, parameters: Parameters, sizes: tuple[int, int] | None = None) -> system.Controls:
    """The quantity bounds as the kernel takes them, padded. Raises `ShockError` for a bound on trade that does not exist."""
    flow_rows, bound_rows = sizes or control_sizes([shock])
    held, count = shock.controls, len(shock.controls)
    listing = side_by_side(held)
    owner, cells = listing.owner, listing.cells
    # what is banned counts in the baseline a bound is a share of, and delivers nothing
    listed = economy.shipments[cells]
    total = np.bincount(owner, listed, count)
    traded = shock.allowed[cells] & (listed > 0)
    for control, flows in zip(held, np.bincount(owner, traded, count), strict=True):
        if not flows and control.kind == "at least":
            raise ShockError(f"{control.label}: the table has no such trade to enlarge")
    bound, by_value = listing.bound, listing.by_value
    weight = np.where(by_value[owner], 1 / bound[owner], listed / np.maximum(total, 1e-300)[owner])
    per_flow = np.stack([weight, ~listing.lost[owner], listing.cap[owner]], axis=1)[traded]
    first = np.minimum.reduceat(cells[2], np.flatnonzero(np.diff(owner, prepend=-1))) if len(owner) else owner
    sector = np.full(count, len(economy.sectors) - 1)
    sector[np.unique(owner)] = first
    theta = theta_of(economy, parameters)[sector]
    level = np.where(by_value, 0.0, np.log(bound))
    per_bound = np.stack([level, listing.sign, by_value, 1 / (1 + theta), listing.most], axis=1)
    flows, bounds = _padded(per_flow, flow_rows), _padded(per_bound, bound_rows)
    origin, destination, good, whose = (_padded(a[traded], flow_rows) for a in (*cells, owner))
    whose[len(per_flow) :] = bound_rows - 1
    return system.Controls(
        sector=good,
        destination=destination,
        origin=origin,
        owner=whose,
        weight=flows[:, 0],
        rent=flows[:, 1],
        seller_cap=flows[:, 2],
        log_bound=bounds[:, 0],
        sign=bounds[:, 1],
        by_value=bounds[:, 2],
        step=bounds[:, 3],
        most=bounds[:, 4],
    )


@dataclass(frozen=True, eq=False)
class SideBySide:
    """Controls as arrays. Every flow under one, a control after the other: whose it is (`owner`) and its `cells` (origins,
    destinations, sectors). One figure a control: its bound, whether that is on value, its sign (1 for "at most", −1 for "at
    least"), whether the wedge is nobody's income, `cap` (ln of the multiple of the price up to which the wedge is the seller's),
    and how far the wedge goes (a log)."""

    owner: NDArray[np.int64]
    cells: tuple[NDArray[np.int64], ...]
    bound: Array
    by_value: NDArray[np.bool_]
    sign: Array
    lost: NDArray[np.bool_]
    cap: Array
    most: Array

    def split(self, wedges: Array) -> tuple[Array, Array, Array]:
        """Log wedges as what counts of them (between 0 and `most`), and its signed parts of seller and importer. One that is
        nobody's income is all in the first."""
        size = np.minimum(np.maximum(wedges, 0.0), self.most)
        kept = np.where(self.lost, size, np.minimum(size, self.cap))
        return size, self.sign * kept, self.sign * (size - kept)


def side_by_side(controls: Sequence[Control]) -> SideBySide:
    """The controls of a shock, in their order."""
    none = np.empty(0, dtype=np.int64)
    return SideBySide(
        owner=np.repeat(np.arange(len(controls)), [len(c.cells[0]) for c in controls]),
        cells=tuple(np.concatenate([none, *(c.cells[axis] for c in controls)]) for axis in range(3)),
        bound=np.array([c.bound for c in controls], dtype=np.float64),
        by_value=np.array([c.by_value for c in controls], dtype=bool),
        sign=np.array([1.0 if c.kind == "at most" else -1.0 for c in controls]),
        lost=np.array([c.rent == "lost" for c in controls], dtype=bool),
        cap=np.array([c.cap for c in controls], dtype=np.float64),
        most=np.array([c.most for c in controls], dtype=np.float64),
    )


def values(economy: Economy, parameters: Parameters, damping: float = DAMPING) -> system.Values:
    """Parameters as the kernel takes them."""
    closure = {"fixed": (1.0, 0.0), "zero": (0.0, 0.0), "proportional": (0.0, 1.0)}[parameters.deficits]
    return system.Values(
        theta=theta_of(economy, parameters),
        scale=parameters.psi(len(economy.sectors)),
        r_value_added=1 - parameters.value_added_substitution,
        r_inputs=1 - parameters.input_substitution,
        r_critical=1 - parameters.critical_substitution,
        r_final=1 - parameters.final_substitution,
        iota=1 / parameters.labour_mobility,
        labour_supply=float(parameters.labour_supply),
        capital_share=float(parameters.capital_share),
        wage_floor=float(np.log1p(-parameters.wage_floor)) if parameters.wage_floor < 1 else system.OFF,
        deficit_fixed=closure[0],
        deficit_proportional=closure[1],
        pinned=1.0 if parameters.exchange_rate == "pinned" else 0.0,
        recycling=1.0 if parameters.revenue == "labour tax" else 0.0,
        damping=damping,
    )


def theta_of(economy: Economy, parameters: Parameters) -> Array:
    """Trade elasticity by sector under `parameters`."""
    return parameters.theta(economy.trade_elasticity, critical_mask(economy, parameters))


def turned(trade: Array) -> Array:
    """[origin, destination, sector] as [sector, destination, origin]."""
    return np.ascontiguousarray(trade.transpose(2, 1, 0))


def price_wedge(economy: Economy, shock: Shock) -> Array:
    """κ̂ = (1+τ′)(1+x′)/((1+τ)(1+x)) · d̂ [origin, destination, sector]."""
    wedge = (1 + shock.tariffs) * (1 + shock.export_taxes)
    wedge /= economy.duty_factor
    wedge *= shock.iceberg
    return wedge


def critical_mask(economy: Economy, parameters: Parameters) -> NDArray[np.bool_]:
    """Which sectors are critical inputs. Raises `UnknownSector`."""
    wanted = parameters.critical_inputs
    missing = [s for s in wanted if s not in economy.sectors]
    if missing:
        raise UnknownSector(missing[0], list(economy.sectors))
    return _listed(economy.sectors, tuple(wanted))


def hard_to_replace(critical: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which uses [1, input, user] form the critical nest: of a critical input by all but its own makers.

    A maker's use of its own kind of good is of earlier stages (ore, compounds), which are not what is short.
    """
    return (critical[:, None] & ~np.eye(len(critical), dtype=bool))[None]


@lru_cache(maxsize=32)
def _listed(sectors: tuple[str, ...], wanted: tuple[str, ...]) -> NDArray[np.bool_]:
    found = np.isin(sectors, wanted)
    found.setflags(write=False)
    return found


def with_wedges(economy: Economy, shock: Shock, wedges: Array, listing: SideBySide | None = None) -> Shock:
    """The shock with every control replaced by the tax, duty or cost that does the same; `listing` is its controls side by side.

    `spared` is the mean of the scarcity wedges on what a region buys of a good, in logs, by table shares of its sources,
    `licences` what buyers who hold one have of a wedge.
    """
    held = side_by_side(shock.controls) if listing is None else listing
    size, of_sellers, of_buyers = held.split(wedges)
    result = dataclasses.replace(shock, controls=[], spared=None, licences=None)

    def raised(levels: Array, wedge: Array, chosen: NDArray[np.bool_], *, rates: bool = True) -> Array:
        """Levels with the wedges of the chosen controls on top."""
        flows = (chosen & (wedge != 0))[held.owner]
        if not flows.any():
            return levels
        cells = tuple(axis[flows] for axis in held.cells)
        factor = np.ones_like(levels)
        np.multiply.at(factor, cells, np.exp(wedge)[held.owner[flows]])  # controls may share a flow
        found = levels.copy()
        found[cells] = (1 + levels[cells]) * factor[cells] - 1 if rates else levels[cells] * factor[cells]
        return found

    income = ~held.lost
    result.iceberg = raised(shock.iceberg, of_sellers, held.lost, rates=False)
    result.export_taxes = raised(shock.export_taxes, of_sellers, income)
    result.tariffs = raised(shock.tariffs, of_buyers, income)
    scarce = (income & (held.sign > 0) & (size > 0))[held.owner]
    if scarce.any():
        origin, destination, sector = (axis[scarce] for axis in held.cells)
        result.spared = np.zeros_like(shock.unit_cost)
        shares = economy.expenditure_shares[origin, destination, sector]
        np.add.at(result.spared, (destination, sector), shares * size[held.owner[scarce]])
    licensed = np.array([c.export_control or c.seller_cap < np.inf for c in shock.controls], dtype=bool)
    licensed = (licensed & income & (of_buyers != 0))[held.owner]
    if licensed.any():
        result.licences = np.zeros_like(shock.tariffs)
        np.add.at(result.licences, tuple(axis[licensed] for axis in held.cells), of_buyers[held.owner[licensed]])
    return result


def used(held: SideBySide, before: Any, after: Any) -> Array:
    """How much of each bound is used: quantity delivered over the baseline's, or value over the target."""
    owner, (i, n, j) = held.owner, held.cells
    value, flows = before.shipments[i, n, j], after.shipments[i, n, j]
    first, quantity = (e.shipments[i, n, j] / (e.unit_cost[i, j] * e.iceberg[i, n, j]) for e in (before, after))
    # weights are baseline values: the index the bound is written in
    grown = value * np.divide(quantity, first, out=np.zeros_like(value), where=value > 0)
    sums = [np.bincount(owner, part, len(held.bound)) for part in (flows * (value > 0), grown, value)]
    return np.where(held.by_value, sums[0] / held.bound, sums[1] / np.maximum(sums[2], 1e-300))


def _size(count: int, sizes: Sequence[int]) -> int:
    for size in sizes:
        if count < size:  # one row is always left for padding to point at
            return size
    raise ShockError(f"{count} controlled flows are more than the {sizes[-1]} a package may hold")


def _padded(rows: Any, size: int) -> Any:
    return np.concatenate([rows, np.zeros((size - len(rows), *rows.shape[1:]), dtype=rows.dtype)])
