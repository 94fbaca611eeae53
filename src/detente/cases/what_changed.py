"""What changed between two runs: what they read differently, what came out, and which difference moved it how far.

The gap is split over what differs (measures, the table, parameters) by Shapley values: the mean effect of replacing a part over
all orders in which the parts can be replaced. The parts sum to the gap.

>>> from detente.equilibrium.parameters import horizon
>>> from detente.cases.runs import Run
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.world import toy_world
>>> run = Run.of_policy("ten", Policy([Tariff(by="AAA", on="BBB", rate=0.1)]), toy_world())
>>> what_changed(run, run.on(parameters=horizon("long"))).parts
('parameters',)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from detente.cases.runs import Run, flat, plain
from detente.errors import InputError, UnknownName
from detente.policy.changes import apply_changes
from detente.words.names import region_name


@dataclass(frozen=True, eq=False)
class WhatChanged:
    """The difference of two runs: of what they read (`inputs`), of what came out, and which input moved it how far.

    `frame`: one row a region both have and one for the world: real income before and after, percent, and the part of the gap due
    to each input that differs, percentage points.
    """

    inputs: tuple[str, ...]
    parts: tuple[str, ...]
    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.frame.copy()

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "inputs": list(self.inputs),
            "parts": list(self.parts),
            "rows": plain(self.frame.reset_index().to_dict("records")),
        }

    def explain(self, regions: Sequence[str] = ("WORLD",)) -> str:
        """In words."""
        if not self.parts:
            return "The two runs read the same: nothing changed."
        told = []
        for region in regions:
            if region not in self.frame.index:
                raise UnknownName(region, [str(r) for r in self.frame.index], "region")
            row = {str(k): float(v) for k, v in self.frame.loc[[region]].iloc[0].items()}
            gap = row["after, %"] - row["before, %"]
            parts = ", ".join(f"{p} {row[_column(p)]:+.3f}" for p in self.parts).replace("-", "−")
            told.append(
                f"Real income of {region_name(region)} goes from {row['before, %']:+.3f} to {row['after, %']:+.3f} %, "
                f"by {gap:+.3f} points ({parts}).".replace("-", "−")
            )
        return " ".join(told)


def what_changed(before: Run, after: Run) -> WhatChanged:
    """What two runs read differently, and how much of the gap in real income each difference makes."""
    inputs = input_differences(before, after)
    parts = [p for p, differs in _differing(before, after).items() if differs]
    common = [r for r in before.world.regions if r in after.world.regions]
    if not common:
        raise InputError("the two runs have no region in common")
    known: dict[frozenset[str], pd.Series] = {}
    for size in range(len(parts) + 1):
        for chosen in itertools.combinations(parts, size):
            known[frozenset(chosen)] = _incomes(_mixed(before, after, frozenset(chosen)), common)
    frame = pd.DataFrame({"before, %": known[frozenset()], "after, %": known[frozenset(parts)]})
    for part in parts:
        rest = [p for p in parts if p != part]
        share = pd.Series(0.0, index=frame.index)
        for size in range(len(rest) + 1):
            weight = 1 / (len(parts) * math.comb(len(rest), size))
            for chosen in itertools.combinations(rest, size):
                share += weight * (known[frozenset((*chosen, part))] - known[frozenset(chosen)])
        frame[_column(part)] = share
    return WhatChanged(tuple(inputs), tuple(parts), frame.rename_axis("region"))


def _column(part: str) -> str:
    return f"due to {part}, points"


def _differing(before: Run, after: Run) -> dict[str, bool]:
    here, there = (flat(plain(r.parameters.record())) for r in (before, after))
    return {
        "measures": bool(measure_differences(before, after)) or _described(before) != _described(after.on(before.world)),
        "the table": before.world.fingerprint != after.world.fingerprint,
        "parameters": {k: v for k, v in here.items() if k != "name"} != {k: v for k, v in there.items() if k != "name"},
    }


def _described(run: Run) -> list[list[str]]:
    return [policy.describe() for policy in run.policies]


def _mixed(before: Run, after: Run, chosen: frozenset[str]) -> Run:
    source = after if "measures" in chosen else before
    return source.on((after if "the table" in chosen else before).world, (after if "parameters" in chosen else before).parameters)


def _incomes(run: Run, regions: Sequence[str]) -> pd.Series:
    values = run.outcome.real_income[list(regions)].astype(float)
    return pd.concat([values, pd.Series({"WORLD": run.outcome.world_real_income})])


def measure_differences(before: Run, after: Run) -> list[str]:
    """Measures added, gone or changed between two runs of dossiers, in words."""
    tables = []
    for run in (before, after):
        if run.dossier is None:
            return []
        measures = apply_changes(run.dossier.measures_in(run.scenario), run.changes)
        tables.append({m.id: flat(m.model_dump(mode="json", exclude_defaults=True)) for m in measures})
    old, new = tables
    found = [f"measure {k} is new" for k in new if k not in old] + [f"measure {k} is gone" for k in old if k not in new]
    for k in old:
        if k in new and old[k] != new[k]:
            moved = [f for f in dict.fromkeys((*old[k], *new[k])) if old[k].get(f) != new[k].get(f)]
            told = ", ".join(f"{f} {old[k].get(f, 'unset')} → {new[k].get(f, 'unset')}" for f in moved[:4])
            found.append(f"measure {k}: {told}" + (f" and {len(moved) - 4} more fields" if len(moved) > 4 else ""))
    days = [r.dossier.changes_of(r.scenario)[1] for r in (before, after) if r.dossier is not None]
    if days[0] != days[1]:
        found.append(f"read on {days[1]} instead of {days[0]}")
    return found


def input_differences(before: Run, after: Run) -> list[str]:
    """Everything two runs read differently, in words."""
    found = measure_differences(before, after)
    if before.world.fingerprint != after.world.fingerprint:
        found.append(f"world {before.world.name} {before.world.fingerprint} → {after.world.name} {after.world.fingerprint}")
    here, there = (flat(plain(r.parameters.record())) for r in (before, after))
    found += [f"parameter {k}: {here.get(k)} → {v}" for k, v in there.items() if here.get(k) != v]
    return found
