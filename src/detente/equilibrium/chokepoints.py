"""Chokepoints: a good under export control that is hard to replace, at any month since the decision.

`narrowed` takes the policy in force at a node of the path and turns its export controls into what buyers and other sellers meet:

* users' stocks put the shortage off: a destination is rationed only when what was withheld from it since the decision, beyond
  what was withheld before, has eaten its stock; until then its bound is the one it had before;
* a part of what is withheld leaks through others: of a bound b the part (1 − b)·leakage comes back;
* the seller may charge at most a list price; what a licence is worth beyond it is the buyers' who hold one (`rent="buyers"`), or
  all of it is kept by the exporter (`rent="kept"`);
* every other producer of the good sells at most so much more than before, at home and abroad, at most at the list price.

Substitution by month is the path's `critical_substitution`. All values are rows of `data/path.yaml`. Any good can be a
chokepoint: the controls say which. Quotas and purchases stay as they are.

What engineers expect on the first day, when nothing else adjusts, is exact CES output of an input of cost share s cut to x of its
past with elasticity of substitution σ:

    Y = [1 − s + s·x^ρ]^(1/ρ),  ρ = 1 − 1/σ.

The second-order formula ln Y ≈ s ln x + ½ s(1−s)(1 − 1/σ)(ln x)² fails at low σ and serves only as a diagnostic. Sources:
Bachmann et al. (2022); Baqaee and Farhi (2019) for the second-order form.

>>> exact, rough = output_after_cut(0.04, 0.04, 0.9), second_order(0.04, 0.04, 0.9)
>>> f"{100 * (exact - 1):.2f} {100 * (rough - 1):.2f}"
'-1.57 -0.93'
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from detente.equilibrium import months as path
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import at_month
from detente.equilibrium.solve import Solver, solve_shock
from detente.errors import InputError, UnknownName, UnknownSector
from detente.policy.instruments import ExportControl, Policy
from detente.policy.shock import Control, Shock
from detente.words import say
from detente.world.economy import Economy
from detente.world.world import World

if TYPE_CHECKING:
    from detente.equilibrium.parameters import ExchangeRate

Array = NDArray[np.float64]
Rent = Literal["buyers", "kept"]
History = Sequence[tuple[float, Sequence[Control]]]
"""(months since the decision, negative before it; the controls in force from then until the next entry), in order of time."""
ROWS = ("leakage", "other_producers", "list_price", "stock_days")
"""Rows of the path that `narrowed` reads; taking any other at an end of its range changes nothing there."""
DAYS_A_MONTH = 365.25 / 12
MONTHS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 12.0, 18.0, 24.0, 36.0)


class Narrowed(NamedTuple):
    """A shock whose export controls are chokepoints, and the goods that are hard to replace (`Parameters.critical_inputs`)."""

    shock: Shock
    goods: tuple[str, ...]


def narrowed(
    economy: Economy,
    shock: Shock,
    history: History,
    month: float,
    ends: Mapping[str, path.End] | None = None,
    *,
    rent: Rent = "buyers",
) -> Narrowed:
    """The shock of a node with its export controls as chokepoints, and which goods are hard to replace there.

    `history` says which controls were in force when, those before the decision too (empty: those of the shock, since the
    decision); `ends` names rows of the path to take at an end of their range. A scenario and what it is compared with are solved
    with the goods of both. Raises `UnknownName`.
    """
    if rent not in ("buyers", "kept"):
        raise UnknownName(rent, ["buyers", "kept"], "rent reading")

    def at(row: str) -> float:
        return float(path.value(row, month, (ends or {}).get(row, "centre")))

    leakage, growth, list_price = at("leakage"), at("other_producers") / 100, float(np.log(at("list_price")))
    entries = sorted(history, key=lambda entry: entry[0]) or [(0.0, shock.controls)]
    held = np.array(sorted(_goods(shock.controls).union(*(_goods(c) for _, c in entries))), dtype=np.int64)
    flows = economy.shipments[:, :, held]  # what follows is of goods under control alone
    then = [controls for start, controls in entries if start < 0][-1:]
    before = _let_through(shock, then[0] if then else (), leakage, held)
    now = _let_through(shock, shock.controls, leakage, held)
    touched = np.asarray(((now < 1) & (flows > 0)).any((0, 1)))
    for _, controls in entries:
        if not touched.all():
            touched |= ((_let_through(shock, controls, leakage, held) < 1) & (flows > 0)).any((0, 1))
    # days of its use that a destination has gone without since the decision, beyond what it lacked before
    share = flows / np.maximum(flows.sum(0), 1e-300)
    lacked = np.zeros(share.shape[1:])
    for k, (start, controls) in enumerate(entries):
        end = entries[k + 1][0] if k + 1 < len(entries) else np.inf
        length = max(min(end, month) - max(start, 0.0), 0.0) * DAYS_A_MONTH
        if length > 0:
            left = _let_through(shock, controls, leakage, held)
            lacked += np.maximum(np.einsum("inj,inj->nj", share, before - left), 0.0) * length
    rationed = lacked >= at("stock_days")  # [destination, good]

    result = shock.copy()
    result.controls = []
    for control in shock.controls:
        if not _counts(control):
            result.controls.append(control)
            continue
        bound = 1 - (1 - control.bound) * (1 - leakage)
        origin, destination, sector = control.cells
        good = np.searchsorted(held, sector)
        stocked = ~rationed[destination, good]
        eased = np.where(stocked, np.maximum(before[origin, destination, good], bound), bound)
        if rent == "buyers" and control.rent != "lost":
            control = dataclasses.replace(control, rent="origin", seller_cap=list_price)
        for level in np.unique(eased):
            if level < 1:
                label = control.label if level == bound else _told("stocked", label=control.label)
                part = np.zeros_like(control.flows)
                part[tuple(axis[eased == level] for axis in (origin, destination, sector))] = True
                result.controls.append(dataclasses.replace(control, label=label, flows=part, bound=float(level)))
    result.controls += _capacities(economy, result, growth, list_price)
    return Narrowed(result, tuple(economy.sectors[j] for j, hit in zip(held, touched, strict=True) if hit))


def _told(part: str, **values: Any) -> str:
    return say("equilibrium/chokepoints", part, **values)


def _counts(control: Control) -> bool:
    return control.export_control and control.kind == "at most" and not control.by_value


def _goods(controls: Sequence[Control]) -> set[int]:
    """Positions of the goods that export controls bound."""
    return {j for control in controls if _counts(control) for j in control.goods}


def _let_through(shock: Shock, controls: Sequence[Control], leakage: float, goods: NDArray[np.int64]) -> Array:
    """Quantity that export controls let through over the table's, leaks counted [origin, destination, good]."""
    left = np.ones((*shock.tariffs.shape[:2], len(goods)))
    for control in controls:
        if _counts(control):
            origin, destination, sector = control.cells
            cells = origin, destination, np.searchsorted(goods, sector)
            left[cells] = np.minimum(left[cells], 1 - (1 - control.bound) * (1 - leakage))
    return left


