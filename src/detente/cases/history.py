"""What was in force when: the policy of a scenario by months since the decision, and duties of different age.

The decision is made on the dossier's day, month 0. A scenario's measures come into force on their own dates, up to the day that
the scenario describes (`policy_date`); from there on its policy stands. The status quo is what is in force on the dossier's day,
for good. A duty of eighteen months and one of yesterday do not act with the same elasticity: buyers answer a piece of the log
wedge of age a at month h with f(a), and the part that they do not answer yet, Σ (1 − f(a)/f(h)) Δ ln κ, still costs them.

>>> from detente.cases.case import Case
>>> past = Case.of("kuala-lumpur-2025").history("pessimistic")
>>> [round(m.begins, 1) for m in past if m.begins >= 0]
[0.5, 0.7, 0.8]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from detente.equilibrium.chokepoints import DAYS_A_MONTH
from detente.equilibrium.months import End, value
from detente.policy.dossier import Dossier
from detente.policy.instruments import Policy
from detente.policy.shock import Shock
from detente.policy.timing import turning_days
from detente.types import Array
from detente.world.economy import Economy

PolicyOn = Callable[[str | None, date], Policy]
"""The policy of a scenario (None: the status quo) in force on a day."""


@dataclass(frozen=True, eq=False)
class Moment:
    """A day on which what is in force changed: months since the decision (negative: before it), and what holds from then on."""

    begins: float
    policy: Policy
    shock: Shock


@dataclass(frozen=True, eq=False)
class Pieces:
    """Changes of the log price wedge ln κ [piece, flow], when each began (months since the decision), and the flows that any of
    them is on: positions in [origin, destination, sector], whose `shape` it is."""

    begins: Array
    added: Array
    flows: NDArray[np.int64]
    shape: tuple[int, ...]

    def unanswered(self, month: float, ends: Mapping[str, End] | None = None) -> Array:
        """The part of ln κ̂ that sourcing does not answer to yet at a month [origin, destination, sector]."""
        end = (ends or {}).get("trade_elasticity_factor", "centre")
        age = np.maximum(month - self.begins, 0.0)
        now = value("trade_elasticity_factor", month, end)
        weight = 1 - np.asarray(value("trade_elasticity_factor", age, end)) / now
        late = np.zeros(self.shape)
        late.flat[self.flows] = np.einsum("p,pf->f", weight, self.added)
        return late


def before_decision(dossier: Dossier, economy: Economy, policy_on: PolicyOn) -> tuple[Moment, ...]:
    """Every change of what is in force, from the dossier's first measure to the status quo of its day."""
    days = [*(d for d in _turning(dossier, None) if d < dossier.as_of), dossier.as_of]
    return _moments(dossier, economy, lambda day: policy_on(None, day), days, ())


def history(
    dossier: Dossier, economy: Economy, scenario: str, policy_on: PolicyOn, past: tuple[Moment, ...]
) -> tuple[Moment, ...]:
    """The `past` up to the status quo, and every change from there to a scenario's policy."""
    decision = dossier.as_of
    last = max(dossier.scenario(scenario).policy_date, decision)
    days = [decision, *(d for d in _turning(dossier, scenario) if decision < d <= last)]
    return _moments(dossier, economy, lambda day: policy_on(scenario, day), days, past)


def pieces(table: Shock, moments: Sequence[Moment]) -> Pieces:
    """The wedges that came and went, from the table's own duties (`table`) on."""
    walls = np.array([_wedge(shock).ravel() for shock in (table, *(m.shock for m in moments))])
    added = np.diff(walls, axis=0)
    flows = np.flatnonzero((added != 0).any(0))
    kept = np.flatnonzero((added != 0).any(1))
    begins = np.array([m.begins for m in moments])[kept]
    return Pieces(begins, np.ascontiguousarray(added[np.ix_(kept, flows)]), flows, table.tariffs.shape)


def _turning(dossier: Dossier, scenario: str | None) -> list[date]:
    """Days on which a measure of the scenario may change, ascending."""
    return sorted({d for m in dossier.measures_in(scenario) for d in turning_days(m)})


def _moments(
    dossier: Dossier, economy: Economy, policy_on: Callable[[date], Policy], days: Sequence[date], past: tuple[Moment, ...]
) -> tuple[Moment, ...]:
    moments = list(past)
    for day in days:
        policy = policy_on(day)
        shock = policy.shock(economy)
        if not moments or _differs(moments[-1].shock, shock):
            moments.append(Moment((day - dossier.as_of).days / DAYS_A_MONTH, policy, shock))
    return tuple(moments)


def _wedge(shock: Shock) -> Array:
    return np.log1p(shock.tariffs) + np.log1p(shock.export_taxes) + np.log(shock.iceberg)


def _differs(old: Shock, new: Shock) -> bool:
    same = all(
        np.array_equal(getattr(old, key), getattr(new, key))
        for key in ("tariffs", "export_taxes", "iceberg", "allowed", "unit_cost", "subsidies")
    )
    alike = [(c.label, c.bound, c.rent) for c in old.controls] == [(c.label, c.bound, c.rent) for c in new.controls]
    return not (same and alike)
