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
    "solve": "detente.equilibrium.solve",
    "solve_many": "detente.equilibrium.solve",
    "Solver": "detente.equilibrium.solve",
    "horizon": "detente.equilibrium.parameters",
    "Parameters": "detente.equilibrium.parameters",
    "Outcome": "detente.equilibrium.outcome",
    "run_scenarios": "detente.outlook.scenarios",
    "Scenarios": "detente.outlook.scenarios",
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
    "NonTariffCost",
    "Outcome",
    "Parameters",
    "Policy",
    "Productivity",
    "Scenarios",
    "Solver",
    "Tariff",
    "World",
    "__version__",
    "brief",
    "horizon",
    "list_dossiers",
    "list_worlds",
    "load_dossier",
    "load_world",
    "run_scenarios",
    "solve",
]

if TYPE_CHECKING:
    from detente.briefing import brief
    from detente.equilibrium.outcome import Outcome
    from detente.equilibrium.parameters import Parameters, horizon
    from detente.equilibrium.solve import Solver, solve
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
        Tariff,
    )
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
