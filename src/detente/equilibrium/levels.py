"""One equilibrium in levels, rebuilt from solved prices by a plain reading of the equations, apart from the compiled solver.

`Equilibrium.at` writes out every flow in NumPy; `worst_gap` then checks all markets and budgets on those flows. It is the
independent judge of what the solver found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from detente.equilibrium.parameters import Parameters
    from detente.policy.shock import Shock
    from detente.world.economy import Economy

Array = NDArray[np.float64]
CORNER = 1e-7  # nearer than this to its floor a wage is on either side of it


@dataclass(frozen=True, eq=False)
class LabourMarket:
    """Wages and their floor [region, sector], over the baseline.

    `paid` is the wage of those in work, `earned` what labour attached to a sector earns on average, in work or out of it: the
    wage if all had work. Labour is attached where it expects to earn most (Roy–Fréchet), so `earned` follows from value added
    alone. `floor` is the lowest wage of the economy. `full` is the price of value added at which all would have work.
    """

    paid: Array
    earned: Array
    floor: Array
    full: Array

    @classmethod
    def at(cls, parameters: Parameters, growing: Array, wages: Array, labour: Array, price: Array, cpi: Array) -> LabourMarket:
        """From value added over its baseline by sector (`growing`) and economy (`wages`), labour, and the logs of the price of
        value added and of consumer prices. The share of an economy's labour attached to a sector grows as the sector's share of
        its value added, and what it earns as that to the power 1/κ.
        """
        mean = (wages / labour)[:, None]
        earned = mean * (growing / wages[:, None]) ** (1 / parameters.labour_mobility)
        labour_part = 1 - parameters.capital_share
        capital = parameters.capital_share * cpi[:, None]
        return cls(
            paid=np.exp((price - capital) / labour_part),
            earned=earned,
            floor=np.broadcast_to(mean * (1 - parameters.wage_floor), earned.shape),
            full=np.exp(labour_part * np.log(earned) + capital),
        )

    @property
    def gap(self) -> Array:
        """How far the market is from: wages at least the floor, work for at most all, and one of the two with equality."""
        return np.minimum(np.log(self.paid / self.floor), np.log(self.paid / self.earned))

    @property
    def corner(self) -> NDArray[np.bool_]:
        """Where wages stand on the floor with everybody in work, so that a change to either side acts differently."""
        return np.abs(np.log(self.earned / self.floor)) < CORNER

    @property
    def jobless(self) -> Array:
        """Share of the labour attached to a sector that is out of work: 1 − earned/floor where that holds wages up, else 0."""
        return np.maximum(1 - self.earned / self.floor, 0.0)


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Flows (in the economy's unit) and price levels (baseline of the table = 1) of one equilibrium.

    [origin, destination, sector]: shipments at basic prices, tariffs, export_taxes, iceberg. [region, sector]: unit_cost
    (producer price), price (buyers', with duties), wage (price of value added), output, value_added, spending, final.
    [region, sector] too: own_use, what makers of a good pay for what they buy of it, and spared, ln of what they are spared
    of its scarcity (their government pays it, among the subsidies).
    [region]: cpi, income (earned: factors, duties and the baseline's deficit), deficits (expenditure less what factors and duties
    bring), tariff_revenue, export_tax_revenue, subsidies, wage_index (what labour earns on average, in work or out of it), labour
    (hours). The eight from stated_output on are what the solver states and the shock sets: they serve checks and decompositions.
    """

    economy: Economy
    shipments: Array
    tariffs: Array
    export_taxes: Array
    iceberg: Array
    unit_cost: Array
    price: Array
    wage: Array
    output: Array
    value_added: Array
    spending: Array
    final: Array
    cpi: Array
    income: Array
    deficits: Array
    tariff_revenue: Array
    export_tax_revenue: Array
    subsidies: Array
    wage_index: Array
    labour: Array
    stated_output: Array
    stated_income: Array
    subsidy_rate: Array
    unit_cost_shock: Array
    scale_gain: Array
    own_use: Array
    spared: Array
    price_gap: float
    """Largest distance of a stated buyers' price from the index of its pieces, in logs, where some act with an elasticity of
    their own; elsewhere what is spent tells."""
    pinned: bool
    """Whether relative national wages were held, and trade balances moved."""
    licences: Array | None
    """ln of what licences and contracts for a scarce good add to prices, part of `tariffs` [origin, destination, sector]."""
    labour_market: LabourMarket | None
    """Wages and their floor, where wages have one."""

    @classmethod
    def known(cls, economy: Economy, income: Array, cpi: Array, work: Callable[[], Equilibrium]) -> Equilibrium:
        """One of which income and consumer prices are known, all that real income needs: the rest, a hundred times as much, is
        worked out when any of it is asked for."""
        found = cls.__new__(cls)
        found.__dict__.update(economy=economy, income=income, cpi=cpi, _work=work)
        return found

    if not TYPE_CHECKING:  # it would let any name pass

        def __getattr__(self, name: str) -> Any:
            if name in self.__dataclass_fields__ and (work := self.__dict__.get("_work")) is not None:
                self.__dict__.update(vars(work()) | {"income": self.income, "cpi": self.cpi})
                self.__dict__["_work"] = None
            try:
                return self.__dict__[name]  # another thread may have been here
            except KeyError:
                raise AttributeError(f"an equilibrium has no {name!r}") from None

    @property
    def paid(self) -> Array:
        """What buyers pay for the shipments, duties and export taxes included."""
        return self.shipments * (1 + self.tariffs) * (1 + self.export_taxes)

    @classmethod
    def at(
        cls,
        economy: Economy,
        shock: Shock,
        parameters: Parameters,
        wage: Array,
        price: Array,
        sales: Array,
        income: Array,
    ) -> Equilibrium:
        """Levels from the logs of hats. An independent reading of the equations, in NumPy."""
        from detente.equilibrium.arrays import critical_mask, price_wedge, theta_of

        nests = _nests(economy, tuple(critical_mask(economy, parameters).tolist()))
        theta, psi = theta_of(economy, parameters), parameters.psi(len(economy.sectors))
        beta, alpha = economy.value_added_shares, economy.final_shares
        scarce = price[:, nests.critical, None]  # prices of critical inputs [region, input, 1]
        spared = np.zeros_like(price)
        if shock.spared is not None:
            spared[:, nests.critical] = shock.spared[:, nests.critical]
        paid_for_input = price[:, :, None] - np.eye(len(theta)) * spared[:, :, None]
        bundle = _index(nests.bundle, paid_for_input, parameters.input_substitution)
        inner = _index(nests.inner, np.stack([wage, bundle], axis=1), parameters.value_added_substitution)
        each = np.concatenate([inner[:, None], np.broadcast_to(scarce, nests.special.shape)], axis=1)
        cost = _index(nests.outer, each, parameters.critical_substitution)
        outer = np.exp((1 - parameters.critical_substitution) * (inner - cost))
        beta_new = beta * np.exp((1 - parameters.value_added_substitution) * (wage - inner)) * outer
        recipe = (1 - parameters.value_added_substitution) * (bundle - inner)
        gamma_new = paid_for_input - bundle[:, None]
        gamma_new *= 1 - parameters.input_substitution
        gamma_new += recipe[:, None]
        np.exp(gamma_new, out=gamma_new)
        gamma_new *= nests.plain
        gamma_new *= outer[:, None]
        gamma_new[:, nests.critical] += nests.special * np.exp((1 - parameters.critical_substitution) * (scarce - cost[:, None]))
        cpi = _ces(alpha, price, parameters.final_substitution)
        alpha_new = alpha * np.exp((1 - parameters.final_substitution) * (price - cpi[:, None]))

        stated_output = economy.output * np.exp(sales)
        stated_income = economy.income * np.exp(income)
        factor_quantity = np.log(np.divide(beta_new, beta, out=np.ones_like(beta), where=beta > 0)) + sales - wage
        unit = np.log(shock.unit_cost) + np.log1p(-shock.subsidies) + cost - psi * factor_quantity
        cost_of_goods = stated_output / (1 - shock.subsidies)

        spending = np.einsum("nkj,nj->nk", gamma_new, cost_of_goods) + alpha_new * stated_income[:, None]
        own_use = np.einsum("nkk,nk->nk", gamma_new, cost_of_goods)
        discount = own_use * np.expm1(spared)  # what makers do not pay of the market's price
        spending += discount
        with np.errstate(divide="ignore"):
            # π·exp(−θ·wedge), worked out in place: the largest arrays of all
            paid = price_wedge(economy, shock)
            flat = paid.reshape(-1)
            moved = np.flatnonzero(flat != 1)  # the log of all else is zero
            logs = np.log(flat[moved])
            flat.fill(0.0)
            flat[moved] = logs
            paid += unit[:, None, :]
            late = shock.unanswered
            paid -= price[None] if late is None else late
            paid *= -theta
            np.exp(paid, out=paid)
            paid *= economy.expenditure_shares
        paid[~shock.allowed] = 0.0
        price_gap = 0.0
        if late is not None:
            total = paid.sum(0)
            index = -np.log(np.where(total > 0, total, 1.0)) / theta
            paid /= np.where(total > 0, total, 1.0)
            young = (late != 0).any(0)  # of all others the sum is nought
            index[young] += (_log_mean_weights(paid[:, young], economy.expenditure_shares[:, young]) * late[:, young]).sum(0)
            price_gap = float(np.abs(np.where(total > 0, index - price, 0.0)).max())
        paid *= spending[None]
        gross = 1 + shock.tariffs
        gross *= 1 + shock.export_taxes
        shipments = np.divide(paid, gross, out=paid)
        value_added = beta_new * cost_of_goods
        base = economy.value_added
        growth = value_added.sum(1) / np.maximum(base.sum(1), 1e-300)
        wages = (value_added * (1 - economy.profit_shares)).sum(1) / (base * (1 - economy.profit_shares)).sum(1)
        import_duties = np.einsum("inj,inj->n", shock.tariffs * (1 + shock.export_taxes), shipments)
        export_duties = np.einsum("inj,inj->i", shock.export_taxes, shipments)
        subsidies = (cost_of_goods - stated_output + discount).sum(1)
        extra = (import_duties + export_duties - subsidies - economy.public_revenue) / value_added.sum(1)
        cut = np.log1p(np.maximum(extra, -0.5)) if parameters.revenue == "labour tax" else 0.0
        hours = parameters.labour_supply / (1 + parameters.labour_supply) * (np.log(wages) - cpi + cut)
        deficits = {
            "fixed": economy.deficits,
            "zero": np.zeros_like(economy.deficits),
            "proportional": economy.deficits * growth
            - (economy.deficits * growth).sum() * value_added.sum(1) / value_added.sum(),
        }[parameters.deficits]
        earned = value_added.sum(1) + import_duties + export_duties - subsidies
        labour_market = None
        if parameters.wage_floor < 1:
            growing = np.divide(value_added, base, out=np.broadcast_to(wages[:, None], base.shape).copy(), where=base > 0)
            labour_market = LabourMarket.at(parameters, growing, wages, np.exp(hours), wage, cpi)
        pinned = parameters.exchange_rate == "pinned"
        return cls(
            economy=economy,
            shipments=shipments,
            tariffs=shock.tariffs,
            export_taxes=shock.export_taxes,
            iceberg=shock.iceberg,
            unit_cost=np.exp(unit),
            price=np.exp(price),
            wage=np.exp(wage),
            output=shipments.sum(1),
            value_added=value_added,
            spending=spending,
            final=alpha_new * stated_income[:, None],
            cpi=np.exp(cpi),
            income=earned + economy.deficits if pinned else stated_income,
            deficits=stated_income - earned if pinned else deficits,
            tariff_revenue=import_duties,
            export_tax_revenue=export_duties,
            subsidies=subsidies,
            wage_index=wages / np.exp(hours),
            labour=np.exp(hours),
            stated_output=stated_output,
            stated_income=stated_income,
            subsidy_rate=shock.subsidies,
            unit_cost_shock=shock.unit_cost,
            scale_gain=np.exp(psi * factor_quantity),
            own_use=own_use,
            spared=spared,
            price_gap=price_gap,
            licences=shock.licences,
            pinned=pinned,
            labour_market=labour_market,
        )

    @property
    def duty_rates(self) -> Array:
        """Tariffs without what licences and contracts for a scarce good add to its price, same shape."""
        return self.tariffs if self.licences is None else (1 + self.tariffs) * np.exp(-self.licences) - 1

    @property
    def licence_rents(self) -> Array:
        """Part of tariff revenue that is no duty: what buyers with a licence or contract have of a scarcity [region]."""
        if self.licences is None:
            return np.zeros(len(self.income))
        rents: Array = (self.paid * -np.expm1(-self.licences)).sum((0, 2))
        return rents

    @property
    def jobless(self) -> Array:
        """Share of the labour attached to a sector that finds no work there [region, sector]; 0 where wages have no floor."""
        return np.zeros_like(self.output) if self.labour_market is None else self.labour_market.jobless

    def worst_gap(self) -> tuple[float, str]:
        """Largest relative gap over goods and labour markets and regional budgets, and which it is."""
        regions, sectors = self.economy.regions, self.economy.sectors
        size = max(float(self.output.sum()) * 1e-12, 1e-300)
        gaps: list[tuple[float, str]] = []
        spent = np.einsum("inj->nj", self.paid)
        for what, left, right in (("goods", self.output, self.stated_output), ("purchases", spent, self.spending)):
            gap = np.abs(left - right) / np.maximum(np.maximum(left, right), size)
            n, j = np.unravel_index(np.argmax(gap), gap.shape)
            gaps.append((float(gap[n, j]), f"{what} {regions[n]} {sectors[j]}"))
        budget = self.value_added.sum(1) + self.tariff_revenue + self.export_tax_revenue - self.subsidies + self.deficits
        gap = np.abs(budget - self.stated_income) / np.maximum(np.abs(budget), size)
        gaps.append((float(gap.max()), f"budget of {regions[int(gap.argmax())]}"))
        if self.pinned:
            apart = np.abs(self.wage_index / np.median(self.wage_index) - 1)
            gaps.append((float(apart.max()), f"wage of {regions[int(apart.argmax())]}"))
        if self.labour_market is not None:
            apart = np.abs(self.labour_market.gap)
            n, j = np.unravel_index(np.argmax(apart), apart.shape)
            gaps.append((float(apart[n, j]), f"labour market of {regions[n]} {sectors[j]}"))
        gaps.append((self.price_gap, "prices"))
        world = abs(self.value_added.sum() / self.economy.value_added.sum() - 1)
        gaps.append((float(world), "numeraire"))
        return max(gaps, key=lambda pair: pair[0] if np.isfinite(pair[0]) else np.inf)


