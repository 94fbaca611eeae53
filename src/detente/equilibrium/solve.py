"""`solve`: the new equilibrium of a world or an economy under a policy.

>>> from detente.world import toy_world
>>> from detente.policy.instruments import Policy, Tariff
>>> outcome = solve(toy_world(), Policy([Tariff(by="AAA", on="BBB", rate=0.10)]))
>>> outcome.status
'converged'
>>> bool(outcome.real_income["BBB"] < 0)
True
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.equilibrium.outcome import Equilibrium, Outcome, baseline
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.errors import InputError, NotConverged, ShockError, UnknownSector
from detente.policy.instruments import Policy, Shock
from detente.world.economy import Economy
from detente.world.world import World

Array = NDArray[np.float64]
TOLERANCE = 1e-11
CLEARING = 1e-8  # worst relative gap of any market that may still be called an equilibrium


@dataclass(frozen=True)
class Solver:
    """How hard to try: `tolerance` on the largest change of any log variable in a sweep, `iterations` sweeps at most."""

    tolerance: float = TOLERANCE
    iterations: int = 1500
    memory: int = 8


def solve(
    world: World | Economy,
    policy: Policy | None = None,
    horizon: str | Parameters = "medium",
    *,
    solver: Solver | None = None,
    **parameters: Any,
) -> Outcome:
    """Solve for the equilibrium under `policy` and compare it with the baseline of `world`.

    `horizon` names a parameter set; any parameter may be replaced by name (`trade_elasticity=4`, `labour_mobility=inf`).
    Raises `NotConverged` rather than return numbers that are not an equilibrium; `ShockError` for a policy that leaves a
    buyer without any source; `UnknownRegion`, `UnknownSector`, `UnknownName` with suggestions.
    """
    economy = world.economy()
    policy = Policy() if policy is None else policy
    chosen = named_horizon(horizon, **parameters)
    shock = policy.shock(economy)
    _check_sources(economy, shock)
    solver = solver or Solver()

    state, residual, sweeps = _run(economy, shock, chosen, solver)
    if not residual <= solver.tolerance:
        raise NotConverged(
            f"{_package(policy)} at the {chosen.name} horizon left a residual of {residual:.1e} after {sweeps} sweeps "
            f"(wanted {solver.tolerance:.0e}). Try a smaller shock first, a longer horizon, or Solver(iterations=…)"
        )
    after = Equilibrium.at(economy, shock, chosen, *state)
    gap, where = after.worst_gap()
    if not gap <= CLEARING:
        raise NotConverged(
            f"{_package(policy)}: the {where} market misses by {gap:.1e}, so no result is given. Try a smaller shock"
        )
    provenance = {
        "code_version": importlib.metadata.version("detente") if _installed() else "source",
        "world": economy.name,
        "world_fingerprint": economy.fingerprint,
        "year": economy.year,
        "horizon": chosen.name,
        "parameters": chosen.record(),
        "policy": policy.describe(),
        "inputs_hash": _digest(economy, shock, chosen),
        "solver": {"tolerance": solver.tolerance, "memory": solver.memory},
    }
    return Outcome(
        before=baseline(economy), after=after, status="converged", residual=float(residual), clearing_gap=gap,
        iterations=int(sweeps), provenance=provenance,
    )  # fmt: skip


def _run(economy: Economy, shock: Shock, parameters: Parameters, solver: Solver) -> tuple[tuple[Array, ...], float, int]:
    """The compiled fixed point from the baseline; logs of hats as NumPy arrays."""
    kernel = _kernel()
    n, s = economy.output.shape
    start = np.zeros(3 * n * s + n)
    flat, residual, sweeps = kernel.equilibrium(
        start,
        constants(economy, shock, parameters),
        values(economy, parameters),
        solver.tolerance,
        solver.iterations,
        memory=solver.memory,
    )
    state = kernel.unpack(np.asarray(flat), n, s)
    return tuple(np.asarray(part) for part in state), float(residual), int(sweeps)


def constants(economy: Economy, shock: Shock, parameters: Parameters) -> Any:
    """What the kernel holds fixed during a solve."""
    kernel = _kernel()
    theta = parameters.theta(economy.trade_elasticity)
    pi = np.where(shock.allowed, economy.expenditure_shares, 0.0)
    with np.errstate(divide="ignore"):
        log_sourcing = np.log(pi) - theta * np.log(price_wedge(economy, shock))
    log_sourcing = np.ascontiguousarray(log_sourcing.transpose(2, 1, 0))  # [sector, destination, origin]
    peak = log_sourcing.max(axis=2)
    sourcing = np.exp(log_sourcing - np.where(np.isfinite(peak), peak, 0.0)[:, :, None])
    tau, tax = shock.tariffs.transpose(2, 1, 0), shock.export_taxes.transpose(2, 1, 0)
    is_critical = critical_mask(economy, parameters)
    gamma = economy.input_shares
    ordinary = np.where(is_critical[None, :, None], 0.0, gamma)
    bundle = ordinary.sum(1)
    index = np.flatnonzero(is_critical) if is_critical.any() else np.array([0])
    critical = gamma[:, index, :] if is_critical.any() else np.zeros_like(gamma[:, index, :])
    bracket = 1 - critical.sum(1)
    return kernel.Constants(
        sourcing=sourcing,
        sourcing_peak=peak.T,
        net_of_duties=sourcing / ((1 + tau) * (1 + tax)),
        import_duty=sourcing * tau / (1 + tau),
        export_duty=sourcing * tax / ((1 + tax) * (1 + tau)),
        inputs=ordinary,
        input_weights=np.divide(ordinary, bundle[:, None, :], out=np.zeros_like(ordinary), where=bundle[:, None, :] != 0),
        critical=critical,
        critical_index=index,
        bracket=bracket,
        labour=np.divide(economy.value_added_shares, bracket, out=np.ones_like(bracket), where=bracket > 0),
        final=economy.final_shares,
        output=economy.output,
        income=economy.income,
        value_added=economy.value_added,
        deficits=economy.deficits,
        unit_cost=np.log(shock.unit_cost),
    )


def values(economy: Economy, parameters: Parameters) -> Any:
    """Parameters as the kernel takes them."""
    closure = {"fixed": (1.0, 0.0), "zero": (0.0, 0.0), "proportional": (0.0, 1.0)}[parameters.deficits]
    return _kernel().Values(
        theta=parameters.theta(economy.trade_elasticity),
        scale=parameters.psi(len(economy.sectors)),
        r_value_added=1 - parameters.value_added_substitution,
        r_inputs=1 - parameters.input_substitution,
        r_critical=1 - parameters.critical_substitution,
        r_final=1 - parameters.final_substitution,
        iota=1 / parameters.labour_mobility,
        labour_supply=parameters.labour_supply,
        capital_share=parameters.capital_share,
        deficit_fixed=closure[0],
        deficit_proportional=closure[1],
    )


def price_wedge(economy: Economy, shock: Shock) -> Array:
    """κ̂ = (1+τ′)(1+x′)/((1+τ)(1+x)) · d̂ [origin, destination, sector]."""
    new = (1 + shock.tariffs) * (1 + shock.export_taxes)
    return new / ((1 + economy.tariffs) * (1 + economy.export_taxes)) * shock.iceberg


def critical_mask(economy: Economy, parameters: Parameters) -> NDArray[np.bool_]:
    """Which sectors are critical inputs. Names a horizon lists but the table lacks are passed over."""
    if parameters.critical_inputs and parameters.name not in _named_horizons():
        missing = [s for s in parameters.critical_inputs if s not in economy.sectors]
        if missing:
            raise UnknownSector(missing[0], list(economy.sectors))
    return np.isin(economy.sectors, parameters.critical_inputs)


def _named_horizons() -> tuple[str, ...]:
    from detente.equilibrium.parameters import horizon_table

    return tuple(horizon_table())


def _check_sources(economy: Economy, shock: Shock) -> None:
    """A buyer who buys something must have at least one seller left."""
    left = np.where(shock.allowed, economy.expenditure_shares, 0.0).sum(0)
    starved = (economy.expenditure > 0) & (left <= 0)
    if starved.any():
        n, j = np.argwhere(starved)[0]
        raise ShockError(
            f"{economy.regions[n]} would have no source of {economy.sectors[j]} left ({int(starved.sum())} such cells). "
            "Leave one supplier, or use a high tariff or cost instead of an embargo"
        )
    if not (np.isfinite(shock.iceberg) & (shock.iceberg > 0)).all():
        raise InputError("iceberg factors must be positive and finite")


def _package(policy: Policy) -> str:
    text = "; ".join(policy.describe()) or "no policy"
    return text if len(text) <= 200 else f"a package of {len(policy)} instruments"


def _digest(economy: Economy, shock: Shock, parameters: Parameters) -> str:
    digest = hashlib.sha256(economy.fingerprint.encode())
    digest.update(json.dumps(parameters.record(), sort_keys=True, default=str).encode())
    for array in (shock.tariffs, shock.export_taxes, shock.iceberg, shock.allowed, shock.unit_cost):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=1)
def _installed() -> bool:
    try:
        importlib.metadata.version("detente")
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


@lru_cache(maxsize=1)
def _kernel() -> Any:
    """The JAX module, imported on first use; compiled code is kept between runs in the user's cache directory."""
    import jax

    from detente.equilibrium import system

    folder = os.environ.get("DETENTE_CACHE") or str(Path.home() / ".cache" / "detente")
    try:
        target = Path(folder) / "compiled"
        target.mkdir(parents=True, exist_ok=True)
        jax.config.update("jax_compilation_cache_dir", str(target))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    except OSError:
        pass  # a read-only home only costs the compilation
    return system
