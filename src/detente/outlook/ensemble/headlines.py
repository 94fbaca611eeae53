"""Headline numbers of an ensemble: from the levels two packages have at the same draw to what people read.

    real income      100 · ((I′/P′)/(I/P) − 1) by region; of a group Σ gain·I / Σ I, percent
    consumer prices  100 · (P′/P − 1), percent, with world factor income as numeraire
    real wage        100 · ((w′/P′)/(w/P) − 1), percent
    tariff revenue   change, the table's unit a year
    mutual trade     100 · (T′/T − 1), percent of its value at basic prices: "USA>CHN" one way, "USA-CHN" both
    shadow price     price wedge of a bound, percent, and the rent it earns, the table's unit a year (both of the package itself)

>>> Headline("pessimistic", "real income", "USA", "%").column
'pessimistic|real income|USA'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detente.equilibrium.levels import baseline
from detente.outlook.ensemble.chunks import LEVELS, Plan
from detente.words.names import group_table, region_name

Array = NDArray[np.float64]
Levels = Mapping[str, NDArray[Any]]
WORLD = "WORLD"


@dataclass(frozen=True)
class Headline:
    """One number of one scenario: quantity, region (or pair, or bound) and unit."""

    scenario: str
    quantity: str
    region: str
    unit: str

    @property
    def column(self) -> str:
        """Its name in files."""
        return f"{self.scenario}|{self.quantity}|{self.region}"

    @property
    def words(self) -> str:
        """ "real income of China", "shadow price, CHN RER to USA"."""
        if self.quantity == "mutual trade":
            one_way = ">" in self.region
            first, second = (region_name(r, article=True) for r in self.region.split(">" if one_way else "-"))
            return f"exports of {first} to {second}" if one_way else f"trade between {first} and {second}"
        if self.quantity in ("shadow price", "rent"):
            return f"{self.quantity}, {self.region}"
        return f"{self.quantity} of {'the world' if self.region == WORLD else region_name(self.region, article=True)}"


def groups_of(plan: Plan) -> dict[str, tuple[int, ...]]:
    """Named groups with two members or more in this world, and the world: positions of their members."""
    regions = plan.economy.regions
    found: dict[str, tuple[int, ...]] = {}
    for code, entry in group_table().items():
        members = () if entry["members"] == "all" else tuple(regions.index(m) for m in entry["members"] if m in regions)
        if len(members) > 1 and code not in regions:
            found[code] = members
    return {**found, WORLD: tuple(range(len(regions)))}


def headlines(plan: Plan, scenario: str, parties: Sequence[str]) -> list[tuple[Headline, Callable[[Levels, Levels], Array]]]:
    """Every headline of a scenario with the formula (levels before, levels after) → values [draw]."""
    unit = f"{plan.economy.unit} a year"
    found: list[tuple[Headline, Callable[[Levels, Levels], Array]]] = []

    def add(quantity: str, region: str, unit: str, formula: Callable[[Levels, Levels], Array]) -> None:
        found.append((Headline(scenario, quantity, region, unit), formula))

    for r in plan.economy.regions:
        add("real income", r, "%", lambda b, a, r=r: 100 * _gain(b, a, r))  # type: ignore[misc]
    for code, members in groups_of(plan).items():
        names = tuple(plan.economy.regions[m] for m in members)
        add("real income", code, "%", lambda b, a, names=names: _group(b, a, names))  # type: ignore[misc]
    for r in plan.economy.regions:
        add("consumer prices", r, "%", lambda b, a, r=r: 100 * (a[f"cpi|{r}"] / b[f"cpi|{r}"] - 1))  # type: ignore[misc]
    for r in plan.economy.regions:
        add("real wage", r, "%", lambda b, a, r=r: 100 * (_real(a, "wage", r) / _real(b, "wage", r) - 1))  # type: ignore[misc]
    for p in parties:
        add("tariff revenue", p, unit, lambda b, a, p=p: a[f"revenue|{p}"] - b[f"revenue|{p}"])  # type: ignore[misc]
    for first, second in plan.pairs:
        way = f"trade|{first}>{second}"
        add("mutual trade", f"{first}>{second}", "%", lambda b, a, way=way: 100 * (a[way] / b[way] - 1))  # type: ignore[misc]
        if plan.pairs.index((first, second)) < plan.pairs.index((second, first)):
            both = (way, f"trade|{second}>{first}")
            add("mutual trade", f"{first}-{second}", "%", lambda b, a, both=both: _both(b, a, both))  # type: ignore[misc]
    for label in plan.packages[scenario].labels:
        add("shadow price", label, "%", lambda b, a, label=label: a[f"wedge|{label}"])  # type: ignore[misc]
        add("rent", label, unit, lambda b, a, label=label: a[f"rent|{label}"])  # type: ignore[misc]
    return found


def table_levels(plan: Plan, rows: int) -> Levels:
    """The levels of the table itself, as many rows as needed: what a package without a status quo is compared with."""
    at = baseline(plan.economy)
    values = dict(zip(LEVELS, (at.income, at.cpi, at.wage_index, at.tariff_revenue), strict=True))
    index = {r: k for k, r in enumerate(plan.economy.regions)}
    found = {f"{level}|{r}": np.full(rows, v[index[r]]) for level, v in values.items() for r in plan.economy.regions}
    for a, b in plan.pairs:
        found[f"trade|{a}>{b}"] = np.full(rows, at.shipments[index[a], index[b]].sum())
    return found


def _real(levels: Levels, level: str, region: str) -> Array:
    return levels[f"{level}|{region}"] / levels[f"cpi|{region}"]


def _gain(before: Levels, after: Levels, region: str) -> Array:
    return _real(after, "income", region) / _real(before, "income", region) - 1


def _group(before: Levels, after: Levels, members: Sequence[str]) -> Array:
    worth = np.sum([_gain(before, after, r) * before[f"income|{r}"] for r in members], axis=0)
    return np.asarray(100 * worth / np.sum([before[f"income|{r}"] for r in members], axis=0))


def _both(before: Levels, after: Levels, ways: tuple[str, str]) -> Array:
    return 100 * ((after[ways[0]] + after[ways[1]]) / (before[ways[0]] + before[ways[1]]) - 1)
