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
    "Case": "detente.cases.case",
    "run_scenarios": "detente.cases.case",
    "Scenarios": "detente.cases.case",
    "INDICATORS": "detente.equilibrium.indicators",
    "best_reply": "detente.strategy.nash",
    "nash_tariffs": "detente.strategy.nash",
    "best_control": "detente.strategy.controls",
    "calibrate_weights": "detente.strategy.calibrate",
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
    "bystander": "detente.strategy.bystanders",
    "at_the_table": "detente.strategy.table",
    "proposal": "detente.strategy.deal",
    "regimes": "detente.strategy.regimes",
    "chokepoint_of": "detente.strategy.cuts",
    "ladder": "detente.strategy.ladder",
    "blocs": "detente.strategy.blocs",
    "fixed_deadline": "detente.talks.deadlines",
    "uncertain_deadline": "detente.talks.deadlines",
    "prolonged_deadline": "detente.talks.deadlines",
    "renewal": "detente.talks.truce",
    "stubborn_standoff": "detente.talks.reputation",
    "purchase_promise": "detente.talks.commitments",
    "rubinstein": "detente.talks.offers",
    "stahl": "detente.talks.offers",
    "take_it_or_leave_it": "detente.talks.offers",
    "known_stakes": "detente.talks.attrition",
    "private_stakes": "detente.talks.attrition",
    "audience_costs": "detente.talks.attrition",
    "sustainable_tariff": "detente.talks.truce",
    "threat_game": "detente.talks.bargaining",
    "Patience": "detente.talks.patience",
    "duty_game": "detente.strategy.duty_game",
    "Odds": "detente.talks.odds",
    "ensemble": "detente.outlook.ensemble.ensemble",
    "Ensemble": "detente.outlook.ensemble.ensemble",
    "outlook": "detente.outlook.outlook",
    "Outlook": "detente.outlook.outlook",
    "key_questions": "detente.outlook.questions",
    "branch_odds": "detente.outlook.fork_odds",
    "load_record": "detente.outlook.record",
    "list_records": "detente.outlook.record",
    "Journal": "detente.outlook.journal",
    "compare": "detente.cases.compare",
    "what_changed": "detente.cases.compare",
    "Run": "detente.cases.runs",
    "brief": "detente.briefing",
    "DetenteError": "detente.errors",
}

__all__ = [
    "INDICATORS",
    "Case",
    "DetenteError",
    "Dossier",
    "Economy",
    "Embargo",
    "Ensemble",
    "ExportControl",
    "ExportTax",
    "Journal",
    "Ledger",
    "NonTariffCost",
    "Objective",
    "Odds",
    "Outcome",
    "Outlook",
    "Parameters",
    "Patience",
    "Policy",
    "Productivity",
    "PurchaseCommitment",
    "Quota",
    "Run",
    "Scenarios",
    "Solver",
    "Subsidy",
    "Tariff",
    "Weights",
    "World",
    "__version__",
    "at_the_table",
    "audience_costs",
    "bargain",
    "best_control",
    "best_reply",
    "blocs",
    "branch_odds",
    "brief",
    "bystander",
    "calibrate_weights",
    "chokepoint",
    "chokepoint_of",
    "compare",
    "duty_game",
    "ensemble",
    "fixed_deadline",
    "horizon",
    "key_questions",
    "known_stakes",
    "ladder",
    "list_dossiers",
    "list_ledgers",
    "list_records",
    "list_worlds",
    "load_dossier",
    "load_ledger",
    "load_record",
    "load_world",
    "nash_tariffs",
    "outlook",
    "pareto_frontier",
    "payoff_table",
    "private_stakes",
    "prolonged_deadline",
    "proposal",
    "purchase_promise",
    "regimes",
    "renewal",
    "reputation",
    "rubinstein",
    "run_scenarios",
    "shapley",
    "solve",
    "solve_many",
    "stahl",
    "standoff",
    "stubborn_standoff",
    "sustainable_tariff",
    "take_it_or_leave_it",
    "threat_game",
    "truce",
    "uncertain_deadline",
    "what_changed",
]

if TYPE_CHECKING:
    from detente.briefing import brief
    from detente.cases.case import Case, Scenarios, run_scenarios
    from detente.cases.compare import compare, what_changed
    from detente.cases.runs import Run
    from detente.equilibrium.chokepoints import chokepoint
    from detente.equilibrium.decompose import shapley
    from detente.equilibrium.derivatives import Objective
    from detente.equilibrium.indicators import INDICATORS
    from detente.equilibrium.outcome import Outcome
    from detente.equilibrium.parameters import Parameters, horizon
    from detente.equilibrium.solve import Solver, solve, solve_many
    from detente.errors import DetenteError
    from detente.outlook.ensemble.ensemble import Ensemble, ensemble
    from detente.outlook.fork_odds import branch_odds
    from detente.outlook.journal import Journal
    from detente.outlook.outlook import Outlook, outlook
    from detente.outlook.questions import key_questions
    from detente.outlook.record import list_records, load_record
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
    from detente.strategy.blocs import blocs
    from detente.strategy.bystanders import bystander
    from detente.strategy.calibrate import calibrate_weights
    from detente.strategy.controls import best_control
    from detente.strategy.cuts import chokepoint_of
    from detente.strategy.deal import proposal
    from detente.strategy.duty_game import duty_game
    from detente.strategy.ladder import ladder
    from detente.strategy.nash import best_reply, nash_tariffs
    from detente.strategy.objectives import Weights
    from detente.strategy.payoffs import payoff_table
    from detente.strategy.regimes import regimes
    from detente.strategy.table import at_the_table
    from detente.talks.attrition import audience_costs, known_stakes, private_stakes
    from detente.talks.bargaining import threat_game
    from detente.talks.commitments import purchase_promise
    from detente.talks.deadlines import fixed_deadline, prolonged_deadline, uncertain_deadline
    from detente.talks.odds import Odds
    from detente.talks.offers import rubinstein, stahl, take_it_or_leave_it
    from detente.talks.patience import Patience
    from detente.talks.reputation import reputation, stubborn_standoff
    from detente.talks.standoff import standoff
    from detente.talks.truce import renewal, sustainable_tariff, truce
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
