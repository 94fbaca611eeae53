"""From an economy, a shock and parameters to the arrays the compiled system takes.

Trade arrays turn from [origin, destination, sector] to [sector, destination, origin]. Controls are padded to a few fixed
sizes, so that packages with a different number of controls share compiled code.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
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
    duties = (1 + economy.tariffs) * (1 + economy.export_taxes)
    return system.Base(
        log_shares=np.log(pi, out=np.full_like(pi, system.OFF), where=pi > 0),
        log_duties=turned(np.log(duties)),
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
    owner, cells = flows_of(held)
    # what is banned counts in the baseline a bound is a share of, and delivers nothing
    listed = economy.shipments[cells]
    total = np.bincount(owner, listed, count)
    traded = shock.allowed[cells] & (listed > 0)
    for control, flows in zip(held, np.bincount(owner, traded, count), strict=True):
        if not flows and control.kind == "at least":
            raise ShockError(f"{control.label}: the table has no such trade to enlarge")
    bound, by_value, sign, rent, cap = _bounds(held)
    weight = np.where(by_value[owner], 1 / bound[owner], listed / np.maximum(total, 1e-300)[owner])
    per_flow = np.stack([weight, rent[owner], cap[owner]], axis=1)[traded]
    first = np.minimum.reduceat(cells[2], np.flatnonzero(np.diff(owner, prepend=-1))) if len(owner) else owner
    sector = np.full(count, len(economy.sectors) - 1)
    sector[np.unique(owner)] = first
    theta = theta_of(economy, parameters)[sector]
    most = np.array([c.most for c in held], dtype=np.float64)
    per_bound = np.stack([np.where(by_value, 0.0, np.log(bound)), sign, by_value, 1 / (1 + theta), most], axis=1)
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


def flows_of(controls: Sequence[Control]) -> tuple[NDArray[np.int64], tuple[NDArray[np.int64], ...]]:
    """Every flow under a control, one control after the other: whose it is, and (origins, destinations, sectors)."""
    owner = np.repeat(np.arange(len(controls)), [len(c.cells[0]) for c in controls])
    none = np.empty(0, dtype=np.int64)
    return owner, tuple(np.concatenate([none, *(c.cells[axis] for c in controls)]) for axis in range(3))


def _bounds(controls: Sequence[Control]) -> tuple[Array, NDArray[np.bool_], Array, Array, Array]:
    """Bound, whether on value, sign, whether somebody's income, the seller's cap; one a control."""
    bound = np.array([c.bound for c in controls], dtype=np.float64)
    by_value = np.array([c.by_value for c in controls], dtype=bool)
    sign = np.array([1.0 if c.kind == "at most" else -1.0 for c in controls])
    rent = np.array([float(c.rent != "lost") for c in controls])
    return bound, by_value, sign, rent, np.array([c.cap for c in controls], dtype=np.float64)


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
    new = (1 + shock.tariffs) * (1 + shock.export_taxes)
    return new / ((1 + economy.tariffs) * (1 + economy.export_taxes)) * shock.iceberg


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


def with_wedges(economy: Economy, shock: Shock, wedges: Array) -> Shock:
    """The shock with every control replaced by the tax, duty or cost that does the same.

    `spared` is the mean of the scarcity wedges on what a region buys of a good, in logs, by table shares of its sources,
    `licences` what buyers who hold one have of a wedge.
    """
    touched = {"iceberg" if c.rent == "lost" else "tariffs" for c in shock.controls if c.rent == "lost" or c.cap < np.inf}
    touched |= {"export_taxes" for c in shock.controls if c.rent != "lost" and c.cap > 0}
    result = dataclasses.replace(shock, controls=[], **{key: getattr(shock, key).copy() for key in touched})
    spared, licences = np.zeros_like(shock.unit_cost), np.zeros_like(shock.tariffs)
    for control, wedge in zip(shock.controls, wedges, strict=True):
        if control.rent != "lost" and control.kind == "at most" and wedge > 0:
            np.add.at(spared, control.cells[1:], economy.expenditure_shares[control.cells] * control.size(wedge))
        if control.rent == "lost":
            result.iceberg[control.cells] *= np.exp(control.wedges(wedge)[0])
            continue
        sellers, buyers = (np.exp(part) for part in control.wedges(wedge))
        if sellers != 1:
            result.export_taxes[control.cells] = (1 + result.export_taxes[control.cells]) * sellers - 1
        if buyers != 1:
            result.tariffs[control.cells] = (1 + result.tariffs[control.cells]) * buyers - 1
            if control.export_control or control.seller_cap < np.inf:
                licences[control.cells] += np.log(buyers)
    result.spared = spared if spared.any() else None
    result.licences = licences if licences.any() else None
    return result


def used(controls: Sequence[Control], before: Any, after: Any) -> Array:
    """How much of each bound is used: quantity delivered over the baseline's, or value over the target."""
    owner, (i, n, j) = flows_of(controls)
    bound, by_value, *_ = _bounds(controls)
    value, flows = before.shipments[i, n, j], after.shipments[i, n, j]
    first, quantity = (e.shipments[i, n, j] / (e.unit_cost[i, j] * e.iceberg[i, n, j]) for e in (before, after))
    # weights are baseline values: the index the bound is written in
    grown = value * np.divide(quantity, first, out=np.zeros_like(value), where=value > 0)
    sums = [np.bincount(owner, part, len(controls)) for part in (flows * (value > 0), grown, value)]
    return np.where(by_value, sums[0] / bound, sums[1] / np.maximum(sums[2], 1e-300))


def _size(count: int, sizes: Sequence[int]) -> int:
    for size in sizes:
        if count < size:  # one row is always left for padding to point at
            return size
    raise ShockError(f"{count} controlled flows are more than the {sizes[-1]} a package may hold")


def _padded(rows: Any, size: int) -> Any:
    return np.concatenate([rows, np.zeros((size - len(rows), *rows.shape[1:]), dtype=rows.dtype)])
