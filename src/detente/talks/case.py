"""A dossier at the table: its payoffs as a game, a stand-off, a deal over packages and a truce.

The equilibrium fills the payoff table once (`strategy.payoffs`); everything here reads it. What no table can tell — patience,
the risk that talks collapse, how long a settlement and a collapse last — are assumptions with ranges. Every probability is
given at their centre and over their ends, with motives as in the dossier, at zero (real income alone) and doubled.

>>> case = at_the_table("kuala-lumpur-2025")
>>> case.game.parties
('USA', 'CHN')
>>> low, centre, high = case.blink_range("USA")
>>> bool(0 <= low <= centre <= high <= 1)
True
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.equilibrium.solve import solve
from detente.errors import InputError, UnknownRegion
from detente.strategy.objectives import Weights
from detente.strategy.payoffs import PayoffTable, payoff_table
from detente.talks.bargaining import Deal, bargain
from detente.talks.bystanders import Menu, bystander_menu
from detente.talks.games import Game, bimatrix
from detente.talks.stakes import stakes_from_table
from detente.talks.standoff import Standoff, standoff
from detente.talks.threats import Threat, value_of_threat
from detente.talks.truce import Truce, TruceSide, truce
from detente.world.labels import region_name
from detente.world.world import World

if TYPE_CHECKING:
    from detente.policy.dossier import Dossier


@dataclass(frozen=True)
class Patience:
    """What the payoff table cannot tell, with the ends of the range each is varied over (assumption A40).

    Discount rates a year by party (default 0.10), `collapse_risk` a year, how many years a settlement and a collapse last, and
    how a truce is watched: chance a year of a false alarm and of seeing a breach.
    """

    rates: Mapping[str, float] = field(default_factory=dict)
    rate: float = 0.10
    rate_range: tuple[float, float] = (0.05, 0.20)
    collapse_risk: float = 1.0
    collapse_range: tuple[float, float] = (0.3, 3.0)
    settlement_years: float = 4.0
    settlement_range: tuple[float, float] = (2.0, 8.0)
    collapse_years: float = 1.0
    false_alarm: float = 0.1
    detection: float = 0.6

    def of(self, party: str) -> float:
        """Discount rate of a party, a year."""
        return float(self.rates.get(party, self.rate))

    def corners(self) -> list[Patience]:
        """The range's ends in every combination, each party's rate moved apart."""
        found = []
        parties = list(self.rates) or []
        choices = [self.rate_range] * max(len(parties), 0)
        for risk, years in itertools.product(self.collapse_range, self.settlement_range):
            for rates in itertools.product(*choices):
                chosen = dict(zip(parties, rates, strict=True))
                found.append(replace(self, rates=chosen, collapse_risk=risk, settlement_years=years))
        return found


@dataclass(frozen=True, eq=False)
class AtTheTable:
    """A two-party dossier read as games. `plain` is the same table if both cared for real income alone."""

    table: PayoffTable
    plain: PayoffTable
    patience: Patience
    game: Game
    plain_game: Game
    standoff: Standoff
    standoffs: tuple[Standoff, ...]
    deal: Deal
    threat: Threat | None
    truce: Truce

    def blink_range(self, party: str) -> tuple[float, float, float]:
        """Lowest, central and highest probability that `party` gives way, over the range of what the table cannot tell.

        NaN in the centre where the stand-off has no such answer (its `status` says why).
        """
        k = self.table.parties.index(party)
        values = [s.blink[k] for s in (self.standoff, *self.standoffs) if not math.isnan(s.blink[k])]
        return (min(values), self.standoff.blink[k], max(values)) if values else (math.nan, math.nan, math.nan)

    def collapse_range(self) -> tuple[float, float, float]:
        """Lowest, central and highest probability that talks collapse before either gives way."""
        values = [s.collapse for s in (self.standoff, *self.standoffs) if not math.isnan(s.collapse)]
        return (min(values), self.standoff.collapse, max(values)) if values else (math.nan, math.nan, math.nan)

    def to_frame(self) -> pd.DataFrame:
        """One row a party: what a deal, a stand-off and a collapse pay, and the odds that it gives way, with their range."""
        rows = {}
        for k, party in enumerate(self.table.parties):
            low, centre, high = self.blink_range(party)
            rows[party] = {
                "ease both, points": self.table.payoff(*["ease"] * 2)[party],
                "hold both, points": self.table.payoff(*["hold"] * 2)[party],
                "escalate both, points": self.table.payoff(*["escalate"] * 2)[party],
                "gives way, probability": centre,
                "lowest": low,
                "highest": high,
                "critical discount factor": self.truce.critical[k],
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("party")

    def explain(self) -> str:
        """The answers in plain words, each with what it rests on."""
        return "\n\n".join([self.game.explain(), self.standoff.explain(), self.truce.explain()])

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "table": self.table.record(), "game": self.game.record(), "game_real_income_only": self.plain_game.record(),
            "standoff": self.standoff.record(), "collapse_range": self.collapse_range(),
            "blink_ranges": {p: self.blink_range(p) for p in self.table.parties},
            "deal": self.deal.record(), "threat": None if self.threat is None else self.threat.record(),
            "truce": self.truce.record(), "patience": self.patience.__dict__,
        }  # fmt: skip


def at_the_table(
    dossier: Dossier | str,
    world: World | None = None,
    horizon: str | Parameters | None = None,
    *,
    patience: Patience | None = None,
    weights: Mapping[str, Weights] | None = None,
    table: PayoffTable | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> AtTheTable:
    """Read a dossier with two parties and stances ease, hold, escalate. `table` reuses one that was computed before.

    Raises `InputError` where the dossier has other than two parties or lacks a stance.
    """
    if isinstance(dossier, str):
        from detente.policy.dossier import load_dossier

        dossier = load_dossier(dossier)
    found = table or payoff_table(dossier, world, horizon, weights=weights, progress=progress)
    if len(found.parties) != 2:
        raise InputError(f"{found.dossier} has {len(found.parties)} parties; this reading needs two")
    for party, menu in zip(found.parties, found.stances, strict=True):
        lacking = [s for s in ("ease", "hold", "escalate") if s not in menu]
        if lacking:
            raise InputError(f"{found.dossier}: {party} has no stance {lacking[0]!r}")
    chosen = patience or Patience()
    if not chosen.rates:
        chosen = replace(chosen, rates=dict.fromkeys(found.parties, chosen.rate))
    plain = found.with_weights({})
    wanted = dict(weights or {})
    motives = {p: Weights.of(dossier, p) for p in found.parties} | wanted
    doubled = [found.with_weights({p: w.doubled() for p, w in motives.items()})]
    cells = list(itertools.product(*found.stances))
    points = np.array([[found.payoff(*cell)[p] for p in found.parties] for cell in cells])
    names = [" / ".join(cell) for cell in cells]
    hold, war = (np.array(list(found.payoff(*[s] * 2).values())) for s in ("hold", "escalate"))
    deal = bargain(points, tuple(hold), parties=found.parties, names=names)
    threat = value_of_threat(points, tuple(hold), tuple(war), parties=found.parties, names=names)
    return AtTheTable(
        table=found,
        plain=plain,
        patience=chosen,
        game=bimatrix(*found.bimatrix(), found.parties, found.stances),
        plain_game=bimatrix(*plain.bimatrix(), plain.parties, plain.stances),
        standoff=_standoff(found, chosen),
        standoffs=tuple(_standoff(seen, corner) for seen in (found, plain, *doubled) for corner in chosen.corners()),
        deal=deal,
        threat=threat,
        truce=_truce(found, chosen),
    )


def _standoff(table: PayoffTable, patience: Patience) -> Standoff:
    """The stand-off over a deal: both threaten until one eases; a collapse is both escalating."""
    payoff = {cell: tuple(table.payoff(*cell).values()) for cell in itertools.product(*table.stances)}
    income = [float(next(iter(table.outcomes.values())).before.income[_index(table, p)]) for p in table.parties]
    first, second = stakes_from_table(
        table.parties,
        [patience.of(p) for p in table.parties],
        payoff,  # type: ignore[arg-type]
        settlement_years=patience.settlement_years,
        collapse_years=patience.collapse_years,
        million_usd=[i / 100 for i in income],
    )
    return standoff(first, second, patience.collapse_risk)


def _truce(table: PayoffTable, patience: Patience) -> Truce:
    """A truce of easing: cheating is to escalate while the other eases, the stand-off is both escalating. Periods are years."""
    ease, war = table.payoff("ease", "ease"), table.payoff("escalate", "escalate")
    cheat = {
        table.parties[0]: table.payoff("escalate", "ease")[table.parties[0]],
        table.parties[1]: table.payoff("ease", "escalate")[table.parties[1]],
    }
    sides = [TruceSide(p, ease[p], cheat[p], war[p]) for p in table.parties]
    discount = [math.exp(-patience.of(p)) for p in table.parties]
    return truce(sides[0], sides[1], discount, false_alarm=patience.false_alarm, detection=patience.detection)


def _index(table: PayoffTable, region: str) -> int:
    return next(iter(table.outcomes.values())).regions.index(region)


def bystander(
    dossier: Dossier | str,
    region: str,
    world: World | None = None,
    horizon: str | Parameters | None = None,
    *,
    probabilities: Mapping[str, float] | None = None,
    **parameters: Any,
) -> Menu:
    """A third economy's menu in every scenario: real income, percent against the status quo, best reply, regrets.

    Options are the dossier's menu for the region that can be modelled, and doing nothing. `probabilities` by scenario (equal
    if absent) serve the expectation only; the ranking by scenario does not need them.
    """
    from detente.policy.dossier import load_dossier
    from detente.world.library import load_world

    case = load_dossier(dossier) if isinstance(dossier, str) else dossier
    table = load_world() if world is None else world
    if region not in table.regions:
        raise UnknownRegion(region, {r: region_name(r) for r in table.regions})
    chosen = named_horizon(horizon or case.horizon.default, **parameters)
    economy = table.economy()
    regions, sectors = table.regions, table.sectors
    base = solve(economy, case.policy(None, regions, sectors), chosen)
    own = {b.region: b for b in case.bystanders}
    options: dict[str, tuple[Any, ...]] = {"stay out": ()}
    if region in own:
        options |= {item.title: item.changes for item in own[region].menu if item.modelled and item.changes}
    scenarios = [s for s in case.scenarios if s.id != "status-quo"] or list(case.scenarios)

    def income(scenario: str, changes: tuple[Any, ...]) -> float:
        policy = case.policy(scenario, regions, sectors, changes=changes)
        return float(solve(economy, policy, chosen).relative_to(base).real_income[region])

    payoffs = [[income(s.id, changes) for s in scenarios] for changes in options.values()]
    if probabilities is None:
        weights = [1 / len(scenarios)] * len(scenarios)
    else:
        unknown = [key for key in probabilities if key not in {s.id for s in scenarios}]
        if unknown:
            raise InputError(f"no scenario {unknown[0]!r}; the dossier has {', '.join(s.id for s in scenarios)}")
        weights = [float(probabilities.get(s.id, 0.0)) for s in scenarios]
    return bystander_menu(
        payoffs,
        weights,
        options=list(options),
        scenarios=[s.id for s in scenarios],
        region=region_name(region),
        unit="% of real income",
    )


def diversion(
    dossier: Dossier | str, region: str, scenario: str, world: World | None = None, horizon: str | Parameters | None = None
) -> pd.DataFrame:
    """Trade of `region` by partner in a scenario against the status quo: exports gained, imports deflected, million USD."""
    from detente.policy.dossier import load_dossier
    from detente.world.library import load_world

    case = load_dossier(dossier) if isinstance(dossier, str) else dossier
    table = load_world() if world is None else world
    if region not in table.regions:
        raise UnknownRegion(region, {r: region_name(r) for r in table.regions})
    chosen = named_horizon(horizon or case.horizon.default)
    economy = table.economy()
    base = solve(economy, case.policy(None, table.regions, table.sectors), chosen)
    outcome = solve(economy, case.policy(scenario, table.regions, table.sectors), chosen).relative_to(base)
    before, after = outcome.bilateral()
    frame = pd.DataFrame(
        {
            "exports before, million USD": before.loc[region],
            "exports change, million USD": after.loc[region] - before.loc[region],
            "imports before, million USD": before[region],
            "imports change, million USD": after[region] - before[region],
        }
    ).drop(index=region)
    return frame.rename_axis("partner").sort_values("exports change, million USD", ascending=False)