def _capacities(economy: Economy, shock: Shock, growth: float, list_price: float) -> list[Control]:
    """Bounds on all sales, at home too, of every producer that controls no sales of its own of a good under control.

    Flows that another bound holds already stay with that one.
    """
    held = np.zeros(shock.tariffs.shape, dtype=bool)
    controllers = np.zeros(economy.output.shape, dtype=bool)
    for control in shock.controls:
        held[control.cells] = True
        if _counts(control) and control.bound < 1:
            origin, _, sector = control.cells
            controllers[origin, sector] = True
    found = []
    for j in np.flatnonzero(controllers.any(0)).tolist():
        free = (economy.shipments[:, :, j] > 0) & ~held[:, :, j]  # [origin, destination]
        for i in np.flatnonzero(free.any(1) & ~controllers[:, j]).tolist():
            flows = np.zeros(held.shape, dtype=bool)
            flows[i, :, j] = free[i]
            label = _told("capacity", region=economy.regions[i], sector=economy.sectors[j], growth=100 * growth)
            found.append(Control(label, flows, 1 + growth, "at most", "origin", seller_cap=list_price))
    return found


@dataclass(frozen=True, eq=False)
class Chokepoint:
    """A cut of one good, month by month since it began: each month's outcome against the same month without the cut.

    `rent` and `ends` are what it was solved with (`narrowed`).
    """

    by: str
    sector: str
    withheld: float
    months: tuple[float, ...]
    outcomes: tuple[Outcome, ...]
    rent: Rent = "buyers"
    ends: Mapping[str, path.End] = field(default_factory=dict)

    def to_frame(self, regions: Sequence[str] | None = None) -> pd.DataFrame:
        """Real income, percent, one row a month and a column a region, with substitution and what others may add (percent)."""
        rows = []
        for month, outcome in zip(self.months, self.outcomes, strict=True):
            row: dict[str, Any] = {"months": month}
            for name, key in (("substitution", "critical_substitution"), ("others may add, %", "other_producers")):
                row[name] = path.value(key, month, self.ends.get(key, "centre"))
            row |= {region: float(outcome.real_income[region]) for region in regions or outcome.regions}
            rows.append(row)
        return pd.DataFrame(rows).set_index("months")

    def mean_real_income(self, region: str, until: float) -> float:
        """Real income averaged over the months up to `until`, percent; straight lines between the months solved."""
        return mean_until(self.months, [float(o.real_income[region]) for o in self.outcomes], until)


