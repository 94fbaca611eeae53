"""What was in force when: the policy of a scenario by months since the decision, and duties of different age.

The decision is made on the dossier's day, month 0. A scenario's measures come into force on their own dates, up to the day that
the scenario describes (`policy_date`); from there on its policy stands. The status quo is what is in force on the dossier's day,
for good. A duty of eighteen months and one of yesterday do not act with the same elasticity: buyers answer a piece of the log
wedge of age a at month h with f(a), and the part that they do not answer yet, Σ (1 − f(a)/f(h)) Δ ln κ, still costs them.

>>> from detente.policy.dossier import load_dossier
>>> dossier = load_dossier("kuala-lumpur-2025")
>>> turns = turning(dossier.measures_in("pessimistic"), dossier.as_of, dossier.scenario("pessimistic").policy_date)
>>> [day.isoformat() for day in turns][1:]
['2025-11-01', '2025-11-08', '2025-11-10', '2025-12-01']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from detente.equilibrium.chokepoints import DAYS_A_MONTH
from detente.equilibrium.months import End, value
from detente.policy.instruments import Policy
from detente.policy.measures import Measure
from detente.policy.shock import Shock
from detente.policy.timing import turning_days
from detente.types import Array
from detente.world.economy import Economy

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Moment:
    """A day on which what is in force changed: months since the decision (negative: before it), and what holds from then on."""

    begins: float
    policy: Policy
    shock: Shock
    _known: dict[Any, Any] = field(init=False, default_factory=dict, repr=False)

    def once(self, name: Any, work: Callable[[], T]) -> T:
        """What `work` makes of this moment and those before it (they are always the same ones), worked out once."""
        if name not in self._known:
            self._known[name] = work()
        return cast(T, self._known[name])

    @cached_property
    def wedge(self) -> Array:
        """The log price wedge ln κ [origin, destination, sector]."""
        return _wedge(self.shock)


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


def turning(measures: Iterable[Measure], first: date, last: date) -> list[date]:
    """`first`, and every day after it up to `last` on which a measure may change, ascending."""
    return [first, *sorted({d for m in measures for d in turning_days(m) if first < d <= last})]


def moments(
    days: Sequence[date],
    decision: date,
    policy: Callable[[date], Policy],
    economy: Economy,
    past: Sequence[Moment] = (),
    laid_out: Callable[[Policy], Shock] | None = None,
) -> tuple[Moment, ...]:
    """What was in force from each of the `days` on, after the `past`; days on which nothing changes are passed over. `laid_out`
    gives the shock of a policy where it is known already."""
    found = list(past)
    for day in days:
        chosen = policy(day)
        shock = chosen.shock(economy) if laid_out is None else laid_out(chosen)
        if not found or _differs(found[-1].shock, shock):
            found.append(Moment((day - decision).days / DAYS_A_MONTH, chosen, shock))
    return tuple(found)


def pieces(table: Shock, past: Sequence[Moment]) -> Pieces:
    """The wedges that came and went, from the table's own duties (`table`) on."""
    steps = [m.once("step", partial(_step, past[k - 1].wedge if k else None, m.wedge, table)) for k, m in enumerate(past)]
    kept = [k for k, (flows, _) in enumerate(steps) if len(flows)]
    moved = np.zeros(table.tariffs.size, dtype=bool)
    for k in kept:
        moved[steps[k][0]] = True
    flows = np.flatnonzero(moved)
    added = np.zeros((len(kept), len(flows)))
    for row, k in zip(added, kept, strict=True):
        row[np.searchsorted(flows, steps[k][0])] = steps[k][1]
    return Pieces(np.array([past[k].begins for k in kept]), added, flows, table.tariffs.shape)


def _step(before: Array | None, wedge: Array, table: Shock) -> tuple[NDArray[np.int64], Array]:
    """Where a moment changes the wedges of the one before it (at first the table's own), and by how much."""
    change = (wedge - (_wedge(table) if before is None else before)).ravel()
    flows = np.flatnonzero(change)
    return flows, change[flows]


def _wedge(shock: Shock) -> Array:
    return np.log1p(shock.tariffs) + np.log1p(shock.export_taxes) + np.log(shock.iceberg)


def _differs(old: Shock, new: Shock) -> bool:
    same = all(
        np.array_equal(getattr(old, key), getattr(new, key))
        for key in ("tariffs", "export_taxes", "iceberg", "allowed", "unit_cost", "subsidies")
    )
    bounds, others = ([(c.label, c.bound, c.rent, c.most) for c in shock.controls] for shock in (old, new))
    return not (same and bounds == others)
