"""`Economy`: a world as the shares that hat algebra starts from.

Either from a `World` (exact by construction) or from published shares. Shares say nothing of levels, so spending and
output are solved for: with Y = ΣₙπX/((1+τ)(1+x)), X = γY + α(βY + duties + D), and world value added as given.
The system has one solution up to scale (Walras), fixed by Σ value added. Source: Caliendo and Parro (2015), section 3.

>>> from detente.world import toy_world
>>> economy = toy_world().economy()
>>> bool(abs(economy.expenditure_shares.sum(axis=0) - 1).max() < 1e-12)
True
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from detente.errors import InputError, UnbalancedTable
from detente.files import sha256
from detente.types import Array
from detente.words import refusal, say
from detente.world.labelled import in_order, trade_axes, unlabelled
from detente.world.world import _frozen, _rates

if TYPE_CHECKING:
    from detente.world.world import World


ECONOMY = "words/templates/Economy"


class Reconciled(UserWarning):
    """Value added of a table of shares was moved to agree with its other shares."""


@dataclass(frozen=True, eq=False)
class Economy:
    """Baseline of the model. N regions, S sectors; shares sum to one where there is anything to share.

    expenditure_shares π [origin, destination, sector]; input_shares γ [region, input, user] and value_added_shares β
    [region, sector], shares of total cost; final_shares α [region, sector]; output, expenditure [region, sector] and
    deficits [region] in `unit`; tariffs, export_taxes [origin, destination, sector] as rates; trade_elasticity θ [sector];
    profit_shares [region, sector], the part of value added that is pure profit (restricted entry; zero unless given);
    employed [region, sector], thousand persons, None where jobs are not known.
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    expenditure_shares: Array
    input_shares: Array
    value_added_shares: Array
    final_shares: Array
    output: Array
    expenditure: Array
    deficits: Array
    tariffs: Array
    export_taxes: Array
    trade_elasticity: Array
    profit_shares: Array
    unit: str = "million USD"
    year: int | None = None
    name: str = "economy"
    notes: tuple[str, ...] = ()
    extras: Mapping[str, Any] = field(default_factory=dict)
    employed: Array | None = None

    @classmethod
    def from_world(cls, world: World) -> Economy:
        """Shares of a balanced table. Cells without output or use get inert shares (β = 1, π = 0)."""
        output, spending = world.output, world.expenditure
        return cls(
            regions=world.regions,
            sectors=world.sectors,
            expenditure_shares=_share(world.duty_factor * world.shipments, spending[None]),
            input_shares=_share(world.intermediate_use, output[:, None, :]),
            value_added_shares=np.where(output > 0, _share(world.value_added, output), 1.0),
            final_shares=_share(world.final_use, world.final_use.sum(1, keepdims=True)),
            output=output,
            expenditure=spending,
            deficits=world.deficits,
            tariffs=world.tariff_rates,
            export_taxes=world.export_tax_rates,
            trade_elasticity=world.trade_elasticity,
            profit_shares=np.zeros_like(output),
            unit=world.unit,
            year=world.year,
            name=world.name,
            extras=world.extras,
            employed=world.employed,
        )

    @classmethod
    def from_shares(
        cls,
        *,
        expenditure_shares: ArrayLike,
        input_shares: ArrayLike,
        value_added_shares: ArrayLike,
        final_shares: ArrayLike,
        value_added: ArrayLike,
        trade_elasticity: ArrayLike,
        deficits: ArrayLike | None = None,
        tariffs: ArrayLike | None = None,
        export_taxes: ArrayLike | None = None,
        profit_shares: ArrayLike | None = None,
        regions: Sequence[str] | None = None,
        sectors: Sequence[str] | None = None,
        unit: str = "million USD",
        year: int | None = None,
        name: str = "economy",
        tolerance: float = 1e-2,
        quiet: bool = False,
    ) -> Economy:
        """Calibrate from shares.

        expenditure_shares [origin, destination, sector], input_shares [region, input, user] as shares of total cost,
        value_added_shares [region, sector], final_shares [region, sector], value_added [region], deficits [region]
        (transfers from abroad, zero if absent), tariffs [origin, destination, sector] as rates (0.1 is 10 %).
        profit_shares [sector] or [region, sector]: the share of value added that is profit of a fixed number of firms
        (restricted entry, Ossa 2014: 1/σ where there are no intermediates); it is income but clears no labour market.

        Labelled arrays (xarray, pandas) are put in the order of `regions` and `sectors`, and refused where these are not given.
        Published tables hold a few input shares just below zero; down to −0.01 they are kept and noted.
        Published shares are rounded: where the value added they imply differs from the one given by more than
        1e-6 a `Reconciled` warning says so (a note only if `quiet`), above `tolerance` an `UnbalancedTable` names the region.
        """
        if regions is None or sectors is None:
            given = {
                "expenditure_shares": expenditure_shares, "input_shares": input_shares, "value_added_shares": value_added_shares,
                "final_shares": final_shares, "value_added": value_added, "trade_elasticity": trade_elasticity,
                "deficits": deficits, "tariffs": tariffs, "export_taxes": export_taxes, "profit_shares": profit_shares,
            }  # fmt: skip
            for what, values in given.items():
                unlabelled(values, what)
        else:
            r, g = tuple(map(str, regions)), tuple(map(str, sectors))
            trade, cells = trade_axes(r, g), (("region", r), ("sector", g))
            expenditure_shares = in_order(expenditure_shares, trade, "expenditure_shares")
            tariffs, export_taxes = in_order(tariffs, trade, "tariffs"), in_order(export_taxes, trade, "export_taxes")
            input_shares = in_order(input_shares, (("region", r), ("input", g), ("user", g)), "input_shares")
            value_added_shares = in_order(value_added_shares, cells, "value_added_shares")
            final_shares = in_order(final_shares, cells, "final_shares")
            value_added, deficits = in_order(value_added, cells[:1], "value_added"), in_order(deficits, cells[:1], "deficits")
            trade_elasticity = in_order(trade_elasticity, cells[1:], "trade_elasticity")
            one = cells if getattr(profit_shares, "ndim", 1) == 2 else cells[1:]
            profit_shares = in_order(profit_shares, one, "profit_shares")
        pi = np.asarray(expenditure_shares, dtype=np.float64)
        if pi.ndim != 3 or pi.shape[0] != pi.shape[1]:
            raise InputError(refusal("world", "shares_shape", shape=pi.shape))
        n, _, s = pi.shape
        names = tuple(map(str, regions)) if regions is not None else tuple(f"R{k + 1}" for k in range(n))
        goods = tuple(map(str, sectors)) if sectors is not None else tuple(f"S{k + 1}" for k in range(s))
        if (len(names), len(goods)) != (n, s) or len(set(names)) != n or len(set(goods)) != s:
            raise InputError(refusal("world", "labels_wanted", regions=n, sectors=s))
        pi = _frozen(pi, (n, n, s), "expenditure_shares")
        gamma = _frozen(input_shares, (n, s, s), "input_shares", minimum=-0.01)
        beta = _frozen(value_added_shares, (n, s), "value_added_shares")
        alpha = _frozen(final_shares, (n, s), "final_shares")
        va = _frozen(value_added, (n,), "value_added")
        deficit = _frozen(np.zeros(n) if deficits is None else deficits, (n,), "deficits", minimum=None)
        tau, export = _rates(tariffs, (n, n, s), "tariffs"), _rates(export_taxes, (n, n, s), "export_taxes")
        profit = np.broadcast_to(0.0 if profit_shares is None else np.asarray(profit_shares, dtype=np.float64), (n, s))
        profit = _frozen(profit, (n, s), "profit_shares")
        if profit.max() >= 1:
            raise InputError(refusal("world", "profit_shares"))
        theta = np.array(np.broadcast_to(np.asarray(trade_elasticity, dtype=np.float64), (s,)))
        if not (np.isfinite(theta) & (theta > 0)).all():
            raise InputError(refusal("world", "elasticity"))
        if abs(deficit.sum()) > 1e-6 * va.sum():
            raise UnbalancedTable(refusal("world", "deficits_sum", total=f"{deficit.sum():,.6g}", unit=unit))

        notes: list[str] = []
        if gamma.min() < 0:
            notes.append(say(ECONOMY, "negative", n=int((gamma < 0).sum()), lowest=float(gamma.min())))
        pi = _normalised(pi, 0, "expenditure_shares (over origins)", notes)
        alpha = _normalised(alpha, 1, "final_shares (over sectors)", notes)
        costs = beta + gamma.sum(axis=1)
        if np.abs(costs - 1)[costs > 0].max(initial=0) > 1e-5:
            k, j = np.unravel_index(np.where(costs > 0, np.abs(costs - 1), 0).argmax(), costs.shape)
            raise UnbalancedTable(refusal("world", "costs_sum", region=names[k], sector=goods[j], total=f"{costs[k, j]:.8g}"))
        gamma = np.where(costs[:, None, :] > 0, gamma / np.where(costs > 0, costs, 1)[:, None, :], 0.0)
        beta = np.where(costs > 0, beta / np.where(costs > 0, costs, 1), 1.0)

        spending, output = _levels(pi, gamma, beta, alpha, tau, export, deficit - deficit.mean(), va)
        implied = (beta * output).sum(1)
        gap = np.abs(implied - va) / np.maximum(va, 1e-300)
        worst = int(gap.argmax())
        if gap[worst] > tolerance:
            raise UnbalancedTable(
                refusal(
                    "world",
                    "value_added_gap",
                    region=names[worst],
                    implied=f"{implied[worst]:,.6g}",
                    unit=unit,
                    given=f"{va[worst]:,.6g}",
                    gap=f"{gap[worst]:.2%}",
                    allowed=f"{tolerance:.2%}",
                )
            )
        if gap[worst] > 1e-6:
            text = say(ECONOMY, "moved", region=names[worst], gap=float(gap[worst]))
            notes.append(text)
            if not quiet:
                warnings.warn(text, Reconciled, stacklevel=2)
        return cls(
            regions=names, sectors=goods, expenditure_shares=pi, input_shares=gamma, value_added_shares=beta,
            final_shares=alpha, output=output, expenditure=spending, deficits=deficit - deficit.mean(), tariffs=tau,
            export_taxes=export, trade_elasticity=theta, profit_shares=profit, unit=unit, year=year, name=name,
            notes=tuple(notes),
        )  # fmt: skip

    def economy(self) -> Economy:
        """Itself, so that a world and an economy are used alike."""
        return self

    @cached_property
    def value_added(self) -> Array:
        """Factor income by sector [region, sector], βY."""
        return self.value_added_shares * self.output

    @cached_property
    def shipments(self) -> Array:
        """Flows at basic prices [origin, destination, sector], πX/((1+τ)(1+x))."""
        return self.expenditure_shares * self.expenditure[None] / self.duty_factor

    @cached_property
    def duty_factor(self) -> Array:
        """What buyers pay over basic prices [origin, destination, sector], (1+τ)(1+x)."""
        return (1 + self.tariffs) * (1 + self.export_taxes)

    @cached_property
    def public_revenue(self) -> Array:
        """Import duties and export taxes collected [region]."""
        import_duties = np.einsum("inj,inj->n", self.tariffs * (1 + self.export_taxes), self.shipments)
        return import_duties + np.einsum("inj,inj->i", self.export_taxes, self.shipments)

    @cached_property
    def income(self) -> Array:
        """Final expenditure [region]: factor income + duties + transfers."""
        return self.value_added.sum(1) + self.public_revenue + self.deficits

    @cached_property
    def fingerprint(self) -> str:
        """First 16 hex digits of a SHA-256 over labels and numbers."""
        arrays = (
            self.expenditure_shares, self.input_shares, self.value_added_shares, self.final_shares, self.expenditure,
            self.deficits, self.tariffs, self.export_taxes, self.trade_elasticity, self.profit_shares,
        )  # fmt: skip
        labels = "|".join((*self.regions, *self.sectors)).encode()
        return sha256(labels, *(np.ascontiguousarray(array).tobytes() for array in arrays))[:16]

    def __repr__(self) -> str:
        return f"Economy({self.name!r}, {len(self.regions)} regions × {len(self.sectors)} sectors)"


