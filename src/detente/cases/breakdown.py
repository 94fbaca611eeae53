"""What each group of measures of a scenario does: Shapley shares over all orders in which the package could be put together.

A group is all that one region adds or changes by one kind of instrument. The shares add up to the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from detente.cases.baselines import IN_FORCE
from detente.cases.case import Case
from detente.equilibrium.outcome import Outcome
from detente.policy.dossier import Dossier
from detente.policy.measures import InstrumentKind, Measure
from detente.policy.stacking import policy_on
from detente.policy.timing import in_force
from detente.shapley_values import shapley_values
from detente.types import Array
from detente.words import N_

GROUPS = 6
KINDS = {
    InstrumentKind.TARIFF: N_("duties"),
    InstrumentKind.EXPORT_CONTROL: N_("export controls"),
    InstrumentKind.EMBARGO: N_("import bans"),
    InstrumentKind.NON_TARIFF: N_("other barriers"),
    InstrumentKind.PURCHASE: N_("purchases"),
}
OTHER = N_("other measures")


@dataclass(frozen=True)
class Group:
    """Measures of one region and kind; `by` is None for what is left of a long list."""

    by: str | None
    kind: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True, eq=False)
class Changed:
    """What a scenario adds or changes against the status quo, by group; what it keeps; what it drops. All modelled."""

    groups: tuple[Group, ...]
    kept: tuple[Measure, ...]
    dropped: tuple[Measure, ...]


def changed(dossier: Dossier, scenario: str, most: int = GROUPS) -> Changed:
    """The measures in force in a scenario on its day against those of the dossier's day; at most `most` groups."""
    then = [m for m in in_force(dossier.measures_in(scenario), dossier.scenario(scenario).policy_date) if m.modelled]
    standing = [m for m in in_force(dossier.measures, dossier.as_of) if m.modelled]
    found: dict[tuple[str | None, str], list[Measure]] = {}
    for m in then:
        if m not in standing:
            found.setdefault((m.by, KINDS.get(m.instrument, OTHER)), []).append(m)
    if len(found) > most:
        rest = list(found)[most - 1 :]
        found = {k: v for k, v in found.items() if k not in rest} | {(None, OTHER): [m for k in rest for m in found[k]]}
    groups = tuple(Group(by, kind, tuple(measures)) for (by, kind), measures in found.items())
    return Changed(groups, tuple(m for m in then if m in standing), tuple(m for m in standing if m not in then))


@dataclass(frozen=True, eq=False)
class MeasureShares:
    """Shares of the change of real income, points [group, region]; the regions end with WORLD. `total` is all together."""

    groups: tuple[Group, ...]
    regions: tuple[str, ...]
    shares: Array
    total: Array

    def of(self, group: int, region: str) -> float:
        """Share of a group in what a region, or WORLD, gains or loses."""
        return float(self.shares[group, self.regions.index(region)])

    def together(self, region: str) -> float:
        """All groups together."""
        return float(self.total[self.regions.index(region)])

    def to_frame(self) -> pd.DataFrame:
        """One row a region and the world, one column a group and the package."""
        names = [f"{g.by} {g.kind}" if g.by else g.kind for g in self.groups]
        frame = pd.DataFrame(self.shares.T, index=pd.Index(self.regions, name="region"), columns=names)
        return frame.assign(package=self.total)

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "groups": [{"by": g.by, "kind": g.kind, "measures": [m.id for m in g.measures]} for g in self.groups],
            "shares": {r: self.shares[:, n].tolist() for n, r in enumerate(self.regions)},
            "package": dict(zip(self.regions, self.total.tolist(), strict=True)),
        }


def measure_shares(case: Case, scenario: str) -> MeasureShares | None:
    """Shares of the groups of a scenario in its change against the status quo.

    None where there are fewer than two groups, or where a measure is dropped: then no order of adding leads there.
    """
    found = changed(case.dossier, scenario)
    if len(found.groups) < 2 or found.dropped:
        return None
    day, world, count = case.dossier.scenario(scenario).policy_date, case.world, len(found.groups)

    def worth(chosen: tuple[int, ...]) -> Array:
        if not chosen:
            return np.zeros(len(world.regions) + 1)
        if len(chosen) == count:
            return _incomes(case.outcome(scenario, against=IN_FORCE))
        measures = [*found.kept, *(m for k in chosen for m in found.groups[k].measures)]
        return _incomes(case.under(policy_on(measures, day, world.regions, world.sectors), against=IN_FORCE))

    sets = [c for size in range(count + 1) for c in combinations(range(count), size)]
    values = {frozenset(c): worth(c) for c in sets}
    shares = np.array(shapley_values(values, count))
    return MeasureShares(found.groups, (*world.regions, "WORLD"), shares, values[frozenset(range(count))])


def _incomes(outcome: Outcome) -> Array:
    return np.append(outcome.real_income.to_numpy(dtype=float), outcome.world_real_income)
