"""What a state does to every economy, in one unit, as it is printed: percent, dollars, dollars a person, jobs that move.

Every figure has two significant digits; decimals go by the size of the largest of a page, so that a small dispute is not a page
of zeros. What is said of a figure (`sign_of`) follows from the ends of its range as printed, so that no sentence says more than
its digits.

    percent     change of real income (the world: equivalent variations over world income)
    usd         equivalent variation, million USD a year of the dossier's year
    household   the same over the persons of the economy, USD a person a year
    jobs        jobs in sectors that shrink, thousand: those who hold them move to others, or lose them; never below zero

>>> shown = Printer("percent", 0.43)
>>> shown(-0.4312), shown(0.1), shown(0.0012), shown.number(0.004)
('0.43\\u202f%', '0.10\\u202f%', 'less than 0.01\\u202f%', 0.0)
>>> Printer("percent", 0.0031)(-0.00312)
'0.0031\\u202f%'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from detente.cases.case import Case
from detente.equilibrium.decompose import few_steps
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import horizon_entry
from detente.errors import InputError
from detente.strategy.year import rolled
from detente.types import Array, Range
from detente.words import as_solved, decimals_for, digits, fixed, money, places_for, say, sign_of
from detente.words.currency import currency
from detente.words.numbers import FIRM, THIN, Sign, in_two, persons

if TYPE_CHECKING:
    from detente.briefing.drivers import ParameterDriver

Unit = Literal["percent", "usd", "household", "jobs"]
UNITS: tuple[Unit, ...] = get_args(Unit)
WORLD = "WORLD"
MOST_DECIMALS = 5
TEXTS = "web/effects"


# -- read off an outcome ---------------------------------------------------------------------------------------------------
def lacking(case: Case, unit: Unit) -> str:
    """Why a unit cannot be told on this world, in words; empty where it can."""
    world = case.world
    if unit == "household" and heads_of(case) is None:
        return say(TEXTS, "no_persons", world=world.name)
    if unit == "jobs" and world.employed is None:
        return say(TEXTS, "no_jobs", world=world.name)
    return ""


def heads_of(case: Case) -> Array | None:
    """Persons by region, where the world knows them."""
    found = case.world.extras.get("population")
    if found is None:
        return None
    heads = np.asarray(found, dtype=float).reshape(len(case.world.regions), -1)[:, 0]
    return heads if bool((heads > 0).all()) else None


def read(case: Case, outcome: Outcome, unit: Unit) -> Array:
    """The figure of every region, and of the world at the end. Raises `InputError` where the world cannot tell it."""
    if why := lacking(case, unit):
        raise InputError(why)
    if unit == "percent":
        return np.append(outcome.real_income.to_numpy(dtype=float), outcome.world_real_income)
    if unit == "jobs":
        lost = outcome.jobs_lost.to_numpy(dtype=float)
        return np.append(lost, lost.sum())
    worth = outcome.equivalent_variation.to_numpy(dtype=float) * factors(case)
    if unit == "usd":
        return np.append(worth, worth.sum())
    heads = heads_of(case)
    assert heads is not None
    return np.append(1e6 * worth / heads, 1e6 * worth.sum() / heads.sum())


def factors(case: Case) -> Array:
    """What turns the table's money of each region into dollars of the dossier's year."""
    return case.once("dollars", lambda: np.array([rolled(case)[1][r] for r in case.world.regions]))


# -- as printed ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Printer:
    """How figures of a page are printed: `largest` is the size of the largest of them, in the unit."""

    unit: Unit
    largest: float

    @property
    def decimals(self) -> int:
        """Decimals of the smallest figures of the page, in percent or dollars a person."""
        return places_for([self.largest], 2 if self.unit == "percent" else 0)

    @property
    def precision(self) -> float:
        """The size from which a figure prints as more than nothing."""
        return {"usd": 0.05, "jobs": 0.05}.get(self.unit, 0.5 * 10.0**-self.decimals)

    def number(self, value: float) -> float:
        """The figure as printed, with its sign; zero for what prints as nothing."""
        value = as_solved(value)  # as it is sent, so that a sentence and its number never round apart
        if abs(value) < self.precision:
            return 0.0
        return in_two(value, {"usd": 1, "jobs": MOST_DECIMALS}.get(self.unit, self.decimals))

    def __call__(self, value: float, *, signed: bool = False) -> str:
        """The figure in words with its unit, without a sign unless it is asked for."""
        size = abs(self.number(value))
        sign = "" if not signed or size == 0 else "−" if value < 0 else "+"
        return sign + (self._size(size) if size else self.nothing)

    @property
    def nothing(self) -> str:
        """What is printed of a figure that is next to nothing: "less than 0.01 %"."""
        return say(TEXTS, "less", than=self._size(2 * self.precision))

    @property
    def axis(self) -> tuple[float, str]:
        """What a figure is divided by on an axis, and the word that says so: 1000 and "billion" of million dollars."""
        large = self.largest >= 950
        return {"usd": (1000.0, "billion") if large else (1.0, "million"),
                "jobs": (1000.0, "million") if large else (1.0, "thousand")}.get(self.unit, (1.0, ""))  # fmt: skip

    def short(self, value: float) -> str:
        """The figure without its unit, as it stands beside a bar: "−160", "<0.01"."""
        scale, _ = self.axis
        size = self.number(value) / scale
        if size == 0:
            return f"<{digits(2 * self.precision / scale, 1)}"
        places = decimals_for(size, most=MOST_DECIMALS)
        places = min(places, self.decimals) if self.unit in ("percent", "household") else places
        return fixed(size, places, signed=self.unit != "jobs")

    def _size(self, size: float) -> str:
        if self.unit == "percent":
            return f"{fixed(size, min(self.decimals, decimals_for(size, most=MOST_DECIMALS)))}{THIN}%"
        if self.unit == "jobs":
            return persons(size)
        if self.unit == "usd":
            return money(size)
        return f"{currency()}{FIRM}{fixed(size, min(self.decimals, decimals_for(size, most=MOST_DECIMALS)))}"


@dataclass(frozen=True)
class Effects:
    """A state's figures in a unit by code (WORLD among them), with the ends of their ranges where these are known, and the same
    at each parameter set, by name."""

    unit: Unit
    codes: tuple[str, ...]
    value: Array
    low: Array | None = None
    high: Array | None = None
    sets: Mapping[str, Array] | None = None

    @classmethod
    def of(cls, unit: Unit, codes: Sequence[str], sets: Mapping[str, Array], *, ranged: bool) -> Effects:
        """From the figures at parameter sets, the central one first."""
        values = np.array(list(sets.values()))
        if not ranged:
            return cls(unit, tuple(codes), values[0])
        return cls(unit, tuple(codes), values[0], values.min(0), values.max(0), sets)

    def at(self, code: str) -> Range:
        """Low, value, high of an economy or the world; alike where no range is known."""
        k = self.codes.index(code)
        value = float(self.value[k])
        if self.low is None or self.high is None:
            return Range(value, value, value)
        return Range(float(self.low[k]), value, float(self.high[k]))

    def driver(self, case: Case, code: str) -> ParameterDriver:
        """How far each parameter alone moves an economy's figure, the widest first; nothing where no range is known."""
        from detente.briefing.drivers import ParameterDriver, path_swings, textbook_swings

        k = self.codes.index(code)
        known = {name: float(values[k]) for name, values in (self.sets or {}).items()}
        if not known:
            return ParameterDriver.of([])
        if case.month is not None:
            return ParameterDriver.of(path_swings(known, case.month))
        ranges = horizon_entry(case.parameters.name).get("ranges", {})
        return ParameterDriver.of(textbook_swings(known, {p: (float(a), float(b)) for p, (a, b) in ranges.items()}))

    @property
    def ranged(self) -> bool:
        """Whether the ends are known."""
        return self.low is not None

    def printer(self, codes: Sequence[str]) -> Printer:
        """How figures are printed on a page about `codes`."""
        return Printer(self.unit, max((abs(self.at(c).value) for c in codes), default=0.0))

    def sign(self, code: str, shown: Printer) -> Sign:
        """What may be said of an economy, by its printed figures."""
        return sign_of(*(shown.number(v) for v in self.at(code)))

    def record(self, code: str, shown: Printer) -> dict[str, Any]:
        """A number of a reply: value and ends in the unit, as printed, and what may be said of it."""
        low, value, high = self.at(code)
        ends = (low, high) if self.ranged else (None, None)
        return {
            "value": as_solved(value), "low": _maybe(ends[0]), "high": _maybe(ends[1]), "unit": self.unit, "region": code,
            "indicator": INDICATOR[self.unit], "text": shown(value, signed=self.unit != "jobs"),
            "said": self.said(code, shown), "sign": self.sign(code, shown),
        }  # fmt: skip

    def said(self, code: str, shown: Printer) -> str:
        """What stands beside a bar, without a unit: the figure; its range where the sign is open, its far end if the size is."""
        low, value, high = (shown.short(v) for v in self.at(code))
        far = shown.short(max(self.at(code), key=abs))
        return say(TEXTS, "said", sign=self.sign(code, shown), low=low, value=value, high=high, far=far)


INDICATOR = {"percent": "real_income", "usd": "equivalent_variation", "household": "equivalent_variation", "jobs": "jobs_lost"}


def _maybe(value: float | None) -> float | None:
    return None if value is None else as_solved(value)


def channels_of(outcome: Any) -> tuple[dict[str, Array], Array]:
    """Parts of the change of real income by channel, percent of income [region], and what the steps leave over."""
    parts = few_steps(outcome.way, lambda e: e.income)
    net = outcome.real_income.to_numpy(dtype=float)
    logs = 100 * np.log1p(net / 100)
    scale = np.divide(net, logs, out=np.ones_like(net), where=np.abs(logs) > 1e-9)
    found = {k: v * scale for k, v in parts.items()}
    return found, net - np.sum(list(found.values()), axis=0)
