"""A published figure beside ours, like for like: the policy theirs was worked out for, what they measure, at the time they mean.

What to run stands in the figure itself (`policy.parts.Published`). Every run is made at both closures of the exchange rate, so
ours is a span with the flexible one in front. How ours is read:

    real_gdp          Divisia (`equilibrium.real_gdp`), percent; the world's weighted by value added
    real_income       equivalent variation over income, percent
    consumer_prices   first round, local money, nobody has changed supplier (`equilibrium.local_prices`)
    exports, imports  quantities of goods and services at the prices before
    goods_exports     quantity of goods from region to partner; goods_trade both ways
    import_share      the partner's part of the value of the region's goods imports after, percent (before duty)
    average_duty      of the region on the partner's goods (on all goods without one), the table's trade as weights, percent
    duty_rise         the same less that of the table, points

>>> case = Case.of("kuala-lumpur-2025", with_ranges=False)
>>> wanted = [p for p in case.dossier.published if p.id == "kite-usa"]
>>> (row,) = beside(case, wanted)
>>> row.figure.measure, row.theirs, bool(-1.0 < row.low <= row.ours <= row.high < -0.3)
('real_gdp', -1.6, True)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from detente.cases.baselines import STATUS_QUO
from detente.cases.case import Case
from detente.equilibrium.levels import Equilibrium
from detente.equilibrium.months import NAME
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import ExchangeRate, at_month, horizon, horizon_entry
from detente.equilibrium.solve import solve
from detente.errors import BadDossier, InputError, NotConverged, UnknownName
from detente.policy.instruments import Policy
from detente.policy.ledger import load_ledger
from detente.policy.parts import OF_THE_LAW, Published
from detente.policy.stacking import policy_on
from detente.strategy.blocs import blocs
from detente.types import Array
from detente.words import tell
from detente.words.names import goods_sectors

CLOSURES: tuple[ExchangeRate, ...] = get_args(ExchangeRate)


@dataclass(frozen=True)
class Beside:
    """A published figure and ours by closure; `span` is empty where nothing was run, and then `reason` says why.

    `lacking` is an economy the world has not, `failed` what the run said when it gave no answer.
    """

    figure: Published
    span: Mapping[ExchangeRate, float]
    lacking: str | None = None
    failed: str | None = None

    @property
    def theirs(self) -> float:
        """Their value, in the figure's unit."""
        return self.figure.value

    @property
    def ours(self) -> float | None:
        """Ours with a flexible exchange rate."""
        return self.span.get(CLOSURES[0])

    @property
    def low(self) -> float | None:
        """The lower of the two closures."""
        return min(self.span.values(), default=None)

    @property
    def high(self) -> float | None:
        """The higher of the two closures."""
        return max(self.span.values(), default=None)

    @property
    def difference(self) -> float | None:
        """Ours less theirs."""
        return None if self.ours is None else self.ours - self.theirs

    @property
    def reason(self) -> str:
        """Why they differ, or why nothing is compared."""
        return tell(self, "reason")

    @property
    def time(self) -> str:
        """The time run, in words; empty for what is read off the law."""
        p = self.figure
        name = f"{NAME}{p.month:g}" if p.month is not None else p.horizon
        return "" if name is None else str(horizon_entry(name)["label"]).split(" (")[0]

    @property
    def run(self) -> str:
        """What was run for ours, in words; empty where nothing was."""
        return tell(self, "run") if self.span else ""

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        p = self.figure
        return {
            "id": p.id, "who": p.who, "scenario": p.scenario, "what": p.quantity, "region": p.region, "partner": p.partner,
            "measure": p.measure, "unit": p.unit, "time_basis": p.time_basis, "theirs": p.value, "theirs_low": p.low,
            "theirs_high": p.high, "run": self.run, "ours": self.ours, "ours_low": self.low, "ours_high": self.high,
            "difference": self.difference, "reason": self.reason, "tuned_to": p.tuned_to, "sources": list(p.sources),
        }  # fmt: skip


def beside(case: Case, figures: Sequence[Published]) -> tuple[Beside, ...]:
    """Every figure beside ours, in its order; what two figures share is solved once. The case's horizon and ranges do not count.

    An economy this world lacks, or a run that gives no answer on it, leaves a figure uncompared and says so. Raises `UnknownName`
    and `BadDossier` for changes of measures there are not.
    """
    runs = _Runs(case)
    return tuple(_beside(runs, p) for p in figures)


def _beside(runs: _Runs, p: Published) -> Beside:
    lacking = next((r for r in (p.region, p.partner) if r is not None and r not in runs.case.world.regions), None)
    if p.measure is None or lacking is not None:
        return Beside(p, {}, lacking)
    if p.measure in OF_THE_LAW:
        return Beside(p, {CLOSURES[0]: _duty(runs, p)})
    try:
        return Beside(p, {closure: runs.read(p, closure) for closure in CLOSURES})
    except (UnknownName, BadDossier):
        raise
    except (NotConverged, InputError) as error:
        return Beside(p, {}, failed=str(error.args[0]))


