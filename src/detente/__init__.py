"""detente: an open laboratory for trade wars and the talks that end them.

>>> import detente as dt
>>> world = dt.load_world("toy")
>>> outcome = dt.solve(world, dt.Policy([dt.Tariff(by="AAA", on="BBB", rate=0.10)]))
>>> outcome.status
'converged'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# name → module; imported on first use, so that `detente --help` does not wait for the numerical libraries
_HOME = {
    "World": "detente.world.world",
    "Economy": "detente.world.economy",
    "load_world": "detente.world.library",
    "list_worlds": "detente.world.library",
    "Policy": "detente.policy.instruments",
    "Tariff": "detente.policy.instruments",
    "ExportTax": "detente.policy.instruments",
    "ExportControl": "detente.policy.instruments",
    "NonTariffCost": "detente.policy.instruments",
    "Embargo": "detente.policy.instruments",
    "PurchaseCommitment": "detente.policy.instruments",
    "Quota": "detente.policy.instruments",
    "Subsidy": "detente.policy.instruments",
    "Productivity": "detente.policy.instruments",
    "Dossier": "detente.policy.dossier",
    "load_dossier": "detente.policy.dossier",
    "list_dossiers": "detente.policy.dossier",
    "load_ledger": "detente.policy.ledger",
    "list_ledgers": "detente.policy.ledger",
    "Ledger": "detente.policy.ledger",
    "solve": "detente.equilibrium.solve",
    "solve_many": "detente.equilibrium.solve",
    "Solver": "detente.equilibrium.solve",
    "horizon": "detente.equilibrium.parameters",
    "Parameters": "detente.equilibrium.parameters",
    "Outcome": "detente.equilibrium.outcome",
    "run_scenarios": "detente.outlook.scenarios",
    "Scenarios": "detente.outlook.scenarios",
    "best_reply": "detente.strategy.nash",
    "nash_tariffs": "detente.strategy.nash",
    "bargain": "detente.strategy.bargain",
    "pareto_frontier": "detente.strategy.bargain",
    "payoff_table": "detente.strategy.payoffs",
    "Weights": "detente.strategy.objectives",
    "Objective": "detente.equilibrium.derivatives",
    "chokepoint": "detente.equilibrium.chokepoints",
    "shapley": "detente.equilibrium.decompose",
    "standoff": "detente.talks.standoff",
    "reputation": "detente.talks.reputation",
    "truce": "detente.talks.truce",
    "bystander": "detente.talks.case",
    "at_the_table": "detente.talks.case",
    "brief": "detente.briefing",
    "DetenteError": "detente.errors",
}

__all__ = [
    "DetenteError",
    "Dossier",
    "Economy",
    "Embargo",
    "ExportControl",
    "ExportTax",
    "Ledger",
    "NonTariffCost",
    "Objective",
    "Outcome",
    "Parameters",
    "Policy",
    "Productivity",
    "PurchaseCommitment",
    "Quota",
    "Scenarios",
    "Solver",
    "Subsidy",
    "Tariff",
    "Weights",
    "World",
    "__version__",
    "at_the_table",
    "bargain",
    "best_reply",
    "brief",
    "bystander",
    "chokepoint",
    "horizon",
    "list_dossiers",
    "list_ledgers",
    "list_worlds",
    "load_dossier",
    "load_ledger",
    "load_world",
    "nash_tariffs",
    "pareto_frontier",
    "payoff_table",
    "reputation",
    "run_scenarios",
    "shapley",
    "solve",
    "solve_many",
    "standoff",
    "truce",
]

if TYPE_CHECKING:
    from detente.briefing import brief
    from detente.equilibrium.chokepoints import chokepoint
    from detente.equilibrium.decompose import shapley
    from detente.equilibrium.derivatives import Objective
    from detente.equilibrium.outcome import Outcome
    from detente.equilibrium.parameters import Parameters, horizon
    from detente.equilibrium.solve import Solver, solve, solve_many
    from detente.errors import DetenteError
    from detente.outlook.scenarios import Scenarios, run_scenarios
    from detente.policy.dossier import Dossier, list_dossiers, load_dossier
    from detente.policy.instruments import (
        Embargo,
        ExportControl,
        ExportTax,
        NonTariffCost,
        Policy,
        Productivity,
        PurchaseCommitment,
        Quota,
        Subsidy,
        Tariff,
    )
    from detente.policy.ledger import Ledger, list_ledgers, load_ledger
    from detente.strategy.bargain import bargain, pareto_frontier
    from detente.strategy.nash import best_reply, nash_tariffs
    from detente.strategy.objectives import Weights
    from detente.strategy.payoffs import payoff_table
    from detente.talks.case import at_the_table, bystander
    from detente.talks.reputation import reputation
    from detente.talks.standoff import standoff
    from detente.talks.truce import truce
    from detente.world.economy import Economy
    from detente.world.library import list_worlds, load_world
    from detente.world.world import World


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'detente' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(_HOME))