@lru_cache(maxsize=4)
def baseline(economy: Economy) -> Equilibrium:
    """The table itself as an equilibrium: every price 1."""
    n, s = economy.output.shape
    one = np.ones((n, s))
    duties = np.einsum("inj,inj->n", economy.tariffs * (1 + economy.export_taxes), economy.shipments)
    return Equilibrium(
        economy=economy, shipments=economy.shipments, tariffs=economy.tariffs, export_taxes=economy.export_taxes,
        iceberg=np.ones((n, n, s)), unit_cost=one, price=one, wage=one, output=economy.output, value_added=economy.value_added,
        spending=economy.expenditure, final=economy.final_shares * economy.income[:, None], cpi=np.ones(n),
        income=economy.income, deficits=economy.deficits, tariff_revenue=duties,
        export_tax_revenue=np.einsum("inj,inj->i", economy.export_taxes, economy.shipments), subsidies=np.zeros(n),
        wage_index=np.ones(n),
        labour=np.ones(n), stated_output=economy.output, stated_income=economy.income,
        subsidy_rate=np.zeros((n, s)), unit_cost_shock=one, scale_gain=one,
        own_use=np.einsum("nkk,nk->nk", economy.input_shares, economy.output), spared=np.zeros((n, s)),
        price_gap=0.0, pinned=False, licences=None, labour_market=None,
    )  # fmt: skip


