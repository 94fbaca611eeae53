"""Public names of detente, each once: `detente/__init__.py` loads a name from here when it is first used."""

from .briefing import brief as brief
from .briefing.dispatch import Dispatch as Dispatch, dispatch as dispatch
from .build.trade.arrays import duty_array as duty_array, trade_array as trade_array, with_duties as with_duties
from .build.trade.concordance import Concordance as Concordance, concordance as concordance
from .build.trade.recognise import read_duties as read_duties, read_trade as read_trade
from .cases.case import Case as Case, Scenarios as Scenarios, run_scenarios as run_scenarios
from .cases.compare import compare as compare, what_changed as what_changed
from .cases.path import Path as Path, path as path
from .cases.runs import Run as Run
from .equilibrium.chokepoints import chokepoint as chokepoint
from .equilibrium.decompose import shapley as shapley
from .equilibrium.derivatives import Objective as Objective
from .equilibrium.estimates import elasticity_by_month as elasticity_by_month, factor_by_month as factor_by_month
from .equilibrium.indicators import INDICATORS as INDICATORS
from .equilibrium.outcome import Outcome as Outcome
from .equilibrium.parameters import Parameters as Parameters, at_month as at_month, horizon as horizon
from .equilibrium.solve import Solver as Solver, solve as solve, solve_many as solve_many
from .errors import DetenteError as DetenteError
from .outlook.base_rates import BaseRates as BaseRates, base_rates as base_rates
from .outlook.ensemble.ensemble import Ensemble as Ensemble, ensemble as ensemble
from .outlook.fork_odds import branch_odds as branch_odds
from .outlook.journal import Journal as Journal
from .outlook.outlook import Outlook as Outlook, outlook as outlook
from .outlook.outside import OutsideView as OutsideView, outside_view as outside_view
from .outlook.questions import key_questions as key_questions
from .outlook.reaction import market_reaction as market_reaction
from .outlook.record import list_records as list_records, load_record as load_record
from .outlook.starter import ToReplace as ToReplace, starter as starter, to_replace as to_replace
from .outlook.uncertainty import uncertainty as uncertainty
from .policy.dossier import Dossier as Dossier, list_dossiers as list_dossiers, load_dossier as load_dossier
from .policy.instruments import (
    Embargo as Embargo,
    ExportControl as ExportControl,
    ExportLicence as ExportLicence,
    ExportTax as ExportTax,
    NonTariffCost as NonTariffCost,
    Policy as Policy,
    PortFee as PortFee,
    PriceUndertaking as PriceUndertaking,
    Productivity as Productivity,
    PurchaseCommitment as PurchaseCommitment,
    Quota as Quota,
    SecondaryDuty as SecondaryDuty,
    Subsidy as Subsidy,
    Tariff as Tariff,
    TariffQuota as TariffQuota,
)
from .policy.ledger import Ledger as Ledger, list_ledgers as list_ledgers, load_ledger as load_ledger
from .strategy.bargain import bargain as bargain, pareto_frontier as pareto_frontier
from .strategy.blocs import blocs as blocs
from .strategy.bystanders import bystander as bystander
from .strategy.calibrate import calibrate_weights as calibrate_weights
from .strategy.controls import best_control as best_control
from .strategy.cuts import chokepoint_of as chokepoint_of
from .strategy.deal import proposal as proposal
from .strategy.duty_game import duty_game as duty_game
from .strategy.exercises import exercises as exercises
from .strategy.ladder import ladder as ladder
from .strategy.nash import best_reply as best_reply, nash_tariffs as nash_tariffs
from .strategy.objectives import Weights as Weights
from .strategy.payoffs import payoff_table as payoff_table
from .strategy.politics import Politics as Politics, politics as politics
from .strategy.regimes import pairwise_bargains as pairwise_bargains, regimes as regimes
from .strategy.table import at_the_table as at_the_table
from .talks.attrition import audience_costs as audience_costs, known_stakes as known_stakes, private_stakes as private_stakes
from .talks.bargaining import threat_game as threat_game
from .talks.commitments import purchase_promise as purchase_promise
from .talks.deadlines import (
    UncertainDate as UncertainDate,
    fixed_deadline as fixed_deadline,
    prolonged_deadline as prolonged_deadline,
    uncertain_deadline as uncertain_deadline,
)
from .talks.odds import Odds as Odds
from .talks.offers import rubinstein as rubinstein, stahl as stahl, take_it_or_leave_it as take_it_or_leave_it
from .talks.patience import Patience as Patience
from .talks.reputation import reputation as reputation, stubborn_standoff as stubborn_standoff
from .talks.standoff import Stakes as Stakes, standoff as standoff
from .talks.sustainable_tariffs import sustainable_tariff as sustainable_tariff
from .talks.truce import TruceSide as TruceSide, renewal as renewal, truce as truce
from .validation.published import validate_published as validate_published
from .world.economy import Economy as Economy
from .world.exposure import Exposure as Exposure, exposure as exposure
from .world.library import list_worlds as list_worlds, load_world as load_world
from .world.panel import Panel as Panel, list_panels as list_panels, load_panel as load_panel
from .world.split import split_region as split_region, split_sector as split_sector
from .world.update import Update as Update, update_world as update_world
from .world.world import World as World

__version__: str
