"""A path: a scenario against a baseline from the day of the decision to the tenth year, with its range.

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
from functools import cached_property, partial
from typing import Any, Literal

import numpy as np
import pandas as pd

from detente.cases.baselines import STATUS_QUO, Baseline, in_words
from detente.cases.case import Case
from detente.cases.readings import CENTRAL, KEPT, Node, Reading, readings as all_readings
from detente.equilibrium.indicators import Indicator, indicator as named_indicator
from detente.equilibrium.months import Stretch, interpolated, nodes as path_nodes, path_table, stretches
from detente.equilibrium.outcome import Outcome
from detente.errors import CornerResult, InputError, NotConverged, UnknownName, UnknownRegion
from detente.policy.dossier import Dossier
from detente.types import Array, Progress
from detente.words import refusal
from detente.words.names import region_name
from detente.words.shown import Shown

WORLD = "WORLD"
WORKERS = 2
"""Nodes solved beside each other; every one gives the same bytes whatever the number."""
Sign = Literal["gain", "loss", "not known"]


@dataclass(frozen=True, eq=False)
class Path(Shown):
    """A scenario's path. `nodes` are the months solved, `corners` those at which readings other than the central one are; they
    are interpolated to the rest. With one reading low and high are the central value.

    A month at which the central reading has no believable answer is not on the path (`refused` says why); where another reading
    has none it adds nothing to the range.
    """

    case: Case
    scenario: str | None
    nodes: tuple[float, ...]
    corners: tuple[float, ...]
    readings: Mapping[str, Reading]
    against: Baseline
    together: tuple[str, ...] = ()
    refused: dict[tuple[str, float], str] = field(init=False, default_factory=dict, repr=False)
    _tables: dict[str, Array] = field(init=False, default_factory=dict, repr=False)

    @property
    def regions(self) -> tuple[str, ...]:
        """The economies, the groups asked for, and last the world."""
        return (*self.case.world.regions, *self.together, WORLD)

    def outcome(self, month: float, reading: str = CENTRAL) -> Outcome:
        """The whole outcome at a month, solved there. Raises `UnknownName` for a reading there is not."""
        if reading not in self.readings:
            raise UnknownName(reading, list(self.readings), "reading of the path")
        return self.case.outcome(self.scenario, month=month, variant=reading, against=self.against)

    @cached_property
    def months(self) -> tuple[float, ...]:
        """The nodes at which the central reading has an answer."""
        self.solve()
        return tuple(m for m in self.nodes if (CENTRAL, m) not in self.refused)

    def solve(self, progress: Progress | None = None) -> Path:
        """Solve every node of every reading, two beside each other."""

        def one(month: float, reading: str) -> None:
            if (reading, month) in self.refused:
                return
            try:
                self.outcome(month, reading)
            except (CornerResult, NotConverged) as error:
                self.refused[reading, month] = str(error)

        with ThreadPoolExecutor(WORKERS) as pool:
            asked = [
                pool.submit(copy_context().run, partial(one, month, reading))
                for reading in self.readings
                for month in (self.nodes if reading == CENTRAL else self.corners)
            ]
            for done, future in enumerate(asked, 1):
                future.result()
                if progress is not None:
                    progress("path", done, len(asked))
        return self

    # -- what is read off it ---------------------------------------------------------------------------------------------
    def table(self, indicator: str = "real_income") -> Array:
        """Values of an indicator [reading, month, region and world]; nan where regions cannot be put together."""
        if indicator not in self._tables:
            chosen = named_indicator(indicator)
            centre = np.array([self._row(chosen, self.outcome(month)) for month in self.months])
            others = [self._read(chosen, reading, centre) for reading in self.readings if reading != CENTRAL]
            self._tables[indicator] = np.array([centre, *others])
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
        inside = [n for n in self.months if first < n < last]
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
        """One row a month solved and region: months, region, low, central, high."""
        parts = [self.at(month, indicator).rename_axis("region").reset_index() for month in self.months]
        frame = pd.concat([p.assign(months=m) for m, p in zip(self.months, parts, strict=True)], ignore_index=True)
        return frame[["months", "region", "low", "central", "high"]]

    def readings_at(self, month: float, indicator: str = "real_income") -> pd.DataFrame:
        """Every reading at a month: a row a reading, a column a region."""
        values = self._curve(indicator, np.array([self._on(month)]))[:, 0]
        return pd.DataFrame(values, index=pd.Index(self.readings, name="reading"), columns=list(self.regions))

    def sign(self, region: str, month: float, indicator: str = "real_income", *, digits: int = 2) -> Sign:
        """Whether the range at a month lies above zero, below it, or on both sides, as printed with `digits`."""
        found = self.at(month, indicator)
        if region not in found.index:
            raise UnknownRegion(region, {r: region_name(r) for r in self.regions})
        return sign_of(pd.Series(found.loc[region]), digits)

    @property
    def compared_with(self) -> str:
        """The baseline in words, as it stands after "against"."""
        return in_words(self.against, self.case.dossier)

    def record(self, indicator: str = "real_income", month: float | None = None) -> dict[str, Any]:
        """JSON-able: the nodes (or one month), the stretches, the readings, what it is compared with."""
        said = named_indicator(indicator)
        wanted = self.months if month is None else (month,)
        return {
            "dossier": self.case.dossier.id,
            "scenario": self.scenario or STATUS_QUO,
            "against": self.against,
            "indicator": indicator,
            "unit": said.unit,
            "decision": self.case.dossier.as_of.isoformat(),
            "months": [{"month": m, "by_region": _listed(self.at(m, indicator))} for m in wanted],
            "stretches": {
                k: {"label": s.label, "by_region": _listed(self.over(k, indicator))} for k, s in self.stretches().items()
            },
            "readings": list(self.readings),
            "refused": [{"reading": r, "month": m, "why": why} for (r, m), why in sorted(self.refused.items())],
        }

    def stretches(self) -> dict[str, Stretch]:
        """The named stretches that this path covers."""
        if not self.months:
            return {}
        return {k: s for k, s in stretches().items() if self.months[0] <= s.first and s.last <= self.months[-1]}

    def explain(self) -> str:
        """In words: the parties, the host and the world over each stretch."""
        from detente.words import tell

        spans = {k: self.over(k) for k in self.stretches()}
        return tell(self, told=(*self.case.trio, WORLD), spans=spans, rents=self._rents(), off=self._off())

    def _row(self, chosen: Indicator, outcome: Outcome) -> Array:
        none = chosen.together is None
        groups = [np.nan if none else chosen.of(outcome, code) for code in (*self.together, WORLD)]
        return np.append(chosen.read(outcome).to_numpy(dtype=np.float64), groups)

    def _read(self, chosen: Indicator, reading: str, centre: Array) -> Array:
        """One reading at every month [month, region]; the central value where it has no answer."""
        here = [m for m in self.corners if m in self.months]
        values = np.array(
            [
                centre[self.months.index(m)] if (reading, m) in self.refused else self._row(chosen, self.outcome(m, reading))
                for m in here
            ]
        )
        return _across(here, values, self.months) if here else centre

    def _rents(self) -> dict[str, tuple[float, float]]:
        """Real income of those who hold goods back, mean of months 4 to 12: buyers have the rent, exporters keep it."""
        if KEPT not in self.readings or self.months[0] > 4 or self.months[-1] < 12:
            return {}
        held = self.case.history(self.scenario)[-1].shock.controls
        by = {self.case.world.regions[i] for c in held if c.export_control and c.bound < 1 for i in c.cells[0].tolist()}
        table, names = self.table(), list(self.readings)
        grid = np.linspace(4, 12, 33)
        mean = _across(self.months, table[[0, names.index(KEPT)]], grid).mean(1)
        return {r: (float(mean[0, k]), float(mean[1, k])) for k, r in enumerate(self.regions) if r in by}

    def _off(self) -> tuple[float, ...]:
        """Months asked for at which there is no believable answer."""
        return tuple(m for m in self.nodes if m not in self.months)

    def _on(self, month: float) -> float:
        if not self.months:
            raise NotConverged(self.refused[CENTRAL, self.nodes[0]])
        if not self.months[0] <= month <= self.months[-1]:
            raise InputError(
                refusal(
                    "cases", "path_needs_months", first=f"{self.months[0]:g}", last=f"{self.months[-1]:g}", asked=f"{month:g}"
                )
            )
        return float(month)

    def _curve(self, indicator: str, months: Array) -> Array:
        """Every reading at some months [reading, month, region]."""
        values = self.table(indicator)
        return _across(self.months, values, months)

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
    readings: Sequence[str] | None = None,
    against: str | None = None,
    together: Sequence[str] = (),
    **options: Any,
) -> Path:
    """The path of a scenario (None: what is in force) of a case, a dossier or its name, against a baseline (`Case.outcome`).

    `nodes` are the months to solve (the table's own if None), `readings` those that the range is over (all that `readings` has),
    `together` groups to read beside the economies; `options` go to `Case.of`. Nothing is solved yet. Raises
    `UnknownName`, `InputError`, and what `Case.of` raises.
    """
    held = case if isinstance(case, Case) else Case.of(case, **options)
    months = tuple(sorted({float(m) for m in (path_nodes() if nodes is None else nodes)}))
    if len(months) < 1:
        raise InputError(refusal("cases", "path_needs_months", first="0", last=f"{path_nodes()[-1]:g}", asked="none"))
    for month in months:
        Node.of(month)
    known = all_readings(controls=bool(held.controlled)) if with_ranges else {CENTRAL: Reading()}
    for reading in readings or ():
        if reading not in known:
            raise UnknownName(reading, list(known), "reading of the path")
    told = {k: v for k, v in known.items() if readings is None or k == CENTRAL or k in readings}
    corners = months if nodes is not None else tuple(float(m) for m in path_table()["range_nodes"])
    name = held.scenario(scenario)
    return Path(held, name, months, corners, told, held.compared_with(name, against), tuple(together))


def stretch_named(name: str) -> Stretch:
    """A named stretch of the path. Raises `UnknownName`."""
    if name not in stretches():
        raise UnknownName(name, {k: s.label for k, s in stretches().items()}, "stretch of the path")
    return stretches()[name]


def _across(months: Sequence[float], values: Array, at: Sequence[float] | Array) -> Array:
    """Values [..., month, region] at other months."""
    return np.moveaxis(interpolated(months, np.moveaxis(values, -2, -1), at), -1, -2)


def _listed(frame: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    return {str(region): {str(k): None if np.isnan(v) else float(v) for k, v in row.items()} for region, row in frame.iterrows()}
