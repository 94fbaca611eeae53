"""Chokepoints: a small input that is hard to replace, month by month after a cut.

Exact CES output when an input of cost share s and elasticity of substitution σ with everything else is cut to x of its past:

    Y = [1 − s + s·x^ρ]^(1/ρ),  ρ = 1 − 1/σ.

The second-order formula ln Y ≈ s ln x + ½ s(1−s)(1 − 1/σ)(ln x)² fails at low σ and serves only as a diagnostic. Substitution
and other suppliers grow with the months since the cut, and stocks delay it: D days of use in store cover a shortage of a share
q for D/q days. Sources: Bachmann et al. (2022); Baqaee and Farhi (2019) for the second-order form.

>>> exact, rough = output_after_cut(0.04, 0.04, 0.9), second_order(0.04, 0.04, 0.9)
>>> f"{100 * (exact - 1):.2f} {100 * (rough - 1):.2f}"
'-1.57 -0.93'
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import horizon as named_horizon
from detente.equilibrium.solve import solve
from detente.errors import InputError
from detente.policy.instruments import ExportControl, Policy
from detente.world.economy import Economy
from detente.world.world import World

Array = NDArray[np.float64]
MONTHS = (1, 3, 6, 12, 18, 24, 36, 60)
DAYS_A_MONTH = 365.25 / 12


def output_after_cut(share: ArrayLike, elasticity: float, left: ArrayLike) -> Array:
    """Output over its past when an input with cost `share` is cut to `left` of its past; all broadcast. Exact, any σ > 0."""
    s, x = np.asarray(share, dtype=np.float64), np.asarray(left, dtype=np.float64)
    if elasticity <= 0 or (s < 0).any() or (s > 1).any() or (x <= 0).any():
        raise InputError("need an elasticity above 0, shares between 0 and 1 and a remainder above 0")
    log_x = np.log(x)
    rho = 1 - 1 / elasticity
    if abs(rho) < 1e-9:
        return np.exp(s * log_x)
    # log-sum-exp around the larger of the two terms: x^ρ overflows for small σ
    with np.errstate(divide="ignore"):
        terms = np.logaddexp(np.log1p(-s), np.log(s) + rho * log_x)
    return np.exp(terms / rho)


def second_order(share: ArrayLike, elasticity: float, left: ArrayLike) -> Array:
    """The same to second order in ln x: a diagnostic, wrong where it matters."""
    s, log_x = np.asarray(share, dtype=np.float64), np.log(np.asarray(left, dtype=np.float64))
    return np.exp(s * log_x + 0.5 * s * (1 - s) * (1 - 1 / elasticity) * log_x**2)


def flexibility(months: float) -> tuple[float, float]:
    """(substitution with other inputs, factor on the trade elasticity) this long after a cut.

    Log-linear between 0.05 and 0.3 at the start, 0.1 and 0.5 at nine months (the short horizon) and 1 and 1 at five years.
    """
    points = np.array([0.0, 9.0, 60.0])
    at = np.clip(months, 0.0, 60.0)
    substitution = np.exp(np.interp(at, points, np.log([0.05, 0.1, 1.0])))
    trade = np.exp(np.interp(at, points, np.log([0.3, 0.5, 1.0])))
    return float(substitution), float(trade)


def shortage_begins(stock_days: float, withheld: float) -> float:
    """Months until stocks are used up when a share `withheld` of use is missing; infinite if nothing is missing."""
    return float("inf") if withheld <= 0 else stock_days / withheld / DAYS_A_MONTH


@dataclass(frozen=True, eq=False)
class Chokepoint:
    """A cut of one critical input, month by month. `outcomes` compares each month with no cut; None while stocks last."""

    by: str
    sector: str
    withheld: float
    stock_days: float
    months: tuple[float, ...]
    outcomes: tuple[Outcome | None, ...]

    def to_frame(self, regions: Sequence[str] | None = None) -> pd.DataFrame:
        """Real income, percent, one row a month and a column a region, with the elasticities used."""
        rows = []
        for month, outcome in zip(self.months, self.outcomes, strict=True):
            substitution, trade = flexibility(month)
            row: dict[str, Any] = {"months": month, "substitution": substitution, "trade elasticity factor": trade}
            row["price of the input, %"] = 0.0 if outcome is None else float(outcome.shadow_prices["price wedge, %"].max())
            for region in regions or self._regions():
                row[region] = 0.0 if outcome is None else float(outcome.real_income[region])
            rows.append(row)
        return pd.DataFrame(rows).set_index("months")

    def downstream(self, month: float) -> pd.DataFrame:
        """Real output by region and sector, percent, at one of the months."""
        outcome = self.outcomes[self.months.index(month)]
        if outcome is None:
            raise InputError(f"stocks still last after {month:g} months; nothing is lost yet")
        return outcome.output

    def _regions(self) -> tuple[str, ...]:
        return next((o.regions for o in self.outcomes if o is not None), ())


def chokepoint(
    world: World | Economy,
    by: str,
    sector: str,
    withhold: float,
    *,
    on: str | Sequence[str] | None = None,
    stock_days: float = 0.0,
    months: Sequence[float] = MONTHS,
    policy: Policy | None = None,
    **parameters: Any,
) -> Chokepoint:
    """Solve the short run with the flexibility of each month after `by` withholds a share of its exports of `sector`.

    `policy` is what else is in force, with and without the cut. Stocks of `stock_days` of use delay the shortage.
    """
    economy = world.economy()
    rest = policy or Policy()
    cut = rest + Policy([ExportControl(by=by, sectors=sector, withhold=withhold, on=on)])
    begins = shortage_begins(stock_days, withhold)
    outcomes: list[Outcome | None] = []
    for month in months:
        if month < begins:
            outcomes.append(None)
            continue
        substitution, trade = flexibility(month)
        settings: dict[str, Any] = {
            "critical_inputs": (sector,), "critical_substitution": substitution, "critical_trade_factor": trade, **parameters,
        }  # fmt: skip
        chosen = named_horizon("short", **settings)
        outcomes.append(solve(economy, cut, chosen).relative_to(solve(economy, rest, chosen)))
    return Chokepoint(by, sector, withhold, stock_days, tuple(months), tuple(outcomes))


def direct_losses(world: World | Economy, sector: str, left: Sequence[float], elasticity: float) -> pd.DataFrame:
    """Output lost by each region and user, percent, if each region has `left[n]` of its past use: exact and second order.

    Nothing else adjusts, so this is what engineers would expect on the first day; the equilibrium loses less.
    """
    economy = world.economy()
    if sector not in economy.sectors:
        from detente.errors import UnknownSector

        raise UnknownSector(sector, list(economy.sectors))
    share = np.maximum(economy.input_shares[:, economy.sectors.index(sector), :], 0.0)
    remaining = np.broadcast_to(np.asarray(left, dtype=np.float64)[:, None], share.shape)
    index = pd.MultiIndex.from_product([economy.regions, economy.sectors], names=["region", "sector"])
    return pd.DataFrame(
        {
            "cost share, %": 100 * share.ravel(),
            "exact, %": 100 * (output_after_cut(share, elasticity, remaining).ravel() - 1),
            "second order, %": 100 * (second_order(share, elasticity, remaining).ravel() - 1),
        },
        index=index,
    )
