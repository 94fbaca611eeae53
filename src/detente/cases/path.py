"""A path: a scenario against the status quo from the day of the decision to the tenth year, with its range.

One kernel solves every node; the scenario and what it is compared with are solved at the same one (`Case.outcome(month=)`).
The range is over both exchange-rate closures, the trade elasticity at both ends of its estimate under either, and all other
rigidities low or high together. Between nodes results are interpolated monotonically; a mean over a stretch is the integral
of that curve.

>>> found = path("kuala-lumpur-2025", "pessimistic", nodes=(0, 24, 36))
>>> low, central, high = found.at(24).loc["USA"]
>>> bool(low <= central <= high < 0), found.sign("USA", 36)
(True, 'loss')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd

from detente.cases.case import ONE_THREAD, STATUS_QUO, Case, Node
from detente.equilibrium.indicators import Indicator, indicator as named_indicator
from detente.equilibrium.months import End, Stretch, interpolated, nodes as path_nodes, path_table, stretches
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import ExchangeRate
from detente.errors import InputError, UnknownName
from detente.policy.dossier import Dossier
from detente.types import Array, Progress
from detente.words import refusal
from detente.words.names import region_name

WORLD = "WORLD"
CENTRAL = "central"
ELASTICITY = "trade_elasticity_factor"
WORKERS = 2
"""Nodes solved beside each other; every one gives the same bytes whatever the number."""
Sign = Literal["gain", "loss", "not known"]


@dataclass(frozen=True)
class Variant:
    """One reading of the path: which closure, which rows at an end of their range."""

    exchange_rate: ExchangeRate = "flexible"
    ends: tuple[tuple[str, End], ...] = ()


def variants() -> dict[str, Variant]:
    """The readings a range is over, the central one first."""
    others = [name for name in path_table()["parameters"] if name != ELASTICITY]
    low, high = _all_at("low", ELASTICITY), _all_at("high", ELASTICITY)
    return {
        CENTRAL: Variant(),
        "exchange rate pinned": Variant("pinned"),
        "trade elasticity low": Variant(ends=low),
        "trade elasticity high": Variant(ends=high),
        "trade elasticity low, exchange rate pinned": Variant("pinned", low),
        "trade elasticity high, exchange rate pinned": Variant("pinned", high),
        "everything else rigid": Variant(ends=_all_at("low", *others)),
        "everything else flexible": Variant(ends=_all_at("high", *others)),
    }


def _all_at(end: End, *names: str) -> tuple[tuple[str, End], ...]:
    return tuple((name, end) for name in names)


@dataclass(frozen=True, eq=False)
class Path:
    """A scenario's path. `nodes` are the months solved, `corners` those at which readings other than the central one are; they
    are interpolated to the rest. With one reading low and high are the central value.
    """

    case: Case
    scenario: str | None
    nodes: tuple[float, ...]
    corners: tuple[float, ...]
    readings: Mapping[str, Variant]
    _tables: dict[str, Array] = field(init=False, default_factory=dict, repr=False)

    @property
    def regions(self) -> tuple[str, ...]:
        """The economies, and last the world."""
        return (*self.case.world.regions, WORLD)

    @property
    def compared_with(self) -> str:
        """What each month is compared with at the same node: the status quo, or for the status quo itself the reference."""
        return self.case.dossier.reference.label if self.scenario is None else STATUS_QUO

    def outcome(self, month: float, reading: str = CENTRAL) -> Outcome:
        """The whole outcome at a month, solved there. Raises `UnknownName` for a reading there is not."""
        if reading not in self.readings:
            raise UnknownName(reading, list(self.readings), "reading of the path")
        chosen = self.readings[reading]
        return self.case.outcome(self.scenario, month=month, exchange_rate=chosen.exchange_rate, ends=dict(chosen.ends) or None)

    def solve(self, progress: Progress | None = None) -> Path:
        """Solve every node of every reading, two beside each other."""
        with ThreadPoolExecutor(WORKERS) as pool:
            asked = [
                pool.submit(copy_context().run, partial(self.outcome, month, reading))
                for reading in self.readings
                for month in self._solved(reading)
            ]
            for done, future in enumerate(asked, 1):
                future.result()
                if progress is not None:
                    progress("path", done, len(asked))
        return self

    # -- what is read off it ---------------------------------------------------------------------------------------------
    def table(self, indicator: str = "real_income") -> Array:
        """Values of an indicator [reading, node, region and world]; nan where regions cannot be put together."""
        if indicator not in self._tables:
            chosen = named_indicator(indicator)
            self.solve()
            self._tables[indicator] = np.array([self._read(chosen, reading) for reading in self.readings])
        return self._tables[indicator]

    def at(self, month: float, indicator: str = "real_income") -> pd.DataFrame:
        """Low, central and high at a month, a row a region and the world last. Raises `InputError` off the path."""
        return self._framed(self._curve(indicator, np.array([self._on(month)]))[:, 0])

    def mean(self, first: float, last: float, indicator: str = "real_income") -> pd.DataFrame:
        """The same on average over the months from `first` to `last`; of one month where they are the same."""
        if not self._on(first) <= self._on(last):
            raise InputError(refusal("cases", "stretch_backwards", first=f"{first:g}", last=f"{last:g}"))
        if first == last:
            return self.at(first, indicator)
        inside = [n for n in self.nodes if first < n < last]
        # Simpson's rule is exact for the cubics between two nodes
        cuts = np.array([first, *inside, last], dtype=np.float64)
        middle = (cuts[:-1] + cuts[1:]) / 2
        ends, halves = self._curve(indicator, cuts), self._curve(indicator, middle)
        width = np.diff(cuts)[None, :, None]
        area = (width * (ends[:, :-1] + 4 * halves + ends[:, 1:]) / 6).sum(1)
        return self._framed(area / (last - first))

    def over(self, stretch: str, indicator: str = "real_income") -> pd.DataFrame:
        """The mean over a named stretch: "first-year", "two-to-five", "decade". Raises `UnknownName`."""
        chosen = stretch_named(stretch)
        return self.mean(chosen.first, chosen.last, indicator)

    def to_frame(self, indicator: str = "real_income") -> pd.DataFrame:
        """One row a node and region: months, region, low, central, high."""
        parts = [self.at(month, indicator).rename_axis("region").reset_index() for month in self.nodes]
        frame = pd.concat([p.assign(months=m) for m, p in zip(self.nodes, parts, strict=True)], ignore_index=True)
        return frame[["months", "region", "low", "central", "high"]]

    def readings_at(self, month: float, indicator: str = "real_income") -> pd.DataFrame:
        """Every reading at a month: a row a reading, a column a region."""
        values = self._curve(indicator, np.array([self._on(month)]))[:, 0]
        return pd.DataFrame(values, index=pd.Index(self.readings, name="reading"), columns=list(self.regions))

    def sign(self, region: str, month: float, indicator: str = "real_income", *, digits: int = 2) -> Sign:
        """Whether the range at a month lies above zero, below it, or on both sides, as printed with `digits`."""
        found = self.at(month, indicator)
        if region not in found.index:
            raise UnknownName(region, {r: region_name(r) for r in self.regions}, "economy")
        return sign_of(pd.Series(found.loc[region]), digits)

    def record(self, indicator: str = "real_income", month: float | None = None) -> dict[str, Any]:
        """JSON-able: the nodes (or one month), the stretches, the readings, what it is compared with."""
        said = named_indicator(indicator)
        wanted = self.nodes if month is None else (month,)
        return {
            "dossier": self.case.dossier.id,
            "scenario": self.scenario or STATUS_QUO,
            "against": self.compared_with,
            "indicator": indicator,
            "unit": said.unit,
            "decision": self.case.dossier.as_of.isoformat(),
            "months": [{"month": m, "by_region": _listed(self.at(m, indicator))} for m in wanted],
            "stretches": {
                k: {"label": s.label, "by_region": _listed(self.over(k, indicator))} for k, s in self.stretches().items()
            },
            "readings": list(self.readings),
        }

    def stretches(self) -> dict[str, Stretch]:
        """The named stretches that this path covers."""
        return {k: s for k, s in stretches().items() if self.nodes[0] <= s.first and s.last <= self.nodes[-1]}

    def explain(self) -> str:
        """In words: the parties, the host and the world over each stretch."""
        from detente.words import tell

        return tell(self, told=(*self.case.trio, WORLD), spans={k: self.over(k) for k in self.stretches()})

    def _solved(self, reading: str) -> tuple[float, ...]:
        return self.nodes if reading == CENTRAL else self.corners

    def _read(self, chosen: Indicator, reading: str) -> Array:
        """One reading at every node [node, region]."""
        months = self._solved(reading)
        values = np.array([_row(chosen, self.outcome(month, reading)) for month in months])
        return values if months == self.nodes else _across(months, values, self.nodes)

    def _on(self, month: float) -> float:
        if not self.nodes[0] <= month <= self.nodes[-1]:
            raise InputError(refusal("cases", "path_needs_months", last=f"{self.nodes[-1]:g}", asked=f"{month:g}"))
        return float(month)

    def _curve(self, indicator: str, months: Array) -> Array:
        """Every reading at some months [reading, month, region]."""
        values = self.table(indicator)
        return _across(self.nodes, values, months)

    def _framed(self, values: Array) -> pd.DataFrame:
        columns = {"low": values.min(0), "central": values[0], "high": values.max(0)}
        return pd.DataFrame(columns, index=pd.Index(self.regions, name="region"))


def sign_of(row: pd.Series, digits: int = 2) -> Sign:
    """Whether a range (low, central, high) lies above zero, below it or on both sides, as printed with `digits`."""
    low, high = round(float(row["low"]), digits), round(float(row["high"]), digits)
    return "gain" if low > 0 else "loss" if high < 0 else "not known"


def path(
    case: Case | Dossier | str,
    scenario: str | None = None,
    *,
    nodes: Sequence[float] | None = None,
    with_ranges: bool = True,
    **options: Any,
) -> Path:
    """The path of a scenario (None: the status quo, against the reference) of a case, a dossier or its name.

    `nodes` are the months to solve (the table's own if None), `options` go to `Case.of`. Nothing is solved yet. Raises
    `UnknownName`, `InputError`, and what `Case.of` raises.
    """
    held = case if isinstance(case, Case) else Case.of(case, **{"solver": ONE_THREAD, **options})
    months = tuple(sorted({float(m) for m in (path_nodes() if nodes is None else nodes)}))
    if len(months) < 1:
        raise InputError(refusal("cases", "path_needs_months", last=f"{path_nodes()[-1]:g}", asked="none"))
    for month in months:
        Node.of(month)
    readings = variants() if with_ranges else {CENTRAL: Variant()}
    corners = months if nodes is not None else tuple(float(m) for m in path_table()["range_nodes"])
    return Path(held, held.scenario(scenario), months, corners, readings)


def stretch_named(name: str) -> Stretch:
    """A named stretch of the path. Raises `UnknownName`."""
    if name not in stretches():
        raise UnknownName(name, {k: s.label for k, s in stretches().items()}, "stretch of the path")
    return stretches()[name]


def _across(months: Sequence[float], values: Array, at: Sequence[float] | Array) -> Array:
    """Values [..., month, region] at other months."""
    return np.moveaxis(interpolated(months, np.moveaxis(values, -2, -1), at), -1, -2)


def _row(chosen: Indicator, outcome: Outcome) -> Array:
    world = np.nan if chosen.together is None else chosen.of(outcome, WORLD)
    return np.append(chosen.read(outcome).to_numpy(dtype=np.float64), world)


def _listed(frame: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    return {str(region): {str(k): None if np.isnan(v) else float(v) for k, v in row.items()} for region, row in frame.iterrows()}
