"""One equilibrium in levels, rebuilt from solved prices by a plain reading of the equations, apart from the compiled solver.

`Equilibrium.at` writes out every flow in NumPy; `worst_gap` then checks all markets and budgets on those flows. It is the
independent judge of what the solver found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from detente.equilibrium.parameters import Parameters
    from detente.policy.shock import Shock
    from detente.world.economy import Economy

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Flows (in the economy's unit) and price levels (baseline of the table = 1) of one equilibrium.

    [origin, destination, sector]: shipments at basic prices, tariffs, export_taxes, iceberg. [region, sector]: unit_cost
    (producer price), price (buyers', with duties), wage (price of value added), output, value_added, spending, final.
    [region]: cpi, income, deficits, tariff_revenue, export_tax_revenue, subsidies, wage_index, labour (hours).
    The last six are what the solver states and the shock sets: they serve the checks and decompositions.
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

        theta, psi = theta_of(economy, parameters), parameters.psi(len(economy.sectors))
        beta, gamma, alpha = economy.value_added_shares, economy.input_shares, economy.final_shares
        critical = critical_mask(economy, parameters)
        plain = np.where(critical[None, :, None], 0.0, gamma)
        special = np.where(critical[None, :, None], gamma, 0.0)
        inner_base = beta + plain.sum(1)
        bundle = _ces(plain, price[:, :, None], parameters.input_substitution)
        inner = _ces(
            np.stack([beta, plain.sum(1)], axis=1),
            np.stack([wage, bundle], axis=1),
            parameters.value_added_substitution,
        )
        cost = _ces(
            np.concatenate([inner_base[:, None], special], axis=1),
            np.concatenate([inner[:, None], np.broadcast_to(price[:, :, None], special.shape)], axis=1),
            parameters.critical_substitution,
        )
        outer = np.exp((1 - parameters.critical_substitution) * (inner - cost))
        beta_new = beta * np.exp((1 - parameters.value_added_substitution) * (wage - inner)) * outer
        recipe = (1 - parameters.value_added_substitution) * (bundle - inner)
        gamma_new = plain * np.exp(
            recipe[:, None] + (1 - parameters.input_substitution) * (price[:, :, None] - bundle[:, None])
        ) * outer[:, None] + special * np.exp((1 - parameters.critical_substitution) * (price[:, :, None] - cost[:, None]))
        cpi = _ces(alpha, price, parameters.final_substitution)
        alpha_new = alpha * np.exp((1 - parameters.final_substitution) * (price - cpi[:, None]))

        stated_output = economy.output * np.exp(sales)
        stated_income = economy.income * np.exp(income)
        factor_quantity = np.log(np.divide(beta_new, beta, out=np.ones_like(beta), where=beta > 0)) + sales - wage
        unit = np.log(shock.unit_cost) + np.log1p(-shock.subsidies) + cost - psi * factor_quantity
        cost_of_goods = stated_output / (1 - shock.subsidies)

        spending = np.einsum("nkj,nj->nk", gamma_new, cost_of_goods) + alpha_new * stated_income[:, None]
        with np.errstate(divide="ignore"):
            wedge = np.log(price_wedge(economy, shock)) + unit[:, None, :] - price[None]
            shares = np.where(shock.allowed, economy.expenditure_shares * np.exp(-theta * wedge), 0.0)
        paid = shares * spending[None]
        shipments = paid / ((1 + shock.tariffs) * (1 + shock.export_taxes))
        value_added = beta_new * cost_of_goods
        base = economy.value_added
        growth = value_added.sum(1) / np.maximum(base.sum(1), 1e-300)
        wages = (value_added * (1 - economy.profit_shares)).sum(1) / (base * (1 - economy.profit_shares)).sum(1)
        import_duties = np.einsum("inj,inj->n", shock.tariffs * (1 + shock.export_taxes), shipments)
        export_duties = np.einsum("inj,inj->i", shock.export_taxes, shipments)
        subsidies = (cost_of_goods - stated_output).sum(1)
        extra = (import_duties + export_duties - subsidies - economy.public_revenue) / value_added.sum(1)
        cut = np.log1p(np.maximum(extra, -0.5)) if parameters.revenue == "labour tax" else 0.0
        hours = parameters.labour_supply / (1 + parameters.labour_supply) * (np.log(wages) - cpi + cut)
        deficits = {
            "fixed": economy.deficits,
            "zero": np.zeros_like(economy.deficits),
            "proportional": economy.deficits * growth
            - (economy.deficits * growth).sum() * value_added.sum(1) / value_added.sum(),
        }[parameters.deficits]
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
            income=stated_income,
            deficits=deficits,
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
        )

    def worst_gap(self) -> tuple[float, str]:
        """Largest relative gap over goods markets and regional budgets, and which it is."""
        regions, sectors = self.economy.regions, self.economy.sectors
        size = max(float(self.output.sum()) * 1e-12, 1e-300)
        gaps: list[tuple[float, str]] = []
        spent = np.einsum("inj->nj", self.shipments * (1 + self.tariffs) * (1 + self.export_taxes))
        for what, left, right in (("goods", self.output, self.stated_output), ("purchases", spent, self.spending)):
            gap = np.abs(left - right) / np.maximum(np.maximum(left, right), size)
            n, j = np.unravel_index(np.argmax(gap), gap.shape)
            gaps.append((float(gap[n, j]), f"{what} {regions[n]} {sectors[j]}"))
        budget = self.value_added.sum(1) + self.tariff_revenue + self.export_tax_revenue - self.subsidies + self.deficits
        gap = np.abs(budget - self.stated_income) / np.maximum(np.abs(budget), size)
        gaps.append((float(gap.max()), f"budget of {regions[int(gap.argmax())]}"))
        world = abs(self.value_added.sum() / self.economy.value_added.sum() - 1)
        gaps.append((float(world), "numeraire"))
        return max(gaps, key=lambda pair: pair[0] if np.isfinite(pair[0]) else np.inf)


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
    )  # fmt: skip


def _ces(weights: Array, logs: Array, elasticity: float) -> Array:
    """ln of the CES index over axis 1 of prices given in logs; weights need not sum to one."""
    total = weights.sum(1)
    share = np.divide(weights, total[:, None], out=np.zeros_like(weights), where=total[:, None] != 0)
    mean = (share * logs).sum(1)
    r = 1 - elasticity
    if abs(r) < 1e-12:
        return mean
    return mean + np.log1p(np.maximum((share * np.expm1(r * (logs - mean[:, None]))).sum(1), -1 + 1e-15)) / r