class _Nests(NamedTuple):
    """What the production nests of an economy weigh: shares over axis 1, and the input shares themselves."""

    critical: NDArray[np.int64]  # positions of the critical inputs
    plain: Array  # γ of ordinary inputs [region, input, user], zero where critical
    special: Array  # γ of the critical ones [region, critical, user]
    bundle: Array
    inner: Array
    outer: Array


@lru_cache(maxsize=8)
def _nests(economy: Economy, critical: tuple[bool, ...]) -> _Nests:
    mask = np.array(critical)
    beta, gamma = economy.value_added_shares, economy.input_shares
    own = np.eye(len(mask), dtype=bool)  # a critical input's own makers use it as an ordinary one
    scarce = mask[None, :, None] & ~own[None]
    plain, special = np.where(scarce, 0.0, gamma), np.where(scarce, gamma, 0.0)[:, mask]
    inner = beta + plain.sum(1)
    return _Nests(
        np.flatnonzero(mask), plain, special, _shares(plain), _shares(np.stack([beta, plain.sum(1)], axis=1)),
        _shares(np.concatenate([inner[:, None], special], axis=1)),
    )  # fmt: skip


def _shares(weights: Array) -> Array:
    total = weights.sum(1)
    return np.divide(weights, total[:, None], out=np.zeros_like(weights), where=total[:, None] != 0)


