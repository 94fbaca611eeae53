"""Compare: n packages × m worlds × k parameter sets in one table, and how much each choice matters.

Every cell is one run against its own status quo. `Comparison.spread` gives, for each region, the mean range of a result along
each axis while the others stay put: whether the answer hangs on the package, the table or the parameters.

`what_changed` sets two runs side by side: what they read differently, what came out, and which difference moved it how far.
The gap is split over what differs (measures, the table, parameters) by Shapley values: the mean effect of replacing a part over
all orders in which the parts can be replaced. The parts sum to the gap.

>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.world import toy_world
>>> packages = {f"{rate} %": Policy([Tariff(by="AAA", on="BBB", rate=rate / 100)]) for rate in (10, 20)}
>>> c = compare(packages, worlds=[toy_world()], parameters=["medium", "long"])
>>> c.table("real income", columns="package").shape
(8, 2)
>>> from detente.equilibrium.parameters import horizon
>>> from detente.cases.runs import Run
>>> from detente.policy.instruments import Policy, Tariff
>>> from detente.world import toy_world
>>> run = Run.of_policy("ten", Policy([Tariff(by="AAA", on="BBB", rate=0.1)]), toy_world())
>>> what_changed(run, run.on(parameters=horizon("long"))).parts
('parameters',)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import pandas as pd

from detente.cases.runs import Run, flat, plain
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon as named_horizon
from detente.errors import InputError, NotConverged, ShockError, UnknownName
from detente.policy.changes import apply_changes
from detente.policy.dossier import Dossier, load_dossier
from detente.policy.instruments import Policy
from detente.shapley_values import all_sets, shapley_values
from detente.types import Progress
from detente.words import refusal, say, tell
from detente.words.shown import Shown
from detente.world.library import load_world
from detente.world.world import World

CHANGED = "words/templates/WhatChanged"
AXES = ("package", "world", "parameters")
INDICATORS: Mapping[str, tuple[str, Callable[[Outcome], pd.Series]]] = {
    "real income": ("%", lambda o: o.real_income),
    "equivalent variation": ("million USD a year", lambda o: o.equivalent_variation),
    "consumer prices": ("%", lambda o: o.consumer_prices),
    "real wage": ("%", lambda o: o.real_wage),
    "terms of trade": ("%", lambda o: o.terms_of_trade),
    "volume of trade": ("%", lambda o: o.volume_of_trade),
    "tariff revenue": ("million USD a year", lambda o: o.tariff_revenue["change"]),
}
"""Results compared, each by region: unit and how it is read off an outcome. Percent changes are against the status quo."""
Package = Run | Policy | str


@dataclass(frozen=True, eq=False)
class Comparison(Shown):
    """All cells. `frame`: package, world, parameters, region, indicator, value, unit; `failed`: cell → why it has no numbers."""

    frame: pd.DataFrame
    failed: Mapping[tuple[str, str, str], str]

    def table(self, indicator: str = "real income", *, columns: str = "package") -> pd.DataFrame:
        """One row a region and a combination of the other axes, one column a package (or world, or parameter set)."""
        if columns not in AXES:
            raise UnknownName(columns, list(AXES), "axis")
        part = self._part(indicator)
        others = [a for a in AXES if a != columns and _several(part[a])]
        wide = part.pivot_table(index=["region", *others], columns=columns, values="value", sort=False, observed=True)
        return wide[list(dict.fromkeys(part[columns]))]

    def spread(self, indicator: str = "real income") -> pd.DataFrame:
        """One row a region: mean range of the result along each axis, the other axes held, and over all cells; largest first."""
        part = self._part(indicator)
        rows = {}
        for region, cells in part.groupby("region", sort=False):
            row = {}
            for axis in AXES:
                others = [a for a in AXES if a != axis]
                ranges = cells.groupby(others, sort=False)["value"].agg(lambda v: v.max() - v.min())
                row[axis] = float(ranges.mean())
            row["all"] = float(cells["value"].max() - cells["value"].min())
            rows[region] = row
        return (
            pd.DataFrame.from_dict(rows, orient="index").rename_axis("region").sort_values("all", ascending=False, kind="stable")
        )

    def to_frame(self) -> pd.DataFrame:
        """Every number, tidy."""
        return self.frame.copy()

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "rows": plain(self.frame.to_dict(orient="records")),
            "failed": [{**dict(zip(AXES, cell, strict=True)), "why": why} for cell, why in self.failed.items()],
        }

    def explain(self, indicator: str = "real income", region: str = "WORLD") -> str:
        """Which choice matters most for a region, in words."""
        spread = self.spread(indicator)
        if region not in spread.index:
            raise UnknownName(region, [str(r) for r in spread.index], "region")
        row = {str(k): float(v) for k, v in spread.loc[[region]].iloc[0].items()}
        unit = INDICATORS[indicator][0].replace("%", "points")
        many = [a for a in AXES if _several(self.frame[a])]
        moves = [(axis, row[axis]) for axis in sorted(many, key=lambda a: -row[a])]
        return tell(self, indicator=indicator, region=region, unit=unit, moves=moves)

    def _part(self, indicator: str) -> pd.DataFrame:
        if indicator not in INDICATORS:
            raise UnknownName(indicator, list(INDICATORS), "indicator")
        part = self.frame[self.frame["indicator"] == indicator]
        if part.empty:
            raise InputError(refusal("cases", "nothing_solved", failed="; ".join(self.failed.values())))
        return part


def compare(
    packages: Mapping[str, Package] | Sequence[Package] | Dossier,
    *,
    worlds: Sequence[World | str] | None = None,
    parameters: Sequence[str | Parameters] | Mapping[str, str | Parameters] | None = None,
    against: Policy | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Solve every package on every world at every parameter set.

    A package is "dossier:scenario", "dossier" (all its scenarios), a `Run`, or a `Policy` (then compared with `against`, the
    table's own duties if None). `worlds` and `parameters` default to what each run has. A cell that does not solve is listed in
    `failed` with the reason; bad input raises.
    """
    runs = _runs(packages, against)
    tables = None if worlds is None else [load_world(w) if isinstance(w, str) else w for w in worlds]
    sets = None if parameters is None else _parameter_sets(parameters)
    for what, names in (("worlds", [w.name for w in tables or ()]), ("packages", list(runs))):
        if len(set(names)) != len(names):
            raise InputError(refusal("cases", "two_have_one_name", what=what))
    rows: list[pd.DataFrame] = []
    failed: dict[tuple[str, str, str], str] = {}
    cells = [
        (name, run.on(table, chosen), label)
        for name, run in runs.items()
        for table in (tables or [run.world])
        for label, chosen in (sets or {run.parameters.name: run.parameters}).items()
    ]
    for done, (name, run, label) in enumerate(cells, 1):
        if progress is not None:
            progress(name, done, len(cells))
        try:
            rows.append(_numbers(name, run, label))
        except (NotConverged, ShockError) as error:
            failed[name, run.world.name, label] = str(error)
    columns = [*AXES, "region", "indicator", "value", "unit"]
    return Comparison(pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns), failed)


