"""Odds of the stand-off over an ensemble: payoffs of each draw's equilibria, read with that draw's motives, patience and dates.

The equilibrium part of a draw gives what each combination of stances is worth; the talks part of the same draw (same row of
the design) gives each party's discount rate and the weight of its motives, the risk of collapse, how long having given way and
a collapse matter, what not being seen to give way is worth, and the days until threats carried out after a collapse take
effect. Motives enter as

    payoff = real income + m · (all other parts),   m = 1 at the median, 1/2 and 2 at the 5 and 95 % points

and a delay of s years replaces the value of a collapse D by f (1 − e^{−rs})/r + e^{−rs} D: until then the stand-off goes on.
This is the steady stand-off alone; the
other models of it stand in `talks.contests`.

>>> from detente.outlook.ensemble.ensemble import ensemble                                                # doctest: +SKIP
>>> found = odds(ensemble("kuala-lumpur-2025", 256, what=("headlines", "payoffs")))              # doctest: +SKIP
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from detente.errors import InputError
from detente.outlook.ensemble.ensemble import Ensemble
from detente.outlook.ensemble.plan import Plan
from detente.outlook.ensemble.sensitivity import Drivers, drivers
from detente.strategy.objectives import PARTS
from detente.talks.contests import Judged
from detente.talks.patience import Patience
from detente.talks.standoff import Standoff, annuity, standoff
from detente.types import Array
from detente.words import DAYS_A_YEAR, refusal, tell
from detente.words.shown import Shown


@dataclass(frozen=True, eq=False)
class EnsembleOdds(Shown):
    """Probabilities by draw: that each party gives way first, that talks collapse; NaN where the stand-off has no such answer.

    `statuses` counts how the stand-off ends over all draws that have payoffs; `failed` those that have none.
    """

    parties: tuple[str, ...]
    blink: Mapping[str, Array]
    collapse: Array
    statuses: Mapping[str, int]
    failed: int
    draws: int
    ensemble: Ensemble

    def to_frame(self) -> pd.DataFrame:
        """One row an event: mean over the draws, 5, 50 and 95 % points, draws with an answer."""
        rows = {}
        for name, values in self._events().items():
            known = values[np.isfinite(values)]
            ends = np.quantile(known, (0.05, 0.5, 0.95)) if len(known) else np.full(3, np.nan)
            mean = float(known.mean()) if len(known) else np.nan
            rows[name] = {"mean": mean, "5 %": ends[0], "50 %": ends[1], "95 %": ends[2], "draws": len(known)}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("event")

    def drivers(self, event: str, **options: Any) -> Drivers:
        """What moves the probability of an event ("USA gives way", "talks collapse"): all inputs of the design compete."""
        events = self._events()
        if event not in events:
            raise InputError(refusal("outlook", "no_event_there_are", event=f"{event!r}", events=", ".join(events)))
        result = self.ensemble
        return drivers(result.points, events[event], result.inputs, f"probability that {event}", "", **options)

    def explain(self) -> str:
        """Mean odds, their range, and how often there is no contest."""
        return tell(self, events={event: row for event, row in self.to_frame().iterrows() if row["draws"]})

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        rows = self.to_frame().reset_index().to_dict(orient="records")
        return {"events": rows, "statuses": dict(self.statuses), "failed": self.failed, "draws": self.draws}

    def _events(self) -> dict[str, Array]:
        return {**{f"{p} gives way": self.blink[p] for p in self.parties}, "talks collapse": self.collapse}


def odds(result: Ensemble) -> EnsembleOdds:
    """Read the stand-off in every draw. Raises `InputError` where the ensemble kept no payoffs or has other than two parties."""
    parts = result.payoffs()
    plan = result.plan.payoffs
    assert plan is not None
    parties = tuple(plan.weights)
    if len(parties) != 2:
        raise InputError(refusal("outlook", "parties_stand_off", count=len(parties)))
    points = result.points
    own = {i.id: i.value(points[:, k]) for k, i in enumerate(result.inputs)}
    blink, collapse = np.full((result.draws, 2), np.nan), np.full(result.draws, np.nan)
    statuses: Counter[str] = Counter()
    reasons = parts["reason"]
    for draw in range(result.draws):
        if reasons[draw]:
            continue
        row = {name: float(values[draw]) for name, values in parts.items() if "|" in name}
        found = read_one(result.plan, row, {k: float(v[draw]) for k, v in own.items()})
        statuses[found.status] += 1
        end = found.by(math.inf).shared()
        blink[draw], collapse[draw] = (end.first, end.second), end.collapse
    failed = int(sum(bool(r) for r in reasons))
    by_party = {p: blink[:, k] for k, p in enumerate(parties)}
    return EnsembleOdds(parties, by_party, collapse, dict(statuses.most_common()), failed, result.draws, result)


def read_one(plan: Plan, parts: Mapping[str, float], own: Mapping[str, float]) -> Standoff:
    """The stand-off of one draw: `parts` as stored ("ease/hold|USA|jobs"), `own` the draw's inputs by id."""
    assert plan.payoffs is not None
    weights = plan.payoffs.weights
    first, second = weights
    payoff: dict[tuple[str, str], tuple[float, float]] = {}
    for cell in plan.payoffs.combinations:
        worth = []
        for party in (first, second):
            at = {part: parts[f"{'/'.join(cell)}|{party}|{part}"] for part in PARTS}
            plain = at.pop("real income")
            worth.append(plain + own[f"motives {party}"] * sum(at.values()))
        payoff[(cell[0], cell[1])] = (worth[0], worth[1])
    audience = tuple(own[f"motives {p}"] * weights[p].audience for p in (first, second))
    income = [float(plan.economy.income[plan.economy.regions.index(p)]) / 100 for p in (first, second)]
    judged = Judged("drawn", (first, second), payoff, (audience[0], audience[1]), (income[0], income[1]))
    rates = {p: own[f"patience {p}"] for p in (first, second)}
    assumed = Patience(
        rates=rates,
        collapse_risk=own["collapse_risk"],
        settlement_years=own["settlement_years"],
        collapse_years=own["collapse_years"],
        face=own["face"],
    )
    years = own["escalation_delay"] / DAYS_A_YEAR
    later = []
    for side in judged.stakes(assumed):
        wait = side.flow * annuity(side.rate, years) if years > 0 else 0.0
        later.append(side.with_(collapse=wait + math.exp(-side.rate * years) * side.collapse))
    return standoff(later[0], later[1], own["collapse_risk"])