def _log_mean_weights(new: Array, old: Array) -> Array:
    """Sato–Vartia weights over axis 0: logarithmic means of new and old shares over their sum."""
    both = (new > 0) & (old > 0)
    ratio = np.log(np.where(both, new, 1.0) / np.where(both, old, 1.0))
    apart = np.abs(ratio) > 1e-5
    mean = np.where(apart, (new - old) / np.where(apart, ratio, 1.0), (new + old) / 2) * both
    return mean / np.maximum(mean.sum(0), 1e-300)


def spending_power(economy: Economy, parameters: Parameters, price: Array, income: Array) -> tuple[Array, Array]:
    """Final expenditure and consumer price index [region] from the logs of hats: all that real income needs.

    Raises `InputError` where the exchange rate is pinned: there expenditure is not income.
    """
    if parameters.exchange_rate == "pinned":
        raise InputError("a tariff game needs a flexible exchange rate: with a pinned one spending is not income")
    return economy.income * np.exp(income), np.exp(_ces(economy.final_shares, price, parameters.final_substitution))


def _ces(weights: Array, logs: Array, elasticity: float) -> Array:
    """ln of the CES index over axis 1 of prices given in logs; weights need not sum to one."""
    return _index(_shares(weights), logs, elasticity)


def _index(share: Array, logs: Array, elasticity: float) -> Array:
    """ln of the CES index over axis 1 of prices given in logs; `share` sums to one over it, or to zero where there is nothing."""
    mean = (share * logs).sum(1)
    r = 1 - elasticity
    if abs(r) < 1e-12:
        return mean
    return mean + np.log1p(np.maximum((share * np.expm1(r * (logs - mean[:, None]))).sum(1), -1 + 1e-15)) / r