def _several(column: pd.Series) -> bool:
    return len(set(column)) > 1


def _numbers(name: str, run: Run, label: str) -> pd.DataFrame:
    parts = []
    for indicator, (unit, read) in INDICATORS.items():
        values = read(run.outcome)
        names, numbers = [str(r) for r in values.index], [float(v) for v in values]
        if indicator == "real income":
            names, numbers = [*names, "WORLD"], [*numbers, run.outcome.world_real_income]
        part = pd.DataFrame({"region": names, "value": numbers})
        parts.append(part.assign(indicator=indicator, unit=unit))
    frame = pd.concat(parts, ignore_index=True).assign(package=name, world=run.world.name, parameters=label)
    return frame[[*AXES, "region", "indicator", "value", "unit"]]


def _runs(packages: Mapping[str, Package] | Sequence[Package] | Dossier, against: Policy | None) -> dict[str, Run]:
    found: dict[str, Run] = {}

    def add(name: str | None, item: Package | Dossier) -> None:
        if isinstance(item, Run):
            put(name or item.name, item)
        elif isinstance(item, Policy):
            if name is None:
                raise InputError(refusal("cases", "policy_without_name"))
            put(name, Run.of_policy(name, item, against=against))
        elif isinstance(item, Dossier):
            for s in item.scenarios:
                if s.id != "status-quo":
                    put(s.id, Run.of_scenario(item, s.id))
        else:
            text, _, scenario = item.partition(":")
            if scenario:
                put(name or scenario, Run.of_scenario(text, scenario))
            else:
                add(None, load_dossier(text))

    def put(name: str, run: Run) -> None:
        if name in found:
            raise InputError(refusal("cases", "two_packages", name=repr(name)))
        found[name] = run

    if isinstance(packages, Dossier):
        add(None, packages)
    elif isinstance(packages, Mapping):
        for name, item in packages.items():
            add(name, item)
    else:
        for item in packages:
            add(None, item)
    if not found:
        raise InputError(refusal("cases", "nothing_to_compare_give"))
    return found