def chokepoint(
    world: World | Economy,
    by: str,
    sector: str,
    withhold: float,
    *,
    on: str | Sequence[str] | None = None,
    policy: Policy | None = None,
    months: Sequence[float] = MONTHS,
    rent: Rent = "buyers",
    ends: Mapping[str, path.End] | None = None,
    exchange_rate: ExchangeRate = "flexible",
) -> Chokepoint:
    """Solve the months after `by` begins to withhold a share of its exports of `sector`.

    `policy` is what stood before and still does, with and without the cut. `ends` names rows of the path to take at an end of
    their range ({"leakage": "low"}). Raises as `solve` does, and `CornerResult`.
    """
    economy = world.economy()
    rest = policy or Policy()
    cut = rest + Policy([ExportControl(by=by, sectors=sector, withhold=withhold, on=on)])
    outcomes = tuple(month_after(economy, rest, cut, m, rent=rent, ends=ends, exchange_rate=exchange_rate) for m in months)
    return Chokepoint(by, sector, withhold, tuple(months), outcomes, rent, dict(ends or {}))


def month_after(
    economy: Economy,
    before: Policy,
    after: Policy,
    month: float,
    *,
    rent: Rent = "buyers",
    ends: Mapping[str, path.End] | None = None,
    exchange_rate: ExchangeRate = "flexible",
    solver: Solver | None = None,
) -> Outcome:
    """`after`, in force since the decision, against `before`, in force until then, so many months after the decision."""
    shocks = [policy.shock(economy) for policy in (before, after)]
    standing = (-1.0, shocks[0].controls)
    histories: list[History] = [[standing], [standing, (0.0, shocks[1].controls)]]
    pair = [narrowed(economy, s, h, month, ends, rent=rent) for s, h in zip(shocks, histories, strict=True)]
    goods = tuple(s for s in economy.sectors if any(s in n.goods for n in pair))
    chosen = at_month(month, ends, exchange_rate=exchange_rate, critical=goods)
    packages = zip(pair, (before, after), strict=True)
    base, moved = (solve_shock(economy, n.shock, chosen, policy=p, solver=solver) for n, p in packages)
    return moved.relative_to(base)


def mean_until(months: Sequence[float], values: Sequence[float], until: float) -> float:
    """Mean over the months from 0 to `until` of a line through values at months; the first holds before, the last after."""
    from scipy.integrate import trapezoid

    knots = np.unique([0.0, *(m for m in months if 0 < m < until), until])
    heights = np.interp(knots, months, values)
    return float(trapezoid(heights, knots) / until) if until > 0 else float(heights[0])


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


def direct_losses(world: World | Economy, sector: str, left: Sequence[float], elasticity: float) -> pd.DataFrame:
    """Output lost by each region and user, percent, if each region has `left[n]` of its past use: exact and second order.

    Nothing else adjusts, so this is what engineers would expect on the first day; the equilibrium loses less.
    """
    economy = world.economy()
    if sector not in economy.sectors:
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