def _share(part: Array, whole: Array) -> Array:
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _normalised(shares: Array, axis: int, name: str, notes: list[str]) -> Array:
    """Shares scaled to sum to one along `axis` where they sum to anything; off by more than 1e-5 is an error."""
    total = shares.sum(axis=axis, keepdims=True)
    off = float(np.abs(total - 1)[total > 0].max(initial=0))
    if off > 1e-5:
        raise UnbalancedTable(
            refusal("world", "shares_sum", shares=name, low=f"{total[total > 0].min():.6g}", high=f"{total.max():.6g}")
        )
    if off > 1e-9:
        notes.append(say(ECONOMY, "rescaled", shares=name, off=off))
    return np.divide(shares, total, out=np.zeros_like(shares), where=total > 0)


def _levels(
    pi: Array, gamma: Array, beta: Array, alpha: Array, tau: Array, export: Array, deficit: Array, va: Array
) -> tuple[Array, Array]:
    """Spending and output consistent with the shares; world value added as given.

    One linear system in spending X: (1 − K) X = αD with K X = γY + α(βY + duties), singular by Walras, so the row that
    fixes the scale, Σ βY = Σ VA, is added and the system solved by least squares on its square bordered form.
    """
    n, _, s = pi.shape
    net = pi / ((1 + tau) * (1 + export))
    duties = tau / (1 + tau) * pi
    taxes = export / ((1 + export) * (1 + tau)) * pi
    size = n * s
    # y[(i,j)] = Σ net[i,n,j] x[(n,j)]
    by_cell = np.zeros((n, s, n, s))
    k = np.arange(s)
    by_cell[:, k, :, k] = np.moveaxis(net, 2, 0)
    sales = by_cell.reshape(size, size)
    income = beta[:, :, None, None] * by_cell
    income = income.sum(1)
    idx = np.arange(n)
    income[idx, idx, :] += duties.sum(0)
    income += taxes  # origin i receives from every (n, j)
    operator = np.einsum("nkj,njml->nkml", gamma, by_cell, optimize=True)
    operator += alpha[:, :, None, None] * income[:, None, :, :]
    matrix = np.eye(size) - operator.reshape(size, size)
    scale_row = beta.reshape(size) @ sales
    right = (alpha * deficit[:, None]).reshape(size) / va.sum()
    # bordering with the left null vector of the singular matrix (summing all equations) keeps it square and regular
    solution = np.linalg.solve(matrix + np.outer(np.full(size, 1.0 / size), scale_row), right + 1.0 / size)
    spending = np.maximum(solution * va.sum(), 0.0).reshape(n, s)
    spending = np.where(spending < 1e-14 * va.sum() / size, 0.0, spending)
    output = np.einsum("inj,nj->ij", net, spending)
    return spending, output
