"""Exercises: what a dossier asks beside its scenarios, priced at a low, a central and a high size.

No text says how large an industrial subsidy or a denial of technology is. The dossier gives a size with its range and
sources; here it is put on top of the status quo and solved, and stands apart from every scenario. A sum is spread over the
sectors named in proportion to their output, so that

    rate = sum / Σ output of the sectors,      sum = size · value added of the economy  (percent of GDP)

at the table's output. A subsidy is paid by the treasury out of what households would spend; a unit cost that rises by c is c more
of everything a unit takes. The effect of a sum is that of paying it once more: what the table already holds stays in it.

>>> from detente.cases.case import Case
>>> found = exercises(Case.of("kuala-lumpur-2025", with_ranges=False), ["us-chips-support"])
>>> found.rows[0].priced, found.rows[0].effect("USA").low <= found.rows[0].effect("USA").high
(True, True)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from detente.cases.baselines import IN_FORCE
from detente.cases.case import Case
from detente.errors import InputError, UnknownRegion
from detente.policy.instruments import Instrument, Policy, Productivity, Subsidy
from detente.policy.parts import Exercise
from detente.types import Progress, Range, plain
from detente.words import refusal, tell
from detente.words.names import region_name
from detente.words.shown import Shown

SIZES = ("low", "central", "high")


@dataclass(frozen=True, eq=False)
class Priced:
    """One exercise and what it would do: real income (percent) and output of its sectors at home (percent), by size.

    `frame` [region and WORLD, size]; `rates` what each size is of unit cost, percent; `output` [size]; empty where not priced.
    """

    exercise: Exercise
    frame: pd.DataFrame
    rates: tuple[float, ...] = ()
    output: tuple[float, ...] = ()

    @property
    def priced(self) -> bool:
        """Whether it has figures."""
        return not self.frame.empty

    def effect(self, code: str) -> Range:
        """Lowest, central and highest change of real income, percent. Raises `UnknownRegion`; `InputError` where not priced."""
        if not self.priced:
            raise InputError(refusal("strategy", "not_priced", exercise=repr(self.exercise.id), why=self.exercise.why_not))
        if code not in self.frame.index:
            raise UnknownRegion(code, {str(c): region_name(str(c)) for c in self.frame.index})
        values = [float(self.frame[s].to_numpy()[self.frame.index.get_loc(code)]) for s in SIZES]
        return Range(min(values), values[1], max(values))

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        e = self.exercise
        head = {"id": e.id, "title": e.title, "by": e.by, "priced": self.priced, "sources": list(e.sources)}
        if not self.priced:
            return head | {"why_not": e.why_not}
        return head | dict(
            plain(
                {
                    "kind": e.kind, "sectors": e.sectors, "size": e.size, "unit": e.unit, "rate_pct": self.rates,
                    "output_pct": self.output, "assumptions": e.assumptions,
                    "real_income_pct": {str(k): v for k, v in self.frame.to_dict(orient="index").items()},
                }
            )
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Exercises(Shown):
    """The exercises of a dossier, in its order."""

    dossier: str
    horizon: str
    focus: tuple[str, ...]
    rows: tuple[Priced, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row an exercise, size and region; those not priced have none."""
        rows = [
            {
                "exercise": row.exercise.id, "size": size, "rate_pct": row.rates[k], "region": str(code),
                "real_income_pct": value,
            }
            for row in self.rows if row.priced for k, size in enumerate(SIZES)
            for code, value in zip(row.frame.index, row.frame[size].to_numpy(), strict=True)
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["exercise", "size", "rate_pct", "region", "real_income_pct"])

    def record(self) -> dict[str, Any]:
        """JSON-able."""
        rows = [row.record() for row in self.rows]
        return {"dossier": self.dossier, "horizon": self.horizon, "in_point_estimates": False, "exercises": rows}

    def explain(self) -> str:
        """In words."""
        return tell(self)


def rate_of(case: Case, exercise: Exercise, size: float) -> float:
    """A size as a fraction of the unit cost of the exercise's sectors. Raises `InputError` where these make nothing."""
    if exercise.unit == "percent of cost":
        return size / 100
    n, sectors = case.index(exercise.by), [case.world.sectors.index(s) for s in exercise.sectors]
    made = float(case.world.output[n, sectors].sum())
    if made <= 0:
        raise InputError(refusal("strategy", "exercise_without_output", exercise=repr(exercise.id), region=exercise.by))
    millions = size if exercise.unit == "million USD a year" else size / 100 * float(case.world.value_added[n].sum())
    return millions / made


def instrument_of(case: Case, exercise: Exercise, size: float) -> Instrument:
    """The exercise at one size, as an instrument."""
    rate, sectors = rate_of(case, exercise, size), list(exercise.sectors)
    if exercise.kind == "subsidy":
        return Subsidy(exercise.by, rate, sectors)
    return Productivity(exercise.by, rate, sectors)


def exercises(case: Case, names: Sequence[str] | None = None, *, progress: Progress | None = None) -> Exercises:
    """The exercises of a case's dossier (or those named), each on top of the status quo, against it.

    Raises `UnknownName`, `UnknownRegion`, `UnknownSector` for what is not in the dossier or the world, and what solving raises.
    """
    focus = tuple(c for c in case.focus if c == "WORLD" or c in case.world.regions)
    chosen = case.dossier.exercises if names is None else tuple(case.dossier.exercise(name) for name in names)
    rows = []
    for k, exercise in enumerate(chosen):
        if progress is not None:
            progress(exercise.id, k, len(chosen))
        rows.append(_priced(case, exercise) if exercise.modelled else Priced(exercise, pd.DataFrame()))
    return Exercises(case.dossier.id, case.parameters.name, focus, tuple(rows))


def _priced(case: Case, exercise: Exercise) -> Priced:
    n = case.index(exercise.by)
    sectors = [case.world.sector_index(s) for s in exercise.sectors]
    columns: dict[str, pd.Series] = {}
    solved: dict[float, tuple[pd.Series, float]] = {}
    rates, output = [], []
    for name, size in zip(SIZES, exercise.size or (), strict=True):
        if size not in solved:
            o = case.under(case.policy(None) + Policy([instrument_of(case, exercise, size)]), against=IN_FORCE)
            incomes = pd.concat([o.real_income.astype(float), pd.Series({"WORLD": o.world_real_income})])
            before, moved = case.status_quo.after.output[n, sectors], o.output.to_numpy()[n, sectors]
            solved[size] = incomes, float(before @ moved / before.sum())
        columns[name], change = solved[size]
        rates.append(100 * rate_of(case, exercise, size))
        output.append(change)
    return Priced(exercise, pd.DataFrame(columns).rename_axis("region"), tuple(rates), tuple(output))