# -- what is run -------------------------------------------------------------------------------------------------------
class _Runs:
    """Outcomes of a case by policy, time and closure, each solved once."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._outcomes: dict[Any, Outcome] = {}

    def read(self, p: Published, closure: ExchangeRate) -> float:
        """What a figure measures, in its run."""
        outcome = self.outcome(p, closure)
        if p.measure != "real_gdp":
            return READ[p.measure or ""](outcome, p)
        found = outcome.real_gdp
        if p.region is None:
            return float(np.average(found.to_numpy(), weights=outcome.before.value_added.sum(1)))
        return float(found.to_numpy()[outcome.regions.index(p.region)])

    def outcome(self, p: Published, closure: ExchangeRate) -> Outcome:
        """The policy of a figure at its time under a closure."""
        if p.month is not None:
            parameters = at_month(p.month, exchange_rate=closure)
        else:
            parameters = horizon(p.horizon or "medium", exchange_rate=closure)
        changes = tuple(c.model_dump_json() for c in p.changes)
        key = (p.policy_day, p.ledger, changes, p.two_blocs, p.compare_with, p.against, parameters)
        if key not in self._outcomes:
            if p.two_blocs:
                case = self.case.at(parameters)
                self._outcomes[key] = blocs(case, parameters.name).outcomes[parameters.name]
            else:  # all of one age, as those who published it had it
                base = self.case.policy(None) if p.against == STATUS_QUO else Policy()
                after, before = (solve(self.case.economy, policy, parameters) for policy in (self.policy(p), base))
                self._outcomes[key] = after.relative_to(before)
        return self._outcomes[key]

    def policy(self, p: Published) -> Policy:
        """The policy of a figure other than the two blocs."""
        dossier, world = self.case.dossier, self.case.world
        if p.policy_day is None:
            return dossier.policy(p.compare_with, world.regions, world.sectors)
        source = dossier if p.ledger is None else load_ledger(p.ledger)
        return policy_on(source, p.policy_day, world.regions, world.sectors, p.changes)


# -- how it is read ----------------------------------------------------------------------------------------------------
def _income(outcome: Outcome, p: Published) -> float:
    return outcome.world_real_income if p.region is None else float(outcome.real_income[p.region])


def _prices(outcome: Outcome, p: Published) -> float:
    return float(outcome.consumer_prices_local.iloc[outcome.regions.index(p.region or "")])


def _exports(outcome: Outcome, p: Published) -> float:
    n = outcome.regions.index(p.region or "")
    return _grown(outcome, [(n, k) for k in range(len(outcome.regions)) if k != n], slice(None))


def _imports(outcome: Outcome, p: Published) -> float:
    n = outcome.regions.index(p.region or "")
    return _grown(outcome, [(k, n) for k in range(len(outcome.regions)) if k != n], slice(None))


def _goods_exports(outcome: Outcome, p: Published) -> float:
    return _grown(outcome, [_pair(outcome, p)], _goods(outcome))


def _goods_trade(outcome: Outcome, p: Published) -> float:
    one, other = _pair(outcome, p)
    return _grown(outcome, [(one, other), (other, one)], _goods(outcome))


def _import_share(outcome: Outcome, p: Published) -> float:
    buyer, seller = _pair(outcome, p)
    bought = outcome.after.shipments[:, buyer][:, _goods(outcome)].sum(1)
    bought[buyer] = 0.0
    return float(100 * bought[seller] / bought.sum())


READ: Mapping[str, Callable[[Outcome, Published], float]] = {
    "real_income": _income, "consumer_prices": _prices, "exports": _exports, "imports": _imports,
    "goods_exports": _goods_exports, "goods_trade": _goods_trade, "import_share": _import_share,
}  # fmt: skip


def _pair(outcome: Outcome, p: Published) -> tuple[int, int]:
    return outcome.regions.index(p.region or ""), outcome.regions.index(p.partner or "")


def _goods(outcome: Outcome) -> list[int]:
    return [outcome.sectors.index(s) for s in goods_sectors(outcome.sectors)]


def _grown(outcome: Outcome, pairs: Sequence[tuple[int, int]], sectors: Any) -> float:
    """Change of the quantity shipped from the first to the second of every pair, percent, at the prices before."""
    ratio = np.divide(outcome.before.unit_cost, outcome.after.unit_cost)

    def total(state: Equilibrium, price: Array | None = None) -> float:
        return sum(float((state.shipments[i, n] * (1.0 if price is None else price[i]))[sectors].sum()) for i, n in pairs)

    return 100 * (total(outcome.after, ratio) / total(outcome.before) - 1)


def _duty(runs: _Runs, p: Published) -> float:
    world = runs.case.world
    n = world.region_index(p.region or "")
    goods = [world.sectors.index(s) for s in runs.case.goods]
    rates = runs.policy(p).shock(runs.case.economy).tariffs[:, n][:, goods]
    weights = world.shipments[:, n][:, goods].copy()
    weights[n] = 0.0
    if p.partner is not None:
        weights[np.arange(len(weights)) != world.region_index(p.partner)] = 0.0
    if p.measure == "duty_rise":
        rates = rates - world.tariff_rates[:, n][:, goods]
    return float(100 * (weights * rates).sum() / weights.sum())
