"""Derivatives of an objective with respect to a whole policy, by the adjoint.

One gradient of one region's welfare with respect to every tariff in the world costs about as much as one solve.
Where a wage meets its floor an objective has a corner: gradients hold on either side, and `gradient` refuses the corner itself.
Source: implicit function theorem at the fixed point; MODEL: dG/dp = ∂G/∂p + λᵀ∂F/∂p, λ = (I − ∂F/∂z)⁻ᵀ ∂G/∂z.

>>> from detente.world import toy_world
>>> from detente.equilibrium.solve import solve
>>> slope = gradient(solve(toy_world()), "AAA", wrt="tariffs")
>>> slope.dims, bool(slope.sel(origin="BBB", destination="AAA", sector="MAKE") > 0)
(('origin', 'destination', 'sector'), True)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from detente.equilibrium.parameters import Parameters
from detente.equilibrium.solve import Solver, solve_flat
from detente.errors import InputError, NotConverged, UnknownName
from detente.extras import need
from detente.policy.shock import Shock
from detente.words import refusal
from detente.words.names import resolve_regions
from detente.world.economy import Economy

if TYPE_CHECKING:
    import xarray as xr

    from detente.equilibrium.levels import Equilibrium
    from detente.equilibrium.outcome import Outcome

Lever = Literal["tariffs", "export_taxes", "iceberg", "unit_cost", "subsidies", "bounds"]
ADJOINT_TOLERANCE = 1e-8  # of multipliers, whose size is points of income
LEVERS = ("tariffs", "export_taxes", "iceberg", "unit_cost", "subsidies", "bounds")


@dataclass(frozen=True)
class Objective:
    """What is wanted: weights by region code on real income (100 ln Ŵ), public revenue and consumer prices (both percent of
    value added or points), and by (region, sector) on value added (percent of the region's).
    """

    real_income: Mapping[str, float] = field(default_factory=dict)
    value_added: Mapping[tuple[str, str], float] = field(default_factory=dict)
    revenue: Mapping[str, float] = field(default_factory=dict)
    prices: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, what: str | Mapping[str, float] | Objective) -> Objective:
        """A region's real income, a weighted sum of several, or an objective as it is."""
        if isinstance(what, Objective):
            return what
        return cls(real_income={what: 1.0} if isinstance(what, str) else dict(what))

    def weights(self, regions: tuple[str, ...], sectors: tuple[str, ...]) -> Any:
        """The weights as the kernel takes them. Raises `UnknownRegion` or `UnknownSector`."""
        from detente.equilibrium import system
        from detente.words.names import resolve_sectors

        def by_region(weights: Mapping[str, float]) -> Any:
            vector = np.zeros(len(regions))
            for code, weight in weights.items():
                vector[[regions.index(r) for r in resolve_regions(code, regions)]] += weight
            return vector

        block = np.zeros((len(regions), len(sectors)))
        for (region, sector), weight in self.value_added.items():
            rows = [regions.index(r) for r in resolve_regions(region, regions)]
            columns = [sectors.index(s) for s in resolve_sectors(sector, sectors)]
            block[np.ix_(rows, columns)] += weight
        return system.Goal(by_region(self.real_income), block, by_region(self.revenue), by_region(self.prices))


def gradient(
    outcome: Outcome,
    objective: str | Mapping[str, float] | Objective,
    wrt: Lever = "tariffs",
    *,
    iterations: int = 2000,
) -> xr.DataArray:
    """Derivative of `objective` at `outcome` in one family of levers.

    "tariffs", "export_taxes" and "subsidies" per unit of the rate (1.0 is 100 points), "iceberg" and "unit_cost" per unit of
    the log cost, "bounds" per unit of the log bound of each quantity instrument. Dims origin × destination × sector; region ×
    sector for "unit_cost" and "subsidies"; measure for "bounds". Raises `NotConverged` if the adjoint does not
    converge, `InputError` where a wage is just at its floor and slopes differ by side.
    """
    xr = need("xarray")

    from detente.equilibrium import arrays, system

    if wrt not in LEVERS:
        raise UnknownName(wrt, list(LEVERS), "lever")
    if outcome.shock is None or outcome.parameters is None or outcome.flat is None:
        raise InputError(refusal("equilibrium", "no_state_gradient"))
    economy, parameters = outcome.after.economy, outcome.parameters
    market = outcome.after.labour_market
    if market is not None and np.isfinite(parameters.labour_mobility):
        corner = np.argwhere(market.corner & (economy.value_added > 0))
        if len(corner):
            n, j = corner[0]
            where = f"{economy.sectors[j]} in {economy.regions[n]}"
            raise InputError(refusal("equilibrium", "at_the_floor", where=where))
    goal = Objective.of(objective).weights(economy.regions, economy.sectors)
    value, levers, bounds, residual = system.gradient(
        outcome.flat,
        arrays.base(economy, parameters),
        arrays.levers(outcome.shock),
        arrays.controls(economy, outcome.shock, parameters),
        arrays.values(economy, parameters),
        goal,
        ADJOINT_TOLERANCE,
        iterations,
    )
    if not float(residual) <= 100 * ADJOINT_TOLERANCE:
        raise NotConverged(refusal("equilibrium", "adjoint_left", residual=f"{float(residual):.1e}", more=True))
    regions, sectors = list(economy.regions), list(economy.sectors)
    attributes = {"objective": float(value), "residual": float(residual)}
    if wrt == "bounds":
        labels = [control.label for control in outcome.shock.controls]
        return xr.DataArray(np.asarray(bounds)[: len(labels)], dims=("measure",), coords={"measure": labels}, attrs=attributes)
    raw = np.asarray(getattr(levers, {"iceberg": "log_iceberg", "unit_cost": "log_unit_cost"}.get(wrt, wrt)))
    if wrt in ("unit_cost", "subsidies"):
        return xr.DataArray(raw, dims=("region", "sector"), coords={"region": regions, "sector": sectors}, attrs=attributes)
    coords = {"origin": regions, "destination": regions, "sector": sectors}
    return xr.DataArray(raw.transpose(2, 1, 0), dims=tuple(coords), coords=coords, attrs=attributes)


class TariffGradients:
    """Values and tariff derivatives of several objectives along a search over tariffs.

    Each call solves from the last solution, so neighbouring tariffs cost a few sweeps. `shock` holds everything but tariffs.
    Where wages have a floor the objectives have corners; a search that ends in one does not converge.
    """

    def __init__(
        self,
        economy: Economy,
        shock: Shock,
        parameters: Parameters,
        objectives: Sequence[str | Mapping[str, float] | Objective],
        *,
        solver: Solver | None = None,
    ) -> None:
        from detente.equilibrium import system

        self.economy, self.shock, self.parameters = economy, shock, parameters
        self.solver = solver or Solver()
        weights = [Objective.of(o).weights(economy.regions, economy.sectors) for o in objectives]
        self._goals = system.Goal(*(np.stack(parts) for parts in zip(*weights, strict=True)))
        self._near: NDArray[np.float64] | None = None
        self._last = shock

    def equilibrium(self) -> Equilibrium:
        """The last point evaluated, in levels."""
        from detente.equilibrium import arrays, system
        from detente.equilibrium.levels import Equilibrium

        if self._near is None:
            raise InputError(refusal("equilibrium", "objectives_first"))
        n, s = self.economy.output.shape
        state = system.unpack(self._near, n, s)
        shock = arrays.with_wedges(self.economy, self._last, np.asarray(state.wedge)[: len(self._last.controls)])
        return Equilibrium.at(self.economy, shock, self.parameters, state.wage, state.price, state.sales, state.income)

    def __call__(self, tariffs: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Objectives [goal] and their derivatives [goal, origin, destination, sector] per unit of the rates.

        Raises `NotConverged` when the equilibrium or the adjoint does not converge.
        """
        from detente.equilibrium import arrays, system

        shock = self.shock.copy()
        shock.tariffs = tariffs
        attempt = solve_flat(self.economy, shock, self.parameters, self.solver, self._near)
        self._near, self._last = attempt.flat, shock
        values, slopes, residuals = system.tariff_gradients(
            attempt.flat,
            arrays.base(self.economy, self.parameters),
            arrays.levers(shock),
            arrays.controls(self.economy, shock, self.parameters),
            arrays.values(self.economy, self.parameters),
            self._goals,
            ADJOINT_TOLERANCE,
            2000,
        )
        if not float(np.max(residuals)) <= 100 * ADJOINT_TOLERANCE:
            raise NotConverged(refusal("equilibrium", "adjoint_left", residual=f"{float(np.max(residuals)):.1e}", more=""))
        return np.asarray(values), np.asarray(slopes).transpose(0, 3, 2, 1)
