"""Two steps that make a table add up: final demand filled to margins, and the two identities closed.

Fill a table to given totals: iterative proportional fitting with exact and with soft margins.

Find F ≥ 0 that minimises  KL(F | prior) + Σ_c weight_c · KL(A_c F | target_c)  where each margin c sums F over groups
of cells. Margins of infinite weight hold exactly. The solution is prior × Π_c u_c, and each factor has a closed form
given the others (A_c F without u_c is m):

    u_c = (target_c / m)^(weight / (1 + weight))        weight = ∞: u_c = target_c / m

so one sweep over the margins is one step of generalised Sinkhorn scaling. The exact margins come last in a sweep.

Source: Deming and Stephan (1940); Chizat, Peyré, Schmitzer and Vialard (2018), Scaling algorithms for unbalanced
optimal transport, Math. Comp. 87. https://doi.org/10.1090/mcom/3303

>>> rows = Margin("rows", np.array([[0, 0], [1, 1]]), np.array([3.0, 7.0]))
>>> cols = Margin("columns", np.array([[0, 1], [0, 1]]), np.array([4.0, 6.0]))
>>> fitted = fit_margins(np.ones((2, 2)), [rows, cols])
>>> fitted.table.round(6).tolist()
[[1.2, 1.8], [2.8, 4.2]]

From basic-price flows and duties to a table that satisfies both identities exactly.

Given shipments T[i,n,k], uses U[n,k,j] and F[n,k] at basic prices with Σᵢ T = Σⱼ U + F, and rates τ:

    r[n,k] = Σᵢ (1+τ) T / Σᵢ T      every user of k in n buys the same mix of origins
    intermediate use = r U,  final use = r F,  value added = Σₙ T − Σₖ r U

so duties on inputs come out of what the source table counts as value added and taxes. Where that leaves less than a
floor of output, the user's inputs are scaled down and the difference goes to final use: totals by product stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.errors import InputError, NotConverged
from detente.types import Array

# -- imputation --------------------------------------------------------------------------------------------------------
Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Margin:
    """Totals wanted of groups of cells. `groups` has the shape of the table: the group of each cell, −1 for none."""

    name: str
    groups: NDArray[np.integer]
    target: Array
    weight: float = np.inf
    bound: float = np.inf

    def __post_init__(self) -> None:
        if self.groups.max(initial=-1) >= len(self.target):
            raise InputError(f"margin {self.name!r}: {len(self.target)} targets for {int(self.groups.max()) + 1} groups")
        if not (np.isfinite(self.target) & (self.target >= 0)).all():
            raise InputError(f"margin {self.name!r}: targets must be finite and not negative")


@dataclass(frozen=True)
class Fitted:
    """The filled table, the largest relative miss of the exact margins, and the sweeps taken."""

    table: Array
    residual: float
    sweeps: int


def fit_margins(
    prior: Array, margins: Sequence[Margin], *, sweeps: int = 400, tolerance: float = 1e-9, acceptable: float = 1e-6
) -> Fitted:
    """Scale `prior` to `margins` (soft ones first, exact ones last). Zero cells stay zero.

    Stops when the exact margins and the table itself have settled to `tolerance`. Exact margins that a zero prior makes
    impossible raise `NotConverged` when `sweeps` run out with a relative miss above `acceptable`.
    """
    if (prior < 0).any() or not np.isfinite(prior).all():
        raise InputError("the prior must be finite, not negative")
    ordered = sorted(margins, key=lambda m: np.isinf(m.weight))
    flat = prior.astype(np.float64).ravel().copy()
    cells: list[slice | Labels] = []
    labels: list[Labels] = []
    factors: list[Array] = []
    powers: list[float] = []
    for margin in ordered:
        group = margin.groups.ravel()
        inside = np.flatnonzero(group >= 0)
        everywhere = len(inside) == flat.size
        cells.append(slice(None) if everywhere else inside)
        labels.append(group[inside].astype(np.int64))
        factors.append(np.ones(len(margin.target)))
        powers.append(1.0 if np.isinf(margin.weight) else margin.weight / (1 + margin.weight))
    residual, taken = np.inf, 0
    while taken < sweeps:
        taken += 1
        moved, residual = 0.0, 0.0
        for margin, cell, label, factor, power in zip(ordered, cells, labels, factors, powers, strict=True):
            total = np.bincount(label, weights=flat[cell], minlength=len(margin.target))
            reach = total > 0
            if power == 1.0:
                step = np.divide(margin.target, total, out=np.ones_like(total), where=reach)
                scale = np.maximum(margin.target, 1e-9 * margin.target.max(initial=1e-300))
                residual = max(residual, float((np.abs(total - margin.target) / scale).max(initial=0)))
            else:
                bare = np.divide(total, factor, out=np.ones_like(total), where=reach)
                wanted = np.where(reach, np.maximum(margin.target, 0) / np.maximum(bare, 1e-300), 1.0) ** power
                wanted = np.clip(wanted, 1 / margin.bound, margin.bound)
                step = np.divide(wanted, factor, out=np.ones_like(total), where=(factor > 0) & reach)
                moved = max(moved, float(np.abs(np.log(np.maximum(step, 1e-12))).max(initial=0)))
            factor *= step
            flat[cell] *= step[label]
        if residual < tolerance and moved < max(tolerance, 1e-6):
            break
    if not residual < acceptable:
        raise NotConverged(f"margins missed by {residual:.1e} of their targets after {taken} sweeps")
    return Fitted(flat.reshape(prior.shape), residual, taken)


def spread_to_sources(source_shares: Array, origin_totals: Array, spending: Array, *, steps: int = 200) -> Array:
    """Spending by destination that best explains what each origin sold, given where destinations buy.

    `source_shares[i, n, k]` share of origin i in n's purchases of k; `origin_totals[i, k]`; `spending[n, k]` the first
    guess, kept where it explains the totals already. Multiplicative (Richardson–Lucy) steps, non-negative throughout.
    Returns prior flows [i, n, k] = shares × spending.
    """
    total = origin_totals.sum(axis=0)
    guess = spending * np.divide(total, spending.sum(axis=0), out=np.zeros_like(total), where=spending.sum(axis=0) > 0)
    for _ in range(steps):
        implied = np.einsum("ink,nk->ik", source_shares, guess)
        ratio = np.divide(origin_totals, implied, out=np.zeros_like(implied), where=implied > 0)
        guess = guess * np.einsum("ink,ik->nk", source_shares, ratio)
    return np.asarray(source_shares * guess[None, :, :])


# -- balance -----------------------------------------------------------------------------------------------------------
TINY = 1e-6
VALUE_ADDED_FLOOR = 0.02


@dataclass(frozen=True)
class Balanced:
    """Flows in the layout of `World`, and what had to be moved. `moved` million USD, `cells` region–sectors."""

    shipments: Array
    intermediate_use: Array
    value_added: Array
    final_use: Array
    moved: float
    cells: tuple[tuple[int, int], ...]
    dropped: float


def balance(shipments: Array, use: Array, final: Array, tariff_rates: Array) -> Balanced:
    """Exact balance; flows below `TINY` become zero. Shapes as in `World` (use [n, k, j], final [n, k])."""
    kept = np.where(shipments < TINY, 0.0, shipments)
    dropped = float(shipments.sum() - kept.sum())
    use, final = np.maximum(use, 0.0), np.maximum(final, 0.0)
    use = np.where(use < TINY, 0.0, use)
    final = np.where(final < TINY, 0.0, final)
    supply = kept.sum(axis=0)
    spending = np.einsum("ink,ink->nk", 1 + tariff_rates, kept)
    asked = use.sum(axis=2) + final
    # a product that is shipped and that nobody asked for goes to final users
    final = np.where((asked <= 0) & (supply > 0), 1.0, final)
    asked = use.sum(axis=2) + final
    ratio = np.divide(spending, asked, out=np.zeros_like(spending), where=asked > 0)
    use, final = use * ratio[:, :, None], final * ratio
    output = kept.sum(axis=1)
    inputs = use.sum(axis=1)
    most = (1 - VALUE_ADDED_FLOOR) * output
    over = inputs > most
    factor = np.where(over, np.divide(most, inputs, out=np.zeros_like(most), where=inputs > 0), 1.0)
    cut = use * (1 - factor)[:, None, :]
    moved = float(cut.sum())
    use, final = use - cut, final + cut.sum(axis=2)
    value_added = output - use.sum(axis=1)
    cells = tuple((int(n), int(j)) for n, j in np.argwhere(over & (inputs > 1e-3)))
    return Balanced(kept, use, np.maximum(value_added, 0.0), final, moved, cells, dropped)