def _parameter_sets(given: Sequence[str | Parameters] | Mapping[str, str | Parameters]) -> dict[str, Parameters]:
    if isinstance(given, Mapping):
        return {name: named_horizon(item) for name, item in given.items()}
    found: dict[str, Parameters] = {}
    for item in given:
        chosen = named_horizon(item)
        if chosen.name in found:
            raise InputError(refusal("cases", "two_parameter_sets_are", name=f"{chosen.name!r}"))
        found[chosen.name] = chosen
    return found


@dataclass(frozen=True, eq=False)
class WhatChanged(Shown):
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
        rows = []
        for region in regions if self.parts else ():
            if region not in self.frame.index:
                raise UnknownName(region, [str(r) for r in self.frame.index], "region")
            row = {str(k): float(v) for k, v in self.frame.loc[[region]].iloc[0].items()}
            rows.append((region, row["before, %"], row["after, %"], {p: row[_column(p)] for p in self.parts}))
        return tell(self, rows=rows)


def what_changed(before: Run, after: Run) -> WhatChanged:
    """What two runs read differently, and how much of the gap in real income each difference makes."""
    inputs = input_differences(before, after)
    parts = [p for p, differs in _differing(before, after).items() if differs]
    common = [r for r in before.world.regions if r in after.world.regions]
    if not common:
        raise InputError(refusal("cases", "two_runs_have"))
    known = {s: _incomes(_mixed(before, after, {parts[k] for k in s}), common) for s in all_sets(len(parts))}
    frame = pd.DataFrame({"before, %": known[frozenset()], "after, %": known[frozenset(range(len(parts)))]})
    shares = shapley_values({s: incomes.to_numpy() for s, incomes in known.items()}, len(parts))
    for part, share in zip(parts, shares, strict=True):
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


def _mixed(before: Run, after: Run, chosen: Set[str]) -> Run:
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
    found = [say(CHANGED, "new", measure=k) for k in new if k not in old]
    found += [say(CHANGED, "gone", measure=k) for k in old if k not in new]
    for k in old:
        if k in new and old[k] != new[k]:
            moved = [f for f in dict.fromkeys((*old[k], *new[k])) if old[k].get(f) != new[k].get(f)]
            fields = [(f, old[k].get(f, "unset"), new[k].get(f, "unset")) for f in moved]
            found.append(say(CHANGED, "moved", measure=k, fields=fields))
    days = [r.dossier.changes_of(r.scenario)[1] for r in (before, after) if r.dossier is not None]
    if days[0] != days[1]:
        found.append(say(CHANGED, "day", before=days[0], after=days[1]))
    return found


def input_differences(before: Run, after: Run) -> list[str]:
    """Everything two runs read differently, in words."""
    found = measure_differences(before, after)
    if before.world.fingerprint != after.world.fingerprint:
        found.append(say(CHANGED, "world", before=before.world, after=after.world))
    here, there = (flat(plain(r.parameters.record())) for r in (before, after))
    differ = [(k, here.get(k), v) for k, v in there.items() if here.get(k) != v]
    found += [say(CHANGED, "parameter", name=k, before=old, after=new) for k, old, new in differ]
    return found
